/* Tests of least squares against spatial terms: oracles/space.md (spdep, splm, and plain numpy),
 * and Moran's I against its moments in full matrices. */
#include "kernel/spatial_real.h"

#include "kernel/spatial/tests.h"

static sw_spatial_tests tests_of(const sw_spatial_spec *spec, const real_space *s) {
  sw_spatial_tests out;
  void *memory =
      real_memory(sw_spatial_tests_workspace(spec, s->data.n, s->data.periods, s->data.k));
  cr_assert_eq(sw_spatial_tests_of(spec, &s->data, memory, &out).code, SW_SPATIAL_FITTED);
  free(memory);
  return out;
}

Test(spatial_tests, columbus) {
  real_space *s = real_columbus("columbus49_colnb_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG};
  sw_spatial_tests t = tests_of(&spec, s);
  NEAR(t.lm_lag.value, 9.363684, 5e-7);
  NEAR(t.lm_error.value, 5.723131, 5e-7);
  NEAR(t.rlm_lag.value, 3.720048, 6e-7);
  NEAR(t.rlm_error.value, .079495, 5e-7);
  NEAR(t.sarma.value, 9.443178495, 5e-10);
  NEAR(t.moran, .235638353766, 5e-13);
  NEAR(t.moran_expected, -.0333028657, 5e-11);
  NEAR(t.moran_variance, .00828940791, 5e-12);
  NEAR(t.lm_lag.p, .002213269006666209, 1e-12); /* erfc(sqrt(9.3636835656/2)) */
}

Test(spatial_tests, columbus_gal) {
  real_space *s = real_columbus("columbus49_gal_edges.csv", "CRIME", "INC", "HOVAL");
  sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR};
  sw_spatial_tests t = tests_of(&spec, s);
  NEAR(t.lm_error.value, 5.206214, 5e-7);
  NEAR(t.lm_lag.value, 8.897999, 5e-7);
  NEAR(t.rlm_error.value, .043906, 5e-7);
  NEAR(t.rlm_lag.value, 3.735691, 6e-7);
}

/* splm's four tests, to all digits. */
Test(spatial_tests, produc) {
  static const struct {
    sw_spatial_fixed fixed;
    double lag, error, robust_lag, robust_error;
  } wanted[] = {{SW_SPATIAL_NONE, .116661157, 135.891103951, 3.018154770, 138.792597564},
                {SW_SPATIAL_UNIT, 163.695367462, 223.868405136, 34.749497901, 94.922535575},
                {SW_SPATIAL_TIME, .897908813, 103.515000296, 4.663428638, 107.280520120},
                {SW_SPATIAL_TWO_WAY, 69.166288618, 98.724617064, 9.717493358, 39.275821803}};
  real_space *s = real_produc();
  for (int j = 0; j < 4; j++) {
    sw_spatial_spec spec = {
        .form = SW_SPATIAL_LAG, .fixed = wanted[j].fixed, .correction = SW_SPATIAL_PLAIN};
    sw_spatial_tests t = tests_of(&spec, s);
    NEAR(t.lm_lag.value, wanted[j].lag, 1e-8);
    NEAR(t.lm_error.value, wanted[j].error, 1e-8);
    NEAR(t.rlm_lag.value, wanted[j].robust_lag, 1e-8);
    NEAR(t.rlm_error.value, wanted[j].robust_error, 1e-8);
    NEAR(t.sarma.value, wanted[j].robust_lag + wanted[j].error, 2e-8);
  }
}

/* In full matrices: Helmert's transformation of both dimensions, and M of the regression with a
 * dummy for each effect (plain numpy). Moran's I does not depend on the correction. */
Test(spatial_tests, dimensions) {
  static const struct {
    sw_spatial_fixed fixed;
    double lag, error, robust_lag, robust_error, moran, expected, variance;
  } wanted[] = {{SW_SPATIAL_NONE, .116661157, 135.891103951, 3.018154770, 138.792597564,
                 .288229544583, -.00313348301282, .000604882699094},
                {SW_SPATIAL_UNIT, 154.0662282, 210.6996754, 32.70540979, 89.33885701, .36994689347,
                 -.00271563366576, .000642847881285},
                {SW_SPATIAL_TIME, .8810557303, 108.8467638, 4.571611616, 112.5373197, .251561760857,
                 -.0229546136363, .000575730257765},
                {SW_SPATIAL_TWO_WAY, 65.35073028, 97.70319205, 8.973419686, 41.32588146,
                 .245672028093, -.0230737722145, .000610767034529}};
  real_space *s = real_produc();
  for (int j = 0; j < 4; j++) {
    sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN, .fixed = wanted[j].fixed};
    sw_spatial_tests t = tests_of(&spec, s);
    NEAR(t.lm_lag.value, wanted[j].lag, 2e-7);
    NEAR(t.lm_error.value, wanted[j].error, 2e-7);
    NEAR(t.rlm_lag.value, wanted[j].robust_lag, 2e-7);
    NEAR(t.rlm_error.value, wanted[j].robust_error, 2e-7);
    NEAR(t.moran, wanted[j].moran, 1e-11);
    NEAR(t.moran_expected, wanted[j].expected, 1e-12);
    NEAR(t.moran_variance, wanted[j].variance, 1e-13);
  }
}

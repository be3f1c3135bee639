/* Geographically weighted regression: one surface everywhere, what is missing, constant or
 * collinear, the search against every bandwidth, and what is refused. Published numbers:
 * tests/real/test_gwr.py. */
#include "measure/harness.h"

#include "kernel/space/sphere.h"

extern const sw_measure sw_measure_gwr;

enum { N = 90, MANY = 600, T = 2 };

static double lon[MANY], lat[MANY], value[4][T * MANY]; /* y, a, b, c */

static uint64_t state;
static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-53;
}

/* y = 3 + (2 + slope lon) a - b + noise. */
static void fill(int n, double slope, double noise) {
  state = 11;
  for (int i = 0; i < n; i++) {
    lon[i] = 20 * uniform() - 10;
    lat[i] = 20 * uniform() + 20;
  }
  for (int i = 0; i < T * n; i++) {
    value[1][i] = uniform();
    value[2][i] = 100 + 10 * uniform();
    value[3][i] = uniform();
    value[0][i] = 3 + (2 + slope * lon[i % n]) * value[1][i] - value[2][i] + noise * uniform();
  }
}

static harness *of(int n, int periods, int variables, const char *bandwidth) {
  static const char *const name[] = {"y", "a", "b", "c"};
  harness *h = harness_new(&sw_measure_gwr, n, periods);
  double *x = NULL, *y = NULL, *z = NULL;
  sw_distance *d = NULL;
  HARNESS_NEW(h, x, n);
  HARNESS_NEW(h, y, n);
  HARNESS_NEW(h, z, n);
  HARNESS_NEW(h, d, 1);
  sw_sphere_vectors(n, lon, lat, x, y, z);
  *d = (sw_distance){.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z, .symmetric = true};
  for (int v = 0; v <= variables; v++)
    harness_column(h, v == 0 ? "y" : "x", name[v], value[v]);
  harness_arg(h, "distance")->distance = d;
  harness_set(h, "bandwidth", bandwidth);
  h->periods.step = 1;
  h->periods.unit = h->periods.step_unit = SW_TIME_NUMBER;
  return h;
}

static double global(harness *h, const char *name, int t) {
  return harness_result(h, name, 0)[t];
}

/* ---- values -------------------------------------------------------------------------------- */

/* Without noise every local fit is the one surface, whatever the kernel. */
Test(gwr, one_surface) {
  static const char *const kernel[] = {"bisquare", "gaussian", "exponential"};
  fill(N, 0, 0);
  for (int k = 0; k < 3; k++) {
    harness *h = of(N, T, 2, "30");
    harness_set(h, "kernel", kernel[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    for (int t = 0; t < T; t++)
      for (int i = 0; i < N; i++) {
        NEAR(harness_result(h, "coefficient", t)[i], 3, 1e-9);
        NEAR(harness_result(h, "coefficient", T + t)[i], 2, 1e-9);
        NEAR(harness_result(h, "coefficient", 2 * T + t)[i], -1, 1e-10);
        NEAR(harness_result(h, "fitted", t)[i], value[0][t * N + i], 1e-10);
        NEAR(harness_result(h, "local_r2", t)[i], 1, 1e-12);
      }
    NEAR(global(h, "bandwidth", 1), 30, 0);
    NEAR(global(h, "r2", 0), 1, 1e-12);
    harness_free(h);
  }
}

/* A period is as if it were alone, and a unit without a value as if it were not there. */
Test(gwr, missing) {
  fill(N, .1, .5);
  value[1][N + 89] = NAN;
  harness *h = of(N, T, 2, "aicc");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "fitted", 1)[89]) &&
            !isnan(harness_result(h, "fitted", 0)[89]));
  static double kept[3][N];
  for (int v = 0; v < 3; v++)
    memcpy(kept[v], value[v] + N, sizeof kept[v]);
  for (int v = 0; v < 3; v++)
    memcpy(value[v], kept[v], sizeof kept[v]);
  harness *one = of(N - 1, 1, 2, "aicc");
  cr_assert_eq(harness_run(one), SW_OK, "%s", one->err.text);
  NEAR(global(one, "bandwidth", 0), global(h, "bandwidth", 1), 0);
  NEAR(global(one, "aicc", 0), global(h, "aicc", 1), 1e-10);
  for (int i = 0; i < N - 1; i++) {
    NEAR(harness_result(one, "std_error", 2)[i], harness_result(h, "std_error", 2 * T + 1)[i],
         1e-10);
    NEAR(harness_result(one, "local_r2", 0)[i], harness_result(h, "local_r2", 1)[i], 1e-12);
  }
  harness_free(one);
  harness_free(h);
}

/* Units and kinds of zeros: scaling a variable scales its coefficient, and moving it moves only the
 * constant. */
Test(gwr, scales) {
  fill(N, .1, .5);
  harness *h = of(N, 1, 2, "cv");
  cr_assert_eq(harness_run(h), SW_OK);
  for (int i = 0; i < N; i++)
    value[1][i] = 1000 * value[1][i] + 5;
  harness *other = of(N, 1, 2, "cv");
  cr_assert_eq(harness_run(other), SW_OK);
  for (int i = 0; i < N; i++) {
    double b = harness_result(h, "coefficient", 1)[i];
    NEAR(harness_result(other, "coefficient", 1)[i], b / 1000, 1e-12);
    NEAR(harness_result(other, "coefficient", 0)[i],
         harness_result(h, "coefficient", 0)[i] - 5 * b / 1000, 1e-9);
    NEAR(harness_result(other, "t", 1)[i], harness_result(h, "t", 1)[i], 1e-9);
    NEAR(harness_result(other, "fitted", 0)[i], harness_result(h, "fitted", 0)[i], 1e-10);
  }
  harness_free(h);
  harness_free(other);
}

/* ---- the search ---------------------------------------------------------------------------- */

static double aicc_at(int n, int k, const char *kernel) {
  char text[16];
  snprintf(text, sizeof text, "%d", k);
  harness *h = of(n, 1, 2, text);
  harness_set(h, "kernel", kernel);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double value_at = global(h, "aicc", 0);
  harness_free(h);
  return value_at;
}

/* Above 500 units: better than what is beside it and than others all along. */
Test(gwr, search_of_many) {
  static const char *const kernel[] = {"bisquare", "gaussian"};
  fill(MANY, .2, 1);
  for (int q = 0; q < 2; q++) {
    harness *h = of(MANY, 1, 2, "aicc");
    harness_set(h, "kernel", kernel[q]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    int k = (int)global(h, "bandwidth", 0);
    double best = global(h, "aicc", 0);
    cr_expect(k > 5 && k < MANY, "%d", k);
    for (int beside = -3; beside <= 3; beside++)
      cr_expect_geq(aicc_at(MANY, k + beside, kernel[q]), best, "%d beside %d", beside, k);
    for (int other = 25; other < MANY; other += 115)
      cr_expect_geq(aicc_at(MANY, other, kernel[q]), best);
    harness_free(h);
  }
}

/* Without any change over space the widest is best, and is taken. */
Test(gwr, search_ends) {
  fill(N, 0, 1);
  harness *h = of(N, 1, 2, "aicc");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double widest = aicc_at(N, N, "bisquare");
  cr_expect_leq(global(h, "aicc", 0), widest);
  cr_expect_geq(global(h, "bandwidth", 0), 60);
  cr_expect_not_null(strstr(harness_said(h), "nearest units, AICc"));
  harness_free(h);
}

/* ---- time ---------------------------------------------------------------------------------- */

/* Periods so far apart that no kernel spans them are each alone; both share one s^2 and AICc. */
Test(gwr, far_in_time) {
  fill(N, .1, .5);
  harness *apart = of(N, T, 2, "30"), *h = of(N, T, 2, "30");
  harness_set(h, "time_scale", "1e6");
  cr_assert_eq(harness_run(apart), SW_OK);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.pooled && !apart->job.pooled);
  for (int i = 0; i < N; i++)
    NEAR(harness_result(h, "coefficient", 3)[i], harness_result(apart, "coefficient", 3)[i], 1e-9);
  NEAR(global(h, "aicc", 0), global(h, "aicc", 1), 0);
  NEAR(global(h, "enp", 0), global(apart, "enp", 0) + global(apart, "enp", 1), 1e-9);
  harness_free(h);
  harness_free(apart);
}

/* ---- what has no fit ----------------------------------------------------------------------- */

Test(gwr, constant_variables) {
  fill(N, .1, .5);
  for (int i = 0; i < N; i++) {
    value[2][i] = 4;
    value[0][N + i] = -1;
  }
  harness *h = of(N, T, 2, "aicc");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int t = 0; t < T; t++) {
    cr_expect(isnan(global(h, "bandwidth", t)) && isnan(global(h, "r2", t)));
    cr_expect(isnan(harness_result(h, "coefficient", t)[3]));
    cr_expect(isnan(harness_result(h, "t", t)[3]) && isnan(harness_result(h, "local_r2", t)[3]));
  }
  harness_free(h);
}

Test(gwr, few_units) {
  fill(N, .1, .5);
  for (int i = 5; i < N; i++)
    value[0][i] = NAN;
  for (int i = 20; i < N; i++)
    value[0][N + i] = NAN;
  harness *h = of(N, T, 2, "aicc");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(global(h, "aicc", 0)) && !isnan(global(h, "aicc", 1)));
  harness_free(h);
  h = of(N, T, 2, "30");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(global(h, "aicc", 0)) && isnan(global(h, "aicc", 1)));
  harness_free(h);
}

/* In the west a variable has one value: fits with western neighbours alone are undefined, and the
 * search goes for bandwidths with fewer of these. */
Test(gwr, collinear) {
  fill(N, .1, .5);
  int west = 0;
  for (int i = 0; i < N; i++)
    if (lon[i] < 0) value[1][i] = .5, west++;
  harness *h = of(N, 1, 2, "8");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  int undefined = 0;
  for (int i = 0; i < N; i++)
    undefined += isnan(harness_result(h, "fitted", 0)[i]);
  cr_expect(undefined > 10 && undefined <= west, "%d of %d", undefined, west);
  cr_expect(harness_noted(h, "local fits in 2001 are undefined: their terms are not independent"));
  cr_expect(isfinite(global(h, "aicc", 0)) || global(h, "enp", 0) > 0);
  harness_free(h);
  h = of(N, 1, 2, "aicc");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  int after = 0;
  for (int i = 0; i < N; i++)
    after += isnan(harness_result(h, "fitted", 0)[i]);
  cr_expect_eq(after, 0, "%d", after);
  harness_free(h);
}

/* A unit without coordinates has no fit and is nobody's neighbour. */
Test(gwr, no_place) {
  fill(N, .1, .5);
  lon[89] = lat[89] = NAN;
  harness *h = of(N, 1, 2, "20");
  harness *one = of(N - 1, 1, 2, "20");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(one), SW_OK);
  cr_expect(isnan(harness_result(h, "fitted", 0)[89]));
  NEAR(global(h, "aicc", 0), global(one, "aicc", 0), 1e-9);
  harness_free(h);
  harness_free(one);
}

/* ---- bad input ----------------------------------------------------------------------------- */

Test(gwr, refused) {
  static const struct {
    const char *bandwidth, *says;
  } wrong[] = {{"best", "'best': expected aicc, cv or a number above 0"},
               {"-3", "'-3': expected aicc, cv or a number above 0"},
               {"20.5", "20.5 nearest units for 3 terms; expected a whole number of 5 or more"},
               {"4", "expected a whole number of 5 or more"},
               {"91", "91 nearest units of 90; expected as many or fewer"}};
  fill(N, 0, 1);
  for (size_t q = 0; q < sizeof wrong / sizeof *wrong; q++) {
    harness *h = of(N, 1, 2, wrong[q].bandwidth);
    HARNESS_FAILS(h, wrong[q].says);
    harness_free(h);
  }
  harness *h = of(N, 1, 2, "aicc");
  h->input[2].name = "y";
  HARNESS_FAILS(h, "'y' is y, too; leave it out");
  harness_free(h);
  h = of(N, 1, 2, "aicc");
  h->input[1].name = "constant";
  HARNESS_FAILS(h, "the model has a constant of its own");
  harness_free(h);
  h = of(N, T, 2, "aicc");
  harness_set(h, "time_scale", "5");
  h->periods.value = NULL;
  HARNESS_FAILS(h, "the time between periods is not known");
  harness_free(h);
}

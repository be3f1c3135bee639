/* Multiscale regression: one surface everywhere, terms of different scales, units in another order,
 * missing values, what has no fit, and what is refused. Numbers of mgwr: tests/real/test_gwr.py; a
 * plain backfitting over dense matrices: tests/catalog/cases/mgwr.py. */
#include "measure/harness.h"

#include "kernel/space/sphere.h"

extern const sw_measure sw_measure_mgwr;

enum { N = 120, T = 2, K = 3 };

static double lon[N], lat[N], value[K][T * N]; /* y, a, b */

static uint64_t state;
static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-53;
}

/* y = 3 + (2 + slope lon) a - b + noise. */
static void fill(double slope, double noise) {
  state = 7;
  for (int i = 0; i < N; i++) {
    lon[i] = 20 * uniform() - 10;
    lat[i] = 20 * uniform() + 20;
  }
  for (int i = 0; i < T * N; i++) {
    value[1][i] = uniform();
    value[2][i] = 50 + 10 * uniform();
    value[0][i] = 3 + (2 + slope * lon[i % N]) * value[1][i] - value[2][i] + noise * uniform();
  }
}

/* "aicc", or "[20, 40, 60]" as a list. */
static void give(harness *h, const char *bandwidth) {
  const char *item[8];
  int count = 0;
  if (bandwidth[0] != '[') {
    harness_set(h, "bandwidth", bandwidth);
    return;
  }
  char *text = sw_arena_text(h->arena, bandwidth + 1);
  cr_assert_not_null(text);
  for (char *at = strtok(text, ", ]"); at; at = strtok(NULL, ", ]"))
    item[count++] = at;
  harness_set_node(h, "bandwidth", harness_list(h, count, item));
}

static harness *of(int n, int periods, const char *bandwidth) {
  static const char *const name[] = {"y", "a", "b"};
  harness *h = harness_new(&sw_measure_mgwr, n, periods);
  double *x = NULL, *y = NULL, *z = NULL;
  sw_distance *d = NULL;
  HARNESS_NEW(h, x, n);
  HARNESS_NEW(h, y, n);
  HARNESS_NEW(h, z, n);
  HARNESS_NEW(h, d, 1);
  sw_sphere_vectors(n, lon, lat, x, y, z);
  *d = (sw_distance){.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z, .symmetric = true};
  for (int v = 0; v < K; v++)
    harness_column(h, v == 0 ? "y" : "x", name[v], value[v]);
  harness_arg(h, "distance")->distance = d;
  give(h, bandwidth);
  h->periods.step = 1;
  h->periods.unit = h->periods.step_unit = SW_TIME_NUMBER;
  return h;
}

static harness *run(int n, int periods, const char *bandwidth) {
  harness *h = of(n, periods, bandwidth);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double by_term(harness *h, const char *name, int t, int term) {
  return harness_result(h, name, 0)[t * K + term];
}

static double deviation(const double *v) {
  double mean = 0, squares = 0;
  for (int i = 0; i < N; i++)
    mean += v[i] / N;
  for (int i = 0; i < N; i++)
    squares += (v[i] - mean) * (v[i] - mean);
  return sqrt(squares / N);
}

/* ---- values -------------------------------------------------------------------------------- */

/* Without noise each coefficient is that of the one surface, in units of deviations. */
Test(mgwr, one_surface) {
  fill(0, 0);
  harness *h = run(N, T, "[30, 50, 120]");
  for (int t = 0; t < T; t++) {
    double y = deviation(value[0] + t * N);
    for (int i = 0; i < N; i++) {
      NEAR(harness_result(h, "coefficient", t)[i], 0, 1e-9);
      NEAR(harness_result(h, "coefficient", T + t)[i], 2 * deviation(value[1] + t * N) / y, 1e-9);
      NEAR(harness_result(h, "coefficient", 2 * T + t)[i], -deviation(value[2] + t * N) / y, 1e-9);
      NEAR(harness_result(h, "fitted", t)[i], value[0][t * N + i], 1e-8);
    }
    NEAR(harness_result(h, "r2", 0)[t], 1, 1e-12);
    NEAR(by_term(h, "bandwidth", t, 1), 50, 0);
  }
  harness_free(h);
}

/* A term that changes over the country gets a narrower bandwidth than one that does not, and more
 * effective parameters. */
Test(mgwr, scales_of_terms) {
  fill(.4, 1);
  harness *h = run(N, 1, "aicc");
  cr_expect_lt(by_term(h, "bandwidth", 0, 1), by_term(h, "bandwidth", 0, 2));
  cr_expect_gt(by_term(h, "enp", 0, 1), 2);
  cr_expect_lt(by_term(h, "enp", 0, 2), 2);
  cr_expect_not_null(strstr(harness_said(h), "b: bandwidth"));
  /* t is what it says, and so is what is left. */
  for (int i = 0; i < N; i++) {
    NEAR(harness_result(h, "t", 1)[i],
         harness_result(h, "coefficient", 1)[i] / harness_result(h, "std_error", 1)[i], 1e-12);
    NEAR(harness_result(h, "fitted", 0)[i] + harness_result(h, "residual", 0)[i], value[0][i],
         1e-12);
  }
  harness_free(h);
}

/* Units of measurement do not matter to coefficients, and move the fit as they move y. */
Test(mgwr, units_of_measurement) {
  fill(.2, 1);
  harness *h = run(N, 1, "[20, 40, 90]");
  for (int i = 0; i < N; i++) {
    value[0][i] = 10 * value[0][i] + 4;
    value[1][i] = 1000 * value[1][i] - 7;
  }
  harness *other = run(N, 1, "[20, 40, 90]");
  for (int i = 0; i < N; i++) {
    for (int q = 0; q < K; q++)
      NEAR(harness_result(other, "coefficient", q)[i], harness_result(h, "coefficient", q)[i],
           1e-9);
    NEAR(harness_result(other, "fitted", 0)[i], 10 * harness_result(h, "fitted", 0)[i] + 4, 1e-8);
    NEAR(harness_result(other, "std_error", 1)[i], harness_result(h, "std_error", 1)[i], 1e-9);
  }
  NEAR(harness_result(other, "aicc", 0)[0], harness_result(h, "aicc", 0)[0], 1e-8);
  harness_free(h);
  harness_free(other);
}

/* Units in the opposite order give the same numbers. */
Test(mgwr, order_of_units) {
  fill(.2, 1);
  harness *h = run(N, 1, "aicc");
  for (int i = 0; i < N / 2; i++) {
    double *const column[] = {lon, lat, value[0], value[1], value[2]};
    for (int c = 0; c < 5; c++) {
      double kept = column[c][i];
      column[c][i] = column[c][N - 1 - i];
      column[c][N - 1 - i] = kept;
    }
  }
  harness *other = run(N, 1, "aicc");
  for (int q = 0; q < K; q++) {
    NEAR(by_term(other, "bandwidth", 0, q), by_term(h, "bandwidth", 0, q), 0);
    NEAR(by_term(other, "enp", 0, q), by_term(h, "enp", 0, q), 1e-9);
    for (int i = 0; i < N; i++)
      NEAR(harness_result(other, "std_error", q)[N - 1 - i], harness_result(h, "std_error", q)[i],
           1e-9);
  }
  harness_free(h);
  harness_free(other);
}

/* A period is as if it were alone, and a unit without a value as if it were not there. */
Test(mgwr, missing) {
  fill(.1, .5);
  value[1][N + N - 1] = NAN;
  harness *h = run(N, T, "[20, 40, 60]");
  cr_expect(isnan(harness_result(h, "fitted", 1)[N - 1]));
  cr_expect_not(isnan(harness_result(h, "fitted", 0)[N - 1]));
  for (int v = 0; v < K; v++)
    memmove(value[v], value[v] + N, N * sizeof **value);
  harness *one = run(N - 1, 1, "[20, 40, 60]");
  NEAR(harness_result(one, "aicc", 0)[0], harness_result(h, "aicc", 0)[1], 1e-9);
  for (int i = 0; i < N - 1; i++) {
    NEAR(harness_result(one, "std_error", 2)[i], harness_result(h, "std_error", 2 * T + 1)[i],
         1e-9);
    NEAR(harness_result(one, "condition", 0)[i], harness_result(h, "condition", 1)[i], 1e-8);
  }
  harness_free(one);
  harness_free(h);
}

/* ---- what has no fit ----------------------------------------------------------------------- */

Test(mgwr, undefined) {
  fill(.1, .5);
  for (int i = 0; i < N; i++) {
    value[2][i] = 4;                    /* constant in the first period */
    if (i >= 30) value[0][N + i] = NAN; /* fewer units than a bandwidth in the second */
  }
  harness *h = run(N, T, "[20, 40, 60]");
  for (int t = 0; t < T; t++) {
    cr_expect(isnan(harness_result(h, "r2", 0)[t]) && isnan(by_term(h, "bandwidth", t, 0)));
    cr_expect(isnan(harness_result(h, "coefficient", t)[3]));
    cr_expect(isnan(harness_result(h, "t", t)[3]) && isnan(harness_result(h, "condition", t)[3]));
  }
  harness_free(h);
}

/* One variable is another: no local fit stands. */
Test(mgwr, collinear) {
  fill(.1, .5);
  for (int i = 0; i < N; i++)
    value[2][i] = 7 - 2 * value[1][i];
  harness *h = run(N, 1, "aicc");
  cr_expect(isnan(harness_result(h, "aicc", 0)[0]));
  for (int i = 0; i < N; i++)
    cr_expect(isnan(harness_result(h, "coefficient", 1)[i]));
  harness_free(h);
}

/* ---- bad input ----------------------------------------------------------------------------- */

Test(mgwr, refused) {
  static const struct {
    const char *bandwidth, *says;
  } wrong[] = {{"cv", "expected aicc, or a list of 3 numbers of nearest units"},
               {"30", "expected aicc, or a list of 3 numbers of nearest units"},
               {"[20, 30]", "expected aicc, or a list of 3 numbers of nearest units"},
               {"[20, 30.5, 40]", "30.5 nearest units; expected whole numbers from 3 to 120"},
               {"[20, 2, 40]", "2 nearest units; expected whole numbers from 3 to 120"},
               {"[20, 30, 121]", "121 nearest units; expected whole numbers from 3 to 120"}};
  fill(0, 1);
  for (size_t q = 0; q < sizeof wrong / sizeof *wrong; q++) {
    harness *h = of(N, 1, wrong[q].bandwidth);
    HARNESS_FAILS(h, wrong[q].says);
    harness_free(h);
  }
  harness *h = of(N, 1, "aicc");
  h->input[2].name = "y";
  HARNESS_FAILS(h, "'y' is y, too; leave it out");
  harness_free(h);
  h = of(N, 1, "aicc");
  h->input[1].name = "constant";
  HARNESS_FAILS(h, "the model has a constant of its own");
  harness_free(h);
}

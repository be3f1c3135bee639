/* Data envelopment: textbook tables, by hand, what must hold of any data, what is refused. */
#include "measure/harness.h"
#include "spillway/rng.h"

extern const sw_measure sw_measure_productivity;

enum { STORES = 8 };

/* Cooper, Seiford and Tone (2007), table 1.1: eight stores, employees and sales. */
static const double employees[STORES] = {2, 3, 3, 4, 5, 5, 6, 8};
static const double sales[STORES] = {1, 3, 2, 3, 4, 2, 3, 5};

static harness *stores(const char *scale, const char *orient) {
  harness *h = harness_new(&sw_measure_productivity, STORES, 1);
  harness_column(h, "inputs", "employees", employees);
  harness_column(h, "outputs", "sales", sales);
  harness_set(h, "scale", scale);
  harness_set(h, "orient", orient);
  return h;
}

static void run(harness *h) {
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
}

static void expect(harness *h, const char *name, int row, int n, const double *wanted) {
  const double *got = harness_result(h, name, row);
  for (int i = 0; i < n; i++)
    if (isnan(wanted[i]))
      cr_expect(isnan(got[i]), "%s %d of %d: %g", name, row, i, got[i]);
    else
      cr_expect(fabs(got[i] - wanted[i]) < 1e-9, "%s %d of %d: %.12g, wanted %.12g", name, row, i,
                got[i], wanted[i]);
}

/* Table 1.2 of the book; under constant returns both orientations agree. */
Test(productivity, one_input_one_output) {
  static const char *const orient[] = {"output", "input"};
  static const double ccr[STORES] = {.5, 1, 2. / 3, .75, .8, .4, .5, .625};
  for (int k = 0; k < 2; k++) {
    harness *h = stores("crs", orient[k]);
    run(h);
    expect(h, "efficiency", 0, STORES, ccr);
    harness_free(h);
  }
}

/* Stores A, B, E, H span the frontier of variable returns: (2, 1), (3, 3), (5, 4), (8, 5). */
Test(productivity, variable_returns) {
  static const double input[STORES] = {1, 1, 2.5 / 3, .75, 1, .5, .5, 1};
  static const double output[STORES] = {1, 1, 2. / 3, 3 / 3.5, 1, .5, 3 / (4 + 1. / 3), 1};
  static const double ccr[STORES] = {.5, 1, 2. / 3, .75, .8, .4, .5, .625};
  double scale[STORES];
  harness *h = stores("vrs", "input");
  run(h);
  expect(h, "efficiency", 0, STORES, input);
  for (int i = 0; i < STORES; i++)
    scale[i] = ccr[i] / input[i];
  expect(h, "scale_efficiency", 0, STORES, scale);
  harness_free(h);
  h = stores("vrs", "output");
  run(h);
  expect(h, "efficiency", 0, STORES, output);
  for (int i = 0; i < STORES; i++)
    scale[i] = ccr[i] / output[i];
  expect(h, "scale_efficiency", 0, STORES, scale);
  harness_free(h);
}

/* By the proportional direction theta = (1 - beta)/(1 + beta) under constant returns. */
Test(productivity, directional) {
  static const double ccr[STORES] = {.5, 1, 2. / 3, .75, .8, .4, .5, .625};
  double beta[STORES], efficiency[STORES];
  harness *h = stores("crs", "directional");
  for (int i = 0; i < STORES; i++) {
    beta[i] = (1 - ccr[i]) / (1 + ccr[i]);
    efficiency[i] = 1 / (1 + beta[i]);
  }
  run(h);
  expect(h, "inefficiency", 0, STORES, beta);
  expect(h, "efficiency", 0, STORES, efficiency);
  harness_free(h);
}

/* The same, example 2.2: two inputs. F is on the frontier, with 2 too much of the first input. */
static const double two[2][6] = {{4, 7, 8, 4, 2, 10}, {3, 3, 1, 2, 4, 1}};
static const double ones[6] = {1, 1, 1, 1, 1, 1};

static harness *two_inputs(void) {
  harness *h = harness_new(&sw_measure_productivity, 6, 1);
  harness_column(h, "inputs", "x1", two[0]);
  harness_column(h, "inputs", "x2", two[1]);
  harness_column(h, "outputs", "y", ones);
  harness_set(h, "orient", "input");
  return h;
}

Test(productivity, slacks) {
  static const double theta[6] = {6. / 7, 3 / 4.75, 1, 1, 1, 1};
  static const double x1[6] = {0, 0, 0, 0, 0, 2}, none[6] = {0};
  harness *h = two_inputs();
  run(h);
  expect(h, "efficiency", 0, 6, theta);
  expect(h, "slack", 0, 6, x1);
  expect(h, "slack", 1, 6, none);
  expect(h, "slack", 2, 6, none);
  expect(h, "status", 0, 6, none);
  harness_free(h);
}

/* Without itself: D before the line from C (8, 1) to E (2, 4), x1 + 2 x2 = 10; E before the end of
 * the frontier, which goes up at D's x1, twice as much; C before the line from D to F, x1 + 6 x2 =
 * 16; F before C, with as much of x2. */
Test(productivity, super) {
  static const double theta[6] = {6. / 7, 3 / 4.75, 8. / 7, 10. / 8, 2, 1};
  harness *h = two_inputs();
  harness_arg(h, "super")->number = 1;
  run(h);
  expect(h, "efficiency", 0, 6, theta);
  cr_expect(h->job.result[2].off, "no scale efficiency");
  harness_free(h);
}

/* Under variable returns nothing produces as much as the largest, nor as little input as the least.
 */
Test(productivity, super_infeasible) {
  static const double status[STORES] = {0, 0, 0, 0, 0, 0, 0, 1};
  harness *h = stores("vrs", "input");
  harness_arg(h, "super")->number = 1;
  run(h);
  expect(h, "status", 0, STORES, status);
  cr_expect(isnan(harness_result(h, "efficiency", 0)[7]));
  cr_expect(isnan(harness_result(h, "slack", 0)[7]));
  NEAR(harness_result(h, "efficiency", 0)[0], 1.5, 1e-9);
  cr_expect(harness_noted(h, "1 of 8 observations have an infeasible program"));
  harness_free(h);
}

/* Three units of one input, y and b: (4, 2) with most of y, (1, 0.2) with most of y per b, and
 * (2, 2) before them: at l1 + l3 = 1, 1 + 3 l1 = 2 (1 + beta) of y and 0.2 + 1.8 l1 = 2 (1 - beta)
 * of b, which is l1 = 2.8/4.8. */
static const double input3[3] = {1, 1, 1}, good3[3] = {4, 2, 1}, bad3[3] = {2, 2, .2};

Test(productivity, bad_output) {
  harness *h = harness_new(&sw_measure_productivity, 3, 1);
  harness_column(h, "inputs", "x", input3);
  harness_column(h, "outputs", "y", good3);
  harness_column(h, "bad", "b", bad3);
  harness_set(h, "orient", "directional");
  run(h);
  NEAR(harness_result(h, "inefficiency", 0)[0], 0, 0);
  NEAR(harness_result(h, "inefficiency", 0)[1], (3 * 2.8 / 4.8 - 1) / 2, 1e-9);
  NEAR(harness_result(h, "inefficiency", 0)[2], 0, 0);
  cr_expect(h->job.result[2].off, "no scale efficiency with bad outputs");
  harness_free(h);
}

/* ---- change ----------------------------------------------------------------------------- */

/* One input and output, constant returns: E^s(t) is the productivity of t over the best of s. */
static const double in2[3][3] = {{2, 4, 5}, {2, 5, 5}, {4, 5, 6}};
static const double out2[3][3] = {{2, 3, 2}, {3, 4, 3}, {5, 8, 3}};

static harness *changes(const char *index, const char *orient) {
  harness *h = harness_new(&sw_measure_productivity, 3, 3);
  harness_column(h, "inputs", "x", in2[0]);
  harness_column(h, "outputs", "y", out2[0]);
  harness_set(h, "index", index);
  harness_set(h, "orient", orient);
  return h;
}

static double ratio(int t, int i) {
  return out2[t][i] / in2[t][i];
}

static double best(int t) {
  return fmax(ratio(t, 0), fmax(ratio(t, 1), ratio(t, 2)));
}

Test(productivity, malmquist) {
  static const char *const index[] = {"malmquist", "malmquist", "global"};
  static const char *const orient[] = {"output", "input", "input"};
  for (int k = 0; k < 3; k++) {
    harness *h = changes(index[k], orient[k]);
    run(h);
    for (int i = 0; i < 3; i++) {
      cr_expect(isnan(harness_result(h, "index", 0)[i]));
      NEAR(harness_result(h, "cumulated", 0)[i], 1, 0);
    }
    for (int t = 1; t < 3; t++)
      for (int i = 0; i < 3; i++) {
        NEAR(harness_result(h, "index", t)[i], ratio(t, i) / ratio(t - 1, i), 1e-9);
        NEAR(harness_result(h, "efficiency_change", t)[i],
             ratio(t, i) / best(t) * best(t - 1) / ratio(t - 1, i), 1e-9);
        NEAR(harness_result(h, "technical_change", t)[i], best(t) / best(t - 1), 1e-9);
        NEAR(harness_result(h, "cumulated", t)[i], ratio(t, i) / ratio(0, i), 1e-9);
      }
    harness_free(h);
  }
}

static double beta_of(double e) {
  return (1 - e) / (1 + e);
}

Test(productivity, luenberger) {
  harness *h = changes("luenberger", "directional");
  run(h);
  for (int i = 0; i < 3; i++) {
    double b00 = beta_of(ratio(0, i) / best(0)), b01 = beta_of(ratio(1, i) / best(0));
    double b10 = beta_of(ratio(0, i) / best(1)), b11 = beta_of(ratio(1, i) / best(1));
    NEAR(harness_result(h, "index", 1)[i], .5 * (b00 - b01 + b10 - b11), 1e-9);
    NEAR(harness_result(h, "efficiency_change", 1)[i], b00 - b11, 1e-9);
    NEAR(harness_result(h, "cumulated", 0)[i], 0, 0);
    NEAR(harness_result(h, "cumulated", 2)[i],
         harness_result(h, "index", 1)[i] + harness_result(h, "index", 2)[i], 1e-15);
  }
  harness_free(h);
}

/* What a window or all periods span; the first periods have the first whole window. */
Test(productivity, references) {
  harness *h = changes("none", "output");
  harness_set(h, "reference", "window");
  harness_set(h, "window", "2");
  run(h);
  for (int i = 0; i < 3; i++) {
    NEAR(harness_result(h, "efficiency", 0)[i], ratio(0, i) / fmax(best(0), best(1)), 1e-9);
    NEAR(harness_result(h, "efficiency", 1)[i], ratio(1, i) / fmax(best(0), best(1)), 1e-9);
    NEAR(harness_result(h, "efficiency", 2)[i], ratio(2, i) / fmax(best(1), best(2)), 1e-9);
  }
  harness_free(h);
  h = changes("malmquist", "output");
  harness_set(h, "reference", "all");
  run(h);
  for (int i = 0; i < 3; i++) {
    NEAR(harness_result(h, "efficiency", 0)[i], ratio(0, i) / best(2), 1e-9);
    NEAR(harness_result(h, "technical_change", 1)[i], 1, 0);
  }
  harness_free(h);
}

/* ---- missing, refused ------------------------------------------------------------------- */

Test(productivity, missing) {
  static const double x[2][5] = {{1, 2, NAN, 0, 4}, {1, 2, 3, 1, 4}};
  static const double y[2][5] = {{2, 2, 9, 3, 0}, {2, 2, 3, 3, 4}};
  static const double status[5] = {0, 0, 2, 2, 2}, efficiency[5] = {1, .5, NAN, NAN, NAN};
  harness *h = harness_new(&sw_measure_productivity, 5, 2);
  harness_column(h, "inputs", "x", x[0]);
  harness_column(h, "outputs", "y", y[0]);
  harness_set(h, "index", "malmquist");
  run(h);
  expect(h, "status", 0, 5, status);
  expect(h, "efficiency", 0, 5, efficiency);
  NEAR(harness_result(h, "index", 1)[0], 1, 1e-9);
  cr_expect(isnan(harness_result(h, "index", 1)[2]) && isnan(harness_result(h, "cumulated", 1)[2]));
  NEAR(harness_result(h, "efficiency", 1)[3], 1, 0);
  cr_expect(harness_noted(h, "3 of 10 observations span no frontier"));
  cr_expect(harness_noted(h, "5 units for 2 inputs and outputs"));
  harness_free(h);
}

Test(productivity, refused) {
  static const double negative[STORES] = {1, 3, 2, -3, 4, 2, 3, 5};
  harness *h = harness_new(&sw_measure_productivity, STORES, 1);
  harness_column(h, "inputs", "employees", employees);
  harness_column(h, "outputs", "profit", negative);
  HARNESS_FAILS(h, "'profit' of ");
  harness_free(h);
  h = harness_new(&sw_measure_productivity, STORES, 1);
  harness_column(h, "inputs", "employees", employees);
  harness_column(h, "outputs", "employees", employees);
  HARNESS_FAILS(h, "'employees' is an input already; a column has one part");
  harness_free(h);
  h = stores("crs", "output");
  harness_set(h, "index", "luenberger");
  HARNESS_FAILS(h, "expected `orient: directional`");
  harness_free(h);
  h = stores("crs", "output");
  harness_set(h, "index", "malmquist");
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
  h = stores("crs", "output");
  harness_set(h, "window", "2");
  HARNESS_FAILS(h, "expected `reference: window`");
  harness_free(h);
  h = stores("vrs", "output");
  harness_column(h, "bad", "b", sales + 0);
  HARNESS_FAILS(h, "bad outputs go with `scale: crs`");
  harness_free(h);
  h = changes("malmquist", "output");
  harness_arg(h, "super")->number = 1;
  HARNESS_FAILS(h, "an index compares efficiencies before whole frontiers");
  harness_free(h);
}

/* ---- properties ------------------------------------------------------------------------- */

enum { MANY = 300, PERIODS = 3, VARIABLES = 4 };

/* Sizes over five orders of magnitude; two inputs, two outputs. */
static void draw(double *to, double unit) {
  uint64_t state = 7;
  for (int v = 0; v < VARIABLES; v++)
    for (int k = 0; k < MANY * PERIODS; k++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      double own = (double)(state >> 11) * 0x1p-53;
      double size = pow(10, 5. * (k % MANY) / MANY);
      to[v * MANY * PERIODS + k] = size * (.2 + own) * (v == 1 ? unit : 1);
    }
}

/* Units in reverse order where `turned`. */
static harness *many(double unit, bool turned, const char *scale, const char *orient) {
  static const char *const name[VARIABLES] = {"x1", "x2", "y1", "y2"};
  double *data = malloc(sizeof *data * VARIABLES * MANY * PERIODS);
  double *column = malloc(sizeof *column * MANY * PERIODS);
  harness *h = harness_new(&sw_measure_productivity, MANY, PERIODS);
  draw(data, unit);
  for (int v = 0; v < VARIABLES; v++) {
    for (int t = 0; t < PERIODS; t++)
      for (int i = 0; i < MANY; i++)
        column[t * MANY + i] = data[(v * PERIODS + t) * MANY + (turned ? MANY - 1 - i : i)];
    harness_column(h, v < 2 ? "inputs" : "outputs", name[v], column);
  }
  harness_set(h, "scale", scale);
  harness_set(h, "orient", orient);
  free(data);
  free(column);
  return h;
}

Test(productivity, bounds) {
  harness *crs = many(1, false, "crs", "output"), *vrs = many(1, false, "vrs", "output");
  harness_set(crs, "index", "malmquist");
  run(crs);
  run(vrs);
  for (int t = 0; t < PERIODS; t++) {
    const double *c = harness_result(crs, "efficiency", t),
                 *v = harness_result(vrs, "efficiency", t);
    int efficient = 0;
    for (int i = 0; i < MANY; i++) {
      cr_expect(c[i] > 0 && c[i] <= v[i] + 1e-9 && v[i] <= 1, "%d: %g %g", i, c[i], v[i]);
      NEAR(harness_result(vrs, "scale_efficiency", t)[i], c[i] / v[i], 1e-9);
      NEAR(harness_result(crs, "scale_efficiency", t)[i], c[i] / v[i], 1e-9);
      efficient += c[i] == 1;
      if (t == 0) continue;
      NEAR(harness_result(crs, "index", t)[i],
           harness_result(crs, "efficiency_change", t)[i] *
               harness_result(crs, "technical_change", t)[i],
           1e-15);
    }
    cr_expect(efficient > 0 && efficient < MANY / 4, "%d efficient", efficient);
  }
  harness_free(crs);
  harness_free(vrs);
}

/* Neither units of measurement nor the order of units change what is found. */
Test(productivity, invariance) {
  harness *plain = many(1, false, "vrs", "input");
  harness *scaled = many(1e6, false, "vrs", "input"), *turned = many(1, true, "vrs", "input");
  run(plain);
  run(scaled);
  run(turned);
  for (int t = 0; t < PERIODS; t++)
    for (int i = 0; i < MANY; i++) {
      double e = harness_result(plain, "efficiency", t)[i];
      NEAR(harness_result(scaled, "efficiency", t)[i], e, 1e-9);
      NEAR(harness_result(turned, "efficiency", t)[MANY - 1 - i], e, 1e-9);
    }
  harness_free(plain);
  harness_free(scaled);
  harness_free(turned);
}

/* ---- bootstrap -------------------------------------------------------------------------- */

static double uniform(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return ((double)(*state >> 11) + .5) * 0x1p-53;
}

static int ascending(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* y = sqrt(x) e, with e known: estimates lie above it, as the frontier of a sample lies within;
 * corrected they are nearer, and most intervals have the true one. */
Test(productivity, bootstrap) {
  enum { UNITS = 200 };
  double x[UNITS], y[UNITS], e[UNITS], far = 0, near = 0;
  int within = 0;
  uint64_t state = 5;
  for (int i = 0; i < UNITS; i++) {
    x[i] = 1 + 8 * uniform(&state);
    e[i] = 1 - .6 * fabs(uniform(&state) - uniform(&state));
    y[i] = sqrt(x[i]) * e[i];
  }
  harness *h = harness_new(&sw_measure_productivity, UNITS, 1);
  harness_column(h, "inputs", "x", x);
  harness_column(h, "outputs", "y", y);
  harness_set(h, "scale", "vrs");
  harness_set(h, "bootstrap", "200");
  run(h);
  const double *estimate = harness_result(h, "efficiency", 0);
  const double *corrected = harness_result(h, "efficiency_corrected", 0);
  const double *lo = harness_result(h, "efficiency_lo", 0);
  const double *hi = harness_result(h, "efficiency_hi", 0);
  for (int i = 0; i < UNITS; i++) {
    cr_expect(lo[i] < corrected[i] && corrected[i] < hi[i] && hi[i] <= estimate[i], "%d", i);
    far += fabs(estimate[i] - e[i]);
    near += fabs(corrected[i] - e[i]);
    within += lo[i] <= e[i] && e[i] <= hi[i];
  }
  cr_expect(near < far, "%g, and %g before", near / UNITS, far / UNITS);
  cr_expect(within > .75 * UNITS, "%d within", within);
  harness_free(h);
}

/* FNV-1a, by which draws of a period are kept apart. */
static uint64_t key_of(const char *label) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (; *label; label++)
    hash = (hash ^ (unsigned char)*label) * UINT64_C(0x100000001b3);
  return hash ^ UINT64_C(0x656e76656c6f70);
}

/* One input of 1, constant returns: one unit has an output of 1, all others of 1/2, so estimates
 * are 1, 1/2, 1/2, ... The range of quartiles says nothing of them: with the reflections it is 1
 * however few lie apart, 1/1.34 is more than the deviation of 1/2 and 3/2, and that counts. By
 * hand, of m = 2 (n - 1) of them,
 *
 *   h = .9 s_m m^-.2 (m/n)^.2 s_n/s_m = .9 n^-.2 s_n,  s_n^2 = (1/4) (1 - 1/n)/(n - 1) = 1/(4n)
 *
 * A draw puts every unit at its drawn efficiency itself, so that the largest one, M, is the
 * frontier of the draw, and a unit's efficiency there is its own over M. */
Test(productivity, bootstrap_of_equals) {
  enum { UNITS = 9, DRAWS = 100 };
  double one[UNITS], y[UNITS], over[DRAWS], sum = 0;
  double h = .9 * pow(UNITS, -.2) * sqrt(.25 / UNITS);
  double far = sqrt(.25 * (UNITS - 1) / UNITS), towards = 1 / sqrt(1 + h * h / (far * far));
  for (int i = 0; i < UNITS; i++) {
    one[i] = 1;
    y[i] = i == 2 ? 1 : .5;
  }
  harness *of = harness_new(&sw_measure_productivity, UNITS, 1);
  harness_column(of, "inputs", "x", one);
  harness_column(of, "outputs", "y", y);
  harness_set(of, "scale", "crs");
  harness_set(of, "bootstrap", "100");
  run(of);
  for (int b = 0; b < DRAWS; b++) {
    double most = 0;
    for (int i = 0; i < UNITS; i++) {
      sw_rng rng = sw_rng_make(of->job.seed, key_of(sw_job_period(&of->job, 0)), of->units.key[i]);
      rng.draw = 8 * (uint64_t)b;
      double at = y[sw_rng_below(&rng, UNITS)];
      rng.draw = 8 * (uint64_t)b + 4;
      most = fmax(most, 1 - fabs(at + h * sw_rng_normal(&rng) - 1) * towards);
    }
    over[b] = 1 / most;
    sum += over[b];
  }
  qsort(over, DRAWS, sizeof *over, ascending);
  cr_assert(over[0] < over[DRAWS - 1], "they differ, or h would not matter");
  for (int i = 0; i < UNITS; i++) {
    NEAR(harness_result(of, "efficiency", 0)[i], y[i], 1e-12);
    NEAR(harness_result(of, "efficiency_corrected", 0)[i], y[i] * (2 - sum / DRAWS), 1e-10);
    /* Of 100 in order, type 7: places 96.525 and 2.475. */
    NEAR(harness_result(of, "efficiency_lo", 0)[i],
         y[i] * (2 - (.475 * over[96] + .525 * over[97])), 1e-10);
    NEAR(harness_result(of, "efficiency_hi", 0)[i], y[i] * (2 - (.525 * over[2] + .475 * over[3])),
         1e-10);
  }
  harness_free(of);
}

Test(productivity, bootstrap_refused) {
  harness *h = stores("crs", "output");
  harness_set(h, "bootstrap", "20");
  HARNESS_FAILS(h, "20 draws give no bounds; expected 100 or more, or 0");
  harness_free(h);
  h = stores("crs", "directional");
  harness_set(h, "bootstrap", "100");
  HARNESS_FAILS(h, "draws are of radial efficiencies within a period");
  harness_free(h);
}

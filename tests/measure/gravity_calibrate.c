/* Exponents of gravity out of observed flows: the 30 largest US counties of 2018 against
 * statsmodels (shared/oracles/regions.md, "PPML") and against generalised least squares with
 * dummies in numpy; what effects leave as they are; flows and units that are no part of it. */
#include "measure/calibrate/calibrate.h"
#include "pair_fixture.h"

extern const sw_measure sw_measure_gravity;

enum { N = 30 };

/* us_bea_points and the population of 2018 in us_county_income_1969_2018, in the order of codes. */
static const double county[N][3] = {
    {-112.495534, 33.346541, 4410824},  {-121.913304, 37.648081, 1666753},
    {-118.261862, 34.196398, 10105518}, {-117.777207, 33.675687, 3185968},
    {-116.002239, 33.729828, 2450758},  {-121.340441, 38.450011, 1540975},
    {-116.181197, 34.85722, 2171603},   {-116.776117, 33.023604, 3343364},
    {-121.690622, 37.220777, 1937570},  {-80.476658, 26.19352, 1951260},
    {-82.349568, 27.90659, 1436888},    {-80.499045, 25.610494, 2761581},
    {-81.323295, 28.514435, 1380645},   {-80.448673, 26.645763, 1485941},
    {-87.645455, 41.894294, 5180493},   {-71.396507, 42.479477, 1614714},
    {-83.261953, 42.284664, 1753893},   {-115.013819, 36.214236, 2231647},
    {-73.852939, 40.848711, 1432132},   {-73.950777, 40.635133, 2582830},
    {-73.589384, 40.729687, 1358343},   {-73.970174, 40.776557, 1628701},
    {-73.837929, 40.658557, 2278906},   {-72.692218, 40.943554, 1481093},
    {-75.133346, 40.009376, 1584138},   {-98.520147, 29.448671, 1986049},
    {-96.778424, 32.766987, 2637772},   {-95.393037, 29.857273, 4698619},
    {-97.291291, 32.77204, 2084931},    {-121.832375, 47.493554, 2233163}};

static double x[N], y[N], z[N], mass[N], flow_of[N][N], none[N];
static int64_t row_start[N + 1];
static int32_t to[N * N];
static double value[N * N];
static sw_links links;
static const double *own[1] = {none};
static sw_flow flow = {"commuting", &links, own, true};
static sw_distance distance = {.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z, .symmetric = true};

static double km(int i, int j) {
  double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
  return 2 * 6371.0088 * asin(sqrt(dx * dx + dy * dy + dz * dz) / 2);
}

/* Pairs without flow stand in the table where `zeros` says so. */
static void make_links(bool zeros) {
  int64_t count = 0;
  for (int i = 0; i < N; i++) {
    row_start[i] = count;
    for (int j = 0; j < N; j++) {
      if (i == j || (flow_of[i][j] == 0 && !zeros)) continue;
      to[count] = j;
      value[count++] = flow_of[i][j];
    }
  }
  row_start[N] = count;
  links = (sw_links){.n = N, .row_start = row_start, .to = to, .value = value};
}

/* F = floor(1e-5 m_i^.8 m_j^.7 d^-1.5 (1 + .5 sin((i + 1) + 2 (j + 1)))). */
static harness *start(const char *constraint) {
  for (int i = 0; i < N; i++) {
    double a = county[i][0] * M_PI / 180, b = county[i][1] * M_PI / 180;
    x[i] = cos(b) * cos(a), y[i] = cos(b) * sin(a), z[i] = sin(b), mass[i] = county[i][2];
    none[i] = NAN;
  }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      flow_of[i][j] = i == j ? 0
                             : floor(1e-5 * pow(mass[i], .8) * pow(mass[j], .7) *
                                     pow(km(i, j), -1.5) * (1 + .5 * sin(i + 1 + 2 * (j + 1))));
  make_links(false);
  harness *h = harness_new(&sw_measure_gravity, N, 1);
  harness_arg(h, "distance")->distance = &distance;
  harness_arg(h, "calibrate.flows")->flow = &flow;
  if (constraint) harness_set(h, "calibrate.constraint", constraint);
  harness_column(h, "mass", "population", mass);
  for (const char *const *name =
           (const char *const[]){"decay", "exponent", "constant", "share", "same_group", NULL};
       *name; name++)
    harness_arg(h, *name)->given = false;
  return h;
}

static void drop(harness *h) {
  h->job.measure->destroy(&h->job);
  harness_free(h);
}

static void estimate(harness *h) {
  cr_assert_eq(harness_resolve(h), SW_OK, "%s", h->err.text);
  harness_rows(h);
  for (int pass = 0; pass < h->job.n_passes - 1; pass++)
    cr_assert_eq(harness_pass(h, pass), SW_OK, "%s", h->err.text);
}

static void expect(const harness *h, const char *name, int count, const double *wanted,
                   double tolerance) {
  const double *found = harness_result(h, name, 0);
  for (int k = 0; k < count; k++)
    cr_expect(fabs(found[k] - wanted[k]) <= tolerance, "%s %d: %.15g, wanted %.15g", name, k,
              found[k], wanted[k]);
}

#define EXPECT(h, name, tolerance, ...)                                                            \
  expect(h, name, sizeof((double[]){__VA_ARGS__}) / sizeof(double), (double[]){__VA_ARGS__},       \
         tolerance)

Test(gravity_calibrate, statsmodels) {
  harness *h = start(NULL);
  double sum = 0;
  estimate(h);
  EXPECT(h, "coefficient", 1e-9, -10.526569447, .800557336, .644452751, -1.567065143);
  EXPECT(h, "std_error", 1e-9, 1.877841425, .133382736, .119705127, .019806944);
  EXPECT(h, "deviance", 1e-9, 1461.329478634);
  EXPECT(h, "common_part", 1e-9, .850333951);
  EXPECT(h, "r2", 1e-9, .949809507);
  const double *b = harness_result(h, "coefficient", 0);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      if (i != j) {
        double found = pair_value(h, 0, i, j);
        double wanted = exp(b[0]) * pow(mass[i], b[1]) * pow(mass[j], b[2]) * pow(km(i, j), b[3]);
        NEAR(found / wanted, 1, 1e-12);
        sum += found;
      }
  NEAR(sum, 9565, 1e-8); /* the estimate keeps the total */
  pair_expect_bits(h, 0);
  drop(h);
}

/* numpy: iterated weighted least squares with a dummy for each effect; errors without a factor. */
Test(gravity_calibrate, effects) {
  harness *h = start("origin");
  estimate(h);
  EXPECT(h, "coefficient", 1e-9, .5871341759064066, -1.625309426808065);
  EXPECT(h, "std_error", 1e-8, .13087284, .04384957);
  EXPECT(h, "deviance", 1e-8, 1179.41339833216);
  EXPECT(h, "common_part", 1e-9, .8683181959361055);
  EXPECT(h, "r2", 1e-9, .9598694414621242);
  drop(h);
  h = start("destination");
  estimate(h);
  EXPECT(h, "coefficient", 1e-9, .8269280001263177, -1.6603875190512771);
  EXPECT(h, "std_error", 1e-8, .13242571, .04639334);
  EXPECT(h, "deviance", 1e-8, 1280.1643394980797);
  EXPECT(h, "common_part", 1e-9, .8685882079210542);
  drop(h);
  h = start("doubly");
  estimate(h);
  EXPECT(h, "coefficient", 1e-9, -1.718692430);
  EXPECT(h, "std_error", 1e-8, .063102300);
  EXPECT(h, "deviance", 1e-8, 1040.8586151115635);
  EXPECT(h, "common_part", 1e-9, .8874982101623928);
  EXPECT(h, "r2", 1e-9, .9722910234742499);
  drop(h);
}

/* Effects of both sides give the sums of rows and columns, to the flow. */
Test(gravity_calibrate, sums) {
  harness *h = start("doubly");
  estimate(h);
  for (int i = 0; i < N; i++) {
    double sent = 0, received = 0, out = 0, in = 0;
    for (int j = 0; j < N; j++) {
      if (i == j) continue;
      sent += flow_of[i][j], received += flow_of[j][i];
      out += pair_value(h, 0, i, j), in += pair_value(h, 0, j, i);
    }
    NEAR(out, sent, 1e-8);
    NEAR(in, received, 1e-8);
  }
  drop(h);
}

/* Zeros that stand in the table are pairs; absent ones are not, where the study says so. */
Test(gravity_calibrate, absent) {
  for (int zeros = 0; zeros < 2; zeros++) {
    harness *h = start(NULL);
    make_links(zeros);
    harness_set(h, "calibrate.zeros", "absent");
    estimate(h);
    if (zeros)
      EXPECT(h, "coefficient", 1e-9, -10.526569447, .800557336, .644452751, -1.567065143);
    else
      EXPECT(h, "coefficient", 1e-9, -9.861126226594939, .7669579064431735, .617938877895344,
             -1.4971318514670138);
    if (!zeros) EXPECT(h, "deviance", 1e-8, 1102.6216383154258);
    drop(h);
  }
  for (const char *const *constraint =
           (const char *const[]){"origin", "destination", "doubly", NULL};
       *constraint; constraint++) {
    double both[2];
    for (int absent = 0; absent < 2; absent++) {
      harness *h = start(*constraint);
      make_links(true);
      if (absent) harness_set(h, "calibrate.zeros", "absent");
      estimate(h);
      both[absent] = harness_result(h, "deviance", 0)[0];
      drop(h);
    }
    NEAR(both[0], both[1], 1e-8);
  }
}

/* A unit without a mass is left out with its pairs: the estimate is that of the others. */
Test(gravity_calibrate, left_out) {
  double estimates[2][4];
  for (int how = 0; how < 2; how++) {
    harness *h = start(NULL);
    if (how == 0) h->whole[0][0][4] = 0;
    for (int j = 0; how == 0 && j < N; j++)
      flow_of[4][j] = 7;
    make_links(false);
    if (how == 1) /* the same by no distance to it */
      x[4] = NAN;
    estimate(h);
    memcpy(estimates[how], harness_result(h, "coefficient", 0), sizeof estimates[how]);
    if (how == 0) cr_expect_eq(pair_value(h, 0, 4, 5), 0);
    drop(h);
  }
  for (int k = 0; k < 4; k++)
    NEAR(estimates[0][k], estimates[1][k], 1e-12);
}

/* Nothing flows, or all masses are one: there is nothing to estimate. */
Test(gravity_calibrate, undetermined) {
  harness *h = start(NULL);
  memset(flow_of, 0, sizeof flow_of);
  make_links(true);
  estimate(h);
  cr_expect(isnan(harness_result(h, "coefficient", 0)[0]));
  cr_expect(isnan(pair_value(h, 0, 1, 2)));
  drop(h);
  h = start(NULL);
  for (int i = 0; i < N; i++)
    h->whole[0][0][i] = 1000;
  estimate(h);
  cr_expect(isnan(harness_result(h, "coefficient", 0)[0]));
  drop(h);
}

/* NaN might have any cause: it must be told that this is the one. */
static void expect_separated(harness *h) {
  static const char *why[256];
  bool is_told = false;
  memset(why, 0, sizeof why);
  make_links(false);
  h->job.why = why;
  estimate(h);
  for (size_t k = 0; k < sizeof why / sizeof *why; k++)
    is_told |= why[k] && strcmp(why[k], SW_FIT_SEPARATED) == 0;
  cr_expect(is_told);
  h->job.why = NULL;
  cr_expect(isnan(harness_result(h, "coefficient", 0)[0]));
  cr_expect(isnan(harness_result(h, "deviance", 0)[0]));
  cr_expect(isnan(pair_value(h, 0, 1, 2)));
  drop(h);
}

/* No finite maximum: the largest unit alone sends, or receives, or each sends to its nearest alone,
 * so that an exponent grows for ever. */
Test(gravity_calibrate, separated) {
  enum { LARGEST = 2 };
  harness *h = start(NULL);
  for (int i = 0; i < N; i++)
    for (int j = 0; i != LARGEST && j < N; j++)
      flow_of[i][j] = 0;
  expect_separated(h);
  for (int turned = 0; turned < 2; turned++) {
    h = start(turned ? "destination" : "origin");
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++)
        if ((turned ? i : j) != LARGEST) flow_of[i][j] = 0;
    expect_separated(h);
  }
  h = start("doubly");
  for (int i = 0; i < N; i++) {
    double a = .1 * (i / 2) + .01 * (i % 2);
    x[i] = cos(a), y[i] = sin(a), z[i] = 0;
    for (int j = 0; j < N; j++)
      flow_of[i][j] = i / 2 == j / 2 && i != j ? 1 + i / 2 : 0;
  }
  expect_separated(h);
}

/* Flows of one sender less are no separation: its effect is left out with its pairs. */
Test(gravity_calibrate, one_sends_nothing) {
  harness *h = start("origin");
  memset(flow_of[4], 0, sizeof flow_of[4]);
  make_links(false);
  estimate(h);
  cr_expect(isfinite(harness_result(h, "coefficient", 0)[0]));
  cr_expect_eq(pair_value(h, 0, 4, 5), 0);
  drop(h);
}

Test(gravity_calibrate, refused) {
  harness *h = start(NULL);
  harness_set(h, "decay", "2");
  PAIR_FAILS(h, "it is estimated from the flows");
  drop(h);
  h = start("origin");
  harness_arg(h, "calibrate.flows")->flow = NULL;
  PAIR_FAILS(h, "the flows to estimate from");
  drop(h);
}

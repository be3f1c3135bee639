/* Local Moran against spdep, esda and full enumeration on Columbus, NC SIDS and Mexico (oracles),
 * by definition where values are missing, and what p-values may not depend on. */
#include "measure/harness.h"
#include "measure/real.h"
#include "spillway/rng.h"

extern const sw_measure sw_measure_local_moran;

typedef struct sample {
  const real_table *table;
  int64_t n;
  const char **code;
  int64_t *order;
} sample;

static sample sample_of(const real_table *table, const char *code) {
  sample s = {table, table->rows, calloc((size_t)table->rows, sizeof(char *)),
              real_order(table, code)};
  for (int64_t i = 0; i < s.n; i++)
    s.code[i] = real_text(table, s.order[i], code);
  return s;
}

static double *column(const sample *s, const char *name) {
  double *x = calloc((size_t)s->n, sizeof *x);
  for (int64_t i = 0; i < s->n; i++)
    x[i] = real_number(s->table, s->order[i], name);
  return x;
}

static int64_t at(const sample *s, const char *code) {
  return real_find(s->code, s->n, code);
}

static const char *const six[] = {"1", "2", "3", "4", "20", "49"};

static void expect_six(const harness *h, const sample *s, const char *output, const double *want,
                       int count, double tolerance) {
  for (int k = 0; k < count; k++)
    NEAR(harness_result(h, output, 0)[at(s, six[k])], want[k], tolerance);
}

/* spdep and esda; full enumeration of all sets of neighbours, 207 of 1,128 and 2,928 of 17,296: of
 * 10^5 draws the share lies within four standard errors. */
Test(local_moran, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  sample s = sample_of(table, "POLYID");
  const sw_links *links = real_links(edges, s.code, s.n, true);
  double *crime = column(&s, "CRIME"), *income = column(&s, "INC");
  harness *h = harness_new(&sw_measure_local_moran, s.n, 1);
  harness_column(h, "of", "CRIME", crime);
  harness_arg(h, "weights")->weights = links;
  harness_set(h, "permutations", "100000");
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect_six(
      h, &s, "value",
      (double[]){.7368184906, .5287770133, .0938507417, .0048209666, .3414097897, .3633613598}, 6,
      5e-11);
  expect_six(h, &s, "expected",
             (double[]){-.0285985420, -.0202502140, -.0015396867, -.0005707572, -.0925526945,
                        -.0120359548},
             6, 5e-11);
  expect_six(
      h, &s, "variance",
      (double[]){.6661448908, .3102660633, .0176300720, .0065417568, .3327302613, .1859564172}, 6,
      5e-11);
  NEAR(harness_result(h, "p_value", 0)[at(&s, "1")], 207. / 1128, 4 * sqrt(.15 / 1e5));
  NEAR(harness_result(h, "p_value", 0)[at(&s, "2")], 2928. / 17296, 4 * sqrt(.141 / 1e5));
  NEAR(harness_result(h, "p_value", 0)[at(&s, "4")], .475665536, 4 * sqrt(.25 / 1e5));
  int count[5] = {0};
  for (int64_t i = 0; i < s.n; i++)
    count[(int)harness_result(h, "quadrant", 0)[i]]++;
  cr_expect(count[1] == 21 && count[2] == 4 && count[3] == 21 && count[4] == 3);
  harness_free(h);

  h = harness_new(&sw_measure_local_moran, s.n, 1);
  harness_column(h, "of", "CRIME", crime);
  harness_arg(h, "weights")->weights = links;
  harness_set(h, "divisor", "n-1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect_six(
      h, &s, "value",
      (double[]){.7217813786, .5179856456, .0919354204, .0047225796, .3344422430, .3559458218}, 6,
      5e-11);
  harness_free(h);

  h = harness_new(&sw_measure_local_moran, s.n, 1);
  harness_column(h, "of", "CRIME", crime);
  harness_column(h, "with", "INC", income);
  harness_arg(h, "weights")->weights = links;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect_six(h, &s, "value", (double[]){-.8756965797, .1840173121, .0121332471, -.0166932676}, 4,
             5e-11);
  harness_free(h);
}

/* Rates, spdep's EBImoran and its local form: SID79 of BIR79. */
Test(local_moran, rates) {
  REAL_OPEN(table, "nc_sids100.csv");
  REAL_OPEN(edges, "nc_sids100_gal_edges.csv");
  sample s = sample_of(table, "FIPS");
  const sw_links *links = real_links(edges, s.code, s.n, true);
  harness *h = harness_new(&sw_measure_local_moran, s.n, 1);
  harness_column(h, "of", "SID79", column(&s, "SID79"));
  harness_arg(h, "weights")->weights = links;
  harness_column(h, "population", "BIR79", column(&s, "BIR79"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 0);
  NEAR(value[at(&s, "37001")], .0945990777, 5e-11);
  NEAR(value[at(&s, "37009")], -.1358824816, 5e-11);
  NEAR(value[at(&s, "37183")], .2363163463, 5e-11);
  double mean = 0;
  for (int64_t i = 0; i < s.n; i++)
    mean += value[i] / (double)s.n;
  NEAR(mean, .16622343552567, 5e-15);
  harness_free(h);
}

/* Growth of 32 states of Mexico: ln 2000 less ln 1940, by own program; their mean is the global I.
 */
Test(local_moran, difference) {
  static const int64_t year[] = {1940, 2000};
  static double x[2 * 32];
  REAL_OPEN(table, "mx32_long.csv");
  REAL_OPEN(edges, "mx32_gal_edges.csv");
  const char *code[32];
  int64_t *order = real_order(table, "State"), n = 0;
  for (int64_t r = 0; r < table->rows; r++) {
    const char *state = real_text(table, order[r], "State");
    if (n == 0 || strcmp(code[n - 1], state) != 0) code[n++] = state;
    for (int t = 0; t < 2; t++)
      if (real_number(table, order[r], "year") == (double)year[t])
        x[t * 32 + n - 1] = log(real_number(table, order[r], "pcgdp"));
  }
  cr_assert_eq(n, 32);
  harness *h = harness_new(&sw_measure_local_moran, n, 2);
  h->periods.value = year;
  harness_column(h, "of", "ln_income", x);
  harness_arg(h, "weights")->weights = real_links(edges, code, n, true);
  harness_set(h, "difference", "60");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 1);
  double mean = 0;
  for (int i = 0; i < 32; i++) {
    mean += value[i] / 32;
    cr_expect(isnan(harness_result(h, "value", 0)[i]), "no period 60 years before");
  }
  NEAR(mean, -.059917225313, 5e-13);
  NEAR(value[0], -.1018490322, 5e-11);
  NEAR(value[1], -.0351521908, 5e-11);
  NEAR(value[2], .8729993912, 5e-11);
  cr_expect(h->job.pooled);
  harness_free(h);
}

/* 3,107 counties, four islands: conditional moments of spdep, and how many p-values of the normal
 * distribution are below .05 and rejected. */
Test(local_moran, counties) {
  REAL_OPEN(table, "us_elect80_3107.csv");
  REAL_OPEN(edges, "us_elect80_queen_edges.csv");
  sample s = sample_of(table, "FIPS");
  harness *h = harness_new(&sw_measure_local_moran, s.n, 1);
  harness_column(h, "of", "pc_turnout", column(&s, "pc_turnout"));
  harness_arg(h, "weights")->weights = real_links(edges, s.code, s.n, true);
  harness_set(h, "permutations", "0");
  harness_set(h, "alternative", "two-sided");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 0), *p = harness_result(h, "p_value", 0);
  NEAR(value[at(&s, "01001")], .156928798123, 5e-13);
  NEAR(value[at(&s, "01003")], .128703230055, 5e-13);
  NEAR(value[at(&s, "01005")], .135059577994, 5e-13);
  const double *variance = harness_result(h, "variance", 0);
  NEAR(variance[at(&s, "01001")], .0547729668, 5e-11);
  NEAR(variance[at(&s, "01003")], .0371107056, 5e-11);
  NEAR(variance[at(&s, "01005")], .0117147309, 5e-11);
  int count[5] = {0}, below = 0, rejected = 0, islands = 0;
  for (int64_t i = 0; i < s.n; i++) {
    below += p[i] < .05;
    rejected += harness_result(h, "significant", 0)[i] == 1;
    islands += isnan(value[i]) != 0;
    if (!isnan(value[i])) count[(int)harness_result(h, "quadrant", 0)[i]]++;
  }
  /* By definition. spdep cuts the lag at the mean of all lags, with zeros for islands: it prints HH
   * 1,215, LH 294, LL 1,306, HL 292. */
  cr_expect(count[1] == 1195 && count[2] == 279 && count[3] == 1320 && count[4] == 309);
  cr_expect_eq(below, 1024);
  cr_expect_eq(rejected, 579);
  cr_expect_eq(islands, 4);
  harness_free(h);
}

/* ---- by hand ---------------------------------------------------------------------------- */

/* A ring of six, one neighbour on either side; unit 5 of the second period is missing. */
enum { SIX = 6 };
static const int64_t ring_start[] = {0, 2, 4, 6, 8, 10, 12};
static const int32_t ring_to[] = {1, 5, 0, 2, 1, 3, 2, 4, 3, 5, 0, 4};
static const double halves[] = {.5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5, .5};
static const double ones[] = {1, 1, 1, 1, 1, 1};
static const sw_links ring = {
    .n = SIX, .row_start = ring_start, .to = ring_to, .value = halves, .row_sum = ones};

static harness *six_of(int periods, const double *x) {
  harness *h = harness_new(&sw_measure_local_moran, SIX, periods);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &ring;
  return h;
}

/* Values 1..6: z is -2.5 .. 2.5, m2 is 35/12. Without the last, mean 3, m2 2, and units 0 and 4
 * have a single neighbour, with weight 1. */
Test(local_moran, by_hand) {
  static const double x[2 * SIX] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, NAN};
  harness *h = six_of(2, x);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 0), *gap = harness_result(h, "value", 1);
  NEAR(value[0], -2.5 * (-1.5 + 2.5) / 2 * 12 / 35, 1e-15);
  NEAR(value[1], -1.5 * (-2.5 - .5) / 2 * 12 / 35, 1e-15);
  NEAR(gap[0], -2. * -1 / 2, 1e-15);
  NEAR(gap[1], -1. * (-2 + 0) / 2 / 2, 1e-15);
  NEAR(gap[4], 2. * 1 / 2, 1e-15);
  cr_expect(isnan(gap[5]) && isnan(harness_result(h, "quadrant", 1)[5]));
  static const int quadrant[SIX] = {2, 3, 3, 1, 1, 4};
  for (int i = 0; i < SIX; i++)
    cr_expect_eq((int)harness_result(h, "quadrant", 0)[i], quadrant[i], "unit %d", i);
  cr_expect_eq((int)harness_result(h, "quadrant", 1)[2], 3, "the mean counts as low");
  NEAR(harness_result(h, "value", 1)[2], 0, 0);
  NEAR(harness_result(h, "p_value", 1)[2], 1, 0); /* whatever the neighbours are */
  /* Unit 0 of the second period: one of 2, 3, 4, 5 is drawn, and 2 is the least. */
  NEAR(harness_result(h, "p_value", 1)[0], .25, .06);
  harness_free(h);
}

/* Periods with the same units share their draws: equal values, equal p, also of other variables and
 * beside other periods. */
Test(local_moran, draws_are_shared) {
  static const double x[3 * SIX] = {4, 1, 3, 9, 5, 6, 8, 2, 6, 18, 10, 12, 1, 2, 3, 4, 5, NAN};
  harness *h = six_of(3, x), *alone = six_of(1, x + SIX);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(alone), SW_OK, "%s", alone->err.text);
  for (int i = 0; i < SIX; i++)
    cr_expect_eq(harness_result(h, "p_value", 1)[i], harness_result(alone, "p_value", 0)[i]);
  harness_free(alone);
  alone = six_of(1, x);
  alone->job.seed = 5;
  cr_assert_eq(harness_run(alone), SW_OK, "%s", alone->err.text);
  int differ = 0;
  for (int i = 0; i < SIX; i++)
    differ += harness_result(h, "p_value", 0)[i] != harness_result(alone, "p_value", 0)[i];
  cr_expect_gt(differ, 0, "another seed");
  harness_free(h);
  harness_free(alone);
}

/* A factor changes nothing, nor does a shift but for rounding. */
Test(local_moran, scale) {
  double x[SIX] = {4, 1, 3, 9, 5, 6}, large[SIX];
  for (int i = 0; i < SIX; i++)
    large[i] = x[i] * 0x1p600;
  harness *a = six_of(1, x), *b = six_of(1, large);
  cr_assert_eq(harness_run(a), SW_OK, "%s", a->err.text);
  cr_assert_eq(harness_run(b), SW_OK, "%s", b->err.text);
  for (int i = 0; i < SIX; i++) {
    cr_expect_eq(harness_result(a, "value", 0)[i], harness_result(b, "value", 0)[i]);
    cr_expect_eq(harness_result(a, "p_value", 0)[i], harness_result(b, "p_value", 0)[i]);
  }
  harness_free(a);
  harness_free(b);
}

/* ---- what is undefined, what is refused -------------------------------------------------- */

Test(local_moran, undefined) {
  static const double x[2 * SIX] = {3, 3, 3, 3, 3, 3, 1, NAN, NAN, NAN, NAN, 2};
  harness *h = six_of(2, x);
  const char *why[64] = {NULL};
  h->job.why = why;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_str_eq(why[0], "constant");
  for (int t = 0; t < 2; t++)
    for (int i = 0; i < SIX; i++) {
      cr_expect(t == 1 || isnan(harness_result(h, "value", t)[i]));
      cr_expect(t == 1 || isnan(harness_result(h, "p_value", t)[i]));
      cr_expect(t == 1 || isnan(harness_result(h, "class", t)[i]));
    }
  /* Two values: the other one is the neighbour in every draw. */
  NEAR(harness_result(h, "value", 1)[0], -1, 1e-15);
  NEAR(harness_result(h, "variance", 1)[0], 0, 0);
  NEAR(harness_result(h, "p_value", 1)[0], 1, 0);
  harness_free(h);
}

/* Moran's scatter plot: its points multiply to I_i, have mean 0 and deviation 1 across, by either
 * divisor. */
Test(local_moran, scatter_plot) {
  static const double x[SIX] = {4, 1, 3, 9, 5, 6};
  for (int less = 0; less < 2; less++) {
    harness *h = six_of(1, x);
    harness_set(h, "divisor", less ? "n-1" : "n");
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    const double *deviate = harness_result(h, "deviate", 0), *lag = harness_result(h, "lag", 0);
    double sum = 0, squares = 0;
    for (int i = 0; i < SIX; i++) {
      NEAR(deviate[i] * lag[i], harness_result(h, "value", 0)[i], 1e-14);
      sum += deviate[i];
      squares += deviate[i] * deviate[i];
    }
    NEAR(sum, 0, 1e-14);
    NEAR(squares, SIX - less, 1e-13);
    harness_free(h);
  }
}

/* A period with values has no reason to be undefined. */
Test(local_moran, no_reason) {
  static const double x[SIX] = {4, 1, 3, 9, 5, 6};
  harness *h = six_of(1, x);
  const char *why[64] = {NULL};
  h->job.why = why;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_leq(harness_outputs(h), 64);
  for (int q = 0; q < harness_outputs(h); q++)
    cr_expect_null(why[q], "%s", why[q]);
  harness_free(h);
}

/* An island, an empty population, a rate below zero. */
Test(local_moran, islands_and_bad_rates) {
  static const int64_t start[] = {0, 1, 3, 5, 6, 6, 6};
  static const int32_t to[] = {1, 0, 2, 1, 3, 2};
  static const double w[] = {1, .5, .5, .5, .5, 1};
  sw_links chain = {
      .n = SIX, .row_start = start, .to = to, .value = w, .row_sum = ones, .islands = 2};
  static const double events[SIX] = {3, 5, 2, 7, 4, -1}, people[SIX] = {100, 0, 90, 120, 80, 100};
  harness *h = harness_new(&sw_measure_local_moran, SIX, 1);
  harness_column(h, "of", "events", events);
  harness_arg(h, "weights")->weights = &chain;
  harness_column(h, "population", "people", people);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 0);
  cr_expect(isnan(value[0]) && isnan(value[1]) && isnan(value[4]) && isnan(value[5]));
  cr_expect(!isnan(value[2]) && !isnan(value[3]));
  cr_expect(harness_noted(h, "2 units have no neighbour and so no local statistic"));
  harness_free(h);
}

Test(local_moran, refusals) {
  static const double x[SIX] = {4, 1, 3, 9, 5, 6};
  harness *h = six_of(1, x);
  harness_set(h, "permutations", "9");
  HARNESS_FAILS(h, "9 permutations give no p below 0.1, above alpha 0.05; expected 19 or more");
  harness_free(h);
  h = six_of(1, x);
  harness_set(h, "difference", "1");
  HARNESS_FAILS(h, "expected 2 or more");
  harness_free(h);
  h = six_of(1, x);
  harness_column(h, "with", "y", x);
  harness_column(h, "population", "p", x);
  HARNESS_FAILS(h, "rates go neither with `with` nor with `difference`");
  harness_free(h);
  static const int64_t none[SIX + 1] = {0};
  sw_links empty = ring;
  empty.row_start = none;
  h = six_of(1, x);
  harness_arg(h, "weights")->weights = &empty;
  HARNESS_FAILS(h, "no unit has a neighbour");
  harness_free(h);
}

/* Under the null: values without any order in space, on a ring of 5,000. The p-values are uniform:
 * their distribution function is within 1.95/sqrt(n) of the diagonal with probability .999. */
Test(local_moran, uniform_under_the_null) {
  enum { MANY = 5000 };
  static int64_t begin[MANY + 1];
  static int32_t next[2 * MANY];
  static double half[2 * MANY], one[MANY], x[MANY], count[1001];
  for (int i = 0; i < MANY; i++) {
    int before = (i + MANY - 1) % MANY, after = (i + 1) % MANY;
    sw_rng rng = sw_rng_make(17, 1, (uint64_t)i);
    begin[i + 1] = 2 * (i + 1);
    next[2 * i] = before < after ? before : after;
    next[2 * i + 1] = before < after ? after : before;
    half[2 * i] = half[2 * i + 1] = .5;
    one[i] = 1;
    x[i] = sw_rng_normal(&rng);
  }
  sw_links circle = {.n = MANY, .row_start = begin, .to = next, .value = half, .row_sum = one};
  harness *h = harness_new(&sw_measure_local_moran, MANY, 1);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &circle;
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  int significant = 0;
  for (int i = 0; i < MANY; i++) {
    count[(int)lround(harness_result(h, "p_value", 0)[i] * 1000)]++;
    significant += harness_result(h, "significant", 0)[i] == 1;
  }
  double below = 0;
  for (int k = 1; k <= 1000; k++) {
    below += count[k];
    NEAR(below / MANY, k / 1000., 1.95 / sqrt(MANY));
  }
  cr_expect_eq(significant, 0, "the false discovery rate rejects %d", significant);
  harness_free(h);
}

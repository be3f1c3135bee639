/* Shift-share: Goettingen and Germany, hand cases, zeros, what is missing, what is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_shift_share, sw_measure_industrial_structure;

#define RUNS(h) cr_assert_eq(harness_run(h), SW_OK, "%s", (h)->err.text)
#define AT(h, name, row, unit) harness_result(h, name, row)[unit]

/* Employment in 15 industries of Goettingen and of Germany, 2008 and 2017, of the R package REAT;
 * its shift() and shift-share numbers (oracles/regions.md, Structure). */
enum { MANY = 15 };
static const double region[2][MANY] = {
    {44, 446, 9116, 1611, 7092, 1979, 1768, 1631, 2246, 5393, 3357, 3173, 6152, 12360, 504},
    {45, 466, 7874, 1334, 7051, 2481, 2251, 2032, 1739, 7915, 4875, 3936, 7488, 16896, 900}};
static const double nation[2 * MANY] = {
    215570,  545874,  6528569, 1569359, 3991410, 1417638, 795660,  831515,  991090,  1723450,
    1765582, 1647171, 1027306, 3554458, 1090746, 248052,  538768,  6797172, 1798954, 4380223,
    1713157, 1062982, 1027486, 975126,  2397099, 2357313, 1762308, 1249260, 4676036, 1181037};
static const char *const letter[MANY] = {"a", "b", "c", "d", "e", "f", "g", "h",
                                         "i", "j", "k", "l", "m", "n", "o"};
static const char *const years[2] = {"2001", "2002"};
static const sw_table germany = {"germany.csv", 2, MANY, years, letter, nation};

static harness *goettingen(const sw_measure *measure) {
  harness *h = harness_new(measure, 1, 2);
  for (int k = 0; k < MANY; k++) {
    double series[2] = {region[0][k], region[1][k]};
    harness_column(h, "industries", letter[k], series);
  }
  harness_arg(h, "base")->table = &germany;
  return h;
}

Test(shift_share, goettingen) {
  harness *h = goettingen(&sw_measure_shift_share);
  RUNS(h);
  NEAR(AT(h, "national", 1, 0), 9178.191604251, 1e-8);
  NEAR(AT(h, "mix", 1, 0), 2204.820150904, 1e-8);
  NEAR(AT(h, "competitive", 1, 0), -972.011755155, 1e-8);
  cr_expect(isnan(AT(h, "national", 0, 0)), "no period before");
  cr_expect(h->job.result[3].off, "allocation is of another form");
  harness_free(h);
  h = goettingen(&sw_measure_shift_share);
  harness_set(h, "form", "esteban-marquillas");
  RUNS(h);
  NEAR(AT(h, "national", 1, 0), 9178.191604251, 1e-8);
  NEAR(AT(h, "competitive", 1, 0), -1396.200970292, 1e-8);
  NEAR(AT(h, "allocation", 1, 0), 424.189215137, 1e-8);
  harness_free(h);
}

/* The same data in the indices of structure, 2017. */
Test(industrial_structure, goettingen) {
  harness *h = goettingen(&sw_measure_industrial_structure);
  RUNS(h);
  NEAR(AT(h, "krugman", 1, 0), .450846878362, 1e-12);
  NEAR(AT(h, "diversity", 1, 0), 2.21804796261, 1e-11);
  NEAR(AT(h, "hhi", 1, 0), .127313974164, 1e-12);
  harness_free(h);
}

/* Two units, two industries; own sums grow from 40 to 60, by industry from 10 to 30 and 30 to 30.
 */
static const double first[4] = {10, 0, 20, 10}, second[4] = {10, 20, 20, 10};

static harness *pair(const char *form) {
  harness *h = harness_new(&sw_measure_shift_share, 2, 2);
  harness_column(h, "industries", "first", first);
  harness_column(h, "industries", "second", second);
  harness_set(h, "form", form);
  return h;
}

Test(shift_share, by_hand) {
  harness *h = pair("classic");
  RUNS(h);
  NEAR(AT(h, "national", 1, 0), 20 * .5, 1e-14);
  NEAR(AT(h, "mix", 1, 0), 10 * 1.5 - 10 * .5, 1e-14);
  NEAR(AT(h, "competitive", 1, 0), (20 - 30) + (20 - 10), 1e-14);
  /* The second unit begins without the first industry: its parts still sum to its change. */
  NEAR(AT(h, "national", 1, 1) + AT(h, "mix", 1, 1) + AT(h, "competitive", 1, 1), 0, 1e-14);
  NEAR(AT(h, "competitive", 1, 1), 10 + (10 - 20), 1e-14);
  NEAR(AT(h, "n_used", 0, 0), 0, 0);
  NEAR(AT(h, "n_used", 0, 1), 2, 0);
  cr_expect_str_eq(harness_said(h), "2002 against 2001: 0 of 2 units gain by the competitive part");
  harness_free(h);
  h = pair("esteban-marquillas");
  RUNS(h);
  /* Homothetic 20 x 10/40 and 20 x 30/40; faster by 2 - 3 and 2 - 1. */
  NEAR(AT(h, "competitive", 1, 0), 5 * -1 + 15 * 1, 1e-14);
  NEAR(AT(h, "allocation", 1, 0), (10 - 5) * -1 + (10 - 15) * 1, 1e-14);
  cr_expect(isnan(AT(h, "competitive", 1, 1)) && isnan(AT(h, "allocation", 1, 1)), "g = 10/0");
  cr_expect(!isnan(AT(h, "mix", 1, 1)));
  harness_free(h);
}

/* An industry of the base that begins at zero has no growth. */
Test(shift_share, zero_base) {
  static const double none[4] = {0, 0, 5, 0};
  harness *h = harness_new(&sw_measure_shift_share, 2, 2);
  harness_column(h, "industries", "first", first);
  harness_column(h, "industries", "new", none);
  const char *why[2 * 7] = {0}; /* by output and period */
  h->job.why = why;
  RUNS(h);
  cr_assert_not_null(why[2 * 1 + 1]);
  cr_expect_str_eq(why[2 * 1 + 1], "'new' of the base begins at zero");
  cr_expect_null(why[2 * 0 + 1], "the national part is there");
  cr_expect(isnan(AT(h, "mix", 1, 0)) && isnan(AT(h, "competitive", 1, 0)));
  cr_expect(!isnan(AT(h, "national", 1, 0)));
  harness_free(h);
}

/* With a total beside the industries; a unit that lacks a value in one period is in no sum of both.
 */
Test(shift_share, missing) {
  static const double a[6] = {10, 5, 40, 20, NAN, 50}, total[6] = {20, 20, 80, 30, 25, NAN};
  harness *h = harness_new(&sw_measure_shift_share, 3, 2);
  harness_column(h, "industries", "a", a);
  harness_column(h, "total", "total", total);
  HARNESS_FAILS(h, "'a' lacks 1 of 3 units in 2002");
  harness_free(h);
  h = harness_new(&sw_measure_shift_share, 3, 2);
  harness_column(h, "industries", "a", a);
  harness_column(h, "total", "total", total);
  harness_set(h, "base_over", "complete");
  RUNS(h);
  NEAR(AT(h, "national", 1, 0), 10 * .5, 1e-14);
  NEAR(AT(h, "mix", 1, 0), 10 * (2 - 1.5), 1e-14);
  NEAR(AT(h, "competitive", 1, 0), 0, 0);
  cr_expect(isnan(AT(h, "national", 1, 1)), "a is missing");
  NEAR(AT(h, "national", 1, 2), 40 * .5, 1e-14); /* a is there, and the total is not asked for */
  NEAR(AT(h, "n_used", 0, 1), 1, 0);
  NEAR(AT(h, "coverage", 0, 0), 1, 0);
  NEAR(AT(h, "coverage", 0, 1), 2.0 / 3, 1e-15);
  NEAR(AT(h, "coverage_total", 0, 1), 30.0 / 55, 1e-15);
  cr_expect_str_eq(harness_said(h), "1 of 3 units have all values in both periods\n2002 against "
                                    "2001: 0 of 2 units gain by the competitive part");
  harness_free(h);
}

Test(shift_share, span) {
  static const double a[3] = {10, 15, 30};
  static const int broken[1] = {1};
  harness *h = harness_new(&sw_measure_shift_share, 1, 3);
  harness_column(h, "industries", "a", a);
  harness_set(h, "span", "2");
  RUNS(h);
  NEAR(AT(h, "national", 2, 0), 20, 1e-14);
  cr_expect(isnan(AT(h, "national", 1, 0)));
  harness_free(h);
  /* Not over a break: two periods are left that follow each other. */
  h = harness_new(&sw_measure_shift_share, 1, 3);
  harness_column(h, "industries", "a", a);
  h->periods.n_breaks = 1;
  h->periods.break_period = broken;
  RUNS(h);
  cr_expect(isnan(AT(h, "national", 1, 0)));
  NEAR(AT(h, "national", 2, 0), 15, 1e-14);
  harness_free(h);
  h = harness_new(&sw_measure_shift_share, 1, 3);
  harness_column(h, "industries", "a", a);
  harness_set(h, "span", "7");
  HARNESS_FAILS(h, "no two periods of the entry are 7 apart without a break between; the nearest");
  harness_free(h);
  h = harness_new(&sw_measure_shift_share, 1, 1);
  harness_column(h, "industries", "a", a);
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
}

/* More units than a block: the parts sum to the change of each, the competitive ones to nothing. */
Test(shift_share, many) {
  enum { UNITS = SW_BLOCK + 44 };
  static double y[3][2 * UNITS];
  harness *h = harness_new(&sw_measure_shift_share, UNITS, 2);
  for (int k = 0; k < 3; k++) {
    for (int i = 0; i < 2 * UNITS; i++)
      y[k][i] = (i * (7 + k) + k * i * i) % 97;
    harness_column(h, "industries", letter[k], y[k]);
  }
  RUNS(h);
  double all = 0;
  for (int i = 0; i < UNITS; i++) {
    double change = 0;
    for (int k = 0; k < 3; k++)
      change += y[k][UNITS + i] - y[k][i];
    NEAR(AT(h, "national", 1, i) + AT(h, "mix", 1, i) + AT(h, "competitive", 1, i), change, 1e-12);
    all += AT(h, "competitive", 1, i);
  }
  NEAR(all, 0, 1e-9);
  /* The three largest gains, over the blocks. */
  const double *gain = harness_result(h, "competitive", 1);
  int64_t best[3] = {-1, -1, -1};
  for (int i = 0; i < 3; i++)
    for (int u = 0; u < UNITS; u++)
      if (u != best[0] && u != best[1] && (best[i] < 0 || gain[u] > gain[best[i]])) best[i] = u;
  char said[200];
  snprintf(said, sizeof said, "most %08d (%.4g), %08d (%.4g), %08d (%.4g)", (int)best[0],
           gain[best[0]], (int)best[1], gain[best[1]], (int)best[2], gain[best[2]]);
  cr_expect_not_null(strstr(harness_said(h), said), "%s: %s", harness_said(h), said);
  harness_free(h);
}

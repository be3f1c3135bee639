/* Totals and ratios of groups by hand: missing sides, gaps to a reference, several columns. */
#include "measure/harness.h"

extern const sw_measure sw_measure_roll_up;

enum { N = 6 };

/* Two provinces of three units each, A with a missing trade, B with a missing product; a third
 * group whose one unit has nothing. */
static const double trade[N] = {10, NAN, 30, 5, 15, NAN}, product[N] = {100, 50, 100, 50, NAN, 0};
static const int32_t province_of[N] = {0, 0, 0, 1, 1, 2}, coast_of[N] = {0, 1, 0, 1, 0, 1};
static const char *const province_label[3] = {"A", "B", "C"}, *const coast_label[2] = {"", "B"};
static const sw_grouping groupings[2] = {{"province", 3, province_label, province_of},
                                         {"coast", 2, coast_label, coast_of}};

static harness *roll_up(int columns) {
  static const char *const by[2] = {"province", "coast"}, *const names[1] = {"openness"};
  static const int counts[1] = {2};
  harness *h = harness_new(&sw_measure_roll_up, N, 1);
  h->units.n_groupings = 2;
  h->units.grouping = groupings;
  harness_column(h, "sum", "trade", trade);
  harness_column(h, "ratio", "trade", trade);
  harness_column(h, "ratio", "product", product);
  harness_names(h, "ratio", 1, names, counts);
  harness_arg(h, "by")->count = columns;
  harness_arg(h, "by")->texts = by;
  return h;
}

/* [place][quantity]: trade, openness. */
static void expect(const harness *h, const char *output, int count, const double *want) {
  const double *got = harness_result(h, output, 0);
  for (int k = 0; k < count; k++)
    if (isnan(want[k]))
      cr_expect(isnan(got[k]), "%s[%d] = %g", output, k, got[k]);
    else
      NEAR(got[k], want[k], 1e-15);
}

Test(roll_up, one_column) {
  harness *h = roll_up(1);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&h->job, "group")), "province");
  /* Of A the second unit lacks trade, so its product does not count; C has nothing. */
  expect(h, "value", 6, (double[]){40, .2, 20, .1, NAN, NAN});
  expect(h, "coverage", 6, (double[]){2. / 3, 2. / 3, 1, .5, 0, 0});
  expect(h, "coverage_total", 3, (double[]){.8, 1, NAN});
  expect(h, "national", 2, (double[]){60, 45. / 250});
  expect(h, "national_coverage", 2, (double[]){4. / 6, .5});
  cr_expect(h->job.result[1].off && h->job.result[2].off, "no gap without a reference");
  cr_expect(harness_noted(h, "'openness' leaves out units without a value in 2 of 3 groups and "
                             "periods; the lowest share of units is 50%, of B in 2001"));
  cr_expect(harness_noted(h, "'trade' has no unit with a value in 1 of 3"));
  harness_free(h);
}

Test(roll_up, gap) {
  harness *h = roll_up(1);
  harness_set_node(h, "reference", harness_scalar(h, "B"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect(h, "gap", 6, (double[]){20, .1, 0, 0, NAN, NAN});
  expect(h, "gap_ratio", 6, (double[]){2, 2, 1, 1, NAN, NAN});
  cr_expect_str_eq(harness_said(h),
                   "trade in 2001: nation 60; province: A 40 (+20), B 20; gaps are to B\n"
                   "openness in 2001: nation 0.18; province: A 0.2 (+0.1), B 0.1; gaps are to B");
  harness_free(h);
  h = roll_up(1);
  harness_set_node(h, "reference", harness_scalar(h, "national"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect(h, "gap", 6, (double[]){-20, .02, -40, -.08, NAN, NAN});
  harness_free(h);
}

/* Groups of both columns on one axis; a label that both have is named with its column. */
Test(roll_up, two_columns) {
  harness *h = roll_up(2);
  harness_set_node(h, "reference", harness_scalar(h, "coast: B"));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const sw_axis *axis = sw_job_find_axis(&h->job, "group");
  cr_assert_eq(axis->n, 5);
  cr_expect_str_eq(sw_axis_name(axis), "group");
  cr_expect_str_eq(axis->label[0], "province: A");
  cr_expect_str_eq(axis->label[3], "coast: ");
  expect(h, "value", 10, (double[]){40, .2, 20, .1, NAN, NAN, 55, .2, 5, .1});
  expect(h, "gap_ratio", 10, (double[]){8, 2, 4, 1, NAN, NAN, 11, 2, 1, 1});
  harness_free(h);
  h = roll_up(2);
  harness_set_node(h, "reference", harness_scalar(h, "B"));
  HARNESS_FAILS(h, "several columns have a group 'B'; write 'coast: B'");
  harness_free(h);
}

/* Units of no group are the rest to whoever reads; why a group has no value is said. */
Test(roll_up, words) {
  const char *why[7] = {0};
  harness *h = roll_up(2);
  harness_set_node(h, "reference", harness_scalar(h, "coast: "));
  h->job.why = why;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_not_null(strstr(harness_said(h), "coast: (the rest) 55, B 5 (-50); gaps are to coast: "
                                             "(the rest)"),
                     "%s", harness_said(h));
  cr_expect_str_eq(why[0], "no unit of the group has a value");
  cr_expect_str_eq(why[1], "the group or the reference has no value");
  harness_free(h);
  h = roll_up(1);
  harness_arg(h, "ratio")->names = (const char *const[]){""};
  HARNESS_FAILS(h, "a ratio without a name");
  harness_free(h);
}

/* A sum of zero below the line has no ratio, and no share of it is covered. */
Test(roll_up, nothing_below) {
  static const double one[2] = {1, 2}, zero[2] = {0, 0};
  static const int32_t of[2] = {0, 0};
  static const char *const label[1] = {"A"}, *const by[1] = {"g"}, *const names[1] = {"r"};
  static const int counts[1] = {2};
  static const sw_grouping grouping = {"g", 1, label, of};
  harness *h = harness_new(&sw_measure_roll_up, 2, 1);
  h->units.n_groupings = 1;
  h->units.grouping = &grouping;
  harness_column(h, "ratio", "a", one);
  harness_column(h, "ratio", "b", zero);
  harness_names(h, "ratio", 1, names, counts);
  harness_arg(h, "by")->count = 1;
  harness_arg(h, "by")->texts = by;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  expect(h, "value", 1, (double[]){NAN});
  expect(h, "coverage", 1, (double[]){1});
  expect(h, "coverage_total", 1, (double[]){NAN});
  harness_free(h);
}

Test(roll_up, refusals) {
  harness *h = roll_up(1);
  harness_set_node(h, "reference", harness_scalar(h, "natonal"));
  HARNESS_FAILS(h, "there is no group 'natonal'; did you mean 'national'?");
  harness_free(h);
  h = harness_new(&sw_measure_roll_up, N, 1);
  HARNESS_FAILS(h, "nothing to roll up; give sum: [a], or ratio: {NAME: [a, b]}");
  harness_free(h);
  static const char *const names[1] = {"trade"}, *const other[1] = {"openness"};
  static const int counts[1] = {2}, three[1] = {3};
  h = roll_up(1);
  harness_names(h, "ratio", 1, names, counts);
  HARNESS_FAILS(h, "'trade' is a sum, too; choose another name");
  harness_free(h);
  h = roll_up(1);
  harness_names(h, "ratio", 1, other, three);
  HARNESS_FAILS(h, "openness: 3 columns; expected two: [above, below]");
  harness_free(h);
}

/* Local join counts against spdep's on Columbus (oracles), by hand, and what is refused. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_local_join_count;

/* CRIME > 35, 24 of 49: POLYID 5 and 8 have 4 each, of 8 and of 6 neighbours, and the rest of the
 * first ten none. Upper tails by R's phyper. */
Test(local_join_count, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  int64_t *order = real_order(table, "POLYID");
  const char *code[49];
  double high[49], all = 0;
  for (int i = 0; i < 49; i++) {
    code[i] = real_text(table, order[i], "POLYID");
    high[i] = real_number(table, order[i], "CRIME") > 35;
  }
  harness *h = harness_new(&sw_measure_local_join_count, 49, 1);
  harness_column(h, "of", "high", high);
  harness_arg(h, "weights")->weights = real_links(edges, code, 49, true);
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *value = harness_result(h, "value", 0), *p = harness_result(h, "p_value", 0);
  for (int k = 1; k <= 10; k++) {
    char id[4];
    snprintf(id, sizeof id, "%d", k);
    NEAR(value[real_find(code, 49, id)], k == 5 || k == 8 ? 4 : 0, 0);
  }
  NEAR(p[real_find(code, 49, "5")], .5997413339, 5e-11);
  NEAR(p[real_find(code, 49, "8")], .2932541646, 5e-11);
  for (int i = 0; i < 49; i++) {
    all += value[i] / 2;
    cr_expect_eq(isnan(p[i]) != 0, high[i] == 0);
  }
  NEAR(all, 54, 0); /* spdep's BB */
  double exact = p[real_find(code, 49, "8")];
  harness_free(h);

  h = harness_new(&sw_measure_local_join_count, 49, 1);
  harness_column(h, "of", "high", high);
  harness_arg(h, "weights")->weights = real_links(edges, code, 49, true);
  harness_set(h, "alternative", "greater");
  harness_set(h, "permutations", "100000");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "p_value", 0)[real_find(code, 49, "8")], exact, 4 * sqrt(.21 / 1e5));
  harness_free(h);
}

/* ---- a chain of five --------------------------------------------------------------------- */

enum { N = 5 };
static const int64_t start[] = {0, 1, 3, 5, 7, 8};
static const int32_t to[] = {1, 0, 2, 1, 3, 2, 4, 3};
static const double weight[] = {1, .5, .5, .5, .5, .5, .5, 1};
static const double ones[] = {1, 1, 1, 1, 1};
static const sw_links chain = {
    .n = N, .row_start = start, .to = to, .value = weight, .row_sum = ones};

/* 1 1 1 0 0: of the four others of unit 1 two are 1, both of them its neighbours: 1 of 6 pairs. */
Test(local_join_count, by_hand) {
  static const double x[2 * N] = {1, 1, 1, 0, 0, 1, 1, NAN, 0, 0};
  harness *h = harness_new(&sw_measure_local_join_count, N, 2);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  static const double value[N] = {1, 2, 1, 0, 0};
  for (int i = 0; i < N; i++)
    NEAR(harness_result(h, "value", 0)[i], value[i], 0);
  NEAR(harness_result(h, "p_value", 0)[1], 1. / 6, 1e-15);
  NEAR(harness_result(h, "p_value", 0)[0], .5, 1e-15); /* one of four, two of which are 1 */
  NEAR(harness_result(h, "p_value", 0)[2], 5. / 6, 1e-15);
  NEAR(harness_result(h, "z", 0)[1], 1 / sqrt(1. / 3), 1e-14);
  cr_expect(isnan(harness_result(h, "p_value", 0)[3]) && isnan(harness_result(h, "z", 0)[3]));
  /* Without unit 2, unit 1 has one neighbour of three others, one of which is 1. */
  NEAR(harness_result(h, "p_value", 1)[1], 1. / 3, 1e-15);
  cr_expect(isnan(harness_result(h, "value", 1)[2]));
  harness_free(h);
}

/* Co-location: units of x beside units of y, their own y left out of the draw. */
Test(local_join_count, with) {
  static const double x[N] = {1, 0, 1, 0, 1}, y[N] = {0, 1, 1, 1, 0};
  harness *h = harness_new(&sw_measure_local_join_count, N, 1);
  harness_column(h, "of", "x", x);
  harness_column(h, "with", "y", y);
  harness_arg(h, "weights")->weights = &chain;
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  static const double value[N] = {1, 0, 2, 0, 1};
  for (int i = 0; i < N; i++)
    NEAR(harness_result(h, "value", 0)[i], value[i], 0);
  NEAR(harness_result(h, "p_value", 0)[0], .75, 1e-15);
  NEAR(harness_result(h, "p_value", 0)[2], 1. / 6, 1e-15); /* both of the two that are 1, of four */
  harness_free(h);
}

/* Ones everywhere: nothing else can be drawn. No ones: nothing to test. */
Test(local_join_count, all_or_none) {
  static const double x[2 * N] = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
  harness *h = harness_new(&sw_measure_local_join_count, N, 2);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i++) {
    NEAR(harness_result(h, "p_value", 0)[i], 1, 1e-15);
    cr_expect(isnan(harness_result(h, "z", 0)[i]));
    NEAR(harness_result(h, "value", 1)[i], 0, 0);
    cr_expect(isnan(harness_result(h, "p_value", 1)[i]));
  }
  harness_free(h);
}

Test(local_join_count, refused) {
  static const double x[N] = {1, 0, 2, 0, 1};
  harness *h = harness_new(&sw_measure_local_join_count, N, 1);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_resolve(h), SW_OK);
  harness_rows(h);
  harness_show(h, 0);
  cr_expect_eq(h->job.measure->prepare(&h->err, &h->job, 0), SW_EINPUT);
  cr_expect_not_null(strstr(h->err.text, "'x' is 2 for unit 00000002 in 2001; expected 0 or 1"),
                     "%s", h->err.text);
  harness_free(h);
}

/* Huff's shares: cases by hand, both ways of a table that is not symmetric, what is refused. */
#include "measure/flows.h"

extern const sw_measure sw_measure_huff;

static const double attraction[FLOWS_N] = {4, 2, 1, 3}, demand[FLOWS_N] = {10, 20, NAN, 40};
static const int64_t two[2] = {0, 3};

static harness *hand(const char *self) {
  static const double within[FLOWS_N] = {.5, 1, 1, 2};
  harness *h = harness_new(&sw_measure_huff, FLOWS_N, 1);
  harness_column(h, "attraction", "shops", attraction);
  harness_column(h, "demand", "income", demand);
  flows_centres(h, 2, two);
  flows_give(h, flows_distance, true);
  flows_areas(h, within);
  harness_set(h, "self", self);
  return h;
}

Test(huff, by_hand) {
  harness *h = hand("distance");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *first = harness_result(h, "value", 0), *second = harness_result(h, "value", 1);
  NEAR(first[0], 16 / 16.75, 1e-15);
  NEAR(first[1], 4 / (4 + 3. / 9), 1e-15);
  NEAR(first[2], 1. / 4, 1e-15);
  NEAR(second[3], .75 / 1.75, 1e-15);
  for (int u = 0; u < FLOWS_N; u++)
    NEAR(first[u] + second[u], 1, 1e-15);
  const double *market = harness_result(h, "market", 0);
  NEAR(market[0], 10 * 16 / 16.75 + 20 * 4 / (4 + 3. / 9) + 40 * 1 / 1.75, 1e-13);
  NEAR(market[0] + market[1], 70, 1e-13);
  harness_free(h);
}

Test(huff, own) {
  harness *h = hand("own");
  harness_set(h, "attraction_exponent", "0.5");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[0], 1, 0);
  NEAR(harness_result(h, "value", 1)[0], 0, 0);
  NEAR(harness_result(h, "value", 0)[3], 0, 0);
  NEAR(harness_result(h, "value", 0)[1], 2 / (2 + sqrt(3) / 9), 1e-15);
  harness_free(h);
}

/* From the unit to the centre; a centre without a distance is left out; without an area the own
 * distance is not known. */
Test(huff, ways) {
  static const double d[FLOWS_N][FLOWS_N] = {
      {0, 7, 7, 2}, {1, 0, 7, 3}, {NAN, 7, 0, 1}, {2, 7, 7, 0}};
  static const double within[FLOWS_N] = {.5, 1, 1, 0};
  harness *h = hand("distance");
  flows_give(h, d, false);
  flows_areas(h, within);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[1], 4 / (4 + 3. / 9), 1e-15);
  NEAR(harness_result(h, "value", 1)[2], 1, 1e-15);
  cr_expect(isnan(harness_result(h, "value", 0)[2]), "no way there");
  cr_expect(isnan(harness_result(h, "value", 0)[3]) && isnan(harness_result(h, "value", 1)[3]));
  harness_free(h);
}

Test(huff, refused) {
  harness *h = hand("distance");
  h->units.area = NULL;
  HARNESS_FAILS(h, "a centre's distance to itself needs areas");
  harness_free(h);
}

/* Unit 2 reaches neither centre. */
Test(huff, unreached) {
  static const double d[FLOWS_N][FLOWS_N] = {
      {0, 7, 7, 2}, {1, 0, 7, 3}, {NAN, 7, 0, NAN}, {2, 7, 7, 0}};
  harness *h = hand("own");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(!harness_noted(h, "reach no centre"));
  harness_free(h);
  h = hand("own");
  flows_give(h, d, false);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "1 of 4 units reach no centre"));
  harness_free(h);
}

/* The unit of a centre without an area has no shares, which is not for want of a way to a centre.
 */
Test(huff, without_area) {
  static const double within[FLOWS_N] = {0, 1, 1, 2};
  harness *h = hand("distance");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(!harness_noted(h, "no area"));
  harness_free(h);
  h = hand("distance");
  flows_areas(h, within);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "value", 0)[0]));
  cr_expect(harness_noted(h, "1 of 2 centres have no area, first "));
  cr_expect(!harness_noted(h, "reach no centre"));
  harness_free(h);
}

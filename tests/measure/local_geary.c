/* Local Geary against spdep on Columbus (oracles), of one and of three variables; its moments and
 * p-values against all draws of neighbours. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_local_geary;

Test(local_geary, columbus) {
  static const char *const six[] = {"1", "2", "3", "4", "20", "49"};
  static const char *const name[] = {"CRIME", "INC", "HOVAL"};
  static const double want[2][6] = {
      {.4134373722, .3975183872, .6868466263, .5006309640, 4.1267706169, .0840870689},
      {2.2794671883, 1.7665773300, 1.5379243609, 1.5329103726, 5.8443979446, .3296231499}};
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  int64_t *order = real_order(table, "POLYID");
  const char *code[49];
  double x[3][49];
  for (int i = 0; i < 49; i++) {
    code[i] = real_text(table, order[i], "POLYID");
    for (int v = 0; v < 3; v++)
      x[v][i] = real_number(table, order[i], name[v]);
  }
  for (int k = 0; k < 2; k++) {
    harness *h = harness_new(&sw_measure_local_geary, 49, 1);
    for (int v = 0; v < (k ? 3 : 1); v++)
      harness_column(h, "of", name[v], x[v]);
    harness_arg(h, "weights")->weights = real_links(edges, code, 49, true);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    for (int u = 0; u < 6; u++)
      NEAR(harness_result(h, "value", 0)[real_find(code, 49, six[u])], want[k][u], 5e-11);
    NEAR(harness_result(h, "n_used", 0)[0], 49, 0);
    harness_free(h);
  }
}

/* ---- a chain of six, two variables ------------------------------------------------------- */

enum { N = 6 };
static const int64_t start[] = {0, 1, 3, 5, 7, 9, 10};
static const int32_t to[] = {1, 0, 2, 1, 3, 2, 4, 3, 5, 4};
static const double weight[] = {1, .5, .5, .5, .5, .5, .5, .5, .5, 1};
static const double ones[] = {1, 1, 1, 1, 1, 1};
static const sw_links chain = {
    .n = N, .row_start = start, .to = to, .value = weight, .row_sum = ones};
static const double a[N] = {3, 1, 4, 1, 5, 9}, b[N] = {2, 7, 1, 8, 2, 8};

static double apart(int i, int j, double sa, double sb) {
  return ((a[i] - a[j]) * (a[i] - a[j]) / sa + (b[i] - b[j]) * (b[i] - b[j]) / sb) / 2;
}

static double variance(const double *x) {
  double sum = 0, square = 0;
  for (int i = 0; i < N; i++)
    sum += x[i];
  for (int i = 0; i < N; i++)
    square += (x[i] - sum / N) * (x[i] - sum / N);
  return square / (N - 1);
}

/* Unit 2 with neighbours 1 and 3: all 20 ordered pairs of the five others. 10^5 draws come within
 * four standard errors of the share of them that is not below. */
Test(local_geary, enumerated) {
  harness *h = harness_new(&sw_measure_local_geary, N, 1);
  harness_column(h, "of", "a", a);
  harness_column(h, "of", "b", b);
  harness_arg(h, "weights")->weights = &chain;
  harness_set(h, "permutations", "100000");
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double sa = variance(a), sb = variance(b), mean = 0, square = 0, above = 0;
  double own = (apart(2, 1, sa, sb) + apart(2, 3, sa, sb)) / 2;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      if (i == j || i == 2 || j == 2) continue;
      double c = (apart(2, i, sa, sb) + apart(2, j, sa, sb)) / 2;
      mean += c / 20;
      square += c * c / 20;
      above += c >= own - 1e-12;
    }
  NEAR(harness_result(h, "value", 0)[2], own, 1e-14);
  NEAR(harness_result(h, "z", 0)[2], (own - mean) / sqrt(square - mean * mean), 1e-10);
  NEAR(harness_result(h, "p_value", 0)[2], above / 20, 4 * sqrt(.25 / 1e5));
  harness_free(h);
}

/* A constant variable: nothing. One that is missing: the unit has nothing, and its neighbours do
 * without it. */
Test(local_geary, undefined) {
  static const double x[2 * N] = {3, 1, 4, 1, 5, 9, 3, 1, 4, 1, 5, NAN};
  static const double y[2 * N] = {2, 2, 2, 2, 2, 2, 2, 7, 1, 8, 2, 8};
  harness *h = harness_new(&sw_measure_local_geary, N, 2);
  harness_column(h, "of", "x", x);
  harness_column(h, "of", "y", y);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i++)
    cr_expect(isnan(harness_result(h, "value", 0)[i]) && isnan(harness_result(h, "p_value", 0)[i]));
  cr_expect(isnan(harness_result(h, "value", 1)[5]));
  cr_expect(!isnan(harness_result(h, "value", 1)[4]));
  NEAR(harness_result(h, "n_used", 0)[1], 5, 0);
  harness_free(h);
}

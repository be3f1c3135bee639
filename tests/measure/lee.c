/* Lee's L against spdep on Columbus (oracles), its moments over all permutations, and p-values
 * against all draws of neighbours. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_lee;

Test(lee, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  static const char *const name[] = {"INC", "HOVAL", "CRIME"};
  static const double local[4] = {-.1217722924, -.0841101410, -.0169193664, -.0310094212};
  int64_t *order = real_order(table, "POLYID");
  const char *code[49];
  double x[3][49];
  for (int i = 0; i < 49; i++) {
    code[i] = real_text(table, order[i], "POLYID");
    for (int v = 0; v < 3; v++)
      x[v][i] = real_number(table, order[i], name[v]);
  }
  for (int with = 1; with < 3; with++) {
    harness *h = harness_new(&sw_measure_lee, 49, 1);
    harness_column(h, "of", "INC", x[0]);
    harness_column(h, "with", name[with], x[with]);
    harness_arg(h, "weights")->weights = real_links(edges, code, 49, true);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(harness_result(h, "L", 0)[0], with == 1 ? .267269447951 : -.473179809,
         with == 1 ? 5e-13 : 5e-10);
    if (with == 1) {
      NEAR(harness_result(h, "expected", 0)[0], .11967991925, 5e-12);
      NEAR(harness_result(h, "variance", 0)[0], .00361438346963, 5e-15);
      for (int k = 0; k < 4; k++) {
        char id[4];
        snprintf(id, sizeof id, "%d", k + 1);
        NEAR(harness_result(h, "value", 0)[real_find(code, 49, id)], local[k], 5e-11);
      }
    }
    harness_free(h);
  }
}

/* ---- a chain of six ---------------------------------------------------------------------- */

enum { N = 6 };
static const int64_t start[] = {0, 1, 3, 5, 7, 9, 10};
static const int32_t to[] = {1, 0, 2, 1, 3, 2, 4, 3, 5, 4};
static const double weight[] = {1, .5, .5, .5, .5, .5, .5, .5, .5, 1};
static const double ones[] = {1, 1, 1, 1, 1, 1};
static const sw_links chain = {
    .n = N, .row_start = start, .to = to, .value = weight, .row_sum = ones};
static const double a[N] = {3, 1, 4, 1, 5, 9}, b[N] = {2, 7, 1, 8, 2, 8};

static harness *run(const double *x, const double *y, int periods) {
  harness *h = harness_new(&sw_measure_lee, N, periods);
  harness_column(h, "of", "x", x);
  harness_column(h, "with", "y", y);
  harness_arg(h, "weights")->weights = &chain;
  harness_set(h, "permutations", "20000");
  harness_set(h, "alternative", "greater");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double centred(const double *x, int i) {
  double sum = 0;
  for (int j = 0; j < N; j++)
    sum += x[j];
  return x[i] - sum / N;
}

/* L of the units in another order. */
static double l_of(const int *place) {
  double sum = 0, ssx = 0, ssy = 0;
  for (int i = 0; i < N; i++) {
    double lx = 0, ly = 0;
    for (int64_t e = start[i]; e < start[i + 1]; e++) {
      lx += weight[e] * centred(a, place[to[e]]);
      ly += weight[e] * centred(b, place[to[e]]);
    }
    sum += lx * ly;
    ssx += centred(a, i) * centred(a, i);
    ssy += centred(b, i) * centred(b, i);
  }
  return sum / sqrt(ssx * ssy); /* n and sum w_i^2 are both 6 */
}

/* All 720 orders. */
Test(lee, enumerated) {
  double mean = 0, square = 0;
  int count = 0, same[N] = {0, 1, 2, 3, 4, 5};
  for (int code = 0; code < N * N * N * N * N * N; code++) {
    int place[N], seen = 0;
    for (int k = 0, rest = code; k < N; k++, rest /= N) {
      place[k] = rest % N;
      seen |= 1 << place[k];
    }
    if (seen != (1 << N) - 1) continue;
    double l = l_of(place);
    mean += l;
    square += l * l;
    count++;
  }
  cr_assert_eq(count, 720);
  mean /= count;
  harness *h = run(a, b, 1);
  NEAR(harness_result(h, "L", 0)[0], l_of(same), 1e-14);
  NEAR(harness_result(h, "expected", 0)[0], mean, 1e-14);
  NEAR(harness_result(h, "variance_exact", 0)[0], square / count - mean * mean, 1e-13);
  harness_free(h);
}

/* Of one variable Lee's formula is exact. */
Test(lee, one_variable) {
  harness *h = run(a, a, 1);
  double variance = harness_result(h, "variance", 0)[0];
  NEAR(harness_result(h, "variance_exact", 0)[0], variance, 1e-14);
  cr_expect_gt(variance, 0);
  harness_free(h);
}

/* Unit 2 with two neighbours of the five others: all 20 ordered pairs. */
Test(lee, draws) {
  harness *h = run(a, b, 1);
  double ssx = 0, ssy = 0, mean = 0, square = 0, above = 0;
  for (int i = 0; i < N; i++) {
    ssx += centred(a, i) * centred(a, i);
    ssy += centred(b, i) * centred(b, i);
  }
  double own =
      N * (centred(a, 1) + centred(a, 3)) * (centred(b, 1) + centred(b, 3)) / 4 / sqrt(ssx * ssy);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      if (i == j || i == 2 || j == 2) continue;
      double l = N * (centred(a, i) + centred(a, j)) * (centred(b, i) + centred(b, j)) / 4 /
                 sqrt(ssx * ssy);
      mean += l / 20;
      square += l * l / 20;
      above += l >= own - 1e-12;
    }
  NEAR(harness_result(h, "value", 0)[2], own, 1e-14);
  NEAR(harness_result(h, "p_value", 0)[2], above / 20, 4 * sqrt(.25 / 2e4));
  NEAR(harness_result(h, "z", 0)[2], (own - mean) / sqrt(square - mean * mean), .05);
  harness_free(h);
}

/* A constant variable; one that is missing; draws needed. */
Test(lee, undefined) {
  static const double x[2 * N] = {3, 1, 4, 1, 5, 9, 3, 1, 4, 1, 5, NAN};
  static const double y[2 * N] = {2, 2, 2, 2, 2, 2, 2, 7, 1, 8, 2, 8};
  harness *h = run(x, y, 2);
  for (int i = 0; i < N; i++)
    cr_expect(isnan(harness_result(h, "value", 0)[i]) && isnan(harness_result(h, "z", 0)[i]));
  cr_expect(isnan(harness_result(h, "L", 0)[0]) && !isnan(harness_result(h, "L", 0)[1]));
  cr_expect(isnan(harness_result(h, "value", 1)[5]) && !isnan(harness_result(h, "value", 1)[4]));
  NEAR(harness_result(h, "n_used", 0)[1], 5, 0);
  harness_free(h);
  h = harness_new(&sw_measure_lee, N, 1);
  harness_column(h, "of", "x", a);
  harness_column(h, "with", "y", b);
  harness_arg(h, "weights")->weights = &chain;
  harness_set(h, "permutations", "0");
  HARNESS_FAILS(h, "the distribution of the local L is by draws alone");
  harness_free(h);
}

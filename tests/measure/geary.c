/* Geary's C against spdep on Columbus and the US counties (oracles), against all permutations of a
 * few values, and by the textbook's variance. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_geary, sw_measure_moran;

static harness *run(const sw_links *links, int periods, const double *x, const char *draws) {
  harness *h = harness_new(&sw_measure_geary, links->n, periods);
  harness_arg(h, "weights")->weights = links;
  harness_column(h, "of", "x", x);
  harness_set(h, "permutations", draws);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static double value(const harness *h, const char *name) {
  return harness_result(h, name, 0)[0];
}

/* spdep, both lists of neighbours of Columbus. */
Test(geary, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  static const char *const lists[2] = {"columbus49_colnb_edges.csv", "columbus49_gal_edges.csv"};
  static const double c[2] = {.52986993, .540528203}, variance[2] = {.00975278, .009384264};
  real_sample s = real_sample_of(table, "POLYID");
  for (int k = 0; k < 2; k++) {
    REAL_OPEN(edges, lists[k]);
    harness *h =
        run(real_links(edges, s.code, s.n, true), 1, real_column(table, &s, "CRIME"), "999");
    NEAR(value(h, "C"), c[k], 5e-9);
    NEAR(value(h, "variance_randomisation"), variance[k], 5e-9);
    NEAR(value(h, "expected"), 1, 0);
    NEAR(value(h, "z"), (value(h, "C") - 1) / sqrt(value(h, "variance_randomisation")), 1e-12);
    NEAR(value(h, "p_value"), erfc(fabs(value(h, "z")) / sqrt(2)), 1e-15);
    NEAR(value(h, "p_sim"), .001, 0);
    NEAR(value(h, "n_used"), 49, 0);
    harness_free(h);
  }
}

/* esda with the list of rook neighbours, as its tests print it. */
Test(geary, esda) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_rook_edges.csv");
  real_sample s = real_sample_of(table, "POLYID");
  harness *h = run(real_links(edges, s.code, s.n, true), 1, real_column(table, &s, "CRIME"), "0");
  NEAR(value(h, "C"), .5154408058652, 5e-13);
  NEAR(value(h, "variance_randomisation"), .010848882767, 5e-12);
  harness_free(h);
}

/* A path with a chord, weights of all sizes, not symmetric. */
static const int64_t start[8] = {0, 1, 3, 5, 7, 9, 11, 12};
static const int32_t to[12] = {1, 0, 2, 1, 5, 2, 4, 3, 5, 2, 6, 5};
static const double weight[12] = {1, .5, 2, .25, 1, 1, 3, .5, .75, 1, 1, 2};
static const sw_links links = {.n = 7, .row_start = start, .to = to, .value = weight};
static const double x[7] = {3, 5, 4, 9, 1, 2, 7};

/* C of the values in an order, plainly. */
static double plain(const int *order) {
  double sum = 0, s0 = 0, squares = 0, mean = 0;
  for (int i = 0; i < 7; i++)
    mean += x[i] / 7;
  for (int i = 0; i < 7; i++) {
    squares += (x[i] - mean) * (x[i] - mean);
    for (int64_t e = start[i]; e < start[i + 1]; e++) {
      double apart = x[order[i]] - x[order[to[e]]];
      s0 += weight[e];
      sum += weight[e] * apart * apart;
    }
  }
  return 6 * sum / (2 * s0 * squares);
}

/* Of all orders: how many, how many not above the one observed, sums. */
typedef struct orders {
  double all, below, sum, squares, observed;
} orders;

static void visit(int *order, int k, orders *o) {
  if (k == 7) {
    double c = plain(order);
    o->all += 1;
    o->below += c <= o->observed + 1e-12;
    o->sum += c;
    o->squares += c * c;
  }
  for (int j = k; j < 7; j++) {
    int a = order[k], b = order[j];
    order[k] = b, order[j] = a;
    visit(order, k + 1, o);
    order[k] = a, order[j] = b;
  }
}

/* The moments are those of all 5,040 orders, and p_sim tends to their share. */
Test(geary, all_permutations) {
  int order[7] = {0, 1, 2, 3, 4, 5, 6};
  orders o = {.observed = plain(order)};
  visit(order, 0, &o);
  harness *h = run(&links, 1, x, "200000");
  double mean = o.sum / o.all, share = o.below / o.all;
  NEAR(o.all, 5040, 0);
  NEAR(value(h, "C"), o.observed, 1e-14);
  NEAR(value(h, "expected"), mean, 1e-12);
  NEAR(value(h, "variance_randomisation"), o.squares / o.all - mean * mean, 1e-12);
  NEAR(value(h, "p_sim"), share < .5 ? share : 1 - share, .005);
  harness_free(h);
}

/* Periods with the same units share draws, others have their own: each is as if it were alone. */
Test(geary, periods_do_not_matter) {
  enum { T = 21 };
  double many[T * 7];
  for (int t = 0; t < T; t++)
    for (int i = 0; i < 7; i++)
      many[t * 7 + i] = t % 3 == 1 && i == 4 ? NAN : cos(3 * t + i * i);
  harness *all = run(&links, T, many, "99");
  for (int t = 0; t < T; t++) {
    harness *one = run(&links, 1, many + (size_t)t * 7, "99");
    NEAR(harness_result(all, "p_sim", 0)[t], value(one, "p_sim"), 0);
    NEAR(harness_result(all, "C", 0)[t], value(one, "C"), 0);
    NEAR(value(one, "n_used"), t % 3 == 1 ? 6 : 7, 0);
    harness_free(one);
  }
  harness_free(all);
}

/* Values that are exchanged alone are no other statistic: of two different values many draws are as
 * great as the one observed, and count on both sides. */
Test(geary, ties_count_on_both_sides) {
  static const int64_t pair_start[3] = {0, 1, 2};
  static const int32_t pair_to[2] = {1, 0};
  static const double one[2] = {1, 1}, two[2] = {.1, .3};
  const sw_links pair = {.n = 2, .row_start = pair_start, .to = pair_to, .value = one};
  harness *h = run(&pair, 1, two, "99");
  NEAR(value(h, "p_sim"), 1, 0);
  cr_expect(isnan(value(h, "variance_randomisation")) && isnan(value(h, "z")));
  harness_free(h);
}

Test(geary, undefined) {
  static const double same[7] = {2, 2, 2, 2, 2, 2, 2};
  static const double few[7] = {NAN, NAN, 1, NAN, NAN, NAN, NAN};
  static const double apart[7] = {1, NAN, NAN, 5, NAN, 4, NAN};
  const double *bad[3] = {same, few, apart};
  static const double used[3] = {7, 1, 3};
  for (int k = 0; k < 3; k++) {
    harness *h = run(&links, 1, bad[k], "9");
    cr_expect(isnan(value(h, "C")) && isnan(value(h, "p_value")) && isnan(value(h, "p_sim")));
    NEAR(value(h, "n_used"), used[k], 0);
    harness_free(h);
  }
}

Test(geary, no_links) {
  static const int64_t none[8] = {0};
  const sw_links empty = {.n = 7, .row_start = none, .to = to, .value = weight, .islands = 7};
  harness *h = harness_new(&sw_measure_geary, 7, 1);
  harness_arg(h, "weights")->weights = &empty;
  harness_column(h, "of", "x", x);
  HARNESS_FAILS(h, "no unit has a neighbour");
  harness_free(h);
}

/* No unit is its own neighbour: a diagonal is left out and rows are standardised anew; a unit with
 * nothing else has no neighbour. */
Test(geary, diagonal) {
  static const int64_t own_start[6] = {0, 2, 5, 8, 10, 11}, plain_start[6] = {0, 1, 3, 5, 6, 6};
  static const int32_t own_to[11] = {0, 1, 0, 1, 2, 1, 2, 3, 2, 3, 4},
                       plain_to[6] = {1, 0, 2, 1, 3, 2};
  static const double own_weight[11] = {.5, .5, .25, .25, .5, .25, .5, .25, .75, .25, 1};
  static const double plain_weight[6] = {1, 1 / 3., 2 / 3., .5, .5, 1};
  static const double y[5] = {3, 5, 4, 9, 1};
  sw_links own = {.n = 5, .row_start = own_start, .to = own_to, .value = own_weight};
  sw_links plain = {.n = 5, .row_start = plain_start, .to = plain_to, .value = plain_weight};
  plain.islands = 1;
  harness *a = run(&own, 1, y, "99"), *b = run(&plain, 1, y, "99");
  static const char *const name[] = {"C", "variance_randomisation", "z", "p_sim", "n_used"};
  for (int k = 0; k < 5; k++)
    NEAR(value(a, name[k]), value(b, name[k]), 1e-14);
  harness_free(a);
  harness_free(b);
}

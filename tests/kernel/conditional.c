/* Local statistics under conditional draws: counts against a plain loop over the same draws, in
 * every form and width; moments against all sets of neighbours; p-values and discovery rates. */
#include "kernel/local/conditional.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = SW_DRAW_LANES, N = 40, MOST = 24, K = 5 };

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect_leq(fabs((actual) - (wanted)), (tolerance), "%.17g, not %.17g", (double)(actual),      \
                (double)(wanted))

static double value[2][N * MOST];
static double observed[MOST], slack[MOST], at_least[MOST], at_most[MOST], sum[MOST], squares[MOST];
static const double weight[K] = {.3, .1, .25, .15, .2};
static const int32_t neighbour[K] = {3, 17, 20, 31, 39};

static void fill(void) {
  for (int i = 0; i < N * MOST; i++) {
    value[0][i] = fmod((i + 1) * .6180339887498949, 1) - .5;
    value[1][i] = fmod((i + 1) * .7548776662466927, 1) - .5;
  }
}

static sw_local_unit unit_of(int64_t k) {
  return (sw_local_unit){.self = 8,
                         .k = k,
                         .place = neighbour,
                         .weight = weight,
                         .observed = observed,
                         .slack = slack,
                         .at_least = at_least,
                         .at_most = at_most,
                         .sum = sum,
                         .squares = squares};
}

static double plain(sw_local_form form, int stride, int t, const int32_t *place, int step) {
  double a = 0, b = 0, d = 0;
  for (int j = 0; j < K; j++) {
    double x = value[0][place[j * step] * stride + t], y = value[1][place[j * step] * stride + t];
    double dx = x - value[0][8 * stride + t], dy = y - value[1][8 * stride + t];
    a += weight[j] * x;
    b += weight[j] * y;
    d += weight[j] * (dx * dx + dy * dy);
  }
  return form == SW_LOCAL_LAG ? a : form == SW_LOCAL_PRODUCT ? a * b : d;
}

static void check_form(sw_local_form form, int stride, int64_t permutations, void *workspace) {
  double *both[2] = {value[0], value[1]};
  sw_local_table table = {N, stride, form == SW_LOCAL_LAG ? 1 : 2, both};
  sw_local_unit unit = unit_of(K);
  sw_local_observe(form, &table, &unit);
  sw_local_permute(form, &table, &unit, 11, 22, permutations, workspace);
  void *other = NULL;
  cr_assert_eq(posix_memalign(&other, 64, sw_draws_workspace(N, K)), 0);
  sw_draws draws = sw_draws_begin(11, 22, N, 8, K, other);
  int32_t place[K * LANES];
  for (int t = 0; t < stride; t++) {
    double least = 0, most = 0, all = 0, o = plain(form, stride, t, neighbour, 1);
    cr_expect_eq(observed[t], o);
    for (int64_t d = 0; d < permutations; d++) {
      if (d % LANES == 0) sw_draws_fill(&draws, d, place);
      double s = plain(form, stride, t, place + d % LANES, LANES);
      least += s >= o - slack[t];
      most += s <= o + slack[t];
      all += s - o;
    }
    cr_expect_eq(at_least[t], least);
    cr_expect_eq(at_most[t], most);
    if (form == SW_LOCAL_PRODUCT) cr_expect_eq(sum[t], all);
  }
  free(other);
}

Test(conditional, plain_loop) {
  void *workspace = NULL;
  fill();
  for (int t = 0; t < MOST; t++)
    slack[t] = 1e-13;
  cr_assert_eq(posix_memalign(&workspace, 64, sw_local_workspace(N, K, MOST)), 0);
  for (int stride = 4; stride <= MOST; stride += 4)
    for (int form = SW_LOCAL_LAG; form <= SW_LOCAL_PRODUCT; form++)
      check_form((sw_local_form)form, stride, 101, workspace);
  free(workspace);
}

/* What is observed and drawn in another order is equal: 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1.
 * With four units, every draw of three is the same set. */
Test(conditional, ties) {
  static double few[4 * 4];
  double *one[1] = {few};
  static const double thirds[3] = {1. / 3, 1. / 3, 1. / 3};
  static const int32_t all[3] = {1, 2, 3};
  sw_local_table table = {4, 4, 1, one};
  void *workspace = NULL;
  for (int i = 0; i < 4; i++)
    for (int t = 0; t < 4; t++)
      few[4 * i + t] = .1 * i * (t + 1);
  for (int t = 0; t < 4; t++)
    slack[t] = 1e-13;
  sw_local_unit unit = unit_of(3);
  unit.self = 0;
  unit.place = all;
  unit.weight = thirds;
  cr_assert_eq(posix_memalign(&workspace, 64, sw_local_workspace(4, 3, 4)), 0);
  sw_local_observe(SW_LOCAL_LAG, &table, &unit);
  sw_local_permute(SW_LOCAL_LAG, &table, &unit, 1, 2, 500, workspace);
  for (int t = 0; t < 4; t++) {
    NEAR(at_least[t], 500, 0);
    NEAR(at_most[t], 500, 0);
  }
  free(workspace);
}

/* Over all sequences of two and of three of six others. */
Test(conditional, moments) {
  static const double x[6] = {1, 4, 2, 8, 5, 7}, w[3] = {.5, .2, .3};
  double s = 27, s2 = 159;
  for (int k = 2; k <= 3; k++) {
    double mean = 0, square = 0, count = 0, sw = 0, sw2 = 0;
    for (int j = 0; j < k; j++) {
      sw += w[j];
      sw2 += w[j] * w[j];
    }
    for (int a = 0; a < 6; a++)
      for (int b = 0; b < 6; b++)
        for (int c = 0; c < (k == 3 ? 6 : 1); c++) {
          if (a == b || (k == 3 && (a == c || b == c))) continue;
          double lag = w[0] * x[a] + w[1] * x[b] + (k == 3 ? w[2] * x[c] : 0);
          mean += lag;
          square += lag * lag;
          count++;
        }
    mean /= count;
    sw_local_moments m = sw_local_lag_moments(6, s, s2, sw, sw2);
    NEAR(m.mean, mean, 1e-14);
    NEAR(m.variance, square / count - mean * mean, 1e-13);
  }
  NEAR(sw_local_lag_moments(3, 6, 14, 1, 1. / 3).variance, 0, 0); /* all others, equal weights */
}

Test(conditional, p_values) {
  NEAR(sw_local_p(SW_FOLDED, 4, 995, 999), .005, 0);
  NEAR(sw_local_p(SW_FOLDED, 995, 4, 999), .005, 0);
  NEAR(sw_local_p(SW_TWO_SIDED, 995, 4, 999), .01, 0);
  NEAR(sw_local_p(SW_GREATER, 995, 4, 999), .996, 0);
  NEAR(sw_local_p(SW_LESS, 995, 4, 999), .005, 0);
  NEAR(sw_local_p(SW_TWO_SIDED, 999, 999, 999), 1, 0);
  NEAR(sw_local_least_p(SW_FOLDED, 999), .001, 0);
  NEAR(sw_local_least_p(SW_TWO_SIDED, 999), .002, 0);
  NEAR(sw_local_normal_p(SW_TWO_SIDED, 1.959963984540054), .05, 1e-15);
  NEAR(sw_local_normal_p(SW_FOLDED, -1.959963984540054), .025, 1e-15);
  NEAR(sw_local_normal_p(SW_GREATER, -1.959963984540054), .975, 1e-15);
  NEAR(sw_local_normal_p(SW_LESS, -1.959963984540054), .025, 1e-15);
}

/* Benjamini and Hochberg's example (1995, section 3.2): 15 p-values, the first four at .05. Of n =
 * 3,107 and 999 draws 63 units at .001 reject, 62 do not; 125 two-sided. */
Test(conditional, discovery) {
  static const double p[15] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                               .0459, .3240, .4262, .5719, .6528, .7590, 1.000};
  static double many[3107];
  NEAR(sw_local_bh_cut(p, 15, .05), .0095, 0);
  NEAR(sw_local_bh_cut(p + 9, 6, .05), -1, 0);
  NEAR(sw_local_bh_cut(p, 0, .05), -1, 0);
  cr_expect_eq(sw_local_bh_needs(.001, 3107, .05), 63);
  cr_expect_eq(sw_local_bh_needs(.002, 3107, .05), 125);
  cr_expect_eq(sw_local_bh_needs(.05, 1, .05), 1);
  for (int count = 62; count <= 63; count++) {
    for (int i = 0; i < 3107; i++)
      many[i] = i < count ? .001 : 1;
    NEAR(sw_local_bh_cut(many, 3107, .05), count == 63 ? .001 : -1, 0);
  }
}

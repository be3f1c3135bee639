/* Permutations of values over units: every order as likely as any, draws that go by codes, tails.
 */
#include "kernel/autocorrelation/permute.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "spillway/rng.h"

enum { N = 4, STRIDE = 4 };

/* Each unit linked to itself alone: the statistic is sum a_i b_i, which tells all orders apart. */
static const int64_t start[N + 1] = {0, 1, 2, 3, 4};
static const int32_t to[N] = {0, 1, 2, 3}, unit[N] = {0, 1, 2, 3};
static const double one[N] = {1, 1, 1, 1};
static const sw_links self = {.n = N, .row_start = start, .to = to, .value = one};
static const double fixed[N * STRIDE] = {1, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0, 64};
static const double moved[N * STRIDE] = {0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3};

static sw_permute_set set_of(double *observed, double *slack) {
  return (sw_permute_set){.links = &self,
                          .count = N,
                          .unit = unit,
                          .place = unit,
                          .factor = one,
                          .columns = 1,
                          .stride = STRIDE,
                          .moved = moved,
                          .fixed = fixed,
                          .observed = observed,
                          .slack = slack};
}

/* How many of the draws have exactly the statistic `s`. */
static double equal(double s, const uint64_t *key, int64_t first, int64_t draws) {
  double observed[3 * STRIDE] = {s}, slack[3 * STRIDE] = {0};
  double least[3 * STRIDE] = {0}, most[3 * STRIDE] = {0};
  sw_permute_set set = set_of(observed, slack);
  void *workspace = NULL;
  cr_assert_eq(posix_memalign(&workspace, 64, sw_permute_workspace(N)), 0);
  sw_permute_count(SW_PERMUTE_PRODUCT, &set, 7, key, first, draws, least, most, workspace);
  free(workspace);
  return least[0] + most[0] - (double)draws;
}

static double statistic(const int *order) {
  double s = 0;
  for (int i = 0; i < N; i++)
    s += fixed[i * STRIDE] * order[i];
  return s;
}

/* 24 orders, each some 1,000 times of 24,000; as many in two halves as in all. */
Test(permute, every_order_is_as_likely) {
  static const uint64_t key[N] = {11, 5, 8, 3};
  double squares = 0, all = 0;
  for (int code = 0; code < 256; code++) {
    int order[N] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
    if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) != 15) continue;
    double count = equal(statistic(order), key, 0, 24000);
    all += count;
    squares += (count - 1000) * (count - 1000) / 1000;
    double halves =
        equal(statistic(order), key, 0, 9999) + equal(statistic(order), key, 9999, 14001);
    cr_expect_eq(halves, count);
  }
  cr_expect_eq(all, 24000);
  cr_expect_lt(squares, 52, "chi-squared of 23 degrees of freedom: %g", squares); /* p < .001 */
}

/* Other codes, other draws; the identity is what is observed. */
Test(permute, goes_by_codes) {
  static const uint64_t a[N] = {11, 5, 8, 3}, b[N] = {11, 5, 9, 3};
  static const int same[N] = {0, 1, 2, 3};
  double observed[3 * STRIDE], slack[3 * STRIDE];
  sw_permute_set set = set_of(observed, slack);
  sw_permute_observe(SW_PERMUTE_PRODUCT, &set);
  cr_expect_eq(observed[0], statistic(same));
  cr_expect_gt(slack[0], 0);
  cr_expect_lt(slack[0], 1e-9);
  cr_expect_neq(equal(statistic(same), a, 0, 20000), equal(statistic(same), b, 0, 20000));
}

/* Where nothing is related, the place of what is observed among draws is uniform. */
Test(permute, uniform_where_nothing_is_related) {
  enum { M = 2000, R = 20, DRAWS = 19 };
  static int64_t ring_start[R + 1];
  static int32_t ring_to[2 * R], place[R];
  static double ring_one[2 * R], factor[R], value[R * SW_PERMUTE_COLUMNS];
  uint64_t key[R];
  double times[DRAWS + 1] = {0}, squares = 0;
  for (int i = 0; i < R; i++) {
    place[i] = i;
    factor[i] = 1;
    key[i] = (uint64_t)i * 977 + 5;
    ring_start[i + 1] = 2 * (i + 1);
    ring_to[2 * i] = (i + 1) % R;
    ring_to[2 * i + 1] = (i + R - 1) % R;
    ring_one[2 * i] = ring_one[2 * i + 1] = 1;
  }
  const sw_links ring = {.n = R, .row_start = ring_start, .to = ring_to, .value = ring_one};
  void *workspace = NULL;
  cr_assert_eq(posix_memalign(&workspace, 64, sw_permute_workspace(R)), 0);
  for (int m = 0; m < M; m++) {
    double observed[3 * SW_PERMUTE_COLUMNS], slack[3 * SW_PERMUTE_COLUMNS];
    double least[3 * SW_PERMUTE_COLUMNS] = {0}, most[3 * SW_PERMUTE_COLUMNS] = {0};
    for (int i = 0; i < R; i++) {
      sw_rng rng = sw_rng_make(3, 4, (uint64_t)(m * R + i));
      value[i * STRIDE] = sw_rng_normal(&rng);
    }
    sw_permute_set set = {.links = &ring,
                          .count = R,
                          .unit = place,
                          .place = place,
                          .factor = factor,
                          .columns = 1,
                          .stride = STRIDE,
                          .moved = value,
                          .observed = observed,
                          .slack = slack};
    sw_permute_observe(SW_PERMUTE_SQUARES, &set);
    sw_permute_count(SW_PERMUTE_SQUARES, &set, (uint64_t)m, key, 0, DRAWS, least, most, workspace);
    cr_assert_eq(least[0] + most[0], DRAWS);
    times[(int)least[0]] += 1;
  }
  free(workspace);
  for (int k = 0; k <= DRAWS; k++)
    squares += (times[k] - 100) * (times[k] - 100) / 100;
  cr_expect_lt(squares, 46, "chi-squared of 19 degrees of freedom: %g", squares); /* p < .0005 */
}

Test(permute, folded) {
  cr_expect_float_eq(sw_permute_p(0, 999, 999), .001, 1e-15);
  cr_expect_float_eq(sw_permute_p(990, 9, 999), .01, 1e-15);
  cr_expect_float_eq(sw_permute_p(99, 99, 99), 1, 0);
}

/* Every function of kernel/pairs/lanes.h against plain loops: the same bits, for tails of every
 * length, gaps, infinities and rows of nothing but gaps. */
#include "kernel/pairs/lanes.h"

#include "kernel/hot.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 3 * 32 + 9, KINDS = 7, EDGE = 8 };

static const double guard = 12345.5;

/* Rows of n numbers of several kinds, between numbers that nobody may touch or see. */
typedef struct row {
  double room[MOST + 2 * EDGE], *v;
  int64_t n;
} row;

static double number(int kind, int64_t k) {
  double x = (rand() % 2000 - 1000) / 7.0 * pow(10, rand() % 5);
  if (kind == 1 && k % 3 == 1) return NAN;
  if (kind == 2) return NAN;
  if (kind == 3) return k % 4 == 2 ? NAN : -INFINITY;
  if (kind == 4) return k % 5 == 3 ? INFINITY : -fabs(x);
  if (kind == 6) return k % 3 ? NAN : -0.0;
  if (kind == 5) return -1.0 - (double)(k % 2); /* below zero, equal ones */
  return x;
}

static void fill(row *r, int kind, int64_t n) {
  for (int k = 0; k < MOST + 2 * EDGE; k++)
    r->room[k] = guard;
  r->v = r->room + EDGE;
  r->n = n;
  for (int64_t k = 0; k < n; k++)
    r->v[k] = number(kind, k);
}

static void expect_edges(const row *r) {
  for (int k = 0; k < EDGE; k++)
    cr_assert(r->room[k] == guard && r->v[r->n + k] == guard, "written beyond %d", (int)r->n);
}

static bool same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

typedef void (*visit)(row *r);

static void each_row(visit check) {
  srand(7);
  for (int kind = 0; kind < KINDS; kind++)
    for (int64_t n = 0; n <= MOST; n++) {
      row r;
      fill(&r, kind, n);
      check(&r);
      expect_edges(&r);
    }
}

/* ---- plain loops ------------------------------------------------------------------------ */

static double plain_join(const double *l) {
  return ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]));
}

static double plain_sum(double begin, const double *v, int64_t n) {
  double lanes[SW_LANES];
  for (int l = 0; l < SW_LANES; l++)
    lanes[l] = begin;
  for (int64_t k = 0; k < n; k++)
    lanes[k % SW_LANES] += v[k];
  return plain_join(lanes);
}

static double plain_greatest(const double *v, int64_t n, double greatest) {
  for (int64_t k = 0; k < n; k++)
    if (v[k] > greatest) greatest = v[k];
  return greatest;
}

/* NaN become -0.0, and that 0.0; how many there were. */
static int64_t plain_fill(double *v, int64_t n) {
  int64_t gaps = 0;
  for (int64_t k = 0; k < n; k++) {
    gaps += isnan(v[k]);
    v[k] = isnan(v[k]) ? -0.0 : v[k] == 0 ? 0.0 : v[k];
  }
  return gaps;
}

/* ---- sums and greatest ------------------------------------------------------------------ */

static void check_scan(row *r) {
  double sum = 0, greatest = 0;
  sw_lanes_scan(r->v, r->n, &sum, &greatest);
  cr_assert(same(sum, plain_sum(0, r->v, r->n)), "%d: %g", (int)r->n, sum);
  cr_assert_eq(greatest, plain_greatest(r->v, r->n, -INFINITY));
}

Test(lanes, scan) {
  each_row(check_scan);
}

static void check_row(row *r) {
  double lane[MOST + 1], wanted[MOST + 1], sum = 0, greatest = 0;
  for (int64_t k = 0; k <= r->n; k++)
    lane[k] = wanted[k] = 0.1 * (double)k;
  for (int64_t k = 0; k < r->n; k++)
    wanted[k] += r->v[k];
  sw_lanes_row(r->v, r->n, lane, &sum, &greatest);
  cr_assert(same(sum, plain_sum(0, r->v, r->n)));
  cr_assert_eq(greatest, plain_greatest(r->v, r->n, -INFINITY));
  for (int64_t k = 0; k <= r->n; k++)
    cr_assert(same(lane[k], wanted[k]), "%d of %d", (int)k, (int)r->n);
}

Test(lanes, row) {
  each_row(check_row);
}

/* Several rows are as many single ones: some of one kind, some of the next. */
enum { ROWS = 11, APART = MOST + 3 };

static void check_rows(int kind, int64_t n, int64_t rows, int64_t place) {
  static double v[ROWS * APART], lanes[SW_LANES * APART], wanted[SW_LANES * APART];
  double sum[ROWS], greatest[ROWS], one = 0, top = 0;
  for (int64_t k = 0; k < ROWS * APART; k++)
    v[k] = number((kind + (int)(k / APART) % 3) % KINDS, k);
  for (int64_t k = 0; k < SW_LANES * APART; k++)
    lanes[k] = wanted[k] = k % 7 ? 0.1 * (double)k : -0.0;
  const sw_lane_rows of = {v, APART, rows, n};
  sw_lanes_scan_rows(&of, sum, greatest);
  for (int64_t r = 0; r < rows; r++) {
    sw_lanes_scan(v + r * APART, n, &one, &top);
    cr_assert(same(sum[r], one) && same(greatest[r], top), "scan %d of %d", (int)r, (int)n);
  }
  sw_lanes_take_rows(&of, place, lanes, APART, sum, greatest);
  for (int64_t r = 0; r < rows; r++) {
    sw_lanes_take(v + r * APART, n, wanted + (place + r) % SW_LANES * APART, &one, &top);
    cr_assert(same(sum[r], one) && same(greatest[r], top), "take %d of %d", (int)r, (int)n);
  }
  for (int64_t k = 0; k < SW_LANES * APART; k++)
    cr_assert(same(lanes[k], wanted[k]), "lane %d of %d", (int)k, (int)n);
}

Test(lanes, rows) {
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs(set)) continue;
    sw_set_at_most(set);
    for (int kind = 0; kind < KINDS; kind++)
      for (int64_t n = 0; n <= MOST; n += n < 20 ? 1 : 17)
        for (int64_t rows = 0; rows <= ROWS; rows++)
          check_rows(kind, n, rows, (n + rows) % 13);
  }
}

/* Lanes as after filling the row's gaps, those that have nothing yet (-0.0) among them. */
static void check_take(row *r) {
  double lane[MOST + 1], wanted[MOST + 1], sum = 0, greatest = 0;
  row filled = *r, before = *r;
  filled.v = filled.room + EDGE;
  plain_fill(filled.v, r->n);
  for (int64_t k = 0; k <= r->n; k++)
    lane[k] = wanted[k] = k % 2 ? 0.1 * (double)k : -0.0;
  for (int64_t k = 0; k < r->n; k++)
    wanted[k] += filled.v[k];
  sw_lanes_take(r->v, r->n, lane, &sum, &greatest);
  cr_assert(same(sum, plain_sum(0, r->v, r->n)));
  cr_assert_eq(greatest, plain_greatest(r->v, r->n, -INFINITY));
  cr_assert_eq(memcmp(lane, wanted, (size_t)(r->n + 1) * sizeof *lane), 0, "%d", (int)r->n);
  cr_assert_eq(memcmp(r->room, before.room, sizeof r->room), 0, "the row is as it was");
}

Test(lanes, take) {
  each_row(check_take);
}

/* Without a place to skip (-1), then at each end and in the middle. */
static void check_scan_gaps(row *r) {
  const int64_t place[] = {-1, 0, r->n / 2, r->n - 1};
  for (int k = 0; k < 4; k++) {
    int64_t skip = place[k];
    if (k && !r->n) continue;
    row got = *r, wanted = *r;
    got.v = got.room + EDGE, wanted.v = wanted.room + EDGE;
    if (skip >= 0) wanted.v[skip] = NAN;
    double sum = 0, greatest = 0, most = plain_greatest(wanted.v, r->n, -INFINITY);
    int64_t gaps = sw_lanes_scan_gaps(got.v, r->n, skip, &sum, &greatest);
    cr_assert_eq(gaps, plain_fill(wanted.v, r->n) - (skip >= 0));
    cr_assert(same(sum, plain_sum(-0.0, wanted.v, r->n)));
    cr_assert_eq(sw_lanes_is_nothing(sum), gaps + (skip >= 0) == r->n, "nothing was added");
    cr_assert_eq(greatest, most);
    cr_assert_eq(memcmp(got.room, wanted.room, sizeof got.room), 0, "gaps become -0.0");
  }
}

Test(lanes, scan_gaps) {
  each_row(check_scan_gaps);
}

/* Goes on from sums and a greatest value that are there already. */
static void check_gaps(row *r) {
  double lanes[SW_LANES], wanted[SW_LANES], greatest = 3.5;
  double most = plain_greatest(r->v, r->n, greatest);
  row plain = *r;
  plain.v = plain.room + EDGE;
  int64_t gaps = plain_fill(plain.v, r->n);
  for (int l = 0; l < SW_LANES; l++)
    lanes[l] = wanted[l] = 1.0 / (l + 3);
  for (int64_t k = 0; k < r->n; k++)
    wanted[k % SW_LANES] += plain.v[k];
  cr_assert_eq(sw_lanes_gaps(r->v, r->n, lanes, &greatest), gaps);
  cr_assert_eq(greatest, most);
  for (int l = 0; l < SW_LANES; l++)
    cr_assert(same(lanes[l], wanted[l]));
  cr_assert_eq(memcmp(r->room, plain.room, sizeof r->room), 0, "gaps become -0.0");
}

Test(lanes, gaps) {
  each_row(check_gaps);
}

/* ---- seeking ---------------------------------------------------------------------------- */

static int64_t plain_next(const double *v, int64_t from, int64_t n, double threshold, bool equal) {
  int64_t k = from;
  while (k < n && !(v[k] > threshold || (equal && v[k] == threshold)))
    k++;
  return k;
}

static void check_next(row *r) {
  double thresholds[] = {0, -1, -INFINITY, INFINITY, NAN, r->n ? r->v[r->n - 1] : 0};
  for (size_t k = 0; k < sizeof thresholds / sizeof *thresholds; k++)
    for (int64_t from = 0; from <= r->n; from += 1 + from / 3) {
      double t = thresholds[k];
      cr_assert_eq(sw_lanes_next_above(r->v, from, r->n, t),
                   plain_next(r->v, from, r->n, t, false));
      cr_assert_eq(sw_lanes_next_reaching(r->v, from, r->n, t),
                   plain_next(r->v, from, r->n, t, true));
    }
}

static void check_reaching(row *r) {
  int32_t at[MOST + 1];
  for (double threshold = -30; threshold <= 30; threshold += 10) {
    double t = threshold > 20 ? INFINITY : threshold < -20 ? -INFINITY : threshold;
    int64_t count = sw_lanes_reaching(r->v, r->n, t, at), wanted = 0;
    for (int64_t k = 0; k < r->n; k++) {
      if (!(r->v[k] >= t)) continue;
      cr_assert_lt(wanted, count);
      cr_assert_eq(at[wanted++], k);
    }
    cr_assert_eq(count, wanted);
  }
}

Test(lanes, reaching) {
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs(set)) continue;
    sw_set_at_most(set);
    each_row(check_reaching);
  }
}

Test(lanes, next_above_and_reaching) {
  each_row(check_next);
}

/* One hit, at each place of rows of each length. */
Test(lanes, next_finds_every_place) {
  row r;
  for (int64_t n = 1; n <= MOST; n++) {
    fill(&r, 5, n);
    for (int64_t at = 0; at < n; at++) {
      double before = r.v[at];
      r.v[at] = 2;
      cr_assert_eq(sw_lanes_next_above(r.v, 0, n, 1), at);
      cr_assert_eq(sw_lanes_next_reaching(r.v, 0, n, 2), at);
      cr_assert_eq(sw_lanes_next_above(r.v, at + 1, n, 1), n);
      cr_assert_eq(sw_lanes_next_above(r.v, 0, n, 2), n);
      r.v[at] = before;
    }
  }
}

/* ---- a bound of the strongest ----------------------------------------------------------- */

static int64_t count_reaching(const double *v, int64_t n, double bound) {
  int64_t count = 0;
  for (int64_t k = 0; k < n; k++)
    count += v[k] >= bound;
  return count;
}

static void check_bound(row *r) {
  for (int64_t k = 1; k <= SW_BOUND_LANES; k += 1 + k / 4) {
    double bound = sw_lanes_bound(r->v, r->n, k);
    cr_assert(bound == -INFINITY || count_reaching(r->v, r->n, bound) >= k);
  }
}

Test(lanes, bound_is_reached_by_k) {
  each_row(check_bound);
}

/* Of 1,024 numbers in no order about 22 reach the bound of 20; equal numbers all do. */
Test(lanes, bound_is_near_the_kth) {
  static double v[1024];
  srand(11);
  for (int k = 0; k < 1024; k++)
    v[k] = rand();
  int64_t reaching = count_reaching(v, 1024, sw_lanes_bound(v, 1024, 20));
  cr_assert(reaching >= 20 && reaching <= 32, "%d", (int)reaching);
  for (int k = 0; k < 1024; k++)
    v[k] = 3;
  cr_assert_eq(sw_lanes_bound(v, 1024, 20), 3);
  v[0] = NAN;
  cr_assert_eq(sw_lanes_bound(v, 1024, 64), 3);
  cr_assert_eq(sw_lanes_bound(v, 63, 1), -INFINITY);
}

/* ---- lanes of columns, storing ---------------------------------------------------------- */

static void check_add(row *r) {
  row lane = {.n = r->n};
  fill(&lane, 0, r->n);
  row before = lane;
  sw_lanes_add(lane.v, r->v, r->n);
  for (int64_t k = 0; k < r->n; k++)
    cr_assert(same(lane.v[k], before.room[EDGE + k] + r->v[k]));
  expect_edges(&lane);
  /* Once more over sums of nothing: a value of -0.0 leaves them something. */
  sw_lanes_begin(lane.v, r->n);
  sw_lanes_add_values(lane.v, r->v, r->n);
  for (int64_t k = 0; k < r->n; k++)
    cr_assert(same(lane.v[k], -0.0 + (r->v[k] == 0 ? 0.0 : r->v[k])));
  expect_edges(&lane);
}

Test(lanes, add) {
  each_row(check_add);
}

Test(lanes, join_rows) {
  enum { STRIDE = MOST + 3 };
  static double lanes[SW_LANES * STRIDE];
  srand(3);
  for (int64_t n = 0; n <= MOST; n++) {
    for (int k = 0; k < SW_LANES * STRIDE; k++)
      lanes[k] = number(0, k);
    row out;
    fill(&out, 0, n);
    sw_lanes_join_rows(lanes, STRIDE, n, out.v);
    for (int64_t k = 0; k < n; k++) {
      double one[SW_LANES];
      for (int l = 0; l < SW_LANES; l++)
        one[l] = lanes[l * STRIDE + k];
      cr_assert(same(out.v[k], plain_join(one)));
      cr_assert(same(sw_lanes_join(one), plain_join(one)));
    }
    expect_edges(&out);
    /* The first lane may take the sums. */
    sw_lanes_join_rows(lanes, STRIDE, n, lanes);
    cr_assert_eq(memcmp(lanes, out.v, (size_t)n * sizeof *lanes), 0);
  }
}

static void check_store(row *r) {
  float out[MOST + 1];
  out[r->n] = 77;
  sw_lanes_store_float(r->v, r->n, out);
  for (int64_t k = 0; k < r->n; k++)
    cr_assert(out[k] == (float)r->v[k] || (isnan(out[k]) && isnan(r->v[k])));
  cr_assert_eq(out[r->n], 77);
}

Test(lanes, store_float) {
  each_row(check_store);
}

Test(lanes, transpose) {
  enum { SIDE = 40 };
  static double in[SIDE * SIDE], out[SIDE * SIDE + 1];
  static float in4[SIDE * SIDE], out4[SIDE * SIDE + 1];
  for (int k = 0; k < SIDE * SIDE; k++)
    in[k] = k, in4[k] = (float)k;
  for (int64_t rows = 1; rows <= SIDE; rows++)
    for (int64_t columns = 1; columns <= SIDE; columns++) {
      out[rows * columns] = out4[rows * columns] = -1;
      sw_lanes_transpose(in, rows, columns, 8, out);
      sw_lanes_transpose(in4, rows, columns, 4, out4);
      for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) {
          cr_assert_eq(out[j * rows + i], in[i * columns + j]);
          cr_assert_eq(out4[j * rows + i], in4[i * columns + j]);
        }
      cr_assert(out[rows * columns] == -1 && out4[rows * columns] == -1);
    }
}

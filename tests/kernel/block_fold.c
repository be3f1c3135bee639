/* Sums of blocks against the lanes of their values, to the bit: every instruction set that this
 * machine runs, and the shape of AVX-512 on any. The source is included for the latter. */
#include "kernel/pairs/block_fold.c"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* Registers of eight doubles that the compiler makes of what there is. */
#define SW_VEC_BITS 512
#define SW_SET_NAME wide

typedef double reg __attribute__((vector_size(64), aligned(8), may_alias));

#define EACH(r, expression)                                                                        \
  for (int l = 0; l < 8; l++)                                                                      \
    (r)[l] = expression;

/* By address: whole vectors of this size are not passed in one way on all machines. */
static void take(const double *p, reg *r) {
  EACH(*r, p[l])
}
static void put(double *p, const reg *a) {
  EACH(p, (*a)[l])
}
static void larger(const reg *a, const reg *b, reg *r) {
  EACH(*r, (*a)[l] > (*b)[l] ? (*a)[l] : (*b)[l])
}
static void joined(const reg *a, const reg *b, const reg *c, reg *r) {
  EACH(*r, fma((*a)[l], (*b)[l], (*c)[l]))
}
static void above(const reg *a, const reg *b, const reg *x, const reg *y, reg *r) {
  EACH(*r, (*a)[l] > (*b)[l] ? (*x)[l] : (*y)[l])
}
static void size(const reg *a, reg *r) {
  EACH(*r, fabs((*a)[l]))
}

#undef reg_load
#undef reg_store
#undef reg_spread
#undef reg_add
#undef reg_sub
#undef reg_fma
#undef reg_larger
#undef reg_size
#undef reg_if_above
#define reg_load(p)                                                                                \
  __extension__({                                                                                  \
    reg loaded;                                                                                    \
    take(p, &loaded);                                                                              \
    loaded;                                                                                        \
  })
#define reg_store(p, a)                                                                            \
  do {                                                                                             \
    const reg stored = a;                                                                          \
    put(p, &stored);                                                                               \
  } while (0)
#define reg_spread(x) ((reg){x, x, x, x, x, x, x, x})
#define reg_add(a, b) ((reg)((a) + (b)))
#define reg_sub(a, b) ((reg)((a) - (b)))
#define reg_fma(a, b, c)                                                                           \
  __extension__({                                                                                  \
    const reg one = a, two = b, three = c;                                                         \
    reg result;                                                                                    \
    joined(&one, &two, &three, &result);                                                           \
    result;                                                                                        \
  })
#define reg_larger(a, b)                                                                           \
  __extension__({                                                                                  \
    const reg one = a, two = b;                                                                    \
    reg result;                                                                                    \
    larger(&one, &two, &result);                                                                   \
    result;                                                                                        \
  })
#define reg_size(a)                                                                                \
  __extension__({                                                                                  \
    const reg one = a;                                                                             \
    reg result;                                                                                    \
    size(&one, &result);                                                                           \
    result;                                                                                        \
  })
#define reg_if_above(a, b, x, y)                                                                   \
  __extension__({                                                                                  \
    const reg left = a, right = b, over = x, under = y;                                            \
    reg chosen;                                                                                    \
    above(&left, &right, &over, &under, &chosen);                                                  \
    chosen;                                                                                        \
  })
#include "kernel/pairs/block_fold_set.h"

enum { UNITS = 700, K = 260, STRIDE = 720 };

static double number[K][UNITS];
static const double *column[K];

static void draw(void) {
  srand(7);
  for (int s = 0; s < K; s++) {
    column[s] = number[s];
    for (int i = 0; i < UNITS; i++)
      number[s][i] = (rand() + 1.0) / (RAND_MAX + 1.0) - (s % 2) * .5;
  }
}

static double wanted(int k, int64_t i, int64_t j, bool distance) {
  double sum = 0;
  for (int s = 0; s < k; s++)
    sum = distance ? sum + fabs(number[s][i] - number[s][j]) : fma(number[s][i], number[s][j], sum);
  return sum;
}

/* Sums that go on from others, against the lanes of values that go on from them. */
static void expect(int k, int64_t i0, int64_t i1, int64_t j0, int64_t j1, bool distance) {
  static double row[UNITS * SW_LANES], lanes[SW_LANES * STRIDE], want_lanes[SW_LANES * STRIDE];
  double most = -INFINITY, top[SW_LANES], *workspace = malloc(sw_block_fold_workspace(k));
  for (int l = 0; l < SW_LANES * STRIDE; l++)
    lanes[l] = want_lanes[l] = l % 7;
  memset(row, 0, sizeof row);
  sw_lane_sums sums = {row, lanes, STRIDE, -INFINITY, NULL};
  sw_block_fold_open(k, workspace);
  (distance ? sw_block_fold_distances : sw_block_fold_products)(k, column, i0, i1, column, j0, j1,
                                                                &sums, workspace);
  for (int64_t i = i0; i < i1; i++) {
    double value[UNITS], want_row[SW_LANES] = {0};
    for (int l = 0; l < SW_LANES; l++)
      top[l] = -INFINITY;
    for (int64_t j = j0; j < j1; j++)
      value[j - j0] = wanted(k, i, j, distance);
    sw_lanes_add_row(value, j1 - j0, want_row, want_lanes + (i - i0) % SW_LANES * STRIDE, top);
    for (int l = 0; l < SW_LANES; l++)
      most = fmax(most, top[l]);
    cr_assert_eq(memcmp(row + (i - i0) * SW_LANES, want_row, sizeof want_row), 0,
                 "k %d, row %d, columns %d-%d", k, (int)i, (int)j0, (int)j1);
  }
  cr_assert_eq(memcmp(lanes, want_lanes, sizeof lanes), 0, "columns %d-%d", (int)j0, (int)j1);
  cr_assert_eq(sums.greatest, most);
  free(workspace);
}

static void expect_shapes(void) {
  for (int distance = 0; distance < 2; distance++) {
    for (int64_t columns = 1; columns <= 67; columns++)
      expect(23, 3, 3 + 1 + columns % 21, 2, 2 + columns, distance);
    for (int64_t rows = 1; rows < 12; rows++)
      expect(1 + (int)rows % 3, 3, 3 + rows, 11, 11 + 5 * rows, distance);
    /* Several packs of rows and chunks of columns; numbers in pieces. */
    expect(3, 0, 150, 1, 1 + 690, distance);
    expect(K, 5, 5 + 70, 9, 9 + 101, distance);
    expect(129, 0, 9, 0, 40, distance);
  }
}

Test(block_fold, sets) {
  draw();
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs(set)) continue;
    sw_set_at_most(set);
    expect_shapes();
  }
}

/* As sw_block_fold_products, with the panels of AVX-512. */
Test(block_fold, wide) {
  enum { ALL = 300, PLACES = 304 };
  static double row[2][ALL * SW_LANES], lanes[2][SW_LANES * PLACES], workspace[1 << 18];
  double most[WIDEST], greatest = -INFINITY;
  draw();
  for (int distance = 0; distance < 2; distance++)
    for (int64_t columns = 250; columns < 285; columns++) {
      memset(row, 0, sizeof row);
      memset(lanes, 0, sizeof lanes);
      for (int l = 0; l < WIDEST; l++)
        most[l] = -INFINITY;
      sw_lane_sums sums[2] = {{row[0], lanes[0], PLACES, -INFINITY, NULL},
                              {row[1], lanes[1], PLACES, 0, NULL}};
      double *packed = workspace + 100 * PACK, *kept = packed + 100 * 300;
      block b = {.k = 100, .piece = 48, .distance = distance, .rows = 61, .row = workspace};
      b.column = packed, b.kept = kept, b.sums = &sums[1], b.most = most;
      pack_rows_wide(100, column, 3, 61, workspace);
      b.from = b.to = column, b.i = 3, b.j = 7, b.last = true, b.asks = columns % 2;
      if (!b.asks) pack_columns_wide(100, column, 7, columns, packed);
      fold_wide(&b, columns, 0);
      sw_block_fold_open(100, kept);
      (distance ? sw_block_fold_distances : sw_block_fold_products)(100, column, 3, 3 + 61, column,
                                                                    7, 7 + columns, &sums[0], kept);
      for (int l = 0; l < WIDEST; l++)
        greatest = fmax(l ? greatest : most[0], most[l]);
      cr_assert_eq(memcmp(row[0], row[1], sizeof row[0]), 0, "%d columns", (int)columns);
      cr_assert_eq(memcmp(lanes[0], lanes[1], sizeof lanes[0]), 0, "%d columns", (int)columns);
      cr_assert_eq(greatest, sums[0].greatest);
    }
}

/* Into lanes that begin with zeros, in a workspace that may have rows from before. */
static void fold_into(int k, const int64_t at[4], double *row, double *lanes, void *workspace) {
  sw_lane_sums sums = {row, lanes, STRIDE, -INFINITY, NULL};
  memset(row, 0, UNITS * SW_LANES * sizeof *row);
  memset(lanes, 0, SW_LANES * STRIDE * sizeof *lanes);
  sw_block_fold_products(k, column, at[0], at[1], column, at[2], at[3], &sums, workspace);
}

/* Blocks of the same rows, of others, of few and of too many, one after the other: each as if it
 * were the first. Then other numbers at the same place, which `open` is told of. */
Test(block_fold, rows_that_stay) {
  static double row[2][UNITS * SW_LANES], lanes[2][SW_LANES * STRIDE];
  static const int64_t at[][4] = {{0, 100, 200, 300},   {0, 100, 300, 420}, {0, 8, 100, 150},
                                  {0, 100, 300, 300},   {0, 100, 9, 10},    {1, 101, 9, 640},
                                  {1, 100, 200, 300},   {0, 600, 3, 50},    {1, 100, 100, 699},
                                  {100, 200, 200, 200}, {100, 200, 0, 90}};
  for (int k = 7; k < K; k += 251) {
    void *workspace = malloc(sw_block_fold_workspace(k)), *new = malloc(sw_block_fold_workspace(k));
    draw();
    sw_block_fold_open(k, workspace);
    for (size_t s = 0; s < 2 * sizeof at / sizeof *at; s++) {
      const int64_t *now = at[s % (sizeof at / sizeof *at)];
      sw_block_fold_open(k, new);
      fold_into(k, now, row[0], lanes[0], workspace);
      fold_into(k, now, row[1], lanes[1], new);
      cr_assert_eq(memcmp(row[0], row[1], sizeof row[0]), 0, "k %d, block %d", k, (int)s);
      cr_assert_eq(memcmp(lanes[0], lanes[1], sizeof lanes[0]), 0, "k %d, block %d", k, (int)s);
    }
    fold_into(k, at[0], row[0], lanes[0], workspace);
    number[k - 1][3] += 1;
    sw_block_fold_open(k, workspace);
    sw_block_fold_open(k, new);
    fold_into(k, at[1], row[0], lanes[0], workspace);
    fold_into(k, at[1], row[1], lanes[1], new);
    cr_assert_eq(memcmp(row[0], row[1], sizeof row[0]), 0, "k %d, other numbers", k);
    free(workspace);
    free(new);
  }
}

/* A missing number shows in the sums of its row and its column, and in no others. */
Test(block_fold, missing) {
  static double row[40 * SW_LANES], lanes[SW_LANES * STRIDE], workspace[1 << 17];
  draw();
  number[2][9] = NAN;
  sw_lane_sums sums = {row, lanes, STRIDE, -INFINITY, NULL};
  cr_assert_leq(sw_block_fold_workspace(5), sizeof workspace);
  sw_block_fold_open(5, workspace);
  sw_block_fold_products(5, column, 0, 40, column, 100, 130, &sums, workspace);
  for (int i = 0; i < 40; i++)
    cr_assert_eq(isnan(sw_lanes_join(row + i * SW_LANES)) != 0, i == 9);
  cr_assert(sums.greatest > 0);
}

/* Blocks of rows and columns against plain loops, to the bit: every variant that this machine runs,
 * every ragged edge. The source is included, as its variants are static. */
#include "kernel/pairs/block.c"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

/* The shape of the AVX-512 variant in plain C, for machines that cannot run it. */
typedef struct wide {
  double x[8];
} wide;

#define EACH(name, expression)                                                                     \
  SW_INLINE wide wide_##name(wide a, wide b, wide c) {                                             \
    wide r;                                                                                        \
    (void)b, (void)c;                                                                              \
    for (int l = 0; l < 8; l++)                                                                    \
      r.x[l] = expression;                                                                         \
    return r;                                                                                      \
  }
EACH(sum, a.x[l] + b.x[l])
EACH(difference, a.x[l] - b.x[l])
EACH(fabs, fabs(a.x[l]))
EACH(fma, fma(a.x[l], b.x[l], c.x[l]))
EACH(spread, a.x[0])

SW_INLINE wide wide_load(const double *p, int count) {
  wide r = {{0}};
  memcpy(r.x, p, (size_t)count * sizeof *p);
  return r;
}

#define NAME(x) x##_wide
#define WIDTH 8
#define VECTORS 4
#define vector wide
#define load(p) wide_load(p, 8)
#define store(p, y) memcpy(p, (y).x, sizeof(y).x)
#define spread(p) wide_spread(wide_load(p, 1), (wide){{0}}, (wide){{0}})
#define add(x, y) wide_sum(x, y, y)
#define subtract(x, y) wide_difference(x, y, y)
#define magnitude(x) wide_fabs(x, x, x)
#define multiply_add(x, y, z) wide_fma(x, y, z)
#include "kernel/pairs/block_tile.h"

enum { MOST = 70, K = 300, FEW = 23, STRIDE = 80 };

static double number[K][MOST], out[MOST * STRIDE];
static const double *column[K];

static void draw(void) {
  srand(7);
  for (int s = 0; s < K; s++) {
    column[s] = number[s];
    for (int i = 0; i < MOST; i++)
      number[s][i] = (rand() + 1.0) / (RAND_MAX + 1.0) - (s % 2) * .5;
  }
}

static double wanted(int k, int64_t i, int64_t j, bool distance) {
  double sum = 0;
  for (int s = 0; s < k; s++)
    sum = distance ? sum + fabs(number[s][i] - number[s][j]) : fma(number[s][i], number[s][j], sum);
  return sum;
}

static void clear(void) {
  for (int i = 0; i < MOST * STRIDE; i++)
    out[i] = -7;
}

static void expect(int k, int64_t i0, int64_t i1, int64_t j0, int64_t j1, bool distance) {
  for (int64_t r = 0; r < i1 - i0 + 2; r++)
    for (int64_t c = 0; c < STRIDE; c++) {
      bool inside = r < i1 - i0 && c < j1 - j0;
      double want = inside ? wanted(k, i0 + r, j0 + c, distance) : -7, got = out[r * STRIDE + c];
      cr_assert_eq(got, want, "k %d rows %d-%d columns %d-%d: [%d][%d] is %.17g, not %.17g", k,
                   (int)i0, (int)i1, (int)j0, (int)j1, (int)r, (int)c, got, want);
    }
}

static void run_variant(variant with, bool distance) {
  double row[FEW * SW_BLOCK_ROWS * 2];
  for (int rows = 1; rows <= SW_BLOCK_ROWS; rows += SW_BLOCK_ROWS - 1)
    for (int64_t columns = 1; columns <= 67; columns++) {
      clear();
      pack(FEW, column, 3, rows, 2, row);
      with.block(FEW, row, rows, 2, column, 2, 2 + columns, distance, out, STRIDE);
      expect(FEW, 3, 3 + 2 * rows, 2, 2 + columns, distance);
    }
}

Test(block, variants) {
  draw();
  for (int distance = 0; distance < 2; distance++) {
    run_variant((variant){block_plain}, distance);
    run_variant((variant){block_wide}, distance);
#if defined(SW_HOT_VARIANTS)
    if (__builtin_cpu_supports("x86-64-v3")) run_variant((variant){block_v3}, distance);
    if (__builtin_cpu_supports("x86-64-v4")) run_variant((variant){block_v4}, distance);
#endif
  }
}

static void any_block(int k, int64_t rows, int64_t j0) {
  static double workspace[K * (PACK + WIDEST)];
  cr_assert_leq(sw_block_workspace(k), sizeof workspace);
  clear();
  sw_block_products(k, column, MOST - rows, MOST, column, j0, MOST - j0, out, STRIDE, workspace);
  expect(k, MOST - rows, MOST, j0, MOST - j0, false);
  clear();
  sw_block_distances(k, column, MOST - rows, MOST, column, j0, MOST - j0, out, STRIDE, workspace);
  expect(k, MOST - rows, MOST, j0, MOST - j0, true);
}

/* Few rows, whose columns are read where they are; many, in one pack and more, of numbers in one
 * piece and more. */
Test(block, any_block) {
  draw();
  for (int rows = 1; rows < 10; rows++)
    for (int64_t j0 = 0; j0 < 9; j0++)
      for (int k = 1; k < 24; k += 11)
        any_block(k, rows, j0);
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs(set)) continue;
    sw_set_at_most(set);
    for (int rows = MANY - 1; rows <= MOST - 2; rows += rows < MANY + 9 ? 1 : 13)
      for (int64_t j0 = 0; j0 < 24; j0 += 3)
        any_block(20, rows, j0);
    any_block(1, 64, 0);
    for (int k = 120; k <= K; k += 180)
      any_block(k, 66, 2);
  }
}

Test(block, exchanged) {
  static double workspace[K * (PACK + WIDEST)];
  double one = 0;
  draw();
  sw_block_products(K, column, 0, MOST, column, 0, MOST, out, STRIDE, workspace);
  for (int64_t i = 0; i < MOST; i++)
    for (int64_t j = 0; j < MOST; j++) {
      cr_assert_eq(out[i * STRIDE + j], out[j * STRIDE + i]);
      sw_block_products(K, column, j, j + 1, column, i, i + 1, &one, 1, workspace);
      cr_assert_eq(one, out[i * STRIDE + j]);
    }
  sw_block_distances(K, column, 0, MOST, column, 0, MOST, out, STRIDE, workspace);
  for (int64_t i = 0; i < MOST; i++)
    for (int64_t j = 0; j < MOST; j++)
      cr_assert_eq(out[i * STRIDE + j], out[j * STRIDE + i]);
}

/* A missing number stays with its unit's pairs. */
Test(block, missing) {
  static double workspace[K * (PACK + WIDEST)];
  draw();
  number[K - 1][9] = NAN;
  for (int distance = 0; distance < 2; distance++) {
    (distance ? sw_block_distances : sw_block_products)(K, column, 0, MOST, column, 0, MOST, out,
                                                        STRIDE, workspace);
    for (int64_t i = 0; i < MOST; i++)
      for (int64_t j = 0; j < MOST; j++)
        cr_assert_eq(isnan(out[i * STRIDE + j]) != 0, i == 9 || j == 9);
  }
}

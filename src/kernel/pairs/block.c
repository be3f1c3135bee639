/* The block kernel: rows are packed, then a variant for the processor at hand runs over the columns
 * as they are (block_tile.h), or, where many rows share them, packed too (block_values_set.h).
 * Called for rows of a square by measures of pairs with `block`; nothing is allocated, any thread.
 *
 * SW_HOT does not fit: how many sums a tile has rests on the number and width of registers, and the
 * compiler keeps a tile of plain C in memory. So each variant names its vectors, which takes
 * intrinsics; all do the same operations on a pair in the same order, and give the same bits. */
#include "kernel/pairs/block.h"

#include "kernel/hot.h"

#include <stdbool.h>
#include <string.h>

/* One column of a few packed rows, without vectors: edges of a block, and the definition of the
 * bits. */
SW_INLINE void plain_pairs(int k, const double *row, int rows, const double *const *to, int64_t j,
                           bool distance, double *out, int64_t stride) {
  for (int r = 0; r < rows; r++) {
    double sum = 0;
    for (int s = 0; s < k; s++) {
      double x = row[s * rows + r], y = to[s][j];
      sum = distance ? sum + __builtin_fabs(x - y) : __builtin_fma(x, y, sum);
    }
    out[r * stride] = sum;
  }
}

/* ---- variants --------------------------------------------------------------------------- */

#if defined(SW_HOT_VARIANTS) || defined(__AVX512F__)
#include <immintrin.h>

/* 32 registers: 16 sums, 4 columns, a row. */
#pragma GCC push_options
#pragma GCC target("avx512f")
#define NAME(x) x##_v4
#define WIDTH 8
#define VECTORS 4
#define vector __m512d
#define load(p) _mm512_loadu_pd(p)
#define store(p, x) _mm512_storeu_pd(p, x)
#define spread(p) _mm512_set1_pd(*(p))
#define add(x, y) _mm512_add_pd(x, y)
#define subtract(x, y) _mm512_sub_pd(x, y)
#define magnitude(x) _mm512_abs_pd(x)
#define multiply_add(x, y, z) _mm512_fmadd_pd(x, y, z)
#include "kernel/pairs/block_tile.h"
#pragma GCC pop_options

/* 16 registers: 12 sums, 3 columns, a row. */
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define NAME(x) x##_v3
#define WIDTH 4
#define VECTORS 3
#define vector __m256d
#define load(p) _mm256_loadu_pd(p)
#define store(p, x) _mm256_storeu_pd(p, x)
#define spread(p) _mm256_broadcast_sd(p)
#define add(x, y) _mm256_add_pd(x, y)
#define subtract(x, y) _mm256_sub_pd(x, y)
#define magnitude(x) _mm256_andnot_pd(_mm256_set1_pd(-0.0), x)
#define multiply_add(x, y, z) _mm256_fmadd_pd(x, y, z)
#include "kernel/pairs/block_tile.h"
#pragma GCC pop_options
#endif

/* Any processor: a vector of one. */
#define NAME(x) x##_plain
#define WIDTH 1
#define VECTORS 4
#define vector double
#define load(p) (*(p))
#define store(p, x) (*(p) = (x))
#define spread(p) (*(p))
#define add(x, y) ((x) + (y))
#define subtract(x, y) ((x) - (y))
#define magnitude(x) __builtin_fabs(x)
#define multiply_add(x, y, z) __builtin_fma(x, y, z)
#include "kernel/pairs/block_tile.h"

typedef struct variant {
  void (*block)(int k, const double *row, int rows, int count, const double *const *to, int64_t j0,
                int64_t j1, bool distance, double *out, int64_t stride);
} variant;

/* The variant that sw_instruction_set names. It was found once at the start; this only looks. */
static variant choose(void) {
#if defined(SW_HOT_VARIANTS) || defined(__AVX512F__)
  const char *set = sw_instruction_set();
  if (strcmp(set, "x86-64-v4") == 0) return (variant){block_v4};
  if (strcmp(set, "x86-64-v3") == 0) return (variant){block_v3};
#endif
  return (variant){block_plain};
}

/* ---- many rows -------------------------------------------------------------------------- */

/* MANY: rows from which on columns are packed. PACK: rows of a pack. WIDEST: columns of a panel at
 * most. */
enum { MANY = 16, PACK = 64, WIDEST = 24 };

/* Packed rows and a packed panel of columns, of k numbers each, which go by pieces. */
typedef struct values {
  int k, piece;
  bool distance;
  int64_t rows;
  const double *row;
  double *column; /* packed by the first tile of rows where the panel is whole */
  const double *const *to;
  int64_t j; /* of `to`: the panel's first column */
} values;

#define SW_VEC_FILE "kernel/pairs/block_values_set.h"
#include "kernel/vec_each.h"

static const int panel_of[] = SW_SETS(VALUES_PANEL);
static const int piece_of[] = SW_SETS(VALUES_PIECE);
static void (*const pack_tiles_of[])(int k, const double *const *from, int64_t i, int64_t rows,
                                     double *out) = SW_SETS(pack_tiles);
static void (*const pack_panel_of[])(int k, const double *const *to, int64_t j, int64_t columns,
                                     double *out) = SW_SETS(pack_panel);
static void (*const panels_of[])(const values *b, int64_t columns, double *out,
                                 int64_t stride) = SW_SETS(value_panels);

/* Columns are packed too, which pays where many rows share them: out of the operands a panel would
 * be as many pointers and pages as there are numbers. */
static void run_many(int k, const double *const *from, int64_t i0, int64_t i1,
                     const double *const *to, int64_t j0, int64_t j1, bool distance, double *out,
                     int64_t stride, double *workspace) {
  sw_set_of set = sw_set();
  int wide = panel_of[set], pieces = (k + piece_of[set] - 1) / piece_of[set];
  double *row = workspace, *column = row + (size_t)k * PACK;
  values b = {k, pieces ? (k + pieces - 1) / pieces : 1, distance, 0, row, column, to, 0};
  for (int64_t i = i0; i < i1; i += PACK) {
    b.rows = i1 - i < PACK ? i1 - i : PACK;
    pack_tiles_of[set](k, from, i, b.rows, row);
    for (int64_t j = j0; j < j1; j += wide) {
      int64_t columns = j1 - j < wide ? j1 - j : wide;
      b.j = j;
      if (columns < wide) pack_panel_of[set](k, to, j, columns, column);
      panels_of[set](&b, columns, out + (i - i0) * stride + j - j0, stride);
    }
  }
}

/* ---- blocks ----------------------------------------------------------------------------- */

enum { PACKED = 16 }; /* rows at a time, a multiple of SW_BLOCK_ROWS */

/* The larger of both ways. */
size_t sw_block_workspace(int k) {
  return (size_t)k * (PACK + WIDEST) * sizeof(double);
}

/* `count` times `rows` rows, the rows of a number beside each other: they are read for each tile,
 * and out of the operands would be as many pointers and pages as there are numbers. */
static void pack(int k, const double *const *from, int64_t i, int rows, int count, double *row) {
  if (rows == SW_BLOCK_ROWS) { /* a copy of known length is an instruction or two */
    for (int c = 0; c < count; c++, i += SW_BLOCK_ROWS)
      for (int s = 0; s < k; s++, row += SW_BLOCK_ROWS)
        memcpy(row, from[s] + i, SW_BLOCK_ROWS * sizeof *row);
    return;
  }
  for (int c = 0; c < count; c++)
    for (int s = 0; s < k; s++)
      *row++ = from[s][i + c];
}

/* Few rows: rows by SW_BLOCK_ROWS, what is left one by one; columns are read where they are. */
static void run_few(int k, const double *const *from, int64_t i0, int64_t i1,
                    const double *const *to, int64_t j0, int64_t j1, bool distance, double *out,
                    int64_t stride, double *row) {
  variant with = choose();
  for (int64_t i = i0, rows, count; i < i1; i += count * rows, out += count * rows * stride) {
    int64_t left = i1 - i < PACKED ? i1 - i : PACKED;
    rows = left >= SW_BLOCK_ROWS ? SW_BLOCK_ROWS : 1;
    count = left / rows;
    pack(k, from, i, (int)rows, (int)count, row);
    with.block(k, row, (int)rows, (int)count, to, j0, j1, distance, out, stride);
  }
}

/* No numbers (k = 0) leave zeros, which run_few writes. */
static void run(int k, const double *const *from, int64_t i0, int64_t i1, const double *const *to,
                int64_t j0, int64_t j1, bool distance, double *out, int64_t stride,
                double *workspace) {
  bool many = k > 0 && i1 - i0 >= MANY && j1 - j0 >= WIDEST;
  (many ? run_many : run_few)(k, from, i0, i1, to, j0, j1, distance, out, stride, workspace);
}

void sw_block_products(int k, const double *const *from, int64_t i0, int64_t i1,
                       const double *const *to, int64_t j0, int64_t j1, double *out, int64_t stride,
                       void *workspace) {
  run(k, from, i0, i1, to, j0, j1, false, out, stride, workspace);
}

void sw_block_distances(int k, const double *const *from, int64_t i0, int64_t i1,
                        const double *const *to, int64_t j0, int64_t j1, double *out,
                        int64_t stride, void *workspace) {
  run(k, from, i0, i1, to, j0, j1, true, out, stride, workspace);
}

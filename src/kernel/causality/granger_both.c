/* See granger_both.h. Called by `granger` where strengths alone are wanted. Rows are packed by
 * tiles and columns by panels, number by number, so that what a tile reads lies in a row. Rows go
 * in packs, so that a panel, which is packed when its turn comes, the pack and the lanes of both
 * stay in the first cache. What fills up is zeros, and F of it is 0, which changes no sum. Nothing
 * is allocated, any thread. */
#include "kernel/causality/granger_both.h"

#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* Rows of a pack: a multiple of those of every tile, and at least a segment of the usual height. */
enum { PACK = 72, WIDEST = 16 }; /* columns of a panel */

/* A call, as the variants of the kernel see it (granger_both_set.h). */
typedef struct both {
  const sw_granger *g;
  double by;
  int64_t rows, at;              /* of the pack; its first in the call */
  int64_t j0, j1;                /* columns of the call */
  const double *row, *row_pivot; /* packed */
  double *column, *column_pivot; /* room for a panel */
  const sw_fold_both *sums;
  double limit;              /* values above are counted */
  double *most, *reached[2]; /* by lanes: the greatest, and counts of each order */
} both;

/* Where the columns of a panel are added that send: of one segment, or of two, and then 1 or 0 for
 * each column and segment. The lanes begin with those of row 0 of the call. */
typedef struct back {
  double share[2][WIDEST];
  double *lanes[2];
  bool splits;
} back;

/* Finds where a panel's columns are added: a panel may reach over the end of a segment of
 * sums->high columns, and then is split by factors 1 and 0. The panel begins at column `place`;
 * columns from `end` on fill up. */
static void find_back(const sw_fold_both *sums, int64_t place, int columns, int64_t end, back *to) {
  int64_t last = place + columns < end ? place + columns - 1 : end - 1;
  int64_t segment[2] = {place / sums->high, last / sums->high};
  for (int k = 0; k < 2; k++)
    to->lanes[k] = sums->back_column + segment[k] * sums->high * SW_LANES;
  to->splits = segment[0] != segment[1];
  for (int c = 0; to->splits && c < columns; c++) {
    to->share[0][c] = place + c < segment[1] * sums->high;
    to->share[1][c] = 1 - to->share[0][c];
  }
}

/* Copies numbers [at, at + width), zeros outside of [from, end). Seldom called, so kept out of
 * line: inlined it would crowd the loops. */
static __attribute__((noinline)) void copy_edge(const double *x, int64_t at, int64_t from,
                                                int64_t end, int width, double *out) {
  for (int k = 0; k < width; k++)
    out[k] = at + k >= from && at + k < end ? x[at + k] : 0;
}

#define SW_VEC_FILE "kernel/causality/granger_both_set.h"
#include "kernel/vec_each.h"

static const int one_tile[] = SW_SETS(ONE_TILE), two_tile[] = SW_SETS(TWO_TILE);
static void (*const fold_of[])(const both *b) = SW_SETS(fold_both);

/* ---- packing ------------------------------------------------------------------------------ */

/* Groups of `width` numbers, a constant in all callers, `apart` from each other in `out`. */
SW_INLINE void spread_groups(const double *restrict x, int64_t groups, int width, int64_t apart,
                             double *restrict out) {
  for (int64_t k = 0; k < groups; k++, x += width, out += apart)
    for (int c = 0; c < width; c++)
      out[c] = x[c];
}

/* Three branches of one loop: with a constant width the compiler unrolls it. */
SW_HOT static void copy_groups(const double *x, int64_t groups, int width, int64_t apart,
                               double *out) {
  if (width == 4)
    spread_groups(x, groups, 4, apart, out);
  else if (width == 3)
    spread_groups(x, groups, 3, apart, out);
  else
    spread_groups(x, groups, width, apart, out);
}

/* Rows [first, end) in groups of `width`, filled up with zeros:
 * row[((group * count + r) * operands + b) * width + k]. */
static void pack_rows(const sw_granger *g, int64_t first, int64_t end, int width, double *row,
                      double *pivot) {
  int64_t apart = (int64_t)(g->lags + 1) * g->rows * width;
  int64_t groups = (end - first) / width, rest = first + groups * width;
  for (int r = 0; r < g->rows; r++)
    for (int b = 0; b <= g->lags; b++, row += width) {
      const double *x = g->receiver[b * g->rows + r];
      copy_groups(x + first, groups, width, apart, row);
      if (rest < end) copy_edge(x, rest, rest, end, width, row + groups * apart);
    }
  if (g->lags > 1) copy_edge(g->pivot[1], first, first, end, PACK, pivot);
}

/* ---- a call ------------------------------------------------------------------------------- */

/* Products are shared only where a unit's Q is the same array as sender and as receiver. */
bool sw_granger_folds_both(const sw_granger *g) {
  bool same = g->lags <= 2;
  for (int k = 0; same && k < g->lags * g->rows; k++)
    same = g->sender[k] == g->receiver[k];
  return same;
}

size_t sw_granger_both_workspace(int lags, int rows) {
  if (lags > 2) return 0;
  return (size_t)(PACK + WIDEST) * (size_t)((lags + 1) * rows + 1) * sizeof(double);
}

void sw_granger_fold_both(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                          sw_fold_both *sums, void *workspace) {
  sw_set_of set = sw_set();
  int tile = (g->lags == 1 ? one_tile : two_tile)[set];
  int64_t numbers = (g->lags + 1) * g->rows;
  double most[SW_LANES], reached[2][SW_LANES] = {{0}};
  double *row = workspace, *row_pivot = row + PACK * numbers;
  both b = {.g = g, .j0 = j0, .j1 = j1, .row = row, .row_pivot = row_pivot, .sums = sums};
  b.column = row_pivot + PACK;
  b.column_pivot = b.column + WIDEST * numbers;
  b.by = (double)sw_granger_df(g->lags, g->rows) / g->lags;
  /* nextafter: the kernel compares by > alone, and what equals sums->from counts. */
  b.limit = nextafter(sums->from, -INFINITY);
  b.most = most;
  b.reached[0] = reached[0];
  b.reached[1] = reached[1];
  for (int l = 0; l < SW_LANES; l++)
    most[l] = sums->greatest;
  for (int64_t i = i0; i < i1; i += PACK) {
    b.at = i - i0;
    b.rows = i1 - i < PACK ? i1 - i : PACK;
    pack_rows(g, i, i + b.rows, tile, row, row_pivot);
    fold_of[set](&b);
  }
  for (int l = 0; l < SW_LANES; l++) {
    if (most[l] > sums->greatest) sums->greatest = most[l];
    sums->reached += (int64_t)reached[0][l];
    sums->back_reached += (int64_t)reached[1][l];
  }
}

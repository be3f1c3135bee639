/* See granger_both.h. Columns are packed by panels and rows by tiles, number by number, so that
 * what a tile reads lies in a row. Rows go in packs, so that a panel, the pack and the lanes of
 * both stay in the first cache. What fills up is zeros, and F of it is 0, which changes no sum.
 * Nothing is allocated, any thread. */
#include "kernel/causality/granger_both.h"

#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* Rows of a pack: a multiple of those of every tile, and at least a segment of the usual height. */
enum { PACK = 72, WIDEST = 16, MOST = 512 }; /* columns of a panel, and of a chunk */
enum { ROOM = 1 << 15 };                     /* numbers of a chunk that has several panels */

typedef struct both {
  int lags, count; /* numbers of an operand */
  double by;
  int64_t rows, at;              /* of the pack; its first in the call */
  const double *row, *row_pivot; /* packed */
  const double *column, *column_pivot;
  const sw_fold_both *sums;
  double *most; /* the greatest by lanes */
} both;

/* Where the columns of a panel are added that send: of one segment, or of two, and then 1 or 0 for
 * each column and segment. The lanes begin with those of row 0 of the call. */
typedef struct back {
  double share[2][WIDEST];
  double *lanes[2];
  bool splits;
} back;

enum { LINE = 4 }; /* panels of which tiles may be under way, and one more */

/* A panel from column `place` on, of which those from `end` on fill up. */
static void find_back(const both *b, int64_t place, int columns, int64_t end, back *to) {
  const sw_fold_both *sums = b->sums;
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

#define SW_VEC_FILE "kernel/causality/granger_both_set.h"
#include "kernel/vec_each.h"

static const int one_tile[] = SW_SETS(ONE_TILE), one_panel[] = SW_SETS(ONE_PANEL);
static const int two_tile[] = SW_SETS(TWO_TILE), two_panel[] = SW_SETS(TWO_PANEL);
static void (*const fold_of[])(const both *b, int64_t place, int64_t end) = SW_SETS(fold_both);

/* ---- packing ------------------------------------------------------------------------------ */

/* Groups of `width` numbers, a constant in all callers, `apart` from each other in `out`. */
SW_INLINE void spread_groups(const double *restrict x, int64_t groups, int width, int64_t apart,
                             double *restrict out) {
  for (int64_t k = 0; k < groups; k++, x += width, out += apart)
    for (int c = 0; c < width; c++)
      out[c] = x[c];
}

SW_HOT static void copy_groups(const double *x, int64_t groups, int width, int64_t apart,
                               double *out) {
  if (width == 16)
    spread_groups(x, groups, 16, apart, out);
  else if (width == 8)
    spread_groups(x, groups, 8, apart, out);
  else if (width == 4)
    spread_groups(x, groups, 4, apart, out);
  else
    spread_groups(x, groups, width, apart, out);
}

/* One group from number `at` on; those outside of [from, end) are zeros. */
static void copy_edge(const double *x, int64_t at, int64_t from, int64_t end, int width,
                      double *out) {
  for (int k = 0; k < width; k++)
    out[k] = at + k >= from && at + k < end ? x[at + k] : 0;
}

/* Numbers [first, end) of each operand in groups of `width`, those before `from` and behind the end
 * zeros: out[((group * count + r) * operands + b) * width + k]. */
static void pack(const sw_granger *g, int64_t first, int64_t from, int64_t end, int width,
                 double *out) {
  int64_t apart = (int64_t)(g->lags + 1) * g->rows * width;
  int64_t edge = (from - first + width - 1) / width, groups = (end - first) / width,
          rest = first + groups * width;
  for (int r = 0; r < g->rows; r++)
    for (int b = 0; b <= g->lags; b++, out += width) {
      const double *x = g->receiver[b * g->rows + r];
      for (int64_t k = 0; k < edge; k++)
        copy_edge(x, first + k * width, from, end, width, out + k * apart);
      if (edge < groups)
        copy_groups(x + first + edge * width, groups - edge, width, apart, out + edge * apart);
      if (rest < end && groups >= edge) copy_edge(x, rest, from, end, width, out + groups * apart);
    }
}

static void pack_pivots(const sw_granger *g, int64_t first, int64_t from, int64_t end, int width,
                        double *out) {
  int64_t room = (end - first + width - 1) / width * width;
  for (int64_t k = 0; k < room && g->lags > 1; k++)
    out[k] = first + k >= from && first + k < end ? g->pivot[1][first + k] : 0;
}

/* ---- a call ------------------------------------------------------------------------------- */

bool sw_granger_folds_both(const sw_granger *g) {
  bool same = g->lags <= 2;
  for (int k = 0; same && k < g->lags * g->rows; k++)
    same = g->sender[k] == g->receiver[k];
  return same;
}

static int64_t chunk_of(int lags, int rows) {
  int64_t most = ROOM / ((lags + 1) * rows) / WIDEST * WIDEST;
  return most < WIDEST ? WIDEST : most > MOST ? MOST : most;
}

size_t sw_granger_both_workspace(int lags, int rows) {
  if (lags > 2) return 0;
  size_t numbers = (size_t)((lags + 1) * rows + 1);
  return (PACK + (size_t)chunk_of(lags, rows)) * numbers * sizeof(double);
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Columns outside, from a multiple of eight in the square on: each row meets them from left to
 * right, and each column the rows from top to bottom, as their lanes want. */
void sw_granger_fold_both(const sw_granger *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                          sw_fold_both *sums, void *workspace) {
  sw_set_of set = sw_set();
  int tile = (g->lags == 1 ? one_tile : two_tile)[set];
  int panel = (g->lags == 1 ? one_panel : two_panel)[set];
  int64_t chunk = chunk_of(g->lags, g->rows), numbers = (g->lags + 1) * g->rows;
  double most[SW_LANES], *row = workspace, *row_pivot = row + PACK * numbers;
  double *column = row_pivot + PACK, *column_pivot = column + chunk * numbers;
  both b = {.lags = g->lags, .count = g->rows, .row = row, .row_pivot = row_pivot};
  b.column = column;
  b.column_pivot = column_pivot;
  b.by = (double)sw_granger_df(g->lags, g->rows) / g->lags;
  b.sums = sums;
  b.most = most;
  for (int l = 0; l < SW_LANES; l++)
    most[l] = sums->greatest;
  int64_t before = sums->column_at % SW_LANES, origin = j0 - sums->column_at;
  for (int64_t j = j0 - before; j < j1; j += chunk) {
    int64_t end = least(j1, j + chunk);
    pack(g, j, j0, end, panel, column);
    pack_pivots(g, j, j0, end, panel, column_pivot);
    for (int64_t i = i0; i < i1; i += PACK) {
      b.at = i - i0;
      b.rows = least(i1 - i, PACK);
      pack(g, i, i, i + b.rows, tile, row);
      pack_pivots(g, i, i, i + b.rows, tile, row_pivot);
      fold_of[set](&b, j - origin, end - origin);
    }
  }
  for (int l = 0; l < SW_LANES; l++)
    if (most[l] > sums->greatest) sums->greatest = most[l];
}

/* The strongest product of pairs at several lags; see lags.h. Called by cross_correlation for
 * blocks of rows; nothing is allocated, any thread, a workspace of its own.
 *
 * As in kernel/pairs/block_fold.c, a tile of products stays in registers while its rows are added
 * up, from packed rows and a packed panel of columns. The strongest so far of a panel stays in the
 * first cache from lag to lag. */
#include "kernel/comovement/lags.h"

#include "kernel/hot.h"

#include <stdbool.h>
#include <string.h>

/* Columns of a panel, at most; doubles of a line of the cache. */
enum { WIDEST = 24, LINE = 8 };

/* What a lag is about to be taken from: its operands, packed. */
typedef struct step {
  int count; /* rows of the series */
  double lag;
  bool first; /* nothing is known of the pairs */
  const double *row, *column;
  const double
      *next; /* what comes after the column: so many lines of it are fetched by each tile */
  int share;
} step;

typedef struct found {
  double value[SW_LAGS_ROWS * WIDEST], lag[SW_LAGS_ROWS * WIDEST];
} found;

#define SW_VEC_FILE "kernel/comovement/lags_set.h"
#include "kernel/vec_each.h"

static const int tile_of[] = SW_SETS(LAGS_TILE);
static const int panel_of[] = SW_SETS(LAGS_PANEL);
static void (*const pack_panel_of[])(const double *const *from, int count, int64_t j,
                                     int64_t columns, double *out) = SW_SETS(pack_panel);
static void (*const take_of[])(const step *s, int64_t rows, bool with_lag,
                               found *best) = SW_SETS(take_lag);

/* ---- packing ------------------------------------------------------------------------------ */

/* Rows of the series of all lags, of both signs. */
static int64_t all_rows(const sw_lags *l) {
  int64_t sum = l->rows[0];
  for (int lag = 1; lag <= l->lags; lag++)
    sum += 2 * l->rows[lag];
  return sum;
}

static size_t found_bytes(void) {
  return (sizeof(found) + 63) / 64 * 64;
}

size_t sw_lags_workspace(const sw_lags *l) {
  return (size_t)all_rows(l) * (SW_LAGS_ROWS + WIDEST) * sizeof(double) + found_bytes();
}

/* Tiles of `high` rows, each row of the series by itself; behind the last unit zeros. `high` is a
 * constant in all callers: a copy of known length is an instruction or two. Returns the end. */
SW_INLINE double *pack_tiles(const double *const *from, int count, int64_t i, int64_t rows,
                             int high, double *out) {
  for (; rows > 0; rows -= high, i += high)
    for (int s = 0; s < count; s++, out += high) {
      if (rows >= high) {
        memcpy(out, from[s] + i, (size_t)high * sizeof *out);
        continue;
      }
      for (int64_t r = 0; r < high; r++)
        out[r] = r < rows ? from[s][i + r] : 0;
    }
  return out;
}

static double *pack_rows(const double *const *from, int count, int64_t i, int64_t rows, int high,
                         double *out) {
  return high == 8 ? pack_tiles(from, count, i, rows, 8, out)
                   : pack_tiles(from, count, i, rows, 4, out);
}

/* Which lag comes `nth`: 0, 1, -1, 2, ... */
static int lag_of(int nth) {
  return nth % 2 ? (nth + 1) / 2 : -nth / 2;
}

static int size_of(int lag) {
  return lag < 0 ? -lag : lag;
}

/* ---- columns ------------------------------------------------------------------------------ */

static const double *const *columns_of(const sw_lags *l, int lag) {
  return (lag < 0 ? l->to_early : l->to_late)[size_of(lag)];
}

/* Whole panels, of whatever width. */
size_t sw_lags_packed_bytes(const sw_lags *l, int64_t n) {
  return (size_t)all_rows(l) * (size_t)(n + WIDEST) * sizeof(double);
}

/* Panel by panel, and of each lag by lag: as they are read. */
void sw_lags_pack(const sw_lags *l, int64_t n, double *out) {
  sw_set_of set = sw_set();
  int64_t wide = panel_of[set];
  for (int64_t j = 0; j < n; j += wide)
    for (int nth = 0; nth <= 2 * l->lags; nth++) {
      int at = lag_of(nth), count = l->rows[size_of(at)];
      pack_panel_of[set](columns_of(l, at), count, j, n - j < wide ? n - j : wide, out);
      out += wide * count;
    }
}

/* ---- blocks ------------------------------------------------------------------------------- */

/* Packed rows, filled up to whole tiles. */
typedef struct block {
  sw_set_of set;
  int64_t rows, padded;
  const double *row;
  double *column; /* room for a panel at a lag */
  found *best;
} block;

/* A panel of columns from j on over all lags. What is packed follows one another, and is asked for
 * a lag ahead, as the rows of all others pass by in between. */
static void take_panel(const sw_lags *l, const block *b, int64_t j, int64_t columns,
                       bool with_lag) {
  int64_t wide = panel_of[b->set];
  const double *row = b->row;
  const double *packed = l->packed ? l->packed + j / wide * wide * all_rows(l) : NULL;
  for (int nth = 0; nth <= 2 * l->lags; nth++) {
    int at = lag_of(nth), count = l->rows[size_of(at)];
    step s = {count, at, nth == 0, row, packed ? packed : b->column, NULL, 0};
    if (packed) {
      int64_t tiles = b->padded / tile_of[b->set];
      packed += wide * count;
      s.next = packed;
      s.share = (int)((wide * count / LINE + tiles - 1) / tiles);
    } else {
      pack_panel_of[b->set](columns_of(l, at), count, j, columns, b->column);
    }
    take_of[b->set](&s, b->padded, with_lag, b->best);
    row += b->padded * count;
  }
}

static void put(const double *from, int64_t wide, int64_t rows, int64_t columns, double *to,
                int64_t stride) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(to + r * stride, from + r * wide, (size_t)columns * sizeof *to);
}

/* Packed panels begin where they begin, and of the first and the last a part is wanted. */
void sw_lags_strongest(const sw_lags *l, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       double *value, double *lag, int64_t stride, void *workspace) {
  block b = {.set = sw_set(), .rows = i1 - i0, .best = workspace};
  double *row = (double *)(void *)((char *)workspace + found_bytes());
  int64_t wide = panel_of[b.set];
  int high = tile_of[b.set];
  b.padded = (b.rows + high - 1) / high * high;
  b.row = b.column = row;
  for (int nth = 0; nth <= 2 * l->lags; nth++) {
    int at = lag_of(nth), size = size_of(at);
    b.column =
        pack_rows((at < 0 ? l->late : l->early)[size], l->rows[size], i0, b.rows, high, b.column);
  }
  for (int64_t j = j0, end; j < j1; j = end) {
    int64_t skipped = l->packed ? j % wide : 0;
    end = j - skipped + wide < j1 ? j - skipped + wide : j1;
    take_panel(l, &b, j, end - j, lag != NULL);
    put(b.best->value + skipped, wide, b.rows, end - j, value + j - j0, stride);
    if (lag) put(b.best->lag + skipped, wide, b.rows, end - j, lag + j - j0, stride);
  }
}

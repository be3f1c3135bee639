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

/* ---- blocks ------------------------------------------------------------------------------- */

static void put(const double *from, int wide, int64_t rows, int64_t columns, double *to,
                int64_t stride) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(to + r * stride, from + r * wide, (size_t)columns * sizeof *to);
}

void sw_lags_strongest(const sw_lags *l, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       double *value, double *lag, int64_t stride, void *workspace) {
  sw_set_of set = sw_set();
  int wide = panel_of[set], high = tile_of[set];
  int64_t rows = i1 - i0, padded = (rows + high - 1) / high * high;
  found *best = workspace;
  double *row = (double *)(void *)((char *)workspace + found_bytes()), *column = row;
  for (int nth = 0; nth <= 2 * l->lags; nth++) {
    int at = lag_of(nth), size = size_of(at);
    column =
        pack_rows(at < 0 ? l->late[size] : l->early[size], l->rows[size], i0, rows, high, column);
  }
  for (int64_t j = j0; j < j1; j += wide) {
    int64_t columns = j1 - j < wide ? j1 - j : wide;
    const double *packed = row;
    for (int nth = 0; nth <= 2 * l->lags; nth++) {
      int at = lag_of(nth), size = size_of(at), count = l->rows[size];
      step s = {count, at, nth == 0, packed, column};
      pack_panel_of[set](at < 0 ? l->to_early[size] : l->to_late[size], count, j, columns, column);
      take_of[set](&s, padded, lag != NULL, best);
      packed += padded * count;
    }
    put(best->value, wide, rows, columns, value + j - j0, stride);
    if (lag) put(best->lag, wide, rows, columns, lag + j - j0, stride);
  }
}

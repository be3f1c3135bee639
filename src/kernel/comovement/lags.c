/* The strongest product of pairs at several lags; see lags.h. Called by cross_correlation for
 * blocks of rows; nothing is allocated, any thread, a workspace of its own.
 *
 * As in kernel/pairs/block_fold.c, a tile of products stays in registers while its rows are added
 * up, from packed rows and a packed panel of columns. The strongest so far of a panel stays in the
 * first cache from lag to lag.
 *
 * A pair has the same products in both orders, those at l and -l changing places. So where only
 * sums are wanted one half of the products serves both; what is strongest of them is found in the
 * order of lags of each, which tells where sizes are equal. */
#include "kernel/comovement/lags.h"

#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
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

/* Of both orders of a pair: with the row's unit first, and with the column's. */
typedef struct orders {
  double there[SW_LAGS_ROWS * WIDEST], back[SW_LAGS_ROWS * WIDEST];
} orders;

/* Where the pairs of a panel are added (spillway/fold.h). Lanes of rows, and of columns back, are
 * those of the pack, and turned, so that the first is that of the first column of the first panel.
 */
typedef struct panel_sums {
  int64_t rows, at, row_at;  /* of the pack; its first in the call; the call's in the square */
  int64_t lane;              /* of the panel's first column */
  double *row, *back[2];     /* back: of the segment of the columns, or of two */
  double share[2][WIDEST];   /* then 1 or 0 for each column */
  bool splits;               /* there are two */
  double *column, *back_row; /* from the panel's first column on */
  int64_t stride;
} panel_sums;

#define SW_VEC_FILE "kernel/comovement/lags_set.h"
#include "kernel/vec_each.h"

static const int tile_of[] = SW_SETS(LAGS_TILE);
static const int panel_of[] = SW_SETS(LAGS_PANEL);
static void (*const pack_panel_of[])(const double *const *from, int count, int64_t j,
                                     int64_t columns, double *out) = SW_SETS(pack_panel);
static void (*const take_of[])(const step *s, int64_t rows, bool with_lag,
                               found *best) = SW_SETS(take_lag);
static void (*const take_two_of[])(const step *ahead, const step *back, int64_t rows,
                                   orders *best) = SW_SETS(take_two);
static void (*const add_panel_of[])(const orders *best, const panel_sums *to,
                                    double *most) = SW_SETS(add_panel);

/* ---- packing ------------------------------------------------------------------------------ */

/* Each lag has fewer rows than the one before, as the series overlap less. */

/* Rows of the series of all lags, of both signs. */
static int64_t all_rows(const sw_lags *l) {
  int64_t sum = l->rows[0];
  for (int lag = 1; lag <= l->lags; lag++)
    sum += 2 * l->rows[lag];
  return sum;
}

/* What a block has besides its packed operands. */
typedef union room {
  found best;
  struct {
    orders best;
    double row[SW_LAGS_ROWS * SW_LANES], back[2][SW_LAGS_ROWS * SW_LANES];
    double column[SW_LANES * WIDEST], back_row[SW_LANES * WIDEST]; /* of a panel that is cut off */
  } both;
} room;

/* In whole lines of the cache. */
static size_t room_bytes(void) {
  return (sizeof(room) + 63) / 64 * 64;
}

size_t sw_lags_workspace(const sw_lags *l) {
  return (size_t)all_rows(l) * (SW_LAGS_ROWS + WIDEST) * sizeof(double) + room_bytes();
}

/* Tiles of `high` rows, each row of the series by itself; behind the last unit zeros. `high` is a
 * constant in all callers: a copy of known length is an instruction or two. Returns the end. Zeros
 * add nothing to any product. */
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

/* Which lag comes `nth`: 0, 1, -1, 2, ... Small lags first: of equal strengths the first found is
 * kept, which is the smallest. */
static int lag_of(int nth) {
  return nth % 2 ? (nth + 1) / 2 : -nth / 2;
}

static int size_of(int lag) {
  return lag < 0 ? -lag : lag;
}

/* ---- columns ------------------------------------------------------------------------------ */

/* A lag l > 0 pairs the early part of the rows with the late part of the columns; -l the other way
 * round. */
static const double *const *columns_of(const sw_lags *l, int lag) {
  return (lag < 0 ? l->to_early : l->to_late)[size_of(lag)];
}

/* Whole panels, of whatever width. */
size_t sw_lags_packed_bytes(const sw_lags *l, int64_t n) {
  return (size_t)all_rows(l) * (size_t)(n + WIDEST) * sizeof(double);
}

/* Panel by panel, and of each lag by lag: as they are read. All of a unit's partners need the same
 * packed columns, so they may be packed once for a run; otherwise each block packs its own. */
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
  int64_t rows, padded, wide;
  const double *row;
  double *column; /* room for panels at two lags */
  room *room;
} block;

/* Both signs of all lags are packed once per block of rows. */
static block begin_block(const sw_lags *l, int64_t i0, int64_t i1, void *workspace) {
  block b = {.set = sw_set(), .rows = i1 - i0, .room = workspace};
  double *row = (double *)(void *)((char *)workspace + room_bytes());
  int high = tile_of[b.set];
  b.wide = panel_of[b.set];
  b.padded = (b.rows + high - 1) / high * high;
  b.row = b.column = row;
  for (int nth = 0; nth <= 2 * l->lags; nth++) {
    int at = lag_of(nth), size = size_of(at);
    b.column =
        pack_rows((at < 0 ? l->late : l->early)[size], l->rows[size], i0, b.rows, high, b.column);
  }
  return b;
}

/* A panel of columns on its way through the lags. The cursor moves by one lag's operands at each
 * step. */
typedef struct walk {
  int64_t j, columns;
  const double *row, *packed; /* NULL: it is packed at each lag */
} walk;

/* From the panel that column j lies in; `packed` stays NULL where panels are packed on the way. */
static walk begin_walk(const sw_lags *l, const block *b, int64_t j, int64_t columns) {
  const double *packed = l->packed ? l->packed + j / b->wide * b->wide * all_rows(l) : NULL;
  return (walk){j, columns, b->row, packed};
}

/* The lag that comes `nth`. What is packed follows one another, and is asked for a lag ahead, as
 * the rows of all others pass by in between; else it goes into `column`. `share`: how many cache
 * lines each tile fetches, so that the next panel has arrived when its turn comes. */
static step next_step(const sw_lags *l, const block *b, walk *w, int nth, double *column) {
  int at = lag_of(nth), count = l->rows[size_of(at)];
  int64_t tiles = b->padded / tile_of[b->set], panel = b->wide * count;
  step s = {count, at, nth == 0, w->row, w->packed ? w->packed : column, NULL, 0};
  if (w->packed) {
    w->packed += panel;
    s.next = w->packed;
    s.share = (int)((panel / LINE + tiles - 1) / tiles);
  } else {
    pack_panel_of[b->set](columns_of(l, at), count, w->j, w->columns, column);
  }
  w->row += b->padded * count;
  return s;
}

static void put(const double *from, int64_t wide, int64_t rows, int64_t columns, double *to,
                int64_t stride) {
  for (int64_t r = 0; r < rows; r++)
    memcpy(to + r * stride, from + r * wide, (size_t)columns * sizeof *to);
}

/* Panels begin at multiples of their width, whatever the block asks for; of the first and the last
 * a part is wanted. */
static int64_t first_panel(const sw_lags *l, const block *b, int64_t j0) {
  return l->packed ? j0 / b->wide * b->wide : j0;
}

/* A panel passes through all lags before the next: `best` stays in the cache. */
void sw_lags_strongest(const sw_lags *l, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       double *value, double *lag, int64_t stride, void *workspace) {
  block b = begin_block(l, i0, i1, workspace);
  found *best = &b.room->best;
  for (int64_t j = first_panel(l, &b, j0); j < j1; j += b.wide) {
    int64_t from = j < j0 ? j0 : j, end = j + b.wide < j1 ? j + b.wide : j1;
    walk w = begin_walk(l, &b, j, end - j);
    for (int nth = 0; nth <= 2 * l->lags; nth++) {
      step s = next_step(l, &b, &w, nth, b.column);
      take_of[b.set](&s, b.padded, lag != NULL, best);
    }
    put(best->value + from - j, b.wide, b.rows, end - from, value + from - j0, stride);
    if (lag) put(best->lag + from - j, b.wide, b.rows, end - from, lag + from - j0, stride);
  }
}

/* ---- sums of both orders ------------------------------------------------------------------ */

/* Lanes of sums go by the partner's place in the square modulo 8; panels may begin elsewhere, so
 * lanes are turned by the difference on the way in and back on the way out. */

/* A pack of rows against the columns of a call. */
typedef struct fold {
  const block *b;
  const sw_fold_both *sums;
  int64_t j0, j1, origin; /* columns; of the square */
  int turn;               /* the lane of sums that is the first here */
  int64_t segment;        /* whose lanes are at hand; -1: none */
  panel_sums to;
  double most[SW_LANES];
} fold;

static void turn_lanes(const double *restrict from, int64_t rows, int by, double *restrict to) {
  for (int64_t r = 0; r < rows; r++, from += SW_LANES, to += SW_LANES)
    for (int k = 0; k < SW_LANES; k++)
      to[k] = from[(k + by) % SW_LANES];
}

static double *segment_lanes(const fold *f, int64_t segment) {
  return f->sums->back_column + (segment * f->sums->high + f->to.at) * SW_LANES;
}

/* Opened lanes are copies: the square's own are written back by close_segment. */
static void open_segment(fold *f, int64_t segment, int k) {
  turn_lanes(segment_lanes(f, segment), f->to.rows, f->turn, f->to.back[k]);
}

static void close_segment(const fold *f) {
  turn_lanes(f->to.back[0], f->to.rows, SW_LANES - f->turn, segment_lanes(f, f->segment));
}

/* The segments of columns [from, end) of a panel that begins with j: two at most, as a segment is
 * at least as high as a panel is wide. */
static void find_segments(fold *f, int64_t j, int64_t from, int64_t end) {
  int64_t first = (from - f->origin) / f->sums->high, last = (end - 1 - f->origin) / f->sums->high;
  if (first != f->segment) {
    if (f->segment >= 0) close_segment(f);
    open_segment(f, first, 0);
    f->segment = first;
  }
  f->to.splits = last != first;
  if (!f->to.splits) return;
  open_segment(f, last, 1);
  for (int64_t c = 0; c < f->b->wide; c++) {
    f->to.share[0][c] = j + c - f->origin < last * f->sums->high;
    f->to.share[1][c] = 1 - f->to.share[0][c];
  }
}

/* Ends a segment: its lanes become sums, and the other set of lanes goes on with the next. */
static void leave_segment(fold *f) {
  if (!f->to.splits) return;
  double *lanes = f->to.back[0];
  close_segment(f);
  f->to.back[0] = f->to.back[1];
  f->to.back[1] = lanes;
  f->segment++;
}

/* Columns [from, end) of a panel are wanted alone: the others are made zeros. A zero adds nothing
 * to the sums; the greatest is sought among what is wanted only. */
static void cut_off(fold *f, int64_t from, int64_t end) {
  orders *best = &f->b->room->both.best;
  for (int64_t r = 0; r < f->b->rows; r++) {
    double *there = best->there + r * f->b->wide, *back = best->back + r * f->b->wide;
    for (int64_t c = 0; c < f->b->wide; c++)
      if (c < from || c >= end)
        there[c] = back[c] = 0;
      else
        f->most[0] = fmax(f->most[0], fmax(there[c], back[c]));
  }
}

static void copy_lanes(const double *from, int64_t from_stride, double *to, int64_t to_stride,
                       int64_t columns) {
  for (int l = 0; l < SW_LANES; l++)
    memcpy(to + l * to_stride, from + l * from_stride, (size_t)columns * sizeof *to);
}

/* Of a panel from column j on of which [from, end) are wanted, fewer than there are. Sums of
 * columns go through copies as wide as a panel, so that add_panel needs no case for edges. */
static void add_part(fold *f, int64_t j, int64_t from, int64_t end) {
  const sw_fold_both *s = f->sums;
  double *column = f->b->room->both.column, *back_row = f->b->room->both.back_row;
  double zero[SW_LANES] = {0};
  int64_t at = from - f->origin, some = end - from, skipped = from - j;
  cut_off(f, skipped, end - j);
  memset(column, 0, sizeof f->b->room->both.column);
  memset(back_row, 0, sizeof f->b->room->both.back_row);
  copy_lanes(s->column + at, s->stride, column + skipped, WIDEST, some);
  copy_lanes(s->back_row + at, s->stride, back_row + skipped, WIDEST, some);
  f->to.column = column;
  f->to.back_row = back_row;
  f->to.stride = WIDEST;
  add_panel_of[f->b->set](&f->b->room->both.best, &f->to, zero);
  copy_lanes(column + skipped, WIDEST, s->column + at, s->stride, some);
  copy_lanes(back_row + skipped, WIDEST, s->back_row + at, s->stride, some);
}

static void add_whole(fold *f, int64_t j) {
  f->to.column = f->sums->column + j - f->origin;
  f->to.back_row = f->sums->back_row + j - f->origin;
  f->to.stride = f->sums->stride;
  add_panel_of[f->b->set](&f->b->room->both.best, &f->to, f->most);
}

/* Lag 0 is the same in both orders; each further lag gives both signs of both orders from two
 * products. */
static void find_both(const sw_lags *l, const block *b, int64_t j, int64_t columns) {
  orders *best = &b->room->both.best;
  walk w = begin_walk(l, b, j, columns);
  step s = next_step(l, b, &w, 0, b->column);
  take_of[b->set](&s, b->padded, false, (found *)best);
  memcpy(best->back, best->there, (size_t)(b->padded * b->wide) * sizeof *best->back);
  for (int lag = 1; lag <= l->lags; lag++) {
    step ahead = next_step(l, b, &w, 2 * lag - 1, b->column);
    step back = next_step(l, b, &w, 2 * lag, b->column + b->wide * ahead.count);
    back.share *= 2;
    take_two_of[b->set](&ahead, &back, b->padded, best);
  }
}

/* Rows are a pack of SW_LAGS_ROWS, columns the whole of the call. */
static void fold_pack(const sw_lags *l, fold *f) {
  const block *b = f->b;
  int64_t begin = first_panel(l, b, f->j0), wide = b->wide;
  f->turn = (int)(((begin - f->origin) % SW_LANES + SW_LANES) % SW_LANES);
  turn_lanes(f->sums->row + f->to.at * SW_LANES, b->rows, f->turn, f->to.row);
  for (int64_t j = begin; j < f->j1; j += wide) {
    int64_t from = j < f->j0 ? f->j0 : j, end = j + wide < f->j1 ? j + wide : f->j1;
    find_both(l, b, j, end - j);
    find_segments(f, j, from, end);
    f->to.lane = (j - begin) % SW_LANES;
    if (end - from < wide)
      add_part(f, j, from, end);
    else
      add_whole(f, j);
    leave_segment(f);
  }
  close_segment(f);
  turn_lanes(f->to.row, b->rows, SW_LANES - f->turn, f->sums->row + f->to.at * SW_LANES);
}

/* The greatest is kept in lanes and joined at the end; a maximum has no order. */
void sw_lags_fold_both(const sw_lags *l, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                       sw_fold_both *sums, void *workspace) {
  for (int64_t i = i0; i < i1; i += SW_LAGS_ROWS) {
    block b = begin_block(l, i, i + SW_LAGS_ROWS < i1 ? i + SW_LAGS_ROWS : i1, workspace);
    fold f = {.b = &b, .sums = sums, .j0 = j0, .j1 = j1, .origin = j0 - sums->column_at};
    f.segment = -1;
    f.to = (panel_sums){.rows = b.rows, .at = i - i0, .row_at = sums->row_at};
    f.to.row = b.room->both.row;
    f.to.back[0] = b.room->both.back[0];
    f.to.back[1] = b.room->both.back[1];
    for (int k = 0; k < SW_LANES; k++)
      f.most[k] = sums->greatest;
    fold_pack(l, &f);
    for (int k = 0; k < SW_LANES; k++)
      if (f.most[k] > sums->greatest) sums->greatest = f.most[k];
  }
}

/* Sums of blocks of products and distances without the values; see block.h. Called by measures of
 * pairs with `fold` for squares of which only sums are wanted; any thread, a workspace of its own.
 *
 * Columns are packed by panels and rows by tiles, so that what a tile reads lies in a row: out of
 * the operands it would be as many pointers and pages as there are numbers. Rows go in packs, so
 * that a panel and the lanes of its columns stay in the first cache while a pack passes by. Those
 * of a whole square stay packed for the next one of the same rows, as squares come row by row. */
#include "kernel/pairs/block.h"

#include "kernel/hot.h"

#include <string.h>

/* Rows of a pack. Chunks of columns consist of whole panels of every instruction set. */
enum { PACK = 64, STEP = 96, MOST = 6 * STEP };
/* Terms by which a tile's rows are fetched before their turn: enough for the second cache to
 * answer, few enough that the first one keeps the panel. */
enum { AHEAD = 12 };
enum { WIDEST = 24, ROOM = 1 << 18 }; /* columns of a panel; numbers of a chunk that has several */
/* The same where rows stay packed: the second cache has room for these, too. */
enum { BESIDE = 1 << 15 };

typedef struct block {
  int k, piece; /* numbers of a unit, and of a piece of them */
  bool distance;
  /* Of the pack: rows, its first one in the segment, and whether no other is to be packed. */
  int64_t rows, at;
  bool last;
  /* Operands: the pack's first row in `from`, column 0 of the block in `to`; whether they are asked
   * for before they are packed, panel by panel. */
  const double *const *from, *const *to;
  int64_t i, j;
  bool asks;
  double *row, *column, *kept; /* packed; of a pack and a panel: pairs under way */
  const sw_lane_sums *sums;
  double *most; /* the greatest by column of a panel */
} block;

/* At the end of a workspace, before the numbers: the rows that are packed there. */
typedef struct staying {
  const double *of; /* number 0 of unit 0; NULL: none */
  int64_t i0, i1;
} staying;
enum { HEAD = 8 }; /* doubles that it takes, a line */

/* From place SW_LANES - n on: n times 1, then 0. */
static const double sides[2 * SW_LANES] = {1, 1, 1, 1, 1, 1, 1, 1};

#define SW_VEC_FILE "kernel/pairs/block_fold_set.h"
#include "kernel/vec_each.h"

static const int panel_of[] = SW_SETS(PANEL);
static const int piece_of[] = SW_SETS(PIECE);
static void (*const pack_rows_of[])(int k, const double *const *from, int64_t i, int64_t rows,
                                    double *out) = SW_SETS(pack_rows);
static void (*const pack_columns_of[])(int k, const double *const *to, int64_t j, int64_t count,
                                       double *out) = SW_SETS(pack_columns);
static void (*const fold_of[])(const block *b, int64_t count, int64_t place) = SW_SETS(fold);

/* ---- packing ------------------------------------------------------------------------------ */

/* Columns of a chunk of that many numbers, at most. */
static int64_t columns_in(int room, int k) {
  int64_t most = room / k / STEP * STEP;
  return most < STEP ? STEP : most > MOST ? MOST : most;
}

static int64_t chunk_of(int k) {
  return columns_in(ROOM, k);
}

/* Doubles before what stays packed, which has as many rows at most as a chunk columns. */
static size_t passing(int k) {
  return (size_t)k * (size_t)(PACK + chunk_of(k)) + PACK * WIDEST;
}

size_t sw_block_fold_workspace(int k) {
  return (passing(k) + HEAD + (size_t)k * (size_t)chunk_of(k)) * sizeof(double);
}

static staying *staying_in(int k, double *workspace) {
  return (staying *)(workspace + passing(k));
}

/* Nothing is packed yet. */
void sw_block_fold_open(int k, void *workspace) {
  *staying_in(k, workspace) = (staying){NULL, 0, 0};
}

/* Where the rows stay; NULL: they are few, or too many. `there`: they are packed already. */
static double *stay(int k, const staying *rows, double *workspace, bool *there) {
  const staying *has = staying_in(k, workspace);
  int64_t count = rows->i1 - rows->i0;
  if (count <= PACK || count > chunk_of(k)) return NULL;
  *there = has->of && has->of == rows->of && has->i0 == rows->i0 && has->i1 == rows->i1;
  return (double *)staying_in(k, workspace) + HEAD;
}

/* ---- blocks ------------------------------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static int divide_up(int64_t a, int64_t b) {
  return (int)((a + b - 1) / b);
}

/* Columns outside: each row meets them from left to right, and each column the rows from top to
 * bottom, as their lanes want. */
static void fold_block(const sw_set_of set, block b, const double *const *from, int64_t i0,
                       int64_t i1, const double *const *to, int64_t j0, int64_t j1,
                       double *workspace) {
  double *row = workspace, *column = row + (size_t)b.k * PACK;
  staying rows = {b.k ? from[0] : NULL, i0, i1};
  bool there = false;
  double *stays = stay(b.k, &rows, workspace, &there);
  /* Chunks of nearly equal width, in whole steps: a narrow last one would waste its packing. */
  int64_t chunks = divide_up(j1 - j0, columns_in(stays ? BESIDE : ROOM, b.k));
  int64_t chunk = chunks ? (int64_t)divide_up(j1 - j0, chunks * STEP) * STEP : STEP;
  b.from = from;
  b.to = to;
  b.j = j0;
  b.asks = set == SW_SET_V4;
  b.column = column;
  b.kept = column + (size_t)(b.k * chunk_of(b.k));
  b.piece = divide_up(b.k, divide_up(b.k, piece_of[set] / panel_of[set]));
  for (int64_t j = j0; j < j1; j += chunk) {
    int64_t count = least(j1 - j, chunk);
    if (!b.asks) pack_columns_of[set](b.k, to, j, count, column);
    for (int64_t i = i0; i < i1; i += PACK) {
      b.i = i;
      b.last = there || i1 - i <= PACK;
      b.at = i - i0;
      b.rows = least(i1 - i, PACK);
      b.row = stays ? stays + b.at * b.k : row;
      if (!there) pack_rows_of[set](b.k, from, i, b.rows, b.row);
      fold_of[set](&b, count, j - j0);
    }
    there = stays != NULL;
    if (stays) *staying_in(b.k, workspace) = rows;
  }
}

/* The maxima of the call so far go on in all lanes, which makes joining them exact. */
static void fold(int k, const double *const *from, int64_t i0, int64_t i1, const double *const *to,
                 int64_t j0, int64_t j1, bool distance, sw_lane_sums *sums, void *workspace) {
  double most[WIDEST];
  for (int l = 0; l < WIDEST; l++)
    most[l] = sums->greatest;
  block b = {.k = k, .distance = distance, .sums = sums, .most = most};
  fold_block(sw_set(), b, from, i0, i1, to, j0, j1, workspace);
  for (int l = 0; l < WIDEST; l++)
    if (most[l] > sums->greatest) sums->greatest = most[l];
}

void sw_block_fold_products(int k, const double *const *from, int64_t i0, int64_t i1,
                            const double *const *to, int64_t j0, int64_t j1, sw_lane_sums *sums,
                            void *workspace) {
  fold(k, from, i0, i1, to, j0, j1, false, sums, workspace);
}

void sw_block_fold_distances(int k, const double *const *from, int64_t i0, int64_t i1,
                             const double *const *to, int64_t j0, int64_t j1, sw_lane_sums *sums,
                             void *workspace) {
  fold(k, from, i0, i1, to, j0, j1, true, sums, workspace);
}

/* See granger_sieve.h. Called in passes that only count tests (granger_tests.c). Columns go by
 * panels, packed as floats number by number, for all packed rows of a call, so that a panel stays
 * in the first cache. A unit without operands is zeros: it passes through, and `valid` keeps it out
 * of the counts. Nothing is allocated, any thread. */
#include "kernel/causality/granger_sieve.h"

#include "kernel/hot.h"

#include <math.h>

enum { WIDEST = 48, HIGHEST = 4 }; /* columns of a panel; rows of a tile */
enum { LONGEST = 4096 };           /* rows of a test: more have a wide margin */

/* Half a unit in the last place of a float. */
#define ROUNDING 0x1p-24f
#define REGULAR .001f /* of 1 - b^2 or d1, and of det A beyond its pivot */
#define LARGEST 1.01f /* no difference is larger */

/* Units of a tile or panel with operands: as senders, as receivers. */
typedef struct valid {
  unsigned char senders, receivers;
} valid;

/* A packed panel against all packed rows. */
typedef struct sift {
  const sw_granger_sieve *by;
  bool both;
  int groups; /* of rows */
  const float *row, *row_pivot, *column, *column_pivot;
  int64_t i0, i1, j0, j1; /* without what fills up */
  const valid *rows;      /* by group */
  valid columns;
  void (*see)(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns);
  void *to;
  sw_granger_sure *sure;
} sift;

/* A tile of `rows` rows is done: `above` of its pairs are above, or not all pairs are sure. A tile
 * that is not sure, or that has a unit with itself, goes to `see` whole: that is rare, and simpler
 * than single pairs. */
SW_INLINE void end_tile(const sift *s, int group, int rows, bool is_sure, int above) {
  int64_t i = s->i0 + (int64_t)group * rows, end = i + rows < s->i1 ? i + rows : s->i1;
  bool meets_itself = i < s->j1 && end > s->j0;
  const valid *own = &s->rows[group];
  if (is_sure && !meets_itself) {
    s->sure->tests += own->senders * s->columns.receivers;
    if (s->both) s->sure->tests += own->receivers * s->columns.senders;
    s->sure->above += above;
    return;
  }
  s->see(s->to, i, end - i, s->j0, s->j1 - s->j0);
  if (s->both) s->see(s->to, s->j0, s->j1 - s->j0, i, end - i);
}

/* Of a tile. */
typedef struct shape {
  int rows, columns;
} shape;

#define SW_VEC_FILE "kernel/causality/granger_sieve_set.h"
#include "kernel/vec_each.h"

static shape (*const shape_of[])(int lags, bool both) = SW_SETS(sift_shape);
static void (*const sift_of[])(const sift *s) = SW_SETS(sift_panel);

/* ---- a sieve ------------------------------------------------------------------------------ */

/* K of granger_sieve.h: g >= K where F >= f. NaN: no F reaches it. */
static double share_of(double f, double by) {
  return f < INFINITY ? f / (by + f) : NAN;
}

/* The margin follows from the error bound in granger_sieve.h, with room. False also where `low` is
 * so small that rounding would leave nearly every pair in question. */
bool sw_granger_sieve_make(const sw_granger *g, double from, double to, sw_granger_sieve *sieve) {
  double by = (double)sw_granger_df(g->lags, g->rows) / g->lags;
  double low = share_of(from, by), high = share_of(to, by);
  float margin = (g->lags == 1 ? 4 : 32) * (float)(g->rows + 8) * ROUNDING;
  *sieve = (sw_granger_sieve){.g = g, .margin = margin};
  if (high == high) {
    sieve->share = (float)((low + high) / 2);
    sieve->radius = margin + (float)((high - low) / 2);
  } else { /* what is not less than `from` is in question, however large */
    sieve->share = (float)low;
    sieve->centre = (LARGEST - margin) / 2;
    sieve->radius = (LARGEST + margin) / 2;
  }
  return g->lags <= 2 && g->rows <= LONGEST && low > 4 * margin;
}

/* ---- packing ------------------------------------------------------------------------------ */

/* Numbers [first, first + width) of each operand beside each other:
 * out[(r * operands + b) * width + k]. */
SW_HOT static void pack_whole(int operands, int rows, const double *const *from, int64_t first,
                              int width, float *restrict out) {
  for (int r = 0; r < rows; r++)
    for (int b = 0; b < operands; b++, out += width) {
      const double *x = from[b * rows + r] + first;
      for (int k = 0; k < width; k++)
        out[k] = x[k] == x[k] ? (float)x[k] : 0;
    }
}

/* The same of `count` numbers, the rest zeros. */
static void pack(int operands, int rows, const double *const *from, int64_t first, int64_t count,
                 int width, float *out) {
  if (count == width) {
    pack_whole(operands, rows, from, first, width, out);
    return;
  }
  for (int r = 0; r < rows; r++)
    for (int b = 0; b < operands; b++, out += width) {
      const double *x = from[b * rows + r] + first;
      for (int k = 0; k < width; k++)
        out[k] = k < count && x[k] == x[k] ? (float)x[k] : 0;
    }
}

/* The second pivot, of two lags; 0 lets what fills up pass. */
static void pack_pivots(const sw_granger *g, int64_t first, int64_t count, int width, float *out) {
  for (int k = 0; k < width; k++) {
    double pivot = g->lags > 1 && k < count ? g->pivot[1][first + k] : 0;
    out[k] = pivot == pivot ? (float)pivot : 0;
  }
}

/* Counts units with operands: as senders (Q), as receivers (Q and e). */
static valid count_valid(const sw_granger *g, int64_t first, int64_t count) {
  const double *p = g->sender[0], *q = g->receiver[0], *e = g->receiver[g->lags * g->rows];
  valid found = {0, 0};
  for (int64_t k = first; k < first + count; k++) {
    found.senders = (unsigned char)(found.senders + (p[k] == p[k]));
    found.receivers = (unsigned char)(found.receivers + (q[k] == q[k] && e[k] == e[k]));
  }
  return found;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Groups of rows, senders; in both orders they are receivers too, and e stands behind their Q. */
static int pack_rows(const sw_granger *g, int64_t i0, int64_t i1, bool both, int rows, float *row,
                     float *pivot, valid *found) {
  int groups = 0, operands = g->lags + both;
  for (int64_t i = i0; i < i1; i += rows, groups++, row += operands * g->rows * rows) {
    int64_t count = least(rows, i1 - i);
    pack(operands, g->rows, both ? g->receiver : g->sender, i, count, rows, row);
    pack_pivots(g, i, count, rows, pivot + groups * rows);
    found[groups] = count_valid(g, i, count);
  }
  return groups;
}

/* ---- a call ------------------------------------------------------------------------------- */

size_t sw_granger_sieve_workspace(int lags, int rows) {
  if (lags > 2 || rows > LONGEST) return 0;
  size_t numbers = (size_t)((lags + 1) * rows + 1), units = SW_SIEVE_ROWS + HIGHEST + WIDEST;
  return units * numbers * sizeof(float) + SW_SIEVE_ROWS * sizeof(valid);
}

/* Sifts a strip of senders: packed once, they meet one panel of receivers after the other. */
void sw_granger_sift(const sw_granger_sieve *sieve, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                     bool both,
                     void (*see)(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns),
                     void *to, sw_granger_sure *sure, void *workspace) {
  const sw_granger *g = sieve->g;
  sw_set_of set = sw_set();
  const shape tile = shape_of[set](g->lags, both);
  size_t numbers = (size_t)((g->lags + 1) * g->rows);
  float *row = workspace, *row_pivot = row + (SW_SIEVE_ROWS + HIGHEST) * numbers;
  float *column = row_pivot + SW_SIEVE_ROWS + HIGHEST, *column_pivot = column + WIDEST * numbers;
  valid *rows = (valid *)(column_pivot + WIDEST);
  sift s = {.by = sieve, .both = both, .row = row, .row_pivot = row_pivot, .column = column};
  s.column_pivot = column_pivot;
  s.i0 = i0;
  s.i1 = i1;
  s.rows = rows;
  s.see = see;
  s.to = to;
  s.sure = sure;
  s.groups = pack_rows(g, i0, i1, both, tile.rows, row, row_pivot, rows);
  for (int64_t j = j0; j < j1; j += tile.columns) {
    int64_t count = least(tile.columns, j1 - j);
    pack(g->lags + 1, g->rows, g->receiver, j, count, tile.columns, column);
    pack_pivots(g, j, count, tile.columns, column_pivot);
    s.j0 = j;
    s.j1 = j + count;
    s.columns = count_valid(g, j, count);
    sift_of[set](&s);
  }
}

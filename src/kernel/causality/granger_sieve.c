/* See granger_sieve.h. Columns go by panels, packed as floats number by number, for all packed rows
 * of a call, so that a panel stays in the first cache. A unit without operands is zeros. Nothing is
 * allocated, any thread. */
#include "kernel/causality/granger_sieve.h"

#include "kernel/hot.h"

#include <math.h>

enum { ONE_ROWS = 4, TWO_ROWS = 2, WIDEST = 48 }; /* rows of a tile by lags; columns of a panel */
enum { LONGEST = 4096 };                          /* rows of a test: more have a wide margin */

#define ROUNDING 0x1p-24f
#define REGULAR .001f /* of 1 - b^2 or d1, and of det A beyond its pivot */

/* A packed panel against all packed rows. */
typedef struct sift {
  const sw_granger_sieve *by;
  int groups; /* of rows */
  const float *row, *pivot, *column;
  int64_t i0, i1, j0, j1;     /* without what fills up */
  const unsigned char *valid; /* rows with operands, by group */
  int valid_columns;
  void (*see)(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns);
  void *to;
  sw_granger_sure *sure;
} sift;

/* A tile of `rows` rows is done: `above` of its pairs are, or not all pairs are sure. */
SW_INLINE void end_tile(const sift *s, int group, int rows, bool is_sure, int above) {
  int64_t i = s->i0 + (int64_t)group * rows, end = i + rows < s->i1 ? i + rows : s->i1;
  bool meets_itself = i < s->j1 && end > s->j0;
  if (is_sure && !meets_itself) {
    s->sure->tests += (int64_t)s->valid[group] * s->valid_columns;
    s->sure->above += above;
  } else {
    s->see(s->to, i, end - i, s->j0, s->j1 - s->j0);
  }
}

#define SW_VEC_FILE "kernel/causality/granger_sieve_set.h"
#include "kernel/vec_each.h"

static const int one_panel[] = SW_SETS(ONE_PANEL), two_panel[] = SW_SETS(TWO_PANEL);
static void (*const sift_one_of[])(const sift *s) = SW_SETS(sift_one);
static void (*const sift_two_of[])(const sift *s) = SW_SETS(sift_two);

/* ---- a sieve ------------------------------------------------------------------------------ */

static double share_of(double f, double by) {
  return f < INFINITY ? f / (by + f) : 2; /* so is NaN: no g reaches it */
}

bool sw_granger_sieve_make(const sw_granger *g, double from, double to, sw_granger_sieve *sieve) {
  double by = (double)sw_granger_df(g->lags, g->rows) / g->lags;
  *sieve = (sw_granger_sieve){g, (float)share_of(from, by), (float)share_of(to, by), 0};
  sieve->margin = 32 * (float)(g->rows + 8) * ROUNDING;
  return g->lags <= 2 && g->rows <= LONGEST && sieve->from > 4 * sieve->margin;
}

/* ---- packing ------------------------------------------------------------------------------ */

static float number_or_zero(double x) {
  return x == x ? (float)x : 0;
}

/* Numbers [first, first + count) of each operand, `width` beside each other, the rest zeros:
 * out[(r * operands + b) * width + k]. */
static void pack(int operands, int rows, const double *const *from, int64_t first, int64_t count,
                 int width, float *out) {
  for (int r = 0; r < rows; r++)
    for (int b = 0; b < operands; b++, out += width) {
      const double *x = from[b * rows + r] + first;
      for (int k = 0; k < width; k++)
        out[k] = k < count ? number_or_zero(x[k]) : 0;
    }
}

static int count_valid(const double *q, const double *e, int64_t first, int64_t count) {
  int valid = 0;
  for (int64_t k = first; k < first + count; k++)
    valid += q[k] == q[k] && e[k] == e[k];
  return valid;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Groups of rows, their valid ones and the pivots of their second lag. */
static int pack_rows(const sw_granger *g, int64_t i0, int64_t i1, int rows, float *row,
                     float *pivot, unsigned char *valid) {
  int groups = 0;
  for (int64_t i = i0; i < i1; i += rows, groups++, row += g->lags * g->rows * rows) {
    int64_t count = least(rows, i1 - i);
    pack(g->lags, g->rows, g->sender, i, count, rows, row);
    valid[groups] = (unsigned char)count_valid(g->sender[0], g->sender[0], i, count);
    for (int k = 0; k < rows; k++)
      pivot[groups * rows + k] = g->lags > 1 && k < count ? number_or_zero(g->pivot[1][i + k]) : 0;
  }
  return groups;
}

/* ---- a call ------------------------------------------------------------------------------- */

size_t sw_granger_sieve_workspace(int lags, int rows) {
  if (lags > 2 || rows > LONGEST) return 0;
  size_t row = (size_t)(SW_SIEVE_ROWS * lags * rows), column = (size_t)(WIDEST * (lags + 1) * rows);
  return (row + column + SW_SIEVE_ROWS) * sizeof(float) + SW_SIEVE_ROWS;
}

void sw_granger_sift(const sw_granger_sieve *sieve, int64_t i0, int64_t i1, int64_t n,
                     void (*see)(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns),
                     void *to, sw_granger_sure *sure, void *workspace) {
  const sw_granger *g = sieve->g;
  sw_set_of set = sw_set();
  int rows = g->lags == 1 ? ONE_ROWS : TWO_ROWS;
  int wide = g->lags == 1 ? one_panel[set] : two_panel[set];
  float *row = workspace, *column = row + SW_SIEVE_ROWS * g->lags * g->rows;
  float *pivot = column + WIDEST * (g->lags + 1) * g->rows;
  unsigned char *valid = (unsigned char *)(pivot + SW_SIEVE_ROWS);
  sift s = {.by = sieve, .row = row, .pivot = pivot, .column = column, .i0 = i0, .i1 = i1};
  s.groups = pack_rows(g, i0, i1, rows, row, pivot, valid);
  s.valid = valid;
  s.see = see;
  s.to = to;
  s.sure = sure;
  for (int64_t j = 0; j < n; j += wide) {
    int64_t count = least(wide, n - j);
    pack(g->lags + 1, g->rows, g->receiver, j, count, wide, column);
    s.j0 = j;
    s.j1 = j + count;
    s.valid_columns = count_valid(g->receiver[0], g->receiver[g->lags * g->rows], j, count);
    (g->lags == 1 ? sift_one_of : sift_two_of)[set](&s);
  }
}

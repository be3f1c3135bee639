/* See embedding.h. Called by convergent cross mapping: once per unit for its tables, and once for
 * its dimension. A few rows of the matrix of squared distances are made at a time, and in every
 * dimension that is asked for the least of a row are picked: O(T^2 E) time, O(T E) memory, nothing
 * of size T x T. */
#include "kernel/causality/embedding.h"

#include <math.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/hot.h"

/* Columns that are measured together, and searched; rows of a block where the lag is 1, else one.
 */
enum { SEEK = 16, LINE = 64, ROWS = 4 };

static const double LEAST_WEIGHT = 1e-6;
static const double AS_GOOD = 1e-12; /* of two correlations */

/* Layout of the workspace. In row r of a block, column u is the period u + r - (rows - 1): along a
 * column points are equally far apart, and their distances share terms, so that a block of ROWS
 * costs little more than one row. */
typedef struct sweep {
  double *past;  /* the series, with room before and behind it */
  double *deep;  /* likewise the depth of a period as a neighbour; 0: it is none */
  double *near;  /* squared distances, [(dimension - first) * ROWS + row][column]; */
  double *least; /* likewise their least by column modulo SEEK */
  uint8_t *all;  /* by SEEK columns: neighbours of every row, in every dimension */
  int *depth, *found;
  int rows, lag, first, last; /* dimensions */
  int from, to, stride;       /* columns, and of a row of them */
} sweep;

/* The hot parts, a variant for each instruction set: distances of a block, a bound that holds the k
 * least, and the columns below it. */
#define SW_VEC_FILE "kernel/causality/embedding_set.h"
#include "kernel/vec_each.h"

static void (*const measure_of[])(const sweep *s, int t) = SW_SETS(measure);
static double (*const bound_of[])(const double *least, int k) = SW_SETS(bound);
static int (*const collect_of[])(const double *near, int from, int to, double limit,
                                 int *found) = SW_SETS(collect);

/* A column may be ROWS - 1 beyond the last period, and a line is read to its end. */
static int columns_of(int length) {
  return (length + ROWS + LINE - 1) / LINE * LINE + LINE;
}

/* Rows that are written together lie a line of the cache apart from a whole page. */
static int stride_of(int length) {
  return columns_of(length) + 8;
}

/* In whole lines of the cache. */
static void *take(char **at, size_t count, size_t size) {
  void *part = *at;
  *at += (count * size + 63) / 64 * 64;
  return part;
}

/* Cuts the workspace and returns its size: one function for both, so that they cannot differ.
 * `past` and `deep` have room before them, as columns may begin before the first period. */
static size_t lay_out(int length, int dimensions, void *workspace, sweep *s) {
  char *begin = workspace, *at = begin;
  size_t n = (size_t)columns_of(length), rows = (size_t)dimensions * ROWS;
  s->past = (double *)take(&at, 2 * n, sizeof(double)) + n;
  s->deep = (double *)take(&at, n + LINE, sizeof(double)) + LINE;
  s->stride = stride_of(length);
  s->near = take(&at, rows * (size_t)s->stride, sizeof(double));
  s->least = take(&at, rows * SEEK, sizeof(double));
  s->all = take(&at, n / SEEK, 1);
  s->depth = take(&at, n, sizeof(int));
  s->found = take(&at, n, sizeof(int));
  return (size_t)(at - begin);
}

/* Only differences of addresses are used; nothing is written. */
size_t sw_embedding_workspace(int length, int dimensions) {
  static char nothing[64];
  sweep s;
  return lay_out(length, dimensions, nothing, &s);
}

/* ---- points ------------------------------------------------------------------------------ */

/* The greatest dimension up to `most` in which t is a point: all its lags and, forward or back, the
 * period that is predicted lie on one stretch without a break or a hole. */
static int depth_of(const sw_embedding *e, int t, int horizon, int most, bool ahead) {
  int after = horizon > 0 ? horizon : 0, before = horizon < 0 ? -horizon : 0, depth = 0;
  if (t + after >= e->length || t < before) return 0;
  int back = e->run[t + after] - after; /* steps that lead to t */
  if (back < before || (ahead && e->v && isnan(e->v[t + horizon]))) return 0;
  while (depth < most && depth * e->lag <= back && !(e->v && isnan(e->v[t - depth * e->lag])))
    depth++;
  return depth;
}

void sw_embedding_depth(const sw_embedding *e, int horizon, int most, bool ahead, int *depth) {
  for (int t = 0; t < e->length; t++)
    depth[t] = depth_of(e, t, horizon, most, ahead);
}

/* ---- neighbours of a point ---------------------------------------------------------------- */

/* aligned(8): read through pointers to double. A comparison gives -1 or 0 in each lane. */
typedef double four __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t marks __attribute__((vector_size(32), aligned(8), may_alias));

enum { MOST_RANKED = 32 };

/* Places each value by its rank, which is counted by comparing all with all in vectors, without
 * branches: fast for up to MOST_RANKED values. False: two are equal, so ranks collide. */
SW_INLINE bool place_by_rank(const double *near, const int *found, int count, double *least,
                             int *at) {
  double value[MOST_RANKED + 4];
  int64_t rank[MOST_RANKED + 4], ranks = 0;
  for (int f = 0; f < count; f++)
    value[f] = near[found[f]];
  for (int f = count; f < count + 3; f++) /* the rest of a vector */
    value[f] = INFINITY;
  for (int g = 0; g < count; g += 4) {
    marks before = {0};
    four of = *(const four *)(value + g);
    for (int f = 0; f < count; f++) {
      double v = value[f];
      four all = {v, v, v, v};
      before -= all < of;
    }
    *(marks *)(rank + g) = before;
  }
  for (int f = 0; f < count; f++) {
    ranks += rank[f];
    least[rank[f]] = value[f];
    at[rank[f]] = found[f];
  }
  return ranks == (int64_t)count * (count - 1) / 2;
}

/* Insertion into the k least so far; of equal ones the earlier stays first. */
SW_INLINE void place_in_order(const double *near, const int *found, int count, int k, double *least,
                              int *at) {
  for (int c = 0; c < k; c++)
    least[c] = INFINITY;
  for (int f = 0; f < count; f++) {
    double value = near[found[f]];
    int c = k - 1;
    if (!(value < least[c])) continue;
    for (; c > 0 && least[c - 1] > value; c--) {
      least[c] = least[c - 1];
      at[c] = at[c - 1];
    }
    least[c] = value;
    at[c] = found[f];
  }
}

/* The k least squared distances of the columns that were found, ascending; of equal ones the
 * earlier first. Both arrays have room for MOST_RANKED. Ties are rare, so the fast way is tried
 * first. */
SW_HOT static void place(const double *near, const int *found, int count, int k, double *least,
                         int *at) {
  if (count > MOST_RANKED || !place_by_rank(near, found, count, least, at))
    place_in_order(near, found, count, k, least, at);
}

/* ---- weights ------------------------------------------------------------------------------ */

enum { BATCH = 512 };

/* Turns squared distances into weights, in place: exp(-d/d_1), at least LEAST_WEIGHT, normalised.
 * Points come in batches, so that each step is one loop over all their numbers, which vectorises;
 * `of`: what belongs to the point (its least distance, then its sum), for each of its numbers. */
SW_HOT static void weigh(double *weight, int points, int k) {
  double d[BATCH], of[BATCH];
  for (int q = 0, some; q < points; q += some, weight += some * k) {
    some = points - q < BATCH / k ? points - q : BATCH / k;
    int n = some * k;
    for (int i = 0; i < n; i++)
      d[i] = __builtin_sqrt(weight[i]);
    for (int i = 0; i < n; i += k)
      for (int c = 0; c < k; c++)
        of[i + c] = d[i];
    for (int i = 0; i < n; i++) {
      double w = sw_exp(-d[i] / of[i]);
      /* d_1 = 0: neighbours at distance 0 share the weight, the others get the least. */
      w = of[i] > 0 ? w : d[i] > 0 ? 0 : 1;
      d[i] = w > LEAST_WEIGHT ? w : LEAST_WEIGHT;
    }
    for (int i = 0; i < n; i += k) {
      double sum = 0;
      for (int c = 0; c < k; c++)
        sum += d[i + c];
      for (int c = 0; c < k; c++)
        of[i + c] = sum;
    }
    for (int i = 0; i < n; i++)
      weight[i] = d[i] / of[i];
  }
}

/* ---- tables ------------------------------------------------------------------------------- */

/* Finds which periods may be neighbours, and which dimensions have enough of them (E + 2, as a
 * point is not its own neighbour). s->last is the greatest such dimension, below first where there
 * is none. */
static void begin_tables(const sw_embedding *e, sweep *s, int last, const uint8_t *library,
                         sw_mapping *out) {
  int in_library[SW_MOST_DIMENSION + 2] = {0};
  size_t n = (size_t)columns_of(e->length);
  memset(s->deep - LINE, 0, (n + LINE) * sizeof(double));
  for (int t = 0; t < e->length; t++) {
    if (s->depth[t] < s->first || (library && !library[t])) continue;
    s->deep[t] = s->depth[t];
    in_library[s->depth[t]]++;
  }
  s->last = 0;
  for (int d = last; d >= s->first; d--) {
    /* Whoever is a point in a dimension is one in all lower ones. */
    in_library[d] += in_library[d + 1];
    out[d - s->first].k = in_library[d] < d + 2 ? 0 : d + 1;
    out[d - s->first].points = 0;
    if (s->last == 0 && out[d - s->first].k > 0) s->last = d;
  }
}

/* Limits the sweep to columns that have neighbours, in whole groups of SEEK. `all` marks groups in
 * which every column counts in every dimension: these need no look at `deep`. */
static void begin_columns(const sw_embedding *e, sweep *s) {
  int lowest = e->length, highest = -1;
  for (int t = 0; t < e->length; t++) {
    if (s->deep[t] == 0) continue;
    if (t < lowest) lowest = t;
    highest = t;
  }
  s->from = lowest / SEEK * SEEK;
  s->to = (highest + s->rows - 1) / SEEK * SEEK + SEEK;
  for (int u = s->from; u < s->to; u += SEEK) {
    double least = s->last;
    for (int t = u - (s->rows - 1); t < u + SEEK; t++)
      least = s->deep[t] < least ? s->deep[t] : least;
    s->all[u / SEEK] = least >= s->last;
  }
  /* Lines are read to their end: what lies behind must never be near. */
  for (int row = 0; row < (s->last - s->first + 1) * ROWS; row++)
    for (int u = s->to; u < s->to + LINE; u++)
      s->near[row * s->stride + u] = INFINITY;
}

/* Zeros on both sides, as differences there are made and not used. */
static void copy_series(const sw_embedding *e, sweep *s) {
  size_t n = (size_t)columns_of(e->length);
  memset(s->past - n, 0, 2 * n * sizeof(double));
  memcpy(s->past, e->v, (size_t)e->length * sizeof(double));
}

/* Adds one point to a table: its k nearest, and where its value stands. `shift`: from columns to
 * periods. */
static void add_point(const sweep *s, sw_mapping *m, const double *near, const double *lanes, int t,
                      int shift, int horizon) {
  double least[MOST_RANKED];
  int at[MOST_RANKED], q = m->points++;
  sw_set_of set = sw_set();
  int count = collect_of[set](near, s->from, s->to, bound_of[set](lanes, m->k), s->found);
  place(near, s->found, count, m->k, least, at);
  m->at[q] = (t + horizon) * SW_MAPPING_LANES;
  for (int c = 0; c < m->k; c++)
    m->near[q * m->k + c] = (at[c] + shift + horizon) * SW_MAPPING_LANES;
  memcpy(m->weight + q * m->k, least, (size_t)m->k * sizeof *least);
}

/* The points of a block of rows, in all dimensions that they have. Blocks without points cost
 * nothing. */
static void map_block(const sw_embedding *e, sweep *s, int t, int horizon, sw_mapping *out) {
  int rows = e->length - t < s->rows ? e->length - t : s->rows, tables = s->last - s->first + 1;
  bool any = false;
  for (int r = 0; r < rows; r++)
    any |= s->depth[t + r] >= s->first;
  if (!any) return;
  for (int k = 0; k < tables * ROWS * SEEK; k++)
    s->least[k] = INFINITY;
  measure_of[sw_set()](s, t);
  for (int r = 0; r < rows; r++)
    for (int d = 0; d < tables && d <= s->depth[t + r] - s->first; d++) {
      int row = d * ROWS + r;
      if (out[d].k > 0)
        add_point(s, &out[d], s->near + row * s->stride, s->least + row * SEEK, t + r,
                  r - (s->rows - 1), horizon);
    }
}

/* All dimensions share one sweep: distances in dimension E + 1 are those in E and one term more. */
void sw_embedding_map(const sw_embedding *e, int first, int last, int horizon, bool ahead,
                      const uint8_t *library, sw_mapping *out, void *workspace) {
  sweep s = {.first = first, .lag = e->lag, .rows = e->lag == 1 ? ROWS : 1};
  lay_out(e->length, last - first + 1, workspace, &s);
  sw_embedding_depth(e, horizon, last, ahead, s.depth);
  begin_tables(e, &s, last, library, out);
  if (s.last < first) return;
  begin_columns(e, &s);
  copy_series(e, &s);
  for (int t = 0; t < e->length; t += s.rows)
    map_block(e, &s, t, horizon, out);
  for (int d = first; d <= s.last; d++)
    weigh(out[d - first].weight, out[d - first].points, d + 1);
}

/* By skill in forecasting one step ahead (Sugihara and May 1990). A higher dimension must be better
 * by more than rounding to be taken. */
int sw_embedding_dimension(const sw_embedding *e, int most, sw_mapping *table, double *work,
                           void *workspace) {
  double best = -INFINITY;
  int dimension = 0;
  sw_embedding_map(e, 1, most, 1, true, NULL, table, workspace);
  for (int d = 1; d <= most; d++) {
    double skill = sw_mapping_skill(&table[d - 1], e->v, 1, work);
    if (!(skill > best + AS_GOOD)) continue;
    best = skill;
    dimension = d;
  }
  return dimension;
}

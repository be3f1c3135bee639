/* See embedding.h. Row by row of the matrix of squared distances: a row grows by a term for each
 * further dimension, and the least of it are picked at each, so nothing of size T x T is kept. */
#include "kernel/causality/embedding.h"

#include <math.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/hot.h"

/* Distances that are looked at together. */
enum { SEEK = 16 };

static const double LEAST_WEIGHT = 1e-6;
static const double AS_GOOD = 1e-12; /* of two correlations */

#define SW_VEC_FILE "kernel/causality/embedding_set.h"
#include "kernel/vec_each.h"

static void (*const grow_of[])(const double *begin, double *near, int n, const double *past,
                               int lag, const double *own, int from, int to,
                               double *most) = SW_SETS(grow);

/* The workspace. Distances are squared, below zero. */
typedef struct sweep {
  double *near;  /* of the point; -INFINITY: no neighbour */
  double *begin; /* of all rows: 0, or -INFINITY */
  double *past;  /* the series, with room before and behind it */
  int *depth, *found;
  int *dropped;                          /* periods by depth, those that are no point any more.. */
  int drop_start[SW_MOST_DIMENSION + 3]; /* ..in dimension depth + 1 */
} sweep;

static int padded(int length) {
  return (length + SEEK - 1) / SEEK * SEEK;
}

static size_t whole_lines(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

size_t sw_embedding_workspace(int length) {
  size_t n = (size_t)padded(length);
  return whole_lines(sizeof(sweep)) + 4 * n * sizeof(double) +
         3 * whole_lines((n + 1) * sizeof(int));
}

static sweep *lay_out(const sw_embedding *e, void *workspace) {
  size_t n = (size_t)padded(e->length);
  char *at = workspace;
  sweep *s = workspace;
  s->near = (double *)(at += whole_lines(sizeof *s));
  s->begin = s->near + n;
  s->past = s->begin + 2 * n;
  at += 4 * n * sizeof(double);
  s->depth = (int *)at;
  s->dropped = (int *)(at += whole_lines((n + 1) * sizeof(int)));
  s->found = (int *)(at + whole_lines((n + 1) * sizeof(int)));
  memset(s->past - n, 0, 2 * n * sizeof(double));
  memcpy(s->past, e->v, (size_t)e->length * sizeof(double));
  return s;
}

/* ---- points ------------------------------------------------------------------------------ */

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

enum { FOURS = SEEK / 4, MOST_RANKED = 32 };

#define EACH_FOUR _Pragma("GCC unroll 4") for (int g = 0; g < FOURS; g++)

/* A number that k of the row reach, not far below the k-th largest: the k-th largest of the maxima
 * of its lanes. Its rank is counted rather than sorted for: no branches. */
SW_INLINE double bound(const double *most, int k) {
  marks within[FOURS] = {0};
  int64_t count[SEEK];
  double limit = -INFINITY;
  for (int other = 0; other < SEEK; other++) {
    double m = most[other];
    four all = {m, m, m, m};
    EACH_FOUR within[g] -= all >= *(const four *)(most + 4 * g);
  }
  EACH_FOUR *(marks *)(count + 4 * g) = within[g];
  for (int l = 0; l < SEEK; l++)
    limit = count[l] >= k && most[l] > limit ? most[l] : limit;
  return limit;
}

/* Whether any of `lines` times SEEK numbers reaches the limit. */
SW_INLINE bool any_reaches(const double *near, int lines, double limit) {
  marks hits = {0};
  four least = {limit, limit, limit, limit};
  for (int k = 0; k < lines * FOURS; k++)
    hits |= *(const four *)(near + 4 * k) >= least;
  return (hits[0] | hits[1] | hits[2] | hits[3]) != 0;
}

/* Those of the row that reach the limit, in order; NaN reaches none. They are few: most of a long
 * row is passed over four lines at a time. */
SW_INLINE int collect(const double *near, int n, double limit, int *found) {
  int count = 0;
  for (int s = 0; s < n; s += SEEK) {
    while (s + 4 * SEEK <= n && !any_reaches(near + s, 4, limit))
      s += 4 * SEEK;
    if (s >= n) break;
    if (!any_reaches(near + s, 1, limit)) continue;
    for (int l = 0; l < SEEK; l++) {
      found[count] = s + l;
      count += near[s + l] >= limit;
    }
  }
  return count;
}

/* Each to the place of its rank, which is counted, again without branches; false: two are equal. */
SW_INLINE bool place_by_rank(const double *near, const int *found, int count, double *least,
                             int *at) {
  double value[MOST_RANKED + 4];
  int64_t rank[MOST_RANKED + 4], ranks = 0;
  for (int f = 0; f < count; f++)
    value[f] = -near[found[f]];
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

/* One after the other; of equal ones the earlier first. */
SW_INLINE void place_in_order(const double *near, const int *found, int count, int k, double *least,
                              int *at) {
  for (int c = 0; c < k; c++)
    least[c] = INFINITY;
  for (int f = 0; f < count; f++) {
    double value = -near[found[f]];
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

/* The k least squared distances, ascending; of equal ones the earlier first. Both have room for
 * MOST_RANKED. */
SW_HOT static void pick(const double *near, int n, const double *most, int k, double *least,
                        int *at, int *found) {
  int count = collect(near, n, bound(most, k), found);
  if (count > MOST_RANKED || !place_by_rank(near, found, count, least, at))
    place_in_order(near, found, count, k, least, at);
}

/* Hot, as else each multiply-add of the exponential would be a call. */
SW_HOT static void weigh(const double *d2, int k, double *weight) {
  double nearest = sqrt(d2[0]), sum = 0;
  for (int c = 0; c < k; c++) {
    double d = sqrt(d2[c]);
    double w = nearest > 0 ? sw_exp(-d / nearest) : d > 0 ? 0 : 1;
    weight[c] = w > LEAST_WEIGHT ? w : LEAST_WEIGHT;
    sum += weight[c];
  }
  for (int c = 0; c < k; c++)
    weight[c] /= sum;
}

/* ---- tables ------------------------------------------------------------------------------- */

/* Periods in the order of their depth. */
static void order_by_depth(sweep *s, int length, int last) {
  int *start = s->drop_start;
  memset(start, 0, sizeof s->drop_start);
  for (int t = 0; t < length; t++)
    start[s->depth[t] + 1]++;
  for (int d = 0; d <= last; d++)
    start[d + 1] += start[d];
  int next[SW_MOST_DIMENSION + 3];
  memcpy(next, start, sizeof next);
  for (int t = 0; t < length; t++)
    s->dropped[next[s->depth[t]]++] = t;
}

/* What a row begins with, and which tables have points at all. */
static void begin_tables(const sw_embedding *e, sweep *s, int first, int last,
                         const uint8_t *library, sw_mapping *out) {
  int in_library[SW_MOST_DIMENSION + 2] = {0};
  for (int t = 0; t < padded(e->length); t++) {
    bool in = t < e->length && s->depth[t] >= first && (!library || library[t]);
    s->begin[t] = in ? 0 : -INFINITY;
    if (in) in_library[s->depth[t]]++;
  }
  for (int d = last; d >= first; d--) {
    in_library[d] += in_library[d + 1];
    out[d - first].k = in_library[d] < d + 2 ? 0 : d + 1;
    out[d - first].points = 0;
  }
}

static void add_point(sw_mapping *m, int t, const double *least, const int *at, int horizon) {
  int q = m->points++;
  m->at[q] = (t + horizon) * SW_MAPPING_LANES;
  for (int c = 0; c < m->k; c++)
    m->near[q * m->k + c] = (at[c] + horizon) * SW_MAPPING_LANES;
  weigh(least, m->k, m->weight + q * m->k);
}

/* A point in all dimensions that it has; the first takes the terms of all before it. */
static void map_point(const sw_embedding *e, sweep *s, int t, int first, int horizon,
                      sw_mapping *out) {
  double least[MOST_RANKED], own[SW_MOST_DIMENSION], most[SEEK], itself = s->begin[t];
  int at[MOST_RANKED], n = padded(e->length);
  for (int l = 0; l < s->depth[t]; l++)
    own[l] = e->v[t - l * e->lag];
  s->begin[t] = -INFINITY;
  for (int d = first; d <= s->depth[t]; d++) {
    for (int k = s->drop_start[d - 1]; d > first && k < s->drop_start[d]; k++)
      s->near[s->dropped[k]] = -INFINITY;
    grow_of[sw_set()](d == first ? s->begin : s->near, s->near, n, s->past, e->lag, own,
                      d == first ? 0 : d - 1, d, most);
    if (out[d - first].k == 0) continue;
    pick(s->near, n, most, d + 1, least, at, s->found);
    add_point(&out[d - first], t, least, at, horizon);
  }
  s->begin[t] = itself;
}

void sw_embedding_map(const sw_embedding *e, int first, int last, int horizon, bool ahead,
                      const uint8_t *library, sw_mapping *out, void *workspace) {
  sweep *s = lay_out(e, workspace);
  sw_embedding_depth(e, horizon, last, ahead, s->depth);
  order_by_depth(s, e->length, last);
  begin_tables(e, s, first, last, library, out);
  for (int t = 0; t < e->length; t++)
    if (s->depth[t] >= first) map_point(e, s, t, first, horizon, out);
}

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

/* Distances of a few points to all others, and the nearest picked out, in the registers of one
 * instruction set; included by embedding.c. The difference of two values is a term of the distance
 * of their points, and the next term of that of the points a step later: with as many rows under
 * way as follow each other, each is made once. */

#define EACH_ROW _Pragma("GCC unroll 4") for (int r = 0; r < rows; r++)
#define EACH_PART _Pragma("GCC unroll 8") for (int h = 0; h < SW_SET(PARTS); h++)

enum { SW_SET(PARTS) = SEEK / SW_WIDTH };

/* Rows t .. t + rows - 1 of a register of columns. */
typedef struct SW_SET(patch) {
  const double *own, *other; /* the first row's point, and the columns' */
  const double *deep;        /* the columns' depth; NULL: they are neighbours in every dimension */
  double *near, *least;
  reg d[ROWS];
} SW_SET(patch);

/* Of one dimension that is asked for. */
SW_INLINE void SW_SET(put)(SW_SET(patch) * p, int dimension, const int rows, int64_t stride) {
  reg none = reg_spread(INFINITY);
  EACH_ROW {
    if (p->deep)
      p->d[r] = reg_if_above(reg_load(p->deep + r), reg_spread(dimension - .5), p->d[r], none);
    reg_store(p->near + r * stride, p->d[r]);
  }
}

/* Terms by dimension. A row's difference goes to the next one: rather than move them, four steps
 * take their places in turn. `one`: only the last dimension is asked for. */
SW_INLINE void SW_SET(add_terms)(const sweep *s, SW_SET(patch) * p, const int rows,
                                 const double *start, const bool one) {
  const int64_t stride = s->stride, lag = s->lag;
  const int last = s->last;
  reg apart[ROWS];
  EACH_ROW apart[r] = reg_sub(reg_spread(p->own[r]), reg_load(p->other + r));
  EACH_ROW p->d[r] = reg_fma(apart[r], apart[r], reg_load(start));
  for (int dimension = 1;;)
    _Pragma("GCC unroll 4") for (int step = 1; step <= ROWS; step++, dimension++) {
      if (!one && dimension >= s->first) {
        SW_SET(put)(p, dimension, rows, stride);
        EACH_ROW reg_store(p->least + r * SEEK,
                           reg_smaller(p->d[r], reg_load(p->least + r * SEEK)));
        p->near += ROWS * stride;
        p->least += ROWS * SEEK;
      }
      if (dimension == last) return;
      p->own -= lag;
      p->other -= lag;
      apart[(ROWS - step) % rows] = reg_sub(reg_spread(*p->own), reg_load(p->other));
      EACH_ROW {
        reg a = apart[(ROWS + r - step) % rows];
        p->d[r] = reg_fma(a, a, p->d[r]);
      }
    }
}

/* Columns u .. u + SEEK - 1. `start`: what their distances begin with; `lowest`: the least of each
 * lane, in registers where one dimension is asked for. */
SW_INLINE void SW_SET(measure_some)(const sweep *s, int t, const int rows, int u,
                                    const double *start, const bool all, const bool one,
                                    reg (*lowest)[SW_SET(PARTS)]) {
  EACH_PART {
    int column = u + h * SW_WIDTH, first = column - (rows - 1);
    SW_SET(patch)
    p = {.own = s->past + t,
         .other = s->past + first,
         .deep = all ? NULL : s->deep + first,
         .near = s->near + column,
         .least = s->least + h * SW_WIDTH};
    SW_SET(add_terms)(s, &p, rows, start + h * SW_WIDTH, one);
    if (!one) continue;
    SW_SET(put)(&p, s->last, rows, s->stride);
    EACH_ROW lowest[r][h] = reg_smaller(p.d[r], lowest[r][h]); /* a NaN is not taken */
  }
}

/* The points t .. t + rows - 1: each is in the same column of its row, and no neighbour there. */
SW_INLINE void SW_SET(measure_rows)(const sweep *s, int t, const int rows, const bool one) {
  static const double zero[SEEK];
  double itself[SEEK] = {0};
  int column = t + rows - 1;
  reg lowest[ROWS][SW_SET(PARTS)];
  itself[column % SEEK] = INFINITY;
  EACH_ROW EACH_PART lowest[r][h] = reg_spread(INFINITY);
  for (int u = s->from; u < s->to; u += SEEK) {
    if (column / SEEK == u / SEEK)
      SW_SET(measure_some)(s, t, rows, u, itself, false, one, lowest);
    else if (s->all[u / SEEK])
      SW_SET(measure_some)(s, t, rows, u, zero, true, one, lowest);
    else
      SW_SET(measure_some)(s, t, rows, u, zero, false, one, lowest);
  }
  if (one) EACH_ROW EACH_PART reg_store(s->least + r * SEEK + h * SW_WIDTH, lowest[r][h]);
}

#undef EACH_ROW

static void SW_SET(measure)(const sweep *s, int t) {
  bool one = s->first == s->last;
  if (s->rows == ROWS && one)
    SW_SET(measure_rows)(s, t, ROWS, true);
  else if (s->rows == ROWS)
    SW_SET(measure_rows)(s, t, ROWS, false);
  else
    SW_SET(measure_rows)(s, t, 1, false);
}

/* A number that k of the row do not exceed, not far above the k-th least: the k-th least of the
 * minima of its lanes. Its rank is counted rather than sorted for: no branches. */
static double SW_SET(bound)(const double *least, int k) {
  double limit = INFINITY;
  for (int l = 0; l < SEEK; l++) {
    const double candidate[] = {INFINITY, least[l]};
    unsigned within = 0;
    EACH_PART within |= reg_reaches(reg_spread(least[l]), reg_load(least + h * SW_WIDTH))
                        << (h * SW_WIDTH);
    double m = candidate[__builtin_popcount(within) >= k];
    limit = m < limit ? m : limit;
  }
  return limit;
}

/* The columns from .. to - 1 of a row that do not exceed the limit, in order; NaN does. Reads LINE
 * numbers at a time. Most lines have none, one or two, which are taken without a branch. */
static int SW_SET(collect)(const double *near, int from, int to, double limit, int *found) {
  reg most = reg_spread(limit);
  int count = 0;
  for (int u = from; u < to; u += LINE) {
    uint64_t hits = 0;
    _Pragma("GCC unroll 32") for (int h = 0; h < LINE; h += SW_WIDTH) hits |=
        (uint64_t)reg_reaches(most, reg_load(near + u + h)) << h;
    _Pragma("GCC unroll 2") for (int k = 0; k < 2; k++) {
      found[count] = u + __builtin_ctzll(hits | (uint64_t)1 << 63);
      count += hits != 0;
      hits &= hits - 1;
    }
    for (; hits; hits &= hits - 1)
      found[count++] = u + __builtin_ctzll(hits);
  }
  return count;
}

#undef EACH_PART

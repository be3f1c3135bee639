/* Distances of a few points to all others, and the nearest picked out, in the registers of one
 * instruction set; included by embedding.c. The difference of two values is a term of the distance
 * of their points, and the next term of that of the points a step later: with as many rows under
 * way as follow each other, each is made once. */

#define EACH_ROW _Pragma("GCC unroll 4") for (int r = 0; r < rows; r++)

/* Columns u .. u + SEEK - 1. `start`: what their distances begin with; `all`: they are neighbours
 * in every dimension. */
SW_INLINE void SW_SET(measure_some)(const sweep *s, int t, const int rows, int u,
                                    const double *start, const bool all) {
  for (int h = 0; h < SEEK; h += SW_WIDTH) {
    int first = u + h - (rows - 1);
    const double *own = s->past + t, *other = s->past + first, *deep = s->deep + first;
    double *near = s->near + u + h, *least = s->least + h;
    reg apart[ROWS], d[ROWS];
    EACH_ROW apart[r] = reg_sub(reg_spread(own[r]), reg_load(other + r));
    EACH_ROW d[r] = reg_fma(apart[r], apart[r], reg_load(start + h));
    for (int dimension = 1;; dimension++) {
      if (dimension >= s->first) {
        EACH_ROW {
          if (!all)
            d[r] = reg_if_above(reg_load(deep + r), reg_spread(dimension - .5), d[r],
                                reg_spread(INFINITY));
          reg_store(near + r * s->stride, d[r]);
          /* A NaN is not taken. */
          reg_store(least + r * SEEK, reg_smaller(d[r], reg_load(least + r * SEEK)));
        }
        near += ROWS * s->stride;
        least += ROWS * SEEK;
      }
      if (dimension == s->last) break;
      own -= s->lag;
      other -= s->lag;
      _Pragma("GCC unroll 4") for (int r = rows - 1; r > 0; r--) apart[r] = apart[r - 1];
      apart[0] = reg_sub(reg_spread(*own), reg_load(other));
      EACH_ROW d[r] = reg_fma(apart[r], apart[r], d[r]);
    }
  }
}

/* The points t .. t + rows - 1: each is in the same column of its row, and no neighbour there. */
SW_INLINE void SW_SET(measure_rows)(const sweep *s, int t, const int rows) {
  static const double zero[SEEK];
  double itself[SEEK] = {0};
  int column = t + rows - 1;
  itself[column % SEEK] = INFINITY;
  for (int u = s->from; u < s->to; u += SEEK) {
    if (column / SEEK == u / SEEK)
      SW_SET(measure_some)(s, t, rows, u, itself, false);
    else if (s->all[u / SEEK])
      SW_SET(measure_some)(s, t, rows, u, zero, true);
    else
      SW_SET(measure_some)(s, t, rows, u, zero, false);
  }
}

#undef EACH_ROW

static void SW_SET(measure)(const sweep *s, int t) {
  if (s->rows == ROWS)
    SW_SET(measure_rows)(s, t, ROWS);
  else
    SW_SET(measure_rows)(s, t, 1);
}

/* The columns from .. to - 1 of a row that do not exceed the limit, in order; NaN does. Reads up to
 * LINE numbers at a time. */
static int SW_SET(collect)(const double *near, int from, int to, double limit, int *found) {
  reg most = reg_spread(limit);
  int count = 0;
  for (int u = from; u < to; u += LINE) {
    uint64_t hits = 0;
    _Pragma("GCC unroll 8") for (int h = 0; h < LINE; h += SW_WIDTH) hits |=
        (uint64_t)reg_reaches(most, reg_load(near + u + h)) << h;
    for (; hits; hits &= hits - 1)
      found[count++] = u + __builtin_ctzll(hits);
  }
  return count;
}

/* Flows of a few rows against a packed block of columns, in the registers of one instruction set;
 * included by arc_fold.c. The operations and their order are those of near_flow
 * (kernel/space/arc.c), which has the formula. With 32 registers several rows share the reading of
 * a column. */

#if SW_VEC_BITS == 256
enum { SW_SET(ROWS) = 1 };
#else
enum { SW_SET(ROWS) = 4 };
#endif

/* Squared chords of a row's point p = (x, y, z, a) to eight columns from j on. */
SW_INLINE vec SW_SET(chords)(const vec p[4], const columns *c, int64_t j) {
  vec u = vec_sub(p[0], vec_load(c->x + j)), v = vec_sub(p[1], vec_load(c->y + j));
  vec w = vec_sub(p[2], vec_load(c->z + j));
  return vec_fma(w, w, vec_fma(v, v, vec_mul(u, u)));
}

/* (a b) N and u D. */
SW_INLINE void SW_SET(ratio)(vec a, vec b, vec u, vec *over, vec *under) {
  vec n = vec_sub(u, vec_spread(52.957369847139837848));
  vec d = vec_sub(u, vec_spread(214.40758958717790138));
  n = vec_fma(n, u, vec_spread(794.73191621307163718));
  d = vec_fma(d, u, vec_spread(5157.1685873530390226));
  n = vec_fma(n, u, vec_spread(-4482.894496168392406));
  d = vec_fma(d, u, vec_spread(-37808.959425707002493));
  n = vec_fma(n, u, vec_spread(8466.6769981727979115));
  d = vec_fma(d, u, vec_spread(84746.517347421187278));
  *under = vec_mul(u, d);
  *over = vec_mul(vec_mul(a, b), n);
}

/* A flow into the sum of its row, the lane of its columns, and the greatest. */
SW_INLINE void SW_SET(add)(vec flow, vec *sum, double *column, reg *top) {
  *sum = vec_add(*sum, flow);
  vec_store(column, vec_add(vec_load(column), flow));
  SW_EACH_REG *top = reg_larger(flow.r[k], *top);
}

/* Rows r, r + 1, ... of the square, `rows` of them, a constant in both callers. A pair is a chain
 * of some sixty cycles, more than the machine looks ahead: so the chords of the next columns are
 * made beside the quotients of these. */
SW_INLINE void SW_SET(near_group)(const block *k, int64_t r, int rows, const sw_lane_sums *sums,
                                  reg *most) {
  vec p[SW_SET(ROWS)][4], u[SW_SET(ROWS)], sum[SW_SET(ROWS)];
  reg top = *most;
  double *lane[SW_SET(ROWS)];
  /* Copies: sums are stored in between, and might be these. */
  const columns c = k->columns;
  const int64_t last = k->padded - SW_LANES;
  vec over, under;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    int64_t i = k->first + r + q;
    p[q][0] = vec_spread(k->points->x[i]);
    p[q][1] = vec_spread(k->points->y[i]);
    p[q][2] = vec_spread(k->points->z[i]);
    p[q][3] = vec_spread(k->weight[i]);
    sum[q] = vec_load(sums->row + (r + q) * SW_LANES);
    lane[q] = sums->column + (r + q) % SW_LANES * sums->stride + k->place;
    u[q] = SW_SET(chords)(p[q], &c, 0);
  }
  for (int64_t j = 0; j < last; j += SW_LANES)
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
      SW_SET(ratio)(p[q][3], vec_load(c.b + j), u[q], &over, &under);
      u[q] = SW_SET(chords)(p[q], &c, j + SW_LANES);
      SW_SET(add)(vec_div(over, under), &sum[q], lane[q] + j, &top);
    }
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    SW_SET(ratio)(p[q][3], vec_load(c.b + last), u[q], &over, &under);
    SW_SET(add)(vec_div(over, under), &sum[q], lane[q] + last, &top);
    vec_store(sums->row + (r + q) * SW_LANES, sum[q]);
  }
  *most = top;
}

/* Rows [r, end) of the square, all of them near to the block. `most`: the greatest by lanes, of
 * which one register is used. */
static void SW_SET(near_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                              double *most) {
  reg top = reg_load(most);
  for (; r + SW_SET(ROWS) <= end; r += SW_SET(ROWS))
    SW_SET(near_group)(k, r, SW_SET(ROWS), sums, &top);
  for (; r < end; r++)
    SW_SET(near_group)(k, r, 1, sums, &top);
  reg_store(most, top);
}

#include "kernel/pairs/arc_rings_set.h"
/* ---- by group ----------------------------------------------------------------------------- */

SW_INLINE void SW_SET(add_column)(vec flow, double *column) {
  vec_store(column, vec_add(vec_load(column), flow));
}

/* What rows r, r + 1, ... have under way. */
typedef struct SW_SET(rows) {
  vec p[SW_SET(ROWS)][4], u[SW_SET(ROWS)], sum[SW_SET(ROWS)], part[SW_SET(ROWS)];
  double *lane[SW_SET(ROWS)], *of_row[SW_SET(ROWS)], *of_column[SW_SET(ROWS)];
} SW_SET(rows);

/* Columns of one group. `parts`, `of_columns`: into sums of rows, of columns by group, too. */
SW_INLINE void SW_SET(one_group)(const columns *c, int from, int to, int rows, bool parts,
                                 bool of_columns, SW_SET(rows) * w, reg *top) {
  vec over, under, flow;
  for (int64_t j = from; j < to; j += SW_LANES)
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
      SW_SET(ratio)(w->p[q][3], vec_load(c->b + j), w->u[q], &over, &under);
      w->u[q] = SW_SET(chords)(w->p[q], c, j + SW_LANES);
      flow = vec_div(over, under);
      SW_SET(add)(flow, &w->sum[q], w->lane[q] + j, top);
      if (of_columns) SW_SET(add_column)(flow, w->of_column[q] + j);
      if (parts) w->part[q] = vec_add(w->part[q], flow);
    }
}

SW_INLINE void SW_SET(add_within)(const double *within, vec flow, double *lanes) {
  vec in = vec_load(within), sum = vec_load(lanes);
  SW_EACH_REG sum.r[k] = reg_add_if(in.r[k], sum.r[k], flow.r[k]);
  vec_store(lanes, sum);
}

/* A vector of two groups; of more, flow by flow. */
SW_INLINE void SW_SET(several_groups)(const columns *c, const piece *now, int rows, bool of_columns,
                                      SW_SET(rows) * w, reg *top) {
  double value[SW_LANES];
  vec over, under, flow;
  const int j = now->from;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    SW_SET(ratio)(w->p[q][3], vec_load(c->b + j), w->u[q], &over, &under);
    w->u[q] = SW_SET(chords)(w->p[q], c, j + SW_LANES);
    flow = vec_div(over, under);
    SW_SET(add)(flow, &w->sum[q], w->lane[q] + j, top);
    if (of_columns) SW_SET(add_column)(flow, w->of_column[q] + j);
    if (now->group != MANY) {
      SW_SET(add_within)(now->in[0], flow, w->of_row[q] + now->group * SW_LANES);
      SW_SET(add_within)(now->in[1], flow, w->of_row[q] + now->second * SW_LANES);
      continue;
    }
    vec_store(value, flow);
    for (int l = 0; l < SW_LANES; l++)
      w->of_row[q][c->group[j + l] * SW_LANES + l] += value[l];
  }
}

/* Rows r, r + 1, ... as near_group, each flow into the sums of its groups, too: a second chain of
 * additions, as those by row and by column go on over the borders between groups. The first group
 * of a square needs none of its own: up to its end both chains are one. */
SW_INLINE void SW_SET(by_group)(const block *k, int64_t r, int rows, bool columns_too,
                                const sw_lane_sums *sums, reg *most) {
  SW_SET(rows) w;
  reg top = *most;
  const columns c = k->columns;
  const sw_lane_groups g = *sums->groups;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    int64_t i = k->first + r + q, line = (r + q) % SW_LANES;
    w.p[q][0] = vec_spread(k->points->x[i]);
    w.p[q][1] = vec_spread(k->points->y[i]);
    w.p[q][2] = vec_spread(k->points->z[i]);
    w.p[q][3] = vec_spread(k->weight[i]);
    w.sum[q] = vec_load(sums->row + (r + q) * SW_LANES);
    w.lane[q] = sums->column + line * sums->stride + k->place;
    w.of_row[q] = g.row + (r + q) * g.columns * SW_LANES;
    if (columns_too)
      w.of_column[q] = g.column + (g.of_row[r + q] * SW_LANES + line) * sums->stride + k->place;
    w.u[q] = SW_SET(chords)(w.p[q], &c, 0);
  }
  for (int s = 0; s < k->pieces; s++) {
    const piece *now = &k->piece[s];
    const int64_t at = now->group * SW_LANES;
    if (now->group == MANY || now->second != ONE) {
      SW_SET(several_groups)(&c, now, rows, columns_too, &w, &top);
      continue;
    }
    if (now->leads) {
      SW_SET(one_group)(&c, now->from, now->to, rows, false, columns_too, &w, &top);
      _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) vec_store(w.of_row[q] + at, w.sum[q]);
      continue;
    }
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) w.part[q] = vec_load(w.of_row[q] + at);
    SW_SET(one_group)(&c, now->from, now->to, rows, true, columns_too, &w, &top);
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) vec_store(w.of_row[q] + at, w.part[q]);
  }
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++)
      vec_store(sums->row + (r + q) * SW_LANES, w.sum[q]);
  *most = top;
}

SW_INLINE void SW_SET(all_rows)(const block *k, int64_t r, int64_t end, bool columns_too,
                                const sw_lane_sums *sums, double *most) {
  reg top = reg_load(most);
  for (; r + SW_SET(ROWS) <= end; r += SW_SET(ROWS))
    SW_SET(by_group)(k, r, SW_SET(ROWS), columns_too, sums, &top);
  for (; r < end; r++)
    SW_SET(by_group)(k, r, 1, columns_too, sums, &top);
  reg_store(most, top);
}

static void SW_SET(grouped_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                                 double *most) {
  SW_SET(all_rows)(k, r, end, true, sums, most);
}

/* Rows of the first group, whose sums of columns are those of all rows so far. */
static void SW_SET(first_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                               double *most) {
  SW_SET(all_rows)(k, r, end, false, sums, most);
}

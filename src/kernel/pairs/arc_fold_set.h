/* Flows of a few rows against a packed block of columns, in the registers of one instruction set;
 * included by arc_fold.c. The operations and their order are those of near_flow
 * (kernel/space/arc.c), which has the formula. With 32 registers several rows share the reading of
 * a column. */
#include "kernel/arc_vec.h"

#if SW_VEC_BITS == 512
enum { SW_SET(TURN) = 4 };
#else
enum { SW_SET(TURN) = 1 };
#endif

#if SW_VEC_BITS == 256
enum { SW_SET(ROWS) = 1 };
#else
enum { SW_SET(ROWS) = 4 };
#endif

SW_INLINE vec SW_SET(chords_at)(const vec p[4], const columns *c, int64_t j) {
  return SW_SET(chords)(p, c->x + j, c->y + j, c->z + j);
}

/* (a b) N and u D. */
SW_INLINE void SW_SET(ratio)(vec a, vec b, vec u, vec *over, vec *under) {
  SW_SET(near_ratio)(u, over, under);
  *over = vec_mul(vec_mul(a, b), *over);
}

/* A flow into the sum of its row, the lane of its columns, and the greatest. */
SW_INLINE void SW_SET(add)(vec flow, vec *sum, double *column, reg *top) {
  *sum = vec_add(*sum, flow);
  vec_store(column, vec_add(vec_load(column), flow));
  SW_EACH_REG *top = reg_larger(flow.r[k], *top);
}

/* A row's sums under way. */
typedef struct SW_SET(near) {
  vec p[4], sum;
  double *lane;
  columns c;
} SW_SET(near);

/* Eight flows, of chords u, from column j of the block on; q: of those of a turn. */
SW_INLINE void SW_SET(near_eight)(SW_SET(near) * w, vec u, int64_t j, int q, bool by_steps,
                                  reg *top) {
  vec over, under;
  SW_SET(ratio)(w->p[3], vec_load(w->c.b + j), u, &over, &under);
  SW_SET(add)(SW_SET(quotient)(over, under, q, by_steps), &w->sum, w->lane + j, top);
}

/* A row of the square. A pair is a chain of some sixty cycles, more than the machine looks ahead:
 * so the chords of the next turn are made beside the quotients of this one. */
SW_INLINE void SW_SET(near_row)(const block *k, int64_t r, bool by_steps, const sw_lane_sums *sums,
                                reg *top) {
  enum { STEP = SW_SET(TURN) * SW_LANES };
  const int64_t i = k->first + r, last = k->padded - k->padded % STEP - STEP;
  vec u[SW_SET(TURN)];
  /* Copies: sums are stored in between, and might be these. */
  SW_SET(near)
  w = {.c = k->columns, .lane = sums->column + r % SW_LANES * sums->stride + k->place};
  w.p[0] = vec_spread(k->points->x[i]);
  w.p[1] = vec_spread(k->points->y[i]);
  w.p[2] = vec_spread(k->points->z[i]);
  w.p[3] = vec_spread(k->weight[i]);
  w.sum = vec_load(sums->row + r * SW_LANES);
  int64_t j = 0;
  if (last >= 0) {
    _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) u[q] =
        SW_SET(chords_at)(w.p, &w.c, q * SW_LANES);
    for (; j < last; j += STEP)
      _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) {
        vec now = u[q];
        int64_t at = j + q * SW_LANES;
        u[q] = SW_SET(chords_at)(w.p, &w.c, at + STEP);
        SW_SET(near_eight)(&w, now, at, q, by_steps, top);
      }
    _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++, j += SW_LANES)
        SW_SET(near_eight)(&w, u[q], j, q, by_steps, top);
  }
  for (; j < k->padded; j += SW_LANES)
    SW_SET(near_eight)(&w, SW_SET(chords_at)(w.p, &w.c, j), j, 0, false, top);
  vec_store(sums->row + r * SW_LANES, w.sum);
}

/* Rows [r, end) of the square, all of them near to the block. `most`: the greatest by lanes, of
 * which one register is used. */
static void SW_SET(near_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                              double *most) {
  reg top = reg_load(most);
  const bool by_steps = SW_VEC_BITS == 512 && k->by_steps;
  for (; by_steps && r < end; r++)
    SW_SET(near_row)(k, r, true, sums, &top);
  for (; r < end; r++)
    SW_SET(near_row)(k, r, false, sums, &top);
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
SW_INLINE void SW_SET(one_group)(const columns *c, int from, int to, int rows, bool by_steps,
                                 bool parts, bool of_columns, SW_SET(rows) * w, reg *top) {
  vec over, under, flow;
  for (int64_t j = from; j < to; j += SW_LANES)
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
      SW_SET(ratio)(w->p[q][3], vec_load(c->b + j), w->u[q], &over, &under);
      w->u[q] = SW_SET(chords_at)(w->p[q], c, j + SW_LANES);
      flow = SW_SET(quotient)(over, under, q, by_steps);
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
SW_INLINE void SW_SET(several_groups)(const columns *c, const piece *now, int rows, bool by_steps,
                                      bool of_columns, SW_SET(rows) * w, reg *top) {
  double value[SW_LANES];
  vec over, under, flow;
  const int j = now->from;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    SW_SET(ratio)(w->p[q][3], vec_load(c->b + j), w->u[q], &over, &under);
    w->u[q] = SW_SET(chords_at)(w->p[q], c, j + SW_LANES);
    flow = SW_SET(quotient)(over, under, q, by_steps);
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
SW_INLINE void SW_SET(by_group)(const block *k, int64_t r, int rows, bool by_steps,
                                bool columns_too, const sw_lane_sums *sums, reg *most) {
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
    w.u[q] = SW_SET(chords_at)(w.p[q], &c, 0);
  }
  for (int s = 0; s < k->pieces; s++) {
    const piece *now = &k->piece[s];
    const int64_t at = now->group * SW_LANES;
    if (now->group == MANY || now->second != ONE) {
      SW_SET(several_groups)(&c, now, rows, by_steps, columns_too, &w, &top);
      continue;
    }
    if (now->leads) {
      SW_SET(one_group)(&c, now->from, now->to, rows, by_steps, false, columns_too, &w, &top);
      _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) vec_store(w.of_row[q] + at, w.sum[q]);
      continue;
    }
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) w.part[q] = vec_load(w.of_row[q] + at);
    SW_SET(one_group)(&c, now->from, now->to, rows, by_steps, true, columns_too, &w, &top);
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) vec_store(w.of_row[q] + at, w.part[q]);
  }
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++)
      vec_store(sums->row + (r + q) * SW_LANES, w.sum[q]);
  *most = top;
}

SW_INLINE void SW_SET(all_rows)(const block *k, int64_t r, int64_t end, bool columns_too,
                                const sw_lane_sums *sums, double *most) {
  reg top = reg_load(most);
  const bool by_steps = SW_VEC_BITS == 512 && k->by_steps;
  for (; by_steps && r + SW_SET(ROWS) <= end; r += SW_SET(ROWS))
    SW_SET(by_group)(k, r, SW_SET(ROWS), true, columns_too, sums, &top);
  for (; r + SW_SET(ROWS) <= end; r += SW_SET(ROWS))
    SW_SET(by_group)(k, r, SW_SET(ROWS), false, columns_too, sums, &top);
  for (; r < end; r++)
    SW_SET(by_group)(k, r, 1, false, columns_too, sums, &top);
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

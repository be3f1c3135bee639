/* Flows of a few rows against a packed block of columns, in the registers of one instruction set;
 * included by arc_fold.c. The operations and their order are those of near_flow
 * (kernel/space/arc.c), which has the formula. */
#include "kernel/arc_vec.h"

#if SW_VEC_BITS == 512
enum { SW_SET(TURN) = 4 };
#else
enum { SW_SET(TURN) = 1 };
#endif

SW_INLINE vec SW_SET(chords_at)(const vec p[4], const columns *c, int64_t j) {
  return SW_SET(chords)(p, c->x + j, c->y + j, c->z + j);
}

/* (a b) N and u D. */
SW_INLINE void SW_SET(ratio)(vec a, vec b, vec u, vec *over, vec *under) {
  SW_SET(near_ratio)(u, over, under);
  *over = vec_mul(vec_mul(a, b), *over);
}

/* A flow into the lane of its columns, and the greatest. */
SW_INLINE void SW_SET(add_column)(vec flow, double *column, reg *top) {
  vec_store(column, vec_add(vec_load(column), flow));
  SW_EACH_REG *top = reg_larger(flow.r[k], *top);
}

/* And into the sum of its row. */
SW_INLINE void SW_SET(add)(vec flow, vec *sum, double *column, reg *top) {
  *sum = vec_add(*sum, flow);
  SW_SET(add_column)(flow, column, top);
}

/* A row's sums under way. */
typedef struct SW_SET(near) {
  vec p[4], sum;
  double *lane;
  columns c;
} SW_SET(near);

/* Copies: sums are stored in between, and might be these. `lane`: of the block's columns. */
SW_INLINE void SW_SET(begin_row)(const block *k, int64_t i, double *lane, SW_SET(near) * w) {
  w->c = k->columns;
  w->lane = lane;
  w->p[0] = vec_spread(k->points->x[i]);
  w->p[1] = vec_spread(k->points->y[i]);
  w->p[2] = vec_spread(k->points->z[i]);
  w->p[3] = vec_spread(k->weight[i]);
}

/* Eight flows, of chords u, from column j of the block on; q: of those of a turn. */
SW_INLINE vec SW_SET(flows_at)(const SW_SET(near) * w, vec u, int64_t j, int q, bool by_steps) {
  vec over, under;
  SW_SET(ratio)(w->p[3], vec_load(w->c.b + j), u, &over, &under);
  return SW_SET(quotient)(over, under, q, by_steps);
}

SW_INLINE void SW_SET(near_eight)(SW_SET(near) * w, vec u, int64_t j, int q, bool by_steps,
                                  reg *top) {
  SW_SET(add)(SW_SET(flows_at)(w, u, j, q, by_steps), &w->sum, w->lane + j, top);
}

/* A row of the square. A pair is a chain of some sixty cycles, more than the machine looks ahead:
 * so the chords of the next turn are made beside the quotients of this one. */
SW_INLINE void SW_SET(near_row)(const block *k, int64_t r, bool by_steps, const sw_lane_sums *sums,
                                reg *top) {
  enum { STEP = SW_SET(TURN) * SW_LANES };
  const int64_t last = k->padded - k->padded % STEP - STEP;
  vec u[SW_SET(TURN)];
  SW_SET(near) w;
  SW_SET(begin_row)(k, k->first + r, sums->column + r % SW_LANES * sums->stride + k->place, &w);
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

SW_INLINE void SW_SET(add_within)(const double *within, vec flow, double *lanes) {
  vec in = vec_load(within), sum = vec_load(lanes);
  SW_EACH_REG sum.r[k] = reg_add_if(in.r[k], sum.r[k], flow.r[k]);
  vec_store(lanes, sum);
}

/* Eight flows into the sums of their row: of two groups, or of more, flow by flow. */
SW_INLINE void SW_SET(add_groups)(const block *k, int64_t j, vec flow, double *of_row) {
  const eight *of = &k->eight[j / SW_LANES];
  if (of->group == MANY) {
    double value[SW_LANES];
    vec_store(value, flow);
    for (int l = 0; l < SW_LANES; l++)
      of_row[k->columns.group[j + l] * k->next + l] += value[l];
    return;
  }
  double *first = of_row + of->group * k->next;
  if (of->second == ONE) {
    vec_store(first, vec_add(vec_load(first), flow));
  } else {
    SW_SET(add_within)(of->in[0], flow, first);
    SW_SET(add_within)(of->in[1], flow, of_row + of->second * k->next);
  }
}

/* A turn of a row. Constants in all callers: `ahead`, the chords of the next turn are made;
 * `mixed`, its columns are of several groups. */
SW_INLINE void SW_SET(turn)(const block *k, SW_SET(near) * w, vec *u, int64_t j, bool by_steps,
                            bool ahead, bool mixed, double *of_row, reg *top) {
  _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) {
    const int64_t at = j + q * SW_LANES;
    vec now = u[q];
    if (ahead) u[q] = SW_SET(chords_at)(w->p, &w->c, at + SW_SET(TURN) * SW_LANES);
    if (!mixed) {
      SW_SET(near_eight)(w, now, at, q, by_steps, top);
      continue;
    }
    vec flow = SW_SET(flows_at)(w, now, at, q, by_steps);
    SW_SET(add_column)(flow, w->lane + at, top);
    SW_SET(add_groups)(k, at, flow, of_row);
  }
}

/* As near_row; the sum in registers is that of the group which the columns are of, and lanes of
 * columns are those of the row's group: as many additions as without groups. */
SW_INLINE void SW_SET(grouped_row)(const block *k, int64_t r, bool by_steps,
                                   const sw_lane_sums *sums, reg *top) {
  enum { STEP = SW_SET(TURN) * SW_LANES };
  const sw_lane_groups *g = sums->groups;
  const int64_t line = g->of_row[r] * SW_LANES + r % SW_LANES;
  double *of_row = g->row + r * SW_LANES;
  int64_t j = 0;
  vec u[SW_SET(TURN)];
  SW_SET(near) w;
  SW_SET(begin_row)(k, k->first + r, g->column + line * sums->stride + k->place, &w);
  if (k->pieces) {
    const piece *last = &k->piece[k->pieces - 1];
    _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) u[q] =
        SW_SET(chords_at)(w.p, &w.c, q * SW_LANES);
    for (const piece *now = k->piece; now < last; now++) {
      if (now->group == MANY) {
        SW_SET(turn)(k, &w, u, j, by_steps, true, true, of_row, top);
        j += STEP;
        continue;
      }
      w.sum = vec_load(of_row + now->group * k->next);
      for (; j < now->to; j += STEP)
        SW_SET(turn)(k, &w, u, j, by_steps, true, false, of_row, top);
      vec_store(of_row + now->group * k->next, w.sum);
    }
    if (last->group == MANY) {
      SW_SET(turn)(k, &w, u, j, by_steps, false, true, of_row, top);
    } else {
      w.sum = vec_load(of_row + last->group * k->next);
      SW_SET(turn)(k, &w, u, j, by_steps, false, false, of_row, top);
      vec_store(of_row + last->group * k->next, w.sum);
    }
    j += STEP;
  }
  for (; j < k->padded; j += SW_LANES) {
    vec flow = SW_SET(flows_at)(&w, SW_SET(chords_at)(w.p, &w.c, j), j, 0, false);
    SW_SET(add_column)(flow, w.lane + j, top);
    SW_SET(add_groups)(k, j, flow, of_row);
  }
}

static void SW_SET(grouped_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                                 double *most) {
  reg top = reg_load(most);
  const bool by_steps = SW_VEC_BITS == 512 && k->by_steps;
  for (; by_steps && r < end; r++)
    SW_SET(grouped_row)(k, r, true, sums, &top);
  for (; r < end; r++)
    SW_SET(grouped_row)(k, r, false, sums, &top);
  reg_store(most, top);
}

/* Flows of row r that are made already, with zeros behind the last. */
static void SW_SET(grouped_flows)(const block *k, int64_t r, const double *flow,
                                  const sw_lane_sums *sums, double *most) {
  const sw_lane_groups *g = sums->groups;
  const int64_t line = g->of_row[r] * SW_LANES + r % SW_LANES;
  double *of_row = g->row + r * SW_LANES;
  double *lane = g->column + line * sums->stride + k->place;
  reg top = reg_load(most);
  int64_t j = 0;
  for (int s = 0; s < k->pieces && k->piece[s].group != MANY; s++) {
    const piece *now = &k->piece[s];
    double *of_group = of_row + now->group * k->next;
    vec sum = vec_load(of_group);
    for (; j < now->to; j += SW_LANES)
      SW_SET(add)(vec_load(flow + j), &sum, lane + j, &top);
    vec_store(of_group, sum);
  }
  for (; j < k->padded; j += SW_LANES) {
    SW_SET(add_column)(vec_load(flow + j), lane + j, &top);
    SW_SET(add_groups)(k, j, vec_load(flow + j), of_row);
  }
  reg_store(most, top);
}

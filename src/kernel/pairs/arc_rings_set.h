/* As arc_fold_set.h, which includes this, and by ring of distance, too, told by the chords that
 * flows are made of. Nearly all pairs lie beyond the last limit, so that ring's sums go along with
 * those of the square; of what is nearer each ring's sums are looked up. */
#include "kernel/rings/rings_vec.h"

/* Rows that share the reading of a column: fewer, as their sums beyond are in registers, too. */
#if SW_VEC_BITS == 256
enum { SW_SET(RING_ROWS) = 1 };
#else
enum { SW_SET(RING_ROWS) = 2 };
#endif

/* Eight flows of row r from column `at` of the block on: into the last ring where their chords u
 * are above its limit, else into the ring where they lie. */
SW_INLINE void SW_SET(add_by_ring)(const block *in, int64_t r, int64_t at, vec u, vec flow,
                                   vec limit, vec *beyond, double *column) {
  unsigned far = 0;
  vec sum = vec_load(column);
  SW_EACH_REG {
    beyond->r[k] = reg_add_above(u.r[k], limit.r[k], beyond->r[k], flow.r[k]);
    sum.r[k] = reg_add_above(u.r[k], limit.r[k], sum.r[k], flow.r[k]);
    far |= reg_above(u.r[k], limit.r[k]) << k * SW_WIDTH;
  }
  vec_store(column, sum);
  if (far == 255) return;
  const sw_ring_lanes *all = in->ring;
  const sw_ring_lanes to = {all->row + r * SW_LANES,
                            all->column + r % SW_LANES * in->stride + in->place, all->row_next,
                            all->column_next, all->count};
  SW_SET(add_near)(in->rings, at, u, flow, &to);
}

/* Rows r, r + 1, ... of the square, `rows` of them, a constant in both callers; see near_row. */
SW_INLINE void SW_SET(ring_group)(const block *k, int64_t r, int rows, const sw_lane_sums *sums,
                                  reg *most) {
  vec p[SW_SET(RING_ROWS)][4], u[SW_SET(RING_ROWS)], sum[SW_SET(RING_ROWS)];
  vec beyond[SW_SET(RING_ROWS)];
  reg top = *most;
  double *lane[SW_SET(RING_ROWS)], *far[SW_SET(RING_ROWS)], *row[SW_SET(RING_ROWS)];
  const columns c = k->columns;
  const int64_t last = k->padded - SW_LANES;
  const int ring = k->rings->n - 1;
  const vec limit = vec_spread(k->rings->most[ring - 1]);
  vec over, under;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    int64_t i = k->first + r + q, column = (r + q) % SW_LANES * k->stride + k->place;
    p[q][0] = vec_spread(k->points->x[i]);
    p[q][1] = vec_spread(k->points->y[i]);
    p[q][2] = vec_spread(k->points->z[i]);
    p[q][3] = vec_spread(k->weight[i] + 0.0);
    sum[q] = vec_load(sums->row + (r + q) * SW_LANES);
    lane[q] = sums->column + column;
    far[q] = k->ring->column + ring * k->ring->column_next + column;
    row[q] = k->ring->row + ring * k->ring->row_next + (r + q) * SW_LANES;
    beyond[q] = vec_load(row[q]);
    u[q] = SW_SET(chords_at)(p[q], &c, 0);
  }
  for (int64_t j = 0; j < last; j += SW_LANES)
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
      vec chord = u[q];
      SW_SET(ratio)(p[q][3], vec_load(c.b + j), chord, &over, &under);
      u[q] = SW_SET(chords_at)(p[q], &c, j + SW_LANES);
      vec flow = vec_div(over, under);
      SW_SET(add)(flow, &sum[q], lane[q] + j, &top);
      SW_SET(add_by_ring)(k, r + q, j, chord, flow, limit, &beyond[q], far[q] + j);
    }
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    SW_SET(ratio)(p[q][3], vec_load(c.b + last), u[q], &over, &under);
    vec flow = vec_div(over, under);
    SW_SET(add)(flow, &sum[q], lane[q] + last, &top);
    vec_store(sums->row + (r + q) * SW_LANES, sum[q]);
    /* Columns that pad the block are in no ring. */
    vec chord = vec_add(u[q], vec_load(k->end));
    SW_SET(add_by_ring)(k, r + q, last, chord, flow, limit, &beyond[q], far[q] + last);
    vec_store(row[q], beyond[q]);
  }
  *most = top;
}

static void SW_SET(ring_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                              double *most) {
  reg top = reg_load(most);
  for (; r + SW_SET(RING_ROWS) <= end; r += SW_SET(RING_ROWS))
    SW_SET(ring_group)(k, r, SW_SET(RING_ROWS), sums, &top);
  for (; r < end; r++)
    SW_SET(ring_group)(k, r, 1, sums, &top);
  reg_store(most, top);
}

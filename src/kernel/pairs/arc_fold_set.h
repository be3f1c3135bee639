/* Flows of a few rows against a packed block of columns, in the registers of one instruction set;
 * included by arc_fold.c. The operations and their order are those of near_flow
 * (kernel/space/arc.c), which has the formula. With 32 registers several rows share the reading of
 * a column. */

#if SW_VEC_BITS == 256
enum { SW_SET(ROWS) = 1 };
#else
enum { SW_SET(ROWS) = 4 };
#endif

/* (a b) N / (u D) of a row's point p = (x, y, z, a) and eight columns. */
SW_INLINE vec SW_SET(near_flow)(const vec p[4], vec x, vec y, vec z, vec b) {
  vec u = vec_sub(p[0], x), v = vec_sub(p[1], y), w = vec_sub(p[2], z);
  u = vec_fma(w, w, vec_fma(v, v, vec_mul(u, u)));
  vec over = vec_sub(u, vec_spread(52.957369847139837848));
  vec under = vec_sub(u, vec_spread(214.40758958717790138));
  over = vec_fma(over, u, vec_spread(794.73191621307163718));
  under = vec_fma(under, u, vec_spread(5157.1685873530390226));
  over = vec_fma(over, u, vec_spread(-4482.894496168392406));
  under = vec_fma(under, u, vec_spread(-37808.959425707002493));
  over = vec_fma(over, u, vec_spread(8466.6769981727979115));
  under = vec_fma(under, u, vec_spread(84746.517347421187278));
  return vec_div(vec_mul(vec_mul(p[3], b), over), vec_mul(u, under));
}

/* Rows r, r + 1, ... of the square, `rows` of them, a constant in both callers. */
SW_INLINE void SW_SET(near_group)(const block *k, int64_t r, int rows, const sw_lane_sums *sums,
                                  vec *most) {
  vec p[SW_SET(ROWS)][4], sum[SW_SET(ROWS)], top = *most;
  double *column[SW_SET(ROWS)];
  /* Copies: sums are stored in between, and might be these. */
  const double *const px = k->x, *const py = k->y, *const pz = k->z, *const pb = k->b;
  const int64_t padded = k->padded;
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
    int64_t i = k->first + r + q;
    p[q][0] = vec_spread(k->points->x[i]);
    p[q][1] = vec_spread(k->points->y[i]);
    p[q][2] = vec_spread(k->points->z[i]);
    p[q][3] = vec_spread(k->weight[i]);
    sum[q] = vec_load(sums->row + (r + q) * SW_LANES);
    column[q] = sums->column + (r + q) % SW_LANES * sums->stride + k->place;
  }
  for (int64_t j = 0; j < padded; j += SW_LANES) {
    vec x = vec_load(px + j), y = vec_load(py + j), z = vec_load(pz + j), b = vec_load(pb + j);
    _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++) {
      vec flow = SW_SET(near_flow)(p[q], x, y, z, b);
      sum[q] = vec_add(sum[q], flow);
      vec_store(column[q] + j, vec_add(vec_load(column[q] + j), flow));
      top = vec_larger(flow, top);
    }
  }
  _Pragma("GCC unroll 4") for (int q = 0; q < rows; q++)
      vec_store(sums->row + (r + q) * SW_LANES, sum[q]);
  *most = top;
}

/* Rows [r, end) of the square, all of them near to the block. `most`: the greatest by lanes. */
static void SW_SET(near_rows)(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                              double *most) {
  vec top = vec_load(most);
  for (; r + SW_SET(ROWS) <= end; r += SW_SET(ROWS))
    SW_SET(near_group)(k, r, SW_SET(ROWS), sums, &top);
  for (; r < end; r++)
    SW_SET(near_group)(k, r, 1, sums, &top);
  vec_store(most, top);
}

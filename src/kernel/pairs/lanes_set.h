/* Sums and maxima of a few rows in the registers of one instruction set; included by lanes.c.
 * Loops over rows are unrolled, else their registers would be arrays in memory. */

/* Rows at a time: an addition takes as long as four can be begun. Each has lanes of its own. */
enum { SW_SET(TOGETHER) = SW_VEC_BITS == 512 ? 4 : 2 };

#define UNROLL _Pragma("GCC unroll 4")

SW_INLINE void SW_SET(rows_together)(const few *of, int rows, bool adds) {
  const int64_t whole = of->n - of->n % SW_LANES;
  const double *v[SW_SET(TOGETHER)];
  double *lane[SW_SET(TOGETHER)];
  vec sum[SW_SET(TOGETHER)], most[SW_SET(TOGETHER)];
  UNROLL for (int r = 0; r < rows; r++) {
    v[r] = of->v + r * of->stride;
    lane[r] = adds ? of->lane[r] : NULL;
    sum[r] = vec_spread(0);
    most[r] = vec_spread(-INFINITY);
  }
  for (int64_t c = 0; c < whole; c += SW_LANES) {
    UNROLL for (int r = 0; r < rows; r++) {
      SW_EACH_REG {
        reg x = reg_load(v[r] + c + k * SW_WIDTH);
        sum[r].r[k] = reg_add(sum[r].r[k], x);
        most[r].r[k] = reg_larger(x, most[r].r[k]);
        if (!adds) continue;
        double *to = lane[r] + c + k * SW_WIDTH;
        reg_store(to, reg_add_if(x, reg_load(to), reg_add(x, reg_spread(0))));
      }
    }
  }
  UNROLL for (int r = 0; r < rows; r++) {
    double lanes[SW_LANES], greatest[SW_LANES];
    vec_store(lanes, sum[r]);
    vec_store(greatest, most[r]);
    end_row(of, r, lanes, greatest);
  }
}

/* `rows`: one, or as many as go together. */
static void SW_SET(take_few)(const few *of, int64_t rows) {
  if (rows == 1 && of->lane)
    SW_SET(rows_together)(of, 1, true);
  else if (rows == 1)
    SW_SET(rows_together)(of, 1, false);
  else if (of->lane)
    SW_SET(rows_together)(of, SW_SET(TOGETHER), true);
  else
    SW_SET(rows_together)(of, SW_SET(TOGETHER), false);
}

/* Places of `n` numbers that reach the threshold; see sw_lanes_reaching. Masks of SEEK numbers are
 * put together, as one branch for each register would often be foreseen wrongly. */
static int64_t SW_SET(reaching)(const double *v, int64_t n, double threshold, int32_t *at) {
  const reg least = reg_spread(threshold);
  int64_t count = 0, k = 0;
  for (; k + SEEK <= n; k += SEEK) {
    uint32_t hits = 0;
    _Pragma("GCC unroll 16") for (int c = 0; c < SEEK; c += SW_WIDTH) hits |=
        reg_reaches(reg_load(v + k + c), least) << c;
    for (; hits; hits &= hits - 1)
      at[count++] = (int32_t)k + __builtin_ctz(hits);
  }
  for (; k < n; k++)
    if (v[k] >= threshold) at[count++] = (int32_t)k;
  return count;
}

#undef UNROLL

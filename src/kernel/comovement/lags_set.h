/* Products at a lag of packed rows and a packed panel of columns, in the registers of one
 * instruction set; included by lags.c. */

/* A tile is so many rows x a panel of three registers. */
enum { SW_SET(LAGS_TILE) = SW_VEC_BITS == 512 ? 8 : 4, SW_SET(LAGS_PANEL) = 3 * SW_WIDTH };

#define ROWS SW_SET(LAGS_TILE)
#define PANEL SW_SET(LAGS_PANEL)
#define UNROLL _Pragma("GCC unroll 8")

/* `columns` columns from j on, row by row of the series; behind the last one zeros. */
static void SW_SET(pack_panel)(const double *const *from, int count, int64_t j, int64_t columns,
                               double *out) {
  for (int s = 0; s < count; s++, out += PANEL) {
    /* There are more rows than the machine follows by itself. */
    UNROLL for (int c = 2 * PANEL; c < 3 * PANEL; c += LINE)
        __builtin_prefetch(from[s] + j + c, 0, 2);
    if (columns == PANEL) {
      UNROLL for (int v = 0; v < 3; v++)
          reg_store(out + v * SW_WIDTH, reg_load(from[s] + j + v * SW_WIDTH));
      continue;
    }
    for (int64_t c = 0; c < PANEL; c++)
      out[c] = c < columns ? from[s][j + c] : 0;
  }
}

SW_INLINE void SW_SET(products)(int count, const double *row, const double *column, reg (*sum)[3]) {
  UNROLL for (int q = 0; q < ROWS; q++) {
    UNROLL for (int v = 0; v < 3; v++) sum[q][v] = reg_spread(0);
  }
  for (int s = 0; s < count; s++, row += ROWS, column += PANEL) {
    reg y[3];
    UNROLL for (int v = 0; v < 3; v++) y[v] = reg_load(column + v * SW_WIDTH);
    UNROLL for (int q = 0; q < ROWS; q++) {
      reg x = reg_spread(row[q]);
      UNROLL for (int v = 0; v < 3; v++) sum[q][v] = reg_fma(x, y[v], sum[q][v]);
    }
  }
}

/* The larger size of r and the best so far, which stays where r is larger by rounding alone. `lag`
 * NULL: not wanted. */
SW_INLINE void SW_SET(raise)(reg r, reg at, double *value, double *lag) {
  reg best = reg_size(reg_load(value));
  reg size = reg_mul(reg_size(r), reg_spread(SW_LAGS_LARGER));
  reg_store_above(value, size, best, r);
  if (lag) reg_store_above(lag, size, best, at);
}

SW_INLINE void SW_SET(take_tiles)(const step *s, int64_t rows, bool with_lag, found *best) {
  const reg at = reg_spread(s->lag);
  /* Copies: what is stored in between might be these. */
  const bool first = s->first;
  const double *next = s->next;
  const int share = s->share;
  for (int64_t r = 0; r < rows; r += ROWS) {
    reg sum[ROWS][3];
    double *value = best->value + r * PANEL, *lag = best->lag + r * PANEL;
    SW_SET(products)(s->count, s->row + r * s->count, s->column, sum);
    for (int k = 0; k < share; k++, next += LINE)
      __builtin_prefetch(next, 0, 3);
    UNROLL for (int q = 0; q < ROWS; q++) {
      UNROLL for (int v = 0; v < 3; v++) {
        int64_t to = (q * 3 + v) * SW_WIDTH;
        if (first) {
          reg_store(value + to, sum[q][v]);
          if (with_lag) reg_store(lag + to, at);
        } else {
          SW_SET(raise)(sum[q][v], at, value + to, with_lag ? lag + to : NULL);
        }
      }
    }
  }
}

static void SW_SET(take_lag)(const step *s, int64_t rows, bool with_lag, found *best) {
  if (with_lag)
    SW_SET(take_tiles)(s, rows, true, best);
  else
    SW_SET(take_tiles)(s, rows, false, best);
}

/* ---- both orders -------------------------------------------------------------------------- */

/* As `raise` of r and then of s, of which the sizes are known, and so much of them. */
SW_INLINE void SW_SET(raise_by_two)(double *value, reg r, reg r_size, reg r_larger, reg s,
                                    reg s_larger) {
  reg best = reg_size(reg_load(value)), then = reg_if_above(r_larger, best, r_size, best);
  reg_store_above(value, r_larger, best, r);
  reg_store_above(value, s_larger, then, s);
}

/* A lag and the same one back, which the other order takes first. */
static void SW_SET(take_two)(const step *ahead, const step *back, int64_t rows, orders *best) {
  double held[ROWS * PANEL] __attribute__((aligned(64)));
  const reg larger = reg_spread(SW_LAGS_LARGER);
  const double *next = back->next;
  const int share = back->share;
  for (int64_t r = 0; r < rows; r += ROWS) {
    reg sum[ROWS][3];
    SW_SET(products)(ahead->count, ahead->row + r * ahead->count, ahead->column, sum);
    UNROLL for (int q = 0; q < ROWS; q++) {
      UNROLL for (int v = 0; v < 3; v++) reg_store(held + (q * 3 + v) * SW_WIDTH, sum[q][v]);
    }
    SW_SET(products)(back->count, back->row + r * back->count, back->column, sum);
    for (int k = 0; k < share; k++, next += LINE)
      __builtin_prefetch(next, 0, 3);
    UNROLL for (int q = 0; q < ROWS; q++) {
      UNROLL for (int v = 0; v < 3; v++) {
        int64_t to = r * PANEL + (q * 3 + v) * SW_WIDTH;
        reg x = reg_load(held + (q * 3 + v) * SW_WIDTH), y = sum[q][v];
        reg x_size = reg_size(x), y_size = reg_size(y);
        reg x_larger = reg_mul(x_size, larger), y_larger = reg_mul(y_size, larger);
        SW_SET(raise_by_two)(best->there + to, x, x_size, x_larger, y, y_larger);
        SW_SET(raise_by_two)(best->back + to, y, y_size, y_larger, x, x_larger);
      }
    }
  }
}

SW_INLINE void SW_SET(add_to)(double *sum, reg x) {
  reg_store(sum, reg_add(reg_load(sum), x));
}

/* From lane `at` on; a panel goes through them several times. */
SW_INLINE void SW_SET(add_to_lanes)(double *lanes, int64_t at, const reg *x) {
  if (SW_WIDTH < SW_LANES) {
    UNROLL for (int v = 0; v < 3; v++) SW_SET(add_to)(lanes + (at + v * SW_WIDTH) % SW_LANES, x[v]);
    return;
  }
  reg sum = reg_load(lanes);
  UNROLL for (int v = 0; v < 3; v++) sum = reg_add(sum, x[v]);
  reg_store(lanes, sum);
}

static void SW_SET(add_panel)(const orders *best, const panel_sums *to, double *most) {
  reg top = reg_load(most);
  for (int64_t r = 0; r < to->rows; r++) {
    reg there[3], back[3];
    double *column = to->column + (to->at + r) % SW_LANES * to->stride;
    double *back_row = to->back_row + (to->row_at + to->at + r) % SW_LANES * to->stride;
    UNROLL for (int v = 0; v < 3; v++) {
      there[v] = reg_load(best->there + r * PANEL + v * SW_WIDTH);
      back[v] = reg_load(best->back + r * PANEL + v * SW_WIDTH);
      top = reg_larger(there[v], reg_larger(back[v], top));
      SW_SET(add_to)(column + v * SW_WIDTH, there[v]);
      SW_SET(add_to)(back_row + v * SW_WIDTH, back[v]);
    }
    SW_SET(add_to_lanes)(to->row + r * SW_LANES, to->lane, there);
    for (int k = 0; k <= to->splits; k++) {
      reg part[3];
      UNROLL for (int v = 0; v < 3; v++) part[v] =
          to->splits ? reg_mul(back[v], reg_load(to->share[k] + v * SW_WIDTH)) : back[v];
      SW_SET(add_to_lanes)(to->back[k] + r * SW_LANES, to->lane, part);
    }
  }
  reg_store(most, top);
}

#undef ROWS
#undef PANEL
#undef UNROLL

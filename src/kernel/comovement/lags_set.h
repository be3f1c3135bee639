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
  reg best = reg_load(value), other = reg_size(best);
  reg size = reg_mul(reg_size(r), reg_spread(SW_LAGS_LARGER));
  reg_store(value, reg_if_above(size, other, r, best));
  if (lag) reg_store(lag, reg_if_above(size, other, at, reg_load(lag)));
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

#undef ROWS
#undef PANEL
#undef UNROLL

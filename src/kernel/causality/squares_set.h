/* Sums of squares of products in the registers of one instruction set; included by squares.c. A
 * tile is SW_SQUARES_TILE rows by a few registers of columns, whose products stay in registers
 * while s runs; its sums of squares are met once a term. */

#define TILE_REGS SW_SET(TILE_REGS)
#if SW_VEC_BITS == 512
enum { TILE_REGS = 4 }; /* of 32 registers: 16 products, 4 columns, a row */
#elif SW_VEC_BITS == 256
enum { TILE_REGS = 3 }; /* of 16: 12 products, 3 columns, a row */
#else
enum { TILE_REGS = 2 };
#endif

/* rows and regs are constants in all callers. */
SW_INLINE void SW_SET(tile)(int terms, int k, const double *q, int rows, const double *const *to,
                            int64_t j, int regs, double *out, int64_t stride) {
  reg total[SW_SQUARES_TILE][TILE_REGS];
  SW_UNROLL for (int r = 0; r < rows; r++) {
    SW_UNROLL for (int v = 0; v < regs; v++) total[r][v] = reg_spread(0);
  }
  for (int h = 0; h < terms; h++) {
    reg sum[SW_SQUARES_TILE][TILE_REGS], y[TILE_REGS];
    SW_UNROLL for (int r = 0; r < rows; r++) {
      SW_UNROLL for (int v = 0; v < regs; v++) sum[r][v] = reg_spread(0);
    }
    for (int s = 0; s < k; s++, q += SW_SQUARES_ROWS) {
      SW_UNROLL for (int v = 0; v < regs; v++) y[v] = reg_load(to[s] + j + v * SW_WIDTH);
      SW_UNROLL for (int r = 0; r < rows; r++) {
        reg x = reg_spread(q[r]);
        SW_UNROLL for (int v = 0; v < regs; v++) sum[r][v] = reg_fma(x, y[v], sum[r][v]);
      }
    }
    SW_UNROLL for (int r = 0; r < rows; r++) {
      SW_UNROLL for (int v = 0; v < regs; v++) total[r][v] =
          reg_fma(sum[r][v], sum[r][v], total[r][v]);
    }
  }
  SW_UNROLL for (int r = 0; r < rows; r++) {
    SW_UNROLL for (int v = 0; v < regs; v++)
        reg_store(out + r * stride + v * SW_WIDTH, total[r][v]);
  }
}

/* Fewer columns than a register has. */
SW_INLINE void SW_SET(rest)(int terms, int k, const double *q, int rows, const double *const *to,
                            int64_t j, double *out, int64_t stride) {
  for (int r = 0; r < rows; r++) {
    double total = 0;
    for (int h = 0; h < terms; h++) {
      const double *x = q + (int64_t)h * k * SW_SQUARES_ROWS + r;
      double sum = 0;
      for (int s = 0; s < k; s++)
        sum = __builtin_fma(x[s * SW_SQUARES_ROWS], to[s][j], sum);
      total = __builtin_fma(sum, sum, total);
    }
    out[r * stride] = total;
  }
}

/* A tile's rows against all columns; columns inside, so that the rows' numbers stay near. */
SW_INLINE void SW_SET(columns)(int terms, int k, const double *q, int rows, const double *const *to,
                               int64_t j0, int64_t j1, double *out, int64_t stride) {
  int64_t j = j0;
  for (; j + TILE_REGS * SW_WIDTH <= j1; j += TILE_REGS * SW_WIDTH)
    SW_SET(tile)(terms, k, q, rows, to, j, TILE_REGS, out + (j - j0), stride);
  for (; j + SW_WIDTH <= j1; j += SW_WIDTH)
    SW_SET(tile)(terms, k, q, rows, to, j, 1, out + (j - j0), stride);
  for (; j < j1; j++)
    SW_SET(rest)(terms, k, q, rows, to, j, out + (j - j0), stride);
}

static void SW_SET(squares)(int terms, int k, const double *q, int rows, const double *const *to,
                            int64_t j0, int64_t j1, double *out, int64_t stride) {
  int r = 0;
  for (; r + SW_SQUARES_TILE <= rows; r += SW_SQUARES_TILE)
    SW_SET(columns)(terms, k, q + r, SW_SQUARES_TILE, to, j0, j1, out + r * stride, stride);
  for (; r < rows; r++)
    SW_SET(columns)(terms, k, q + r, 1, to, j0, j1, out + r * stride, stride);
}

#undef TILE_REGS

/* Tiles of packed rows and columns whose pairs are written, in the registers of one instruction
 * set; included by block.c for blocks of many rows. As in block_fold_set.h a tile is ROWS rows x a
 * panel of columns, whose pairs stay in registers while its numbers are added up. Loops over a tile
 * are unrolled, else its pairs would be an array in memory. */

/* A piece has at most VALUES_PIECE numbers of a panel: half of the first cache. */
enum { SW_SET(VALUES_ROWS) = SW_VEC_BITS == 512 ? 8 : 4, SW_SET(VALUES_PANEL) = 3 * SW_WIDTH };
enum { SW_SET(VALUES_PIECE) = (SW_VEC_BITS == 512 ? 2880 : 1536) / SW_SET(VALUES_PANEL) };

#define ROWS SW_SET(VALUES_ROWS)
#define PANEL SW_SET(VALUES_PANEL)
#define UNROLL _Pragma("GCC unroll 8")

/* `columns` columns from j on, number by number; behind the last one zeros. */
static void SW_SET(pack_panel)(int k, const double *const *to, int64_t j, int64_t columns,
                               double *out) {
  for (int s = 0; s < k; s++, out += PANEL) {
    if (columns == PANEL) {
      UNROLL for (int v = 0; v < 3; v++)
          reg_store(out + v * SW_WIDTH, reg_load(to[s] + j + v * SW_WIDTH));
      continue;
    }
    for (int64_t c = 0; c < PANEL; c++)
      out[c] = c < columns ? to[s][j + c] : 0;
  }
}

/* Tiles of ROWS rows, number by number; the last one is filled up by zeros. */
static void SW_SET(pack_tiles)(int k, const double *const *from, int64_t i, int64_t rows,
                               double *out) {
  for (; rows > 0; rows -= ROWS, i += ROWS)
    for (int s = 0; s < k; s++, out += ROWS) {
      if (rows >= ROWS) { /* a copy of known length is an instruction or two */
        memcpy(out, from[s] + i, ROWS * sizeof *out);
        continue;
      }
      for (int64_t r = 0; r < ROWS; r++)
        out[r] = r < rows ? from[s][i + r] : 0;
    }
}

/* Numbers [s, end) of a tile, whose pairs go on from what is in `out` where s > 0. The first `rows`
 * rows of it are units. `fresh`: columns are read from the operands, and packed on the way. What
 * comes next is fetched meanwhile: the next tile's rows, which for many numbers come out of the
 * second cache, and one of the three lines of each number of the next panel, which come from
 * memory, each out of a page of its own. `next`: where that line begins in the operands. */
SW_INLINE void SW_SET(value_tile)(const values *b, int s, int end, const double *row, int64_t rows,
                                  bool fresh, int64_t next, bool distance, double *out,
                                  int64_t stride) {
  double *column = b->column + (int64_t)s * PANEL;
  const int64_t ahead = (int64_t)b->k * ROWS;
  reg sum[ROWS][3];
  UNROLL for (int q = 0; q < ROWS; q++) {
    UNROLL for (int v = 0; v < 3; v++) sum[q][v] =
        s > 0 && q < rows ? reg_load(out + q * stride + v * SW_WIDTH) : reg_spread(0);
  }
  row += (int64_t)s * ROWS;
  for (; s < end; s++, row += ROWS, column += PANEL) {
    reg y[3];
    if (SW_VEC_BITS == 512) __builtin_prefetch(row + ahead, 0, 3);
    if (SW_VEC_BITS == 512) __builtin_prefetch(b->to[s] + next, 0, 2);
    const double *from = fresh ? b->to[s] + b->j : column;
    UNROLL for (int v = 0; v < 3; v++) {
      y[v] = reg_load(from + v * SW_WIDTH);
      if (fresh) reg_store(column + v * SW_WIDTH, y[v]);
    }
    UNROLL for (int q = 0; q < ROWS; q++) {
      reg x = reg_spread(row[q]);
      UNROLL for (int v = 0; v < 3; v++) sum[q][v] =
          distance ? reg_add(sum[q][v], reg_size(reg_sub(x, y[v]))) : reg_fma(x, y[v], sum[q][v]);
    }
  }
  UNROLL for (int q = 0; q < ROWS; q++) if (q < rows) {
    UNROLL for (int v = 0; v < 3; v++) reg_store(out + q * stride + v * SW_WIDTH, sum[q][v]);
  }
}

/* All packed rows against the packed panel, of `columns` columns; fewer than it has go by way of a
 * tile of their own. */
SW_INLINE void SW_SET(value_panel)(const values *b, int64_t columns, bool distance, double *out,
                                   int64_t stride) {
  for (int s = 0, end; s < b->k; s = end) {
    end = s + b->piece < b->k ? s + b->piece : b->k;
    for (int64_t r = 0; r < b->rows; r += ROWS) {
      const double *row = b->row + r * b->k;
      double edge[ROWS * PANEL] = {0}, *to = out + r * stride;
      int64_t rows = b->rows - r < ROWS ? b->rows - r : ROWS;
      size_t bytes = (size_t)columns * sizeof *to;
      int64_t next = b->j + PANEL + r / ROWS % 3 * SW_WIDTH;
      if (columns == PANEL && r == 0) {
        SW_SET(value_tile)(b, s, end, row, rows, true, next, distance, to, stride);
        continue;
      }
      if (columns == PANEL) {
        SW_SET(value_tile)(b, s, end, row, rows, false, next, distance, to, stride);
        continue;
      }
      for (int64_t q = 0; q < rows && s > 0; q++)
        memcpy(edge + q * PANEL, to + q * stride, bytes);
      SW_SET(value_tile)(b, s, end, row, rows, false, next, distance, edge, PANEL);
      for (int64_t q = 0; q < rows; q++)
        memcpy(to + q * stride, edge + q * PANEL, bytes);
    }
  }
}

static void SW_SET(value_panels)(const values *b, int64_t columns, double *out, int64_t stride) {
  if (b->distance)
    SW_SET(value_panel)(b, columns, true, out, stride);
  else
    SW_SET(value_panel)(b, columns, false, out, stride);
}

#undef ROWS
#undef PANEL
#undef UNROLL

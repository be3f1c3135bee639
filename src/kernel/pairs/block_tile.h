/* One variant of the block kernel, for vectors of a given width. Included by block.c for each
 * instruction set. NAME(x) is x with a suffix of the variant, WIDTH the doubles of a vector,
 * VECTORS how many of them a tile has beside each other: with SW_BLOCK_ROWS rows they fill the
 * registers. `vector` is their type, and load, store, spread, add, subtract, magnitude
 * and multiply_add what is done with them.
 *
 * A tile is SW_BLOCK_ROWS rows x VECTORS * WIDTH columns whose sums stay in registers while s runs:
 * each number of a column is loaded once per tile and used for every row. Loops over a tile are
 * unrolled, else its sums would be an array in memory. */

#define UNROLL _Pragma("GCC unroll 8")

/* One more term of each sum of a tile. `row`: number s of its rows, `column`: of its columns. */
SW_INLINE void NAME(step)(const double *row, int rows, const double *column, int vectors,
                          bool distance, vector (*sum)[VECTORS]) {
  vector y[VECTORS];
  UNROLL for (int v = 0; v < vectors; v++) y[v] = load(column + v * WIDTH);
  UNROLL for (int r = 0; r < rows; r++) {
    vector x = spread(row + r);
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] =
        distance ? add(sum[r][v], magnitude(subtract(x, y[v]))) : multiply_add(x, y[v], sum[r][v]);
  }
}

/* The sums of a tile. rows, vectors and distance are constants in all callers. `row`: packed, the
 * rows of a number beside each other. */
SW_INLINE void NAME(sums)(int k, const double *row, int rows, const double *const *to, int64_t j,
                          int vectors, bool distance, vector (*sum)[VECTORS]) {
  static const double zero[1] = {0};
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < vectors; v++) sum[r][v] = spread(zero);
  }
  for (int s = 0; s < k; s++)
    NAME(step)(row + s * rows, rows, to[s] + j, vectors, distance, sum);
}

SW_INLINE void NAME(tile)(int k, const double *row, int rows, const double *const *to, int64_t j,
                          int vectors, bool distance, double *out, int64_t stride) {
  vector sum[SW_BLOCK_ROWS][VECTORS];
  NAME(sums)(k, row, rows, to, j, vectors, distance, sum);
  UNROLL for (int r = 0; r < rows; r++) {
    UNROLL for (int v = 0; v < vectors; v++) store(out + r * stride + v * WIDTH, sum[r][v]);
  }
}

/* The tiles of all packed rows beside each other: `count` times `rows` of them. */
SW_INLINE void NAME(tiles)(int k, const double *row, int rows, int count, const double *const *to,
                           int64_t j, int vectors, bool distance, double *out, int64_t stride) {
  for (int c = 0; c < count; c++)
    NAME(tile)
  (k, row + c * rows * k, rows, to, j, vectors, distance, out + c * rows * stride, stride);
}

/* All columns for the packed rows; columns outside, so that a tile's stay in the first cache for
 * all rows. What full tiles leave goes by fewer vectors, the last of which is moved back to end
 * with the last column: it computes some pairs again, with the same bits. */
SW_INLINE void NAME(columns)(int k, const double *row, int rows, int count, const double *const *to,
                             int64_t j0, int64_t j1, bool distance, double *out, int64_t stride) {
  int64_t j = j0;
  for (; j + VECTORS * WIDTH <= j1; j += VECTORS * WIDTH)
    NAME(tiles)(k, row, rows, count, to, j, VECTORS, distance, out + (j - j0), stride);
  for (; j + 2 * WIDTH <= j1 && VECTORS > 2; j += 2 * WIDTH)
    NAME(tiles)(k, row, rows, count, to, j, 2, distance, out + (j - j0), stride);
  for (; j < j1 && j1 - j0 >= WIDTH; j += WIDTH) {
    if (j > j1 - WIDTH) j = j1 - WIDTH;
    NAME(tiles)(k, row, rows, count, to, j, 1, distance, out + (j - j0), stride);
  }
  /* Fewer columns than a vector has. */
  for (; j < j1; j++)
    for (int c = 0; c < count; c++)
      plain_pairs(k, row + c * rows * k, rows, to, j, distance, out + c * rows * stride + (j - j0),
                  stride);
}

/* The four loops that callers choose from. */
static void NAME(block)(int k, const double *row, int rows, int count, const double *const *to,
                        int64_t j0, int64_t j1, bool distance, double *out, int64_t stride) {
  if (rows == SW_BLOCK_ROWS && distance)
    NAME(columns)(k, row, SW_BLOCK_ROWS, count, to, j0, j1, true, out, stride);
  else if (rows == SW_BLOCK_ROWS)
    NAME(columns)(k, row, SW_BLOCK_ROWS, count, to, j0, j1, false, out, stride);
  else if (distance)
    NAME(columns)(k, row, 1, count, to, j0, j1, true, out, stride);
  else
    NAME(columns)(k, row, 1, count, to, j0, j1, false, out, stride);
}

#undef UNROLL
#undef NAME
#undef WIDTH
#undef VECTORS
#undef vector
#undef load
#undef store
#undef spread
#undef add
#undef subtract
#undef magnitude
#undef multiply_add

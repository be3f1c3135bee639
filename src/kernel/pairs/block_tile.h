/* One variant of the block kernel, for vectors of a given width. Included by block.c for each
 * instruction set. NAME(x) is x with a suffix of the variant, WIDTH the doubles of a vector,
 * VECTORS how many of them a tile has beside each other: with SW_BLOCK_ROWS rows they fill the
 * registers. `vector` is their type, and load, store, spread, add, subtract, magnitude,
 * multiply_add and larger what is done with them; larger(x, y) is y where x is NaN.
 *
 * A tile is SW_BLOCK_ROWS rows x VECTORS * WIDTH columns whose sums stay in registers while s runs:
 * each number of a column is loaded once per tile and used for every row. Loops over a tile are
 * unrolled, else its sums would be an array in memory. */

#define UNROLL _Pragma("GCC unroll 8")
/* Vectors of a tile's row that lie in lanes of their own. */
#define SPREAD (VECTORS * WIDTH < SW_BLOCK_LANES ? VECTORS : SW_BLOCK_LANES / WIDTH)

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

/* ---- sums of rows and columns in the place of values --------------------------------------- */

/* Row r of a tile goes from its registers into the sums. Vectors that belong to the same lanes of
 * the row's sum, SPREAD apart, are added to it one after the other. */
SW_INLINE void NAME(fold_row)(const vector *sum, int vectors, int64_t place, double *lanes,
                              double *column, vector *top) {
  vector lane[SPREAD];
  UNROLL for (int q = 0; q < SPREAD && q < vectors; q++) lane[q] =
      load(lanes + (place + q * WIDTH) % SW_BLOCK_LANES);
  UNROLL for (int v = 0; v < vectors; v++) {
    lane[v % SPREAD] = add(lane[v % SPREAD], sum[v]);
    store(column + v * WIDTH, add(load(column + v * WIDTH), sum[v]));
    *top = larger(sum[v], *top);
  }
  UNROLL for (int q = 0; q < SPREAD && q < vectors; q++)
      store(lanes + (place + q * WIDTH) % SW_BLOCK_LANES, lane[q]);
}

/* `place`: of the tile's first column in the segment, a multiple of WIDTH, which says the lanes of
 * the rows' sums. `column`: the lane of the first row; those of the others follow. */
SW_INLINE void NAME(fold_tile)(int k, const double *row, int rows, const double *const *to,
                               int64_t j, int vectors, bool distance, int64_t place,
                               double *row_lanes, double *column, int64_t stride, double *most) {
  vector sum[SW_BLOCK_ROWS][VECTORS], top = load(most);
  NAME(sums)(k, row, rows, to, j, vectors, distance, sum);
  UNROLL for (int r = 0; r < rows; r++) NAME(fold_row)(
      sum[r], vectors, place, row_lanes + r * SW_BLOCK_LANES, column + r * stride, &top);
  store(most, top);
}

/* All packed rows, of which the first is row `at` of the segment. */
SW_INLINE void NAME(fold_tiles)(int k, const double *row, int rows, int count,
                                const double *const *to, int64_t j, int vectors, bool distance,
                                int64_t place, int64_t at, const sw_lane_sums *sums, double *most) {
  for (int c = 0; c < count; c++, at += rows)
    NAME(fold_tile)
  (k, row + c * rows * k, rows, to, j, vectors, distance, place, sums->row + at * SW_BLOCK_LANES,
   sums->column + at % SW_BLOCK_LANES * sums->stride + place, sums->stride, most);
}

/* What whole vectors leave: fewer columns than a vector has, out of one that ends with the last. */
SW_INLINE void NAME(fold_rest)(int k, const double *row, int rows, int count,
                               const double *const *to, int64_t j0, int64_t j, int64_t j1,
                               bool distance, int64_t at, const sw_lane_sums *sums, double *most) {
  double value[SW_BLOCK_ROWS * WIDTH];
  int64_t begin = j1 - j0 >= WIDTH ? j1 - WIDTH : j0;
  for (int c = 0; c < count; c++, at += rows) {
    if (j1 - begin == WIDTH)
      NAME(tile)(k, row + c * rows * k, rows, to, begin, 1, distance, value, WIDTH);
    for (int64_t b = begin; b < j1 && j1 - begin < WIDTH; b++)
      plain_pairs(k, row + c * rows * k, rows, to, b, distance, value + (b - begin), WIDTH);
    for (int r = 0; r < rows; r++)
      add_values(sums, at + r, j - j0, j1 - j, value + r * WIDTH + (j - begin), most);
  }
}

SW_INLINE void NAME(fold_columns)(int k, const double *row, int rows, int count,
                                  const double *const *to, int64_t j0, int64_t j1, bool distance,
                                  int64_t at, const sw_lane_sums *sums, double *most) {
  int64_t j = j0;
  for (; j + VECTORS * WIDTH <= j1; j += VECTORS * WIDTH)
    NAME(fold_tiles)(k, row, rows, count, to, j, VECTORS, distance, j - j0, at, sums, most);
  for (; j + 2 * WIDTH <= j1 && VECTORS > 2; j += 2 * WIDTH)
    NAME(fold_tiles)(k, row, rows, count, to, j, 2, distance, j - j0, at, sums, most);
  for (; j + WIDTH <= j1; j += WIDTH)
    NAME(fold_tiles)(k, row, rows, count, to, j, 1, distance, j - j0, at, sums, most);
  if (j < j1) NAME(fold_rest)(k, row, rows, count, to, j0, j, j1, distance, at, sums, most);
}

static void NAME(fold)(int k, const double *row, int rows, int count, const double *const *to,
                       int64_t j0, int64_t j1, bool distance, int64_t at, const sw_lane_sums *sums,
                       double *most) {
  if (rows == SW_BLOCK_ROWS && distance)
    NAME(fold_columns)(k, row, SW_BLOCK_ROWS, count, to, j0, j1, true, at, sums, most);
  else if (rows == SW_BLOCK_ROWS)
    NAME(fold_columns)(k, row, SW_BLOCK_ROWS, count, to, j0, j1, false, at, sums, most);
  else if (distance)
    NAME(fold_columns)(k, row, 1, count, to, j0, j1, true, at, sums, most);
  else
    NAME(fold_columns)(k, row, 1, count, to, j0, j1, false, at, sums, most);
}

#undef UNROLL
#undef SPREAD
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
#undef larger

/* Tiles of packed rows and columns whose pairs are added up, in the registers of one instruction
 * set; included by block_fold.c. A tile is ROWS rows x a panel of columns; its pairs stay in
 * registers from the first of their numbers to the sums. Loops over a tile are unrolled, else its
 * pairs would be an array in memory. */

/* Rows of a tile and registers of each: as many as there are, less those of a row's number and of
 * the columns. A piece has at most PIECE numbers of a panel: a third of the first cache, or half of
 * it where each row is fetched ahead and need not stay there. */
#if SW_VEC_BITS == 512
enum { SW_SET(ROWS) = 8, SW_SET(ACROSS) = 3, SW_SET(PIECE) = 5760 };
#else
enum { SW_SET(ROWS) = 4, SW_SET(ACROSS) = 3, SW_SET(PIECE) = 1536 };
#endif
enum { SW_SET(PANEL) = SW_SET(ACROSS) * SW_WIDTH };

#define ROWS SW_SET(ROWS)
#define PANEL SW_SET(PANEL)
#define ACROSS SW_SET(ACROSS)
#define UNROLL _Pragma("GCC unroll 8")
/* Registers of a row that lie in lanes of their own. */
#define SPREAD (ACROSS < SW_REGS ? ACROSS : SW_REGS)

/* Panels of PANEL columns, number by number; the last one has as many whole registers as it needs,
 * filled up by zeros. */
static void SW_SET(pack_columns)(int k, const double *const *to, int64_t j, int64_t count,
                                 double *out) {
  int64_t panels = count / PANEL, left = count % PANEL, whole = left / SW_WIDTH;
  int64_t wide = (left + SW_WIDTH - 1) / SW_WIDTH * SW_WIDTH;
  double *last = out + panels * PANEL * k;
  for (int s = 0; s < k; s++, last += wide) {
    const double *x = to[s] + j;
    double *at = out + s * PANEL;
    for (int64_t p = 0; p < panels; p++, at += PANEL * k, x += PANEL) {
      UNROLL for (int v = 0; v < ACROSS; v++)
          reg_store(at + v * SW_WIDTH, reg_load(x + v * SW_WIDTH));
    }
    for (int64_t v = 0; v < whole; v++)
      reg_store(last + v * SW_WIDTH, reg_load(x + v * SW_WIDTH));
    for (int64_t c = whole * SW_WIDTH; c < wide; c++)
      last[c] = c < left ? x[c] : 0;
  }
}

/* Tiles of ROWS rows, number by number; the last one is filled up by zeros. */
static void SW_SET(pack_rows)(int k, const double *const *from, int64_t i, int64_t rows,
                              double *out) {
  int64_t whole = rows / ROWS, left = rows % ROWS;
  for (int s = 0; s < k; s++) {
    const double *x = from[s] + i;
    double *at = out + s * ROWS;
    for (int64_t g = 0; g < whole; g++, at += k * ROWS, x += ROWS)
      memcpy(at, x, ROWS * sizeof *at);
    for (int64_t r = 0; left && r < ROWS; r++)
      at[r] = r < left ? x[r] : 0;
  }
}

/* ---- a tile ------------------------------------------------------------------------------- */

/* What is asked for while a tile is computed: `offset` numbers into each of these operands. They
 * come out of the third cache or from memory, each out of a page of its own. NULL: nothing. */
typedef struct SW_SET(wish) {
  const double *const *of;
  int64_t offset;
} SW_SET(wish);

/* Adds terms [s, end) to each pair. `across` and `distance` are constants in all callers. Rows of
 * many numbers come out of the second cache, a line at each term. */
SW_INLINE void SW_SET(add_terms)(int s, int end, const double *row, const double *column,
                                 const SW_SET(wish) * wish, int across, bool distance,
                                 reg (*sum)[ACROSS]) {
  for (; s < end; s++, row += ROWS, column += across * SW_WIDTH) {
    reg y[ACROSS];
    if (SW_VEC_BITS == 512) __builtin_prefetch(row + AHEAD * ROWS, 0, 3);
    if (SW_VEC_BITS == 512 && wish) __builtin_prefetch(wish->of[s] + wish->offset, 0, 2);
    UNROLL for (int v = 0; v < across; v++) y[v] = reg_load(column + v * SW_WIDTH);
    UNROLL for (int r = 0; r < ROWS; r++) {
      reg x = reg_spread(row[r]);
      UNROLL for (int v = 0; v < across; v++) sum[r][v] =
          distance ? reg_add(sum[r][v], reg_size(reg_sub(x, y[v]))) : reg_fma(x, y[v], sum[r][v]);
    }
  }
}

/* Pairs of one row: into the lanes of the row's sum, the lane of the columns', and the greatest.
 * Registers that belong to the same lanes, SPREAD apart, are added one after the other; the
 * greatest of each across is apart, as one alone would wait for itself. Of a panel that is `cut`
 * the last register has columns beyond the block: -0.0 changes no sum. */
SW_INLINE void SW_SET(fold_row)(const reg *sum, int across, bool cut, reg inside, int64_t place,
                                double *lanes, double *column, reg *top) {
  reg lane[SPREAD];
  UNROLL for (int q = 0; q < SPREAD; q++) lane[q] =
      reg_load(lanes + (place + q * SW_WIDTH) % SW_LANES);
  UNROLL for (int v = 0; v < across; v++) {
    reg x = sum[v];
    if (cut && v == across - 1) {
      top[v] = reg_larger(reg_if_above(inside, reg_spread(0), x, top[v]), top[v]);
      x = reg_if_above(inside, reg_spread(0), x, reg_spread(-0.0));
    } else {
      top[v] = reg_larger(x, top[v]);
    }
    lane[v % SPREAD] = reg_add(lane[v % SPREAD], x);
    reg_store(column + v * SW_WIDTH, reg_add(reg_load(column + v * SW_WIDTH), x));
  }
  UNROLL for (int q = 0; q < SPREAD; q++)
      reg_store(lanes + (place + q * SW_WIDTH) % SW_LANES, lane[q]);
}

/* The tile of rows r, r + 1, ... of those packed. `inside`: 1 for columns of the last register that
 * are in the block, 0 for others. */
SW_INLINE void SW_SET(fold_tile)(const block *b, int64_t r, int64_t place, int across, bool cut,
                                 reg inside, reg (*sum)[ACROSS]) {
  /* Copies: sums are stored in between, and might be these. */
  const int64_t at = b->at + r, left = b->rows - r, stride = b->sums->stride;
  double *lanes = b->sums->row + at * SW_LANES, *most = b->most;
  double *column = b->sums->column + at % SW_LANES * stride + place;
  reg top[ACROSS];
  UNROLL for (int v = 0; v < across; v++) top[v] = reg_load(most + v * SW_WIDTH);
  /* Apart, as a whole tile has no row to ask about. */
  if (left >= ROWS) {
    UNROLL for (int q = 0; q < ROWS; q++, lanes += SW_LANES, column += stride)
        SW_SET(fold_row)(sum[q], across, cut, inside, place, lanes, column, top);
  } else {
    UNROLL for (int q = 0; q < ROWS; q++, lanes += SW_LANES, column += stride) if (q < left)
        SW_SET(fold_row)(sum[q], across, cut, inside, place, lanes, column, top);
  }
  UNROLL for (int v = 0; v < across; v++) reg_store(most + v * SW_WIDTH, top[v]);
}

/* ---- panels ------------------------------------------------------------------------------- */

/* What the tile of rows r, ... asks for: with the first pack the columns of the next panel, which
 * is packed next, and a line of the rows of the next pack in each panel. */
SW_INLINE SW_SET(wish) SW_SET(wishes)(const block *b, int64_t r, int64_t place) {
  int64_t line = r / ROWS, panel = place / PANEL;
  if (SW_VEC_BITS < 512 || !b->asks) return (SW_SET(wish)){0};
  if (b->at == 0 && line * SW_LANES <= PANEL)
    return (SW_SET(wish)){b->to, b->j + place + PANEL + line * SW_LANES};
  if (line == 4 && panel * SW_LANES <= PACK && !b->last)
    return (SW_SET(wish)){b->from, b->i + PACK + panel * SW_LANES};
  return (SW_SET(wish)){0};
}

/* All packed rows against a panel, which is packed first where nobody has. Many numbers go in
 * pieces, so that those of the panel stay in the first cache while the rows pass by; what a tile
 * has so far is kept from piece to piece. */
SW_INLINE void SW_SET(panel)(const block *b, double *column, int64_t place, int across, int count,
                             bool distance) {
  const bool cut = count < PANEL;
  if (b->asks && b->at == 0) SW_SET(pack_columns)(b->k, b->to, b->j + place, count, column);
  const reg inside = reg_load(sides + SW_LANES - (count - (across - 1) * SW_WIDTH));
  for (int s = 0, end; s < b->k; s = end) {
    end = s + b->piece < b->k ? s + b->piece : b->k;
    for (int64_t r = 0; r < b->rows; r += ROWS) {
      reg sum[ROWS][ACROSS];
      double *kept = b->kept + r * PANEL;
      UNROLL for (int q = 0; q < ROWS; q++) {
        UNROLL for (int v = 0; v < across; v++) sum[q][v] = reg_spread(0);
      }
      if (s > 0) {
        UNROLL for (int q = 0; q < ROWS; q++) {
          UNROLL for (int v = 0; v < across; v++) sum[q][v] =
              reg_load(kept + (q * ACROSS + v) * SW_WIDTH);
        }
      }
      const SW_SET(wish) wish = SW_SET(wishes)(b, r, place);
      const double *row = b->row + r * b->k + s * ROWS, *at = column + s * across * SW_WIDTH;
      if (wish.of)
        SW_SET(add_terms)(s, end, row, at, &wish, across, distance, sum);
      else
        SW_SET(add_terms)(s, end, row, at, NULL, across, distance, sum);
      if (end == b->k) {
        SW_SET(fold_tile)(b, r, place, across, cut, inside, sum);
        continue;
      }
      UNROLL for (int q = 0; q < ROWS; q++) {
        UNROLL for (int v = 0; v < across; v++)
            reg_store(kept + (q * ACROSS + v) * SW_WIDTH, sum[q][v]);
      }
    }
  }
}

/* All packed rows against `count` packed columns, the first of which is column `place`. */
SW_INLINE void SW_SET(panels)(const block *b, int64_t count, int64_t place, bool distance) {
  double *column = b->column;
  for (; count >= PANEL; count -= PANEL, place += PANEL) {
    SW_SET(panel)(b, column, place, ACROSS, PANEL, distance);
    column += PANEL * b->k;
  }
  int left = (int)count, across = (left + SW_WIDTH - 1) / SW_WIDTH;
  if (across == 1)
    SW_SET(panel)(b, column, place, 1, left, distance);
  else if (across == 2)
    SW_SET(panel)(b, column, place, 2, left, distance);
  else if (across == 3)
    SW_SET(panel)(b, column, place, 3, left, distance);
}

static void SW_SET(fold)(const block *b, int64_t count, int64_t place) {
  if (b->distance)
    SW_SET(panels)(b, count, place, true);
  else
    SW_SET(panels)(b, count, place, false);
}

#undef ROWS
#undef PANEL
#undef ACROSS
#undef UNROLL
#undef SPREAD

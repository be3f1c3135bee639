/* Solves of eight right-hand sides that lie beside each other, so that one number of the factor
 * serves a vector of them. A' = U'DL' is solved by the same walk with L and U exchanged.
 *
 * The time is that of reading the factor: L on the way up the tree, U on the way down, whatever the
 * number of lanes in use. The order of the sums rests on the plan alone, so a lane's bits do not
 * depend on its neighbours. Nothing allocates; s->block is the only scratch. */
#include "kernel/sparse/factor.h"

#include <string.h>

#include "kernel/sparse/vector.h"

enum { LANES = SW_SPARSE_LANES };

/* The factor of a front as a solve reads it: number (i, k) of the triangle below the diagonal of
 * the pivots, and (row, pivot) of the part beyond them. A solve with A and one with A' differ in
 * these pointers and steps alone. */
typedef struct side {
  const double *triangle, *part;
  int64_t triangle_row, triangle_column, part_row, part_column;
} side;

SW_INLINE side lower_side(sw_front front, sw_front_part p) {
  return (side){p.top, p.low, front.stride, 1, front.pivots, 1};
}
SW_INLINE side upper_side(sw_front front, sw_front_part p) {
  return (side){p.top, p.top + front.pivots, 1, front.stride, 1, front.stride};
}

/* ---- forward ------------------------------------------------------------------------------ */

/* Rows beyond the pivots lie anywhere in x. Four of them at a time share each load of y. Each row
 * is read and written once per front, so sums over fronts grow in the order of the plan. */
SW_INLINE void forward_rows(sw_front front, side a, const int32_t *row, const double *y,
                            double *x) {
  int rest = front.rows - front.pivots, r = 0;
  int64_t step = a.part_row, across = a.part_column;
  for (; r + 4 <= rest; r += 4) {
    double *x0 = x + (int64_t)row[r] * LANES, *x1 = x + (int64_t)row[r + 1] * LANES;
    double *x2 = x + (int64_t)row[r + 2] * LANES, *x3 = x + (int64_t)row[r + 3] * LANES;
    const double *from = a.part + r * step;
    sw_tile sum = sw_tile_load(x0, x1, x2, x3);
    for (int k = 0; k < front.pivots; k++, from += across)
      sum = sw_tile_fma(-from[0], -from[step], -from[2 * step], -from[3 * step],
                        sw_v8_load(y + k * LANES), sum);
    sw_tile_store(sum, x0, x1, x2, x3);
  }
  for (; r < rest; r++) {
    double *to = x + (int64_t)row[r] * LANES;
    sw_v8 sum = sw_v8_load(to);
    for (int k = 0; k < front.pivots; k++)
      sum = sw_v8_fma(-a.part[r * step + k * across], sw_v8_load(y + k * LANES), sum);
    sw_v8_store(to, sum);
  }
}

/* The pivots' own triangle first: the rows beyond take the finished y. */
SW_INLINE void forward(sw_front front, side a, const int32_t *row, double *y, double *x) {
  for (int i = 1; i < front.pivots; i++) {
    sw_v8 sum = sw_v8_load(y + i * LANES);
    for (int k = 0; k < i; k++)
      sum = sw_v8_fma(-a.triangle[i * a.triangle_row + k * a.triangle_column],
                      sw_v8_load(y + k * LANES), sum);
    sw_v8_store(y + i * LANES, sum);
  }
  forward_rows(front, a, row, y, x);
}

/* Nothing has reached the pivots: so it is of most fronts when columns of the inverse are asked.
 * Found by looking, O(pivots) a front: the pattern of a right-hand side need not be known. */
SW_INLINE bool is_zero(int64_t count, const double *y) {
  for (int64_t k = 0; k < count; k++)
    if (y[k] != 0) return false;
  return true;
}

/* ---- backward ----------------------------------------------------------------------------- */

/* Rows beyond the pivots have been solved already, as they belong to fronts nearer to the root. */

/* Pivots k .. k + 3 by all rows beyond the pivots. */
SW_INLINE void backward_four(int k, int rest, side a, const int32_t *row, double *y,
                             const double *x) {
  double *to = y + k * LANES;
  int64_t across = a.part_column;
  const double *from = a.part + k * across;
  sw_tile sum = sw_tile_load(to, to + LANES, to + 2 * LANES, to + 3 * LANES);
  for (int r = 0; r < rest; r++, from += a.part_row)
    sum = sw_tile_fma(-from[0], -from[across], -from[2 * across], -from[3 * across],
                      sw_v8_load(x + (int64_t)row[r] * LANES), sum);
  sw_tile_store(sum, to, to + LANES, to + 2 * LANES, to + 3 * LANES);
}

/* Substitution of one row, LANES right-hand sides at a time. */
SW_INLINE void backward_one(int k, int rest, side a, const int32_t *row, double *y,
                            const double *x) {
  const double *from = a.part + k * a.part_column;
  sw_v8 sum = sw_v8_load(y + k * LANES);
  for (int r = 0; r < rest; r++, from += a.part_row)
    sum = sw_v8_fma(-from[0], sw_v8_load(x + (int64_t)row[r] * LANES), sum);
  sw_v8_store(y + k * LANES, sum);
}

/* The reverse: what the later positions contribute first, then the triangle from its last row. */
SW_INLINE void backward(sw_front front, side a, const int32_t *row, double *y, const double *x) {
  int rest = front.rows - front.pivots, k = 0;
  for (; k + 4 <= front.pivots; k += 4)
    backward_four(k, rest, a, row, y, x);
  for (; k < front.pivots; k++)
    backward_one(k, rest, a, row, y, x);
  for (int i = front.pivots - 2; i >= 0; i--) {
    sw_v8 sum = sw_v8_load(y + i * LANES);
    for (int j = i + 1; j < front.pivots; j++)
      sum = sw_v8_fma(-a.triangle[j * a.triangle_row + i * a.triangle_column],
                      sw_v8_load(y + j * LANES), sum);
    sw_v8_store(y + i * LANES, sum);
  }
}

/* ---- walks -------------------------------------------------------------------------------- */

/* D once, between L and U; the reciprocal is one division for eight lanes. */
SW_INLINE void divide(sw_front front, const double *top, double *y) {
  for (int k = 0; k < front.pivots; k++) {
    double r = 1 / top[k * front.stride + k];
    for (int c = 0; c < LANES; c++)
      y[k * LANES + c] *= r;
  }
}

/* Up the tree (children before parents), then down; transposed, the two sides of a factor change
 * places. x is by position. The way down skips nothing: zeros there are filled from above. */
SW_INLINE void walk_fronts(const sw_fronts *f, double *factor, double *x, bool transposed) {
  for (int64_t s = 0; s < f->count; s++) {
    sw_front front = sw_front_of(f, s);
    double *top = factor + f->factor_at[s], *y = x + (int64_t)f->first[s] * LANES;
    sw_front_part part = {top, top + front.pivots * front.stride};
    /* Skipping is exact: zeros forwarded add zeros. */
    if (is_zero(front.pivots * LANES, y)) continue;
    forward(front, transposed ? upper_side(front, part) : lower_side(front, part),
            f->row + f->row_at[s] + front.pivots, y, x);
    divide(front, top, y);
  }
  for (int64_t s = f->count - 1; s >= 0; s--) {
    sw_front front = sw_front_of(f, s);
    double *top = factor + f->factor_at[s], *y = x + (int64_t)f->first[s] * LANES;
    sw_front_part part = {top, top + front.pivots * front.stride};
    backward(front, transposed ? lower_side(front, part) : upper_side(front, part),
             f->row + f->row_at[s] + front.pivots, y, x);
  }
}

/* Two instances, so that `transposed` is a constant in each and costs nothing inside. */
SW_HOT static void walk_plain(const sw_fronts *f, double *factor, double *x) {
  walk_fronts(f, factor, x, false);
}

SW_HOT static void walk_transposed(const sw_fronts *f, double *factor, double *x) {
  walk_fronts(f, factor, x, true);
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void walk(sw_sparse *s, bool transposed) {
  sw_fronts f = sw_fronts_of(s->plan);
  if (transposed)
    walk_transposed(&f, s->factor, s->block);
  else
    walk_plain(&f, s->factor, s->block);
}

/* Results return to the order of the units. The copy to positions and back is O(n) beside a factor
 * of many numbers per row. */
static void take_out(const sw_sparse *s, double *x) {
  const int32_t *order = sw_sparse_order(s->plan);
  for (int64_t k = 0; k < s->plan->n; k++)
    memcpy(x + (int64_t)order[k] * LANES, s->block + k * LANES, LANES * sizeof *x);
}

/* Solves for LANES right-hand sides: put into the order of elimination, both substitutions, and
 * back. */
static void solve(sw_sparse *s, bool transposed, const double *b, double *x) {
  const int32_t *order = sw_sparse_order(s->plan);
  for (int64_t k = 0; k < s->plan->n; k++)
    memcpy(s->block + k * LANES, b + (int64_t)order[k] * LANES, LANES * sizeof *x);
  walk(s, transposed);
  take_out(s, x);
}

/* Columns of A^-1 for eight units at a time; the rest of the lanes stays 0 where count is less. */
static void solve_units(sw_sparse *s, bool transposed, int count, const int32_t *unit, double *x) {
  const int32_t *place = sw_fronts_of(s->plan).place;
  memset(s->block, 0, (size_t)s->plan->n * LANES * sizeof *x);
  for (int c = 0; c < count; c++)
    s->block[(int64_t)place[unit[c]] * LANES + c] = 1;
  walk(s, transposed);
  take_out(s, x);
}

void sw_sparse_solve(sw_sparse *s, const double *b, double *x) {
  solve(s, false, b, x);
}

void sw_sparse_solve_transposed(sw_sparse *s, const double *b, double *x) {
  solve(s, true, b, x);
}

void sw_sparse_columns(sw_sparse *s, int count, const int32_t *unit, double *x) {
  solve_units(s, false, count, unit, x);
}

void sw_sparse_rows(sw_sparse *s, int count, const int32_t *unit, double *x) {
  solve_units(s, true, count, unit, x);
}

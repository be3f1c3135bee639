/* Sums of pairs that a measure adds up where it makes their values (measure.h, `fold`). */
#ifndef SPILLWAY_FOLD_H
#define SPILLWAY_FOLD_H

#include <stdint.h>

/* Rings of distance, told by keys that ascend with it: ring k has the keys above most[k - 1] up to
 * most[k], the last one all beyond most[n - 2]. A NaN lies in none. By great circle keys are squared
 * chords between points on a sphere of radius 1. */
typedef struct sw_ring_limits {
  int n; /* 2 at least */
  const double *most;
} sw_ring_limits;

/* Sums of a row by ring under way: of ring k eight lanes of the row at row + k * row_next, one lane of
 * columns at column + k * column_next (column NULL: none), and how many values at count[k]. A sum that
 * nothing is added to stays what it is, -0.0 as a rule; a value of -0.0 is added as 0.0. */
typedef struct sw_ring_lanes {
  double *row, *column;
  int64_t row_next, column_next;
  double *count;
} sw_ring_lanes;

/* Running sums over a square of pairs, in eight lanes. The value at row r and column c, counted from
 * the square's first row and column, is added to row[r * 8 + c % 8] and to
 * column[(r % 8) * stride + c], in column and row order. `greatest` becomes the largest value; NaN is
 * ignored. With rings (NULL: none) it is added to the same places of its ring in `ring`, too. With groups
 * (NULL: none) it is added to the places of its groups, and nowhere else: row and column are NULL. */
typedef struct sw_fold {
  double *row, *column;
  int64_t stride;
  double greatest;
  const sw_ring_limits *rings;
  sw_ring_lanes ring;
  const struct sw_lane_groups *groups; /* `blocks`, where the pass says fold_groups; else NULL */
} sw_fold;

/* Running sums over a square of a directed matrix and the square opposite, of which a call is asked for
 * some rows and columns. They are counted from the square's first ones: the call's are row_at and
 * column_at. The value at row r and column c is added to
 *
 *   row[(r - row_at) * 8 + c % 8]   and   column[((r - row_at) % 8) * stride + c],
 *
 * the one at row c and column r of the square opposite, of whose rows `high` are a segment, to
 *
 *   back_row[(r % 8) * stride + c]   and   back_column[(c / high * high + r - row_at) * 8 + c % 8],
 *
 * in column and row order; `greatest` as above, and `reached` and `back_reached` rise by how many values
 * of the one square and of the other are at least `from`, which is above 0, or NaN: none is.
 * From a multiple of 8 before column_at on to a multiple
 * of 16 behind the last column there is room too, to which 0 may be added. */
typedef struct sw_fold_both {
  double *row, *column, *back_row, *back_column;
  int64_t stride, high, row_at, column_at;
  double greatest, from;
  int64_t reached, back_reached;
} sw_fold_both;

/* What a pass over pairs counts that has a `from`: of a period, pairs with a value, and those whose value
 * is at least that. Behind the pairs `finish` is called with these of all periods, and no result, where
 * job->counts; it is false where some pairs alone are made, as in `verify`, and known in prepare. */
typedef struct sw_reached {
  int64_t pairs, reached;
} sw_reached;

#endif

/* Lots: which node computes which row of squares or which strip, and where their slots lie. Pure
 * functions of the cut, the walk, the window and the number of nodes: every rank works out the lots
 * of any node without a message, and fold.c relies on that to read what other nodes send. */
#include "plan/pairs/private.h"

/* The node that computes a row of a matrix of the window. Neighbouring rows go to one node, which
 * adds their shares before it sends them. Row k of a triangle has squares - k tasks; so the row
 * that is as far from the end goes with it, and each such couple is as long as any other. All
 * matrices of the window are dealt in one sequence, so that nodes are even over the window even if
 * a matrix has fewer rows than there are nodes. A group of rows, whose column sums are one leaf,
 * stays on one node, as its squares are added from left to right. */
int sw_pairs_lot_node(const sw_pairs *p, int t, int64_t row) {
  const sw_geometry *g = &p->geometry;
  int64_t rows = sw_geometry_rows(g), group = sw_geometry_rows_per_group(g);
  int64_t place = row / group, places = (rows + group - 1) / group;
  if (g->walk == SW_WALK_TRIANGLE) {
    place = row < rows - 1 - row ? row : rows - 1 - row;
    places = (rows + 1) / 2;
  }
  int64_t number = (t - p->t0) * places + place, all = (p->t1 - p->t0) * places;
  /* Contiguous, even parts. number < all, so the result is below nodes. */
  return (int)(number * p->run->team->nodes / all);
}

/* In the order of matrices, then rows, which fold.c and past.c rely on. Tasks and slots are
 * numbered within the node and the window; what outlives them is sw_pairs_task_number. */
int64_t sw_pairs_lots_of_node(const sw_pairs *p, int node, sw_lot *lot, int64_t *tasks,
                              int64_t *slots) {
  const sw_geometry *g = &p->geometry;
  int64_t rows = sw_geometry_rows(g), slot = p->counts ? 0 : sw_geometry_slot(g), count = 0;
  *tasks = *slots = 0;
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0; row < rows; row++) {
      if (sw_pairs_lot_node(p, t, row) != node) continue;
      if (lot) lot[count] = (sw_lot){t, row, *tasks, *slots};
      count++;
      *tasks += sw_geometry_tasks_of_row(g, row);
      *slots += sw_geometry_tasks_of_row(g, row) * slot;
    }
  }
  return count;
}

/* Lots: which node computes which row of squares or which strip, and where their slots lie. Pure
 * functions of the cut, the walk, the window and the number of nodes: every rank works out the lots
 * of any node without a message, and fold.c relies on that to read what other nodes send. */
#include "plan/pairs/private.h"

/* Rows that are dealt as lots: strips, or rows of squares. */
int64_t sw_pairs_rows_of_walk(const sw_pairs *p) {
  return p->walk == SW_WALK_STRIPS ? p->plan->cut.strips : p->plan->cut.squares;
}

/* Doubles of a square's slot: shares of its rows, then of its columns for each row segment. Slots
 * of squares at the edge are as large, so that a slot's place is a product. */
int64_t sw_pairs_square_slot(const sw_pairs *p) {
  return p->plan->cut.side * (1 + p->parts);
}

/* A strip's slot: sums of its rows, then, where columns are summed, one of each column. */
static int64_t strip_slot(const sw_pairs *p) {
  return p->plan->cut.strip + (p->parts ? p->job->n : 0);
}

/* Rows of squares whose column sums are one leaf of the columns' tree: a directed matrix walked by
 * squares must have the leaves of one walked by strips, and strips may be several rows of squares
 * high. Such a group stays on one node, as its squares are added from left to right. */
int64_t sw_pairs_rows_a_group(const sw_pairs *p) {
  const sw_cut *cut = &p->plan->cut;
  return p->walk == SW_WALK_SQUARES && cut->strip > cut->side ? cut->strip / cut->side : 1;
}

/* The node that computes a row of a matrix of the window. Neighbouring rows go to one node, which
 * adds their shares before it sends them. Row k of a triangle has squares - k tasks; so the row
 * that is as far from the end goes with it, and each such couple is as long as any other. All
 * matrices of the window are dealt in one sequence, so that nodes are even over the window even if
 * a matrix has fewer rows than there are nodes. */
int sw_pairs_lot_node(const sw_pairs *p, int t, int64_t row) {
  int64_t rows = sw_pairs_rows_of_walk(p), group = sw_pairs_rows_a_group(p);
  int64_t place = row / group, places = (rows + group - 1) / group;
  if (p->walk == SW_WALK_TRIANGLE) {
    place = row < rows - 1 - row ? row : rows - 1 - row;
    places = (rows + 1) / 2;
  }
  int64_t number = (t - p->t0) * places + place, all = (p->t1 - p->t0) * places;
  /* Contiguous, even parts. number < all, so the result is below nodes. */
  return (int)(number * p->run->team->nodes / all);
}

static int64_t tasks_of_row(const sw_pairs *p, int64_t row) {
  if (p->walk == SW_WALK_STRIPS) return 1;
  return p->plan->cut.squares - (p->walk == SW_WALK_TRIANGLE ? row : 0);
}

static int64_t task_slot(const sw_pairs *p) {
  return p->walk == SW_WALK_STRIPS ? strip_slot(p) : sw_pairs_square_slot(p);
}

/* Over all nodes: what pairs.c holds against window_bytes to choose the length of a window. */
int64_t sw_pairs_slots_a_matrix(const sw_pairs *p) {
  int64_t tasks = 0;
  for (int64_t row = 0; row < sw_pairs_rows_of_walk(p); row++)
    tasks += tasks_of_row(p, row);
  return tasks * task_slot(p);
}

/* In the order of matrices, then rows, which fold.c and past.c rely on. Tasks and slots are
 * numbered within the node and the window; what outlives them is sw_pairs_task_number. */
int64_t sw_pairs_lots_of_node(const sw_pairs *p, int node, sw_lot *lot, int64_t *tasks,
                              int64_t *slots) {
  int64_t rows = sw_pairs_rows_of_walk(p), count = 0;
  *tasks = *slots = 0;
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0; row < rows; row++) {
      if (sw_pairs_lot_node(p, t, row) != node) continue;
      if (lot) lot[count] = (sw_lot){t, row, *tasks, *slots};
      count++;
      *tasks += tasks_of_row(p, row);
      *slots += tasks_of_row(p, row) * task_slot(p);
    }
  }
  return count;
}

/* Lots: which node computes which row of squares or strip, and where their slots lie. Pure
 * functions of the cut and the number of nodes. */
#include "plan/pairs/private.h"

int64_t sw_pairs_rows_of_walk(const sw_pairs *p) {
  return p->walk == SW_WALK_STRIPS ? p->plan->cut.strips : p->plan->cut.squares;
}

/* Shares of the rows of a square, then of its columns for each row segment. */
int64_t sw_pairs_square_slot(const sw_pairs *p) {
  return p->plan->cut.side * (1 + p->parts);
}

static int64_t strip_slot(const sw_pairs *p) {
  return p->plan->cut.strip + (p->parts ? p->job->n : 0);
}

/* Rows of squares whose column sums are made together, so that they stay on one node. */
int64_t sw_pairs_rows_a_group(const sw_pairs *p) {
  const sw_cut *cut = &p->plan->cut;
  return p->walk == SW_WALK_SQUARES && cut->strip > cut->side ? cut->strip / cut->side : 1;
}

/* Neighbouring rows to one node, which adds their shares before it sends them; of a triangle the
 * rows that are as far from its end too, so that long and short ones go together. */
int sw_pairs_lot_node(const sw_pairs *p, int t, int64_t row) {
  int64_t rows = sw_pairs_rows_of_walk(p), group = sw_pairs_rows_a_group(p);
  int64_t place = row / group, places = (rows + group - 1) / group;
  if (p->walk == SW_WALK_TRIANGLE) {
    place = row < rows - 1 - row ? row : rows - 1 - row;
    places = (rows + 1) / 2;
  }
  int64_t number = (t - p->t0) * places + place, all = (p->t1 - p->t0) * places;
  return (int)(number * p->run->team->nodes / all);
}

static int64_t tasks_of_row(const sw_pairs *p, int64_t row) {
  if (p->walk == SW_WALK_STRIPS) return 1;
  return p->plan->cut.squares - (p->walk == SW_WALK_TRIANGLE ? row : 0);
}

static int64_t task_slot(const sw_pairs *p) {
  return p->walk == SW_WALK_STRIPS ? strip_slot(p) : sw_pairs_square_slot(p);
}

int64_t sw_pairs_slots_a_matrix(const sw_pairs *p) {
  int64_t tasks = 0;
  for (int64_t row = 0; row < sw_pairs_rows_of_walk(p); row++)
    tasks += tasks_of_row(p, row);
  return tasks * task_slot(p);
}

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

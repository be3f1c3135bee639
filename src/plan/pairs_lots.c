/* Lots: which node computes which row of squares or strip, and where their slots lie. Pure
 * functions of the cut and the number of nodes. */
#include "plan/pairs.h"

int64_t sw_rows_of_walk(const sw_pairs *p) {
  return p->walk == SW_WALK_STRIPS ? p->plan->cut.strips : p->plan->cut.squares;
}

/* Shares of the rows of a square, then of its columns for each row segment. */
int64_t sw_square_slot(const sw_pairs *p) {
  return p->plan->cut.side * (1 + p->parts);
}

static int64_t strip_slot(const sw_pairs *p) {
  return p->plan->cut.strip + (p->parts ? p->job->n : 0);
}

/* To and fro over the nodes, so that the long rows of a triangle are shared evenly. */
int sw_lot_node(const sw_pairs *p, int64_t number) {
  int64_t nodes = p->run->team->nodes, round = number / nodes, place = number % nodes;
  return (int)(round % 2 ? nodes - 1 - place : place);
}

int64_t sw_lots_of_node(const sw_pairs *p, int node, sw_lot *lot, int64_t *tasks, int64_t *slots) {
  int64_t rows = sw_rows_of_walk(p), squares = p->plan->cut.squares, count = 0, number = 0;
  *tasks = *slots = 0;
  for (int t = p->t0; t < p->t1; t++) {
    for (int64_t row = 0; row < rows; row++, number++) {
      if (sw_lot_node(p, number) != node) continue;
      if (lot) lot[count] = (sw_lot){t, row, *tasks, *slots};
      count++;
      if (p->walk == SW_WALK_STRIPS) {
        *tasks += 1;
        *slots += strip_slot(p);
        continue;
      }
      int64_t wide = p->walk == SW_WALK_TRIANGLE ? squares - row : squares;
      *tasks += wide;
      *slots += wide * sw_square_slot(p);
    }
  }
  return count;
}

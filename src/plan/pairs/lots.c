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
  /* Prepared rows serve all periods, so a strip's periods follow each other: only where a node ends
   * are they two nodes' work. Rows of one matrix are neighbours all the same. */
  if (p->job->measure->row_periods) number = place * (p->t1 - p->t0) + t - p->t0;
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

/* Lots are in the order of matrices, then rows. */
const sw_lot *sw_pairs_find_lot(const sw_pairs *p, int t, int64_t row) {
  int64_t low = 0, high = p->n_lots - 1;
  while (low < high) {
    int64_t middle = (low + high) / 2;
    const sw_lot *lot = &p->lot[middle];
    if (lot->t < t || (lot->t == t && lot->row < row))
      low = middle + 1;
    else
      high = middle;
  }
  return &p->lot[low];
}

/* ---- strips over several matrices ---------------------------------------------------------- */

/* Evaluations of a stretch, at most: a stop waits for the tasks under way, seconds of them. */
static const double stretch_pairs = 2e9;

/* Matrices of a stretch: the more, the more rarely rows are prepared; but each thread of a node
 * should find four stretches or so, and no stretch should last long. No bit depends on it. */
static int length_of_stretch(const sw_pairs *p, double threads) {
  const sw_cut *cut = &p->plan->cut;
  double matrices = p->t1 - p->t0, strips = (double)sw_geometry_rows(&p->geometry);
  double wanted = 4 * threads * p->run->team->nodes;
  double length = matrices * strips / (wanted > strips ? wanted : strips);
  double longest = stretch_pairs / ((double)cut->strip * (double)cut->n);
  if (length > longest) length = longest;
  return length > 1 ? (int)length : 1;
}

/* A strip's matrices on this node, in pieces. `out` NULL counts only. */
int64_t sw_pairs_stretches(const sw_pairs *p, double threads, sw_stretch *out) {
  int longest = length_of_stretch(p, threads), node = p->run->team->node;
  int64_t rows = sw_geometry_rows(&p->geometry), count = 0;
  for (int64_t row = 0; row < rows; row++)
    for (int t = p->t0, end; t < p->t1; t = end) {
      end = t + 1;
      if (sw_pairs_lot_node(p, t, row) != node) continue;
      while (end < p->t1 && end - t < longest && sw_pairs_lot_node(p, end, row) == node)
        end++;
      if (out) out[count] = (sw_stretch){row, t, end};
      count++;
    }
  return count;
}

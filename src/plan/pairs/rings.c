/* Sums by ring of distance of a triangle: made where its squares are computed, as each pair and its
 * mirror are there. A square's slot then has, behind the shares of strengths, a layer of the same
 * form for each ring, and how many values each has; fold.c makes the rings' sums of them in the
 * order of strengths. Any other walk leaves rings to plan/sums, which adds in the same order.
 * Called by task.c and diagonal.c; lanes of rings begin with -0.0 (kernel/pairs/lanes.h). */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"
#include "kernel/space/distances.h"

#include <string.h>

/* A worker's memory in one block: eight lanes of each row and of columns for each ring, keys of a
 * row, counts. None where there are no rings. */
sw_status sw_pairs_rings_open(sw_error *err, sw_worker *w) {
  int64_t rings = w->pairs->geometry.rings, lanes = SW_LANES * w->stride;
  if (!rings) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)(2 * rings * lanes + w->stride + 2 * rings), sizeof(double),
                  (void **)&w->ring_block));
  double *count = w->ring_block + 2 * rings * lanes + w->stride;
  w->ring = (sw_ring_lanes){w->ring_block, w->ring_block + rings * lanes, lanes, lanes, count};
  w->ring_key = w->ring_block + 2 * rings * lanes;
  w->ring_own = count + rings;
  return SW_OK;
}

/* NULL: no rings, and nothing below does anything. */
const sw_ring_limits *sw_pairs_rings(const sw_worker *w) {
  return w->ring_block ? &w->pairs->plan->rings->rings : NULL;
}

/* A square begins, or begins again. */
void sw_pairs_rings_begin(sw_worker *w) {
  int64_t rings = w->pairs->geometry.rings;
  if (!w->ring_block) return;
  sw_lanes_begin(w->ring_block, 2 * rings * w->ring.row_next);
  memset(w->ring.count, 0, (size_t)(2 * rings) * sizeof(double));
}

/* Lanes of a place in the square, from which sw_rings_add goes on. */
sw_ring_lanes sw_pairs_rings_at(const sw_worker *w, int64_t row, int64_t column) {
  sw_ring_lanes at = w->ring;
  if (!w->ring_block) return at;
  at.row += row * SW_LANES;
  at.column += row % SW_LANES * w->stride + column;
  return at;
}

/* Adds values of row i and columns [j0, j1), whose place in the square is `row` and `column`.
 * `column` < 0: pairs of both orders lie in the row itself, and are counted once (ring_own). */
void sw_pairs_rings_row(sw_worker *w, int t, int64_t i, int64_t j0, int64_t j1, int64_t row,
                        int64_t column, const double *v) {
  const sw_ring_plan *plan = w->pairs->plan->rings;
  sw_ring_lanes to = sw_pairs_rings_at(w, row, column < 0 ? 0 : column);
  if (!w->ring_block) return;
  if (column < 0) to.column = NULL, to.count = w->ring_own;
  sw_distances_keys(sw_job_distance_in(w->pairs->job, plan->distance, t), &plan->points, i, j0, j1,
                    w->ring_key);
  sw_rings_add(&plan->rings, j1 - j0, w->ring_key, v, &to);
}

/* In a square on the diagonal a row goes on from what the rows before have left in the lanes of its
 * column (diagonal.c). */
void sw_pairs_rings_take(sw_worker *w, int64_t row) {
  for (int k = 0; w->ring_block && k < w->pairs->geometry.rings; k++)
    for (int l = 0; l < SW_LANES; l++)
      w->ring.row[k * w->ring.row_next + row * SW_LANES + l] =
          w->ring.column[k * w->ring.column_next + l * w->stride + row];
}

/* Leaves the layers and counts of a whole square in its slot. A mirrored pair counts twice.
 * `columns` 0: the square is on the diagonal. */
void sw_pairs_rings_end(sw_worker *w, double *slot, int64_t rows, int64_t columns) {
  const sw_geometry *g = &w->pairs->geometry;
  for (int k = 0; w->ring_block && k < g->rings; k++) {
    double *share = slot + (k + 1) * sw_geometry_layer(g);
    for (int64_t r = 0; r < rows; r++)
      share[r] = sw_lanes_join(w->ring.row + k * w->ring.row_next + r * SW_LANES);
    sw_lanes_join_rows(w->ring.column + k * w->ring.column_next, w->stride, columns,
                       share + sw_geometry_columns_at(g));
    slot[(g->rings + 1) * sw_geometry_layer(g) + k] = w->ring_own[k] + 2 * w->ring.count[k];
  }
}

/* ---- of all tasks ------------------------------------------------------------------------ */

/* Counts the values of each matrix and ring on this node, at count[(t - t0) * rings + k]. */
static void count_lots(const sw_pairs *p, int64_t *count) {
  const sw_geometry *g = &p->geometry;
  for (int64_t l = 0; l < p->n_lots; l++)
    for (int64_t nth = 0; nth < sw_pairs_tasks_of_lot(p, &p->lot[l]); nth++) {
      const double *at = p->slots + p->lot[l].slot_at + nth * sw_geometry_slot(g) +
                         (g->rings + 1) * sw_geometry_layer(g);
      for (int k = 0; k < g->rings; k++)
        count[(p->lot[l].t - p->t0) * g->rings + k] += (int64_t)at[k];
    }
}

/* Adds up the counts of a window over the nodes, and tells plan/sums which matrices have their
 * rings. One taken from earlier results has no slots: plan/sums makes its rings. Collective. */
sw_status sw_pairs_rings_count(sw_error *err, sw_pairs *p) {
  sw_team *team = p->run->team;
  sw_ring_plan *plan = p->plan->rings;
  int64_t *count = NULL, rings = p->geometry.rings, all = (p->t1 - p->t0) * rings;
  sw_status status = sw_calloc(err, (size_t)all, sizeof *count, (void **)&count);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK && team->node_rank == 0) count_lots(p, count);
  if (status == SW_OK) status = team->sum_i64(team, err, count, (int)all);
  for (int64_t k = 0; status == SW_OK && k < all; k++)
    p->ring_count[p->t0 * rings + k] = (double)count[k];
  for (int t = p->t0; status == SW_OK && t < p->t1; t++)
    plan->made[t] = !sw_pairs_is_past(p, t);
  sw_free(count);
  return status;
}

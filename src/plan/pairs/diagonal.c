/* A square on the diagonal of an undirected matrix of which only sums are kept: each pair once.
 *
 * Rows go in steps of STEP. A row begins at the first unit of its step; what it finds beyond the
 * step stands for the mirrored pairs too, and is added to the lanes of those columns as in a square
 * off the diagonal. When a column's turn as a row comes, its lanes hold its partners before its
 * step, each in the lane (kernel/pairs/lanes.h) and in the order in which a scan of the whole row
 * would have added it, and the scan goes on from there: the bits are those of the square computed
 * whole, which is what the other walks do. Evaluated: STEP/side more than half of the square. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

enum { STEP = 64 }; /* a multiple of SW_LANES, so that a column's lane is its index in the row */

/* Row i from its step on, in v: its sum, with the lanes of its partners before the step. */
static double finish_row(sw_worker *w, int t, double *v, int64_t at, int64_t own, int64_t beyond) {
  int64_t side = sw_pairs_row_length(w->pairs);
  double sum[SW_LANES], greatest = -INFINITY;
  for (int l = 0; l < SW_LANES; l++)
    sum[l] = w->lanes[l * side + at];
  v[at % STEP] = NAN;
  int64_t gaps = sw_lanes_gaps(v, own, sum, &greatest) - 1;
  gaps += 2 * sw_lanes_gaps(v + own, beyond, sum, &greatest);
  sw_lanes_add(w->lanes + (at % SW_LANES) * side + (at - at % STEP) + own, v + own, beyond);
  w->undefined[t] += gaps;
  if (greatest > w->greatest[t]) w->greatest[t] = greatest;
  return sw_lanes_join(sum);
}

void sw_pairs_diagonal_task(sw_worker *w, int t, int64_t i0, int64_t i1, double *row_share) {
  const sw_pairs *p = w->pairs;
  double *v = w->all[p->quantity[0]];
  for (int64_t step = i0; step < i1; step += STEP) {
    int64_t end = step + STEP < i1 ? step + STEP : i1;
    for (int64_t i = step; i < end; i++) {
      p->job->measure->segment(p->job, t, i, step, i1, w->all, w->workspace);
      row_share[i - i0] = finish_row(w, t, v, i - i0, end - step, i1 - end);
    }
    w->evaluated += (double)((end - step) * (i1 - step));
  }
  memset(w->lanes, 0, (size_t)(SW_LANES * sw_pairs_row_length(p)) * sizeof *w->lanes);
}

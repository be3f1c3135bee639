/* Rows of several periods side by side, as measures leave them whose passes are `woven`: number j
 * of period l at [j * SW_ROW_PERIODS + l]. Called by prepared.c for the strips of periods that go
 * together.
 *
 * Where only sums are wanted, rows are summed as they are, all periods in one pass over what has
 * just been computed, and sums of columns are woven too, from the begin of a batch to its end: a
 * row of each period would be as much memory again, written and read. Else they are turned into
 * rows, and taken in one by one. Sums are added in the order of strip.c either way. */
#include "plan/pairs/private.h"

#include "kernel/pairs/lanes.h"
#include "kernel/rows/woven.h"

#include <math.h>

_Static_assert((int)SW_WOVEN == (int)SW_ROW_PERIODS, "woven rows have a place for each period");

/* More than one period, of a measure that fills woven rows. */
static bool is_woven(const sw_pairs *p) {
  return p->stretch && p->t1 - p->t0 > 1 && p->job->pass[p->job->n_passes - 1].woven;
}

static bool sums_only(const sw_pairs *p) {
  return !p->stores && !p->counts;
}

/* ---- room ------------------------------------------------------------------------------- */

/* Rows of each quantity: of every period that goes together, unless these stay woven. */
int sw_pairs_row_sets(const sw_pairs *p) {
  return p->stretch && !(is_woven(p) && sums_only(p)) ? SW_ROW_PERIODS : 1;
}

/* Doubles of a worker; kept in step with sw_pairs_woven_open by the estimate
 * (cli/session/estimate.c). */
int64_t sw_pairs_woven_room(const sw_pairs *p) {
  int64_t row = SW_WOVEN * sw_pairs_row_length(p);
  if (!is_woven(p)) return 0;
  int64_t rows = sums_only(p) ? 1 + p->geometry.parts : p->n_quantities;
  return rows * row + (sums_only(p) ? SW_WOVEN * p->plan->cut.squares : 0);
}

/* Hands out the room. Quantities that are not wanted have no row either. */
void sw_pairs_woven_open(sw_worker *w, double *room) {
  const sw_pairs *p = w->pairs;
  int64_t row = SW_WOVEN * sw_pairs_row_length(p);
  if (!is_woven(p)) return;
  for (int q = 0; q < p->n_quantities; q++) {
    if (!w->row[p->quantity[q]]) continue;
    w->woven[p->quantity[q]] = room;
    room += row;
  }
  if (!sums_only(p)) return;
  if (p->geometry.parts) w->woven_columns = room, room += row;
  w->woven_sums = room;
}

/* ---- sums of columns -------------------------------------------------------------------- */

/* Columns of the strips of the periods, as rows of pointers. */
static void columns_of(const sw_strip *strip, int count, double **column) {
  for (int k = 0; k < count; k++)
    column[k] = strip[k].column_sum;
}

/* Begins a batch: the first batch of a strip finds sums of nothing, the next ones what the last one
 * has left. */
void sw_pairs_woven_begin(sw_worker *w, const sw_strip *strip, int count) {
  double *column[SW_WOVEN];
  int64_t n = w->pairs->job->n;
  if (!w->woven_columns) return;
  columns_of(strip, count, column);
  if (strip->b0 == strip->r0)
    sw_lanes_begin(w->woven_columns, SW_WOVEN * n);
  else
    sw_woven_weave(n, count, (const double *const *)column, w->woven_columns);
}

/* Ends a batch: sums of columns go back to their strips. */
void sw_pairs_woven_end(sw_worker *w, const sw_strip *strip, int count) {
  double *column[SW_WOVEN];
  if (!w->woven_columns) return;
  columns_of(strip, count, column);
  sw_woven_unweave(w->pairs->job->n, count, w->woven_columns, column);
}

/* ---- a row ------------------------------------------------------------------------------ */

/* Takes in a woven row: sums by square, and what is found in it by period. Squares, as sums must be
 * added in the order of strip.c. */
static void take(sw_worker *w, const sw_strip *strip, int count, const double *v) {
  const sw_cut *cut = &w->pairs->plan->cut;
  int64_t gaps[SW_WOVEN] = {0}, j0 = 0, j1 = 0;
  double greatest[SW_WOVEN];
  for (int k = 0; k < count; k++)
    greatest[k] = -INFINITY;
  for (int64_t square = 0; square < cut->squares; square++) {
    sw_woven_sums sums;
    sw_cut_square(cut, square, &j0, &j1);
    double *columns = w->woven_columns ? w->woven_columns + SW_WOVEN * j0 : NULL;
    sw_woven_take(v + SW_WOVEN * j0, j1 - j0, count, columns, &sums);
    for (int k = 0; k < count; k++) {
      w->woven_sums[square * SW_WOVEN + k] = sums.sum[k];
      gaps[k] += j1 - j0 - (int64_t)sums.numbers[k];
      if (sums.greatest[k] > greatest[k]) greatest[k] = sums.greatest[k];
    }
  }
  /* The unit's own place is a gap that nobody misses. */
  for (int k = 0; k < count; k++) {
    int t = strip[k].t;
    w->undefined[t] += gaps[k] - 1;
    if (greatest[k] > w->greatest[t]) w->greatest[t] = greatest[k];
  }
}

/* Takes in row i of all periods, which stands woven. False: it has been turned into rows, in
 * w->row, and these are to be taken in. */
bool sw_pairs_woven_row(sw_worker *w, const sw_strip *strip, int count, int64_t i) {
  const sw_pairs *p = w->pairs;
  if (!sums_only(p)) {
    for (int q = 0; q < p->n_quantities; q++) {
      double *row[SW_WOVEN];
      if (!w->woven[p->quantity[q]]) continue;
      for (int k = 0; k < count; k++)
        row[k] = w->row[k * p->n_pair_outputs + p->quantity[q]];
      sw_woven_unweave(p->job->n, count, w->woven[p->quantity[q]], row);
    }
    return false;
  }
  double *v = w->woven[p->quantity[0]];
  /* A unit with itself has no value. */
  for (int k = 0; k < count; k++)
    v[i * SW_WOVEN + k] = NAN;
  take(w, strip, count, v);
  for (int k = 0; k < count; k++)
    sw_pairs_strip_sums(w, &strip[k], i, w->woven_sums + k, SW_WOVEN);
  return true;
}

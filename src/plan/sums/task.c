/* Computes a task of sums: rows of one group, or the row of a centre. Rows are asked for whole, a
 * few at a time where the measure gains by it; then each is summed from its buffer. A thread's own
 * memory, and the task's share, so no lock is needed. */
#include "plan/sums/private.h"

#include "base/arena.h"
#include "kernel/pairs/groups.h"
#include "kernel/pairs/lanes.h"
#include "kernel/space/links.h"

#include <math.h>
#include <string.h>

/* ---- a thread's buffers ----------------------------------------------------------------- */

/* Rounded up to whole vectors, with room behind: measures may fill a vector beyond the last
 * column. */
static int64_t padded(int64_t count) {
  return (count + 15) & ~(int64_t)7;
}

/* The place of the first quantity that is on among the pair outputs: sums are made of it alone. */
static int first_quantity(const sw_job *job) {
  int place = 0;
  for (int q = 0; job->measure->output[q].name; q++) {
    if (job->measure->output[q].shape != SW_PAIR) continue;
    if (!job->result[q].off) break;
    place++;
  }
  return place;
}

/* Opens a thread's buffers in one allocation. On failure sw_sums_close_worker releases what there
 * is, so it must be called in any case. */
sw_status sw_sums_open_worker(const sums_pass *p, sums_worker *w) {
  const sw_job *job = p->job;
  sw_error *err = &w->error;
  size_t bytes = job->measure->workspace ? job->measure->workspace(job) : 0;
  *w = (sums_worker){.p = p, .stride = padded(job->n), .rows = (int)sw_pairs_grain(job)};
  int64_t squares = sw_sums_square_room(p->sums);
  SW_TRY(sw_calloc(err, (size_t)(w->stride * (w->rows + 1) + squares), sizeof(double),
                   (void **)&w->block));
  SW_TRY(sw_sums_open_rings(w));
  if (bytes) SW_TRY(sw_alloc(err, bytes, 1, &w->workspace));
  w->value = w->block;
  w->key = w->block + w->stride * w->rows;
  if (squares) w->squares = w->key + w->stride;
  w->out[first_quantity(job)] = w->value;
  if (job->measure->row_state) SW_TRY(sw_alloc(err, job->measure->row_state(job), 1, &w->state));
  if (!job->measure->open) return SW_OK;
  SW_TRY(job->measure->open(err, job, job->n_passes - 1, w->workspace));
  w->opened = true;
  return SW_OK;
}

/* Called for every worker, also one that was not opened. */
void sw_sums_close_worker(sums_worker *w) {
  const sw_job *job = w->p->job;
  if (w->opened && job->measure->close) job->measure->close(job, job->n_passes - 1, w->workspace);
  sw_free(w->block);
  sw_free(w->ring);
  sw_free(w->workspace);
  sw_free(w->state);
}

/* ---- rows ------------------------------------------------------------------------------- */

/* Fills `count` rows of units that follow each other in code, segment by segment of the side of a
 * square: operands of as many columns stay in cache, as in the pair pass, and the bits are those of
 * its values. A segment may run over its end, into what the next one fills. */
static void fill(sums_worker *w, int t, int64_t i, int64_t count) {
  const sw_job *job = w->p->job;
  const sw_measure *measure = job->measure;
  int64_t side = w->p->run->pair[w->p->entry].cut.side;
  double *out[SUMS_OUT];
  if (measure->whole_row) measure->whole_row(job, t, i, w->out, w->workspace);
  if (measure->row_periods) {
    measure->row_prepare(job, i, w->state, w->workspace);
    measure->row_periods(job, t, t + 1, i, w->state, w->out, w->workspace);
  }
  if (sw_measure_fills_rows(measure)) return;
  for (int64_t j0 = 0; j0 < job->n; j0 += side) {
    int64_t j1 = j0 + side < job->n ? j0 + side : job->n;
    for (int q = 0; q < SUMS_OUT; q++)
      out[q] = w->out[q] ? w->out[q] + j0 : NULL;
    if (measure->block)
      measure->block(job, t, i, i + count, j0, j1, out, w->stride, w->workspace);
    else
      measure->segment(job, t, i, j0, j1, out, w->workspace);
  }
}

/* Fills the rows of the next units that follow each other, as many as the buffer holds: more than
 * one only for measures that gain by it. Returns their number. */
static int64_t fill_rows(sums_worker *w, int t, const int32_t *unit, int64_t left) {
  int64_t count = 1;
  while (count < left && count < w->rows && unit[count] == unit[0] + count)
    count++;
  fill(w, t, unit[0], count);
  return count;
}

/* A measure of links has values there and nowhere else, and is asked for nothing else. 16 doubles:
 * it may fill a whole vector. */
static void fill_links(sums_worker *w, int t, int64_t i) {
  const sw_job *job = w->p->job;
  const sw_links *links = sw_pair_links(w->p->sums->links, t);
  double one[16], *out[SUMS_OUT];
  for (int q = 0; q < SUMS_OUT; q++)
    out[q] = w->out[q] ? one : NULL;
  for (int64_t j = 0; j < job->n; j++)
    w->value[j] = NAN;
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
    int64_t j = links->to[k];
    if (job->measure->block)
      job->measure->block(job, t, i, i + 1, j, j + 1, out, 16, w->workspace);
    else
      job->measure->segment(job, t, i, j, j + 1, out, w->workspace);
    w->value[j] = one[0];
  }
}

/* ---- sums of a row ---------------------------------------------------------------------- */

/* Ends a row's sum over `values` partners. It joins a total first, since without values it becomes
 * NaN: 0 would be taken for a small one. */
static void end_sum(double *row, double values, double *total, double *count) {
  *total += *row;
  *count += values;
  if (values == 0) *row = NAN;
}

/* Sums a directed row by group. */
static void sum_groups(const sw_sums *s, const double *v, double *row, double *totals) {
  double values = 0;
  for (int g = 0; g < s->groups; g++) {
    int64_t at = s->group_at[g], count = s->group_at[g + 1] - at;
    /* Units of a group mostly follow each other in code: the same sum without looking them up. */
    if (count && s->unit[at + count - 1] - s->unit[at] == count - 1)
      sw_groups_sum_run(count, v + s->unit[at], &row[g], &values);
    else
      sw_groups_sum(count, s->unit + at, v, &row[g], &values);
    end_sum(&row[g], values, &totals[g], &totals[s->groups + g]);
  }
}

/* The value of a pair of a unit with itself, where the measure gives it a meaning; else NaN. */
static double own_value(const sums_worker *w, double value) {
  return w->p->job->defines_diagonal ? value : NAN;
}

/* Sums row i of period t, whose values stand in v, and destroys v. Its numbers go to `row`, its
 * part of the task's totals is added, and so are its values to the columns' sums (NULL: none are
 * kept). */
static void sum_row(sums_worker *w, int t, int64_t i, int64_t nth, double *v, double *row,
                    double *totals, double *columns) {
  const sw_sums *s = w->p->sums;
  int64_t n = w->p->job->n;
  double *by_group = row, *group_totals = totals, own = own_value(w, v[i]);
  v[i] = NAN; /* self is no partner, defined or not */
  if (!s->squares) sum_groups(s, v, row, totals);
  row += s->groups, totals += 2 * s->groups;
  if (s->rings) sw_sums_ring_row(w, t, i, v, row, totals);
  row += s->rings;
  for (int c = 0; s->row_centres && c < s->centres; c++)
    row[c] = s->centre[c] == i ? own : v[s->centre[c]];
  if (columns) sw_groups_add(n, v, columns);
  /* Last, as it fills gaps. */
  if (s->squares) sw_sums_square_row(w, nth, v, by_group, group_totals);
}

/* ---- the task --------------------------------------------------------------------------- */

/* Tells a measure of whole rows which come next: those of a group may lie anywhere in code. */
static void tell_ahead(sums_worker *w, int t, const int32_t *unit, int64_t left) {
  const sw_job *job = w->p->job;
  int count = left < SW_ROWS_AHEAD ? (int)left : SW_ROWS_AHEAD;
  job->measure->rows_ahead(job, t, count, unit, w->workspace);
}

/* A task of rows: its numbers row by row, then totals, then columns. Strips end where the rows
 * leave a square, as they do in the walk over the triangle. */
static void rows_task(sums_worker *w, int t, int64_t task, double *share) {
  const sw_sums *s = w->p->sums;
  int64_t at = s->task_at[task], end = s->task_at[task + 1], strip = at;
  double *totals = share + (end - at) * s->width, *row = share;
  double *columns = s->has_columns ? totals + sw_sums_totals(s) : NULL;
  int64_t side = w->p->run->pair[w->p->entry].cut.side;
  memset(totals, 0, (size_t)sw_sums_totals(s) * sizeof *totals);
  if (columns) sw_lanes_begin(columns, w->p->job->n);
  if (s->squares) sw_sums_square_begin(w);
  for (int64_t first = at; at < end;) {
    int64_t count = 1;
    if (w->p->job->measure->rows_ahead && (at - first) % SW_ROWS_AHEAD == 0)
      tell_ahead(w, t, s->unit + at, end - at);
    if (w->p->sums->links)
      fill_links(w, t, s->unit[at]);
    else
      count = fill_rows(w, t, s->unit + at, end - at);
    for (int64_t r = 0; r < count; r++, at++, row += s->width) {
      if (s->squares && at > first && s->unit[at] / side != s->unit[at - 1] / side) {
        sw_sums_square_end(w, totals);
        sw_sums_square_begin(w);
        strip = at;
      }
      sum_row(w, t, s->unit[at], at - strip, w->value + r * w->stride, row, totals, columns);
    }
  }
  if (s->squares) sw_sums_square_end(w, totals);
}

/* The value of pair (i, j), which is a link where the measure has values there alone. */
static double value_at(sums_worker *w, int t, int64_t i, int64_t j) {
  const sw_job *job = w->p->job;
  const sw_pair_plan *links = w->p->sums->links;
  double one[16], *out[SUMS_OUT]; /* a measure may fill a whole vector */
  if (links && sw_links_at(sw_pair_links(links, t), i, j) < 0) return NAN;
  for (int q = 0; q < SUMS_OUT; q++)
    out[q] = w->out[q] ? one : NULL;
  if (job->measure->block)
    job->measure->block(job, t, i, i + 1, j, j + 1, out, 16, w->workspace);
  else
    job->measure->segment(job, t, i, j, j + 1, out, w->workspace);
  return one[0];
}

/* A centre's task: its row, and its column where the row is not its mirror. The column costs n
 * calls of the measure, one pair each. */
static void centre_task(sums_worker *w, int t, int64_t unit, double *share) {
  int64_t n = w->p->job->n;
  if (w->p->sums->links)
    fill_links(w, t, unit);
  else
    fill(w, t, unit, 1);
  w->value[unit] = own_value(w, w->value[unit]);
  memcpy(share, w->value, (size_t)n * sizeof *share);
  for (int64_t i = 0; w->p->sums->columns_too && i < n; i++)
    share[n + i] = i == unit ? share[unit] : value_at(w, t, i, unit);
}

/* Fills all of the task's share, whatever lay there. */
void sw_sums_task(sums_worker *w, int t, int64_t task, double *share) {
  const sw_sums *s = w->p->sums;
  if (task < s->tasks)
    rows_task(w, t, task, share);
  else
    centre_task(w, t, s->centre[task - s->tasks], share);
}

/* Weights that rest on a result of this study: on the pairs that an entry keeps, or on other
 * weights that do. They are made in the run, when those pairs are stored, by the same reader as all
 * others, which is given the pairs; before that nobody knows how many links there are.
 *
 * An entry with such weights is bound with stand-ins, a few links of each unit, as passes, axes and
 * outputs must be known before the results file is laid out. Before it runs, its weights are made
 * and `resolve` sees them; outputs and axes must stay as they were. Passes may be cut otherwise, so
 * none of its tasks is in the journal: a run that is continued computes the entry from its
 * beginning.
 *
 * All functions but sw_run_later_keep are collective. */
#include "plan/descriptor/descriptor.h"
#include "plan/run/private.h"

#include <string.h>

/* So few that a stand-in is small whatever n, and enough for every unit to have neighbours. */
enum { STAND_IN = 4 }; /* links of a unit */

/* ---- stand-ins -------------------------------------------------------------------------- */

/* Of unit i the units before and behind it, round in a ring, so that links go both ways; of few
 * units all others. `to` ascends. With n <= STAND_IN + 1 the row has all other units. Insertion
 * keeps `to` ascending, O(count^2) with count <= 4. */
static void fill_row(int64_t n, int64_t i, int64_t count, int32_t *to) {
  int64_t at = 0;
  for (int64_t step = 1; at < count; step++)
    for (int side = -1; side <= 1 && at < count; side += 2) {
      int32_t unit = (int32_t)((i + n + side * step) % n);
      int64_t k = at++;
      for (; k > 0 && to[k - 1] > unit; k--)
        to[k] = to[k - 1];
      to[k] = unit;
    }
}

/* Rows are standardised (1 / count), as most weights are. The blocks are the run's. */
static sw_status stand_in(sw_error *err, sw_run *run, sw_links *view) {
  int64_t n = run->panel->units.n, count = n > STAND_IN ? STAND_IN : n - 1;
  int64_t *row_start = NULL;
  int32_t *to = NULL;
  double *number = NULL;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *row_start, (void **)&row_start));
  SW_TRY(sw_run_keep_block(err, run, row_start));
  SW_TRY(sw_alloc(err, (size_t)(n * count) + 1, sizeof *to, (void **)&to));
  SW_TRY(sw_run_keep_block(err, run, to));
  SW_TRY(sw_alloc(err, (size_t)(n * count + n) + 1, sizeof *number, (void **)&number));
  SW_TRY(sw_run_keep_block(err, run, number));
  for (int64_t i = 0; i < n; i++) {
    row_start[i] = i * count;
    fill_row(n, i, count, to + i * count);
    number[n * count + i] = count > 0;
  }
  row_start[n] = n * count;
  for (int64_t k = 0; k < n * count; k++)
    number[k] = 1.0 / (double)count;
  *view = (sw_links){.n = n,
                     .row_start = row_start,
                     .to = to,
                     .value = number,
                     .row_sum = number + n * count,
                     .islands = count > 0 ? 0 : n,
                     .symmetric = true};
  return SW_OK;
}

/* ---- which pairs ------------------------------------------------------------------------ */

/* The matrix of the period that the study names, by default of the last. A whole series has one
 * matrix for all. later->matrix is a number of the other entry's matrices. */
static sw_status find_matrix(sw_error *err, const sw_run *run, const sw_weights_spec *spec,
                             sw_later *later) {
  const sw_job *from = &run->job[later->source.entry];
  const sw_node *node = sw_node_get(spec->node, "period");
  later->matrix = from->whole_series ? 0 : from->n_periods - 1;
  if (!spec->period) return SW_OK;
  if (from->whole_series)
    return sw_node_fail(err, node, "%s is of all periods together; leave `period` out", from->name);
  for (int t = 0; t < from->n_periods; t++)
    if (strcmp(sw_job_period(from, t), spec->period) == 0) {
      later->matrix = t;
      return SW_OK;
    }
  return sw_node_fail(err, node, "%s has no period '%s'; it has %s to %s", from->name, spec->period,
                      sw_job_period(from, 0), sw_job_period(from, from->n_periods - 1));
}

/* Of the matrix and of those that it is made of. Local. Recursion is as deep as matrices are made
 * of matrices, which cannot be circular (study/weights_made.c). */
static sw_status find_pairs(sw_error *err, sw_run *run, int index) {
  const sw_weights_spec *spec = &run->study->weights[index];
  sw_later *later = &run->private->later[index];
  if (!spec->later) return SW_OK;
  for (int k = 0; k < spec->n_of; k++)
    SW_TRY(find_pairs(err, run, spec->of[k]));
  if (!spec->need) return SW_OK;
  SW_TRY(sw_run_links_source(err, run, spec->need, &later->source));
  return find_matrix(err, run, spec, later);
}

/* Collective by its caller's agreement. The view has an address of its own, which entries keep; its
 * contents are replaced when the matrix is made. */
static sw_status begin(sw_error *err, sw_run *run, int index) {
  sw_later *later = &run->private->later[index];
  sw_links *view;
  SW_TRY(find_pairs(err, run, index));
  SW_NEW(err, run->arena, view, 1);
  SW_TRY(stand_in(err, run, view));
  later->view = view;
  run->later[index] = true;
  return SW_OK;
}

/* Made once per matrix; entries that name it share it. */
sw_status sw_run_later_view(sw_error *err, sw_run *run, int index, const sw_links **links) {
  sw_later *later = &run->private->later[index];
  if (!later->view) SW_TRY(sw_team_agree(run->team, err, begin(err, run, index), 0));
  *links = later->view;
  return SW_OK;
}

/* The job before `resolve`, to begin from when the weights are there. */
sw_status sw_run_later_keep(sw_error *err, sw_run *run, int e) {
  SW_NEW(err, run->arena, run->private->unresolved[e], 1);
  *run->private->unresolved[e] = run->job[e];
  return SW_OK;
}

/* ---- links ------------------------------------------------------------------------------ */

/* What the reader is given besides the study: its specs with the pairs, and where these lie. pairs
 * and shared by matrix of the study; only those that are needed are filled. */
typedef struct making {
  sw_study study;
  sw_weights_spec *spec; /* n_weights each */
  sw_links *pairs;
  void *(*shared)[2];
} making;

/* Copies of the specs alone: texts and nodes stay the study's. The reader must not see pairs of an
 * earlier making, hence a copy of the specs for each. */
static sw_status open_making(sw_error *err, const sw_run *run, making *m) {
  size_t n = (size_t)run->study->n_weights;
  m->study = *run->study;
  SW_TRY(sw_calloc(err, n, sizeof *m->spec, (void **)&m->spec));
  SW_TRY(sw_calloc(err, n, sizeof *m->pairs, (void **)&m->pairs));
  SW_TRY(sw_calloc(err, n, sizeof *m->shared, (void **)&m->shared));
  memcpy(m->spec, run->study->weights, n * sizeof *m->spec);
  m->study.weights = m->spec;
  return SW_OK;
}

/* In one order on all ranks, as node_free is collective. k from 1 to 0: links were made after
 * rows. */
static void close_making(sw_run *run, making *m) {
  for (int i = 0; m->shared && i < run->study->n_weights; i++)
    for (int k = 1; k >= 0; k--)
      if (m->shared[i][k]) run->team->node_free(run->team, m->shared[i][k]);
  sw_free(m->spec);
  sw_free(m->pairs);
  sw_free(m->shared);
}

/* All pairs that the matrix rests on. Matrices that several others rest on are loaded once:
 * spec->pairs tells. */
static sw_status load(sw_error *err, sw_run *run, int index, making *m) {
  const sw_later *later = &run->private->later[index];
  sw_weights_spec *spec = &m->spec[index];
  if (!spec->later || spec->pairs) return SW_OK;
  for (int k = 0; k < spec->n_of; k++)
    SW_TRY(load(err, run, spec->of[k], m));
  if (!spec->need) return SW_OK;
  SW_TRY(sw_run_links_load(err, run, &later->source, later->matrix, m->shared[index],
                           &m->pairs[index]));
  spec->pairs = &m->pairs[index];
  return SW_OK;
}

/* The view, which all entries have that name the matrix, becomes it. After the making the pairs are
 * given back: the matrix holds copies. O(links). */
static sw_status make(sw_error *err, sw_run *run, int index) {
  sw_sink *sink = run->private->stored;
  sw_links **slot = &run->private->weights[index];
  making m = {0};
  sw_status status = open_making(err, run, &m);
  if (status == SW_OK && sink->settle) status = sink->settle(sink, err);
  status = sw_team_agree(run->team, err, status, 0);
  if (status == SW_OK) status = load(err, run, index, &m);
  if (status == SW_OK)
    status =
        run->reader->weights(err, run->team, &m.study, &m.spec[index], &run->panel->units, slot);
  close_making(run, &m);
  SW_TRY(status);
  *run->private->later[index].view = **slot;
  run->later[index] = false;
  return SW_OK;
}

/* -1: none is named. `later` is false once it is made. */
static sw_status make_one(sw_error *err, sw_run *run, int index) {
  return index >= 0 && run->later[index] ? make(err, run, index) : SW_OK;
}

/* For `verify`, whose pairs are all stored already. In the order of the study, which is that of
 * every rank. */
sw_status sw_run_later_all(sw_error *err, sw_run *run) {
  for (int i = 0; i < run->study->n_weights; i++)
    SW_TRY(make_one(err, run, i));
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* What the results file has been laid out by; `off`: which outputs were. Those of groups the engine
 * has switched off since. Labels of axes are not compared, only their lengths: positions are what
 * results are stored by. */
static bool is_alike(const sw_job *now, const sw_job *first, const bool *off) {
  bool alike = now->n_axes == first->n_axes && now->whole_series == first->whole_series &&
               now->n_passes == first->n_passes;
  for (int k = 0; alike && k < now->n_axes; k++)
    alike = now->axis[k].n == first->axis[k].n;
  for (int q = 0; now->measure->output[q].name; q++)
    alike = alike && (now->measure->output[q].group || now->result[q].off == off[q]);
  return alike;
}

/* The job as it was bound, with the results that it has been given since. Outputs that were off
 * stay off. A difference is the study's fault in so far as it must be split in two. */
static sw_status resolve_again(sw_error *err, sw_run *run, int e) {
  sw_job *job = &run->job[e], first = *job;
  bool *off;
  int outputs = 0;
  while (first.measure->output[outputs].name)
    outputs++;
  SW_NEW(err, run->arena, off, outputs + 1);
  *job = *run->private->unresolved[e];
  job->why = first.why;
  job->said = first.said;
  for (int q = 0; q < outputs; q++) {
    off[q] = job->result[q].off;
    job->result[q].off = false;
  }
  sw_run_matrices_unasked(run, e);
  SW_TRY(job->measure->resolve(err, job));
  SW_TRY(sw_job_check(err, job));
  job->whole_series &= first.whole_series;
  job->pooled |= first.pooled;
  if (!is_alike(job, &first, off))
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: with the links of its weights, which rest on a result of this study, "
                   "it has other results than could be known before; use a second study and `file`",
                   job->where, job->name);
  for (int q = 0; q < outputs; q++)
    job->result[q].off = off[q];
  return SW_OK;
}

/* Before entry e runs: the weights that it names, then `resolve` again. Nothing for entries without
 * such weights, and in a plan, where no pairs are. */
sw_status sw_run_later(sw_error *err, sw_run *run, int e) {
  const sw_entry *entry = &run->study->entry[e];
  if (!sw_entry_is_late(entry) || run->untried[e]) return SW_OK;
  for (int p = 0; entry->measure->param[p].name; p++) {
    const sw_naming *naming = &entry->naming[p];
    if (entry->measure->param[p].type == SW_P_WEIGHTS) SW_TRY(make_one(err, run, naming->weights));
    for (int k = 0; naming->weights_list && k < entry->arg[p].count; k++)
      SW_TRY(make_one(err, run, naming->weights_list[k]));
  }
  return sw_team_agree(run->team, err, resolve_again(err, run, e), 0);
}

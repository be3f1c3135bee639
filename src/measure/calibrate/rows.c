/* What rounds rest on: which units are in use in a period, their masses and flows, flows and
 * distances seen from the side that rows are of; and what a round leaves. Every rank makes the same
 * of the node's links: O(links) distances, and n numbers for each period. */
#include "measure/calibrate/calibrate.h"

#include "kernel/weights/combine.h"

#include <math.h>
#include <string.h>

/* ---- room -------------------------------------------------------------------------------- */

/* Slots are periods that one round works on at once. */
int sw_fit_slots(const sw_job *job, const sw_calibration *c) {
  return c->constraint == SW_DOUBLY ? 1 : job->n_periods;
}

/* A period that has converged, or never will: later rounds pass over it. */
static bool is_over(const sw_fit *fit) {
  return fit->phase == SW_FIT_DONE || fit->phase == SW_FIT_FAILED;
}

/* The period that a slot works on; -1: none. Effects of both sides take a number for each column:
 * one period at a time. */
int sw_fit_period(const sw_job *job, const sw_calibration *c, int slot) {
  const void *result = job->folded[c->pass];
  if (c->constraint != SW_DOUBLY) {
    if (!result) return slot;
    return is_over(&sw_fit_room_of(job, c, result).fit[slot]) ? -1 : slot;
  }
  if (!result) return 0;
  for (int t = 0; t < job->n_periods; t++)
    if (!is_over(&sw_fit_room_of(job, c, result).fit[t])) return t;
  return -1;
}

/* Column sums are part of a slot only where both sides have effects. */
size_t sw_fit_part_bytes(const sw_job *job, const sw_calibration *c) {
  return sizeof(sw_fit_sums) + (c->constraint == SW_DOUBLY ? (size_t)job->n * sizeof(double) : 0);
}

/* The estimate of each period; with effects of both sides those of all periods, and five vectors of
 * the solver. */
size_t sw_fit_room_bytes(const sw_job *job, const sw_calibration *c) {
  size_t effects = c->constraint == SW_DOUBLY ? (size_t)job->n * (size_t)(job->n_periods + 5) : 0;
  return (size_t)job->n_periods * sizeof(sw_fit) + effects * sizeof(double);
}

/* Pointers into the result, which may be const: later passes only read. */
sw_fit_room sw_fit_room_of(const sw_job *job, const sw_calibration *c, const void *result) {
  sw_fit_room room = {.fit = (sw_fit *)result};
  if (c->constraint != SW_DOUBLY) return room;
  room.effect = (double *)(room.fit + job->n_periods);
  room.direction = room.effect + job->n * job->n_periods;
  room.step = room.direction + job->n;
  room.residual = room.step + job->n;
  room.weight = room.residual + job->n;
  room.before = room.weight + job->n;
  return room;
}

/* ---- sides ------------------------------------------------------------------------------- */

/* Rows are the side with effects: destinations need everything transposed. */
static bool turns(const sw_calibration *c) {
  return c->constraint == SW_DESTINATION;
}

static sw_links links_of(const sw_link_rows *rows) {
  return (sw_links){
      .n = rows->n, .row_start = rows->row_start, .to = rows->to, .value = rows->value};
}

/* The transposed rows are owned here (sw_calibrate_destroy), the rest of the distance is
 * borrowed. */
static sw_status turn_distance(sw_error *err, sw_calibration *c, const sw_distance *d) {
  int k = c->n_back;
  SW_TRY(sw_transpose_rows(err, d->links, &c->back_rows[k]));
  c->n_back++;
  c->back_links[k] = links_of(&c->back_rows[k]);
  c->back[k] = *d;
  c->back[k].links = &c->back_links[k];
  return SW_OK;
}

/* Distances by receiver, where they have a direction; of a network in each of its states. */
static sw_status turn_distances(sw_error *err, sw_job *job, sw_calibration *c) {
  const sw_distance *d = c->distance;
  int count = d->state ? d->n_states : 1;
  if (d->kind != SW_GIVEN || d->symmetric) return SW_OK;
  SW_NEW(err, job->arena, c->back, count);
  SW_NEW(err, job->arena, c->back_links, count);
  SW_NEW(err, job->arena, c->back_rows, count);
  for (int k = 0; k < count; k++)
    SW_TRY(turn_distance(err, c, d->state ? &d->state[k] : d));
  return SW_OK;
}

/* Flows by receiver. A flow without time is turned once. c->n_turned counts what must be freed,
 * also after a failure halfway. */
static sw_status turn_flows(sw_error *err, sw_job *job, sw_calibration *c) {
  SW_NEW(err, job->arena, c->turned, job->n_periods);
  SW_NEW(err, job->arena, c->turned_rows, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    if (c->flow->timeless && t > 0) {
      c->turned[t] = c->turned[0];
      continue;
    }
    SW_TRY(sw_transpose_rows(err, &c->flow->links[job->period[t]], &c->turned_rows[t]));
    c->n_turned = t + 1;
    c->turned[t] = links_of(&c->turned_rows[t]);
  }
  return SW_OK;
}

static const sw_links *flows_of(const sw_job *job, const sw_calibration *c, int t) {
  return turns(c) ? &c->turned[t] : &c->flow->links[job->period[t]];
}

/* `back`: from the column's side. */
const sw_distance *sw_calibrate_distance(const sw_job *job, const sw_calibration *c, int t,
                                         bool back) {
  const sw_distance *d = c->distance;
  if (!back || !c->back) return sw_job_distance_in(job, d, t);
  return &c->back[d->state ? d->state_of[job->period[t]] : 0];
}

/* All else is the job's arena. */
void sw_calibrate_destroy(sw_calibration *c) {
  for (int t = 0; t < c->n_turned; t++)
    sw_links_rows_destroy(&c->turned_rows[t]);
  for (int k = 0; k < c->n_back; k++)
    sw_links_rows_destroy(&c->back_rows[k]);
}

/* ---- masses and totals ------------------------------------------------------------------- */

/* Zero or missing: the unit's pairs are left out, as ln mass is not defined. */

/* Whether the unit's mass lets it be a row or a column. Effects need none. */
static double mass_of(const sw_job *job, const sw_calibration *c, int t, int64_t unit) {
  return c->constraint == SW_DOUBLY ? 1 : job->operand[c->masses].row[t][unit];
}

/* Logarithms of masses of a period; units without one are closed: no flow counts there. */
static void fill_masses(const sw_job *job, sw_calibration *c, int t) {
  for (int64_t i = 0; i < job->n; i++) {
    double mass = mass_of(job, c, t, i);
    bool has = mass > 0 && isfinite(mass);
    c->open[t][i] = has;
    c->x[t][i] = has ? log(mass) : 0;
  }
}

/* Flow of pairs in use, by row and by column. A flow without a distance is no pair of the fit. */
static void fill_totals(const sw_job *job, sw_calibration *c, int t) {
  const sw_links *flows = flows_of(job, c, t);
  const sw_distance *d = sw_calibrate_distance(job, c, t, turns(c));
  for (int64_t i = 0; i < job->n; i++) {
    if (c->constraint == SW_FREE && c->open[t][i] == 0) continue;
    for (int64_t k = flows->row_start[i]; k < flows->row_start[i + 1]; k++) {
      int64_t j = flows->to[k];
      double v = NAN;
      if (c->open[t][j] == 0 || flows->value[k] == 0) continue;
      sw_distances_inverse_squares(d, &c->points, i, j, j + 1, &v);
      if (!(v > 0 && v < INFINITY)) continue;
      c->row_total[t][i] += flows->value[k];
      c->column_total[t][j] += flows->value[k];
    }
  }
  /* An effect without flow is left out with its pairs. */
  for (int64_t j = 0; c->constraint == SW_DOUBLY && j < job->n; j++)
    c->open[t][j] = c->column_total[t][j] > 0;
}

/* 4 n numbers per period in one piece. */
static sw_status make_arrays(sw_error *err, sw_job *job, sw_calibration *c) {
  double **const list[] = {c->x, c->open, c->row_total, c->column_total};
  size_t n = (size_t)job->n, periods = (size_t)job->n_periods;
  SW_NEW(err, job->arena, c->numbers, 4 * periods * n);
  for (size_t k = 0; k < 4; k++)
    for (size_t t = 0; t < periods; t++)
      list[k][t] = c->numbers + (k * periods + t) * n;
  return SW_OK;
}

/* Once a job: rounds come back here, and find all ready. Called before each round; `ready` keeps
 * the first. */
sw_status sw_calibrate_prepare(sw_error *err, sw_job *job, sw_calibration *c) {
  if (c->ready) return SW_OK;
  SW_TRY(sw_share_distances(err, job, "distance", &c->points));
  c->shift = log(sw_distances_scale(c->distance));
  SW_TRY(make_arrays(err, job, c));
  if (turns(c)) SW_TRY(turn_flows(err, job, c));
  if (turns(c) || c->both_ways) SW_TRY(turn_distances(err, job, c));
  for (int t = 0; t < job->n_periods; t++) {
    fill_masses(job, c, t);
    fill_totals(job, c, t);
  }
  c->ready = true;
  return SW_OK;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Few units where a part is small: a unit takes as long as it has pairs. 128 units for doubly: a
 * part has n numbers of column sums. */
sw_status sw_calibrate_resolve(sw_error *err, sw_job *job, sw_calibration *c) {
  size_t periods = (size_t)job->n_periods;
  double ***const list[] = {&c->x, &c->open, &c->row_total, &c->column_total};
  for (size_t k = 0; k < sizeof list / sizeof *list; k++)
    SW_NEW(err, job->arena, *list[k], periods);
  c->pass = sw_job_pass(
      job, (sw_pass){.domain = SW_UNITS,
                     .grain = c->constraint == SW_DOUBLY ? 128 : 16,
                     .again = true,
                     .partial = (size_t)sw_fit_slots(job, c) * sw_fit_part_bytes(job, c),
                     .result = sw_fit_room_bytes(job, c)});
  return SW_OK;
}

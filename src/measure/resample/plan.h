/* What the intervals of a job are of, for the files of this room. All follows from arguments and
 * outputs of the job, so that every rank, and every thread, finds the same; a plan is made anew
 * whenever it is asked for, as a job has no room of its own for it. */
#ifndef SW_MEASURE_RESAMPLE_PLAN_H
#define SW_MEASURE_RESAMPLE_PLAN_H

#include "kernel/resample/bounds.h"
#include "spillway/resample.h"

/* An output that has bounds and is on; where its numbers stand, and which outputs it fills. */
typedef struct sw_interval_at {
  int output;
  int lo;     /* the output NAME_lo; NAME_hi follows it */
  int change; /* NAME_change, which its bounds follow; -1: none is asked for */
  int width;
  bool by_unit;
  int64_t first, count; /* among the numbers */
  int64_t behind;       /* among those behind these; -1: it has none there */
} sw_interval_at;

/* Numbers of a draw: those of outputs on that have bounds, one output after another, of one period
 * or (together) of all. Behind them, together, the changes of those with time; in the pass of
 * changes, where a number is a difference, those by unit of the earlier period: what a unit makes
 * of a number differs by period. */
typedef struct sw_interval_plan {
  bool given;
  int64_t draws;
  double level;
  bool bca, change;
  int from, to;              /* of change: periods of the job */
  const sw_grouping *within; /* NULL: all units are drawn from together */
  int n_at;
  sw_interval_at at[SW_MAX_INTERVALS];
  int64_t numbers; /* of a draw, without what is behind them */
  int64_t behind;  /* together of all passes, else of that of changes */
  bool together, by_unit;
  int64_t chunk, chunks; /* bca: units that an item leaves out, one by one; items of a moment */
  /* Passes, the last of the job: units left out, draws, draws of change, units; -1: there is none.
   */
  int first, left_out, of_draws, of_change, of_units;
} sw_interval_plan;

void sw_intervals_plan(const sw_job *job, sw_interval_plan *plan);

/* What numbers are asked for at once: a period; together all; the change between two periods, which
 * stands behind the periods. */
static inline int sw_intervals_moments(const sw_job *job, const sw_interval_plan *plan) {
  return plan->together ? 1 : job->n_periods + plan->change;
}

/* Whether it has time, and so a change. */
static inline bool sw_intervals_has_change(const sw_output *output) {
  return output->shape == SW_GLOBAL || (output->shape == SW_UNIT && !output->timeless);
}

/* What the draws leave of a number. */
typedef struct sw_interval_kept {
  double lo, hi, undefined;
} sw_interval_kept;

/* Numbers of a draw of the pass, those behind included. */
static inline int64_t sw_intervals_length(const sw_interval_plan *plan, int pass) {
  bool all = plan->together || pass == plan->of_change || pass == plan->left_out;
  return plan->numbers + (all ? plan->behind : 0);
}

/* What an item with units left out leaves of a number: sums of the strata that it begins and ends
 * in, which others may go on with, and of those between. In one stratum `last` is empty. */
typedef struct sw_interval_part {
  sw_jackknife first, last;
  sw_pull between;
} sw_interval_part;
/* In finish of that pass: the pull of each number of each moment. */
sw_status sw_intervals_join(sw_error *err, sw_job *job, const sw_interval_plan *plan,
                            const sw_interval_part *parts, sw_pull *pull);

/* In the record of the pass of changes, behind what is kept of all numbers: of each one behind, for
 * outputs by unit, the draws in both periods, the estimates of all units once, and what a single
 * unit moves. The later period comes first. */
typedef struct sw_interval_pair {
  double *later, *earlier; /* `draws` each */
  double *estimate;        /* two */
  sw_pull *pull;
} sw_interval_pair;
size_t sw_intervals_record(const sw_interval_plan *plan, int pass);
sw_interval_pair sw_intervals_pair(const sw_interval_plan *plan, const void *record,
                                   int64_t behind);

/* ---- the functions of the extended descriptor -------------------------------------------- */

sw_status sw_intervals_resolve(sw_error *err, sw_job *job);
/* The first pass of these. */
int sw_intervals_first(const sw_job *job);
size_t sw_intervals_workspace(const sw_job *job);
/* An item with units left out; of draws; their room. The pass over units, and its room. */
void sw_intervals_leave_out(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                            sw_interval_part *part, void *workspace);
void sw_intervals_draw(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                       void *record, void *workspace);
size_t sw_intervals_draw_workspace(const sw_job *job, const sw_interval_plan *plan);
void sw_intervals_place(const sw_job *job, const sw_interval_plan *plan, const sw_tile *tile,
                        void *workspace);
size_t sw_intervals_place_workspace(const sw_interval_plan *plan);
void sw_intervals_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace);
sw_status sw_intervals_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result);

#endif

/* Checks what a measure promises against what the engine supports: the descriptor once, before
 * anything is read; what `resolve` declares, job by job; what tiles fill and finish leaves, while
 * they run. The rules stand in spillway/measure.h. All of these are SW_EINTERNAL, exit status 1:
 * the author of the study cannot correct them. */
#ifndef SW_PLAN_DESCRIPTOR_DESCRIPTOR_H
#define SW_PLAN_DESCRIPTOR_DESCRIPTOR_H

#include "plan/task/state.h"

/* check.c: "measure NAME: <what is wrong; what would be right>". */
sw_status sw_measure_check(sw_error *err, const sw_measure *measure);

/* job.c: what the function over pairs is called: segment, block, whole_row or
 * row_periods. */
const char *sw_name_of_pairs(const sw_measure *measure);

/* show.c: how its outputs are looked at. */
sw_status sw_measure_check_show(sw_error *err, const sw_measure *measure);

/* job.c: what `resolve` has declared, after it: "study.yaml:31:5: NAME: measure NAME: <message>".
 * The same on every rank. */
sw_status sw_job_check(sw_error *err, const sw_job *job);
/* A pair output is left on: this job has a matrix. */
bool sw_job_has_pairs(const sw_job *job);
sw_status sw_job_fault(sw_error *err, const sw_job *job, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* values.c: while tiles or segments of a pass run, results that they may not fill are
 * kept out of their reach, each by a row of marks that is looked at afterwards. */
typedef struct sw_guard {
  sw_result *result; /* of the job, with the rows that stood there */
  double **block;    /* by output: its marks; NULL: open to the tiles */
  int64_t *count;    /* by output: doubles of its block */
  bool hides;        /* something is out of reach; the same on every rank */
} sw_guard;

/* Before the tiles of a pass; not collective, but may fail on one rank. *guard: zeros. */
sw_status sw_guard_begin(sw_error *err, sw_job *job, int pass, sw_guard *guard);
/* After the tiles, whatever has failed: puts the rows back. `status`: of the tiles, returned unless
 * it is SW_OK and something out of reach was filled. Where `hides` is set ranks must agree on it.
 */
sw_status sw_guard_end(sw_error *err, sw_job *job, int pass, sw_status status, sw_guard *guard);
/* Every value of an SW_INT32 output is a whole number of that range, or NaN. Collective. */
sw_status sw_run_check_integers(sw_error *err, sw_run *run, int entry);

#endif

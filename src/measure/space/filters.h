/* A(rho) = I - rho W of a weights matrix of the study (kernel/spatial/filter.h) as resources of a
 * job: the plan, made once per node and shared by all entries of that matrix; where several models
 * share it, ln|A| on a grid; for random effects whose errors alone are spatial the plan of I + c
 * AA'.
 *
 * A thread's filter lies in its workspace, whose size is known once the plan is made. */
#ifndef SW_MEASURE_SPACE_FILTERS_H
#define SW_MEASURE_SPACE_FILTERS_H

#include "kernel/spatial/filter.h"
#include "spillway/measure.h"

enum { SW_FILTERS_GRID = 1, SW_FILTERS_RIDGE = 2 };

/* Resources of the job; -1: not asked for. */
typedef struct sw_filters {
  const sw_links *links;
  int plan, grid, ridge;
} sw_filters;

/* In `resolve`. `logdet` must outlive the job; `also`: of the enumerators above. */
sw_filters sw_filters_ask(sw_job *job, const sw_links *links, const sw_logdet *logdet, int also);

/* From the pass on that follows `resolve`. */
const sw_filter_plan *sw_filters_plan(const sw_job *job, const sw_filters *filters);
/* Bytes of a filter, and of a ridge, as multiples of 64; before the plan is made what they are
 * about. */
size_t sw_filters_workspace(const sw_job *job, const sw_filters *filters);
size_t sw_filters_ridge_workspace(const sw_job *job, const sw_filters *filters);
/* In 64-byte aligned workspaces of these sizes; the ridge is NULL where none was asked for. */
sw_filter *sw_filters_at(const sw_job *job, const sw_filters *filters, void *workspace);
sw_ridge *sw_filters_ridge_at(const sw_job *job, const sw_filters *filters, void *workspace);

/* Whether W 1 is a term beside a constant: rows with links sum neither to 1 nor to one number.
 * By the links alone, as `resolve` has no plan, and as the plan has it (rows_sum_to_1, equal_rows).
 */
bool sw_filters_lag_constant(const sw_links *links);

#endif

/* The filter of a weights matrix as resources of the engine (filters.h): made once per node, found
 * again by content, so that ten models of one W share one plan. The recipes are those of
 * kernel/spatial/filter.h. */
#include "measure/space/filters.h"

#include "kernel/space/in_use.h"

#include <math.h>

/* The logdet mode is a setting of the plan: two entries that ask for different ones get a plan
 * each. The grid and the ridge depend on W alone. */

/* ---- recipes ---------------------------------------------------------------------------- */

/* Recipes of resources: what the kernel makes, with the signatures of sw_resource. */
static sw_status plan_begin(sw_error *err, const sw_resource *resource, const void *base,
                            void **object, size_t *bytes) {
  (void)base;
  const sw_logdet *logdet = resource->setting;
  return sw_filter_plan_begin(err, resource->links[0], *logdet, object, bytes);
}

static sw_status plan_fill(sw_error *err, const sw_resource *resource, const void *base,
                           void *object, void *out) {
  (void)base;
  return sw_filter_plan_fill(err, resource->links[0], object, out);
}

static sw_status grid_fill(sw_error *err, const sw_resource *resource, const void *base,
                           void *object, void *out) {
  (void)object;
  return sw_filter_grid_fill(err, base, resource->links[0], out);
}

static sw_status ridge_begin(sw_error *err, const sw_resource *resource, const void *base,
                             void **object, size_t *bytes) {
  (void)base;
  return sw_ridge_plan_begin(err, resource->links[0], object, bytes);
}

static sw_status ridge_fill(sw_error *err, const sw_resource *resource, const void *base,
                            void *object, void *out) {
  (void)base;
  return sw_ridge_plan_fill(err, resource->links[0], object, out);
}

/* A sparse factor has some 60 numbers per unit where units are places on a map. For `check` alone,
 * which estimates memory before anything is made. */
static size_t about(const sw_links *links) {
  return (size_t)(links->row_start[links->n] + 60 * links->n) * sizeof(double);
}

/* The grid rests on the plan, the ridge on W alone. A base is an index from 1, as 0 is none. */
sw_filters sw_filters_ask(sw_job *job, const sw_links *links, const sw_logdet *logdet, int also) {
  sw_filters f = {.links = links, .grid = -1, .ridge = -1};
  f.plan = sw_job_resource(job, (sw_resource){.name = "spatial filter",
                                              .links = {links},
                                              .setting = logdet,
                                              /* The setting enters the resource's key by its
                                               * bytes. */
                                              .setting_bytes = sizeof *logdet,
                                              .bytes = about(links),
                                              .begin = plan_begin,
                                              .fill = plan_fill,
                                              .end = sw_filter_plan_end});
  if (also & SW_FILTERS_GRID)
    f.grid = sw_job_resource(job, (sw_resource){.name = "ln|A| on a grid",
                                                .links = {links},
                                                .base = f.plan + 1,
                                                .bytes = SW_FILTER_GRID_BYTES,
                                                .fill = grid_fill});
  if (also & SW_FILTERS_RIDGE)
    f.ridge = sw_job_resource(job, (sw_resource){.name = "spatial ridge",
                                                 .links = {links},
                                                 .bytes = 2 * about(links),
                                                 .begin = ridge_begin,
                                                 .fill = ridge_fill,
                                                 .end = sw_ridge_plan_end});
  return f;
}

/* ---- what is made ----------------------------------------------------------------------- */

const sw_filter_plan *sw_filters_plan(const sw_job *job, const sw_filters *filters) {
  return job->made[filters->plan];
}

/* Workspaces are laid out in whole cache lines. */
static size_t rounded(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* Before the plan is made (`check`) an estimate, afterwards what it says. */
size_t sw_filters_workspace(const sw_job *job, const sw_filters *filters) {
  const sw_filter_plan *plan = sw_filters_plan(job, filters);
  return rounded(plan ? plan->workspace : 3 * about(filters->links));
}

/* Before the plan is made its size is a guess, for the estimate of memory. */
size_t sw_filters_ridge_workspace(const sw_job *job, const sw_filters *filters) {
  if (filters->ridge < 0) return 0;
  const sw_ridge_plan *plan = job->made[filters->ridge];
  return rounded(plan ? sw_ridge_workspace(plan) : 6 * about(filters->links));
}

/* On a thread: the filter takes its own workspace and shares plan and grid, which are read only. */
sw_filter *sw_filters_at(const sw_job *job, const sw_filters *filters, void *workspace) {
  const sw_filter_grid *grid = filters->grid < 0 ? NULL : job->made[filters->grid];
  return sw_filter_at(sw_filters_plan(job, filters), filters->links, grid, workspace);
}

sw_ridge *sw_filters_ridge_at(const sw_job *job, const sw_filters *filters, void *workspace) {
  if (filters->ridge < 0) return NULL;
  return sw_ridge_at(job->made[filters->ridge], filters->links, workspace);
}

/* ---- rows ------------------------------------------------------------------------------- */

/* A row-standardised W maps the constant to itself, so its lag is no new term. */

/* Whether W 1 is anything but a multiple of the constant; kernel/spatial/columns.c decides by the
 * same tolerance. */
bool sw_filters_lag_constant(const sw_links *links) {
  if (sw_links_row_standardised(links)) return false;
  for (int64_t i = 1; i < links->n; i++)
    if (!(fabs(links->row_sum[i] - links->row_sum[0]) <= 1e-12 * fabs(links->row_sum[0])))
      return true;
  return false;
}

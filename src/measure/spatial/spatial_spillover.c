/* The matrix of effects of a spatial model, as pair results below it: value(j, i) = dy_i / dx_j,
 * rows send. Each thread factors A once, when the pass begins: beside the columns of the matrix
 * that costs nothing, and no factor needs to be sent or shared. Eight rows at a time are solved
 * together, as the engine tells of those that come next (kernel/effects/spillover.h).
 *
 * Memory of a thread: a factor and eight columns of n. Rows of one thread follow each other in
 * eights; a row that was not told of ahead cannot be asked for. */
#include "measure/spatial/spatial_model.h"

#include "kernel/effects/spillover.h"

#include <string.h>

static size_t round_up(size_t bytes) {
  return (bytes + 63) & ~(size_t)63;
}

/* The one model; matrices are of the weights that lag y and x. The same filter resource as the
 * fit's: no second analysis of the matrix. */
static const sw_filters *filters_of(const sw_job *job) {
  const sw_spatial_state *s = job->state;
  return &s->matrix[s->model[0].w].filters;
}

/* The variable that the label names, as the model counts them: `resolve` has found it there. */
static int variable_of(const sw_job *job) {
  const sw_spatial_one *one = ((const sw_spatial_state *)job->state)->model;
  const char *name = sw_job_arg(job, "spillover")->texts[job->label];
  int j = 0;
  while (j < one->k - 1 && strcmp(job->input[one->x[j]].name, name) != 0)
    j++;
  return j;
}

/* Three parts, each from a cache line on. */
size_t sw_spatial_spillover_workspace(const sw_job *job) {
  if (sw_job_arg(job, "spillover")->count == 0) return 0;
  return round_up(sizeof(sw_spillover)) + round_up(sw_spillover_workspace(job->n)) +
         sw_filters_workspace(job, filters_of(job));
}

/* A was factored at this rho when the model was fitted; at an end of its range it may still have no
 * inverse. Called once per thread and pass; a failure ends the run with one line. */
sw_status sw_spatial_spillover_open(sw_error *err, const sw_job *job, void *workspace) {
  const sw_spatial_found *found = job->folded[SW_SPATIAL_MODELS];
  const sw_spatial_terms *terms = &found->terms;
  const double *coefficient = sw_spatial_arrays_of(job, found).coefficient;
  int variable = variable_of(job);
  unsigned char *columns = (unsigned char *)workspace + round_up(sizeof(sw_spillover));
  unsigned char *factor = columns + round_up(sw_spillover_workspace(job->n));
  sw_filter *filter = sw_filters_at(job, filters_of(job), factor);
  double rho = terms->rho < 0 ? 0 : coefficient[terms->rho];
  if (!sw_filter_set(filter, rho))
    return sw_job_fail(err, job, "spillover",
                       "I - rho W has no inverse at rho = %.6g, an end of its range; leave "
                       "`spillover` out, or choose other weights",
                       rho);
  *(sw_spillover *)workspace =
      sw_spillover_begin(filter, coefficient[terms->x + variable],
                         terms->lag_x < 0 ? 0 : coefficient[terms->lag_x + variable], columns);
  return SW_OK;
}

/* Solves for `count` unit vectors at once: one pass over the factor. */
void sw_spatial_spillover_ahead(const sw_job *job, int t, int count, const int32_t *unit,
                                void *workspace) {
  (void)job, (void)t;
  sw_spillover_solve(workspace, count, unit);
}

void sw_spatial_spillover_row(const sw_job *job, int t, int64_t i, double *const *out,
                              void *workspace) {
  (void)t;
  memcpy(out[0], sw_spillover_row(workspace, i), (size_t)job->n * sizeof(double));
}

/* The pair part of spatial_model; see spatial_spillover.h. Each thread factors A once, when the
 * pass begins: beside the columns of the matrix that costs nothing, and no factor needs to be sent
 * or shared. Eight rows at a time are solved together, as the engine tells of those that come next.
 */
#include "measure/model/spatial_spillover.h"

#include "kernel/spatial/spillover.h"

#include "base/arena.h"

#include <string.h>

/* ---- resolve ------------------------------------------------------------------------------ */

static int find(const sw_job *job, sw_inputs x, const char *name) {
  for (int k = 0; k < x.count; k++)
    if (strcmp(job->input[x.first + k].name, name) == 0) return k;
  return -1;
}

sw_status sw_spatial_spillover_resolve(sw_error *err, sw_job *job, sw_inputs x,
                                       const int **variable) {
  const sw_arg *terms = sw_job_arg(job, "spillover");
  int *of = NULL;
  SW_NEW(err, job->arena, of, terms->count + 1);
  for (int label = 0; label < terms->count; label++) {
    of[label] = find(job, x, terms->texts[label]);
    if (of[label] < 0)
      return sw_job_fail(err, job, "spillover", "'%s' is not among x; a matrix is of one of x",
                         terms->texts[label]);
  }
  *variable = of;
  job->directed = true;
  job->defines_diagonal = true;
  job->whole_series = true;
  return SW_OK;
}

/* ---- a thread ----------------------------------------------------------------------------- */

static size_t round_up(size_t bytes) {
  return (bytes + 63) & ~(size_t)63;
}

size_t sw_spatial_spillover_workspace(const sw_filter_plan *plan) {
  return round_up(sizeof(sw_spillover)) + round_up(sw_spillover_workspace(plan->n)) +
         plan->workspace;
}

/* The model was fitted at this rho, so that A has been factored there before. */
sw_status sw_spatial_spillover_open(sw_error *err, const sw_job *job, const sw_spatial_pairs *pairs,
                                    void *workspace) {
  unsigned char *columns = (unsigned char *)workspace + round_up(sizeof(sw_spillover));
  unsigned char *factor = columns + round_up(sw_spillover_workspace(pairs->plan->n));
  sw_filter *filter = sw_filter_at(pairs->plan, pairs->links, NULL, factor);
  if (!sw_filter_set(filter, pairs->rho))
    return sw_job_fail(err, job, "spillover",
                       "I - rho W has no inverse at rho = %.6g, the end of its range; there are no "
                       "spillovers",
                       pairs->rho);
  *(sw_spillover *)workspace = sw_spillover_begin(filter, pairs->own, pairs->lagged, columns);
  return SW_OK;
}

void sw_spatial_spillover_ahead(int count, const int32_t *unit, void *workspace) {
  sw_spillover_solve(workspace, count, unit);
}

void sw_spatial_spillover_row(int64_t unit, double *out, void *workspace) {
  sw_spillover *spillover = workspace;
  memcpy(out, sw_spillover_row(spillover, unit), (size_t)spillover->n * sizeof *out);
}

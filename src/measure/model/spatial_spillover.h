/* The matrix of spillovers of a fitted spatial model, as pair results below it: value(j, i) =
 * dy_i / dx_j, rows send, the diagonal has a meaning. For the descriptor of spatial_model. */
#ifndef SW_MEASURE_MODEL_SPATIAL_SPILLOVER_H
#define SW_MEASURE_MODEL_SPATIAL_SPILLOVER_H

#include "kernel/spatial/filter.h"
#include "spillway/measure.h"

/* What the pairs need of the fit; the same on every rank. */
typedef struct sw_spatial_pairs {
  const sw_filter_plan *plan; /* of the weights that lag y and x */
  const sw_links *links;
  double rho;    /* 0 without one */
  double own;    /* of the label's variable */
  double lagged; /* 0 without a lag */
} sw_spatial_pairs;

/* In resolve, where `spillover` asks for matrices: of each of its labels the place among the inputs
 * x, from the job's arena; and what the engine must know of such pairs. */
sw_status sw_spatial_spillover_resolve(sw_error *err, sw_job *job, sw_inputs x,
                                       const int **variable);

/* A thread's: workspace, open, rows_ahead and whole_row of the pass over pairs. */
size_t sw_spatial_spillover_workspace(const sw_filter_plan *plan);
sw_status sw_spatial_spillover_open(sw_error *err, const sw_job *job, const sw_spatial_pairs *pairs,
                                    void *workspace);
void sw_spatial_spillover_ahead(int count, const int32_t *unit, void *workspace);
void sw_spatial_spillover_row(int64_t unit, double *out, void *workspace);

#endif

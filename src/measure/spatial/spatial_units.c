/* What a spatial model has of each unit: residuals by period, and of each variable what the unit
 * receives of all others and gives to them. From the record that the one model has left: a tile
 * only copies and scales, O(n) in all. Residuals of periods that the model does not use (its lags,
 * or outside its range) are NaN. */
#include "measure/spatial/spatial_model.h"
#include "measure/spatial/spatial_outputs.h"

#include <math.h>

/* Periods are counted from the model's first; `first` of a record is what lags take off. */
static void fill_residual(const sw_job *job, const sw_tile *tile, const sw_spatial_found *found,
                          const sw_spatial_arrays *a) {
  double **row = job->result[SW_SPATIAL_OUT_RESIDUAL].row;
  const sw_spatial_state *s = job->state;
  for (int t = 0; t < job->n_periods; t++) {
    int used = t - s->model[0].from - found->first;
    bool there = used >= 0 && used < found->periods;
    for (int64_t i = tile->lo; i < tile->hi; i++)
      row[t][i - job->first] = there ? a->residual[used * job->n + i] : NAN;
  }
}

/* Each table of values is followed by that of its standard errors. Row r: the variable; both
 * outputs are without time. */
static void fill_effects(const sw_job *job, const sw_tile *tile, const sw_spatial_found *found,
                         const sw_spatial_arrays *a, int *own, int *lagged) {
  static const int table[] = {
      [SW_UNIT_RECEIVES] = SW_SPATIAL_OUT_RECEIVED, [SW_UNIT_GIVES] = SW_SPATIAL_OUT_GIVEN};
  sw_effects_model model = sw_spatial_effects_of(found, a, own, lagged);
  for (int64_t i = tile->lo; i < tile->hi; i++)
    for (int r = 0; r < model.n_effects; r++)
      for (int way = SW_UNIT_RECEIVES; way <= SW_UNIT_GIVES; way++)
        sw_effects_of_unit(&model, &a->unit[i], r, way,
                           &job->result[table[way]].row[r][i - job->first],
                           &job->result[table[way] + 1].row[r][i - job->first]);
}

/* own and lagged of the largest model. */
size_t sw_spatial_units_workspace(const sw_job *job) {
  return 2 * (size_t)((const sw_spatial_state *)job->state)->most_k * sizeof(int);
}

/* Residuals, and effects by unit where they are asked for. */
void sw_spatial_fill_units(const sw_job *job, const sw_tile *tile, void *workspace) {
  const sw_spatial_state *s = job->state;
  const sw_spatial_found *found = job->folded[SW_SPATIAL_MODELS];
  sw_spatial_arrays a = sw_spatial_arrays_of(job, found);
  fill_residual(job, tile, found, &a);
  if (!job->result[SW_SPATIAL_OUT_RECEIVED].off)
    fill_effects(job, tile, found, &a, workspace, (int *)workspace + s->most_k);
}

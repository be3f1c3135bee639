/* Bounds and weights by indicator, as studies write them for composites (indicators.h). Names are
 * checked first, so that a misspelt one is reported as such and not as missing. Called from
 * `resolve`; arrays are in the order of the inputs. */
#include "measure/share/indicators.h"
#include "spillway/node.h"

#include <string.h>

/* The name that the study uses for input j. */
static const char *indicator(const sw_job *job, int j) {
  return job->input[j].name;
}

static bool is_indicator(const sw_job *job, int n, const char *name) {
  for (int j = 0; j < n; j++)
    if (strcmp(indicator(job, j), name) == 0) return true;
  return false;
}

/* The first indicator that is near, else the first of all: the message names one in any case. */
static const char *nearest_indicator(const sw_job *job, int n, const char *name) {
  const char *near = NULL;
  for (int j = 0; j < n && !near; j++) {
    const char *candidate = indicator(job, j);
    near = sw_nearest(name, &candidate, 1);
  }
  return near ? near : indicator(job, 0);
}

/* `[lo, hi]` of one indicator; equal ends would divide by zero. Both ends are numbers of the study,
 * hence finite. */
static sw_status read_bounds(sw_error *err, const sw_node *pair, const char *name, double *lo,
                             double *hi) {
  if (pair->kind != SW_NODE_LIST || pair->count != 2)
    return sw_node_fail(err, pair, "bounds of %s: expected [lowest, highest]", name);
  SW_TRY(sw_node_number(err, pair->item[0], lo));
  SW_TRY(sw_node_number(err, pair->item[1], hi));
  if (*lo < *hi) return SW_OK;
  return sw_node_fail(err, pair, "bounds of %s: %g is not below %g; expected [lowest, highest]",
                      name, *lo, *hi);
}

/* Bounds for every indicator or for none: a mixture would scale some by the data. */
sw_status sw_indicators_bounds(sw_error *err, const sw_job *job, int n, const sw_node *map,
                               const double **lo_out, const double **hi_out) {
  double *lo = NULL, *hi = NULL;
  SW_NEW(err, job->arena, lo, n);
  SW_NEW(err, job->arena, hi, n);
  if (map->kind != SW_NODE_MAP)
    return sw_node_fail(err, map, "bounds: expected {indicator: [lowest, highest], ...}");
  /* Keys first: a key that is no indicator would otherwise leave an indicator without bounds. */
  for (int i = 0; i < map->count; i++)
    if (!is_indicator(job, n, map->key[i]))
      return sw_node_key_fail(err, map, i, "%s: '%s' is not an indicator of it; did you mean '%s'?",
                              job->name, map->key[i], nearest_indicator(job, n, map->key[i]));
  for (int j = 0; j < n; j++) {
    const sw_node *pair = sw_node_get(map, indicator(job, j));
    if (!pair)
      return sw_node_fail(err, map,
                          "%s: no bounds for '%s'; give [lowest, highest] for every indicator",
                          job->name, indicator(job, j));
    SW_TRY(read_bounds(err, pair, indicator(job, j), &lo[j], &hi[j]));
  }
  *lo_out = lo;
  *hi_out = hi;
  return SW_OK;
}

/* Weights for every indicator: one left out could mean zero or be forgotten. */
sw_status sw_indicators_weights(sw_error *err, const sw_job *job, int n, const sw_node *map,
                                double *weight) {
  for (int i = 0; i < map->count; i++)
    if (!is_indicator(job, n, map->key[i]))
      return sw_node_key_fail(err, map, i,
                              "%s: weights: '%s' is not an indicator of it; did you mean '%s'?",
                              job->name, map->key[i], nearest_indicator(job, n, map->key[i]));
  for (int j = 0; j < n; j++) {
    const sw_node *value = sw_node_get(map, indicator(job, j));
    if (!value)
      return sw_node_fail(err, map, "%s: weights: none for '%s'; give one for every indicator",
                          job->name, indicator(job, j));
    SW_TRY(sw_node_number(err, value, &weight[j]));
  }
  return SW_OK;
}

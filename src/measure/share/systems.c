/* Reading of `alpha`, the weights of systems in the development T, and refusal of what cannot be
 * coupled. Called from `resolve`: pure, the same on every rank, no values of scores are seen. */
#include "measure/share/systems.h"
#include "spillway/node.h"

#include <math.h>
#include <string.h>

static bool is_system(const sw_job *job, sw_inputs in, const char *name) {
  for (int s = 0; s < in.count; s++)
    if (strcmp(job->input[in.first + s].name, name) == 0) return true;
  return false;
}

/* A weight for each system by name: unknown names first, so that a slip is not reported as one that
 * is missing. In the order of systems, whatever the order of the map. */
static sw_status read_map(sw_error *err, const sw_job *job, sw_inputs in, const sw_node *map,
                          double *alpha) {
  for (int i = 0; i < map->count; i++)
    if (!is_system(job, in, map->key[i]))
      return sw_node_key_fail(err, map, i, "%s: '%s' is not a system of it", job->name,
                              map->key[i]);
  for (int s = 0; s < in.count; s++) {
    const sw_node *value = sw_node_get(map, job->input[in.first + s].name);
    if (!value)
      return sw_node_fail(err, map, "%s: no weight for '%s'; give one for every system", job->name,
                          job->input[in.first + s].name);
    SW_TRY(sw_node_number(err, value, &alpha[s]));
  }
  return SW_OK;
}

/* Weights in the order of the systems; too few or too many cannot be matched. */
static sw_status read_list(sw_error *err, const sw_job *job, sw_inputs in, const sw_node *list,
                           double *alpha) {
  if (list->count != in.count)
    return sw_node_fail(err, list, "%s: %d weights for %d systems; give one for every system",
                        job->name, list->count, in.count);
  for (int s = 0; s < in.count; s++)
    SW_TRY(sw_node_number(err, list->item[s], &alpha[s]));
  return SW_OK;
}

/* Not scaled yet. `equal` is the default; scaled to 1/p by the caller. */
static sw_status read_alpha(sw_error *err, const sw_job *job, sw_inputs in, const char *param,
                            double *alpha) {
  const sw_arg *arg = sw_job_arg(job, param);
  const sw_node *node = arg->node;
  if (node && node->kind == SW_NODE_MAP) return read_map(err, job, in, node, alpha);
  if (node && node->kind == SW_NODE_LIST) return read_list(err, job, in, node, alpha);
  const char *text = node ? node->text : arg->text;
  if (strcmp(text, "equal") != 0)
    return sw_job_fail(err, job, param,
                       "'%s' is unknown; expected equal, or a weight for each "
                       "system: [0.4, 0.6]",
                       text);
  for (int s = 0; s < in.count; s++)
    alpha[s] = 1;
  return SW_OK;
}

/* Scaled to sum 1, as T must lie in [0,1] like the scores. A weight of zero is allowed: the system
 * counts in C and not in T. */
sw_status sw_systems_weights(sw_error *err, const sw_job *job, const char *systems,
                             const char *param, const double **out) {
  sw_inputs in = sw_job_inputs(job, systems);
  double *alpha = NULL, sum = 0;
  SW_NEW(err, job->arena, alpha, in.count);
  SW_TRY(read_alpha(err, job, in, param, alpha));
  for (int s = 0; s < in.count; s++) {
    /* Numbers of the study are finite, so this refuses what is below zero. */
    if (!(alpha[s] >= 0))
      return sw_job_fail(err, job, param, "the weight of '%s' is %g; expected 0 or more",
                         job->input[in.first + s].name, alpha[s]);
    sum += alpha[s];
  }
  /* All zero, or so large that the sum has overflowed. */
  if (!(sum > 0) || isinf(sum))
    return sw_job_fail(err, job, param, "the weights sum to %g; expected more than 0", sum);
  for (int s = 0; s < in.count; s++)
    alpha[s] /= sum;
  *out = alpha;
  return SW_OK;
}

/* What can be known before there are values; scores of files that leave [0,1] are found by the
 * measures' first pass. Bounds of a composite follow from its way of normalising. */
sw_status sw_systems_bounded(sw_error *err, const sw_job *job, const char *systems) {
  sw_inputs in = sw_job_inputs(job, systems);
  for (int s = in.first; s < in.first + in.count; s++)
    if (job->input[s].unbounded)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: %s: '%s' is a composite of z-scores, which do not lie "
                     "in [0,1]; normalise it by min-max or rank",
                     job->input[s].where, job->name, systems, job->input[s].name);
  return SW_OK;
}

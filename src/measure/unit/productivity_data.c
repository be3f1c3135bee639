/* What all programs of `productivity` look at: rows of data, observations that span frontiers,
 * means of variables, and what programs begin with. Made once by every rank, of gathered inputs and
 * in the order of units, so that all have the same bits. */
#include "measure/unit/productivity.h"

#include "measure/share/series.h"

/* An observation has all its values, an input and an output above 0: with no input at all any
 * output would be without limit, and without an output there is nothing to be efficient in. */
static bool is_used(const sw_frontier *f, int t, int64_t unit) {
  double inputs = 0, outputs = 0;
  for (int v = 0; v < sw_frontier_variables(f); v++) {
    double value = f->value[v * f->periods + t][unit];
    if (!(value >= 0)) return false;
    if (v < f->inputs)
      inputs += value;
    else if (v < f->inputs + f->outputs)
      outputs += value;
  }
  return inputs > 0 && outputs > 0;
}

static sw_status refuse_negative(sw_error *err, const sw_job *job, const sw_frontier *f) {
  for (int v = 0; v < sw_frontier_variables(f); v++)
    for (int t = 0; t < f->periods; t++)
      for (int64_t unit = 0; unit < f->n; unit++) {
        double value = f->value[v * f->periods + t][unit];
        if (value < 0 || value > 1e300)
          return sw_fail(err, SW_EINPUT,
                         "%s: %s: '%s' of %s%s is %g; inputs and outputs are finite and not "
                         "negative",
                         job->input[v].where, job->name, job->input[v].name,
                         sw_unit_code(job->units, unit), sw_series_when(job, t), value);
      }
  return SW_OK;
}

/* In the order of units, one after the other. */
static void take_means(const sw_frontier *f, int t, double *mean) {
  int variables = sw_frontier_variables(f);
  for (int v = 0; v < variables; v++) {
    double sum = 0, count = 0;
    for (int64_t unit = 0; unit < f->n; unit++)
      if (f->used[t][unit]) {
        sum += f->value[v * f->periods + t][unit];
        count += 1;
      }
    mean[t * variables + v] = count > 0 ? sum / count : 0;
  }
}

static sw_status take_rows(sw_error *err, sw_job *job, sw_frontier *f) {
  int variables = sw_frontier_variables(f);
  const double **value = NULL;
  SW_NEW(err, job->arena, value, variables * f->periods);
  for (int v = 0; v < variables; v++)
    for (int t = 0; t < f->periods; t++)
      value[v * f->periods + t] = job->input[v].view.row[t];
  f->value = value;
  return SW_OK;
}

static sw_status take_used(sw_error *err, sw_job *job, sw_frontier *f) {
  unsigned char **used = NULL;
  SW_NEW(err, job->arena, used, f->periods);
  for (int t = 0; t < f->periods; t++) {
    SW_NEW(err, job->arena, used[t], f->n);
    for (int64_t unit = 0; unit < f->n; unit++)
      used[t][unit] = is_used(f, t, unit);
  }
  f->used = (const unsigned char *const *)used;
  return SW_OK;
}

/* Once; a pass that follows has the same values at another place. */
static sw_status describe_all(sw_error *err, sw_job *job, sw_frontier *f) {
  double *mean = NULL, *start_value = NULL;
  int64_t *start = NULL;
  f->starts = sw_frontier_start_count(f);
  SW_TRY(refuse_negative(err, job, f));
  SW_TRY(take_used(err, job, f));
  SW_NEW(err, job->arena, mean, f->periods * sw_frontier_variables(f));
  SW_NEW(err, job->arena, start, f->periods * f->starts);
  SW_NEW(err, job->arena, start_value, f->periods * f->starts);
  for (int t = 0; t < f->periods; t++) {
    take_means(f, t, mean);
    sw_frontier_starts(f, t, start + t * f->starts, start_value + t * f->starts);
  }
  f->mean = mean;
  f->start = start;
  f->start_value = start_value;
  return SW_OK;
}

sw_status sw_productivity_prepare(sw_error *err, sw_job *job) {
  sw_productivity *p = job->state;
  sw_frontier *f = &p->frontier;
  f->n = job->n;
  f->periods = job->n_periods;
  SW_TRY(take_rows(err, job, f));
  if (!f->used) SW_TRY(describe_all(err, job, f));
  p->edge = *f;
  p->edge.who = NULL;
  p->edge.orientation = SW_TO_OUTPUT;
  return SW_OK;
}

static sw_status pack_period(sw_error *err, sw_job *job, int t, int32_t **who, int64_t *count,
                             double **packed) {
  const sw_productivity *p = job->state;
  const sw_frontier *f = &p->frontier;
  const double *is_edge = job->operand[p->edges].row[t];
  for (int64_t unit = 0; unit < job->n; unit++)
    count[t] += is_edge[unit] == 1;
  SW_NEW(err, job->arena, who[t], count[t] + 1);
  for (int64_t unit = 0, at = 0; unit < job->n; unit++)
    if (is_edge[unit] == 1) who[t][at++] = (int32_t)unit;
  for (int v = 0; v < sw_frontier_variables(f); v++) {
    double **to = &packed[v * f->periods + t];
    SW_NEW(err, job->arena, *to, count[t] + 1);
    for (int64_t k = 0; k < count[t]; k++)
      (*to)[k] = f->value[v * f->periods + t][who[t][k]];
  }
  return SW_OK;
}

sw_status sw_productivity_pack(sw_error *err, sw_job *job) {
  sw_frontier *f = &((sw_productivity *)job->state)->frontier;
  int32_t **who = NULL;
  int64_t *count = NULL;
  double **packed = NULL;
  SW_NEW(err, job->arena, who, f->periods);
  SW_NEW(err, job->arena, count, f->periods);
  SW_NEW(err, job->arena, packed, f->periods * sw_frontier_variables(f));
  for (int t = 0; t < f->periods; t++)
    SW_TRY(pack_period(err, job, t, who, count, packed));
  f->who = (const int32_t *const *)who;
  f->who_count = count;
  f->packed = (const double *const *)packed;
  return SW_OK;
}

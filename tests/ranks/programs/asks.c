/* `spillway` with measures of its own that ask the engine for what none of the catalogue does yet:
 * an alias; two weights matrices and two distances. Used by tests/ranks/test_asks.py. */
#include "spillway/program.h"

#include <math.h>

/* ---- lags of a variable over links ------------------------------------------------------- */

static sw_status resolve_lag(sw_error *err, sw_job *job) {
  (void)err;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  return SW_OK;
}

/* Over those it links to, or over those that link to it. */
static double lag(const sw_links *links, const double *x, int64_t unit, bool transposed) {
  double sum = 0;
  for (int64_t i = transposed ? 0 : unit; i < (transposed ? links->n : unit + 1); i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      if (!transposed || links->to[k] == unit)
        sum += links->value[k] * x[transposed ? i : links->to[k]];
  return sum;
}

/* First the variable of all units, as an operand; then the lags of this rank's. */
static void tile_lag(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  bool transposed = sw_job_arg(job, "form")->number == 1;
  sw_view of = job->input[0].view;
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      if (tile->pass == 0)
        job->operand_local[0].row[t][unit - of.first] = sw_view_at(of, t, unit);
      else
        job->result[0].row[t][unit - of.first] =
            lag(sw_job_weights(job, "weights"), job->operand[0].row[t], unit, transposed);
}

static const sw_param lag_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "out",
     .choices = "out|in",
     .help = "of what"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "the links"},
    {.name = NULL}};

static const sw_output lag_outputs[] = {
    {.name = "value", .long_name = "lag", .units = "1", .shape = SW_UNIT}, {.name = NULL}};

static const sw_measure lag_measure = {.name = "asks_lag",
                                       .title = "Lag over links",
                                       .formula = "sum_j w_ij x_j",
                                       .source = "by definition",
                                       .version = 1,
                                       .kind = SW_KIND_UNIT,
                                       .param = lag_params,
                                       .output = lag_outputs,
                                       .resolve = resolve_lag,
                                       .tile = tile_lag};

static const sw_measure lag_in = {.name = "asks_lag_in",
                                  .title = "Lag over those that link to a unit",
                                  .alias_of = &lag_measure,
                                  .alias_param = "form",
                                  .alias_value = "in"};

/* ---- two weights matrices, two distances -------------------------------------------------- */

typedef struct two {
  const sw_links *weights, *error_weights;
  const sw_distance *near, *far;
} two;

static sw_status resolve_two(sw_error *err, sw_job *job) {
  two *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  state->weights = sw_job_weights(job, "weights");
  state->error_weights = sw_job_weights(job, "error_weights");
  state->near = sw_job_distance(job, "near");
  state->far = sw_job_distance(job, "far");
  job->state = state;
  job->directed = true;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  return SW_OK;
}

static void tile_two(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const two *state = job->state;
  int64_t first = job->input[0].view.first;
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      job->result[1].row[t][unit - first] =
          state->weights->row_sum[unit] +
          (state->error_weights ? 1000 * state->error_weights->row_sum[unit] : 0);
}

/* The distance of the file, NaN where it has none, and the square of the chord between the points.
 */
static void segment_two(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                        double *const *out, void *workspace) {
  const two *state = job->state;
  const sw_distance *d = state->near;
  const sw_links *far = state->far->links;
  (void)t, (void)workspace;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = NAN;
  for (int64_t k = far->row_start[i]; k < far->row_start[i + 1]; k++) {
    int64_t j = far->to[k];
    double x = d->x[i] - d->x[j], y = d->y[i] - d->y[j], z = d->z[i] - d->z[j];
    if (j >= j0 && j < j1) out[0][j - j0] = far->value[k] + (x * x + y * y + z * z);
  }
}

static const sw_param two_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "error_weights", .type = SW_P_WEIGHTS, .fallback = "", .help = "others"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "the links that are kept"},
    {.name = "far", .type = SW_P_DISTANCE, .help = "of a file"},
    {.name = "near", .type = SW_P_DISTANCE, .fallback = "great-circle", .help = "by coordinates"},
    {.name = NULL}};

static const sw_output two_outputs[] = {
    {.name = "value", .long_name = "distances", .units = "1", .shape = SW_PAIR},
    {.name = "sums", .long_name = "sums of rows", .units = "1", .shape = SW_UNIT},
    {.name = NULL}};

static const sw_measure two_measure = {.name = "asks_two",
                                       .title = "Two weights matrices and two distances",
                                       .formula = "d_far + d_near",
                                       .source = "by definition",
                                       .version = 1,
                                       .kind = SW_KIND_PAIR,
                                       .param = two_params,
                                       .output = two_outputs,
                                       .resolve = resolve_two,
                                       .tile = tile_two,
                                       .segment = segment_two};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&lag_measure, &lag_in, &two_measure, NULL};
  return sw_main(argc, argv, own);
}

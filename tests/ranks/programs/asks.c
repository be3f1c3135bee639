/* `spillway` with measures of its own that ask the engine for what none of the catalogue does yet:
 * an alias. Used by tests/ranks/test_asks.py. */
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
            lag(job->weights, job->operand[0].row[t], unit, transposed);
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

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&lag_measure, &lag_in, NULL};
  return sw_main(argc, argv, own);
}

/* A measure out of the tree that computes nothing: every pair has the value 1. What a run of it
 * takes is the engine's own: the schedule, the sums of rows and columns, partners, packets. */
#include "spillway/measure.h"

static sw_status resolve(sw_error *err, sw_job *job) {
  (void)err;
  job->directed = sw_job_arg(job, "directed")->number != 0;
  job->n_passes = 1;
  job->pass[0] = (sw_pass){.domain = SW_PAIRS};
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)job, (void)t, (void)i, (void)workspace;
  for (int64_t j = 0; j < j1 - j0; j++)
    out[0][j] = 1;
}

static const sw_param param[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable, which is not looked at"},
    {.name = "directed",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "every pair both ways, in squares or strips"},
    {.name = NULL}};

static const sw_output output[] = {
    {.name = "value", .long_name = "one", .units = "1", .shape = SW_PAIR}, {.name = NULL}};

const sw_measure sw_measure_bench_nothing = {
    .name = "bench_nothing",
    .title = "Nothing between units",
    .formula = "1",
    .source = "none",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = param,
    .output = output,
    .bytes = 8,
    .resolve = resolve,
    .segment = segment,
};

/* Spillway with a measure of one's own: the share of a unit in the sum over all units.
 *
 *   cc own_measure.c $(pkg-config --cflags --libs spillway) -o spillway-own
 *   ./spillway-own measures share
 *   ./spillway-own run STUDY.yaml         with - share: {of: gdp} among the measures */
#include <spillway/program.h>

#include <math.h>

static sw_status resolve(sw_error *err, sw_job *job) {
  (void)err;
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  return SW_OK;
}

/* First the sums of a block by period, then the shares. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  sw_view of = job->input[sw_job_inputs(job, "of").first].view;
  double *sum = out, **row = job->result[0].row;
  const double *total = job->folded[0];
  (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = tile->lo; i < tile->hi; i++) {
      double value = sw_view_at(of, t, i);
      if (tile->pass == 1)
        row[t][i - of.first] = value / total[t];
      else if (!isnan(value))
        sum[t] += value;
    }
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  double *sum = all;
  (void)pass;
  for (int t = 0; t < job->n_periods; t++)
    sum[t] += ((const double *)part)[t];
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  for (int t = 0; pass == 0 && t < job->n_periods; t++)
    ((double *)result)[t] = ((const double *)all)[t];
  return SW_OK;
}

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable whose share is taken"}, {0}};
static const sw_output outputs[] = {
    {.name = "value", .long_name = "share of the unit in the sum", .units = "1", .shape = SW_UNIT},
    {0}};

static const sw_measure share = {.name = "share",
                                 .title = "Share of a unit in the sum over all units",
                                 .formula = "s_i = x_i / sum_j x_j",
                                 .source = "by definition",
                                 .version = 1,
                                 .kind = SW_KIND_UNIT,
                                 .param = params,
                                 .output = outputs,
                                 .resolve = resolve,
                                 .tile = tile,
                                 .merge = merge,
                                 .finish = finish};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&share, NULL};
  return sw_main(argc, argv, own);
}

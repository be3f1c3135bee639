/* Small measures that lean on every wall of the engine once, and a `run` that knows them:
 *   walls STUDY.yaml THREADS
 * Checked against numpy and between ranks by tests/ranks/test_walls.py. */
#include "base/arena.h"
#include "base/log.h"
#include "cli/session/session.h"
#include "cli/verbs/commands.h"
#include "comm/comm.h"
#include "spillway/measure.h"
#include "store/results/results.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sw_status one_pair_pass(sw_error *err, sw_job *job) {
  (void)err;
  job->n_passes = 2;
  job->pass[0] = (sw_pass){.domain = SW_UNITS, .operand = 1};
  job->pass[1] = (sw_pass){.domain = SW_PAIRS};
  return SW_OK;
}

/* Operand 0: the input itself, for pair kernels that read whole columns. */
static void copy_input(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out, (void)workspace;
  sw_view to = job->operand_local[tile->pass];
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t u = tile->lo; u < tile->hi; u++)
      to.row[t][u - to.first] = sw_view_at(job->input[0].view, t, u);
}

/* ---- a sorted row: directed, the radiation model ------------------------------------------- */

typedef struct neighbour {
  double h;
  int64_t unit;
} neighbour;

/* Numbers of a row: the nearest unit, and the mass of the first neighbours. */
enum { STEPS = 3 };
static const int steps[STEPS] = {1, 5, 300};

static int by_distance(const void *a, const void *b) {
  const neighbour *x = a, *y = b;
  if (x->h != y->h) return x->h < y->h ? -1 : 1;
  return (x->unit > y->unit) - (x->unit < y->unit);
}

static sw_status sorted_resolve(sw_error *err, sw_job *job) {
  static const char *const label[STEPS] = {"1", "5", "300"};
  sw_job_axis(job, (sw_axis){.name = "step", .n = STEPS, .label = label});
  job->directed = true;
  return one_pair_pass(err, job);
}

static size_t sorted_workspace(const sw_job *job) {
  return (size_t)job->n * sizeof(neighbour);
}

static void sorted_row(const sw_job *job, int t, int64_t i, double *const *out, void *workspace) {
  neighbour *sorted = workspace;
  const double *m = job->operand[0].row[t];
  const sw_distance *d = sw_job_distance(job, "distance");
  for (int64_t j = 0; j < job->n; j++) {
    double x = d->x[i] - d->x[j], y = d->y[i] - d->y[j], z = d->z[i] - d->z[j];
    sorted[j] = (neighbour){j == i ? -1.0 : x * x + y * y + z * z, j};
  }
  qsort(sorted, (size_t)job->n, sizeof *sorted, by_distance);
  double nearer = 0.0, *nearest = out[1], *within = out[2];
  if (nearest) nearest[0] = (double)sorted[1].unit;
  for (int64_t k = 1; k < job->n; k++) {
    int64_t j = sorted[k].unit;
    out[0][j] = m[i] * m[i] * m[j] / ((m[i] + nearer) * (m[i] + m[j] + nearer));
    nearer += m[j];
    for (int s = 0; within && s < STEPS; s++)
      if (k == steps[s]) within[s] = nearer;
  }
}

static const sw_param sorted_params[] = {
    {.name = "mass", .type = SW_P_COLUMN, .help = "mass"},
    {.name = "distance", .type = SW_P_DISTANCE, .fallback = "great-circle", .help = "distance"},
    {0}};
static const sw_output pair_outputs[] = {
    {.name = "value", .long_name = "value of the pair", .units = "1", .shape = SW_PAIR}, {0}};

static const sw_output sorted_outputs[] = {
    {.name = "value", .long_name = "value of the pair", .units = "1", .shape = SW_PAIR},
    {.name = "nearest",
     .long_name = "the nearest unit",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32,
     .by_row = true},
    {.name = "within",
     .long_name = "mass of the nearest units",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {"step"},
     .by_row = true},
    {0}};

static const sw_measure wall_sorted_row = {.name = "wall_sorted_row",
                                           .title = "radiation by sorted rows",
                                           .formula = "m_i m_i m_j / ((m_i + s)(m_i + m_j + s))",
                                           .source = "Simini et al. 2012",
                                           .version = 1,
                                           .kind = SW_KIND_PAIR,
                                           .param = sorted_params,
                                           .output = sorted_outputs,
                                           .flops = 20,
                                           .resolve = sorted_resolve,
                                           .tile = copy_input,
                                           .whole_row = sorted_row,
                                           .workspace = sorted_workspace};

/* ---- a folded value, then an operand: correlation of deviations over whole series ---------- */

static sw_status operand_resolve(sw_error *err, sw_job *job) {
  (void)err;
  size_t bytes = (size_t)(2 * job->n_periods) * sizeof(double);
  job->n_passes = 3;
  job->pass[0] = (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes};
  job->pass[1] = (sw_pass){.domain = SW_UNITS, .operand = 1};
  job->pass[2] = (sw_pass){.domain = SW_PAIRS};
  job->whole_series = true;
  return SW_OK;
}

static double deviation(const sw_job *job, int t, int64_t u) {
  const double *sums = job->folded[0];
  return sw_view_at(job->input[0].view, t, u) - sums[t] / sums[job->n_periods + t];
}

/* Pass 0 sums each period over units; pass 1 standardises each unit's deviations. */
static void operand_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)workspace;
  double *sums = out;
  sw_view to = job->operand_local[1];
  for (int64_t u = tile->lo; u < tile->hi; u++) {
    double mean = 0, norm = 0;
    for (int t = 0; t < job->n_periods; t++) {
      if (tile->pass == 0) {
        sums[t] += sw_view_at(job->input[0].view, t, u);
        sums[job->n_periods + t] += 1;
      } else {
        mean += deviation(job, t, u) / job->n_periods;
      }
    }
    if (tile->pass == 0) continue;
    for (int t = 0; t < job->n_periods; t++)
      norm += (deviation(job, t, u) - mean) * (deviation(job, t, u) - mean);
    for (int t = 0; t < job->n_periods; t++)
      to.row[t][u - to.first] = (deviation(job, t, u) - mean) / sqrt(norm);
  }
}

static void operand_merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  for (int k = 0; k < 2 * job->n_periods; k++)
    ((double *)all)[k] += ((const double *)part)[k];
}

static sw_status operand_finish(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  (void)err;
  if (pass == 0) memcpy(result, all, job->pass[0].result);
  return SW_OK;
}

static void operand_segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                            double *const *out, void *workspace) {
  (void)t, (void)workspace;
  for (int64_t j = j0; j < j1; j++) {
    double r = 0;
    for (int s = 0; s < job->n_periods; s++)
      r += job->operand[1].row[s][i] * job->operand[1].row[s][j];
    out[0][j - j0] = r;
  }
}

static const sw_param of_params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "variable"}, {0}};

static const sw_measure wall_operand = {.name = "wall_operand",
                                        .title = "correlation of deviations",
                                        .formula = "r",
                                        .source = "Pearson",
                                        .version = 1,
                                        .kind = SW_KIND_PAIR,
                                        .param = of_params,
                                        .output = pair_outputs,
                                        .flops = 40,
                                        .resolve = operand_resolve,
                                        .tile = operand_tile,
                                        .merge = operand_merge,
                                        .finish = operand_finish,
                                        .segment = operand_segment};

/* ---- items with a gathered column --------------------------------------------------------- */

static sw_status median_resolve(sw_error *err, sw_job *job) {
  (void)err;
  job->n_passes = 1;
  job->pass[0] = (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(double)};
  return SW_OK;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void median_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  double *sorted = workspace;
  memcpy(sorted, job->input[0].view.row[tile->lo], (size_t)job->n * sizeof *sorted);
  qsort(sorted, (size_t)job->n, sizeof *sorted, by_value);
  *(double *)out = (sorted[(job->n - 1) / 2] + sorted[job->n / 2]) / 2;
}

static sw_status median_finish(sw_error *err, sw_job *job, int pass, const void *all,
                               void *result) {
  (void)err, (void)pass, (void)result;
  memcpy(job->result[0].row[0], all, (size_t)job->n_periods * sizeof(double));
  return SW_OK;
}

static size_t median_workspace(const sw_job *job) {
  return (size_t)job->n * sizeof(double);
}

static const sw_output median_outputs[] = {
    {.name = "median", .long_name = "median over the units", .units = "1", .shape = SW_GLOBAL},
    {0}};

static const sw_measure wall_median = {.name = "wall_median",
                                       .title = "median",
                                       .formula = "middle value",
                                       .source = "none",
                                       .version = 1,
                                       .kind = SW_KIND_GLOBAL,
                                       .param = of_params,
                                       .output = median_outputs,
                                       .resolve = median_resolve,
                                       .tile = median_tile,
                                       .finish = median_finish,
                                       .workspace = median_workspace};

/* ---- links and nothing else ---------------------------------------------------------------- */

static sw_status links_resolve(sw_error *err, sw_job *job) {
  job->links_only = true;
  return one_pair_pass(err, job);
}

static void links_segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                          double *const *out, void *workspace) {
  (void)workspace;
  const double *x = job->operand[0].row[t];
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = fabs(x[i] - x[j]);
}

static const sw_param links_params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "variable"},
                                        {.name = "weights", .type = SW_P_WEIGHTS, .help = "links"},
                                        {0}};

static const sw_measure wall_links = {.name = "wall_links",
                                      .title = "difference across links",
                                      .formula = "|x_i - x_j|",
                                      .source = "none",
                                      .version = 1,
                                      .kind = SW_KIND_PAIR,
                                      .param = links_params,
                                      .output = pair_outputs,
                                      .flops = 2,
                                      .resolve = links_resolve,
                                      .tile = copy_input,
                                      .segment = links_segment};

/* ---- state built from finish's bytes ------------------------------------------------------ */

static sw_status state_resolve(sw_error *err, sw_job *job) {
  SW_TRY(operand_resolve(err, job));
  job->whole_series = false;
  job->n_passes = 2;
  job->pass[1] = (sw_pass){.domain = SW_UNITS};
  return SW_OK;
}

static sw_status state_build(sw_error *err, sw_job *job, int pass) {
  if (pass != 0) return SW_OK;
  double *mean = NULL;
  const double *sums = job->folded[0];
  SW_TRY(sw_alloc(err, (size_t)job->n_periods, sizeof *mean, (void **)&mean));
  for (int t = 0; t < job->n_periods; t++)
    mean[t] = sums[t] / sums[job->n_periods + t];
  job->state = mean;
  return SW_OK;
}

static void state_destroy(sw_job *job) {
  sw_free(job->state);
  job->state = NULL;
}

static void state_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  if (tile->pass == 0) {
    operand_tile(job, tile, out, workspace);
    return;
  }
  const double *mean = job->state;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t u = tile->lo; u < tile->hi; u++)
      job->result[0].row[t][u - job->input[0].view.first] =
          sw_view_at(job->input[0].view, t, u) - mean[t];
}

static const sw_output state_outputs[] = {
    {.name = "deviation", .long_name = "deviation from the mean", .units = "1", .shape = SW_UNIT},
    {0}};

static const sw_measure wall_state = {.name = "wall_state",
                                      .title = "deviation from the mean",
                                      .formula = "x - mean",
                                      .source = "none",
                                      .version = 1,
                                      .kind = SW_KIND_UNIT,
                                      .param = of_params,
                                      .output = state_outputs,
                                      .resolve = state_resolve,
                                      .tile = state_tile,
                                      .merge = operand_merge,
                                      .finish = operand_finish,
                                      .build = state_build,
                                      .destroy = state_destroy};

static const sw_measure *const walls[5] = {&wall_sorted_row, &wall_operand, &wall_median,
                                           &wall_links, &wall_state};

/* ---- the program ------------------------------------------------------------------------ */

static sw_status run_study(sw_error *err, sw_session *s, const char *file, const char *threads) {
  SW_TRY(sw_session_study(err, s->team, file, NULL, threads, s));
  SW_TRY(sw_results_start(err, s->team, s->study->output_path, true, false, &s->results));
  SW_TRY(sw_session_panel(err, s));
  SW_TRY(sw_results_begin(err, s->results, s->run));
  SW_TRY(sw_run_first(err, s->run));
  SW_TRY(sw_results_create(err, s->results));
  SW_TRY(sw_run_rest(err, s->run, sw_results_sink(s->results)));
  return sw_results_finish(err, s->results);
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_session session = {.extra = walls, .n_extra = 5};
  if (sw_comm_start(&err, &argc, &argv, &session.team) != SW_OK || argc != 3) return 1;
  sw_log_setup(SW_LOG_WARN, session.team->rank);
  sw_status status = run_study(&err, &session, argv[1], argv[2]);
  sw_results_destroy(session.results, status, NULL);
  sw_session_close(&session);
  int code = status == SW_OK ? 0 : sw_cli_fail(session.team, &err);
  sw_comm_stop(session.team);
  return code;
}

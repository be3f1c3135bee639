/* `spillway` with measures of its own that ask the engine for what none of the catalogue does yet:
 * an alias; two weights matrices and two distances; resources made once per node, of which the file
 * that ASKS_COUNT names gets a byte each; pair results below another. Used by
 * tests/ranks/test_asks.py. */
#include "spillway/program.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- resources: of links, and of another ---------------------------------------------------- */

/* One byte appended is whole, whatever other ranks append. */
static void count(void) {
  const char *path = getenv("ASKS_COUNT");
  int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
  if (file < 0) return;
  if (write(file, ".", 1) != 1) abort();
  close(file);
}

/* Row sums of the square of the links. */
static sw_status fill_square(sw_error *err, const sw_resource *resource, const void *base,
                             void *object, void *out) {
  const sw_links *links = resource->links[0];
  double *sum = out;
  (void)err, (void)base, (void)object;
  count();
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      sum[i] += links->value[k] * links->row_sum[links->to[k]];
  return SW_OK;
}

typedef struct grid {
  int64_t n, points;
  double first, last;
} grid;

/* Of which the size is found here, as if it were not known. */
static sw_status begin_grid(sw_error *err, const sw_resource *resource, const void *base,
                            void **object, size_t *bytes) {
  const grid *g = resource->setting;
  const double *sum = base;
  double *value = malloc((size_t)g->points * sizeof *value);
  count();
  *object = value;
  *bytes = (size_t)g->points * sizeof *value;
  if (!value) return sw_fail(err, SW_ENOMEM, "no memory for a grid");
  for (int64_t k = 0; k < g->points; k++) {
    double at = g->first + (g->last - g->first) * (double)k / (double)(g->points - 1);
    value[k] = 0;
    for (int64_t i = 0; i < g->n; i++)
      value[k] += log(1 + at * sum[i]);
    if (!isfinite(value[k]))
      return sw_fail(err, SW_EINPUT, "at %g there is no logarithm; begin the grid higher", at);
  }
  return SW_OK;
}

static sw_status fill_grid(sw_error *err, const sw_resource *resource, const void *base,
                           void *object, void *out) {
  const grid *g = resource->setting;
  (void)err, (void)base;
  memcpy(out, object, (size_t)g->points * sizeof(double));
  return SW_OK;
}

static sw_status resolve_made(sw_error *err, sw_job *job) {
  static const char *const label[] = {"first", "middle", "last"};
  const sw_arg *ends = sw_job_arg(job, "grid");
  grid *g = NULL;
  SW_NEW(err, job->arena, g, 1);
  *g = (grid){job->n, 3, ends->numbers[0], ends->numbers[1]};
  job->state = g;
  sw_job_axis(job, (sw_axis){.name = "point", .n = 3, .label = label});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  sw_job_resource(job, (sw_resource){.name = "square",
                                     .links = {sw_job_weights(job, "weights")},
                                     .bytes = (size_t)job->n * sizeof(double),
                                     .fill = fill_square});
  return SW_OK;
}

/* The grid is asked for when its pass begins. */
static sw_status prepare_made(sw_error *err, sw_job *job, int pass) {
  (void)err, (void)pass;
  sw_job_resource(job, (sw_resource){.name = "grid",
                                     .base = 1,
                                     .setting = job->state,
                                     .setting_bytes = sizeof(grid),
                                     .begin = begin_grid,
                                     .fill = fill_grid,
                                     .end = free});
  return SW_OK;
}

static void tile_made(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const double *sum = job->made[0];
  int64_t first = job->input[0].view.first;
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      job->result[0].row[t][unit - first] = sum[unit];
}

static sw_status finish_made(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)pass, (void)all, (void)result;
  memcpy(job->result[1].row[0], job->made[1], job->made_bytes[1]);
  return SW_OK;
}

static const sw_param made_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "weights", .type = SW_P_WEIGHTS, .help = "the links"},
    {.name = "grid", .type = SW_P_NUMBERS, .fallback = "[0, 1]", .help = "its ends"},
    {.name = NULL}};

static const sw_output made_outputs[] = {
    {.name = "sum", .long_name = "row of the square", .units = "1", .shape = SW_UNIT},
    {.name = "value", .long_name = "logs", .units = "1", .shape = SW_TABLE, .axis = {"point"}},
    {.name = NULL}};

static const sw_measure made_measure = {.name = "asks_made",
                                        .title = "What is made once per node",
                                        .formula = "sum_i ln(1 + r (W W 1)_i)",
                                        .source = "by definition",
                                        .version = 1,
                                        .kind = SW_KIND_MODEL,
                                        .param = made_params,
                                        .output = made_outputs,
                                        .resolve = resolve_made,
                                        .prepare = prepare_made,
                                        .tile = tile_made,
                                        .finish = finish_made};

/* ---- pair results below another ------------------------------------------------------------ */

enum { FLOW, EFFECT, SQUARED, NEAR, DOUBLED, FIT };

/* Operands: the variable, then each of `x`. */
typedef struct below {
  sw_inputs of, x;
  int *term; /* of each label of `spillover`, its index into x */
} below;

static sw_status find_terms(sw_error *err, const sw_job *job, below *b) {
  const sw_arg *spillover = sw_job_arg(job, "spillover");
  SW_NEW(err, job->arena, b->term, spillover->count + 1);
  for (int k = 0; k < spillover->count; k++) {
    while (b->term[k] < b->x.count &&
           strcmp(job->input[b->x.first + b->term[k]].name, spillover->texts[k]) != 0)
      b->term[k]++;
    if (b->term[k] == b->x.count)
      return sw_job_fail(err, job, "spillover", "'%s' is not among x", spillover->texts[k]);
  }
  return SW_OK;
}

static sw_status resolve_below(sw_error *err, sw_job *job) {
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  below *b = NULL;
  SW_NEW(err, job->arena, b, 1);
  *b = (below){.of = sw_job_inputs(job, "of"), .x = sw_job_inputs(job, "x")};
  SW_TRY(find_terms(err, job, b));
  job->state = b;
  job->directed = true;
  job->result[FLOW].off = sw_job_arg(job, "own")->number == 0;
  job->result[SQUARED].off |= sw_job_arg(job, "series")->number == 1;
  job->whole_series = sw_job_arg(job, "series")->number == 1;
  sw_job_pass(
      job,
      (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes, .operand = 1 + b->x.count});
  bool pairs = !job->result[FLOW].off || !job->result[EFFECT].off || !job->result[NEAR].off;
  if (pairs) sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  return SW_OK;
}

static void tile_below(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const below *b = job->state;
  int64_t first = job->input[0].view.first;
  double *sum = out;
  (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      for (int k = 0; k <= b->x.count; k++)
        job->operand_local[0].row[k * job->n_periods + t][unit - first] =
            sw_view_at(job->input[k == 0 ? b->of.first : b->x.first + k - 1].view, t, unit);
      double value = sw_view_at(job->input[b->of.first].view, t, unit);
      job->result[DOUBLED].row[t][unit - first] = 2 * value;
      sum[t] += value;
    }
}

static void merge_below(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  for (int t = 0; t < job->n_periods; t++)
    ((double *)all)[t] += ((const double *)part)[t];
}

static sw_status finish_below(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)pass;
  memcpy(result, all, (size_t)job->n_periods * sizeof(double));
  memcpy(job->result[FIT].row[0], all, (size_t)job->n_periods * sizeof(double));
  return SW_OK;
}

/* Which matrices are asked for stands in the job. */
static void segment_below(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                          double *const *out, void *workspace) {
  const below *b = job->state;
  double *const *row = job->operand[0].row, *of = row[t];
  (void)workspace;
  for (int64_t j = j0; j < j1; j++) {
    if (!job->group)
      out[FLOW][j - j0] = of[i] + of[j];
    else if (strcmp(job->group, "peers") == 0)
      out[NEAR][j - j0] = fabs(of[i] - of[j]);
    else {
      const double *x = row[(1 + b->term[job->label]) * job->n_periods + t];
      double effect = x[i] - 2 * of[j];
      out[EFFECT][j - j0] = effect;
      if (out[SQUARED]) out[SQUARED][j - j0] = effect * effect;
    }
  }
}

static const sw_param below_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "x", .type = SW_P_COLUMNS, .help = "others"},
    {.name = "own", .type = SW_P_BOOL, .fallback = "false", .help = "pairs of its own"},
    {.name = "series", .type = SW_P_BOOL, .fallback = "false", .help = "one matrix, the first's"},
    {.name = "spillover",
     .type = SW_P_MATRICES,
     .fallback = "",
     .choices = "terms",
     .help = "effects of some of x"},
    {.name = "peers", .type = SW_P_MATRICES, .fallback = "", .help = "how near they are"},
    {.name = NULL}};

static const sw_output below_outputs[] = {
    {.name = "flow", .long_name = "flow", .units = "1", .shape = SW_PAIR},
    {.name = "effect", .long_name = "effect", .units = "1", .shape = SW_PAIR, .group = "spillover"},
    {.name = "squared",
     .long_name = "square",
     .units = "1",
     .shape = SW_PAIR,
     .group = "spillover"},
    {.name = "near", .long_name = "nearness", .units = "1", .shape = SW_PAIR, .group = "peers"},
    {.name = "doubled", .long_name = "twice", .units = "1", .shape = SW_UNIT},
    {.name = "fit", .long_name = "sum", .units = "1", .shape = SW_GLOBAL},
    {.name = NULL}};

static const sw_measure below_measure = {.name = "asks_below",
                                         .title = "Pair results below another",
                                         .formula = "x_i - 2 y_j",
                                         .source = "by definition",
                                         .version = 1,
                                         .headline = "fit",
                                         .kind = SW_KIND_MODEL,
                                         .param = below_params,
                                         .output = below_outputs,
                                         .resolve = resolve_below,
                                         .tile = tile_below,
                                         .merge = merge_below,
                                         .finish = finish_below,
                                         .segment = segment_below};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&lag_measure,  &lag_in,        &two_measure,
                                          &made_measure, &below_measure, NULL};
  return sw_main(argc, argv, own);
}

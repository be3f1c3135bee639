/* `spillway` with measures of its own that say lines of their results (sw_job_say): `tells`, whose
 * periods rest on nothing of each other; `tells_pairs`, which has pairs, so that its passes run
 * twice. Used by tests/ranks/test_says.py. */
#include "spillway/program.h"

#include <math.h>
#include <string.h>

enum { SCORE, MEAN, GROUP_MEAN };

typedef struct sums {
  double sum, count;
} sums;

/* ---- by period --------------------------------------------------------------------------- */

static sw_status resolve(sw_error *err, sw_job *job) {
  const sw_arg *by = sw_job_arg(job, "by");
  const sw_grouping *grouping = NULL;
  for (int g = 0; by->count > 0 && g < job->units->n_groupings; g++)
    if (strcmp(job->units->grouping[g].name, by->texts[0]) == 0)
      grouping = &job->units->grouping[g];
  job->state = (void *)grouping;
  if (grouping)
    SW_TRY(sw_job_group_axes(err, job, "group", NULL, grouping));
  else
    job->result[GROUP_MEAN].off = true;
  size_t sum = (size_t)job->n_periods * (size_t)(1 + (grouping ? grouping->n_groups : 0));
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sum * sizeof(sums)});
  return SW_OK;
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  const sw_grouping *grouping = job->state;
  int width = 1 + (grouping ? grouping->n_groups : 0);
  sums *sum = out;
  (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      double x = sw_view_at(job->input[0].view, t, i);
      job->result[SCORE].row[t][i - job->input[0].view.first] = x;
      if (isnan(x)) continue;
      sum[t * width].sum += x;
      sum[t * width].count += 1;
      if (!grouping) continue;
      sum[t * width + 1 + grouping->of[i]].sum += x;
      sum[t * width + 1 + grouping->of[i]].count += 1;
    }
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  sums *to = all;
  const sums *from = part;
  for (size_t k = 0; k < job->pass[pass].partial / sizeof *to; k++) {
    to[k].sum += from[k].sum;
    to[k].count += from[k].count;
  }
}

/* Lines of all periods together: which have a mean above the limit; then as many as are asked for.
 */
static void say(sw_job *job) {
  int lines = (int)sw_job_arg(job, "lines")->number;
  double above = sw_job_arg(job, "above")->number;
  for (int t = 0; t < job->n_periods; t++)
    if (job->result[MEAN].row[0][t] > above)
      sw_job_say(job, "%s: a mean of %.9g\nof %d periods", sw_job_period(job, t),
                 job->result[MEAN].row[0][t], job->n_periods);
  for (int k = 0; k < lines; k++)
    sw_job_say(job, "line %d: %s", k, k % 2 ? "东莞、深圳" : "one of two");
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_grouping *grouping = job->state;
  int groups = grouping ? grouping->n_groups : 0;
  const sums *sum = all;
  (void)err, (void)pass, (void)result;
  for (int t = 0; t < job->n_periods; t++, sum += 1 + groups) {
    job->result[MEAN].row[0][t] = sum[0].sum / sum[0].count;
    for (int g = 0; g < groups; g++)
      job->result[GROUP_MEAN].row[0][t * groups + g] = sum[1 + g].sum / sum[1 + g].count;
  }
  say(job);
  return SW_OK;
}

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "by", .type = SW_P_GROUPINGS, .fallback = "", .help = "groups"},
    {.name = "above", .type = SW_P_NUMBER, .fallback = "0", .help = "means that are told"},
    {.name = "lines", .type = SW_P_INTEGER, .fallback = "0", .hi = 100000, .help = "further lines"},
    {.name = NULL}};

static const sw_output outputs[] = {
    {.name = "score", .long_name = "the variable", .units = "1", .shape = SW_UNIT},
    {.name = "mean", .long_name = "its mean", .units = "1", .shape = SW_GLOBAL},
    {.name = "mean_of",
     .long_name = "its mean by group",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"group"}},
    {.name = NULL}};

static const sw_measure tells = {.name = "tells",
                                 .title = "A mean, told",
                                 .formula = "mean of x",
                                 .source = "by definition",
                                 .version = 1,
                                 .headline = "mean_of",
                                 .kind = SW_KIND_GLOBAL,
                                 .param = params,
                                 .output = outputs,
                                 .resolve = resolve,
                                 .tile = tile,
                                 .merge = merge,
                                 .finish = finish};

/* ---- with pairs --------------------------------------------------------------------------- */

static sw_status resolve_pairs(sw_error *err, sw_job *job) {
  (void)err;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = sizeof(sums), .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  return SW_OK;
}

static void tile_pairs(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  sw_view to = job->operand_local[0];
  (void)workspace;
  ((sums *)out)->count += (double)(at->hi - at->lo);
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++)
      to.row[t][i - to.first] = sw_view_at(job->input[0].view, t, i);
}

static sw_status finish_pairs(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)pass, (void)result;
  sw_job_say(job, "pairs of %.0f units", ((const sums *)all)->count);
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  const double *x = job->operand[0].row[t];
  (void)workspace;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = fabs(x[i] - x[j]);
}

static const sw_param params_of_pairs[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"}, {.name = NULL}};
static const sw_output outputs_of_pairs[] = {
    {.name = "value", .long_name = "a difference", .units = "1", .shape = SW_PAIR}, {.name = NULL}};

static const sw_measure tells_pairs = {.name = "tells_pairs",
                                       .title = "Differences, told",
                                       .formula = "|x_i - x_j|",
                                       .source = "by definition",
                                       .version = 1,
                                       .kind = SW_KIND_PAIR,
                                       .param = params_of_pairs,
                                       .output = outputs_of_pairs,
                                       .resolve = resolve_pairs,
                                       .tile = tile_pairs,
                                       .merge = merge,
                                       .finish = finish_pairs,
                                       .segment = segment};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&tells, &tells_pairs, NULL};
  return sw_main(argc, argv, own);
}

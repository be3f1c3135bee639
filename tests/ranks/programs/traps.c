/* A program with measures of its own that fall into a trap each, and one that has every form of
 * output:
 *   traps NAME ARGUMENTS...
 * is `spillway ARGUMENTS...` with a measure called `trap`, faulty as NAME says; "none": as it
 * should be. "output:X" is a measure whose table is called X. Used by tests/ranks/test_traps.py. */
#include "spillway/program.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *trap = "none";

static bool is(const char *name) {
  return strcmp(trap, name) == 0;
}

/* ---- as it should be ---------------------------------------------------------------------- */

enum { FLOW, DELAY, DOUBLED, CLASS, FIT, TABLE, STEADY, BY_RING, CUBE, ONE };

static void declare_passes(sw_job *job) {
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  sw_pass units = {.domain = SW_UNITS, .partial = bytes, .result = bytes, .operand = 1};
  sw_pass items = {.domain = SW_ITEMS, .items = job->n_periods, .record = sizeof(double)};
  sw_pass pairs = {.domain = SW_PAIRS};
  if (is("pairs_first")) sw_job_pass(job, pairs);
  if (!is("items_only")) sw_job_pass(job, units);
  sw_job_pass(job, items);
  if (!is("pairs_first")) sw_job_pass(job, pairs);
  for (int k = 0; is("thirteen_passes") && k < 10; k++)
    job->pass[job->n_passes++] = pairs;
}

static sw_status resolve(sw_error *err, sw_job *job) {
  static const char *const term[] = {"constant", "x"};
  (void)err;
  job->directed = true;
  declare_passes(job);
  sw_job_axis(job, (sw_axis){.name = "term", .n = 2, .label = term});
  if (!is("axis_undeclared")) sw_job_axis(job, (sw_axis){.name = "term_to", .n = 2, .label = term});
  static const double ring[] = {0.5, 100, INFINITY};
  sw_job_axis(job, (sw_axis){.name = "ring",
                             .n = 3,
                             .number = ring,
                             .label = is("axis_both") ? term : NULL,
                             .units = "km"});
  if (is("axis_twice")) sw_job_axis(job, (sw_axis){.name = "term", .n = 2, .label = term});
  return SW_OK;
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  double *sum = out;
  sw_view of = job->input[0].view;
  (void)workspace;
  if (job->pass[at->pass].domain == SW_ITEMS) {
    for (int64_t i = 0; is("item_fills_unit") && i < job->n; i++)
      job->result[DOUBLED].row[at->lo][i] = 2 * sw_view_at(of, (int)at->lo, i);
    *(double *)out = sw_view_at(of, (int)at->lo, job->n - 1);
    return;
  }
  /* What has no time: the sum over periods, and thrice that by ring and term. */
  for (int64_t i = at->lo; i < at->hi; i++) {
    double all = 0;
    for (int t = 0; t < job->n_periods; t++)
      all += sw_view_at(of, t, i);
    job->result[STEADY].row[0][i - of.first] = all;
    for (int k = 0; k < job->result[BY_RING].width; k++)
      job->result[BY_RING].row[k][i - of.first] = 3 * all + k;
  }
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      double x = sw_view_at(of, t, i);
      sum[t] += x;
      job->operand_local[at->pass].row[t][i - of.first] = x;
      job->result[DOUBLED].row[t][i - of.first] = 2 * x;
      /* One unit of the last rank alone is no whole number. */
      job->result[CLASS].row[t][i - of.first] =
          floor(x) + (is("fraction") && i == job->n - 1 ? .5 : 0);
    }
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  for (int t = 0; t < job->n_periods; t++)
    ((double *)all)[t] += ((const double *)part)[t];
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  (void)err;
  if (job->pass[pass].result) memcpy(result, all, bytes);
  if (job->pass[pass].domain == SW_ITEMS) memcpy(job->result[FIT].row[0], all, bytes);
  for (int k = 0; k < 4; k++)
    job->result[TABLE].row[0][k] = k;
  for (int k = 0; k < 12 * job->n_periods; k++)
    job->result[CUBE].row[0][k] = k;
  job->result[ONE].row[0][0] = 1.5;
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  const double *x = job->operand[0].row[t];
  (void)workspace;
  if (is("segment_fills_unit") && i == job->n - 1) job->result[DOUBLED].row[t][i] = 7;
  for (int64_t j = j0; j < j1; j++) {
    out[FLOW][j - j0] = x[i] - 2 * x[j];
    if (out[DELAY]) out[DELAY][j - j0] = x[i] + x[j];
  }
}

static const sw_param params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
                                  {.name = NULL}};

static sw_output outputs[] = {
    {.name = "flow", .long_name = "flow", .units = "1", .shape = SW_PAIR},
    {.name = "delay", .long_name = "delay", .units = "1", .shape = SW_PAIR},
    {.name = "doubled", .long_name = "twice x", .units = "1", .shape = SW_UNIT},
    {.name = "class", .long_name = "x cut", .units = "1", .shape = SW_UNIT, .number = SW_INT32},
    {.name = "fit", .long_name = "x of the last", .units = "1", .shape = SW_GLOBAL},
    {.name = "vcov", .units = "1", .shape = SW_TABLE, .axis = {"term", "term_to"}},
    {.name = "steady", .long_name = "sum of x", .units = "1", .shape = SW_UNIT, .timeless = true},
    {.name = "by_ring",
     .long_name = "thrice the sum of x",
     .units = "1",
     .shape = SW_UNIT,
     .timeless = true,
     .axis = {"ring", "term"}},
    {.name = "cube",
     .long_name = "by period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"term", "ring", "term_to"}},
    {.name = "one", .long_name = "a number", .units = "1", .shape = SW_TABLE},
    {.name = NULL}};

static sw_measure measure = {.name = "trap",
                             .title = "A model with a matrix",
                             .formula = "x_i - 2 x_j",
                             .source = "none",
                             .version = 1,
                             .kind = SW_KIND_MODEL,
                             .headline = "fit",
                             .param = params,
                             .output = outputs,
                             .resolve = resolve,
                             .tile = tile,
                             .merge = merge,
                             .finish = finish,
                             .segment = segment};

/* ---- traps of the descriptor --------------------------------------------------------------- */

static void ten_pairs(void) {
  static sw_output ten[12];
  static char name[11][3];
  for (int k = 0; k < 10; k++) {
    ten[k] = outputs[FLOW];
    snprintf(name[k], sizeof name[k], "q%c", 'a' + k);
    ten[k].name = name[k];
  }
  measure.output = ten;
}

static void set_trap(void) {
  measure.headline = is("headline") ? "fits" : measure.headline;
  if (is("axis_gap")) outputs[DOUBLED].axis[2] = "term";
  if (is("axis_repeated")) outputs[TABLE].axis[1] = "term";
  if (is("timeless_global")) outputs[FIT].timeless = true;
  if (is("ten_pairs")) ten_pairs();
  if (strncmp(trap, "output:", 7) == 0) outputs[TABLE].name = trap + 7;
}

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&measure, NULL};
  if (argc < 2) return 2;
  trap = argv[1];
  set_trap();
  argv[1] = argv[0];
  return sw_main(argc - 1, argv + 1, own);
}

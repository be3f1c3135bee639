/* A run made by hand, with one entry of each form a result can take and numbers known in advance,
 * written through the whole path of the results file by any number of ranks. What it writes is
 * read back by tests/results/test_writer.py. */
#ifndef TESTS_RESULTS_FIXTURE_H
#define TESTS_RESULTS_FIXTURE_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/results/results.h"

enum { UNITS = 600, PERIODS = 3, ENTRIES = 9, TOP = 5, AXIS = 3, INPUT_NAME = 256 };
/* The entries, in the order of the study. */
enum { ECONOMY, UNIT, GLOBAL, DENSE, BEST, ABOVE, NONE, SERIES, SUMMARY };

/* Exact in float32; NaN on the diagonal and for some pairs. */
static inline double pair_value(int q, int t, int64_t i, int64_t j) {
  if (i == j || (i + j) % 97 == 0) return NAN;
  return (double)((i * 7 + j * 13 + t * 5 + q * 3) % 101) / 8;
}

static inline double unit_value(int k, int t, int64_t i) {
  return (i + t) % 50 == 0 ? NAN : (double)(i * 3 + t * 1000 + k * 100000) / 7;
}

/* ---- descriptors ------------------------------------------------------------------------- */

static const sw_param fixture_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "what"},
    {.name = "decay", .type = SW_P_NUMBER, .fallback = "2", .help = "how"},
    {.name = "weight", .type = SW_P_COLUMN, .fallback = "", .help = "by what"},
    {0}};

static const sw_output composite_outputs[] = {
    {.name = "score", .long_name = "composite score", .units = "1", .shape = SW_UNIT},
    {.name = "weight",
     .long_name = "weight of the indicator",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"indicator"}},
    {.name = "weight",
     .long_name = "weight in the period",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"indicator"}},
    {.name = "bounds",
     .long_name = "bounds",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"indicator", "bound"}},
    {0}};
static const sw_output unit_outputs[] = {
    {.name = "coordination", .long_name = "a degree", .units = "1", .shape = SW_UNIT},
    {.name = "class", .long_name = "a class", .units = "1", .shape = SW_UNIT, .number = SW_INT32},
    {.name = "share",
     .long_name = "of an industry",
     .units = "1",
     .shape = SW_UNIT,
     .axis = {"industry"}},
    {.name = "slope", .long_name = "over time", .units = "1", .shape = SW_UNIT, .timeless = true},
    {.name = "reach",
     .long_name = "three axes, no time",
     .units = "1",
     .shape = SW_UNIT,
     .timeless = true,
     .axis = {"grouping", "ring", "industry"}},
    {0}};
static const sw_output global_outputs[] = {
    {.name = "I", .long_name = "an index", .units = "1", .shape = SW_GLOBAL},
    {.name = "parts",
     .long_name = "by grouping",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"grouping"}},
    {.name = "cube",
     .long_name = "three axes and time",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"industry", "ring", "bound"}},
    {.name = "n_used",
     .long_name = "how many",
     .units = "1",
     .shape = SW_GLOBAL,
     .number = SW_INT32},
    {.name = "constant", .long_name = "one number", .units = "1", .shape = SW_TABLE},
    {0}};
static const sw_output pair_outputs[] = {
    {.name = "never", .long_name = "switched off", .units = "1", .shape = SW_PAIR},
    {.name = "flow", .long_name = "flow between units", .units = "km", .shape = SW_PAIR},
    {.name = "delay", .long_name = "delay between units", .units = "1", .shape = SW_PAIR},
    {0}};

#define FIXTURE_MEASURE(id, called, sort, out)                                                     \
  static const sw_measure id = {.name = called,                                                    \
                                .title = "A " called,                                              \
                                .formula = "x = y",                                                \
                                .source = "Nobody 1900",                                           \
                                .version = 3,                                                      \
                                .kind = sort,                                                      \
                                .param = fixture_params,                                           \
                                .output = out}
FIXTURE_MEASURE(fixture_composite, "composite", SW_KIND_COMPOSITE, composite_outputs);
FIXTURE_MEASURE(fixture_unit, "unit measure", SW_KIND_UNIT, unit_outputs);
FIXTURE_MEASURE(fixture_global, "global measure", SW_KIND_GLOBAL, global_outputs);
FIXTURE_MEASURE(fixture_pair, "pair measure", SW_KIND_PAIR, pair_outputs);

/* ---- the study and its panel ------------------------------------------------------------- */

typedef struct fixture {
  sw_arena *arena;
  sw_study study;
  sw_panel panel;
  sw_run run;
  sw_job job[ENTRIES];
  sw_entry entry[ENTRIES];
  sw_pair_plan pair[ENTRIES];
  sw_arg arg[3];
  sw_grouping grouping;
  char input[INPUT_NAME];
} fixture;

/* Memory of the fixture's arena; a test that has none is no test. */
static void *fixture_array(fixture *f, size_t count, size_t size) {
  void *out = NULL;
  sw_error err = {0};
  if (sw_arena_alloc(&err, f->arena, count, size, &out) != SW_OK) abort();
  return out;
}

static void make_units(fixture *f) {
  sw_units *units = &f->panel.units;
  char *text = fixture_array(f, UNITS, 8), *at = text;
  int64_t *code_at = fixture_array(f, UNITS + 1, sizeof *code_at);
  double *lon = fixture_array(f, UNITS, sizeof *lon), *lat = fixture_array(f, UNITS, sizeof *lat);
  int32_t *of = fixture_array(f, UNITS, sizeof *of);
  static const char *const label[] = {"", "东部", "Ñandú"};
  for (int i = 0; i < UNITS; i++) {
    code_at[i] = at - text;
    at += sprintf(at, "%05d", i * 3) + 1;
    lon[i] = i % 7 == 0 ? NAN : i / 10.0;
    lat[i] = i % 7 == 0 ? NAN : i / 20.0;
    of[i] = i % 3;
  }
  code_at[UNITS] = at - text;
  f->grouping = (sw_grouping){.name = "region", .n_groups = 3, .label = label, .of = of};
  *units = (sw_units){.n = UNITS,
                      .text = text,
                      .code_at = code_at,
                      .lon = lon,
                      .lat = lat,
                      .n_groupings = 1,
                      .grouping = &f->grouping};
}

static void make_study(fixture *f, const char *out, bool float64, bool deflate) {
  static const char *const label[PERIODS] = {"2020Q1", "2020Q2", "2020Q3"};
  static const char *names[1], *paths[1];
  snprintf(f->input, sizeof f->input, "%.200s.input.csv", out);
  names[0] = "data/input.csv";
  paths[0] = f->input;
  f->panel.periods = (sw_periods){.n = PERIODS, .label = label};
  f->study = (sw_study){.arena = f->arena,
                        .file = "study.yaml",
                        .text = "study: 测试\n",
                        .name = "fixture",
                        .n_entries = ENTRIES,
                        .entry = f->entry,
                        .float64 = float64,
                        .deflate = deflate,
                        .seed = 42,
                        .tile = 128,
                        .panel = {.n_files = 1, .file = names, .path = paths}};
  f->arg[0] = (sw_arg){.given = true, .text = "gdp"};
  f->arg[1] = (sw_arg){.text = "2"};
}

/* ---- jobs -------------------------------------------------------------------------------- */

static double **make_rows(fixture *f, int rows, int64_t units) {
  double **row = fixture_array(f, (size_t)rows, sizeof *row);
  for (int r = 0; r < rows; r++)
    row[r] = fixture_array(f, (size_t)units + 1, sizeof **row);
  return row;
}

static int width_of(const sw_job *job, const sw_output *output) {
  int width = 1;
  for (int a = 0; a < SW_MAX_OWN && output->axis[a]; a++)
    width *= sw_job_find_axis(job, output->axis[a])->n;
  return width;
}

static void fill_result(fixture *f, sw_job *job, int r) {
  sw_result *result = &job->result[r];
  const sw_output *output = result->output = &job->measure->output[r];
  int64_t units = f->panel.hi - f->panel.lo;
  int width = result->width = width_of(job, output), n_periods = sw_result_periods(job, result);
  if (output->shape == SW_UNIT) {
    result->row = make_rows(f, width * n_periods, units);
    for (int k = 0; k < width; k++)
      for (int t = 0; t < n_periods; t++)
        for (int64_t i = 0; i < units; i++)
          result->row[k * n_periods + t][i] = output->number == SW_INT32
                                                  ? (double)((f->panel.lo + i + t) % 11 - 1)
                                                  : unit_value(k, t, f->panel.lo + i);
  } else if (output->shape != SW_PAIR) {
    int count = width * n_periods;
    result->row = make_rows(f, 1, count);
    for (int i = 0; i < count; i++)
      result->row[0][i] = output->number == SW_INT32 ? i + 5 : i == 1 ? NAN : i + 0.25;
  }
}

static void make_job(fixture *f, int e, const sw_measure *measure, const char *name) {
  static const char *const names[] = {"农业", "industry", "services"};
  static const char *const bounds[] = {"lo", "hi"}, *const grouping[] = {"region"};
  static const int some[] = {0, 2}, all[] = {0, 1, 2};
  sw_job *job = &f->job[e];
  *job = (sw_job){.measure = measure,
                  .name = name,
                  .where = "study.yaml:1:1",
                  .arg = f->arg,
                  .n = UNITS,
                  .units = &f->panel.units,
                  .periods = &f->panel.periods,
                  .n_periods = e == DENSE ? 2 : PERIODS,
                  .period = e == DENSE ? some : all,
                  .arena = f->arena,
                  .n_axes = 5,
                  .whole_series = e == SERIES};
  job->axis[0] = (sw_axis){.name = "indicator", .n = AXIS, .label = names};
  job->axis[1] = (sw_axis){.name = "bound", .n = 2, .label = bounds};
  job->axis[2] = (sw_axis){.name = "industry", .n = AXIS, .label = names};
  static const double ring[] = {100, 250.5, INFINITY};
  job->axis[4] = (sw_axis){.name = "ring", .n = 3, .number = ring, .units = "km"};
  job->axis[3] = (sw_axis){.name = "grouping", .n = 1, .label = grouping};
  job->result = fixture_array(f, 8, sizeof *job->result);
  f->entry[e] = (sw_entry){.measure = measure, .name = name, .arg = f->arg, .links = -1};
  for (int r = 0; measure->output[r].name; r++)
    fill_result(f, job, r);
  if (measure->kind == SW_KIND_PAIR) job->result[0].off = true;
  if (measure->kind == SW_KIND_COMPOSITE) job->result[2].off = true;
}

/* The entries that `above` keeps: pairs over 12, in the order of columns. */
static bool is_kept(int e, int t, int64_t i, int64_t j) {
  return e == ABOVE && pair_value(1, t, i, j) > 12;
}

static void count_entries(fixture *f, int e) {
  sw_pair_plan *plan = &f->pair[e];
  int64_t *start = plan->row_start = fixture_array(f, PERIODS * UNITS + 1, sizeof *start);
  for (int t = 0; t < PERIODS; t++)
    for (int64_t i = 0; i < UNITS; i++) {
      int64_t at = t * UNITS + i;
      start[at + 1] = start[at];
      for (int64_t j = 0; j < UNITS; j++)
        start[at + 1] += is_kept(e, t, i, j) ? 1 : 0;
    }
  plan->n_entries = start[PERIODS * UNITS];
}

static void make_pair(fixture *f, int e, sw_keep keep, const char *name) {
  make_job(f, e, &fixture_pair, name);
  f->study.entry[e].is_pair = true;
  sw_pair_plan *plan = &f->pair[e];
  int64_t units = f->panel.hi - f->panel.lo;
  int n = f->job[e].whole_series ? 1 : f->job[e].n_periods;
  *plan = (sw_pair_plan){.keep = keep, .cut = sw_cut_make(UNITS, 128), .n_quantities = 2};
  if (keep.kind == SW_KEEP_ABOVE) count_entries(f, e);
  sw_summary *s = &plan->summary;
  s->n_periods = n;
  s->out_strength = make_rows(f, n, units);
  s->in_strength = make_rows(f, n, units);
  s->total = make_rows(f, 1, n)[0];
  s->mean = make_rows(f, 1, n)[0];
  s->max = make_rows(f, 1, n)[0];
  s->pairs = fixture_array(f, (size_t)n, sizeof *s->pairs);
  s->undefined = fixture_array(f, (size_t)n, sizeof *s->undefined);
  for (int t = 0; t < n; t++) {
    s->total[t] = 1000 + t;
    s->mean[t] = 10 + t;
    s->max[t] = 100 + t;
    s->pairs[t] = 350000;
    s->undefined[t] = 9400;
    for (int64_t i = 0; i < units; i++) {
      s->out_strength[t][i] = (double)(f->panel.lo + i) + t * 0.5;
      s->in_strength[t][i] = -s->out_strength[t][i];
    }
  }
}

/* The fixture for a team that holds the panel in blocks. `out` names the file to be written; beside
 * it lies an input. */
static sw_run *fixture_make(fixture *f, sw_team *team, const char *out, bool float64,
                            bool deflate) {
  sw_error err = {0};
  if (sw_arena_create(&err, &f->arena) != SW_OK) abort();
  make_units(f);
  make_study(f, out, float64, deflate);
  sw_partition(UNITS, team->rank, team->size, &f->panel.lo, &f->panel.hi);
  f->run = (sw_run){.team = team,
                    .study = &f->study,
                    .panel = &f->panel,
                    .arena = f->arena,
                    .job = f->job,
                    .pair = f->pair,
                    .n_threads = 1};
  f->run.operand_hash = fixture_array(f, (size_t)f->study.n_entries, sizeof *f->run.operand_hash);
  for (int e = 0; e < f->study.n_entries; e++)
    f->run.operand_hash[e] = fixture_array(f, PERIODS, sizeof **f->run.operand_hash);
  make_job(f, ECONOMY, &fixture_composite, "economy");
  make_job(f, UNIT, &fixture_unit, "unit_result");
  make_job(f, GLOBAL, &fixture_global, "global_result");
  make_pair(f, DENSE, (sw_keep){.kind = SW_KEEP_DENSE}, "dense");
  make_pair(f, BEST, (sw_keep){.kind = SW_KEEP_TOP, .top = TOP}, "best");
  make_pair(f, ABOVE, (sw_keep){.kind = SW_KEEP_ABOVE, .above = 12}, "above");
  make_pair(f, NONE, (sw_keep){.kind = SW_KEEP_ABOVE, .above = 99}, "none");
  make_pair(f, SERIES, (sw_keep){.kind = SW_KEEP_DENSE}, "series");
  make_pair(f, SUMMARY, (sw_keep){.kind = SW_KEEP_SUMMARY}, "summary");
  if (team->rank == 0) {
    FILE *input = fopen(f->input, "w");
    if (!input || fputs("unit,gdp\n", input) < 0 || fclose(input) != 0) abort();
  }
  return &f->run;
}

static void fixture_destroy(fixture *f) {
  if (f->run.team->rank == 0) remove(f->input);
  sw_arena_destroy(f->arena);
}

/* ---- what the engine would give the sink -------------------------------------------------- */

static sw_status give_rect(sw_sink *sink, sw_error *err, fixture *f, int e, int t, int64_t a,
                           int64_t b) {
  const sw_cut *cut = &f->pair[e].cut;
  int64_t i0, i1, j0, j1;
  sw_cut_square(cut, a, &i0, &i1);
  sw_cut_square(cut, b, &j0, &j1);
  size_t cells = (size_t)((i1 - i0) * (j1 - j0)), at = 0;
  double *wide = malloc(cells * sizeof *wide);
  float *narrow = malloc(cells * sizeof *narrow);
  sw_status status = wide && narrow ? SW_OK : SW_ENOMEM;
  for (int q = 1; q < 3 && status == SW_OK; q++) {
    at = 0;
    for (int64_t i = i0; i < i1; i++)
      for (int64_t j = j0; j < j1; j++, at++) {
        wide[at] = pair_value(q, t, i, j);
        narrow[at] = (float)wide[at];
      }
    const void *data = f->study.float64 ? (const void *)wide : narrow;
    sw_piece piece = {SW_PIECE_RECT, e, t, i0, i1, j0, j1, 0, 0, 0};
    status = sink->write(sink, err, &piece, q - 1, data);
  }
  free(wide);
  free(narrow);
  return status;
}

static sw_status give_dense(sw_sink *sink, sw_error *err, fixture *f, int e) {
  const sw_team *team = f->run.team;
  int64_t squares = f->pair[e].cut.squares;
  for (int t = 0; t < f->pair[e].summary.n_periods; t++)
    for (int64_t s = team->rank; s < squares * squares; s += team->size)
      SW_TRY(give_rect(sink, err, f, e, t, s / squares, s % squares));
  return SW_OK;
}

/* Partners and both quantities, in the study's precision: what is given is written over. */
static sw_status give_parts(sw_sink *sink, sw_error *err, fixture *f, const sw_piece *piece,
                            const int32_t *partner, double *value, double *delay) {
  double *part[] = {value, delay};
  SW_TRY(sink->write(sink, err, piece, SW_PARTNERS, partner));
  for (int q = 0; q < 2; q++) {
    float *narrow = (float *)part[q];
    for (int64_t k = 0; !f->study.float64 && k < sw_piece_count(piece); k++) {
      float rounded = (float)part[q][k];
      memcpy(&narrow[k], &rounded, sizeof rounded);
    }
    SW_TRY(sink->write(sink, err, piece, q, part[q]));
  }
  return SW_OK;
}

/* Partner r of unit i is i + r + 1; the last unit has none, the one before it one, ... */
static sw_status give_top(sw_sink *sink, sw_error *err, fixture *f) {
  enum { ROWS = 64 };
  const sw_team *team = f->run.team;
  static int32_t partner[ROWS * TOP];
  static double value[ROWS * TOP], delay[ROWS * TOP];
  for (int t = 0; t < PERIODS; t++)
    for (int64_t i0 = team->rank * ROWS; i0 < UNITS; i0 += team->size * ROWS) {
      int64_t i1 = i0 + ROWS < UNITS ? i0 + ROWS : UNITS;
      for (int64_t i = i0; i < i1; i++)
        for (int r = 0; r < TOP; r++) {
          int64_t at = (i - i0) * TOP + r, j = i + r + 1;
          partner[at] = j < UNITS ? (int32_t)j : -1;
          value[at] = j < UNITS ? (double)(i + t) / (r + 1) : NAN;
          delay[at] = j < UNITS ? r * 0.125 : NAN;
        }
      sw_piece piece = {SW_PIECE_TOP, BEST, t, i0, i1, 0, 0, TOP, 0, 0};
      SW_TRY(give_parts(sink, err, f, &piece, partner, value, delay));
    }
  return SW_OK;
}

static sw_status give_above(sw_sink *sink, sw_error *err, fixture *f) {
  const sw_team *team = f->run.team;
  static int32_t partner[UNITS];
  static double value[UNITS], delay[UNITS];
  for (int64_t at = team->rank; at < PERIODS * UNITS; at += team->size) {
    int t = (int)(at / UNITS);
    int64_t i = at % UNITS, count = 0;
    for (int64_t j = 0; j < UNITS; j++) {
      if (!is_kept(ABOVE, t, i, j)) continue;
      partner[count] = (int32_t)j;
      value[count] = pair_value(1, t, i, j);
      delay[count++] = pair_value(2, t, i, j);
    }
    sw_piece piece = {
        SW_PIECE_ENTRIES, ABOVE, t, 0, 0, 0, 0, 0, f->pair[ABOVE].row_start[at], count};
    SW_TRY(give_parts(sink, err, f, &piece, partner, value, delay));
  }
  return SW_OK;
}

static sw_status fixture_give(sw_sink *sink, sw_error *err, fixture *f) {
  SW_TRY(give_dense(sink, err, f, DENSE));
  SW_TRY(give_dense(sink, err, f, SERIES));
  SW_TRY(give_top(sink, err, f));
  return give_above(sink, err, f);
}

/* The whole path, as `spillway run` goes it. */
static sw_status fixture_write(sw_error *err, fixture *f, const char *out) {
  sw_results *results = NULL;
  SW_TRY(sw_results_start(err, f->run.team, out, false, false, &results));
  sw_status status = sw_results_begin(err, results, &f->run);
  if (status == SW_OK) status = sw_results_create(err, results);
  if (status == SW_OK) status = fixture_give(sw_results_sink(results), err, f);
  status = sw_team_agree(f->run.team, err, status, 0);
  if (status == SW_OK) status = sw_results_finish(err, results);
  sw_results_destroy(results, status, NULL);
  return status;
}

#endif

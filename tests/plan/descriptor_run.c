/* What only a run shows of a measure: tiles that fill what is not theirs, an int32 that is none,
 * and a model whose table, values by unit and matrix are all there. One process, a sink in memory.
 */
#include "plan/stage.h"

#include <criterion/criterion.h>

enum { N = 70 };
enum { SPILLOVER, RESIDUAL, CLASS, FIT, VCOV };

/* ---- a model, and what it does wrong when asked ------------------------------------------- */

static bool is(const sw_job *job, const char *slip) {
  return strcmp(sw_job_arg(job, "slip")->text, slip) == 0;
}

static sw_status resolve(sw_error *err, sw_job *job) {
  static const char *const term[] = {"constant", "x"};
  (void)err;
  size_t bytes = (size_t)job->n_periods * sizeof(double);
  job->directed = true;
  job->result[SPILLOVER].off = is(job, "no_pairs");
  job->result[RESIDUAL].off = is(job, "no_residual");
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = bytes, .result = bytes, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS, .items = job->n_periods, .record = 8});
  if (!is(job, "no_pairs")) sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  sw_job_axis(job, (sw_axis){.name = "term", .n = 2, .label = term});
  sw_job_axis(job, (sw_axis){.name = "term_to", .n = 2, .label = term});
  for (int k = 0; is(job, "thirteen") && k < 10; k++)
    job->pass[job->n_passes++] = (sw_pass){.domain = SW_PAIRS};
  return SW_OK;
}

static void tile_units(const sw_job *job, const sw_tile *at, double *sum) {
  sw_view of = job->input[0].view, to = job->operand_local[0];
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      double x = sw_view_at(of, t, i);
      sum[t] += x;
      to.row[t][i - to.first] = x;
      if (!job->result[RESIDUAL].off) job->result[RESIDUAL].row[t][i - of.first] = 2 * x;
      job->result[CLASS].row[t][i - of.first] =
          i == 9 ? NAN : floor(x) + (is(job, "fraction") ? .5 : 0) + (is(job, "huge") ? 4e9 : 0);
      if (is(job, "unit_fills_global")) job->result[FIT].row[0][t] = x;
    }
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  (void)workspace;
  if (job->pass[at->pass].domain == SW_UNITS) {
    tile_units(job, at, out);
    return;
  }
  *(double *)out = 1;
  /* A unit that the first of several ranks would not have. */
  if (is(job, "item_fills_unit")) job->result[RESIDUAL].row[at->lo][job->n - 1] = 7;
  if (is(job, "item_fills_table")) job->result[VCOV].row[0][3] = 7;
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)pass;
  for (int t = 0; t < job->n_periods; t++)
    ((double *)all)[t] += ((const double *)part)[t];
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err;
  if (pass != 0) return SW_OK;
  memcpy(result, all, (size_t)job->n_periods * sizeof(double));
  memcpy(job->result[FIT].row[0], all, (size_t)job->n_periods * sizeof(double));
  for (int k = 0; k < 4; k++)
    job->result[VCOV].row[0][k] = 10 + k;
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)workspace;
  const double *x = job->operand[0].row[t];
  if (is(job, "segment_fills_unit") && i == job->n - 1) job->result[RESIDUAL].row[t][i] = 7;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = x[i] - 2 * x[j];
}

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "variable"},
    {.name = "slip",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|no_pairs|no_residual|thirteen|fraction|huge|item_fills_"
                "unit|item_fills_table|unit_fills_global|segment_fills_unit",
     .help = "what it does wrong"},
    {0}};
static const sw_output outputs[] = {
    {.name = "spillover", .long_name = "from unit to unit", .units = "1", .shape = SW_PAIR},
    {.name = "residual", .long_name = "by unit", .units = "1", .shape = SW_UNIT},
    {.name = "class", .long_name = "by unit", .units = "1", .shape = SW_UNIT, .number = SW_INT32},
    {.name = "fit", .long_name = "by period", .units = "1", .shape = SW_GLOBAL},
    {.name = "vcov",
     .long_name = "covariances",
     .units = "1",
     .shape = SW_TABLE,
     .axis = {"term", "term_to"}},
    {0}};
static const sw_measure model = {.name = "model",
                                 .title = "A model",
                                 .formula = "y = x",
                                 .source = "by definition",
                                 .version = 1,
                                 .kind = SW_KIND_MODEL,
                                 .param = params,
                                 .output = outputs,
                                 .resolve = resolve,
                                 .tile = tile,
                                 .merge = merge,
                                 .finish = finish,
                                 .segment = segment};
static const sw_measure *const extra[] = {&model};

/* ---- a study of it ----------------------------------------------------------------------- */

static double x_of(int64_t i, int t) {
  return (double)(i % 11) + .25 * t;
}

/* As far as it comes. */
static sw_status run_study(stage *s, const char *measures) {
  char text[1024];
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: u, time: y}\nmeasures:\n%s"
           "output: {file: o.h5, precision: float64}\n",
           measures);
  return stage_run(s, N, x_of, text, extra, 1, 2);
}

static void expect_line(const char *measures, sw_status status, const char *line) {
  static stage s;
  cr_expect_eq(run_study(&s, measures), status, "%s: %s", measures, s.err.text);
  cr_expect_str_eq(s.err.text, line);
  stage_close(&s);
}

#define SLIP(slip, line)                                                                           \
  expect_line("  - model: {of: x, slip: " slip ", keep: dense, as: fit}\n", SW_EINTERNAL,          \
              "study.yaml:3:5: fit: measure model: " line)

/* ---- slips ------------------------------------------------------------------------------- */

Test(run, tiles_fill_what_is_theirs) {
  SLIP("item_fills_unit",
       "pass 1 is over items, and its tile fills output residual; an item fills its record, finish "
       "or a pass over units the outputs");
  SLIP("item_fills_table",
       "pass 1 is over items, and its tile fills output vcov; an item fills its record, finish or "
       "a pass over units the outputs");
  SLIP("unit_fills_global",
       "pass 0 is over units, and its tile fills output fit, which finish fills, out of partials");
}

Test(run, segments_fill_what_is_theirs) {
  SLIP("segment_fills_unit",
       "pass 2 is over pairs, and segment fills output residual; it fills `out`, finish or a pass "
       "over units the other outputs");
}

Test(run, whole_numbers) {
  SLIP("fraction", "output class is int32, and 0.5 is stored in it; store whole numbers or NaN, or "
                   "declare it SW_FLOAT64");
  SLIP("huge", "output class is int32, and 4000000000 is stored in it; store whole numbers or NaN, "
               "or declare it SW_FLOAT64");
}

Test(run, thirteen_passes) {
  SLIP("thirteen", "resolve declares 13 passes; expected at most 8");
}

/* ---- a result is what its outputs are ------------------------------------------------------ */

Test(run, model_with_pairs) {
  static stage s;
  cr_assert_eq(run_study(&s, "  - model: {of: x, keep: dense, as: a}\n"
                             "  - model: {of: x, keep: {top: 3}, as: b}\n"
                             "  - model: {of: a.residual, keep: summary, as: c}\n"
                             "  - model: {of: a.out_strength, slip: no_pairs, as: d}\n"),
               SW_OK, "%s", s.err.text);
  const sw_job *job = s.run->job;
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++) {
      double sum = 0;
      for (int j = 0; j < N; j++) {
        double got = s.kept[0].value[0][(t * N + i) * N + j], want = s.x[t][i] - 2 * s.x[t][j];
        cr_assert(i == j ? isnan(got) : got == want);
        if (i != j) sum += want;
      }
      cr_expect_float_eq(s.run->pair[0].summary.out_strength[t][i], sum, 1e-9);
      cr_expect_eq(job[0].result[RESIDUAL].row[t][i], 2 * s.x[t][i]);
      cr_expect_eq(job[2].result[RESIDUAL].row[t][i], 4 * s.x[t][i]);
      cr_expect_float_eq(job[3].result[RESIDUAL].row[t][i], 2 * sum, 1e-9);
    }
  cr_expect_eq(job[0].result[VCOV].row[0][3], 13);
  cr_expect_not_null(s.kept[1].partner);
  cr_expect(s.study->entry[0].is_pair && !s.study->entry[3].is_pair);
  stage_close(&s);
}

Test(run, model_without_pairs) {
  expect_line(
      "  - model: {of: x, slip: no_pairs, keep: dense}\n", SW_EINPUT,
      "study.yaml:3:42: model: with these parameters it has no pairs to keep; remove `keep`");
  expect_line("  - model: {of: x, slip: no_pairs}\n  - model: {of: model.out_strength, as: b}\n",
              SW_EINPUT,
              "study.yaml:4:17: model.out_strength: with the parameters that model has, there are "
              "no pairs");
  expect_line("  - model: {of: x, slip: no_residual}\n  - model: {of: model.residual, as: b}\n",
              SW_EINPUT,
              "study.yaml:4:17: model.residual: with the parameters that model has, there is no "
              "'residual'");
  expect_line("  - model: {of: x}\n  - model: {of: model.fit, as: b}\n", SW_EINPUT,
              "study.yaml:4:17: model.fit is one value per period; an input must have one "
              "value per unit and period");
}

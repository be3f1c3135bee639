/* A descriptor and what resolve declares, each slip a line; what a run shows: descriptor_run.c. */
#include "plan/descriptor/descriptor.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- a measure without fault ------------------------------------------------------------- */

static sw_status resolve(sw_error *err, sw_job *job) {
  (void)err, (void)job;
  return SW_OK;
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  (void)job, (void)at, (void)out, (void)workspace;
}

static void start(const sw_job *job, int pass, void *all) {
  (void)job, (void)pass, (void)all;
}

static void merge(const sw_job *job, int pass, void *all, const void *part) {
  (void)job, (void)pass, (void)all, (void)part;
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  (void)err, (void)job, (void)pass, (void)all, (void)result;
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)job, (void)t, (void)i, (void)j0, (void)j1, (void)out, (void)workspace;
}

static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  (void)job, (void)t, (void)i0, (void)i1, (void)j0, (void)j1, (void)out, (void)stride;
  (void)workspace;
}

static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  (void)job, (void)t, (void)i0, (void)i1, (void)j0, (void)j1, (void)sums, (void)workspace;
}

static size_t row_state(const sw_job *job) {
  (void)job;
  return 8;
}

static void rows_ahead(const sw_job *job, int t, int count, const int32_t *unit, void *workspace) {
  (void)job, (void)t, (void)count, (void)unit, (void)workspace;
}

static void whole_row(const sw_job *job, int t, int64_t i, double *const *out, void *workspace) {
  (void)job, (void)t, (void)i, (void)out, (void)workspace;
}

#define NUMBER(n, value, least, most)                                                              \
  { .name = n, .type = SW_P_NUMBER, .fallback = value, .lo = least, .hi = most, .help = "a number" }
#define UNIT(n, ...)                                                                               \
  {                                                                                                \
    .name = n, .long_name = "by unit", .units = "1", .shape = SW_UNIT, .axis = { __VA_ARGS__ }     \
  }
#define PAIR(n)                                                                                    \
  { .name = n, .long_name = "of pairs", .units = "1", .shape = SW_PAIR }
#define TABLE(n, ...)                                                                              \
  {                                                                                                \
    .name = n, .long_name = "a table", .units = "1", .shape = SW_TABLE, .axis = { __VA_ARGS__ }    \
  }
#define GLOBAL(n, ...)                                                                             \
  {                                                                                                \
    .name = n, .long_name = "by period", .units = "1", .shape = SW_GLOBAL, .axis = { __VA_ARGS__ } \
  }

/* A model: a table, a matrix, a value by unit. */
static sw_measure good(void) {
  static const sw_param param[] = {{.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
                                   {.name = "form",
                                    .type = SW_P_CHOICE,
                                    .fallback = "one",
                                    .choices = "one|other",
                                    .help = "a choice"},
                                   NUMBER("decay", "2", 0, 9),
                                   {0}};
  static const sw_output output[] = {
      PAIR("spillover"), UNIT("residual", NULL), TABLE("vcov", "term", "term_to"), {0}};
  return (sw_measure){.name = "model_of_all",
                      .title = "A model",
                      .formula = "y = x",
                      .source = "by definition",
                      .version = 1,
                      .headline = "residual",
                      .kind = SW_KIND_MODEL,
                      .param = param,
                      .output = output,
                      .resolve = resolve,
                      .tile = tile,
                      .merge = merge,
                      .finish = finish,
                      .segment = segment};
}

/* The whole line after "measure NAME: ". */
static void expect_line(sw_status status, const sw_error *err, const char *line) {
  cr_expect_eq(status, SW_EINTERNAL, "%s", err->text);
  const char *said = strstr(err->text, ": ");
  cr_expect(strncmp(err->text, "measure model_of_all: ", 22) == 0, "%s", err->text);
  cr_expect_str_eq(said ? said + 2 : "", line);
}

#define SLIP(change, line)                                                                         \
  do {                                                                                             \
    sw_error err = {0};                                                                            \
    sw_measure m = good();                                                                         \
    change;                                                                                        \
    sw_status status = sw_measure_check(&err, &m);                                                 \
    expect_line(status, &err, line);                                                               \
  } while (0)
#define LINKS(title, text)                                                                         \
  { .name = title, .type = SW_P_PAIRS, .fallback = text, .help = "pairs of another entry" }
#define PARAMS(line, ...)                                                                          \
  do {                                                                                             \
    static const sw_param bad[] = {__VA_ARGS__, {0}};                                              \
    SLIP(m.param = bad, line);                                                                     \
  } while (0)
#define OUTPUTS(line, ...)                                                                         \
  do {                                                                                             \
    static const sw_output bad[] = {__VA_ARGS__, {0}};                                             \
    SLIP(m.output = bad; m.headline = NULL, line);                                                 \
  } while (0)

/* ---- descriptors ------------------------------------------------------------------------- */

Test(descriptor, catalogue_is_sound) {
  for (int i = 0; i < sw_measure_count(); i++) {
    sw_error err = {0};
    cr_expect_eq(sw_measure_check(&err, sw_measure_at(i)), SW_OK, "%s", err.text);
  }
  sw_error err = {0};
  sw_measure m = good();
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, identity) {
  SLIP(m.title = NULL, "no title; say what it is in one line");
  SLIP(m.formula = "", "no formula; give it in plain text");
  SLIP(m.source = NULL, "no source; name the publication, or 'by definition'");
  SLIP(m.version = 0, "version 0; versions begin at 1");
  SLIP(m.kind = (sw_kind)9, "unknown kind 9; expected one of SW_KIND_UNIT to SW_KIND_COMPOSITE");
  SLIP(m.param = NULL, "param is NULL; give a list that ends with {0}");
  SLIP(m.output = NULL, "output is NULL; give a list that ends with {0}");
  SLIP(m.output += 3, "no outputs; declare what it computes");
  SLIP(m.resolve = NULL, "no resolve; it declares the passes");
  SLIP(m.headline = "fit", "the headline 'fit' is not one of its outputs; name one, or none");
}

Test(descriptor, variants) {
  static const sw_variant of_none[] = {{"norm", "one", "y = x^2"}, {0}};
  static const sw_variant third[] = {{"form", "other", "y = x"}, {"form", "third", "y = x^2"}, {0}};
  static const sw_variant empty[] = {{"form", "one", ""}, {0}};
  static const sw_variant sound[] = {{"form", "one", "y = x"}, {"decay", "*", "y = x^2"}, {0}};
  SLIP(m.variant = of_none, "variant norm: one: no such parameter or choice");
  SLIP(m.variant = third, "variant form: third: no such parameter or choice");
  SLIP(m.variant = empty, "variant form: one: no formula");
  sw_error err = {0};
  sw_measure m = good();
  m.variant = sound;
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, name) {
  static const char *const name[] = {NULL, "2sls"};
  static const char *const line[] = {
      "a measure has no name; give .name, by which studies call it",
      "measure 2sls: its name must be letters, digits and '_', not beginning with a digit"};
  for (int i = 0; i < 2; i++) {
    sw_error err = {0};
    sw_measure m = good();
    m.name = name[i];
    cr_expect_eq(sw_measure_check(&err, &m), SW_EINTERNAL);
    cr_expect_str_eq(err.text, line[i]);
  }
}

Test(descriptor, parameters) {
  PARAMS("parameter keep: the engine reads `keep` of every entry itself; choose another name",
         NUMBER("keep", "2", 0, 0));
  PARAMS("parameter as: the engine reads `as` of every entry itself; choose another name",
         NUMBER("as", "2", 0, 0));
  PARAMS("parameter periods: the engine reads `periods` of every entry itself; choose another name",
         NUMBER("periods", "2", 0, 0));
  PARAMS("parameter by: the engine reads `by` of every entry itself; choose another name",
         NUMBER("by", "2", 0, 0));
  PARAMS("two parameters are called 'a'; give each a name of its own", NUMBER("a", "2", 0, 0),
         NUMBER("a", "3", 0, 0));
  PARAMS("parameters a, b and c are pair results; a job has two at most", LINKS("a", NULL),
         LINKS("b", ""), LINKS("c", ""));
  PARAMS("parameter a: pairs of another entry have no default; leave fallback NULL, or \"\" "
         "where they may be left out",
         LINKS("a", "flows"));
  PARAMS("parameter weights: beside pair outputs it names the links of keep: links; make it "
         "SW_P_WEIGHTS, or choose another name",
         NUMBER("weights", "2", 0, 0));
  PARAMS("parameter form: a choice without choices; write \"one|other\"",
         {.name = "form", .type = SW_P_CHOICE, .fallback = "one", .help = "a choice"});
  PARAMS("parameter a: lo is 3 and hi 1; lo must not be above hi", NUMBER("a", "2", 3, 1));
  PARAMS("parameter a: no help; describe it in one line",
         {.name = "a", .type = SW_P_NUMBER, .fallback = "2", .help = NULL});
  PARAMS("parameter a: unknown type 77; expected one of sw_ptype",
         {.name = "a", .type = (sw_ptype)77, .fallback = "2", .help = "what"});
}

/* By the code that reads a study. */
Test(descriptor, defaults) {
  PARAMS("param: a (default two): found 'two'; expected a number", NUMBER("a", "two", 0, 0));
  PARAMS("param: a (default 7): 7 is out of range; expected 0 to 1", NUMBER("a", "7", 0, 1));
  PARAMS("param: b (default maybe): found 'maybe'; expected true or false",
         {.name = "b", .type = SW_P_BOOL, .fallback = "maybe", .help = "what"});
  PARAMS("param: k (default 1.5): found '1.5'; expected a whole number",
         {.name = "k", .type = SW_P_INTEGER, .fallback = "1.5", .help = "what"});
  PARAMS("param: form (default third): unknown choice 'third'; expected one of one|other",
         {.name = "form",
          .type = SW_P_CHOICE,
          .fallback = "third",
          .choices = "one|other",
          .help = "what"});
}

/* Pair outputs of groups, and the parameters that ask for them. */
Test(descriptor, groups) {
#define BELOW(n, g)                                                                                \
  { .name = n, .long_name = "of pairs", .units = "1", .shape = SW_PAIR, .group = g }
  static const sw_param asks[] = {
      {.name = "peers", .type = SW_P_MATRICES, .fallback = "", .choices = "terms", .help = "what"},
      {0}};
  static const sw_output peers[] = {BELOW("near", "peers"), TABLE("total", NULL), {0}};
  static const sw_output twins[] = {PAIR("near"), BELOW("near", "peers"), {0}};
  static const sw_output *const sound[] = {peers, twins};
  for (int k = 0; k < 2; k++) { /* `total` is beside no pairs; a name stands in two groups */
    sw_error err = {0};
    sw_measure m = good();
    m.param = asks;
    m.output = sound[k];
    m.headline = NULL;
    cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
  }
  SLIP(m.param = asks, "parameter peers asks for matrices, and no output is of a group peers");
  SLIP(m.output = peers;
       m.headline = NULL, "group peers: no parameter of that name is SW_P_MATRICES; declare it");
  SLIP(m.output = peers; m.headline = NULL; m.param = asks;
       m.segment = NULL,
       "pair outputs, and no segment, block, whole_row or row_periods to fill them");
  SLIP(m.output = peers; m.headline = NULL; m.param = asks;
       m.kind = SW_KIND_PAIR, "of kind pair, without a pair output; declare one");
  OUTPUTS("output near: the group peers; only pair outputs have groups",
          {.name = "near", .shape = SW_UNIT, .group = "peers"});
  OUTPUTS("group time: the results file itself uses `time`; choose another name",
          BELOW("near", "time"));
  OUTPUTS("group 'a-b': expected letters, digits and '_', not beginning with a digit",
          BELOW("near", "a-b"));
  OUTPUTS("an output and a group are both called 'peers'; rename one", BELOW("near", "peers"),
          UNIT("peers", NULL));
  static const sw_output same[] = {BELOW("near", "peers"), BELOW("near", "peers"), {0}};
  SLIP(m.output = same; m.headline = NULL;
       m.param = asks, "two outputs are called 'near'; give each a name of its own");
}

Test(descriptor, output_names) {
  static const char *const always[] = {"unit", "time", "lon", "lat", "operand_hash", "block"};
  static const char *const beside_pairs[] = {"total",        "mean",      "max",
                                             "n_pairs",      "partner",   "in_strength",
                                             "out_strength", "row_start", "unit_edge"};
  char line[200];
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
    const sw_output one[] = {UNIT(always[i], NULL), {0}};
    snprintf(line, sizeof line, "output %s: the results file itself uses `%s`; choose another name",
             always[i], always[i]);
    SLIP(m.output = one; m.headline = NULL; m.segment = NULL, line);
  }
  for (size_t i = 0; i < sizeof beside_pairs / sizeof *beside_pairs; i++) {
    const sw_output two[] = {PAIR("flow"), TABLE(beside_pairs[i], NULL, NULL), {0}};
    snprintf(
        line, sizeof line,
        "output %s: the results file itself uses `%s` beside pair outputs; choose another name",
        beside_pairs[i], beside_pairs[i]);
    SLIP(m.output = two; m.headline = NULL, line);
    /* Without pairs it is anybody's. */
    sw_error err = {0};
    sw_measure m = good();
    m.output = two + 1;
    m.headline = NULL;
    m.segment = NULL;
    cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
  }
  OUTPUTS("output value: the first pair output is stored as `value`; choose another name",
          PAIR("flow"), UNIT("value", NULL));
  OUTPUTS("two outputs are called 'a'; give each a name of its own", UNIT("a", NULL),
          UNIT("a", NULL));
  OUTPUTS("output 'a/b': expected letters, digits and '_', not beginning with a digit",
          UNIT("a/b", NULL));
  /* A study need not have a group column of that name. */
  static const sw_output group[] = {UNIT("group_east", NULL), {0}};
  sw_error err = {0};
  sw_measure m = good();
  m.output = group;
  m.headline = NULL;
  m.segment = NULL;
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, output_forms) {
  OUTPUTS("output a: the axis row; pair outputs have no axes of their own",
          {.name = "a", .long_name = "an axis", .units = "1", .shape = SW_PAIR, .axis = {"row"}});
  OUTPUTS("output a: axis[1] without axis[0]; the first is axis[0]", TABLE("a", NULL, "row"));
  OUTPUTS("output a: axis[2] without axis[1]; the first is axis[0]",
          UNIT("a", "term", NULL, "row"));
  OUTPUTS("output cube: the axis row twice, which readers merge into one; declare row_to with the "
          "same labels",
          GLOBAL("cube", "row", "term", "row"));
  OUTPUTS("output a: timeless is of unit outputs; what has neither unit nor time is an SW_TABLE",
          {.name = "a", .shape = SW_GLOBAL, .timeless = true});
  OUTPUTS("output a: timeless is of unit outputs; of pairs resolve sets whole_series",
          {.name = "a", .shape = SW_PAIR, .timeless = true});
  OUTPUTS(
      "output vcov: the axis term twice, which readers merge into one; declare term_to with the "
      "same labels",
      TABLE("vcov", "term", "term"));
  OUTPUTS("axis time: the results file itself uses `time`; choose another name",
          TABLE("a", "time", NULL));
  OUTPUTS("axis group_east: the results file itself uses `group_east`; choose another name",
          TABLE("a", "group_east", NULL));
  OUTPUTS("axis rank: the results file itself uses `rank` beside pair outputs; choose another name",
          PAIR("flow"), TABLE("a", "rank", NULL));
  OUTPUTS("output a: pairs are stored as the study's precision says; give SW_FLOAT64",
          {.name = "a", .long_name = "whole", .units = "1", .shape = SW_PAIR, .number = SW_INT32});
  OUTPUTS("9 pair outputs; expected at most 8", PAIR("a"), PAIR("b"), PAIR("c"), PAIR("d"),
          PAIR("e"), PAIR("f"), PAIR("g"), PAIR("h"), PAIR("i"));
  OUTPUTS("output a: classes are of whole numbers by unit; give SW_INT32",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .classes = "label"});
  OUTPUTS("output a: by_row is of unit outputs",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_TABLE, .by_row = true});
  OUTPUTS("output a: by_row, and no whole_row to fill it",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .by_row = true});
  OUTPUTS("output a: of_pairs is for the engine alone; remove it",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .of_pairs = true});
  OUTPUTS("output a: unknown shape 5; expected one of sw_shape",
          {.name = "a", .long_name = "none", .units = "1", .shape = (sw_shape)5});
}

Test(descriptor, functions) {
  SLIP(m.whole_row = whole_row,
       "2 of segment, block, whole_row and row_periods; the engine calls one of them");
  SLIP(m.segment = NULL,
       "pair outputs, and no segment, block, whole_row or row_periods to fill them");
  SLIP(m.row_state = row_state, "row_state, row_prepare and row_periods go together");
  SLIP(m.rows_ahead = rows_ahead, "rows_ahead without whole_row, which it tells of the next rows");
  SLIP(m.output++; m.segment = NULL;
       m.whole_row = whole_row, "whole_row without a pair output to fill; declare one");
  SLIP(m.output++; m.segment = NULL;
       m.block = block, "block without a pair output to fill; declare one");
  SLIP(m.segment = NULL; m.whole_row = whole_row;
       m.fold = fold,
       "fold without segment or block; the engine repeats squares with gaps by these");
  SLIP(m.tile = NULL, "unit outputs, and no tile to fill them");
  SLIP(m.finish = NULL, "global outputs or tables, and no finish to fill them");
  SLIP(m.start = start; m.merge = NULL, "start without merge; partials are joined by merge");
  SLIP(m.output++; m.segment = NULL;
       m.kind = SW_KIND_PAIR, "of kind pair, without a pair output; declare one");
}

/* ---- what resolve declares --------------------------------------------------------------- */

typedef struct bench {
  sw_job job;
  sw_measure measure;
  sw_result result[16];
} bench;

static const char *const label[] = {"a", "b"};

/* A job of the good measure, resolved without fault. */
static void make_bench(bench *b) {
  *b = (bench){.measure = good()};
  b->job = (sw_job){.measure = &b->measure,
                    .name = "fit",
                    .where = "study.yaml:7:5",
                    .n_periods = 2,
                    .result = b->result};
  sw_job_pass(&b->job, (sw_pass){.domain = SW_UNITS, .partial = 8, .result = 8, .operand = 1});
  sw_job_pass(&b->job, (sw_pass){.domain = SW_ITEMS, .items = 2, .record = 8});
  sw_job_pass(&b->job, (sw_pass){.domain = SW_PAIRS});
  sw_job_axis(&b->job, (sw_axis){.name = "term", .n = 2, .label = label});
  sw_job_axis(&b->job, (sw_axis){.name = "term_to", .n = 2, .label = label});
}

#define DECLARED(change, line)                                                                     \
  do {                                                                                             \
    bench b;                                                                                       \
    sw_error err = {0};                                                                            \
    make_bench(&b);                                                                                \
    sw_job *job = &b.job;                                                                          \
    change;                                                                                        \
    cr_expect_eq(sw_job_check(&err, job), SW_EINTERNAL, "%s", err.text);                           \
    cr_expect_str_eq(err.text, "study.yaml:7:5: fit: measure model_of_all: " line);                \
  } while (0)

static void swap_passes(sw_job *job) {
  sw_pass pass = job->pass[1];
  job->pass[1] = job->pass[2];
  job->pass[2] = pass;
}

/* The room is untouched behind the eighth. */
static void add_passes(sw_job *job, int count) {
  for (int k = 0; k < count; k++)
    cr_expect_eq(sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .partial = 99}), 3 + k);
  for (int k = SW_MAX_PASSES; k < SW_MAX_PASSES + SW_SPARE; k++)
    cr_expect_eq(job->pass[k].partial, 0);
}

/* A measure that writes them itself: into the spare room, not over what stands behind. */
static void write_passes(sw_job *job, int count) {
  bool directed = job->directed;
  for (job->n_passes = 0; job->n_passes < count; job->n_passes++)
    job->pass[job->n_passes] = (sw_pass){.domain = SW_UNITS, .partial = SIZE_MAX};
  cr_expect_eq(job->directed, directed);
  cr_expect_eq(job->n_axes, 2);
}

Test(declared, is_sound) {
  bench b;
  sw_error err = {0};
  make_bench(&b);
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
  cr_expect(sw_job_has_pairs(&b.job));
  b.result[0].off = true;
  b.job.n_passes = 2;
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "a model may do without: %s", err.text);
  cr_expect_not(sw_job_has_pairs(&b.job));
}

Test(declared, passes) {
  DECLARED(swap_passes(job), "pass 1 is over pairs, and 2 comes after it; pairs are computed last: "
                             "declare that pass after all others");
  DECLARED(job->n_passes = 0, "resolve declares no pass; expected at least one");
  DECLARED(add_passes(job, 10), "resolve declares 13 passes; expected at most 8");
  DECLARED(write_passes(job, 13), "resolve declares 13 passes; expected at most 8");
  DECLARED(job->pass[1].domain = (sw_domain)4,
           "pass 1: unknown domain 4; expected one of sw_domain");
  DECLARED(b.measure.merge = NULL, "pass 0 leaves a partial, and there is no merge to join them");
  DECLARED(b.measure.finish = NULL, "pass 0 leaves a result, and there is no finish to fill it");
  DECLARED(b.measure.tile = NULL, "pass 0 is over units, and there is no tile");
  DECLARED(job->pass[1].partial = 8,
           "pass 1: partial, operand and gathered are of passes over units");
  DECLARED(job->pass[1].over_pairs = true,
           "pass 1: a pass over_pairs is over units, with a result, not gathered, no operand");
  DECLARED(job->pass[0].record = 8, "pass 0: items and record are of passes over items");
  DECLARED(job->pass[0].grain = 100,
           "pass 0: a grain of 100; over units a divisor of 256, over pairs with `block` rows");
  DECLARED(job->pass[0].grain = -1,
           "pass 0: a grain of -1; over units a divisor of 256, over pairs with `block` rows");
  DECLARED(job->pass[1].grain = 64,
           "pass 1: a grain of 64; over units a divisor of 256, over pairs with `block` rows");
  DECLARED(job->pass[2].grain = 4, "pass 2: a grain of 4; over units a divisor of 256, over pairs "
                                   "with `block` rows");
  DECLARED(b.measure.segment = NULL; b.measure.block = block;
           job->pass[2].grain = 65, "pass 2: a grain of 65 rows; 1 to 64, or 0");
  DECLARED(job->pass[1].record = 0, "pass 1: 2 items of 0 bytes; an item fills its record");
  DECLARED(job->pass[0].operand = -1, "pass 0: -1 operand columns; expected 0 or more");
  DECLARED(job->pass[2].result = 8, "pass 2: a pass over pairs has no finish, and so no result");
  DECLARED(job->pass[2].from = 1, "pass 2: from is of pairs, with fold_both and finish");
}

Test(declared, what_fills_outputs) {
  DECLARED(job->pass[0] = job->pass[1],
           "output residual is by unit, and no pass is over units; an item has no rows of units: "
           "let it leave a result, and fill residual in a pass over units");
  DECLARED(job->pass[0] = job->pass[2]; job->n_passes = 1;
           job->result[1].off = true,
           "output vcov is filled by finish, which ends a pass over units or items; declare one");
  DECLARED(job->n_passes = 2, "output spillover is of pairs, and no pass is; declare it, the last");
  DECLARED(job->result[0].off = true, "a pass over pairs, and no pair output is on");
  DECLARED(job->result[0].off = true; job->n_passes = 2;
           b.measure.kind = SW_KIND_PAIR,
           "of kind pair, and every pair output is off; leave one on");
  DECLARED(job->whole_series = true,
           "output residual is by period, beside one matrix over all periods; make it timeless, or "
           "a measure of its own");
  DECLARED(job->result[0].off = job->whole_series = true;
           job->n_passes = 2,
           "output residual is by period, beside whole_series; make it timeless, or a measure of "
           "its own");
  DECLARED(job->n_passes = 2; for (int q = 0; q < 3; q++) job->result[q].off = true,
                              "every output is off; leave one on");
}

/* A measure that writes them itself. */
static void write_axes(sw_job *job) {
  static const char *const name[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i"};
  sw_result *result = job->result;
  for (job->n_axes = 0; job->n_axes < 9; job->n_axes++)
    job->axis[job->n_axes] = (sw_axis){.name = name[job->n_axes], .n = 2, .label = label};
  cr_expect_eq(job->result, result);
}

static void add_axes(sw_job *job) {
  for (int k = 0; k < 20; k++)
    sw_job_axis(job, (sw_axis){.name = "more", .n = 2, .label = label});
}

Test(declared, axes) {
  DECLARED(write_axes(job), "resolve declares 9 axes; expected at most 8");
  DECLARED(add_axes(job), "resolve declares 22 axes; expected at most 8");
  DECLARED(job->n_axes = 1, "output vcov has the axis term_to, which resolve does not declare; "
                            "declare it, or switch the output off");
  DECLARED(job->axis[1].name = "term",
           "the axis term is declared twice; once is enough for all outputs");
  DECLARED(job->axis[1].n = 0,
           "output vcov has the axis term_to, which is empty; switch the output off");
  DECLARED(job->axis[1].label = NULL, "axis term_to: 2 labels, and that of 0 is NULL");
  DECLARED(sw_job_axis(job, (sw_axis){.name = "unit_to", .n = 2, .label = label}),
           "axis unit_to: the results file itself uses `unit_to`; choose another name");
  DECLARED(sw_job_axis(job, (sw_axis){.name = "entry", .n = 2, .label = label}),
           "axis entry: the results file itself uses `entry`; choose another name");
  DECLARED(sw_job_axis(job, (sw_axis){.n = 2, .label = label}),
           "axis '': expected letters, digits and '_', not beginning with a digit");
  DECLARED(sw_job_axis(job, (sw_axis){.name = "residual", .n = 2, .label = label}),
           "an output and an axis are both called 'residual'; rename one");
}

/* Positions that are numbers, and names that come from the study. */
Test(declared, positions) {
  static const double km[] = {100, INFINITY}, gap[] = {100, NAN};
  DECLARED(job->axis[1].number = km, "axis term_to: labels and numbers; give one of them");
  DECLARED(job->axis[1].units = "km", "axis term_to: units 'km' of labels; numbers have units");
  DECLARED(job->axis[1].label = NULL; job->axis[1].number = gap, "axis term_to: number 1 is NaN");
  DECLARED(job->axis[1].as = "a/b", "axis term_to: 'a/b' cannot be a name in a results file");
  DECLARED(job->axis[1].as = "", "axis term_to: '' cannot be a name in a results file");
  DECLARED(job->axis[1].as = "unit",
           "axis unit: the results file itself uses `unit`; choose another name");
  DECLARED(job->axis[1].as = "term",
           "the axis term is declared twice; once is enough for all outputs");
  DECLARED(job->axis[1].as = "residual",
           "an output and an axis are both called 'residual'; rename one");
  bench b;
  sw_error err = {0};
  make_bench(&b);
  b.job.axis[1] = (sw_axis){.name = "term_to", .n = 2, .number = km, .units = "km", .as = "ring"};
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
  b.job.axis[1].as = "group_省";
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
}

/* Axes of groups are called as the column is, or group_COLUMN where that name is taken. */
Test(declared, group_axes) {
  static const char *const column[] = {"省", "residual", "mean"};
  static const char *const as[] = {"省", "group_residual", "group_mean"};
  for (int k = 0; k < 3; k++) {
    sw_grouping grouping = {.name = column[k], .n_groups = 2, .label = label};
    char to[64];
    bench b;
    sw_error err = {0};
    make_bench(&b);
    cr_assert_eq(sw_arena_create(&err, &b.job.arena), SW_OK);
    cr_expect_eq(sw_job_group_axes(&err, &b.job, "group", "group_to", &grouping), SW_OK);
    cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
    snprintf(to, sizeof to, "%s_to", as[k]);
    cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&b.job, "group")), as[k]);
    cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&b.job, "group_to")), to);
    sw_arena_destroy(b.job.arena);
  }
}

/* Names of the engine are taken for all measures: whoever reads `rank` need not ask which have
 * pairs. */
Test(declared, group_axes_without_pairs) {
  static const sw_output tables[] = {TABLE("weight", "term", NULL), {0}};
  static const char *const column[] = {"total", "mean", "rank", "entry", "partner", "side"};
  for (int k = 0; k < 6; k++) {
    sw_grouping grouping = {.name = column[k], .n_groups = 2, .label = label};
    char as[64];
    bench b;
    sw_error err = {0};
    make_bench(&b);
    b.measure.output = tables;
    cr_assert_eq(sw_arena_create(&err, &b.job.arena), SW_OK);
    cr_expect_eq(sw_job_group_axes(&err, &b.job, "group", NULL, &grouping), SW_OK);
    snprintf(as, sizeof as, "%s%s", k < 5 ? "group_" : "", column[k]);
    cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&b.job, "group")), as);
    sw_arena_destroy(b.job.arena);
  }
}

/* Variants of a name, as a composite has: one of them is on. */
Test(declared, variants) {
  static const sw_output variants[] = {
      TABLE("weight", "term", NULL), GLOBAL("weight", "term"), {0}};
  static const sw_output pairs[] = {PAIR("first"), PAIR("value"), {0}};
  DECLARED(b.measure.output = variants;
           job->n_passes = 2,
           "two outputs that are on are stored as 'weight'; resolve switches one off, or names "
           "differ");
  DECLARED(b.measure.output = pairs, "two outputs that are on are stored as 'value'; resolve "
                                     "switches one off, or names differ");
  bench b;
  sw_error err = {0};
  make_bench(&b);
  b.measure.output = variants;
  b.job.n_passes = 2;
  b.result[0].off = true;
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
  make_bench(&b);
  b.measure.output = pairs;
  b.result[0].off = true;
  cr_expect_eq(sw_job_check(&err, &b.job), SW_OK, "%s", err.text);
}

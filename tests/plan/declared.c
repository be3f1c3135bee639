/* What resolve declares, each slip a line. */
#include "descriptor_fixture.h"

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

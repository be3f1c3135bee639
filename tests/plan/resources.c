/* Resources of measures: made once, shared by content, in the order of asking; what is asked for
 * wrongly; what fails on the way. */
#include "plan/stage.h"

#include "base/stop.h"
#include "plan/task/resource.h"

#include <criterion/criterion.h>
#include <signal.h>

TestSuite(resources, .timeout = 60);

/* ---- recipes ---------------------------------------------------------------------------- */

static int begun, filled, ended;

static sw_status fill_power(sw_error *err, const sw_resource *resource, const void *base,
                            void *object, void *out) {
  const double *setting = resource->setting;
  double *power = out;
  (void)base;
  filled++;
  cr_expect_null(object);
  if (*setting < 0) return sw_fail(err, SW_EINPUT, "the exponent is %g; zero or more", *setting);
  cr_expect_eq(power[0], 0, "zeroed before");
  for (int k = 0; k < 3; k++)
    power[k] = pow(k + 1, *setting);
  return SW_OK;
}

/* As many bytes as its base has of sum: found on the way. */
static sw_status begin_sum(sw_error *err, const sw_resource *resource, const void *base,
                           void **object, size_t *bytes) {
  const double *power = base;
  double *sum = malloc(sizeof *sum);
  begun++;
  if (!sum) return sw_fail(err, SW_ENOMEM, "no memory for a sum");
  *sum = power[0] + power[1] + power[2];
  *object = sum;
  *bytes = resource->setting_bytes ? 0 : sizeof *sum;
  return SW_OK;
}

static sw_status fill_sum(sw_error *err, const sw_resource *resource, const void *base,
                          void *object, void *out) {
  (void)err, (void)resource, (void)base;
  filled++;
  *(double *)out = *(const double *)object;
  return *(double *)out > 1e6 ? sw_fail(err, SW_EINPUT, "the sum is too large") : SW_OK;
}

static void end_sum(void *object) {
  ended++;
  free(object);
}

/* ---- a measure -------------------------------------------------------------------------- */

enum { NONE, LATE, TOO_MANY, NO_NAME, NO_FILL, NO_BYTES, NO_BEGIN, NO_BASE, NO_SETTING, NOTHING };

static sw_resource power_of(const sw_job *job) {
  const sw_arg *exponent = sw_job_arg(job, "exponent");
  return (sw_resource){.name = "power",
                       .setting = &exponent->number,
                       .setting_bytes = sizeof exponent->number,
                       .bytes = 3 * sizeof(double),
                       .fill = fill_power};
}

static sw_status resolve(sw_error *err, sw_job *job) {
  int slip = (int)sw_job_arg(job, "slip")->number;
  (void)err;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  if (slip == LATE) return SW_OK;
  sw_resource power = power_of(job);
  if (slip == NO_NAME) power.name = NULL;
  if (slip == NO_FILL) power.fill = NULL;
  if (slip == NO_BYTES) power.bytes = 0;
  if (slip == NO_BEGIN) power.end = end_sum;
  if (slip == NO_SETTING) power.setting = NULL;
  static double many[SW_MAX_RESOURCES + 1];
  for (int k = 0; slip == TOO_MANY && k <= SW_MAX_RESOURCES; k++) {
    many[k] = k;
    power.setting = &many[k];
    sw_job_resource(job, power);
  }
  int base =
      slip == TOO_MANY || slip == NO_SETTING || slip == NO_NAME ? 0 : sw_job_resource(job, power);
  if (slip == NO_SETTING || slip == NO_NAME) job->resource[job->n_resources++] = power;
  sw_resource sum = {.name = "sum",
                     .base = slip == NO_BASE ? 2 : base + 1,
                     .begin = begin_sum,
                     .fill = fill_sum,
                     .end = end_sum};
  if (slip == NOTHING) sum.setting = "", sum.setting_bytes = 1;
  if (slip != TOO_MANY) cr_expect_eq(sw_job_resource(job, sum), sw_job_resource(job, sum));
  return SW_OK;
}

/* A pass may also ask when what it needs is known. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  (void)err, (void)pass;
  if (sw_job_arg(job, "slip")->number != LATE) {
    cr_expect_not_null(job->made[0], "what resolve asks for is there");
    return SW_OK;
  }
  int base = sw_job_resource(job, power_of(job));
  sw_job_resource(
      job,
      (sw_resource){
          .name = "sum", .base = base + 1, .begin = begin_sum, .fill = fill_sum, .end = end_sum});
  return SW_OK;
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++)
      job->result[0].row[t][i] =
          *(const double *)job->made[1] * sw_view_at(job->input[0].view, t, i);
}

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "exponent", .type = SW_P_NUMBER, .fallback = "1", .help = "of the power"},
    {.name = "slip",
     .type = SW_P_CHOICE,
     .fallback = "none",
     .choices = "none|late|too_many|no_name|no_fill|no_bytes|no_begin|no_base|no_setting|nothing",
     .help = "what it does wrong"},
    {.name = NULL}};
static const sw_output outputs[] = {
    {.name = "value", .long_name = "x times a sum", .units = "1", .shape = SW_UNIT},
    {.name = NULL}};
static const sw_measure measure = {.name = "sums",
                                   .title = "x times a sum of powers",
                                   .formula = "x sum k^a",
                                   .source = "by definition",
                                   .version = 1,
                                   .param = params,
                                   .output = outputs,
                                   .resolve = resolve,
                                   .prepare = prepare,
                                   .tile = tile};

static double x_of(int64_t i, int t) {
  return (double)(i + 1) + t;
}

static sw_status run(stage *s, const char *measures) {
  static const sw_measure *const extra[] = {&measure};
  char text[1000];
  begun = filled = ended = 0;
  snprintf(text, sizeof text, "panel: {file: p.csv, unit: u, time: t}\nmeasures:\n%s", measures);
  return stage_run(s, 5, x_of, text, extra, 1, 1);
}

/* ---- sharing ---------------------------------------------------------------------------- */

Test(resources, are_shared_by_content) {
  stage s;
  cr_assert_eq(run(&s, "- sums: {of: x, as: a}\n"
                       "- sums: {of: x, exponent: 1.0, as: b}\n"
                       "- sums: {of: x, exponent: 2, as: c}\n"
                       "- sums: {of: x, exponent: 2, slip: late, as: d}\n"),
               SW_OK, "%s", s.err.text);
  /* 1 + 2 + 3 and 1 + 4 + 9, each made once. */
  cr_expect_eq(s.run->job[0].result[0].row[0][1], 6 * 2);
  cr_expect_eq(s.run->job[1].result[0].row[1][1], 6 * 3);
  cr_expect_eq(s.run->job[2].result[0].row[0][4], 14 * 5);
  cr_expect_eq(s.run->job[3].result[0].row[0][4], 14 * 5);
  cr_expect_eq(s.run->job[0].made[1], s.run->job[1].made[1]);
  cr_expect_neq(s.run->job[0].made[1], s.run->job[2].made[1]);
  cr_expect_eq(s.run->job[2].made[0], s.run->job[3].made[0]);
  cr_expect_eq(s.run->job[0].made_bytes[1], sizeof(double));
  cr_expect(begun == 2 && filled == 4 && ended == 2, "%d %d %d", begun, filled, ended);
  cr_expect_eq(s.run->n_made, 4);
  cr_expect_eq(sw_resource_bytes(s.run), 2 * 3 * sizeof(double), "known before, each once");
  stage_close(&s);
}

/* Links and distances count by content, not by name or address. */
Test(resources, keys_are_of_content) {
  static const int64_t start[2][3] = {{0, 1, 2}, {0, 1, 2}};
  static const int32_t to[2][2] = {{1, 0}, {1, 0}};
  static const double value[3][2] = {{1, 2}, {1, 2}, {1, 3}}, lon[2] = {1, 2}, lat[2] = {3, 4};
  static const sw_links links[3] = {
      {.n = 2, .row_start = start[0], .to = to[0], .value = value[0]},
      {.n = 2, .row_start = start[1], .to = to[1], .value = value[1]},
      {.n = 2, .row_start = start[0], .to = to[0], .value = value[2]}};
  static const sw_distance places[2] = {{.kind = SW_GREAT_CIRCLE, .lon = lon, .lat = lat},
                                        {.kind = SW_GEODESIC, .lon = lon, .lat = lat}};
  static const sw_distance given = {.kind = SW_GIVEN, .links = &links[0]};
  sw_resource r[] = {{.links = {&links[0]}},   {.links = {&links[1]}},
                     {.links = {&links[2]}},   {.links = {NULL, &links[0]}},
                     {.distance = &places[0]}, {.distance = &places[1]},
                     {.distance = &given},     {.links = {&links[0]}, .base = 1}};
  enum { COUNT = sizeof r / sizeof *r };
  sw_entry entry[COUNT] = {0};
  sw_job job[COUNT] = {0};
  sw_study study = {.n_entries = COUNT, .entry = entry};
  sw_run all = {.study = &study, .job = job};
  for (int k = 0; k < COUNT; k++) {
    r[k].name = "r", r[k].bytes = 1, r[k].fill = fill_power;
    job[k] = (sw_job){.n = 2, .n_resources = 1, .resource = {r[k]}};
  }
  job[COUNT - 1].n_resources = 2;
  job[COUNT - 1].resource[0] = r[0];
  job[COUNT - 1].resource[1] = r[COUNT - 1];
  cr_expect_eq(sw_resource_bytes(&all), COUNT - 1, "the first two are one");
}

/* ---- what is wrong ---------------------------------------------------------------------- */

static void expect(const char *entries, sw_status wanted, const char *said, int ends) {
  stage s;
  cr_expect_eq(run(&s, entries), wanted, "%s: %s", entries, s.err.text);
  cr_expect_str_eq(s.err.text, said);
  cr_expect(begun == ends && ended == ends, "begun %d, ended %d", begun, ended);
  stage_close(&s);
}

Test(resources, slips) {
#define AT "study.yaml:3:3: sums: measure sums: "
  expect("- sums: {of: x, slip: too_many}\n", SW_EINTERNAL,
         AT "it asks for 33 resources; expected at most 32", 0);
  expect("- sums: {of: x, slip: no_name}\n", SW_EINTERNAL,
         AT "resource 0 has no name; name the recipe that makes it", 0);
  expect("- sums: {of: x, slip: no_fill}\n", SW_EINTERNAL,
         AT "resource power: no fill; give the function that makes it", 0);
  expect("- sums: {of: x, slip: no_bytes}\n", SW_EINTERNAL,
         AT "resource power: 0 bytes; give their number, or `begin`, which finds it", 0);
  expect("- sums: {of: x, slip: no_begin}\n", SW_EINTERNAL,
         AT "resource power: end without begin; there is nothing to end", 0);
  expect("- sums: {of: x, slip: no_base}\n", SW_EINTERNAL,
         AT "resource sum: its base is 2; 0, or 1 + the index of an earlier one", 0);
  expect("- sums: {of: x, slip: no_setting}\n", SW_EINTERNAL,
         AT "resource power: 8 bytes of settings, and setting is NULL", 0);
  expect("- sums: {of: x, slip: nothing}\n", SW_EINTERNAL,
         AT "resource sum: begin has found 0 bytes; at least 1 is needed", 1);
}

Test(resources, failures_name_the_entry) {
  expect("- sums: {of: x, exponent: -1, as: odd}\n", SW_EINPUT,
         "study.yaml:3:3: odd: the exponent is -1; zero or more", 0);
  expect("- sums: {of: x, exponent: 20, slip: late, as: odd}\n", SW_EINPUT,
         "study.yaml:3:3: odd: the sum is too large", 1);
}

static sw_status no_memory(sw_team *team, sw_error *err, size_t bytes, void **out) {
  (void)team, (void)out;
  return sw_fail(err, SW_ENOMEM, "no shared memory for %zu bytes", bytes);
}

static size_t little_room(sw_team *team) {
  (void)team;
  return 7;
}

/* The run is there without its team's memory; what was begun is ended. */
Test(resources, no_memory) {
  stage s;
  cr_assert_eq(run(&s, "- sums: {of: x}\n"), SW_OK, "%s", s.err.text);
  s.run->job[0].made[1] = NULL;
  s.run->n_made = 1;
  void *kept = s.run->made[1].shared;
  s.team->node_alloc = no_memory;
  cr_expect_eq(sw_resource_make(&s.err, s.run, 0), SW_ENOMEM);
  cr_expect_str_eq(s.err.text, "no shared memory for 8 bytes");
  s.team->node_room = little_room;
  sw_error_clear(&s.err);
  cr_expect_eq(sw_resource_make(&s.err, s.run, 0), SW_ENOMEM);
  cr_expect_str_eq(s.err.text, "study.yaml:3:3: sums: sum needs 0.000 MB of shared memory per node "
                               "and 0.000 MB are free; enlarge /dev/shm");
  cr_expect(begun == 3 && ended == 3 && s.run->n_made == 1);
  s.team->node_free(s.team, kept);
  stage_close(&s);
}

Test(resources, a_stop_comes_before) {
  stage s;
  sw_stop_listen();
  raise(SIGUSR1);
  cr_expect_eq(run(&s, "- sums: {of: x}\n"), SW_ESTOPPED, "%s", s.err.text);
  cr_expect_eq(filled, 0);
  stage_close(&s);
}

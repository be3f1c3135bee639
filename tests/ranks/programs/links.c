/* A program with a pair measure and one that takes the pairs of another entry as links:
 *   links ARGUMENTS...
 * is `spillway ARGUMENTS...` with the measures `flow` and `probe`. The probe has several items of
 * each period; their tiles ask of the links all that is promised. SPILLWAY_SLIP=NAME makes it fall
 * into a trap. Used by tests/ranks/test_links.py. */
#include "spillway/program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *slip) {
  const char *set = getenv("SPILLWAY_SLIP");
  return set && strcmp(set, slip) == 0;
}

/* ---- flows ------------------------------------------------------------------------------ */

static sw_status resolve_flow(sw_error *err, sw_job *job) {
  (void)err;
  job->directed = true;
  job->whole_series = sw_job_arg(job, "whole")->number != 0;
  job->result[1].off = sw_job_arg(job, "delay")->number == 0;
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
  return SW_OK;
}

static void tile_flow(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  sw_view of = job->input[0].view, to = job->operand_local[0];
  (void)out, (void)workspace;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++)
      to.row[t][i - to.first] = sw_view_at(of, t, i);
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  const double *x = job->operand[0].row[t];
  (void)workspace;
  for (int64_t j = j0; j < j1; j++) {
    out[0][j - j0] = x[i] - 2 * x[j];
    if (out[1]) out[1][j - j0] = x[i] + x[j];
  }
}

static const sw_param flow_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "a variable"},
    {.name = "whole", .type = SW_P_BOOL, .fallback = "false", .help = "one matrix"},
    {.name = "delay", .type = SW_P_BOOL, .fallback = "true", .help = "a second quantity"},
    {.name = NULL}};

static const sw_output flow_outputs[] = {
    {.name = "flow", .long_name = "flow", .units = "1", .shape = SW_PAIR},
    {.name = "delay", .long_name = "delay", .units = "1", .shape = SW_PAIR},
    {.name = NULL}};

static const sw_measure flow = {.name = "flow",
                                .title = "Flows",
                                .formula = "x_i - 2 x_j",
                                .source = "none",
                                .version = 1,
                                .kind = SW_KIND_PAIR,
                                .param = flow_params,
                                .output = flow_outputs,
                                .resolve = resolve_flow,
                                .tile = tile_flow,
                                .segment = segment};

/* ---- the probe -------------------------------------------------------------------------- */

enum { PARTS = 3 }; /* items of a period: each looks at every third unit */
enum { SENT, DEGREE, LINKS, BEFORE, THREADS };

/* A thread's object, as a library's would be. */
typedef struct object {
  sw_error *err;
  int opened;
} object;

static int open_objects; /* at a time in this process */
static int busy_tiles, most_busy;

static int64_t units_of(const sw_job *job) {
  return (job->n + PARTS - 1) / PARTS;
}

static sw_status resolve_probe(sw_error *err, sw_job *job) {
  (void)err;
  int64_t items = PARTS * (int64_t)job->n_periods;
  size_t record = sizeof(double) * (size_t)(2 + 2 * units_of(job));
  sw_pass see = {.domain = SW_ITEMS, .items = items, .record = record, .links = true};
  see.result = (size_t)items * record;
  see.one_thread = sw_job_arg(job, "one_thread")->number != 0;
  if (is("uneven_items")) see.items--;
  if (is("no_links")) see.links = false;
  sw_job_pass(job, see);
  sw_pass fill = {.domain = SW_UNITS, .links = is("links_of_units")};
  sw_job_pass(job, fill);
  return SW_OK;
}

static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  (void)err, (void)job, (void)pass;
  most_busy = 0;
  return SW_OK;
}

static size_t workspace_of(const sw_job *job) {
  (void)job;
  return sizeof(object);
}

static sw_status open_probe(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)job;
  if (is("open_fails") && pass == 0) return sw_fail(err, SW_ENOMEM, "no room for a solver");
  *(object *)workspace = (object){.err = err, .opened = 1};
  if (!is("no_close")) __atomic_add_fetch(&open_objects, 1, __ATOMIC_SEQ_CST);
  return SW_OK;
}

static void close_probe(const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass;
  ((object *)workspace)->opened = 0;
  __atomic_add_fetch(&open_objects, -1, __ATOMIC_SEQ_CST);
}

/* NaN where the links are not as promised: partners in order, no gaps, within the units. */
static double sum_row(const sw_links *links, int64_t i, double *degree) {
  double sum = 0;
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
    if (isnan(links->value[k]) || links->to[k] < 0 || links->to[k] >= links->n) return NAN;
    if (k > links->row_start[i] && links->to[k] <= links->to[k - 1]) return NAN;
    sum += links->value[k] * (links->to[k] + 1);
  }
  *degree = (double)(links->row_start[i + 1] - links->row_start[i]);
  return sum;
}

/* Record: links of the period, of the one before, then sum and degree of each of its units. */
static void see_links(const sw_job *job, int64_t item, double *out) {
  int t = (int)(item / PARTS);
  const sw_links *links = &job->links[t];
  out[0] = (double)links->row_start[links->n];
  out[1] = t > 0 ? (double)job->links[t - 1].row_start[links->n] : NAN;
  for (int64_t i = item % PARTS, k = 0; i < job->n; i += PARTS, k++)
    out[2 + 2 * k] = sum_row(links, i, &out[3 + 2 * k]);
}

static void fill_units(const sw_job *job, const sw_tile *at) {
  const double *seen = job->folded[0];
  int64_t own = 2 + 2 * units_of(job), begin = job->input[0].view.first;
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = at->lo; i < at->hi; i++) {
      const double *unit = seen + (t * PARTS + i % PARTS) * own + 2 + 2 * (i / PARTS);
      job->result[SENT].row[t][i - begin] = unit[0];
      job->result[DEGREE].row[t][i - begin] = unit[1];
    }
}

static void tile(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  object *mine = workspace;
  int busy = __atomic_add_fetch(&busy_tiles, 1, __ATOMIC_SEQ_CST);
  int most = __atomic_load_n(&most_busy, __ATOMIC_SEQ_CST);
  while (busy > most && !__atomic_compare_exchange_n(&most_busy, &most, busy, false,
                                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
    ;
  if (!mine->opened) sw_fail(mine->err, SW_EINTERNAL, "not opened");
  if (is("library_fails") && at->pass == 0 && at->lo == 4)
    sw_fail(mine->err, SW_ENOMEM, "probe: the library has no memory");
  if (at->pass == 0)
    see_links(job, at->lo, out);
  else
    fill_units(job, at);
  __atomic_add_fetch(&busy_tiles, -1, __ATOMIC_SEQ_CST);
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  if (pass != 0) return SW_OK;
  if (open_objects) return sw_fail(err, SW_EINTERNAL, "%d objects are not closed", open_objects);
  size_t own = (size_t)(2 + 2 * units_of(job));
  memcpy(result, all, (size_t)job->n_periods * PARTS * own * sizeof(double));
  for (int t = 0; t < job->n_periods; t++) {
    job->result[LINKS].row[0][t] = ((const double *)all)[(size_t)t * PARTS * own];
    job->result[BEFORE].row[0][t] = ((const double *)all)[(size_t)t * PARTS * own + 1];
  }
  /* What only one thread may do, one thread has done. */
  job->result[THREADS].row[0][0] = sw_job_arg(job, "one_thread")->number != 0 && most_busy > 1;
  return SW_OK;
}

static const sw_param probe_params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "any variable"},
    {.name = "result", .type = SW_P_PAIRS, .help = "pairs of another entry"},
    {.name = "one_thread", .type = SW_P_BOOL, .fallback = "false", .help = "as a library wants"},
    {.name = NULL}};

static const sw_output probe_outputs[] = {
    {.name = "sent", .long_name = "sum of value * (place + 1)", .units = "1", .shape = SW_UNIT},
    {.name = "degree", .long_name = "links", .units = "1", .shape = SW_UNIT, .number = SW_INT32},
    {.name = "links", .long_name = "links", .units = "1", .shape = SW_GLOBAL},
    {.name = "before", .long_name = "of the period before", .units = "1", .shape = SW_GLOBAL},
    {.name = "threads", .units = "1", .shape = SW_TABLE, .axis = {"one"}},
    {.name = NULL}};

static sw_status resolve_with_axis(sw_error *err, sw_job *job) {
  static const char *const one[] = {"one"};
  sw_job_axis(job, (sw_axis){.name = "one", .n = 1, .label = one});
  return resolve_probe(err, job);
}

static sw_measure probe = {.name = "probe",
                           .title = "What links there are",
                           .formula = "sum of value * (place + 1)",
                           .source = "none",
                           .version = 1,
                           .kind = SW_KIND_GLOBAL,
                           .param = probe_params,
                           .output = probe_outputs,
                           .resolve = resolve_with_axis,
                           .prepare = prepare,
                           .tile = tile,
                           .finish = finish,
                           .workspace = workspace_of,
                           .open = open_probe,
                           .close = close_probe};

int main(int argc, char **argv) {
  static const sw_measure *const own[] = {&flow, &probe, NULL};
  if (is("no_close")) probe.close = NULL;
  if (is("no_open")) probe.open = NULL;
  if (is("no_workspace")) probe.workspace = NULL;
  return sw_main(argc, argv, own);
}

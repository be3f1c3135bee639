/* The descriptor of an entry with `intervals`: that of its measure with longer lists, and functions
 * that take the passes of the draws and hand all others on. So whoever asks an entry for its
 * outputs, parameters or passes finds them: the engine, the results file, `check`, `verify` and
 * --reuse know nothing of intervals. Called while the study is read, before any data. */
#include "measure/resample/intervals.h"

#include "measure/names.h"
#include "measure/resample/plan.h"

#include <string.h>

const sw_param sw_intervals_params[] = {
    {.name = SW_INTERVALS ".draws",
     .type = SW_P_INTEGER,
     .fallback = "999",
     .lo = 1,
     .hi = 1000000,
     .help = "samples of as many units, with replacement, a unit with all its periods"},
    {.name = SW_INTERVALS ".level",
     .type = SW_P_NUMBER,
     .fallback = "0.95",
     .lo = 0.01,
     .hi = 0.9999,
     .help = "share of samples between NAME_lo and NAME_hi, beside each quantity"},
    {.name = SW_INTERVALS ".within",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "a group column of the units: each group is drawn from by itself, and stays as large"},
    {.name = SW_INTERVALS ".method",
     .type = SW_P_CHOICE,
     .fallback = "percentile",
     .choices = "percentile|bca",
     .help = "bca: corrected for bias and acceleration, which takes as many more samples as units"},
    {.name = SW_INTERVALS "." SW_INTERVALS_CHANGE,
     .type = SW_P_TEXTS,
     .fallback = "",
     .help = "two periods, [from, to]: also the change of each quantity between them and its "
             "bounds, NAME_change, NAME_change_lo, NAME_change_hi (`change` of `value`)"},
    {0}};

static const sw_variant variants[] = {
    {SW_INTERVALS ".method", "percentile",
     "lo, hi: the values at the places (B + 1)(1 -+ L)/2 of those of B samples of the units, drawn "
     "with replacement; L the level"},
    {SW_INTERVALS ".method", "bca",
     "lo, hi: the values at the places (B + 1) F(z0 + (z0 + z)/(1 - a(z0 + z))) of those of B "
     "samples of the units, drawn with replacement (Efron 1987)"},
    {0}};

/* ---- names ------------------------------------------------------------------------------ */

static const struct {
  const char *behind, *say;
} made[SW_INTERVAL_NAMES] = {{SW_INTERVALS_LOWER, "%s, lower bound"},
                             {SW_INTERVALS_UPPER, "%s, upper bound"},
                             {"", "change of the %s"},
                             {SW_INTERVALS_LOWER, "change of the %s, lower bound"},
                             {SW_INTERVALS_UPPER, "change of the %s, upper bound"}};

/* The one quantity of a measure, called `value`, has `change` alone. */
const char *sw_intervals_name(sw_arena *arena, const sw_output *output, int which) {
  const char *behind = made[which].behind;
  if (which < SW_INTERVAL_CHANGE) return sw_arena_printf(arena, "%s%s", output->name, behind);
  if (strcmp(output->name, SW_NAME_VALUE) == 0)
    return sw_arena_printf(arena, SW_INTERVALS_CHANGE "%s", behind);
  return sw_arena_printf(arena, "%s_" SW_INTERVALS_CHANGE "%s", output->name, behind);
}

/* ---- lists ------------------------------------------------------------------------------ */

/* A bound is looked at as its quantity is, where that does not rest on another output. A change has
 * no time, and 0 in the middle. */
static sw_status make_output(sw_error *err, sw_arena *arena, const sw_output *of, int which,
                             sw_output *out) {
  bool change = which >= SW_INTERVAL_CHANGE;
  *out = *of;
  out->interval = false;
  out->with[0] = out->with[1] = NULL;
  out->show = of->show == SW_SHOW_MATRIX ? SW_SHOW_MATRIX : SW_SHOW_DEFAULT;
  if (change && of->shape == SW_GLOBAL) out->shape = SW_TABLE;
  if (change) out->timeless = of->shape == SW_UNIT;
  if (change) out->palette = SW_DIVERGING_0;
  if (change) out->log = false;
  out->name = sw_intervals_name(arena, of, which);
  out->long_name =
      sw_arena_printf(arena, made[which].say, of->long_name ? of->long_name : of->name);
  return out->name && out->long_name ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for outputs");
}

static sw_status extend_outputs(sw_error *err, sw_arena *arena, const sw_measure *plain,
                                bool change, const sw_output **out) {
  sw_output *output = NULL;
  int count = 0, at = 0;
  while (plain->output[count].name)
    count++;
  SW_NEW(err, arena, output, count * (1 + SW_INTERVAL_NAMES) + 1);
  memcpy(output, plain->output, (size_t)count * sizeof *output);
  at = count;
  for (int q = 0; q < count; q++) {
    if (!output[q].interval) continue;
    int names =
        change && sw_intervals_has_change(&output[q]) ? SW_INTERVAL_NAMES : SW_INTERVAL_CHANGE;
    for (int k = 0; k < names; k++, at++)
      SW_TRY(make_output(err, arena, &plain->output[q], k, &output[at]));
  }
  *out = output;
  return SW_OK;
}

static sw_status extend_params(sw_error *err, sw_arena *arena, const sw_measure *plain,
                               const sw_param **out) {
  sw_param *param = NULL;
  int count = 0, more = 0;
  while (plain->param[count].name)
    count++;
  while (sw_intervals_params[more].name)
    more++;
  SW_NEW(err, arena, param, count + more + 1);
  memcpy(param, plain->param, (size_t)count * sizeof *param);
  memcpy(param + count, sw_intervals_params, (size_t)more * sizeof *param);
  *out = param;
  return SW_OK;
}

static sw_status extend_variants(sw_error *err, sw_arena *arena, const sw_measure *plain,
                                 const sw_variant **out) {
  enum { OWN = sizeof variants / sizeof *variants };
  sw_variant *variant = NULL;
  int count = 0;
  while (plain->variant && plain->variant[count].param)
    count++;
  SW_NEW(err, arena, variant, count + OWN);
  if (count) memcpy(variant, plain->variant, (size_t)count * sizeof *variant);
  memcpy(variant + count, variants, sizeof variants);
  *out = variant;
  return SW_OK;
}

/* ---- functions -------------------------------------------------------------------------- */

/* The measure's own passes stand before those of the draws. */
static sw_status resolve_extended(sw_error *err, sw_job *job) {
  SW_TRY(job->measure->plain->resolve(err, job));
  if (job->measure->resample->resolve) SW_TRY(job->measure->resample->resolve(err, job));
  return sw_intervals_resolve(err, job);
}

static sw_status prepare_extended(sw_error *err, sw_job *job, int pass) {
  sw_status (*own)(sw_error *, sw_job *, int) = job->measure->plain->prepare;
  return own && pass < sw_intervals_first(job) ? own(err, job, pass) : SW_OK;
}

static void tile_extended(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  if (at->pass < sw_intervals_first(job))
    job->measure->plain->tile(job, at, out, workspace);
  else
    sw_intervals_tile(job, at, out, workspace);
}

static sw_status finish_extended(sw_error *err, sw_job *job, int pass, const void *all,
                                 void *result) {
  sw_status (*own)(sw_error *, sw_job *, int, const void *, void *) = job->measure->plain->finish;
  if (pass >= sw_intervals_first(job)) return sw_intervals_finish(err, job, pass, all, result);
  return own ? own(err, job, pass, all, result) : SW_OK;
}

static sw_status build_extended(sw_error *err, sw_job *job, int pass) {
  sw_status (*own)(sw_error *, sw_job *, int) = job->measure->plain->build;
  return own && pass < sw_intervals_first(job) ? own(err, job, pass) : SW_OK;
}

static size_t workspace_extended(const sw_job *job) {
  size_t (*own)(const sw_job *) = job->measure->plain->workspace;
  size_t theirs = own ? own(job) : 0, ours = sw_intervals_workspace(job);
  return theirs > ours ? theirs : ours;
}

static sw_status open_extended(sw_error *err, const sw_job *job, int pass, void *room) {
  if (pass >= sw_intervals_first(job)) return SW_OK;
  return job->measure->plain->open(err, job, pass, room);
}

static void close_extended(const sw_job *job, int pass, void *room) {
  if (pass < sw_intervals_first(job)) job->measure->plain->close(job, pass, room);
}

/* What a measure leaves out stays out, but for what the draws need. Functions of partials and of
 * rounds are of passes that only the measure has. */
sw_status sw_intervals_extend(sw_error *err, sw_arena *arena, const sw_measure *plain, bool change,
                              const sw_measure **extended) {
  sw_measure *measure = NULL;
  SW_NEW(err, arena, measure, 1);
  *measure = *plain;
  measure->plain = plain;
  SW_TRY(extend_params(err, arena, plain, &measure->param));
  SW_TRY(extend_variants(err, arena, plain, &measure->variant));
  SW_TRY(extend_outputs(err, arena, plain, change, &measure->output));
  measure->leaves_off = true;
  measure->resolve = resolve_extended;
  measure->tile = tile_extended;
  measure->finish = finish_extended;
  measure->workspace = workspace_extended;
  if (plain->prepare) measure->prepare = prepare_extended;
  if (plain->build) measure->build = build_extended;
  if (plain->open) measure->open = open_extended;
  if (plain->close) measure->close = close_extended;
  *extended = measure;
  return SW_OK;
}

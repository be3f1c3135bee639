/* Why values are undefined, in the words of the measure (sw_job_undefined): a line of the attribute
 * `undefined_in` for each output and period, "I in 2003: constant", without a period "I: constant".
 * So a file explains its NaN without its study, and headlines say them on their line
 * (layout/headline.c). What is taken from an earlier file brings its reasons along: the file is the
 * one that computing gives. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/results/past_private.h"

/* Tables, and values by unit of all periods together. */
static bool is_timeless(const sw_output *output) {
  return output->shape == SW_TABLE || output->timeless;
}

/* A cross-section has one period, which nobody has named. Such a period would be shown as "0". */
static bool is_named(const sw_job *job, int output) {
  return !is_timeless(job->result[output].output) && !job->periods->cross_section;
}

/* Periods that a reason can be of: those of an output without time are one. As many places as
 * job->why has for the output. */
static int periods_of(const sw_job *job, int output) {
  return is_timeless(job->result[output].output) ? 1 : job->n_periods;
}

/* What no other rank has is asked whether it is NaN at all: a reason may have been given before the
 * period was computed again. Of values by unit the measure is believed. Values by unit are on all
 * ranks; looking at them all for a reason would cost more than the reason is worth. */
static bool is_undefined(const sw_job *job, int output, int t) {
  const sw_result *result = &job->result[output];
  if (result->output->shape == SW_UNIT) return true;
  for (int k = 0; k < result->width; k++)
    if (isnan(result->row[0][(size_t)t * (size_t)result->width + (size_t)k])) return true;
  return false;
}

/* The reason that holds, or NULL. */
static const char *reason_of(const sw_job *job, int output, int t) {
  const char *why = job->why ? job->why[output * job->n_periods + t] : NULL;
  bool pairs = job->result[output].output->shape == SW_PAIR;
  if (!why || pairs || job->result[output].off || !is_undefined(job, output, t)) return NULL;
  return why;
}

/* Rank 0. At most SW_REASONS_ROOM bytes, whole lines. Reasons that do not fit are left out, later
 * ones may still fit. Written by rank 0 at the end of a run. */
const char *sw_results_text_reasons(sw_arena *arena, const sw_job *job) {
  char text[SW_REASONS_ROOM], line[512];
  size_t used = 0;
  for (int q = 0; job->measure->output[q].name; q++)
    for (int t = 0; t < periods_of(job, q); t++) {
      const char *why = reason_of(job, q, t);
      if (!why) continue;
      bool named = is_named(job, q);
      size_t length = (size_t)snprintf(line, sizeof line, "%s%s%s%s: %s", used ? "\n" : "",
                                       job->measure->output[q].name, named ? " in " : "",
                                       named ? sw_job_period(job, t) : "", why);
      if (length >= sizeof line || used + length >= sizeof text) continue;
      memcpy(text + used, line, length);
      used += length;
    }
  return sw_arena_textn(arena, text, used);
}

/* "; constant in 2003; fewer than 2 values in 2005": some reasons, each once, with the first period
 * that has it; "" without any. */
const char *sw_results_text_reasons_short(sw_arena *arena, const sw_job *job) {
  enum { SAID = 3 };
  const char *said[SAID], *text = "";
  int count = 0;
  for (int t = 0; t < job->n_periods && count < SAID; t++)
    for (int q = 0; text && job->measure->output[q].name && count < SAID; q++) {
      const char *why = t < periods_of(job, q) ? reason_of(job, q, t) : NULL;
      bool known = !why;
      for (int k = 0; k < count && !known; k++)
        known = strcmp(said[k], why) == 0;
      if (known) continue;
      said[count] = why;
      bool named = is_named(job, q);
      count++;
      text = sw_arena_printf(arena, "%s%s%s%s%s", text, "; ", why, named ? " in " : "",
                             named ? sw_job_period(job, t) : "");
    }
  return text;
}

/* ---- taking ----------------------------------------------------------------------------- */

/* The output and the period of "I in 2003", or the output of a table; -1: none of this job. A label
 * may contain " in ", so the whole rest is compared with the labels. */
static int find_output(const sw_job *job, const char *text, size_t length, int *period) {
  for (int q = 0; job->measure->output[q].name; q++) {
    const char *name = job->measure->output[q].name;
    size_t at = strlen(name);
    if (job->result[q].off || at > length || strncmp(name, text, at) != 0) continue;
    *period = 0;
    if (at == length && !is_named(job, q)) return q;
    if (at + 4 > length || strncmp(text + at, " in ", 4) != 0) continue;
    for (int t = 0; t < job->n_periods; t++) {
      const char *label = sw_job_period(job, t);
      *period = t;
      if (strlen(label) == length - at - 4 && strncmp(label, text + at + 4, length - at - 4) == 0)
        return q;
    }
  }
  return -1;
}

/* Of period `only`, or of all when it is negative. What the file says of others, or of what this
 * job does not have, is passed over. sw_job_undefined takes the text over, in the job's arena. */
static sw_status take(sw_error *err, sw_job *job, const char *text, int only) {
  for (const char *at = text; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    const char *colon = strstr(at, ": ");
    size_t line = strcspn(at, "\n");
    int t = 0, q = -1;
    if (colon && colon < at + line) q = find_output(job, at, (size_t)(colon - at), &t);
    if (q < 0 || (only >= 0 && t != only)) continue;
    const char *why = sw_arena_textn(job->arena, colon + 2, (size_t)(at + line - colon) - 2);
    if (!why) return sw_fail(err, SW_ENOMEM, "out of memory for reasons");
    sw_job_undefined(job, q, t, why);
  }
  return SW_OK;
}

/* On rank 0. A file without the attribute has no reasons, which is no failure. */
sw_status sw_past_take_reasons(sw_error *err, sw_results *results, const sw_group *group,
                               int only) {
  hid_t at = H5Gopen2(results->file, group->path, H5P_DEFAULT);
  const char *text = at < 0 ? NULL : sw_h5_get_text(results->arena, at, SW_ATTR_UNDEFINED_IN);
  if (at >= 0) H5Gclose(at);
  return text ? take(err, &results->run->job[group->job], text, only) : SW_OK;
}

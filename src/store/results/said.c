/* The lines that an entry says of itself (sw_job_say) in a results file: the attribute `summary` of
 * the result's group. What is known when the file is laid out has its own length there; an entry
 * that is computed later, after pairs, has room, which is filled at the end. */
#include "measure/said.h"

#include <string.h>

#include "base/arena.h"
#include "store/results/past_private.h"
#include "store/results/private.h"
#include "store/results/verify.h"

/* ---- writing ---------------------------------------------------------------------------- */

static bool is_said_later(const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  return job->said && job->measure->finish && run->after_pairs[e] && !run->study->entry[e].group;
}

/* A result of which nothing is said has no such attribute. */
herr_t sw_results_put_said(sw_results *results, hid_t group, int job) {
  const char *text = sw_said_text(results->arena, &results->run->job[job]);
  if (is_said_later(results->run, job))
    return sw_h5_put_text(group, SW_ATTR_SUMMARY, "", SW_SAID_ROOM);
  if (!text) return -1;
  return *text ? sw_h5_put_text(group, SW_ATTR_SUMMARY, text, 0) : 0;
}

herr_t sw_results_set_said(const sw_results *results, hid_t group, int job) {
  const char *text = sw_said_text(results->arena, &results->run->job[job]);
  if (!is_said_later(results->run, job)) return 0;
  return text ? sw_h5_set_text(group, SW_ATTR_SUMMARY, text) : -1;
}

/* ---- taking ----------------------------------------------------------------------------- */

/* "" without any. */
static const char *read(const sw_results *results, const char *path) {
  hid_t at = H5Gopen2(results->file, path, H5P_DEFAULT);
  const char *text = at < 0 ? NULL : sw_h5_get_text(results->arena, at, SW_ATTR_SUMMARY);
  if (at >= 0) H5Gclose(at);
  return text ? text : "";
}

sw_status sw_past_take_said(sw_error *err, sw_results *results, const sw_group *group) {
  sw_job *job = &results->run->job[group->job];
  if (sw_said_take(job, read(results, group->path))) return SW_OK;
  return sw_fail(err, SW_ENOMEM, "%s: out of memory for what it says", job->name);
}

sw_status sw_past_says(sw_past *self, sw_error *err, int job, bool *says) {
  sw_past_file *p = self->self;
  sw_team *team = p->results.team;
  double any = 0;
  if (team->rank == 0) any = *read(&p->results, p->results.schema.group[job].path) != '\0';
  SW_TRY(team->max_f64(team, err, &any, 1));
  *says = any != 0;
  return SW_OK;
}

/* ---- verifying -------------------------------------------------------------------------- */

/* The first line that differs; each may be long, and is cut by the verdict. */
sw_status sw_results_check_said(sw_error *err, sw_results *results, const sw_group *group,
                                sw_verdict *verdict) {
  enum { SHOWN = 60 };
  const char *want = sw_said_text(results->arena, &results->run->job[group->job]);
  const char *is = read(results, group->path);
  if (!want) return sw_fail(err, SW_ENOMEM, "out of memory for what a result says");
  size_t at = 0, line = 0;
  verdict->sums++;
  if (strcmp(is, want) == 0) return SW_OK;
  for (; is[at] && is[at] == want[at]; at++)
    if (is[at] == '\n') line = at + 1;
  at = at > line + SHOWN / 3 ? at - SHOWN / 3 : line;
  sw_verdict_say(verdict, "%s: " SW_ATTR_SUMMARY ": '%.*s', but the study gives '%.*s'",
                 group->path, (int)strcspn(is + at, "\n"), is + at, (int)strcspn(want + at, "\n"),
                 want + at);
  return SW_OK;
}

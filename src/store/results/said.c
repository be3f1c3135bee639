/* The lines that an entry says of itself (sw_job_say) in a results file, and what was warned of it:
 * the attributes `summary` and `notes` of the result's group; `notes` of the root is what was
 * warned of panel and weights. What is known when the file is laid out has its own length there; an
 * entry that is computed later, with the pairs or after them, has room, which is filled at the end.
 */
#include "measure/said.h"

#include <string.h>

#include "base/arena.h"
#include "plan/run/notes.h"
#include "store/results/past_private.h"
#include "store/results/private.h"
#include "store/results/verify.h"

/* ---- writing ---------------------------------------------------------------------------- */

/* True for entries that run after the file is laid out: their lines do not exist yet. */
static bool is_said_later(const sw_run *run, int e) {
  const sw_job *job = &run->job[e];
  if (!job->said || !job->measure->finish || run->study->entry[e].group) return false;
  bool later = run->after_pairs[e];
  for (int pass = 0; pass < job->n_passes; pass++)
    later |= job->pass[pass].over_pairs;
  return later;
}

/* Whole lines of at most `room` bytes, the others counted; NULL: no memory. Of lines that are cut a
 * last one tells how many. */
static const char *cut_lines(sw_arena *arena, const char *lines, size_t room) {
  enum { TAIL = 40 };
  size_t length = 0;
  int more = 0;
  if (!lines || strlen(lines) < room) return lines;
  for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t end = (size_t)(at - lines) + strcspn(at, "\n");
    if (more == 0 && end < room - TAIL)
      length = end;
    else
      more++;
  }
  return sw_arena_printf(arena, "%.*s\n... and %d more line%s", (int)length, lines, more,
                         more == 1 ? "" : "s");
}

/* `entry` SW_NOTES_OF_ALL: of panel and weights. Notes that come later have a fixed room; others
 * are as long as they are, up to a limit. */
static const char *notes_of(const sw_results *results, int entry) {
  bool later = entry >= 0 && sw_run_notes_later(results->run, entry);
  return cut_lines(results->arena, sw_run_notes(results->arena, results->run, entry),
                   later ? SW_NOTES_ROOM : SW_NOTES_MOST);
}

/* Where there is nothing, there is no such attribute. Negative: `text` is NULL, or HDF5 has
 * failed. */
static herr_t put_lines(hid_t object, const char *name, const char *text) {
  if (!text) return -1;
  return *text ? sw_h5_put_text(object, name, text, 0) : 0;
}

/* Called while the group is laid out. */
herr_t sw_results_put_said(sw_results *results, hid_t group, int job) {
  herr_t code = is_said_later(results->run, job)
                    ? sw_h5_put_text(group, SW_ATTR_SUMMARY, "", SW_SAID_ROOM)
                    : put_lines(group, SW_ATTR_SUMMARY,
                                sw_said_text(results->arena, &results->run->job[job]));
  if (code < 0) return code;
  if (sw_run_notes_later(results->run, job))
    return sw_h5_put_text(group, SW_ATTR_NOTES, "", SW_NOTES_ROOM);
  return put_lines(group, SW_ATTR_NOTES, notes_of(results, job));
}

herr_t sw_results_put_notes(const sw_results *results, hid_t file) {
  return put_lines(file, SW_ATTR_NOTES, notes_of(results, SW_NOTES_OF_ALL));
}

/* When all is computed: fills the room that put_said has left. Nothing for entries whose lines were
 * known at once. */
herr_t sw_results_set_said(const sw_results *results, hid_t group, int job) {
  const char *text = NULL;
  if (is_said_later(results->run, job)) {
    text = sw_said_text(results->arena, &results->run->job[job]);
    if (!text || sw_h5_set_text(group, SW_ATTR_SUMMARY, text) < 0) return -1;
  }
  if (!sw_run_notes_later(results->run, job)) return 0;
  text = notes_of(results, job);
  return text ? sw_h5_set_text(group, SW_ATTR_NOTES, text) : -1;
}

/* ---- taking ----------------------------------------------------------------------------- */

/* "" without any. NULL paths do not come here; a group that is missing has said nothing. */
static const char *read(const sw_results *results, const char *path, const char *name) {
  hid_t at = H5Gopen2(results->file, path, H5P_DEFAULT);
  const char *text = at < 0 ? NULL : sw_h5_get_text(results->arena, at, name);
  if (at >= 0) H5Gclose(at);
  return text ? text : "";
}

/* Whether what would be taken can be read. A text that is there and unreadable is not "no text":
 * the lines would be lost without a word. */
bool sw_past_is_readable(const sw_past_file *p, int job) {
  static const char *const name[] = {SW_ATTR_SUMMARY, SW_ATTR_NOTES};
  hid_t at = H5Gopen2(p->results.file, p->results.schema.group[job].path, H5P_DEFAULT);
  bool readable = at >= 0;
  for (int k = 0; readable && k < 2; k++) {
    htri_t there = H5Aexists(at, name[k]);
    readable = there == 0 || (there > 0 && sw_h5_get_text(p->results.arena, at, name[k]));
  }
  if (at >= 0) H5Gclose(at);
  return readable;
}

/* On rank 0: the lines of the earlier run become this run's. */
sw_status sw_past_take_said(sw_error *err, sw_results *results, const sw_group *group) {
  sw_job *job = &results->run->job[group->job];
  sw_run_notes_take(results->run, group->job, read(results, group->path, SW_ATTR_NOTES));
  if (sw_said_take(job, read(results, group->path, SW_ATTR_SUMMARY))) return SW_OK;
  return sw_fail(err, SW_ENOMEM, "%s: out of memory for what it says", job->name);
}

/* Collective. An entry that says something is taken as a whole or not at all (plan/run/take.c). */
sw_status sw_past_says(sw_past *self, sw_error *err, int job, bool *says) {
  sw_past_file *p = self->self;
  sw_team *team = p->results.team;
  const char *path = p->results.schema.group[job].path;
  double any = 0;
  if (team->rank == 0)
    any = *read(&p->results, path, SW_ATTR_SUMMARY) != '\0' ||
          sw_run_notes_lack(p->results.run, job, read(&p->results, path, SW_ATTR_NOTES));
  SW_TRY(team->max_f64(team, err, &any, 1));
  *says = any != 0;
  return SW_OK;
}

/* ---- verifying -------------------------------------------------------------------------- */

/* The first line that differs; each may be long, and is cut by the verdict. About a third of the
 * room stands before the first difference. */
static void tell_lines(sw_verdict *verdict, const char *path, const char *name, const char *is,
                       const char *want) {
  enum { SHOWN = 60 };
  size_t at = 0, line = 0;
  for (; is[at] && is[at] == want[at]; at++)
    if (is[at] == '\n') line = at + 1;
  at = at > line + SHOWN / 3 ? at - SHOWN / 3 : line;
  sw_verdict_say(verdict, "%s: %s: '%.*s', but the study gives '%.*s'", path, name,
                 (int)strcspn(is + at, "\n"), is + at, (int)strcspn(want + at, "\n"), want + at);
}

/* Of what was warned while pairs were computed a sample of them knows nothing. Each compared text
 * counts as one sum of the verdict. */
sw_status sw_results_check_said(sw_error *err, sw_results *results, const sw_group *group,
                                sw_verdict *verdict) {
  bool later = sw_run_notes_later(results->run, group->job);
  const char *const name[] = {SW_ATTR_SUMMARY, SW_ATTR_NOTES};
  const char *want[] = {sw_said_text(results->arena, &results->run->job[group->job]),
                        notes_of(results, group->job)};
  if (!want[0] || !want[1]) return sw_fail(err, SW_ENOMEM, "out of memory for what a result says");
  for (int k = 0; k < (later ? 1 : 2); k++) {
    const char *is = read(results, group->path, name[k]);
    verdict->sums++;
    if (strcmp(is, want[k]) != 0) tell_lines(verdict, group->path, name[k], is, want[k]);
  }
  return SW_OK;
}

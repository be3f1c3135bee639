/* From a study file to a bound run: what `run`, `check` and `verify` have in common. All
 * collective. The order lets a wrong study fail in the cheapest way: its text is checked before any
 * data is read, the data before anything is computed. */
#include "cli/session/session.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/session/threads.h"
#include "comm/comm.h"

#include <stdio.h>
#include <string.h>

/* Returns alone with SW_EINPUT, or where the threads are not to be had; the caller agrees. The
 * cores are asked for first, as that is collective: a launcher may set OMP_NUM_THREADS for some
 * ranks only. */
static sw_status take_threads(sw_error *err, sw_team *team, const char *asked, int *threads) {
  int cores = sw_comm_cores(team);
  SW_TRY(sw_threads_choose(err, asked, cores, threads));
  return sw_threads_start(err, *threads);
}

/* A study may name an indicator for each label of a column, employment.*, and which labels there
 * are is known to the files of its panel alone. No other study pays for a second look. */
static sw_status name_labels(sw_error *err, sw_session *s, const char *file, size_t length, int *n,
                             const char *const **label) {
  sw_study *study = NULL;
  *label = NULL;
  if (!strstr(s->text, ".*")) return SW_OK;
  sw_status status = sw_study_look(err, s->arena, file, s->text, length, &study);
  SW_TRY(sw_team_agree(s->team, err, status, 0));
  if (study->panel.layout != SW_LAYOUT_LONG_BY) return SW_OK;
  return sw_panel_labels(err, s->team, study, s->arena, n, label);
}

/* The text comes from rank 0's file (sw_text_read broadcasts it), unless the caller has it:
 * `verify` takes the one that the results file keeps. Every rank parses it. */
sw_status sw_session_study(sw_error *err, sw_team *team, const char *file, const char *output,
                           const char *threads, sw_session *s) {
  size_t length = 0;
  s->team = team;
  s->began = sw_clock();
  SW_TRY(sw_team_agree(team, err, take_threads(err, team, threads, &s->threads), 0));
  SW_TRY(sw_team_agree(team, err, sw_arena_create(err, &s->arena), 0));
  if (s->text)
    length = strlen(s->text);
  else
    SW_TRY(sw_text_read(err, team, s->arena, file, &s->text, &length));
  const char *const *label = NULL;
  int n_labels = 0;
  SW_TRY(name_labels(err, s, file, length, &n_labels, &label));
  sw_status status = sw_study_parse_by(err, s->arena, file, s->text, length, s->extra, s->n_extra,
                                       label, n_labels, &s->study);
  SW_TRY(sw_team_agree(team, err, status, 0));
  if (output && !*output)
    return sw_fail(err, SW_EINPUT, "the name of the output is empty; give the name of a file");
  /* -o is relative to the current folder, not to the study as output.file is. */
  if (output) {
    s->study->output_file = output;
    s->study->output_path = output;
  }
  return SW_OK;
}

/* The panel with its units, then weights and distances: seconds_read is all of it. */
sw_status sw_session_panel(sw_error *err, sw_session *s) {
  double began = sw_clock();
  s->read.arena = s->arena;
  sw_log_keep(&s->read);
  sw_status status = sw_panel_read(err, s->team, s->study, s->arena, &s->panel);
  if (status == SW_OK)
    status = sw_run_bind(err, s->team, s->study, s->plans ? &sw_store_planner : &sw_store_reader,
                         s->panel, s->arena, s->threads, &s->run);
  sw_log_keep(NULL);
  if (s->run) s->run->read = &s->read;
  s->seconds_read = sw_clock() - began;
  return status;
}

/* Sets the logger up; --log-level wins over --quiet. */
sw_status sw_session_log(sw_error *err, const sw_team *team, const char *verb, bool quiet,
                         const char *text) {
  sw_log_level level = quiet ? SW_LOG_WARN : SW_LOG_INFO;
  if (text && !sw_log_level_parse(text, &level))
    return sw_fail(err, SW_EINPUT,
                   "%s: --log-level: '%s' is unknown; expected error, warn, info or debug", verb,
                   text);
  sw_log_setup(level, team->rank);
  return SW_OK;
}

/* Each may be NULL, after a failure. The arena goes last: run and panel live in it in part. */
void sw_session_close(sw_session *s) {
  sw_run_destroy(s->run);
  sw_panel_destroy(s->panel);
  sw_arena_destroy(s->arena);
}

/* Not thread-safe: a ring of eight static buffers, so that one printf may show several sizes.
 * Powers of 1000, one decimal below 100: "1.2 GB", "120 GB". */
const char *sw_session_show_bytes(double bytes) {
  static char ring[8][24];
  static int next = 0;
  static const char *const unit[] = {"B", "kB", "MB", "GB", "TB", "PB"};
  char *out = ring[next++ % 8];
  int u = 0;
  for (; bytes >= 1000 && u < 5; u++)
    bytes /= 1000;
  snprintf(out, sizeof ring[0], u && bytes < 100 ? "%.1f %s" : "%.0f %s", bytes, unit[u]);
  return out;
}

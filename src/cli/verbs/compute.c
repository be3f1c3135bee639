/* Computes a study: what `spillway run` does, and what a program that links the library asks for
 * (spillway/program.h). The whole run from a study file to a results file stands in run_study(),
 * step by step; all ranks go through it together.
 *
 *  What a rank finds wrong by itself is agreed on (sw_team_agree) before the next
 * collective. */
#include "cli/verbs/commands.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/report/report.h"
#include "cli/session/session.h"
#include "cli/session/summary.h"
#include "comm/comm.h"
#include "plan/descriptor/descriptor.h"
#include "store/h5/version.h"
#include "store/results/past.h"
#include "store/results/results.h"

#include <stdlib.h>
#include <string.h>

/* ---- measures of the caller's own -------------------------------------------------------- */

/* Whether the catalogue or an extra measure before this one has the name. */
static bool is_taken(const sw_program *program, const char *name) {
  for (int i = 0; i < program->n_extra; i++)
    if (strcmp(program->extra[i]->name, name) == 0) return true;
  return sw_measure_find(name) != NULL;
}

/* The catalogue is checked at every start, too: it takes no time, and a slip in a descriptor is
 * found before any study is read. An extra measure counts (n_extra) once it was found good.
 * Quadratic in the number of measures, with some hundred of them; names must be unique because a
 * study finds a measure by its name alone. */
sw_status sw_program_measures(sw_error *err, sw_program *program, const sw_measure *const *extra) {
  program->extra = extra;
  for (int i = 0; i < sw_measure_count(); i++)
    SW_TRY(sw_measure_check(err, sw_measure_at(i)));
  for (; extra && extra[program->n_extra]; program->n_extra++) {
    const char *name = extra[program->n_extra]->name;
    SW_TRY(sw_measure_check(err, extra[program->n_extra]));
    if (is_taken(program, name))
      return sw_fail(err, SW_EINPUT,
                     "a measure of this program is called '%s', like another one; rename it", name);
  }
  return SW_OK;
}

/* Creates the results file, computes what is left and completes it. The file is not laid out
 * before, because the sizes of `above` are known only after sw_run_first. *seconds: time spent on
 * the file alone, without what the sink writes while pairs are computed. A failure leaves the
 * unfinished file for a later run; sw_results_destroy decides what of it is kept. */
static sw_status write_results(sw_error *err, sw_session *s, double *seconds) {
  double began = sw_clock();
  sw_status status = sw_results_create(err, s->results);
  /* sw_results_finish writes what is known only at the end, and turns the file into the one that
   * was asked for. */
  *seconds += sw_clock() - began;
  if (status == SW_OK) status = sw_run_rest(err, s->run, sw_results_sink(s->results));
  began = sw_clock();
  if (status == SW_OK) status = sw_results_finish(err, s->results);
  *seconds += sw_clock() - began;
  return status;
}

/* With `output` on the command line the page follows it and has its name, else the study says
 * where. NULL: no memory. Otherwise two runs of one study with different -o would write to one
 * page. */
static const char *page_path(const sw_session *s, const sw_run_options *o) {
  return o->output ? sw_report_default_path(s->arena, s->study->output_path)
                   : s->study->report_path;
}

/* A page that may not be written is refused before the results cost anything; like these it is
 * overwritten by `force` alone. */
static sw_status look_at_page(sw_error *err, sw_session *s, const sw_run_options *o) {
  sw_report_options options = {.path = s->study->output_path, .force = o->force};
  sw_target target;
  sw_status status = SW_OK;
  if (!s->study->report_file) return SW_OK;
  /* Rank 0 alone looks, as it alone writes; the others learn its answer. */
  if (s->team->rank == 0) {
    const char *path = page_path(s, o);
    status = path ? sw_report_target_look(err, path, &options, &target)
                  : sw_fail(err, SW_ENOMEM, "out of memory for a path");
  }
  return sw_team_agree(s->team, err, status, 0);
}

/* Rank 0. What was not there when the run began may be replaced. The page is made in this process:
 * the file is the run's own and is known to be sound, so no child is needed
 * (cli/verbs/report.c). */
static sw_status make_page(sw_error *err, sw_session *s, const char *path) {
  const sw_study *study = s->study;
  const char *slash = strrchr(study->file, '/');
  const char *folder = slash ? sw_arena_textn(s->arena, study->file, (size_t)(slash - study->file))
                             : sw_arena_text(s->arena, ".");
  sw_report_options options = {.path = study->output_path, .force = true};
  sw_target target;
  sw_report_said said;
  double began = sw_clock();
  if (!path || !folder) return sw_fail(err, SW_ENOMEM, "out of memory for a path");
  SW_TRY(sw_report_target_open(err, path, &options, &target));
  sw_status status = sw_report_make(err, &options, folder, target.out, &said);
  SW_TRY(sw_target_close(err, status, &target));
  if (*said.note) sw_log(SW_LOG_WARN, "%s", said.note);
  s->page = path;
  s->page_bytes = (double)said.bytes;
  s->seconds_page = sw_clock() - began;
  return SW_OK;
}

/* The page of the results, where the study asks for one. The results are complete: a page that
 * cannot be made must not make the run fail. The other ranks wait. It is the last step, behind the
 * results: its warning is the only trace of a failure. The agreement at the end keeps ranks
 * together until the page is written. */
static sw_status write_page(sw_error *err, sw_session *s, const sw_run_options *o) {
  sw_error of_page = {0};
  if (!s->study->report_file) return SW_OK;
  if (s->team->rank == 0 && make_page(&of_page, s, page_path(s, o)) != SW_OK)
    sw_log(SW_LOG_WARN, "the results are complete, their page is not: %s", of_page.text);
  return sw_team_agree(s->team, err, SW_OK, 0);
}

/* Prints the summary. The results are complete: a failed summary must not make the run fail. The
 * summary has its own error, so that the status of the run stays good. */
static void say_summary(const sw_session *s) {
  sw_error err = {0};
  if (sw_summary_print(&err, s) != SW_OK)
    sw_log(SW_LOG_WARN, "the results are complete, their summary is not: %s", err.text);
}

/* The order lets everything that can be refused be refused before it has cost anything: the study's
 * text, the output (locked from here on), the data, the memory, an unfinished run of another study.
 * Only then is anything computed. Log lines are held back meanwhile, so that bad input is one line
 * and not the last of many. */
static sw_status run_study(sw_error *err, sw_team *team, const char *study, const sw_run_options *o,
                           sw_session *s) {
  sw_log_hold();
  SW_TRY(sw_session_study(err, team, study, o->output, o->threads, s));
  SW_TRY(sw_results_refuse_files(err, team, s->study));
  /* Locked from the start, so that two runs cannot write one file; `follow` makes the lock hold for
   * what a link points to. */
  if (o->reuse) SW_TRY(sw_results_past_look(err, team, o->reuse));
  SW_TRY(sw_results_follow(err, team, s->arena, &s->study->output_path, &s->link));
  SW_TRY(sw_results_start(err, team, s->study->output_path, o->force, o->restart, &s->results));
  SW_TRY(look_at_page(err, s, o));
  SW_TRY(sw_session_panel(err, s));
  SW_TRY(sw_estimate_fits(err, s->run));
  SW_TRY(sw_results_begin(err, s->results, s->run));
  /* What is taken over from earlier results must be known before the first pass, which it
   * shortens. */
  if (o->reuse) SW_TRY(sw_results_past_open(err, s->run, o->reuse));
  s->run->progress = sw_progress_make(team, !o->summary);
  double seconds = 0.0;
  /* From here on progress must be ended, and on failure the held-back log lines are dropped. */
  sw_status status = sw_run_first(err, s->run);
  sw_log_release(status == SW_OK);
  if (status == SW_OK) status = write_results(err, s, &seconds);
  sw_progress_end(&s->run->progress);
  s->run->seconds_write = seconds;
  if (status == SW_OK) status = write_page(err, s, o);
  if (status == SW_OK && o->summary) say_summary(s);
  return status;
}

/* Reports what remains of a failed run that can be continued. A run that was stopped (SW_ESTOPPED)
 * says so in its error. Rank 0 says it, once. `kept` is what sw_results_destroy found. */
static void say_kept(const sw_team *team, const sw_session *s, const sw_error *err, bool kept) {
  if (kept && err->status != SW_ESTOPPED && team->rank == 0)
    sw_log(SW_LOG_WARN, "%s.partial keeps what is done; the same command continues it",
           s->study->output_path);
}

/* Signals to stop are asked for here as well as in main: a program of its own has not done it. The
 * order of the end matters: ranks settle before anything collective is closed; past and results are
 * closed while the run is still there. Returns the status that all ranks agree on. NULL options are
 * the plain ones, silent and without --force. `err` has the text on the rank that found the
 * fault. */
sw_status sw_program_run(sw_error *err, sw_program *program, const char *study,
                         const sw_run_options *options) {
  static const sw_run_options plain = {0};
  sw_session session = {.extra = program->extra, .n_extra = program->n_extra};
  bool kept = false;
  sw_stop_listen();
  sw_status status = run_study(err, program->team, study, options ? options : &plain, &session);
  sw_cli_settle(program->team, err);
  sw_log_release(false);
  sw_results_past_close(session.run);
  sw_results_destroy(session.results, status, &kept);
  say_kept(program->team, &session, err, kept);
  sw_session_close(&session);
  return status;
}

/* ---- a program of its own ------------------------------------------------------------------ */

/* *program is set also after a failure, for sw_program_stop; team stays NULL until MPI is up. HDF5
 * starts before MPI (store/h5/version.h). An error of MPI's start returns at once, without
 * agreement: there is no team to agree with. */
sw_status sw_program_start(sw_error *err, int *argc, char ***argv, const sw_measure *const *extra,
                           sw_program **program) {
  sw_descriptors_fill();
  sw_program *p = *program = calloc(1, sizeof *p);
  if (!p) return sw_fail(err, SW_ENOMEM, "out of memory: cannot start");
  sw_error of_measures = {0};
  sw_status status = sw_program_measures(&of_measures, p, extra);
  sw_h5_start();
  SW_TRY(sw_comm_start(err, argc, argv, &p->team));
  sw_log_setup(SW_LOG_WARN, p->team->rank);
  /* It may have failed on this rank alone, without memory. */
  if (status != SW_OK) *err = of_measures;
  return sw_team_agree(p->team, err, status, 0);
}

int sw_program_rank(const sw_program *program) {
  return program->team->rank;
}

/* NULL is allowed. Ends MPI, after which no other program may be started in this process. */
void sw_program_stop(sw_program *program) {
  if (!program) return;
  if (program->team) sw_comm_stop(program->team);
  free(program);
}

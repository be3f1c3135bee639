/* spillway run: the main job. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/log.h"
#include "cli/options.h"
#include "cli/session.h"
#include "cli/summary.h"
#include "store/results.h"
#include "store/results_past.h"

#include <stdio.h>

static const char *const help_text =
    "Usage: spillway run STUDY.yaml [options]\n"
    "       mpirun -n K spillway run STUDY.yaml [options]\n\n"
    "Compute every result of the study and write them into one HDF5 file.\n\n"
    "  -o, --output OUT.h5   where to write (default: output.file of the study)\n"
    "      --force           write over a finished output\n"
    "      --restart         begin again where an unfinished run could be continued\n"
    "      --reuse LAST.h5   take from earlier results the pairs of the periods that have not "
    "changed\n"
    "      --threads N       threads a rank (default: OMP_NUM_THREADS, else this rank's share of\n"
    "                        the cores)\n"
    "  -q, --quiet           no progress, no summary\n"
    "      --log-level L     error, warn, info (default) or debug\n"
    "  -h, --help            this text\n\n"
    "A run that ends early leaves OUT.h5.partial and its journal: the same command continues it,\n"
    "with any number of ranks. SIGUSR1 and SIGTERM end a run so, in good order.\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 75 stopped early, the same command "
    "continues;\n"
    "1 anything else.";

typedef struct run_options {
  bool help, force, restart, quiet;
  const char *output, *reuse, *threads, *log_level, *study;
} run_options;

static sw_status read_options(sw_error *err, sw_team *team, int argc, char **argv, run_options *o) {
  const sw_option table[] = {{"help", 'h', &o->help, NULL},
                             {"output", 'o', NULL, &o->output},
                             {"force", 0, &o->force, NULL},
                             {"restart", 0, &o->restart, NULL},
                             {"reuse", 0, NULL, &o->reuse},
                             {"threads", 0, NULL, &o->threads},
                             {"quiet", 'q', &o->quiet, NULL},
                             {"log-level", 0, NULL, &o->log_level},
                             {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, &o->study, 1, &count));
  if (o->help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a study file; see %s --help", argv[0], argv[0]);
  return sw_session_log(err, team, argv[0], o->quiet, o->log_level);
}

/* The results file exists from here on. */
static sw_status write_results(sw_error *err, sw_session *s, double *seconds) {
  double began = sw_clock();
  sw_status status = sw_results_create(err, s->results);
  *seconds += sw_clock() - began;
  if (status == SW_OK) status = sw_run_rest(err, s->run, sw_results_sink(s->results));
  began = sw_clock();
  if (status == SW_OK) status = sw_results_finish(err, s->results);
  *seconds += sw_clock() - began;
  return status;
}

/* The results are there: what is said of them does not make the run a failure. */
static void say_summary(const sw_session *s) {
  sw_error err = {0};
  if (sw_summary_print(&err, s) != SW_OK)
    sw_log(SW_LOG_WARN, "the results are complete, their summary is not: %s", err.text);
}

static sw_status run_study(sw_error *err, sw_team *team, const run_options *o, sw_session *s) {
  sw_log_hold();
  SW_TRY(sw_session_study(err, team, o->study, o->output, o->threads, s));
  SW_TRY(sw_results_refuse_inputs(err, team, s->study));
  SW_TRY(sw_results_start(err, team, s->study->output_path, o->force, o->restart, &s->results));
  SW_TRY(sw_session_panel(err, s));
  SW_TRY(sw_estimate_fits(err, s->run));
  SW_TRY(sw_results_begin(err, s->results, s->run));
  if (o->reuse) SW_TRY(sw_results_past_open(err, s->run, o->reuse));
  s->run->progress = sw_progress_make(team, o->quiet);
  double seconds = 0.0;
  sw_status status = sw_run_first(err, s->run);
  sw_log_release(status == SW_OK);
  if (status == SW_OK) status = write_results(err, s, &seconds);
  sw_progress_end(&s->run->progress);
  s->run->seconds_write = seconds;
  if (status == SW_OK && !o->quiet) say_summary(s);
  return status;
}

/* Said besides the error, of what stays. */
static void say_kept(const sw_team *team, const sw_session *s, const sw_error *err, bool kept) {
  if (kept && err->status != SW_ESTOPPED && team->rank == 0)
    sw_log(SW_LOG_WARN, "%s.partial keeps what is done; the same command continues it",
           s->study->output_path);
}

int sw_cmd_run(sw_team *team, int argc, char **argv) {
  sw_error err = {0};
  run_options options = {0};
  sw_session session = {0};
  sw_status status = read_options(&err, team, argc, argv, &options);
  if (status == SW_OK && options.help) {
    puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = run_study(&err, team, &options, &session);
  sw_log_release(false);
  bool kept = false;
  sw_results_past_close(session.run);
  sw_results_destroy(session.results, status, &kept);
  say_kept(team, &session, &err, kept);
  sw_session_close(&session);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

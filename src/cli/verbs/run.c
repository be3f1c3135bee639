/* spillway run: the main job. Only its options are here; the work is sw_program_run (compute.c),
 * which programs that link the library call, too. */
#include "cli/verbs/commands.h"

#include "cli/session/options.h"
#include "cli/session/session.h"

#include <stdio.h>

static const char *const help_text =
    "Usage: spillway run STUDY.yaml [options]\n"
    "       mpirun -n K spillway run STUDY.yaml [options]\n\n"
    "Compute every result of the study and write them into one HDF5 file.\n\n"
    "  -o, --output OUT.h5   where to write (default: output.file of the study)\n"
    "      --force           overwrite a finished output\n"
    "      --restart         begin again instead of continuing an unfinished run\n"
    "      --reuse LAST.h5   take what rests on unchanged data from earlier results\n"
    "      --threads N       threads per rank (default: OMP_NUM_THREADS, else this rank's share\n"
    "                        of the cores)\n"
    "  -q, --quiet           no progress, no summary\n"
    "      --log-level L     error, warn, info (default) or debug\n"
    "  -h, --help            this text\n\n"
    "A run that ends early leaves OUT.h5.partial and its journal: the same command continues it,\n"
    "with any number of ranks. SIGUSR1 and SIGTERM stop a run in this way.\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 75 stopped early, to be continued by the\n"
    "same command; 1 anything else.";

/* What the command line says; `run` is what the library is handed. */
typedef struct run_options {
  bool help, quiet;
  const char *log_level, *study;
  sw_run_options run;
} run_options;

/* Every rank reads the same options, so all return alike. Leaves `o` half filled after a failure;
 * no option owns anything, all point into argv. */
static sw_status read_options(sw_error *err, sw_team *team, int argc, char **argv, run_options *o) {
  const sw_option table[] = {{"help", 'h', &o->help, NULL},
                             {"output", 'o', NULL, &o->run.output},
                             {"force", 0, &o->run.force, NULL},
                             {"restart", 0, &o->run.restart, NULL},
                             {"reuse", 0, NULL, &o->run.reuse},
                             {"threads", 0, NULL, &o->run.threads},
                             {"quiet", 'q', &o->quiet, NULL},
                             {"log-level", 0, NULL, &o->log_level},
                             {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, &o->study, 1, &count));
  /* -q also silences progress (compute.c): both are for people who watch. */
  o->run.summary = !o->quiet;
  if (o->help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a study file; see %s --help", argv[0], argv[0]);
  return sw_session_log(err, team, argv[0], o->quiet, o->log_level);
}

/* Help is rank 0's to print; all ranks return the same status. */
int sw_cmd_run(sw_program *program, int argc, char **argv) {
  sw_error err = {0};
  run_options o = {.run.summary = true};
  sw_status status = read_options(&err, program->team, argc, argv, &o);
  if (status == SW_OK && o.help) {
    if (program->team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK) status = sw_program_run(&err, program, o.study, &o.run);
  return status == SW_OK ? 0 : sw_cli_fail(program->team, &err);
}

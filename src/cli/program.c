/* The command line: finds the command, starts what it needs, and turns its status into an exit
 * status. Only here (and in sw_program_start, for programs that link the library) do MPI and HDF5
 * start and end.
 *
 * Verbs that only look at files or at the catalogue start no MPI: they work on a login node where
 * MPI cannot start, and at once. So do those that can use ranks, where no launcher has started any;
 * but `run` does not rely on that, as ranks of a launcher that is not known would each compute
 * all. */
#include "base/arena.h"
#include "base/file.h"
#include "base/log.h"
#include "base/stop.h"
#include "base/text.h"
#include "cli/verbs/commands.h"
#include "comm/comm.h"
#include "plan/run/describe.h"
#include "spillway/version.h"
#include "store/h5/version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A verb; `command` is handed argv from the verb on and returns the exit status. */
typedef struct command_verb {
  const char *name;
  /* ALONE: never, even under a launcher. LAUNCHED: only where a launcher has started ranks. */
  int (*command)(sw_program *program, int argc, char **argv);
  enum { ALONE, LAUNCHED, ALWAYS } mpi; /* when it runs under MPI; else it gets a team of one */
  const char *help;
} command_verb;

static const command_verb verbs[] = {
    {"run", sw_cmd_run, ALWAYS, "run STUDY.yaml [-o OUT.h5] [--force]   compute a study"},
    {"check", sw_cmd_check, LAUNCHED,
     "check STUDY.yaml                       check study and data, print the plan"},
    {"measures", sw_cmd_measures, ALONE,
     "measures [NAME]                        list the measures; describe one"},
    {"synth", sw_cmd_synth, LAUNCHED,
     "synth -o DIR --units N --periods T     write a synthetic national panel and a study for it"},
    {"info", sw_cmd_info, ALONE,
     "info OUT.h5                            what is in a results file"},
    {"verify", sw_cmd_verify, LAUNCHED,
     "verify OUT.h5 [--tiles N]              recompute a sample and compare it bit for bit"},
    {"diff", sw_cmd_diff, ALONE,
     "diff OLD.h5 NEW.h5                     what changed between two results files"},
    {"weights", sw_cmd_weights, ALONE,
     "weights STUDY.yaml [NAME] [-o W.gal]   what the weights of a study are; write one"},
    {"report", sw_cmd_report, ALONE,
     "report OUT.h5 [-o R.html]              results as one page to look at"},
    {"table", sw_cmd_table, ALONE,
     "table OUT.h5 [NAME ...]                results as tables to read"},
    {"export", sw_cmd_export, ALONE,
     "export OUT.h5 NAME -o FILE             quantities as a file for other programs"},
};

enum { N_VERBS = sizeof verbs / sizeof verbs[0] };

/* The order is that of the table: from computing to looking at what was computed. */
static void help(void) {
  puts("Spillway: a parallel batch engine for large regional panels.\n\nUsage:");
  for (int i = 0; i < N_VERBS; i++)
    printf("  spillway %s\n", verbs[i].help);
  puts("  spillway --version | --help\n\n"
       "Each command has its own --help. `spillway run` alone uses one process and all its cores;\n"
       "under mpirun or srun it uses as many ranks as they start. The results are the same bits.\n"
       "Exit status: 0 done; 2 wrong usage or bad input; 75 stopped early, to be continued;\n"
       "1 anything else (diff, verify: 1 different).");
}

/* What a report of a problem needs: the program with its compiler, MPI, and the libraries and the
 * instruction set that the bits of results depend on, one a line. */
static void version(void) {
  sw_error ignored = {0};
  sw_arena *arena = NULL;
  printf("spillway %s (%s, %s)\n%s\n", SW_VERSION, SPILLWAY_BUILD, __VERSION__, sw_comm_version());
  const char *build =
      sw_arena_create(&ignored, &arena) == SW_OK ? sw_run_build(arena, sw_h5_version()) : NULL;
  for (const char *at = build; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
    int label = (int)strcspn(at, "\t"), line = (int)strcspn(at, "\n");
    /* The compiler already stands on the first line. */
    if (label < line && strncmp(at, "compiler", (size_t)label) != 0)
      printf("%.*s %.*s\n", label, at, line - label - 1, at + label + 1);
  }
  sw_arena_destroy(arena);
}

static const command_verb *find_verb(const char *name) {
  for (int i = 0; i < N_VERBS; i++)
    if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
  return NULL;
}

/* The nearest name by spelling, if any is near enough, saves a look at the help. */
static int unknown_verb(const char *word) {
  const char *names[N_VERBS];
  for (int i = 0; i < N_VERBS; i++)
    names[i] = verbs[i].name;
  const char *near = sw_nearest(word, names, N_VERBS);
  fprintf(stderr, "spillway: unknown command '%s'%s%s%s see spillway --help\n", word,
          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : ";");
  return 2;
}

/* Runs a verb under MPI. The order matters. Signals to stop are heard first, because a scheduler
 * may send one while MPI starts, which takes seconds on many nodes, and would otherwise kill the
 * run. HDF5 is started before MPI, so that it is not ended by MPI_Finalize (store/h5/version.h).
 * `err` is what the check of the measures said: it may have failed on this rank alone, without
 * memory, so the ranks agree on it before any goes on. */
static int run_parallel(const command_verb *verb, sw_program *program, sw_error err, int argc,
                        char **argv) {
  if (verb->command == sw_cmd_run) sw_stop_listen(); /* MPI takes its time to start */
  sw_h5_start();
  sw_error of_start = {0};
  if (sw_comm_start(&of_start, &argc, &argv, &program->team) != SW_OK) {
    if (of_start.text[0]) fprintf(stderr, "spillway: %s\n", of_start.text); /* else another rank */
    return 1;
  }
  sw_log_setup(SW_LOG_INFO, program->team->rank);
  /* From here on every rank takes the same way: a verb that one of them skipped would leave the
   * others waiting in its first collective. */
  sw_status status = sw_team_agree(program->team, &err, err.status, 0);
  int code =
      status == SW_OK ? verb->command(program, argc, argv) : sw_cli_fail(program->team, &err);
  sw_comm_stop(program->team);
  /* HDF5 1.10 may crash in its own exit handler after a close that could not write. */
  if (code == 1) {
    fflush(NULL);
    _exit(code);
  }
  return code;
}

/* Runs a verb in a team of one, without MPI; also the --help of a parallel verb. */
static int run_serial(const command_verb *verb, sw_program *program, int argc, char **argv) {
  sw_error err = {0};
  if (sw_team_serial(&err, &program->team) != SW_OK) {
    fprintf(stderr, "spillway: %s\n", err.text);
    return 1;
  }
  sw_log_setup(SW_LOG_INFO, 0);
  int status = verb->command(program, argc, argv);
  sw_team_serial_destroy(program->team);
  return status;
}

/* The exit status once standard output is flushed. What was printed may be the whole result, as of
 * `info`: when its end cannot be written (a full disk, a closed pipe), the verb has failed. */
static int printed(int status) {
  if (status != 0 || (fflush(stdout) == 0 && !ferror(stdout))) return status;
  fputs("spillway: standard output: cannot be written\n", stderr);
  return 1;
}

/* The help of a verb needs no MPI. */
static bool asks_for_help(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  return false;
}

/* What every rank would say in the same words, help and wrong usage, is said by the first alone.
 * MPI does not run then, so the environment that the launcher made tells which rank this is. */
static void let_first_speak(FILE *stream) {
  static const char *const rank[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                     "SLURM_PROCID"};
  /* In this order the first that is set wins; all of them count ranks from 0. */
  const char *text = NULL;
  for (int i = 0; !text && i < 4; i++)
    text = getenv(rank[i]);
  /* Where it cannot be silenced it says it once more, which does no harm. */
  if (text && strcmp(text, "0") != 0 && !freopen("/dev/null", "w", stream)) return;
}

/* ---- the command line --------------------------------------------------------------------- */

/* Does what the command line says, for this program and for those that link the library with
 * measures of their own (`extra`, NULL-terminated, or NULL). Returns the exit status; MPI and HDF5
 * are ended by then. A fault of the measures themselves is told before anything of the command
 * line: no verb could be trusted. */
int sw_main(int argc, char **argv, const sw_measure *const *extra) {
  sw_error err = {0};
  sw_program program = {0};
  sw_descriptors_fill();
  sw_alloc_keep();
  sw_status checked = sw_program_measures(&err, &program, extra);
  const command_verb *verb = argc > 1 ? find_verb(argv[1]) : NULL;
  bool help_of_verb = verb && asks_for_help(argc - 1, argv + 1);
  /* What need not start MPI does not: it takes seconds and is refused on some login nodes. */
  bool parallel = verb && !help_of_verb &&
                  (verb->mpi == ALWAYS || (verb->mpi == LAUNCHED && sw_comm_is_launched()));
  if (!verb) let_first_speak(stderr);
  if (!verb || help_of_verb) let_first_speak(stdout);
  if (checked != SW_OK && !parallel) {
    fprintf(stderr, "spillway: %s\n", err.text);
    return sw_cli_exit_status(err.status);
  }
  if (argc < 2) {
    fputs("spillway: no command given; expected run, check, measures, synth, info, verify, diff, "
          "weights, report, table or export; see spillway --help\n",
          stderr);
    return 2;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
      strcmp(argv[1], "help") == 0) {
    help();
    return printed(0);
  }
  if (strcmp(argv[1], "--version") == 0) {
    version();
    return printed(0);
  }
  /* From here on argv[1] is the verb's argv[0]. */
  if (!verb) return unknown_verb(argv[1]);
  char name[64];
  /* Verbs name themselves in messages by their argv[0]: "spillway run: ...". */
  snprintf(name, sizeof name, "spillway %s", verb->name);
  argv[1] = name;
  return printed(parallel ? run_parallel(verb, &program, err, argc - 1, argv + 1)
                          : run_serial(verb, &program, argc - 1, argv + 1));
}

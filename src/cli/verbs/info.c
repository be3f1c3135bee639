/* spillway info: what is in a results file, from what inputs, by what version. A child process
 * reads it: HDF5 1.10 crashes on some damaged files, and of others it never finds the end.
 *
 * The child's answer is a struct and text in one pipe; nothing else is shared, and no memory is.
 * The parent never opens the file, so no file can crash it or keep it busy. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "cli/session/options.h"
#include "cli/verbs/commands.h"
#include "store/layout/info.h"
#include "store/layout/tried.h"

static const char help_text[] =
    "Usage: spillway info OUT.h5\n\n"
    "Tell what is in a results file: the study, its inputs with their hashes (XXH3), units and\n"
    "periods, and each result with its measure, parameters and variables.\n\n"
    "  -h, --help    this text";

/* Prints every line of `text`, each behind the indent. */
static void print_lines(const char *indent, const char *text) {
  while (*text) {
    int length = (int)strcspn(text, "\n");
    printf("%s%.*s\n", indent, length, text);
    text += length + (text[length] == '\n');
  }
}

/* What the file says of itself and of its panel. */
static void print_root(const char *path, const sw_results_info *info) {
  printf("%s: %s\n", path, info->title);
  printf("  written by spillway %s, %s, seed %lld\n", info->version, info->state,
         (long long)info->seed);
  printf("  units    %lld\n", (long long)info->n_units);
  /* A cross-section has one period, "0", which nobody named. */
  if (info->n_periods == 1 && strcmp(info->first_period, "0") == 0)
    printf("  periods  a cross-section");
  else
    printf("  periods  %lld", (long long)info->n_periods);
  if (info->n_periods > 1 || strcmp(info->first_period, "0") != 0)
    printf(": %s", info->first_period);
  if (info->n_periods > 1) printf(" to %s", info->last_period);
  printf("\n  inputs\n");
  print_lines("    ", info->inputs);
  if (*info->missing_cells) printf("  missing cells: %s\n", info->missing_cells);
  print_lines("  ", info->rest);
  print_lines("  warning: ", info->notes);
}

/* Of a result within this one behind its name there. Headlines of results below, as of composites,
 * stand with the one above: `info` shows the file as a list, not as a tree. Linear for each result,
 * of which there are some tens. */
static void print_headlines(const sw_results_info *info, const sw_info_result *result) {
  size_t length = strlen(result->name);
  for (int k = 0; k < info->n_headlines; k++) {
    const sw_headline *line = &info->headline[k];
    if (strncmp(line->path, result->name, length) != 0) continue;
    if (line->path[length] == '\0') printf("  headline    %s\n", line->text);
    if (line->path[length] == '/')
      printf("  headline    %s: %s\n", line->path + length + 1, line->text);
    if (line->path[length] == '\0' || line->path[length] == '/')
      print_lines("              ", line->more);
  }
}

/* A result with its headline figures and variables; long texts are not wrapped, so that scripts can
 * cut lines. */
static void print_result(const sw_results_info *info, const sw_info_result *result) {
  printf("\n/%s: %s, version %lld\n", result->name, result->measure, (long long)result->version);
  print_headlines(info, result);
  printf("  parameters  %s\n", result->parameters);
  printf("  undefined   %s\n", result->undefined);
  print_lines("  warning     ", result->notes);
  for (int v = 0; v < result->n_variables; v++) {
    const sw_info_variable *variable = &result->variable[v];
    printf("  %-18s %-8s %-34s %s%s%s%s\n", variable->name, variable->type, variable->shape,
           variable->long_name, *variable->look ? " [" : "", variable->look,
           *variable->look ? "]" : "");
  }
}

/* ---- the child: into the pipe an sw_error, then what is to be printed ---------------------- */

/* Of processor time, not of the clock: a slow disk is not taken for a damaged file. */
enum { CPU_SECONDS = 20 }; /* a healthy file takes a fraction of one */

/* What parent and child share. */
typedef struct answer {
  const char *path;
  int ends[2]; /* of the pipe */
} answer;

/* The child: reads the file and writes the answer to the pipe as its standard output. The error
 * goes first, also when there is none: its absence tells the parent that the child died while
 * reading. */
static void tell(void *self) {
  const answer *of = self;
  const char *path = of->path;
  close(of->ends[0]); /* else writing would not fail when nobody reads any more */
  if (dup2(of->ends[1], STDOUT_FILENO) < 0) _exit(1);
  sw_arena *arena = NULL;
  sw_results_info info;
  sw_error err = {0};
  sw_status status = sw_arena_create(&err, &arena);
  if (status == SW_OK) status = sw_results_info_read(&err, arena, path, &info);
  fwrite(&err, sizeof err, 1, stdout);
  if (status == SW_OK) {
    print_root(path, &info);
    for (int r = 0; r < info.n_results; r++)
      print_result(&info, &info.result[r]);
  }
  sw_arena_destroy(arena);
}

/* ---- the parent --------------------------------------------------------------------------- */

/* The parent: passes on what the child writes, as it comes. *err becomes the child's error; both
 * are the same program, so the struct can be copied as it is. *said: the child got as far as that.
 *
 * Returns the child's status: it and its text are the parent's from here on. */
static sw_status print_answer(sw_error *err, FILE *in, bool *said) {
  sw_error of_child;
  char text[4096];
  *said = fread(&of_child, sizeof of_child, 1, in) == 1;
  if (!*said) return SW_OK;
  *err = of_child;
  for (size_t n; (n = fread(text, 1, sizeof text, in)) > 0;)
    fwrite(text, 1, n, stdout);
  return of_child.status;
}

/* Runs the child and prints its answer. The parent closes its writing end at once, or it would
 * never see the end of the pipe. */
static sw_status ask_child(sw_error *err, const char *path) {
  answer of = {.path = path};
  bool said = true;
  if (pipe2(of.ends, O_CLOEXEC))
    return sw_fail(err, SW_EIO, "cannot create a pipe: %s", strerror(errno));
  /* The writing end must stay open until the child has been started, which inherits it. */
  pid_t child = sw_child_start(tell, &of, CPU_SECONDS);
  int reason = errno;
  close(of.ends[1]);
  FILE *in = child > 0 ? fdopen(of.ends[0], "r") : NULL;
  sw_status status =
      in ? print_answer(err, in, &said)
         : sw_fail(err, SW_EIO, "cannot start a process to read %s: %s", path, strerror(reason));
  if (in)
    fclose(in);
  else
    close(of.ends[0]);
  sw_child_end end = child > 0 ? sw_child_wait(child) : SW_CHILD_UNKNOWN;
  /* Either it failed with a reason of its own, or it ended well. A child that spoke and then
   * crashed has found the file damaged: its output may be cut off. */
  if (said && (status != SW_OK || end == SW_CHILD_ENDED || end == SW_CHILD_UNKNOWN)) return status;
  return sw_tried_blame(err, path, end);
}

/* Rank 0 alone reads and prints; the others take over its status. */
int sw_cmd_info(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  bool help = false;
  const char *path = NULL;
  int count = 0;
  const sw_option table[] = {{"help", 'h', &help, NULL}, {NULL, 0, NULL, NULL}};
  sw_status status = sw_options_parse(&err, argc, argv, table, &path, 1, &count);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK && count == 0)
    status = sw_fail(&err, SW_EINPUT, "%s: give a results file; see %s --help", argv[0], argv[0]);
  if (status == SW_OK && team->rank == 0) status = ask_child(&err, path);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

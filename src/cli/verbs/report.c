/* spillway report: results as one page to look at. A child process makes it, as `info` reads: HDF5
 * 1.10 crashes on some damaged files. The page grows beside its place and is moved there by this
 * process once the child has done. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/log.h"
#include "cli/report/report.h"
#include "cli/session/options.h"
#include "cli/verbs/commands.h"

static const char *const help_text =
    "Usage: spillway report OUT.h5 [options]\n\n"
    "Write results as one HTML file, which needs no other file and no network: the figures that\n"
    "can be cited and what they rest on, maps, lines, pairs, each measure, the method.\n\n"
    "  -o, --output R.html   where to write (default: OUT.html beside OUT.h5)\n"
    "      --against OLD.h5  show what has changed since these results, too\n"
    "      --results A,B     these results alone (default: all)\n"
    "      --polygons FILE   borders of the units, in any file that GDAL reads (default: those of\n"
    "                        the study; without any, cells about the units' places, or points)\n"
    "      --key FIELD       the field of FILE with the units' codes (default: as in the study)\n"
    "      --small           numbers by unit as float32: a third smaller\n"
    "      --language L      en or zh (default: output.language of the study, else en)\n"
    "      --force           overwrite R.html\n"
    "  -h, --help            this text\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 1 anything else.";

/* Processor seconds that the child may take: a damaged file can keep HDF5 busy for ever. A sound
 * one of 100 MB takes some seconds. */
enum { SECONDS = 60, BYTES_A_SECOND = 1000000 };

/* ---- the child -------------------------------------------------------------------------- */

/* What parent and child share. */
typedef struct work {
  const sw_report_options *options;
  sw_report_target target;
  int ends[2]; /* of the pipe */
} work;

typedef struct answer {
  sw_error err; /* also when there is none: its absence tells that the child died */
  sw_report_said said;
} answer;

/* Runs in the child: makes the page into the open target, then answers in one piece. The study's
 * folder is not known here (NULL): polygons are looked for from where the results lie. */
static void tell(void *self) {
  work *of = self;
  answer a = {0};
  /* Else the parent's death would leave the child writing. */
  close(of->ends[0]);
  sw_status status = sw_report_make(&a.err, of->options, NULL, of->target.out, &a.said);
  if (status == SW_OK && (fflush(of->target.out) != 0 || ferror(of->target.out)))
    sw_fail(&a.err, SW_EIO, "%s: cannot be written: %s", of->target.path, strerror(errno));
  /* Less than PIPE_BUF (4,096 bytes), so one write takes it whole. */
  if (write(of->ends[1], &a, sizeof a) != (ssize_t)sizeof a) _exit(1);
}

/* The texts are those of `info`, so that a damaged file is told alike by both. */
/* ---- the parent ------------------------------------------------------------------------- */

/* The child died without an answer: by HDF5, or from outside. */
static sw_status blame(sw_error *err, const char *path, sw_child_end end) {
  if (end == SW_CHILD_UNKNOWN)
    return sw_fail(err, SW_EIO,
                   "%s: the process that reads it was ended from outside; is the machine out of "
                   "memory?",
                   path);
  return sw_fail(err, SW_EINPUT,
                 "%s: is damaged: HDF5 %s reading it; write it again with spillway run", path,
                 end == SW_CHILD_ENDLESS ? "does not finish" : "crashes");
}

/* A minute, and a second for each MB of the file. */
static unsigned seconds_for(const char *path) {
  struct stat file;
  return SECONDS + (stat(path, &file) == 0 ? (unsigned)(file.st_size / BYTES_A_SECOND) : 0);
}

/* A short read is no error: the pipe may give the answer in pieces. False: it ended before all had
 * come. */
static bool read_all(int file, void *to, size_t length) {
  size_t at = 0;
  for (ssize_t n; at < length && (n = read(file, (char *)to + at, length - at)) != 0;) {
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) at += (size_t)n;
  }
  return at == length;
}

/* The writing end is closed here first, so that a dead child ends the reading. The child is waited
 * for in any case. The answer comes after the page is whole, so there is nothing to read meanwhile
 * and no lock-up: the page itself goes to the file, not through the pipe. */
static sw_status ask_child(sw_error *err, work *of, sw_report_said *said) {
  const char *path = of->options->path;
  answer a;
  if (pipe2(of->ends, O_CLOEXEC))
    return sw_fail(err, SW_EIO, "cannot create a pipe: %s", strerror(errno));
  pid_t child = sw_child_start(tell, of, seconds_for(path));
  int reason = errno;
  close(of->ends[1]);
  bool told = child > 0 && read_all(of->ends[0], &a, sizeof a);
  close(of->ends[0]);
  if (child <= 0)
    return sw_fail(err, SW_EIO, "cannot start a process to read %s: %s", path, strerror(reason));
  sw_child_end end = sw_child_wait(child);
  if (!told) return blame(err, path, end);
  *err = a.err;
  *said = a.said;
  return a.err.status;
}

/* "r.html: 13.9 MB, 3,116 counties, 18 periods, 10 results". */
static void print_said(const char *path, const sw_report_said *said) {
  char units[SW_HTML_NUMBER];
  printf("%s: %.1f MB, %s %s, %d period%s, %d result%s\n", path, (double)said->bytes / 1e6,
         sw_html_count(said->units, units), said->noun, said->periods,
         said->periods == 1 ? "" : "s", said->results, said->results == 1 ? "" : "s");
}

/* A failure leaves nothing at the page's place; what was there before stays. Target first, before
 * the child: what may not be written costs no reading. */
static sw_status write_report(sw_error *err, const sw_report_options *o) {
  sw_arena *arena = NULL;
  work of = {.options = o};
  sw_report_said said = {0};
  SW_TRY(sw_arena_create(err, &arena));
  const char *path = o->output ? o->output : sw_report_default_path(arena, o->path);
  sw_status status = path ? sw_report_target_open(err, path, o, &of.target)
                          : sw_fail(err, SW_ENOMEM, "out of memory for a path");
  if (status == SW_OK) status = ask_child(err, &of, &said);
  status = sw_report_target_close(err, status, &of.target);
  if (status == SW_OK) {
    if (*said.note) sw_log(SW_LOG_WARN, "%s", said.note);
    print_said(path, &said);
  }
  sw_arena_destroy(arena);
  return status;
}

/* ---- the command ------------------------------------------------------------------------ */

/* Only the form is checked; files are looked at when they are read. */
static sw_status read_options(sw_error *err, int argc, char **argv, sw_report_options *o,
                              bool *help) {
  const sw_option table[] = {
      {"help", 'h', help, NULL},           {"output", 'o', NULL, &o->output},
      {"against", 0, NULL, &o->against},   {"results", 0, NULL, &o->results},
      {"polygons", 0, NULL, &o->polygons}, {"key", 0, NULL, &o->key},
      {"small", 0, &o->small, NULL},       {"language", 0, NULL, &o->language},
      {"force", 0, &o->force, NULL},       {NULL, 0, NULL, NULL}};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, &o->path, 1, &count));
  if (*help) return SW_OK;
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a results file; see %s --help", argv[0], argv[0]);
  if (o->key && !o->polygons)
    return sw_fail(err, SW_EINPUT, "%s: --key is of --polygons, which is not given", argv[0]);
  return SW_OK;
}

/* Rank 0 works; the others wait for the status. */
int sw_cmd_report(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  bool help = false;
  sw_report_options o = {0};
  sw_status status = read_options(&err, argc, argv, &o, &help);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK && team->rank == 0) status = write_report(&err, &o);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

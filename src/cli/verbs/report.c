/* spillway report: results as one page to look at. A child process makes it, as `info` reads: HDF5
 * 1.10 crashes on some damaged files. The page grows beside its place and is moved there by this
 * process once the child has done. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/report/report.h"
#include "cli/session/options.h"
#include "cli/verbs/commands.h"
#include "store/layout/tried.h"

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

/* ---- the child -------------------------------------------------------------------------- */

enum { BYTES_PER_SECOND = 1000000 }; /* a sound file of 100 MB takes some seconds */

/* The child has a copy of it over the fork; `said` comes back through a pipe
 * (store/layout/tried.h). */
typedef struct work {
  const sw_report_options *options;
  sw_target target;
  sw_report_said said;
} work;

/* Runs in the child: makes the page into the open target. */
static sw_status make(sw_error *err, void *self) {
  work *of = self;
  SW_TRY(sw_report_make(err, of->options, NULL, of->target.out, &of->said));
  if (fflush(of->target.out) == 0 && !ferror(of->target.out)) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", of->target.path, strerror(errno));
}

/* ---- the parent -------------------------------------------------------------------------- */

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
  sw_tried tried = {.path = o->path,
                    .other = o->against,
                    .body = make,
                    .self = &of,
                    .answer = &of.said,
                    .size = sizeof of.said,
                    .bytes_per_second = BYTES_PER_SECOND};
  SW_TRY(sw_arena_create(err, &arena));
  const char *path = o->output ? o->output : sw_report_default_path(arena, o->path);
  sw_status status = path ? sw_report_target_open(err, path, o, &of.target)
                          : sw_fail(err, SW_ENOMEM, "out of memory for a path");
  if (status == SW_OK) status = sw_tried_run(err, &tried);
  status = sw_target_close(err, status, &of.target);
  if (status == SW_OK) {
    if (*of.said.note) sw_log(SW_LOG_WARN, "%s", of.said.note);
    print_said(path, &of.said);
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

/* spillway export: quantities of results as files for other programs. A child process reads the
 * results, as `report` does. A file grows beside its place and is moved there once it is whole; so
 * do the files of a folder, all of them. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/export/export.h"
#include "cli/markup/html.h"
#include "cli/session/options.h"
#include "cli/session/target.h"
#include "cli/verbs/commands.h"
#include "store/layout/tried.h"

static const char *const help_text =
    "Usage: spillway export OUT.h5 NAME[.QUANTITY] -o FILE [options]\n"
    "       spillway export OUT.h5 [NAME] --all DIR [options]\n\n"
    "Write quantities of a result as a file for other programs, with all digits: a row for each\n"
    "unit and period, pair or label; missing values are empty. NAME alone is what the result is\n"
    "headed by, with the quantities beside it; its pairs, where they are kept.\n\n"
    "  -o, --output FILE     .csv, .tsv, .dta; by unit also .gpkg, .geojson; of pairs .graphml, "
    ".mtx\n"
    "      --periods P       these periods: 2001,2005..2010,last (default: all)\n"
    "      --where W         rows of which this holds: \"province = 'Hebei' and value > 0.5\"\n"
    "      --wide            a column for each period\n"
    "      --polygons FILE   of .gpkg, .geojson: borders of the units, in any file that GDAL "
    "reads;\n"
    "                        without, units are points\n"
    "      --key FIELD       the field of FILE with the units' codes\n"
    "      --all DIR         every quantity of NAME, or of all results, a .csv for each set of "
    "axes\n"
    "      --force           overwrite what is there\n"
    "  -h, --help            this text\n\n"
    "Exit status: 0 done; 2 wrong usage or bad input; 1 anything else.";

/* ---- the child --------------------------------------------------------------------------- */

/* Results may be compressed, and a dense matrix has more digits as text than bytes. */
enum { BYTES_PER_SECOND = 50000 };

/* The child has a copy of it over the fork; `said` comes back through a pipe
 * (store/layout/tried.h). */
typedef struct work {
  const sw_export_options *options;
  const struct sw_export_format *format;
  sw_target target;
  char folder[SW_PATH_ROOM + 16]; /* of --all, where files grow */
  sw_export_said said;
} work;

/* Runs in the child: one file into the open target, or all files into the folder. */
static sw_status make(sw_error *err, void *self) {
  work *of = self;
  return of->options->all ? sw_export_all(err, of->options, of->folder, &of->said)
                          : sw_export_one(err, of->options, of->format, of->target.out,
                                          of->target.temporary, &of->said);
}

static sw_status ask_child(sw_error *err, work *of) {
  sw_tried tried = {.path = of->options->path,
                    .body = make,
                    .self = of,
                    .answer = &of->said,
                    .size = sizeof of->said,
                    .bytes_per_second = BYTES_PER_SECOND};
  return sw_tried_run(err, &tried);
}

/* ---- one file ---------------------------------------------------------------------------- */

/* One file: looked at before anything is read, made by the child, moved to its place. Warnings come
 * from the parent, as only it speaks for the command. */
static sw_status write_one(sw_error *err, const sw_export_options *o) {
  const sw_target_source source[] = {{o->path, "is the results file itself"},
                                     {o->polygons, "is the file of --polygons"}};
  work of = {.options = o};
  char rows[SW_HTML_NUMBER];
  SW_TRY(sw_export_format_of(err, o->output, &of.format));
  SW_TRY(sw_target_look(err, o->output, 2, source, o->force, &of.target));
  SW_TRY(sw_target_open(err, &of.target));
  SW_TRY(sw_target_close(err, ask_child(err, &of), &of.target));
  printf("%s: %s row%s, %s\n", o->output, sw_html_count(of.said.rows, rows),
         of.said.rows == 1 ? "" : "s", of.said.what);
  if (of.said.without > 0)
    sw_log(SW_LOG_WARN, "%s: %lld of %lld units have no %s", o->output, (long long)of.said.without,
           (long long)of.said.rows, o->polygons ? "polygon" : "place");
  if (*of.said.note)
    printf("  not in it, as they have other axes: %s; name one, or --all DIR\n", of.said.note);
  return SW_OK;
}

/* ---- a folder ---------------------------------------------------------------------------- */

typedef sw_status file_task(sw_error *err, const sw_export_options *o, const char *from,
                            const char *to);

/* The task for each file that the child has made. `folder` holds no other folder. */
static sw_status each_file(sw_error *err, const sw_export_options *o, const char *folder,
                           file_task *task) {
  DIR *list = opendir(folder);
  sw_status status = SW_OK;
  if (!list) return sw_fail(err, SW_EIO, "%s: cannot be read: %s", folder, strerror(errno));
  errno = 0;
  for (struct dirent *file; status == SW_OK && (file = readdir(list)); errno = 0) {
    char from[2 * SW_PATH_ROOM], to[2 * SW_PATH_ROOM];
    if (strcmp(file->d_name, ".") == 0 || strcmp(file->d_name, "..") == 0) continue;
    snprintf(from, sizeof from, "%s/%s", folder, file->d_name);
    snprintf(to, sizeof to, "%s/%s", o->all, file->d_name);
    status = task(err, o, from, to);
  }
  if (status == SW_OK && errno)
    status = sw_fail(err, SW_EIO, "%s: cannot be read: %s", folder, strerror(errno));
  closedir(list);
  return status;
}

/* Whether a file of the folder may take its place; nothing is moved before all may. */
static sw_status look_at(sw_error *err, const sw_export_options *o, const char *from,
                         const char *to) {
  const sw_target_source source = {o->path, "is the results file itself"};
  sw_target target;
  (void)from;
  return sw_target_look(err, to, 1, &source, o->force, &target);
}

/* Same file system, so a rename moves without copying. */
static sw_status move(sw_error *err, const sw_export_options *o, const char *from, const char *to) {
  (void)o;
  if (rename(from, to) == 0) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", to, strerror(errno));
}

/* Removes what a failure has left; after success nothing is. */
static sw_status drop(sw_error *err, const sw_export_options *o, const char *from, const char *to) {
  (void)err, (void)o, (void)to;
  unlink(from);
  return SW_OK;
}

/* A folder within the one that is meant, so that files can be renamed into it. */
static sw_status make_folder(sw_error *err, const sw_export_options *o, work *of, size_t *made) {
  char path[SW_PATH_ROOM];
  if (strlen(o->all) >= sizeof path) return sw_fail(err, SW_EINPUT, "--all: too long a path");
  snprintf(path, sizeof path, "%s", o->all);
  if (!sw_folder_make(path, made))
    return sw_fail(err, errno == ENOTDIR || errno == EEXIST ? SW_EINPUT : SW_EIO,
                   "%s: cannot be made a folder: %s", o->all, strerror(errno));
  snprintf(of->folder, sizeof of->folder, "%s/.XXXXXX", path);
  if (mkdtemp(of->folder)) return SW_OK;
  int reason = errno;
  sw_folder_unmake(path, *made);
  return sw_fail(err, SW_EIO, "%s: cannot be written: %s", o->all, strerror(reason));
}

/* All files are there before the first gets its place, and what is in their way is found before. An
 * own folder that is not empty at the end tells that not all were moved. */
static sw_status write_all(sw_error *err, const sw_export_options *o) {
  work of = {.options = o};
  size_t made = 0;
  char rows[SW_HTML_NUMBER], path[SW_PATH_ROOM];
  sw_error ignored = {0};
  SW_TRY(make_folder(err, o, &of, &made));
  sw_status status = ask_child(err, &of);
  if (status == SW_OK) status = each_file(err, o, of.folder, look_at);
  if (status == SW_OK) status = each_file(err, o, of.folder, move);
  if (status == SW_OK && rmdir(of.folder) != 0)
    status = sw_fail(err, SW_EIO, "%s: cannot be written: %s", o->all, strerror(errno));
  if (status != SW_OK) {
    /* What was not moved is dropped; errors there change nothing. */
    each_file(&ignored, o, of.folder, drop);
    rmdir(of.folder);
    snprintf(path, sizeof path, "%s", o->all);
    sw_folder_unmake(path, made);
    return status;
  }
  printf("%s: %lld file%s, %s row%s\n", o->all, (long long)of.said.files,
         of.said.files == 1 ? "" : "s", sw_html_count(of.said.rows, rows),
         of.said.rows == 1 ? "" : "s");
  return SW_OK;
}

/* ---- the command ------------------------------------------------------------------------- */

/* A folder is asked for, and all files in it are .csv: whoever names a file or a pattern wants
 * another format, and would get a folder of that name. One that is there is taken as it is. */
static sw_status check_folder(sw_error *err, const char *verb, const char *all) {
  sw_error unknown = {0};
  const struct sw_export_format *format = NULL;
  struct stat there;
  bool pattern = strchr(all, '*') || sw_export_format_of(&unknown, all, &format) == SW_OK;
  if (!pattern || stat(all, &there) == 0) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: --all %s: give a folder, in which all files will be .csv; other formats are "
                 "written one at a time: NAME -o FILE",
                 verb, all);
}

/* Options that contradict each other are refused before any file is touched. */
static sw_status check_options(sw_error *err, const char *verb, int count,
                               const sw_export_options *o) {
  if (count == 0)
    return sw_fail(err, SW_EINPUT, "%s: give a results file; see %s --help", verb, verb);
  if (!o->polygons != !o->key)
    return sw_fail(err, SW_EINPUT, "%s: --polygons FILE and --key FIELD go together", verb);
  if (o->all && (o->output || o->wide || o->where || o->polygons))
    return sw_fail(err, SW_EINPUT, "%s: --all writes all rows as .csv, without %s", verb,
                   o->output  ? "-o"
                   : o->wide  ? "--wide"
                   : o->where ? "--where"
                              : "--polygons");
  if (o->all) SW_TRY(check_folder(err, verb, o->all));
  if (!o->all && !o->name)
    return sw_fail(err, SW_EINPUT,
                   "%s: give NAME or NAME.QUANTITY, or --all DIR; see spillway info", verb);
  if (!o->all && !o->output)
    return sw_fail(err, SW_EINPUT, "%s: give the file to write by -o, or --all DIR", verb);
  return SW_OK;
}

/* Help is asked for before anything is checked. */
static sw_status read_options(sw_error *err, int argc, char **argv, sw_export_options *o,
                              bool *help) {
  const sw_option table[] = {{"help", 'h', help, NULL},           {"output", 'o', NULL, &o->output},
                             {"periods", 0, NULL, &o->periods},   {"where", 0, NULL, &o->where},
                             {"wide", 0, &o->wide, NULL},         {"all", 0, NULL, &o->all},
                             {"polygons", 0, NULL, &o->polygons}, {"key", 0, NULL, &o->key},
                             {"force", 0, &o->force, NULL},       {NULL, 0, NULL, NULL}};
  const char *word[2] = {NULL, NULL};
  int count = 0;
  SW_TRY(sw_options_parse(err, argc, argv, table, word, 2, &count));
  o->path = word[0];
  o->name = word[1];
  return *help ? SW_OK : check_options(err, argv[0], count, o);
}

/* Rank 0 works; the others wait for the status. */
int sw_cmd_export(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  bool help = false;
  sw_export_options o = {0};
  sw_status status = read_options(&err, argc, argv, &o, &help);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK && team->rank == 0)
    status = o.all ? write_all(&err, &o) : write_one(&err, &o);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

/* `spillway synth`: a synthetic national panel and a study for it.
 *
 * Rank 0 draws and writes, the others wait for its status. Files are written beside their names
 * (NAME.partial) and renamed when all are whole: a failure leaves nothing new behind.
 *
 * What the files contain is decided in cli/synth; here are options, names, and the order of
 * writing. Memory grows with the units, not with the panel, which is written as it is drawn. */
#include "cli/synth/synth.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/session/options.h"
#include "cli/verbs/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MOST = SW_PATH_ROOM, KEY_MISSING = 0x100, KEY_FORCE };

/* The files in the order in which they are written and renamed. The study is last: where it is, all
 * that it reads is there. */
enum {
  UNITS_FILE,
  PANEL_FILE,
  EDGES_FILE,
  HINTERLANDS_FILE,
  NODES_FILE,
  NETWORK_FILE,
  FLOWS_FILE,
  STUDY_FILE,
  N_FILES
};
static const char *const file_name[N_FILES] = {"units.csv",       "panel.csv", "edges.csv",
                                               "hinterlands.csv", "nodes.csv", "network.csv",
                                               "od.csv",          "study.yaml"};

/* Whether a file is written: two of them are for a network alone, one for flows. A file of an
 * earlier run that is not written now stays where it is. */
static bool is_written(int f, const sw_synth_options *options) {
  if (f == FLOWS_FILE) return options->flows;
  return options->network > 0 || (f != NODES_FILE && f != NETWORK_FILE);
}

/* ---- options ----------------------------------------------------------------------------- */

static const char *const help_text =
    "Usage: spillway synth -o DIR --units N --periods T [options]\n\n"
    "Write a synthetic national panel and a study that puts it to use: DIR/units.csv, panel.csv,\n"
    "edges.csv, hinterlands.csv (planted centres) and study.yaml. The same options give the same "
    "files.\n\n"
    "  -o, --output DIR      where to write; created if it is missing\n"
    "      --units N         counties, from 12\n"
    "      --periods T       years, from 1\n"
    "      --indicators P    indicators, from 14 (the default, all with a meaning); further ones\n"
    "                        are generic\n"
    "      --seed S          what all random numbers come from (default: 1)\n"
    "      --missing SHARE   share of cells left empty, from 0 (the default) to 0.9\n"
    "      --network NODES   also a network of so many nodes, from 12, three roads a node and a\n"
    "                        railway that opens in the middle year: DIR/nodes.csv, network.csv\n"
    "      --flows           also od.csv, flows between units in the last year\n"
    "      --force           overwrite existing files\n"
    "  -h, --help            this text\n\n"
    "Then: spillway run DIR/study.yaml\n\n"
    "Exit status: 0 done; 2 wrong usage; 1 anything else.";

/* What was written on the command line; NULL where nothing was. */
typedef struct written {
  bool help, force, flows;
  const char *folder, *units, *periods, *indicators, *seed, *missing, *network;
} written;

/* Reads a whole number in [least, most]. Leaves *out alone when the option was not given. A text
 * that is no number and a number out of range have messages of their own. */
static sw_status whole(sw_error *err, const char *name, const char *text, int64_t least,
                       int64_t most, int64_t *out) {
  if (!text) return SW_OK;
  bool read = sw_parse_integer(text, strlen(text), out);
  if (read && *out >= least && *out <= most) return SW_OK;
  return sw_fail(err, SW_EINPUT, "synth: --%s: '%s' is %s; expected %lld to %lld", name, text,
                 read ? "out of range" : "not a whole number", (long long)least, (long long)most);
}

/* Reads the number of indicators. Too few have a message of their own, which says why 14 is the
 * least. */
static sw_status read_indicators(sw_error *err, const char *text, int *out) {
  int64_t value = SW_SYNTH_NAMED;
  if (text && sw_parse_integer(text, strlen(text), &value) && value < SW_SYNTH_NAMED)
    return sw_fail(err, SW_EINPUT,
                   "synth: --indicators: %s is too few; expected at least the %d named indicators",
                   text, SW_SYNTH_NAMED);
  SW_TRY(whole(err, "indicators", text, SW_SYNTH_NAMED, SW_SYNTH_MAX_INDICATORS, &value));
  *out = (int)value;
  return SW_OK;
}

/* Reads the share of missing cells. Above 0.9 hardly a unit would have two values of a series. */
static sw_status read_share(sw_error *err, const char *text, double *out) {
  if (!text) return SW_OK;
  if (sw_parse_number(text, strlen(text), out) && *out >= 0 && *out <= 0.9) return SW_OK;
  return sw_fail(err, SW_EINPUT, "synth: --missing: '%s' is not a share; expected 0 to 0.9", text);
}

/* The options out of their texts, with defaults; -o, --units and --periods have none. Limits are
 * those of cli/synth/synth.h. *options is whole on success only. */
static sw_status read_values(sw_error *err, const written *w, sw_synth_options *options) {
  int64_t periods = 0, seed = 1;
  const char *lacking = !w->folder    ? "-o DIR"
                        : !w->units   ? "--units N"
                        : !w->periods ? "--periods T"
                                      : NULL;
  if (lacking)
    return sw_fail(err, SW_EINPUT, "synth: %s is missing; see spillway synth --help", lacking);
  *options = (sw_synth_options){.folder = w->folder, .force = w->force, .flows = w->flows};
  SW_TRY(whole(err, "units", w->units, SW_SYNTH_MIN_UNITS, SW_SYNTH_MAX_UNITS, &options->units));
  SW_TRY(whole(err, "periods", w->periods, 1, SW_SYNTH_MAX_PERIODS, &periods));
  SW_TRY(whole(err, "seed", w->seed, 0, INT64_MAX, &seed));
  SW_TRY(
      whole(err, "network", w->network, SW_SYNTH_MIN_UNITS, SW_SYNTH_MAX_UNITS, &options->network));
  options->periods = (int)periods;
  if (w->flows && options->units > SW_SYNTH_MAX_FLOWS)
    return sw_fail(err, SW_EINPUT, "synth: --flows: %s units are too many; %d at most", w->units,
                   SW_SYNTH_MAX_FLOWS);
  options->seed = (uint64_t)seed;
  SW_TRY(read_indicators(err, w->indicators, &options->indicators));
  return read_share(err, w->missing, &options->missing);
}

/* Words without a dash are refused: the verb takes none. */
static sw_status read_options(sw_error *err, int argc, char **argv, bool *help,
                              sw_synth_options *options) {
  written w = {0};
  int count = 0;
  const sw_option table[] = {{"help", 'h', &w.help, NULL},
                             {"output", 'o', NULL, &w.folder},
                             {"units", 0, NULL, &w.units},
                             {"periods", 0, NULL, &w.periods},
                             {"indicators", 0, NULL, &w.indicators},
                             {"seed", 0, NULL, &w.seed},
                             {"missing", 0, NULL, &w.missing},
                             {"network", 0, NULL, &w.network},
                             {"flows", 0, &w.flows, NULL},
                             {"force", 0, &w.force, NULL},
                             {NULL, 0, NULL, NULL}};
  SW_TRY(sw_options_parse(err, argc, argv, table, NULL, 0, &count));
  *help = w.help;
  return w.help ? SW_OK : read_values(err, &w, options);
}

/* ---- files ------------------------------------------------------------------------------- */

/* Names of the files, and those under which they are written. About 66 KB on the stack of rank 0:
 * eight files, two names each. */
typedef struct file_paths {
  char final[N_FILES][PATH_MOST];
  char partial[N_FILES][PATH_MOST + 8];
} file_paths;

/* Names the files. Fails for paths that are too long, before anything is written. */
static sw_status name_files(sw_error *err, const char *folder, file_paths *paths) {
  for (int f = 0; f < N_FILES; f++) {
    int length = snprintf(paths->final[f], PATH_MOST, "%s/%s", folder, file_name[f]);
    if (length < 0 || length >= PATH_MOST)
      return sw_fail(err, SW_EINPUT, "%.200s...: the path is too long", folder);
    /* A link stays one: what it leads to is written. */
    char path[SW_PATH_ROOM];
    memcpy(path, paths->final[f], sizeof path);
    SW_TRY(sw_file_follow(err, path, paths->final[f]));
    snprintf(paths->partial[f], sizeof paths->partial[f], "%s.partial", paths->final[f]);
  }
  return SW_OK;
}

/* Makes the folder and those it lies in, where they are missing. It stays when the panel then
 * fails. */
static sw_status make_folder(sw_error *err, const char *folder) {
  char path[PATH_MOST];
  size_t made = 0;
  int length = snprintf(path, sizeof path, "%s", folder);
  if (length <= 0 || length >= PATH_MOST)
    return sw_fail(err, SW_EINPUT, "-o: %.200s is not the name of a folder", folder);
  if (sw_folder_make(path, &made)) return SW_OK;
  if (errno == ENOTDIR) return sw_fail(err, SW_EINPUT, "%s: is not a folder", folder);
  bool of_user = errno == ENOENT || errno == EACCES || errno == EROFS || errno == EPERM;
  return sw_fail(err, of_user ? SW_EINPUT : SW_EIO, "%s: cannot create the folder: %s", folder,
                 strerror(errno));
}

/* Refuses to write over a file with anything in it, unless `force`, and over a folder. An empty
 * file holds no work to lose. Also refuses what would be overwritten only in part: the check is of
 * all files first. */
static sw_status refuse_existing(sw_error *err, const file_paths *paths,
                                 const sw_synth_options *options) {
  for (int f = 0; f < N_FILES; f++) {
    struct stat is;
    if (!is_written(f, options)) continue;
    bool there = stat(paths->final[f], &is) == 0;
    if (there && S_ISDIR(is.st_mode))
      return sw_fail(err, SW_EINPUT, "%s: is a folder; choose another -o", paths->final[f]);
    if (there && is.st_size > 0 && !options->force)
      return sw_fail(err, SW_EINPUT, "%s: already exists; --force overwrites it", paths->final[f]);
  }
  return SW_OK;
}

/* Closes the file in any case: what could not be written may be known only then. Errors of the
 * stream are kept in `out` until it is closed. */
static sw_status write_file(sw_error *err, int which, const char *path,
                            const sw_synth_country *country, const sw_synth_network *network,
                            const sw_synth_options *options) {
  sw_synth_out out;
  SW_TRY(sw_synth_open(err, path, &out));
  sw_status status = SW_OK;
  if (which == UNITS_FILE) sw_synth_write_units(&out, country);
  if (which == PANEL_FILE) status = sw_synth_write_panel(err, &out, country, options);
  if (which == EDGES_FILE) sw_synth_write_links(&out, country);
  if (which == HINTERLANDS_FILE) sw_synth_write_hinterlands(&out, country);
  if (which == FLOWS_FILE) status = sw_synth_write_flows(err, &out, country, options);
  if (which == NODES_FILE) sw_synth_write_nodes(&out, network);
  if (which == NETWORK_FILE)
    sw_synth_write_network(&out, network,
                           sw_synth_first_year(options->periods) + options->periods / 2);
  if (which == STUDY_FILE) sw_synth_write_study(&out, options);
  sw_status closed = sw_synth_close(&out);
  return status != SW_OK ? status : closed;
}

/* Writes all files beside their names, then renames all. All or nothing, but for a failure between
 * two renames. Unlinking what was renamed already fails, and does no harm. */
static sw_status write_files(sw_error *err, const file_paths *paths,
                             const sw_synth_country *country, const sw_synth_network *network,
                             const sw_synth_options *options) {
  sw_status status = SW_OK;
  for (int f = 0; f < N_FILES && status == SW_OK; f++)
    if (is_written(f, options))
      status = write_file(err, f, paths->partial[f], country, network, options);
  for (int f = 0; f < N_FILES && status == SW_OK; f++)
    if (is_written(f, options) && rename(paths->partial[f], paths->final[f]) != 0)
      status =
          sw_fail(err, SW_EIO, "%s: cannot be renamed: %s", paths->partial[f], strerror(errno));
  /* Else half a panel would look complete. */
  if (status != SW_OK)
    for (int f = 0; f < N_FILES; f++)
      if (is_written(f, options)) unlink(paths->partial[f]);
  return status;
}

/* Says what was written, in counts that a user can check against the files. */
static void say(const sw_synth_country *country, const sw_synth_network *network,
                const sw_synth_options *options, const file_paths *paths) {
  int first = sw_synth_first_year(options->periods);
  printf("%lld units in %d provinces and %d prefectures, %d-%d, %d indicators, %lld links\n",
         (long long)country->n, country->n_provinces, country->n_seats, first,
         first + options->periods - 1, options->indicators, (long long)country->n_links);
  if (options->network)
    printf("a network of %lld nodes and %lld edges\n", (long long)network->n,
           (long long)network->n_edges);
  for (int f = 0; f < N_FILES; f++)
    if (is_written(f, options)) printf("  %s\n", paths->final[f]);
  fflush(stdout);
}

/* Draws and writes everything. Rank 0. What is asked of the disk is refused first, before minutes
 * of drawing. Drawing takes O(n log n); the files are written one after the other. */
static sw_status synthesise(sw_error *err, const sw_synth_options *options) {
  file_paths paths;
  SW_TRY(name_files(err, options->folder, &paths));
  SW_TRY(refuse_existing(err, &paths, options));
  SW_TRY(make_folder(err, options->folder));
  sw_synth_country country = {.seed = options->seed, .n = options->units};
  sw_status status = sw_synth_settle(err, &country);
  if (status == SW_OK) status = sw_synth_divide(err, &country);
  sw_synth_network network = {0};
  if (status == SW_OK && options->network)
    status = sw_synth_lay_network(err, &country, options->network, &network);
  if (status == SW_OK) status = write_files(err, &paths, &country, &network, options);
  if (status == SW_OK) say(&country, &network, options, &paths);
  sw_synth_network_destroy(&network);
  sw_synth_country_destroy(&country);
  return status;
}

/* The other ranks only wait for the status of rank 0. Parallel nonetheless: under mpirun all ranks
 * are started, and one must write. */
int sw_cmd_synth(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  sw_synth_options options;
  bool help = false;
  sw_status status = read_options(&err, argc, argv, &help, &options);
  if (status == SW_OK && help) {
    if (team->rank == 0) puts(help_text);
    return 0;
  }
  if (status == SW_OK && team->rank == 0) status = synthesise(&err, &options);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

/* `spillway synth`: a synthetic national panel and a study for it.
 *
 * Rank 0 draws and writes, the others wait for its status. Files are written beside their names
 * (NAME.partial) and renamed when all are whole: a failure leaves nothing new behind. */
#include "cli/synth.h"
#include "base/text.h"
#include "cli/commands.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MOST = 4096, KEY_MISSING = 0x100, KEY_FORCE };

enum { UNITS_FILE, PANEL_FILE, EDGES_FILE, STUDY_FILE, N_FILES };
static const char *const file_name[N_FILES] = {"units.csv", "panel.csv", "edges.csv", "study.yaml"};

/* ---- options ----------------------------------------------------------------------------- */

static const struct argp_option option[] = {
    {"output", 'o', "DIR", 0, "folder for units.csv, panel.csv, edges.csv, study.yaml (made)", 0},
    {"units", 'n', "N", 0, "units, from 12", 0},
    {"periods", 't', "T", 0, "periods (years), from 1", 0},
    {"indicators", 'p', "P", 0, "indicators, from 14 (the default): further ones are generic", 0},
    {"seed", 's', "S", 0, "what all random numbers come from (1)", 0},
    {"missing", KEY_MISSING, "SHARE", 0, "share of cells left empty, from 0 (the default) to 0.9",
     0},
    {"force", KEY_FORCE, 0, 0, "write over files that are there", 0},
    {"help", '?', 0, 0, "this text", 0},
    {0}};

typedef struct parsing {
  sw_synth_options *options;
  sw_error *err;
  int next; /* where argp stopped */
  bool help;
} parsing;

static sw_status whole(sw_error *err, const char *name, const char *text, int64_t least,
                       int64_t most, int64_t *out) {
  int64_t value = 0;
  if (!sw_parse_integer(text, strlen(text), &value) || value < least || value > most)
    return sw_fail(err, SW_EINPUT, "--%s: %s is not a whole number from %lld to %lld", name, text,
                   (long long)least, (long long)most);
  *out = value;
  return SW_OK;
}

static sw_status read_indicators(sw_error *err, const char *text, int *out) {
  int64_t value = 0;
  if (sw_parse_integer(text, strlen(text), &value) && value < SW_SYNTH_NAMED)
    return sw_fail(err, SW_EINPUT,
                   "--indicators: %s is too few: the panel has %d named indicators, further ones "
                   "come on top",
                   text, SW_SYNTH_NAMED);
  SW_TRY(whole(err, "indicators", text, SW_SYNTH_NAMED, SW_SYNTH_MAX_INDICATORS, &value));
  *out = (int)value;
  return SW_OK;
}

static sw_status read_share(sw_error *err, const char *text, double *out) {
  if (sw_parse_number(text, strlen(text), out) && *out >= 0 && *out <= 0.9) return SW_OK;
  return sw_fail(err, SW_EINPUT, "--missing: %s is not a share from 0 to 0.9", text);
}

/* Options are read to the first bad one; argp itself prints nothing and never exits. */
static error_t read_option(int key, char *text, struct argp_state *state) {
  parsing *all = state->input;
  sw_synth_options *to = all->options;
  int64_t value = 0;
  sw_status status = SW_OK;
  switch (key) {
  case 'o':
    to->folder = text;
    break;
  case 'n':
    status = whole(all->err, "units", text, SW_SYNTH_MIN_UNITS, SW_SYNTH_MAX_UNITS, &to->units);
    break;
  case 't':
    status = whole(all->err, "periods", text, 1, SW_SYNTH_MAX_PERIODS, &value);
    to->periods = (int)value;
    break;
  case 'p':
    status = read_indicators(all->err, text, &to->indicators);
    break;
  case 's':
    status = whole(all->err, "seed", text, 0, INT64_MAX, &value);
    to->seed = (uint64_t)value;
    break;
  case KEY_MISSING:
    status = read_share(all->err, text, &to->missing);
    break;
  case KEY_FORCE:
    to->force = true;
    break;
  case '?':
    all->help = true;
    break;
  case ARGP_KEY_ARG:
    status = sw_fail(all->err, SW_EINPUT, "synth takes options only, not %s", text);
    break;
  case ARGP_KEY_ERROR:
    all->next = state->next;
    break;
  default:
    return ARGP_ERR_UNKNOWN;
  }
  return status == SW_OK ? 0 : EINVAL;
}

static const struct argp synth_argp = {
    .options = option,
    .parser = read_option,
    .doc = "Write a synthetic national panel and a study that puts it to use."
           "\vThe same options give the same files. Then: spillway run DIR/study.yaml"};

static sw_status read_options(int argc, char **argv, parsing *all) {
  error_t failed =
      argp_parse(&synth_argp, argc, argv, ARGP_NO_ERRS | ARGP_NO_EXIT | ARGP_NO_HELP, NULL, all);
  if (all->err->status != SW_OK) return all->err->status;
  if (all->help) return SW_OK;
  if (failed)
    return sw_fail(all->err, SW_EINPUT,
                   "synth: %s is no option or lacks its value; see spillway synth --help",
                   all->next > 0 && all->next <= argc ? argv[all->next - 1] : "an argument");
  const sw_synth_options *o = all->options;
  const char *lacking = !o->folder    ? "-o DIR"
                        : !o->units   ? "--units N"
                        : !o->periods ? "--periods T"
                                      : NULL;
  if (lacking)
    return sw_fail(all->err, SW_EINPUT, "synth: %s is missing; see spillway synth --help", lacking);
  return SW_OK;
}

/* ---- files ------------------------------------------------------------------------------- */

typedef struct file_paths {
  char final[N_FILES][PATH_MOST];
  char partial[N_FILES][PATH_MOST + 8];
} file_paths;

static sw_status name_files(sw_error *err, const char *folder, file_paths *paths) {
  for (int f = 0; f < N_FILES; f++) {
    int length = snprintf(paths->final[f], PATH_MOST, "%s/%s", folder, file_name[f]);
    if (length < 0 || length >= PATH_MOST)
      return sw_fail(err, SW_EINPUT, "%.200s...: the path is too long", folder);
    snprintf(paths->partial[f], sizeof paths->partial[f], "%s.partial", paths->final[f]);
  }
  return SW_OK;
}

/* The folder and those it lies in. */
static sw_status make_folder(sw_error *err, const char *folder) {
  char path[PATH_MOST];
  int length = snprintf(path, sizeof path, "%s", folder);
  if (length <= 0 || length >= PATH_MOST)
    return sw_fail(err, SW_EINPUT, "-o: %.200s is no name for a folder", folder);
  for (char *c = path + 1;; c++) {
    if (*c != '/' && *c != '\0') continue;
    char kept = *c;
    *c = '\0';
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
      return sw_fail(err, SW_EIO, "%s: the folder cannot be made: %s", path, strerror(errno));
    *c = kept;
    if (kept == '\0') break;
  }
  struct stat is;
  if (stat(path, &is) == 0 && S_ISDIR(is.st_mode)) return SW_OK;
  return sw_fail(err, SW_EIO, "%s: is not a folder", folder);
}

static sw_status refuse_existing(sw_error *err, const file_paths *paths) {
  for (int f = 0; f < N_FILES; f++) {
    struct stat is;
    if (stat(paths->final[f], &is) == 0 && is.st_size > 0)
      return sw_fail(err, SW_EINPUT, "%s: is there already; --force writes over it",
                     paths->final[f]);
  }
  return SW_OK;
}

static sw_status write_file(sw_error *err, int which, const char *path,
                            const sw_synth_country *country, const sw_synth_options *options) {
  sw_synth_out out;
  SW_TRY(sw_synth_open(err, path, &out));
  sw_status status = SW_OK;
  if (which == UNITS_FILE) sw_synth_write_units(&out, country);
  if (which == PANEL_FILE) status = sw_synth_write_panel(err, &out, country, options);
  if (which == EDGES_FILE) sw_synth_write_links(&out, country);
  if (which == STUDY_FILE) sw_synth_write_study(&out, options);
  sw_status closed = sw_synth_close(&out);
  return status != SW_OK ? status : closed;
}

static sw_status write_files(sw_error *err, const file_paths *paths,
                             const sw_synth_country *country, const sw_synth_options *options) {
  sw_status status = SW_OK;
  for (int f = 0; f < N_FILES && status == SW_OK; f++)
    status = write_file(err, f, paths->partial[f], country, options);
  for (int f = 0; f < N_FILES && status == SW_OK; f++)
    if (rename(paths->partial[f], paths->final[f]) != 0)
      status =
          sw_fail(err, SW_EIO, "%s: cannot be renamed: %s", paths->partial[f], strerror(errno));
  if (status != SW_OK)
    for (int f = 0; f < N_FILES; f++)
      unlink(paths->partial[f]);
  return status;
}

static void say(const sw_synth_country *country, const sw_synth_options *options,
                const file_paths *paths) {
  int first = sw_synth_first_year(options->periods);
  printf("%lld units in %d provinces and %d prefectures, %d-%d, %d indicators, %lld links\n",
         (long long)country->n, country->n_provinces, country->n_seats, first,
         first + options->periods - 1, options->indicators, (long long)country->n_links);
  for (int f = 0; f < N_FILES; f++)
    printf("  %s\n", paths->final[f]);
  fflush(stdout);
}

static sw_status synthesise(sw_error *err, const sw_synth_options *options) {
  file_paths paths;
  SW_TRY(name_files(err, options->folder, &paths));
  if (!options->force) SW_TRY(refuse_existing(err, &paths));
  SW_TRY(make_folder(err, options->folder));
  sw_synth_country country = {.seed = options->seed, .n = options->units};
  sw_status status = sw_synth_settle(err, &country);
  if (status == SW_OK) status = sw_synth_divide(err, &country);
  if (status == SW_OK) status = write_files(err, &paths, &country, options);
  if (status == SW_OK) say(&country, options, &paths);
  sw_synth_country_destroy(&country);
  return status;
}

int sw_cmd_synth(sw_team *team, int argc, char **argv) {
  sw_error err = {0};
  sw_synth_options options = {.indicators = SW_SYNTH_NAMED, .seed = 1};
  parsing all = {.options = &options, .err = &err};
  sw_status status = read_options(argc, argv, &all);
  if (status == SW_OK && all.help) {
    char name[] = "spillway synth";
    if (team->rank == 0)
      argp_help(&synth_argp, stdout,
                ARGP_HELP_LONG | ARGP_HELP_PRE_DOC | ARGP_HELP_POST_DOC | ARGP_HELP_USAGE, name);
    return 0;
  }
  if (status == SW_OK && team->rank == 0) status = synthesise(&err, &options);
  status = sw_team_agree(team, &err, status, 0);
  return status == SW_OK ? 0 : sw_cli_fail(team, &err);
}

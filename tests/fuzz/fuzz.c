/* The folder, the team and the promise of the harnesses. */
#include "fuzz.h"

#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

sw_team *fuzz_team;

static sw_arena *forever; /* not a leak: reachable */
static char folder[256];

void fuzz_must(bool holds, const char *format, ...) {
  if (holds) return;
  va_list list;
  va_start(list, format);
  fputs("fuzz: ", stderr);
  vfprintf(stderr, format, list);
  fputc('\n', stderr);
  va_end(list);
  abort();
}

/* Gone when the program ends well; after a finding it is left to who made $TMPDIR. */
static void remove_folder(void) {
  char command[512];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command)) fprintf(stderr, "fuzz: %s is left behind\n", folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc, (void)argv;
  sw_error err = {0};
  const char *above = getenv("TMPDIR");
  if (!above) above = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
  snprintf(folder, sizeof folder, "%s/spillway-fuzz-XXXXXX", above);
  fuzz_must(mkdtemp(folder), "no folder in %s", above);
  atexit(remove_folder);
  fuzz_must(!sw_arena_create(&err, &forever) && !sw_team_serial(&err, &fuzz_team), "%s", err.text);
  sw_log_setup(SW_LOG_ERROR, 0);
  return 0;
}

sw_arena *fuzz_arena(void) {
  sw_error err = {0};
  sw_arena *arena = NULL;
  fuzz_must(!sw_arena_create(&err, &arena), "%s", err.text);
  return arena;
}

const char *fuzz_path(const char *name) {
  return sw_arena_printf(forever, "%s/%s", folder, name);
}

const char *fuzz_put(const char *name, const void *data, size_t size) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  fuzz_must(file >= 0 && write(file, data, size) == (ssize_t)size && !close(file),
            "%s cannot be written", path);
  return path;
}

void fuzz_outcome(sw_status status, const sw_error *err) {
  fuzz_must(status == err->status, "status %d, and the error says %d: %s", status, err->status,
            err->text);
  if (status == SW_OK) return;
  fuzz_must(status == SW_EINPUT, "status %d, not bad input: %s", status, err->text);
  fuzz_must(err->text[0] && !strpbrk(err->text, "\r\n"), "not one line: '%s'", err->text);
  fuzz_must(sw_is_utf8(err->text, strlen(err->text)), "not UTF-8: '%s'", err->text);
}

void fuzz_outcome_hdf5(sw_status status, sw_error *err) {
  if (status == SW_EIO && err->status == SW_EIO) status = err->status = SW_EINPUT;
  fuzz_outcome(status, err);
}

/* ---- panels ------------------------------------------------------------------------------ */

static const sw_measure probe = {
    .name = "probe",
    .title = "Probe",
    .kind = SW_KIND_UNIT,
    .param = (const sw_param[]){{.name = "of", .type = SW_P_COLUMNS, .help = "columns"}, {0}},
    .output = (const sw_output[]){
        {.name = "value", .long_name = "value", .units = "1", .shape = SW_UNIT}, {0}}};

const sw_study *fuzz_study(const char *sections) {
  static const sw_measure *const extra[] = {&probe};
  sw_error err = {0};
  sw_study *study = NULL;
  const char *text =
      sw_arena_printf(forever, "study: fuzz\n%s\noutput: {file: out.h5}\n", sections);
  sw_status status =
      sw_study_parse(&err, forever, fuzz_path("study.yaml"), text, strlen(text), extra, 1, &study);
  fuzz_must(!status, "%s", err.text);
  return study;
}

/* Reads every cell; a missing one is NaN, no other is infinite. */
static void walk(const sw_panel *panel) {
  const sw_units *units = &panel->units;
  for (int64_t u = 1; u < units->n; u++)
    fuzz_must(strcmp(sw_unit_code(units, u - 1), sw_unit_code(units, u)) < 0, "units in disorder");
  for (int c = 0; c < panel->n_columns; c++) {
    const sw_column *column = &panel->column[c];
    int64_t missing = 0;
    for (int t = 0; t < column->n_periods; t++)
      for (int64_t u = panel->lo; u < panel->hi; u++)
        missing += isnan(column->row[t][u - panel->lo]) != 0;
    fuzz_must(missing == column->missing, "%s: %lld missing, not %lld", column->name,
              (long long)missing, (long long)column->missing);
  }
}

static sw_status read_panel(const sw_study *study, sw_error *said, bool hdf5) {
  sw_arena *arena = fuzz_arena();
  sw_panel *panel = NULL;
  *said = (sw_error){0};
  sw_status status = sw_panel_read(said, fuzz_team, study, arena, &panel);
  hdf5 ? fuzz_outcome_hdf5(status, said) : fuzz_outcome(status, said);
  if (!status) walk(panel);
  sw_panel_destroy(panel);
  sw_arena_destroy(arena);
  return status;
}

sw_status fuzz_panel(const sw_study *study, sw_error *said) {
  return read_panel(study, said, false);
}

sw_status fuzz_panel_hdf5(const sw_study *study) {
  sw_error said;
  return read_panel(study, &said, true);
}

/* ---- links ------------------------------------------------------------------------------- */

static const int64_t code_at[] = {0, 3, 6, 9, 12, 15, 19};
static const sw_units six = {.n = 6,
                             .is_file_order = true,
                             .text = "01\0"
                                     "02\0"
                                     "03\0"
                                     "04\0"
                                     "05\0"
                                     "A B",
                             .code_at = code_at};
static const sw_node place = {.file = "study.yaml", .line = 7, .column = 9, .text = ""};

static void check_links(const sw_links *links, bool distance) {
  fuzz_must(links->n == six.n && links->row_start[0] == 0, "rows");
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      fuzz_must(links->to[k] >= 0 && links->to[k] < six.n && links->to[k] != i, "a link's end");
      fuzz_must(k == links->row_start[i] || links->to[k - 1] < links->to[k], "links in disorder");
      fuzz_must(isfinite(links->value[k]) && links->value[k] >= 0, "a link of %g", links->value[k]);
      fuzz_must(!distance || links->value[k] > 0, "a distance of 0");
    }
}

static void settle(sw_status status, const sw_error *err, sw_links *links, bool distance) {
  fuzz_outcome(status, err);
  fuzz_must(!status == (links != NULL), "links of a refused file, or none of a good one");
  if (links) check_links(links, distance);
  sw_links_destroy(fuzz_team, links);
}

void fuzz_order(const uint8_t *data, size_t size) {
  static const char matrix[] = "%%MatrixMarket matrix coordinate pattern symmetric\n"
                               "6 6 3\n2 1\n3 1\n6 4\n";
  sw_study study = {.panel.unit = "code"};
  sw_weights_spec spec = {.name = "w", .node = &place, .kind = SW_W_FILE, .file = "order.mtx"};
  sw_links *links = NULL;
  sw_error err = {0};
  spec.path = fuzz_path("order.mtx");
  fuzz_put("order.mtx", matrix, sizeof matrix - 1);
  spec.order = "order.txt";
  spec.order_path = fuzz_put("order.txt", data, size);
  sw_status status = sw_links_read_weights(&err, fuzz_team, &study, &spec, &six, &links);
  settle(status, &err, links, false);
}

void fuzz_links(const char *name, sw_weights_kind kind, bool distance, const uint8_t *data,
                size_t size) {
  const char *path = fuzz_put(name, data, size);
  for (int style = SW_STYLE_ROW; style <= SW_STYLE_AS_IS; style++) {
    sw_study study = {.units.drop_unmatched = style == SW_STYLE_AS_IS, .panel.unit = "code"};
    sw_weights_spec spec = {.name = "w", .node = &place, .kind = kind, .style = (sw_style)style};
    spec.file = name;
    spec.path = path;
    sw_links *links = NULL;
    sw_error err = {0};
    sw_status status = sw_links_read_weights(&err, fuzz_team, &study, &spec, &six, &links);
    settle(status, &err, links, false);
  }
  if (!distance) return;
  sw_study study = {.name = "fuzz", .panel.unit = "code"};
  sw_distance_spec distances = {.kind = SW_GIVEN, .file = name, .path = path};
  sw_links *links = NULL;
  sw_error err = {0};
  sw_status status =
      sw_links_read_distance(&err, fuzz_team, &study, "gravity", &distances, &six, &links);
  settle(status, &err, links, true);
}

/* Units, studies and files made by hand, for the tests of weights, distances and tables. */
#ifndef TESTS_STORE_WEIGHTS_FIXTURE_H
#define TESTS_STORE_WEIGHTS_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "plan/ports/reader.h"
#include "store/text/csv.h"

static sw_error err;
static sw_arena *arena;
static sw_team *team;
static sw_study study;
static sw_node place = {.file = "study.yaml", .line = 7, .column = 9, .text = ""};
static char folder[] = "/tmp/spillway-weights-XXXXXX";

static inline void setup(void) {
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(sw_team_serial(&err, &team), SW_OK);
  cr_assert_not_null(mkdtemp(folder));
  sw_log_setup(SW_LOG_ERROR, 0);
}

static inline void teardown(void) {
  static const char *const names[] = {"t.csv", "t.gal", "t.gwt",   "t.mtx",     "t.txt",
                                      "t.tsv", "T.CSV", "t.codes", "codes.txt", "t.dat"};
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, names[k]);
    unlink(path);
  }
  rmdir(folder);
  sw_team_serial_destroy(team);
  sw_arena_destroy(arena);
}

/* A file of this text; its path. */
static inline const char *write_bytes(const char *name, const char *text, size_t length) {
  const char *path = sw_arena_printf(arena, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  cr_assert_not_null(file);
  cr_assert_eq(fwrite(text, 1, length, file), length);
  cr_assert_eq(fclose(file), 0);
  return path;
}

static inline const char *write_text(const char *name, const char *text) {
  return write_bytes(name, text, strlen(text));
}

static inline const char *shared(const char *name) {
  const char *path = sw_arena_printf(arena, "%s/data/%s", SPILLWAY_SHARED, name);
  if (access(path, R_OK) != 0) cr_skip_test("%s is missing: not tested on real data", path);
  return path;
}

struct unit_row {
  const char *code;
  double lon, lat;
};

static inline int compare_rows(const void *a, const void *b) {
  return strcmp(((const struct unit_row *)a)->code, ((const struct unit_row *)b)->code);
}

/* Units in code order; coordinates when `placed`. */
static inline sw_units units_of(struct unit_row *row, int64_t n, bool placed) {
  qsort(row, (size_t)n, sizeof *row, compare_rows);
  sw_units units = {.n = n, .is_file_order = true};
  size_t bytes = 0;
  for (int64_t i = 0; i < n; i++)
    bytes += strlen(row[i].code) + 1;
  char *text = malloc(bytes), *at = text;
  int64_t *code_at = malloc((size_t)(n + 1) * sizeof *code_at);
  double *lon = malloc((size_t)n * sizeof *lon), *lat = malloc((size_t)n * sizeof *lat);
  for (int64_t i = 0; i < n; i++) {
    code_at[i] = at - text;
    at = stpcpy(at, row[i].code) + 1;
    lon[i] = row[i].lon;
    lat[i] = row[i].lat;
  }
  code_at[n] = at - text;
  units.text = text;
  units.code_at = code_at;
  units.lon = placed ? lon : NULL;
  units.lat = placed ? lat : NULL;
  return units;
}

/* Units named by single words: units_named("A B C"). */
static inline sw_units units_named(const char *codes) {
  static struct unit_row row[64];
  int64_t n = 0;
  char *copy = strdup(codes);
  for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
    row[n++] = (struct unit_row){word, NAN, NAN};
  sw_units units = units_of(row, n, false);
  free(copy);
  return units;
}

/* Units of a real file; `where` columns must be 1; coordinates from `lon` and `lat` if named. */
static inline sw_units units_from(const char *file, const char *unit, const char *lon,
                                  const char *lat, const char *const *where) {
  enum { MOST = 4000 };
  static struct unit_row row[MOST];
  const char *text;
  size_t length;
  sw_csv *csv;
  int64_t n = 0;
  cr_assert_eq(sw_text_read(&err, team, arena, shared(file), &text, &length), SW_OK);
  cr_assert_eq(sw_csv_create(&err, arena, file, &csv), SW_OK);
  sw_csv_text(csv, text, length, 1);
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  int u = sw_csv_find(csv, unit);
  for (bool more = true; sw_csv_next(&err, csv, &more) == SW_OK && more;) {
    bool in = true;
    for (int k = 0; where && where[k]; k++)
      in = in && sw_csv_field_is(csv->field[sw_csv_find(csv, where[k])], "1");
    if (!in) continue;
    row[n] = (struct unit_row){sw_arena_textn(arena, csv->field[u].text, csv->field[u].length), NAN,
                               NAN};
    if (lon) sw_csv_number(&err, csv, sw_csv_find(csv, lon), lon, &row[n].lon);
    if (lat) sw_csv_number(&err, csv, sw_csv_find(csv, lat), lat, &row[n].lat);
    n++;
  }
  cr_assert_eq(err.status, SW_OK, "%s", err.text);
  sw_csv_destroy(csv);
  return units_of(row, n, lon != NULL);
}

static inline sw_weights_spec file_spec(const char *path, sw_style style) {
  const char *slash = strrchr(path, '/');
  return (sw_weights_spec){.name = "w",
                           .node = &place,
                           .kind = SW_W_FILE,
                           .style = style,
                           .file = slash + 1,
                           .path = path};
}

static inline sw_links *read_weights(const sw_weights_spec *spec, const sw_units *units) {
  sw_links *links = NULL;
  sw_error_clear(&err);
  sw_status status = sw_links_read_weights(&err, team, &study, spec, units, &links);
  cr_assert_eq(status, SW_OK, "%s", err.text);
  return links;
}

static inline int64_t unit_of(const sw_units *units, const char *code) {
  for (int64_t i = 0; i < units->n; i++)
    if (strcmp(sw_unit_code(units, i), code) == 0) return i;
  return -1;
}

/* The value of the link, or NaN. */
static inline double link_value(const sw_links *links, const sw_units *units, const char *from,
                                const char *to) {
  int64_t i = unit_of(units, from), j = unit_of(units, to);
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
    if (links->to[k] == j) return links->value[k];
  return NAN;
}

#endif

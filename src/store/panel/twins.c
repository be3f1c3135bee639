/* Codes that are one code in two ways (panel/same_code.h), wherever panel and units meet: within a
 * file, between the files of a panel, between these and the units file. Each would be a unit of its
 * own, with half of the data.
 *
 * Every rank has all codes, and finds the same pair. Where the two stand only the ranks know that
 * have read them: that is asked for when there is a pair, and not before. */
#include "store/panel/build.h"

#include "panel/same_code.h"

#include <stdio.h>
#include <string.h>

/* Where a code stands first: in which file of the panel, on which line. Both in one number, so that
 * the least is the first. */
enum { LINE_BITS = 48 };
static const int64_t no_line = ((int64_t)1 << LINE_BITS) - 1;

static int64_t first_line(const sw_panel_rows *rows, int64_t number) {
  for (int64_t b = 0; b < rows->n_blocks && rows->has_lines; b++)
    for (int64_t i = 0; i < rows->block[b].n; i++)
      if (rows->block[b].unit[i] == number) return sw_panel_block_line(&rows->block[b], i);
  return no_line; /* HDF5, or a row whose indicator the study does not use */
}

/* Of this rank's rows; INT64_MAX: none. */
static int64_t first_place(const sw_panel_build *build, const char *code) {
  int64_t first = INT64_MAX;
  for (int f = 0; f < build->spec->n_files; f++) {
    const sw_panel_rows *rows = &build->rows[f];
    int64_t number = sw_map_find(rows->units.map, code, strlen(code));
    if (number < 0) continue;
    int64_t place = ((int64_t)f << LINE_BITS) + first_line(rows, number);
    if (place < first) first = place;
  }
  return first;
}

/* Of all ranks. Collective. */
static sw_status find_places(sw_error *err, const sw_panel_build *build, const char *const *code,
                             int64_t place[2]) {
  sw_team *team = build->team;
  size_t *counts = NULL;
  int64_t *all = NULL, mine[2] = {first_place(build, code[0]), first_place(build, code[1])};
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (!status) status = team->all_gather(team, err, mine, sizeof mine, (void **)&all, counts);
  place[0] = place[1] = INT64_MAX;
  for (int r = 0; r < team->size && !status; r++)
    for (int k = 0; k < 2; k++)
      if (all[2 * r + k] < place[k]) place[k] = all[2 * r + k];
  sw_free(counts);
  sw_free(all);
  return status;
}

/* In the units file, or else the crosswalk, where a code stands that no row has. */
static int64_t line_of_unit(const sw_panel_build *build, const char *code, const char **file) {
  const sw_units_file *units = &build->units_file;
  int64_t at = units->line ? sw_map_find(units->index, code, strlen(code)) : -1;
  *file = build->study->units.file;
  if (at >= 0) return units->line[at];
  const sw_crosswalk *crosswalk = &build->recoding->crosswalk;
  *file = crosswalk->spec->file;
  for (int64_t i = 0; i < crosswalk->n; i++)
    if (!strcmp(crosswalk->change[i].from, code) || !strcmp(crosswalk->change[i].to, code))
      return crosswalk->change[i].line;
  return no_line;
}

/* "panel.csv:8". */
static void show_place(const sw_panel_build *build, const char *code, int64_t place, char *text,
                       size_t size) {
  bool in_units = place == INT64_MAX;
  const char *file = in_units ? NULL : build->spec->file[place >> LINE_BITS];
  int64_t line = in_units ? line_of_unit(build, code, &file) : place & no_line;
  if (line == no_line)
    snprintf(text, size, "%s", file);
  else
    snprintf(text, size, "%s:%lld", file, (long long)line);
}

/* Which of the two is told as wrong: the later one, of the panel where the other is only a unit. */
static int later(const sw_panel_build *build, const char *const *code, const int64_t *place) {
  bool unit[2] = {place[0] == INT64_MAX, place[1] == INT64_MAX};
  const char *file = NULL;
  if (unit[0] && unit[1])
    return line_of_unit(build, code[1], &file) > line_of_unit(build, code[0], &file);
  return unit[0] || unit[1] ? unit[0] : place[1] > place[0];
}

static sw_status refuse(sw_error *err, const sw_panel_build *build, const char *a, const char *b) {
  const char *code[2] = {a, b};
  char here[300], there[300], words[SW_CODE_WORDS];
  int64_t place[2];
  SW_TRY(find_places(err, build, code, place));
  int last = later(build, code, place);
  show_place(build, code[last], place[last], here, sizeof here);
  show_place(build, code[!last], place[!last], there, sizeof there);
  return sw_fail(err, SW_EINPUT, "%s: units '%.60s' and '%.60s' (%s) %s; " SW_CODE_CURE, here,
                 code[last], code[!last], there, sw_code_differs(code[last], code[!last], words));
}

/* Codes of the units file first, also those that `where` leaves out: they were meant all the same.
 * Without such a file the table has the codes of the panel. */
sw_status sw_panel_refuse_twins(sw_error *err, sw_panel_build *build, int64_t n_unknown,
                                const char *const *unknown) {
  const sw_units_file *units = &build->units_file;
  int64_t n = units->table.n + units->excluded, twin[2];
  const char **code = NULL;
  const char *const *known = units->code ? units->code : units->table.code;
  int64_t n_all = n + n_unknown + build->n_apart;
  sw_status status = sw_alloc(err, (size_t)n_all, sizeof *code, (void **)&code);
  if (!status && n) memcpy(code, known, (size_t)n * sizeof *code);
  if (!status && n_unknown) memcpy(code + n, unknown, (size_t)n_unknown * sizeof *code);
  /* What not all files have may be one code that they write in two ways. */
  if (!status && build->n_apart)
    memcpy(code + n + n_unknown, build->apart, (size_t)build->n_apart * sizeof *code);
  if (!status) status = sw_code_twins(err, code, n_all, twin);
  status = sw_team_agree(build->team, err, status, 0);
  if (!status && twin[0] >= 0) status = refuse(err, build, code[twin[0]], code[twin[1]]);
  sw_free(code);
  return status;
}

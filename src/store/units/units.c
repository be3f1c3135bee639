/* The units file: see units.h. Rank 0 reads the bytes, every rank parses them: the table of units
 * is whole on every rank anyway, and the same bytes give the same table.
 *
 * Rows that `where` leaves out are not looked at any further, but for their code: national files
 * carry territories without coordinates, and a study that leaves them out must not be refused for
 * them. Codes left out stay in the index, so that rows of the panel for them are known, and passed
 * over. */
#include "store/units/units.h"

#include "base/log.h"
#include "base/text.h"
#include "panel/same_code.h"
#include "plan/ports/reader.h"
#include "store/foreign/foreign.h"
#include "store/units/slice.h"
#include "store/units/where.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reading {
  sw_error *err;
  sw_arena *arena;
  const sw_units_spec *spec;
  const char *by_where; /* place in the study that names the column to aggregate by */
  sw_csv *csv;
  int code, lon, lat, area; /* columns, -1: not there */
  int name[SW_TONGUES];     /* the same */
  sw_units_where where;
  int *group;        /* column of each group; last the one to aggregate by, if any */
  sw_unit_table all; /* rows as they come; only the first all.n are filled */
  int64_t capacity;
  int64_t *line;      /* of each row, for the message of a second one */
  bool *kept;         /* of each row: `where` holds */
  sw_map *seen;       /* code to row */
  int64_t first_line; /* of the text: 1, but 0 of another program's file, where it is the names */
} reading;

/* Where the study says `key` of the units, else where its units begin. */
static const char *place_of(sw_arena *arena, const sw_node *node, const char *key) {
  const sw_node *value = sw_node_get(node, key);
  if (value) node = value;
  return node ? sw_arena_printf(arena, "%s:%d:%d", node->file, node->line, node->column) : NULL;
}

/* *index is -1 where the study does not name the column; one that it names and the file lacks is an
 * error, told with the place of the key that names it. */
static sw_status find_column(reading *in, const char *key, const char *name, int *index) {
  *index = -1;
  if (!name) return SW_OK;
  return sw_units_column(in->err, in->csv, in->spec, place_of(in->arena, in->spec->node, key), name,
                         index);
}

/* `by` is read as one group more, behind the others, even where it is one of them: own.c takes that
 * one, and then cuts it off. */
static sw_status find_columns(reading *in, const char *by) {
  const sw_units_spec *spec = in->spec;
  SW_TRY(find_column(in, "unit", spec->unit, &in->code));
  SW_TRY(find_column(in, "lon", spec->lon, &in->lon));
  SW_TRY(find_column(in, "lat", spec->lat, &in->lat));
  SW_TRY(find_column(in, "area", spec->area, &in->area));
  for (int k = 0; k < SW_TONGUES; k++)
    SW_TRY(find_column(in, "name", spec->name.in[k], &in->name[k]));
  in->where = (sw_units_where){.n = spec->n_where,
                               .condition = spec->where,
                               .spec = spec,
                               .code = in->code,
                               .first_line = in->first_line};
  SW_NEW(in->err, in->arena, in->where.column, spec->n_where);
  for (int c = 0; c < spec->n_where; c++)
    SW_TRY(find_column(in, "where", spec->where[c].column, &in->where.column[c]));
  const char **name = NULL;
  SW_NEW(in->err, in->arena, name, spec->n_groups + 1);
  SW_NEW(in->err, in->arena, in->group, spec->n_groups + 1);
  for (int g = 0; g < spec->n_groups; g++) {
    name[g] = spec->group[g];
    SW_TRY(find_column(in, "groups", name[g], &in->group[g]));
  }
  /* Its place in the study is another section's, `aggregate` of the panel. */
  if (by) {
    name[spec->n_groups] = by;
    SW_TRY(sw_units_column(in->err, in->csv, spec, in->by_where, by, &in->group[spec->n_groups]));
  }
  in->all.n_groups = spec->n_groups + (by != NULL);
  in->all.group_name = name;
  return SW_OK;
}

/* ---- rows -------------------------------------------------------------------------------- */

/* An empty cell gives NaN, for which the comparison is false: units without a place are allowed. */
static sw_status degrees(reading *in, int column, const char *name, double limit, double *value) {
  SW_TRY(sw_csv_number(in->err, in->csv, column, name, value));
  if (!(fabs(*value) > limit)) return SW_OK;
  return sw_csv_fail(in->err, in->csv, "%s: %g is out of range; expected degrees from %g to %g",
                     name, *value, -limit, limit);
}

/* In km2, whatever the file has. The square mile is the international one, 1.609344^2. */
static sw_status read_area(reading *in, int64_t i) {
  static const double km2[] = {[SW_KM2] = 1, [SW_SQMI] = 2.589988110336, [SW_HA] = 0.01};
  double *area = &in->all.area[i];
  SW_TRY(sw_csv_number(in->err, in->csv, in->area, in->spec->area, area));
  if (*area < 0)
    return sw_csv_fail(in->err, in->csv, "%s: the area %g is negative; expected 0 or more",
                       in->spec->area, *area);
  *area *= km2[in->spec->area_unit];
  return SW_OK;
}

/* The text of the file lives in the arena as well, but is not terminated field by field. */
static sw_status copy_field(reading *in, int column, const char **out) {
  sw_field field = sw_units_field(in->csv, in->spec, in->code, column);
  *out = sw_arena_textn(in->arena, field.text, field.length);
  return *out ? SW_OK : sw_fail(in->err, SW_ENOMEM, "%s: out of memory", in->csv->file);
}

/* The code first, even of a row that `where` leaves out: two rows of one unit are always wrong, and
 * which one `where` saw would be a matter of chance. A row left out keeps NULL and 0 elsewhere in
 * the table; nothing looks at it again but for its code. */
static sw_status read_row(reading *in, int64_t i) {
  sw_unit_table *all = &in->all;
  SW_TRY(copy_field(in, in->code, &all->code[i]));
  const char *code = all->code[i];
  if (!*code)
    return sw_csv_fail(in->err, in->csv, "%s is empty; a unit needs a code", in->spec->unit);
  int64_t earlier = -1;
  SW_TRY(sw_map_put(in->err, in->seen, code, strlen(code), i, &earlier));
  if (earlier >= 0)
    return sw_csv_fail(in->err, in->csv, "unit %s is already on line %lld; give each unit once",
                       code, (long long)in->line[earlier]);
  in->line[i] = in->csv->line;
  SW_TRY(sw_units_where_keeps(in->err, &in->where, in->csv, &in->kept[i]));
  if (!in->kept[i]) return SW_OK;
  if (in->lon >= 0) SW_TRY(degrees(in, in->lon, in->spec->lon, 180, &all->lon[i]));
  if (in->lat >= 0) SW_TRY(degrees(in, in->lat, in->spec->lat, 90, &all->lat[i]));
  if (in->area >= 0) SW_TRY(read_area(in, i));
  for (int k = 0; k < SW_TONGUES; k++)
    if (in->name[k] >= 0) SW_TRY(copy_field(in, in->name[k], &all->name[k][i]));
  SW_TRY(sw_units_refuse_short(in->err, in->csv, in->spec, in->code));
  for (int g = 0; g < all->n_groups; g++)
    SW_TRY(copy_field(in, in->group[g], &all->group[g][i]));
  /* Every unit needs a coarse one: there is no rest to be added up to. */
  if (all->n_groups > in->spec->n_groups && !*all->group[all->n_groups - 1][i])
    return sw_csv_fail(in->err, in->csv,
                       "unit %s has no %s to be aggregated to; fill it in, or leave such units out "
                       "with `where: %s != ''`",
                       code, all->group_name[all->n_groups - 1],
                       all->group_name[all->n_groups - 1]);
  return SW_OK;
}

/* Room for as many rows as there are lines, once. `like` tells sw_unit_table_make only which
 * columns there are; `some` is never read. */
static sw_status make_room(reading *in, const char *text, size_t length) {
  sw_unit_table like = in->all;
  int64_t lines = 1;
  const char *any = NULL;
  double some = 0;
  for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + length - at))); at++)
    lines++;
  like.lon = in->lon >= 0 ? &some : NULL;
  like.lat = in->lat >= 0 ? &some : NULL;
  like.area = in->area >= 0 ? &some : NULL;
  for (int k = 0; k < SW_TONGUES; k++)
    like.name[k] = in->name[k] >= 0 ? &any : NULL;
  SW_TRY(sw_unit_table_make(in->err, in->arena, &like, lines, &in->all));
  SW_NEW(in->err, in->arena, in->line, lines);
  SW_NEW(in->err, in->arena, in->kept, lines);
  return sw_map_create(in->err, (size_t)lines, &in->seen);
}

/* in->all.n is what counts from then on: the table was made for all lines, also empty ones. */
static sw_status read_rows(reading *in, const char *text, size_t length, const char *by) {
  sw_csv_text(in->csv, text, length, in->first_line);
  SW_TRY(sw_csv_header(in->err, in->csv));
  SW_TRY(find_columns(in, by));
  SW_TRY(sw_units_where_look(in->err, in->arena, &in->where, in->csv->file, text, length));
  SW_TRY(make_room(in, text, length));
  int64_t n = 0;
  for (bool more = true;; n++) {
    SW_TRY(sw_csv_next(in->err, in->csv, &more));
    if (!more) break;
    SW_TRY(read_row(in, n));
  }
  in->all.n = n;
  sw_csv_say_hollow(in->csv);
  if (n == 0)
    return sw_fail(in->err, SW_EINPUT, "%s: no row follows the header; expected one row per unit",
                   in->csv->file);
  return SW_OK;
}

/* Of row numbers, by the codes they stand for. qsort_r, as the table is no global. */
static int by_code(const void *a, const void *b, void *table) {
  const char *const *code = ((const sw_unit_table *)table)->code;
  return strcmp(code[*(const int64_t *)a], code[*(const int64_t *)b]);
}

/* Every code gets its index: those kept are rows of the table, those left out get numbers from
 * there on, which sw_units_file_find tells apart by table.n alone. */
static sw_status number_code(reading *in, int64_t i, int64_t number, sw_units_file *out) {
  int64_t existing = -1;
  out->code[number] = in->all.code[i];
  out->line[number] = in->line[i];
  return sw_map_put(in->err, out->index, in->all.code[i], strlen(in->all.code[i]), number,
                    &existing);
}

/* The rows kept, in code order, and where every code went. */
static sw_status settle(reading *in, sw_units_file *out) {
  int64_t n = in->all.n, kept = 0, *index = NULL;
  SW_NEW(in->err, in->arena, index, n);
  for (int64_t i = 0; i < n; i++)
    if (in->kept[i]) index[kept++] = i;
  out->is_ascending = true;
  for (int64_t k = 1; k < kept && out->is_ascending; k++)
    out->is_ascending = strcmp(in->all.code[index[k - 1]], in->all.code[index[k]]) < 0;
  if (kept == 0)
    return sw_node_fail(in->err, sw_node_get(in->spec->node, "where"),
                        "where: no unit of %s is left; widen the condition", in->csv->file);
  /* No code appears twice: any sort gives the one order. */
  qsort_r(index, (size_t)kept, sizeof *index, by_code, &in->all);
  SW_TRY(sw_unit_table_select(in->err, in->arena, &in->all, kept, index, &out->table));
  SW_TRY(sw_map_create(in->err, (size_t)n, &out->index));
  SW_NEW(in->err, in->arena, out->code, n);
  SW_NEW(in->err, in->arena, out->line, n);
  for (int64_t i = 0; i < kept; i++)
    SW_TRY(number_code(in, index[i], i, out));
  for (int64_t i = 0; i < n; i++)
    if (!in->kept[i]) SW_TRY(number_code(in, i, kept + out->excluded++, out));
  return SW_OK;
}

/* Labels of a group that are one label in two ways: a group would fall apart, or units be summed to
 * two. Of the rows that are kept. */
static sw_status refuse_twin_labels(reading *in, const sw_units_file *file) {
  char words[SW_CODE_WORDS];
  const sw_unit_table *table = &file->table;
  for (int g = 0; g < table->n_groups; g++) {
    int64_t twin[2];
    SW_TRY(sw_code_twins(in->err, table->group[g], table->n, twin));
    if (twin[0] < 0) continue;
    const char *a = table->group[g][twin[0]], *b = table->group[g][twin[1]];
    return sw_fail(in->err, SW_EINPUT, "%s:%lld: %s: '%s' and '%s' on line %lld %s; " SW_CODE_CURE,
                   in->csv->file, (long long)file->line[twin[0]], table->group_name[g], a, b,
                   (long long)file->line[twin[1]], sw_code_differs(a, b, words));
  }
  return SW_OK;
}

/* ---- the file ---------------------------------------------------------------------------- */

/* Columns of another program's file that the study names, as people read them; but codes are what
 * is stored. */
static sw_status tell(sw_error *err, const sw_units_spec *spec, const char *by,
                      const sw_foreign *foreign, const char **text, size_t *length) {
  const char *const named[] = {spec->lon, spec->lat, spec->area, by};
  sw_foreign_as *as = NULL;
  SW_NEW(err, foreign->arena, as, foreign->n + 1);
  as++; /* sw_foreign_find says -1 of a name that the file lacks; the header will tell */
  for (size_t k = 0; k < sizeof named / sizeof *named; k++)
    if (named[k]) as[sw_foreign_find(foreign, named[k])] = SW_FOREIGN_LABEL;
  for (int k = 0; k < SW_TONGUES; k++)
    if (spec->name.in[k]) as[sw_foreign_find(foreign, spec->name.in[k])] = SW_FOREIGN_LABEL;
  for (int k = 0; k < spec->n_where; k++)
    as[sw_foreign_find(foreign, spec->where[k].column)] = SW_FOREIGN_LABEL;
  for (int k = 0; k < spec->n_groups; k++)
    as[sw_foreign_find(foreign, spec->group[k])] = SW_FOREIGN_LABEL;
  int code = sw_foreign_find(foreign, spec->unit);
  as[code] = SW_FOREIGN_VALUE;
  if (code >= 0 && !foreign->column[code].text)
    sw_log(SW_LOG_WARN,
           "%s: %s holds numbers: codes have no leading zeros (1001, where 01001 may be meant)",
           foreign->file, spec->unit);
  return sw_foreign_text(err, foreign, as, text, length);
}

/* The text of the file. Text is read by rank 0; another program's file by every rank. */
static sw_status read_text(sw_error *err, sw_team *team, sw_arena *arena, const sw_units_spec *spec,
                           const char *by, const char **text, size_t *length) {
  sw_foreign foreign;
  if (!sw_foreign_is(spec->path)) return sw_text_read(err, team, arena, spec->path, text, length);
  sw_status status = sw_foreign_open(err, arena, spec->file, spec->path, &foreign);
  if (!status) status = tell(err, spec, by, &foreign, text, length);
  return sw_team_agree(team, err, status, 0);
}

/* read_text agrees for itself. Parsing talks to nobody: each rank comes to the same, but for its
 * memory. */
sw_status sw_units_file_read(sw_error *err, sw_team *team, sw_arena *arena,
                             const sw_units_spec *spec, const char *by, const char *by_where,
                             sw_units_file *out) {
  *out = (sw_units_file){.by = by ? spec->n_groups : -1};
  const char *text = NULL;
  size_t length = 0;
  SW_TRY(read_text(err, team, arena, spec, by, &text, &length));
  reading in = {.err = err, .arena = arena, .spec = spec, .by_where = by_where};
  in.first_line = !sw_foreign_is(spec->path);
  sw_status status = sw_csv_create(err, arena, spec->file, &in.csv);
  if (!status) status = read_rows(&in, text, length, by);
  if (!status) status = settle(&in, out);
  if (!status) status = refuse_twin_labels(&in, out);
  sw_csv_destroy(in.csv);
  sw_map_destroy(in.seen);
  return sw_team_agree(team, err, status, 0);
}

void sw_units_file_destroy(sw_units_file *file) {
  sw_map_destroy(file->index);
  file->index = NULL;
}

/* No row of the panel comes here, only its codes (universe.c): once per rank and code. */
int64_t sw_units_file_find(const sw_units_file *file, const char *code) {
  int64_t row = sw_map_find(file->index, code, strlen(code));
  return row < 0 ? SW_UNIT_UNKNOWN : row < file->table.n ? row : SW_UNIT_EXCLUDED;
}

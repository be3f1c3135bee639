/* Slices of codes: see slice.h. Codes are UTF-8, and a slice counts characters: 广东01 has four. */
#include "store/units/slice.h"

static bool begins_character(char byte) {
  return (byte & 0xC0) != 0x80;
}

static int64_t count_characters(sw_field field) {
  int64_t count = 0;
  for (size_t i = 0; i < field.length; i++)
    count += begins_character(field.text[i]);
  return count;
}

/* Where character `at` begins; the end of the field is where the one behind the last would. */
static const char *find_character(sw_field field, int64_t at) {
  const char *text = field.text, *end = text + field.length;
  for (; text < end; text++)
    if (begins_character(*text) && at-- == 0) return text;
  return end;
}

/* Python would cut the slice to what there is: a code of one character has a unit[0:2]. As a group
 * that would be a province of its own, so such a code is too short. */
static sw_field cut(sw_field code, const sw_unit_slice *slice) {
  int64_t n = count_characters(code);
  int64_t from = slice->from < 0 ? n + slice->from : slice->from;
  int64_t to = slice->open ? n : slice->to < 0 ? n + slice->to : slice->to;
  if (from < 0 || to > n || from >= to) return (sw_field){code.text, 0};
  const char *begin = find_character(code, from), *end = find_character(code, to);
  return (sw_field){begin, (size_t)(end - begin)};
}

sw_status sw_units_column(sw_error *err, const sw_csv *csv, const sw_units_spec *spec,
                          const char *where, const char *name, int *column) {
  for (int s = 0; s < spec->n_slices; s++) {
    if (strcmp(spec->slice[s].name, name) != 0) continue;
    *column = csv->n_columns + s;
    if (sw_csv_find(csv, name) < 0) return SW_OK;
    return sw_node_fail(err, spec->slice[s].node,
                        "groups: %s has a column '%s' already; name the slice otherwise, or the "
                        "column alone",
                        csv->file, name);
  }
  return sw_csv_column(err, csv, where, name, column);
}

sw_field sw_units_field(const sw_csv *csv, const sw_units_spec *spec, int code, int column) {
  if (column < csv->n_columns) return csv->field[column];
  return cut(csv->field[code], &spec->slice[column - csv->n_columns]);
}

sw_status sw_units_refuse_short(sw_error *err, const sw_csv *csv, const sw_units_spec *spec,
                                int code) {
  for (int s = 0; s < spec->n_slices; s++) {
    sw_field field = csv->field[code];
    if (cut(field, &spec->slice[s]).length) continue;
    return sw_csv_fail(err, csv,
                       "unit %.*s is too short for the group %s, %s: it has %lld "
                       "character%s",
                       (int)(field.length < 60 ? field.length : 60), field.text,
                       spec->slice[s].name, spec->slice[s].text, (long long)count_characters(field),
                       count_characters(field) == 1 ? "" : "s");
  }
  return SW_OK;
}

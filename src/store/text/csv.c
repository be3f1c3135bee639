/* See csv.h; how a line becomes fields is in csv_split.c. */
#include "store/text/csv_private.h"

#include "base/log.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

sw_status sw_csv_create(sw_error *err, sw_arena *arena, const char *file, sw_csv **out) {
  sw_csv *csv = NULL;
  struct sw_csv_private *own = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *csv, (void **)&csv));
  sw_status status = sw_calloc(err, 1, sizeof *own, (void **)&own);
  if (status) {
    sw_free(csv);
    return status;
  }
  own->arena = arena;
  *csv = (sw_csv){.file = file, .private = own};
  *out = csv;
  return SW_OK;
}

sw_status sw_csv_like(sw_error *err, sw_arena *arena, const sw_csv *model, sw_csv **out) {
  SW_TRY(sw_csv_create(err, arena, model->file, out));
  sw_csv *csv = *out;
  csv->n_columns = model->n_columns;
  csv->column = model->column;
  csv->wanted = model->wanted;
  csv->single = model->single;
  csv->private->notes = model->private->notes;
  csv->private->borrows_notes = true;
  return SW_OK;
}

void sw_csv_destroy(sw_csv *csv) {
  if (!csv) return;
  if (!csv->private->borrows_notes) sw_map_destroy(csv->private->notes);
  free(csv->private->field);
  free(csv->private->copy);
  sw_free(csv->private);
  sw_free(csv);
}

void sw_csv_text(sw_csv *csv, const char *text, size_t length, int64_t first_line) {
  if (first_line == 1 && length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
    text += 3;
    length -= 3;
  }
  csv->private->begin = csv->private->at = text;
  csv->private->end = text + length;
  csv->private->next_line = first_line;
  if (first_line == 1) csv->private->hollow = 0; /* read again */
}

sw_status sw_csv_skip(sw_error *err, sw_csv *csv, const char *note, size_t length) {
  struct sw_csv_private *own = csv->private;
  if (length && note[length - 1] == '\r') length--;
  sw_field line = sw_csv_trimmed(note, note + length);
  if (!line.length) return SW_OK;
  if (!own->notes) SW_TRY(sw_map_create(err, 16, &own->notes));
  char *copy = sw_arena_textn(own->arena, line.text, line.length);
  if (!copy) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
  int64_t existing;
  return sw_map_put(err, own->notes, copy, line.length, 0, &existing);
}

int64_t sw_csv_skipped(const sw_csv *csv) {
  return csv->private->skipped;
}

int64_t sw_csv_hollow(const sw_csv *csv) {
  return csv->private->hollow;
}

void sw_csv_say_hollow(const sw_csv *csv) {
  long long n = csv->private->hollow;
  if (n)
    sw_log(SW_LOG_WARN, "%s: %lld row%s of empty cells %s passed over", csv->file, n,
           n == 1 ? "" : "s", n == 1 ? "is" : "are");
}

/* ---- records ----------------------------------------------------------------------------- */

static bool is_note(struct sw_csv_private *own, sw_field line) {
  bool found = own->notes && sw_map_find(own->notes, line.text, line.length) >= 0;
  own->skipped += found;
  return found;
}

/* Commas and nothing between them: what a spreadsheet writes for rows that were emptied. */
static bool is_hollow(struct sw_csv_private *own, const sw_csv *csv) {
  if (own->in_header) return false;
  for (int i = 0; i < csv->n; i++)
    if (csv->field[i].length) return false;
  own->hollow++;
  return true;
}

static sw_status refuse_ragged(sw_error *err, const sw_csv *csv) {
  return sw_csv_fail(err, csv, "%d field%s; the header has %d%s%s", csv->n, csv->n == 1 ? "" : "s",
                     csv->n_columns, csv->n == 1 && csv->single ? "; " : "",
                     csv->n == 1 && csv->single ? csv->single : "");
}

/* The line at `from` by the way that takes every line; *to is its end. */
static sw_status look_closely(sw_error *err, sw_csv *csv, const char *from, const char **to,
                              bool *skip) {
  struct sw_csv_private *own = csv->private;
  const char *newline = memchr(from, '\n', (size_t)(own->end - from));
  *to = newline ? newline : own->end;
  own->at = newline ? newline + 1 : own->end;
  if (*to > from && (*to)[-1] == '\r') --*to;
  sw_field line = sw_csv_trimmed(from, *to);
  *skip = !line.length || is_note(own, line);
  return *skip ? SW_OK : sw_csv_split_closely(err, csv, from, *to);
}

sw_status sw_csv_next(sw_error *err, sw_csv *csv, bool *more) {
  struct sw_csv_private *own = csv->private;
  *more = false;
  while (own->at < own->end) {
    const char *from = own->at, *to;
    bool skip = false;
    csv->line = own->next_line++;
    if (!sw_csv_split(csv, from, own->end, &to, &own->at))
      SW_TRY(look_closely(err, csv, from, &to, &skip));
    else if (own->notes || (csv->n == 1 && !csv->field[0].length)) /* `""` is no empty line */
      skip = !sw_csv_trimmed(from, to).length || is_note(own, sw_csv_trimmed(from, to));
    if (skip || (!csv->field[0].length && is_hollow(own, csv))) continue;
    if (csv->n_columns && csv->n != csv->n_columns) return refuse_ragged(err, csv);
    *more = true;
    return SW_OK;
  }
  return SW_OK;
}

/* Which of two columns of one name is meant nobody can know. */
static sw_status refuse_twins(sw_error *err, const sw_csv *csv) {
  sw_map *map = NULL;
  SW_TRY(sw_map_create(err, (size_t)csv->n_columns, &map));
  sw_status status = SW_OK;
  for (int i = 0; i < csv->n_columns && !status; i++) {
    const char *name = csv->column[i];
    int64_t earlier = -1;
    if (!*name) continue; /* a column without a name cannot be asked for */
    status = sw_map_put(err, map, name, strlen(name), i, &earlier);
    if (!status && earlier >= 0)
      status = sw_csv_fail(err, csv, "columns %d and %d are both called '%s'; name each once",
                           (int)earlier + 1, i + 1, name);
  }
  sw_map_destroy(map);
  return status;
}

/* One field that holds what other programs put between fields. */
sw_status sw_csv_refuse_separator(sw_error *err, const sw_csv *csv) {
  if (csv->n != 1) return SW_OK;
  bool semicolon = memchr(csv->field[0].text, ';', csv->field[0].length) != NULL;
  if (!semicolon && !memchr(csv->field[0].text, '\t', csv->field[0].length)) return SW_OK;
  return sw_csv_fail(err, csv,
                     "the columns are separated by %s; save the file with commas between columns "
                     "and points in numbers",
                     semicolon ? "';'" : "tabs");
}

sw_status sw_csv_header(sw_error *err, sw_csv *csv) {
  bool more = false;
  csv->private->in_header = true;
  sw_status status = sw_csv_next(err, csv, &more);
  csv->private->in_header = false;
  SW_TRY(status);
  if (!more)
    return sw_fail(err, SW_EINPUT,
                   "%s: the file is empty; a line with the names of the columns is wanted",
                   csv->file);
  SW_TRY(sw_csv_refuse_separator(err, csv));
  const char **column = NULL;
  SW_NEW(err, csv->private->arena, column, csv->n);
  for (int i = 0; i < csv->n; i++) {
    column[i] = sw_arena_textn(csv->private->arena, csv->field[i].text, csv->field[i].length);
    if (!column[i]) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
  }
  csv->column = column;
  csv->n_columns = csv->n;
  return refuse_twins(err, csv);
}

int sw_csv_find(const sw_csv *csv, const char *name) {
  for (int i = 0; i < csv->n_columns; i++)
    if (!strcmp(csv->column[i], name)) return i;
  return -1;
}

sw_status sw_csv_column(sw_error *err, const sw_csv *csv, const char *where, const char *name,
                        int *index) {
  *index = sw_csv_find(csv, name);
  if (*index >= 0) return SW_OK;
  const char *near = sw_nearest(name, csv->column, csv->n_columns);
  return sw_fail(err, SW_EINPUT, "%s%s%s has no column '%s'%s%s%s", where ? where : "",
                 where ? ": " : "", csv->file, name, near ? "; did you mean '" : "",
                 near ? near : "", near ? "'?" : "");
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* strtod knows nan, inf and what overflows; the reader of numbers only says no. */
static sw_status not_a_number(sw_error *err, const sw_csv *csv, const char *column,
                              sw_field field) {
  char text[512], *end = NULL;
  snprintf(text, sizeof text, "%.*s", (int)(field.length < 511 ? field.length : 511), field.text);
  double value = strtod(text, &end);
  bool whole = *text && !*end;
  const char *what = "is not a number";
  if (whole && isinf(value))
    what = strpbrk(text, "0123456789") ? "is too large for a double" : "is not finite";
  return sw_csv_fail(err, csv, "%s: '%.*s' %s; %s", column,
                     (int)(field.length < 40 ? field.length : 40), field.text, what,
                     csv->wanted ? csv->wanted : "a number or an empty cell is wanted");
}

sw_status sw_csv_number(sw_error *err, const sw_csv *csv, int index, const char *column,
                        double *value) {
  sw_field field = csv->field[index];
  /* A field with doubled quotes is a copy, and stands elsewhere. */
  bool inside = (uintptr_t)field.text - (uintptr_t)csv->private->begin <
                (uintptr_t)csv->private->end - (uintptr_t)csv->private->begin;
  size_t room = inside ? (size_t)(csv->private->end - field.text) : field.length;
  *value = NAN;
  if (!field.length || sw_parse_number_within(field.text, field.length, room, value)) return SW_OK;
  return not_a_number(err, csv, column, field);
}

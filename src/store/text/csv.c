/* Records of comma-separated text, for the panel (panel/csv.c), the units file, links and tables.
 * How a line becomes fields is in csv_split.c; here is which lines are records, the header, and
 * fields as numbers.
 *
 * Invariants: one line is one record, so that a text can be cut at any newline and its parts read
 * by different threads. A reader belongs to one thread; the only thing readers of a file share is
 * the map of notes, which nobody writes once reading has begun. The fields of a record point into
 * the text, or into own->copy where quotes had to be taken out, and are valid until the next
 * record. */
#include "store/text/csv_private.h"

#include "base/log.h"
#include "base/text.h"
#include "store/text/no_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The two structs are allocated apart from the arena: each is written with every record, and an
 * arena would put the readers of several threads onto common cache lines. */
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
  own->separator = ',';
  *csv = (sw_csv){.file = file, .private = own};
  *out = csv;
  return SW_OK;
}

/* For thread 1 and up of a panel: `model` is thread 0's reader, after its header and notes were
 * read. Its names and its map are borrowed, so the model is destroyed last. */
sw_status sw_csv_like(sw_error *err, sw_arena *arena, const sw_csv *model, sw_csv **out) {
  SW_TRY(sw_csv_create(err, arena, model->file, out));
  sw_csv *csv = *out;
  csv->n_columns = model->n_columns;
  csv->column = model->column;
  csv->wanted = model->wanted;
  csv->single = model->single;
  csv->form = model->form;
  csv->form_keys = model->form_keys;
  csv->private->separator = model->private->separator;
  csv->private->notes = model->private->notes;
  csv->private->borrows_notes = true;
  return SW_OK;
}

/* Borrowed notes belong to another reader of the same file. */
void sw_csv_destroy(sw_csv *csv) {
  if (!csv) return;
  if (!csv->private->borrows_notes) sw_map_destroy(csv->private->notes);
  free(csv->private->field);
  free(csv->private->copy);
  sw_free(csv->private);
  sw_free(csv);
}

/* `first_line` is 0 where the number of the line is not known yet (a piece of a panel): then it is
 * not the beginning of the file, and messages are not final. Only line 1 can carry a byte order
 * mark. */
void sw_csv_text(sw_csv *csv, const char *text, size_t length, int64_t first_line) {
  if (first_line == 1 && length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
    text += 3;
    length -= 3;
  }
  csv->private->begin = csv->private->at = text;
  csv->private->end = text + length;
  csv->private->next_line = first_line;
  if (first_line == 1) sw_csv_separate(csv);
  /* The whole text once more, as links do after a look at their first record: count anew. */
  if (first_line == 1) csv->private->hollow = 0;
}

/* Behind line 1 there is no byte order mark. */
void sw_csv_begin(sw_csv *csv, const char *text, size_t length, int64_t first_line) {
  sw_csv_text(csv, text, length, first_line);
  if (first_line > 1) sw_csv_separate(csv);
}

/* For the footer of a panel. Its last lines are cut off as bytes (lines.c), but the same notes may
 * also stand elsewhere: in files that were pasted together each part brings them along. The note is
 * kept without blanks and CR at its ends, as lines are compared without them; a blank note would
 * match nothing that is not passed over anyway. */
sw_status sw_csv_skip(sw_error *err, sw_csv *csv, const char *note, size_t length) {
  struct sw_csv_private *own = csv->private;
  if (length && note[length - 1] == '\r') length--;
  sw_field line = sw_csv_trimmed(note, note + length, own->separator);
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

/* For files that one reader reads whole. A panel's readers are many: read.c adds their counts
 * up. */
void sw_csv_say_hollow(const sw_csv *csv) {
  long long n = csv->private->hollow;
  if (n)
    sw_log(SW_LOG_WARN, "%s: %lld row%s of empty cells %s skipped", csv->file, n, n == 1 ? "" : "s",
           n == 1 ? "is" : "are");
}

/* ---- records ----------------------------------------------------------------------------- */

/* Counts what it finds. `line` is trimmed, as the notes are. */
static bool is_note(struct sw_csv_private *own, sw_field line) {
  bool found = own->notes && sw_map_find(own->notes, line.text, line.length) >= 0;
  own->skipped += found;
  return found;
}

/* Commas and nothing between them: what a spreadsheet writes for rows that were emptied. Below the
 * header only: a header of empty names is a mistake to be told, not one to be skipped. */
static bool is_hollow(struct sw_csv_private *own, const sw_csv *csv) {
  if (own->in_header) return false;
  for (int i = 0; i < csv->n; i++)
    if (csv->field[i].length) return false;
  own->hollow++;
  return true;
}

/* A single field is most often a note under the data: `single` is the caller's word on what to do
 * about it. */
static sw_status refuse_ragged(sw_error *err, const sw_csv *csv) {
  return sw_csv_fail(err, csv, "%d field%s; the header has %d%s%s", csv->n, csv->n == 1 ? "" : "s",
                     csv->n_columns, csv->n == 1 && csv->single ? "; " : "",
                     csv->n == 1 && csv->single ? csv->single : "");
}

/* The line at `from` by the slow way, which takes every line or says what is wrong with it. *to is
 * its end without CR, own->at moves behind it. *skip: the line is empty or a note; it is decided
 * before the fields are looked at, as a note may hold anything (a lone quote, bytes of Latin-1). */
static sw_status look_closely(sw_error *err, sw_csv *csv, const char *from, const char **to,
                              bool *skip) {
  struct sw_csv_private *own = csv->private;
  const char *newline = memchr(from, '\n', (size_t)(own->end - from));
  *to = newline ? newline : own->end;
  own->at = newline ? newline + 1 : own->end;
  if (*to > from && (*to)[-1] == '\r') --*to;
  sw_field line = sw_csv_trimmed(from, *to, own->separator);
  *skip = !line.length || is_note(own, line);
  return *skip ? SW_OK : sw_csv_split_closely(err, csv, from, *to);
}

/* The common case is one sw_csv_split and no other test but that for notes. Order matters: the line
 * number moves on for every line, also for those passed over, and the number of fields is held
 * against the header last, so that empty lines and notes may have any number. */
sw_status sw_csv_next(sw_error *err, sw_csv *csv, bool *more) {
  struct sw_csv_private *own = csv->private;
  *more = false;
  while (own->at < own->end) {
    const char *from = own->at, *to;
    bool skip = false;
    csv->line = own->next_line++;
    if (!sw_csv_split(csv, from, own->end, &to, &own->at))
      SW_TRY(look_closely(err, csv, from, &to, &skip));
    /* A split line can still be one to pass over: a note, or blanks only, which split as one empty
     * field. The trimmed line is what tells blanks from `""`, a row of one empty cell. */
    else if (own->notes || (csv->n == 1 && !csv->field[0].length))
      skip = !sw_csv_trimmed(from, to, own->separator).length ||
             is_note(own, sw_csv_trimmed(from, to, own->separator));
    /* The first field is looked at before the call: rows of data almost always have one. */
    if (skip || (!csv->field[0].length && is_hollow(own, csv))) continue;
    if (csv->n_columns && csv->n != csv->n_columns) return refuse_ragged(err, csv);
    *more = true;
    return SW_OK;
  }
  return SW_OK;
}

/* Two columns of one name: nobody can know which is meant, even where the study asks for
 * neither. */
static sw_status refuse_twins(sw_error *err, const sw_csv *csv) {
  sw_map *map = NULL;
  SW_TRY(sw_map_create(err, (size_t)csv->n_columns, &map));
  sw_status status = SW_OK;
  for (int i = 0; i < csv->n_columns && !status; i++) {
    const char *name = csv->column[i];
    int64_t earlier = -1;
    /* A column without a name cannot be asked for, so several of them are harmless. */
    if (!*name) continue;
    status = sw_map_put(err, map, name, strlen(name), i, &earlier);
    if (!status && earlier >= 0)
      status =
          sw_csv_fail(err, csv, "columns %d and %d are both called '%s'; give each its own name",
                      (int)earlier + 1, i + 1, name);
  }
  sw_map_destroy(map);
  return status;
}

/* Names are copied into the arena: the text they stand in is a piece that is given back. While it
 * runs, n_columns is 0 and no number of fields is refused. */
sw_status sw_csv_header(sw_error *err, sw_csv *csv) {
  bool more = false;
  csv->private->in_header = true;
  sw_status status = sw_csv_next(err, csv, &more);
  csv->private->in_header = false;
  SW_TRY(status);
  if (!more)
    return sw_fail(err, SW_EINPUT,
                   "%s: the file is empty; expected a line with the names of the columns",
                   csv->file);
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

/* Linear: called once per column of the study, never once per row. */
int sw_csv_find(const sw_csv *csv, const char *name) {
  for (int i = 0; i < csv->n_columns; i++)
    if (!strcmp(csv->column[i], name)) return i;
  return -1;
}

/* *index is -1 where it fails. */
sw_status sw_csv_column(sw_error *err, const sw_csv *csv, const char *where, const char *name,
                        int *index) {
  *index = sw_csv_find(csv, name);
  if (*index >= 0) return SW_OK;
  char hint[SW_HINT_ROOM], parted[80];
  const char *near = sw_nearest(name, csv->column, csv->n_columns);
  return sw_fail(err, SW_EINPUT, "%s%s%s has no column '%s'%s%s", where ? where : "",
                 where ? ": " : "", csv->file, name, sw_did_you_mean(name, near, hint),
                 sw_csv_other_separator(csv, parted, sizeof parted));
}

/* ---- numbers ----------------------------------------------------------------------------- */

/* Says why a cell is no number, as its writer would see it. */
static sw_status not_a_number(sw_error *err, const sw_csv *csv, const char *column,
                              sw_field field) {
  char words[SW_NO_NUMBER_ROOM];
  sw_number_wanted wanted = {.form = csv->form, .keys = csv->form_keys};
  wanted.wanted = csv->wanted ? csv->wanted : "expected a number or an empty cell";
  return sw_csv_fail(err, csv, "%s: '%.*s' %s", column,
                     (int)(field.length < 40 ? field.length : 40), field.text,
                     sw_no_number(field.text, field.length, &wanted, words));
}

/* The hot call of reading: once per cell. sw_parse_number_within loads eight bytes at a time, up to
 * `room`, which for a field of the text goes to the end of the text. A field whose doubled quotes
 * were taken out stands in own->copy instead and gets no room beyond itself. The comparison is of
 * uintptr_t, as pointers into two arrays must not be compared, and in unsigned arithmetic one
 * comparison does for both bounds. */
sw_status sw_csv_number(sw_error *err, const sw_csv *csv, int index, const char *column,
                        double *value) {
  sw_field field = csv->field[index];
  bool inside = (uintptr_t)field.text - (uintptr_t)csv->private->begin <
                (uintptr_t)csv->private->end - (uintptr_t)csv->private->begin;
  size_t room = inside ? (size_t)(csv->private->end - field.text) : field.length;
  *value = NAN;
  if (!field.length || sw_parse_number_within(field.text, field.length, room, value)) return SW_OK;
  return not_a_number(err, csv, column, field);
}

/* Where the file writes numbers in a form of its own. A text that also reads as a plain number is
 * not taken for one: 1.234 may be a thousand. */
sw_status sw_csv_number_as(sw_error *err, const sw_csv *csv, int index, const char *column,
                           double *value) {
  sw_field field = csv->field[index];
  *value = NAN;
  if (!field.length || sw_parse_number_as(csv->form, field.text, field.length, value)) return SW_OK;
  return not_a_number(err, csv, column, field);
}

/* Lines without a quote are split where they stand, in one pass over the bytes; the others go
 * through libcsv in its strict mode, which gives the same fields, copied. */
#include "store/csv.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"

#include <csv.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sw_csv_private {
  sw_arena *arena;
  const char *at, *end; /* what is left of the text */
  int64_t next_line;
  sw_field *field;
  int capacity;
  char *copy; /* fields of a line with quotes */
  size_t copy_size, copy_used;
  struct csv_parser parser;
  bool parser_made, out_of_memory, broken;
  bool in_header;
  sw_map *notes; /* lines to skip, NULL: none */
  int64_t skipped, hollow;
};

sw_status sw_csv_create(sw_error *err, sw_arena *arena, const char *file, sw_csv **out) {
  sw_csv *csv = calloc(1, sizeof *csv);
  struct sw_csv_private *own = csv ? calloc(1, sizeof *own) : NULL;
  if (!own) {
    free(csv);
    return sw_fail(err, SW_ENOMEM, "%s: out of memory", file);
  }
  own->arena = arena;
  own->parser_made = csv_init(&own->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
  *csv = (sw_csv){.file = file, .private = own};
  *out = csv;
  return SW_OK;
}

void sw_csv_destroy(sw_csv *csv) {
  if (!csv) return;
  if (csv->private->parser_made) csv_free(&csv->private->parser);
  sw_map_destroy(csv->private->notes);
  free(csv->private->field);
  free(csv->private->copy);
  free(csv->private);
  free(csv);
}

void sw_csv_text(sw_csv *csv, const char *text, size_t length, int64_t first_line) {
  if (first_line == 1 && length >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3)) {
    text += 3;
    length -= 3;
  }
  csv->private->at = text;
  csv->private->end = text + length;
  csv->private->next_line = first_line;
  if (first_line == 1) csv->private->hollow = 0; /* read again */
}

/* Not isspace: newlines never get here, and the locale has no say. */
static bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

static sw_field trimmed(const char *from, const char *to) {
  while (from < to && is_blank(*from))
    from++;
  while (from < to && is_blank(to[-1]))
    to--;
  return (sw_field){from, (size_t)(to - from)};
}

bool sw_field_is(sw_field field, const char *text) {
  return strlen(text) == field.length && !memcmp(text, field.text, field.length);
}

sw_status sw_csv_skip(sw_error *err, sw_csv *csv, const char *note, size_t length) {
  struct sw_csv_private *own = csv->private;
  if (length && note[length - 1] == '\r') length--;
  sw_field line = trimmed(note, note + length);
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

sw_status sw_csv_fail(sw_error *err, const sw_csv *csv, const char *format, ...) {
  char text[SW_ERROR_TEXT];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  return sw_fail(err, SW_EINPUT, "%s:%lld: %s", csv->file, (long long)csv->line, text);
}

/* ---- one line ---------------------------------------------------------------------------- */

/* The array of fields grows to the widest record of the file and stays. */
static sw_status add_field(sw_error *err, sw_csv *csv, sw_field field) {
  struct sw_csv_private *own = csv->private;
  if (csv->n == own->capacity) {
    int capacity = own->capacity ? 2 * own->capacity : 64;
    sw_field *grown = realloc(own->field, (size_t)capacity * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
    own->field = grown;
    own->capacity = capacity;
    csv->field = grown;
  }
  own->field[csv->n++] = field;
  return SW_OK;
}

/* Nearly every line of a panel: fields are views into the text, nothing is copied. */
static sw_status split_plain(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  csv->n = 0;
  for (;;) {
    const char *comma = memchr(from, ',', (size_t)(to - from));
    SW_TRY(add_field(err, csv, trimmed(from, comma ? comma : to)));
    if (!comma) return SW_OK;
    from = comma + 1;
  }
}

/* libcsv reuses its own buffer for the next field, so the bytes are copied behind one another. */
static void on_field(void *bytes, size_t length, void *self) {
  sw_csv *csv = self;
  struct sw_csv_private *own = csv->private;
  char *copy = own->copy + own->copy_used; /* room for a whole line was made before */
  memcpy(copy, bytes, length);
  own->copy_used += length;
  if (add_field(NULL, csv, trimmed(copy, copy + length))) own->out_of_memory = true;
}

static void on_record(int end, void *self) {
  (void)end;
  ((sw_csv *)self)->private->broken = true; /* a second record: a carriage return inside */
}

/* The line as libcsv sees it. A parser that met an error is thrown away: it would go on with the
 * state of the broken line. */
static sw_status split_quoted(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  struct sw_csv_private *own = csv->private;
  size_t length = (size_t)(to - from);
  if (own->copy_size < length) {
    char *grown = realloc(own->copy, 2 * length);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
    own->copy = grown;
    own->copy_size = 2 * length;
  }
  csv->n = 0;
  own->copy_used = 0;
  own->broken = own->out_of_memory = false;
  size_t done = csv_parse(&own->parser, from, length, on_field, on_record, csv);
  bool in_bounds = done == length && !own->broken;
  bool closed = csv_fini(&own->parser, on_field, on_record, csv) == 0;
  if (in_bounds && closed && !own->out_of_memory) return SW_OK;
  csv_free(&own->parser); /* its state is that of the broken line */
  own->parser_made = csv_init(&own->parser, CSV_STRICT | CSV_STRICT_FINI) == 0;
  if (own->out_of_memory) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
  if (in_bounds)
    return sw_csv_fail(err, csv,
                       "a quote is opened and not closed on this line; a record may not hold a "
                       "newline");
  return sw_csv_fail(err, csv,
                     "a quotation mark stands inside a field; quote the whole field and double "
                     "the quotation marks inside it");
}

enum { HAS_QUOTE = 1, HAS_HIGH = 2, HAS_NUL = 4, HAS_CR = 8 };

/* One sweep decides what a line needs; it vectorises, so that plain lines cost little. */
static unsigned kinds(const char *from, const char *to) {
  unsigned seen = 0;
  for (const char *c = from; c < to; c++) {
    unsigned char byte = (unsigned char)*c;
    seen |= (byte == '"' ? HAS_QUOTE : 0u) | (byte & 0x80 ? HAS_HIGH : 0u) |
            (byte == 0 ? HAS_NUL : 0u) | (byte == '\r' ? HAS_CR : 0u);
  }
  return seen;
}

/* The bytes of the character at `from`, or 0 where there is none. */
static int character(const char *from, const char *to) {
  if (!(*from & 0x80)) return 1;
  for (int k = 2; k <= 4 && from + k <= to; k++)
    if (sw_is_utf8(from, (size_t)k)) return k;
  return 0;
}

/* Shows the field around the first bad byte, with a question mark in its place. */
static sw_status not_utf8(sw_error *err, const sw_csv *csv, const char *from, const char *to) {
  enum { AROUND = 20 };
  const char *bad = from, *word = from;
  for (int k = character(bad, to); k > 0 && bad < to; k = bad < to ? character(bad, to) : 0) {
    if (*bad == ',' || *bad == '"') word = bad + 1;
    bad += k;
  }
  if (bad - word > AROUND) word = bad - AROUND;
  while (word < bad && (*word & 0xC0) == 0x80)
    word++; /* not from the middle of a character */
  const char *last = bad + 1;
  while (last < to && *last != ',' && *last != '"' && !(*last & 0x80) && last - bad < AROUND)
    last++;
  return sw_csv_fail(err, csv,
                     "byte 0x%02X in '%.*s?%.*s' is not UTF-8; convert the file, e.g. iconv -f "
                     "latin1 -t utf-8",
                     (unsigned char)*bad, (int)(bad - word), word, (int)(last - bad - 1), bad + 1);
}

static sw_status split(sw_error *err, sw_csv *csv, const char *from, const char *to) {
  unsigned seen = kinds(from, to);
  if (seen & HAS_NUL)
    return sw_csv_fail(err, csv, "a NUL byte; a text file is wanted (save a UTF-16 file as UTF-8)");
  if ((seen & HAS_HIGH) && !sw_is_utf8(from, (size_t)(to - from)))
    return not_utf8(err, csv, from, to);
  if (seen & HAS_CR)
    return sw_csv_fail(err, csv,
                       "a carriage return inside the line; lines end with LF or CRLF, and a record "
                       "may not hold a newline");
  return seen & HAS_QUOTE ? split_quoted(err, csv, from, to) : split_plain(err, csv, from, to);
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

sw_status sw_csv_next(sw_error *err, sw_csv *csv, bool *more) {
  struct sw_csv_private *own = csv->private;
  *more = false;
  while (own->at < own->end) {
    const char *from = own->at, *newline = memchr(from, '\n', (size_t)(own->end - from));
    const char *to = newline ? newline : own->end;
    own->at = newline ? newline + 1 : own->end;
    csv->line = own->next_line++;
    if (to > from && to[-1] == '\r') to--;
    sw_field line = trimmed(from, to);
    if (!line.length || is_note(own, line)) continue;
    SW_TRY(split(err, csv, from, to));
    if (is_hollow(own, csv)) continue;
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
  *value = NAN;
  if (!field.length || sw_parse_number(field.text, field.length, value)) return SW_OK;
  return not_a_number(err, csv, column, field);
}

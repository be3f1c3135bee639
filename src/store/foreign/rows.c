/* The rows of a data set as lines of CSV: see foreign.h. The library hands over one value after the
 * other; a line ends where the next row begins. */
#include "store/foreign/private.h"

#include "base/text.h"
#include "panel/time.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 20 /* bytes of text that are handed on at once */ };

typedef struct telling {
  const sw_foreign *foreign;
  const sw_foreign_as *as;
  const sw_readstat *lib;
  sw_error *err;
  sw_status status; /* what a handler met */
  sw_foreign_line line;
  int row, at;         /* as the library numbers it, -1 before the first; the next field */
  int64_t first, rows; /* of the piece: number of its first row, how many are whole */
  /* Where whole pieces go; NULL: all of it is one text. */
  const sw_lines_taker *taker;
} telling;

/* ---- fields ------------------------------------------------------------------------------ */

sw_status sw_foreign_put(sw_error *err, sw_foreign_line *line, const char *text, size_t length) {
  if (line->length + length > line->size) {
    size_t size = 2 * (line->length + length) + 256;
    char *grown = realloc(line->text, size);
    if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory");
    line->text = grown;
    line->size = size;
  }
  memcpy(line->text + line->length, text, length);
  line->length += length;
  return SW_OK;
}

sw_status sw_foreign_put_text(sw_error *err, sw_foreign_line *line, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) return sw_foreign_put(err, line, text, strlen(text));
  SW_TRY(sw_foreign_put(err, line, "\"", 1));
  for (; *text; text++) {
    const char *one = *text == '\r' || *text == '\n' ? " " : text;
    if (*text == '"') SW_TRY(sw_foreign_put(err, line, "\"", 1));
    SW_TRY(sw_foreign_put(err, line, one, 1));
  }
  return sw_foreign_put(err, line, "\"", 1);
}

/* A whole number, with a point before the last so many digits. By hand: printing is what most of
 * the time goes into. */
static void show_digits(bool negative, int64_t number, int behind, char text[64]) {
  char turned[32];
  int n = 0;
  for (; number > 0 || n <= behind; number /= 10) {
    if (n == behind && n > 0) {
      turned[n++] = '.';
      behind = -1;
    }
    turned[n++] = (char)('0' + number % 10);
  }
  if (negative) *text++ = '-';
  while (n > 0)
    *text++ = turned[--n];
  *text = '\0';
}

/* A year is no 2001.0, and a code no 1e+05. Most numbers have few digits behind the point: where
 * that of digits over a power of ten is the value, both exact, their quotient is what the text is
 * read back as. */
static void show_number(double value, char text[64]) {
  static const double power[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
  double size = fabs(value);
  for (int k = 0; k < 7 && size < 1e9; k++) {
    double digits = nearbyint(size * power[k]);
    if (digits / power[k] != size) continue;
    show_digits(signbit(value), (int64_t)digits, k, text);
    return;
  }
  if (size < 1e15 && value == floor(value))
    show_digits(signbit(value), (int64_t)size, 0, text);
  else
    sw_show_number(value, text);
}

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

/* A moment must be a midnight: periods are days at the least. */
static sw_status show_period(const telling *t, const sw_foreign_column *column, double value,
                             char text[64]) {
  double days = value / column->scale;
  if (days != floor(days) || fabs(days) > 1e8)
    return sw_fail(t->err, SW_EINPUT,
                   "%s:%lld: %s: the time is no midnight, and periods are days or longer",
                   t->foreign->file, (long long)(t->first + t->rows), column->name);
  int64_t whole = (int64_t)days, year = 0;
  int month = 0, day = 0;
  sw_time_date(t->foreign->epoch + whole, &year, &month, &day);
  switch (column->date) {
  case SW_FOREIGN_DAYS:
    snprintf(text, 64, "%04" PRId64 "-%02d-%02d", year, month, day);
    break;
  case SW_FOREIGN_MONTH_OF_DAYS:
    snprintf(text, 64, "%04" PRId64 "-%02d", year, month);
    break;
  case SW_FOREIGN_QUARTER_OF_DAYS:
    snprintf(text, 64, "%04" PRId64 "Q%d", year, (month + 2) / 3);
    break;
  case SW_FOREIGN_YEAR_OF_DAYS:
    snprintf(text, 64, "%" PRId64, year);
    break;
  case SW_FOREIGN_MONTHS:
    year = floor_div(whole, 12);
    snprintf(text, 64, "%04" PRId64 "-%02d", 1960 + year, (int)(whole - 12 * year) + 1);
    break;
  case SW_FOREIGN_QUARTERS:
    year = floor_div(whole, 4);
    snprintf(text, 64, "%04" PRId64 "Q%d", 1960 + year, (int)(whole - 4 * year) + 1);
    break;
  case SW_FOREIGN_HALVES:
    year = floor_div(whole, 2);
    snprintf(text, 64, "%04" PRId64 "H%d", 1960 + year, (int)(whole - 2 * year) + 1);
    break;
  default:
    return sw_fail(t->err, SW_EINPUT,
                   "%s: %s counts weeks of Stata, 52 in each year; give dates instead, e.g. "
                   "dofw(%s)",
                   t->foreign->file, column->name, column->name);
  }
  return SW_OK;
}

/* The text of a number, or NULL. */
static const char *label_of(const sw_foreign *foreign, const sw_foreign_column *column,
                            double value) {
  int64_t lo = column->label, hi = column->end;
  while (lo < hi) {
    int64_t mid = lo + (hi - lo) / 2;
    if (foreign->label[mid].value < value)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo < column->end && foreign->label[lo].value == value ? foreign->label[lo].text : NULL;
}

static sw_status put_value(telling *t, int c, readstat_variable_t *variable,
                           readstat_value_t value) {
  const sw_foreign_column *column = &t->foreign->column[c];
  char text[64];
  if (column->text) {
    const char *string = t->lib->readstat_string_value(value);
    return sw_foreign_put_text(t->err, &t->line, string ? string : "");
  }
  if (t->lib->readstat_value_is_missing(value, variable)) return SW_OK;
  double number = t->lib->readstat_double_value(value);
  const char *label = t->as[c] == SW_FOREIGN_LABEL ? label_of(t->foreign, column, number) : NULL;
  if (label) return sw_foreign_put_text(t->err, &t->line, label);
  if (t->as[c] == SW_FOREIGN_PERIOD && column->date)
    SW_TRY(show_period(t, column, number, text));
  else
    show_number(number, text);
  return sw_foreign_put(t->err, &t->line, text, strlen(text));
}

/* ---- rows -------------------------------------------------------------------------------- */

/* Commas up to field `to`. */
static sw_status move_to(telling *t, int to) {
  for (; t->at < to; t->at++)
    SW_TRY(sw_foreign_put(t->err, &t->line, ",", 1));
  return SW_OK;
}

/* A piece is taken with its place, which is known: there is nothing to be taken again. */
static sw_status hand_on(telling *t) {
  const sw_lines_taker *taker = t->taker;
  if (!taker || !t->rows) return SW_OK;
  SW_TRY(taker->expect(taker->self, t->err, 1));
  SW_TRY(taker->take(taker->self, t->err, 0, 0, t->line.text, t->line.length, t->first));
  taker->place(taker->self, 0, t->first);
  t->first += t->rows;
  t->rows = 0;
  t->line.length = 0;
  return SW_OK;
}

static sw_status end_row(telling *t) {
  if (t->row < 0) return SW_OK;
  SW_TRY(move_to(t, t->foreign->n - 1));
  SW_TRY(sw_foreign_put(t->err, &t->line, "\n", 1));
  t->rows++;
  t->at = 0;
  return t->line.length < PIECE ? SW_OK : hand_on(t);
}

static sw_status take_value(telling *t, int row, readstat_variable_t *variable,
                            readstat_value_t value) {
  int c = t->lib->readstat_variable_get_index(variable);
  if (row != t->row) SW_TRY(end_row(t));
  t->row = row;
  if (c < t->at || c >= t->foreign->n) return SW_OK; /* none that was asked for */
  SW_TRY(move_to(t, c));
  return put_value(t, c, variable, value);
}

static int see_value(int row, readstat_variable_t *variable, readstat_value_t value, void *self) {
  telling *t = self;
  t->status = take_value(t, row, variable, value);
  return t->status ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

static int see_variable(int index, readstat_variable_t *variable, const char *labels, void *self) {
  const telling *t = self;
  (void)variable, (void)labels;
  return index < t->foreign->n && t->as[index] ? READSTAT_HANDLER_OK
                                               : READSTAT_HANDLER_SKIP_VARIABLE;
}

/* Rows [lo, hi), counted from 0; hi < 0: to the end. */
static sw_status walk(telling *t, int64_t lo, int64_t hi) {
  const sw_foreign *foreign = t->foreign;
  const sw_readstat *lib = t->lib;
  t->row = -1;
  t->first = lo + 1;
  if (hi == lo) return SW_OK;
  readstat_parser_t *parser = lib->readstat_parser_init();
  if (!parser) return sw_fail(t->err, SW_ENOMEM, "%s: out of memory", foreign->file);
  lib->readstat_set_variable_handler(parser, see_variable);
  lib->readstat_set_value_handler(parser, see_value);
  lib->readstat_set_row_offset(parser, (long)lo);
  if (hi > 0) lib->readstat_set_row_limit(parser, (long)(hi - lo));
  readstat_error_t code = sw_foreign_parser(lib, foreign->path)(parser, foreign->path, t);
  lib->readstat_parser_free(parser);
  if (t->status) return t->status;
  if (code != READSTAT_OK) return sw_foreign_fail(t->err, foreign, lib, code);
  SW_TRY(end_row(t));
  return hand_on(t);
}

/* A file that does not say how many rows it has is read by rank 0. */
sw_status sw_foreign_deal(sw_error *err, sw_team *team, const sw_foreign *foreign,
                          const sw_foreign_as *as, sw_lines_taker taker) {
  telling t = {.foreign = foreign, .as = as, .err = err, .taker = &taker};
  int64_t lo = 0, hi = team->rank == 0 ? -1 : 0;
  if (foreign->rows >= 0) {
    lo = foreign->rows * team->rank / team->size;
    hi = foreign->rows * (team->rank + 1) / team->size;
  }
  sw_status status = sw_readstat_load(err, foreign->file, "write it as CSV", &t.lib);
  if (!status) status = walk(&t, lo, hi);
  free(t.line.text);
  return sw_team_agree(team, err, status, lo);
}

sw_status sw_foreign_text(sw_error *err, const sw_foreign *foreign, const sw_foreign_as *as,
                          const char **text, size_t *length) {
  telling t = {.foreign = foreign, .as = as, .err = err};
  sw_status status = sw_readstat_load(err, foreign->file, "write it as CSV", &t.lib);
  if (!status) status = sw_foreign_put(err, &t.line, foreign->header, strlen(foreign->header));
  if (!status) status = walk(&t, 0, foreign->rows);
  if (!status) {
    *text = sw_arena_textn(foreign->arena, t.line.text, t.line.length);
    *length = t.line.length;
    if (!*text) status = sw_fail(err, SW_ENOMEM, "%s: out of memory", foreign->file);
  }
  free(t.line.text);
  return status;
}

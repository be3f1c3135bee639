/* What a data set of Stata, SPSS or SAS has: columns, what the numbers of dates mean, labels. The
 * file is walked without its rows; Stata has its labels behind these. */
#include "store/foreign/private.h"

#include "base/text.h"
#include "panel/time.h"
#include "store/text/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct looking {
  sw_foreign *foreign;
  const sw_readstat *lib;
  sw_error *err;
  sw_status status; /* what a handler met */
  int columns;      /* room */
  int64_t labels;
} looking;

static const char stata[] = ".dta", spss[] = ".sav", sas[] = ".sas7bdat";

bool sw_foreign_is(const char *path) {
  return sw_ends_with(path, stata) || sw_ends_with(path, spss) || sw_ends_with(path, sas);
}

sw_foreign_parse *sw_foreign_parser(const sw_readstat *lib, const char *path) {
  return sw_ends_with(path, stata)  ? lib->readstat_parse_dta
         : sw_ends_with(path, spss) ? lib->readstat_parse_sav
                                    : lib->readstat_parse_sas7bdat;
}

sw_status sw_foreign_fail(sw_error *err, const sw_foreign *foreign, const sw_readstat *lib,
                          readstat_error_t code) {
  if (code == READSTAT_ERROR_MALLOC)
    return sw_fail(err, SW_ENOMEM, "%s: out of memory", foreign->path);
  return sw_fail(err, SW_EINPUT, "%s: cannot be read as a data set of %s: %s", foreign->path,
                 sw_ends_with(foreign->path, stata)  ? "Stata"
                 : sw_ends_with(foreign->path, spss) ? "SPSS"
                                                     : "SAS",
                 lib->readstat_error_message(code));
}

/* ---- dates ------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *with) {
  return strncasecmp(text, with, strlen(with)) == 0;
}

/* Of Stata: %td, %tc, ..., with or without a - for the side, or the old %d. */
static void date_of_stata(sw_foreign_column *column) {
  const char *format = column->format;
  if (*format == '%') format++;
  if (*format == '-') format++;
  column->scale = 1;
  if (*format == 'd') column->date = SW_FOREIGN_DAYS;
  if (*format != 't') return;
  switch (format[1]) {
  case 'd':
    column->date = SW_FOREIGN_DAYS;
    break;
  case 'c':
  case 'C':
    column->date = SW_FOREIGN_DAYS;
    column->scale = 86400000;
    break;
  case 'm':
    column->date = SW_FOREIGN_MONTHS;
    break;
  case 'q':
    column->date = SW_FOREIGN_QUARTERS;
    break;
  case 'h':
    column->date = SW_FOREIGN_HALVES;
    break;
  case 'w':
    column->date = SW_FOREIGN_WEEKS;
    break;
  default: /* %ty is a plain year */
    break;
  }
}

/* SPSS and SAS tell by the format what of a date is shown. SPSS counts seconds; of SAS some formats
 * are of seconds, the others of days. */
static void date_of_format(sw_foreign_column *column, bool seconds) {
  static const struct {
    const char *format;
    sw_foreign_date date;
    bool seconds;
  } known[] = {
      {"DATETIME", SW_FOREIGN_DAYS, true},        {"YMDHMS", SW_FOREIGN_DAYS, true},
      {"E8601DT", SW_FOREIGN_DAYS, true},         {"DATE", SW_FOREIGN_DAYS, false},
      {"ADATE", SW_FOREIGN_DAYS, false},          {"EDATE", SW_FOREIGN_DAYS, false},
      {"JDATE", SW_FOREIGN_DAYS, false},          {"SDATE", SW_FOREIGN_DAYS, false},
      {"YYMMDD", SW_FOREIGN_DAYS, false},         {"MMDDYY", SW_FOREIGN_DAYS, false},
      {"DDMMYY", SW_FOREIGN_DAYS, false},         {"E8601DA", SW_FOREIGN_DAYS, false},
      {"MOYR", SW_FOREIGN_MONTH_OF_DAYS, false},  {"MONYY", SW_FOREIGN_MONTH_OF_DAYS, false},
      {"YYMM", SW_FOREIGN_MONTH_OF_DAYS, false},  {"MMYY", SW_FOREIGN_MONTH_OF_DAYS, false},
      {"QYR", SW_FOREIGN_QUARTER_OF_DAYS, false}, {"YYQ", SW_FOREIGN_QUARTER_OF_DAYS, false},
      {"YEAR", SW_FOREIGN_YEAR_OF_DAYS, false}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (begins(column->format, known[k].format)) {
      column->date = known[k].date;
      column->scale = seconds || known[k].seconds ? 86400 : 1;
      return;
    }
}

/* ---- handlers ---------------------------------------------------------------------------- */

static int met(looking *in, sw_status status) {
  in->status = status;
  return status ? READSTAT_HANDLER_ABORT : READSTAT_HANDLER_OK;
}

static int see_metadata(readstat_metadata_t *metadata, void *self) {
  looking *in = self;
  in->foreign->rows = in->lib->readstat_get_row_count(metadata);
  return READSTAT_HANDLER_OK;
}

/* Room doubles; the old arrays stay in the arena, and are small. */
static sw_status grow(sw_error *err, sw_arena *arena, int64_t n, int64_t *room, size_t size,
                      void **array) {
  void *grown = NULL;
  if (n < *room) return SW_OK;
  int64_t more = *room ? 2 * *room : 64;
  SW_TRY(sw_arena_alloc(err, arena, (size_t)more, size, &grown));
  if (n) memcpy(grown, *array, (size_t)n * size);
  *array = grown;
  *room = more;
  return SW_OK;
}

static sw_status keep(sw_error *err, sw_arena *arena, const char *text, const char **kept) {
  *kept = sw_arena_text(arena, text ? text : "");
  return *kept ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory");
}

static sw_status add_column(looking *in, readstat_variable_t *variable, const char *labels) {
  sw_foreign *foreign = in->foreign;
  int64_t room = in->columns;
  SW_TRY(grow(in->err, foreign->arena, foreign->n, &room, sizeof *foreign->column,
              (void **)&foreign->column));
  in->columns = (int)room;
  sw_foreign_column *column = &foreign->column[foreign->n++];
  *column = (sw_foreign_column){.scale = 1};
  SW_TRY(
      keep(in->err, foreign->arena, in->lib->readstat_variable_get_name(variable), &column->name));
  SW_TRY(keep(in->err, foreign->arena, in->lib->readstat_variable_get_format(variable),
              &column->format));
  if (labels && *labels) SW_TRY(keep(in->err, foreign->arena, labels, &column->set));
  column->text = in->lib->readstat_variable_get_type_class(variable) == READSTAT_TYPE_CLASS_STRING;
  if (column->text) return SW_OK;
  if (sw_ends_with(foreign->path, stata))
    date_of_stata(column);
  else
    date_of_format(column, sw_ends_with(foreign->path, spss));
  return SW_OK;
}

static int see_variable(int index, readstat_variable_t *variable, const char *labels, void *self) {
  (void)index;
  return met(self, add_column(self, variable, labels));
}

static sw_status add_label(looking *in, const char *set, double value, const char *text) {
  sw_foreign *foreign = in->foreign;
  SW_TRY(grow(in->err, foreign->arena, foreign->n_labels, &in->labels, sizeof *foreign->label,
              (void **)&foreign->label));
  sw_foreign_label *label = &foreign->label[foreign->n_labels++];
  label->value = value;
  SW_TRY(keep(in->err, foreign->arena, set, &label->set));
  return keep(in->err, foreign->arena, text, &label->text);
}

/* Labels of texts, and of what is missing, are of no use. */
static int see_label(const char *set, readstat_value_t value, const char *text, void *self) {
  looking *in = self;
  if (in->lib->readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING ||
      in->lib->readstat_value_is_missing(value, NULL))
    return READSTAT_HANDLER_OK;
  return met(in, add_label(in, set, in->lib->readstat_double_value(value), text));
}

/* ---- the file ---------------------------------------------------------------------------- */

static int by_set_and_value(const void *left, const void *right) {
  const sw_foreign_label *a = left, *b = right;
  int sign = strcmp(a->set, b->set);
  return sign ? sign : (a->value > b->value) - (a->value < b->value);
}

/* Where the labels of each column lie among all of them. */
static void find_labels(sw_foreign *foreign) {
  if (!foreign->n_labels) return;
  qsort(foreign->label, (size_t)foreign->n_labels, sizeof *foreign->label, by_set_and_value);
  for (int c = 0; c < foreign->n; c++) {
    sw_foreign_column *column = &foreign->column[c];
    for (int64_t l = 0; column->set && l < foreign->n_labels; l++)
      if (strcmp(foreign->label[l].set, column->set) == 0) {
        if (column->end == 0) column->label = l;
        column->end = l + 1;
      }
  }
}

static sw_status make_header(sw_error *err, sw_foreign *foreign) {
  sw_foreign_line line = {0};
  sw_status status = SW_OK;
  for (int c = 0; c < foreign->n && !status; c++) {
    if (c) status = sw_foreign_put(err, &line, ",", 1);
    if (!status) status = sw_foreign_put_text(err, &line, foreign->column[c].name);
  }
  if (!status) status = sw_foreign_put(err, &line, "\n", 1);
  if (!status) foreign->header = sw_arena_textn(foreign->arena, line.text, line.length);
  free(line.text);
  if (status) return status;
  return foreign->header ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory");
}

static sw_status look(sw_error *err, sw_foreign *foreign, const sw_readstat *lib) {
  looking in = {.foreign = foreign, .lib = lib, .err = err};
  readstat_parser_t *parser = lib->readstat_parser_init();
  if (!parser) return sw_fail(err, SW_ENOMEM, "out of memory");
  lib->readstat_set_metadata_handler(parser, see_metadata);
  lib->readstat_set_variable_handler(parser, see_variable);
  lib->readstat_set_value_label_handler(parser, see_label);
  readstat_error_t code = sw_foreign_parser(lib, foreign->path)(parser, foreign->path, &in);
  lib->readstat_parser_free(parser);
  if (in.status) return in.status;
  return code == READSTAT_OK ? SW_OK : sw_foreign_fail(err, foreign, lib, code);
}

/* Days are counted from 1960 by Stata and SAS, from the first day of the calendar by SPSS. */
sw_status sw_foreign_open(sw_error *err, sw_arena *arena, const char *file, const char *path,
                          sw_foreign *foreign) {
  const sw_readstat *lib = NULL;
  *foreign = (sw_foreign){.file = file, .path = path, .arena = arena, .rows = -1};
  SW_TRY(sw_file_refuse_stream(err, path, "a data set of Stata, SPSS or SAS"));
  if (access(path, R_OK) != 0) return sw_file_fail(err, path, errno);
  const char *what = sw_arena_printf(arena, "%s: is read", file);
  SW_TRY(sw_readstat_load(err, what ? what : file, "write it as CSV", &lib));
  bool of_spss = sw_ends_with(path, spss);
  sw_time_day(of_spss ? 1582 : 1960, of_spss ? 10 : 1, of_spss ? 14 : 1, &foreign->epoch);
  SW_TRY(look(err, foreign, lib));
  if (foreign->n == 0) return sw_fail(err, SW_EINPUT, "%s: has no column", path);
  find_labels(foreign);
  return make_header(err, foreign);
}

int sw_foreign_find(const sw_foreign *foreign, const char *name) {
  for (int c = 0; c < foreign->n; c++)
    if (strcmp(foreign->column[c].name, name) == 0) return c;
  return -1;
}

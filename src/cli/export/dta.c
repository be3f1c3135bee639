/* Rows as a data set of Stata (.dta, version 118, so that texts are UTF-8). By
 * ReadStat, which is loaded for it. How many rows there are stands at its beginning, so they are
 * walked twice. Quantities are doubles, units and labels texts, periods whole numbers where all
 * are. Stata has no infinity: it is missing. The date in the file is fixed, so that the same
 * results give the same file. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/export/export.h"
#include "store/foreign/library.h"

enum { VERSION = 118, NAME = 32, LABEL = 80, WIDEST = 2045, DATE = 946684800 /* 2000-01-01 */ };

/* ---- columns ----------------------------------------------------------------------------- */

typedef struct writer {
  sw_export_job *job;
  const sw_readstat *lib;
  readstat_writer_t *to;
  readstat_variable_t **column; /* texts and time, then values */
  int n, room;
  char (*name)[NAME + 1];
  bool timed, numbered; /* a column of periods; as numbers */
  int64_t rows;         /* counted */
} writer;

static sw_status fail(sw_error *err, const writer *w, readstat_error_t code) {
  return sw_fail(err, code == READSTAT_ERROR_MALLOC ? SW_ENOMEM : SW_EIO,
                 "%s: cannot be written: %s", w->job->path, w->lib->readstat_error_message(code));
}

/* At a character's beginning. */
static size_t cut_at(const char *text, size_t most) {
  size_t length = strlen(text);
  if (length <= most) return length;
  while (most > 0 && ((unsigned char)text[most] & 0xC0) == 0x80)
    most--;
  return most;
}

static bool is_taken(const writer *w, const char *name) {
  for (int k = 0; k < w->n; k++)
    if (strcmp(w->name[k], name) == 0) return true;
  return false;
}

/* Stata's names: letters of ASCII, digits and _, 32 at most, each once. */
static const char *stata_name(writer *w, const char *name) {
  char *out = w->name[w->n], plain[NAME + 1];
  size_t length = 0;
  if (*name >= '0' && *name <= '9') plain[length++] = '_';
  for (; *name && length < NAME; name++) {
    unsigned char c = (unsigned char)*name;
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if ((c & 0xC0) != 0x80) plain[length++] = letter ? (char)c : '_';
  }
  plain[length] = '\0';
  for (int k = 2; is_taken(w, plain); k++) {
    char tail[16];
    size_t more = (size_t)snprintf(tail, sizeof tail, "_%d", k);
    size_t at = length + more > NAME ? NAME - more : length;
    snprintf(plain + at, sizeof plain - at, "%s", tail);
  }
  memcpy(out, plain, sizeof plain);
  return out;
}

static sw_status add_column(sw_error *err, writer *w, const char *name, readstat_type_t type,
                            size_t width, const char *title) {
  char label[LABEL + 1];
  size_t length = cut_at(title, LABEL);
  if (w->n == w->room || !name) return sw_fail(err, SW_ENOMEM, "out of memory for columns");
  if (width > WIDEST)
    return sw_fail(err, SW_EINPUT, "%s: a text of %s has %zu bytes; a .dta holds %d: write a .csv",
                   w->job->path, name, width, WIDEST);
  readstat_variable_t *column =
      w->lib->readstat_add_variable(w->to, stata_name(w, name), type, width);
  if (!column) return sw_fail(err, SW_ENOMEM, "out of memory for columns");
  memcpy(label, title, length);
  label[length] = '\0';
  w->lib->readstat_variable_set_label(column, label);
  w->column[w->n++] = column;
  return SW_OK;
}

static size_t widest(int64_t n, const char *const *text) {
  size_t width = 1;
  for (int64_t k = 0; k < n; k++)
    if (strlen(text[k]) > width) width = strlen(text[k]);
  return width;
}

static sw_status add_keys(sw_error *err, writer *w) {
  const sw_sheet *s = w->job->sheet;
  const sw_page *page = s->page;
  size_t width = widest(page->n, page->code);
  if (s->unit >= 0 || s->is_pairs)
    SW_TRY(add_column(err, w, SW_NAME_UNIT, READSTAT_TYPE_STRING, width, ""));
  if (s->is_pairs) SW_TRY(add_column(err, w, SW_NAME_UNIT_TO, READSTAT_TYPE_STRING, width, ""));
  if (w->timed) {
    const sw_page_axis *axis = &page->axis[s->time];
    int64_t whole = 0;
    w->numbered = true;
    for (int64_t t = 0; t < axis->n; t++)
      w->numbered = w->numbered &&
                    sw_parse_integer(axis->label[t], strlen(axis->label[t]), &whole) &&
                    llabs(whole) < 1000000000;
    SW_TRY(add_column(err, w, SW_NAME_TIME,
                      w->numbered ? READSTAT_TYPE_INT32 : READSTAT_TYPE_STRING,
                      w->numbered ? 0 : widest(axis->n, axis->label), ""));
  }
  for (int k = 0; k < s->n_labels; k++) {
    const sw_page_axis *axis = &page->axis[s->label[k]];
    SW_TRY(add_column(err, w, axis->name, READSTAT_TYPE_STRING, widest(axis->n, axis->label), ""));
  }
  return SW_OK;
}

static sw_status add_columns(sw_error *err, writer *w) {
  const sw_export_job *job = w->job;
  const sw_sheet *s = job->sheet;
  bool wide = job->wide && s->time >= 0;
  int periods = wide ? job->n_periods : 1;
  w->room = 3 + s->n_labels + s->n * periods;
  SW_NEW(err, job->arena, w->column, w->room);
  SW_NEW(err, job->arena, w->name, w->room);
  SW_TRY(add_keys(err, w));
  for (int k = 0; k < s->n; k++)
    for (int p = 0; p < periods; p++) {
      const sw_page_variable *v = &s->page->variable[s->variable[k]];
      const char *name =
          wide ? sw_arena_printf(job->arena, "%s_%s", v->name, sw_sheet_period(s, job->period[p]))
               : v->name;
      SW_TRY(add_column(err, w, name, READSTAT_TYPE_DOUBLE, 0, v->title));
    }
  return SW_OK;
}

/* ---- rows -------------------------------------------------------------------------------- */

static sw_status count_row(sw_error *err, void *self, const sw_row *row) {
  writer *w = self;
  (void)err;
  w->rows += sw_where_keeps(&w->job->where, w->job->sheet, row);
  return SW_OK;
}

static readstat_error_t put_keys(writer *w, const sw_row *row, int *at) {
  const sw_sheet *s = w->job->sheet;
  readstat_error_t code = READSTAT_OK;
  const char *text[3 + SW_PAGE_DIMS];
  int n = 0;
  if (row->unit >= 0) text[n++] = s->page->code[row->unit];
  if (row->unit_to >= 0) text[n++] = s->page->code[row->unit_to];
  int time = w->timed ? n : -1;
  if (w->timed) text[n++] = sw_sheet_period(s, row->period);
  for (int k = 0; k < s->n_labels; k++)
    text[n++] = s->page->axis[s->label[k]].label[row->label[k]];
  for (; *at < n && code == READSTAT_OK; ++*at) {
    int64_t whole = 0;
    if (*at == time && w->numbered && sw_parse_integer(text[*at], strlen(text[*at]), &whole))
      code = w->lib->readstat_insert_int32_value(w->to, w->column[*at], (int32_t)whole);
    else
      code = w->lib->readstat_insert_string_value(w->to, w->column[*at], text[*at]);
  }
  return code;
}

static sw_status put_row(sw_error *err, void *self, const sw_row *row) {
  writer *w = self;
  int at = 0;
  if (!sw_where_keeps(&w->job->where, w->job->sheet, row)) return SW_OK;
  readstat_error_t code = w->lib->readstat_begin_row(w->to);
  if (code == READSTAT_OK) code = put_keys(w, row, &at);
  for (const double *value = row->value; code == READSTAT_OK && at < w->n; at++, value++)
    code = isfinite(*value) ? w->lib->readstat_insert_double_value(w->to, w->column[at], *value)
                            : w->lib->readstat_insert_missing_value(w->to, w->column[at]);
  if (code == READSTAT_OK) code = w->lib->readstat_end_row(w->to);
  w->job->rows++;
  if (code == READSTAT_OK) return SW_OK;
  w->job->not_read = true;
  return fail(err, w, code);
}

static ssize_t give(const void *data, size_t length, void *out) {
  return fwrite(data, 1, length, out) == length ? (ssize_t)length : -1;
}

static sw_status write_rows(sw_error *err, writer *w) {
  const sw_export_job *job = w->job;
  bool wide = job->wide && job->sheet->time >= 0;
  __typeof__(sw_rows_walk) *walk = wide ? sw_rows_walk_wide : sw_rows_walk;
  SW_TRY(add_columns(err, w));
  SW_TRY(walk(err, job->sheet, job->n_periods, job->period, count_row, w));
  w->lib->readstat_set_data_writer(w->to, give);
  w->lib->readstat_writer_set_file_timestamp(w->to, DATE);
  w->lib->readstat_writer_set_file_format_version(w->to, VERSION);
  readstat_error_t code = w->lib->readstat_begin_writing_dta(w->to, job->out, (long)w->rows);
  if (code == READSTAT_OK) SW_TRY(walk(err, job->sheet, job->n_periods, job->period, put_row, w));
  if (code == READSTAT_OK) code = w->lib->readstat_end_writing(w->to);
  if (code == READSTAT_OK) return SW_OK;
  w->job->not_read = true;
  return fail(err, w, code);
}

/* Its date is written in local time. */
sw_status sw_export_dta(sw_error *err, sw_export_job *job) {
  const sw_sheet *s = job->sheet;
  writer w = {.job = job};
  w.timed = s->time >= 0 && !job->wide && !s->page->cross_section;
  SW_TRY(sw_readstat_load(err, "a .dta is written", "write a .csv", &w.lib));
  setenv("TZ", "UTC", 1);
  w.to = w.lib->readstat_writer_init();
  if (!w.to) return sw_fail(err, SW_ENOMEM, "out of memory for a .dta");
  sw_status status = write_rows(err, &w);
  w.lib->readstat_writer_free(w.to);
  return status;
}

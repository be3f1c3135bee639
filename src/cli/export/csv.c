/* Rows as text: a line for each, fields with commas or tabs between them, quoted where they need it
 * (RFC 4180). Numbers have the fewest digits that read back as the same double; missing is empty.
 * With --wide the periods of a row stand side by side: of one quantity under their labels, of
 * several as quantity_label. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cli/export/export.h"

typedef struct writer {
  sw_export_job *job;
  char separator;
  bool first;                /* of the line */
  bool timed;                /* a column of periods */
  bool silent[SW_PAGE_DIMS]; /* labels that a quantity of the same name has as numbers */
} writer;

/* ---- fields ------------------------------------------------------------------------------ */

static void begin_field(writer *w) {
  if (!w->first) fputc(w->separator, w->job->out);
  w->first = false;
}

static void put_text(writer *w, const char *text) {
  const char needs[] = {w->separator, '"', '\n', '\r', '\0'};
  begin_field(w);
  if (!strpbrk(text, needs)) {
    fputs(text, w->job->out);
    return;
  }
  fputc('"', w->job->out);
  for (; *text; text++) {
    if (*text == '"') fputc('"', w->job->out);
    fputc(*text, w->job->out);
  }
  fputc('"', w->job->out);
}

static void put_number(writer *w, double value) {
  char text[SW_NUMBER_ROOM];
  begin_field(w);
  if (!isnan(value)) fputs(sw_show_number(value, text), w->job->out);
}

static void end_line(writer *w) {
  fputc('\n', w->job->out);
  w->first = true;
}

/* ---- lines ------------------------------------------------------------------------------- */

static void put_names(writer *w) {
  const sw_sheet *s = w->job->sheet;
  if (s->unit >= 0 || s->is_pairs) put_text(w, SW_NAME_UNIT);
  if (s->is_pairs) put_text(w, SW_NAME_UNIT_TO);
  if (w->timed) put_text(w, SW_NAME_TIME);
  for (int k = 0; k < s->n_labels; k++)
    if (!w->silent[k]) put_text(w, s->page->axis[s->label[k]].name);
}

static sw_status put_header(sw_error *err, writer *w) {
  const sw_export_job *job = w->job;
  const sw_sheet *s = job->sheet;
  bool wide = job->wide && s->time >= 0;
  put_names(w);
  for (int k = 0; k < s->n; k++) {
    const char *name = s->page->variable[s->variable[k]].name;
    if (!wide) put_text(w, name);
    for (int p = 0; wide && p < job->n_periods; p++) {
      const char *period = sw_sheet_period(s, job->period[p]);
      const char *both = s->n > 1 ? sw_arena_printf(job->arena, "%s_%s", name, period) : period;
      if (!both) return sw_fail(err, SW_ENOMEM, "out of memory for the names of columns");
      put_text(w, both);
    }
  }
  end_line(w);
  return SW_OK;
}

static sw_status put_row(sw_error *err, void *self, const sw_row *row) {
  writer *w = self;
  sw_export_job *job = w->job;
  const sw_sheet *s = job->sheet;
  int values = s->n * (job->wide && s->time >= 0 ? job->n_periods : 1);
  if (!sw_where_keeps(&job->where, s, row)) return SW_OK;
  if (row->unit >= 0) put_text(w, s->page->code[row->unit]);
  if (row->unit_to >= 0) put_text(w, s->page->code[row->unit_to]);
  if (w->timed) put_text(w, sw_sheet_period(s, row->period));
  for (int k = 0; k < s->n_labels; k++)
    if (!w->silent[k]) put_text(w, s->page->axis[s->label[k]].label[row->label[k]]);
  for (int k = 0; k < values; k++)
    put_number(w, row->value[k]);
  end_line(w);
  job->rows++;
  if (ferror(job->out))
    return sw_fail(err, SW_EIO, "%s: cannot be written: %s", job->path, strerror(errno));
  return SW_OK;
}

static sw_status write_rows(sw_error *err, sw_export_job *job, char separator) {
  const sw_sheet *s = job->sheet;
  bool wide = job->wide && s->time >= 0;
  writer w = {.job = job, .separator = separator, .first = true};
  w.timed = s->time >= 0 && !wide && !s->page->cross_section;
  for (int k = 0; k < s->n_labels; k++)
    for (int q = 0; q < s->n; q++)
      w.silent[k] |=
          strcmp(s->page->axis[s->label[k]].name, s->page->variable[s->variable[q]].name) == 0;
  SW_TRY(put_header(err, &w));
  return (wide ? sw_rows_walk_wide : sw_rows_walk)(err, s, job->n_periods, job->period, put_row,
                                                   &w);
}

sw_status sw_export_csv(sw_error *err, sw_export_job *job) {
  return write_rows(err, job, ',');
}

sw_status sw_export_tsv(sw_error *err, sw_export_job *job) {
  return write_rows(err, job, '\t');
}

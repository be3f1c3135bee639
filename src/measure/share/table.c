/* See table.h. Called from `resolve`: pure, the same on every rank.
 *
 * A table has rows by period and columns by industry, or the reverse; which way round is found from
 * its labels. It has been read whole by every rank before resolve. */
#include "measure/share/table.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* base_over speaks of own sums; beside a file it would be idle, which is refused. */
sw_status sw_table_base_over(sw_error *err, const sw_job *job, bool *complete) {
  const sw_arg *over = sw_job_arg(job, "base_over");
  *complete = strcmp(over->text, "complete") == 0;
  if (sw_job_arg(job, "base")->table && over->given && *complete)
    return sw_job_fail(err, job, "base_over",
                       "complete is for own sums, but base names a file; remove one of them");
  return SW_OK;
}

/* ---- a cell ----------------------------------------------------------------------------- */

static int find(const char *const *text, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(text[i], name) == 0) return i;
  return -1;
}

/* What the table lacks, with the nearest label there is. Nearest in spelling, as a slip is the most
 * likely reason. */
static sw_status lacks(sw_error *err, const sw_job *job, const char *param, const char *what,
                       const char *name, const char *const *known, int count) {
  const char *file = sw_job_arg(job, param)->table->file;
  const char *near = sw_nearest(name, known, count);
  return sw_job_fail(err, job, param, "%s has no %s '%s'%s%s%s", file, what, name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* A cross-section has no name for its period: a table of one row is its base, whatever that is
 * called. */
static int find_period(const sw_job *job, const char *const *text, int count, int t) {
  if (job->periods->cross_section && count == 1) return 0;
  return sw_series_find(job, text, count, t);
}

/* The column that holds a period of the panel in every row: it should have come first. NULL: none
 * does. A common slip: an index column in front of the periods. */
static const char *column_of_periods(const sw_job *job, const sw_table *table) {
  char text[400]; /* of any double */
  for (int c = 0; c < table->n_columns; c++) {
    int rows = 0;
    for (; rows < table->n_rows; rows++) {
      /* Whole numbers, as periods are; other numbers are none. */
      snprintf(text, sizeof text, "%.0f", table->value[rows * table->n_columns + c]);
      if (sw_periods_find(job->periods, text) < 0) break;
    }
    if (rows == table->n_rows) return table->column[c];
  }
  return NULL;
}

/* Refuses a table whose rows are periods, without this one, or no periods at all. */
static sw_status lacks_period(sw_error *err, const sw_job *job, const char *param, int t) {
  const sw_table *table = sw_job_arg(job, param)->table;
  int known = 0;
  if (job->periods->cross_section)
    return sw_job_fail(err, job, param,
                       "%s has %d rows, but the panel is a cross-section (it has no `time`); "
                       "expected one row",
                       table->file, table->n_rows);
  /* Where some rows name periods of the panel, only this one is lacking. */
  for (int r = 0; r < table->n_rows; r++)
    known += sw_periods_find(job->periods, table->row[r]) >= 0;
  if (known)
    return lacks(err, job, param, "period", sw_job_period(job, t), table->row, table->n_rows);
  const char *column = column_of_periods(job, table);
  return sw_job_fail(err, job, param,
                     "%s: the first column must name the period of each row, such as '%s'; it has "
                     "'%.40s'%s%s%s",
                     table->file, sw_job_period(job, t), table->row[0],
                     column ? ", and the periods stand in '" : "", column ? column : "",
                     column ? "'" : "");
}

/* The value of a column in a period: one row per period and one column per industry, or the table
 * turned round. As written is tried first; if that fails, what was found decides which way round
 * the table is meant, so that the message names what is missing and not the other label. A base is
 * whole: a missing cell would make the quotients of all units missing. */
sw_status sw_table_cell(sw_error *err, const sw_job *job, const char *param, int t,
                        const char *name, double *value) {
  const sw_table *table = sw_job_arg(job, param)->table;
  int row = find_period(job, table->row, table->n_rows, t);
  int column = find(table->column, table->n_columns, name);
  int turned_row = find(table->row, table->n_rows, name);
  int turned_column = find_period(job, table->column, table->n_columns, t);
  const char *period = sw_job_period(job, t);
  /* Not this way round; or neither. */
  if (row < 0 || column < 0) {
    bool turned = turned_row >= 0 || (turned_column >= 0 && column < 0);
    if (turned && turned_column < 0)
      return lacks(err, job, param, "period", period, table->column, table->n_columns);
    if (turned && turned_row < 0)
      return lacks(err, job, param, "row", name, table->row, table->n_rows);
    if (!turned && column < 0)
      return lacks(err, job, param, "column", name, table->column, table->n_columns);
    if (!turned) return lacks_period(err, job, param, t);
    row = turned_row;
    column = turned_column;
  }
  *value = table->value[(size_t)row * (size_t)table->n_columns + (size_t)column];
  if (isfinite(*value)) return SW_OK;
  return sw_job_fail(err, job, param,
                     "%s: the value of '%s' in %s is missing; a %s must be complete", table->file,
                     name, job->periods->cross_section ? "the cross-section" : period, param);
}

/* A table of one column or row that is no period holds for all periods. */
bool sw_table_timeless(const sw_job *job, const char *param, const char *name, double *value) {
  const sw_table *table = sw_job_arg(job, param)->table;
  bool column = table->n_columns == 1 && sw_periods_find(job->periods, table->column[0]) < 0;
  bool row = table->n_rows == 1 && sw_periods_find(job->periods, table->row[0]) < 0;
  int place = column ? find(table->row, table->n_rows, name) : -1;
  if (place < 0 && row) place = find(table->column, table->n_columns, name);
  if (place >= 0) *value = table->value[place];
  return place >= 0;
}

/* The base of location quotients: a table of the study, or the study's own sums. Own sums of a
 * period are 2 + 3n doubles: the units with a total, their total, then for each industry the units
 * with both, the industry and the total of these. Numerator and denominator are thus summed over
 * the same units, else a missing cell would shift the quotients of all others.
 *
 * Sums are a partial of the measure's first pass: added by blocks in order, the same bits for any
 * number of ranks. Counts of units are doubles, exact up to 2^53. */
#include "measure/share/quotient.h"
#include "measure/share/series.h"
#include "spillway/node.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- a base given by a table ------------------------------------------------------------ */

static int find(const char *const *text, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(text[i], name) == 0) return i;
  return -1;
}

/* What the table lacks, with the nearest label there is. */
static sw_status lacks(sw_error *err, const sw_job *job, const sw_table *table, const char *what,
                       const char *name, const char *const *known, int count) {
  const char *near = sw_nearest(name, known, count);
  return sw_job_fail(err, job, "base", "%s has no %s '%s'%s%s%s", table->file, what, name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* A cross-section has no name for its period: a table of one row is its base, whatever that is
 * called. */
static int find_period(const sw_job *job, const char *const *text, int count, int t) {
  if (job->periods->cross_section && count == 1) return 0;
  return sw_series_find(job, text, count, t);
}

/* The column that holds a period of the panel in every row: it should have come first. NULL: none
 * does. */
static const char *column_of_periods(const sw_job *job, const sw_table *table) {
  char text[400]; /* of any double */
  for (int c = 0; c < table->n_columns; c++) {
    int rows = 0;
    for (; rows < table->n_rows; rows++) {
      snprintf(text, sizeof text, "%.0f", table->value[rows * table->n_columns + c]);
      if (sw_periods_find(job->periods, text) < 0) break;
    }
    if (rows == table->n_rows) return table->column[c];
  }
  return NULL;
}

/* Rows by period, of which this one is lacking; or rows that are no periods at all. */
static sw_status lacks_period(sw_error *err, const sw_job *job, const sw_table *table, int t) {
  int known = 0;
  if (job->periods->cross_section)
    return sw_job_fail(err, job, "base",
                       "%s has %d rows, but the panel is a cross-section (it has no `time`); "
                       "expected one row",
                       table->file, table->n_rows);
  for (int r = 0; r < table->n_rows; r++)
    known += sw_periods_find(job->periods, table->row[r]) >= 0;
  if (known)
    return lacks(err, job, table, "period", sw_job_period(job, t), table->row, table->n_rows);
  const char *column = column_of_periods(job, table);
  return sw_job_fail(err, job, "base",
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
static sw_status table_cell(sw_error *err, const sw_job *job, const sw_table *table, int t,
                            const char *name, double *value) {
  int row = find_period(job, table->row, table->n_rows, t);
  int column = find(table->column, table->n_columns, name);
  int turned_row = find(table->row, table->n_rows, name);
  int turned_column = find_period(job, table->column, table->n_columns, t);
  const char *period = sw_job_period(job, t);
  /* Not this way round; or neither. */
  if (row < 0 || column < 0) {
    bool turned = turned_row >= 0 || (turned_column >= 0 && column < 0);
    if (turned && turned_column < 0)
      return lacks(err, job, table, "period", period, table->column, table->n_columns);
    if (turned && turned_row < 0)
      return lacks(err, job, table, "row", name, table->row, table->n_rows);
    if (!turned && column < 0)
      return lacks(err, job, table, "column", name, table->column, table->n_columns);
    if (!turned) return lacks_period(err, job, table, t);
    row = turned_row;
    column = turned_column;
  }
  *value = table->value[(size_t)row * (size_t)table->n_columns + (size_t)column];
  if (isfinite(*value)) return SW_OK;
  return sw_job_fail(err, job, "base",
                     "%s: the value of '%s' in %s is missing; a base must be complete", table->file,
                     name, job->periods->cross_section ? "the cross-section" : period);
}

/* n + 1 numbers per period, the total last. */
static sw_status read_base(sw_error *err, const sw_job *job, const sw_table *table,
                           sw_quotient *quotient) {
  double *base = NULL;
  SW_NEW(err, job->arena, base, job->n_periods * (quotient->n + 1));
  for (int t = 0; t < job->n_periods; t++)
    for (int i = 0; i <= quotient->n; i++) {
      /* Columns of the table are called like the inputs. */
      int input = i < quotient->n ? quotient->industry[i] : quotient->total;
      SW_TRY(
          table_cell(err, job, table, t, job->input[input].name, &base[t * (quotient->n + 1) + i]));
    }
  quotient->given = base;
  return SW_OK;
}

/* `own` leaves no table. base_over is about own sums; with a table it would be ignored, so it is
 * refused, unless it only says the default. */
sw_status sw_quotient_read(sw_error *err, const sw_job *job, sw_quotient *quotient) {
  const sw_arg *over = sw_job_arg(job, "base_over");
  const sw_table *table = sw_job_arg(job, "base")->table;
  quotient->complete = strcmp(over->text, "complete") == 0;
  if (!table) return SW_OK;
  if (over->given && quotient->complete)
    return sw_job_fail(err, job, "base_over",
                       "complete is for own sums, but base names a file; remove one of them");
  return read_base(err, job, table, quotient);
}

/* ---- own sums --------------------------------------------------------------------------- */

/* Doubles of a period: see the head of the file. */
static size_t width(const sw_quotient *quotient) {
  return 2 + 3 * (size_t)quotient->n;
}

size_t sw_quotient_bytes(const sw_job *job, const sw_quotient *quotient) {
  return (size_t)job->n_periods * width(quotient) * sizeof(double);
}

/* Adds units [lo, hi) to `sums`, which start from zero. Periods outside, units inside: columns are
 * read in their order. A unit without a total counts for nothing, as its industries have no
 * share. */
void sw_quotient_fold(const sw_job *job, const sw_quotient *quotient, int64_t lo, int64_t hi,
                      double *sums) {
  for (int t = 0; t < job->n_periods; t++, sums += width(quotient))
    for (int64_t unit = lo; unit < hi; unit++) {
      double total = sw_view_at(job->input[quotient->total].view, t, unit);
      if (isnan(total)) continue;
      sums[0] += 1;
      sums[1] += total;
      for (int i = 0; i < quotient->n; i++) {
        double value = sw_view_at(job->input[quotient->industry[i]].view, t, unit);
        if (isnan(value)) continue;
        sums[2 + 3 * i] += 1;
        sums[3 + 3 * i] += value;
        sums[4 + 3 * i] += total;
      }
    }
}

/* In block order (the engine's), so the bits do not depend on ranks. */
void sw_quotient_merge(const sw_job *job, const sw_quotient *quotient, double *all,
                       const double *part) {
  for (size_t i = 0; i < (size_t)job->n_periods * width(quotient); i++)
    all[i] += part[i];
}

/* On rank 0. Unless the study accepts it (base_over: complete), a missing cell is an error: sums
 * that lack a unit are no base of the whole. -1 stands for the total, which is checked first. */
sw_status sw_quotient_check(sw_error *err, const sw_job *job, const sw_quotient *quotient,
                            const double *sums) {
  if (quotient->given || quotient->complete) return SW_OK;
  for (int t = 0; t < job->n_periods; t++, sums += width(quotient))
    for (int i = -1; i < quotient->n; i++) {
      /* Counts of the fold: units with a total, or with both. */
      double lacking = (double)job->n - (i < 0 ? sums[0] : sums[2 + 3 * i]);
      int input = i < 0 ? quotient->total : quotient->industry[i];
      if (lacking > 0)
        return sw_job_fail(err, job, "base",
                           "own sums are too small if cells are missing: '%s' lacks %.0f of %lld "
                           "units in %s; give base: {file: national.csv}, or "
                           "write base_over: complete",
                           job->input[input].name, lacking, (long long)job->n,
                           sw_job_period(job, t));
    }
  return SW_OK;
}

/* E_i / E. An industry that is nowhere has no quotient: 0/0 and x/0 both become NaN; infinity would
 * pass as a number. */
double sw_quotient_share(const sw_quotient *quotient, const double *sums, int t, int i) {
  double industry, total;
  if (quotient->given) {
    const double *base = quotient->given + t * (quotient->n + 1);
    industry = base[i];
    total = base[quotient->n];
  } else {
    /* The industry and the total of the units with both; two numbers of the period come before. */
    const double *at = sums + (size_t)t * width(quotient) + 3 * i;
    industry = at[3];
    total = at[4];
  }
  return industry == 0 || total == 0 ? NAN : industry / total;
}

/* Of all units of the study, and of the total over the units that have one. */
void sw_quotient_coverage(const sw_job *job, const sw_quotient *quotient, const double *sums, int t,
                          int i, double *of_units, double *of_total) {
  const double *at = sums + (size_t)t * width(quotient);
  /* Units with both the industry and the total, among all. */
  *of_units = at[2 + 3 * i] / (double)job->n;
  *of_total = at[1] == 0 ? NAN : at[4 + 3 * i] / at[1];
}

/* The base of location quotients. Sums of a period: units with a total, their total, then for each
 * industry the units with both, the industry and the total of these. */
#include "measure/share/quotient.h"

#include "base/arena.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* ---- a base given by a table ------------------------------------------------------------ */

static int find(const char *const *text, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(text[i], name) == 0) return i;
  return -1;
}

static sw_status lacks(sw_error *err, const sw_job *job, const sw_table *table, const char *what,
                       const char *name, const char *const *known, int count) {
  const char *near = sw_nearest(name, known, count);
  return sw_job_fail(err, job, "base", "%s has no %s '%s'%s%s%s", table->file, what, name,
                     near ? "; the nearest is '" : "", near ? near : "", near ? "'" : "");
}

/* A row a period and a column an industry, or the table turned round. */
static sw_status table_cell(sw_error *err, const sw_job *job, const sw_table *table,
                            const char *period, const char *name, double *value) {
  int row = find(table->row, table->n_rows, period);
  int column = find(table->column, table->n_columns, name);
  int turned_row = find(table->row, table->n_rows, name);
  int turned_column = find(table->column, table->n_columns, period);
  if (row < 0 || column < 0) {
    bool turned = turned_row >= 0 || (turned_column >= 0 && column < 0);
    if (turned && turned_column < 0)
      return lacks(err, job, table, "period", period, table->column, table->n_columns);
    if (turned && turned_row < 0)
      return lacks(err, job, table, "row", name, table->row, table->n_rows);
    if (!turned && column < 0)
      return lacks(err, job, table, "column", name, table->column, table->n_columns);
    if (!turned) return lacks(err, job, table, "period", period, table->row, table->n_rows);
    row = turned_row;
    column = turned_column;
  }
  *value = table->value[(size_t)row * (size_t)table->n_columns + (size_t)column];
  if (isfinite(*value)) return SW_OK;
  return sw_job_fail(err, job, "base", "%s: the value of '%s' in %s is missing; a base is whole",
                     table->file, name, period);
}

static sw_status read_base(sw_error *err, const sw_job *job, const sw_table *table,
                           sw_quotient *quotient) {
  double *base = NULL;
  SW_NEW(err, job->arena, base, job->n_periods * (quotient->n + 1));
  for (int t = 0; t < job->n_periods; t++)
    for (int i = 0; i <= quotient->n; i++) {
      int input = i < quotient->n ? quotient->industry[i] : quotient->total;
      SW_TRY(table_cell(err, job, table, sw_job_period(job, t), job->input[input].name,
                        &base[t * (quotient->n + 1) + i]));
    }
  quotient->given = base;
  return SW_OK;
}

sw_status sw_quotient_read(sw_error *err, const sw_job *job, sw_quotient *quotient) {
  const sw_arg *over = sw_job_arg(job, "base_over");
  const sw_table *table = sw_job_arg(job, "base")->table;
  quotient->complete = strcmp(over->text, "complete") == 0;
  if (!table) return SW_OK;
  if (over->given && quotient->complete)
    return sw_job_fail(err, job, "base_over",
                       "complete is for own sums, and base names a file; "
                       "leave one of them out");
  return read_base(err, job, table, quotient);
}

/* ---- own sums --------------------------------------------------------------------------- */

static size_t width(const sw_quotient *quotient) {
  return 2 + 3 * (size_t)quotient->n;
}

size_t sw_quotient_bytes(const sw_job *job, const sw_quotient *quotient) {
  return (size_t)job->n_periods * width(quotient) * sizeof(double);
}

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

void sw_quotient_merge(const sw_job *job, const sw_quotient *quotient, double *all,
                       const double *part) {
  for (size_t i = 0; i < (size_t)job->n_periods * width(quotient); i++)
    all[i] += part[i];
}

sw_status sw_quotient_check(sw_error *err, const sw_job *job, const sw_quotient *quotient,
                            const double *sums) {
  if (quotient->given || quotient->complete) return SW_OK;
  for (int t = 0; t < job->n_periods; t++, sums += width(quotient))
    for (int i = -1; i < quotient->n; i++) {
      double lacking = (double)job->n - (i < 0 ? sums[0] : sums[2 + 3 * i]);
      int input = i < 0 ? quotient->total : quotient->industry[i];
      if (lacking > 0)
        return sw_job_fail(err, job, "base",
                           "own sums are too small where cells are missing: '%s' "
                           "lacks %.0f of %lld units in %s; give base: {file: national.csv}, or "
                           "write base_over: complete",
                           job->input[input].name, lacking, (long long)job->n,
                           sw_job_period(job, t));
    }
  return SW_OK;
}

double sw_quotient_share(const sw_quotient *quotient, const double *sums, int t, int i) {
  double industry, total;
  if (quotient->given) {
    const double *base = quotient->given + t * (quotient->n + 1);
    industry = base[i];
    total = base[quotient->n];
  } else {
    const double *at = sums + (size_t)t * width(quotient) + 3 * i;
    industry = at[3];
    total = at[4];
  }
  return industry == 0 || total == 0 ? NAN : industry / total;
}

void sw_quotient_coverage(const sw_job *job, const sw_quotient *quotient, const double *sums, int t,
                          int i, double *of_units, double *of_total) {
  const double *at = sums + (size_t)t * width(quotient);
  *of_units = at[2 + 3 * i] / (double)job->n;
  *of_total = at[1] == 0 ? NAN : at[4 + 3 * i] / at[1];
}

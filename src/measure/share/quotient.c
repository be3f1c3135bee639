/* The base of location quotients: a table of the study, or the study's own sums. Own sums of a
 * period are 2 + 3n doubles: the units with a total, their total, then for each industry the units
 * with both, the industry and the total of these. Numerator and denominator are thus summed over
 * the same units, else a missing cell would shift the quotients of all others.
 *
 * Sums are a partial of the measure's first pass: added by blocks in order, the same bits for any
 * number of ranks. Counts of units are doubles, exact up to 2^53. */
#include "measure/share/quotient.h"
#include "measure/share/series.h"

#include <math.h>

/* ---- a base given by a table ------------------------------------------------------------ */

/* n + 1 numbers per period, the total last. Read in resolve, so that a missing cell is refused
 * before data are read. */
static sw_status read_base(sw_error *err, const sw_job *job, sw_quotient *quotient) {
  double *base = NULL;
  SW_NEW(err, job->arena, base, job->n_periods * (quotient->n + 1));
  for (int t = 0; t < job->n_periods; t++)
    for (int i = 0; i <= quotient->n; i++) {
      /* Columns of the table are called like the inputs. */
      int input = i < quotient->n ? quotient->industry[i] : quotient->total;
      SW_TRY(sw_table_cell(err, job, "base", t, job->input[input].name,
                           &base[t * (quotient->n + 1) + i]));
    }
  quotient->given = base;
  return SW_OK;
}

/* `own` leaves no table. */
sw_status sw_quotient_read(sw_error *err, const sw_job *job, sw_quotient *quotient) {
  SW_TRY(sw_table_base_over(err, job, &quotient->complete));
  return sw_job_arg(job, "base")->table ? read_base(err, job, quotient) : SW_OK;
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
 * read in their order. A unit without a total counts for nothing, as its industries have no share.
 * Three numbers per industry: how many, how much, and the total of the same units. */
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
                           "units%s; give base: {file: national.csv}, or "
                           "write base_over: complete",
                           job->input[input].name, lacking, (long long)job->n,
                           sw_series_when(job, t));
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

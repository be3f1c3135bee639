/* Location quotients against a base (methods.md section 6): what location_quotient and
 * coagglomeration share. (e_ir / e_r) / (E_i / E) of industry i in unit r; e_r = 0 or E_i = 0: NaN.
 *
 * The base E_i, E is given by a table, or is the study's own sums: of units that have a value of
 * both the industry and the total, which is every unit unless `base_over: complete` lets some lack
 * the industry. */
#ifndef SW_MEASURE_SHARE_QUOTIENT_H
#define SW_MEASURE_SHARE_QUOTIENT_H

#include "measure/share/table.h"

typedef struct sw_quotient {
  int n;               /* industries ... */
  const int *industry; /* ... and where they stand among the inputs */
  int total;
  bool complete;       /* base_over: complete */
  const double *given; /* n_periods * (n + 1): the base by a table, E last; NULL: own sums */
} sw_quotient;

/* Reads parameters `base` and `base_over`; `total` and industries are set by the caller. */
sw_status sw_quotient_read(sw_error *err, const sw_job *job, sw_quotient *quotient);

/* The fold over units: for each period its sums. */
size_t sw_quotient_bytes(const sw_job *job, const sw_quotient *quotient);
void sw_quotient_fold(const sw_job *job, const sw_quotient *quotient, int64_t lo, int64_t hi,
                      double *sums);
void sw_quotient_merge(const sw_job *job, const sw_quotient *quotient, double *all,
                       const double *part);
/* Refuses own sums of a column that has missing cells. */
sw_status sw_quotient_check(sw_error *err, const sw_job *job, const sw_quotient *quotient,
                            const double *sums);

/* E_i / E of industry i in period t; NaN when undefined. */
double sw_quotient_share(const sw_quotient *quotient, const double *sums, int t, int i);
/* Share of the units, and of their total, that have a value of industry i. */
void sw_quotient_coverage(const sw_job *job, const sw_quotient *quotient, const double *sums, int t,
                          int i, double *of_units, double *of_total);

/* The quotient of a unit. A unit without any activity has none; a missing value or share stays
 * NaN. */
static inline double sw_quotient_value(double industry, double total, double share) {
  return total == 0 ? __builtin_nan("") : industry / total / share;
}

#endif

/* Quantiles of sorted values, and the classes that quantiles or given breaks make. A quantile of
 * probability c/k stands at the whole-number position (n - 1) c / k (type 7 of Hyndman & Fan):
 * where that is a value's own place, the quantile is that value to the bit. A position in floating
 * point may miss it by one last bit, and a class that is closed there would lose the unit. */
#ifndef SW_KERNEL_SERIES_QUANTILE_H
#define SW_KERNEL_SERIES_QUANTILE_H

#include <math.h>
#include <stdint.h>

/* Of n ascending values, none NaN; n = 0: NaN. 0 <= c <= k. */
double sw_quantile(const double *sorted, int64_t n, int64_t c, int64_t k);
/* The breaks of k classes of equal counts: quantiles 1/k .. (k-1)/k. They may be equal. */
void sw_quantile_breaks(const double *sorted, int64_t n, int k, double *breaks);
/* How many different values there are, `most` for as many or more. */
int64_t sw_quantile_distinct(const double *sorted, int64_t n, int64_t most);

/* The same of several ascending series as one, such as all periods of a panel, which need not be
 * merged for it. Series may be empty. */
typedef struct sw_sorted {
  const double *value;
  int64_t n;
} sw_sorted;

double sw_quantile_pooled(const sw_sorted *series, int count, int64_t c, int64_t k);
void sw_quantile_pooled_breaks(const sw_sorted *series, int count, int k, double *breaks);
int64_t sw_quantile_pooled_distinct(const sw_sorted *series, int count, int64_t most);

/* The class of x, from 1, closed on the right as classes of quantiles are: 1 + #{breaks < x}. NaN
 * is of no class: 0. A NaN among the breaks: 0. */
static inline int sw_quantile_class(const double *breaks, int n, double x) {
  int below = 0;
  while (below < n && breaks[below] < x)
    below++;
  return isnan(x) || (below < n && isnan(breaks[below])) ? 0 : below + 1;
}

/* The same closed on the left, [lo, hi), as breaks that a study gives: 1 + #{breaks <= x}. */
static inline int sw_quantile_class_of_breaks(const double *breaks, int n, double x) {
  int below = 0;
  while (below < n && breaks[below] <= x)
    below++;
  return isnan(x) || (below < n && isnan(breaks[below])) ? 0 : below + 1;
}

#endif

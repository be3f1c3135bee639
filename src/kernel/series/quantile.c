/* Quantiles at whole-number positions; see quantile.h. Of several series a value is found by its
 * rank alone: bisection over the doubles in their order asks each series, by bisection too, how
 * many of its values are not above a guess. 64 guesses at most whatever the number of values, and
 * no merged copy.
 *
 * Called for classes of values (measure/share/classes.c, geodetector), for shares of inequality and
 * for the bandwidths of densities. Pure, any thread. The pooled forms cost 64 log n per series and
 * quantile. */
#include "kernel/series/quantile.h"

#include <string.h>

/* ---- positions --------------------------------------------------------------------------- */

/* Between two neighbours, `part` of `parts` of the way. Equal ones give that value to the bit.
 * lower + 0 when both are equal, whatever `part`. */
static double between(double lower, double upper, int64_t part, int64_t parts) {
  return lower + (double)part / (double)parts * (upper - lower);
}

/* The quantile c/k of type 7, in whole numbers, so that no rounding moves it. */
double sw_quantile(const double *sorted, int64_t n, int64_t c, int64_t k) {
  if (n < 1) return NAN;
  /* Whole numbers throughout: (n - 1) c fits, as n is below 2^31 and c a number of classes. */
  int64_t place = (n - 1) * c / k, rest = (n - 1) * c % k;
  if (rest == 0) return sorted[place];
  return between(sorted[place], sorted[place + 1], rest, k);
}

void sw_quantile_breaks(const double *sorted, int64_t n, int k, double *breaks) {
  for (int c = 1; c < k; c++)
    breaks[c - 1] = sw_quantile(sorted, n, c, k);
}

int64_t sw_quantile_distinct(const double *sorted, int64_t n, int64_t most) {
  return sw_quantile_pooled_distinct(&(sw_sorted){sorted, n}, 1, most);
}

/* ---- several series ---------------------------------------------------------------------- */

static int64_t count_values(const sw_sorted *series, int count) {
  int64_t n = 0;
  for (int s = 0; s < count; s++)
    n += series[s].n;
  return n;
}

/* How many values of a series are at or below x. */
static int64_t count_upto(const sw_sorted *series, double x) {
  int64_t lo = 0, hi = series->n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (series->value[middle] <= x)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/* Doubles as whole numbers of the same order: bits of positive doubles ascend, those of negative
 * ones descend and are inverted. -0 and 0 are two numbers here, and equal as doubles, which does no
 * harm: both are counted alike. */
static uint64_t key_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key) {
  uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The value at place `rank`, from 0, of all together: the least that has more than `rank` values at
 * or below it. */
static double value_at(const sw_sorted *series, int count, int64_t rank) {
  /* Infinities bracket every value; NaN has been left out by whoever sorted. */
  uint64_t lo = key_of(-INFINITY), hi = key_of(INFINITY);
  while (lo < hi) {
    uint64_t middle = lo + (hi - lo) / 2;
    int64_t upto = 0;
    for (int s = 0; s < count; s++)
      upto += count_upto(&series[s], value_of(middle));
    if (upto > rank)
      hi = middle;
    else
      lo = middle + 1;
  }
  double found = value_of(lo);
  /* -0 becomes 0, so that the sign of a zero does not depend on which series had it. */
  return found == 0 ? 0 : found;
}

/* Of several series together, without joining them: places are found by bisection. */
double sw_quantile_pooled(const sw_sorted *series, int count, int64_t c, int64_t k) {
  int64_t n = count_values(series, count);
  if (n < 1) return NAN;
  int64_t place = (n - 1) * c / k, rest = (n - 1) * c % k;
  double lower = value_at(series, count, place);
  /* The value at the next place is searched only where the position lies between two. */
  return rest == 0 ? lower : between(lower, value_at(series, count, place + 1), rest, k);
}

void sw_quantile_pooled_breaks(const sw_sorted *series, int count, int k, double *breaks) {
  for (int c = 1; c < k; c++)
    breaks[c - 1] = sw_quantile_pooled(series, count, c, k);
}

/* From value to value: the next is the least that stands behind all that are not above. most
 * searches at the most: used to see whether there are as many values as classes. */
int64_t sw_quantile_pooled_distinct(const sw_sorted *series, int count, int64_t most) {
  double last = NAN;
  for (int64_t found = 0; found < most; found++) {
    double next = NAN;
    for (int s = 0; s < count; s++) {
      int64_t at = found ? count_upto(&series[s], last) : 0;
      if (at < series[s].n && !(series[s].value[at] >= next)) next = series[s].value[at];
    }
    if (isnan(next)) return found;
    last = next;
  }
  return most;
}

/* Correlations of short series (correlation.h): O(n), no memory. A series that varies by rounding
 * alone has none: its correlation with anything would be noise of size 1. Rounding is judged by the
 * size of the values that the series was made from (`size`, `from_x`), as differences lose that
 * size.
 *
 * Called for each pair of units by synchronisation, cross_correlation and convergent mapping: it is
 * the innermost loop of these. */
#include "kernel/series/correlation.h"

#include <math.h>

/* Whether squares of n values of that size are more than rounding: 1e-12 of the size per value.
 * Series read from text of 15 digits, and differences of them, have less. */
static bool is_spread(double squares, int n, double size) {
  double rounding = 1e-12 * size;
  return squares > n * rounding * rounding;
}

/* How far values are from their mean, squared; 0: rounding alone, where all are of that size. */
static double spread_of(const double *v, int n, double size, double *mean) {
  double sum = 0, squares = 0;
  for (int s = 0; s < n; s++)
    sum += v[s];
  *mean = sum / n;
  for (int s = 0; s < n; s++)
    squares += (v[s] - *mean) * (v[s] - *mean);
  return is_spread(squares, n, size) ? squares : 0;
}

static double size_of(const double *v, int n) {
  double size = 0;
  for (int s = 0; s < n; s++)
    size = fmax(size, fabs(v[s]));
  return size;
}

/* Squares of 0 make by NaN, and so all of v. */
void sw_correlation_standardise(double *v, int n, double size, bool variance) {
  double mean = 0, squares = spread_of(v, n, size, &mean);
  double by = squares > 0 ? sqrt(variance ? squares / n : squares) : NAN;
  for (int s = 0; s < n; s++)
    v[s] = (v[s] - mean) / by;
}

/* Each as spread_of and the above do it. The K series lie side by side, so the loops over k become
 * vector instructions; per series the operations and their order are the same. */
void sw_correlation_standardise_all(double *v, int n, const double size[SW_SERIES]) {
  double mean[SW_SERIES] = {0}, squares[SW_SERIES] = {0}, by[SW_SERIES];
  for (int s = 0; s < n; s++)
    for (int k = 0; k < SW_SERIES; k++)
      mean[k] += v[s * SW_SERIES + k];
  for (int k = 0; k < SW_SERIES; k++)
    mean[k] /= n;
  for (int s = 0; s < n; s++)
    for (int k = 0; k < SW_SERIES; k++)
      squares[k] += (v[s * SW_SERIES + k] - mean[k]) * (v[s * SW_SERIES + k] - mean[k]);
  for (int k = 0; k < SW_SERIES; k++)
    by[k] = is_spread(squares[k], n, size[k]) ? sqrt(squares[k]) : NAN;
  for (int s = 0; s < n; s++)
    for (int k = 0; k < SW_SERIES; k++)
      v[s * SW_SERIES + k] = (v[s * SW_SERIES + k] - mean[k]) / by[k];
}

/* Two passes: means, then products of deviations. `least`: fewer values give NaN. */
double sw_correlation(const double *x, double from_x, const double *y, double from_y, int n,
                      int least) {
  double mean_x = 0, mean_y = 0, sum = 0;
  if (n < least) return NAN;
  double squares = spread_of(x, n, fmax(size_of(x, n), from_x), &mean_x);
  double others = spread_of(y, n, fmax(size_of(y, n), from_y), &mean_y);
  if (squares == 0 || others == 0) return NAN;
  for (int s = 0; s < n; s++)
    sum += (x[s] - mean_x) * (y[s] - mean_y);
  /* Two roots and not the root of a product, which may overflow. */
  return sum / (sqrt(squares) * sqrt(others));
}

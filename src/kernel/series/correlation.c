/* See correlation.h. */
#include "kernel/series/correlation.h"

#include <math.h>

/* How far values are from their mean, squared; 0: rounding alone, where all are of that size. */
static double spread_of(const double *v, int n, double size, double *mean) {
  double sum = 0, squares = 0, rounding = 1e-12 * size;
  for (int s = 0; s < n; s++)
    sum += v[s];
  *mean = sum / n;
  for (int s = 0; s < n; s++)
    squares += (v[s] - *mean) * (v[s] - *mean);
  return squares > n * rounding * rounding ? squares : 0;
}

static double size_of(const double *v, int n) {
  double size = 0;
  for (int s = 0; s < n; s++)
    size = fmax(size, fabs(v[s]));
  return size;
}

void sw_correlation_standardise(double *v, int n, double size, bool variance) {
  double mean = 0, squares = spread_of(v, n, size, &mean);
  double by = squares > 0 ? sqrt(variance ? squares / n : squares) : NAN;
  for (int s = 0; s < n; s++)
    v[s] = (v[s] - mean) / by;
}

double sw_correlation(const double *x, const double *y, int n, int least) {
  double mean_x = 0, mean_y = 0, sum = 0;
  if (n < least) return NAN;
  double squares = spread_of(x, n, size_of(x, n), &mean_x);
  double others = spread_of(y, n, size_of(y, n), &mean_y);
  if (squares == 0 || others == 0) return NAN;
  for (int s = 0; s < n; s++)
    sum += (x[s] - mean_x) * (y[s] - mean_y);
  return sum / (sqrt(squares) * sqrt(others));
}

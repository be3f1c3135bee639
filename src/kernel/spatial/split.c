/* Columns of a panel within and between units, unit by unit (variants.h). The two parts are
 * orthogonal, and a random effect scales the second alone: triangles of both, made once, serve
 * every trial of its size (sw_spatial_join). Called by random.c and gm.c. Rows go through a piece
 * of 64 units that stays in cache; memory does not grow with n. */
#include "kernel/linear/qr.h"
#include "kernel/spatial/variants.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { UNITS = 64 }; /* at a time */

size_t sw_spatial_split_room(int periods, int count) {
  return UNITS * ((size_t)periods + 1) * (size_t)count;
}

/* A unit's values of a column: deviations to row t * units of `within`, and sqrt(T) times the mean,
 * so that both parts keep their sums of squares. The mean is corrected by the mean of what it
 * leaves: the rounding of large values goes. What is rounding alone becomes 0: a column that is
 * constant within units spans nothing there. */
static void part_values(int64_t n, int periods, const double *x, double *within, int64_t units,
                        double *between) {
  double mean = 0, rest = 0, size = 0, most = 0;
  for (int t = 0; t < periods; t++) {
    mean += x[t * n];
    size = fmax(size, fabs(x[t * n]));
  }
  mean /= periods;
  for (int t = 0; t < periods; t++)
    rest += x[t * n] - mean;
  mean += rest / periods;
  /* 4 epsilon of the largest value is the rounding of a sum of a few values. */
  if (fabs(mean) < 4 * DBL_EPSILON * size) mean = 0;
  for (int t = 0; t < periods; t++) {
    within[t * units] = x[t * n] - mean;
    most = fmax(most, fabs(within[t * units]));
  }
  for (int t = 0; most <= 4 * DBL_EPSILON * size && t < periods; t++)
    within[t * units] = 0;
  *between = sqrt(periods) * mean;
}

/* The triangles are complete after one pass over the units; `piece` holds 64 units of all
 * columns. */
void sw_spatial_split(int64_t n, int periods, const double *const *column, int count, double *piece,
                      double *within, double *between) {
  double *means = piece + UNITS * (int64_t)periods * count;
  memset(within, 0, (size_t)(count * count) * sizeof *within);
  memset(between, 0, (size_t)(count * count) * sizeof *between);
  for (int64_t from = 0; from < n; from += UNITS) {
    int64_t units = n - from < UNITS ? n - from : UNITS;
    for (int j = 0; j < count; j++)
      for (int64_t i = 0; i < units; i++)
        part_values(n, periods, column[j] + from + i, piece + j * periods * units + i, units,
                    means + j * units + i);
    sw_qr_append(within, count, piece, periods * units);
    sw_qr_append(between, count, means, units);
  }
}

/* The triangle of both parts, the second scaled by `factor`: O(count^3), without the panel. */
void sw_spatial_join(const double *within, const double *between, double factor, int count,
                     double *work, double *r) {
  memcpy(r, within, (size_t)(count * count) * sizeof *r);
  for (int i = 0; i < count * count; i++)
    work[i] = factor * between[i];
  sw_qr_join(r, count, work);
}

/* Whether deviations from means of units are more than rounding, about 1e-15 of the values. 1e-20
 * is the square of 1e-10: squares are compared. */
static bool varies(int64_t n, int periods, const double *x) {
  double size = 0, rest = 0;
  for (int64_t i = 0; i < n; i++) {
    double mean = 0;
    for (int t = 0; t < periods; t++)
      mean += x[t * n + i] / periods;
    for (int t = 0; t < periods; t++) {
      double off = x[t * n + i] - mean;
      size += x[t * n + i] * x[t * n + i];
      rest += off * off;
    }
  }
  return rest > 1e-20 * size;
}

/* Regressors that have something within units; `number`: which they are. Hausman's test and the
 * Lagrange multipliers of random effects need this list, as fixed effects absorb all other
 * regressors. */
int sw_spatial_varying(const sw_spatial_data *data, const double **x, int *number) {
  int count = 0;
  for (int j = 0; j < data->k; j++)
    if (varies(data->n, data->periods, data->x[j])) {
      x[count] = data->x[j];
      number[count++] = j;
    }
  return count;
}

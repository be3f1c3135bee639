/* Indices of industrial structure (structure.h has the formulas). Sums run in the order of the
 * industries, O(n) each. Shares that are equal to rounding count as equal throughout, so that
 * identical structures give exactly 0 and not some 1e-17. What has no finite value is NaN.
 *
 * Called by measure/unit/industrial_structure.c for each unit and period; an industry is one
 * variable of the study, so n is a few to some hundreds. Pure. */
#include "kernel/series/structure.h"

#include <math.h>

/* Of numbers of 0 or more: equal but for the rounding of the sums that they are. 2^-43 is a
 * thousand times the rounding of one operation, for sums of up to a thousand industries. */
static bool is_near(double a, double b) {
  return fabs(a - b) <= 0x1p-43 * fmax(a, b);
}

/* Shares of a unit's industries; false: there is nothing to divide. */
bool sw_structure_shares(int n, const double *value, double *share) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += value[k];
  if (!(sum > 0)) return false;
  for (int k = 0; k < n; k++)
    share[k] = value[k] / sum;
  return true;
}

/* A difference that is rounding alone is nothing: else an industry that no other unit has would
 * seem to be there. The rest of the nation without the unit is formed by subtraction, which leaves
 * last bits of the unit's own values. */
bool sw_structure_rest(int n, const double *all, const double *value, double *share) {
  for (int k = 0; k < n; k++)
    share[k] = is_near(all[k], value[k]) ? 0 : fmax(all[k] - value[k], 0);
  return sw_structure_shares(n, share, share);
}

/* Differences that are rounding do not count. */
double sw_structure_distance(int n, const double *s, const double *b) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    if (!is_near(s[k], b[k])) sum += fabs(s[k] - b[k]);
  return sum;
}

/* The largest quotient of shares. An industry of the unit alone has no quotient: undefined. */
double sw_structure_most(int n, const double *s, const double *b) {
  double most = NAN;
  for (int k = 0; k < n; k++) {
    if (b[k] == 0 && s[k] > 0) return NAN;
    if (b[k] > 0) most = fmax(most, s[k] / b[k]); /* fmax leaves NaN out */
  }
  return most;
}

/* Herfindahl's index of the shares. */
double sw_structure_concentration(int n, const double *s) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += s[k] * s[k];
  return sum;
}

/* It is never negative; rounding might make it so where all shares are nearly equal. Terms may have
 * either sign; their sum is zero or more (Gibbs), if both sum to 1. */
double sw_structure_theil(int n, const double *y, const double *l) {
  double sum = 0;
  for (int k = 0; k < n; k++) {
    if (y[k] == 0 || is_near(y[k], l[k])) continue;
    if (l[k] == 0) return NAN;
    sum += y[k] * log(y[k] / l[k]);
  }
  return sum < 0 ? 0 : sum;
}

/* The same exclusions as above, so both indices are defined for the same units. */
double sw_structure_deviation(int n, const double *y, const double *l) {
  double sum = 0;
  for (int k = 0; k < n; k++) {
    if (y[k] == 0 || is_near(y[k], l[k])) continue;
    if (l[k] == 0) return NAN;
    sum += y[k] * fabs(y[k] / l[k] - 1);
  }
  return sum;
}

/* ---- angles ----------------------------------------------------------------------------- */

static double length_of(int n, const double *u) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += u[k] * u[k];
  return sqrt(sum);
}

/* Kahan's formula: exact to rounding for small angles too, where the arc cosine loses half the
 * digits. 2 atan2(|u/|u| - v/|v||, |u/|u| + v/|v||). */
double sw_structure_angle(int n, const double *u, const double *v) {
  double of_u = length_of(n, u), of_v = length_of(n, v), apart = 0, along = 0;
  if (!(of_u > 0 && of_v > 0)) return NAN;
  for (int k = 0; k < n; k++) {
    double a = u[k] / of_u, b = v[k] / of_v;
    apart += (a - b) * (a - b);
    along += (a + b) * (a + b);
  }
  return 2 * atan2(sqrt(apart), sqrt(along));
}

/* Weights 3, 2, 1: the angle to the first sector's axis counts most, as moving away from
 * agriculture is what the index is to measure. */
double sw_structure_fu(const double s[3]) {
  static const double axis[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  double sum = 0;
  for (int k = 0; k < 3; k++)
    sum += (3 - k) * sw_structure_angle(3, s, axis[k]);
  return sum;
}

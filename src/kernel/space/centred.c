/* Deviations from the mean; see centred.h.
 *
 * Used by all statistics of autocorrelation: their variances are differences of moments, which lose
 * digits of nearly equal values. The cost is a few times that of plain sums, once per variable and
 * period. */
#include "kernel/space/centred.h"

#include <math.h>

#include "kernel/series/stats.h"

/* Knuth's two-sum: the rounding of a + b, exactly. */
static sw_wide sum_of(double a, double b) {
  double sum = a + b, of_b = sum - a;
  return (sw_wide){sum, (a - (sum - of_b)) + (b - of_b)};
}

/* Error-free but for the last term of the low parts. */
static sw_wide add(sw_wide a, sw_wide b) {
  sw_wide sum = sum_of(a.hi, b.hi);
  return sum_of(sum.hi, sum.lo + (a.lo + b.lo));
}

/* By fma the product's rounding is exact. */
static sw_wide multiply(sw_wide a, sw_wide b) {
  double product = a.hi * b.hi;
  return sum_of(product, fma(a.hi, b.hi, -product) + (a.hi * b.lo + a.lo * b.hi));
}

static sw_wide wide_of(double value) {
  return (sw_wide){value, 0};
}

/* A power of two, as two factors: one alone would leave the range of a double where the values are
 * near its ends. */
typedef struct scale {
  double one, two;
} scale;

static double scaled(double x, scale by) {
  return x * by.one * by.two;
}

/* The power of two that brings the largest value near 1: exact, so it changes no bit of I, and no
 * fourth power leaves the range of a double. False when the values used do not vary, by comparing
 * them: a sum of squares may be a rounding above zero for equal ones. The largest in magnitude
 * decides. */
static bool find_scale(const double *x, int64_t n, const bool *used, scale *by) {
  int exponent;
  double lo = INFINITY, hi = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    if (!used[i]) continue;
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  frexp(fabs(lo) > fabs(hi) ? lo : hi, &exponent);
  *by = (scale){ldexp(1, -(exponent / 2)), ldexp(1, exponent / 2 - exponent)};
  return sw_stats_vary(lo, hi);
}

/* Where the values are nearly equal to their rounded mean, its rounding is no small part of z, and
 * I of a rare case is as small: z from the mean in twice the digits. Elsewhere z'Wz would only
 * change in its last bits. 1e-24 of the mean square: an error of the mean of 1e-12 standard
 * deviations. */
static void centre_again(const double *x, int64_t n, const bool *used, scale by, sw_wide mean,
                         double *z, sw_centred *v) {
  v->square = 0;
  for (int64_t i = 0; i < n; i++) {
    if (used[i]) z[i] = (scaled(x[i], by) - mean.hi) - mean.lo;
    v->square += z[i] * z[i];
  }
}

/* z = (x - mean) times the scale of the units used, 0 for the others, and the sums over z. */
static sw_centred deviations(const double *x, int64_t n, const bool *used, scale by, double *z) {
  sw_centred v = {.varies = true};
  double sum = 0;
  sw_wide all = {0};
  for (int64_t i = 0; i < n; i++) {
    if (!used[i]) continue;
    sum += scaled(x[i], by);
    all = add(all, wide_of(scaled(x[i], by)));
    v.count += 1;
  }
  /* The mean to twice the digits: what the quotient leaves, over the count. */
  double first = all.hi / v.count;
  /* Newton's correction of the quotient. */
  sw_wide left = add(all, multiply(wide_of(-first), wide_of(v.count)));
  sw_wide mean = sum_of(first, left.hi / v.count);
  for (int64_t i = 0; i < n; i++) {
    z[i] = used[i] ? scaled(x[i], by) - sum / v.count : 0;
    v.square += z[i] * z[i];
    if (!used[i]) continue;
    sw_wide off = add(wide_of(scaled(x[i], by)), (sw_wide){-mean.hi, -mean.lo});
    sw_wide z2 = multiply(off, off);
    v.squares = add(v.squares, z2);
    v.fourths = add(v.fourths, multiply(z2, z2));
  }
  double off = (sum / v.count - mean.hi) - mean.lo;
  if (off * off > 1e-24 * v.squares.hi / v.count) centre_again(x, n, used, by, mean, z, &v);
  return v;
}

/* Values that do not vary leave z as it was. */
sw_centred sw_centre(const double *x, int64_t n, const bool *used, double *z) {
  scale by = {1, 1};
  if (find_scale(x, n, used, &by)) return deviations(x, n, used, by, z);
  return (sw_centred){.varies = false};
}

/* (a Q^2 - b F)/Q^2, the difference in twice the digits: it cancels where the kurtosis is near
 * a/b. */
double sw_centred_remainder(const sw_centred *v, double a, double b) {
  sw_wide squared = multiply(v->squares, v->squares);
  sw_wide rest = add(multiply(wide_of(a), squared), multiply(wide_of(-b), v->fourths));
  return rest.hi / squared.hi;
}

/* Bandwidths by hand, densities by the plain sum, and modes. Numbers of R are in tests/measure. */
#include "kernel/series/density.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

/* s = sqrt(2.5), IQR = 2, of 5 values: 2/1.34 is less. */
Test(density, silverman) {
  static const double x[] = {1, 2, 3, 4, 5}, tied[] = {1, 1, 1, 1, 1, 1, 9};
  NEAR(sw_density_silverman(x, 5), .9 * 2 / 1.34 * pow(5, -.2), 1e-15);
  /* Without a range of quartiles: s alone. */
  NEAR(sw_density_silverman(tied, 7), .9 * 8 / sqrt(7) * pow(7, -.2), 1e-14);
  cr_expect(isnan(sw_density_silverman(x, 1)) && isnan(sw_density_silverman(x, 0)));
  cr_expect(isnan(sw_density_silverman(tied, 5)), "constant");
}

/* Constant up to rounding is constant: .1 + .2 is not .3. */
Test(density, constant) {
  static const double x[] = {.3, .3, .1 + .2};
  cr_expect(isnan(sw_density_silverman(x, 3)));
  cr_expect(isnan(sw_density_sheather_jones(x, 3)));
  cr_expect(isnan(sw_density_sheather_jones(x, 1)));
}

static int ascending(const void *a, const void *b) {
  const double *x = a, *y = b;
  return (*x > *y) - (*x < *y);
}

/* Scaling and moving values scales the bandwidth; it is in the bracket that it is searched in, or
 * near it. */
Test(density, sheather_jones) {
  enum { N = 400 };
  double x[N], y[N];
  uint64_t state = 3;
  for (int i = 0; i < N; i++) {
    double sum = 0;
    for (int k = 0; k < 12; k++) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      sum += (double)(state >> 11) * 0x1p-53;
    }
    x[i] = i % 3 ? sum : sum + 4;
  }
  qsort(x, N, sizeof *x, ascending);
  for (int i = 0; i < N; i++)
    y[i] = 64 * x[i];
  double h = sw_density_sheather_jones(x, N);
  NEAR(sw_density_sheather_jones(y, N), 64 * h, 1e-12);
  cr_expect(h > 0 && h < sw_density_silverman(x, N), "two humps: narrower than the rule of thumb");
}

Test(density, plain_sum) {
  enum { N = 1003, POINTS = 37 };
  static double x[N];
  double at[POINTS], density[POINTS], one[1];
  uint64_t state = 5;
  for (int i = 0; i < N; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x[i] = (double)(state >> 11) * 0x1p-53 * (i % 10 ? 1 : 30);
  }
  for (int k = 0; k < POINTS; k++)
    at[k] = -1 + k;
  sw_density_at(x, N, .25, at, POINTS, density);
  for (int k = 0; k < POINTS; k++) {
    double sum = 0;
    for (int i = 0; i < N; i++)
      sum += exp(-.5 * pow((at[k] - x[i]) / .25, 2));
    double want = sum / (N * .25 * sqrt(2 * M_PI));
    NEAR(density[k], want, 1e-13 * want + 1e-300);
    /* A point's bits do not depend on the others. */
    sw_density_at(x, N, .25, at + k, 1, one);
    cr_expect_eq(one[0], density[k]);
  }
  /* Far from all values: nothing, and no remainder of where exponentials end. */
  at[0] = 1e6;
  sw_density_at(x, N, .25, at, 1, density);
  cr_expect_eq(density[0], 0);
}

Test(density, modes) {
  static const double two[] = {0, 3, 1, 2, 0}, plateau[] = {0, 2, 2, 2, 1, 5, 5, 0};
  static const double stray[] = {0, .009, 0, 1, 0, .01, 0}, ends[] = {2, 1, 2}, flat[] = {1, 1};
  static const double none[] = {0, 0, 0};
  cr_expect_eq(sw_density_modes(two, 5, .01), 2);
  cr_expect_eq(sw_density_modes(plateau, 8, .01), 2);
  cr_expect_eq(sw_density_modes(stray, 7, .01), 2);
  cr_expect_eq(sw_density_modes(stray, 7, 0), 3);
  cr_expect_eq(sw_density_modes(ends, 3, .01), 2);
  cr_expect_eq(sw_density_modes(flat, 2, .01), 1);
  cr_expect_eq(sw_density_modes(none, 3, .01), 0);
}

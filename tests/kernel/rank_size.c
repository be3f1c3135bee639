/* Primacy and rank-size by hand, against a plain loop, and what is not defined. */
#include "kernel/series/rank_size.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define NEAR(a, b, tolerance)                                                                      \
  cr_expect(fabs((a) - (b)) <= (tolerance), "%.17g for %.17g", (double)(a), (double)(b))

enum { MOST = 512 };

static sw_rank_size of(const double *ascending, int64_t n, int64_t top) {
  double scratch[MOST];
  return sw_rank_size_of(ascending, n, top, scratch);
}

/* Eleven sizes: 12/9, 12/(9 + 8 + 7), 24/(9 + 8 + ... + 1 + 0). */
Test(rank_size, primacy) {
  static const double size[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12};
  sw_rank_size r = of(size, 11, INT64_MAX);
  NEAR(r.primacy_2, 12. / 9, 1e-15);
  NEAR(r.primacy_4, .5, 1e-15);
  NEAR(r.primacy_11, 24. / 45, 1e-15);
  r = of(size + 1, 10, INT64_MAX);
  cr_expect(isnan(r.primacy_11), "ten sizes");
  r = of(size + 8, 3, INT64_MAX);
  NEAR(r.primacy_2, 12. / 9, 1e-15);
  cr_expect(isnan(r.primacy_4), "three sizes");
  r = of(size + 10, 1, INT64_MAX);
  cr_expect(isnan(r.primacy_2), "one size");
}

/* S = 8, 4, 2 and ranks 1, 2, 3: slope of ln(R - 1/2) = ln .5, ln 1.5, ln 2.5 on ln 2 x (3, 2, 1).
 */
Test(rank_size, slopes_by_hand) {
  static const double size[] = {2, 4, 8};
  sw_rank_size r = of(size, 3, INT64_MAX);
  NEAR(r.zeta, log(5) / (2 * log(2)), 1e-14);
  NEAR(r.zeta_se, r.zeta * sqrt(2. / 3), 1e-15);
  /* ln R = 0, ln 2, ln 3: deviations from their mean, times those of ln S, over their squares. */
  double m = log(6) / 3, squares = m * m + pow(log(2) - m, 2) + pow(log(3) - m, 2);
  NEAR(r.zipf, log(2) * log(3) / squares, 1e-14);
}

/* S_R = 1/(R - 1/2)^(1/zeta) is the rule itself. */
Test(rank_size, exact_rule) {
  static double size[MOST];
  for (int i = 0; i < MOST; i++)
    size[MOST - 1 - i] = 1e6 * pow(i + .5, -1 / .8);
  sw_rank_size r = of(size, MOST, INT64_MAX);
  NEAR(r.zeta, .8, 1e-12);
  r = of(size, MOST, 20);
  NEAR(r.zeta, .8, 1e-12);
  NEAR(r.zeta_se, .8 * sqrt(2. / 20), 1e-12);
}

static int up(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Plain loops over the largest 100 of 300, of which some are zero. */
Test(rank_size, plain_loop) {
  static double size[300];
  for (int i = 0; i < 300; i++)
    size[i] = i % 10 ? exp(fmod(i * .61803398875, 1) * 5) : 0;
  qsort(size, 300, sizeof *size, up);
  for (int top = 100; top <= 1000; top += 900) {
    int n = top == 100 ? 100 : 270;
    double s1 = 0, r1 = 0, q1 = 0, ss = 0, rs = 0, qq = 0, qs = 0;
    for (int k = 1; k <= n; k++) {
      double s = log(size[300 - k]), r = log(k - .5), q = log(k);
      s1 += s, r1 += r, q1 += q;
      ss += s * s, rs += r * s, qq += q * q, qs += q * s;
    }
    sw_rank_size found = of(size, 300, top);
    NEAR(found.zeta, -(rs - r1 * s1 / n) / (ss - s1 * s1 / n), 1e-10);
    NEAR(found.zipf, -(qs - q1 * s1 / n) / (qq - q1 * q1 / n), 1e-10);
    NEAR(found.zeta_se, found.zeta * sqrt(2. / n), 1e-15);
  }
}

Test(rank_size, undefined) {
  static const double two[] = {0, 0, 3, 5}, equal[] = {7, 7, 7, 7}, zero[] = {0, 0, 0, 0},
                      alone[] = {0, 0, 0, 9};
  sw_rank_size r = of(two, 4, INT64_MAX);
  cr_expect(isnan(r.zeta) && isnan(r.zeta_se) && isnan(r.zipf), "two above zero");
  NEAR(r.primacy_4, 5. / 3, 1e-15);
  r = of(equal, 4, INT64_MAX);
  cr_expect(isnan(r.zeta) && isnan(r.zeta_se), "no line on equal sizes");
  NEAR(r.zipf, 0, 0);
  NEAR(r.primacy_2, 1, 0);
  r = of(zero, 4, INT64_MAX);
  cr_expect(isnan(r.primacy_2) && isnan(r.primacy_4) && isnan(r.zeta) && isnan(r.zipf));
  r = of(alone, 4, INT64_MAX);
  cr_expect(isnan(r.primacy_2) && isnan(r.primacy_4), "nothing below the line");
  r = of(NULL, 0, INT64_MAX);
  cr_expect(isnan(r.primacy_2) && isnan(r.zeta));
}

/* Sizes that differ in their last bits alone are equal. */
Test(rank_size, equal_up_to_rounding) {
  double near[] = {.1 * 3, .3, .3, .1 + .2};
  qsort(near, 4, sizeof *near, up);
  cr_expect(isnan(of(near, 4, INT64_MAX).zeta));
}

/* In another unit the exponents are the same. */
Test(rank_size, unit_has_no_say) {
  static const double size[] = {1, 2, 2, 5, 9, 11, 40},
                      larger[] = {1024, 2048, 2048, 5120, 9216, 11264, 40960};
  sw_rank_size a = of(size, 7, 5), b = of(larger, 7, 5);
  NEAR(a.zeta, b.zeta, 1e-13);
  NEAR(a.zipf, b.zipf, 1e-13);
  NEAR(a.primacy_4, b.primacy_4, 0);
}

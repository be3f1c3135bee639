/* Tails of the hypergeometric distribution against sums of products, and where they vanish. */
#include "kernel/local/hypergeometric.h"

#include <criterion/criterion.h>
#include <math.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect_leq(fabs((actual) - (wanted)), (tolerance), "%.17g, not %.17g", (double)(actual),      \
                (double)(wanted))

static double choose(int n, int k) {
  double c = 1;
  for (int j = 1; j <= k; j++)
    c = c * (n - k + j) / j;
  return k < 0 || k > n ? 0 : c;
}

Test(hypergeometric, small) {
  for (int all = 1; all <= 12; all++)
    for (int ones = 0; ones <= all; ones++)
      for (int k = 0; k <= all; k++)
        for (int x = 0; x <= k; x++) {
          double least = 0, most = 0, up = 0, down = 0;
          if (choose(ones, x) == 0 || choose(all - ones, k - x) == 0) continue;
          for (int j = 0; j <= k; j++) {
            double p = choose(ones, j) * choose(all - ones, k - j) / choose(all, k);
            up += j >= x ? p : 0;
            down += j <= x ? p : 0;
          }
          sw_hypergeometric(all, ones, k, x, &least, &most);
          NEAR(least, up, 1e-13);
          NEAR(most, down, 1e-13);
        }
}

/* Beyond the range of a double, one tail is nothing and the other is all. */
Test(hypergeometric, far) {
  double least, most;
  sw_hypergeometric(100000, 50000, 2000, 1999, &least, &most);
  NEAR(least, 0, 1e-300);
  NEAR(most, 1, 1e-10);
  sw_hypergeometric(100000, 50000, 2000, 1, &least, &most);
  NEAR(least, 1, 1e-10);
  NEAR(most, 0, 1e-300);
}

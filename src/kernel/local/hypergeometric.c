/* The probability of one count by logarithms of binomials, those of others by ratios outward from
 * it. Each tail is summed from its own side, so a small one is no difference from 1.
 *
 * Exact p-values of local join counts: of k neighbours of a unit, drawn from `all` others of which
 * `ones` are 1, how many are 1. Cost: the number of possible counts, k at most. */
#include "kernel/local/hypergeometric.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdbool.h>

static double log_choose(double n, double k) {
  return gsl_sf_lnchoose((unsigned)n, (unsigned)k);
}

/* A count so far from its mean that its probability vanishes: all of the others lie on one side.
 * `above`: on which side of the mean k m/n the count is. */
void sw_hypergeometric(int64_t all, int64_t ones, int64_t k, int64_t count, double *at_least,
                       double *at_most) {
  double n = (double)all, m = (double)ones, draws = (double)k, x = (double)count;
  double lo = draws > n - m ? draws - (n - m) : 0, hi = draws < m ? draws : m;
  double here = 0, up = 0, down = 0;
  if (x >= lo && x <= hi)
    here = exp(log_choose(m, x) + log_choose(n - m, draws - x) - log_choose(n, draws));
  /* p(j + 1)/p(j) = (m - j)(k - j)/((j + 1)(n - m - k + j + 1)); a term of 0 ends the sum. */
  double term = here;
  for (double j = x; j < hi && term > 0; j++)
    up += term *= (m - j) * (draws - j) / ((j + 1) * (n - m - draws + j + 1));
  term = here;
  for (double j = x; j > lo && term > 0; j--)
    down += term *= j * (n - m - draws + j) / ((m - j + 1) * (draws - j + 1));
  bool above = x * n > draws * m;
  *at_least = here > 0 ? fmin(1, here + up) : !above;
  *at_most = here > 0 ? fmin(1, here + down) : above;
}

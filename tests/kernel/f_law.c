/* The F law against GSL's, its inverse, and the same bits at any place of an array. */
#include "kernel/causality/f_law.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

static const int lags[] = {1, 2, 3, 5, 12, 20}, freedom[] = {1, 2, 3, 16, 71, 76, 200, 977};
static const double at[] = {1e-9, .01, .3, .99, 1, 1.7, 3.9, 15.5764680636, 59.7188, 300, 1e5};

Test(f_law, tails) {
  for (size_t p = 0; p < sizeof lags / sizeof *lags; p++)
    for (size_t d = 0; d < sizeof freedom / sizeof *freedom; d++) {
      sw_f_law law;
      sw_f_law_make(lags[p], freedom[d], &law);
      cr_expect_lt(law.depth, SW_F_DEPTH, "p %d df %d", lags[p], freedom[d]);
      for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        double want = gsl_cdf_fdist_Q(at[k], lags[p], freedom[d]), got = sw_f_tail(&law, at[k]);
        cr_expect(fabs(got - want) <= 2e-11 * want + 1e-300, "p %d df %d F %g: %.17g, not %.17g",
                  lags[p], freedom[d], at[k], got, want);
      }
    }
}

Test(f_law, ends) {
  sw_f_law law;
  sw_f_law_make(1, 16, &law);
  cr_expect_eq(sw_f_tail(&law, 0), 1);
  cr_expect(isnan(sw_f_tail(&law, NAN)));
  cr_expect_lt(sw_f_tail(&law, INFINITY), 1e-300);
  sw_f_law_make(1, 2000, &law);
  cr_expect_eq(sw_f_tail(&law, INFINITY), 0);
}

Test(f_law, reaches) {
  sw_f_law law;
  sw_f_law_make(2, 71, &law);
  for (double p = .9; p > 1e-200; p *= .003) {
    double f = sw_f_reach(&law, p);
    cr_expect_leq(sw_f_tail(&law, f), p);
    cr_expect_gt(sw_f_tail(&law, nextafter(f, 0)), p);
  }
}

Test(f_law, any_place) {
  enum { N = 150 };
  double f[N], p[N], one = 0;
  sw_f_law law;
  sw_f_law_make(1, 76, &law);
  for (int k = 0; k < N; k++)
    f[k] = exp(.1 * k - 7);
  sw_f_tails(&law, N, f, p);
  for (int k = 0; k < N; k++) {
    one = sw_f_tail(&law, f[k]);
    cr_expect_eq(memcmp(&one, &p[k], sizeof one), 0);
    if (k) cr_expect_leq(p[k], p[k - 1]);
  }
}

/* .5 ln(RSS0/RSS1), as F says it (shared oracles: 36 to 48 of the US states, one lag). */
Test(f_law, entropy) {
  sw_f_law law;
  double f = 15.5764680636, out = 0;
  sw_f_law_make(1, 76, &law);
  sw_f_entropies(&law, 1, &f, &out);
  cr_expect(fabs(out - .09322049976) < 1e-11, "%.12g", out);
}

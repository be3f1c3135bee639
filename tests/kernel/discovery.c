/* Discovery rates by counting, against sorted p-values of all tests: any cut into parts, ties, few
 * and many that are about equally strong. */
#include "kernel/causality/discovery.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 60000 };

static sw_f_law law;
static double f[MOST], work[MOST];
static int rounds;

static int descending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/* How many the rule rejects, by sorted p; *least: the weakest strength among them. */
static int64_t by_sorting(const sw_discovery_law *rule, int64_t n, const double *strength,
                          double *least) {
  double *sorted = malloc((size_t)n * sizeof *sorted), level = rule->alpha;
  int64_t m = 0, rejected = 0;
  for (int64_t k = 0; k < n; k++)
    if (!isnan(strength[k])) sorted[m++] = strength[k];
  qsort(sorted, (size_t)m, sizeof *sorted, descending);
  double sum = 0;
  for (int64_t k = m; k > 0; k--)
    sum += 1.0 / (double)k;
  if (rule->rule == SW_BY) level /= sum;
  for (int64_t k = 0; k < m; k++) {
    if (k < m - 1 && sorted[k + 1] == sorted[k]) continue; /* ties take the last rank */
    double p = sw_discovery_p(rule, sorted[k]);
    double limit = rule->rule == SW_UNCORRECTED ? level : level * (double)(k + 1) / (double)m;
    if (p <= limit) rejected = k + 1, *least = sorted[k];
  }
  free(sorted);
  return rejected;
}

static sw_discovery by_counting(const sw_discovery_law *rule, int64_t n, const double *strength,
                                int64_t part) {
  sw_discovery d;
  sw_discovery_count *all = malloc(sizeof *all), *one = malloc(sizeof *one);
  sw_discovery_begin(rule, &d);
  for (rounds = 0; !d.settled; rounds++) {
    cr_assert_lt(rounds, 12);
    sw_discovery_clear(&d, all);
    for (int64_t at = 0; at < n; at += part) {
      sw_discovery_clear(&d, one);
      sw_discovery_see(&d, n - at < part ? n - at : part, strength + at, work, one);
      sw_discovery_join(&d, all, one);
    }
    sw_discovery_narrow(rule, all, &d);
  }
  free(all);
  free(one);
  return d;
}

static void expect_same(sw_discovery_rule kind, double alpha, bool by_p, int64_t n,
                        const double *strength, int64_t part) {
  sw_discovery_law rule = {.rule = kind, .alpha = alpha, .by_p = by_p, .law = &law};
  double least = INFINITY;
  int64_t want = by_sorting(&rule, n, strength, &least);
  sw_discovery d = by_counting(&rule, n, strength, part);
  cr_expect_eq(d.rejected, want, "rule %d alpha %g: %lld, not %lld", (int)kind, alpha,
               (long long)d.rejected, (long long)want);
  if (want > 0 && kind != SW_UNCORRECTED)
    cr_expect_eq(d.least, least, "rule %d: %.17g, not %.17g", (int)kind, d.least, least);
}

static void expect_all(int64_t n, int64_t part) {
  static double p[MOST], strength[MOST];
  sw_f_tails(&law, n, f, p);
  sw_discovery_of_p(n, p, strength);
  for (sw_discovery_rule rule = SW_BH; rule <= SW_UNCORRECTED; rule++)
    for (double alpha = .5; alpha > .004; alpha /= 2.1) {
      expect_same(rule, alpha, false, n, f, part);
      expect_same(rule, alpha, true, n, strength, part);
    }
}

/* t with 16 degrees of freedom, squared: F of nothing; some are shifted. */
static void draw(int64_t n, double found, double shift) {
  sw_f_law_make(1, 16, &law);
  for (int64_t k = 0; k < n; k++) {
    double u = (rand() + .5) / ((double)RAND_MAX + 1);
    f[k] = sw_f_reach(&law, u) + (rand() < found * RAND_MAX ? shift : 0);
  }
}

Test(discovery, against_sorting) {
  srand(3);
  for (int turn = 0; turn < 12; turn++) {
    draw(4000, .02 * turn, 3 * turn);
    f[17] = f[400] = NAN;
    expect_all(4000, turn % 2 ? 4000 : 77);
  }
}

/* Thousands are equal, at what decides and elsewhere. */
Test(discovery, ties) {
  srand(4);
  for (int turn = 0; turn < 8; turn++) {
    draw(6000, .1, 20);
    for (int64_t k = 0; k < 6000; k++)
      f[k] = floor(f[k] * (turn + 1)) / (turn + 1);
    expect_all(6000, 1000);
  }
}

/* More in question than are collected at once: they are told apart bin by bin. */
Test(discovery, many_in_question) {
  srand(5);
  sw_f_law_make(1, 16, &law);
  for (int64_t k = 0; k < MOST; k++)
    f[k] = 12 + 1e-7 * rand() / RAND_MAX;
  f[0] = 1;
  for (double p = .3; p > 1e-4; p /= 1.7)
    expect_same(SW_BH, p, false, MOST, f, MOST);
  /* All pass or none does, but where alpha is about their p. */
  double p = sw_f_tail(&law, 12 + .5e-7);
  for (int k = -3; k <= 3; k++)
    expect_same(SW_BH, p * (1 + 1e-9 * k), false, MOST, f, 3000);
}

Test(discovery, nothing) {
  sw_discovery_law rule = {.rule = SW_BH, .alpha = .05, .law = &law};
  draw(500, 0, 0);
  for (int64_t k = 0; k < 500; k++)
    if (f[k] > 8) f[k] = 1;
  sw_discovery d = by_counting(&rule, 500, f, 100);
  cr_expect_eq(d.rejected, 0);
  cr_expect(isinf(d.least));
  for (int64_t k = 0; k < 500; k++)
    f[k] = NAN;
  d = by_counting(&rule, 500, f, 100);
  cr_expect_eq(d.tests, 0);
  cr_expect_eq(d.rejected, 0);
}

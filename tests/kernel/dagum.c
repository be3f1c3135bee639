/* Groups against each other by the definition over all pairs of units, and the identities. */
#include "kernel/classes/dagum.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

enum { N = 300, GROUPS = 7, EMPTY = GROUPS - 1 };
static double x[N], w[N];
static int32_t group[N];
static void *workspace;
static double *scratch;
static sw_dagum of;

static void make(void) {
  uint64_t state = 11;
  for (int i = 0; i < N; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x[i] = (double)(1 + (state >> 40) % 500); /* ties happen */
    w[i] = (double)(1 + (state >> 20) % 50);
    group[i] = (int32_t)((state >> 33) % EMPTY);
    x[i] += 40 * group[i];
  }
  workspace = malloc(sw_inequality_workspace(N, GROUPS));
  scratch = malloc(sw_dagum_scratch(GROUPS) * sizeof *scratch);
  of = sw_dagum_in(malloc(sw_dagum_numbers(GROUPS) * sizeof(double)), GROUPS);
}

static sw_sample compute(const double *y, const double *weight, int64_t n) {
  sw_sample sample = sw_inequality_sample_make(y, weight, n, workspace);
  sw_dagum_compute(&sample, group, &of, scratch);
  return sample;
}

/* Mean of |y - z| over pairs of both groups, and of y - z where that is above 0. */
static double apart(int j, int h, double *above) {
  double sum = 0, pairs = 0;
  *above = 0;
  for (int a = 0; a < N; a++)
    for (int b = 0; b < N; b++) {
      if (group[a] != j || group[b] != h) continue;
      pairs += w[a] * w[b];
      sum += w[a] * w[b] * fabs(x[a] - x[b]);
      *above += w[a] * w[b] * (x[a] > x[b] ? x[a] - x[b] : 0);
    }
  *above /= pairs;
  return sum / pairs;
}

Test(dagum, by_pairs, .init = make) {
  double share[GROUPS] = {0}, mean[GROUPS] = {0}, all = 0;
  for (int i = 0; i < N; i++) {
    share[group[i]] += w[i];
    mean[group[i]] += w[i] * x[i];
    all += w[i];
  }
  compute(x, w, N);
  for (int j = 0; j < EMPTY; j++) {
    mean[j] /= share[j];
    NEAR(of.share[j], share[j] / all, 1e-15);
    NEAR(of.mean[j], mean[j], 1e-11);
  }
  for (int j = 0; j < EMPTY; j++)
    for (int h = 0; h < EMPTY; h++) {
      double over, under, both = apart(j, h, &over), at = (mean[j] + mean[h]);
      apart(h, j, &under);
      NEAR(sw_dagum_between(&of, j, h), both / at, 1e-13);
      NEAR(sw_dagum_apart(&of, j, h), fabs(over - under) / (over + under), 1e-13);
      cr_expect_eq(sw_dagum_between(&of, j, h), sw_dagum_between(&of, h, j));
      if (j == h) NEAR(of.gini[j], both / at, 1e-13);
    }
}

Test(dagum, theil_of_each, .init = make) {
  sw_sample sample = compute(x, w, N);
  sw_inequality_parts parts = sw_inequality_by_group(&sample, group, GROUPS, N, workspace);
  double within = 0;
  for (int g = 0; g < EMPTY; g++)
    within += of.share[g] * of.mean[g] / sample.mean * of.theil_t[g];
  NEAR(within, parts.theil_t_within, 1e-14);
}

Test(dagum, shares_sum_to_one, .init = make) {
  for (int weighted = 0; weighted < 2; weighted++) {
    sw_sample sample = compute(x, weighted ? w : NULL, N);
    double gini = sw_inequality_compute(&sample).gini, sum = 0, net = 0;
    sw_inequality_parts parts = sw_inequality_by_group(&sample, group, GROUPS, N, workspace);
    for (int j = 0; j < GROUPS; j++)
      for (int h = 0; h < GROUPS; h++) {
        sum += of.excess[j * GROUPS + h] / (sample.mean * gini);
        if (h < j) net += fabs(of.excess[j * GROUPS + h] - of.excess[h * GROUPS + j]);
      }
    NEAR(sum, 1, 1e-13);
    NEAR(net / sample.mean, parts.gini_between_net, 1e-14);
  }
}

Test(dagum, empty_group, .init = make) {
  compute(x, w, N);
  cr_expect_eq(of.count[EMPTY], 0);
  cr_expect_eq(of.share[EMPTY], 0);
  cr_expect(isnan(of.mean[EMPTY]) && isnan(of.gini[EMPTY]) && isnan(of.theil_t[EMPTY]));
  cr_expect(isnan(sw_dagum_between(&of, 0, EMPTY)) && isnan(sw_dagum_apart(&of, EMPTY, 0)));
}

/* Values that no sum is exact of: equal ones within a group give exactly 0, and groups that do not
 * overlap are apart by exactly 1. */
Test(dagum, equal_within, .init = make) {
  for (int i = 0; i < N; i++)
    x[i] = .1 + .7 * group[i];
  compute(x, w, N);
  for (int j = 0; j < EMPTY; j++) {
    cr_expect_eq(of.mean[j], .1 + .7 * j);
    cr_expect(of.gini[j] == 0 && of.theil_t[j] == 0, "group %d", j);
    for (int h = 0; h < j; h++)
      cr_expect_eq(sw_dagum_apart(&of, j, h), 1);
  }
}

Test(dagum, zeros_and_single_units, .init = make) {
  double y[] = {0, 0, 5, 0};
  int32_t of_unit[] = {0, 0, 1, 2};
  for (int i = 0; i < 4; i++)
    group[i] = of_unit[i];
  compute(y, NULL, 4);
  cr_expect(isnan(of.gini[0]) && isnan(of.theil_t[0]), "all are zero");
  cr_expect(isnan(sw_dagum_between(&of, 0, 2)), "both are zero");
  cr_expect_eq(sw_dagum_apart(&of, 0, 2), 0);
  cr_expect_eq(of.gini[1], 0, "one unit");
  cr_expect_eq(of.theil_t[1], 0);
  NEAR(sw_dagum_between(&of, 0, 1), 1, 1e-15);
}

/* Inequality against its definition by pairs, and the identities of its parts. */
#include "kernel/series/inequality.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

enum { N = 300, GROUPS = 7 };
static double x[N], w[N];
static int32_t group[N];
static void *workspace;

static void make(void) {
  uint64_t state = 7;
  for (int i = 0; i < N; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    x[i] = (double)(1 + (state >> 40) % 1000); /* ties happen */
    w[i] = (double)(1 + (state >> 20) % 50);
    group[i] = (int32_t)((state >> 33) % (GROUPS - 1)); /* the last group is empty */
  }
  workspace = malloc(sw_inequality_workspace(N, GROUPS));
}

/* d (or p) of Dagum by its definition, for groups j and h with any means. */
static double excess(int j, int h) {
  double sum = 0, pairs = 0;
  for (int a = 0; a < N; a++)
    for (int b = 0; b < N; b++) {
      if (group[a] != j || group[b] != h) continue;
      pairs += w[a] * w[b];
      sum += w[a] * w[b] * (x[a] > x[b] ? x[a] - x[b] : 0);
    }
  return sum / pairs;
}

Test(inequality, gini_by_pairs, .init = make) {
  double sum = 0, weight = 0, mean = 0;
  for (int a = 0; a < N; a++) {
    weight += w[a];
    mean += w[a] * x[a];
  }
  mean /= weight;
  for (int a = 0; a < N; a++)
    for (int b = 0; b < N; b++)
      sum += w[a] * w[b] * fabs(x[a] - x[b]);
  sw_sample sample = sw_inequality_sample_make(x, w, N, workspace);
  NEAR(sw_inequality_compute(&sample).gini, sum / (weight * weight) / (2 * mean), 1e-14);
}

Test(inequality, parts_by_definition, .init = make) {
  double share[GROUPS] = {0}, mean[GROUPS] = {0}, all = 0, total = 0;
  for (int i = 0; i < N; i++) {
    share[group[i]] += w[i];
    mean[group[i]] += w[i] * x[i];
    all += w[i];
    total += w[i] * x[i];
  }
  double net = 0, overlap = 0, within = 0, mu = total / all;
  for (int g = 0; g < GROUPS - 1; g++) {
    mean[g] /= share[g];
    share[g] /= all;
  }
  for (int j = 0; j < GROUPS - 1; j++) {
    within += 2 * excess(j, j) / (2 * mean[j]) * share[j] * share[j] * mean[j] / mu;
    for (int h = 0; h < GROUPS - 1; h++) {
      if (h == j || mean[j] < mean[h]) continue;
      double d = excess(j, h), p = excess(h, j), of_pair = (d + p) / (mean[j] + mean[h]);
      double both = share[j] * share[h] * (mean[h] + mean[j]) / mu, apart = (d - p) / (d + p);
      net += of_pair * both * apart;
      overlap += of_pair * both * (1 - apart);
    }
  }
  sw_sample sample = sw_inequality_sample_make(x, w, N, workspace);
  sw_inequality_parts parts = sw_inequality_by_group(&sample, group, GROUPS, N, workspace);
  NEAR(parts.gini_within, within, 1e-14);
  NEAR(parts.gini_between_net, net, 1e-14);
  NEAR(parts.gini_transvariation, overlap, 1e-14);
}

Test(inequality, parts_sum, .init = make) {
  for (int weighted = 0; weighted < 2; weighted++) {
    sw_sample sample = sw_inequality_sample_make(x, weighted ? w : NULL, N, workspace);
    sw_inequality all = sw_inequality_compute(&sample);
    sw_inequality_parts parts = sw_inequality_by_group(&sample, group, GROUPS, N, workspace);
    NEAR(parts.gini_within + parts.gini_between_net + parts.gini_transvariation, all.gini, 1e-14);
    NEAR(parts.theil_t_between + parts.theil_t_within, all.theil_t, 1e-14);
    NEAR(parts.theil_l_between + parts.theil_l_within, all.theil_l, 1e-14);
  }
}

Test(inequality, missing_zero_negative, .init = make) {
  double y[4] = {0, 2, NAN, 6}, v[4] = {1, 1, 1, 0}, bad[4] = {1, NAN, 3, -2};
  sw_sample sample = sw_inequality_sample_make(y, v, 4, workspace);
  sw_inequality q = sw_inequality_compute(&sample);
  cr_expect_eq(sample.n, 2);
  NEAR(q.gini, .5, 1e-15);
  NEAR(q.theil_t, log(2), 1e-15);
  NEAR(q.hoover, .5, 1e-15);
  NEAR(q.cv, 1, 1e-15);
  cr_expect(isnan(q.theil_l));
  cr_expect_eq(sw_inequality_sample_make(bad, NULL, 4, workspace).wrong, 3);
  cr_expect_eq(sw_inequality_sample_make(v, bad, 4, workspace).wrong, 3);
  cr_expect(sw_inequality_sample_make(v, bad, 4, workspace).wrong_weight);
  sample = sw_inequality_sample_make(bad, NULL, 0, workspace);
  cr_expect(isnan(sw_inequality_compute(&sample).gini));
}

/* Six times .1: their sum over 6 is not .1. */
Test(inequality, equal_values, .init = make) {
  for (int n = 1; n <= N; n++) {
    for (int i = 0; i < n; i++)
      x[i] = .1;
    sw_sample sample = sw_inequality_sample_make(x, w, n, workspace);
    sw_inequality q = sw_inequality_compute(&sample);
    cr_assert(q.gini == 0 && q.theil_t == 0 && q.theil_l == 0 && q.hoover == 0 && q.cv == 0,
              "%d units", n);
  }
}

/* Estimates over drawn samples: their mean is the parameter, and intervals of 1.96 standard errors
 * hold it in about 95 of 100. The neighbours are those of Columbus; seeds are fixed. */
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 49, T = 6, DRAWS = 400, MOST = 8 };

typedef struct truth {
  double rho, lambda, b, t; /* of one variable */
} truth;

typedef struct sums {
  double sum[MOST], squares[MOST], held[MOST], s2;
  int count;
} sums;

static double normal(uint64_t *state) {
  double u[2];
  for (int i = 0; i < 2; i++) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    u[i] = ((double)(*state >> 11) + .5) / 0x1p53;
  }
  return sqrt(-2 * log(u[0])) * cos(2 * M_PI * u[1]);
}

/* y = A^-1 (X b + W X t + effects + B^-1 e), e of variance 1. x is drawn once. */
static void draw(spatial_set *set, const truth *is, bool effects, uint64_t *state) {
  double lag[N];
  sw_filter_set(set->filter, is->rho);
  sw_filter_set(set->other, is->lambda);
  for (int t = 0; t < set->periods; t++) {
    double *y = set->y + t * N, *x = set->x[0] + t * N, period = effects ? 3 * normal(state) : 2;
    for (int i = 0; i < N; i++)
      y[i] = normal(state);
    sw_filter_solve(set->other, 1, y, y);
    sw_filter_lag(set->filter, x, lag);
    for (int i = 0; i < N; i++)
      y[i] += is->b * x[i] + is->t * lag[i] + period + (effects ? i % 7 : 0);
    sw_filter_solve(set->filter, 1, y, y);
  }
}

static sums repeat(sw_spatial_spec spec, truth given, int periods) {
  spatial_set set = spatial_columbus();
  uint64_t state = 20261129;
  sums all = {.count = 0};
  set.k = 1;
  set.periods = periods;
  set.y = calloc(N * T, sizeof(double));
  set.x[0] = calloc(N * T, sizeof(double));
  set.column[0] = set.x[0];
  for (int i = 0; i < N * T; i++)
    set.x[0][i] = normal(&state) + i % 3;
  sw_spatial_data data = spatial_data(&set);
  void *room = aligned_alloc(64, (sw_spatial_workspace(&spec, N, periods, 1) + 63) / 64 * 64);
  for (int d = 0; d < DRAWS; d++) {
    sw_spatial_fit fit;
    draw(&set, &given, spec.fixed != SW_SPATIAL_NONE, &state);
    cr_assert_eq(sw_spatial_estimate(&spec, &data, room, &fit).code, SW_SPATIAL_FITTED);
    int at[4] = {fit.terms.x, fit.terms.lag_x, fit.terms.rho, fit.terms.lambda};
    double is[4] = {given.b, given.t, given.rho, given.lambda};
    for (int i = 0; i < 4; i++) {
      if (at[i] < 0) continue;
      double off = fit.coefficient[at[i]] - is[i];
      all.sum[i] += off;
      all.squares[i] += off * off;
      all.held[i] += fabs(off) <= 1.96 * spatial_se(&fit, at[i]);
    }
    all.s2 += fit.sigma2 / DRAWS;
  }
  return all;
}

/* `bias`: that is allowed besides what chance brings; maximum likelihood has one of order 1/(nT).
 */
static void expect_true(const char *name, const sums *s, double bias, double least) {
  for (int i = 0; i < 4; i++) {
    if (s->squares[i] == 0) continue;
    double mean = s->sum[i] / DRAWS, sd = sqrt(s->squares[i] / DRAWS - mean * mean);
    double held = s->held[i] / DRAWS;
    printf("%s %d: bias %.4f sd %.4f, held %.3f, s2 %.4f\n", name, i, mean, sd, held, s->s2);
    cr_expect(fabs(mean) < bias + 3.5 * sd / sqrt(DRAWS), "%s %d: bias %g, sd %g", name, i, mean,
              sd);
    cr_expect(held > least && held < .99, "%s %d: %g are held", name, i, held);
  }
}

Test(spatial_monte_carlo, lag_of_a_cross_section) {
  sums s = repeat((sw_spatial_spec){.form = SW_SPATIAL_LAG}, (truth){.5, 0, 1, 0}, 1);
  expect_true("lag", &s, .03, .9);
}

Test(spatial_monte_carlo, error_pooled) {
  sums s = repeat((sw_spatial_spec){.form = SW_SPATIAL_ERROR}, (truth){0, .5, 1, 0}, T);
  expect_true("error", &s, .01, .92);
}

Test(spatial_monte_carlo, sac_pooled) {
  sums s = repeat((sw_spatial_spec){.form = SW_SPATIAL_SAC}, (truth){.5, -.3, 1, 0}, T);
  expect_true("sac", &s, .02, .91);
}

/* With both effects Lee & Yu's transformation has no bias; plain demeaning has one in rho and s2.
 */
Test(spatial_monte_carlo, durbin_two_way) {
  sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN, .fixed = SW_SPATIAL_TWO_WAY};
  sums s = repeat(spec, (truth){.4, 0, 1, -.5}, T);
  expect_true("lee-yu", &s, .01, .92);
  cr_expect(fabs(s.s2 - 1) < .03, "s2 %g", s.s2);
  spec.correction = SW_SPATIAL_PLAIN;
  s = repeat(spec, (truth){.4, 0, 1, -.5}, T);
  cr_expect_lt(s.sum[2] / DRAWS, -.03, "rho of plain demeaning is too low");
  cr_expect_lt(s.s2, .85, "and s2, by (T - 1)/T at least");
}

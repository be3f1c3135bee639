/* Random effects, dynamic panels and moments over drawn samples: their mean is the parameter, and
 * intervals of 1.96 standard errors hold it in about 95 of 100. The neighbours are those of
 * Columbus; seeds are fixed. */
#include "kernel/spatial_real.h"

enum { N = 49, T = 12, DRAWS = 300, KINDS = 6, BURN = 30 };

typedef struct truth {
  double rho, lambda, b, past, past_lag, phi;
  bool baltagi;
} truth;

typedef struct sums {
  double sum[KINDS], squares[KINDS], held[KINDS];
  bool has[KINDS];
} sums;

static double normal(uint64_t *state) {
  double u[2];
  for (int i = 0; i < 2; i++) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    u[i] = ((double)(*state >> 11) + .5) / 0x1p53;
  }
  return sqrt(-2 * log(u[0])) * cos(2 * M_PI * u[1]);
}

/* y = A^-1 (past y(-1) + past_lag W y(-1) + 1 + b x + mu + B^-1 (e + nu)), e of variance 1, mu of
 * baltagi's form or nu of kkp's of variance phi. */
static void draw(real_space *s, const truth *is, uint64_t *state) {
  double effect[N], before[N] = {0}, lag[N];
  sw_filter_set(s->data.w, is->rho);
  sw_filter_set(s->data.w2, is->lambda);
  for (int i = 0; i < N; i++)
    effect[i] = sqrt(is->phi) * normal(state);
  for (int t = is->past == 0 ? 0 : -BURN; t < T; t++) {
    double *y = s->set.y + (t < 0 ? 0 : t) * N, e[N];
    const double *x = s->set.x[0] + (t < 0 ? 0 : t) * N;
    for (int i = 0; i < N; i++)
      e[i] = normal(state) + (is->baltagi ? 0 : effect[i]);
    sw_filter_solve(s->data.w2, 1, e, e);
    sw_filter_lag(s->data.w, before, lag);
    for (int i = 0; i < N; i++)
      y[i] = 1 + e[i] + (is->baltagi ? effect[i] : 0) + is->b * x[i] + is->past * before[i] +
             is->past_lag * lag[i];
    sw_filter_solve(s->data.w, 1, y, y);
    memcpy(before, y, sizeof before);
  }
}

static real_space *sample(uint64_t *state) {
  real_space *s = real_space_of(spatial_columbus());
  s->set.y = calloc(N * T, sizeof(double));
  s->set.x[0] = calloc(N * T, sizeof(double));
  s->set.column[0] = s->set.x[0];
  for (int i = 0; i < N * T; i++)
    s->set.x[0][i] = normal(state) + i % 3;
  s->set.k = 1;
  s->set.periods = T;
  s->data = spatial_data(&s->set);
  real_ridge(s);
  return s;
}

static sums repeat(sw_spatial_spec spec, truth given) {
  uint64_t state = 20261129;
  real_space *s = sample(&state);
  sums all = {.sum = {0}};
  void *room = real_memory(sw_spatial_workspace(&spec, N, T, 1));
  for (int d = 0; d < DRAWS; d++) {
    sw_spatial_fit fit;
    draw(s, &given, &state);
    cr_assert_eq(sw_spatial_estimate(&spec, &s->data, room, &fit).code, SW_SPATIAL_FITTED);
    const sw_spatial_terms *t = &fit.terms;
    const int at[KINDS] = {t->rho, t->lambda, t->x, t->y_before, t->lag_y_before, -1};
    const double is[KINDS] = {given.rho,  given.lambda,   given.b,
                              given.past, given.past_lag, given.phi};
    for (int i = 0; i < KINDS; i++) {
      bool of_phi = i == KINDS - 1;
      all.has[i] = of_phi ? isfinite(fit.phi_se) : at[i] >= 0;
      if (!all.has[i]) continue;
      double off = (of_phi ? fit.phi : fit.coefficient[at[i]]) - is[i];
      all.sum[i] += off;
      all.squares[i] += off * off;
      all.held[i] += fabs(off) <= 1.96 * (of_phi ? fit.phi_se : spatial_se(&fit, at[i]));
    }
  }
  return all;
}

/* `bias`: that is allowed besides what chance brings. */
static void expect_true(const char *name, const sums *s, double bias, double least) {
  static const char *const kind[KINDS] = {"rho", "lambda", "b", "y(-1)", "W y(-1)", "phi"};
  for (int i = 0; i < KINDS; i++) {
    if (!s->has[i]) continue;
    double mean = s->sum[i] / DRAWS, sd = sqrt(s->squares[i] / DRAWS - mean * mean);
    double held = s->held[i] / DRAWS, allowed = i == KINDS - 1 ? 5 * bias : bias;
    printf("%s %s: bias %.4f sd %.4f, held %.3f\n", name, kind[i], mean, sd, held);
    cr_expect(fabs(mean) < allowed + 3.5 * sd / sqrt(DRAWS), "%s %s: bias %g, sd %g", name, kind[i],
              mean, sd);
    cr_expect(held > least && held < .995, "%s %s: %g are held", name, kind[i], held);
  }
}

Test(spatial_drawn, random_lag) {
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_RANDOM};
  sums s = repeat(spec, (truth){.rho = .4, .b = 1, .phi = 2, .baltagi = true});
  expect_true("random lag", &s, .01, .9);
}

Test(spatial_drawn, random_kkp) {
  sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR, .fixed = SW_SPATIAL_RANDOM};
  sums s = repeat(spec, (truth){.lambda = .5, .b = 1, .phi = 2});
  expect_true("kkp", &s, .01, .9);
}

Test(spatial_drawn, random_baltagi) {
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_ERROR, .fixed = SW_SPATIAL_RANDOM, .effects_form = SW_SPATIAL_BALTAGI};
  sums s = repeat(spec, (truth){.lambda = .5, .b = 1, .phi = 2, .baltagi = true});
  expect_true("baltagi", &s, .01, .9);
}

/* Without the correction y(-1) is too low by about 1/T, and its intervals miss. */
Test(spatial_drawn, dynamic) {
  sw_spatial_spec spec = {
      .form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT, .dynamic = SW_SPATIAL_DYNAMIC_SPACE};
  truth given = {.rho = .3, .b = 1, .past = .4, .past_lag = .1, .phi = 1, .baltagi = true};
  sums s = repeat(spec, given);
  expect_true("dynamic", &s, .012, .88);
  spec.correction = SW_SPATIAL_PLAIN;
  sums plain = repeat(spec, given);
  cr_expect_lt(plain.sum[3] / DRAWS, -.02, "y(-1) without a correction: bias %g",
               plain.sum[3] / DRAWS);
  cr_expect_lt(plain.held[3], s.held[3]);
}

Test(spatial_drawn, moments) {
  sw_spatial_spec spec = {.form = SW_SPATIAL_SAC, .method = SW_SPATIAL_GM};
  sums s = repeat(spec, (truth){.rho = .4, .lambda = .4, .b = 1});
  expect_true("sac by moments", &s, .015, .88);
  spec = (sw_spatial_spec){
      .form = SW_SPATIAL_ERROR, .fixed = SW_SPATIAL_RANDOM, .method = SW_SPATIAL_GM};
  s = repeat(spec, (truth){.lambda = .5, .b = 1, .phi = 2});
  expect_true("kkp by moments", &s, .015, .9);
}

/* With hardly any effect there may be two maxima, one without effects: the greater is found. */
Test(spatial_drawn, no_less_than_pooled) {
  uint64_t state = 7;
  real_space *s = sample(&state);
  for (int d = 0; d < 40; d++) {
    draw(s, &(truth){.lambda = .6, .b = 1, .phi = .03, .baltagi = true}, &state);
    sw_spatial_spec spec = {.form = SW_SPATIAL_ERROR};
    double pooled = real_fit(&spec, s).loglik;
    spec.fixed = SW_SPATIAL_RANDOM;
    cr_expect_geq(real_fit(&spec, s).loglik, pooled - 1e-9);
    spec.effects_form = SW_SPATIAL_BALTAGI;
    cr_expect_geq(real_fit(&spec, s).loglik, pooled - 1e-6);
  }
}

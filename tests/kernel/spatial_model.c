/* What holds of spatial models whatever the data: other orders of units, other units of
 * measurement, several maxima; and what is refused. */
#include "kernel/spatial_data.h"

#include <criterion/criterion.h>
#include <math.h>

enum { N = 30, T = 5 };

static double uniform(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 40) / 0x1p24 - .5;
}

/* A ring in which each has two neighbours on each side, some weights larger; y rises with x and
 * with the neighbours' x. `place[i]`: where unit i stands; NULL: at i. */
static spatial_set ring(const int *place, bool row) {
  static int64_t start[N + 1];
  spatial_set set = {.n = N, .periods = T, .k = 2};
  int32_t *to = calloc(4 * N, sizeof *to), unit[N];
  double *weight = calloc(4 * N, sizeof *weight);
  for (int i = 0; i < N; i++)
    unit[place ? place[i] : i] = i;
  for (int p = 0; p < N; p++) {
    double own[N] = {0};
    for (int s = 1; s <= 2; s++) {
      int next = (unit[p] + s) % N, before = (unit[p] + N - s) % N;
      own[place ? place[next] : next] = s == 1 ? 2 : 1;
      own[place ? place[before] : before] = unit[p] % 3 == 0 ? 3 : 1;
    }
    start[p + 1] = start[p];
    for (int j = 0; j < N; j++)
      if (own[j] > 0) {
        to[start[p + 1]] = j;
        weight[start[p + 1]++] = row ? own[j] : own[j] / 7;
      }
  }
  double *column[3];
  uint64_t state = 99;
  for (int v = 0; v < 3; v++)
    column[v] = calloc(N * T, sizeof(double));
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++) {
      int at = t * N + (place ? place[i] : i);
      column[0][at] = uniform(&state) + i % 5 + sin(i * .3) * t;
      column[1][at] = uniform(&state) * 3;
      column[2][at] = uniform(&state);
      column[0][at] += column[1][at] - 2 * column[2][at];
    }
  set.y = column[0];
  set.x[0] = column[1];
  set.x[1] = column[2];
  set.links = spatial_links(N, start, to, weight, row);
  spatial_filters(&set);
  return set;
}

static sw_spatial_wrong try(const spatial_set *set, sw_spatial_spec spec, sw_spatial_fit *fit) {
  sw_spatial_data data = spatial_data(set);
  size_t bytes = sw_spatial_workspace(&spec, set->n, set->periods, set->k);
  return sw_spatial_estimate(&spec, &data, aligned_alloc(64, (bytes + 63) / 64 * 64), fit);
}

#define REFUSED(set, spec, wanted, place)                                                          \
  do {                                                                                             \
    sw_spatial_fit unused;                                                                         \
    sw_spatial_wrong got = try(set, (spec), &unused);                                              \
    cr_expect_eq(got.code, wanted, "code %d", (int)got.code);                                      \
    cr_expect_eq(got.index, place, "index %d", got.index);                                         \
  } while (0)

/* ---- properties --------------------------------------------------------------------------------
 */

static const sw_spatial_form forms[] = {SW_SPATIAL_LAG,    SW_SPATIAL_ERROR,
                                        SW_SPATIAL_DURBIN, SW_SPATIAL_DURBIN_ERROR,
                                        SW_SPATIAL_SLX,    SW_SPATIAL_SAC};

Test(spatial_model, other_order) {
  int place[N];
  for (int i = 0; i < N; i++)
    place[i] = (i * 7 + 3) % N;
  for (int f = 0; f < 6; f++)
    for (int fixed = SW_SPATIAL_NONE; fixed <= SW_SPATIAL_TWO_WAY; fixed++) {
      sw_spatial_spec spec = {.form = forms[f], .fixed = (sw_spatial_fixed)fixed};
      spatial_set set = ring(NULL, true);
      sw_spatial_fit a = spatial_fit(&set, spec);
      spatial_set moved = ring(place, true);
      sw_spatial_fit b = spatial_fit(&moved, spec);
      NEAR(b.loglik, a.loglik, 1e-9);
      for (int i = 0; i < a.terms.count; i++) {
        NEAR(b.coefficient[i], a.coefficient[i], 1e-9);
        NEAR(spatial_se(&b, i), spatial_se(&a, i), 1e-9);
      }
      for (int i = 0; i < N; i++)
        NEAR(b.residual[N + place[i]], a.residual[N + i], 1e-9);
    }
}

/* y in other units, x in others and from another zero: rho, lambda and t values stay. */
Test(spatial_model, other_units) {
  for (int f = 0; f < 6; f++) {
    sw_spatial_spec spec = {.form = forms[f]};
    spatial_set set = ring(NULL, true);
    sw_spatial_fit a = spatial_fit(&set, spec);
    for (int i = 0; i < N * T; i++) {
      set.y[i] *= 1e6;
      set.x[0][i] = 1e-3 * set.x[0][i] + 50;
    }
    sw_spatial_fit b = spatial_fit(&set, spec);
    NEAR(b.loglik, a.loglik - N * T * log(1e6), 1e-7);
    NEAR(b.sigma2, a.sigma2 * 1e12, 1e-7 * b.sigma2);
    NEAR(b.coefficient[1], a.coefficient[1] * 1e9, 1e-7 * fabs(b.coefficient[1]));
    NEAR(b.coefficient[2], a.coefficient[2] * 1e6, 1e-7 * fabs(b.coefficient[2]));
    for (int i = 1; i < a.terms.count; i++)
      NEAR(b.coefficient[i] / spatial_se(&b, i), a.coefficient[i] / spatial_se(&a, i), 1e-6);
    NEAR(b.pseudo_r2, a.pseudo_r2, 1e-9);
  }
}

/* A model is never worse than one within it; both find the same ones. */
Test(spatial_model, nested) {
  spatial_set set = ring(NULL, true);
  for (int fixed = SW_SPATIAL_NONE; fixed <= SW_SPATIAL_TWO_WAY; fixed++)
    for (int f = 0; f < 7; f++) {
      sw_spatial_spec spec = {.form = f < 6 ? forms[f] : SW_SPATIAL_SAC,
                              .fixed = (sw_spatial_fixed)fixed,
                              .lags_of_x = f == 6};
      sw_spatial_data data = spatial_data(&set);
      size_t bytes = sw_spatial_workspace(&spec, N, T, 2);
      void *room = aligned_alloc(64, (bytes + 63) / 64 * 64);
      sw_spatial_fit fit;
      sw_spatial_restriction lr[SW_SPATIAL_RESTRICTIONS];
      cr_assert_eq(sw_spatial_estimate(&spec, &data, room, &fit).code, SW_SPATIAL_FITTED);
      int count = sw_spatial_restrict(&data, &fit, room, lr);
      cr_assert_gt(count, 0);
      for (int i = 0; i < count; i++) {
        spec.form = lr[i].against;
        sw_spatial_fit own = spatial_fit(&set, spec);
        NEAR(own.loglik, lr[i].loglik, 1e-10);
        cr_expect_leq(own.loglik, fit.loglik + 1e-10);
        cr_expect_eq(lr[i].df, fit.terms.count - own.terms.count);
        cr_expect(lr[i].p >= 0 && lr[i].p <= 1);
      }
    }
}

Test(spatial_model, same_bits) {
  for (int f = 0; f < 6; f++) {
    spatial_set set = ring(NULL, true), again = ring(NULL, true);
    sw_spatial_spec spec = {.form = forms[f], .fixed = SW_SPATIAL_TWO_WAY};
    sw_spatial_fit a = spatial_fit(&set, spec), c = spatial_fit(&set, spec),
                   b = spatial_fit(&again, spec);
    size_t count = (size_t)a.terms.count;
    cr_expect_eq(memcmp(a.vcov, b.vcov, count * count * sizeof(double)), 0);
    cr_expect_eq(memcmp(a.vcov, c.vcov, count * count * sizeof(double)), 0,
                 "what the filter did before is no matter");
    cr_expect_eq(memcmp(a.residual, b.residual, N * T * sizeof(double)), 0);
  }
}

/* Where regressors do not matter, rho and lambda can exchange their roles: y of .8 and -.6 is
 * nearly as likely as y of -.6 and .8, and both are told. */
Test(spatial_model, two_maxima) {
  spatial_set set = ring(NULL, true);
  uint64_t state = 3;
  for (int i = 0; i < N * T; i++) {
    set.y[i] = uniform(&state) + .002 * set.x[0][i];
    set.x[1][i] = uniform(&state);
  }
  cr_assert(sw_filter_set(set.filter, -.6));
  sw_filter_solve(set.filter, T, set.y, set.y);
  cr_assert(sw_filter_set(set.filter, .8));
  sw_filter_solve(set.filter, T, set.y, set.y);
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_SAC});
  cr_expect_eq(fit.warnings, SW_SPATIAL_RUNNER_UP);
  cr_expect_lt(fit.other_loglik, fit.loglik);
  cr_expect_gt(fit.other_loglik, fit.loglik - 2);
  double rho = fit.coefficient[fit.terms.rho], lambda = fit.coefficient[fit.terms.lambda];
  cr_expect_gt(fabs(rho - lambda), 1);
  NEAR(fit.other_rho, lambda, .1);
  NEAR(fit.other_lambda, rho, .1);
}

/* Nearly a unit root, beyond the last point of the grid. */
Test(spatial_model, near_the_end) {
  spatial_set set = ring(NULL, true);
  uint64_t state = 3;
  for (int i = 0; i < N * T; i++)
    set.y[i] = uniform(&state) + set.x[0][i] + .1;
  cr_assert(sw_filter_set(set.filter, .9995));
  sw_filter_solve(set.filter, T, set.y, set.y);
  for (int i = 0; i < 2; i++) {
    sw_spatial_spec spec = {.form = i ? SW_SPATIAL_SAC : SW_SPATIAL_LAG};
    sw_spatial_fit fit = spatial_fit(&set, spec);
    cr_expect_eq(fit.warnings, 0);
    NEAR(fit.coefficient[fit.terms.rho], .9995, 1e-4);
    NEAR(fit.coefficient[1], 1, .05);
  }
}

/* Neighbours in two parts that do not meet: 1 is a double eigenvalue, and effects of periods take
 * one of them out of ln|A|. y differs by part and hardly else, so that rho is at 1. */
Test(spatial_model, at_the_edge_of_lee_yu) {
  static const int64_t start[] = {0, 2, 4, 6, 8, 10, 12};
  static const int32_t to[] = {1, 2, 0, 2, 0, 1, 4, 5, 3, 5, 3, 4};
  spatial_set set = ring(NULL, true);
  set.n = 6;
  set.links = spatial_links(6, start, to, NULL, true);
  spatial_filters(&set);
  for (int i = 0; i < 6 * T; i++)
    set.y[i] = (i % 6 < 3 ? 1 : -1) * (i / 6 - 1.7) + 1e-8 * set.x[1][i];
  for (int form = SW_SPATIAL_LAG; form <= SW_SPATIAL_ERROR; form++) {
    sw_spatial_fit fit = spatial_fit(
        &set, (sw_spatial_spec){.form = (sw_spatial_form)form, .fixed = SW_SPATIAL_TWO_WAY});
    cr_expect(fit.warnings & SW_SPATIAL_AT_EDGE);
    NEAR(fit.coefficient[2], 1, 1e-5);
  }
}

/* y grows faster and faster: the correction of bias would lead beyond 1, and is not made. */
Test(spatial_model, explosive) {
  spatial_set set = ring(NULL, true);
  uint64_t state = 5;
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++)
      set.y[t * N + i] = (1 + i % 7) * t * t + uniform(&state);
  for (int fixed = SW_SPATIAL_UNIT; fixed <= SW_SPATIAL_TWO_WAY; fixed += 2) {
    sw_spatial_spec spec = {
        .form = SW_SPATIAL_LAG, .fixed = (sw_spatial_fixed)fixed, .dynamic = SW_SPATIAL_DYNAMIC};
    sw_spatial_fit fit = spatial_fit(&set, spec);
    cr_expect(fit.warnings & SW_SPATIAL_NOT_STATIONARY);
    for (int i = 0; i < fit.terms.count; i++)
      cr_expect_eq(fit.coefficient[i], fit.uncorrected[i]);
  }
}

/* ---- constants, Lee & Yu ----------------------------------------------------------------------
 */

Test(spatial_model, lag_of_constant) {
  sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN};
  spatial_set set = ring(NULL, true);
  cr_expect(!sw_spatial_lags_constant(&spec, set.filter));
  cr_expect_eq(spatial_fit(&set, spec).terms.count, 6);
  set = ring(NULL, false);
  cr_expect(sw_spatial_lags_constant(&spec, set.filter));
  sw_spatial_fit fit = spatial_fit(&set, spec);
  cr_expect_eq(fit.terms.count, 7);
  cr_expect_eq(fit.terms.lag_constant, 3);
  cr_expect_eq(fit.terms.lag_x, 4);
  spec.fixed = SW_SPATIAL_UNIT;
  cr_expect_eq(spatial_fit(&set, spec).terms.count, 5);
}

/* Where rows do not sum to 1 the cross-section is demeaned, and s2 scaled for it. */
Test(spatial_model, no_lee_yu) {
  spatial_set set = ring(NULL, false);
  sw_spatial_spec spec = {.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_TWO_WAY};
  sw_spatial_fit corrected = spatial_fit(&set, spec);
  spec.correction = SW_SPATIAL_PLAIN;
  sw_spatial_fit plain = spatial_fit(&set, spec);
  cr_expect_eq(corrected.warnings, SW_SPATIAL_NO_LEE_YU);
  cr_expect_eq(plain.warnings, 0);
  for (int i = 0; i < 3; i++)
    NEAR(corrected.coefficient[i], plain.coefficient[i], 1e-12);
  NEAR(corrected.sigma2, plain.sigma2 * N / (N - 1) * T / (T - 1), 1e-12);
  spec = (sw_spatial_spec){.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT};
  cr_expect_eq(spatial_fit(&set, spec).warnings, 0, "effects of units ask nothing of W");
}

/* Then the common factor is not that of the Durbin model. */
Test(spatial_model, not_nested) {
  for (int fixed = SW_SPATIAL_UNIT; fixed <= SW_SPATIAL_TWO_WAY; fixed++) {
    spatial_set set = ring(NULL, false);
    sw_spatial_spec spec = {.form = SW_SPATIAL_DURBIN, .fixed = (sw_spatial_fixed)fixed};
    sw_spatial_data data = spatial_data(&set);
    void *room = aligned_alloc(64, (sw_spatial_workspace(&spec, N, T, 2) + 63) / 64 * 64);
    sw_spatial_fit fit;
    sw_spatial_restriction lr[SW_SPATIAL_RESTRICTIONS];
    cr_assert_eq(sw_spatial_estimate(&spec, &data, room, &fit).code, SW_SPATIAL_FITTED);
    cr_assert_eq(sw_spatial_restrict(&data, &fit, room, lr), 3);
    cr_expect(lr[0].lr > 0 && lr[2].lr > 0);
    cr_expect(fixed == SW_SPATIAL_UNIT ? lr[1].lr > 0 : isnan(lr[1].lr) && isnan(lr[1].p));
  }
}

/* ---- what is refused ---------------------------------------------------------------------------
 */

Test(spatial_model, dependent) {
  spatial_set set = ring(NULL, true);
  double *x = set.x[1];
  for (int i = 0; i < N * T; i++)
    x[i] = 2 * set.x[0][i] + 1;
  for (int f = 0; f < 6; f++)
    REFUSED(&set, ((sw_spatial_spec){.form = forms[f]}), SW_SPATIAL_DEPENDENT, 2);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_TWO_WAY}),
          SW_SPATIAL_DEPENDENT, 1);
  for (int i = 0; i < N * T; i++)
    x[i] = 7;
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG}), SW_SPATIAL_DEPENDENT, 2);
}

Test(spatial_model, absorbed) {
  spatial_set set = ring(NULL, true);
  double *x = set.x[1];
  for (int i = 0; i < N * T; i++)
    x[i] = 1000 + sqrt(i % N);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT}),
          SW_SPATIAL_ABSORBED, 1);
  for (int i = 0; i < N * T; i++)
    x[i] = sqrt(i / N); /* the same for all units */
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_DURBIN, .fixed = SW_SPATIAL_TIME}),
          SW_SPATIAL_ABSORBED, 1);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_DURBIN, .fixed = SW_SPATIAL_UNIT}),
          SW_SPATIAL_DEPENDENT, 3);
}

Test(spatial_model, too_few) {
  spatial_set set = ring(NULL, true);
  set.periods = 1;
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT}),
          SW_SPATIAL_FEW_PERIODS, 2);
  /* 30 values; a constant, 15 variables, as many lags of them, rho. */
  set.k = 15;
  for (int j = 2; j < 15; j++)
    set.column[j] = set.y + j;
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_DURBIN}), SW_SPATIAL_FEW_VALUES, 32);
}

Test(spatial_model, exact) {
  spatial_set set = ring(NULL, true);
  for (int i = 0; i < N * T; i++)
    set.y[i] = 3 + set.x[0][i] - set.x[1][i];
  for (int f = 0; f < 6; f++)
    REFUSED(&set, ((sw_spatial_spec){.form = forms[f]}), SW_SPATIAL_EXACT, 0);
  sw_spatial_spec moments = {.form = SW_SPATIAL_LAG, .method = SW_SPATIAL_GM};
  sw_spatial_spec random = {.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_RANDOM};
  REFUSED(&set, moments, SW_SPATIAL_EXACT, 0);
  REFUSED(&set, random, SW_SPATIAL_EXACT, 0);
  for (int i = 0; i < N * T; i++)
    set.y[i] = 7;
  REFUSED(&set, moments, SW_SPATIAL_EXACT, 0);
  REFUSED(&set, random, SW_SPATIAL_EXACT, 0);
  for (int i = 0; i < N * T; i++)
    set.y[i] = i % N; /* without end in phi */
  REFUSED(&set, random, SW_SPATIAL_EXACT, 0);
  random.form = SW_SPATIAL_ERROR;
  REFUSED(&set, random, SW_SPATIAL_EXACT, 0);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG, .fixed = SW_SPATIAL_UNIT}),
          SW_SPATIAL_EXACT, 0);
}

Test(spatial_model, no_links) {
  static const int64_t start[N + 1] = {0};
  static const int32_t to[1] = {0};
  spatial_set set = ring(NULL, true);
  set.links = spatial_links(N, start, to, NULL, false);
  spatial_filters(&set);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_LAG}), SW_SPATIAL_DEPENDENT, 3);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_ERROR}), SW_SPATIAL_DEPENDENT, 3);
  REFUSED(&set, ((sw_spatial_spec){.form = SW_SPATIAL_SLX}), SW_SPATIAL_DEPENDENT, 3);
}

/* On a ring of an even number y alternates: W y = -y, so nothing is left of y at rho = -1. */
Test(spatial_model, at_the_edge) {
  static int64_t start[N + 1];
  static int32_t to[2 * N];
  spatial_set set = ring(NULL, true);
  for (int i = 0; i < N; i++) {
    start[i + 1] = 2 * i + 2;
    int before = (i + N - 1) % N, after = (i + 1) % N;
    to[2 * i] = before < after ? before : after;
    to[2 * i + 1] = before < after ? after : before;
  }
  set.links = spatial_links(N, start, to, NULL, true);
  spatial_filters(&set);
  set.periods = 1;
  for (int i = 0; i < N; i++)
    set.y[i] = (i % 2 ? 1 : -1) + 1e-9 * set.x[0][i];
  sw_spatial_fit fit = spatial_fit(&set, (sw_spatial_spec){.form = SW_SPATIAL_LAG});
  cr_expect(fit.warnings & SW_SPATIAL_AT_EDGE);
  NEAR(fit.edge, -1, 1e-9);
  NEAR(fit.coefficient[3], -1, 1e-5);
}

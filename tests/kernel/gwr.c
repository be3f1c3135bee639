/* Fits at one place: order by distance, kernels, normal equations by one walk, the fit by QR. */
#include "kernel/linear/gwr.h"
#include "kernel/linear/ols.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.17g, wanted %.17g", #actual,         \
            (double)(actual), (double)(wanted))

enum { N = 300, K = 3 };

static uint64_t state = 7;
static double uniform(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (double)(state >> 11) * 0x1p-53;
}

/* ---- order --------------------------------------------------------------------------------- */

static void check_order(const double *d2, int64_t n, int64_t there) {
  int32_t *order = malloc((size_t)n * sizeof *order),
          *work = malloc((size_t)(n + 2) * sizeof *work);
  char *seen = calloc((size_t)n, 1);
  for (int64_t most = 1; most < n; most += 37) {
    int64_t some = sw_gwr_order(d2, n, most, order, work);
    cr_assert(some >= (most < there ? most : there) && some <= there);
    for (int64_t i = 0; i < some; i++) {
      int64_t nearer = 0;
      for (int64_t j = 0; j < n; j++)
        nearer += d2[j] < d2[order[i]] || (d2[j] == d2[order[i]] && j < order[i]);
      cr_assert_eq(nearer, i);
    }
  }
  cr_assert_eq(sw_gwr_order(d2, n, n, order, work), there);
  for (int64_t i = 0; i < there; i++) {
    cr_assert(!seen[order[i]] && !isnan(d2[order[i]]));
    seen[order[i]] = 1;
    if (i == 0) continue;
    double a = d2[order[i - 1]], b = d2[order[i]];
    cr_assert(a < b || (a == b && order[i - 1] < order[i]), "place %ld", (long)i);
  }
  free(order);
  free(work);
  free(seen);
}

Test(gwr, order) {
  double d2[N] = {0};
  check_order(d2, N, N); /* all at one place */
  check_order(d2, 1, 1);
  for (int i = 0; i < N; i++)
    d2[i] = uniform();
  check_order(d2, N, N);
  for (int i = 0; i < N; i++)
    d2[i] = floor(9 * uniform());
  d2[5] = d2[9] = NAN;
  check_order(d2, N, N - 2);
  for (int i = 0; i < N; i++) /* crowded: one is far beyond all others */
    d2[i] = i == 17 ? 1e12 : uniform();
  check_order(d2, N, N);
  for (int i = 0; i < N; i++)
    d2[i] = NAN;
  check_order(d2, N, 0);
}

/* ---- weights ------------------------------------------------------------------------------- */

Test(gwr, weights) {
  const double d2[] = {0, 1, 3, 4, 9, NAN};
  double w[6];
  sw_gwr_weights(SW_GWR_BISQUARE, 6, d2, 4, w);
  NEAR(w[0], 1, 0);
  NEAR(w[1], .5625, 1e-16);
  NEAR(w[2], .0625, 1e-16);
  NEAR(w[3] + w[4] + w[5], 0, 0);
  sw_gwr_weights(SW_GWR_GAUSSIAN, 6, d2, 4, w);
  NEAR(w[0], 1, 0);
  NEAR(w[1], exp(-.125), 1e-15);
  NEAR(w[4], exp(-1.125), 1e-15);
  NEAR(w[5], 0, 0);
  sw_gwr_weights(SW_GWR_EXPONENTIAL, 6, d2, 4, w);
  NEAR(w[0], 1, 0);
  NEAR(w[4], exp(-1.5), 1e-15);
  NEAR(w[5], 0, 0);
  sw_gwr_weights(SW_GWR_GAUSSIAN, 6, d2, 1e-6, w);
  NEAR(w[4], 0, 0);
}

/* ---- fits ---------------------------------------------------------------------------------- */

typedef struct world {
  sw_gwr_rows rows;
  double x1[N], x2[N], y[N], one[N], d2[N], mean[K + 1], scale[K + 1];
} world;

static world *make(void) {
  world *w = calloc(1, sizeof *w);
  int stride = sw_gwr_stride(K);
  w->rows = (sw_gwr_rows){.n = N, .k = K, .stride = stride, .mean = w->mean, .scale = w->scale};
  w->rows.row = calloc((size_t)(N * stride), sizeof(double));
  state = 3;
  for (int i = 0; i < N; i++) {
    w->one[i] = 1;
    w->x1[i] = 1000 + uniform();
    w->x2[i] = 1e-4 * uniform() + 1e-5 * (w->x1[i] - 1000);
    w->y[i] = 5 + 2 * w->x1[i] - 3e4 * w->x2[i] + uniform();
    w->d2[i] = i == 0 ? 0 : 100 * uniform();
    double *row = w->rows.row + i * stride;
    row[0] = 1, row[1] = w->x1[i], row[2] = w->x2[i], row[3] = w->y[i];
  }
  cr_assert_eq(sw_gwr_standardise(&w->rows), -1);
  return w;
}

static void drop(world *w) {
  free(w->rows.row);
  free(w);
}

/* With weights of one everywhere the fit is that of least squares over all. */
Test(gwr, weights_of_one) {
  world *o = make();
  double w[N], b[K], root[K], *work = malloc(sw_gwr_work(K) * sizeof *work);
  const double *const columns[] = {o->one, o->x1, o->x2};
  void *room = malloc(sw_ols_workspace(N, K));
  sw_gwr_fit fit = {.b = b, .root = root};
  sw_ols ols;
  for (int i = 0; i < N; i++)
    w[i] = 1;
  cr_assert(sw_gwr_solve(&o->rows, w, 0, work, &fit));
  cr_assert_eq(sw_ols_fit(columns, o->y, N, K, room, &ols), -1);
  for (int j = 0; j < K; j++) {
    double var = 0;
    for (int l = 0; l < K; l++)
      var += ols.root[l * K + j] * ols.root[l * K + j];
    NEAR(fit.b[j], ols.b[j], 1e-7 * fabs(ols.b[j]));
    NEAR(fit.root[j], sqrt(var), 1e-7 * sqrt(var));
  }
  NEAR(fit.fitted, o->y[0] - ols.residual[0], 1e-9);
  NEAR(fit.leverage, fit.squares, 1e-13); /* the hat matrix is a projection */
  cr_expect_gt(fit.condition, 1000);
  free(room);
  free(work);
  drop(o);
}

/* The sums of one walk are those of the weights, and the trial fit is the fit. */
Test(gwr, walk) {
  world *o = make();
  int square = K * o->rows.stride;
  int32_t order[N], buckets[N + 2];
  double w[N], b[K], root[K], small[K * (K + 2)], e, leverage;
  double *work = malloc(sw_gwr_work(K) * sizeof *work);
  double *walked = calloc((size_t)(3 * square), sizeof *walked);
  double *at = malloc((size_t)square * sizeof *at), *sums = malloc((size_t)square * sizeof *sums);
  sw_gwr_fit fit = {.b = b, .root = root};
  cr_assert_eq(sw_gwr_order(o->d2, N, N, order, buckets), N);
  int64_t from = 0;
  for (int k = 20; k <= N; k += 70) {
    double h2 = o->d2[order[k - 1]] * SW_GWR_BEYOND * SW_GWR_BEYOND;
    sw_gwr_walk(&o->rows, order, from, k, o->d2, walked);
    from = k;
    sw_gwr_at(&o->rows, walked, h2, at);
    sw_gwr_weights(SW_GWR_BISQUARE, N, o->d2, h2, w);
    sw_gwr_sum(&o->rows, w, sums);
    for (int l = 0; l < square; l++)
      NEAR(at[l], sums[l], 1e-12 * k);
    cr_assert(sw_gwr_try(&o->rows, at, 0, small, &e, &leverage));
    cr_assert(sw_gwr_solve(&o->rows, w, 0, work, &fit));
    NEAR(leverage, fit.leverage, 1e-11);
    NEAR(e, o->y[0] - fit.fitted, 1e-9);
  }
  free(work);
  free(walked);
  free(at);
  free(sums);
  drop(o);
}

/* A variable that does not change within the bandwidth is no other than the constant. */
Test(gwr, dependent) {
  world *o = make();
  double w[N] = {0}, b[K], root[K], *work = malloc(sw_gwr_work(K) * sizeof *work);
  double sums[K * 8], small[K * (K + 2)], e, leverage;
  sw_gwr_fit fit = {.b = b, .root = root};
  for (int i = 0; i < 40; i++) {
    w[i] = 1 - .01 * i;
    o->rows.row[i * o->rows.stride + 2] = .25;
  }
  cr_expect_not(sw_gwr_solve(&o->rows, w, 0, work, &fit));
  cr_expect(isnan(fit.b[0]) && isnan(fit.root[2]) && isnan(fit.fitted));
  sw_gwr_sum(&o->rows, w, sums);
  cr_expect_not(sw_gwr_try(&o->rows, sums, 0, small, &e, &leverage));
  o->rows.row[2] = .26;
  cr_expect(sw_gwr_solve(&o->rows, w, 0, work, &fit));
  memset(w, 0, sizeof w);
  cr_expect_not(sw_gwr_solve(&o->rows, w, 0, work, &fit), "nothing is near");
  free(work);
  drop(o);
}

Test(gwr, constant) {
  world *o = make();
  for (int i = 0; i < N; i++)
    o->rows.row[i * o->rows.stride + 2] = 7.1;
  cr_expect_eq(sw_gwr_standardise(&o->rows), 2);
  drop(o);
}

/* ---- what is made of fits ------------------------------------------------------------------ */

/* y 0 2 4, weights 1 2 1: mean 2, sum of squares 8; residuals .5 1 0: 2.25. */
Test(gwr, local_r2) {
  const double w[] = {1, 2, 1, 5, 0}, y[] = {0, 2, 4, 9, 9}, e[] = {.5, 1, 0, NAN, 3};
  NEAR(sw_gwr_local_r2(5, w, y, e), 1 - 2.25 / 8, 1e-15);
  const double same[] = {3, 3, 3, 3, 3};
  cr_expect(isnan(sw_gwr_local_r2(5, w, same, e)));
}

Test(gwr, aicc) {
  NEAR(sw_gwr_aicc(10, 20, 3), 10 * log(2) + 10 * log(2 * acos(-1)) + 26, 1e-12);
  cr_expect(isnan(sw_gwr_aicc(10, 20, 8)) && isnan(sw_gwr_aicc(10, 0, 2)));
}

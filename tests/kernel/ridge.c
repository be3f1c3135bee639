/* I + c A A' against its dense inverse. */
#include "kernel/weights_fixture.h"

static void expect_ridge(fixture *x, double rho, double c) {
  int64_t n = x->w.n;
  sw_ridge_plan *plan;
  cr_assert_eq(sw_ridge_plan_create(&x->err, &x->w, &plan), SW_OK);
  void *workspace = room(sw_ridge_workspace(plan), 1);
  sw_ridge *ridge = sw_ridge_at(plan, &x->w, workspace);
  double *a = room((size_t)(n * n), 8), *k = room((size_t)(n * n), 8),
         *b = room((size_t)(3 * n), 8);
  for (int64_t i = 0; i < n * n; i++)
    a[i] = (i % (n + 1) == 0) - rho * x->dense[i];
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      k[i * n + j] = i == j;
      for (int64_t l = 0; l < n; l++)
        k[i * n + j] += c * a[i * n + l] * a[j * n + l];
    }
  double logdet = invert(n, k);
  cr_assert(sw_ridge_set(ridge, rho, c));
  same(sw_ridge_logdet(ridge), logdet, fmax(1, fabs(logdet)), "ln|K|", rho);
  same(sw_ridge_trace_inverse(ridge), trace(n, k), trace(n, k), "tr K^-1", rho);
  /* d ln|K| = -c tr K^-1 (W A' + A W') */
  double inverse, slope, wanted = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++)
      for (int64_t l = 0; l < n; l++)
        wanted -= 2 * c * k[j * n + i] * x->dense[i * n + l] * a[j * n + l];
  sw_ridge_traces(ridge, &inverse, &slope);
  same(inverse, trace(n, k), trace(n, k), "tr K^-1", rho);
  same(slope, wanted, fmax(1, fabs(wanted)), "d ln|K|", rho);
  b[0] = b[n + 1] = b[3 * n - 1] = 1;
  sw_ridge_solve(ridge, 3, b, b);
  for (int64_t i = 0; i < n; i++) {
    same(b[i], k[i * n], 1, "K^-1", rho);
    same(b[n + i], k[i * n + 1], 1, "K^-1", rho);
    same(b[2 * n + i], k[i * n + n - 1], 1, "K^-1", rho);
  }
  sw_free(a);
  sw_free(k);
  sw_free(b);
  sw_free(workspace);
  sw_ridge_plan_destroy(plan);
}

Test(ridge, dense_inverse) {
  fixture x;
  places(&x, 60, 4);
  expect_ridge(&x, .7, 3);
  expect_ridge(&x, -.4, .01);
  expect_ridge(&x, 1, 1000); /* A is singular, K is not */
  expect_ridge(&x, .5, 1e-9);
  expect_ridge(&x, .5, 0);
  expect_ridge(&x, .5, 1e6);
  stop(&x);
  static double w[9] = {.25, .5, .25, 1, 0, 0, .25, .75, 0}; /* a link to itself */
  links_of(&x, 3, w);
  expect_ridge(&x, .5, 2);
  stop(&x);
}

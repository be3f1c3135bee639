/* Eigenvalues of symmetric matrices that are known in closed form, and what they leave unchanged.
 */
#include "kernel/sparse/symmetric.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "kernel/space/links.h"
#include "kernel/sparse/spectrum.h"

enum { MOST = 60 };
static double a[MOST * MOST], value[MOST], work[SW_SYMMETRIC_WORK(MOST)];

static void expect(int n, const double *want, const char *what) {
  memset(work, 0xff, sizeof work);
  cr_assert(sw_symmetric_eigenvalues(n, a, value, work), "%s", what);
  for (int k = 0; k < n; k++)
    cr_expect(fabs(value[k] - want[k]) < 1e-13 * n, "%s, %d: %.17g, not %.17g", what, k, value[k],
              want[k]);
}

/* 2 on the diagonal, -1 beside it: 2 - 2 cos(k pi/(n + 1)). */
Test(symmetric, second_differences) {
  double want[MOST];
  for (int n = 1; n <= MOST; n += n < 9 ? 1 : 17) {
    memset(a, 0, sizeof a);
    for (int i = 0; i < n; i++) {
      a[i * n + i] = 2;
      if (i > 0) a[i * n + i - 1] = -1;
      want[i] = 2 - 2 * cos((i + 1) * acos(-1) / (n + 1));
    }
    expect(n, want, "second differences");
  }
}

/* All alike: n times, 0 else. Nothing: 0. The identity's is 1 throughout. */
Test(symmetric, repeated) {
  enum { N = 20 };
  double want[N] = {0};
  memset(a, 0, sizeof a);
  expect(N, want, "zero");
  for (int i = 0; i < N * N; i++)
    a[i] = 1;
  want[N - 1] = N;
  expect(N, want, "ones");
  for (int i = 0; i < N * N; i++) {
    a[i] = i % (N + 1) == 0;
    want[i % N] = 1;
  }
  expect(N, want, "identity");
}

/* The sum is the trace, that of squares the sum of all squares; ascending. */
Test(symmetric, invariants) {
  enum { N = 53 };
  sw_rng rng = sw_rng_make(1, 2, 3);
  double trace = 0, squares = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j <= i; j++) {
      double x = sw_rng_normal(&rng);
      a[i * N + j] = x;
      a[j * N + i] = i == j ? x : NAN; /* the upper triangle is not read */
      trace += i == j ? x : 0;
      squares += i == j ? x * x : 2 * x * x;
    }
  cr_assert(sw_symmetric_eigenvalues(N, a, value, work));
  for (int k = 0; k < N; k++) {
    trace -= value[k];
    squares -= value[k] * value[k];
    cr_expect(k == 0 || value[k - 1] <= value[k]);
  }
  cr_expect(fabs(trace) < 1e-11 && fabs(squares) < 1e-10, "%g %g", trace, squares);
}

/* A circle of three whose weights multiply to different products each way round is not similar to a
 * symmetric matrix; with equal products it is, whatever its rows sum to. */
Test(symmetric, similar) {
  int64_t row_start[4] = {0, 2, 4, 6};
  int32_t to[6] = {1, 2, 0, 2, 0, 1};
  double weight[6] = {2, 3, 1, 4, 6, 1}; /* 2 4 6 = 48; back 3 1 1 = 3 */
  sw_links w = {.n = 3, .row_start = row_start, .to = to, .value = weight};
  sw_error err = {0};
  bool similar;
  cr_assert_eq(sw_similar_to_symmetric(&err, &w, &similar), SW_OK);
  cr_expect_not(similar);
  weight[1] = 48; /* back 48 1 1 */
  cr_assert_eq(sw_similar_to_symmetric(&err, &w, &similar), SW_OK);
  cr_expect(similar);
  weight[0] = -2; /* one sign of a pair */
  cr_assert_eq(sw_similar_to_symmetric(&err, &w, &similar), SW_OK);
  cr_expect_not(similar);
  weight[0] = 0; /* a link one way alone */
  cr_assert_eq(sw_similar_to_symmetric(&err, &w, &similar), SW_OK);
  cr_expect_not(similar);
  weight[2] = 0; /* no link: a chain is always similar to one */
  cr_assert_eq(sw_similar_to_symmetric(&err, &w, &similar), SW_OK);
  cr_expect(similar);
  cr_expect_eq(sw_links_at(&w, 0, 2), 1);
  cr_expect_eq(sw_links_at(&w, 1, 1), -1);
}

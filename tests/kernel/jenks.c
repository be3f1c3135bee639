/* Natural breaks against all partitions, and of many values against the plain recursion. */
#include "kernel/classes/jenks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static double squares(const double *x, int from, int to) {
  double mean = 0, sum = 0;
  for (int i = from; i < to; i++)
    mean += x[i] / (to - from);
  for (int i = from; i < to; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return sum;
}

/* The least sum over partitions of x[from, n) into k classes of one value or more. */
static double least(const double *x, int from, int n, int k) {
  double best = INFINITY;
  if (k == 1) return squares(x, from, n);
  for (int cut = from + 1; cut <= n - k + 1; cut++)
    best = fmin(best, squares(x, from, cut) + least(x, cut, n, k - 1));
  return best;
}

/* The sum over the classes that breaks make, closed on the right. */
static double made(const double *x, int n, const double *breaks, int k) {
  double sum = 0;
  int from = 0;
  for (int c = 0; c < k; c++) {
    int to = from;
    while (to < n && (c == k - 1 || x[to] <= breaks[c]))
      to++;
    if (to > from) sum += squares(x, from, to);
    from = to;
  }
  return sum;
}

static double next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (double)(*state >> 40) / 0x1p24;
}

/* Ascending; coarse steps bring equal values. */
static void fill(double *x, int n, double steps, uint64_t *state) {
  double at = 1e6;
  for (int i = 0; i < n; i++)
    x[i] = at += floor(steps * next(state)) * (next(state) < .1 ? 30 : 1);
}

Test(jenks, all_partitions) {
  uint64_t state = 4;
  double x[14], breaks[5];
  void *room = malloc(sw_jenks_workspace(14, 6));
  for (int round = 0; round < 60; round++)
    for (int k = 2; k <= 5; k++) {
      fill(x, 14, round % 2 ? 3 : 1000, &state);
      sw_jenks_breaks(x, 14, k, room, breaks);
      double want = least(x, 0, 14, k);
      cr_expect(fabs(made(x, 14, breaks, k) - want) <= 1e-9 * (1 + want), "%d classes", k);
    }
  free(room);
}

/* Equal sums: 0 1 2 into two classes is 0 | 1 2 or 0 1 | 2. */
Test(jenks, ties) {
  static const double x[] = {0, 1, 2};
  double breaks[4];
  void *room = malloc(sw_jenks_workspace(3, 5));
  sw_jenks_breaks(x, 3, 2, room, breaks);
  cr_expect_eq(breaks[0], 0);
  sw_jenks_breaks(x, 3, 3, room, breaks);
  cr_expect(breaks[0] == 0 && breaks[1] == 1);
  sw_jenks_breaks(x, 3, 5, room, breaks);
  cr_expect(breaks[0] == 0 && breaks[1] == 1 && breaks[2] == 2 && breaks[3] == 2);
  static const double same[] = {7, 7, 7};
  sw_jenks_breaks(same, 3, 3, room, breaks);
  cr_expect(breaks[0] == 7 && breaks[1] == 7);
  free(room);
}

/* Many values: three heaps far apart are found, and each more class leaves less. */
Test(jenks, many) {
  enum { N = 100000 };
  uint64_t state = 8;
  double *x = malloc(N * sizeof *x), breaks[9];
  void *room = malloc(sw_jenks_workspace(N, 10));
  for (int i = 0; i < N; i++)
    x[i] = i * 1e-3 / N + 5 * (i >= 30000) + 70 * (i >= 90000) + 1e-12 * next(&state);
  sw_jenks_breaks(x, N, 3, room, breaks);
  cr_expect_eq(breaks[0], x[29999]);
  cr_expect_eq(breaks[1], x[89999]);
  double before = INFINITY;
  for (int k = 2; k <= 10; k++) {
    sw_jenks_breaks(x, N, k, room, breaks);
    double sum = made(x, N, breaks, k);
    cr_expect(sum < before);
    before = sum;
  }
  free(room);
  free(x);
}

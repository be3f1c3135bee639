/* Join counts; see join_count.h. Moments are those of all permutations of the values, exactly:
 * nonfree sampling, Cliff & Ord 1981. The textbook subtracts the square of the expectation from a
 * sum of its size; here the variance is a sum of two parts that are not negative, of the parts of
 * the weights (in_use.h): with A, T their sums of squares, b ones and w zeros among n,
 *
 *   V = b w/(n (n - 1)),  R = b (b - 1) w (w - 1)/(n (n - 1)(n - 2)(n - 3))
 *   Var BB = (b - 1)^2 A V + T R/2;  Var WW = (w - 1)^2 A V + T R/2;  Var BW = (w - b)^2 A V + 2 T
 * R
 *
 *
 * Row standardisation plays no part. Pure: one period, by any thread. */
#include "kernel/autocorrelation/join_count.h"

#include <math.h>

size_t sw_join_count_workspace(int64_t n) {
  return sw_in_use_workspace(n);
}

/* Halves of whole numbers, exact. Each link adds half of a join, as a symmetric W has it twice; 2
 * is two ones, 0 two zeros. */
static void count_joins(const sw_in_use *s, const double *x, double count[SW_JOINS]) {
  const sw_links *links = s->links;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++) {
      if (!s->used[links->to[e]]) continue;
      double both = x[i] + x[links->to[e]];
      count[both == 2 ? SW_JOIN_BB : both == 0 ? SW_JOIN_WW : SW_JOIN_BW] += .5;
    }
}

/* Expectations exist from two units on, variances from four. */
static void moments(sw_join_count *j, sw_weight_sums w, double n) {
  double b = j->ones, white = n - b, pairs = n * (n - 1);
  j->expected[SW_JOIN_BB] = w.s0 / 2 * b * (b - 1) / pairs;
  j->expected[SW_JOIN_WW] = w.s0 / 2 * white * (white - 1) / pairs;
  j->expected[SW_JOIN_BW] = w.s0 * b * white / pairs;
  if (!(n > 3)) return;
  sw_weight_parts part = sw_weight_sums_parts(w, n);
  double rows = part.effects * b * white / pairs;
  double links = part.rest * b * (b - 1) * white * (white - 1) / (pairs * (n - 2) * (n - 3));
  j->variance[SW_JOIN_BB] = (b - 1) * (b - 1) * rows + links / 2;
  j->variance[SW_JOIN_WW] = (white - 1) * (white - 1) * rows + links / 2;
  j->variance[SW_JOIN_BW] = (white - b) * (white - b) * rows + 2 * links;
}

/* Join counts of one period: O(links). */
sw_join_count sw_join_count_compute(const sw_links *links, const double *x, void *workspace) {
  sw_in_use s = sw_in_use_of(links, false, SW_ISLANDS_ZERO, x, workspace);
  sw_join_count j = {.n_used = s.count};
  for (int q = 0; q < SW_JOINS; q++)
    j.expected[q] = j.variance[q] = NAN;
  /* The first value that is neither 0 nor 1 is kept with its unit (+ 1, so that 0 means none), for
   * a message; nothing is counted then. */
  for (int64_t i = 0; i < links->n; i++) {
    if (!s.used[i]) continue;
    j.ones += x[i] == 1;
    if (x[i] == 0 || x[i] == 1 || j.not_binary) continue;
    j.not_binary = i + 1;
    j.odd = x[i];
  }
  if (s.count < 2 || j.not_binary) {
    for (int q = 0; q < SW_JOINS; q++)
      j.count[q] = NAN;
    return j;
  }
  count_joins(&s, x, j.count);
  moments(&j, sw_in_use_sums(&s), s.count);
  return j;
}

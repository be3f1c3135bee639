/* Two networks compared: the hand network of oracles/regions.md over all permutations, exact
 * moments, missing pairs against plain sums, keyed draws. */
#include "kernel/graph/qap.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { MOST = 12 };

typedef struct network {
  int64_t row_start[MOST + 1];
  int32_t to[MOST * MOST];
  double value[MOST * MOST];
  sw_links links;
} network;

/* w: n x n, row-major; NaN: no link. */
static const sw_links *network_of(network *net, int64_t n, const double *w, bool all_kept) {
  int64_t at = 0;
  memset(net, 0, sizeof *net);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      if (isnan(w[i * n + j])) continue;
      net->to[at] = (int32_t)j;
      net->value[at++] = w[i * n + j];
    }
    net->row_start[i + 1] = at;
  }
  net->links = (sw_links){.n = n,
                          .row_start = net->row_start,
                          .to = net->to,
                          .value = net->value,
                          .all_kept = all_kept};
  return &net->links;
}

/* The next in lexical order; false: that was the last. */
static bool next_permutation(int32_t *p, int64_t n) {
  int64_t k = n - 2, l = n - 1;
  while (k >= 0 && p[k] > p[k + 1])
    k--;
  if (k < 0) return false;
  while (p[l] < p[k])
    l--;
  int32_t swap = p[k];
  p[k] = p[l], p[l] = swap;
  for (int64_t i = k + 1, j = n - 1; i < j; i++, j--)
    swap = p[i], p[i] = p[j], p[j] = swap;
  return true;
}

/* Mean, standard deviation, and the share as far from 0 as r, over all permutations. */
static void over_all(sw_qap *q, double *mean, double *deviation, double *share) {
  double sum = 0, squares = 0, far = 0, count = 0, r = q->r;
  for (int64_t i = 0; i < q->n; i++)
    q->dealt[i] = (int32_t)i;
  do {
    double now = sw_qap_dealt(q);
    sum += now;
    squares += now * now;
    far += fabs(now) >= fabs(r) - 1e-12;
    count++;
  } while (next_permutation(q->dealt, q->n));
  *mean = sum / count;
  *deviation = sqrt(squares / count - *mean * *mean);
  *share = far / count;
}

static const double hand[25] = {0, 4, 2, 0, 0, 1, 0, 3, 0, 0, 2, 0, 0,
                                5, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0};

/* B_ij = i + j^2. In both forms: all pairs kept, or a 0 left out. */
Test(qap, hand_network) {
  double b[25], sparse[25], mean, deviation, share;
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++) {
      b[i * 5 + j] = i + j * j;
      sparse[i * 5 + j] = hand[i * 5 + j] == 0 ? NAN : hand[i * 5 + j];
    }
  for (int form = 0; form < 4; form++) {
    network first, second;
    sw_error err = {0};
    sw_qap q = {0};
    cr_assert_eq(sw_qap_fill(&err, &q, network_of(&first, 5, form & 1 ? hand : sparse, form & 1),
                             network_of(&second, 5, b, form & 2)),
                 SW_OK);
    cr_expect(fabs(q.r + .164808563) < 6e-10, "r %.12g", q.r);
    cr_expect(fabs(sw_qap_deviation(&q) - .159031506) < 6e-10, "%.12g", sw_qap_deviation(&q));
    over_all(&q, &mean, &deviation, &share);
    cr_expect(fabs(share - .358333333) < 6e-10, "share %.12g", share);
    cr_expect(fabs(mean) < 1e-14 && fabs(deviation - .159031506) < 6e-10);
    /* 20 pairs; sum 20 of the first, 160 of the second; each link's smaller value. */
    double less = 0, both = 0;
    for (int k = 0; k < 25; k++)
      if (k % 6) less += fmin(hand[k], b[k]), both += hand[k] + b[k];
    cr_expect(fabs(sw_qap_common(&q) - 2 * less / both) < 1e-15);
    sw_qap_free(&q);
  }
}

static double some(unsigned *state) {
  *state = *state * 1664525u + 1013904223u;
  return (double)(*state >> 8) / (1 << 24);
}

/* The moments are those of all 720 permutations; a unit outside leaves five, but where not all
 * pairs are kept (form 4): there it has none, and stays. */
Test(qap, exact_moments) {
  enum { N = 6 };
  static const uint8_t outside[N] = {0, 0, 1, 0, 0, 0};
  unsigned state = 3;
  for (int form = 0; form < 6; form++) {
    double a[N * N], b[N * N], mean, deviation, share;
    network first, second;
    sw_error err = {0};
    sw_qap q = {0};
    for (int k = 0; k < N * N; k++) {
      a[k] = form % 3 == 1 && some(&state) < .6 ? NAN : 1000 + some(&state);
      b[k] = form % 3 == 2 && some(&state) < .6 ? NAN : 1e-3 * some(&state) - 5;
    }
    for (int i = 0; i < N; i++)
      if (form >= 3) a[i * N + 2] = a[2 * N + i] = NAN;
    network_of(&first, N, a, form % 3 != 1);
    if (form >= 3) first.links.outside = outside;
    cr_assert_eq(sw_qap_fill(&err, &q, &first.links, network_of(&second, N, b, form % 3 != 2)),
                 SW_OK);
    cr_expect_eq(q.n, form >= 3 && form != 4 ? 5 : 6);
    cr_expect_eq(q.a.without, form == 4);
    cr_expect_not(q.has_missing);
    double exact = sw_qap_deviation(&q);
    over_all(&q, &mean, &deviation, &share);
    cr_expect(fabs(mean) < 1e-10 && fabs(exact - deviation) < 1e-9, "%g %.12g %.12g", mean, exact,
              deviation);
    cr_expect(isnan(sw_qap_common(&q)), "b is below 0");
    sw_qap_free(&q);
  }
}

/* Pairs that are missing in either, under a permutation: plain sums. */
Test(qap, missing_pairs) {
  enum { N = 7 };
  static const int32_t dealt[N] = {3, 0, 6, 2, 5, 1, 4};
  double a[N * N], b[N * N], n = 0, sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
  unsigned state = 9;
  network first, second;
  sw_error err = {0};
  sw_qap q = {0};
  for (int k = 0; k < N * N; k++) {
    a[k] = some(&state) < .2 ? NAN : some(&state);
    b[k] = some(&state) < .2 ? NAN : some(&state);
  }
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double x = a[i * N + j], y = b[dealt[i] * N + dealt[j]];
      if (i == j || isnan(x) || isnan(y)) continue;
      n++, sa += x, sb += y, aa += x * x, bb += y * y, ab += x * y;
    }
  double r = (ab - sa * sb / n) / sqrt((aa - sa * sa / n) * (bb - sb * sb / n));
  cr_assert_eq(
      sw_qap_fill(&err, &q, network_of(&first, N, a, true), network_of(&second, N, b, true)),
      SW_OK);
  cr_expect(q.has_missing && isnan(sw_qap_deviation(&q)));
  memcpy(q.dealt, dealt, sizeof dealt);
  cr_expect(fabs(sw_qap_dealt(&q) - r) < 1e-12, "%.15g, not %.15g", sw_qap_dealt(&q), r);
  sw_qap_free(&q);
}

/* Draws of a key: any cut into parts counts the same, and the share is near that of all. */
Test(qap, keyed_draws) {
  static const uint64_t key[5] = {11, 7, 1u << 20, 99, 12345};
  double b[25];
  network first, second;
  sw_error err = {0};
  sw_qap q = {0};
  for (int k = 0; k < 25; k++)
    b[k] = k / 5 + (k % 5) * (k % 5);
  cr_assert_eq(
      sw_qap_fill(&err, &q, network_of(&first, 5, hand, true), network_of(&second, 5, b, true)),
      SW_OK);
  int64_t all = sw_qap_count(&q, 5, key, 0, 4000), parts = 0;
  for (int64_t k = 0; k < 4000; k += 80)
    parts += sw_qap_count(&q, 5, key, k, 80);
  cr_expect_eq(all, parts);
  cr_expect_neq(all, sw_qap_count(&q, 6, key, 0, 4000));
  cr_expect(fabs((double)all / 4000 - .358333333) < .03, "%g", (double)all / 4000);
  sw_qap_free(&q);
}

/* What does not vary, and too few units. */
Test(qap, undefined) {
  double same[16], other[16], two[4] = {0, 1, 2, 0};
  network first, second;
  sw_error err = {0};
  sw_qap q = {0};
  for (int k = 0; k < 16; k++)
    same[k] = .1, other[k] = k;
  cr_assert_eq(
      sw_qap_fill(&err, &q, network_of(&first, 4, same, true), network_of(&second, 4, other, true)),
      SW_OK);
  cr_expect(isnan(q.r) && isnan(sw_qap_deviation(&q)));
  cr_assert_eq(
      sw_qap_fill(&err, &q, network_of(&first, 2, two, true), network_of(&second, 2, two, true)),
      SW_OK);
  cr_expect(isnan(q.r));
  cr_expect_eq(sw_qap_common(&q), 1);
  /* Equal networks. */
  cr_assert_eq(sw_qap_fill(&err, &q, network_of(&first, 4, other, true),
                           network_of(&second, 4, other, true)),
               SW_OK);
  cr_expect(fabs(q.r - 1) < 1e-15);
  sw_qap_free(&q);
}

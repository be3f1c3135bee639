/* The order of a row: against a plain sort, over spreads of keys that fill buckets unevenly. */
#include "kernel/space/order.h"

#include "kernel/space/geodesic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double *keys;

/* By key, then index; NaN last. */
static int compare(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  bool no = isnan(keys[x]) != 0, other = isnan(keys[y]) != 0;
  if (no != other) return no - other;
  if (!no && keys[x] != keys[y]) return keys[x] < keys[y] ? -1 : 1;
  return (x > y) - (x < y);
}

static void check(const double *key, int64_t n) {
  double *work = malloc((size_t)(sw_order_work(n) + 1) * sizeof *work);
  int32_t *got = malloc((size_t)(n + 1) * sizeof *got),
          *want = malloc((size_t)(n + 1) * sizeof *want);
  int64_t there = 0;
  for (int64_t k = 0; k < n; k++) {
    want[k] = (int32_t)k;
    there += !isnan(key[k]);
  }
  keys = key;
  qsort(want, (size_t)n, sizeof *want, compare);
  cr_expect_eq(sw_order_sort(key, n, 0, work, got), there);
  cr_expect_eq(memcmp(got, want, (size_t)n * sizeof *got), 0, "%d keys", (int)n);
  free(work);
  free(got);
  free(want);
}

static double key[5000];

static double uniform(void) {
  return (double)rand() / RAND_MAX;
}

Test(order, small) {
  check(key, 0);
  key[0] = NAN;
  check(key, 1);
  memcpy(key, (double[]){2, NAN, 1, 2, 0, INFINITY, 1}, 7 * sizeof *key);
  check(key, 7);
  check((double[]){NAN, NAN, NAN}, 3);
  check((double[]){3, 3, 3}, 3);
}

Test(order, spreads) {
  srand(5);
  for (int round = 0; round < 6; round++) {
    for (int k = 0; k < 5000; k++) {
      double u = uniform();
      if (round == 0) key[k] = u;                                  /* one bucket each, nearly */
      if (round == 1) key[k] = floor(u * 40);                      /* ties */
      if (round == 2) key[k] = pow(10, 600 * (u - 0.5));           /* all exponents */
      if (round == 3) key[k] = 1 + 1e-13 * floor(u * 1e3);         /* within one bucket at first */
      if (round == 4) key[k] = k % 50 ? 1 + 1e-12 * u : 1e200 * u; /* a cluster, seen from afar */
      if (round == 5) key[k] = k % 3 ? 0 : u * 1e-310;             /* zeros, numbers near them */
      if (k % 97 == 3) key[k] = NAN;
    }
    for (int n = 5000; n > 0; n = n * 2 / 5)
      check(key, n);
  }
}

/* A bucket in a bucket in a bucket: keys that differ in their last bits only, ties among them. */
Test(order, last_bits) {
  for (int k = 0; k < 3000; k++) {
    uint64_t bits = 0x3ff0000000000000u + (uint64_t)(k * 7919 % 700);
    memcpy(&key[k], &bits, sizeof bits);
  }
  key[11] = 1e300;
  check(key, 3000);
}

Test(order, keys_of_distances) {
  const double x[] = {1, 0, -1, NAN}, y[] = {0, 1, 0, NAN}, z[] = {0, 0, 0, NAN};
  sw_distance d = {.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z};
  double out[4];
  sw_order_keys(&d, 0, 4, out);
  cr_expect(isnan(out[0]) && isnan(out[3]));
  cr_expect_eq(out[1], 2);
  cr_expect_eq(out[2], 4);
  const int64_t row_start[] = {0, 2, 2, 2};
  const int32_t to[] = {0, 2};
  const double value[] = {0, 7.5};
  sw_links links = {.n = 3, .row_start = row_start, .to = to, .value = value};
  d = (sw_distance){.kind = SW_GIVEN, .links = &links};
  sw_order_keys(&d, 0, 3, out);
  cr_expect(isnan(out[0]) && isnan(out[1]));
  cr_expect_eq(out[2], 7.5);
  const double lon[] = {0, 10, 5}, lat[] = {0, 0, 0};
  double u[3], v[3], w[3];
  sw_geodesic_vectors(3, lon, lat, u, v, w);
  d = (sw_distance){.kind = SW_GEODESIC, .x = u, .y = v, .z = w, .lon = lon, .lat = lat};
  sw_order_keys(&d, 0, 3, out);
  cr_expect(out[1] > out[2] && isnan(out[0]));
}

/* What a plain sort and a walk over its runs give. */
static void check_ties(const double *of, int64_t n, double same) {
  double *work = malloc((size_t)(sw_order_work(n) + 1) * sizeof *work);
  int32_t *got = malloc((size_t)(n + 1) * sizeof *got),
          *want = malloc((size_t)(n + 1) * sizeof *want);
  int64_t there = 0;
  for (int64_t k = 0; k < n; k++) {
    want[k] = (int32_t)k;
    there += !isnan(of[k]);
  }
  keys = of;
  qsort(want, (size_t)n, sizeof *want, compare);
  for (int64_t first = 0, end; first < there; first = end) {
    double root = sqrt(of[want[first]]) + same;
    for (end = first + 1; end < there && of[want[end]] <= root * root;)
      end++;
    for (int64_t k = first + 1; k < end; k++) /* by insertion */
      for (int64_t at = k; at > first && want[at] < want[at - 1]; at--) {
        int32_t index = want[at];
        want[at] = want[at - 1], want[at - 1] = index;
      }
  }
  cr_expect_eq(sw_order_sort(of, n, same, work, got), there);
  cr_expect_eq(memcmp(got, want, (size_t)n * sizeof *got), 0, "%d keys, %g", (int)n, same);
  free(work);
  free(got);
  free(want);
}

/* Runs that a micrometre spans are in the order of their indices: among far keys, within one
 * bucket, over buckets narrower than that, next to each other in a chain. */
Test(order, ties) {
  const double same = 1.57e-13;
  check_ties((double[]){.25, .2499999, (.5 - .5 * same) * (.5 - .5 * same), .2500001}, 4, same);
  check_ties((double[]){4e-14 * 4e-14, 1e-14 * 1e-14, 9e-13 * 9e-13}, 3, same);
  srand(11);
  for (int round = 0; round < 5; round++) {
    for (int k = 0; k < 5000; k++) {
      double place = uniform(), last = 4e-16 * (rand() % 5);
      if (round == 0) key[k] = floor(place * 800) / 400 + last; /* a grid, but for rounding */
      if (round == 1) key[k] = .7 + 3e-14 * floor(place * 1e4); /* chains */
      if (round == 2) key[k] = 1e-12 * place;                   /* all within the reach of many */
      if (round == 3) key[k] = k % 4 ? place : 1e-5 + last;     /* most far, a cluster */
      if (round == 4) key[k] = 1e-7 * floor(place * 50) + last;
      if (k % 97 == 3) key[k] = NAN;
      key[k] *= key[k];
    }
    for (int n = 5000; n > 0; n = n * 2 / 5)
      check_ties(key, n, same);
  }
}

Test(order, what_is_the_same) {
  sw_distance d = {.kind = SW_GIVEN};
  cr_expect_eq(sw_order_same(&d), 0);
  d.kind = SW_GEODESIC;
  cr_expect_eq(sw_order_same(&d), 1e-9);
}

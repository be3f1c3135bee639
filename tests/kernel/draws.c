/* Conditional draws: distinct others, each set as likely as any, by either way of drawing, whatever
 * eight they are made in; and the random words behind them. */
#include "kernel/local/draws.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "spillway/rng.h"

enum { LANES = SW_DRAW_LANES };

static void *room(int64_t n, int64_t k) {
  void *memory = NULL;
  cr_assert_eq(posix_memalign(&memory, 64, sw_draws_workspace(n, k) + 64), 0);
  memset(memory, 0xab, sw_draws_workspace(n, k) + 64);
  return memory;
}

/* Draw d of a unit, by Fisher and Yates on an array, word by word of the paper's cipher. */
static void plain(uint64_t seed, uint64_t item, int64_t n, int64_t self, int64_t k, uint32_t d,
                  int32_t *out) {
  uint64_t key = sw_rng_make(seed, UINT64_C(0x7065726d757465), 0).key;
  int32_t *at = malloc((size_t)n * sizeof *at);
  for (int64_t i = 0; i < n - 1; i++)
    at[i] = (int32_t)(i + (i >= self));
  for (int64_t j = 0; j < k; j++) {
    uint32_t counter[4] = {(uint32_t)j / 4, d, (uint32_t)item, (uint32_t)(item >> 32)};
    uint32_t half[2] = {(uint32_t)key, (uint32_t)(key >> 32)}, word[4];
    sw_philox(counter, half, word);
    int64_t x = j + (int64_t)(((uint64_t)word[j % 4] * (uint64_t)(n - 1 - j)) >> 32);
    int32_t taken = at[x];
    at[x] = at[j];
    out[j] = at[j] = taken;
  }
  free(at);
}

/* Few neighbours are looked up, many moved: both as the plain way has them. */
Test(draws, both_ways) {
  static const int64_t links[] = {1, 2, 3, 4, 5, 8, 19, 20, 21, 40, 99};
  const int64_t n = 100;
  for (size_t c = 0; c < sizeof links / sizeof *links; c++) {
    int64_t k = links[c];
    void *workspace = room(n, k);
    int32_t *place = malloc((size_t)k * LANES * sizeof *place), want[100];
    for (uint64_t item = 0; item < 5; item++) {
      int64_t self = (int64_t)item * 24;
      uint64_t key = item * UINT64_C(0x123456789abcdef);
      sw_draws draws = sw_draws_begin(7, key, n, self, k, workspace);
      for (int64_t first = 0; first < 40; first += 5) { /* eights may begin anywhere */
        sw_draws_fill(&draws, first, place);
        for (int l = 0; l < LANES; l++) {
          plain(7, key, n, self, k, (uint32_t)(first + l), want);
          for (int64_t j = 0; j < k; j++)
            cr_assert_eq(place[j * LANES + l], want[j], "k %d", (int)k);
        }
      }
    }
    free(place);
    free(workspace);
  }
}

/* 10^5 draws of 3 of 6: all 120 sequences are as frequent. 119 degrees of freedom: chi square is
 * below 170 with probability .998; of pairs in the large population, too. */
Test(draws, uniform) {
  enum { N = 7, K = 3, DRAWS = 100000, SELF = 2 };
  static double count[N * N * N];
  int32_t place[K * LANES];
  double chi = 0, expected = DRAWS / 120.0;
  void *workspace = room(N, K);
  sw_draws draws = sw_draws_begin(1, 99, N, SELF, K, workspace);
  for (int64_t first = 0; first < DRAWS; first += LANES) {
    sw_draws_fill(&draws, first, place);
    for (int l = 0; l < LANES; l++) {
      int a = place[l], b = place[LANES + l], c = place[2 * LANES + l];
      cr_assert(a != b && b != c && a != c && a != SELF && b != SELF && c != SELF);
      count[(a * N + b) * N + c]++;
    }
  }
  int sequences = 0;
  for (int s = 0; s < N * N * N; s++) {
    if (count[s] == 0) continue;
    sequences++;
    chi += (count[s] - expected) * (count[s] - expected) / expected;
  }
  cr_expect_eq(sequences, 120);
  cr_expect_lt(chi, 170);
  cr_expect_gt(chi, 75);
  free(workspace);
}

/* Other units and other seeds have other draws; more neighbours begin with the same ones. */
Test(draws, keyed) {
  int32_t a[4 * LANES], b[6 * LANES], c[4 * LANES];
  void *workspace = room(1000, 30);
  sw_draws draws = sw_draws_begin(1, 5, 1000, 10, 4, workspace);
  sw_draws_fill(&draws, 16, a);
  draws = sw_draws_begin(1, 5, 1000, 10, 6, workspace);
  sw_draws_fill(&draws, 16, b);
  cr_expect_eq(memcmp(a, b, sizeof a), 0);
  draws = sw_draws_begin(1, 6, 1000, 10, 4, workspace);
  sw_draws_fill(&draws, 16, c);
  cr_expect_neq(memcmp(a, c, sizeof a), 0);
  draws = sw_draws_begin(2, 5, 1000, 10, 4, workspace);
  sw_draws_fill(&draws, 16, c);
  cr_expect_neq(memcmp(a, c, sizeof a), 0);
  free(workspace);
}

/* All others are neighbours: every draw has each of them once. */
Test(draws, everyone) {
  enum { N = 30, K = N - 1 };
  int32_t place[K * LANES];
  void *workspace = room(N, K);
  sw_draws draws = sw_draws_begin(3, 4, N, 0, K, workspace);
  sw_draws_fill(&draws, 0, place);
  for (int l = 0; l < LANES; l++) {
    int64_t seen = 0;
    for (int j = 0; j < K; j++)
      seen |= INT64_C(1) << place[j * LANES + l];
    cr_expect_eq(seen, (INT64_C(1) << N) - 2);
  }
  free(workspace);
}

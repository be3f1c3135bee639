/* Runs a pair measure on a harness: passes over units block by block with operands placed as the
 * engine places them, then rows of the matrix. */
#ifndef TESTS_MEASURE_PAIR_FIXTURE_H
#define TESTS_MEASURE_PAIR_FIXTURE_H

#include "harness.h"

static inline sw_status pair_start(harness *h) {
  SW_TRY(harness_resolve(h));
  int last = h->job.n_passes - 1;
  for (int pass = 0; pass < last; pass++)
    SW_TRY(harness_pass(h, pass));
  return h->job.measure->prepare ? h->job.measure->prepare(&h->err, &h->job, last) : SW_OK;
}

/* A segment of the first quantity, by whichever function the measure has. */
static inline void pair_segment(harness *h, int t, int64_t i, int64_t j0, int64_t j1, double *out) {
  const sw_measure *m = h->job.measure;
  double *quantity[8] = {out};
  void *workspace = harness_bytes(m->workspace ? m->workspace(&h->job) : 0);
  if (m->block)
    m->block(&h->job, t, i, i + 1, j0, j1, quantity, 0, workspace);
  else
    m->segment(&h->job, t, i, j0, j1, quantity, workspace);
  free(workspace);
}

/* One value, by a segment of its own. */
static inline double pair_value(harness *h, int t, int64_t i, int64_t j) {
  double value = 0;
  pair_segment(h, t, i, j, j + 1, &value);
  return value;
}

/* Every pair both ways: as symmetric as declared, and the same in any segment. */
static inline void pair_expect_bits(harness *h, int t) {
  int64_t n = h->job.n;
  double *row = malloc((size_t)n * sizeof *row), *part = malloc((size_t)n * sizeof *part);
  for (int64_t i = 0; i < n; i++) {
    int64_t j0 = i * 17 % n, j1 = j0 + (n - j0 + 1) / 2;
    pair_segment(h, t, i, 0, n, row);
    pair_segment(h, t, i, j0, j1, part);
    for (int64_t j = j0; j < j1; j++)
      cr_expect(i == j || memcmp(&row[j], &part[j - j0], sizeof *row) == 0, "segment of row %d",
                (int)i);
    for (int64_t j = 0; j < n && !h->job.directed; j++) {
      double back = pair_value(h, t, j, i);
      cr_expect(i == j || back == row[j] || (isnan(back) && isnan(row[j])), "pair %d %d", (int)i,
                (int)j);
    }
  }
  free(part);
  free(row);
}

#define PAIR_FAILS(h, part)                                                                        \
  do {                                                                                             \
    cr_expect_eq(pair_start(h), SW_EINPUT);                                                        \
    cr_expect_not_null(strstr((h)->err.text, part), "said: %s", (h)->err.text);                    \
  } while (0)

#endif

/* Runs a pair measure on a harness: pass 0 over units block by block with operands placed as the
 * engine places them, then rows of the matrix. */
#ifndef TESTS_MEASURE_PAIR_FIXTURE_H
#define TESTS_MEASURE_PAIR_FIXTURE_H

#include "harness.h"

/* Operand rows of the whole, and as the block that begins at `lo` sees them. */
static inline void pair_operands(harness *h, double **whole, double **local, int rows, int64_t lo) {
  for (int r = 0; r < rows; r++)
    local[r] = whole[r] + lo;
  h->job.operand_local[0] = (sw_view){local, lo};
  harness_show(h, lo);
}

static inline sw_status pair_units_pass(harness *h) {
  const sw_measure *m = h->job.measure;
  const sw_pass *p = &h->job.pass[0];
  int rows = p->operand * h->job.n_periods;
  double **whole = NULL, **local = NULL;
  char *all = NULL, *part = NULL, *result = NULL;
  HARNESS_NEW(h, whole, rows);
  HARNESS_NEW(h, local, rows);
  HARNESS_NEW(h, all, p->partial + 1);
  HARNESS_NEW(h, result, p->result + 1);
  for (int r = 0; r < rows; r++)
    HARNESS_NEW(h, whole[r], h->job.n);
  for (int64_t lo = 0; lo < h->job.n; lo += SW_BLOCK) {
    int64_t hi = lo + SW_BLOCK < h->job.n ? lo + SW_BLOCK : h->job.n;
    HARNESS_NEW(h, part, p->partial + 1);
    pair_operands(h, whole, local, rows, lo);
    m->tile(&h->job, &(sw_tile){0, lo, hi}, part, NULL);
    if (m->merge) m->merge(&h->job, 0, all, part);
  }
  h->job.operand[0] = (sw_view){whole, 0};
  h->job.folded[0] = result;
  return m->finish ? m->finish(&h->err, &h->job, 0, all, result) : SW_OK;
}

static inline sw_status pair_start(harness *h) {
  SW_TRY(harness_resolve(h));
  const sw_measure *m = h->job.measure;
  if (m->prepare) SW_TRY(m->prepare(&h->err, &h->job, 0));
  SW_TRY(pair_units_pass(h));
  return m->prepare ? m->prepare(&h->err, &h->job, 1) : SW_OK;
}

/* A segment of the first quantity, by whichever function the measure has. */
static inline void pair_segment(harness *h, int t, int64_t i, int64_t j0, int64_t j1, double *out) {
  const sw_measure *m = h->job.measure;
  double *quantity[] = {out, NULL, NULL};
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

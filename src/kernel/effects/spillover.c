/* Columns of the matrix of effects, eight at a time (spillover.h). Called by the pair pass of the
 * spatial models (measure/spatial/spatial_spillover.c), which announces the rows that come next.
 * Eight columns cost one solve, and a product with W where the model has lags of x; memory: three
 * blocks of 8 n numbers per thread, beside the filter's. */
#include "kernel/effects/spillover.h"

#include "kernel/hot.h"

#include <string.h>

enum { LANES = SW_FILTER_LANES };

size_t sw_spillover_workspace(int64_t n) {
  return 3 * LANES * (size_t)n * sizeof(double);
}

/* Nothing is solved yet; `count` 0 makes the first row ask. */
sw_spillover sw_spillover_begin(sw_filter *filter, double own, double lagged, void *workspace) {
  int64_t n = sw_filter_plan_of(filter)->n;
  double *column = workspace;
  return (sw_spillover){.filter = filter,
                        .n = n,
                        .own = own,
                        .lagged = lagged,
                        .column = column,
                        .block = column + LANES * n,
                        .lag = column + 2 * LANES * n};
}

/* Lanes apart, b A^-1 + t W A^-1. Without a lag nothing is added, so that no sign of zero changes.
 *
 * By lanes in, by columns out: the pair pass reads whole columns. */
SW_HOT static void take_apart(const sw_spillover *s) {
  const double *restrict x = s->block, *restrict lag = s->lag;
  double *restrict column = s->column, own = s->own, lagged = s->lagged;
  int64_t n = s->n;
  if (lagged == 0)
    for (int64_t i = 0; i < n; i++)
      for (int c = 0; c < LANES; c++)
        column[c * n + i] = own * x[i * LANES + c];
  else
    for (int64_t i = 0; i < n; i++)
      for (int c = 0; c < LANES; c++)
        column[c * n + i] = own * x[i * LANES + c] + lagged * lag[i * LANES + c];
}

/* Rows of the effects matrix are asked for by the unit that gives, so they are columns of A^-1. */
void sw_spillover_solve(sw_spillover *s, int count, const int32_t *unit) {
  s->count = count;
  memcpy(s->unit, unit, (size_t)count * sizeof *unit);
  sw_filter_columns_block(s->filter, count, unit, s->block);
  if (s->lagged != 0) sw_filter_lag_block(s->filter, s->block, s->lag);
  take_apart(s);
}

/* A row that was not announced is solved alone, with the same bits. Lanes do not touch each other
 * in a solve. */
const double *sw_spillover_row(sw_spillover *s, int64_t j) {
  int c = 0;
  while (c < s->count && s->unit[c] != j)
    c++;
  if (c == s->count) {
    sw_spillover_solve(s, 1, &(int32_t){(int32_t)j});
    c = 0;
  }
  return s->column + c * s->n;
}

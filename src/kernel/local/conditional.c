/* The hot loop of conditional permutations. A draw's neighbours are gathered once for all periods,
 * whose values of a unit lie side by side: vectors run over periods, and the sum over neighbours
 * runs in their order. What is observed is the statistic of the neighbours themselves, by the same
 * loop.
 *
 * Ties: a draw of the neighbours themselves in another order, or of other units with the same
 * values, differs from what is observed by rounding. It counts as equal, in both tails: `slack` is
 * some 1e-13 of the largest sum that there can be. */
#include "kernel/local/conditional.h"

#include <math.h>
#include <string.h>

#include "kernel/hot.h"

enum { LANES = SW_DRAW_LANES, WIDE = 8 }; /* columns of a strip */

size_t sw_local_workspace(int64_t n, int64_t k, int stride) {
  (void)stride;
  return sw_draws_workspace(n, k) + ((size_t)k * LANES * sizeof(int32_t) + 63) / 64 * 64;
}

/* The statistic in `columns` columns from `column` on, of the neighbours place[j * step]. */
SW_INLINE void statistic(sw_local_form form, int columns, const sw_local_table *table,
                         const sw_local_unit *unit, const int32_t *place, int step, int column,
                         double *restrict out) {
  double lag[WIDE] = {0}, other[WIDE] = {0};
  int64_t stride = table->stride;
  for (int64_t j = 0; j < unit->k; j++) {
    double w = unit->weight[j];
    const double *a = table->value[0] + place[j * step] * stride + column;
    if (form != SW_LOCAL_SQUARES)
      for (int c = 0; c < columns; c++)
        lag[c] += w * a[c];
    if (form == SW_LOCAL_PRODUCT) {
      const double *b = table->value[1] + place[j * step] * stride + column;
      for (int c = 0; c < columns; c++)
        other[c] += w * b[c];
    }
    if (form == SW_LOCAL_SQUARES) {
      double square[WIDE] = {0};
      for (int v = 0; v < table->n_variables; v++) {
        const double *theirs = table->value[v] + place[j * step] * stride + column;
        const double *own = table->value[v] + unit->self * stride + column;
        for (int c = 0; c < columns; c++)
          square[c] += (theirs[c] - own[c]) * (theirs[c] - own[c]);
      }
      for (int c = 0; c < columns; c++)
        lag[c] += w * square[c];
    }
  }
  for (int c = 0; c < columns; c++)
    out[c] = form == SW_LOCAL_PRODUCT ? lag[c] * other[c] : lag[c];
}

/* The counts of a strip over eight draws, or as many as are left. */
SW_INLINE void count_strip(sw_local_form form, bool sums, int columns, const sw_local_table *table,
                           const sw_local_unit *unit, const int32_t *place, int draws, int column) {
  double low[WIDE], high[WIDE], least[WIDE] = {0}, most[WIDE] = {0}, sum[WIDE], squares[WIDE];
  for (int c = 0; c < columns; c++) {
    low[c] = unit->observed[column + c] - unit->slack[column + c];
    high[c] = unit->observed[column + c] + unit->slack[column + c];
    sum[c] = sums ? unit->sum[column + c] : 0;
    squares[c] = sums ? unit->squares[column + c] : 0;
  }
  for (int l = 0; l < draws; l++) {
    double drawn[WIDE];
    statistic(form, columns, table, unit, place + l, LANES, column, drawn);
    for (int c = 0; c < columns; c++) {
      least[c] += drawn[c] >= low[c] ? 1.0 : 0.0;
      most[c] += drawn[c] <= high[c] ? 1.0 : 0.0;
    }
    for (int c = 0; sums && c < columns; c++) {
      double off = drawn[c] - unit->observed[column + c];
      sum[c] += off;
      squares[c] += off * off;
    }
  }
  for (int c = 0; c < columns; c++) {
    unit->at_least[column + c] += least[c];
    unit->at_most[column + c] += most[c];
    if (sums) unit->sum[column + c] = sum[c];
    if (sums) unit->squares[column + c] = squares[c];
  }
}

SW_INLINE void count_all(sw_local_form form, bool sums, const sw_local_table *table,
                         const sw_local_unit *unit, const int32_t *place, int draws) {
  int column = 0;
  for (; column + WIDE <= table->stride; column += WIDE)
    count_strip(form, sums, WIDE, table, unit, place, draws, column);
  for (; column < table->stride; column += SW_LOCAL_COLUMNS)
    count_strip(form, sums, SW_LOCAL_COLUMNS, table, unit, place, draws, column);
}

SW_HOT static void count_lags(const sw_local_table *table, const sw_local_unit *unit,
                              const int32_t *place, int draws) {
  count_all(SW_LOCAL_LAG, false, table, unit, place, draws);
}

SW_HOT static void count_squares(const sw_local_table *table, const sw_local_unit *unit,
                                 const int32_t *place, int draws) {
  count_all(SW_LOCAL_SQUARES, false, table, unit, place, draws);
}

SW_HOT static void count_products(const sw_local_table *table, const sw_local_unit *unit,
                                  const int32_t *place, int draws) {
  count_all(SW_LOCAL_PRODUCT, true, table, unit, place, draws);
}

void sw_local_observe(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit) {
  for (int column = 0; column < table->stride; column += SW_LOCAL_COLUMNS) {
    double *out = unit->observed + column;
    if (form == SW_LOCAL_LAG)
      statistic(SW_LOCAL_LAG, SW_LOCAL_COLUMNS, table, unit, unit->place, 1, column, out);
    else if (form == SW_LOCAL_SQUARES)
      statistic(SW_LOCAL_SQUARES, SW_LOCAL_COLUMNS, table, unit, unit->place, 1, column, out);
    else
      statistic(SW_LOCAL_PRODUCT, SW_LOCAL_COLUMNS, table, unit, unit->place, 1, column, out);
  }
}

void sw_local_permute(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit,
                      uint64_t seed, uint64_t key, int64_t permutations, void *workspace) {
  int32_t *place = workspace;
  size_t bytes = ((size_t)unit->k * LANES * sizeof *place + 63) / 64 * 64;
  sw_draws draws =
      sw_draws_begin(seed, key, table->count, unit->self, unit->k, (char *)workspace + bytes);
  size_t row = (size_t)table->stride * sizeof(double);
  memset(unit->at_least, 0, row);
  memset(unit->at_most, 0, row);
  if (form == SW_LOCAL_PRODUCT) memset(unit->sum, 0, row);
  if (form == SW_LOCAL_PRODUCT) memset(unit->squares, 0, row);
  for (int64_t first = 0; first < permutations; first += LANES) {
    int left = permutations - first < LANES ? (int)(permutations - first) : LANES;
    sw_draws_fill(&draws, first, place);
    if (form == SW_LOCAL_LAG)
      count_lags(table, unit, place, left);
    else if (form == SW_LOCAL_SQUARES)
      count_squares(table, unit, place, left);
    else
      count_products(table, unit, place, left);
  }
}

/* A sample without replacement: Var = s^2 (N w2 - w^2)/(N - 1), s^2 with divisor N. The difference
 * is zero, not below it, where all others are drawn with equal weights. */
sw_local_moments sw_local_lag_moments(double others, double sum, double squares, double w,
                                      double w2) {
  double mean = sum / others, spread = squares / others - mean * mean;
  double scale = others > 1 ? (others * w2 - w * w) / (others - 1) : 0;
  if (!(spread > 0)) spread = spread < 0 ? 0 : spread;
  if (fabs(scale) < 1e-14 * others * w2) scale = 0;
  return (sw_local_moments){w * mean, scale * spread};
}

double sw_local_p(sw_alternative alternative, double at_least, double at_most,
                  int64_t permutations) {
  double all = (double)permutations + 1, nearer = at_least < at_most ? at_least : at_most;
  if (alternative == SW_GREATER) return (at_least + 1) / all;
  if (alternative == SW_LESS) return (at_most + 1) / all;
  if (alternative == SW_FOLDED) return (nearer + 1) / all;
  return fmin(1, 2 * (nearer + 1) / all);
}

double sw_local_normal_p(sw_alternative alternative, double z) {
  if (alternative == SW_GREATER) return erfc(z * M_SQRT1_2) / 2;
  if (alternative == SW_LESS) return erfc(-z * M_SQRT1_2) / 2;
  return erfc(fabs(z) * M_SQRT1_2) / (alternative == SW_FOLDED ? 2 : 1);
}

double sw_local_least_p(sw_alternative alternative, int64_t permutations) {
  return sw_local_p(alternative, 0, 0, permutations);
}

double sw_local_bh_cut(const double *sorted, int64_t n, double alpha) {
  for (int64_t k = n; k > 0; k--)
    if (sorted[k - 1] <= (double)k * alpha / (double)n) return sorted[k - 1];
  return -1;
}

int64_t sw_local_bh_needs(double least, int64_t n, double alpha) {
  int64_t k = (int64_t)floor(least * (double)n / alpha);
  while (least > (double)k * alpha / (double)n)
    k++;
  return k;
}

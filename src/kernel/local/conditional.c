/* The hot loop of conditional permutations. A draw's neighbours are gathered once for all periods,
 * whose values of a unit lie side by side: vectors run over periods, and the sum over neighbours
 * runs in their order. What is observed is the statistic of the neighbours themselves, by the same
 * loop.
 *
 * Ties: a draw of the neighbours themselves in another order, or of other units with the same
 * values, differs from what is observed by rounding. It counts as equal, in both tails: `slack` is
 * some 1e-13 of the largest sum that there can be.
 *
 * Called by the local measures, per unit: all periods of a unit share their draws. Cost
 * permutations x k x periods. Pure; counts go to the unit's own arrays, so threads share
 * nothing. */
#include "kernel/local/conditional.h"

#include <math.h>
#include <string.h>

#include "kernel/hot.h"

enum { LANES = SW_DRAW_LANES, FOUR = SW_LOCAL_COLUMNS, WIDE = 2 }; /* of fours, a strip */

/* Four columns, and what comparing them gives: -1 where it is so. Vector types of the compiler: an
 * operation on four doubles, whatever the instruction set. */
typedef double d4 __attribute__((vector_size(FOUR * sizeof(double)), aligned(8), may_alias));
typedef int64_t i4 __attribute__((vector_size(FOUR * sizeof(int64_t)), aligned(8), may_alias));

/* The draws of a unit serve all periods, so the stride does not matter. */
size_t sw_local_workspace(int64_t n, int64_t k, int stride) {
  (void)stride;
  return sw_draws_workspace(n, k) + ((size_t)k * LANES * sizeof(int32_t) + 63) / 64 * 64;
}

/* The statistic in `fours` times four columns from `column` on, of the neighbours place[j * step].
 *
 * lag = sum w_j a_j; product: times sum w_j b_j; squares: sum w_j times the squared distance in all
 * variables. */
SW_INLINE void statistic(sw_local_form form, int fours, const sw_local_table *table,
                         const sw_local_unit *unit, const int32_t *place, int step, int column,
                         d4 *restrict out) {
  d4 lag[WIDE] = {{0}}, other[WIDE] = {{0}};
  int64_t stride = table->stride;
  for (int64_t j = 0; j < unit->k; j++) {
    double w = unit->weight[j];
    int64_t at = place[j * step] * stride + column;
    const d4 *a = (const d4 *)(table->value[0] + at);
    if (form != SW_LOCAL_SQUARES)
      for (int f = 0; f < fours; f++)
        lag[f] += w * a[f];
    if (form == SW_LOCAL_PRODUCT) {
      const d4 *b = (const d4 *)(table->value[1] + at);
      for (int f = 0; f < fours; f++)
        other[f] += w * b[f];
    }
    if (form == SW_LOCAL_SQUARES) {
      d4 square[WIDE] = {{0}};
      for (int v = 0; v < table->n_variables; v++) {
        const d4 *theirs = (const d4 *)(table->value[v] + at);
        const d4 *own = (const d4 *)(table->value[v] + unit->self * stride + column);
        for (int f = 0; f < fours; f++)
          square[f] += (theirs[f] - own[f]) * (theirs[f] - own[f]);
      }
      for (int f = 0; f < fours; f++)
        lag[f] += w * square[f];
    }
  }
  for (int f = 0; f < fours; f++) {
    if (form == SW_LOCAL_PRODUCT) lag[f] *= other[f];
    out[f] = lag[f];
  }
}

/* Exact: the bits of 2^52 with those of a small count are the double 2^52 + count. A conversion of
 * int64 to double has no vector instruction before AVX-512; this trick has. */
SW_INLINE void add_counts(int fours, const i4 *count, double *to) {
  const d4 zero = {0}, magic = zero + 0x1p52;
  for (int f = 0; f < fours; f++)
    ((d4 *)to)[f] += (d4)(count[f] | (i4)magic) - magic;
}

/* The counts of a strip over eight draws, or as many as are left. A comparison gives -1 where it
 * holds, so counts are subtracted. */
SW_INLINE void count_strip(sw_local_form form, bool sums, int fours, const sw_local_table *table,
                           const sw_local_unit *unit, const int32_t *place, int draws, int column) {
  const d4 *observed = (const d4 *)(unit->observed + column),
           *slack = (const d4 *)(unit->slack + column);
  d4 *sum = sums ? (d4 *)(unit->sum + column) : NULL,
     *squares = sums ? (d4 *)(unit->squares + column) : NULL;
  d4 low[WIDE], high[WIDE];
  i4 least[WIDE] = {{0}}, most[WIDE] = {{0}};
  for (int f = 0; f < fours; f++) {
    low[f] = observed[f] - slack[f];
    high[f] = observed[f] + slack[f];
  }
  for (int l = 0; l < draws; l++) {
    d4 drawn[WIDE];
    statistic(form, fours, table, unit, place + l, LANES, column, drawn);
    for (int f = 0; f < fours; f++) {
      least[f] -= drawn[f] >= low[f];
      most[f] -= drawn[f] <= high[f];
    }
    /* Sums about what is observed, for a mean and variance over draws that lose no digits to its
     * level. */
    for (int f = 0; sums && f < fours; f++) {
      d4 off = drawn[f] - observed[f];
      sum[f] += off;
      squares[f] += off * off;
    }
  }
  add_counts(fours, least, unit->at_least + column);
  add_counts(fours, most, unit->at_most + column);
}

/* Strips of two fours, then single ones: stride is a multiple of four. */
SW_INLINE void count_all(sw_local_form form, bool sums, const sw_local_table *table,
                         const sw_local_unit *unit, const int32_t *place, int draws) {
  int column = 0;
  for (; column + WIDE * FOUR <= table->stride; column += WIDE * FOUR)
    count_strip(form, sums, WIDE, table, unit, place, draws, column);
  for (; column < table->stride; column += FOUR)
    count_strip(form, sums, 1, table, unit, place, draws, column);
}

/* A function for each form: `form` and `sums` are constants in it, and the loops have no
 * branches. */
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

/* The neighbours' own places with a step of 1. */
void sw_local_observe(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit) {
  for (int column = 0; column < table->stride; column += FOUR) {
    d4 *out = (d4 *)(unit->observed + column);
    if (form == SW_LOCAL_LAG)
      statistic(SW_LOCAL_LAG, 1, table, unit, unit->place, 1, column, out);
    else if (form == SW_LOCAL_SQUARES)
      statistic(SW_LOCAL_SQUARES, 1, table, unit, unit->place, 1, column, out);
    else
      statistic(SW_LOCAL_PRODUCT, 1, table, unit, unit->place, 1, column, out);
  }
}

/* Draws for one unit: its neighbours are replaced by others at random, LANES draws at a time. */
void sw_local_permute(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit,
                      uint64_t seed, uint64_t key, int64_t permutations, void *workspace) {
  int32_t *place = workspace;
  size_t bytes = ((size_t)unit->k * LANES * sizeof *place + 63) / 64 * 64;
  sw_draws draws =
      sw_draws_begin(seed, key, table->count, unit->self, unit->k, (char *)workspace + bytes);
  size_t row = (size_t)table->stride * sizeof(double);
  memset(unit->at_least, 0, row);
  memset(unit->at_most, 0, row);
  /* Only products need moments by simulation; lags have exact ones (below). */
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

/* Variance of the sum of weights w_j on a sample without replacement from N others: s^2 (N w2 -
 * w^2)/(N - 1), s^2 with divisor N. With all others as neighbours of equal weights every draw gives
 * the same sum: a scale that is rounding is 0. */
sw_local_moments sw_local_lag_moments(double others, double sum, double squares, double w,
                                      double w2) {
  double mean = sum / others, spread = squares / others - mean * mean;
  double scale = others > 1 ? (others * w2 - w * w) / (others - 1) : 0;
  if (!(spread > 0)) spread = spread < 0 ? 0 : spread;
  if (fabs(scale) < 1e-14 * others * w2) scale = 0;
  return (sw_local_moments){w * mean, scale * spread};
}

/* (count + 1) / (permutations + 1): what is observed is one of the permutations. `folded`:
 * one-sided in the observed direction. */
double sw_local_p(sw_alternative alternative, double at_least, double at_most,
                  int64_t permutations) {
  double all = (double)permutations + 1, nearer = at_least < at_most ? at_least : at_most;
  if (alternative == SW_GREATER) return (at_least + 1) / all;
  if (alternative == SW_LESS) return (at_most + 1) / all;
  if (alternative == SW_FOLDED) return (nearer + 1) / all;
  return fmin(1, 2 * (nearer + 1) / all);
}

/* erfc keeps its digits in the far tail, where 1 - erf has none. */
double sw_local_normal_p(sw_alternative alternative, double z) {
  if (alternative == SW_GREATER) return erfc(z * M_SQRT1_2) / 2;
  if (alternative == SW_LESS) return erfc(-z * M_SQRT1_2) / 2;
  return erfc(fabs(z) * M_SQRT1_2) / (alternative == SW_FOLDED ? 2 : 1);
}

/* The p of an observed value that no draw reaches. */
double sw_local_least_p(sw_alternative alternative, int64_t permutations) {
  return sw_local_p(alternative, 0, 0, permutations);
}

/* Benjamini & Hochberg 1995: the greatest p that is at most its rank's share of alpha; -1: none.
 * Sought from the largest rank down, so the first that holds is it. */
double sw_local_bh_cut(const double *sorted, int64_t n, double alpha) {
  for (int64_t k = n; k > 0; k--)
    if (sorted[k - 1] <= (double)k * alpha / (double)n) return sorted[k - 1];
  return -1;
}

/* How many of n must reach the least possible p for the rule to reject any: tells whether the
 * permutations are enough. The loop mends the rounding of the quotient. k minimal with least <= k
 * alpha/n. */
int64_t sw_local_bh_needs(double least, int64_t n, double alpha) {
  int64_t k = (int64_t)floor(least * (double)n / alpha);
  while (least > (double)k * alpha / (double)n)
    k++;
  return k;
}

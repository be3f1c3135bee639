/* The hot loop of global permutations. Values of a unit in several periods lie side by side, so
 * vectors run over periods and a link is read once for all; a draw is gathered into a table of its
 * own first. Sums run in the order of units and, within a row, of links. What is observed comes out
 * of the same loop.
 *
 * Ties: a draw that only exchanges equal values differs from what is observed by rounding. It
 * counts as equal, in both tails: the slack is some 1e-13 of a bound of the sum. */
#include "kernel/autocorrelation/permute.h"

#include <math.h>
#include <string.h>

#include "kernel/autocorrelation/join_count.h"
#include "kernel/hot.h"
#include "spillway/rng.h"

enum { WIDE = 8, NARROW = 4 }; /* columns of a strip */

/* Names the use of random numbers: "permute". */
#define STREAM UINT64_C(0x7065726d757465)

/* Counts of joins have three statistics in one walk; the other forms one. */
int sw_permute_statistics(sw_permute_form form) {
  return form == SW_PERMUTE_JOINS ? SW_JOINS : 1;
}

/* Rows of the table of draws begin on a cache line. */
static size_t whole(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

size_t sw_permute_workspace(int64_t n) {
  return whole((size_t)n * sizeof(int32_t)) + (size_t)n * SW_PERMUTE_COLUMNS * sizeof(double);
}

/* ---- statistics ------------------------------------------------------------------------- */

/* Of `columns` columns from `column` on; out[statistic * stride + c]. `fixed` is the factor that
 * stays at its unit: for Moran's I of one variable the values move on both sides. */
SW_INLINE void strip(sw_permute_form form, int columns, const sw_permute_set *set,
                     const double *fixed, const double *moved, int column, double *out) {
  const sw_links *links = set->links;
  double sum[WIDE] = {0}, ones[WIDE] = {0}, joins = 0;
  int64_t stride = set->stride;
  for (int64_t p = 0; p < set->count; p++) {
    const double *a = fixed + p * stride + column, *own = moved + p * stride + column;
    int64_t unit = set->unit[p];
    double row[WIDE] = {0};
    for (int64_t e = links->row_start[unit]; e < links->row_start[unit + 1]; e++) {
      /* Units without a value have no place and no link. */
      int64_t q = set->place[links->to[e]];
      if (q < 0) continue;
      const double *b = moved + q * stride + column;
      double w = links->value[e];
      if (form == SW_PERMUTE_PRODUCT)
        for (int c = 0; c < columns; c++)
          row[c] += w * b[c];
      else if (form == SW_PERMUTE_SQUARES)
        for (int c = 0; c < columns; c++)
          row[c] += w * ((own[c] - b[c]) * (own[c] - b[c]));
      else {
        joins += 1;
        for (int c = 0; c < columns; c++) {
          row[c] += own[c] * b[c];
          ones[c] += own[c] + b[c];
        }
      }
    }
    double factor = form == SW_PERMUTE_JOINS ? 1 : set->factor[p];
    for (int c = 0; c < columns; c++)
      /* The sum of a row first, so that the observed statistic has the bits of the draws. */
      sum[c] += form == SW_PERMUTE_PRODUCT ? a[c] * (row[c] * factor) : row[c] * factor;
  }
  for (int c = 0; c < columns; c++) {
    if (form != SW_PERMUTE_JOINS) {
      out[column + c] = sum[c];
      continue;
    }
    out[SW_JOIN_BB * stride + column + c] = sum[c] / 2;
    out[SW_JOIN_WW * stride + column + c] = (joins - ones[c] + sum[c]) / 2;
    out[SW_JOIN_BW * stride + column + c] = (ones[c] - 2 * sum[c]) / 2;
  }
}

/* Strips of eight columns, then of four: stride is a multiple of four. */
SW_INLINE void all_strips(sw_permute_form form, const sw_permute_set *set, const double *fixed,
                          const double *moved, double *out) {
  int column = 0;
  for (; column + WIDE <= set->stride; column += WIDE)
    strip(form, WIDE, set, fixed, moved, column, out);
  for (; column < set->stride; column += NARROW)
    strip(form, NARROW, set, fixed, moved, column, out);
}

/* A function for each form, in which it is a constant: three copies of one body are the price of
 * inner loops without branches. */
SW_HOT static void products(const sw_permute_set *set, const double *fixed, const double *moved,
                            double *out) {
  all_strips(SW_PERMUTE_PRODUCT, set, fixed, moved, out);
}

SW_HOT static void squares(const sw_permute_set *set, const double *fixed, const double *moved,
                           double *out) {
  all_strips(SW_PERMUTE_SQUARES, set, fixed, moved, out);
}

SW_HOT static void joins(const sw_permute_set *set, const double *fixed, const double *moved,
                         double *out) {
  all_strips(SW_PERMUTE_JOINS, set, fixed, moved, out);
}

/* Without `fixed` both factors of a product are the same drawn values. */
static void statistics(sw_permute_form form, const sw_permute_set *set, const double *moved,
                       double *out) {
  const double *fixed = set->fixed ? set->fixed : moved;
  if (form == SW_PERMUTE_PRODUCT)
    products(set, fixed, moved, out);
  else if (form == SW_PERMUTE_SQUARES)
    squares(set, fixed, moved, out);
  else
    joins(set, fixed, moved, out);
}

/* ---- what is observed ------------------------------------------------------------------- */

/* The largest magnitude in a column. */
static double most(const sw_permute_set *set, const double *value, int column) {
  double most = 0;
  for (int64_t p = 0; p < set->count; p++)
    most = fmax(most, fabs(value[p * set->stride + column]));
  return most;
}

/* The sum of absolute weights, which bounds any sum of products. Joins are counts of halves and
 * exact, so they need no slack. */
static double weight_in_all(const sw_permute_set *set) {
  const sw_links *links = set->links;
  double sum = 0;
  for (int64_t p = 0; p < set->count; p++)
    for (int64_t e = links->row_start[set->unit[p]]; e < links->row_start[set->unit[p] + 1]; e++)
      if (set->place[links->to[e]] >= 0) sum += fabs(links->value[e] * set->factor[p]);
  return sum;
}

/* The observed statistics, and how far a draw may be from them by rounding alone: draws within the
 * slack count as equal, so that p does not depend on the order of additions. */
void sw_permute_observe(sw_permute_form form, const sw_permute_set *set) {
  double all = 1e-13 * weight_in_all(set);
  statistics(form, set, set->moved, set->observed);
  for (int q = 0; q < sw_permute_statistics(form); q++)
    for (int c = 0; c < set->stride; c++) {
      double b = most(set, set->moved, c), a = set->fixed ? most(set, set->fixed, c) : b;
      /* A difference of two values may be twice the largest, its square four times. */
      set->slack[q * set->stride + c] = form == SW_PERMUTE_JOINS     ? 0
                                        : form == SW_PERMUTE_SQUARES ? all * 4 * b * b
                                                                     : all * a * b;
    }
}

/* ---- draws ------------------------------------------------------------------------------ */

/* Fisher and Yates: the unit at place j is dealt one of the values that are left. A permutation of
 * all values, also where some are equal. */
static void shuffle(const sw_permute_set *set, uint64_t seed, const uint64_t *key, uint64_t draw,
                    int32_t *order) {
  for (int64_t j = 0; j < set->count; j++)
    order[j] = (int32_t)j;
  for (int64_t j = 0; j + 1 < set->count; j++) {
    sw_rng rng = sw_rng_make(seed, STREAM, key[set->unit[j]]);
    rng.draw = draw;
    int64_t other = j + (int64_t)sw_rng_below(&rng, (uint64_t)(set->count - j));
    int32_t dealt = order[other];
    order[other] = order[j];
    order[j] = dealt;
  }
}

/* O(links) and O(n) random numbers for each draw. A draw depends on (seed, unit, draw) alone, so
 * draws may be dealt to threads and ranks in any way. */
void sw_permute_count(sw_permute_form form, const sw_permute_set *set, uint64_t seed,
                      const uint64_t *key, int64_t first, int64_t draws, double *at_least,
                      double *at_most, void *workspace) {
  double drawn[SW_PERMUTE_STATISTICS * SW_PERMUTE_COLUMNS];
  int32_t *order = workspace;
  double *moved = (double *)((char *)workspace + whole((size_t)set->count * sizeof *order));
  /* The workspace is one order and one table; results are added to the caller's counts. */
  int64_t stride = set->stride, numbers = sw_permute_statistics(form) * stride;
  for (int64_t d = first; d < first + draws; d++) {
    shuffle(set, seed, key, (uint64_t)d, order);
    for (int64_t p = 0; p < set->count; p++)
      /* A row of all periods is copied: the same permutation serves every column. */
      memcpy(moved + p * stride, set->moved + order[p] * stride, (size_t)stride * sizeof *moved);
    statistics(form, set, moved, drawn);
    for (int64_t k = 0; k < numbers; k++) {
      at_least[k] += drawn[k] >= set->observed[k] - set->slack[k];
      at_most[k] += drawn[k] <= set->observed[k] + set->slack[k];
    }
  }
}

/* One-sided, in the direction of what is observed; the observed is counted among the permutations,
 * so p is never 0. */
double sw_permute_p(double at_least, double at_most, int64_t permutations) {
  return (fmin(at_least, at_most) + 1) / ((double)permutations + 1);
}

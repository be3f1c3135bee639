/* Global statistics under permutation: the values of a population are dealt out anew to its units,
 * and the statistic of each draw is compared with the one observed, for several periods at once.
 * Draws stream; none is kept.
 *
 * A draw is a pure function of (seed, number of the draw, codes of the units, population): the word
 * by which a unit is dealt its value has the key (seed, code, draw). So it depends on no rank,
 * thread, tile, restart or order of rows, and is the same in all periods with one population. */
#ifndef SW_KERNEL_AUTOCORRELATION_PERMUTE_H
#define SW_KERNEL_AUTOCORRELATION_PERMUTE_H

#include <stddef.h>
#include <stdint.h>

#include "spillway/weights.h"

/* sum w_ij a_i b_j; sum w_ij (b_i - b_j)^2; of zeros and ones with links of 1 the counts of
 * join_count.h, three statistics. */
typedef enum sw_permute_form {
  SW_PERMUTE_PRODUCT,
  SW_PERMUTE_SQUARES,
  SW_PERMUTE_JOINS
} sw_permute_form;

enum { SW_PERMUTE_COLUMNS = 16, SW_PERMUTE_STATISTICS = 3 };

int sw_permute_statistics(sw_permute_form form);

/* A population in periods that share it. Arrays by column are [statistic * stride + column]. */
typedef struct sw_permute_set {
  const sw_links *links;
  int64_t count;        /* units */
  const int32_t *unit;  /* by place, ascending */
  const int32_t *place; /* by unit; -1: not of the population */
  const double *factor; /* by place: of the unit's row of weights */
  int columns, stride;  /* stride: a multiple of 4, SW_PERMUTE_COLUMNS at most; zeros beyond */
  const double *moved;  /* [place * stride + column]: dealt out, b above */
  const double *fixed;  /* a where it is another variable, which stays; NULL: a is b */
  double *observed;
  double *slack; /* a draw this near is as great as what is observed */
} sw_permute_set;

/* 64-byte aligned, of n units. */
size_t sw_permute_workspace(int64_t n);
/* Fills observed and slack. */
void sw_permute_observe(sw_permute_form form, const sw_permute_set *set);
/* Adds to at_least and at_most how many of the draws first .. first + draws - 1 are not below and
 * not above what is observed. `key`: units->key, by unit. */
void sw_permute_count(sw_permute_form form, const sw_permute_set *set, uint64_t seed,
                      const uint64_t *key, int64_t first, int64_t draws, double *at_least,
                      double *at_most, void *workspace);
/* Folded: one-sided, of the nearer tail, (R + 1)/(permutations + 1). */
double sw_permute_p(double at_least, double at_most, int64_t permutations);

#endif

/* Local statistics of a unit under conditional permutation: the statistic of the values observed,
 * and how many draws (draws.h) reach it from either side, for several periods at once. Draws stream
 * through in eights; nothing of size n x draws is kept. Also the exact moments of a weighted sum
 * under these draws, and what a p-value and a false discovery rate make of the counts. */
#ifndef SW_KERNEL_LOCAL_CONDITIONAL_H
#define SW_KERNEL_LOCAL_CONDITIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/local/draws.h"

/* What is computed of the neighbours' values a_j, b_j, with weights w_j, i being the unit:
 * sum w_j a_j; sum w_j sum_v (a_vj - a_vi)^2; (sum w_j a_j)(sum w_j b_j). */
typedef enum sw_local_form { SW_LOCAL_LAG, SW_LOCAL_SQUARES, SW_LOCAL_PRODUCT } sw_local_form;

enum { SW_LOCAL_COLUMNS = 4 }; /* columns come in fours */

/* Values of a population: of variable v value[v][place * stride + t], columns beyond the periods 0.
 */
typedef struct sw_local_table {
  int64_t count; /* units */
  int stride;    /* a multiple of SW_LOCAL_COLUMNS */
  int n_variables;
  double *const *value;
} sw_local_table;

/* A unit, its neighbours in the order of codes, and what is found, by column. */
typedef struct sw_local_unit {
  int64_t self, k;
  const int32_t *place; /* of the neighbours */
  const double *weight;
  double *observed;           /* the statistic */
  const double *slack;        /* a draw this near is as great as what is observed */
  double *at_least, *at_most; /* draws not below it, and not above it */
  double *sum, *squares;      /* of the draws less what is observed; NULL: not wanted */
} sw_local_unit;

/* The largest k and stride of all. */
size_t sw_local_workspace(int64_t n, int64_t k, int stride);
/* Only `observed`. */
void sw_local_observe(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit);
/* The rest, over `permutations` draws. */
void sw_local_permute(sw_local_form form, const sw_local_table *table, const sw_local_unit *unit,
                      uint64_t seed, uint64_t key, int64_t permutations, void *workspace);

/* Mean and variance of sum w_j a_j, the neighbours drawn among `others` values of which the sum and
 * the sum of squares are given: w the sum of the weights, w2 that of their squares. */
typedef struct sw_local_moments {
  double mean, variance;
} sw_local_moments;

sw_local_moments sw_local_lag_moments(double others, double sum, double squares, double w,
                                      double w2);

/* Folded: one-sided, of the nearer tail. */
typedef enum sw_alternative { SW_FOLDED, SW_TWO_SIDED, SW_GREATER, SW_LESS } sw_alternative;

#define SW_ALTERNATIVE_CHOICES "folded|two-sided|greater|less"

/* (R + 1)/(permutations + 1). */
double sw_local_p(sw_alternative alternative, double at_least, double at_most,
                  int64_t permutations);
/* Of a standard normal z. */
double sw_local_normal_p(sw_alternative alternative, double z);
/* The least p that many draws can give. */
double sw_local_least_p(sw_alternative alternative, int64_t permutations);

/* Benjamini and Hochberg 1995: the largest of n ascending p with p_(k) <= k alpha/n; -1: none. */
double sw_local_bh_cut(const double *sorted, int64_t n, double alpha);
/* How many of n tests must reach `least` for that to reject any. */
int64_t sw_local_bh_needs(double least, int64_t n, double alpha);

#endif

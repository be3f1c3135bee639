/* Inequality of a variable over units, weighted or not, and its parts by groups (methods.md
 * section 9). p_i = w_i / sum w is the share of the weight (1/n without one), mu = sum p_i y_i,
 * s_i = p_i y_i / mu. Values are zero or more. Sums over units run in the order of units, but for
 * the Gini and Dagum's parts, which run by ascending value, equal values in the order of units. */
#ifndef SW_KERNEL_SERIES_INEQUALITY_H
#define SW_KERNEL_SERIES_INEQUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sample: the values that are there, their shares, and the same by ascending value. */
typedef struct sw_sample {
  int64_t n;           /* values used */
  double *y, *p;       /* in the order of units */
  int32_t *unit;       /* their units */
  double *y_up, *p_up; /* ascending */
  int32_t *order;      /* places of the ascending values in y */
  double mean;
  int64_t zeros;
  int64_t wrong; /* the first unit with a negative value or weight, or -1 */
  bool wrong_weight;
} sw_sample;

typedef struct sw_inequality {
  double gini, theil_t, theil_l, hoover, cv;
} sw_inequality;

typedef struct sw_inequality_parts {
  double theil_t_between, theil_t_within, theil_l_between, theil_l_within;
  double gini_within, gini_between_net, gini_transvariation; /* Dagum: they sum to the Gini */
} sw_inequality_parts;

/* For n units and at most `groups` groups. */
size_t sw_inequality_workspace(int64_t n, int groups);

/* Values and weights (NULL: none) of n units; a unit whose value or weight is missing, or whose
 * weight is zero, is left out. The sample lives in the workspace. */
sw_sample sw_inequality_sample_make(const double *x, const double *weight, int64_t n,
                                    void *workspace);

/* The sample in which the values of unit i stand times[i] times, each unit once with that much more
 * of the weight; in a workspace of its own. `n` as above. Of all units once it is the same sample.
 */
sw_sample sw_inequality_sample_again(const sw_sample *sample, const int32_t *times, int64_t n,
                                     void *workspace);

/* NaN without values or with a mean of zero; Theil L is NaN where a value is zero. */
sw_inequality sw_inequality_compute(const sw_sample *sample);
/* Atkinson's index at an aversion of 0 or more: 1 - [sum p (y/mu)^(1-e)]^(1/(1-e)), at 1 the
 * exponential 1 - exp(sum p ln(y/mu)). A zero makes it 1 from an aversion of 1 on. NaN as above. */
double sw_inequality_atkinson(const sw_sample *sample, double aversion);
/* Polarisation of groups, Esteban and Ray 1994: sum_gh P_g^(1+a) P_h |mu_g - mu_h| / mu, P the
 * share of the weight and mu_g the mean of group g; as below of the workspace. NaN as above. */
double sw_inequality_polarisation(const sw_sample *sample, const int32_t *group, int groups,
                                  double alpha, int64_t n, void *workspace);
/* `group`: of each unit, 0 .. groups - 1. Uses the part of the workspace behind the sample. */
sw_inequality_parts sw_inequality_by_group(const sw_sample *sample, const int32_t *group,
                                           int groups, int64_t n, void *workspace);

#endif

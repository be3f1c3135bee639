/* Inequality of each group, and between each two of them, after Dagum 1997 (methods-regions.md
 * section 9). With A_jh = sum p_k p_l (y_k - y_l)+ over k of group j and l of group h, P the share
 * of the weight of a group and mu its mean:
 *
 *   G_jh = (A_jh + A_hj) / (P_j P_h (mu_j + mu_h)),  G_jj = A_jj / (P_j^2 mu_j)
 *   D_jh = |A_jh - A_hj| / (A_jh + A_hj),  0/0 = 0
 *
 * Of the Gini G of all, with mean mu, the groups j and h make |A_jh - A_hj| / (mu G) by the
 * distance of their means and the rest of (A_jh + A_hj) / (mu G) by overlap; group j alone makes
 * A_jj / (mu G). All of this sums to 1. */
#ifndef SW_KERNEL_CLASSES_DAGUM_H
#define SW_KERNEL_CLASSES_DAGUM_H

#include "kernel/series/inequality.h"

/* Arrays by group, and `excess` by pair of groups, [j * groups + h]: A_jh. Of a group without units
 * count, share and excess are 0 and the rest NaN; gini and theil_t are NaN also where all of a
 * group are zero. */
typedef struct sw_dagum {
  int groups;
  double *count, *share, *mean, *gini, *theil_t, *excess;
} sw_dagum;

/* Numbers that the arrays take, and the arrays in them. */
size_t sw_dagum_numbers(int groups);
sw_dagum sw_dagum_in(double *numbers, int groups);

/* Numbers of scratch, without those of the sample. */
size_t sw_dagum_scratch(int groups);
/* One walk over the ascending values: n groups additions, and no pair of units. */
void sw_dagum_compute(const sw_sample *sample, const int32_t *group, const sw_dagum *of,
                      double *scratch);

/* G_jh; NaN where a group has no units or both are zero throughout. */
double sw_dagum_between(const sw_dagum *of, int j, int h);
/* D_jh in [0, 1]: 0 of a group with itself, 1 where two groups do not overlap; NaN where one has no
 * units. */
double sw_dagum_apart(const sw_dagum *of, int j, int h);

#endif

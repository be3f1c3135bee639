/* Concentration of industries over regions, and of every pair of them together (Ellison & Glaeser
 * 1997; Ellison, Glaeser & Kerr 2010), of one period. With shares s_mk = e_mk/E_k of region m in
 * industry k, and x_m the region's share of all industries:
 *
 *   g_k = sum_m (s_mk - x_m)^2      pairs_kl = sum_m (s_mk - x_m)(s_ml - x_m)
 *
 * All pairs are one product of the matrix s - x with itself, made by the block kernel
 * (kernel/pairs/block.h) from SW_AGGLOMERATION_CHUNK regions at a time, whose results are added in
 * the order of the regions. So the bits depend on the numbers alone, and pair (k, l) has those of
 * (l, k). A region that lacks an industry, or has less than zero of one, is left out; an industry
 * without any sum is NaN, and so are its pairs. */
#ifndef SW_KERNEL_PAIRS_AGGLOMERATION_H
#define SW_KERNEL_PAIRS_AGGLOMERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_AGGLOMERATION_CHUNK = 128 };

typedef struct sw_agglomeration {
  int n; /* industries */
  int64_t regions;
  const double *const *value;    /* n columns */
  const double *sum;             /* n: of each over the regions that have all */
  bool mean_of_g, mean_of_pairs; /* x is the mean of the shares; else the share of the total */
} sw_agglomeration;

/* What industries [k0, k1) have: n numbers in a row of `pairs`, of which those from k0 on are set;
 * g, and the sum of squared shares. */
typedef struct sw_agglomeration_band {
  double *pairs, *g, *squares; /* (k1 - k0) * n; k1 - k0; k1 - k0 */
  double x_of_g, x_of_pairs;   /* sum of x^2 of either kind */
} sw_agglomeration_band;

/* Bytes of workspace, for bands of at most `rows` industries. */
size_t sw_agglomeration_workspace(int n, int rows);
void sw_agglomeration_compute(const sw_agglomeration *of, int k0, int k1,
                              sw_agglomeration_band *out, void *workspace);

#endif

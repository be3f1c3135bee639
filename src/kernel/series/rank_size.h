/* Primacy and the rank-size rule of sizes, such as the people of cities (methods-regions.md section
 * 16). Ranks are from the largest, S_1 >= S_2 >= ... . */
#ifndef SW_KERNEL_SERIES_RANK_SIZE_H
#define SW_KERNEL_SERIES_RANK_SIZE_H

#include <stdint.h>

typedef struct sw_rank_size {
  double primacy_2;  /* S_1/S_2 */
  double primacy_4;  /* S_1/(S_2 + S_3 + S_4) */
  double primacy_11; /* 2 S_1/(S_2 + ... + S_11) */
  double zeta;       /* minus the slope of ln(R - 1/2) on ln S; 1: Zipf's law */
  double zeta_se;    /* zeta sqrt(2/n): the residuals of ranks are not independent */
  double zipf;       /* minus the slope of ln S on ln R */
} sw_rank_size;

/* n sizes of zero or more, ascending. The slopes are over the `top` largest of those above zero.
 * What is not defined is NaN: primacy with fewer sizes than it takes, or a sum of zero below the
 * line; slopes of fewer than three sizes; zeta of equal ones. `scratch`: n. */
sw_rank_size sw_rank_size_of(const double *ascending, int64_t n, int64_t top, double *scratch);

#endif

/* The general G of Getis and Ord of one variable, over the units that have a value. */
#ifndef SW_KERNEL_LOCAL_GENERAL_G_H
#define SW_KERNEL_LOCAL_GENERAL_G_H

#include "spillway/weights.h"

typedef enum sw_general_g_reason {
  SW_GENERAL_G_DEFINED,
  SW_GENERAL_G_FEW,      /* fewer than 4 values */
  SW_GENERAL_G_NEGATIVE, /* a value below zero */
  SW_GENERAL_G_NOTHING,  /* fewer than two values above zero */
  SW_GENERAL_G_NO_LINKS  /* no links among the units with a value */
} sw_general_g_reason;

typedef struct sw_general_g {
  double g, expected, variance, z;
  int64_t undefined; /* why: an sw_general_g_reason */
} sw_general_g;

size_t sw_general_g_workspace(int64_t n);
/* x: n values, missing NaN. `row_standardised`: rows are standardised anew where values are missing
 * (sw_links_row_standardised). */
sw_general_g sw_general_g_compute(const sw_links *links, bool row_standardised, const double *x,
                                  void *workspace);

#endif

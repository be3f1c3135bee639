/* Flows of the radiation model along a row whose order is known: a running sum of mass, in one
 * period or in several side by side. */
#ifndef SW_KERNEL_ROWS_RADIATION_H
#define SW_KERNEL_ROWS_RADIATION_H

#include "kernel/hot.h"

#include <stdbool.h>
#include <stdint.h>

enum { SW_RADIATION_LANES = 8 };

/* The units from which a row's flows are taken: order[0 .. placed) by distance. own: the mass of
 * the row's unit. */
typedef struct sw_radiation_row {
  const int32_t *order;
  int64_t placed;
} sw_radiation_row;

/* before[order[k]] = the sum of mass[order[0 .. k)), added one after another; NaN counts as no
 * mass. Returns the sum of all. */
double sw_radiation_before(sw_radiation_row row, const double *mass, double *before);
/* out[j], which holds the mass before j, becomes factor m_j / ((own + s)(own + s + m_j)). */
void sw_radiation_flows(int64_t n, double own, double factor, const double *mass, double *out);

/* The same for SW_RADIATION_LANES periods side by side: mass[j * LANES + l], and so the flows. Each
 * lane has the bits of the period alone; lanes from `periods` on may be left out. */
typedef struct sw_radiation_lanes {
  int periods;
  bool in_range; /* masses are such that quotients may be taken by steps (kernel/vec.h) */
  double own[SW_RADIATION_LANES], factor[SW_RADIATION_LANES];
} sw_radiation_lanes;
void sw_radiation_together(sw_radiation_row row, const sw_radiation_lanes *lanes,
                           const double *woven, double *out);
/* all[l]: the sum of all mass of a row, in the same order. */
void sw_radiation_totals(sw_radiation_row row, const double *woven, double *all);

#endif

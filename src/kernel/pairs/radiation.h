/* Flows of the radiation model along a row whose order is known: a running sum of mass, in one
 * period or in several side by side. */
#ifndef SW_KERNEL_PAIRS_RADIATION_H
#define SW_KERNEL_PAIRS_RADIATION_H

#include "kernel/hot.h"

#include <stdint.h>

enum { SW_RADIATION_LANES = 4 };

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

/* The same for SW_RADIATION_LANES periods: mass[j * LANES + l], as sw_radiation_weave leaves it.
 * Each lane has the bits of the period alone. all[l]: the sum of all mass. */
void sw_radiation_weave(int64_t n, const double *const *mass, double *woven);
void sw_radiation_totals(sw_radiation_row row, const double *woven, double *all);
void sw_radiation_lanes(sw_radiation_row row, const double *own, const double *factor,
                        const double *woven, double *out);
/* out[l][j] = woven[j * LANES + l] */
void sw_radiation_unweave(int64_t n, const double *woven, double *const *out);

#endif

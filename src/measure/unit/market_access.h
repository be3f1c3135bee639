/* Market potential in the form of Redding and Venables 2004: what market_potential.c does then. */
#ifndef SW_MEASURE_UNIT_MARKET_ACCESS_H
#define SW_MEASURE_UNIT_MARKET_ACCESS_H

#include "measure/calibrate/calibrate.h"

/* Passes: the rounds of the estimate, effects of senders, sums. */
enum { SW_ACCESS_ROUNDS, SW_ACCESS_EFFECTS, SW_ACCESS_SUMS };

typedef struct sw_market_access {
  bool on;
  bool own;            /* with the unit's own market */
  double own_exponent; /* of the distance within it, times that of the distance: 1, or 1/2 */
  sw_calibration calibration;
} sw_market_access;

/* In resolve, where `flows` are given: the passes. */
sw_status sw_access_resolve(sw_error *err, sw_job *job, const sw_flow *flow, sw_market_access *a);
sw_status sw_access_prepare(sw_error *err, sw_job *job, sw_market_access *a, int pass);
size_t sw_access_workspace(const sw_job *job);
void sw_access_tile(const sw_job *job, const sw_market_access *a, const sw_tile *tile, void *out,
                    void *workspace);
void sw_access_finish(sw_job *job, const sw_market_access *a, int pass, const void *all,
                      void *result);

#endif

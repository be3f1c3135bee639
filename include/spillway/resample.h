/* Spillway: intervals by resampling, of a measure that makes its numbers again of any sample of units.
 *
 * A study asks for `intervals` of an entry. The engine then draws the units with replacement, several
 * hundred times, and asks the measure each time for its numbers; what it makes of them stands beside
 * the quantity: NAME_lo, NAME_hi and, for two periods, NAME_change with bounds of its own (`change`
 * of a quantity called `value`). Draws, passes, bounds, outputs and parameters are the engine's; a
 * measure has one of these, and says `interval` of the outputs that have bounds. */
#ifndef SPILLWAY_RESAMPLE_H
#define SPILLWAY_RESAMPLE_H

#include "spillway/measure.h"

#pragma GCC visibility push(default)

typedef struct sw_resample {
  /* Outputs with bounds are by period, and a period's numbers depend on that period alone. Else
   * `together`: numbers are asked for once, for all periods; tables may have bounds too, outputs by
   * unit may not. */
  bool together;
  /* Optional, in resolve, behind the measure's own: refuses parameters of which there are no bounds. */
  sw_status (*resolve)(sw_error *err, sw_job *job);
  /* Bytes of workspace of its own; 64-byte aligned, not zeroed. Optional. */
  size_t (*workspace)(const sw_job *job);
  /* Optional, before the draws of period t (together: 0): what all draws share, in the workspace.
   * Inputs are gathered. */
  void (*begin)(const sw_job *job, int t, void *workspace);
  /* The numbers of the sample in which unit i stands times[i] times, of period t. to[q]: where those
   * of output q go, in the order of its axes; NULL: not wanted. Together: of a global output
   * [t][label], as in sw_result. What is undefined of the sample is NaN. All units once give the
   * results themselves, up to rounding. */
  void (*numbers)(const sw_job *job, int t, const int32_t *times, double *const *to,
                  void *workspace);
  /* Of outputs by unit: what a unit's value is times the number of its label, which is all that a
   * draw changes of it. Inputs are local. */
  double (*factor)(const sw_job *job, int output, int t, int label, int64_t unit);
} sw_resample;

enum { SW_MAX_INTERVALS = 64 }; /* outputs of a measure with one of these */

#pragma GCC visibility pop

#endif

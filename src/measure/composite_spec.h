/* What a composite's entry asks for, read from its parameters and checked; and where the numbers
 * of its passes stand. Shared by the reading (composite_spec.c) and the arithmetic
 * (composite/composite.c). */
#ifndef SW_MEASURE_COMPOSITE_SPEC_H
#define SW_MEASURE_COMPOSITE_SPEC_H

#include "kernel/composite.h"
#include "spillway/measure.h"

typedef enum sw_weighting {
  SW_WEIGHTING_ENTROPY,
  SW_WEIGHTING_EQUAL,
  SW_WEIGHTING_CRITIC,
  SW_WEIGHTING_CV,
  SW_WEIGHTING_GIVEN
} sw_weighting;

typedef struct sw_composite_spec {
  int p, n_positive; /* indicators: the positive ones first, as the job's inputs are */
  sw_normalise normalise;
  sw_weighting weighting;
  bool per_period;
  int pools;           /* n_periods when per_period, else 1 */
  const double *lo, *hi; /* p: given bounds, or NULL */
  const double *given; /* pools * p: given weights, or NULL */
  double shift;
  /* Passes, -1 where one is not needed. */
  int range, spread, sorted, sums, second, score;
} sw_composite_spec;

/* Read and check the parameters of `job`; declares nothing. */
sw_status sw_composite_read(sw_error *err, const sw_job *job, sw_composite_spec *spec);

#endif

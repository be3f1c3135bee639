/* What a composite's entry asks for, read from its parameters and checked; and where the numbers
 * of its passes stand. Shared by the reading (spec.c), the passes (composite/composite.c,
 * composite/scores.c) and what rank 0 makes of their folds (finish.c). */
#ifndef SW_MEASURE_COMPOSITE_SPEC_H
#define SW_MEASURE_COMPOSITE_SPEC_H

#include "kernel/series/composite.h"
#include "spillway/measure.h"

typedef enum sw_weighting {
  SW_WEIGHTING_ENTROPY,
  SW_WEIGHTING_EQUAL,
  SW_WEIGHTING_CRITIC,
  SW_WEIGHTING_CV,
  SW_WEIGHTING_GIVEN
} sw_weighting;

/* What stands in the way within an indicator that is a composite: one of its base indicators. */
typedef struct sw_composite_part {
  int indicator; /* the composite */
  int input;     /* the share of what that composite lacks */
  int leaf;
} sw_composite_part;

typedef struct sw_composite_spec {
  int p, n_positive; /* indicators: the positive ones first, as the job's inputs are */
  sw_normalise normalise;
  sw_weighting weighting;
  bool per_period;
  int pools;             /* n_periods when per_period, else 1 */
  const double *lo, *hi; /* p: given bounds, or NULL */
  const double *given;   /* pools * p: given weights, or NULL */
  double shift;          /* added to x' for weights only; 0 when not asked for */
  /* score: topsis, ideal: bounds, weighting: outside */
  bool topsis, ideal_bounds, outside;
  /* With `obstacles`: base indicators are the indicators, but in the place of each that is a
   * composite with obstacles (and of positive sense) those of that one. */
  bool obstacles;
  int n_leaves;
  const char *const *leaf;
  const int *leaf_of;   /* p: of each indicator; -1: it has parts */
  const int *shortfall; /* p: the input that says what it lacks in all; -1: it has no parts */
  int n_parts;
  const sw_composite_part *part;
  /* Passes, -1 where one is not needed. */
  int range, spread, sorted, sums, second, score;
} sw_composite_spec;

/* Indices of the outputs. `weight`, `lower`, `upper` and `entropy` have two shapes, of which one is
 * off; that by period follows the one that is not. So does `obstacle`, by indicator or by base
 * indicator. */
enum {
  SW_COMPOSITE_SCORE,
  SW_COMPOSITE_WEIGHT,
  SW_COMPOSITE_LOWER = 3,
  SW_COMPOSITE_UPPER = 5,
  SW_COMPOSITE_ENTROPY = 7,
  SW_COMPOSITE_SIGN = 9,
  SW_COMPOSITE_OBSTACLE,
  SW_COMPOSITE_BASE,
  SW_COMPOSITE_SHORTFALL,
  SW_COMPOSITE_BY_PERIOD = 1
};

/* The numbers of the range pass: for each pool the complete rows, then lo[p], hi[p], sum[p] and
 * outside[p] (values beyond given bounds). Weights that no data say stand behind them. */
typedef struct sw_composite_range {
  double *rows, *lo, *hi, *sum, *outside;
} sw_composite_range;

static inline size_t sw_composite_range_doubles(const sw_composite_spec *spec) {
  return (size_t)spec->pools * (1 + 4 * (size_t)spec->p);
}

static inline sw_composite_range sw_composite_range_at(const sw_composite_spec *spec,
                                                       const void *numbers, int pool) {
  double *at = (double *)numbers + (size_t)pool * (1 + 4 * (size_t)spec->p);
  return (sw_composite_range){at, at + 1, at + 1 + spec->p, at + 1 + 2 * spec->p,
                              at + 1 + 3 * spec->p};
}

/* The data do not vary in the pool (or there are none). Given bounds hold whatever the data do:
 * then nothing counts as constant. */
static inline bool sw_composite_constant(const sw_composite_spec *spec, sw_composite_range pool,
                                         int j) {
  return !spec->lo && !sw_stats_vary(pool.lo[j], pool.hi[j]);
}

/* Doubles that the second pass folds for a pool. */
static inline int sw_composite_second_doubles(const sw_composite_spec *spec) {
  return spec->weighting == SW_WEIGHTING_CRITIC ? spec->p * (spec->p + 1) / 2 : spec->p;
}

/* Rank 0, after a pass: checks, warnings, the outputs `weight`, `lower` and `upper`, the pass's
 * result. */
sw_status sw_composite_finish(sw_error *err, sw_job *job, int pass, const void *all, void *result);

/* Read and check the parameters of `job`; declares nothing. */
sw_status sw_composite_read(sw_error *err, const sw_job *job, sw_composite_spec *spec);

#endif

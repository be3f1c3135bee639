/* What convergence finds, for the file that computes it and the one that puts it into words. */
#ifndef SW_MEASURE_MODEL_CONVERGENCE_H
#define SW_MEASURE_MODEL_CONVERGENCE_H

#include "kernel/linear/convergence.h"
#include "spillway/measure.h"

/* The outputs. */
enum {
  SD,
  CV,
  SIGMA_SLOPE,
  SIGMA_SE,
  SIGMA_P,
  PITMAN_T,
  PITMAN_P,
  T2,
  T2_P,
  COEFFICIENT,
  STD_ERROR,
  P_VALUE,
  SPEED,
  SPEED_SE,
  HALF_LIFE,
  R2,
  N_USED
};

/* Terms before the controls. */
enum { CONSTANT_TERM, INITIAL, CONTROLS };

typedef struct convergence_state {
  bool logs, hc1, broken, standardised;
  int from, to; /* periods of the job */
  double years;
  int terms;
  sw_inputs controls;
  const sw_links *weights; /* NULL: no lag */
} convergence_state;

typedef enum wrong { NOTHING, TOO_FEW, CONSTANT, DEPENDENT } wrong;

/* What the item leaves; sd and cv of each period, coefficient, error and p of each term follow. */
typedef struct convergence_found {
  int64_t n_used, lonely; /* lonely: without a neighbour that is used */
  int64_t wrong, term;    /* DEPENDENT: which */
  sw_sigma_trend trend;
  sw_two_spreads two;
  sw_speed speed;
  double r2;
} convergence_found;

/* Refuses what no regression is of: too few units, terms that do not vary. */
sw_status sw_convergence_refuse(sw_error *err, const sw_job *job, const convergence_found *found);
/* Warnings, lines of the summary, reasons of what is undefined. The results are placed. */
void sw_convergence_tell(sw_job *job, const convergence_found *found);

#endif

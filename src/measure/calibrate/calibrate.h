/* Gravity estimated from observed flows by Poisson pseudo-maximum likelihood, for the measures that
 * need it (methods-regions.md section 5):
 *
 *   E F_ij = exp(k + a ln M_i + b ln M_j - c ln d_ij),  i != j
 *
 * over all n(n - 1) pairs, those that the table lacks being zeros, or (`absent`) over those of the
 * table. With a constraint, effects of origins, of destinations or of both replace masses. Nothing
 * of size n^2 is kept: each round of one repeated pass over units goes over all pairs and leaves
 * sums, of which the next estimate is made on rank 0.
 *
 * Rows are origins, but with effects of destinations destinations: effects of a row follow from its
 * own sum, so that what is searched for are b and c, or all of the columns' effects and c. */
#ifndef SW_MEASURE_CALIBRATE_H
#define SW_MEASURE_CALIBRATE_H

#include "kernel/flows/row.h"
#include "kernel/space/links.h"
#include "measure/share/distance.h"

typedef enum sw_constraint { SW_FREE, SW_ORIGIN, SW_DESTINATION, SW_DOUBLY } sw_constraint;

/* Coefficients by place; those of effects stay 0. */
enum { SW_FIT_K, SW_FIT_A, SW_FIT_B, SW_FIT_L, SW_FIT_TERMS };

/* What is done in a round, in a period. */
typedef enum sw_fit_phase {
  SW_FIT_COUNT, /* pairs, flows, and sums of the regressors */
  SW_FIT_START, /* the first step, from mu = (F + mean F)/2 */
  SW_FIT_STEP,  /* Newton's, from the sums at the estimate */
  SW_FIT_SOLVE, /* doubly: a step of conjugate gradients for it */
  SW_FIT_ASIDE, /* doubly: what effects explain of ln d */
  SW_FIT_PART,  /* doubly: the same, a step */
  SW_FIT_LAST,  /* errors and fit, at the estimate */
  SW_FIT_DONE,
  SW_FIT_FAILED
} sw_fit_phase;

/* A period's estimate, and where it stands. */
typedef struct sw_fit {
  int32_t phase, rounds, solves, halved;
  int64_t separated; /* FAILED, as there is no finite maximum */
  double term[SW_FIT_TERMS], before[SW_FIT_TERMS];
  double std_error[SW_FIT_TERMS];
  double pairs;                                               /* in the fit */
  double flow, flow_ln, flow_square, flow_with[SW_FIT_TERMS]; /* sums of F, F ln F, F^2, F x */
  double deviance, common_part, r2;
  double gram[10]; /* of the regressors, unweighted */
  /* doubly */
  double objective, gradient, direction, y, step_y, residual_y, preconditioner_y, product, limit;
} sw_fit;

/* Where zeros stand apart from flows along some combination of terms, the likelihood rises for ever
 * as that goes to infinity: the deviance comes to rest, steps do not (Santos Silva and Tenreyro
 * 2010; Correia, Guimaraes and Zylkin 2019). */
#define SW_FIT_SEPARATED                                                                           \
  "no finite maximum exists: the terms separate the pairs of zero flow from the others"

typedef struct sw_calibration {
  const sw_flow *flow;
  const sw_distance *distance;
  sw_constraint constraint;
  bool absent;      /* only pairs of the table */
  bool both_ways;   /* distances are wanted from the receiver, too */
  int pass, masses; /* the repeated pass; the one whose first operand is the mass, -1: none */
  /* Made before the first round, the same on every rank. */
  bool ready;
  sw_arc_points points;
  /* From the receiver: distances, where they have a direction, one for each state of a network;
   * flows, one for each period of the job; and what these are views of. */
  sw_distance *back;
  sw_links *back_links, *turned;
  sw_link_rows *back_rows, *turned_rows;
  int n_back, n_turned;
  double shift;
  double **x, **open; /* by period and column: ln mass (0 where there is none), 1 where in use */
  double **row_total, **column_total; /* flow of those in use */
  double *numbers;                    /* all of these */
} sw_calibration;

/* In resolve: adds the pass. `masses` as above; the measure's `again`, `tile`, `merge` and `finish`
 * hand that pass on to these. */
sw_status sw_calibrate_resolve(sw_error *err, sw_job *job, sw_calibration *c);
/* In prepare of that pass, and of later ones that use rows. */
sw_status sw_calibrate_prepare(sw_error *err, sw_job *job, sw_calibration *c);
void sw_calibrate_destroy(sw_calibration *c);
size_t sw_calibrate_workspace(const sw_job *job);
void sw_calibrate_tile(const sw_job *job, const sw_calibration *c, const sw_tile *tile, void *out,
                       void *workspace);
void sw_calibrate_merge(const sw_job *job, const sw_calibration *c, void *all, const void *part);
void sw_calibrate_finish(const sw_job *job, const sw_calibration *c, const void *all, void *result);
bool sw_calibrate_again(const sw_job *job, const sw_calibration *c);

/* Distances in period t; `back`: from the receiver, `both_ways` or where rows are destinations. */
const sw_distance *sw_calibrate_distance(const sw_job *job, const sw_calibration *c, int t,
                                         bool back);

/* Afterwards: the estimate of a period; the effect of a column of rows (e^(b ln M) or e^v), 0 where
 * it is not in use; that of a row, by its sum, with what is common to all; in [period]. */
const sw_fit *sw_calibrate_fit(const sw_job *job, const sw_calibration *c, int t);
double sw_calibrate_column(const sw_job *job, const sw_calibration *c, int t, int64_t unit);
double sw_calibrate_row(const sw_job *job, const sw_calibration *c, int t, int64_t unit,
                        void *workspace);

/* ---- between the files of this room ------------------------------------------------------ */

/* Sums over the pairs of a tile, all of them added up. `meat`, `gram`: lower triangles by row. */
typedef struct sw_fit_sums {
  double pairs, flow, flow_ln, flow_square, flow_with[SW_FIT_TERMS];
  double gram[10], score[SW_FIT_TERMS]; /* weighted by mu; score: sums of mu x, START: mu z x */
  double ln_rows, mu, mu_square, flow_mu, common, meat[10];
  double turned_l; /* doubly: of the second derivative times a direction, the part of y */
} sw_fit_sums;

/* Of the result of a round: fits of all periods, then effects of columns by period (doubly), then
 * what the search of one period needs. */
typedef struct sw_fit_room {
  sw_fit *fit;
  double *effect; /* [t * n + unit] */
  double
      *direction; /* n; of conjugate gradients, or (LAST) the part of ln d that columns explain */
  double *step, *residual, *weight, *before;
} sw_fit_room;

sw_fit_room sw_fit_room_of(const sw_job *job, const sw_calibration *c, const void *result);
size_t sw_fit_room_bytes(const sw_job *job, const sw_calibration *c);
/* The period whose sums the k-th part of a partial is; -1: it is not looked at. */
int sw_fit_slots(const sw_job *job, const sw_calibration *c);
int sw_fit_period(const sw_job *job, const sw_calibration *c, int slot);
/* Bytes of such a part: sums, then (doubly) a number for each column. */
size_t sw_fit_part_bytes(const sw_job *job, const sw_calibration *c);

/* One round's consequences, on rank 0. */
void sw_fit_newton(const sw_calibration *c, const sw_fit_sums *sums, sw_fit *fit);
void sw_fit_balance(const sw_job *job, const sw_calibration *c, int t, const sw_fit_sums *sums,
                    const double *columns, sw_fit_room *room);
void sw_fit_count(const sw_fit_sums *sums, sw_fit *fit);
void sw_fit_last(const sw_fit_sums *sums, const sw_calibration *c, sw_fit *fit);

#endif

/* What convergence finds, for its entry, for what computes it and for what puts it into words. */
#ifndef SW_MEASURE_MODEL_CONVERGENCE_H
#define SW_MEASURE_MODEL_CONVERGENCE_H

#include "kernel/linear/convergence.h"
#include "kernel/spatial/fit.h"
#include "measure/space/filters.h"
#include "spillway/measure.h"
#include "spillway/resample.h"

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
  N_USED,
  LOGLIK
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
  int spatial;             /* the choice: SLX, or a model of convergence_spatial.c */
  sw_filters filters;
  sw_spatial_terms fit_terms;
} convergence_state;

/* Choices of `spatial`. */
enum { SLX, LAG, ERROR, DURBIN };

typedef enum wrong { NOTHING, TOO_FEW, CONSTANT, DEPENDENT, NOT_ALL, UNFITTED } wrong;

/* What the item leaves; sd and cv of each period, coefficient, error and p of each term follow. */
typedef struct convergence_found {
  int64_t n_used, lonely; /* lonely: without a neighbour that is used */
  int64_t wrong, term;    /* DEPENDENT: which */
  sw_sigma_trend trend;
  sw_two_spreads two;
  sw_speed speed;
  double r2, loglik;
  int64_t at_edge; /* rho or lambda is at the end of its interval */
  sw_spatial_wrong fit;
} convergence_found;

/* convergence_figures.c: bytes of the record, and of the workspace of an item; all that is found of
 * the units; the numbers of a record, q of the outputs to to[q], where that is not NULL; the same
 * of units drawn anew. */
size_t sw_convergence_record(const sw_job *job, const convergence_state *state);
size_t sw_convergence_workspace(const sw_job *job);
void sw_convergence_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace);
void sw_convergence_put(const sw_job *job, const convergence_found *r, double *const *to);
extern const sw_resample sw_convergence_resample;

/* Refuses what no regression is of: too few units, terms that do not vary. */
sw_status sw_convergence_refuse(sw_error *err, const sw_job *job, const convergence_found *found);
/* Warnings, lines of the summary, reasons of what is undefined. The results are placed. */
void sw_convergence_tell(sw_job *job, const convergence_found *found);

/* Spatial models: whether there is one; what it declares; how it is fitted. */
static inline bool sw_convergence_is_model(const convergence_state *state) {
  return state->weights && state->spatial != SLX;
}
sw_status sw_convergence_spatial_resolve(sw_error *err, sw_job *job, convergence_state *state);
sw_status sw_convergence_spatial_terms(sw_error *err, const sw_job *job,
                                       const convergence_state *state, const char **label);
size_t sw_convergence_spatial_workspace(const sw_job *job, const convergence_state *state);
void sw_convergence_spatial_fit(const sw_job *job, double *const *column, const double *growth,
                                void *workspace, convergence_found *out, double *value);

#endif

/* Standard errors of a panel regression: what an entry asks for, how scores x_it u_it add up over
 * units, and the covariance that their sums give. */
#ifndef SW_MEASURE_MODEL_PANEL_ERRORS_H
#define SW_MEASURE_MODEL_PANEL_ERRORS_H

#include "kernel/linear/within.h"
#include "kernel/space/kdtree.h"
#include "spillway/measure.h"

typedef enum sw_panel_form {
  SW_PANEL_CLUSTER,
  SW_PANEL_CONVENTIONAL,
  SW_PANEL_DRISCOLL_KRAAY,
  SW_PANEL_CONLEY
} sw_panel_form;

/* In the order of the choices of `small`. */
typedef enum sw_panel_small { SW_PANEL_STATA, SW_PANEL_NONE, SW_PANEL_SSS } sw_panel_small;

typedef struct sw_panel_errors {
  sw_panel_form form;
  sw_panel_small small;        /* of clusters */
  const sw_grouping *clusters; /* NULL: units */
  int64_t lags;                /* DRISCOLL_KRAAY, CONLEY; -1: by the number of periods */
  double cutoff_km;            /* CONLEY */
  bool uniform;                /* kernel; false: Bartlett's */
  int k;                       /* coefficients */
  const int64_t *step; /* of each of the job's periods: steps of the panel since the first */
  double *x, *y, *z;   /* CONLEY: unit vectors of the units */
  sw_kdtree *tree;     /* made by prepare */
} sw_panel_errors;

/* `errors`, `cluster` and `small`, in resolve. */
sw_status sw_panel_errors_read(sw_error *err, sw_job *job, int k, sw_panel_errors *out);
/* Passes after the fit: over scores, and over neighbours. */
int sw_panel_errors_passes(const sw_panel_errors *errors);
void sw_panel_errors_declare(const sw_panel_errors *errors, sw_job *job);

/* Doubles of the sums over scores; zeros to begin with, and added number by number. */
size_t sw_panel_errors_sums(const sw_panel_errors *errors, int n_periods);
/* Adds a unit's scores s[j * count + i] of its periods t[i]. `work`: 2 k doubles. */
void sw_panel_errors_add(const sw_panel_errors *errors, int64_t unit, const int *t, const double *s,
                         int count, double *sums, double *work);

/* CONLEY. In prepare of the pass over neighbours; then, of each unit, the products of its scores
 * with those of its neighbours, sums[k * k]. `pass`: whose operands the scores are. `work`: so many
 * bytes. */
sw_status sw_panel_errors_prepare(sw_error *err, const sw_job *job, sw_panel_errors *errors);
size_t sw_panel_errors_neighbour_work(const sw_panel_errors *errors, int64_t n);
void sw_panel_errors_neighbours(const sw_panel_errors *errors, const sw_job *job, int pass,
                                int64_t unit, double *sums, void *work);

/* What the covariance rests on besides the sums. */
typedef struct sw_panel_fit {
  sw_effects effects;
  sw_within_counts counts;
  int64_t df;         /* of the residuals */
  double s2;          /* their variance */
  const double *root; /* (X'X)^-1 = root root' */
} sw_panel_fit;

/* k x k, by column, and the degrees of freedom of its t statistics. In finish, where one cluster
 * alone is refused, and few periods are noted. `neighbours`: CONLEY, else NULL. */
sw_status sw_panel_errors_covariance(sw_error *err, sw_job *job, const sw_panel_errors *errors,
                                     const sw_panel_fit *fit, const double *sums,
                                     const double *neighbours, double *vcov, double *df);

#endif

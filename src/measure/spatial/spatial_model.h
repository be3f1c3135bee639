/* Spatial models of a study: what the files of this room share. spatial_model.c has the descriptor
 * and the passes; spatial_spec.c reads an entry, spatial_terms.c declares its axes, spatial_fit.c
 * computes one model, spatial_place.c fills the tables, spatial_say.c puts them into words,
 * spatial_refuse.c says what is wrong, spatial_units.c fills what is by unit, spatial_spillover.c
 * the matrix of effects.
 *
 * Four passes: over units, which looks for missing values; over items, one for each model; over
 * units, from what the one model has left (none with a grid of models); over pairs. */
#ifndef SW_MEASURE_SPATIAL_MODEL_H
#define SW_MEASURE_SPATIAL_MODEL_H

#include "kernel/effects/effects.h"
#include "kernel/spatial/fit.h"
#include "kernel/spatial/tests.h"
#include "measure/space/filters.h"
#include "spillway/measure.h"

enum { SW_SPATIAL_MISSING, SW_SPATIAL_MODELS, SW_SPATIAL_UNITS, SW_SPATIAL_PAIRS }; /* passes */

/* Orders of neighbours whose effects are told, 0 among them. */
enum { SW_SPATIAL_ORDERS = 11 };
/* Effects by run: one of a static model, two of a dynamic one. */
enum { SW_SPATIAL_RUNS = 2 };

/* A weights matrix of the entry. */
typedef struct sw_spatial_matrix {
  const char *name; /* as the study calls it */
  const sw_links *links;
  sw_filters filters;
  int orders;        /* resource: traces and sums of its powers; -1: too many links */
  bool lag_constant; /* W 1 is a term of its own */
} sw_spatial_matrix;

/* A model of the entry: without a grid the only one. */
typedef struct sw_spatial_one {
  int y, k;     /* inputs of the job */
  const int *x; /* k inputs */
  int w, w2;    /* matrices of the entry: of lags, of errors */
  int from, to; /* periods of the job, both included */
  sw_spatial_terms terms;
  const int *place;  /* of each of its terms on the axis `term` */
  const int *effect; /* of each variable on the axis `effect_term` */
  const char *label; /* on the axis `model`; "": there is no grid */
} sw_spatial_one;

typedef struct sw_spatial_state {
  sw_spatial_spec spec;
  sw_logdet logdet;
  bool grid, dynamic;
  bool draws; /* standard errors and ends of intervals are of draws */
  int64_t n_draws;
  int runs; /* of effects */
  int n_matrices, n_models;
  sw_spatial_matrix *matrix;
  sw_spatial_one *model;
  int n_terms, n_effects;               /* of the axes */
  int most_terms, most_k, most_periods; /* of a model */
  int n_restrictions;
  sw_spatial_restriction restriction[SW_SPATIAL_RESTRICTIONS]; /* which, without numbers */
} sw_spatial_state;

/* ---- what a model leaves -------------------------------------------------------------------- */

/* The record of an item; the arrays of sw_spatial_arrays follow. */
typedef struct sw_spatial_found {
  sw_spatial_wrong wrong;
  sw_spatial_terms terms;
  sw_spatial_spec spec; /* as it was fitted: information */
  unsigned warnings;
  int first, periods; /* used, within those of the model */
  int no_effects;     /* by run, a bit: A has no inverse at its rho */
  double edge, other_rho, other_lambda, other_loglik;
  double sigma2, sigma2_se, phi, phi_se, loglik, aic, pseudo_r2, n_used;
  double drawn_outside[SW_SPATIAL_RUNS];
  sw_spatial_restriction restriction[SW_SPATIAL_RESTRICTIONS];
  sw_spatial_tests tests;
  sw_spatial_hausman hausman;
} sw_spatial_found;

typedef struct sw_spatial_arrays {
  double *coefficient, *vcov;            /* terms.count, terms.count squared */
  sw_effect *effect;                     /* [(run * SW_EFFECTS + kind) * k + r] */
  double *percentile;                    /* the same, each SW_EFFECT_PERCENTILES */
  double *order_direct, *order_indirect; /* [q * k + r] */
  double *residual;                      /* [t * n + i]; with a grid NULL, as is what follows */
  sw_unit_multiplier *unit;              /* n */
} sw_spatial_arrays;

size_t sw_spatial_record(const sw_job *job);
sw_spatial_arrays sw_spatial_arrays_of(const sw_job *job, const sw_spatial_found *found);
/* The coefficients of a model as effects.h takes them. `own` and `lagged`: room for k numbers. */
sw_effects_model sw_spatial_effects_of(const sw_spatial_found *found, const sw_spatial_arrays *a,
                                       int *own, int *lagged);

const char *sw_spatial_form_name(sw_spatial_form form);

/* ---- steps ------------------------------------------------------------------------------------
 */

/* In `resolve`: the entry's parameters, models, axes; requests resources. */
sw_status sw_spatial_read(sw_error *err, sw_job *job, sw_spatial_state *state);
sw_status sw_spatial_declare(sw_error *err, sw_job *job, sw_spatial_state *state);

size_t sw_spatial_item_workspace(const sw_job *job);
void sw_spatial_item(const sw_job *job, int64_t item, sw_spatial_found *found, void *workspace);

/* In `finish`, of all models in order. */
void sw_spatial_place(sw_job *job, const char *records);
sw_status sw_spatial_say(sw_error *err, sw_job *job, const char *records);
/* One line for the model that cannot be fitted; of a grid a warning for all of them. */
sw_status sw_spatial_refuse(sw_error *err, sw_job *job, const char *records);
void sw_spatial_warn(sw_job *job, const char *records);
/* In resolve: of weights that link nearly all units, whose factors take some n^3 operations. */
void sw_spatial_warn_dense(sw_job *job);

size_t sw_spatial_units_workspace(const sw_job *job);
void sw_spatial_fill_units(const sw_job *job, const sw_tile *tile, void *workspace);

/* The matrix of effects: a row of pairs is what a unit gives to all. `open` sets the thread's
 * filter to rho, for the variable that the job's label names. */
size_t sw_spatial_spillover_workspace(const sw_job *job);
sw_status sw_spatial_spillover_open(sw_error *err, const sw_job *job, void *workspace);
void sw_spatial_spillover_ahead(const sw_job *job, int t, int count, const int32_t *unit,
                                void *workspace);
void sw_spatial_spillover_row(const sw_job *job, int t, int64_t i, double *const *out,
                              void *workspace);

#endif

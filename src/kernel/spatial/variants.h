/* Estimators besides maximum likelihood with fixed effects: random effects, generalised moments,
 * the correction of dynamic models. Each takes its memory behind that of the fit, and fills the fit
 * as fit.h says. */
#ifndef SW_KERNEL_SPATIAL_VARIANTS_H
#define SW_KERNEL_SPATIAL_VARIANTS_H

#include "kernel/spatial/model.h"

/* ---- generalised moments: gm.c, moments.c ------------------------------------------------------
 */

/* Lag and durbin by two-stage least squares, error and durbin_error by the moments of Kelejian &
 * Prucha 1999 (of Kapoor, Kelejian & Prucha 2007 with random effects), sac by both. */
bool sw_spatial_gm_offers(const sw_spatial_spec *spec);
void sw_spatial_gm_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                        sw_spatial_room *room);
sw_spatial_wrong sw_spatial_gm_fit(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                   sw_spatial_room *room, sw_spatial_fit *fit);

/* Inner products of u, W u and WW u, from which the moments of B u follow for every lambda. */
typedef struct sw_spatial_moments {
  double uu, uv, vv, uw, vw, ww; /* v = W u, w = WW u */
  double divisor;                /* observations */
  double trace[2]; /* tr W'W and tr W over n: of s2 in the moments of W e, and of e and W e */
} sw_spatial_moments;

typedef struct sw_spatial_moment_fit {
  double lambda, s2[2]; /* s2: of each part */
  double variance;      /* of lambda; without weights NaN */
  bool at_edge;
} sw_spatial_moment_fit;

/* The lambda in [least, most] that makes the three moments of one part, or of two (within and
 * between units), as small as can be, in squares. `weight` (or NULL): of each part, observations
 * over s2^2, with the moments' covariance for s2 = 1, times the observations, 3 x 3. */
sw_spatial_moment_fit sw_spatial_fit_moments(const sw_spatial_moments *part, int parts,
                                             const double *weight, const double *covariance,
                                             double least, double most);
/* The variance of lambda where moments are not weighted, and have the covariance v. */
double sw_spatial_moment_variance(const sw_spatial_moments *part, double lambda, const double *v);
/* That covariance (T_W of Kapoor, Kelejian & Prucha 2007, errors being normal). `work`: two blocks.
 */
void sw_spatial_moment_covariance(const sw_filter *w, double *work, double *covariance);

/* ---- columns within and between units: random.c ------------------------------------------------
 */

/* Triangles of columns less means of units, and of sqrt(T) times these means. `piece`: as
 * sw_spatial_split_room says. */
size_t sw_spatial_split_room(int periods, int count);
void sw_spatial_split(int64_t n, int periods, const double *const *column, int count, double *piece,
                      double *within, double *between);
/* r = the triangle of `within`, and of `factor` times `between`. `work`: count squared. */
void sw_spatial_join(const double *within, const double *between, double factor, int count,
                     double *work, double *r);

/* The variables that vary within units, of the k of `data`: their columns and numbers; how many.
 * Others are part of a random effect's model, and absorbed by fixed effects of units. */
int sw_spatial_varying(const sw_spatial_data *data, const double **x, int *number);

/* ---- random effects: random.c, random_error.c ---------------------------------------------------
 */

/* All forms but sac. */
bool sw_spatial_random_offers(const sw_spatial_spec *spec);
void sw_spatial_random_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                            sw_spatial_room *room);
sw_spatial_wrong sw_spatial_random_fit(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                       sw_spatial_room *room, sw_spatial_fit *fit);

/* ---- dynamic models: dynamic.c ------------------------------------------------------------- */

/* With y(-1), effects of units and a correction. */
bool sw_spatial_corrects_bias(const sw_spatial_spec *spec);
/* Takes the bias of order 1/T out of coefficients and sigma2, of which `uncorrected` keeps the
 * former; vcov stays. Without a stationary solution nothing is done, and said in `warnings`. */
void sw_spatial_correct_bias(sw_spatial_model *model, sw_spatial_fit *fit);

#endif

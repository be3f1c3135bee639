/* Inside the fits of spatial models: what estimators share. A model's columns stand in memory as
 * the estimator sees them, demeaned and lagged; `r` is the triangle of their QR factorisation, so
 * that each column is a vector of m numbers with the same inner products, and whatever depends on
 * rho and lambda is computed on these. */
#ifndef SW_KERNEL_SPATIAL_MODEL_H
#define SW_KERNEL_SPATIAL_MODEL_H

#include "kernel/spatial/filter.h"
#include "kernel/spatial/fit.h"

/* ---- memory ------------------------------------------------------------------------------ */

/* Parts of a workspace, one after the other, each aligned to 64 bytes. Without memory (NULL) it
 * only counts. */
typedef struct sw_spatial_room {
  char *at;
  size_t used;
} sw_spatial_room;

double *sw_spatial_take(sw_spatial_room *room, size_t doubles);

/* ---- the columns ------------------------------------------------------------------------- */

/* ln|A| of one matrix at a few points, which models of the same matrix share. */
enum { SW_SPATIAL_COARSE = 10 };
typedef struct sw_spatial_table {
  const sw_filter_plan *plan; /* NULL: not filled */
  bool transformed;
  double x[SW_SPATIAL_COARSE], logdet[SW_SPATIAL_COARSE];
} sw_spatial_table;

typedef struct sw_spatial_model {
  sw_spatial_spec spec;
  sw_spatial_terms terms;
  int64_t n, values;  /* units; n * periods */
  int periods, first; /* periods used; the first of them */
  sw_filter *w, *w2;
  bool has_rho, has_lambda;
  /* Lee & Yu: the cross-section is reduced to n - 1 dimensions, in which A has the determinant
   * |A|/(1 - rho). Lags are demeaned, too. */
  bool transformed;
  double times;                /* how often ln|A| counts: T, or T - 1 */
  double searched;             /* observations of the likelihood that is searched */
  double effective;            /* by which SSE is divided */
  double **z, **wz;            /* slopes each: Z, and W2 Z where there is a lambda */
  double *y, *wy, *w2y, *w2wy; /* wy: with rho; w2y: with lambda; w2wy: with both */
  int m;                       /* columns of the triangle: Z, W2 Z, y, W y, W2 y, W2 W y */
  int at_wz, at_y, at_wy, at_w2y, at_w2wy;
  double *r; /* m x m */
  double *spare[3], *mean, *piece;
  /* The triangle of [B Z, B y, B W y] at `lambda`, which is the last that was asked for. */
  double lambda;
  double *filtered, *triangle, *small;
  sw_spatial_table *table; /* 2, of the matrices that were searched by; a model's own */
  unsigned warnings;
} sw_spatial_model;

/* Room for a model; `spec` decides which columns there are. It may be filled again and again. */
void sw_spatial_model_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                           sw_spatial_room *room, sw_spatial_model *model);
sw_spatial_table *sw_spatial_table_room(sw_spatial_room *room);
/* Fills the columns and the triangle. */
sw_spatial_wrong sw_spatial_model_make(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                       sw_spatial_model *model);

/* The columns of the triangle in its order; returns how many. */
int sw_spatial_columns(const sw_spatial_model *model, const double **column);
/* The triangle of columns of as many values. `piece`: SW_SPATIAL_PIECE times count. */
enum { SW_SPATIAL_PIECE = 512, SW_SPATIAL_COLUMNS = 512 };
void sw_spatial_reduce(const double *const *column, int count, int64_t values, double *piece,
                       double *r);

bool sw_spatial_has_units(const sw_spatial_spec *spec);   /* fixed effects of units */
bool sw_spatial_has_periods(const sw_spatial_spec *spec); /* fixed effects of periods */
bool sw_spatial_has_rho(sw_spatial_form form);
bool sw_spatial_has_lambda(sw_spatial_form form);
bool sw_spatial_has_lags(const sw_spatial_spec *spec); /* W X */

/* Takes means of units, of periods or of both out of x[t * n + i]. `mean`: n. */
void sw_spatial_demean(int64_t n, int periods, bool units, bool times, double *x, double *mean);
/* to = W x by period; of a transformed model less the means of periods. */
void sw_spatial_lag_column(const sw_spatial_model *model, sw_filter *w, const double *x,
                           double *to);

/* ---- at one rho and lambda --------------------------------------------------------------- */

/* ln|A| - ln(1 - rho) of a transformed model, else ln|A|. */
double sw_spatial_logdet(const sw_spatial_model *model, sw_filter *w, double rho);
/* Of G = W A^-1 in the dimensions of the model: tr G, tr GG, tr G'G, those of `which` (SW_TRACE_*).
 */
typedef struct sw_spatial_traces {
  double g, gg, gtg;
} sw_spatial_traces;
sw_spatial_traces sw_spatial_traces_at(const sw_spatial_model *model, sw_filter *w, double rho,
                                       int which);

/* Sum of squares of e = B (A y - Z b), b of least squares. */
double sw_spatial_sse(sw_spatial_model *model, double rho, double lambda);
/* Of the length of y, what is left of it when the terms explain it: rounding. */
#define SW_SPATIAL_NOTHING 1e-10
/* Whether they do, without rho and lambda. */
bool sw_spatial_is_exact(sw_spatial_model *model);
/* The log-likelihood with b and sigma2 concentrated out; at a place, computed exactly. */
double sw_spatial_profile(const sw_spatial_model *model, double logdet, double sse);
double sw_spatial_loglik(sw_spatial_model *model, double rho, double lambda);

/* What derivatives are made of. In the order rho, lambda; those that the form lacks are zero. */
typedef struct sw_spatial_curve {
  double sse;
  double *b;        /* slopes */
  double *root;     /* slopes squared: (Z'B'B Z)^-1 = root root' */
  double slope[2];  /* of sse/2, at b(rho, lambda) */
  double joint[3];  /* second derivatives of sse/2 at fixed b: rr, rl, ll */
  double cross[3];  /* and with b taken along: those of the concentrated sse/2 */
  double *mixed[2]; /* slopes: derivatives of sse/2 by b and rho, by b and lambda */
  double *work;
} sw_spatial_curve;

sw_spatial_curve sw_spatial_curve_room(const sw_spatial_model *model, sw_spatial_room *room);
void sw_spatial_curve_at(sw_spatial_model *model, double rho, double lambda,
                         sw_spatial_curve *curve);

/* ---- search ------------------------------------------------------------------------------ */

typedef struct sw_spatial_peak {
  double rho, lambda, loglik;
  bool at_edge;
  double edge;
  bool runner_up;
  double other_rho, other_lambda, other_loglik;
} sw_spatial_peak;

/* Squared correlation. */
double sw_spatial_correlation2(const double *x, const double *y, int64_t n);

sw_spatial_peak sw_spatial_search(sw_spatial_model *model, sw_spatial_curve *curve);

/* Coefficients, residuals, and all that follows from the place of a maximum. */
void sw_spatial_fill_fit(const sw_spatial_model *model, const sw_spatial_peak *peak,
                         const sw_spatial_curve *curve, sw_spatial_fit *fit);
/* spare[0]: A^-1 Z b, the expectation of y; spare[1]: g = B G Z b, where there is a rho. The filter
 * of W is set to rho. */
void sw_spatial_expect(sw_spatial_model *model, const double *b, double lambda);

/* ---- covariance -------------------------------------------------------------------------- */

/* vcov and sigma2_se of the fit, whose sigma2 is known, out of the curve at rho and lambda; leaves
 * the expectation of y in model->spare[0]. False: the information is not positive definite. */
bool sw_spatial_covariance(sw_spatial_model *model, const sw_spatial_curve *curve, double rho,
                           double lambda, double *work, sw_spatial_fit *fit);
/* Doubles of `work`. */
size_t sw_spatial_covariance_room(const sw_spatial_model *model);

#endif

/* Spatial models of a cross-section or a balanced panel (methods-space.md section 12):
 *
 *   lag           y = rho W y + X b + e                 durbin        the same with W X t
 *   error         y = X b + u, u = lambda W2 u + e      durbin_error  the same with W X t
 *   slx           y = X b + W X t + e                   sac           rho and lambda
 *
 * with effects of units, of periods, of both, or random ones of units. Maximum likelihood goes by
 * concentration: the columns are reduced once to the triangle of a QR factorisation, so that a
 * likelihood costs ln|A| and arithmetic of small matrices, and no walk over observations. The
 * search ends with Newton's steps on exact derivatives. Covariances come from the information
 * matrix in closed form, with sigma2 taken out exactly.
 *
 * One thread computes one model. Nothing allocates: the caller brings memory, and filters of his
 * own, whose factors change with each call. All sums have a fixed order.
 *
 * Sources: Ord 1975, JASA 70:120-126; Anselin 1988; LeSage & Pace 2009; Lee & Yu 2010, J.
 * Econometrics 154:165-185; Elhorst 2014. */
#ifndef SW_KERNEL_SPATIAL_FIT_H
#define SW_KERNEL_SPATIAL_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct sw_filter sw_filter; /* kernel/spatial/filter.h */

/* ---- what is fitted ---------------------------------------------------------------------- */

/* All in the order of the catalogue's choices. */
typedef enum sw_spatial_form {
  SW_SPATIAL_LAG,
  SW_SPATIAL_ERROR,
  SW_SPATIAL_DURBIN,
  SW_SPATIAL_DURBIN_ERROR,
  SW_SPATIAL_SLX,
  SW_SPATIAL_SAC,
  SW_SPATIAL_OLS /* no choice of a study: what tests and restrictions need */
} sw_spatial_form;

typedef enum sw_spatial_fixed {
  SW_SPATIAL_NONE,
  SW_SPATIAL_UNIT,
  SW_SPATIAL_TIME,
  SW_SPATIAL_TWO_WAY,
  SW_SPATIAL_RANDOM
} sw_spatial_fixed;

typedef enum sw_spatial_correction { SW_SPATIAL_LEE_YU, SW_SPATIAL_PLAIN } sw_spatial_correction;
typedef enum sw_spatial_dynamic {
  SW_SPATIAL_STATIC,
  SW_SPATIAL_DYNAMIC,      /* y(-1) */
  SW_SPATIAL_DYNAMIC_SPACE /* and W y(-1) */
} sw_spatial_dynamic;
typedef enum sw_spatial_effects_form { SW_SPATIAL_KKP, SW_SPATIAL_BALTAGI } sw_spatial_effects_form;
typedef enum sw_spatial_method { SW_SPATIAL_ML, SW_SPATIAL_GM } sw_spatial_method;
/* AUTO: expected; observed above SW_SPATIAL_EXPECTED_MOST units (of sac SW_SPATIAL_SAC_MOST, whose
 * expected information takes two systems for each unit). */
typedef enum sw_spatial_information {
  SW_SPATIAL_AUTO,
  SW_SPATIAL_EXPECTED,
  SW_SPATIAL_OBSERVED
} sw_spatial_information;

enum { SW_SPATIAL_EXPECTED_MOST = 20000, SW_SPATIAL_SAC_MOST = 4000 };
enum { SW_SPATIAL_MOST_VARIABLES = 100 };

typedef struct sw_spatial_spec {
  sw_spatial_form form;
  sw_spatial_fixed fixed;
  sw_spatial_correction correction;
  sw_spatial_dynamic dynamic;
  sw_spatial_effects_form effects_form;
  sw_spatial_method method;
  sw_spatial_information information;
  bool lags_of_x; /* of sac alone: W X too; the Durbin forms and slx have it anyway */
} sw_spatial_spec;

/* Values without NaN, unit by unit within a period. W makes the lags of y and of x, W2 those of
 * the errors. Forms with one matrix need one filter: lag and durbin `w`, slx `w`, error `w2`,
 * durbin_error both, sac both. Where W2 is W, durbin_error may be given the same filter twice; sac
 * needs two filters (of the same plan), as it has two factors at a time. */
typedef struct sw_spatial_data {
  int64_t n;              /* units */
  int periods;            /* T; a cross-section has one */
  int k;                  /* variables, SW_SPATIAL_MOST_VARIABLES at most; the constant is none */
  const double *y;        /* y[t * n + i] */
  const double *const *x; /* k columns, each as y */
  sw_filter *w, *w2;
  struct sw_ridge *ridge; /* random effects of the baltagi form: of W2; else NULL */
} sw_spatial_data;

/* ---- terms ------------------------------------------------------------------------------- */

/* Places in the list of terms; -1: none. In this order: constant; x, k of them; the constant's lag;
 * lags of x, k; y(-1); W y(-1); rho; lambda. The constant is there without fixed effects, that of
 * W X only where rows of W do not sum to 1 (islands aside) and W 1 is not a constant either. */
typedef struct sw_spatial_terms {
  int count, slopes; /* slopes: all before rho and lambda */
  int k;
  int constant, x, lag_constant, lag_x, y_before, lag_y_before, rho, lambda;
} sw_spatial_terms;

sw_spatial_terms sw_spatial_terms_of(const sw_spatial_spec *spec, int k, bool lag_of_constant);
/* Whether the form has a term W 1: the rows of W do not sum to 1, and not to another number. */
bool sw_spatial_lags_constant(const sw_spatial_spec *spec, const sw_filter *w);

/* ---- the fit ----------------------------------------------------------------------------- */

/* Why there is no fit. `index`: a term for DEPENDENT, else as said. */
typedef enum sw_spatial_code {
  SW_SPATIAL_FITTED,
  SW_SPATIAL_DEPENDENT,   /* the term is a linear combination of those before it; rho, lambda: W
                           * has no links */
  SW_SPATIAL_ABSORBED,    /* the term does not vary beyond the fixed effects */
  SW_SPATIAL_FEW_PERIODS, /* index: how many are needed */
  SW_SPATIAL_FEW_UNITS,   /* index: how many are needed */
  SW_SPATIAL_FEW_VALUES,  /* no more values than terms; index: how many terms */
  SW_SPATIAL_EXACT,       /* y is a linear combination of the terms: no error is left */
  SW_SPATIAL_SINGULAR,    /* the information matrix is not positive definite */
  SW_SPATIAL_NOT_POSSIBLE /* this combination of form, effects and method is not offered */
} sw_spatial_code;

typedef struct sw_spatial_wrong {
  sw_spatial_code code;
  int index;
} sw_spatial_wrong;

/* What a reader must know of a fit, bits of `warnings`. */
enum {
  SW_SPATIAL_AT_EDGE = 1,   /* rho or lambda is at an end of its interval: edge; vcov may be NaN */
  SW_SPATIAL_RUNNER_UP = 2, /* sac: another maximum within 2 of log-likelihood: other_* */
  SW_SPATIAL_NO_LEE_YU = 4, /* rows do not sum to 1: period effects demeaned, s2 scaled */
  SW_SPATIAL_NOT_STATIONARY =
      8 /* dynamic: grows without end, as it is or corrected: not corrected */
};

/* Arrays lie in the workspace. */
typedef struct sw_spatial_fit {
  sw_spatial_spec spec; /* information: the one that was used */
  sw_spatial_terms terms;
  double *coefficient; /* terms.count */
  double *vcov;        /* terms.count squared, symmetric to the bit */
  double *uncorrected; /* dynamic: coefficients before the correction of bias; else NULL */
  /* Of A y - Z b (lag), B (y - Z b) (error), B (A y - Z b) (sac), of the demeaned data:
   * residual[t * n + i], t of the periods used. */
  double *residual;
  int64_t n;
  int periods, first; /* periods used, the first of them: 1 for dynamic models */
  int64_t n_used;     /* n * periods */
  double effective;   /* observations of the likelihood: fewer by Lee & Yu */
  double sigma2, sigma2_se;
  double phi, phi_se; /* random effects: sigma2 of units over that of e; NaN */
  double loglik, aic; /* aic: 2 (count + 1) - 2 loglik, phi counted; NaN by GM */
  /* Squared correlation of y and its expectation: A^-1 Z b (Z b without rho), demeaned. */
  double pseudo_r2;
  unsigned warnings;
  double edge;                                  /* the end at which rho or lambda lies */
  double other_rho, other_lambda, other_loglik; /* the runner-up */
} sw_spatial_fit;

/* Bytes, 64-byte aligned; the fit's arrays are there as long as the memory is. */
size_t sw_spatial_workspace(const sw_spatial_spec *spec, int64_t n, int periods, int k);
sw_spatial_wrong sw_spatial_estimate(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                     void *workspace, sw_spatial_fit *fit);

/* ---- nested models ----------------------------------------------------------------------- */

enum { SW_SPATIAL_RESTRICTIONS = 3 }; /* at most */

/* A likelihood ratio against a form within the one that was fitted, same effects: 2 (ll - ll0),
 * chi-square. */
typedef struct sw_spatial_restriction {
  sw_spatial_form against; /* of sac with W X, SW_SPATIAL_DURBIN and so on */
  int df;
  double lr, p, loglik; /* loglik: of the restricted form */
} sw_spatial_restriction;

/* Forms within a form, without numbers; returns how many. lag, error: ols. slx: ols. durbin: lag,
 * error (common factor), slx. durbin_error: error, slx. sac: lag, error, ols (with W X: durbin,
 * durbin_error, slx). By GM and with random effects: none. NaN: of this W the form is not nested,
 * error in durbin with effects of periods where rows do not sum to 1. */
int sw_spatial_restrictions_of(const sw_spatial_spec *spec, const sw_spatial_terms *terms,
                               sw_spatial_restriction *out);
/* Fits them; to be called right after sw_spatial_estimate with the same workspace. */
int sw_spatial_restrict(const sw_spatial_data *data, const sw_spatial_fit *fit, void *workspace,
                        sw_spatial_restriction *out);

#endif

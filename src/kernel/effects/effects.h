/* What a change of an explanatory variable does, in the unit itself and in others (methods-space.md
 * section 12). With A = I - rho W and G = W A^-1, a variable of coefficients b (own) and t (of its
 * lag) has the matrix of effects
 *
 *   S = A^-1 (b I + t W) = b A^-1 + t G,  S_ij = dy_i / dx_j
 *   direct = tr S / n,  total = 1'S1 / n,  indirect = total - direct
 *
 * All depend on W and rho through tr A^-1, tr G, 1'A^-1 1 and 1'G1 alone, so they are found once
 * for a model (sw_multiplier_at) and serve all its variables. Standard errors are those of the
 * delta method, by the exact gradient: d A^-1/drho = G A^-1 and dG/drho = G G. Without rho (slx,
 * error, durbin_error) the same holds at rho = 0, whose derivative is left out: direct b + t tr
 * W/n, total b + t 1'W1/n.
 *
 * Of a dynamic panel with g y(-1) + d W y(-1) these are the effects of the short run. Those of the
 * long run, ((1-g) I - (rho+d) W)^-1 (b I + t W), are the same of b/(1-g), t/(1-g) and
 * rho* = (rho+d)/(1-g): sw_effects_rho gives rho* for sw_multiplier_at.
 *
 * By order of neighbours: W^q (rho^q b + rho^(q-1) t) of order q > 0, b of order 0.
 *
 * Nothing allocates.
 *
 * Sources: LeSage & Pace 2009, Introduction to Spatial Econometrics, ch. 2; Elhorst 2014, Spatial
 * Econometrics, ch. 2 and 4. */
#ifndef SW_KERNEL_SPATIAL_EFFECTS_H
#define SW_KERNEL_SPATIAL_EFFECTS_H

#include "kernel/spatial/filter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The coefficients of a fit, and which of them make effects. */
typedef struct sw_effects_model {
  int n_terms;
  const double *coefficient; /* n_terms */
  const double *vcov;        /* n_terms x n_terms */
  int n_effects;
  const int *own, *lagged; /* of each variable its term and that of its lag, -1: none */
  int rho, past, past_lag; /* terms of rho, y(-1), W y(-1); -1: none */
} sw_effects_model;

enum { SW_SHORT_RUN, SW_LONG_RUN };
enum { SW_DIRECT, SW_INDIRECT, SW_TOTAL, SW_EFFECTS };

/* The rho of the multiplier: the model's (0 without), or rho* of the long run. */
double sw_effects_rho(const sw_effects_model *model, int run);

/* The four numbers over n, [0] of A^-1 and [1] of G, and their derivatives by rho. */
typedef struct sw_multiplier {
  double rho;
  double trace[2], sum[2];
  double trace_slope[2], sum_slope[2];
} sw_multiplier;

/* Sets the filter, of the matrix W that lags y and x, to rho. False where A has no inverse there;
 * `out` is then NaN, as is what is made of it. `work`: of sw_multiplier_workspace(n) bytes, 64-byte
 * aligned. */
size_t sw_multiplier_workspace(int64_t n);
bool sw_multiplier_at(sw_filter *filter, double rho, void *work, sw_multiplier *out);

/* An effect of a variable. */
typedef struct sw_effect {
  double value, se, p, lo, hi; /* p: two-sided, normal; lo, hi: ends of the interval of `level` */
} sw_effect;

/* out[kind * n_effects + r], kind SW_DIRECT .. SW_TOTAL. `m`: at sw_effects_rho(model, run). */
void sw_effects_exact(const sw_effects_model *model, int run, const sw_multiplier *m, double level,
                      sw_effect *out);

/* ---- draws ------------------------------------------------------------------------------ */

/* Percentiles of effects over draws of the coefficients from N(coefficient, vcov). The k-th draw is
 * a function of (seed, stream, k) alone. A draw whose rho (or rho*, or y(-1) of the long run) has
 * no stationary multiplier is dropped and counted.
 *
 * The four functions of rho come from interpolants through Chebyshev nodes, each with a
 * factorisation, so that no draw needs one: in u = ln((rho - least)/(most - rho)) all poles of the
 * functions, the reciprocals of W's real eigenvalues, lie on Im u = pi, however close together they
 * are, and the number of nodes for 11 digits follows from the range of the draws. */
enum { SW_EFFECT_PERCENTILES = 5 }; /* 2.5, 15.87, 50, 84.13, 97.5 */

typedef struct sw_effect_draws {
  double sd; /* divisor draws - 1. It has no finite limit: 1/(1 - rho) of a normal rho */
  double percentile[SW_EFFECT_PERCENTILES];
  double lo, hi; /* percentiles of the interval of `level` */
} sw_effect_draws;

typedef struct sw_effects_plan {
  int run;
  uint64_t seed, stream; /* `stream` names the measure and the model */
  int64_t draws;
  double level;
} sw_effects_plan;

typedef struct sw_effects_drawn {
  int64_t kept, outside;
  int nodes;   /* factorisations; the filter is left at one of them */
  bool coarse; /* the interpolants have fewer than 9 digits: of a W with complex eigenvalues near
                * its interval */
} sw_effects_drawn;

size_t sw_effects_draws_workspace(const sw_effects_model *model, int64_t n, int64_t draws);
/* out[kind * n_effects + r]; NaN where vcov is not positive definite or fewer than 2 are kept. */
void sw_effects_draw(sw_filter *filter, const sw_effects_model *model, const sw_effects_plan *plan,
                     void *work, sw_effect_draws *out, sw_effects_drawn *drawn);

/* ---- by order of neighbours ---------------------------------------------------------------- */

/* tr W^q / n and 1'W^q 1 / n for q = 0 .. orders - 1, exact: rows and columns of W^(q/2) meet on
 * the diagonal. They depend on W alone. */
size_t sw_orders_workspace(const sw_links *w);
void sw_orders_of(const sw_links *w, int orders, void *work, double *trace, double *sum);
/* direct[q * n_effects + r], indirect alike. */
void sw_effects_by_order(const sw_effects_model *model, int orders, const double *trace,
                         const double *sum, double *direct, double *indirect);

/* ---- by unit ---------------------------------------------------------------------------- */

/* What a unit receives of all others, sum_{j != i} S_ij, and what it gives to them, sum_{j != i}
 * S_ji, are linear in b and t, and depend on W and rho through four numbers a unit each. Where rows
 * of W sum to 1 a unit receives total - S_ii, which says no more than S_ii: units are ranked by
 * what they give. */
enum { SW_UNIT_RECEIVES, SW_UNIT_GIVES };

typedef struct sw_unit_multiplier {
  double off[2][2];   /* [SW_UNIT_RECEIVES, SW_UNIT_GIVES][of A^-1, of G]: sums off the diagonal */
  double slope[2][2]; /* their derivatives by rho */
} sw_unit_multiplier;

/* Of all n units; the filter is set to rho. False, NaN: as sw_multiplier_at. */
size_t sw_unit_multipliers_workspace(int64_t n);
bool sw_unit_multipliers(sw_filter *filter, double rho, void *work, sw_unit_multiplier *out);
/* Of variable r: value and delta standard error. way: SW_UNIT_RECEIVES or SW_UNIT_GIVES. Short run.
 */
void sw_effects_of_unit(const sw_effects_model *model, const sw_unit_multiplier *unit, int r,
                        int way, double *value, double *se);

#endif

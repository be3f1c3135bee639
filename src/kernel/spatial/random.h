/* Inside random effects: a model at one rho (or lambda) and one ratio of variances, and what its
 * two forms of effects share. w = 1 + T phi is the variance of sqrt(T) times a unit's mean over s2.
 */
#ifndef SW_KERNEL_SPATIAL_RANDOM_H
#define SW_KERNEL_SPATIAL_RANDOM_H

#include "kernel/spatial/variants.h"

typedef struct sw_random {
  sw_spatial_model model;
  sw_filter *w;                       /* of rho or lambda; NULL: there is neither */
  double *within, *between, *work;    /* triangles of all columns, m x m */
  double *r, *columns;                /* m x m; (slopes + 1) m-vectors */
  double *part[2], *joined, *scratch; /* triangles of [Z y] at rho or lambda, side slopes + 1 */
  double *e[2], *q[2];                /* m-vectors: residuals, and minus their derivative */
  double *b, *root, *mixed[3], *along[3], *vcov;
  double *piece;
  bool pooled; /* no effects: w = 1 */
  bool coarse; /* ln|A| off a grid where the filter has one */
  /* At a place. */
  double x, ratio, sse, sse_between, loglik;
} sw_random;

enum { SW_RANDOM_PLACE, SW_RANDOM_S2, SW_RANDOM_RATIO, SW_RANDOM_CORNER };

/* The information of (rho or lambda, ln s2, ln w), and of these with b (mixed: without 1/s2). */
typedef struct sw_random_information {
  double corner[SW_RANDOM_CORNER][SW_RANDOM_CORNER];
} sw_random_information;

/* Triangles of [B Z, B A y] out of those of all columns. */
void sw_random_filter(sw_random *f, double x);
/* b, root, and the sums of squares of both parts, `factor` being that of the second. */
bool sw_random_solve(sw_random *f, double factor);
/* The greatest likelihood of kkp and lag models over the ratio, at x. */
double sw_random_height(sw_random *f, double x);
/* To the maximum over rho or lambda, too. Whether it is at an end. */
bool sw_random_search(sw_random *f);
bool sw_random_at_edge(const sw_random *f);
/* Fills e and q of both parts at x and b. */
void sw_random_residuals(sw_random *f);
/* vcov of terms and the standard errors of s2 and phi. False: not positive definite. */
bool sw_random_covariance(sw_random *f, const sw_random_information *info, sw_spatial_fit *fit);
void sw_random_fill(sw_random *f, bool at_edge, double edge, sw_spatial_fit *fit);

/* ---- baltagi: random_error.c -------------------------------------------------------------------
 */

void sw_random_error_room(const sw_spatial_model *model, sw_spatial_room *room, double **memory);
/* From the maximum of kkp on. */
sw_spatial_wrong sw_random_error_fit(sw_random *f, sw_ridge *ridge, double *memory,
                                     sw_spatial_fit *fit);

#endif

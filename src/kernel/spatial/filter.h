/* A(rho) = I - rho W of one weights matrix: all that spatial models ask of it, exactly.
 *
 * Two objects. A plan holds what depends on W alone: the order of elimination and the pattern of
 * the factor, the interval of rho, eigenvalues where they are asked for. It is flat bytes without
 * pointers, so that it can be made once per node, and is const after. A filter belongs to a thread:
 * the factor of A at one rho, in memory of the caller. Nothing allocates but the making of a plan.
 *
 * Everything is exact (1e-10 and better, against dense inverses), also at rho near 0: the traces of
 * G = W A^-1 = A^-1 W are sums over links of entries of A^-1, which a selected inverse gives
 * without the n columns; tr GG and derivatives by rho are that inverse differentiated; tr G'G needs
 * the entries of (A'A)^-1 on the same pattern. Results do not depend on threads or machine.
 *
 * Vectors are in the order of the units. `block`: SW_FILTER_LANES right-hand sides, interleaved,
 * x[i * SW_FILTER_LANES + c]; unused lanes are set to 0 by the caller.
 *
 * Sources: Ord 1975, JASA 70:120-126; Pace & Barry 1997, Geographical Analysis 29:232-247;
 * Takahashi, Fagan & Chin 1973; Erisman & Tinney 1975, Comm. ACM 18:177-179. */
#ifndef SW_KERNEL_SPATIAL_FILTER_H
#define SW_KERNEL_SPATIAL_FILTER_H

#include "kernel/sparse/ridge.h"
#include "spillway/weights.h"

/* Units of which eigenvalues are computed at most: of a W similar to a symmetric matrix, of
 * another. */
enum { SW_FILTER_LANES = 8, SW_FILTER_EIGEN_MOST = 4000, SW_FILTER_COMPLEX_MOST = 1000 };

/* ---- the plan --------------------------------------------------------------------------- */

/* How ln|A| is computed. AUTO: from a factor, and from eigenvalues where W is so dense that they
 * cost less. EIGEN: from eigenvalues. FACTOR: never from eigenvalues. */
typedef enum sw_logdet { SW_LOGDET_AUTO, SW_LOGDET_EIGEN, SW_LOGDET_FACTOR } sw_logdet;

/* The head of a plan; what follows it is private. */
typedef struct sw_filter_plan {
  int64_t n, links, islands;
  double least, most; /* A is regular for least < rho < most, which contain 0; -INFINITY, INFINITY:
                       * there is no end. Of W = 0 both. */
  bool symmetric; /* W is similar to a symmetric matrix by a positive diagonal: W_ij = S_ij e_j/e_i
                   */
  bool rows_sum_to_1; /* all rows with a link do; with islands A 1 is not (1 - rho) 1 */
  bool equal_rows;    /* all rows have the same sum, none is an island: W 1 is a constant */
  bool has_eigenvalues;
  /* `least` is minus the reciprocal of the spectral radius, which no eigenvalue may reach there: W
   * is not similar to a symmetric matrix and has more than SW_FILTER_COMPLEX_MOST units. */
  bool least_is_bound;
  double trace_w, trace_ww, trace_wtw; /* tr W, tr WW, tr W'W */
  int64_t factor_entries;              /* numbers of a factor */
  double factor_flops;
  size_t bytes;     /* of the plan */
  size_t workspace; /* of a filter */
} sw_filter_plan;

/* As a resource of the engine makes it: an object with the size of the plan, its bytes into `out`
 * (64-byte aligned, zeroed), its end. SW_EINPUT: eigenvalues of more than SW_FILTER_EIGEN_MOST
 * units; a weight that is no number. */
sw_status sw_filter_plan_begin(sw_error *err, const sw_links *w, sw_logdet logdet, void **object,
                               size_t *bytes);
sw_status sw_filter_plan_fill(sw_error *err, const sw_links *w, void *object, void *out);
void sw_filter_plan_end(void *object);
/* The three in one, for a caller without resources. */
sw_status sw_filter_plan_create(sw_error *err, const sw_links *w, sw_logdet logdet,
                                sw_filter_plan **plan);
void sw_filter_plan_destroy(sw_filter_plan *plan);

/* ---- ln|A| shared by many models ---------------------------------------------------------- */

/* ln|A| and its derivative anywhere in an interval by Chebyshev's polynomials in
 * u = ln((rho - least)/(most - rho)), where the poles of ln|A| are far from the real line. Flat, of
 * SW_FILTER_GRID_BYTES, a resource on the plan. Exact to about 1e-12 n for rho between `from` and
 * `to` (.9995 of the way from 0 to either end); elsewhere the filter's factor is asked. Worth it
 * from about five models of one W. */
enum { SW_FILTER_GRID_MOST = 1024 };
typedef struct sw_filter_grid {
  double from, to, least, most, centre, half;
  int count; /* of coefficients; 0: there is no grid (W = 0, or it did not converge) */
  double coefficient[SW_FILTER_GRID_MOST];
} sw_filter_grid;
#define SW_FILTER_GRID_BYTES sizeof(sw_filter_grid)

sw_status sw_filter_grid_fill(sw_error *err, const sw_filter_plan *plan, const sw_links *w,
                              sw_filter_grid *out);

/* ---- the filter ------------------------------------------------------------------------- */

typedef struct sw_filter sw_filter;

/* A filter in `workspace`: plan->workspace bytes, 64-byte aligned. It has no end: it owns nothing.
 * W are the links the plan was made of. `grid` may be NULL. */
sw_filter *sw_filter_at(const sw_filter_plan *plan, const sw_links *w, const sw_filter_grid *grid,
                        void *workspace);
const sw_filter_plan *sw_filter_plan_of(const sw_filter *filter);
const sw_links *sw_filter_links(const sw_filter *filter);

/* Factors A at rho, unless that is done. False: rho is not inside (least, most), or A is singular
 * to rounding; the filter then has no factor. What follows below asks for a factor. */
bool sw_filter_set(sw_filter *filter, double rho);
double sw_filter_rho(const sw_filter *filter); /* NaN: none */

/* ln|A(rho)|, exact; -INFINITY where sw_filter_set is false. Without eigenvalues it factors A, and
 * the filter is at rho afterwards; with them it leaves the filter as it is. */
double sw_filter_logdet(sw_filter *filter, double rho);
/* The same from the grid where there is one, in a microsecond, for a search; `slope` (or NULL): its
 * derivative -tr G. Without a grid it is exact, and the slope costs a selected inverse. */
double sw_filter_logdet_near(sw_filter *filter, double rho, double *slope);
/* Whether that comes from the grid; else it is exact. */
bool sw_filter_on_grid(const sw_filter *filter, double rho);

/* ---- traces and diagonals ------------------------------------------------------------------ */

enum { SW_TRACE_G = 1, SW_TRACE_GG = 2, SW_TRACE_GTG = 4, SW_TRACE_ALL = 7 };

/* Of the factor's rho; what is not in `which` is NaN. G: `inverse` and `g`. */
typedef struct sw_filter_traces {
  double inverse, g, gg, gtg; /* tr A^-1, tr G, tr GG = d tr G/drho, tr G'G */
} sw_filter_traces;

void sw_filter_traces_of(sw_filter *filter, int which, sw_filter_traces *out);

/* n numbers each, or NULL where they are not wanted. */
typedef struct sw_filter_diagonals {
  double *inverse;       /* (A^-1)_ii */
  double *g;             /* G_ii */
  double *inverse_slope; /* (G A^-1)_ii = d (A^-1)_ii/drho */
  double *g_slope;       /* (GG)_ii = d G_ii/drho */
} sw_filter_diagonals;

void sw_filter_diagonals_of(sw_filter *filter, const sw_filter_diagonals *out);

/* ---- solving and lagging -------------------------------------------------------------------- */

/* x = A^-1 b and A'^-1 b of a block; x may be b. */
void sw_filter_solve_block(sw_filter *filter, const double *b, double *x);
void sw_filter_solve_transposed_block(sw_filter *filter, const double *b, double *x);
/* The same of `count` columns, b[c * n + i]; x may be b. */
void sw_filter_solve(sw_filter *filter, int count, const double *b, double *x);
void sw_filter_solve_transposed(sw_filter *filter, int count, const double *b, double *x);
/* Columns unit[0 .. count) of A^-1, count <= SW_FILTER_LANES, as a block: x[i * 8 + c] =
 * (A^-1)_(i, unit[c]); and rows, x[j * 8 + c] = (A^-1)_(unit[c], j). Cheaper than a block of unit
 * vectors where units are near each other in the plan's order (sw_filter_order). */
void sw_filter_columns_block(sw_filter *filter, int count, const int32_t *unit, double *x);
void sw_filter_rows_block(sw_filter *filter, int count, const int32_t *unit, double *x);
/* n units in the order of elimination: neighbours are near each other. */
const int32_t *sw_filter_order(const sw_filter *filter);

/* W x and W' x; out is not x. */
void sw_filter_lag(const sw_filter *filter, const double *x, double *out);
void sw_filter_lag_transposed(const sw_filter *filter, const double *x, double *out);
void sw_filter_lag_block(const sw_filter *filter, const double *x, double *out);
void sw_filter_lag_transposed_block(const sw_filter *filter, const double *x, double *out);

/* I + c A A', for random effects whose errors alone are spatial: kernel/sparse/ridge.h. */

#endif

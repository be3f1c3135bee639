/* A(rho) of a thread: its factor, what is read from it, and lags; see filter.h.
 *
 * The cost is in sw_filter_set (a factor) and in the traces (a selected inverse each; with slopes
 * also its derivative). Callers that try many rho ask sw_filter_logdet_near, which needs neither
 * where there is a grid. Setting the same rho again costs nothing. */
#include "kernel/spatial/filter_inside.h"

#include <math.h>
#include <string.h>

#include "kernel/exp.h"

enum { LANES = SW_FILTER_LANES, NEAR = SW_FILTER_NEAR };
_Static_assert((int)SW_FILTER_LANES == (int)SW_SPARSE_LANES, "blocks are handed on");

/* ---- memory ------------------------------------------------------------------------------- */

/* Whole cache lines. */
static size_t numbers(int64_t count) {
  return (((size_t)count + 7) & ~(size_t)7) * sizeof(double);
}

static const sw_sparse_plan *sparse_of(const sw_filter_body *body) {
  return (const sw_sparse_plan *)((const char *)body + body->sparse_at);
}

/* Room for a tangent is always there, as traces with slopes may be asked at any time. */
size_t sw_filter_size(const sw_filter_body *body, const sw_sparse_plan *sparse) {
  int64_t n = body->head.n;
  return ((sizeof(sw_filter) + 63) & ~(size_t)63) + numbers(n * LANES) + numbers(2 * n) +
         sw_sparse_workspace(sparse, true);
}

/* Head, block, two vectors, then the factor with room for a tangent. */
sw_filter *sw_filter_at(const sw_filter_plan *plan, const sw_links *w, const sw_filter_grid *grid,
                        void *workspace) {
  sw_filter *f = workspace;
  char *at = (char *)workspace + ((sizeof *f + 63) & ~(size_t)63);
  *f = (sw_filter){.body = (const sw_filter_body *)plan, .w = w, .grid = grid, .rho = NAN};
  f->block = (double *)at;
  at += numbers(plan->n * LANES);
  f->vector = (double *)at;
  at += numbers(2 * plan->n);
  f->sparse = sw_sparse_at(sparse_of(f->body), true, at);
  return f;
}

const sw_filter_plan *sw_filter_plan_of(const sw_filter *f) {
  return &f->body->head;
}

const sw_links *sw_filter_links(const sw_filter *f) {
  return f->w;
}

double sw_filter_rho(const sw_filter *f) {
  return f->rho;
}

const int32_t *sw_filter_order(const sw_filter *f) {
  return sw_sparse_order(f->sparse.plan);
}

/* ---- the factor --------------------------------------------------------------------------- */

/* ln|A| has three sources: the grid, eigenvalues, the factor; the first that there is serves. */
static bool is_inside(const sw_filter *f, double rho) {
  return f->body->head.least < rho && rho < f->body->head.most;
}

/* .5 ln((1 - rho re)^2 + (rho im)^2), in eight lanes. |1 - rho lambda|^2 for complex eigenvalues;
 * real ones have im 0. */
SW_HOT static double sum_of_logarithms(int64_t n, const double *re, const double *im, double rho) {
  double sum[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++) {
      double x = 1 - rho * re[i + l], y = rho * im[i + l];
      sum[l] += sw_ln(__builtin_fma(x, x, y * y));
    }
  for (; i < n; i++) {
    double x = 1 - rho * re[i], y = rho * im[i];
    sum[i % LANES] += sw_ln(__builtin_fma(x, x, y * y));
  }
  return (((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]))) / 2;
}

static double by_eigenvalues(const sw_filter_body *body, double rho) {
  const double *re = (const double *)((const char *)body + body->eigen_at);
  return sum_of_logarithms(body->head.n, re, re + body->head.n, rho);
}

/* Within the spectral radius of |W| no pivot is near 0. Beyond it, where only eigenvalues tell that
 * A is regular, one may be by chance: ln|A| then shows what has been lost. radius: the spectral
 * radius of |W|, or a bound of it. */
static bool is_trusted(const sw_filter *f, double rho) {
  const sw_filter_body *body = f->body;
  if (body->head.symmetric || !body->eigen_at || fabs(rho) * body->radius < 1) return true;
  double exact = by_eigenvalues(body, rho);
  return fabs(f->sparse.logdet - exact) <= 1e-9 * (1 + fabs(exact));
}

/* rho stays NaN until all checks have passed: a refused factor is not taken for a valid one. */
bool sw_filter_set(sw_filter *f, double rho) {
  if (f->rho == rho) return true;
  f->rho = NAN;
  if (!is_inside(f, rho)) return false;
  sw_sparse_values values = {f->w->value, -rho, NULL};
  if (!sw_sparse_factor(&f->sparse, &values)) return false;
  /* All pivots of a definite matrix are positive; a negative one is an end passed by rounding. */
  if (f->body->head.symmetric && f->sparse.negative > 0) return false;
  if (!is_trusted(f, rho)) return false;
  f->rho = rho;
  return true;
}

/* -infinity outside the interval, so that a search turns back. */
double sw_filter_logdet(sw_filter *f, double rho) {
  if (!is_inside(f, rho)) return -INFINITY;
  if (f->body->head.has_eigenvalues) return by_eigenvalues(f->body, rho);
  return sw_filter_set(f, rho) ? f->sparse.logdet : -INFINITY;
}

/* Clenshaw's sums of the polynomial and of its derivative, the latter by rho through du/drho. The
 * grid is a Chebyshev series in the logit of rho's place (filter_grid.c). */
static double on_grid(const sw_filter_grid *g, double rho, double *slope) {
  double u = (log((rho - g->least) / (g->most - rho)) - g->centre) / g->half;
  double a = 0, b = 0, da = 0, db = 0; /* a_k, a_(k+1), and their derivatives by u */
  for (int k = g->count - 1; k >= 1; k--) {
    double next = 2 * u * a - b + g->coefficient[k], dnext = 2 * a + 2 * u * da - db;
    b = a;
    a = next;
    db = da;
    da = dnext;
  }
  if (slope) *slope = (a + u * da - db) / g->half * (1 / (rho - g->least) + 1 / (g->most - rho));
  return u * a - b + g->coefficient[0];
}

bool sw_filter_on_grid(const sw_filter *f, double rho) {
  const sw_filter_grid *g = f->grid;
  return g && g->count > 0 && g->from <= rho && rho <= g->to;
}

/* d ln|A| / drho = -tr G. */
double sw_filter_logdet_near(sw_filter *f, double rho, double *slope) {
  if (sw_filter_on_grid(f, rho)) return on_grid(f->grid, rho, slope);
  double value = sw_filter_logdet(f, rho);
  if (slope) {
    sw_filter_traces traces = {.g = NAN};
    if (sw_filter_set(f, rho)) sw_filter_traces_of(f, SW_TRACE_G, &traces);
    *slope = -traces.g;
  }
  return value;
}

/* ---- traces ------------------------------------------------------------------------------- */

static double sum_of(const double *x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  return sum;
}

/* tr G = sum_i (W A^-1)_ii. */
static double trace_g(sw_filter *f) {
  sw_sparse_inverse out = {.weighted = f->vector};
  sw_sparse_invert(&f->sparse, f->w->value, &out);
  return sum_of(f->vector, f->body->head.n);
}

/* ||A^-1||^2 = n + 2 rho tr G + rho^2 tr G'G. A^-1 = I + rho G, so the sum of squares is n + 2 rho
 * tr G + rho^2 tr G'G. */
static double gram_trace(sw_filter *f, double g) {
  int64_t n = f->body->head.n;
  sw_sparse_gram(&f->sparse, f->vector);
  /* For small rho the difference still loses digits, as it is divided by rho^2 (near_zero). */
  double sum = 0; /* without the ones, which would hide what is left */
  for (int64_t i = 0; i < n; i++)
    sum += f->vector[i] - 1;
  return (sum - 2 * f->rho * g) / (f->rho * f->rho);
}

/* Chebyshev's nodes of the first kind, in (-1, 1). */
static double node(int k) {
  return cos((2 * k + 1) * acos(-1) / (2 * NEAR));
}

/* The nodes reach to a twentieth of the radius within which tr G'G has a power series: eight give
 * 11 digits. Within a tenth of that their polynomial is better than the division by rho^2. */
static double reach(const sw_filter *f) {
  return .05 / f->body->radius;
}

/* Filled once per filter; eight factors. */
static void fill_near(sw_filter *f) {
  for (int k = 0; k < NEAR; k++)
    f->near[k] = sw_filter_set(f, reach(f) * node(k)) ? gram_trace(f, trace_g(f)) : NAN;
  f->has_near = true;
}

/* Through the nodes, by the barycentric formula (Berrut & Trefethen 2004, SIAM Review 46:501-517).
 * Filling the nodes sets the filter to other rho; it is set back. */
static double near_zero(sw_filter *f) {
  double rho = f->rho, above = 0, below = 0;
  if (!f->has_near) {
    fill_near(f);
    sw_filter_set(f, rho);
  }
  for (int k = 0; k < NEAR; k++) {
    double away = rho / reach(f) - node(k);
    double weight = (k % 2 ? -1 : 1) * sin((2 * k + 1) * acos(-1) / (2 * NEAR)) / away;
    if (away == 0) return f->near[k];
    above += weight * f->near[k];
    below += weight;
  }
  return above / below;
}

/* One walk of the inverse serves all: A^-1 = I + rho G gives tr A^-1 = n + rho tr G. Only what
 * `which` asks for is computed. */
void sw_filter_traces_of(sw_filter *f, int which, sw_filter_traces *out) {
  int64_t n = f->body->head.n;
  bool slopes = which & SW_TRACE_GG;
  *out = (sw_filter_traces){NAN, NAN, NAN, NAN};
  sw_sparse_inverse of = {.weighted = f->vector, .weighted_slope = slopes ? f->vector + n : NULL};
  sw_sparse_invert(&f->sparse, f->w->value, &of);
  double g = sum_of(f->vector, n);
  if (which & SW_TRACE_G) {
    out->g = g;
    out->inverse = (double)n + f->rho * g;
  }
  if (slopes) out->gg = sum_of(f->vector + n, n);
  if (which & SW_TRACE_GTG) {
    if (f->body->radius == 0)
      out->gtg = 0; /* W = 0 */
    else
      out->gtg = fabs(f->rho) < .1 * reach(f) ? near_zero(f) : gram_trace(f, g);
  }
}

void sw_filter_diagonals_of(sw_filter *f, const sw_filter_diagonals *out) {
  sw_sparse_inverse of = {out->inverse, out->g, out->inverse_slope, out->g_slope};
  sw_sparse_invert(&f->sparse, f->w->value, &of);
}

/* ---- solves ------------------------------------------------------------------------------- */

void sw_filter_solve_block(sw_filter *f, const double *b, double *x) {
  sw_sparse_solve(&f->sparse, b, x);
}

void sw_filter_solve_transposed_block(sw_filter *f, const double *b, double *x) {
  sw_sparse_solve_transposed(&f->sparse, b, x);
}

/* Interleaves up to eight columns, solves, and separates them; unused lanes must be 0. For one
 * column the other seven lanes are idle, which costs nothing: the factor is read once. */
static void solve(sw_filter *f, bool transposed, int count, const double *b, double *x) {
  int64_t n = f->body->head.n;
  for (int c0 = 0; c0 < count; c0 += LANES) {
    int lanes = count - c0 < LANES ? count - c0 : LANES;
    if (lanes < LANES) memset(f->block, 0, (size_t)(n * LANES) * sizeof *x);
    for (int c = 0; c < lanes; c++)
      for (int64_t i = 0; i < n; i++)
        f->block[i * LANES + c] = b[(c0 + c) * n + i];
    if (transposed)
      sw_sparse_solve_transposed(&f->sparse, f->block, f->block);
    else
      sw_sparse_solve(&f->sparse, f->block, f->block);
    for (int c = 0; c < lanes; c++)
      for (int64_t i = 0; i < n; i++)
        x[(c0 + c) * n + i] = f->block[i * LANES + c];
  }
}

void sw_filter_solve(sw_filter *f, int count, const double *b, double *x) {
  solve(f, false, count, b, x);
}

void sw_filter_solve_transposed(sw_filter *f, int count, const double *b, double *x) {
  solve(f, true, count, b, x);
}

void sw_filter_columns_block(sw_filter *f, int count, const int32_t *unit, double *x) {
  sw_sparse_columns(&f->sparse, count, unit, x);
}

void sw_filter_rows_block(sw_filter *f, int count, const int32_t *unit, double *x) {
  sw_sparse_rows(&f->sparse, count, unit, x);
}

/* ---- lags --------------------------------------------------------------------------------- */

/* In the order of the links of a row, as in the block below: the same bits for one column or
 * eight. */
SW_HOT void sw_filter_lag(const sw_filter *f, const double *x, double *out) {
  const sw_links *w = f->w;
  for (int64_t i = 0; i < w->n; i++) {
    double sum = 0;
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      sum = __builtin_fma(w->value[e], x[w->to[e]], sum);
    out[i] = sum;
  }
}

/* By rows of W, each scattered: the transposed matrix is not stored. */
SW_HOT void sw_filter_lag_transposed(const sw_filter *f, const double *x, double *out) {
  const sw_links *w = f->w;
  memset(out, 0, (size_t)w->n * sizeof *out);
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      out[w->to[e]] = __builtin_fma(w->value[e], x[i], out[w->to[e]]);
}

/* W x of LANES columns: what solves and traces need, at the cost of reading W once. */
SW_HOT void sw_filter_lag_block(const sw_filter *f, const double *x, double *out) {
  const sw_links *w = f->w;
  for (int64_t i = 0; i < w->n; i++) {
    double sum[LANES] = {0};
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      for (int c = 0; c < LANES; c++)
        sum[c] = __builtin_fma(w->value[e], x[w->to[e] * (int64_t)LANES + c], sum[c]);
    memcpy(out + i * LANES, sum, sizeof sum);
  }
}

/* W' x of LANES columns, by scattering, so that no transposed copy of W is needed. */
SW_HOT void sw_filter_lag_transposed_block(const sw_filter *f, const double *x, double *out) {
  const sw_links *w = f->w;
  memset(out, 0, (size_t)(w->n * LANES) * sizeof *out);
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++) {
      double *to = out + w->to[e] * (int64_t)LANES;
      for (int c = 0; c < LANES; c++)
        to[c] = __builtin_fma(w->value[e], x[i * LANES + c], to[c]);
    }
}

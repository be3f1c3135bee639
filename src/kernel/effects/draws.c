/* Percentiles of effects over draws of the coefficients (effects.h). First the rho of every draw,
 * whose range says where the multiplier is needed; then its interpolants; then the effects,
 * variable by variable. Coefficients of a draw are a function of its number, and made again for
 * each.
 *
 * Called by measure/spatial after a fit; one thread per model and period, all memory the caller's.
 * The cost is that of the interpolation's nodes, a factorisation each (some tens), whatever the
 * number of draws. */
#include "kernel/effects/effects.h"

#include "base/rng.h"
#include "kernel/linear/cholesky.h"
#include "kernel/series/quantile.h"
#include "kernel/series/stats.h"
#include "kernel/spatial/filter.h"

#include <math.h>
#include <string.h>

/* Chebyshev series of smooth functions end long before 160 terms; four functions are interpolated
 * at the same nodes. */
enum { MOST_NODES = 160, FUNCTIONS = 4 };

/* ---- a function between Chebyshev nodes ---------------------------------------------------- */

/* The four functions, each times (most - rho)(rho - least), which takes away the poles at the ends;
 * in u = ln((rho - least)/(most - rho)), from u0 - half to u0 + half. */
typedef struct between {
  double least, most;
  double u0, half;
  int nodes;
  double series[FUNCTIONS][MOST_NODES];
} between;

/* A product that is 1 in the middle and 0 at both ends. */
static double ends(const between *f, double rho) {
  double width = f->most - f->least;
  return 4 * ((f->most - rho) / width) * ((rho - f->least) / width);
}

/* The logit of rho's place in the interval: its poles at the ends go to infinity. */
static double u_of(const between *f, double rho) {
  return log((rho - f->least) / (f->most - rho));
}

/* Two forms, so that neither exp overflows. */
static double rho_of(const between *f, double u) {
  return u < 0 ? f->least + (f->most - f->least) * (exp(u) / (1 + exp(u)))
               : f->most - (f->most - f->least) / (1 + exp(u));
}

/* Nodes are the zeros of the Chebyshev polynomial of degree `nodes`. */
static double cosine(int k, int node, int nodes) {
  return cos(M_PI * k * (node + .5) / nodes);
}

/* Values at the nodes to coefficients of Chebyshev polynomials; the first is halved. O(nodes^2),
 * nothing beside the factorisations. */
static void to_series(double *value, int nodes) {
  double out[MOST_NODES];
  for (int k = 0; k < nodes; k++) {
    out[k] = 0;
    for (int node = 0; node < nodes; node++)
      out[k] += value[node] * cosine(k, node, nodes);
    out[k] *= (k ? 2. : 1.) / nodes;
  }
  memcpy(value, out, (size_t)nodes * sizeof *value);
}

/* Clenshaw's sum at x in [-1, 1]. Stable for |x| <= 1, which all kept draws are. */
static double series_at(const double *series, int nodes, double x) {
  double b1 = 0, b2 = 0;
  for (int k = nodes - 1; k > 0; k--) {
    double b = 2 * x * b1 - b2 + series[k];
    b2 = b1;
    b1 = b;
  }
  return x * b1 - b2 + series[0];
}

/* The ends take back the factor that the series were made with. */
static void between_at(const between *f, double rho, double out[FUNCTIONS]) {
  double x = f->half > 0 ? (u_of(f, rho) - f->u0) / f->half : 0;
  for (int k = 0; k < FUNCTIONS; k++)
    out[k] = series_at(f->series[k], f->nodes, x) / ends(f, rho);
}

/* ---- the multiplier over a range of rho ------------------------------------------------------ */

/* tr A^-1, tr G, 1'A^-1 1 and 1'G1, over n and times `ends`, of one factorisation and one solve;
 * NaN where A is singular. `work`: 2n. A is singular only beyond the ends; NaN then goes through to
 * a series that is marked as coarse. */
static void values_at(sw_filter *filter, const between *f, double rho, double *work,
                      double out[FUNCTIONS]) {
  int64_t n = sw_filter_plan_of(filter)->n;
  double *x = work, *lag = work + n, sum[2] = {0, 0};
  sw_filter_traces tr = {NAN, NAN, NAN, NAN};
  bool regular = sw_filter_set(filter, rho);
  if (regular) sw_filter_traces_of(filter, SW_TRACE_G, &tr);
  for (int64_t i = 0; i < n; i++)
    x[i] = regular ? 1 : NAN;
  if (regular) sw_filter_solve(filter, 1, x, x);
  sw_filter_lag(filter, x, lag);
  for (int64_t i = 0; i < n; i++) {
    sum[0] += x[i];
    sum[1] += lag[i];
  }
  double of[FUNCTIONS] = {tr.inverse, tr.g, sum[0], sum[1]}, scale = ends(f, rho) / (double)n;
  for (int k = 0; k < FUNCTIONS; k++)
    out[k] = of[k] * scale;
}

/* The last digits of a series that has ended are rounding: of a function of size 1. The two last
 * coefficients, as every second one of an even or odd function vanishes. */
static double rest_of(const double *series, int nodes) {
  double size = 0, rest = 0;
  for (int k = 0; k < nodes; k++) {
    size = fmax(size, fabs(series[k]));
    if (k >= nodes - 2) rest = fmax(rest, fabs(series[k]));
  }
  return size > 0 ? rest / size : 0;
}

/* A series is as good as that of its worst function. */
static double worst_rest(const between *f) {
  double worst = 0;
  for (int k = 0; k < FUNCTIONS; k++)
    worst = fmax(worst, rest_of(f->series[k], f->nodes));
  return worst;
}

/* A factorisation per node, and none per draw. */
static void fill(sw_filter *filter, between *f, double *work) {
  double value[FUNCTIONS];
  for (int node = 0; node < f->nodes; node++) {
    double u = f->u0 + f->half * cosine(1, node, f->nodes);
    values_at(filter, f, rho_of(f, u), work, value);
    for (int k = 0; k < FUNCTIONS; k++)
      f->series[k][node] = value[k];
  }
  for (int k = 0; k < FUNCTIONS; k++)
    to_series(f->series[k], f->nodes);
}

/* How many nodes a series of that half width needs: its terms fall by e for every factor e of the
 * ellipse in which the function has no pole. Real eigenvalues leave free what is within pi of the
 * middle, and complex ones pi / 2 where the interval ends at -1 and 1 over the spectral radius: a
 * tenth less is taken. Two more, by which the end of the series is seen. The error of a series of m
 * terms falls as (ellipse)^-m; 1e12 is what is asked for. */
static int nodes_for(const sw_filter_plan *plan, double half) {
  double up = .9 * (plan->symmetric ? M_PI : M_PI / 2) / half;
  int nodes = (int)fmin(ceil(log(1e12) / asinh(up)) + 2, MOST_NODES / 2);
  return half > 0 ? nodes : 1;
}

/* For rho from lo to hi. The number of nodes is doubled until the series ends, or no more have
 * room; nodes of the first try are not among those of the second. Returns the factorisations made.
 * An interval that is open to infinity gets ends beyond the draws. */
static int make_between(sw_filter *filter, double lo, double hi, double *work, between *f) {
  const sw_filter_plan *plan = sw_filter_plan_of(filter);
  double margin = 1 + (hi - lo); /* where there is no end */
  f->least = isinf(plan->least) ? lo - margin : plan->least;
  f->most = isinf(plan->most) ? hi + margin : plan->most;
  f->u0 = (u_of(f, lo) + u_of(f, hi)) / 2;
  f->half = (u_of(f, hi) - u_of(f, lo)) / 2;
  int made = 0;
  for (f->nodes = nodes_for(plan, f->half);; f->nodes *= 2) {
    fill(filter, f, work);
    made += f->nodes;
    /* 1e-10 relative; 160 nodes bound the search and the result is then marked as coarse. */
    if (f->nodes == 1 || worst_rest(f) < 1e-10 || 2 * f->nodes > MOST_NODES) return made;
  }
}

/* ---- draws of coefficients ------------------------------------------------------------------- */

/* The terms that effects depend on, in an order in which rho and rho* need the first alone. Only
 * these terms need a covariance, which keeps Cholesky small; y(-1) and W y(-1) matter in the long
 * run alone. */
typedef struct drawn {
  const sw_effects_model *model;
  const sw_effects_plan *plan;
  int count, first;  /* first: those of rho, y(-1) and its lag */
  int *term, *place; /* place: of each term of the model, -1 */
  double *factor;    /* of their covariance, by column */
  double *value;     /* of the draw under way */
} drawn;

/* A term may serve twice, as own and lagged, and is drawn once. */
static void use(drawn *d, int term) {
  if (term < 0 || d->place[term] >= 0) return;
  d->place[term] = d->count;
  d->term[d->count++] = term;
}

/* False: the covariance is not positive definite. A model with collinear terms or a variance of 0
 * has no draws: all results stay NaN. */
static bool begin(drawn *d) {
  const sw_effects_model *m = d->model;
  for (int k = 0; k < m->n_terms; k++)
    d->place[k] = -1;
  use(d, m->rho);
  if (d->plan->run == SW_LONG_RUN) {
    use(d, m->past);
    use(d, m->past_lag);
  }
  d->first = d->count;
  for (int r = 0; r < m->n_effects; r++) {
    use(d, m->own[r]);
    use(d, m->lagged[r]);
  }
  for (int a = 0; a < d->count; a++)
    for (int b = 0; b < d->count; b++)
      d->factor[a * d->count + b] = m->vcov[(int64_t)d->term[a] * m->n_terms + d->term[b]];
  return sw_cholesky_factor(d->factor, d->count);
}

/* The first `count` values of draw k. They are the same for any count: the factor is triangular,
 * and normals come in the order of the terms. So a draw's rho in the first walk is that of the
 * second. */
static void draw(const drawn *d, int64_t k, int count) {
  sw_rng rng = sw_rng_make(d->plan->seed, d->plan->stream, (uint64_t)k);
  for (int a = 0; a < count; a++)
    d->value[a] = d->model->coefficient[d->term[a]];
  for (int b = 0; b < count; b++) {
    double z = sw_rng_normal(&rng);
    for (int a = b; a < count; a++)
      d->value[a] += d->factor[b * d->count + a] * z;
  }
}

/* 0 for a term that the model lacks or that was not drawn. */
static double drawn_at(const drawn *d, int term) {
  return term < 0 || d->place[term] < 0 ? 0 : d->value[d->place[term]];
}

/* 1, or 1/(1 - g). */
static double scale_of(const drawn *d) {
  return d->plan->run == SW_LONG_RUN ? 1 / (1 - drawn_at(d, d->model->past)) : 1;
}

/* rho or rho* of draw k; NaN where its multiplier is none. Both rho of the short run and rho* must
 * be inside: outside the interval A^-1 is no sum of powers of W. 1 - g above 0 is stability in
 * time. */
static double rho_drawn(const drawn *d, const sw_filter_plan *plan, int64_t k) {
  draw(d, k, d->first);
  double scale = scale_of(d), rho = drawn_at(d, d->model->rho);
  bool inside = rho > plan->least && rho < plan->most;
  if (d->plan->run == SW_LONG_RUN) rho = (rho + drawn_at(d, d->model->past_lag)) * scale;
  return inside && scale > 0 && rho > plan->least && rho < plan->most ? rho : NAN;
}

/* ---- effects of draws ------------------------------------------------------------------------ */

typedef struct room {
  int64_t *number;    /* which draws are kept */
  double *rho;        /* of those */
  double *multiplier; /* four functions of each */
  double *value;      /* of a variable the effects of all, kind by kind */
  double *scratch, *vector;
} room;

/* The first walk over the draws, by the terms of rho alone. Numbers of draws are kept rather than
 * draws: these are made again from their number. */
static int64_t keep_inside(const drawn *d, const sw_filter_plan *plan, const room *r, double *lo,
                           double *hi) {
  int64_t kept = 0;
  *lo = INFINITY;
  *hi = -INFINITY;
  for (int64_t k = 0; k < d->plan->draws; k++) {
    double rho = rho_drawn(d, plan, k);
    if (isnan(rho)) continue;
    r->rho[kept] = rho;
    r->number[kept++] = k;
    *lo = fmin(*lo, rho);
    *hi = fmax(*hi, rho);
  }
  return kept;
}

/* Probabilities are whole numbers over 10,000 and 10^9, as sw_quantile takes them. 2.5, 15.87, 50,
 * 84.13 and 97.5%: two and one standard deviations of a normal law. Whole numbers, as positions in
 * floating point may miss a value by one last bit. */
static sw_effect_draws summary(double *x, int64_t n, double level, double *scratch) {
  static const int64_t per[SW_EFFECT_PERCENTILES] = {250, 1587, 5000, 8413, 9750};
  int64_t tail = llround((1 - level) / 2 * 1e9);
  sw_effect_draws out = {.sd = sw_stats_deviation(x, n)};
  sw_stats_sort_values(x, n, scratch);
  for (int k = 0; k < SW_EFFECT_PERCENTILES; k++)
    out.percentile[k] = sw_quantile(x, n, per[k], 10000);
  out.lo = sw_quantile(x, n, tail, 1000000000);
  out.hi = sw_quantile(x, n, 1000000000 - tail, 1000000000);
  return out;
}

static void set_undefined(const sw_effects_model *model, sw_effect_draws *out) {
  for (int k = 0; k < SW_EFFECTS * model->n_effects; k++) {
    out[k] = (sw_effect_draws){.sd = NAN, .lo = NAN, .hi = NAN};
    for (int p = 0; p < SW_EFFECT_PERCENTILES; p++)
      out[k].percentile[p] = NAN;
  }
}

/* The second walk, per variable: S = b A^-1 + t G of each draw, then its percentiles. So memory is
 * that of one variable, whatever their number. */
static void effects_of_variable(const drawn *d, const room *r, int64_t kept, int variable,
                                sw_effect_draws *out) {
  const sw_effects_model *m = d->model;
  for (int64_t k = 0; k < kept; k++) {
    const double *f = r->multiplier + k * FUNCTIONS;
    draw(d, r->number[k], d->count);
    double b = scale_of(d) * drawn_at(d, m->own[variable]);
    double t = scale_of(d) * drawn_at(d, m->lagged[variable]);
    r->value[SW_DIRECT * kept + k] = b * f[0] + t * f[1];
    r->value[SW_TOTAL * kept + k] = b * f[2] + t * f[3];
    r->value[SW_INDIRECT * kept + k] = b * (f[2] - f[0]) + t * (f[3] - f[1]);
  }
  for (int kind = 0; kind < SW_EFFECTS; kind++)
    out[kind * m->n_effects + variable] =
        summary(r->value + kind * kept, kept, d->plan->level, r->scratch);
}

/* ---- its life ---------------------------------------------------------------------------------
 */

/* In whole lines of the cache. */
static size_t round_up(size_t bytes) {
  return (bytes + 63) & ~(size_t)63;
}

static void *take(unsigned char **at, int64_t count, size_t size) {
  void *taken = *at;
  *at += round_up((size_t)count * size);
  return taken;
}

/* Counts what sw_effects_draw takes: ten arrays by draw, 2n numbers and a square of the terms.
 * 64-byte alignment of each array, as `take` does. */
size_t sw_effects_draws_workspace(const sw_effects_model *model, int64_t n, int64_t draws) {
  size_t numbers = round_up((size_t)draws * sizeof(double)), terms = (size_t)model->n_terms;
  return 3 * numbers + FUNCTIONS * numbers + SW_EFFECTS * numbers +
         round_up(2 * (size_t)n * sizeof(double)) + 2 * round_up(terms * sizeof(int)) +
         round_up(terms * terms * sizeof(double)) + round_up(terms * sizeof(double)) +
         round_up(sizeof(between));
}

/* Draws of the estimates, and what effects they have. The multiplier is needed at thousands of
 * values of rho: it is interpolated between nodes (make_between), which costs a few solves
 * instead. */
void sw_effects_draw(sw_filter *filter, const sw_effects_model *model, const sw_effects_plan *plan,
                     void *work, sw_effect_draws *out, sw_effects_drawn *result) {
  const sw_filter_plan *w = sw_filter_plan_of(filter);
  unsigned char *at = work;
  between *f = take(&at, 1, sizeof *f);
  room r = {.number = take(&at, plan->draws, sizeof(int64_t)),
            .rho = take(&at, plan->draws, sizeof(double)),
            .multiplier = take(&at, FUNCTIONS * plan->draws, sizeof(double)),
            .value = take(&at, SW_EFFECTS * plan->draws, sizeof(double)),
            .scratch = take(&at, plan->draws, sizeof(double)),
            .vector = take(&at, 2 * w->n, sizeof(double))};
  drawn d = {.model = model,
             .plan = plan,
             .term = take(&at, model->n_terms, sizeof(int)),
             .place = take(&at, model->n_terms, sizeof(int)),
             .factor = take(&at, (int64_t)model->n_terms * model->n_terms, sizeof(double)),
             .value = take(&at, model->n_terms, sizeof(double))};
  double lo = NAN, hi = NAN;
  *result = (sw_effects_drawn){0};
  set_undefined(model, out);
  if (!begin(&d)) return;
  /* Draws outside are counted and reported, not replaced: replacing them would hide how far the
   * normal law of rho reaches beyond the interval. */
  result->kept = keep_inside(&d, w, &r, &lo, &hi);
  result->outside = plan->draws - result->kept;
  if (result->kept < 2) return;
  result->nodes = make_between(filter, lo, hi, r.vector, f);
  /* worst_rest is relative to the largest coefficient. */
  result->coarse = worst_rest(f) > 1e-9 && f->nodes > 1;
  for (int64_t k = 0; k < result->kept; k++)
    between_at(f, r.rho[k], r.multiplier + k * FUNCTIONS);
  for (int variable = 0; variable < model->n_effects; variable++)
    effects_of_variable(&d, &r, result->kept, variable, out);
}

/* See variants.h: maximum likelihood with random effects of units, u = mu + e, phi the variance of
 * mu over that of e. With w = 1 + T phi,
 *
 *   ll = T ln|A| - n/2 ln w - nT/2 (ln(2 pi s2) + 1),  nT s2 = within + between/w
 *
 * where `within` and `between` are the sums of squares of e = A y - Z b (lag, durbin), or of
 * B (y - Z b) (error: both parts of the error are spatial, Kapoor, Kelejian & Prucha 2007), of
 * deviations from means of units and of sqrt(T) times these means. Each part is a triangle, so that
 * a likelihood costs ln|A| and small matrices; the best w is found for every rho. There may be two
 * (Maddala 1971), so a grid comes first.
 *
 * Information (Elhorst 2014, section 3.3.3; here in ln s2 and ln w): that of fixed effects with the
 * weighted data; rho, ln w tr G; ln s2, ln w n/2; ln w n/2. */
#include "kernel/spatial/random.h"

#include "kernel/linear/cholesky.h"
#include "kernel/linear/ols.h"
#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

enum { COARSE = 16, MOST_STEPS = 100, RATIOS = 48 };

static const double ratio_step = .5; /* of ln w, on the grid from 0 */
static const double edge = 1e-6;     /* of the interval: what counts as its end */

bool sw_spatial_random_offers(const sw_spatial_spec *spec) {
  return spec->form != SW_SPATIAL_SAC && spec->dynamic == SW_SPATIAL_STATIC;
}

/* ---- memory ------------------------------------------------------------------------------- */

/* Counts the room where `room` has no memory, and hands it out where it has. Besides the columns it
 * is a few triangles: nothing of n numbers. A list taken twice, as for all models. */
static void take_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                      sw_spatial_room *room, sw_random *f) {
  *f = (sw_random){0};
  sw_spatial_model_room(spec, n, periods, k, room, &f->model);
  size_t m = (size_t)f->model.m, s = (size_t)f->model.terms.slopes, side = s + 1;
  /* Z and G Z b are split at the end. */
  int most = (int)(m > s + 1 ? m : s + 1);
  f->within = sw_spatial_take(room, (size_t)most * (size_t)most);
  f->between = sw_spatial_take(room, (size_t)most * (size_t)most);
  f->work = sw_spatial_take(room, (size_t)most * (size_t)most);
  f->r = sw_spatial_take(room, (size_t)most * (size_t)most);
  f->columns = sw_spatial_take(room, side * m);
  for (int j = 0; j < 2; j++) {
    f->part[j] = sw_spatial_take(room, side * side);
    f->e[j] = sw_spatial_take(room, m);
    f->q[j] = sw_spatial_take(room, m);
  }
  f->joined = sw_spatial_take(room, side * side);
  f->scratch = sw_spatial_take(room, side * side);
  f->b = sw_spatial_take(room, side);
  f->root = sw_spatial_take(room, side * side);
  for (int j = 0; j < SW_RANDOM_CORNER; j++) {
    f->mixed[j] = sw_spatial_take(room, side);
    f->along[j] = sw_spatial_take(room, side);
  }
  f->vcov = sw_spatial_take(room, side * side);
  f->piece = sw_spatial_take(room, sw_spatial_split_room(periods, most));
}

/* Errors alone spatial (random_error.c) or effects too (here). */
static bool is_baltagi(const sw_spatial_spec *spec) {
  return sw_spatial_has_lambda(spec->form) && spec->effects_form == SW_SPATIAL_BALTAGI;
}

/* What sw_spatial_random takes; counted by the code that divides it. */
void sw_spatial_random_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                            sw_spatial_room *room) {
  sw_random f;
  double *memory;
  take_room(spec, n, periods, k, room, &f);
  if (is_baltagi(spec)) sw_random_error_room(&f.model, room, &memory);
}

/* ---- at one rho or lambda -------------------------------------------------------------------- */

/* to = column a less x times column b of a triangle; b < 0: none. Columns of both parts are
 * filtered alike, as B acts within a period. */
static void filtered(const sw_random *f, const double *r, int a, double x, int b, double *to) {
  int m = f->model.m;
  memcpy(to, r + a * m, (size_t)m * sizeof *to);
  for (int i = 0; b >= 0 && i < m; i++)
    to[i] -= x * r[b * m + i];
}

/* Where the derivative of column j (slopes: y) is; -1: it has none. Of a lag model y alone is
 * filtered. */
static int derivative(const sw_spatial_model *model, int j) {
  if (j < model->terms.slopes) return model->has_lambda ? model->at_wz + j : -1;
  return model->has_lambda ? model->at_w2y : model->at_wy;
}

static int source(const sw_spatial_model *model, int j) {
  return j < model->terms.slopes ? j : model->at_y;
}

/* The triangles of [Z y] at x, out of those of all columns: no pass over the units. Two small QR
 * factorisations per x. */
void sw_random_filter(sw_random *f, double x) {
  const sw_spatial_model *model = &f->model;
  int s = model->terms.slopes, side = s + 1, m = model->m;
  const double *whole[2] = {f->within, f->between};
  f->x = x;
  for (int p = 0; p < 2; p++) {
    for (int j = 0; j <= s; j++)
      filtered(f, whole[p], source(model, j), x, derivative(model, j), f->columns + j * m);
    memset(f->part[p], 0, (size_t)(side * side) * sizeof(double));
    sw_qr_append(f->part[p], side, f->columns, m);
  }
}

/* The square of y - Z b in a triangle of [Z y]. In the triangle, without data. */
static double square_left(const double *r, int s, const double *b) {
  double sum = 0;
  for (int i = 0; i <= s; i++) {
    double left = r[s * (s + 1) + i];
    for (int j = i; j < s; j++)
      left -= r[j * (s + 1) + i] * b[j];
    sum += left * left;
  }
  return sum;
}

/* Rows of the means weigh 1/sqrt(w), `factor`: generalised least squares. False: columns depend on
 * each other. */
bool sw_random_solve(sw_random *f, double factor) {
  int s = f->model.terms.slopes, side = s + 1;
  sw_spatial_join(f->part[0], f->part[1], factor, side, f->scratch, f->joined);
  if (sw_qr_solve(f->joined, s, f->b, f->root) >= 0) return false;
  f->sse_between = square_left(f->part[1], s, f->b);
  f->sse = f->joined[s * side + s] * f->joined[s * side + s];
  return true;
}

/* ---- the ratio --------------------------------------------------------------------------------
 */

/* The likelihood without ln|A|, at ln w; its slope, by which b and s2 need no derivative. d/d ln w:
 * -n/2 + between/(2 w s2). */
static double at_ratio(sw_random *f, double log_ratio, double *slope) {
  double n = (double)f->model.n, all = (double)f->model.values;
  if (!sw_random_solve(f, exp(-log_ratio / 2))) return -INFINITY;
  *slope = -n / 2 + all / 2 * f->sse_between * exp(-log_ratio) / f->sse;
  return -n / 2 * log_ratio - all / 2 * (log(2 * M_PI * f->sse / all) + 1);
}

/* The zero of a slope between a point where it is positive and one where it is not: regula falsi,
 * by halves of the value that stays (Dowell & Jarratt 1971). When the same end stays twice its
 * value is halved, which keeps the convergence better than linear. */
typedef double (*slope_at)(sw_random *f, double x);

static double zero_between(sw_random *f, slope_at slope, double lo, double at_lo, double hi,
                           double at_hi) {
  double last = NAN;
  for (int round = 0; round < MOST_STEPS; round++) {
    double x = lo + (hi - lo) * at_lo / (at_lo - at_hi);
    if (!(x > lo && x < hi)) x = lo + (hi - lo) / 2;
    if (x == lo || x == hi) break;
    double up = slope(f, x);
    if (up == 0 || fabs(x - last) < 1e-13 * fmax(fabs(x), 1)) return x;
    last = x;
    if (up > 0) {
      lo = x, at_lo = up;
      at_hi /= 2;
    } else {
      hi = x, at_hi = up;
      at_lo /= 2;
    }
  }
  return lo + (hi - lo) / 2;
}

static double slope_of_ratio(sw_random *f, double log_ratio) {
  double slope = 0;
  at_ratio(f, log_ratio, &slope);
  return slope;
}

/* ln w of the greatest likelihood; the point is solved there. The grid of ln w goes from 0 to 23.5,
 * effects of 10^10 times the noise. */
static double find_ratio(sw_random *f) {
  double best = -INFINITY, slope, at[2];
  int where = 0;
  /* pooled: phi is held at 0. */
  if (f->pooled) return 0;
  for (int j = 0; j < RATIOS; j++) {
    double height = at_ratio(f, j * ratio_step, &slope);
    if (height > best) {
      best = height;
      where = j;
    }
  }
  double middle = where * ratio_step, up = slope_of_ratio(f, middle), log_ratio = middle;
  double other = up > 0 ? middle + ratio_step : middle - ratio_step;
  if (other >= 0 && up != 0) {
    double beside = slope_of_ratio(f, other);
    at[0] = up > 0 ? up : beside, at[1] = up > 0 ? beside : up;
    if (at[0] > 0 && at[1] <= 0)
      log_ratio =
          zero_between(f, slope_of_ratio, fmin(middle, other), at[0], fmax(middle, other), at[1]);
  }
  return log_ratio;
}

/* The likelihood at x with the best b, s2 and w, which stay in f. On the grid ln|A| is that of the
 * filter's table, where it has one. s2 and b are concentrated out; w is found by a search of its
 * own at each x. */
double sw_random_height(sw_random *f, double x) {
  double slope, logdet = 0;
  if (f->w) logdet = f->coarse ? sw_filter_logdet_near(f->w, x, NULL) : sw_filter_logdet(f->w, x);
  if (!isfinite(logdet)) return f->loglik = -INFINITY;
  sw_random_filter(f, x);
  double log_ratio = find_ratio(f), height = at_ratio(f, log_ratio, &slope);
  f->ratio = exp(log_ratio);
  return f->loglik = height + f->model.periods * logdet;
}

/* ---- rho or lambda ----------------------------------------------------------------------------
 */

/* e, and q = -de/dx, of both parts. Both take b at this x. q: what one unit of rho or lambda takes
 * from e. */
void sw_random_residuals(sw_random *f) {
  const sw_spatial_model *model = &f->model;
  int s = model->terms.slopes, m = model->m;
  const double *whole[2] = {f->within, f->between};
  for (int p = 0; p < 2; p++) {
    memset(f->q[p], 0, (size_t)m * sizeof(double));
    filtered(f, whole[p], model->at_y, f->x, derivative(model, s), f->e[p]);
    for (int j = 0; j <= s; j++) {
      double factor = j < s ? -f->b[j] : 1;
      int other = derivative(model, j);
      for (int i = 0; other >= 0 && i < m; i++)
        f->q[p][i] += factor * whole[p][other * m + i];
      if (j == s) continue;
      filtered(f, whole[p], j, f->x, other, f->columns);
      for (int i = 0; i < m; i++)
        f->e[p][i] += factor * f->columns[i];
    }
  }
}

/* The inner product of both parts, the second over w. */
static double weighted(const sw_random *f, double *const *a, double *const *b) {
  int m = f->model.m;
  return sw_dot(a[0], b[0], m) + sw_dot(a[1], b[1], m) / f->ratio;
}

/* Of the likelihood with the best b, s2 and w: at their best their own derivatives are zero, so
 * only the direct one counts (the envelope theorem). */
static double slope_of_place(sw_random *f, double x) {
  sw_random_height(f, x);
  sw_random_residuals(f);
  sw_spatial_traces t = sw_spatial_traces_at(&f->model, f->w, x, SW_TRACE_G);
  return -f->model.periods * t.g + (double)f->model.values / f->sse * weighted(f, f->e, f->q);
}

/* Ends that have no limit are eight times as far as the other. The same convention as in
 * search.c. */
static void interval_of(const sw_filter *w, double *least, double *most) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  *least = isinf(plan->least) ? -8 * plan->most : plan->least;
  *most = isinf(plan->most) ? -8 * plan->least : plan->most;
}

/* A place of the grid, closer near the ends; those of -1 and COARSE are next to the ends.
 * Chebyshev's points again. */
static double place_of(double least, double most, int j) {
  double margin = edge / 2;
  if (j >= 0 && j < COARSE) margin = (1 - cos(M_PI * (j + .5) / COARSE)) / 2;
  return j < COARSE ? least + (most - least) * margin : most - (most - least) * margin;
}

bool sw_random_at_edge(const sw_random *f) {
  double least, most;
  interval_of(f->w, &least, &most);
  return f->x - least < edge * (most - least) || most - f->x < edge * (most - least);
}

/* The best of 16 points, then a root of the slope, with exact ln|A|, between that point and the
 * neighbour that the slope points to. Where the slope does not change its sign by there, the
 * likelihood has fallen in between: the bracket is halved until it does. Returns whether the
 * maximum is at an end. */
bool sw_random_search(sw_random *f) {
  double least, most, best = -INFINITY;
  int at = 0;
  interval_of(f->w, &least, &most);
  f->coarse = true;
  for (int j = 0; j < COARSE; j++) {
    double height = sw_random_height(f, place_of(least, most, j));
    if (height > best) {
      best = height;
      at = j;
    }
  }
  f->coarse = false;
  double x = place_of(least, most, at), up = slope_of_place(f, x);
  double other = place_of(least, most, up > 0 ? at + 1 : at - 1), beside = slope_of_place(f, other);
  for (int j = 0; j < MOST_STEPS && (beside > 0) == (up > 0) && f->loglik < best; j++)
    beside = slope_of_place(f, other = x + (other - x) / 2);
  if ((beside > 0) == (up > 0)) {
    sw_random_height(f, other);
    return true;
  }
  bool rising = up > 0;
  x = zero_between(f, slope_of_place, rising ? x : other, rising ? up : beside, rising ? other : x,
                   rising ? beside : up);
  sw_random_height(f, x);
  return sw_random_at_edge(f);
}

/* ---- information -------------------------------------------------------------------------------
 */

/* Adds to the mixed information of b the products of the filtered columns, or of their lags, with
 * x. At fixed x these are the derivatives of Z'e-like products. */
static void add_slopes(sw_random *f, int which, int p, double factor, const double *x, bool lags) {
  const sw_spatial_model *model = &f->model;
  const double *whole[2] = {f->within, f->between};
  for (int j = 0; j < model->terms.slopes; j++) {
    int other = derivative(model, j);
    if (lags && other < 0) continue;
    if (lags)
      memcpy(f->columns, whole[p] + other * model->m, (size_t)model->m * sizeof(double));
    else
      filtered(f, whole[p], j, f->x, other, f->columns);
    f->mixed[which][j] += factor * sw_dot(f->columns, x, model->m);
  }
}

/* Second derivatives of the log-likelihood at the maximum, their sign turned, so that the matrix is
 * positive definite. */
static void observed(sw_random *f, double s2, sw_random_information *info) {
  double over = 1 / f->ratio;
  sw_random_residuals(f);
  info->corner[SW_RANDOM_RATIO][SW_RANDOM_RATIO] = f->sse_between * over / (2 * s2);
  info->corner[SW_RANDOM_S2][SW_RANDOM_RATIO] = f->sse_between * over / (2 * s2);
  add_slopes(f, SW_RANDOM_RATIO, 1, over, f->e[1], false);
  if (!f->w) return;
  sw_spatial_traces t = sw_spatial_traces_at(&f->model, f->w, f->x, SW_TRACE_GG);
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_PLACE] =
      f->model.periods * t.gg + weighted(f, f->q, f->q) / s2;
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_S2] = weighted(f, f->e, f->q) / s2;
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_RATIO] = sw_dot(f->e[1], f->q[1], f->model.m) * over / s2;
  for (int p = 0; p < 2; p++) {
    add_slopes(f, SW_RANDOM_PLACE, p, p ? over : 1, f->q[p], false);
    add_slopes(f, SW_RANDOM_PLACE, p, p ? over : 1, f->e[p], true);
  }
}

/* Z and g = G Z b of a lag model, weighted: their products. Uses the triangles of the columns up.
 *
 * Splitting overwrites within and between, which are not needed after the search. */
static void add_multiplied(sw_random *f, double s2, sw_random_information *info) {
  sw_spatial_model *model = &f->model;
  int s = model->terms.slopes, side = s + 1;
  const double *column[SW_SPATIAL_COLUMNS];
  for (int j = 0; j < s; j++)
    column[j] = model->z[j];
  column[s] = model->spare[1];
  sw_spatial_split(model->n, model->periods, column, side, f->piece, f->within, f->between);
  sw_spatial_join(f->within, f->between, 1 / sqrt(f->ratio), side, f->work, f->r);
  for (int j = 0; j < s; j++)
    f->mixed[SW_RANDOM_PLACE][j] = sw_dot(f->r + j * side, f->r + s * side, side);
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_PLACE] +=
      sw_dot(f->r + s * side, f->r + s * side, side) / s2;
}

/* The information of the head. Only rho is mixed with b, by G Z b of lag models. In ln w and ln s2
 * the elements are n/2 and nT/2, whatever the data. */
static void expected(sw_random *f, double s2, sw_random_information *info) {
  double periods = f->model.periods, half = (double)f->model.n / 2;
  info->corner[SW_RANDOM_RATIO][SW_RANDOM_RATIO] = half;
  info->corner[SW_RANDOM_S2][SW_RANDOM_RATIO] = half;
  if (!f->w) return;
  if (f->model.has_rho) add_multiplied(f, s2, info);
  sw_spatial_traces t = sw_spatial_traces_at(&f->model, f->w, f->x, SW_TRACE_ALL);
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_PLACE] += periods * (t.gg + t.gtg);
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_S2] = periods * t.g;
  info->corner[SW_RANDOM_PLACE][SW_RANDOM_RATIO] = t.g;
}

/* ---- covariance ---------------------------------------------------------------------------------
 */

/* to = root root' v. Upper triangular root. */
static void through(const double *root, int s, const double *v, double *to) {
  memset(to, 0, (size_t)s * sizeof *to);
  for (int j = 0; j < s; j++) {
    double a = sw_dot(root + j * s, v, j + 1);
    for (int i = 0; i <= j; i++)
      to[i] += root[j * s + i] * a;
  }
}

/* The inverse of the rows `which` of the symmetric corner, scaled to a unit diagonal before. As in
 * information.c, for up to three parameters. */
static bool invert(double (*corner)[SW_RANDOM_CORNER], int count, const int *which,
                   double (*inverse)[SW_RANDOM_CORNER]) {
  double a[SW_RANDOM_CORNER * SW_RANDOM_CORNER], scale[SW_RANDOM_CORNER];
  for (int i = 0; i < count; i++)
    scale[i] = 1 / sqrt(corner[which[i]][which[i]]);
  for (int j = 0; j < count; j++)
    for (int i = 0; i < count; i++)
      a[j * count + i] = corner[which[i]][which[j]] * scale[i] * scale[j];
  if (!sw_cholesky_factor(a, count)) return false;
  for (int j = 0; j < count; j++) {
    double x[SW_RANDOM_CORNER] = {0};
    x[j] = 1;
    sw_cholesky_solve(a, count, x);
    for (int i = j; i < count; i++)
      inverse[which[i]][which[j]] = inverse[which[j]][which[i]] = x[i] * scale[i] * scale[j];
  }
  return true;
}

/* Covariances of all coefficients, by the inverse of the information of the few that are not
 * slopes. */
static void fill_vcov(sw_random *f, double s2, double (*inverse)[SW_RANDOM_CORNER],
                      sw_spatial_fit *fit) {
  int s = f->model.terms.slopes, count = f->model.terms.count;
  double *v = fit->vcov;
  sw_ols_classical(f->root, s, s2, f->vcov);
  for (int j = 0; j < s; j++)
    for (int i = 0; i <= j; i++) {
      double sum = f->vcov[j * s + i];
      for (int a = 0; a < SW_RANDOM_CORNER; a++)
        for (int c = 0; c < SW_RANDOM_CORNER; c++)
          sum += f->along[a][i] * inverse[a][c] * f->along[c][j];
      v[j * count + i] = v[i * count + j] = sum;
    }
  if (!f->w) return;
  v[s * count + s] = inverse[SW_RANDOM_PLACE][SW_RANDOM_PLACE];
  for (int i = 0; i < s; i++) {
    double sum = 0;
    for (int a = 0; a < SW_RANDOM_CORNER; a++)
      sum -= f->along[a][i] * inverse[a][SW_RANDOM_PLACE];
    v[s * count + i] = v[i * count + s] = sum;
  }
}

/* b is eliminated by the root; `mixed` lacks 1/s2, which `along` = root root' mixed then has not.
 *
 * With w at 1, the end of its range, ln w has no information and is left out; phi_se stays NaN. */
bool sw_random_covariance(sw_random *f, const sw_random_information *info, sw_spatial_fit *fit) {
  int s = f->model.terms.slopes, which[SW_RANDOM_CORNER], count = 0;
  double inverse[SW_RANDOM_CORNER][SW_RANDOM_CORNER] = {{0}}, s2 = fit->sigma2;
  double corner[SW_RANDOM_CORNER][SW_RANDOM_CORNER];
  bool has_ratio = f->ratio > 1;
  if (f->w) which[count++] = SW_RANDOM_PLACE;
  which[count++] = SW_RANDOM_S2;
  if (has_ratio) which[count++] = SW_RANDOM_RATIO;
  for (int a = 0; a < SW_RANDOM_CORNER; a++)
    through(f->root, s, f->mixed[a], f->along[a]);
  for (int a = 0; a < SW_RANDOM_CORNER; a++)
    for (int c = 0; c < SW_RANDOM_CORNER; c++)
      corner[a][c] =
          info->corner[a < c ? a : c][a < c ? c : a] - sw_dot(f->along[a], f->mixed[c], s) / s2;
  if (!invert(corner, count, which, inverse)) return false;
  fill_vcov(f, s2, inverse, fit);
  fit->sigma2_se = s2 * sqrt(inverse[SW_RANDOM_S2][SW_RANDOM_S2]);
  fit->phi_se = NAN;
  if (has_ratio) /* phi = (w - 1)/T, so its error is w/T times that of ln w. */
    fit->phi_se = f->ratio / f->model.periods * sqrt(inverse[SW_RANDOM_RATIO][SW_RANDOM_RATIO]);
  return true;
}

/* ---- the fit ------------------------------------------------------------------------------------
 */

/* All of the fit but its covariance. AIC counts phi as one parameter more. Expected values are of
 * the mean, without unit effects. */
void sw_random_fill(sw_random *f, bool at_edge, double end, sw_spatial_fit *fit) {
  sw_spatial_model *model = &f->model;
  sw_spatial_peak peak = {.rho = model->has_rho ? f->x : 0,
                          .lambda = model->has_lambda ? f->x : 0,
                          .loglik = f->loglik,
                          .at_edge = at_edge,
                          .edge = end};
  sw_spatial_curve curve = {.b = f->b, .root = f->root, .sse = f->sse};
  sw_spatial_fill_fit(model, &peak, &curve, fit);
  fit->uncorrected = NULL;
  fit->phi = (f->ratio - 1) / model->periods;
  fit->aic += 2; /* phi */
  if (f->w) sw_filter_set(f->w, f->x);
  sw_spatial_expect(model, f->b, 0);
  fit->pseudo_r2 = sw_spatial_correlation2(model->spare[0], model->y, model->values);
}

/* Whether the terms explain y, or what y is about the means of units: then phi has no end. An exact
 * fit within units would let w grow without end. */
static bool is_exact(sw_random *f) {
  const sw_spatial_model *model = &f->model;
  int s = model->terms.slopes;
  double size = sqrt(sw_dot(model->y, model->y, model->values));
  sw_random_filter(f, 0);
  return sw_spatial_is_exact(&f->model) ||
         !(fabs(f->part[0][s * (s + 1) + s]) > SW_SPATIAL_NOTHING * size);
}

/* What explains y exactly is refused before the search: its likelihood has no maximum. */
sw_spatial_wrong sw_spatial_random_fit(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                       sw_spatial_room *room, sw_spatial_fit *fit) {
  sw_random f;
  const double *column[SW_SPATIAL_COLUMNS];
  double *memory = NULL;
  bool at_edge = false;
  take_room(spec, data->n, data->periods, data->k, room, &f);
  if (is_baltagi(spec)) sw_random_error_room(&f.model, room, &memory);
  sw_spatial_model *model = &f.model;
  sw_spatial_wrong wrong = sw_spatial_model_make(spec, data, model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  f.w = model->has_rho ? model->w : model->has_lambda ? model->w2 : NULL;
  int count = sw_spatial_columns(model, column);
  sw_spatial_split(model->n, model->periods, column, count, f.piece, f.within, f.between);
  if (is_exact(&f)) return (sw_spatial_wrong){SW_SPATIAL_EXACT, 0};
  if (f.w)
    at_edge = sw_random_search(&f);
  else
    sw_random_height(&f, 0);
  if (is_baltagi(spec)) return sw_random_error_fit(&f, data->ridge, memory, fit);
  sw_random_fill(&f, at_edge, f.x, fit);
  sw_random_information info = {0};
  for (int a = 0; a < SW_RANDOM_CORNER; a++)
    memset(f.mixed[a], 0, (size_t)model->terms.slopes * sizeof(double));
  info.corner[SW_RANDOM_S2][SW_RANDOM_S2] = (double)model->values / 2;
  if (fit->spec.information == SW_SPATIAL_OBSERVED)
    observed(&f, fit->sigma2, &info);
  else
    expected(&f, fit->sigma2, &info);
  if (!sw_random_covariance(&f, &info, fit)) return (sw_spatial_wrong){SW_SPATIAL_SINGULAR, 0};
  return wrong;
}

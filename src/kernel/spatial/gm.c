/* See variants.h. All columns, with further lags of x as instruments, are reduced to the triangle
 * of one QR factorisation. Its first rows span the instruments, so the projection of a column on
 * these is the upper part of its vector: two-stage least squares is least squares of upper parts,
 * and filtered columns are differences of vectors. Nothing walks over observations but lags of
 * residuals.
 *
 * Instruments: all slopes, and two further lags of the last block of x (X, WX, WWX of a lag model;
 * no lag of the constant). Those that depend on others are left out; what is estimated depends on
 * their span alone.
 *
 * sigma2 has the divisor N - coefficients. That of lambda follows from the covariance of the
 * moments for normal errors; of sac with what two-stage least squares before it adds (Drukker,
 * Egger & Prucha 2013).
 *
 * Sources: Kelejian & Prucha 1998, J. Real Estate Finance and Economics 17:99-121; 1999; Baltagi &
 * Liu 2011 and Balestra & Varadharajan-Krishnakumar 1987 for random effects in a lag model.
 *
 * One thread, the caller's memory. Cost: lags O(links) for each column, QR values x m^2, and one
 * pass over the columns of W for the covariance of the moments. No ln|A|, which is why it suits
 * many units. */
#include "kernel/linear/ols.h"
#include "kernel/linear/qr.h"
#include "kernel/spatial/variants.h"

#include <math.h>
#include <string.h>

typedef struct gm {
  sw_spatial_model model;
  int extra, most_extra; /* further instruments; as there is room for */
  double **further;      /* most_extra + 1 columns */
  int m;                 /* columns of the triangle: Z, further, then as the model has them */
  double *r, *within, *between, *work, *piece;
  double *u[3];                   /* residuals, their lag, the lag of that */
  double *linear[3];              /* sac: what moments depend on, by errors */
  double *blocks;                 /* two of n */
  double *column, *upper, *small; /* regressors and y: whole, in use, triangle */
  double *b, *root;
  int *use;
} gm;

/* Lags of x in sac, dynamic panels, and random effects with both rho and lambda have no published
 * form here. */
bool sw_spatial_gm_offers(const sw_spatial_spec *spec) {
  bool random = spec->fixed == SW_SPATIAL_RANDOM, rho = sw_spatial_has_rho(spec->form);
  bool lambda = sw_spatial_has_lambda(spec->form);
  if (spec->dynamic != SW_SPATIAL_STATIC || spec->lags_of_x) return false;
  if (random && (rho == lambda)) return false;
  return !(random && lambda && spec->effects_form != SW_SPATIAL_KKP);
}

/* ---- memory ------------------------------------------------------------------------------- */

/* While room is only counted there are no pointers to set. u and its two lags are as long as the
 * data; `linear` is for sac alone. */
static void room_for_lags(int64_t values, sw_spatial_room *room, gm *g) {
  size_t pointers = (size_t)g->most_extra * sizeof(double *) / sizeof(double) + 1;
  g->further = (double **)sw_spatial_take(room, pointers);
  for (int j = 0; j < g->most_extra; j++) {
    double *column = sw_spatial_take(room, (size_t)values);
    if (room->at) g->further[j] = column;
  }
  for (int j = 0; j < 3; j++) {
    bool lambda = g->model.has_lambda;
    g->u[j] = sw_spatial_take(room, (size_t)values);
    g->linear[j] = lambda && g->model.has_rho ? sw_spatial_take(room, (size_t)values) : NULL;
  }
}

/* Divides the room of a fit by moments; with a room of no memory it only counts, so that size and
 * layout agree. */
static void take_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                      sw_spatial_room *room, gm *g) {
  *g = (gm){0};
  sw_spatial_model_room(spec, n, periods, k, room, &g->model);
  g->most_extra = g->model.has_rho ? 2 * k : 0;
  room_for_lags(n * periods, room, g);
  size_t m = (size_t)(g->model.m + g->most_extra), side = (size_t)g->model.terms.slopes + 2;
  size_t split = sw_spatial_split_room(periods, (int)m), reduce = SW_SPATIAL_PIECE * m;
  g->r = sw_spatial_take(room, m * m);
  g->within = sw_spatial_take(room, m * m);
  g->between = sw_spatial_take(room, m * m);
  g->work = sw_spatial_take(room, m * m);
  g->piece = sw_spatial_take(room, split > reduce ? split : reduce);
  g->blocks = sw_spatial_take(room, 2 * SW_FILTER_LANES * (size_t)n);
  g->column = sw_spatial_take(room, side * m);
  g->upper = sw_spatial_take(room, side * m);
  g->small = sw_spatial_take(room, side * side);
  g->b = sw_spatial_take(room, side + 2 * m);
  g->root = sw_spatial_take(room, side * side);
  g->use = (int *)sw_spatial_take(room, side);
}

void sw_spatial_gm_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                        sw_spatial_room *room) {
  gm g;
  take_room(spec, n, periods, k, room, &g);
}

/* ---- columns ------------------------------------------------------------------------------- */

/* Where a column of the model's own triangle is, behind the further instruments. Instruments stand
 * between Z and the columns that are estimated. */
static int place(const gm *g, int at) {
  return at < g->model.terms.slopes ? at : at + g->extra;
}

/* They are the first columns of the triangle. */
static int instruments(const gm *g) {
  return g->model.terms.slopes + g->extra;
}

static bool is_random(const gm *g) {
  return g->model.spec.fixed == SW_SPATIAL_RANDOM;
}

/* WX and WWX of a lag model, WWX and WWWX of a Durbin model: lags of the last block of x. */
static void lag_further(gm *g) {
  const sw_spatial_terms *t = &g->model.terms;
  int last = t->lag_x >= 0 ? t->lag_x : t->x;
  g->extra = g->most_extra;
  for (int j = 0; j < g->extra; j++) {
    const double *from = j < t->k ? g->model.z[last + j] : g->further[j - t->k];
    sw_spatial_lag_column(&g->model, g->model.w, from, g->further[j]);
  }
}

/* With random effects the columns are also split into deviations from units' means and the
 * means. */
static void reduce(gm *g) {
  const double *own[SW_SPATIAL_COLUMNS], *column[SW_SPATIAL_COLUMNS];
  int s = g->model.terms.slopes, count = sw_spatial_columns(&g->model, own);
  g->m = count + g->extra;
  for (int j = 0; j < count; j++)
    column[place(g, j)] = own[j];
  for (int j = 0; j < g->extra; j++)
    column[s + j] = g->further[j];
  sw_spatial_reduce(column, g->m, g->model.values, g->piece, g->r);
  if (is_random(g))
    sw_spatial_split(g->model.n, g->model.periods, column, g->m, g->piece, g->within, g->between);
}

/* Until no instrument depends on those before it. Each dropped instrument needs the triangle anew,
 * as columns behind it change; it is rare. */
static void make_columns(gm *g) {
  lag_further(g);
  reduce(g);
  for (int at; (at = sw_qr_dependent(g->r, g->m, instruments(g))) >= 0;) {
    double *out = g->further[at -= g->model.terms.slopes];
    for (; at + 1 < g->extra; at++)
      g->further[at] = g->further[at + 1];
    g->further[--g->extra] = out;
    reduce(g);
  }
}

/* ---- least squares in two stages --------------------------------------------------------------
 */

/* to = column a less lambda times column b (b < 0: none), of m numbers. Differences of columns of a
 * triangle: inner products are those of the filtered columns of data. */
static void filtered(const gm *g, const double *r, int a, double lambda, int b, double *to) {
  const double *x = r + place(g, a) * g->m;
  memcpy(to, x, (size_t)g->m * sizeof *to);
  if (b < 0 || lambda == 0) return;
  const double *y = r + place(g, b) * g->m;
  for (int i = 0; i < g->m; i++)
    to[i] -= lambda * y[i];
}

/* Z, W y and y, filtered. Returns how many regressors. The order is Z, W y, y: y last, as
 * sw_qr_solve expects. */
static int put_columns(const gm *g, const double *r, double lambda) {
  const sw_spatial_model *model = &g->model;
  int s = model->terms.slopes, count = s, m = g->m;
  bool filter = model->has_lambda;
  for (int j = 0; j < s; j++)
    filtered(g, r, j, lambda, filter ? model->at_wz + j : -1, g->column + j * m);
  if (model->has_rho)
    filtered(g, r, model->at_wy, lambda, filter ? model->at_w2wy : -1, g->column + count++ * m);
  filtered(g, r, model->at_y, lambda, filter ? model->at_w2y : -1, g->column + count * m);
  return count;
}

/* b of the regressors in `use`, 0 of others, and root of these; with a rho by instruments. Returns
 * how many are used; their sum of squares in `sse`. `some`: regressors that do not vary are left
 * out. With instruments only the first `rows` entries count, the projection. The sum of squares is
 * over all m, the residual of the data themselves. */
static int two_stage(gm *g, const double *r, double lambda, bool some, double *sse) {
  int m = g->m, all = put_columns(g, r, lambda), rows = g->model.has_rho ? instruments(g) : m;
  int used = 0, dependent;
  for (int j = 0; j < all; j++)
    g->use[used++] = j;
  for (;;) {
    int side = used + 1;
    memset(g->small, 0, (size_t)(side * side) * sizeof *g->small);
    for (int j = 0; j <= used; j++)
      memcpy(g->upper + j * rows, g->column + (j < used ? g->use[j] : all) * m,
             (size_t)rows * sizeof(double));
    sw_qr_append(g->small, side, g->upper, rows);
    dependent = sw_qr_solve(g->small, used, g->upper, g->root);
    if (dependent < 0 || !some) break;
    memmove(g->use + dependent, g->use + dependent + 1,
            (size_t)(used - dependent - 1) * sizeof *g->use);
    used--;
  }
  /* -1: a regressor is a combination of others. */
  if (dependent >= 0) return -1;
  memset(g->b, 0, (size_t)all * sizeof *g->b);
  double *e = g->column + all * m;
  for (int j = 0; j < used; j++) {
    g->b[g->use[j]] = g->upper[j];
    for (int i = 0; i < m; i++)
      e[i] -= g->upper[j] * g->column[g->use[j] * m + i];
  }
  *sse = sw_dot(e, e, m);
  return used;
}

/* ---- moments ------------------------------------------------------------------------------- */

/* u = A y - Z b, and its lags. Residuals of the data, by unit, for the moments; sums of products
 * alone come from triangles. */
static void put_residuals(gm *g) {
  sw_spatial_model *model = &g->model;
  int s = model->terms.slopes;
  for (int64_t i = 0; i < model->values; i++) {
    double left = model->y[i];
    for (int j = 0; j < s; j++)
      left -= g->b[j] * model->z[j][i];
    g->u[0][i] = model->has_rho ? left - g->b[s] * model->wy[i] : left;
  }
  sw_spatial_lag_column(model, model->w2, g->u[0], g->u[1]);
  sw_spatial_lag_column(model, model->w2, g->u[1], g->u[2]);
}

/* T times the inner product of the means of units. Within and between are orthogonal parts of any
 * product. */
static double between(const sw_spatial_model *model, const double *a, const double *b) {
  double sum = 0;
  for (int64_t i = 0; i < model->n; i++) {
    double x = 0, y = 0;
    for (int t = 0; t < model->periods; t++) {
      x += a[t * model->n + i];
      y += b[t * model->n + i];
    }
    sum += x * y;
  }
  return sum / model->periods;
}

/* Sums of products by unit over T, and the traces of one period. Divisor n: there is one mean per
 * unit. */
static sw_spatial_moments moments_between(const gm *g) {
  const sw_spatial_model *model = &g->model;
  const sw_filter_plan *plan = sw_filter_plan_of(model->w2);
  const double *u = g->u[0], *v = g->u[1], *w = g->u[2];
  return (sw_spatial_moments){
      .uu = between(model, u, u),
      .uv = between(model, u, v),
      .vv = between(model, v, v),
      .uw = between(model, u, w),
      .vw = between(model, v, w),
      .ww = between(model, w, w),
      .divisor = (double)model->n,
      .trace = {plan->trace_wtw / (double)model->n, plan->trace_w / (double)model->n}};
}

/* Of the data as they are; `less`: what is between units. `effective` is N, or less where effects
 * were taken out. */
static sw_spatial_moments moments_of(const gm *g, const sw_spatial_moments *less) {
  const sw_spatial_model *model = &g->model;
  const sw_filter_plan *plan = sw_filter_plan_of(model->w2);
  const double *u = g->u[0], *v = g->u[1], *w = g->u[2], n = (double)model->n;
  int64_t values = model->values;
  sw_spatial_moments m = {sw_dot(u, u, values), sw_dot(u, v, values),
                          sw_dot(v, v, values), sw_dot(u, w, values),
                          sw_dot(v, w, values), sw_dot(w, w, values),
                          model->effective,     {plan->trace_wtw / n, plan->trace_w / n}};
  if (less) {
    m.uu -= less->uu, m.uv -= less->uv, m.vv -= less->vv;
    m.uw -= less->uw, m.vw -= less->vw, m.ww -= less->ww;
    m.divisor -= n;
  }
  /* W keeps the vector of ones where rows sum to 1, so its traces lose that dimension. */
  if (model->transformed) { /* W without the dimension of ones, which it keeps */
    double *ones = model->spare[0], *columns = model->spare[1];
    for (int64_t i = 0; i < model->n; i++)
      ones[i] = 1;
    sw_filter_lag_transposed(model->w2, ones, columns);
    m.trace[0] = (plan->trace_wtw - sw_dot(columns, columns, model->n) / n) / (n - 1);
    m.trace[1] = (plan->trace_w - 1) / (n - 1);
  }
  return m;
}

/* ---- lambda --------------------------------------------------------------------------------- */

/* Ends without a limit are far away: the moments themselves bound lambda. 100: spatial dependence
 * of errors that large does not occur, and the quartic needs ends. */
static void interval_of(const sw_filter *w, double *least, double *most) {
  static const double far = 100;
  *least = fmax(sw_filter_plan_of(w)->least, -far);
  *most = fmin(sw_filter_plan_of(w)->most, far);
}

/* The variance of lambda by the moments of one part alone, without weights; uses `covariance` up.
 *
 * e'e, e'WW'e and so on of normal errors: the covariance of quadratic forms is 2 s2^2 tr(AB). */
static double variance_of(const sw_spatial_moments *m, double lambda, double s2,
                          double *covariance) {
  for (int i = 0; i < 9; i++)
    covariance[i] *= s2 * s2 / m->divisor;
  return sw_spatial_moment_variance(m, lambda, covariance);
}

/* Random effects: first by the moments within units alone, for weights; then all six moments
 * weighted (Kapoor, Kelejian & Prucha 2007). */
static sw_spatial_moment_fit fit_lambda(gm *g) {
  double least, most, covariance[9];
  interval_of(g->model.w2, &least, &most);
  put_residuals(g);
  sw_spatial_moment_covariance(g->model.w2, g->blocks, covariance);
  if (!is_random(g)) {
    sw_spatial_moments m = moments_of(g, NULL);
    sw_spatial_moment_fit fit = sw_spatial_fit_moments(&m, 1, NULL, NULL, least, most);
    fit.variance = variance_of(&m, fit.lambda, fit.s2[0], covariance);
    return fit;
  }
  sw_spatial_moments part[2];
  part[1] = moments_between(g);
  part[0] = moments_of(g, &part[1]);
  sw_spatial_moment_fit first = sw_spatial_fit_moments(part, 1, NULL, NULL, least, most);
  double x = first.lambda;
  double s2 = (part[1].uu - 2 * x * part[1].uv + x * x * part[1].vv) / part[1].divisor;
  const double weight[2] = {part[0].divisor / (first.s2[0] * first.s2[0]),
                            part[1].divisor / (s2 * s2)};
  sw_spatial_moment_fit fit = sw_spatial_fit_moments(part, 2, weight, covariance, least, most);
  /* Moments depend on each other for W = 0 or a W with one link. */
  if (isnan(fit.variance)) /* moments that depend on each other have no weights */
    fit.variance = variance_of(&part[0], fit.lambda, fit.s2[0], covariance);
  return fit;
}

/* ---- the variance of lambda of sac ------------------------------------------------------------
 */

/* The filter being at lambda: to = B'^-1 of the projection on the instruments of the regressors
 * times `along`: errors enter the coefficients through it. Columns of the triangle's upper part
 * back to data: the coefficients of instruments are found by substitution, then Z and further
 * instruments are summed. */
static void errors_of(gm *g, const double *along, double *to) {
  int m = g->m, h = instruments(g), count = put_columns(g, g->r, 0);
  double *upper = g->upper;
  memset(upper, 0, (size_t)h * sizeof *upper);
  for (int j = 0; j < count; j++)
    for (int i = 0; i < h; i++)
      upper[i] += along[j] * g->column[j * m + i];
  for (int i = h - 1; i >= 0; i--) {
    for (int j = i + 1; j < h; j++)
      upper[i] -= upper[j] * g->r[j * m + i];
    upper[i] /= g->r[i * m + i];
  }
  memset(to, 0, (size_t)g->model.values * sizeof *to);
  for (int j = 0; j < h; j++) {
    int s = g->model.terms.slopes;
    const double *x = j < s ? g->model.z[j] : g->further[j - s];
    for (int64_t i = 0; i < g->model.values; i++)
      to[i] += upper[j] * x[i];
  }
  sw_filter_solve_transposed(g->model.w2, g->model.periods, to, to);
}

/* Period by period, as W is the same in all. */
static void lag_transposed(const gm *g, const double *x, double *to) {
  for (int64_t from = 0; from < g->model.values; from += g->model.n)
    sw_filter_lag_transposed(g->model.w2, x + from, to + from);
}

/* The derivative of a moment e'q/N by the coefficients, through their covariance A: along = -2/N A
 * (B [Z, W y])'q, where 2q is the derivative of the moment by e, and e = B (y - [Z, W y] b). */
static void sensitivity(gm *g, double *q, double lambda, double *along) {
  sw_spatial_model *model = &g->model;
  int s = model->terms.slopes, count = s + 1;
  double *back = model->spare[2], *part = g->b + count, *inner = part + count;
  lag_transposed(g, q, back);
  for (int64_t i = 0; i < model->values; i++)
    q[i] -= lambda * back[i];
  for (int j = 0; j < count; j++)
    part[j] = -2 / model->effective * sw_dot(j < s ? model->z[j] : model->wy, q, model->values);
  memset(inner, 0, (size_t)count * sizeof *inner);
  memset(along, 0, (size_t)count * sizeof *along);
  for (int j = 0; j < count; j++)
    for (int i = 0; i <= j; i++)
      inner[j] += g->root[j * count + i] * part[i];
  for (int j = 0; j < count; j++)
    for (int i = 0; i <= j; i++)
      along[i] += g->root[j * count + i] * inner[j];
}

/* After the first two stages, whose b and root are at hand: the moments' covariance for errors that
 * are known, and what the coefficients add. k = 0, 1, 2: e'e, e'W'We, e'We. */
static double variance_of_lambda(gm *g, const sw_spatial_moment_fit *fit) {
  sw_spatial_model *model = &g->model;
  double v[9], *e = model->spare[0], *q = model->spare[1], *back = model->spare[2];
  double *along = g->b + 3 * (model->terms.slopes + 1), lambda = fit->lambda, s2 = fit->s2[0];
  sw_spatial_moments m = moments_of(g, NULL);
  /* At an end of the interval B is singular; the simpler variance stays. */
  if (!sw_filter_set(model->w2, lambda)) return fit->variance; /* at an end */
  for (int64_t i = 0; i < model->values; i++)
    e[i] = g->u[0][i] - lambda * g->u[1][i];
  for (int k = 0; k < 3; k++) {
    memcpy(q, e, (size_t)model->values * sizeof *q);
    if (k > 0) sw_spatial_lag_column(model, model->w2, e, q);
    lag_transposed(g, k == 1 ? q : e, back);
    for (int64_t i = 0; k > 0 && i < model->values; i++)
      q[i] = k == 1 ? back[i] : (q[i] + back[i]) / 2;
    sensitivity(g, q, lambda, along);
    errors_of(g, along, g->linear[k]);
  }
  sw_spatial_moment_covariance(model->w2, g->blocks, v);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      v[i * 3 + j] = v[i * 3 + j] * s2 * s2 / m.divisor +
                     s2 * sw_dot(g->linear[i], g->linear[j], model->values);
  return sw_spatial_moment_variance(&m, lambda, v);
}

/* ---- the fit -----------------------------------------------------------------------------------
 */

/* Of the covariances, those of slopes and rho are root root'; lambda has none with them (Kelejian &
 * Prucha 1998). A rho outside its interval is reported as such: moments do not keep it inside. */
static void fill(gm *g, double sse, const sw_spatial_moment_fit *moments, sw_spatial_fit *fit) {
  sw_spatial_model *model = &g->model;
  const sw_spatial_terms *t = &model->terms;
  int known = t->slopes + model->has_rho, count = t->count;
  double rho = model->has_rho ? g->b[t->slopes] : 0, lambda = moments->lambda;
  const sw_filter_plan *plan = sw_filter_plan_of(model->w);
  sw_spatial_peak peak = {.rho = rho, .lambda = lambda, .loglik = NAN, .at_edge = moments->at_edge};
  peak.edge = lambda;
  if (model->has_rho && !(rho > plan->least && rho < plan->most)) {
    peak.at_edge = true;
    peak.edge = rho < 0 ? plan->least : plan->most;
  }
  sw_spatial_curve curve = {.b = g->b, .root = g->root, .sse = sse};
  sw_spatial_fill_fit(model, &peak, &curve, fit);
  fit->sigma2 = sse / (model->effective - known);
  /* The usual normal approximation of a variance's error. */
  fit->sigma2_se = fit->sigma2 * sqrt(2 / (model->effective - known));
  sw_ols_classical(g->root, known, fit->sigma2, g->small);
  for (int j = 0; j < count; j++)
    for (int i = 0; i < count; i++)
      fit->vcov[j * count + i] = i < known && j < known ? g->small[j * known + i] : 0;
  if (t->lambda >= 0) fit->vcov[t->lambda * count + t->lambda] = moments->variance;
  fit->pseudo_r2 = NAN;
  /* Without a filter at rho there are no expected values, and no pseudo R2. */
  if (model->has_rho && !sw_filter_set(model->w, rho)) return;
  sw_spatial_expect(model, g->b, lambda);
  fit->pseudo_r2 = sw_spatial_correlation2(model->spare[0], model->y, model->values);
}

static sw_spatial_wrong wrong_of(sw_spatial_code code, int index) {
  return (sw_spatial_wrong){code, index};
}

/* No further instrument is left: rho cannot be told from the slopes. All lags of x depend on x: W
 * has only one row sum and x is constant, for instance. */
static sw_spatial_wrong no_instrument(const gm *g) {
  return wrong_of(SW_SPATIAL_DEPENDENT, g->model.terms.rho);
}

/* Variances of the errors and of the means of units, from each part alone; then both parts,
 * weighted. Fills phi. Swamy and Arora's two variances. `between` below `within` means no effects:
 * phi 0. */
static sw_spatial_wrong weigh_parts(gm *g, double *phi) {
  double within, between_units, n = (double)g->model.n, periods = g->model.periods;
  int used = two_stage(g, g->within, 0, true, &within);
  within /= n * (periods - 1) - used;
  used = two_stage(g, g->between, 0, true, &between_units);
  if (g->model.n <= used) return wrong_of(SW_SPATIAL_FEW_UNITS, used + 1);
  between_units = fmax(within, between_units / (n - used));
  *phi = (between_units / within - 1) / periods;
  sw_spatial_join(g->within, g->between, sqrt(within / between_units), g->m, g->work, g->r);
  return wrong_of(SW_SPATIAL_FITTED, 0);
}

/* Random effects: both parts are weighted first (Baltagi & Liu 2011). Without rho this is feasible
 * least squares. */
static sw_spatial_wrong fit_lag(gm *g, sw_spatial_fit *fit) {
  double sse, phi = NAN;
  sw_spatial_moment_fit none = {0};
  if (is_random(g)) {
    sw_spatial_wrong wrong = weigh_parts(g, &phi);
    if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  }
  if (two_stage(g, g->r, 0, false, &sse) < 0) return no_instrument(g);
  fill(g, sse, &none, fit);
  fit->phi = phi;
  return wrong_of(SW_SPATIAL_FITTED, 0);
}

/* Three steps (Kelejian & Prucha 1998): least squares, by instruments where there is a rho; lambda
 * by the moments of its residuals; the same least squares of filtered columns. The third step uses
 * lambda only to filter; what moments say of it stays. */
static sw_spatial_wrong fit_error(gm *g, sw_spatial_fit *fit) {
  double sse, phi = NAN;
  if (two_stage(g, g->r, 0, false, &sse) < 0) return no_instrument(g);
  sw_spatial_moment_fit moments = fit_lambda(g);
  if (g->model.has_rho) moments.variance = variance_of_lambda(g, &moments);
  if (is_random(g)) {
    double ratio = fmax(1, moments.s2[1] / moments.s2[0]);
    phi = (ratio - 1) / g->model.periods;
    sw_spatial_join(g->within, g->between, 1 / sqrt(ratio), g->m, g->work, g->r);
  }
  if (two_stage(g, g->r, moments.lambda, false, &sse) < 0) return no_instrument(g);
  fill(g, sse, &moments, fit);
  fit->phi = phi;
  return wrong_of(SW_SPATIAL_FITTED, 0);
}

/* Order of checks: too few values, dependent columns, exact fits, then instruments. */
sw_spatial_wrong sw_spatial_gm_fit(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                   sw_spatial_room *room, sw_spatial_fit *fit) {
  gm g;
  take_room(spec, data->n, data->periods, data->k, room, &g);
  sw_spatial_wrong wrong = sw_spatial_model_make(spec, data, &g.model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  if (sw_spatial_is_exact(&g.model)) return (sw_spatial_wrong){SW_SPATIAL_EXACT, 0};
  make_columns(&g);
  if (g.model.has_rho && g.extra == 0) return no_instrument(&g);
  return g.model.has_lambda ? fit_error(&g, fit) : fit_lag(&g, fit);
}

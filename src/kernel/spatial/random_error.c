/* See random.h: random effects whose errors alone are spatial (Baltagi, Song & Koh 2003),
 *
 *   u = mu + e, e = lambda W e + v:  V/s2 = Q (x) (B'B)^-1 + P (x) [c I + (B'B)^-1],  c = T phi
 *
 * Within units the errors are those of kkp. Between units c I + (B'B)^-1 = B^-1 K B'^-1 with
 * K = I + c BB', so that with x = B times sqrt(T) times the means of units
 *
 *   ll = T ln|B| - .5 ln|K| - nT/2 (ln(2 pi s2) + 1),  nT s2 = within + x'K^-1 x
 *
 * Products of columns through K^-1 are formed in a basis in which they are near to the identity, so
 * that they do not lose half of the digits.
 *
 * The search starts from the maximum of kkp, and again from that without effects, as there may be
 * two. It climbs in (lambda, ln(1 + c)) by the exact score,
 * over the information of kkp at first, which Broyden's updates bring near the second derivatives.
 * With S = G + G', the score has tr K^-1 S = 2 tr G + d ln|K|/d lambda and tr K^-1 BB' =
 * (n - tr K^-1)/c, of entries of K^-1 alone. The information has traces of products of two of
 * these: they go column by column, once, by two systems in K and four in B for each unit.
 *
 * Called from random.c, with a ridge plan that the weights bring along (NULL: none was made).
 * Memory: four times n x (slopes + 1), six blocks of 8 n, and the ridge's factor of 2 n
 * unknowns. */
#include "kernel/spatial/random.h"

#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

enum { BLOCK = SW_FILTER_LANES, MOST_STEPS = 60, MOST_HALVES = 30 };

/* Tried limits of the search; results do not depend on them but at their ends. */
static const double least_effect = 1e-8; /* c below which there is no effect of units */
static const double first_effect = 1e-2; /* c to start from, where kkp has none */
static const double settled = 1e-10;     /* a step after which the search ends */

typedef struct error_fit {
  sw_random *f;
  sw_filter *w;
  sw_ridge *ridge;
  double *basis, *lagged, *x, *v; /* n x (slopes + 1): U, W U, B U, K^-1 B U */
  double *scale, *products;       /* side squared: [Z y] = U scale; x'v, then its root */
  double *block[6], *vector[3];   /* n x 8; n */
  double lambda, c;
} error_fit;

/* Of K^-1 S, K^-1 BB', and products of two of them: S S, S B, B B. */
typedef struct error_traces {
  double s, b, ss, sb, bb;
  sw_spatial_traces g;
} error_traces;

/* As all rooms: counted first, then taken. */
static error_fit parts_of(const sw_spatial_model *model, sw_spatial_room *room) {
  size_t n = (size_t)model->n, side = (size_t)model->terms.slopes + 1;
  error_fit p = {.basis = sw_spatial_take(room, n * side)};
  p.lagged = sw_spatial_take(room, n * side);
  p.x = sw_spatial_take(room, n * side);
  p.v = sw_spatial_take(room, n * side);
  p.scale = sw_spatial_take(room, side * side);
  p.products = sw_spatial_take(room, side * side);
  for (int j = 0; j < 6; j++)
    p.block[j] = sw_spatial_take(room, n * BLOCK);
  for (int j = 0; j < 3; j++)
    p.vector[j] = sw_spatial_take(room, n);
  return p;
}

void sw_random_error_room(const sw_spatial_model *model, sw_spatial_room *room, double **memory) {
  sw_spatial_room start = {0};
  parts_of(model, &start);
  *memory = sw_spatial_take(room, start.used / sizeof(double));
}

/* ---- the likelihood -----------------------------------------------------------------------------
 */

/* sqrt(T) times the means of [Z y], in the basis of kkp's weighted columns. U is orthonormal with
 * kkp's weights, so products in it are near the identity. */
static void make_basis(error_fit *p) {
  const sw_spatial_model *model = &p->f->model;
  int s = model->terms.slopes, side = s + 1;
  int64_t n = model->n;
  memcpy(p->scale, p->f->joined, (size_t)(side * side) * sizeof(double));
  for (int j = 0; j <= s; j++) {
    const double *column = j < s ? model->z[j] : model->y;
    double *u = p->basis + j * n;
    memset(u, 0, (size_t)n * sizeof *u);
    for (int t = 0; t < model->periods; t++)
      for (int64_t i = 0; i < n; i++)
        u[i] += column[t * n + i];
    for (int64_t i = 0; i < n; i++) {
      u[i] /= sqrt(model->periods);
      for (int l = 0; l < j; l++)
        u[i] -= p->scale[j * side + l] * p->basis[l * n + i];
      u[i] /= p->scale[j * side + j];
    }
    sw_filter_lag(p->w, u, p->lagged + j * n);
  }
}

/* The root R of a matrix that is semidefinite, R'R = a, in place, by column; in the basis its size
 * is known, so what is rounding is. 1e-13 of a pivot near 1 is rounding: the direction is left
 * out. */
static void root_of(double *a, int side) {
  for (int j = 0; j < side; j++) {
    double rest = a[j * side + j];
    for (int l = 0; l < j; l++)
      rest -= a[j * side + l] * a[j * side + l];
    double pivot = rest > 1e-13 ? sqrt(rest) : 0;
    a[j * side + j] = pivot;
    for (int k = j + 1; k < side; k++) {
      double sum = a[k * side + j];
      for (int l = 0; l < j; l++)
        sum -= a[j * side + l] * a[k * side + l];
      a[k * side + j] = pivot > 0 ? sum / pivot : 0;
    }
  }
}

/* The triangle of what is between units, in the columns themselves. U'B'K^-1 B U, its root, and
 * back into the coordinates of [Z y]. */
static void put_between(error_fit *p) {
  int side = p->f->model.terms.slopes + 1;
  int64_t n = p->f->model.n;
  for (int64_t i = 0; i < n * side; i++)
    p->x[i] = p->basis[i] - p->lambda * p->lagged[i];
  sw_ridge_solve(p->ridge, side, p->x, p->v);
  for (int j = 0; j < side; j++)
    for (int l = 0; l <= j; l++)
      p->products[j * side + l] = sw_dot(p->x + l * n, p->v + j * n, n);
  root_of(p->products, side);
  double *to = p->f->part[1];
  memset(to, 0, (size_t)(side * side) * sizeof *to);
  for (int j = 0; j < side; j++)
    for (int i = 0; i <= j; i++)
      for (int l = i; l <= j; l++)
        to[j * side + i] += p->products[l * side + i] * p->scale[j * side + l];
}

/* At (lambda, c): b, root, sums of squares. -INFINITY: not inside. The order matters: the filter
 * and the ridge are set to lambda before anything is solved. */
static double height(error_fit *p, double lambda, double c) {
  sw_random *f = p->f;
  double all = (double)f->model.values, logdet = sw_filter_logdet(p->w, lambda);
  if (!isfinite(logdet) || !sw_ridge_set(p->ridge, lambda, c)) return -INFINITY;
  p->lambda = lambda;
  p->c = c;
  sw_random_filter(f, lambda);
  put_between(p);
  /* ln w of kkp becomes ln(1 + c). */
  if (!sw_random_solve(f, 1)) return -INFINITY;
  f->ratio = 1 + c;
  f->loglik = f->model.periods * logdet - sw_ridge_logdet(p->ridge) / 2 -
              all / 2 * (log(2 * M_PI * f->sse / all) + 1);
  return f->loglik;
}

/* ---- traces -------------------------------------------------------------------------------- */

/* to = S v = W B^-1 v + B'^-1 W'v of eight vectors. `other`: a block. Never formed as a matrix. */
static void multiply(error_fit *p, const double *v, double *to, double *other) {
  int64_t size = p->f->model.n * BLOCK;
  sw_filter_solve_block(p->w, v, other);
  sw_filter_lag_block(p->w, other, to);
  sw_filter_lag_transposed_block(p->w, v, other);
  sw_filter_solve_transposed_block(p->w, other, other);
  for (int64_t i = 0; i < size; i++)
    to[i] += other[i];
}

/* to = BB'v. */
static void square(error_fit *p, const double *v, double *to, double *other) {
  int64_t size = p->f->model.n * BLOCK;
  sw_filter_lag_transposed_block(p->w, v, other);
  for (int64_t i = 0; i < size; i++)
    other[i] = v[i] - p->lambda * other[i];
  sw_filter_lag_block(p->w, other, to);
  for (int64_t i = 0; i < size; i++)
    to[i] = other[i] - p->lambda * to[i];
}

/* x = K^-1 of a block. The ridge takes columns and the filter lanes, so the block is turned twice.
 * `work`: a block. */
static void solve(error_fit *p, int count, const double *b, double *x, double *work) {
  int64_t n = p->f->model.n;
  for (int l = 0; l < count; l++)
    for (int64_t i = 0; i < n; i++)
      work[l * n + i] = b[i * BLOCK + l];
  sw_ridge_solve(p->ridge, count, work, work);
  memset(x, 0, (size_t)(n * BLOCK) * sizeof *x);
  for (int l = 0; l < count; l++)
    for (int64_t i = 0; i < n; i++)
      x[i * BLOCK + l] = work[l * n + i];
}

/* A product of two blocks, in eight lanes. */
static double inner(const double *a, const double *b, int64_t n) {
  double dot[BLOCK] = {0};
  for (int64_t i = 0; i < n; i++)
    for (int l = 0; l < BLOCK; l++)
      dot[l] += a[i * BLOCK + l] * b[i * BLOCK + l];
  return ((dot[0] + dot[4]) + (dot[2] + dot[6])) + ((dot[1] + dot[5]) + (dot[3] + dot[7]));
}

/* What the score needs. From entries of K^-1, which one selected inverse gives. */
static error_traces first_traces(error_fit *p) {
  double inverse, slope;
  error_traces t = {.g = sw_spatial_traces_at(&p->f->model, p->w, p->lambda, SW_TRACE_G)};
  sw_ridge_traces(p->ridge, &inverse, &slope);
  t.s = 2 * t.g.g + slope;
  t.b = ((double)p->f->model.n - inverse) / p->c;
  return t;
}

/* Eight units at a time: e_j, x = K^-1 e_j, S x, q = BB'x, K^-1 S e_j. Six systems for each unit;
 * the whole is O(n) solves and done once. */
static error_traces traces_of(error_fit *p) {
  int64_t n = p->f->model.n;
  double *e = p->block[0], *x = p->block[1], *sx = p->block[2], *q = p->block[3];
  double *z = p->block[4], *other = p->block[5];
  error_traces t = {0};
  sw_filter_set(p->w, p->lambda);
  t.g = sw_spatial_traces_at(&p->f->model, p->w, p->lambda, SW_TRACE_ALL);
  for (int64_t from = 0; from < n; from += BLOCK) {
    int count = n - from < BLOCK ? (int)(n - from) : BLOCK;
    memset(e, 0, (size_t)(n * BLOCK) * sizeof *e);
    for (int l = 0; l < count; l++)
      e[(from + l) * BLOCK + l] = 1;
    solve(p, count, e, x, other);
    multiply(p, x, sx, other);
    square(p, x, q, other);
    for (int l = 0; l < count; l++) {
      t.s += sx[(from + l) * BLOCK + l];
      t.b += q[(from + l) * BLOCK + l];
    }
    t.sb += inner(sx, q, n);
    t.bb += inner(q, q, n);
    multiply(p, e, z, other);
    solve(p, count, z, z, other);
    t.ss += inner(sx, z, n);
  }
  return t;
}

/* ---- score and information ----------------------------------------------------------------- */

/* Of the concentrated likelihood, by lambda and ln(1 + c). Between units it takes v = K^-1 B e.
 * Within: T - 1 periods of B alone. Between: half of tr K^-1 S. */
static void score_of(error_fit *p, const error_traces *t, double score[2]) {
  sw_random *f = p->f;
  int s = f->model.terms.slopes, side = s + 1;
  int64_t n = f->model.n;
  double *v = p->vector[0], *back = p->vector[1], *lag = p->vector[2];
  double s2 = f->sse / (double)f->model.values;
  memset(v, 0, (size_t)n * sizeof *v);
  for (int l = 0; l < side; l++) {
    double along = p->scale[s * side + l];
    for (int j = l; j < s; j++)
      along -= p->scale[j * side + l] * f->b[j];
    for (int64_t i = 0; i < n; i++)
      v[i] += along * p->v[l * n + i];
  }
  sw_random_residuals(f);
  sw_filter_solve(p->w, 1, v, back);
  sw_filter_lag(p->w, back, lag);
  double apart = sw_dot(f->e[0], f->q[0], f->model.m) + sw_dot(v, lag, n);
  score[0] = -(f->model.periods - 1) * t->g.g - t->s / 2 + apart / s2;
  sw_filter_lag_transposed(p->w, v, back);
  for (int64_t i = 0; i < n; i++)
    back[i] = v[i] - p->lambda * back[i];
  score[1] = (1 + p->c) / 2 * (sw_dot(back, back, n) / s2 - t->b);
}

/* Only the upper half is filled. */
static sw_random_information information_of(const error_fit *p, const error_traces *t) {
  double by = 1 + p->c, less = p->f->model.periods - 1;
  return (sw_random_information){.corner = {{less * (t->g.gg + t->g.gtg) + t->ss / 2,
                                             less * t->g.g + t->s / 2, by / 2 * t->sb},
                                            {0, (double)p->f->model.values / 2, by / 2 * t->b},
                                            {0, 0, by * by / 2 * t->bb}}};
}

/* Of lambda and ln(1 + c), s2 concentrated out. s2's own row is eliminated: h = A - b b'/c. */
static void condense(const sw_random_information *info, double h[2][2]) {
  const double(*a)[SW_RANDOM_CORNER] = info->corner;
  const double along[2] = {a[SW_RANDOM_PLACE][SW_RANDOM_S2], a[SW_RANDOM_S2][SW_RANDOM_RATIO]};
  double whole = a[SW_RANDOM_S2][SW_RANDOM_S2];
  h[0][0] = a[SW_RANDOM_PLACE][SW_RANDOM_PLACE] - along[0] * along[0] / whole;
  h[1][1] = a[SW_RANDOM_RATIO][SW_RANDOM_RATIO] - along[1] * along[1] / whole;
  h[0][1] = h[1][0] = a[SW_RANDOM_PLACE][SW_RANDOM_RATIO] - along[0] * along[1] / whole;
}

/* ---- search -------------------------------------------------------------------------------- */

/* Halving stops at MOST_HALVES; then the point is set back to where it was. */

/* Along `step`, halved until the likelihood does not fall, to rounding; the step is what was gone.
 * c stays above its least. */
static bool go(error_fit *p, double step[2]) {
  double lambda = p->lambda, log_ratio = log1p(p->c), from = p->f->loglik;
  double least = log1p(least_effect);
  for (int j = 0; j < MOST_HALVES; j++) {
    double next = fmax(log_ratio + step[1], least);
    step[1] = next - log_ratio;
    if (height(p, lambda + step[0], expm1(next)) >= from - 1e-10) return true;
    step[0] /= 2;
    step[1] /= 2;
  }
  height(p, lambda, expm1(log_ratio));
  return false;
}

/* h += (change + h step) step'/step'step, by which h step is minus the change of the score.
 * Broyden's good update: no second derivatives are computed. */
static void update(double h[2][2], const double step[2], const double change[2]) {
  double size = step[0] * step[0] + step[1] * step[1];
  for (int i = 0; size > 0 && i < 2; i++) {
    double off = -change[i] - (h[i][0] * step[0] + h[i][1] * step[1]);
    for (int j = 0; j < 2; j++)
      h[i][j] += off * step[j] / size;
  }
}

/* The step over h; at the least c, from which the likelihood falls, along lambda alone. At the
 * least c a step that would lower c is not taken. */
static void choose(double h[2][2], const double score[2], bool at_least, double step[2]) {
  double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
  bool alone = at_least && score[1] <= 0;
  step[0] = alone ? score[0] / h[0][0] : (h[1][1] * score[0] - h[0][1] * score[1]) / det;
  step[1] = alone ? 0 : (h[0][0] * score[1] - h[1][0] * score[0]) / det;
}

/* Starts with the information of kkp, which needs no joint traces. */
static void climb(error_fit *p) {
  double h[2][2], score[2], step[2], before[2];
  double periods = p->f->model.periods, half = (double)p->f->model.n / 2;
  sw_spatial_traces g = sw_spatial_traces_at(&p->f->model, p->w, p->lambda, SW_TRACE_ALL);
  sw_random_information info = {.corner = {{periods * (g.gg + g.gtg), periods * g.g, g.g},
                                           {0, (double)p->f->model.values / 2, half},
                                           {0, 0, half}}};
  error_traces t = first_traces(p);
  condense(&info, h);
  score_of(p, &t, score);
  for (int round = 0; round < MOST_STEPS; round++) {
    choose(h, score, p->c <= 2 * least_effect, step);
    /* No way upward: rounding at the top, or a curvature that is not definite. The search ends
     * here. */
    bool upward = step[0] * score[0] + step[1] * score[1] > 0 && isfinite(step[0] + step[1]);
    if (!upward || !go(p, step)) break;
    memcpy(before, score, sizeof before);
    t = first_traces(p);
    score_of(p, &t, score);
    if (fabs(step[0]) < settled && fabs(step[1]) < settled) break;
    const double change[2] = {score[0] - before[0], score[1] - before[1]};
    update(h, step, change);
  }
}

/* ---- the fit ------------------------------------------------------------------------------- */

/* The fit of random effects with spatial errors of both kinds, from two starts. Called after the
 * pooled fit, whose arrays it goes on with. */
sw_spatial_wrong sw_random_error_fit(sw_random *f, sw_ridge *ridge, double *memory,
                                     sw_spatial_fit *fit) {
  sw_spatial_room room = {.at = (char *)memory};
  error_fit p = parts_of(&f->model, &room);
  if (!ridge) return (sw_spatial_wrong){SW_SPATIAL_NOT_POSSIBLE, 0};
  p.f = f;
  p.w = f->w;
  p.ridge = ridge;
  make_basis(&p);
  /* Two starts: kkp's maximum, and no effects at all; the better end is kept. */
  double from[2][2] = {{f->x, fmax(f->ratio - 1, first_effect)}, {0, least_effect}};
  f->pooled = true;
  sw_random_search(f);
  from[1][0] = f->x;
  int best = -1;
  double most = -INFINITY;
  for (int j = 0; j < 2; j++) {
    if (!isfinite(height(&p, from[j][0], from[j][1]))) continue;
    climb(&p);
    from[j][0] = p.lambda;
    from[j][1] = p.c;
    if (f->loglik > most) {
      most = f->loglik;
      best = j;
    }
  }
  if (best < 0) return (sw_spatial_wrong){SW_SPATIAL_SINGULAR, 0};
  height(&p, from[best][0], from[best][1]);
  error_traces t = traces_of(&p);
  sw_random_information info = information_of(&p, &t);
  /* c at its least counts as no effect: w = 1 and phi = 0. */
  if (p.c <= 2 * least_effect) f->ratio = 1;
  sw_random_fill(f, sw_random_at_edge(f), p.lambda, fit);
  fit->spec.information = SW_SPATIAL_EXPECTED;
  for (int a = 0; a < SW_RANDOM_CORNER; a++)
    memset(f->mixed[a], 0, (size_t)f->model.terms.slopes * sizeof(double));
  if (!sw_random_covariance(f, &info, fit)) return (sw_spatial_wrong){SW_SPATIAL_SINGULAR, 0};
  return (sw_spatial_wrong){SW_SPATIAL_FITTED, 0};
}

/* What depends on W alone: the plan of a filter, and ln|A| on a grid of rho.
 *
 * Made once per node as a resource (measure/space/filters.c): begin computes everything and says
 * how many bytes the plan takes, fill copies them into memory that the node's ranks share, end
 * frees the rest. The interval of rho comes from eigenvalues where these are computed anyway, else
 * from signs of pivots (spectrum.c). Invalid weights are refused here, once for all models. */
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/space/in_use.h"
#include "kernel/space/links.h"
#include "kernel/sparse/spectrum.h"
#include "kernel/spatial/filter_inside.h"

/* ---- of the links --------------------------------------------------------------------------- */

/* A NaN would go through the factor unseen and come out as a fit without coefficients. */
static sw_status check_weights(sw_error *err, const sw_links *w) {
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      if (!isfinite(w->value[e]))
        return sw_fail(err, SW_EINPUT, "a weight is no finite number (row %lld of the matrix)",
                       (long long)i + 1);
  return SW_OK;
}

/* tr WW and tr W'W link by link; the link back is found by a search in its row. Tests and moments
 * of errors need both traces; for a symmetric W they are equal. */
static void take_traces(const sw_links *w, sw_filter_plan *plan) {
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++) {
      double x = w->value[e];
      int64_t back = sw_links_at(w, w->to[e], i);
      if (w->to[e] == i) plan->trace_w += x;
      if (back >= 0) plan->trace_ww += x * w->value[back];
      plan->trace_wtw += x * x;
    }
}

/* Sums of rows are equal up to the rounding of their divisions. equal_rows: W 1 is a multiple of 1,
 * so a lag of the constant is no term of a model. */
static void take_rows(const sw_links *w, sw_filter_plan *plan) {
  double first = 0;
  plan->rows_sum_to_1 = sw_links_row_standardised(w);
  plan->equal_rows = true;
  for (int64_t i = 0; i < w->n; i++) {
    double sum = 0;
    int64_t links = w->row_start[i + 1] - w->row_start[i];
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      sum += w->value[e];
    if (i == 0) first = sum;
    if (!(fabs(sum - first) <= 1e-12 * fabs(first))) plan->equal_rows = false;
    plan->islands += links == 0;
  }
}

/* ---- the plan ----------------------------------------------------------------------------- */

/* The plan while its parts are made, which are then put into one piece of flat memory. */
typedef struct making {
  sw_filter_body body;
  sw_sparse_plan *sparse;
  double *eigen; /* re, im */
} making;

/* Eigenvalues take some 4 n^3 operations once; worth it where a factor takes n^3/20 each time. n >
 * 200: below that a factor costs less than asking for logarithms of n eigenvalues. */
static bool wants_eigenvalues(const making *m, sw_logdet logdet) {
  double n = (double)m->body.head.n;
  if (logdet == SW_LOGDET_AUTO)
    return m->body.head.symmetric && n <= SW_FILTER_EIGEN_MOST && n > 200 &&
           m->sparse->flops > n * n * n / 20;
  return logdet == SW_LOGDET_EIGEN;
}

/* Of a W that is not similar to a symmetric matrix eigenvalues alone tell where the interval ends.
 */
static bool needs_eigenvalues(const sw_filter_plan *head) {
  return !head->symmetric && head->n <= SW_FILTER_COMPLEX_MOST;
}

/* Eigenvalues of a small asymmetric W are computed for the interval even where ln|A| goes by
 * factors. */
static sw_status take_spectrum(sw_error *err, const sw_links *w, making *m, sw_logdet logdet) {
  sw_filter_plan *head = &m->body.head;
  sw_interval interval;
  bool needed = head->links > 0 && needs_eigenvalues(head);
  head->has_eigenvalues =
      head->links > 0 && (wants_eigenvalues(m, logdet) || (needed && logdet != SW_LOGDET_FACTOR));
  if (head->has_eigenvalues || needed) {
    SW_TRY(sw_alloc(err, (size_t)(2 * head->n), sizeof *m->eigen, (void **)&m->eigen));
    SW_TRY(sw_spectrum_eigenvalues(err, w, head->symmetric, m->eigen, m->eigen + head->n));
    interval = sw_spectrum_between(head->n, m->eigen, m->eigen + head->n);
  } else {
    sw_spectrum_of of = {w, m->sparse, head->symmetric, head->rows_sum_to_1};
    SW_TRY(sw_spectrum_interval(err, &of, &interval));
  }
  /* 1 to rounding is 1: the greatest eigenvalue of rows that sum to it. The search must be able to
   * come near 1, and no nearer than the model allows. */
  if (head->rows_sum_to_1 && fabs(interval.most - 1) < 1e-9) interval.most = 1;
  head->least = interval.least;
  head->most = interval.most;
  head->least_is_bound = interval.least_is_bound;
  return SW_OK;
}

/* The spectral radius, beyond whose reciprocal no power series goes; where it is not known, the
 * greatest sum of a row, which bounds every eigenvalue. Half of it is a guard for matrices far from
 * normal, whose powers grow before they fall. */
static double radius_of(const sw_links *w, const making *m) {
  const sw_filter_plan *head = &m->body.head;
  double least = fmin(-head->least, head->most), most = 0;
  if (!m->eigen && isfinite(least)) return 1 / least;
  for (int64_t i = 0; i < w->n; i++) {
    double sum = 0;
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      sum += fabs(w->value[e]);
    if (sum > most) most = sum;
  }
  if (!m->eigen) return most;
  /* Far from symmetry W may do more than its eigenvalues say. */
  double radius = most / 2;
  for (int64_t i = 0; i < head->n; i++)
    radius = fmax(radius, hypot(m->eigen[i], m->eigen[head->n + i]));
  return radius;
}

/* The body, eigenvalues (if any), the plan of the factor; each begins on 64 bytes. Offsets, as the
 * block is shared between ranks at different addresses. */
static void lay_out(making *m) {
  sw_filter_body *body = &m->body;
  size_t at = (sizeof *body + 63) & ~(size_t)63;
  if (m->eigen) {
    body->eigen_at = at;
    at = (at + 2 * (size_t)body->head.n * sizeof *m->eigen + 63) & ~(size_t)63;
  }
  body->sparse_at = at;
  body->head.bytes = at + m->sparse->bytes;
  body->head.factor_entries = m->sparse->factor;
  body->head.factor_flops = m->sparse->flops;
  body->head.workspace = sw_filter_size(body, m->sparse);
}

/* Refused before the work is begun. */
static sw_status check_size(sw_error *err, const sw_filter_plan *head) {
  int most = head->symmetric ? SW_FILTER_EIGEN_MOST : SW_FILTER_COMPLEX_MOST;
  if (head->n <= most) return SW_OK;
  return sw_fail(
      err, SW_EINPUT,
      "eigenvalues of %s weights are computed of %d units at most, and there are %lld; logdet: "
      "auto does without them",
      head->symmetric ? "symmetric" : "asymmetric", most, (long long)head->n);
}

/* The pattern is ordered before the spectrum is asked for: signs of pivots need the plan. A failure
 * leaves what has been made in m; sw_filter_plan_end frees it. */
static sw_status make(sw_error *err, const sw_links *w, sw_logdet logdet, making *m) {
  sw_filter_plan *head = &m->body.head;
  *head = (sw_filter_plan){.n = w->n, .links = w->row_start[w->n]};
  SW_TRY(check_weights(err, w));
  take_rows(w, head);
  take_traces(w, head);
  SW_TRY(sw_similar_to_symmetric(err, w, &head->symmetric));
  if (logdet == SW_LOGDET_EIGEN) SW_TRY(check_size(err, head));
  SW_TRY(sw_sparse_plan_create(err, w->n, w->row_start, w->to, &m->sparse));
  SW_TRY(take_spectrum(err, w, m, logdet));
  m->body.radius = radius_of(w, m);
  lay_out(m);
  return SW_OK;
}

/* First half of making a resource: how many bytes the plan takes. The object keeps what was found
 * until sw_filter_plan_end. */
sw_status sw_filter_plan_begin(sw_error *err, const sw_links *w, sw_logdet logdet, void **object,
                               size_t *bytes) {
  making *m = NULL;
  *object = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *m, (void **)&m));
  *object = m;
  SW_TRY(make(err, w, logdet, m));
  *bytes = m->body.head.bytes;
  return SW_OK;
}

/* Only copies: it cannot fail. */
sw_status sw_filter_plan_fill(sw_error *err, const sw_links *w, void *object, void *out) {
  (void)err;
  const making *m = object;
  memcpy(out, &m->body, sizeof m->body);
  if (m->eigen)
    memcpy((char *)out + m->body.eigen_at, m->eigen, 2 * (size_t)w->n * sizeof *m->eigen);
  memcpy((char *)out + m->body.sparse_at, m->sparse, m->sparse->bytes);
  return SW_OK;
}

void sw_filter_plan_end(void *object) {
  making *m = object;
  if (!m) return;
  sw_free(m->sparse);
  sw_free(m->eigen);
  sw_free(m);
}

/* The plan outside of a run: for tests and programs that use the kernel alone. */
sw_status sw_filter_plan_create(sw_error *err, const sw_links *w, sw_logdet logdet,
                                sw_filter_plan **plan) {
  void *object = NULL;
  size_t bytes = 0;
  *plan = NULL;
  sw_status status = sw_filter_plan_begin(err, w, logdet, &object, &bytes);
  if (status == SW_OK) status = sw_calloc(err, bytes, 1, (void **)plan);
  if (status == SW_OK) status = sw_filter_plan_fill(err, w, object, *plan);
  sw_filter_plan_end(object);
  return status;
}

void sw_filter_plan_destroy(sw_filter_plan *plan) {
  sw_free(plan);
}

/* ---- the grid ----------------------------------------------------------------------------- */

/* ln|A| as a Chebyshev series in the logit of rho's place in its interval, where the poles of the
 * logarithm at both ends go to infinity. With it a search over rho costs no factor. */

/* The grid leaves out 1/2000 at each end, where ln|A| falls to minus infinity; there it is computed
 * exactly. */
static const double grid_share = .9995;

/* u = ln((rho - least)/(most - rho)) from centre - half to centre + half. */
static void frame(const sw_filter_plan *plan, sw_filter_grid *g) {
  double a = plan->least, b = plan->most;
  *g = (sw_filter_grid){.least = a, .most = b, .from = grid_share * a, .to = grid_share * b};
  double low = log((g->from - a) / (b - g->from)), high = log((g->to - a) / (b - g->to));
  g->centre = (low + high) / 2;
  g->half = (high - low) / 2;
}

/* x runs over the logit of rho, so that both ends of the interval are far away. */
static double rho_at(const sw_filter_grid *g, double x) {
  double share = 1 / (1 + exp(-(g->centre + g->half * x))); /* (rho - least)/(most - least) */
  return g->least + (g->most - g->least) * share;
}

/* Values at cos(pi j/steps), j = 0 .. steps. For even j they are known from half as many steps, so
 * no value is computed twice; these are moved from the last down, so that none is overwritten
 * before it is read. */
static bool refine(sw_filter *f, const sw_filter_grid *g, int steps, double *value) {
  bool is_first = steps == 32;
  for (int j = steps; j >= 0; j--) {
    if (!is_first && j % 2 == 0) value[j] = value[j / 2];
  }
  for (int j = 0; j <= steps; j++)
    if (is_first || j % 2) value[j] = sw_filter_logdet(f, rho_at(g, cos(acos(-1) * j / steps)));
  for (int j = 0; j <= steps; j++)
    if (!isfinite(value[j])) return false;
  return true;
}

/* The discrete cosine transform as a plain sum, O(steps^2): cheap beside the factors that the
 * values cost. Both ends count half. j k is reduced modulo 2 steps before it becomes an angle,
 * which would lose digits. */
static void transform(int steps, const double *value, double *coefficient) {
  for (int k = 0; k <= steps; k++) {
    double sum = 0;
    for (int j = 0; j <= steps; j++) {
      double term = value[j] * cos(acos(-1) * ((int64_t)j * k % (2 * steps)) / steps);
      sum += j == 0 || j == steps ? term / 2 : term;
    }
    coefficient[k] = sum * (k == 0 || k == steps ? 1 : 2) / steps;
  }
}

/* The count after which coefficients are no more than rounding, 1e-15 n for a sum of n logarithms;
 * 0: fewer than an eighth of them are, and the end is not sure. */
static int converged(int64_t n, int steps, const double *coefficient) {
  double most = 0, rounding = 1e-15 * (double)n;
  int count = steps + 1;
  for (int k = 0; k <= steps; k++)
    most = fmax(most, fabs(coefficient[k]));
  while (count > 1 && fabs(coefficient[count - 1]) <= fmax(4e-15 * most, rounding))
    count--;
  return count <= steps - steps / 8 ? count : 0;
}

/* Doubles the number of steps until the coefficients fall to rounding; else there is no grid, and
 * filters compute ln|A| exactly. A value that is not finite ends it: A is singular inside the
 * interval to rounding. */
static void fill_grid(sw_filter *f, double *value, sw_filter_grid *out) {
  for (int steps = 32; steps < SW_FILTER_GRID_MOST; steps *= 2) {
    if (!refine(f, out, steps, value)) return;
    transform(steps, value, out->coefficient);
    out->count = converged(f->body->head.n, steps, out->coefficient);
    if (out->count > 0) return;
  }
}

/* An interval without an end has no grid. A `count` of 0 says so to filters. */
sw_status sw_filter_grid_fill(sw_error *err, const sw_filter_plan *plan, const sw_links *w,
                              sw_filter_grid *out) {
  *out = (sw_filter_grid){.from = NAN};
  if (!isfinite(plan->least) || !isfinite(plan->most)) return SW_OK;
  frame(plan, out);
  void *workspace = NULL;
  double *value = NULL;
  sw_status status = sw_alloc(err, plan->workspace, 1, &workspace);
  if (status == SW_OK)
    status = sw_alloc(err, SW_FILTER_GRID_MOST + 1, sizeof *value, (void **)&value);
  if (status == SW_OK) fill_grid(sw_filter_at(plan, w, NULL, workspace), value, out);
  sw_free(workspace);
  sw_free(value);
  return status;
}

/* The observations of a set and the distances between them (gwr.h). A tile packs a set anew: n k
 * steps beside its units' n k^2 each, so that no thread keeps more than one set. The layout of a
 * thread's memory is written once, and counted by the same function (lay_out without a base). */
#include "measure/model/gwr.h"

#include <math.h>
#include <string.h>

/* ---- bench ------------------------------------------------------------------------------- */

/* Parts begin on cache lines, for aligned vectors and so that threads do not share lines. */
static size_t up(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* The next part of the workspace; without one the size is all that counts. */
static void *part(char *base, size_t *at, size_t bytes) {
  char *here = base ? base + *at : NULL;
  *at += up(bytes);
  return here;
}

/* Divides a thread's memory; `base` NULL only counts. */
static size_t lay_out(const sw_job *job, char *base, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  size_t at = 0, k = (size_t)m->k, most = (size_t)m->most;
  /* square: a k x k triangle in rows of `stride`; four of them, as sw_gwr_walk keeps three beside
   * the sums. */
  size_t stride = (size_t)sw_gwr_stride(m->k), square = k * stride;
  b->rows.k = m->k;
  b->rows.stride = (int)stride;
  b->rows.row = part(base, &at, most * stride * sizeof(double));
  b->rows.mean = part(base, &at, (k + 1) * sizeof(double));
  b->rows.scale = part(base, &at, (k + 1) * sizeof(double));
  /* A kernel of distances may fill a whole vector beyond what it is asked for. */
  b->far = part(base, &at, ((size_t)job->n + 16) * sizeof(double));
  b->d2 = part(base, &at, most * sizeof(double));
  b->w = part(base, &at, most * sizeof(double));
  b->e = part(base, &at, most * sizeof(double));
  b->y = part(base, &at, most * sizeof(double));
  b->sums = part(base, &at, 4 * square * sizeof(double));
  b->work = part(base, &at, (sw_gwr_work(m->k) + k * (k + 2)) * sizeof(double));
  b->list = part(base, &at, SW_GWR_LIST * sizeof(double));
  b->solved.b = part(base, &at, k * sizeof(double));
  b->solved.root = part(base, &at, k * sizeof(double));
  b->unit = part(base, &at, most * sizeof(int32_t));
  b->period = part(base, &at, most * sizeof(int32_t));
  b->order = part(base, &at, most * sizeof(int32_t));
  b->buckets = part(base, &at, (most + 2) * sizeof(int32_t));
  return at;
}

/* Without a base the parts are counted and have no address. */
size_t sw_gwr_bench_bytes(const sw_job *job) {
  sw_gwr_bench b = {.why = 0};
  return lay_out(job, NULL, &b);
}

sw_gwr_bench sw_gwr_bench_at(const sw_job *job, void *workspace) {
  sw_gwr_bench b = {.why = 0};
  lay_out(job, workspace, &b);
  return b;
}

/* ---- observations ------------------------------------------------------------------------ */

/* Units without coordinates take no part, as they have no distance. Given distances and networks
 * know every unit. */
static bool has_place(const sw_distance *d, int64_t unit) {
  if (d->kind == SW_GREAT_CIRCLE) return !isnan(d->x[unit]);
  if (d->kind == SW_GEODESIC) return !isnan(d->lon[unit]) && !isnan(d->lat[unit]);
  return true;
}

/* One missing value leaves the unit out of this period; all models of a set see the same rows. */
static bool is_whole(const sw_job *job, int t, int64_t unit) {
  for (int i = 0; i < job->n_inputs; i++)
    if (isnan(sw_view_at(job->input[i].view, t, unit))) return false;
  return true;
}

/* y is the first input, and the last column. */
static void put_row(const sw_job *job, int t, int64_t unit, const sw_gwr_rows *rows, double *row) {
  row[0] = 1;
  /* The first term is the constant. */
  for (int j = 1; j < rows->k; j++)
    row[j] = sw_view_at(job->input[j].view, t, unit);
  row[rows->k] = sw_view_at(job->input[0].view, t, unit);
  /* Zeros behind y fill whole vectors, so kernels run over the stride without a remainder. */
  for (int l = rows->k + 1; l < rows->stride; l++)
    row[l] = 0;
}

/* Rows by period, then by unit: sw_gwr_find relies on it. `why`: the set cannot be fitted, and all
 * of its units are NaN for that reason. */
void sw_gwr_pack(const sw_job *job, int set, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  int64_t n = 0;
  for (int t = set * m->together; t < (set + 1) * m->together; t++)
    for (int64_t unit = 0; unit < job->n; unit++) {
      if (!has_place(m->distance, unit) || !is_whole(job, t, unit)) continue;
      put_row(job, t, unit, &b->rows, b->rows.row + n * b->rows.stride);
      b->unit[n] = (int32_t)unit;
      b->period[n++] = t;
    }
  b->rows.n = n;
  /* k + 3: fits of fewer rows leave no residual degree of freedom beside the unit itself. */
  b->why = n < m->k + 3 ? SW_GWR_FEW : 0;
  if (!b->why && m->by == SW_GWR_GIVEN && m->adaptive && m->bandwidth > (double)n)
    b->why = SW_GWR_WIDE;
  if (b->why) return;
  /* Means and deviations are kept in rows.mean and rows.scale, by which sw_gwr_solve puts
   * coefficients back. */
  int constant = sw_gwr_standardise(&b->rows);
  if (constant >= 0) b->why = SW_GWR_CONSTANT + constant;
}

/* By bisection: observations ascend by period, then by unit. */
int64_t sw_gwr_find(const sw_gwr_bench *b, int64_t unit, int t) {
  int64_t lo = 0, hi = b->rows.n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    bool earlier = b->period[middle] < t || (b->period[middle] == t && b->unit[middle] < unit);
    if (earlier)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo < b->rows.n && b->period[lo] == t && b->unit[lo] == unit ? lo : -1;
}

/* ---- distances --------------------------------------------------------------------------- */

/* Squared distances of a unit to all units, 1 / (scale / d^2); to itself 0, which no formula
 * gives. */
void sw_gwr_look(const sw_job *job, int64_t unit, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  /* The kernel for gravity and potential gives scale/d^2; here the inverse of it. NaN where a
   * distance is missing: without weight. */
  sw_distances_inverse_squares(m->distance, &m->points, unit, 0, job->n, b->far);
  for (int64_t j = 0; j < job->n; j++)
    b->far[j] = 1 / (m->scale * b->far[j]);
  b->far[unit] = 0;
}

/* Time is a third axis, scaled by the model: d^2 = space^2 + time^2. */
void sw_gwr_look_at(const sw_job *job, int t, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  for (int64_t o = 0; o < b->rows.n; o++) {
    /* `along` is in km, tau dt, so both squares are in km^2. */
    double later = m->along[b->period[o]] - m->along[t];
    b->d2[o] = b->far[b->unit[o]] + later * later;
  }
}

/* The squared bandwidth: given, or that of the k-th nearest observation, widened by a hair so that
 * this one has a weight. NaN: fewer than k are within reach. O(n) by buckets for the k nearest, not
 * a sort of all. */
double sw_gwr_reach(const sw_gwr_model *m, sw_gwr_bench *b, double bandwidth) {
  if (!m->adaptive) return bandwidth * bandwidth;
  int64_t k = (int64_t)bandwidth;
  int64_t there = sw_gwr_order(b->d2, b->rows.n, k, b->order, b->buckets);
  if (k > there) return NAN;
  return b->d2[b->order[k - 1]] * (SW_GWR_BEYOND * SW_GWR_BEYOND);
}

/* ---- terms ----------------------------------------------------------------------------------- */

/* The axis of terms: the constant, then the variables by name. */
sw_status sw_gwr_declare_terms(sw_error *err, sw_job *job, int k) {
  const char **label = NULL;
  SW_NEW(err, job->arena, label, k);
  label[0] = "constant";
  /* Labels of an axis differ from each other; y on both sides would fit itself. */
  for (int j = 1; j < k; j++) {
    label[j] = job->input[j].name;
    if (strcmp(label[j], job->input[0].name) == 0)
      return sw_job_fail(err, job, "x", "'%s' is y, too; leave it out", label[j]);
    if (strcmp(label[j], "constant") == 0)
      return sw_job_fail(err, job, "x", "the model has a constant of its own; leave it out");
  }
  sw_job_axis(job, (sw_axis){.name = "term", .n = k, .label = label});
  return SW_OK;
}

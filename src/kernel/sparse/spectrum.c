/* The interval of rho by signs of pivots, and eigenvalues; see spectrum.h. filter_plan.c calls this
 * once for a W. The interval costs some tens of sparse factors, all eigenvalues of n units n^3
 * operations and n x n numbers. */
#include "kernel/sparse/spectrum.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/linear/eigen.h"
#include "kernel/space/links.h"
#include "kernel/sparse/edge.h"
#include "kernel/sparse/symmetric.h"

/* ---- similar to a symmetric matrix ----------------------------------------------------------- */

/* d_i w_ij = d_j w_ji gives d_j from d_i. False: there is no positive one, as one of both is 0 or
 * their signs differ, so W is not similar to a symmetric matrix. */
static bool across(const sw_links *w, int64_t i, int64_t e, double d, double *other) {
  /* sw_links_at searches the row: O(log row) a link. */
  int64_t back = sw_links_at(w, w->to[e], i);
  double there = w->value[e], here = back < 0 ? 0 : w->value[back];
  if (there == 0 && here == 0) {
    *other = NAN; /* no link */
    return true;
  }
  *other = d * (there / here);
  return *other > 0 && *other <= HUGE_VAL && isfinite(*other);
}

/* Rounding of one division a link, over ways of hundreds of links. */
static const double close_enough = 1e-11;

/* Breadth first through the units that unit `start` reaches; d is 0 where it was not yet. Any
 * second way to a unit must give the same d. O(links log row) for all units together. */
static bool spread_from(const sw_links *w, int64_t start, double *d, int32_t *queue) {
  int64_t count = 0;
  queue[count++] = (int32_t)start;
  d[start] = 1;
  for (int64_t k = 0; k < count; k++) {
    int64_t i = queue[k];
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++) {
      double other;
      int32_t j = w->to[e];
      if (!across(w, i, e, d[i], &other)) return false;
      if (isnan(other)) continue;
      if (d[j] == 0) {
        d[j] = other;
        queue[count++] = j;
      } else if (!(fabs(other - d[j]) <= close_enough * d[j]))
        return false;
    }
  }
  return true;
}

/* Every component has its own free scale, so each begins with d = 1. d itself is not kept:
 * symmetric_value needs only the product of both directions. */
sw_status sw_similar_to_symmetric(sw_error *err, const sw_links *w, bool *similar) {
  double *d = NULL;
  int32_t *queue = NULL;
  sw_status status = sw_calloc(err, (size_t)w->n + 1, sizeof *d, (void **)&d);
  if (status == SW_OK) status = sw_alloc(err, (size_t)w->n + 1, sizeof *queue, (void **)&queue);
  *similar = status == SW_OK;
  for (int64_t i = 0; i < w->n && *similar; i++)
    if (d[i] == 0) *similar = spread_from(w, i, d, queue);
  sw_free(d);
  sw_free(queue);
  return status;
}

/* Entry e of row i of the symmetric matrix. d_i^(1/2) w_ij d_j^(-1/2) is sign sqrt(w_ij w_ji),
 * whatever d is. */
static double symmetric_value(const sw_links *w, int64_t i, int64_t e) {
  int64_t back = sw_links_at(w, w->to[e], i);
  if (back < 0) return 0;
  double size = sqrt(w->value[e] * w->value[back]);
  return w->value[e] < 0 ? -size : size;
}

/* ---- the interval --------------------------------------------------------------------------- */

/* No eigenvalue is greater: the greatest sum of a row's absolute weights. Gershgorin's bound. */
static double greatest_sum(const sw_links *w) {
  double most = 0;
  for (int64_t i = 0; i < w->n; i++) {
    double sum = 0;
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      sum += fabs(w->value[e]);
    if (sum > most) most = sum;
  }
  return most;
}

static bool has_negative(const sw_links *w) {
  for (int64_t e = 0; e < w->row_start[w->n]; e++)
    if (w->value[e] < 0) return true;
  return false;
}

/* sign sqrt(w_ij w_ji), the symmetric matrix that W is similar to, has W's pivots; of any other W,
 * |w_ij|. */
static void probe_values(const sw_links *w, bool similar, double *value) {
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      value[e] = similar ? symmetric_value(w, i, e) : fabs(w->value[e]);
}

/* The spectral radius is at most the greatest row sum: that is a safe start. Of a W that is similar
 * to a symmetric matrix -1 mirrors the search for the least eigenvalue; of another W only the bound
 * by the spectral radius of |W| is known on both sides. 1 - 1e-12: the end itself would have a
 * pivot of 0. */
static sw_status find_interval(sw_error *err, const sw_spectrum_of *of, const double *value,
                               sw_interval *out) {
  double within = 1 / greatest_sum(of->links) * (1 - 1e-12), low = 1;
  bool negative = has_negative(of->links);
  out->most = 1; /* Perron and Frobenius: 1 is the greatest eigenvalue */
  if (!of->rows_sum_to_1 || negative)
    SW_TRY(sw_sparse_edge(err, of->plan, value, of->similar, 1, within, &out->most));
  if (of->similar) {
    SW_TRY(sw_sparse_edge(err, of->plan, value, true, -1, within, &low));
    out->least = -low;
  } else {
    /* Without a real spectrum of its own the interval is symmetric about 0 and marked as a bound,
     * which the user is told. */
    out->least = -out->most;
    out->least_is_bound = true;
    out->most_is_bound = negative;
  }
  return SW_OK;
}

/* The interval of rho around 0 in which I - rho W is regular. Without eigenvalues: by bounds and
 * factorisations, so large matrices are fine. */
sw_status sw_spectrum_interval(sw_error *err, const sw_spectrum_of *of, sw_interval *out) {
  const sw_links *w = of->links;
  double *value = NULL;
  *out = (sw_interval){.least = -INFINITY, .most = INFINITY};
  /* Without links every rho will do. */
  if (greatest_sum(w) == 0) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)w->row_start[w->n], sizeof *value, (void **)&value));
  probe_values(w, of->similar, value);
  sw_status status = find_interval(err, of, value, out);
  sw_free(value);
  return status;
}

/* ---- eigenvalues -------------------------------------------------------------------------- */

/* Only for small W: the caller limits n, as the matrix is dense. */
static void fill(const sw_links *w, bool similar, double *a) {
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      a[i * w->n + w->to[e]] = similar ? symmetric_value(w, i, e) : w->value[e];
}

/* Eigenvalues of a general matrix, as real and imaginary parts; false: not found. */
static bool general_eigenvalues(int n, const double *a, double *re, double *im,
                                double complex *scratch) {
  double complex *value = scratch + SW_EIGEN_SCRATCH(n);
  bool found = sw_eigen_values(n, a, value, scratch);
  for (int i = 0; i < n; i++) {
    re[i] = creal(value[i]);
    im[i] = cimag(value[i]);
  }
  return found;
}

/* All eigenvalues of the weights, for small n: O(n^3) time, n^2 memory. `similar`: the matrix is
 * similar to a symmetric one, whose eigenvalues are real. */
sw_status sw_spectrum_eigenvalues(sw_error *err, const sw_links *w, bool similar, double *re,
                                  double *im) {
  size_t n = (size_t)w->n;
  double *a = NULL;
  void *scratch = NULL;
  bool found = false;
  /* The general method is complex throughout and takes far more memory and time. */
  size_t room = similar ? SW_SYMMETRIC_WORK(n) * sizeof(double)
                        : (SW_EIGEN_SCRATCH(n) + n) * sizeof(double complex);
  sw_status status = sw_calloc(err, n * n + 1, sizeof *a, (void **)&a);
  if (status == SW_OK) status = sw_alloc(err, room, 1, &scratch);
  if (status == SW_OK) {
    fill(w, similar, a);
    memset(im, 0, n * sizeof *im);
    found = similar ? sw_symmetric_eigenvalues(w->n, a, re, scratch)
                    : general_eigenvalues((int)n, a, re, im, scratch);
  }
  sw_free(a);
  sw_free(scratch);
  /* Iterations that do not end; a study need not fail by that, as a sparse factor needs no
   * eigenvalues. */
  if (status == SW_OK && !found)
    status = sw_fail(err, SW_EINPUT,
                     "the eigenvalues of the weights were not found; a factor needs none");
  return status;
}

/* The interval by eigenvalues: between the reciprocals of the least and the greatest real one. */
sw_interval sw_spectrum_between(int64_t n, const double *re, const double *im) {
  double least = 0, most = 0, greatest = 0;
  for (int64_t i = 0; i < n; i++) {
    double size = hypot(re[i], im[i]);
    if (size > greatest) greatest = size;
  }
  /* Those that are 0 to rounding have no reciprocal. Nearly real ones count: the interval may be
   * too narrow by that, never too wide. */
  for (int64_t i = 0; i < n; i++) {
    if (fabs(im[i]) > 1e-7 * greatest || fabs(re[i]) <= 1e-7 * greatest) continue;
    if (re[i] < least) least = re[i];
    if (re[i] > most) most = re[i];
  }
  return (sw_interval){.least = least < 0 ? 1 / least : -INFINITY,
                       .most = most > 0 ? 1 / most : INFINITY};
}

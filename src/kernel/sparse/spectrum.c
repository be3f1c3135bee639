/* The interval of rho by signs of pivots, eigenvalues by GSL; see spectrum.h. */
#include "kernel/sparse/spectrum.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernel/sparse/edge.h"

/* ---- similar to a symmetric matrix ----------------------------------------------------------- */

/* The place of link i to j, or -1. */
static int64_t link_at(const sw_links *w, int64_t i, int64_t j) {
  int64_t low = w->row_start[i], high = w->row_start[i + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (w->to[middle] < j)
      low = middle + 1;
    else
      high = middle;
  }
  return low < w->row_start[i + 1] && w->to[low] == j ? low : -1;
}

/* d_i w_ij = d_j w_ji: d_j of d_i. False: there is no positive one. */
static bool across(const sw_links *w, int64_t i, int64_t e, double d, double *other) {
  int64_t back = link_at(w, w->to[e], i);
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

/* Goes through the units that unit `start` reaches; d is 0 where it was not yet. */
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

/* Entry e of row i of the symmetric matrix. */
static double symmetric_value(const sw_links *w, int64_t i, int64_t e) {
  int64_t back = link_at(w, w->to[e], i);
  if (back < 0) return 0;
  double size = sqrt(w->value[e] * w->value[back]);
  return w->value[e] < 0 ? -size : size;
}

/* ---- the interval --------------------------------------------------------------------------- */

/* No eigenvalue is greater: the greatest sum of a row's absolute weights. */
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
    out->least = -out->most;
    out->least_is_bound = true;
    out->most_is_bound = negative;
  }
  return SW_OK;
}

sw_status sw_spectrum_interval(sw_error *err, const sw_spectrum_of *of, sw_interval *out) {
  const sw_links *w = of->links;
  double *value = NULL;
  *out = (sw_interval){.least = -INFINITY, .most = INFINITY};
  if (greatest_sum(w) == 0) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)w->row_start[w->n], sizeof *value, (void **)&value));
  probe_values(w, of->similar, value);
  sw_status status = find_interval(err, of, value, out);
  sw_free(value);
  return status;
}

/* ---- eigenvalues -------------------------------------------------------------------------- */

static void fill(const sw_links *w, bool similar, gsl_matrix *m) {
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t e = w->row_start[i]; e < w->row_start[i + 1]; e++)
      gsl_matrix_set(m, (size_t)i, (size_t)w->to[e],
                     similar ? symmetric_value(w, i, e) : w->value[e]);
}

static int symmetric_eigenvalues(gsl_matrix *m, double *re, double *im) {
  size_t n = m->size1;
  gsl_eigen_symm_workspace *work = gsl_eigen_symm_alloc(n);
  if (!work) return GSL_ENOMEM;
  gsl_vector_view out = gsl_vector_view_array(re, n);
  int code = gsl_eigen_symm(m, &out.vector, work);
  gsl_eigen_symm_free(work);
  memset(im, 0, n * sizeof *im);
  for (size_t i = 1; i < n; i++) { /* nearly in order already */
    double x = re[i];
    size_t k = i;
    for (; k > 0 && re[k - 1] > x; k--)
      re[k] = re[k - 1];
    re[k] = x;
  }
  return code;
}

static int general_eigenvalues(gsl_matrix *m, double *re, double *im) {
  size_t n = m->size1;
  gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
  gsl_vector_complex *out = gsl_vector_complex_alloc(n);
  int code = work && out ? GSL_SUCCESS : GSL_ENOMEM;
  if (code == GSL_SUCCESS) {
    gsl_eigen_nonsymm_params(0, 1, work);
    code = gsl_eigen_nonsymm(m, out, work);
  }
  for (size_t i = 0; i < n && code == GSL_SUCCESS; i++) {
    re[i] = GSL_REAL(gsl_vector_complex_get(out, i));
    im[i] = GSL_IMAG(gsl_vector_complex_get(out, i));
  }
  if (work) gsl_eigen_nonsymm_free(work);
  if (out) gsl_vector_complex_free(out);
  return code;
}

static int eigenvalues(const sw_links *w, bool similar, double *re, double *im) {
  size_t n = (size_t)w->n;
  gsl_matrix *m = gsl_matrix_calloc(n, n);
  if (!m) return GSL_ENOMEM;
  fill(w, similar, m);
  int code = similar ? symmetric_eigenvalues(m, re, im) : general_eigenvalues(m, re, im);
  gsl_matrix_free(m);
  return code;
}

sw_status sw_spectrum_eigenvalues(sw_error *err, const sw_links *w, bool similar, double *re,
                                  double *im) {
  if (w->n == 0) return SW_OK;
  gsl_error_handler_t *before = gsl_set_error_handler_off();
  int code = eigenvalues(w, similar, re, im);
  gsl_set_error_handler(before);
  if (code == GSL_ENOMEM)
    return sw_fail(err, SW_ENOMEM, "out of memory: eigenvalues of %lld units", (long long)w->n);
  if (code != GSL_SUCCESS)
    return sw_fail(err, SW_EINPUT,
                   "the eigenvalues of the weights were not found (%s); logdet: factor "
                   "needs none",
                   gsl_strerror(code));
  return SW_OK;
}

sw_interval sw_spectrum_between(int64_t n, const double *re, const double *im) {
  double least = 0, most = 0, greatest = 0;
  for (int64_t i = 0; i < n; i++) {
    double size = hypot(re[i], im[i]);
    if (size > greatest) greatest = size;
  }
  /* Eigenvalues that are 0 to rounding have no reciprocal, and pairs that are nearly real are none.
   */
  for (int64_t i = 0; i < n; i++) {
    if (im[i] != 0 || fabs(re[i]) <= 1e-12 * greatest) continue;
    if (re[i] < least) least = re[i];
    if (re[i] > most) most = re[i];
  }
  return (sw_interval){.least = least < 0 ? 1 / least : -INFINITY,
                       .most = most > 0 ? 1 / most : INFINITY};
}

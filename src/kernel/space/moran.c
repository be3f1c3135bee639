/* Moran's I of one period: the weights among the units with a value are w_ij f_i, f_i scaling row i
 * back to sum 1 where the matrix is row-standardised and some of its links lead to missing values.
 * So a gap costs a factor per row, not a copy of the matrix. Links keep their order; w_ji is found
 * by bisection, so that no transpose is stored.
 *
 * Called once per period by moran's tile: pure, by any thread, in the thread's workspace. Sums run
 * in the order of units and, within a row, of links. */
#include "kernel/space/moran.h"

#include "kernel/series/stats.h"

#include <math.h>

/* The workspace: n of each. */
typedef struct scratch {
  double *z, *factor, *column; /* deviations; f_i, 0 where not used; sums of columns */
  bool *used;                  /* has a value, and is not left out as an island */
} scratch;

/* What the moments need of the weights: S0 = sum w_ij, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum_i
 * (w_i. + w_.i)^2. */
typedef struct weight_sums {
  double s0, s1, s2;
  int64_t islands; /* of the units used */
} weight_sums;

size_t sw_moran_workspace(int64_t n) {
  return (size_t)n * (3 * sizeof(double) + sizeof(bool));
}

static scratch scratch_of(void *workspace, int64_t n) {
  double *z = workspace;
  return (scratch){z, z + n, z + 2 * n, (bool *)(z + 3 * n)};
}

/* Asked of the weights, not of the study's style: a file may hold standardised rows. Rows
 * without links do not count. */
bool sw_links_row_standardised(const sw_links *links) {
  for (int64_t i = 0; i < links->n; i++) {
    double sum = 0;
    for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++)
      sum += links->value[e];
    if (links->row_start[i] < links->row_start[i + 1] && !(fabs(sum - 1) <= 1e-12)) return false;
  }
  return true;
}

/* How many links of unit i lead to units in use; *sum their weights, in the order of links. */
static int64_t row_in_use(const sw_links *links, const bool *used, int64_t i, double *sum) {
  int64_t count = 0;
  *sum = 0;
  for (int64_t e = links->row_start[i]; e < links->row_start[i + 1]; e++) {
    if (!used[links->to[e]]) continue;
    *sum += links->value[e];
    count++;
  }
  return count;
}

/* Leaves out units without a neighbour until none is left: where links are not mutual, leaving
 * one out can make another an island. Each round passes over all links. */
static void remove_islands(const sw_links *links, bool *used) {
  for (bool again = true; again;) {
    again = false;
    for (int64_t i = 0; i < links->n; i++) {
      double sum;
      if (!used[i] || row_in_use(links, used, i, &sum) > 0) continue;
      used[i] = false;
      again = true;
    }
  }
}

/* Row factors; returns how many units in use have no neighbour in use. A row whose links are all
 * in use is taken as it is, factor 1: dividing by a sum that is 1 up to rounding would change
 * bits where nothing is missing. A sum of 0 cannot be scaled: factor 0, no influence. */
static int64_t scale_rows(const sw_links *links, bool row_standardised, scratch s) {
  int64_t islands = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double sum;
    s.factor[i] = 0;
    if (!s.used[i]) continue;
    int64_t count = row_in_use(links, s.used, i, &sum);
    bool whole = count == links->row_start[i + 1] - links->row_start[i];
    s.factor[i] = whole || !row_standardised ? 1 : sum == 0 ? 0 : 1 / sum;
    islands += count == 0;
  }
  return islands;
}

/* Weight of the link from i to j, 0 without one. By bisection in row i. */
static double weight_between(const sw_links *links, const double *factor, int64_t i, int64_t j) {
  int64_t lo = links->row_start[i], hi = links->row_start[i + 1];
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (links->to[middle] < j)
      lo = middle + 1;
    else
      hi = middle;
  }
  bool found = lo < links->row_start[i + 1] && links->to[lo] == j;
  return found ? links->value[lo] * factor[i] : 0;
}

/* S1 as sum_ij w_ij (w_ij + w_ji), which needs w_ji only where there is a link i to j. */
static weight_sums sum_weights(const sw_links *links, scratch s) {
  weight_sums sums = {0};
  for (int64_t i = 0; i < links->n; i++)
    s.column[i] = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; s.used[i] && e < links->row_start[i + 1]; e++) {
      int64_t j = links->to[e];
      if (!s.used[j]) continue;
      double w = links->value[e] * s.factor[i];
      sums.s0 += w;
      sums.s1 += w * (w + weight_between(links, s.factor, j, i));
      s.column[j] += w;
    }
  /* S2 needs whole rows and columns, so it comes after all columns are summed. */
  for (int64_t i = 0; i < links->n; i++) {
    double row;
    if (!s.used[i]) continue;
    row_in_use(links, s.used, i, &row);
    double both = row * s.factor[i] + s.column[i];
    sums.s2 += both * both;
  }
  return sums;
}

/* z = x - mean of the units used, 0 for the others; sums of its squares and fourth powers. False
 * when the units do not vary, by comparing the values: a sum of squares may be a rounding above
 * zero for equal ones. */
static bool deviations(const double *x, int64_t n, scratch s, double *square, double *fourth) {
  double sum = 0, count = 0, lo = INFINITY, hi = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    if (!s.used[i]) continue;
    sum += x[i];
    count += 1;
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  *square = *fourth = 0;
  for (int64_t i = 0; i < n; i++) {
    s.z[i] = s.used[i] ? x[i] - sum / count : 0;
    *square += s.z[i] * s.z[i];
    *fourth += s.z[i] * s.z[i] * (s.z[i] * s.z[i]);
  }
  return lo < hi;
}

/* z'Wz, row by row: z_i times the spatial lag of z at i. */
static double cross_product(const sw_links *links, scratch s) {
  double sum = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double lag = 0;
    for (int64_t e = links->row_start[i]; s.used[i] && e < links->row_start[i + 1]; e++)
      lag += links->value[e] * s.z[links->to[e]]; /* z is 0 where not used */
    sum += s.z[i] * (lag * s.factor[i]);
  }
  return sum;
}

/* Cliff & Ord 1981; n is the scale, which with islands: adjust is below the number of values,
 * and kurtosis is that of all values used. Too few units for a variance: NaN, and so are z and
 * p. */
static void moments(sw_moran *m, weight_sums w, double n, double kurtosis) {
  double s02 = w.s0 * w.s0, n2 = n * n;
  m->expected = -1 / (n - 1);
  double e2 = m->expected * m->expected;
  m->variance_normality = n > 2 ? (n2 * w.s1 - n * w.s2 + 3 * s02) / (s02 * (n2 - 1)) - e2 : NAN;
  /* Under randomisation the moments depend on the kurtosis of the values too. */
  double all = n * (w.s1 * (n2 - 3 * n + 3) - n * w.s2 + 3 * s02);
  double tail = kurtosis * (w.s1 * (n2 - n) - 2 * n * w.s2 + 6 * s02);
  m->variance_randomisation = n > 3 ? (all - tail) / ((n - 1) * (n - 2) * (n - 3) * s02) - e2 : NAN;
  m->z = (m->i - m->expected) / sqrt(m->variance_randomisation);
  m->p_value = sw_normal_two_sided(m->z);
}

/* The order matters: who is used, then the factors, which see only those, then the sums over
 * both. `row_standardised` is the answer of sw_links_row_standardised, asked once. */
sw_moran sw_moran_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace) {
  scratch s = scratch_of(workspace, links->n);
  sw_moran m = {NAN, NAN, NAN, NAN, NAN, NAN, 0};
  double square, fourth;
  for (int64_t i = 0; i < links->n; i++)
    s.used[i] = !isnan(x[i]);
  if (islands == SW_ISLANDS_REMOVE) remove_islands(links, s.used);
  for (int64_t i = 0; i < links->n; i++)
    m.n_used += s.used[i];
  /* With `remove` nobody is left without a neighbour; with `zero` they stay in the scale. */
  int64_t without = scale_rows(links, row_standardised, s);
  weight_sums w = sum_weights(links, s);
  double n = m.n_used - (islands == SW_ISLANDS_ADJUST ? (double)without : 0);
  /* Nothing varies, or no units are linked: I is undefined, n_used is reported all the same. */
  if (!deviations(x, links->n, s, &square, &fourth) || n < 2 || w.s0 == 0) return m;
  m.i = n / w.s0 * cross_product(links, s) / square;
  moments(&m, w, n, m.n_used * fourth / (square * square));
  return m;
}

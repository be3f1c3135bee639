/* Moran's I of one period: the weights among the units with a value are w_ij f_i, f_i scaling row i
 * back to sum 1 where the matrix is row-standardised and some of its links lead to missing values.
 * So a gap costs a factor per row, not a copy of the matrix. Links keep their order; w_ji is found
 * by bisection, so that no transpose is stored. Moments of the values are taken in twice the digits
 * of a double: the variance of nearly equal values is a small difference of theirs.
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
  bool adjusts;                /* units without a neighbour are not in the scale */
} scratch;

/* What the moments need of the weights: S0 = sum w_ij, S1 = sum (w_ij + w_ji)^2 / 2, S2 = sum_i
 * (w_i. + w_.i)^2, and S2/4 - S0^2/n, taken from centred rows. */
typedef struct weight_sums {
  double s0, s1, s2, spread;
} weight_sums;

size_t sw_moran_workspace(int64_t n) {
  return (size_t)n * (3 * sizeof(double) + sizeof(bool));
}

static scratch scratch_of(void *workspace, int64_t n) {
  double *z = workspace;
  return (scratch){z, z + n, z + 2 * n, (bool *)(z + 3 * n), false};
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
static void sum_links(const sw_links *links, scratch s, weight_sums *sums) {
  for (int64_t i = 0; i < links->n; i++)
    s.column[i] = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; s.used[i] && e < links->row_start[i + 1]; e++) {
      int64_t j = links->to[e];
      if (!s.used[j]) continue;
      double w = links->value[e] * s.factor[i];
      sums->s0 += w;
      sums->s1 += w * (w + weight_between(links, s.factor, j, i));
      s.column[j] += w;
    }
}

/* The second loop needs whole rows and columns, so it comes after all columns are summed. n is the
 * scale: of the units used, those with a neighbour share S0 out. An island, which the scale may
 * leave out, has what others give it; the difference of both sums is then the same. */
static weight_sums sum_weights(const sw_links *links, scratch s, double n) {
  weight_sums sums = {0};
  sum_links(links, s, &sums);
  double mean = sums.s0 / n;
  for (int64_t i = 0; i < links->n; i++) {
    double row;
    if (!s.used[i]) continue;
    bool island = row_in_use(links, s.used, i, &row) == 0 && s.adjusts;
    double both = row * s.factor[i] + s.column[i], half = both / 2;
    sums.s2 += both * both;
    sums.spread += island ? half * (half - 2 * mean) : (half - mean) * (half - mean);
  }
  return sums;
}

/* ---- values ----------------------------------------------------------------------------- */

/* hi + lo, twice the digits of a double: where nearly all values are equal, moments of theirs
 * differ in the last digits alone. */
typedef struct wide {
  double hi, lo;
} wide;

static wide sum_of(double a, double b) {
  double sum = a + b, of_b = sum - a;
  return (wide){sum, (a - (sum - of_b)) + (b - of_b)};
}

static wide add(wide a, wide b) {
  wide sum = sum_of(a.hi, b.hi);
  return sum_of(sum.hi, sum.lo + (a.lo + b.lo));
}

static wide multiply(wide a, wide b) {
  double product = a.hi * b.hi;
  return sum_of(product, fma(a.hi, b.hi, -product) + (a.hi * b.lo + a.lo * b.hi));
}

static wide wide_of(double value) {
  return (wide){value, 0};
}

/* Of the values used, about their mean: count, sums of squares and of fourth powers. */
typedef struct value_sums {
  double count, square;
  wide squares, fourths;
} value_sums;

/* A power of two, as two factors: one alone would leave the range of a double where the values are
 * near its ends. */
typedef struct scale {
  double one, two;
} scale;

static double scaled(double x, scale by) {
  return x * by.one * by.two;
}

/* The power of two that brings the largest value near 1: exact, so it changes no bit of I, and no
 * fourth power leaves the range of a double. False when the values used do not vary, by comparing
 * them: a sum of squares may be a rounding above zero for equal ones. */
static bool find_scale(const double *x, int64_t n, scratch s, scale *by) {
  int exponent;
  double lo = INFINITY, hi = -INFINITY;
  for (int64_t i = 0; i < n; i++) {
    if (!s.used[i]) continue;
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  frexp(fabs(lo) > fabs(hi) ? lo : hi, &exponent);
  *by = (scale){ldexp(1, -(exponent / 2)), ldexp(1, exponent / 2 - exponent)};
  return sw_stats_vary(lo, hi);
}

/* Where the values are nearly equal to their rounded mean, its rounding is no small part of z, and
 * I of a rare case is as small: z from the mean in twice the digits. Elsewhere z'Wz would only
 * change in its last bits. */
static void centre_again(const double *x, int64_t n, scratch s, scale by, wide mean,
                         value_sums *v) {
  v->square = 0;
  for (int64_t i = 0; i < n; i++) {
    if (s.used[i]) s.z[i] = (scaled(x[i], by) - mean.hi) - mean.lo;
    v->square += s.z[i] * s.z[i];
  }
}

/* z = (x - mean) times the scale of the units used, 0 for the others, and the sums over z. */
static value_sums deviations(const double *x, int64_t n, scratch s, scale by) {
  value_sums v = {0};
  double sum = 0;
  wide all = {0};
  for (int64_t i = 0; i < n; i++) {
    if (!s.used[i]) continue;
    sum += scaled(x[i], by);
    all = add(all, wide_of(scaled(x[i], by)));
    v.count += 1;
  }
  /* The mean to twice the digits: what the quotient leaves, over the count. */
  double first = all.hi / v.count;
  wide left = add(all, multiply(wide_of(-first), wide_of(v.count)));
  wide mean = sum_of(first, left.hi / v.count);
  for (int64_t i = 0; i < n; i++) {
    s.z[i] = s.used[i] ? scaled(x[i], by) - sum / v.count : 0;
    v.square += s.z[i] * s.z[i];
    if (!s.used[i]) continue;
    wide z = add(wide_of(scaled(x[i], by)), (wide){-mean.hi, -mean.lo});
    wide z2 = multiply(z, z);
    v.squares = add(v.squares, z2);
    v.fourths = add(v.fourths, multiply(z2, z2));
  }
  double off = (sum / v.count - mean.hi) - mean.lo;
  if (off * off > 1e-24 * v.squares.hi / v.count) centre_again(x, n, s, by, mean, &v);
  return v;
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

/* a Q^2 - b F over Q^2, Q the squares and F the fourth powers: b F/Q^2 is near a where nearly all
 * values are equal. */
static double remainder_of(const value_sums *v, double a, double b) {
  wide squared = multiply(v->squares, v->squares);
  wide rest = add(multiply(wide_of(a), squared), multiply(wide_of(-b), v->fourths));
  return rest.hi / squared.hi;
}

/* The variance under randomisation, Cliff & Ord 1981, as a sum of two parts that are not negative.
 * Symmetric weights s_ij are a mean, effects of rows a_i + a_j and a rest e_ij without either;
 * their shares of z'Wz are uncorrelated under permutation. With A = sum a_i^2, T = sum e_ij^2 and
 * the kurtosis k = N F/Q^2:
 *
 *   S0^2 Var = 4 A n (k - 1)/(n - 1) + 2 T n (n^2 - 3n + 3 - k (n - 1))/((n - 1)(n - 2)(n - 3))
 *
 * The textbook's form is the same polynomial, but subtracts numbers n^3 times its result. T of
 * weights that are all equal is zero up to rounding: then nothing varies. */
static double randomisation(weight_sums w, const value_sums *v, double n) {
  double effects = w.spread / ((n - 2) * (n - 2));
  double rest = w.s1 / 2 - w.s0 * w.s0 / (n * (n - 1)) - 2 * (n - 2) * effects;
  if (fabs(rest) < 1e-12 * w.s1) rest = 0;
  double rows = 4 * effects * n / (n - 1) * -remainder_of(v, 1, v->count);
  double links = 2 * rest * n / ((n - 1) * (n - 2) * (n - 3)) *
                 remainder_of(v, n * n - 3 * n + 3, (n - 1) * v->count);
  return (rows + links) / (w.s0 * w.s0);
}

/* n is the scale, which with islands: adjust is below the number of values, and kurtosis is that of
 * all values used. Too few units for a variance: NaN, and so are z and p. */
static void moments(sw_moran *m, weight_sums w, double n, const value_sums *v) {
  double s02 = w.s0 * w.s0, n2 = n * n;
  m->expected = -1 / (n - 1);
  double e2 = m->expected * m->expected;
  m->variance_normality = n > 2 ? (n2 * w.s1 - n * w.s2 + 3 * s02) / (s02 * (n2 - 1)) - e2 : NAN;
  m->variance_randomisation = n > 3 ? randomisation(w, v, n) : NAN;
  if (m->variance_randomisation > 0) m->z = (m->i - m->expected) / sqrt(m->variance_randomisation);
  m->p_value = sw_normal_two_sided(m->z);
}

/* The order matters: who is used, then the factors, which see only those, then the sums over
 * both. `row_standardised` is the answer of sw_links_row_standardised, asked once. */
sw_moran sw_moran_compute(const sw_links *links, bool row_standardised, sw_islands islands,
                          const double *x, void *workspace) {
  scratch s = scratch_of(workspace, links->n);
  sw_moran m = {NAN, NAN, NAN, NAN, NAN, NAN, 0, SW_MORAN_DEFINED};
  scale by = {1, 1};
  s.adjusts = islands == SW_ISLANDS_ADJUST;
  for (int64_t i = 0; i < links->n; i++)
    s.used[i] = !isnan(x[i]);
  if (islands == SW_ISLANDS_REMOVE) remove_islands(links, s.used);
  for (int64_t i = 0; i < links->n; i++)
    m.n_used += s.used[i];
  /* With `remove` nobody is left without a neighbour; with `zero` they stay in the scale. */
  int64_t without = scale_rows(links, row_standardised, s);
  double n = m.n_used - (s.adjusts ? (double)without : 0);
  weight_sums w = sum_weights(links, s, n);
  /* Nothing varies, or no units are linked: I is undefined, n_used is reported all the same. */
  if (m.n_used < 2)
    m.undefined = SW_MORAN_FEW;
  else if (!find_scale(x, links->n, s, &by))
    m.undefined = SW_MORAN_CONSTANT;
  else if (n < 2 || w.s0 == 0)
    m.undefined = SW_MORAN_NO_LINKS;
  if (m.undefined != SW_MORAN_DEFINED) return m;
  value_sums v = deviations(x, links->n, s, by);
  m.i = n / w.s0 * cross_product(links, s) / v.square;
  moments(&m, w, n, &v);
  return m;
}

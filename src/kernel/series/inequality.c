/* Gini by sorting, Theil's T and L, Dagum's parts by merging the sorted groups: n log n, and
 * groups * n for the parts, never storage for all pairs of two groups. Called for each period,
 * and each period and grouping, as items of a pass: pure, by any thread, in the thread's
 * workspace.
 *
 * The order of every sum is that of the units, or by ascending value with equal values in the
 * order of units, so that the bits depend on nothing else.
 *
 * The workspace, in doubles: y, p, y_up, p_up of n each; unit, order and the sort's scratch, n
 * int32 each in (n + 1) / 2 doubles; then for the parts y and p of n, and five arrays of groups
 * + 1. */
#include "kernel/series/inequality.h"

#include "kernel/series/stats.h"

#include <math.h>

/* The second part of the workspace, behind the sample. */
typedef struct parts_bench {
  double *y, *p;              /* values and shares, group by group, ascending within a group */
  double *share, *sum, *mean; /* of a group: sum p, sum p y, their quotient */
  int64_t *start, *at;        /* group g is [start[g], start[g + 1]) of y; at: filled so far */
} parts_bench;

/* Doubles of the first part, the sample and its sort. */
static size_t sample_doubles(int64_t n) {
  return 4 * (size_t)n + 3 * (((size_t)n + 1) / 2);
}

size_t sw_inequality_workspace(int64_t n, int groups) {
  return (sample_doubles(n) + 2 * (size_t)n + 5 * ((size_t)groups + 1)) * sizeof(double);
}

/* The sample's arrays in the workspace, empty; their order is in the header of this file. */
static sw_sample sample_in(void *workspace, int64_t n) {
  double *y = workspace;
  size_t half = ((size_t)n + 1) / 2; /* doubles that hold n int32 */
  return (sw_sample){.y = y,
                     .p = y + n,
                     .y_up = y + 2 * n,
                     .p_up = y + 3 * n,
                     .unit = (int32_t *)(y + 4 * n),
                     .order = (int32_t *)(y + 4 * n + half),
                     .wrong = -1};
}

/* Divides the workspace behind that of the sample. */
static parts_bench parts_in(void *workspace, int64_t n, int groups) {
  double *y = (double *)workspace + sample_doubles(n), *share = y + 2 * n;
  size_t k = (size_t)groups + 1;
  return (parts_bench){.y = y,
                       .p = y + n,
                       .share = share,
                       .sum = share + k,
                       .mean = share + 2 * k,
                       .start = (int64_t *)(share + 3 * k),
                       .at = (int64_t *)(share + 4 * k)};
}

/* ---- the sample ------------------------------------------------------------------------- */

/* Values that are there, with their shares of the weight. A negative value or weight is noted,
 * the first of them by unit, and left to the caller to refuse: a tile cannot fail. A weight of
 * zero leaves the unit out of all counts, so that n_used says what was used. */
static void pick(sw_sample *s, const double *x, const double *weight, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) {
    double w = weight ? weight[i] : 1;
    if (isnan(x[i]) || isnan(w)) continue;
    if ((x[i] < 0 || w < 0) && s->wrong < 0) {
      s->wrong = i;
      s->wrong_weight = !(x[i] < 0);
    }
    if (w == 0) continue;
    s->y[s->n] = x[i];
    s->p[s->n] = w;
    s->unit[s->n++] = (int32_t)i;
    s->zeros += x[i] == 0;
    sum += w;
  }
  /* Shares first, then the mean of them: with weights of any size p sums to 1. */
  for (int64_t k = 0; k < s->n; k++) {
    s->p[k] /= sum;
    s->mean += s->p[k] * s->y[k];
  }
}

/* Indices are sorted, as units are needed later to find the group of each value. The scratch is the
 * third array of int32. Stable, so equal values stay in the order of units. */
sw_sample sw_inequality_sample_make(const double *x, const double *weight, int64_t n,
                                    void *workspace) {
  sw_sample s = sample_in(workspace, n);
  pick(&s, x, weight, n);
  for (int64_t k = 0; k < s.n; k++)
    s.order[k] = (int32_t)k;
  sw_stats_sort_index(s.y, s.n, s.order, s.order + 2 * ((n + 1) / 2));
  for (int64_t k = 0; k < s.n; k++) {
    s.y_up[k] = s.y[s.order[k]];
    s.p_up[k] = s.p[s.order[k]];
  }
  return s;
}

/* What is sorted stays sorted: O(n). The scratch has the new place of each old one. */
sw_sample sw_inequality_sample_again(const sw_sample *sample, const int32_t *times, int64_t n,
                                     void *workspace) {
  sw_sample s = sample_in(workspace, n);
  int32_t *place = s.order + 2 * ((n + 1) / 2);
  double sum = 0;
  int64_t up = 0;
  for (int64_t k = 0; k < sample->n; k++) {
    int32_t count = times[sample->unit[k]];
    place[k] = (int32_t)s.n;
    if (count == 0) continue;
    s.y[s.n] = sample->y[k];
    s.p[s.n] = sample->p[k] * count;
    s.unit[s.n] = sample->unit[k];
    s.zeros += sample->y[k] == 0;
    sum += s.p[s.n++];
  }
  for (int64_t k = 0; k < s.n; k++) {
    s.p[k] /= sum;
    s.mean += s.p[k] * s.y[k];
  }
  for (int64_t k = 0; k < sample->n; k++) {
    int32_t old = sample->order[k];
    if (times[sample->unit[old]] == 0) continue;
    s.order[up] = place[old];
    s.y_up[up] = s.y[place[old]];
    s.p_up[up++] = s.p[place[old]];
  }
  return s;
}

/* ---- indices ---------------------------------------------------------------------------- */

/* sum_ij p_i p_j |y_i - y_j| / (2 mu) without the double sum: with F the share at or below, it is
 * sum p (y - mu)(2F - p) / mu. `below` is F - p. Subtracting mu first keeps digits where values
 * differ little. `whole` is what the shares sum to, 1 or a group's share. One pass over sorted
 * values instead of n^2 / 2 pairs. */
static double gini_of(const double *y, const double *p, int64_t n, double mean, double whole) {
  double sum = 0, below = 0;
  for (int64_t k = 0; k < n; k++) {
    double share = p[k] / whole;
    sum += share * (y[k] - mean) * (2 * below + share);
    below += share;
  }
  return sum / mean;
}

/* (y/mu) ln(y/mu), 0 ln 0 = 0. y = 0 adds nothing, and the logarithm is not asked. */
static double theil_term(double y, double mean) {
  return y > 0 ? y / mean * log(y / mean) : 0;
}

/* Equal values have their own value as mean, not the one that rounding leaves, so that every index
 * is exactly 0. */
static double mean_of(const sw_sample *s) {
  return s->y_up[0] == s->y_up[s->n - 1] ? s->y_up[0] : s->mean;
}

/* A zero makes log(mu / 0) infinite, so L is taken as undefined then, which the caller says in a
 * note. All zero: no index is defined. Theil's T is sum p (y/mu) ln(y/mu), L is sum p ln(mu/y),
 * Hoover's index half the mean relative deviation (methods.md section 9). */
sw_inequality sw_inequality_compute(const sw_sample *s) {
  sw_inequality q = {NAN, NAN, NAN, NAN, NAN};
  double t = 0, l = 0, apart = 0, square = 0;
  if (s->n == 0 || !(s->mean > 0)) return q;
  double mean = mean_of(s);
  for (int64_t k = 0; k < s->n; k++) {
    double deviation = s->y[k] - mean;
    t += s->p[k] * theil_term(s->y[k], mean);
    l += s->p[k] * log(mean / s->y[k]);
    apart += s->p[k] * fabs(deviation);
    square += s->p[k] * (deviation * deviation);
  }
  q.gini = gini_of(s->y_up, s->p_up, s->n, mean, 1);
  q.theil_t = t;
  /* With a zero l is infinite here; it is replaced rather than skipped, so that the loop has no
   * branch. */
  q.theil_l = s->zeros ? NAN : l;
  q.hoover = apart / (2 * mean);
  q.cv = sqrt(square) / mean;
  return q;
}

/* What the powers are more than 1 is summed, so that small inequality keeps its digits. ln 0 is
 * minus infinity, of which the exponentials make what the limit is: -1, or infinity and then 1. */
double sw_inequality_atkinson(const sw_sample *s, double aversion) {
  double sum = 0, power = 1 - aversion;
  if (s->n == 0 || !(s->mean > 0)) return NAN;
  if (aversion == 0) return 0; /* what the sum is but for rounding */
  double mean = mean_of(s);
  for (int64_t k = 0; k < s->n; k++) {
    double ln = log(s->y[k] / mean);
    sum += s->p[k] * (power == 0 ? ln : expm1(power * ln));
  }
  /* Minus of 0 would be -0. */
  return 0 - expm1(power == 0 ? sum : log1p(sum) / power);
}

/* ---- parts by group --------------------------------------------------------------------- */

/* Groups' shares, sums and means in the order of units; their ascending values by a stable deal of
 * the sorted sample: one pass instead of a sort of each group. at[g] runs from start[g] to start[g
 * + 1] while values are dealt. */
static void deal(const sw_sample *s, const int32_t *group, int groups, parts_bench b) {
  for (int g = 0; g <= groups; g++) {
    b.share[g] = b.sum[g] = 0;
    b.start[g] = 0;
  }
  for (int64_t k = 0; k < s->n; k++) {
    int32_t g = group[s->unit[k]];
    b.share[g] += s->p[k];
    b.sum[g] += s->p[k] * s->y[k];
    b.start[g + 1]++;
  }
  for (int g = 0; g < groups; g++) {
    b.start[g + 1] += b.start[g];
    b.at[g] = b.start[g];
    b.mean[g] = b.sum[g] / b.share[g]; /* an empty group: NaN, never read */
  }
  for (int64_t k = 0; k < s->n; k++) {
    int64_t at = b.at[group[s->unit[s->order[k]]]]++;
    b.y[at] = s->y_up[k];
    b.p[at] = s->p_up[k];
  }
}

/* Within: sum over units against their group's mean. Between: groups in place of units. The two sum
 * to the whole up to rounding. T: between sum s_g ln(s_g/p_g), s_g the group's share of the total;
 * L: sum p_g ln(p_g/s_g). */
static void theil_parts(const sw_sample *s, const int32_t *group, int groups, parts_bench b,
                        sw_inequality_parts *parts) {
  double t = 0, l = 0;
  for (int64_t k = 0; k < s->n; k++) {
    int32_t g = group[s->unit[k]];
    /* b.mean[g] is positive where y is. */
    if (s->y[k] > 0) t += s->p[k] * s->y[k] / s->mean * log(s->y[k] / b.mean[g]);
    l += s->p[k] * log(b.mean[g] / s->y[k]);
  }
  parts->theil_t_within = t;
  parts->theil_l_within = s->zeros ? NAN : l;
  t = l = 0;
  for (int g = 0; g < groups; g++) {
    double income = b.sum[g] / s->mean;
    /* An empty group has share 0, and 0/0 would spread. */
    if (b.start[g] == b.start[g + 1]) continue;
    if (income > 0) t += income * log(income / b.share[g]);
    l += b.share[g] * log(b.share[g] / income);
  }
  parts->theil_t_between = t;
  parts->theil_l_between = s->zeros ? NAN : l;
}

/* sum_kl p_k p_l (y_l - y_k)+ of k in group j, l in group h, by one merge of the two: for each l,
 * what lies below it in j (`below`, `below_sum`) grows only. Neither group is empty. The first test
 * saves the merge where no value of h is over the least of j, as with groups that do not overlap.
 * Both groups ascend, so the cursor k never goes back: O(n_j + n_h) a pair of groups. */
static double excess(parts_bench b, int j, int h) {
  double sum = 0, below = 0, below_sum = 0;
  int64_t k = b.start[j];
  if (!(b.y[b.start[h + 1] - 1] > b.y[k])) return 0;
  for (int64_t l = b.start[h]; l < b.start[h + 1]; l++) {
    for (; k < b.start[j + 1] && b.y[k] < b.y[l]; k++) {
      below += b.p[k];
      below_sum += b.p[k] * b.y[k];
    }
    sum += b.p[l] * (b.y[l] * below - below_sum);
  }
  return sum;
}

/* For groups with mu_j >= mu_h Dagum has G_jh (p_j s_h + p_h s_j) = p_j p_h (d + p) / mu and d - p
 * = mu_j - mu_h, where d is the mean of excesses of j over h and p that of h over j. So the net
 * part is p_j p_h (mu_j - mu_h) / mu, and transvariation p_j p_h 2p / mu, and only the smaller of
 * the two means of excesses is computed, by `excess`. Every pair of groups once. Groups are few: G
 * groups cost G n comparisons at most. */
static void dagum_parts(const sw_sample *s, int groups, parts_bench b, sw_inequality_parts *parts) {
  parts->gini_within = parts->gini_between_net = parts->gini_transvariation = 0;
  for (int g = 0; g < groups; g++) {
    int64_t count = b.start[g + 1] - b.start[g];
    if (count == 0) continue;
    /* G_gg p_g s_g. A group of zeros has a share of zero, and no Gini. */
    if (b.mean[g] > 0)
      parts->gini_within +=
          b.share[g] * (b.sum[g] / s->mean) *
          gini_of(b.y + b.start[g], b.p + b.start[g], count, b.mean[g], b.share[g]);
    for (int h = 0; h < g; h++) {
      if (b.start[h] == b.start[h + 1]) continue;
      bool g_first = b.mean[g] >= b.mean[h];
      parts->gini_between_net += b.share[g] * b.share[h] * fabs(b.mean[g] - b.mean[h]) / s->mean;
      parts->gini_transvariation += 2 * (g_first ? excess(b, g, h) : excess(b, h, g)) / s->mean;
    }
  }
}

/* Means are taken from the least value, where equal ones are 0. The pair (g, g) adds 0. G^2
 * terms. */
double sw_inequality_polarisation(const sw_sample *s, const int32_t *group, int groups,
                                  double alpha, int64_t n, void *workspace) {
  parts_bench b = parts_in(workspace, n, groups);
  double polarised = 0;
  if (s->n == 0 || !(s->mean > 0)) return NAN;
  for (int g = 0; g < groups; g++)
    /* Only the sums of groups are needed, so values are not dealt. */
    b.share[g] = b.sum[g] = 0;
  for (int64_t k = 0; k < s->n; k++) {
    b.share[group[s->unit[k]]] += s->p[k];
    b.sum[group[s->unit[k]]] += s->p[k] * (s->y[k] - s->y_up[0]);
  }
  for (int g = 0; g < groups; g++)
    b.mean[g] = b.share[g] > 0 ? b.sum[g] / b.share[g] : 0; /* an empty group counts nothing */
  for (int g = 0; g < groups; g++) {
    double away = 0;
    for (int h = 0; h < groups; h++)
      away += b.share[h] * fabs(b.mean[g] - b.mean[h]);
    polarised += pow(b.share[g], 1 + alpha) * away;
  }
  return polarised / s->mean;
}

/* Decompositions between and within groups; NaN where the mean is not above 0. */
sw_inequality_parts sw_inequality_by_group(const sw_sample *s, const int32_t *group, int groups,
                                           int64_t n, void *workspace) {
  sw_inequality_parts parts = {NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  parts_bench b = parts_in(workspace, n, groups);
  if (s->n == 0 || !(s->mean > 0)) return parts;
  deal(s, group, groups, b);
  theil_parts(s, group, groups, b, &parts);
  dagum_parts(s, groups, b, &parts);
  return parts;
}

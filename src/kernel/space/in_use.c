/* Weights among units in use; see in_use.h. Links keep their order; w_ji is found by bisection, so
 * that no transpose is stored. Sums run in the order of units and, within a row, of links.
 *
 * Shared by Moran, Geary, joins and G, so that all of them mean the same units and weights. Pure;
 * O(links log of a row). */
#include "kernel/space/in_use.h"

#include "kernel/space/links.h"

#include <math.h>

size_t sw_in_use_workspace(int64_t n) {
  return (size_t)n * (2 * sizeof(double) + sizeof(bool));
}

/* Asked of the weights, not of the study's style: a file may hold standardised rows. Rows without
 * links do not count. 1e-12: rows that were divided by their sums, and rounded. */
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

/* Leaves out units without a neighbour until none is left: where links are not mutual, leaving one
 * out can make another an island. Each round passes over all links. At most as many rounds as
 * units; usually one or two. */
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
static int64_t scale_rows(const sw_links *links, bool row_standardised, const sw_in_use *s) {
  int64_t islands = 0;
  for (int64_t i = 0; i < links->n; i++) {
    double sum;
    s->factor[i] = 0;
    if (!s->used[i]) continue;
    int64_t count = row_in_use(links, s->used, i, &sum);
    bool whole = count == links->row_start[i + 1] - links->row_start[i];
    s->factor[i] = whole || !row_standardised ? 1 : sum == 0 ? 0 : 1 / sum;
    islands += count == 0;
  }
  return islands;
}

/* Weight of the link from i to j, 0 without one. */
static double weight_between(const sw_links *links, const double *factor, int64_t i, int64_t j) {
  int64_t at = sw_links_at(links, i, j);
  return at < 0 ? 0 : links->value[at] * factor[i];
}

/* S1 as sum_ij w_ij (w_ij + w_ji), which needs w_ji only where there is a link i to j. sum (w_ij +
 * w_ji)^2/2 = sum w_ij^2 + w_ij w_ji. */
static void sum_links(const sw_links *links, const sw_in_use *s, sw_weight_sums *sums) {
  for (int64_t i = 0; i < links->n; i++)
    s->column[i] = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t e = links->row_start[i]; s->used[i] && e < links->row_start[i + 1]; e++) {
      int64_t j = links->to[e];
      if (!s->used[j]) continue;
      double w = links->value[e] * s->factor[i];
      sums->s0 += w;
      sums->s1 += w * (w + weight_between(links, s->factor, j, i));
      s->column[j] += w;
    }
}

/* The second loop needs whole rows and columns, so it comes after all columns are summed. Of the
 * units used, those with a neighbour share S0 out. An island, which the scale may leave out, has
 * what others give it; the difference of both sums is then the same. `spread` is sum (half row and
 * column sum - mean)^2, in which the variance's row effects are. */
sw_weight_sums sw_in_use_sums(const sw_in_use *s) {
  const sw_links *links = s->links;
  sw_weight_sums sums = {0};
  sum_links(links, s, &sums);
  double mean = sums.s0 / s->scale;
  for (int64_t i = 0; i < links->n; i++) {
    double row;
    if (!s->used[i]) continue;
    bool island = row_in_use(links, s->used, i, &row) == 0 && s->adjusts;
    double both = row * s->factor[i] + s->column[i], half = both / 2;
    sums.s2 += both * both;
    sums.spread += island ? half * (half - 2 * mean) : (half - mean) * (half - mean);
  }
  return sums;
}

/* Sums of squares, of which the rest is found by subtraction: that of weights that are all equal is
 * zero up to rounding. a_i = (half sum - mean)/(n - 2); T follows because the three parts are
 * orthogonal. */
sw_weight_parts sw_weight_sums_parts(sw_weight_sums w, double n) {
  double effects = w.spread / ((n - 2) * (n - 2));
  double rest = w.s1 / 2 - w.s0 * w.s0 / (n * (n - 1)) - 2 * (n - 2) * effects;
  if (fabs(rest) < 1e-12 * w.s1) rest = 0;
  return (sw_weight_parts){effects, rest};
}

/* `used` begins as: has a value. Missing values take their units out before islands are looked
 * for. */
sw_in_use sw_in_use_of(const sw_links *links, bool row_standardised, sw_islands islands,
                       const double *x, void *workspace) {
  double *number = workspace;
  sw_in_use s = {.links = links,
                 .factor = number,
                 .column = number + links->n,
                 .used = (bool *)(number + 2 * links->n),
                 .adjusts = islands == SW_ISLANDS_ADJUST};
  for (int64_t i = 0; i < links->n; i++)
    s.used[i] = !isnan(x[i]);
  if (islands == SW_ISLANDS_REMOVE) remove_islands(links, s.used);
  for (int64_t i = 0; i < links->n; i++)
    s.count += s.used[i];
  /* With `remove` nobody is left without a neighbour; with `zero` they stay in the scale. */
  s.islands = scale_rows(links, row_standardised, &s);
  s.scale = s.count - (s.adjusts ? (double)s.islands : 0);
  return s;
}

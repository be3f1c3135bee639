/* See mapping.h. Called by convergent cross mapping for every table and panel of series. The sums
 * of a panel are those of one pass over the points, which lose digits where predictions vary little
 * about a mean far from zero. Where they would lose four or more, or a value is missing, the series
 * goes through sw_mapping_skill, in two passes. */
#include "kernel/causality/mapping.h"

#include <math.h>
#include <stdbool.h>

#include "kernel/hot.h"
#include "kernel/series/correlation.h"

enum { LANES = SW_MAPPING_LANES };

static const double ENOUGH = 1e-4; /* of a sum of squares that must be about the mean */

#define SW_VEC_FILE "kernel/causality/mapping_set.h"
#include "kernel/vec_each.h"

static bool (*const map_some_of[])(const sw_mapping_target *target, int first, int panels,
                                   const void *const *ahead, int last_ahead) = SW_SETS(map_some);
static const int together_of[] = SW_SETS(TOGETHER);

/* ---- room --------------------------------------------------------------------------------- */

/* Parts of a table begin on cache lines. */
static size_t lines(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

size_t sw_mapping_bytes(int points, int k) {
  size_t n = (size_t)points, all = n * (size_t)k;
  return lines(n * sizeof(int32_t)) + lines(all * sizeof(int32_t)) + lines(all * sizeof(double));
}

/* Divides the memory as sw_mapping_bytes counts it. */
sw_mapping sw_mapping_place(void *memory, int points, int k) {
  size_t n = (size_t)points;
  char *at = memory, *near = at + lines(n * sizeof(int32_t));
  char *weight = near + lines(n * (size_t)k * sizeof(int32_t));
  return (sw_mapping){
      .k = k, .at = (int32_t *)at, .near = (int32_t *)near, .weight = (double *)weight};
}

/* ---- a panel ------------------------------------------------------------------------------ */

/* Means and squares of what is predicted, once per table and panel: they serve every table with the
 * same points. */
SW_HOT void sw_mapping_window_of(const sw_mapping *m, const double *panel,
                                 sw_mapping_window *window) {
  double sum[LANES] = {0}, square[LANES] = {0}, about[LANES] = {0};
  for (int q = 0; q < m->points; q++)
    for (int l = 0; l < LANES; l++) {
      double x = panel[m->at[q] + l];
      sum[l] += x;
      square[l] += x * x;
    }
  for (int l = 0; l < LANES; l++)
    window->mean[l] = sum[l] / m->points;
  for (int q = 0; q < m->points; q++)
    for (int l = 0; l < LANES; l++) {
      double x = panel[m->at[q] + l] - window->mean[l];
      about[l] += x * x;
    }
  for (int l = 0; l < LANES; l++)
    /* NaN sends the series to the exact way: its squares are mostly those of the mean. */
    window->square[l] = about[l] >= ENOUGH * square[l] && about[l] > 0 ? about[l] : NAN;
}

/* The exact way, for series whose r is no number: gaps, a mean far from zero, no variation. */
static void map_one_by_one(const sw_mapping_target *target, double *work) {
  for (int l = 0; l < target->panels * LANES; l++)
    if (!isfinite(target->r[l]))
      target->r[l] = sw_mapping_skill(target->m, target->panel[l / LANES] + l % LANES, LANES, work);
}

/* Maps the panels of a target, some at a time. Of the lines that are to be fetched each round of
 * panels has its own; where there are none, the first of the table stands for them. Returns whether
 * all r are numbers. */
static bool map_target(const sw_mapping_target *target) {
  sw_set_of set = sw_set();
  const void *none = target->m->weight;
  int fetched = 0;
  bool numbers = true;
  for (int b = 0, some; b < target->panels; b += some, fetched += sw_mapping_fetches(target->m)) {
    bool any = fetched < target->n_ahead;
    some = target->panels - b < together_of[set] ? 1 : together_of[set];
    numbers &= map_some_of[set](target, b, some, any ? target->ahead + fetched : &none,
                                any ? target->n_ahead - fetched - 1 : 0);
  }
  return numbers;
}

void sw_mapping_map(const sw_mapping_target *target, int count, double *work) {
  for (int k = 0; k < count; k++)
    if (!map_target(&target[k])) map_one_by_one(&target[k], work);
}

/* ---- a series ----------------------------------------------------------------------------- */

/* Predictions and values of the points that have both; returns their number. */
SW_HOT static int predict(const sw_mapping *m, const double *x, int64_t stride, double *predicted,
                          double *seen) {
  int count = 0;
  for (int q = 0; q < m->points; q++) {
    const int32_t *near = m->near + q * m->k;
    const double *weight = m->weight + q * m->k;
    /* Periods are places in a panel; here the series has a stride of its own. */
    double there = x[m->at[q] / LANES * stride], p = weight[0] * x[near[0] / LANES * stride];
    for (int c = 1; c < m->k; c++)
      p = __builtin_fma(weight[c], x[near[c] / LANES * stride], p);
    if (isnan(there) || isnan(p)) continue;
    predicted[count] = p;
    seen[count++] = there;
  }
  return count;
}

double sw_mapping_skill(const sw_mapping *m, const double *x, int64_t stride, double *work) {
  double *predicted = work, *seen = work + m->points;
  int count = predict(m, x, stride, predicted, seen);
  return sw_correlation(predicted, 0, seen, 0, count, SW_MAPPING_LEAST);
}

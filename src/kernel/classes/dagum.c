/* Groups against each other in one walk over the ascending values. For each group h the walk keeps
 *
 *   c_h = sum p_l,  b_h = sum p_l (y - y_l)   over the units l of h met so far, y where it stands
 *
 * and a unit of group j adds p b_h to A_jh for all h. A step of dy adds c_h dy to b_h. All of this
 * is sums of terms that are not negative: no digits are lost where groups hardly overlap, and equal
 * values give exactly 0 (y c_h - sum p_l y_l, the textbook's form, gives neither).
 *
 * Sums run by ascending value, equal values in the order of units, or in the order of units; the
 * groups beside each other in a row, so that vectors of any length give the same bits.
 *
 * Called by measure/global/inequality_gaps.c, once per period and grouping. Cost: n groups steps
 * after the sort, and groups^2 numbers; pure, any thread. */
#include "kernel/classes/dagum.h"

#include <math.h>

#include "kernel/hot.h"

size_t sw_dagum_numbers(int groups) {
  size_t k = (size_t)groups;
  return 5 * k + k * k;
}

/* The caller's array is divided in the order of sw_dagum_numbers. */
sw_dagum sw_dagum_in(double *numbers, int groups) {
  size_t k = (size_t)groups;
  return (sw_dagum){.groups = groups,
                    .count = numbers,
                    .share = numbers + k,
                    .mean = numbers + 2 * k,
                    .gini = numbers + 3 * k,
                    .theil_t = numbers + 4 * k,
                    .excess = numbers + 5 * k};
}

size_t sw_dagum_scratch(int groups) {
  return 2 * (size_t)groups;
}

/* ---- each group ------------------------------------------------------------------------- */

/* A group without units has share 0 and mean NaN, which spreads into every figure of it. */

/* Means are taken from the least value of the group, so that the mean of equal values is that value
 * to the bit. `least`: scratch. */
static void add_means(const sw_sample *s, const int32_t *group, const sw_dagum *of, double *least) {
  for (int g = 0; g < of->groups; g++) {
    of->count[g] = of->share[g] = of->mean[g] = 0;
    least[g] = INFINITY;
  }
  for (int64_t k = 0; k < s->n; k++) {
    int32_t g = group[s->unit[k]];
    of->count[g]++;
    of->share[g] += s->p[k];
    least[g] = s->y[k] < least[g] ? s->y[k] : least[g];
  }
  for (int64_t k = 0; k < s->n; k++) {
    int32_t g = group[s->unit[k]];
    of->mean[g] += s->p[k] * (s->y[k] - least[g]);
  }
  for (int g = 0; g < of->groups; g++)
    of->mean[g] = of->count[g] > 0 ? least[g] + of->mean[g] / of->share[g] : NAN;
}

/* sum p (y/mu) ln(y/mu) within each group, 0 ln 0 = 0. T of a group relative to its own mean. */
static void add_theil(const sw_sample *s, const int32_t *group, const sw_dagum *of) {
  for (int g = 0; g < of->groups; g++)
    of->theil_t[g] = 0;
  for (int64_t k = 0; k < s->n; k++) {
    int32_t g = group[s->unit[k]];
    double ratio = s->y[k] / of->mean[g];
    if (s->y[k] > 0) of->theil_t[g] += s->p[k] * (ratio * log(ratio));
  }
  for (int g = 0; g < of->groups; g++)
    of->theil_t[g] = of->mean[g] > 0 ? of->theil_t[g] / of->share[g] : NAN;
}

/* ---- each two ------------------------------------------------------------------------------ */

/* a: [j][h]; b and c: zero beforehand. Vectors run over h. */
SW_HOT static void walk(int64_t n, int groups, const double *restrict y, const double *restrict p,
                        const int32_t *restrict order, const int32_t *restrict unit,
                        const int32_t *restrict group, double *restrict c, double *restrict b,
                        double *restrict a) {
  for (int64_t k = 0; k < n; k++) {
    int32_t j = group[unit[order[k]]];
    /* The first unit has no step, as c is 0 for all groups then. */
    double step = k ? y[k] - y[k - 1] : 0, weight = p[k];
    double *restrict row = a + (int64_t)j * groups;
    for (int h = 0; h < groups; h++) {
      b[h] += c[h] * step;
      row[h] += weight * b[h];
    }
    c[j] += weight;
  }
}

/* Means and Theil T of groups, then the Gini coefficients within and between them by the walk. */
void sw_dagum_compute(const sw_sample *s, const int32_t *group, const sw_dagum *of,
                      double *scratch) {
  int groups = of->groups;
  add_means(s, group, of, scratch);
  add_theil(s, group, of);
  /* b and c share the scratch of `least`, which is no longer needed. */
  for (int h = 0; h < 2 * groups; h++)
    scratch[h] = 0;
  for (int64_t k = 0; k < (int64_t)groups * groups; k++)
    of->excess[k] = 0;
  walk(s->n, groups, s->y_up, s->p_up, s->order, s->unit, group, scratch, scratch + groups,
       of->excess);
  for (int g = 0; g < groups; g++)
    of->gini[g] = sw_dagum_between(of, g, g);
}

/* A_jj has each two units of j once, of different groups A_jh and A_hj have them. A_jh + A_hj is
 * sum p_k p_l |y_k - y_l| over both groups; divided by P_j P_h (mu_j + mu_h) it is Dagum's Gini
 * between j and h, and of j = h the Gini of a group. */
double sw_dagum_between(const sw_dagum *of, int j, int h) {
  double sum = of->excess[(int64_t)j * of->groups + h] + of->excess[(int64_t)h * of->groups + j];
  /* Without units: 0 over NaN; zero throughout: 0 over 0. */
  return sum / (of->share[j] * of->share[h] * (of->mean[j] + of->mean[h]));
}

/* Relative economic affluence: |d - p|/(d + p) (Dagum 1980), 1 where groups do not overlap and 0
 * where they are alike. */
double sw_dagum_apart(const sw_dagum *of, int j, int h) {
  double over = of->excess[(int64_t)j * of->groups + h];
  double under = of->excess[(int64_t)h * of->groups + j];
  if (of->count[j] == 0 || of->count[h] == 0) return NAN;
  return over + under > 0 ? fabs(over - under) / (over + under) : 0;
}

/* See jenks.h. With c(i, j) the sum of squares of the different values i .. j about their mean,
 *
 *   best(q, j) = min_i best(q - 1, i - 1) + c(i, j)
 *
 * c is a difference of running sums about the mean of all, in long double: a double would lose the
 * squares of a narrow class far from the mean.
 *
 * Best breaks by dynamic programming, with divide and conquer over j: the beginning of the last
 * class does not decrease with j, so a row of the table costs m log m and all of it k m log m
 * (Fisher 1958 has the recursion). Called for classes of values; the workspace is k m numbers for
 * the way back. */
#include "kernel/classes/jenks.h"

/* counts make means of classes; equal values are one entry, as no break can fall between them. */
#include <stdbool.h>

/* Running sums over the values before one: counts, values, squares. */
typedef struct sums {
  long double value, square;
  int64_t count;
} sums;

/* m different values; 1/count, as dividing would take most of the time; best sums of one class less
 * and of this one; where the last class begins, begin[q * m + j]. */
typedef struct table {
  int64_t m;
  sums *sum;                            /* m + 1 */
  long double *inverse, *before, *best; /* n + 1, m, m */
  double *value;
  int32_t *begin;
} table;

size_t sw_jenks_workspace(int64_t n, int k) {
  size_t m = (size_t)n;
  return (m + 1) * sizeof(sums) + (3 * m + 1) * sizeof(long double) + m * sizeof(double) +
         (size_t)k * m * sizeof(int32_t);
}

/* Values less their mean, in long double (64 bits of mantissa on x86). */
static table make_table(const double *sorted, int64_t n, void *workspace) {
  table t = {.sum = workspace};
  double mean = 0;
  t.inverse = (long double *)(t.sum + n + 1);
  t.before = t.inverse + n + 1;
  t.best = t.before + n;
  t.value = (double *)(t.best + n);
  t.begin = (int32_t *)(t.value + n);
  for (int64_t i = 0; i < n; i++)
    mean += sorted[i] / (double)n;
  for (int64_t c = 1; c <= n; c++)
    t.inverse[c] = 1 / (long double)c;
  t.sum[0] = (sums){0, 0, 0};
  for (int64_t i = 0; i < n; i++) {
    /* Equal values are one entry, as no class may end between them. */
    bool next = i == 0 || sorted[i] != sorted[i - 1];
    if (next) {
      t.value[t.m++] = sorted[i];
      t.sum[t.m] = t.sum[t.m - 1];
    }
    long double x = (long double)sorted[i] - mean;
    t.sum[t.m].count += 1;
    t.sum[t.m].value += x;
    t.sum[t.m].square += x * x;
  }
  return t;
}

/* Of values i .. j; rounding may leave less than nothing. sum x^2 - (sum x)^2/count. */
static long double squares(const table *t, int64_t i, int64_t j) {
  const sums *from = &t->sum[i], *to = &t->sum[j + 1];
  long double value = to->value - from->value;
  long double rest =
      to->square - from->square - value * value * t->inverse[to->count - from->count];
  return rest > 0 ? rest : 0;
}

/* best[j] of q + 1 classes for j in [lo, hi], whose last class begins in [from, to]. Recursion of
 * depth log m. The range [from, to] narrows on both sides: which is what monotone beginnings
 * allow. */
static void fill(table *t, int q, int64_t lo, int64_t hi, int64_t from, int64_t to) {
  if (lo > hi) return;
  int64_t j = lo + (hi - lo) / 2, last = to < j ? to : j, at = -1;
  for (int64_t i = from > q ? from : q; i <= last; i++) {
    long double whole = t->before[i - 1] + squares(t, i, j);
    /* Of equal sums the first beginning is kept, so that the result is unique. */
    if (at >= 0 && !(whole < t->best[j])) continue;
    t->best[j] = whole;
    at = i;
  }
  t->begin[q * t->m + j] = (int32_t)at;
  fill(t, q, lo, j - 1, from, at);
  fill(t, q, j + 1, hi, at, to);
}

/* From the last class down: each ends before the one after it begins. The break is the largest
 * value of the class below it, as classes are closed on the right. */
static void read_breaks(const table *t, int k, double *breaks) {
  int64_t end = t->m - 1;
  for (int q = k - 1; q > 0; q--) {
    end = t->begin[q * t->m + end] - 1;
    breaks[q - 1] = t->value[end];
  }
}

/* Natural breaks: the table row by row, one class more each time. */
void sw_jenks_breaks(const double *sorted, int64_t n, int k, void *workspace, double *breaks) {
  table t = make_table(sorted, n, workspace);
  /* Each value has a class of its own then; further breaks repeat the last value and make empty
   * classes. */
  if (t.m <= k) {
    for (int c = 0; c < k - 1; c++)
      breaks[c] = t.value[c < t.m ? c : t.m - 1];
    return;
  }
  for (int64_t j = 0; j < t.m; j++)
    t.best[j] = squares(&t, 0, j);
  for (int q = 1; q < k; q++) {
    long double *swap = t.before;
    t.before = t.best;
    t.best = swap;
    /* q + 1 classes need as many values. */
    fill(&t, q, q, t.m - 1, q, t.m - 1);
  }
  read_breaks(&t, k, breaks);
}

/* Sorting, and ranks in sorted values. Bottom-up merge sorts: insertion within short runs, then
 * merges of doubling width, back and forth between the array and its scratch.
 *
 * Not qsort: it may allocate, promises no order of equal keys, and calls a function for each
 * comparison. A tile may not allocate, and equal values must stay in the order of their units,
 * or the sums over them would have other bits under another library. n log n, at most one copy
 * at the end. */
#include "kernel/series/stats.h"

#include <string.h>

/* Items of a run that is sorted by insertion, which is faster than merging at this length. */
enum { RUN = 16 };

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* Sorts order[lo .. hi) by insertion. `>` and not `>=`: equal keys do not pass each other. */
static void insert_indices(const double *key, int32_t *order, int64_t lo, int64_t hi) {
  for (int64_t i = lo + 1; i < hi; i++) {
    int32_t moving = order[i];
    int64_t at = i;
    for (; at > lo && key[order[at - 1]] > key[moving]; at--)
      order[at] = order[at - 1];
    order[at] = moving;
  }
}

/* Merges from[lo .. middle) and from[middle .. hi), both sorted, into the same places of `to`.
 * Of equal keys the left one goes first. */
static void merge_indices(const double *key, const int32_t *from, int32_t *to, int64_t lo,
                          int64_t middle, int64_t hi) {
  int64_t left = lo, right = middle;
  for (int64_t at = lo; at < hi; at++) {
    bool take_left = left < middle && (right >= hi || key[from[left]] <= key[from[right]]);
    to[at] = take_left ? from[left++] : from[right++];
  }
}

/* For sums by ascending value, where the order of equal values matters. */
void sw_stats_sort_index(const double *key, int64_t n, int32_t *order, int32_t *scratch) {
  for (int64_t lo = 0; lo < n; lo += RUN)
    insert_indices(key, order, lo, least(lo + RUN, n));
  int32_t *from = order, *to = scratch;
  for (int64_t width = RUN; width < n; width *= 2) {
    for (int64_t lo = 0; lo < n; lo += 2 * width)
      merge_indices(key, from, to, lo, least(lo + width, n), least(lo + 2 * width, n));
    int32_t *swap = from;
    from = to;
    to = swap;
  }
  /* After an odd number of merges the result lies in the scratch. */
  if (from != order) memcpy(order, from, (size_t)n * sizeof *order);
}

/* The same for the values themselves, without the detour by indices: for ranks, where equal
 * values need not be told apart. */
static void insert_values(double *x, int64_t lo, int64_t hi) {
  for (int64_t i = lo + 1; i < hi; i++) {
    double moving = x[i];
    int64_t at = i;
    for (; at > lo && x[at - 1] > moving; at--)
      x[at] = x[at - 1];
    x[at] = moving;
  }
}

/* Stable: equal values keep their order. */
static void merge_values(const double *from, double *to, int64_t lo, int64_t middle, int64_t hi) {
  int64_t left = lo, right = middle;
  for (int64_t at = lo; at < hi; at++) {
    bool take_left = left < middle && (right >= hi || from[left] <= from[right]);
    to[at] = take_left ? from[left++] : from[right++];
  }
}

/* The callers have taken NaN out, which would break the order of a merge. */
void sw_stats_sort_values(double *x, int64_t n, double *scratch) {
  for (int64_t lo = 0; lo < n; lo += RUN)
    insert_values(x, lo, least(lo + RUN, n));
  double *from = x, *to = scratch;
  for (int64_t width = RUN; width < n; width *= 2) {
    for (int64_t lo = 0; lo < n; lo += 2 * width)
      merge_values(from, to, lo, least(lo + width, n), least(lo + 2 * width, n));
    double *swap = from;
    from = to;
    to = swap;
  }
  if (from != x) memcpy(x, from, (size_t)n * sizeof *x);
}

/* How many values are below x (`inclusive`: at or below), by bisection. A search by bisection and
 * not by an index: the caller has the value and not its place. */
static int64_t count_below(const double *sorted, int64_t n, double x, bool inclusive) {
  int64_t lo = 0, hi = n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    bool below = inclusive ? sorted[middle] <= x : sorted[middle] < x;
    if (below)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo;
}

/* The equal ones have ranks below + 1 .. upto; their mean is exact in a double. */
double sw_stats_average_rank(const double *sorted, int64_t n, double x) {
  int64_t below = count_below(sorted, n, x, false), upto = count_below(sorted, n, x, true);
  return 0.5 * (double)(below + 1 + upto);
}

double sw_stats_deviation(const double *x, int64_t n) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  for (int64_t i = 0; i < n; i++)
    squares += (x[i] - sum / (double)n) * (x[i] - sum / (double)n);
  return sqrt(squares / (double)(n - 1));
}

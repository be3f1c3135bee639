/* Reduced costs of all observations under the prices of a program: what a program spends most of
 * its time on, as it has few rows and as many columns as there are observations. Each number
 * depends on its own observation alone, so that instruction sets agree on it. */
#include "kernel/frontier/frontier.h"

#include "kernel/hot.h"

enum { LANES = 8 };
typedef double eight __attribute__((vector_size(64)));
typedef double eight_anywhere __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t eight_flags __attribute__((vector_size(64)));

/* The last few. */
SW_INLINE bool sum_one(int variables, const double *const *row, int64_t at, const double *price,
                       const double *scale, double constant, double least, double *cost,
                       double *size) {
  *cost = constant;
  *size = 0;
  for (int v = 0; v < variables; v++) {
    *cost += price[v] * row[v][at];
    *size += scale[v] * row[v][at];
  }
  return *cost < least * *size;
}

/* Eight observations side by side, variables one after the other: all sums stay in registers. A
 * missing value makes NaN, which is below nothing. */
SW_HOT bool sw_frontier_reduced(int variables, const double *const *row, int64_t lo, int count,
                                const double *price, const double *scale, double constant,
                                double least, double *cost, double *size) {
  eight_flags below = {0};
  bool last = false;
  int j = 0;
  for (; j + LANES <= count; j += LANES) {
    eight c = constant - (eight){0}, s = {0};
    for (int v = 0; v < variables; v++) {
      eight z = *(const eight_anywhere *)(row[v] + lo + j);
      c += price[v] * z;
      s += scale[v] * z;
    }
    *(eight_anywhere *)(cost + j) = c;
    *(eight_anywhere *)(size + j) = s;
    below |= c < least * s;
  }
  for (; j < count; j++)
    last |= sum_one(variables, row, lo + j, price, scale, constant, least, cost + j, size + j);
  for (int l = 0; l < LANES; l++)
    last |= below[l] != 0;
  return last;
}

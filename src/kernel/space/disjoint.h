/* Disjoint sets of numbers from 0, as a forest: parent[k] leads to the one that stands for k's set,
 * which is its least member, so the order of joins does not matter. At first parent[k] = k. */
#ifndef SW_KERNEL_SPACE_DISJOINT_H
#define SW_KERNEL_SPACE_DISJOINT_H

#include <stdint.h>

/* Shortens the way as it goes: nearly O(1) each. */
static inline int32_t sw_disjoint_root(int32_t *parent, int32_t k) {
  for (; parent[k] != k; k = parent[k])
    parent[k] = parent[parent[k]];
  return k;
}

static inline void sw_disjoint_join(int32_t *parent, int32_t a, int32_t b) {
  a = sw_disjoint_root(parent, a), b = sw_disjoint_root(parent, b);
  if (a < b)
    parent[b] = a;
  else
    parent[a] = b;
}

#endif

/* Values of a row by ring of distance; see rings.h. Nearly all pairs of a row lie beyond the last
 * limit, so that sum stays in a register; what is nearer is looked for eight pairs at a time. */
#include "kernel/rings/rings.h"

enum { EIGHT = 8 }; /* lanes, as of all sums over pairs (kernel/pairs/lanes.h) */

#define SW_VEC_FILE "kernel/rings/rings_set.h"
#include "kernel/vec_each.h"

static int64_t (*const add_eights[])(const sw_ring_limits *rings, int64_t count, const double *key,
                                     const double *v,
                                     const sw_ring_lanes *to) = SW_SETS(add_eights);

/* Linear, as rings are few; keys above the last limit belong to the last ring. */
static int ring_of(const sw_ring_limits *rings, double key) {
  int ring = 0;
  while (ring < rings->n - 1 && key > rings->most[ring])
    ring++;
  return ring;
}

/* What is left after whole eights. + 0.0 turns -0 into 0, as a sum that begins with 0 would. */
void sw_rings_add(const sw_ring_limits *rings, int64_t count, const double *key, const double *v,
                  const sw_ring_lanes *to) {
  for (int64_t j = add_eights[sw_set()](rings, count, key, v, to); j < count; j++) {
    if (v[j] != v[j] || key[j] != key[j]) continue;
    int ring = ring_of(rings, key[j]);
    to->row[ring * to->row_next + j % EIGHT] += v[j] + 0.0;
    if (to->column) to->column[ring * to->column_next + j] += v[j] + 0.0;
    to->count[ring]++;
  }
}

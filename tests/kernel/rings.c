/* Values of a row by ring of distance against one by one, in every instruction set. */
#include "kernel/rings/rings.h"

#include "kernel/pairs/lanes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 100, RINGS = 4 };

static const double most[] = {1, 4, 9};
static const sw_ring_limits rings = {RINGS, most};

typedef struct sums {
  double row[RINGS][SW_LANES], column[RINGS][N], count[RINGS];
} sums;

static sw_ring_lanes begin(sums *s, bool columns) {
  sw_lanes_begin(s->row[0], RINGS * SW_LANES);
  sw_lanes_begin(s->column[0], RINGS * N);
  memset(s->count, 0, sizeof s->count);
  return (sw_ring_lanes){s->row[0], columns ? s->column[0] : NULL, SW_LANES, N, s->count};
}

/* A limit belongs to its ring. */
static int ring_of(double key) {
  return key <= 1 ? 0 : key <= 4 ? 1 : key <= 9 ? 2 : 3;
}

static void expect(int64_t count, bool columns, const double *key, const double *v) {
  sums got, want;
  sw_ring_lanes to = begin(&got, columns);
  begin(&want, columns);
  sw_rings_add(&rings, count, key, v, &to);
  for (int64_t j = 0; j < count; j++) {
    if (isnan(key[j]) || isnan(v[j])) continue;
    int ring = ring_of(key[j]);
    want.row[ring][j % SW_LANES] += v[j] + 0.0;
    if (columns) want.column[ring][j] += v[j] + 0.0;
    want.count[ring]++;
  }
  cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "%d values", (int)count);
}

Test(rings, each_set) {
  static const double odd[] = {NAN, -0.0, 0.0, 1, 4, 9, -INFINITY, INFINITY};
  double key[N], v[N];
  srand(3);
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    for (int64_t count = 0; count <= N; count++) {
      for (int64_t j = 0; j < count; j++) {
        key[j] = rand() % 3 ? rand() % 2000 / 100.0 : odd[rand() % 8];
        v[j] = rand() % 5 ? rand() % 1000 / 7.0 - 60 : odd[rand() % 3];
      }
      expect(count, true, key, v);
      expect(count, false, key, v);
    }
  }
}

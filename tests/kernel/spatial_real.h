/* Real samples for tests of estimators of spatial models, on spatial_data.h: data with a pair of
 * filters, and where it is asked for a ridge. */
#ifndef TESTS_KERNEL_SPATIAL_REAL_H
#define TESTS_KERNEL_SPATIAL_REAL_H

#include "kernel/spatial_data.h"

typedef struct real_space {
  spatial_set set;
  sw_spatial_data data;
} real_space;

static inline void *real_memory(size_t bytes) {
  return aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
}

static inline real_space *real_space_of(spatial_set set) {
  real_space *s = calloc(1, sizeof *s);
  if (set.n == 0) cr_skip("skipped: shared data is not here");
  s->set = set;
  for (int j = 0; j < set.k; j++)
    s->set.column[j] = set.x[j];
  s->data = spatial_data(&s->set);
  return s;
}

/* `edges`: a list of links by POLYID; y, x1, x2: columns. */
static inline real_space *real_columbus(const char *edges, const char *y, const char *x1,
                                        const char *x2) {
  spatial_set set = {.periods = 1, .k = 2};
  real_table *table = real_open("columbus49.csv");
  if (!table) return real_space_of(set);
  real_sample sample = real_sample_of(table, "POLYID");
  set.links = spatial_edges(edges, &sample, true);
  if (!set.links) return real_space_of(set);
  set.n = sample.n;
  set.y = real_column(table, &sample, y);
  set.x[0] = real_column(table, &sample, x1);
  set.x[1] = real_column(table, &sample, x2);
  spatial_filters(&set);
  return real_space_of(set);
}

static inline real_space *real_produc(void) {
  return real_space_of(spatial_produc());
}

/* 3,107 counties in levels, four of them without neighbours. */
static inline real_space *real_elect80(void) {
  return real_space_of(spatial_elect80(false));
}

static inline void real_ridge(real_space *s) {
  sw_error err = {0};
  sw_ridge_plan *plan;
  cr_assert_eq(sw_ridge_plan_create(&err, s->set.links, &plan), SW_OK, "%s", err.text);
  s->data.ridge = sw_ridge_at(plan, s->set.links, real_memory(sw_ridge_workspace(plan)));
}

static inline sw_spatial_fit real_fit(const sw_spatial_spec *spec, const real_space *s) {
  sw_spatial_fit fit;
  size_t bytes = sw_spatial_workspace(spec, s->data.n, s->data.periods, s->data.k);
  sw_spatial_wrong wrong = sw_spatial_estimate(spec, &s->data, real_memory(bytes), &fit);
  cr_assert_eq(wrong.code, SW_SPATIAL_FITTED, "%d %d", wrong.code, wrong.index);
  return fit;
}

#endif

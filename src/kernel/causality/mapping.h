/* Cross mapping: predictions of series out of one table of neighbours, and how well they do.
 *
 *   p(t) = sum_c weight_c x(near_c),   skill: Pearson's r of p(t) and x(t) over the points
 *
 * One table serves any series. Sixteen of them lie side by side in a panel, so that what is read
 * at a neighbour is whole registers. The bits of a series' skill depend on the table and on the
 * series alone: sums run in the order of points. */
#ifndef SW_KERNEL_CAUSALITY_MAPPING_H
#define SW_KERNEL_CAUSALITY_MAPPING_H

#include <stddef.h>
#include <stdint.h>

/* Series of a panel; panels that are best mapped together; points of a skill. */
enum { SW_MAPPING_LANES = 16, SW_MAPPING_TOGETHER = 2, SW_MAPPING_LEAST = 3 };
/* Neighbours of a point from which on each fetches a line, and with fewer every other. */
enum { SW_MAPPING_FETCHES = 6 };

/* Periods are given as places in a panel: period times SW_MAPPING_LANES. */
typedef struct sw_mapping {
  int points, k;  /* neighbours of a point */
  int32_t *at;    /* of each point what is predicted */
  int32_t *near;  /* [point * k + c], nearest first */
  double *weight; /* likewise */
} sw_mapping;

/* Of what points and neighbours there is room for; 64-byte aligned. */
size_t sw_mapping_bytes(int points, int k);
sw_mapping sw_mapping_place(void *memory, int points, int k);

/* Of the series of a panel, over the points of a table: what r needs of them. */
typedef struct sw_mapping_window {
  double mean[SW_MAPPING_LANES];
  double square[SW_MAPPING_LANES]; /* about the mean; NaN: left to sw_mapping_skill */
} sw_mapping_window;

/* panel[period * SW_MAPPING_LANES + lane]; values should be about zero, as of series about their
 * mean. */
void sw_mapping_window_of(const sw_mapping *m, const double *panel, sw_mapping_window *window);
/* Panels that a table is to map, and r of their series, one panel after the other. `ahead`: lines
 * of memory that are read before long; sw_mapping_fetches of them are fetched meanwhile. */
typedef struct sw_mapping_target {
  const sw_mapping *m;
  int panels, n_ahead;
  const double *panel[SW_MAPPING_TOGETHER];
  const sw_mapping_window *window[SW_MAPPING_TOGETHER];
  double *r;
  const void *const *ahead;
} sw_mapping_target;

static inline int sw_mapping_fetches(const sw_mapping *m) {
  return m->k < SW_MAPPING_FETCHES ? (m->points + 1) / 2 : m->points;
}

/* `work`: numbers for two series. */
void sw_mapping_map(const sw_mapping_target *target, int count, double *work);

/* r of the series x[period * stride]. Points without a value, or that are predicted of a neighbour
 * without one, are left out; NaN of fewer than SW_MAPPING_LEAST, and where a side does not vary. */
double sw_mapping_skill(const sw_mapping *m, const double *x, int64_t stride, double *work);

#endif

/* Inside the search for the greatest likelihood: the interval of a filter, and ln|A| at the points
 * of a coarse grid over it, between which it is interpolated. */
#ifndef SW_KERNEL_SPATIAL_SEARCH_H
#define SW_KERNEL_SPATIAL_SEARCH_H

#include "kernel/spatial/model.h"

enum { SW_SEARCH_STEPS = 60 };

/* Of the interval: how near to its ends the search goes. */
#define SW_SEARCH_MARGIN 1e-9
/* A step of Newton's method so short that what it leaves, about its square, is nothing; and how
 * much any other step may leave. */
#define SW_SEARCH_SETTLED 1e-7
#define SW_SEARCH_STILL 1e-13

typedef struct sw_search_span {
  double lo, hi;
} sw_search_span;

sw_search_span sw_search_span_of(const sw_filter *w);

/* The table of the filter's matrix, filled when it is first asked for. */
const sw_spatial_table *sw_search_table(sw_spatial_model *model, sw_filter *w);
/* The j-th of `count` points of a grid, closer to each other near the ends (Chebyshev's). */
double sw_search_point(sw_search_span s, int j, int count);
/* The first of the points about x by which ln|A| is interpolated. */
int sw_search_near(const sw_spatial_table *table, double x);
/* ln|A| by the polynomial through these points. */
double sw_search_interpolate(const sw_spatial_table *table, int first, double x);

sw_spatial_peak sw_search_both(sw_spatial_model *model, sw_spatial_curve *curve);

#endif

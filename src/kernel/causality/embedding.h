/* A series embedded in its own past, and the nearest neighbours of each of its points, of which
 * other series are predicted (simplex projection; Sugihara and May 1990, Sugihara et al. 2012):
 *
 *   v(t) = (x(t), x(t - lag), .., E terms);   of t the E + 1 nearest other points, ties by time;
 *   w = max(exp(-d/d_1), 1e-6), normalised;   where d_1 is 0: 1 at distance 0, else 1e-6
 *
 * What is predicted of the point t is a value at t + horizon, out of those at s + horizon of its
 * neighbours s. All of that lies on one stretch of periods without a break or a hole. */
#ifndef SW_KERNEL_CAUSALITY_EMBEDDING_H
#define SW_KERNEL_CAUSALITY_EMBEDDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/causality/mapping.h"

enum { SW_MOST_DIMENSION = 20 };

typedef struct sw_embedding {
  const double *v; /* by period; missing NaN. NULL: nothing is missing (of depths alone) */
  const int *run;  /* by period: the steps without a break or a hole that lead to it; -1: the series
                      has no value there */
  int length;      /* periods */
  int lag;
} sw_embedding;

/* Of each period the greatest dimension up to `most` in which it is a point, 0: in none. `ahead`:
 * its own series must have a value at t + horizon, too. */
void sw_embedding_depth(const sw_embedding *e, int horizon, int most, bool ahead, int *depth);

/* Tables of the dimensions first .. last, out[0 .. last - first], with room for e->length points.
 * `library`: by period whether a point may be a neighbour; NULL: all may. A table has no points
 * where fewer than E + 2 may. The bits depend on the series alone. */
void sw_embedding_map(const sw_embedding *e, int first, int last, int horizon, bool ahead,
                      const uint8_t *library, sw_mapping *out, void *workspace);
/* `dimensions`: tables of a call. */
size_t sw_embedding_workspace(int length, int dimensions);

/* The dimension in 1 .. most in which the series forecasts itself best, a step ahead, each point
 * left out of its own forecast; the first of those as good as the best; 0: in none is there a
 * forecast that varies. `table`: room for the tables of 1 .. most; `work`: 2 length numbers. */
int sw_embedding_dimension(const sw_embedding *e, int most, sw_mapping *table, double *work,
                           void *workspace);

#endif

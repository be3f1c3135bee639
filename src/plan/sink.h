/* Where stored pair results go while they are computed. `store` implements it on the results
 * file, sw_sink_memory keeps them for tests. One thread a rank calls it; calls are not
 * collective: each writes what this rank has computed. */
#ifndef SW_PLAN_SINK_H
#define SW_PLAN_SINK_H

#include "spillway/status.h"

typedef struct sw_sink sw_sink;
struct sw_sink {
  void *self;
  /* Rectangle rows [i0, i1) x columns [j0, j1) of the matrix of `quantity` in the job's period
   * t; `data` row-major without gaps, float or double as the study's precision says. */
  sw_status (*rect)(sw_sink *, sw_error *, int job, int quantity, int t, int64_t i0, int64_t i1,
                    int64_t j0, int64_t j1, const void *data);
  /* Rows [i0, i1) of a `top` result: partner[(i - i0) * k + r], -1 beyond the last; value[q] the
   * same shape, double, NaN beyond the last. */
  sw_status (*top)(sw_sink *, sw_error *, int job, int t, int64_t i0, int64_t i1, int64_t k,
                   const int32_t *partner, const double *const *value);
  /* Entries [at, at + count) of an `above` or `links` result. */
  sw_status (*entries)(sw_sink *, sw_error *, int job, int64_t at, int64_t count,
                       const int32_t *partner, const double *const *value);
};

#endif

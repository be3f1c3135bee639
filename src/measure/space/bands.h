/* Bands of distance: for each the units that lie within it of a unit, as weights whose rows sum to
 * 1. Made once per node from coordinates or given distances (sw_job_resource).
 *
 * A band is beyond its lower limit and up to its upper one; units at one place are of the first. */
#ifndef SW_MEASURE_SPACE_BANDS_H
#define SW_MEASURE_SPACE_BANDS_H

#include "spillway/measure.h"

enum { SW_BANDS_MOST = 64 };

typedef struct sw_bands {
  int n;
  const double *limit; /* upper limits, ascending */
  const char *units;   /* "km", or "1" of given distances */
  int resource;        /* of the job */
} sw_bands;

/* In `resolve`: the limits that `param` lists; none: n is 0. Distances are those of the parameter
 * `distance` and, where that is left out, great circles. Requests the resource and declares the
 * axis `distance`. */
sw_status sw_bands_resolve(sw_error *err, sw_job *job, const char *param, const char *distance,
                           sw_bands *bands);
/* Once the resource is made: the weights of a band. */
sw_links sw_bands_links(const sw_job *job, const sw_bands *bands, int band);

#endif

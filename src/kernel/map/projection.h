/* From longitude and latitude to a plane, by an equal-area projection that suits the extent of a
 * map (PROJ, on the WGS84 ellipsoid): equal areas, as maps compare regions by their colour. */
#ifndef SW_KERNEL_MAP_PROJECTION_H
#define SW_KERNEL_MAP_PROJECTION_H

#include "spillway/status.h"

typedef enum sw_projection_kind {
  SW_PROJECTION_NONE,        /* the map's own plane */
  SW_PROJECTION_ALBERS,      /* a cone: middle latitudes */
  SW_PROJECTION_LAMBERT,     /* azimuthal: high latitudes, and what is tall across the equator */
  SW_PROJECTION_CYLINDRICAL, /* near the equator */
  SW_PROJECTION_EQUAL_EARTH  /* the world */
} sw_projection_kind;

typedef struct sw_projection {
  sw_projection_kind kind;
  double lon_0, lat_0; /* the middle; lat_0 of Albers and Lambert */
  double lat_1, lat_2; /* standard parallels: of Albers both, of the cylinder lat_1 */
  bool round;          /* longitudes have no gap to cut at: they are taken as they are */
} sw_projection;

/* What longitudes a map has, as it is met: by half degrees. */
typedef struct sw_extent {
  bool has[720];
  double south, north, west, east; /* of what was added; west and east as the numbers are */
} sw_extent;

void sw_extent_begin(sw_extent *extent);
/* A border between two places, the short way; of a place alone both are the same. */
void sw_extent_add(sw_extent *extent, double lon0, double lat0, double lon1, double lat1);
/* The projection of an extent that has something: by its latitudes, its middle opposite to the
 * middle of the longest stretch without longitudes. Standard parallels at 1/6 and 5/6. */
sw_projection sw_projection_choose(const sw_extent *extent);

/* Places to metres, in place. One that the projection has no place for, or is not finite, is NaN.
 * SW_PROJECTION_NONE leaves all as they are. */
sw_status sw_projection_apply(sw_error *err, const sw_projection *projection, int64_t n, double *x,
                              double *y);

#endif

/* Where masses lie: their centre of gravity on the sphere and how it moves, and the standard
 * deviational ellipse around it (methods-regions.md section 16). */
#ifndef SW_KERNEL_SPACE_ELLIPSE_H
#define SW_KERNEL_SPACE_ELLIPSE_H

#include <stdint.h>

/* n places: unit vectors of the sphere, the same in degrees, and masses above zero. */
typedef struct sw_places {
  int64_t n;
  double *x, *y, *z, *lon, *lat, *mass;
} sw_places;

/* ---- the centre of gravity ---------------------------------------------------------------- */

typedef struct sw_centre {
  double x, y, z; /* unit vector; NaN where masses lie opposite to each other, or there are none */
  double lon, lat;
  double planar_lon, planar_lat; /* means of degrees as numbers, as papers print */
  double mass;                   /* the sum */
} sw_centre;

sw_centre sw_centre_of(const sw_places *places);
/* From one centre to another by great circle: km, and the bearing at the start, degrees clockwise
 * from north in [0, 360). NaN where either is not defined; the bearing also of no move at all. */
void sw_centre_move(const sw_centre *from, const sw_centre *to, double *km, double *bearing);
/* Lambert's azimuthal equal-area projection around the centre: km to the east and to the north. */
void sw_centre_project(const sw_centre *centre, const sw_places *places, double *east,
                       double *north);

/* ---- the ellipse -------------------------------------------------------------------------- */

/* What the axes are multiplied by: 1; sqrt 2; sqrt(2 M/(M - 2)), M the sum of masses. */
typedef enum sw_ellipse_form {
  SW_ELLIPSE_YUILL,
  SW_ELLIPSE_ARCGIS,
  SW_ELLIPSE_CRIMESTAT
} sw_ellipse_form;

typedef struct sw_ellipse {
  double major, minor; /* half axes */
  double angle;        /* of the long one, degrees clockwise from y in [0, 180); equal axes: NaN */
  double area;
  double inside; /* the share of mass within; NaN where the ellipse has no inside */
} sw_ellipse;

/* Of points in a plane, about their weighted mean; masses are above zero, and `mass` their sum. Of
 * fewer than three points all is NaN. Axes below `same` are zero, as rounding makes such ones. */
sw_ellipse sw_ellipse_of(int64_t n, const double *x, const double *y, const double *mass,
                         sw_ellipse_form form, double same);

#endif

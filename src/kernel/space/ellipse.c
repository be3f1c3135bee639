/* See ellipse.h. Sums run in the order of the places, to twice the digits of a double: the step of
 * a centre from year to year is a small difference of large sums, and must not depend on the order.
 *
 * Sources: Lefever 1926; Yuill 1971, Geografiska Annaler B 53:28-39 (the ellipse); Snyder 1987
 * (Lambert's projection).
 *
 * Called by measure/global/spatial_distribution.c for each period and variable; O(n). */
#include "kernel/space/ellipse.h"

#include <math.h>

#include "kernel/series/sums.h"
#include "kernel/space/arc.h"
#include "kernel/space/sphere.h"

enum { LEAST = 3 }; /* points of an ellipse */

static const double degrees = 180.0 / M_PI;

/* ---- the centre of gravity ---------------------------------------------------------------- */

/* Sums of the products of mass and coordinate; without a value the masses themselves. */
static double weighted_sum(const sw_places *p, const double *value) {
  sw_sum sum = {0};
  for (int64_t i = 0; i < p->n; i++)
    sw_sum_add(&sum, value ? p->mass[i] * value[i] : p->mass[i]);
  return sw_sum_value(sum);
}

/* The spherical mean and, beside it, the planar one in degrees, which papers report. n and mass may
 * be 0: 0/0 is NaN. */
sw_centre sw_centre_of(const sw_places *p) {
  sw_sphere_sum sum = {weighted_sum(p, p->x), weighted_sum(p, p->y), weighted_sum(p, p->z),
                       weighted_sum(p, NULL)};
  double length = hypot(hypot(sum.x, sum.y), sum.z);
  sw_centre c = {.mass = sum.weight};
  /* There is none also where there is no mass. */
  bool found = sw_sphere_mean(&sum, &c.lon, &c.lat);
  c.x = found ? sum.x / length : NAN;
  c.y = found ? sum.y / length : NAN;
  c.z = found ? sum.z / length : NAN;
  c.planar_lon = weighted_sum(p, p->lon) / sum.weight;
  c.planar_lat = weighted_sum(p, p->lat) / sum.weight;
  return c;
}

/* Unit vectors to the east and to the north of a centre; at a pole those of longitude 0. east x
 * north is the direction of the centre. */
typedef struct compass {
  double east[3], north[3];
} compass;

static compass compass_at(const sw_centre *c) {
  double across = hypot(c->x, c->y);
  double cosine = across > 0 ? c->x / across : 1, sine = across > 0 ? c->y / across : 0;
  return (compass){{-sine, cosine, 0}, {-c->z * cosine, -c->z * sine, across}};
}

static double along(const double direction[3], double x, double y, double z) {
  return direction[0] * x + direction[1] * y + direction[2] * z;
}

/* By the arc tangent, which is right for any distance. Centres that are apart by no more than the
 * rounding of their directions have not moved. Bearing from north over east, in [0, 360). */
void sw_centre_move(const sw_centre *from, const sw_centre *to, double *km, double *bearing) {
  compass at = compass_at(from);
  double east = along(at.east, to->x, to->y, to->z), north = along(at.north, to->x, to->y, to->z);
  double up = from->x * to->x + from->y * to->y + from->z * to->z, across = hypot(east, north);
  /* Two directions, each rounded, differ by less than 2^-51 by chance. */
  if (up > 0 && across < 0x1p-51) across = 0;
  *km = SW_EARTH_KM * atan2(across, up);
  *bearing = across > 0 ? atan2(east, north) * degrees : NAN;
  if (*bearing < 0) *bearing += 360;
  if (*bearing >= 360) *bearing = 0;
}

/* k = sqrt(2/(1 + cos c)), c the arc from the centre: on the sphere 1 + cos c is half the square of
 * the sum of both vectors. The place opposite has no image. Lambert's azimuthal equal-area
 * projection about the centre (Snyder 1987): areas are true, so the area of the ellipse is. */
void sw_centre_project(const sw_centre *c, const sw_places *p, double *east, double *north) {
  compass at = compass_at(c);
  for (int64_t i = 0; i < p->n; i++) {
    double up = c->x * p->x[i] + c->y * p->y[i] + c->z * p->z[i];
    double k = SW_EARTH_KM * sqrt(2 / (1 + up));
    east[i] = k * along(at.east, p->x[i], p->y[i], p->z[i]);
    north[i] = k * along(at.north, p->x[i], p->y[i], p->z[i]);
  }
}

/* ---- the ellipse -------------------------------------------------------------------------- */

/* Of shares of mass p: means, and sums of p dd', d the deviation from them. */
typedef struct moments {
  double mass, x, y, xx, xy, yy;
} moments;

/* Moments of a mass in the plane: two passes, compensated, as coordinates may be large against
 * their spread. */
static moments moments_of(int64_t n, const double *x, const double *y, const double *mass) {
  sw_sum all = {0}, sx = {0}, sy = {0}, xx = {0}, xy = {0}, yy = {0};
  for (int64_t i = 0; i < n; i++)
    sw_sum_add(&all, mass[i]);
  moments m = {.mass = sw_sum_value(all)};
  for (int64_t i = 0; i < n; i++) {
    sw_sum_add(&sx, mass[i] / m.mass * x[i]);
    sw_sum_add(&sy, mass[i] / m.mass * y[i]);
  }
  m.x = sw_sum_value(sx);
  m.y = sw_sum_value(sy);
  for (int64_t i = 0; i < n; i++) {
    double p = mass[i] / m.mass, dx = x[i] - m.x, dy = y[i] - m.y;
    sw_sum_add(&xx, p * (dx * dx));
    sw_sum_add(&xy, p * (dx * dy));
    sw_sum_add(&yy, p * (dy * dy));
  }
  m.xx = sw_sum_value(xx);
  m.xy = sw_sum_value(xy);
  m.yy = sw_sum_value(yy);
  return m;
}

/* The covariance about the mean, of shares: it does not depend on the unit of mass. */
static double determinant(const moments *m) {
  return m->xx * m->yy - m->xy * m->xy;
}

/* The share of mass within the ellipse of squared half axes `great` and `small`, the long one at
 * `angle` from y. Points of a regular grid lie on its line; rounding puts none of them outside. */
static double share_inside(int64_t n, const double *x, const double *y, const double *mass,
                           const moments *m, double great, double small, double angle) {
  sw_sum inside = {0};
  double cosine = cos(angle), sine = sin(angle);
  for (int64_t i = 0; i < n; i++) {
    double dx = x[i] - m->x, dy = y[i] - m->y;
    double u = dx * sine + dy * cosine, v = dx * cosine - dy * sine;
    if (u * u / great + v * v / small <= 1 + 0x1p-40) sw_sum_add(&inside, mass[i] / m->mass);
  }
  return sw_sum_value(inside);
}

/* Yuill's ellipse has the standard deviations as half axes; ArcGIS uses sqrt 2 times these; the
 * third form corrects for degrees of freedom, n/(n - 2), and needs a mass above 2. */
static double factor_of(sw_ellipse_form form, double mass) {
  if (form == SW_ELLIPSE_YUILL) return 1;
  if (form == SW_ELLIPSE_ARCGIS) return 2;
  return mass > 2 ? 2 * (mass / (mass - 2)) : NAN;
}

/* Eigenvalues of the two by two matrix: the smaller one from the determinant, which cancels less.
 * Points on a line have a smaller one of some 2^-52 of the larger, by rounding: it is zero then. */
sw_ellipse sw_ellipse_of(int64_t n, const double *x, const double *y, const double *mass,
                         sw_ellipse_form form, double same) {
  sw_ellipse e = {NAN, NAN, NAN, NAN, NAN};
  if (n < LEAST) return e;
  moments m = moments_of(n, x, y, mass);
  double factor = factor_of(form, m.mass);
  double great = (m.xx + m.yy) / 2 + hypot((m.xx - m.yy) / 2, m.xy);
  double small = great > 0 ? determinant(&m) / great : 0;
  if (isnan(great) || isnan(factor)) return e;
  /* All places within `same` of each other are one place. */
  if (great <= same * same) great = 0;
  if (small <= great * 0x1p-46) small = 0;
  if (small > great) small = great;
  /* The angle of the long axis from y (north), clockwise. */
  double angle = atan2(2 * m.xy, m.yy - m.xx) / 2;
  e.major = sqrt(factor * great);
  e.minor = sqrt(factor * small);
  e.area = M_PI * e.major * e.minor;
  /* Of a circle no direction is the long one. */
  if (great - small > great * 1e-12) {
    e.angle = angle * degrees + (angle < 0 ? 180 : 0);
    if (e.angle >= 180) e.angle = 0;
  }
  if (small > 0) e.inside = share_inside(n, x, y, mass, &m, factor * great, factor * small, angle);
  return e;
}

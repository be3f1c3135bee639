/* Centres of gravity and ellipses: hand cases of CRAN's aspace (oracles/regions.md of the shared
 * data), turns of the plane and of the sphere, what is not defined. */
#include "kernel/space/ellipse.h"

#include <criterion/criterion.h>
#include <math.h>

#include "kernel/space/arc.h"
#include "kernel/space/sphere.h"

#define NEAR(a, b, tolerance)                                                                      \
  cr_expect(fabs((a) - (b)) <= (tolerance), "%.17g for %.17g", (double)(a), (double)(b))

static const double x7[] = {1, 2, 4, 7, 3, 9, 6}, y7[] = {2, 1, 5, 6, 9, 8, 3},
                    one[] = {1, 1, 1, 1, 1, 1, 1}, weight[] = {3, 1, 2, 5, 4, 2, 6};

/* ---- the plane ---------------------------------------------------------------------------- */

Test(ellipse, aspace) {
  sw_ellipse e = sw_ellipse_of(7, x7, y7, one, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.major, 3.380126676, 5e-10);
  NEAR(e.minor, 1.874438360, 5e-10);
  NEAR(e.angle, 42.335882609, 5e-10);
  NEAR(e.area, M_PI * e.major * e.minor, 1e-12);
  e = sw_ellipse_of(7, x7, y7, one, SW_ELLIPSE_CRIMESTAT, 1e-9);
  NEAR(e.major, 5.656033748, 5e-10);
  NEAR(e.minor, 3.136535296, 5e-10);
  e = sw_ellipse_of(7, x7, y7, weight, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.major, 2.819819771, 5e-10);
  NEAR(e.minor, 2.125423612, 5e-10);
  NEAR(e.angle, 37.339244963, 5e-10);
  e = sw_ellipse_of(7, x7, y7, weight, SW_ELLIPSE_CRIMESTAT, 1e-9);
  NEAR(e.major, 4.173405843, 5e-10);
  NEAR(e.minor, 3.145681654, 5e-10);
}

/* (+-2, 0), (0, +-1): variances 2 and 1/2 and no covariance. Of arcgis 2 and 1: all four points lie
 * on its line; of yuill sqrt 2 and sqrt 1/2: none is within. */
Test(ellipse, by_hand) {
  static const double x[] = {-2, 0, 0, 2}, y[] = {0, -1, 1, 0};
  sw_ellipse e = sw_ellipse_of(4, x, y, one, SW_ELLIPSE_ARCGIS, 1e-9);
  NEAR(e.major, 2, 1e-15);
  NEAR(e.minor, 1, 1e-15);
  NEAR(e.angle, 90, 1e-13);
  NEAR(e.inside, 1, 1e-15);
  NEAR(e.area, 2 * M_PI, 1e-14);
  e = sw_ellipse_of(4, x, y, one, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.major, sqrt(2), 1e-15);
  NEAR(e.inside, 0, 0);
  e = sw_ellipse_of(4, y, x, one, SW_ELLIPSE_ARCGIS, 1e-9);
  NEAR(e.angle, 0, 0);
}

/* The plane turned by a clockwise angle: so does the long axis; nothing else changes. */
Test(ellipse, turned_plane) {
  sw_ellipse e = sw_ellipse_of(7, x7, y7, weight, SW_ELLIPSE_ARCGIS, 1e-9);
  for (int degree = 0; degree < 360; degree += 7) {
    double x[7], y[7], a = degree * M_PI / 180;
    for (int i = 0; i < 7; i++) {
      x[i] = 100 + x7[i] * cos(a) + y7[i] * sin(a);
      y[i] = -50 - x7[i] * sin(a) + y7[i] * cos(a);
    }
    sw_ellipse turned = sw_ellipse_of(7, x, y, weight, SW_ELLIPSE_ARCGIS, 1e-9);
    NEAR(turned.major, e.major, 1e-12);
    NEAR(turned.minor, e.minor, 1e-12);
    NEAR(turned.inside, e.inside, 1e-15);
    NEAR(remainder(turned.angle - e.angle - degree, 180), 0, 1e-10);
    cr_expect(turned.angle >= 0 && turned.angle < 180);
  }
}

/* Masses twice as large, or places named twice: the same ellipse, but for crimestat's factor. */
Test(ellipse, masses) {
  double x[14], y[14], m[14], twice[7];
  for (int i = 0; i < 7; i++) {
    x[i] = x[13 - i] = x7[i];
    y[i] = y[13 - i] = y7[i];
    m[i] = m[13 - i] = weight[i];
    twice[i] = 2 * weight[i];
  }
  sw_ellipse a = sw_ellipse_of(14, x, y, m, SW_ELLIPSE_CRIMESTAT, 1e-9);
  sw_ellipse b = sw_ellipse_of(7, x7, y7, twice, SW_ELLIPSE_CRIMESTAT, 1e-9);
  NEAR(a.major, b.major, 1e-14);
  NEAR(a.angle, b.angle, 1e-11);
  NEAR(a.major, 2.819819771 * sqrt(2 * 46 / 44.), 1e-9);
}

Test(ellipse, undefined) {
  static const double square_x[] = {-1, 1, -1, 1}, square_y[] = {-1, -1, 1, 1},
                      tenth[] = {.1, .1, .1}, small[] = {.5, .5, .5, .5};
  sw_ellipse e = sw_ellipse_of(2, x7, y7, one, SW_ELLIPSE_YUILL, 1e-9);
  cr_expect(isnan(e.major) && isnan(e.minor) && isnan(e.angle) && isnan(e.area) && isnan(e.inside));
  e = sw_ellipse_of(4, square_x, square_y, one, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.major, 1, 1e-15);
  NEAR(e.minor, 1, 1e-15);
  cr_expect(isnan(e.angle), "equal axes");
  e = sw_ellipse_of(3, tenth, tenth, one, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.major, 0, 0);
  cr_expect(isnan(e.angle) && isnan(e.inside), "one point");
  e = sw_ellipse_of(4, square_x, square_y, small, SW_ELLIPSE_CRIMESTAT, 1e-9);
  cr_expect(isnan(e.major), "crimestat's masses are counts, and 2 are too few");
}

/* Points on a line: no width, whatever rounding makes of it. */
Test(ellipse, line) {
  double x[5], y[5];
  for (int i = 0; i < 5; i++) {
    x[i] = .1 * i + 3;
    y[i] = .3 * i - 7;
  }
  sw_ellipse e = sw_ellipse_of(5, x, y, one, SW_ELLIPSE_YUILL, 1e-9);
  NEAR(e.minor, 0, 0);
  NEAR(e.area, 0, 0);
  NEAR(e.angle, atan2(1, 3) * 180 / M_PI, 1e-8);
  cr_expect(isnan(e.inside));
}

/* ---- the sphere --------------------------------------------------------------------------- */

enum { PLACES = 40 };

typedef struct country {
  double x[PLACES], y[PLACES], z[PLACES], lon[PLACES], lat[PLACES], mass[PLACES];
} country;

static sw_places places_of(country *c) {
  sw_sphere_vectors(PLACES, c->lon, c->lat, c->x, c->y, c->z);
  return (sw_places){PLACES, c->x, c->y, c->z, c->lon, c->lat, c->mass};
}

static void scatter(country *c) {
  for (int i = 0; i < PLACES; i++) {
    c->lon[i] = 80 + 40 * fmod(i * .61803398875, 1);
    c->lat[i] = 20 + 30 * fmod(i * .7548776662, 1);
    c->mass[i] = 1 + i % 7;
  }
}

static sw_ellipse ellipse_of(const sw_places *p, const sw_centre *c) {
  double east[PLACES], north[PLACES];
  sw_centre_project(c, p, east, north);
  return sw_ellipse_of(p->n, east, north, p->mass, SW_ELLIPSE_YUILL, 1e-9);
}

/* (3, 1, 0) points at atan(1/3); its means of degrees are 22.5 and 0. */
Test(ellipse, centre_by_hand) {
  double x[] = {1, 0}, y[] = {0, 1}, z[] = {0, 0}, lon[] = {0, 90}, lat[] = {0, 0}, mass[] = {3, 1};
  sw_places p = {2, x, y, z, lon, lat, mass};
  sw_centre c = sw_centre_of(&p);
  NEAR(c.lon, 18.434948822922010648, 1e-13);
  NEAR(c.lat, 0, 0);
  NEAR(c.planar_lon, 22.5, 0);
  NEAR(c.planar_lat, 0, 0);
  NEAR(c.mass, 4, 0);
  x[1] = -1, y[1] = 0, mass[0] = 1;
  c = sw_centre_of(&p);
  cr_expect(isnan(c.lon) && isnan(c.x), "opposite to each other");
  p.n = 0;
  c = sw_centre_of(&p);
  cr_expect(isnan(c.lon) && isnan(c.planar_lon) && isnan(c.x));
}

/* A quarter of the equator; a degree to the north; over the pole; across the date line; none. */
Test(ellipse, moves) {
  static const double from[][2] = {{0, 0}, {10, 50}, {0, 80}, {179, 0}, {5, 5}},
                      to[][2] = {{90, 0}, {10, 51}, {180, 80}, {-179, 0}, {5, 5}},
                      degrees[] = {90, 1, 20, 2, 0}, bearing[] = {90, 0, 0, 90, NAN};
  for (int i = 0; i < 5; i++) {
    sw_centre a = {0}, b = {0};
    double km, toward;
    sw_sphere_vectors(1, &from[i][0], &from[i][1], &a.x, &a.y, &a.z);
    sw_sphere_vectors(1, &to[i][0], &to[i][1], &b.x, &b.y, &b.z);
    sw_centre_move(&a, &b, &km, &toward);
    NEAR(km, SW_EARTH_KM * degrees[i] * M_PI / 180, 1e-9);
    if (isnan(bearing[i]) && km == 0)
      cr_expect(isnan(toward));
    else if (!isnan(bearing[i]))
      NEAR(fmod(toward + 90, 360), fmod(bearing[i] + 90, 360), 1e-9);
  }
}

/* What rounding alone leaves of a centre that stays is no way, and has no direction. */
Test(ellipse, rounding_is_no_move) {
  double lon[] = {104.7719}, lat[] = {26.0707}, mass[] = {3}, x[1], y[1], z[1], km, toward;
  sw_sphere_vectors(1, lon, lat, x, y, z);
  sw_places p = {1, x, y, z, lon, lat, mass};
  sw_centre a = sw_centre_of(&p), b;
  for (double m = .1; m < 50; m *= 1.37) {
    mass[0] = m;
    b = sw_centre_of(&p);
    sw_centre_move(&a, &b, &km, &toward);
    cr_expect(km == 0 && isnan(toward), "%g: %g km, %g", m, km, toward);
  }
}

/* Lambert's projection keeps areas: all of the sphere is a disc of twice its radius. A small square
 * of a degree near the centre is nearly plane. */
Test(ellipse, projection) {
  double x[2], y[2], z[2], lon[] = {100, 100}, lat[] = {30, 31}, mass[] = {1, 1}, east[2], north[2];
  sw_sphere_vectors(2, lon, lat, x, y, z);
  sw_places p = {2, x, y, z, lon, lat, mass};
  sw_centre c = {.x = x[0], .y = y[0], .z = z[0]};
  sw_centre_project(&c, &p, east, north);
  NEAR(hypot(east[0], north[0]), 0, 1e-9);
  NEAR(east[1], 0, 1e-9);
  NEAR(north[1], 2 * SW_EARTH_KM * sin(M_PI / 360), 1e-9);
  c = (sw_centre){.x = 0, .y = 0, .z = -1}; /* the south pole: a quarter of the globe away */
  lat[0] = 0;
  sw_sphere_vectors(2, lon, lat, x, y, z);
  sw_centre_project(&c, &p, east, north);
  NEAR(hypot(east[0], north[0]), SW_EARTH_KM * sqrt(2), 1e-9);
}

/* Turned about the axis of the Earth, also across the date line: longitudes move along, nothing
 * else changes but the planar mean. */
Test(ellipse, turned_longitudes) {
  country a, b;
  scatter(&a);
  sw_places p = places_of(&a);
  sw_centre before = sw_centre_of(&p);
  sw_ellipse e = ellipse_of(&p, &before);
  for (int turn = -170; turn <= 170; turn += 20) {
    b = a;
    for (int i = 0; i < PLACES; i++)
      b.lon[i] = remainder(a.lon[i] + turn, 360);
    sw_places q = places_of(&b);
    sw_centre after = sw_centre_of(&q);
    sw_ellipse turned = ellipse_of(&q, &after);
    NEAR(remainder(after.lon - before.lon - turn, 360), 0, 1e-11);
    NEAR(after.lat, before.lat, 1e-11);
    NEAR(turned.major, e.major, 1e-8);
    NEAR(turned.minor, e.minor, 1e-8);
    NEAR(turned.angle, e.angle, 1e-8);
    NEAR(turned.inside, e.inside, 1e-12);
  }
}

/* Turned about another axis: axes and what lies within stay; the centre moves as a place does. */
Test(ellipse, turned_sphere) {
  country a, b;
  scatter(&a);
  sw_places p = places_of(&a);
  sw_centre before = sw_centre_of(&p);
  sw_ellipse e = ellipse_of(&p, &before);
  for (int degree = 10; degree < 360; degree += 30) {
    double cosine = cos(degree * M_PI / 180), sine = sin(degree * M_PI / 180);
    b = a;
    for (int i = 0; i < PLACES; i++) {
      b.x[i] = a.x[i] * cosine - a.z[i] * sine;
      b.z[i] = a.x[i] * sine + a.z[i] * cosine;
    }
    sw_places q = {PLACES, b.x, b.y, b.z, b.lon, b.lat, b.mass};
    sw_centre after = sw_centre_of(&q);
    sw_ellipse turned = ellipse_of(&q, &after);
    NEAR(after.x, before.x * cosine - before.z * sine, 1e-14);
    NEAR(after.y, before.y, 1e-14);
    NEAR(turned.major, e.major, 1e-8);
    NEAR(turned.minor, e.minor, 1e-8);
    NEAR(turned.inside, e.inside, 1e-12);
  }
}

/* The other way round: the same bits of sums, so the same centre. */
Test(ellipse, order_has_no_say) {
  country a, b;
  scatter(&a);
  for (int i = 0; i < PLACES; i++) {
    b.lon[i] = a.lon[PLACES - 1 - i];
    b.lat[i] = a.lat[PLACES - 1 - i];
    b.mass[i] = a.mass[PLACES - 1 - i];
  }
  sw_places p = places_of(&a), q = places_of(&b);
  sw_centre one_way = sw_centre_of(&p), other = sw_centre_of(&q);
  cr_expect_eq(one_way.lon, other.lon);
  cr_expect_eq(one_way.lat, other.lat);
  cr_expect_eq(one_way.planar_lat, other.planar_lat);
}

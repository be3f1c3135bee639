/* Geodesic distances on the WGS84 ellipsoid.
 *
 * A geodesic of the ellipsoid is a great circle of the auxiliary sphere, on which latitudes are the
 * reduced ones (tan beta = (1 - f) tan phi) and the longitude between two points is not lambda but
 * omega (Karney 2013, Algorithms for geodesics, Journal of Geodesy 87, equations 7 and 8):
 *
 *   s/b = I1,  lambda = omega - f sin(alpha0) I3
 *
 * integrals along the arc sigma, which depend on it, on cos^2(alpha0) and on where its middle lies.
 * The inverse problem asks for omega, given lambda. Here it takes two steps:
 *
 * 1. The arc with omega = lambda gives omega to 1e-6 by one step of Newton, with the leading terms
 *    of I3: omega = lambda + turn.
 * 2. The arc with that omega is measured in full. What it lacks in longitude, r, is made good by
 *    ds/dlambda = a sin(alpha0), and half of d2s/dlambda2 r^2; what is left is of third order.
 *
 * There is no sine or arc tangent in it: products of unit vectors give those of omega, a turn is a
 * few hundredths of a radian at most, and sigma/sin(sigma) is analytic in the squared chord. So it
 * is arithmetic alone, which vectorises and has the same bits everywhere. As everything comes from
 * differences and products of both points, it also has the same bits from both sides.
 *
 * Points nearly opposite to each other, where Newton's step is too coarse, and points closer than a
 * metre, where the vectors' last bits begin to show, are left to PROJ, one by one. */
#include "kernel/space/geodesic.h"

#include "kernel/hot.h"

#include <geodesic.h>
#include <math.h>
#include <stddef.h>

#define EQUATOR 6378137.0 /* metres */
#define FLATTENING (1 / 298.257223563)
#define POLE_KM 6356.7523142451794976 /* b */
#define AXES 1.0033640898209764189    /* a / b */

/* ---- one pair, by PROJ ------------------------------------------------------------------ */

/* NaN is sorted out first: what the library makes of it is not specified. The library takes
 * latitude before longitude. geod_init is a few dozen operations: done for each pair, so that there
 * is no state to share between threads. */
double sw_geodesic_km(double lon1, double lat1, double lon2, double lat2) {
  if (isnan(lon1 + lat1 + lon2 + lat2)) return NAN;
  struct geod_geodesic wgs84;
  double metres;
  geod_init(&wgs84, EQUATOR, FLATTENING);
  geod_inverse(&wgs84, lat1, lon1, lat2, lon2, &metres, NULL, NULL);
  return metres / 1000;
}

/* ---- vectors ---------------------------------------------------------------------------- */

/* A pole is one place at any longitude, and 180 east is 180 west, as in sphere.c. */
void sw_geodesic_vectors(int64_t n, const double *lon, const double *lat, double *x, double *y,
                         double *z) {
  const double degree = M_PI / 180.0;
  for (int64_t i = 0; i < n; i++) {
    double across = fabs(lat[i]) == 90 ? 0 : cos(lat[i] * degree);
    double up = (1 - FLATTENING) * sin(lat[i] * degree), length = sqrt(across * across + up * up);
    x[i] = across / length * cos(lon[i] * degree);
    y[i] = fabs(lon[i]) == 180 ? 0 : across / length * sin(lon[i] * degree);
    z[i] = up / length;
  }
}

/* ---- series ----------------------------------------------------------------------------- */

/* Coefficients from a computation at 40 digits; fixed here, as they depend on WGS84 alone. */

/* c[0] + c[1] x + ...; the loop is unrolled, as the count is a constant. */
#define POLYNOMIAL(x, ...)                                                                         \
  polynomial((const double[]){__VA_ARGS__},                                                        \
             sizeof((const double[]){__VA_ARGS__}) / sizeof(double), x)
SW_INLINE double polynomial(const double *c, size_t count, double x) {
  double p = c[count - 1];
  for (size_t k = count - 1; k-- > 0;)
    p = __builtin_fma(p, x, c[k]);
  return p;
}

/* sigma/sin(sigma) of an arc up to a quarter of the circle, x its squared chord; error 6e-17. */
SW_INLINE double stretch(double x) {
  return POLYNOMIAL(x, 1.0, -0.73663853665440517106, 0.20366493174929628149,
                    -0.025922636583511055476, 0.0014768137580191894407, -2.9147267091894294197e-5,
                    4.192655940203765227e-8) /
         POLYNOMIAL(x, 1.0, -0.90330520332107173271, 0.32088246563613872021,
                    -0.056435731221659362504, 0.0050515652100238376106, -2.0883395030104099908e-4,
                    2.8547906483393802238e-6);
}

/* An arc on the auxiliary sphere. Of its ends: z1 z2, and the cosines of their latitudes times
 * the sine and cosine of the longitude between them. The sign of `sine` is that of the turn. */
typedef struct arc {
  double chord2, heights, sine, cosine;
} arc;

/* What the series are made of. middle: cos^2(alpha0) cos(2 sigma_m), sigma_m being where the middle
 * of the arc is, counted from the equator. It is a polynomial in the coordinates, where cos(2
 * sigma_m) would be 0/0 along the equator. Symmetric in both ends but for `sine`, whose square or
 * sign alone is used. */
typedef struct shape {
  double cos_sigma, cos2_alpha, middle;
} shape;

SW_INLINE shape shape_of(arc q, double sin2_alpha) {
  double cos_sigma = __builtin_fma(q.chord2, -0.5, 1.0), cos2_alpha = 1 - sin2_alpha;
  return (shape){cos_sigma, cos2_alpha, __builtin_fma(cos2_alpha, cos_sigma, -2 * q.heights)};
}

/* Integrals over an arc of f(k^2 sin^2): a mean times sigma, and a Fourier series, whose term l is
 * a factor times cos^2l(alpha0) cos(2 l sigma_m) sin(l sigma)/sin(sigma). Both are polynomials in
 * cos^2(alpha0), computed at 40 digits for WGS84. wave[l]: l = 1 to 4, without the factor. Terms
 * beyond l = 4 are below 1e-17. */
SW_INLINE void waves(shape s, double wave[5]) {
  double twice = s.middle + s.middle, square = s.cos2_alpha * s.cos2_alpha;
  double two = __builtin_fma(twice, s.middle, -square);
  double three = __builtin_fma(twice, two, -square * s.middle);
  double four = __builtin_fma(twice, three, -square * two);
  /* sin(l sigma)/sin(sigma), by Chebyshev. */
  double sine2 = s.cos_sigma + s.cos_sigma;
  double sine3 = __builtin_fma(sine2, sine2, -1.0);
  double sine4 = __builtin_fma(sine2, sine3, -sine2);
  wave[1] = s.middle;
  wave[2] = two * sine2;
  wave[3] = three * sine3;
  wave[4] = four * sine4;
}

/* (I1 - sigma)/cos^2(alpha0) by the mean, and the rest of I1 over sin(sigma). Errors 3e-18, 1e-15
 * for the last term. */
SW_INLINE double length_mean(shape s) {
  return POLYNOMIAL(s.cos2_alpha, 0.0016848741855690937199, -2.129100765722593983e-6,
                    5.9787774498132255929e-9, -2.2034311903404457426e-11,
                    9.2272622795476243543e-14);
}

/* The waves of Karney's series for lengths, by the flattening of WGS84: constants of the
 * ellipsoid. */
SW_INLINE double length_waves(shape s, const double wave[5]) {
  double one =
      POLYNOMIAL(s.cos2_alpha, -0.0016848741855691073053, 2.8388010211254896039e-6,
                 -8.9681667236168617307e-9, 3.5255603364432539254e-11, -1.5409257140399514005e-13);
  double two = POLYNOMIAL(s.cos2_alpha, -3.5485012764785087383e-7, 1.7936334020168486573e-9,
                          -8.814015399391712873e-12, 4.4091899931616533819e-14);
  double three = POLYNOMIAL(s.cos2_alpha, -1.9929260447656332518e-10, 1.678876469793570369e-12,
                            -1.1035722817824500427e-14);
  double four = -1.565e-13;
  return __builtin_fma(one, wave[1],
                       __builtin_fma(two, wave[2], __builtin_fma(three, wave[3], four * wave[4])));
}

/* f I3/sin(sigma), ratio = sigma/sin(sigma); errors below 1e-17, of the ratio's factor 1e-18. */
SW_INLINE double turn_in_full(shape s, const double wave[5], double ratio) {
  double mean =
      POLYNOMIAL(s.cos2_alpha, 0.0033528106647474798151, -2.8197890571893056609e-6,
                 7.1205008556423766672e-9, -2.4980457115589489765e-11, 1.0192450759536417782e-13);
  double one = POLYNOMIAL(s.cos2_alpha, 2.819789057228500828e-6, -9.4940014302090880458e-9,
                          3.7471240154879961166e-11, -1.6338775004991048383e-13);
  double two = POLYNOMIAL(s.cos2_alpha, 1.1867501960369231738e-9, -7.4943170410576821788e-12,
                          4.0902132958365322594e-14);
  double three = POLYNOMIAL(s.cos2_alpha, 8.3270880589873770676e-13, -7.7987808260924709794e-15);
  return __builtin_fma(mean, ratio,
                       __builtin_fma(one, wave[1], __builtin_fma(two, wave[2], three * wave[3])));
}

/* ---- the two steps ---------------------------------------------------------------------- */

/* Step 1. sigma/sin(sigma) is needed to 1e-7 here. One division serves all three quotients. */
SW_INLINE double find_turn(arc q) {
  double chord2 = q.chord2, far = 4 - chord2, sin2_sigma = 0.25 * chord2 * far;
  double x = chord2 > 2 ? far : chord2;
  double over = POLYNOMIAL(x, 1.0, -0.21906079239805852616, 0.0041781594816302255381,
                           1.4599254865832942109e-4);
  double under = POLYNOMIAL(x, 1.0, -0.38572795520880550249, 0.035135493788323999829);
  double reciprocal = 1 / (sin2_sigma * under), over_sin2 = reciprocal * under;
  double ratio = over * (sin2_sigma * reciprocal);
  /* Beyond a quarter circle by the supplement, as the approximation holds up to there. */
  ratio = chord2 > 2 ? M_PI * __builtin_sqrt(over_sin2) - ratio : ratio;
  double sin2_alpha = q.sine * q.sine * over_sin2;
  shape s = shape_of(q, sin2_alpha);
  double mean = POLYNOMIAL(s.cos2_alpha, 0.0033528097777962811027, -2.8126903377884536973e-6);
  double first = q.sine * __builtin_fma(mean, ratio, 2.8150514039059954943e-6 * s.middle);
  /* The derivative of f sin(alpha0) sigma by omega; 1/(1 - slope) by its series. |slope| is below
   * 1/150 where this is used, so three terms of 1/(1 - x) give 1e-7. */
  double slope = FLATTENING * __builtin_fma(q.cosine, ratio,
                                            sin2_alpha * __builtin_fma(-ratio, s.cos_sigma, 1.0));
  return first * __builtin_fma(slope, slope, 1 + slope);
}

/* The arc with its second end turned on. The turn is small, so sine and versine are short
 * polynomials. */
SW_INLINE arc turned(arc q, double turn) {
  double square = turn * turn;
  double sine = turn * POLYNOMIAL(square, 1.0, -1.0 / 6, 1.0 / 120);
  double versine = square * POLYNOMIAL(square, 0.5, -1.0 / 24, 1.0 / 720);
  arc to = q;
  to.chord2 += 2 * __builtin_fma(q.cosine, versine, q.sine * sine);
  to.sine = __builtin_fma(q.cosine, sine, __builtin_fma(-q.sine, versine, q.sine));
  to.cosine = __builtin_fma(-q.sine, sine, __builtin_fma(-q.cosine, versine, q.cosine));
  return to;
}

/* Step 2: s/b. */
SW_INLINE double measure(arc q, double turn) {
  double wave[5], far = 4 - q.chord2, sin_sigma = 0.5 * __builtin_sqrt(q.chord2 * far);
  double sigma = sin_sigma * stretch(q.chord2 > 2 ? far : q.chord2);
  sigma = q.chord2 > 2 ? M_PI - sigma : sigma;
  double reciprocal = 1 / sin_sigma, sin_alpha = q.sine * reciprocal;
  shape s = shape_of(q, sin_alpha * sin_alpha);
  waves(s, wave);
  double rest = __builtin_fma(q.sine, turn_in_full(s, wave, sigma * reciprocal), -turn);
  double curve = 0.5 * reciprocal * __builtin_fma(-sin_alpha * sin_alpha, s.cos_sigma, q.cosine);
  double lacking = __builtin_fma(curve, rest * rest, sin_alpha * rest);
  double more =
      __builtin_fma(length_mean(s) * s.cos2_alpha, sigma, sin_sigma * length_waves(s, wave));
  return sigma + __builtin_fma(AXES, lacking, more);
}

/* ---- segments --------------------------------------------------------------------------- */

/* Whole rows by the loop, then the few that PROJ must find. */

/* Squared chords between which the two steps hold: 0.6 m, and 157.7 degrees of arc. */
#define LEAST 1e-14
#define MOST 3.85

/* Stands for a value that PROJ is to find. */
#define ASK (-1.0)

typedef struct place {
  double x, y, z;
} place;

/* Products of a sum and a difference, so that short distances keep their digits, and exchanging
 * the ends changes but the sign of `sine`. */
SW_INLINE arc arc_between(place p, double x, double y, double z) {
  double dx = p.x - x, dy = p.y - y, dz = p.z - z;
  return (arc){.chord2 = __builtin_fma(dz, dz, __builtin_fma(dy, dy, dx * dx)),
               .heights = p.z * z,
               .sine = 0.5 * __builtin_fma(p.x + x, dy, -((p.y + y) * dx)),
               .cosine = __builtin_fma(p.x, x, p.y * y)};
}

/* NaN is neither near nor far, and stays. */
SW_HOT static void inverse_squares(place p, int64_t n, const double *restrict x,
                                   const double *restrict y, const double *restrict z,
                                   double *restrict out) {
  for (int64_t j = 0; j < n; j++) {
    arc q = arc_between(p, x[j], y[j], z[j]);
    double turn = find_turn(q), km = POLE_KM * measure(turned(q, turn), turn);
    double value = 1 / (km * km);
    bool asks = (q.chord2 < LEAST) | (q.chord2 > MOST);
    out[j] = asks ? ASK : value;
  }
}

/* PROJ is not symmetric to the last bit in its two points, so the lower index comes first.
 * sw_geodesic_km needs degrees, which the distance keeps beside the vectors. */
static double ask(const sw_distance *d, int64_t i, int64_t j) {
  int64_t a = i < j ? i : j, b = i < j ? j : i;
  double km = sw_geodesic_km(d->lon[a], d->lat[a], d->lon[b], d->lat[b]);
  return 1 / (km * km);
}

/* Whatever is left as ASK is near, far, or the unit itself. */
void sw_geodesic_values(const sw_distance *d, int64_t i, int64_t j0, int64_t j1, double *out) {
  place p = {d->x[i], d->y[i], d->z[i]};
  inverse_squares(p, j1 - j0, d->x + j0, d->y + j0, d->z + j0, out);
  for (int64_t j = j0; j < j1; j++)
    if (out[j - j0] == ASK) out[j - j0] = j == i ? INFINITY : ask(d, i, j);
}

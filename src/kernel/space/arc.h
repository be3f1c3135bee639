/* Great-circle arcs between points given as unit vectors, as the inverse squared arc that decays
 * are made of.
 *
 * With u the squared chord |p - q|^2, 1/arc^2 = 1/(4 asin(sqrt(u)/2)^2) = N(u)/(u D(u)):
 * analytic in u up to the antipodes, so that no root and no arc sine is taken. N and D are
 * minimax polynomials with leading coefficient 1. The relative error of N/D:
 *
 * - near, u <= SW_ARC_NEAR (6,107 km on the Earth): degrees 4 and 4, 8.5e-17;
 * - far, u <= 2 (a quarter of the great circle): degrees 6 and 6, 4.0e-18;
 * - beyond: arc = pi less the arc to the antipode of q, whose squared chord is |p + q|^2.
 *
 * The formula is chosen pair by pair, so that the bits belong to the pair. Both squared chords
 * come from squares of differences or sums, never from 1 - p.q, which loses short distances.
 *
 * Values are 1/(SW_ARC_SCALE arc^2), arc in radians: the caller folds the scale into a factor
 * that it has anyway. A point without coordinates is NaN, and so are its pairs. */
#ifndef SW_KERNEL_SPACE_ARC_H
#define SW_KERNEL_SPACE_ARC_H

#include "kernel/hot.h"
#include "spillway/status.h"

#include <stdbool.h>

#define SW_EARTH_KM 6371.0088
#define SW_ARC_NEAR 0.85
#define SW_ARC_SCALE 10.00941896870642536 /* leading coefficients, N over D, near */

/* 1/(SW_ARC_SCALE arc^2) of any pair: u = |p - q|^2, v = |p + q|^2. */
double sw_arc_value(double u, double v);

/* ---- points in chunks --------------------------------------------------------------------
 * A ball around each chunk of points tells at once, for most rows, that all its pairs are near. */
enum { SW_ARC_CHUNK = 256 };

/* A ball around the points of one chunk: its centre, and how close a row's point must be to it. */
typedef struct sw_arc_ball {
  double x, y, z;
  double reach; /* a point whose squared chord to the centre is at most this is near to all */
} sw_arc_ball;

typedef struct sw_arc_points {
  const double *x, *y, *z;
  const sw_arc_ball *ball; /* sw_arc_chunks(n) of them */
  /* Quotients may go by steps (kernel/vec.h), which changes no bit: no two points coincide, and
   * they and all weights given with them pass sw_arc_points_in_range and sw_arc_weights_in_range.
   */
  bool by_steps;
} sw_arc_points;

static inline int64_t sw_arc_chunks(int64_t n) {
  return (n + SW_ARC_CHUNK - 1) / SW_ARC_CHUNK;
}

/* Whether every pair of the row's point and the chunk's is near, for sure. False for a row without
 * coordinates, whose pairs are NaN by either loop. No fused additions, which outside the hot loops
 * would be calls of the C library: the ball has a margin. */
static inline bool sw_arc_is_near(const sw_arc_ball *ball, double x, double y, double z) {
  double a = x - ball->x, b = y - ball->y, c = z - ball->z;
  return a * a + b * b + c * c <= ball->reach;
}

/* Fills ball[0 .. sw_arc_chunks(n)) for all n points. */
void sw_arc_cover(int64_t n, const double *x, const double *y, const double *z, sw_arc_ball *ball);

/* Whether squared chords between points that are not the same are 1e-112 and more: no coordinate is
 * so close to 0, and not 0, that a last bit of it would be less. And whether all of n weights are
 * 0.0, NaN, or between 1e-80 and 1e80, so that numerator, denominator and flow of any pair are
 * within 1e-200 and 1e280. */
bool sw_arc_points_in_range(int64_t n, const double *x, const double *y, const double *z);
bool sw_arc_weights_in_range(int64_t n, const double *weight);

/* out[j - j0] = value(i, j), and the same times a * b[j], rounded as (a * b[j]) * N / (u D). */
void sw_arc_values(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out);
void sw_arc_flows(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double a,
                  const double *b, double *out);
/* out[j - j0] = |p - q|^2, the squared chord: no division, and it ascends with the arc. */
void sw_arc_chords(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out);
/* The largest squared chord whose sw_arc_value is at least `least`; INFINITY where all are. */
double sw_arc_chord_to(double least);

#endif

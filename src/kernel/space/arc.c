/* Great-circle arcs, row segments, for gravity: the flow itself where the decay is 2, inverse
 * squared arcs where a power follows. Formulas, errors and units are in arc.h.
 *
 * A segment is cut where chunks of points end; runs of chunks that are wholly near take the
 * short loop, the others the loop that knows every arc. The formula of a pair depends on its
 * chord alone, and the short loop computes a near pair by the same operations as the long one,
 * so the bits of a pair do not depend on the segment, the chunk or the side it is seen from. */
#include "kernel/space/arc.h"

#include <math.h>

/* Both quotients approximate 1/(SCALE arc^2). The near one's numerators are scaled in the table
 * itself; this one's polynomials begin with 1 and are scaled here. */
#define FAR_SCALE (14.625172783789005447 / SW_ARC_SCALE)

/* N(u) and u D(u) of a near pair, by the operations of arc_vec.h. Rational functions of the squared
 * chord, fitted for the near range; arc.h gives their errors. Horner's scheme with fma, in the
 * order of the vector form. */
SW_INLINE void near_ratio(double u, double *over, double *under) {
  double n = u - 52.957369847139837848, d = u - 214.40758958717790138;
  n = __builtin_fma(n, u, 794.73191621307163718);
  d = __builtin_fma(d, u, 5157.1685873530390226);
  n = __builtin_fma(n, u, -4482.894496168392406);
  d = __builtin_fma(d, u, -37808.959425707002493);
  *over = __builtin_fma(n, u, 8466.6769981727979115);
  *under = u * __builtin_fma(d, u, 84746.517347421187278);
}

/* N(u) and u D(u) for u <= 2, up to a quarter of the great circle. */
SW_INLINE void far_ratio(double u, double *over, double *under) {
  double n = u - 89.138982623294888229;
  n = __builtin_fma(n, u, 2499.3084478364659185);
  n = __builtin_fma(n, u, -31494.162004014175488);
  n = __builtin_fma(n, u, 198450.38486528959035);
  n = __builtin_fma(n, u, -611417.23865067604856);
  double d = u - 386.12176301274230585;
  d = __builtin_fma(d, u, 17856.579247096655724);
  d = __builtin_fma(d, u, -298934.49055535380527);
  d = __builtin_fma(d, u, 2276448.245260702183);
  d = __builtin_fma(d, u, -8047702.9523727029447);
  *over = FAR_SCALE * __builtin_fma(n, u, 733841.42732750903351);
  *under = u * __builtin_fma(d, u, 10732557.67056716247);
}

/* Over and under of any pair. Beyond a quarter circle the arc is pi less that to the antipode,
 * whose squared chord is v. All three formulas are computed and one is chosen at the end, so
 * that there is no branch and the loop vectorises. NaN in u compares false and goes through the
 * near formula. */
SW_INLINE void any_ratio(double u, double v, double *over, double *under) {
  double near_over, near_under, far_over, far_under;
  near_ratio(u, &near_over, &near_under);
  far_ratio(u > 2 ? v : u, &far_over, &far_under);
  /* far_over / far_under is 1 / (SCALE arc^2) of the antipode, so its arc is sqrt(far_under /
   * (far_over SCALE)); 0 at the antipode itself. */
  double arc = M_PI - __builtin_sqrt(far_under / (far_over * SW_ARC_SCALE));
  double beyond_under = arc * arc * SW_ARC_SCALE;
  double o = u > 2 ? 1.0 : far_over, w = u > 2 ? beyond_under : far_under;
  *over = u > SW_ARC_NEAR ? o : near_over;
  *under = u > SW_ARC_NEAR ? w : near_under;
}

/* One pair, for tests and single values. The diagonal (u = 0) is infinite. Equal to the loops to
 * the bit. */
double sw_arc_value(double u, double v) {
  double over, under;
  any_ratio(u, v, &over, &under);
  return over / under;
}

/* ---- loops ------------------------------------------------------------------------------ */

/* The row's point and weight. The loops get columns that begin at the segment's first unit. By
 * value, so that its fields stay in registers. */
struct row {
  double x, y, z, a; /* a: 1 where only values are asked for */
};

enum { EIGHT = 8 }; /* lanes */

#define SW_VEC_FILE "kernel/arc_set.h"
#include "kernel/vec_each.h"

static int64_t (*const near_row[])(const struct row *p, int64_t n, const double *x, const double *y,
                                   const double *z, const double *b, bool by_steps,
                                   double *out) = SW_SETS(near_row);

/* The last columns, fewer than eight: with others that are harmless. The surplus columns repeat the
 * first; a sum over them does not occur. */
static void near_rest(const struct row *p, int64_t n, const double *x, const double *y,
                      const double *z, const double *b, double *out) {
  double column[4][EIGHT], value[EIGHT];
  for (int64_t l = 0; l < EIGHT; l++) {
    int64_t from = l < n ? l : 0;
    column[0][l] = x[from], column[1][l] = y[from], column[2][l] = z[from];
    column[3][l] = b ? b[from] : 1;
  }
  near_row[sw_set()](p, EIGHT, column[0], column[1], column[2], b ? column[3] : NULL, false, value);
  for (int64_t l = 0; l < n; l++)
    out[l] = value[l];
}

/* `b` NULL: values; otherwise flows. near_row returns how many columns it has done, whole
 * eights. */
static void near_pairs(const struct row *p, int64_t n, const double *x, const double *y,
                       const double *z, const double *b, bool by_steps, double *out) {
  int64_t done = near_row[sw_set()](p, n, x, y, z, b, by_steps, out);
  if (done < n)
    near_rest(p, n - done, x + done, y + done, z + done, b ? b + done : NULL, out + done);
}

/* The order and the fma are those of arc_vec.h. Squares of differences are the same from either
 * side of a pair. */
SW_INLINE double square_sum(double a, double b, double c) {
  return __builtin_fma(c, c, __builtin_fma(b, b, a * a));
}

/* (a b) N / (u D): the masses are joined first, so that exchanging them changes no bit. */
SW_HOT static void any_flows(struct row p, int64_t n, const double *restrict x,
                             const double *restrict y, const double *restrict z,
                             const double *restrict b, double *restrict out) {
  for (int64_t j = 0; j < n; j++) {
    double over, under;
    any_ratio(square_sum(p.x - x[j], p.y - y[j], p.z - z[j]),
              square_sum(p.x + x[j], p.y + y[j], p.z + z[j]), &over, &under);
    out[j] = (p.a * b[j]) * over / under;
  }
}

SW_HOT static void chords(struct row p, int64_t n, const double *restrict x,
                          const double *restrict y, const double *restrict z,
                          double *restrict out) {
  for (int64_t j = 0; j < n; j++)
    out[j] = square_sum(p.x - x[j], p.y - y[j], p.z - z[j]);
}

/* Both chords of a pair are computed although one is used: a branch would cost more. */
SW_HOT static void any_values(struct row p, int64_t n, const double *restrict x,
                              const double *restrict y, const double *restrict z,
                              double *restrict out) {
  for (int64_t j = 0; j < n; j++) {
    double over, under;
    any_ratio(square_sum(p.x - x[j], p.y - y[j], p.z - z[j]),
              square_sum(p.x + x[j], p.y + y[j], p.z + z[j]), &over, &under);
    out[j] = over / under;
  }
}

/* Any number of columns, by the plain code. */
static void any_pairs(struct row p, int64_t n, const double *x, const double *y, const double *z,
                      const double *b, double *out) {
  if (b)
    any_flows(p, n, x, y, z, b, out);
  else
    any_values(p, n, x, y, z, out);
}

/* ---- chunks ----------------------------------------------------------------------------- */

/* The balls are read by all threads and made once. */

/* For the balls, which have a margin: no fused additions, which outside the hot loops would be
 * calls of the C library. */
static double rough_square_sum(double a, double b, double c) {
  return a * a + b * b + c * c;
}

/* A ball around the points of a chunk: its centre the mean, `reach` how far a row's point may be
 * from the centre so that every pair is near for sure. Points without coordinates are left out:
 * their pairs are NaN by either loop. A chunk without any point takes 5, over every squared
 * chord from 0. */
static sw_arc_ball ball_around(int64_t n, const double *x, const double *y, const double *z) {
  sw_arc_ball ball = {0, 0, 0, 5.0};
  int64_t placed = 0;
  for (int64_t k = 0; k < n; k++) {
    if (isnan(x[k] + y[k] + z[k])) continue;
    ball.x += x[k], ball.y += y[k], ball.z += z[k];
    placed++;
  }
  if (!placed) return ball; /* every pair is NaN by either loop */
  ball.x /= (double)placed, ball.y /= (double)placed, ball.z /= (double)placed;
  /* A NaN distance is not greater, so unplaced points do not widen the ball. */
  double radius2 = 0;
  for (int64_t k = 0; k < n; k++) {
    double r = rough_square_sum(x[k] - ball.x, y[k] - ball.y, z[k] - ball.z);
    if (r > radius2) radius2 = r;
  }
  /* By the triangle inequality. The margin covers the rounding of the chords and of these lines.
   * A chunk wider than near is near to nobody (-1). */
  double reach = sqrt(SW_ARC_NEAR) * (1 - 1e-9) - sqrt(radius2);
  ball.reach = reach > 0 ? reach * reach : -1;
  return ball;
}

/* Once per job, in gravity's `prepare`. Units are in code order, and codes go by regions, so 256
 * units in a row mostly lie close together. A chunk is 256 columns; the more compact chunks are,
 * the longer the runs of near ones. */
void sw_arc_cover(int64_t n, const double *x, const double *y, const double *z, sw_arc_ball *ball) {
  for (int64_t c = 0; c < sw_arc_chunks(n); c++) {
    int64_t lo = c * SW_ARC_CHUNK;
    int64_t count = n - lo < SW_ARC_CHUNK ? n - lo : SW_ARC_CHUNK;
    ball[c] = ball_around(count, x + lo, y + lo, z + lo);
  }
}

/* ---- ranges ------------------------------------------------------------------------------- */

/* Division by steps (arc_set.h) is exact only within these ranges; outside, the hardware's division
 * is taken for the whole job. */
bool sw_arc_points_in_range(int64_t n, const double *x, const double *y, const double *z) {
  const double *const side[] = {x, y, z};
  int64_t close = 0;
  for (int s = 0; s < 3; s++)
    for (int64_t k = 0; k < n; k++) {
      double size = __builtin_fabs(side[s][k]);
      close += (size > 0) & (size < 1e-40);
    }
  return close == 0;
}

/* -0.0 by steps would become 0.0. */
bool sw_arc_weights_in_range(int64_t n, const double *weight) {
  for (int64_t k = 0; k < n; k++) {
    double w = weight[k];
    if (w == 0 ? signbit(w) != 0 : w < 1e-80 || w > 1e80) return false;
  }
  return true;
}

/* ---- segments ----------------------------------------------------------------------------- */

static bool is_near(const sw_arc_ball *ball, struct row p) {
  return sw_arc_is_near(ball, p.x, p.y, p.z);
}

/* The end of the run of chunks from j on that are all near to p, or all not; at most j1. Long runs
 * matter: each call of a hot loop has its price. At least one chunk is passed, so the loop of
 * `segment` moves on. */
static int64_t run_end(const sw_arc_points *points, struct row p, int64_t j, int64_t j1,
                       bool *near) {
  int64_t chunk = j / SW_ARC_CHUNK;
  *near = is_near(&points->ball[chunk], p);
  do {
    chunk++;
  } while (chunk * SW_ARC_CHUNK < j1 && is_near(&points->ball[chunk], p) == *near);
  return chunk * SW_ARC_CHUNK < j1 ? chunk * SW_ARC_CHUNK : j1;
}

/* Segments may begin and end within a chunk: the ball holds for any part of it. `b` NULL: values.
 */
static void segment(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double a,
                    const double *b, double *out) {
  const double *x = points->x, *y = points->y, *z = points->z;
  const struct row p = {x[i], y[i], z[i], a};
  bool near;
  for (int64_t j = j0, end; j < j1; j = end) {
    end = run_end(points, p, j, j1, &near);
    if (near)
      near_pairs(&p, end - j, x + j, y + j, z + j, b ? b + j : NULL, points->by_steps,
                 out + (j - j0));
    else
      any_pairs(p, end - j, x + j, y + j, z + j, b ? b + j : NULL, out + (j - j0));
  }
  /* A point and itself, which have no quotient by steps. */
  if (points->by_steps && i >= j0 && i < j1)
    any_pairs(p, 1, x + i, y + i, z + i, b ? b + i : NULL, out + (i - j0));
}

void sw_arc_values(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out) {
  segment(points, i, j0, j1, 1, NULL, out);
}

void sw_arc_flows(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double a,
                  const double *b, double *out) {
  segment(points, i, j0, j1, a, b, out);
}

/* For sorting and rings, which need no arc. */
void sw_arc_chords(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out) {
  const double *x = points->x, *y = points->y, *z = points->z;
  chords((struct row){x[i], y[i], z[i], 1}, j1 - j0, x + j0, y + j0, z + j0, out);
}

/* Bisection over doubles: the last chord whose value still reaches `least`. 4 is the squared
 * diameter. */
double sw_arc_chord_to(double least) {
  double low = 0, high = 4, middle;
  if (sw_arc_value(high, 0) >= least) return INFINITY;
  while ((middle = low + (high - low) / 2) > low && middle < high) {
    if (sw_arc_value(middle, 4 - middle) >= least)
      low = middle;
    else
      high = middle;
  }
  return low;
}

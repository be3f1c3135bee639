/* Great-circle arcs, row segments, for gravity: the flow itself where the decay is 2, inverse
 * squared arcs where a power follows. Formulas, errors and units are in arc.h.
 *
 * A segment is cut where chunks of points end; runs of chunks that are wholly near take the
 * short loop, the others the loop that knows every arc. The formula of a pair depends on its
 * chord alone, and the short loop computes a near pair by the same operations as the long one,
 * so the bits of a pair do not depend on the segment, the chunk or the side it is seen from. */
#include "kernel/space/arc.h"

#include <math.h>

/* Pairs that the short loop takes together. */
enum { NEAR_LANES = 16 };

/* Brings the far quotient, whose polynomials begin with 1 as the near ones do, to the same
 * scale. */
#define FAR_SCALE (14.625172783789005447 / SW_ARC_SCALE)

/* p = p u + c, in so many lanes. */
SW_INLINE void horner(int lanes, double *restrict p, const double *restrict u, double c) {
  for (int l = 0; l < lanes; l++)
    p[l] = __builtin_fma(p[l], u[l], c);
}

/* N(u) and u D(u) of near pairs. Written step by step over the lanes: neighbouring instructions
 * then belong to different pairs and do not wait for each other. Pair by pair, one pair's chain
 * of some fifty cycles fills the machine's queue before its pipes are full. */
SW_INLINE void near_ratios(int lanes, const double *restrict u, double *restrict over,
                           double *restrict under) {
  for (int l = 0; l < lanes; l++)
    over[l] = u[l] - 52.957369847139837848;
  for (int l = 0; l < lanes; l++)
    under[l] = u[l] - 214.40758958717790138;
  horner(lanes, over, u, 794.73191621307163718);
  horner(lanes, under, u, 5157.1685873530390226);
  horner(lanes, over, u, -4482.894496168392406);
  horner(lanes, under, u, -37808.959425707002493);
  horner(lanes, over, u, 8466.6769981727979115);
  horner(lanes, under, u, 84746.517347421187278);
  for (int l = 0; l < lanes; l++)
    under[l] = u[l] * under[l];
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
  near_ratios(1, &u, &near_over, &near_under);
  far_ratio(u > 2 ? v : u, &far_over, &far_under);
  /* far_over / far_under is 1 / (SCALE arc^2) of the antipode, so its arc is sqrt(far_under /
   * (far_over SCALE)); 0 at the antipode itself. */
  double arc = M_PI - __builtin_sqrt(far_under / (far_over * SW_ARC_SCALE));
  double beyond_under = arc * arc * SW_ARC_SCALE;
  double o = u > 2 ? 1.0 : far_over, w = u > 2 ? beyond_under : far_under;
  *over = u > SW_ARC_NEAR ? o : near_over;
  *under = u > SW_ARC_NEAR ? w : near_under;
}

/* One pair, for tests and single values. The diagonal (u = 0) is infinite. */
double sw_arc_value(double u, double v) {
  double over, under;
  any_ratio(u, v, &over, &under);
  return over / under;
}

/* ---- loops ------------------------------------------------------------------------------ */

/* The row's point and weight. The loops get columns that begin at the segment's first unit. */
struct row {
  double x, y, z, a; /* a: 1 where only values are asked for */
};

/* The order and the fma are those of square_sums. Squares of differences are the same from
 * either side of a pair. */
SW_INLINE double square_sum(double a, double b, double c) {
  return __builtin_fma(c, c, __builtin_fma(b, b, a * a));
}

/* Squared chords, step by step as near_ratios. */
SW_INLINE void square_sums(int lanes, struct row p, const double *restrict x,
                           const double *restrict y, const double *restrict z, double *restrict u) {
  double b[NEAR_LANES], c[NEAR_LANES];
  for (int l = 0; l < lanes; l++)
    u[l] = p.x - x[l], u[l] = u[l] * u[l];
  for (int l = 0; l < lanes; l++)
    b[l] = p.y - y[l];
  for (int l = 0; l < lanes; l++)
    u[l] = __builtin_fma(b[l], b[l], u[l]);
  for (int l = 0; l < lanes; l++)
    c[l] = p.z - z[l];
  for (int l = 0; l < lanes; l++)
    u[l] = __builtin_fma(c[l], c[l], u[l]);
}

/* (a b) N / (u D): the masses are joined first, so that exchanging them changes no bit. */
SW_INLINE void near_flow(int lanes, struct row p, const double *restrict x,
                         const double *restrict y, const double *restrict z,
                         const double *restrict b, double *restrict out) {
  double u[NEAR_LANES], over[NEAR_LANES], under[NEAR_LANES];
  square_sums(lanes, p, x, y, z, u);
  near_ratios(lanes, u, over, under);
  for (int l = 0; l < lanes; l++)
    over[l] = (p.a * b[l]) * over[l];
  for (int l = 0; l < lanes; l++)
    out[l] = over[l] / under[l];
}

SW_HOT static void near_flows(struct row p, int64_t n, const double *restrict x,
                              const double *restrict y, const double *restrict z,
                              const double *restrict b, double *restrict out) {
  int64_t j = 0;
  for (; j + NEAR_LANES <= n; j += NEAR_LANES)
    near_flow(NEAR_LANES, p, x + j, y + j, z + j, b + j, out + j);
  for (; j < n; j++)
    near_flow(1, p, x + j, y + j, z + j, b + j, out + j);
}

SW_INLINE void near_value(int lanes, struct row p, const double *restrict x,
                          const double *restrict y, const double *restrict z,
                          double *restrict out) {
  double u[NEAR_LANES], over[NEAR_LANES], under[NEAR_LANES];
  square_sums(lanes, p, x, y, z, u);
  near_ratios(lanes, u, over, under);
  for (int l = 0; l < lanes; l++)
    out[l] = over[l] / under[l];
}

/* The multiplication and the division stand in the order of near_flow: ((a b) N) / (u D). */
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

SW_HOT static void near_values(struct row p, int64_t n, const double *restrict x,
                               const double *restrict y, const double *restrict z,
                               double *restrict out) {
  int64_t j = 0;
  for (; j + NEAR_LANES <= n; j += NEAR_LANES)
    near_value(NEAR_LANES, p, x + j, y + j, z + j, out + j);
  for (; j < n; j++)
    near_value(1, p, x + j, y + j, z + j, out + j);
}

SW_HOT static void chords(struct row p, int64_t n, const double *restrict x,
                          const double *restrict y, const double *restrict z,
                          double *restrict out) {
  for (int64_t j = 0; j < n; j++)
    out[j] = square_sum(p.x - x[j], p.y - y[j], p.z - z[j]);
}

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

/* ---- chunks ----------------------------------------------------------------------------- */

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
 * units in a row mostly lie close together. */
void sw_arc_cover(int64_t n, const double *x, const double *y, const double *z, sw_arc_ball *ball) {
  for (int64_t c = 0; c < sw_arc_chunks(n); c++) {
    int64_t lo = c * SW_ARC_CHUNK;
    int64_t count = n - lo < SW_ARC_CHUNK ? n - lo : SW_ARC_CHUNK;
    ball[c] = ball_around(count, x + lo, y + lo, z + lo);
  }
}

static bool is_near(const sw_arc_ball *ball, struct row p) {
  return sw_arc_is_near(ball, p.x, p.y, p.z);
}

/* The end of the run of chunks from j on that are all near to p, or all not; at most j1. Long
 * runs matter: each call of a hot loop has its price. */
static int64_t run_end(const sw_arc_points *points, struct row p, int64_t j, int64_t j1,
                       bool *near) {
  int64_t chunk = j / SW_ARC_CHUNK;
  *near = is_near(&points->ball[chunk], p);
  do {
    chunk++;
  } while (chunk * SW_ARC_CHUNK < j1 && is_near(&points->ball[chunk], p) == *near);
  return chunk * SW_ARC_CHUNK < j1 ? chunk * SW_ARC_CHUNK : j1;
}

/* Segments may begin and end within a chunk: the ball holds for any part of it. */
void sw_arc_values(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out) {
  const double *x = points->x, *y = points->y, *z = points->z;
  struct row p = {x[i], y[i], z[i], 1};
  bool near;
  for (int64_t j = j0, end; j < j1; j = end) {
    end = run_end(points, p, j, j1, &near);
    (near ? near_values : any_values)(p, end - j, x + j, y + j, z + j, out + (j - j0));
  }
}

void sw_arc_flows(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double a,
                  const double *b, double *out) {
  const double *x = points->x, *y = points->y, *z = points->z;
  struct row p = {x[i], y[i], z[i], a};
  bool near;
  for (int64_t j = j0, end; j < j1; j = end) {
    end = run_end(points, p, j, j1, &near);
    (near ? near_flows : any_flows)(p, end - j, x + j, y + j, z + j, b + j, out + (j - j0));
  }
}

void sw_arc_chords(const sw_arc_points *points, int64_t i, int64_t j0, int64_t j1, double *out) {
  const double *x = points->x, *y = points->y, *z = points->z;
  chords((struct row){x[i], y[i], z[i], 1}, j1 - j0, x + j0, y + j0, z + j0, out);
}

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

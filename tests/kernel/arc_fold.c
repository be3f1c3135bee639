/* Sums of flows against the flows themselves, to the bit: every instruction set that this machine
 * runs, near and far rows, ragged edges. The plain set takes four rows at a time, as AVX-512 does.
 */
#include "kernel/pairs/arc_fold.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1400, STRIDE = 600, ROWS = 70, GROUPS = 3 };

static double x[N], y[N], z[N], mass[N];
static sw_arc_ball ball[(N + SW_ARC_CHUNK - 1) / SW_ARC_CHUNK];
static sw_arc_points points = {x, y, z, ball, false};
static const sw_arc_points divided = {x, y, z, ball, false}; /* no quotient by steps */

static double middle = 30; /* latitude */

/* Degrees of longitude and latitude about (100, middle). */
static void scatter(double wide, double high) {
  srand(5);
  for (int k = 0; k < N; k++) {
    double lon = (100 + wide * (rand() / (RAND_MAX + 1.0) - .5)) * M_PI / 180;
    double lat = (middle + high * (rand() / (RAND_MAX + 1.0) - .5)) * M_PI / 180;
    x[k] = cos(lat) * cos(lon);
    y[k] = cos(lat) * sin(lon);
    z[k] = sin(lat);
    mass[k] = 1 + rand() % 1000 / 7.0;
  }
  sw_arc_cover(N, x, y, z, ball);
}

typedef struct square {
  int64_t i0, i1, j0, j1;
} square;

static double *new_room(void) {
  return aligned_alloc(64, (sw_arc_fold_workspace() + 63) / 64 * 64); /* whole lines */
}

/* The sums begin as the engine begins them but for the columns, which go on from others. */
static void expect(square s) {
  static double row[ROWS * SW_LANES], column[SW_LANES * STRIDE], want_column[SW_LANES * STRIDE];
  double *room = new_room(), most = -INFINITY;
  memset(row, 0, sizeof row);
  for (int k = 0; k < SW_LANES * STRIDE; k++)
    column[k] = want_column[k] = k % 11;
  sw_lane_sums sums = {row, column, STRIDE, -INFINITY, NULL};
  sw_arc_fold_flows(&points, mass, mass, s.i0, s.i1, s.j0, s.j1, &sums, NULL, NULL, room);
  for (int64_t i = s.i0; i < s.i1; i++) {
    double flow[STRIDE], sum = 0, greatest = 0;
    sw_arc_flows(&divided, i, s.j0, s.j1, mass[i], mass, flow);
    sw_lanes_row(flow, s.j1 - s.j0, want_column + (i - s.i0) % SW_LANES * STRIDE, &sum, &greatest);
    most = greatest > most ? greatest : most;
    cr_assert_eq(sw_lanes_join(row + (i - s.i0) * SW_LANES), sum, "row %d of %d, columns %d-%d",
                 (int)i, (int)(s.i1 - s.i0), (int)s.j0, (int)s.j1);
  }
  cr_assert_eq(memcmp(column, want_column, sizeof column), 0, "columns %d-%d", (int)s.j0,
               (int)s.j1);
  cr_assert_eq(sums.greatest, most);
  free(room);
}

/* The same by group, and by nothing else. `begun`: sums go on from others. `run`: neighbours in a
 * group; 1: none. */
static void expect_groups(square s, int run, bool begun) {
  static double by_row[ROWS * GROUPS * SW_LANES], by_column[GROUPS * SW_LANES * STRIDE],
      want_row[ROWS * GROUPS * SW_LANES], want_column[GROUPS * SW_LANES * STRIDE];
  static int32_t of[N];
  double *room = new_room(), top = -INFINITY;
  for (int k = 0; k < N; k++)
    of[k] = k / run % GROUPS;
  for (int k = 0; k < ROWS * GROUPS * SW_LANES; k++)
    by_row[k] = want_row[k] = begun ? k % 7 : 0;
  for (int k = 0; k < GROUPS * SW_LANES * STRIDE; k++)
    by_column[k] = want_column[k] = begun ? k % 5 : 0;
  sw_lane_groups groups = {of + s.i0, of + s.j0, ROWS, by_row, by_column};
  sw_lane_sums sums = {NULL, NULL, STRIDE, -INFINITY, &groups};
  sw_arc_fold_flows(&points, mass, mass, s.i0, s.i1, s.j0, s.j1, &sums, NULL, NULL, room);
  for (int64_t r = 0; r < s.i1 - s.i0; r++) {
    double flow[STRIDE];
    sw_arc_flows(&divided, s.i0 + r, s.j0, s.j1, mass[s.i0 + r], mass, flow);
    for (int64_t c = 0; c < s.j1 - s.j0; c++) {
      want_row[(of[s.j0 + c] * ROWS + r) * SW_LANES + c % SW_LANES] += flow[c];
      want_column[(of[s.i0 + r] * SW_LANES + r % SW_LANES) * STRIDE + c] += flow[c];
      top = flow[c] > top ? flow[c] : top;
    }
  }
  cr_assert_eq(memcmp(by_row, want_row, sizeof by_row), 0, "rows, runs of %d", run);
  cr_assert_eq(memcmp(by_column, want_column, sizeof by_column), 0, "columns, runs of %d", run);
  cr_assert_eq(sums.greatest, top);
  free(room);
}

/* Limits at about 60, 200 and 700 km, and one that nothing is within. */
static const double most[] = {1e-30, 9e-5, 1e-3, 1.2e-2};
static const sw_ring_limits rings = {5, most};
enum { RINGS = 5 };

typedef struct ring_sums {
  double row[RINGS][ROWS * SW_LANES], column[RINGS][SW_LANES * STRIDE], count[RINGS];
} ring_sums;

static sw_ring_lanes begin_rings(ring_sums *s) {
  sw_lanes_begin(s->row[0], RINGS * ROWS * SW_LANES);
  sw_lanes_begin(s->column[0], (int64_t)RINGS * SW_LANES * STRIDE);
  memset(s->count, 0, sizeof s->count);
  return (sw_ring_lanes){s->row[0], s->column[0], ROWS * SW_LANES, SW_LANES * STRIDE, s->count};
}

/* By ring as the flows of each row by themselves; the square's own sums as without rings. */
static void expect_rings(square s) {
  static ring_sums got, want;
  static double row[2][ROWS * SW_LANES], column[2][SW_LANES * STRIDE];
  double *room = new_room();
  sw_ring_lanes to = begin_rings(&got), all = begin_rings(&want);
  sw_lane_sums sums[2];
  memset(row, 0, sizeof row);
  memset(column, 0, sizeof column);
  for (int k = 0; k < 2; k++) {
    sums[k] = (sw_lane_sums){row[k], column[k], STRIDE, -INFINITY, NULL};
    sw_arc_fold_flows(&points, mass, mass, s.i0, s.i1, s.j0, s.j1, &sums[k], k ? &rings : NULL, &to,
                      room);
  }
  for (int64_t i = s.i0, r = 0; i < s.i1; i++, r++) {
    double flow[STRIDE], chord[STRIDE];
    const sw_ring_lanes own = {all.row + r * SW_LANES, all.column + r % SW_LANES * STRIDE,
                               all.row_next, all.column_next, want.count};
    sw_arc_flows(&divided, i, s.j0, s.j1, mass[i], mass, flow);
    sw_arc_chords(&points, i, s.j0, s.j1, chord);
    sw_rings_add(&rings, s.j1 - s.j0, chord, flow, &own);
  }
  cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "rows %d, columns %d-%d", (int)(s.i1 - s.i0),
               (int)s.j0, (int)s.j1);
  cr_assert_eq(memcmp(row[0], row[1], sizeof row[0]), 0);
  cr_assert_eq(memcmp(column[0], column[1], sizeof column[0]), 0);
  cr_assert_eq(sums[0].greatest, sums[1].greatest);
  free(room);
}

/* Rows and columns of every remainder, blocks that end before, on and behind a chunk's end. */
static void expect_all(void (*expected)(square)) {
  for (int64_t rows = 1; rows < 14; rows++)
    expected((square){3, 3 + rows, 100, 100 + 37 * rows % STRIDE});
  for (int64_t columns = 250; columns < 268; columns++)
    expected((square){5, 12, 700, 700 + columns});
  for (int64_t columns = 505; columns < 522; columns++)
    expected((square){1, 1 + ROWS, 801, 801 + columns});
}

static void expect_all_groups(void) {
  static const int runs[] = {1, 3, 11, 40, 250};
  for (int k = 0; k < 10; k++) {
    for (int64_t rows = 1; rows < 14; rows++)
      expect_groups((square){3, 3 + rows, 100, 100 + 37 * rows % STRIDE}, runs[k % 5], k < 5);
    expect_groups((square){1, 1 + ROWS, 801, 801 + 519}, runs[k % 5], k < 5);
    expect_groups((square){5, 12, 700, 700 + 256}, runs[k % 5], k < 5);
  }
}

static void each_set(void) {
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    cr_assert_eq(sw_set(), (sw_set_of)set);
    for (int steps = 0; steps < 2; steps++) {
      points.by_steps = steps;
      expect_all(expect);
      expect_all(expect_rings);
      expect_all_groups();
    }
  }
}

Test(arc_fold, near) {
  scatter(20, 20);
  each_set();
}

Test(arc_fold, far) {
  scatter(360, 160);
  each_set();
}

/* A country and a few rows elsewhere: runs of near rows are broken. */
Test(arc_fold, near_and_far) {
  scatter(20, 20);
  for (int k = 0; k < N; k += 9)
    x[k] = -x[k], y[k] = -y[k];
  sw_arc_cover(N, x, y, z, ball);
  each_set();
  scatter(20, 20);
  for (int k = 4; k < 700; k += 3)
    x[k] = -x[k], y[k] = -y[k];
  sw_arc_cover(N, x, y, z, ball);
  each_set();
}

/* A place or a mass that is missing shows in the sums of its rows, or of every row. */
Test(arc_fold, missing) {
  static double row[ROWS * SW_LANES], column[SW_LANES * STRIDE];
  double *room = new_room();
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    scatter(20, 20);
    mass[2] = NAN, x[7] = y[7] = z[7] = NAN;
    sw_arc_cover(N, x, y, z, ball);
    memset(row, 0, sizeof row);
    sw_lane_sums sums = {row, column, STRIDE, 0, NULL};
    sw_arc_fold_flows(&points, mass, mass, 0, 20, 500, 901, &sums, NULL, NULL, room);
    for (int i = 0; i < 20; i++)
      cr_expect_eq(isnan(sw_lanes_join(row + i * SW_LANES)) != 0, i == 2 || i == 7, "row %d", i);
    cr_expect(sums.greatest > 0 && isfinite(sums.greatest));
    x[900] = y[900] = z[900] = NAN;
    sw_arc_fold_flows(&points, mass, mass, 30, 40, 500, 901, &sums, NULL, NULL, room);
    for (int r = 0; r < 10; r++)
      cr_expect(isnan(sw_lanes_join(row + r * SW_LANES)), "the last column is missing");
  }
  free(room);
}

/* The same numbers, or both none. */
static void expect_same(const double *got, const double *want, int64_t n, const char *what) {
  for (int64_t k = 0; k < n; k++)
    cr_assert(memcmp(&got[k], &want[k], sizeof *got) == 0 || (isnan(got[k]) && isnan(want[k])),
              "%s: %a, not %a", what, got[k], want[k]);
}

/* Sums and rows of flows where quotients go by steps if points and weights say that they may,
 * against divisions. */
static void expect_guarded(const char *what) {
  static double row[2][ROWS * SW_LANES], column[2][SW_LANES * STRIDE], flow[2][STRIDE];
  double *room = new_room(), top[2];
  sw_arc_cover(N, x, y, z, ball);
  points.by_steps = sw_arc_points_in_range(N, x, y, z) && sw_arc_weights_in_range(N, mass);
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    memset(row, 0, sizeof row);
    memset(column, 0, sizeof column);
    for (int k = 0; k < 2; k++) {
      sw_lane_sums sums = {row[k], column[k], STRIDE, -INFINITY, NULL};
      sw_arc_fold_flows(k ? &divided : &points, mass, mass, 0, ROWS, 500, 997, &sums, NULL, NULL,
                        room);
      top[k] = sums.greatest;
    }
    expect_same(row[0], row[1], ROWS * SW_LANES, what);
    expect_same(column[0], column[1], SW_LANES * STRIDE, what);
    expect_same(&top[0], &top[1], 1, what);
    /* Segments with the row's own place, and others. */
    for (int64_t i = 0; i < 80; i++) {
      int64_t j0 = i % 2 ? i / 3 : 500, j1 = 997 - 9 * i;
      if (j1 > j0 + STRIDE) j1 = j0 + STRIDE;
      if (j1 < j0) continue;
      sw_arc_flows(&points, i % 40, j0, j1, mass[i % 40], mass, flow[0]);
      sw_arc_flows(&divided, i % 40, j0, j1, mass[i % 40], mass, flow[1]);
      expect_same(flow[0], flow[1], j1 - j0, what);
      sw_arc_values(&points, i % 40, j0, j1, flow[0]);
      sw_arc_values(&divided, i % 40, j0, j1, flow[1]);
      expect_same(flow[0], flow[1], j1 - j0, what);
    }
  }
  free(room);
}

/* Masses of any size. -0.0 by steps would be 0.0. */
Test(arc_fold, guards_of_masses) {
  static const double odd[] = {0,     1e-80,  1e80,     NAN,   -0.0,   1e-300,
                               1e300, 5e-324, INFINITY, 9e-81, 1.1e80, -1};
  for (int k = 0; k < (int)(sizeof odd / sizeof *odd); k++) {
    scatter(20, 20);
    mass[11] = mass[513] = mass[702] = odd[k];
    cr_assert_eq(sw_arc_weights_in_range(N, mass), k < 4, "%g", odd[k]);
    expect_guarded("masses");
  }
  scatter(20, 20);
  for (int k = 0; k < N; k++)
    mass[k] = k % 3 ? 1e80 : k % 2 ? 1e-80 : 0;
  cr_assert(sw_arc_weights_in_range(N, mass));
  expect_guarded("least and greatest masses");
}

/* Points next to each other, points whose chord vanishes, missing ones, and rows that are among the
 * columns. */
Test(arc_fold, guards_of_points) {
  static const double close[] = {1e-40, 1e-16, 0x1p-53, 9e-41, 1e-170, 5e-324};
  middle = 0;
  for (int k = 0; k < (int)(sizeof close / sizeof *close); k++) {
    scatter(20, 20);
    x[5] = x[700], y[5] = y[700], z[5] = 0, z[700] = close[k];
    cr_assert_eq(sw_arc_points_in_range(N, x, y, z), k < 3, "%g", close[k]);
    for (int j = 0; j < N; j++)
      mass[j] = j % 2 ? 1e80 : 1e-80;
    expect_guarded("points close together");
  }
  scatter(20, 20);
  for (int j = 520; j < 540; j++) {
    x[j] = x[j - 515], z[j] = z[j - 515];
    y[j] = nextafter(y[j - 515], 2);
  }
  x[9] = y[9] = z[9] = x[801] = y[801] = z[801] = mass[801] = NAN;
  expect_guarded("neighbours, missing");
}

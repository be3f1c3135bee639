/* The k-d tree and neighbours on the sphere against trying every point. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kernel/space/neighbours.h"

enum { MOST = 2000 };

struct points {
  int64_t n;
  double x[MOST], y[MOST], z[MOST];
};

static struct points points;

/* Random places, a lattice with many exact ties, or clumps of points at one place. */
static void make_points(int64_t n, int kind) {
  points.n = n;
  for (int64_t i = 0; i < n; i++) {
    sw_rng rng = sw_rng_make(7, (uint64_t)kind, (uint64_t)i);
    double a[3];
    for (int c = 0; c < 3; c++)
      a[c] = kind == 0   ? sw_rng_normal(&rng)
             : kind == 1 ? (double)sw_rng_below(&rng, 9) - 4.0
                         : (double)sw_rng_below(&rng, 2);
    double length = kind == 0 ? sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) : 8.0;
    points.x[i] = a[0] / length;
    points.y[i] = a[1] / length;
    points.z[i] = a[2] / length;
  }
}

static double chord2(int64_t i, int64_t j) {
  return sw_chord2(points.x, points.y, points.z, i, j);
}

static int64_t asking;

static int by_distance_then_index(const void *a, const void *b) {
  int32_t i = *(const int32_t *)a, j = *(const int32_t *)b;
  double di = chord2(asking, i), dj = chord2(asking, j);
  if (di != dj) return di < dj ? -1 : 1;
  return (i > j) - (i < j);
}

static sw_kdtree *tree_of_points(void) {
  sw_error err = {0};
  sw_kdtree *tree = NULL;
  cr_assert_eq(sw_kdtree_create(&err, points.n, points.x, points.y, points.z, &tree), SW_OK);
  return tree;
}

static void check_nearest(int64_t n, int kind, int64_t k) {
  static int32_t all[MOST], to[MOST];
  static double found[MOST];
  make_points(n, kind);
  sw_kdtree *tree = tree_of_points();
  for (asking = 0; asking < n; asking++) {
    int64_t others = 0;
    for (int64_t j = 0; j < n; j++)
      if (j != asking) all[others++] = (int32_t)j;
    qsort(all, (size_t)others, sizeof *all, by_distance_then_index);
    sw_kdtree_nearest(tree, asking, k, to, found);
    for (int64_t r = 0; r < k; r++) {
      cr_assert_eq(to[r], all[r], "n %ld kind %d: rank %ld of point %ld", n, kind, r, asking);
      cr_assert_eq(found[r], chord2(asking, all[r]));
    }
  }
  sw_kdtree_destroy(tree);
}

Test(kdtree, nearest_of_random_points) {
  check_nearest(500, 0, 8);
  check_nearest(2000, 0, 3);
}

Test(kdtree, exact_ties_go_to_the_lower_index) {
  check_nearest(500, 1, 12);
  check_nearest(500, 2, 20); /* eight places, some sixty points at each */
}

Test(kdtree, small_sets_and_all_neighbours) {
  for (int64_t n = 1; n <= 40; n++)
    for (int kind = 0; kind < 3; kind++)
      check_nearest(n, kind, n - 1);
}

static void check_within(int64_t n, int kind, double limit) {
  static int32_t to[MOST];
  make_points(n, kind);
  sw_kdtree *tree = tree_of_points();
  for (int64_t i = 0; i < n; i++) {
    int64_t count = sw_neighbours_count(tree, i, limit), next = 0;
    sw_neighbours_within(tree, i, limit, count, to);
    for (int64_t j = 0; j < n; j++) {
      if (j == i || chord2(i, j) > limit) continue;
      cr_assert_lt(next, count);
      cr_assert_eq(to[next++], j);
    }
    cr_assert_eq(next, count);
  }
  sw_kdtree_destroy(tree);
}

Test(kdtree, within_a_radius_its_edge_included) {
  check_within(500, 0, 0.09);
  check_within(500, 1, 2.0 / 64.0); /* exactly the diagonal of a cell */
  check_within(500, 2, 0.0);        /* points at the same place alone */
  check_within(30, 0, 4.5);         /* everything */
}

/* A micrometre beyond the distance is within, two are not. */
Test(neighbours, limit_is_the_distance_and_a_micrometre) {
  const double half_circle = M_PI * 6371.0088;
  for (double km = 1e-3; km < half_circle / 2; km *= 7.3) {
    double arc = 2 * 6371.0088 * asin(sqrt(sw_neighbours_chord2_limit(km) / 4));
    cr_assert(arc >= km + .99e-9 * (1 - km / half_circle) && arc <= km + 2e-9, "%g km: %.17g", km,
              arc);
  }
  cr_assert_geq(sw_neighbours_chord2_limit(half_circle + 1), 4.0);
}

/* Six units on a line, evenly apart, wherever it lies: the nearest is on either side but for the
 * last bit of a chord, so it is the lower one; and what lies at the limit is within, seen from
 * either side. */
Test(neighbours, ties_on_a_line_go_to_the_lower_unit) {
  static const int32_t nearest[6] = {1, 0, 1, 2, 3, 4};
  static const int64_t within[6] = {1, 2, 2, 2, 2, 1};
  for (int place = 0; place < 2000; place++) {
    double step = place % 2 ? .1 : 200 / (6371.0088 * M_PI / 180);
    bool meridian = place % 3 == 0;
    points.n = 6;
    for (int i = 0; i < 6; i++) {
      double along = (meridian ? -60 : -170) + place * .05 + i * step, across = meridian ? 40 : 0;
      sw_sphere_vectors(1, meridian ? &across : &along, meridian ? &along : &across, &points.x[i],
                        &points.y[i], &points.z[i]);
    }
    sw_kdtree *tree = tree_of_points();
    double limit = sw_neighbours_chord2_limit(place % 2 ? .1 * 6371.0088 * M_PI / 180 : 200);
    for (int64_t i = 0; i < 6; i++) {
      int32_t to[2];
      double work[2];
      sw_neighbours_nearest(tree, i, 1, to, work);
      cr_assert_eq(to[0], nearest[i], "place %d: %d is nearest to %ld", place, to[0], i);
      cr_assert_eq(sw_neighbours_count(tree, i, limit), within[i], "place %d: %ld", place, i);
    }
    sw_kdtree_destroy(tree);
  }
}

/* Of many at one place the lower ones, however few are wanted; what is nearer stays. */
Test(neighbours, as_near_as_each_other) {
  make_points(400, 2);
  sw_kdtree *tree = tree_of_points();
  for (int64_t i = 0; i < points.n; i++) {
    int32_t to[3], want[3];
    double work[3];
    int64_t count = 0;
    for (int64_t j = 0; j < points.n && count < 3; j++)
      if (j != i && chord2(i, j) == 0) want[count++] = (int32_t)j;
    cr_assert_eq(count, 3);
    sw_neighbours_nearest(tree, i, 3, to, work);
    for (int r = 0; r < 3; r++)
      cr_assert_eq(to[r], want[r]);
  }
  sw_kdtree_destroy(tree);
}

/* A degree of longitude on the equator is 111.195 km on this sphere; 50 m keep their digits, which
 * the arc cosine of a dot product would lose. */
Test(neighbours, inverse_distances) {
  double lon[4] = {0, 1, 50.0 / 111195.08, 180}, lat[4] = {0, 0, 0, 0}, x[4], y[4], z[4], value[3];
  int32_t to[3] = {1, 2, 3};
  sw_sphere_vectors(4, lon, lat, x, y, z);
  cr_assert_eq(sw_neighbours_inverse_distance_row(x, y, z, 0, 3, to, 1, value), -1);
  cr_assert_float_eq(1 / value[0], 6371.0088 * M_PI / 180, 1e-9);
  cr_assert_float_eq(1 / value[1], 6371.0088 * M_PI / 180 * lon[2], 1e-12);
  cr_assert_float_eq(1 / value[2], 6371.0088 * M_PI, 1e-6);
  double squared[3];
  cr_assert_eq(sw_neighbours_inverse_distance_row(x, y, z, 0, 3, to, 2, squared), -1);
  for (int k = 0; k < 3; k++)
    cr_assert_float_eq(squared[k] / (value[k] * value[k]), 1, 1e-14);
  int32_t self[1] = {0};
  cr_assert_eq(sw_neighbours_inverse_distance_row(x, y, z, 0, 1, self, 1, value), 0);
  cr_assert_eq(sw_neighbours_inverse_distance_row(x, y, z, 0, 3, to, 500, value),
               0); /* underflows */
}

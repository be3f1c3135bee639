/* See zones.h. Points become occupied cells, a quarter of the gap wide; cells within the gap of
 * each other join their units. All is found by least, greatest and sorted values, which no order of
 * the points changes.
 *
 * Called when a map is drawn. n log n by a tree of cells; memory some ten numbers per point while
 * it runs. A failure frees all. */
#include "kernel/map/zones.h"

#include "base/arena.h"
#include "kernel/map/groups.h"
#include "kernel/space/disjoint.h"
#include "kernel/space/kdtree.h"
#include "kernel/space/sphere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEWEST = 10, NEAR = 1024 }; /* units of a map with insets; cells within a gap */
/* A chord of 0.95 Earth radii is some 57 degrees. */
static const double widest_bulk = .95; /* radius of a bulk, in Earth radii: more is the world */
static const double least_share = .6;

typedef struct cell {
  int64_t at[3];
  int32_t unit;
} cell;

/* In space, so that no date line or pole needs a case. */
typedef struct finder {
  const sw_spots *spots;
  double *x, *y, *z;        /* of points */
  double *low[3], *high[3]; /* of units, along each axis */
  double *centre[3];        /* of units that have points, one after the other */
  int64_t there;            /* units with points */
  double gap;
  cell *cell;
  int64_t n_cells;
  int32_t *parent; /* of units */
} finder;

/* ---- extents of units -------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The value below which a share of them lies; sorts them. NaN do not occur, as spots have
 * places. */
static double at_share(double *value, int64_t count, double share) {
  qsort(value, (size_t)count, sizeof *value, compare_numbers);
  int64_t k = (int64_t)(share * (double)count);
  return value[k < count ? k : count - 1];
}

/* Cells are no more than points. */
static sw_status open_finder(sw_error *err, finder *f) {
  size_t n = (size_t)f->spots->n, count = (size_t)f->spots->count;
  SW_TRY(sw_alloc(err, count, sizeof *f->x, (void **)&f->x));
  SW_TRY(sw_alloc(err, count, sizeof *f->y, (void **)&f->y));
  SW_TRY(sw_alloc(err, count, sizeof *f->z, (void **)&f->z));
  for (int axis = 0; axis < 3; axis++) {
    SW_TRY(sw_alloc(err, n, sizeof(double), (void **)&f->low[axis]));
    SW_TRY(sw_alloc(err, n, sizeof(double), (void **)&f->high[axis]));
    SW_TRY(sw_alloc(err, n, sizeof(double), (void **)&f->centre[axis]));
  }
  SW_TRY(sw_alloc(err, n, sizeof *f->parent, (void **)&f->parent));
  return sw_alloc(err, count, sizeof *f->cell, (void **)&f->cell);
}

static void close_finder(finder *f) {
  sw_free(f->x), sw_free(f->y), sw_free(f->z);
  for (int axis = 0; axis < 3; axis++)
    sw_free(f->low[axis]), sw_free(f->high[axis]), sw_free(f->centre[axis]);
  sw_free(f->parent);
  sw_free(f->cell);
}

/* Space in Earth radii, or the plane as it is. Units without points keep infinite bounds, by which
 * they are known later. */
static void find_extents(finder *f) {
  const sw_spots *s = f->spots;
  if (s->degrees) sw_sphere_vectors(s->count, s->x, s->y, f->x, f->y, f->z);
  for (int64_t k = 0; k < s->count && !s->degrees; k++)
    f->x[k] = s->x[k], f->y[k] = s->y[k], f->z[k] = 0;
  const double *along[3] = {f->x, f->y, f->z};
  for (int axis = 0; axis < 3; axis++) {
    for (int64_t i = 0; i < s->n; i++)
      f->low[axis][i] = INFINITY, f->high[axis][i] = -INFINITY;
    for (int64_t k = 0; k < s->count; k++) {
      double *low = &f->low[axis][s->unit[k]], *high = &f->high[axis][s->unit[k]];
      *low = fmin(*low, along[axis][k]);
      *high = fmax(*high, along[axis][k]);
    }
    /* Units without points have no centre: the centres of the others stand side by side. */
    f->there = 0;
    for (int64_t i = 0; i < s->n; i++)
      if (f->low[axis][i] <= f->high[axis][i])
        f->centre[axis][f->there++] = (f->low[axis][i] + f->high[axis][i]) / 2;
  }
}

/* ---- gap --------------------------------------------------------------------------------- */

/* How far 90% of the places have their nearest. 90%, as a few lonely units must not widen the
 * gap. */
static sw_status spacing(sw_error *err, const finder *f, double *room, double *value) {
  sw_kdtree *tree;
  SW_TRY(sw_kdtree_create(err, f->there, f->centre[0], f->centre[1], f->centre[2], &tree));
  for (int64_t i = 0; i < f->there; i++) {
    int32_t nearest;
    sw_kdtree_nearest(tree, i, 1, &nearest, &room[i]);
  }
  *value = sqrt(at_share(room, f->there, .9));
  sw_kdtree_destroy(tree);
  return SW_OK;
}

/* The gap; 0: there is no bulk to lie far from. A fifth of the radius within which 80% of the units
 * lie around the median, so that outlying islands do not count; of single points, which have no
 * outlines that touch, not less than 2.5 times their spacing. */
static sw_status find_gap(sw_error *err, finder *f) {
  double *room, middle[3], nearest = 0;
  SW_TRY(sw_alloc(err, (size_t)f->there, sizeof *room, (void **)&room));
  for (int axis = 0; axis < 3; axis++) {
    memcpy(room, f->centre[axis], (size_t)f->there * sizeof *room);
    middle[axis] = at_share(room, f->there, .5);
  }
  for (int64_t i = 0; i < f->there; i++) {
    double dx = f->centre[0][i] - middle[0], dy = f->centre[1][i] - middle[1],
           dz = f->centre[2][i] - middle[2];
    room[i] = sqrt(dx * dx + dy * dy + dz * dz);
  }
  double radius = at_share(room, f->there, .8);
  sw_status status = SW_OK;
  if (f->spots->single) status = spacing(err, f, room, &nearest);
  sw_free(room);
  f->gap = f->spots->degrees && radius > widest_bulk ? 0 : fmax(radius / 5, 2.5 * nearest);
  return status;
}

/* ---- joined ------------------------------------------------------------------------------ */

/* By place, then by unit: a total order. */
static int compare_cells(const void *a, const void *b) {
  const cell *p = a, *q = b;
  for (int axis = 0; axis < 3; axis++)
    if (p->at[axis] != q->at[axis]) return p->at[axis] < q->at[axis] ? -1 : 1;
  return (p->unit > q->unit) - (p->unit < q->unit);
}

/* Occupied cells, each once; units in one cell are one group. After sorting, equal cells stand side
 * by side. */
static void occupy(finder *f) {
  const sw_spots *s = f->spots;
  double wide = f->gap / 4;
  for (int64_t i = 0; i < s->n; i++)
    f->parent[i] = (int32_t)i;
  for (int64_t k = 0; k < s->count; k++)
    f->cell[k] = (cell){{(int64_t)floor(f->x[k] / wide), (int64_t)floor(f->y[k] / wide),
                         (int64_t)floor(f->z[k] / wide)},
                        s->unit[k]};
  qsort(f->cell, (size_t)s->count, sizeof *f->cell, compare_cells);
  f->n_cells = 0;
  for (int64_t k = 0; k < s->count; k++) {
    cell *last = f->n_cells ? &f->cell[f->n_cells - 1] : NULL;
    if (last && !memcmp(last->at, f->cell[k].at, sizeof last->at))
      sw_disjoint_join(f->parent, last->unit, f->cell[k].unit);
    else
      f->cell[f->n_cells++] = f->cell[k];
  }
}

/* Cells within the gap of each other; their middles take the place of the points. Cells are a
 * quarter of the gap wide, so some 260 lie within it at most, and NEAR suffices. */
static sw_status join_near(sw_error *err, finder *f) {
  sw_kdtree *tree;
  int32_t near[NEAR];
  for (int64_t k = 0; k < f->n_cells; k++) {
    f->x[k] = ((double)f->cell[k].at[0] + .5) * f->gap / 4;
    f->y[k] = ((double)f->cell[k].at[1] + .5) * f->gap / 4;
    f->z[k] = ((double)f->cell[k].at[2] + .5) * f->gap / 4;
  }
  SW_TRY(sw_kdtree_create(err, f->n_cells, f->x, f->y, f->z, &tree));
  for (int64_t k = 0; k < f->n_cells; k++) {
    int64_t count = sw_kdtree_within(tree, k, f->gap * f->gap, NEAR, near);
    for (int64_t j = 0; j < count && j < NEAR; j++)
      sw_disjoint_join(f->parent, f->cell[k].unit, f->cell[near[j]].unit);
  }
  sw_kdtree_destroy(tree);
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Groups numbered by their lowest unit; group[u] -1: it has no point. Roots are lowest units, so
 * the root is met first. */
static int number_groups(finder *f, int32_t *group) {
  int count = 0;
  for (int32_t i = 0; i < f->spots->n; i++) {
    group[i] = -1;
    if (!(f->low[0][i] <= f->high[0][i])) continue;
    int32_t root = sw_disjoint_root(f->parent, i);
    group[i] = root == i ? count++ : group[root];
  }
  return count;
}

/* Splits the units into the bulk, which has at least 60% of them (least_share), and the others,
 * once they are groups. */
static sw_status divide(sw_error *err, finder *f, int32_t *group, int32_t *of_cell, uint8_t *zone,
                        int *zones) {
  sw_groups groups = {.spots = f->spots,
                      .group = group,
                      .n = number_groups(f, group),
                      .n_cells = f->n_cells,
                      .of_cell = of_cell,
                      .x = f->x,
                      .y = f->y,
                      .z = f->z,
                      .least = (int64_t)ceil(least_share * (double)f->there)};
  for (int64_t k = 0; k < f->n_cells; k++)
    of_cell[k] = group[f->cell[k].unit];
  return sw_groups_to_zones(err, &groups, zone, zones);
}

/* The finder is freed by the caller in all cases. */
static sw_status find(sw_error *err, finder *f, uint8_t *zone, int *zones) {
  int32_t *group = NULL, *of_cell = NULL;
  SW_TRY(open_finder(err, f));
  find_extents(f);
  if (f->there < FEWEST) return SW_OK;
  SW_TRY(find_gap(err, f));
  if (!(f->gap > 0)) return SW_OK;
  occupy(f);
  SW_TRY(join_near(err, f));
  sw_status status = sw_alloc(err, (size_t)f->spots->n, sizeof *group, (void **)&group);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)f->n_cells, sizeof *of_cell, (void **)&of_cell);
  if (status == SW_OK) status = divide(err, f, group, of_cell, zone, zones);
  sw_free(group);
  sw_free(of_cell);
  return status;
}

/* Zone 0 is the main map. Few units, or those of the whole world, have no insets. */
sw_status sw_zones_find(sw_error *err, const sw_spots *spots, uint8_t *zone, int *zones) {
  finder f = {.spots = spots};
  memset(zone, 0, (size_t)spots->n);
  *zones = 1;
  sw_status status = find(err, &f, zone, zones);
  close_finder(&f);
  return status;
}

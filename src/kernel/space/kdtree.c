/* The tree is implicit: the points stand in one array, a node is a range of it, split at its
 * middle along the axis in which the range is widest; ranges of LEAF points or fewer are tried
 * one by one. Only the axis of a node needs to be stored, at the place of its middle point.
 *
 * Built by each rank for a weights matrix made of coordinates (store/links/weights_place.c),
 * then asked by all threads for one unit's row each. Why the answer is exact, ties included, is
 * said in kdtree.h. Building takes n log n on average; the recursion is log2(n / LEAF) deep, as
 * every range is halved. */
#include "kernel/space/kdtree.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

/* Below this, trying all points is faster than descending. */
enum { LEAF = 12 };

/* 32 bytes: a node and its coordinates are read together. */
typedef struct point {
  double at[3];
  int32_t index, axis; /* axis: of the node whose middle this point is */
} point;

struct sw_kdtree {
  int64_t n;
  point *points;
  int32_t *place; /* n: where each index stands in `points` */
};

/* ---- building --------------------------------------------------------------------------- */

/* A total order, by coordinate, then by index: so the two halves of a range, and with them the
 * tree, do not depend on how the partitioning below goes about it. Many points may share a
 * coordinate or a place. Never equal for two different points. */
static bool before(const point *a, const point *b, int axis) {
  if (a->at[axis] != b->at[axis]) return a->at[axis] < b->at[axis];
  return a->index < b->index;
}

static void swap(point *a, point *b) {
  point t = *a;
  *a = *b;
  *b = t;
}

/* The median of the first, middle and last point, put last, as pivot: points that are in order
 * already, as on a lattice, do not make the selection quadratic. */
static void choose_pivot(point *p, int64_t lo, int64_t hi, int axis) {
  int64_t mid = lo + (hi - lo) / 2, last = hi - 1;
  /* Three exchanges sort the three as far as needed: the least first, the median last. */
  if (before(&p[mid], &p[lo], axis)) swap(&p[mid], &p[lo]);
  if (before(&p[last], &p[lo], axis)) swap(&p[last], &p[lo]);
  if (before(&p[mid], &p[last], axis)) swap(&p[mid], &p[last]);
}

/* Quickselect: point `nth` of [lo, hi) gets its place in the order, smaller ones before it, larger
 * ones after. Linear on average. In place and without recursion. */
static void select_nth(point *p, int64_t lo, int64_t hi, int64_t nth, int axis) {
  while (hi - lo > 1) {
    choose_pivot(p, lo, hi, axis);
    /* The pivot stands last; what is before it in the order is collected at the front. */
    int64_t store = lo;
    for (int64_t i = lo; i < hi - 1; i++)
      if (before(&p[i], &p[hi - 1], axis)) swap(&p[i], &p[store++]);
    swap(&p[store], &p[hi - 1]);
    if (nth == store) return;
    if (nth < store)
      hi = store;
    else
      lo = store + 1;
  }
}

/* The axis in which points [lo, hi), at least one, spread most; the lowest axis of equal ones. */
static int widest_axis(const point *p, int64_t lo, int64_t hi) {
  int widest = 0;
  double width = -1.0;
  for (int axis = 0; axis < 3; axis++) {
    double least = p[lo].at[axis], most = least;
    for (int64_t i = lo + 1; i < hi; i++) {
      least = fmin(least, p[i].at[axis]);
      most = fmax(most, p[i].at[axis]);
    }
    if (most - least > width) {
      width = most - least;
      widest = axis;
    }
  }
  return widest;
}

/* Depth is logarithmic, so recursion is safe. */
static void build(point *p, int64_t lo, int64_t hi) {
  if (hi - lo <= LEAF) return;
  int64_t mid = lo + (hi - lo) / 2;
  int axis = widest_axis(p, lo, hi);
  select_nth(p, lo, hi, mid, axis);
  /* The middle point belongs to neither half: it carries the node. */
  p[mid].axis = axis;
  build(p, lo, mid);
  build(p, mid + 1, hi);
}

/* *out is NULL after a failure. `place` is made after building, which moves the points. Coordinates
 * must not be NaN, which would break the order. */
sw_status sw_kdtree_create(sw_error *err, int64_t n, const double *x, const double *y,
                           const double *z, sw_kdtree **out) {
  sw_kdtree *tree = NULL;
  *out = NULL;
  SW_TRY(sw_calloc(err, 1, sizeof *tree, (void **)&tree));
  tree->n = n;
  sw_status status = sw_alloc(err, (size_t)n, sizeof *tree->points, (void **)&tree->points);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)n, sizeof *tree->place, (void **)&tree->place);
  if (status != SW_OK) {
    sw_kdtree_destroy(tree);
    return status;
  }
  for (int64_t i = 0; i < n; i++)
    tree->points[i] = (point){{x[i], y[i], z[i]}, (int32_t)i, 0};
  build(tree->points, 0, n);
  for (int64_t i = 0; i < n; i++)
    tree->place[tree->points[i].index] = (int32_t)i;
  *out = tree;
  return SW_OK;
}

void sw_kdtree_destroy(sw_kdtree *tree) {
  if (!tree) return;
  sw_free(tree->points);
  sw_free(tree->place);
  sw_free(tree);
}

/* ---- asking ----------------------------------------------------------------------------- */

/* The same operations as sw_chord2, to the bit. */
static double chord2_of(const point *a, const point *b) {
  double dx = a->at[0] - b->at[0], dy = a->at[1] - b->at[1], dz = a->at[2] - b->at[2];
  return dx * dx + dy * dy + dz * dz;
}

/* A question for the k nearest: `to` and `chord2` are a heap of the best so far, the worst on top.
 * Small heaps in the caller's arrays; no allocation while asking. */
typedef struct nearest {
  const point *p, *self; /* the tree; the point asked about */
  int64_t k, count;      /* wanted, found so far */
  int32_t *to;
  double *chord2;
} nearest;

/* Is entry (d, index) farther than entry `b`? Of equal distances the higher index is, so that
 * ties do not depend on the walk. */
static bool farther(const nearest *q, double d, int32_t index, int64_t b) {
  return d > q->chord2[b] || (d == q->chord2[b] && index > q->to[b]);
}

/* Puts (d, index) at the top of the heap's first `count` entries, in place of what was there,
 * and lets it sink to its place. */
static void sink(nearest *q, int64_t count, double d, int32_t index) {
  int64_t hole = 0;
  for (int64_t child; (child = 2 * hole + 1) < count; hole = child) {
    if (child + 1 < count && farther(q, q->chord2[child + 1], q->to[child + 1], child)) child++;
    if (farther(q, d, index, child)) break;
    q->chord2[hole] = q->chord2[child];
    q->to[hole] = q->to[child];
  }
  q->chord2[hole] = d;
  q->to[hole] = index;
}

/* Adds an entry to a heap that is not full. */
static void rise(nearest *q, double d, int32_t index) {
  int64_t hole = q->count++;
  for (int64_t parent; hole > 0 && farther(q, d, index, parent = (hole - 1) / 2); hole = parent) {
    q->chord2[hole] = q->chord2[parent];
    q->to[hole] = q->to[parent];
  }
  q->chord2[hole] = d;
  q->to[hole] = index;
}

/* Points at the same place as `self` are neighbours like any other; only `self` is left out. */
static void offer(nearest *q, const point *candidate) {
  if (candidate == q->self) return;
  double d = chord2_of(q->self, candidate);
  if (q->count < q->k)
    rise(q, d, candidate->index);
  else if (!farther(q, d, candidate->index, 0))
    sink(q, q->count, d, candidate->index);
}

/* Offers the points of [lo, hi) that can matter: the side of the plane on which `self` lies first,
 * which makes the heap good early and lets the other side be left out. side^2 is at most the
 * squared distance to any point beyond the plane. */
static void seek_nearest(nearest *q, int64_t lo, int64_t hi) {
  if (hi - lo <= LEAF) {
    for (int64_t i = lo; i < hi; i++)
      offer(q, &q->p[i]);
    return;
  }
  int64_t mid = lo + (hi - lo) / 2;
  const point *middle = &q->p[mid];
  double side = q->self->at[middle->axis] - middle->at[middle->axis];
  if (side < 0)
    seek_nearest(q, lo, mid);
  else
    seek_nearest(q, mid + 1, hi);
  offer(q, middle);
  /* At equality a point beyond the plane may still win the tie by its index. */
  if (q->count == q->k && side * side > q->chord2[0]) return;
  if (side < 0)
    seek_nearest(q, mid + 1, hi);
  else
    seek_nearest(q, lo, mid);
}

/* The heap is unpacked from behind: the worst goes to the last place, and the entry that stood
 * there sinks into the rest. */
void sw_kdtree_nearest(const sw_kdtree *tree, int64_t self, int64_t k, int32_t *to,
                       double *chord2) {
  nearest q = {.p = tree->points, .self = &tree->points[tree->place[self]], .k = k};
  q.to = to;
  q.chord2 = chord2;
  if (k <= 0) return;
  seek_nearest(&q, 0, tree->n);
  for (int64_t last = q.count - 1; last > 0; last--) {
    double d = chord2[last];
    int32_t index = to[last];
    chord2[last] = chord2[0];
    to[last] = to[0];
    sink(&q, last, d, index);
  }
}

/* A place that is no point of the tree: nothing is left out. */
int64_t sw_kdtree_nearest_to(const sw_kdtree *tree, const double at[3], double *chord2) {
  point self = {{at[0], at[1], at[2]}, -1, 0};
  int32_t to = -1;
  nearest q = {.p = tree->points, .self = &self, .k = 1, .to = &to, .chord2 = chord2};
  seek_nearest(&q, 0, tree->n);
  return to;
}

/* Offers what is nearer than lo as 0, what is as near as each other as 1. Two classes of distance
 * in place of distances, so that ties are decided by the index alone. */
static void offer_among(nearest *q, const point *candidate, double lo, double hi) {
  double d = chord2_of(q->self, candidate), as = d < lo ? 0 : 1;
  if (candidate == q->self || d > hi) return;
  if (q->count < q->k)
    rise(q, as, candidate->index);
  else if (!farther(q, as, candidate->index, 0))
    sink(q, q->count, as, candidate->index);
}

/* The walk of seek_within: which points matter is known beforehand. */
static void seek_among(nearest *q, int64_t lo, int64_t hi, double least, double limit) {
  if (hi - lo <= LEAF) {
    for (int64_t i = lo; i < hi; i++)
      offer_among(q, &q->p[i], least, limit);
    return;
  }
  int64_t mid = lo + (hi - lo) / 2;
  const point *middle = &q->p[mid];
  double side = q->self->at[middle->axis] - middle->at[middle->axis];
  bool cut = side * side > limit;
  offer_among(q, middle, least, limit);
  if (side <= 0 || !cut) seek_among(q, lo, mid, least, limit);
  if (side >= 0 || !cut) seek_among(q, mid + 1, hi, least, limit);
}

/* The k nearest of a unit among those at chords between lo and hi. */
void sw_kdtree_nearest_among(const sw_kdtree *tree, int64_t self, int64_t k, double lo, double hi,
                             int32_t *to, double *chord2) {
  nearest q = {.p = tree->points, .self = &tree->points[tree->place[self]], .k = k};
  q.to = to;
  q.chord2 = chord2;
  if (k > 0) seek_among(&q, 0, tree->n, lo, hi);
}

/* A question for all within `limit`. */
typedef struct within {
  const point *p, *self;
  double limit;
  int64_t capacity, count; /* places in `to`; found so far, which may be more */
  int32_t *to;
} within;

/* Counts on beyond the capacity, so that a first call without room tells how much is needed. */
static void accept(within *q, const point *candidate) {
  if (candidate == q->self || chord2_of(q->self, candidate) > q->limit) return;
  if (q->count < q->capacity) q->to[q->count] = candidate->index;
  q->count++;
}

/* Both sides where the plane is within the limit, else the side of `self`. On the plane itself
 * (side 0) both: points with the middle's coordinate may stand on either side. */
static void seek_within(within *q, int64_t lo, int64_t hi) {
  if (hi - lo <= LEAF) {
    for (int64_t i = lo; i < hi; i++)
      accept(q, &q->p[i]);
    return;
  }
  int64_t mid = lo + (hi - lo) / 2;
  const point *middle = &q->p[mid];
  double side = q->self->at[middle->axis] - middle->at[middle->axis];
  /* `<=` and `>=` below, as the order of building is (coordinate, index): equal coordinates lie
   * on both sides. */
  bool cut = side * side > q->limit;
  accept(q, middle);
  if (side <= 0 || !cut) seek_within(q, lo, mid);
  if (side >= 0 || !cut) seek_within(q, mid + 1, hi);
}

int64_t sw_kdtree_within(const sw_kdtree *tree, int64_t self, double limit, int64_t capacity,
                         int32_t *to) {
  within q = {tree->points, &tree->points[tree->place[self]], limit, capacity, 0, to};
  seek_within(&q, 0, tree->n);
  return q.count;
}

/* Which rings of a polygon are holes, by where they lie: within an odd number of its other rings.
 * Files say it, but not all say it right: programs that simplify maps write holes as parts of their
 * own.
 *
 * Called when polygons are read for maps. Cost: points of rings times the rings whose boxes hold
 * them. */
#include "kernel/topology/topology.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

/* 2000 rings of one polygon would be 4 million pairs; real polygons of that many rings are
 * archipelagos, which have no holes that are wrong. */
enum { MOST = 2000 }; /* rings of a polygon that are compared with each other */

typedef struct bounds {
  double left, right, low, high;
  double x, y; /* a point within */
} bounds;

static int compare_numbers(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Where the line at `y` crosses points [a, b) of a ring, in their order; how often. Half-open in y:
 * a vertex on the line counts once. */
static int64_t cross(const sw_rings *rings, int64_t a, int64_t b, double y, double *cut) {
  int64_t count = 0;
  for (int64_t k = a; k + 1 < b; k++) {
    double y0 = rings->y[k], y1 = rings->y[k + 1];
    if ((y0 <= y) == (y1 <= y)) continue;
    cut[count++] = rings->x[k] + (y - y0) / (y1 - y0) * (rings->x[k + 1] - rings->x[k]);
  }
  return count;
}

/* By the crossings of a ray to the right. Each edge has its lower end and not its upper one, so
 * that a vertex on the ray counts once. */
static bool contains(const sw_rings *rings, int64_t r, double x, double y) {
  bool in = false;
  for (int64_t k = rings->start[r]; k + 1 < rings->start[r + 1]; k++) {
    double y0 = rings->y[k], y1 = rings->y[k + 1];
    if ((y0 <= y) == (y1 <= y)) continue;
    in ^= x < rings->x[k] + (y - y0) / (y1 - y0) * (rings->x[k + 1] - rings->x[k]);
  }
  return in;
}

/* The point is the middle of the widest stretch at half the height: on a border of no other ring,
 * unless the file is wrong anyway. */
static bounds bounds_of(const sw_rings *rings, int64_t r, double *cut) {
  bounds b = {INFINITY, -INFINITY, INFINITY, -INFINITY, NAN, NAN};
  for (int64_t k = rings->start[r]; k < rings->start[r + 1]; k++) {
    b.left = fmin(b.left, rings->x[k]), b.right = fmax(b.right, rings->x[k]);
    b.low = fmin(b.low, rings->y[k]), b.high = fmax(b.high, rings->y[k]);
  }
  double widest = 0;
  /* Half the height of a ring meets its interior if the ring has any area. */
  b.y = (b.low + b.high) / 2;
  int64_t count = cross(rings, rings->start[r], rings->start[r + 1], b.y, cut);
  qsort(cut, (size_t)count, sizeof *cut, compare_numbers);
  for (int64_t k = 0; k + 1 < count; k += 2)
    if (cut[k + 1] - cut[k] > widest) {
      widest = cut[k + 1] - cut[k];
      b.x = (cut[k] + cut[k + 1]) / 2;
    }
  return b;
}

/* Rings [first, end) of one polygon. One that steps over the date line is no ring of the plane: all
 * then stay as the file has them. Odd means hole: a ring within a hole is land again. */
static void find(const sw_rings *rings, int64_t first, int64_t end, bounds *box, double *cut,
                 uint8_t *hole) {
  for (int64_t r = first; r < end; r++) {
    bounds *own = &box[r - first];
    *own = bounds_of(rings, r, cut);
    /* More than 180 degrees wide means that the ring was unwrapped at the date line. */
    if (rings->degrees && own->right - own->left > 180) return;
  }
  for (int64_t r = first; r < end; r++) {
    const bounds *own = &box[r - first];
    hole[r] = 0;
    for (int64_t o = first; o < end; o++) {
      const bounds *other = &box[o - first];
      if (o == r || own->left < other->left || own->right > other->right || own->low < other->low ||
          own->high > other->high)
        continue;
      hole[r] ^= contains(rings, o, own->x, own->y);
    }
  }
}

/* Boxes are compared first, so most pairs of rings cost nothing more. A polygon of over MOST rings
 * stays as the file has it, and a single ring is no hole. */
sw_status sw_topology_find_holes(sw_error *err, const sw_rings *rings, uint8_t *hole) {
  int64_t longest = 0;
  bounds *box = NULL;
  double *cut = NULL;
  for (int64_t r = 0; r < rings->n_rings; r++)
    if (rings->start[r + 1] - rings->start[r] > longest)
      longest = rings->start[r + 1] - rings->start[r];
  sw_status status = sw_alloc(err, MOST, sizeof *box, (void **)&box);
  if (status == SW_OK) status = sw_alloc(err, (size_t)longest, sizeof *cut, (void **)&cut);
  for (int64_t r = 0, end; status == SW_OK && r < rings->n_rings; r = end) {
    for (end = r; end < rings->n_rings && rings->unit[end] == rings->unit[r];)
      end++;
    if (end - r > 1 && end - r <= MOST) find(rings, r, end, box, cut, hole);
  }
  sw_free(box);
  sw_free(cut);
  return status;
}

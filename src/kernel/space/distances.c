/* Distances of a row segment, of every kind (distances.h). Never stored: n^2 of them would be as
 * large as a result. Every pass over pairs asks for its segment here, so all measures see the same
 * bits for a pair. 1/d^2 is what most models need, and a square root is spared. */
#include "kernel/space/distances.h"

#include "kernel/space/geodesic.h"
#include "kernel/space/links.h"

#include <math.h>

/* Distances out of files: pairs without one are NaN. The row is entered by a search for j0. Links
 * are pairs of a file; value is a distance in its own unit. O(n + links of the row). */
static void given_values(const sw_links *links, int64_t i, int64_t j0, int64_t j1, double *out) {
  for (int64_t j = j0; j < j1; j++)
    out[j - j0] = NAN;
  for (int64_t k = sw_links_from(links, i, j0); k < links->row_start[i + 1] && links->to[k] < j1;
       k++)
    out[links->to[k] - j0] = 1 / (links->value[k] * links->value[k]);
}

/* Keys of a row by the kind of distance; all kinds give inverse squares, so callers need not
 * know. */
void sw_distances_inverse_squares(const sw_distance *d, const sw_arc_points *points, int64_t i,
                                  int64_t j0, int64_t j1, double *out) {
  if (d->kind == SW_GREAT_CIRCLE)
    sw_arc_values(points, i, j0, j1, out);
  else if (d->kind == SW_GEODESIC)
    sw_geodesic_values(d, i, j0, j1, out);
  else
    given_values(d->links, i, j0, j1, out);
}

/* Arcs come in radians and scaled (arc.h), the others in their own unit. */
double sw_distances_scale(const sw_distance *d) {
  return d->kind == SW_GREAT_CIRCLE ? SW_ARC_SCALE / (SW_EARTH_KM * SW_EARTH_KM) : 1;
}

/* Great circles by their chords, all else by inverse squares with the sign changed. Keys ascend
 * with distance, so that a limit is one comparison. */
void sw_distances_keys(const sw_distance *d, const sw_arc_points *points, int64_t i, int64_t j0,
                       int64_t j1, double *out) {
  if (d->kind == SW_GREAT_CIRCLE) {
    sw_arc_chords(points, i, j0, j1, out);
    return;
  }
  sw_distances_inverse_squares(d, points, i, j0, j1, out);
  for (int64_t j = 0; j < j1 - j0; j++)
    out[j] = -out[j];
}

/* The same key for a limit in km, rounded once: all pairs are compared with it. */
double sw_distances_key(const sw_distance *d, double limit) {
  double least = 1 / (limit * limit) / sw_distances_scale(d);
  return d->kind == SW_GREAT_CIRCLE ? sw_arc_chord_to(least) : -least;
}

/* Distances made ready for loops over pairs; see distance.h.
 *
 * Called by measures of pairs in resolve or prepare, on every rank, from shared links or
 * coordinates; the outcome is the same everywhere, so no rank has to tell another of a refusal. */
#include "measure/share/distance.h"

#include <math.h>

/* Given distances are looked at once, before the pairs: a zero would give an infinite value, which
 * sums would spread over the whole row. Every rank looks at the same links and comes to the same
 * verdict. The diagonal may be 0: a unit is no pair with itself. */
static sw_status check_given(sw_error *err, const sw_job *job, const char *param,
                             const sw_links *links) {
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      if (links->value[k] <= 0 && links->to[k] != i)
        return sw_job_fail(
            err, job, param, "from %s to %s it is %g; expected more than 0 between different units",
            sw_unit_code(job->units, i), sw_unit_code(job->units, links->to[k]), links->value[k]);
  return SW_OK;
}

/* Covers each chunk of points by a ball, by which the kernel finds whole chunks that are near and
 * take the shorter formula. In the arena, as tiles may not allocate. */
sw_status sw_share_distances(sw_error *err, sw_job *job, const char *param, sw_arc_points *points) {
  const sw_distance *d = sw_job_distance(job, param);
  /* Each state of a network is a matrix of its own. */
  for (int k = 0; k < d->n_states; k++)
    SW_TRY(check_given(err, job, param, d->state[k].links));
  if (d->kind == SW_GIVEN) return d->state ? SW_OK : check_given(err, job, param, d->links);
  if (d->kind != SW_GREAT_CIRCLE) return SW_OK;
  sw_arc_ball *ball = NULL;
  SW_NEW(err, job->arena, ball, sw_arc_chunks(job->n));
  sw_arc_cover(job->n, d->x, d->y, d->z, ball);
  /* Units at one place are refused where points are made. */
  *points =
      (sw_arc_points){d->x, d->y, d->z, ball, sw_arc_points_in_range(job->n, d->x, d->y, d->z)};
  return SW_OK;
}

/* For fits that use one matrix of distances throughout. */
sw_status sw_share_distance_steady(sw_error *err, const sw_job *job, const char *param,
                                   const sw_distance **distance) {
  const sw_distance *d = sw_job_distance(job, param);
  *distance = d ? sw_job_distance_in(job, d, 0) : NULL;
  for (int t = 1; d && t < job->n_periods; t++)
    if (sw_job_distance_in(job, d, t) != *distance)
      return sw_job_fail(err, job, param,
                         "the network of %s is not that of %s; here one distance must hold for all "
                         "periods: give `periods` between which nothing opens",
                         sw_job_period(job, t), sw_job_period(job, 0));
  return SW_OK;
}

/* The least and the greatest distance of a table; self is none. */
static void range_of_links(const sw_links *links, double *near, double *far) {
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      if (links->to[k] == i) continue;
      *near = fmin(*near, links->value[k]);
      *far = fmax(*far, links->value[k]);
    }
}

/* Points of the sphere that differ are a last bit of a coordinate apart at least, 2^-54, and half a
 * circle at most; on the ellipsoid, in km, the same. The bounds are logarithms of inverse squares
 * as the kernel gives them: -2 ln d, less the scale it leaves in. */
void sw_share_distance_range(const sw_distance *d, double *least, double *most) {
  double near = 0x1p-54, far = M_PI;
  if (d->kind == SW_GEODESIC) near *= SW_EARTH_KM, far *= SW_EARTH_KM;
  if (d->kind == SW_GIVEN) {
    near = INFINITY, far = 0;
    for (int k = 0; k < d->n_states; k++)
      range_of_links(d->state[k].links, &near, &far);
    if (!d->state) range_of_links(d->links, &near, &far);
  }
  double scale = d->kind == SW_GREAT_CIRCLE ? log(SW_ARC_SCALE) : 0;
  *least = far > 0 ? -2 * log(far) - scale : 0;
  *most = far > 0 ? -2 * log(near) - scale : 0;
}

/* scale^(decay/2) in one factor behind the power; where that would vanish below 1e-100 the scale
 * goes in front of it instead. */
double sw_share_distance_factor(const sw_distance *distance, double decay, double *before) {
  double scale = sw_distances_scale(distance), factor = pow(scale, decay / 2);
  *before = factor < 1e-100 ? scale : 1;
  return factor < 1e-100 ? 1 : factor;
}

/* (2/3) sqrt(area/pi): the mean distance of a disc's points from its centre (methods.md section
 * 5). On a network it is covered as all that is off the network, at access_kmh. */
double sw_share_distance_within(const sw_distance *distance, const sw_units *units, int64_t unit) {
  double area = units->area ? units->area[unit] : NAN;
  double km = area > 0 ? 2.0 / 3.0 * sqrt(area / M_PI) : NAN;
  return distance->access_kmh > 0 ? km / distance->access_kmh * 60 : km;
}

/* A file does not say its unit; a network does, and may lack a speed to compare with. */
void sw_share_distance_note_within(sw_job *job, const sw_distance *distance, const char *unit,
                                   const char *key) {
  if (distance->kind != SW_GIVEN || distance->access_kmh > 0) return;
  if (distance->state)
    sw_note(job->notes,
            "%s: %s: times on the network are minutes, but the distance within %s is in km; give "
            "access_kmh, the speed off the network, or write %s",
            job->where, job->name, unit, key);
  else
    sw_note(job->notes,
            "%s: %s: distances are in the unit of their file, but the distance within %s is in km; "
            "write %s if they are not in km",
            job->where, job->name, unit, key);
}

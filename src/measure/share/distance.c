/* Distances made ready for loops over pairs; see distance.h. */
#include "measure/share/distance.h"

/* Given distances are looked at once, before the pairs: a zero would give an infinite value, which
 * sums would spread over the whole row. Every rank looks at the same links and comes to the same
 * verdict. */
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
  if (d->kind == SW_GIVEN) return check_given(err, job, param, d->links);
  if (d->kind != SW_GREAT_CIRCLE) return SW_OK;
  sw_arc_ball *ball = NULL;
  SW_NEW(err, job->arena, ball, sw_arc_chunks(job->n));
  sw_arc_cover(job->n, d->x, d->y, d->z, ball);
  *points = (sw_arc_points){d->x, d->y, d->z, ball};
  return SW_OK;
}

/* Centres among the units, and how near all units are to them: shared by the measures of centres
 * (field_strength, huff; centres.h). Weights are made for a run of units at a time, k n distances
 * in all, and never stored as a matrix. */
#include "measure/space/centres.h"

#include "kernel/flows/fields.h"
#include "kernel/pairs/power.h"

#include <math.h>

/* ---- who they are ----------------------------------------------------------------------- */

/* Units stand in the order of their codes. Insertion: centres are few. */
static sw_status sort_by_code(sw_error *err, const sw_job *job, sw_centres *set) {
  int *by_code = NULL;
  SW_NEW(err, job->arena, by_code, set->n);
  for (int c = 0; c < set->n; c++) {
    int at = c;
    for (; at > 0 && set->unit[by_code[at - 1]] > set->unit[c]; at--)
      by_code[at] = by_code[at - 1];
    by_code[at] = c;
  }
  set->by_code = by_code;
  return SW_OK;
}

/* The axis of centres is in the order of the study, by_code breaks ties the same in any order.
 * Labels are codes, which live as long as the units. */
sw_status sw_centres_resolve(sw_error *err, sw_job *job, bool to, sw_centres *set) {
  const sw_arg *arg = sw_job_arg(job, "centres");
  const char **label = NULL;
  set->n = arg->count;
  set->unit = arg->centres;
  set->distance = sw_job_distance(job, "distance");
  SW_NEW(err, job->arena, label, set->n);
  for (int c = 0; c < set->n; c++)
    label[c] = sw_unit_code(job->units, set->unit[c]);
  sw_job_axis(job, (sw_axis){.name = SW_CENTRES_AXIS, .n = set->n, .label = label});
  if (to) sw_job_axis(job, (sw_axis){.name = SW_CENTRES_AXIS_TO, .n = set->n, .label = label});
  return sort_by_code(err, job, set);
}

/* Both of the power's scale factors. One gives weights the distance's own unit; where it would
 * vanish it is taken before the power (`before`, sw_share_distance_factor). Exponential weights
 * take the distance itself. */
void sw_centres_decay(sw_centres *set, double decay, bool exponential) {
  set->decay = decay;
  set->exponential = exponential;
  set->scale = set->before = 1;
  if (!exponential) set->scale = sw_share_distance_factor(set->distance, decay, &set->before);
}

sw_status sw_centres_prepare(sw_error *err, sw_job *job, sw_centres *set) {
  return sw_share_distances(err, job, "distance", &set->points);
}

/* By the nearest places that there can be. `most`: the largest mass. A weight times it may leave
 * the doubles where places lie very near. */
bool sw_centres_may_overflow(const sw_centres *set, double most) {
  double least = 0, near = 0;
  if (!(most > 0)) return false;
  if (!set->exponential) sw_share_distance_range(set->distance, &least, &near);
  double weight = set->decay / 2 * (near + log(set->before));
  return !(fmax(set->exponential ? 0 : weight, 0) + fmax(log(most), 0) < SW_SHARE_SAFE);
}

/* ---- how near the units are ------------------------------------------------------------- */

/* Whether weights must be made again: networks of roads change between periods, places do not. */
bool sw_centres_changes(const sw_job *job, const sw_centres *set, int t) {
  return t == 0 ||
         sw_job_distance_in(job, set->distance, t) != sw_job_distance_in(job, set->distance, t - 1);
}

/* Inverse squares of distances: the one place where these measures obtain them. Of a table that is
 * not symmetric the way in is in the rows of the units. `inward`: distances towards the centre,
 * which differ where a table or network is one-way. */
static void inverse_squares(const sw_job *job, const sw_centres *set, int64_t centre, int t,
                            bool inward, int64_t lo, int64_t hi, double *w) {
  const sw_distance *d = sw_job_distance_in(job, set->distance, t);
  if (!inward || d->symmetric) {
    sw_distances_inverse_squares(d, &set->points, centre, lo, hi, w);
    return;
  }
  for (int64_t unit = lo; unit < hi; unit++)
    sw_distances_inverse_squares(d, &set->points, unit, centre, centre + 1, &w[unit - lo]);
}

/* A centre has no distance to itself: NaN, and its own field is left to the measure. k n distances
 * in runs of units: the caller decides how many at a time. */
void sw_centres_weights(const sw_job *job, const sw_centres *set, int c, int t, bool inward,
                        int64_t lo, int64_t hi, double *w) {
  int64_t centre = set->unit[c], n = hi - lo;
  inverse_squares(job, set, centre, t, inward, lo, hi, w);
  if (centre >= lo && centre < hi) w[centre - lo] = NAN;
  if (set->exponential) {
    sw_fields_exponential(n, set->decay, sw_distances_scale(set->distance), w);
    return;
  }
  if (set->before != 1) sw_power_scale(n, set->before, w);
  sw_power_decay_each(n, set->decay, w);
  /* Infinite weights become numbers again, where the range was found unsafe. */
  sw_power_unlimit(n, w);
}

/* One distance, through the same kernel as all others: hence room for a whole vector. 1/sqrt(v
 * scale) is d; v as the kernel gives it. */
double sw_centres_apart(const sw_job *job, const sw_centres *set, int a, int b, int t) {
  double v[16];
  if (a == b) return NAN;
  inverse_squares(job, set, set->unit[a], t, false, set->unit[b], set->unit[b] + 1, v);
  return 1 / sqrt(v[0] * sw_distances_scale(set->distance));
}

/* Counts periods, and keeps the worst one for the warning. */
void sw_unreached_see(sw_unreached *seen, int t, int64_t units) {
  seen->periods += units > 0;
  if (units <= seen->most) return;
  seen->most = units;
  seen->t = t;
}

/* Spheres and markets are without them, and their sums less than the nation's. */
void sw_unreached_note(sw_job *job, const sw_unreached *seen) {
  bool named = job->n_periods > 1;
  if (seen->periods == 0) return;
  sw_note(job->notes, "%s: %s: %lld of %lld units reach no centre%s%s%s", job->where, job->name,
          (long long)seen->most, (long long)job->n, named ? " in " : "",
          named ? sw_job_period(job, seen->t) : "",
          seen->periods > 1 ? ", and as many or fewer in other periods" : "");
}

/* Masses are operands 0 of the measures that call this. */
void sw_centres_note_missing(sw_job *job, const sw_centres *set, const char *follows) {
  int without = 0, first = 0;
  for (int c = set->n; c-- > 0;) {
    int t = 0;
    while (t < job->n_periods && !isnan(job->operand[0].row[t][set->unit[c]]))
      t++;
    if (t == job->n_periods) continue;
    without++;
    first = c;
  }
  if (without)
    sw_note(job->notes, "%s: %s: '%s' is missing for %d of %d centres (%s) in some period: %s",
            job->where, job->name, job->input[0].name, without, set->n,
            sw_unit_code(job->units, set->unit[first]), follows);
}

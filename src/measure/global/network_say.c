/* What a network's figures are said to be: weights that are refused, why a figure is undefined, and
 * how far coreness was found. Called on rank 0, in finish, period by period but for the notes on
 * coreness, which name the first period and count the others. */
#include "measure/global/network.h"

/* Notes what coreness of kind `kind` means for the reader: the first period with it is named, the
 * others are counted. `all`: records of the periods, `bytes` apart. */
static void note(sw_job *job, const char *all, size_t bytes, sw_graph_core_kind kind,
                 const char *what, const char *text) {
  int periods = 0, first = 0;
  for (int t = job->n_periods; t-- > 0;) {
    const network_figures *found = (const network_figures *)(all + (size_t)t * bytes);
    /* A period without links has said so already. */
    if (found->core != (int64_t)kind || !(found->density > 0)) continue;
    periods++;
    first = t;
  }
  if (periods && !job->is_timeless)
    sw_note(job->notes, "%s: %s: %s in %d of %d periods, first in %s: %s", job->where, job->name,
            what, periods, job->n_periods, sw_job_period(job, first), text);
  else if (periods)
    sw_note(job->notes, "%s: %s: %s: %s", job->where, job->name, what, text);
}

/* Three things can be wrong with coreness, each with a note of its own. */
void sw_network_note_core(sw_job *job, const char *all, size_t bytes) {
  note(job, all, bytes, SW_CORE_NONE, "no core",
       "a core needs 4 units, and links of which not all are equal");
  note(job, all, bytes, SW_CORE_BOUNDLESS, "coreness without bound",
       "of links nearly all of which are a centre's, as in a star, its coreness grows without end "
       "and the others' vanish; compare ranks, not values; the core is that of the limit");
  note(job, all, bytes, SW_CORE_UNSETTLED, "coreness not settled",
       "it and the core are the best that was found");
}

/* Refuses a network by its first pair that cannot be a weight. wrong[1] below 0: no pair is wrong,
 * their sum is. */
sw_status sw_network_refuse(sw_error *err, const sw_job *job, int t, const network_figures *found) {
  const char *when = job->is_timeless ? "" : sw_job_period(job, t), *to = when[0] ? ": " : "";
  if (found->wrong[1] < 0)
    return sw_job_fail(err, job, "result",
                       "%s%sthe pairs add up to %g or more; give smaller values", when, to,
                       found->refused);
  return sw_job_fail(
      err, job, "result", "%s%sthe pair %s to %s is %s", when, to,
      sw_unit_code(job->units, found->wrong[0]), sw_unit_code(job->units, found->wrong[1]),
      found->refused < 0 ? "below 0; a network has weights of 0 or more"
                         : "infinite as it is stored; give its entry precision: float64, or "
                           "smaller values");
}

/* Says why figures of a period are undefined. Without links no figure is defined; what compares
 * periods has none before the first. */
void sw_network_say_why(sw_job *job, int t, const network_figures *found) {
  const network_state *state = job->state;
  double density = found->density;
  const char *none = density == 0 ? "no links" : "no two units have a pair with a value";
  for (int q = DENSITY; q <= OVERLAP && !(density > 0); q++)
    sw_job_undefined(job, state->form + q, t, none);
  for (int q = BACKBONE_LINKS; q <= BACKBONE_WEIGHT && !(density > 0); q++)
    sw_job_undefined(job, state->form + q, t, none);
  for (int q = JACCARD; q <= OVERLAP && t == 0; q++)
    sw_job_undefined(job, state->form + q, t, "there is no period before");
  if (density > 0 && found->core == SW_CORE_NONE)
    sw_job_undefined(job, state->form + CORE_R, t, "no pattern of a core is defined");
}

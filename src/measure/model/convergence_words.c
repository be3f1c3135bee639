/* What convergence says: refusals, warnings, the lines of the summary. Called on rank 0, in finish,
 * with what was found (convergence_found). Every undefined number has a reason in say_why; the
 * engine takes only those that are needed. */
#include "measure/model/convergence.h"

#include <math.h>

/* ---- refusals --------------------------------------------------------------------------- */

/* From what leaves too few units to what makes the regression singular: the first that holds is
 * told. */
sw_status sw_convergence_refuse(sw_error *err, const sw_job *job, const convergence_found *r) {
  const convergence_state *state = job->state;
  const char *of = job->input[0].name, *from = sw_job_period(job, state->from);
  /* The codes are those that tile_convergence left; each names the parameter that mends it. */
  if (r->wrong == NOTHING) return SW_OK;
  if (r->wrong == TOO_FEW)
    return sw_job_fail(err, job, "of",
                       "%lld of %lld units have a value of '%s'%s in every period from %s to "
                       "%s%s; a regression of %d terms needs more",
                       (long long)r->n_used, (long long)job->n, of, state->logs ? " above 0" : "",
                       from, sw_job_period(job, state->to),
                       state->controls.count ? " and all controls" : "", state->terms);
  if (r->wrong == CONSTANT)
    return sw_job_fail(err, job, "of",
                       "'%s' is the same for all units in %s; convergence is of units that differ",
                       of, from);
  if (r->wrong == NOT_ALL)
    return sw_job_fail(err, job, "of",
                       "%lld of %lld units lack a value%s of '%s' from %s to %s%s: a spatial model "
                       "needs all units; restrict units by `where`, or write missing: drop-units",
                       (long long)(job->n - r->n_used), (long long)job->n,
                       state->logs ? " above 0" : "", of, from, sw_job_period(job, state->to),
                       state->controls.count ? ", or a control" : "");
  if (r->wrong == UNFITTED)
    return sw_job_fail(err, job, "spatial", "the model cannot be fitted: %s",
                       r->fit.code == SW_SPATIAL_EXACT
                           ? "growth is a linear combination of its terms"
                           : "its information matrix is singular");
  bool lag =
      /* Which parameter a dependent term belongs to: terms behind the controls are lags. */
      state->weights && (state->spatial == SLX ? r->term == state->terms - 1
                                               : r->term >= CONTROLS + state->controls.count);
  if (lag)
    return sw_job_fail(err, job, "weights",
                       "the lag of the initial value is a linear combination of the other terms; "
                       "leave the weights out");
  return sw_job_fail(err, job, "controls",
                     "'%s' in %s is a constant or a linear combination of the terms before it; "
                     "leave it out",
                     job->input[state->controls.first + r->term - CONTROLS].name, from);
}

/* ---- warnings and reasons --------------------------------------------------------------- */

static void note_units(const sw_job *job, const convergence_found *r) {
  const convergence_state *state = job->state;
  if (r->n_used < job->n)
    sw_note(job->notes,
            "%s: %s: %lld of %lld units lack a value%s of '%s' in a period from %s to "
            "%s%s and are left out",
            job->where, job->name, (long long)(job->n - r->n_used), (long long)job->n,
            state->logs ? " above 0" : "", job->input[0].name, sw_job_period(job, state->from),
            sw_job_period(job, state->to), state->controls.count ? ", or a control," : "");
  /* With a spatial model a unit without neighbours keeps the value 0 for its lag, as in W. */
  if (sw_convergence_is_model(state) && state->weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour: the lag is 0 there", job->where,
            job->name, (long long)state->weights->islands,
            state->weights->islands == 1 ? " has" : "s have");
  if (r->at_edge)
    sw_note(job->notes,
            "%s: %s: rho or lambda is at the end of its interval: the likelihood has no maximum "
            "within, and standard errors mean nothing",
            job->where, job->name);
  if (r->lonely > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour with a value: the lag is 0 there",
            job->where, job->name, (long long)r->lonely, r->lonely == 1 ? " has" : "s have");
}

/* A break between both ends explains all that compares them, before any other reason. */
static void say_why(sw_job *job) {
  const convergence_state *state = job->state;
  const char *apart = state->broken ? "a break of the panel lies between" : NULL;
  for (int t = 0; t < job->n_periods; t++) {
    sw_job_undefined(job, SD, t, "the period is not from `from` to `to`");
    sw_job_undefined(job, CV, t,
                     t < state->from || t > state->to ? "the period is not from `from` to `to`"
                                                      : "a mean of 0 or less");
  }
  for (int q = SIGMA_SLOPE; q <= SIGMA_P; q++)
    sw_job_undefined(job, q, 0, apart ? apart : "fewer than 8 periods, or constant");
  for (int q = PITMAN_T; q <= T2_P; q++)
    sw_job_undefined(job, q, 0, apart ? apart : "both ends differ by a constant");
  for (int q = COEFFICIENT; q <= P_VALUE; q++)
    sw_job_undefined(job, q, 0, apart);
  /* speed: -ln(1 + bT)/T needs 1 + bT > 0, half-life a b below 0. */
  for (int q = SPEED; q <= HALF_LIFE; q++)
    sw_job_undefined(job, q, 0, apart ? apart : "the slope is not between -1/T and 0");
  sw_job_undefined(job, R2, 0, apart ? apart : "growth is constant");
}

/* ---- the summary ------------------------------------------------------------------------ */

static const char *span(const sw_job *job) {
  return job->periods->integer ? "year" : "period";
}

/* The verdict of Pitman & Morgan at 5%. */
static void say_sigma(sw_job *job, const convergence_found *r) {
  const convergence_state *state = job->state;
  const double *sd = job->result[SD].row[0];
  sw_job_say(job, "sigma: sd%s %.4g in %s, %.4g in %s", state->logs ? " of logarithms" : "",
             sd[state->from], sw_job_period(job, state->from), sd[state->to],
             sw_job_period(job, state->to));
  if (!isnan(r->trend.slope))
    sw_job_say(job, "trend of sd: %.4g per %s (p %.3g)", r->trend.slope, span(job), r->trend.p);
  if (!isnan(r->two.t))
    sw_job_say(job, "Pitman-Morgan: t %.2f (p %.3g), %s at the end", r->two.t, r->two.p,
               /* Positive t: the first period's spread is the larger one. NaN compares as false: as
                * wide. */
               !(r->two.p < .05) ? "as wide"
               : r->two.t > 0    ? "narrower"
                                 : "wider");
}

static void say_beta(sw_job *job, const convergence_found *r) {
  const convergence_state *state = job->state;
  const double *b = job->result[COEFFICIENT].row[0], *se = job->result[STD_ERROR].row[0];
  if (state->broken) return;
  if (isnan(r->speed.speed))
    sw_job_say(job, "beta: slope %.4g (se %.3g), no speed; %lld units", b[INITIAL], se[INITIAL],
               (long long)r->n_used);
  else
    sw_job_say(
        job,
        "beta: slope %.4g (se %.3g), %.3g%% of a gap closes per %s, half of it in %.4g; %lld "
        "units",
        b[INITIAL], se[INITIAL], 100 * r->speed.speed, span(job), r->speed.half_life,
        (long long)r->n_used);
}

/* Of a spatial model: its last term, rho or lambda. */
static void say_model(sw_job *job, const convergence_found *r) {
  const convergence_state *state = job->state;
  /* rho of lag and Durbin models, lambda of errors, both last in sw_spatial_terms_of. */
  int last = state->terms - 1;
  if (state->broken || !sw_convergence_is_model(state)) return;
  sw_job_say(job, "%s %.4g (se %.3g), log-likelihood %.3f",
             state->spatial == ERROR ? "lambda" : "rho", job->result[COEFFICIENT].row[0][last],
             job->result[STD_ERROR].row[0][last], r->loglik);
}

void sw_convergence_tell(sw_job *job, const convergence_found *r) {
  note_units(job, r);
  say_sigma(job, r);
  say_beta(job, r);
  say_model(job, r);
  say_why(job);
}

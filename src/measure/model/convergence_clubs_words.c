/* What convergence_clubs says: refusals, warnings, the lines of the summary. Called on rank 0, in
 * finish. Verdicts of log t may hang on the unit of the values, the filter and the share that is
 * left out; each is tried, and said whether it changes anything. */
#include "measure/model/convergence_clubs.h"

#include <math.h>
#include <stdio.h>

enum { LISTED = 12, ROOM = 400, SHOWN = 48 }; /* clubs of a line, bytes of such a list, of a t */

/* ---- refusals --------------------------------------------------------------------------- */

/* Relative transition paths divide by a mean: of one at or below 0 they say nothing. */
static sw_status refuse_mean(sw_error *err, const sw_job *job, const clubs_found *f) {
  const clubs_state *state = job->state;
  /* Logs of values below 1 are negative: another unit of x moves their mean above 0. */
  const char *what = state->logs ? "the mean of the logarithm" : "the mean";
  const char *mend = state->logs ? "; count it in a smaller unit, or take logs: false" : "";
  if (f->no_period >= 0)
    return sw_job_fail(err, job, "of",
                       "%s of '%s' is %.3g in %s; log t takes levels relative to it, and needs one "
                       "above 0%s",
                       what, job->input[0].name, f->no_mean, sw_job_period(job, (int)f->no_period),
                       mend);
  /* Place 0 of a row is the first period, the others lie behind the cut. */
  int t = f->wrong.place == 0 ? 0 : state->cut + f->wrong.place - 1;
  return sw_job_fail(err, job, "of",
                     "%s of '%s' over a set of %lld units from %s downward is not above 0 in %s; "
                     "log t takes levels relative to it%s",
                     what, job->input[0].name, (long long)f->wrong.size,
                     sw_unit_code(job->units, f->wrong.first), sw_job_period(job, t), mend);
}

/* In the order in which the search meets them: too few units first, then the mean of all, then that
 * of a set within. */
sw_status sw_clubs_refuse(sw_error *err, const sw_job *job, const clubs_found *f) {
  const clubs_state *state = job->state;
  if (f->n_used < 2)
    return sw_job_fail(err, job, "of",
                       "%lld of %lld units have a value of '%s'%s in every period from %s to %s; "
                       "expected two or more",
                       (long long)f->n_used, (long long)job->n, job->input[0].name,
                       state->logs ? " above 0" : "", sw_job_period(job, 0),
                       sw_job_period(job, job->n_periods - 1));
  if (f->no_period >= 0 || f->wrong.place >= 0) return refuse_mean(err, job, f);
  return SW_OK;
}

/* ---- warnings --------------------------------------------------------------------------- */

static const char *verdict(double t) {
  return sw_log_t_converges(t) ? "one club" : "no single club";
}

/* "t 3.79 (one club)"; without a t, why: in another unit the mean logarithm may be 0 or less. */
static const char *show(double t, char text[SHOWN]) {
  if (isnan(t)) return "no t (the mean of the logarithm is not above 0)";
  snprintf(text, SHOWN, "t %.2f (%s)", t, verdict(t));
  return text;
}

/* The unit changes nothing that is real, so that a verdict that hangs on it is warned of. Thousands
 * are tried since panels mix "yuan" and "thousand yuan"; other factors lie between or beyond. */
static void warn(const sw_job *job, const clubs_found *f) {
  const clubs_state *state = job->state;
  const char *name = job->input[0].name;
  if (f->n_used < job->n)
    sw_note(job->notes,
            "%s: %s: %lld of %lld units lack a value%s of '%s' in some period and are "
            "left out",
            job->where, job->name, (long long)(job->n - f->n_used), (long long)job->n,
            state->logs ? " above 0" : "", name);
  if (f->n_clubs > MOST_CLUBS)
    sw_note(job->notes, "%s: %s: %lld clubs; tables by club have the first %d", job->where,
            job->name, (long long)f->n_clubs, MOST_CLUBS);
  /* A NaN on one side counts as no convergence (sw_log_t_converges). */
  if (sw_log_t_converges(f->t.own.t) == sw_log_t_converges(f->t.thousand)) return;
  char own[SHOWN], thousand[SHOWN];
  sw_note(job->notes,
          "%s: %s: clubs of logarithms depend on the unit of '%s': all units together have %s, "
          "counted in thousands %s",
          job->where, job->name, name, show(f->t.own.t, own), show(f->t.thousand, thousand));
}

/* ---- the summary ------------------------------------------------------------------------ */

/* "2, 213, 39": sizes, or the first units; of many clubs the first ones. The text is cut at LISTED
 * clubs, and never beyond the room. */
static const char *list(const sw_job *job, const sw_club *club, int64_t count, bool codes,
                        char *text, size_t room) {
  size_t at = 0;
  for (int k = 0; k < count && k < LISTED && at < room; k++) {
    const char *before = k > 0 ? ", " : "";
    at += codes ? (size_t)snprintf(text + at, room - at, "%s%s", before,
                                   sw_unit_code(job->units, club[k].first))
                : (size_t)snprintf(text + at, room - at, "%s%lld", before, (long long)club[k].size);
  }
  if (count > LISTED && at < room) snprintf(text + at, room - at, ", ...");
  return text;
}

static void say_clubs(sw_job *job, const clubs_found *f) {
  /* Three ways to have no clubs, then the usual line. */
  char sizes[ROOM] = "", leaders[ROOM] = "", merged[ROOM] = "";
  if (sw_log_t_converges(f->t.own.t)) {
    sw_job_say(job, "one club: all %lld units converge, t %.2f", (long long)f->n_used, f->t.own.t);
    return;
  }
  if (isnan(f->t.own.t) && f->n_clubs == 0) {
    sw_job_say(job, "no test: all %lld units are equal in some period", (long long)f->n_used);
    return;
  }
  if (f->n_clubs == 0) {
    sw_job_say(job, "no clubs: all %lld units diverge, t %.2f", (long long)f->n_used, f->t.own.t);
    return;
  }
  sw_job_say(job, "%lld club%s of %s units, led by %s; %lld of %lld diverge; all together t %.2f",
             (long long)f->n_clubs, f->n_clubs == 1 ? "" : "s",
             list(job, f->club, f->n_clubs, false, sizes, ROOM),
             list(job, f->club, f->n_clubs, true, leaders, ROOM), (long long)f->n_apart,
             (long long)f->n_used, f->t.own.t);
  if (f->n_merged < f->n_clubs)
    sw_job_say(job, "merged: %lld club%s of %s units", (long long)f->n_merged,
               f->n_merged == 1 ? "" : "s", list(job, f->merged, f->n_merged, false, merged, ROOM));
}

static bool agree(double t, double other) {
  return sw_log_t_converges(t) == sw_log_t_converges(other);
}

/* Where all verdicts are the same, that is worth a line too. */
static void say_sensitivity(sw_job *job, const clubs_found *f) {
  const clubs_state *state = job->state;
  double own = f->t.own.t, lo = INFINITY, hi = -INFINITY;
  bool same_filter = true, same_trim = true;
  char text[SHOWN];
  /* Without a t of its own there is no verdict that could change. */
  if (isnan(own)) return;
  if (state->logs)
    sw_job_say(job, "unit: in thousands %s: the verdict %s", show(f->t.thousand, text),
               agree(own, f->t.thousand) ? "does not change" : "depends on the unit");
  for (int k = 0; k < FILTERS; k++)
    same_filter = same_filter && agree(own, f->t.filter[k]);
  /* The other lambda is 6.25, which may be the entry's own. */
  char low[SHOWN] = "";
  if (state->lambda != 6.25) snprintf(low, sizeof low, "%.2f with 6.25, ", f->t.filter[HP_LOW]);
  sw_job_say(job, "filter: t %.2f with lambda %g, %s%.2f without: the verdict %s", f->t.filter[HP],
             state->lambda, low, f->t.filter[NONE],
             same_filter ? "does not change" : "depends on it");
  for (int k = 0; k < TRIMS; k++) {
    /* A trim that leaves too few points has none. */
    if (isnan(f->t.trim[k])) continue;
    same_trim = same_trim && agree(own, f->t.trim[k]);
    lo = f->t.trim[k] < lo ? f->t.trim[k] : lo;
    hi = f->t.trim[k] > hi ? f->t.trim[k] : hi;
  }
  if (lo <= hi)
    sw_job_say(job, "trim: t from %.2f to %.2f where .2 to .4 is left out: the verdict %s", lo, hi,
               same_trim ? "does not change" : "depends on it");
}

/* ---- reasons ---------------------------------------------------------------------------- */

static void say_why(sw_job *job, const clubs_found *f) {
  /* Reasons are given for every output; the engine shows them where a value is NaN. */
  for (int q = B; q <= MERGED_T; q++)
    sw_job_undefined(job, q, 0,
                     f->n_clubs ? "fewer clubs than the table has room for" : "no clubs");
  for (int q = LOG_T; q <= LOG_B; q++)
    sw_job_undefined(job, q, 0, "all units are equal in some period");
  sw_job_undefined(job, LOG_T_THOUSAND, 0, "in thousands the mean of the logarithm is not above 0");
  sw_job_undefined(job, LOG_T_FILTER, 0, "the mean is not above 0");
  sw_job_undefined(job, LOG_T_TRIM, 0, "fewer than 4 points would stay");
}

void sw_clubs_tell(sw_job *job, const clubs_found *f) {
  warn(job, f);
  say_clubs(job, f);
  say_sensitivity(job, f);
  say_why(job, f);
}

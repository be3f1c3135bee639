/* Two pair results of the same units: the correlation of their values, how often a permutation of
 * the units does as well (Hubert & Schultz 1976), and what they have in common. An item is some of
 * the permutations of a period. */
#include <math.h>

#include "measure/global/network.h"
#include "measure/share/series.h"

/* Permutations of an item: as many as make it longer than what it begins with. */
enum { EACH = 50 };

/* What an item leaves; all but `far` is of the first of a period. */
typedef struct compared {
  double r, deviation, common;
  int64_t far;
  int64_t without[2]; /* units without a value in this result, in the other */
} compared;

/* Items of a period; item = period * parts + part, so those of one period stand together. */
static int64_t parts_of(const network_state *state) {
  /* One item at least, since r is wanted without permutations, too. */
  return state->permutations > EACH ? (state->permutations + EACH - 1) / EACH : 1;
}

/* A thread keeps the two networks of a period: items of one period mostly follow each other. A
 * failure is kept in w->err; the record stays empty. The first item of a period also finds what
 * permutations do not change. A count of permutations is a function of seed and number, so p does
 * not depend on how they are cut into items. */
void sw_network_qap_tile(const sw_job *job, int64_t item, void *out, network_qap_thread *w) {
  const network_state *state = job->state;
  int64_t parts = parts_of(state), first = item % parts * EACH;
  int64_t last = first + EACH < state->permutations ? first + EACH : state->permutations;
  int t = (int)(item / parts);
  compared *found = out;
  if (w->period != t) {
    w->period = -1;
    if (sw_qap_fill(w->err, &w->qap, &job->links[t], &job->second_links[t]) != SW_OK) return;
    w->period = t;
  }
  found->r = w->qap.r;
  found->deviation = found->common = NAN;
  if (first == 0) {
    found->deviation = sw_qap_deviation(&w->qap);
    found->common = sw_qap_common(&w->qap);
    found->without[0] = w->qap.a.without;
    found->without[1] = w->qap.b.without;
  }
  if (!isnan(found->r))
    found->far = sw_qap_count(&w->qap, job->seed, job->units->key, first, last - first);
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Also says why, where it is NaN. */
static void put(sw_job *job, int output, int t, double value, const char *why) {
  const network_state *state = job->state;
  job->result[state->form + output].row[0][t] = value;
  if (isnan(value)) sw_job_undefined(job, state->form + output, t, why);
}

/* One line per period: a correlation, with p where there were draws. */
static void say(sw_job *job, int t, const compared *found, double p) {
  const char *when = job->is_timeless ? "" : sw_series_when(job, t);
  if (isnan(found->r))
    sw_job_say(job, "no correlation with %s%s", sw_job_arg(job, "qap.with")->text, when);
  else if (isnan(p))
    sw_job_say(job, "correlation with %s%s: %.4g", sw_job_arg(job, "qap.with")->text, when,
               found->r);
  else
    sw_job_say(job, "correlation with %s%s: %.4g (p %.4g, %lld permutations)",
               sw_job_arg(job, "qap.with")->text, when, found->r, p,
               (long long)((const network_state *)job->state)->permutations);
}

/* Of a result that keeps some of its pairs, the units without any value, in the first period where
 * there are such. */
static void note_without(sw_job *job, const compared *all, int64_t parts, int side) {
  int t = 0;
  while (t < job->n_periods && all[t * parts].without[side] == 0)
    t++;
  if (t == job->n_periods) return;
  long long units = (long long)all[t * parts].without[side];
  sw_note(job->notes,
          "%s: %s: qap: %lld unit%s no value in %s%s, which does not keep all pairs: what is not "
          "kept counts as 0; with keep: dense such units are left out",
          job->where, job->name, units, units == 1 ? " has" : "s have",
          sw_job_arg(job, side ? "qap.with" : "result")->text,
          job->is_timeless ? "" : sw_series_when(job, t));
}

/* Said of the first period and the last. p = (1 + far)/(permutations + 1): the order observed
 * counts as one of the draws, so p is never 0. Counts of the items are whole numbers, exact in any
 * order. */
sw_status sw_network_qap_finish(sw_job *job, const void *all) {
  const network_state *state = job->state;
  const compared *found = all;
  int64_t parts = parts_of(state);
  note_without(job, found, parts, 0);
  note_without(job, found, parts, 1);
  for (int t = 0; t < job->n_periods; t++, found += parts) {
    int64_t far = 0;
    for (int64_t k = 0; k < parts; k++)
      far += found[k].far;
    bool has_p = !isnan(found->r) && state->permutations > 0;
    double p = has_p ? (double)(1 + far) / (double)(state->permutations + 1) : NAN;
    const char *none = "fewer than 3 units, or one of the two does not vary";
    bool has_r = !isnan(found->r);
    put(job, QAP_R, t, found->r, none);
    put(job, QAP_P, t, p, has_r ? "no permutations" : none);
    put(job, QAP_SD, t, found->deviation,
        has_r ? "pairs are missing, or fewer than 4 units" : none);
    put(job, COMMON_PART, t, found->common, "a value is below 0, or all are 0");
    if (t == 0 || t == job->n_periods - 1) say(job, t, found, p);
  }
  return SW_OK;
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Runs before the pass is declared. Without qap.with the parameters of the comparison would do
 * nothing; that is refused rather than passed over. */
sw_status sw_network_qap_resolve(sw_error *err, sw_job *job, network_state *state) {
  const sw_arg *permutations = sw_job_arg(job, "qap.permutations");
  bool with = sw_job_arg(job, "qap.with")->count > 0;
  if (permutations->given && !with)
    return sw_job_fail(err, job, "qap.permutations",
                       "of what? expected the pair result to compare with, as {with: flows}");
  state->permutations = (int64_t)permutations->number;
  return SW_OK;
}

/* Declares nothing without a second result, so a study without a comparison pays nothing. links:
 * the tiles read job->links. */
void sw_network_qap_pass(sw_job *job) {
  if (sw_job_arg(job, "qap.with")->count == 0) return;
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods * parts_of(job->state),
                             .record = sizeof(compared),
                             .links = true});
}

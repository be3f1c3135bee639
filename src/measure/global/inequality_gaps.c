/* Groups against each other: shares of the Gini out of the sums of kernel/classes/dagum.h, and
 * lines of the summary. The part of a group is what is within it and half of what it has with each
 * other group, net and by overlap; the parts of all groups sum to 1.
 *
 * All functions but sw_gaps_compute run on rank 0, in `finish`, over records that every rank may
 * have filled. Shares are NaN in a period without a Gini (all zero) and where it is 0 (all equal):
 * they divide by it. */
#include "measure/global/inequality_gaps.h"

#include <math.h>

enum { WHOLE = 12, FIRST = 10 }; /* groups that are all said; of more, so many */

size_t sw_gaps_bytes(int groups) {
  return sizeof(sw_gaps) + sw_dagum_numbers(groups) * sizeof(double);
}

/* The numbers of an sw_dagum lie behind the structure in the record: nothing in a record may be a
 * pointer, since records travel between ranks and into the journal. */
static sw_dagum dagum_of(const sw_gaps *gaps, const sw_grouping *grouping) {
  return sw_dagum_in((double *)(gaps + 1), grouping->n_groups);
}

/* The whole's indices are kept beside, as all shares are of them. */
void sw_gaps_compute(sw_gaps *out, const sw_sample *sample, const sw_grouping *grouping,
                     double *scratch) {
  sw_dagum of = dagum_of(out, grouping);
  out->whole = sw_inequality_compute(sample);
  out->mean = sample->mean;
  out->n = sample->n;
  sw_dagum_compute(sample, grouping->of, &of, scratch);
}

/* ---- shares ------------------------------------------------------------------------------- */

/* A_jh of dagum.h: what the units of j have above those of h, each pair weighed by p_k p_l. */
static double excess(const sw_dagum *of, int j, int h) {
  return of->excess[(int64_t)j * of->groups + h];
}

/* What two groups make of the Gini: by their means, and by overlap. A group with itself: nothing,
 * as that is within. NaN where one has no units. */
static void share_of(const sw_gaps *gaps, const sw_dagum *of, int j, int h, double *net,
                     double *overlap) {
  /* The mean and the Gini of the whole: A / (mu G) is a share of G (dagum.h). */
  double over = excess(of, j, h), under = excess(of, h, j), all = gaps->mean * gaps->whole.gini;
  *net = fabs(over - under) / all;
  /* 0 / all rather than 0: without a Gini to share it is NaN, too. */
  *overlap = j == h ? 0 / all : 2 * fmin(over, under) / all;
  if (of->count[j] == 0 || of->count[h] == 0) *net = *overlap = NAN;
}

static double share_within(const sw_gaps *gaps, const sw_dagum *of, int g) {
  return of->count[g] > 0 ? excess(of, g, g) / (gaps->mean * gaps->whole.gini) : NAN;
}

/* ---- outputs ------------------------------------------------------------------------------ */

/* At [g]. A group of zeros adds nothing to Theil's T. */
static void put_group(double *const *to, const sw_gaps *gaps, const sw_dagum *of, int g) {
  /* share * mean / whole mean is S_g, the group's share of the total, in T = sum S_g ln(S_g/P_g) +
   * sum S_g T_g (methods.md section 9). theil_t is NaN where the mean is 0, hence the choice. */
  double theil = of->mean[g] > 0 ? of->share[g] * of->mean[g] / gaps->mean * of->theil_t[g] : 0;
  const double value[] = {[SW_GAPS_N] = of->count[g],
                          [SW_GAPS_MEAN] = of->mean[g],
                          [SW_GAPS_GINI] = of->gini[g],
                          [SW_GAPS_THEIL_T] = of->theil_t[g],
                          [SW_GAPS_SHARE_GINI] = share_within(gaps, of, g),
                          [SW_GAPS_SHARE_THEIL_T] =
                              of->count[g] > 0 ? theil / gaps->whole.theil_t : NAN};
  for (int q = SW_GAPS_N; q < SW_GAPS_BETWEEN; q++)
    if (to[q]) to[q][g] = value[q];
}

/* At [j][h]. The diagonal is the group's own Gini; it overlaps itself. */
static void put_pair(double *const *to, const sw_gaps *gaps, const sw_dagum *of, int j, int h) {
  int64_t at = (int64_t)j * of->groups + h; /* the last axis, to_group, runs fastest */
  double net, overlap;
  share_of(gaps, of, j, h, &net, &overlap);
  to[SW_GAPS_BETWEEN][at] = sw_dagum_between(of, j, h);
  to[SW_GAPS_OVERLAP][at] = 1 - sw_dagum_apart(of, j, h);
  to[SW_GAPS_NET][at] = net;
  to[SW_GAPS_TRANSVARIATION][at] = overlap;
}

void sw_gaps_put(const sw_gaps *gaps, const sw_grouping *grouping, double *const *to) {
  sw_dagum of = dagum_of(gaps, grouping);
  for (int j = 0; j < of.groups; j++) {
    put_group(to, gaps, &of, j);
    for (int h = 0; h < of.groups; h++)
      put_pair(to, gaps, &of, j, h);
  }
}

/* By what explains most: no values at all, before a group without any. */
static const char *why_some(const sw_gaps *gaps, const sw_dagum *of) {
  if (gaps->n == 0) return "no unit has a value";
  if (isnan(gaps->whole.gini)) return "all are zero";
  if (gaps->whole.gini == 0) return "all are equal";
  for (int g = 0; g < of->groups; g++)
    if (of->count[g] == 0) return "a group has no unit with a value";
  return "a group is zero throughout";
}

void sw_gaps_place(sw_job *job, int first, int t, const sw_gaps *gaps,
                   const sw_grouping *grouping) {
  sw_dagum of = dagum_of(gaps, grouping);
  double *to[SW_GAPS_OUTPUTS];
  for (int q = 0; q < SW_GAPS_OUTPUTS; q++) {
    const sw_result *result = &job->result[first + q];
    sw_job_undefined(job, first + q, t, why_some(gaps, &of));
    to[q] = result->row[0] + (size_t)t * (size_t)result->width;
  }
  sw_gaps_put(gaps, grouping, to);
}

/* ---- the summary -------------------------------------------------------------------------- */

/* An empty label is that of the units which the column leaves out. */
static const char *label_of(const sw_grouping *grouping, int g) {
  return *grouping->label[g] ? grouping->label[g] : "(the rest)";
}

/* " in 2018", for which there is no need where there is one period. */
static const char *when(const sw_job *job, int t) {
  const char *text = sw_arena_printf(job->arena, " in %s", sw_job_period(job, t));
  return job->n_periods > 1 && text ? text : "";
}

/* Each part, of groups with units, and the two with the most between them. */
typedef struct parts {
  double within, net, overlap;
  double *of; /* by group; NaN without units */
  int two[2];
  double most; /* the net share of these */
} parts;

/* net and overlap are the same for (j, h) and (h, j). The loop meets each pair twice, hence the
 * halves; of each pair the group j gets one half and h the other. */
static void add_parts(const sw_gaps *gaps, const sw_dagum *of, parts *p) {
  *p = (parts){.of = p->of, .most = -1};
  for (int j = 0; j < of->groups; j++) {
    p->of[j] = share_within(gaps, of, j);
    if (of->count[j] == 0) continue;
    p->within += p->of[j];
    for (int h = 0; h < of->groups; h++) {
      double net, overlap;
      if (h == j || of->count[h] == 0) continue;
      share_of(gaps, of, j, h, &net, &overlap);
      p->of[j] += (net + overlap) / 2;
      p->net += net / 2;
      p->overlap += overlap / 2;
      if (!(net > p->most)) continue;
      p->most = net;
      p->two[0] = j;
      p->two[1] = h;
    }
  }
}

/* The group with the largest part of those not yet said, which it then is; -1: all are. O(groups^2)
 * in all, on at most MOST_GROUPS groups of inequality.c. */
static int take_largest(double *part, int groups) {
  int largest = -1;
  for (int g = 0; g < groups; g++)
    if (!isnan(part[g]) && (largest < 0 || part[g] > part[largest])) largest = g;
  return largest;
}

static void say_table(sw_job *job, int t, const sw_dagum *of, parts *p,
                      const sw_grouping *grouping) {
  int with = 0, at = 0;
  /* with: groups that have units, as only these have a part. */
  for (int g = 0; g < of->groups; g++)
    with += !isnan(p->of[g]);
  sw_job_say(job,
             "part of each %s in the Gini%s, its own and half of what it has with each other; "
             "units, mean, own Gini:",
             grouping->name, when(job, t));
  for (int g; (g = take_largest(p->of, of->groups)) >= 0; at++) {
    bool said = at < (with > WHOLE ? FIRST : WHOLE);
    if (said)
      sw_job_say(job, "  %6.2f%%  %6.0f  %10.4g  %.4f  %s", 100 * p->of[g], of->count[g],
                 of->mean[g], of->gini[g], label_of(grouping, g));
    /* The last of all, after which nothing is left to be said. */
    else if (at == with - 1)
      sw_job_say(job, "  and %d more, down to %.2f%%  %s", with - FIRST, 100 * p->of[g],
                 label_of(grouping, g));
    p->of[g] = NAN;
  }
  if (p->most > 0)
    sw_job_say(job, "the most between two: %s and %s, %.3g%% of the Gini (net)",
               label_of(grouping, p->two[0]), label_of(grouping, p->two[1]), 100 * p->most);
}

/* The first and the last period with a Gini above 0, the table for the last. */
sw_status sw_gaps_say(sw_error *err, sw_job *job, const void *records,
                      const sw_grouping *grouping) {
  size_t bytes = sw_gaps_bytes(grouping->n_groups);
  int first = -1, last = -1;
  parts p = {0};
  SW_NEW(err, job->arena, p.of, grouping->n_groups);
  for (int t = 0; t < job->n_periods; t++) {
    const sw_gaps *gaps = (const sw_gaps *)((const char *)records + (size_t)t * bytes);
    if (!(gaps->whole.gini > 0)) continue;
    first = first < 0 ? t : first;
    last = t;
  }
  /* The first, then the last; one period alone is said once. */
  for (int t = first; t >= 0; t = t == last ? -1 : last) {
    const sw_gaps *gaps = (const sw_gaps *)((const char *)records + (size_t)t * bytes);
    sw_dagum of = dagum_of(gaps, grouping);
    add_parts(gaps, &of, &p);
    sw_job_say(job, "Gini by %s%s: %.1f%% within, %.1f%% between (net), %.1f%% by overlap",
               grouping->name, when(job, t), 100 * p.within, 100 * p.net, 100 * p.overlap);
    if (t == last) say_table(job, t, &of, &p, grouping);
  }
  return SW_OK;
}

/* Tables of a Markov chain, for all measures of transitions between classes (chain_tables.h):
 * counts, probabilities, where the chain tends, mobility. Rank 0, once per entry, k^3 steps of k
 * classes. Outputs are found by name, so measures share this if they name theirs alike. Classes
 * without any transition are no states of the chain, and NaN in its tables. */
#include "measure/share/chain_tables.h"

#include <math.h>
#include <string.h>

static double *table(const sw_job *job, const char *name) {
  return sw_job_result(job, name)->row[0];
}

static void place(const sw_job *job, const char *name, const double *from, int count) {
  memcpy(table(job, name), from, (size_t)count * sizeof *from);
}

/* One number, or why there is none. A measure whose classes have no order leaves out what rests on
 * it. `result` NULL: the measure has no such output. */
static void place_number(sw_job *job, const char *name, double value, const char *why) {
  const sw_result *result = sw_job_result(job, name);
  if (!result) return;
  *table(job, name) = value;
  if (isnan(value)) sw_job_undefined(job, (int)(result - job->result), 0, why);
}

/* By class; those that the chain leaves out have no number. chain->of[i] is the class that state i
 * of the chain stands for. */
static void place_states(const sw_chain *chain, int classes, const double *of, double *to) {
  for (int i = 0; i < classes; i++)
    to[i] = NAN;
  for (int i = 0; i < chain->n; i++)
    to[chain->of[i]] = of[i];
}

static void clear(double *square, int k) {
  for (int i = 0; i < k * k; i++)
    square[i] = NAN;
}

/* Where the chain tends, and how far it is from class to class. `room`: a square of all classes. n
 * states of the chain, n <= k. Results by state are spread over all k classes, NaN elsewhere. */
static void place_long_run(const sw_job *job, int k, const sw_chain *chain, const double *last,
                           double *room, double *limit) {
  double start[SW_CHAIN_MOST], sum = 0, *closed = table(job, "closed_state");
  double *passage = table(job, "first_passage");
  int n = chain->n;
  for (int i = 0; i < n; i++)
    sum += start[i] = last[chain->of[i]];
  /* Without units in the last period the start is uniform. */
  for (int i = 0; sum == 0 && i < n; i++)
    start[i] = 1; /* nobody is there in the last period */
  sw_chain_stationary(chain, room);
  sw_chain_limit(chain, room, start, limit);
  place_states(chain, k, limit, table(job, "steady_state"));
  clear(closed, k);
  /* Row c of `room` is the distribution within the c-th closed set. */
  for (int c = 0; c < chain->n_closed; c++)
    place_states(chain, k, room + c * n, closed + c * k);
  sw_chain_passage(chain, room);
  clear(passage, k);
  for (int i = 0; i < n; i++)
    place_states(chain, k, room + i * n, passage + chain->of[i] * k);
}

/* Measures of mobility, with one reason for all. */
static void place_mobility(sw_job *job, const sw_chain *chain, const double *limit) {
  const char *why = chain->n ? "one class only" : "there is no transition";
  sw_mobility m = sw_chain_mobility(chain, limit);
  place_number(job, "shorrocks", m.shorrocks, why);
  place_number(job, "det_mobility", m.det, why);
  place_number(job, "eigen_mobility", m.eigen, why);
  place_number(job, "mixing_half_life", m.half_life, why);
  place_number(job, "bartholomew", m.bartholomew, why);
  place_number(job, "bartholomew_steps", m.bartholomew_steps, why);
}

/* 1 / (1 - p_ii) is the mean stay in a class: infinite where nobody leaves it (p_ii 1), NaN where
 * nobody departs (p_ii NaN). */
sw_status sw_chain_tables(sw_error *err, sw_job *job, int classes, const double *count,
                          const double *last, const sw_chain **out) {
  sw_chain *chain = NULL;
  double *room = NULL, limit[SW_CHAIN_MOST], *p = table(job, "probability");
  SW_NEW(err, job->arena, chain, 1);
  SW_NEW(err, job->arena, room, classes * classes);
  sw_chain_make(classes, count, chain);
  place(job, "count", count, classes * classes);
  sw_transitions_probability(classes, count, p);
  for (int i = 0; i < classes; i++) {
    double leaves = 1 - p[i * classes + i];
    table(job, "prais")[i] = leaves;
    table(job, "stay")[i] = 1 / leaves;
  }
  place_long_run(job, classes, chain, last, room, limit);
  place_mobility(job, chain, limit);
  *out = chain;
  return SW_OK;
}

/* Whether transitions are the same under all conditions: likelihood ratio and Pearson's Q. One call
 * for each entry with conditions; df 0 leaves all tests undefined. */
sw_homogeneity sw_chain_conditions(sw_job *job, int conditions, int classes, const double *count) {
  const char *why = "no degree of freedom";
  sw_homogeneity test = sw_transitions_homogeneity(conditions, classes, count);
  int square = classes * classes;
  double *p = table(job, "conditional_probability");
  place(job, "conditional_count", count, conditions * square);
  for (int s = 0; s < conditions; s++)
    sw_transitions_probability(classes, count + s * square, p + s * square);
  place_number(job, "lr", test.lr, why);
  place_number(job, "lr_p", test.lr_p, why);
  place_number(job, "q", test.q, why);
  place_number(job, "q_p", test.q_p, why);
  place_number(job, "df", test.df, why);
  return test;
}

/* Probabilities of transitions and tests of their homogeneity; see transitions.h. Sums run by class
 * of departure, condition, class of arrival.
 *
 * Called by measure/share/chain_tables.c and markov; pure. Counts are doubles, as transitions may
 * be weighted. */
#include "kernel/classes/transitions.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static double sum_row(const double *row, int classes) {
  double sum = 0;
  for (int j = 0; j < classes; j++)
    sum += row[j];
  return sum;
}

/* A class that nobody leaves has no probabilities: NaN, and not a row of zeros that looks like
 * one. */
void sw_transitions_probability(int classes, const double *count, double *probability) {
  for (int i = 0; i < classes; i++) {
    double sum = sum_row(count + i * classes, classes);
    for (int j = 0; j < classes; j++)
      probability[i * classes + j] = sum > 0 ? count[i * classes + j] / sum : NAN;
  }
}

/* ---- homogeneity -------------------------------------------------------------------------- */

/* The departures from one class under all conditions: row s begins s * stride behind `first`. Views
 * into a table [condition][from][to]. */
typedef struct departures {
  const double *first;
  long stride;
  int conditions, classes;
} departures;

/* Transitions into class j under all conditions. */
static double sum_arrivals(const departures *from, int j) {
  double sum = 0;
  for (int s = 0; s < from->conditions; s++)
    sum += from->first[s * from->stride + j];
  return sum;
}

/* What one condition adds, of n departures under it; `p_all`: into class j under any. LR is 2 sum n
 * ln(p/p_all) with 0 ln 0 = 0; Q the sum of n (p - p_all)^2/p_all (Bickenbach & Bode 2003 give
 * both). */
static void add_cell(sw_homogeneity *test, double count, double n, double p_all) {
  double p = count / n, apart = p - p_all;
  if (count > 0) test->lr += 2 * count * log(p / p_all);
  test->q += n * apart * apart / p_all;
}

/* A class that is never reached from here, and a condition that nobody leaves from here under, bear
 * no information and no degree of freedom. df = (conditions in use - 1)(classes reached - 1),
 * summed over classes of departure. */
static void add_class(sw_homogeneity *test, const departures *from) {
  int left = 0, reached = 0;
  double all = 0;
  for (int j = 0; j < from->classes; j++)
    all += sum_arrivals(from, j);
  for (int s = 0; s < from->conditions; s++)
    left += sum_row(from->first + s * from->stride, from->classes) > 0;
  for (int j = 0; j < from->classes; j++) {
    double into = sum_arrivals(from, j);
    reached += into > 0;
    for (int s = 0; into > 0 && s < from->conditions; s++) {
      const double *row = from->first + s * from->stride;
      double n = sum_row(row, from->classes);
      if (n > 0) add_cell(test, row[j], n, into / all);
    }
  }
  if (all > 0) test->df += (double)(left - 1) * (double)(reached - 1);
}

/* No degree of freedom: nothing can differ, and the statistics have no law. */
sw_homogeneity sw_transitions_homogeneity(int conditions, int classes, const double *count) {
  sw_homogeneity test = {0};
  for (int i = 0; i < classes; i++)
    add_class(&test,
              &(departures){count + i * classes, (long)classes * classes, conditions, classes});
  if (test.df > 0) {
    test.lr_p = gsl_cdf_chisq_Q(test.lr, test.df);
    test.q_p = gsl_cdf_chisq_Q(test.q, test.df);
  } else
    test.lr = test.lr_p = test.q = test.q_p = NAN;
  return test;
}

/* Probabilities of transitions and tests of homogeneity: by hand, the 48 states, what is undefined.
 */
#include "kernel/classes/transitions.h"

#include <criterion/criterion.h>
#include <math.h>

Test(transitions, probabilities) {
  static const double count[9] = {3, 1, 0, 0, 0, 0, 2, 2, 4};
  static const double want[9] = {.75, .25, 0, NAN, NAN, NAN, .25, .25, .5};
  double p[9];
  sw_transitions_probability(3, count, p);
  for (int i = 0; i < 9; i++)
    cr_expect(p[i] == want[i] || (isnan(p[i]) && isnan(want[i])));
}

/* Two classes, two conditions: (8 2 / 5 5) and (6 4 / 5 5). From class 1: p = .7, .3; Q =
 * 2 (10 x .01/.7 + 10 x .01/.3) = .952381; LR by its formula. Class 2 adds a degree, and nothing.
 */
Test(transitions, by_hand) {
  static const double count[8] = {8, 2, 5, 5, 6, 4, 5, 5};
  sw_homogeneity test = sw_transitions_homogeneity(2, 2, count);
  double lr = 2 * (8 * log(.8 / .7) + 2 * log(.2 / .3) + 6 * log(.6 / .7) + 4 * log(.4 / .3));
  cr_expect_float_eq(test.q, .2 / .7 + .2 / .3, 1e-14);
  cr_expect_float_eq(test.lr, lr, 1e-14);
  cr_expect_eq(test.df, 2);
  /* Chi-squared with two degrees of freedom is exponential. */
  cr_expect_float_eq(test.lr_p, exp(-test.lr / 2), 1e-14);
  cr_expect_float_eq(test.q_p, exp(-test.q / 2), 1e-14);
}

/* Neither a condition without departures nor a class that is never reached counts. */
Test(transitions, degrees_of_freedom) {
  static const double with_empty[27] = {8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                        0, 0, 0, 0, 6, 4, 0, 3, 0, 0, 0, 0, 0};
  sw_homogeneity test = sw_transitions_homogeneity(3, 3, with_empty);
  cr_expect_eq(test.df, 1); /* class 1: two conditions, two classes; class 2: one and one */
  cr_expect_float_eq(test.q, .2 / .7 + .2 / .3, 1e-14);
  static const double same[8] = {4, 0, 0, 5, 6, 0, 0, 7};
  test = sw_transitions_homogeneity(2, 2, same);
  cr_expect_eq(test.df, 0);
  cr_expect(isnan(test.lr) && isnan(test.lr_p) && isnan(test.q) && isnan(test.q_p));
  test = sw_transitions_homogeneity(2, 2, (double[8]){0});
  cr_expect(test.df == 0 && isnan(test.lr));
  test = sw_transitions_homogeneity(1, 2, with_empty);
  cr_expect(test.df == 0 && isnan(test.q), "one condition is like itself");
}

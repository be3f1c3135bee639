/* Closeness to the ideal, and obstacles: three rows by numbers computed apart. */
#include <criterion/criterion.h>
#include <stdint.h>

#include "kernel/series/composite.h"

enum { P = 3 };
#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.15g, wanted %.15g", #actual,         \
            (double)(actual), (double)(wanted))

/* oracles/regions.md of the shared data, "Structure", the last case. */
static const double X[3][P] = {{1, .5, 0}, {0, 1, .25}, {.2, .4, 1}}, W[P] = {.5, .3, .2};
static const double BEST[P] = {1, 1, 1}, WORST[P] = {0, .4, 0}, ZERO[P];

Test(ideal, topsis) {
  static const double inside[3] = {.667065829, .263554338, .337651676};
  static const double outside[3] = {.574909252, .307262311, .417572186};
  static const double bounds[3] = {.676172232, .368137573, .366506971};
  for (int i = 0; i < 3; i++) {
    NEAR(sw_topsis(P, W, X[i], BEST, WORST, false), inside[i], 5e-10);
    NEAR(sw_topsis(P, W, X[i], BEST, WORST, true), outside[i], 5e-10);
    NEAR(sw_topsis(P, W, X[i], BEST, ZERO, false), bounds[i], 5e-10);
  }
  NEAR(sw_topsis(P, W, BEST, BEST, WORST, false), 1, 0);
  NEAR(sw_topsis(P, W, WORST, BEST, WORST, false), 0, 0);
  cr_expect(isnan(sw_topsis(P, W, BEST, BEST, BEST, false)), "nothing apart");
}

Test(ideal, obstacles) {
  static const double want[3][P] = {
      {0, .428571, .571429}, {.769231, 0, .230769}, {.689655, .310345, 0}};
  for (int i = 0; i < 3; i++) {
    double lack[P], score = 0;
    for (int j = 0; j < P; j++) {
      lack[j] = sw_shortfall(W[j], X[i][j]);
      score += W[j] * X[i][j];
    }
    NEAR(sw_shares_of(P, lack), 1 - score, 1e-15);
    for (int j = 0; j < P; j++)
      NEAR(lack[j], want[i][j], 5e-7);
  }
  double none[P] = {sw_shortfall(.5, 1), sw_shortfall(.5, 1 + 1e-15), 0};
  NEAR(sw_shares_of(P, none), 0, 0);
  cr_expect(isnan(none[0]), "all x' are 1: no obstacles");
}

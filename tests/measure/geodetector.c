/* The detector by hand, interactions of all types, classes, what is undefined, what is noted. */
#include "measure/harness.h"

#include "kernel/classes/detector.h"

extern const sw_measure sw_measure_geodetector;

/* GD's q; strata a a a b b b c c. */
static const double y8[] = {1, 2, 3, 5, 6, 7, 9, 4}, strata8[] = {1, 1, 1, 2, 2, 2, 3, 3};

static harness *of(const double *y, int64_t n, const double *first, const double *second) {
  harness *h = harness_new(&sw_measure_geodetector, n, 1);
  harness_column(h, "y", "y", y);
  harness_column(h, "factors", "a", first);
  if (second) harness_column(h, "factors", "b", second);
  return h;
}

/* Input i has classes 0 .. count - 1, as a group column. */
static void be_groups(harness *h, int i, int count) {
  static const char *const label[] = {"a", "b", "c", "d", "e", "f"};
  h->input[i].n_classes = count;
  h->input[i].class_label = label;
}

static double value(const harness *h, const char *name, int at) {
  return harness_result(h, name, 0)[at];
}

/* As classes of a result, which may begin at 1; 0 is none. */
Test(geodetector, by_hand) {
  harness *h = of(y8, 8, strata8, NULL);
  be_groups(h, 1, 3);
  h->input[1].class_first = 1;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "q", 0), .669172932, 5e-10);
  NEAR(value(h, "f", 0), 5.056818182, 5e-10);
  NEAR(value(h, "p_value", 0), .062950994, 5e-10);
  NEAR(value(h, "interaction", 0), .669172932, 5e-10);
  NEAR(value(h, "interaction_type", 0), 0, 0);
  cr_expect_not_null(strstr(harness_said(h), "q of a in 2001 0.6692"), "%s", harness_said(h));
  harness_free(h);
}

/* With a factor of one stratum the other is alone: not a pair worth a line. */
Test(geodetector, pair_of_one) {
  static const double same[8] = {0};
  harness *h = of(y8, 8, strata8, same);
  be_groups(h, 1, 4);
  be_groups(h, 2, 1);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "q", 1)));
  cr_expect_null(strstr(harness_said(h), "most together"), "%s", harness_said(h));
  harness_free(h);
}

Test(geodetector, noncentral) {
  double shifted[8], room[64];
  int32_t stratum[8];
  for (int i = 0; i < 8; i++) {
    shifted[i] = y8[i] + 100;
    stratum[i] = (int32_t)strata8[i] - 1;
  }
  sw_detector d = sw_detector_of(y8, stratum, 8, 3, room);
  NEAR(d.lambda, 2.541414872, 5e-10);
  sw_detector moved = sw_detector_of(shifted, stratum, 8, 3, room);
  NEAR(moved.lambda, 57.329452346, 5e-8);
  NEAR(moved.q, d.q, 1e-12);
  /* By a sum of beta integrals, and by 4 10^6 draws (.2058, .9992). */
  NEAR(sw_detector_p(&d, true), .206047, 1e-6);
  NEAR(sw_detector_p(&moved, true), .999158, 1e-6);
  /* Without noncentrality it is the central law. */
  sw_detector none = d;
  none.lambda = 1e-300;
  NEAR(sw_detector_p(&none, true), sw_detector_p(&d, false), 1e-14);
}

/* A stratum of one unit is left out of N, L and the variance: as if the unit were not there. */
Test(geodetector, single) {
  double y[9], strata[9];
  memcpy(y, y8, sizeof y8);
  memcpy(strata, strata8, sizeof strata8);
  y[8] = 1e6;
  strata[8] = 4;
  harness *h = of(y, 9, strata, NULL);
  be_groups(h, 1, 5);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "q", 0), .669172932, 5e-10);
  NEAR(value(h, "p_value", 0), .062950994, 5e-10);
  cr_expect(harness_noted(h, "1 stratum of 'a' with a single unit in 2001 left out"));
  harness_free(h);
}

/* Two factors of two classes: y is a + b (independent), a xor b (nonlinear), or rests on one. */
Test(geodetector, interactions) {
  enum { N = 16 };
  double a[N], b[N], sum[N], xor[N], alone[N], both[N];
  for (int i = 0; i < N; i++) {
    a[i] = i / 2 % 2;
    b[i] = i / 4 % 2;
    double noise = i % 2 ? .125 : -.125;
    sum[i] = 3 * a[i] + b[i] + noise;
    xor[i] = (a[i] != b[i]) + noise;
    alone[i] = a[i] + noise;
    both[i] = fmax(a[i], b[i]) + noise;
  }
  /* Crossed designs: joint q is the sum where there is no product of the two, more where there is.
   */
  const double *const y[] = {sum, xor, alone, both};
  static const double type[] = {4, 5, 4, 5};
  for (int k = 0; k < 4; k++) {
    harness *h = of(y[k], N, a, b);
    be_groups(h, 1, 2);
    be_groups(h, 2, 2);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(value(h, "interaction_type", 1), type[k], 0);
    NEAR(value(h, "interaction_type", 2), type[k], 0);
    NEAR(value(h, "interaction_type", 0), 0, 0);
    cr_expect_eq(value(h, "interaction", 1), value(h, "interaction", 2));
    harness_free(h);
  }
}

Test(geodetector, types) {
  cr_expect_eq(sw_detector_interaction(.2, .3, .1), SW_INTERACTION_NONLINEAR_WEAKENING);
  cr_expect_eq(sw_detector_interaction(.3, .2, .2), SW_INTERACTION_ONE_FACTOR_WEAKENING);
  cr_expect_eq(sw_detector_interaction(.2, .3, .3), SW_INTERACTION_ONE_FACTOR_WEAKENING);
  cr_expect_eq(sw_detector_interaction(.2, .3, .4), SW_INTERACTION_TWO_FACTOR);
  cr_expect_eq(sw_detector_interaction(.2, .3, .5 + 1e-13), SW_INTERACTION_INDEPENDENT);
  cr_expect_eq(sw_detector_interaction(.2, .3, .51), SW_INTERACTION_NONLINEAR_ENHANCEMENT);
  cr_expect_eq(sw_detector_interaction(NAN, .3, .51), SW_INTERACTION_NONE);
  cr_expect_eq(SW_INTERACTION_NONLINEAR_ENHANCEMENT, 5);
}

/* Joint strata with the plain table of all pairs of classes. */
Test(geodetector, cross) {
  enum { N = 200, A = 7, B = 5 };
  double y[N], mean[A * B] = {0}, within = 0, total = 0, all = 0, room[3000];
  int32_t a[N], b[N];
  int64_t count[A * B] = {0}, used = 0;
  cr_assert_leq(sw_detector_workspace(N, A), sizeof room);
  for (int i = 0; i < N; i++) {
    a[i] = i * i % A;
    b[i] = i * 3 % B == 4 && i > 20 ? 0 : i * 3 % B;
    y[i] = a[i] * 2 + b[i] + sin(i);
    count[a[i] * B + b[i]]++;
    mean[a[i] * B + b[i]] += y[i];
  }
  for (int i = 0; i < N; i++)
    if (count[a[i] * B + b[i]] > 1) {
      all += y[i];
      used++;
    }
  for (int i = 0; i < N; i++) {
    int c = a[i] * B + b[i];
    if (count[c] < 2) continue;
    within += pow(y[i] - mean[c] / (double)count[c], 2);
    total += pow(y[i] - all / (double)used, 2);
  }
  sw_detector d = sw_detector_cross(y, a, A, b, B, N, room);
  sw_detector back = sw_detector_cross(y, b, B, a, A, N, room);
  NEAR(d.q, 1 - within / total, 1e-13);
  cr_expect_eq(d.n, used);
  NEAR(back.q, d.q, 1e-14);
  cr_expect_eq(back.strata, d.strata);
}

/* Twelve values, three classes: by quantiles four each; of equal width the last alone. */
Test(geodetector, classes) {
  double x[12], y[12];
  for (int i = 0; i < 12; i++) {
    x[i] = i < 10 ? i : 100 + 10 * (i - 10);
    y[i] = i < 10 ? i % 3 : 50 + i;
  }
  static const char *const way[] = {"quantile", "equal", "natural"};
  /* By hand: sums of squares within over that of all. */
  double all = 0, mean = 0;
  for (int i = 0; i < 12; i++)
    mean += y[i] / 12;
  for (int i = 0; i < 12; i++)
    all += (y[i] - mean) * (y[i] - mean);
  /* Quantile: (0 1 2 0) (1 2 0 1) (2 0 60 61). */
  double quantile = 2.75 + 2 + (4 + 3600 + 3721 - 123. * 123 / 4);
  /* Equal: 0 .. 110/3; none; 100 and 110: two classes. */
  double equal = 15 - 81. / 10 + .5;
  /* Natural: 0 .. 4, 5 .. 9, and the two. */
  double natural = (0 + 1 + 4 + 0 + 1 - 16. / 5) + (4 + 0 + 1 + 4 + 0 - 25. / 5) + .5;
  const double within[] = {quantile, equal, natural};
  for (int k = 0; k < 3; k++) {
    harness *h = of(y, 12, x, NULL);
    harness_set(h, "classes", "3");
    harness_set(h, "discretise", way[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    NEAR(value(h, "q", 0), 1 - within[k] / all, 1e-13);
    harness_free(h);
  }
}

/* More classes than values; a constant factor; a constant y; nobody left. */
Test(geodetector, undefined) {
  static const double two[] = {0, 1, 0, 1, 0, 1, 0, 1}, same[] = {7, 7, 7, 7, 7, 7, 7, 7};
  static const double none[] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  harness *h = of(y8, 8, two, same);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(value(h, "q", 0) > 0);
  cr_expect(isnan(value(h, "q", 1)) && isnan(value(h, "p_value", 1)));
  NEAR(value(h, "interaction", 1), value(h, "q", 0), 1e-15);
  NEAR(value(h, "interaction_type", 1), 0, 0);
  cr_expect(harness_noted(h, "'a' has fewer different values than 5 classes in 2001"));
  cr_expect(harness_noted(h, "'b' has one stratum in 2001; its q is undefined there"));
  harness_free(h);
  h = of(same, 8, two, NULL);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "q", 0)) && isnan(value(h, "f", 0)));
  harness_free(h);
  h = of(y8, 8, none, two);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(value(h, "q", 1)) && isnan(value(h, "interaction", 1)));
  NEAR(value(h, "interaction_type", 1), 0, 0);
  harness_free(h);
}

/* A unit without one factor is in the sample of none; a class that has no name is missing. */
Test(geodetector, missing) {
  double a[10], b[10], y[10];
  memcpy(y, y8, sizeof y8);
  memcpy(a, strata8, sizeof strata8);
  for (int i = 0; i < 8; i++)
    b[i] = i % 2;
  y[8] = y[9] = 1e3;
  a[8] = NAN, b[8] = 0;
  a[9] = 9, b[9] = 1;
  harness *h = of(y, 10, a, b);
  be_groups(h, 1, 4);
  be_groups(h, 2, 2);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(value(h, "q", 0), .669172932, 5e-10);
  harness_free(h);
}

Test(geodetector, refused) {
  harness *h = harness_new(&sw_measure_geodetector, 8, 1);
  harness_column(h, "y", "y", y8);
  harness_column(h, "factors", "y", y8);
  HARNESS_FAILS(h, "'y' is y, too; leave it out");
  harness_free(h);
}

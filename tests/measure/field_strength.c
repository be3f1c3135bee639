/* Fields of centres: cases by hand, ties, a plain loop over many units, what is refused. */
#include "measure/flows.h"

extern const sw_measure sw_measure_field_strength;

enum { T = 2 };
static const double mass[T][FLOWS_N] = {{4, 2, 1, 3}, {4, NAN, 1, 0}};
static const int64_t two[2] = {0, 3};

static harness *hand(const char *decay) {
  harness *h = harness_new(&sw_measure_field_strength, FLOWS_N, T);
  harness_column(h, "mass", "people", &mass[0][0]);
  flows_centres(h, 2, two);
  flows_give(h, flows_distance, true);
  harness_set(h, "decay", decay);
  return h;
}

/* Of a unit output by centre. */
static double at(harness *h, const char *name, int c, int t, int unit) {
  return harness_result(h, name, c * T + t)[unit];
}

Test(field_strength, by_hand) {
  harness *h = hand("2");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  static const double want[2][FLOWS_N] = {{NAN, 4, 1, 1}, {.75, 3. / 9, 3, NAN}};
  static const double first[FLOWS_N] = {0, 0, 1, 1}, second[FLOWS_N] = {1, 1, 0, 0};
  for (int u = 0; u < FLOWS_N; u++) {
    for (int c = 0; c < 2; c++)
      if (isnan(want[c][u]))
        cr_expect(isnan(at(h, "value", c, 0, u)), "its own field");
      else
        NEAR(at(h, "value", c, 0, u), want[c][u], 1e-15);
    NEAR(harness_result(h, "hinterland", 0)[u], first[u], 0);
    NEAR(harness_result(h, "second", 0)[u], second[u], 0);
  }
  const double *point = harness_result(h, "breaking_point", 0);
  NEAR(point[1], 2 / (1 + sqrt(.75)), 1e-15);
  NEAR(point[2], 2 / (1 + sqrt(4. / 3)), 1e-15);
  NEAR(point[1] + point[2], 2, 1e-15);
  cr_expect(isnan(point[0]) && isnan(point[3]), "of a centre with itself");
  NEAR(harness_result(h, "sphere_units", 0)[0], 2, 0);
  NEAR(harness_result(h, "sphere_mass", 0)[0], 6, 0);
  NEAR(harness_result(h, "sphere_mass", 0)[1], 4, 0);
  cr_expect(h->job.result[6].off, "without areas there is none of a sphere");
  harness_free(h);
}

/* In the second period centre 3 has no mass: no field, no sphere, and its unit is the other's. */
Test(field_strength, no_mass) {
  harness *h = hand("2");
  static const double within[FLOWS_N] = {1, 1, 1, 2};
  flows_areas(h, within);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int u = 0; u < FLOWS_N; u++) {
    NEAR(harness_result(h, "hinterland", 1)[u], 0, 0);
    cr_expect(isnan(harness_result(h, "second", 1)[u]), "nobody is second");
  }
  NEAR(at(h, "value", 1, 1, 2), 0, 0);
  NEAR(harness_result(h, "sphere_units", 0)[2], 4, 0);
  NEAR(harness_result(h, "sphere_units", 0)[3], 0, 0);
  NEAR(harness_result(h, "sphere_mass", 0)[2], 5, 0);
  NEAR(harness_result(h, "sphere_area", 0)[2], 3 * flows_area(1) + flows_area(2), 1e-12);
  cr_expect(isnan(harness_result(h, "breaking_point", 0)[4 + 1]), "no field, no breaking point");
  harness_free(h);
}

Test(field_strength, exponential) {
  harness *h = hand("2");
  harness_set_node(h, "decay", harness_pair(h, "exponential", harness_scalar(h, "0.5")));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(at(h, "value", 0, 0, 2), 4 * exp(-1), 1e-14);
  NEAR(at(h, "value", 1, 0, 1), 3 * exp(-1.5), 1e-14);
  NEAR(harness_result(h, "breaking_point", 0)[1], 1 + log(4. / 3), 1e-15);
  harness_free(h);
  h = hand("2");
  harness_set_node(h, "decay", harness_pair(h, "exponential", harness_scalar(h, "0.01")));
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "breaking_point", 0)[1]), "the larger field is so all the way");
  harness_free(h);
}

/* Equal fields: the lower code, in whichever order the study has the centres. A pair without a
 * distance has no field; a unit that none reaches is nobody's. */
Test(field_strength, ties) {
  static const double d[FLOWS_N][FLOWS_N] = {
      {0, NAN, 2, 2}, {NAN, 0, NAN, NAN}, {2, NAN, 0, 2}, {2, NAN, 2, 0}};
  static const double same[FLOWS_N] = {4, 1, 1, 4};
  static const int64_t turned[2] = {3, 0};
  harness *h = harness_new(&sw_measure_field_strength, FLOWS_N, 1);
  harness_column(h, "mass", "people", same);
  flows_centres(h, 2, turned);
  flows_give(h, d, true);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "hinterland", 0)[2], 1, 0);
  NEAR(harness_result(h, "second", 0)[2], 0, 0);
  cr_expect(isnan(harness_result(h, "hinterland", 0)[1]), "nobody's");
  NEAR(harness_result(h, "sphere_units", 0)[1], 2, 0);
  harness_free(h);
}

/* Enough units for several blocks, against the plain formula. */
Test(field_strength, plain) {
  enum { MANY = 700, CENTRES = 9 };
  static double m[MANY];
  static int64_t unit[CENTRES];
  harness *h = harness_new(&sw_measure_field_strength, MANY, 1);
  sw_distance d;
  for (int i = 0; i < MANY; i++)
    m[i] = 1 + i % 37;
  for (int c = 0; c < CENTRES; c++)
    unit[c] = (c * 269 + 5) % MANY;
  harness_column(h, "mass", "people", m);
  flows_sphere(h, MANY, &d);
  flows_centres(h, CENTRES, unit);
  harness_set(h, "decay", "1.5");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < MANY; i++) {
    int best = -1;
    double most = 0;
    for (int c = 0; c < CENTRES; c++) {
      double e = i == unit[c] ? INFINITY : m[unit[c]] / pow(flows_km(&d, unit[c], i), 1.5);
      if (i != unit[c]) NEAR(harness_result(h, "value", c)[i], e, 1e-12 * e);
      if (e > most) most = e, best = c;
    }
    NEAR(harness_result(h, "hinterland", 0)[i], best, 0);
  }
  harness_free(h);
}

Test(field_strength, refused) {
  static const double below[T][FLOWS_N] = {{4, 2, 1, 3}, {4, -2, 1, 1}};
  harness *h = hand("0");
  HARNESS_FAILS(h, "0 is out of range");
  harness_free(h);
  h = hand("2");
  harness_set_node(h, "decay", harness_list(h, 1, (const char *const[]){"2"}));
  HARNESS_FAILS(h, "expected the exponent of the distance");
  harness_free(h);
  h = harness_new(&sw_measure_field_strength, FLOWS_N, T);
  harness_column(h, "mass", "people", &below[0][0]);
  flows_centres(h, 2, two);
  flows_give(h, flows_distance, true);
  HARNESS_FAILS(h, "period 2002: people is -2 (1 in all)");
  harness_free(h);
}

/* No centre has a way to unit 2. */
Test(field_strength, unreached) {
  static const double d[FLOWS_N][FLOWS_N] = {
      {0, 7, NAN, 2}, {1, 0, 7, 3}, {7, 7, 0, 7}, {2, 7, NAN, 0}};
  harness *h = hand("2");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(!harness_noted(h, "reach no centre"));
  harness_free(h);
  h = hand("2");
  flows_give(h, d, false);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(harness_noted(h, "1 of 4 units reach no centre"));
  harness_free(h);
}

/* Market potential: cases by hand, what is missing, what is refused. */
#include "measure/harness.h"

#include "kernel/pairs/lanes.h"
#include "kernel/space/arc.h"

extern const sw_measure sw_measure_market_potential;

enum { N = 4, T = 2 };

/* D = 0 1 2 2 / 1 0 1 3 / 2 1 0 1 / 2 3 1 0, the hand case of oracles/regions.md. */
static const double distance[N][N] = {{0, 1, 2, 2}, {1, 0, 1, 3}, {2, 1, 0, 1}, {2, 3, 1, 0}};
static const double mass[T][N] = {{4, 2, 1, 3}, {4, NAN, 1, 0}};

/* Areas such that d_ii = 2/3 sqrt(area / pi) is 1/2, 1, 2; the last is missing. */
static double area_of(double within) {
  return acos(-1) * (1.5 * within) * (1.5 * within);
}

static void give_distances(harness *h, const double d[N][N]) {
  int64_t *start = NULL;
  int32_t *to = NULL;
  double *value = NULL;
  sw_links *links = NULL;
  sw_distance *given = NULL;
  HARNESS_NEW(h, start, N + 1);
  HARNESS_NEW(h, to, N * N);
  HARNESS_NEW(h, value, N * N);
  HARNESS_NEW(h, links, 1);
  HARNESS_NEW(h, given, 1);
  int64_t k = 0;
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++)
      if (j != i && !isnan(d[i][j])) to[k] = j, value[k++] = d[i][j];
    start[i + 1] = k;
  }
  *links = (sw_links){.n = N, .row_start = start, .to = to, .value = value};
  *given = (sw_distance){.kind = SW_GIVEN, .links = links, .symmetric = true};
  harness_arg(h, "distance")->distance = given;
}

static harness *hand(const char *own, const char *decay) {
  harness *h = harness_new(&sw_measure_market_potential, N, T);
  double *area = NULL;
  HARNESS_NEW(h, area, N);
  area[0] = area_of(.5), area[1] = area_of(1), area[2] = area_of(2), area[3] = NAN;
  h->units.area = area;
  harness_column(h, "mass", "mass", &mass[0][0]);
  harness_set(h, "own", own);
  harness_set(h, "decay", decay);
  give_distances(h, distance);
  return h;
}

Test(market_potential, others_by_hand) {
  harness *h = hand("none", "1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *p = harness_result(h, "value", 0);
  NEAR(p[0], 2 + .5 + 1.5, 1e-15);
  NEAR(p[1], 4 + 1 + 1, 1e-15);
  NEAR(p[2], 2 + 2 + 3, 1e-15);
  NEAR(p[3], 2 + 2. / 3 + 1, 1e-15);
  harness_free(h);
}

Test(market_potential, own_market) {
  harness *h = hand("full", "1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *p = harness_result(h, "value", 0);
  NEAR(p[0], 4 + 4 / .5, 1e-14);
  NEAR(p[1], 6 + 2, 1e-14);
  NEAR(p[2], 7 + .5, 1e-14);
  cr_expect(isnan(p[3]), "no area");
  harness_free(h);
  h = hand("half", "2");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  p = harness_result(h, "value", 0);
  NEAR(p[0], 2 + .25 + .75 + 4 / .5, 1e-14);
  NEAR(p[2], 1 + 2 + 3 + .5, 1e-14);
  harness_free(h);
}

/* In the second period unit 1 has no mass: it is no market of others, and its own is undefined. */
Test(market_potential, missing_masses) {
  harness *h = hand("none", "1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *p = harness_result(h, "value", 1);
  NEAR(p[0], .5, 1e-15);
  NEAR(p[1], 4 + 1, 1e-15);
  harness_free(h);
  h = hand("full", "1");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "value", 1)[1]), "no own mass");
  harness_free(h);
}

/* Zero markets are zero; no market at all is undefined. */
Test(market_potential, no_market) {
  static const double far[N][N] = {
      {0, 1, NAN, NAN}, {1, 0, NAN, NAN}, {NAN, NAN, 0, 1}, {NAN, NAN, 1, 0}};
  harness *h = hand("none", "1");
  give_distances(h, far);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *p = harness_result(h, "value", 1);
  cr_expect(isnan(p[0]), "its one market has no mass");
  NEAR(p[1], 4, 0);
  NEAR(p[2], 0, 0);
  harness_free(h);
}

/* Enough units for several blocks of columns, by great circle, against the plain sum. */
Test(market_potential, plain_sum) {
  enum { MANY = 1100 };
  harness *h = harness_new(&sw_measure_market_potential, MANY, 1);
  static double x[MANY], y[MANY], z[MANY], m[MANY], lon[MANY], lat[MANY];
  for (int i = 0; i < MANY; i++) {
    lon[i] = fmod(i * .61803398875, 1) * 6.28;
    lat[i] = asin(1 - 2 * fmod(i * .7548776662, 1));
    x[i] = cos(lat[i]) * cos(lon[i]), y[i] = cos(lat[i]) * sin(lon[i]), z[i] = sin(lat[i]);
    m[i] = 1 + i % 7;
  }
  sw_distance d = {.kind = SW_GREAT_CIRCLE, .x = x, .y = y, .z = z, .symmetric = true};
  harness_arg(h, "distance")->distance = &d;
  harness_column(h, "mass", "mass", m);
  harness_set(h, "own", "none");
  harness_set(h, "decay", "1.5");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < MANY; i += 97) {
    double sum = 0;
    for (int j = 0; j < MANY; j++) {
      double dx = x[i] - x[j], dy = y[i] - y[j], dz = z[i] - z[j];
      double chord = sqrt(dx * dx + dy * dy + dz * dz);
      if (j != i) sum += m[j] / pow(SW_EARTH_KM * 2 * asin(chord / 2), 1.5);
    }
    NEAR(harness_result(h, "value", 0)[i], sum, 1e-12 * sum);
  }
  harness_free(h);
}

/* 2 / 1e-160^2 is no number of a double; 1 / 1^100 + 3 / 2^100 is. */
Test(market_potential, out_of_range) {
  double near[N][N];
  memcpy(near, distance, sizeof near);
  near[0][1] = near[1][0] = 1e-160;
  harness *h = hand("none", "2");
  give_distances(h, near);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(harness_result(h, "value", 0)[0]) && isnan(harness_result(h, "value", 0)[1]));
  NEAR(harness_result(h, "value", 0)[3], 4 / 4. + 2 / 9. + 1, 1e-15);
  harness_free(h);
  h = hand("none", "100");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[1], 4 + 1 + 3 * pow(3, -100), 1e-15);
  harness_free(h);
}

Test(market_potential, refused) {
  static const double below[T][N] = {{4, 2, 1, 3}, {4, -2, 1, -1}};
  harness *h = hand("full", "1");
  h->units.area = NULL;
  HARNESS_FAILS(h, "the own market needs areas");
  harness_free(h);
  h = harness_new(&sw_measure_market_potential, N, T);
  harness_column(h, "mass", "people", &below[0][0]);
  harness_set(h, "own", "none");
  give_distances(h, distance);
  HARNESS_FAILS(h, "period 2002: people is -2 (2 in all)");
  harness_free(h);
  h = hand("none", "1");
  harness_set(h, "form", "redding-venables");
  harness_arg(h, "decay")->given = false;
  HARNESS_FAILS(h, "is for form: harris");
  harness_free(h);
}

/* Markets abroad, the same for all or by unit, are added after. */
Test(market_potential, foreign) {
  static const double abroad[T][N] = {{10, 20, NAN, 0}, {1, 1, 1, 1}};
  harness *h = hand("none", "1");
  harness_arg(h, "foreign")->number = 100;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[0], 104, 1e-13);
  harness_free(h);
  h = hand("none", "1");
  harness_column(h, "foreign", "abroad", &abroad[0][0]);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[1], 26, 1e-14);
  cr_expect(isnan(harness_result(h, "value", 0)[2]), "not known");
  harness_free(h);
}

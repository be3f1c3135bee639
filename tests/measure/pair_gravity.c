/* gravity against the formula pair by pair, over its distances and parameters. */
#include "pair_fixture.h"

#include "kernel/space/geodesic.h"

enum { N = 300, T = 2 };

extern const sw_measure sw_measure_gravity;

static double lon[N], lat[N], x[N], y[N], z[N], gdp[N * T], people[N * T];
static int32_t province_of[N];
static const char *const province_label[] = {"", "A", "B"};
static sw_grouping province = {"province", 3, province_label, province_of};
static sw_distance distance;

static void country(void) {
  srand(3);
  for (int i = 0; i < N; i++) {
    lon[i] = 75 + 58.0 * rand() / RAND_MAX, lat[i] = 18 + 35.0 * rand() / RAND_MAX;
    double a = lon[i] * M_PI / 180, b = lat[i] * M_PI / 180;
    x[i] = cos(b) * cos(a), y[i] = cos(b) * sin(a), z[i] = sin(b);
    province_of[i] = i % 3;
    for (int t = 0; t < T; t++)
      gdp[t * N + i] = 1 + rand() % 1000, people[t * N + i] = 5e4 + rand() % 1000000;
  }
  gdp[7] = 0;
  gdp[8] = NAN;
}

static harness *start(sw_distance_kind kind) {
  country();
  harness *h = harness_new(&sw_measure_gravity, N, T);
  if (kind == SW_GEODESIC) sw_geodesic_vectors(N, lon, lat, x, y, z);
  distance = (sw_distance){
      .kind = kind, .x = x, .y = y, .z = z, .lon = lon, .lat = lat, .symmetric = true};
  harness_arg(h, "distance")->distance = &distance;
  h->units.n_groupings = 1;
  h->units.grouping = &province;
  harness_column(h, "mass", "gdp", gdp);
  return h;
}

/* The textbook great circle, by haversines in long double. */
static double arc_km(int i, int j) {
  const long double degree = M_PIl / 180;
  long double s = sinl((lat[i] - (long double)lat[j]) * degree / 2),
              w = sinl((lon[i] - (long double)lon[j]) * degree / 2);
  long double h = s * s + cosl(lat[i] * degree) * cosl(lat[j] * degree) * w * w;
  return (double)(2 * 6371.0088L * asinl(sqrtl(h)));
}

static void expect_near(harness *h, int t, int i, int j, double wanted) {
  double value = pair_value(h, t, i, j);
  cr_expect(isnan(wanted) ? isnan(value) : fabs(value - wanted) <= 1e-12 * fabs(wanted),
            "%d %d: %.17g, wanted %.17g", i, j, value, wanted);
}

Test(gravity, great_circle) {
  harness *h = start(SW_GREAT_CIRCLE);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect_not(h->job.directed);
  for (int t = 0; t < T; t++)
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++)
        if (i != j) expect_near(h, t, i, j, gdp[t * N + i] * gdp[t * N + j] / pow(arc_km(i, j), 2));
  cr_expect_eq(pair_value(h, 0, 7, 9), 0);
  pair_expect_bits(h, 1);
  harness_free(h);
}

Test(gravity, decays_and_several_masses) {
  const char *const decay[] = {"0.5", "1", "1.7", "2", "4"};
  for (int k = 0; k < 5; k++) {
    harness *h = start(SW_GREAT_CIRCLE);
    harness_column(h, "mass", "people", people);
    harness_set(h, "decay", decay[k]);
    harness_set(h, "constant", "3.5");
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    for (int i = 0; i < N; i += 5)
      for (int j = 0; j < N; j++)
        if (i != j)
          expect_near(h, 0, i, j,
                      3.5 * sqrt(gdp[i] * people[i]) * sqrt(gdp[j] * people[j]) /
                          pow(arc_km(i, j), strtod(decay[k], NULL)));
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

Test(gravity, exponents_share_and_groups) {
  harness *h = start(SW_GREAT_CIRCLE);
  harness_column(h, "share", "people", people);
  harness_set(h, "exponent", "[1, 0.5]");
  harness_set_node(
      h, "same_group",
      harness_many(h, 2, (const char *[]){"group", "factor"},
                   (sw_node *[]){harness_scalar(h, "province"), harness_scalar(h, "2")}));
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.directed);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j += 7) {
      if (i == j) continue;
      /* Group 0 has an empty label: the rest, which is no province. */
      double factor = province_of[i] == province_of[j] && province_of[i] != 0 ? 2 : 1;
      expect_near(h, 1, i, j,
                  factor * gdp[N + i] * sqrt(gdp[N + j]) / pow(arc_km(i, j), 2) * people[N + i] /
                      (people[N + i] + people[N + j]));
    }
  pair_expect_bits(h, 1);
  harness_free(h);
}

/* The power of anything to 0 is 1, that of a missing mass too in C; but it is missing. */
Test(gravity, missing_mass_to_the_power_of_zero) {
  harness *h = start(SW_GREAT_CIRCLE);
  harness_set(h, "exponent", "[1, 0]");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i++)
    for (int j = 6; j < 9; j++) /* a mass, none at all, a missing one */
      if (i != j) expect_near(h, 0, i, j, j == 8 ? NAN : gdp[i] / pow(arc_km(i, j), 2));
  harness_free(h);
}

Test(gravity, geodesic) {
  harness *h = start(SW_GEODESIC);
  harness_set(h, "decay", "1");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i += 11)
    for (int j = 0; j < N; j++)
      if (i != j)
        expect_near(h, 0, i, j, gdp[i] * gdp[j] / sw_geodesic_km(lon[i], lat[i], lon[j], lat[j]));
  pair_expect_bits(h, 0);
  harness_free(h);
}

static int64_t row_start[N + 1];
static int32_t to[4 * N];
static double given[4 * N];
static sw_links links;

/* Every unit has four distances, later ones longer; not symmetric. */
static harness *start_given(void) {
  harness *h = start(SW_GIVEN);
  for (int i = 0; i < N; i++) {
    row_start[i + 1] = 4 * (i + 1);
    for (int k = 0; k < 4; k++) {
      to[4 * i + k] = (i % 70) + 76 * k;
      given[4 * i + k] = to[4 * i + k] == i ? 0 : 2.5 + k + 0.01 * i;
    }
  }
  links = (sw_links){.n = N, .row_start = row_start, .to = to, .value = given};
  distance.links = &links;
  distance.symmetric = false;
  return h;
}

Test(gravity, given_distances) {
  harness *h = start_given();
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.directed);
  int found = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      double wanted = NAN;
      for (int k = 0; k < 4; k++)
        if (to[4 * i + k] == j) wanted = gdp[i] * gdp[j] / pow(given[4 * i + k], 2), found++;
      if (i != j) expect_near(h, 0, i, j, wanted);
    }
  cr_expect_eq(found, 4 * N);
  pair_expect_bits(h, 0);
  harness_free(h);
}

Test(gravity, given_distance_of_zero) {
  harness *h = start_given();
  given[1] = 0;
  PAIR_FAILS(h, "from 00000000 to 00000076 it is 0");
  harness_free(h);
}

Test(gravity, negative_mass_is_named) {
  harness *h = start(SW_GREAT_CIRCLE);
  h->whole[0][1][290] = -2;
  h->whole[0][0][291] = -5;
  PAIR_FAILS(h, "mass is negative: unit 00000290, period 2002: gdp is -2 (2 in all)");
  harness_free(h);
}

Test(gravity, unknown_group) {
  harness *h = start(SW_GREAT_CIRCLE);
  harness_set_node(
      h, "same_group",
      harness_many(h, 2, (const char *[]){"group", "factor"},
                   (sw_node *[]){harness_scalar(h, "prefecture"), harness_scalar(h, "2")}));
  PAIR_FAILS(h, "'prefecture' is not a group");
  harness_free(h);
}

/* What no double can hold is no number, and never infinite; it is said where flows may vanish. */
Test(gravity, out_of_range) {
  harness *h = start_given();
  given[1] = 1e-160;
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(pair_value(h, 0, 0, to[1])));
  expect_near(h, 0, 0, to[2], gdp[0] * gdp[to[2]] / pow(given[2], 2));
  cr_expect_not(harness_noted(h, "smaller than doubles can be"));
  harness_free(h);
  h = start(SW_GREAT_CIRCLE);
  h->whole[0][0][3] = h->whole[0][0][4] = 1e300;
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(pair_value(h, 0, 3, 4)));
  expect_near(h, 0, 3, 5, 1e300 * gdp[5] / pow(arc_km(3, 5), 2));
  harness_free(h);
}

/* (K m m' / d^c) of large c: what turns kilometres into radians would vanish on its own. */
Test(gravity, large_decays) {
  const char *const decay[] = {"12", "29", "45", "90"};
  for (int k = 0; k < 4; k++) {
    double c = atof(decay[k]);
    harness *h = start(SW_GREAT_CIRCLE);
    harness_set(h, "decay", decay[k]);
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(harness_noted(h, "smaller than doubles can be"), c > 60);
    for (int i = 0; i < N; i += 9)
      for (int j = 0; j < N; j++) {
        double wanted = gdp[i] * gdp[j] / pow(arc_km(i, j), c), value = pair_value(h, 0, i, j);
        if (i == j) continue;
        if (wanted > 0 && wanted < 1e-290)
          cr_expect(value >= 0 && value < 1e-289);
        else
          cr_expect(isnan(wanted) ? isnan(value) : fabs(value - wanted) <= 1e-10 * wanted,
                    "%s: %.17g, wanted %.17g", decay[k], value, wanted);
      }
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

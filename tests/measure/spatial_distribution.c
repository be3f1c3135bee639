/* The spread of a mass over units and space: cases by hand, groups against each by itself, missing
 * masses and places, breaks, what is refused. */
#include "measure/harness.h"

#include "kernel/space/arc.h"

extern const sw_measure sw_measure_spatial_distribution;

enum { N = 6, T = 3 };

/* Six places, and a mass that moves east. */
static const double lon[N] = {0, 10, 20, 0, 10, 20}, lat[N] = {0, 0, 0, 5, 5, 5};
static const double mass[T][N] = {{8, 4, 2, 4, 2, 1}, {4, 4, 2, 4, 4, 2}, {NAN, 4, 8, 0, 4, 8}};

static harness *six(const double *x) {
  harness *h = harness_new(&sw_measure_spatial_distribution, N, T);
  h->units.lon = lon;
  h->units.lat = lat;
  harness_column(h, "of", "people", x);
  return h;
}

static double global(const harness *h, const char *name, int t) {
  return harness_result(h, name, 0)[t];
}

static const int32_t half_of[N] = {0, 0, 0, 1, 1, 1};
static const char *const half[] = {"north", "south"}, *const by_half[] = {"half"};
static const sw_grouping halves = {"half", 2, half, half_of};

static void group(harness *h) {
  h->units.n_groupings = 1;
  h->units.grouping = &halves;
  sw_arg *arg = harness_arg(h, "by");
  arg->count = 1;
  arg->texts = by_half;
}

Test(spatial_distribution, ranks) {
  harness *h = six(&mass[0][0]);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(global(h, "primacy_2", 0), 2, 0);
  NEAR(global(h, "primacy_4", 0), .8, 1e-15);
  cr_expect(isnan(global(h, "primacy_11", 0)), "six units");
  NEAR(global(h, "n_used", 0), 6, 0);
  NEAR(global(h, "n_used", 2), 5, 0);
  /* 8 4 4 2 2 1, ln in halves of ln 2 x (3 2 2 1 1 0), by plain sums. */
  double ss = 0, rs = 0, s1 = 0, r1 = 0;
  static const double s[] = {3, 2, 2, 1, 1, 0};
  for (int k = 0; k < 6; k++) {
    double size = s[k] * log(2), rank = log(k + .5);
    s1 += size, r1 += rank, ss += size * size, rs += size * rank;
  }
  double zeta = -(rs - s1 * r1 / 6) / (ss - s1 * s1 / 6);
  NEAR(global(h, "rank_size", 0), zeta, 1e-13);
  NEAR(global(h, "rank_size_se", 0), zeta * sqrt(2 / 6.), 1e-13);
  harness_free(h);
  h = six(&mass[0][0]);
  harness_set(h, "top", "3");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  /* 8 4 4 at ranks 1 2 3: deviations of ln S 2/3, -1/3, -1/3 of ln 2. */
  double up = log(.5) * 2 - log(1.5) - log(2.5);
  NEAR(global(h, "rank_size", 0), -up / (2 * log(2)), 1e-13);
  harness_free(h);
}

/* On the equator alone the centre is the angle of the sum of vectors, and the planar mean is the
 * mean of degrees. */
Test(spatial_distribution, centre) {
  static const double equator[N] = {0},
                      two[T][N] = {{3, 1, 0, 0, 0, 0}, {1, 1, 0, 0, 0, 0}, {1, 3, 0, 0, 0, 0}};
  harness *h = six(&two[0][0]);
  h->units.lat = equator;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double rad = M_PI / 180, first = atan2(sin(10 * rad), 3 + cos(10 * rad)) / rad;
  NEAR(global(h, "centre_lon", 0), first, 1e-13);
  NEAR(global(h, "centre_lat", 0), 0, 0);
  NEAR(global(h, "planar_lon", 0), 2.5, 1e-15);
  NEAR(global(h, "centre_lon", 1), 5, 1e-13);
  NEAR(global(h, "centre_lon", 2), 10 - first, 1e-13);
  cr_expect(isnan(global(h, "moved_km", 0)));
  NEAR(global(h, "moved_km", 1), SW_EARTH_KM * (5 - first) * rad, 1e-8);
  NEAR(global(h, "moved_bearing", 1), 90, 1e-9);
  cr_expect(isnan(global(h, "axis_major", 0)), "two masses");
  cr_expect_str_eq(harness_said(h), "centre of gravity (lon, lat): 2.4952, 0.0000 in 2001; 7.5048, "
                                    "0.0000 in 2003; 557 km apart");
  harness_free(h);
}

/* Each group has what it has by itself: the other one without masses. */
Test(spatial_distribution, groups) {
  static const char *const names[] = {"primacy_2",  "rank_size",  "centre_lon", "centre_lat",
                                      "planar_lat", "axis_major", "axis_minor", "moved_km",
                                      "zipf",       "n_used"};
  harness *h = six(&mass[0][0]);
  group(h);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect_str_eq(sw_axis_name(sw_job_find_axis(&h->job, "group")), "half");
  for (int g = 0; g < 2; g++) {
    double alone[T][N];
    for (int t = 0; t < T; t++)
      for (int i = 0; i < N; i++)
        alone[t][i] = half_of[i] == g ? mass[t][i] : NAN;
    harness *one = six(&alone[0][0]);
    cr_assert_eq(harness_run(one), SW_OK, "%s", one->err.text);
    for (int q = 0; q < 10; q++)
      for (int t = 0; t < T; t++) {
        double want = global(one, names[q], t), got = harness_result(h, names[q], 0)[2 * t + g];
        cr_expect(got == want || (isnan(got) && isnan(want)), "%s of %d in %d: %g, alone %g",
                  names[q], g, t, got, want);
      }
    harness_free(one);
  }
  harness_free(h);
}

/* A group of one unit lies where that does; equal masses have no rank-size line. The rest has its
 * name in the summary. */
Test(spatial_distribution, one_unit_and_equal_masses) {
  static const int32_t of[N] = {0, 1, 1, 1, 1, 1};
  static const char *const label[] = {"", "capital"};
  static const sw_grouping lone = {"half", 2, label, of};
  static const double equal[T][N] = {{5, 3, 3, 3, 3, 3}, {7, 3, 3, 3, 3, 3}, {7, 1, 2, 3, 4, 5}};
  harness *h = six(&equal[0][0]);
  group(h);
  h->units.grouping = &lone;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(global(h, "centre_lon", 0), 0, 1e-13);
  NEAR(global(h, "centre_lat", 0), 0, 1e-13);
  NEAR(global(h, "moved_km", 2), 0, 1e-9);
  static const char *const none[] = {"primacy_2", "rank_size", "zipf", "axis_major",
                                     "share_inside"};
  for (int q = 0; q < 5; q++)
    cr_expect(isnan(global(h, none[q], 0)), "%s of one unit", none[q]);
  NEAR(global(h, "primacy_2", 1), 1, 0);
  cr_expect(isnan(global(h, "rank_size", 1)) && isnan(global(h, "rank_size_se", 1)));
  cr_expect(isfinite(global(h, "axis_major", 1)));
  const char *said = harness_said(h),
             *rest = strstr(said, "of the rest (lon, lat): 0.0000, 0.0000");
  cr_assert_not_null(rest, "%s", said);
  cr_expect(strstr(said, "centre of gravity of capital") < rest, "what moved further comes first");
  harness_free(h);
}

/* A unit without a place is ranked, and weighs nothing in the centre. */
Test(spatial_distribution, no_place) {
  static const double some[N] = {0, 10, NAN, 0, 10, 20},
                      with[T][N] = {{8, 4, 99, 4, 2, 1}, {0}, {0}},
                      without[T][N] = {{8, 4, NAN, 4, 2, 1}, {0}, {0}};
  harness *h = six(&with[0][0]), *other = six(&without[0][0]);
  h->units.lon = some;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_assert_eq(harness_run(other), SW_OK, "%s", other->err.text);
  NEAR(global(h, "primacy_2", 0), 99. / 8, 1e-14);
  NEAR(global(h, "centre_lon", 0), global(other, "centre_lon", 0), 0);
  NEAR(global(h, "axis_minor", 0), global(other, "axis_minor", 0), 0);
  cr_expect(harness_noted(h, "1 unit has a mass and no coordinates"));
  /* All masses are zero. */
  cr_expect(isnan(global(h, "primacy_2", 1)) && isnan(global(h, "centre_lat", 1)));
  cr_expect(isnan(global(h, "planar_lon", 1)) && isnan(global(h, "axis_major", 1)));
  cr_expect(isnan(global(h, "rank_size", 1)) && isnan(global(h, "moved_km", 2)));
  harness_free(h);
  harness_free(other);
  h = six(&mass[0][0]);
  h->units.lon = h->units.lat = NULL;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(global(h, "primacy_2", 0), 2, 0);
  cr_expect(harness_noted(h, "no coordinates (lon and lat): no centre, no ellipse"));
  cr_expect_not(h->job.result[0].off);
  harness_free(h);
}

/* The choices differ by their factor alone: sqrt 2, and sqrt(2 M/(M - 2)) of a mass of 21. */
Test(spatial_distribution, ellipses) {
  static const char *const form[] = {"yuill", "arcgis", "crimestat"};
  double major[3], minor[3], angle[3];
  for (int k = 0; k < 3; k++) {
    harness *h = six(&mass[0][0]);
    harness_set(h, "ellipse", form[k]);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    major[k] = global(h, "axis_major", 0);
    minor[k] = global(h, "axis_minor", 0);
    angle[k] = global(h, "angle", 0);
    NEAR(global(h, "ellipse_area", 0), M_PI * major[k] * minor[k], 1e-6);
    cr_expect(global(h, "share_inside", 0) >= 0 && global(h, "share_inside", 0) <= 1);
    harness_free(h);
  }
  NEAR(major[1], major[0] * sqrt(2), 1e-9);
  NEAR(minor[2], minor[0] * sqrt(42. / 19), 1e-9);
  NEAR(angle[1], angle[0], 0);
  /* Half a degree of longitude a unit of mass or so: hundreds of km, and longest from west to east.
   */
  cr_expect(major[0] > 500 && major[0] < 1500 && minor[0] < major[0]);
  cr_expect(angle[0] > 70 && angle[0] < 110);
}

/* A break parts the way of the centre, and says so; unknown periods have none. */
Test(spatial_distribution, breaks) {
  static const int at[] = {1};
  harness *h = six(&mass[0][0]);
  h->periods.n_breaks = 1;
  h->periods.break_period = at;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isnan(global(h, "moved_km", 1)) && isfinite(global(h, "moved_km", 2)));
  cr_expect(harness_noted(h, "the panel has a break before 2002: moved_km is missing there"));
  harness_free(h);
  h = six(&mass[0][0]);
  h->periods.integer = false;
  h->periods.value = NULL;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  cr_expect(isfinite(global(h, "centre_lon", 1)));
  cr_expect(harness_noted(h, "without moved_km: the order of periods is unknown"));
  harness_free(h);
}

Test(spatial_distribution, refusals) {
  static const double below[T][N] = {{1, 2, 3, 4, 5, 6}, {1, 2, 3, -4, 5, -6}, {-1, 2, 3, 4, 5, 6}};
  static const char *const two[] = {"half", "half"};
  harness *h = six(&below[0][0]);
  HARNESS_FAILS(h,
                "job: of: 'people' of unit 00000003 in 2002 is -4; expected masses of 0 or more");
  harness_free(h);
  h = six(&below[0][0]);
  group(h);
  HARNESS_FAILS(h, "of unit 00000003 in 2002 is -4");
  harness_free(h);
  h = six(&mass[0][0]);
  group(h);
  harness_arg(h, "by")->count = 2;
  harness_arg(h, "by")->texts = two;
  HARNESS_FAILS(h, "job: by: 2 group columns; expected one");
  harness_free(h);
}

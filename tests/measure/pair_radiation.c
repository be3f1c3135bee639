/* The radiation model: by hand, what is undefined, identities, periods together and one by one. */
#include "pair_fixture.h"

#include "kernel/hot.h"

extern const sw_measure sw_measure_radiation_model;

enum { MOST = 6 };

static const sw_measure *const m = &sw_measure_radiation_model;
static int64_t row_start[64];
static int32_t to[64 * 64];
static double given[64 * 64];
static sw_links links;
static sw_distance distance;

/* A square table of distances; NaN: none. */
static void give(int n, const double *d) {
  int64_t count = 0;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++) {
      if (i == j || isnan(d[i * n + j])) continue;
      to[count] = j;
      given[count++] = d[i * n + j];
    }
    row_start[i + 1] = count;
  }
  links = (sw_links){.n = n, .row_start = row_start, .to = to, .value = given};
  distance = (sw_distance){.kind = SW_GIVEN, .links = &links};
}

static harness *start(int n, int periods, const double *mass, const double *d) {
  harness *h = harness_new(m, n, periods);
  give(n, d);
  harness_arg(h, "distance")->distance = &distance;
  harness_column(h, "mass", "mass", mass);
  return h;
}

/* Row i of periods [t0, t1), as the engine asks for it. */
static void rows(harness *h, int t0, int t1, int64_t i, double *const *out) {
  void *state = aligned_alloc(64, (m->row_state(&h->job) + 127) / 64 * 64);
  void *room = aligned_alloc(64, (m->workspace(&h->job) + 127) / 64 * 64);
  m->row_prepare(&h->job, i, state, room);
  m->row_periods(&h->job, t0, t1, i, state, out, room);
  free(state);
  free(room);
}

static void expect(harness *h, int t, const double *wanted) {
  int64_t n = h->job.n;
  double row[64];
  for (int64_t i = 0; i < n; i++) {
    rows(h, t, t + 1, i, (double *[]){row});
    for (int64_t j = 0; j < n; j++) {
      double want = i == j ? NAN : wanted[i * n + j];
      cr_expect(isnan(want) ? isnan(row[j]) : fabs(row[j] - want) <= 1e-15 * want,
                "%d %d: %.17g, not %.17g", (int)i, (int)j, row[j], want);
    }
  }
}

/* oracles/regions.md: 4 2 1 3 at these distances, and its first row when finite. */
static const double hand_mass[] = {4, 2, 1, 3};
static const double hand[] = {0, 1, 2, 2, 1, 0, 1, 3, 2, 1, 0, 1, 2, 3, 1, 0};

Test(radiation, by_hand) {
  harness *h = start(4, 1, hand_mass, hand);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.directed);
  /* Row 0: 4*4*2/(4*6), then behind 2: 16*1/(6*7), behind 3: 16*3/(7*10); distances 2, 2 in code
   * order. Row 1: the tie of a and c likewise. */
  expect(h, 0,
         (const double[]){0, 4 / 3., 8 / 21., 24 / 35., 4 / 3., 0, 2 / 21., 6 / 35., 1 / 15.,
                          2 / 3., 0, 1 / 6., 9 / 8., 9 / 40., 3 / 4., 0});
  harness_free(h);
}

Test(radiation, finite) {
  harness *h = start(4, 1, hand_mass, hand);
  harness_arg(h, "finite")->number = 1;
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  double row[4];
  rows(h, 0, 1, 0, (double *[]){row});
  NEAR(row[1], 2.222222, 1e-6);
  NEAR(row[2], .634921, 1e-6);
  NEAR(row[3], 1.142857, 1e-6);
  NEAR(row[1] + row[2] + row[3], 4, 1e-15);
  harness_free(h);
}

Test(radiation, out_is_what_is_sent) {
  const double sent[] = {40, 10, 0, NAN};
  harness *h = start(4, 1, hand_mass, hand);
  harness_column(h, "out", "workers", sent);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  expect(h, 0,
         (const double[]){0, 40 / 3., 80 / 21., 48 / 7., 20 / 3., 0, 10 / 21., 6 / 7., 0, 0, 0, 0,
                          NAN, NAN, NAN, 0});
  harness_free(h);
}

/* Without mass: the limit sends all to the nearest that has some. Unit 2 is nearer to 1 than 3, and
 * has none either. */
Test(radiation, no_mass) {
  const double mass[] = {4, 0, 0, 3}, sent[] = {1, 10, 2, 3};
  const double d[] = {0, 3, 4, 5, 3, 0, 1, 2, 4, 1, 0, 6, 5, 2, 6, 0};
  harness *h = start(4, 1, mass, d);
  harness_column(h, "out", "workers", sent);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  expect(h, 0, (const double[]){0, 0, 0, 3 / 7., 0, 0, 0, 10, 2, 0, 0, 0, 12 / 7., 0, 0, 0});
  harness_free(h);
  /* All others without mass: nobody takes anything up, and there is no finite share of it. */
  const double alone[] = {4, 0, 0, 0};
  for (int finite = 0; finite < 2; finite++) {
    h = start(4, 1, alone, d);
    harness_arg(h, "finite")->number = finite;
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    double row[4], none = finite ? NAN : 0;
    rows(h, 0, 1, 0, (double *[]){row});
    cr_expect(finite ? isnan(row[1]) && isnan(row[3]) : row[1] == none && row[3] == none);
    harness_free(h);
  }
}

/* A missing mass is no part of any row; nor is a unit at no distance. */
Test(radiation, gaps) {
  const double mass[] = {4, NAN, 1, 3};
  harness *h = start(4, 1, mass, hand);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  expect(h, 0,
         (const double[]){0, NAN, 16 / 20., 48 / 40., NAN, 0, NAN, NAN, 1 / 8., NAN, 0, 3 / 4.,
                          9 / 8., NAN, 3 / 4., 0});
  harness_free(h);
  double d[16];
  memcpy(d, hand, sizeof d);
  d[1] = NAN; /* from 0 to 1 */
  h = start(4, 1, hand_mass, d);
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  double row[4];
  rows(h, 0, 1, 0, (double *[]){row});
  cr_expect(isnan(row[1]));
  NEAR(row[2], 16 / 20., 1e-15);
  NEAR(row[3], 48 / 40., 1e-15);
  harness_free(h);
}

/* Periods together, which are woven, have the bits of each alone, whether quotients are taken by
 * steps or not (masses that differ very much); rows sum to O_i (1 - m_i/M). */
static void together(bool wide) {
  enum { N = 40, T = 11 };
  static double mass[N * T], d[N * N], alone[N], row[N * SW_ROW_PERIODS];
  srand(8);
  for (int k = 0; k < N * T; k++)
    mass[k] = k % 23 == 7 ? 0 : k % 31 == 9 ? NAN : 1 + rand() / 7.;
  for (int k = 0; wide && k < N * T; k++)
    mass[k] *= k % 13 == 1 ? 1e75 : k % 5 == 2 ? 1e-85 : 1;
  for (int k = 0; k < N * N; k++)
    d[k] = 1 + rand() % 50;
  for (int finite = 0; finite < 2; finite++) {
    harness *h = start(N, T, mass, d);
    harness_arg(h, "finite")->number = finite;
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    for (int t0 = 0; t0 < T; t0++)
      for (int t1 = t0 + 1; t1 <= T && t1 <= t0 + SW_ROW_PERIODS; t1++)
        for (int i = 0; i < N; i += 3) {
          rows(h, t0, t1, i, (double *[]){row});
          int apart = t1 - t0 > 1 ? SW_ROW_PERIODS : 1;
          for (int t = t0; t < t1; t++) {
            rows(h, t, t + 1, i, (double *[]){alone});
            double sum = 0, all = 0, own = mass[t * N + i];
            for (int j = 0; j < N; j++) {
              const double *other = &row[j * apart + t - t0];
              cr_assert(memcmp(&alone[j], other, sizeof *alone) == 0 ||
                            (isnan(alone[j]) && isnan(*other)),
                        "%d %d %d: %a, not %a", t, i, j, *other, alone[j]);
              if (!isnan(mass[t * N + j])) all += mass[t * N + j];
              if (!isnan(alone[j])) sum += alone[j];
            }
            if (!isnan(own)) NEAR(sum, finite ? own : own * (1 - own / all), 1e-12 * all);
          }
        }
    harness_free(h);
  }
}

Test(radiation, periods_together) {
  for (int set = SW_SET_COUNT - 1; set >= 0; set--) {
    sw_set_at_most((sw_set_of)set);
    together(false);
    together(true);
  }
}

Test(radiation, refused) {
  const double mass[] = {4, 2, -1, 3};
  harness *h = start(4, 1, mass, hand);
  PAIR_FAILS(h, "mass is negative: unit 00000002, period 2001: mass is -1 (1 in all)");
  harness_free(h);
  h = start(4, 1, hand_mass, hand);
  harness_column(h, "out", "workers", mass);
  PAIR_FAILS(h, "out is negative: unit 00000002, period 2001: workers is -1 (1 in all)");
  harness_free(h);
  double d[16];
  memcpy(d, hand, sizeof d);
  d[2] = 0;
  h = start(4, 1, hand_mass, d);
  PAIR_FAILS(h, "from 00000000 to 00000002 it is 0");
  harness_free(h);
  const double large[] = {4, 2, 1e160, 3}, small[] = {4, 1e-170, 0, 3};
  h = start(4, 1, large, hand);
  PAIR_FAILS(h, "mass of unit 00000002 in 2001 is 1e+160 (1 in all); expected 0, or 1e-90 to 1e+90");
  harness_free(h);
  h = start(4, 1, small, hand);
  PAIR_FAILS(h, "mass of unit 00000001 in 2001 is 1e-170 (1 in all); expected 0, or 1e-90 to 1e+90");
  harness_free(h);
}

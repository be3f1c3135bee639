/* Polycentricity by hand: the network of oracles/regions.md as one group, what is undefined, what
 * is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_polycentricity;

enum { N = 8 };

/* Units 0 to 4: the hand network, whose index of the whole is .528595479 times a density of .4.
 * 5 and 6: a group in which all goes to 6; 7: a group of its own. */
static const double flow[N][N] = {{0, 4, 2, 0, 0, 9, 0, 0}, {1, 0, 3, 0, 0, 0, 0, 0},
                                  {2, 0, 0, 5, 0, 0, 0, 0}, {0, 0, 1, 0, 2, 0, 0, 0},
                                  {0, 0, 0, 0, 0, 0, 0, 7}, {0, 0, 0, 0, 0, 8, 3, 0},
                                  {6, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 4}};
static const int32_t of[N] = {0, 0, 0, 0, 0, 1, 1, 2};
static const char *const label[] = {"large", "small", "single"};
static const sw_grouping grouping = {.name = "region", .n_groups = 3, .label = label, .of = of};

static int64_t row_start[N + 1];
static int32_t to[N * N];
static double value[N * N];

static sw_links links_of(double factor) {
  int64_t count = 0;
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      if (flow[i][j] == 0) continue;
      to[count] = j;
      value[count++] = factor * flow[i][j];
    }
    row_start[i + 1] = count;
  }
  return (sw_links){.n = N, .row_start = row_start, .to = to, .value = value};
}

static harness *start(const sw_links *links, bool timeless) {
  static const char *const by[] = {"region"};
  harness *h = harness_new(&sw_measure_polycentricity, N, 1);
  h->units.grouping = &grouping;
  h->units.n_groupings = 1;
  harness_arg(h, "by")->texts = by;
  harness_arg(h, "by")->count = 1;
  h->job.is_timeless = timeless;
  h->job.links = links;
  return h;
}

/* In-strengths 3 4 6 5 2: sd sqrt(2) over units, 1 - sqrt(2)/3 = .528595479; 8 links of 20. The
 * slope is that of a line through ln(R - 1/2) on ln S by numpy. */
Test(polycentricity, by_hand) {
  sw_links links = links_of(2.5);
  for (int timeless = 0; timeless < 2; timeless++) {
    harness *h = start(&links, timeless);
    cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
    cr_expect_eq(h->job.whole_series, timeless);
    int form = timeless ? 4 : 0;
    const double *slope = h->result[form][0], *se = h->result[form + 1][0];
    const double *primacy = h->result[form + 2][0], *green = h->result[form + 3][0];
    NEAR(green[0], .528595479 * .4, 1e-9);
    NEAR(primacy[0], 6. / 5, 1e-15);
    NEAR(slope[0], 1.80047135614025, 1e-13);
    NEAR(se[0], slope[0] * sqrt(2. / 5), 1e-15);
    NEAR(green[1], 0, 1e-15); /* one of the two receives all */
    cr_expect(isnan(primacy[1]) && isnan(slope[1]), "3 over 0; two units");
    cr_expect(isnan(green[2]) && isnan(primacy[2]), "one unit");
    harness_free(h);
  }
}

/* A unit outside is no part of its group: 4 of 5 units, with 3 4 6 5, and 7 links. */
Test(polycentricity, outside) {
  static const uint8_t outside[N] = {0, 0, 0, 0, 1, 0, 0, 0};
  sw_links links = links_of(1);
  links.outside = outside;
  value[8] = 0; /* from 3 to 4: no flow */
  harness *h = start(&links, false);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double sd = sqrt((2.25 + .25 + 2.25 + .25) / 4), density = 7. / 12;
  NEAR(h->result[3][0][0], (1 - sd / 3) * density, 1e-15);
  harness_free(h);
}

Test(polycentricity, below_zero) {
  sw_links links = links_of(1);
  value[3] = -2; /* from 1 to 0 */
  harness *h = start(&links, false);
  cr_assert_eq(harness_run(h), SW_EINPUT);
  cr_expect(strstr(h->err.text, "2001: the pair 00000001 to 00000000 is below 0"), "%s",
            h->err.text);
  harness_free(h);
}

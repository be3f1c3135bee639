/* G, G* and the general G against spdep on Columbus and the counties of 1980 (oracles), and by
 * hand. */
#include "measure/harness.h"
#include "measure/real.h"

extern const sw_measure sw_measure_getis_ord;

static const char *const six[] = {"1", "2", "3", "4", "20", "49"};

typedef struct columbus {
  const char *code[49];
  double crime[49];
  const sw_links *binary, *row;
} columbus;

static columbus columbus_of(const real_table *table, const real_table *edges) {
  columbus c;
  int64_t *order = real_order(table, "POLYID");
  for (int i = 0; i < 49; i++) {
    c.code[i] = real_text(table, order[i], "POLYID");
    c.crime[i] = real_number(table, order[i], "CRIME");
  }
  c.binary = real_links(edges, c.code, 49, false);
  c.row = real_links(edges, c.code, 49, true);
  return c;
}

static harness *run(const columbus *c, const sw_links *links, const char *star) {
  harness *h = harness_new(&sw_measure_getis_ord, 49, 1);
  harness_column(h, "of", "CRIME", c->crime);
  harness_arg(h, "weights")->weights = links;
  harness_set(h, "star", star);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  return h;
}

static void expect_six(const harness *h, const columbus *c, const char *output,
                       const double want[6]) {
  for (int k = 0; k < 6; k++)
    NEAR(harness_result(h, output, 0)[real_find(c->code, 49, six[k])], want[k], 5e-11);
}

static const double z_plain[6] = {-.9378076510, -.9856591203, -.7184189125,
                                  -.0666623234, -.7523259395, -.8705336769};
static const double z_star[6] = {-1.4327796540, -1.3400080975, -.7719986810,
                                 -.1317333645,  -1.2631457747, -1.1331046537};

Test(getis_ord, columbus) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  columbus c = columbus_of(table, edges);
  harness *h = run(&c, c.binary, "false");
  expect_six(
      h, &c, "value",
      (double[]){.0289803761, .0462496505, .0695853828, .0820557070, .1885223224, .0480559315});
  expect_six(h, &c, "z", z_plain);
  NEAR(harness_result(h, "global", 0)[0], .1262814964, 5e-11);
  NEAR(harness_result(h, "global_expected", 0)[0], .09863945578, 5e-12);
  NEAR(harness_result(h, "global_z", 0)[0], 4.713836, 5e-7);
  harness_free(h);
  h = run(&c, c.binary, "true");
  expect_six(
      h, &c, "value",
      (double[]){.0378516509, .0566673874, .0861399636, .0993275049, .1886278269, .0605221398});
  expect_six(h, &c, "z", z_star);
  int hot = 0, cold = 0;
  for (int i = 0; i < 49; i++) {
    hot += harness_result(h, "z", 0)[i] > 1.96;
    cold += harness_result(h, "z", 0)[i] < -1.96;
  }
  cr_expect(hot == 10 && cold == 6, "%d hot, %d cold", hot, cold);
  harness_free(h);
}

/* Rows that are standardised have the same z; as have the values scaled and shifted. */
Test(getis_ord, row_standardised) {
  REAL_OPEN(table, "columbus49.csv");
  REAL_OPEN(edges, "columbus49_colnb_edges.csv");
  columbus c = columbus_of(table, edges);
  harness *h = run(&c, c.row, "false");
  expect_six(h, &c, "z", z_plain);
  harness_free(h);
  for (int i = 0; i < 49; i++)
    c.crime[i] = 3 * c.crime[i] - 500;
  h = run(&c, c.row, "true");
  expect_six(h, &c, "z", z_star);
  cr_expect(isnan(harness_result(h, "global", 0)[0]), "values below zero");
  harness_free(h);
}

/* spdep's z of the three first; it has 566 above 1.96, one an island's by its own value, and 608
 * below -1.96. An island is in no neighbourhood, and has no z here. */
Test(getis_ord, counties) {
  REAL_OPEN(table, "us_elect80_3107.csv");
  REAL_OPEN(edges, "us_elect80_queen_edges.csv");
  int64_t n = table->rows, *order = real_order(table, "FIPS"), hot = 0, cold = 0;
  const char **code = calloc((size_t)n, sizeof *code);
  double *x = calloc((size_t)n, sizeof *x);
  for (int64_t i = 0; i < n; i++) {
    code[i] = real_text(table, order[i], "FIPS");
    x[i] = real_number(table, order[i], "pc_turnout");
  }
  harness *h = harness_new(&sw_measure_getis_ord, n, 1);
  harness_column(h, "of", "pc_turnout", x);
  harness_arg(h, "weights")->weights = real_links(edges, code, n, true);
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  const double *z = harness_result(h, "z", 0);
  NEAR(z[0], -.826209186, 5e-10);
  NEAR(z[1], -.797360409, 5e-10);
  NEAR(z[2], -1.279113459, 5e-10);
  for (int64_t i = 0; i < n; i++) {
    hot += z[i] > 1.96;
    cold += z[i] < -1.96;
  }
  cr_expect(hot == 565 && cold == 608, "%d hot, %d cold", (int)hot, (int)cold);
  harness_free(h);
}

/* ---- by hand: a chain of five, values 1 2 3 4 10; then the last one missing -------------- */

enum { N = 5 };
static const int64_t start[] = {0, 1, 3, 5, 7, 8};
static const int32_t to[] = {1, 0, 2, 1, 3, 2, 4, 3};
static const double ones[] = {1, 1, 1, 1, 1, 1, 1, 1};
static const double sums[] = {1, 2, 2, 2, 1};
static const sw_links chain = {
    .n = N, .row_start = start, .to = to, .value = ones, .row_sum = sums};

Test(getis_ord, by_hand) {
  static const double x[2 * N] = {1, 2, 3, 4, 10, 1, 2, 3, 4, NAN};
  harness *h = harness_new(&sw_measure_getis_ord, N, 2);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  NEAR(harness_result(h, "value", 0)[0], 3. / 20, 1e-16);
  NEAR(harness_result(h, "value", 0)[3], 17. / 20, 1e-15);
  /* Mean 4, variance 10; three of five: (17 - 12)/sqrt(10 (15 - 9)/4). */
  NEAR(harness_result(h, "z", 0)[3], 5 / sqrt(15), 1e-15);
  NEAR(harness_result(h, "value", 1)[3], .7, 1e-15);
  cr_expect(isnan(harness_result(h, "z", 1)[4]) && isnan(harness_result(h, "value", 1)[4]));
  /* 2 (2 + 6 + 12 + 40) over 400 - 130; 8 links of 20. */
  NEAR(harness_result(h, "global", 0)[0], 120. / 270, 1e-15);
  NEAR(harness_result(h, "global_expected", 0)[0], .4, 1e-15);
  NEAR(harness_result(h, "n_used", 0)[1], 4, 0);
  harness_free(h);
}

/* The variance of the general G over all 120 orders of the values. */
Test(getis_ord, general_enumerated) {
  static const double x[N] = {1, 2, 3, 4, 10};
  harness *h = harness_new(&sw_measure_getis_ord, N, 1);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  double mean = 0, square = 0;
  int count = 0;
  for (int code = 0; code < N * N * N * N * N; code++) {
    int place[N], seen = 0;
    for (int k = 0, rest = code; k < N; k++, rest /= N) {
      place[k] = rest % N;
      seen |= 1 << place[k];
    }
    if (seen != (1 << N) - 1) continue;
    double g = 0;
    for (int k = 0; k + 1 < N; k++)
      g += 2 * x[place[k]] * x[place[k + 1]] / 270;
    mean += g;
    square += g * g;
    count++;
  }
  mean /= count;
  double z = (120. / 270 - mean) / sqrt(square / count - mean * mean);
  cr_expect_eq(count, 120);
  NEAR(mean, harness_result(h, "global_expected", 0)[0], 1e-14);
  NEAR(harness_result(h, "global_z", 0)[0], z, 1e-11);
  NEAR(harness_result(h, "global_p", 0)[0], erfc(fabs(z) / sqrt(2)), 1e-11);
  harness_free(h);
}

/* Nothing varies; all others are neighbours; too few. */
Test(getis_ord, undefined) {
  static const double x[2 * N] = {2, 2, 2, 2, 2, 1, 5, NAN, NAN, NAN};
  harness *h = harness_new(&sw_measure_getis_ord, N, 2);
  harness_column(h, "of", "x", x);
  harness_arg(h, "weights")->weights = &chain;
  harness_set(h, "star", "false");
  cr_assert_eq(harness_run(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i++) {
    cr_expect(isnan(harness_result(h, "z", 0)[i]) && isnan(harness_result(h, "p_value", 0)[i]));
    cr_expect(isnan(harness_result(h, "significant", 0)[i]));
  }
  NEAR(harness_result(h, "value", 0)[1], .5, 1e-16);
  NEAR(harness_result(h, "value", 1)[0], 1, 1e-15);
  cr_expect(isnan(harness_result(h, "z", 1)[0]));
  cr_expect(isnan(harness_result(h, "global", 0)[1]));
  cr_expect(isnan(harness_result(h, "global_z", 0)[0]));
  harness_free(h);
}

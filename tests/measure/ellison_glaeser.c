/* Concentration of industries and of their pairs: hand cases, plants, what is undefined or refused.
 */
#include "measure/harness.h"

extern const sw_measure sw_measure_ellison_glaeser;

#define RUNS(h) cr_assert_eq(harness_run(h), SW_OK, "%s", (h)->err.text)
#define AT(h, name, at) harness_result(h, name, 0)[at]

static const char *const names[3] = {"a", "b", "c"};
/* Shares of three regions, by industry (oracles/regions.md, Structure). */
static const double share[3][3] = {{.5, .3, .2}, {.1, .3, .6}, {.4, .4, .2}};

static harness *three(const double (*e)[3], int units) {
  harness *h = harness_new(&sw_measure_ellison_glaeser, units, 1);
  for (int k = 0; k < 3; k++)
    harness_column(h, "industries", names[k], e[k]);
  return h;
}

Test(ellison_glaeser, published) {
  static const double want[3][3] = {{.07, -.11, .04}, {-.11, .19, -.08}, {.04, -.08, .04}};
  harness *h = three(share, 3);
  harness_set(h, "x", "mean");
  RUNS(h);
  for (int k = 0; k < 3; k++)
    for (int l = 0; l < 3; l++)
      NEAR(AT(h, "coagglomeration", 3 * k + l), want[k][l], 1e-15);
  cr_expect(h->job.result[0].off, "no gamma without plants");
  cr_expect_str_eq(harness_said(h),
                   "most together in 2001: a and c 0.04, b and c -0.08, a and b -0.11");
  harness_free(h);
}

/* s .5 .3 .2 against x .4 .4 .2, H .05: the second industry makes the total. */
Test(ellison_glaeser, gamma) {
  static const double e[2][3] = {{.5, .3, .2}, {.3, .5, .2}};
  for (int list = 0; list < 2; list++) {
    static const char *const h_of[2] = {".05", "1"};
    harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 1);
    for (int k = 0; k < 2; k++)
      harness_column(h, "industries", names[k], e[k]);
    harness_set_node(h, "plant_hhi", list ? harness_list(h, 2, h_of) : harness_scalar(h, ".05"));
    RUNS(h);
    NEAR(AT(h, "g", 0), .02, 1e-15);
    NEAR(AT(h, "gamma", 0), -.019736842, 5e-10);
    if (list) cr_expect(isnan(AT(h, "gamma", 1)), "one plant");
    if (!list) NEAR(AT(h, "gamma", 1), -.019736842, 5e-10);
    harness_free(h);
  }
  harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 1);
  for (int k = 0; k < 2; k++)
    harness_column(h, "industries", names[k], e[k]);
  harness_set_node(h, "plant_hhi", harness_scalar(h, ".05"));
  harness_set(h, "form", "maurel-sedillot");
  RUNS(h);
  NEAR(AT(h, "gamma", 0), ((.38 - .36) / .64 - .05) / .95, 1e-15);
  harness_free(h);
}

/* Plants of one size within a unit: H = (10^2/1 + 6^2/4)/16^2. */
Test(ellison_glaeser, plants) {
  static const double e[2][3] = {{10, 6, 0}, {2, 5, 9}}, p[2][3] = {{1, 4, 0}, {1, 0, 3}};
  static const double h_of_a[1] = {(100 / 1.0 + 36 / 4.0) / 256};
  static const char *const hhi[1] = {"hhi"}, *const row[2] = {"a", "b"};
  const double h_of[2] = {h_of_a[0], .5};
  const sw_table table = {"hhi.csv", 2, 1, row, hhi, h_of};
  harness *h[2];
  for (int given = 0; given < 2; given++) {
    h[given] = harness_new(&sw_measure_ellison_glaeser, 3, 1);
    for (int k = 0; k < 2; k++)
      harness_column(h[given], "industries", names[k], e[k]);
    if (given) harness_arg(h[given], "plant_hhi")->table = &table;
    for (int k = 0; k < 2 && !given; k++)
      harness_column(h[given], "plants", names[k], p[k]);
    RUNS(h[given]);
  }
  NEAR(AT(h[0], "gamma", 0), AT(h[1], "gamma", 0), 1e-15);
  cr_expect(isnan(AT(h[0], "gamma", 1)), "output without plants");
  cr_expect(!isnan(AT(h[1], "gamma", 1)));
  harness_free(h[0]);
  harness_free(h[1]);
}

/* Tables by period and industry, and by industry in one row. */
Test(ellison_glaeser, tables) {
  static const char *const year[2] = {"2001", "2002"}, *const all[1] = {"all"};
  static const double number[6] = {.1, .2, .3, .4, .5, .6};
  const sw_table by_year = {"h.csv", 2, 3, year, names, number},
                 one_row = {"h.csv", 1, 3, all, names, number};
  double g[2][2];
  for (int one = 0; one < 2; one++) {
    harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 2);
    for (int k = 0; k < 3; k++) {
      double twice[6];
      memcpy(twice, share[k], sizeof share[k]);
      memcpy(twice + 3, share[k], sizeof share[k]);
      harness_column(h, "industries", names[k], twice);
    }
    harness_arg(h, "plant_hhi")->table = one ? &one_row : &by_year;
    RUNS(h);
    for (int t = 0; t < 2; t++)
      g[one][t] = AT(h, "gamma", 3 * t);
    harness_free(h);
  }
  NEAR(g[0][0], g[1][0], 0);
  NEAR(g[1][1], g[1][0], 0);
  cr_expect(g[0][1] < g[0][0], "H .4 instead of .1");
}

/* An industry missing in a unit, one below zero, one that is nowhere. */
Test(ellison_glaeser, missing) {
  static const double e[3][5] = {{5, 3, 2, NAN, 1}, {1, 3, 6, 1, 1}, {0, 0, 0, 0, -2}};
  harness *h = harness_new(&sw_measure_ellison_glaeser, 5, 1);
  for (int k = 0; k < 3; k++)
    harness_column(h, "industries", names[k], e[k]);
  RUNS(h);
  NEAR(AT(h, "n_used", 0), 3, 0);
  NEAR(AT(h, "coverage", 0), .8, 1e-15);
  NEAR(AT(h, "coverage", 1), 1, 0);
  cr_expect(isnan(AT(h, "g", 2)) && isnan(AT(h, "coagglomeration", 2)));
  cr_expect(isnan(AT(h, "coagglomeration", 8)));
  /* The other two by themselves: x .3 .3 .4. */
  NEAR(AT(h, "coagglomeration", 1), -(.04 + .0 + .04) / (1 - .34), 1e-15);
  NEAR(AT(h, "g", 0), .04 + 0 + .04, 1e-15);
  cr_expect(harness_noted(h, "1 value below zero counts as missing"));
  harness_free(h);
}

Test(ellison_glaeser, one_unit) {
  static const double e[2][3] = {{5, 0, 0}, {4, 0, 0}};
  harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 1);
  for (int k = 0; k < 2; k++)
    harness_column(h, "industries", names[k], e[k]);
  harness_set_node(h, "plant_hhi", harness_scalar(h, "0.1"));
  RUNS(h);
  NEAR(AT(h, "g", 0), 0, 0);
  cr_expect(isnan(AT(h, "gamma", 0)) && isnan(AT(h, "coagglomeration", 1)));
  harness_free(h);
}

/* No unit has a value of both: nothing is concentrated, and nothing evenly spread. */
Test(ellison_glaeser, no_unit) {
  static const double e[2][3] = {{5, NAN, NAN}, {NAN, 2, 1}};
  harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 1);
  for (int k = 0; k < 2; k++)
    harness_column(h, "industries", names[k], e[k]);
  harness_set_node(h, "plant_hhi", harness_scalar(h, "0.1"));
  RUNS(h);
  NEAR(AT(h, "n_used", 0), 0, 0);
  cr_expect(isnan(AT(h, "g", 0)) && isnan(AT(h, "gamma", 1)));
  for (int i = 0; i < 4; i++)
    cr_expect(isnan(AT(h, "coagglomeration", i)));
  harness_free(h);
}

/* A cross-section has no name for its period. */
Test(ellison_glaeser, cross_section) {
  harness *h = three(share, 3);
  h->periods.cross_section = true;
  RUNS(h);
  cr_expect_str_eq(harness_said(h), "most together: a and c 0.04, b and c -0.08, a and b -0.11");
  harness_free(h);
}

/* A name that is no industry is misspelt. */
Test(ellison_glaeser, names_of_hhi) {
  static const char *const key[] = {"a", "b", "cc"};
  harness *h = three(share, 3);
  sw_node *item[3];
  for (int k = 0; k < 3; k++)
    item[k] = harness_scalar(h, ".1");
  harness_set_node(h, "plant_hhi", harness_many(h, 3, key, item));
  HARNESS_FAILS(h, "unknown key 'cc'");
  harness_free(h);
}

Test(ellison_glaeser, refused) {
  static const char *const two[2] = {".1", ".2"}, *const beyond[3] = {".1", ".2", "1.5"};
  harness *h = harness_new(&sw_measure_ellison_glaeser, 3, 1);
  harness_column(h, "industries", "a", share[0]);
  HARNESS_FAILS(h, "1 industry; each is compared with all");
  harness_free(h);
  h = three(share, 3);
  harness_set_node(h, "plant_hhi", harness_list(h, 2, two));
  HARNESS_FAILS(h, "2 numbers for 3 industries");
  harness_free(h);
  h = three(share, 3);
  harness_set_node(h, "plant_hhi", harness_list(h, 3, beyond));
  HARNESS_FAILS(h, "1.5 for 'c'; expected 0 to 1");
  harness_free(h);
  h = three(share, 3);
  harness_set_node(h, "plant_hhi", harness_scalar(h, "many"));
  HARNESS_FAILS(h, "'many' is unknown; expected none, a number for all industries");
  harness_free(h);
  h = three(share, 3);
  harness_set_node(h, "plant_hhi", harness_pair(h, "a", harness_scalar(h, ".1")));
  HARNESS_FAILS(h, "none for 'b'");
  harness_free(h);
  h = three(share, 3);
  harness_column(h, "plants", "p", share[0]);
  HARNESS_FAILS(h, "1 column for 3 industries");
  harness_free(h);
  h = three(share, 3);
  for (int k = 0; k < 3; k++)
    harness_column(h, "plants", names[k], share[k]);
  harness_set_node(h, "plant_hhi", harness_scalar(h, "0.1"));
  HARNESS_FAILS(h, "remove one of them");
  harness_free(h);
}

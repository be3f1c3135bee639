/* Structure of industries: hand cases, oracles, what is undefined, what is refused. */
#include "measure/harness.h"

extern const sw_measure sw_measure_industrial_structure;

static const char *const names[3] = {"farms", "works", "shops"};
static const char *const workers[3] = {"l_farms", "l_works", "l_shops"};

static harness *with(int units, int periods, const double (*output)[8], const double (*labour)[8]) {
  harness *h = harness_new(&sw_measure_industrial_structure, units, periods);
  for (int k = 0; k < 3; k++)
    harness_column(h, "industries", names[k], output[k]);
  for (int k = 0; labour && k < 3; k++)
    harness_column(h, "labour", workers[k], labour[k]);
  return h;
}

#define RUNS(h) cr_assert_eq(harness_run(h), SW_OK, "%s", (h)->err.text)
#define AT(h, name, row, unit) harness_result(h, name, row)[unit]

/* Output 10 40 50 and labour 30 30 40, then 5 35 60 (oracles/regions.md, Structure). */
Test(industrial_structure, published) {
  static const double y[3][8] = {{10, 5}, {40, 35}, {50, 60}},
                      l[3][8] = {{30, 1}, {30, 1}, {40, 1}};
  harness *h = with(1, 2, y, l);
  RUNS(h);
  NEAR(AT(h, "rationalisation", 0, 0), .116783376, 5e-10);
  NEAR(AT(h, "deviation", 0, 0), .325, 1e-15);
  NEAR(AT(h, "fu2010", 0, 0), 6.748397130, 5e-10);
  NEAR(AT(h, "moore_angle", 1, 0), .167696842, 5e-10);
  cr_expect(isnan(AT(h, "moore_angle", 0, 0)), "no period before");
  NEAR(AT(h, "upgrading", 0, 0), 1.25, 0);
  NEAR(AT(h, "hierarchy", 0, 0), .1 + .8 + 1.5, 1e-15);
  NEAR(AT(h, "hhi", 0, 0), .42, 1e-15);
  NEAR(AT(h, "hhi_normalised", 0, 0), (.42 - 1.0 / 3) / (2.0 / 3), 1e-15);
  /* The only unit is the base. */
  NEAR(AT(h, "krugman", 0, 0), 0, 0);
  cr_expect(isnan(AT(h, "diversity", 0, 0)), "1/0");
  NEAR(AT(h, "specialisation", 0, 0), 1, 1e-15);
  NEAR(AT(h, "gradient", 0, 0), 1, 1e-15);
  harness_free(h);
}

/* Two units, base (.25 .25 .5); without a unit the other is the base. */
Test(industrial_structure, against) {
  static const double y[3][8] = {{2, 0}, {1, 1}, {1, 3}};
  static const double krugman[2][2] = {{.5, .5}, {1, 1}};
  for (int rest = 0; rest < 2; rest++) {
    harness *h = with(2, 1, y, NULL);
    harness_set(h, "against", rest ? "rest" : "all");
    RUNS(h);
    for (int unit = 0; unit < 2; unit++) {
      NEAR(AT(h, "krugman", 0, unit), krugman[rest][unit], 1e-15);
      NEAR(AT(h, "diversity", 0, unit), 1 / krugman[rest][unit], 1e-15);
    }
    if (rest)
      cr_expect(isnan(AT(h, "specialisation", 0, 0)), "nobody else has farms");
    else
      NEAR(AT(h, "specialisation", 0, 0), 2, 1e-15);
    NEAR(AT(h, "specialisation", 0, 1), rest ? 3 : 1.5, 1e-15);
    cr_expect(h->job.result[5].off && h->job.result[11].off, "no labour was given");
    cr_expect(!h->job.pooled, "one period");
    harness_free(h);
  }
}

/* Gradient: location quotient times relative productivity, by hand. */
Test(industrial_structure, gradient) {
  static const double y[3][8] = {{2, 0}, {1, 1}, {1, 3}}, l[3][8] = {{1, 1}, {2, 2}, {0, 3}};
  harness *h = with(2, 1, y, l);
  RUNS(h);
  NEAR(AT(h, "gradient", 0, 0), (.5 / .25) * (2 / 1.0) / (2 / 2.0), 1e-15);
  NEAR(AT(h, "gradient", 1, 1), (.25 / .25) * (1 / 2.0) / (2 / 4.0), 1e-15);
  NEAR(AT(h, "gradient", 0, 1), 0, 0);
  cr_expect(isnan(AT(h, "gradient", 2, 0)), "output without labour");
  cr_expect(isnan(AT(h, "rationalisation", 0, 0)), "output without labour");
  cr_expect(isnan(AT(h, "upgrading", 0, 0)) == false);
  harness_free(h);
}

/* Units: whole; one industry missing; below zero; nothing at all; alike in shares. */
static const double gaps[3][8] = {{1, NAN, 4, 0, 3}, {1, 2, -1, 0, 3}, {2, 1, 1, 0, 6}};

Test(industrial_structure, missing) {
  harness *h = with(5, 1, gaps, NULL);
  HARNESS_FAILS(h, "'farms' lacks 1 of 5 units in 2001 (values below zero count as missing)");
  harness_free(h);
  h = with(5, 1, gaps, NULL);
  harness_set(h, "base_over", "complete");
  RUNS(h);
  NEAR(AT(h, "coverage", 0, 0), .8, 1e-15);
  NEAR(AT(h, "coverage", 0, 1), .8, 1e-15);
  NEAR(AT(h, "coverage", 0, 2), 1, 0);
  NEAR(AT(h, "n_used", 0, 0), 3, 0);
  NEAR(AT(h, "krugman", 0, 0), 0, 0);
  NEAR(AT(h, "krugman", 0, 4), 0, 0);
  cr_expect(isnan(AT(h, "diversity", 0, 4)));
  for (int unit = 1; unit < 4; unit++)
    cr_expect(isnan(AT(h, "hhi", 0, unit)) && isnan(AT(h, "krugman", 0, unit)));
  cr_expect(harness_noted(h, "1 value below zero counts as missing"));
  cr_expect_str_eq(harness_said(h), "3 of 5 units have a value of every industry");
  harness_free(h);
}

Test(industrial_structure, one_industry) {
  static const double y[2] = {3, 4};
  harness *h = harness_new(&sw_measure_industrial_structure, 2, 1);
  harness_column(h, "industries", "farms", y);
  RUNS(h);
  NEAR(AT(h, "hhi", 0, 0), 1, 0);
  cr_expect(isnan(AT(h, "hhi_normalised", 0, 0)));
  NEAR(AT(h, "krugman", 0, 0), 0, 0);
  cr_expect(h->job.result[7].off, "no sectors");
  harness_free(h);
}

/* A base by a table; labour must stand in it too. */
Test(industrial_structure, given_base) {
  static const char *const year[1] = {"2001"};
  static const char *const column[6] = {"farms", "works", "shops", "l_farms", "l_works", "l_shops"};
  static const double number[6] = {10, 10, 20, 10, 5, 5}, y[3][8] = {{2}, {1}, {1}},
                      l[3][8] = {{1}, {1}, {1}};
  sw_table table = {"nation.csv", 1, 6, year, column, number};
  harness *h = with(1, 1, y, l);
  harness_arg(h, "base")->table = &table;
  RUNS(h);
  NEAR(AT(h, "krugman", 0, 0), .5, 1e-15);
  NEAR(AT(h, "gradient", 0, 0), (.5 / .25) * 2 / 1, 1e-15);
  harness_free(h);
  table.n_columns = 3;
  h = with(1, 1, y, NULL);
  harness_arg(h, "base")->table = &table;
  RUNS(h);
  harness_free(h);
  h = with(1, 1, y, l);
  harness_arg(h, "base")->table = &table;
  HARNESS_FAILS(h, "nation.csv has no column 'l_farms'");
  harness_free(h);
  h = with(1, 1, y, NULL);
  harness_arg(h, "base")->table = &table;
  harness_set(h, "base_over", "complete");
  HARNESS_FAILS(h, "complete is for own sums");
  harness_free(h);
}

/* Sectors of four industries, the services first; and what is no order. */
Test(industrial_structure, order) {
  static const double y[4] = {5, 1, 2, 2};
  static const char *const name[4] = {"shops", "farms", "mines", "works"};
  static const struct {
    const char *primary, *secondary[2], *tertiary, *says;
  } cases[] = {{"farms", {"mines", "works"}, "shops", NULL},
               {"farms", {"mines", "wokrs"}, "shops", "'wokrs' is not among its industries"},
               {"farms", {"mines", "farms"}, "shops", "'farms' is listed twice"},
               {"farms", {"mines", NULL}, "shops", "'works' is in no sector"}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    harness *h = harness_new(&sw_measure_industrial_structure, 1, 1);
    for (int k = 0; k < 4; k++)
      harness_column(h, "industries", name[k], &y[k]);
    sw_node *sector[3] = {harness_scalar(h, cases[c].primary),
                          harness_list(h, cases[c].secondary[1] ? 2 : 1, cases[c].secondary),
                          harness_scalar(h, cases[c].tertiary)};
    harness_set_node(h, "order", harness_many(h, 3, NULL, sector));
    if (cases[c].says) {
      HARNESS_FAILS(h, cases[c].says);
    } else {
      RUNS(h);
      NEAR(AT(h, "upgrading", 0, 0), 5 / 4.0, 1e-15);
      NEAR(AT(h, "hierarchy", 0, 0), .1 + .8 + 1.5, 1e-15);
      NEAR(AT(h, "fu2010", 0, 0), 6.748397130, 5e-10);
    }
    harness_free(h);
  }
  harness *h = with(1, 1, gaps, NULL);
  harness_set_node(h, "order", harness_list(h, 2, names));
  HARNESS_FAILS(h, "expected as-given, or the primary, the secondary and the tertiary sector");
  harness_free(h);
}

/* Moore's angle over a hole and a break; a span that leads nowhere. */
Test(industrial_structure, span) {
  static const double y[3][8] = {{10, 5, 10, 5}, {40, 35, 40, 35}, {50, 60, 50, 60}};
  static int64_t year[4] = {2001, 2002, 2003, 2013};
  static const int broken[1] = {1};
  harness *h = with(1, 4, y, NULL);
  h->periods.value = year;
  RUNS(h);
  NEAR(AT(h, "moore_angle", 1, 0), .167696842, 5e-10);
  NEAR(AT(h, "moore_angle", 2, 0), .167696842, 5e-10);
  cr_expect(isnan(AT(h, "moore_angle", 3, 0)), "2012 is not there");
  cr_expect(h->job.pooled);
  harness_free(h);
  h = with(1, 4, y, NULL);
  h->periods.value = year;
  h->periods.n_breaks = 1;
  h->periods.break_period = broken;
  harness_set(h, "span", "10");
  RUNS(h);
  NEAR(AT(h, "moore_angle", 3, 0), .167696842, 5e-10);
  cr_expect(harness_noted(h, "a break before 2002"));
  harness_free(h);
  h = with(1, 4, y, NULL);
  h->periods.value = year;
  harness_set(h, "span", "5");
  HARNESS_FAILS(h, "no two periods of the entry are 5 apart");
  harness_free(h);
}

Test(industrial_structure, refused) {
  static const double y[3][8] = {{1}, {1}, {1}};
  harness *h = with(1, 1, y, NULL);
  harness_column(h, "labour", "l_farms", y[0]);
  HARNESS_FAILS(h, "1 column for 3 industries");
  harness_free(h);
  h = with(1, 1, y, NULL);
  harness_set(h, "span", "1");
  HARNESS_FAILS(h, "1 period; expected 2 or more");
  harness_free(h);
}

/* More units than a block, against the plain formula; the order of units is no matter. */
Test(industrial_structure, many) {
  enum { UNITS = SW_BLOCK + 44 };
  static double y[3][UNITS], turned[3][UNITS];
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < UNITS; i++)
      turned[k][UNITS - 1 - i] = y[k][i] = 1 + (i * (7 + k) + k * i * i) % 100;
  harness *h[2];
  for (int way = 0; way < 2; way++) {
    h[way] = harness_new(&sw_measure_industrial_structure, UNITS, 1);
    for (int k = 0; k < 3; k++)
      harness_column(h[way], "industries", names[k], way ? turned[k] : y[k]);
    RUNS(h[way]);
  }
  double all[3] = {0}, total = 0;
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < UNITS; i++) {
      all[k] += y[k][i];
      total += y[k][i];
    }
  for (int i = 0; i < UNITS; i++) {
    double krugman = 0, sum = y[0][i] + y[1][i] + y[2][i];
    for (int k = 0; k < 3; k++)
      krugman += fabs(y[k][i] / sum - all[k] / total);
    NEAR(AT(h[0], "krugman", 0, i), krugman, 1e-14);
    NEAR(AT(h[1], "krugman", 0, UNITS - 1 - i), AT(h[0], "krugman", 0, i), 1e-15);
    cr_expect(AT(h[0], "krugman", 0, i) >= 0 && AT(h[0], "krugman", 0, i) <= 2);
  }
  harness_free(h[0]);
  harness_free(h[1]);
}

/* Real panels, where they are. Counts and sums are those of shared/data/PROVENANCE.md. */
#include "panel_fixture.h"

#include "base/clock.h"

TestSuite(panel_real, .init = setup, .fini = teardown);

/* `sections` with %s for the folder of the panels. */
static const char *with_data(const char *sections, const char *file) {
  static char text[2048];
  char path[512];
  snprintf(path, sizeof path, SPILLWAY_SHARED "/data/%s", file);
  if (access(path, R_OK) != 0) cr_skip_test("%s is missing: not tested on real data", path);
  snprintf(text, sizeof text, sections, SPILLWAY_SHARED "/data", SPILLWAY_SHARED "/data");
  return text;
}

static double sum_of(const outcome *out, int column, int period) {
  int64_t n = out->panel->units.n;
  double sum = 0;
  for (int64_t u = 0; u < n; u++) {
    double value = out->value[(column * out->panel->periods.n + period) * n + u];
    if (!isnan(value)) sum += value;
  }
  return sum;
}

#define INCOME "panel: {file: %s/us_county_income_1969_2018.csv, unit: fips, time: year, missing: "

Test(panel_real, us_county_income) {
  const char *of = "population, personal_income_kusd, per_capita_income_usd";
  double start = sw_clock();
  outcome out = read_good(1, with_data(INCOME "keep}", "us_county_income_1969_2018.csv"), of);
  double seconds = sw_clock() - start;
  const sw_panel *panel = out.panel;
  cr_assert_eq(panel->rows_read, 156900);
  cr_assert_eq(panel->units.n, 3138);
  cr_assert_eq(panel->periods.n, 50);
  for (int c = 0; c < 3; c++)
    cr_assert_eq(panel->column[c].missing, 1436);
  int population = (int)(sw_panel_column(panel, "population") - panel->column);
  cr_assert_eq(sum_of(&out, population, 0), 201298000.); /* the US row of the source */
  cr_assert_eq(sum_of(&out, population, 21), 249622814.);
  cr_assert_eq(sum_of(&out, population, 49), 327167434.);
  cr_assert_lt(seconds, 5, "reading took %.2f s", seconds); /* 0.1 s; a sanitizer build is slow */
  outcome three = read_good(3, with_data(INCOME "keep}", "us_county_income_1969_2018.csv"), of);
  same_outcome(&out, &three);
  release(&three);
  release(&out);
  out = read_good(2, with_data(INCOME "drop-units}", "us_county_income_1969_2018.csv"), of);
  cr_assert_eq(out.panel->units.n, 3089); /* complete over 50 years */
  cr_assert_eq(out.panel->units_dropped, 49);
  release(&out);
}

#define LIGHTS                                                                                     \
  "panel: {file: %s/cn_county_nightlights_2001_2022.csv, unit: county_code, time: year, breaks: "  \
  "[2013]}\nunits: {file: %s/cn_county_points.csv, unit: county_code, lon: lon, lat: lat, "        \
  "groups: [province], unmatched: "

Test(panel_real, cn_county_nightlights) {
  outcome out =
      read_good(2, with_data(LIGHTS "drop}", "cn_county_nightlights_2001_2022.csv"), "total_sol");
  cr_assert_eq(out.panel->rows_read, 63294);
  cr_assert_eq(out.panel->units.n, 2848);
  cr_assert_eq(out.panel->rows_unknown_unit, 29 * 22); /* 29 codes have no polygon */
  cr_assert_eq(out.panel->periods.break_period[0], 12);
  EXPECT(out, "total_sol", "2002", "110101", 9326.65);
  release(&out);
  out =
      read_with(1, with_data(LIGHTS "error}", "cn_county_nightlights_2001_2022.csv"), "total_sol");
  cr_assert_eq(out.status, SW_EINPUT);
  cr_assert(strstr(out.text, "29 units of the panel not in "), "%s", out.text);
  release(&out);
}

#define RAW                                                                                        \
  "panel: {file: %s/us_bea_cagdp2_raw.csv.gz, unit: GeoFIPS, layout: {wide: {indicator: LineCode," \
  " names: {1: gdp_total, 12: manuf_31_33, 60: prof_54}}}, footer: 4, missing_values: ['(D)', "    \
  "'(NA)'], missing: keep}\nunits: {file: %s/us_bea_points.csv, unit: fips, where: in_gdp = 1, "   \
  "unmatched: drop}"
#define CLEAN                                                                                      \
  "panel: {file: %s/us_county_gdp_industry_2001_2018.csv.gz, unit: fips, time: year, missing: "    \
  "keep}\nunits: {file: %s/us_bea_points.csv, unit: fips, where: in_gdp = 1, unmatched: drop}"

/* The file as published, states, flags and 51 times four lines of notes included, gives the same
 * bits as the one that was cleaned by hand. */
Test(panel_real, bea_as_published) {
  const char *of = "gdp_total, manuf_31_33, prof_54";
  outcome raw = read_good(2, with_data(RAW, "us_bea_cagdp2_raw.csv.gz"), of);
  cr_assert_eq(raw.panel->rows_read, 107883 - 1 - 204);
  cr_assert_eq(raw.panel->units.n, 3116);
  cr_assert_eq(raw.panel->rows_unknown_unit, 51 * 34); /* the states */
  cr_assert_eq(sw_panel_column(raw.panel, "gdp_total")->missing, 70);
  cr_assert_eq(sum_of(&raw, 0, 17), 20463456986.);
  outcome clean = read_good(3, with_data(CLEAN, "us_county_gdp_industry_2001_2018.csv.gz"), of);
  cr_assert_eq(clean.panel->rows_read, 56088);
  cr_assert_eq(clean.panel->units.n, raw.panel->units.n);
  cr_assert_arr_eq(clean.value, raw.value, 3 * 18 * 3116 * sizeof(double));
  release(&clean);
  release(&raw);
}

Test(panel_real, latin1) {
  outcome out = read_with(
      2,
      with_data("panel: {file: %s/us_bea_cagdp2_NM_latin1_raw.csv, unit: GeoFIPS, layout: {wide: "
                "{indicator: LineCode}}}",
                "us_bea_cagdp2_NM_latin1_raw.csv"),
      "LineCode_1");
  cr_assert_eq(out.status, SW_EINPUT);
  cr_assert(strstr(out.text, "us_bea_cagdp2_NM_latin1_raw.csv:274: byte 0xF1 in 'Do?a Ana' is not "
                             "UTF-8; convert the file, e.g. iconv -f latin1 -t utf-8"),
            "%s", out.text);
  release(&out);
}

/* A column per period, named by the period alone. */
Test(panel_real, us_states_wide) {
  const char *wide = "panel: {file: %s/us48_income_pc_1929_2009.csv, unit: STATE_FIPS, layout: "
                     "{wide: {name: income, prefix: ''}}}";
  const char *longer = "panel: {file: %s/us48_income_long.csv, unit: STATE_FIPS, time: year}";
  outcome a = read_good(2, with_data(wide, "us48_income_pc_1929_2009.csv"), "income");
  outcome b = read_good(1, with_data(longer, "us48_income_long.csv"), "income");
  cr_assert_eq(a.panel->units.n, 48);
  cr_assert_eq(a.panel->periods.n, 81);
  cr_assert_arr_eq(a.value, b.value, 48 * 81 * sizeof(double));
  release(&a);
  release(&b);
}

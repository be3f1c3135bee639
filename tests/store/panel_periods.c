/* Periods of a panel: their forms, order and spacing, the ones that are read, and columns that are
 * periods. */
#include "panel_fixture.h"

TestSuite(panel_periods, .init = setup, .fini = teardown);

/* ---- periods of known forms ---------------------------------------------------------------- */

#define FILLED "panel: {file: p.csv, unit: id, time: t, missing: interpolate}"

/* M10 lies between M9 and M11, not between M1 and M11 as its bytes do. */
Test(panel_periods, months_are_in_order) {
  char text[1024] = "id,t,gdp\n";
  for (int m = 12; m >= 1; m--)
    for (int unit = 0; unit < 2; unit++)
      snprintf(text + strlen(text), sizeof text - strlen(text),
               m == 10 && unit == 0 ? "%c,2001M%d,\n" : "%c,2001M%d,%d\n", 'a' + unit, m, m * m);
  put("p.csv", text);
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, FILLED, "gdp");
    cr_assert_eq(out.panel->periods.n, 12);
    cr_assert_str_eq(out.panel->periods.label[9], "2001M10");
    EXPECT(out, "gdp", "2001M10", "a", (81 + 121) / 2.);
    EXPECT(out, "gdp", "2001M10", "b", 100);
    release(&out);
  }
}

/* 2002 is a tenth of the way from 2001 to 2011. */
Test(panel_periods, years_with_a_point) {
  put("p.csv",
      "id,t,gdp\na,2001.0,10\na,2002.0,\na,2011.0,20\nb,2001.0,1\nb,2002.0,1\nb,2011.0,1\n");
  outcome out = read_good(2, FILLED, "gdp");
  cr_assert(out.panel->periods.integer);
  cr_assert_eq(out.panel->periods.value[2], 2011);
  EXPECT(out, "gdp", "2002.0", "a", 11);
  release(&out);
}

/* 2001Q1, 2001Q2, 2002Q1: the second is a quarter of the way; a lag is of one quarter. */
Test(panel_periods, quarters_with_a_hole) {
  put("p.csv",
      "id,t,gdp\na,2001Q1,10\na,2001Q2,\na,2002Q1,18\nb,2001Q1,1\nb,2001Q2,2\nb,2002Q1,8\n");
  outcome out = read_good(2,
                          "panel: {file: p.csv, unit: id, time: t, missing: interpolate, derive: "
                          "{before: lag(gdp), g: growth(gdp)}}",
                          "gdp, before, g");
  EXPECT(out, "gdp", "2001Q2", "a", 12);
  EXPECT(out, "before", "2001Q2", "b", 1);
  EXPECT(out, "g", "2001Q2", "b", 1);
  EXPECT(out, "before", "2002Q1", "b", NAN);
  EXPECT(out, "g", "2002Q1", "b", NAN);
  release(&out);
  /* What has no period before is no gap. */
  put("p.csv",
      "id,t,gdp\na,2001Q1,10\na,2001Q2,5\na,2002Q1,18\nb,2001Q1,1\nb,2001Q2,2\nb,2002Q1,8\n");
  out = read_good(1, "panel: {file: p.csv, unit: id, time: t, derive: {g: growth(gdp)}}", "g");
  EXPECT(out, "g", "2001Q2", "a", -.5);
  release(&out);
}

#define DATED                                                                                      \
  "panel: {file: p.csv, unit: id, time: {column: t, format: '%m/%d/%Y'}, missing: interpolate"

Test(panel_periods, dates_of_a_format) {
  put("p.csv", "id,t,gdp\na,1/31/2002,3\na,11/30/2001,1\na,12/31/2001,2\n"
               "b,11/30/2001,0\nb,12/31/2001,\nb,1/31/2002,62\n");
  outcome out = read_good(2, DATED ", derive: {before: lag(gdp)}}", "gdp, before");
  cr_assert_eq(out.panel->periods.n, 3);
  cr_assert_str_eq(out.panel->periods.label[0], "11/30/2001");
  cr_assert_str_eq(out.panel->periods.label[2], "1/31/2002");
  EXPECT(out, "gdp", "12/31/2001", "b", 31); /* 31 days and 31 days */
  EXPECT(out, "before", "1/31/2002", "a", 2);
  EXPECT(out, "before", "12/31/2001", "a", 1);
  cr_assert_eq(out.panel->periods.step_unit, SW_TIME_MONTH);
  release(&out);
  put("p.csv", "id,t,gdp\na,11/30/2001,1\na,2001-12-31,2\nb,11/30/2001,0\nb,12/31/2001,1\n");
  refused(DATED "}", "gdp",
          "p.csv:3: t: '2001-12-31' is not of the form '%m/%d/%Y', by which the study reads its "
          "periods");
  put("p.csv", "id,t,gdp\na,x,1\nb,x,1\n");
  refused(DATED "}", "gdp",
          "p.csv:2: t: 'x' is not of the form '%m/%d/%Y', by which the study reads its periods");
}

/* Two labels of one month, in two files; breaks and periods by either. */
Test(panel_periods, labels_of_one_period) {
  put("p.csv", "id,t,gdp\na,2001M1,1\na,2001M2,\na,2001M3,3\nb,2001M1,1\nb,2001M2,2\nb,2001M3,3\n");
  put("q.csv", "id,t,pop\na,2001-01,10\na,2001-02,20\na,2001-03,30\nb,2001-01,1\nb,2001-02,2\n"
               "b,2001-03,3\n");
  outcome out = read_good(2,
                          "panel: {file: [p.csv, q.csv], unit: id, time: t, missing: interpolate, "
                          "breaks: [2001M03]}",
                          "gdp, pop");
  cr_assert_eq(out.panel->periods.n, 3);
  cr_assert_eq(out.panel->periods.break_period[0], 2);
  EXPECT(out, "gdp", "2001M2", "a", NAN); /* nothing is filled across the break */
  EXPECT(out, "pop", "2001M2", "a", 20);
  release(&out);
  for (int ranks = 1; ranks <= 3; ranks++) {
    out = read_good(ranks,
                    "panel: {file: [p.csv, q.csv], unit: id, time: t, periods: [2001-03, 2001M01]}",
                    "gdp, pop");
    cr_assert_eq(out.panel->periods.n, 2);
    EXPECT(out, "gdp", "2001M3", "a", 3);
    EXPECT(out, "pop", "2001M1", "a", 10);
    release(&out);
  }
  refused("panel: {file: p.csv, unit: id, time: t, periods: [2001M1, 2001M4]}", "gdp",
          "study.yaml:2:50: periods: the panel has no period '2001M4'");
}

Test(panel_periods, mixed_forms) {
  put("p.csv", "id,t,gdp\na,2001M1,1\na,2001M2,1\nb,2001Q1,1\nb,2001M2,1\n");
  refused("panel: {file: p.csv, unit: id, time: t}", "gdp",
          "p.csv:4: t: '2001Q1' is not a month, but other periods are (2001M1, 2001M2)");
  put("p.csv",
      "id,t,gdp\na,2001,1\na,2002,1\nb,\xEF\xBC\x92\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x91,1\n");
  refused("panel: {file: p.csv, unit: id, time: t}", "gdp",
          "p.csv:4: t: '\xEF\xBC\x92\xEF\xBC\x90\xEF\xBC\x90\xEF\xBC\x91' is not an integer, but "
          "other periods are (2001, 2002); it has U+FF12 (full width) in place of U+0032");
  put("p.csv", "id,t,gdp\na,early,1\na,late,1\nb,early,1\nb,2001-01,1\n");
  refused("panel: {file: p.csv, unit: id, time: t}", "gdp",
          "p.csv:2: t: 'early' is not a month, but other periods are (2001-01)");
}

/* Texts of no known form have no order by which to fill, or to part. */
Test(panel_periods, unknown_order) {
  put("p.csv", "id,t,gdp\na,early,1\na,late,\nb,early,1\nb,late,1\n");
  refused(FILLED, "gdp",
          "study.yaml:2:50: missing: interpolate needs periods whose order and spacing are known; "
          "'early' is of no known form (2001, 2001Q1, 2001-01, 2001-01-31, ...); name it: `time: "
          "{column: ..., format: \"%m/%d/%Y\"}`, or in a wide layout rename its columns");
  refused("panel: {file: p.csv, unit: id, time: t, missing: keep, breaks: [late]}", "gdp",
          "study.yaml:2:64: breaks needs periods whose order and spacing are known; 'early' is of "
          "no known form (2001, 2001Q1, 2001-01, 2001-01-31, ...); name it: `time: {column: ..., "
          "format: \"%m/%d/%Y\"}`, or in a wide layout rename its columns");
}

Test(panel_periods, steps) {
  put("p.csv", "id,t,gdp\na,1990,1\na,1995,2\na,2000,6\nb,1990,1\nb,1995,2\nb,2000,3\n");
  outcome out =
      read_good(1, "panel: {file: p.csv, unit: id, time: t, derive: {g: growth(gdp)}}", "g");
  EXPECT(out, "g", "2000", "a", 2); /* every five years: of the period before */
  release(&out);
  put("p.csv", "id,t,gdp\na,1990,1\na,2000,2\na,2011,6\nb,1990,1\nb,2000,2\nb,2011,3\n");
  refused("panel: {file: p.csv, unit: id, time: t, derive: {g: growth(gdp)}}", "g",
          "study.yaml:2:53: derive: g: no period is one step (year) after another, so lag and "
          "growth are missing everywhere; leave out periods until the rest are evenly spaced");
  put("p.csv", "id,t,gdp\na,1990,1\nb,1990,1\n");
  refused("panel: {file: p.csv, unit: id, time: t, derive: {g: growth(gdp)}}", "g",
          "study.yaml:2:53: derive: g: lag and growth look back, and the panel has one period; "
          "expected two periods or more");
  refused("panel: {file: p.csv, unit: id, time: t, periods: [1990], derive: {g: lag(gdp)}}", "g",
          "study.yaml:2:70: derive: g: lag and growth look back, and the panel has one period; "
          "expected two periods or more");
  put("p.csv", "id,gdp\na,1\nb,1\n");
  refused("panel: {file: p.csv, unit: id, derive: {g: growth(gdp)}}", "g",
          "study.yaml:2:44: derive: g: lag and growth look back, and the panel is a cross-section; "
          "expected two periods or more");
}

/* `pop65` is the share of the old. */
Test(panel_periods, columns_of_one_form) {
  put("p.csv", "id,pop2000,pop2010,pop65\na,1,2,.3\nb,4,5,.6\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {name: pop, prefix: pop}}}", "pop",
          "study.yaml:2:40: p.csv: pop65: '65' is not of the form of the other periods (4 digits: "
          "pop2000); list `periods:` to say which are meant");
  outcome out = read_good(
      2,
      "panel: {file: p.csv, unit: id, layout: {wide: {name: pop, prefix: pop, periods: [2000, "
      "2010]}}}",
      "pop");
  cr_assert_eq(out.panel->periods.n, 2);
  EXPECT(out, "pop", "2010", "b", 5);
  release(&out);
  out = read_good(1,
                  "panel: {file: p.csv, unit: id, periods: [2000, 2010], layout: {wide: {name: "
                  "pop, prefix: pop}}}",
                  "pop");
  cr_assert_eq(out.panel->periods.n, 2);
  EXPECT(out, "pop", "2000", "a", 1);
  release(&out);
  put("p.csv", "id,line,2001Q1,2001Q2,5\na,1,1,2,3\nb,1,4,5,6\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {indicator: line, names: {1: pop}}}}",
          "pop",
          "study.yaml:2:40: p.csv: 5: '5' is not of the form of the other periods (a quarter: "
          "2001Q1); list `periods:` to say which are meant");
  put("p.csv", "id,line,2001M9,2001M10\na,1,1,2\nb,1,4,5\n");
  out = read_good(
      1, "panel: {file: p.csv, unit: id, layout: {wide: {indicator: line, names: {1: pop}}}}",
      "pop");
  cr_assert_str_eq(out.panel->periods.label[1], "2001M10");
  EXPECT(out, "pop", "2001M10", "a", 2);
  release(&out);
}

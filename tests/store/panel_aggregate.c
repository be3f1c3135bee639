/* Sums of members that lack a value: refused, skipped, borne up to a share; filled first; what they
 * rest on. Right values by hand, the same on any number of ranks. */
#include "panel_fixture.h"

TestSuite(panel_aggregate, .init = setup, .fini = teardown);

/* A has a1, a2, a3; B b1, b2; C c1. */
static const char *const units = "id,city\na1,A\na2,A\na3,A\nb1,B\nb2,B\nc1,C\n";
/* gdp of a2 is missing in 2001, of b1 in 2000, of b2 in both; pop of a3 in 2000. */
static const char *const panel = "id,year,gdp,pop\n"
                                 "a1,2000,1000,10\na1,2001,1100,10\na1,2002,1200,10\n"
                                 "a2,2000,500,20\na2,2001,,20\na2,2002,700,20\n"
                                 "a3,2000,30,\na3,2001,30,30\na3,2002,30,30\n"
                                 "b1,2000,,1\nb1,2001,8,1\nb1,2002,9,1\n"
                                 "b2,2000,,1\nb2,2001,,1\nb2,2002,4,1\n"
                                 "c1,2000,5,1\nc1,2001,5,1\nc1,2002,5,1\n";

/* `missing` of the panel and of aggregate. */
static const char *study_of(const char *missing, const char *members) {
  static char text[512];
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: id, time: year, missing: %s, aggregate: {by: city, sum: "
           "[gdp, pop], ratio: {pc: [gdp, pop]}%s%s}}\nunits: {file: u.csv, unit: id}",
           missing, *members ? ", missing: " : "", members);
  put("u.csv", units);
  put("p.csv", panel);
  return text;
}

/* The share of members of a sum, by its name, on rank 0. */
static double share(const outcome *out, const char *sum, int t, int64_t unit) {
  const sw_panel *p = out->panel;
  int k = 0;
  cr_assert_not_null(p->coverage);
  while (k < p->n_summed && strcmp(p->summed[k], sum) != 0)
    k++;
  cr_assert_lt(k, p->n_summed);
  return p->coverage[(t * p->units.n + unit) * p->n_summed + k];
}

/* The first member that lacks a value is named, whatever the panel does with missing cells. */
Test(panel_aggregate, refuse) {
  static const char *const line =
      "study.yaml:2:70: aggregate: gdp of unit a2 in period 2001 is missing, so A has no sum; "
      "fill "
      "it with `missing: interpolate` or zero of the panel, or write `missing: skip` or {at_least: "
      "0.9} under aggregate";
  refused(study_of("keep", ""), "gdp", line);
  refused(study_of("keep", "refuse"), "gdp", line);
}

Test(panel_aggregate, skip) {
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, study_of("keep", "skip"), "gdp, pop, pc");
    EXPECT(out, "gdp", "2000", "A", 1530);
    EXPECT(out, "gdp", "2001", "A", 1130);
    EXPECT(out, "pop", "2000", "A", 30);
    EXPECT(out, "pc", "2000", "A", 1500 / 30.); /* over a1 and a2, which have both */
    EXPECT(out, "pc", "2001", "A", 1130 / 40.);
    EXPECT(out, "gdp", "2000", "B", NAN); /* nobody has it */
    EXPECT(out, "gdp", "2001", "B", 8);
    cr_assert_eq(share(&out, "gdp", 0, 0), 1);
    cr_assert_eq(share(&out, "gdp", 1, 0), 2 / 3.);
    cr_assert_eq(share(&out, "pop", 0, 0), 2 / 3.);
    cr_assert_eq(share(&out, "pc", 0, 0), 2 / 3.);
    cr_assert_eq(share(&out, "gdp", 0, 1), 0);
    cr_assert_eq(share(&out, "pc", 1, 1), .5);
    cr_assert_eq(share(&out, "pc", 2, 2), 1);
    /* gdp: A 2001, B 2000, B 2001; pop: A 2000; pc: all four. */
    cr_assert_eq(out.panel->partial_sums, 8);
    cr_assert_eq(out.panel->least_coverage, 0);
    release(&out);
  }
}

Test(panel_aggregate, at_least) {
  outcome out = read_good(2, study_of("keep", "{at_least: 0.6}"), "gdp, pc");
  EXPECT(out, "gdp", "2001", "A", 1130);
  EXPECT(out, "gdp", "2001", "B", NAN); /* one of two */
  EXPECT(out, "pc", "2001", "B", NAN);
  EXPECT(out, "gdp", "2002", "B", 13);
  cr_assert_eq(share(&out, "gdp", 1, 1), .5);
  release(&out);
  out = read_good(2, study_of("keep", "{at_least: 0.5}"), "gdp");
  EXPECT(out, "gdp", "2001", "B", 8); /* met exactly */
  release(&out);
  out = read_good(2, study_of("keep", "{at_least: 1}"), "gdp");
  EXPECT(out, "gdp", "2001", "A", NAN);
  EXPECT(out, "gdp", "2000", "A", 1530);
  release(&out);
}

/* With zero, A1 1000 and A2 empty are 1000, not 0. */
Test(panel_aggregate, fills_before_it_sums) {
  outcome out = read_good(2, study_of("zero", ""), "gdp, pop, pc");
  EXPECT(out, "gdp", "2001", "A", 1130);
  EXPECT(out, "gdp", "2000", "B", 0);
  EXPECT(out, "pc", "2000", "A", 1530 / 30.);
  cr_assert_eq(out.panel->filled, 5);
  cr_assert_eq(out.panel->partial_sums, 0);
  cr_assert_eq(share(&out, "gdp", 0, 1), 1);
  release(&out);
  /* a2 lies between 500 and 700; the ends of b1, b2 and a3's pop stay, and are refused. */
  refused(study_of("interpolate", ""), "gdp",
          "study.yaml:2:77: aggregate: gdp of unit b1 in period 2000 is missing, so B has no sum; "
          "fill it with `missing: interpolate` or zero of the panel, or write `missing: skip` or "
          "{at_least: 0.9} under aggregate");
  for (int ranks = 1; ranks <= 3; ranks++) {
    out = read_good(ranks, study_of("interpolate", "skip"), "gdp, pop");
    EXPECT(out, "gdp", "2001", "A", 1730);
    EXPECT(out, "gdp", "2001", "B", 8);
    cr_assert_eq(out.panel->filled, 1);
    cr_assert_eq(out.panel->n_unfilled, 2);
    cr_assert_str_eq(out.panel->unfilled[0].name, "gdp");
    cr_assert_eq(out.panel->unfilled[0].count, 3);
    cr_assert_eq(out.panel->unfilled[1].count, 1);
    release(&out);
  }
}

/* Members with a hole are in no sum of any period; B has none left, and is dropped. */
Test(panel_aggregate, drop_units) {
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, study_of("drop-units", ""), "gdp, pop, pc");
    cr_assert_eq(out.panel->units.n, 2);
    EXPECT(out, "gdp", "2000", "A", 1000);
    EXPECT(out, "gdp", "2002", "A", 1200);
    EXPECT(out, "pc", "2002", "A", 120);
    EXPECT(out, "gdp", "2002", "C", 5);
    cr_assert_eq(share(&out, "gdp", 2, 0), 1 / 3.);
    cr_assert_eq(share(&out, "gdp", 2, 1), 1);
    cr_assert_eq(out.panel->members_dropped, 4);
    cr_assert_eq(out.panel->partial_sums, 9);
    cr_assert_eq(out.panel->units_dropped, 1);
    release(&out);
  }
}

/* Without aggregate too: interpolate says what it could not fill, by indicator. */
Test(panel_aggregate, ends_of_series) {
  put("p.csv",
      "id,year,gdp,pop\na,2000,,1\na,2001,2,\na,2002,3,\nb,2000,1,1\nb,2001,,1\nb,2002,3,1\n");
  outcome out =
      read_good(2, "panel: {file: p.csv, unit: id, time: year, missing: interpolate}", "gdp, pop");
  cr_assert_eq(out.panel->filled, 1);
  cr_assert_eq(out.panel->n_unfilled, 2);
  cr_assert_eq(out.panel->unfilled[0].count, 1);
  cr_assert_str_eq(out.panel->unfilled[1].name, "pop");
  cr_assert_eq(out.panel->unfilled[1].count, 2);
  cr_assert_null(out.panel->coverage);
  release(&out);
}

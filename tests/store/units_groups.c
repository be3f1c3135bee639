/* Groups that are slices of the codes of units. */
#include "panel_fixture.h"

TestSuite(units_groups, .init = setup, .fini = teardown);

#define PANEL "panel: {file: p.csv, unit: id}\n"
#define UNITS(rest) "units: {file: u.csv, unit: id, " rest "}"

/* The labels of a group by unit, as one text. */
static void labels(const char *sections, const char *group, const char *wanted) {
  for (int ranks = 1; ranks <= 2; ranks++) {
    outcome out = read_good(ranks, sections, "x");
    const sw_grouping *grouping = sw_units_grouping(&out.panel->units, group);
    char got[256] = "";
    cr_assert_not_null(grouping);
    for (int64_t i = 0; i < out.panel->units.n; i++)
      strcat(strcat(got, i ? " " : ""), grouping->label[grouping->of[i]]);
    cr_assert_str_eq(got, wanted, "%s: %s, not %s", group, got, wanted);
    release(&out);
  }
}

static void put_units(void) {
  put("p.csv", "id,x\n11001,1\n11002,2\n12001,3\n广东01,4\n");
  put("u.csv", "id,land\n11001,A\n11002,B\n12001,A\n广东01,\n");
}

/* As Python takes them: from 0, the end left out, from the end where negative, by characters. */
Test(units_groups, slices) {
  put_units();
  labels(PANEL UNITS("groups: {province: 'unit[0:2]'}"), "province", "11 11 12 广东");
  labels(PANEL UNITS("groups: {province: 'id[:2]'}"), "province", "11 11 12 广东");
  labels(PANEL UNITS("groups: {p: 'unit[1:3]'}"), "p", "10 10 20 东0");
  labels(PANEL UNITS("groups: {p: 'unit[-2:]'}"), "p", "01 02 01 01");
  labels(PANEL UNITS("groups: {p: 'unit[:-2]'}"), "p", "110 110 120 广东");
  labels(PANEL UNITS("groups: {p: 'unit[:]'}"), "p", "11001 11002 12001 广东01");
  labels(PANEL UNITS("groups: {p: 'unit[-4:3]', q: 'unit[0:1]'}"), "q", "1 1 1 广");
}

/* Beside columns, in every order; units are filtered and summed by one. */
Test(units_groups, wherever_groups_are) {
  put_units();
  labels(PANEL UNITS("groups: [land, {p: 'unit[0:2]'}]"), "p", "11 11 12 广东");
  labels(PANEL UNITS("groups: [{p: 'unit[0:2]'}, land]"), "land", "A B A ");
  labels(PANEL UNITS("unmatched: drop, groups: {p: 'unit[0:2]'}, where: p = 11 or p = '12'"), "p",
         "11 11 12");
  outcome out = read_good(2,
                          "panel: {file: p.csv, unit: id, aggregate: {by: p, sum: [x]}}\n" UNITS(
                              "groups: {p: 'unit[0:2]', q: 'unit[0:1]'}"),
                          "x");
  cr_assert_eq(out.panel->units.n, 3);
  EXPECT(out, "x", "0", "11", 3);
  EXPECT(out, "x", "0", "广东", 4);
  release(&out);
  out = read_good(2,
                  "panel: {file: p.csv, unit: id, derive: {s: 'share_of(x, p)'}}\n" UNITS(
                      "groups: {p: 'unit[0:2]'}"),
                  "s");
  EXPECT(out, "s", "0", "11002", 2. / 3);
  release(&out);
}

/* A unit that `where` leaves out may have any code. */
Test(units_groups, refusals) {
  put_units();
  refused(
      PANEL UNITS("groups: {land: 'unit[0:2]'}"), "x",
      "study.yaml:3:48: groups: u.csv has a column 'land' already; name the slice otherwise, or "
      "the column alone");
  put("p.csv", "id,x\n11001,1\n12001,1\n1,2\n");
  put("u.csv", "id,land\n11001,A\n1,B\n12001,A\n");
  refused(PANEL UNITS("groups: {p: 'unit[0:2]'}"), "x",
          "u.csv:3: unit 1 is too short for the group p, unit[0:2]: it has 1 character");
  refused(PANEL UNITS("groups: {p: 'unit[-2:]'}"), "x",
          "u.csv:3: unit 1 is too short for the group p, unit[-2:]: it has 1 character");
  refused(PANEL UNITS("groups: {p: 'unit[:-1]'}"), "x",
          "u.csv:3: unit 1 is too short for the group p, unit[:-1]: it has 1 character");
  labels(PANEL UNITS("unmatched: drop, groups: {p: 'unit[0:2]'}, where: land = A"), "p", "11 12");
}

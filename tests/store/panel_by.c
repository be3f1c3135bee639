/* Panels that are long by a column of labels: an indicator for each, whatever the order of rows. */
#include "panel_fixture.h"

TestSuite(panel_by, .init = setup, .fini = teardown);

#define BY(rest)                                                                                   \
  "panel: {file: p.csv, unit: id, time: year, missing: keep, layout: {long: {by: ind, value: emp"  \
  "}}" rest "}"
#define VALUES "panel: {file: [p.csv, q.csv], unit: id, time: year, missing: keep, " LAYOUT "}"
#define LAYOUT "layout: {long: {by: ind, value: [emp, pay], total: all}}"

/* A gap is a missing value, as is a cell of no number; labels that the study does not need may hold
 * anything, but count as rows of their unit and period. */
Test(panel_by, labels_are_indicators) {
  put("p.csv", "id,year,ind,emp\nb,1,farm,2\na,1,mine,7\na,1,farm,1\na,2,farm,3\nb,2,odd job,\n"
               "b,3,all,x\na,1,all,8\n");
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, BY(""), "emp.farm, emp.mine, emp.odd job");
    cr_assert_eq(out.panel->periods.n, 3);
    cr_assert_eq(out.panel->units.n, 2);
    cr_assert_eq(out.panel->rows_read, 7);
    EXPECT(out, "emp.farm", "1", "a", 1);
    EXPECT(out, "emp.farm", "2", "a", 3);
    EXPECT(out, "emp.farm", "1", "b", 2);
    EXPECT(out, "emp.farm", "3", "b", NAN);
    EXPECT(out, "emp.mine", "1", "a", 7);
    EXPECT(out, "emp.mine", "1", "b", NAN);
    EXPECT(out, "emp.odd job", "2", "b", NAN);
    release(&out);
  }
  refused(BY(""), "emp.all",
          "p.csv:7: emp: 'x' is not a number; expected a number, an empty cell or "
          "a text listed under missing_values");
}

Test(panel_by, periods_zeros_and_cross_sections) {
  put("p.csv", "id,year,ind,emp\na,1,x,1\na,2,x,2\nb,2,y,3\n");
  outcome out = read_good(2, BY(", periods: [2]"), "emp.x, emp.y");
  cr_assert_eq(out.panel->periods.n, 1);
  EXPECT(out, "emp.x", "2", "a", 2);
  EXPECT(out, "emp.y", "2", "a", NAN);
  release(&out);
  out = read_good(2,
                  "panel: {file: p.csv, unit: id, time: year, missing: zero, layout: {long: {by: "
                  "ind, value: emp}}, derive: {s: 'emp.x + emp.y'}}",
                  "s");
  EXPECT(out, "s", "2", "a", 2);
  EXPECT(out, "s", "2", "b", 3);
  release(&out);
  put("p.csv", "id,ind,emp\na,x,1\nb,x,2\n");
  out = read_good(2, "panel: {file: p.csv, unit: id, layout: {long: {by: ind, value: emp}}}",
                  "emp.x");
  cr_assert(out.panel->periods.cross_section);
  EXPECT(out, "emp.x", "0", "b", 2);
  release(&out);
}

/* Values of two files, of which each has labels of its own; and a file that is plainly long. */
Test(panel_by, several_values_and_files) {
  put("p.csv", "id,year,ind,emp\na,1,x,1\na,1,y,2\nb,1,x,4\n");
  put("q.csv", "id,year,ind,pay\na,1,x,10\na,1,z,30\n");
  outcome out = read_good(2,
                          "panel: {file: [p.csv, q.csv], unit: id, time: year, missing: keep, "
                          "layout: {long: {by: ind, value: [emp, pay], total: z}}}",
                          "emp.x, emp.y, pay.x, pay.z");
  EXPECT(out, "emp.x", "1", "a", 1);
  EXPECT(out, "emp.y", "1", "a", 2);
  EXPECT(out, "pay.x", "1", "a", 10);
  EXPECT(out, "pay.z", "1", "a", 30);
  release(&out);
  put("q.csv", "id,year,gdp\na,1,5\na,2,6\n");
  out = read_good(2,
                  "panel: {file: [p.csv, q.csv], unit: id, time: year, missing: keep, "
                  "layout: {long: {by: ind, value: emp}}}",
                  "emp.y, gdp");
  EXPECT(out, "emp.y", "1", "a", 2);
  EXPECT(out, "gdp", "2", "a", 6);
  release(&out);
}

Test(panel_by, refusals) {
  put("p.csv", "id,year,ind,emp\na,1,x,1\na,1,y,2\nb,1,x,1\na,1,x,1\n");
  refused(BY(""), "emp.x", "p.csv:5: unit a, period 1, ind x is already on line 2; give it once");
  put("p.csv", "id,year,ind,emp\na,1,x,1\na,1,,2\n");
  refused(BY(""), "emp.x", "p.csv:3: ind is empty; a row needs its label");
  put("p.csv", "id,year,ind,emp\na,1,farm,1\n");
  refused(BY(""), "emp.fram",
          "study.yaml:4:18: p.csv has no indicator 'emp.fram'; did you mean 'emp.farm'?");
  refused("panel: {file: p.csv, unit: id, time: year, layout: {long: {by: idn, value: emp}}}",
          "emp.farm", "study.yaml:2:52: p.csv has no column 'idn'; did you mean 'id'?");
  refused("panel: {file: p.csv, unit: id, time: year, layout: {long: {by: ind, value: epm}}}",
          "epm.farm", "study.yaml:2:52: p.csv has no column 'epm'; did you mean 'emp'?");
  refused("panel: {file: p.csv, unit: id, time: year, layout: {long: {by: ind, value: emp, total: "
          "farms}}}",
          "emp.farm", "study.yaml:2:88: total: no row has the ind 'farms'; did you mean 'farm'?");
  /* A value without labels, and no labels at all. */
  put("q.csv", "id,year,emp\na,1,5\n");
  refused(
      "panel: {file: [p.csv, q.csv], unit: id, time: year, layout: {long: {by: ind, value: emp}}}",
      "emp.farm", "study.yaml:2:61: q.csv has no column 'ind'; did you mean 'id'?");
  put("p.csv", "id,year,gdp\na,1,5\n");
  put("q.csv", "id,year,pop\na,1,5\n");
  refused(
      "panel: {file: [p.csv, q.csv], unit: id, time: year, layout: {long: {by: ind, value: emp}}}",
      "gdp", "study.yaml:2:73: by: no file of the panel has a column 'ind'");
}

/* The same cells whatever the order of rows, the ranks and the threads. */
Test(panel_by, order_of_rows) {
  enum { UNITS = 400, YEARS = 6, LABELS = 9, ROWS = UNITS * YEARS * LABELS };
  const int step[2] = {1, 7919};
  outcome first = {0};
  for (int s = 0; s < 2; s++) {
    char path[256];
    snprintf(path, sizeof path, "%s/p.csv", folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "id,year,ind,emp\n");
    for (int64_t k = 0; k < ROWS; k++) {
      int64_t r = k * step[s] % ROWS, l = r % LABELS, t = r / LABELS % YEARS;
      if (r % 11)
        fprintf(file, "u%03lld,%lld,l%lld,%lld\n", (long long)(r / LABELS / YEARS),
                (long long)(2000 + t), (long long)l, (long long)r);
    }
    fclose(file);
    for (int ranks = 1; ranks <= 3; ranks++) {
      outcome out = read_good(ranks, BY(""), "emp.l1, emp.l7, emp.l3");
      if (!first.panel) {
        first = out;
        EXPECT(first, "emp.l7", "2003", "u001", 88 % 11 ? 88 : NAN);
        EXPECT(first, "emp.l3", "2002", "u002", 2 * 54 + 2 * 9 + 3);
        continue;
      }
      same_outcome(&first, &out);
      release(&out);
    }
  }
  release(&first);
}

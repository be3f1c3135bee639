/* Several files joined: units and periods that any file has, or that all have. */
#include "panel_fixture.h"

TestSuite(panel_join, .init = setup, .fini = teardown);

#define PANEL "panel: {file: [a.csv, b.csv], unit: id, time: year, missing: keep"
#define INNER PANEL ", join: inner}"

/* Of both: units 1 and 2, years 2000 and 2001, which b.csv writes as 2000.0. Row 1, 2001 is in
 * a.csv alone. */
static void put_files(void) {
  put("a.csv", "id,year,x\n1,2000,1\n1,2001,2\n2,2000,3\n2,2001,4\n3,2000,5\n3,2001,6\n");
  put("b.csv", "year,id,y\n2000,2,30\n2001,2,40\n2002,2,50\n2000,1,10\n2002,4,7\n2000,4,8\n");
}

Test(panel_join, inner_is_what_all_have) {
  put_files();
  outcome one = read_good(1, INNER, "x, y"), three = read_good(3, INNER, "x, y");
  same_outcome(&one, &three);
  cr_expect_eq(one.panel->units.n, 2);
  cr_expect_eq(one.panel->periods.n, 2);
  cr_expect_eq(one.panel->units_dropped, 2); /* 3 and 4 */
  EXPECT(one, "x", "2000", "1", 1);
  EXPECT(one, "x", "2001", "1", 2); /* no row in b.csv: y alone is missing */
  EXPECT(one, "y", "2001", "1", NAN);
  EXPECT(one, "y", "2001", "2", 40);
  release(&one);
  release(&three);
}

Test(panel_join, outer_is_the_default) {
  put_files();
  outcome plain = read_good(2, PANEL "}", "x, y"),
          outer = read_good(2, PANEL ", join: outer}", "x, y");
  same_outcome(&plain, &outer);
  cr_expect_eq(plain.panel->units.n, 4);
  cr_expect_eq(plain.panel->periods.n, 3);
  EXPECT(plain, "y", "2002", "4", 7);
  release(&plain);
  release(&outer);
}

/* A period is what its label means; wide files have them as columns. */
Test(panel_join, periods_by_meaning_and_wide_files) {
  put("a.csv", "id,year,x\n1,2000M1,1\n2,2000M1,2\n1,2000M2,3\n2,2000M2,4\n");
  put("b.csv", "id,year,y\n1,2000M02,5\n2,2000M02,6\n1,2000M03,7\n2,2000M03,8\n");
  outcome months = read_good(3, INNER, "x, y");
  cr_expect_eq(months.panel->periods.n, 1);
  EXPECT(months, "x", "2000M2", "2", 4);
  EXPECT(months, "y", "2000M2", "2", 6);
  release(&months);
  put("a.csv", "id,k,2000,2001\n1,x,1,2\n2,x,3,4\n3,x,5,6\n");
  put("b.csv", "id,k,2001,2002\n1,y,10,20\n2,y,30,40\n");
  outcome wide = read_good(3,
                           "panel: {file: [a.csv, b.csv], unit: id, join: inner, "
                           "layout: {wide: {indicator: k, names: {x: x, y: y}}}}",
                           "x, y");
  cr_expect_eq(wide.panel->periods.n, 1);
  cr_expect_eq(wide.panel->units.n, 2);
  EXPECT(wide, "x", "2001", "2", 4);
  EXPECT(wide, "y", "2001", "1", 10);
  release(&wide);
}

/* The join comes before the units file: 3 is no unit without a row, 4 no row without a unit. */
Test(panel_join, before_the_units_file) {
  put_files();
  put("u.csv", "id,size\n1,1\n2,2\n3,3\n");
  outcome out = read_good(3, INNER "\nunits: {file: u.csv, unit: id}", "x, y");
  cr_expect_eq(out.panel->units.n, 2);
  cr_expect_eq(out.panel->units_dropped, 1);
  EXPECT(out, "y", "2000", "2", 30);
  release(&out);
  put("u.csv", "id,size\n1,1\n2,2\n9,3\n");
  refused(
      INNER "\nunits: {file: u.csv, unit: id}", "x, y",
      "study.yaml:3:8: units: 1 unit of u.csv not in the panel (9); correct the files, or write "
      "`unmatched: drop`");
}

Test(panel_join, what_is_refused) {
  put_files();
  put("b.csv", "id,year,y\n1,2002,1\n2,2002,2\n");
  refused(INNER, "x, y",
          "study.yaml:2:74: join: inner: no period is in all files; files of periods of their own "
          "are put together by `join: outer`, the default");
  put("b.csv", "id,year,y\nA,2000,1\nB,2000,2\n");
  refused(
      INNER, "x, y",
      "study.yaml:2:74: join: inner: no unit is in all files; are `unit` and the codes the same "
      "in all of them?");
  put("b.csv", "id,year,y\n01,2000,1\n02,2000,2\n");
  refused(
      INNER, "x, y",
      "b.csv:2: units '01' and '1' (a.csv:2) differ by leading zeros alone; write every code in "
      "one way, with all its digits, and keep it as text");
  put("b.csv", "id,year,y\n1,2000,1\n2,2000,2\n");
  refused("panel: {file: [a.csv, b.csv], unit: id, time: year, join: inner, periods: [2000, 2001]}",
          "x, y", "study.yaml:2:75: periods: not all files have a period '2001'");
}

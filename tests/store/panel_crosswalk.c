/* Recodings, mergers and splits by a table of changes: values by hand, the same on any number of
 * ranks; what is refused, in one line. */
#include "panel_fixture.h"

TestSuite(panel_crosswalk, .init = setup, .fini = teardown);

#define KEYS "file: c.csv, from: old, to: new, period: year, share: share"
#define PANEL "panel: {file: p.csv, unit: id, time: year, "
#define STUDY PANEL "crosswalk: {" KEYS ", mean: {rate: pop}}}"

/* A and B become C in 2002, D gives 0.25 of itself to E. */
static const char *const changes =
    "old,new,year,share\nA,C,2002,1\nB,C,2002,1\nD,D,2002,0.75\nD,E,2002,0.25\n";
static const char *const early = "id,year,gdp,rate,pop\n"
                                 "B,2000,2,20,300\nA,2000,1,10,100\nD,2000,10,5,50\n"
                                 "A,2001,3,11,100\nD,2001,20,6,60\nB,2001,4,19,300\n";
static const char *const late = "C,2002,9,19,410\nD,2002,14,7,35\nE,2002,6,7,15\n";

static void put_both(const char *name, const char *first, const char *second) {
  char text[4096];
  snprintf(text, sizeof text, "%s%s", first, second);
  put(name, text);
}

static outcome read_twice(const char *sections, const char *of) {
  outcome one = read_good(1, sections, of), three = read_good(3, sections, of);
  same_outcome(&one, &three);
  release(&three);
  return one;
}

Test(panel_crosswalk, merger_and_split) {
  put_both("p.csv", early, late);
  put("c.csv", changes);
  outcome out = read_twice(STUDY, "gdp, rate, pop");
  cr_expect_eq(out.panel->units.n, 3); /* C, D, E */
  EXPECT(out, "gdp", "2000", "C", 3);
  EXPECT(out, "gdp", "2001", "C", 7);
  EXPECT(out, "gdp", "2002", "C", 9);
  EXPECT(out, "pop", "2000", "C", 400);
  EXPECT(out, "rate", "2000", "C", 17.5); /* (100 10 + 300 20) / 400 */
  EXPECT(out, "rate", "2001", "C", 17);
  EXPECT(out, "gdp", "2001", "D", 15);
  EXPECT(out, "gdp", "2001", "E", 5);
  EXPECT(out, "pop", "2001", "E", 15);
  EXPECT(out, "rate", "2001", "D", 6); /* both parts of a split have its rate */
  EXPECT(out, "rate", "2001", "E", 6);
  EXPECT(out, "gdp", "2002", "E", 6);
  release(&out);
}

/* Derived indicators are of the new units. */
Test(panel_crosswalk, before_derive_and_aggregate) {
  put_both("p.csv", early, late);
  put("c.csv", changes);
  put("u.csv", "id,big\nC,x\nD,x\nE,y\n");
  outcome out = read_twice(PANEL "crosswalk: {" KEYS "}, derive: {gdp_pc: gdp / pop}}", "gdp_pc");
  EXPECT(out, "gdp_pc", "2001", "C", 7. / 400);
  release(&out);
  out = read_twice(PANEL "crosswalk: {" KEYS "}, aggregate: {by: big, sum: [gdp]}}\n"
                         "units: {file: u.csv, unit: id}",
                   "gdp");
  EXPECT(out, "gdp", "2001", "x", 22);
  EXPECT(out, "gdp", "2001", "y", 5);
  release(&out);
}

/* A, then B from 2001, then half of it C from 2003; X and Y change their codes. A change before the
 * panel and one after it. */
Test(panel_crosswalk, changes_follow_each_other) {
  put("p.csv",
      "id,year,gdp\nA,2000,8\nB,2001,10\nB,2002,12\nB,2003,5\nC,2003,7\n"
      "X,2000,1\nX,2001,2\nX,2002,3\nX,2003,40\nY,2000,10\nY,2001,20\nY,2002,30\nY,2003,4\n");
  put("c.csv",
      "old,new,year,share\nB,C,2003,0.5\nA,B,2001,1\nB,B,2003,0.5\nX,Y,2003,1\nY,X,2003,1\n"
      "Q,X,1999,1\nC,D,2004,1\n");
  outcome out = read_twice(PANEL "crosswalk: {" KEYS "}}", "gdp");
  cr_expect_eq(out.panel->units.n, 4); /* B, D, X, Y */
  EXPECT(out, "gdp", "2000", "B", 4);
  EXPECT(out, "gdp", "2000", "D", 4);
  EXPECT(out, "gdp", "2002", "D", 6);
  EXPECT(out, "gdp", "2003", "D", 7);
  EXPECT(out, "gdp", "2000", "X", 10);
  EXPECT(out, "gdp", "2002", "Y", 3);
  EXPECT(out, "gdp", "2003", "Y", 4);
  release(&out);
}

/* B is before A joins it: it has values. Changes lie between the periods of the panel. */
Test(panel_crosswalk, joins_one_that_is_there) {
  put("p.csv", "id,year,gdp\nA,2000,1\nB,2000,2\nZ,2000,9\nB,2005,4\nZ,2005,9\n");
  put("c.csv", "old,new,year\nA,B,2003\n");
  outcome out =
      read_twice(PANEL "crosswalk: {file: c.csv, from: old, to: new, period: year}}", "gdp");
  cr_expect_eq(out.panel->units.n, 2);
  EXPECT(out, "gdp", "2000", "B", 3);
  EXPECT(out, "gdp", "2005", "B", 4);
  release(&out);
}

/* Without periods: all of them, of a cross-section too; wide files. */
Test(panel_crosswalk, of_all_periods) {
  put("p.csv", "id,gdp\na1,1\na2,2\nb1,4\nb2,8\nc,16\n");
  put("c.csv", "new,old\nA,a1\nA,a2\nB,b1\nB,b2\n");
  outcome out = read_twice("panel: {file: p.csv, unit: id, "
                           "crosswalk: {file: c.csv, from: old, to: new}}",
                           "gdp");
  EXPECT(out, "gdp", "0", "A", 3);
  EXPECT(out, "gdp", "0", "B", 12);
  EXPECT(out, "gdp", "0", "c", 16);
  release(&out);
  put("p.csv", "id,y2000,y2001,y2002\nA,1,2,\nB,3,4,\nC,,,8\nD,5,6,7\nE,,,3\n");
  put("c.csv", changes);
  out = read_twice("panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: y}}, "
                   "crosswalk: {" KEYS "}}",
                   "gdp");
  EXPECT(out, "gdp", "2001", "C", 6);
  EXPECT(out, "gdp", "2000", "E", 1.25);
  EXPECT(out, "gdp", "2002", "D", 7);
  release(&out);
}

/* A part without a value leaves the unit without one, also one that no row is of; where gaps are
 * zeros it counts as zero. A mean of one part needs no weight. */
Test(panel_crosswalk, missing_parts) {
  put_both("p.csv",
           "id,year,gdp,rate,pop\nA,2000,1,10,100\nB,2000,,20,\nD,2000,10,5,\n"
           "A,2001,3,11,0\nB,2001,4,19,0\nD,2001,,,60\n",
           late);
  put("c.csv", changes);
  outcome out = read_twice(PANEL "missing: keep, crosswalk: {" KEYS ", mean: {rate: pop}}}",
                           "gdp, rate, pop");
  EXPECT(out, "gdp", "2000", "C", NAN);
  EXPECT(out, "pop", "2000", "C", NAN);
  EXPECT(out, "rate", "2000", "C", NAN); /* of B nothing weighs it */
  EXPECT(out, "rate", "2000", "E", 5);
  EXPECT(out, "gdp", "2001", "D", NAN);
  EXPECT(out, "rate", "2001", "C", NAN); /* weights of 0 */
  EXPECT(out, "gdp", "2001", "C", 7);
  release(&out);
  out = read_twice(PANEL "missing: zero, crosswalk: {" KEYS ", mean: {rate: pop}}}", "gdp, rate");
  EXPECT(out, "gdp", "2000", "C", 1);
  EXPECT(out, "rate", "2000", "C", 10);
  EXPECT(out, "gdp", "2001", "E", 0);
  /* As parts: gdp and pop of B in 2000; as units: gdp and rate of D and E in 2001, pop of these in
   * 2000, the rate of C in 2001. */
  cr_expect_eq(out.panel->filled, 9);
  release(&out);
  put_both("p.csv", "id,year,gdp\nA,2000,1\nD,2000,10\nC,2002,1\nD,2002,7\nE,2002,3\n", "");
  out = read_twice(PANEL "missing: keep, crosswalk: {" KEYS "}}", "gdp");
  EXPECT(out, "gdp", "2000", "C", NAN); /* B is not in the panel */
  EXPECT(out, "gdp", "2000", "D", 7.5);
  release(&out);
}

/* The units file has the units of the end; it alone need know no old code. */
Test(panel_crosswalk, units_file) {
  put_both("p.csv", early, late);
  put("c.csv", changes);
  put("u.csv", "id,in\nC,1\nD,1\nE,0\n");
  outcome out = read_twice(PANEL "crosswalk: {" KEYS "}}\n"
                                 "units: {file: u.csv, unit: id, where: in = 1}",
                           "gdp");
  cr_expect_eq(out.panel->units.n, 2);
  EXPECT(out, "gdp", "2000", "C", 3);
  EXPECT(out, "gdp", "2000", "D", 7.5);
  release(&out);
  put("u.csv", "id,in\nC,1\nD,1\nF,0\n");
  out = read_twice(PANEL "crosswalk: {" KEYS "}}\n"
                         "units: {file: u.csv, unit: id, unmatched: drop}",
                   "gdp");
  cr_expect_eq(out.panel->units.n, 2);
  release(&out);
  refused(PANEL "crosswalk: {" KEYS "}}\nunits: {file: u.csv, unit: id}", "gdp",
          "study.yaml:3:8: units: 1 unit of the panel not in u.csv (E) and 1 unit of u.csv not in "
          "the panel (F); correct the files, or write `unmatched: drop`");
}

/* Files are joined by the codes they have; then these are recoded. */
Test(panel_crosswalk, after_the_join) {
  put("p.csv",
      "id,year,gdp\nA,2000,1\nB,2000,2\nD,2000,4\nC,2002,1\nD,2002,7\nE,2002,3\nG,2000,1\n");
  put("q.csv", "id,year,pop\nA,2000,10\nB,2000,20\nD,2000,40\nC,2002,1\nD,2002,7\nE,2002,3\n");
  put("c.csv", changes);
  outcome out = read_twice("panel: {file: [p.csv, q.csv], unit: id, time: year, join: inner, "
                           "crosswalk: {" KEYS "}}",
                           "gdp, pop");
  cr_expect_eq(out.panel->units.n, 3);
  EXPECT(out, "gdp", "2000", "C", 3);
  EXPECT(out, "pop", "2000", "C", 30);
  release(&out);
}

/* 3,000 old units, of which two far from each other become one: parts of a sum come from several
 * ranks, and a sum of three has one order. */
Test(panel_crosswalk, the_same_bits_on_any_ranks) {
  size_t room = 1 << 20, at = 0, to = 0;
  char *panel = malloc(room), *table = malloc(room);
  at += (size_t)snprintf(panel, room, "id,year,gdp,rate,pop\n");
  to += (size_t)snprintf(table, room, "old,new,year,share\n");
  for (int i = 0; i < 3000; i++) {
    at += (size_t)snprintf(panel + at, room - at, "%04d,2000,%.3f,%.2f,%d\n", i, .1 * i + .7,
                           1. / (i + 3), 7 * i % 101 + 1);
    to += (size_t)snprintf(table + to, room - to, "%04d,N%04d,2001,0.3\n%04d,N%04d,2001,0.7\n", i,
                           i * 37 % 1000, i, (i * 37 + 500) % 1000);
  }
  for (int i = 0; i < 1000; i++)
    at += (size_t)snprintf(panel + at, room - at, "N%04d,2001,%d,.5,3\n", i, i);
  put("p.csv", panel);
  put("c.csv", table);
  free(panel);
  free(table);
  outcome one = read_good(1, STUDY, "gdp, rate, pop");
  cr_expect_eq(one.panel->units.n, 1000);
  for (int ranks = 2; ranks <= 4; ranks++) {
    outcome many = read_good(ranks, STUDY, "gdp, rate, pop");
    same_outcome(&one, &many);
    release(&many);
  }
  release(&one);
}

static void wrong(const char *table, const char *line) {
  put("c.csv", table);
  refused(PANEL "crosswalk: {" KEYS "}}", "gdp", line);
}

Test(panel_crosswalk, tables_that_are_wrong) {
  put_both("p.csv", early, late);
  wrong("old,nw,year,share\n", "study.yaml:2:84: c.csv has no column 'new'; did you mean 'nw'?");
  wrong("old,new,year,share\n", "c.csv: no row follows the header; expected one row per change");
  wrong("old,new,year,share\nA,,2002,1\n", "c.csv:2: new is empty; a change needs the new code");
  wrong("old,new,year,share\nA,C,,1\n",
        "c.csv:2: year is empty; a change needs the first period of the new code");
  wrong("old,new,year,share\nA,C,2002,0\n",
        "c.csv:2: share: 0 is out of range; expected a share above 0 and up to 1");
  wrong("old,new,year,share\nA,C,soon,1\n",
        "c.csv:2: year: 'soon' is no period of the kind that the panel has (2000)");
  wrong("old,new,year,share\nA,C,2002,.5\nB,C,2002,1\nA,C,2002,.5\n",
        "c.csv:4: A to C in 2002 is already on line 2; give it once");
  wrong(
      "old,new,year,share\nD,E,2002,.3\n",
      "c.csv:2: the shares of D in 2002 add up to 0.3; expected 1 (what stays D is a row from D to "
      "D)");
  wrong("old,new,year,share\nA,C,2002,1\nB,C,2002,1\nA,D,2003,1\n",
        "c.csv:4: A changes in 2003, but it ended in 2002 by line 2, and nothing has become it "
        "since");
  wrong("old,new,year,share\nA,C,2001,1\nB,C,2002,1\n",
        "c.csv:2: unit A ended in 2001, but the panel has its gdp of period 2001; give that under "
        "the "
        "new code, correct the period, or leave `period` out of `crosswalk`, for changes of all "
        "periods");
  put("c.csv", "old,new\nA,C\nD,D\nD,E\n");
  refused(PANEL "crosswalk: {file: c.csv, from: old, to: new}}", "gdp",
          "c.csv:4: D becomes 2 units (D on line 3); name their shares by `share: COLUMN` under "
          "crosswalk");
}

Test(panel_crosswalk, panels_that_do_not_fit) {
  put_both("p.csv", early, late);
  put("c.csv", changes);
  refused(PANEL "crosswalk: {" KEYS ", mean: {rte: pop}}}", "gdp",
          "study.yaml:2:123: crosswalk: mean: the panel has no column 'rte'; did you mean 'rate'?");
  refused(PANEL "crosswalk: {" KEYS ", mean: {rate: people}}}", "rate",
          "study.yaml:2:55: p.csv has no column 'people'; did you mean 'pop'?");
  put("p.csv", "id,year,gdp\nA,2000,1\nB,2000,\nD,2000,1\nC,2002,1\nD,2002,1\nE,2002,1\n");
  refused(
      PANEL "crosswalk: {" KEYS "}}", "gdp",
      "study.yaml:2:8: missing: 1 cell of 1 indicator, first gdp of unit C in period 2000; "
      "crosswalk: 1 cell is missing as a part of the unit has no value (first: gdp of C in 2000, "
      "of which B lacks it); write `missing: keep`, drop-units, interpolate or zero, or leave such "
      "units out with `where`");
  put("p.csv", "id,gdp\n1,1\n2,2\n3,3\n");
  put("c.csv", "old,new,year,share\n01,3,2002,1\n");
  refused(
      "panel: {file: p.csv, unit: id, crosswalk: {" KEYS "}}", "gdp",
      "c.csv:2: old: '01' and the panel's '1' differ by leading zeros alone; write every code in "
      "one way, with all its digits, and keep it as text");
  put("c.csv", "old,new,year,share\n1,3,2002,1\n");
  refused("panel: {file: p.csv, unit: id, crosswalk: {" KEYS "}}", "gdp",
          "study.yaml:2:85: crosswalk: period: the panel is a cross-section, which has no periods; "
          "leave `period` out, for changes that are all of it");
}

/* Panels read whole: layouts, joins, units, aggregation, filling, derived indicators; the same bits
 * on any number of ranks and for rows in any order; real panels where they are. */
#include "panel_fixture.h"

TestSuite(panel_read, .init = setup, .fini = teardown);

#define LONG "panel: {file: p.csv, unit: id, time: year}"
#define KEEP "panel: {file: p.csv, unit: id, time: year, missing: keep}"

Test(panel_read, long_layout) {
  put("p.csv", "year,id,gdp,note\n10,01,5,x\n9,01,4,y\n9,b,-1e3,\n10,b,0.25,\n9,B,+7,\n10,B,1,\n");
  outcome out = read_good(1, LONG, "gdp");
  const sw_panel *panel = out.panel;
  cr_assert_eq(panel->units.n, 3);
  cr_assert_str_eq(sw_unit_code(&panel->units, 0), "01"); /* leading zero, byte order */
  cr_assert_str_eq(sw_unit_code(&panel->units, 1), "B");
  cr_assert_str_eq(sw_unit_code(&panel->units, 2), "b");
  cr_assert(panel->periods.integer);
  cr_assert_eq(panel->periods.value[0], 9); /* by number, not "10" < "9" */
  EXPECT(out, "gdp", "9", "01", 4);
  EXPECT(out, "gdp", "10", "01", 5);
  EXPECT(out, "gdp", "9", "b", -1000);
  EXPECT(out, "gdp", "9", "B", 7);
  EXPECT(out, "gdp", "10", "b", 0.25);
  cr_assert_eq(panel->rows_read, 6);
  release(&out);
}

/* A byte order mark, CRLF, empty lines, blanks around fields and before quotes, quoted commas and
 * doubled quotes, no newline at the end. */
Test(panel_read, untidy_text) {
  put("p.csv",
      "\xEF\xBB\xBF id , year,gdp\r\n\r\n \"01, \"\"x\"\"\",1, 5 \r\n\" b\",1,\"6\"\r\n\r\nc,1,");
  outcome out = read_good(1, KEEP, "gdp");
  EXPECT(out, "gdp", "1", "01, \"x\"", 5);
  EXPECT(out, "gdp", "1", "b", 6);
  EXPECT(out, "gdp", "1", "c", NAN);
  cr_assert_eq(out.panel->column[0].missing, 1);
  cr_assert_eq(out.panel->units_without_data, 1);
  release(&out);
}

/* The separator is what the first line has most of, or what Excel's own first line names; on more
 * ranks and threads the readers of later pieces take it over. */
Test(panel_read, separators) {
  static const char *const texts[] = {
      "id\tyear\tgdp\na, b\t1\t5\n\t\t\n c\t1\t\"6\"\r\n",
      "\xEF\xBB\xBF\"id\";year;\"gdp, mio\";gdp\n\"a, b\";1;9,9;5\nc;1;x; 6 \n",
      "id|year|gdp\n\na, b|1|5\n\"c\"|1|6",
      "sep=,\r\nid,year,gdp\r\n\"a, b\",1,5\r\nc,1,6\r\n",
      "\xEF\xBB\xBF", /* the rest follows below */
  };
  char text[256];
  for (int k = 0; k < 5; k++) {
    snprintf(text, sizeof text, "%s%s", texts[k],
             k == 4 ? "\"sep=\t\"\nid\tyear\tgdp\na, b\t1\t5\nc\t1\t6\n" : "");
    put("p.csv", text);
    for (int ranks = 1; ranks <= 2; ranks++) {
      outcome out = read_good(ranks, KEEP, "gdp");
      cr_assert_eq(out.panel->units.n, 2, "%s", text);
      EXPECT(out, "gdp", "1", "a, b", 5);
      EXPECT(out, "gdp", "1", "c", 6);
      release(&out);
    }
  }
}

/* The same of a units file, here that of Excel in a country of decimal commas. */
Test(panel_read, separators_of_units) {
  put("p.csv", "id,year,gdp\na,1,5\nb,1,6\n");
  put("u.csv", "\xEF\xBB\xBFsep=;\r\nid;state, land;lon\r\na;x;7\r\nb;y;8.5\r\n");
  outcome out = read_good(2, LONG "\nunits: {file: u.csv, unit: id, lon: lon, lat: lon}", "gdp");
  cr_assert_eq(out.panel->units.lon[1], 8.5);
  release(&out);
}

/* P.CSV and P.CSV.GZ are what p.csv and p.csv.gz are. */
Test(panel_read, endings_in_any_case) {
  char command[256];
  put("P.CSV", "id,year,gdp\na,1,5\nb,1,6\n");
  outcome out = read_good(1, "panel: {file: P.CSV, unit: id, time: year}", "gdp");
  EXPECT(out, "gdp", "1", "b", 6);
  release(&out);
  snprintf(command, sizeof command, "gzip -c %s/P.CSV > %s/P.Csv.GZ", folder, folder);
  cr_assert_eq(system(command), 0);
  put("p.tsv", "id\tyear\tgdp\na\t1\t5\nb\t1\t6\n");
  out = read_good(1, "panel: {file: p.tsv, unit: id, time: year}", "gdp");
  EXPECT(out, "gdp", "1", "b", 6);
  release(&out);
  out = read_good(2, "panel: {file: P.Csv.GZ, unit: id, time: year}", "gdp");
  EXPECT(out, "gdp", "1", "b", 6);
  release(&out);
}

Test(panel_read, cross_section) {
  put("p.csv", "id,gdp\na,1\nb,2\n");
  outcome out = read_good(2, "panel: {file: p.csv, unit: id}", "gdp");
  cr_assert_eq(out.panel->periods.n, 1);
  EXPECT(out, "gdp", "0", "b", 2);
  release(&out);
}

Test(panel_read, text_periods) {
  put("p.csv", "id,q,gdp\na,2001q2,2\na,2001q1,1\nb,2001q1,3\nb,2001q2,4\n");
  outcome out = read_good(2, "panel: {file: p.csv, unit: id, time: q}", "gdp");
  cr_assert_not(out.panel->periods.integer);
  cr_assert_eq(out.panel->periods.unit, SW_TIME_QUARTER);
  cr_assert_eq(out.panel->periods.value[0], 4 * 2001);
  cr_assert_str_eq(out.panel->periods.label[0], "2001q1");
  EXPECT(out, "gdp", "2001q2", "b", 4);
  release(&out);
  put("p.csv", "id,q,gdp\na,late,2\na,early,1\nb,early,3\nb,late,4\n");
  out = read_good(2, "panel: {file: p.csv, unit: id, time: q}", "gdp");
  cr_assert_null(out.panel->periods.value);
  cr_assert_eq(out.panel->periods.unit, SW_TIME_UNKNOWN);
  cr_assert_str_eq(out.panel->periods.label[0], "early");
  release(&out);
}

Test(panel_read, wide_by_prefix) {
  put("p.csv", "id,pc_name,pc1950,pc1940\nb,x,2,1\na,y,4,3\n");
  outcome out = read_good(
      2, "panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: pc}}}", "gdp");
  cr_assert_eq(out.panel->periods.n, 2);
  EXPECT(out, "gdp", "1940", "a", 3);
  EXPECT(out, "gdp", "1950", "b", 2);
  release(&out);
  out = read_good(1,
                  "panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: pc, periods: "
                  "[1940]}}}",
                  "gdp");
  cr_assert_eq(out.panel->periods.n, 1);
  release(&out);
  put("p.csv", "id,pc1,pc2\nb,2,1\na,4,3\nb,2,1\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: pc}}}", "gdp",
          "p.csv:4: unit b is already on line 2; give it once");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: gdp}}}", "gdp",
          "study.yaml:2:40: p.csv has no column 'gdp' followed by a period; name the periods "
          "of its columns under `wide: {periods: [...]}`");
}

#define BY_INDICATOR                                                                               \
  "panel: {file: p.csv, unit: id, layout: {wide: {indicator: line, names: {1: gdp}}}, footer: 2, " \
  "missing_values: ['(D)'], missing: keep}"

/* Notes stand at the end and, as in a file joined from several, in the middle too. */
Test(panel_read, wide_by_indicator) {
  put("p.csv",
      "id,line,2001,2002\n \"01\",1,10,20\n \"01\",2,(D),2\n01,3,x,x\n\"Note: see\"\n\"End, 2 \" \n"
      " \"02\",2,3,4\n\"02\",1,30,(D)\n\"Note: see\"\n\"End, 2 \"\n\n");
  for (int ranks = 1; ranks <= 4; ranks++) {
    outcome out = read_good(ranks, BY_INDICATOR, "gdp, line_2");
    EXPECT(out, "gdp", "2001", "01", 10);
    EXPECT(out, "gdp", "2002", "02", NAN);
    EXPECT(out, "line_2", "2001", "01", NAN);
    EXPECT(out, "line_2", "2002", "02", 4);
    cr_assert_eq(out.panel->rows_read, 5);
    release(&out);
  }
  refused(BY_INDICATOR, "gdpp",
          "study.yaml:4:18: p.csv has no indicator 'gdpp'; did you mean 'gdp'?");
  put("p.csv", "id,line,2001,2002\n01,1,10,20\n02,1,1,1\n01,1,3,4\nx\ny\n");
  refused(BY_INDICATOR, "gdp",
          "p.csv:4: unit 01, indicator gdp is already on line 2; give it once");
}

Test(panel_read, joined_files) {
  put("p.csv", "id,year,gdp,pop\na,1,1,5\nb,1,2,6\nb,2,3,7\n");
  put("q.csv", "year,id,jobs,pop\n1,a,7,5\n2,a,8,\n3,c,9,4\n");
  outcome out = read_good(2, "panel: {file: [p.csv, q.csv], unit: id, time: year, missing: keep}",
                          "gdp, jobs, pop");
  cr_assert_eq(out.panel->units.n, 3);
  cr_assert_eq(out.panel->periods.n, 3);
  EXPECT(out, "gdp", "1", "a", 1);
  EXPECT(out, "jobs", "1", "a", 7);
  EXPECT(out, "jobs", "2", "b", NAN);
  EXPECT(out, "jobs", "3", "c", 9);
  EXPECT(out, "pop", "1", "a", 5);
  EXPECT(out, "pop", "3", "c", 4);
  release(&out);
}

#define UNITS                                                                                      \
  "\nunits: {file: u.csv, unit: id, lon: lon, lat: lat, area: {column: size, unit: sqmi}, "        \
  "groups: "                                                                                       \
  "[state]"

static void put_units(void) {
  put("u.csv",
      "id,lon,lat,size,state,in,city\nd,7,8,2,,0,C\nc,5,6,1,S,1,B\nb,3,4,3,S,1,A\na,1,2,1,R,1,A\n");
}

Test(panel_read, units_file) {
  put_units();
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nc,1,3\nd,1,4\nzz,1,5\nzz,2,5\n");
  outcome out =
      read_good(2, LONG UNITS ", where: 'in = 1 and id != c or id = c', unmatched: drop}", "gdp");
  const sw_units *units = &out.panel->units;
  cr_assert_eq(units->n, 3);
  cr_assert_eq(units->lon[1], 3);
  cr_assert_eq(units->lat[2], 6);
  cr_assert_eq(units->area[1], 3 * 2.589988110336);
  const sw_grouping *state = sw_units_grouping(units, "state");
  cr_assert_eq(state->n_groups, 2);
  cr_assert_str_eq(state->label[0], "R");
  cr_assert_eq(state->of[2], 1);
  cr_assert_eq(out.panel->rows_unknown_unit, 2);
  cr_assert_eq(out.panel->periods.n, 1); /* period 2 is only that of a unit that is not here */
  release(&out);
  out = read_good(1, LONG UNITS ", unmatched: drop}", "gdp");
  state = sw_units_grouping(&out.panel->units, "state");
  cr_assert_eq(state->n_groups, 3);
  cr_assert_str_eq(state->label[0], ""); /* the rest */
  cr_assert_eq(state->of[3], 0);
  release(&out);
}

Test(panel_read, units_without_rows) {
  put_units();
  put("p.csv", "id,year,gdp\na,1,1\nc,1,3\n");
  outcome out = read_good(3, LONG UNITS ", unmatched: drop}", "gdp");
  cr_assert_eq(out.panel->units.n, 2);
  cr_assert_eq(out.panel->units_dropped, 2);
  cr_assert_eq(out.panel->units.lon[1], 5);
  EXPECT(out, "gdp", "1", "c", 3);
  release(&out);
}

#define AGGREGATE                                                                                  \
  "panel: {file: p.csv, unit: id, time: year, missing: keep, aggregate: {by: city, sum: [gdp], "   \
  "ratio: {pc: [gdp, pop]}, missing: skip}, derive: {ln: log(pc)}}\nunits: {file: u.csv, unit: "   \
  "id, lon: lon, "                                                                                 \
  "lat: lat, area: {column: size, unit: km2}, groups: [county]}"

Test(panel_read, aggregate) {
  put("u.csv", "id,lon,lat,size,county,city\nd,7,8,2,Z,C\nc,5,6,1,,B\nb,3,4,3,,A\na,1,2,1,Y,A\n");
  put("p.csv",
      "id,year,gdp,pop\na,1,1,2\nb,1,2,4\nc,1,3,0\nd,1,,5\na,2,5,1\nb,2,5,1\nc,2,1,1\nd,2,1,4\n");
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, AGGREGATE, "gdp, pc, ln");
    const sw_units *units = &out.panel->units;
    cr_assert_eq(units->n, 3);
    EXPECT(out, "gdp", "1", "A", 3);
    EXPECT(out, "pc", "1", "A", 0.5);
    EXPECT(out, "pc", "2", "A", 5);
    EXPECT(out, "gdp", "1", "C", NAN); /* no member has it */
    EXPECT(out, "pc", "1", "B", NAN);  /* 3/0 */
    EXPECT(out, "ln", "2", "A", log(5));
    cr_assert_eq(units->area[0], 4);
    /* Weighted by area, on the sphere: (3, 4) three times and (1, 2). B is one place. */
    cr_assert_float_eq(units->lon[0], 2.499351662739548, 1e-13);
    cr_assert_float_eq(units->lat[0], 3.500437293398393, 1e-13);
    cr_assert(units->lon[1] == 5 && units->lat[1] == 6);
    const sw_grouping *county = sw_units_grouping(units, "county");
    cr_assert_str_eq(county->label[county->of[0]], "Y"); /* b says nothing */
    cr_assert_str_eq(county->label[county->of[1]], "");
    release(&out);
  }
  put("u.csv", "id,lon,lat,size,county,city\nd,7,8,2,Z,C\nc,5,6,1,,B\nb,3,4,3,X,A\na,1,2,1,Y,A\n");
  refused(AGGREGATE, "gdp",
          "u.csv: county of A: unit a is in 'Y' and unit b in 'X'; units that `aggregate` sums "
          "into one must be in one group, or in none");
  put("u.csv", "id,lon,lat,size,county,city\nd,7,8,2,Z,C\nc,5,6,1,,B\nb,3,4,3,X,\na,1,2,1,Y,A\n");
  refused(AGGREGATE, "gdp",
          "u.csv:4: unit b has no city to be aggregated to; fill it in, or leave such units out "
          "with `where: city != ''`");
}

/* The mean of 179 and -179 degrees is no place in the middle of another ocean. */
Test(panel_read, aggregate_across_the_date_line) {
  put("u.csv", "id,lon,lat,size,county,city\na,179,-17,1,,F\nb,-179,-17,1,,F\nc,5,6,1,,B\n");
  put("p.csv", "id,year,gdp,pop\na,1,1,2\nb,1,2,4\nc,1,3,1\n");
  outcome out = read_good(2, AGGREGATE, "gdp");
  cr_assert_float_eq(fabs(out.panel->units.lon[1]), 180, 1e-12);
  cr_assert_float_eq(out.panel->units.lat[1], -17.00244021727888, 1e-12);
  release(&out);
  put("u.csv", "id,lon,lat,size,county,city\na,10,20,1,,F\nb,-170,-20,1,,F\nc,5,6,1,,B\n");
  refused(AGGREGATE, "gdp",
          "u.csv: the members of F that `aggregate` sums lie on opposite sides of the Earth and "
          "have no mean place; sum them into several units, or leave `lon` and `lat` out");
}

Test(panel_read, fills) {
  put("p.csv", "id,year,gdp\na,2000,\na,2001,10\na,2002,\na,2004,40\na,2005,\na,2006,80\n"
               "b,2000,1\nb,2001,1\nb,2002,1\nb,2004,1\nb,2005,1\nb,2006,1\n");
  outcome out =
      read_good(2, "panel: {file: p.csv, unit: id, time: year, missing: interpolate}", "gdp");
  EXPECT(out, "gdp", "2000", "a", NAN); /* ends stay missing */
  EXPECT(out, "gdp", "2002", "a", 20);  /* 2001 to 2004 is three years */
  EXPECT(out, "gdp", "2005", "a", 60);
  cr_assert_eq(out.panel->filled, 2);
  cr_assert_eq(out.panel->column[0].missing, 1);
  release(&out);
  out = read_good(2,
                  "panel: {file: p.csv, unit: id, time: year, missing: interpolate, breaks: "
                  "[2003]}",
                  "gdp");
  cr_assert_eq(out.panel->periods.n_breaks, 1);
  cr_assert_eq(out.panel->periods.break_period[0], 3); /* 2004 is the first after the splice */
  EXPECT(out, "gdp", "2002", "a", NAN);
  EXPECT(out, "gdp", "2005", "a", 60);
  release(&out);
  out = read_good(1, "panel: {file: p.csv, unit: id, time: year, missing: zero}", "gdp");
  EXPECT(out, "gdp", "2000", "a", 0);
  cr_assert_eq(out.panel->filled, 3);
  cr_assert_eq(out.panel->column[0].missing, 0);
  release(&out);
}

Test(panel_read, derived) {
  put("p.csv", "id,year,gdp,pop,per head\na,1,8,2,3\nb,1,0,4,5\n");
  outcome out = read_good(2,
                          "panel: {file: p.csv, unit: id, time: year, missing: keep, derive: {gdp: "
                          "gdp * 2, pc: gdp / pop, ln: 'log(pc)', odd: '`per head` ^ 2', unused: "
                          "log(nothing)}}",
                          "ln, odd, gdp");
  EXPECT(out, "gdp", "1", "a", 16); /* hides the column of its name */
  EXPECT(out, "ln", "1", "a", log(8));
  EXPECT(out, "ln", "1", "b", NAN);
  EXPECT(out, "odd", "1", "b", 25);
  cr_assert_eq(out.panel->log_of_nonpositive, 1);
  cr_assert_eq(out.panel->n_columns, 3);
  release(&out);
}

/* Three periods and a break before the last; b has no gdp in the second. */
#define BACK(more)                                                                                 \
  "panel: {file: p.csv, unit: id, time: year, breaks: [2004], " more                               \
  "derive: {before: lag(gdp), g: growth(gdp), twice: 100 * g, ago: lag(lag(gdp)), "                \
  "sum: 'sum_present(gdp, lag(gdp))'}}"

Test(panel_read, looks_back) {
  put("p.csv", "id,year,gdp\na,2001,10\na,2002,20\na,2003,15\na,2004,5\na,2005,0\na,2006,4\n"
               "b,2001,1\nb,2002,\nb,2003,1\nb,2004,2\nb,2005,3\nb,2006,6\n"
               "c,2001,1\nc,2002,2\nc,2003,4\nc,2004,2\nc,2005,3\nc,2006,6\n"
               "d,2001,1\nd,2002,2\nd,2003,4\nd,2004,2\nd,2005,3\nd,2006,6\n");
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, BACK("missing: keep, "), "before, g, twice, ago, sum");
    EXPECT(out, "before", "2001", "a", NAN);
    EXPECT(out, "before", "2002", "a", 10);
    EXPECT(out, "before", "2004", "a", NAN); /* across the break */
    EXPECT(out, "before", "2005", "a", 5);
    EXPECT(out, "g", "2002", "a", 1);
    EXPECT(out, "g", "2003", "a", -.25);
    EXPECT(out, "g", "2004", "a", NAN);
    EXPECT(out, "g", "2005", "a", -1);
    EXPECT(out, "g", "2006", "a", NAN); /* from zero */
    EXPECT(out, "g", "2003", "b", NAN); /* from a missing one */
    EXPECT(out, "twice", "2002", "a", 100);
    EXPECT(out, "ago", "2003", "a", 10);
    EXPECT(out, "ago", "2005", "a", NAN);
    EXPECT(out, "ago", "2006", "a", 5);
    EXPECT(out, "sum", "2001", "a", 10);
    EXPECT(out, "sum", "2003", "b", 1);
    release(&out);
  }
  /* What has no period before is no gap: c and d stay, a and b have gaps of their own. */
  outcome out = read_good(2, BACK("missing: drop-units, "), "g, twice");
  cr_assert_eq(out.panel->units_dropped, 1 + 1);
  release(&out);
}

#define NO_GAPS                                                                                    \
  "panel: {file: p.csv, unit: id, time: year, derive: {g: growth(gdp), twice: 2 * lag(g)}}"

Test(panel_read, no_period_before_is_no_gap) {
  put("p.csv", "id,year,gdp\na,2001,1\na,2002,2\na,2003,4\nb,2001,1\nb,2002,3\nb,2003,9\n");
  outcome out = read_good(2, NO_GAPS, "g, twice");
  EXPECT(out, "twice", "2003", "b", 4);
  EXPECT(out, "twice", "2002", "b", NAN);
  cr_assert_eq(out.panel->column[0].missing, 2);
  cr_assert_eq(out.panel->column[1].missing, 4);
  release(&out);
  put("p.csv", "id,year,gdp\na,2001,1\na,2002,0\na,2003,4\nb,2001,1\nb,2002,3\nb,2003,9\n");
  refused(NO_GAPS, "g",
          "study.yaml:2:8: missing: 1 cell of 1 indicator, first g of unit a in period 2003; write "
          "`missing: keep`, drop-units, interpolate or zero, or leave such units out with `where`");
  put("p.csv", "id,year,gdp\na,q1,1\na,q2,2\nb,q1,1\nb,q2,3\n");
  refused(
      NO_GAPS, "g",
      "study.yaml:2:56: derive: g: lag and growth need periods whose order and spacing are known; "
      "'q1' is of no known form (2001, 2001Q1, 2001-01, 2001-01-31, ...); name it: `time: "
      "{column: ..., format: \"%m/%d/%Y\"}`, or in a wide layout rename its columns");
}

#define KEEP2 "panel: {file: p.csv, unit: id, time: year, missing: keep, "
#define SHARES                                                                                     \
  KEEP2 "derive: {s: 'share_of(gdp, county)', plain: 'share_of(sum_present(gdp, 0), county)'}}\n"  \
        "units: {file: u.csv, unit: id, groups: [county]}"

Test(panel_read, shares_of_groups) {
  put("u.csv", "id,county\na,X\nb,Y\nc,X\nd,\ne,\n");
  put("p.csv",
      "id,year,gdp\na,1,1\nb,1,0\nc,1,3\nd,1,2\ne,1,6\na,2,1\nb,2,5\nc,2,\nd,2,2\ne,2,6\n");
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, SHARES, "s, plain");
    EXPECT(out, "s", "1", "a", .25);
    EXPECT(out, "s", "1", "b", NAN); /* of nothing */
    EXPECT(out, "s", "1", "e", .75); /* the rest is a group */
    EXPECT(out, "s", "2", "a", NAN); /* a member is missing */
    EXPECT(out, "s", "2", "b", 1);
    EXPECT(out, "plain", "2", "a", 1);
    EXPECT(out, "plain", "2", "c", 0);
    release(&out);
  }
}

/* ---- many units: ranks, blocks, order of rows --------------------------------------------- */

enum { MANY = 1500, YEARS = 7 };

/* Unit k has a gap where k is a multiple of 9; rows by unit, or shuffled by a fixed congruence. */
static void put_many(const char *name, bool shuffled) {
  char *text = malloc(MANY * YEARS * 40), *to = text;
  to += sprintf(to, "id,year,gdp,pop\n");
  for (int64_t i = 0; i < MANY * YEARS; i++) {
    int64_t at = shuffled ? i * 6151 % (MANY * YEARS) : i;
    int unit = (int)(at / YEARS), year = (int)(at % YEARS);
    to += sprintf(to, "u%04d,%d,%.6g,", unit, 2000 + year, unit * 1.37 + year / 3.0);
    to += unit % 9 == 0 && year == 3 ? sprintf(to, "\n") : sprintf(to, "%d\n", unit + year);
  }
  put_bytes(name, text, (size_t)(to - text));
  free(text);
}

#define MANY_KEEP                                                                                  \
  "panel: {file: p.csv, unit: id, time: year, missing: keep, derive: {pc: gdp / pop}}"
#define MANY_SHARES                                                                                \
  "panel: {file: p.csv, unit: id, time: year, missing: keep, derive: {pc: 'share_of(growth("       \
  "gdp), part)'}}\nunits: {file: u.csv, unit: id, groups: [part]}"
#define MANY_DROP                                                                                  \
  "panel: {file: p.csv, unit: id, time: year, missing: drop-units, derive: {pc: gdp / pop}}"

Test(panel_read, same_on_any_ranks_and_order) {
  const char *const studies[] = {MANY_KEEP, MANY_DROP};
  for (int s = 0; s < 2; s++) {
    put_many("p.csv", false);
    outcome one = read_good(1, studies[s], "gdp, pop, pc");
    cr_assert_eq(one.panel->units.n, s ? MANY - (MANY + 8) / 9 : MANY);
    cr_assert_eq(one.panel->units_dropped, s ? (MANY + 8) / 9 : 0);
    EXPECT(one, "gdp", "2003", "u0301", 413.37);
    for (int ranks = 2; ranks <= 7; ranks++) {
      if (ranks == 4) put_many("p.csv", true);
      outcome other = read_good(ranks, studies[s], "gdp, pop, pc");
      same_outcome(&one, &other);
      release(&other);
    }
    release(&one);
  }
}

/* Groups whose members are of all ranks: sums have one order. */
Test(panel_read, same_shares_on_any_ranks) {
  char *text = malloc(MANY * 20), *to = text;
  to += sprintf(to, "id,part\n");
  for (int k = 0; k < MANY; k++)
    to += sprintf(to, "u%04d,%d\n", k, k % 7);
  put_bytes("u.csv", text, (size_t)(to - text));
  free(text);
  put_many("p.csv", false);
  outcome one = read_good(1, MANY_SHARES, "gdp, pc");
  double sum = 0;
  for (int k = 3; k < MANY; k += 7)
    sum += one.panel->column[1].row[4][k];
  cr_assert_float_eq(sum, 1, 1e-12);
  for (int ranks = 2; ranks <= 7; ranks++) {
    outcome other = read_good(ranks, MANY_SHARES, "gdp, pc");
    same_outcome(&one, &other);
    release(&other);
  }
  release(&one);
}

/* Pieces are as small as 4 kB here, and few lines begin at the edge of one. */
Test(panel_read, same_on_any_threads) {
  put_many("p.csv", true);
  threads_a_rank = 1;
  outcome one = read_good(1, MANY_KEEP, "gdp, pop, pc");
  for (threads_a_rank = 2; threads_a_rank <= 16; threads_a_rank += 3)
    for (int ranks = 1; ranks <= 3; ranks++) {
      outcome other = read_good(ranks, MANY_KEEP, "gdp, pop, pc");
      same_outcome(&one, &other);
      release(&other);
    }
  release(&one);
}

/* Both rows of a cell may be put there at once, by two threads. */
Test(panel_read, duplicates_between_threads) {
  char command[256], line[128];
  for (int at = 2; at < MANY * YEARS; at += 2999) {
    put_many("p.csv", false);
    snprintf(command, sizeof command, "cd %s && sed -n '%dp' p.csv >l && cat l >>p.csv", folder,
             at);
    cr_assert_eq(system(command), 0);
    snprintf(line, sizeof line,
             "p.csv:%d: unit u%04d, period %d is already on line %d; give it once",
             MANY * YEARS + 2, (at - 2) / YEARS, 2000 + (at - 2) % YEARS, at);
    refused(MANY_KEEP, "gdp, pop", line);
  }
}

Test(panel_read, gz_is_dealt_out) {
  char command[256];
  put_many("p.csv", true);
  outcome plain = read_good(1, MANY_KEEP, "gdp, pop");
  snprintf(command, sizeof command, "cd %s && gzip -k p.csv", folder);
  cr_assert_eq(system(command), 0);
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome packed = read_good(
        ranks, "panel: {file: p.csv.gz, unit: id, time: year, missing: keep}", "gdp, pop");
    same_outcome(&plain, &packed);
    release(&packed);
  }
  release(&plain);
  /* Line numbers hold in every piece. */
  snprintf(command, sizeof command,
           "cd %s && sed -i '9000s/,[0-9]*$/,oops/' p.csv && gzip -f p.csv", folder);
  cr_assert_eq(system(command), 0);
  refused("panel: {file: p.csv.gz, unit: id, time: year, missing: keep}", "gdp, pop",
          "p.csv.gz:9000: pop: 'oops' is not a number; expected a number, an empty cell or a text "
          "listed under missing_values");
}

/* Of two bad lines the first is told, whoever meets it. */
Test(panel_read, lowest_line_wins) {
  char command[256];
  put_many("p.csv", false);
  snprintf(command, sizeof command,
           "cd %s && sed -i -e '8000s/,[0-9]*$/,x/' -e '5000s/,[0-9]*$/,y/' p.csv", folder);
  cr_assert_eq(system(command), 0);
  refused(MANY_KEEP, "gdp, pop",
          "p.csv:5000: pop: 'y' is not a number; expected a number, an empty cell or a text listed "
          "under missing_values");
}

/* Members of a coarse unit lie in different blocks; the sum has one order. */
Test(panel_read, aggregate_of_many) {
  char *text = malloc(MANY * 40), *to = text;
  to += sprintf(to, "id,city\n");
  for (int k = 0; k < MANY; k++)
    to += sprintf(to, "u%04d,c%03d\n", k, k * 7 % 400);
  put_bytes("u.csv", text, (size_t)(to - text));
  free(text);
  put_many("p.csv", false);
  const char *sections =
      "panel: {file: p.csv, unit: id, time: year, missing: keep, aggregate: {by: "
      "city, sum: [gdp]}}\nunits: {file: u.csv, unit: id}";
  outcome one = read_good(1, sections, "gdp");
  cr_assert_eq(one.panel->units.n, 400);
  double sum = 0; /* c007: units 1, 401, 801, 1201 */
  for (int k = 1; k < MANY; k += 400) {
    char number[32];
    snprintf(number, sizeof number, "%.6g", k * 1.37 + 2 / 3.0);
    sum += atof(number);
  }
  EXPECT(one, "gdp", "2002", "c007", sum);
  for (int ranks = 2; ranks <= 4; ranks++) {
    outcome other = read_good(ranks, sections, "gdp");
    same_outcome(&one, &other);
    release(&other);
  }
  release(&one);
}

/* Lines longer than the blocks in which files are read. */
Test(panel_read, very_long_lines) {
  enum { LONG_CELL = 9 << 20 };
  char *text = malloc(2 * LONG_CELL + 200), command[256];
  int length = sprintf(text, "id,year,gdp,note\na,1,1,x\n");
  for (int k = 0; k < 2; k++) {
    length += sprintf(text + length, "%c,1,%d,", 'b' + k, k + 2);
    memset(text + length, 'x', LONG_CELL);
    length += LONG_CELL;
    length += sprintf(text + length, "\n");
  }
  length += sprintf(text + length, "d,1,4,x\n");
  put_bytes("p.csv", text, (size_t)length);
  free(text);
  outcome one = read_good(1, LONG, "gdp");
  EXPECT(one, "gdp", "1", "c", 3);
  EXPECT(one, "gdp", "1", "d", 4);
  snprintf(command, sizeof command, "cd %s && gzip -k p.csv", folder);
  cr_assert_eq(system(command), 0);
  for (int ranks = 2; ranks <= 6; ranks += 2) {
    outcome other = read_good(ranks, LONG, "gdp");
    same_outcome(&one, &other);
    release(&other);
    other = read_good(ranks, "panel: {file: p.csv.gz, unit: id, time: year}", "gdp");
    same_outcome(&one, &other);
    release(&other);
  }
  release(&one);
}

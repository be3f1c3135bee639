/* Bad panels and units: each is refused with exactly one line that says where, what and what would
 * be right, the same on one rank and on three. */
#include "panel_fixture.h"

TestSuite(panel_errors, .init = setup, .fini = teardown);

#define LONG "panel: {file: p.csv, unit: id, time: year}"
#define WITH_UNITS LONG "\nunits: {file: u.csv, unit: id, lon: lon, lat: lat}"

Test(panel_errors, missing_file) {
  refused(LONG, "gdp", "p.csv: cannot be read: No such file or directory");
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\n");
  refused(WITH_UNITS, "gdp", "u.csv: cannot be read: No such file or directory");
}

Test(panel_errors, empty_file) {
  put("p.csv", "");
  refused(LONG, "gdp", "p.csv: the file is empty; expected a line with the names of the columns");
}

Test(panel_errors, header_only) {
  put("p.csv", "id,year,gdp\n");
  refused(LONG, "gdp", "p.csv: no row follows the header; expected one row per unit and period");
}

Test(panel_errors, unknown_columns) {
  put("p.csv", "fips,year,gdp\na,1,1\nb,1,2\n");
  refused("panel: {file: p.csv, unit: fip, time: year}", "gdp",
          "study.yaml:2:28: p.csv has no column 'fip'; did you mean 'fips'?");
  refused("panel: {file: p.csv, unit: fips, time: yaer}", "gdp",
          "study.yaml:2:40: p.csv has no column 'yaer'; did you mean 'year'?");
  refused("panel: {file: p.csv, unit: fips, time: year}", "gpd",
          "study.yaml:4:18: p.csv has no column 'gpd'; did you mean 'gdp'?");
  refused("panel: {file: p.csv, unit: fips, time: year, derive: {x: log(gdpp)}}", "x",
          "study.yaml:2:58: p.csv has no column 'gdpp'; did you mean 'gdp'?");
}

/* The message says in what they differ: on the screen they are one. */
Test(panel_errors, names_that_look_the_same) {
  static const struct {
    const char *column, *said;
  } named[] = {{"gd\xEF\xBB\xBFp", "', which also has U+FEFF (a byte order mark)?"},
               {"gdp\xC2\xA0", "', which also has U+00A0 (a no-break space)?"},
               {"\xEF\xBD\x87\xEF\xBD\x84\xEF\xBD\x90",
                "', which has U+FF47 (full width) in place of U+0067?"},
               {"g\xE2\x80\x8B"
                "dp",
                "', which also has U+200B (a zero-width space)?"}};
  for (size_t k = 0; k < sizeof named / sizeof *named; k++) {
    char text[128], line[256];
    snprintf(text, sizeof text, "id,year,%s\na,1,1\nb,1,2\n", named[k].column);
    snprintf(line, sizeof line, "study.yaml:4:18: p.csv has no column 'gdp'; did you mean '%s%s",
             named[k].column, named[k].said);
    put("p.csv", text);
    refused(LONG, "gdp", line);
  }
  put("p.csv", "re\xCC\x81gion,year,gdp\na,1,1\nb,1,2\n");
  refused("panel: {file: p.csv, unit: r\xC3\xA9gion, time: year}", "gdp",
          "study.yaml:2:28: p.csv has no column 'r\xC3\xA9gion'; did you mean 're\xCC\x81gion', "
          "which has U+0065 U+0301 in place of U+00E9?");
}

Test(panel_errors, duplicates) {
  put("p.csv", "id,year,gdp\nb,2,1\na,1,1\na,2,1\nb,1,2\na,1,3\nb,2,1\na,1,9\n");
  refused(LONG, "gdp", "p.csv:6: unit a, period 1 is already on line 3; give it once");
  put("p.csv", "id,gdp\na,1\nb,1\na,1\n");
  refused("panel: {file: p.csv, unit: id}", "gdp",
          "p.csv:4: unit a is already on line 2; without `time:` a unit has one row");
}

Test(panel_errors, ragged_rows) {
  put("p.csv", "id,year,gdp\na,1,1\nb,1\n");
  refused(LONG, "gdp", "p.csv:3: 2 fields; the header has 3");
  put("p.csv", "id,year,gdp\na,1,1,2\nb,1,2\n");
  refused(LONG, "gdp", "p.csv:2: 4 fields; the header has 3");
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nSource: BEA\n");
  refused(
      LONG, "gdp",
      "p.csv:4: 1 field; the header has 3; if notes follow the data, write `footer: N`, N lines "
      "of them, under panel");
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nSource: BEA,,\n");
  refused(
      LONG, "gdp",
      "p.csv:4: year is empty; a row needs its period; if notes follow the data, write `footer: "
      "N`, N lines of them, under panel");
}

Test(panel_errors, integers_and_other_periods) {
  put("p.csv", "id,year,gdp\na,2014,1\na,2015,1\nb,2015.0,2\nb,2014.0,2\n");
  refused(LONG, "gdp",
          "p.csv:4: year: '2015.0' is not an integer, but other periods are (2014, 2015)");
  put("q.csv", "id,year,pop\na,2014,1\nb,Q2,2\n");
  put("p.csv", "id,year,gdp\na,2014,1\na,2015,1\nb,2015,2\n");
  refused("panel: {file: [p.csv, q.csv], unit: id, time: year}", "gdp, pop",
          "q.csv:3: year: 'Q2' is not an integer, but other periods are (2014, 2015)");
  put("p.csv", "id,gdp1,gdp_x\na,1,1\nb,1,1\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: gdp, periods: [1, "
          "_x]}}}",
          "gdp", "p.csv:1: period: '_x' is not an integer, but other periods are (1)");
}

Test(panel_errors, separators) {
  put("p.csv", "id;year;gdp\na;1;1,5\nb;1;2\n");
  refused(
      LONG, "gdp",
      "p.csv:2: gdp: '1,5' is not a number: it has a decimal comma; write `decimal: \",\"` under "
      "panel");
  put("p.csv", "sep=;\nid,year,gdp\na,1,1\n");
  refused(LONG, "gdp",
          "study.yaml:2:28: p.csv has no column 'id'; the columns are parted at `;`, a first line "
          "`sep=,` changes that");
  put("p.csv", "id;year, (1);gdp, mio, (2)\na;1;1\n");
  refused(LONG, "gdp",
          "study.yaml:2:28: p.csv has no column 'id'; the columns are parted at `,`, a first line "
          "`sep=;` changes that");
  put("p.csv", "id  year  gdp\na  1  1\n");
  refused(
      LONG, "gdp",
      "study.yaml:2:28: p.csv has no column 'id'; it has one column, 'id  year  gdp': columns are "
      "parted by , TAB ; or |");
  put("p.csv", "sep=.\nid.year.gdp\na.1.1\n");
  refused(
      LONG, "gdp",
      "study.yaml:2:28: p.csv has no column 'id'; its line `sep=` names none of , TAB ; | : ^ ~");
  put("p.csv", "sep=;\n");
  refused(LONG, "gdp", "p.csv: the file is empty; expected a line with the names of the columns");
}

Test(panel_errors, not_numbers) {
  static const char *const cells[][2] = {
      {"abc", "is not a number"},     {"1 2", "is not a number: ' 2' is left after '1'"},
      {"NA", "is not a number"},      {"0x10", "is not a number: 'x10' is left after '0'"},
      {"nan", "is not a number"},     {"inf", "is not finite"},
      {"-Infinity", "is not finite"}, {"1e400", "is too large for a double"},
  };
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
    char text[128], line[256];
    snprintf(text, sizeof text, "id,year,gdp\na,1,1\nb,1,%s\nc,1,xyz\n", cells[i][0]);
    snprintf(line, sizeof line,
             "p.csv:3: gdp: '%s' %s; expected a number, an empty cell or a text listed under "
             "missing_values",
             cells[i][0], cells[i][1]);
    put("p.csv", text);
    refused(LONG, "gdp", line);
  }
}

Test(panel_errors, bytes_that_are_no_text) {
  put_bytes("p.csv", "id,year,gdp\na,1,1\nb\0,1,2\n", 25);
  refused(LONG, "gdp", "p.csv:3: a NUL byte; expected a text file (save a UTF-16 file as UTF-8)");
  put("p.csv", "id,year,name,gdp\na,1,\"Do\xc3\xb1"
               "a\",1\nb,1,\"x \xe5\x8c\x97 Do\xf1"
               "a Ana\",2\n");
  refused(LONG, "gdp",
          "p.csv:3: byte 0xF1 in 'x \xe5\x8c\x97 Do?a Ana' is not UTF-8; convert the file, e.g. "
          "iconv -f latin1 -t utf-8");
}

Test(panel_errors, quotes) {
  put("p.csv", "id,year,gdp\n\"a\nb\",1,1\nb,1,2\n");
  refused(LONG, "gdp",
          "p.csv:2: a quote is not closed on this line; a record must not contain a newline");
  put("p.csv", "id,year,gdp\na,1,1\n\"b\"x,1,2\n");
  refused(LONG, "gdp",
          "p.csv:3: a quotation mark inside a field; quote the whole field and double the "
          "quotation marks inside it");
  put("p.csv", "id,year,gdp\ra,1,1\rb,1,2\r");
  refused(LONG, "gdp",
          "p.csv:1: a carriage return inside the line; lines end with LF or CRLF, and a record "
          "must not contain a newline");
}

Test(panel_errors, header) {
  put("p.csv", "id,year,gdp,gdp\na,1,1,1\nb,1,2,2\n");
  refused(LONG, "gdp", "p.csv:1: columns 3 and 4 are both called 'gdp'; give each its own name");
}

Test(panel_errors, empty_keys) {
  put("p.csv", "id,year,gdp\na,1,1\n,1,2\n");
  refused(LONG, "gdp", "p.csv:3: id is empty; a row needs the code of its unit");
  put("p.csv", "id,year,gdp\na,1,1\nb,,2\n");
  refused(LONG, "gdp", "p.csv:3: year is empty; a row needs its period");
}

Test(panel_errors, one_unit) {
  put("p.csv", "id,year,gdp\na,1,1\na,2,1\n");
  refused(LONG, "gdp", "p.csv: one unit (a); a panel needs at least two");
}

Test(panel_errors, unmatched) {
  put("u.csv", "id,lon,lat\na,1,1\nb,2,2\nc,3,3\nd,4,4\n");
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nx,1,1\ny,1,1\nx,2,1\n");
  refused(
      WITH_UNITS, "gdp",
      "study.yaml:3:8: units: 2 units of the panel not in u.csv (x, y) and 2 units of u.csv not "
      "in the panel (c, d); correct the files, or write `unmatched: drop`");
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nc,1,1\n");
  refused(
      WITH_UNITS, "gdp",
      "study.yaml:3:8: units: 1 unit of u.csv not in the panel (d); correct the files, or write "
      "`unmatched: drop`");
  put("p.csv", "id,year,gdp\nk,1,1\nl,1,2\n");
  refused(WITH_UNITS, "gdp",
          "p.csv: none of its units is in u.csv; is `unit:` the right column of both?");
}

Test(panel_errors, missing_cells) {
  put("p.csv", "id,year,gdp,pop\nc,1,1,\nb,1,,1\nb,2,1,1\na,1,1,1\na,2,1,1\nc,2,,1\n");
  refused(
      LONG, "gdp, pop",
      "study.yaml:2:8: missing: 3 cells of 2 indicators, first gdp of unit b in period 1; write "
      "`missing: keep`, drop-units, interpolate or zero, or leave such units out with `where`");
  put("p.csv", "id,year,gdp,pop\nc,1,1,\nb,1,,1\na,1,1,1\n");
  refused("panel: {file: p.csv, unit: id, time: year, missing: drop-units}", "gdp, pop",
          "study.yaml:2:53: drop-units leaves 1 of 3 units; a panel needs at least two, see "
          "`spillway check` for the missing cells by indicator");
}

Test(panel_errors, units_file) {
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\n");
  put("u.csv", "id,lon,lat\na,1,1\nb,181,2\n");
  refused(WITH_UNITS, "gdp",
          "u.csv:3: lon: 181 is out of range; expected degrees from -180 to 180");
  put("u.csv", "id,lon,lat\na,1,1\nb,18,-90.5\n");
  refused(WITH_UNITS, "gdp",
          "u.csv:3: lat: -90.5 is out of range; expected degrees from -90 to 90");
  put("u.csv", "id,lon,lat\na,1,1\nb,east,2\n");
  refused(WITH_UNITS, "gdp",
          "u.csv:3: lon: 'east' is not a number; expected a number or an empty cell");
  put("u.csv", "id,lon,lat\na,1,1\nb,2,2\na,1,1\n");
  refused(WITH_UNITS, "gdp", "u.csv:4: unit a is already on line 2; give each unit once");
  put("u.csv", "id,long,lat\na,1,1\nb,2,2\n");
  refused(WITH_UNITS, "gdp", "study.yaml:3:37: u.csv has no column 'lon'; did you mean 'long'?");
  put("u.csv", "id,lon,lat\n");
  refused(WITH_UNITS, "gdp", "u.csv: no row follows the header; expected one row per unit");
  put("u.csv", "id,lon,lat,size\na,1,1,4\nb,2,2,-5\n");
  refused(LONG "\nunits: {file: u.csv, unit: id, area: {column: size, unit: ha}}", "gdp",
          "u.csv:3: size: the area -5 is negative; expected 0 or more");
  refused(LONG "\nunits: {file: u.csv, unit: id, where: sizee > 3}", "gdp",
          "study.yaml:3:39: u.csv has no column 'sizee'; did you mean 'size'?");
  refused(LONG "\nunits: {file: u.csv, unit: id, where: size > 30}", "gdp",
          "study.yaml:3:39: where: no unit of u.csv is left; widen the condition");
}

Test(panel_errors, breaks_and_joins) {
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\na,2,1\nb,2,2\n");
  refused("panel: {file: p.csv, unit: id, time: year, breaks: [3]}", "gdp",
          "study.yaml:2:52: breaks: '3' is not a period of the panel, which runs from 1 to 2");
  put("q.csv", "id,year,gdp\na,1,1\nb,1,3\n");
  refused("panel: {file: [p.csv, q.csv], unit: id, time: year}", "gdp",
          "q.csv:3: gdp: unit b, period 1 is 3 here and 2 in another row or file; give it once");
}

Test(panel_errors, truncated_gz) {
  char command[512];
  snprintf(
      command, sizeof command,
      "cd %s && (echo id,year,gdp; seq 1 9999 | sed 's/.*/u&,1,&/') | gzip >full.gz && head -c "
      "20000 full.gz >p.csv.gz",
      folder);
  cr_assert_eq(system(command), 0);
  refused("panel: {file: p.csv.gz, unit: id, time: year}", "gdp",
          "p.csv.gz: cannot be decompressed (unexpected end of file); is the gzip file complete?");
}

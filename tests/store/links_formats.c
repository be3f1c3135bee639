/* The formats of links: the same matrix in every one, and every way to get one wrong. */
#include "weights_fixture.h"

TestSuite(links_formats, .init = setup, .fini = teardown);

static sw_units units;

static sw_links *read_text(const char *name, const char *text, sw_style style) {
  sw_weights_spec spec = file_spec(write_text(name, text), style);
  return read_weights(&spec, &units);
}

static void check_chain(const char *name, const char *text) {
  units = units_named("A B C D");
  sw_links *links = read_text(name, text, SW_STYLE_ROW);
  cr_assert_eq(links->row_start[4], 4, "%s", text);
  cr_assert_eq(link_value(links, &units, "A", "B"), 1);
  cr_assert_eq(link_value(links, &units, "B", "A"), 0.5);
  cr_assert_eq(link_value(links, &units, "B", "C"), 0.5);
  cr_assert_eq(link_value(links, &units, "C", "B"), 1);
  cr_assert_eq(links->islands, 1);
  cr_assert_not(links->symmetric);
  sw_links_destroy(team, links);
}

/* A - B - C and the island D. */
Test(links_formats, one_chain_in_every_format) {
  check_chain("t.csv", "from,to\nA,B\nB,A\nB,C\nC,B\n");
  check_chain("t.csv", "C,B\nB,C\nB,A\nA,B\n");
  check_chain("t.csv", "\xEF\xBB\xBF\"from\",to,w\r\nB,C,2\r\n\r\nA, B ,1\r\nC,B,1\r\nB,\"A\",2");
  check_chain("t.csv", "A,B,1\nB,A,3\nB,C,3\nC,B,7\nA,D,0\nD,D,0\n");
  check_chain("t.gal", "4\nA 1\nB\nB 2\nC A\nC 1\nB\nD 0\n");
  check_chain("t.gal", "0 4 chain code\r\nD 0\r\n\r\nA 1\r\nB\r\nC 1\r\nB\r\nB 2\r\nC A\r\n");
  check_chain("t.gwt", "0 4 chain code\nA B 5\nB A 2.5\nB  C\t2.5\nC B 1e-3\n");
  check_chain("t.mtx",
              "%%MatrixMarket matrix coordinate pattern symmetric\n% a\n4 4 2\n2 1\n3 2\n");
  check_chain("t.mtx", "%%matrixmarket matrix coordinate REAL general\n4 4 4\n1 2 1\n2 1 .5\n"
                       "2 3 0.5\n3 2 2\n");
}

Test(links_formats, a_table_in_any_order) {
  units = units_named("A B C D");
  const char *path = write_text("t.csv", "x,B,A,D,C\nC,1,0,0,0\nA,1,0,0,0\nD,0,0,0,0\nB,0,2,0,2\n");
  sw_weights_spec spec = file_spec(path, SW_STYLE_AS_IS);
  spec.kind = SW_W_MATRIX;
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[4], 4);
  cr_assert_eq(link_value(links, &units, "B", "C"), 2);
  cr_assert_eq(link_value(links, &units, "C", "B"), 1);
  cr_assert_eq(links->islands, 1);
  sw_links_destroy(team, links);
}

/* `unmatched: drop` leaves out what the panel lacks and lets a table lack units. */
Test(links_formats, unmatched_units_are_left_out_when_the_study_says_so) {
  study.units.drop_unmatched = true;
  check_chain("t.csv", "from,to\nA,B\nB,A\nZ,A\nB,C\nC,B\nC,Z\n");
  check_chain("t.gal", "4\nA 2\nB Z\nB 2\nC A\nC 1\nB\nZ 1\nA\n");
  units = units_named("A B C D");
  sw_weights_spec spec =
      file_spec(write_text("t.csv", "x,A,B,Z\nA,0,1,5\nB,1,0,0\nZ,5,0,9\n"), SW_STYLE_ROW);
  spec.kind = SW_W_MATRIX;
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[4], 2);
  cr_assert_eq(links->islands, 2);
  sw_links_destroy(team, links);
}

static void refuse(const char *name, const char *text, const char *message) {
  bool table = name[0] == 'M';
  sw_weights_spec spec = file_spec(write_text(table ? "t.csv" : name, text), SW_STYLE_ROW);
  if (table) spec.kind = SW_W_MATRIX;
  sw_links *links = NULL;
  units = units_named("01 B C");
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT, "%s",
               text);
  cr_assert_str_eq(err.text, message);
  cr_assert_null(links);
}

Test(links_formats, bad_edges) {
  refuse("t.csv", "", "t.csv:1: the file is empty");
  refuse("t.csv", "from,to\n", "t.csv: no link between units of the panel");
  refuse("t.csv", "from\nB\n", "t.csv:1: 1 column; expected from, to or from, to, weight");
  refuse("t.csv", "a,b,c,e\n",
         "t.csv:1: 4 columns; expected from, to or from, to, weight, or columns of these names");
  refuse("t.csv", "from,to,w\nB,C,1\nC,B\n", "t.csv:3: 2 fields; the first line has 3");
  refuse("t.csv", "from,to\nB,C\nC,C\n", "t.csv:3: unit 'C' is linked to itself; remove this link");
  refuse("t.csv", "B,C\nC,B\n\nC,01\nB,C\n",
         "t.csv:5: the link from 'B' to 'C' is already on line 1; give each link once");
  refuse(
      "t.csv", "from,to\nB,C\nC,Q\n",
      "t.csv:3: unit 'Q' is not in the panel; correct the code, or write `unmatched: drop` under "
      "units to leave such links out");
  refuse(
      "t.csv", "from,to\nB,1\n",
      "t.csv:2: unit '1' and '01' of the panel differ by leading zeros alone; write every code in "
      "one way, with all its digits, and keep it as text");
  refuse("t.csv", "from,to,w\nB,C,-1\n", "t.csv:2: weight -1 is negative; it must be 0 or more");
  refuse(
      "t.csv", "from,to,w\nB,C,1e400\n",
      "t.csv:2: weight '1e400' is too large for a double; where there is no link write 0 or leave "
      "the line out");
  refuse("t.csv", "from,to,w\nB,C,inf\n",
         "t.csv:2: weight 'inf' is not finite; where there is no link write 0 or leave "
         "the line out");
  refuse("t.csv", "from,to,w\nB,C,\n",
         "t.csv:2: weight '' is not a number; where there is no link write 0 or leave the "
         "line out");
  refuse("t.csv", "from,to,w\nB,C,1e308\nB,01,1e308\n",
         "t.csv: the weights of unit 'B' have no finite sum");
}

Test(links_formats, bad_tables) {
  refuse("M", "", "t.csv: the file is empty; expected a line with the names of the columns");
  refuse("M", "x\n01\n",
         "t.csv:1: one column; expected a square table with codes in the first row and column");
  refuse("M", "x,01,B\n01,0,1\nB,1,0\n",
         "t.csv: unit 'C' of the panel is not in the file; add it (without links it is an island)");
  refuse("M", "x,01,B,C\n01,0,1,1\nB,1,0,0\n",
         "t.csv: column 'C' has no row; expected a square table");
  refuse("M", "x,01,B,C\n01,0,1,1\n01,1,0,0\n",
         "t.csv:3: row '01' appears twice; give each unit one row");
  refuse("M", "x,01,B,C\nQ,0,1,1\n", "t.csv:2: row 'Q' has no column; expected a square table");
  refuse("M", "x,01,B,C\n01,0,1,1\nB,1,0,\nC,1,0,0\n",
         "t.csv:3: column 'C': the weight is empty; write 0 where there is no link");
  refuse("M", "x,01,B,C\n01,7,1,1\n", "t.csv:2: unit '01' is linked to itself; remove this link");
  refuse("M", "x,01,B,C\n01,0,1\n", "t.csv:2: 3 fields; the header has 4");
}

Test(links_formats, bad_gal_and_gwt) {
  refuse("t.gal", "", "t.gal:1: the file is empty");
  refuse("t.gal", "x 3\n",
         "t.gal:1: the first line must be `0 n layer key` or `n`, n the number of units");
  refuse("t.gal", "3\n01 2\nB\nB 0\nC 0\n",
         "t.gal:3: fewer neighbours than the 2 announced on line 2");
  refuse("t.gal", "3\n01 1\nB C\nB 0\nC 0\n",
         "t.gal:3: more neighbours than the 1 announced on line 2; 'C' is left from column 3 on");
  refuse("t.gal", "3\n01 1\nB\nB 0\nC 1\n",
         "t.gal:5: fewer neighbours than the 1 announced on line 5");
  refuse("t.gal", "3\n01 1 1\n",
         "t.gal:2: expected `code count`, no blanks in the code; '1' is left from column 6 on");
  refuse(
      "t.gal", "3\n01 2x\nB C\n",
      "t.gal:2: expected `code count`, no blanks in the code; '2x' is not a number of neighbours");
  refuse("t.gal", "3\n01 1\nB\nB 0\n01 1\nC\n",
         "t.gal:5: unit '01' appears twice; give each unit once");
  refuse("t.gal", "4\n01 1\nB\nB 0\nC 0\n",
         "t.gal:5: the file ends after 3 units; its first line announces 4");
  refuse("t.gal", "2\n01 1\nB\nB 0\n",
         "t.gal: unit 'C' of the panel is not in the file; add it (without links it is an island)");
  refuse("t.gal", "3\n01 2\nB B\nB 0\nC 0\n",
         "t.gal:3: the link from '01' to 'B' is already on line 3; give each link once");
  refuse("t.gal", "3\n01 1\nB\xFF\n", "t.gal:3: the line is not UTF-8 text; convert the file");
  refuse("t.gwt", "0 3 x y\nB C\n", "t.gwt:2: expected `from to value`, no blanks in the codes");
  refuse("t.gwt", "3\nB C 1\nC C 1\n", "t.gwt:3: unit 'C' is linked to itself; remove this link");
  refuse("t.gwt", "3\nB C x\n",
         "t.gwt:2: weight 'x' is not a number; where there is no link write 0 or leave the "
         "line out");
}

#define BANNER "%%MatrixMarket matrix coordinate real general\n"

Test(links_formats, bad_mtx_and_bad_names) {
  refuse("t.mtx", "%%MatrixMarket matrix array real general\n",
         "t.mtx:1: the first line must be `%%MatrixMarket matrix coordinate real|integer|pattern "
         "general|symmetric`");
  refuse("t.mtx", BANNER "3 3\n", "t.mtx:2: expected the line `rows columns entries`");
  refuse("t.mtx", BANNER "4 4 1\n1 2 1\n",
         "t.mtx:2: the matrix is 4 x 4 and the panel has 3 units; say which units its rows are "
         "with `order: codes.txt`");
  refuse("t.mtx", BANNER "3 3 1\n1 4 1\n", "t.mtx:3: position '4' is not in 1 .. 3");
  refuse("t.mtx", BANNER "3 3 1\n0 1 1\n", "t.mtx:3: position '0' is not in 1 .. 3");
  refuse(
      "t.gwt", "0 3 x y\n  B C 1 234 \r\n",
      "t.gwt:2: expected `from to value`, no blanks in the codes; '234' is left from column 9 on");
  refuse(
      "t.gwt", "0 3 x y\nB C 12abc\n",
      "t.gwt:2: weight '12abc' is not a number: 'abc' is left after '12'; where there is no link "
      "write 0 or leave the line out");
  refuse("t.mtx", BANNER "3 3 1\n1 2 1 5 6\n",
         "t.mtx:3: expected `row column value`; '5 6' is left from column 7 on");
  refuse("t.mtx", BANNER "3 3 1\n1 2\n", "t.mtx:3: expected `row column value`");
  refuse("t.mtx", BANNER "3 3 2\n1 2 1\n", "t.mtx:3: the file ends after 1 of 2 entries");
  refuse("t.mtx", BANNER "3 3 1\n1 2 1\n2 1 1\n",
         "t.mtx:4: the file has 2 entries; its line of sizes announces 1");
  refuse("t.mtx", BANNER "3 3 1\n2 2 1\n",
         "t.mtx:3: unit 'B' is linked to itself; remove this link");
  refuse("t.mtx", "%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n1 2 1\n2 1 1\n",
         "t.mtx:4: the link from 'B' to '01' is already on line 3; give each link once");
  refuse("t.dat", "B,C\n",
         "study.yaml:7:9: weights 'w': unknown file type 't.dat'; expected .csv, .tsv, .txt, .gal, "
         ".gwt or .mtx, or one of these as .gz");
}

Test(links_formats, a_missing_file_is_told) {
  sw_weights_spec spec = file_spec("/nowhere/edges.csv", SW_STYLE_ROW);
  sw_links *links = NULL;
  units = units_named("A B");
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT);
  cr_assert(strstr(err.text, "/nowhere/edges.csv"), "%s", err.text);
}

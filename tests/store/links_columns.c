/* Which column of a list is what: the usual names in any order and case, the study's own, places;
 * and what is refused because it could be read two ways. One matrix throughout, which is not its
 * transpose: A to B 2, B to C 3, C to A 5. */
#include "weights_fixture.h"

TestSuite(links_columns, .init = setup, .fini = teardown);

static sw_units units;

static sw_links *read_as(const char *text, sw_link_columns columns) {
  sw_weights_spec spec = file_spec(write_text("t.csv", text), SW_STYLE_AS_IS);
  spec.columns = columns;
  study.panel.unit = "FIPS";
  study.panel.time = "year";
  units = units_named("A B C");
  return read_weights(&spec, &units);
}

static void check_values(sw_links *links, const char *text, double ab, double bc, double ca) {
  cr_assert_eq(links->row_start[3], 3, "%s", text);
  cr_assert_eq(link_value(links, &units, "A", "B"), ab, "%s", text);
  cr_assert_eq(link_value(links, &units, "B", "C"), bc, "%s", text);
  cr_assert_eq(link_value(links, &units, "C", "A"), ca, "%s", text);
  sw_links_destroy(team, links);
}

static void check_text(const char *text) {
  check_values(read_as(text, (sw_link_columns){0}), text, 2, 3, 5);
}

/* `order`: which of from, to, value (f, t, v) stands where, x: something else. */
static void check(const char *header, const char *order) {
  static const char *const row[3][3] = {{"A", "B", "2"}, {"B", "C", "3"}, {"C", "A", "5"}};
  char text[512];
  int n = snprintf(text, sizeof text, "%s\n", header);
  for (int r = 0; r < 3; r++)
    for (const char *o = order; *o; o++)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s%s",
                    *o == 'f'   ? row[r][0]
                    : *o == 't' ? row[r][1]
                    : *o == 'v' ? row[r][2]
                                : "x",
                    o[1] ? "," : "\n");
  check_text(text);
}

Test(links_columns, usual_names_in_any_order_and_case) {
  check("from,to,weight", "ftv");
  check("to,from,weight", "tfv");
  check("weight,To,FROM", "vtf");
  check("destination,origin,value", "tfv");
  check("Orig,Dest,trips", "ftv"); /* the only column left */
  check("d,o,w", "tfv");
  check("target,source,x", "tfv");
  check("j,i,w", "tfv");
  check("neighbor,focal,weight", "tfv"); /* libpysal */
  check("Neighbour,Focal,weight", "tfv");
  check("receiver,sender,weight", "tfv");
  check("name_to,to,from,name_from,weight", "xtfxv");
  check("to_id,from_id,w", "tfv");
  check("km,weight,to,from", "xvtf"); /* of two values a weight is meant */
  check("to,from,km", "tfv");
}

Test(links_columns, the_study_s_column_of_codes) {
  check("fips,fips,w", "ftv");   /* twice: in the order from, to */
  check("fips,fips.1,w", "ftv"); /* the same, read and written by pandas */
  check("fips_1,fips,w", "tfv"); /* and joined by ArcGIS */
  check("FIPS_to,fips,w", "tfv");
  check("fips,fipsfrom,w", "tfv");
  check("To FIPS,From FIPS,w", "tfv");
  check("fips2,fips1,w", "tfv");
  check("county1,mi_to_county,county2", "fvt"); /* NBER's county distances */
  check("fips,neighbor,w", "ftv");
}

Test(links_columns, row_numbers_are_no_value) {
  sw_links *links = read_as(",to,from\n0,B,A\n1,C,B\n2,A,C\n", (sw_link_columns){0});
  check_values(links, "pandas", 1, 1, 1);
  links = read_as("\"\",\"from\",\"to\",\"w\"\n\"1\",A,B,2\n\"2\",B,C,3\n\"3\",C,A,5\n",
                  (sw_link_columns){0});
  check_values(links, "R", 2, 3, 5);
  links = read_as("Unnamed: 0,from,to\n0,A,B\n1,B,C\n2,C,A\n", (sw_link_columns){0});
  check_values(links, "pandas twice", 1, 1, 1);
}

Test(links_columns, names_of_the_study) {
  static const char text[] = "b,w,a,q\nB,2,A,7\nC,3,B,8\nA,5,C,9\n";
  check_values(read_as(text, (sw_link_columns){"a", "b", "w"}), text, 2, 3, 5);
  check_values(read_as(text, (sw_link_columns){"a", "b", "q"}), text, 7, 8, 9);
  check_values(read_as(text, (sw_link_columns){"a", "b", NULL}), text, 2, 3, 5); /* w is a weight */
  check_values(read_as("x,y,p,q\nA,B,7,8\nB,C,7,8\nC,A,7,8\n", (sw_link_columns){"x", "y", NULL}),
               "several left", 1, 1, 1);
  /* Over the usual names; and the value alone. */
  check_values(read_as("from,to,w\nB,A,2\nC,B,3\nA,C,5\n", (sw_link_columns){"to", "from", NULL}),
               "turned round", 2, 3, 5);
  check_values(read_as("to,from,a,b\nB,A,2,1\nC,B,3,1\nA,C,5,1\n", (sw_link_columns){.value = "a"}),
               "value", 2, 3, 5);
  check_values(read_as("x,y,a,b\nA,B,2,1\nB,C,3,1\nC,A,5,1\n", (sw_link_columns){.value = "a"}),
               "places, value", 2, 3, 5);
}

Test(links_columns, places_where_nothing_is_known) {
  check("home,work,people", "ftv");
  check("home,work,weight", "ftv");
  check_text("A,B,2\nB,C,3\nC,A,5\n");
  check_text("C;A;5\nB;C;3\nA;B;2\n");
}

Test(links_columns, other_separators) {
  check_text("to\tfrom\tweight\nB\tA\t2\nC\tB\t3\n\"A\"\tC\t5\n");
  check_text("sep=;\r\nto;from;weight\r\nB;A;2\r\nC;B;3\r\nA;C;5\r\n");
  check_text("to|from|weight|name, long\nB|A|2|x\nC|B|3|\nA|C|5|y, z\n");
  units = units_named("A B C");
  sw_weights_spec spec =
      file_spec(write_text("t.txt", ";A;B;C\nA;0;2;0\nB;0;0;3\nC;5;0;0\n"), SW_STYLE_AS_IS);
  spec.kind = SW_W_MATRIX;
  check_values(read_weights(&spec, &units), "a table", 2, 3, 5);
}

/* Units of one letter may be called as ends are: two codes of units are a link. */
Test(links_columns, units_called_i_and_j) {
  units = units_named("I J K");
  sw_weights_spec spec = file_spec(write_text("t.csv", "J,I\nK,J\n"), SW_STYLE_AS_IS);
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[3], 2);
  cr_assert_eq(link_value(links, &units, "J", "I"), 1);
  sw_links_destroy(team, links);
}

/* The first line of a list without header may be two codes that the panel lacks. It was lost
 * without a word; now it counts as left out, or is refused. */
Test(links_columns, a_first_link_of_unknown_units) {
  sw_links *links = NULL;
  units = units_named("AT11 AT12 AT13");
  sw_weights_spec spec = file_spec(write_text("t.csv", "AT98,AT99\nAT11,AT12\n"), SW_STYLE_AS_IS);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT);
  cr_assert_str_eq(err.text, "t.csv:1: unit 'AT98' is not in the panel; correct the code, or write "
                             "`unmatched: drop` under units to leave such links out");
}

/* ---- the Census files -------------------------------------------------------------------- */

static void check_census(const char *text) {
  sw_weights_spec spec = file_spec(write_text("t.txt", text), SW_STYLE_AS_IS);
  units = units_named("01001 01021 01047");
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[3], 3, "%s", text);
  cr_assert_eq(link_value(links, &units, "01001", "01021"), 1);
  cr_assert_eq(link_value(links, &units, "01001", "01047"), 1);
  cr_assert_eq(link_value(links, &units, "01021", "01001"), 1);
  sw_links_destroy(team, links);
}

Test(links_columns, census_county_adjacency) {
  check_census("\"Autauga County, AL\"\t01001\t\"Autauga County, AL\"\t01001\n"
               "\t\t\"Chilton County, AL\"\t01021\n"
               "\t\t\"Dallas County, AL\"\t01047\n"
               "\"Chilton County, AL\"\t01021\t\"Autauga County, AL\"\t01001\n"
               "\t\t\"Chilton County, AL\"\t01021\n"
               "\"Dallas County, AL\"\t01047\t\"Dallas County, AL\"\t01047\n");
  check_census("County Name|County GEOID|Neighbor Name|Neighbor GEOID|Length\n"
               "Autauga County, AL|01001|Autauga County, AL|01001|\n"
               "Autauga County, AL|01001|Chilton County, AL|01021|22.5\n"
               "Autauga County, AL|01001|Dallas County, AL|01047|7\n"
               "Chilton County, AL|01021|Autauga County, AL|01001|22.5\n");
}

/* ---- distances --------------------------------------------------------------------------- */

static void check_distance(const char *text, sw_link_columns columns) {
  sw_distance_spec spec = {.kind = SW_GIVEN, .file = "t.csv", .columns = columns, .node = &place};
  sw_links *links = NULL;
  spec.path = write_text("t.csv", text);
  units = units_named("A B C");
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_distance(&err, team, &study, "gravity", &spec, &units, &links), SW_OK,
               "%s: %s", text, err.text);
  check_values(links, text, 2, 3, 5);
}

Test(links_columns, distances) {
  check_distance("from,to,km\nA,B,2\nB,C,3\nC,A,5\n", (sw_link_columns){0});
  check_distance("to,from,km\nB,A,2\nC,B,3\nA,C,5\n", (sw_link_columns){0});
  check_distance("to,from,w,dist_km\nB,A,1,2\nC,B,1,3\nA,C,1,5\n", (sw_link_columns){0});
  check_distance("o,d,d_km\nA,B,2\nB,C,3\nC,A,5\n", (sw_link_columns){0});
  check_distance("x,y,hours,km\nB,A,2,1\nC,B,3,1\nA,C,5,1\n", (sw_link_columns){"y", "x", "hours"});
  check_distance("\tA\tB\tC\nA\t\t2\t\nB\t\t\t3\nC\t5\t\t\n", (sw_link_columns){0});
  check_distance("x,A,B,C\nA,0,2,\nB,,0,3\nC,5,,0\n", (sw_link_columns){0});
}

/* ---- refused ----------------------------------------------------------------------------- */

static void refuse(const char *text, sw_link_columns columns, bool distance, const char *message) {
  sw_weights_spec spec = file_spec(write_text("t.csv", text), SW_STYLE_ROW);
  sw_distance_spec distances = {.kind = SW_GIVEN, .file = "t.csv", .path = spec.path};
  sw_links *links = NULL;
  spec.columns = distances.columns = columns;
  distances.node = &place;
  study.panel.unit = "fips";
  study.panel.time = "year";
  units = units_named("A B C");
  sw_error_clear(&err);
  sw_status status =
      distance ? sw_links_read_distance(&err, team, &study, "gravity", &distances, &units, &links)
               : sw_links_read_weights(&err, team, &study, &spec, &units, &links);
  cr_assert_eq(status, SW_EINPUT, "%s", text);
  cr_assert_str_eq(err.text, message);
  cr_assert_null(links);
}

#define NAME_THEM "; name the columns in the study: {file: t.csv, from: COLUMN, to: COLUMN}"

Test(links_columns, what_is_in_doubt_is_refused) {
  sw_link_columns none = {0};
  refuse("from,work\nA,B\n", none, false,
         "t.csv:1: the header has one end without the other, 'from'" NAME_THEM);
  refuse("origin,to,w\nA,B,1\n", none, false,
         "t.csv:1: the header has one end without the other, 'to'" NAME_THEM);
  refuse("from,from,to\nA,B,C\n", none, false,
         "t.csv:1: the header has one end more than once, 'from'" NAME_THEM);
  refuse("from,to,i,j\nA,B,A,B\n", none, false,
         "t.csv:1: the header has two pairs of ends, such as 'from' and 'i'" NAME_THEM);
  refuse("fips,fips,fips\nA,B,C\n", none, false,
         "t.csv:1: the header has one end more than once, 'fips'" NAME_THEM);
  refuse("weight,home,work\n1,A,B\n", none, false,
         "t.csv:1: the header has no known names of the ends, and begins with 'weight' and "
         "'home'" NAME_THEM);
  refuse(",home,work\n1,A,B\n", none, false,
         "t.csv:1: the header has no known names of the ends, and begins with '' and "
         "'home'" NAME_THEM);
  refuse(
      "from,to,weight,w\nA,B,1,2\n", none, false,
      "t.csv:1: which column is the weight, 'weight' or 'w'? name it in the study: {file: t.csv, "
      "weight: COLUMN}");
  refuse("from,to,trips,people\nA,B,1,2\n", none, false,
         "t.csv:1: which column is the weight, 'trips' or 'people'? name it in the study: {file: "
         "t.csv, weight: COLUMN}");
  refuse("from,to,year\nA,B,2001\n", none, false,
         "t.csv:1: column 'year' is the study's time; links hold for all periods: leave one period "
         "in the file, and this column out");
  refuse("home,work,people,cars\nA,B,1,2\n", none, false,
         "t.csv:1: 4 columns; expected from, to or from, to, weight, or columns of these names");
  refuse("x,A,B,C\nA,0,1,1\nB,1,0,0\nC,1,0,0\n", none, false,
         "t.csv:1: the header is codes of units, as of a square table; write {kind: matrix, file: "
         "t.csv}");
  refuse(
      "from,to\nA,B\n", none, true,
      "t.csv:1: no column of distances; expected from, to, distance, or a square table of codes");
  refuse("from,to,km,hours\nA,B,1,2\n", none, true,
         "t.csv:1: which column is the distance, 'km' or 'hours'? name it in the study: {file: "
         "t.csv, distance: COLUMN}");
}

Test(links_columns, wrong_names_of_the_study) {
  refuse("a,b\nA,B\n", (sw_link_columns){"a", "c", NULL}, false,
         "study.yaml:7:9: to: t.csv has no column 'c'");
  refuse("from,to,weihgt\nA,B,1\n", (sw_link_columns){.value = "weight"}, false,
         "study.yaml:7:9: weight: t.csv has no column 'weight'; did you mean 'weihgt'?");
  refuse("A,B,1\n", (sw_link_columns){"from", "to", NULL}, false,
         "study.yaml:7:9: from: t.csv has no column 'from'");
  refuse("a,a,b\nA,B,C\n", (sw_link_columns){"a", "b", NULL}, false,
         "t.csv:1: columns 1 and 2 are both called 'a'; give each its own name");
  refuse("a,b\nA,B\n", (sw_link_columns){"a", "a", NULL}, false,
         "t.csv:1: the header has one column for two things, 'a'" NAME_THEM);
  refuse("a,b\nA,B\n", (sw_link_columns){"a", "b", "b"}, false,
         "t.csv:1: the header has one column for two things, 'b'" NAME_THEM);
}

/* A code that has lost its zeros is no unit to be left out. */
Test(links_columns, codes) {
  refuse("to,from\nA,B\n,C\n", (sw_link_columns){0}, false,
         "t.csv:3: column 1, a code of a unit, is empty; give both codes in every row (some files "
         "leave out a code that repeats the one above)");
  study.units.drop_unmatched = true;
  refuse("to,from\nA,B\n,C\n", (sw_link_columns){0}, false,
         "t.csv:3: column 1, a code of a unit, is empty; give both codes in every row (some files "
         "leave out a code that repeats the one above)");
  sw_weights_spec spec =
      file_spec(write_text("t.csv", "to,from\n01001,01003\n1001,01003\n"), SW_STYLE_ROW);
  sw_links *links = NULL;
  units = units_named("01001 01003");
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT);
  cr_assert(strstr(err.text, "t.csv:3: unit '1001' and '01001' of the panel differ by leading"),
            "%s", err.text);
}

/* ---- the order of a .mtx ----------------------------------------------------------------- */

#define BANNER "%%MatrixMarket matrix coordinate real general\n"
#define ENTRIES "3 3 3\n1 3 5\n2 1 2\n3 2 3\n" /* rows C, A, B */

static sw_weights_spec market_spec(const char *text, const char *order) {
  sw_weights_spec spec = file_spec(write_text("t.mtx", text), SW_STYLE_AS_IS);
  units = units_named("A B C");
  study.panel.unit = "fips";
  if (order) {
    spec.order = "codes.txt";
    spec.order_path = write_text("codes.txt", order);
  }
  return spec;
}

static void check_market(const char *text, const char *order) {
  sw_weights_spec spec = market_spec(text, order);
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[3], 3, "%s", text);
  cr_assert_eq(link_value(links, &units, "C", "B"), 5);
  cr_assert_eq(link_value(links, &units, "A", "C"), 2);
  cr_assert_eq(link_value(links, &units, "B", "A"), 3);
  sw_links_destroy(team, links);
}

Test(links_columns, a_matrix_with_its_order) {
  check_market(BANNER ENTRIES, "C\nA\nB\n");
  check_market(BANNER ENTRIES, "\xEF\xBB\xBF"
                               "fips\r\n\"C\"\r\nA\r\n\r\nB");
  check_market(BANNER ENTRIES, "name;FIPS;fips\nx;1;C\ny;2;A\nz;3;B\n");
  check_market(BANNER "% code: C\n%code:A\n%  Code:  B\n% by hand\n" ENTRIES, NULL);
  check_market(BANNER "% code: A\n% code: B\n% code: C\n" ENTRIES, "C\nA\nB\n"); /* the study's */
  write_text("t.CODES", "C\nA\nB\n"); /* endings count in any case */
  check_market(BANNER ENTRIES, NULL);
  write_text("t.CODES", "A\nB\nC\n");
  write_text("t.codes", "C\nA\nB\n"); /* counts more */
  check_market(BANNER ENTRIES, NULL);
  write_text("t.codes", "A\nB\nC\n");
  check_market(BANNER "% code: C\n% code: A\n% code: B\n" ENTRIES, NULL); /* those in the file */
}

/* A matrix of more units than the panel, where the study leaves such units out. */
Test(links_columns, a_matrix_of_more_units) {
  study.units.drop_unmatched = true;
  sw_weights_spec spec = market_spec(BANNER "4 4 2\n1 2 7\n4 3 2\n", "Z\nA\nB\nC\n");
  sw_links *links = read_weights(&spec, &units);
  cr_assert_eq(links->row_start[3], 1);
  cr_assert_eq(link_value(links, &units, "C", "B"), 2);
  sw_links_destroy(team, links);
}

static void refuse_market(const char *text, const char *order, const char *message) {
  sw_weights_spec spec = market_spec(text, order);
  sw_links *links = NULL;
  units.is_file_order = false;
  sw_error_clear(&err);
  cr_assert_eq(sw_links_read_weights(&err, team, &study, &spec, &units, &links), SW_EINPUT, "%s",
               text);
  cr_assert_str_eq(err.text, message);
}

Test(links_columns, a_matrix_without_its_order) {
  refuse_market(BANNER ENTRIES, NULL,
                "t.mtx:2: which units are the rows? the study's files have another order than the "
                "codes (A, B, ...); write the codes in the order of the rows into a file, one per "
                "line: `order: codes.txt`");
  refuse_market(BANNER ENTRIES, "C\nA\n",
                "codes.txt: 2 codes, and t.mtx has 3 rows; give one for each row");
  refuse_market(BANNER ENTRIES, "C\nA\nA\n",
                "codes.txt: the code 'A' stands twice; each row is another unit");
  refuse_market(BANNER ENTRIES, "C\nA\nQ\n",
                "codes.txt:3: unit 'Q' is not in the panel; correct the code, or write `unmatched: "
                "drop` under units to leave such links out");
  refuse_market(BANNER ENTRIES, "C,1\nA,2\nB,3\n",
                "codes.txt:1: 2 columns, none of them 'fips'; expected one code per line, in the "
                "order of the matrix's rows");
  refuse_market(BANNER "% code: C\n" ENTRIES, NULL,
                "t.mtx: 1 codes, and t.mtx has 3 rows; give one for each row");
  refuse_market(BANNER ENTRIES "% code: C\n", "C\nA\nB\n",
                "t.mtx:6: a code behind the size; `% code:` lines stand before it");
  refuse_market(BANNER "3 2 1\n1 2 1\n", "C\nA\nB\n",
                "t.mtx:2: the matrix is 3 x 2; expected a square one, of the same units");
  refuse_market(BANNER "2 2 1\n1 2 1\n", "C\nA\n",
                "t.mtx: unit 'B' of the panel is not in the file; add it (without links it is an "
                "island)");
}

/* ---- endings ----------------------------------------------------------------------------- */

Test(links_columns, endings_in_any_case) {
  units = units_named("A B C");
  sw_weights_spec spec =
      file_spec(write_text("T.CSV", "to,from,w\nB,A,2\nC,B,3\nA,C,5\n"), SW_STYLE_AS_IS);
  check_values(read_weights(&spec, &units), "T.CSV", 2, 3, 5);
  spec = file_spec(write_text("t.tsv", "to\tfrom\tw\nB\tA\t2\nC\tB\t3\nA\tC\t5\n"), SW_STYLE_AS_IS);
  check_values(read_weights(&spec, &units), "t.tsv", 2, 3, 5);
}

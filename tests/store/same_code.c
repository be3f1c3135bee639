/* Codes that are one code in two ways: refused wherever they meet, with both codes, both places and
 * what cures it. */
#include "panel/same_code.h"
#include "panel_fixture.h"
#include "store/links/links.h"

TestSuite(same_code, .init = setup, .fini = teardown);

#define CURE "; write every code in one way, with all its digits, and keep it as text"
#define LONG "panel: {file: p.csv, unit: id, time: year}"
#define UNITS LONG "\nunits: {file: u.csv, unit: id"

Test(same_code, what_is_one_code) {
  static const struct {
    const char *a, *b, *how;
  } pairs[] = {
      {"01001", "1001", "differ by leading zeros alone"},
      {"0", "00", "differ by leading zeros alone"},
      {"00a", "a", "differ by leading zeros alone"},
      {"1001.0", "1001", "are one number, written in two ways"},
      {"01001", "1001.00", "are one number, written in two ways"},
      {"1001", "1001\xC2\xA0", "look the same, but the latter also has U+00A0 (a no-break space)"},
      {"01001", "1001\xC2\xA0", "differ by leading zeros, and by what cannot be seen"},
      {"re\xCC\x81", "r\xC3\xA9",
       "look the same, but the latter has U+00E9 in place of U+0065 U+0301"},
      {"1001", "1001", NULL},
      {"1E5", "100000", NULL}, /* may well be two */
      {"1001", "10010", NULL},
      {"0", "a", NULL},
      {"10", "1", NULL},
      {"1.1", "1.10", NULL}, /* parts of a code */
      {"a.0", "a", NULL},
      {".0", "0", NULL},
      {"BW01", "BW1", NULL},
      {"r\xC3\xA9", "r\xC3\xA8", NULL},
      {"re", "r\xC3\xA9", NULL},
  };
  char words[SW_CODE_WORDS];
  for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
    const char *how = sw_code_differs(pairs[k].a, pairs[k].b, words);
    cr_assert_eq(how == NULL, pairs[k].how == NULL, "%s, %s: %s", pairs[k].a, pairs[k].b, how);
    if (how) cr_assert_str_eq(how, pairs[k].how);
    cr_assert_eq(sw_code_differs(pairs[k].b, pairs[k].a, words) == NULL, how == NULL);
  }
}

/* The first of several pairs, among codes that repeat. */
Test(same_code, the_first_pair) {
  static const char *const codes[] = {"5", "01", "5", "01", "007", "1", "7", "05"};
  static const char *const plain[] = {"5", "1", "10", "1", "a.b", "100.5"};
  sw_error err = {0};
  int64_t twin[2];
  cr_assert_eq(sw_code_twins(&err, codes, 8, twin), SW_OK);
  cr_assert(twin[0] == 5 && twin[1] == 1);
  cr_assert_eq(sw_code_twins(&err, plain, 6, twin), SW_OK);
  cr_assert_eq(twin[0], -1);
  cr_assert_eq(sw_code_twins(&err, NULL, 0, twin), SW_OK);
  sw_code_forms *forms;
  cr_assert_eq(sw_code_forms_create(&err, codes, 1, twin, &forms), SW_OK);
  cr_assert_eq(sw_code_forms_find(forms, "005", 3), 0);
  cr_assert_eq(sw_code_forms_find(forms, "5", 1), -1);
  cr_assert_eq(sw_code_forms_find(forms, "50", 2), -1);
  sw_code_forms_destroy(forms);
}

/* Half of a file went through a spreadsheet. */
Test(same_code, within_a_panel) {
  put("p.csv", "id,year,gdp\n01001,1,1\n01003,1,2\n10001,1,3\n10001,2,3\n1001,2,1\n1003,2,2\n");
  refused(LONG, "gdp",
          "p.csv:6: units '1001' and '01001' (p.csv:2) differ by leading zeros alone" CURE);
  put("p.csv", "id,gdp1,gdp2\n02,1,1\n1,2,2\n2,3,3\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: gdp}}}", "gdp",
          "p.csv:4: units '2' and '02' (p.csv:2) differ by leading zeros alone" CURE);
  put("p.csv", "id,line,1,2\n1,01,5,6\n2,01,5,6\n1,1,7,8\n2,1,7,8\n");
  refused("panel: {file: p.csv, unit: id, layout: {wide: {indicator: line, names: {1: gdp}}}}",
          "gdp", "p.csv: line: '1' and '01' differ by leading zeros alone" CURE);
}

/* 11 units of 6 it was. */
Test(same_code, between_the_files_of_a_panel) {
  put("p.csv", "id,year,gdp\n01001,1,1\n01003,1,2\n10001,1,3\n");
  put("q.csv", "id,year,pop\n10001,1,3\n1003,1,2\n1001,1,1\n");
  refused("panel: {file: [p.csv, q.csv], unit: id, time: year}", "gdp, pop",
          "q.csv:4: units '1001' and '01001' (p.csv:2) differ by leading zeros alone" CURE);
  refused("panel: {file: [q.csv, p.csv], unit: id, time: year}", "gdp, pop",
          "p.csv:2: units '01001' and '1001' (q.csv:4) differ by leading zeros alone" CURE);
  put("q.csv", "id,year,pop\n10001.0,1,3\n");
  refused(
      "panel: {file: [p.csv, q.csv], unit: id, time: year, missing: keep}", "gdp, pop",
      "q.csv:2: units '10001.0' and '10001' (p.csv:4) are one number, written in two ways" CURE);
}

/* Also where what does not match is dropped, and where `where` leaves the unit out. */
Test(same_code, panel_and_units) {
  static const char *const ends[] = {"}", ", unmatched: drop}", ", unmatched: drop, where: x = 1}"};
  for (int k = 0; k < 3; k++) {
    char study[256];
    snprintf(study, sizeof study, UNITS "%s", ends[k]);
    put("u.csv", "id,x\n01001,2\n01003,1\n10001,1\n");
    put("p.csv", "id,year,gdp\n10001,1,1\n1001,1,2\n1003,1,1\n");
    refused(study, "gdp",
            "p.csv:3: units '1001' and '01001' (u.csv:2) differ by leading zeros alone" CURE);
    put("u.csv", "id,x\n1001,2\n10001,1\n01001,1\n");
    put("p.csv", "id,year,gdp\n10001,1,1\n20001,1,2\n");
    refused(study, "gdp",
            "u.csv:4: units '01001' and '1001' (u.csv:2) differ by leading zeros alone" CURE);
  }
}

/* Labels of groups: one state would be two. */
Test(same_code, labels_of_groups) {
  put("p.csv", "id,year,gdp\na,1,1\nb,1,2\nc,1,3\n");
  put("u.csv", "id,state,zone\na,01,5\nb,02,\nc,1,5\n");
  refused(UNITS ", groups: [zone, state]}", "gdp",
          "u.csv:4: state: '1' and '01' on line 2 differ by leading zeros alone" CURE);
  outcome out = read_good(2, UNITS "}", "gdp"); /* nobody asks for them */
  release(&out);
}

/* A list of links that has all units, of which the study takes some. */
Test(same_code, links_and_distances) {
  sw_error err = {0};
  sw_units units = {.n = 2, .text = "01001\00010001", .code_at = (const int64_t[]){0, 6, 12}};
  sw_study study = {.units = {.drop_unmatched = true}};
  static sw_link_parse *const parse[] = {sw_links_parse_csv, sw_links_parse_distance,
                                         sw_links_parse_gal, sw_links_parse_table};
  static const char *const text[] = {
      "10001,20001,1\n10001,1001,1\n", "10001,20001,1\n10001,1001,1\n",
      "0 2\n10001 1\n20001\n1001 0\n\n", "x,1001,10001\n10001,1,0\n1001,0,1\n"};
  static const int line[] = {2, 2, 4, 1};
  for (int k = 0; k < 4; k++) {
    char wanted[256];
    sw_links_list list;
    cr_assert_eq(sw_links_list_create(&err, "w", &study, &units, k == 1, &list), SW_OK);
    cr_assert_eq(parse[k](&err, &list, text[k], strlen(text[k])), SW_EINPUT, "%d", k);
    snprintf(wanted, sizeof wanted,
             "w:%d: unit '1001' and '01001' of the panel differ by leading zeros alone" CURE,
             line[k]);
    cr_assert_str_eq(err.text, wanted);
    sw_links_list_destroy(&list);
    sw_error_clear(&err);
  }
}

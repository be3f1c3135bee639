/* `where` on the columns of the units file: codes as texts, numbers as numbers. */
#include "panel_fixture.h"

TestSuite(units_where, .init = setup, .fini = teardown);

/* The units that stay, as one text; units of the panel that do not match are dropped. */
static void stay(const char *condition, const char *wanted) {
  char study[512], got[256] = "";
  snprintf(study, sizeof study,
           "panel: {file: p.csv, unit: id}\n"
           "units: {file: u.csv, unit: id, unmatched: drop, where: %s}",
           condition);
  outcome out = read_good(1, study, "x");
  for (int64_t i = 0; i < out.panel->units.n; i++)
    strcat(strcat(got, i ? " " : ""), sw_unit_code(&out.panel->units, i));
  cr_assert_str_eq(got, wanted, "%s: %s, not %s", condition, got, wanted);
  release(&out);
}

static void put_panel(const char *units, const char *const *code) {
  char text[512] = "id,x\n";
  for (; *code; code++)
    strcat(strcat(text, *code), ",1\n");
  put("p.csv", text);
  put("u.csv", units);
}

/* 1E5 is 100000 and 01001 is 1001 as numbers: they are other units. */
Test(units_where, codes_are_texts) {
  put_panel("id,pop\n100000,5\n1E5,6\n01001,7\n10,8\n9,9\n",
            (const char *const[]){"100000", "1E5", "01001", "10", "9", NULL});
  stay("id != 100000", "01001 10 1E5 9");
  stay("id != '100000'", "01001 10 1E5 9");
  stay("id != 1E5", "01001 10 100000 9");
  stay("id != 1001", "01001 10 100000 1E5 9"); /* and a warning */
  stay("id != 01001", "10 100000 1E5 9");
  stay("id = 01001 or id = 1E5", "01001 1E5");
  stay("id = 100000.0 or id = 9 or id = 10", "10 9");
  stay("id < 9", "01001 10 100000 1E5"); /* as the units are ordered */
  stay("id >= 10", "10 100000 1E5 9");
}

/* Digits behind a zero are no number anywhere: '06' of a state is not 6. */
Test(units_where, columns_of_codes_are_texts) {
  put_panel("id,state,pop\na,06,1\nb,6,2\nc,10,3\nd,,4\n",
            (const char *const[]){"a", "b", "c", "d", NULL});
  stay("state != 06", "b c d");
  stay("state != 6", "a c d");
  stay("state = 06 or state = '6'", "a b");
  stay("state < 10", "a d"); /* and a warning: as a number 6 is below */
}

/* Numbers are numbers however they are written; 0.5 and 0 have no zero before a digit. */
Test(units_where, columns_of_numbers_are_numbers) {
  put_panel("id,pop\na,0.5\nb,1E2\nc,100.0\nd,0\ne,9\n",
            (const char *const[]){"a", "b", "c", "d", "e", NULL});
  stay("pop = 100", "b c");
  stay("pop != 100", "a d e");
  stay("pop < 9", "a d");
  stay("pop >= 09", "b c e");                /* the column says what it is, not the study */
  stay("pop = '100.0' or pop = '0'", "c d"); /* quotes: a text */
}

/* Of both kinds: each cell as what it is; an order of a text and a number is refused. */
Test(units_where, columns_of_both_kinds) {
  put_panel("id,pop\na,5\nb,n/a\nc,5.0\nd,6\n", (const char *const[]){"a", "b", "c", "d", NULL});
  stay("pop = 5", "a c");
  stay("pop != 5", "b d");
  stay("pop != n/a", "a c d");
  refused("panel: {file: p.csv, unit: id}\n"
          "units: {file: u.csv, unit: id, unmatched: drop, where: pop > 5}",
          "x", "u.csv:3: pop: 'n/a' is not a number, and `where` compares it with 5");
}

/* The first reading, for the kinds, leaves what is wrong to the second. */
Test(units_where, what_is_wrong_is_said_in_the_order_of_lines) {
  put_panel("id,lon\na,5\nb,500\nc,5,5\n", (const char *const[]){"a", "b", NULL});
  refused("panel: {file: p.csv, unit: id}\n"
          "units: {file: u.csv, unit: id, lon: lon, lat: lon, where: id != x}",
          "x", "u.csv:3: lon: 500 is out of range; expected degrees from -180 to 180");
}

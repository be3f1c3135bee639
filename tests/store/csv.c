/* The line tokeniser: fields with and without quotes, line numbers, look-ups, the quick and the
 * slow way through a line giving the same. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "store/text/csv_private.h"

static sw_arena *arena;
static sw_error err;
static sw_csv *csv;

static void setup(void) {
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(sw_csv_create(&err, arena, "t.csv", &csv), SW_OK);
}

static void teardown(void) {
  sw_csv_destroy(csv);
  sw_arena_destroy(arena);
}

TestSuite(csv, .init = setup, .fini = teardown);

static bool next(void) {
  bool more = false;
  cr_assert_eq(sw_csv_next(&err, csv, &more), SW_OK, "%s", err.text);
  return more;
}

static void expect_fields(int n, const char *const *text) {
  cr_assert_eq(csv->n, n);
  for (int i = 0; i < n; i++)
    cr_assert(sw_csv_field_is(csv->field[i], text[i]), "line %d, field %d: '%.*s', not '%s'",
              (int)csv->line, i, (int)csv->field[i].length, csv->field[i].text, text[i]);
}

Test(csv, fields_with_and_without_quotes) {
  static const char text[] =
      " a ,b c,, d\n \"a\" , \"b c\",\"\" ,\"d\"\n\"x,y\",\"say \"\"x\"\"\",1,\t2\t\n";
  sw_csv_text(csv, text, sizeof text - 1, 1);
  for (int i = 0; i < 2; i++) {
    cr_assert(next());
    expect_fields(4, (const char *[]){"a", "b c", "", "d"});
  }
  cr_assert(next());
  expect_fields(4, (const char *[]){"x,y", "say \"x\"", "1", "2"});
  cr_assert_not(next());
}

Test(csv, lines_are_those_of_an_editor) {
  static const char text[] = "\n  \na\r\n\r\nb", more[] = "c\nd";
  sw_csv_text(csv, text, sizeof text - 1, 1);
  cr_assert(next());
  cr_assert_eq(csv->line, 3);
  cr_assert(next());
  cr_assert_eq(csv->line, 5);
  cr_assert_not(next());
  sw_csv_text(csv, more, sizeof more - 1, 6); /* the next piece of the file */
  cr_assert(next());
  cr_assert_eq(csv->line, 6);
}

Test(csv, many_fields) {
  static char text[20000];
  memset(text, ',', 9999);
  text[0] = 'a';
  text[10000] = '\0';
  text[9999] = ',';
  sw_csv_text(csv, text, 10000, 1);
  cr_assert(next());
  cr_assert_eq(csv->n, 10000);
}

Test(csv, header_and_numbers) {
  static const char text[] = "\xEF\xBB\xBF\"id\",value\nx, 1.5 \ny,\nz,ten\n";
  int column = -1;
  double value;
  sw_csv_text(csv, text, sizeof text - 1, 1);
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  cr_assert_eq(sw_csv_find(csv, "id"), 0);
  cr_assert_eq(sw_csv_column(&err, csv, NULL, "value", &column), SW_OK);
  cr_assert_eq(column, 1);
  cr_assert(next());
  cr_assert_eq(sw_csv_number(&err, csv, 1, "value", &value), SW_OK);
  cr_assert_eq(value, 1.5);
  cr_assert(next());
  cr_assert_eq(sw_csv_number(&err, csv, 1, "value", &value), SW_OK);
  cr_assert(isnan(value));
  cr_assert(next());
  cr_assert_eq(sw_csv_number(&err, csv, 1, "value", &value), SW_EINPUT);
  cr_assert_str_eq(err.text,
                   "t.csv:4: value: 'ten' is not a number; expected a number or an empty cell");
  sw_error_clear(&err);
  cr_assert_eq(sw_csv_column(&err, csv, "s.yaml:3:5", "valeu", &column), SW_EINPUT);
  cr_assert_str_eq(err.text, "s.yaml:3:5: t.csv has no column 'valeu'; did you mean 'value'?");
}

/* After a broken line the reader is whole again. */
Test(csv, recovers) {
  static const char broken[] = "\"a\nb\n", good[] = "\"x\",\"y\"\n";
  bool more;
  sw_csv_text(csv, broken, sizeof broken - 1, 1);
  cr_assert_eq(sw_csv_next(&err, csv, &more), SW_EINPUT);
  sw_csv_text(csv, good, sizeof good - 1, 9);
  cr_assert(next());
  expect_fields(2, (const char *[]){"x", "y"});
}

/* What the first line says of the separator: the most outside quotes, of equals the comma. */
Test(csv, separators) {
  static const struct {
    const char *text;
    char separator;
    int64_t line; /* of the first record */
    int fields;
  } all[] = {
      {"a,b\n", ',', 1, 2},
      {"a\tb\n", '\t', 1, 2},
      {"\n \t\na;b, c;d\n", ';', 3, 3},
      {"a|b|c|d", '|', 1, 4},
      {"a;b,c\n", ',', 1, 2},
      {"\"x;y;z\",b\n", ',', 1, 2},
      {"\"x\"\",\",;b\n", ',', 1, 2},
      {"one column\n", ',', 1, 1},
      {"sep=;\na,b;c\n", ';', 2, 2},
      {"\nSEP=|\r\n\r\na|b\n", '|', 4, 2},
      {"\"sep=,\"\na,b;c;d\n", ',', 2, 2},
      {"sep=,,,\na,b,c\n", ',', 2, 3},
      {"sep=:\na:b\n", ':', 2, 2},
      {"sep=TAB\na\tb;c;d;e\n", '\t', 2, 2}, /* as messages spell it */
      {"\"sep=\\t\"\na\tb\n", '\t', 2, 2},
      {"  sep=;\na;b\n", ';', 2, 2},
      {"sep=x\n", ',', 1, 1}, /* a name */
      {"sep=,name\n", ',', 1, 2},
  };
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
    sw_csv_text(csv, all[k].text, strlen(all[k].text), 1);
    cr_assert(next(), "%s", all[k].text);
    cr_assert_eq(csv->private->separator, all[k].separator, "%s", all[k].text);
    cr_assert_eq(csv->line, all[k].line, "%s: line %d", all[k].text, (int)csv->line);
    cr_assert_eq(csv->n, all[k].fields, "%s: %d fields", all[k].text, csv->n);
  }
}

/* With tabs, columns may be empty from the first on; a row of tabs alone is one of empty cells. */
Test(csv, tabs_keep_empty_columns) {
  static const char text[] = "a\tb\tc\n\t\t\"x, y\"\n\t\t\n1\t\t\n";
  sw_csv_text(csv, text, sizeof text - 1, 1);
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  cr_assert(next());
  expect_fields(3, (const char *[]){"", "", "x, y"});
  cr_assert(next());
  cr_assert_eq(csv->line, 4);
  expect_fields(3, (const char *[]){"1", "", ""});
  cr_assert_eq(sw_csv_hollow(csv), 1);
}

/* A spreadsheet writes them for rows that were emptied. */
Test(csv, rows_of_empty_fields_are_passed_over) {
  static const char text[] = "id,x\n,\na,1\n\"\", \n,,,,\n", names[] = ",,\n";
  sw_csv_text(csv, text, sizeof text - 1, 1);
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  cr_assert(next());
  cr_assert_eq(csv->line, 3);
  cr_assert_not(next());
  cr_assert_eq(sw_csv_hollow(csv), 3);
  sw_csv_text(csv, names, sizeof names - 1, 1); /* a header is never passed over */
  csv->n_columns = 0;
  cr_assert_eq(sw_csv_header(&err, csv), SW_OK);
  cr_assert_eq(csv->n_columns, 3);
}

Test(csv, notes_are_passed_over) {
  static const char text[] = "a,1\n\"Note, see\" \nb,2\n";
  cr_assert_eq(sw_csv_skip(&err, csv, "\"Note, see\"\r", 12), SW_OK);
  sw_csv_text(csv, text, sizeof text - 1, 1);
  cr_assert(next());
  cr_assert(next());
  cr_assert_eq(csv->line, 3);
  cr_assert_eq(sw_csv_skipped(csv), 1);
}

/* Lines of what is special and what is not: where the quick way takes one, the slow way has the
 * same fields. */
Test(csv, quick_and_slow_agree) {
  static const char *const some[] = {"a",   "1.5",         ",",        ",", "\"", "\"\"",
                                     " ",   "\t",          "\r",       "-", "()", "\"x\"",
                                     "\",", "long text 1", "\xc3\xb1", ";", "<",  ":"};
  static const char separators[] = ",,\t;|";
  enum { SOME = sizeof some / sizeof *some, MOST = 16 };
  static const char first[] = "a";
  sw_rng rng = sw_rng_make(1, 2, 3);
  int quick = 0;
  cr_assert_eq(sw_csv_split_closely(&err, csv, first, first + 1), SW_OK); /* room for fields */
  for (int i = 0; i < 400000; i++) {
    char text[16 * MOST] = "";
    const char *to = NULL, *next = NULL;
    sw_field field[MOST + 1];
    for (int k = (int)sw_rng_below(&rng, MOST); k >= 0; k--)
      strcat(text, some[sw_rng_below(&rng, SOME)]);
    size_t length = strlen(text);
    csv->private->separator = separators[i % 5];
    for (size_t k = 0; k < length; k++)
      if (text[k] == ',') text[k] = separators[i % 5];
    if (!sw_csv_split(csv, text, text + length, &to, &next)) continue;
    int n = csv->n;
    memcpy(field, csv->field, (size_t)n * sizeof *field);
    cr_assert_eq(sw_csv_split_closely(&err, csv, text, to), SW_OK, "%s: %s", text, err.text);
    cr_assert_eq(csv->n, n, "%s", text);
    for (int k = 0; k < n; k++)
      cr_assert(field[k].length == csv->field[k].length &&
                    !memcmp(field[k].text, csv->field[k].text, field[k].length),
                "'%s', field %d", text, k);
    quick++;
  }
  cr_assert_gt(quick, 50000, "%d lines were split the quick way", quick);
}

/* Tables beside the panel. */
#include "weights_fixture.h"

TestSuite(table, .init = setup, .fini = teardown);

/* The node {file: NAME} beside a study in the test's folder. */
static sw_status read_table(const char *key, const char *name, sw_table **table) {
  static sw_node value, map;
  static sw_node *item[1] = {&value};
  static const char *keys[1];
  static int line = 7, column = 10;
  value = (sw_node){.file = "study.yaml", .line = 7, .column = 16, .text = name};
  map = (sw_node){.kind = SW_NODE_MAP, .file = "study.yaml", .line = 7, .column = 9, .count = 1};
  map.item = item;
  keys[0] = key;
  map.key = keys;
  map.key_line = &line;
  map.key_column = &column;
  sw_error_clear(&err);
  const char *study_file = sw_arena_printf(arena, "%s/study.yaml", folder);
  return sw_table_read(&err, team, arena, &map, study_file, "economy", table);
}

static int column_of(const sw_table *table, const char *name) {
  for (int c = 0; c < table->n_columns; c++)
    if (strcmp(table->column[c], name) == 0) return c;
  return -1;
}

/* The national row that location quotients rest on; its column of (NA) is missing, not an error. */
Test(table, national_industries) {
  sw_table *table = NULL;
  cr_assert_eq(read_table("file", shared("us_national_gdp_industry_2001_2018.csv"), &table), SW_OK,
               "%s", err.text);
  cr_assert_eq(table->n_rows, 18);
  cr_assert_str_eq(table->row[0], "2001");
  cr_assert_str_eq(table->row[17], "2018");
  int total = column_of(table, "gdp_total"), missing_column = -1;
  cr_assert_eq(table->value[total], 10581822000);
  for (int c = 0; c < table->n_columns; c++)
    if (isnan(table->value[c])) missing_column = c;
  cr_assert_geq(missing_column, 0);
  for (int r = 0; r < 18; r++)
    cr_assert(isnan(table->value[r * table->n_columns + missing_column]));
}

Test(table, beside_the_study) {
  sw_table *table = NULL;
  write_text("t.csv", "year,a,b\r\n2001,1.5,NA\r\n2000,,-2e3\r\n");
  cr_assert_eq(read_table("file", "t.csv", &table), SW_OK, "%s", err.text);
  cr_assert_eq(table->n_rows, 2);
  cr_assert_eq(table->n_columns, 2);
  cr_assert_str_eq(table->row[1], "2000");
  cr_assert_str_eq(table->column[0], "a");
  cr_assert_eq(table->value[0], 1.5);
  cr_assert(isnan(table->value[1]) && isnan(table->value[2]));
  cr_assert_eq(table->value[3], -2000);
  cr_assert_str_eq(table->file, "t.csv");
}

/* More rows than the first allocation holds. */
Test(table, many_rows) {
  char *text = malloc(100000), *at = stpcpy(text, "row,v\n");
  for (int r = 0; r < 1000; r++)
    at += sprintf(at, "r%d,%d\n", r, r * r);
  write_text("t.csv", text);
  sw_table *table = NULL;
  cr_assert_eq(read_table("file", "t.csv", &table), SW_OK, "%s", err.text);
  cr_assert_eq(table->n_rows, 1000);
  for (int r = 0; r < 1000; r++)
    cr_assert_eq(table->value[r], r * r);
  cr_assert_str_eq(table->row[999], "r999");
  free(text);
}

static void refuse(const char *text, const char *message) {
  sw_table *table = NULL;
  write_text("t.csv", text);
  cr_assert_eq(read_table("file", "t.csv", &table), SW_EINPUT);
  cr_assert_str_eq(err.text, message);
}

Test(table, what_cannot_be) {
  refuse("", "t.csv: the file is empty; expected a line with the names of the columns");
  refuse("year,a\n", "t.csv: no row follows the header");
  refuse("year\n2001\n",
         "t.csv:1: one column; expected row labels and at least one column of numbers");
  refuse("year,a\n2001,x\n", "t.csv:2: column 'a': 'x' is not a number; expected a number, or an "
                             "empty field, NA, (NA) or (D) where it is missing");
  refuse("year,a\n2001,1\n2002,2\n2001,3\n",
         "t.csv:4: row '2001' appears twice; the first column names the rows (of a base, the "
         "period): give each once");
  refuse("year,a\n,1\n", "t.csv:2: the first field is empty; it names the row");
  refuse("year,a\n2001,1,2\n", "t.csv:2: 3 fields; the header has 2");
  refuse("year,a,a\n2001,1,2\n",
         "t.csv:1: columns 2 and 3 are both called 'a'; give each its own name");
  sw_table *table = NULL;
  cr_assert_eq(read_table("fyle", "t.csv", &table), SW_EINPUT);
  cr_assert(strstr(err.text, "study.yaml:7:10"), "%s", err.text);
}

/* Panels of Stata, SPSS and SAS, written by ReadStat itself: codes, periods, labels, what is
 * missing.
 */
#include "panel_fixture.h"
#include "store/foreign/library.h"

TestSuite(foreign, .init = setup, .fini = teardown);

typedef struct column {
  const char *name, *format;
  bool text, labelled;
} column;

/* A text, or a number; NAN is missing, of the system or (tag) by a letter. */
typedef struct cell {
  const char *text;
  double number;
  char tag;
} cell;

static ssize_t give(const void *data, size_t length, void *out) {
  return fwrite(data, 1, length, out) == length ? (ssize_t)length : -1;
}

#define OK(call) cr_assert_eq(call, READSTAT_OK, #call)

/* In the format that the name ends with. Numbers of labelled columns are 1: farms, 2: mines & pits;
 * of an SPSS file -9 is missing by its definition. */
static void put_set(const char *name, int n, const column *columns, int rows, const cell *cells) {
  const sw_readstat *lib = NULL;
  sw_error err = {0};
  readstat_variable_t *variable[8];
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  cr_assert_eq(sw_readstat_load(&err, "a test is written", "do without", &lib), SW_OK, "%s",
               err.text);
  readstat_writer_t *to = lib->readstat_writer_init();
  bool sav = strstr(name, ".sav"), dta = strstr(name, ".dta");
  OK(lib->readstat_set_data_writer(to, give));
  readstat_label_set_t *labels = NULL;
  if (!strstr(name, ".sas")) {
    labels = lib->readstat_add_label_set(to, READSTAT_TYPE_DOUBLE, "ind");
    lib->readstat_label_double_value(labels, 2, "mines & pits");
    lib->readstat_label_double_value(labels, 1, "farms");
  }
  for (int c = 0; c < n; c++) {
    variable[c] = lib->readstat_add_variable(
        to, columns[c].name, columns[c].text ? READSTAT_TYPE_STRING : READSTAT_TYPE_DOUBLE,
        columns[c].text ? 12 : 8);
    if (columns[c].format) lib->readstat_variable_set_format(variable[c], columns[c].format);
    if (columns[c].labelled && labels) lib->readstat_variable_set_label_set(variable[c], labels);
    if (sav && !columns[c].text)
      OK(lib->readstat_variable_add_missing_double_value(variable[c], -9));
  }
  OK((dta   ? lib->readstat_begin_writing_dta
      : sav ? lib->readstat_begin_writing_sav
            : lib->readstat_begin_writing_sas7bdat)(to, file, rows));
  for (int r = 0; r < rows; r++) {
    OK(lib->readstat_begin_row(to));
    for (int c = 0; c < n; c++) {
      const cell *at = &cells[r * n + c];
      if (columns[c].text)
        OK(lib->readstat_insert_string_value(to, variable[c], at->text));
      else if (at->tag && !sav)
        OK(lib->readstat_insert_tagged_missing_value(to, variable[c],
                                                     dta ? at->tag : (char)(at->tag - 'a' + 'A')));
      else if (isnan(at->number))
        OK(lib->readstat_insert_missing_value(to, variable[c]));
      else
        OK(lib->readstat_insert_double_value(to, variable[c], at->number));
    }
    OK(lib->readstat_end_row(to));
  }
  OK(lib->readstat_end_writing(to));
  lib->readstat_writer_free(to);
  cr_assert_eq(fclose(file), 0);
}

static const column long_columns[] = {{"name", NULL, true, false},  {"id", NULL, true, false},
                                      {"year", NULL, false, false}, {"odd", NULL, false, false},
                                      {"gdp", NULL, false, false},  {"pop", NULL, false, false}};
static const cell long_cells[] = {
    {.text = "A, \"B\""}, {.text = "01"},     {.number = 2001},
    {.number = 5},        {.number = .1},     {.number = 7},
    {.text = ""},         {.text = "02"},     {.number = 2001},
    {.number = NAN},      {.number = 1e300},  {.number = NAN},
    {.text = "C"},        {.text = "01"},     {.number = 2002},
    {.number = 6},        {.number = -9},     {.number = NAN, .tag = 'a'},
    {.text = "D"},        {.text = "02"},     {.number = 2002},
    {.number = 6},        {.number = 1. / 3}, {.number = 12}};

#define LONG(file) "panel: {file: " file ", unit: id, time: year, missing: keep}"

/* To the bit; columns that the study does not name are not looked at. */
static void look_long(const char *name, const char *sections, bool defined) {
  put_set(name, 6, long_columns, 4, long_cells);
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out = read_good(ranks, sections, "gdp, pop");
    cr_assert_eq(out.panel->units.n, 2);
    cr_assert_eq(out.panel->periods.n, 2);
    cr_assert_eq(out.panel->rows_read, 4);
    EXPECT(out, "gdp", "2001", "01", .1);
    EXPECT(out, "gdp", "2001", "02", 1e300);
    EXPECT(out, "gdp", "2002", "02", 1. / 3);
    EXPECT(out, "gdp", "2002", "01", defined ? NAN : -9);
    EXPECT(out, "pop", "2001", "01", 7);
    EXPECT(out, "pop", "2001", "02", NAN);
    EXPECT(out, "pop", "2002", "01", NAN);
    release(&out);
  }
}

Test(foreign, stata) {
  look_long("p.dta", LONG("p.dta"), false);
}

Test(foreign, spss) {
  look_long("p.sav", LONG("p.sav"), true);
}

Test(foreign, sas) {
  look_long("p.sas7bdat", LONG("p.sas7bdat"), false);
}

/* Codes that are numbers, and labels of them: only a column of labels is told by these. */
Test(foreign, numbers_and_labels) {
  static const column columns[] = {{"id", NULL, false, true},
                                   {"year", NULL, false, false},
                                   {"ind", NULL, false, true},
                                   {"emp", NULL, false, true}};
  static const cell cells[] = {{.number = 1},    {.number = 2001}, {.number = 1}, {.number = 2},
                               {.number = 1},    {.number = 2001}, {.number = 2}, {.number = 3},
                               {.number = 1001}, {.number = 2001}, {.number = 1}, {.number = 4},
                               {.number = 1001}, {.number = 2001}, {.number = 3}, {.number = -9}};
  put_set("p.dta", 4, columns, 4, cells);
  outcome out = read_good(2,
                          "panel: {file: p.dta, unit: id, time: year, missing: keep, "
                          "missing_values: [-9], layout: {long: {by: ind, value: emp}}}",
                          "emp.farms, emp.mines & pits, emp.3");
  EXPECT(out, "emp.farms", "2001", "1", 2);
  EXPECT(out, "emp.farms", "2001", "1001", 4);
  EXPECT(out, "emp.mines & pits", "2001", "1", 3);
  EXPECT(out, "emp.3", "2001", "1001", NAN);
  release(&out);
  /* The units file, too: groups and names are what people read. */
  static const column units[] = {
      {"id", NULL, false, true}, {"land", NULL, false, true}, {"lon", NULL, false, false}};
  static const cell unit_cells[] = {{.number = 1},    {.number = 1}, {.number = 8.25},
                                    {.number = 1001}, {.number = 2}, {.number = NAN}};
  put_set("u.sav", 3, units, 2, unit_cells);
  out = read_good(2,
                  "panel: {file: p.dta, unit: id, time: year, missing: keep, layout: {long: {by: "
                  "ind, value: emp}}}\n"
                  "units: {file: u.sav, unit: id, groups: [land], where: land = 'farms' or land = "
                  "'mines & pits'}",
                  "emp.farms");
  const sw_grouping *land = sw_units_grouping(&out.panel->units, "land");
  cr_assert_str_eq(land->label[land->of[0]], "farms");
  cr_assert_str_eq(land->label[land->of[1]], "mines & pits");
  release(&out);
}

/* One date each, as the formats of the three programs have it. */
Test(foreign, dates) {
  static const struct {
    const char *file, *format, *label;
    double value;
  } table[] = {{"p.dta", "%td", "2001-02-15", 15021},
               {"p.dta", "%tdD_m_Y", "1959-12-31", -1},
               {"p.dta", "%tc", "2001-02-15", 15021 * 86400000.},
               {"p.dta", "%tm", "2001-02", 493},
               {"p.dta", "%tm", "1959-12", -1},
               {"p.dta", "%tq", "2001Q3", 166},
               {"p.dta", "%th", "2001H2", 83},
               {"p.dta", "%ty", "2001", 2001},
               {"p.dta", "%9.0g", "2001", 2001},
               {"p.sav", "DATE11", "2001-02-15", 13201574400},
               {"p.sav", "MOYR8", "2001-02", 13201574400},
               {"p.sav", "QYR6", "2001Q1", 13201574400},
               {"p.sas7bdat", "DATE9.", "2001-02-15", 15021},
               {"p.sas7bdat", "DATETIME20.", "2001-02-15", 15021 * 86400.},
               {"p.sas7bdat", "MONYY7.", "2001-02", 15021},
               {"p.sas7bdat", "YEAR4.", "2001", 15021}};
  for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
    const column columns[] = {{"id", NULL, true, false},
                              {"year", table[k].format, false, false},
                              {"x", NULL, false, false}};
    const cell cells[] = {{.text = "a"}, {.number = table[k].value}, {.number = 5},
                          {.text = "b"}, {.number = table[k].value}, {.number = 6}};
    char sections[128];
    put_set(table[k].file, 3, columns, 2, cells);
    snprintf(sections, sizeof sections, "panel: {file: %s, unit: id, time: year}", table[k].file);
    outcome out = read_good(1, sections, "x");
    cr_assert_str_eq(out.panel->periods.label[0], table[k].label, "%s %s: %s", table[k].file,
                     table[k].format, out.panel->periods.label[0]);
    release(&out);
  }
}

/* Cut short, or with bytes turned: it is read, or refused by a line. */
Test(foreign, damaged) {
  static const char *const names[] = {"p.dta", "p.sav", "p.sas7bdat"};
  for (int f = 0; f < 3; f++) {
    char path[256], sections[128], *bytes = malloc(1 << 20), *turned = malloc(1 << 20);
    put_set(names[f], 6, long_columns, 4, long_cells);
    snprintf(path, sizeof path, "%s/%s", folder, names[f]);
    snprintf(sections, sizeof sections, LONG("%s"), names[f]);
    FILE *file = fopen(path, "rb");
    size_t length = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    for (size_t k = 0; k < 400; k++) {
      size_t size = k < 40 ? length * k / 40 : length;
      memcpy(turned, bytes, length);
      for (size_t b = 0; k >= 40 && b < 1 + k % 3; b++)
        turned[(k * 7919 + b * 104729) * 31 %
               (k % 2           ? length
                : length < 2000 ? length
                                : 2000)] ^= (char)(1 << (k + b) % 8);
      put_bytes(names[f], turned, size);
      outcome out = read_with(1 + (int)(k % 2), sections, "gdp, pop");
      cr_assert(out.status == SW_OK || out.status == SW_EINPUT || out.status == SW_ENOMEM,
                "%s %zu: %d %s", names[f], k, (int)out.status, out.text);
      release(&out);
    }
    free(bytes);
    free(turned);
  }
}

Test(foreign, refusals) {
  put_set("p.dta", 6, long_columns, 4, long_cells);
  refused("panel: {file: p.dta, unit: idd, time: year}", "gdp",
          "study.yaml:2:28: p.dta has no column 'idd'; did you mean 'id'?");
  refused(LONG("p.dta"), "gpd", "study.yaml:4:18: p.dta has no column 'gpd'; did you mean 'gdp'?");
  refused(LONG("p.dta"), "name",
          "p.dta:1: name: 'A, \"B\"' is not a number; expected a number, an empty "
          "cell or a text listed under missing_values");
  refused(LONG("none.dta"), "gdp", "none.dta: cannot be read: No such file or directory");
  put("q.dta", "id,year,gdp\na,1,2\n");
  refused(LONG("q.dta"), "gdp",
          "q.dta: cannot be read as a data set of Stata: Unable to read from file");
  put("q.sav", "id,year,gdp\na,1,2\n");
  refused(LONG("q.sav"), "gdp",
          "q.sav: cannot be read as a data set of SPSS: Unable to read from file");
  put("q.sas7bdat", "id,year,gdp\na,1,2\n");
  refused(LONG("q.sas7bdat"), "gdp",
          "q.sas7bdat: cannot be read as a data set of SAS: Unable to read from file");
  static const column columns[] = {
      {"id", NULL, true, false}, {"year", "%tw", false, false}, {"x", NULL, false, false}};
  const cell cells[] = {{.text = "a"}, {.number = 2001}, {.number = 5}};
  put_set("p.dta", 3, columns, 1, cells);
  refused(LONG("p.dta"), "x",
          "p.dta: year counts weeks of Stata, 52 in each year; give dates instead, "
          "e.g. dofw(year)");
  static const column moments[] = {
      {"id", NULL, true, false}, {"year", "%tc", false, false}, {"x", NULL, false, false}};
  put_set("p.dta", 3, moments, 1, cells);
  refused(LONG("p.dta"), "x",
          "p.dta:1: year: the time is no midnight, and periods are days or longer");
}

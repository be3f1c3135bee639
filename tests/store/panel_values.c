/* Cells of panels: what means missing, and how numbers are written. */
#include "panel_fixture.h"

TestSuite(panel_values, .init = setup, .fini = teardown);

#define LONG "panel: {file: p.csv, unit: id, time: year, missing: keep"

/* Programs write one number in many ways, and the list has one of them. */
Test(panel_values, numbers_that_mean_missing_match_by_value) {
  static const char *const lists[] = {"[-9999, 0, (D)]", "['-9999', '0', '(D)']",
                                      "[-9999.0, -0.0, (D)]", "[-9.999e3, 0e9, (D)]"};
  put("p.csv",
      "id,year,gdp,pop\n"
      "a,1,-9999,1\na,2,-9999.0,(D)\na,3,-9999.00000,-9998\na,4,-9.999e3,9999\n"
      "b,1,-09999,-9999.00000000000000000000001\nb,2,0,-0\nb,3,0.000,2\nb,4, -9999 ,1e-9\n");
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (int ranks = 1; ranks <= 2; ranks++) {
      char study[256];
      snprintf(study, sizeof study, LONG ", missing_values: %s}", lists[i]);
      outcome out = read_good(ranks, study, "gdp, pop");
      for (const char *period = "1\0002\0003\0004\0"; *period; period += 2) {
        EXPECT(out, "gdp", period, "a", NAN);
        EXPECT(out, "gdp", period, "b", NAN);
      }
      EXPECT(out, "pop", "1", "a", 1);
      EXPECT(out, "pop", "2", "a", NAN);
      EXPECT(out, "pop", "3", "a", -9998);
      EXPECT(out, "pop", "4", "a", 9999);
      EXPECT(out, "pop", "1", "b", NAN); /* the same double */
      EXPECT(out, "pop", "2", "b", NAN);
      EXPECT(out, "pop", "3", "b", 2);
      EXPECT(out, "pop", "4", "b", 1e-9);
      release(&out);
    }
}

/* A text is no number, and no other text. */
Test(panel_values, texts_that_mean_missing_match_by_characters) {
  put("p.csv", "id,year,gdp\na,1,NaN\na,2,n/a\nb,1, n/a \nb,2,\"n/a\"\n");
  outcome out = read_good(1, LONG ", missing_values: [n/a, NaN]}", "gdp");
  EXPECT(out, "gdp", "1", "a", NAN);
  EXPECT(out, "gdp", "2", "b", NAN);
  release(&out);
  refused(LONG ", missing_values: [N/A, nan]}", "gdp",
          "p.csv:2: gdp: 'NaN' is not a number; expected a number, an empty cell or a text listed "
          "under missing_values");
}

/* ---- how numbers are written ------------------------------------------------------------- */

Test(panel_values, numbers_in_the_form_of_the_file) {
  put("p.csv",
      "id;year;gdp;share\na;1;1.234,5;12,5 %\na;2;-9.999,00;0,1%\nb;1;1.234.567;3%\nb;2;7;\n");
  for (int ranks = 1; ranks <= 2; ranks++) {
    outcome out = read_good(ranks,
                            LONG ", decimal: ',', thousands: '.', percent: strip, "
                                 "missing_values: [-9999]}",
                            "gdp, share");
    EXPECT(out, "gdp", "1", "a", 1234.5);
    EXPECT(out, "gdp", "2", "a", NAN);
    EXPECT(out, "gdp", "1", "b", 1234567);
    EXPECT(out, "gdp", "2", "b", 7);
    EXPECT(out, "share", "1", "a", 12.5);
    EXPECT(out, "share", "2", "a", 0.1);
    EXPECT(out, "share", "2", "b", NAN);
    release(&out);
  }
  put("p.csv", "id,year,gdp\na,1,\"1,234\"\nb,1,\"1,234,567.5\"\nc,1,\"-9,999\"\n");
  outcome out = read_good(1, LONG ", thousands: ',', missing_values: ['-9,999']}", "gdp");
  EXPECT(out, "gdp", "1", "a", 1234);
  EXPECT(out, "gdp", "1", "b", 1234567.5);
  EXPECT(out, "gdp", "1", "c", NAN);
  release(&out);
  /* Wide files, too; and the point that parts thousands leaves the comma for decimals. */
  put("p.csv", "id;g1;g2\na;1.000;2,5\nb;3;4\n");
  out = read_good(
      1, "panel: {file: p.csv, unit: id, layout: {wide: {name: gdp, prefix: g}}, thousands: '.'}",
      "gdp");
  EXPECT(out, "gdp", "1", "a", 1000);
  EXPECT(out, "gdp", "2", "a", 2.5);
  release(&out);
}

/* As strict as without: the form is that of the whole file. */
Test(panel_values, numbers_in_another_form_are_refused) {
  static const struct {
    const char *keys, *cell, *said;
  } cases[] = {
      {"decimal: ','", "1.5", "it is written in another way than `decimal: \",\"` says"},
      {"thousands: ','", "1,23",
       "what parts thousands (',') stands before every three digits or nowhere"},
      {"thousands: ','", "1234,567",
       "what parts thousands (',') stands before every three digits or nowhere"},
      {"decimal: ',', thousands: '.'", "1.5",
       "what parts thousands ('.') stands before every three digits or nowhere"},
      {"decimal: ',', thousands: ' '", "1,234.5",
       "it is written in another way than `decimal: \",\"` with its `thousands` says"},
      {"decimal: ','", "12,5%", "it has a per cent sign; write `percent: strip` under panel"},
      {"percent: strip", "12%%",
       "'%%' is left after '12'; expected a number, an empty cell or a text listed under "
       "missing_values"},
      {"decimal: ','", "\xE2\x82\xAC 12,5", "it has a currency sign; write the number alone"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char study[256], text[256], line[512];
    snprintf(text, sizeof text, "id,year,gdp\na,1,5\nb,1,\"%s\"\n", cases[k].cell);
    snprintf(study, sizeof study, LONG ", %s}", cases[k].keys);
    snprintf(line, sizeof line, "p.csv:3: gdp: '%s' is not a number: %s", cases[k].cell,
             cases[k].said);
    put("p.csv", text);
    refused(study, "gdp", line);
  }
}

/* Without keys: each has its word, and the key that reads it. */
Test(panel_values, what_is_written_besides_digits_is_named) {
  static const char *const cases[][2] = {
      {"1,234", "it has a comma; write under panel `thousands: \",\"` where it parts thousands, "
                "`decimal: \",\"` where it is the decimal sign"},
      {"1,234,567", "it has thousands separators; write `thousands: \",\"` under panel"},
      {"12,345.6", "it has thousands separators; write `thousands: \",\"` under panel"},
      {"12,5", "it has a decimal comma; write `decimal: \",\"` under panel"},
      {"1234,5", "it has a decimal comma; write `decimal: \",\"` under panel"},
      {"1.234,5",
       "it has thousands separators; write `decimal: \",\"` and `thousands: \".\"` under panel"},
      {"1.234.567",
       "it has thousands separators; write `decimal: \",\"` and `thousands: \".\"` under panel"},
      {"1 234", "it has thousands separators; write `thousands: \" \"` under panel"},
      {"1\xC2\xA0"
       "234,5",
       "it has thousands separators; write `decimal: \",\"` and `thousands: \" \"` under panel"},
      {"1'234", "it has thousands separators; write `thousands: \"'\"` under panel"},
      {"12.5%", "it has a per cent sign; write `percent: strip` under panel"},
      {"12,5 %", "it has a per cent sign; write `percent: strip` under panel"},
      {"$1,234.50", "it has a currency sign; write the number alone"},
      {"-$12", "it has a currency sign; write the number alone"},
      {"12 EUR", "it has a currency sign; write the number alone"},
      {"(1,234)", "it is in parentheses; write a negative number with '-' before it"},
      {"\xE2\x88\x92"
       "5",
       "it has U+2212 in place of U+002D; write plain digits"},
      {"\xEF\xBC\x91"
       "2",
       "it has U+FF11 (full width) in place of U+0031; write plain digits"},
      {"12\xC2\xA0", "it also has U+00A0 (a no-break space); write plain digits"},
      {"12abc", "'abc' is left after '12'; expected a number, an empty cell or a text listed under "
                "missing_values"},
      {"12 km", "' km' is left after '12'; expected a number, an empty cell or a text listed under "
                "missing_values"},
      {"1.2.3", "'.3' is left after '1.2'; expected a number, an empty cell or a text listed under "
                "missing_values"},
      {"5e", "'e' is left after '5'; expected a number, an empty cell or a text listed under "
             "missing_values"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    char text[256], line[512];
    snprintf(text, sizeof text, "id,year,gdp\na,1,5\nb,1,\"%s\"\n", cases[k][0]);
    snprintf(line, sizeof line, "p.csv:3: gdp: '%s' is not a number: %s", cases[k][0], cases[k][1]);
    put("p.csv", text);
    refused(LONG "}", "gdp", line);
  }
  char digits[401], text[512]; /* too many: no part of them is judged */
  memset(digits, '9', 400);
  digits[400] = '\0';
  snprintf(text, sizeof text, "id,year,gdp\na,1,5\nb,1,%s\n", digits);
  put("p.csv", text);
  refused(LONG "}", "gdp",
          "p.csv:3: gdp: '9999999999999999999999999999999999999999' is not a number: it has 400 "
          "characters; expected a number, an empty cell or a text listed under missing_values");
  put("p.csv", "id,year,gdp\na,1,5\nb,1,5\n");
  put("u.csv", "id,lon,lat\na,\"1,5\",5\nb,1,5\n");
  refused(
      LONG "}\nunits: {file: u.csv, unit: id, lon: lon, lat: lat}", "gdp",
      "u.csv:2: lon: '1,5' is not a number: it has a decimal comma; write a point before decimals");
}

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

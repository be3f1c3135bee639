/* Panels whose first lines are no names, or do not tell what separates the columns. */
#include "panel_fixture.h"

TestSuite(panel_header, .init = setup, .fini = teardown);

/* Titles above the names, of any make; lines are counted with them. The study's separator counts
 * before what the first line would tell. */
Test(panel_header, header_and_separator) {
  put("p.csv",
      "GDP; by county; \"mio.\n\nid,year;x^year^gdp\na^1^10\nb^1^20\na^2^11\nb^2^21\nNote\n");
  for (int ranks = 1; ranks <= 3; ranks++) {
    outcome out =
        read_good(ranks,
                  "panel: {file: p.csv, unit: 'id,year;x', time: year, header: 2, footer: "
                  "1, separator: ^}",
                  "gdp");
    EXPECT(out, "gdp", "1", "a", 10);
    EXPECT(out, "gdp", "2", "b", 21);
    cr_assert_eq(out.panel->rows_read, 4);
    release(&out);
  }
  put("p.csv", "\xEF\xBB\xBFT\nsep=;\nid;year;gdp\na;1;1\nb;1;2\nb;1;3\n");
  refused("panel: {file: p.csv, unit: id, time: year, header: 1}", "gdp",
          "p.csv:6: unit b, period 1 is already on line 5; give it once");
  put("p.csv", "T\nid\tyear\tgdp\na\t1\t1\nb\t1\tx\n");
  refused("panel: {file: p.csv, unit: id, time: year, header: 1, separator: tab}", "gdp",
          "p.csv:4: gdp: 'x' is not a number; expected a number, an empty cell or a text listed "
          "under missing_values");
  refused("panel: {file: p.csv, unit: id, time: year, header: 7}", "gdp",
          "p.csv: the file is empty; expected a line with the names of the columns");
}

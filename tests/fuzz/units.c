/* Units files, under a panel that does not change. */
#include "fuzz.h"

#include <string.h>

#define PANEL "panel: {file: panel.csv, unit: code, time: year, missing: keep"
#define OF "measures: [{probe: {of: [gdp]}}]"

static const char panel[] = "code,year,gdp\n"
                            "01,2001,1\n01,2002,2\n02,2001,3\n02,2002,\n03,2001,5\n04,2002,6\n";

static const char *const sections[] = {
    PANEL "}\nunits: {file: units.csv, unit: code, unmatched: drop}\n" OF,
    PANEL "}\nunits: {file: units.csv, unit: code, lon: lon, lat: lat, groups: [state, region],"
          " area: {column: area, unit: sqmi}}\n" OF,
    PANEL "}\nunits: {file: units.csv, unit: code, unmatched: drop, groups: [state],"
          " where: \"area >= 10 and state != '' or code = 01\"}\n" OF,
    PANEL ", aggregate: {by: state, sum: [gdp]}}\n"
          "units: {file: units.csv, unit: code, unmatched: drop, lon: lon, lat: lat,"
          " area: {column: area, unit: km2}, groups: [region]}\n" OF,
};

enum { STUDIES = sizeof sections / sizeof *sections };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const sw_study *study[STUDIES];
  sw_error said;
  if (!study[0]) fuzz_put("panel.csv", panel, strlen(panel));
  for (int s = 0; s < STUDIES && !study[s]; s++)
    study[s] = fuzz_study(sections[s]);
  fuzz_put("units.csv", data, size);
  for (int s = 0; s < STUDIES; s++)
    fuzz_panel(study[s], &said);
  return 0;
}

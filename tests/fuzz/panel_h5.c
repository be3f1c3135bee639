/* Panels in HDF5 and netCDF-4: as they are, with values treated, with codes and times found by the
 * conventions of netCDF. */
#include "fuzz.h"

/* HDF5 1.10 loses memory of its own where a file is damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
  return "leak:libhdf5\n";
}

#define OF(columns) "measures: [{probe: {of: [" columns "]}}]"
#define PANEL(keys) "panel: {unit: code, time: year, file: panel.h5, " keys "}\n"

static const char *const sections[] = {
    PANEL("missing: keep") OF("gdp"),
    PANEL("missing: interpolate, missing_values: [-9999], derive: {rich: log(gdp)}") OF("rich"),
    PANEL("missing: drop-units, periods: [2001, 2002]") OF("gdp"),
};

enum { STUDIES = sizeof sections / sizeof *sections };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const sw_study *study[STUDIES];
  for (int s = 0; s < STUDIES && !study[s]; s++)
    study[s] = fuzz_study(sections[s]);
  fuzz_put("panel.h5", data, size);
  for (int s = 0; s < STUDIES; s++)
    fuzz_panel_hdf5(study[s]);
  return 0;
}

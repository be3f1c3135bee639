/* Panel files as CSV in their three layouts, and as .csv.gz: what is no gzip file is passed through
 * by zlib, so the same bytes must give the same outcome by both ways. */
#include "fuzz.h"

#include <string.h>

#define OF(columns) "measures: [{probe: {of: [" columns "]}}]"

/* `file` last, so that places in the study are the same whatever its name is. */
#define CSV ", file: panel.csv}\n"
#define GZ ", file: panel.csv.gz}\n"
#define KEEP                                                                                       \
  "panel: {unit: code, time: year, missing: keep, missing_values: ['(D)'],"                        \
  " derive: {rich: log(gdp) / pop}"
#define FILL "panel: {unit: code, time: year, missing: interpolate, footer: 2"

static const char *const sections[] = {
    KEEP CSV OF("gdp, rich"),
    KEEP GZ OF("gdp, rich"),
    FILL CSV OF("gdp"),
    FILL GZ OF("gdp"),
    "panel: {unit: code, missing: keep, decimal: ',', thousands: '.', percent: strip,"
    " missing_values: [-9999]" CSV OF("gdp"),
    "panel: {unit: code, missing: drop-units" CSV OF("gdp"),
    "panel: {unit: code, missing: zero, layout: {wide: {name: gdp, prefix: g}}" CSV OF("gdp"),
    "panel: {unit: code, missing: error, footer: 1,"
    " layout: {wide: {indicator: line, names: {1: gdp, 12: man}}}" CSV OF("gdp, man, line_7"),
    "panel: {unit: code, missing: keep,"
    " layout: {wide: {indicator: line, periods: [a, b]}}" CSV OF("line_7"),
};

enum { STUDIES = sizeof sections / sizeof *sections };

/* The same line but for ".gz" behind the name of the file. */
static bool is_same(const char *plain, const char *gz) {
  static const char name[] = "panel.csv";
  for (const char *at; (at = strstr(plain, name));) {
    size_t skip = (size_t)(at - plain) + sizeof name - 1;
    if (strncmp(plain, gz, skip) || strncmp(gz + skip, ".gz", 3)) return false;
    plain += skip;
    gz += skip + 3;
  }
  size_t cut = strlen(gz); /* the longer name may have cut the line */
  return !strncmp(plain, gz, cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const sw_study *study[STUDIES];
  static sw_error said[STUDIES];
  sw_status status[STUDIES];
  for (int s = 0; s < STUDIES && !study[s]; s++)
    study[s] = fuzz_study(sections[s]);
  fuzz_put("panel.csv", data, size);
  fuzz_put("panel.csv.gz", data, size);
  for (int s = 0; s < STUDIES; s++)
    status[s] = fuzz_panel(study[s], &said[s]);
  bool gzip = size > 1 && data[0] == 0x1F && data[1] == 0x8B;
  if (gzip || memmem(data, size, "panel.csv", 9)) return 0; /* the latter confuses is_same */
  for (int s = 0; s < 4; s += 2)
    fuzz_must(status[s] == status[s + 1] && is_same(said[s].text, said[s + 1].text),
              "plain: '%s', gz: '%s'", said[s].text, said[s + 1].text);
  return 0;
}

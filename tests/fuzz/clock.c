/* Times of a netCDF axis: a line of units, a line of a calendar (empty: none), then numbers as
 * texts. No HDF5 here, which would be fuzzed instead. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "store/netcdf/calendar.h"

static void try_number(const sw_clock *clock, double value) {
  sw_date date = {0}, next = {0};
  const char *wrong = sw_clock_date(clock, value, &date);
  if (wrong) return;
  fuzz_must(date.year >= 0 && date.year <= 9999, "the year %lld", (long long)date.year);
  fuzz_must(date.month >= 1 && date.month <= 12, "the month %d", date.month);
  fuzz_must(date.day >= 1 && date.day <= 31, "the day %d", date.day);
  /* A later time has no earlier date. */
  if (sw_clock_date(clock, value + 1, &next)) return;
  int64_t a = date.year * 400 + date.month * 32 + date.day;
  int64_t b = next.year * 400 + next.month * 32 + next.day;
  fuzz_must(a <= b, "%g is later than %g", value, value + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = '\0';
  char *rest = text, *units = strsep(&rest, "\n"), *calendar = rest ? strsep(&rest, "\n") : NULL;
  sw_clock clock;
  if (sw_clock_is_since(units) &&
      !sw_clock_parse(units, calendar && *calendar ? calendar : NULL, &clock))
    for (char *end; rest && *rest; rest = end) {
      double value = strtod(rest, &end);
      if (end == rest) break;
      try_number(&clock, value);
    }
  free(text);
  return 0;
}

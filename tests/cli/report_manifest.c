/* The manifest where memory ends: a key that could not be put together is no key that is lacking.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cli/report/arrays.h"

/* Bytes of the name of a result, of which a key is made: an allocation that is refused for sure. */
enum { LONG = 64 << 20 };

/* From here on the process gets no more than some MB. */
static void memory_ends(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  cr_assert(file && fscanf(file, "%ld", &pages) == 1);
  fclose(file);
  rlim_t most = (rlim_t)pages * 4096 + LONG / 2;
  cr_assert_eq(setrlimit(RLIMIT_AS, &(struct rlimit){most, most}), 0);
}

/* A page with one result, whose pairs are there of the last period alone: their time axis has a
 * name of its own. */
static sw_status manifest(sw_error *err, char *name, FILE *out, bool ends) {
  static const char *const year[] = {"2001", "2002"};
  static const int at[] = {0, 1};
  sw_page_axis axis = {.id = "time", .kind = SW_PAGE_TIME, .n = 2, .label = year, .at = at};
  sw_page_result result = {.name = name, .title = "", .weights = "", .parameters = ""};
  sw_report_partners partners = {.first = 1, .partner = -1, .kept = -1};
  partners.pairs.out_strength = partners.pairs.in_strength = partners.pairs.total = -1;
  partners.pairs.mean = partners.pairs.max = partners.pairs.n_pairs = -1;
  sw_page page = {.title = "", .n_axes = 1, .axis = &axis, .n_results = 1, .result = &result};
  sw_report_geometry geometry = {0};
  bool taken = false;
  sw_report report = {.page = &page, .geometry = &geometry, .taken = &taken};
  sw_report_arrays arrays = {.shown = -1, .missing = -1, .n_partners = 1, .partners = &partners};
  cr_assert_eq(sw_arena_create(err, &report.arena), SW_OK);
  if (ends) memory_ends();
  sw_status status = sw_report_manifest(err, &report, &arrays, out);
  sw_arena_destroy(report.arena);
  return status;
}

Test(manifest, its_keys) {
  sw_error err = {0};
  char *text = NULL, name[] = "gravity";
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  cr_assert_eq(manifest(&err, name, out, false), SW_OK, "%s", err.text);
  fclose(out);
  cr_expect(strstr(text, "\"kept/gravity/time\":{\"labels\":[\"2002\"]"), "%s", text);
  free(text);
}

#ifndef __SANITIZE_ADDRESS__ /* which takes terabytes of addresses for itself */
Test(manifest, memory_ends) {
  sw_error err = {0};
  char *name = malloc(LONG);
  FILE *out = fopen("/dev/null", "w");
  memset(name, 'a', LONG - 1);
  name[LONG - 1] = '\0';
  cr_expect_eq(manifest(&err, name, out, true), SW_ENOMEM);
  cr_expect(strncmp(err.text, "out of memory", 13) == 0, "%s", err.text);
  fclose(out);
  free(name);
}
#endif

/* Where the page goes: what is asked of a page besides what is asked of every file
 * (session/target.h). Called by the verbs `report` and `run --report`. */
#include "cli/report/report.h"

#include "base/text.h"

#include <string.h>

/* The name of the page that belongs to a results file. A dot that begins the file's name is no
 * ending: ".results" gets ".results.html". NULL without memory. */
const char *sw_report_default_path(sw_arena *arena, const char *results) {
  const char *slash = strrchr(results, '/'), *dot = strrchr(results, '.');
  bool ending = dot && dot > (slash ? slash + 1 : results);
  return sw_arena_printf(arena, "%.*s.html",
                         (int)(ending ? (size_t)(dot - results) : strlen(results)), results);
}

/* Looked at before anything is computed, as a run may take hours. The page must not replace what it
 * is made of. */
sw_status sw_report_target_look(sw_error *err, const char *path, const sw_report_options *o,
                                sw_target *target) {
  const sw_target_source source[] = {{o->path, "is the results file itself"},
                                     {o->against, "is the file of --against"},
                                     {o->polygons, "is the file of --polygons"}};
  *target = (sw_target){.out = NULL};
  if (!sw_ends_with(path, ".html") && !sw_ends_with(path, ".htm"))
    return sw_fail(err, SW_EINPUT, "%s: a report is a page; expected a name that ends with .html",
                   path);
  return sw_target_look(err, path, 3, source, o->force, target);
}

/* On success out is open and temporary is to be removed or renamed by sw_report_target_close. */
sw_status sw_report_target_open(sw_error *err, const char *path, const sw_report_options *options,
                                sw_target *target) {
  SW_TRY(sw_report_target_look(err, path, options, target));
  return sw_target_open(err, target);
}

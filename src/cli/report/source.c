/* What the study says to the page: polygons, insets, language (source.h). The text was a good study
 * when the results were made; of an older version it may use words that are no more, so only the
 * tree is read, and what is not as expected is as if not said. Results may have moved: polygons are
 * looked for beside the file, in two folders above, and where the user is.
 *
 * Paths and texts are the arena's or point into the tree, which the arena holds, too. */
#include "cli/report/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "plan/study/yaml.h"

/* NULL for whatever is no text: a list, a map, an empty value, a missing key or map (sw_node_get
 * takes NULL). */
static const char *text_of(const sw_node *map, const char *key) {
  const sw_node *node = sw_node_get(map, key);
  return node && node->kind == SW_NODE_SCALAR && *node->text ? node->text : NULL;
}

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory for the report");
}

/* ---- polygons --------------------------------------------------------------------------- */

/* `path` as it is beside the results, or in a folder above them: the study's output.file may lie in
 * a folder of its own. */
static sw_status beside_results(sw_error *err, const sw_report *report, const char *file,
                                const char **found) {
  const char *at = report->page->path;
  /* As many folders up as studies commonly put between themselves and their results: none, one or
   * two. */
  for (int up = 0; up < 3; up++) {
    const char *dots = up == 0 ? "" : up == 1 ? "../" : "../../";
    const char *name = sw_arena_printf(report->arena, "%s%s", dots, file);
    const char *path = name ? sw_path_beside(report->arena, at, name) : NULL;
    if (!path) return no_memory(err);
    if (access(path, R_OK) == 0) {
      *found = path;
      return SW_OK;
    }
  }
  return SW_OK;
}

/* `folder`: the study's, where the page is made by `run` itself. *found stays NULL when there is
 * none. Order of trust: the study's own folder; an absolute path as it is; then where the results
 * lie, and at last the current folder. */
static sw_status find_polygons(sw_error *err, const sw_report *report, const char *folder,
                               const char *file, const char **found) {
  *found = NULL;
  if (folder) {
    const char *path = *file == '/' ? file : sw_arena_printf(report->arena, "%s/%s", folder, file);
    if (!path) return no_memory(err);
    if (access(path, R_OK) == 0) *found = path;
    return SW_OK;
  }
  if (*file == '/') {
    if (access(file, R_OK) == 0) *found = file;
    return SW_OK;
  }
  SW_TRY(beside_results(err, report, file, found));
  if (!*found && access(file, R_OK) == 0) *found = file; /* where the user is */
  return SW_OK;
}

/* Not found is no failure: a note says what to give, and the map is made of places. The field of
 * the codes is called as in the units' file unless the study says otherwise. */
static sw_status study_polygons(sw_error *err, const sw_report *report, const char *folder,
                                sw_report_source *source) {
  const sw_node *units = sw_node_get(source->root, "units");
  const sw_node *node = sw_node_get(units, "polygons");
  sw_polygons_spec *to = &source->polygons;
  if (!node) return SW_OK;
  bool map = node->kind == SW_NODE_MAP;
  to->file = map ? text_of(node, "file") : text_of(units, "polygons");
  to->key = map ? text_of(node, "key") : NULL;
  /* The key is taken from `units: {unit: ...}`, where a study names the column of codes. */
  to->layer = map ? text_of(node, "layer") : NULL;
  if (!to->key) to->key = text_of(units, "unit");
  if (!to->file || !to->key) return SW_OK;
  SW_TRY(find_polygons(err, report, folder, to->file, &to->path));
  if (to->path) return SW_OK;
  source->note =
      sw_arena_printf(report->arena,
                      "%s: the study's polygons, %s, are not found from here; the map is "
                      "made of the units' places: give --polygons FILE --key FIELD",
                      report->options->path, to->file);
  return source->note ? SW_OK : no_memory(err);
}

/* As given, which must be there. A mistake of the command line is an error, other than one of an
 * old study: its author is there to mend it. */
static sw_status given_polygons(sw_error *err, const sw_report *report, sw_report_source *source) {
  const sw_report_options *o = report->options;
  const sw_node *units = sw_node_get(source->root, "units");
  if (access(o->polygons, R_OK) != 0)
    return sw_fail(err, SW_EINPUT, "--polygons %s: there is no such file, or it cannot be read",
                   o->polygons);
  source->polygons = (sw_polygons_spec){.file = o->polygons, .path = o->polygons, .key = o->key};
  if (!o->key) source->polygons.key = text_of(units, "unit");
  if (!source->polygons.key)
    return sw_fail(err, SW_EINPUT,
                   "--polygons %s: give --key FIELD, the field with the units' codes", o->polygons);
  return SW_OK;
}

/* ---- insets ----------------------------------------------------------------------------- */

/* The units of that label, in whichever group has it first; false: none has. */
static bool mark_units(const sw_page *page, const char *label, uint8_t zone, uint8_t *of) {
  for (int g = 0; g < page->n_groups; g++)
    for (int l = 0; l < page->group[g].n; l++) {
      if (strcmp(page->group[g].label[l], label) != 0) continue;
      for (int64_t i = 0; i < page->n; i++)
        if (page->group[g].of[i] == l) of[i] = zone;
      return true;
    }
  return false;
}

/* `insets: [AK, HI]`: labels of groups. A label that no group has is passed over, as are those
 * beyond the number of zones that a page can draw: the study was valid for its own data, and a map
 * without an inset is still right. `has_insets` also with an empty list, which says that no insets
 * are wanted. */
static sw_status read_insets(sw_error *err, const sw_report *report, sw_report_source *source) {
  const sw_node *list = sw_node_get(sw_node_get(source->root, "output"), "insets");
  uint8_t *zone = NULL;
  const char **name = NULL;
  if (!list) return SW_OK;
  int count = list->kind == SW_NODE_LIST ? list->count : 0;
  SW_NEW(err, report->arena, zone, report->page->n + 1);
  SW_NEW(err, report->arena, name, count + 1);
  source->has_insets = true;
  source->insets = (sw_insets){.name = name, .zone = zone};
  for (int k = 0; k < count && source->insets.n + 1 < SW_GEOMETRY_ZONES; k++) {
    const sw_node *item = list->item[k];
    if (item->kind == SW_NODE_SCALAR &&
        mark_units(report->page, item->text, (uint8_t)(source->insets.n + 1), zone))
      name[source->insets.n++] = item->text;
  }
  return SW_OK;
}

/* ---- all -------------------------------------------------------------------------------- */

/* Every unread or unreadable part of the study leaves its field empty; only the command line's
 * polygons and a lack of memory can fail. */
sw_status sw_report_source_of(sw_error *err, sw_report *report, const char *folder,
                              sw_report_source *source) {
  sw_error ignored = {0};
  const char *text = report->page->study;
  *source = (sw_report_source){0};
  if (!*text || sw_yaml_parse(&ignored, report->arena, report->options->path, text, strlen(text),
                              &source->root) != SW_OK)
    source->root = NULL;
  source->language = text_of(sw_node_get(source->root, "output"), "language");
  SW_TRY(read_insets(err, report, source));
  return report->options->polygons ? given_polygons(err, report, source)
                                   : study_polygons(err, report, folder, source);
}

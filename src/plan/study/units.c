/* `units:`, the table of the units: code, place, area, filter, groups. Optional: without it the
 * units are those of the panel, and there are no distances, no groups and no `aggregate`. Read
 * before the sections that may name its columns. */
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* The unit of area has no default: confusing km2 and square miles (a factor of 2.59) would go
 * unnoticed. The reader turns all into km2. */
static sw_status read_area(sw_error *err, sw_study_reader *in, const sw_node *node) {
  static const char *const keys[] = {"column", "unit", NULL};
  sw_units_spec *units = &in->study->units;
  if (!node) return SW_OK;
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(sw_form_text(err, node, "column", "the column with the area", &units->area));
  const sw_node *unit = sw_node_get(node, "unit");
  if (!unit) return sw_form_missing(err, node, "unit", "km2, sqmi or ha");
  int index = 0;
  /* In the order of sw_area_unit. */
  SW_TRY(sw_form_choice(err, in->arena, unit, "km2|sqmi|ha", &index, NULL));
  units->area_unit = (sw_area_unit)index;
  return SW_OK;
}

/* Both or none; one without the other is a mistake. */
static sw_status read_place(sw_error *err, const sw_node *node, sw_units_spec *units) {
  SW_TRY(sw_form_text(err, node, "lon", NULL, &units->lon));
  SW_TRY(sw_form_text(err, node, "lat", NULL, &units->lat));
  if (!units->lon != !units->lat)
    return sw_form_missing(err, node, units->lon ? "lat" : "lon",
                           "coordinates need both `lon` and `lat`");
  return SW_OK;
}

/* Each becomes a variable group_NAME of the results file, where '/' would part the name. The order
 * of groups is that of the list, which results follow. */
static sw_status read_groups(sw_error *err, sw_study_reader *in, const sw_node *node,
                             sw_units_spec *units) {
  SW_TRY(sw_form_texts(err, in->arena, node, &units->n_groups, &units->group));
  for (int g = 0; g < units->n_groups; g++)
    if (strchr(units->group[g], '/'))
      return sw_node_fail(
          err, node->kind == SW_NODE_LIST ? node->item[g] : node,
          "groups: '%s' contains '/', which names in the results file must not; rename the column",
          units->group[g]);
  return SW_OK;
}

/* A file, or a map with its field of codes, which is called as in the table of units unless it says
 * otherwise. Read when something needs them. The file itself is read by weights of kind contiguity
 * and by the report's map. */
static sw_status read_polygons(sw_error *err, sw_study_reader *in, const sw_node *node) {
  static const char *const keys[] = {"file", "key", "layer", NULL};
  sw_polygons_spec *polygons = &in->study->units.polygons;
  if (!node || sw_form_is_null(node)) return SW_OK;
  polygons->node = node;
  polygons->key = in->study->units.unit;
  if (node->kind == SW_NODE_MAP) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    SW_TRY(sw_form_text(err, node, "file", "the file of the polygons", &polygons->file));
    SW_TRY(sw_form_text(err, node, "key", NULL, &polygons->key));
    SW_TRY(sw_form_text(err, node, "layer", NULL, &polygons->layer));
  } else {
    SW_TRY(sw_form_scalar(err, node, &polygons->file));
  }
  polygons->path = sw_path_beside(in->arena, in->study->file, polygons->file);
  return polygons->path ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* Without the section all of study->units is zero, and units->given false. */
sw_status sw_study_read_units(sw_error *err, sw_study_reader *in) {
  static const char *const keys[] = {"file",      "unit",   "lon",      "lat",  "area", "where",
                                     "unmatched", "groups", "polygons", "name", "noun", NULL};
  sw_units_spec *units = &in->study->units;
  const sw_node *node = sw_node_get(in->root, "units");
  if (!node || sw_form_is_null(node)) return SW_OK;
  SW_TRY(sw_node_check_keys(err, node, keys));
  units->node = node;
  /* `panel` and `entries` ask for this before they want a column of the table. */
  units->given = true;
  SW_TRY(sw_form_text(err, node, "file", "the table of the units, a .csv file", &units->file));
  SW_TRY(sw_form_text(err, node, "unit", "the column with the unit's code", &units->unit));
  SW_TRY(sw_form_words(err, node, "name", &units->name));
  SW_TRY(sw_form_words(err, node, "noun", &units->noun));
  SW_TRY(read_place(err, node, units));
  SW_TRY(read_area(err, in, sw_node_get(node, "area")));
  SW_TRY(read_polygons(err, in, sw_node_get(node, "polygons")));
  units->path = sw_path_beside(in->arena, in->study->file, units->file);
  if (!units->path) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  const sw_node *where = sw_node_get(node, "where");
  /* Parsed now, for its errors; applied when the table is read. */
  if (where) SW_TRY(sw_study_read_where(err, in->arena, where, &units->n_where, &units->where));
  /* Units of the table without data, and rows of units that the table lacks: an error unless the
   * user asks to drop them, as they are mostly codes written in two ways. */
  const sw_node *unmatched = sw_node_get(node, "unmatched");
  int index = 0;
  if (unmatched) SW_TRY(sw_form_choice(err, in->arena, unmatched, "error|drop", &index, NULL));
  units->drop_unmatched = index == 1;
  return read_groups(err, in, sw_node_get(node, "groups"), units);
}

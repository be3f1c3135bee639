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

/* ---- groups ------------------------------------------------------------------------------ */

/* One end of a slice, up to the character `stop`; *given is false where nothing is written. */
static bool read_end(const char **at, char stop, int64_t *value, bool *given) {
  size_t length = strcspn(*at, ":]");
  const char *text = *at;
  *given = length > 0;
  *at += length;
  if (**at != stop) return false;
  ++*at;
  return !*given || sw_parse_integer(text, length, value);
}

/* "unit[0:2]", or with the name of the column of codes before the brackets. */
static bool parse_slice(const sw_units_spec *units, const char *text, sw_unit_slice *slice) {
  size_t length = strcspn(text, "[");
  bool given = false, of_code = strncmp(text, "unit", length) == 0 && length == 4;
  if (strncmp(text, units->unit, length) == 0 && !units->unit[length]) of_code = true;
  if (!of_code || text[length] != '[') return false;
  const char *at = text + length + 1;
  if (!read_end(&at, ':', &slice->from, &given)) return false;
  if (!read_end(&at, ']', &slice->to, &given)) return false;
  slice->open = !given;
  return !*at;
}

/* A slice that is empty whatever the code is a slip. */
static sw_status read_slice(sw_error *err, const sw_units_spec *units, const sw_node *node,
                            sw_unit_slice *slice) {
  SW_TRY(sw_form_scalar(err, node, &slice->text));
  slice->node = node;
  if (!parse_slice(units, slice->text, slice))
    return sw_node_fail(err, node,
                        "groups: %s: '%s' is no slice of the codes; expected unit[START:END], e.g. "
                        "\"unit[0:2]\" for their first two characters",
                        slice->name, slice->text);
  if (slice->open || (slice->from < 0) != (slice->to < 0) || slice->from < slice->to) return SW_OK;
  return sw_node_fail(err, node, "groups: %s: %s is empty; its end must lie behind its start",
                      slice->name, slice->text);
}

/* Each becomes a variable group_NAME of the results file, where '/' would part the name. */
static sw_status add_group(sw_error *err, sw_units_spec *units, const sw_node *node,
                           const char **group, const char *name) {
  if (strchr(name, '/'))
    return sw_node_fail(
        err, node,
        "groups: '%s' contains '/', which names in the results file must not; rename the column",
        name);
  for (int g = 0; g < units->n_groups; g++)
    if (strcmp(group[g], name) == 0) return sw_node_fail(err, node, "'%s' is listed twice", name);
  group[units->n_groups++] = name;
  return SW_OK;
}

/* A map of names to slices, alone or as an item of the list. */
static sw_status add_slices(sw_error *err, sw_units_spec *units, const sw_node *map,
                            const char **group, sw_unit_slice *slice) {
  for (int i = 0; i < map->count; i++) {
    if (!map->key[i][0]) return sw_node_key_fail(err, map, i, "groups: a group needs a name");
    SW_TRY(add_group(err, units, map->item[i], group, map->key[i]));
    slice[units->n_slices].name = map->key[i];
    SW_TRY(read_slice(err, units, map->item[i], &slice[units->n_slices]));
    units->n_slices++;
  }
  return SW_OK;
}

/* Columns, and slices of the codes. The order of groups is that of the study, which results
 * follow. */
static sw_status read_groups(sw_error *err, sw_study_reader *in, const sw_node *node,
                             sw_units_spec *units) {
  const char **group, *name = "";
  sw_unit_slice *slice;
  int most = 1;
  if (!node) return SW_OK;
  for (int i = 0; node->kind != SW_NODE_SCALAR && i < node->count; i++)
    most += node->item[i]->kind == SW_NODE_MAP ? node->item[i]->count : 1;
  SW_NEW(err, in->arena, group, most);
  SW_NEW(err, in->arena, slice, most);
  units->group = group;
  units->slice = slice;
  if (node->kind == SW_NODE_MAP) return add_slices(err, units, node, group, slice);
  bool one = node->kind == SW_NODE_SCALAR;
  for (int i = 0; i < (one ? 1 : node->count); i++) {
    const sw_node *item = one ? node : node->item[i];
    if (item->kind == SW_NODE_MAP) {
      SW_TRY(add_slices(err, units, item, group, slice));
      continue;
    }
    SW_TRY(sw_form_scalar(err, item, &name));
    SW_TRY(add_group(err, units, item, group, name));
  }
  return SW_OK;
}

/* ---- the section ------------------------------------------------------------------------- */

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

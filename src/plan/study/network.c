/* `distance: {network: {...}}`: the files of a network of roads and railways, its modes, and how
 * units reach it. Only the form is read here; the files are opened when distances are bound
 * (plan/run). Each message says what was expected, with an example, at the line of the key that is
 * wrong. The spec is built in the study's arena and is const from then on. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* Minutes and speeds; *value keeps its default when the key is left out. 1e8 is a bound that no
 * time on Earth reaches: a larger number is a wrong unit. */
static sw_status read_above_zero(sw_error *err, const sw_node *map, const char *key,
                                 const char *expected, double *value) {
  const sw_node *node = sw_node_get(map, key);
  if (!node) return SW_OK;
  SW_TRY(sw_node_number(err, node, value));
  if (*value > 0 && *value <= 1e8) return SW_OK;
  return sw_node_fail(err, node, "network: %s is %s; expected %s", key, node->text, expected);
}

/* ---- files ------------------------------------------------------------------------------ */

/* `n.csv`, or {file: n.csv, layer: L, COLUMN: name}; the keys of columns stand behind the first
 * two. file->column keeps NULL for what the study does not name: the reader then has its own names
 * for it. */
static sw_status read_file(sw_error *err, sw_arena *arena, const sw_study *study,
                           const sw_node *node, const char *const *keys, sw_network_file *file) {
  file->node = node;
  if (node->kind == SW_NODE_MAP) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    SW_TRY(sw_form_text(err, node, "file", "the name of a file", &file->file));
    SW_TRY(sw_form_text(err, node, "layer", NULL, &file->layer));
    for (int c = 0; keys[2 + c]; c++)
      SW_TRY(sw_form_text(err, node, keys[2 + c], NULL, &file->column[c]));
  } else {
    SW_TRY(sw_form_scalar(err, node, &file->file));
  }
  file->path = sw_path_beside(arena, study->file, file->file);
  return file->path ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* Keys from the third on are columns, in the order of sw_network_file's columns. */
static sw_status read_edges(sw_error *err, sw_arena *arena, const sw_study *study,
                            const sw_node *node, sw_network_file *file) {
  static const char *const keys[] = {"file", "layer",       "from", "to",
                                     "mode", "from_period", "km",   NULL};
  return read_file(err, arena, study, node, keys, file);
}

static sw_status read_nodes(sw_error *err, sw_arena *arena, const sw_study *study,
                            const sw_node *node, sw_network_file *file) {
  static const char *const keys[] = {"file", "layer", "node", "lon", "lat", NULL};
  return read_file(err, arena, study, node, keys, file);
}

/* ---- modes ------------------------------------------------------------------------------ */

/* A mode without keys takes what holds for all modes. *mode has the defaults already; only what is
 * given is changed. A mode may have a file of its own, or share one with others by a column. */
static sw_status read_mode(sw_error *err, sw_arena *arena, const sw_study *study,
                           const sw_node *node, sw_network_mode *mode) {
  static const char *const keys[] = {"edges", "kmh", "access_kmh", NULL};
  if (!node || sw_form_is_null(node)) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node,
                        "network: mode '%s': expected a map, e.g. {kmh: 100, access_kmh: 40}",
                        mode->name);
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(read_above_zero(err, node, "kmh", "a speed above 0", &mode->kmh));
  SW_TRY(read_above_zero(err, node, "access_kmh", "a speed above 0", &mode->access_kmh));
  const sw_node *edges = sw_node_get(node, "edges");
  return edges ? read_edges(err, arena, study, edges, &mode->edges) : SW_OK;
}

/* {rail: {...}, road: {...}}, or [rail, road]. `transfer` is what joins edges of two modes. Without
 * any `modes` there is one, without a name. 64 is far beyond any network. */
static sw_status read_modes(sw_error *err, sw_arena *arena, const sw_study *study,
                            const sw_node *node, sw_network_spec *spec) {
  bool map = node && node->kind == SW_NODE_MAP;
  int count = 1;
  const char *const *name = NULL;
  if (node && !map) SW_TRY(sw_form_texts(err, arena, node, &count, &name));
  if (map) count = node->count;
  if (count < 1 || count > 64)
    return sw_node_fail(err, node, "network: %d modes; expected 1 to 64, e.g. {road: {}, rail: {}}",
                        count);
  SW_NEW(err, arena, spec->mode, count);
  spec->n_modes = count;
  for (int m = 0; m < count; m++) {
    spec->mode[m].name = map ? node->key[m] : name ? name[m] : "";
    spec->mode[m].access_kmh = spec->access_kmh;
    if (strcmp(spec->mode[m].name, "transfer") == 0)
      return sw_node_fail(
          err, node, "network: 'transfer' is no mode: edges of that mode join nodes of others");
    if (map) SW_TRY(read_mode(err, arena, study, node->item[m], &spec->mode[m]));
  }
  return SW_OK;
}

/* -1: no transfer. With several modes it must be said, as no default would suit every network.
 * Minutes are added each time that a way changes its mode at a node. */
static sw_status read_transfer(sw_error *err, const sw_node *map, sw_network_spec *spec) {
  const sw_node *node = sw_node_get(map, "transfer");
  spec->transfer = -1;
  if (!node && spec->n_modes > 1)
    return sw_form_missing(err, map, "transfer",
                           "minutes from one mode to another at a node, e.g. 15, or none");
  if (!node || (node->kind == SW_NODE_SCALAR && strcmp(node->text, "none") == 0)) return SW_OK;
  SW_TRY(sw_node_number(err, node, &spec->transfer));
  if (spec->transfer >= 0 && spec->transfer <= 1e8) return SW_OK;
  return sw_node_fail(err, node, "network: transfer is %s; expected 0 or more minutes", node->text);
}

/* ---- all -------------------------------------------------------------------------------- */

/* Edges need a file; a time, or a speed by which lengths become one. After all keys are read, as
 * any of them may supply what another lacks. */
static sw_status check(sw_error *err, const sw_network_spec *spec) {
  for (int m = 0; m < spec->n_modes; m++) {
    const sw_network_mode *mode = &spec->mode[m];
    if (!spec->edges.file && !mode->edges.file)
      return sw_form_missing(err, spec->node, "edges",
                             "a file of from, to and minutes, of all modes or of each");
    if (!spec->time && !(mode->kmh > 0))
      return sw_node_fail(err, spec->node,
                          "network: 'time' is missing: the column of minutes; or give each mode a "
                          "speed, modes: {%s: {kmh: 100}}",
                          *mode->name ? mode->name : "road");
  }
  return SW_OK;
}

/* access_kmh before modes: it is their default. *network is set on success only. */
sw_status sw_study_read_network(sw_error *err, sw_arena *arena, const sw_study *study,
                                const sw_node *node, const sw_network_spec **network) {
  static const char *const keys[] = {"nodes",      "edges",  "time",     "modes", "transfer",
                                     "access_kmh", "within", "directed", NULL};
  sw_network_spec *spec = NULL;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(
        err, node, "network: expected a map, e.g. {nodes: n.csv, edges: e.csv, time: minutes}");
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_NEW(err, arena, spec, 1);
  const sw_node *nodes = sw_node_get(node, "nodes"), *edges = sw_node_get(node, "edges");
  const sw_node *directed = sw_node_get(node, "directed");
  spec->node = node;
  if (!nodes)
    return sw_form_missing(err, node, "nodes", "a file of the network's nodes, with lon and lat");
  SW_TRY(read_nodes(err, arena, study, nodes, &spec->nodes));
  if (edges) SW_TRY(read_edges(err, arena, study, edges, &spec->edges));
  SW_TRY(sw_form_text(err, node, "time", NULL, &spec->time));
  SW_TRY(read_above_zero(err, node, "access_kmh", "a speed above 0", &spec->access_kmh));
  SW_TRY(read_above_zero(err, node, "within", "minutes above 0", &spec->within));
  SW_TRY(read_modes(err, arena, study, sw_node_get(node, "modes"), spec));
  SW_TRY(read_transfer(err, node, spec));
  if (directed) SW_TRY(sw_node_bool(err, directed, &spec->directed));
  SW_TRY(check(err, spec));
  *network = spec;
  return SW_OK;
}

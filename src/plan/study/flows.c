/* `pairs:`, observed flows: a table of pairs of units, by period or of all. Each is an entry as
 * well, whose keys are those of the measure observed_flow; here is what the reader of the table
 * needs.
 *
 * Called by study.c while a study is read: no file is opened yet, so every mistake found here is
 * told with its line of the study. The flows lie in the study's arena, in the order of the file. */
#include "plan/study/parse.h"

#include <string.h>

#include "base/text.h"
#include "measure/names.h"

#define EXAMPLE "file: od.csv, unit_from: home, " SW_NAME_UNIT_TO ": work, value: people"

/* NULL for a study without flows, or whose section is no map; that is then refused where the
 * section itself is read. */
static const sw_node *section_of(const sw_study_reader *in) {
  const sw_node *node = in->root ? sw_node_get(in->root, "pairs") : NULL;
  return node && node->kind == SW_NODE_MAP ? node : NULL;
}

/* Asked while other sections are read, before `flow` is filled: by the tree itself. Returns the
 * index that study->flow will have it at; -1 without one. */
int sw_study_find_flow(const sw_study_reader *in, const char *name) {
  const sw_node *map = section_of(in);
  for (int i = 0; map && i < map->count; i++)
    if (strcmp(map->key[i], name) == 0) return i;
  return -1;
}

/* For the end of a message, as all hints: "; did you mean ...", or what is known. */
const char *sw_study_flow_hint(const sw_study_reader *in, const char *name) {
  const sw_node *map = section_of(in);
  return map && map->count ? sw_form_hint(in->arena, name, map->key, map->count)
                           : "; the study has no `pairs`";
}

/* Two of the columns cannot be one. `file` is kept as written, for messages; `path` is what is
 * opened. Without `time` a flow holds for all periods. */
static sw_status read_one(sw_error *err, sw_study_reader *in, sw_flow_spec *flow) {
  const sw_node *node = flow->node;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "flow '%s': expected a map, e.g. {" EXAMPLE "}", flow->name);
  SW_TRY(sw_form_text(err, node, "file", "a table of pairs, .csv, .h5 or .nc", &flow->file));
  SW_TRY(sw_form_text(err, node, "unit_from", "the column of the senders' codes", &flow->from));
  SW_TRY(sw_form_text(err, node, SW_NAME_UNIT_TO, "the column of the receivers' codes", &flow->to));
  SW_TRY(sw_form_text(err, node, "value", "the column of the flow", &flow->value));
  SW_TRY(sw_form_text(err, node, "time", NULL, &flow->time));
  if (flow->time && !in->study->panel.time)
    return sw_node_fail(err, sw_node_get(node, "time"),
                        "the panel has no `time`; leave it out, and one period in the file");
  const char *const column[] = {flow->from, flow->to, flow->value, flow->time};
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < a; b++)
      if (column[a] && strcmp(column[a], column[b]) == 0)
        return sw_node_fail(err, node, "flow '%s': column '%s' is named for two things", flow->name,
                            column[a]);
  flow->path = sw_path_beside(in->arena, in->study->file, flow->file);
  return flow->path ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* Names are checked with those of all entries (entries.c). *study is changed on success only. */
sw_status sw_study_read_flows(sw_error *err, sw_study_reader *in) {
  const sw_node *node = sw_node_get(in->root, "pairs");
  sw_flow_spec *flow;
  if (!node || sw_form_is_null(node)) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "pairs: expected a map of names, e.g. commuting: {" EXAMPLE "}");
  SW_NEW(err, in->arena, flow, node->count + 1);
  for (int i = 0; i < node->count; i++) {
    flow[i].name = node->key[i];
    flow[i].node = node->item[i];
    SW_TRY(read_one(err, in, &flow[i]));
  }
  in->study->n_flows = node->count;
  in->study->flow = flow;
  return SW_OK;
}

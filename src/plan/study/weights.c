/* `weights:`, the named spatial weights matrices. Read after the units, whose coordinates some
 * kinds need, and before the entries, which name them. Only described here; store/links makes the
 * matrix when an entry that uses it is bound. */
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* The keys of files; `kinds` is in the order of sw_weights_kind. */
static const char *const file_keys[] = {"kind", "style",  "file",  "from",
                                        "to",   "weight", "order", NULL};
static const char *const matrix_keys[] = {"kind", "style", "file", NULL};
static const char kinds[] =
    "file|matrix|knn|inverse-distance|distance-band|kernel|contiguity|block|result|"
    "union|intersection|difference|product|transpose|higher-order";
/* As sw_style; then names by which the first two go in the field. */
static const char styles[] = "row|binary|as-is|c|u|s|spectral|minmax|W|B";
enum { N_STYLES = 8 };

/* One end alone would leave the other to be guessed. `value_key` is "weight" or "distance"; without
 * any names the reader takes its defaults. */
sw_status sw_study_read_columns(sw_error *err, const sw_node *map, const char *value_key,
                                sw_link_columns *columns) {
  SW_TRY(sw_form_text(err, map, "from", NULL, &columns->from));
  SW_TRY(sw_form_text(err, map, "to", NULL, &columns->to));
  SW_TRY(sw_form_text(err, map, value_key, NULL, &columns->value));
  if (!columns->from == !columns->to) return SW_OK;
  return sw_node_fail(err, sw_node_get(map, columns->from ? "from" : "to"),
                      "`from` and `to` go together; name both columns");
}

/* Both forms, plain and packed by gzip. */
static bool is_of(const char *file, const char *ending, const char *packed) {
  return sw_ends_with(file, ending) || sw_ends_with(file, packed);
}

/* `from`, `to` and `weight` are columns, which a list has; `order` is of a matrix without codes.
 * The path is resolved beside the study, as all paths of a study are. */
static sw_status read_parts(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  bool market = is_of(spec->file, ".mtx", ".mtx.gz"),
       words = is_of(spec->file, ".gal", ".gal.gz") || is_of(spec->file, ".gwt", ".gwt.gz");
  SW_TRY(sw_study_read_columns(err, spec->node, "weight", &spec->columns));
  if ((market || words) && (spec->columns.from || spec->columns.value))
    return sw_node_fail(err, sw_node_get(spec->node, spec->columns.from ? "from" : "weight"),
                        "%s has no columns to name; `from`, `to` and `weight` are those of a .csv",
                        spec->file);
  SW_TRY(sw_form_text(err, spec->node, "order", NULL, &spec->order));
  if (!spec->order) return SW_OK;
  if (!market)
    return sw_node_fail(err, sw_node_get(spec->node, "order"),
                        "%s has codes of its own; `order` names the codes of a .mtx", spec->file);
  spec->order_path = sw_path_beside(in->arena, in->study->file, spec->order);
  return spec->order_path ? SW_OK
                          : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* The ending of a links file decides its format; see store/links. Whether codes in it are units of
 * the study is seen when it is read. */
static sw_status read_file(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const char *hint = spec->kind == SW_W_FILE
                         ? "links as .csv (from,to[,weight]), .gal, .gwt or .mtx"
                         : "a square table with codes, .csv";
  SW_TRY(sw_form_text(err, spec->node, "file", hint, &spec->file));
  spec->path = sw_path_beside(in->arena, in->study->file, spec->file);
  if (!spec->path) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  return spec->kind == SW_W_FILE ? read_parts(err, in, spec) : SW_OK;
}

/* The kind is read before the keys are checked, because it decides which are allowed: `k` of
 * inverse distances is refused instead of ignored. Rows are standardised unless `style` says else.
 * Zeros of the spec are the defaults of all that a kind does not read. */
static sw_status read_one(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node;
  int kind = 0, style = SW_STYLE_ROW;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "weights '%s': expected a map, e.g. {kind: knn, k: 6}",
                        spec->name);
  const sw_node *kind_node = sw_node_get(node, "kind");
  if (!kind_node)
    return sw_form_missing(
        err, node, "kind",
        "e.g. file, knn, distance-band, kernel, contiguity, block, result, union");
  SW_TRY(sw_form_choice(err, in->arena, kind_node, kinds, &kind, NULL));
  spec->kind = (sw_weights_kind)kind;
  bool by_file = spec->kind == SW_W_FILE || spec->kind == SW_W_MATRIX;
  if (by_file)
    SW_TRY(sw_node_check_keys(err, node, spec->kind == SW_W_FILE ? file_keys : matrix_keys));
  const sw_node *style_node = sw_node_get(node, "style");
  if (style_node) SW_TRY(sw_form_choice(err, in->arena, style_node, styles, &style, NULL));
  spec->style = (sw_style)(style % N_STYLES); /* W, B: row, binary */
  return by_file ? read_file(err, in, spec) : sw_study_read_made(err, in, spec);
}

/* Names need not be identifiers: they appear in the study and in texts only. The index of a matrix
 * is its place in the map; entries know it by that. Matrices that are made of others are linked at
 * the end. */
sw_status sw_study_read_weights(sw_error *err, sw_study_reader *in) {
  const sw_node *node = sw_node_get(in->root, "weights");
  if (!node || sw_form_is_null(node)) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node,
                        "weights: expected a map of names, e.g. knn6: {kind: knn, k: 6}");
  sw_weights_spec *spec;
  SW_NEW(err, in->arena, spec, node->count);
  for (int i = 0; i < node->count; i++) {
    spec[i].name = node->key[i];
    spec[i].node = node->item[i];
    if (!node->key[i][0]) return sw_node_key_fail(err, node, i, "a weights matrix needs a name");
    SW_TRY(read_one(err, in, &spec[i]));
  }
  in->study->n_weights = node->count;
  in->study->weights = spec;
  return sw_study_read_operands(err, in, spec);
}

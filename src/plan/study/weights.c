/* `weights:`, the named spatial weights matrices. Read after the units, whose coordinates some
 * kinds need, and before the entries, which name them. Only described here; store/links makes the
 * matrix when an entry that uses it is bound. */
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* The keys that each kind takes. `kinds` is in the order of sw_weights_kind; contiguity comes last
 * and has no enumerator: it is known only to be refused with advice. */
static const char *const file_keys[] = {"kind", "style", "file", NULL};
static const char *const knn_keys[] = {"kind", "style", "k", NULL};
static const char *const distance_keys[] = {"kind", "style", "power", "cutoff_km", NULL};
static const char kinds[] = "file|matrix|knn|inverse-distance|contiguity";
enum { CONTIGUITY = 4 };

/* The ending of a links file decides its format; see store/links. */
static sw_status read_file(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const char *hint = spec->kind == SW_W_FILE
                         ? "links as .csv (from,to[,weight]), .gal, .gwt or .mtx"
                         : "a square table with codes, .csv";
  SW_TRY(sw_form_text(err, spec->node, "file", hint, &spec->file));
  spec->path = sw_path_beside(in->arena, in->study->file, spec->file);
  if (!spec->path) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  return SW_OK;
}

/* *value keeps its default when the key is left out. */
static sw_status read_positive(sw_error *err, const sw_node *node, double *value) {
  if (!node) return SW_OK;
  SW_TRY(sw_node_number(err, node, value));
  if (*value > 0) return SW_OK;
  return sw_node_fail(err, node, "found %s; expected a number greater than 0", node->text);
}

/* Weights by distance. Neighbours up to INT32_MAX are let pass here: n is not known yet. Powers
 * default to 1, and a cutoff of 0 stands for none. */
static sw_status read_near(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node;
  if (!in->study->units.lon)
    return sw_node_fail(err, node, "weights '%s' need coordinates: give `lon` and `lat` in `units`",
                        spec->name);
  if (spec->kind == SW_W_KNN) {
    const sw_node *k = sw_node_get(node, "k");
    if (!k) return sw_form_missing(err, node, "k", "the number of nearest neighbours");
    return sw_form_integer(err, k, 1, INT32_MAX, &spec->k);
  }
  spec->power = 1;
  SW_TRY(read_positive(err, sw_node_get(node, "power"), &spec->power));
  return read_positive(err, sw_node_get(node, "cutoff_km"), &spec->cutoff_km);
}

/* The kind is read before the keys are checked, because it decides which are allowed: `k` of
 * inverse distances is refused instead of ignored. Rows are standardised unless `style` says
 * else. */
static sw_status read_one(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node;
  int kind = 0, style = SW_STYLE_ROW;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "weights '%s': expected a map, e.g. {kind: knn, k: 6}",
                        spec->name);
  const sw_node *kind_node = sw_node_get(node, "kind");
  if (!kind_node)
    return sw_form_missing(err, node, "kind", "one of file, matrix, knn, inverse-distance");
  SW_TRY(sw_form_choice(err, in->arena, kind_node, kinds, &kind, NULL));
  if (kind == CONTIGUITY)
    return sw_node_fail(err, kind_node,
                        "contiguity from polygons is not supported in this version; give the edge "
                        "list with {kind: file, file: edges.csv}");
  spec->kind = (sw_weights_kind)kind;
  /* A file knows its links; the other kinds are made from the coordinates. */
  bool by_file = spec->kind == SW_W_FILE || spec->kind == SW_W_MATRIX;
  SW_TRY(sw_node_check_keys(err, node,
                            by_file                  ? file_keys
                            : spec->kind == SW_W_KNN ? knn_keys
                                                     : distance_keys));
  const sw_node *style_node = sw_node_get(node, "style");
  if (style_node)
    SW_TRY(sw_form_choice(err, in->arena, style_node, "row|binary|as-is", &style, NULL));
  spec->style = (sw_style)style;
  return by_file ? read_file(err, in, spec) : read_near(err, in, spec);
}

/* Names need not be identifiers: they appear in the study and in texts only. */
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
  return SW_OK;
}

/* Weights matrices that are made: of coordinates, polygons, groups, earlier results, and of other
 * matrices. What each kind takes stands in one table.
 *
 * Called by weights.c for every kind but files. Only described here: links are made when an entry
 * that uses them is bound (store/links), or after the result that they rest on is there
 * (`later`). */
#include "plan/study/parse.h"

#include <string.h>

#include "base/text.h"

/* *value keeps its default when the key is left out. */
static sw_status read_positive(sw_error *err, const sw_node *node, double *value) {
  if (!node) return SW_OK;
  SW_TRY(sw_node_number(err, node, value));
  if (*value > 0) return SW_OK;
  return sw_node_fail(err, node, "found %s; expected a number greater than 0", node->text);
}

/* ---- of coordinates ---------------------------------------------------------------------- */

/* Neighbours up to INT32_MAX are let pass here: n is not known yet. At n or more the maker refuses
 * with the number of units. */
static sw_status read_knn(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  (void)in;
  const sw_node *k = sw_node_get(spec->node, "k");
  if (!k) return sw_form_missing(err, spec->node, "k", "the number of nearest neighbours");
  return sw_form_integer(err, k, 1, INT32_MAX, &spec->k);
}

/* Powers default to 1, and a cutoff of 0 stands for none. d^-power; the distance is that of the
 * units' places in km. */
static sw_status read_inverse(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  (void)in;
  spec->power = 1;
  SW_TRY(read_positive(err, sw_node_get(spec->node, "power"), &spec->power));
  return read_positive(err, sw_node_get(spec->node, "cutoff_km"), &spec->cutoff_km);
}

static sw_status read_band(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  (void)in;
  const sw_node *km = sw_node_get(spec->node, "km");
  if (!km) return sw_form_missing(err, spec->node, "km", "how far neighbours may be");
  return read_positive(err, km, &spec->km);
}

/* A width in km, or by the k-th neighbour, each unit's own unless `fixed`. Eight neighbours by
 * default. */
static sw_status read_kernel(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node, *function = sw_node_get(node, "function"),
                *k = sw_node_get(node, "k"), *km = sw_node_get(node, "km"),
                *fixed = sw_node_get(node, "fixed"), *diagonal = sw_node_get(node, "diagonal");
  int form = SW_KERNEL_TRIANGULAR, own = SW_DIAGONAL_NONE;
  if (function)
    SW_TRY(sw_form_choice(err, in->arena, function,
                          "triangular|epanechnikov|bisquare|gaussian|uniform", &form, NULL));
  if (diagonal) SW_TRY(sw_form_choice(err, in->arena, diagonal, "0|one|kernel", &own, NULL));
  spec->function = (sw_kernel_form)form;
  spec->diagonal = (sw_kernel_diagonal)own;
  if (km && (k || fixed))
    return sw_node_fail(err, k ? k : fixed, "`km` is the width already; `k` and `fixed` find one");
  if (km) return read_positive(err, km, &spec->km);
  spec->k = 8;
  if (k) SW_TRY(sw_form_integer(err, k, 1, INT32_MAX, &spec->k));
  return fixed ? sw_node_bool(err, fixed, &spec->fixed) : SW_OK;
}

/* ---- of polygons and groups -------------------------------------------------------------- */

/* `snap` of 0 is equal numbers; -1 stands for the default, which is by the map. */
static sw_status read_snap(sw_error *err, const sw_node *node, double *snap) {
  *snap = -1;
  if (!node) return SW_OK;
  SW_TRY(sw_node_number(err, node, snap));
  if (*snap >= 0) return SW_OK;
  return sw_node_fail(err, node, "found %s; expected 0 or more, in the unit of the map",
                      node->text);
}

/* `order`, `lower`: how many links away neighbours are. `lower` takes nearer ones as well. */
static sw_status read_order(sw_error *err, sw_weights_spec *spec) {
  const sw_node *order = sw_node_get(spec->node, "order"),
                *lower = sw_node_get(spec->node, "lower");
  spec->q = 1;
  if (order) SW_TRY(sw_form_integer(err, order, 1, INT32_MAX, &spec->q));
  return lower ? sw_node_bool(err, lower, &spec->lower) : SW_OK;
}

/* `meet`: by polygons that touch or overlap anywhere, not by common corners. */
static sw_status read_contiguity(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node, *rule = sw_node_get(node, "rule"),
                *method = sw_node_get(node, "method");
  int rook = 0, meet = 0;
  if (!in->study->units.polygons.node)
    return sw_node_fail(
        err, node, "weights '%s' need polygons: give `polygons`, a file, in `units`", spec->name);
  if (rule) SW_TRY(sw_form_choice(err, in->arena, rule, "queen|rook", &rook, NULL));
  if (method) SW_TRY(sw_form_choice(err, in->arena, method, "vertices|intersect", &meet, NULL));
  spec->rule = (sw_rule)rook;
  spec->meet = meet == 1;
  SW_TRY(read_snap(err, sw_node_get(node, "snap"), &spec->snap));
  return read_order(err, spec);
}

/* A column of the units that is one of their groups. Units of one label are neighbours of each
 * other. */
static sw_status read_block(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_units_spec *units = &in->study->units;
  SW_TRY(sw_form_text(err, spec->node, "group", "a column of `groups` of the units", &spec->group));
  for (int g = 0; g < units->n_groups; g++)
    if (strcmp(units->group[g], spec->group) == 0) return SW_OK;
  return sw_node_fail(err, sw_node_get(spec->node, "group"),
                      "'%s' is not one of `groups` of the units%s", spec->group,
                      sw_form_hint(in->arena, spec->group, units->group, units->n_groups));
}

/* ---- of results -------------------------------------------------------------------------- */

/* Whether the file has the result, the quantity and the period is seen when it is read; those of
 * this study are looked up when all entries are known (refs.c). `later`: made during the run, when
 * the result is there. A flow of this study and a file are there from the start. */
static sw_status read_result(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_node *node = spec->node, *use = sw_node_get(node, "use"),
                *top = sw_node_get(node, "top");
  int which = SW_USE_IN;
  SW_TRY(sw_form_text(err, node, "of", "the result whose pairs are the links, e.g. gravity",
                      &spec->result));
  SW_TRY(sw_form_text(err, node, "file", NULL, &spec->file));
  SW_TRY(sw_form_text(err, node, "quantity", NULL, &spec->quantity));
  SW_TRY(sw_form_text(err, node, "period", NULL, &spec->period));
  if (use) SW_TRY(sw_form_choice(err, in->arena, use, "in|out|both", &which, NULL));
  spec->use = (sw_pair_use)which;
  if (top) SW_TRY(sw_form_integer(err, top, 1, INT32_MAX, &spec->top));
  /* From 1 on, so that the 0 of a new spec means no flow. */
  if (!spec->file) spec->flow = 1 + sw_study_find_flow(in, spec->result);
  if (spec->flow && spec->quantity)
    return sw_node_fail(err, sw_node_get(node, "quantity"),
                        "%s is an observed flow and has one quantity; leave it out", spec->result);
  spec->later = !spec->file && !spec->flow;
  if (!spec->file) return SW_OK;
  spec->path = sw_path_beside(in->arena, in->study->file, spec->file);
  return spec->path ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* ---- of other matrices ------------------------------------------------------------------- */

/* The names are looked up when all are known. `q` is 1 for kinds that do not count links. */
static sw_status read_combined(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  (void)in;
  if (!sw_node_get(spec->node, "of"))
    return sw_form_missing(err, spec->node, "of", "the weights it is made of, e.g. [queen, knn6]");
  spec->q = 1;
  if (spec->kind != SW_W_HIGHER_ORDER) return SW_OK;
  if (!sw_node_get(spec->node, "order"))
    return sw_form_missing(err, spec->node, "order", "how many links away neighbours are");
  return read_order(err, spec);
}

/* How many a kind is made of: one, or two or more, two of a difference. `difference` is the only
 * one in which the order matters besides `product`. */
static sw_status check_number(sw_error *err, const sw_weights_spec *spec, const sw_node *node) {
  bool one = spec->kind == SW_W_TRANSPOSE || spec->kind == SW_W_HIGHER_ORDER;
  if (one && spec->n_of == 1) return SW_OK;
  if (!one && spec->n_of >= 2 && (spec->kind != SW_W_DIFFERENCE || spec->n_of == 2)) return SW_OK;
  return sw_node_fail(err, node, "weights '%s': `of` names %d; expected %s", spec->name, spec->n_of,
                      one                             ? "one"
                      : spec->kind == SW_W_DIFFERENCE ? "two, what is left of the first"
                                                      : "two or more");
}

/* A product may name one twice. Indexes, as the array of specs does not move any more. */
static sw_status read_names(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  const sw_study *study = in->study;
  const sw_node *node = sw_node_get(spec->node, "of");
  bool list = node->kind == SW_NODE_LIST;
  const char **known;
  int *of;
  spec->n_of = list ? node->count : 1;
  SW_TRY(check_number(err, spec, node));
  SW_NEW(err, in->arena, known, study->n_weights);
  SW_NEW(err, in->arena, of, spec->n_of);
  for (int i = 0; i < study->n_weights; i++)
    known[i] = study->weights[i].name;
  for (int k = 0; k < spec->n_of; k++) {
    const sw_node *item = list ? node->item[k] : node;
    const char *name;
    SW_TRY(sw_form_scalar(err, item, &name));
    of[k] = -1;
    for (int i = 0; i < study->n_weights; i++)
      if (strcmp(known[i], name) == 0) of[k] = i;
    if (of[k] < 0)
      return sw_node_fail(err, item, "unknown weights '%s'%s", name,
                          sw_form_hint(in->arena, name, known, study->n_weights));
  }
  spec->of = of;
  return SW_OK;
}

/* Depth first; state: 1 is being looked at, 2 is done. Nested as deep as the study has matrices.
 * What is made of one that is made later is made later, too. A chain is found from any of its
 * members, as each is a start. */
static sw_status refuse_cycles(sw_error *err, sw_weights_spec *all, int i, int8_t *state) {
  if (state[i] == 2) return SW_OK;
  if (state[i] == 1)
    return sw_node_fail(err, all[i].node, "weights '%s' are made of themselves", all[i].name);
  state[i] = 1;
  for (int k = 0; k < all[i].n_of; k++) {
    SW_TRY(refuse_cycles(err, all, all[i].of[k], state));
    all[i].later |= all[all[i].of[k]].later;
  }
  state[i] = 2;
  return SW_OK;
}

/* When all names are known: a matrix may be made of one that stands below it. After it, spec->later
 * is right for all, whatever they are made of. */
sw_status sw_study_read_operands(sw_error *err, sw_study_reader *in, sw_weights_spec *all) {
  int8_t *state;
  SW_NEW(err, in->arena, state, in->study->n_weights + 1);
  for (int i = 0; i < in->study->n_weights; i++)
    if (sw_weights_kind_combines(all[i].kind)) SW_TRY(read_names(err, in, &all[i]));
  for (int i = 0; i < in->study->n_weights; i++)
    SW_TRY(refuse_cycles(err, all, i, state));
  return SW_OK;
}

/* ---- all kinds --------------------------------------------------------------------------- */

/* Besides `kind` and `style`. The designated places of the table leave holes for the kinds that are
 * files; these never come here. */
enum { MOST_KEYS = 10 };
static const struct {
  sw_status (*read)(sw_error *, sw_study_reader *, sw_weights_spec *);
  bool places; /* needs coordinates */
  const char *keys[MOST_KEYS];
} made[] = {
    [SW_W_KNN] = {read_knn, true, {"kind", "style", "k"}},
    [SW_W_INVERSE_DISTANCE] = {read_inverse, true, {"kind", "style", "power", "cutoff_km"}},
    [SW_W_BAND] = {read_band, true, {"kind", "style", "km"}},
    [SW_W_KERNEL] = {read_kernel,
                     true,
                     {"kind", "style", "function", "k", "km", "fixed", "diagonal"}},
    [SW_W_CONTIGUITY] = {read_contiguity,
                         false,
                         {"kind", "style", "rule", "snap", "method", "order", "lower"}},
    [SW_W_BLOCK] = {read_block, false, {"kind", "style", "group"}},
    [SW_W_RESULT] = {read_result,
                     false,
                     {"kind", "style", "of", "file", "use", "top", "period", "quantity"}},
    [SW_W_UNION] = {read_combined, false, {"kind", "style", "of"}},
    [SW_W_INTERSECTION] = {read_combined, false, {"kind", "style", "of"}},
    [SW_W_DIFFERENCE] = {read_combined, false, {"kind", "style", "of"}},
    [SW_W_PRODUCT] = {read_combined, false, {"kind", "style", "of"}},
    [SW_W_TRANSPOSE] = {read_combined, false, {"kind", "style", "of"}},
    [SW_W_HIGHER_ORDER] = {read_combined, false, {"kind", "style", "of", "order", "lower"}},
};

/* Keys first: a slip in a key is told before the lack of what it should have given. */
sw_status sw_study_read_made(sw_error *err, sw_study_reader *in, sw_weights_spec *spec) {
  SW_TRY(sw_node_check_keys(err, spec->node, made[spec->kind].keys));
  if (made[spec->kind].places && !in->study->units.lon)
    return sw_node_fail(err, spec->node,
                        "weights '%s' need coordinates: give `lon` and `lat` in `units`",
                        spec->name);
  return made[spec->kind].read(err, in, spec);
}

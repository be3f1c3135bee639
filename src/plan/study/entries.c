/* `composites:` and `measures:`, the entries of a study: which measure, under which name, with
 * which arguments. Composites come first, then measures, as written; the index of an entry is what
 * the rest of the program knows it by (jobs, journal regions, results). Their names share one
 * namespace, are identifiers, and do not collide with what the results file holds already.
 *
 * All names are read before any argument, since an argument may name an entry that stands later. */
#include <string.h>

#include "base/text.h"
#include "measure/names.h"
#include "measure/outputs.h"
#include "measure/resample/intervals.h"
#include "plan/study/parse.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* A program's own measures come first. sw_program_measures has refused those named like one of the
 * catalogue, so the order decides nothing there. NULL: no such measure. */
static const sw_measure *find_measure(const sw_study_reader *in, const char *name) {
  for (int i = 0; i < in->n_extra; i++)
    if (strcmp(in->extra[i]->name, name) == 0) return in->extra[i];
  return sw_measure_find(name);
}

/* Composites are not offered: they have a section of their own. Always fails; the nearest name is a
 * suggestion, never taken by itself. */
static sw_status unknown_measure(sw_error *err, sw_study_reader *in, const sw_node *item) {
  const char **known;
  int count = 0;
  SW_NEW(err, in->arena, known, sw_measure_count() + in->n_extra);
  for (int i = 0; i < sw_measure_count() + in->n_extra; i++) {
    const sw_measure *measure =
        i < sw_measure_count() ? sw_measure_at(i) : in->extra[i - sw_measure_count()];
    if (measure->kind != SW_KIND_COMPOSITE) known[count++] = measure->name;
  }
  /* The list of all measures would not fit a line; the verb `measures` shows it. */
  const char *near = sw_nearest(item->key[0], known, count);
  if (near)
    return sw_node_key_fail(err, item, 0, "unknown measure '%s'; did you mean '%s'?", item->key[0],
                            near);
  return sw_node_key_fail(err, item, 0, "unknown measure '%s'; `spillway measures` lists them",
                          item->key[0]);
}

/* ---- names ------------------------------------------------------------------------------ */

/* Two entries of one name would write to one group of the results file. Quadratic in the number of
 * entries, of which a study has tens. */
enum { LONGEST_NAME = 200 }; /* of a result: it is part of paths in the file */

/* `where`: of the name, i.e. of `as:` when there is one. A derived indicator of the same name is
 * refused because a name of an entry hides a column (refs.c): inputs would silently mean the
 * result. */
static sw_status check_name(sw_error *err, sw_study_reader *in, sw_entry *entry,
                            const char *where) {
  const sw_study *study = in->study;
  entry->name_where = where;
  if (!sw_form_is_identifier(entry->name))
    return sw_fail(err, SW_EINPUT,
                   "%s: '%s' cannot name a result; expected letters, digits and '_', not beginning "
                   "with a digit",
                   where, entry->name);
  if (strlen(entry->name) > LONGEST_NAME)
    return sw_fail(err, SW_EINPUT, "%s: the name has %zu characters; expected at most %d", where,
                   strlen(entry->name), LONGEST_NAME);
  if (sw_name_is_of_root(entry->name))
    return sw_fail(
        err, SW_EINPUT,
        "%s: '%s' cannot name a result: the results file itself uses '%s'; choose another name",
        where, entry->name, entry->name);
  /* Entries are named in order, so those before this one have theirs. */
  for (const sw_entry *other = study->entry; other < entry; other++)
    if (strcmp(other->name, entry->name) == 0)
      return sw_fail(err, SW_EINPUT,
                     "%s: two results are called '%s' (the first at %s); rename one with `as:`",
                     where, entry->name, other->name_where);
  for (int v = 0; v < study->panel.n_values; v++)
    if (strcmp(study->panel.value[v], entry->name) == 0)
      return sw_fail(err, SW_EINPUT,
                     "%s: '%s' cannot name a result: %s.LABEL are indicators of the panel; choose "
                     "another name",
                     where, entry->name, entry->name);
  /* Columns of the files are checked where they are read (indicators.c). */
  for (int i = 0; i < study->panel.n_derive; i++) {
    if (strcmp(study->panel.derive[i].name, entry->name) != 0) continue;
    const char *there = sw_form_where(in->arena, study->panel.derive[i].node);
    if (!there) return no_memory(err);
    return sw_fail(err, SW_EINPUT,
                   "%s: '%s' is also the derived indicator at %s; choose another name", where,
                   entry->name, there);
  }
  return SW_OK;
}

/* ---- arguments -------------------------------------------------------------------------- */

/* Tables of a descriptor end with an entry without a name. */
static int count_params(const sw_measure *measure) {
  int count = 0;
  while (measure->param[count].name)
    count++;
  return count;
}

/* Whether a key is the measure's own, so that the engine leaves it alone. */
static bool has_param(const sw_measure *measure, const char *name) {
  for (int i = 0; measure->param[i].name; i++)
    if (strcmp(measure->param[i].name, name) == 0) return true;
  return false;
}

/* Whether the entry's name, an alias, sets this parameter. */
static bool is_set(const sw_entry *entry, const char *param) {
  return entry->alias && strcmp(entry->alias->alias_param, param) == 0;
}

/* At most seven keys; `known` is the caller's room. A measure with a parameter `weights` reads that
 * key itself. */
void sw_study_pair_keys(const sw_measure *measure, const char **known, int *count) {
  known[(*count)++] = "keep";
  known[(*count)++] = "by";
  known[(*count)++] = "precision";
  known[(*count)++] = "blocks";
  known[(*count)++] = "rings";
  known[(*count)++] = "centres";
  if (!has_param(measure, "weights")) known[(*count)++] = "weights";
}

/* What an alias sets cannot be given beside it, not even with the same value: the entry would say
 * one thing twice. */
static sw_status check_alias(sw_error *err, const sw_entry *entry) {
  const sw_measure *alias = entry->alias;
  const sw_node *node = alias ? sw_node_get(entry->node, alias->alias_param) : NULL;
  if (!node) return SW_OK;
  return sw_node_fail(err, node, "%s: %s: `%s` sets it to %s; leave it out, or write %s: {%s: ...}",
                      entry->name, alias->alias_param, alias->name, alias->alias_value,
                      entry->measure->name, alias->alias_param);
}

/* The value of a parameter; of "grid.y" that of `y` in the map `grid`. NULL where the entry does
 * not give it. A map that is none, or a key that is unknown, has been refused before
 * (check_keys). */
static const sw_node *value_of(const sw_entry *entry, const char *param) {
  const char *dot = strchr(param, '.');
  if (!dot) return sw_node_get(entry->node, param);
  for (int i = 0; i < entry->node->count; i++)
    if (strlen(entry->node->key[i]) == (size_t)(dot - param) &&
        memcmp(entry->node->key[i], param, (size_t)(dot - param)) == 0)
      return sw_node_get(entry->node->item[i], dot + 1);
  return NULL;
}

/* The keys of the map `head`, of which param[first] is the first parameter. "none" in place of the
 * map leaves all of it out, as for a single parameter (args.c). */
static sw_status check_map(sw_error *err, sw_study_reader *in, const sw_entry *entry,
                           const char *head, int first) {
  const sw_node *map = sw_node_get(entry->node, head);
  const sw_param *param = entry->measure->param;
  size_t length = strlen(head) + 1;
  const char **known;
  int count = 0;
  SW_NEW(err, in->arena, known, count_params(entry->measure) + 1);
  for (int i = first; param[i].name && strncmp(param[i].name, param[first].name, length) == 0; i++)
    known[count++] = param[i].name + length;
  if (!map || (map->kind == SW_NODE_SCALAR && !map->quoted && strcmp(map->text, "none") == 0))
    return SW_OK;
  if (map->kind != SW_NODE_MAP || map->count == 0)
    return sw_node_fail(err, map, "%s: %s: expected a map, as {%s: ...}", entry->name, head,
                        known[0]);
  return sw_node_check_keys(err, map, known);
}

/* A key for a parameter or, once, for those of a map; `known` has room. Parameters of one map stand
 * together in the descriptor's table, so looking at the last key is enough. */
static sw_status add_key(sw_error *err, sw_study_reader *in, const sw_entry *entry, int p,
                         const char **known, int *count) {
  const char *name = entry->measure->param[p].name, *dot = strchr(name, '.');
  if (is_set(entry, name)) return SW_OK;
  if (!dot) {
    known[(*count)++] = name;
    return SW_OK;
  }
  const char *head = sw_arena_textn(in->arena, name, (size_t)(dot - name));
  if (!head) return no_memory(err);
  if (*count > 0 && strcmp(known[*count - 1], head) == 0) return SW_OK;
  known[(*count)++] = head;
  return check_map(err, in, entry, head, p);
}

/* The keys an entry may have: its measure's parameters and what the engine reads of every entry.
 * Composites take no `periods`: whoever uses their scores chooses. Room for ten words and the
 * NULL. What an alias sets has been looked for already, and is not offered. */
static sw_status check_keys(sw_error *err, sw_study_reader *in, const sw_entry *entry) {
  int count = 0;
  const char **known;
  SW_NEW(err, in->arena, known, count_params(entry->measure) + 11);
  for (int i = 0; entry->measure->param[i].name; i++)
    SW_TRY(add_key(err, in, entry, i, known, &count));
  if (entry->measure->kind != SW_KIND_COMPOSITE) {
    if (!entry->flow) known[count++] = "as";
    known[count++] = "periods";
  }
  if (!entry->flow) known[count++] = "balanced";
  if (entry->flow) {
    static const char *const keys[] = {"keep", "by", "precision", "blocks", "rings", "centres"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
      known[count++] = keys[k];
  } else if (entry->is_pair) {
    sw_study_pair_keys(entry->measure, known, &count);
  } else if (entry->measure->kind != SW_KIND_COMPOSITE && sw_node_get(entry->node, "keep")) {
    return sw_node_fail(err, sw_node_get(entry->node, "keep"),
                        "%s: `keep` is for pair measures; %s writes all its values", entry->name,
                        entry->measure->name);
  }
  return sw_node_check_keys(err, entry->node, known);
}

/* Whether k exceeds the partners that a unit has is seen at binding. INT32_MAX is the bound of an
 * index of partners. */
static sw_status read_top(sw_error *err, const sw_node *map, sw_keep *keep) {
  const sw_node *top = sw_node_get(map, "top");
  keep->kind = SW_KEEP_TOP;
  return sw_form_integer(err, top, 1, INT32_MAX, &keep->top);
}

/* `keep: {share: 0.01}`. */
static sw_status read_share(sw_error *err, const sw_node *map, sw_keep *keep) {
  const sw_node *share = sw_node_get(map, "share");
  keep->kind = SW_KEEP_SHARE;
  SW_TRY(sw_node_number(err, share, &keep->share));
  if (keep->share > 0 && keep->share <= 1) return SW_OK;
  return sw_node_fail(err, share, "share is %s; expected a number above 0 and up to 1, as 0.01",
                      share->text);
}

/* What is kept of the pairs. Not written: SW_KEEP_DEFAULT, which bind settles, as it depends on n.
 * The three words of a map are also caught when they are written without one, as the message that a
 * word is unknown would not help. */
static sw_status read_keep(sw_error *err, sw_study_reader *in, sw_entry *entry,
                           const sw_node *node) {
  static const sw_keep_kind kinds[] = {SW_KEEP_DENSE, SW_KEEP_SUMMARY, SW_KEEP_LINKS,
                                       SW_KEEP_CENTRES, SW_KEEP_SIGNIFICANT};
  static const char *const keys[] = {"top", "above", "share", NULL};
  int index = 0;
  if (node->kind == SW_NODE_MAP) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    if (node->count != 1)
      return sw_node_fail(
          err, node, "%s: keep: expected one of {top: k}, {above: x} and {share: s}", entry->name);
    /* One key, which check_keys has found to be one of the three. */
    if (sw_node_get(node, "top")) return read_top(err, node, &entry->keep);
    if (sw_node_get(node, "share")) return read_share(err, node, &entry->keep);
    entry->keep.kind = SW_KEEP_ABOVE;
    return sw_node_number(err, node->item[0], &entry->keep.above);
  }
  /* `keep: top` and the like: the number is missing. */
  static const char *const example[] = {"20", "0.5", "0.01"};
  for (int k = 0; node->kind == SW_NODE_SCALAR && keys[k]; k++)
    if (strcmp(node->text, keys[k]) == 0)
      return sw_node_fail(err, node, "%s: keep: write {%s: %s}", entry->name, node->text,
                          example[k]);
  /* kinds[] has the same order. */
  bool tests = sw_measure_tests_pairs(entry->measure);
  if (!tests && node->kind == SW_NODE_SCALAR && strcmp(node->text, SW_SIGNIFICANT) == 0)
    return sw_node_fail(err, node,
                        "%s: keep: significant is of measures that test their pairs, as granger; "
                        "for the strongest write {share: 0.01}",
                        entry->name);
  SW_TRY(sw_form_choice(err, in->arena, node,
                        tests ? "dense|summary|links|centres|significant"
                              : "dense|summary|links|centres",
                        &index, NULL));
  entry->keep.kind = kinds[index];
  return SW_OK;
}

/* Where the links of `keep: links` are named: by the measure's parameter `weights`, which is a
 * weights matrix, else by the engine's own key. This is read like a parameter: a copy of the entry
 * with a one-parameter measure goes through sw_study_read_arg, so the reading and the messages are
 * the same. -1: no links. With keep: links and no weights the caller refuses. */
static sw_status read_link_weights(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  static const sw_param common[] = {{.name = "weights", .type = SW_P_WEIGHTS, .help = ""}, {0}};
  const sw_node *node = sw_node_get(entry->node, "weights");
  for (int i = 0; entry->measure->param[i].name; i++)
    if (strcmp(entry->measure->param[i].name, "weights") == 0) {
      entry->links = entry->naming[i].weights;
      return SW_OK;
    }
  if (!node) return SW_OK;
  if (entry->keep.kind != SW_KEEP_LINKS)
    return sw_node_fail(err, node,
                        "%s: `weights` goes with keep: links; leave one out or add the "
                        "other",
                        entry->name);
  sw_measure measure = *entry->measure;
  sw_arg arg;
  sw_naming naming;
  measure.param = common;
  sw_entry twin = *entry;
  twin.measure = &measure;
  twin.arg = &arg;
  twin.naming = &naming;
  SW_TRY(sw_study_read_arg(err, in, &twin, 0, node));
  entry->links = naming.weights;
  return SW_OK;
}

/* Of centres alone no sums over all pairs can be made. Centres are rows and columns of a few units;
 * all other pairs are not even computed then. */
static sw_status check_keep_centres(sw_error *err, const sw_entry *entry, const sw_node *keep) {
  const sw_sums_spec *sums = &entry->sums;
  if (entry->keep.kind != SW_KEEP_CENTRES) return SW_OK;
  if (!sums->centres.where)
    return sw_node_fail(err, keep, "%s: keep: centres needs `centres`, e.g. {top: 5, by: gdp}",
                        entry->name);
  if (!sums->blocks && !sums->n_rings) return SW_OK;
  return sw_node_fail(err, keep,
                      "%s: keep: centres: %s are sums over all pairs; write keep: summary",
                      entry->name, sums->blocks ? "blocks" : "rings");
}

/* Without the key the precision stays that of the study's output. */
static sw_status read_precision(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_node *bits = sw_node_get(entry->node, "precision");
  int index = 0;
  if (!bits) return SW_OK;
  SW_TRY(sw_form_choice(err, in->arena, bits, "float32|float64", &index, NULL));
  entry->precision = index == 1 ? SW_DOUBLE : SW_SINGLE;
  return SW_OK;
}

/* keep_where is the entry's place where `keep` is left out, for messages at binding. Links need
 * weights, either a parameter of the measure or the key read here. Also called for matrices below a
 * result (matrices.c), whose node is the argument's map. */
sw_status sw_study_read_pair_keys(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_node *keep = sw_node_get(entry->node, "keep");
  entry->keep_where = keep ? sw_form_where(in->arena, keep) : entry->where;
  if (!entry->keep_where) return no_memory(err);
  if (keep) SW_TRY(read_keep(err, in, entry, keep));
  /* In the order of sw_by. Taken whatever is kept, so that a study can try another `keep`. */
  const sw_node *by = sw_node_get(entry->node, "by");
  if (by) SW_TRY(sw_form_choice(err, in->arena, by, "largest|absolute|smallest", &entry->by, NULL));
  SW_TRY(read_precision(err, in, entry));
  SW_TRY(read_link_weights(err, in, entry));
  SW_TRY(sw_study_read_sums(err, in, entry));
  SW_TRY(check_keep_centres(err, entry, keep));
  if (entry->keep.kind != SW_KEEP_LINKS || entry->links >= 0 || entry->flow) return SW_OK;
  return sw_node_fail(err, keep, "%s: keep: links needs `weights`: the name of a weights matrix",
                      entry->name);
}

/* Labels as written; bind finds them among the panel's. An empty list is refused, as it could be
 * read as "none" or as "all". Labels that the panel lacks are refused at binding, where the panel
 * is known. */
static sw_status read_periods(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_node *node = sw_node_get(entry->node, "periods");
  SW_TRY(sw_form_texts(err, in->arena, node, &entry->n_periods, &entry->period));
  if (node && entry->n_periods == 0)
    return sw_node_fail(err, node, "%s: periods: the list is empty; leave it out for all periods",
                        entry->name);
  return SW_OK;
}

/* An entry that asks for `intervals` has the descriptor of its measure with what these are of
 * (measure/resample). A measure without has no such key, and check_keys says so. */
static sw_status add_intervals(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  const sw_node *node = sw_node_get(entry->node, SW_INTERVALS);
  if (!node || !entry->measure->resample) return SW_OK;
  bool change = node->kind == SW_NODE_MAP && sw_node_get(node, SW_INTERVALS_CHANGE);
  return sw_intervals_extend(err, in->arena, entry->measure, change, &entry->measure);
}

/* In the order of the parameter table, which the needs, and with them the job's inputs, follow:
 * sw_study_read_arg fills a place for each parameter, given or not. */
static sw_status read_arguments(sw_error *err, sw_study_reader *in, sw_entry *entry) {
  SW_TRY(check_alias(err, entry));
  SW_TRY(add_intervals(err, in, entry));
  const sw_measure *measure = entry->measure;
  SW_TRY(check_keys(err, in, entry));
  SW_NEW(err, in->arena, entry->arg, count_params(measure));
  SW_NEW(err, in->arena, entry->naming, count_params(measure));
  for (int i = 0; measure->param[i].name; i++) {
    const char *name = measure->param[i].name;
    if (is_set(entry, name))
      SW_TRY(sw_study_set_arg(err, in, entry, i, entry->alias->alias_value));
    else
      SW_TRY(sw_study_read_arg(err, in, entry, i, value_of(entry, name)));
  }
  const sw_node *balanced = sw_node_get(entry->node, "balanced");
  if (balanced) SW_TRY(sw_node_bool(err, balanced, &entry->balanced));
  if (measure->kind != SW_KIND_COMPOSITE) SW_TRY(read_periods(err, in, entry));
  return entry->is_pair ? sw_study_read_pair_keys(err, in, entry) : SW_OK;
}

/* ---- entries ---------------------------------------------------------------------------- */

/* An entry without parameters: a map without pairs, at the place of its name. Such an entry may
 * still be right: a measure may have a default for everything. */
static sw_status empty_map(sw_error *err, sw_study_reader *in, const sw_node *map, int index,
                           const sw_node **node) {
  sw_node *made;
  SW_NEW(err, in->arena, made, 1);
  *made = (sw_node){.kind = SW_NODE_MAP, .file = map->file, .text = ""};
  made->line = map->key_line[index];
  made->column = map->key_column[index];
  *node = made;
  return SW_OK;
}

/* What is known of an entry before its arguments. From here on an alias is its measure, but for the
 * one argument. is_pair says that the measure has pair outputs; `resolve` may yet switch all of
 * them off (settle_pairs in bind.c). Fails for a value that is no map. `plain` is the measure as
 * described, without the sums that the engine adds (sums.c). */
static sw_status begin_entry(sw_error *err, sw_study_reader *in, const sw_node *map, int index,
                             const sw_measure *measure, sw_entry *entry) {
  if (measure->alias_of) {
    entry->alias = measure;
    measure = measure->alias_of;
  }
  entry->measure = entry->plain = measure;
  entry->is_pair = sw_measure_has_pairs(measure);
  entry->links = -1;
  entry->by = -1;
  entry->where = sw_form_key_where(in->arena, map, index);
  if (!entry->where) return no_memory(err);
  entry->node = map->item[index];
  /* `- moran:` with nothing after it: all parameters are left out, and the usual checks say which
   * are missing. */
  if (sw_form_is_null(entry->node)) SW_TRY(empty_map(err, in, map, index, &entry->node));
  if (entry->node->kind == SW_NODE_MAP) return SW_OK;
  return sw_node_fail(err, entry->node, "%s: expected a map of parameters, e.g. %s: {%s: ...}",
                      map->key[index], map->key[index],
                      measure->param[0].name ? measure->param[0].name : "as");
}

/* A composite's name is its key in the map; the parameters are those of the one measure
 * `composite`. They come first in the array, so the index of a composite is its place in the
 * map. */
static sw_status begin_composites(sw_error *err, sw_study_reader *in, const sw_node *map) {
  const sw_measure *measure = find_measure(in, "composite");
  if (!measure && in->n_composites)
    return sw_node_key_fail(err, map, 0, "this build has no composites");
  for (int i = 0; i < in->n_composites; i++) {
    sw_entry *entry = &in->study->entry[i];
    entry->name = map->key[i];
    SW_TRY(begin_entry(err, in, map, i, measure, entry));
    SW_TRY(check_name(err, in, entry, entry->where));
  }
  return SW_OK;
}

/* An observed flow is an entry like a pair measure's, called by its key in `pairs`. */
static sw_status begin_flows(sw_error *err, sw_study_reader *in) {
  const sw_node *map = sw_node_get(in->root, "pairs");
  const sw_measure *measure = find_measure(in, SW_NAME_FLOW);
  for (int i = 0; i < in->study->n_flows; i++) {
    sw_entry *entry = &in->study->entry[in->n_composites + i];
    entry->name = in->study->flow[i].name;
    SW_TRY(begin_entry(err, in, map, i, measure, entry));
    entry->flow = i + 1;
    SW_TRY(check_name(err, in, entry, entry->where));
  }
  return SW_OK;
}

/* One item of `measures:`, a map with one key. Two keys are nearly always parameters indented no
 * deeper than the name, which is worth a message of its own. What is left to find out, parameters,
 * waits until all entries have names. */
static sw_status begin_measure(sw_error *err, sw_study_reader *in, const sw_node *item,
                               sw_entry *entry) {
  if (item->kind == SW_NODE_MAP && item->count > 1)
    return sw_node_key_fail(err, item, 1,
                            "a second key '%s' in an entry of `measures`; indent "
                            "parameters further than the measure's name '%s'",
                            item->key[1], item->key[0]);
  if (item->kind != SW_NODE_MAP || item->count != 1)
    return sw_node_fail(err, item,
                        "measures: an entry is a measure's name and its parameters, "
                        "e.g. - moran: {of: gdp, weights: queen}");
  const sw_measure *measure = find_measure(in, item->key[0]);
  if (!measure) return unknown_measure(err, in, item);
  if (measure->kind == SW_KIND_COMPOSITE)
    return sw_node_key_fail(err, item, 0, "define composites under `composites:`, by name");
  if (strcmp(measure->name, SW_NAME_FLOW) == 0)
    return sw_node_key_fail(err, item, 0, "define observed flows under `pairs:`, by name");
  /* Without `as:` an entry is called like its measure or alias, which two of one kind cannot be. */
  entry->name = measure->name;
  SW_TRY(begin_entry(err, in, item, 0, measure, entry));
  SW_TRY(sw_form_text(err, entry->node, "as", NULL, &entry->name));
  const sw_node *as = sw_node_get(entry->node, "as");
  const char *where = as ? sw_form_where(in->arena, as) : entry->where;
  return where ? check_name(err, in, entry, where) : no_memory(err);
}

/* A section that is left out or empty counts 0; the other one may be there. A section without items
 * is not refused by itself; only a study that computes nothing is. */
static sw_status count_section(sw_error *err, const sw_study_reader *in, const char *key,
                               sw_node_kind kind, const sw_node **node, int *count) {
  *node = sw_node_get(in->root, key);
  *count = 0;
  if (!*node || sw_form_is_null(*node)) return SW_OK;
  if ((*node)->kind != kind)
    return sw_node_fail(err, *node, "%s: %s", key,
                        kind == SW_NODE_MAP
                            ? "expected a map of names, e.g. economy: {positive: [gdp_pc]}"
                            : "expected a list, e.g. - moran: {of: gdp, weights: queen}");
  *count = (*node)->count;
  return SW_OK;
}

/* From here on the array of entries never moves: others keep pointers into it. `order` of computing
 * is not made here (refs.c). Memory: O(entries + parameters) of the arena. */
sw_status sw_study_read_entries(sw_error *err, sw_study_reader *in) {
  sw_study *study = in->study;
  const sw_node *composites, *measures;
  int n_measures;
  SW_TRY(count_section(err, in, "composites", SW_NODE_MAP, &composites, &in->n_composites));
  SW_TRY(count_section(err, in, "measures", SW_NODE_LIST, &measures, &n_measures));
  study->n_entries = in->n_composites + study->n_flows + n_measures;
  if (study->n_entries == 0)
    return sw_node_fail(err, in->root,
                        "the study computes nothing: add `measures` or `composites`");
  /* Zeroed: keep is SW_KEEP_DEFAULT, nothing is needed, all periods are taken. */
  SW_NEW(err, in->arena, study->entry, study->n_entries);
  SW_TRY(begin_composites(err, in, composites));
  SW_TRY(begin_flows(err, in));
  int first = in->n_composites + study->n_flows;
  for (int i = 0; i < n_measures; i++)
    SW_TRY(begin_measure(err, in, measures->item[i], &study->entry[first + i]));
  for (int i = 0; i < study->n_entries; i++)
    SW_TRY(read_arguments(err, in, &study->entry[i]));
  return sw_study_read_matrices(err, in);
}

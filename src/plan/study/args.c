/* The arguments of an entry, read by the parameter table of its measure: this is why a new measure
 * needs no code here. A default is read from the text of the descriptor as YAML by the same code,
 * so a measure never tells a default from the same words in a study, unless it asks arg->given.
 * Every message says which entry and which parameter: "study.yaml:31:5: gravity_gdp: decay:
 * <message>".
 *
 * Names of columns are only collected; refs.c finds what they mean once all entries are known.
 *
 * Everything made here lies in the study's arena; nothing is opened, and no data is known yet. One
 * thread, once per study and rank. A failure leaves the argument half filled, which no one looks
 * at, as the study is then given up. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"
#include "plan/study/yaml.h"

/* What is being read: handed down so that each failure can name it. */
typedef struct reading {
  sw_error *err;
  sw_study_reader *in;
  sw_entry *entry;
  const sw_param *param;
  sw_arg *arg;
  sw_naming *naming;
} reading;

static sw_status fail(const reading *at, const sw_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* At the node in the study. A default has no place of its own: then the entry is the place, and the
 * text of the default is quoted, as the user has never seen it. The text of a fault is cut at half
 * of an error's room, so that names and place always fit. */
static sw_status fail(const reading *at, const sw_node *node, const char *format, ...) {
  char text[SW_ERROR_TEXT / 2];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (at->arg->given)
    return sw_node_fail(at->err, node, "%s: %s: %s", at->entry->name, at->param->name, text);
  return sw_fail(at->err, SW_EINPUT, "%s: %s: %s (default %s): %s", at->entry->where,
                 at->entry->name, at->param->name, at->param->fallback, text);
}

/* "found 'x'; expected a number". Quotes show whether the study wrote a text: "1" in quotes is no
 * number, which would be confusing if both were shown alike. */
static sw_status wrong(const reading *at, const sw_node *node, const char *wanted) {
  if (node->kind == SW_NODE_LIST) return fail(at, node, "found a list; expected %s", wanted);
  if (node->kind == SW_NODE_MAP) return fail(at, node, "found a map; expected %s", wanted);
  if (sw_form_is_null(node))
    return fail(at, node, "found nothing; expected %s%s", wanted,
                at->param->fallback ? ", or leave the key out" : "");
  const char *quote = node->quoted ? "\"" : "'";
  return fail(at, node, "found %s%s%s; expected %s", quote, node->text, quote, wanted);
}

/* ---- numbers ---------------------------------------------------------------------------- */

/* Both ends belong to the range; lo = hi = 0 means none. A bound that is infinite or enormous
 * stands for an open end, and is not quoted. */
static sw_status check_range(const reading *at, const sw_node *node, double value) {
  double lo = at->param->lo, hi = at->param->hi;
  if ((lo == 0 && hi == 0) || (value >= lo && value <= hi)) return SW_OK;
  if (isinf(hi) || hi >= 1e300)
    return fail(at, node, "%s is out of range; expected at least %g", node->text, lo);
  if (isinf(lo) || lo <= -1e300)
    return fail(at, node, "%s is out of range; expected at most %g", node->text, hi);
  return fail(at, node, "%s is out of range; expected %g to %g", node->text, lo, hi);
}

/* sw_parse_number refuses nan, inf and overflow: a number of a study is finite. */
static sw_status read_number(const reading *at, const sw_node *node, double *value) {
  /* In quotes it is a text, whatever it spells. */
  bool plain = node->kind == SW_NODE_SCALAR && !node->quoted;
  if (!plain || !sw_parse_number(node->text, strlen(node->text), value))
    return wrong(at, node, "a number");
  return check_range(at, node, *value);
}

/* For parameters that take a column or a number: a column called 2005 has to be put in quotes
 * there. */
static bool is_plain_number(const sw_node *node) {
  double value;
  return node->kind == SW_NODE_SCALAR && !node->quoted &&
         sw_parse_number(node->text, strlen(node->text), &value);
}

/* arg->number is a double for all kinds of numbers; see the bound below. */
static sw_status read_integer(const reading *at, const sw_node *node) {
  int64_t value;
  bool plain = node->kind == SW_NODE_SCALAR && !node->quoted;
  if (!plain || !sw_parse_integer(node->text, strlen(node->text), &value))
    return wrong(at, node, "a whole number");
  /* A double holds it exactly up to here; no count in a study is larger. */
  if (value > INT64_C(9007199254740992) || value < -INT64_C(9007199254740992))
    return fail(at, node, "%s is too large", node->text);
  at->arg->number = (double)value;
  return check_range(at, node, at->arg->number);
}

/* Words as written, in lower case; odd places in the table are true. `yes` and `no` are accepted
 * although YAML 1.2 makes them texts. */
static sw_status read_bool(const reading *at, const sw_node *node) {
  static const char *const words[] = {"false", "true", "no", "yes"};
  bool plain = node->kind == SW_NODE_SCALAR && !node->quoted;
  for (int i = 0; i < 4 && plain; i++) {
    if (strcmp(node->text, words[i]) != 0) continue;
    at->arg->number = i % 2;
    return SW_OK;
  }
  return wrong(at, node, "true or false");
}

/* One number counts as a list of one. An empty list passes only where the parameter may be left
 * out; then count is 0. */
static sw_status read_numbers(const reading *at, const sw_node *node) {
  bool one = node->kind == SW_NODE_SCALAR;
  int n = one ? 1 : node->count;
  double *number;
  if (node->kind == SW_NODE_MAP) return wrong(at, node, "a number or a list of numbers");
  /* Only a parameter that may be left out may be empty. */
  if (n == 0 && !at->param->fallback) return fail(at, node, "the list is empty; give a number");
  SW_NEW(at->err, at->in->arena, number, n);
  for (int i = 0; i < n; i++)
    SW_TRY(read_number(at, one ? node : node->item[i], &number[i]));
  at->arg->count = n;
  at->arg->numbers = number;
  return SW_OK;
}

/* ---- texts ------------------------------------------------------------------------------ */

/* A name may be in quotes or not, and may look like a number: columns do. */
static sw_status read_text(const reading *at, const sw_node *node, const char **text) {
  if (node->kind != SW_NODE_SCALAR || !node->text[0]) return wrong(at, node, "a name");
  *text = node->text;
  return SW_OK;
}

/* A list, or one text as a list of one. Whether a text may stand twice is the measure's to say: a
 * mass may be the square of a column, two industries of one name are a slip. Quadratic in the list
 * where `distinct` is asked, as lists are written by hand. arg->texts points into the tree. */
static sw_status read_texts(const reading *at, const sw_node *node, bool list_allowed) {
  bool one = node->kind == SW_NODE_SCALAR;
  int n = one ? 1 : node->count;
  const char **text;
  if (node->kind == SW_NODE_MAP || (!one && !list_allowed))
    return wrong(at, node, list_allowed ? "a name or a list of names" : "one name");
  if (n == 0 && !at->param->fallback)
    return fail(at, node, "the list is empty; give at least one name");
  SW_NEW(at->err, at->in->arena, text, n);
  for (int i = 0; i < n; i++) {
    SW_TRY(read_text(at, one ? node : node->item[i], &text[i]));
    for (int j = 0; at->param->distinct && j < i; j++)
      if (strcmp(text[j], text[i]) == 0)
        return fail(at, node->item[i], "'%s' is listed twice; list it once", text[i]);
  }
  at->arg->count = n;
  at->arg->texts = text;
  return SW_OK;
}

/* The columns below one name, or one of its keys, at the end of what has been read. `from`: where
 * those of the name begin, among which none may stand twice if `distinct`. One array for all names,
 * of which `column_counts` tells the parts: that is the form in which measures get a column map. */
static sw_status read_columns_of(const reading *at, const sw_node *node, int from,
                                 const char **text, const sw_node **place) {
  SW_TRY(sw_study_name_all(at->err, at->in, node, &node));
  bool one = node->kind == SW_NODE_SCALAR;
  if (node->kind == SW_NODE_MAP) return wrong(at, node, "a name or a list of names");
  for (int i = 0; i < (one ? 1 : node->count); i++) {
    const sw_node *item = one ? node : node->item[i];
    int k = at->arg->count++;
    place[k] = item;
    SW_TRY(read_text(at, item, &text[k]));
    for (int j = from; at->param->distinct && j < k; j++)
      if (strcmp(text[j], text[k]) == 0)
        return fail(at, item, "'%s' is listed twice; list it once", text[k]);
  }
  return SW_OK;
}

/* Items of all lists below, at any depth: at least as many as there are columns. */
static int count_leaves(const sw_node *node) {
  int count = node->kind == SW_NODE_SCALAR;
  for (int i = 0; node->kind != SW_NODE_SCALAR && i < node->count; i++)
    count += count_leaves(node->item[i]);
  return count;
}

/* A map of lists, or of maps of lists by key. Columns stand in the order of the names, and of a
 * name in that of the keys, whatever order the study has them in. A name without any column is
 * refused; a key without columns is not, as a measure may do without it. The rooms are for the most
 * that there can be: counts[name * keys + key] adds up to arg->count. */
static sw_status read_column_map(const reading *at, const sw_node *node) {
  const char **text, **key = NULL;
  const sw_node **place;
  int *counts, keys = 1;
  if (node->kind != SW_NODE_MAP)
    return wrong(at, node,
                 at->param->choices ? "a map {NAME: {...}, ...}" : "a map {NAME: [...], ...}");
  if (node->count == 0 && !at->param->fallback) return fail(at, node, "the map is empty");
  if (at->param->choices)
    SW_TRY(sw_form_split(at->err, at->in->arena, at->param->choices, &keys, &key));
  int most = count_leaves(node) * (1 + at->in->n_labels); /* each may be VALUE.* */
  SW_NEW(at->err, at->in->arena, text, most);
  SW_NEW(at->err, at->in->arena, place, most);
  SW_NEW(at->err, at->in->arena, counts, node->count * keys);
  for (int i = 0; i < node->count; i++) {
    const sw_node *below = node->item[i];
    int from = at->arg->count;
    if (key && below->kind != SW_NODE_MAP)
      return fail(at, below, "%s: expected a map of %s", node->key[i], at->param->choices);
    if (key) SW_TRY(sw_node_check_keys(at->err, below, key));
    for (int k = 0; k < keys; k++) {
      const sw_node *list = key ? sw_node_get(below, key[k]) : below;
      int before = at->arg->count;
      if (list) SW_TRY(read_columns_of(at, list, from, text, place));
      counts[i * keys + k] = at->arg->count - before;
    }
    if (at->arg->count == from) return fail(at, below, "%s: names no column", node->key[i]);
  }
  at->arg->texts = text;
  at->arg->n_names = node->count;
  at->arg->names = (const char *const *)node->key;
  at->arg->column_counts = counts;
  at->naming->column = place;
  return SW_OK;
}

/* The index among the choices goes into arg->number, from which measures make their enumerators. A
 * choice stands in arg->text in the table's own spelling, which is what the results file says. */
static sw_status read_choice(const reading *at, const sw_node *node) {
  sw_error found = {0};
  int index = 0;
  if (node->kind != SW_NODE_SCALAR || !node->text[0]) {
    const char *wanted = sw_arena_printf(at->in->arena, "one of %s", at->param->choices);
    return wrong(at, node, wanted ? wanted : at->param->choices);
  }
  sw_status status =
      sw_form_choice(&found, at->in->arena, node, at->param->choices, &index, &at->arg->text);
  if (status == SW_OK) {
    at->arg->number = index;
    return SW_OK;
  }
  /* Out of memory is no fault of the study. */
  if (status != SW_EINPUT) return sw_fail(at->err, status, "%s", found.text);
  /* The same message, without its place, after the names of entry and parameter. Every message of
   * sw_form_choice begins with a place, which `fail` writes itself. */
  const char *message = strstr(found.text, "unknown choice");
  return fail(at, node, "%s", message ? message : found.text);
}

/* ---- names of the study ----------------------------------------------------------------- */

/* `weights:` of the study was read before, so an unknown name is refused here, with the nearest.
 * Kept is its index among them; the matrix itself is read when the entry is bound. Linear in the
 * number of matrices; -1 in naming->weights means that none was named. */
static sw_status read_weights(const reading *at, const sw_node *node, int *index) {
  const sw_study *study = at->in->study;
  const char *name = "", **known = NULL;
  SW_TRY(read_text(at, node, &name));
  SW_NEW(at->err, at->in->arena, known, study->n_weights + 1);
  for (int i = 0; i < study->n_weights; i++) {
    known[i] = study->weights[i].name;
    if (strcmp(known[i], name) != 0) continue;
    *index = i;
    return SW_OK;
  }
  return fail(at, node, "unknown weights '%s'%s", name,
              study->n_weights ? sw_form_hint(at->in->arena, name, known, study->n_weights)
                               : "; the study has no `weights`");
}

/* *flow is the index from 1: a naming that was left out is zero. */
static sw_status read_flow(const reading *at, const sw_node *node, int *flow) {
  const char *name = "";
  SW_TRY(read_text(at, node, &name));
  *flow = 1 + sw_study_find_flow(at->in, name);
  return *flow ? SW_OK
               : fail(at, node, "there is no flow '%s'%s", name, sw_study_flow_hint(at->in, name));
}

/* Names may not stand twice where the parameter says so; indexes stay in the order of the list,
 * which is that of the measure's results. */
static sw_status read_weights_list(const reading *at, const sw_node *node) {
  int *index = NULL;
  SW_TRY(read_texts(at, node, true));
  SW_NEW(at->err, at->in->arena, index, at->arg->count + 1);
  for (int i = 0; i < at->arg->count; i++)
    SW_TRY(read_weights(at, node->kind == SW_NODE_LIST ? node->item[i] : node, &index[i]));
  at->naming->weights_list = index;
  return SW_OK;
}

/* Group columns are named under `units: groups`, so that the reader keeps them. A group that no
 * parameter of `units` lists would not have been read with the units file. */
static sw_status read_groupings(const reading *at, const sw_node *node) {
  const sw_units_spec *units = &at->in->study->units;
  SW_TRY(read_texts(at, node, true));
  for (int i = 0; i < at->arg->count; i++) {
    const char *name = at->arg->texts[i];
    /* One name has the place of the value, an item of a list its own. */
    const sw_node *place = node->kind == SW_NODE_LIST ? node->item[i] : node;
    int group = 0;
    while (group < units->n_groups && strcmp(units->group[group], name) != 0)
      group++;
    if (group == units->n_groups)
      return fail(at, place, "unknown group column '%s'%s", name,
                  units->n_groups ? sw_form_hint(at->in->arena, name, units->group, units->n_groups)
                                  : "; name it under `groups` of `units`");
    /* Twice the same grouping would make two equal rows of results under one label. */
    for (int j = 0; j < i; j++)
      if (strcmp(at->arg->texts[j], name) == 0)
        return fail(at, place, "'%s' is listed twice", name);
  }
  return SW_OK;
}

/* What a distance may be, for messages. */
#define KINDS "great-circle, geodesic, {file: d.csv}, {pairs: NAME} or {network: {...}}"

/* {network: {...}}: minutes on roads and railways (network.c). */
static sw_status read_distance_network(const reading *at, const sw_node *node) {
  static const char *const keys[] = {"network", NULL};
  SW_TRY(sw_node_check_keys(at->err, node, keys));
  at->naming->distance.kind = SW_GIVEN;
  return sw_study_read_network(at->err, at->in->arena, at->in->study, sw_node_get(node, "network"),
                               &at->naming->distance.network);
}

/* {file: d.csv, from: a, to: b, distance: km}, relative to the study file. Three forms of the same
 * map, told apart by their one key: pairs, network, file. Names of columns that are left out stay
 * NULL, for the reader's defaults. */
static sw_status read_distance_file(const reading *at, const sw_node *node) {
  static const char *const keys[] = {"file", "from", "to", "distance", NULL};
  sw_distance_spec *distance = &at->naming->distance;
  const sw_node *file = sw_node_get(node, "file");
  /* An observed flow whose values are distances, such as times. */
  if (sw_node_get(node, "pairs")) {
    static const char *const of_pairs[] = {"pairs", NULL};
    SW_TRY(sw_node_check_keys(at->err, node, of_pairs));
    distance->kind = SW_GIVEN;
    SW_TRY(read_flow(at, sw_node_get(node, "pairs"), &distance->flow));
    const sw_flow_spec *flow = &at->in->study->flow[distance->flow - 1];
    distance->file = flow->file;
    distance->path = flow->path;
    return SW_OK;
  }
  if (sw_node_get(node, "network")) return read_distance_network(at, node);
  if (!file) return fail(at, node, "expected " KINDS);
  SW_TRY(sw_node_check_keys(at->err, node, keys));
  SW_TRY(read_text(at, file, &distance->file));
  SW_TRY(sw_study_read_columns(at->err, node, "distance", &distance->columns));
  distance->path = sw_path_beside(at->in->arena, at->in->study->file, distance->file);
  if (!distance->path) return sw_fail(at->err, SW_ENOMEM, "out of memory while reading the study");
  /* The unit of these distances is that of the file; only the user knows it. */
  distance->kind = SW_GIVEN;
  return SW_OK;
}

/* A distance by coordinates needs them to be named in `units`; said here, before any data is read.
 * Whether every unit has some is seen at binding. */
static sw_status read_distance(const reading *at, const sw_node *node) {
  sw_distance_spec *distance = &at->naming->distance;
  distance->node = node;
  if (node->kind == SW_NODE_MAP) return read_distance_file(at, node);
  if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "great-circle") == 0)
    distance->kind = SW_GREAT_CIRCLE;
  else if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "geodesic") == 0)
    distance->kind = SW_GEODESIC;
  else
    return wrong(at, node, KINDS);
  if (at->in->study->units.lon) return SW_OK;
  return fail(at, node,
              "distances need coordinates: give `lon` and `lat` in `units`, or "
              "{file: d.csv} here");
}

/* {LABELS: [a, b], keep: ...}: the labels; the other keys are those of a pair entry (matrices.c).
 * Without labels it is one matrix, of the label "". arg->count is the number of matrices, of which
 * each becomes an entry (matrices.c). */
static sw_status read_matrices(const reading *at, const sw_node *node) {
  static const char *const unlabelled[] = {""};
  const char *key = at->param->choices;
  const sw_node *labels = key ? sw_node_get(node, key) : NULL;
  if (node->kind != SW_NODE_MAP)
    return wrong(at, node,
                 key ? "a map of labels and what is kept of their pairs"
                     : "a map of what is kept of its pairs, e.g. {keep: {top: 5}}");
  at->arg->count = 1;
  at->arg->texts = unlabelled;
  if (!key) return SW_OK;
  if (!labels) return fail(at, node, "'%s' is missing: for which of them, e.g. [a, b]", key);
  if (labels->kind == SW_NODE_LIST && labels->count == 0)
    return fail(at, labels, "%s: the list is empty; give at least one", key);
  return sw_form_texts(at->err, at->in->arena, labels, &at->arg->count, &at->arg->texts);
}

/* `own` or a file. Only the form is checked: the file is read at binding, into arg->table. */
static sw_status read_table(const reading *at, const sw_node *node) {
  bool own = node->kind == SW_NODE_SCALAR && strcmp(node->text, "own") == 0;
  if (own || (node->kind == SW_NODE_MAP && node->count == 1 && sw_node_get(node, "file")))
    return SW_OK;
  if (node->kind == SW_NODE_MAP) return fail(at, node, "expected own or {file: t.csv}");
  return wrong(at, node, "own or {file: t.csv}");
}

/* ---- one argument ----------------------------------------------------------------------- */

/* By type. SW_P_NODE is left to `resolve`, which refuses what it cannot read; nothing at all is
 * refused here, as measures count on a node. A type that is missing here is a slip in the program
 * and ends in SW_EINTERNAL, not in a wrong reading. */
static sw_status read_value(const reading *at, const sw_node *node) {
  switch (at->param->type) {
  case SW_P_NUMBER:
    return read_number(at, node, &at->arg->number);
  case SW_P_INTEGER:
    return read_integer(at, node);
  case SW_P_BOOL:
    return read_bool(at, node);
  case SW_P_CHOICE:
    return read_choice(at, node);
  case SW_P_NUMBERS:
    return read_numbers(at, node);
  case SW_P_COLUMN:
    if (at->param->or_number && is_plain_number(node))
      return read_number(at, node, &at->arg->number);
    return read_texts(at, node, false);
  case SW_P_PAIRS:
    return read_texts(at, node, false);
  case SW_P_TEXTS:
  case SW_P_COLUMNS:
    return read_texts(at, node, true);
  case SW_P_COLUMN_MAP:
    return read_column_map(at, node);
  case SW_P_WEIGHTS:
    return read_weights(at, node, &at->naming->weights);
  case SW_P_FLOW:
    return read_flow(at, node, &at->naming->flow);
  case SW_P_WEIGHTS_LIST:
    return read_weights_list(at, node);
  case SW_P_GROUPINGS:
    return read_groupings(at, node);
  case SW_P_DISTANCE:
    return read_distance(at, node);
  case SW_P_TABLE:
    return read_table(at, node);
  case SW_P_MATRICES:
    return read_matrices(at, node);
  case SW_P_CENTRES:
    return sw_study_read_centres(at->err, at->in, at->entry->name, node, true,
                                 &at->naming->centres);
  case SW_P_NODE:
    if (!sw_form_is_null(node)) return SW_OK;
    return wrong(at, node, "a value");
  }
  return sw_fail(at->err, SW_EINTERNAL, "%s: parameter %s has no type", at->entry->measure->name,
                 at->param->name);
}

/* A default stands where its entry does, so that messages of measures lead there. Recursion is as
 * deep as a default is, and these are short. */
static void move_to(sw_node *node, const sw_node *entry) {
  node->line = entry->line;
  node->column = entry->column;
  for (int i = 0; i < node->count; i++) {
    move_to(node->item[i], entry);
    if (node->kind != SW_NODE_MAP) continue;
    node->key_line[i] = entry->line;
    node->key_column[i] = entry->column;
  }
}

/* A default, or what an alias sets, as a tree at the place of its entry; parsed for each entry
 * anew, as it is short. One that is not YAML is a slip in a descriptor, not in the study:
 * SW_EINTERNAL. */
static sw_status parse_own(const reading *at, const char *text, const sw_node **node) {
  sw_error why = {0};
  sw_status status =
      sw_yaml_parse(&why, at->in->arena, at->in->study->file, text, strlen(text), node);
  if (status == SW_OK) {
    /* The tree was made a line above and is not shared yet, so it may still be changed. */
    move_to((sw_node *)*node, at->entry->node);
    return SW_OK;
  }
  return sw_fail(at->err, status == SW_EINPUT ? SW_EINTERNAL : status,
                 "measure %s: %s: '%s' is not YAML: %s", at->entry->measure->name, at->param->name,
                 text, why.text);
}

/* What may be left out has "none" in a results file where it was, so it may be written like that;
 * whoever has a column of that name puts it in quotes. Not so a choice below a key: the file leaves
 * it out, and `zeros: none` could be taken for a choice. */
static bool is_none(const sw_param *param, const sw_node *node) {
  if (param->type == SW_P_CHOICE && strchr(param->name, '.')) return false;
  return node && node->kind == SW_NODE_SCALAR && !node->quoted && param->fallback &&
         !*param->fallback && strcmp(node->text, "none") == 0;
}

/* Three cases without a node: no default, an error with the parameter's help; the default "", the
 * argument stays empty (count 0, number NaN, no node); any other default is read like a value.
 * arg->where is the place that messages about the argument give, also those of the measure's own
 * `resolve`. */
sw_status sw_study_read_arg(sw_error *err, sw_study_reader *in, sw_entry *entry, int param,
                            const sw_node *node) {
  sw_arg *arg = &entry->arg[param];
  sw_naming *naming = &entry->naming[param];
  reading at = {err, in, entry, &entry->measure->param[param], arg, naming};
  if (is_none(at.param, node)) node = NULL;
  *arg = (sw_arg){.given = node != NULL, .text = "", .number = NAN};
  *naming = (sw_naming){.weights = -1};
  arg->where = node ? sw_form_where(in->arena, node) : entry->where;
  if (!arg->where) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  if (!node && !at.param->fallback)
    return sw_fail(err, SW_EINPUT, "%s: %s: '%s' is missing: %s", entry->where, entry->name,
                   at.param->name, at.param->help);
  if (!node && !at.param->fallback[0]) return SW_OK;
  /* From here on a default and a value are treated alike. */
  if (!node) SW_TRY(parse_own(&at, at.param->fallback, &node));
  if (at.param->type == SW_P_COLUMN || at.param->type == SW_P_COLUMNS) {
    const sw_node *written = node;
    SW_TRY(sw_study_name_all(err, in, written, &node));
    if (node != written && at.param->type == SW_P_COLUMN && written->kind == SW_NODE_SCALAR)
      return fail(&at, written, "'%s' is %d indicators; name one", written->text, node->count);
  }
  arg->node = node;
  /* For a list or map the text is only for attributes and messages, and may be cut. */
  arg->text = node->kind == SW_NODE_SCALAR ? node->text : sw_yaml_flow(in->arena, node);
  if (!arg->text) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  return read_value(&at, node);
}

/* Counts as given, since whoever writes the alias asks for the value by that name; its place is the
 * entry's. arg->given is true then; only its place differs from an argument that the study
 * wrote. */
sw_status sw_study_set_arg(sw_error *err, sw_study_reader *in, sw_entry *entry, int param,
                           const char *value) {
  reading at = {.err = err,
                .in = in,
                .entry = entry,
                .param = &entry->measure->param[param],
                .arg = &entry->arg[param]};
  const sw_node *node = NULL;
  SW_TRY(parse_own(&at, value, &node));
  SW_TRY(sw_study_read_arg(err, in, entry, param, node));
  at.arg->where = entry->where;
  return SW_OK;
}

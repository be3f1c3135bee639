/* `panel:`, the data: files, layout, missing cells, derived indicators, breaks, aggregation. Only
 * the form is read here; whether columns and periods exist is for the panel's reader to see. What
 * the reader does with it, in this order: read, join, recode (crosswalk), fill, aggregate, derive,
 * drop. */
#include <string.h>

#include "base/text.h"
#include "panel/expression.h"
#include "panel/time.h"
#include "plan/study/parse.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* ---- files ------------------------------------------------------------------------------ */

/* The ending decides how a file is read, so another one is refused rather than guessed at; a name
 * must be more than its ending. */
static bool is_panel_file(const char *name) {
  static const char *const endings[] = {".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz",  ".txt.gz",
                                        ".h5",  ".nc",  ".dta", ".sav",    ".sas7bdat"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (strlen(name) > strlen(endings[i]) && sw_ends_with(name, endings[i])) return true;
  return false;
}

static bool is_workbook(const char *name) {
  return sw_ends_with(name, ".xlsx") || sw_ends_with(name, ".xls") || sw_ends_with(name, ".ods");
}

/* Both what the user wrote, for messages, and the path relative to the study file are kept: runs
 * are started from any folder. */
static sw_status read_files(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  sw_panel_spec *spec = &in->study->panel;
  const sw_node *node = sw_node_get(panel, "file");
  const char **path;
  if (!node)
    return sw_form_missing(err, panel, "file",
                           "a .csv, .csv.gz, .h5, .nc, .dta, .sav or .sas7bdat file, or a list");
  SW_TRY(sw_form_texts(err, in->arena, node, &spec->n_files, &spec->file));
  if (spec->n_files == 0)
    return sw_node_fail(err, node, "the list of files is empty; name at least one");
  SW_NEW(err, in->arena, path, spec->n_files);
  for (int i = 0; i < spec->n_files; i++) {
    if (!is_panel_file(spec->file[i]))
      return sw_node_fail(err, node->kind == SW_NODE_LIST ? node->item[i] : node,
                          "'%s' is not a panel file; expected .csv, .csv.gz, .h5, .nc, .dta, "
                          ".sav or .sas7bdat%s",
                          spec->file[i],
                          is_workbook(spec->file[i]) ? ": save the sheet as .csv (UTF-8)" : "");
    path[i] = sw_path_beside(in->arena, in->study->file, spec->file[i]);
    if (!path[i]) return no_memory(err);
  }
  spec->path = path;
  return SW_OK;
}

/* Of one file there is nothing to join. */
static sw_status read_join(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  sw_panel_spec *spec = &in->study->panel;
  const sw_node *node = sw_node_get(panel, "join");
  int index = 0;
  if (!node) return SW_OK;
  SW_TRY(sw_form_choice(err, in->arena, node, "outer|inner", &index, NULL));
  if (spec->n_files == 1)
    return sw_node_fail(err, node, "join: is of several files, and `file` names one; leave it out");
  spec->inner = index == 1;
  return SW_OK;
}

/* ---- layout ----------------------------------------------------------------------------- */

/* `names` of a wide layout by indicator: the codes in the file and the indicators they become. Two
 * codes of one name would be two values in one cell, so they are refused. Quadratic in the list,
 * which is written by hand. */
static sw_status read_names(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_panel_spec *spec = &in->study->panel;
  const char **code, **label;
  if (!node) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "names: expected a map, e.g. {1: gdp, 12: manufacturing}");
  SW_NEW(err, in->arena, code, node->count);
  SW_NEW(err, in->arena, label, node->count);
  for (int i = 0; i < node->count; i++) {
    code[i] = node->key[i];
    SW_TRY(sw_form_scalar(err, node->item[i], &label[i]));
    for (int j = 0; j < i; j++)
      if (strcmp(label[i], label[j]) == 0)
        return sw_node_fail(err, node->item[i], "names: two codes are both named '%s'", label[i]);
  }
  spec->n_wide_names = node->count;
  spec->wide_code = code;
  spec->wide_label = label;
  return SW_OK;
}

/* Two layouts share the key `wide`: one indicator whose columns are PREFIX<period>, or a row for
 * each unit and indicator, whose columns are periods. Exactly one of `indicator` and
 * `name`/`prefix` says which. The reader of a wide panel turns it into a long one (panel), so
 * nothing after it knows of layouts. */
static sw_status read_wide(sw_error *err, sw_study_reader *in, const sw_node *wide) {
  static const char *const keys[] = {"name", "prefix", "indicator", "names", "periods", NULL};
  sw_panel_spec *spec = &in->study->panel;
  SW_TRY(sw_node_check_keys(err, wide, keys));
  const sw_node *prefix = sw_node_get(wide, "prefix"), *names = sw_node_get(wide, "names");
  /* Equal: both forms or neither. */
  bool by_indicator = sw_node_get(wide, "indicator") != NULL;
  if (by_indicator == (prefix || sw_node_get(wide, "name")))
    return sw_node_fail(err, wide,
                        "wide: expected either `name` and `prefix` (one indicator, one column per "
                        "period) or `indicator` (its column, with `names`)");
  spec->layout = by_indicator ? SW_LAYOUT_WIDE_INDICATOR : SW_LAYOUT_WIDE_PREFIX;
  if (by_indicator) {
    SW_TRY(sw_form_text(err, wide, "indicator", "", &spec->wide_indicator));
    SW_TRY(read_names(err, in, names));
  } else {
    if (names) return sw_node_fail(err, names, "wide: `names` goes with `indicator`, not `prefix`");
    SW_TRY(sw_form_text(err, wide, "name", "the name of the indicator", &spec->wide_name));
    if (!prefix)
      return sw_form_missing(err, wide, "prefix",
                             "the text before the period in the names of the columns");
    /* "" in quotes: the columns are named by the period alone. */
    SW_TRY(sw_node_text(err, prefix, &spec->wide_prefix));
  }
  /* Without `periods` those columns are taken whose rest is a whole number. */
  return sw_form_texts(err, in->arena, sw_node_get(wide, "periods"), &spec->n_periods,
                       &spec->period);
}

/* An indicator VALUE.LABEL for each label of a column. What is before the dot must tell which value
 * it is of: "a.b" beside "a" would not. Which labels there are, and whether the total is one of
 * them, is seen in the files. */
static sw_status read_by(sw_error *err, sw_study_reader *in, const sw_node *by) {
  static const char *const keys[] = {"by", "value", "total", NULL};
  sw_panel_spec *spec = &in->study->panel;
  const sw_node *value = sw_node_get(by, "value");
  SW_TRY(sw_node_check_keys(err, by, keys));
  SW_TRY(sw_form_text(err, by, "by", "the column of labels, e.g. of industries", &spec->by));
  if (!value)
    return sw_form_missing(err, by, "value", "the column of values, or a list of columns");
  SW_TRY(sw_form_texts(err, in->arena, value, &spec->n_values, &spec->value));
  if (spec->n_values == 0)
    return sw_node_fail(err, value, "value: the list is empty; name at least one column");
  SW_TRY(sw_form_text(err, by, "total", NULL, &spec->total));
  for (int v = 0; v < spec->n_values; v++) {
    size_t length = strlen(spec->value[v]);
    if (strcmp(spec->value[v], spec->by) == 0)
      return sw_node_fail(err, value, "long: by and value are both '%s'", spec->by);
    for (int w = 0; w < spec->n_values; w++)
      if (strncmp(spec->value[w], spec->value[v], length) == 0 && spec->value[w][length] == '.')
        return sw_node_fail(err, value,
                            "value: '%s.LABEL' could be of '%s' or of '%s'; rename one of them",
                            spec->value[w], spec->value[v], spec->value[w]);
  }
  spec->layout = SW_LAYOUT_LONG_BY;
  return SW_OK;
}

/* `time: COLUMN`, or {column: COLUMN, format: "%m/%d/%Y"} where it takes a word to read its
 * periods. A format is only checked for being one; whether labels fit it is seen when they are
 * read. */
static sw_status read_time(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  static const char *const keys[] = {"column", "format", NULL};
  const sw_node *node = sw_node_get(panel, "time");
  sw_panel_spec *spec = &in->study->panel;
  sw_error odd = {0};
  if (!node || node->kind != SW_NODE_MAP)
    return sw_form_text(err, panel, "time", NULL, &spec->time);
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(sw_form_text(err, node, "column", "the column with the period", &spec->time));
  SW_TRY(sw_form_text(err, node, "format", NULL, &spec->time_format));
  if (!spec->time_format || sw_time_check_format(&odd, spec->time_format) == SW_OK) return SW_OK;
  return sw_node_fail(err, sw_node_get(node, "format"), "%s", odd.text);
}

/* Without a layout the panel is long, as with `long` alone. `wide` alone is answered with the two
 * ways to write it. In a wide layout the periods are the columns' names, so `time` cannot be a
 * column as well. SW_LAYOUT_LONG is zero, the default of the spec. */
static sw_status read_layout(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  static const char *const keys[] = {"wide", "long", NULL};
  const sw_node *node = sw_node_get(panel, "layout");
  sw_panel_spec *spec = &in->study->panel;
  int index = 0;
  SW_TRY(read_time(err, in, panel));
  if (!node) return SW_OK;
  if (node->kind == SW_NODE_SCALAR && strcmp(node->text, "wide") == 0)
    return sw_node_fail(err, node,
                        "layout: expected how the table is wide: {wide: {name: gdp, prefix: gdp}} "
                        "or {wide: {indicator: COLUMN}}");
  /* `layout: long` may be written out. */
  if (node->kind != SW_NODE_MAP) return sw_form_choice(err, in->arena, node, "long", &index, NULL);
  SW_TRY(sw_node_check_keys(err, node, keys));
  const sw_node *wide = sw_node_get(node, "wide"), *by = sw_node_get(node, "long");
  if (!wide == !by)
    return sw_node_fail(err, node,
                        "layout: expected one of {wide: {name, prefix}}, {wide: {indicator, "
                        "names}} and {long: {by, value}}");
  if (by) return read_by(err, in, by);
  /* Read above as a key of the panel, whatever the layout. */
  if (spec->time)
    return sw_node_fail(err, sw_node_get(panel, "time"),
                        "time: a wide layout has its periods in the columns; leave `time` out");
  return read_wide(err, in, wide);
}

/* ---- derived indicators ----------------------------------------------------------------- */

/* `units` is read before the panel, so its groups are known. Linear in the groups, a handful. */
static sw_status check_group(sw_error *err, const sw_study_reader *in, const sw_derive *derive,
                             const char *group) {
  const sw_units_spec *units = &in->study->units;
  for (int g = 0; g < units->n_groups; g++)
    if (strcmp(units->group[g], group) == 0) return SW_OK;
  if (units->n_groups == 0)
    return sw_node_fail(err, derive->node,
                        "derive: %s: share_of expected a group of the units, and `units` has none",
                        derive->name);
  return sw_node_fail(err, derive->node, "derive: %s: the units have no group '%s'%s", derive->name,
                      group, sw_form_hint(in->arena, group, units->group, units->n_groups));
}

/* Indicators are derived in the order of the file: an expression sees those before it; its own name
 * in it means the column of the files, so {gdp: gdp / 1000} rescales a column. A reference to one
 * that follows is refused, for silently taking a column of that name would surprise, and sorting
 * them would hide cycles. Quadratic in the number of derived indicators, which are written by
 * hand. */
static sw_status check_expression(sw_error *err, sw_study_reader *in, const sw_node *map, int at,
                                  const sw_derive *derive) {
  sw_expression parsed;
  SW_TRY(
      sw_expression_parse(err, in->arena, derive->node, derive->name, derive->expression, &parsed));
  for (int i = 0; i < parsed.n_operands; i++)
    /* Only those after it are refused: its own name and those before are fine. */
    for (int later = at + 1; later < map->count; later++)
      if (strcmp(parsed.operand[i], map->key[later]) == 0)
        return sw_node_fail(err, derive->node,
                            "derive: '%s' needs '%s', which is derived after it; put '%s' first",
                            derive->name, map->key[later], map->key[later]);
  for (int s = 0; s < parsed.n_stages; s++)
    if (parsed.stage[s].group) SW_TRY(check_group(err, in, derive, parsed.stage[s].group));
  return SW_OK;
}

/* Expressions are parsed for their errors and operands, and thrown away; the reader parses those it
 * needs again. Nodes are kept for the places of later messages. */
static sw_status read_derive(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_derive *derive;
  if (!node || sw_form_is_null(node)) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "derive: expected a map, e.g. {ln_gdp: log(gdp)}");
  SW_NEW(err, in->arena, derive, node->count);
  for (int i = 0; i < node->count; i++) {
    /* "" in quotes is a key, too. */
    if (!node->key[i][0]) return sw_node_key_fail(err, node, i, "a derived indicator needs a name");
    derive[i].name = node->key[i];
    derive[i].node = node->item[i];
    SW_TRY(sw_form_scalar(err, node->item[i], &derive[i].expression));
    SW_TRY(sw_study_name_within(err, in, &derive[i].expression));
    SW_TRY(check_expression(err, in, node, i, &derive[i]));
  }
  in->study->panel.n_derive = node->count;
  in->study->panel.derive = derive;
  return SW_OK;
}

/* ---- crosswalk -------------------------------------------------------------------------- */

/* {unemployment: labour_force}: what weighs is itself added up, so it is no mean. */
static sw_status read_means(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_crosswalk_spec *spec = &in->study->panel.crosswalk;
  sw_mean *mean;
  if (!node) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node,
                        "mean: expected a map of rates and what weighs them, e.g. {unemployment: "
                        "labour_force}");
  SW_NEW(err, in->arena, mean, node->count);
  for (int i = 0; i < node->count; i++) {
    mean[i].name = node->key[i];
    SW_TRY(sw_form_scalar(err, node->item[i], &mean[i].weight));
    for (int j = 0; j < node->count; j++)
      if (strcmp(mean[i].weight, node->key[j]) == 0)
        return sw_node_fail(err, node->item[i],
                            "mean: '%s' is a mean itself; a weight is a column that is added up",
                            mean[i].weight);
  }
  spec->mean = mean;
  spec->n_means = node->count;
  return SW_OK;
}

/* Changes of units over time, in a table of their own. */
static sw_status read_crosswalk(sw_error *err, sw_study_reader *in, const sw_node *node) {
  static const char *const keys[] = {"file", "from", "to", "period", "share", "mean", NULL};
  sw_crosswalk_spec *spec = &in->study->panel.crosswalk;
  if (!node || sw_form_is_null(node)) return SW_OK;
  SW_TRY(sw_node_check_keys(err, node, keys));
  spec->node = node;
  SW_TRY(sw_form_text(err, node, "file", "a .csv file of changes", &spec->file));
  SW_TRY(sw_form_text(err, node, "from", "the column with the old code", &spec->from));
  SW_TRY(sw_form_text(err, node, "to", "the column with the new code", &spec->to));
  SW_TRY(sw_form_text(err, node, "period", NULL, &spec->period));
  SW_TRY(sw_form_text(err, node, "share", NULL, &spec->share));
  if (strcmp(spec->from, spec->to) == 0)
    return sw_node_fail(err, sw_node_get(node, "to"), "crosswalk: from and to are both '%s'",
                        spec->to);
  spec->path = sw_path_beside(in->arena, in->study->file, spec->file);
  if (!spec->path) return no_memory(err);
  return read_means(err, in, sw_node_get(node, "mean"));
}

/* ---- aggregation ------------------------------------------------------------------------ */

/* Ratios are quotients of sums, as a mean of ratios would weigh small units like large ones.
 *  */
static sw_status read_ratio(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_panel_spec *spec = &in->study->panel;
  sw_ratio *ratio;
  if (!node) return SW_OK;
  if (node->kind != SW_NODE_MAP)
    return sw_node_fail(err, node, "ratio: expected a map, e.g. {gdp_pc: [gdp, population]}");
  SW_NEW(err, in->arena, ratio, node->count);
  for (int i = 0; i < node->count; i++) {
    const sw_node *pair = node->item[i];
    if (pair->kind != SW_NODE_LIST || pair->count != 2)
      return sw_node_fail(err, pair, "ratio: '%s' takes two columns: [numerator, denominator]",
                          node->key[i]);
    ratio[i].name = node->key[i];
    SW_TRY(sw_form_scalar(err, pair->item[0], &ratio[i].numerator));
    SW_TRY(sw_form_scalar(err, pair->item[1], &ratio[i].denominator));
    /* Sums are read first, so a ratio of the same name is found here. */
    for (int j = 0; j < spec->n_sum; j++)
      if (strcmp(spec->sum[j], ratio[i].name) == 0)
        return sw_node_key_fail(err, node, i, "'%s' is both a sum and a ratio; remove one",
                                ratio[i].name);
  }
  spec->n_ratio = node->count;
  spec->ratio = ratio;
  return SW_OK;
}

/* refuse | skip | {at_least: 0.9}. `refuse` is the default. */
static sw_status read_members(sw_error *err, sw_study_reader *in, const sw_node *node) {
  static const char *const keys[] = {"at_least", NULL};
  sw_panel_spec *spec = &in->study->panel;
  const char *word = node && node->kind == SW_NODE_SCALAR ? node->text : "";
  const sw_node *least = NULL;
  if (!node || strcmp(word, "refuse") == 0) return SW_OK;
  if (strcmp(word, "skip") == 0) {
    spec->member_missing = SW_MEMBERS_SKIP;
    return SW_OK;
  }
  if (node->kind == SW_NODE_MAP) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    least = sw_node_get(node, "at_least");
  }
  if (!least)
    return sw_node_fail(err, node,
                        "missing: expected refuse, skip or {at_least: 0.9}, the share of members "
                        "that a sum needs");
  SW_TRY(sw_node_number(err, least, &spec->at_least));
  if (!(spec->at_least > 0 && spec->at_least <= 1))
    return sw_node_fail(err, least, "at_least: %s; expected a share above 0 and up to 1",
                        least->text);
  spec->member_missing = SW_MEMBERS_AT_LEAST;
  return SW_OK;
}

/* `units` is read before the panel, so that its absence can be seen here. The columns to keep have
 * to be named: a sum of rates or codes means nothing, and only the user can tell them apart. */
static sw_status read_aggregate(sw_error *err, sw_study_reader *in, const sw_node *node) {
  static const char *const keys[] = {"by", "sum", "ratio", "missing", NULL};
  sw_panel_spec *spec = &in->study->panel;
  if (!node || sw_form_is_null(node)) return SW_OK;
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(sw_form_text(err, node, "by", "a column of the units file", &spec->aggregate_by));
  /* Groups of units are known from the units file only. */
  if (!in->study->units.given)
    return sw_node_fail(
        err, node, "aggregate: `by` is a column of the units file, but the study has no `units`");
  const sw_node *sum = sw_node_get(node, "sum");
  if (sum) SW_TRY(sw_study_name_all(err, in, sum, &sum));
  SW_TRY(sw_form_texts(err, in->arena, sum, &spec->n_sum, &spec->sum));
  SW_TRY(read_ratio(err, in, sw_node_get(node, "ratio")));
  if (spec->n_sum + spec->n_ratio == 0)
    return sw_node_fail(err, node,
                        "aggregate: nothing to keep; name columns under `sum` or `ratio`");
  return read_members(err, in, sw_node_get(node, "missing"));
}

/* ---- the section ------------------------------------------------------------------------ */

/* One character that can part thousands: nothing that a number has in itself. The character may be
 * of several bytes in UTF-8, such as a thin space. */
static bool is_thousands(const char *text) {
  char shape[16];
  size_t length = strlen(text);
  if (!length || length > 4 || strchr("0123456789+-eE%", *text)) return false;
  for (const char *c = text + 1; *c; c++)
    if ((*c & 0xC0) != 0x80) return false; /* begins another character */
  /* No letter: what is left of it for the eye is a blank (cut off) or one of these. */
  size_t left = sw_text_shape(text, length, shape);
  return left == 0 || (left == 1 && strchr(",.'_ ", *shape));
}

/* Of `thousands: "."` follows that the decimal sign is a comma. spec->number_form stays NULL for
 * plain numbers. */
static sw_status read_number_form(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  const sw_node *decimal = sw_node_get(panel, "decimal"), *percent = sw_node_get(panel, "percent");
  const sw_node *thousands = sw_node_get(panel, "thousands");
  sw_number_form *form = NULL;
  const char *text = ".";
  int index = 0;
  if (!decimal && !thousands && !percent) return SW_OK;
  SW_NEW(err, in->arena, form, 1);
  if (thousands) SW_TRY(sw_form_scalar(err, thousands, &form->thousands));
  if (thousands && !is_thousands(form->thousands))
    return sw_node_fail(
        err, thousands,
        "thousands: '%s' cannot part thousands; expected one character, e.g. \",\", "
        "\".\", \" \" or \"'\"",
        form->thousands);
  if (thousands && !decimal && !strcmp(form->thousands, ".")) text = ",";
  if (decimal) SW_TRY(sw_form_scalar(err, decimal, &text));
  if (strcmp(text, ".") && strcmp(text, ","))
    return sw_node_fail(err, decimal, "decimal: found '%s'; expected \",\" or \".\"", text);
  if (thousands && !strcmp(text, form->thousands))
    return sw_node_fail(err, thousands, "thousands and decimal are both '%s'; expected two signs",
                        text);
  form->decimal = *text;
  if (percent) SW_TRY(sw_form_choice(err, in->arena, percent, "strip", &index, NULL));
  form->percent = percent != NULL;
  in->study->panel.number_form = form;
  return SW_OK;
}

/* Text, plain or packed: other files have numbers, not texts of them, and no last lines. */
static bool is_text(const char *path) {
  static const char *const others[] = {".h5", ".nc", ".dta", ".sav", ".sas7bdat"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (sw_ends_with(path, others[i])) return false;
  return true;
}

/* A list needs one file of text, whose keys they then are. */
static sw_status refuse_text_keys(sw_error *err, const sw_panel_spec *spec, const sw_node *panel) {
  static const char *const keys[] = {"header",  "footer",    "separator",
                                     "decimal", "thousands", "percent"};
  for (int f = 0; f < spec->n_files; f++)
    if (is_text(spec->path[f])) return SW_OK;
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    const sw_node *node = sw_node_get(panel, keys[k]);
    if (node)
      return sw_node_fail(err, node, "%s: is of text files, and %s is none; leave it out", keys[k],
                          spec->file[0]);
  }
  return SW_OK;
}

/* As a cell of the panel would be read, else as a study writes numbers. `-9999,0` is a number only
 * where the panel writes its numbers so. */
static bool is_number(const sw_panel_spec *spec, const char *text, double *value) {
  size_t length = strlen(text);
  return (spec->number_form && sw_parse_number_as(spec->number_form, text, length, value)) ||
         sw_parse_number(text, length, value);
}

/* The list, parted into numbers and texts. Quotes make no difference, as a CSV has none around a
 * number that is missing: "-9999" means -9999.0 as well. The rooms are for n of both kinds. The
 * order of neither matters: a cell is compared with all of them. */
static sw_status read_missing_values(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_panel_spec *spec = &in->study->panel;
  int n = 0;
  const char *const *all = NULL;
  const char **text = NULL;
  double *number = NULL;
  SW_TRY(sw_form_texts(err, in->arena, node, &n, &all));
  SW_NEW(err, in->arena, text, n);
  SW_NEW(err, in->arena, number, n);
  for (int i = 0; i < n; i++) {
    if (is_number(spec, all[i], &number[spec->n_missing_numbers]))
      spec->n_missing_numbers++;
    else
      text[spec->n_missing_values++] = all[i];
  }
  spec->missing_value = text;
  spec->missing_number = number;
  return SW_OK;
}

/* The words stand in the order of sw_missing. `error` is the default: a gap is noticed before it is
 * in a result. The first word has index 0. */
static sw_status read_missing(sw_error *err, sw_study_reader *in, const sw_node *panel) {
  sw_panel_spec *spec = &in->study->panel;
  const sw_node *node = sw_node_get(panel, "missing");
  /* The default when the key is left out. */
  int index = SW_MISSING_ERROR;
  if (node)
    SW_TRY(sw_form_choice(err, in->arena, node, "error|keep|drop-units|interpolate|zero", &index,
                          NULL));
  spec->missing = (sw_missing)index;
  return read_missing_values(err, in, sw_node_get(panel, "missing_values"));
}

enum { MAX_HEADER = 1000000 }; /* lines; more are no titles */

/* Titles and notes that statistical offices put above the names and at the end of a file. */
static sw_status read_notes(sw_error *err, const sw_node *panel, sw_panel_spec *spec) {
  const sw_node *header = sw_node_get(panel, "header"), *footer = sw_node_get(panel, "footer");
  if (header) SW_TRY(sw_form_integer(err, header, 0, MAX_HEADER, &spec->header));
  return footer ? sw_form_integer(err, footer, 0, INT64_MAX, &spec->footer) : SW_OK;
}

/* As after Excel's `sep=`. Where a text has a line of these all the same, the study decides. */
static sw_status read_separator(sw_error *err, const sw_node *panel, sw_panel_spec *spec) {
  const sw_node *node = sw_node_get(panel, "separator");
  const char *text = NULL;
  if (!node) return SW_OK;
  SW_TRY(sw_form_scalar(err, node, &text));
  if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0) text = "\t";
  if (strlen(text) != 1 || !strchr(",\t;|:^~", *text))
    return sw_node_fail(err, node,
                        "separator: found '%s'; expected one of \",\" \";\" \"|\" tab "
                        "\":\" \"^\" \"~\"",
                        text);
  spec->separator = *text;
  return SW_OK;
}

/* `unit` is the only column that must be named; `time` may be left out of a cross-section. The
 * sections of keys are independent but for one order: the number form comes before missing values,
 * which it reads. */
sw_status sw_study_read_panel(sw_error *err, sw_study_reader *in) {
  static const char *const keys[] = {"file",    "unit",      "time",      "layout",
                                     "header",  "footer",    "separator", "missing",
                                     "derive",  "aggregate", "breaks",    "missing_values",
                                     "periods", "decimal",   "thousands", "percent",
                                     "join",    "crosswalk", NULL};
  sw_panel_spec *spec = &in->study->panel;
  const sw_node *node = sw_node_get(in->root, "panel");
  if (!node || sw_form_is_null(node))
    return sw_form_missing(err, in->root, "panel",
                           "the data: {file: panel.csv, unit: COLUMN, ...}");
  SW_TRY(sw_node_check_keys(err, node, keys));
  spec->node = node;
  SW_TRY(read_files(err, in, node));
  SW_TRY(read_join(err, in, node));
  SW_TRY(sw_form_text(err, node, "unit", "the column with the unit's code", &spec->unit));
  SW_TRY(read_layout(err, in, node));
  SW_TRY(read_notes(err, node, spec));
  SW_TRY(read_separator(err, node, spec));
  SW_TRY(read_number_form(err, in, node));
  SW_TRY(refuse_text_keys(err, spec, node));
  const sw_node *periods = sw_node_get(node, "periods");
  SW_TRY(sw_form_texts(err, in->arena, periods, &spec->n_taken, &spec->taken));
  if (periods && spec->n_taken == 0)
    return sw_node_fail(err, periods, "periods: the list is empty; leave it out for all periods");
  SW_TRY(read_missing(err, in, node));
  SW_TRY(read_derive(err, in, sw_node_get(node, "derive")));
  SW_TRY(sw_form_texts(err, in->arena, sw_node_get(node, "breaks"), &spec->n_breaks,
                       &spec->break_label));
  SW_TRY(read_crosswalk(err, in, sw_node_get(node, "crosswalk")));
  return read_aggregate(err, in, sw_node_get(node, "aggregate"));
}

/* spillway measures [NAME]: the catalogue, or one measure, as the descriptors have it. Nothing of a
 * measure is written here a second time: a new measure appears by its line in catalog.def. Only
 * what the engine adds to all measures (common parameters, sums of pairs) has its text here. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/verbs/commands.h"
#include "measure/names.h"
#include "measure/outputs.h"
#include "measure/resample/intervals.h"
#include "measure/show.h"
#include "spillway/measure.h"
#include "store/layout/layout.h"

enum { WIDTH = 96, INDENT = 4 }; /* columns of a line; of an indent */

/* The name of a kind. No default in this switch and the next: the compiler names a kind or type
 * that is missing. */
static const char *kind_name(sw_kind kind) {
  switch (kind) {
  case SW_KIND_UNIT:
    return "unit";
  case SW_KIND_PAIR:
    return "pair";
  case SW_KIND_GLOBAL:
    return "global";
  case SW_KIND_MODEL:
    return "model";
  case SW_KIND_COMPOSITE:
    return "composite";
  }
  return "";
}

/* A type in words, for people who write studies. */
static const char *type_name(sw_ptype type) {
  switch (type) {
  case SW_P_NUMBER:
    return "number";
  case SW_P_INTEGER:
    return "whole number";
  case SW_P_BOOL:
    return "true | false";
  case SW_P_CHOICE:
    return "choice";
  case SW_P_NUMBERS:
    return "numbers";
  case SW_P_TEXTS:
    return "texts";
  case SW_P_COLUMN:
    return "variable";
  case SW_P_COLUMNS:
    return "variables";
  case SW_P_COLUMN_MAP:
    return "variables by name";
  case SW_P_WEIGHTS:
    return "weights matrix";
  case SW_P_WEIGHTS_LIST:
    return "weights matrices";
  case SW_P_GROUPINGS:
    return "group columns";
  case SW_P_DISTANCE:
    return "distance";
  case SW_P_TABLE:
    return "table";
  case SW_P_PAIRS:
    return "pair result";
  case SW_P_MATRICES:
    return "pair results";
  case SW_P_CENTRES:
    return "codes of units, or the largest";
  case SW_P_FLOW:
    return "observed flow";
  case SW_P_NODE:
    return "text, list or map";
  }
  return "";
}

/* ---- lines ------------------------------------------------------------------------------ */

/* Prints the words of `text` from column `from` on, broken before WIDTH, and ends the line. `at`:
 * where the cursor stands, which may be beyond `from` after a long name. A word longer than a line
 * stands alone. At least one word is printed on each line, so the loop ends with any width. */
static void print_wrapped(int at, int from, const char *text) {
  while (*text) {
    int length = (int)strcspn(text, " ");
    if (at > from && at + 1 + length > WIDTH) {
      putchar('\n');
      at = 0;
    }
    /* Up to the column, or one blank after the last word. */
    if (at < from)
      at += printf("%*s", from - at, "");
    else if (at > from)
      at += printf(" ");
    at += printf("%.*s", length, text);
    text += length;
    text += strspn(text, " ");
  }
  putchar('\n');
}

/* A heading and its text, wrapped; nothing where there is none. */
static void print_section(const char *title, const char *text) {
  if (!text || !*text) return;
  printf("\n%s\n", title);
  print_wrapped(0, INDENT, text);
}

/* ---- the list --------------------------------------------------------------------------- */

/* Measures are numbered: those of the catalogue, then the program's own. The list is in that
 * order. */
static int count_of(const sw_program *program) {
  return sw_measure_count() + program->n_extra;
}

/* Measure `index` of the list. */
static const sw_measure *measure_at(const sw_program *program, int index) {
  int known = sw_measure_count();
  return index < known ? sw_measure_at(index) : program->extra[index - known];
}

/* The width of the first column. */
static int longest_name(const sw_program *program) {
  int longest = 0;
  for (int i = 0; i < count_of(program); i++) {
    int length = (int)strlen(measure_at(program, i)->name);
    longest = length > longest ? length : longest;
  }
  return longest;
}

/* Finds a measure by its name; NULL: there is none. A linear search, once per call. */
static const sw_measure *find(const sw_program *program, const char *name) {
  for (int i = 0; i < count_of(program); i++)
    if (strcmp(measure_at(program, i)->name, name) == 0) return measure_at(program, i);
  return NULL;
}

/* As a table for reading and for scripts: three columns, the third is the rest of the line. */
static void print_catalogue(const sw_program *program) {
  int width = longest_name(program);
  printf("%-*s  %-9s  %s\n", width, "measure", "kind", "title");
  for (int i = 0; i < count_of(program); i++) {
    const sw_measure *measure = measure_at(program, i);
    const char *kind = measure->alias_of ? "alias" : kind_name(measure->kind);
    int at = printf("%-*s  %-9s  ", width, measure->name, kind);
    print_wrapped(at, at, measure->title);
  }
  printf("\n`spillway measures NAME` describes one.\n");
}

/* ---- one measure ------------------------------------------------------------------------ */

/* "decay number, 0.001 .. 100, default 2", and the help on lines of its own. Descriptors write "no
 * upper bound" as a number from 1e300 on and "greater than 0" as a lower bound of the smallest
 * numbers; 0 and 0 is no range. A fallback of NULL: required; "": may be left out. */
static void print_param(const sw_param *param) {
  char range[80] = "", line[600];
  if (param->type == SW_P_MATRICES)
    snprintf(range, sizeof range, ", {%s%skeep: ...}", param->choices ? param->choices : "",
             param->choices ? ": [...], " : "");
  if (param->type == SW_P_COLUMN_MAP)
    snprintf(range, sizeof range, param->choices ? ", {NAME: {%s: [...]}}" : ", {NAME: [...]}",
             param->choices);
  if (param->hi >= 1e300)
    snprintf(range, sizeof range,
             param->lo > 0 && param->lo < 1e-200 ? ", greater than 0" : ", at least %g", param->lo);
  else if (param->lo != 0 || param->hi != 0)
    snprintf(range, sizeof range, ", %g .. %g", param->lo, param->hi);
  const char *fallback = param->fallback;
  snprintf(line, sizeof line, "%s%s%s%s%s",
           param->type == SW_P_CHOICE ? "one of "
           : param->or_number         ? "variable or number"
                                      : type_name(param->type),
           param->type == SW_P_CHOICE ? param->choices : "", range,
           !fallback     ? ", required"
           : fallback[0] ? ", default "
                         : ", optional",
           fallback ? fallback : "");
  print_wrapped(printf("%*s%-14s ", INDENT, "", param->name), INDENT + 16, line);
  if (param->help && *param->help) print_wrapped(0, INDENT + 16, param->help);
}

/* Whether the measure has `weights` of its own, which then also names the links of keep: links. */
static bool has_weights(const sw_measure *measure) {
  for (int i = 0; measure->param[i].name; i++)
    if (strcmp(measure->param[i].name, "weights") == 0) return true;
  return false;
}

/* Prints the parameters that the engine reads for every measure: the first three for all, those
 * from `keep` on for measures with pairs, `weights` for those without their own. They are shown
 * with every measure, so that one call says all that an entry may contain. Their reading is in
 * plan/study/entries.c, to which these texts must keep. */
static void print_common(const sw_measure *measure) {
  static const sw_param as = {.name = "as",
                              .help = "name of the result; the measure's name by "
                                      "default"};
  static const sw_param periods = {.name = "periods",
                                   .help = "the periods to use, as a list; all "
                                           "by default"};
  static const sw_param balanced = {
      .name = "balanced",
      .help = "true: only the units with values of all inputs in all of the entry's periods"};
  static const sw_param keep = {
      .name = "keep",
      .help = "dense | summary | links | centres | {top: k} | {above: x} | {share: s}; dense up to "
              "5,000 units, summary (or centres) above, by default"};
  static const sw_param tested = {
      .name = "keep",
      .help = "dense | summary | links | significant | centres | {top: k} | {above: x} | {share: "
              "s}; dense up to 5,000 units, summary (or centres) above, by default"};
  static const sw_param weights = {.name = "weights",
                                   .help = "with keep: links, the weights "
                                           "matrix whose links are kept"};
  static const sw_param by = {.name = "by",
                              .help =
                                  "largest | absolute | smallest: what orders a unit's partners; "
                                  "largest by default, or as the measure says"};
  static const sw_param precision = {
      .name = "precision",
      .help = "float32 | float64: of stored pairs; as the study's output says by default"};
  static const sw_param blocks = {
      .name = "blocks",
      .help = "a group column of the units: " SW_NAME_BLOCK_SUM " and " SW_NAME_BLOCK_COUNT
              " from group to group, " SW_NAME_SENT_TO " and " SW_NAME_RECEIVED_FROM
              " of each unit, over all pairs, whatever is kept"};
  static const sw_param rings = {
      .name = "rings",
      .help =
          "limits of distance, [100, 200, 400] in km or the distance's own unit: " SW_NAME_RING_SUM
          ", " SW_NAME_RING_COUNT ", and " SW_NAME_RING_OUT
          " of each unit; the last ring lies beyond"};
  static const sw_param centres = {
      .name = "centres",
      .help = "codes of units, or {top: 5, by: gdp, apart_km: 100}, the "
              "largest of the last period by a column, which must be named: " SW_NAME_FROM_CENTRE
              ", " SW_NAME_TO_CENTRE};
  bool tests = sw_measure_tests_pairs(measure);
  const sw_param *common[] = {&as,      &periods,   &balanced, tests ? &tested : &keep,
                              &by,      &precision, &blocks,   &rings,
                              &centres, &weights};
  /* Three without pairs; `weights` last, so that it can be left off. */
  int count = !sw_measure_has_pairs(measure) ? 3 : has_weights(measure) ? 9 : 10;
  /* Composites stand in a section of their own, where the engine reads none of these. */
  if (measure->kind == SW_KIND_COMPOSITE) return;
  printf("\nCommon parameters\n");
  for (int i = 0; i < count; i++)
    print_wrapped(printf("%*s%-14s", INDENT, "", common[i]->name), INDENT + 16, common[i]->help);
}

/* Appends the shape of an output, "(time, unit, industry)", to `text`; that of one number is "one
 * number". Time comes first and unit second, in the order of the file's dimensions. */
static void append_shape(char *text, size_t size, const sw_output *output) {
  bool unit = output->shape == SW_UNIT;
  bool time = output->shape == SW_GLOBAL || (unit && !output->timeless), any = time || unit;
  size_t used = strlen(text);
  if (output->shape == SW_PAIR) {
    snprintf(text + used, size - used, "(pairs, as %s`keep` says)", output->group ? "its " : "");
    return;
  }
  used += (size_t)snprintf(text + used, size - used, "%s%s%s",
                           any || output->axis[0] ? "(" : "one number", time ? "time" : "",
                           unit ? time ? ", unit" : "unit" : "");
  for (int a = 0; a < SW_MAX_OWN && output->axis[a] && used < size; a++, any = true)
    used += (size_t)snprintf(text + used, size - used, "%s%s", any ? ", " : "", output->axis[a]);
  if (any && used < size) snprintf(text + used, size - used, ")");
}

/* Whether two outputs are variants of one. By name and group: an output of a group is another
 * variable, below another result. */
static bool is_variant(const sw_output *a, const sw_output *b) {
  bool together = a->group && b->group ? strcmp(a->group, b->group) == 0 : a->group == b->group;
  return together && strcmp(a->name, b->name) == 0;
}

/* Whether the output was printed with an earlier one of its name. */
static bool is_named_before(const sw_output *all, const sw_output *output) {
  for (; all < output; all++)
    if (is_variant(all, output)) return true;
  return false;
}

/* Prints an output: shapes, units, meaning. A name stands once: of variants, of which a run has
 * one, the others are printed as further shapes. Quadratic in the number of outputs, a few tens. */
static void print_output(const sw_output *output) {
  char line[900] = "";
  append_shape(line, sizeof line, output);
  for (const sw_output *variant = output + 1; variant->name; variant++) {
    if (!is_variant(variant, output)) continue;
    snprintf(line + strlen(line), sizeof line - strlen(line), " or ");
    append_shape(line, sizeof line, variant);
  }
  size_t used = strlen(line);
  snprintf(line + used, sizeof line - used, "%s, units %s: %s",
           output->number == SW_INT32 ? " int32" : "", output->units ? output->units : "1",
           output->long_name ? output->long_name : output->name);
  used = strlen(line);
  char look[200];
  snprintf(line + used, sizeof line - used, "; shown as %s%s",
           sw_output_look(output, look, sizeof look), output->interval ? "; has bounds" : "");
  /* Of a group of pairs below the result: the group comes first. */
  char name[200];
  snprintf(name, sizeof name, "%s%s%s", output->group ? output->group : "",
           output->group ? "/.../" : "", output->name);
  print_wrapped(printf("%*s%-24s", INDENT, "", name), INDENT + 26, line);
}

/* Outputs of the measure, then the sums that the engine adds to pair results. Without units of
 * their own these have those of the first pair output. The sums have their texts from store/layout,
 * where the file has them from: help and file cannot differ. */
static void print_outputs(const sw_measure *measure) {
  printf("\nOutputs\n");
  for (const sw_output *output = measure->output; output->name; output++)
    if (!is_named_before(measure->output, output)) print_output(output);
  if (!sw_measure_has_pairs(measure)) return;
  /* Which the sums are of; there is one, as the measure has pairs. */
  const sw_output *first = sw_measure_first_pair(measure, NULL);
  for (int i = 0; i < SW_FIGURES; i++) {
    sw_source source = sw_layout_figures[i];
    const sw_layout_text *text = sw_layout_of(source);
    /* print_output looks for variants up to an empty name. */
    const sw_output output[2] = {{.name = text->name,
                                  .long_name = text->long_name,
                                  .units = text->units ? text->units : first->units,
                                  /* Sources up to SW_FROM_IN are by unit, those behind it single
                                   * numbers. */
                                  .shape = source <= SW_FROM_IN ? SW_UNIT : SW_GLOBAL},
                                 {0}};
    print_output(output);
  }
}

/* Whether this alias sets the parameter, which an entry then may not give. */
static bool is_set(const sw_measure *alias, const char *param) {
  return alias && strcmp(alias->alias_param, param) == 0;
}

/* An example of an entry: its required parameters, as a study would have them. `alias`: the name by
 * which it asks, which sets one of them; NULL: the measure's own. It shows the least that is
 * accepted, not all that is possible: only what is required, with dots for values. */
static void print_example(const sw_measure *measure, const sw_measure *alias) {
  bool first = true;
  if (measure->kind == SW_KIND_COMPOSITE) {
    printf("\nIn a study\n%*scomposites:\n%*s  economy: {positive: [...], negative: [...]}\n",
           INDENT, "", INDENT, "");
    return;
  }
  if (strcmp(measure->name, SW_NAME_FLOW) == 0) {
    printf("\nIn a study\n%*spairs:\n%*s  commuting: {file: ..., unit_from: ..., " SW_NAME_UNIT_TO
           ": ..., "
           "value: ...}\n",
           INDENT, "", INDENT, "");
    return;
  }
  printf("\nIn a study\n%*smeasures:\n%*s  - %s: {", INDENT, "", INDENT, "",
         alias ? alias->name : measure->name);
  bool any = alias != NULL;
  for (int i = 0; measure->param[i].name; i++)
    any |= !measure->param[i].fallback;
  /* Where what is required hangs on others, those that may be left out and come first stand for it.
   */
  for (int i = 0; measure->param[i].name; i++) {
    const char *fallback = measure->param[i].fallback;
    if (is_set(alias, measure->param[i].name) || (any && fallback)) continue;
    if (fallback && *fallback) break;
    printf("%s%s: ...", first ? "" : ", ", measure->param[i].name);
    first = false;
  }
  printf("}\n");
}

/* Prints what the formula is besides, by the values of parameters; of one that an alias sets, its
 * value alone. "*" stands for any value that is given, "" for none. */
static void print_variants(const sw_measure *measure, const sw_measure *alias) {
  char name[100];
  for (const sw_variant *v = measure->variant; v && v->param; v++) {
    if (is_set(alias, v->param) && strcmp(alias->alias_value, v->choice) != 0) continue;
    const char *choice = strcmp(v->choice, "*") == 0 ? "given"
                         : *v->choice                ? v->choice
                                                     : "left out";
    snprintf(name, sizeof name, "%s: %s", v->param, choice);
    print_wrapped(printf("%*s%-22s", INDENT, "", name), INDENT + 24, v->formula);
  }
}

/* A measure, or an alias: then what is said is the measure's, but for the parameter that is set. */
static void print_measure(const sw_measure *measure) {
  const sw_measure *alias = measure->alias_of ? measure : NULL;
  const char *title = measure->title;
  char line[300];
  if (alias) measure = alias->alias_of;
  printf("%s: %s (%s, version %d)\n", alias ? alias->name : measure->name, title,
         kind_name(measure->kind), measure->version);
  if (alias) {
    snprintf(line, sizeof line, "%s with %s: %s", measure->name, alias->alias_param,
             alias->alias_value);
    print_section("Alias of", line);
  }
  print_section("Formula", measure->formula);
  print_variants(measure, alias);
  printf("\nParameters\n");
  for (int i = 0; measure->param[i].name; i++)
    if (!is_set(alias, measure->param[i].name)) print_param(&measure->param[i]);
  for (int i = 0; measure->resample && sw_intervals_params[i].name; i++)
    print_param(&sw_intervals_params[i]);
  print_common(measure);
  print_outputs(measure);
  if (measure->resample)
    print_section("With `" SW_INTERVALS "`",
                  "NAME_lo and NAME_hi of each output that has bounds; with change also "
                  "NAME_change, NAME_change_lo, NAME_change_hi of those with time, or `change`, "
                  "change_lo, change_hi of the one called " SW_NAME_VALUE);
  print_section("Source", measure->source);
  print_example(measure, alias);
}

/* ---- the verb --------------------------------------------------------------------------- */

/* Suggests the nearest name, among the first 512: more than the catalogue will have. No list in the
 * message: it would be several hundred names long. */
static sw_status unknown(sw_error *err, const sw_program *program, const char *name) {
  const char *known[512];
  int count = count_of(program) < 512 ? count_of(program) : 512;
  for (int i = 0; i < count; i++)
    known[i] = measure_at(program, i)->name;
  const char *near = sw_nearest(name, known, count);
  if (near) return sw_fail(err, SW_EINPUT, "unknown measure '%s'; did you mean '%s'?", name, near);
  return sw_fail(err, SW_EINPUT, "unknown measure '%s'; `spillway measures` lists them", name);
}

/* The only verb without options of its own. */
static void print_help(void) {
  printf("Usage: spillway measures [NAME]\n\n"
         "List the measures, or describe the one called NAME: its formula, parameters, outputs\n"
         "and source.\n\n"
         "  --help    this text\n");
}

/* Reads its arguments by itself: a name, no options but --help. No MPI and no ranks in practice
 * (ALONE in program.c), but `first` keeps it right in a team. */
int sw_cmd_measures(sw_program *program, int argc, char **argv) {
  sw_team *team = program->team;
  sw_error err = {0};
  const char *name = argc > 1 ? argv[1] : NULL;
  bool first = team->rank == 0;
  if (name && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)) {
    if (first) print_help();
    return 0;
  }
  if (argc > 2)
    sw_fail(&err, SW_EINPUT, "measures: unexpected argument '%s'; expected one name", argv[2]);
  else if (name && name[0] == '-')
    sw_fail(&err, SW_EINPUT, "measures: unknown option '%s'; --help lists them", name);
  const sw_measure *measure = name && err.status == SW_OK ? find(program, name) : NULL;
  if (name && !measure && err.status == SW_OK) unknown(&err, program, name);
  if (err.status != SW_OK) return sw_cli_fail(team, &err);
  if (first && measure) print_measure(measure);
  if (first && !measure) print_catalogue(program);
  return 0;
}

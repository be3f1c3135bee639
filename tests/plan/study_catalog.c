/* Every measure of the catalogue, asked for with no more than it requires: its descriptor is
 * whole, and its defaults are values of their own types. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "plan/study/study.h"

TestSuite(study_catalog, .timeout = 60);

/* A value that fits a required parameter; NODE and TABLE have defaults in every measure. */
static const char *value_of(const sw_param *param) {
  static char first[40];
  switch (param->type) {
  case SW_P_CHOICE:
    snprintf(first, sizeof first, "%.*s", (int)strcspn(param->choices, "|"), param->choices);
    return first;
  case SW_P_WEIGHTS:
    return "queen";
  case SW_P_GROUPINGS:
    return "state";
  case SW_P_BOOL:
    return "true";
  case SW_P_NUMBER:
  case SW_P_NUMBERS:
  case SW_P_INTEGER:
    return "1";
  case SW_P_COLUMN:
  case SW_P_TEXTS:
    return "a";
  case SW_P_COLUMNS:
    return "[a, b]";
  case SW_P_COLUMN_MAP:
    return param->choices ? "{one: {positive: [a, b]}, two: {negative: c}}" : "{one: [a, b]}";
  case SW_P_PAIRS:
    return "flows";
  case SW_P_CENTRES:
    return "{top: 2}";
  default:
    return NULL;
  }
}

static void check_descriptor(const sw_measure *measure) {
  cr_expect(measure->title && *measure->title, "%s: no title", measure->name);
  cr_expect(measure->formula && *measure->formula, "%s: no formula", measure->name);
  cr_expect(measure->source && *measure->source, "%s: no source", measure->name);
  cr_expect_gt(measure->version, 0, "%s: no version", measure->name);
  cr_expect(measure->output && measure->output[0].name, "%s: no outputs", measure->name);
  for (int i = 0; measure->output[i].name; i++) {
    const sw_output *output = &measure->output[i];
    cr_expect(output->long_name && output->units, "%s.%s: no long name or units", measure->name,
              output->name);
  }
  for (int i = 0; measure->param[i].name; i++) {
    const sw_param *param = &measure->param[i];
    cr_expect(param->help && *param->help, "%s: %s: no help", measure->name, param->name);
    cr_expect(param->type != SW_P_CHOICE || param->choices, "%s: %s: no choices", measure->name,
              param->name);
    cr_expect(param->lo <= param->hi, "%s: %s: an empty range", measure->name, param->name);
  }
}

static bool takes_pairs(const sw_measure *measure) {
  for (int i = 0; measure->param[i].name; i++)
    if (measure->param[i].type == SW_P_PAIRS) return true;
  return false;
}

static void write_study(const sw_measure *measure, char *text) {
  bool composite = measure->kind == SW_KIND_COMPOSITE;
  text += sprintf(text, "panel: {file: p.csv, unit: u, time: t}\n"
                        "units: {file: u.csv, unit: u, lon: x, lat: y, groups: [state]}\n"
                        "weights: {queen: {kind: file, file: e.csv}}\n");
  bool flow = strcmp(measure->name, "observed_flow") == 0; /* entries of a section of their own */
  if (composite || flow)
    text += sprintf(text, "%s:\n  c:\n", flow ? "pairs" : "composites");
  else
    text += sprintf(text, "measures:\n- %s:\n", measure->name);
  if (composite) text += sprintf(text, "    positive: [a, b]\n");
  for (int i = 0; measure->param[i].name; i++) {
    if (measure->param[i].fallback) continue;
    const char *value = value_of(&measure->param[i]);
    cr_assert(value, "%s: %s is required, and has no usual value", measure->name,
              measure->param[i].name);
    text += sprintf(text, "    %s: %s%s\n", measure->param[i].name, value,
                    flow ? measure->param[i].name : ""); /* each is a column of its own */
  }
  if (takes_pairs(measure)) sprintf(text, "- gravity: {mass: a, as: flows}\n");
}

Test(study_catalog, every_measure_with_defaults) {
  char text[8000];
  cr_assert_gt(sw_measure_count(), 0);
  for (int i = 0; i < sw_measure_count(); i++) {
    sw_error err = {0};
    sw_arena *arena;
    sw_study *study = NULL;
    const sw_measure *measure = sw_measure_at(i);
    if (measure->alias_of) continue; /* its measure is here too; aliases.c reads them */
    check_descriptor(measure);
    write_study(measure, text);
    cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
    sw_status status = sw_study_parse(&err, arena, "s.yaml", text, strlen(text), NULL, 0, &study);
    cr_expect_eq(status, SW_OK, "%s", err.text);
    if (status == SW_OK) {
      cr_expect_eq(study->n_entries, takes_pairs(measure) ? 2 : 1);
      cr_expect_eq(study->entry[0].measure, measure);
    }
    sw_arena_destroy(arena);
  }
}

/* A parameter that takes both a column and a group column: by name a group, which no file has. */
Test(study_catalog, a_group_as_input) {
  const char *text = "study: s\npanel: {file: p.csv, unit: u, time: t}\n"
                     "units: {file: u.csv, unit: u, groups: [region, state]}\n"
                     "measures:\n"
                     "  - markov: {of: a, given: state, as: by_state}\n"
                     "  - markov: {of: a, given: b}\n"
                     "output: {file: r.h5}\n";
  sw_error err = {0};
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  int count = 0;
  const char *const *name = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(sw_study_parse(&err, arena, "s.yaml", text, strlen(text), NULL, 0, &study), SW_OK,
               "%s", err.text);
  cr_expect_eq(study->entry[0].need[0].group, -1);
  cr_expect_eq(study->entry[0].need[1].group, 1);
  cr_expect_eq(study->entry[1].need[1].group, -1);
  cr_assert_eq(sw_study_indicators(&err, study, &count, &name), SW_OK);
  cr_assert_eq(count, 2, "a and b alone are read");
  cr_expect_str_eq(name[0], "a");
  cr_expect_str_eq(name[1], "b");
  sw_arena_destroy(arena);
}

/* Columns in a map: {NAME: [columns]}, {NAME: {KEY: [columns]}}: their order, their places, what is
 * refused. And the needs of composites whose obstacles lie within other composites. */
#include "plan/study/study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(column_map, .timeout = 60);

static const sw_param params[] = {
    {.name = "ratio", .type = SW_P_COLUMN_MAP, .fallback = "{}", .help = "by name"},
    {.name = "systems",
     .type = SW_P_COLUMN_MAP,
     .choices = "positive|negative",
     .distinct = true,
     .fallback = "{}",
     .help = "by name and key"},
    {.name = NULL}};
static const sw_output outputs[] = {{.name = "x", .long_name = "x", .units = "1", .shape = SW_UNIT},
                                    {.name = NULL}};
static const sw_measure maps = {
    .name = "maps", .kind = SW_KIND_UNIT, .param = params, .output = outputs};

static sw_arena *arena;

static sw_status parse(sw_error *err, const char *entries, sw_study **study) {
  static const sw_measure *const extra[] = {&maps};
  char text[2000];
  if (!arena) cr_assert_eq(sw_arena_create(err, &arena), SW_OK);
  snprintf(text, sizeof text, "panel: {file: p.csv, unit: u, time: t}\n%s", entries);
  return sw_study_parse(err, arena, "s.yaml", text, strlen(text), extra, 1, study);
}

static const sw_entry *find(const sw_study *study, const char *name) {
  for (int e = 0; e < study->n_entries; e++)
    if (strcmp(study->entry[e].name, name) == 0) return &study->entry[e];
  cr_assert_fail("no entry %s", name);
  return NULL;
}

Test(column_map, order) {
  static const char *const want[] = {"a", "b", "c", "d", "e", "f", "g"};
  sw_error err = {0};
  sw_study *study = NULL;
  cr_assert_eq(parse(&err,
                     "measures:\n"
                     "- maps:\n"
                     "    systems: {two: {negative: f, positive: [d, e]}, one: {negative: [g]}}\n"
                     "    ratio: {open: [a, b], one: c}\n",
                     &study),
               SW_OK, "%s", err.text);
  const sw_entry *entry = &study->entry[0];
  cr_assert_eq(entry->n_needs, 7);
  for (int i = 0; i < 7; i++)
    cr_expect_str_eq(entry->need[i].name, want[i]);
  cr_expect_str_eq(entry->need[5].where, "s.yaml:4:31", "%s", entry->need[5].where);
  const sw_arg *ratio = &entry->arg[0], *systems = &entry->arg[1];
  cr_assert_eq(ratio->n_names, 2);
  cr_expect_str_eq(ratio->names[1], "one");
  cr_expect(ratio->column_counts[0] == 2 && ratio->column_counts[1] == 1);
  cr_assert_eq(systems->n_names, 2);
  cr_expect(systems->column_counts[0] == 2 && systems->column_counts[1] == 1 &&
            systems->column_counts[2] == 0 && systems->column_counts[3] == 1);
}

Test(column_map, left_out) {
  sw_error err = {0};
  sw_study *study = NULL;
  cr_assert_eq(parse(&err, "measures: [maps: {ratio: {}}]\n", &study), SW_OK, "%s", err.text);
  cr_expect_eq(study->entry[0].n_needs, 0);
  cr_expect_eq(study->entry[0].arg[1].n_names, 0);
}

Test(column_map, refusals) {
  static const char *const wrong[][2] = {
      {"{ratio: [a, b]}",
       "s.yaml:2:26: maps: ratio: found a list; expected a map {NAME: [...], ...}"},
      {"{ratio: {r: {a: b}}}", "ratio: found a map; expected a name or a list of names"},
      {"{ratio: {r: []}}", "ratio: r: names no column"},
      {"{ratio: {r: [a, [b]]}}", "ratio: found a list; expected a name"},
      {"{systems: {s: [a]}}", "systems: s: expected a map of positive|negative"},
      {"{systems: {s: {positiv: a}}}", "did you mean 'positive'?"},
      {"{systems: {s: {}}}", "systems: s: names no column"},
      {"{systems: {s: {positive: a, negative: a}}}", "'a' is listed twice; list it once"}};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    sw_error err = {0};
    sw_study *study = NULL;
    char text[300];
    snprintf(text, sizeof text, "measures: [maps: %s]\n", wrong[k][0]);
    cr_expect_eq(parse(&err, text, &study), SW_EINPUT, "%s", wrong[k][0]);
    cr_expect_not_null(strstr(err.text, wrong[k][1]), "%s: %s", wrong[k][0], err.text);
  }
}

/* ---- composites of composites ----------------------------------------------------------- */

static const char nested[] =
    "composites:\n"
    "  whole: {positive: [economy, z, c.x], negative: [burden], obstacles: %s}\n"
    "  economy: {positive: [a, income], negative: [z]}\n"
    "  income: {positive: [b, a]}\n"
    "  burden: {positive: [d]}\n"
    "measures: [{maps: {ratio: {r: a}, as: c}}]\n";

Test(column_map, nested_obstacles) {
  static const char *const want[] = {"economy",
                                     "z",
                                     "c.x",
                                     "burden",
                                     "economy.shortfall",
                                     "economy.obstacle[a]",
                                     "economy.obstacle[b]",
                                     "economy.obstacle[z]"};
  char text[600];
  sw_error err = {0};
  sw_study *study = NULL;
  snprintf(text, sizeof text, nested, "true");
  cr_assert_eq(parse(&err, text, &study), SW_OK, "%s", err.text);
  const sw_entry *whole = find(study, "whole");
  cr_assert_eq(whole->n_needs, 8);
  for (int i = 0; i < 8; i++) {
    cr_expect_str_eq(whole->need[i].name, want[i]);
    cr_expect_eq(whole->need[i].part_of, i < 4 ? 0 : 1);
  }
  cr_expect_str_eq(whole->need[6].label[0], "b");
  /* Those within have theirs, too; one of negative sense is an indicator like others. */
  cr_expect_eq(find(study, "economy")->n_needs, 3 + 3);
  cr_expect_eq(find(study, "income")->n_needs, 2);
  cr_expect_eq(find(study, "burden")->n_needs, 1);
  snprintf(text, sizeof text, nested, "false");
  cr_assert_eq(parse(&err, text, &study), SW_OK, "%s", err.text);
  cr_expect_eq(find(study, "whole")->n_needs, 4);
}

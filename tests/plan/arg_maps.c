/* Parameters that stand in a map of the entry, "grid.y", and lists of weights matrices: what they
 * give, their places, what is refused. */
#include "plan/study/study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(arg_maps, .timeout = 60);

static const sw_param params[] = {
    {.name = "y", .type = SW_P_COLUMN, .fallback = "", .help = "one"},
    {.name = "grid.y", .type = SW_P_COLUMNS, .fallback = "", .distinct = true, .help = "several"},
    {.name = "grid.weights", .type = SW_P_WEIGHTS_LIST, .fallback = "", .help = "matrices"},
    {.name = "starts", .type = SW_P_INTEGER, .fallback = "1", .help = "how many"},
    {.name = NULL}};
static const sw_output outputs[] = {{.name = "x", .long_name = "x", .units = "1", .shape = SW_UNIT},
                                    {.name = NULL}};
static const sw_measure maps = {
    .name = "maps", .kind = SW_KIND_UNIT, .param = params, .output = outputs};

static sw_status parse(sw_error *err, sw_arena *arena, const char *entry, sw_study **study) {
  static const sw_measure *const extra[] = {&maps};
  char text[2000];
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: u, time: t}\n"
           "weights: {w1: {kind: file, file: a.csv}, w2: {kind: file, file: b.csv}}\n"
           "measures: [maps: %s]\n",
           entry);
  return sw_study_parse(err, arena, "s.yaml", text, strlen(text), extra, 1, study);
}

Test(arg_maps, values) {
  sw_error err = {0};
  sw_arena *arena = NULL;
  sw_study *study = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(parse(&err, arena, "{grid: {weights: [w2, w1], y: [a, b]}, starts: 3}", &study),
               SW_OK, "%s", err.text);
  const sw_entry *entry = &study->entry[0];
  cr_expect_not(entry->arg[0].given);
  cr_assert_eq(entry->n_needs, 2);
  cr_expect_str_eq(entry->need[1].name, "b");
  cr_expect_str_eq(entry->need[1].where, "s.yaml:3:52", "%s", entry->need[1].where);
  cr_assert_eq(entry->arg[2].count, 2);
  cr_expect_str_eq(entry->arg[2].texts[0], "w2");
  cr_expect(entry->naming[2].weights_list[0] == 1 && entry->naming[2].weights_list[1] == 0);
  cr_expect_eq(entry->arg[3].number, 3);
  sw_arena_destroy(arena);
}

Test(arg_maps, left_out) {
  static const char *const none[] = {"{y: a}", "{y: a, grid: none}", "{y: a, grid: {y: none}}"};
  for (size_t k = 0; k < sizeof none / sizeof *none; k++) {
    sw_error err = {0};
    sw_arena *arena = NULL;
    sw_study *study = NULL;
    cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
    cr_assert_eq(parse(&err, arena, none[k], &study), SW_OK, "%s", err.text);
    cr_expect_eq(study->entry[0].n_needs, 1);
    cr_expect_eq(study->entry[0].arg[2].count, 0);
    sw_arena_destroy(arena);
  }
}

Test(arg_maps, refusals) {
  static const char *const wrong[][2] = {
      {"{grid: {yy: [a]}}", "s.yaml:3:26: unknown key 'yy'"},
      {"{grid.y: [a]}", "unknown key 'grid.y'"},
      {"{grids: {y: [a]}}", "did you mean 'grid'?"},
      {"{grid: [a]}", "s.yaml:3:25: maps: grid: expected a map, as {y: ...}"},
      {"{grid: {}}", "maps: grid: expected a map, as {y: ...}"},
      {"{grid: {y: [a, a]}}", "maps: grid.y: 'a' is listed twice"},
      {"{grid: {weights: [w1, w3]}}", "s.yaml:3:40: maps: grid.weights: unknown weights 'w3'"},
      {"{grid: {weights: {w: w1}}}", "maps: grid.weights: found a map"}};
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    sw_error err = {0};
    sw_arena *arena = NULL;
    sw_study *study = NULL;
    cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
    cr_expect_eq(parse(&err, arena, wrong[k][0], &study), SW_EINPUT, "%s", wrong[k][0]);
    cr_expect(strstr(err.text, wrong[k][1]), "%s: %s", wrong[k][0], err.text);
    sw_arena_destroy(arena);
  }
}

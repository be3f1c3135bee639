/* Aliases: a measure with one parameter set, under another name. The catalogue of this program is
 * tests/measure/catalog.def, which the registry compiled in here reads. */
#include "measure/registry.c"

#include "plan/descriptor/descriptor.h"
#include "plan/study/study.h"

#include <criterion/criterion.h>

TestSuite(aliases, .timeout = 60);

static const sw_measure *of(const char *name) {
  const sw_measure *measure = sw_measure_find(name);
  cr_assert_not_null(measure, "%s", name);
  return measure;
}

/* ---- the catalogue ---------------------------------------------------------------------- */

Test(aliases, stand_in_the_catalogue) {
  sw_error err = {0};
  const sw_measure *reach = sw_measure_at(0);
  cr_expect_str_eq(reach->name, "reach");
  cr_expect_str_eq(reach->title, "gravity with decay: 1");
  cr_expect_eq(reach->alias_of, of("gravity"));
  cr_expect_null(reach->param);
  cr_expect_eq(of("wang"), sw_measure_at(sw_measure_count() - 1));
  for (int i = 0; i < sw_measure_count(); i++)
    cr_expect_eq(sw_measure_check(&err, sw_measure_at(i)), SW_OK, "%s", err.text);
}

/* ---- in a study ------------------------------------------------------------------------- */

#define HEAD                                                                                       \
  "panel: {file: p.csv, unit: u, time: t}\n"                                                       \
  "units: {file: u.csv, unit: u, lon: x, lat: y}\n"                                                \
  "measures:\n"

static sw_arena *arena;

static sw_status parse(sw_error *err, const char *text, sw_study **study) {
  if (!arena) cr_assert_eq(sw_arena_create(err, &arena), SW_OK);
  return sw_study_parse(err, arena, "s.yaml", text, strlen(text), NULL, 0, study);
}

static const sw_arg *arg(const sw_entry *entry, const char *name) {
  int p = 0;
  while (strcmp(entry->measure->param[p].name, name) != 0)
    p++;
  return &entry->arg[p];
}

Test(aliases, are_entries_of_their_measure) {
  sw_error err = {0};
  sw_study *study = NULL;
  cr_assert_eq(parse(&err,
                     HEAD "- reach: {mass: gdp}\n"
                          "- reach: {mass: gdp, constant: 2, as: near}\n"
                          "- wang: {systems: [reach.out_strength, near.in_strength]}\n",
                     &study),
               SW_OK, "%s", err.text);
  const sw_entry *reach = &study->entry[0], *near = &study->entry[1], *wang = &study->entry[2];
  cr_expect_str_eq(reach->name, "reach");
  cr_expect_str_eq(near->name, "near");
  cr_expect(reach->measure == of("gravity") && reach->alias == of("reach"));
  cr_expect(reach->is_pair);
  cr_expect(arg(reach, "decay")->given && arg(reach, "decay")->number == 1);
  cr_expect_str_eq(arg(reach, "decay")->where, reach->where);
  cr_expect_str_eq(arg(reach, "decay")->text, "1");
  cr_expect_eq(arg(near, "constant")->number, 2);
  cr_expect_str_eq(arg(wang, "form")->text, "wang2021");
  cr_expect_eq(wang->need[0].entry, 0);
}

static void expect_refused(const char *text, const char *said) {
  sw_error err = {0};
  sw_study *study = NULL;
  cr_expect_eq(parse(&err, text, &study), SW_EINPUT, "not refused: %s", text);
  cr_expect_str_eq(err.text, said);
}

Test(aliases, refuse_what_they_set) {
  expect_refused(HEAD "- reach: {mass: gdp, decay: 1}\n",
                 "s.yaml:4:29: reach: decay: `reach` sets it to 1; leave it out, or write "
                 "gravity: {decay: ...}");
  expect_refused(HEAD "- wang: {systems: [a, b], form: product, as: w}\n",
                 "s.yaml:4:33: w: form: `wang` sets it to wang2021; leave it out, or write "
                 "coupling_coordination: {form: ...}");
  /* A parameter that may not be given is not offered; another is. */
  expect_refused(HEAD "- reach: {mass: gdp, constent: 2}\n",
                 "s.yaml:4:22: unknown key 'constent'; did you mean 'constant'?");
  expect_refused(HEAD "- wang: {systems: [a, b], farm: 2}\n",
                 "s.yaml:4:27: unknown key 'farm'; known keys: systems, alpha, breaks, labels, as, "
                 "periods, balanced");
  expect_refused(HEAD "- reach: {}\n",
                 "s.yaml:4:3: reach: 'mass' is missing: indicators; several: their "
                 "geometric mean");
  expect_refused(HEAD "- reech: {mass: gdp}\n",
                 "s.yaml:4:3: unknown measure 'reech'; did you mean 'reach'?");
  expect_refused(HEAD "- reach: {mass: gdp}\n- reach: {mass: gdp}\n",
                 "s.yaml:5:3: two results are called 'reach' (the first at s.yaml:4:3); rename one "
                 "with `as:`");
}

/* ---- slips ------------------------------------------------------------------------------ */

#define SLIP(change, line)                                                                         \
  do {                                                                                             \
    sw_error err = {0};                                                                            \
    sw_measure m = *of("reach");                                                                   \
    change;                                                                                        \
    cr_expect_eq(sw_measure_check(&err, &m), SW_EINTERNAL);                                        \
    cr_expect_str_eq(err.text, line);                                                              \
  } while (0)

Test(aliases, slips) {
  SLIP(m.name = "", "a measure has no name; give .name, by which studies call it");
  SLIP(m.name = "2nd",
       "measure 2nd: its name must be letters, digits and '_', not beginning with a digit");
  SLIP(m.title = NULL, "measure reach: no title; say what it is in one line");
  SLIP(m.param = of("moran")->param,
       "measure reach: an alias has no parameters, outputs or functions of its own");
  SLIP(m.alias_of = of("wang"), "measure reach: an alias of the alias wang; name the measure "
                                "itself");
  SLIP(m.alias_of = of("composite"),
       "measure reach: an alias of composite, which no entry of `measures` is");
  SLIP(m.alias_param = "form", "measure reach: it sets 'form', which gravity does not have; name "
                               "one of its parameters");
  SLIP(m.alias_param = NULL, "measure reach: it sets '', which gravity does not have; name one of "
                             "its parameters");
  SLIP(m.alias_value = NULL, "measure reach: it sets decay to nothing; give the value as a study "
                             "would write it");
  SLIP(m.alias_value = "slow", "measure reach: it sets decay: found 'slow'; expected a number");
  SLIP(m.alias_value = "[2", "measure gravity: decay: '[2' is not YAML: default:2:1: not "
                             "YAML: flow sequence without a closing bracket");
}

/* Matrices below a result, as a study asks for them: entries of their own, their names, their
 * order, what may take them as input. What they hold is tested by tests/ranks/test_asks.py. */
#include "plan/study/study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(matrices, .timeout = 60);

static const sw_param params[] = {
    {.name = "y", .type = SW_P_COLUMN, .help = "explained"},
    {.name = "spillover",
     .type = SW_P_MATRICES,
     .fallback = "",
     .choices = "terms",
     .help = "effects"},
    {.name = "peers", .type = SW_P_MATRICES, .fallback = "{keep: {top: 8}}", .help = "models"},
    {.name = NULL}};
static const sw_output outputs[] = {
    {.name = "residual", .long_name = "residual", .units = "1", .shape = SW_UNIT},
    {.name = "effect", .long_name = "effect", .units = "1", .shape = SW_PAIR, .group = "spillover"},
    {.name = "weight", .long_name = "weight", .units = "1", .shape = SW_PAIR, .group = "peers"},
    {.name = NULL}};
static const sw_measure model = {
    .name = "model", .kind = SW_KIND_MODEL, .param = params, .output = outputs};

static sw_arena *arena;

static sw_status parse(sw_error *err, const char *measures, sw_study **study) {
  static const sw_measure *const extra[] = {&model};
  char text[2000];
  if (!arena) cr_assert_eq(sw_arena_create(err, &arena), SW_OK);
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: u, time: t}\nweights: {w: {kind: file, file: e.csv}}\n"
           "measures:\n%s",
           measures);
  return sw_study_parse(err, arena, "s.yaml", text, strlen(text), extra, 1, study);
}

static int find(const sw_study *study, const char *name) {
  for (int e = 0; e < study->n_entries; e++)
    if (strcmp(study->entry[e].name, name) == 0) return e;
  cr_assert_fail("no entry %s", name);
  return -1;
}

static int place(const sw_study *study, const char *name) {
  for (int i = 0; i < study->n_entries; i++)
    if (study->order[i] == find(study, name)) return i;
  return -1;
}

Test(matrices, are_entries) {
  sw_error err = {0};
  sw_study *study = NULL;
  cr_assert_eq(parse(&err,
                     "- moran: {of: m/spillover/b.in_strength, weights: w}\n"
                     "- model: {y: a, spillover: {terms: [b, c.d], keep: {top: 3}}, as: m}\n"
                     "- model: {y: m/peers.out_strength, as: next}\n",
                     &study),
               SW_OK, "%s", err.text);
  cr_assert_eq(study->n_entries, 3 + 2 + 2, "spillover of two terms; peers by default");
  const sw_entry *b = &study->entry[find(study, "m/spillover/b")];
  const sw_entry *peers = &study->entry[find(study, "next/peers")];
  cr_expect(b->is_pair && b->measure == &model && b->parent == find(study, "m") && b->label == 0);
  cr_expect(b->keep.kind == SW_KEEP_TOP && b->keep.top == 3 && b->n_needs == 0);
  cr_expect_eq(study->entry[find(study, "m/spillover/c.d")].label, 1);
  cr_expect_str_eq(b->where, "s.yaml:5:28");
  cr_expect(peers->keep.top == 8 && strcmp(peers->group, "peers") == 0);
  cr_expect_not(study->entry[find(study, "m")].is_pair);
  /* With the entry that computes them, which comes before what takes them. */
  cr_expect_eq(place(study, "m"), 0);
  cr_expect_eq(place(study, "m/spillover/b"), 1);
  cr_expect_eq(place(study, "m/peers"), 3);
  cr_expect_gt(place(study, "moran"), 3);
  cr_expect_eq(place(study, "next/peers"), place(study, "next") + 1);
}

static void refused(const char *measures, const char *said) {
  sw_error err = {0};
  sw_study *study = NULL;
  cr_expect_eq(parse(&err, measures, &study), SW_EINPUT);
  cr_expect_str_eq(err.text, said);
}

Test(matrices, are_refused) {
  refused("- model: {y: m/peers.out_strength, as: m}\n",
          "s.yaml:4:14: circular reference: m/peers.out_strength -> m/peers.out_strength; a result "
          "cannot be "
          "computed from itself");
  refused("- model: {y: o/peers.out_strength, as: m}\n- model: {y: m.residual, as: o}\n",
          "s.yaml:5:14: circular reference: m.residual -> o/peers.out_strength -> m.residual; a "
          "result cannot "
          "be computed from itself");
  refused("- model: {y: a, as: m}\n- moran: {of: m/peers.residual, weights: w}\n",
          "s.yaml:5:15: 'm/peers' has no quantity 'residual'; known: out_strength, in_strength");
  refused("- model: {y: a, as: m}\n- moran: {of: m.weight, weights: w}\n",
          "s.yaml:5:15: 'm' has no quantity 'weight'; known: residual");
  refused("- model: {y: a, keep: dense}\n",
          "s.yaml:4:23: model: `keep` is for pair measures; model writes all its values");
  refused("- model: {y: a, spillover: {terms: ['.b']}}\n",
          "s.yaml:4:28: model: spillover: '.b' cannot name a result; give the column another name "
          "with `derive`");
}

/* A whole study into its struct: what is given, what is left to defaults, what refers to what. */
#include "plan/study/study.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/study_measures.h"

static sw_arena *arena;

static void setup(void) {
  sw_error err = {0};
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
}

static void teardown(void) {
  sw_arena_destroy(arena);
}

TestSuite(study, .init = setup, .fini = teardown, .timeout = 60);

static const char full[] =
    "study: us-counties\n"
    "panel:\n"
    "  file: [panel.csv, /data/more.csv.gz]\n"
    "  unit: fips\n"
    "  time: year\n"
    "  footer: 3\n"
    "  missing_values: [\"(D)\", \"(NA)\"]\n"
    "  missing: drop-units\n"
    "  breaks: [2013]\n"
    "  derive:\n"
    "    services: info + finance\n"
    "    ln_s: log(services)\n"
    "    unused: nobody + nothing\n"
    "units:\n"
    "  file: units.csv\n"
    "  unit: fips\n"
    "  lon: lon\n"
    "  lat: lat\n"
    "  area: {column: land, unit: sqmi}\n"
    "  where: lower48 = 1 and state != 'New \"York' or \"in gdp\" >= -2.5 and zone = 07\n"
    "  unmatched: drop\n"
    "  groups: [state, region]\n"
    "weights:\n"
    "  queen: {kind: file, file: edges.gal, style: B}\n"
    "  knn6: {kind: knn, k: 6}\n"
    "  inv: {kind: inverse-distance, cutoff_km: 200}\n"
    "  w2: {kind: matrix, file: /W.csv, style: as-is}\n"
    "  od: {kind: file, file: od.csv, from: home, to: work, weight: people}\n"
    "  mm: {kind: file, file: W.MTX, order: codes.txt}\n"
    "composites:\n"
    "  all: {positive: [economy, ecology], weights: equal}\n"
    "  economy: {positive: [gdp, gdp.pc], negative: unemployment, normalise: rank}\n"
    "  ecology: {positive: [ln_s], over: {bounds: {ln_s: [0, 5]}}}\n"
    "measures:\n"
    "  - moran: {of: ccd.coordination, weights: queen, groups: [region], permutations: 99}\n"
    "  - coupling_coordination: &ccd {systems: [economy, ecology], as: ccd}\n"
    "  - coupling_coordination: {<<: *ccd, as: ccd2, form: wang2021, periods: [2005, 2010]}\n"
    "  - gravity: {mass: [gdp, ccd.coupling], keep: {top: 20}, decay: 1.5, as: g}\n"
    "  - gravity: {mass: g.in_strength, distance: {file: d.csv, from: a, to: b, distance: km}, "
    "keep: links, weights: inv}\n"
    "  - location_quotient: {industries: [food, steel], total: gdp, base: {file: n.csv}, as: lq}\n"
    "  - moran: {of: 'lq.value[food]', weights: knn6, as: m2}\n"
    "output: {file: out/r.h5, precision: float64, compression: deflate}\n"
    "seed: 20240101\n"
    "tile: 256\n";

static sw_study *parse(const char *file, const char *text) {
  sw_error err = {0};
  sw_study *study = NULL;
  sw_status status =
      sw_study_parse(&err, arena, file, text, strlen(text), test_measures, N_TEST_MEASURES, &study);
  cr_assert_eq(status, SW_OK, "%s", err.text);
  return study;
}

static const sw_entry *entry(const sw_study *study, const char *name) {
  for (int i = 0; i < study->n_entries; i++)
    if (strcmp(study->entry[i].name, name) == 0) return &study->entry[i];
  cr_assert_fail("no entry %s", name);
  abort();
}

static int param(const sw_entry *of, const char *name) {
  for (int i = 0; of->measure->param[i].name; i++)
    if (strcmp(of->measure->param[i].name, name) == 0) return i;
  cr_assert_fail("no parameter %s", name);
  abort();
}

static const sw_arg *arg(const sw_entry *of, const char *name) {
  return &of->arg[param(of, name)];
}

static const sw_distance_spec *distance(const sw_entry *of) {
  return &of->naming[param(of, "distance")].distance;
}

Test(study, panel) {
  const sw_study *study = parse("dir/s.yaml", full);
  const sw_panel_spec *panel = &study->panel;
  cr_assert_str_eq(study->name, "us-counties");
  cr_assert_eq(panel->n_files, 2);
  cr_assert_str_eq(panel->file[0], "panel.csv");
  cr_assert_str_eq(panel->path[0], "dir/panel.csv");
  cr_assert_str_eq(panel->path[1], "/data/more.csv.gz");
  cr_assert_str_eq(panel->unit, "fips");
  cr_assert_str_eq(panel->time, "year");
  cr_assert_eq(panel->layout, SW_LAYOUT_LONG);
  cr_assert_eq(panel->footer, 3);
  cr_assert_eq(panel->n_missing_values, 2);
  cr_assert_str_eq(panel->missing_value[1], "(NA)");
  cr_assert_eq(panel->missing, SW_MISSING_DROP_UNITS);
  cr_assert_str_eq(panel->break_label[0], "2013");
  cr_assert_eq(panel->n_derive, 3);
  cr_assert_str_eq(panel->derive[1].name, "ln_s");
  cr_assert_str_eq(panel->derive[1].expression, "log(services)");
  cr_assert_null(panel->aggregate_by);
}

Test(study, units_and_where) {
  const sw_study *study = parse("dir/s.yaml", full);
  const sw_units_spec *units = &study->units;
  cr_assert(units->given && units->drop_unmatched);
  cr_assert_str_eq(units->path, "dir/units.csv");
  cr_assert_str_eq(units->area, "land");
  cr_assert_eq(units->area_unit, SW_SQMI);
  cr_assert_eq(units->n_groups, 2);
  cr_assert_eq(units->n_where, 4);
  const sw_condition *where = units->where;
  cr_assert(where[0].starts_or && !where[1].starts_or && where[2].starts_or && !where[3].starts_or);
  cr_assert(where[0].is_number && where[0].number == 1 && where[0].compare == SW_EQ);
  cr_assert(!where[1].is_number && where[1].compare == SW_NE);
  cr_assert_str_eq(where[1].text, "New \"York");
  cr_assert_str_eq(where[2].column, "in gdp");
  cr_assert(where[2].is_number && where[2].number == -2.5 && where[2].compare == SW_GE);
  cr_assert_str_eq(where[3].text, "07");
}

Test(study, weights) {
  const sw_study *study = parse("dir/s.yaml", full);
  const sw_weights_spec *spec = study->weights;
  cr_assert_eq(study->n_weights, 6);
  cr_assert(spec[0].kind == SW_W_FILE && spec[0].style == SW_STYLE_BINARY);
  cr_assert_str_eq(spec[0].path, "dir/edges.gal");
  cr_assert(spec[1].kind == SW_W_KNN && spec[1].k == 6 && spec[1].style == SW_STYLE_ROW);
  cr_assert(spec[2].kind == SW_W_INVERSE_DISTANCE && spec[2].power == 1);
  cr_assert(spec[2].cutoff_km == 200 && spec[2].style == SW_STYLE_ROW);
  cr_assert(spec[3].kind == SW_W_MATRIX && spec[3].style == SW_STYLE_AS_IS);
  cr_assert(!spec[0].columns.from && !spec[0].columns.value && !spec[0].order);
  cr_assert_str_eq(spec[4].columns.from, "home");
  cr_assert_str_eq(spec[4].columns.to, "work");
  cr_assert_str_eq(spec[4].columns.value, "people");
  cr_assert_str_eq(spec[5].order, "codes.txt");
  cr_assert_str_eq(spec[5].order_path, "dir/codes.txt");
}

Test(study, entries_and_defaults) {
  const sw_study *study = parse("dir/s.yaml", full);
  cr_assert_eq(study->n_entries, 10);
  const sw_entry *moran = entry(study, "moran");
  cr_assert_str_eq(moran->where, "dir/s.yaml:35:5");
  cr_assert_eq(moran->naming[param(moran, "weights")].weights, 0);
  cr_assert(!arg(moran, "islands")->given && arg(moran, "islands")->number == 0);
  cr_assert_str_eq(arg(moran, "islands")->text, "adjust");
  cr_assert_str_eq(arg(moran, "islands")->where, "dir/s.yaml:35:5");
  cr_assert(arg(moran, "permutations")->given && arg(moran, "permutations")->number == 99);
  cr_assert_str_eq(arg(moran, "permutations")->where, "dir/s.yaml:35:83");
  cr_assert_str_eq(arg(moran, "groups")->texts[0], "region");
  const sw_entry *ccd = entry(study, "ccd"), *ccd2 = entry(study, "ccd2");
  cr_assert_eq(arg(ccd, "breaks")->count, 3);
  cr_assert_eq(arg(ccd, "breaks")->numbers[2], 0.9);
  cr_assert_str_eq(arg(ccd, "breaks")->text, "[0.1, 0.5, 0.9]");
  cr_assert(arg(ccd, "alpha")->count == 0 && !arg(ccd, "alpha")->node);
  cr_assert_eq(arg(ccd2, "form")->number, 1);
  cr_assert_eq(arg(ccd2, "systems")->count, 2);
  cr_assert_eq(ccd2->n_periods, 2);
  cr_assert_str_eq(ccd2->period[1], "2010");
  cr_assert_eq(entry(study, "ecology")->n_periods, 0);
  cr_assert_str_eq(arg(entry(study, "economy"), "over")->node->text, "panel");
  cr_assert_str_eq(arg(entry(study, "ecology"), "over")->text, "{bounds: {ln_s: [0, 5]}}");
}

Test(study, pairs) {
  const sw_study *study = parse("dir/s.yaml", full);
  const sw_entry *first = entry(study, "g"), *second = entry(study, "gravity");
  cr_assert(first->is_pair && first->keep.kind == SW_KEEP_TOP && first->keep.top == 20);
  cr_assert(distance(first)->kind == SW_GREAT_CIRCLE && first->links == -1);
  cr_assert_eq(arg(first, "decay")->number, 1.5);
  cr_assert_eq(arg(first, "share")->number, 0);
  cr_assert(second->keep.kind == SW_KEEP_LINKS && second->links == 2);
  cr_assert_eq(distance(second)->kind, SW_GIVEN);
  cr_assert_str_eq(distance(second)->path, "dir/d.csv");
  cr_assert_str_eq(distance(second)->file, "d.csv");
}

static int position(const sw_study *study, const char *name) {
  for (int i = 0; i < study->n_entries; i++)
    if (strcmp(study->entry[study->order[i]].name, name) == 0) return i;
  return -1;
}

Test(study, references) {
  const sw_study *study = parse("dir/s.yaml", full);
  const sw_need *need = entry(study, "moran")->need;
  cr_assert_str_eq(study->entry[need->entry].name, "ccd");
  cr_assert_str_eq(need->quantity, "coordination");
  cr_assert_null(need->label[0]);
  need = entry(study, "m2")->need;
  cr_assert_str_eq(need->name, "lq.value[food]");
  cr_assert_str_eq(need->quantity, "value");
  cr_assert_str_eq(need->label[0], "food");
  need = entry(study, "gravity")->need;
  cr_assert_str_eq(need->quantity, "in_strength");
  /* A column of the file may hold a dot; `negative` comes after `positive`. */
  const sw_entry *economy = entry(study, "economy");
  cr_assert_eq(economy->n_needs, 3);
  cr_assert(economy->need[1].entry == -1 && economy->need[2].param == 1);
  cr_assert_str_eq(economy->need[1].where, "dir/s.yaml:32:29");
  need = entry(study, "ccd")->need;
  cr_assert(need[0].entry == 1 && need[1].entry == 2);
  cr_assert_str_eq(need[0].quantity, "score");
  for (int i = 0; i < study->n_entries; i++)
    for (int j = 0; j < study->entry[i].n_needs; j++)
      if (study->entry[i].need[j].entry >= 0)
        cr_assert_lt(position(study, study->entry[study->entry[i].need[j].entry].name),
                     position(study, study->entry[i].name));
}

Test(study, output) {
  const sw_study *study = parse("dir/s.yaml", full);
  cr_assert_str_eq(study->output_file, "out/r.h5");
  cr_assert_str_eq(study->output_path, "dir/out/r.h5");
  cr_assert(study->float64 && study->deflate);
  cr_assert(study->seed == 20240101 && study->tile == 256);
}

static void expect_indicators(const sw_study *study, const char *wanted) {
  sw_error err = {0};
  int count;
  const char *const *name;
  char text[1000] = "";
  cr_assert_eq(sw_study_indicators(&err, study, &count, &name), SW_OK, "%s", err.text);
  for (int i = 0; i < count; i++) {
    strcat(text, name[i]);
    strcat(text, " ");
  }
  cr_assert_str_eq(text, wanted);
}

Test(study, indicators) {
  expect_indicators(parse("dir/s.yaml", full),
                    "finance food gdp gdp.pc info ln_s services steel unemployment ");
  expect_indicators(parse("s.yaml",
                          "panel: {file: p.csv, unit: u, time: t, derive: {h: gdp_pc / 2},\n"
                          "  aggregate: {by: city, sum: [gdp], ratio: {gdp_pc: [gdp, pop]}}}\n"
                          "units: {file: u.csv, unit: u}\n"
                          "measures: [{coupling_coordination: {systems: [h, gdp]}}]\n"),
                    "gdp gdp_pc h pop ");
}

Test(study, defaults_of_the_study) {
  const sw_study *study = parse("here/a.b.yaml", "panel: {file: p.h5, unit: u}\n"
                                                 "units:\nweights: null\n"
                                                 "measures:\n"
                                                 "  - location_quotient:\n"
                                                 "      industries: x\n"
                                                 "      total: y\n");
  cr_assert_str_eq(study->name, "a.b");
  cr_assert_str_eq(study->output_path, "here/results.h5");
  cr_assert(!study->float64 && !study->deflate && study->seed == 0 && study->tile == 512);
  cr_assert(!study->units.given && study->n_weights == 0 && !study->panel.time);
  cr_assert_eq(study->panel.missing, SW_MISSING_ERROR);
  cr_assert_str_eq(arg(entry(study, "location_quotient"), "base")->text, "own");
}

/* As a results file has it of what was left out; in quotes it is a name. */
Test(study, none_is_left_out) {
  const sw_study *study =
      parse("s.yaml", "panel: {file: p.csv, unit: u}\n"
                      "units: {file: u.csv, unit: u, groups: [state, none]}\n"
                      "weights:\n  w: {kind: file, file: w.csv}\n"
                      "measures:\n"
                      "  - moran: {of: x, weights: w, groups: none, as: a}\n"
                      "  - moran: {of: x, weights: w, groups: 'none', as: b}\n");
  cr_assert(!arg(entry(study, "a"), "groups")->given &&
            arg(entry(study, "a"), "groups")->count == 0);
  cr_assert_eq(arg(entry(study, "b"), "groups")->count, 1);
}

Test(study, wide_layouts) {
  const sw_study *study =
      parse("s.yaml", "panel: {file: p.csv, unit: u, layout: {wide: {name: gdp, prefix: pc,"
                      " periods: [1940, 1950]}}}\n"
                      "composites: {c: {positive: [gdp]}}\n");
  cr_assert_eq(study->panel.layout, SW_LAYOUT_WIDE_PREFIX);
  cr_assert_str_eq(study->panel.wide_prefix, "pc");
  cr_assert_eq(study->panel.n_periods, 2);
  study = parse("s.yaml", "panel: {file: p.csv, unit: u, layout: {wide: {indicator: LineCode,"
                          " names: {1: gdp, 12: steel}}}}\n"
                          "composites: {c: {positive: [gdp]}}\n");
  cr_assert_eq(study->panel.layout, SW_LAYOUT_WIDE_INDICATOR);
  cr_assert_str_eq(study->panel.wide_code[1], "12");
  cr_assert_str_eq(study->panel.wide_label[1], "steel");
}

Test(study, byte_order_mark_and_crlf) {
  const sw_study *study = parse("s.yaml", "\xEF\xBB\xBFpanel: {file: p.csv, unit: u}\r\n"
                                          "composites:\r\n  c: {positive: [x]}\r\n");
  cr_assert_str_eq(study->entry[0].where, "s.yaml:3:3");
}

/* A chain as long as this would overflow a recursive search. */
Test(study, long_chain) {
  enum { LINKS = 3000 };
  char *text = calloc(LINKS + 10, 64);
  size_t used = (size_t)sprintf(text, "panel: {file: p.csv, unit: u}\ncomposites:\n");
  for (int i = 0; i < LINKS; i++)
    used += (size_t)sprintf(text + used, "  c%d: {positive: [c%d]}\n", i, i + 1);
  const sw_study *study = parse("s.yaml", text);
  cr_assert_str_eq(study->entry[study->order[0]].name, "c2999");
  free(text);
}

/* Whatever is cut off or garbled, there is an answer: a study or one line. */
Test(study, every_truncation) {
  char text[sizeof full];
  for (size_t length = 0; length <= strlen(full); length++) {
    sw_error err = {0};
    sw_arena *own;
    sw_study *study;
    memcpy(text, full, length);
    sw_arena_create(&err, &own);
    sw_status status =
        sw_study_parse(&err, own, "s.yaml", text, length, test_measures, N_TEST_MEASURES, &study);
    cr_assert(status == SW_OK || status == SW_EINPUT, "%zu: %s", length, err.text);
    if (status == SW_EINPUT) cr_assert_eq(strncmp(err.text, "s.yaml:", 7), 0, "%s", err.text);
    sw_arena_destroy(own);
  }
}

Test(study, garbled_bytes) {
  static const char bytes[] = "[]{}:,-?&*!|>'\"%@`#\n\t \\0aZ~<=.\x01\x80\xC3";
  char text[sizeof full];
  size_t n = strlen(full);
  for (size_t at = 0; at < n; at++) {
    sw_error err = {0};
    sw_arena *own;
    sw_study *study;
    memcpy(text, full, n);
    text[at] = bytes[(at * 7 + at / 13) % (sizeof bytes - 1)];
    sw_arena_create(&err, &own);
    sw_status status =
        sw_study_parse(&err, own, "s.yaml", text, n, test_measures, N_TEST_MEASURES, &study);
    cr_assert(status == SW_OK || status == SW_EINPUT, "%zu: %s", at, err.text);
    sw_arena_destroy(own);
  }
}

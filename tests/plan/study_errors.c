/* Studies that are wrong, each with the one line that must be said: place, what, what is right. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plan/study/study.h"
#include "plan/study_measures.h"

TestSuite(study_errors, .timeout = 60);

static void expect(const char *text, size_t length, const char *wanted) {
  sw_error err = {0};
  sw_arena *arena;
  sw_study *study = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  sw_status status =
      sw_study_parse(&err, arena, "s.yaml", text, length, test_measures, N_TEST_MEASURES, &study);
  cr_expect_eq(status, SW_EINPUT, "not refused: %s", text);
  cr_expect_str_eq(err.text, wanted, "\n  study:  %s\n  said:   %s\n  wanted: %s", text, err.text,
                   wanted);
  sw_arena_destroy(arena);
}

typedef struct fault {
  const char *text, *said;
} fault;

#define PANEL "panel: {file: p.csv, unit: u, time: t}\n"
#define UNITS "units: {file: u.csv, unit: u, lon: x, lat: y, groups: [state, region]}\n"
#define WEIGHTS "weights: {queen: {kind: file, file: e.csv}}\n"
#define HEAD PANEL UNITS WEIGHTS
#define SCORE "composites: {c: {positive: [a]}}\n"

/* One call for a whole table: `before` is put before each text. */
static void expect_all(const char *before, const fault *table, size_t count) {
  char *text = malloc(4000);
  for (size_t i = 0; i < count; i++) {
    strcpy(text, before);
    strcat(text, table[i].text);
    expect(text, strlen(text), table[i].said);
  }
  free(text);
}

#define EXPECT_ALL(before, table) expect_all(before, table, sizeof(table) / sizeof((table)[0]))

Test(study_errors, text) {
  static const fault table[] = {
      {"", "s.yaml:1:1: the file is empty"},
      {"# nothing\n", "s.yaml:1:1: the file is empty"},
      {"a: [1, 2\n", "s.yaml:2:1: not YAML: flow sequence without a closing bracket"},
      {"panel: {}\n\tunit: a\n",
       "s.yaml:2:1: not YAML: tab character may not be used as indentation"},
      {"panel: *p\n", "s.yaml:1:8: unknown alias '*p': no earlier value is named '&p'"},
      {"panel: !!map {}\n",
       "s.yaml:1:8: YAML tags ('!...') are not supported; put a text in quotes"},
      {"seed: 1\ntile: 512\nseed: 2\n",
       "s.yaml:3:1: duplicate key 'seed': it is already on line 1"},
      {"seed: 1\n---\nseed: 2\n",
       "s.yaml:3:1: a second YAML document begins here; a study is one document"},
      {"study: \"a\\0b\"\n", "s.yaml:1:9: a text contains the character NUL"},
      {"? [a]\n: 1\n", "s.yaml:1:3: a key must be a text"},
      {"study: \xE9t\xE9\n", "s.yaml:1: bytes that are not UTF-8; save the file as UTF-8"},
      {"seed: 1\nstudy: \xFF\n", "s.yaml:2: bytes that are not UTF-8; save the file as UTF-8"},
      {"- a\n", "s.yaml:1:1: a study is a map of keys: panel, units, measures, ..."},
  };
  EXPECT_ALL("", table);
  expect("seed: 1\nst\0udy: x\n", 19,
         "s.yaml:2: the file contains the character NUL; a study is a text file in UTF-8");
}

Test(study_errors, top) {
  static const fault table[] = {
      {"seed: -1\n" PANEL SCORE, "s.yaml:1:7: -1 is out of range; expected at least 0"},
      {"seed: \"5\"\n" PANEL SCORE,
       "s.yaml:1:8: found \"5\"; expected a whole number without quotes"},
      {"tile: 15\n" PANEL SCORE, "s.yaml:1:7: 15 is out of range; expected 16 to 8192"},
      {"tile: 512.5\n" PANEL SCORE,
       "s.yaml:1:7: found '512.5'; expected a whole number without quotes"},
      {"study: [a]\n" PANEL SCORE, "s.yaml:1:8: found a list; expected a text"},
      {SCORE, "s.yaml:1:1: 'panel' is missing: the data: {file: panel.csv, unit: COLUMN, ...}"},
      {PANEL, "s.yaml:1:1: the study computes nothing: add `measures` or `composites`"},
      {PANEL SCORE "mesures: []\n", "s.yaml:3:1: unknown key 'mesures'; did you mean 'measures'?"},
      {PANEL SCORE "output: {precison: float32}\n",
       "s.yaml:3:10: unknown key 'precison'; did you mean 'precision'?"},
      {PANEL SCORE "output: {precision: float16}\n",
       "s.yaml:3:21: unknown choice 'float16'; did you mean 'float32'?"},
      {PANEL SCORE "output: {compression: gzip}\n",
       "s.yaml:3:23: unknown choice 'gzip'; expected one of none|deflate"},
  };
  EXPECT_ALL("", table);
}

Test(study_errors, panel) {
  static const fault table[] = {
      {"{unit: u}\n", "s.yaml:2:8: 'file' is missing: a .csv, .csv.gz, .h5, .nc, .dta, .sav or "
                      ".sas7bdat file, or a "
                      "list"},
      {"{file: p.csv}\n", "s.yaml:2:8: 'unit' is missing: the column with the unit's code"},
      {"{fiel: p.csv, unit: u}\n", "s.yaml:2:9: unknown key 'fiel'; did you mean 'file'?"},
      {"{file: p.xlsx, unit: u}\n",
       "s.yaml:2:15: 'p.xlsx' is not a panel file; expected .csv, .csv.gz, .h5, .nc, .dta, .sav or "
       ".sas7bdat: save the sheet as .csv (UTF-8)"},
      {"{file: p.doc, unit: u}\n",
       "s.yaml:2:15: 'p.doc' is not a panel file; expected .csv, .csv.gz, .h5, .nc, .dta, .sav or "
       ".sas7bdat"},
      {"{file: [p.csv, p.csv], unit: u}\n", "s.yaml:2:23: 'p.csv' is listed twice"},
      {"{file: [], unit: u}\n", "s.yaml:2:15: the list of files is empty; name at least one"},
      {"{file: p.csv, unit: ''}\n", "s.yaml:2:29: found an empty text; expected a text"},
      {"{file: p.csv, unit: u, missing: drop-unit}\n",
       "s.yaml:2:40: unknown choice 'drop-unit'; did you mean 'drop-units'?"},
      {"{file: p.csv, unit: u, decimal: ;}\n",
       "s.yaml:2:40: decimal: found ';'; expected \",\" or \".\""},
      {"{file: p.csv, unit: u, thousands: ab}\n",
       "s.yaml:2:42: thousands: 'ab' cannot part thousands; expected one character, e.g. \",\", "
       "\".\", "
       "\" \" or \"'\""},
      {"{file: p.csv, unit: u, thousands: 5}\n",
       "s.yaml:2:42: thousands: '5' cannot part thousands; expected one character, e.g. \",\", "
       "\".\", "
       "\" \" or \"'\""},
      {"{file: p.h5, unit: u, decimal: \",\"}\n",
       "s.yaml:2:40: decimal: is of text files, and p.h5 is none; leave it out"},
      {"{file: [p.H5, q.nc], unit: u, footer: 2}\n",
       "s.yaml:2:46: footer: is of text files, and p.H5 is none; leave it out"},
      {"{file: p.nc, unit: u, header: 1}\n",
       "s.yaml:2:38: header: is of text files, and p.nc is none; leave it out"},
      {"{file: p.csv, unit: u, separator: x}\n", "s.yaml:2:42: separator: found 'x'; expected one "
                                                 "of \",\" \";\" \"|\" tab \":\" \"^\" \"~\""},
      {"{file: p.csv, unit: u, decimal: \",\", thousands: \",\"}\n",
       "s.yaml:2:57: thousands and decimal are both ','; expected two signs"},
      {"{file: p.csv, unit: u, percent: keep}\n",
       "s.yaml:2:40: unknown choice 'keep'; expected one of strip"},
      {"{file: p.csv, unit: u, footer: -1}\n",
       "s.yaml:2:39: -1 is out of range; expected at least 0"},
      {"{file: p.csv, unit: u, join: inner}\n",
       "s.yaml:2:37: join: is of several files, and `file` names one; leave it out"},
      {"{file: [p.csv, q.csv], unit: u, join: left}\n",
       "s.yaml:2:46: unknown choice 'left'; expected one of outer|inner"},
      {"{file: p.csv, unit: u, crosswalk: {file: c.csv, old: a, to: b}}\n",
       "s.yaml:2:56: unknown key 'old'; known keys: file, from, to, period, share, mean"},
      {"{file: p.csv, unit: u, crosswalk: {file: c.csv, from: a, to: a}}\n",
       "s.yaml:2:69: crosswalk: from and to are both 'a'"},
      {"{file: p.csv, unit: u, crosswalk: {file: c.csv, from: a, to: b, mean: [r]}}\n",
       "s.yaml:2:78: mean: expected a map of rates and what weighs them, e.g. {unemployment: "
       "labour_force}"},
      {"{file: p.csv, unit: u, crosswalk: {file: c.csv, from: a, to: b, mean: {r: s, s: p}}}\n",
       "s.yaml:2:82: mean: 's' is a mean itself; a weight is a column that is added up"},
      {"{file: p.csv, unit: u, layout: wide}\n", "s.yaml:2:39: layout: expected how the table is "
                                                 "wide: {wide: {name: gdp, prefix: gdp}} or {wide: "
                                                 "{indicator: COLUMN}}"},
      {"{file: p.csv, unit: u, layout: {wide: {name: g}}}\n",
       "s.yaml:2:46: 'prefix' is missing: the text before the period in the names of the columns"},
      {"{file: p.csv, unit: u, layout: {wide: {names: {1: g}}}}\n",
       "s.yaml:2:46: wide: expected either `name` and `prefix` (one indicator, one column per "
       "period) or `indicator` (its column, with `names`)"},
      {"{file: p.csv, unit: u, time: t, layout: {wide: {indicator: l}}}\n",
       "s.yaml:2:37: time: a wide layout has its periods in the columns; leave `time` out"},
      {"{file: p.csv, unit: u, layout: {wide: {indicator: l, names: {1: g, 2: g}}}}\n",
       "s.yaml:2:78: names: two codes are both named 'g'"},
      {"{file: p.csv, unit: u, derive: {a: 'share_of(b, state)'}}\n",
       "s.yaml:2:44: derive: a: share_of expected a group of the units, and `units` has none"},
      {"{file: p.csv, unit: u, derive: {a: b + 1, b: x}}\n",
       "s.yaml:2:43: derive: 'a' needs 'b', which is derived after it; put 'b' first"},
      {"{file: p.csv, unit: u, aggregate: {by: city, sum: [a]}}\n",
       "s.yaml:2:42: aggregate: `by` is a column of the units file, but the study has no `units`"},
      {"{file: p.csv, unit: u, aggregate: {bye: city, sum: [a]}}\n",
       "s.yaml:2:43: unknown key 'bye'; did you mean 'by'?"},
  };
  EXPECT_ALL(SCORE "panel: ", table);
  static const fault aggregate[] = {
      {"{file: p.csv, unit: u, aggregate: {by: g, sum: [b], ratio: {d: [b, e]}}}\n",
       "s.yaml:1:29: 'a' is not kept by `aggregate`; add it to `sum` or `ratio`; "
       "known: b, d"},
      {"{file: p.csv, unit: u, aggregate: {by: g, ratio: {d: [b]}}}\n",
       "s.yaml:3:61: ratio: 'd' takes two columns: [numerator, denominator]"},
      {"{file: p.csv, unit: u, aggregate: {by: g}}\n",
       "s.yaml:3:42: aggregate: nothing to keep; name columns under `sum` or `ratio`"},
      {"{file: p.csv, unit: u, aggregate: {by: g, sum: [a], missing: keep}}\n",
       "s.yaml:3:69: missing: expected refuse, skip or {at_least: 0.9}, the share of members that "
       "a "
       "sum needs"},
      {"{file: p.csv, unit: u, aggregate: {by: g, sum: [a], missing: at_least}}\n",
       "s.yaml:3:69: missing: expected refuse, skip or {at_least: 0.9}, the share of members that "
       "a "
       "sum needs"},
      {"{file: p.csv, unit: u, aggregate: {by: g, sum: [a], missing: {at_least: 90}}}\n",
       "s.yaml:3:80: at_least: 90; expected a share above 0 and up to 1"},
      {"{file: p.csv, unit: u, aggregate: {by: g, sum: [a], missing: {at_last: 1}}}\n",
       "s.yaml:3:70: unknown key 'at_last'; did you mean 'at_least'?"},
  };
  EXPECT_ALL(SCORE UNITS "panel: ", aggregate);
}

Test(study_errors, labels) {
  static const fault table[] = {
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: g}, wide: {name: g, prefix: p}}}\n",
       "s.yaml:2:39: layout: expected one of {wide: {name, prefix}}, {wide: {indicator, names}} "
       "and "
       "{long: {by, value}}"},
      {"{file: p.csv, unit: u, layout: {long: {by: l}}}\n",
       "s.yaml:2:46: 'value' is missing: the column of values, or a list of columns"},
      {"{file: p.csv, unit: u, layout: {long: {value: l}}}\n",
       "s.yaml:2:46: 'by' is missing: the column of labels, e.g. of industries"},
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: [l, g]}}}\n",
       "s.yaml:2:61: long: by and value are both 'l'"},
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: []}}}\n",
       "s.yaml:2:61: value: the list is empty; name at least one column"},
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: [a.b, a]}}}\n",
       "s.yaml:2:61: value: 'a.b.LABEL' could be of 'a' or of 'a.b'; rename one of them"},
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: g, totl: all}}}\n",
       "s.yaml:2:64: unknown key 'totl'; did you mean 'total'?"},
      {"{file: p.csv, unit: u, layout: {long: {by: l, value: c}}}\n",
       "s.yaml:1:14: 'c' cannot name a result: c.LABEL are indicators of the panel; choose another "
       "name"},
  };
  EXPECT_ALL(SCORE "panel: ", table);
}

Test(study_errors, units) {
  static const fault table[] = {
      {"{unit: u}\n", "s.yaml:3:8: 'file' is missing: the table of the units, a .csv file"},
      {"{file: u.csv, unit: u, lon: x}\n",
       "s.yaml:3:8: 'lat' is missing: coordinates need both `lon` and `lat`"},
      {"{file: u.csv, unit: u, groups: {p: 'unit[0]'}}\n",
       "s.yaml:3:44: groups: p: 'unit[0]' is no slice of the codes; expected unit[START:END], e.g. "
       "\"unit[0:2]\" for their first two characters"},
      {"{file: u.csv, unit: u, groups: {p: 'land[0:2]'}}\n",
       "s.yaml:3:44: groups: p: 'land[0:2]' is no slice of the codes; expected unit[START:END], "
       "e.g. "
       "\"unit[0:2]\" for their first two characters"},
      {"{file: u.csv, unit: u, groups: {p: 'unit[2:2]'}}\n",
       "s.yaml:3:44: groups: p: unit[2:2] is empty; its end must lie behind its start"},
      {"{file: u.csv, unit: u, groups: [p, {p: 'unit[0:2]'}]}\n",
       "s.yaml:3:48: 'p' is listed twice"},
      {"{file: u.csv, unit: u, groups: {a/b: 'unit[0:2]'}}\n",
       "s.yaml:3:46: groups: 'a/b' contains '/', which names in the results file must not; rename "
       "the column"},
      {"{file: u.csv, unit: u, area: land}\n",
       "s.yaml:3:37: found 'land'; expected a map of keys and values"},
      {"{file: u.csv, unit: u, area: {column: land, unit: sqm}}\n",
       "s.yaml:3:58: unknown choice 'sqm'; did you mean 'sqmi'?"},
      {"{file: u.csv, unit: u, area: {column: land}}\n",
       "s.yaml:3:37: 'unit' is missing: km2, sqmi or ha"},
      {"{file: u.csv, unit: u, unmatched: keep}\n",
       "s.yaml:3:42: unknown choice 'keep'; expected one of error|drop"},
      {"{file: u.csv, unit: u, group: [a]}\n",
       "s.yaml:3:31: unknown key 'group'; did you mean 'groups'?"},
      {"{file: u.csv, unit: u, polygons: {key: a}}\n",
       "s.yaml:3:41: 'file' is missing: the file of the polygons"},
      {"{file: u.csv, unit: u, polygons: {file: c.gpkg, field: a}}\n",
       "s.yaml:3:56: unknown key 'field'; did you mean 'file'?"},
      {"{file: u.csv, unit: u, polygons: ''}\n",
       "s.yaml:3:42: found an empty text; expected a text"},
      {"{file: u.csv, unit: u, where: a}\n",
       "s.yaml:3:38: where: it ends where one of = == != < <= > >= is expected"},
      {"{file: u.csv, unit: u, where: a = }\n",
       "s.yaml:3:38: where: it ends where a number or a text is expected"},
      {"{file: u.csv, unit: u, where: a = 1 b = 2}\n",
       "s.yaml:3:38: where: found 'b' where 'and' or 'or' is expected"},
      {"{file: u.csv, unit: u, where: a = 1 and and}\n",
       "s.yaml:3:38: where: found 'and' where a column is expected"},
      {"{file: u.csv, unit: u, where: (a = 1)}\n",
       "s.yaml:3:38: where: parentheses are not supported; 'and' binds tighter than 'or'"},
      {"{file: u.csv, unit: u, where: a = 'b}\n", "s.yaml:3:38: where: a quote ' is not closed"},
      {"{file: u.csv, unit: u, where: a ~ 1}\n",
       "s.yaml:3:38: where: found '~' where one of = == != < <= > >= is expected"},
  };
  EXPECT_ALL(PANEL SCORE "units: ", table);
}

Test(study_errors, weights) {
  static const fault table[] = {
      {"{k: 6}\n", "s.yaml:5:6: 'kind' is missing: e.g. file, knn, distance-band, kernel, "
                   "contiguity, block, result, "
                   "union"},
      {"{kind: distance-band}\n", "s.yaml:5:6: 'km' is missing: how far neighbours may be"},
      {"{kind: distance-band, km: -1}\n",
       "s.yaml:5:32: found -1; expected a number greater than 0"},
      {"{kind: kernel, k: 8, km: 50}\n",
       "s.yaml:5:24: `km` is the width already; `k` and `fixed` find one"},
      {"{kind: kernel, function: quartic}\n",
       "s.yaml:5:31: unknown choice 'quartic'; expected one of "
       "triangular|epanechnikov|bisquare|gaussian|uniform"},
      {"{kind: kernel, diagonal: 2}\n",
       "s.yaml:5:31: unknown choice '2'; expected one of 0|one|kernel"},
      {"{kind: knn, k: 3, diagonal: one}\n",
       "s.yaml:5:24: unknown key 'diagonal'; known keys: kind, style, k"},
      {"{kind: block, group: stat}\n",
       "s.yaml:5:27: 'stat' is not one of `groups` of the units; did you mean 'state'?"},
      {"{kind: union, of: w}\n", "s.yaml:5:24: weights 'w': `of` names 1; expected two or more"},
      {"{kind: union, of: [w, v]}\n", "s.yaml:5:28: unknown weights 'v'; known: w"},
      {"{kind: transpose, of: w}\n", "s.yaml:5:6: weights 'w' are made of themselves"},
      {"{kind: higher-order, of: w}\n",
       "s.yaml:5:6: 'order' is missing: how many links away neighbours are"},
      {"{kind: knn, k: 6, style: S}\n", "s.yaml:5:31: unknown choice 'S'; did you mean 's'?"},
      {"{kind: nkn}\n", "s.yaml:5:13: unknown choice 'nkn'; did you mean 'knn'?"},
      {"{kind: knn}\n", "s.yaml:5:6: 'k' is missing: the number of nearest neighbours"},
      {"{kind: knn, k: 0}\n", "s.yaml:5:21: 0 is out of range; expected at least 1"},
      {"{kind: knn, k: 6, power: 2}\n",
       "s.yaml:5:24: unknown key 'power'; known keys: kind, style, k"},
      {"{kind: file}\n",
       "s.yaml:5:6: 'file' is missing: links as .csv (from,to[,weight]), .gal, .gwt or .mtx"},
      {"{kind: file, file: e.csv, style: rows}\n",
       "s.yaml:5:39: unknown choice 'rows'; did you mean 'row'?"},
      {"{kind: inverse-distance, power: 0}\n",
       "s.yaml:5:38: found 0; expected a number greater than 0"},
      {"{kind: contiguity, rule: queen}\n",
       "s.yaml:5:6: weights 'w' need polygons: give `polygons`, a file, in `units`"},
      {"{kind: file, file: e.csv, from: a}\n",
       "s.yaml:5:38: `from` and `to` go together; name both columns"},
      {"{kind: file, file: e.gal, from: a, to: b}\n",
       "s.yaml:5:38: e.gal has no columns to name; `from`, `to` and `weight` are those of a .csv"},
      {"{kind: file, file: E.MTX, weight: w}\n",
       "s.yaml:5:40: E.MTX has no columns to name; `from`, `to` and `weight` are those of a .csv"},
      {"{kind: file, file: e.csv, order: o}\n",
       "s.yaml:5:39: e.csv has codes of its own; `order` names the codes of a .mtx"},
      {"{kind: matrix, file: e.csv, from: a, to: b}\n",
       "s.yaml:5:34: unknown key 'from'; known keys: kind, style, file"},
      {"e.csv\n", "s.yaml:5:6: weights 'w': expected a map, e.g. {kind: knn, k: 6}"},
  };
  EXPECT_ALL(PANEL UNITS SCORE "weights:\n  w: ", table);
  expect_all(PANEL SCORE,
             &(fault){"weights: {w: {kind: knn, k: 6}}\n",
                      "s.yaml:3:14: weights 'w' need coordinates: give `lon` and `lat` in `units`"},
             1);
}

Test(study_errors, names) {
  static const fault table[] = {
      {"- moron: {of: a, weights: queen}\n",
       "s.yaml:5:3: unknown measure 'moron'; did you mean 'moran'?"},
      {"- xyzzyxyzzy: {}\n",
       "s.yaml:5:3: unknown measure 'xyzzyxyzzy'; `spillway measures` lists them"},
      {"- composite: {}\n", "s.yaml:5:3: define composites under `composites:`, by name"},
      {"- moran\n", "s.yaml:5:3: measures: an entry is a measure's name and its parameters, e.g. - "
                    "moran: {of: gdp, weights: queen}"},
      {"- moran: a\n", "s.yaml:5:10: moran: expected a map of parameters, e.g. moran: {of: ...}"},
      {"- moran:\n  of: a\n", "s.yaml:6:3: a second key 'of' in an entry of `measures`; indent "
                              "parameters further than the measure's name 'moran'"},
      {"- moran: {of: a, weights: queen}\n- moran: {of: b, weights: queen}\n",
       "s.yaml:6:3: two results are called 'moran' (the first at s.yaml:5:3); rename one with "
       "`as:`"},
      {"- moran: {of: a, weights: queen, as: 2nd}\n",
       "s.yaml:5:38: '2nd' cannot name a result; expected letters, digits and '_', not beginning "
       "with a digit"},
      {"- moran: {of: a, weights: queen, as: time}\n",
       "s.yaml:5:38: 'time' cannot name a result: the results file itself uses 'time'; choose "
       "another name"},
      {"- moran: {of: a, weights: queen, as: group_a}\n",
       "s.yaml:5:38: 'group_a' cannot name a result: the results file itself uses 'group_a'; "
       "choose another name"},
  };
  EXPECT_ALL(HEAD "measures:\n", table);
  static const fault composites[] = {
      {"composites: {a b: {positive: [x]}}\n",
       "s.yaml:4:14: 'a b' cannot name a result; expected letters, digits and '_', not beginning "
       "with a digit"},
      {"composites: {unit: {positive: [x]}}\n",
       "s.yaml:4:14: 'unit' cannot name a result: the results file itself uses 'unit'; choose "
       "another name"},
      {"composites: {moran: {positive: [x]}}\nmeasures:\n- moran: {of: a, weights: queen}\n",
       "s.yaml:6:3: two results are called 'moran' (the first at s.yaml:4:14); rename one with "
       "`as:`"},
      {"composites: {a: {positve: [x]}}\n",
       "s.yaml:4:18: unknown key 'positve'; did you mean 'positive'?"},
      {"composites: {a: {positive: [x], as: b}}\n",
       "s.yaml:4:33: unknown key 'as'; known keys: positive, negative, normalise, over, weights, "
       "shift, balanced"},
      {"composites: [a]\n",
       "s.yaml:4:13: composites: expected a map of names, e.g. economy: {positive: [gdp_pc]}"},
      {"measures: {moran: {of: a}}\n",
       "s.yaml:4:11: measures: expected a list, e.g. - moran: {of: gdp, weights: queen}"},
  };
  EXPECT_ALL(HEAD, composites);
  expect_all("panel: {file: p.csv, unit: u, derive: {c: x + y}}\n",
             &(fault){SCORE,
                      "s.yaml:2:14: 'c' is also the derived indicator at s.yaml:1:43; choose "
                      "another name"},
             1);
  expect_all("panel: {file: p.csv, unit: u, derive: {x: c / y}}\n",
             &(fault){"composites: {c: {positive: [x]}}\n",
                      "s.yaml:2:14: 'c' cannot name a result: it is a column that the study reads, "
                      "at s.yaml:1:43; choose another name"},
             1);
}

Test(study_errors, arguments) {
  static const fault table[] = {
      {"moran: {weights: queen}\n", "s.yaml:5:3: moran: 'of' is missing: the variable"},
      {"moran: {off: a, weights: queen}\n", "s.yaml:5:11: unknown key 'off'; did you mean 'of'?"},
      {"moran: {of: a, weights: quen}\n",
       "s.yaml:5:27: moran: weights: unknown weights 'quen'; did you mean 'queen'?"},
      {"moran: {of: a, weights: [queen]}\n",
       "s.yaml:5:27: moran: weights: found a list; expected a name"},
      {"moran: {of: [a], weights: queen}\n",
       "s.yaml:5:15: moran: of: found a list; expected one name"},
      {"moran: {of: , weights: queen}\n", "s.yaml:5:11: moran: of: found nothing; expected a name"},
      {"moran: {of: a, weights: queen, islands: zeros}\n",
       "s.yaml:5:43: moran: islands: unknown choice 'zeros'; did you mean 'zero'?"},
      {"moran: {of: a, weights: queen, islands: [zero]}\n",
       "s.yaml:5:43: moran: islands: found a list; expected one of adjust|zero|remove"},
      {"moran: {of: a, weights: queen, permutations: many}\n",
       "s.yaml:5:48: moran: permutations: found 'many'; expected a whole number"},
      {"moran: {of: a, weights: queen, permutations: 1.5}\n",
       "s.yaml:5:48: moran: permutations: found '1.5'; expected a whole number"},
      {"moran: {of: a, weights: queen, permutations: 100000}\n",
       "s.yaml:5:48: moran: permutations: 100000 is out of range; expected 0 to 99999"},
      {"moran: {of: a, weights: queen, groups: [state, regoin]}\n",
       "s.yaml:5:50: moran: groups: unknown group column 'regoin'; did you mean 'region'?"},
      {"moran: {of: a, weights: queen, keep: dense}\n",
       "s.yaml:5:40: moran: `keep` is for pair measures; moran writes all its values"},
      {"moran: {of: a, weights: queen, periods: []}\n",
       "s.yaml:5:43: moran: periods: the list is empty; leave it out for all periods"},
      {"moran: {of: a, weights: queen, periods: [2005, 2005]}\n",
       "s.yaml:5:50: '2005' is listed twice"},
      {"gravity: {mass: []}\n",
       "s.yaml:5:19: gravity: mass: the list is empty; give at least one name"},
      {"gravity: {mass: {a: 1}}\n",
       "s.yaml:5:19: gravity: mass: found a map; expected a name or a list of names"},
      {"gravity: {mass: a, decay: '2'}\n",
       "s.yaml:5:30: gravity: decay: found \"2\"; expected a number"},
      {"gravity: {mass: a, decay: .inf}\n",
       "s.yaml:5:29: gravity: decay: found '.inf'; expected a number"},
      {"gravity: {mass: a, decay: 11}\n",
       "s.yaml:5:29: gravity: decay: 11 is out of range; expected 0 to 10"},
      {"gravity: {mass: a, exponent: [1, x]}\n",
       "s.yaml:5:36: gravity: exponent: found 'x'; expected a number"},
      {"gravity: {mass: a, share: maybe}\n",
       "s.yaml:5:29: gravity: share: found 'maybe'; expected true or false"},
      {"gravity: {mass: a, distance: crow}\n", "s.yaml:5:32: gravity: distance: found 'crow'; "
                                               "expected great-circle, geodesic, {file: d.csv}, "
                                               "{pairs: NAME} or {network: {...}}"},
      {"gravity: {mass: a, distance: {network: n}}\n",
       "s.yaml:5:42: network: expected a map, e.g. {nodes: n.csv, edges: e.csv, time: minutes}"},
      {"gravity: {mass: a, distance: {network: {nodes: n, edges: e, time: t, mode: x}}}\n",
       "s.yaml:5:72: unknown key 'mode'; did you mean 'modes'?"},
      {"gravity: {mass: a, distance: {file: d, weight: n}}\n",
       "s.yaml:5:42: unknown key 'weight'; known keys: file, from, to, distance"},
      {"gravity: {mass: a, distance: {file: d, to: n}}\n",
       "s.yaml:5:46: `from` and `to` go together; name both columns"},
      {"gravity: {mass: a, distance: {fil: n}}\n",
       "s.yaml:5:32: gravity: distance: expected great-circle, geodesic, {file: d.csv}, "
       "{pairs: NAME} or {network: {...}}"},
      {"gravity: {mass: a, keep: dens}\n",
       "s.yaml:5:28: unknown choice 'dens'; did you mean 'dense'?"},
      {"gravity: {mass: a, keep: top}\n", "s.yaml:5:28: gravity: keep: write {top: 20}"},
      {"gravity: {mass: a, keep: {top: 0}}\n",
       "s.yaml:5:34: 0 is out of range; expected at least 1"},
      {"gravity: {mass: a, keep: {top: 2, above: 1}}\n",
       "s.yaml:5:28: gravity: keep: expected one of {top: k}, {above: x} and {share: s}"},
      {"gravity: {mass: a, keep: share}\n", "s.yaml:5:28: gravity: keep: write {share: 0.01}"},
      {"gravity: {mass: a, keep: {share: 0}}\n",
       "s.yaml:5:36: share is 0; expected a number above 0 and up to 1, as 0.01"},
      {"gravity: {mass: a, keep: {share: 1.5}}\n",
       "s.yaml:5:36: share is 1.5; expected a number above 0 and up to 1, as 0.01"},
      {"gravity: {mass: a, keep: {bottom: 2}}\n",
       "s.yaml:5:29: unknown key 'bottom'; known keys: top, above, share"},
      {"gravity: {mass: a, keep: links}\n",
       "s.yaml:5:28: gravity: keep: links needs `weights`: the name of a weights matrix"},
      {"gravity: {mass: a, weights: queen}\n",
       "s.yaml:5:31: gravity: `weights` goes with keep: links; leave one out or add the other"},
      {"gravity: {mass: a, keep: links, weights: rook}\n",
       "s.yaml:5:44: gravity: weights: unknown weights 'rook'; known: queen"},
      {"location_quotient: {industries: a, total: b, base: owns}\n",
       "s.yaml:5:54: location_quotient: base: found 'owns'; expected own or {file: t.csv}"},
      {"location_quotient: {industries: a, total: b, base: {fil: n.csv}}\n",
       "s.yaml:5:54: location_quotient: base: expected own or {file: t.csv}"},
  };
  EXPECT_ALL(HEAD "measures:\n- ", table);
  expect_all(PANEL "measures:\n- ",
             &(fault){"gravity: {mass: a}\n",
                      "s.yaml:3:3: gravity: distance (default great-circle): distances need "
                      "coordinates: give `lon` and `lat` in `units`, or {file: d.csv} here"},
             1);
}

Test(study_errors, references) {
  static const fault table[] = {
      {"moran: {of: ccd.cordination, weights: queen}\n",
       "s.yaml:10:15: 'ccd' has no quantity 'cordination'; did you mean 'coordination'?"},
      {"moran: {of: cdc.coordination, weights: queen}\n",
       "s.yaml:10:15: unknown result 'cdc'; did you mean 'ccd.coordination'?"},
      {"moran: {of: ccd, weights: queen}\n",
       "s.yaml:10:15: 'ccd' is a result of this study; add its quantity, e.g. ccd.coupling"},
      {"moran: {of: g, weights: queen}\n",
       "s.yaml:10:15: 'g' is a result of this study; add its quantity, e.g. g.out_strength"},
      {"moran: {of: g.value, weights: queen}\n",
       "s.yaml:10:15: g.value: an input must have one value per unit; of 'g' use g.out_strength or "
       "g.in_strength"},
      {"moran: {of: g.total, weights: queen}\n",
       "s.yaml:10:15: 'g' has no quantity 'total'; known: out_strength, in_strength"},
      {"moran: {of: m.I, weights: queen}\n", "s.yaml:10:15: m.I is one value per period; an "
                                             "input must have one value per unit and period"},
      {"moran: {of: 'ccd.coupling[x]', weights: queen}\n",
       "s.yaml:10:16: ccd.coupling[x]: 'coupling' has no further axis; remove [x]"},
      {"moran: {of: 'ccd.coupling[', weights: queen}\n",
       "s.yaml:10:16: 'ccd.coupling[' is not the name of a result; expected NAME.quantity[label]"},
      {"structural_similarity: {shares: [a, b, a]}\n",
       "s.yaml:10:42: structural_similarity: shares: 'a' is listed twice; list it once"},
      {"pairwise_coupling: {systems: [c, c]}\n",
       "s.yaml:10:36: pairwise_coupling: systems: 'c' is listed twice; list it once"},
      {"network: {result: g.weight}\n",
       "s.yaml:10:21: 'g' has no quantity 'weight' of pairs; known: value"},
      {"moran: {of: lq.value, weights: queen}\n",
       "s.yaml:10:15: lq.value has one value per industry; choose one: lq.value[...]"},
      {"moran: {of: c.scores, weights: queen}\n",
       "s.yaml:10:15: 'c' has no quantity 'scores'; did you mean 'score'?"},
  };
  EXPECT_ALL(HEAD SCORE "measures:\n"
                        "- coupling_coordination: {systems: [c, x], as: ccd}\n"
                        "- gravity: {mass: [x], as: g}\n"
                        "- moran: {of: x, weights: queen, as: m}\n"
                        "- location_quotient: {industries: [x], total: y, as: lq}\n"
                        "- ",
             table);
}

Test(study_errors, cycles) {
  static const fault table[] = {
      {"composites: {a: {positive: [a]}}\n",
       "s.yaml:4:14: 'a' cannot name this result: it is the name of its own input at s.yaml:4:29; "
       "choose another name"},
      {"composites: {a: {positive: [x, y], negative: [a.score]}}\n",
       "s.yaml:4:47: circular reference: a.score -> a.score; a result cannot be computed from "
       "itself"},
      {"measures:\n- moran: {of: gdp, weights: queen, as: gdp}\n",
       "s.yaml:5:40: 'gdp' cannot name this result: it is the name of its own input at "
       "s.yaml:5:15; "
       "choose another name"},
      {"measures:\n- gravity: {mass: [gdp, pop], as: pop}\n",
       "s.yaml:5:35: 'pop' cannot name this result: it is the name of its own input at "
       "s.yaml:5:25; "
       "choose another name"},
      {"composites: {a: {positive: [b]}, b: {positive: [x, d]}, d: {negative: [b]}}\n",
       "s.yaml:4:72: circular reference: b -> d -> b; a result cannot be computed from itself"},
      {"composites:\n"
       "  a: {positive: [p.coupling]}\n"
       "measures:\n"
       "- coupling_coordination: {systems: [x, q.out_strength], as: p}\n"
       "- gravity: {mass: [x, a], as: q}\n",
       "s.yaml:8:23: circular reference: a -> p.coupling -> q.out_strength -> a; a result cannot "
       "be computed from itself"},
  };
  EXPECT_ALL(HEAD, table);
}

/* The words are those of the expression's parser; place and indicator are the study's. */
Test(study_errors, expression) {
  static const char text[] = SCORE "panel: {file: p.csv, unit: u, derive: {a: b +}}\n";
  sw_error err = {0};
  sw_arena *arena;
  sw_study *study = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_eq(sw_study_parse(&err, arena, "s.yaml", text, strlen(text), NULL, 0, &study),
               SW_EINPUT);
  cr_assert_eq(strncmp(err.text, "s.yaml:2:43: ", 13), 0, "%s", err.text);
  sw_arena_destroy(arena);
}

/* A descriptor, each slip a line; what resolve declares: declared.c; what a run shows:
 * descriptor_run.c. */
#include "descriptor_fixture.h"

#include "spillway/resample.h"

/* ---- descriptors ------------------------------------------------------------------------- */

Test(descriptor, catalogue_is_sound) {
  for (int i = 0; i < sw_measure_count(); i++) {
    sw_error err = {0};
    cr_expect_eq(sw_measure_check(&err, sw_measure_at(i)), SW_OK, "%s", err.text);
  }
  sw_error err = {0};
  sw_measure m = good();
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, identity) {
  SLIP(m.title = NULL, "no title; say what it is in one line");
  SLIP(m.formula = "", "no formula; give it in plain text");
  SLIP(m.source = NULL, "no source; name the publication, or 'by definition'");
  SLIP(m.version = 0, "version 0; versions begin at 1");
  SLIP(m.kind = (sw_kind)9, "unknown kind 9; expected one of SW_KIND_UNIT to SW_KIND_COMPOSITE");
  SLIP(m.param = NULL, "param is NULL; give a list that ends with {0}");
  SLIP(m.output = NULL, "output is NULL; give a list that ends with {0}");
  SLIP(m.output += 3, "no outputs; declare what it computes");
  SLIP(m.resolve = NULL, "no resolve; it declares the passes");
  SLIP(m.headline = "fit", "the headline 'fit' is not one of its outputs; name one, or none");
}

static void numbers(const sw_job *job, int t, const int32_t *times, double *const *to,
                    void *workspace) {
  (void)job, (void)t, (void)times, (void)to, (void)workspace;
}

/* Bounds by resampling: of which outputs, and what makes their numbers. */
Test(descriptor, resample) {
  static const sw_resample by_period = {.numbers = numbers}, none = {0};
  static const sw_resample together = {.together = true, .numbers = numbers};
  static const sw_output by_unit[] = {{.name = "a", .shape = SW_UNIT, .interval = true}, {0}};
  static const sw_output table[] = {{.name = "a", .shape = SW_TABLE, .interval = true}, {0}};
  static const sw_output whole[] = {
      {.name = "a", .shape = SW_GLOBAL, .number = SW_INT32, .interval = true}, {0}};
  static const sw_output without[] = {{.name = "a", .shape = SW_GLOBAL}, {0}};
#define BOUNDS(list, of, line)                                                                     \
  SLIP(m.output = list; m.headline = NULL; m.resample = of, "output a: interval" line)
  BOUNDS(by_unit, NULL, ", and no resample to draw for");
  BOUNDS(by_unit, &by_period, " of values by unit, and no factor of these");
  BOUNDS(by_unit, &together, " of values by unit; resample is together");
  BOUNDS(table, &by_period, " of a table; resample is by period");
  BOUNDS(
      whole, &by_period,
      " is of numbers by period, or of tables; not of pairs, whole numbers and what is timeless");
  SLIP(m.output = without; m.headline = NULL;
       m.resample = &none, "resample without numbers, which make it");
  SLIP(m.output = without; m.headline = NULL;
       m.resample = &by_period, "resample: 0 of 1 outputs say interval; expected one, of 64");
  SLIP(m.plain = &m, "plain is for the engine alone; remove it");
}

Test(descriptor, variants) {
  static const sw_variant of_none[] = {{"norm", "one", "y = x^2"}, {0}};
  static const sw_variant third[] = {{"form", "other", "y = x"}, {"form", "third", "y = x^2"}, {0}};
  static const sw_variant empty[] = {{"form", "one", ""}, {0}};
  static const sw_variant sound[] = {{"form", "one", "y = x"}, {"decay", "*", "y = x^2"}, {0}};
  SLIP(m.variant = of_none, "variant norm: one: no such parameter or choice");
  SLIP(m.variant = third, "variant form: third: no such parameter or choice");
  SLIP(m.variant = empty, "variant form: one: no formula");
  sw_error err = {0};
  sw_measure m = good();
  m.variant = sound;
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, name) {
  static const char *const name[] = {NULL, "2sls"};
  static const char *const line[] = {
      "a measure has no name; give .name, by which studies call it",
      "measure 2sls: its name must be letters, digits and '_', not beginning with a digit"};
  for (int i = 0; i < 2; i++) {
    sw_error err = {0};
    sw_measure m = good();
    m.name = name[i];
    cr_expect_eq(sw_measure_check(&err, &m), SW_EINTERNAL);
    cr_expect_str_eq(err.text, line[i]);
  }
}

Test(descriptor, parameters) {
  PARAMS("parameter keep: the engine reads `keep` of every entry itself; choose another name",
         NUMBER("keep", "2", 0, 0));
  PARAMS("parameter as: the engine reads `as` of every entry itself; choose another name",
         NUMBER("as", "2", 0, 0));
  PARAMS("parameter periods: the engine reads `periods` of every entry itself; choose another name",
         NUMBER("periods", "2", 0, 0));
  PARAMS("parameter by: the engine reads `by` of every entry itself; choose another name",
         NUMBER("by", "2", 0, 0));
  PARAMS("two parameters are called 'a'; give each a name of its own", NUMBER("a", "2", 0, 0),
         NUMBER("a", "3", 0, 0));
  PARAMS("parameters a, b and c are pair results; a job has two at most", LINKS("a", NULL),
         LINKS("b", ""), LINKS("c", ""));
  PARAMS("parameter a: pairs of another entry have no default; leave fallback NULL, or \"\" "
         "where they may be left out",
         LINKS("a", "flows"));
  PARAMS("parameter weights: beside pair outputs it names the links of keep: links; make it "
         "SW_P_WEIGHTS, or choose another name",
         NUMBER("weights", "2", 0, 0));
  PARAMS("parameter form: a choice without choices; write \"one|other\"",
         {.name = "form", .type = SW_P_CHOICE, .fallback = "one", .help = "a choice"});
  PARAMS("parameter a: lo is 3 and hi 1; lo must not be above hi", NUMBER("a", "2", 3, 1));
  PARAMS("parameter a: no help; describe it in one line",
         {.name = "a", .type = SW_P_NUMBER, .fallback = "2", .help = NULL});
  PARAMS("parameter a: unknown type 77; expected one of sw_ptype",
         {.name = "a", .type = (sw_ptype)77, .fallback = "2", .help = "what"});
}

/* By the code that reads a study. */
Test(descriptor, defaults) {
  PARAMS("param: a (default two): found 'two'; expected a number", NUMBER("a", "two", 0, 0));
  PARAMS("param: a (default 7): 7 is out of range; expected 0 to 1", NUMBER("a", "7", 0, 1));
  PARAMS("param: b (default maybe): found 'maybe'; expected true or false",
         {.name = "b", .type = SW_P_BOOL, .fallback = "maybe", .help = "what"});
  PARAMS("param: k (default 1.5): found '1.5'; expected a whole number",
         {.name = "k", .type = SW_P_INTEGER, .fallback = "1.5", .help = "what"});
  PARAMS("param: form (default third): unknown choice 'third'; expected one of one|other",
         {.name = "form",
          .type = SW_P_CHOICE,
          .fallback = "third",
          .choices = "one|other",
          .help = "what"});
}

/* Pair outputs of groups, and the parameters that ask for them. */
Test(descriptor, groups) {
#define BELOW(n, g)                                                                                \
  { .name = n, .long_name = "of pairs", .units = "1", .shape = SW_PAIR, .group = g }
  static const sw_param asks[] = {
      {.name = "peers", .type = SW_P_MATRICES, .fallback = "", .choices = "terms", .help = "what"},
      {0}};
  static const sw_output peers[] = {BELOW("near", "peers"), TABLE("total", NULL), {0}};
  static const sw_output twins[] = {PAIR("near"), BELOW("near", "peers"), {0}};
  static const sw_output *const sound[] = {peers, twins};
  for (int k = 0; k < 2; k++) { /* `total` is beside no pairs; a name stands in two groups */
    sw_error err = {0};
    sw_measure m = good();
    m.param = asks;
    m.output = sound[k];
    m.headline = NULL;
    cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
  }
  SLIP(m.param = asks, "parameter peers asks for matrices, and no output is of a group peers");
  SLIP(m.output = peers;
       m.headline = NULL, "group peers: no parameter of that name is SW_P_MATRICES; declare it");
  SLIP(m.output = peers; m.headline = NULL; m.param = asks;
       m.segment = NULL,
       "pair outputs, and no segment, block, whole_row or row_periods to fill them");
  SLIP(m.output = peers; m.headline = NULL; m.param = asks;
       m.kind = SW_KIND_PAIR, "of kind pair, without a pair output; declare one");
  OUTPUTS("output near: the group peers; only pair outputs have groups",
          {.name = "near", .shape = SW_UNIT, .group = "peers"});
  OUTPUTS("group time: the results file itself uses `time`; choose another name",
          BELOW("near", "time"));
  OUTPUTS("group 'a-b': expected letters, digits and '_', not beginning with a digit",
          BELOW("near", "a-b"));
  OUTPUTS("an output and a group are both called 'peers'; rename one", BELOW("near", "peers"),
          UNIT("peers", NULL));
  static const sw_output same[] = {BELOW("near", "peers"), BELOW("near", "peers"), {0}};
  SLIP(m.output = same; m.headline = NULL;
       m.param = asks, "two outputs are called 'near'; give each a name of its own");
}

Test(descriptor, output_names) {
  static const char *const always[] = {"unit", "time", "lon", "lat", "operand_hash", "block"};
  static const char *const beside_pairs[] = {"total",        "mean",      "max",
                                             "n_pairs",      "partner",   "in_strength",
                                             "out_strength", "row_start", "unit_edge"};
  char line[200];
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
    const sw_output one[] = {UNIT(always[i], NULL), {0}};
    snprintf(line, sizeof line, "output %s: the results file itself uses `%s`; choose another name",
             always[i], always[i]);
    SLIP(m.output = one; m.headline = NULL; m.segment = NULL, line);
  }
  for (size_t i = 0; i < sizeof beside_pairs / sizeof *beside_pairs; i++) {
    const sw_output two[] = {PAIR("flow"), TABLE(beside_pairs[i], NULL, NULL), {0}};
    snprintf(
        line, sizeof line,
        "output %s: the results file itself uses `%s` beside pair outputs; choose another name",
        beside_pairs[i], beside_pairs[i]);
    SLIP(m.output = two; m.headline = NULL, line);
    /* Without pairs it is anybody's. */
    sw_error err = {0};
    sw_measure m = good();
    m.output = two + 1;
    m.headline = NULL;
    m.segment = NULL;
    cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
  }
  OUTPUTS("output value: the first pair output is stored as `value`; choose another name",
          PAIR("flow"), UNIT("value", NULL));
  OUTPUTS("two outputs are called 'a'; give each a name of its own", UNIT("a", NULL),
          UNIT("a", NULL));
  OUTPUTS("output 'a/b': expected letters, digits and '_', not beginning with a digit",
          UNIT("a/b", NULL));
  /* A study need not have a group column of that name. */
  static const sw_output group[] = {UNIT("group_east", NULL), {0}};
  sw_error err = {0};
  sw_measure m = good();
  m.output = group;
  m.headline = NULL;
  m.segment = NULL;
  cr_expect_eq(sw_measure_check(&err, &m), SW_OK, "%s", err.text);
}

Test(descriptor, output_forms) {
  OUTPUTS("output a: the axis row; pair outputs have no axes of their own",
          {.name = "a", .long_name = "an axis", .units = "1", .shape = SW_PAIR, .axis = {"row"}});
  OUTPUTS("output a: axis[1] without axis[0]; the first is axis[0]", TABLE("a", NULL, "row"));
  OUTPUTS("output a: axis[2] without axis[1]; the first is axis[0]",
          UNIT("a", "term", NULL, "row"));
  OUTPUTS("output cube: the axis row twice, which readers merge into one; declare row_to with the "
          "same labels",
          GLOBAL("cube", "row", "term", "row"));
  OUTPUTS("output a: timeless is of unit outputs; what has neither unit nor time is an SW_TABLE",
          {.name = "a", .shape = SW_GLOBAL, .timeless = true});
  OUTPUTS("output a: timeless is of unit outputs; of pairs resolve sets whole_series",
          {.name = "a", .shape = SW_PAIR, .timeless = true});
  OUTPUTS(
      "output vcov: the axis term twice, which readers merge into one; declare term_to with the "
      "same labels",
      TABLE("vcov", "term", "term"));
  OUTPUTS("axis time: the results file itself uses `time`; choose another name",
          TABLE("a", "time", NULL));
  OUTPUTS("axis group_east: the results file itself uses `group_east`; choose another name",
          TABLE("a", "group_east", NULL));
  OUTPUTS("axis rank: the results file itself uses `rank` beside pair outputs; choose another name",
          PAIR("flow"), TABLE("a", "rank", NULL));
  OUTPUTS("output a: pairs are stored as the study's precision says; give SW_FLOAT64",
          {.name = "a", .long_name = "whole", .units = "1", .shape = SW_PAIR, .number = SW_INT32});
  OUTPUTS("9 pair outputs; expected at most 8", PAIR("a"), PAIR("b"), PAIR("c"), PAIR("d"),
          PAIR("e"), PAIR("f"), PAIR("g"), PAIR("h"), PAIR("i"));
  OUTPUTS("output a: classes are of whole numbers by unit; give SW_INT32",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .classes = "label"});
  OUTPUTS("output a: by_row is of unit outputs",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_TABLE, .by_row = true});
  OUTPUTS("output a: by_row, and no whole_row to fill it",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .by_row = true});
  OUTPUTS("output a: of_pairs is for the engine alone; remove it",
          {.name = "a", .long_name = "a", .units = "1", .shape = SW_UNIT, .of_pairs = true});
  OUTPUTS("output a: unknown shape 5; expected one of sw_shape",
          {.name = "a", .long_name = "none", .units = "1", .shape = (sw_shape)5});
}

Test(descriptor, functions) {
  SLIP(m.whole_row = whole_row,
       "2 of segment, block, whole_row and row_periods; the engine calls one of them");
  SLIP(m.segment = NULL,
       "pair outputs, and no segment, block, whole_row or row_periods to fill them");
  SLIP(m.row_state = row_state, "row_state, row_prepare and row_periods go together");
  SLIP(m.rows_ahead = rows_ahead, "rows_ahead without whole_row, which it tells of the next rows");
  SLIP(m.output++; m.segment = NULL;
       m.whole_row = whole_row, "whole_row without a pair output to fill; declare one");
  SLIP(m.output++; m.segment = NULL;
       m.block = block, "block without a pair output to fill; declare one");
  SLIP(m.segment = NULL; m.whole_row = whole_row;
       m.fold = fold,
       "fold without segment or block; the engine repeats squares with gaps by these");
  SLIP(m.tile = NULL, "unit outputs, and no tile to fill them");
  SLIP(m.finish = NULL, "global outputs or tables, and no finish to fill them");
  SLIP(m.start = start; m.merge = NULL, "start without merge; partials are joined by merge");
  SLIP(m.output++; m.segment = NULL;
       m.kind = SW_KIND_PAIR, "of kind pair, without a pair output; declare one");
  SLIP(m.open = open_workspace, "open without workspace; what it creates is kept there");
  SLIP(m.workspace = row_state;
       m.close = close_workspace, "close without open; it frees what open has created");
  sw_error err = {0};
  sw_measure alone = good();
  alone.workspace = row_state;
  alone.open = open_workspace;
  cr_expect_eq(sw_measure_check(&err, &alone), SW_OK, "%s", err.text);
}

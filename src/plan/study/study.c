/* A study file from its text: top level, output, and the order in which sections are read, so that
 * each finds what it may name. Called once per rank with the same text, so every rank has the same
 * study or the same error; only the names of data files are seen here, not the files. */
#include "plan/study/study.h"

#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"
#include "plan/study/yaml.h"

/* Side of the squares into which pairs are cut. It decides the numbering of tasks, the chunks of
 * the file and the order of sums, so it is part of the fingerprint. */
enum { TILE = 512, TILE_LEAST = 16, TILE_MOST = 8192 };

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* The name of the file without folder and ending; a leading dot begins no ending. The default of
 * the study's name. */
static const char *stem(sw_arena *arena, const char *file) {
  const char *slash = strrchr(file, '/');
  const char *name = slash ? slash + 1 : file;
  const char *dot = strrchr(name, '.');
  return sw_arena_textn(arena, name, dot && dot > name ? (size_t)(dot - name) : strlen(name));
}

/* The page of the results. Of `language` and `insets` only the form is looked at: the page reads
 * them from the study's text in the results file. */
static sw_status read_report(sw_error *err, sw_study_reader *in, const sw_node *node) {
  sw_study *study = in->study;
  const sw_node *language = sw_node_get(node, "language"), *insets = sw_node_get(node, "insets");
  const sw_node *report = sw_node_get(node, "report");
  const char *const *label = NULL;
  int index = 0, count = 0;
  if (language) SW_TRY(sw_form_choice(err, in->arena, language, "en|zh", &index, NULL));
  if (insets && !(insets->kind == SW_NODE_LIST && insets->count == 0))
    SW_TRY(sw_form_texts(err, in->arena, insets, &count, &label));
  if (!report || sw_form_is_null(report)) return SW_OK;
  SW_TRY(sw_form_scalar(err, report, &study->report_file));
  if (!sw_ends_with(study->report_file, ".html") && !sw_ends_with(study->report_file, ".htm"))
    return sw_node_fail(err, report, "'%s' is no name of a page; expected one that ends with .html",
                        study->report_file);
  study->report_path = sw_path_beside(in->arena, study->file, study->report_file);
  return study->report_path ? SW_OK : no_memory(err);
}

/* Stored pairs are float by default: a matrix of pairs is large, and everything summed is summed in
 * double. Choices by index: 1 is the second word. Deflate is the user's choice, not the default, as
 * it costs time while pairs are written. */
static sw_status read_output(sw_error *err, sw_study_reader *in) {
  static const char *const keys[] = {"file",     "precision", "compression", "report",
                                     "language", "insets",    NULL};
  sw_study *study = in->study;
  const sw_node *node = sw_node_get(in->root, "output");
  int precision = 0, compression = 0;
  /* Without `output`: beside the study file. */
  study->output_file = "results.h5";
  if (node && !sw_form_is_null(node)) {
    SW_TRY(sw_node_check_keys(err, node, keys));
    SW_TRY(sw_form_text(err, node, "file", NULL, &study->output_file));
    const sw_node *bits = sw_node_get(node, "precision"), *pack = sw_node_get(node, "compression");
    if (bits) SW_TRY(sw_form_choice(err, in->arena, bits, "float32|float64", &precision, NULL));
    if (pack) SW_TRY(sw_form_choice(err, in->arena, pack, "none|deflate", &compression, NULL));
    SW_TRY(read_report(err, in, node));
  }
  study->float64 = precision == 1;
  study->deflate = compression == 1;
  study->output_path = sw_path_beside(in->arena, study->file, study->output_file);
  return study->output_path ? SW_OK : no_memory(err);
}

/* Unknown keys at the top are refused first, else a misspelt section would count as left out. The
 * seed is 0 where none is given: results never depend on the clock. */
static sw_status read_head(sw_error *err, sw_study_reader *in) {
  static const char *const keys[] = {"study",   "title",      "panel", "units",
                                     "weights", "composites", "pairs", "measures",
                                     "output",  "seed",       "tile",  NULL};
  sw_study *study = in->study;
  if (in->root->kind != SW_NODE_MAP)
    return sw_node_fail(err, in->root, "a study is a map of keys: panel, units, measures, ...");
  SW_TRY(sw_node_check_keys(err, in->root, keys));
  study->name = stem(in->arena, study->file);
  if (!study->name) return no_memory(err);
  SW_TRY(sw_form_text(err, in->root, "study", NULL, &study->name));
  SW_TRY(sw_form_words(err, in->root, "title", &study->title));
  const sw_node *seed = sw_node_get(in->root, "seed"), *tile = sw_node_get(in->root, "tile");
  int64_t value = 0;
  /* Seeds are read as signed, so half of the possible ones can be written. */
  if (seed) SW_TRY(sw_form_integer(err, seed, 0, INT64_MAX, &value));
  study->seed = (uint64_t)value;
  study->tile = TILE;
  return tile ? sw_form_integer(err, tile, TILE_LEAST, TILE_MOST, &study->tile) : SW_OK;
}

/* The order matters: panel asks whether there are units (aggregate), entries name weights, groups
 * and derived indicators, references need all entries. */
static sw_status read_sections(sw_error *err, sw_study_reader *in) {
  int count;
  const char *const *names;
  SW_TRY(read_head(err, in));
  SW_TRY(sw_study_read_units(err, in));
  SW_TRY(sw_study_read_weights(err, in));
  SW_TRY(sw_study_read_panel(err, in));
  SW_TRY(sw_study_read_flows(err, in));
  SW_TRY(sw_study_read_entries(err, in));
  SW_TRY(sw_study_read_refs(err, in));
  SW_TRY(sw_study_read_nested(err, in));
  SW_TRY(read_output(err, in));
  /* Refuses what cannot be read, e.g. a column that `aggregate` does not keep. */
  return sw_study_indicators(err, in->study, &count, &names);
}

/* A study of which nothing is known but its text, and the tree of it. The copy is parsed, so places
 * and quoted texts refer to what stays. */
static sw_status begin(sw_error *err, sw_study_reader *in, const char *file, const char *text,
                       size_t length) {
  SW_NEW(err, in->arena, in->study, 1);
  in->study->arena = in->arena;
  in->study->file = sw_arena_text(in->arena, file);
  in->study->text = sw_arena_textn(in->arena, text, length);
  if (!in->study->file || !in->study->text) return no_memory(err);
  return sw_yaml_parse(err, in->arena, in->study->file, in->study->text, length, &in->root);
}

/* Names and places in the study point into the tree and the copies made here, hence all of it lives
 * in `arena`. *out is set on success only. Reading is by one thread and touches no file, so ranks
 * may parse the same bytes independently. */
sw_status sw_study_parse_by(sw_error *err, sw_arena *arena, const char *file, const char *text,
                            size_t length, const sw_measure *const *extra, int n_extra,
                            const char *const *label, int n_labels, sw_study **out) {
  sw_study_reader in = {
      .arena = arena, .extra = extra, .n_extra = n_extra, .label = label, .n_labels = n_labels};
  SW_TRY(begin(err, &in, file, text, length));
  SW_TRY(read_sections(err, &in));
  *out = in.study;
  return SW_OK;
}

sw_status sw_study_parse(sw_error *err, sw_arena *arena, const char *file, const char *text,
                         size_t length, const sw_measure *const *extra, int n_extra,
                         sw_study **out) {
  return sw_study_parse_by(err, arena, file, text, length, extra, n_extra, NULL, 0, out);
}

/* Only what the panel needs: what is wrong further down is told when all is read. */
sw_status sw_study_look(sw_error *err, sw_arena *arena, const char *file, const char *text,
                        size_t length, sw_study **out) {
  sw_study_reader in = {.arena = arena};
  SW_TRY(begin(err, &in, file, text, length));
  SW_TRY(read_head(err, &in));
  SW_TRY(sw_study_read_units(err, &in));
  SW_TRY(sw_study_read_panel(err, &in));
  *out = in.study;
  return SW_OK;
}

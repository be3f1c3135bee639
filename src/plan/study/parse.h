/* How sw_study_parse is cut into files: each section of the study has one, `form` holds what they
 * share. Sections are read in the order units, weights, panel, entries, references, so that each
 * finds what it may name. Nothing here reads a data file. */
#ifndef SW_PLAN_STUDY_PARSE_H
#define SW_PLAN_STUDY_PARSE_H

#include "plan/study/study.h"

/* What is handed from section to section while a study is read. */
typedef struct sw_study_reader {
  sw_arena *arena;
  sw_study *study;
  const sw_node *root;
  const sw_measure *const *extra; /* measures besides the catalogue's */
  int n_extra;
  int n_composites;         /* the first entries of the study */
  const char *const *label; /* of the panel's column `by`, without the total; NULL: not known */
  int n_labels;
} sw_study_reader;

/* ---- sections --------------------------------------------------------------------------- */

sw_status sw_study_read_units(sw_error *err, sw_study_reader *in);
/* `where` into comparisons; `node` is the text. */
sw_status sw_study_read_where(sw_error *err, sw_arena *arena, const sw_node *node, int *count,
                              const sw_condition **condition);
sw_status sw_study_read_weights(sw_error *err, sw_study_reader *in);
/* One of a kind that is made and not read: weights_made.c. Then, with the names of all known, those
 * that others are made of. */
sw_status sw_study_read_made(sw_error *err, sw_study_reader *in, sw_weights_spec *spec);
sw_status sw_study_read_operands(sw_error *err, sw_study_reader *in, sw_weights_spec *all);
/* `pairs:`; the index of one of that name, -1: there is none. What they are called is known from
 * the beginning, what they are when this section is read. */
sw_status sw_study_read_flows(sw_error *err, sw_study_reader *in);
int sw_study_find_flow(const sw_study_reader *in, const char *name);
/* "; did you mean 'x'?", of their names. */
const char *sw_study_flow_hint(const sw_study_reader *in, const char *name);
sw_status sw_study_read_panel(sw_error *err, sw_study_reader *in);
/* All entries with their names and arguments. */
sw_status sw_study_read_entries(sw_error *err, sw_study_reader *in);
/* One argument of an entry; `node` NULL: its default. */
sw_status sw_study_read_arg(sw_error *err, sw_study_reader *in, sw_entry *entry, int param,
                            const sw_node *node);
/* The same of a value that the study does not write, as YAML: what an alias sets. */
sw_status sw_study_set_arg(sw_error *err, sw_study_reader *in, sw_entry *entry, int param,
                           const char *value);
/* `blocks`, `rings`, `centres` of a pair entry, which may get another descriptor by them. */
sw_status sw_study_read_sums(sw_error *err, sw_study_reader *in, sw_entry *entry);
/* `centres` of the entry called so. `by_input`: the largest may go by an input of the measure, and
 * need not name a column. */
sw_status sw_study_read_centres(sw_error *err, sw_study_reader *in, const char *entry,
                                const sw_node *node, bool by_input, sw_centres_spec *spec);
/* `keep` and the other keys of pairs, out of entry->node. */
sw_status sw_study_read_pair_keys(sw_error *err, sw_study_reader *in, sw_entry *entry);
/* The keys that these are, behind `known`, which has room for 6 more. */
void sw_study_pair_keys(const sw_measure *measure, const char **known, int *count);
/* Entries for the matrices of groups that the arguments of other entries ask for. */
sw_status sw_study_read_matrices(sw_error *err, sw_study_reader *in);
/* The needs of every entry, and an order of computing. */
sw_status sw_study_read_refs(sw_error *err, sw_study_reader *in);
/* Then the needs of composites whose obstacles lie within other composites. */
sw_status sw_study_read_nested(sw_error *err, sw_study_reader *in);

/* `from`, `to` and `value_key` of the map that names a file of links, all optional. */
sw_status sw_study_read_columns(sw_error *err, const sw_node *map, const char *value_key,
                                sw_link_columns *columns);

/* {network: {...}} of a distance; `node` is the map below `network`. */
sw_status sw_study_read_network(sw_error *err, sw_arena *arena, const sw_study *study,
                                const sw_node *node, const sw_network_spec **network);

/* A list of indicators, or one, with those that VALUE.* stands for in its place; the node itself
 * where there is none. In indicators.c. */
sw_status sw_study_name_all(sw_error *err, const sw_study_reader *in, const sw_node *node,
                            const sw_node **all);

/* The same within an expression, as values of a function: sum_present(VALUE.*). */
sw_status sw_study_name_within(sw_error *err, const sw_study_reader *in, const char **text);

/* ---- form ------------------------------------------------------------------------------- */

/* A plain scalar without text: nothing was written, or null. */
bool sw_form_is_null(const sw_node *node);
/* "FILE:LINE:COLUMN" of a node, or of a key of a map; NULL only when memory has run out. */
const char *sw_form_where(sw_arena *arena, const sw_node *node);
const char *sw_form_key_where(sw_arena *arena, const sw_node *map, int index);
/* "<where>: 'key' is missing: <hint>". */
sw_status sw_form_missing(sw_error *err, const sw_node *map, const char *key, const char *hint);
/* The text of `key`; when it is not there: a failure with `hint`, or *text is left as it is
 * when hint is NULL. An empty text is refused. */
sw_status sw_form_text(sw_error *err, const sw_node *map, const char *key, const char *hint,
                       const char **text);
/* `key`, optional: a text, or a map of texts by language, {en: county, zh: 县}. */
sw_status sw_form_words(sw_error *err, const sw_node *map, const char *key, sw_words *words);
/* A scalar as a text that is not empty. */
sw_status sw_form_scalar(sw_error *err, const sw_node *node, const char **text);
/* A list of texts, or one text as a list of one; no text twice. `node` NULL: none. */
sw_status sw_form_texts(sw_error *err, sw_arena *arena, const sw_node *node, int *count,
                        const char *const **text);
/* One of `choices` ("row|binary|as-is"): its index, and (when `chosen` is not NULL) its text. */
sw_status sw_form_choice(sw_error *err, sw_arena *arena, const sw_node *node, const char *choices,
                         int *index, const char **chosen);
/* "a|b|c" into its texts. */
sw_status sw_form_split(sw_error *err, sw_arena *arena, const char *choices, int *count,
                        const char ***text);
/* A whole number in [lo, hi]. */
sw_status sw_form_integer(sw_error *err, const sw_node *node, int64_t lo, int64_t hi,
                          int64_t *value);
/* "; did you mean 'x'?", else "; known: a, b", else "" (from the arena). */
const char *sw_form_hint(sw_arena *arena, const char *word, const char *const *known, int count);
/* [A-Za-z_][A-Za-z0-9_]* */
bool sw_form_is_identifier(const char *text);

#endif

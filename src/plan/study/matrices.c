/* Matrices of groups: an argument such as `spillover: {terms: [gdp, labour], keep: {top: 5}}` asks
 * for pair results below that of its entry, here NAME/spillover/gdp and NAME/spillover/labour. Each
 * becomes an entry of its own behind those of the study, so that everything that is done for pair
 * results by entry is done for it too: tasks and marks, what is kept, sums, checksums, taking over.
 * It is never run alone: run.c computes it with the entry that asks for it.
 *
 * Its names are paths, which no entry that a study writes can have.
 *
 * Called once, after all entries have been read: the array of entries is made anew here, for the
 * last time, and no pointer into the old one may have been kept. */
#include <string.h>

#include "plan/study/parse.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

enum { LONGEST_LABEL = 200 };

/* A label names a group of the file: one part of a path, and not one that a path takes apart. A '.'
 * in front is refused, as "." is the group itself to HDF5. */
static sw_status check_label(sw_error *err, const sw_entry *parent, int p, const char *label) {
  if (label[0] && label[0] != '.' && !strchr(label, '/') && strlen(label) <= LONGEST_LABEL)
    return SW_OK;
  return sw_fail(
      err, SW_EINPUT,
      "%s: %s: %s: '%s' cannot name a result; give the column another name with `derive`",
      parent->arg[p].where, parent->name, parent->measure->param[p].name, label);
}

/* The keys of the argument: that of the labels, then those of every pair entry. A first key of
 * labels and seven of the engine at most, and NULL. */
static sw_status check_keys(sw_error *err, const sw_entry *parent, int p) {
  const sw_param *param = &parent->measure->param[p];
  const char *known[9] = {0};
  int count = 0;
  if (param->choices) known[count++] = param->choices;
  sw_study_pair_keys(parent->plain, known, &count);
  return sw_node_check_keys(err, parent->arg[p].node, known);
}

/* `label`: an index into the labels. Arguments are the parent's. Everything but what is kept is
 * taken over from the parent, without a copy: both live in the arena, and neither changes after
 * reading. */
static sw_status make(sw_error *err, sw_study_reader *in, int parent_index, int p, int label,
                      sw_entry *entry) {
  const sw_entry *parent = &in->study->entry[parent_index];
  const sw_arg *arg = &parent->arg[p];
  const char *group = parent->measure->param[p].name, *text = arg->texts[label];
  if (*text) SW_TRY(check_label(err, parent, p, text));
  *entry = (sw_entry){.measure = parent->plain,
                      .plain = parent->plain,
                      .where = arg->where,
                      .node = arg->node,
                      .arg = parent->arg,
                      .naming = parent->naming,
                      .n_periods = parent->n_periods,
                      .period = parent->period,
                      .balanced = parent->balanced,
                      .is_pair = true,
                      .links = -1,
                      .by = -1,
                      .group = group,
                      .parent = parent_index,
                      .param = p,
                      .label = label};
  entry->name =
      sw_arena_printf(in->arena, "%s/%s%s%s", parent->name, group, *text ? "/" : "", text);
  return entry->name ? sw_study_read_pair_keys(err, in, entry) : no_memory(err);
}

/* How many results below its own an argument asks for. */
static int count_of(const sw_entry *entry, int p) {
  return entry->measure->param[p].type == SW_P_MATRICES ? entry->arg[p].count : 0;
}

/* Matrices of one entry stand together, in the order of parameters and labels; entry->parent is
 * always before them. A study without any keeps its array. */
sw_status sw_study_read_matrices(sw_error *err, sw_study_reader *in) {
  sw_study *study = in->study;
  sw_entry *all = NULL;
  int own = study->n_entries, count = 0;
  for (int e = 0; e < own; e++)
    for (int p = 0; study->entry[e].measure->param[p].name; p++)
      count += count_of(&study->entry[e], p);
  if (count == 0) return SW_OK;
  SW_NEW(err, in->arena, all, own + count);
  memcpy(all, study->entry, (size_t)own * sizeof *all);
  study->entry = all;
  for (int e = 0; e < own; e++)
    for (int p = 0; all[e].measure->param[p].name; p++) {
      if (count_of(&all[e], p)) SW_TRY(check_keys(err, &all[e], p));
      for (int k = 0; k < count_of(&all[e], p); k++)
        SW_TRY(make(err, in, e, p, k, &all[study->n_entries++]));
    }
  return SW_OK;
}

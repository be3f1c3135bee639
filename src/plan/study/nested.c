/* Obstacles of composites whose indicators are composites. What such a one falls short of lies in
 * the base indicators, those of the innermost composites, with the product of weights. So a
 * composite with `obstacles: true` takes, besides the scores, the obstacles of the composites among
 * its positive indicators, which thereby have theirs too. Those needs stand behind all others, in
 * the order of the indicators that they belong to.
 *
 * An indicator that a composite is under `negative` is one obstacle by itself: more of it is less,
 * and what the inner composite lacks does no harm.
 *
 * Called when the order of computing is known (refs.c). Complexity: quadratic in the leaves of a
 * composite, of which there are tens. */
#include <string.h>

#include "measure/names.h"
#include "plan/study/parse.h"

/* The base indicators of a composite, each name once. */
typedef struct leaves {
  int count;
  const char **name;
} leaves;

/* The argument of that name; NULL: the entry is no composite, or has no such parameter, as in
 * measures of tests. */
static sw_arg *argument_of(const sw_entry *entry, const char *name) {
  const sw_param *param = entry->measure->param;
  for (int p = 0; entry->measure->kind == SW_KIND_COMPOSITE && param[p].name; p++)
    if (strcmp(param[p].name, name) == 0) return &entry->arg[p];
  return NULL;
}

/* The number of a switch is 1 or 0. */
static bool has_obstacles(const sw_entry *entry) {
  const sw_arg *arg = argument_of(entry, "obstacles");
  return arg && arg->number != 0;
}

/* Whether a need is the score of a composite, as a positive indicator of an entry with obstacles.
 *
 * Only a score that is taken as it is: another quantity of a composite is an indicator like a
 * column. */
static bool is_nested(const sw_study *study, const sw_entry *entry, const sw_need *need) {
  return need->entry >= 0 && has_obstacles(entry) &&
         argument_of(&study->entry[need->entry], "obstacles") &&
         strcmp(entry->measure->param[need->param].name, "positive") == 0 &&
         strcmp(need->quantity, SW_NAME_SCORE) == 0;
}

/* From the outer composites inwards, which is the order of computing turned round. Each composite
 * is looked at after all that take it, so that the switch goes down any number of levels in one
 * pass. */
static void switch_on(sw_study *study) {
  for (int k = study->n_entries - 1; k >= 0; k--) {
    const sw_entry *entry = &study->entry[study->order[k]];
    for (int i = 0; i < entry->n_needs; i++) {
      if (!is_nested(study, entry, &entry->need[i])) continue;
      sw_arg *inner = argument_of(&study->entry[entry->need[i].entry], "obstacles");
      if (inner->number != 0) continue;
      inner->number = 1;
      /* As it is in force, for the results file; the place stays that of the inner entry. Marked as
       * not given: the study did not write it, and what is said of it must not claim so. */
      inner->given = false;
      inner->text = "true";
    }
  }
}

static void add_leaf(leaves *all, const char *name) {
  for (int k = 0; k < all->count; k++)
    if (strcmp(all->name[k], name) == 0) return;
  all->name[all->count++] = name;
}

/* A part of the need `of`: the quantity, and of obstacles the label. Need and name are new; place
 * and parameter stay those of the indicator. */
static sw_status make_need(sw_error *err, sw_study_reader *in, const sw_entry *entry, int of,
                           const char *quantity, const char *label, sw_need *need) {
  *need = entry->need[of];
  need->part_of = of + 1;
  need->quantity = quantity;
  need->label[0] = label;
  const char *inner = in->study->entry[need->entry].name;
  need->name = label ? sw_arena_printf(in->arena, "%s.%s[%s]", inner, quantity, label)
                     : sw_arena_printf(in->arena, "%s.%s", inner, quantity);
  return need->name ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
}

/* The leaves of one composite, whose inner ones have theirs, and the needs for them. `most` and
 * `parts` count with repetitions, so the rooms suffice before names that are equal are dropped.
 * `all` has the inner composites already, which stand before this one in the order. */
static sw_status expand(sw_error *err, sw_study_reader *in, sw_entry *entry, leaves *all,
                        leaves *mine) {
  const sw_study *study = in->study;
  int own = entry->n_needs, most = 0, parts = 0;
  for (int i = 0; i < own; i++) {
    bool nested = is_nested(study, entry, &entry->need[i]);
    most += nested ? all[entry->need[i].entry].count : 1;
    parts += nested ? 1 + all[entry->need[i].entry].count : 0;
  }
  sw_need *need = NULL;
  SW_NEW(err, in->arena, mine->name, most);
  SW_NEW(err, in->arena, need, own + parts);
  if (own) memcpy(need, entry->need, (size_t)own * sizeof *need);
  int at = own;
  for (int i = 0; i < own; i++) {
    if (!is_nested(study, entry, &need[i])) {
      add_leaf(mine, need[i].name);
      continue;
    }
    const leaves *inner = &all[need[i].entry];
    SW_TRY(make_need(err, in, entry, i, SW_NAME_SHORTFALL, NULL, &need[at++]));
    for (int k = 0; k < inner->count; k++) {
      add_leaf(mine, inner->name[k]);
      SW_TRY(make_need(err, in, entry, i, SW_NAME_OBSTACLE, inner->name[k], &need[at++]));
    }
  }
  entry->need = need;
  entry->n_needs = at;
  return SW_OK;
}

/* After the order of computing is known: a cycle would have no end here. *entry->need may be moved:
 * pointers into it must not have been kept. */
sw_status sw_study_read_nested(sw_error *err, sw_study_reader *in) {
  sw_study *study = in->study;
  leaves *all = NULL;
  switch_on(study);
  SW_NEW(err, in->arena, all, study->n_entries);
  for (int k = 0; k < study->n_entries; k++) {
    int e = study->order[k];
    if (has_obstacles(&study->entry[e])) SW_TRY(expand(err, in, &study->entry[e], all, &all[e]));
  }
  return SW_OK;
}

/* Which columns a study reads: what entries take, what the derived indicators among these are
 * made of, and what `aggregate` sums. Derived indicators that nothing takes are left out, and so
 * are the columns only they need: a study is not refused for cells it does not use. */
#include <stdlib.h>
#include <string.h>

#include "panel/expression.h"
#include "plan/study_parse.h"

typedef struct names {
  sw_arena *arena;
  const char **name;
  int count, capacity;
} names;

static sw_status add(sw_error *err, names *list, const char *name) {
  for (int i = 0; i < list->count; i++)
    if (strcmp(list->name[i], name) == 0) return SW_OK;
  if (list->count == list->capacity) {
    const char **grown;
    list->capacity = list->capacity ? 2 * list->capacity : 32;
    SW_NEW(err, list->arena, grown, list->capacity);
    if (list->count) memcpy(grown, list->name, (size_t)list->count * sizeof *grown);
    list->name = grown;
  }
  list->name[list->count++] = name;
  return SW_OK;
}

static const sw_derive *find_derived(const sw_panel_spec *panel, const char *name) {
  for (int i = 0; i < panel->n_derive; i++)
    if (strcmp(panel->derive[i].name, name) == 0) return &panel->derive[i];
  return NULL;
}

/* After `aggregate` only its sums and ratios are left to take. */
static sw_status check_kept(sw_error *err, const sw_study *study, const char *where,
                            const char *name) {
  const sw_panel_spec *panel = &study->panel;
  if (!panel->aggregate_by) return SW_OK;
  const char **known;
  int count = 0;
  SW_NEW(err, study->arena, known, panel->n_sum + panel->n_ratio);
  for (int i = 0; i < panel->n_sum; i++)
    known[count++] = panel->sum[i];
  for (int i = 0; i < panel->n_ratio; i++)
    known[count++] = panel->ratio[i].name;
  for (int i = 0; i < count; i++)
    if (strcmp(known[i], name) == 0) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: '%s' is not kept by `aggregate`; add it to `sum` or `ratio`%s", where, name,
                 sw_form_hint(study->arena, name, known, count));
}

/* A column and, when it is derived, what it is made of: operands are derived before it, so the
 * depth is bounded by the number of derived indicators already checked. */
static sw_status take(sw_error *err, const sw_study *study, names *list, const char *where,
                      const char *name) {
  const sw_derive *derived = find_derived(&study->panel, name);
  int before = list->count;
  SW_TRY(add(err, list, name));
  if (list->count == before) return SW_OK;
  if (!derived) return check_kept(err, study, where, name);
  sw_expression parsed;
  where = sw_form_where(study->arena, derived->node);
  if (!where) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
  SW_TRY(sw_expression_parse(err, study->arena, derived->node, name, derived->expression, &parsed));
  for (int i = 0; i < parsed.n_operands; i++)
    SW_TRY(take(err, study, list, where, parsed.operand[i]));
  return SW_OK;
}

static sw_status take_aggregated(sw_error *err, const sw_study *study, names *list,
                                 const char *name) {
  if (find_derived(&study->panel, name))
    return sw_node_fail(err, study->panel.node,
                        "aggregate: '%s' is derived after aggregation; sum "
                        "what it is made of",
                        name);
  return add(err, list, name);
}

static int compare(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

sw_status sw_study_indicators(sw_error *err, const sw_study *study, int *count,
                              const char *const **name) {
  const sw_panel_spec *panel = &study->panel;
  names list = {.arena = study->arena};
  for (int e = 0; e < study->n_entries; e++)
    for (int i = 0; i < study->entry[e].n_needs; i++) {
      const sw_need *need = &study->entry[e].need[i];
      if (need->entry < 0) SW_TRY(take(err, study, &list, need->where, need->name));
    }
  for (int i = 0; i < panel->n_sum; i++)
    SW_TRY(take_aggregated(err, study, &list, panel->sum[i]));
  for (int i = 0; i < panel->n_ratio; i++) {
    SW_TRY(take_aggregated(err, study, &list, panel->ratio[i].numerator));
    SW_TRY(take_aggregated(err, study, &list, panel->ratio[i].denominator));
  }
  if (list.count) qsort(list.name, (size_t)list.count, sizeof *list.name, compare);
  *count = list.count;
  *name = list.name;
  return SW_OK;
}

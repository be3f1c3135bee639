/* What of the panel a study needs: see plan.h. From the names in entries down to columns of files;
 * what nothing needs is not read, not computed and not missed. Called by read.c before any file is
 * opened, on every rank, which all come to the same plan.
 *
 * A name means, in this order: an earlier derived indicator, a sum or ratio where the study
 * aggregates, a column of a file. sw_study_indicators (plan/study) reads names by the same rule. */
#include "store/panel/plan.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct planner {
  sw_error *err;
  sw_arena *arena;
  const sw_panel_spec *spec;
  sw_panel_plan *plan;
  int raw_capacity; /* of plan->raw, which moves when it grows */
} planner;

/* By bytes. */
static int by_name(const void *a, const void *b) {
  return strcmp(((const sw_wanted *)a)->name, ((const sw_wanted *)b)->name);
}

/* Notes a column of the files, once. Columns are few: a linear search is enough, and keeps the
 * first place that asked, for the message where no file has it. Returns only a lack of memory. */
static sw_status want_raw(planner *in, const char *name, const char *where) {
  sw_panel_plan *plan = in->plan;
  for (int c = 0; c < plan->n_raw; c++)
    if (!strcmp(plan->raw[c].name, name)) return SW_OK;
  if (plan->n_raw == in->raw_capacity) {
    sw_wanted *grown = NULL;
    /* The old array stays in the arena, and is small. */
    int capacity = in->raw_capacity ? 2 * in->raw_capacity : 32;
    SW_NEW(in->err, in->arena, grown, capacity);
    if (plan->n_raw) memcpy(grown, plan->raw, (size_t)plan->n_raw * sizeof *grown);
    plan->raw = grown;
    in->raw_capacity = capacity;
  }
  plan->raw[plan->n_raw++] = (sw_wanted){name, where};
  return SW_OK;
}

/* A name that no derived indicator has. After `aggregate` only its sums and ratios are left: any
 * other column would be of units that no longer exist. `where` is the place that asked, for the
 * message of a name that nothing has. */
static sw_status want_base(planner *in, const char *name, const char *where) {
  const sw_panel_spec *spec = in->spec;
  if (!spec->aggregate_by) return want_raw(in, name, where);
  for (int s = 0; s < spec->n_sum; s++)
    if (!strcmp(spec->sum[s], name)) {
      in->plan->sum_needed[s] = true;
      return want_raw(in, name, where);
    }
  for (int r = 0; r < spec->n_ratio; r++)
    if (!strcmp(spec->ratio[r].name, name)) {
      in->plan->ratio_needed[r] = true;
      /* A ratio is made of two columns, which no entry need name. */
      SW_TRY(want_raw(in, spec->ratio[r].numerator, where));
      return want_raw(in, spec->ratio[r].denominator, where);
    }
  return sw_fail(in->err, SW_EINPUT,
                 "%s: '%s' is not kept by `aggregate`; list it under its `sum` or `ratio`", where,
                 name);
}

/* Never NULL: without memory the file alone. */
static const char *place_of(planner *in, const sw_node *node) {
  const char *text = sw_arena_printf(in->arena, "%s:%d:%d", node->file, node->line, node->column);
  return text ? text : node->file;
}

/* `before`: only derived indicators below that index may be meant, the nearest first. An operand is
 * looked for below the indicator that uses it, so the recursion ends, and `gdp: gdp / 1000` means
 * the column.
 *
 * A name that is derived only further down is refused even where a file has such a column: the
 * reader of the study would take it for the derived one. */
static sw_status want(planner *in, const char *name, const char *where, int before) {
  sw_panel_plan *plan = in->plan;
  int d = before - 1;
  while (d >= 0 && strcmp(plan->derived[d].spec->name, name) != 0)
    d--;
  if (d < 0) {
    for (int later = before + 1; later < plan->n_derived; later++)
      if (!strcmp(plan->derived[later].spec->name, name))
        return sw_fail(in->err, SW_EINPUT,
                       "%s: '%s' is derived later; move it before its first use", where, name);
    return want_base(in, name, where);
  }
  sw_derivation *derived = &plan->derived[d];
  /* Its operands are noted already. */
  if (derived->needed) return SW_OK;
  derived->needed = true;
  /* Its operands are needed by this line of the study, not by the entry. */
  const char *place = place_of(in, derived->spec->node);
  for (int k = 0; k < derived->expression.n_operands; k++)
    SW_TRY(want(in, derived->expression.operand[k], place, d));
  return SW_OK;
}

/* All of them, needed or not: a study file is valid or not as a whole, whatever its entries use.
 * Parsed here for the panel; the study's own check has thrown its parse away. */
static sw_status parse_derived(planner *in) {
  sw_panel_plan *plan = in->plan;
  plan->n_derived = in->spec->n_derive;
  SW_NEW(in->err, in->arena, plan->derived, plan->n_derived);
  for (int d = 0; d < plan->n_derived; d++) {
    const sw_derive *spec = &in->spec->derive[d];
    plan->derived[d].spec = spec;
    SW_TRY(sw_expression_parse(in->err, in->arena, spec->node, spec->name, spec->expression,
                               &plan->derived[d].expression));
  }
  return SW_OK;
}

/* Linear in the names. */
static void use(sw_panel_plan *plan, const char *name, const char *where) {
  for (int u = 0; u < plan->n_used; u++)
    if (!strcmp(plan->used[u].name, name)) return;
  plan->used[plan->n_used++] = (sw_wanted){name, where};
}

/* What entries name, each once; of two places the first in the study stays. Results of other
 * entries and groups are no columns of the panel. */
static sw_status collect_used(planner *in, const sw_study *study) {
  int capacity = 0;
  for (int e = 0; e < study->n_entries; e++)
    capacity += study->entry[e].n_needs + 1;
  sw_panel_plan *plan = in->plan;
  SW_NEW(in->err, in->arena, plan->used, capacity);
  for (int e = 0; e < study->n_entries; e++) {
    const sw_entry *entry = &study->entry[e];
    for (int k = 0; k < entry->n_needs; k++)
      if (entry->need[k].entry < 0 && entry->need[k].group < 0)
        use(plan, entry->need[k].name, entry->need[k].where);
    /* The largest centres are found by a column that nothing else of the study may name. */
    const sw_centres_spec *centres = sw_entry_centres(entry);
    if (centres && centres->by) use(plan, centres->by, centres->where);
  }
  return SW_OK;
}

/* Sorted at the end: `used` is the order of the panel's columns, `raw` that of the cells. Neither
 * may depend on the order of entries. Capacity of `used` was for all needs. Cells of columns stand
 * in the order of `raw`, derived ones behind them. */
sw_status sw_panel_plan_make(sw_error *err, sw_arena *arena, const sw_study *study,
                             sw_panel_plan *plan) {
  *plan = (sw_panel_plan){0};
  planner in = {.err = err, .arena = arena, .spec = &study->panel, .plan = plan};
  SW_NEW(err, arena, plan->sum_needed, study->panel.n_sum);
  SW_NEW(err, arena, plan->ratio_needed, study->panel.n_ratio);
  SW_TRY(parse_derived(&in));
  SW_TRY(collect_used(&in, study));
  for (int u = 0; u < plan->n_used; u++)
    SW_TRY(want(&in, plan->used[u].name, plan->used[u].where, plan->n_derived));
  /* What weighs a mean is read with it. */
  for (int c = 0, n = plan->n_raw; c < n; c++) {
    const sw_mean *mean = sw_crosswalk_mean(&study->panel.crosswalk, plan->raw[c].name);
    if (mean) SW_TRY(want_raw(&in, mean->weight, place_of(&in, study->panel.crosswalk.node)));
  }
  if (plan->n_used) qsort(plan->used, (size_t)plan->n_used, sizeof *plan->used, by_name);
  if (plan->n_raw) qsort(plan->raw, (size_t)plan->n_raw, sizeof *plan->raw, by_name);
  return SW_OK;
}

/* -1: not needed. Linear. */
int sw_panel_plan_raw(const sw_panel_plan *plan, const char *name) {
  for (int c = 0; c < plan->n_raw; c++)
    if (!strcmp(plan->raw[c].name, name)) return c;
  return -1;
}

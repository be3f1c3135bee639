/* Makes the report out of tallies and heaps: sorted, with labels for positions and texts for
 * values. The last step of a comparison, called by diff.c while both files are open. Texts are made
 * only here, for the few changes that are told. The order of every list is total, so the same two
 * files give the same report. */
#include "store/diff/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- values ----------------------------------------------------------------------------- */

/* The shortest text that reads back as the same number: 0.1 and not 0.10000000000000001; 17 digits
 * always do. `narrow`: as a float. */
static const char *shortest(sw_arena *arena, double value, bool narrow) {
  char text[40] = "";
  for (int digits = narrow ? 6 : 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (narrow ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value) break;
  }
  return sw_arena_text(arena, text);
}

/* The value in file `side` as text, NULL when there is none. A partner kept without a value is
 * "nan". */
static const char *text_of(sw_arena *arena, const sw_diff_place *place, int side) {
  const sw_diff_cell *cell = &place->cell[side];
  if (!place->has[side]) return NULL;
  switch (place->tally->type) {
  case SW_TYPE_REAL64:
  case SW_TYPE_REAL32:
    return cell->real != cell->real
               ? sw_arena_text(arena, "nan")
               : shortest(arena, cell->real, place->tally->type == SW_TYPE_REAL32);
  case SW_TYPE_INTEGER:
    return sw_arena_printf(arena, "%lld", (long long)cell->integer);
  case SW_TYPE_NATURAL:
    return sw_arena_printf(arena, "%llu", (unsigned long long)cell->natural);
  default:
    return sw_arena_printf(arena, "\"%s\"", cell->text);
  }
}

/* ---- places ----------------------------------------------------------------------------- */

/* The label at the position on axis a, or the position itself on an axis without labels. The last
 * position of a partner that entered is one of the new file. */
static const char *label_of(sw_arena *arena, const sw_diff_place *place, int a) {
  const sw_diff_axis *axis = place->tally->axis[a];
  int side = place->entered && a == place->tally->rank - 1 ? SW_NEW : SW_OLD;
  return axis->label[side] ? axis->label[side][place->at[a]]
                           : sw_arena_printf(arena, "%lld", (long long)place->at[a]);
}

/* A place in words. Axes are distinguished by name: time is the period, the first axis of units the
 * unit, the second (unit_to in a matrix) the partner; all others are joined, as in
 * "manufacturing,2". */
static sw_diff_change told(sw_diff *diff, const sw_diff_place *place) {
  const sw_tally *tally = place->tally;
  sw_diff_change change = {.absolute = place->absolute, .relative = place->relative};
  /* No largest change: the variable's numbers did not move. */
  if (!tally) return change;
  change.variable = tally->name;
  for (int a = 0; a < tally->rank; a++) {
    const char *label = label_of(diff->arena, place, a), *axis = tally->axis[a]->name;
    if (!change.period && strcmp(axis, SW_NAME_TIME) == 0) {
      change.period = label;
    } else if (!change.unit && strcmp(axis, SW_NAME_UNIT) == 0) {
      change.unit = label;
    } else if (!change.other &&
               (strcmp(axis, SW_NAME_UNIT) == 0 || strcmp(axis, SW_NAME_UNIT_TO) == 0)) {
      change.other = label;
      change.partner = true;
    } else {
      change.other = change.other && label
                         ? sw_arena_printf(diff->arena, "%s,%s", change.other, label)
                         : label;
    }
  }
  change.before = text_of(diff->arena, place, SW_OLD);
  change.after = text_of(diff->arena, place, SW_NEW);
  return change;
}

/* ---- the parts of the report ------------------------------------------------------------ */

/* The list of one kind, sorted. A missing text where there is a value can only be lack of memory;
 * told() has no status of its own. */
static sw_status list_changes(sw_diff *diff, sw_diff_heap *heap, sw_diff_list *list) {
  SW_NEW(diff->err, diff->arena, list->change, heap->n + 1);
  sw_diff_sort(heap);
  list->total = heap->total;
  for (; list->n < heap->n; list->n++) {
    const sw_diff_place *place = &heap->place[list->n];
    const sw_diff_change change = list->change[list->n] = told(diff, place);
    if ((place->has[SW_OLD] && !change.before) || (place->has[SW_NEW] && !change.after))
      return sw_fail(diff->err, SW_ENOMEM, "out of memory for what changed");
  }
  return SW_OK;
}

static bool has_changes(const sw_tally *tally) {
  for (int k = 0; k < SW_DIFF_KINDS; k++)
    if (tally->count[k] > 0) return true;
  return false;
}

/* The variable with the largest relative change first; names break ties, as those without moves
 * have. */
static int by_size(const void *a, const void *b) {
  const sw_diff_variable *x = a, *y = b;
  if (x->relative.relative != y->relative.relative)
    return x->relative.relative > y->relative.relative ? -1 : 1;
  return strcmp(x->name, y->name);
}

/* Only variables with changes; the rest are counted in `values`. */
static sw_status list_variables(sw_diff *diff, sw_diff_report *report) {
  int most = 0;
  for (const sw_tally *t = diff->tally; t; t = t->next)
    most += has_changes(t);
  SW_NEW(diff->err, diff->arena, report->variable, most + 1);
  for (const sw_tally *t = diff->tally; t; t = t->next) {
    if (!has_changes(t)) continue;
    sw_diff_variable *out = &report->variable[report->n_variables++];
    *out = (sw_diff_variable){.name = t->name,
                              .compared = t->compared,
                              .appeared = t->appeared,
                              .entered = t->entered,
                              .absolute = told(diff, &t->absolute),
                              .relative = told(diff, &t->relative)};
    memcpy(out->count, t->count, sizeof out->count);
  }
  if (most > 0) qsort(report->variable, (size_t)most, sizeof *report->variable, by_size);
  return SW_OK;
}

/* ---- units ------------------------------------------------------------------------------ */

/* What a unit is sorted by; count: its changes of all kinds. */
typedef struct ranked_unit {
  const sw_unit_tally *tally;
  int64_t unit, count;
} ranked_unit;

/* By score, then by number of changes, which is all that a unit has whose partners changed without
 * a number; then by position, so that the order is total. */
static int by_change(const void *a, const void *b) {
  const ranked_unit *x = a, *y = b;
  if (x->tally->score != y->tally->score) return x->tally->score > y->tally->score ? -1 : 1;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return (x->unit > y->unit) - (x->unit < y->unit);
}

/* The first `most` of the ranked units. A unit without moved numbers has no largest one. */
static sw_status tell_units(sw_diff *diff, const ranked_unit *ranked, sw_diff_report *report) {
  int64_t n = report->units_moved < diff->options.most ? report->units_moved : diff->options.most;
  SW_NEW(diff->err, diff->arena, report->unit, n + 1);
  for (; report->n_units < n; report->n_units++) {
    const ranked_unit *from = &ranked[report->n_units];
    const sw_unit_tally *tally = from->tally;
    const char *const *code = diff->unit->label[SW_OLD];
    sw_diff_unit *out = &report->unit[report->n_units];
    *out = (sw_diff_unit){
        .code = code ? code[from->unit] : "-", .score = tally->score, .relative = tally->relative};
    memcpy(out->count, tally->count, sizeof out->count);
    if (!tally->tally) continue;
    out->variable = tally->tally->name;
    sw_diff_place place = {.tally = tally->tally, .at = {tally->period}};
    /* A place at the period alone, for label_of: time is the first axis. */
    if (tally->period >= 0) out->period = label_of(diff->arena, &place, 0);
  }
  return SW_OK;
}

/* Sorts the units that moved. The array is as long as there are units, and freed here. */
static sw_status list_units(sw_diff *diff, sw_diff_report *report) {
  ranked_unit *ranked = NULL;
  int64_t n = diff->unit->n[SW_OLD];
  SW_TRY(sw_alloc(diff->err, (size_t)n + 1, sizeof *ranked, (void **)&ranked));
  for (int64_t i = 0; i < n; i++) {
    ranked_unit unit = {.tally = &diff->moved[i], .unit = i};
    for (int k = 0; k < SW_DIFF_KINDS; k++)
      unit.count += unit.tally->count[k];
    if (unit.count > 0) ranked[report->units_moved++] = unit;
  }
  qsort(ranked, (size_t)report->units_moved, sizeof *ranked, by_change);
  sw_status status = tell_units(diff, ranked, report);
  sw_free(ranked);
  return status;
}

/* Everything in the report is in the comparison's arena, the caller's own. */
sw_status sw_diff_make_report(sw_diff *diff, sw_diff_report *report) {
  *report = (sw_diff_report){
      .different = diff->different, .results = diff->results, .values = diff->values};
  SW_NEW(diff->err, diff->arena, report->note, diff->n_notes + 1);
  for (const sw_note_line *line = diff->note; line; line = line->next)
    report->note[report->n_notes++] = line->text;
  SW_TRY(list_variables(diff, report));
  for (int k = 0; k < SW_DIFF_KINDS; k++)
    SW_TRY(list_changes(diff, &diff->heap[k], &report->list[k]));
  return list_units(diff, report);
}

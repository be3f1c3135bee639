/* Keeps the largest of many changes. A heap of `most` places per kind takes every change in O(log
 * most), so millions of changes need no memory. Counts, the largest change of each variable and the
 * scores of units are kept on the way.
 *
 * Invariant: the order of changes is total (score, then variable, period, unit, partner), so that
 * what is kept does not depend on the order in which changes are met. */
#include "store/diff/private.h"

#include <stdlib.h>
#include <string.h>

/* The list of tallies grows at its front: list_variables() (report.c) sorts them. */
sw_status sw_diff_tally(sw_diff *diff, const char *where, const char *name, sw_tally **tally) {
  SW_NEW(diff->err, diff->arena, *tally, 1);
  (*tally)->name = sw_arena_printf(diff->arena, "%s%s%s", where, *where ? "/" : "", name);
  if (!(*tally)->name) return sw_fail(diff->err, SW_ENOMEM, "out of memory for names");
  (*tally)->next = diff->tally;
  diff->tally = *tally;
  return SW_OK;
}

/* ---- order ------------------------------------------------------------------------------ */

/* The label at a place's position on axis a, NULL on an axis without labels. The last position of a
 * partner that entered is one of the new file. */
static const char *label_at(const sw_diff_place *p, int a) {
  const sw_tally *tally = p->tally;
  int side = p->entered && a == tally->rank - 1 ? SW_NEW : SW_OLD;
  return tally->axis[a]->label[side] ? tally->axis[a]->label[side][p->at[a]] : NULL;
}

/* Positions of one file are compared as they are. One of each file (a partner that entered, one
 * that left) can only be compared by label. */
static int compare_at(const sw_diff_place *p, const sw_diff_place *q, int a) {
  const char *x = label_at(p, a), *y = label_at(q, a);
  if (x && y && p->entered != q->entered) return strcmp(x, y);
  return (p->at[a] > q->at[a]) - (p->at[a] < q->at[a]);
}

/* Below zero: p comes before q. */
static int compare_places(const sw_diff_place *p, const sw_diff_place *q) {
  if (p->score != q->score) return p->score > q->score ? -1 : 1;
  int order = p->tally == q->tally ? 0 : strcmp(p->tally->name, q->tally->name);
  for (int a = 0; order == 0 && a < p->tally->rank; a++)
    order = compare_at(p, q, a);
  return order != 0 ? order : (int)p->entered - (int)q->entered;
}

static int by_place(const void *a, const void *b) {
  return compare_places(a, b);
}

/* ---- the heap --------------------------------------------------------------------------- */

static void swap(sw_diff_place *p, sw_diff_place *q) {
  sw_diff_place kept = *p;
  *p = *q;
  *q = kept;
}

/* Restores the heap below i after its place was replaced: the one that comes last of all goes
 * up. */
static void sink(sw_diff_heap *heap, int i) {
  for (int child; (child = 2 * i + 1) < heap->n; i = child) {
    sw_diff_place *place = heap->place;
    if (child + 1 < heap->n && compare_places(&place[child + 1], &place[child]) > 0) child++;
    if (compare_places(&place[i], &place[child]) >= 0) return;
    swap(&place[i], &place[child]);
  }
}

/* Counts a place, and keeps it when there is room or when it comes before the last one kept. */
static void offer(sw_diff_heap *heap, const sw_diff_place *place) {
  heap->total++;
  if (heap->n < heap->most) {
    int i = heap->n++;
    heap->place[i] = *place;
    for (; i > 0 && compare_places(&heap->place[i], &heap->place[(i - 1) / 2]) > 0; i = (i - 1) / 2)
      swap(&heap->place[i], &heap->place[(i - 1) / 2]);
    /* With most == 0, changes are counted and nothing else. */
  } else if (heap->most > 0 && compare_places(place, &heap->place[0]) < 0) {
    heap->place[0] = *place;
    sink(heap, 0);
  }
}

void sw_diff_sort(sw_diff_heap *heap) {
  qsort(heap->place, (size_t)heap->n, sizeof *heap->place, by_place);
}

/* ---- a change --------------------------------------------------------------------------- */

/* Counts a change for the units it is of: the unit of a value, or the sender and the receiver of a
 * pair. Units are counted by their position in the old file, so an axis that is not as long as the
 * root's is left out. */
static void count_units(sw_diff *diff, const sw_diff_place *place, sw_diff_kind kind) {
  const sw_tally *tally = place->tally;
  for (int a = 0; a < tally->rank; a++) {
    bool units = tally->axis[a] == diff->unit || strcmp(tally->axis[a]->name, SW_NAME_UNIT_TO) == 0;
    if (!units || tally->axis[a]->n[SW_OLD] != diff->unit->n[SW_OLD]) continue;
    if (place->entered && a == tally->rank - 1) continue; /* of the new file, maybe new itself */
    if (a > 0 && tally->axis[a - 1] == diff->unit && place->at[a] == place->at[a - 1])
      continue; /* itself with itself; an axis of as many periods is no axis of units */
    sw_unit_tally *unit = &diff->moved[place->at[a]];
    unit->count[kind]++;
    /* A number that appeared or disappeared counts as a relative change of 1; partners and texts
     * have no size. */
    unit->part += kind == SW_DIFF_MOVED ? place->relative : kind == SW_DIFF_MISSING ? 1 : 0;
    if (kind != SW_DIFF_MOVED || (unit->tally && place->relative <= unit->relative)) continue;
    unit->relative = place->relative;
    unit->tally = tally;
    unit->period =
        tally->axis[0] && strcmp(tally->axis[0]->name, SW_NAME_TIME) == 0 ? place->at[0] : -1;
  }
}

/* `each`: values of this variable that a unit has, the divisor of its mean. Sums start at 0 again
 * for the next variable; without values there is nothing to add, and `each` is 0 or NaN. */
void sw_diff_fold_units(sw_diff *diff, const sw_tally *tally) {
  double units = (double)diff->unit->n_common, each = (double)tally->compared / units;
  for (int64_t i = 0; i < diff->unit->n[SW_OLD] && each > 0; i++) {
    diff->moved[i].score += diff->moved[i].part / each;
    diff->moved[i].part = 0;
  }
}

static void add(sw_diff *diff, sw_tally *tally, sw_diff_kind kind, const sw_diff_place *place) {
  diff->different = true;
  tally->count[kind]++;
  count_units(diff, place, kind);
  offer(&diff->heap[kind], place);
}

/* A number that moved. Lists are ordered by relative change; for each variable the largest absolute
 * change is kept as well, because the largest relative one is often that of a tiny number. */
static void add_moved(sw_diff *diff, sw_tally *tally, sw_diff_place *place) {
  sw_diff_place by_distance = *place;
  by_distance.score = place->absolute;
  if (!tally->absolute.tally || compare_places(&by_distance, &tally->absolute) < 0)
    tally->absolute = by_distance;
  place->score = place->relative;
  if (!tally->relative.tally || compare_places(place, &tally->relative) < 0)
    tally->relative = *place;
  add(diff, tally, SW_DIFF_MOVED, place);
}

/* The distance of two whole numbers, and both as doubles in value[]. It is taken in unsigned
 * arithmetic: above 2^53 neighbours are the same double, and a signed difference may overflow. */
static double distance_of(sw_diff_type type, const sw_diff_cell cell[2], double value[2]) {
  uint64_t was = cell[SW_OLD].natural, is = cell[SW_NEW].natural;
  bool natural = type == SW_TYPE_NATURAL;
  bool larger = natural ? was > is : cell[SW_OLD].integer > cell[SW_NEW].integer;
  for (int s = 0; s < 2; s++)
    value[s] = natural ? (double)cell[s].natural : (double)cell[s].integer;
  return (double)(larger ? was - is : is - was);
}

/* Texts are only listed. Numbers within the tolerance are no change at all; whether one is missing
 * is asked of reals only, as whole numbers have no NaN. */
void sw_diff_value(sw_diff *diff, sw_tally *tally, const int64_t *at, const sw_diff_cell cell[2]) {
  sw_diff_place place = {.tally = tally, .has = {true, true}, .cell = {cell[SW_OLD], cell[SW_NEW]}};
  memcpy(place.at, at, (size_t)tally->rank * sizeof *at);
  if (tally->type >= SW_TYPE_TEXT) {
    add(diff, tally, SW_DIFF_TEXT, &place);
    return;
  }
  double value[2] = {cell[SW_OLD].real, cell[SW_NEW].real};
  bool real = tally->type <= SW_TYPE_REAL32;
  place.absolute =
      real ? fabs(value[SW_OLD] - value[SW_NEW]) : distance_of(tally->type, cell, value);
  sw_change change =
      real ? sw_change_of(value[SW_OLD], value[SW_NEW], diff->options.within)
      : sw_change_within(place.absolute, value[SW_OLD], value[SW_NEW], diff->options.within)
          ? SW_SAME
          : SW_MOVED;
  if (change == SW_SAME) return;
  if (change == SW_MOVED) {
    place.relative = sw_change_relative(place.absolute, value[SW_OLD], value[SW_NEW]);
    add_moved(diff, tally, &place);
    return;
  }
  /* One of the numbers is NaN, and so was the distance. */
  place.absolute = 0;
  place.has[change == SW_APPEARED ? SW_OLD : SW_NEW] = false;
  tally->appeared += change == SW_APPEARED;
  add(diff, tally, SW_DIFF_MISSING, &place);
}

/* Strong partners come first: the score is 1 for the first of the unit's row, 1/2 for the
 * second. */
void sw_diff_partner(sw_diff *diff, sw_tally *tally, const int64_t *at, bool entered, int64_t rank,
                     const double *value) {
  sw_diff_place place = {.tally = tally, .entered = entered, .score = 1 / (1 + (double)rank)};
  memcpy(place.at, at, (size_t)tally->rank * sizeof *at);
  place.has[entered] = true; /* SW_NEW when it entered */
  place.cell[entered].real = value ? *value : NAN;
  tally->entered += entered;
  add(diff, tally, SW_DIFF_PARTNER, &place);
}

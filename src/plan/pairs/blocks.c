/* Groups by square, and a square's shares in the sums by group; see blocks.h. Called by task.c and
 * diagonal.c in place of sums of rows and columns, in the worker's own lanes. */
#include "plan/pairs/blocks.h"

#include "base/arena.h"
#include "kernel/pairs/groups.h"
#include "kernel/pairs/lanes.h"
#include "plan/pairs/private.h"

#include <math.h>
#include <string.h>

/* Groups that all squares together may have. */
enum { FIT = 2048 };

/* ---- groups by square --------------------------------------------------------------------- */

/* Finds the groups of each square, in the order in which they first appear there. `group` NULL:
 * only counts them, so that the caller can allocate. O(n). */
static int64_t find_groups(const sw_cut *cut, const sw_grouping *grouping, int64_t *seen,
                           int64_t *at, int32_t *place, int32_t *group, int64_t *members) {
  int64_t count = 0, i0 = 0, i1 = 0;
  for (int g = 0; g < grouping->n_groups; g++)
    seen[g] = -1;
  for (int64_t square = 0; square < cut->squares; square++) {
    at[square] = count;
    sw_cut_square(cut, square, &i0, &i1);
    for (int64_t i = i0; i < i1; i++) {
      int32_t g = grouping->of[i];
      /* seen[g] is below at[square] until g appears in this square: nothing is reset between
       * squares. */
      if (seen[g] < at[square]) {
        if (group) group[count] = g;
        seen[g] = count++;
      }
      place[i] = (int32_t)(seen[g] - at[square]);
      if (group) members[seen[g]]++;
    }
  }
  at[cut->squares] = count;
  return count;
}

/* Cuts each task, `high` rows of a group, where the square changes. strip_at NULL: only counts. The
 * tasks are those of plan/sums, whose sums must have the same bits. */
static int64_t cut_strips(const sw_cut *cut, const sw_grouping *grouping, int64_t high,
                          const int32_t *unit, int64_t *strip_at, bool *begins_task,
                          int *strip_group) {
  int64_t strips = 0, first = 0;
  for (int64_t k = 0; k < cut->n; k++) {
    int group = grouping->of[unit[k]];
    bool same_group = k && grouping->of[unit[k - 1]] == group;
    if (!same_group) first = k;
    bool same_task = same_group && (k - first) % high;
    if (same_task && unit[k - 1] / cut->side == unit[k] / cut->side) continue;
    if (strip_at) strip_at[strips] = k, strip_group[strips] = group;
    if (strip_at) begins_task[strips] = !same_task;
    strips++;
  }
  if (strip_at) strip_at[strips] = cut->n;
  return strips;
}

/* Sorts strips by square, by a counting sort: a square then finds those that lie in it without a
 * search. Called twice over the units, to count and to fill. */
static sw_status make_strips(sw_error *err, sw_arena *arena, const sw_cut *cut,
                             const sw_grouping *grouping, int64_t high, sw_blocks *b) {
  int64_t *at = NULL, *next = NULL;
  int32_t *strip = NULL;
  b->strips = cut_strips(cut, grouping, high, b->unit, NULL, NULL, NULL);
  SW_NEW(err, arena, b->strip_at, b->strips + 1);
  SW_NEW(err, arena, b->strip_group, b->strips + 1);
  SW_NEW(err, arena, b->begins_task, b->strips + 1);
  SW_NEW(err, arena, at, cut->squares + 1);
  SW_NEW(err, arena, next, cut->squares + 1);
  SW_NEW(err, arena, strip, b->strips + 1);
  cut_strips(cut, grouping, high, b->unit, b->strip_at, b->begins_task, b->strip_group);
  for (int64_t k = 0; k < b->strips; k++)
    at[b->unit[b->strip_at[k]] / cut->side + 1]++;
  /* Where the strips of each square begin; `next` is where the next of them goes. */
  for (int64_t square = 0; square < cut->squares; square++) {
    if (at[square + 1] > b->most_strips) b->most_strips = at[square + 1];
    next[square + 1] = at[square + 1] += at[square];
  }
  for (int64_t k = 0; k < b->strips; k++)
    strip[next[b->unit[b->strip_at[k]] / cut->side]++] = (int32_t)k;
  b->square_at = at;
  b->strip = strip;
  return SW_OK;
}

/* The squares backward: first[g] then ends as the first square with a unit of g, last[g] as the
 * last. Everything depends on the units and the cut alone, so it is made once for an entry. */
sw_status sw_blocks_make(sw_error *err, sw_arena *arena, const sw_cut *cut,
                         const sw_grouping *grouping, const int32_t *unit, int64_t high,
                         sw_blocks **blocks) {
  int groups = grouping->n_groups;
  int64_t *seen = NULL, *at = NULL, *members = NULL, *first = NULL, *last = NULL, *whole = NULL;
  int32_t *place = NULL, *group = NULL;
  sw_blocks *b = NULL;
  SW_NEW(err, arena, b, 1);
  SW_NEW(err, arena, seen, groups);
  SW_NEW(err, arena, at, cut->squares + 1);
  SW_NEW(err, arena, place, cut->n);
  SW_NEW(err, arena, first, groups);
  SW_NEW(err, arena, last, groups);
  SW_NEW(err, arena, whole, groups);
  int64_t count = find_groups(cut, grouping, seen, at, place, NULL, NULL);
  SW_NEW(err, arena, group, count + 1);
  SW_NEW(err, arena, members, count + 1);
  find_groups(cut, grouping, seen, at, place, group, members);
  /* Backward: the first square that is met is the last one. */
  for (int64_t square = cut->squares - 1; square >= 0; square--)
    for (int64_t k = at[square]; k < at[square + 1]; k++) {
      int32_t g = group[k];
      first[g] = square;
      if (!whole[g]) last[g] = square;
      whole[g] += members[k];
      if (at[square + 1] - at[square] > b->most) b->most = at[square + 1] - at[square];
    }
  b->groups = groups;
  b->shares = count;
  b->place = place;
  b->at = at;
  b->group = group;
  b->members = members;
  b->first = first;
  b->last = last;
  b->whole = whole;
  b->unit = unit;
  *blocks = b;
  return make_strips(err, arena, cut, grouping, high, b);
}

/* Each square has a slot of its own, with room for the groups of any: beyond FIT the slots take too
 * much memory, and a pass of its own makes the sums (plan/sums). */
bool sw_blocks_fit(const sw_blocks *b, const sw_cut *cut) {
  return b->most * cut->squares <= FIT;
}

/* Sums of rows and of columns by group; of strips of either; gaps between two groups. */
int64_t sw_blocks_room(const sw_blocks *b, const sw_cut *cut) {
  return 2 * b->most * (cut->side + b->most_strips) + b->most * b->most;
}

/* Whether shares are made at all: only a walk over pairs can, and the geometry has a place for them
 * only where they fit. */
bool sw_blocks_in_walk(const sw_run *run, int e) {
  if (!run->study->entry[e].is_pair || !sw_keep_walks(run->pair[e].keep.kind)) return false;
  return sw_pairs_geometry(run, e, SW_PAIRS_STORE).blocks > 0;
}

/* Results taken from an earlier file (--reuse) have no shares, so with a past plan/sums makes all
 * of the sums. */
bool sw_blocks_in_pairs(const sw_run *run, int e) {
  return sw_blocks_in_walk(run, e) && !run->past;
}

/* Where each kind of share begins in a slot, in the order in which sw_blocks_room counts them. */
sw_block_shares sw_pairs_block_shares(const sw_pairs *p, double *slot) {
  const sw_blocks *b = p->plan->blocks;
  int64_t side = p->plan->cut.side;
  sw_block_shares s = {.row = slot + sw_geometry_blocks_at(&p->geometry)};
  s.column = s.row + b->most * side;
  s.row_strip = s.column + b->most * side;
  s.column_strip = s.row_strip + b->most * b->most_strips;
  s.gaps = s.column_strip + b->most * b->most_strips;
  return s;
}

/* ---- a square ----------------------------------------------------------------------------- */

/* Of one square. */
static int64_t groups_of(const sw_blocks *b, int64_t square) {
  return b->at[square + 1] - b->at[square];
}

/* Begins a square: which groups its rows and columns are of. `smooth`: no gap is expected. Lanes
 * are zero between squares, which is right then, as every sum has a number; a square that is begun
 * again, for its gaps, begins with nothing. */
void sw_pairs_blocks_begin(sw_worker *w, int64_t row, int64_t column, bool smooth, double *slot) {
  const sw_pairs *p = w->pairs;
  const sw_blocks *b = p->plan->blocks;
  int64_t i0 = 0, i1 = 0, j0 = 0, j1 = 0;
  if (!p->geometry.blocks) return;
  sw_cut_square(&p->plan->cut, row, &i0, &i1);
  sw_cut_square(&p->plan->cut, column, &j0, &j1);
  w->groups.of_row = b->place + i0;
  w->groups.of_column = b->place + j0;
  if (!smooth) {
    for (int64_t k = 0; k < groups_of(b, column); k++)
      sw_lanes_begin(w->groups.row + k * w->groups.high * SW_LANES, (i1 - i0) * SW_LANES);
    sw_lanes_begin(w->groups.column, groups_of(b, row) * SW_LANES * w->stride);
  }
  w->gaps = sw_pairs_block_shares(p, slot).gaps;
  memset(w->gaps, 0, (size_t)(b->most * b->most) * sizeof *w->gaps);
}

/* Row r, whole, `v` as the scan of gaps has left it, which has found `gaps` of them. The unit's own
 * place (-1: it is not met) looks like one, and is none. */
void sw_pairs_blocks_row(sw_worker *w, int64_t r, int64_t n, int64_t own, int64_t gaps,
                         const double *v) {
  sw_groups_add_row(&w->groups, w->stride, r, 0, n, v);
  double *count = w->gaps + w->groups.of_row[r] * w->pairs->plan->blocks->most;
  /* Seldom: `gaps` is 0 for most rows, and the loop is not entered. */
  for (int64_t c = 0; gaps > 0 && c < n; c++)
    if (c != own && sw_lanes_is_nothing(v[c])) count[w->groups.of_column[c]]++;
}

/* Sums a strip's shares of one group, in lanes by their order in the strip. */
static double sum_strip(const int32_t *unit, int64_t count, int64_t first, const double *share) {
  double lane[SW_LANES] = {0};
  for (int64_t k = 0; k < count; k++)
    lane[k % SW_LANES] += share[unit[k] - first];
  return sw_lanes_join(lane);
}

/* Sums each strip of the square over its `groups` groups. Where units of a group stand together, a
 * strip is a piece of the rows of shares, and several of these go at a time; else units are looked
 * up. */
static void sum_strips(const sw_pairs *p, int64_t square, int64_t groups, const double *share,
                       double *strip) {
  const sw_blocks *b = p->plan->blocks;
  int64_t side = p->plan->cut.side, first = square * side;
  for (int64_t s = b->square_at[square]; s < b->square_at[square + 1]; s++, strip += b->most) {
    int64_t at = b->strip_at[b->strip[s]], count = b->strip_at[b->strip[s] + 1] - at;
    const int32_t *unit = b->unit + at;
    if (unit[count - 1] - unit[0] == count - 1) {
      sw_lane_rows of = {share + unit[0] - first, side, groups, count};
      sw_groups_sum_rows(&of, strip);
      continue;
    }
    for (int64_t k = 0; k < groups; k++)
      strip[k] = sum_strip(unit, count, first, share + k * side);
  }
}

/* On the diagonal a unit that is the only one of its group there has no partner in it: its share is
 * nothing, and not 0. */
static void leave_alone(const sw_pairs *p, int64_t square, int64_t i0, int64_t i1, double *row) {
  const sw_blocks *b = p->plan->blocks;
  for (int64_t i = i0; i < i1; i++)
    if (b->members[b->at[square] + b->place[i]] == 1)
      row[b->place[i] * p->plan->cut.side + i - i0] = sw_lanes_nothing;
}

/* Turns the square's lanes into its shares, and clears them for the next. The diagonal one has none
 * of columns: its rows hold both directions. Returns false where a gap has shown in a row's shares:
 * the caller begins the square again. */
bool sw_pairs_blocks_end(sw_worker *w, int64_t row, int64_t column, double *slot) {
  const sw_pairs *p = w->pairs;
  const sw_blocks *b = p->plan->blocks;
  const sw_cut *cut = &p->plan->cut;
  int64_t i0 = 0, i1 = 0, j0 = 0, j1 = 0;
  if (!p->geometry.blocks) return true;
  int64_t across = groups_of(b, column), down = groups_of(b, row), lanes = SW_LANES * w->stride;
  bool gap = false;
  sw_block_shares s = sw_pairs_block_shares(p, slot);
  sw_cut_square(cut, row, &i0, &i1);
  sw_cut_square(cut, column, &j0, &j1);
  for (int64_t k = 0; k < across; k++) {
    double *share = s.row + k * cut->side;
    sw_groups_join(w->groups.row + k * w->groups.high * SW_LANES, i1 - i0, share);
    gap = gap || sw_lanes_has_gap(share, i1 - i0);
  }
  if (row == column) leave_alone(p, row, i0, i1, s.row);
  sum_strips(p, row, across, s.row, s.row_strip);
  for (int64_t k = 0; k < down; k++) {
    double *group = w->groups.column + k * lanes;
    if (row == column)
      memset(group, 0, (size_t)lanes * sizeof *group);
    else
      sw_groups_join_columns(group, w->stride, j1 - j0, s.column + k * cut->side);
  }
  if (row != column) sum_strips(p, column, down, s.column, s.column_strip);
  return !gap;
}

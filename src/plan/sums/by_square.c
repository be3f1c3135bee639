/* Sums by group of an undirected row, by the squares of its columns: the numbers that a walk over
 * the triangle makes (plan/pairs/blocks.h), out of whole rows. For walks that are not the triangle,
 * and for rows that `verify` computes again: there the bits must be those of the walk, so sums are
 * made in its order and not simply left to right. */
#include "plan/sums/private.h"

#include "kernel/pairs/groups.h"
#include "kernel/pairs/lanes.h"

#include <math.h>
#include <string.h>

/* What lies in a worker's room. Shares are by square, then by group in it, `all` of them. */
typedef struct room {
  double *lanes;  /* of the groups of a square */
  double *share;  /* of a row */
  double *strip;  /* sums of these over the rows of a task, in eight lanes `all` apart */
  double *number; /* by group: values of a row */
} room;

/* Doubles of a worker's room; sw_sums_open_worker allocates them. */
int64_t sw_sums_square_room(const sw_sums *s) {
  if (!s->squares) return 0;
  int64_t all = s->squares->shares;
  return SW_LANES * s->squares->most + (1 + SW_LANES) * all + s->groups;
}

/* Divides the room as sw_sums_square_room counts it. */
static room room_of(const sums_worker *w) {
  const sw_blocks *b = w->p->sums->squares;
  room r = {.lanes = w->squares};
  r.share = r.lanes + SW_LANES * b->most;
  r.strip = r.share + b->shares;
  r.number = r.strip + SW_LANES * b->shares;
  return r;
}

/* Before the first row of a strip: its sums begin anew. */
void sw_sums_square_begin(sums_worker *w) {
  const room r = room_of(w);
  memset(r.strip, 0, (size_t)(SW_LANES * w->p->sums->squares->shares) * sizeof *r.strip);
}

/* Sums a row over the groups of one square, whose values begin at v; a value that is missing is
 * counted out of `number`. sw_lanes_gaps turns gaps into nothing, so that adding needs no test. */
static void sum_square(const sw_blocks *b, const room *r, int64_t square, int64_t j0, int64_t j1,
                       double *v) {
  double ignored[SW_LANES] = {0}, greatest = -INFINITY;
  int64_t at = b->at[square], count = b->at[square + 1] - at;
  int64_t gaps = sw_lanes_gaps(v, j1 - j0, ignored, &greatest);
  sw_lane_groups groups = {.of_column = b->place + j0, .high = 1, .row = r->lanes};
  sw_lanes_begin(r->lanes, count * SW_LANES);
  sw_groups_add_row(&groups, 0, 0, 0, j1 - j0, v);
  for (int64_t k = 0; k < count; k++)
    r->share[at + k] = sw_lanes_join(r->lanes + k * SW_LANES);
  for (int64_t c = 0; gaps > 0 && c < j1 - j0; c++)
    if (sw_lanes_is_nothing(v[c])) r->number[b->group[at + b->place[j0 + c]]]--;
}

/* Adds up a row: its sums by group over all squares, and how many of its pairs have a value. Cost:
 * one pass over v. `nth` chooses the lane of the strip, as the walk over the triangle does. */
void sw_sums_square_row(sums_worker *w, int64_t nth, double *v, double *row, double *totals) {
  const sw_blocks *b = w->p->sums->squares;
  const sw_cut *cut = &w->p->run->pair[w->p->entry].cut;
  const room r = room_of(w);
  for (int g = 0; g < b->groups; g++) {
    row[g] = 0;
    r.number[g] = (double)b->whole[g];
  }
  for (int64_t square = 0; square < cut->squares; square++) {
    int64_t j0 = 0, j1 = 0;
    sw_cut_square(cut, square, &j0, &j1);
    sum_square(b, &r, square, j0, j1, v + j0);
    for (int64_t k = b->at[square]; k < b->at[square + 1]; k++)
      row[b->group[k]] += r.share[k];
  }
  for (int g = 0; g < b->groups; g++) {
    totals[b->groups + g] += r.number[g];
    if (r.number[g] == 0) row[g] = NAN;
  }
  sw_lanes_add(r.strip + nth % SW_LANES * b->shares, r.share, b->shares);
}

/* A strip's sums are made before they join those of its task. */
void sw_sums_square_end(sums_worker *w, double *totals) {
  const sw_blocks *b = w->p->sums->squares;
  const room r = room_of(w);
  sw_lanes_join_rows(r.strip, b->shares, b->shares, r.share);
  memset(r.number, 0, (size_t)b->groups * sizeof *r.number);
  for (int64_t k = 0; k < b->shares; k++)
    r.number[b->group[k]] += r.share[k];
  for (int g = 0; g < b->groups; g++)
    totals[g] += r.number[g];
}

/* How the pairs of a job are walked, and how its tasks and tiles are numbered, whatever the nodes.
 * The numbers are those of the journal, of `verify`'s sample and of the checksums in the results
 * file: they rest on the study and on n alone, so that a run on any number of ranks can go on with
 * another's journal, or take another's results. */
#include "plan/pairs/private.h"

/* ---- how a job is walked ---------------------------------------------------------------- */

/* Whole rows are needed where partners are kept or the measure asks for them. A dense directed
 * matrix goes by squares, as its file is chunked by squares and a chunk is written once. An
 * undirected one goes by the triangle, which evaluates half of the pairs. `counts`: the pass that
 * only counts the entries of `above`; it is by strips, as the pass that stores them is. */
sw_walk sw_pairs_walk_of(const sw_run *run, int entry, bool counts) {
  const sw_job *job = &run->job[entry];
  sw_keep_kind kind = run->pair[entry].keep.kind;
  if (counts || job->measure->whole_row || job->links_only) return SW_WALK_STRIPS;
  if (kind == SW_KEEP_DENSE) return job->directed ? SW_WALK_SQUARES : SW_WALK_TRIANGLE;
  if (kind == SW_KEEP_SUMMARY && !job->directed) return SW_WALK_TRIANGLE;
  return SW_WALK_STRIPS;
}

/* Row segments for which a slot holds column sums: one in a triangle, one or more for directed
 * matrices (as many as strips nest in a square); 0 for undirected strips, whose rows hold all. */
int64_t sw_pairs_parts_of(const sw_run *run, int entry, sw_walk walk) {
  if (walk == SW_WALK_TRIANGLE) return 1;
  if (!run->job[entry].directed) return 0;
  return walk == SW_WALK_SQUARES ? run->pair[entry].cut.strips_a_square : 1;
}

/* Two regions an entry: the counting pass and the pass itself have marks of their own. */
int sw_pairs_region_of(int entry, bool counts) {
  return 2 * entry + (counts ? 0 : 1);
}

/* Tasks and bytes of shares of a pass. It is asked before any sw_pairs exists, so it works out what
 * sw_pairs_task_shares says later; both must agree, as a share that is longer than its region says
 * would run into the next task's place in the journal. */
static sw_region region_of(const sw_run *run, int e, bool counts) {
  const sw_cut *cut = &run->pair[e].cut;
  sw_walk walk = sw_pairs_walk_of(run, e, counts);
  int64_t parts = sw_pairs_parts_of(run, e, walk), share = 0;
  if (counts) /* an int64_t a row, of the size of a double */
    share = cut->strip;
  else if (walk == SW_WALK_STRIPS)
    share = cut->strip + (parts ? run->job[e].n : 0);
  else
    share = cut->side * (1 + parts);
  return (sw_region){run->pair[e].summary.n_periods * sw_walk_tasks(cut, walk),
                     (size_t)share * sizeof(double)};
}

/* Regions that are not written stay empty: no task, no bytes. */
void sw_pairs_regions(const sw_run *run, int e, sw_region *regions) {
  if (!run->study->entry[e].is_pair) return;
  regions[sw_pairs_region_of(e, false)] = region_of(run, e, false);
  if (run->pair[e].keep.kind == SW_KEEP_ABOVE)
    regions[sw_pairs_region_of(e, true)] = region_of(run, e, true);
}

/* ---- tiles of what is stored -------------------------------------------------------------- */

/* A triangle's mirrored squares are tiles of their own: the file, and who reads it, knows of
 * squares only, not of the walk that made them. */
int64_t sw_pairs_tiles(const sw_run *run, int e) {
  const sw_cut *cut = &run->pair[e].cut;
  return sw_pairs_walk_of(run, e, false) == SW_WALK_STRIPS ? cut->strips
                                                           : cut->squares * cut->squares;
}

int64_t sw_pairs_tasks(const sw_run *run, int e) {
  return run->pair[e].summary.n_periods *
         sw_walk_tasks(&run->pair[e].cut, sw_pairs_walk_of(run, e, false));
}

/* ---- one task --------------------------------------------------------------------------- */

int64_t sw_pairs_tasks_of_lot(const sw_pairs *p, const sw_lot *lot) {
  if (p->walk == SW_WALK_STRIPS) return 1;
  return p->plan->cut.squares - (p->walk == SW_WALK_TRIANGLE ? lot->row : 0);
}

/* Matrix by matrix, row by row. Row r of a triangle comes after r rows of squares, squares - 1, ...
 * tasks: r * squares - r (r - 1) / 2 of them. */
int64_t sw_pairs_task_number(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  const sw_cut *cut = &p->plan->cut;
  int64_t before = lot->t * sw_walk_tasks(cut, p->walk);
  if (p->walk == SW_WALK_STRIPS) return before + lot->row;
  if (p->walk == SW_WALK_SQUARES) return before + lot->row * cut->squares + nth;
  return before + lot->row * cut->squares - lot->row * (lot->row - 1) / 2 + nth;
}

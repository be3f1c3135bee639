/* How the pairs of a job are walked, and how its tasks and tiles are numbered, whatever the nodes.
 */
#include "plan/pairs/private.h"

/* ---- how a job is walked ---------------------------------------------------------------- */

/* `counts`: only the entries of `above`. */
sw_walk sw_pairs_walk_of(const sw_run *run, int entry, bool counts) {
  const sw_job *job = &run->job[entry];
  sw_keep_kind kind = run->pair[entry].keep.kind;
  if (counts || job->measure->whole_row || job->links_only) return SW_WALK_STRIPS;
  if (kind == SW_KEEP_DENSE) return job->directed ? SW_WALK_SQUARES : SW_WALK_TRIANGLE;
  if (kind == SW_KEEP_SUMMARY && !job->directed) return SW_WALK_TRIANGLE;
  return SW_WALK_STRIPS;
}

int64_t sw_pairs_parts_of(const sw_run *run, int entry, sw_walk walk) {
  if (walk == SW_WALK_TRIANGLE) return 1;
  if (!run->job[entry].directed) return 0;
  return walk == SW_WALK_SQUARES ? run->pair[entry].cut.strips_a_square : 1;
}

int sw_pairs_region_of(int entry, bool counts) {
  return 2 * entry + (counts ? 0 : 1);
}

static sw_region region_of(const sw_run *run, int e, bool counts) {
  const sw_cut *cut = &run->pair[e].cut;
  sw_walk walk = sw_pairs_walk_of(run, e, counts);
  int64_t parts = sw_pairs_parts_of(run, e, walk), share = 0;
  if (counts)
    share = cut->strip;
  else if (walk == SW_WALK_STRIPS)
    share = cut->strip + (parts ? run->job[e].n : 0);
  else
    share = cut->side * (1 + parts);
  return (sw_region){run->pair[e].summary.n_periods * sw_walk_tasks(cut, walk),
                     (size_t)share * sizeof(double)};
}

void sw_pairs_regions(const sw_run *run, int e, sw_region *regions) {
  if (!run->study->entry[e].is_pair) return;
  regions[sw_pairs_region_of(e, false)] = region_of(run, e, false);
  if (run->pair[e].keep.kind == SW_KEEP_ABOVE)
    regions[sw_pairs_region_of(e, true)] = region_of(run, e, true);
}

/* ---- tiles of what is stored -------------------------------------------------------------- */

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

int64_t sw_pairs_task_number(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  const sw_cut *cut = &p->plan->cut;
  int64_t before = lot->t * sw_walk_tasks(cut, p->walk);
  if (p->walk == SW_WALK_STRIPS) return before + lot->row;
  if (p->walk == SW_WALK_SQUARES) return before + lot->row * cut->squares + nth;
  return before + lot->row * cut->squares - lot->row * (lot->row - 1) / 2 + nth;
}

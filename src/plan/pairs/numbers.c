/* How the tasks and tiles of a job are numbered, whatever the nodes; plan/walk/geometry.h counts.
 * The numbers are those of the journal, of `verify`'s sample and of the checksums in the results
 * file: they rest on the study and on n alone, so that a run on any number of ranks can go on with
 * another's journal, or take another's results. */
#include "plan/pairs/blocks.h"
#include "plan/pairs/private.h"

/* What an entry's walk looks like in a pass; everything that counts tasks or slots asks here. */
sw_geometry sw_pairs_geometry(const sw_run *run, int e, sw_pair_pass pass) {
  const sw_pair_plan *plan = &run->pair[e];
  int rings = plan->rings ? plan->rings->rings.n : 0;
  sw_geometry g = sw_geometry_make(&run->job[e], plan->keep.kind, rings, &plan->cut, pass);
  if (plan->blocks && g.walk == SW_WALK_TRIANGLE && sw_blocks_fit(plan->blocks, &plan->cut))
    g.blocks = sw_blocks_room(plan->blocks, &plan->cut);
  return g;
}

/* ---- regions of the journal -------------------------------------------------------------- */

/* The counting pass and the pass that stores have marks of their own; of the rounds of `share`
 * their outcome is marked, a task per matrix and round. */
int sw_pairs_region_of(int entry, sw_pair_pass pass) {
  int place = pass == SW_PAIRS_COUNT ? 0 : pass == SW_PAIRS_RANK ? 2 : 1;
  return SW_PAIR_REGIONS * entry + place;
}

/* Tasks and bytes of shares of a pass. sw_pairs_task_shares must not say more later: a share that
 * is longer than its region says would run into the next task's place in the journal. */
static sw_region region_of(const sw_run *run, int e, sw_pair_pass pass) {
  sw_geometry g = sw_pairs_geometry(run, e, pass);
  return (sw_region){run->pair[e].summary.n_periods * sw_geometry_tasks(&g),
                     (size_t)sw_geometry_slot(&g) * sizeof(double)};
}

/* Regions that are not written stay empty: no task, no bytes. */
void sw_pairs_regions(const sw_run *run, int e, sw_region *regions) {
  if (!run->study->entry[e].is_pair || !sw_keep_walks(run->pair[e].keep.kind)) return;
  regions[sw_pairs_region_of(e, SW_PAIRS_STORE)] = region_of(run, e, SW_PAIRS_STORE);
  if (sw_keep_is_counted(run->pair[e].keep.kind))
    regions[sw_pairs_region_of(e, SW_PAIRS_COUNT)] = region_of(run, e, SW_PAIRS_COUNT);
  if (run->pair[e].keep.kind == SW_KEEP_SHARE)
    regions[sw_pairs_region_of(e, SW_PAIRS_RANK)] = sw_pairs_rank_region(run, e);
}

/* ---- tiles and tasks -------------------------------------------------------------------- */

int64_t sw_pairs_tiles(const sw_run *run, int e) {
  sw_geometry g = sw_pairs_geometry(run, e, SW_PAIRS_STORE);
  return sw_geometry_tiles(&g);
}

int64_t sw_pairs_tasks(const sw_run *run, int e) {
  if (!sw_keep_walks(run->pair[e].keep.kind)) return 0;
  sw_geometry g = sw_pairs_geometry(run, e, SW_PAIRS_STORE);
  return run->pair[e].summary.n_periods * sw_geometry_tasks(&g);
}

int64_t sw_pairs_tasks_of_lot(const sw_pairs *p, const sw_lot *lot) {
  return sw_geometry_tasks_of_row(&p->geometry, lot->row);
}

/* Matrix by matrix. */
int64_t sw_pairs_task_number(const sw_pairs *p, const sw_lot *lot, int64_t nth) {
  const sw_geometry *g = &p->geometry;
  return lot->t * sw_geometry_tasks(g) + sw_geometry_task(g, lot->row, nth);
}

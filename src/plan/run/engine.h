/* The engine: binds a study to its panel, then runs its entries. Knows no economics.
 *
 *   sw_run_bind     columns, weights, distances, `resolve` of every job: the plan is complete
 *   sw_run_first    everything that needs no pair result: composites, unit and global measures,
 *                   and the counts of `above`; no results file yet
 *   (the results file is created: every size is known)
 *   sw_run_rest     pair measures, and what depends on them; stored pairs go to the sink
 *   (small results are written from the jobs, the file is completed)
 */
#ifndef SW_PLAN_RUN_ENGINE_H
#define SW_PLAN_RUN_ENGINE_H

#include "plan/pairs/pairs.h"

/* Every entry becomes a job (bind.c). *run is there to be destroyed even when this fails, unless it
 * stays NULL. `panel`, `study` and `arena` must outlive it. Collective, as all that follows here
 * but the regions. */
sw_status sw_run_bind(sw_error *err, sw_team *team, const sw_study *study, const sw_reader *reader,
                      sw_panel *panel, sw_arena *arena, int n_threads, sw_run **run);
/* Recompute a sample of an entry's tasks: pairs[task] is not 0, tasks as the journal numbers them,
 * and sums[task] where it is not NULL, by sw_sums_count. What they store goes to the sink; what
 * they tell of single units stands in the results, which miss all else; sums over units are not
 * made. After sw_run_first, in one process. */
sw_status sw_run_sample(sw_error *err, sw_run *run, int entry, const char *pairs, const char *sums,
                        sw_sink *sink);
/* `verify`: computes once more, in order, the entries that rest on pair results by what is stored
 * of them alone (run->from_stored), reading it from `stored`. */
sw_status sw_run_from_stored(sw_error *err, sw_run *run, sw_sink *stored);
/* Bytes of a node that the links of an entry take at most, and their reading; of `above`, which is
 * counted in the run, only what does not depend on the count. Local. */
double sw_run_links_bytes(const sw_run *run, int entry);
/* Bytes of a node that the distances of networks would take which were only planned, and seconds
 * until they are found; 0 where they are there. Local. */
double sw_run_networks(const sw_run *run, double *seconds);
/* The tasks of all passes of every entry, for the journal; from the run's arena. Local; the same on
 * every rank. */
sw_status sw_run_regions(sw_error *err, const sw_run *run, const sw_region **regions, int *count);
/* SW_EINPUT when the data hold what a measure refuses; SW_ESTOPPED when asked to stop. */
sw_status sw_run_first(sw_error *err, sw_run *run);
sw_status sw_run_rest(sw_error *err, sw_run *run, sw_sink *sink);
void sw_run_destroy(sw_run *run);

#endif

/* The results file (HDF5, opens as netCDF-4): created whole as OUT.h5.partial by rank 0 with the
 * serial driver, reopened by all ranks with MPI-IO for raw data, completed, synced, renamed. */
#ifndef SW_STORE_RESULTS_RESULTS_H
#define SW_STORE_RESULTS_RESULTS_H

#include "plan/run/engine.h"

typedef struct sw_results sw_results;

/* Before anything is computed: takes the lock of the output, and refuses one that exists (without
 * `force`), is being written by another run, or whose folder cannot be made or written. `restart`:
 * removes what an unfinished run has left. On success the caller destroys *results. Collective. */
sw_status sw_results_start(sw_error *err, sw_team *team, const char *path, bool force, bool restart,
                           sw_results **results);

/* Looks at all files that the study names, before any of them is read: an input that is missing or
 * a folder is refused, and an output that is the study or one of its inputs, which --force would
 * write over. Collective. */
sw_status sw_results_refuse_files(sw_error *err, sw_team *team, const sw_study *study);
/* Replaces the output's path by that of the file that is meant, where it is a link; then *link is
 * the name that was given, else NULL. Both live in the arena. Collective. */
sw_status sw_results_follow(sw_error *err, sw_team *team, sw_arena *arena, const char **path,
                            const char **link);

/* The study is bound: hashes its inputs and begins the journal, or takes up the one that an
 * unfinished run of the same study has left (run->journal, run->resumes). Another study's is
 * refused with what differs. Collective. */
sw_status sw_results_begin(sw_error *err, sw_results *results, sw_run *run);

/* Bytes that the results of a bound run will take on disk, without compression and journal. */
sw_status sw_results_bytes(sw_error *err, const sw_run *run, double *bytes);

/* Lays out the file after sw_run_first (every size is known), or makes sure of the one that is
 * there, and opens it on all ranks. Checks the free space first. Collective. */
sw_status sw_results_create(sw_error *err, sw_results *results);
/* Where the engine puts stored pairs; owned by the results. */
sw_sink *sw_results_sink(sw_results *results);
/* Writes everything that is in the jobs (unit, global, table, summaries, attributes), marks the
 * file complete, syncs, renames. Collective. */
sw_status sw_results_finish(sw_error *err, sw_results *results);
/* Closes and releases everything. `status`: of the run. An unfinished file stays, for a later run
 * to continue, when tasks of it are done and the input is not to blame; *kept (may be NULL) tells.
 * Collective. */
void sw_results_destroy(sw_results *results, sw_status status, bool *kept);

/* A composite's weights out of a results file: /composites/NAME/weight with its indicators. One
 * rank calls it; `path` is borrowed. */
sw_status sw_results_composite_weights(sw_error *err, sw_arena *arena, const char *path,
                                       const char *composite, sw_table **table);

#endif

/* The results file (HDF5, opens as netCDF-4): created whole as OUT.h5.partial by rank 0 with the
 * serial driver, reopened by all ranks with MPI-IO for raw data, completed, synced, renamed. */
#ifndef SW_STORE_RESULTS_H
#define SW_STORE_RESULTS_H

#include "plan/engine.h"

typedef struct sw_results sw_results;

/* Before anything is computed: refuses an output that exists (without `force`), an unfinished
 * OUT.h5.partial, a folder that is missing or cannot be written. Collective. */
sw_status sw_results_precheck(sw_error *err, sw_team *team, const char *path, bool force);

/* Refuses an output that is the study or one of its inputs, which --force would write over.
 * Collective. */
sw_status sw_results_refuse_inputs(sw_error *err, sw_team *team, const sw_study *study);

/* Bytes the results of the run will take on disk. */
double sw_results_bytes(const sw_run *run);

/* Create the file after sw_run_first (every size is known) and open it on all ranks. Checks the
 * free space first. Collective. */
sw_status sw_results_create(sw_error *err, sw_run *run, const char *path, sw_results **results);
/* Where the engine puts stored pairs; owned by the results. */
sw_sink *sw_results_sink(sw_results *results);
/* Write everything that is in the jobs (unit, global, table, summaries, attributes), mark the
 * file complete, sync, rename. Collective. */
sw_status sw_results_finish(sw_error *err, sw_results *results);
/* Close; an unfinished file is removed. Collective. */
void sw_results_destroy(sw_results *results);

/* A composite's weights out of a results file: /composites/NAME/weight with its indicators. */
sw_status sw_results_composite_weights(sw_error *err, sw_arena *arena, const char *path,
                                       const char *composite, sw_table **table);

#endif

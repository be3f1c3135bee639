/* The engine's own state, shared by its files and by nobody else. */
#ifndef SW_PLAN_RUN_PRIVATE_H
#define SW_PLAN_RUN_PRIVATE_H

#include "base/log.h"
#include "plan/run/engine.h"

/* Distances by content: one a kind, one a file. */
typedef struct sw_distance_use {
  const char *path; /* SW_GIVEN */
  sw_distance distance;
  void *shared; /* of x, y, z */
  sw_links *links;
} sw_distance_use;

/* Columns that an entry takes, in the order of its needs. */
typedef struct sw_sources {
  sw_column **column;
} sw_sources;

struct sw_run_private {
  sw_links **weights; /* one for each of study->weights, NULL until an entry needs it */
  int n_distances;
  sw_distance_use *distance; /* room for one an entry */
  sw_sources *source;        /* n_entries */
  sw_notes notes;
  int notes_said;
  void **operand_shared; /* SW_MAX_PASSES, of the job that runs */
  int n_blocks;          /* arrays to release at the end */
  int room_blocks;
  void **block;
};

/* resources.c */
sw_status sw_run_weights(sw_error *err, sw_run *run, int index, const sw_links **links);
sw_status sw_run_distance(sw_error *err, sw_run *run, int entry, const sw_distance **distance);
void sw_run_resources_destroy(sw_run *run);
/* Rows of n values in node-shared memory out of rows of this rank's units. */
sw_status sw_run_gather_rows(sw_error *err, sw_run *run, double *const *local, int rows,
                             void **shared);

/* This rank's values of an input in a period of the panel, which it has. */
const double *sw_run_input_row(const sw_run *run, int entry, int input, int period);

/* tiles.c: the passes of a job that are not over pairs. */
sw_status sw_run_passes(sw_error *err, sw_run *run, int entry);
/* Release operands and folded bytes of the job. */
void sw_run_passes_release(sw_run *run, int entry);

/* Keep an array until the run is destroyed. */
sw_status sw_run_keep_block(sw_error *err, sw_run *run, void *block);

#endif

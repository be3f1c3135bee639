/* The engine's own state, shared by its files and by nobody else. */
#ifndef SW_PLAN_RUN_PRIVATE_H
#define SW_PLAN_RUN_PRIVATE_H

#include "base/log.h"
#include "plan/run/engine.h"
#include "plan/task/tiles.h"

/* A distance in use, shared by the entries that ask for the same kind or the same file. */
typedef struct sw_distance_use {
  const char *path;            /* SW_GIVEN by a file */
  sw_link_columns columns;     /* the same */
  int flow;                    /* the same; as in sw_distance_spec */
  const sw_network_spec *spec; /* SW_GIVEN by a network; else NULL */
  sw_distance distance;
  void *shared;    /* node-shared: x, y and z, which `distance` points into; NULL: SW_GIVEN */
  sw_links *links; /* of a file, owned; else NULL */
  sw_network_distances network; /* owned; empty but for a network */
} sw_distance_use;

/* The columns that an entry takes, in the order of its needs. Of the panel, or made for a result;
 * either way with this rank's rows of them. */
typedef struct sw_sources {
  sw_column **column;
  sw_column **whole; /* balanced: those that `column` are copies of; else NULL */
} sw_sources;

/* The pairs of another entry that one takes (links.c), by one of its parameters. */
typedef struct sw_link_source {
  int entry, quantity; /* the other entry; the quantity's place among those it stores */
  sw_links *view;      /* by the job's period; of those that are loaded */
  void **shared;       /* node-shared, two blocks per period: rows, links; NULL: not loaded */
} sw_link_source;

/* Weights that rest on a result of this study (weights.c). */
typedef struct sw_later {
  sw_links *view;        /* what entries have: a stand-in, then the links; NULL: none names them */
  sw_link_source source; /* kind: result */
  int matrix;            /* of it */
} sw_later;

struct sw_run_private {
  sw_links **weights;  /* one for each of study->weights, NULL until an entry needs it */
  sw_later *later;     /* the same */
  sw_job **unresolved; /* n_entries: of those that are late, the job as `resolve` saw it */
  int n_distances;
  sw_distance_use *distance;  /* room for one a distance that an argument names */
  sw_flow_table **flow_table; /* study->n_flows; NULL: not read yet */
  sw_flow *flow;              /* the same, by the panel's periods */
  sw_sources *source;         /* n_entries */
  sw_link_source **links;     /* n_entries; one for each of its needs of pairs, NULL: none */
  sw_sink *stored;            /* from where pairs are read again; NULL before the file is there */
  sw_notes notes;
  int notes_said;        /* of notes.count: the rest has yet to be logged */
  void *spare_result;    /* of a pass of several rounds that runs: the room that is free, or NULL */
  void **operand_shared; /* SW_MAX_PASSES, of the job that runs */
  bool operands_stay;    /* those of the entry that ran last, which is the next one too */
  int n_blocks;          /* arrays to release at the end */
  int room_blocks;
  void **block;
};

/* resources.c: made when first asked for, owned by the run. Collective. */
sw_status sw_run_weights(sw_error *err, sw_run *run, int index, const sw_links **links);
sw_status sw_run_distance(sw_error *err, sw_run *run, int entry, int param,
                          const sw_distance **distance);
/* By great circles, of an entry that names no distance. */
sw_status sw_run_great_circles(sw_error *err, sw_run *run, int entry, const sw_distance **distance);
void sw_run_resources_destroy(sw_run *run);
/* Doubles from one shared row of n values to the next: each begins on a cache line. */
int64_t sw_run_row_stride(int64_t n);
/* Rows of n values in node-shared memory out of rows of this rank's units: `rows` of them,
 * sw_run_row_stride apart in *shared (node_free, also after a failure). Collective. */
sw_status sw_run_gather_rows(sw_error *err, sw_run *run, double *const *local, int rows,
                             void **shared);
/* The same where every rank has filled its units in `shared`. Collective. */
sw_status sw_run_share_rows(sw_error *err, sw_run *run, int rows, void *shared);

/* flows.c: all observed flows of the study, read before anything is bound; which period of those
 * that an entry rests on is lacking; the links of an entry that is one, by its own periods. */
sw_status sw_run_flows_read(sw_error *err, sw_run *run);
const char *sw_run_flow_lacking(const sw_run *run, int entry, int period);
sw_status sw_run_flow_links(sw_error *err, sw_run *run, int entry);
void sw_run_flows_destroy(sw_run *run);

/* notes.c: the notes that come next are of this entry, or SW_NOTES_OF_ALL. */
void sw_run_notes_are_of(sw_run *run, int entry);

/* balance.c: entries that keep the units with values in all periods. After their periods are
 * bound; before their passes, once their inputs are there (collective). */
sw_status sw_run_balance_bind(sw_error *err, sw_run *run, int entry);
sw_status sw_run_balance(sw_error *err, sw_run *run, int entry);
/* After its passes: results of units that are not kept are missing. Local. */
void sw_run_balance_results(sw_run *run, int entry);
/* Notes of indicators with values whose squares no double holds. Collective. */
sw_status sw_run_note_ranges(sw_error *err, sw_run *run);
/* Notes where the number of units changes between periods, or is one. Collective. */
sw_status sw_run_note_units(sw_error *err, sw_run *run, int entry);
/* Whether a line is such a note. */
bool sw_run_is_of_units(const char *line, size_t length);

/* This rank's values of a column in a period of the panel, which it must have. */
const double *sw_run_column_row(const sw_column *column, int period);
/* This rank's values of an input in a period of the panel (not of the job), which it must have. */
const double *sw_run_input_row(const sw_run *run, int entry, int input, int period);

/* inputs.c: the columns of an entry; then its periods, which every input has. Local. */
sw_status sw_run_bind_inputs(sw_error *err, sw_run *run, int entry);
sw_status sw_run_bind_periods(sw_error *err, sw_run *run, int entry);

/* weights.c: what entries have of weights that are made later, when one is bound that names them;
 * keeps the job of such an entry, before `resolve`. */
sw_status sw_run_later_view(sw_error *err, sw_run *run, int index, const sw_links **links);
sw_status sw_run_later_keep(sw_error *err, sw_run *run, int entry);
/* Before its passes: the weights that it waits for, once what they rest on is stored; then the
 * entry is resolved again. All of them, for `verify`. Nothing for other entries. Collective. */
sw_status sw_run_later(sw_error *err, sw_run *run, int entry);
sw_status sw_run_later_all(sw_error *err, sw_run *run);

/* links.c: the pairs that a need means, once the entry that has them is bound; which pairs an entry
 * takes; when the entry that has them is bound. */
sw_status sw_run_links_source(sw_error *err, const sw_run *run, const sw_need *need,
                              sw_link_source *source);
sw_status sw_run_links_bind(sw_error *err, sw_run *run, int entry);
/* A matrix of them, in two blocks of the node, to be given back also after a failure. Collective.
 * Links that it has at most; 0 where they have yet to be counted. */
sw_status sw_run_links_load(sw_error *err, sw_run *run, const sw_link_source *source, int matrix,
                            void *shared[2], sw_links *view);
int64_t sw_run_links_most(const sw_run *run, const sw_link_source *source, int matrix);
/* The matrix of the k-th of those that the entry takes which belongs to the job's period t. */
int sw_run_links_matrix(const sw_run *run, int entry, int k, int t);
/* All tasks of a pass that sees links. Collective. */
sw_status sw_run_links_pass(sw_error *err, sw_run *run, int entry, sw_tiles *tiles);

/* take.c: the results of an entry without pairs, out of run->past as far as they rest on the same
 * there; the rest is computed. The operand hash is made where there is a past. Collective. */
sw_status sw_run_plain_results(sw_error *err, sw_run *run, int entry);

/* All passes of an entry, over all periods; whether other entries read whole numbers of it, of
 * which a file keeps missing and -1 alike. */
sw_status sw_run_compute(sw_error *err, sw_run *run, int entry);
bool sw_run_is_read_as_integer(const sw_run *run, int entry);

/* sample.c: the same of an entry that is verified, where it takes long of some periods only
 * (run->sampling). Collective. */
sw_status sw_run_sampled(sw_error *err, sw_run *run, int entry);

/* some.c: computes the periods of an entry that are `wanted` and leaves the others as they are. For
 * entries that sw_run_is_by_period says can. *done: false where it could not: nothing is computed.
 * Collective. */
sw_status sw_run_some(sw_error *err, sw_run *run, int entry, const bool *wanted, bool *done);
/* Whether what an entry without pairs has of a period rests on that period alone. */
bool sw_run_is_by_period(const sw_run *run, int entry);

/* tiles.c: the passes of a job that are not over pairs, in order. Collective. */
sw_status sw_run_passes(sw_error *err, sw_run *run, int entry);
/* Releases the operands of the job that ran last. Collective. */
void sw_run_passes_release(sw_run *run, int entry);

/* matrices.c: pair results below that of an entry, which are computed with it, each in a job of its
 * own. Local. Results of groups that nobody asks for are off, before resolve. */
void sw_run_matrices_unasked(sw_run *run, int entry);
/* After resolve: the jobs of the matrices below an entry, and nothing for others. */
sw_status sw_run_matrices_begin(sw_error *err, sw_run *run, int entry);
/* What the entry's passes have left, for the matrices `entry`; for others nothing. */
void sw_run_matrices_take(sw_run *run, int entry);
/* The next matrices below an entry behind `at` (the entry itself at first); -1: none. */
int sw_run_matrices_next(const sw_run *run, int entry, int at);

/* Keeps an array of sw_alloc until the run is destroyed; it is taken over even on failure. */
sw_status sw_run_keep_block(sw_error *err, sw_run *run, void *block);

#endif

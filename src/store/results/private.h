/* What the files of the results writer share. Not for other files.
 *
 * The schema is the file as data: groups, axes and variables with their extents, made once from
 * the run, the same on every rank. Creating, writing, completing and measuring the file all read
 * it; nothing else knows what a result looks like on disk. Names and texts are in layout.h. */
#ifndef SW_STORE_RESULTS_PRIVATE_H
#define SW_STORE_RESULTS_PRIVATE_H

#include "base/lock.h"
#include "store/h5/h5.h"
#include "store/h5/ledger.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"
#include "store/results/results.h"
#include "store/results/verify.h"

/* ---- schema (schema.c) ---------------------------------------------------------- */

/* Time, unit, and what an output has of its own. */
enum { SW_MAX_RANK = 2 + SW_MAX_OWN };

/* A dataset as it will be. Everything but `undefined` is fixed when the schema is made. */
typedef struct sw_variable {
  const char *name, *long_name, *units;
  sw_h5_cell cell;
  int rank;
  hsize_t extent[SW_MAX_RANK];
  hsize_t chunk[SW_MAX_RANK]; /* chunk[0] == 0: contiguous */
  const char *axis[SW_MAX_RANK];
  sw_source source;
  int index;  /* among the job's results; of pairs: the sink's quantity; else 0 */
  bool timed; /* the first axis is time */
  int width;  /* by unit: of the own axes, multiplied; they stand before the axis of units
                 where `turned`, else behind it */
  bool turned;
  bool scale;              /* the coordinate of its axis */
  bool counted;            /* has the attribute `undefined` */
  const sw_output *output; /* by which it is looked at; NULL: the file's own */
  int64_t undefined;       /* values that are NaN: this rank's, then summed up at the end */
} sw_variable;

/* An axis of a group besides unit, unit_to and time. */
typedef struct sw_scale {
  const char *name;
  hsize_t n;
  const char *const *label; /* NULL: numbered from `first`, or `number` */
  const double *number;     /* with `units` */
  const char *units;
  int first;
  bool bare; /* a dimension without values: its coordinate would be as long as the data */
} sw_scale;

enum { SW_MAX_SCALES = SW_MAX_AXES + 5 };

/* A result: the group of a job, at the job's place among the groups. */
typedef struct sw_group {
  const char *path;
  int job;
  bool own_time; /* the job's periods are some of the panel's */
  int n_scales;
  sw_scale scale[SW_MAX_SCALES];
  int first, count;         /* variables */
  uint64_t *block_checksum; /* [t * own blocks + b], chained while values by unit are written */
} sw_group;

typedef struct sw_results_schema {
  int n_groups, n_variables;
  sw_group *group;
  sw_variable *variable;
} sw_results_schema;

sw_status sw_results_schema_make(sw_error *err, sw_arena *arena, const sw_run *run,
                                 sw_results_schema *schema);
bool sw_results_written_by_all(sw_source source);
/* The index of the variable of that source and index in the group of a job, or -1. */
int sw_results_schema_find(const sw_results_schema *schema, int job, sw_source source, int index);

/* ---- texts (text.c) ------------------------------------------------------------- */

/* A line "XXH3 NAME" for every input file; collective, the hashing is spread over the ranks. */
sw_status sw_results_text_inputs(sw_error *err, sw_team *team, const sw_study *study,
                                 sw_arena *arena, const char **text);
/* *odd: the name in the first of such lines that `others` lacks; NULL: it has all. */
sw_status sw_results_text_odd_input(sw_error *err, sw_arena *arena, const char *lines,
                                    const char *others, const char **odd);
/* "queen: {kind: file, file: edges.csv, style: row}", a line for each weights matrix. */
const char *sw_results_text_weights(sw_arena *arena, const sw_study *study);
/* The same of the weights that an entry names, "" where it names none. */
const char *sw_results_text_weights_of(sw_arena *arena, const sw_study *study,
                                       const sw_entry *entry);
/* "gdp 0, services 12": missing cells of each column of the files. */
const char *sw_results_text_missing(sw_arena *arena, const sw_panel *panel);
/* reasons.c, rank 0: why values are undefined, by output and period; the same in short, to go
 * behind other words. */
const char *sw_results_text_reasons(sw_arena *arena, const sw_job *job);
const char *sw_results_text_reasons_short(sw_arena *arena, const sw_job *job);
/* said.c, rank 0: the lines of a result and what was warned of it, when its group is laid out and
 * when it is completed; what was warned of panel and weights. */
herr_t sw_results_put_said(sw_results *results, hid_t group, int job);
herr_t sw_results_put_notes(const sw_results *results, hid_t file);
herr_t sw_results_set_said(const sw_results *results, hid_t group, int job);
/* The same for `verify`: what the file has and what the run says. */
sw_status sw_results_check_said(sw_error *err, sw_results *results, const sw_group *group,
                                sw_verdict *verdict);
/* "3 of 57000 values (C 3): ...". */
const char *sw_results_text_undefined(sw_arena *arena, const sw_run *run,
                                      const sw_results_schema *schema, const sw_group *group);

/* ---- the file --------------------------------------------------------------------------- */

/* One results file, that is being written, or that is read for `verify` or `--reuse`: then `path`
 * and `partial` are both the finished file, and lock, journal and folder are unset. */
struct sw_results {
  sw_sink sink; /* first: a sink of this floor is its results */
  sw_team *team;
  sw_run *run;   /* NULL until sw_results_begin */
  sw_lock *lock; /* rank 0, from sw_results_claim on */
  sw_journal *journal;
  const char *journal_path;
  sw_arena *arena;
  const char *path, *partial; /* OUT.h5, OUT.h5.partial */
  const char *packed;         /* OUT.h5.partial.deflate */
  char *folder;               /* that OUT.h5 lies in */
  size_t folder_made;         /* of its path, the part that this run made; 0: none */
  const char *inputs;         /* "XXH3 NAME" of each input, once it has begun */
  sw_results_schema schema;
  const int64_t *missing; /* cells by period and variable (store/root) */
  bool parallel;          /* MPI-IO; else the serial driver */
  bool complete;          /* the file has its name */
  bool is_past;           /* an earlier file, whose periods may be others */
  hid_t file;             /* invalid while it is not open on all ranks */
  hid_t *dataset, *space; /* by variable; open for those that all ranks write, else invalid */
  uint64_t **blocks;      /* by group: what rank 0 writes of block and tile checksums */
  uint64_t **tiles;
};

/* claim.c: the lock, and a look at what is there. Rank 0. */
sw_status sw_results_claim(sw_error *err, sw_results *results, bool force, bool restart);
/* resume.c, rank 0: makes the file at `results->partial` ready to be filled, from nothing or from
 * what an unfinished run has left. Needs the journal. */
sw_status sw_results_lay_out_or_resume(sw_error *err, sw_results *results);
/* checksum.c. Begins the group's block checksums, or begins them again; then each variable's values
 * by unit must pass through checksum_block, in the schema's order. */
sw_status sw_results_checksum_unit(sw_error *err, sw_results *results, sw_group *group);
void sw_results_checksum_free(sw_results *results);
void sw_results_checksum_block(const sw_results *results, sw_group *group, int t, const void *data,
                               size_t unit_bytes);
/* Whether a variable's values are chained onto the blocks of period t. */
bool sw_results_is_of_block(const sw_variable *variable, int t);
/* Rank 0, into the open group; `values`: the checksum of what it has written there itself. */
herr_t sw_results_checksum_put(const sw_results *results, hid_t at, const sw_group *group,
                               uint64_t values);
/* Out of a file: *sum of all values that are not by unit or pair, to be checked against
 * value_checksum. */
sw_status sw_results_checksum_values(sw_error *err, const sw_results *results,
                                     const sw_group *group, uint64_t *sum);
/* The part of a variable by unit that holds period t of units [lo, lo + units). */
void sw_results_units(const sw_variable *variable, int t, int64_t lo, int64_t units, hsize_t *start,
                      hsize_t *count);
/* Copies rows x columns cells to columns x rows. */
void sw_results_turn(int64_t rows, int64_t columns, size_t cell, const void *from, void *to);
/* Out of a file: this rank's units of period t of a variable, chained onto the group's checksums of
 * period `into`. `units`: where they are put, or NULL. */
sw_status sw_results_checksum_read(sw_error *err, sw_results *results, sw_group *group,
                                   int variable, int t, int into, void *units);
/* What rank 0 needs of the others to write checksums. Collective. */
sw_status sw_results_checksum_gather(sw_error *err, sw_results *results);

/* Brings the file's bytes to disk; SW_EIO when they may not be there. */
sw_status sw_results_sync(sw_error *err, const char *path);
/* create.c: rank 0 writes the whole file but for its numbers. */
typedef enum sw_laying {
  SW_LAY_PLAIN,
  SW_LAY_DEFLATE,
  SW_LAY_SPARSE /* takes no room for the numbers */
} sw_laying;
sw_status sw_results_lay_out(sw_error *err, sw_results *results, const char *path,
                             sw_laying laying);
/* The same layout without numbers, for what it says of names, attributes and axes; the caller
 * closes *file, also on failure. */
sw_status sw_results_lay_out_in_memory(sw_error *err, sw_results *results, hid_t *file);
/* verify_layout.c: every attribute and axis of the file as the study's run would have made them. */
sw_status sw_results_check_layout(sw_error *err, sw_results *results, sw_verdict *verdict);
/* sink.c */
void sw_results_set_sink(sw_results *results);
sw_status sw_results_open_all(sw_error *err, sw_results *results);
sw_status sw_results_open_datasets(sw_error *err, sw_results *results);
/* `status`: of all that was written; a file that is lost is not synced. */
sw_status sw_results_close_all(sw_error *err, sw_status status, sw_results *results);
sw_status sw_results_write(sw_error *err, sw_results *results, int variable, const hsize_t *start,
                           const hsize_t *count, hid_t memory_type, const void *data);
/* finish.c, rank 0: writes into `path` what is known at the end, and marks it complete. */
sw_status sw_results_complete(sw_error *err, sw_results *results, const char *path);
/* deflate.c, rank 0: makes a compressed copy of `from`, which has all that all ranks write. */
sw_status sw_results_compress(sw_error *err, sw_results *results, const char *from, const char *to);

hid_t sw_results_open_dataset(const sw_results *results, const sw_group *group,
                              const sw_variable *variable);
/* fit.c: the same of a file that is not known to be of this schema. SW_EIO, with what is there and
 * what should be, when it is of another type or extent. Of the past (`is_past`) periods and entries
 * may be more or fewer, and values that are neither by unit nor by pair. */
sw_status sw_results_open_fitting(sw_error *err, const sw_results *results, const sw_group *group,
                                  const sw_variable *variable, hid_t *dataset);
/* All its numbers, as `type` has them in memory; *count as the schema says, not one more or less.
 * sw_free, also on failure. */
sw_status sw_results_read_fitting(sw_error *err, const sw_results *results, const sw_group *group,
                                  const sw_variable *variable, hid_t type, void **values,
                                  size_t *count);

/* verify.c, for its lines: a unit's code; the period of matrix t. */
const char *sw_verdict_unit(const sw_results *results, int64_t unit);
const char *sw_verdict_period(const sw_job *job, int t);

/* Whether what the panel writes stands beside `time`: where that is not the number it writes. */
static inline bool sw_results_has_time_label(const sw_periods *periods) {
  return periods->value && !periods->integer;
}

#endif

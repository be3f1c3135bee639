/* What the files share that read an earlier results file. Not for other files. */
#ifndef SW_STORE_RESULTS_PAST_PRIVATE_H
#define SW_STORE_RESULTS_PAST_PRIVATE_H

#include "store/results/private.h"

/* `results` is not a file that is written: only its schema, datasets and sink are used, to read. */
typedef struct sw_past_file {
  sw_past past;
  sw_results results;
  bool *usable; /* by job: its datasets are there */
} sw_past_file;

/* All numbers of a dataset with one for each matrix or period, *count of them as the file has it;
 * sw_free. NULL: it cannot be read; that counts as no past, not as an error. */
void *sw_past_read_all(const sw_past_file *past, int job, sw_source source, int64_t *count);
/* Whether the values that are not by unit or pair are as they were written. Warns when not. */
bool sw_past_is_sound(const sw_past_file *past, int job);
/* The earlier matrix or period that rests on `hash`, or -1. The same place first: results that pool
 * their periods have one hash for all. */
int64_t sw_past_place(uint64_t hash, int t, const uint64_t *then, int64_t count);
/* Blocks of this rank's units; their checksums in a period, as the file has them. */
int64_t sw_past_own_blocks(const sw_run *run);
sw_status sw_past_blocks(sw_error *err, const sw_past_file *past, int job, int matrix,
                         uint64_t *own);

/* past_values.c, past_periods.c: the port's `values` and `periods`. Collective. */
sw_status sw_past_values(sw_past *self, sw_error *err, int job, const uint64_t *hash, int n,
                         bool *taken);
sw_status sw_past_periods(sw_past *self, sw_error *err, int job, const uint64_t *hash, int n,
                          bool *taken);
/* past_values.c: period `place` of a variable by unit into period t of this rank's results. */
sw_status sw_past_take_units(sw_error *err, sw_results *results, sw_group *group, int variable,
                             int place, int t);
/* The same of a variable that is neither by unit nor by pair: all of it; rank 0. */
sw_status sw_past_take_whole(sw_error *err, sw_results *results, const sw_group *group,
                             const sw_variable *variable);
/* reasons.c, rank 0: why values of period t (negative: of all) are undefined. */
sw_status sw_past_take_reasons(sw_error *err, sw_results *results, const sw_group *group, int t);
/* said.c: the lines of a result, rank 0; whether there are any, the port's `says`. */
sw_status sw_past_take_said(sw_error *err, sw_results *results, const sw_group *group);
bool sw_past_is_readable(const sw_past_file *past, int job);
sw_status sw_past_says(sw_past *self, sw_error *err, int job, bool *says);

#endif

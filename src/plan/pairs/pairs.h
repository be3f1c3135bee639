/* The pair passes, as the order of a run and the results file see them. */
#ifndef SW_PLAN_PAIRS_PAIRS_H
#define SW_PLAN_PAIRS_PAIRS_H

#include "plan/task/state.h"
#include "plan/walk/geometry.h"

/* What is to be done with the pairs of an entry. */
typedef struct sw_pair_work {
  sw_pair_pass pass;
  sw_sink *sink;      /* STORE, SAMPLE: takes what is stored */
  const char *sample; /* SAMPLE: not 0 for each task to compute, by sw_pairs_tasks */
} sw_pair_work;

sw_status sw_pairs_run(sw_error *err, sw_run *run, int entry, sw_pair_work work);

/* How a bound entry's pairs are walked by a pass. */
sw_geometry sw_pairs_geometry(const sw_run *run, int entry, sw_pair_pass pass);

/* Rows that a measure of pairs is asked for at a time, by each thread. */
int64_t sw_pairs_grain(const sw_job *job);
bool sw_pairs_folds(const sw_job *job); /* by the measure's `fold`, where only sums are wanted */

enum { SW_RANK_BITS = 16, SW_RANK_BINS = 1 << SW_RANK_BITS };

/* keep: {share: s}: finds plan->cutoff, by rounds over all pairs. Collective. */
sw_status sw_pairs_cutoffs(sw_error *err, sw_run *run, int entry);

/* plan->row_start: where the rows of kept partners begin among the stored entries. For `above` and
 * `share`: alloc, a counting pass, end, which turns counts into positions. For links the rows are
 * known from the weights. All three are collective. */
sw_status sw_pairs_rows_alloc(sw_error *err, sw_run *run, int entry);
sw_status sw_pairs_rows_end(sw_error *err, sw_run *run, int entry);
sw_status sw_pairs_link_rows(sw_error *err, sw_run *run, int entry);

/* Tiles of a period's stored pairs: the squares of a dense matrix, row by row, or the strips. */
int64_t sw_pairs_tiles(const sw_run *run, int entry);
/* Their checksums for all periods out of the journal, to rank 0. Collective. */
sw_status sw_pairs_checksums(sw_error *err, sw_run *run, int entry, uint64_t **tiles);
/* Tasks of the storing pass, over all periods: as the journal and a sample number them. */
int64_t sw_pairs_tasks(const sw_run *run, int entry);
/* The checksum of a stored tile as the sink gives it back. */
sw_status sw_pairs_digest_tile(sw_error *err, sw_run *run, int entry, sw_sink *sink, int t,
                               int64_t tile, uint64_t *checksum);
/* Writes the tasks of a pair entry to their places in the journal's table of regions; an entry
 * without pairs writes nothing. */
void sw_pairs_regions(const sw_run *run, int entry, sw_region *regions);

/* Bytes of row states that a thread holds, where `matrices` are in a window; for the estimate. */
double sw_pairs_state_bytes(const sw_job *job, const sw_cut *cut, int matrices);

#endif

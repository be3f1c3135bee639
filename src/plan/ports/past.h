/* An earlier results file, of which results are taken where they rest on the same: those of pairs
 * and of what works period by period for periods of the same operand hash, others where all periods
 * have the same. The engine decides and copies, `store` implements it on the file. Nothing is used
 * that does not match its checksum. */
#ifndef SW_PLAN_PORTS_PAST_H
#define SW_PLAN_PORTS_PAST_H

#include "plan/ports/sink.h"

/* Of one matrix. */
typedef struct sw_past_figures {
  int64_t pairs; /* ordered pairs with a value */
  double max;    /* NaN without any */
} sw_past_figures;

typedef struct sw_past sw_past;
struct sw_past {
  void *self;
  const char *path;
  sw_sink *sink; /* to read from: pieces by the earlier file's own matrices and positions */
  /* matrix[t]: the earlier one that rests on hash[t], -1: there is none; its figures. Rank 0's
   * `hash` counts, rank 0 gets the figures. Collective. */
  sw_status (*find)(sw_past *, sw_error *, int job, const uint64_t *hash, int n, int *matrix,
                    sw_past_figures *figures);
  /* Strengths of this rank's units; *sound: they match their checksums. */
  sw_status (*strengths)(sw_past *, sw_error *, int job, int matrix, double *out, double *in,
                         bool *sound);
  /* Checksums of its tiles, sw_pairs_tiles of them. */
  sw_status (*tiles)(sw_past *, sw_error *, int job, int matrix, uint64_t *checksum);
  /* Where its rows begin among the entries, n + 1 positions. */
  sw_status (*rows)(sw_past *, sw_error *, int job, int matrix, int64_t *row_start);
  /* Of a job without pairs, whose n operand hashes are these: puts all values into its results.
   * *taken: false when there are none, or they do not match their checksums; then nothing is put.
   * Rank 0's `hash` counts. Collective. */
  sw_status (*values)(sw_past *, sw_error *, int job, const uint64_t *hash, int n, bool *taken);
  /* The same period by period: taken[t], by a job whose periods rest on nothing of each other. Its
   * tables are put where any period is. */
  sw_status (*periods)(sw_past *, sw_error *, int job, const uint64_t *hash, int n, bool *taken);
  /* Whether the job has said lines of itself there (sw_job_say), or has left notes that the run
   * does not have yet; `values` puts them too. Collective. */
  sw_status (*says)(sw_past *, sw_error *, int job, bool *says);
  /* Which parameters of the job had other values there, in words; NULL: none, or it is not known.
   * Rank 0 alone. */
  sw_status (*changed)(sw_past *, sw_error *, int job, const char **what);
};

#endif

/* The engine: binds a study to its panel, then runs its entries. Knows no economics.
 *
 *   sw_run_bind     columns, weights, distances, `resolve` of every job: the plan is complete
 *   sw_run_first    everything that needs no pair result: composites, unit and global measures,
 *                   and the counts of `above`; no results file yet
 *   (the results file is created: every size is known)
 *   sw_run_rest     pair measures, and what depends on them; stored pairs go to the sink
 *   (small results are written from the jobs, the file is completed)
 */
#ifndef SW_PLAN_ENGINE_H
#define SW_PLAN_ENGINE_H

#include "plan/journal.h"
#include "plan/past.h"
#include "plan/reader.h"
#include "plan/sink.h"
#include "plan/study.h"
#include "plan/team.h"

/* How a pair job's domain is cut; a pure function of (n, tile). */
typedef struct sw_cut {
  int64_t n;
  int64_t side;    /* of a square: ceil(n / ceil(n / tile)); also the HDF5 chunk */
  int64_t squares; /* along an axis */
  int64_t strip;   /* rows of a strip: part of a row of squares, or several whole ones */
  int64_t strips;
  int64_t strips_a_square; /* strips along the side of a square, 1 when strips are larger */
} sw_cut;

sw_cut sw_cut_make(int64_t n, int64_t tile);
/* Units [first, end) of a square's side; rows of a strip (none, where rounding leaves none). */
void sw_cut_square(const sw_cut *cut, int64_t square, int64_t *first, int64_t *end);
void sw_cut_strip(const sw_cut *cut, int64_t strip, int64_t *first, int64_t *end);

enum { SW_MAX_QUANTITIES = 8 }; /* pair outputs of a measure */

/* Entries of `above` that a thread collects before it hands them on. */
enum { SW_BATCH_ENTRIES = 1 << 17 };

/* What the engine keeps of a pair job besides the stored matrix. Strengths are defined over fixed
 * column segments, so that `keep` never changes them. All by the job's period (one for whole
 * series); rows hold this rank's units. */
typedef struct sw_summary {
  int n_periods;                        /* matrices: the job's periods, or 1 */
  double **out_strength, **in_strength; /* [t][local unit] */
  double *total, *mean, *max;           /* [t], every rank */
  int64_t *pairs, *undefined;           /* [t]: ordered pairs with a value, without */
} sw_summary;

typedef struct sw_pair_plan {
  sw_keep keep; /* after defaults */
  sw_cut cut;
  int n_quantities;   /* pair outputs that are not off */
  int64_t *row_start; /* above, links: node-shared, n_matrices * (n) + 1 absolute positions */
  int64_t n_entries;  /* above, links: in all */
  sw_summary summary;
} sw_pair_plan;

typedef struct sw_progress {
  void (*report)(void *self, const char *what, double done, double total); /* pairs, this rank */
  void *self;
} sw_progress;

typedef struct sw_run {
  sw_team *team;
  const sw_study *study;
  const sw_reader *reader;
  sw_panel *panel;
  sw_arena *arena;
  sw_job *job;        /* n_entries, in the order of study->entry */
  sw_pair_plan *pair; /* n_entries; meaningful for pair jobs */
  bool *after_pairs;  /* n_entries: depends on a pair result */
  int n_threads;
  bool no_pairs;       /* `check`: everything but the pairs, which are not even counted */
  sw_journal *journal; /* of the unfinished run; NULL: none is kept */
  bool resumes;        /* the journal is of an earlier run */
  sw_past *past;       /* results of which unchanged matrices are taken; NULL: all are computed */
  const char *sample; /* of the entry that runs: the tasks to compute and nothing else; NULL: all */
  uint64_t **operand_hash; /* by entry and the job's period, on rank 0, once it has run */
  int64_t tasks_computed, tasks_restored; /* of the pair passes; this rank */
  int matrices_taken;                     /* from `past` */
  int64_t tasks_unsound;                  /* of these, not as their checksum; this rank */
  sw_progress progress;
  double seconds_read, seconds_unit, seconds_pairs, seconds_write; /* of this rank */
  double pairs_evaluated;                                          /* this rank */
  double *busy_seconds; /* of each of this rank's threads, in pair tiles */
  struct sw_run_private *private;
} sw_run;

sw_status sw_run_bind(sw_error *err, sw_team *team, const sw_study *study, const sw_reader *reader,
                      sw_panel *panel, sw_arena *arena, int n_threads, sw_run **run);
/* Tiles of a period's stored pairs: the squares of a dense matrix, row by row, or the strips. */
int64_t sw_pairs_tiles(const sw_run *run, int entry);
/* Their checksums for all periods out of the journal, to rank 0. Collective. */
sw_status sw_pairs_checksums(sw_error *err, sw_run *run, int entry, uint64_t **tiles);
/* Recompute a sample of an entry's pair tasks: wanted[task] is not 0, tasks as the journal numbers
 * them. What they store goes to the sink; sums over units are not made. After sw_run_first. */
sw_status sw_run_sample(sw_error *err, sw_run *run, int entry, const char *wanted, sw_sink *sink);
int64_t sw_pairs_tasks(const sw_run *run, int entry);
/* The checksum of a stored tile as the sink gives it back. */
sw_status sw_tile_digest(sw_error *err, sw_run *run, int entry, sw_sink *sink, int t, int64_t tile,
                         uint64_t *checksum);
/* The pair tasks of every entry, for the journal; from the run's arena. */
sw_status sw_run_regions(sw_error *err, const sw_run *run, const sw_region **regions, int *count);
sw_status sw_run_first(sw_error *err, sw_run *run);
sw_status sw_run_rest(sw_error *err, sw_run *run, sw_sink *sink);
void sw_run_destroy(sw_run *run);

#endif

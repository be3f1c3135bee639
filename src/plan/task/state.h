/* A run as its tasks find it: everything of it that lives from one entry to the next. Made by
 * `run`; tasks fill it. */
#ifndef SW_PLAN_TASK_STATE_H
#define SW_PLAN_TASK_STATE_H

#include "kernel/rings/rings.h"
#include "kernel/space/arc.h"
#include "plan/ports/past.h"
#include "plan/ports/reader.h"
#include "plan/ports/sink.h"
#include "plan/ports/team.h"
#include "plan/study/study.h"
#include "plan/task/journal.h"
#include "plan/walk/cut.h"

/* Entries of `above` and `share` that a thread collects before it hands them on. */
enum { SW_BATCH_ENTRIES = 1 << 17 };
/* Raised when numbers change that the engine makes itself of pairs (2: a sum of nothing is NaN):
 * what an earlier program has left, a journal or results, is not taken up then. */
enum { SW_SUMS_VERSION = 2 };
/* The same of entries with rings (3: their sums are those of squares, as strengths are). */
enum { SW_RINGS_VERSION = 3 };
/* Of strengths where sums by group come with them (1: these add up to them, plan/pairs/blocks.h).
 */
enum { SW_BLOCKS_VERSION = 1 };
/* Of rows and columns of centres (2: a pair of a centre with itself may be defined). */
enum { SW_CENTRES_VERSION = 2 };
/* Of counts that slots hold beside sums, which no file has: of the journal alone. */
enum { SW_COUNTS_VERSION = 1 };
enum { SW_PAIR_REGIONS = 3 }; /* of the journal, for the pairs of an entry */

/* What the engine keeps of a pair job besides the stored matrix. Strengths are defined over fixed
 * column segments, so that `keep` never changes them but by their last bits, where sums by group
 * come with them (plan/pairs/blocks.h). All by the job's period (one for whole
 * series); rows hold this rank's units. */
typedef struct sw_summary {
  int n_periods;                        /* matrices: the job's periods, or 1 */
  double **out_strength, **in_strength; /* [t][local unit] */
  double *total, *mean, *max;           /* [t], every rank */
  int64_t *pairs, *undefined;           /* [t]: ordered pairs with a value, without */
} sw_summary;

/* Of one matrix of `keep: {share: s}`, what is kept: pairs whose strength is over `least`, and of
 * those that have it the first `ties`, by the row's code, then the column's. Found in rounds
 * (pairs/share.c): the upper `bits` of the key of `least` are those of `prefix`, and `wanted` is
 * how many are to be kept of the pairs whose keys begin so. */
typedef struct sw_cutoff {
  double least;
  int64_t ties;
  uint64_t prefix;
  int64_t wanted;
  int32_t bits;
  bool settled;    /* least and ties are final */
  bool taken;      /* its pairs are those of an earlier results file; least is not known */
  bool distrusted; /* not all that the earlier file has of it is sound: nothing is taken */
} sw_cutoff;

/* Rings of distance by which an entry's pairs are summed (plan/sums). Sums of a row are those of
 * squares, in the order of strengths (plan/pairs/private.h). */
typedef struct sw_ring_plan {
  sw_ring_limits rings;        /* with what lies beyond the last limit */
  const sw_distance *distance; /* they are measured by */
  sw_arc_points points;        /* of great circles */
  sw_result *out, *sum, *count;
  bool *made; /* by matrix: the pair pass has left its sums by unit, and its counts */
} sw_ring_plan;

typedef struct sw_pair_plan {
  sw_keep keep; /* after defaults */
  sw_cut cut;
  const sw_links *links; /* of keep: links and of measures whose pairs are links; else NULL */
  bool links_by_matrix;  /* an observed flow: `links` has one behind the other, one a matrix */
  int n_quantities;      /* pair outputs that are not off */
  sw_cutoff *cutoff;     /* share: by matrix */
  int64_t *row_start;    /* above, share, links: node-shared, n_matrices * n + 1 positions among all
                            entries; NULL for other kinds; while rows are counted, counts (totals.c) */
  int64_t n_entries;     /* of those: in all */
  const struct sw_blocks *blocks; /* sums by group that the walk may make; NULL: none are wanted */
  sw_summary summary;
  sw_ring_plan *rings; /* NULL: none */
} sw_pair_plan;

static inline const sw_links *sw_pair_links(const sw_pair_plan *plan, int matrix) {
  return plan->links_by_matrix ? &plan->links[matrix] : plan->links;
}

/* A resource that was made (plan/task/resource.h). */
typedef struct sw_made {
  uint64_t key; /* of its content */
  sw_status (*fill)(sw_error *, const sw_resource *, const void *, void *, void *);
  void *shared; /* node_alloc */
  size_t bytes;
} sw_made;

typedef struct sw_progress {
  /* `of` are pairs, units or items: so many are done of the entry `what`, on this rank's node. */
  void (*report)(void *self, const char *what, const char *of, double done, double total);
  void *self;
} sw_progress;

/* `verify`: of entries without pairs that take long, some periods are computed again; the others
 * are taken from the file, for what rests on them. */
typedef struct sw_sampling {
  sw_past *past; /* the file itself; NULL: nothing can be taken of it */
  int64_t tiles; /* about so many are computed of an entry */
  uint64_t seed;
  bool **computed; /* by entry: which of its periods are; NULL: all */
} sw_sampling;

typedef struct sw_run {
  sw_team *team;
  const sw_study *study;
  const sw_reader *reader;
  sw_panel *panel;
  sw_arena *arena;
  sw_job *job;           /* n_entries, in the order of study->entry */
  sw_pair_plan *pair;    /* n_entries; meaningful for pair jobs */
  struct sw_sums **sums; /* n_entries: sums over pairs that the study asks for; NULL: none */
  int n_made;
  sw_made *made;     /* room for SW_MAX_RESOURCES of every entry */
  bool *after_pairs; /* n_entries: depends on a pair result */
  bool *later;       /* study->n_weights: made in the run, and not there yet */
  bool *from_stored; /* n_entries: and on nothing of it but the pairs that are stored */
  int n_threads;
  bool no_pairs;     /* `check`: everything but the pairs, which are not even counted, and of long
                        passes over units or items only a beginning */
  bool before_pairs; /* passes that go over all pairs wait until pairs are computed */
  bool *repeats; /* n_entries: its passes have run before, for what must be known before the results
                    file exists; their tasks are in the journal and not counted again */
  bool *untried; /* n_entries: `check` has no values of it: it would take too long */
  double seconds_untried; /* how long, on these ranks */
  bool tries;             /* passes over units or items are left off after a moment */
  sw_sampling *sampling;  /* `verify`: long entries are computed in part; NULL: in whole */
  sw_journal *journal;    /* of the unfinished run; NULL: none is kept */
  bool resumes;           /* the journal is of an earlier run */
  bool slipped;  /* a measure has filled what is not its to fill: no task of it is to be trusted */
  sw_past *past; /* results of which what has not changed is taken; NULL: all are computed */
  uint64_t **operand_hash; /* by entry and the job's period, on rank 0, once it has run */
  int64_t tasks_computed, tasks_restored; /* this rank; tiles: only those that were marked */
  int matrices_taken, results_taken; /* from `past`: of pairs; entries without pairs, all of them */
  int parts_taken;                   /* entries without pairs of which some periods were taken */
  int64_t periods_taken, periods_of; /* of those: periods taken, of how many */
  const sw_job *whole; /* while an entry runs for some of its periods, the job of all; else NULL */
  int64_t tasks_unsound; /* of those matrices: tiles that did not match, computed; this rank */
  const sw_notes *read;  /* what was warned of while panel and weights were read; NULL: not kept */
  sw_progress progress;
  double seconds_read, seconds_unit, seconds_pairs, seconds_write; /* of this rank */
  double pairs_evaluated;                                          /* this rank */
  double *busy_seconds; /* of each of this rank's threads, in pair tiles */
  struct sw_run_private *private;
} sw_run;

#endif

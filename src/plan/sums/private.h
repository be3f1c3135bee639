/* What the files of sums share. A row's numbers are, in this order: what it sent to each group,
 * what it sent into each ring, and, of directed measures of whole rows, its values for each centre.
 * A task has those of its rows, then the totals of its rows by group, their counts of values by
 * group and by ring, then, where they are kept, sums of all columns. Totals by ring are made of the
 * results by unit. A centre's task has its row, and its
 * column where that is not the row's mirror: so centres alone take k rows and columns, not n^2
 * pairs. Where only whole rows can be asked for, columns come from the rows of all units. */
#ifndef SW_PLAN_SUMS_PRIVATE_H
#define SW_PLAN_SUMS_PRIVATE_H

#include "kernel/space/arc.h"
#include "measure/outputs.h"
#include "plan/pairs/blocks.h"
#include "plan/sums/sums.h"
#include "plan/task/queue.h"

/* What a measure is handed: all but the first quantity NULL. */
enum { SUMS_OUT = SW_MAX_QUANTITIES + SW_MAX_BY_ROW };

/* What is made for an entry; from the run's arena, the same on every rank. */
struct sw_sums {
  const sw_job *job;
  int groups; /* 0: no blocks */
  int rings;  /* 0: none; with what lies beyond the last limit */
  int centres;
  sw_blocks *squares; /* undirected, with blocks: how these are summed; else NULL */
  bool has_columns;   /* directed, with blocks: what a unit receives is not what it sends */
  const int64_t *centre;
  bool row_centres;              /* rows of all units have the columns of the centres */
  bool columns_too;              /* a centre's task has its column, too */
  const sw_pair_plan *links;     /* of a measure that has values there alone; else NULL */
  const sw_ring_plan *ring_plan; /* NULL without rings */
  const int32_t *unit;           /* n: units by group, then by code; the order of rows */
  const int64_t
      *group_at; /* groups + 1: where a group begins in `unit`; one group of all without blocks */
  int64_t tasks; /* of rows, per matrix; centres' tasks follow */
  int64_t *task_at; /* tasks + 1: where a task begins in `unit` */
  int *task_group;
  int width;     /* numbers of a row */
  int64_t share; /* doubles of a task's share at most */
  sw_result *sent, *received, *block, *block_count, *from, *to;
};

typedef struct sums_pass {
  sw_run *run;
  int entry, region;
  sw_job *job;
  const sw_sums *sums;
  sw_journal *journal;
  const char *wanted; /* tasks of all matrices; NULL: all are */
  int matrices;
  int64_t skipped;    /* tasks of rows, where the pair pass has made their sums; else 0 */
  int t0, t1;         /* the window */
  int64_t first, end; /* this node's tasks of the window, numbered as sw_sums_nth has them */
  double *slots;      /* theirs, node-shared, sums->share doubles each */
  char *done;         /* theirs, node-shared; NULL: none is done */
  sw_queue queue;
} sums_pass;

/* NULL: none are asked for. A run that was not bound here has no table of them at all. */
static inline const sw_sums *sw_sums_of(const sw_run *run, int entry) {
  return run->sums ? run->sums[entry] : NULL;
}
/* Tasks of a matrix. */
static inline int64_t sw_sums_tasks(const sw_sums *sums) {
  return sums->tasks + sums->centres;
}
/* The window's m-th task, of matrix *t. */
static inline int64_t sw_sums_nth(const sums_pass *p, int64_t m, int *t) {
  int64_t tasks = sw_sums_tasks(p->sums) - p->skipped;
  *t = p->t0 + (int)(m / tasks);
  return p->skipped + m % tasks;
}
/* Whether the rows of matrix t have numbers that the pair pass has not made. */
static inline bool sw_sums_rings_left(const sw_sums *sums, int t) {
  return sums->rings && !sums->ring_plan->made[t];
}
static inline bool sw_sums_rows_left(const sw_sums *sums, int t) {
  return sums->groups || sums->row_centres || sw_sums_rings_left(sums, t);
}
/* Totals behind a task's rows: sums and counts by group, counts by ring. */
static inline int sw_sums_totals(const sw_sums *sums) {
  return 2 * sums->groups + sums->rings;
}
/* Doubles of a task's share. */
int64_t sw_sums_share(const sw_sums *sums, int64_t task);
/* The first task of a node in the window. */
int64_t sw_sums_first(const sums_pass *p, int node);

/* task.c: what a thread works with, and the task that fills `share`. */
typedef struct sums_worker {
  const sums_pass *p;
  double *block;         /* of all buffers */
  double *out[SUMS_OUT]; /* the first pair quantity: rows of values; the rest NULL */
  double *value, *key;
  struct sums_ring *ring; /* of each, its sums under way */
  int64_t stride;
  int64_t rows;            /* that `value` holds, `stride` apart */
  double *squares;         /* by_square.c: its room; NULL where sums are not by square */
  void *workspace, *state; /* of one prepared row */
  bool opened;             /* by the measure's open */
  sw_error error;          /* the thread's, where the measure may record a failure */
  double evaluated;
} sums_worker;
sw_status sw_sums_open_worker(const sums_pass *p, sums_worker *w);
void sw_sums_close_worker(sums_worker *w);
void sw_sums_task(sums_worker *w, int t, int64_t task, double *share);

/* by_square.c: sums of an undirected row by group, as plan/pairs/blocks.h says. `nth`: of its
 * strip. Gaps of v are filled. `totals` gets counts; sums with the end of the task. */
int64_t sw_sums_square_room(const sw_sums *s);
void sw_sums_square_begin(sums_worker *w);
void sw_sums_square_row(sums_worker *w, int64_t nth, double *v, double *row, double *totals);
void sw_sums_square_end(sums_worker *w, double *totals);
/* rings.c: the plan of an entry's rings, but for its results. */
sw_status sw_sums_bind_rings(sw_error *err, sw_run *run, int e, const sw_distance *distance,
                             sw_ring_plan **plan);
sw_status sw_sums_open_rings(sums_worker *w);
/* Row i of period t by ring: its sums into `row`, NaN where there are none, and its values added to
 * `count`. */
void sw_sums_ring_row(sums_worker *w, int t, int64_t i, const double *v, double *row,
                      double *count);
/* Totals of all matrices out of the sums by unit. Collective. */
sw_status sw_sums_ring_totals(sw_error *err, const sums_pass *p);
/* A sum by unit that no double can hold is no number; only now, as totals are to show it. */
void sw_sums_hold_rings(const sums_pass *p);

/* fold.c: the slots of a window become results. Collective. */
sw_status sw_sums_fold(sw_error *err, sums_pass *p);
/* The same of a sample, in one process: rows of wanted tasks alone. */
void sw_sums_place_sample(const sums_pass *p);

#endif

/* How the pairs of a job are walked: which tasks a matrix has, how they are numbered, which units
 * they are about, and how large the slots are into which they write their shares. The one place
 * that knows a walk by its name but for the code that computes a task.
 *
 * A matrix is walked in one of three ways: the squares of the upper triangle (undirected, each off
 * the diagonal stands for its mirror too), all squares, or strips of whole rows. A row of the walk
 * is a row of squares, or a strip; its tasks are its squares from left to right, or the strip. */
#ifndef SW_PLAN_WALK_GEOMETRY_H
#define SW_PLAN_WALK_GEOMETRY_H

#include "plan/study/study.h"
#include "plan/walk/cut.h"

/* What a pass over the pairs of an entry does. */
typedef enum sw_pair_pass {
  SW_PAIRS_RANK,  /* counts pairs by strength, for `keep: {share: s}`, and nothing else */
  SW_PAIRS_COUNT, /* counts entries by row, of `above` and `share`, and nothing else */
  SW_PAIRS_STORE, /* stores what is kept, and sums */
  SW_PAIRS_SAMPLE /* computes a sample of the tasks of the storing pass, without sums */
} sw_pair_pass;

enum { SW_PREPARED_BYTES = 8 };

typedef enum sw_walk { SW_WALK_TRIANGLE, SW_WALK_SQUARES, SW_WALK_STRIPS } sw_walk;

typedef struct sw_geometry {
  sw_cut cut;
  sw_walk walk;
  bool prepares;   /* rows are prepared once for the matrices of a window */
  bool counts;     /* RANK or COUNT: shares are counts of rows, and there are no slots */
  bool reaches;    /* a slot tells how many of its pairs reach what the measure counts */
  int rings;       /* by which the squares' sums are told apart in their slots; 0: none */
  int64_t numbers; /* of each row of a strip: what the measure's whole_row tells of its unit */
  int64_t parts;  /* row segments for which a square's slot, or a strip's, has column sums: one in a
                     triangle; for directed matrices one a strip, or as many as strips nest in a
                     square; 0 for undirected strips, whose rows hold all */
  int64_t blocks; /* doubles of a triangle's slot, all of sums by group (pairs/blocks.h); 0: none */
} sw_geometry;

/* Of a bound job. Pure: rests on the job, `keep`, rings that are asked for and the cut, never on
 * ranks or threads. */
sw_geometry sw_geometry_make(const sw_job *job, sw_keep_kind keep, int rings, const sw_cut *cut,
                             sw_pair_pass pass);

/* Rows of a matrix, tasks of a row, tasks of a matrix, and the place of a row's `nth` task among
 * the latter. */
int64_t sw_geometry_rows(const sw_geometry *g);
int64_t sw_geometry_tasks_of_row(const sw_geometry *g, int64_t row);
int64_t sw_geometry_tasks(const sw_geometry *g);
int64_t sw_geometry_task(const sw_geometry *g, int64_t row, int64_t nth);
/* Units [first, end) whose pairs a row holds. */
void sw_geometry_units(const sw_geometry *g, int64_t row, int64_t *first, int64_t *end);
/* Walks of squares: the column of squares of a row's `nth` task, and whether that square stands for
 * its mirror too. */
int64_t sw_geometry_column(const sw_geometry *g, int64_t row, int64_t nth);
bool sw_geometry_mirrors(const sw_geometry *g, int64_t row, int64_t nth);

/* Tiles of what is stored, for which the results file has checksums: squares, row by row, or
 * strips. Mirrored squares are tiles of their own: the file, and who reads it, knows of squares
 * only, not of the walk that made them. `tile[half]` of a task: -1 where there is no mirror. */
int64_t sw_geometry_tiles(const sw_geometry *g);
void sw_geometry_tiles_of_task(const sw_geometry *g, int64_t row, int64_t nth, int64_t tile[2]);

/* A layer of a slot, in doubles: sums of rows, `side` or `strip` of them, then the numbers of each
 * row, then from `columns_at` on sums of columns: of each part of a square `side`, of a strip all
 * n. Behind it are such layers for each ring, then how many values each ring has (pairs/rings.c),
 * and how many `reaches` tells of. Where there are sums by group a slot has these alone: all other
 * sums are made of them.
 * Slots at the edge are as large, so that a slot's place is a product. A counting pass has shares,
 * but no slots. */
int64_t sw_geometry_slot(const sw_geometry *g);
int64_t sw_geometry_layer(const sw_geometry *g);
int64_t sw_geometry_numbers_at(const sw_geometry *g);
int64_t sw_geometry_columns_at(const sw_geometry *g);
int64_t sw_geometry_blocks_at(const sw_geometry *g);
int64_t sw_geometry_reached_at(const sw_geometry *g);
/* Of all tasks of a matrix; 0 of a counting pass. */
int64_t sw_geometry_slots(const sw_geometry *g);
/* Matrices whose slots fit into `bytes`, one at least: INT64_MAX of a counting pass. Where rows are
 * prepared, more of them are worth more memory: SW_PREPARED_BYTES times as much. */
int64_t sw_geometry_window(const sw_geometry *g, int64_t bytes);
/* Rows of squares whose column sums are one leaf of the columns' tree: a directed matrix walked by
 * squares must have the leaves of one walked by strips, and strips may be several rows of squares
 * high. 1 else. */
int64_t sw_geometry_rows_per_group(const sw_geometry *g);
/* Pairs that the tasks of a matrix evaluate. */
double sw_geometry_pairs(const sw_geometry *g);

#endif

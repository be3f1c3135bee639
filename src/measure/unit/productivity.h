/* What the files of `productivity` share: an entry as it was read. */
#ifndef SW_MEASURE_UNIT_PRODUCTIVITY_H
#define SW_MEASURE_UNIT_PRODUCTIVITY_H

#include "kernel/frontier/frontier.h"
#include "spillway/measure.h"

typedef enum sw_productivity_index {
  NO_INDEX,
  MALMQUIST,
  GLOBAL,
  LUENBERGER
} sw_productivity_index;
typedef enum sw_productivity_reference { OF_PERIOD, OF_WINDOW, OF_ALL } sw_productivity_reference;
enum { SOLVED, INFEASIBLE, MISSING, UNSOLVED, STATUSES };

/* Outputs. */
enum {
  EFFICIENCY,
  INEFFICIENCY,
  SCALE_EFFICIENCY,
  EFFICIENCY_CHANGE,
  TECHNICAL_CHANGE,
  INDEX,
  CUMULATED,
  STATUS,
  SLACK,
  CORRECTED,
  LOWER,
  UPPER,
  PEERS
};
enum { SW_DRAW_GRAIN = 64 }; /* units of a tile of draws */

typedef struct sw_productivity {
  sw_frontier frontier; /* filled by prepare, but for what the entry says */
  /* Passes; -1: the job has none. */
  int edges, programs, draw;
  sw_frontier edge; /* whose programs the pass `edges` solves */
  bool variable_returns, super, has_peers;
  sw_productivity_index index;
  sw_productivity_reference reference;
  int window;
  int draws;                             /* of the bootstrap; 0: none */
  struct sw_productivity_sample *sample; /* of each period, what they are made of */
  const bool *follows; /* with an index: whether a period is one step after the one before */
} sw_productivity;

/* What a thread keeps: its solver, and of the unit at hand the optima by period. */
typedef struct sw_productivity_thread {
  sw_error *err;
  sw_frontier_solver *solver;
  double optimum[]; /* SW_OPTIMA times n_periods */
} sw_productivity_thread;
enum { SW_OPTIMA = 4 };

/* Observations by what became of them: the partial of the pass over programs. */
typedef struct sw_productivity_counts {
  int64_t of[STATUSES];
} sw_productivity_counts;

/* All periods of a unit: its results, and the operands that are its peers. */
void sw_productivity_unit(const sw_job *job, sw_productivity_thread *w, int64_t unit,
                          sw_productivity_counts *count);
/* Of the pass `edges`: whether its observations are on the frontier of their period, as operand. */
void sw_productivity_edges(const sw_job *job, sw_productivity_thread *w, int64_t unit);
/* How many operands that are; the efficiency is behind them where there are draws. */
int sw_productivity_peers(const sw_job *job);
/* A row of the matrix of peers, out of these. */
void sw_productivity_row(const sw_job *job, int t, int64_t i, double *const *out, void *workspace);

/* Before the pass: which observations span frontiers, means, what programs begin with; refuses
 * negative values. */
sw_status sw_productivity_prepare(sw_error *err, sw_job *job);
/* Behind the pass `edges`: packs the observations that it has found on the frontier of their
 * period. */
sw_status sw_productivity_pack(sw_error *err, sw_job *job);

/* The pass of draws (productivity_bootstrap.c). */
sw_status sw_productivity_sample_periods(sw_error *err, sw_job *job);
size_t sw_productivity_draw_workspace(const sw_job *job);
sw_status sw_productivity_draw_open(sw_error *err, const sw_job *job, void *workspace);
void sw_productivity_draw_close(void *workspace);
void sw_productivity_draw_tile(const sw_job *job, const sw_tile *tile, void *workspace);

#endif

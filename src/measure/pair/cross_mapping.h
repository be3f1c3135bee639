/* convergent_cross_mapping: what its files share. convergent_cross_mapping.c reads the entry,
 * cross_mapping_tables.c makes each unit's tables of neighbours and keeps them as operands,
 * cross_mapping_panels.c maps with them, of pairs and of libraries of given sizes. */
#ifndef SW_MEASURE_PAIR_CROSS_MAPPING_H
#define SW_MEASURE_PAIR_CROSS_MAPPING_H

#include "kernel/causality/embedding.h"
#include "measure/transform/transform.h"
#include "spillway/measure.h"
#include "spillway/rng.h"

/* Outputs, in the order of the descriptor. */
enum { SW_CCM_VALUE, SW_CCM_DIMENSION, SW_CCM_BY_LIBRARY };

/* Operand columns: the series that is predicted, about its mean; facts, by place; then the slots of
 * tables: of each the weights of its points, then their neighbours, three to a number. The
 * units of a tile share their cells of a slot (cross_mapping_tables.c). */
enum { SW_CCM_SERIES, SW_CCM_FACTS, SW_CCM_SLOTS, SW_CCM_PACKED = 3, SW_CCM_PERIOD_BITS = 17 };
/* Facts: the dimension in force of the unit, 0: none; at place E the points of its table of E. */
enum { SW_CCM_DIMENSION_FACT };

/* Tables that are unpacked at a time, and rows of a call: a whole number of panels. */
enum { SW_CCM_COLUMNS = 8, SW_CCM_ROWS = 4 * SW_MAPPING_LANES };

typedef struct sw_ccm {
  sw_transform of, from; /* embedded; predicted */
  bool two;              /* variables */
  int lag, horizon;
  int first, last; /* dimensions that are tried; one, where it is given */
  bool by_target;  /* the dimension is the predicted unit's, so each unit has a table of each */
  const int *run;  /* of sw_embedding */
  int rows, *row;  /* periods that follow the one before */
  int tables, libraries, pairs; /* passes; libraries -1: none */
  int64_t grain;                /* units of a tile of tables */
  int n_sizes;
  const int64_t *size; /* points of a library */
  /* Of a series without a missing value, by dimension: what is predicted. */
  sw_mapping whole[SW_MOST_DIMENSION + 1];
  /* By target: units in the order of their dimension, where each begins; ready after prepare. */
  int32_t *unit;
  int64_t start[SW_MOST_DIMENSION + 2];
} sw_ccm;

/* Slots of tables that a unit has, and the neighbours of a point in a slot, at most. */
int sw_ccm_slots(const sw_ccm *c);
int sw_ccm_width(const sw_ccm *c, int slot);
int sw_ccm_operands(const sw_ccm *c);

/* What the pass of tables counts, over units. */
typedef struct sw_ccm_counts {
  int64_t dimension[SW_MOST_DIMENSION + 1]; /* 0: none */
  int64_t with_gaps, points_left_out;       /* units; points of their tables */
  /* In levels, of each variable: whole series, and those that may be random walks. */
  int64_t walks[2], tried[2];
} sw_ccm_counts;

void sw_ccm_make_tables(const sw_job *job, const sw_tile *tile, sw_ccm_counts *counts,
                        void *workspace);
size_t sw_ccm_tables_workspace(const sw_job *job);
/* The embedded series of a unit of this rank in `v`; false: it does not vary. `work`: as
 * many numbers. */
bool sw_ccm_embed(const sw_job *job, const sw_transform *series, int64_t unit, double *v,
                  double *work, sw_embedding *e);
double sw_ccm_fact(const sw_job *job, int place, int64_t unit);
/* The table of `dimension` of the units [j, j + count), into out[0 .. count); without points where
 * there is none. *whole: whether it has all points. */
void sw_ccm_unpack(const sw_job *job, int dimension, int64_t j, int count, sw_mapping *out,
                   bool *whole);

/* The lines of memory that such a table is read from, `most` of them: how many. */
int sw_ccm_lines(const sw_job *job, int dimension, int64_t unit, const void **line, int most);

/* Of libraries by size: the sum of skills and their number. */
typedef struct sw_ccm_sum {
  double sum, count;
} sw_ccm_sum;

void sw_ccm_map_libraries(const sw_job *job, const sw_tile *tile, sw_ccm_sum *of, void *workspace);
size_t sw_ccm_libraries_workspace(const sw_job *job);
void sw_ccm_block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace);
size_t sw_ccm_block_workspace(const sw_job *job);

/* A part of a workspace, and *at behind it. */
static inline void *sw_ccm_take(char **at, size_t bytes) {
  void *part = *at;
  *at += (bytes + 63) / 64 * 64;
  return part;
}

#endif

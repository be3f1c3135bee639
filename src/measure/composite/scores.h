/* The pass that scores the rows of a composite, and what stands in their way: obstacles, and what
 * the summary says of them. */
#ifndef SW_MEASURE_COMPOSITE_SCORES_H
#define SW_MEASURE_COMPOSITE_SCORES_H

#include "measure/composite/spec.h"

/* Scores and obstacles of the tile's units. `out`: the block's partial (NULL without obstacles);
 * `workspace`: bench, then sw_composite_scores_workspace bytes. */
void sw_composite_score_tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace);
size_t sw_composite_scores_workspace(const sw_composite_spec *spec);

/* The largest obstacles of one unit. */
enum { SW_OBSTACLES_SAID = 3 };
typedef struct sw_composite_lacking {
  double score;
  int64_t unit;
  int count;
  int leaf[SW_OBSTACLES_SAID];
  double share[SW_OBSTACLES_SAID];
} sw_composite_lacking;

/* The partial: of the last period, by base indicator how often it is the first obstacle and the sum
 * of its shares; the units of the lowest scores. `first` and `sum` (n_leaves each) stand behind. */
enum { SW_UNITS_SAID = 12 };
typedef struct sw_composite_obstacles {
  double units;
  int64_t kept;
  sw_composite_lacking lowest[SW_UNITS_SAID]; /* ascending by score, then unit */
} sw_composite_obstacles;

static inline double *sw_obstacles_first(const void *partial) {
  return (double *)((const sw_composite_obstacles *)partial + 1);
}

size_t sw_composite_scores_partial(const sw_composite_spec *spec);
void sw_composite_scores_merge(const sw_composite_spec *spec, void *all, const void *part);
/* Rank 0, in finish. */
void sw_composite_say(sw_job *job, const void *all);

#endif

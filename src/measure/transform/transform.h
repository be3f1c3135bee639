/* Series of units over time, made comparable once and in one place, for measures of pairs of them
 * (methods.md section 4):
 *
 *   relative-growth   d ln x less its mean over the units that have it in that period
 *   growth            d ln x
 *   difference        d x
 *   level             x
 *
 * Changes are from one period of the entry to the next. One that would step over a break of the
 * panel or a hole of the periods does not exist, so a series has `length` values, at[0 .. length)
 * of the job's periods. A value not above zero has no logarithm: it is missing, and counted.
 *
 * Differences and levels whose squares are out of range (2^400 and more, 2^-400 and less) come
 * divided by a power of two, so that measures of such series must not ask for their unit. */
#ifndef SW_MEASURE_TRANSFORM_TRANSFORM_H
#define SW_MEASURE_TRANSFORM_TRANSFORM_H

#include "kernel/series/correlation.h"
#include "spillway/measure.h"

/* In the order of the choices. */
typedef enum sw_transform_kind {
  SW_RELATIVE_GROWTH,
  SW_GROWTH,
  SW_DIFFERENCE,
  SW_LEVEL
} sw_transform_kind;

/* The parameter `transform`, for a list of sw_param, and its variants of a formula in x. */
#define SW_PARAM_TRANSFORM                                                                         \
  {                                                                                                \
    .name = "transform", .type = SW_P_CHOICE, .fallback = "relative-growth",                       \
    .choices = "relative-growth|growth|difference|level",                                          \
    .help = "of the series; relative-growth: log growth less its mean over the units, whose mean " \
            "correlation is near 0 by construction (for an index of the nation take growth)"       \
  }
#define SW_TRANSFORM_VARIANTS                                                                      \
  {"transform", "relative-growth", "x = d ln of the variable less its mean over the units"},       \
      {"transform", "growth", "x = d ln of the variable"},                                         \
      {"transform", "difference", "x = d of the variable"}, {                                      \
    "transform", "level", "x = the variable"                                                       \
  }

typedef struct sw_transform {
  sw_transform_kind kind;
  int input;           /* of the job */
  int length;          /* values of a series */
  const int *at;       /* their periods, ascending, among the job's */
  const bool *follows; /* by period of the job: one step after the one before, without a break */
  int pass;            /* the pass over units that finds means and counts */
} sw_transform;

/* In resolve, of the one input of `of`, transformed as the parameter `transform` says: refuses what
 * is no series and one of fewer than `least` values, and adds a pass over units. The tile, merge
 * and finish of that pass are the next three. */
sw_status sw_transform_resolve(sw_error *err, sw_job *job, const char *of, int least,
                               sw_transform *series);
void sw_transform_tile(const sw_job *job, const sw_transform *series, const sw_tile *tile,
                       void *out);
void sw_transform_merge(const sw_transform *series, void *all, const void *part);
/* Warns of values without a logarithm. */
sw_status sw_transform_finish(sw_error *err, sw_job *job, const sw_transform *series,
                              const void *all, void *result);

/* In later passes: the series of a unit, `length` values, missing NaN. Returns the size of what
 * they are made of, by which rounding can be told from change. Whoever looks at some of the values
 * alone needs that size too, unless they are levels: changes are made of levels that may be far
 * larger. Series of changes leave the first period free for it. */
double sw_transform_unit(const sw_job *job, const sw_transform *series, int64_t unit, double *out);
#define SW_TRANSFORM_ROUNDING 1e-12 /* of that size: a smaller relative growth is 0 */
/* The same of `count` units from `unit` on, side by side: value s of the k-th is out[s * SW_SERIES
 * + k]; zeros where there are fewer, and behind them room for one series more. A unit's own values
 * lie in as many lines as there are periods, which all of these units share. */
void sw_transform_units(const sw_job *job, const sw_transform *series, int64_t unit, int count,
                        double *out, double size[SW_SERIES]);

/* Whether a series without a missing value may be a random walk: the test of Dickey & Fuller 1979
 * with a constant does not refuse it at 5 percent. row[0 .. rows): places in `v` that follow the
 * place before. */
bool sw_transform_walks(int rows, const int *row, const double *v);
/* In finish, where more than half of the levels that were tried may be walks, a warning of what
 * such do: "are significant far too often". */
void sw_transform_note_walks(sw_job *job, const sw_transform *series, int64_t walks, int64_t tried,
                             const char *mislead);

#endif

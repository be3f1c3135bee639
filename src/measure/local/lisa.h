/* What local statistics of neighbours have in common: their parameters, the populations that
 * neighbours are drawn from, the draws of a unit, and which p-values are significant.
 *
 * A population is of the units with a value in a period. Periods with the same units share one, and
 * a unit's draws; their values of a unit lie side by side. Links are those within the population,
 * standardised anew where the matrix is row-standardised. Pass 0 computes the statistics and leaves
 * p in operand 0; pass 1, which sees all of them, decides. */
#ifndef SW_MEASURE_LOCAL_LISA_H
#define SW_MEASURE_LOCAL_LISA_H

#include "kernel/local/conditional.h"
#include "spillway/measure.h"

enum { SW_LISA_STATISTICS, SW_LISA_DECISION }; /* passes */

/* Of a variable in a period, scaled by a power of two and less its mean: the sums of powers, with
 * zeros for those of a constant. */
typedef struct sw_lisa_column {
  double mean; /* scaled, too */
  double sum;  /* what rounding has left: near 0 */
  double squares;
  double most; /* the largest magnitude */
  bool varies;
} sw_lisa_column;

/* Periods with one population. */
typedef struct sw_lisa_set {
  int n_periods;
  int *period;    /* by column: of the job */
  int32_t *place; /* by unit: in the population; -1: no value */
  sw_local_table table;
  sw_lisa_column *column; /* [variable * stride + column] */
} sw_lisa_set;

typedef struct sw_lisa {
  /* Set by the measure. */
  int n_variables;
  bool as_they_are;  /* values are neither centred nor scaled */
  bool standardises; /* values are divided by their standard deviation, n - 1 */
  bool binary;       /* every link has weight 1 */
  /* NaN: missing. NULL, until resolved: the input of that number as it is. */
  double (*value)(const sw_job *job, int variable, int t, int64_t unit);
  /* By sw_lisa_resolve. */
  const sw_links *weights;
  bool standardised;
  int64_t permutations; /* 0: p by the normal distribution */
  sw_alternative alternative;
  bool bh;
  double alpha;
  int64_t most_links; /* of a unit */
  int stride;         /* the greatest */
  /* By sw_lisa_prepare, before each pass. */
  int n_sets;
  sw_lisa_set *set;
  double *cut;      /* by period: the largest p that is significant; -1: none */
  int64_t *n_tests; /* by period */
} sw_lisa;

/* A unit with its neighbours in a population; arrays by column. */
typedef struct sw_lisa_row {
  sw_local_unit unit;
  double w, w2;    /* sums of the weights and of their squares */
  double heaviest; /* weight */
  void *draws;     /* workspace */
} sw_lisa_row;

/* Reads weights, permutations, alternative, fdr and alpha, refuses weights without links, notes
 * islands, declares the two passes. */
sw_status sw_lisa_resolve(sw_error *err, sw_job *job, sw_lisa *lisa);
/* In `prepare`, of both passes: the populations; what is significant. */
sw_status sw_lisa_prepare(sw_error *err, sw_job *job, sw_lisa *lisa, int pass);

size_t sw_lisa_workspace(const sw_job *job, const sw_lisa *lisa);
/* Mean and variance of the weighted sum of a variable's values in a column. */
sw_local_moments sw_lisa_moments(const sw_lisa_set *set, int variable, int column,
                                 const sw_lisa_row *row);
/* p of column c; `sign` below zero: the statistic falls where what is counted rises. */
double sw_lisa_p(const sw_lisa *lisa, const sw_lisa_row *row, int c, double sign, double z);
/* Of unit `unit` in period t, and p for the pass that decides. */
void sw_lisa_put(const sw_job *job, int output, int t, int64_t unit, double value);
void sw_lisa_put_p(const sw_job *job, int output, int t, int64_t unit, double p);
/* NaN in the outputs from `from` to `to`, and in p for the pass that decides. */
void sw_lisa_put_nothing(const sw_job *job, int from, int to, int t, int64_t unit);
/* Pass 0: for each unit of the tile with neighbours all that its draws say, in a form of the
 * variables from `variable` on; `put` takes it, for a column. Without neighbours: nothing is put in
 * the outputs from `from` to `to`. */
typedef void sw_lisa_put_unit(const sw_job *job, const sw_lisa_set *set, int column, int64_t unit,
                              const sw_lisa_row *row);
void sw_lisa_tile(const sw_job *job, const sw_lisa *lisa, const sw_tile *tile, sw_local_form form,
                  int variable, sw_lisa_put_unit *put, int from, int to, void *workspace);
/* Own value, as stored. */
static inline double sw_lisa_own(const sw_lisa_set *set, int variable, int column,
                                 const sw_lisa_row *row) {
  return set->table.value[variable][row->unit.self * set->table.stride + column];
}

/* Pass 1: 1 where the p-value is significant, 0 where it is not. */
void sw_lisa_tile_significant(const sw_job *job, const sw_lisa *lisa, const sw_tile *tile,
                              int p_value, int significant);
/* In `finish`: the sizes of the populations, by period. */
void sw_lisa_put_used(sw_job *job, const sw_lisa *lisa, int output);
/* In `finish` of pass 1, lines on what is significant; why all of the outputs from `from` to `to`
 * are undefined in a period. */
void sw_lisa_say(sw_job *job, const sw_lisa *lisa);
void sw_lisa_say_why(sw_job *job, const sw_lisa *lisa, int from, int to);
/* All three, where a measure has nothing to add between them. */
void sw_lisa_finish(sw_job *job, const sw_lisa *lisa, int used, int from, int to);

/* The parameters that they share, for a list of sw_param. */
#define SW_LISA_PARAMS(draws)                                                                      \
  {.name = "permutations",                                                                         \
   .type = SW_P_INTEGER,                                                                           \
   .fallback = draws,                                                                              \
   .lo = 0,                                                                                        \
   .hi = 100000000,                                                                                \
   .help = "conditional permutations of each unit's neighbours; 0: p without draws"},              \
      {.name = "alternative",                                                                      \
       .type = SW_P_CHOICE,                                                                        \
       .fallback = "folded",                                                                       \
       .choices = SW_ALTERNATIVE_CHOICES,                                                          \
       .help = "folded: one-sided, of the nearer tail, as esda and spdep print it"},               \
      {.name = "fdr",                                                                              \
       .type = SW_P_CHOICE,                                                                        \
       .fallback = "bh",                                                                           \
       .choices = "bh|none",                                                                       \
       .help =                                                                                     \
           "significant: false discovery rate of a period's units at most alpha, or p <= alpha"},  \
  {                                                                                                \
    .name = "alpha", .type = SW_P_NUMBER, .fallback = "0.05", .lo = 1e-9, .hi = 1,                 \
    .help = "level of what is significant"                                                         \
  }

/* The outputs that they share, for a list of sw_output. */
#define SW_LISA_P_VALUE                                                                            \
  {                                                                                                \
    .name = "p_value", .long_name = "p-value by conditional permutations", .units = "1",           \
    .shape = SW_UNIT                                                                               \
  }
#define SW_LISA_SIGNIFICANT                                                                        \
  {                                                                                                \
    .name = "significant", .palette = SW_CATEGORIES,                                               \
    .long_name = "1: p-value within the false discovery rate, or alpha; 0: not", .units = "1",     \
    .shape = SW_UNIT, .number = SW_INT32                                                           \
  }

/* The variants that they share, for a list of sw_variant: of significance, and of p by draws. */
#define SW_LISA_VARIANT_FDR                                                                        \
  { "fdr", "bh", "significant: p <= the largest p_(k) <= k alpha/n (Benjamini and Hochberg)" }
#define SW_LISA_VARIANTS                                                                           \
  {"alternative", "folded",                                                                        \
   "p = (min(R, S) + 1)/(M + 1), R and S the draws not below and not above"},                      \
      {"alternative", "two-sided", "p = min(1, 2 (min(R, S) + 1)/(M + 1))"}, SW_LISA_VARIANT_FDR

#endif

/* Permutation inference of a global statistic by period: the parameter `permutations`, the pass
 * over blocks of draws, and p (kernel/autocorrelation/permute.h). A measure keeps an sw_permuted in
 * its state and calls these from its functions of the same names. */
#ifndef SW_MEASURE_SPACE_PERMUTED_H
#define SW_MEASURE_SPACE_PERMUTED_H

#include "kernel/autocorrelation/permute.h"
#include "kernel/space/in_use.h"
#include "spillway/measure.h"

/* The parameter, for a list of sw_param. */
#define SW_PARAM_PERMUTATIONS                                                                      \
  {                                                                                                \
    .name = "permutations", .type = SW_P_INTEGER, .fallback = "0", .lo = 0, .hi = 10000000,        \
    .help = "of the values over the units, for p_sim; 0: none"                                     \
  }

typedef struct sw_permuted {
  /* Set by the measure. */
  sw_permute_form form;
  sw_islands islands;
  int n_weights;           /* matrices: 1, or one for each band of distance */
  const sw_links *weights; /* set before sw_permuted_prepare */
  const bool *standardised;
  double *const *of;   /* by period: n values, missing NaN; set before sw_permuted_prepare, too */
  double *const *with; /* of the other variable, whose values are dealt out; NULL: none */
  /* By sw_permuted_resolve. */
  int64_t permutations, chunk; /* chunk: draws of an item */
  int pass;                    /* -1: no permutations */
  /* By sw_permuted_prepare. */
  int n_sets;
  struct sw_permuted_set *set;
} sw_permuted;

/* Reads the parameter and declares the pass, behind the measure's own. */
void sw_permuted_resolve(sw_job *job, sw_permuted *permuted);
/* Before its pass: the populations. */
sw_status sw_permuted_prepare(sw_error *err, sw_job *job, sw_permuted *permuted);
size_t sw_permuted_workspace(const sw_job *job, const sw_permuted *permuted);
void sw_permuted_tile(const sw_job *job, const sw_permuted *permuted, const sw_tile *tile,
                      void *record, void *workspace);
/* In `finish` of its pass: p of a statistic in a period, out of all records. NaN: not computed. */
double sw_permuted_p(const sw_job *job, const sw_permuted *permuted, const void *records,
                     int weights, int statistic, int t);

#endif

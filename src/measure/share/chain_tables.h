/* Tables of a chain of classes, for measures of transitions. Their outputs have these names: count,
 * probability, first_passage (class_label, class_label_to), steady_state, prais, stay
 * (class_label), closed_state (closed, class_label), shorrocks, det_mobility, eigen_mobility,
 * mixing_half_life, bartholomew, and bartholomew_steps where classes have an order; under
 * conditions conditional_count and conditional_probability (given_label, class_label,
 * class_label_to), lr, lr_p, q, q_p, df. */
#ifndef SW_MEASURE_SHARE_CHAIN_TABLES_H
#define SW_MEASURE_SHARE_CHAIN_TABLES_H

#include "kernel/classes/transitions.h"
#include "kernel/linear/chain.h"
#include "spillway/measure.h"

/* In `finish`: fills the tables out of counts, and the chain they make. `last`: units of each class
 * in the last period, from which the long run starts. */
sw_status sw_chain_tables(sw_error *err, sw_job *job, int classes, const double *count,
                          const double *last, const sw_chain **chain);
/* The same of counts by condition; what the tests of homogeneity say. */
sw_homogeneity sw_chain_conditions(sw_job *job, int conditions, int classes, const double *count);

#endif

/* Weights for statistics of neighbours whose moments take no unit for its own neighbour. */
#ifndef SW_MEASURE_SPACE_NEIGHBOURS_H
#define SW_MEASURE_SPACE_NEIGHBOURS_H

#include "spillway/measure.h"

/* In resolve: weights without a diagonal: they themselves where they have none, else a copy in the
 * job's arena, its rows standardised anew where they were, and a note. Islands are counted again.
 * *out is NULL where `links` is. */
sw_status sw_job_off_diagonal(sw_error *err, sw_job *job, const sw_links *links,
                              const sw_links **out);
/* The same of the job's `weights`. */
sw_status sw_job_neighbours(sw_error *err, sw_job *job, const sw_links **out);

#endif

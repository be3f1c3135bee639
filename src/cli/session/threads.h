/* How many threads a rank has, and that it gets them. */
#ifndef SW_CLI_SESSION_THREADS_H
#define SW_CLI_SESSION_THREADS_H

#include "spillway/status.h"

/* `asked`: the text of --threads, or NULL: OMP_NUM_THREADS counts, then `cores`. SW_EINPUT when
 * what counts is no number of threads. */
sw_status sw_threads_choose(sw_error *err, const char *asked, int cores, int *threads);
/* Starts the threads of all parallel regions to come. SW_ENOMEM when there cannot be so many. */
sw_status sw_threads_start(sw_error *err, int threads);

#endif

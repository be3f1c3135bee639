/* A complete results file as the past of a run: what has not changed since is taken from it. */
#ifndef SW_STORE_RESULTS_PAST_H
#define SW_STORE_RESULTS_PAST_H

#include "plan/engine.h"

/* Open it for a run that is bound, and set run->past. SW_EINPUT when it is missing, damaged or
 * unfinished. One that another version or another build has made is of no use: a warning, and
 * run->past stays NULL. Collective; every rank reads the file by itself. */
sw_status sw_results_past_open(sw_error *err, sw_run *run, const char *path);
void sw_results_past_close(sw_run *run);

#endif

/* A complete results file as the past of a run: what has not changed since is taken from it. */
#ifndef SW_STORE_RESULTS_PAST_H
#define SW_STORE_RESULTS_PAST_H

#include "plan/run/engine.h"

/* Open it for a run that is bound, and set run->past. SW_EINPUT when it is missing, damaged or
 * unfinished. One that another version or another build has made is of no use: a warning, and
 * run->past stays NULL. Collective; every rank reads the file by itself. */
sw_status sw_results_past_open(sw_error *err, sw_run *run, const char *path);
/* Whether it can be opened, before the panel is read: SW_EINPUT as above. Rank 0 looks.
 * Collective. */
sw_status sw_results_past_look(sw_error *err, sw_team *team, const char *path);
void sw_results_past_close(sw_run *run);

/* What of a study has changed since its results were made: its text, an input file, the program or
 * the libraries it was built with; NULL: nothing. In words, from the arena. SW_EINPUT as above.
 * Collective, reads the inputs once. */
sw_status sw_results_changed(sw_error *err, sw_team *team, sw_arena *arena, const sw_study *study,
                             const char *path, const char **what);

#endif

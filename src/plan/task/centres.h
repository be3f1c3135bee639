/* Which units the centres of an entry are. */
#ifndef SW_PLAN_TASK_CENTRES_H
#define SW_PLAN_TASK_CENTRES_H

#include "plan/task/state.h"

/* In the order of the study, or from the largest down, in the run's arena; the same on every rank.
 * The largest by their values in the entry's last period, ties by code; with apart_km, whoever is
 * nearer to one before it is passed over. `by`: the column that decides, NULL where spec->by names
 * one of the panel. Collective. */
sw_status sw_centres_find(sw_error *err, sw_run *run, int entry, const sw_centres_spec *spec,
                          const sw_column *by, int *count, const int64_t **centre);

#endif

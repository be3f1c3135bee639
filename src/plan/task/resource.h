/* What a job asks for to be made out of links, distances and settings (sw_job_resource): made once
 * per node, in its shared memory, when the first pass that may read it comes; shared by all entries
 * that ask for the same, by content; kept to the end of the run. */
#ifndef SW_PLAN_TASK_RESOURCE_H
#define SW_PLAN_TASK_RESOURCE_H

#include "plan/task/state.h"

/* `prepare` of a pass, then whatever the job has asked for and has not got. The status is that of
 * all ranks. Collective. */
sw_status sw_resource_prepare(sw_error *err, sw_run *run, int entry, int pass);
/* What the job has asked for and has not got. Collective. */
sw_status sw_resource_make(sw_error *err, sw_run *run, int entry);
/* The rules of measure.h. The same on every rank. */
sw_status sw_resource_check(sw_error *err, const sw_job *job);
/* Bytes of all that has been asked for, as far as they are known before, each once. */
double sw_resource_bytes(const sw_run *run);
/* Gives back the memory. Collective, all ranks in the same order. */
void sw_resource_destroy(sw_run *run);

/* The hash so far with the content of links; NULL: as it is. */
uint64_t sw_resource_hash_links(uint64_t hash, const sw_links *links);

#endif

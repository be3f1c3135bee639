/* See lacking.h. O(n), once per entry; walks then skip runs of complete units by `next`. */
#include "measure/transform/lacking.h"

/* Which units lack something, by a test of the caller's. */
sw_status sw_lacking_find(sw_error *err, sw_job *job,
                          bool (*lacks)(const sw_job *job, const void *of, int64_t unit),
                          const void *of, sw_lacking *lacking) {
  bool *unit = NULL;
  int64_t *next = NULL;
  SW_NEW(err, job->arena, unit, job->n);
  SW_NEW(err, job->arena, next, job->n + 1);
  next[job->n] = job->n;
  /* From the end, so that each unit knows the next one that lacks something. */
  for (int64_t k = job->n - 1; k >= 0; k--) {
    unit[k] = lacks(job, of, k);
    next[k] = unit[k] ? k : next[k + 1];
  }
  *lacking = (sw_lacking){unit, next};
  return SW_OK;
}

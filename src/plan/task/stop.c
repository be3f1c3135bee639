#include "plan/task/stop.h"

/* One wording for every place where a run leaves off: between entries, in tiles, in pairs. */
sw_status sw_task_stopped(sw_error *err) {
  return sw_fail(err, SW_ESTOPPED,
                 "stopped by a signal; what is done is kept, and the same command continues it");
}

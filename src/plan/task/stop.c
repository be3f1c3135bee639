#include "plan/task/stop.h"

sw_status sw_task_stopped(sw_error *err) {
  return sw_fail(err, SW_ESTOPPED,
                 "stopped by a signal; what is done is kept, and the same command goes on from it");
}

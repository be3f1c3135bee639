/* The end of a run that was asked to stop. */
#ifndef SW_PLAN_TASK_STOP_H
#define SW_PLAN_TASK_STOP_H

#include "spillway/status.h"

/* SW_ESTOPPED, in words. */
sw_status sw_task_stopped(sw_error *err);

#endif

/* Being asked to stop: SIGUSR1 and SIGTERM set a flag, and whoever loops looks at it. */
#ifndef SW_BASE_STOP_H
#define SW_BASE_STOP_H

#include <stdbool.h>

/* From now on the two signals ask instead of killing. */
void sw_stop_listen(void);
/* This process was asked. */
bool sw_stop_asked(void);

#endif

/* Requests to stop: SIGUSR1 and SIGTERM set a flag, and loops check it. And suspension at work, for
 * tests. */
#ifndef SW_BASE_STOP_H
#define SW_BASE_STOP_H

#include <stdbool.h>

/* From now on the two signals set the flag instead of killing. */
void sw_stop_listen(void);
/* This process was asked. */
bool sw_stop_asked(void);

/* A point in the work where a test may suspend this process, so that it need not hit the right
 * moment. SPILLWAY_HOLD names a file with a number k: from the k-th call of this function on, as
 * long as the file is there, each call suspends the process (SIGSTOP) until SIGCONT. Without the
 * variable nothing happens. Any thread. */
void sw_stop_hold(void);

#endif

/* What a run says of itself at the end, on standard output. */
#ifndef SW_CLI_SESSION_SUMMARY_H
#define SW_CLI_SESSION_SUMMARY_H

#include "cli/session/session.h"

/* Prints headline figures of each result, the time in each phase, pairs per second, memory.
 * Collective; a failure leaves the results as they are. */
sw_status sw_summary_print(sw_error *err, const sw_session *session);

#endif

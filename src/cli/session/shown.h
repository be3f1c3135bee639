/* What a child prints of results, shown once it is whole: nothing of a table or a comparison whose
 * end is missing. */
#ifndef SW_CLI_SESSION_SHOWN_H
#define SW_CLI_SESSION_SHOWN_H

#include <stdio.h>

#include "store/layout/tried.h"

/* Runs `tried`, whose body writes to *out, a temporary file made here; then shows that on standard
 * output. *out is closed again. */
sw_status sw_shown_run(sw_error *err, const sw_tried *tried, FILE **out);
/* For the end of such a body: SW_EIO when not all that was printed to `out` is there. */
sw_status sw_shown_end(sw_error *err, FILE *out);

#endif

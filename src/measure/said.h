/* The lines that an entry says of itself (sw_job_say), while a run lasts: text on rank 0 alone,
 * empty on the others. */
#ifndef SW_MEASURE_SAID_H
#define SW_MEASURE_SAID_H

#include "spillway/measure.h"

enum { SW_SAID_ROOM = 32768 }; /* bytes of all lines, below the 64 KiB of an attribute in HDF5 */

struct sw_said {
  char *text; /* lines separated by newlines, terminated; NULL: none yet */
  size_t used;
  int more;  /* lines that did not fit */
  bool lost; /* no memory for them */
  bool part; /* said of some of the periods: not what is said of all */
};

/* Forgets the lines, before an entry is computed again. */
void sw_said_clear(sw_job *job);
/* The lines as a results file has them; NULL: no memory. "" without any, and where none are kept.
 */
const char *sw_said_text(sw_arena *arena, const sw_job *job);
/* Takes over the text of a results file; false: no memory. */
bool sw_said_take(sw_job *job, const char *text);

#endif

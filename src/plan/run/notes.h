/* Warnings of a run, by what they are of: an entry, or what all entries rest on. On rank 0, whose
 * list counts; other ranks may have fewer. */
#ifndef SW_PLAN_RUN_NOTES_H
#define SW_PLAN_RUN_NOTES_H

#include "plan/task/state.h"

enum { SW_NOTES_OF_ALL = -1 };

/* Lines, without the place in the study that stands in front of some: a line that is put above must
 * not change the results file. "": none; NULL: no memory. */
const char *sw_run_notes(sw_arena *arena, const sw_run *run, int entry);
/* Whether the entry may leave some after the results file was laid out. */
bool sw_run_notes_later(const sw_run *run, int entry);
/* Whether there is one of these lines that the entry has not left, besides those of the number of
 * units, which are made anew by any run. */
bool sw_run_notes_lack(const sw_run *run, int entry, const char *lines);
/* Leaves the lines that the entry has not: those of an earlier run whose results are taken. */
void sw_run_notes_take(sw_run *run, int entry, const char *lines);

#endif

/* The one logger: plain lines on standard error. Set up once by the command line; ranks other
 * than 0 are silent below SW_LOG_ERROR unless told otherwise. Pure floors (kernel, panel,
 * measure) do not log: they leave notes for the runner (sw_notes). */
#ifndef SW_BASE_LOG_H
#define SW_BASE_LOG_H

#include "spillway/arena.h"

typedef enum sw_log_level { SW_LOG_ERROR, SW_LOG_WARN, SW_LOG_INFO, SW_LOG_DEBUG } sw_log_level;

void sw_log_setup(sw_log_level level, int rank);
bool sw_log_level_parse(const char *text, sw_log_level *level); /* error warn info debug */
void sw_log(sw_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Keep lines back (errors excepted) until it is known whether the study can run: bad input is
 * reported in one line, without a preceding report of what was fine. */
void sw_log_hold(void);
void sw_log_release(bool print);

/* Notes: warnings that pure code leaves behind, in the order they were left, said once. */
struct sw_notes {
  struct sw_arena *arena;
  int of; /* what the next ones are of, a number of the owner's */
  int count, capacity;
  const char **text;
  int *owner; /* by note: `of` when it was left */
};

/* Warnings that are logged from here on are notes as well, without the program's name in front,
 * whatever the level is; NULL: no longer. Rank 0 keeps them. */
void sw_log_keep(sw_notes *into);

#endif

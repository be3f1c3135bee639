/* A file that a verb writes: beside its place, and moved there once it is whole, so that what was
 * there stays until the new one is complete. */
#ifndef SW_CLI_SESSION_TARGET_H
#define SW_CLI_SESSION_TARGET_H

#include <stdio.h>

#include "base/file.h"

typedef struct sw_target {
  char path[SW_PATH_ROOM], temporary[SW_PATH_ROOM + 16]; /* beside it */
  FILE *out;
} sw_target;

/* A file that must not be overwritten, whatever its name: what the new one is made of. */
typedef struct sw_target_source {
  const char *path; /* NULL: none */
  const char *what; /* "is the results file itself" */
} sw_target_source;

/* Which of n endings the path has: a kind of file for each. SW_EINPUT: none of them, which are
 * named. */
sw_status sw_target_kind(sw_error *err, const char *path, const char *const *ending, int n,
                         int *kind);
/* Whether a file may be written there, before anything is made for it. SW_EINPUT: it is there
 * already and `force` is not given, is one of the n sources, or has no folder. */
sw_status sw_target_look(sw_error *err, const char *path, int n, const sw_target_source *source,
                         bool force, sw_target *target);
/* After the look: opens a new file beside the one that is meant. */
sw_status sw_target_open(sw_error *err, sw_target *target);
/* Puts it in its place; `status` other than SW_OK: removes it, and returns `status`. */
sw_status sw_target_close(sw_error *err, sw_status status, sw_target *target);

#endif

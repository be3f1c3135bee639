/* What `run`, `check` and `verify` have in common: the study read, its panel read and bound. A
 * session begins as zeros; whatever fails, sw_session_close releases what there is. */
#ifndef SW_CLI_SESSION_SESSION_H
#define SW_CLI_SESSION_SESSION_H

#include "base/log.h"
#include "plan/run/engine.h"
#include "store/results/results.h"

typedef struct sw_session {
  sw_team *team;
  sw_arena *arena;
  sw_study *study;
  sw_panel *panel;
  sw_run *run;
  sw_results *results; /* of `run`, which destroys it */
  int threads;         /* of this rank */
  const sw_measure *const
      *extra; /* measures besides the catalogue's: set before sw_session_study */
  int n_extra;
  bool plans;       /* nothing will be computed: set before sw_session_panel */
  sw_notes read;    /* what was warned of while panel and weights were read */
  const char *text; /* of the study; set before sw_session_study: taken instead of the file's */
  const char *link; /* the output's name as given, where that is a link; else NULL */
  const char *page; /* written of the results; NULL: none */
  double page_bytes, seconds_page;
  double seconds_read; /* panel, weights, distances, on this rank */
  double began;        /* by sw_clock, at sw_session_study */
} sw_session;

/* Reads and checks the study file; sets the threads of this rank. `output`: overrides the study's,
 * or NULL. `threads`: a number as given, or NULL. Collective. */
sw_status sw_session_study(sw_error *err, sw_team *team, const char *file, const char *output,
                           const char *threads, sw_session *session);
/* Reads the panel and binds the run. Collective. */
sw_status sw_session_panel(sw_error *err, sw_session *session);
/* Sets the logger up from --quiet and --log-level, of which the latter wins. SW_EINPUT: no such
 * level. */
sw_status sw_session_log(sw_error *err, const sw_team *team, const char *verb, bool quiet,
                         const char *level);
void sw_session_close(sw_session *session);

/* Bytes this rank is expected to hold at its peak, beyond `base` (what the process holds once
 * its libraries have started and the panel is read). */
double sw_estimate_memory(const sw_run *run);
/* Pairs that pair measures evaluate, over all ranks; and the seconds they are expected to take,
 * with the same number of threads on every rank. */
double sw_estimate_pairs(const sw_run *run);
double sw_estimate_seconds(const sw_run *run);
/* SW_EINPUT with the figures when the study cannot fit into the memory of a node. Collective. */
sw_status sw_estimate_fits(sw_error *err, const sw_run *run);
/* "1.2 GB" in a small static ring of buffers. */
const char *sw_session_show_bytes(double bytes);

/* Progress on standard error: a bar on a terminal, a line now and then elsewhere. */
sw_progress sw_progress_make(const sw_team *team, bool quiet);
void sw_progress_end(sw_progress *progress);

#endif

/* Progress on standard error, of rank 0's node: the share done, the rate, the time left. The engine
 * calls it from inside a pass (run->progress), at most about ten times per second in a walk over
 * pairs. On a terminal it draws a bar over itself; in a log file it writes a line now and then, as
 * a bar would fill the file with carriage returns. */
#include "cli/session/session.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is drawn at present; `self` of sw_progress. */
typedef struct bar {
  bool terminal, shown; /* shown: a bar stands on the current line */
  char what[64];        /* the entry under way */
  double began, last;   /* by sw_clock: when it began; when a line was last written */
} bar;

enum { BAR_WIDTH = 30, LINE_EVERY = 15 }; /* cells; seconds between two lines */

/* The time left is that of a constant rate. At share 0 and time 0 nothing is known: 0 is shown. */
static void draw(bar *b, const char *of, double done, double total, double now) {
  double share = total > 0 ? done / total : 0, took = now - b->began;
  char cells[BAR_WIDTH + 1];
  for (int k = 0; k < BAR_WIDTH; k++)
    cells[k] = k < share * BAR_WIDTH ? '#' : '.';
  cells[BAR_WIDTH] = '\0';
  fprintf(stderr, "\r%-24.24s [%s] %3.0f%%  %.2g %s/s  %.0f s left ", b->what, cells, 100 * share,
          took > 0 ? done / took : 0.0, of, share > 0 ? took / share - took : 0.0);
  fflush(stderr);
  b->shown = true;
}

/* `done` counts from 0 again for each entry, told by its name: the bar of the last one stays
 * above. */
static void report(void *self, const char *what, const char *of, double done, double total) {
  bar *b = self;
  double now = sw_clock();
  if (strcmp(b->what, what) != 0) {
    if (b->shown) fputc('\n', stderr);
    b->shown = false;
    snprintf(b->what, sizeof b->what, "%s", what);
    b->began = b->last = now;
  }
  if (b->terminal) {
    draw(b, of, done, total, now);
  } else if (now - b->last >= LINE_EVERY) {
    b->last = now;
    sw_log(SW_LOG_INFO, "%s: %.0f%% of the %s, %.2g %s/s", what, 100 * done / total, of,
           done / (now - b->began), of);
  }
}

/* Without memory there is no progress, which is no reason to fail. No report function: the engine
 * reports nothing. */
sw_progress sw_progress_make(const sw_team *team, bool quiet) {
  if (quiet || team->rank != 0) return (sw_progress){0};
  bar *b = calloc(1, sizeof *b);
  if (!b) return (sw_progress){0};
  b->terminal = isatty(STDERR_FILENO);
  return (sw_progress){report, b};
}

/* Ends the display. May be called on a progress that was never shown (self NULL). */
void sw_progress_end(sw_progress *progress) {
  bar *b = progress->self;
  /* Clears the bar, so that what follows does not stand behind it. */
  if (b && b->shown) fputs("\r\033[K", stderr);
  free(b);
  *progress = (sw_progress){0};
}

/* A complete results file compared with its study, computed again: what differs, in words. */
#ifndef SW_STORE_RESULTS_VERIFY_H
#define SW_STORE_RESULTS_VERIFY_H

#include "store/results/results.h"

enum { SW_VERDICT_LINES = 20, SW_VERDICT_ROOM = 320 };

typedef struct sw_verdict {
  int64_t tiles, tiles_differ; /* recomputed */
  int64_t values;              /* compared bit for bit, of tiles and by unit */
  int64_t sums, sums_differ;   /* checksums of what is stored */
  int parts;                   /* results without pairs of which some periods were computed ... */
  int64_t periods, periods_of; /* ... so many of so many */
  int n_lines;                 /* of differences; the first are kept in words */
  char line[SW_VERDICT_LINES][SW_VERDICT_ROOM];
} sw_verdict;

/* Counts a difference, and keeps the first SW_VERDICT_LINES in words. */
void sw_verdict_say(sw_verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The study in a results file: its text, and the text of its inputs' hashes. From the arena. */
sw_status sw_results_study(sw_error *err, sw_arena *arena, const char *path, const char **study,
                           const char **inputs);

/* Open the file of a run that is bound, after sw_run_first. SW_EINPUT when the inputs have changed
 * or the file was made by another version or on another kind of machine. Serial. */
sw_status sw_results_reopen(sw_error *err, sw_run *run, const char *path, const char *inputs,
                            sw_results **results);
/* All values by unit and by period that the run has computed. */
sw_status sw_results_check_values(sw_error *err, sw_results *results, sw_verdict *verdict);
/* All checksums; what the results rest on; that the file has nothing else. */
sw_status sw_results_check_sums(sw_error *err, sw_results *results, sw_verdict *verdict);
/* After the sample: what it has left in results by unit, which miss all that was not computed. */
sw_status sw_results_check_sampled(sw_error *err, sw_results *results, sw_verdict *verdict);
/* A sink that compares what it is given with what is stored. */
sw_sink *sw_results_comparing(sw_results *results, sw_verdict *verdict);

#endif

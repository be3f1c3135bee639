/* The report page of a results file: one HTML file that needs nothing else. */
#ifndef SW_CLI_REPORT_REPORT_H
#define SW_CLI_REPORT_REPORT_H

#include "cli/report/model.h"
#include "cli/session/target.h"

/* What is to be said of a page that is written; plain, so that a child can tell it. */
typedef struct sw_report_said {
  int64_t bytes, units;
  int periods, results;
  bool left_out;            /* the page has not all that the results have */
  char noun[64];            /* of the units, "counties" */
  char note[SW_ERROR_TEXT]; /* a warning; "" */
} sw_report_said;

/* Makes the page into `out`. `folder`: of the study, where it is known; else NULL. By one thread
 * that starts others; no MPI. */
sw_status sw_report_make(sw_error *err, const sw_report_options *options, const char *folder,
                         FILE *out, sw_report_said *said);

/* ---- target.c: where it goes -------------------------------------------------------------- */

/* Whether a page may be written there, before anything is made for it. SW_EINPUT: it is there
 * already and `force` is not given, is one of the files that the options name, is no page by its
 * name, or has no folder. */
sw_status sw_report_target_look(sw_error *err, const char *path, const sw_report_options *options,
                                sw_target *target);
/* Looks, and opens a new file beside the one that is meant, so that a page appears whole or not at
 * all. */
sw_status sw_report_target_open(sw_error *err, const char *path, const sw_report_options *options,
                                sw_target *target);
/* "dir/results.html" of "dir/results.h5"; NULL: no memory. */
const char *sw_report_default_path(sw_arena *arena, const char *results);

/* page.c */
struct sw_report_arrays;
sw_status sw_report_page(sw_error *err, const sw_report *report,
                         const struct sw_report_arrays *arrays, FILE *out);

#endif

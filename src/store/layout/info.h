/* What is in a results file, read back for people: everything in an arena. */
#ifndef SW_STORE_LAYOUT_INFO_H
#define SW_STORE_LAYOUT_INFO_H

#include "base/arena.h"
#include "store/layout/headline.h"

typedef struct sw_info_variable {
  const char *name, *type, *long_name;
  const char *shape; /* "(time 20, unit 3080)" */
  const char *look;  /* "map, diverging around 1, logarithmic"; "": not said */
} sw_info_variable;

typedef struct sw_info_result {
  const char *name; /* "ccd", "composites/economy" */
  const char *measure, *parameters, *undefined;
  const char *notes; /* lines that the run warned of */
  int64_t version;
  int n_variables;
  sw_info_variable *variable;
} sw_info_result;

typedef struct sw_results_info {
  const char *title, *version, *state, *inputs, *missing_cells;
  const char *notes; /* lines that the run warned of, of panel and weights */
  const char *rest;  /* lines: what the results rest on (rest.c) */
  int64_t seed;
  int64_t n_units, n_periods;
  const char *first_period, *last_period;
  int n_results;
  sw_info_result *result; /* in the order of the study */
  int n_headlines;
  sw_headline *headline; /* of results, and of those within them */
} sw_results_info;

/* SW_EINPUT when there is no file, it is no results file, or it is incomplete. One rank calls it.
 */
sw_status sw_results_info_read(sw_error *err, sw_arena *arena, const char *path,
                               sw_results_info *info);

#endif

/* What changed from one results file to another, for people: everything in an arena. Units and
 * periods are matched by their labels; what only one file has is said, what both have compared. */
#ifndef SW_STORE_DIFF_DIFF_H
#define SW_STORE_DIFF_DIFF_H

#include "base/arena.h"
#include "kernel/series/change.h"

typedef struct sw_diff_options {
  sw_tolerance within;
  int most;     /* entries of each list */
  bool values;  /* the numbers alone: no study, inputs, versions, parameters, types */
  bool whether; /* only whether there is a difference: stop at the first */
} sw_diff_options;

/* One changed value; what does not apply is NULL. */
typedef struct sw_diff_change {
  const char *variable;              /* "gravity/value" */
  const char *period, *unit, *other; /* other: the partner, an industry, ... */
  bool partner;                      /* whether the other is one */
  const char *before, *after;        /* NULL: missing, or no partner */
  double absolute, relative;
} sw_diff_change;

typedef enum sw_diff_kind {
  SW_DIFF_MOVED,   /* numbers, by decreasing relative change */
  SW_DIFF_MISSING, /* numbers that came or went */
  SW_DIFF_PARTNER, /* partners that entered or left, by their place among the unit's partners */
  SW_DIFF_TEXT,
  SW_DIFF_KINDS
} sw_diff_kind;

typedef struct sw_diff_list {
  int64_t total; /* that there are */
  int n;         /* that are told */
  sw_diff_change *change;
} sw_diff_list;

typedef struct sw_diff_variable {
  const char *name;
  int64_t compared;
  int64_t count[SW_DIFF_KINDS];
  int64_t appeared, entered;         /* of the kinds missing, partner */
  sw_diff_change absolute, relative; /* the largest of the kind moved */
} sw_diff_variable;

/* A unit that moved: as the unit of a value, its sender or its receiver. */
typedef struct sw_diff_unit {
  const char *code;
  int64_t count[SW_DIFF_KINDS];
  double score;                  /* mean relative changes, summed over variables */
  double relative;               /* the largest */
  const char *variable, *period; /* where; NULL when no number moved */
} sw_diff_unit;

typedef struct sw_diff_report {
  bool different;
  int64_t results, values; /* in both files; compared */
  int n_notes;             /* what is different besides values, a line each */
  const char **note;
  int n_variables; /* with differences, the largest first */
  sw_diff_variable *variable;
  sw_diff_list list[SW_DIFF_KINDS];
  int64_t units_moved;
  int n_units;
  sw_diff_unit *unit; /* the most moved first */
} sw_diff_report;

/* SW_EINPUT when a file is missing, no results file, or incomplete. One rank calls it. */
sw_status sw_diff_results(sw_error *err, sw_arena *arena, const char *old_path,
                          const char *new_path, const sw_diff_options *options,
                          sw_diff_report *report);

#endif

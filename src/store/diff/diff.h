/* What changed from one results file to another, as a report for people; everything in it lives in
 * the caller's arena. Units, periods and partners are matched by their labels, since positions
 * shift when a unit is added. What only one file has is told as a note; what both have is compared.
 */
#ifndef SW_STORE_DIFF_DIFF_H
#define SW_STORE_DIFF_DIFF_H

#include "base/arena.h"
#include "kernel/series/change.h"

typedef struct sw_diff_options {
  sw_tolerance within;
  int most;     /* entries of each list of changes and of units; 0: only counts */
  bool values;  /* compare values only: no study, inputs, versions, parameters, types */
  bool whether; /* only whether there is a difference: stop at the first one */
} sw_diff_options;

/* One changed value. A field that does not apply is NULL. */
typedef struct sw_diff_change {
  const char *variable;              /* "gravity/value" */
  const char *period, *unit, *other; /* other: the partner, an industry, ... */
  bool partner;                      /* whether the other is one */
  const char *before, *after;        /* NULL: missing, or not a partner in that file */
  double absolute, relative;         /* sizes of the change; 0 unless both numbers are there */
} sw_diff_change;

typedef enum sw_diff_kind {
  SW_DIFF_MOVED,   /* numbers, by decreasing relative change */
  SW_DIFF_MISSING, /* numbers that are missing (NaN) in one of the files */
  SW_DIFF_PARTNER, /* partners that entered or left, by their place among the unit's partners */
  SW_DIFF_TEXT,    /* texts, which have no size */
  SW_DIFF_KINDS
} sw_diff_kind;

typedef struct sw_diff_list {
  int64_t total; /* changes there are */
  int n;         /* changes in the list: min(total, most) */
  sw_diff_change *change;
} sw_diff_list;

typedef struct sw_diff_variable {
  const char *name;
  int64_t compared; /* values both files have; of `partner`: partners in the old file */
  int64_t count[SW_DIFF_KINDS];
  int64_t appeared, entered;         /* the part of SW_DIFF_MISSING that came; of SW_DIFF_PARTNER */
  sw_diff_change absolute, relative; /* the largest of the kind moved */
} sw_diff_variable;

/* A unit that moved: as the unit of a value, its sender or its receiver. */
typedef struct sw_diff_unit {
  const char *code;
  int64_t count[SW_DIFF_KINDS];
  double score;    /* the mean of its relative changes in a variable, summed over variables */
  double relative; /* its largest relative change */
  const char *variable, *period; /* where that is; NULL when no number moved */
} sw_diff_unit;

typedef struct sw_diff_report {
  bool different;
  int64_t results, values; /* results in both files; values compared */
  int n_notes;             /* differences besides values, one line each */
  const char **note;
  int n_variables; /* variables with changes, the largest relative change first */
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

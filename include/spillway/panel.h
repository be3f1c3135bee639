/* Spillway: the panel of units x periods x indicators, validated once and const after.
 *
 * Units are ordered by code (bytes of the UTF-8 text); periods by time, else by text.
 * The panel is partitioned: a rank holds the columns of its own contiguous blocks of
 * SW_BLOCK units; the table of units (code, place, groups) is held whole by every rank. */
#ifndef SPILLWAY_PANEL_H
#define SPILLWAY_PANEL_H

#include "spillway/status.h"

#pragma GCC visibility push(default)

/* Units a block: the grain of ownership and of folds over units; never depends on ranks. */
enum { SW_BLOCK = 256 };

/* A column of the units file that partitions the units. */
typedef struct sw_grouping {
  const char *name;
  int n_groups;
  const char *const *label; /* n_groups labels, in byte order; "" is the rest, when there is one */
  const int32_t *of;        /* n: the group of each unit, 0 .. n_groups-1 */
} sw_grouping;

/* Names beside the codes: as they are, in English, in Chinese. */
enum { SW_PLAIN, SW_ENGLISH, SW_CHINESE, SW_TONGUES };

typedef struct sw_units {
  int64_t n;
  const char *text;       /* all codes, each with a terminating zero, in order */
  const int64_t *code_at; /* n + 1: where each code starts in `text` */
  const uint64_t *key;    /* n: hash of the code, for random numbers */
  const double *lon, *lat; /* n: degrees WGS84, NaN where empty; NULL without such columns */
  const double *area;      /* n: km2, NaN where empty; NULL without the column */
  const char *const *name[SW_TONGUES]; /* n each, "" where empty; NULL: none */
  int n_groupings;
  const sw_grouping *grouping;
  /* Of `aggregate`: the units as read, in code order, and the code of the unit that each is of, which
   * may have been dropped. 0: there are none. */
  int64_t n_members;
  const char *const *member, *const *member_of;
  bool is_file_order; /* the rows of the study's files have the units in this order, too */
} sw_units;

static inline const char *sw_unit_code(const sw_units *units, int64_t unit) {
  return units->text + units->code_at[unit];
}

/* The grouping called `name`, or NULL. */
const sw_grouping *sw_units_grouping(const sw_units *units, const char *name);

/* What periods are counted in. */
typedef enum sw_time_unit {
  SW_TIME_UNKNOWN, /* texts of no known form: neither their order nor their spacing is known */
  SW_TIME_NUMBER,  /* years, or other whole numbers */
  SW_TIME_YEAR,    /* years that begin within one, by the first: 2001/02 */
  SW_TIME_HALF,
  SW_TIME_QUARTER,
  SW_TIME_MONTH,
  SW_TIME_WEEK,
  SW_TIME_DAY
} sw_time_unit;

typedef struct sw_periods {
  int n;
  bool integer;             /* every period is an integer: then `value` holds them */
  const int64_t *value;     /* n, ascending, counted in `unit`; NULL where the order is unknown */
  const char *const *label; /* n texts, as read (of the first file) */
  int n_breaks;             /* places where what is measured changes: `breaks` of the panel */
  const int *break_period;  /* n_breaks, ascending: the first period after each */
  sw_time_unit unit;
  bool cross_section; /* the panel has no time: one period, which has no name */
  const char *format; /* how the study says that labels are written, or NULL */
  /* The greatest step that leads from each period to the next, once or several times. Dates of one
   * day of the month, or of its last, go by months. 0: fewer than two periods, or unknown. */
  int64_t step;
  sw_time_unit step_unit;
  int holes;           /* periods that are more than one step after the one before */
  const bool *follows; /* n: whether a period is one step after the one before; NULL: all are */
} sw_periods;

/* The period that a text means, by its label or by what it says (2001 of 2001.0, 2001M1 of
 * 2001-01); -1: none. */
int sw_periods_find(const sw_periods *periods, const char *text);
/* The number of a period on the axis `time` of results: itself, or days since 1970-01-01 of its
 * first day. Only where the order is known. */
int64_t sw_periods_axis(const sw_periods *periods, int period);
/* The period `span` before: of whole numbers (years) that number less, of other periods as many steps
 * of the panel; -1: the panel has none, or the spacing is unknown. Breaks are not looked at. */
int sw_periods_before(const sw_periods *periods, int period, int64_t span);
/* The time from a period to a later one, counted in the same way; the spacing is known. */
int64_t sw_periods_passed(const sw_periods *periods, int from, int to);
/* Whether that axis holds days. */
static inline bool sw_periods_in_days(const sw_periods *periods) {
  return periods->value && periods->unit > SW_TIME_YEAR;
}

/* A column: one number for each unit and period. `row[t]` points at the value of unit `first`
 * in the column's period t; local columns start at the rank's first unit, gathered ones at 0.
 * Missing is NaN. */
typedef struct sw_view {
  double *const *row;
  int64_t first;
} sw_view;

static inline double sw_view_at(sw_view view, int period, int64_t unit) {
  return view.row[period][unit - view.first];
}

typedef struct sw_column {
  const char *name;  /* gdp; economy; ccd.coordination; lq.value[manufacturing] */
  int n_periods;     /* of this column: all of the panel's for an indicator */
  const int *period; /* n_periods indices into the panel's periods, ascending */
  bool timeless;     /* one value for all periods: row[0] alone is there */
  double **row;      /* n_periods pointers to (hi - lo) values of this rank's units */
  double **gathered; /* n_periods pointers to n values in node-shared memory, NULL until asked for */
  int64_t missing;   /* cells that are NaN, over all ranks */
} sw_column;

typedef struct sw_counted {
  const char *name;
  int64_t count;
} sw_counted;

typedef struct sw_panel {
  sw_units units;
  sw_periods periods;
  int64_t lo, hi; /* this rank's units */
  int n_columns;
  sw_column *column;
  /* What was read, over all ranks, for the log and `check`. */
  int64_t rows_read;
  int64_t rows_unknown_unit; /* rows of units that are not in the units file, dropped as asked */
  int64_t units_without_data, units_dropped; /* dropped: by `missing: drop-units` or unmatched */
  int64_t filled;                            /* cells filled by interpolate or zero */
  int64_t log_of_nonpositive;                /* derived cells missing for that reason */
  int n_unfilled;             /* columns as read that interpolate leaves with missing cells: before */
  const sw_counted *unfilled; /* the first known value of a series, or after the last */
  /* Of `aggregate`: its sums and ratios; on rank 0 the share of members in each, n_periods x n x
   * n_summed, how many are below 1, and the lowest. */
  int n_summed;
  const char *const *summed;
  double *coverage; /* else NULL */
  int64_t partial_sums;
  double least_coverage;
  int64_t members_dropped; /* that `missing: drop-units` leaves out of all sums */
} sw_panel;

/* The column called `name`, or NULL. */
sw_column *sw_panel_column(const sw_panel *panel, const char *name);

/* The units of rank `rank` among `ranks`: whole blocks, as even as they come. */
void sw_partition(int64_t n, int rank, int ranks, int64_t *lo, int64_t *hi);
/* The rank that owns `unit` under that partition. */
int sw_owner(int64_t n, int64_t unit, int ranks);

#pragma GCC visibility pop

#endif

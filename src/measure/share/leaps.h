/* Units that change their class between two periods: transitions counted, by condition and by
 * group, and what is said of them. A transition is of a unit that has a class in a period and in
 * the one `before` it; a leap is one into another class. Besides all transitions, those from the
 * entry's first period to its last, `overall`. */
#ifndef SW_MEASURE_SHARE_LEAPS_H
#define SW_MEASURE_SHARE_LEAPS_H

#include "spillway/measure.h"

enum { SW_LEAPS_NAMED = 20 }; /* units that are named at most, of those up and those down */

/* What is counted. Set in `resolve`. */
typedef struct sw_leaps {
  int classes;
  int span;
  const char *const *label; /* of the classes */
  const int *before;        /* by period of the job: the one a transition into it comes from; -1 */
  bool overall;             /* the first period and the last can be compared */
  const sw_grouping *grouping; /* tables by group; NULL: none */
  /* Conditions from 1 to `conditions`, 0: none. That of a transition is the part of time that it
   * lies in, or the group of its unit, or the class that the unit has of something else when it
   * departs, in the second column of the operand. A transition of condition 0 is under none. */
  int conditions;
  const int *part;                 /* by period that it leads into; NULL: by group or operand */
  const sw_grouping *condition_of; /* NULL: operand */
} sw_leaps;

/* All counts, in one array of doubles. By class: [from * classes + to]; by condition: before that;
 * by group: [period * groups + group]. */
typedef struct sw_leaps_tally {
  double *count, *overall;                 /* by class */
  double *conditional;                     /* by condition, by class */
  double *used, *up, *down;                /* by period that is led into: transitions, leaps */
  double *by_up, *by_down;                 /* by period and group */
  double *overall_by_up, *overall_by_down; /* by group */
  double *last;                            /* units of each class in the last period */
  double *members;                         /* units of each class, of all periods together */
  double *empty;                           /* 1: pairs of a period and a class without units */
  double *without;                         /* 1: transitions under no condition */
  double *named_up, *named_down;           /* the first units that leapt overall */
} sw_leaps_tally;

/* In `resolve`: the parameter `span`, of the periods of `of`: before and overall. */
sw_status sw_leaps_span(sw_error *err, sw_job *job, sw_leaps *leaps);
/* The parameter `split`, periods at which parts of time begin: their conditions and their names. */
sw_status sw_leaps_split(sw_error *err, sw_job *job, sw_leaps *leaps, const char *const **label);

size_t sw_leaps_count(const sw_leaps *leaps, int periods);
sw_leaps_tally sw_leaps_in(const sw_leaps *leaps, int periods, const double *room);
/* Counts all, into zeros. `of`: classes by unit, [t], and behind those of all periods the
 * conditions where they are by operand; 0: none. */
void sw_leaps_tally_all(const sw_leaps *leaps, const sw_job *job, double *const *of,
                        sw_leaps_tally *tally);
/* In `finish`: fills the outputs leaps_up, leaps_down, n_used and, where there are groups, leaps_by,
 * leaps_up_by, leaps_down_by, overall_up_by, overall_down_by, and says why leap and leap_overall are
 * undefined where they are. */
void sw_leaps_tables(sw_job *job, const sw_leaps *leaps, const sw_leaps_tally *tally);
/* Lines for the summary. */
void sw_leaps_say(sw_job *job, const sw_leaps *leaps, const sw_leaps_tally *tally);

#endif

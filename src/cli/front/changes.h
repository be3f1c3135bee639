/* What has changed since earlier results: compared by changes.c, told by against.c. */
#ifndef SW_CLI_FRONT_CHANGES_H
#define SW_CLI_FRONT_CHANGES_H

#include "cli/report/model.h"

enum { SW_CHANGES_LARGEST = 20, SW_CHANGES_FIGURES = 50, SW_CHANGES_PLACE = 128 };

/* Missing is NaN. */
typedef struct sw_report_move {
  int64_t unit;
  int t; /* of the page */
  double old, now;
} sw_report_move;

/* Of a quantity of the map. */
typedef struct sw_report_change {
  const char *key;
  int variable;
  int64_t part;
  int64_t changed, appeared, vanished; /* values */
  int t;                               /* the last period with a change, */
  int block;                           /* new less old in it, by unit */
  int n_largest;
  sw_report_move *largest; /* the largest first */
} sw_report_change;

/* Of numbers that are not by unit, that which has changed most in proportion. */
typedef struct sw_report_figure {
  int variable;
  int64_t changed; /* how many of them */
  double old, now;
  char at[SW_CHANGES_PLACE]; /* "2018, west" */
} sw_report_figure;

struct sw_report_changes {
  int64_t units_new, units_gone;
  int periods_new, periods_gone;
  int n, n_figures, n_added, n_removed;
  sw_report_change *change; /* in the order of the results */
  sw_report_figure *figure;
  const char *const *added, *const *removed; /* results */
};

#endif

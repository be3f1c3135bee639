/* The figures of a result that stand for it on the first page, period by period. */
#ifndef SW_CLI_FRONT_FIGURES_H
#define SW_CLI_FRONT_FIGURES_H

#include "cli/report/model.h"

typedef enum sw_figure_kind {
  SW_FIGURE_NUMBER, /* one number */
  SW_FIGURE_MEAN,   /* of the units with a value */
  SW_FIGURE_SHARE,  /* of the units with a value, those of one class */
  SW_FIGURE_PAIRS   /* mean of the pairs with a value */
} sw_figure_kind;

typedef struct sw_figure_row {
  const sw_page_result *result;
  const sw_page_variable *variable; /* that is shown */
  const char *label;                /* its place on a further axis, or the class; NULL */
  sw_figure_kind kind;
  int n_periods;
  const int *at; /* places among the page's periods; NULL: it has no time, and one value */
  double *value;
  int64_t *n; /* units or pairs with a value; -1: not known */
  int64_t of; /* how many there are; 0: not known */
  bool still; /* a mean that cannot move, though units do */
} sw_figure_row;

/* From the arena; none of a result without numbers. */
sw_status sw_figures_of(sw_error *err, const sw_report *report, int result, int *count,
                        sw_figure_row **row);

#endif

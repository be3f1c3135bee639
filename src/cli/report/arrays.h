/* The numbers of the results as blocks of the page: what fits, in the order of what matters. */
#ifndef SW_CLI_REPORT_ARRAYS_H
#define SW_CLI_REPORT_ARRAYS_H

#include "cli/map/geometry.h"
#include "cli/report/model.h"

/* How much of a column the page has. */
typedef enum sw_kept {
  SW_KEPT_NOTHING,
  SW_KEPT_ENDS, /* the first and the last period, and means of all */
  SW_KEPT_ALL
} sw_kept;

/* Means over units, where not all periods are kept; blocks. */
typedef struct sw_report_means {
  int nation, n; /* n_periods numbers each */
  int *group;    /* by group of the units: labels x periods; -1: too many labels */
} sw_report_means;

/* Of a variable. */
typedef struct sw_report_values {
  sw_kept kept;
  sw_cell cell;
  double whole, ends;     /* bytes that it is expected to take */
  int block;              /* of a small one; -1 */
  int *part;              /* n_parts blocks; NULL: nothing is kept */
  sw_report_means *means; /* n_parts; NULL but for SW_KEPT_ENDS */
  int equal;              /* an earlier variable with the same blocks, -1 */
} sw_report_values;

/* Of the pairs of a result. */
typedef struct sw_report_partners {
  sw_page_pairs pairs; /* k: of the page */
  int first;           /* the first period that is on the page: 0, or the last one; -1: none */
  int partner, kept;   /* blocks, -1 */
  int value[SW_PAGE_QUANTITIES];
} sw_report_partners;

typedef struct sw_report_arrays {
  sw_blocks *blocks;
  bool small; /* doubles as float32: asked for, or as they would not fit */
  int first;  /* blocks that stand before the script */
  int shown;  /* the column that is on the map first, among them; -1: none */
  int code, name, name_en, name_zh, *group, missing;
  sw_report_values *values; /* by variable */
  int n_partners;
  sw_report_partners *partners;
  /* geometry */
  int zone, x, y, arc_start, arc_x, arc_y, arc_left, arc_right, ring_start, ring_arc, ring_unit;
} sw_report_arrays;

enum {
  SW_REPORT_BYTES = 40000000, /* that a page should not exceed */
  SW_MOST_LABELS = 1000       /* of a group by which means are kept */
};

/* Fills report->left_out. `arrays` begins as zeros; its blocks are to be destroyed in any case. */
sw_status sw_report_arrays_make(sw_error *err, sw_report *report, sw_report_arrays *arrays);

/* ---- arrays.c, columns.c, partners.c: among themselves ------------------------------------ */

/* plan.c: what is kept of each variable and of pairs, before anything is read; how much a column
 * matters: 0 most, below SW_RANKS. */
enum { SW_RANKS = 3 };
int sw_report_rank(const sw_page *page, int variable);
sw_status sw_report_plan(sw_error *err, sw_report *report, sw_report_arrays *arrays);
sw_status sw_report_columns(sw_error *err, const sw_report *report, sw_report_arrays *arrays,
                            int only); /* -1: all that are not there yet */
sw_status sw_report_partners_make(sw_error *err, const sw_report *report, sw_report_arrays *arrays);

/* manifest.c */
sw_status sw_report_manifest(sw_error *err, const sw_report *report, const sw_report_arrays *arrays,
                             FILE *out);

#endif

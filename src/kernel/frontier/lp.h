/* Linear programs of a few rows and a growing number of columns, by GLPK:
 *
 *   min c x,  A x = b,  lo <= x
 *
 * rows numbered from 0, columns in the order in which they were added. GLPK keeps its state by
 * thread (Debian's is built so): a program belongs to the thread that opened it, and a thread has
 * one at a time. The result of a solve depends on what was done since sw_lp_begin alone. */
#ifndef SW_KERNEL_FRONTIER_LP_H
#define SW_KERNEL_FRONTIER_LP_H

#include "spillway/status.h"

typedef struct sw_lp sw_lp;

/* The version of the library, on which last digits depend. */
const char *sw_lp_version(void);

sw_status sw_lp_open(sw_error *err, sw_lp **lp);
/* Of the same thread. NULL is allowed. */
void sw_lp_close(sw_lp *lp);

/* Forgets all columns; `rows` rows with right-hand sides 0. */
sw_status sw_lp_begin(sw_error *err, sw_lp *lp, int rows);
/* A column with those entries, one for each row, at least 0, or of any sign; its cost is 0. */
sw_status sw_lp_add(sw_error *err, sw_lp *lp, const double *entry, bool any_sign);
void sw_lp_cost(sw_lp *lp, int column, double cost);
/* The column is fixed there; it is at least 0. */
void sw_lp_fix(sw_lp *lp, int column, double value);
void sw_lp_unfix(sw_lp *lp, int column);
/* The right-hand side of a row; the row is left out of the program. */
void sw_lp_rhs(sw_lp *lp, int row, double value);
void sw_lp_leave_out(sw_lp *lp, int row);
/* Of the basis that the first solve begins with: that column in the place of that row. The others
 * of the rows stay in it; what it makes of the columns should not be below 0. */
void sw_lp_make_basic(sw_lp *lp, int column, int row);
/* From the basis of the solve before, if there was one since sw_lp_begin. The program is one that
 * has an optimum; *found is false where none of the ways that are tried comes to it. */
sw_status sw_lp_solve(sw_error *err, sw_lp *lp, bool *found);
double sw_lp_value(const sw_lp *lp, int column);
double sw_lp_dual(const sw_lp *lp, int row); /* the price of the row */

#endif

/* Rows of links made one after the other, when nobody knows before how long they are; and rows cut
 * to their greatest weights. */
#ifndef SW_KERNEL_WEIGHTS_ROWS_H
#define SW_KERNEL_WEIGHTS_ROWS_H

#include "kernel/space/links.h"

/* Rows in the making, and scratch for one. */
typedef struct sw_row_maker {
  sw_link_rows rows;
  int64_t count, capacity;
  int32_t *to, *seen; /* n each; seen: -1 at first */
  double *value;      /* n */
} sw_row_maker;

/* To be closed also on failure. */
sw_status sw_rows_open(sw_error *err, int64_t n, sw_row_maker *maker);
/* Row i, which follows the one before, is the first `length` entries of the scratch. */
sw_status sw_rows_add(sw_error *err, sw_row_maker *maker, int64_t i, int64_t length);
/* Gives the rows to the caller, or where `status` is a failure nothing. */
sw_status sw_rows_close(sw_error *err, sw_row_maker *maker, sw_status status, sw_link_rows *rows);

/* The k greatest of a row's values, in place; of equal ones those with the lower `to`. Returns how
 * many are left. `scratch`: `count` numbers. */
int64_t sw_rows_strongest(int64_t count, int32_t *to, double *value, int64_t k, double *scratch);

#endif

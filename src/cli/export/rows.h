/* The rows of a sheet, one after the other: by period, then by unit, then by further labels, as the
 * file has them; of pairs by period, sender and receiver. One period of a sheet is in memory at a
 * time, of dense pairs some rows. */
#ifndef SW_CLI_EXPORT_ROWS_H
#define SW_CLI_EXPORT_ROWS_H

#include "cli/export/sheet.h"

typedef struct sw_row {
  int period;            /* of the sheet's own; 0 without time */
  int64_t unit, unit_to; /* -1: the sheet has no such axis */
  const int64_t *label;  /* places on the sheet's further axes */
  const double *value;   /* of each quantity; NaN: missing */
} sw_row;

typedef sw_status sw_row_taker(sw_error *err, void *self, const sw_row *row);

/* `period`: those of the sheet that are wanted, in order. Ends with the first failure of the
 * taker. A dense matrix without values on its diagonal has no rows for it. */
sw_status sw_rows_walk(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                       sw_row_taker *take, void *self);

/* The same with all wanted periods of a row at once, not of pairs: value[k * n_periods + p] of
 * quantity k. */
sw_status sw_rows_walk_wide(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                            sw_row_taker *take, void *self);

#endif

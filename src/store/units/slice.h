/* Columns of the units file, and behind them the slices of the codes that the study has as groups:
 * a slice is a field like another, with the number of columns and its own place as its number. */
#ifndef SW_STORE_UNITS_SLICE_H
#define SW_STORE_UNITS_SLICE_H

#include "plan/study/study.h"
#include "store/text/csv.h"

/* A slice by its name, else the column; told at `where` if there is neither. A slice that is called
 * like a column would hide it, so it is refused. */
sw_status sw_units_column(sw_error *err, const sw_csv *csv, const sw_units_spec *spec,
                          const char *where, const char *name, int *column);
/* Field `column` of the record; `code` is the column of codes. A slice that the code is too short
 * for is empty. */
sw_field sw_units_field(const sw_csv *csv, const sw_units_spec *spec, int code, int column);
/* SW_EINPUT where the record's code is too short for one of the slices. */
sw_status sw_units_refuse_short(sw_error *err, const sw_csv *csv, const sw_units_spec *spec,
                                int code);

#endif

/* `--where`: the conditions of a study's `where` (plan/study/where.c), on the columns of rows that
 * are written: units and their names, places and groups, periods, labels, and the quantities. */
#ifndef SW_CLI_EXPORT_WHERE_H
#define SW_CLI_EXPORT_WHERE_H

#include "cli/export/rows.h"
#include "plan/study/study.h"

typedef struct sw_where {
  int n;
  const sw_condition *condition;
  struct sw_where_column *column; /* of each */
} sw_where;

/* `text` NULL: every row stays. `wide`: rows have several periods, so conditions on periods and on
 * quantities are refused. SW_EINPUT: no such column, or a comparison that is not of its kind. */
sw_status sw_where_read(sw_error *err, sw_arena *arena, const char *text, const sw_sheet *sheet,
                        bool wide, sw_where *where);
bool sw_where_keeps(const sw_where *where, const sw_sheet *sheet, const sw_row *row);

#endif

/* Numbers out of a table that the study gives beside the panel, by period and name: a base of
 * location quotients, the concentration of plants. */
#ifndef SW_MEASURE_SHARE_TABLE_H
#define SW_MEASURE_SHARE_TABLE_H

#include "spillway/measure.h"

/* The two parameters that say what quotients are relative to, as sw_table_base_over takes them. */
#define SW_PARAM_BASE                                                                              \
  {                                                                                                \
    .name = "base", .type = SW_P_TABLE, .fallback = "own",                                         \
    .help = "own: the study's sums; {file: national.csv}: one row per period, one column per "     \
            "industry"                                                                             \
  }
#define SW_PARAM_BASE_OVER                                                                         \
  {                                                                                                \
    .name = "base_over", .type = SW_P_CHOICE, .fallback = "refuse", .choices = "refuse|complete",  \
    .help = "own sums where cells are missing: refuse, or take the units that have a value"        \
  }

/* Whether own sums are taken over the units that have a value (base_over: complete). It is about
 * own sums; beside a table it would be ignored, so it is refused, unless it only says the default.
 */
sw_status sw_table_base_over(sw_error *err, const sw_job *job, bool *complete);

/* The value of `name` in the job's period t, out of the table of the parameter `param`: a row per
 * period and a column per name, or the table turned round. A table of one row serves a
 * cross-section. What is not there, or missing, is refused. */
sw_status sw_table_cell(sw_error *err, const sw_job *job, const char *param, int t,
                        const char *name, double *value);
/* The value of `name` where the table holds for all periods: it has one column or one row, which is
 * no period. */
bool sw_table_timeless(const sw_job *job, const char *param, const char *name, double *value);

#endif

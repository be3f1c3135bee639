/* Which industries make up the primary, the secondary and the tertiary sector. */
#ifndef SW_MEASURE_SHARE_SECTORS_H
#define SW_MEASURE_SHARE_SECTORS_H

#include "spillway/measure.h"

enum { SW_SECTORS = 3 };

/* Reads the parameter `order` of the inputs of `industries`: as-given, or a list of three, each an
 * industry or a list of them. (*sector)[k]: 0 primary to 2 tertiary, by industry; left alone where
 * the industries are not three and the study does not say. */
sw_status sw_sectors_read(sw_error *err, sw_job *job, const int **sector);

#endif

/* Times as netCDF writes them: a number of units since a moment, in a calendar. No HDF5 here. */
#ifndef SW_STORE_NETCDF_CALENDAR_H
#define SW_STORE_NETCDF_CALENDAR_H

#include "spillway/status.h"

typedef struct sw_date {
  int64_t year;
  int month, day; /* from 1 */
} sw_date;

/* GREGORIAN: as used since 1582-10-15, before that the Julian; PROLEPTIC: the Gregorian always. The
 * others have days that no date has, or lack some: they are years and months alike. */
typedef enum sw_calendar {
  SW_CALENDAR_GREGORIAN,
  SW_CALENDAR_PROLEPTIC,
  SW_CALENDAR_NOLEAP,
  SW_CALENDAR_ALL_LEAP,
  SW_CALENDAR_360
} sw_calendar;

typedef struct sw_clock {
  sw_calendar calendar;
  bool months;     /* units are whole months of the calendar; else seconds */
  double unit;     /* seconds or months of one unit */
  sw_date since;   /* ... and the seconds of that day */
  int64_t seconds; /* of the day */
} sw_clock;

/* Whether the units are of time since a moment; such units are to be read, or refused. */
bool sw_clock_is_since(const char *units);
/* NULL, or what is wrong with units or calendar (NULL: the standard one), for a message. */
const char *sw_clock_parse(const char *units, const char *calendar, sw_clock *clock);
/* NULL, or what is wrong with the number. The hour of the day is left out. */
const char *sw_clock_date(const sw_clock *clock, double value, sw_date *date);

#endif

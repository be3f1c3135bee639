/* Numbers to dates, by the conventions of CF (units "days since 2001-01-01", calendars). Days are
 * counted from one that all calendars can count from, in whole numbers; seconds are rounded, so
 * that a day that floating point missed by a hair is the day. Called by time.c for each position of
 * a time axis. What is not understood is refused in words: a date that is guessed is a wrong
 * period. */
#include "store/netcdf/calendar.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Leap seconds do not exist in CF times. */
enum { DAY = 86400 };

/* ---- days ---------------------------------------------------------------------------------- */

/* C rounds towards zero; years before 0 need the floor. */
static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

/* `julian`: the rule of leap years before the reform; of the standard calendar alone. */
static bool is_leap(const sw_clock *clock, bool julian, int64_t year) {
  switch (clock->calendar) {
  case SW_CALENDAR_NOLEAP:
    return false;
  case SW_CALENDAR_ALL_LEAP:
    return true;
  default:
    return year % 4 == 0 && (julian || year % 100 != 0 || year % 400 == 0);
  }
}

static int month_length(const sw_clock *clock, bool julian, int64_t year, int month) {
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (clock->calendar == SW_CALENDAR_360) return 30;
  return length[month - 1] + (month == 2 && is_leap(clock, julian, year));
}

/* Days of the years before this one, from year 0. Year 0 exists in this count, as in the proleptic
 * calendar. */
static int64_t days_before(const sw_clock *clock, bool julian, int64_t year) {
  int64_t leaps = floor_div(year - 1, 4) + 1;
  if (!julian) leaps += floor_div(year - 1, 400) - floor_div(year - 1, 100);
  switch (clock->calendar) {
  case SW_CALENDAR_NOLEAP:
    return 365 * year;
  case SW_CALENDAR_ALL_LEAP:
    return 366 * year;
  case SW_CALENDAR_360:
    return 360 * year;
  default:
    return 365 * year + leaps - julian * 2; /* both count 1582-10-15 as Julian 1582-10-05 */
  }
}

/* Days since the start of year 0 of the calendar. The caller grants that month and day exist. */
static int64_t day_number(const sw_clock *clock, bool julian, sw_date date) {
  int64_t day = days_before(clock, julian, date.year) + date.day - 1;
  for (int month = 1; month < date.month; month++)
    day += month_length(clock, julian, date.year, month);
  return day;
}

/* The inverse of day_number, always in the reformed calendar. */
static sw_date date_of(const sw_clock *clock, int64_t day) {
  sw_date date = {.year = floor_div(day, 366), .month = 1};
  /* Years are at most 366 days: the first guess is early, by one in 1461 at most. */
  date.year += floor_div(day - days_before(clock, false, date.year), 366);
  while (days_before(clock, false, date.year + 1) <= day)
    date.year++;
  day -= days_before(clock, false, date.year);
  while (day >= month_length(clock, false, date.year, date.month))
    day -= month_length(clock, false, date.year, date.month++);
  date.day = (int)day + 1;
  return date;
}

/* Whether a date lies in the Julian part of the standard calendar, before 1582-10-15: dates there
 * are only counted from, none is offered. */
static bool is_before_reform(const sw_clock *clock, sw_date date) {
  return clock->calendar == SW_CALENDAR_GREGORIAN &&
         (date.year < 1582 || (date.year == 1582 && date.month * 100 + date.day < 1015));
}

/* ---- units --------------------------------------------------------------------------------- */

/* Units of time in seconds, or in months. Names are compared as whole words, so their order does
 * not matter. */
static const struct {
  const char *name;
  double unit;
  bool months;
} time_unit[] = {{"nanosecond", 1e-9, false},
                 {"microsecond", 1e-6, false},
                 {"millisecond", 1e-3, false},
                 {"ns", 1e-9, false},
                 {"us", 1e-6, false},
                 {"ms", 1e-3, false},
                 {"msec", 1e-3, false},
                 {"second", 1, false},
                 {"sec", 1, false},
                 {"s", 1, false},
                 {"minute", 60, false},
                 {"min", 60, false},
                 {"hour", 3600, false},
                 {"hr", 3600, false},
                 {"h", 3600, false},
                 {"day", DAY, false},
                 {"d", DAY, false},
                 {"week", 7 * DAY, false},
                 {"month", 1, true},
                 {"year", 12, true},
                 {"yr", 12, true}};

/* Skips blanks; of any kind, they separate the words of `units`. */
static const char *skip_blanks(const char *text) {
  while (isspace((unsigned char)*text))
    text++;
  return text;
}

static size_t word_of(const char *text) {
  size_t length = 0;
  while (isalpha((unsigned char)text[length]))
    length++;
  return length;
}

/* What follows "since", or NULL. */
static const char *behind_since(const char *units) {
  const char *at = skip_blanks(units);
  while (*at && !isspace((unsigned char)*at))
    at++;
  at = skip_blanks(at);
  return !strncasecmp(at, "since", 5) && isspace((unsigned char)at[5]) ? skip_blanks(at + 5) : NULL;
}

bool sw_clock_is_since(const char *units) {
  return behind_since(units) != NULL;
}

/* Finds the unit: a whole word, singular or plural. False also where nothing follows the unit. */
static bool find_unit(const char *units, sw_clock *clock) {
  const char *at = skip_blanks(units);
  size_t length = word_of(at);
  for (size_t k = 0; k < sizeof time_unit / sizeof *time_unit; k++) {
    size_t own = strlen(time_unit[k].name);
    bool same = length == own || (length == own + 1 && tolower((unsigned char)at[own]) == 's');
    if (!same || strncasecmp(at, time_unit[k].name, own) != 0) continue;
    clock->unit = time_unit[k].unit;
    clock->months = time_unit[k].months;
    return isspace((unsigned char)at[length]);
  }
  return false;
}

/* Finds the calendar; without the attribute it is the standard one, as CF has it. Julian is not
 * offered. */
static bool find_calendar(const char *calendar, sw_clock *clock) {
  static const struct {
    const char *name;
    sw_calendar calendar;
  } known[] = {{"standard", SW_CALENDAR_GREGORIAN},
               {"gregorian", SW_CALENDAR_GREGORIAN},
               {"proleptic_gregorian", SW_CALENDAR_PROLEPTIC},
               {"noleap", SW_CALENDAR_NOLEAP},
               {"365_day", SW_CALENDAR_NOLEAP},
               {"all_leap", SW_CALENDAR_ALL_LEAP},
               {"366_day", SW_CALENDAR_ALL_LEAP},
               {"360_day", SW_CALENDAR_360}};
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    if (!strcasecmp(calendar ? calendar : "standard", known[k].name)) {
      clock->calendar = known[k].calendar;
      return true;
    }
  return false;
}

/* ---- the moment ---------------------------------------------------------------------------- */

/* Reads one to four digits; returns what is behind them, or NULL. More than four are refused, as a
 * year of five digits would be a slip. */
static const char *digits(const char *text, int64_t *number) {
  int n = 0;
  for (*number = 0; n < 4 && isdigit((unsigned char)text[n]); n++)
    *number = 10 * *number + text[n] - '0';
  return n && !isdigit((unsigned char)text[n]) ? text + n : NULL;
}

/* Reads year[-month[-day]]; month and day are 1 where they are left out. */
static const char *read_date(const char *text, sw_date *date) {
  int64_t part[3] = {0, 1, 1};
  for (int k = 0; k < 3; k++) {
    text = digits(text, &part[k]);
    if (!text) return NULL;
    if (k == 2 || *text != '-') break;
    text++;
  }
  *date = (sw_date){.year = part[0], .month = (int)part[1], .day = (int)part[2]};
  return text;
}

/* Reads hour[:minute[:second[.fraction]]]; the fraction is left out, as it cannot change the day of
 * a period. */
static const char *read_hour(const char *text, int64_t *seconds) {
  int64_t part[3] = {0, 0, 0};
  for (int k = 0; k < 3; k++) {
    text = digits(text, &part[k]);
    if (!text) return NULL;
    if (k == 2 || *text != ':') break;
    text++;
  }
  if (*text == '.') text += 1 + strspn(text + 1, "0123456789");
  *seconds = 3600 * part[0] + 60 * part[1] + part[2];
  return part[0] < 24 && part[1] < 60 && part[2] < 60 ? text : NULL;
}

/* Whether what is behind the hour is nothing, or a name of no offset. Another offset would move
 * periods by hours: it is refused, not guessed. */
static bool is_utc(const char *text) {
  static const char *const names[] = {"",      "Z",      "UTC",    "GMT",   "+0",   "+00",
                                      "+0:00", "+00:00", "-00:00", "+0000", "0:00", "00:00"};
  char word[8] = "";
  size_t length = strlen(text);
  while (length && isspace((unsigned char)text[length - 1]))
    length--;
  if (length >= sizeof word) return false;
  memcpy(word, text, length);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    if (!strcasecmp(word, names[k])) return true;
  return false;
}

/* Reads the moment behind "since". NULL: understood; else what is wrong, in words for the message.
 * The pointer is into a constant, so nothing is freed. */
static const char *read_moment(const char *text, sw_clock *clock) {
  const char *const unclear = "the moment is not clear; expected e.g. days since 2001-01-01";
  text = read_date(text, &clock->since);
  if (!text) return unclear;
  if (*text == 'T' || *text == 't') text++;
  text = skip_blanks(text);
  if (isdigit((unsigned char)*text)) {
    text = read_hour(text, &clock->seconds);
    if (!text) return unclear;
    text = skip_blanks(text);
  }
  if (!is_utc(text)) return "a time zone is not heeded; expected none, or UTC";
  sw_date since = clock->since;
  bool julian = is_before_reform(clock, since);
  if (since.month < 1 || since.month > 12 || since.day < 1 ||
      since.day > month_length(clock, julian, since.year, since.month))
    return "there is no such day in this calendar";
  if (since.year == 0 && clock->calendar == SW_CALENDAR_GREGORIAN)
    return "there is no year 0 in the standard calendar; expected proleptic_gregorian, or a later "
           "year";
  return NULL;
}

/* Parses both attributes. NULL: understood; else the reason, for the caller's message. */
const char *sw_clock_parse(const char *units, const char *calendar, sw_clock *clock) {
  *clock = (sw_clock){.unit = 1};
  if (!find_unit(units, clock))
    return "the unit is not known; expected seconds, minutes, hours, days, weeks, months or years";
  if (!find_calendar(calendar, clock))
    return "the calendar is not known; expected standard, proleptic_gregorian, noleap, all_leap or "
           "360_day";
  return read_moment(behind_since(units), clock);
}

/* ---- numbers ------------------------------------------------------------------------------- */

/* Whole months on: the same day of the month, at the same hour. "months since" has no fixed number
 * of seconds. */
static const char *months_on(const sw_clock *clock, double value, sw_date *date) {
  double months = value * clock->unit;
  if (months != floor(months)) return "is no whole number of months";
  int64_t month = (int64_t)months + clock->since.month - 1;
  *date = clock->since;
  date->year += floor_div(month, 12);
  date->month = (int)(month - 12 * floor_div(month, 12)) + 1;
  return date->day <= month_length(clock, is_before_reform(clock, *date), date->year, date->month)
             ? NULL
             : "is a day that its month does not have";
}

/* The date of a value. NULL on success; else words that follow the value in a message. 4e11 seconds
 * and 12e4 months are more than 9999 years. */
const char *sw_clock_date(const sw_clock *clock, double value, sw_date *date) {
  const char *wrong = NULL;
  if (!isfinite(value)) return "is missing";
  double seconds = value * clock->unit;
  if (fabs(seconds) > (clock->months ? 12e4 : 4e11)) return "lies beyond the year 9999";
  if (clock->months)
    wrong = months_on(clock, value, date);
  else {
    int64_t all = (int64_t)round(seconds) + clock->seconds;
    bool julian = is_before_reform(clock, clock->since);
    *date = date_of(clock, day_number(clock, julian, clock->since) + floor_div(all, DAY));
  }
  if (wrong) return wrong;
  if (date->year < 0 || date->year > 9999) return "lies beyond the years 0 to 9999";
  return is_before_reform(clock, *date)
             ? "lies before 1582-10-15, where the standard calendar is the Julian one"
             : NULL;
}

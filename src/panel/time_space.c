/* The periods of a panel as time: their spacing, the period that a text names, their numbers in
 * results, and what is said of them (time.h). Labels have been read to numbers in one unit
 * (time.c); here numbers ascend. Differences are taken as unsigned numbers, as those of far ends do
 * not fit a signed one. */
#include "panel/time.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- spacing ----------------------------------------------------------------------------- */

/* The day after is the first of a month. */
static bool is_last_of_month(int64_t day) {
  int64_t year;
  int month, next;
  sw_time_date(day + 1, &year, &month, &next);
  return next == 1;
}

/* Dates of one day of the month, or of its last day, are monthly, although months differ in length.
 * One period is monthly in this sense, too; nothing rests on it. A last day of February beside the
 * 31st of others is monthly. */
static bool goes_by_months(const sw_periods *periods) {
  bool same = true, last = true;
  int first = 0;
  for (int t = 0; t < periods->n; t++) {
    int64_t year;
    int month, day;
    sw_time_date(periods->value[t], &year, &month, &day);
    if (t == 0) first = day;
    same &= day == first;
    last &= is_last_of_month(periods->value[t]);
  }
  return same || last;
}

/* The period's number in the unit of the step. Months where dates go by months; else the value
 * itself. */
static int64_t place(const sw_periods *periods, int t) {
  int64_t year;
  int month, day;
  if (periods->unit != SW_TIME_DAY || periods->step_unit != SW_TIME_MONTH) return periods->value[t];
  sw_time_date(periods->value[t], &year, &month, &day);
  return 12 * year + month - 1;
}

/* The greatest common divisor (Euclid): of 0 and b it is b. The distance as an unsigned number is
 * right even where the difference of the signed ones would overflow. */
static uint64_t common(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* Periods ascend, so that their differences are not negative; they may not fit a signed number. */
static uint64_t distance(const sw_periods *periods, int t) {
  return (uint64_t)place(periods, t) - (uint64_t)place(periods, t - 1);
}

/* The step is the greatest that divides all distances; a period that is further than one step from
 * the one before it has a hole there. `follows` is the caller's, and kept only where there are
 * holes. O(n log) with Euclid. Without values, or with one period, there is no step. `follows` has
 * one flag for each period, the first unused. */
void sw_time_space(sw_periods *periods, bool *follows) {
  periods->step = 0;
  periods->holes = 0;
  periods->follows = NULL;
  periods->step_unit = periods->unit;
  if (!periods->value || periods->n < 2) return;
  if (periods->unit == SW_TIME_DAY && goes_by_months(periods)) periods->step_unit = SW_TIME_MONTH;
  uint64_t step = 0;
  for (int t = 1; t < periods->n; t++)
    step = common(step, distance(periods, t));
  periods->step = step < INT64_MAX ? (int64_t)step : INT64_MAX;
  for (int t = 1; t < periods->n; t++) {
    follows[t] = distance(periods, t) == step;
    periods->holes += !follows[t];
  }
  if (periods->holes) periods->follows = follows;
}

/* Years are counted as such, so that a span of ten is ten years in a census panel too; of quarters
 * or dates nothing but the step is a natural unit. A step of 10 years leaves `counted_in` at 1. */
static uint64_t counted_in(const sw_periods *periods) {
  return periods->integer || periods->step < 1 ? 1 : (uint64_t)periods->step;
}

static uint64_t between(const sw_periods *periods, int from, int to) {
  return (uint64_t)place(periods, to) - (uint64_t)place(periods, from);
}

/* Exactly `span` steps before, or none: a hole is not stepped over. O(periods). -1: there is none,
 * or the order of the periods is not known. */
int sw_periods_before(const sw_periods *periods, int period, int64_t span) {
  if (!periods->value) return -1;
  uint64_t step = counted_in(periods);
  for (int t = period - 1; t >= 0; t--) {
    uint64_t apart = between(periods, t, period);
    if (apart / step == (uint64_t)span && apart % step == 0) return t;
  }
  return -1;
}

/* Steps divide all distances of the panel. from <= to. */
int64_t sw_periods_passed(const sw_periods *periods, int from, int to) {
  return (int64_t)(between(periods, from, to) / counted_in(periods));
}

/* One number alone proves nothing; 18th to 22nd century. One label that cannot be read as a date is
 * enough to tell that the numbers are numbers. */
static bool all_read(const sw_periods *periods, const char *format) {
  int64_t value = 0;
  for (int t = 0; t < periods->n; t++)
    if (sw_time_scan(periods->label[t], format, &value) == SW_FORM_TEXT) return false;
  return true;
}

/* Whole numbers that are dates: 200112 would else be the year 200112. Returns the format to
 * suggest. NULL: they are what they look like. Only suggested: 200112 may also be a number of its
 * own. */
const char *sw_time_packed(const sw_periods *periods) {
  int64_t first = periods->value[0], last = periods->value[periods->n - 1];
  if (first >= 170000 && last < 220000 && all_read(periods, "%Y%m")) return "%Y%m";
  if (first >= 17000000 && last < 22000000 && all_read(periods, "%Y%m%d")) return "%Y%m%d";
  /* 98, 99, 00, 01: the other century comes first. */
  if (first < 69 && last >= 69 && last - first >= periods->n && all_read(periods, "%y"))
    return "%y";
  return NULL;
}

/* Only suggested, as above. 25569 is 1970-01-01: spreadsheets count a 29 February 1900, so that the
 * rule holds from March 1900 on. */
bool sw_time_serial(const sw_periods *periods, int64_t *first, int64_t *last) {
  enum { EPOCH = 25569, FROM = 18264, BEYOND = 65746 };
  *first = periods->value[0] - EPOCH;
  *last = periods->value[periods->n - 1] - EPOCH;
  return periods->value[0] >= FROM && periods->value[periods->n - 1] < BEYOND;
}

/* ---- what a text names ------------------------------------------------------------------- */

/* As the panel's labels are written, or in a form that needs no format. What a study writes need
 * not be in the panel's format. */
static bool reads(const sw_periods *periods, const char *text, int64_t *value) {
  sw_time_unit unit = periods->integer ? SW_TIME_NUMBER : periods->unit;
  if (unit == SW_TIME_YEAR && sw_time_read_as(SW_FORM_TWO_YEARS, text, NULL, value)) return true;
  if (periods->format && sw_time_unit_of(sw_time_read(text, periods->format, value)) == unit)
    return true;
  return sw_time_unit_of(sw_time_read(text, NULL, value)) == unit;
}

/* By label first: a label names its own period whatever else it could be read as. -1: none. Periods
 * may be equal in value only if their labels are. */
int sw_periods_find(const sw_periods *periods, const char *text) {
  int64_t value = 0;
  for (int t = 0; t < periods->n; t++)
    if (!strcmp(periods->label[t], text)) return t;
  if (!periods->value || !reads(periods, text, &value)) return -1;
  for (int t = 0; t < periods->n; t++)
    if (periods->value[t] == value) return t;
  return -1;
}

bool sw_periods_value(const sw_periods *periods, const char *text, int64_t *value) {
  int at = sw_periods_find(periods, text);
  if (at < 0 || !periods->value) return periods->value && reads(periods, text, value);
  *value = periods->value[at];
  return true;
}

/* The first period at or after the moment that the text names. The number of periods where all are
 * before it; -1: the text names no moment. */
int sw_periods_after(const sw_periods *periods, const char *text) {
  int64_t value = 0;
  int at = sw_periods_find(periods, text);
  if (at >= 0) return at;
  if (!periods->value || !reads(periods, text, &value)) return -1;
  for (at = 0; at < periods->n && periods->value[at] < value; at++)
    ;
  return at;
}

/* Unsigned, for the same reason as distances. */
static uint64_t apart(int64_t a, int64_t b) {
  return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* The first of equals. -1 where texts cannot be compared as times. */
int sw_periods_nearest(const sw_periods *periods, const char *text) {
  int64_t value = 0;
  int best = 0;
  if (!periods->value || !reads(periods, text, &value)) return -1;
  for (int t = 1; t < periods->n; t++)
    if (apart(periods->value[t], value) < apart(periods->value[best], value)) best = t;
  return best;
}

/* ---- results ----------------------------------------------------------------------------- */

/* The part begins on the first day of a month: halves and quarters divide the year by whole
 * months. */
static int64_t first_day(int parts, int64_t value) {
  int64_t days = 0;
  int months = 12 / parts;
  sw_time_day(value / parts, value % parts * months + 1, 1, &days);
  return days;
}

/* Parts of years and weeks become the day that they begin with; years and numbers stay as they are.
 * Days since 1970-01-01, which readers of the file turn into dates (CF conventions). */
int64_t sw_periods_axis(const sw_periods *periods, int period) {
  int64_t value = periods->value[period];
  switch (periods->unit) {
  case SW_TIME_HALF:
    return first_day(2, value);
  case SW_TIME_QUARTER:
    return first_day(4, value);
  case SW_TIME_MONTH:
    return first_day(12, value);
  case SW_TIME_WEEK:
    return 7 * value - 3;
  default:
    return value;
  }
}

/* ---- in words ---------------------------------------------------------------------------- */

/* Whole numbers of four digits are taken for years, in words only. So a panel of years is said to
 * be of years although its numbers are just numbers. */
static bool are_years(const sw_periods *periods) {
  return periods->value[0] >= 1000 && periods->value[periods->n - 1] <= 2999;
}

static const char *word(sw_time_unit unit) {
  static const char *const words[] = {"text",    "year",  "year", "half-year",
                                      "quarter", "month", "week", "day"};
  return words[unit];
}

/* Steps of whole years are said in years also of months. */
const char *sw_time_say_step(const sw_periods *periods, char text[SW_TIME_ROOM]) {
  bool years = periods->step_unit == SW_TIME_MONTH && periods->step % 12 == 0;
  int64_t step = years ? periods->step / 12 : periods->step;
  const char *one = word(years ? SW_TIME_YEAR : periods->step_unit);
  if (periods->step_unit <= SW_TIME_NUMBER && !are_years(periods))
    snprintf(text, SW_TIME_ROOM, "%lld", (long long)step);
  else if (step == 1)
    snprintf(text, SW_TIME_ROOM, "%s", one);
  else
    snprintf(text, SW_TIME_ROOM, "%lld %ss", (long long)step, one);
  return text;
}

/* "": there is none. */
static const char *first_hole(const sw_periods *periods) {
  for (int t = 1; t < periods->n; t++)
    if (!periods->follows[t]) return periods->label[t];
  return "";
}

/* For `check` and `info`. Longer labels are cut, so that the line fits its room. */
const char *sw_time_say(const sw_periods *periods, char text[SW_TIME_ROOM]) {
  char step[SW_TIME_ROOM];
  const char *first = periods->label[0], *last = periods->label[periods->n - 1];
  bool numbers = periods->unit == SW_TIME_NUMBER && !are_years(periods);
  if (periods->cross_section) return strcpy(text, "a cross-section");
  if (periods->unit == SW_TIME_UNKNOWN) {
    snprintf(text, SW_TIME_ROOM,
             "%d period%s, %.80s to %.80s, order unknown: by bytes of text, no spacing", periods->n,
             periods->n == 1 ? "" : "s", first, last);
    return text;
  }
  const char *units = numbers ? "whole number" : word(periods->unit);
  if (periods->n == 1) {
    snprintf(text, SW_TIME_ROOM, "1 period, a %s, %.80s", units, first);
    return text;
  }
  int at =
      snprintf(text, SW_TIME_ROOM, "%d periods, %ss, %.80s to %.80s, %s%s", periods->n, units,
               first, last, numbers ? "in steps of " : "every ", sw_time_say_step(periods, step));
  if (periods->holes)
    snprintf(text + at, (size_t)(SW_TIME_ROOM - at), ", but for %d hole%s, the first before %.80s",
             periods->holes, periods->holes == 1 ? "" : "s", first_hole(periods));
  return text;
}

/* What the labels of periods mean: years, half-years, quarters, months, ISO weeks and days, which
 * have an order and a spacing; or texts of no known form, which have neither. Pure: no files, no
 * ranks.
 *
 * A period is counted in its unit from a fixed one on: a year by its number, a month by 12 y + m -
 * 1, a quarter by 4 y + q - 1, a half-year by 2 y + h - 1, a day from 1970-01-01 and a week by its
 * Monday. So those of equal meaning have equal numbers, however they are written. */
#ifndef SW_PANEL_TIME_H
#define SW_PANEL_TIME_H

#include "base/arena.h"
#include "spillway/panel.h"

enum { SW_TIME_ROOM = 400 }; /* of a text in words */

/* How a label is written. Labels of one panel are of one form. */
typedef enum sw_time_form {
  SW_FORM_TEXT,      /* of no known form */
  SW_FORM_INTEGER,   /* 2001; any whole number */
  SW_FORM_POINT,     /* 2001.0, as years are written that were read as numbers */
  SW_FORM_TWO_YEARS, /* 2001-2002, 2001/02: a year that begins within one */
  SW_FORM_HALF,      /* 2001H1 2001-S1 H1-2001 */
  SW_FORM_QUARTER,   /* 2001Q1 2001-q1 2001 Q1 Q1-2001 1Q2001 */
  SW_FORM_MONTH,     /* 2001-01 2001M1 2001-M01 2001 Jan Jan-2001 01/2001 */
  SW_FORM_WEEK,      /* 2001-W05 */
  SW_FORM_DATE,      /* 2001-01-31, with or without a time of midnight */
  SW_FORMS
} sw_time_form;

/* The form of a text, and what it means. `format`: how the study says that periods are written, or
 * NULL; another text is then SW_FORM_TEXT. */
sw_time_form sw_time_read(const char *text, const char *format, int64_t *value);
/* The same of a text that is meant to be of a form: "2001-02" is a month, or two years. */
bool sw_time_read_as(sw_time_form form, const char *text, const char *format, int64_t *value);
/* Whether two texts mean the same period: the first as the study says, the second also in a form
 * that needs no format. */
bool sw_time_same(const char *label, const char *text, const char *format);
/* The form of n labels: that of all, else the one that the odd ones are held against. */
sw_time_form sw_time_form_of(int64_t n, const char *const *label, const char *format);
/* "a month"; SW_FORM_TEXT: "a text". */
const char *sw_time_form_word(sw_time_form form);
sw_time_unit sw_time_unit_of(sw_time_form form);

/* time_alike.c. The first of n labels that is not of the form of most, or of numbers not of their
 * length; *usual: the first of most. NULL: all are alike. */
const char *sw_time_odd(const char *const *label, int n, const char **usual);
/* "4 digits", "a month". */
const char *sw_time_kind(const char *label, char text[SW_TIME_ROOM]);

/* Refuses a format with an unknown directive, or one that names no period. Known are %Y %y %m %d %e
 * %j %b %B %q, %H %M %S (which must be 0), %F %T %%. */
sw_status sw_time_check_format(sw_error *err, const char *format);
/* time_format.c: the text as of that format; SW_FORM_TEXT: it is not. */
sw_time_form sw_time_scan(const char *text, const char *format, int64_t *value);

/* ---- the calendar (proleptic Gregorian) -------------------------------------------------- */

/* Days since 1970-01-01. False: there is no such date. */
bool sw_time_day(int64_t year, int64_t month, int64_t day, int64_t *days);
void sw_time_date(int64_t days, int64_t *year, int *month, int *day);
/* 1 .. 12 for "Jan", "january", ...; *length: letters read. 0: none. */
int sw_time_month_name(const char *text, size_t *length);

/* ---- periods of a panel ------------------------------------------------------------------ */

/* How texts without a known order are refused; their first follows. */
#define SW_TIME_UNKNOWN_HINT                                                                       \
  "'%.40s' is of no known form (2001, 2001Q1, 2001-01, 2001-01-31, ...); name it: `time: "         \
  "{column: "                                                                                      \
  "..., format: \"%%m/%%d/%%Y\"}`, or in a wide layout rename its columns"

/* Whole numbers that look like months or dates written as one, 200112 or 20011231, or like years of
 * two digits on both sides of 2000: the format that would read them so; else NULL. */
const char *sw_time_packed(const sw_periods *periods);

/* Whether whole numbers look like the days of a spreadsheet (1 is 1900-01-01): five digits, of
 * dates from 1950 to 2079. Then *first and *last are the dates, in days since 1970-01-01. */
bool sw_time_serial(const sw_periods *periods, int64_t *first, int64_t *last);

/* Sets step, step_unit, holes and `follows` (n flags, of the caller) by value and unit. */
void sw_time_space(sw_periods *periods, bool *follows);
/* The moment that a text names, as the periods are counted. False: it names none of their unit, or
 * their order is unknown. */
bool sw_periods_value(const sw_periods *periods, const char *text, int64_t *value);
/* The first period at or after the one that a text means, n where there is none; and the nearest.
 * -1: it means none, or the order is unknown. */
int sw_periods_after(const sw_periods *periods, const char *text);
int sw_periods_nearest(const sw_periods *periods, const char *text);
/* "12 periods, months, 2001M1 to 2001M12, every month". */
const char *sw_time_say(const sw_periods *periods, char text[SW_TIME_ROOM]);
/* "year", "3 months": the step. */
const char *sw_time_say_step(const sw_periods *periods, char text[SW_TIME_ROOM]);

#endif

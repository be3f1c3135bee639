/* Labels of periods, by their form. See time.h. Only what can mean one thing is of a known form:
 * 20010131 is a whole number, and 01/02/2001 a text, unless the study names a format.
 *
 * Sources: ISO 8601 (dates, weeks); H. Hinnant, "chrono-compatible low-level date algorithms"
 * (days of a civil date).
 *
 * Numbers in one unit: years, halves 2 y + h - 1, quarters 4 y + q - 1, months 12 y + m - 1, weeks
 * and days since 1970. Reading a label is pure and needs no memory. */
#include "panel/time.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- the calendar ------------------------------------------------------------------------ */

/* The Gregorian calendar, also for years before it was in use. */
static bool is_leap(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Of month 1 to 12. */
static int days_of_month(int64_t year, int64_t month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

/* Years begin in March here, so that the leap day is the last of a year; 719468 days lie between
 * 0000-03-01 and 1970-01-01. Years are not negative (four digits). False: there is no such day. The
 * era is 400 years of 146,097 days. */
bool sw_time_day(int64_t year, int64_t month, int64_t day, int64_t *days) {
  if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month)) return false;
  int64_t from_march = (month + 9) % 12, y = year - (month <= 2) + 400;
  int64_t era = y / 400, of_era = y % 400;
  int64_t of_year = (153 * from_march + 2) / 5 + day - 1;
  *days = (era - 1) * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
  return true;
}

/* The inverse of sw_time_day for all days from the year -400 on. */
void sw_time_date(int64_t days, int64_t *year, int *month, int *day) {
  int64_t z = days + 719468 + 146097; /* one era on: no number is negative */
  int64_t era = z / 146097, of_era = z % 146097;
  int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
  int64_t from_march = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
  *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
  *year = y + (era - 1) * 400 + (*month <= 2);
}

/* 1970-01-01 was a Thursday, so the Monday of week w, counted from that day's week, is 7 w - 3. A
 * week belongs to the year of its Thursday; week 1 has January 4. False: the year has no such week;
 * some years have 53. */
static bool week_of(int64_t year, int64_t number, int64_t *week) {
  int64_t fourth = 0, y = 0;
  int month, day;
  sw_time_day(year, 1, 4, &fourth);
  *week = (fourth + 3 + 7 * 200000) / 7 - 200000 + number - 1;
  sw_time_date(7 * *week, &y, &month, &day); /* its Thursday */
  return number >= 1 && y == year;
}

/* 0: no month. Three letters or the whole word, in any case, English alone; *length is what it
 * takes of the text. */
int sw_time_month_name(const char *text, size_t *length) {
  static const char *const names[] = {"january",   "february", "march",    "april",
                                      "may",       "june",     "july",     "august",
                                      "september", "october",  "november", "december"};
  size_t n = 0;
  while (isalpha((unsigned char)text[n]))
    n++;
  for (int m = 0; m < 12; m++)
    if ((n == 3 || n == strlen(names[m])) && !strncasecmp(text, names[m], n)) {
      *length = n;
      return m + 1;
    }
  return 0;
}

/* ---- parts of a label -------------------------------------------------------------------- */

/* From `least` to `most` digits, to the first byte that is none. One more than `most` is read, so
 * that a longer number fails. *at is moved in any case; callers look at it no more after a
 * failure. */
static bool digits(const char **at, int least, int most, int64_t *value) {
  int n = 0;
  *value = 0;
  for (; n <= most && isdigit((unsigned char)**at); n++)
    *value = 10 * *value + (*(*at)++ - '0');
  return n >= least && n <= most;
}

/* One sign at most. Also none, which is no error: 2001Q1 has none. */
static bool separator(const char **at) {
  bool one = **at && strchr("-_/:. ", **at);
  *at += one;
  return one;
}

/* The n-th part of a year that the letter names. Halves are called H or S (semester). SW_FORM_TEXT:
 * no such part. */
static sw_time_form part_of(char letter, int64_t year, int64_t n, int64_t *value) {
  static const struct {
    char letter;
    int parts;
    sw_time_form form;
  } of[] = {{'M', 12, SW_FORM_MONTH},
            {'Q', 4, SW_FORM_QUARTER},
            {'H', 2, SW_FORM_HALF},
            {'S', 2, SW_FORM_HALF}};
  letter = (char)toupper((unsigned char)letter);
  if (letter == 'W') return week_of(year, n, value) ? SW_FORM_WEEK : SW_FORM_TEXT;
  for (size_t k = 0; k < sizeof of / sizeof *of; k++)
    if (of[k].letter == letter && n >= 1 && n <= of[k].parts) {
      *value = of[k].parts * year + n - 1;
      return of[k].form;
    }
  return SW_FORM_TEXT;
}

/* Nothing more, or midnight: T00:00, 00:00:00.000, with Z or +00:00. Only midnight is a date
 * without a time of the day; any other time would be lost. */
static bool ends_at_midnight(const char *at) {
  if (!*at) return true;
  if (*at != 'T' && *at != ' ') return false;
  const char *zeros = ++at;
  int colons = 0;
  for (; *at == '0' || *at == ':' || (*at == '.' && colons == 2); at++)
    colons += *at == ':';
  if (at - zeros < 5 || colons < 1 || colons > 2 || at[-1] < '0') return false;
  return !*at || !strcmp(at, "Z") || !strcmp(at, "+00:00");
}

/* ---- forms ------------------------------------------------------------------------------- */

/* What follows a year of four digits: -01, -01-31, /02, -2002, Q1, -M01, " Jan". Order of the
 * questions: a month by name, a part by letter, a number. A two-digit number is a month where it
 * can be one, and the end of a pair of years where it cannot; four digits are a pair where they
 * follow the first. */
static sw_time_form after_year(int64_t year, const char *at, int64_t *value) {
  char by = *at;
  int64_t n = 0, day = 0;
  size_t letters = 0;
  bool parted = separator(&at);
  int month = sw_time_month_name(at, &letters);
  if (month && !at[letters]) return part_of('M', year, month, value);
  if (isalpha((unsigned char)*at)) {
    char letter = *at++;
    return digits(&at, 1, 2, &n) && !*at ? part_of(letter, year, n, value) : SW_FORM_TEXT;
  }
  const char *second = at;
  if (!parted || (by != '-' && by != '/') || !digits(&at, 1, 4, &n)) return SW_FORM_TEXT;
  if (*at == by && at - second <= 2) {
    at++;
    return digits(&at, 1, 2, &day) && ends_at_midnight(at) && sw_time_day(year, n, day, value)
               ? SW_FORM_DATE
               : SW_FORM_TEXT;
  }
  if (*at) return SW_FORM_TEXT;
  if (at - second <= 2 && n >= 1 && n <= 12) return part_of('M', year, n, value);
  *value = year;
  return (at - second == 4 && n == year + 1) || (at - second == 2 && n == (year + 1) % 100)
             ? SW_FORM_TWO_YEARS
             : SW_FORM_TEXT;
}

/* Those that end in the year: Q1-2001, Jan 2001, 1Q2001, 01/2001. 1Q2001 and 01/2001 begin with a
 * digit; of the first the letter must be one of quarters or halves, as 1M2001 could be taken for a
 * number. */
static sw_time_form before_year(const char *at, int64_t *value) {
  int64_t n = 0, year = 0;
  size_t letters = 0;
  char letter = 'M';
  bool number = isdigit((unsigned char)*at);
  int month = sw_time_month_name(at, &letters);
  if (month) {
    n = month;
    at += letters;
  } else {
    if (!number) letter = *at++;
    if (!letter || !digits(&at, 1, 2, &n)) return SW_FORM_TEXT;
    if (number && isalpha((unsigned char)*at)) {
      letter = *at++;
      if (!strchr("QqHhSs", letter)) return SW_FORM_TEXT;
      separator(&at);
      return digits(&at, 4, 4, &year) && !*at ? part_of(letter, year, n, value) : SW_FORM_TEXT;
    }
  }
  if (!separator(&at) || !digits(&at, 4, 4, &year) || *at) return SW_FORM_TEXT;
  return part_of(letter, year, n, value);
}

/* 2001.0 As spreadsheets write whole numbers. */
static bool is_point(const char *text, int64_t *value) {
  const char *point = strchr(text, '.');
  if (!point || point == text || !point[1] || strspn(point + 1, "0") != strlen(point + 1))
    return false;
  return sw_parse_integer(text, (size_t)(point - text), value);
}

/* The forms are tried from the plainest on; with a format nothing else is. */
sw_time_form sw_time_read(const char *text, const char *format, int64_t *value) {
  int64_t year = 0;
  const char *at = text;
  if (format) return sw_time_scan(text, format, value);
  if (sw_parse_integer(text, strlen(text), value)) return SW_FORM_INTEGER;
  if (is_point(text, value)) return SW_FORM_POINT;
  if (digits(&at, 4, 4, &year)) return after_year(year, at, value);
  return before_year(text, value);
}

/* 2001-02, as 2001-13 is no month; of one that is, only the other labels can tell. Both 2001-02 and
 * 2001/2002 are pairs of years where the second follows the first. */
static bool is_two_years(const char *text, int64_t *value) {
  int64_t next = 0;
  const char *at = text;
  if (!digits(&at, 4, 4, value) || (*at != '-' && *at != '/')) return false;
  const char *second = ++at;
  if (!digits(&at, 2, 4, &next) || *at) return false;
  return at - second == 4 ? next == *value + 1 : at - second == 2 && next == (*value + 1) % 100;
}

/* For callers that know the form of the panel's other labels. */
bool sw_time_read_as(sw_time_form form, const char *text, const char *format, int64_t *value) {
  if (form == SW_FORM_TWO_YEARS && !format) return is_two_years(text, value);
  return sw_time_read(text, format, value) == form;
}

/* Whether two labels name one period: by bytes, else by what they are read as. Labels without a
 * known unit are one only where they are equal. */
bool sw_time_same(const char *label, const char *text, const char *format) {
  int64_t value = 0, other = 0;
  if (!strcmp(label, text)) return true;
  sw_time_unit unit = sw_time_unit_of(sw_time_read(label, format, &value));
  if (unit == SW_TIME_UNKNOWN) return false;
  if (sw_time_unit_of(sw_time_read(text, format, &other)) == unit && value == other) return true;
  return format && sw_time_unit_of(sw_time_read(text, NULL, &other)) == unit && value == other;
}

/* Two labels or more that all are pairs of years are so, although 2001-02 and 2002-03 could be
 * months: nobody has February of one year and March of the next. Of labels that are mixed the whole
 * numbers are right, as before there were other forms; else the form of most. Ties go to the form
 * that stands first in sw_time_form, the plainer one. */
sw_time_form sw_time_form_of(int64_t n, const char *const *label, const char *format) {
  int64_t count[SW_FORMS] = {0}, value = 0, pairs = 0;
  sw_time_form most = SW_FORM_TEXT;
  for (int64_t i = 0; i < n; i++) {
    count[sw_time_read(label[i], format, &value)]++;
    pairs += !format && is_two_years(label[i], &value);
  }
  if (pairs == n && n > 1) return SW_FORM_TWO_YEARS;
  if (count[SW_FORM_INTEGER]) return SW_FORM_INTEGER;
  for (sw_time_form f = SW_FORM_INTEGER; f < SW_FORMS; f++)
    if (count[f] > (most ? count[most] : 0)) most = f;
  return most;
}

/* For messages; in the order of sw_time_form. */
const char *sw_time_form_word(sw_time_form form) {
  static const char *const words[SW_FORMS] = {
      "a text",          "an integer",  "a number such as 2001.0",
      "a pair of years", "a half-year", "a quarter",
      "a month",         "a week",      "a date"};
  return words[form];
}

/* In the order of sw_time_form. A point form is a number, a pair of years a year. */
sw_time_unit sw_time_unit_of(sw_time_form form) {
  static const sw_time_unit units[SW_FORMS] = {SW_TIME_UNKNOWN, SW_TIME_NUMBER, SW_TIME_NUMBER,
                                               SW_TIME_YEAR,    SW_TIME_HALF,   SW_TIME_QUARTER,
                                               SW_TIME_MONTH,   SW_TIME_WEEK,   SW_TIME_DAY};
  return units[form];
}

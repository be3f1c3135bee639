/* Periods written as the study says: `time: {column: date, format: "%m/%d/%Y"}`, in the directives
 * of strptime. Not strptime itself, which follows the locale, has no quarters, and does not say
 * whether what it read is a day or a month. What a text names is told by the format alone, so that
 * all labels of a panel are of one form. */
#include "panel/time.h"

#include <ctype.h>
#include <string.h>

/* What was read; -1: the format does not name it. */
typedef struct named {
  int64_t year, month, day, of_year, quarter, clock;
} named;

/* F and T stand for several. NULL: the directive stands for itself. A directive that stands for
 * others holds no further longhand, so the recursion of `scan` is one level deep. */
static const char *longhand(char directive) {
  return directive == 'F' ? "%Y-%m-%d" : directive == 'T' ? "%H:%M:%S" : NULL;
}

/* Up to `most` digits; a longer number leaves the rest for the next directive. At least one
 * digit. */
static bool number(const char **at, int most, int64_t *value) {
  int n = 0;
  int64_t sum = 0;
  for (; n < most && isdigit((unsigned char)**at); n++)
    sum = 10 * sum + (*(*at)++ - '0');
  *value = sum;
  return n > 0;
}

/* Two digits of a year: 69 to 99 are of the twentieth century, as POSIX has it. Exactly two
 * digits. */
static bool short_year(const char **at, int64_t *year) {
  const char *from = *at;
  if (!number(at, 2, year) || *at - from != 2) return false;
  *year += *year < 69 ? 2000 : 1900;
  return true;
}

/* Times of the day are read to be 0: no period is shorter than a day. 13:00 makes a label
 * unreadable rather than cut it to its day. */
static bool midnight(const char **at, named *out) {
  return number(at, 2, &out->clock) && out->clock == 0;
}

/* One directive. False: the text does not go on like that. Numbers are checked for their range
 * here, days in sw_time_day. */
static bool take(const char **at, char directive, named *out) {
  const char *from = *at;
  size_t letters = 0;
  switch (directive) {
  case 'Y':
    return number(at, 4, &out->year) && *at - from == 4;
  case 'y':
    return short_year(at, &out->year);
  case 'm':
    return number(at, 2, &out->month) && out->month >= 1 && out->month <= 12;
  case 'd':
  case 'e':
    return number(at, 2, &out->day);
  case 'j':
    return number(at, 3, &out->of_year) && out->of_year >= 1;
  case 'q':
    return number(at, 1, &out->quarter) && out->quarter >= 1 && out->quarter <= 4;
  case 'H':
  case 'M':
  case 'S':
    return midnight(at, out);
  case 'b':
  case 'B':
    out->month = sw_time_month_name(*at, &letters);
    *at += letters;
    return out->month > 0;
  default:
    return false;
  }
}

/* Blanks of the format stand for any number of blanks. F and T are read as what they stand for.
 * Other characters stand for themselves, %% for one percent sign. */
static bool scan(const char **at, const char *format, named *out) {
  for (const char *f = format; *f; f++) {
    if (*f == ' ') {
      *at += strspn(*at, " ");
    } else if (*f != '%' || f[1] == '%') {
      if (*(*at)++ != *f) return false;
      f += *f == '%';
    } else {
      const char *whole = longhand(*++f);
      if (whole ? !scan(at, whole, out) : !take(at, *f, out)) return false;
    }
  }
  return true;
}

/* What is named, by its finest part. A day needs its month; the format's check has seen to it. The
 * day of the year is checked against the length of that year. */
static sw_time_form value_of(const named *it, int64_t *value) {
  int64_t next = 0;
  if (it->of_year > 0) {
    sw_time_day(it->year, 1, 1, value);
    *value += it->of_year - 1;
    sw_time_day(it->year + 1, 1, 1, &next);
    return *value < next ? SW_FORM_DATE : SW_FORM_TEXT;
  }
  if (it->day >= 0)
    return sw_time_day(it->year, it->month, it->day, value) ? SW_FORM_DATE : SW_FORM_TEXT;
  *value = it->month > 0     ? 12 * it->year + it->month - 1
           : it->quarter > 0 ? 4 * it->year + it->quarter - 1
                             : it->year;
  return it->month > 0 ? SW_FORM_MONTH : it->quarter > 0 ? SW_FORM_QUARTER : SW_FORM_INTEGER;
}

/* A text that does not fit, or goes on behind the format, names no period. -1 everywhere: nothing
 * is named yet. */
sw_time_form sw_time_scan(const char *text, const char *format, int64_t *value) {
  named it = {-1, -1, -1, -1, -1, -1};
  const char *at = text;
  if (!scan(&at, format, &it) || *at) return SW_FORM_TEXT;
  return value_of(&it, value);
}

/* ---- the format itself ------------------------------------------------------------------- */

static const char known[] = "%Y %y %m %d %e %j %b %B %q %H %M %S %F %T %%";

/* Counts what the format names: year, month, day, day of the year, quarter. Directives that count
 * twice (F) count for each part that they name. Times of the day count for none. */
static sw_status count_named(sw_error *err, const char *format, int count[5]) {
  static const char *const kinds[5] = {"YyF", "mbBF", "deF", "j", "q"};
  for (const char *f = strchr(format, '%'); f; f = strchr(f + 1, '%')) {
    f++;
    if (!*f) return sw_fail(err, SW_EINPUT, "format: '%s' ends within a directive", format);
    if (!strchr("YymdejbBqHMSFT%", *f))
      return sw_fail(err, SW_EINPUT, "format: '%s': unknown directive %%%c; known are %s", format,
                     *f, known);
    for (int k = 0; k < 5; k++)
      count[k] += strchr(kinds[k], *f) != NULL;
  }
  return SW_OK;
}

/* One period must follow: a year, with nothing, a month, a month and a day, a day of the year or a
 * quarter. For the study's reader, which tells where the format stands. */
sw_status sw_time_check_format(sw_error *err, const char *format) {
  int n[5] = {0};
  SW_TRY(count_named(err, format, n));
  bool finer = n[1] + n[3] + n[4] <= 1 && n[2] <= n[1];
  if (n[0] == 1 && finer) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "format: '%s' names no period; expected a year, alone or with a month (and its "
                 "day), a day of the year (%%j) or a quarter (%%q), each once",
                 format);
}

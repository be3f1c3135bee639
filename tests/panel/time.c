/* What labels of periods mean: forms, the calendar, formats, spacing; by hand and against the C
 * library's calendar. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "panel/time.h"

typedef struct one {
  const char *text;
  sw_time_form form;
  int64_t value;
} one;

Test(time, forms) {
  static const one all[] = {
      {"2001", SW_FORM_INTEGER, 2001},
      {"-4", SW_FORM_INTEGER, -4},
      {"05", SW_FORM_INTEGER, 5},
      {"20010131", SW_FORM_INTEGER, 20010131},
      {"2001.0", SW_FORM_POINT, 2001},
      {"2011.00", SW_FORM_POINT, 2011},
      {"2001-01", SW_FORM_MONTH, 24012},
      {"2001-12", SW_FORM_MONTH, 24023},
      {"2001M1", SW_FORM_MONTH, 24012},
      {"2001M01", SW_FORM_MONTH, 24012},
      {"2001m12", SW_FORM_MONTH, 24023},
      {"2001-M01", SW_FORM_MONTH, 24012},
      {"2001/3", SW_FORM_MONTH, 24014},
      {"03/2001", SW_FORM_MONTH, 24014},
      {"2001 JAN", SW_FORM_MONTH, 24012},
      {"Sep-2001", SW_FORM_MONTH, 24020},
      {"September 2001", SW_FORM_MONTH, 24020},
      {"2001Q1", SW_FORM_QUARTER, 8004},
      {"2001q4", SW_FORM_QUARTER, 8007},
      {"2001-Q2", SW_FORM_QUARTER, 8005},
      {"2001 Q2", SW_FORM_QUARTER, 8005},
      {"2001:Q2", SW_FORM_QUARTER, 8005},
      {"Q2-2001", SW_FORM_QUARTER, 8005},
      {"Q2 2001", SW_FORM_QUARTER, 8005},
      {"2Q2001", SW_FORM_QUARTER, 8005},
      {"2001H1", SW_FORM_HALF, 4002},
      {"2001-S2", SW_FORM_HALF, 4003},
      {"2001-2002", SW_FORM_TWO_YEARS, 2001},
      {"2012-13", SW_FORM_TWO_YEARS, 2012},
      {"1999/00", SW_FORM_TWO_YEARS, 1999},
      {"1970-01-01", SW_FORM_DATE, 0},
      {"1969-12-31", SW_FORM_DATE, -1},
      {"2000-02-29", SW_FORM_DATE, 11016},
      {"2001/01/31", SW_FORM_DATE, 11353},
      {"2001-01-31T00:00:00", SW_FORM_DATE, 11353},
      {"2001-01-31 00:00", SW_FORM_DATE, 11353},
      {"2001-01-31T00:00:00.000000000", SW_FORM_DATE, 11353},
      {"2001-01-31T00:00:00Z", SW_FORM_DATE, 11353},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    int64_t value = 0;
    cr_expect_eq(sw_time_read(all[i].text, NULL, &value), all[i].form, "%s", all[i].text);
    cr_expect_eq(value, all[i].value, "%s: %lld", all[i].text, (long long)value);
  }
}

Test(time, texts) {
  static const char *const all[] = {"",
                                    "late",
                                    "q1",
                                    "2001M13",
                                    "2001M0",
                                    "2001Q5",
                                    "2001H3",
                                    "2001-00",
                                    "2001-02-29",
                                    "2001-13-01",
                                    "1900-02-29",
                                    "2001-1-",
                                    "2001M1x",
                                    "2001.5",
                                    "2001.",
                                    ".0",
                                    "11/30/2001",
                                    "2001-01-31T06:00",
                                    "2001W53",
                                    "2001-W00",
                                    "01-2",
                                    "Q2",
                                    "2001-Q",
                                    "2001 Smarch",
                                    "2001-01-31 ",
                                    "2001-01/31",
                                    "2001--01",
                                    "20010-01",
                                    "2001-01-31T0",
                                    "13/2001",
                                    "2001-05-",
                                    "2001-2004",
                                    "2001Q1-2002",
                                    "Ma 2001",
                                    "1S01",
                                    "2001..0"};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    int64_t value = 0;
    cr_expect_eq(sw_time_read(all[i], NULL, &value), SW_FORM_TEXT, "%s", all[i]);
  }
}

/* Every day of eight centuries, and its ISO week. */
Test(time, calendar) {
  struct tm tm = {.tm_year = -300, .tm_mon = 0, .tm_mday = 1, .tm_hour = 12};
  int64_t first = timegm(&tm) / 86400 - 1;
  for (int64_t d = first; d < first + 800 * 366; d++) {
    time_t at = (time_t)(d * 86400 + 43200);
    struct tm is;
    int64_t back = 0, year;
    int month, day;
    gmtime_r(&at, &is);
    sw_time_date(d, &year, &month, &day);
    cr_assert(year == is.tm_year + 1900 && month == is.tm_mon + 1 && day == is.tm_mday);
    cr_assert(sw_time_day(year, month, day, &back) && back == d);
    if (d % 5) continue;
    char text[32];
    int64_t week = 0;
    strftime(text, sizeof text, "%G-W%V", &is);
    cr_assert_eq(sw_time_read(text, NULL, &week), SW_FORM_WEEK, "%s", text);
    cr_assert(7 * week - 3 <= d && d < 7 * week + 4, "%s", text);
  }
}

Test(time, formats) {
  static const struct {
    const char *format;
    one is;
  } all[] = {
      {"%m/%d/%Y", {"11/30/2001", SW_FORM_DATE, 11656}},
      {"%m/%d/%Y", {"1/31/2002", SW_FORM_DATE, 11718}},
      {"%d.%m.%Y", {"31.01.2002", SW_FORM_DATE, 11718}},
      {"%Y%m%d", {"20020131", SW_FORM_DATE, 11718}},
      {"%Y%m", {"200201", SW_FORM_MONTH, 24024}},
      {"%B %Y", {"january 2002", SW_FORM_MONTH, 24024}},
      {"%b-%y", {"Jan-02", SW_FORM_MONTH, 24024}},
      {"%b-%y", {"Jan-69", SW_FORM_MONTH, 12 * 1969}},
      {"%Y, quarter %q", {"2001, quarter 3", SW_FORM_QUARTER, 8006}},
      {"FY%Y", {"FY2001", SW_FORM_INTEGER, 2001}},
      {"%Y %j", {"2002 31", SW_FORM_DATE, 11718}},
      {"%F %T", {"2002-01-31 00:00:00", SW_FORM_DATE, 11718}},
      {"%Y%%", {"2001%", SW_FORM_INTEGER, 2001}},
      {"%m/%d/%Y", {"13/1/2001", SW_FORM_TEXT, 0}},
      {"%m/%d/%Y", {"2/29/2001", SW_FORM_TEXT, 0}},
      {"%m/%d/%Y", {"1/1/01", SW_FORM_TEXT, 0}},
      {"%m/%d/%Y", {"1/1/2001x", SW_FORM_TEXT, 0}},
      {"%m/%d/%Y", {"1/1/", SW_FORM_TEXT, 0}},
      {"%Y", {"", SW_FORM_TEXT, 0}},
      {"%Y %j", {"2001 366", SW_FORM_TEXT, 0}},
      {"%F %T", {"2002-01-31 06:00:00", SW_FORM_TEXT, 0}},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    int64_t value = 0;
    sw_error err = {0};
    cr_expect_eq(sw_time_check_format(&err, all[i].format), SW_OK, "%s", err.text);
    cr_expect_eq(sw_time_read(all[i].is.text, all[i].format, &value), all[i].is.form, "%s %s",
                 all[i].format, all[i].is.text);
    if (all[i].is.form) cr_expect_eq(value, all[i].is.value, "%s", all[i].is.text);
  }
  static const char *const bad[] = {"%D",    "%p",   "%Y%",      "%m/%d",    "%Y-%d", "%Y-%m-%j",
                                    "%Y %y", "year", "%Y-%q-%m", "%Y %d %j", "%U %Y"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    sw_error err = {0};
    cr_expect_eq(sw_time_check_format(&err, bad[i]), SW_EINPUT, "%s", bad[i]);
  }
}

/* Of labels: the form of all. Sets `periods` of those, sorted already. */
static sw_periods of(int n, const char *const *label, const char *format) {
  static int64_t value[32];
  static bool follows[32];
  sw_time_form form = sw_time_form_of(n, label, format);
  sw_periods periods = {.n = n, .label = label, .value = form ? value : NULL, .format = format};
  for (int t = 0; t < n; t++)
    cr_assert(sw_time_read_as(form, label[t], format, &value[t]), "%s", label[t]);
  periods.unit = sw_time_unit_of(form);
  periods.integer = periods.unit == SW_TIME_NUMBER;
  sw_time_space(&periods, follows);
  return periods;
}

#define SAYS(text, ...)                                                                            \
  do {                                                                                             \
    static const char *const label[] = {__VA_ARGS__};                                              \
    sw_periods periods = of(sizeof label / sizeof *label, label, NULL);                            \
    char said[SW_TIME_ROOM];                                                                       \
    cr_expect_str_eq(sw_time_say(&periods, said), text);                                           \
  } while (0)

Test(time, spacing) {
  SAYS("3 periods, years, 2001 to 2003, every year", "2001", "2002", "2003");
  SAYS("3 periods, years, 1990 to 2000, every 5 years", "1990", "1995", "2000");
  SAYS("3 periods, years, 2001.0 to 2011.0, every year, but for 1 hole, the first before 2011.0",
       "2001.0", "2002.0", "2011.0");
  SAYS("2 periods, whole numbers, 1 to 4, in steps of 3", "1", "4");
  SAYS("1 period, a year, 2001", "2001");
  SAYS("3 periods, months, 2001M10 to 2001M12, every month", "2001M10", "2001M11", "2001M12");
  SAYS("2 periods, quarters, 2001Q4 to 2002Q1, every quarter", "2001Q4", "2002Q1");
  SAYS("2 periods, months, 2001-03 to 2001-06, every 3 months", "2001-03", "2001-06");
  SAYS("3 periods, years, 2001-02 to 2012-13, every year, but for 1 hole, the first before 2012-13",
       "2001-02", "2002-03", "2012-13");
  /* Ends of months, and one day of the month, are monthly; of the year, yearly. */
  SAYS("4 periods, days, 2000-11-30 to 2001-02-28, every month", "2000-11-30", "2000-12-31",
       "2001-01-31", "2001-02-28");
  SAYS("3 periods, days, 2000-01-15 to 2002-01-15, every year", "2000-01-15", "2001-01-15",
       "2002-01-15");
  SAYS("3 periods, days, 2000-02-26 to 2000-03-11, every 7 days", "2000-02-26", "2000-03-04",
       "2000-03-11");
  SAYS("2 periods, a to b, order unknown: by bytes of text, no spacing", "a", "b");
}

/* Years are counted as such, quarters and dates by the step of the panel. */
Test(time, before) {
  static const char *const years[] = {"1990", "1995", "2000", "2010"};
  static const char *const quarters[] = {"2001Q2", "2001Q4", "2002Q4"};
  static const char *const ends[] = {"2000-11-30", "2000-12-31", "2001-01-31", "2001-03-31"};
  static const char *const texts[] = {"a", "b"};
  sw_periods periods = of(4, years, NULL);
  cr_expect_eq(sw_periods_before(&periods, 1, 5), 0);
  cr_expect_eq(sw_periods_before(&periods, 1, 1), -1, "a step of five years is no year");
  cr_expect_eq(sw_periods_before(&periods, 3, 10), 2);
  cr_expect_eq(sw_periods_before(&periods, 3, 5), -1, "a hole");
  cr_expect_eq(sw_periods_before(&periods, 3, 15), 1);
  cr_expect_eq(sw_periods_passed(&periods, 0, 3), 20);
  cr_expect_eq(sw_periods_passed(&periods, 2, 2), 0);
  cr_expect_eq(sw_periods_before(&periods, 0, 1), -1);
  periods = of(3, quarters, NULL);
  cr_expect_eq(sw_periods_before(&periods, 1, 1), 0, "steps of half a year");
  cr_expect_eq(sw_periods_before(&periods, 2, 1), -1);
  cr_expect_eq(sw_periods_before(&periods, 2, 2), 1);
  cr_expect_eq(sw_periods_passed(&periods, 0, 2), 3, "steps of half a year");
  periods = of(4, ends, NULL);
  cr_expect_eq(sw_periods_before(&periods, 2, 1), 1, "months of 31 and 30 days");
  cr_expect_eq(sw_periods_before(&periods, 3, 2), 2);
  cr_expect_eq(sw_periods_passed(&periods, 0, 3), 4);
  periods = of(2, texts, NULL);
  cr_expect_eq(sw_periods_before(&periods, 1, 1), -1, "the order is unknown");
}

/* Numbers so far apart that a signed difference would not hold it. */
Test(time, far_apart) {
  static const char *const far[] = {"-9223372036854775808", "-9223372036854775807",
                                    "9223372036854775807"};
  char said[SW_TIME_ROOM];
  sw_periods periods = of(3, far, NULL);
  cr_assert_eq(periods.step, 1);
  cr_assert_eq(periods.holes, 1);
  cr_assert_eq(sw_periods_nearest(&periods, "-1"), 1);
  cr_assert_eq(sw_periods_nearest(&periods, "1"), 2);
  cr_assert_not_null(strstr(sw_time_say(&periods, said), "the first before 9223372036854775807"));
}

Test(time, names) {
  static const char *const years[] = {"2001.0", "2002.0", "2011.0"};
  sw_periods periods = of(3, years, NULL);
  cr_assert_eq(sw_periods_find(&periods, "2002"), 1);
  cr_assert_eq(sw_periods_find(&periods, "2011.0"), 2);
  cr_assert_eq(sw_periods_find(&periods, "2010"), -1);
  cr_assert_eq(sw_periods_after(&periods, "2010"), 2);
  cr_assert_eq(sw_periods_after(&periods, "2012"), 3);
  cr_assert_eq(sw_periods_nearest(&periods, "2005"), 1);
  cr_assert_eq(sw_periods_axis(&periods, 2), 2011);
  cr_assert_not(sw_periods_in_days(&periods));
  static const char *const months[] = {"2000M12", "2001M1", "2001M2"};
  periods = of(3, months, NULL);
  cr_assert_eq(sw_periods_find(&periods, "2001-01"), 1);
  cr_assert_eq(sw_periods_find(&periods, "2001"), -1);
  cr_assert_eq(sw_periods_axis(&periods, 1), 11323); /* 2001-01-01 */
  cr_assert(sw_periods_in_days(&periods));
  static const char *const dates[] = {"11/30/2001", "12/31/2001"};
  periods = of(2, dates, "%m/%d/%Y");
  cr_assert_eq(sw_periods_find(&periods, "2001-12-31"), 1);
  cr_assert_eq(sw_periods_axis(&periods, 0), 11656);
  static const char *const quarters[] = {"2001Q4", "2002Q1"};
  periods = of(2, quarters, NULL);
  cr_assert_eq(sw_periods_axis(&periods, 0), 11596); /* 2001-10-01 */
}

Test(time, mixed) {
  static const char *const all[][3] = {{"2001", "2001.0", "2002"},
                                       {"2001Q1", "2001Q2", "2001M3"},
                                       {"a", "b", "2001Q1"},
                                       {"a", "b", "c"},
                                       {"2001-02", "2002-03", "2003-05"}};
  static const sw_time_form form[] = {SW_FORM_INTEGER, SW_FORM_QUARTER, SW_FORM_QUARTER,
                                      SW_FORM_TEXT, SW_FORM_MONTH};
  for (size_t i = 0; i < sizeof form / sizeof *form; i++)
    cr_expect_eq(sw_time_form_of(3, all[i], NULL), form[i], "%zu", i);
}

/* Whole numbers that are months or dates written as one. */
Test(time, packed) {
  static const char *const months[] = {"200111", "200112", "200201"};
  static const char *const codes[] = {"200111", "200112", "200113"};
  sw_periods periods = of(3, months, NULL);
  cr_assert_str_eq(sw_time_packed(&periods), "%Y%m");
  periods = of(3, codes, NULL);
  cr_assert_null(sw_time_packed(&periods));
  periods = of(4, (const char *const[]){"00", "01", "98", "99"}, NULL);
  cr_assert_str_eq(sw_time_packed(&periods), "%y");
  periods = of(3, (const char *const[]){"68", "69", "70"}, NULL); /* no century between them */
  cr_assert_null(sw_time_packed(&periods));
  periods = of(3, (const char *const[]){"5", "65", "80"}, NULL);
  cr_assert_null(sw_time_packed(&periods));
}

/* A workbook's 2001-01-01 and 2006-01-01; years and codes are none. */
Test(time, serial) {
  int64_t first = 0, last = 0, day = 0;
  sw_periods periods = of(2, (const char *const[]){"36892", "38718"}, NULL);
  cr_assert(sw_time_serial(&periods, &first, &last));
  cr_assert(sw_time_day(2001, 1, 1, &day));
  cr_expect_eq(first, day);
  cr_assert(sw_time_day(2006, 1, 1, &day));
  cr_expect_eq(last, day);
  periods = of(2, (const char *const[]){"2001", "36892"}, NULL);
  cr_expect_not(sw_time_serial(&periods, &first, &last));
  periods = of(2, (const char *const[]){"36892", "200112"}, NULL);
  cr_expect_not(sw_time_serial(&periods, &first, &last));
}

Test(time, alike) {
  static const char *const ages[] = {"2000", "2010", "65"};
  static const char *const pairs[] = {"2011-12", "2012-13"};
  static const char *const parts[] = {"2001M9", "2001M10"};
  const char *usual = NULL;
  char kind[SW_TIME_ROOM];
  cr_assert_str_eq(sw_time_odd(ages, 3, &usual), "65");
  cr_assert_str_eq(usual, "2000");
  cr_assert_str_eq(sw_time_kind(usual, kind), "4 digits");
  cr_assert_null(sw_time_odd(ages, 2, &usual));
  cr_assert_null(sw_time_odd(pairs, 2, &usual));
  cr_assert_null(sw_time_odd(parts, 2, &usual));
}

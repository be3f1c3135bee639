/* The labels of an axis of time: its texts; whole numbers as they are; and where its units say
 * "days since", years where each begins one, months where each begins one, else days. Labels get
 * the form that panel/time.c recognises, so that a panel out of netCDF has the same periods as one
 * out of CSV. Values of the whole axis are read at once: axes of time are short.
 *
 * Called by the readers of panels. The labels are handed to `take` one by one, in the order of the
 * axis. */
#include "store/netcdf/calendar.h"
#include "store/netcdf/netcdf.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* is_list: a table in long form, in which a period may come again. */
typedef struct times {
  const sw_netcdf *file;
  const sw_netcdf_axis *axis;
  bool is_list;
  sw_netcdf_variable variable;
  const char *units, *calendar; /* NULL: plain numbers */
  sw_clock clock;
  double *value;
  sw_date *date;
} times;

/* Takes a piece of the axis; called in its order. */
static sw_status keep(sw_error *err, void *self, const double *value, const hsize_t start[2],
                      const hsize_t count[2]) {
  times *in = self;
  (void)err;
  memcpy(in->value + start[0], value, count[0] * sizeof *value);
  return SW_OK;
}

/* Reads the units of the axis. Without "since" its numbers are plain, such as years with the unit
 * "year". */
static sw_status read_units(sw_error *err, times *in) {
  const sw_netcdf_axis *axis = in->axis;
  SW_TRY(sw_netcdf_text(err, in->file, axis->dataset, axis->name, "units", "a text", &in->units));
  SW_TRY(sw_netcdf_text(err, in->file, axis->dataset, axis->name, "calendar", "a text",
                        &in->calendar));
  if (in->units && !sw_clock_is_since(in->units)) in->units = NULL;
  const char *wrong = in->units ? sw_clock_parse(in->units, in->calendar, &in->clock) : NULL;
  if (!wrong) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: %s: units \"%.60s\", calendar \"%.30s\": %s", in->file->name,
                 axis->name, in->units, in->calendar ? in->calendar : "standard", wrong);
}

/* ---- plain numbers ------------------------------------------------------------------------- */

/* Labels out of plain numbers, which must be whole. 9e15 is just below 2^53. */
static sw_status take_numbers(sw_error *err, const times *in, sw_netcdf_label *take, void *self) {
  for (hsize_t t = 0; t < in->axis->n; t++) {
    char text[32];
    double value = in->value[t];
    if (value != floor(value) || fabs(value) > 9e15)
      return sw_fail(err, SW_EINPUT, "%s: %s: %g is not a period; expected whole numbers or texts",
                     in->file->name, in->axis->name, value);
    int length = snprintf(text, sizeof text, "%.0f", value + 0.0); /* no -0 */
    SW_TRY(take(err, self, t, text, (size_t)length));
  }
  return SW_OK;
}

/* ---- times --------------------------------------------------------------------------------- */

static int compare(const sw_date *a, const sw_date *b) {
  if (a->year != b->year) return a->year < b->year ? -1 : 1;
  return a->month != b->month ? a->month - b->month : a->day - b->day;
}

/* Turns values into dates. One wrong date stops the reading: a panel with a period missing would be
 * another panel. */
static sw_status find_dates(sw_error *err, times *in) {
  for (hsize_t t = 0; t < in->axis->n; t++) {
    const char *wrong = sw_clock_date(&in->clock, in->value[t], &in->date[t]);
    if (wrong)
      return sw_fail(err, SW_EINPUT, "%s: %s: %.17g %.60s %s", in->file->name, in->axis->name,
                     in->value[t], in->units, wrong);
    if (!in->is_list && t > 0 && compare(&in->date[t - 1], &in->date[t]) == 0)
      return sw_fail(err, SW_EINPUT,
                     "%s: %s: two times are of one day, %lld-%02d-%02d; expected "
                     "periods of whole days",
                     in->file->name, in->axis->name, (long long)in->date[t].year, in->date[t].month,
                     in->date[t].day);
  }
  return SW_OK;
}

/* Refuses days of a calendar without the real days: its dates would be days apart that they are
 * not. Years and months can be told of it. */
static sw_status check_calendar(sw_error *err, const times *in) {
  if (in->clock.calendar <= SW_CALENDAR_PROLEPTIC) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: its calendar, %s, is heeded where periods begin a year or a month, and "
                 "these do not; expected the calendar standard",
                 in->file->name, in->axis->name, in->calendar);
}

/* The steps that the dates of an axis go by. */
typedef enum step { DAYS, MONTHS, YEARS } step;

/* What all dates begin: years, months, or only days. *pairs: the months could be read as pairs of
 * years, as 2001-02 can be the winter of 2001 and 2002 in panel/time.c; months then get an M. */
static step step_of(const times *in, bool *pairs) {
  step all = YEARS;
  *pairs = true;
  for (hsize_t t = 0; t < in->axis->n; t++) {
    const sw_date *date = &in->date[t];
    if (date->month != 1 && all == YEARS) all = MONTHS;
    if (date->day != 1) all = DAYS;
    *pairs &= date->month == (date->year + 1) % 100;
  }
  return all;
}

/* Labels out of dates, in the formats that panel/time.c reads. */
static sw_status take_dates(sw_error *err, times *in, sw_netcdf_label *take, void *self) {
  bool pairs = false;
  SW_TRY(find_dates(err, in));
  step all = step_of(in, &pairs);
  if (all == DAYS) SW_TRY(check_calendar(err, in));
  for (hsize_t t = 0; t < in->axis->n; t++) {
    char text[40];
    const sw_date *date = &in->date[t];
    long long year = date->year;
    int length =
        all == YEARS ? snprintf(text, sizeof text, "%lld", year)
        : all == MONTHS
            ? snprintf(text, sizeof text, pairs ? "%04lld-M%02d" : "%04lld-%02d", year, date->month)
            : snprintf(text, sizeof text, "%04lld-%02d-%02d", year, date->month, date->day);
    SW_TRY(take(err, self, t, text, (size_t)length));
  }
  return SW_OK;
}

/* ---- all of it ----------------------------------------------------------------------------- */

/* Units, rules, values, then labels by what the units say. */
static sw_status read_times(sw_error *err, times *in, sw_netcdf_label *take, void *self) {
  const sw_netcdf_axis *axis = in->axis;
  hsize_t lo[2] = {0, 0}, hi[2] = {axis->n, 1};
  in->variable = (sw_netcdf_variable){.name = axis->name, .dataset = axis->dataset, .dims = 1};
  SW_TRY(read_units(err, in));
  SW_TRY(
      sw_netcdf_rules_of(err, in->file, axis->dataset, axis->name, 0, NULL, &in->variable.rules));
  SW_TRY(sw_netcdf_read(err, in->file, &in->variable, lo, hi, keep, in));
  return in->units ? take_dates(err, in, take, self) : take_numbers(err, in, take, self);
}

/* Hands the labels of an axis of time to `take`. Texts are read as they are; numbers go through the
 * rules of the dataset, which may be packed. */
sw_status sw_netcdf_times(sw_error *err, const sw_netcdf *file, const sw_netcdf_axis *axis,
                          bool is_list, sw_netcdf_label *take, void *self) {
  times in = {.file = file, .axis = axis, .is_list = is_list};
  if (axis->text) return sw_netcdf_texts(err, file, axis, 0, axis->n, take, self);
  SW_TRY(sw_alloc(err, axis->n, sizeof *in.value, (void **)&in.value));
  sw_status status = sw_calloc(err, axis->n, sizeof *in.date, (void **)&in.date);
  if (!status) status = read_times(err, &in, take, self);
  sw_free(in.date);
  sw_free(in.value);
  return status;
}

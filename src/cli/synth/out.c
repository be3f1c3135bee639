/* Text output of the synthetic panel: a buffer before write(2), digits by hand, which is faster
 * than printf for panels of millions of cells. Values come as integers, so that no rounding hides
 * here. The first failure is kept and ends the writing; nothing after it can hide it. */
#include "cli/synth/synth.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, LONGEST = 1024 };

/* Where the country lies; kilometres become degrees as on a map true to scale at its middle. */
static const double km_per_degree = 6371.0088 * 3.14159265358979323846 / 180;
static const double middle_lon = 104, middle_lat = 35;

/* Writes the buffer out; a call that writes a part is continued. After a failure it only empties
 * the buffer, so that callers need not look at the status after every field. */
static void flush(sw_synth_out *out) {
  size_t done = 0;
  while (out->status == SW_OK && done < out->used) {
    ssize_t wrote = write(out->file, out->buffer + done, out->used - done);
    if (wrote > 0)
      done += (size_t)wrote;
    else if (wrote == 0 || errno != EINTR)
      out->status = sw_fail(out->err, SW_EIO, "%s: cannot be written: %s", out->path,
                            wrote == 0 ? "no room" : strerror(errno));
  }
  out->used = 0;
}

/* Room for `bytes` more in the buffer. The caller adds to out->used what it has written. `bytes` is
 * small against BUFFER, or the buffer would be overrun. */
static inline char *room(sw_synth_out *out, size_t bytes) {
  if (out->used + bytes > BUFFER) flush(out);
  return out->buffer + out->used;
}

/* Opens a file to write. On failure nothing stays open; the caller does not close. */
sw_status sw_synth_open(sw_error *err, const char *path, sw_synth_out *out) {
  *out = (sw_synth_out){.file = -1, .path = path, .err = err};
  SW_TRY(sw_alloc(err, BUFFER, 1, (void **)&out->buffer));
  out->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (out->file >= 0) return SW_OK;
  sw_free(out->buffer);
  return sw_fail(err, SW_EIO, "%s: cannot be created: %s", path, strerror(errno));
}

/* Writes what is left and closes. Returns the first failure of all that was written. */
sw_status sw_synth_close(sw_synth_out *out) {
  flush(out);
  /* Some file systems report a full disk only here. */
  if (close(out->file) != 0 && out->status == SW_OK)
    out->status =
        sw_fail(out->err, SW_EIO, "%s: cannot be written: %s", out->path, strerror(errno));
  sw_free(out->buffer);
  return out->status;
}

void sw_synth_char(sw_synth_out *out, char c) {
  *room(out, 1) = c;
  out->used++;
}

void sw_synth_text(sw_synth_out *out, const char *text) {
  for (; *text; text++)
    sw_synth_char(out, *text);
}

/* At most LONGEST - 1 bytes in one call. */
void sw_synth_printf(sw_synth_out *out, const char *format, ...) {
  char *at = room(out, LONGEST);
  va_list list;
  va_start(list, format);
  int length = vsnprintf(at, LONGEST, format, list);
  va_end(list);
  if (length < 0 || length >= LONGEST)
    out->status = sw_fail(out->err, SW_EINTERNAL, "%s: a line is too long", out->path);
  else
    out->used += (size_t)length;
}

/* Writes the lowest `digits` digits of a number, at most 24, with leading zeros. */
static void put_padded(sw_synth_out *out, uint64_t value, int digits) {
  char *at = room(out, 24);
  for (int i = digits - 1; i >= 0; i--) {
    at[i] = (char)('0' + value % 10);
    value /= 10;
  }
  out->used += (size_t)digits;
}

static int digits_of(uint64_t value) {
  int digits = 1;
  while (value >= 10) {
    value /= 10;
    digits++;
  }
  return digits;
}

/* Writes a decimal number: `value` in units of its last digit, `decimals` 0 to 6. -0.5 is written
 * with its sign, though its whole part is 0. */
void sw_synth_decimal(sw_synth_out *out, int64_t value, int decimals) {
  static const uint64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
  /* Also right for INT64_MIN, whose negative int64_t does not hold. */
  uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
  uint64_t whole = magnitude / power[decimals];
  if (value < 0) sw_synth_char(out, '-');
  put_padded(out, whole, digits_of(whole));
  if (decimals == 0) return;
  sw_synth_char(out, '.');
  put_padded(out, magnitude % power[decimals], decimals);
}

/* Two digits are enough: there are at most 60 provinces and 99 prefectures in one. Codes are
 * province, prefecture and number of the county, each counted from 1; the last has as many digits
 * as the largest prefecture needs, two at least. */
void sw_synth_code(sw_synth_out *out, const sw_synth_country *country, int64_t unit) {
  int seat = country->prefecture[unit], province = country->seat[seat].province;
  put_padded(out, (uint64_t)province + 1, 2);
  put_padded(out, (uint64_t)(seat - country->seat_of[province]) + 1, 2);
  put_padded(out, (uint64_t)(unit - country->unit_of[seat]) + 1, country->county_digits);
}

/* The rank of a unit in the hierarchy of centres. */
static const char *level(const sw_synth_country *country, int64_t unit) {
  int seat = country->prefecture[unit], province = country->seat[seat].province;
  if (unit != country->unit_of[seat]) return "county";
  if (seat != country->seat_of[province]) return "prefecture";
  return province == country->capital ? "nation" : "province";
}

/* Longitude of a place in micro-degrees. A degree of longitude is as long as it is at the middle
 * latitude everywhere (an equirectangular map), so distances by lon and lat differ from those in km
 * towards the north and south; only the former are ever used by a study. Six decimals are 0.1 m. */
int64_t sw_synth_lon(double x) {
  const double shrink = cos(middle_lat * 3.14159265358979323846 / 180);
  return llround((middle_lon + x / (km_per_degree * shrink)) * 1e6);
}

/* Micro-degrees, as sw_synth_lon; a degree of latitude is the same length everywhere. */
int64_t sw_synth_lat(double y) {
  return llround((middle_lat + y / km_per_degree) * 1e6);
}

void sw_synth_place(sw_synth_out *out, double x, double y) {
  sw_synth_char(out, ',');
  sw_synth_decimal(out, sw_synth_lon(x), 6);
  sw_synth_char(out, ',');
  sw_synth_decimal(out, sw_synth_lat(y), 6);
}

/* One line per unit, in the order of codes. */
void sw_synth_write_units(sw_synth_out *out, const sw_synth_country *country) {
  sw_synth_text(out, "code,level,province,prefecture,agglomeration,lon,lat,land_area\n");
  for (int64_t i = 0; i < country->n; i++) {
    int seat = country->prefecture[i], province = country->seat[seat].province;
    sw_synth_code(out, country, i);
    sw_synth_printf(out, ",%s,P%02d,P%02d-%02d,", level(country, i), province + 1, province + 1,
                    seat - country->seat_of[province] + 1);
    /* Outside every region the cell is empty: no group. */
    if (country->metro[i]) sw_synth_printf(out, "metro-%d", country->metro[i]);
    sw_synth_place(out, country->x[i], country->y[i]);
    sw_synth_char(out, ',');
    sw_synth_decimal(out, llround(country->land[i] * 1e3), 3);
    sw_synth_char(out, '\n');
  }
}

/* Links one way per line; both ways are in the list. */
void sw_synth_write_links(sw_synth_out *out, const sw_synth_country *country) {
  sw_synth_text(out, "from,to\n");
  for (int64_t k = 0; k < country->n_links; k++) {
    /* A link is (from << 32 | to). */
    sw_synth_code(out, country, (int64_t)(country->link[k] >> 32));
    sw_synth_char(out, ',');
    sw_synth_code(out, country, (int64_t)(country->link[k] & 0xffffffffu));
    sw_synth_char(out, '\n');
  }
}

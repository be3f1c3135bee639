/* Headlines out of a results file. Each figure says what it rests on: of how many units or pairs it
 * is, "(432 of 464)", and where it is undefined why. First and last period, so that a change shows;
 * of others only that they are undefined.
 *
 * All comes from the file, which may be damaged or of an older version: a figure that cannot be
 * read is left out, a count that is not there is not said. Cost: a period of units for each of two
 * periods, and single numbers. */
#include "store/layout/headline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/h5/shape.h"
#include "store/layout/contents.h"
#include "store/layout/layout.h"

enum { NEITHER = -1, UNDEFINED_SAID = 3 };

/* What measures call the number of units or values that their figures rest on. */
static const char *const used_name = "n_used";

/* A result that is looked at. */
typedef struct looking {
  sw_error *err;
  sw_arena *arena;
  hid_t group;
  const char *reasons; /* the attribute; "" without */
  int64_t n_units, n_periods;
  const char *const *period;
} looking;

/* A variable: which axis is time, which is by unit. */
typedef struct figure {
  hid_t dataset;
  const char *name;
  sw_h5_shape shape;
  int time, unit;
} figure;

/* ---- variables -------------------------------------------------------------------------- */

/* False: there is none of that name, or not of numbers. */
static bool open_figure(const looking *in, const char *name, figure *f) {
  *f = (figure){.dataset = sw_contents_variable(in->group, name), .name = name};
  f->time = f->unit = NEITHER;
  if (f->dataset < 0) return false;
  f->shape = sw_h5_shape_of(f->dataset);
  bool number = f->shape.number == SW_H5_REAL || f->shape.number == SW_H5_INTEGER;
  if (!number || f->shape.rank < 0) {
    H5Dclose(f->dataset);
    return false;
  }
  for (int a = 0; a < f->shape.rank; a++) {
    char path[SW_H5_PATH_ROOM];
    sw_h5_axis_path(f->dataset, a, path);
    if (strcmp(sw_h5_last_part(path), SW_NAME_TIME) == 0) f->time = a;
    if (strcmp(sw_h5_last_part(path), SW_NAME_UNIT) == 0) f->unit = a;
  }
  return true;
}

/* Periods that it has numbers of; no more than there are labels for. */
static int64_t periods_of(const looking *in, const figure *f) {
  int64_t n = f->time < 0 ? 1 : (int64_t)f->shape.extent[f->time];
  return f->time >= 0 && n > in->n_periods ? in->n_periods : n;
}

static int64_t units_of(const figure *f) {
  return f->unit < 0 ? 1 : (int64_t)f->shape.extent[f->unit];
}

/* Its numbers in period t, of all units; on axes of its own the first position. A whole number of
 * -1 is what is not defined. */
static bool read_period(const figure *f, int64_t t, double *to) {
  hsize_t start[H5S_MAX_RANK] = {0}, count[H5S_MAX_RANK], n = (hsize_t)units_of(f);
  for (int a = 0; a < f->shape.rank; a++) {
    if (f->shape.extent[a] == 0) return false;
    count[a] = a == f->unit ? n : 1;
    start[a] = a == f->time ? (hsize_t)t : 0;
  }
  hid_t space = H5Dget_space(f->dataset), memory = H5Screate_simple(1, &n, NULL);
  if (f->shape.rank > 0) H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  herr_t code = H5Dread(f->dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, to);
  H5Sclose(memory);
  H5Sclose(space);
  for (hsize_t k = 0; code >= 0 && k < n; k++)
    if (f->shape.number == SW_H5_INTEGER && to[k] == -1) to[k] = NAN;
  return code >= 0;
}

/* ---- words ------------------------------------------------------------------------------ */

/* "gini", and on axes of its own the label of the position that is shown. */
static const char *name_of(const looking *in, const figure *f) {
  const char *text = f->name;
  for (int a = 0; text && a < f->shape.rank; a++) {
    char path[SW_H5_PATH_ROOM];
    const char *const *label = NULL;
    int64_t count = 0;
    sw_error ignored = {0};
    if (a == f->time || a == f->unit) continue;
    sw_h5_axis_path(f->dataset, a, path);
    if (!*path ||
        sw_contents_labels(&ignored, in->arena, in->group, sw_h5_last_part(path), &count, &label) !=
            SW_OK ||
        count == 0)
      continue;
    text = sw_arena_printf(in->arena, "%s[%s]", text, label[0]);
  }
  return text;
}

/* What the file says of an output in a period, a line of the attribute; NULL: nothing. */
static const char *find_reason(const looking *in, const figure *f, int64_t t) {
  const char *label =
      f->time < 0 ? NULL : sw_arena_printf(in->arena, "%s in %s: ", f->name, in->period[t]);
  if (f->time < 0) label = sw_arena_printf(in->arena, "%s: ", f->name);
  for (const char *at = in->reasons; label && *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t line = strcspn(at, "\n"), length = strlen(label);
    if (line > length && strncmp(at, label, length) == 0)
      return sw_arena_textn(in->arena, at + length, line - length);
  }
  return NULL;
}

/* The mean of the units that have a value, or the one number. */
typedef struct number {
  double value;
  int64_t with, of; /* 0: of no units */
} number;

static bool number_in(const looking *in, const figure *f, const figure *used, int64_t t,
                      double *room, number *out) {
  *out = (number){.value = NAN};
  if (!read_period(f, t, room)) return false;
  double sum = 0, count = 0;
  for (int64_t k = 0; k < units_of(f); k++)
    if (!isnan(room[k])) sum += room[k], count += 1;
  out->value = count > 0 ? sum / count : NAN;
  if (f->unit >= 0) {
    out->with = (int64_t)count;
    out->of = units_of(f);
  } else if (used && used->time == f->time && used->unit < 0 && read_period(used, t, room) &&
             room[0] >= 0) {
    out->with = (int64_t)room[0];
    out->of = in->n_units;
  }
  return true;
}

/* "0.3691 in 2000 (432 of 464)", "undefined in 2003: constant". `alone`: there is but one period,
 * so it need not be named. */
static const char *say(const looking *in, const figure *f, int64_t t, bool alone,
                       const number *found) {
  const char *when = alone ? "" : sw_arena_printf(in->arena, " in %s", in->period[t]);
  const char *of = "";
  if (found->of > 0)
    of =
        sw_arena_printf(in->arena, " (%lld of %lld)", (long long)found->with, (long long)found->of);
  if (!when || !of) return NULL;
  if (!isnan(found->value)) return sw_arena_printf(in->arena, "%.4g%s%s", found->value, when, of);
  const char *why = find_reason(in, f, t);
  if (!why) why = found->of > 0 && found->with == 0 ? "no unit has a value" : "not defined";
  return sw_arena_printf(in->arena, "undefined%s: %s", when, why);
}

/* Periods between the first and the last in which the one number is undefined: some of them. */
static const char *say_between(const looking *in, const figure *f, double *room) {
  const char *text = "";
  int64_t said = 0;
  for (int64_t t = 1; text && f->unit < 0 && t + 1 < periods_of(in, f); t++) {
    number found;
    if (!number_in(in, f, NULL, t, room, &found) || !isnan(found.value)) continue;
    if (said++ < UNDEFINED_SAID)
      text = sw_arena_printf(in->arena, "%s; %s", text, say(in, f, t, false, &found));
  }
  if (text && said > UNDEFINED_SAID)
    text =
        sw_arena_printf(in->arena, "%s, and in %lld other period%s", text,
                        (long long)(said - UNDEFINED_SAID), said == UNDEFINED_SAID + 1 ? "" : "s");
  return text;
}

/* Whether the one number is undefined in every period, for one reason: it is said once. */
static bool is_undefined_throughout(const looking *in, const figure *f, double *room,
                                    const char **why) {
  *why = NULL;
  for (int64_t t = 0; t < periods_of(in, f); t++) {
    number found;
    const char *reason = find_reason(in, f, t);
    if (!reason || (*why && strcmp(*why, reason) != 0)) return false;
    if (!number_in(in, f, NULL, t, room, &found) || !isnan(found.value)) return false;
    *why = reason;
  }
  return periods_of(in, f) > 1;
}

/* ---- one figure ------------------------------------------------------------------------- */

/* *text stays NULL where it cannot be read. */
static sw_status tell_figure(const looking *in, const figure *f, const figure *used,
                             const char **text) {
  int64_t last = periods_of(in, f) - 1, n = units_of(f);
  double *room = NULL;
  number first, found;
  if (last < 0 || n <= 0) return SW_OK;
  SW_TRY(sw_alloc(in->err, (size_t)n, sizeof *room, (void **)&room));
  const char *why = NULL;
  if (is_undefined_throughout(in, f, room, &why))
    *text = sw_arena_printf(in->arena, "%s: undefined in all periods: %s", f->name, why);
  else if (number_in(in, f, used, 0, room, &first) && number_in(in, f, used, last, room, &found)) {
    const char *name = name_of(in, f), *mean = f->unit >= 0 ? "mean " : "";
    const char *from = last > 0 ? say(in, f, 0, false, &first) : "";
    const char *to = say(in, f, last, last == 0, &found), *between = say_between(in, f, room);
    /* The word stands before the first number. */
    const char *before = last > 0 && !isnan(first.value) ? mean : "";
    const char *later = *before || isnan(found.value) ? "" : mean;
    if (name && from && to && between)
      *text = sw_arena_printf(in->arena, "%s: %s%s%s%s%s%s", name, before, from,
                              last > 0 ? ", " : "", later, to, between);
  }
  sw_free(room);
  return SW_OK;
}

/* The mean over all pairs of the last matrix, also of those not kept. How many there are in all is
 * said by the group in words, of all matrices together. */
static sw_status tell_pairs(const looking *in, const char **text) {
  const char *undefined = sw_h5_get_text(in->arena, in->group, SW_ATTR_UNDEFINED);
  const char *parameters = sw_h5_get_text(in->arena, in->group, SW_ATTR_PARAMETERS);
  long long without = 0, all = 0;
  figure pairs, mean;
  double count = NAN, value = NAN;
  if (!open_figure(in, SW_NAME_N_PAIRS, &pairs)) return SW_OK;
  if (open_figure(in, SW_NAME_MEAN, &mean)) {
    int64_t last = periods_of(in, &pairs) - 1;
    bool alone = pairs.time < 0 || last == 0, plain = mean.unit < 0 && pairs.unit < 0;
    if (last >= 0 && plain && mean.time == pairs.time && read_period(&pairs, last, &count) &&
        read_period(&mean, last, &value)) {
      const char *of = "",
                 *when = alone ? "" : sw_arena_printf(in->arena, " in %s", in->period[last]);
      if (undefined && sscanf(undefined, "%lld of %lld ordered", &without, &all) == 2)
        of = sw_arena_printf(in->arena, " of %lld", all / (long long)(last + 1));
      const char *keep = NULL;
      for (const char *at = parameters; at && (at = strstr(at, ", keep: ")); at++)
        keep = at + 8;
      size_t length = !keep ? 0 : *keep == '{' ? strcspn(keep, "}") + 1 : strcspn(keep, ",}");
      const char *kept = sw_arena_textn(in->arena, keep ? keep : "", length);
      if (when && of && kept)
        *text = isnan(value)
                    ? sw_arena_printf(in->arena, "mean undefined%s: no pair has a value", when)
                    : sw_arena_printf(in->arena, "mean %.4g over %.0f%s ordered pairs%s", value,
                                      count, of, when);
      if (*text && kept && *kept) *text = sw_arena_printf(in->arena, "%s; kept: %s", *text, kept);
    }
    H5Dclose(mean.dataset);
  }
  H5Dclose(pairs.dataset);
  return SW_OK;
}

/* ---- one result ------------------------------------------------------------------------- */

/* Its lines, two at most. */
static sw_status tell_result(sw_error *err, sw_arena *arena, int64_t n_units, const sw_item *item,
                             int *count, sw_headline *out) {
  looking in = {.err = err, .arena = arena, .group = item->object, .n_units = n_units};
  const char *shown = sw_h5_get_text(arena, item->object, SW_ATTR_HEADLINE), *text = NULL;
  sw_error ignored = {0};
  figure f, used;
  in.reasons = sw_h5_get_text(arena, item->object, SW_ATTR_UNDEFINED_IN);
  if (!in.reasons) in.reasons = "";
  if (sw_contents_labels(&ignored, arena, item->object, SW_NAME_TIME, &in.n_periods, &in.period) !=
      SW_OK)
    in.n_periods = 0;
  SW_TRY(tell_pairs(&in, &text));
  if (text) out[(*count)++] = (sw_headline){item->path, text};
  text = NULL;
  if (!shown || !open_figure(&in, shown, &f)) return SW_OK;
  bool counts = open_figure(&in, used_name, &used);
  sw_status status = tell_figure(&in, &f, counts ? &used : NULL, &text);
  if (counts) H5Dclose(used.dataset);
  H5Dclose(f.dataset);
  if (text) out[(*count)++] = (sw_headline){item->path, text};
  return status;
}

/* Walks twice: arrays of the arena do not grow. */
sw_status sw_headlines_of(sw_error *err, sw_arena *arena, hid_t file, int *count,
                          sw_headline **headline) {
  sw_contents walk;
  int results = 0;
  int64_t n_units = 0;
  *count = 0;
  hid_t unit = H5Dopen2(file, SW_NAME_UNIT, H5P_DEFAULT);
  if (unit >= 0) {
    n_units = (int64_t)sw_h5_length(unit);
    H5Dclose(unit);
  }
  sw_status status = sw_contents_begin(err, arena, file, SW_AS_MADE, &walk);
  for (sw_item item; status == SW_OK && sw_contents_next(&walk, &item);)
    results += item.kind == SW_ITEM_RESULT;
  SW_TRY(sw_contents_end(&walk, status));
  SW_NEW(err, arena, *headline, 2 * results + 1);
  status = sw_contents_begin(err, arena, file, SW_AS_MADE, &walk);
  for (sw_item item; status == SW_OK && sw_contents_next(&walk, &item);)
    if (item.kind == SW_ITEM_RESULT && *count < 2 * results)
      status = tell_result(err, arena, n_units, &item, count, *headline);
  return sw_contents_end(&walk, status);
}

sw_status sw_headlines_read(sw_error *err, sw_arena *arena, const char *path, int *count,
                            sw_headline **headline) {
  hid_t file = H5I_INVALID_HID;
  *count = 0;
  SW_TRY(sw_contents_open(err, arena, path, &file));
  sw_status status = sw_headlines_of(err, arena, file, count, headline);
  H5Fclose(file);
  return status;
}

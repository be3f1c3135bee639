/* Headlines out of a results file. Each figure says what it rests on: of how many units or pairs it
 * is, "(432 of 464)", and where it is undefined why. First and last period, so that a change shows;
 * of others that they are undefined, and how the number of units or pairs changes, as the mean over
 * other units is another one.
 *
 * All comes from the file, which may be damaged or of an older version: a figure that cannot be
 * read is left out, a count that is not there is not said. Cost: a period of units for each of two
 * periods, for all where some values are missing, and single numbers. */
#include "store/layout/headline.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/names.h"
#include "measure/outputs.h"
#include "measure/resample/intervals.h"
#include "store/layout/centre_partners.h"
#include "store/layout/contents.h"
#include "store/layout/figure.h"
#include "store/layout/group_table.h"
#include "store/layout/layout.h"

/* A longer list of undefined periods would hide the number itself. */
enum { UNDEFINED_SAID = 3 };

/* A result that is looked at. */
typedef struct looking {
  sw_error *err;
  sw_arena *arena;
  hid_t group;
  const char *reasons; /* the attribute; "" without */
  const char *parameters;
  bool is_joint; /* a composite, of which the run warns that the number of its units changes */
  int64_t n_units, n_periods;
  const char *const *period;
  int axis; /* a further axis of the figure, of which one position is shown; SW_NO_AXIS */
  int64_t place;
} looking;

/* Periods that it has numbers of; no more than there are labels for. Labels may be fewer than
 * periods in a damaged file. */
static int64_t periods_of(const looking *in, const sw_figure *f) {
  int64_t n = sw_figure_periods(f);
  return f->time >= 0 && n > in->n_periods ? in->n_periods : n;
}

static int64_t units_of(const sw_figure *f) {
  return sw_figure_length(f, f->unit);
}

/* Of all units, or the one number. */
static bool read_period(const sw_figure *f, int64_t t, double *to) {
  return sw_figure_read(f, t, f->unit, to);
}

/* ---- words ------------------------------------------------------------------------------ */

/* "gini", and on axes of its own the label of the position that is shown. A position is named in
 * brackets, as in the addresses of the report. */
static const char *name_of(const looking *in, const sw_figure *f) {
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
    int64_t place = a == in->axis && in->place < count ? in->place : 0;
    text = sw_arena_printf(in->arena, "%s[%s]", text, *label[place] ? label[place] : "the rest");
  }
  return text;
}

/* The rest of the attribute's line that begins with `label`, or NULL. */
static const char *line_of(const looking *in, const char *label) {
  for (const char *at = in->reasons; label && *at; at += strcspn(at, "\n"), at += *at == '\n') {
    size_t line = strcspn(at, "\n"), length = strlen(label);
    if (line > length && strncmp(at, label, length) == 0)
      return sw_arena_textn(in->arena, at + length, line - length);
  }
  return NULL;
}

/* What the file says of an output in a period; NULL: nothing. A cross-section's has no name. A
 * period's own reason stands before one that holds for the output in all periods. */
static const char *find_reason(const looking *in, const sw_figure *f, int64_t t) {
  const char *why = NULL;
  if (f->time >= 0)
    why = line_of(in, sw_arena_printf(in->arena, "%s in %s: ", f->name, in->period[t]));
  return why ? why : line_of(in, sw_arena_printf(in->arena, "%s: ", f->name));
}

/* The mean of the units that have a value, or the one number. */
typedef struct number {
  double value;
  int64_t with, of; /* 0: of no units */
} number;

/* Of a variable by unit the mean over units with a value, unweighted: a figure to look at, not a
 * result. `used`: the count that stands beside the one number. */
static bool number_in(const looking *in, const sw_figure *f, const sw_figure *used, int64_t t,
                      double *room, number *out) {
  *out = (number){.value = NAN};
  if (!sw_figure_read_at(f, t, f->unit, in->axis, in->place, room)) return false;
  double sum = 0, count = 0;
  for (int64_t k = 0; k < units_of(f); k++)
    if (!isnan(room[k])) sum += room[k], count += 1;
  out->value = count > 0 ? sum / count : NAN;
  if (f->unit >= 0) {
    out->with = (int64_t)count;
    out->of = units_of(f);
    /* `used` counts only where it has the same axes as the figure. */
  } else if (used && used->time == f->time && used->unit < 0 &&
             used->shape.rank == (used->time >= 0) && read_period(used, t, room) && room[0] >= 0) {
    out->with = (int64_t)room[0];
    out->of = in->n_units;
  }
  return true;
}

/* One end of it; NaN: the result has none. Bounds stand beside a number by period alone, or beside
 * the one number. */
static double read_bound(const looking *in, const sw_figure *f, int64_t t, const char *behind) {
  const char *name = sw_arena_printf(in->arena, "%s%s", f->name, behind);
  double value = NAN;
  sw_figure bound;
  if (!name || f->unit >= 0 || !sw_figure_open(in->group, name, &bound)) return NAN;
  if (bound.unit >= 0 || bound.time != f->time || bound.shape.rank != f->shape.rank ||
      t >= sw_figure_periods(&bound) ||
      !sw_figure_read_at(&bound, t, bound.unit, in->axis, in->place, &value))
    value = NAN;
  sw_figure_close(&bound);
  return value;
}

/* " [0.342, 0.391]", where the study asked for intervals. */
static const char *say_bounds(const looking *in, const sw_figure *f, int64_t t) {
  double lo = read_bound(in, f, t, SW_INTERVALS_LOWER);
  double hi = read_bound(in, f, t, SW_INTERVALS_UPPER);
  return isnan(lo) || isnan(hi) ? "" : sw_arena_printf(in->arena, " [%.4g, %.4g]", lo, hi);
}

/* "0.3691 in 2000 (432 of 464)", "undefined in 2003: constant". `alone`: there is but one period,
 * so it need not be named. */
static const char *say(const looking *in, const sw_figure *f, int64_t t, bool alone,
                       const number *found) {
  const char *when = alone ? "" : sw_arena_printf(in->arena, " in %s", in->period[t]);
  const char *of = "";
  /* More than there are units: a model that is of all periods together counts their values. */
  if (found->with > found->of && found->of > 0)
    of = sw_arena_printf(in->arena, " (%lld values)", (long long)found->with);
  else if (found->of > 0)
    of =
        sw_arena_printf(in->arena, " (%lld of %lld)", (long long)found->with, (long long)found->of);
  const char *bounds = say_bounds(in, f, t);
  if (!when || !of || !bounds) return NULL;
  if (!isnan(found->value))
    return sw_arena_printf(in->arena, "%.4g%s%s%s", found->value, bounds, when, of);
  const char *why = find_reason(in, f, t);
  if (!why) why = found->of > 0 && found->with == 0 ? "no unit has a value" : "not defined";
  return sw_arena_printf(in->arena, "undefined%s: %s", when, why);
}

/* What periods have that are not shown themselves: in which of them nothing is defined, and how the
 * number of units changes. */
typedef struct walked {
  const char *undefined; /* "; undefined in 2003: constant" */
  int64_t least, most;   /* units with a value, of the periods that have any; 0: none */
  int64_t in_least, in_most;
} walked;

/* The first period that has the least, or the most, is named. */
static void count_units(walked *w, int64_t t, int64_t with) {
  if (with == 0) return;
  if (w->least == 0 || with < w->least) w->least = with, w->in_least = t;
  if (with > w->most) w->most = with, w->in_most = t;
}

/* Some of the periods that are undefined in a row for one reason are named, of the others it is
 * said how many there are. Where no value is missing periods need not be read. `number_in` may fail
 * for one period, which is then passed over. */
static walked walk(const looking *in, const sw_figure *f, double *room) {
  walked w = {.undefined = ""};
  int64_t last = periods_of(in, f) - 1, said = 0;
  number found;
  bool reads = f->unit < 0 || sw_figure_may_lack(f, 1);
  for (int64_t t = 0; reads && w.undefined && t <= last; t++) {
    if (!number_in(in, f, NULL, t, room, &found)) continue;
    count_units(&w, t, found.with);
    /* First and last period are told by their own words. */
    if (t == 0 || t == last || !isnan(found.value)) continue;
    if (said++ < UNDEFINED_SAID)
      w.undefined = sw_arena_printf(in->arena, "%s; %s", w.undefined, say(in, f, t, false, &found));
  }
  if (w.undefined && said > UNDEFINED_SAID)
    w.undefined =
        sw_arena_printf(in->arena, "%s, and in %lld other period%s", w.undefined,
                        (long long)(said - UNDEFINED_SAID), said == UNDEFINED_SAID + 1 ? "" : "s");
  return w;
}

/* A mean over other units than before may change although no unit does. */
static const char *say_units(const looking *in, const walked *w) {
  if (w->least == w->most || in->is_joint) return "";
  bool balanced = in->parameters && strstr(in->parameters, ", balanced: true");
  return sw_arena_printf(in->arena, "; units with values: %lld in %s to %lld in %s%s",
                         (long long)w->least, in->period[w->in_least], (long long)w->most,
                         in->period[w->in_most], balanced ? "" : "; balanced: true keeps the same");
}

/* Whether the one number is undefined in every period, for one reason: it is said once. */
static bool is_undefined_throughout(const looking *in, const sw_figure *f, double *room,
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

/* Of a further axis, the only one, the first position with a value in the last period: a group
 * without any would speak for all. A later period is not looked at, so one position speaks for the
 * whole series. */
static sw_status choose_place(looking *in, const sw_figure *f) {
  int64_t last = periods_of(in, f) - 1, n = units_of(f);
  double *room = NULL;
  for (int a = 0; a < f->shape.rank; a++)
    if (a != f->time && a != f->unit) in->axis = in->axis == SW_NO_AXIS ? a : f->shape.rank;
  if (in->axis == f->shape.rank) in->axis = SW_NO_AXIS; /* several */
  if (in->axis == SW_NO_AXIS || last < 0 || n <= 0) return SW_OK;
  SW_TRY(sw_alloc(in->err, (size_t)n, sizeof *room, (void **)&room));
  for (int64_t k = 0; k < sw_figure_length(f, in->axis); k++) {
    number found;
    in->place = k;
    if (number_in(in, f, NULL, last, room, &found) && !isnan(found.value)) break;
    in->place = 0;
  }
  sw_free(room);
  return SW_OK;
}

/* ---- one figure ------------------------------------------------------------------------- */

/* *text stays NULL where it cannot be read. The two numbers and what lies between them, on one
 * line. */
static sw_status tell_figure(const looking *in, const sw_figure *f, const sw_figure *used,
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
    const char *to = say(in, f, last, last == 0, &found);
    walked w = walk(in, f, room);
    const char *units = say_units(in, &w);
    /* The word stands before the first number. */
    const char *before = last > 0 && !isnan(first.value) ? mean : "";
    const char *later = *before || isnan(found.value) ? "" : mean;
    if (name && from && to && w.undefined && units)
      *text = sw_arena_printf(in->arena, "%s: %s%s%s%s%s%s%s", name, before, from,
                              last > 0 ? ", " : "", later, to, w.undefined, units);
  }
  sw_free(room);
  return SW_OK;
}

/* Where the number of pairs with a value changes from matrix to matrix, how; "; no pair has a value
 * in 2003" where there is none. A mean over other pairs than before may change although no pair
 * does. */
static const char *say_counts(const looking *in, const sw_figure *pairs) {
  const char *text = "";
  walked w = {0};
  int64_t last = periods_of(in, pairs) - 1, said = 0;
  double count = 0;
  if (pairs->time < 0) return text;
  for (int64_t t = 0; text && t <= last; t++) {
    if (!read_period(pairs, t, &count)) continue;
    count_units(&w, t, (int64_t)count);
    /* The last period is told by the headline itself. */
    if (count > 0 || t == last) continue;
    if (said < UNDEFINED_SAID)
      text = sw_arena_printf(in->arena, "%s%s %s", text, said ? "," : "; no pair has a value in",
                             in->period[t]);
    said++;
  }
  if (text && said > UNDEFINED_SAID)
    text = sw_arena_printf(in->arena, "%s and %lld more", text, (long long)(said - UNDEFINED_SAID));
  if (!text || w.least == w.most) return text;
  return sw_arena_printf(in->arena, "%s; pairs with values: %lld in %s to %lld in %s", text,
                         (long long)w.least, in->period[w.in_least], (long long)w.most,
                         in->period[w.in_most]);
}

/* Its pairs are those of a table, as many in a period as that has, and no links of weights. */
static bool is_flow(const looking *in) {
  const char *measure = sw_h5_get_text(in->arena, in->group, SW_ATTR_MEASURE);
  return measure && strcmp(measure, SW_NAME_FLOW) == 0;
}

/* "; kept: {top: 20}", the last of the parameters of that name. The parameters are text as the
 * study had them; a nested `keep` of an inner entry stands before. */
static const char *say_kept(const looking *in) {
  const char *keep = NULL;
  for (const char *at = in->parameters; at && (at = strstr(at, ", keep: ")); at++)
    keep = at + 8;
  if (!keep) return "";
  size_t length = *keep == '{' ? strcspn(keep, "}") + 1 : strcspn(keep, ",}");
  /* A flow has links or a summary. */
  if (*keep == 'l' && is_flow(in)) return "; kept: as the table has them";
  return sw_arena_printf(in->arena, "; kept: %.*s", (int)length, keep);
}

/* The mean over all pairs of the last matrix, also of those not kept. How many there are in all is
 * said by the group in words, of all matrices together. SW_ATTR_UNDEFINED of a matrix counts pairs
 * of all periods together. */
static const char *say_pairs(const looking *in, const sw_figure *pairs, const sw_figure *mean) {
  const char *undefined = sw_h5_get_text(in->arena, in->group, SW_ATTR_UNDEFINED), *of = "";
  long long without = 0, all = 0;
  double count = NAN, value = NAN;
  int64_t last = periods_of(in, pairs) - 1;
  if (last < 0 || mean->unit >= 0 || pairs->unit >= 0 || mean->time != pairs->time ||
      !read_period(pairs, last, &count) || !read_period(mean, last, &value))
    return NULL;
  bool alone = pairs->time < 0 || last == 0;
  const char *when = alone ? "" : sw_arena_printf(in->arena, " in %s", in->period[last]);
  if (undefined && !is_flow(in) && sscanf(undefined, "%lld of %lld ordered", &without, &all) == 2)
    of = sw_arena_printf(in->arena, " of %lld", all / (long long)(last + 1));
  const char *counts = say_counts(in, pairs), *kept = say_kept(in);
  if (!when || !of || !counts || !kept) return NULL;
  if (isnan(value))
    return sw_arena_printf(in->arena, "mean undefined%s: no pair has a value%s%s", when, counts,
                           kept);
  return sw_arena_printf(in->arena, "mean %.4g over %.0f%s ordered pairs%s%s%s", value, count, of,
                         when, counts, kept);
}

/* "9 centres, 300 units, 2012; kept: centres": of rows and columns of centres alone there is no
 * mean over pairs. */
static const char *tell_centres(const looking *in) {
  int64_t count = 0;
  const char *const *label = NULL;
  sw_error ignored = {0};
  if (sw_contents_labels(&ignored, in->arena, in->group, SW_AXIS_CENTRE, &count, &label) != SW_OK)
    return "";
  int64_t n = in->n_periods;
  const char *kept = say_kept(in),
             *when = n > 0 ? sw_arena_printf(in->arena, ", %s", in->period[0]) : "";
  if (when && n > 1) when = sw_arena_printf(in->arena, "%s to %s", when, in->period[n - 1]);
  if (!when || !kept) return NULL;
  return sw_arena_printf(in->arena, "%lld centre%s, %lld units%s%s", (long long)count,
                         count == 1 ? "" : "s", (long long)in->n_units, when, kept);
}

/* "3 of 57000 ordered pairs, mean ...": the line of a result with pairs. */
static const char *tell_pairs(const looking *in) {
  sw_figure pairs, mean;
  const char *text = NULL;
  if (!sw_figure_open(in->group, SW_NAME_N_PAIRS, &pairs)) return NULL;
  if (sw_figure_open(in->group, SW_NAME_MEAN, &mean)) {
    text = say_pairs(in, &pairs, &mean);
    sw_figure_close(&mean);
  }
  sw_figure_close(&pairs);
  return text;
}

/* ---- one result ------------------------------------------------------------------------- */

/* Its headline, and below it a table where it is by group. */
static sw_status tell_headline(looking *in, const char **text, const char **table) {
  const char *shown = sw_h5_get_text(in->arena, in->group, SW_ATTR_HEADLINE);
  sw_figure f, used;
  if (!shown || !sw_figure_open(in->group, shown, &f)) return SW_OK;
  bool counts = sw_figure_open(in->group, SW_HEADLINE_USED, &used);
  sw_status status = choose_place(in, &f);
  if (status == SW_OK) status = tell_figure(in, &f, counts ? &used : NULL, text);
  if (status == SW_OK)
    status = sw_group_table(in->err, in->arena, in->group, &f, in->n_periods, in->period, table);
  if (counts) sw_figure_close(&used);
  sw_figure_close(&f);
  return status;
}

/* What the measure says, then the table; "" without either, NULL: no memory. */
static const char *join(sw_arena *arena, const char *said, const char *table) {
  if (!said || !*said) return table;
  return *table ? sw_arena_printf(arena, "%s\n%s", said, table) : said;
}

/* Its lines, two at most. Room for both was counted by sw_headlines_of. */
static sw_status tell_result(sw_error *err, sw_arena *arena, int64_t n_units, const sw_item *item,
                             int *count, sw_headline *out) {
  looking in = {
      .err = err, .arena = arena, .group = item->object, .n_units = n_units, .axis = SW_NO_AXIS};
  in.is_joint = strncmp(item->path, SW_NAME_COMPOSITES, strlen(SW_NAME_COMPOSITES)) == 0;
  const char *text = NULL, *table = "";
  int before = *count;
  sw_error ignored = {0};
  in.reasons = sw_h5_get_text(arena, item->object, SW_ATTR_UNDEFINED_IN);
  if (!in.reasons) in.reasons = "";
  in.parameters = sw_h5_get_text(arena, item->object, SW_ATTR_PARAMETERS);
  if (sw_contents_labels(&ignored, arena, item->object, SW_NAME_TIME, &in.n_periods, &in.period) !=
      SW_OK)
    in.n_periods = 0;
  const char *pairs = tell_pairs(&in);
  if (pairs) out[(*count)++] = (sw_headline){item->path, pairs, ""};
  sw_status status = tell_headline(&in, &text, &table);
  const char *partners = "";
  if (status == SW_OK)
    status = sw_centre_partners(err, arena, item->object, in.n_periods, in.period, &partners);
  if (status != SW_OK) return status; /* table may be none */
  const char *more = join(arena, sw_h5_get_text(arena, item->object, SW_ATTR_SUMMARY), table);
  if (more && *partners) more = *more ? sw_arena_printf(arena, "%s\n%s", more, partners) : partners;
  if (!more) return sw_fail(err, SW_ENOMEM, "out of memory for the lines of a result");
  if (!text && *count == before && *partners) {
    text = tell_centres(&in);
    if (!text) return sw_fail(err, SW_ENOMEM, "out of memory for the lines of a result");
  }
  if (text || (*count == before && *more))
    out[(*count)++] = (sw_headline){item->path, text ? text : "", ""};
  if (*more) out[*count - 1].more = more;
  return SW_OK;
}

/* Walks twice: arrays of the arena do not grow. The file is open and stays open. */
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

/* Headlines of a file by its name; sw_headlines_of does the same with an open one. */
sw_status sw_headlines_read(sw_error *err, sw_arena *arena, const char *path, int *count,
                            sw_headline **headline) {
  hid_t file = H5I_INVALID_HID;
  *count = 0;
  SW_TRY(sw_contents_open(err, arena, path, &file));
  sw_status status = sw_headlines_of(err, arena, file, count, headline);
  H5Fclose(file);
  return status;
}

/* Transitions counted; see leaps.h. Counts are whole numbers, exact in doubles, so their order is
 * of no account. Periods outside, units inside: two columns are read in order. */
#include "measure/share/leaps.h"

#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* ---- resolve ------------------------------------------------------------------------------ */

/* Finds from which period a transition leads into each; -1: none is a span before it, or a break
 * lies between. Called in resolve: labels, spans and breaks are known without values. */
sw_status sw_leaps_span(sw_error *err, sw_job *job, sw_leaps *leaps) {
  int *before = NULL;
  leaps->span = (int)sw_job_arg(job, "span")->number;
  SW_TRY(sw_series_check_span(err, job, "of", "span", leaps->span));
  SW_NEW(err, job->arena, before, job->n_periods);
  for (int t = 0; t < job->n_periods; t++)
    before[t] = sw_series_before(job, t, leaps->span);
  leaps->before = before;
  leaps->overall = !sw_series_broken(job, 0, job->n_periods - 1);
  return SW_OK;
}

/* Reads where parts of time begin. Each begin must lie after the one before and before the last
 * period, so that no part is empty. */
static sw_status read_split(sw_error *err, const sw_job *job, const sw_arg *split, int *begin) {
  for (int p = 0; p < split->count; p++) {
    int panel = sw_periods_find(job->periods, split->texts[p]), t = job->n_periods - 1;
    while (t >= 0 && job->period[t] != panel)
      t--;
    if (panel < 0 || t < 0)
      return sw_job_fail(err, job, "split", "the entry has no period %s", split->texts[p]);
    if (t <= (p ? begin[p] : 0) || t == job->n_periods - 1)
      return sw_job_fail(
          err, job, "split",
          "%s does not lie between %s and the last period; expected ascending periods "
          "within",
          split->texts[p], sw_job_period(job, p ? begin[p] : 0));
    begin[p + 1] = t;
  }
  return SW_OK;
}

/* Divides the periods into parts of time, conditions of transitions. A transition is of a part when
 * both its periods are; one across the boundary is of no part, hence of no condition. The period at
 * which parts meet belongs to both. */
sw_status sw_leaps_split(sw_error *err, sw_job *job, sw_leaps *leaps, const char *const **labels) {
  const sw_arg *split = sw_job_arg(job, "split");
  int parts = split->count + 1, last = job->n_periods - 1, *begin = NULL, *part = NULL;
  const char **label = NULL;
  SW_NEW(err, job->arena, begin, parts + 1);
  SW_NEW(err, job->arena, part, job->n_periods);
  SW_NEW(err, job->arena, label, parts);
  SW_TRY(read_split(err, job, split, begin));
  begin[parts] = last;
  for (int p = 0; p < parts; p++) {
    label[p] = sw_arena_printf(job->arena, "%s to %s", sw_job_period(job, begin[p]),
                               sw_job_period(job, begin[p + 1]));
    if (!label[p]) return sw_fail(err, SW_ENOMEM, "%s: out of memory for its labels", job->name);
    /* Without a period before it (before[t] < 0) a period has no transition, and is of no part. */
    for (int t = 0; t <= last; t++)
      if (leaps->before[t] >= begin[p] && t <= begin[p + 1]) part[t] = p + 1;
  }
  leaps->conditions = parts;
  leaps->part = part;
  *labels = label;
  return SW_OK;
}

/* ---- room --------------------------------------------------------------------------------- */

static size_t groups_of(const sw_leaps *leaps) {
  return leaps->grouping ? (size_t)leaps->grouping->n_groups : 0;
}

/* Takes `count` doubles; without room only counts. */
static double *take(double *room, size_t *used, size_t count) {
  double *at = room ? room + *used : NULL;
  *used += count;
  return at;
}

/* Lays a tally out in one array of doubles, which is the record of an item. One list for counting
 * (room NULL) and for placing, so that they cannot disagree. */
static size_t lay_out(const sw_leaps *leaps, int periods, double *room, sw_leaps_tally *tally) {
  size_t k = (size_t)leaps->classes, t = (size_t)periods, g = groups_of(leaps), used = 0;
  tally->count = take(room, &used, k * k);
  tally->overall = take(room, &used, k * k);
  tally->conditional = take(room, &used, (size_t)leaps->conditions * k * k);
  tally->used = take(room, &used, t);
  tally->up = take(room, &used, t);
  tally->down = take(room, &used, t);
  tally->by_up = take(room, &used, t * g);
  tally->by_down = take(room, &used, t * g);
  tally->overall_by_up = take(room, &used, g);
  tally->overall_by_down = take(room, &used, g);
  tally->last = take(room, &used, k);
  tally->members = take(room, &used, k);
  tally->empty = take(room, &used, 1);
  tally->without = take(room, &used, 1);
  tally->named_up = take(room, &used, SW_LEAPS_NAMED);
  tally->named_down = take(room, &used, SW_LEAPS_NAMED);
  return used;
}

size_t sw_leaps_count(const sw_leaps *leaps, int periods) {
  sw_leaps_tally tally;
  return lay_out(leaps, periods, NULL, &tally);
}

/* A tally in a record. `finish` has its records const, and only reads them. */
sw_leaps_tally sw_leaps_in(const sw_leaps *leaps, int periods, const double *room) {
  sw_leaps_tally tally;
  lay_out(leaps, periods, (double *)room, &tally);
  return tally;
}

/* ---- counting ----------------------------------------------------------------------------- */

/* The condition of a transition of unit i from period s into t, from 1. 0: it has none, and is
 * counted in `without`. Parts of time, a group column or classes: resolve has decided which. */
static int condition(const sw_leaps *leaps, double *const *given, int s, int t, int64_t i) {
  if (leaps->part) return leaps->part[t];
  if (leaps->condition_of) return leaps->condition_of->of[i] + 1;
  return (int)given[s][i];
}

/* Counts the transitions into period t. of[s][i]: the class of unit i in period s, 0: none. A unit
 * is of the same group in all periods. */
static void count_period(const sw_leaps *leaps, const sw_job *job, double *const *of, int t,
                         sw_leaps_tally *tally) {
  int s = leaps->before[t], k = leaps->classes;
  double *const *given = of + job->n_periods;
  double *by_up = tally->by_up + (size_t)t * groups_of(leaps);
  double *by_down = tally->by_down + (size_t)t * groups_of(leaps);
  for (int64_t i = 0; i < job->n; i++) {
    int from = (int)of[s][i], to = (int)of[t][i];
    if (from == 0 || to == 0) continue;
    int cell = (from - 1) * k + to - 1;
    tally->used[t] += 1;
    tally->count[cell] += 1;
    tally->up[t] += to > from;
    tally->down[t] += to < from;
    /* A group's leaps are counted up and down; `leaps_by` is their sum. */
    if (leaps->grouping && to != from) (to > from ? by_up : by_down)[leaps->grouping->of[i]] += 1;
    if (leaps->conditions == 0) continue;
    int c = condition(leaps, given, s, t, i);
    if (c > 0)
      tally->conditional[(c - 1) * k * k + cell] += 1;
    else
      *tally->without += 1;
  }
}

/* Keeps the first units by name, in the order of codes; how many there are is in `overall`. */
static void name_unit(double *named, double *count, int64_t unit) {
  if (*count < SW_LEAPS_NAMED) named[(int)*count] = (double)unit;
  *count += 1;
}

/* Counts transitions from the first period to the last, whatever lies between. */
static void count_overall(const sw_leaps *leaps, const sw_job *job, const double *first,
                          const double *last, sw_leaps_tally *tally) {
  double up = 0, down = 0;
  for (int64_t i = 0; i < job->n; i++) {
    int from = (int)first[i], to = (int)last[i];
    if (from == 0 || to == 0) continue;
    tally->overall[(from - 1) * leaps->classes + to - 1] += 1;
    if (to > from) name_unit(tally->named_up, &up, i);
    if (to < from) name_unit(tally->named_down, &down, i);
    if (leaps->grouping && to != from)
      (to > from ? tally->overall_by_up : tally->overall_by_down)[leaps->grouping->of[i]] += 1;
  }
}

/* Counts the units of each class in a period. A period in which nobody has a class has no empty
 * ones. `here` is tally->last: of the last period it stays as it is. */
static void count_members(const sw_leaps *leaps, const sw_job *job, const double *class,
                          double *here, sw_leaps_tally *tally) {
  double all = 0;
  for (int c = 0; c < leaps->classes; c++)
    here[c] = 0;
  for (int64_t i = 0; i < job->n; i++)
    if (class[i] > 0) here[(int)class[i] - 1] += 1;
  for (int c = 0; c < leaps->classes; c++) {
    tally->members[c] += here[c];
    all += here[c];
  }
  for (int c = 0; all > 0 && c < leaps->classes; c++)
    *tally->empty += here[c] == 0;
}

/* Counts all transitions: O(n) per period. One thread, one item: whole numbers, and the columns are
 * in memory anyway. */
void sw_leaps_tally_all(const sw_leaps *leaps, const sw_job *job, double *const *of,
                        sw_leaps_tally *tally) {
  int last = job->n_periods - 1;
  for (int t = 0; t <= last; t++) {
    if (leaps->before[t] >= 0) count_period(leaps, job, of, t, tally);
    count_members(leaps, job, of[t], tally->last, tally); /* that of the last period stays */
  }
  if (leaps->overall) count_overall(leaps, job, of[0], of[last], tally);
}

/* ---- outputs ------------------------------------------------------------------------------ */

/* Copies a part of the tally to the output of that name. */
static void place(const sw_job *job, const char *name, const double *from, size_t count) {
  memcpy(sw_job_result(job, name)->row[0], from, count * sizeof *from);
}

static void say_why(sw_job *job, const char *name, int t, const char *why) {
  sw_job_undefined(job, (int)(sw_job_result(job, name) - job->result), t, why);
}

/* Fills the tables by period, and by group where the study names one. Outputs are found by name, so
 * that all measures of transitions share this code. */
void sw_leaps_tables(sw_job *job, const sw_leaps *leaps, const sw_leaps_tally *tally) {
  size_t periods = (size_t)job->n_periods, groups = groups_of(leaps);
  place(job, "leaps_up", tally->up, periods);
  place(job, "leaps_down", tally->down, periods);
  place(job, "n_used", tally->used, periods);
  for (int t = 0; t < job->n_periods; t++)
    if (leaps->before[t] < 0) say_why(job, "leap", t, "no period is the span before it");
  if (!leaps->overall) say_why(job, "leap_overall", 0, "the panel has a break in between");
  if (groups == 0) return;
  place(job, "leaps_up_by", tally->by_up, periods * groups);
  place(job, "leaps_down_by", tally->by_down, periods * groups);
  double *both = sw_job_result(job, "leaps_by")->row[0];
  for (size_t i = 0; i < periods * groups; i++)
    both[i] = tally->by_up[i] + tally->by_down[i];
  place(job, "overall_up_by", tally->overall_by_up, groups);
  place(job, "overall_down_by", tally->overall_by_down, groups);
}

/* ---- words -------------------------------------------------------------------------------- */

enum { GROUPS_SAID = 40 };

/* Leaps of a table by class: all, up, down, of two classes or more. */
typedef struct leapt {
  double all, up, down, far;
} leapt;

/* Sums of a table of transitions. Two classes or more: |i - j| > 1. */
static leapt leaps_in(const double *count, int k) {
  leapt out = {0};
  for (int i = 0; i < k; i++)
    for (int j = 0; j < k; j++) {
      double n = count[i * k + j];
      out.all += n;
      out.up += j > i ? n : 0;
      out.down += j < i ? n : 0;
      out.far += j > i + 1 || j < i - 1 ? n : 0;
    }
  return out;
}

/* Appends ", LABEL up/down", where anything has moved; a class or group that nothing left is not
 * named. NULL, from the first failure on: no memory, and the line is left out. */
static const char *add_moved(sw_job *job, const char *text, const char *label, double up,
                             double down) {
  if (!text || up + down == 0) return text;
  return sw_arena_printf(job->arena, "%s%s%s %.0f/%.0f", text, *text ? ", " : "",
                         *label ? label : "the rest", up, down);
}

/* Which classes units left, and in which direction. */
static const char *by_class(sw_job *job, const sw_leaps *leaps, const double *count) {
  const char *text = "";
  int k = leaps->classes;
  for (int i = 0; i < k; i++) {
    leapt row = {0};
    for (int j = 0; j < k; j++) {
      row.up += j > i ? count[i * k + j] : 0;
      row.down += j < i ? count[i * k + j] : 0;
    }
    text = add_moved(job, text, leaps->label[i], row.up, row.down);
  }
  return text;
}

/* Which groups moved; `up` and `down` of one period, or added over `periods` of them. At most
 * GROUPS_SAID are named; how many more there are is told. */
static const char *by_group(sw_job *job, const sw_leaps *leaps, const double *up,
                            const double *down, int periods) {
  const char *text = "";
  int groups = leaps->grouping->n_groups, said = 0, moved = 0;
  for (int g = 0; g < groups; g++) {
    double sum_up = 0, sum_down = 0;
    for (int t = 0; t < periods; t++) {
      sum_up += up[t * groups + g];
      sum_down += down[t * groups + g];
    }
    moved += sum_up + sum_down > 0;
    if (said == GROUPS_SAID || sum_up + sum_down == 0) continue;
    text = add_moved(job, text, leaps->grouping->label[g], sum_up, sum_down);
    said++;
  }
  if (text && moved > said)
    text = sw_arena_printf(job->arena, "%s, and %d more", text, moved - said);
  return text;
}

/* Says one line of a table: how many leapt, and of which classes. */
static void say_table(sw_job *job, const sw_leaps *leaps, const char *when, const double *count) {
  leapt all = leaps_in(count, leaps->classes);
  const char *classes = by_class(job, leaps, count);
  if (all.all == 0 || !when || !classes) return;
  sw_job_say(job, "%s: %.0f of %.0f leapt up, %.0f down, %.0f by two classes or more%s%s", when,
             all.up, all.all, all.down, all.far, *classes ? "; from (up/down) " : "", classes);
}

static void say_groups(sw_job *job, const sw_leaps *leaps, const char *when, const char *groups) {
  if (when && groups && *groups)
    sw_job_say(job, "%s, by %s (up/down): %s", when, leaps->grouping->name, groups);
}

/* Says the codes of those that leapt from the first period to the last: the first
 * SW_LEAPS_NAMED. */
static void say_units(sw_job *job, const char *way, const double *named, double count) {
  const char *text = "";
  int shown = count < SW_LEAPS_NAMED ? (int)count : SW_LEAPS_NAMED;
  for (int i = 0; text && i < shown; i++)
    text = sw_arena_printf(job->arena, "%s%s%s", text, i ? ", " : "",
                           sw_unit_code(job->units, (int64_t)named[i]));
  if (text && count > shown)
    text = sw_arena_printf(job->arena, "%s and %.0f more", text, count - shown);
  if (text && way && count > 0) sw_job_say(job, "%s: %s", way, text);
}

/* Says what moved: over the span first, then from the first period to the last; of each by class,
 * by group, by unit. */
void sw_leaps_say(sw_job *job, const sw_leaps *leaps, const sw_leaps_tally *tally) {
  int last = job->n_periods - 1;
  const char *over = sw_arena_printf(job->arena, "over a span of %d", leaps->span);
  const char *whole =
      sw_arena_printf(job->arena, "from %s to %s", sw_job_period(job, 0), sw_job_period(job, last));
  leapt all = leaps_in(tally->overall, leaps->classes);
  say_table(job, leaps, over, tally->count);
  if (leaps->grouping)
    say_groups(job, leaps, over,
               by_group(job, leaps, tally->by_up, tally->by_down, job->n_periods));
  say_table(job, leaps, whole, tally->overall);
  if (leaps->grouping)
    say_groups(job, leaps, whole,
               by_group(job, leaps, tally->overall_by_up, tally->overall_by_down, 1));
  if (!whole) return;
  say_units(job, sw_arena_printf(job->arena, "up %s", whole), tally->named_up, all.up);
  say_units(job, sw_arena_printf(job->arena, "down %s", whole), tally->named_down, all.down);
}

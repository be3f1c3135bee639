/* What a code of a crosswalk means in each period of a panel: see crosswalk.h. From the table of
 * changes to spans of periods, in three steps: rows are sorted by their moments and held against
 * each other; from the last moment back, what each change makes of a unit is followed to the units
 * of the end; then each code's moments, in order, part its periods.
 *
 * Pure: the same table, periods and codes give the same spans on every rank. */
#include "store/crosswalk/crosswalk.h"

#include "base/log.h"
#include "panel/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rounded shares, as of four digits in tables of the census, are divided by their sum. */
static const double ROUNDING = 0.005, EXACT = 1e-9;

/* A row of the table by numbers. */
typedef struct row {
  int64_t from, to, value; /* value: the moment, as periods are counted */
  int at;                  /* the first period that is not before it */
  const sw_change *change;
} row;

/* The rows of one unit and moment, and what of it becomes which unit of the end. */
typedef struct turn {
  int64_t from, value, first, n; /* rows */
  int at;
  int n_parts;
  const sw_share_of *part;
} turn;

/* A code's part in a moment. */
typedef struct moment {
  int64_t code, value, turn; /* turn: of which it is the old unit; -1 */
  int at;
  bool into; /* something becomes it */
  const sw_change *change;
} moment;

/* The rows of the table, sorted and put together step by step (see the head of the file). */
typedef struct spanning {
  sw_arena *arena;
  const sw_crosswalk *crosswalk;
  const sw_periods *periods;
  int64_t n_codes, n_turns, n_moments;
  const char *const *code;
  row *row; /* by moment, from, to */
  turn *turn;
  moment *moment; /* by code and value */
} spanning;

static int compare(int64_t a, int64_t b) {
  return (a > b) - (a < b);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* O(log n). The codes of a panel are kept in byte order by store/panel. */
int64_t sw_crosswalk_find(const char *const *code, int64_t n, const char *text) {
  const char *const *found = n ? bsearch(&text, code, (size_t)n, sizeof *code, by_text) : NULL;
  return found ? found - code : -1;
}

/* `text` out of the arena may be NULL, which is told as what it is. */
static sw_status fail_at(sw_error *err, const spanning *in, const sw_change *change,
                         const char *text) {
  return sw_fail(err, SW_EINPUT, "%s:%lld: %s", in->crosswalk->spec->file, (long long)change->line,
                 text ? text : "out of memory");
}

/* " in 2010", for messages. */
static const char *when(const spanning *in, const sw_change *change) {
  const char *text = change->period ? sw_arena_printf(in->arena, " in %s", change->period) : "";
  return text ? text : "";
}

/* ---- rows ------------------------------------------------------------------------------- */

/* By moment first, so that turns of one moment stand together (follow_all); the line last, so that
 * the second of two equal rows is the one that is refused. */
static int by_moment(const void *a, const void *b) {
  const row *x = a, *y = b;
  int order = compare(x->value, y->value);
  if (!order) order = compare(x->from, y->from);
  if (!order) order = compare(x->to, y->to);
  return order ? order : compare(x->change->line, y->change->line);
}

/* Without a period a change is of all of them. */
static sw_status place_in_time(sw_error *err, const spanning *in, row *r) {
  const sw_periods *periods = in->periods;
  r->value = INT64_MAX;
  r->at = periods->n;
  if (!r->change->period) return SW_OK;
  if (!sw_periods_value(periods, r->change->period, &r->value))
    return fail_at(
        err, in, r->change,
        sw_arena_printf(in->arena, "%s: '%.40s' is no period of the kind that the panel has (%s)",
                        in->crosswalk->spec->period, r->change->period, periods->label[0]));
  for (r->at = 0; r->at < periods->n && periods->value[r->at] < r->value;)
    r->at++;
  return SW_OK;
}

/* Numbers the codes of all rows and sorts them: O(rows x log). The codes are known to be there, as
 * callers add all codes of the table to the list. Equal rows become neighbours and are refused. */
static sw_status number_rows(sw_error *err, spanning *in) {
  const sw_crosswalk *crosswalk = in->crosswalk;
  SW_NEW(err, in->arena, in->row, crosswalk->n);
  for (int64_t i = 0; i < crosswalk->n; i++) {
    const sw_change *change = &crosswalk->change[i];
    row *r = &in->row[i];
    *r = (row){.from = sw_crosswalk_find(in->code, in->n_codes, change->from),
               .to = sw_crosswalk_find(in->code, in->n_codes, change->to),
               .change = change};
    SW_TRY(place_in_time(err, in, r));
  }
  qsort(in->row, (size_t)crosswalk->n, sizeof *in->row, by_moment);
  for (int64_t i = 1; i < crosswalk->n; i++) {
    const row *a = &in->row[i - 1], *b = &in->row[i];
    if (a->value == b->value && a->from == b->from && a->to == b->to)
      return fail_at(err, in, b->change,
                     sw_arena_printf(in->arena, "%s to %s%s is already on line %lld; give it once",
                                     b->change->from, b->change->to, when(in, b->change),
                                     (long long)a->change->line));
  }
  return SW_OK;
}

/* ---- turns ------------------------------------------------------------------------------ */

/* Checks that all of a unit becomes something. *sum: of its shares, at most ROUNDING from 1. Two
 * rows without a column of shares cannot be divided, so the study must name one. */
static sw_status check_shares(sw_error *err, const spanning *in, const turn *t, double *sum) {
  const sw_change *first = in->row[t->first].change, *last = in->row[t->first + t->n - 1].change;
  *sum = 0;
  for (int64_t i = 0; i < t->n; i++)
    *sum += in->row[t->first + i].change->share;
  if (t->n > 1 && !in->crosswalk->spec->share)
    return fail_at(
        err, in, last,
        sw_arena_printf(in->arena,
                        "%s becomes %lld units%s (%s on line %lld); name their shares by "
                        "`share: COLUMN` under crosswalk",
                        last->from, (long long)t->n, when(in, last), first->to,
                        (long long)first->line));
  if (fabs(*sum - 1) <= ROUNDING) return SW_OK;
  return fail_at(
      err, in, last,
      sw_arena_printf(in->arena,
                      "the shares of %s%s add up to %.6g; expected 1 (what stays %s is a "
                      "row from %s to %s)",
                      last->from, when(in, last), *sum, last->from, last->from, last->from));
}

/* Rows of one moment and unit together. Rounding is divided out, and said. */
static sw_status make_turns(sw_error *err, spanning *in) {
  int64_t rounded = 0;
  const sw_change *first = NULL;
  SW_NEW(err, in->arena, in->turn, in->crosswalk->n);
  for (int64_t i = 0, next; i < in->crosswalk->n; i = next) {
    const row *r = &in->row[i];
    turn *t = &in->turn[in->n_turns++];
    double sum = 1;
    *t = (turn){.from = r->from, .value = r->value, .first = i, .at = r->at};
    for (next = i + 1; next < in->crosswalk->n && in->row[next].value == r->value &&
                       in->row[next].from == r->from;)
      next++;
    t->n = next - i;
    SW_TRY(check_shares(err, in, t, &sum));
    if (fabs(sum - 1) <= EXACT) continue;
    if (!rounded++) first = r->change;
    for (int64_t k = i; k < next; k++) {
      /* The table belongs to this walk, which may change it. */
      sw_change *change = &in->crosswalk->change[in->row[k].change - in->crosswalk->change];
      change->share /= sum;
    }
  }
  if (rounded)
    sw_log(SW_LOG_WARN,
           "panel: crosswalk: the shares of %lld unit%s do not add up to 1 by rounding, and are "
           "divided by their sum (first: %s on line %lld of %s)",
           (long long)rounded, rounded == 1 ? "" : "s", first->from, (long long)first->line,
           in->crosswalk->spec->file);
  return SW_OK;
}

static int by_to(const void *a, const void *b) {
  return compare(((const sw_share_of *)a)->to, ((const sw_share_of *)b)->to);
}

/* What a turn comes to, given what its new units become later (`later`, by code; NULL: they stay).
 * Ways to one unit are added up in the order of the rows, which fixes the bits of the sum.
 * Quadratic in the parts of one unit, which are a handful. */
static sw_status follow(sw_error *err, const spanning *in, const turn *const *later, turn *t) {
  int64_t room = 0;
  sw_share_of *part = NULL;
  /* Room for all ways; those that lead to one unit are joined below. */
  for (int64_t i = t->first; i < t->first + t->n; i++)
    room += later[in->row[i].to] ? later[in->row[i].to]->n_parts : 1;
  SW_NEW(err, in->arena, part, room);
  for (int64_t i = t->first; i < t->first + t->n; i++) {
    const row *r = &in->row[i];
    const turn *then = later[r->to];
    sw_share_of self = {r->to, 1};
    const sw_share_of *to = then ? then->part : &self;
    for (int k = 0; k < (then ? then->n_parts : 1); k++) {
      double share = r->change->share * to[k].share;
      int at = 0;
      while (at < t->n_parts && part[at].to != to[k].to)
        at++;
      if (at == t->n_parts) part[t->n_parts++] = (sw_share_of){to[k].to, 0};
      part[at].share += share;
    }
  }
  qsort(part, (size_t)t->n_parts, sizeof *part, by_to);
  t->part = part;
  return SW_OK;
}

/* Follows all turns from the last moment back. Turns of one moment all see what comes after it and
 * not each other, so that two codes may be exchanged. */
static sw_status follow_all(sw_error *err, spanning *in) {
  const turn **later = NULL;
  SW_NEW(err, in->arena, later, in->n_codes);
  for (int64_t end = in->n_turns, begin; end > 0; end = begin) {
    for (begin = end; begin > 0 && in->turn[begin - 1].value == in->turn[end - 1].value;)
      begin--;
    for (int64_t i = begin; i < end; i++)
      SW_TRY(follow(err, in, later, &in->turn[i]));
    for (int64_t i = begin; i < end; i++)
      later[in->turn[i].from] = &in->turn[i];
  }
  return SW_OK;
}

/* ---- spans ------------------------------------------------------------------------------ */

/* Of one code and moment its turn stands first, so that what becomes it is merged into the turn. */
static int by_code(const void *a, const void *b) {
  const moment *x = a, *y = b;
  int order = compare(x->code, y->code);
  if (!order) order = compare(x->value, y->value);
  return order ? order : compare(y->turn, x->turn); /* its turn first */
}

/* Makes the moments in which each code has a part, each code once per moment: as the old unit, as
 * the new one, or as both at once. */
static sw_status make_moments(sw_error *err, spanning *in) {
  int64_t n = 0, kept = 0;
  SW_NEW(err, in->arena, in->moment, in->n_turns + in->crosswalk->n);
  for (int64_t i = 0; i < in->n_turns; i++) {
    const turn *t = &in->turn[i];
    in->moment[n++] = (moment){t->from, t->value, i, t->at, false, in->row[t->first].change};
  }
  for (int64_t i = 0; i < in->crosswalk->n; i++) {
    const row *r = &in->row[i];
    in->moment[n++] = (moment){r->to, r->value, -1, r->at, true, r->change};
  }
  qsort(in->moment, (size_t)n, sizeof *in->moment, by_code);
  for (int64_t i = 0; i < n; i++) {
    const moment *m = &in->moment[i];
    moment *last = kept ? &in->moment[kept - 1] : NULL;
    if (last && last->code == m->code && last->value == m->value)
      last->into |= m->into;
    else
      in->moment[kept++] = *m;
  }
  in->n_moments = kept;
  return SW_OK;
}

/* The units that a code becomes after moment i of its n: by the next one in which it is the old
 * unit. */
static void set_parts(const spanning *in, const moment *m, int64_t i, int64_t n, sw_span *span) {
  while (i < n && m[i].turn < 0)
    i++;
  if (i == n) return;
  const turn *t = &in->turn[m[i].turn];
  /* A turn into itself alone, share 1, is none. */
  if (t->n_parts == 1 && t->part[0].to == m[i].code && t->part[0].share == 1) return;
  span->n = t->n_parts;
  span->part = t->part;
}

/* A code that has ended may change again only after something has become it. Otherwise the table
 * contradicts itself, most often by a wrong period. */
static sw_status refuse_ended(sw_error *err, const spanning *in, const moment *m,
                              const sw_change *ended) {
  return fail_at(
      err, in, m->change,
      sw_arena_printf(in->arena,
                      "%s changes%s, but it ended%s by line %lld, and nothing has become "
                      "it since",
                      in->code[m->code], when(in, m->change), when(in, ended),
                      (long long)ended->line));
}

/* Parts the periods by the n moments of one code into spans. Between two moments a code means the
 * same; `ended` is set while it has become others and nothing has become it. */
static sw_status part_periods(sw_error *err, const spanning *in, const moment *m, int64_t n,
                              sw_code_life *life) {
  sw_span *span = NULL;
  const sw_change *ended = NULL;
  int lo = 0, count = 0;
  SW_NEW(err, in->arena, span, n + 1);
  for (int64_t i = 0; i <= n; i++) {
    int hi = i < n ? m[i].at : in->periods->n;
    sw_span next = {.lo = lo, .hi = hi};
    if (i < n && m[i].turn >= 0 && ended) return refuse_ended(err, in, &m[i], ended);
    if (ended)
      next.kind = SW_SPAN_ENDED, next.line = ended->line, next.ended = ended->period;
    else
      next.kind = i < n && m[i].turn < 0 ? SW_SPAN_MAYBE : SW_SPAN_THERE;
    if (!ended) set_parts(in, m, i, n, &next);
    /* Two moments may fall between the same periods of the panel: the span between them is
     * empty. */
    if (hi > lo) span[count++] = next;
    if (hi > lo) lo = hi;
    if (i < n) ended = m[i].into ? NULL : m[i].change;
  }
  *life = (sw_code_life){count, span};
  return SW_OK;
}

/* ---- together --------------------------------------------------------------------------- */

/* A change in time needs periods whose order is known. The study's own line is named, as the table
 * is not at fault. */
static sw_status check_periods(sw_error *err, const spanning *in) {
  const sw_crosswalk_spec *spec = in->crosswalk->spec;
  const sw_node *node = sw_node_get(spec->node, "period");
  if (!spec->period) return SW_OK;
  if (in->periods->cross_section)
    return sw_node_fail(
        err, node,
        "crosswalk: period: the panel is a cross-section, which has no periods; leave "
        "`period` out, for changes that are all of it");
  if (!in->periods->value)
    return sw_node_fail(
        err, node, "crosswalk: period needs periods whose order is known; " SW_TIME_UNKNOWN_HINT,
        in->periods->label[0]);
  return SW_OK;
}

/* The steps in their order (see the head of the file). All arrays live in the arena, some bytes per
 * row. */
sw_status sw_crosswalk_spans(sw_error *err, sw_arena *arena, const sw_crosswalk *crosswalk,
                             const sw_periods *periods, int64_t n, const char *const *code,
                             const sw_code_life **life) {
  spanning in = {
      .arena = arena, .crosswalk = crosswalk, .periods = periods, .n_codes = n, .code = code};
  sw_code_life *all = NULL;
  SW_NEW(err, arena, all, n);
  SW_TRY(check_periods(err, &in));
  SW_TRY(number_rows(err, &in));
  SW_TRY(make_turns(err, &in));
  SW_TRY(follow_all(err, &in));
  SW_TRY(make_moments(err, &in));
  for (int64_t i = 0, next; i < in.n_moments; i = next) {
    for (next = i; next < in.n_moments && in.moment[next].code == in.moment[i].code;)
      next++;
    SW_TRY(part_periods(err, &in, &in.moment[i], next - i, &all[in.moment[i].code]));
  }
  *life = all;
  return SW_OK;
}

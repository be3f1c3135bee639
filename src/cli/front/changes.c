/* What has changed since earlier results of the same study (--against): units, periods and places
 * on axes are matched by what they are called, numbers are compared bit by bit, missing is missing.
 * Of a quantity of the map the largest changes are told, and the map of the last period that has
 * any; of numbers that are not by unit the one that has changed most.
 *
 * Cost: all periods of all quantities are read once from both files, period by period.
 *
 * Called once by the report, before the page is written. Memory: three columns of the units, and
 * the blocks of what has changed. */
#include "cli/front/changes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The page's own units and periods are the axes; what only the old file has is counted. */
typedef struct comparing {
  sw_error *err;
  const sw_report *report;
  const sw_page *page, *old;
  sw_blocks *blocks;
  int64_t *unit; /* by unit of the page: the earlier one, -1: none */
  int *period;   /* by period of the page: the earlier one, -1 */
  struct sw_report_changes *to;
} comparing;

/* ---- what belongs together ----------------------------------------------------------------- */

/* Both are in the order of their bytes. A merge of two sorted lists, O(n). */
static void match_units(comparing *c) {
  int64_t i = 0, j = 0;
  while (i < c->page->n || j < c->old->n) {
    int order = i == c->page->n  ? 1
                : j == c->old->n ? -1
                                 : strcmp(c->page->code[i], c->old->code[j]);
    if (order < 0) c->to->units_new++;
    if (order > 0) c->to->units_gone++;
    if (order == 0) c->unit[i] = j;
    i += order <= 0;
    j += order >= 0;
  }
}

/* Labels mostly stand where they stood, but few are looked up, so a plain search will do. */
static int find_label(const char *const *label, int64_t n, const char *wanted) {
  for (int64_t k = 0; k < n; k++)
    if (strcmp(label[k], wanted) == 0) return (int)k;
  return -1;
}

/* Both ways in one walk: periods that one file lacks are counted, not told one by one. */
static void match_periods(comparing *c) {
  int both = 0;
  for (int t = 0; t < c->page->n_periods; t++) {
    c->period[t] = find_label(c->old->period, c->old->n_periods, c->page->period[t]);
    both += c->period[t] >= 0;
  }
  c->to->periods_new = c->page->n_periods - both;
  c->to->periods_gone = c->old->n_periods - both;
}

/* The id contains result and variable. A variable of another shape is another quantity and is not
 * compared. */
static const sw_page_variable *find_old(const comparing *c, const sw_page_variable *v) {
  for (int k = 0; k < c->old->n_variables; k++) {
    const sw_page_variable *other = &c->old->variable[k];
    if (strcmp(other->id, v->id) == 0)
      return other->use == v->use && other->n_dims == v->n_dims &&
                     (other->time >= 0) == (v->time >= 0)
                 ? other
                 : NULL;
  }
  return NULL;
}

/* The part that has the same labels; -1: none has. Parts are compared label by label on every
 * further axis, as their numbers may have moved. */
static int64_t old_part(const comparing *c, const sw_page_variable *v, const sw_page_variable *old,
                        int64_t part) {
  for (int64_t p = 0; p < old->n_parts; p++)
    for (int k = 0;; k++) {
      const char *is = sw_page_part_label(c->page, v, part, k);
      const char *was = sw_page_part_label(c->old, old, p, k);
      if (!is && !was) return p;
      if (!is || !was || strcmp(is, was) != 0) break;
    }
  return -1;
}

/* Of a variable's own period t the place in the other file's own periods; -1: it has none. Both
 * files may hold the variable for some periods only. */
static int old_period(const comparing *c, const sw_page_variable *v, const sw_page_variable *old,
                      int t) {
  if (v->time < 0) return 0;
  int wanted = c->period[c->page->axis[v->dim[v->time]].at[t]];
  const int *at = c->old->axis[old->dim[old->time]].at;
  for (int s = 0; s < old->n_periods; s++)
    if (at[s] == wanted) return s;
  return -1;
}

/* Bits, as `spillway diff`; one NaN is like another. Bit by bit, as a changed last bit shows that
 * something has changed. */
static bool is_same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* ---- quantities of the map ----------------------------------------------------------------- */

/* Numbers before what has appeared or is gone; the first of equals stays first. What appeared or
 * went has no size, so it stands behind every number that moved. */
static bool comes_before(const sw_report_move *a, const sw_report_move *b) {
  double of_a = fabs(a->now - a->old), of_b = fabs(b->now - b->old);
  return isnan(of_b) ? !isnan(of_a) : of_a > of_b;
}

/* Insertion into a short list of SW_CHANGES_LARGEST. */
static void keep_largest(sw_report_change *change, sw_report_move move) {
  int k = change->n_largest;
  if (k == SW_CHANGES_LARGEST && !comes_before(&move, &change->largest[k - 1])) return;
  if (k < SW_CHANGES_LARGEST)
    change->n_largest++;
  else
    k--;
  for (; k > 0 && comes_before(&move, &change->largest[k - 1]); k--)
    change->largest[k] = change->largest[k - 1];
  change->largest[k] = move;
}

/* `now`, `old`: of one period. Its differences are kept where there is any. The last period with a
 * change wins the map, as it is overwritten from period to period. */
static void compare_period(const comparing *c, const double *now, const double *old, int t,
                           sw_report_change *change, double *difference) {
  int64_t before = change->changed + change->appeared + change->vanished;
  for (int64_t i = 0; i < c->page->n; i++) {
    double was = c->unit[i] >= 0 ? old[c->unit[i]] : NAN;
    if (c->unit[i] < 0 || is_same(now[i], was)) continue;
    change->changed += !isnan(now[i]) && !isnan(was);
    change->appeared += isnan(was);
    change->vanished += isnan(now[i]);
    keep_largest(change, (sw_report_move){.unit = i, .t = t, .old = was, .now = now[i]});
  }
  if (before == change->changed + change->appeared + change->vanished) return;
  change->t = t;
  for (int64_t i = 0; i < c->page->n; i++)
    difference[i] = c->unit[i] >= 0 ? now[i] - old[c->unit[i]] : NAN;
}

/* `room`: twice the units of the page and once those of the old file. room: the new values, the
 * differences, the old values. */
static sw_status compare_part(const comparing *c, const sw_page_variable *v,
                              const sw_page_variable *old, int64_t part, int64_t was, double *room,
                              sw_report_change *change) {
  double *now = room, *then = room + 2 * c->page->n;
  for (int t = 0; t < v->n_periods; t++) {
    int s = old_period(c, v, old, t);
    int shown = v->time < 0 ? c->page->n_periods - 1 : c->page->axis[v->dim[v->time]].at[t];
    if (s < 0) continue;
    SW_TRY(sw_page_read_periods(c->err, c->page, v, part, t, 1, now));
    SW_TRY(sw_page_read_periods(c->err, c->old, old, was, s, 1, then));
    compare_period(c, now, then, shown, change, room + c->page->n);
  }
  return SW_OK;
}

/* A part without any change leaves no entry; its place is taken by the next. The block takes the
 * differences that compare_part has left behind the first n numbers. */
static sw_status add_part(comparing *c, const sw_page_variable *v, const sw_page_variable *old,
                          int64_t part, double *room) {
  int64_t was = old_part(c, v, old, part);
  sw_report_change *change = &c->to->change[c->to->n];
  if (was < 0) return SW_OK;
  *change = (sw_report_change){.variable = (int)(v - c->page->variable), .part = part, .block = -1};
  SW_NEW(c->err, c->report->arena, change->largest, SW_CHANGES_LARGEST);
  SW_TRY(compare_part(c, v, old, part, was, room, change));
  if (change->n_largest == 0) return SW_OK;
  change->key = sw_page_key(c->report->arena, c->page, v, part);
  if (!change->key) return sw_fail(c->err, SW_ENOMEM, "out of memory for the report");
  c->to->n++;
  return sw_blocks_numbers(c->err, c->blocks, v->small ? SW_BLOCK_F32 : SW_BLOCK_F64, c->page->n,
                           room + c->page->n, &change->block);
}

/* Results on the page, and columns that it draws. Variables of too many parts have no map on the
 * page either. */
static bool is_mapped(const comparing *c, const sw_page_variable *v) {
  return c->report->taken[v->result] && v->use == SW_PAGE_COLUMN && v->n_parts <= SW_MOST_PARTS;
}

/* Room for the largest number of changes, and for the numbers of one period of both files. */
static sw_status compare_columns(comparing *c) {
  double *room = NULL;
  int64_t parts = 0;
  for (int k = 0; k < c->page->n_variables; k++)
    if (is_mapped(c, &c->page->variable[k])) parts += c->page->variable[k].n_parts;
  SW_NEW(c->err, c->report->arena, c->to->change, parts + 1);
  SW_TRY(sw_alloc(c->err, (size_t)(2 * c->page->n + c->old->n) + 1, sizeof *room, (void **)&room));
  sw_status status = SW_OK;
  for (int k = 0; k < c->page->n_variables && status == SW_OK; k++) {
    const sw_page_variable *v = &c->page->variable[k], *old = NULL;
    if (is_mapped(c, v)) old = find_old(c, v);
    for (int64_t part = 0; old && part < v->n_parts && status == SW_OK; part++)
      status = add_part(c, v, old, part, room);
  }
  sw_free(room);
  return status;
}

/* ---- figures ---------------------------------------------------------------------------- */

/* A million numbers are 8 MB of each file; larger tables are no figures. */
enum { MOST_NUMBERS = 1000000 }; /* of a variable that is not by unit */

/* Where the number at place k of the page is in the other file; -1: nowhere. *at: what its place is
 * called, "2018, west". Labels are looked up only where the same place does not carry the same
 * label. */
static int64_t old_place(const comparing *c, const sw_page_variable *v, const sw_page_variable *old,
                         int64_t k, char at[SW_CHANGES_PLACE]) {
  int64_t place = 0, step = 1;
  at[0] = '\0';
  for (int d = v->n_dims - 1; d >= 0; d--) {
    const sw_page_axis *is = &c->page->axis[v->dim[d]], *was = &c->old->axis[old->dim[d]];
    char behind[SW_CHANGES_PLACE];
    if (!is->label || !was->label || is->n == 0) return -1;
    const char *label = is->label[k % is->n];
    int64_t other = k % is->n < was->n && strcmp(was->label[k % is->n], label) == 0
                        ? k % is->n
                        : find_label(was->label, was->n, label);
    if (other < 0) return -1;
    memcpy(behind, at, sizeof behind);
    snprintf(at, SW_CHANGES_PLACE, "%.60s%s%.60s", label, *behind ? ", " : "", behind);
    place += step * other;
    step *= was->n;
    k /= is->n;
  }
  return place;
}

/* What appears or goes is a change without limit. Relative to the larger of both, so that figures
 * of different units can be ranked. */
static double size_of(double now, double was) {
  if (isnan(now) || isnan(was)) return INFINITY;
  double scale = fmax(fabs(now), fabs(was));
  return scale > 0 ? fabs(now - was) / scale : 0;
}

/* The first of equal changes is kept. */
static void find_figure(comparing *c, const sw_page_variable *v, const sw_page_variable *old,
                        const double *now, const double *then) {
  sw_report_figure most = {.variable = (int)(v - c->page->variable)};
  double size = -1;
  int64_t n = sw_page_count(c->page, v);
  for (int64_t k = 0; k < n; k++) {
    char at[SW_CHANGES_PLACE];
    int64_t place = old_place(c, v, old, k, at);
    if (place < 0 || is_same(now[k], then[place])) continue;
    most.changed++;
    if (size_of(now[k], then[place]) <= size) continue;
    size = size_of(now[k], then[place]);
    most.now = now[k];
    most.old = then[place];
    memcpy(most.at, at, sizeof at);
  }
  if (most.changed > 0 && c->to->n_figures < SW_CHANGES_FIGURES)
    c->to->figure[c->to->n_figures++] = most;
}

/* Larger variables are passed over without a word: they are tables, not figures. */
static sw_status compare_small(comparing *c, const sw_page_variable *v,
                               const sw_page_variable *old) {
  double *now = NULL, *then = NULL;
  int64_t n = sw_page_count(c->page, v), was = sw_page_count(c->old, old);
  if (n > MOST_NUMBERS || was > MOST_NUMBERS) return SW_OK;
  SW_TRY(sw_alloc(c->err, (size_t)(n + was) + 1, sizeof *now, (void **)&now));
  then = now + n;
  sw_status status = sw_page_read_small(c->err, c->page, v, now);
  if (status == SW_OK) status = sw_page_read_small(c->err, c->old, old, then);
  if (status == SW_OK) find_figure(c, v, old, now, then);
  sw_free(now);
  return status;
}

/* In the order of the page: of more than SW_CHANGES_FIGURES figures the first are told. */
static sw_status compare_figures(comparing *c) {
  SW_NEW(c->err, c->report->arena, c->to->figure, SW_CHANGES_FIGURES);
  for (int k = 0; k < c->page->n_variables; k++) {
    const sw_page_variable *v = &c->page->variable[k], *old = NULL;
    if (v->use == SW_PAGE_SMALL && c->report->taken[v->result]) old = find_old(c, v);
    if (old) SW_TRY(compare_small(c, v, old));
  }
  return SW_OK;
}

/* ---- results ---------------------------------------------------------------------------- */

/* Results are few: a search by name for each. */
static bool has_result(const sw_page *page, const char *name) {
  for (int r = 0; r < page->n_results; r++)
    if (strcmp(page->result[r].name, name) == 0) return true;
  return false;
}

/* Called both ways round: what is new, and what is gone. Only whole results are listed; a missing
 * variable of a result is not. */
static sw_status list_lacking(const comparing *c, const sw_page *of, const sw_page *in, int *count,
                              const char *const **names) {
  const char **list = NULL;
  SW_NEW(c->err, c->report->arena, list, of->n_results + 1);
  for (int r = 0; r < of->n_results; r++)
    if (!has_result(in, of->result[r].name)) list[(*count)++] = of->result[r].name;
  *names = list;
  return SW_OK;
}

/* Units and periods are matched first; the rest is read by these matches. On failure *changes is
 * not set; everything lies in the report's arena. */
sw_status sw_report_changes_make(sw_error *err, const sw_report *report, sw_blocks *blocks,
                                 struct sw_report_changes **changes) {
  comparing c = {
      .err = err, .report = report, .page = report->page, .old = report->against, .blocks = blocks};
  SW_NEW(err, report->arena, c.to, 1);
  SW_NEW(err, report->arena, c.unit, c.page->n + 1);
  SW_NEW(err, report->arena, c.period, c.page->n_periods + 1);
  for (int64_t i = 0; i < c.page->n; i++)
    c.unit[i] = -1;
  match_units(&c);
  match_periods(&c);
  SW_TRY(compare_columns(&c));
  SW_TRY(compare_figures(&c));
  SW_TRY(list_lacking(&c, c.page, c.old, &c.to->n_added, &c.to->added));
  SW_TRY(list_lacking(&c, c.old, c.page, &c.to->n_removed, &c.to->removed));
  *changes = c.to;
  return SW_OK;
}

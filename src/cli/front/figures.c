/* Which numbers of a result are figures for the headline table (figures.h): the mean over its
 * pairs, its headline, the wholes that it splits into parts. What a figure is follows from its axes
 * and from how it is looked at: of a column its mean, of classes a share, of a small variable the
 * number itself.
 *
 * Each figure reads its column once, period by period; rows lie in the report's arena.
 *
 * Called by first_page.c for each result. Errors can only be memory or reading. */
#include "cli/front/figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measure/show.h"
#include "store/layout/headline.h"

/* Rows of a result at most; places on an axis of a result without time, such as terms. Twelve rows
 * let a result be seen as a whole; 4096 classes are more than any measure has. */
enum { MOST_ROWS = 12, MOST_PLACES = 4, MOST_CLASSES = 4096 };

/* The rows of one result while they are made; `row` has room for all of them. */
typedef struct making {
  sw_error *err;
  const sw_report *report;
  const sw_page *page;
  const sw_page_result *result;
  int index; /* of the result */
  int count;
  sw_figure_row *row;
} making;

/* ---- room ------------------------------------------------------------------------------- */

/* Rows are made one by one in an array of fixed length. */

/* A row without values yet; NULL in *row where there is no room for more. n[t] is -1 where it is
 * not known how many units a number rests on. */
static sw_status begin_row(making *m, const sw_page_variable *v, sw_figure_row **row) {
  *row = NULL;
  if (m->count == MOST_ROWS) return SW_OK;
  sw_figure_row *to = &m->row[m->count];
  *to = (sw_figure_row){.result = m->result,
                        .variable = v,
                        .n_periods = v->n_periods,
                        .at = v->time >= 0 ? m->page->axis[v->dim[v->time]].at : NULL};
  SW_NEW(m->err, m->report->arena, to->value, v->n_periods + 1);
  SW_NEW(m->err, m->report->arena, to->n, v->n_periods + 1);
  for (int t = 0; t < v->n_periods; t++)
    to->n[t] = -1;
  if (v->n_periods == 0) return SW_OK;
  m->count++;
  *row = to;
  return SW_OK;
}

/* The labels of a part, joined; NULL: it is on no further axis. */
static sw_status label_of(making *m, const sw_page_variable *v, int64_t part, const char **label) {
  const char *text = NULL, *one;
  for (int k = 0; (one = sw_page_part_label(m->page, v, part, k)); k++) {
    text = text ? sw_arena_printf(m->report->arena, "%s, %s", text, one) : one;
    if (!text) return sw_fail(m->err, SW_ENOMEM, "out of memory for the report");
  }
  *label = text;
  return SW_OK;
}

/* ---- how many --------------------------------------------------------------------------- */

/* The count that measures give of what their figures rest on, over the same periods. By its name
 * and by having no axis but time. */
static const sw_page_variable *used_of(const making *m, const sw_page_variable *v) {
  for (int k = 0; k < m->page->n_variables; k++) {
    const sw_page_variable *other = &m->page->variable[k];
    if (other->result == m->index && other->use == SW_PAGE_SMALL &&
        strcmp(other->name, SW_HEADLINE_USED) == 0 && other->n_dims == (other->time >= 0) &&
        other->n_periods == v->n_periods && (other->time >= 0) == (v->time >= 0))
      return other;
  }
  return NULL;
}

/* Of values of all periods together there are more than units. `of` stays 0 then, and no share is
 * shown. */
static sw_status count_used(making *m, sw_figure_row *row) {
  const sw_page_variable *used = used_of(m, row->variable);
  double *number = NULL;
  int64_t *ignored = NULL;
  if (!used) return SW_OK;
  SW_NEW(m->err, m->report->arena, number, used->n_periods + 1);
  SW_NEW(m->err, m->report->arena, ignored, used->n_periods + 1);
  SW_TRY(sw_page_course(m->err, m->page, used, 0, number, ignored));
  row->of = m->page->n;
  for (int t = 0; t < row->n_periods; t++) {
    row->n[t] = number[t] >= 0 ? (int64_t)number[t] : -1;
    if (row->n[t] > m->page->n) row->of = 0;
  }
  return SW_OK;
}

/* ---- columns ---------------------------------------------------------------------------- */

/* Numbers of classes have no mean. */
static bool is_of_classes(const sw_page_variable *v) {
  return v->integer && (strcmp(v->palette, sw_palette_name(SW_CATEGORIES)) == 0 ||
                        strcmp(v->show, sw_show_name(SW_SHOW_CLASSES)) == 0);
}

/* The same mean in all periods, though units have changed: so it is made. Scores with a fixed mean,
 * such as deviations from a mean. 1e-9 relative is more than rounding and less than any change of
 * interest. */
static sw_status find_still(making *m, sw_figure_row *row, int64_t part) {
  const sw_page_variable *v = row->variable;
  double *value = NULL, size = fabs(row->value[0]);
  int64_t n = m->page->n;
  for (int t = 1; t < row->n_periods; t++)
    if (!(fabs(row->value[t] - row->value[0]) <= 1e-9 * size)) return SW_OK;
  if (row->n_periods < 2) return SW_OK;
  SW_TRY(sw_alloc(m->err, 2 * (size_t)n + 1, sizeof *value, (void **)&value));
  sw_status status = sw_page_read_periods(m->err, m->page, v, part, 0, 1, value);
  if (status == SW_OK)
    status = sw_page_read_periods(m->err, m->page, v, part, v->n_periods - 1, 1, value + n);
  for (int64_t i = 0; status == SW_OK && i < n && !row->still; i++)
    row->still = fabs(value[i] - value[n + i]) > 1e-9 * size;
  sw_free(value);
  return status;
}

/* A mean that cannot change (of scores, of shares) is marked, so that no change is told of it. Read
 * twice: once for the means, once for two periods. */
static sw_status add_mean(making *m, sw_figure_row *row, int64_t part) {
  row->kind = SW_FIGURE_MEAN;
  row->of = m->page->n;
  SW_TRY(sw_page_course(m->err, m->page, row->variable, part, row->value, row->n));
  return find_still(m, row, part);
}

/* How many units are in each class, in one period; classes below the first are no class. NaN fails
 * the comparison. */
static int64_t tally(const making *m, const sw_page_variable *v, const double *value,
                     int64_t *count) {
  int64_t with = 0;
  memset(count, 0, MOST_CLASSES * sizeof *count);
  for (int64_t i = 0; i < m->page->n; i++) {
    double place = value[i] - v->class_first;
    if (!(place >= 0)) continue;
    with++;
    if (place < MOST_CLASSES) count[(int)place]++;
  }
  return with;
}

/* Of two classes, 0 and 1, it is the second that is spoken of. A variable of 0 and 1 is a
 * statement, and its share that of the units for which it holds. */
static int most_frequent(const sw_page_variable *v, const int64_t *count) {
  int most = 0, classes = 0;
  for (int c = 0; c < MOST_CLASSES; c++) {
    if (count[c] > count[most]) most = c;
    if (count[c] > 0) classes = c + 1;
  }
  return v->class_first == 0 && classes <= 2 && v->n_classes == 0 ? 1 : most;
}

/* Yes and no need no label. A class without a name has its number. */
static const char *class_label(making *m, const sw_page_variable *v, int c) {
  if (v->n_classes == 0 && v->class_first == 0 && c == 1) return NULL;
  return c < v->n_classes ? v->class_name[c]
                          : sw_arena_printf(m->report->arena, "%d", v->class_first + c);
}

/* The class is that of the last period. From the last period backwards, so that the class is chosen
 * by the last that has values. */
static sw_status count_shares(making *m, sw_figure_row *row, int64_t part, double *value,
                              int64_t *count) {
  const sw_page_variable *v = row->variable;
  int class = -1;
  for (int t = row->n_periods - 1; t >= 0; t--) {
    SW_TRY(sw_page_read_periods(m->err, m->page, v, part, t, 1, value));
    row->n[t] = tally(m, v, value, count);
    if (class < 0 && row->n[t] > 0) class = most_frequent(v, count);
    row->value[t] = row->n[t] > 0 ? (double)count[class] / (double)row->n[t] : NAN;
  }
  if (class >= 0) row->label = class_label(m, v, class);
  return SW_OK;
}

static sw_status add_share(making *m, sw_figure_row *row, int64_t part) {
  double *value = NULL;
  int64_t *count = NULL;
  row->kind = SW_FIGURE_SHARE;
  row->of = m->page->n;
  sw_status status = sw_alloc(m->err, (size_t)m->page->n + 1, sizeof *value, (void **)&value);
  if (status == SW_OK) status = sw_alloc(m->err, MOST_CLASSES, sizeof *count, (void **)&count);
  if (status == SW_OK) status = count_shares(m, row, part, value, count);
  sw_free(count);
  sw_free(value);
  return status;
}

/* The first part with a value in the last period: one without any would speak for all. `room`
 * behind the values serves the counts of sw_page_course. */
static sw_status choose_part(making *m, const sw_page_variable *v, int64_t *part) {
  double *value = NULL;
  bool column = v->use == SW_PAGE_COLUMN;
  size_t room = column ? (size_t)m->page->n : (size_t)v->n_periods;
  *part = 0;
  if (v->n_parts < 2) return SW_OK;
  SW_TRY(sw_alloc(m->err, 2 * room + 1, sizeof *value, (void **)&value));
  sw_status status = SW_OK;
  for (int64_t p = 0; status == SW_OK && p < v->n_parts; p++) {
    bool any = false;
    if (column)
      status = sw_page_read_periods(m->err, m->page, v, p, v->n_periods - 1, 1, value);
    else
      status = sw_page_course(m->err, m->page, v, p, value, (int64_t *)(value + room));
    for (size_t i = column ? 0 : room - 1; status == SW_OK && i < room; i++)
      any = any || !isnan(value[i]);
    if (!any) continue;
    *part = p;
    break;
  }
  sw_free(value);
  return status;
}

/* ---- rows ------------------------------------------------------------------------------- */

/* Columns are means or shares; small variables are single numbers. */

/* Small variables are figures as they stand, and say of how many units they are. */
static sw_status add_part(making *m, const sw_page_variable *v, int64_t part) {
  sw_figure_row *row = NULL;
  SW_TRY(begin_row(m, v, &row));
  if (!row) return SW_OK;
  SW_TRY(label_of(m, v, part, &row->label));
  if (v->use == SW_PAGE_COLUMN)
    return is_of_classes(v) ? add_share(m, row, part) : add_mean(m, row, part);
  int64_t *ignored = NULL;
  SW_NEW(m->err, m->report->arena, ignored, v->n_periods + 1);
  SW_TRY(sw_page_course(m->err, m->page, v, part, row->value, ignored));
  return count_used(m, row);
}

/* The terms of a model, one below the other, four at most: a longer model is shown below the table.
 * Of what has periods one part. */
static sw_status add_variable(making *m, const sw_page_variable *v) {
  int64_t part = 0;
  if (v->use != SW_PAGE_COLUMN && v->use != SW_PAGE_SMALL) return SW_OK;
  if (v->use == SW_PAGE_SMALL && v->time < 0) {
    for (int64_t p = 0; p < v->n_parts && p < MOST_PLACES; p++)
      SW_TRY(add_part(m, v, p));
    return SW_OK;
  }
  SW_TRY(choose_part(m, v, &part));
  return add_part(m, v, part);
}

/* "3 of 57000 ordered pairs" is of all matrices together, so the number of pairs is divided by that
 * of the matrices. */
static int64_t pairs_in_all(const making *m, int periods) {
  long long without, all;
  if (sscanf(m->result->undefined, "%lld of %lld ordered", &without, &all) != 2) return 0;
  return all / (periods > 0 ? periods : 1);
}

/* The mean over ordered pairs, and how many have a value, of those there are. Where the file has no
 * summary of the pairs there is no row. */
static sw_status add_pairs(making *m) {
  sw_page_pairs pairs;
  sw_figure_row *row = NULL;
  double *count = NULL;
  int64_t *ignored = NULL;
  if (!sw_page_pairs_of(m->page, m->index, 1, &pairs) || pairs.mean < 0 || pairs.n_pairs < 0)
    return SW_OK;
  const sw_page_variable *mean = &m->page->variable[pairs.mean];
  const sw_page_variable *n = &m->page->variable[pairs.n_pairs];
  if (mean->n_periods != n->n_periods) return SW_OK;
  SW_TRY(begin_row(m, mean, &row));
  if (!row) return SW_OK;
  row->kind = SW_FIGURE_PAIRS;
  row->of = pairs_in_all(m, mean->n_periods);
  SW_NEW(m->err, m->report->arena, count, n->n_periods + 1);
  SW_NEW(m->err, m->report->arena, ignored, n->n_periods + 1);
  SW_TRY(sw_page_course(m->err, m->page, mean, 0, row->value, ignored));
  SW_TRY(sw_page_course(m->err, m->page, n, 0, count, ignored));
  for (int t = 0; t < n->n_periods; t++)
    row->n[t] = (int64_t)count[t];
  return SW_OK;
}

/* Whether the result splits it into parts. Shown as parts: stacked series whose whole stands beside
 * them. */
static bool is_whole(const making *m, int variable) {
  const sw_page_variable *v = &m->page->variable[variable];
  if (v->result != m->index || v->headline || v->use != SW_PAGE_SMALL || v->time < 0 ||
      v->n_dims != 1)
    return false;
  for (int k = 0; k < m->page->n_variables; k++) {
    const sw_page_variable *part = &m->page->variable[k];
    if (part->result != m->index || strcmp(part->show, sw_show_name(SW_SHOW_PARTS)) != 0) continue;
    for (int w = 0; w < part->n_with; w++)
      if (part->with[w] == variable) return true;
  }
  return false;
}

/* In the order of the table; MOST_ROWS at most, as a result of many terms would fill the page.
 * Pairs first, then the headline, then wholes; each is tried and may add nothing. */
sw_status sw_figures_of(sw_error *err, const sw_report *report, int result, int *count,
                        sw_figure_row **row) {
  making m = {.err = err,
              .report = report,
              .page = report->page,
              .result = &report->page->result[result],
              .index = result};
  SW_NEW(err, report->arena, m.row, MOST_ROWS);
  SW_TRY(add_pairs(&m));
  if (m.result->headline >= 0) SW_TRY(add_variable(&m, &m.page->variable[m.result->headline]));
  for (int v = 0; v < m.page->n_variables; v++)
    if (is_whole(&m, v)) SW_TRY(add_variable(&m, &m.page->variable[v]));
  *count = m.count;
  *row = m.row;
  return SW_OK;
}

/* Conditions on rows, by the rules that `where` has on the rows of a units file
 * (store/units/where.c): codes are texts, and so is every column with a zero before a digit; others
 * are compared as numbers where a number is written; what is missing equals no number and is on
 * neither side of one. Periods that are no numbers (dates, months) are compared by their order in
 * time, which that of their bytes need not be: 01.02.2001 is after 31.12.2000. */
#include "cli/export/where.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

typedef enum column_kind { UNIT, UNIT_TO, PERIOD, LABEL, NAME, LON, LAT, GROUP, VALUE } column_kind;

struct sw_where_column {
  column_kind kind;
  int place; /* of a label's axis, a group, a quantity; of a period that is in order: the file's */
  bool to;   /* of the receiver of a pair */
  bool number; /* compared as one */
  bool order;  /* of periods: compared by their order in time */
};

/* ---- columns ----------------------------------------------------------------------------- */

enum { MOST_COLUMNS = 96 };

typedef struct columns {
  int n;
  const char *name[MOST_COLUMNS];
  struct sw_where_column column[MOST_COLUMNS];
} columns;

static void add(columns *all, const char *name, struct sw_where_column column) {
  if (!name || all->n == MOST_COLUMNS) return;
  all->name[all->n] = name;
  all->column[all->n++] = column;
}

/* What is known of a unit; of a receiver with _to. */
static void add_unit(columns *all, sw_arena *arena, const sw_page *page, bool to) {
  const char *tail = to ? "_to" : "";
  add(all, to ? SW_NAME_UNIT_TO : SW_NAME_UNIT,
      (struct sw_where_column){to ? UNIT_TO : UNIT, 0, to, false, false});
  for (int g = 0; g < page->n_groups; g++)
    add(all, sw_arena_printf(arena, "%s%s", page->group[g].name, tail),
        (struct sw_where_column){GROUP, g, to, false, false});
  if (sw_sheet_names(page))
    add(all, sw_arena_printf(arena, SW_NAME_NAME "%s", tail),
        (struct sw_where_column){NAME, 0, to, false, false});
  if (page->lon)
    add(all, sw_arena_printf(arena, SW_NAME_LON "%s", tail),
        (struct sw_where_column){LON, 0, to, true, false});
  if (page->lat)
    add(all, sw_arena_printf(arena, SW_NAME_LAT "%s", tail),
        (struct sw_where_column){LAT, 0, to, true, false});
}

static void list_columns(columns *all, sw_arena *arena, const sw_sheet *s) {
  const sw_page *page = s->page;
  all->n = 0;
  if (s->unit >= 0 || s->is_pairs) add_unit(all, arena, page, false);
  if (s->is_pairs) add_unit(all, arena, page, true);
  if (s->time >= 0)
    add(all, SW_NAME_TIME, (struct sw_where_column){PERIOD, 0, false, false, false});
  for (int k = 0; k < s->n_labels; k++)
    add(all, page->axis[s->label[k]].name, (struct sw_where_column){LABEL, k, false, false, false});
  for (int k = 0; k < s->n; k++)
    add(all, page->variable[s->variable[k]].name,
        (struct sw_where_column){VALUE, k, false, true, false});
}

static bool has_leading_zero(const char *text) {
  return text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

/* The labels of a column of texts, *n of them; NULL: codes, which are texts in any case. */
static const char *const *labels_of(const sw_sheet *s, const struct sw_where_column *c,
                                    int64_t *n) {
  const sw_page *page = s->page;
  const sw_page_axis *axis = c->kind == PERIOD  ? &page->axis[s->time]
                             : c->kind == LABEL ? &page->axis[s->label[c->place]]
                                                : NULL;
  *n = axis ? axis->n : c->kind == GROUP ? page->group[c->place].n : page->n;
  if (axis) return axis->label;
  return c->kind == GROUP  ? page->group[c->place].label
         : c->kind == NAME ? sw_sheet_names(page)
                           : NULL;
}

/* Periods of a form that numbers do not have: the condition names one of them. Those of the file
 * are looked at, as a quantity may lack some. */
static sw_status bind_period(sw_error *err, const sw_page *page, const char *text,
                             struct sw_where_column *c) {
  char hint[SW_HINT_ROOM];
  for (c->place = 0; c->place < page->n_periods; c->place++)
    if (strcmp(page->period[c->place], text) == 0) {
      c->order = true;
      return SW_OK;
    }
  const char *near = sw_nearest(text, page->period, page->n_periods);
  return sw_fail(err, SW_EINPUT,
                 "--where: time: %s has no period '%s'%s; write one as it has them, '%s' to '%s'",
                 page->path, text, sw_did_you_mean(text, near, hint), page->period[0],
                 page->period[page->n_periods - 1]);
}

/* Whether every period of the file is a number. */
static bool counts_periods(const sw_page *page) {
  double value = 0;
  for (int t = 0; t < page->n_periods; t++)
    if (!sw_parse_number(page->period[t], strlen(page->period[t]), &value)) return false;
  return true;
}

static sw_status bind(sw_error *err, const sw_sheet *s, const sw_condition *condition, bool wide,
                      struct sw_where_column *c) {
  if (wide && (c->kind == PERIOD || c->kind == VALUE))
    return sw_fail(err, SW_EINPUT,
                   "--where: rows have several periods side by side, so there is no single %s; "
                   "choose one by --periods",
                   condition->column);
  if (c->number && !condition->is_number)
    return sw_fail(err, SW_EINPUT,
                   "--where: %s has numbers, and '%s' is a text; write a number without quotes",
                   condition->column, condition->text);
  if (c->kind == PERIOD && !counts_periods(s->page))
    return bind_period(err, s->page, condition->text, c);
  if (c->number || !condition->is_number) return SW_OK;
  int64_t n = 0;
  const char *const *label = labels_of(s, c, &n);
  c->number = label != NULL;
  for (int64_t k = 0; label && k < n; k++)
    if (has_leading_zero(label[k])) c->number = false;
  return SW_OK;
}

sw_status sw_where_read(sw_error *err, sw_arena *arena, const char *text, const sw_sheet *sheet,
                        bool wide, sw_where *where) {
  columns all;
  char hint[SW_HINT_ROOM];
  *where = (sw_where){0};
  if (!text) return SW_OK;
  sw_node node = {.kind = SW_NODE_SCALAR, .text = text, .quoted = true}; /* of no file */
  sw_error said = {0};
  sw_status status = sw_study_read_where(&said, arena, &node, &where->n, &where->condition);
  if (status != SW_OK) return sw_fail(err, status, "--%s", said.text); /* "where: found ..." */
  list_columns(&all, arena, sheet);
  SW_NEW(err, arena, where->column, where->n + 1);
  for (int c = 0; c < where->n; c++) {
    const char *name = where->condition[c].column;
    int k = 0;
    while (k < all.n && strcmp(all.name[k], name) != 0)
      k++;
    if (k == all.n)
      return sw_fail(err, SW_EINPUT, "--where: rows of '%s' have no column '%s'%s",
                     sheet->page->result[sheet->result].name, name,
                     sw_did_you_mean(name, sw_nearest(name, all.name, all.n), hint));
    where->column[c] = all.column[k];
    SW_TRY(bind(err, sheet, &where->condition[c], wide, &where->column[c]));
  }
  return SW_OK;
}

/* ---- one row ----------------------------------------------------------------------------- */

static const char *text_at(const sw_sheet *s, const struct sw_where_column *c, const sw_row *row) {
  const sw_page *page = s->page;
  int64_t unit = c->to ? row->unit_to : row->unit;
  switch (c->kind) {
  case UNIT:
  case UNIT_TO:
    return page->code[unit];
  case PERIOD:
    return sw_sheet_period(s, row->period);
  case LABEL:
    return page->axis[s->label[c->place]].label[row->label[c->place]];
  case NAME:
    return sw_sheet_names(page)[unit];
  case GROUP:
    return page->group[c->place].of[unit] < 0
               ? ""
               : page->group[c->place].label[page->group[c->place].of[unit]];
  default:
    return "";
  }
}

/* NaN: missing, or no number. */
static double number_at(const sw_sheet *s, const struct sw_where_column *c, const sw_row *row) {
  double value = NAN;
  int64_t unit = c->to ? row->unit_to : row->unit;
  if (c->kind == VALUE) return row->value[c->place];
  if (c->kind == LON) return s->page->lon[unit];
  if (c->kind == LAT) return s->page->lat[unit];
  const char *text = text_at(s, c, row);
  return sw_parse_number(text, strlen(text), &value) ? value : NAN;
}

static bool holds(const sw_where *where, int k, const sw_sheet *s, const sw_row *row) {
  const sw_condition *condition = &where->condition[k];
  const struct sw_where_column *c = &where->column[k];
  if (c->order) {
    int at = s->page->axis[s->time].at[row->period];
    return sw_compare_holds(condition->compare, (at > c->place) - (at < c->place));
  }
  if (!c->number)
    return sw_compare_holds(condition->compare, strcmp(text_at(s, c, row), condition->text));
  double value = number_at(s, c, row);
  if (isnan(value)) return condition->compare == SW_NE;
  return sw_compare_holds(condition->compare,
                          (value > condition->number) - (value < condition->number));
}

/* Alternatives of comparisons that all hold. */
bool sw_where_keeps(const sw_where *where, const sw_sheet *sheet, const sw_row *row) {
  bool any = where->n == 0, all = false;
  for (int k = 0; k < where->n; k++) {
    if (where->condition[k].starts_or) {
      any |= all;
      all = true;
    }
    all = all && holds(where, k, sheet, row);
  }
  return any || all;
}

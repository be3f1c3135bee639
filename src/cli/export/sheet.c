/* Quantities found by name and put together by their axes. */
#include "cli/export/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory for what is to be written");
}

/* ---- sheets of a result ------------------------------------------------------------------ */

static bool are_alike(const sw_page_variable *a, const sw_page_variable *b) {
  return a->n_dims == b->n_dims && memcmp(a->dim, b->dim, (size_t)a->n_dims * sizeof *a->dim) == 0;
}

static void place_axes(sw_sheet *s) {
  const sw_page_variable *v = &s->page->variable[s->variable[0]];
  s->time = s->unit = -1;
  if (s->is_pairs) {
    s->time = s->pairs.time;
    return;
  }
  if (v->time >= 0) s->time = v->dim[v->time];
  if (v->unit >= 0) s->unit = v->dim[v->unit];
  for (int d = 0; d < v->n_dims; d++)
    if (d != v->time && d != v->unit) s->label[s->n_labels++] = v->dim[d];
}

static sw_status add_sheet(sw_error *err, sw_arena *arena, sw_sheet *s, int n,
                           const int *variable) {
  int *copy = NULL;
  SW_NEW(err, arena, copy, n + 1);
  memcpy(copy, variable, (size_t)n * sizeof *copy);
  s->n = n;
  s->variable = copy;
  s->part = -1;
  place_axes(s);
  return SW_OK;
}

/* A sheet for each set of axes, in the order of the file. */
static sw_status add_by_axes(sw_error *err, sw_arena *arena, const sw_page *page, int result,
                             int *count, sw_sheet *sheet) {
  int *with = NULL, n = 0;
  SW_NEW(err, arena, with, page->n_variables + 1);
  for (int v = 0; v < page->n_variables; v++) {
    const sw_page_variable *of = &page->variable[v];
    bool told = of->use == SW_PAGE_COLUMN || of->use == SW_PAGE_SMALL;
    for (int s = 0; told && s < *count; s++)
      told = sheet[s].is_pairs || !are_alike(of, &page->variable[sheet[s].variable[0]]);
    if (of->result != result || !told) continue;
    n = 0;
    for (int w = v; w < page->n_variables; w++)
      if (page->variable[w].result == result && page->variable[w].use == of->use &&
          are_alike(of, &page->variable[w]))
        with[n++] = w;
    sheet[*count] = (sw_sheet){.page = page, .result = result};
    SW_TRY(add_sheet(err, arena, &sheet[(*count)++], n, with));
  }
  return SW_OK;
}

static bool has(const sw_sheet *s, int variable) {
  for (int k = 0; k < s->n; k++)
    if (s->variable[k] == variable) return true;
  return false;
}

sw_status sw_sheets_of(sw_error *err, sw_arena *arena, const sw_page *page, int result, int *count,
                       sw_sheet **out) {
  sw_sheet *sheet = NULL;
  sw_page_pairs pairs;
  *count = 0;
  SW_NEW(err, arena, sheet, page->n_variables + 2);
  if (sw_page_pairs_of(page, result, 1, &pairs) && pairs.keep != SW_PAGE_SUMMARY) {
    sheet[0] = (sw_sheet){.page = page, .result = result, .is_pairs = true, .pairs = pairs};
    SW_TRY(add_sheet(err, arena, &sheet[(*count)++], pairs.n_quantities, pairs.quantity));
  }
  int first = *count, head = page->result[result].headline;
  SW_TRY(add_by_axes(err, arena, page, result, count, sheet));
  for (int s = 1; first == 0 && s < *count; s++)
    if (has(&sheet[s], head)) {
      sw_sheet main = sheet[s];
      memmove(sheet + 1, sheet, (size_t)s * sizeof *sheet);
      sheet[0] = main;
    }
  *out = sheet;
  return SW_OK;
}

/* ---- by name ----------------------------------------------------------------------------- */

/* As the file has it, else what follows the last slash of one alone; -1: none. */
static int find_result(const sw_page *page, const char *name, size_t length) {
  int found = -1;
  for (int r = 0; r < page->n_results; r++)
    if (strlen(page->result[r].name) == length && memcmp(page->result[r].name, name, length) == 0)
      return r;
  for (int r = 0; r < page->n_results; r++) {
    const char *slash = strrchr(page->result[r].name, '/');
    if (!slash || strlen(slash + 1) != length || memcmp(slash + 1, name, length) != 0) continue;
    if (found >= 0) return -1; /* two of them: the whole path tells */
    found = r;
  }
  return found;
}

static sw_status no_result(sw_error *err, sw_arena *arena, const sw_page *page, const char *name) {
  char hint[SW_HINT_ROOM];
  const char **known = NULL, *list = "";
  SW_NEW(err, arena, known, page->n_results + 1);
  for (int r = 0; r < page->n_results; r++)
    known[r] = page->result[r].name;
  const char *near = sw_nearest(name, known, page->n_results);
  for (int r = 0; !near && list && r < page->n_results && strlen(list) < 400; r++)
    list = sw_arena_printf(arena, "%s%s%s", list, r > 0 ? ", " : "; it has ", known[r]);
  return sw_fail(err, SW_EINPUT, "%s: has no result '%s'%s%s", page->path, name,
                 sw_did_you_mean(name, near, hint), list ? list : "");
}

static sw_status no_quantity(sw_error *err, sw_arena *arena, const sw_page *page, int result,
                             const char *name) {
  char hint[SW_HINT_ROOM];
  const char **known = NULL, *list = "";
  int n = 0;
  SW_NEW(err, arena, known, page->n_variables + 1);
  for (int v = 0; v < page->n_variables; v++)
    if (page->variable[v].result == result && page->variable[v].use != SW_PAGE_SILENT)
      known[n++] = page->variable[v].name;
  const char *near = sw_nearest(name, known, n);
  for (int k = 0; !near && list && k < n && strlen(list) < 400; k++)
    list = sw_arena_printf(arena, "%s%s%s", list, k > 0 ? ", " : "; it has ", known[k]);
  return sw_fail(err, SW_EINPUT, "%s: '%s' has no quantity '%s'%s%s", page->path,
                 page->result[result].name, name, sw_did_you_mean(name, near, hint),
                 list ? list : "");
}

/* The text "a,b" or "a][b" names a part of the variable by its labels. */
static bool is_part(const sw_page *page, const sw_page_variable *v, int64_t part,
                    const char *labels) {
  const char *label, *at = labels;
  for (int k = 0; (label = sw_page_part_label(page, v, part, k)); k++) {
    size_t length = strlen(label);
    if (k > 0) {
      if (*at == ',')
        at++;
      else if (strncmp(at, "][", 2) == 0)
        at += 2;
      else
        return false;
    }
    if (strncmp(at, label, length) != 0) return false;
    at += length;
  }
  return at != labels && *at == '\0';
}

static sw_status choose_part(sw_error *err, sw_arena *arena, sw_sheet *s, const char *labels) {
  char hint[SW_HINT_ROOM];
  const sw_page_variable *v = &s->page->variable[s->variable[0]];
  if (s->is_pairs || s->n_labels == 0)
    return sw_fail(err, SW_EINPUT, "%s: '%s' has no parts; write it without [%s]", s->page->path,
                   v->id, labels);
  for (int64_t part = 0; part < v->n_parts; part++)
    if (is_part(s->page, v, part, labels)) {
      s->part = part;
      return SW_OK;
    }
  const sw_page_axis *axis = &s->page->axis[s->label[0]];
  const char *near = axis->label ? sw_nearest(labels, axis->label, (int)axis->n) : NULL;
  const char *axes = sw_sheet_axes(arena, s);
  return sw_fail(err, SW_EINPUT, "%s: '%s' has no part '%s'%s; it is by %s", s->page->path, v->id,
                 labels, sw_did_you_mean(labels, near, hint), axes ? axes : "other axes");
}

/* Of the sheets of its result the one that it is in, with it alone. */
static sw_status choose_quantity(sw_error *err, sw_arena *arena, const sw_page *page, int result,
                                 const char *quantity, int *count, sw_sheet **sheet) {
  sw_sheet *all = NULL;
  int n = 0;
  SW_TRY(sw_sheets_of(err, arena, page, result, &n, &all));
  for (int s = 0; s < n; s++)
    for (int k = 0; k < all[s].n; k++) {
      if (strcmp(page->variable[all[s].variable[k]].name, quantity) != 0) continue;
      int *one = NULL;
      SW_NEW(err, arena, one, 1);
      *one = all[s].variable[k];
      all[s].variable = one;
      all[s].n = 1;
      *sheet = &all[s];
      *count = 1;
      return SW_OK;
    }
  return no_quantity(err, arena, page, result, quantity);
}

/* Names of results may have dots, so the last one that leaves a result parts the name. */
sw_status sw_sheets_named(sw_error *err, sw_arena *arena, const sw_page *page, const char *name,
                          int *count, sw_sheet **sheet) {
  size_t length = strlen(name);
  int result = find_result(page, name, length);
  if (result >= 0) return sw_sheets_of(err, arena, page, result, count, sheet);
  const char *open = strchr(name, '[');
  bool closed = open && name[length - 1] == ']';
  size_t plain = closed ? (size_t)(open - name) : length;
  for (size_t dot = plain; dot-- > 0;) {
    if (name[dot] != '.' || (result = find_result(page, name, dot)) < 0) continue;
    const char *quantity = sw_arena_textn(arena, name + dot + 1, plain - dot - 1);
    const char *labels = closed ? sw_arena_textn(arena, open + 1, length - plain - 2) : NULL;
    if (!quantity || (closed && !labels)) return no_memory(err);
    SW_TRY(choose_quantity(err, arena, page, result, quantity, count, sheet));
    return closed ? choose_part(err, arena, *sheet, labels) : SW_OK;
  }
  const char *dot = memrchr(name, '.', plain);
  const char *of = dot ? sw_arena_textn(arena, name, (size_t)(dot - name)) : name;
  return of ? no_result(err, arena, page, of) : no_memory(err);
}

/* ---- in words ---------------------------------------------------------------------------- */

static const char *add_axis(sw_arena *arena, const char *text, const sw_page_axis *axis) {
  return text ? sw_arena_printf(arena, "%s%s%s %lld", text, *text ? ", " : "", axis->name,
                                (long long)axis->n)
              : NULL;
}

const char *sw_sheet_axes(sw_arena *arena, const sw_sheet *s) {
  static const char *const kept[] = {[SW_PAGE_SUMMARY] = "",
                                     [SW_PAGE_DENSE] = "all pairs of units",
                                     [SW_PAGE_TOP] = "kept pairs of units",
                                     [SW_PAGE_ENTRIES] = "kept pairs of units"};
  const char *text = s->is_pairs ? kept[s->pairs.keep] : "";
  if (s->time >= 0) text = add_axis(arena, text, &s->page->axis[s->time]);
  if (s->unit >= 0) text = add_axis(arena, text, &s->page->axis[s->unit]);
  for (int k = 0; k < s->n_labels; k++)
    text = add_axis(arena, text, &s->page->axis[s->label[k]]);
  return text && !*text ? "one row" : text;
}

const char *sw_sheet_quantities(sw_arena *arena, const sw_sheet *s) {
  const char *text = "";
  for (int k = 0; text && k < s->n; k++)
    text = sw_arena_printf(arena, "%s%s%s", text, k > 0 ? ", " : "",
                           s->page->variable[s->variable[k]].name);
  return text;
}

const char *const *sw_sheet_names(const sw_page *page) {
  return page->unit_name      ? page->unit_name
         : page->unit_name_en ? page->unit_name_en
                              : page->unit_name_zh;
}

/* ---- periods ----------------------------------------------------------------------------- */

int sw_sheet_periods(const sw_sheet *s) {
  return s->time >= 0 ? (int)s->page->axis[s->time].n : 1;
}

const char *sw_sheet_period(const sw_sheet *s, int t) {
  return s->time >= 0 ? s->page->axis[s->time].label[t] : "";
}

static sw_status find_period(sw_error *err, const sw_page *page, const char *text, size_t length,
                             int *place) {
  char word[64], hint[SW_HINT_ROOM];
  snprintf(word, sizeof word, "%.*s", (int)length, text);
  for (*place = 0; *place < page->n_periods; ++*place)
    if (strcmp(page->period[*place], word) == 0) return SW_OK;
  *place = strcmp(word, "first") == 0 ? 0 : page->n_periods - 1;
  if (strcmp(word, "first") == 0 || strcmp(word, "last") == 0) return SW_OK;
  const char *near = sw_nearest(word, page->period, page->n_periods);
  return sw_fail(err, SW_EINPUT, "--periods: %s has no period '%s'%s; it has %s to %s", page->path,
                 word, sw_did_you_mean(word, near, hint), page->period[0],
                 page->period[page->n_periods - 1]);
}

/* A range is in the order of the file. */
static sw_status take_periods(sw_error *err, const sw_page *page, const char *text, size_t length,
                              bool *taken) {
  const char *dots = memmem(text, length, "..", 2);
  int from = 0, to = 0;
  size_t head = dots ? (size_t)(dots - text) : length;
  SW_TRY(find_period(err, page, text, head, &from));
  to = from;
  if (dots) SW_TRY(find_period(err, page, dots + 2, length - head - 2, &to));
  if (from > to)
    return sw_fail(err, SW_EINPUT, "--periods: %.*s is before its beginning", (int)length, text);
  for (int t = from; t <= to; t++)
    taken[t] = true;
  return SW_OK;
}

sw_status sw_periods_choose(sw_error *err, sw_arena *arena, const sw_page *page, const char *text,
                            sw_period_choice *choice) {
  bool *taken = NULL;
  *choice = (sw_period_choice){.page = page};
  if (!text) return SW_OK;
  if (page->cross_section || page->n_periods == 0)
    return sw_fail(err, SW_EINPUT, "--periods: %s is a cross-section, without periods", page->path);
  SW_NEW(err, arena, taken, page->n_periods + 1);
  for (const char *at = text; *at; at += *at == ',') {
    size_t length = strcspn(at, ",");
    if (length == 3 && strncmp(at, "all", 3) == 0)
      memset(taken, true, (size_t)page->n_periods);
    else
      SW_TRY(take_periods(err, page, at, length, taken));
    at += length;
  }
  choice->taken = taken;
  return SW_OK;
}

/* A period of the sheet that the file does not have at its root (of a foreign file) is taken only
 * with all. */
sw_status sw_periods_of_sheet(sw_error *err, sw_arena *arena, const sw_period_choice *choice,
                              const sw_sheet *s, int *count, int **period) {
  int *list = NULL, n = sw_sheet_periods(s);
  *count = 0;
  SW_NEW(err, arena, list, n + 1);
  for (int t = 0; t < n; t++) {
    int at = s->time >= 0 ? s->page->axis[s->time].at[t] : -1;
    if (s->time < 0 || !choice->taken || (at >= 0 && choice->taken[at])) list[(*count)++] = t;
  }
  *period = list;
  return SW_OK;
}

/* Which periods the panel has: labels of one form (panel/time.h) in the order of time, or texts of
 * no known form in that of their bytes. After universe.c, as periods that only units outside the
 * panel have are none. Every rank ends with the same list, which depends on the files alone.
 *
 * A label is a text of a file; a period is what it means. "05" and "5", "2001M1" and "2001M01" are
 * two labels of one period. */
#include "store/panel/build.h"

#include "base/log.h"
#include "base/text.h"
#include "panel/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct period {
  const char *text; /* the label, in the arena */
  int64_t value;    /* its number; where labels are texts, its place among them */
} period;

/* Without a list all are taken. Quadratic in the periods, of which there are tens. */
bool sw_panel_takes_period(const sw_panel_spec *spec, const char *label) {
  for (int k = 0; k < spec->n_taken; k++)
    if (sw_time_same(label, spec->taken[k], spec->time_format)) return true;
  return spec->n_taken == 0;
}

/* Which of a long file's periods have a row that stays: used[p] of each local period. Threads may
 * write the same byte, always 1; it is read first, so that its cache line is not taken from the
 * other threads at every row. */
static void mark_used(const sw_panel_build *build, int f, uint8_t *used) {
  const sw_panel_rows *rows = &build->rows[f];
  const int64_t *unit_of = build->unit_of[f];
#pragma omp parallel for schedule(dynamic, 1)
  for (int64_t b = 0; b < rows->n_blocks; b++) {
    const sw_panel_block *block = &rows->block[b];
    for (int64_t i = 0; i < block->n; i++) {
      uint8_t *mark = &used[sw_panel_rows_period(rows, block->slot[i])];
      if (!__atomic_load_n(mark, __ATOMIC_RELAXED) && unit_of[block->unit[i]] >= 0)
        __atomic_store_n(mark, 1, __ATOMIC_RELAXED);
    }
  }
}

/* Labels of this rank's rows that stay, of one file. Of wide files all labels: periods are columns
 * there, and each row has all of them. */
static sw_status used_labels(sw_error *err, const sw_panel_build *build, int f, const char ***label,
                             int64_t *n) {
  const sw_panel_rows *rows = &build->rows[f];
  uint8_t *used = NULL;
  *n = 0;
  SW_NEW(err, build->arena, *label, rows->periods.n + rows->width);
  for (int k = 0; rows->wide && k < rows->width; k++)
    (*label)[(*n)++] = rows->label[k];
  if (rows->wide) return SW_OK;
  SW_NEW(err, build->arena, used, rows->periods.n);
  mark_used(build, f, used);
  for (int64_t p = 0; p < rows->periods.n; p++)
    if (used[p]) (*label)[(*n)++] = rows->periods.text[p];
  return SW_OK;
}

/* The labels of one file. */
typedef struct file_labels {
  const char *const *text; /* in byte order */
  int64_t n;
} file_labels;

typedef struct period_list {
  period *item;
  int64_t n, capacity;
  file_labels *file; /* of each file */
} period_list;

/* Appends the labels that were not there yet and are to be read; the map tells, with any number (it
 * is made anew when periods are numbered). Old arrays stay in the arena: they double, so are less
 * than the last. */
static sw_status add_labels(sw_error *err, sw_panel_build *build, const char *const *label,
                            int64_t n, period_list *list) {
  int64_t existing = -1;
  if (list->n + n > list->capacity) {
    period *grown = NULL;
    list->capacity = 2 * list->capacity + n;
    SW_NEW(err, build->arena, grown, list->capacity);
    if (list->n) memcpy(grown, list->item, (size_t)list->n * sizeof *grown);
    list->item = grown;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sw_panel_takes_period(build->spec, label[i])) continue;
    SW_TRY(sw_map_put(err, build->period_of, label[i], strlen(label[i]), 0, &existing));
    /* -1: the label is new. */
    if (existing < 0) list->item[list->n++].text = label[i];
  }
  return SW_OK;
}

/* Labels of all ranks, file after file, each once; within a file in byte order. The order of files
 * matters below: of two labels of one period the panel is called by the first. Collective. Memory:
 * each label once on every rank. */
static sw_status gather_labels(sw_error *err, sw_panel_build *build, period_list *list) {
  sw_status room = sw_arena_alloc(err, build->arena, (size_t)build->spec->n_files,
                                  sizeof *list->file, (void **)&list->file);
  SW_TRY(sw_team_agree(build->team, err, room, 0));
  for (int f = 0; f < build->spec->n_files; f++) {
    const char **mine = NULL;
    const char *const *all = NULL;
    int64_t n_mine = 0, n_all = 0;
    SW_TRY(sw_team_agree(build->team, err, used_labels(err, build, f, &mine, &n_mine), 0));
    SW_TRY(sw_panel_codes_gather(err, build->team, build->arena, mine, n_mine, &n_all, &all));
    list->file[f] = (file_labels){all, n_all};
    SW_TRY(sw_team_agree(build->team, err, add_labels(err, build, all, n_all, list), 0));
  }
  return SW_OK;
}

/* Bytes, for labels of no known form. */
static int by_label(const void *a, const void *b) {
  return strcmp(((const period *)a)->text, ((const period *)b)->text);
}

/* Insertion, which is stable: of equal numbers the label of the first file comes first. qsort is
 * not stable. The labels of a file come sorted as text, which for years is the order wanted, so few
 * are moved. */
static void sort_by_value(period *list, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    period one = list[i];
    int64_t at = i;
    for (; at > 0 && list[at - 1].value > one.value; at--)
      list[at] = list[at - 1];
    list[at] = one;
  }
}

/* ---- one form for all -------------------------------------------------------------------- */

/* What labels are held against: the form of the panel's. */
typedef struct form_of {
  sw_time_form form;
  const char *format, *others; /* others: a few labels of the form, for messages */
} form_of;

/* The value itself is not wanted here. */
static bool is_of(const form_of *of, const char *label) {
  int64_t value = 0;
  return sw_time_read_as(of->form, label, of->format, &value);
}

/* "; it has U+FF12 (full width) in place of U+0032", where a label would be of the form but for
 * what is not seen; else "". Labels longer than 100 bytes are not looked at: nobody writes periods
 * like that. */
static const char *say_unseen(const form_of *of, const char *label,
                              char text[SW_DIFFERENCE_ROOM + 8]) {
  enum { LABEL = 100 };
  char shape[3 * LABEL + 1], unseen[SW_DIFFERENCE_ROOM];
  text[0] = '\0';
  if (strlen(label) > LABEL) return text;
  shape[sw_text_shape(label, strlen(label), shape)] = '\0';
  if (is_of(of, shape) && *sw_show_difference(shape, label, unseen))
    snprintf(text, SW_DIFFERENCE_ROOM + 8, "; it %s", unseen);
  return text;
}

/* With a line where the file has lines, at most 40 bytes of the label, and a few of those that it
 * stands beside. */
static sw_status refuse_label(sw_error *err, const sw_panel_build *build, const sw_panel_rows *rows,
                              int64_t line, const char *label, const form_of *of) {
  const char *what = build->spec->time ? build->spec->time : "period";
  char where[32] = "", unseen[SW_DIFFERENCE_ROOM + 8];
  if (rows->has_lines) snprintf(where, sizeof where, ":%lld", (long long)line);
  if (of->format)
    return sw_fail(err, SW_EINPUT,
                   "%s%s: %s: '%.40s' is not of the form '%s', by which the study "
                   "reads its periods%s",
                   rows->file, where, what, label, of->format, say_unseen(of, label, unseen));
  return sw_fail(err, SW_EINPUT, "%s%s: %s: '%.40s' is not %s, but other periods are (%s)%s",
                 rows->file, where, what, label, sw_time_form_word(of->form), of->others,
                 say_unseen(of, label, unseen));
}

/* The first row of this rank, among those that stay, whose period is of another form. *line is its
 * line, by which the ranks agree; where this rank has none it is of no matter, as the status is
 * SW_OK. Only rows that stay count, as only their periods are the panel's. */
static sw_status refuse_odd_in(sw_error *err, const sw_panel_build *build, int f, const form_of *of,
                               int64_t *line) {
  const sw_panel_rows *rows = &build->rows[f];
  *line = 1; /* wide: the header */
  for (int k = 0; rows->wide && k < rows->width; k++)
    if (!is_of(of, rows->label[k]))
      return refuse_label(err, build, rows, *line, rows->label[k], of);
  for (int64_t b = 0; !rows->wide && b < rows->n_blocks; b++) {
    const sw_panel_block *block = &rows->block[b];
    for (int64_t i = 0; i < block->n; i++) {
      const char *label = rows->periods.text[sw_panel_rows_period(rows, block->slot[i])];
      /* Rows of units outside the panel may have any period: theirs are not in the list either. */
      if (build->unit_of[f][block->unit[i]] < 0 || is_of(of, label)) continue;
      if (!sw_panel_takes_period(build->spec, label)) continue;
      *line = sw_panel_block_line(block, i);
      return refuse_label(err, build, rows, *line, label, of);
    }
  }
  return SW_OK;
}

/* Labels of two forms at once are refused: a year that one program wrote as 2015.0 would else be a
 * period of its own, and the whole panel would be sorted as text. The list is the same on all
 * ranks, so all return at the same place. Files are searched in their order: the first odd one is
 * told. The form is that of most labels, so the odd ones are those that are told. */
static sw_status find_form(sw_error *err, sw_panel_build *build, const period_list *list,
                           form_of *of) {
  const char **label = NULL;
  char others[200];
  int64_t n = 0;
  sw_status status =
      sw_arena_alloc(err, build->arena, (size_t)list->n + 1, sizeof *label, (void **)&label);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  for (int64_t i = 0; i < list->n; i++)
    label[i] = list->item[i].text;
  of->format = build->spec->time_format;
  of->form = sw_time_form_of(list->n, label, of->format);
  for (int64_t i = 0; i < list->n; i++)
    if (is_of(of, list->item[i].text)) label[n++] = list->item[i].text;
  if (n == list->n && (of->form || !of->format)) return SW_OK; /* on all ranks */
  if (!of->form) of->form = SW_FORM_DATE; /* none is as the study says: the first is refused */
  sw_panel_list_some(others, sizeof others, label, n);
  of->others = others;
  for (int f = 0; f < build->spec->n_files; f++) {
    int64_t line = 0;
    status = refuse_odd_in(err, build, f, of, &line);
    SW_TRY(sw_team_agree(build->team, err, status, line));
  }
  return SW_OK;
}

/* ---- their order ------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Most files write a period in the same way: the text is tried before all that it may mean. */
static bool file_has(const file_labels *file, const period *one, const form_of *of) {
  if (file->n && bsearch(&one->text, file->text, (size_t)file->n, sizeof *file->text, by_text))
    return true;
  if (!of->form) return false;
  for (int64_t i = 0; i < file->n; i++) {
    int64_t value = 0;
    if (sw_time_read_as(of->form, file->text[i], of->format, &value) && value == one->value)
      return true;
  }
  return false;
}

/* `join: inner`: those periods stay, by what they mean, that all files have. The list is the same
 * on every rank. */
static sw_status keep_common(sw_error *err, const sw_panel_build *build, period_list *list,
                             const form_of *of) {
  const char **out = NULL;
  char some[200];
  int64_t n = 0, n_out = 0;
  if (!build->spec->inner) return SW_OK;
  SW_NEW(err, build->arena, out, list->n);
  for (int64_t i = 0; i < list->n; i++) {
    int f = 0;
    while (f < build->spec->n_files && file_has(&list->file[f], &list->item[i], of))
      f++;
    if (f == build->spec->n_files)
      list->item[n++] = list->item[i];
    else
      out[n_out++] = list->item[i].text;
  }
  list->n = n;
  sw_panel_list_some(some, sizeof some, out, n_out);
  if (n_out)
    sw_log(SW_LOG_INFO, "panel: join: inner: left out: %lld period%s that not all files have (%s)",
           (long long)n_out, n_out == 1 ? "" : "s", some);
  if (n) return SW_OK;
  return sw_fail(
      err, SW_EINPUT,
      "%s: join: inner: no period is in all files; files of periods of their own are put "
      "together by `join: outer`, the default",
      sw_panel_place(build, "join"));
}

/* By what they mean, else as text; then the value is the place, so that number_periods can tell
 * periods apart by it in both cases. Until here the list is in the order of files. */
static void sort_periods(period *list, int64_t n, const form_of *of) {
  for (int64_t i = 0; i < n && of->form; i++)
    sw_time_read_as(of->form, list[i].text, of->format, &list[i].value);
  if (of->form) {
    sort_by_value(list, n);
    return;
  }
  qsort(list, (size_t)n, sizeof *list, by_label);
  for (int64_t i = 0; i < n; i++)
    list[i].value = i;
}

/* Two labels of one meaning are one period, called as in the first file. The map of labels becomes
 * one to periods: from here on send.c finds the period of any label in it. list[i] of one period
 * are neighbours, as the list is sorted. build->period_of then finds the period of any label that
 * was met. */
static sw_status number_periods(sw_error *err, sw_panel_build *build, period_list *all,
                                const form_of *of) {
  sw_periods *periods = &build->panel->periods;
  const char **label = NULL;
  int64_t *value = NULL, existing = -1;
  bool *follows = NULL;
  sort_periods(all->item, all->n, of);
  SW_TRY(keep_common(err, build, all, of));
  const period *list = all->item;
  int64_t n = all->n;
  SW_NEW(err, build->arena, label, n);
  SW_NEW(err, build->arena, value, n);
  SW_NEW(err, build->arena, follows, n);
  /* Until now it only told which labels were there; its numbers meant nothing. */
  sw_map_destroy(build->period_of);
  build->period_of = NULL;
  SW_TRY(sw_map_create(err, (size_t)n, &build->period_of));
  for (int64_t i = 0; i < n; i++) {
    /* A new period, called by its first label; further labels of it only go into the map. */
    if (i == 0 || list[i].value != value[periods->n - 1]) {
      label[periods->n] = list[i].text;
      value[periods->n++] = list[i].value;
    }
    SW_TRY(sw_map_put(err, build->period_of, list[i].text, strlen(list[i].text), periods->n - 1,
                      &existing));
  }
  periods->label = label;
  periods->unit = sw_time_unit_of(of->form);
  periods->integer = periods->unit == SW_TIME_NUMBER;
  periods->format = of->format;
  periods->value = of->form ? value : NULL; /* places of texts are no numbers */
  periods->cross_section = !build->spec->time && build->spec->layout <= SW_LAYOUT_LONG_BY;
  sw_time_space(periods, follows);
  return SW_OK;
}

/* ---- what the study asks of their order -------------------------------------------------- */

/* Filling goes by the time between periods, and a break parts those before from those after: texts
 * have neither. The key to blame is the one that needs an order. */
static sw_status refuse_unknown_order(sw_error *err, const sw_panel_build *build) {
  const sw_panel_spec *spec = build->spec;
  const sw_periods *periods = &build->panel->periods;
  const char *key = spec->n_breaks                            ? "breaks"
                    : spec->missing == SW_MISSING_INTERPOLATE ? "missing"
                                                              : NULL;
  if (periods->value || !key) return SW_OK;
  return sw_fail(err, SW_EINPUT,
                 "%s: %s needs periods whose order and spacing are known; " SW_TIME_UNKNOWN_HINT,
                 sw_panel_place(build, key), spec->n_breaks ? "breaks" : "missing: interpolate",
                 periods->label[0]);
}

/* Without `time` there is one period, called 0, which no user knows of. */
static sw_status refuse_periods(sw_error *err, const sw_panel_build *build, const char *key) {
  return sw_fail(err, SW_EINPUT,
                 "%s: %s: the panel is a cross-section, which has no periods; `time` names their "
                 "column",
                 sw_panel_place(build, key), key);
}

/* The first period at or after a splice, which may lie between two periods, or be one. One before
 * the first period is refused, as one after the last is: it parts nothing, and is likely a slip. */
static sw_status find_break(sw_error *err, const sw_panel_build *build, const char *label,
                            int *out) {
  const sw_periods *periods = &build->panel->periods;
  *out = sw_periods_after(periods, label);
  bool inside = *out > 0 || (*out == 0 && sw_periods_find(periods, label) == 0);
  if (inside && *out < periods->n) return SW_OK;
  if (periods->cross_section) return refuse_periods(err, build, "breaks");
  return sw_fail(err, SW_EINPUT,
                 "%s: breaks: '%s' is not a period of the panel, which runs from %s "
                 "to %s",
                 sw_panel_place(build, "breaks"), label, periods->label[0],
                 periods->label[periods->n - 1]);
}

/* Whoever lists a period wants it: all that are listed must be in some file. In any of the forms in
 * which a label can be written. */
static sw_status refuse_absent(sw_error *err, const sw_panel_build *build) {
  const sw_panel_spec *spec = build->spec;
  const sw_periods *periods = &build->panel->periods;
  for (int k = 0; k < spec->n_taken; k++) {
    bool there = false;
    for (int t = 0; t < periods->n && !there; t++)
      there = sw_time_same(periods->label[t], spec->taken[k], spec->time_format);
    if (!there && periods->cross_section) return refuse_periods(err, build, "periods");
    if (!there)
      return sw_fail(err, SW_EINPUT, "%s: periods: %s '%s'", sw_panel_place(build, "periods"),
                     spec->inner ? "not all files have a period" : "the panel has no period",
                     spec->taken[k]);
  }
  return SW_OK;
}

/* Months and days may be written as one number, 200112, and years without their century, which
 * without a format are numbers: December and January would be 89 apart, 00 before 99. In a wide
 * layout no format can be given. Rank 0 speaks. Only warned: such numbers may be meant. */
static void warn_of_packed(const sw_panel_build *build) {
  const sw_periods *periods = &build->panel->periods;
  const char *format = periods->integer && periods->n > 1 ? sw_time_packed(periods) : NULL;
  if (!format || periods->format) return;
  size_t length = strlen(format);
  const char *what = length > 4 ? "dates" : length > 2 ? "months" : "years";
  if (build->spec->time)
    sw_log(SW_LOG_WARN,
           "panel: periods such as %s are read as whole numbers; if they are %s, write `time: "
           "{column: %s, format: \"%s\"}`",
           periods->label[0], what, build->spec->time, format);
  else
    sw_log(SW_LOG_WARN,
           "panel: periods such as %s are read as whole numbers; if they are %s, name the columns "
           "like %s",
           periods->label[0], what,
           length > 4   ? "2001-12-31"
           : length > 2 ? "2001-12"
                        : "2001");
}

/* Dates that a spreadsheet has written as it keeps them. No format reads these. */
static void warn_of_serial(const sw_panel_build *build) {
  const sw_periods *periods = &build->panel->periods;
  int64_t first = 0, last = 0, y[2];
  int m[2], d[2];
  if (!periods->integer || periods->n < 2 || periods->format) return;
  if (!sw_time_serial(periods, &first, &last)) return;
  sw_time_date(first, &y[0], &m[0], &d[0]);
  sw_time_date(last, &y[1], &m[1], &d[1]);
  sw_log(SW_LOG_WARN,
         "panel: periods %s to %s are read as whole numbers; if they are a spreadsheet's dates "
         "(%lld-%02d-%02d to %lld-%02d-%02d), format the column as dates there and save anew",
         periods->label[0], periods->label[periods->n - 1], (long long)y[0], m[0], d[0],
         (long long)y[1], m[1], d[1]);
}

static int by_int(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

/* In ascending order, whatever the order in the study: filling walks from break to break. Two
 * breaks at one period are kept; the stretch between them is empty. */
static sw_status find_breaks(sw_error *err, sw_panel_build *build) {
  int *at = NULL, n = build->spec->n_breaks;
  SW_NEW(err, build->arena, at, n);
  for (int b = 0; b < n; b++)
    SW_TRY(find_break(err, build, build->spec->break_label[b], &at[b]));
  if (n) qsort(at, (size_t)n, sizeof *at, by_int);
  build->panel->periods.n_breaks = n;
  build->panel->periods.break_period = at;
  return SW_OK;
}

/* Numbering is the same on every rank but for its memory: one agreement at the end. Collective in
 * gather_labels and find_form; the rest is local. */
sw_status sw_panel_periods(sw_error *err, sw_panel_build *build) {
  period_list list = {0};
  form_of of = {0};
  sw_status status = sw_map_create(err, 64, &build->period_of);
  SW_TRY(sw_team_agree(build->team, err, status, 0));
  SW_TRY(gather_labels(err, build, &list));
  SW_TRY(find_form(err, build, &list, &of));
  status = number_periods(err, build, &list, &of);
  if (!status) status = refuse_absent(err, build);
  if (!status) status = refuse_unknown_order(err, build);
  if (!status) status = find_breaks(err, build);
  if (!status) warn_of_packed(build);
  if (!status) warn_of_serial(build);
  return sw_team_agree(build->team, err, status, 0);
}

/* Numbers read through the page (store/page/page.h) and told row by row. A chunk holds the wanted
 * quantities of one period, or of several where a row has them side by side; within it a cell is
 * counted by unit, then by part, whatever the order of axes in the file. */
#include "cli/export/rows.h"

#include <math.h>
#include <string.h>

typedef struct walk {
  sw_error *err;
  const sw_sheet *sheet;
  const sw_page *page;
  int n_periods;        /* side by side in a chunk */
  int64_t units, parts; /* 1 without such axes */
  double **value;       /* by quantity: [(p * parts + part) * units + unit]; small ones whole */
  double *row;          /* of one row */
  int64_t label[SW_PAGE_DIMS];
  sw_row_taker *take;
  void *self;
} walk;

static const sw_page_variable *variable_of(const walk *w, int k) {
  return &w->page->variable[w->sheet->variable[k]];
}

/* ---- quantities by unit, period, label ----------------------------------------------------- */

/* In whole numbers the page takes -1 for missing; where the quantity's own words say what -1 means
 * it is a value. */
static double told(const sw_page_variable *v, double value) {
  bool meant = isnan(value) && v->integer && strstr(v->title, "-1: ");
  return meant ? -1 : value;
}

/* Of a small variable, in the order of the file. */
static double small_at(const walk *w, int k, int t, int64_t part) {
  const sw_page_variable *v = variable_of(w, k);
  int64_t behind = 1;
  if (v->time < 0) return w->value[k][part];
  for (int d = v->time + 1; d < v->n_dims; d++)
    behind *= w->page->axis[v->dim[d]].n;
  return w->value[k][(part / behind * v->n_periods + t) * behind + part % behind];
}

/* Places on the further axes, of which the last is the fastest. */
static void place_labels(walk *w, int64_t part) {
  for (int d = w->sheet->n_labels - 1; d >= 0; d--) {
    int64_t n = w->page->axis[w->sheet->label[d]].n;
    w->label[d] = n > 0 ? part % n : 0;
    part = n > 0 ? part / n : 0;
  }
}

static sw_status tell(walk *w, const int *period, int64_t unit, int64_t part) {
  int count = w->n_periods;
  for (int k = 0; k < w->sheet->n; k++)
    for (int p = 0; p < count; p++)
      w->row[k * count + p] =
          told(variable_of(w, k), w->sheet->unit >= 0
                                      ? w->value[k][(p * w->parts + part) * w->units + unit]
                                      : small_at(w, k, period[p], part));
  place_labels(w, part);
  sw_row row = {.period = period[0],
                .unit = w->sheet->unit >= 0 ? unit : -1,
                .unit_to = -1,
                .label = w->label,
                .value = w->row};
  return w->take(w->err, w->self, &row);
}

static sw_status tell_chunk(walk *w, const int *period) {
  for (int k = 0; k < w->sheet->n && w->sheet->unit >= 0; k++)
    for (int p = 0; p < w->n_periods; p++)
      SW_TRY(sw_page_read_parts(w->err, w->page, variable_of(w, k),
                                w->sheet->time >= 0 ? period[p] : 0, w->units,
                                w->value[k] + p * w->parts * w->units));
  for (int64_t unit = 0; unit < w->units; unit++)
    for (int64_t part = 0; part < w->parts; part++)
      if (w->sheet->part < 0 || w->sheet->part == part) SW_TRY(tell(w, period, unit, part));
  return SW_OK;
}

static sw_status make_room(walk *w) {
  const sw_sheet *s = w->sheet;
  const sw_page_variable *first = variable_of(w, 0);
  w->units = s->unit >= 0 ? w->page->n : 1;
  w->parts = first->n_parts;
  SW_TRY(sw_calloc(w->err, (size_t)s->n + 1, sizeof *w->value, (void **)&w->value));
  SW_TRY(sw_alloc(w->err, (size_t)(s->n * w->n_periods) + 1, sizeof *w->row, (void **)&w->row));
  for (int k = 0; k < s->n; k++) {
    size_t n = s->unit >= 0 ? (size_t)(w->n_periods * w->parts * w->units)
                            : (size_t)sw_page_count(w->page, first);
    SW_TRY(sw_alloc(w->err, n + 1, sizeof(double), (void **)&w->value[k]));
    if (s->unit < 0) SW_TRY(sw_page_read_small(w->err, w->page, variable_of(w, k), w->value[k]));
  }
  return SW_OK;
}

static void destroy(walk *w) {
  for (int k = 0; w->value && k < w->sheet->n; k++)
    sw_free(w->value[k]);
  sw_free(w->value);
  sw_free(w->row);
}

sw_status sw_rows_walk_wide(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                            sw_row_taker *take, void *self) {
  walk w = {.err = err,
            .sheet = sheet,
            .page = sheet->page,
            .n_periods = n_periods,
            .take = take,
            .self = self};
  sw_status status = make_room(&w);
  if (status == SW_OK) status = tell_chunk(&w, period);
  destroy(&w);
  return status;
}

/* Without time there is one chunk. */
static sw_status walk_long(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                           sw_row_taker *take, void *self) {
  walk w = {
      .err = err, .sheet = sheet, .page = sheet->page, .n_periods = 1, .take = take, .self = self};
  sw_status status = make_room(&w);
  for (int p = 0; status == SW_OK && p < n_periods; p++)
    status = tell_chunk(&w, &period[p]);
  destroy(&w);
  return status;
}

/* ---- pairs ------------------------------------------------------------------------------- */

enum { STRIP_BYTES = 1 << 24 }; /* of a quantity of a dense matrix, in memory at a time */

typedef struct pair_walk {
  sw_error *err;
  const sw_sheet *sheet;
  const sw_page_pairs *pairs;
  int quantity[SW_PAGE_QUANTITIES]; /* places among those of `pairs` */
  double *value[SW_PAGE_QUANTITIES];
  sw_page_entries entries[SW_PAGE_QUANTITIES];
  sw_row_taker *take;
  void *self;
} pair_walk;

static sw_status tell_pair(pair_walk *w, int t, int64_t from, int64_t to, int64_t at,
                           double *const *value) {
  double number[SW_PAGE_QUANTITIES];
  bool any = from != to;
  for (int k = 0; k < w->sheet->n; k++) {
    number[k] = value[k][at];
    any |= !isnan(number[k]);
  }
  sw_row row = {.period = t, .unit = from, .unit_to = to, .value = number};
  return any ? w->take(w->err, w->self, &row) : SW_OK;
}

static sw_status tell_kept(pair_walk *w, int t) {
  double *value[SW_PAGE_QUANTITIES];
  sw_status status = SW_OK;
  for (int k = 0; k < w->sheet->n && status == SW_OK; k++) {
    status =
        sw_page_read_entries(w->err, w->sheet->page, w->pairs, w->quantity[k], t, &w->entries[k]);
    value[k] = w->entries[k].value;
  }
  const sw_page_entries *e = &w->entries[0];
  for (int64_t i = 0; status == SW_OK && i < w->sheet->page->n; i++)
    for (int64_t at = e->start[i]; status == SW_OK && at < e->start[i + 1]; at++)
      if (e->partner[at] >= 0) status = tell_pair(w, t, i, e->partner[at], at, value);
  for (int k = 0; k < w->sheet->n; k++)
    sw_page_entries_destroy(&w->entries[k]);
  return status;
}

static sw_status tell_dense(pair_walk *w, int t, int64_t strip) {
  int64_t n = w->sheet->page->n;
  for (int64_t first = 0; first < n; first += strip) {
    int64_t rows = first + strip <= n ? strip : n - first;
    for (int k = 0; k < w->sheet->n; k++)
      SW_TRY(sw_page_read_dense(w->err, w->sheet->page, w->pairs, w->quantity[k], t, false, first,
                                rows, w->value[k]));
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < n; j++)
        SW_TRY(tell_pair(w, t, first + i, j, i * n + j, w->value));
  }
  return SW_OK;
}

static sw_status walk_pairs(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                            sw_row_taker *take, void *self) {
  pair_walk w = {.err = err, .sheet = sheet, .pairs = &sheet->pairs, .take = take, .self = self};
  int64_t n = sheet->page->n, strip = STRIP_BYTES / (int64_t)sizeof(double) / (n > 0 ? n : 1);
  bool dense = sheet->pairs.keep == SW_PAGE_DENSE;
  sw_status status = SW_OK;
  strip = strip < 1 ? 1 : strip > n ? n : strip;
  for (int k = 0; k < sheet->n && status == SW_OK; k++) {
    while (sheet->pairs.quantity[w.quantity[k]] != sheet->variable[k])
      w.quantity[k]++;
    if (dense)
      status = sw_alloc(err, (size_t)(strip * n) + 1, sizeof(double), (void **)&w.value[k]);
  }
  for (int p = 0; p < n_periods && status == SW_OK; p++)
    status = dense ? tell_dense(&w, period[p], strip) : tell_kept(&w, period[p]);
  for (int k = 0; k < sheet->n; k++)
    sw_free(w.value[k]);
  return status;
}

sw_status sw_rows_walk(sw_error *err, const sw_sheet *sheet, int n_periods, const int *period,
                       sw_row_taker *take, void *self) {
  return (sheet->is_pairs ? walk_pairs : walk_long)(err, sheet, n_periods, period, take, self);
}

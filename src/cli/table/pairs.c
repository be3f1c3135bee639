/* The strongest pairs of a result as a table. All kept pairs, or all of a dense matrix, are walked
 * once. A heap of the strongest so far, with the weakest at its root, takes O(pairs x log most)
 * time and memory for `most` pairs only, however large the matrix. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table/table.h"
#include "spillway/measure.h"

enum { PAIRS = 20 }; /* where no number is asked for */

typedef struct pair {
  double strength;
  int64_t order; /* in which it came: of equal ones the first is stronger */
  int64_t from, to;
  int period;
} pair;

/* The strongest pairs so far, the weakest at the root; `seen`: how many came. */
typedef struct heap {
  const sw_grid_request *request;
  const sw_sheet *sheet;
  int64_t most, n, seen;
  pair *pair;
  double *value; /* by place in `pair`, then quantity */
} heap;

/* A total order, so that equal strengths give the same table at each call. */
static bool is_weaker(const pair *a, const pair *b) {
  return a->strength != b->strength ? a->strength < b->strength : a->order > b->order;
}

/* The values of a pair move with it. They are few, so that an index would save nothing. */
static void swap(heap *h, int64_t a, int64_t b) {
  int n = h->sheet->n;
  pair p = h->pair[a];
  h->pair[a] = h->pair[b], h->pair[b] = p;
  for (int k = 0; k < n; k++) {
    double v = h->value[a * n + k];
    h->value[a * n + k] = h->value[b * n + k];
    h->value[b * n + k] = v;
  }
}

/* Restores the heap after an append at `at`. */
static void rise(heap *h, int64_t at) {
  for (; at > 0 && is_weaker(&h->pair[at], &h->pair[(at - 1) / 2]); at = (at - 1) / 2)
    swap(h, at, (at - 1) / 2);
}

/* Restores the heap of the first n after a new root. */
static void sink(heap *h, int64_t at, int64_t n) {
  for (;;) {
    int64_t least = at;
    for (int64_t child = 2 * at + 1; child <= 2 * at + 2 && child < n; child++)
      if (is_weaker(&h->pair[child], &h->pair[least])) least = child;
    if (least == at) return;
    swap(h, at, least);
    at = least;
  }
}

/* Takes one pair of the walk. Which values are strong is the measure's to say (pairs.by): a
 * distance is strong when small, a correlation in either direction. Missing values are no pairs.
 * --units choose by the first unit of a pair. */
static sw_status take(sw_error *err, void *self, const sw_row *row) {
  heap *h = self;
  int by = h->sheet->pairs.by;
  double value = row->value[0];
  (void)err;
  if (isnan(value) || (h->request->unit && !h->request->unit[row->unit])) return SW_OK;
  pair p = {.strength = by == SW_BY_SMALLEST   ? -value
                        : by == SW_BY_ABSOLUTE ? fabs(value)
                                               : value,
            .order = h->seen++,
            .from = row->unit,
            .to = row->unit_to,
            .period = row->period};
  /* Most pairs end here, after one comparison. */
  if (h->n == h->most && !is_weaker(&h->pair[0], &p)) return SW_OK;
  int64_t at = h->n < h->most ? h->n++ : 0;
  h->pair[at] = p;
  memcpy(h->value + at * h->sheet->n, row->value, (size_t)h->sheet->n * sizeof(double));
  if (at > 0)
    rise(h, at);
  else
    sink(h, 0, h->n);
  return SW_OK;
}

/* The weakest goes to the end until the heap is a list, strongest first. */
static void put_in_order(heap *h) {
  for (int64_t n = h->n - 1; n > 0; n--) {
    swap(h, 0, n);
    sink(h, 0, n);
  }
}

/* The heap's pairs as rows. `timed`: a column tells the period of each. */
static sw_status put_rows(sw_error *err, const heap *h, bool timed, sw_grid *t) {
  const sw_page *page = h->request->page;
  const char *const *name = sw_grid_names(h->request);
  for (int64_t k = 0; k < h->n; k++) {
    const char **text;
    double *value;
    int at = 0;
    SW_TRY(sw_grid_add(err, t, &text, &value));
    text[at++] = page->code[h->pair[k].from];
    if (name) text[at++] = name[h->pair[k].from];
    text[at++] = page->code[h->pair[k].to];
    if (name) text[at++] = name[h->pair[k].to];
    if (timed) text[at++] = sw_sheet_period(h->sheet, h->pair[k].period);
    memcpy(value, h->value + k * h->sheet->n, (size_t)h->sheet->n * sizeof *value);
  }
  return SW_OK;
}

/* Heads, title and note. Units stand twice, as from and to; the note tells how many pairs there
 * were, and that a file with keep has only some of them. */
static sw_status describe(sw_error *err, const heap *h, int n_periods, const int *period,
                          sw_grid *t) {
  const sw_sheet *s = h->sheet;
  const sw_grid_request *r = h->request;
  const char *const *name = sw_grid_names(r);
  bool timed = n_periods > 1, one = s->time >= 0 && !timed && !r->page->cross_section;
  int at = 0;
  SW_TRY(sw_grid_create(err, r->arena, 2 + 2 * (name != NULL) + timed, s->n, t));
  t->head[at++] = SW_NAME_UNIT;
  if (name) t->head[at++] = SW_NAME_NAME;
  t->head[at++] = SW_NAME_UNIT_TO;
  if (name) t->head[at++] = SW_NAME_NAME "_to";
  if (timed) t->head[at++] = SW_NAME_TIME;
  for (int k = 0; k < s->n; k++)
    t->column[k] = (sw_grid_column){.name = sw_grid_quantity(r, s, k, false),
                                    .integer = r->page->variable[s->variable[k]].integer};
  const sw_page_variable *v = &r->page->variable[s->variable[0]];
  t->title = sw_arena_printf(r->arena, "%s: %s%s%s%s%s", r->page->result[s->result].name, v->title,
                             *v->units ? ", in " : "", v->units, one ? "; " : "",
                             one ? sw_sheet_period(s, *period) : "");
  t->note =
      sw_arena_printf(r->arena, "the strongest %lld of %lld pairs%s", (long long)h->n,
                      (long long)h->seen, s->pairs.keep == SW_PAGE_DENSE ? "" : " that are kept");
  return t->title && t->note ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a title");
}

/* By default the last period alone: the strongest pairs of all periods are mostly the same pair
 * again and again. */
sw_status sw_grid_of_pairs(sw_error *err, const sw_grid_request *r, const sw_sheet *s,
                           sw_grid *table) {
  heap h = {.request = r, .sheet = s, .most = r->options->top > 0 ? r->options->top : PAIRS};
  int n_periods, *period, first = 0;
  SW_TRY(sw_periods_of_sheet(err, r->arena, &r->periods, s, &n_periods, &period));
  if (!r->periods.taken && n_periods > 1) first = n_periods - 1;
  sw_status status = sw_alloc(err, (size_t)h.most, sizeof *h.pair, (void **)&h.pair);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)(h.most * s->n), sizeof *h.value, (void **)&h.value);
  if (status == SW_OK) status = sw_rows_walk(err, s, n_periods - first, period + first, take, &h);
  if (status == SW_OK) {
    put_in_order(&h);
    status = describe(err, &h, n_periods - first, period + first, table);
  }
  if (status == SW_OK) status = put_rows(err, &h, n_periods - first > 1, table);
  sw_free(h.pair);
  sw_free(h.value);
  return status;
}

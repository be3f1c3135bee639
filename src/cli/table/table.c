/* The rows of a table: grown by doubling, ordered, cut. Texts are borrowed and never freed here;
 * the two arrays are the table's own, since an arena would keep every step of their growth. */
#include "cli/table/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static sw_status no_memory(sw_error *err) {
  return sw_fail(err, SW_ENOMEM, "out of memory for a table");
}

/* Heads begin as "", titles too, so that a form may print a table that is not filled. */
sw_status sw_grid_create(sw_error *err, sw_arena *arena, int n_texts, int n_values,
                         sw_grid *table) {
  *table = (sw_grid){.arena = arena, .n_texts = n_texts, .n_values = n_values, .title = ""};
  SW_NEW(err, arena, table->head, n_texts + 1);
  SW_NEW(err, arena, table->column, n_values + 1);
  SW_NEW(err, arena, table->width, n_texts + n_values + 1);
  for (int c = 0; c < n_texts; c++)
    table->head[c] = "";
  return SW_OK;
}

/* May be called on a table that was never created, or twice. */
void sw_grid_destroy(sw_grid *table) {
  free(table->text);
  free(table->value);
  table->text = NULL;
  table->value = NULL;
}

/* Amortised O(1) per row. Each array is stored as soon as it has grown: after a failure of the
 * second, destroy frees both. */
static sw_status make_room(sw_error *err, sw_grid *t) {
  int64_t room = t->room > 0 ? 2 * t->room : 64;
  if (t->n < t->room) return SW_OK;
  const char **text = realloc(t->text, (size_t)(room * t->n_texts + 1) * sizeof *text);
  if (text) t->text = text;
  double *value = realloc(t->value, (size_t)(room * t->n_values + 1) * sizeof *value);
  if (value) t->value = value;
  if (!text || !value) return no_memory(err);
  t->room = room;
  return SW_OK;
}

/* The pointers hold until the next call, which may move the rows. */
sw_status sw_grid_add(sw_error *err, sw_grid *t, const char ***text, double **value) {
  SW_TRY(make_room(err, t));
  *text = t->text + t->n * t->n_texts;
  *value = t->value + t->n * t->n_values;
  t->n++;
  for (int c = 0; c < t->n_texts; c++)
    (*text)[c] = "";
  for (int c = 0; c < t->n_values; c++)
    (*value)[c] = NAN;
  return SW_OK;
}

/* ---- order ------------------------------------------------------------------------------- */

typedef struct place {
  double value;
  int64_t row;
} place;

/* Missing last; ties as they stood. */
static int by_value(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (isnan(x->value) != isnan(y->value)) return isnan(x->value) ? 1 : -1;
  if (x->value > y->value) return -1;
  if (x->value < y->value) return 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

/* Copies the rows into their new order, followed by the `last` rows at the end. Both copies are
 * held at once: a table is small. */
static sw_status take(sw_error *err, sw_grid *t, int64_t count, const place *order, int64_t last) {
  sw_grid old = *t;
  t->text = NULL, t->value = NULL, t->n = t->room = 0;
  sw_status status = SW_OK;
  for (int64_t k = 0; k < count + last && status == SW_OK; k++) {
    int64_t row = k < count ? order[k].row : old.n - last + k - count;
    const char **text;
    double *value;
    status = sw_grid_add(err, t, &text, &value);
    if (status != SW_OK) break;
    memcpy(text, old.text + row * t->n_texts, (size_t)t->n_texts * sizeof *text);
    memcpy(value, old.value + row * t->n_values, (size_t)t->n_values * sizeof *value);
  }
  sw_grid_destroy(&old);
  return status;
}

/* qsort is not stable; by_value orders equal values by their place, so that the result is. */
sw_status sw_grid_top(sw_error *err, sw_grid *t, int column, int64_t most, int64_t last) {
  place *order = NULL;
  int64_t n = t->n - last;
  if (n <= 0 || t->n_values == 0) return SW_OK;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *order, (void **)&order));
  for (int64_t row = 0; row < n; row++)
    order[row] = (place){t->value[row * t->n_values + column], row};
  qsort(order, (size_t)n, sizeof *order, by_value);
  sw_status status = take(err, t, most < n ? most : n, order, last);
  sw_free(order);
  return status;
}

/* The overview, for a file without --name: one row per result with its headline figure, in the
 * first and the last period or in those asked for. A quantity by unit shows its mean and the number
 * of units in it. Results without a figure by period are named below the table, so that nothing is
 * left out silently. */
#include <math.h>
#include <string.h>

#include "cli/table/table.h"

/* The variable that heads a result; -1: none has a figure by period. Pairs are headed by no
 * dataset, so the mean of all pairs takes its place. */
static int head_of(const sw_page *page, int result) {
  int head = page->result[result].headline;
  for (int v = 0; v < page->n_variables && head < 0; v++)
    if (page->variable[v].result == result && strcmp(page->variable[v].name, SW_NAME_MEAN) == 0)
      head = v;
  if (head < 0 || page->variable[head].time < 0) return -1;
  return page->variable[head].use == SW_PAGE_COLUMN || page->variable[head].use == SW_PAGE_SMALL
             ? head
             : -1;
}

/* One row: the means by period (sw_page_course), of the first part where a quantity has labels; the
 * name then carries that label. Cost: one pass over the variable. */
static sw_status add_result(sw_error *err, const sw_grid_request *r, int result, int head,
                            int n_periods, const int *period, sw_grid *t) {
  const sw_page *page = r->page;
  const sw_page_variable *v = &page->variable[head];
  const sw_page_axis *time = &page->axis[v->dim[v->time]];
  double *mean = NULL, *value;
  int64_t *count = NULL;
  const char **text;
  SW_NEW(err, r->arena, mean, v->n_periods + 1);
  SW_NEW(err, r->arena, count, v->n_periods + 1);
  SW_TRY(sw_page_course(err, page, v, 0, mean, count));
  SW_TRY(sw_grid_add(err, t, &text, &value));
  bool units = v->use == SW_PAGE_COLUMN;
  /* The key is "result.quantity[label]", and the result has a column of its own. */
  const char *key = v->n_parts > 1 ? sw_page_key(r->arena, page, v, 0) : NULL;
  const char *name = key ? key + strlen(page->result[result].name) + 1 : v->name;
  text[0] = page->result[result].name;
  text[1] = units ? sw_arena_printf(r->arena, "mean %s", name) : name;
  if (!text[1]) return sw_fail(err, SW_ENOMEM, "out of memory for a table");
  for (int k = 0; k < v->n_periods; k++)
    for (int p = 0; p < n_periods; p++)
      if (time->at[k] == period[p]) {
        value[p] = mean[k];
        if (units) value[n_periods] = (double)count[k];
      }
  return SW_OK;
}

/* Columns of periods are `apart`: each row is another quantity. The last column counts units, of
 * the last period shown. */
sw_status sw_grid_of_all(sw_error *err, const sw_grid_request *r, sw_grid *t) {
  const sw_page *page = r->page;
  int *period = NULL, n = 0;
  const char *others = "";
  SW_NEW(err, r->arena, period, page->n_periods + 2);
  for (int p = 0; p < page->n_periods; p++)
    if (r->periods.taken ? r->periods.taken[p] : p == 0 || p == page->n_periods - 1)
      period[n++] = p;
  SW_TRY(sw_grid_create(err, r->arena, 2, n + 1, t));
  t->head[0] = "result", t->head[1] = "quantity";
  for (int p = 0; p < n; p++)
    t->column[p] = (sw_grid_column){
        .apart = true, .name = page->cross_section ? "value" : page->period[period[p]]};
  t->column[n] = (sw_grid_column){.name = "units", .integer = true};
  t->title = *page->title ? page->title : page->path;
  for (int k = 0; k < page->n_results; k++) {
    int head = head_of(page, k);
    if (head >= 0)
      SW_TRY(add_result(err, r, k, head, n, period, t));
    else if (others)
      others =
          sw_arena_printf(r->arena, "%s%s%s", others, *others ? ", " : "", page->result[k].name);
  }
  if (others && *others)
    t->note = sw_arena_printf(r->arena, "without a figure by period: %s", others);
  return others ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory for a table");
}

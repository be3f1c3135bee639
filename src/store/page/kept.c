/* Pairs as a results file keeps them, in double: entries and partners by row, a dense matrix by
 * strips of rows or of columns. Called by pairs.c for the page and by the readers of weights from
 * results. One period of one quantity is in memory at a time, or a strip.
 *
 * What a file says of its lengths is held against each other before anything is read by it, as it
 * may be damaged or of another program: every partner is a unit or -1, every row begins where the
 * one before it ends. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/page/private.h"

int sw_page_find(const sw_page *page, int result, const char *name) {
  for (int v = 0; v < page->n_variables; v++)
    if (page->variable[v].result == result && strcmp(page->variable[v].name, name) == 0) return v;
  return -1;
}

/* A box of a dataset: opened and closed each time, so that no handle outlives an error. n == 0 is
 * no error: a period without entries. */
sw_status sw_page_box(sw_error *err, const sw_page *page, int variable, int rank,
                      const hsize_t *start, const hsize_t *count, hid_t type, void *to) {
  const sw_page_variable *v = &page->variable[variable];
  hsize_t n = 1;
  for (int d = 0; d < rank; d++)
    n *= count[d];
  if (n == 0) return SW_OK;
  hid_t dataset = H5Dopen2(page->in->file, v->id, H5P_DEFAULT);
  if (dataset < 0) return sw_h5_fail(err, v->id, "be read");
  hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(1, &n, NULL);
  herr_t code = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
  if (code >= 0) code = H5Dread(dataset, type, memory, space, H5P_DEFAULT, to);
  H5Sclose(memory);
  H5Sclose(space);
  H5Dclose(dataset);
  return code >= 0 ? SW_OK : sw_h5_fail(err, v->id, "be read");
}

/* The message begins with "is damaged"; sw_page_open's callers put the path in front. */
static sw_status damaged(sw_error *err, const sw_page *page, const sw_page_pairs *p,
                         const char *what) {
  return sw_fail(err, SW_EINPUT, "is damaged: %s: %s", page->result[p->result].name, what);
}

/* The starts of all rows of a period, ascending and within the entries that are there. Starts are
 * checked whole before any entry is read by them. */
sw_status sw_page_starts(sw_error *err, const sw_page *page, const sw_page_pairs *p, int period,
                         int64_t *start) {
  int timed = p->time >= 0, v = sw_page_find(page, p->result, SW_NAME_ROW_START);
  hsize_t at[2] = {(hsize_t)period, 0}, count[2] = {1, (hsize_t)page->n + 1};
  int64_t all = sw_page_count(page, &page->variable[p->quantity[0]]);
  const sw_page_variable *of = &page->variable[v];
  if (of->n_dims != 1 + timed || page->axis[of->dim[timed]].n != page->n + 1)
    return damaged(err, page, p, "its rows are not as many as the units");
  SW_TRY(
      sw_page_box(err, page, v, 1 + timed, at + !timed, count + !timed, H5T_NATIVE_INT64, start));
  bool fits = start[0] >= 0 && start[page->n] <= all;
  for (int64_t i = 0; i < page->n; i++)
    fits = fits && start[i] <= start[i + 1];
  return fits ? SW_OK : damaged(err, page, p, "its rows do not follow each other");
}

/* ---- entries, partners ------------------------------------------------------------------- */

/* Whether two variables of the result stand on the same axes. Axes are compared by number: equal
 * numbers are equal axes. */
static bool are_alike(const sw_page *page, int a, int b) {
  const sw_page_variable *x = &page->variable[a], *y = &page->variable[b];
  return x->n_dims == y->n_dims && memcmp(x->dim, y->dim, (size_t)x->n_dims * sizeof *x->dim) == 0;
}

/* A damaged file may claim any length, and compressed bytes are no bound, but for deflate's own:
 * 1032 times the file's bytes. Asked before memory is. */
static bool is_believable(const sw_page *page, int variable) {
  hid_t dataset = H5Dopen2(page->in->file, page->variable[variable].id, H5P_DEFAULT);
  if (dataset < 0) return false;
  hid_t list = H5Dget_create_plist(dataset);
  bool packed = H5Pget_nfilters(list) > 0;
  bool fine = packed || !sw_h5_is_longer_than_file(dataset, sw_h5_length(dataset));
  H5Pclose(list);
  H5Dclose(dataset);
  return fine;
}

/* `from`, `count`: of the dataset, in each of its `rank` axes. `entries` may be half filled on
 * failure; the caller destroys it. */
static sw_status read_both(sw_error *err, const sw_page *page, const sw_page_pairs *p, int quantity,
                           int rank, const hsize_t *from, const hsize_t *count,
                           sw_page_entries *entries) {
  int partner = sw_page_find(page, p->result, SW_NAME_PARTNER);
  hsize_t n = 1;
  for (int d = 0; d < rank; d++)
    n *= count[d];
  if (!are_alike(page, partner, p->quantity[quantity]))
    return damaged(err, page, p, "its partners are not those of its values");
  if (!is_believable(page, partner) || !is_believable(page, p->quantity[quantity]))
    return damaged(err, page, p, "it has more pairs than the file has bytes");
  SW_TRY(sw_alloc(err, n + 1, sizeof *entries->partner, (void **)&entries->partner));
  SW_TRY(sw_alloc(err, n + 1, sizeof *entries->value, (void **)&entries->value));
  SW_TRY(sw_page_box(err, page, partner, rank, from, count, H5T_NATIVE_INT32, entries->partner));
  SW_TRY(sw_page_box(err, page, p->quantity[quantity], rank, from, count, H5T_NATIVE_DOUBLE,
                     entries->value));
  /* -1: no partner. Other numbers that are no units would lead outside of arrays. */
  for (hsize_t e = 0; e < n; e++)
    if (entries->partner[e] < -1 || entries->partner[e] >= page->n)
      return damaged(err, page, p, "its partners are no units");
  return SW_OK;
}

/* The largest k of each row have the same length in all rows; else the period's entries lie
 * together, and starts are moved to begin at 0. start[i] counts from the period's first entry. */
sw_status sw_page_read_entries(sw_error *err, const sw_page *page, const sw_page_pairs *p,
                               int quantity, int period, sw_page_entries *entries) {
  int timed = p->time >= 0;
  *entries = (sw_page_entries){0};
  SW_TRY(sw_alloc(err, (size_t)page->n + 1, sizeof *entries->start, (void **)&entries->start));
  if (p->keep == SW_PAGE_TOP) {
    hsize_t from[3] = {(hsize_t)period, 0, 0};
    hsize_t count[3] = {1, (hsize_t)page->n, (hsize_t)p->stored};
    for (int64_t i = 0; i <= page->n; i++)
      entries->start[i] = i * p->stored;
    if (!timed) from[0] = 0;
    return read_both(err, page, p, quantity, 2 + timed, from, count + !timed, entries);
  }
  SW_TRY(sw_page_starts(err, page, p, period, entries->start));
  hsize_t from = (hsize_t)entries->start[0], count = (hsize_t)entries->start[page->n] - from;
  for (int64_t i = 0; i <= page->n; i++)
    entries->start[i] -= (int64_t)from;
  return read_both(err, page, p, quantity, 1, &from, &count, entries);
}

/* Also after a failure: what was not allocated is NULL. */
void sw_page_entries_destroy(sw_page_entries *entries) {
  sw_free(entries->start);
  sw_free(entries->partner);
  sw_free(entries->value);
  *entries = (sw_page_entries){0};
}

/* ---- dense ------------------------------------------------------------------------------ */

/* Columns are turned, so that a unit's numbers lie together. Blockwise turning is not worth it:
 * strips are narrow. */
static sw_status turn(sw_error *err, int64_t n, int64_t columns, double *values) {
  double *copy = NULL;
  size_t count = (size_t)(n * columns);
  SW_TRY(sw_alloc(err, count + 1, sizeof *copy, (void **)&copy));
  memcpy(copy, values, count * sizeof *copy);
  for (int64_t i = 0; i < n; i++)
    for (int64_t c = 0; c < columns; c++)
      values[c * n + i] = copy[i * columns + c];
  sw_free(copy);
  return SW_OK;
}

/* Rows: `count` rows of n numbers from row `first` on; columns: the same of columns, turned. */
sw_status sw_page_read_dense(sw_error *err, const sw_page *page, const sw_page_pairs *p,
                             int quantity, int period, bool columns, int64_t first, int64_t count,
                             double *to) {
  int timed = p->time >= 0;
  hsize_t start[3] = {(hsize_t)period, 0, 0}, much[3] = {1, (hsize_t)page->n, (hsize_t)page->n};
  if (!are_alike(page, p->quantity[0], p->quantity[quantity]))
    return damaged(err, page, p, "its matrices have different axes");
  start[1 + columns] = (hsize_t)first;
  much[1 + columns] = (hsize_t)count;
  SW_TRY(sw_page_box(err, page, p->quantity[quantity], 2 + timed, start + !timed, much + !timed,
                     H5T_NATIVE_DOUBLE, to));
  return columns ? turn(err, page->n, count, to) : SW_OK;
}

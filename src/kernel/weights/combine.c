/* How long a product is, is known only when it is there, so rows are made one after the other
 * (rows.h). The order of entries is that of `to`, so the bits do not depend on how a row was
 * made.
 *
 * Called by store/links for weights that the study makes of others. Rows are made on one thread. */
#include "kernel/weights/combine.h"

#include "base/arena.h"
#include "kernel/weights/rows.h"

#include <stdlib.h>
#include <string.h>

static int compare_units(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* ---- sets and products ------------------------------------------------------------------- */

/* A merge of two rows that both ascend. has_a and has_b are both true where both rows have the
 * unit; one step then moves both cursors. */
static int64_t merge_row(sw_combination how, const sw_links *a, const sw_links *b, int64_t i,
                         sw_row_maker *m) {
  int64_t p = a->row_start[i], q = b->row_start[i], count = 0;
  int64_t p_end = a->row_start[i + 1], q_end = b->row_start[i + 1];
  while (p < p_end || q < q_end) {
    bool has_a = p < p_end && (q == q_end || a->to[p] <= b->to[q]);
    bool has_b = q < q_end && (p == p_end || b->to[q] <= a->to[p]);
    int32_t j = has_a ? a->to[p] : b->to[q];
    bool kept = how == SW_UNION || how == SW_SUM || (how == SW_INTERSECTION && has_a && has_b) ||
                (how == SW_DIFFERENCE && has_a && !has_b);
    double sum = (has_a ? a->value[p] : 0.0) + (has_b ? b->value[q] : 0.0);
    /* Sets have weights of 1; a sum adds the weights of both. */
    if (kept) m->to[count] = j, m->value[count++] = how == SW_SUM ? sum : 1.0;
    p += has_a, q += has_b;
  }
  return count;
}

/* Ways are counted at the receiver, seen[j] == i: it was reached from i. Their numbers stand in
 * `value` by receiver until the row is sorted. `seen` is never cleared: a row writes its own number
 * there. */
static int64_t product_row(const sw_links *a, const sw_links *b, int64_t i, double *ways,
                           sw_row_maker *m) {
  int64_t count = 0;
  for (int64_t p = a->row_start[i]; p < a->row_start[i + 1]; p++) {
    int32_t k = a->to[p];
    for (int64_t q = b->row_start[k]; q < b->row_start[k + 1]; q++) {
      int32_t j = b->to[q];
      /* The unit itself is left out: a way back to it is no neighbour. */
      if (j == i) continue;
      if (m->seen[j] != (int32_t)i) m->seen[j] = (int32_t)i, ways[j] = 0.0, m->to[count++] = j;
      ways[j] += 1.0;
    }
  }
  qsort(m->to, (size_t)count, sizeof *m->to, compare_units);
  for (int64_t k = 0; k < count; k++)
    m->value[k] = ways[m->to[k]];
  return count;
}

/* A merge costs the links of both; a product the links of b at every link of a, and a sort per row.
 * `ways`, n numbers, is there for products alone. On failure sw_rows_close frees what there is. */
sw_status sw_combine_rows(sw_error *err, sw_combination how, const sw_links *a, const sw_links *b,
                          sw_link_rows *rows) {
  sw_row_maker m = {0};
  double *ways = NULL;
  sw_status status = sw_rows_open(err, a->n, &m);
  if (status == SW_OK && how == SW_PRODUCT)
    status = sw_alloc(err, (size_t)a->n, sizeof *ways, (void **)&ways);
  for (int64_t i = 0; status == SW_OK && i < a->n; i++)
    status = sw_rows_add(err, &m, i,
                         ways ? product_row(a, b, i, ways, &m) : merge_row(how, a, b, i, &m));
  sw_free(ways);
  return sw_rows_close(err, &m, status, rows);
}

/* ---- the other way round ----------------------------------------------------------------- */

/* A counting sort; senders come in ascending order, so each row of the result ascends by itself. */
sw_status sw_transpose_rows(sw_error *err, const sw_links *a, sw_link_rows *rows) {
  int64_t n = a->n, count = a->row_start[n], *at = NULL;
  *rows = (sw_link_rows){.n = n};
  sw_status status = sw_calloc(err, (size_t)n + 2, sizeof *at, (void **)&rows->row_start);
  if (status == SW_OK) status = sw_alloc(err, (size_t)count, sizeof *rows->to, (void **)&rows->to);
  if (status == SW_OK)
    status = sw_alloc(err, (size_t)count, sizeof *rows->value, (void **)&rows->value);
  if (status != SW_OK) {
    sw_links_rows_destroy(rows);
    return status;
  }
  at = rows->row_start + 1; /* at[j] runs from the start of row j to its end */
  for (int64_t k = 0; k < count; k++)
    at[a->to[k] + 1]++;
  for (int64_t j = 1; j <= n; j++)
    at[j] += at[j - 1];
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = a->row_start[i]; k < a->row_start[i + 1]; k++) {
      int64_t place = at[a->to[k]]++;
      rows->to[place] = (int32_t)i;
      rows->value[place] = a->value[k];
    }
  return SW_OK;
}

/* ---- further away ------------------------------------------------------------------------ */

/* Breadth-first search; each unit is entered at its least distance. */

/* The units reached from i by `order` steps of a search in width; m->seen[j] == i: reached. They
 * stand in m->to in the order of their distance. Returns how many, and where those of the last step
 * begin. */
static int64_t reach(const sw_links *a, int64_t i, int64_t order, sw_row_maker *m, int64_t *last) {
  int64_t begin = 0, end = 0, count = 0;
  m->seen[i] = (int32_t)i;
  for (int64_t step = 0; step < order; step++) {
    /* Step 0 starts from i, which is not in the list. */
    for (int64_t k = step == 0 ? -1 : begin; k < (step == 0 ? 0 : end); k++) {
      int64_t from = k < 0 ? i : m->to[k];
      for (int64_t q = a->row_start[from]; q < a->row_start[from + 1]; q++) {
        int32_t j = a->to[q];
        if (m->seen[j] == (int32_t)i) continue;
        m->seen[j] = (int32_t)i;
        m->to[count++] = j;
      }
    }
    begin = end, end = count;
    if (begin == end) break; /* nothing further */
  }
  *last = begin;
  return count;
}

/* `lower`: the units of all orders up to `order`; else those of the last step, which may be none.
 * Each row costs the links of all that it reaches. `seen` marks the units of lower orders too, so
 * an order holds only units that no lower one has. */
sw_status sw_higher_order_rows(sw_error *err, const sw_links *a, int64_t order, bool lower,
                               sw_link_rows *rows) {
  sw_row_maker m = {0};
  sw_status status = sw_rows_open(err, a->n, &m);
  for (int64_t i = 0; status == SW_OK && i < a->n; i++) {
    int64_t last = 0, count = reach(a, i, order, &m, &last);
    if (!lower) {
      count -= last;
      memmove(m.to, m.to + last, (size_t)count * sizeof *m.to);
    }
    qsort(m.to, (size_t)count, sizeof *m.to, compare_units);
    for (int64_t k = 0; k < count; k++)
      m.value[k] = 1.0;
    status = sw_rows_add(err, &m, i, count);
  }
  return sw_rows_close(err, &m, status, rows);
}

/* Rows of a weights matrix whose number of links is not known before they are made (rows.h). Each
 * row is made in scratch memory for n entries and then added to the rows, whose memory grows by
 * half: the whole copies each link a few times at most. The maker owns all memory until
 * sw_rows_close hands the rows over, or frees them after a failure. */
#include "kernel/weights/rows.h"

#include "base/arena.h"

#include <string.h>

/* 0xff: no unit has been seen by any row (-1). */
sw_status sw_rows_open(sw_error *err, int64_t n, sw_row_maker *m) {
  m->rows.n = n;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof(int64_t), (void **)&m->rows.row_start));
  m->rows.row_start[0] = 0;
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *m->to, (void **)&m->to));
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *m->value, (void **)&m->value));
  SW_TRY(sw_alloc(err, (size_t)n, sizeof *m->seen, (void **)&m->seen));
  memset(m->seen, 0xff, (size_t)n * sizeof *m->seen);
  return SW_OK;
}

/* Half as much again; sw_alloc's memory cannot grow in place. The old arrays are copied and freed;
 * the capacity only grows. */
static sw_status widen(sw_error *err, sw_row_maker *m, int64_t need) {
  int64_t capacity = need + need / 2 + 1024;
  int32_t *to = NULL;
  double *value = NULL;
  sw_status status = sw_alloc(err, (size_t)capacity, sizeof *to, (void **)&to);
  if (status == SW_OK) status = sw_alloc(err, (size_t)capacity, sizeof *value, (void **)&value);
  if (status != SW_OK) {
    sw_free(to);
    return status;
  }
  if (m->count > 0) {
    memcpy(to, m->rows.to, (size_t)m->count * sizeof *to);
    memcpy(value, m->rows.value, (size_t)m->count * sizeof *value);
  }
  sw_free(m->rows.to);
  sw_free(m->rows.value);
  m->rows.to = to;
  m->rows.value = value;
  m->capacity = capacity;
  return SW_OK;
}

/* The caller has filled m->to and m->value up to `length`, ascending. */
sw_status sw_rows_add(sw_error *err, sw_row_maker *m, int64_t i, int64_t length) {
  if (m->count + length > m->capacity) SW_TRY(widen(err, m, m->count + length));
  if (length > 0) {
    memcpy(m->rows.to + m->count, m->to, (size_t)length * sizeof *m->to);
    memcpy(m->rows.value + m->count, m->value, (size_t)length * sizeof *m->value);
  }
  m->count += length;
  m->rows.row_start[i + 1] = m->count;
  return SW_OK;
}

/* Takes over a failed status, so that callers need no branch of their own. */
sw_status sw_rows_close(sw_error *err, sw_row_maker *m, sw_status status, sw_link_rows *rows) {
  if (status == SW_OK && m->capacity == 0)
    status = widen(err, m, 0); /* no link: arrays all the same */
  sw_free(m->to);
  sw_free(m->value);
  sw_free(m->seen);
  if (status != SW_OK) sw_links_rows_destroy(&m->rows);
  *rows = m->rows;
  return status;
}

/* ---- the strongest ---------------------------------------------------------------------- */

/* Hoare's selection: parts of x move until what is before x[k] is not below it. After each round
 * everything before i is not below the pivot and everything after j not above it. NaN must not
 * occur. */
static double kth_greatest(double *x, int64_t count, int64_t k) {
  int64_t lo = 0, hi = count - 1;
  while (lo < hi) {
    double pivot = x[lo + (hi - lo) / 2];
    int64_t i = lo, j = hi;
    while (i <= j) {
      while (x[i] > pivot)
        i++;
      while (x[j] < pivot)
        j--;
      if (i > j) break;
      double held = x[i];
      x[i++] = x[j];
      x[j--] = held;
    }
    if (k <= j)
      hi = j;
    else if (k >= i)
      lo = i;
    else
      break;
  }
  return x[k];
}

/* The k greatest in their order, in O(count) on average; of equal ones at the limit the first.
 * First the number of links above the limit is counted, then those that equal it are let in while
 * there is room. */
int64_t sw_rows_strongest(int64_t count, int32_t *to, double *value, int64_t k, double *scratch) {
  if (count <= k) return count;
  memcpy(scratch, value, (size_t)count * sizeof *value);
  double least = kth_greatest(scratch, count, k - 1);
  int64_t kept = 0, equal = k; /* how many of the least have room */
  for (int64_t e = 0; e < count; e++)
    equal -= value[e] > least;
  for (int64_t e = 0; e < count; e++) {
    if (value[e] < least || (value[e] == least && equal-- <= 0)) continue;
    to[kept] = to[e];
    value[kept++] = value[e];
  }
  return kept;
}

/* Links as read, in any order, to compressed rows: a counting sort by sender, then each row by
 * receiver. What is built depends on the set of links alone, so files that list them in another
 * order give the same matrix to the bit. Used by the readers of weights and distances
 * (store/links), which then share the rows with the node; after that they are const. */
#include "kernel/space/links.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* What a row is sorted by: the receiver, then the place in the file. 16 bytes are moved instead of
 * a link, and values are fetched at the end. */
typedef struct slot {
  int32_t to;
  int64_t at; /* index into the links as read */
} slot;

/* A total order, so qsort has no choice between duplicates. */
static int compare_slots(const void *a, const void *b) {
  const slot *x = a, *y = b;
  if (x->to != y->to) return x->to < y->to ? -1 : 1;
  return (x->at > y->at) - (x->at < y->at);
}

/* Files are mostly in order already: a look saves the call. */
static void sort_row(slot *row, int64_t count) {
  for (int64_t k = 1; k < count; k++)
    if (compare_slots(&row[k - 1], &row[k]) > 0) {
      qsort(row, (size_t)count, sizeof *row, compare_slots);
      return;
    }
}

/* Fills row_start from the counts, and puts every link's slot into its row, in file order. O(n +
 * links); stable. */
static void scatter(int64_t n, const sw_link *link, int64_t count, int64_t *row_start,
                    slot *slots) {
  memset(row_start, 0, (size_t)(n + 1) * sizeof *row_start);
  for (int64_t k = 0; k < count; k++)
    row_start[link[k].from + 1]++;
  for (int64_t i = 0; i < n; i++)
    row_start[i + 1] += row_start[i];
  /* row_start[i] runs to the end of row i while the row is filled, which is where row i + 1
   * began. Shifting all by one place puts it right without a second array. */
  for (int64_t k = 0; k < count; k++)
    slots[row_start[link[k].from]++] = (slot){link[k].to, k};
  memmove(row_start + 1, row_start, (size_t)n * sizeof *row_start);
  row_start[0] = 0;
}

/* Of all duplicate pairs, the one whose second place in the file is the earliest is reported: a
 * reader from the top would stop there. Both places in the file are returned, for a message that
 * names two lines. */
static void note_duplicates(const slot *row, int64_t count, int64_t duplicate[2]) {
  for (int64_t k = 1; k < count; k++)
    if (row[k].to == row[k - 1].to && (duplicate[1] < 0 || row[k].at < duplicate[1])) {
      duplicate[0] = row[k - 1].at;
      duplicate[1] = row[k].at;
    }
}

/* On failure the caller destroys what there is. */
static sw_status rows_alloc(sw_error *err, int64_t n, int64_t count, sw_link_rows *rows) {
  *rows = (sw_link_rows){.n = n};
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *rows->row_start, (void **)&rows->row_start));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *rows->to, (void **)&rows->to));
  return sw_alloc(err, (size_t)count, sizeof *rows->value, (void **)&rows->value);
}

/* On success without duplicates the rows ascend and belong to the caller. */
sw_status sw_links_rows_create(sw_error *err, int64_t n, const sw_link *link, int64_t count,
                               sw_link_rows *rows, int64_t duplicate[2]) {
  slot *slots = NULL;
  duplicate[0] = duplicate[1] = -1;
  sw_status status = rows_alloc(err, n, count, rows);
  if (status == SW_OK) status = sw_alloc(err, (size_t)count, sizeof *slots, (void **)&slots);
  if (status != SW_OK) {
    sw_links_rows_destroy(rows);
    return status;
  }
  /* Sorted row by row: rows are short, so this is far from n log n of all links. */
  scatter(n, link, count, rows->row_start, slots);
  for (int64_t i = 0; i < n; i++) {
    int64_t start = rows->row_start[i], length = rows->row_start[i + 1] - start;
    sort_row(slots + start, length);
    note_duplicates(slots + start, length, duplicate);
  }
  /* A duplicate pair is still in the rows; the caller refuses it by `duplicate`. */
  for (int64_t k = 0; k < count; k++) {
    rows->to[k] = slots[k].to;
    rows->value[k] = link[slots[k].at].value;
  }
  sw_free(slots);
  return SW_OK;
}

/* Also of rows that were made in part, or twice. */
void sw_links_rows_destroy(sw_link_rows *rows) {
  sw_free(rows->row_start);
  sw_free(rows->to);
  sw_free(rows->value);
  *rows = (sw_link_rows){0};
}

/* In one pass: `kept` never overtakes `next`. Each end is read before it is overwritten, and the
 * memory stays as long as it was. Zeros are dropped where a link of weight 0 would count as a
 * neighbour. */
void sw_links_rows_drop_zeros(sw_link_rows *rows) {
  int64_t kept = 0, next = 0;
  for (int64_t i = 0; i < rows->n; i++) {
    int64_t end = rows->row_start[i + 1];
    for (; next < end; next++)
      if (rows->value[next] != 0.0) {
        rows->to[kept] = rows->to[next];
        rows->value[kept++] = rows->value[next];
      }
    rows->row_start[i + 1] = kept;
  }
}

/* An empty row has no sum and keeps none: its unit is an island. Weights may be negative, as long
 * as the sum is above zero. False: the row cannot be standardised; the caller names the unit. */
bool sw_links_style_row(double *value, int64_t count, sw_style style) {
  if (style == SW_STYLE_BINARY)
    for (int64_t k = 0; k < count; k++)
      value[k] = 1.0;
  if (style != SW_STYLE_ROW || count == 0) return true;
  double sum = 0.0;
  for (int64_t k = 0; k < count; k++)
    sum += value[k];
  if (!(sum > 0.0) || !isfinite(sum)) return false;
  for (int64_t k = 0; k < count; k++)
    value[k] /= sum;
  return true;
}

int64_t sw_links_islands(const sw_links *links) {
  int64_t islands = 0;
  for (int64_t i = 0; i < links->n; i++)
    islands += links->row_start[i + 1] == links->row_start[i];
  return islands;
}

/* For a note to the user; m log of the longest row for m links. */
int64_t sw_links_one_way(const sw_links *links) {
  int64_t count = 0;
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      count += sw_links_at(links, links->to[k], i) < 0;
  return count;
}

/* Senders are met in ascending order, so if the matrix is symmetric the entries of row j are met in
 * their own order by the links to j: one cursor per row finds each mirror image without a search,
 * and the whole takes one pass over the links. Values are compared by bits: a symmetric distance
 * promises the same bits from both sides. O(links); a search for each would cost a logarithm
 * more. */
static bool mirrors(const sw_links *links, int64_t *cursor) {
  memcpy(cursor, links->row_start, (size_t)links->n * sizeof *cursor);
  for (int64_t i = 0; i < links->n; i++)
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++) {
      int64_t j = links->to[k], mirror = cursor[j]++;
      if (mirror >= links->row_start[j + 1] || links->to[mirror] != i) return false;
      if (memcmp(&links->value[mirror], &links->value[k], sizeof(double)) != 0) return false;
    }
  return true;
}

/* On failure nothing but *symmetric is written. */
sw_status sw_links_symmetric(sw_error *err, const sw_links *links, bool *symmetric) {
  int64_t *cursor = NULL;
  *symmetric = false;
  SW_TRY(sw_alloc(err, (size_t)links->n, sizeof *cursor, (void **)&cursor));
  *symmetric = mirrors(links, cursor);
  sw_free(cursor);
  return SW_OK;
}

/* In the order of links, as everywhere. */
void sw_links_row_sums(const sw_links *links, double *sum) {
  for (int64_t i = 0; i < links->n; i++) {
    sum[i] = 0;
    for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
      sum[i] += links->value[k];
  }
}

/* A row that lacks nobody is taken as it is: dividing by a sum that is 1 up to rounding would
 * change bits where nothing is missing. NaN neighbours are left out; with row-standardised weights
 * the others take their share. */
double sw_links_lag(const sw_links *links, bool standardised, const double *x, int64_t i) {
  double sum = 0, weight = 0;
  int64_t count = 0, first = links->row_start[i], end = links->row_start[i + 1];
  for (int64_t e = first; e < end; e++) {
    double value = x[links->to[e]];
    if (isnan(value)) continue;
    sum += links->value[e] * value;
    weight += links->value[e];
    count++;
  }
  if (count == 0) return NAN;
  return standardised && count < end - first ? sum / weight : sum;
}

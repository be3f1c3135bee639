/* Links between units in compressed rows: from (from, to, value) in any order to rows whose `to`
 * ascends. Invariants of a built sw_link_rows: row_start ascends from 0; within a row every `to`
 * stands once. No function here depends on the order in which links were read. */
#ifndef SW_KERNEL_SPACE_LINKS_H
#define SW_KERNEL_SPACE_LINKS_H

#include "spillway/weights.h"

/* A link as read; `line` is where, for messages. */
typedef struct sw_link {
  int32_t from, to;
  double value;
  int64_t line;
} sw_link;

/* Compressed rows while they are made; sw_links is the finished thing. */
typedef struct sw_link_rows {
  int64_t n;
  int64_t *row_start; /* n + 1 */
  int32_t *to;
  double *value;
} sw_link_rows;

/* Rows of `count` links between n units. `duplicate`: the indices into `link` of a duplicate pair,
 * the one whose second place comes first in the file; {-1, -1} when there is none. */
sw_status sw_links_rows_create(sw_error *err, int64_t n, const sw_link *link, int64_t count,
                               sw_link_rows *rows, int64_t duplicate[2]);
void sw_links_rows_destroy(sw_link_rows *rows);

/* Leave out links of value zero, in place. */
void sw_links_rows_drop_zeros(sw_link_rows *rows);

/* Scale one row of `count` values by style: divide by their sum (in the order of `to`), set to 1,
 * or leave. False when the sum is not a positive finite number. */
bool sw_links_style_row(double *value, int64_t count, sw_style style);

/* The sum of each row's values, in the order of `to`. */
void sw_links_row_sums(const sw_links *links, double *sum);
/* The first link of row i to j or beyond, by bisection; and the link to j itself, -1: none. */
static inline int64_t sw_links_from(const sw_links *links, int64_t i, int64_t j) {
  int64_t low = links->row_start[i], high = links->row_start[i + 1];
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (links->to[middle] < j)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
static inline int64_t sw_links_at(const sw_links *links, int64_t i, int64_t j) {
  int64_t at = sw_links_from(links, i, j);
  return at < links->row_start[i + 1] && links->to[at] == j ? at : -1;
}

/* The spatial lag of unit i: the weighted sum of x over its neighbours with a value. With
 * `standardised` rows the weights of these sum to 1 again where some lack one. NaN: it has none. */
double sw_links_lag(const sw_links *links, bool standardised, const double *x, int64_t i);
/* Units without a link. */
int64_t sw_links_islands(const sw_links *links);
/* Links i to j without a link j to i, whatever the weights. */
int64_t sw_links_one_way(const sw_links *links);
/* Is value(i, j) = value(j, i) to the bit for every pair? */
sw_status sw_links_symmetric(sw_error *err, const sw_links *links, bool *symmetric);

#endif

/* Rows of links made of other rows of links: sets, products, the other way round, further away.
 * Rows have `to` ascending, as links have them, and no unit is linked to itself. */
#ifndef SW_KERNEL_WEIGHTS_COMBINE_H
#define SW_KERNEL_WEIGHTS_COMBINE_H

#include "kernel/space/links.h"

typedef enum sw_combination {
  SW_UNION,        /* links of a or of b; weight 1 */
  SW_INTERSECTION, /* of both; 1 */
  SW_DIFFERENCE,   /* of a and not of b; 1 */
  SW_SUM,          /* of a or of b; the values of both added */
  SW_PRODUCT       /* i to j for each k with i to k of a and k to j of b: their number */
} sw_combination;

/* On failure there are no rows to destroy; so of all three. */
sw_status sw_combine_rows(sw_error *err, sw_combination how, const sw_links *a, const sw_links *b,
                          sw_link_rows *rows);
/* Links j to i for i to j, with its value. */
sw_status sw_transpose_rows(sw_error *err, const sw_links *a, sw_link_rows *rows);
/* Units exactly `order` links away on the shortest way, or with `lower` that many or fewer; 1. */
sw_status sw_higher_order_rows(sw_error *err, const sw_links *a, int64_t order, bool lower,
                               sw_link_rows *rows);

#endif

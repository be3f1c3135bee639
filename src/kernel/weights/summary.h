/* What people ask of a weights matrix before they use it. */
#ifndef SW_KERNEL_WEIGHTS_SUMMARY_H
#define SW_KERNEL_WEIGHTS_SUMMARY_H

#include "spillway/weights.h"

typedef struct sw_links_summary {
  int64_t links;
  int64_t least, most;           /* neighbours of a unit */
  int64_t least_unit, most_unit; /* the first with so many */
  double mean;                   /* neighbours per unit */
  int64_t islands;
  int64_t components, largest;    /* units joined by links either way; units of the largest */
  int64_t one_way;                /* links without a link back */
  bool symmetric;                 /* in its values, to the bit */
  double least_value, most_value; /* of a link */
  double s0, s1, s2;              /* sums as in Cliff & Ord (1981) */
} sw_links_summary;

sw_status sw_links_summarise(sw_error *err, const sw_links *links, sw_links_summary *summary);

#endif

/* The headline figures of a results file, as its results have them: what `run` says at its end and
 * `info` says of any file. */
#ifndef SW_STORE_LAYOUT_HEADLINE_H
#define SW_STORE_LAYOUT_HEADLINE_H

#include "store/h5/h5.h"

typedef struct sw_headline {
  const char *path; /* of the result: "ccd", "composites/economy", "a/spillover/x" */
  const char *text; /* "gini: 0.3691 in 2000 (432 of 464), 0.3502 in 2018 (464 of 464)" */
  const char *more; /* lines below it, separated by newlines; "": none */
} sw_headline;

/* What measures call the number of units or values that their figures rest on. */
#define SW_HEADLINE_USED "n_used"

/* A line for the pairs of a result, and one for its headline, in the order of the study. Below the
 * last of a result stands what there is more to say of it: a table by group, and what the measure
 * says itself. */
sw_status sw_headlines_of(sw_error *err, sw_arena *arena, hid_t file, int *count,
                          sw_headline **headline);
/* The same of a finished file, which is opened and closed. One rank calls it. */
sw_status sw_headlines_read(sw_error *err, sw_arena *arena, const char *path, int *count,
                            sw_headline **headline);

#endif

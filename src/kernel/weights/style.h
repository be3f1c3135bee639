/* The style of a weights matrix: how its values are scaled, once all rows are there. */
#ifndef SW_KERNEL_WEIGHTS_STYLE_H
#define SW_KERNEL_WEIGHTS_STYLE_H

#include "kernel/space/links.h"

/* Whether a row can be scaled without the others (sw_links_style_row); else values of these styles
 * stay raw until all rows are there. */
static inline bool sw_style_by_row(sw_style style) {
  return style <= SW_STYLE_AS_IS;
}

/* Scales all values. Weights are 0 or more, with one above. *wrong: the first row whose sum is not
 * a finite number above 0; n: the sum of all, or what the style divides by, is none, or the
 * eigenvalue was not found; -1: all is well. SW_ENOMEM is the one failure. */
sw_status sw_style_rows(sw_error *err, int64_t n, const int64_t *row_start, const int32_t *to,
                        double *value, sw_style style, int64_t *wrong);

/* The greatest absolute eigenvalue of a matrix without negative numbers; NaN: not found. */
sw_status sw_spectral_radius(sw_error *err, int64_t n, const int64_t *row_start, const int32_t *to,
                             const double *value, double *radius);

#endif

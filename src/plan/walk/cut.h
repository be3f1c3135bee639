/* How pairs are cut into squares and strips, by their number alone. */
#ifndef SW_PLAN_WALK_CUT_H
#define SW_PLAN_WALK_CUT_H

#include "spillway/status.h"

/* How a pair job's domain is cut; a pure function of (n, tile). */
typedef struct sw_cut {
  int64_t n;
  int64_t side;    /* of a square: ceil(n / ceil(n / tile)); also the HDF5 chunk */
  int64_t squares; /* along an axis */
  int64_t strip;   /* rows of a strip: part of a row of squares, or several whole ones */
  int64_t strips;
  int64_t strips_a_square; /* strips along the side of a square, 1 when strips are larger */
} sw_cut;

sw_cut sw_cut_make(int64_t n, int64_t tile);
/* Units [first, end) of a square's side; rows of a strip (none, where rounding leaves none). */
void sw_cut_square(const sw_cut *cut, int64_t square, int64_t *first, int64_t *end);
void sw_cut_strip(const sw_cut *cut, int64_t strip, int64_t *first, int64_t *end);

#endif

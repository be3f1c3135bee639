/* How a pair domain is cut into squares and strips: a pure function of (n, tile), never of ranks or
 * threads. Sums of a row or column run over these pieces in a fixed order, chunks of the results
 * file are squares, and the journal numbers tasks by them; so whatever rests on the cut is the same
 * on any machine. Called when a job is bound, and by whoever needs a piece's bounds. */
#include "plan/walk/cut.h"

/* b > 0. */
static int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/* A strip is a task, with a slot of n numbers for its column sums: so there are not too many; nor
 * are they so low that a square's operands serve few rows. The most is an aim: rounding within
 * squares may double it. Column sums of all strips together take strips * n doubles, which
 * MOST_STRIPS bounds. */
enum { LEAST_STRIP = 64, MOST_STRIPS = 256 };

/* n >= 1, tile >= 1. The side is made even: the fewest squares of at most `tile`, then the smallest
 * side that does with so many, so that the last square is not a sliver. Squares are at most `tile`
 * wide, and differ by less than one row of units from each other but for the last. */
sw_cut sw_cut_make(int64_t n, int64_t tile) {
  sw_cut cut = {.n = n};
  cut.squares = ceil_div(n, tile);
  cut.side = ceil_div(n, cut.squares);
  cut.squares = ceil_div(n, cut.side);
  /* Strips nest in rows of squares, or are several whole rows of them: either way a segment of
   * column sums never crosses the edge of a square, and all walks have the same segments. */
  int64_t high = ceil_div(n, MOST_STRIPS);
  if (high < LEAST_STRIP) high = LEAST_STRIP;
  if (high >= cut.side) {
    cut.strip = cut.side * ceil_div(high, cut.side);
    cut.strips_a_square = 1;
    cut.strips = ceil_div(n, cut.strip);
  } else {
    cut.strips_a_square = ceil_div(cut.side, high);
    cut.strip = ceil_div(cut.side, cut.strips_a_square);
    cut.strips = cut.squares * cut.strips_a_square;
  }
  return cut;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

/* *end is behind the last unit. */
void sw_cut_square(const sw_cut *cut, int64_t square, int64_t *first, int64_t *end) {
  *first = square * cut->side;
  *end = least(*first + cut->side, cut->n);
}

/* Parts of a square's side are rounded up, so the last of a square may be short or empty, and those
 * of the last square more so: both bounds are held within it. An empty strip has *first == *end. */
void sw_cut_strip(const sw_cut *cut, int64_t strip, int64_t *first, int64_t *end) {
  if (cut->strip >= cut->side) {
    *first = strip * cut->strip;
    *end = least(*first + cut->strip, cut->n);
    return;
  }
  int64_t square = strip / cut->strips_a_square, part = strip % cut->strips_a_square, last = 0;
  sw_cut_square(cut, square, first, &last);
  *end = least(*first + (part + 1) * cut->strip, last);
  *first = least(*first + part * cut->strip, last);
}

/* Grades of a block of pairs; see grey.h. Called by grey_relational_grade for a few rows of a
 * square at a time; nothing is allocated, any thread.
 *
 * Eight columns at a time are packed, so that they stay in the first cache for all rows, and so do
 * the differences of a row, which are gone through twice. */
#include "kernel/comovement/grey.h"

#include "kernel/hot.h"

#include <math.h>

enum { COLUMNS = 8 };

/* What differences may be for products of four: no matter the rest of a pair's arithmetic. Four
 * quotients are taken by one division of products, which must not leave the range of a double; a
 * pair beyond these bounds is NaN. */
static const double smallest = 1e-70, largest = 1e70;
/* Of images, which are about 1, a smaller greatest difference may be rounding. */
static const double doubtful = 1e-10;

typedef struct panel {
  const sw_grey *grey;
  const double *column; /* [t][COLUMNS] */
  double *apart;        /* the same, of differences */
} panel;

#define SW_VEC_FILE "kernel/comovement/grey_set.h"
#include "kernel/vec_each.h"

/* Indexed by sw_set(); each entry is compiled for its instruction set with the same arithmetic. */
static void (*const row_of[])(const panel *p, int64_t i, double *out) = SW_SETS(grey_row);

size_t sw_grey_workspace(int periods) {
  return 2 * (size_t)periods * COLUMNS * sizeof(double);
}

/* The last column is repeated where there are fewer. So that all eight lanes hold numbers; the
 * surplus is computed and not copied out. */
static void pack(const sw_grey *g, int64_t j, int64_t count, double *column) {
  for (int t = 0; t < g->periods; t++)
    for (int64_t c = 0; c < COLUMNS; c++)
      column[t * COLUMNS + c] = g->image[t][j + (c < count ? c : count - 1)];
}

/* Columns outermost: a panel of columns is packed once for all rows. */
void sw_grey_grades(const sw_grey *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1, double *out,
                    int64_t stride, void *workspace) {
  double *column = workspace, grade[COLUMNS];
  panel p = {g, column, column + (size_t)g->periods * COLUMNS};
  sw_set_of set = sw_set();
  for (int64_t j = j0; j < j1; j += COLUMNS) {
    int64_t count = j1 - j < COLUMNS ? j1 - j : COLUMNS;
    pack(g, j, count, column);
    for (int64_t i = i0; i < i1; i++) {
      double *to = out + (i - i0) * stride + j - j0;
      row_of[set](&p, i, count == COLUMNS ? to : grade);
      for (int64_t c = 0; c < count && count < COLUMNS; c++)
        to[c] = grade[c];
    }
  }
}

/* Grey relational grades of pairs of series that have all values (measure/pair/
 * grey_relational_grade.c has the formula). The bits of a pair depend on its numbers alone, and
 * exchanging the two units changes none. */
#ifndef SW_KERNEL_COMOVEMENT_GREY_H
#define SW_KERNEL_COMOVEMENT_GREY_H

#include <stddef.h>
#include <stdint.h>

/* `bounds`: least and greatest difference of all pairs; NULL: those of each pair. */
typedef struct sw_grey {
  int periods;
  const double *const *image; /* image[t][unit] */
  double rho;
  const double *bounds;
} sw_grey;

size_t sw_grey_workspace(int periods);
/* out[(i - i0) * stride + j - j0] = the grade of i and j, for rows [i0, i1) and columns [j0, j1).
 * NaN: an image has no value in some period, all differences are 0 or may be rounding, or they are
 * so small or so large that products of four would be out of range; these pairs are left to the
 * caller. */
void sw_grey_grades(const sw_grey *g, int64_t i0, int64_t i1, int64_t j0, int64_t j1, double *out,
                    int64_t stride, void *workspace);

#endif

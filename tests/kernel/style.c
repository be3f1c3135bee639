/* Styles: Columbus against spdep (oracles/space.md), eigenvalues known in closed form. */
#include "kernel/weights/style.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static sw_error err;

static sw_link_rows columbus(void) {
  static sw_link link[300];
  int from, to, count = 0;
  char line[64];
  int64_t twice[2];
  sw_link_rows rows;
  FILE *file = fopen(SPILLWAY_SHARED "/data/columbus49_colnb_edges.csv", "r");
  if (!file) cr_skip_test("columbus49_colnb_edges.csv is missing: not tested on real data");
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "%d,%d", &from, &to) == 2) link[count++] = (sw_link){from - 1, to - 1, 1.0, 0};
  fclose(file);
  cr_assert_eq(sw_links_rows_create(&err, 49, link, count, &rows, twice), SW_OK);
  return rows;
}

/* w(i, j); 0 without a link. */
static double at(const sw_link_rows *rows, int64_t i, int64_t j) {
  for (int64_t k = rows->row_start[i]; k < rows->row_start[i + 1]; k++)
    if (rows->to[k] == j) return rows->value[k];
  return 0;
}

/* S0, S1, S2 of every style; the weights of the first unit, and of the 20th for S. */
Test(style, columbus) {
  static const struct {
    sw_style style;
    double s[3], first;
  } known[] = {{SW_STYLE_ROW, {49, 23.2943414588, 204.872885488}, .5},
               {SW_STYLE_BINARY, {232, 464, 5136}, 1},
               {SW_STYLE_C, {49, 20.6982758621, 229.108501784}, .211206896552},
               {SW_STYLE_U, {1, .0086206896552, .0954221165279}, 1 / 232.0},
               {SW_STYLE_S, {49, 21.2556134727, 213.456822355}, .3321337055}};
  for (size_t c = 0; c < sizeof known / sizeof *known; c++) {
    sw_link_rows rows = columbus();
    int64_t wrong;
    cr_assert_eq(
        sw_style_rows(&err, 49, rows.row_start, rows.to, rows.value, known[c].style, &wrong),
        SW_OK);
    cr_assert_eq(wrong, -1);
    double s[3] = {0};
    for (int64_t i = 0; i < 49; i++) {
      double out = 0, in = 0;
      for (int64_t j = 0; j < 49; j++) {
        double w = at(&rows, i, j), back = at(&rows, j, i);
        out += w, in += back;
        s[1] += (w + back) * (w + back) / 2;
      }
      s[0] += out;
      s[2] += (out + in) * (out + in);
    }
    for (int k = 0; k < 3; k++)
      cr_assert(fabs(s[k] / known[c].s[k] - 1) < 1e-10, "style %d S%d %.12g", known[c].style, k,
                s[k]);
    cr_assert(fabs(rows.value[0] / known[c].first - 1) < 1e-9, "style %d", known[c].style);
    if (known[c].style == SW_STYLE_S)
      cr_assert(fabs(rows.value[rows.row_start[19]] - .148534708623) < 1e-11);
    sw_links_rows_destroy(&rows);
  }
}

/* Scaled by the greatest eigenvalue the greatest is 1; of a symmetric binary matrix minmax divides
 * by the greatest number of neighbours. */
Test(style, spectral_and_minmax) {
  sw_link_rows rows = columbus();
  double most = 0, radius = 0;
  int64_t wrong;
  for (int64_t i = 0; i < 49; i++)
    most = fmax(most, (double)(rows.row_start[i + 1] - rows.row_start[i]));
  cr_assert_eq(
      sw_style_rows(&err, 49, rows.row_start, rows.to, rows.value, SW_STYLE_MINMAX, &wrong), SW_OK);
  cr_assert(fabs(rows.value[0] * most - 1) < 1e-15);
  cr_assert_eq(
      sw_style_rows(&err, 49, rows.row_start, rows.to, rows.value, SW_STYLE_SPECTRAL, &wrong),
      SW_OK);
  cr_assert_eq(sw_spectral_radius(&err, 49, rows.row_start, rows.to, rows.value, &radius), SW_OK);
  cr_assert(fabs(radius - 1) < 1e-12, "%.16g", radius);
  sw_links_rows_destroy(&rows);
}

/* Links i to j of a grid of a x b squares, rook; `right`: those to the right weigh so much. */
static sw_link_rows grid(int a, int b, double right) {
  sw_link *link = malloc((size_t)(4 * a * b) * sizeof *link);
  int64_t count = 0, twice[2];
  sw_link_rows rows;
  for (int i = 0; i < a; i++)
    for (int j = 0; j < b; j++) {
      int at = i * b + j;
      if (j + 1 < b) link[count++] = (sw_link){at, at + 1, right, 0};
      if (j > 0) link[count++] = (sw_link){at, at - 1, 1, 0};
      if (i + 1 < a) link[count++] = (sw_link){at, at + b, 1, 0};
      if (i > 0) link[count++] = (sw_link){at, at - b, 1, 0};
    }
  cr_assert_eq(sw_links_rows_create(&err, a * b, link, count, &rows, twice), SW_OK);
  free(link);
  return rows;
}

/* Of a path of m the greatest is 2 cos(pi / (m + 1)); of a grid the sum of both. With weights r and
 * 1 along one way it is that of sqrt(r) both ways, as the two matrices are similar. */
Test(style, eigenvalues_of_grids) {
  static const struct {
    int a, b;
    double right;
  } grids[] = {{1, 2, 1}, {1, 7, 1}, {30, 41, 1}, {100, 100, 1}, {5, 6, 4}, {1, 9, 9}};
  for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
    int a = grids[g].a, b = grids[g].b;
    sw_link_rows rows = grid(a, b, grids[g].right);
    double radius = 0, pi = acos(-1);
    double known =
        (a > 1 ? 2 * cos(pi / (a + 1)) : 0) + 2 * sqrt(grids[g].right) * cos(pi / (b + 1));
    cr_assert_eq(sw_spectral_radius(&err, a * b, rows.row_start, rows.to, rows.value, &radius),
                 SW_OK);
    cr_assert(fabs(radius / known - 1) < 1e-11, "%d x %d: %.16g %.16g", a, b, radius, known);
    sw_links_rows_destroy(&rows);
  }
}

/* Row sums of knn are all k, and so is the eigenvalue; a ring of one way has eigenvalues of one
 * size all around; two parts of different size, of which one leads into the other. */
Test(style, eigenvalues_of_one_way_matrices) {
  static const int64_t ring[] = {0, 1, 2, 3}, parts[] = {0, 2, 4, 5, 6};
  static const int32_t ring_to[] = {1, 2, 0}, parts_to[] = {1, 2, 0, 3, 3, 2};
  static const double ones[] = {1, 1, 1, 1, 1, 1}, mixed[] = {3, 1, 3, 1, 2, 2};
  double radius = 0;
  cr_assert_eq(sw_spectral_radius(&err, 3, ring, ring_to, ones, &radius), SW_OK);
  cr_assert(fabs(radius - 1) < 1e-14);
  cr_assert_eq(sw_spectral_radius(&err, 4, parts, parts_to, mixed, &radius), SW_OK);
  cr_assert(fabs(radius - 3) < 1e-11, "%.16g", radius);
}

/* A sum that overflows is told. */
Test(style, no_finite_sum) {
  static const int64_t start[] = {0, 1, 2};
  static const int32_t to[] = {1, 0};
  double value[] = {1e308, 1e308};
  int64_t wrong;
  cr_assert_eq(sw_style_rows(&err, 2, start, to, value, SW_STYLE_U, &wrong), SW_OK);
  cr_assert_eq(wrong, 2);
}

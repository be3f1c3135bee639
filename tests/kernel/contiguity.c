/* Contiguity of polygons: hand cases on a chessboard, snap, the date line, T-junctions. */
#include "kernel/weights/contiguity.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sw_error err;

/* Rectangles x0 y0 x1 y1, a ring each; every other ring runs the other way round. */
static sw_rings boxes(const double (*box)[4], int n, bool degrees) {
  int64_t *start = malloc(((size_t)n + 1) * sizeof *start);
  int32_t *unit = malloc((size_t)n * sizeof *unit);
  double *x = malloc((size_t)n * 5 * sizeof *x), *y = malloc((size_t)n * 5 * sizeof *y);
  for (int i = 0; i < n; i++) {
    const double *b = box[i], px[] = {b[0], b[2], b[2], b[0]}, py[] = {b[1], b[1], b[3], b[3]};
    for (int k = 0; k <= 4; k++) {
      int at = i % 2 ? (8 - k) % 4 : k % 4;
      x[5 * i + k] = px[at], y[5 * i + k] = py[at];
    }
    start[i] = 5 * i, unit[i] = i;
  }
  start[n] = 5 * n;
  return (sw_rings){n, n, 5 * n, start, unit, x, y, degrees};
}

static void free_boxes(sw_rings *r) {
  free((void *)r->start), free((void *)r->unit), free((void *)r->x), free((void *)r->y);
}

/* Links as "0-1 0-3 ...", and their number. */
static int64_t links_of(const sw_rings *rings, sw_rule rule, double snap, bool meet, char *text) {
  sw_link_rows rows;
  cr_assert_eq(sw_contiguity_rows(&err, rings, rule, snap, meet, &rows), SW_OK);
  int64_t count = rows.row_start[rows.n];
  *text = 0;
  for (int64_t i = 0; i < rows.n && text; i++)
    for (int64_t k = rows.row_start[i]; k < rows.row_start[i + 1]; k++) {
      cr_assert(rows.value[k] == 1.0 && rows.to[k] != i);
      cr_assert(k == rows.row_start[i] || rows.to[k - 1] < rows.to[k]);
      text += sprintf(text, "%d-%d ", (int)i, (int)rows.to[k]);
    }
  sw_links_rows_destroy(&rows);
  return count;
}

/* 0 1 / 2 3: queen has the diagonals, rook has not. */
Test(contiguity, four_squares) {
  static const double box[][4] = {{0, 1, 1, 2}, {1, 1, 2, 2}, {0, 0, 1, 1}, {1, 0, 2, 1}};
  char text[256];
  sw_rings rings = boxes(box, 4, false);
  cr_assert_eq(links_of(&rings, SW_QUEEN, 0, false, text), 12);
  cr_assert_eq(links_of(&rings, SW_ROOK, 0, false, text), 8);
  cr_assert_str_eq(text, "0-1 0-2 1-0 1-3 2-0 2-3 3-1 3-2 ");
  free_boxes(&rings);
}

/* The second is 5e-8 off, the third 1.5e-7 off the second. */
Test(contiguity, snap) {
  static const double box[][4] = {{0, 0, 1, 1}, {1.00000005, 0, 2, 1}, {2.00000015, 0, 3, 1}};
  char text[256];
  sw_rings rings = boxes(box, 3, true);
  cr_assert_eq(links_of(&rings, SW_ROOK, 0, false, text), 0);
  cr_assert_eq(links_of(&rings, SW_ROOK, 1e-7, false, text), 2);
  cr_assert_str_eq(text, "0-1 1-0 ");
  cr_assert_eq(links_of(&rings, SW_QUEEN, 1e-7, false, text), 2);
  cr_assert_eq(links_of(&rings, SW_ROOK, 2e-7, false, text), 4);
  free_boxes(&rings);
}

/* Three points in a chain: the ends lie further apart than the snap, so they are no neighbours. */
Test(contiguity, snap_has_no_chains) {
  static const double box[][4] = {{0, 0, 1, 1}, {1.08, -1, 2, 0}, {1.16, 0.02, 2, 1}};
  char text[256];
  sw_rings rings = boxes(box, 3, false);
  links_of(&rings, SW_QUEEN, .1, false, text);
  cr_assert_str_eq(text, "0-1 1-0 1-2 2-1 ", "%s", text);
  free_boxes(&rings);
}

/* The date line, as -180 and 180, a hair off, and in longitudes from 0 to 360; a map in metres has
 * none. */
Test(contiguity, date_line) {
  static const double box[][4] = {{179, 0, 180, 1},
                                  {-180, 0, -179, 1},
                                  {-180, 1, -179.00000003, 2},
                                  {181, 2, 182, 3},
                                  {179, 1, 179.99999996, 2}};
  char text[256];
  for (int at = 0; at < 2; at++) {
    sw_rings rings = boxes(box, 5, at == 0);
    links_of(&rings, SW_ROOK, 1e-7, false, text);
    cr_assert_str_eq(text, at == 0 ? "0-1 0-4 1-0 1-2 2-1 2-4 4-0 4-2 " : "0-4 1-2 2-1 4-0 ", "%s",
                     text);
    links_of(&rings, SW_QUEEN, 1e-7, false, text);
    cr_assert(at > 0 || strstr(text, "2-3 "), "%s", text);
    free_boxes(&rings);
  }
}

/* A wide box below two narrow ones, whose common corner lies on its edge; all three of a column
 * meet its ends. */
Test(contiguity, t_junctions) {
  static const double box[][4] = {
      {0, 0, 2, 1}, {0, 1, .5, 2}, {.5, 1, 1.5, 2}, {1.5, 1, 2, 2}, {2, -1, 3, 3}};
  char text[256];
  sw_rings rings = boxes(box, 5, false);
  links_of(&rings, SW_QUEEN, 1e-9, false, text);
  cr_assert_str_eq(text, "0-1 0-3 1-0 1-2 2-1 2-3 3-0 3-2 ", "%s", text);
  links_of(&rings, SW_ROOK, 1e-9, false, text);
  cr_assert_str_eq(text, "1-2 2-1 2-3 3-2 ", "%s", text);
  links_of(&rings, SW_ROOK, 1e-9, true, text);
  cr_assert_str_eq(text, "0-1 0-2 0-3 0-4 1-0 1-2 2-0 2-1 2-3 3-0 3-2 3-4 4-0 4-3 ", "%s", text);
  links_of(&rings, SW_QUEEN, 1e-9, true, text);
  cr_assert_str_eq(text, "0-1 0-2 0-3 0-4 1-0 1-2 2-0 2-1 2-3 3-0 3-2 3-4 4-0 4-3 ", "%s", text);
  free_boxes(&rings);
}

/* A slanted edge: 1/3 is no double, so the vertex lies on it only within snap. */
Test(contiguity, t_junction_on_a_slant) {
  static const double x[] = {0, 3, 0, 0, 0, 3, 1, 0}, y[] = {0, 1, 1, 0, 0, 1, 1 / 3.0, 0};
  static const int64_t start[] = {0, 4, 8};
  static const int32_t unit[] = {0, 1};
  sw_rings rings = {2, 2, 8, start, unit, x, y, false};
  char text[64];
  /* The second is flat: its edges are parts of the first's. */
  cr_assert_eq(links_of(&rings, SW_ROOK, 1e-9, true, text), 2);
}

/* Units without rings, rings of one point, and a unit of two rings that touch: nothing is linked to
 * itself. */
Test(contiguity, what_is_no_polygon) {
  static const double x[] = {0, 1, 1, 0, 1, 2, 2, 1, 5}, y[] = {0, 0, 1, 0, 0, 0, 1, 0, 5};
  static const int64_t start[] = {0, 4, 8, 9};
  static const int32_t unit[] = {1, 1, 2};
  sw_rings rings = {4, 3, 9, start, unit, x, y, false};
  char text[64];
  cr_assert_eq(links_of(&rings, SW_QUEEN, 0, false, text), 0);
  cr_assert_eq(links_of(&rings, SW_ROOK, 0, false, text), 0);
  cr_assert_eq(links_of(&rings, SW_ROOK, 1e-9, true, text), 0);
  sw_rings none = {3, 0, 0, start, unit, x, y, false};
  cr_assert_eq(links_of(&none, SW_QUEEN, 1e-9, true, text), 0);
}

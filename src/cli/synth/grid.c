/* Points in square cells, for searches by distance. Used to keep units apart while they are placed
 * (country.c) and to find the nearest unit of each point of a raster (land.c). Cells of about one
 * point make a search O(1) where points are spread evenly. Answers do not depend on the order of
 * points in a cell: of equally near ones the lower index is taken. */
#include "cli/synth/synth.h"

#include <math.h>
#include <string.h>

/* Cells of a grid over the country, each a list of points: neighbours are looked for in nearby
 * cells alone. */
sw_status sw_synth_grid_create(sw_error *err, const double *x, const double *y, int64_t n,
                               double cell, sw_synth_grid *grid) {
  *grid = (sw_synth_grid){.x = x,
                          .y = y,
                          .x0 = -sw_synth_half_width(),
                          .y0 = -sw_synth_half_height(),
                          .cell = cell,
                          .nx = (int64_t)(2 * sw_synth_half_width() / cell) + 1,
                          .ny = (int64_t)(2 * sw_synth_half_height() / cell) + 1};
  size_t cells = (size_t)(grid->nx * grid->ny);
  SW_TRY(sw_alloc(err, cells, sizeof *grid->head, (void **)&grid->head));
  memset(grid->head, 0xff, cells * sizeof *grid->head); /* -1: empty */
  sw_status status = sw_alloc(err, (size_t)n, sizeof *grid->next, (void **)&grid->next);
  if (status != SW_OK) sw_synth_grid_destroy(grid);
  return status;
}

void sw_synth_grid_destroy(sw_synth_grid *grid) {
  sw_free(grid->head);
  sw_free(grid->next);
  grid->head = grid->next = NULL;
}

/* Points lie within the rectangle, so the quotient is not negative and truncation rounds down. */
static int64_t cell_x(const sw_synth_grid *grid, double x) {
  return (int64_t)((x - grid->x0) / grid->cell);
}

static int64_t cell_y(const sw_synth_grid *grid, double y) {
  return (int64_t)((y - grid->y0) / grid->cell);
}

/* The point goes to the front of its cell's list. */
void sw_synth_grid_add(sw_synth_grid *grid, int64_t point) {
  int32_t *head =
      &grid->head[cell_y(grid, grid->y[point]) * grid->nx + cell_x(grid, grid->x[point])];
  grid->next[point] = *head;
  *head = (int32_t)point;
}

static double square_to(const sw_synth_grid *grid, int64_t point, double x, double y) {
  double dx = grid->x[point] - x, dy = grid->y[point] - y;
  return dx * dx + dy * dy;
}

/* Takes a point of cell (i, j) that is nearer than *least, or as near with a lower index. Cells
 * beyond the grid are empty: rings around an edge reach over it. */
static void scan_cell(const sw_synth_grid *grid, int64_t i, int64_t j, double x, double y,
                      int64_t except, int64_t *best, double *least) {
  if (i < 0 || j < 0 || i >= grid->nx || j >= grid->ny) return;
  for (int32_t p = grid->head[j * grid->nx + i]; p >= 0; p = grid->next[p]) {
    double d = square_to(grid, p, x, y);
    if (p == except || d > *least || (d == *least && p > *best)) continue;
    *least = d;
    *best = p;
  }
}

/* Searches square rings of cells around (x, y) outwards, until none farther out can hold a nearer
 * point. A good hint ends it after two rings. */
int64_t sw_synth_grid_nearest(const sw_synth_grid *grid, double x, double y, int64_t hint,
                              int64_t except) {
  int64_t ci = cell_x(grid, x), cj = cell_y(grid, y), best = hint;
  double least = hint >= 0 ? square_to(grid, hint, x, y) : INFINITY;
  /* Before ring r all points not yet seen are at least r - 1 cells away: (x, y) may lie at the edge
   * of its own cell. */
  for (int64_t r = 0; r == 0 || least > (double)((r - 1) * (r - 1)) * grid->cell * grid->cell;
       r++) {
    /* Every cell has been seen: there is no point. */
    if (r > grid->nx + grid->ny) break;
    /* Lower and upper side of the ring, corners included; at r = 0 they are one cell. */
    for (int64_t i = ci - r; i <= ci + r; i++) {
      scan_cell(grid, i, cj - r, x, y, except, &best, &least);
      if (r > 0) scan_cell(grid, i, cj + r, x, y, except, &best, &least);
    }
    /* Left and right side without the corners. */
    for (int64_t j = cj - r + 1; j < cj + r; j++) {
      scan_cell(grid, ci - r, j, x, y, except, &best, &least);
      scan_cell(grid, ci + r, j, x, y, except, &best, &least);
    }
  }
  return best;
}

/* Nine cells are enough as `radius` is at most a cell. `best` begins below every index, so a point
 * exactly at the radius does not count. */
bool sw_synth_grid_free(const sw_synth_grid *grid, double x, double y, double radius) {
  int64_t ci = cell_x(grid, x), cj = cell_y(grid, y);
  int64_t best = -1;
  double least = radius * radius;
  for (int64_t j = cj - 1; j <= cj + 1; j++)
    for (int64_t i = ci - 1; i <= ci + 1; i++)
      scan_cell(grid, i, j, x, y, -1, &best, &least);
  return best < 0;
}

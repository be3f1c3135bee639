/* Edges parted where vertices lie on them. Vertices stand in the cells of a grid with about one of
 * them each; an edge looks, row of cells by row, at the cells it passes. So the work grows with the
 * points and the cells that edges cross, and long edges cost no more than their length.
 *
 * Called by contiguity.c and topology/edges.c. Each edge is parted independently, so the result
 * does not depend on the order of rings. */
#include "kernel/weights/meeting.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A vertex on an edge, by how far along it lies. `along` is a scalar product and not a length: it
 * is only compared. */
typedef struct stop {
  double along;
  int32_t vertex;
} stop;

/* Counting sort of vertices by cell, row of cells by row. */
typedef struct grid {
  double left, low, cell; /* corner, width of a cell */
  int64_t columns, rows;
  int64_t *start; /* cells + 2 */
  int32_t *item;  /* vertices by cell */
  double *x, *y;  /* of vertices, by the first point of each */
} grid;

/* What grows while edges are walked. */
typedef struct walk {
  const sw_rings *rings;
  double snap;
  stop *stops;
  int64_t n_stops, room;
  int64_t written, capacity;
  int32_t *vertex;
} walk;

/* ---- grid -------------------------------------------------------------------------------- */

/* Cells beyond the grid are its border cells; NaN, too. */
static int64_t clamp(double at, int64_t count) {
  return !(at > 0) ? 0 : at >= (double)count ? count - 1 : (int64_t)at;
}

static int64_t column_of(const grid *g, double x) {
  return clamp((x - g->left) / g->cell, g->columns);
}

static int64_t row_of(const grid *g, double y) {
  return clamp((y - g->low) / g->cell, g->rows);
}

/* A square cell of which there are about as many as vertices. sqrt(area/count) gives one vertex per
 * cell on average; the second term keeps the number of cells near the count when all lie on a
 * line. */
static void size_grid(grid *g, int64_t count) {
  double right = -INFINITY, high = -INFINITY;
  g->left = g->low = INFINITY;
  if (count == 0) g->left = g->low = right = high = 0; /* one cell */
  for (int64_t v = 0; v < count; v++) {
    g->left = fmin(g->left, g->x[v]), right = fmax(right, g->x[v]);
    g->low = fmin(g->low, g->y[v]), high = fmax(high, g->y[v]);
  }
  double wide = right - g->left, tall = high - g->low;
  g->cell = fmax(sqrt(wide * tall / (double)count), fmax(wide, tall) / (double)count);
  if (!(g->cell > 0)) g->cell = 1;
  g->columns = (int64_t)(wide / g->cell) + 1;
  g->rows = (int64_t)(tall / g->cell) + 1;
}

/* Vertices listed by cell: a counting sort. */
static sw_status fill_grid(sw_error *err, grid *g, int64_t count) {
  size_t cells = (size_t)(g->columns * g->rows);
  SW_TRY(sw_calloc(err, cells + 2, sizeof *g->start, (void **)&g->start));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *g->item, (void **)&g->item));
  int64_t *at = g->start + 1;
  for (int64_t v = 0; v < count; v++)
    at[row_of(g, g->y[v]) * g->columns + column_of(g, g->x[v]) + 1]++;
  for (size_t c = 1; c <= cells; c++)
    at[c] += at[c - 1];
  for (int64_t v = 0; v < count; v++)
    g->item[at[row_of(g, g->y[v]) * g->columns + column_of(g, g->x[v])]++] = (int32_t)v;
  return SW_OK;
}

/* Vertices are numbered by first appearance, so each is met when its number is due. So no search is
 * needed for the first point of a vertex. */
static sw_status open_grid(sw_error *err, const sw_rings *rings, const int32_t *vertex,
                           int64_t count, grid *g) {
  int64_t due = 0;
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *g->x, (void **)&g->x));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *g->y, (void **)&g->y));
  for (int64_t k = 0; k < rings->n_points; k++)
    if (vertex[k] == due) {
      g->x[due] = rings->x[k];
      g->y[due++] = rings->y[k];
    }
  size_grid(g, count);
  return fill_grid(err, g, count);
}

static void close_grid(grid *g) {
  sw_free(g->start);
  sw_free(g->item);
  sw_free(g->x);
  sw_free(g->y);
}

/* ---- edges ------------------------------------------------------------------------------- */

/* realloc and not sw_alloc, as these arrays grow; they are released by free. */
static sw_status add_stop(sw_error *err, walk *w, double along, int32_t vertex) {
  if (w->n_stops == w->room) {
    int64_t room = w->room ? 2 * w->room : 64;
    stop *grown = realloc(w->stops, (size_t)room * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory for the edges of polygons");
    w->stops = grown;
    w->room = room;
  }
  w->stops[w->n_stops++] = (stop){along, vertex};
  return SW_OK;
}

/* Appends a vertex; the array grows by half. */
static sw_status write_vertex(sw_error *err, walk *w, int32_t vertex) {
  if (w->written == w->capacity) {
    int64_t capacity = w->capacity + w->capacity / 2 + 64;
    int32_t *grown = realloc(w->vertex, (size_t)capacity * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory for the edges of polygons");
    w->vertex = grown;
    w->capacity = capacity;
  }
  w->vertex[w->written++] = vertex;
  return SW_OK;
}

/* Along the edge; ties by number, so the order does not depend on the cells. */
static int compare_stops(const void *a, const void *b) {
  const stop *s = a, *t = b;
  if (s->along != t->along) return s->along < t->along ? -1 : 1;
  return (s->vertex > t->vertex) - (s->vertex < t->vertex);
}

/* Of a cell, the vertices on the edge from point k to the next. Distance to the edge by the cross
 * product, at most snap; the foot must lie strictly within the edge. */
static sw_status look_in_cell(sw_error *err, walk *w, const grid *g, int64_t cell, int64_t k,
                              const int32_t *vertex) {
  double x = w->rings->x[k], y = w->rings->y[k];
  double ex = w->rings->x[k + 1] - x, ey = w->rings->y[k + 1] - y, length2 = ex * ex + ey * ey;
  for (int64_t c = g->start[cell]; c < g->start[cell + 1]; c++) {
    int32_t v = g->item[c];
    if (v == vertex[k] || v == vertex[k + 1]) continue;
    double px = g->x[v] - x, py = g->y[v] - y, dot = px * ex + py * ey, cross = px * ey - py * ex;
    if (dot > 0 && dot < length2 && cross * cross <= w->snap * w->snap * length2)
      SW_TRY(add_stop(err, w, dot, v));
  }
  return SW_OK;
}

/* The cells that the edge from point k passes, `snap` to either side. Within a row of cells it
 * covers the columns between its two crossings of the row's borders, which is exact for sloping
 * edges. */
static sw_status look_along(sw_error *err, walk *w, const grid *g, int64_t k,
                            const int32_t *vertex) {
  double x0 = w->rings->x[k], y0 = w->rings->y[k], x1 = w->rings->x[k + 1], y1 = w->rings->y[k + 1];
  double low = fmin(y0, y1), high = fmax(y0, y1), slope = y1 != y0 ? (x1 - x0) / (y1 - y0) : 0;
  int64_t last = row_of(g, high + w->snap);
  for (int64_t r = row_of(g, low - w->snap); r <= last; r++) {
    double from = g->low + (double)r * g->cell - w->snap, to = from + g->cell + 2 * w->snap;
    double a = x0, b = x1;
    if (y1 != y0) {
      a = x0 + (fmin(fmax(from, low), high) - y0) * slope;
      b = x0 + (fmin(fmax(to, low), high) - y0) * slope;
    }
    int64_t end = column_of(g, fmax(a, b) + w->snap);
    for (int64_t c = column_of(g, fmin(a, b) - w->snap); c <= end; c++)
      SW_TRY(look_in_cell(err, w, g, r * g->columns + c, k, vertex));
  }
  return SW_OK;
}

/* One edge: its first end, then what lies on it. The last vertex of an edge is the first of the
 * next. */
static sw_status write_edge(sw_error *err, walk *w, const grid *g, int64_t k,
                            const int32_t *vertex) {
  w->n_stops = 0;
  SW_TRY(write_vertex(err, w, vertex[k]));
  if (vertex[k] == vertex[k + 1]) return SW_OK;
  SW_TRY(look_along(err, w, g, k, vertex));
  if (w->n_stops > 1) qsort(w->stops, (size_t)w->n_stops, sizeof *w->stops, compare_stops);
  for (int64_t s = 0; s < w->n_stops; s++)
    SW_TRY(write_vertex(err, w, w->stops[s].vertex));
  return SW_OK;
}

/* Rings with a vertex wherever another ring meets them. */
static sw_status walk_rings(sw_error *err, walk *w, const grid *g, const int32_t *vertex,
                            int64_t *start) {
  for (int64_t r = 0; r < w->rings->n_rings; r++) {
    int64_t k = w->rings->start[r], end = w->rings->start[r + 1];
    start[r] = w->written;
    for (; k + 1 < end; k++)
      SW_TRY(write_edge(err, w, g, k, vertex));
    if (k < end) SW_TRY(write_vertex(err, w, vertex[k]));
  }
  start[w->rings->n_rings] = w->written;
  return SW_OK;
}

/* ---- all --------------------------------------------------------------------------------- */

/* Points are not copied: the parted rings have vertices alone. The caller must have the vertices by
 * number; `met` borrows nothing from the grid. */
sw_status sw_meeting_find(sw_error *err, const sw_rings *rings, double snap, const int32_t *vertex,
                          int64_t count, sw_meeting *met) {
  grid g = {0};
  walk w = {.rings = rings, .snap = snap};
  *met = (sw_meeting){.rings = *rings};
  sw_status status =
      sw_alloc(err, (size_t)rings->n_rings + 1, sizeof *met->start, (void **)&met->start);
  if (status == SW_OK) status = open_grid(err, rings, vertex, count, &g);
  if (status == SW_OK) status = walk_rings(err, &w, &g, vertex, met->start);
  met->vertex = w.vertex;
  met->rings.start = met->start;
  met->rings.n_points = w.written;
  met->rings.x = met->rings.y = NULL;
  free(w.stops);
  close_grid(&g);
  return status;
}

void sw_meeting_destroy(sw_meeting *met) {
  sw_free(met->start);
  free(met->vertex);
  *met = (sw_meeting){0};
}

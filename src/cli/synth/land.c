/* Derives what follows from the places of the units: land areas and contiguity from a raster in
 * which every cell belongs to the nearest unit (a discrete Voronoi diagram, about 24 cells per
 * unit), centrality as the pull of the centres (masses falling exponentially with distance, Clark
 * 1951), and metropolitan regions around the largest centres, each across a provincial border. A
 * raster is rough, but it stops at the border, which exact Voronoi cells do not. */
#include "cli/synth/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS_PER_UNIT = 24, MAX_METROS = 3 };

/* ---- land and links ---------------------------------------------------------------------- */

/* Links as they are found: (from << 32 | to), each in both directions. */
typedef struct links {
  uint64_t *pair;
  int64_t count, capacity;
} links;

/* Adds both directions. Units fit 32 bits: SW_SYNTH_MAX_UNITS is 10 million. */
static sw_status add_link(sw_error *err, links *all, int64_t from, int64_t to) {
  if (all->count + 2 > all->capacity) {
    int64_t capacity = all->capacity ? 2 * all->capacity : 4096;
    uint64_t *more = realloc(all->pair, (size_t)capacity * sizeof *more);
    if (!more) return sw_fail(err, SW_ENOMEM, "out of memory: links of the synthetic units");
    all->pair = more;
    all->capacity = capacity;
  }
  all->pair[all->count++] = (uint64_t)from << 32 | (uint64_t)to;
  all->pair[all->count++] = (uint64_t)to << 32 | (uint64_t)from;
  return SW_OK;
}

static int ascending(const void *a, const void *b) {
  uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

/* By `from`, then by `to`, each link once: as edges.csv lists them. */
static void sort_unique(links *all) {
  if (all->count == 0) return;
  qsort(all->pair, (size_t)all->count, sizeof *all->pair, ascending);
  int64_t kept = 1;
  for (int64_t k = 1; k < all->count; k++)
    if (all->pair[k] != all->pair[kept - 1]) all->pair[kept++] = all->pair[k];
  all->count = kept;
}

/* One row of the raster. owner[c]: the unit nearest to the middle of cell c, -1 outside the border.
 * Every cell adds to its unit's land; a cell whose unit differs from that of the cell to the left
 * or below makes a link. A neighbouring cell's unit is the hint that makes the search short. */
static sw_status raster_row(sw_error *err, sw_synth_country *country, const sw_synth_grid *grid,
                            double side, int64_t row, int64_t columns, const int32_t *below,
                            int32_t *owner, links *all) {
  double y = grid->y0 + ((double)row + 0.5) * side;
  for (int64_t c = 0; c < columns; c++) {
    double x = grid->x0 + ((double)c + 0.5) * side;
    owner[c] = -1;
    if (!sw_synth_inside(country, x, y)) continue;
    int64_t left = c > 0 ? owner[c - 1] : -1;
    int64_t here = sw_synth_grid_nearest(grid, x, y, left >= 0 ? left : below[c], -1);
    owner[c] = (int32_t)here;
    country->land[here] += side * side;
    /* Runs along a border say the same link again and again; the sort removes the rest. */
    if (left >= 0 && left != here) SW_TRY(add_link(err, all, left, here));
    if (below[c] >= 0 && below[c] != here && (c == 0 || below[c - 1] != below[c] || left != here))
      SW_TRY(add_link(err, all, below[c], here));
  }
  return SW_OK;
}

/* Goes over the raster from south to north. Two rows at a time are enough, so memory does not grow
 * with the raster; they change places by the parity of the row. The one below the first row is
 * outside. */
static sw_status raster(sw_error *err, sw_synth_country *country, const sw_synth_grid *grid,
                        double side, links *all) {
  int64_t columns = (int64_t)(2 * sw_synth_half_width() / side);
  int64_t rows = (int64_t)(2 * sw_synth_half_height() / side);
  int32_t *line = NULL;
  SW_TRY(sw_alloc(err, 2 * (size_t)columns, sizeof *line, (void **)&line));
  memset(line, 0xff, 2 * (size_t)columns * sizeof *line);
  sw_status status = SW_OK;
  for (int64_t r = 0; r < rows && status == SW_OK; r++)
    status = raster_row(err, country, grid, side, r, columns, line + (r & 1 ? 0 : columns),
                        line + (r & 1 ? columns : 0), all);
  sw_free(line);
  return status;
}

/* Repairs what the raster is too coarse for. Units that no cell's middle is nearest to get half a
 * cell of land, so that a density is always defined; those without a neighbour are linked to the
 * nearest unit, so that a row of the weights is never empty. */
static sw_status mend(sw_error *err, sw_synth_country *country, const sw_synth_grid *grid,
                      double side, links *all) {
  sort_unique(all);
  int64_t sorted = all->count, at = 0;
  for (int64_t i = 0; i < country->n; i++) {
    country->land[i] = fmax(country->land[i], side * side / 2);
    /* Links are sorted by `from`, as units are: one pass over both. Those added here are behind
     * `sorted`. */
    bool linked = at < sorted && (int64_t)(all->pair[at] >> 32) == i;
    while (at < sorted && (int64_t)(all->pair[at] >> 32) == i)
      at++;
    if (linked) continue;
    SW_TRY(add_link(err, all, i, sw_synth_grid_nearest(grid, country->x[i], country->y[i], -1, i)));
  }
  sort_unique(all);
  return SW_OK;
}

/* side: km of a raster cell. Cells of the grid are half the spacing: few points to look at for each
 * of the 24 n searches. */
static sw_status share_land(sw_error *err, sw_synth_country *country) {
  sw_synth_grid grid;
  double spacing = sqrt(country->area / (double)country->n);
  double side = spacing / sqrt(CELLS_PER_UNIT);
  SW_TRY(sw_calloc(err, (size_t)country->n, sizeof(double), (void **)&country->land));
  SW_TRY(sw_synth_grid_create(err, country->x, country->y, country->n, spacing / 2, &grid));
  for (int64_t i = 0; i < country->n; i++)
    sw_synth_grid_add(&grid, i);
  links all = {0};
  sw_status status = raster(err, country, &grid, side, &all);
  if (status == SW_OK) status = mend(err, country, &grid, side, &all);
  sw_synth_grid_destroy(&grid);
  country->link = all.pair; /* from realloc, which sw_free releases as well */
  country->n_links = all.count;
  return status;
}

/* ---- centrality -------------------------------------------------------------------------- */

/* The pull of a seat at (x, y). Only the seats of the own province and the other capitals are
 * asked, at most 160 per unit: O(n) in all. */
static double pull(const sw_synth_seat *seat, double x, double y) {
  return seat->mass * exp(-hypot(seat->x - x, seat->y - y) / seat->reach);
}

/* Centrality: the log of all pulls, standardised over the units to mean 0 and variance 1, then bent
 * into (-2.5, 2.5). 1e-6 keeps the log finite where no pull reaches. */
static sw_status centre(sw_error *err, sw_synth_country *country) {
  double *z = NULL, sum = 0, square = 0;
  SW_TRY(sw_alloc(err, (size_t)country->n, sizeof *z, (void **)&country->centrality));
  z = country->centrality;
  for (int64_t i = 0; i < country->n; i++) {
    double x = country->x[i], y = country->y[i], all = 0;
    int province = country->seat[country->prefecture[i]].province;
    for (int s = country->seat_of[province]; s < country->seat_of[province + 1]; s++)
      all += pull(&country->seat[s], x, y);
    for (int p = 0; p < country->n_provinces; p++)
      if (p != province) all += pull(&country->seat[country->seat_of[p]], x, y);
    z[i] = log(all + 1e-6);
    sum += z[i];
  }
  double mean = sum / (double)country->n;
  for (int64_t i = 0; i < country->n; i++)
    square += (z[i] - mean) * (z[i] - mean);
  double scale = square > 0 ? 1 / sqrt(square / (double)country->n) : 1;
  /* Kept within 2.5: otherwise the first city would be half of the nation. */
  for (int64_t i = 0; i < country->n; i++)
    z[i] = 2.5 * tanh((z[i] - mean) * scale / 2.5);
  return SW_OK;
}

/* Gaussian fields as sums of waves with normal frequencies (Rahimi & Recht 2007). */
static void draw_fields(sw_synth_country *country) {
  const double length = 350; /* km over which a field stays alike */
  for (int f = 0; f < SW_SYNTH_FIELDS; f++) {
    sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_FIELD, (uint64_t)f);
    for (int k = 0; k < SW_SYNTH_WAVES; k++) {
      country->wave[f][k][0] = sw_rng_normal(&rng) / length;
      country->wave[f][k][1] = sw_rng_normal(&rng) / length;
      country->wave[f][k][2] = 2 * 3.14159265358979323846 * sw_rng_uniform(&rng);
    }
  }
}

/* Each cosine has variance 1/2, hence the factor. */
double sw_synth_field(const sw_synth_country *country, int field, double x, double y) {
  double sum = 0;
  for (int k = 0; k < SW_SYNTH_WAVES; k++) {
    const double *wave = country->wave[field][k];
    sum += cos(wave[0] * x + wave[1] * y + wave[2]);
  }
  return sum * sqrt(2.0 / SW_SYNTH_WAVES);
}

/* ---- metropolitan regions ---------------------------------------------------------------- */

/* A unit belongs to one region at most: to the first that reaches it. */
static bool in_reach(const sw_synth_country *country, const sw_synth_seat *seat, double radius,
                     int64_t unit) {
  return !country->metro[unit] &&
         hypot(country->x[unit] - seat->x, country->y[unit] - seat->y) <= radius;
}

/* Whether a region of that radius has four units or more, some of the seat's own province and some
 * of others. */
static bool spans(const sw_synth_country *country, const sw_synth_seat *seat, double radius) {
  int64_t units = 0, abroad = 0;
  for (int64_t i = 0; i < country->n; i++)
    if (in_reach(country, seat, radius, i)) {
      units++;
      abroad += country->seat[country->prefecture[i]].province != seat->province;
    }
  return units >= 4 && abroad > 0 && abroad < units;
}

/* The heaviest capital at least `apart` km from those chosen; NULL when there is none. */
static const sw_synth_seat *next_core(const sw_synth_country *country, double apart, int chosen,
                                      const sw_synth_seat *const *core) {
  const sw_synth_seat *best = NULL;
  for (int p = 0; p < country->n_provinces; p++) {
    const sw_synth_seat *seat = &country->seat[country->seat_of[p]];
    bool free = !best || seat->mass > best->mass;
    for (int c = 0; c < chosen; c++)
      free = free && hypot(seat->x - core[c]->x, seat->y - core[c]->y) >= apart;
    if (free) best = seat;
  }
  return best;
}

/* Regions grow by 15% until they span a border, or stop at the width of the country. A small
 * country has one. */
static sw_status metropolise(sw_error *err, sw_synth_country *country) {
  SW_TRY(sw_calloc(err, (size_t)country->n, sizeof(int32_t), (void **)&country->metro));
  double spacing = sqrt(country->area / country->n_provinces);
  const sw_synth_seat *core[MAX_METROS];
  int metros = country->n < 300 ? 1 : MAX_METROS;
  for (int m = 0; m < metros; m++) {
    core[m] = next_core(country, 1.5 * spacing, m, core);
    if (!core[m]) break;
    double radius = 0.35 * spacing, widest = 2 * sw_synth_half_width();
    while (radius < widest && !spans(country, core[m], radius))
      radius *= 1.15;
    for (int64_t i = 0; i < country->n; i++)
      if (in_reach(country, core[m], radius, i)) country->metro[i] = m + 1;
  }
  return SW_OK;
}

sw_status sw_synth_divide(sw_error *err, sw_synth_country *country) {
  draw_fields(country);
  SW_TRY(share_land(err, country));
  SW_TRY(centre(err, country));
  return metropolise(err, country);
}

/* Which groups of units are drawn beside the map, in insets, and which with its bulk; zones.h has
 * the rules, groups.h the interface. Distances between cells cost their product, but for those of
 * the bulk among themselves. Everything is decided by distances and lowest units: the order of the
 * file changes nothing. */
#include "kernel/map/groups.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

/* A map of more than 64 separate groups is an archipelago without a mainland. */
enum { MOST = 64 };              /* groups; a map of more has no bulk */
static const double shape = 1.6; /* width of a map to its height */
static const double shrunk = .9; /* to what the bulk may shrink for a group drawn with it */

typedef struct box {
  double left, right, low, high;
} box;

typedef struct divider {
  const sw_groups *in;
  int bulk;
  int64_t units[MOST], cells[MOST];
  int32_t lowest[MOST];                /* unit */
  double apart[MOST][MOST];            /* squared, between the nearest cells */
  double floor[MOST][3], top[MOST][3]; /* of middles of cells */
  box extent[MOST];
  int head[MOST]; /* the group that stands for it; that of the bulk: drawn with it */
} divider;

/* ---- what groups are --------------------------------------------------------------------- */

/* The bulk is the group of most units; of equal ones the first. One pass over units, in their
 * order, so `lowest` is met first. */
static void count_units(divider *d) {
  for (int g = 0; g < d->in->n; g++)
    d->units[g] = 0, d->lowest[g] = INT32_MAX, d->head[g] = g;
  for (int32_t i = 0; i < d->in->spots->n; i++) {
    int g = d->in->group[i];
    if (g < 0) continue;
    if (d->units[g]++ == 0) d->lowest[g] = i;
  }
  for (int g = 0; g < d->in->n; g++)
    d->cells[g] = 0;
  for (int64_t k = 0; k < d->in->n_cells; k++)
    d->cells[d->in->of_cell[k]]++;
  d->bulk = 0;
  for (int g = 1; g < d->in->n; g++)
    if (d->units[g] > d->units[d->bulk]) d->bulk = g;
}

/* Cells outside the bulk against all cells: those of the bulk, which may be thousands, are not
 * compared with each other. */
static void measure_gaps(divider *d) {
  const sw_groups *in = d->in;
  for (int a = 0; a < in->n; a++)
    for (int b = 0; b < in->n; b++)
      d->apart[a][b] = a == b ? 0 : INFINITY;
  for (int64_t k = 0; k < in->n_cells; k++) {
    int a = in->of_cell[k];
    if (a == d->bulk) continue;
    for (int64_t j = 0; j < in->n_cells; j++) {
      int b = in->of_cell[j];
      if (a == b) continue;
      double dx = in->x[k] - in->x[j], dy = in->y[k] - in->y[j], dz = in->z[k] - in->z[j],
             square = dx * dx + dy * dy + dz * dz;
      if (square < d->apart[a][b]) d->apart[a][b] = d->apart[b][a] = square;
    }
  }
}

/* The box of a group in space, for its length. */
static void bound_cells(divider *d) {
  const sw_groups *in = d->in;
  for (int g = 0; g < in->n; g++)
    for (int axis = 0; axis < 3; axis++)
      d->floor[g][axis] = INFINITY, d->top[g][axis] = -INFINITY;
  for (int64_t k = 0; k < in->n_cells; k++) {
    const double at[3] = {in->x[k], in->y[k], in->z[k]};
    int g = in->of_cell[k];
    for (int axis = 0; axis < 3; axis++) {
      d->floor[g][axis] = fmin(d->floor[g][axis], at[axis]);
      d->top[g][axis] = fmax(d->top[g][axis], at[axis]);
    }
  }
}

/* The squared length of a group. */
static double size_of(const divider *d, int g) {
  double square = 0;
  for (int axis = 0; axis < 3; axis++)
    square += (d->top[g][axis] - d->floor[g][axis]) * (d->top[g][axis] - d->floor[g][axis]);
  return square;
}

/* In a plane that is about right near the middle of the bulk. Degrees of longitude shrink by the
 * cosine of the bulk's latitude (`across`); no projection is chosen yet. */
static void measure_extents(divider *d) {
  const sw_groups *in = d->in;
  double x = 0, y = 0, z = 0, lon = 0, across = 1;
  for (int64_t k = 0; k < in->n_cells; k++)
    if (in->of_cell[k] == d->bulk) x += in->x[k], y += in->y[k], z += in->z[k];
  if (in->spots->degrees) {
    lon = atan2(y, x) * (180 / M_PI);
    across = hypot(x, y) / hypot(hypot(x, y), z);
  }
  for (int g = 0; g < in->n; g++)
    d->extent[g] = (box){INFINITY, -INFINITY, INFINITY, -INFINITY};
  for (int64_t k = 0; k < in->spots->count; k++) {
    box *e = &d->extent[in->group[in->spots->unit[k]]];
    double east = in->spots->x[k] - lon, north = in->spots->y[k];
    /* Longitudes are taken relative to the bulk's, so that a group across the date line is near. */
    if (in->spots->degrees) east -= 360 * round(east / 360);
    east *= across;
    e->left = fmin(e->left, east), e->right = fmax(e->right, east);
    e->low = fmin(e->low, north), e->high = fmax(e->high, north);
  }
}

/* ---- drawn with the bulk ----------------------------------------------------------------- */

static box joined(box a, box b) {
  return (box){fmin(a.left, b.left), fmax(a.right, b.right), fmin(a.low, b.low),
               fmax(a.high, b.high)};
}

/* The height of the frame that a box fills. What decides is how much the bulk must shrink, not how
 * far a group is. */
static double frame_of(box b) {
  return fmax((b.right - b.left) / shape, b.high - b.low);
}

/* The nearest first; each must leave the bulk its size, with what it has already. Greedy by
 * distance: a near group is taken before a far one is tried. */
static void absorb(divider *d) {
  bool tried[MOST] = {0};
  box all = d->extent[d->bulk];
  double alone = frame_of(all);
  for (;;) {
    int next = -1;
    for (int g = 0; g < d->in->n; g++)
      if (g != d->bulk && !tried[g] && (next < 0 || d->apart[g][d->bulk] < d->apart[next][d->bulk]))
        next = g;
    if (next < 0) return;
    tried[next] = true;
    box larger = joined(all, d->extent[next]);
    if (frame_of(larger) * shrunk > alone) continue;
    all = larger;
    d->head[next] = d->bulk;
  }
}

/* ---- insets ------------------------------------------------------------------------------ */

static bool is_inset(const divider *d, int g) {
  return d->head[g] == g && g != d->bulk;
}

/* The second becomes part of the first. Distances are those of the nearer of both. Chains of heads
 * never arise, as members of b are turned to a at once. */
static void merge(divider *d, int a, int b) {
  for (int g = 0; g < d->in->n; g++) {
    if (d->head[g] == b) d->head[g] = a;
    if (g != a) d->apart[a][g] = d->apart[g][a] = fmin(d->apart[a][g], d->apart[b][g]);
  }
  d->cells[a] += d->cells[b];
  for (int axis = 0; axis < 3; axis++) {
    d->floor[a][axis] = fmin(d->floor[a][axis], d->floor[b][axis]);
    d->top[a][axis] = fmax(d->top[a][axis], d->top[b][axis]);
  }
  if (d->lowest[b] < d->lowest[a]) d->lowest[a] = d->lowest[b];
}

/* Islands of one archipelago. Squares of one half, three halves and one third. Near each other,
 * compared with how far from the bulk they are, with their own size, or with the bulk's. */
static bool belong(const divider *d, int a, int b) {
  double farther = fmax(d->apart[a][d->bulk], d->apart[b][d->bulk]);
  double longer = fmax(size_of(d, a), size_of(d, b)), bulk = size_of(d, d->bulk);
  return d->apart[a][b] <= farther / 4 && d->apart[a][b] <= fmax(2.25 * longer, bulk / 9);
}

/* The nearest two insets of those that belong together; of all where there are still more than a
 * page has room for (SW_ZONES). */
static bool merge_nearest(divider *d, bool any) {
  int first = -1, second = -1;
  for (int a = 0; a < d->in->n; a++)
    for (int b = a + 1; b < d->in->n; b++) {
      if (!is_inset(d, a) || !is_inset(d, b)) continue;
      if (!any && !belong(d, a, b)) continue;
      if (first < 0 || d->apart[a][b] < d->apart[first][second]) first = a, second = b;
    }
  if (first >= 0) merge(d, first, second);
  return first >= 0;
}

static int count_insets(const divider *d) {
  int count = 0;
  for (int g = 0; g < d->in->n; g++)
    count += is_inset(d, g);
  return count;
}

/* The larger first, then those with lower units. A stable order, independent of the numbering of
 * groups. */
static void number_zones(const divider *d, uint8_t *zone, int *zones) {
  uint8_t number[MOST] = {0};
  *zones = 1;
  for (int left = count_insets(d); left > 0; left--) {
    int next = -1;
    for (int g = 0; g < d->in->n; g++)
      if (is_inset(d, g) && !number[g] &&
          (next < 0 || d->cells[g] > d->cells[next] ||
           (d->cells[g] == d->cells[next] && d->lowest[g] < d->lowest[next])))
        next = g;
    number[next] = (uint8_t)(*zones)++;
  }
  for (int64_t i = 0; i < d->in->spots->n; i++) {
    int g = d->in->group[i];
    zone[i] = g < 0 || d->head[g] == d->bulk ? 0 : number[d->head[g]];
  }
}

/* Without a bulk (`least` units) there are no insets: all units stay in zone 0. `divider` is some
 * 40 KiB and therefore not on the stack. */
sw_status sw_groups_to_zones(sw_error *err, const sw_groups *groups, uint8_t *zone, int *zones) {
  divider *d;
  if (groups->n < 2 || groups->n > MOST) return SW_OK;
  SW_TRY(sw_alloc(err, 1, sizeof *d, (void **)&d));
  d->in = groups;
  count_units(d);
  if (d->units[d->bulk] >= groups->least) {
    measure_gaps(d);
    measure_extents(d);
    bound_cells(d);
    absorb(d);
    while (merge_nearest(d, false) || (count_insets(d) >= SW_ZONES && merge_nearest(d, true)))
      continue;
    number_zones(d, zone, zones);
  }
  sw_free(d);
  return SW_OK;
}

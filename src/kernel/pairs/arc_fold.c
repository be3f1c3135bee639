/* Sums of flows without the flows; see arc_fold.h. Called by gravity for each square off the
 * diagonal of which only sums are wanted; any thread, a workspace of its own.
 *
 * Columns go in blocks that are packed first: their numbers begin on a cache line, which those of a
 * square do not, and stay in the first cache while all rows pass by. Rows that are near to a whole
 * block (by the balls around its chunks) take the loop of arc_fold_set.h; a row that is not, as in
 * a panel of the world, is made by sw_arc_flows and then added. */
#include "kernel/pairs/arc_fold.h"

#include <math.h>
#include <string.h>

/* A block of columns: of each number BLOCK. Padded to whole vectors by columns that weigh nothing:
 * their flows are 0.0, which changes no sum that began with 0.0, and no greatest value. */
enum { BLOCK = SW_ARC_CHUNK };

typedef struct columns {
  double *x, *y, *z, *b; /* b: weights */
} columns;

typedef struct block {
  const sw_arc_points *points;
  const double *weight; /* of rows */
  int64_t first, place; /* the square's first row; the block's first column in the square */
  int64_t padded;       /* columns, a multiple of SW_LANES */
  columns columns;
  const sw_arc_ball *ball; /* of its points: one, or two where it crosses the end of a chunk */
  bool two;
  const sw_ring_limits *rings; /* NULL: none */
  const sw_ring_lanes *ring;   /* of the square */
  int64_t stride;              /* of its lanes of columns */
  double end[SW_LANES];        /* of the last eight columns: 0, and NaN of those that pad */
} block;

#define SW_VEC_FILE "kernel/pairs/arc_fold_set.h"
#include "kernel/vec_each.h"

typedef void rows_of(const block *k, int64_t r, int64_t end, const sw_lane_sums *sums,
                     double *most);
static rows_of *const near_rows[] = SW_SETS(near_rows), *const ring_rows[] = SW_SETS(ring_rows);

size_t sw_arc_fold_workspace(void) {
  return 4 * BLOCK * sizeof(double);
}

/* The last point is repeated, so that the padding is as near as it is. */
static void pack(block *k, const double *b, int64_t j, int64_t count) {
  const double *from[] = {k->points->x + j, k->points->y + j, k->points->z + j, b + j};
  double *to[] = {k->columns.x, k->columns.y, k->columns.z, k->columns.b};
  k->padded = (count + SW_LANES - 1) / SW_LANES * SW_LANES;
  for (int s = 0; s < 4; s++) {
    memcpy(to[s], from[s], (size_t)count * sizeof(double));
    for (int64_t c = count; c < k->padded; c++)
      to[s][c] = s < 3 ? from[s][count - 1] : 0;
  }
  /* Rings add -0.0 as 0.0. */
  for (int64_t c = 0; k->rings && c < count; c++)
    k->columns.b[c] += 0.0;
  for (int l = 0; l < SW_LANES; l++)
    k->end[l] = k->padded - SW_LANES + l < count ? 0 : NAN;
  k->ball = k->points->ball + j / SW_ARC_CHUNK;
  k->two = (j + count - 1) / SW_ARC_CHUNK > j / SW_ARC_CHUNK;
}

static bool is_near(const block *k, int64_t r) {
  int64_t i = k->first + r;
  double x = k->points->x[i], y = k->points->y[i], z = k->points->z[i];
  return sw_arc_is_near(k->ball, x, y, z) && (!k->two || sw_arc_is_near(k->ball + 1, x, y, z));
}

/* Whether all points of a chunk of rows are near to a ball, for sure: they are within their own
 * ball, whose radius is what SW_ARC_NEAR has more than its reach. */
static bool balls_are_near(const sw_arc_ball *row, const sw_arc_ball *column) {
  double x = row->x - column->x, y = row->y - column->y, z = row->z - column->z;
  if (row->reach < 0 || column->reach < 0) return false;
  double radius = sqrt(SW_ARC_NEAR) - sqrt(row->reach);
  return sqrt(x * x + y * y + z * z) + (radius > 0 ? radius : 0) <= sqrt(column->reach);
}

/* The end of the rows from r on that are near to the block, by whole chunks where these are; of
 * `count`. */
static int64_t near_end(const block *k, int64_t r, int64_t count) {
  while (r < count) {
    int64_t chunk = (k->first + r) / SW_ARC_CHUNK, last = (chunk + 1) * SW_ARC_CHUNK - k->first;
    const sw_arc_ball *row = &k->points->ball[chunk];
    if (balls_are_near(row, k->ball) && (!k->two || balls_are_near(row, k->ball + 1))) {
      r = last;
      continue;
    }
    for (; r < last && r < count; r++)
      if (!is_near(k, r)) return r;
  }
  return count;
}

static void far_row(const block *k, const double *b, int64_t r, int64_t j, int64_t count,
                    const sw_lane_sums *sums, double *most) {
  double flow[BLOCK];
  sw_arc_flows(k->points, k->first + r, j, j + count, k->weight[k->first + r], b, flow);
  sw_lanes_add_row(flow, count, sums->row + r * SW_LANES,
                   sums->column + r % SW_LANES * sums->stride + k->place, most);
  if (!k->rings) return;
  double chord[BLOCK];
  const sw_ring_lanes *all = k->ring;
  const sw_ring_lanes to = {all->row + r * SW_LANES,
                            all->column + r % SW_LANES * k->stride + k->place, all->row_next,
                            all->column_next, all->count};
  sw_arc_chords(k->points, k->first + r, j, j + count, chord);
  sw_rings_add(k->rings, count, chord, flow, &to);
}

static double within_limits(const block *k) {
  double count = 0;
  for (int ring = 0; ring < k->rings->n - 1; ring++)
    count += k->ring->count[ring];
  return count;
}

/* Rows [r, end), near to the block. All pairs that the limits leave are in the last ring. */
static void take_rows(const block *k, int64_t r, int64_t end, int64_t count,
                      const sw_lane_sums *sums, double *most) {
  if (!k->rings) {
    near_rows[sw_set()](k, r, end, sums, most);
    return;
  }
  double before = within_limits(k);
  ring_rows[sw_set()](k, r, end, sums, most);
  k->ring->count[k->rings->n - 1] += (double)((end - r) * count) - (within_limits(k) - before);
}

void sw_arc_fold_flows(const sw_arc_points *points, const double *a, const double *b, int64_t i0,
                       int64_t i1, int64_t j0, int64_t j1, sw_lane_sums *sums,
                       const sw_ring_limits *rings, const sw_ring_lanes *ring, void *workspace) {
  double *room = workspace, most[SW_LANES];
  block k = {.points = points, .weight = a, .first = i0, .rings = rings, .ring = ring};
  k.stride = sums->stride;
  k.columns = (columns){room, room + BLOCK, room + 2 * BLOCK, room + 3 * BLOCK};
  for (int l = 0; l < SW_LANES; l++)
    most[l] = sums->greatest;
  for (int64_t j = j0; j < j1; j += BLOCK, k.place += BLOCK) {
    int64_t count = j1 - j < BLOCK ? j1 - j : BLOCK;
    pack(&k, b, j, count);
    for (int64_t r = 0, end; r < i1 - i0; r = end) {
      end = near_end(&k, r, i1 - i0);
      if (end > r)
        take_rows(&k, r, end, count, sums, most);
      else
        far_row(&k, b, end++, j, count, sums, most);
    }
  }
  for (int l = 0; l < SW_LANES; l++)
    if (most[l] > sums->greatest) sums->greatest = most[l];
}

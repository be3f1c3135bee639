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
enum { BLOCK = SW_ARC_CHUNK, ROOM = BLOCK + SW_LANES };

typedef struct columns {
  double *x, *y, *z, *b; /* b: weights */
  int32_t *group;        /* where sums are by group, too */
} columns;

/* Which groups a vector of columns is of: one, two or, `group` MANY, several. */
enum { ONE = -1, MANY = -2 };
typedef struct eight {
  int group, second;      /* second: the other of two groups, else ONE */
  double in[2][SW_LANES]; /* of two groups: which columns are in either, by a number; else NaN */
} eight;

/* Whole turns of vectors of one group, up to column `to`; or, MANY, one turn of several. */
typedef struct piece {
  int to, group;
} piece;

typedef struct block {
  const sw_arc_points *points;
  const double *weight; /* of rows */
  int64_t first, place; /* the square's first row; the block's first column in the square */
  int64_t padded;       /* columns, a multiple of SW_LANES */
  columns columns;
  const sw_arc_ball *ball; /* of its points: one, or two where it crosses the end of a chunk */
  bool two;
  bool by_steps; /* quotients of all its pairs may go by steps */
  int pieces;    /* of whole turns, the last of which is a piece of its own */
  piece piece[BLOCK / SW_LANES];
  eight *eight;                /* by vector of columns */
  int64_t next;                /* from a row's lanes of one group to those of the next */
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
static rows_of *const grouped_rows[] = SW_SETS(grouped_rows);
static const int turn_of[] = SW_SETS(TURN);
static void (*const flows_of[])(const block *k, int64_t r, const double *flow,
                                const sw_lane_sums *sums, double *most) = SW_SETS(grouped_flows);

size_t sw_arc_fold_workspace(void) {
  return ROOM * (4 * sizeof(double) + sizeof(int32_t));
}

/* The last point is repeated, so that the padding is as near as it is; a vector more, as rows look
 * one ahead. */
static void pack(block *k, const double *b, int64_t j, int64_t count) {
  const double *from[] = {k->points->x + j, k->points->y + j, k->points->z + j, b + j};
  double *to[] = {k->columns.x, k->columns.y, k->columns.z, k->columns.b};
  k->padded = (count + SW_LANES - 1) / SW_LANES * SW_LANES;
  for (int s = 0; s < 4; s++) {
    memcpy(to[s], from[s], (size_t)count * sizeof(double));
    for (int64_t c = count; c < k->padded + SW_LANES; c++)
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

/* Of which groups a vector of columns is; eight compare as two words of vectors. */
static void look(const int32_t *group, eight *of) {
  int32_t other = 0;
  for (int l = 0; l < SW_LANES; l++)
    other |= group[l] ^ group[0];
  of->group = group[0];
  of->second = ONE;
  for (int l = 0; other && l < SW_LANES; l++) {
    if (of->second == ONE && group[l] != of->group) of->second = group[l];
    of->in[0][l] = group[l] == of->group ? 0 : NAN;
    of->in[1][l] = group[l] == of->group ? NAN : 0;
    if (group[l] != of->group && group[l] != of->second) {
      of->group = MANY;
      return;
    }
  }
}

/* The group of a turn that begins with vector v, or MANY. */
static int group_of_turn(const block *k, int64_t v, int turn) {
  for (int q = 0; q < turn; q++)
    if (k->eight[v + q].second != ONE || k->eight[v + q].group != k->eight[v].group) return MANY;
  return k->eight[v].group;
}

/* Cuts the packed columns at the borders between groups. What pads them is of the last group, to
 * which it adds nothing. */
static void cut(block *k, const sw_lane_groups *groups, int64_t count, int turn) {
  int32_t *group = k->columns.group;
  const int32_t *of = groups->of_column + k->place;
  const int step = turn * SW_LANES, last = (int)k->padded / step * step - step;
  memcpy(group, of, (size_t)count * sizeof *group);
  for (int64_t c = count; c < k->padded; c++)
    group[c] = of[count - 1];
  for (int64_t c = 0; c < k->padded; c += SW_LANES)
    look(group + c, &k->eight[c / SW_LANES]);
  k->pieces = 0;
  for (int j = 0; j <= last; j += step) {
    const piece next = {j + step, group_of_turn(k, j / SW_LANES, turn)};
    piece *open = k->pieces ? &k->piece[k->pieces - 1] : NULL;
    if (open && j < last && next.group != MANY && next.group == open->group)
      *open = next;
    else
      k->piece[k->pieces++] = next;
  }
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

/* A row beyond reach of its block's near pairs: all distances at once. */
static void far_row(const block *k, const double *b, int64_t r, int64_t j, int64_t count,
                    const sw_lane_sums *sums, double *most) {
  double flow[BLOCK];
  sw_arc_flows(k->points, k->first + r, j, j + count, k->weight[k->first + r], b, flow);
  /* Vectors are read whole: what is beyond the count must add nothing. */
  if (sums->groups) {
    for (int64_t c = count; c < k->padded; c++)
      flow[c] = 0;
    flows_of[sw_set()](k, r, flow, sums, most);
    return;
  }
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

/* All rings but the last, which has what lies beyond the limits. */
static double within_limits(const block *k) {
  double count = 0;
  for (int ring = 0; ring < k->rings->n - 1; ring++)
    count += k->ring->count[ring];
  return count;
}

/* Rows [r, end), near to the block. All pairs that the limits leave are in the last ring. */
static void take_rows(const block *k, int64_t r, int64_t end, int64_t count, rows_of *near,
                      const sw_lane_sums *sums, double *most) {
  double before = k->rings ? within_limits(k) : 0;
  near(k, r, end, sums, most);
  if (k->rings)
    k->ring->count[k->rings->n - 1] += (double)((end - r) * count) - (within_limits(k) - before);
}

/* Gravity with sums alone, without values in memory: the hot path of `keep: summary`. Columns are
 * packed by blocks of BLOCK; rows that are near a block go through the exact steps, the others
 * through far_row. */
void sw_arc_fold_flows(const sw_arc_points *points, const double *a, const double *b, int64_t i0,
                       int64_t i1, int64_t j0, int64_t j1, sw_lane_sums *sums,
                       const sw_ring_limits *rings, const sw_ring_lanes *ring, void *workspace) {
  double *room = workspace, most[SW_LANES];
  eight by_vector[BLOCK / SW_LANES];
  const sw_lane_groups *groups = sums->groups;
  rows_of *near = (rings ? ring_rows : groups ? grouped_rows : near_rows)[sw_set()];
  block k = {.points = points, .weight = a, .first = i0, .rings = rings, .ring = ring};
  k.stride = sums->stride;
  k.eight = by_vector;
  k.next = groups ? groups->high * SW_LANES : 0;
  /* A pair of a point with itself is infinite. */
  k.by_steps = points->by_steps && (i1 <= j0 || j1 <= i0);
  k.columns =
      (columns){room, room + ROOM, room + 2 * ROOM, room + 3 * ROOM, (int32_t *)(room + 4 * ROOM)};
  for (int l = 0; l < SW_LANES; l++)
    most[l] = sums->greatest;
  for (int64_t j = j0; j < j1; j += BLOCK, k.place += BLOCK) {
    int64_t count = j1 - j < BLOCK ? j1 - j : BLOCK;
    pack(&k, b, j, count);
    if (groups) cut(&k, groups, count, turn_of[sw_set()]);
    for (int64_t r = 0, end; r < i1 - i0; r = end) {
      end = near_end(&k, r, i1 - i0);
      if (end > r)
        take_rows(&k, r, end, count, near, sums, most);
      else
        far_row(&k, b, end++, j, count, sums, most);
    }
  }
  for (int l = 0; l < SW_LANES; l++)
    if (most[l] > sums->greatest) sums->greatest = most[l];
}

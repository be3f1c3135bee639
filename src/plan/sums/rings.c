/* Sums by ring of distance: limits, a row of a task, totals. A row's sum of a ring is made as its
 * strength is (plan/pairs/private.h): eight lanes over a square's columns, squares before the own
 * one of an undirected matrix in a tree, the rest from left to right. So whoever has a square's
 * pairs may leave the ring's share of it, and no bit tells who did: the pair pass does where it
 * walks a triangle (plan/pairs/rings.c). Totals are sums of the results by unit, in blocks of
 * SW_BLOCK. */
#include "plan/sums/private.h"

#include "base/arena.h"
#include "kernel/pairs/lanes.h"
#include "kernel/space/distances.h"

#include <math.h>

/* ---- limits ----------------------------------------------------------------------------- */

/* Makes the axis of rings and the limits that distances are compared with. A limit belongs to
 * its ring, also where rounding would put a pair beyond it: the limit is widened by 2^-40 of
 * itself, and on the Earth by a micrometre besides. What lies beyond the last limit is a ring of
 * its own. */
sw_status sw_sums_bind_rings(sw_error *err, sw_run *run, int e, const sw_distance *distance,
                             sw_ring_plan **plan) {
  const sw_sums_spec *spec = &run->study->entry[e].sums;
  int64_t n = run->panel->units.n;
  double *limit = NULL, *most = NULL;
  sw_arc_ball *ball = NULL;
  sw_ring_plan *made = NULL;
  SW_NEW(err, run->arena, made, 1);
  SW_NEW(err, run->arena, limit, spec->n_rings + 1);
  SW_NEW(err, run->arena, most, spec->n_rings);
  SW_NEW(err, run->arena, made->made, run->job[e].n_periods + 1);
  for (int r = 0; r < spec->n_rings; r++) {
    limit[r] = spec->ring[r];
    /* Keys order pairs as distances do and are cheaper to make. */
    most[r] = sw_distances_key(distance,
                               limit[r] * (1 + 0x1p-40) + (distance->kind == SW_GIVEN ? 0 : 1e-9));
  }
  limit[spec->n_rings] = INFINITY;
  sw_job_axis(&run->job[e], (sw_axis){.name = SW_AXIS_RING,
                                      .n = spec->n_rings + 1,
                                      .number = limit,
                                      .units = distance->units});
  made->rings = (sw_ring_limits){spec->n_rings + 1, most};
  made->distance = distance;
  *plan = made;
  if (distance->kind != SW_GREAT_CIRCLE) return SW_OK;
  /* Balls around runs of points let a row skip whole runs that lie in one ring. */
  SW_NEW(err, run->arena, ball, sw_arc_chunks(n));
  sw_arc_cover(n, distance->x, distance->y, distance->z, ball);
  made->points = (sw_arc_points){distance->x, distance->y, distance->z, ball, false};
  return SW_OK;
}

/* ---- a row ------------------------------------------------------------------------------ */

/* A ring's sums of a row: over the square under way, over squares before the row's own one by level
 * of their tree, over the others. */
struct sums_ring {
  double lane[SW_LANES], level[63], rest;
};

/* A worker's sums under way, one struct per ring; closed with the worker. */
sw_status sw_sums_open_rings(sums_worker *w) {
  size_t rings = (size_t)w->p->sums->rings;
  if (!rings) return SW_OK;
  return sw_calloc(&w->error, rings, sizeof *w->ring, (void **)&w->ring);
}

/* Adds a square's sum to the tree of the squares before, as strip.c does: a binary counter, in
 * which a carry joins two halves. */
static void add_before(double *level, int64_t square, double sum) {
  for (; square & 1; square >>= 1)
    sum += *level++;
  *level = sum;
}

/* The tree's sum over the first `squares` squares, smallest subtree first. */
static double sum_before(const double *level, int64_t squares) {
  double sum = sw_lanes_nothing;
  for (; squares; squares >>= 1, level++)
    if (squares & 1) sum += *level;
  return sum;
}

/* The sums of row i over the square's columns [j0, j1), by ring, in lanes. */
static void add_square(sums_worker *w, int64_t j0, int64_t j1, const double *v, double *count) {
  const sw_ring_limits *rings = &w->p->sums->ring_plan->rings;
  struct sums_ring *ring = w->ring;
  const sw_ring_lanes to = {
      .row = ring->lane, .row_next = (int64_t)(sizeof *ring / sizeof(double)), .count = count};
  for (int r = 0; r < rings->n; r++)
    sw_lanes_begin(ring[r].lane, SW_LANES);
  sw_rings_add(rings, j1 - j0, w->key + j0, v + j0, &to);
}

/* O(n) per row beside the distances. NaN: the ring has no value of the row. */
void sw_sums_ring_row(sums_worker *w, int t, int64_t i, const double *v, double *row,
                      double *count) {
  const sw_job *job = w->p->job;
  const sw_sums *s = w->p->sums;
  const sw_cut *cut = &w->p->run->pair[w->p->entry].cut;
  const sw_ring_plan *plan = s->ring_plan;
  for (int r = 0; r < s->rings && !sw_sums_rings_left(s, t); r++)
    row[r] = 0; /* not taken up */
  if (!sw_sums_rings_left(s, t)) return;
  /* Squares before it are summed apart: none of a directed matrix. */
  int64_t own = job->directed ? 0 : i / cut->side, j0 = 0, j1 = 0;
  sw_distances_keys(sw_job_distance_in(job, plan->distance, t), &plan->points, i, 0, job->n,
                    w->key);
  for (int r = 0; r < s->rings; r++)
    w->ring[r].rest = sw_lanes_nothing;
  for (int64_t square = 0; square < cut->squares; square++) {
    sw_cut_square(cut, square, &j0, &j1);
    add_square(w, j0, j1, v, count);
    for (int r = 0; r < s->rings; r++) {
      double sum = sw_lanes_join(w->ring[r].lane);
      if (square < own)
        add_before(w->ring[r].level, square, sum);
      else
        w->ring[r].rest += sum;
    }
  }
  for (int r = 0; r < s->rings; r++) {
    double sum = sum_before(w->ring[r].level, own) + w->ring[r].rest;
    row[r] = sw_lanes_is_nothing(sum) ? NAN : sum;
  }
}

/* ---- totals ----------------------------------------------------------------------------- */

/* Adds up a ring's sums by unit over this rank's block b. Blocks begin at multiples of SW_BLOCK of
 * all units, wherever ranks are cut. */
static double block_of(const double *sum, int64_t own, int64_t b) {
  double total = 0;
  for (int64_t k = b * SW_BLOCK; k < (b + 1) * SW_BLOCK && k < own; k++)
    if (!isnan(sum[k])) total += sum[k];
  return total;
}

/* Adds blocks to totals on rank 0, in the order of ranks and so of units. `all`: of each rank in
 * turn its blocks, ring by ring and matrix by matrix. */
static void add_blocks(const sums_pass *p, const double *all, const size_t *bytes) {
  const sw_ring_plan *plan = p->sums->ring_plan;
  int64_t rings = p->sums->rings, rows = rings * p->matrices;
  for (int rank = 0; rank < p->run->team->size; rank++) {
    int64_t blocks = (int64_t)(bytes[rank] / sizeof *all) / rows;
    for (int64_t k = 0; k < rows; k++)
      for (int64_t b = 0; b < blocks; b++)
        plan->sum->row[0][k % p->matrices * rings + k / p->matrices] += *all++;
  }
}

/* A ring without pairs, or whose sum no double holds, has no total. */
static void end_totals(const sums_pass *p) {
  const sw_ring_plan *plan = p->sums->ring_plan;
  for (int64_t k = 0; k < (int64_t)p->matrices * p->sums->rings; k++)
    if (plan->count->row[0][k] == 0 || isinf(plan->sum->row[0][k])) plan->sum->row[0][k] = NAN;
}

/* Collective: one gather to rank 0 of a double per block of units, ring and matrix, added there in
 * the order of blocks. */
sw_status sw_sums_ring_totals(sw_error *err, const sums_pass *p) {
  sw_team *team = p->run->team;
  const sw_ring_plan *plan = p->sums->ring_plan;
  int64_t own = p->run->panel->hi - p->run->panel->lo, rows = (int64_t)p->matrices * p->sums->rings;
  int64_t blocks = (own + SW_BLOCK - 1) / SW_BLOCK;
  double *block = NULL, *all = NULL;
  size_t *bytes = NULL;
  sw_status status = sw_alloc(err, (size_t)(rows * blocks) + 1, sizeof *block, (void **)&block);
  if (status == SW_OK) status = sw_alloc(err, (size_t)team->size, sizeof *bytes, (void **)&bytes);
  status = sw_team_agree(team, err, status, 0);
  for (int64_t k = 0; status == SW_OK && k < rows; k++)
    for (int64_t b = 0; b < blocks; b++)
      block[k * blocks + b] = block_of(plan->out->row[k], own, b);
  if (status == SW_OK)
    status = team->gather(team, err, block, (size_t)(rows * blocks) * sizeof *block, 0,
                          (void **)&all, bytes);
  if (status == SW_OK && team->rank == 0) {
    for (int64_t k = 0; k < rows; k++)
      plan->sum->row[0][k] = 0;
    add_blocks(p, all, bytes);
    end_totals(p);
  }
  sw_free(all);
  sw_free(bytes);
  sw_free(block);
  return status;
}

/* Makes infinite sums by unit NaN: after the totals, which must see them. */
void sw_sums_hold_rings(const sums_pass *p) {
  const sw_ring_plan *plan = p->sums->ring_plan;
  int64_t own = p->run->panel->hi - p->run->panel->lo, rows = (int64_t)p->matrices * p->sums->rings;
  for (int64_t k = 0; k < rows; k++)
    for (int64_t i = 0; i < own; i++)
      if (isinf(plan->out->row[k][i])) plan->out->row[k][i] = NAN;
}

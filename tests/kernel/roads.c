/* Shortest times on networks: by hand with transfers, and against trying every way. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "kernel/roads/roads.h"
#include "kernel/space/neighbours.h"

enum { MOST = 64 };

static sw_roads_edge edge(int from, int to, int mode, double minutes, int state) {
  return (sw_roads_edge){sw_roads_ticks(minutes), from, to, mode, state};
}

/* minutes[j], NAN where there is none, of the row of a unit. */
static void row_of(const sw_roads_plan *plan, int state, int64_t unit, double *minutes) {
  sw_error err = {0};
  sw_roads *roads = NULL;
  sw_roads_search *search = NULL;
  int32_t to[MOST];
  double value[MOST];
  cr_assert_eq(sw_roads_create(&err, plan, state, &roads), SW_OK);
  cr_assert_eq(sw_roads_search_create(&err, roads, &search), SW_OK);
  for (int turn = 0; turn < 2; turn++) { /* the second time with used buffers */
    int64_t count = sw_roads_row(search, unit);
    sw_roads_row_take(search, to, value);
    for (int64_t j = 0; j < plan->n_units; j++)
      minutes[j] = NAN;
    for (int64_t k = 0; k < count; k++) {
      cr_assert(k == 0 || to[k] > to[k - 1], "ascending");
      minutes[to[k]] = value[k];
    }
  }
  sw_roads_search_destroy(search);
  sw_roads_destroy(roads);
}

/* Roads 0 -10- 1 -20- 2 -30- 3, a railway 0 -5- 2, and from state 1 on 2 -3- 3; 4 minutes to
 * change; node 4 is alone. Units are nodes. */
enum { ROAD, RAIL };
static const int32_t own[5] = {0, 1, 2, 3, 4};
static sw_roads_edge line[6];

static sw_roads_plan by_hand(void) {
  line[0] = edge(0, 1, ROAD, 10, 0), line[1] = edge(1, 2, ROAD, 20, 0);
  line[2] = edge(2, 3, ROAD, 30, 0), line[3] = edge(0, 2, RAIL, 5, 0);
  line[4] = edge(2, 3, RAIL, 3, 1), line[5] = edge(0, 1, ROAD, 11, 0); /* parallel, longer */
  return (sw_roads_plan){.n_nodes = 5,
                         .n_edges = 6,
                         .n_units = 5,
                         .n_modes = 2,
                         .edge = line,
                         .transfer = sw_roads_ticks(4),
                         .within = SW_ROADS_NEVER,
                         .unit_node = own};
}

static void expect(const double *minutes, const double *want, int n) {
  for (int j = 0; j < n; j++)
    cr_expect(minutes[j] == want[j] || (isnan(minutes[j]) && isnan(want[j])), "%d: %g, not %g", j,
              minutes[j], want[j]);
}

Test(roads, transfers) {
  sw_roads_plan plan = by_hand();
  double minutes[MOST];
  row_of(&plan, 0, 0, minutes); /* to 3: 5 by rail, 4 to change, 30 by road */
  expect(minutes, (double[]){NAN, 10, 5, 39, NAN}, 5);
  row_of(&plan, 0, 1, minutes); /* to 2: 10 + 4 + 5 is less than 20 */
  expect(minutes, (double[]){10, NAN, 19, 50, NAN}, 5);
  row_of(&plan, 1, 1, minutes); /* 10 + 4 + 5 + 3 */
  expect(minutes, (double[]){10, NAN, 19, 22, NAN}, 5);
  row_of(&plan, 1, 3, minutes);
  expect(minutes, (double[]){8, 22, 3, NAN, NAN}, 5);
  row_of(&plan, 1, 4, minutes);
  expect(minutes, (double[]){NAN, NAN, NAN, NAN, NAN}, 5);
  plan.transfer = SW_ROADS_NEVER;
  row_of(&plan, 1, 1, minutes);
  expect(minutes, (double[]){10, NAN, 20, 50, NAN}, 5);
}

Test(roads, directed) {
  sw_roads_plan plan = by_hand();
  double minutes[MOST];
  plan.directed = true;
  row_of(&plan, 0, 1, minutes);
  expect(minutes, (double[]){NAN, NAN, 20, 50, NAN}, 5);
  row_of(&plan, 0, 3, minutes);
  expect(minutes, (double[]){NAN, NAN, NAN, NAN, NAN}, 5);
}

/* Ten times a tenth is one, and within it. */
Test(roads, limit_is_within) {
  sw_roads_edge tenth[10];
  int32_t node[11];
  double minutes[MOST];
  for (int k = 0; k < 10; k++)
    tenth[k] = edge(k, k + 1, 0, .1, 0), node[k] = k;
  node[10] = 10;
  sw_roads_plan plan = {.n_nodes = 11,
                        .n_edges = 10,
                        .n_units = 11,
                        .n_modes = 1,
                        .edge = tenth,
                        .transfer = SW_ROADS_NEVER,
                        .within = sw_roads_ticks(1),
                        .unit_node = node};
  row_of(&plan, 0, 0, minutes);
  cr_expect(minutes[10] == 1 && minutes[7] == .7);
  plan.within = sw_roads_ticks(.8);
  row_of(&plan, 0, 0, minutes);
  cr_expect(minutes[8] == .8 && isnan(minutes[9]));
}

/* 0 -10- 1 =7= 2 -5- 3, the edges of such modes: what lies between two stations is a transfer. */
static void expect_transfer(int first, int last) {
  sw_roads_edge all[3] = {edge(0, 1, first, 10, 0), edge(2, 3, last, 5, 0),
                          edge(1, 2, SW_ROADS_TRANSFER, 7, 0)};
  static const int32_t node[4] = {0, 1, 2, 3};
  double minutes[MOST];
  sw_roads_plan plan = {.n_nodes = 4,
                        .n_edges = 3,
                        .n_units = 4,
                        .n_modes = 2,
                        .edge = all,
                        .transfer = SW_ROADS_NEVER,
                        .within = SW_ROADS_NEVER,
                        .unit_node = node};
  row_of(&plan, 0, 0, minutes);
  expect(minutes, (double[]){NAN, 10, 17, 22}, 4);
  row_of(&plan, 0, 3, minutes);
  expect(minutes, (double[]){22, 12, 5, NAN}, 4);
}

Test(roads, a_transfer_joins_nodes) {
  expect_transfer(ROAD, RAIL);
}

Test(roads, a_transfer_joins_nodes_of_one_mode) {
  expect_transfer(RAIL, RAIL);
}

/* ---- against every way ------------------------------------------------------------------ */

enum { NODES = 18, UNITS = 15, EDGES = 40, MODES = 3 };

static struct {
  double node[3][NODES], unit[3][UNITS], kmh[MODES];
  sw_roads_edge edge[EDGES];
} world;

static void place(double *const at[3], int k, sw_rng *rng) {
  double lon = 10 * sw_rng_uniform(rng), lat = 40 + 8 * sw_rng_uniform(rng);
  sw_sphere_vectors(1, &lon, &lat, at[0] + k, at[1] + k, at[2] + k);
}

static sw_roads_plan draw(uint64_t seed) {
  sw_rng rng = sw_rng_make(seed, 1, 1);
  double *const node[3] = {world.node[0], world.node[1], world.node[2]};
  double *const unit[3] = {world.unit[0], world.unit[1], world.unit[2]};
  for (int k = 0; k < NODES; k++)
    place(node, k, &rng);
  for (int k = 0; k < UNITS; k++)
    place(unit, k, &rng);
  for (int e = 0; e < EDGES; e++) {
    int mode = (int)sw_rng_below(&rng, MODES + 1) - 1;
    world.edge[e] = edge((int)sw_rng_below(&rng, NODES), (int)sw_rng_below(&rng, NODES), mode,
                         (double)sw_rng_below(&rng, 9000) / 10, (int)sw_rng_below(&rng, 3));
  }
  for (int m = 0; m < MODES; m++)
    world.kmh[m] = m == 2 ? 0 : 20 + 15 * m;
  return (sw_roads_plan){.n_nodes = NODES,
                         .n_edges = EDGES,
                         .n_units = UNITS,
                         .n_modes = MODES,
                         .directed = seed % 3 == 0,
                         .edge = world.edge,
                         .transfer = seed % 2 ? sw_roads_ticks(12.5) : SW_ROADS_NEVER,
                         .within = seed % 4 ? sw_roads_ticks(900) : SW_ROADS_NEVER,
                         .node = {world.node[0], world.node[1], world.node[2]},
                         .unit = {world.unit[0], world.unit[1], world.unit[2]},
                         .access_kmh = world.kmh,
                         .direct_kmh = seed % 5 ? 25 : 0};
}

static double km(double (*a)[NODES], int i, double (*b)[UNITS], int j) {
  double x = a[0][i] - b[0][j], y = a[1][i] - b[1][j], z = a[2][i] - b[2][j];
  return sw_neighbours_km(x * x + y * y + z * z);
}

/* Floyd and Warshall's over all copies, those that no edge meets included: they have no arcs. */
static sw_ticks all[NODES * MODES][NODES * MODES];
static bool there[NODES * MODES];

static void shorten(int a, int b, sw_ticks ticks) {
  if (ticks < all[a][b]) all[a][b] = ticks;
}

static void every_way(const sw_roads_plan *plan, int state) {
  int n = NODES * MODES;
  for (int a = 0; a < n; a++)
    for (int b = 0; b < n; b++)
      all[a][b] = a == b ? 0 : SW_ROADS_NEVER, there[a] = false;
  for (int e = 0; e < EDGES; e++) {
    const sw_roads_edge *at = &world.edge[e];
    if (at->mode < 0 || at->state > state || at->from == at->to) continue;
    int a = at->from * MODES + at->mode, b = at->to * MODES + at->mode;
    there[a] = there[b] = true;
    shorten(a, b, at->ticks);
    if (!plan->directed) shorten(b, a, at->ticks);
  }
  for (int e = 0; e < EDGES + NODES; e++) {
    bool is_node = e >= EDGES;
    int from = is_node ? e - EDGES : world.edge[e].from, to = is_node ? from : world.edge[e].to;
    sw_ticks ticks = is_node ? plan->transfer : world.edge[e].ticks;
    if (!is_node && (world.edge[e].mode >= 0 || world.edge[e].state > state)) continue;
    for (int a = 0; a < MODES; a++)
      for (int b = 0; b < MODES; b++)
        if ((a != b || !is_node) && there[from * MODES + a] && there[to * MODES + b] &&
            ticks < SW_ROADS_NEVER) {
          shorten(from * MODES + a, to * MODES + b, ticks);
          shorten(to * MODES + b, from * MODES + a, ticks);
        }
  }
  for (int k = 0; k < n; k++)
    for (int a = 0; a < n; a++)
      for (int b = 0; b < n; b++)
        if (all[a][k] < SW_ROADS_NEVER && all[k][b] < SW_ROADS_NEVER)
          shorten(a, b, all[a][k] + all[k][b]);
}

/* The nearest copy of that mode and the time to it; -1: none. */
static int access(const sw_roads_plan *plan, int unit, int mode, sw_ticks *ticks) {
  int best = -1;
  double least = INFINITY;
  for (int k = 0; k < NODES && plan->access_kmh[mode] > 0; k++)
    if (there[k * MODES + mode] && km(world.node, k, world.unit, unit) < least)
      least = km(world.node, k, world.unit, unit), best = k * MODES + mode;
  *ticks = best < 0 ? 0 : sw_roads_travel(least, plan->access_kmh[mode]);
  return best;
}

static double shortest(const sw_roads_plan *plan, int i, int j) {
  sw_ticks best = SW_ROADS_NEVER, in, out;
  for (int a = 0; a < MODES; a++)
    for (int b = 0; b < MODES; b++) {
      int x = access(plan, i, a, &in), y = access(plan, j, b, &out);
      if (x < 0 || y < 0 || all[x][y] >= SW_ROADS_NEVER) continue;
      if (in + all[x][y] + out < best) best = in + all[x][y] + out;
    }
  double chord2 = sw_chord2(plan->unit[0], plan->unit[1], plan->unit[2], i, j);
  if (plan->direct_kmh > 0) {
    sw_ticks direct = sw_roads_travel(sw_neighbours_km(chord2), plan->direct_kmh);
    if (direct < best) best = direct;
  }
  return best < SW_ROADS_NEVER && best <= plan->within ? sw_roads_minutes(best) : NAN;
}

/* Rows that are said to be untouched are those of the state before. */
static int64_t check_untouched(const sw_roads_plan *plan, int state) {
  sw_error err = {0};
  sw_roads *before = NULL, *roads = NULL;
  uint8_t touched[UNITS];
  double was[MOST], is[MOST];
  int64_t untouched = 0;
  cr_assert_eq(sw_roads_create(&err, plan, state - 1, &before), SW_OK);
  cr_assert_eq(sw_roads_create(&err, plan, state, &roads), SW_OK);
  cr_assert_eq(sw_roads_touched(&err, before, roads, touched), SW_OK);
  for (int i = 0; i < UNITS; i++) {
    row_of(plan, state - 1, i, was);
    row_of(plan, state, i, is);
    if (!touched[i]) expect(is, was, UNITS);
    untouched += !touched[i];
  }
  sw_roads_destroy(before);
  sw_roads_destroy(roads);
  return untouched;
}

Test(roads, what_opens_touches) {
  int64_t untouched = 0;
  for (uint64_t seed = 0; seed < 120; seed++) {
    sw_roads_plan plan = draw(seed);
    plan.within = sw_roads_ticks(30 + 20 * (double)(seed % 10));
    untouched += check_untouched(&plan, 1) + check_untouched(&plan, 2);
  }
  cr_expect(untouched > 200, "%lld are told apart", (long long)untouched);
}

Test(roads, as_every_way) {
  double minutes[MOST], want[MOST];
  for (uint64_t seed = 0; seed < 60; seed++) {
    sw_roads_plan plan = draw(seed);
    for (int state = 0; state < 3; state++) {
      every_way(&plan, state);
      for (int i = 0; i < UNITS; i++) {
        row_of(&plan, state, i, minutes);
        for (int j = 0; j < UNITS; j++)
          want[j] = j == i ? NAN : shortest(&plan, i, j);
        expect(minutes, want, UNITS);
      }
    }
  }
}

/* A synthetic network: roads between nodes that lie about the units, and one railway between the
 * largest centres, which opens in the middle of the periods.
 *
 * Nodes come one after the other, and each is joined to the nearest of those before it: so all are
 * joined, by few long roads and many short ones. Then the shortest of the other ways between near
 * nodes are added, until there are three edges per node, as in road networks. All follows from the
 * seed and a node's number.
 *
 * Memory: 16 bytes for each node and 32 for each edge, of which there are three to four a node; the
 * grid and the tree are given back here. */
#include "cli/synth/synth.h"

#include <math.h>
#include <stdlib.h>

#include "kernel/space/kdtree.h"

/* NEAR: a node's ways to its seven nearest are enough to reach three edges a node once ways are
 * shared by both ends. */
enum { NEAR = 7, EDGES_PER_NODE = 3, MOST_STATIONS = 8 };

/* A fast train; roads by their length below. Speeds in km/h. */
static const double pi = 3.14159265358979323846;
static const double rail_kmh = 250;

/* ---- nodes ------------------------------------------------------------------------------ */

/* About a unit, within the border; the first nodes stand on the seats of prefectures. Places of
 * nodes beyond the seats are normal about their unit, with the spread of the units among
 * themselves; after 20 tries beyond the border a node stands just beside its unit, so the loop
 * ends. */
static void place_node(const sw_synth_country *country, int64_t k, double spread, double *x,
                       double *y) {
  sw_rng rng = sw_rng_make(country->seed, SW_SYNTH_NODE, (uint64_t)k);
  int64_t unit = k < country->n_seats ? country->unit_of[k] : k % country->n;
  *x = country->x[unit], *y = country->y[unit];
  if (k < country->n_seats) return;
  for (int tries = 0; tries < 20; tries++) {
    double angle = 2 * pi * sw_rng_uniform(&rng), far = spread * fabs(sw_rng_normal(&rng));
    *x = country->x[unit] + far * cos(angle);
    *y = country->y[unit] + far * sin(angle);
    if (sw_synth_inside(country, *x, *y)) return;
  }
  *x = country->x[unit] + 1e-3 * (double)(k / country->n), *y = country->y[unit];
}

/* In km of the synthetic plane. */
static double km_between(const sw_synth_network *network, int64_t a, int64_t b) {
  return hypot(network->x[a] - network->x[b], network->y[a] - network->y[b]);
}

/* What speed a road allows: long ones are trunk roads. */
static double road_kmh(double km) {
  return km > 60 ? 90 : km > 15 ? 70 : 50;
}

/* A way is longer than the line between its ends: by a fifth on roads, by a twentieth on rails.
 * Minutes are at least 0.1, as none may be 0. */
static void add_edge(sw_synth_network *network, int64_t from, int64_t to, bool rail) {
  double km = km_between(network, from, to) * (rail ? 1.05 : 1.2); /* lines are not straight */
  double minutes = km / (rail ? rail_kmh : road_kmh(km)) * 60;
  network->edge[network->n_edges++] =
      (sw_synth_edge){(int32_t)from, (int32_t)to, km, fmax(minutes, 0.1), rail};
}

/* ---- roads ------------------------------------------------------------------------------ */

/* Each node to the nearest before it. The grid holds those before, and no other. Edge k - 1 is that
 * of node k, as is_laid counts on. O(n) with the grid. */
static sw_status grow_roads(sw_error *err, const sw_synth_country *country,
                            sw_synth_network *network) {
  sw_synth_grid grid;
  double spacing = sqrt(country->area / (double)network->n);
  SW_TRY(sw_synth_grid_create(err, network->x, network->y, network->n, spacing, &grid));
  for (int64_t k = 0; k < network->n; k++) {
    int64_t near = k ? sw_synth_grid_nearest(&grid, network->x[k], network->y[k], k - 1, -1) : -1;
    if (near >= 0) add_edge(network, near, k, false);
    sw_synth_grid_add(&grid, k);
  }
  sw_synth_grid_destroy(&grid);
  return SW_OK;
}

typedef struct way {
  double chord2;
  int32_t from, to; /* from < to */
} way;

/* Ties do not occur once equal ways are one. */
static int by_ends(const void *a, const void *b) {
  const way *p = a, *q = b;
  if (p->from != q->from) return p->from < q->from ? -1 : 1;
  return (p->to > q->to) - (p->to < q->to);
}

/* The order is total, so the same roads are chosen on every machine. */
static int by_length(const void *a, const void *b) {
  const way *p = a, *q = b;
  if (p->chord2 != q->chord2) return p->chord2 < q->chord2 ? -1 : 1;
  return by_ends(a, b);
}

/* Ways from each node to the nearest ones, each once. `ways` has room for NEAR of each node. Both
 * ends may list the same way, which is kept once. */
static int64_t list_ways(const sw_kdtree *tree, int64_t n, way *ways) {
  int32_t to[NEAR];
  double chord2[NEAR];
  int64_t count = 0, kept = 0, near = n - 1 < NEAR ? n - 1 : NEAR;
  for (int64_t k = 0; k < n; k++) {
    sw_kdtree_nearest(tree, k, near, to, chord2);
    for (int64_t j = 0; j < near; j++)
      ways[count++] =
          (way){chord2[j], (int32_t)(to[j] < k ? to[j] : k), (int32_t)(to[j] < k ? k : to[j])};
  }
  qsort(ways, (size_t)count, sizeof *ways, by_ends);
  for (int64_t w = 0; w < count; w++)
    if (kept == 0 || by_ends(&ways[kept - 1], &ways[w]) != 0) ways[kept++] = ways[w];
  return kept;
}

/* Whether the road was laid when its later node came. */
static bool is_laid(const sw_synth_network *network, const way *w) {
  return w->to > 0 && network->edge[w->to - 1].from == w->from;
}

/* Each node offers its NEAR nearest, itself not among them. The tree is of three coordinates;
 * `zero` is the third of all nodes. Stops at three edges a node. */
static sw_status join_near(sw_error *err, sw_synth_network *network, const double *zero) {
  sw_kdtree *tree = NULL;
  way *ways = NULL;
  int64_t n = network->n;
  sw_status status = sw_kdtree_create(err, n, network->x, network->y, zero, &tree);
  if (status == SW_OK) status = sw_alloc(err, (size_t)n * NEAR, sizeof *ways, (void **)&ways);
  if (status == SW_OK) {
    int64_t count = list_ways(tree, n, ways);
    qsort(ways, (size_t)count, sizeof *ways, by_length);
    for (int64_t w = 0; w < count && network->n_edges < EDGES_PER_NODE * n; w++)
      if (!is_laid(network, &ways[w])) add_edge(network, ways[w].from, ways[w].to, false);
  }
  sw_kdtree_destroy(tree);
  sw_free(ways);
  return status;
}

/* ---- the railway ------------------------------------------------------------------------ */

/* The largest centres, from west to east: their nodes are the seats themselves. Eight stations at
 * most, chosen by mass: O(stations x seats). West to east, so that the line does not turn back. */
static void lay_railway(const sw_synth_country *country, sw_synth_network *network) {
  int station[MOST_STATIONS], count = 0;
  int most = country->n_seats < MOST_STATIONS ? country->n_seats : MOST_STATIONS;
  for (; count < most && count < network->n; count++) {
    int best = -1;
    for (int s = 0; s < country->n_seats && s < network->n; s++) {
      bool taken = false;
      for (int k = 0; k < count; k++)
        taken |= station[k] == s;
      if (!taken && (best < 0 || country->seat[s].mass > country->seat[best].mass)) best = s;
    }
    station[count] = best;
  }
  /* By insertion: there are eight at most. */
  for (int a = 1; a < count; a++)
    for (int b = a; b > 0 && network->x[station[b]] < network->x[station[b - 1]]; b--) {
      int other = station[b];
      station[b] = station[b - 1];
      station[b - 1] = other;
    }
  for (int k = 1; k < count; k++)
    add_edge(network, station[k - 1], station[k], true);
}

/* ---- all -------------------------------------------------------------------------------- */

/* On failure the caller destroys what there is. The room for edges is that of all roads and the
 * railway. */
sw_status sw_synth_lay_network(sw_error *err, const sw_synth_country *country, int64_t nodes,
                               sw_synth_network *network) {
  size_t n = (size_t)nodes;
  double *zero = NULL;
  *network = (sw_synth_network){.n = nodes};
  SW_TRY(sw_alloc(err, n, sizeof *network->x, (void **)&network->x));
  SW_TRY(sw_alloc(err, n, sizeof *network->y, (void **)&network->y));
  SW_TRY(sw_alloc(err, (EDGES_PER_NODE + 1) * n + MOST_STATIONS, sizeof *network->edge,
                  (void **)&network->edge));
  double spread = sqrt(country->area / (double)country->n);
  for (int64_t k = 0; k < nodes; k++)
    place_node(country, k, spread, &network->x[k], &network->y[k]);
  SW_TRY(grow_roads(err, country, network));
  SW_TRY(sw_calloc(err, n, sizeof *zero, (void **)&zero));
  sw_status status = join_near(err, network, zero);
  sw_free(zero);
  lay_railway(country, network);
  return status;
}

void sw_synth_network_destroy(sw_synth_network *network) {
  sw_free(network->x);
  sw_free(network->y);
  sw_free(network->edge);
  *network = (sw_synth_network){0};
}

/* The number counts from 1, with zeros in front, so that codes sort as nodes do. */
static void put_node(sw_synth_out *out, int64_t node) {
  sw_synth_printf(out, "n%08lld", (long long)node + 1);
}

/* Degrees, as units have them. */
void sw_synth_write_nodes(sw_synth_out *out, const sw_synth_network *network) {
  sw_synth_text(out, "node,lon,lat\n");
  for (int64_t k = 0; k < network->n; k++) {
    put_node(out, k);
    sw_synth_place(out, network->x[k], network->y[k]);
    sw_synth_char(out, '\n');
  }
}

/* `opens` is the first year of the railway; roads have none and are there from the start. */
void sw_synth_write_network(sw_synth_out *out, const sw_synth_network *network, int opens) {
  sw_synth_text(out, "from,to,mode,km,minutes,from_period\n");
  for (int64_t e = 0; e < network->n_edges; e++) {
    const sw_synth_edge *edge = &network->edge[e];
    put_node(out, edge->from);
    sw_synth_char(out, ',');
    put_node(out, edge->to);
    sw_synth_text(out, edge->rail ? ",rail," : ",road,");
    sw_synth_decimal(out, llround(edge->km * 1e3), 3);
    sw_synth_char(out, ',');
    sw_synth_decimal(out, llround(edge->minutes * 1e2), 2);
    if (edge->rail)
      sw_synth_printf(out, ",%d\n", opens);
    else
      sw_synth_text(out, ",\n");
  }
}

/* Communities: their modularity or constant Potts quality, moves of single vertices, numbers.
 *
 *   Q = sum_c (U_c / 2m - g (K_c / 2m)^2),  u = w + w', 2m = sum u
 *
 * with U_c the weight u within community c, K_c the sum of its strengths, g the resolution (Newman
 * 2006; Reichardt & Bornholdt 2006).
 *
 * Here is what igraph does not give: quality with the resolution and weights of this program, and a
 * last round of single moves after igraph's communities (called by igraph.c). One graph at a time,
 * in the spare arrays of the graph, so one thread per graph. */
#include <string.h>

#include "kernel/graph/graph.h"

static double strength_of(const sw_graph *g, int64_t i) {
  return g->sent[i] + g->received[i];
}

/* Each link within a group counts twice in u. group[i] below 0: a vertex without links, in no
 * community. Divided by 2m before it is squared, as strengths may be of any size. */
double sw_graph_modularity(const sw_graph *g, double resolution, const int32_t *group) {
  double *strength = g->spare, twice = 2 * g->total, within = 0, expected = 0;
  memset(strength, 0, (size_t)g->n * sizeof *strength);
  for (int64_t i = 0; i < g->n; i++) {
    if (group[i] < 0) continue;
    strength[group[i]] += strength_of(g, i);
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++)
      if (group[g->to[k]] == group[i]) within += 2 * g->out[k];
  }
  for (int64_t c = 0; c < g->n; c++)
    expected += (strength[c] / twice) * (strength[c] / twice);
  return within / twice - resolution * expected;
}

/* A vertex has no link to itself, so a group of one adds nothing. Constant Potts model (Traag, Van
 * Dooren & Nesterov 2011): what is within less g per ordered pair, over the total. Here both ways
 * of a pair count, as links have directions. */
double sw_graph_cpm(const sw_graph *g, double resolution, const int32_t *group) {
  double *count = g->spare, within = 0, pairs = 0;
  memset(count, 0, (size_t)g->n * sizeof *count);
  for (int64_t i = 0; i < g->n; i++) {
    if (group[i] < 0) continue;
    count[group[i]] += 1;
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++)
      if (group[g->to[k]] == group[i]) within += g->out[k];
  }
  for (int64_t c = 0; c < g->n; c++)
    pairs += count[c] * (count[c] - 1);
  return (within - resolution * pairs) / g->total;
}

/* ---- moves ------------------------------------------------------------------------------ */

/* `tie` is scattered for the partners of one vertex and cleared by the same list, so a move costs
 * its links and not n. */
typedef struct moving {
  const sw_graph *g;
  double per; /* what a pair of masses costs: resolution / 2m; cpm: both ways of a pair */
  bool is_cpm;
  int32_t *group;
  double *mass;   /* by group */
  double *tie;    /* by group: of the vertex that is looked at; else 0 */
  int64_t *count; /* by group: vertices */
} moving;

/* What of a vertex the quality counts against a group: its strength, or that it is there. */
static double mass_of(const moving *m, int64_t i) {
  return m->is_cpm ? 1 : strength_of(m->g, i);
}

/* What vertex i adds to group c: half of 2m Q, with c as it is without i. Differences of this worth
 * are differences of quality; what all groups share is left out. */
static double worth(const moving *m, int64_t i, int32_t c) {
  double k = mass_of(m, i), others = m->mass[c] - (m->group[i] == c ? k : 0);
  return m->tie[c] - m->per * k * others;
}

/* A group without vertices, for i to move to. There is one unless i is alone: groups are numbers
 * below n, so where two vertices share a group some number is free. */
static int32_t empty_group(const moving *m) {
  int32_t c = 0;
  while (m->count[c])
    c++;
  return c;
}

/* Where vertex i is better off by more than rounding: the best group of its partners, the first of
 * equals, or one of its own; else the group it has. 1e-12 of the strength is the rounding of the
 * sums: without it a vertex between two equal groups would go back and forth. */
static int32_t best_group(const moving *m, int64_t i) {
  int32_t best = m->group[i];
  double most = worth(m, i, best), least = 1e-12 * strength_of(m->g, i);
  for (int64_t k = m->g->tie_start[i]; k < m->g->tie_start[i + 1]; k++) {
    int32_t there = m->group[m->g->tie_to[k]];
    double now = worth(m, i, there);
    if (!(now > most + least)) continue;
    best = there;
    most = now;
  }
  /* Better alone: all groups, its own included, are worth less than nothing. */
  return most < -least && m->count[m->group[i]] > 1 ? empty_group(m) : best;
}

/* Moves unit i to the group where it adds most to the quality; returns whether it moved. O(links of
 * i): `tie` is cleared by the same walk that filled it. */
static bool move(moving *m, int64_t i) {
  const sw_graph *g = m->g;
  for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++)
    m->tie[m->group[g->tie_to[k]]] += g->tie[k];
  int32_t from = m->group[i], to = best_group(m, i);
  for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++)
    m->tie[m->group[g->tie_to[k]]] = 0;
  m->mass[from] -= mass_of(m, i);
  m->mass[to] += mass_of(m, i);
  m->count[from]--;
  m->count[to]++;
  m->group[i] = to;
  return to != from;
}

/* Vertices without links have no group, and partners always have one. The number of rounds is
 * bounded, though each move raises the quality. In the order of vertices, each seeing the moves
 * before it, so the result does not depend on chance or threads. */
void sw_graph_move_vertices(const sw_graph *g, const sw_graph_quality *quality, int32_t *group) {
  moving m = {.g = g,
              .per =
                  quality->is_cpm ? 2 * quality->resolution : quality->resolution / (2 * g->total),
              .is_cpm = quality->is_cpm,
              .group = group,
              .mass = g->spare,
              .tie = g->spare + g->n,
              .count = g->spare_index};
  memset(m.mass, 0, 2 * (size_t)g->n * sizeof *m.mass);
  memset(m.count, 0, (size_t)g->n * sizeof *m.count);
  for (int64_t i = 0; i < g->n; i++) {
    if (group[i] < 0) continue;
    m.mass[group[i]] += mass_of(&m, i);
    m.count[group[i]]++;
  }
  bool moves = true;
  for (int round = 0; moves && round < 1000; round++) {
    moves = false;
    for (int64_t i = 0; i < g->n; i++)
      if (group[i] >= 0) moves |= move(&m, i);
  }
}

/* Numbers by first appearance: the same partition has the same numbers, however it was found. */
void sw_graph_number_groups(const sw_graph *g, int32_t *group) {
  int64_t *seen = g->spare_index;
  int32_t count = 0;
  for (int64_t i = 0; i < g->n; i++)
    seen[i] = -1;
  for (int64_t i = 0; i < g->n; i++) {
    if (group[i] < 0) continue;
    if (seen[group[i]] < 0) seen[group[i]] = count++;
    group[i] = (int32_t)seen[group[i]];
  }
}

/* Rows of links and their transpose, and the backbone of a network. Called by `network` for each
 * period; the memory is kept from one to the next and grows to the largest. The order of all sums
 * is that of the rows, so figures do not depend on threads.
 *
 * Rows are read-only once they are filled, so threads may share them; `spare` is the caller's to
 * divide. */
#include "kernel/graph/graph.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

/* ---- memory ----------------------------------------------------------------------------- */

/* The contents are not wanted: free first, so that old and new are never held at a time. */
static sw_status replace(sw_error *err, size_t count, size_t size, void *array) {
  void **place = array;
  sw_free(*place);
  *place = NULL;
  return sw_alloc(err, count, size, place);
}

/* Room only grows. After a failure what is there can still be freed. room_n is 0 while arrays are
 * replaced, so that a failure half-way is not taken for room. */
static sw_status make_room(sw_error *err, sw_graph *g, int64_t n, int64_t links) {
  size_t vertices = (size_t)n + 1, count = (size_t)links + 1;
  if (n > g->room_n || !g->out_start) {
    g->room_n = 0;
    SW_TRY(replace(err, vertices, sizeof *g->out_start, &g->out_start));
    SW_TRY(replace(err, vertices, sizeof *g->in_start, &g->in_start));
    SW_TRY(replace(err, vertices, sizeof *g->tie_start, &g->tie_start));
    SW_TRY(replace(err, vertices, sizeof *g->spare_index, &g->spare_index));
    SW_TRY(replace(err, vertices, sizeof *g->unit, &g->unit));
    SW_TRY(replace(err, vertices, sizeof *g->sent, &g->sent));
    SW_TRY(replace(err, vertices, sizeof *g->received, &g->received));
    SW_TRY(replace(err, 2 * vertices, sizeof *g->spare, &g->spare));
    g->room_n = n;
  }
  if (links > g->room_links || !g->to) {
    g->room_links = 0;
    SW_TRY(replace(err, count, sizeof *g->to, &g->to));
    SW_TRY(replace(err, count, sizeof *g->from, &g->from));
    SW_TRY(replace(err, count, sizeof *g->out, &g->out));
    SW_TRY(replace(err, count, sizeof *g->in, &g->in));
    g->room_links = links;
  }
  return SW_OK;
}

void sw_graph_free(sw_graph *g) {
  sw_free(g->out_start);
  sw_free(g->in_start);
  sw_free(g->tie_start);
  sw_free(g->spare_index);
  sw_free(g->unit);
  sw_free(g->sent);
  sw_free(g->received);
  sw_free(g->spare);
  sw_free(g->to);
  sw_free(g->from);
  sw_free(g->out);
  sw_free(g->in);
  sw_free(g->tie_to);
  sw_free(g->tie);
  *g = (sw_graph){0};
}

/* Of all links: twice as much is still a number. Strengths of senders and receivers are added in
 * places, 2 m in modularity. */
#define MOST_WEIGHT 1e307

/* ---- rows ------------------------------------------------------------------------------- */

/* The vertices; spare_index tells the vertex of a unit. Units outside the network get the number of
 * the next vertex, which nobody asks for. A vertex's number is its rank among units inside, so
 * ascending units are ascending vertices and rows stay sorted. */
static void number_vertices(sw_graph *g, const sw_links *links) {
  g->n = 0;
  for (int64_t i = 0; i < links->n; i++) {
    g->spare_index[i] = g->n;
    if (!links->outside || !links->outside[i]) g->unit[g->n++] = (int32_t)i;
  }
}

/* Links of 0, missing ones and loops are left out. Units outside have no links, and none leads to
 * them. `wrong` tells the caller which pair to name. */
static sw_status take_links(sw_error *err, sw_graph *g, const sw_links *links, int64_t wrong[2]) {
  int64_t at = 0;
  g->total = 0;
  for (int64_t i = 0; i < g->n; i++) {
    /* The sum of a row is formed before the total, so `sent` and `total` agree with any later sum
     * by rows. */
    int64_t unit = g->unit[i];
    g->out_start[i] = at;
    g->sent[i] = 0;
    for (int64_t k = links->row_start[unit]; k < links->row_start[unit + 1]; k++) {
      if (links->value[k] < 0 || isinf(links->value[k])) {
        wrong[0] = unit;
        wrong[1] = links->to[k];
        g->refused = links->value[k];
        return sw_fail(err, SW_EINPUT, "a weight is %g; expected 0 or more", g->refused);
      }
      /* NaN is not > 0: a missing pair is no link. */
      if (!(links->value[k] > 0) || links->to[k] == unit) continue;
      g->to[at] = (int32_t)g->spare_index[links->to[k]];
      g->out[at++] = links->value[k];
      g->sent[i] += links->value[k];
    }
    g->total += g->sent[i];
    if (g->total > MOST_WEIGHT) {
      wrong[0] = unit;
      wrong[1] = -1;
      g->refused = g->total;
      return sw_fail(err, SW_EINPUT, "the weights add up to %g or more", g->refused);
    }
  }
  /* all_links and all_weight keep what was there before the backbone, for the note on how much it
   * left. */
  g->out_start[g->n] = g->n_links = at;
  g->all_links = at;
  g->all_weight = g->total;
  return SW_OK;
}

/* Whether a weight is more than chance would give one of `count` links that share a strength: the
 * disparity filter (Serrano, Boguna & Vespignani 2009). The only link of a vertex always is. (1 -
 * w/s)^(k - 1) is the probability that one of k random parts of s is as large. fmax: rounding may
 * make w/s pass 1. */
static bool is_of_backbone(double level, double weight, double strength, double count) {
  return count == 1 || pow(fmax(1 - weight / strength, 0), count - 1) < level;
}

/* Leaves the links that stand out among those of their sender or among those of their receiver. In
 * place, from the front: a kept link never moves behind its own position. Strengths are those of
 * the whole network; afterwards `sent` and `total` are those of what is left. */
static void take_backbone(sw_graph *g) {
  double *received = g->received, *senders = g->spare;
  memset(received, 0, (size_t)g->n * sizeof *received);
  memset(senders, 0, (size_t)g->n * sizeof *senders);
  for (int64_t k = 0; k < g->n_links; k++) {
    received[g->to[k]] += g->out[k];
    senders[g->to[k]] += 1;
  }
  int64_t at = 0, begin = 0;
  g->total = 0;
  for (int64_t i = 0; i < g->n; i++) {
    int64_t end = g->out_start[i + 1];
    double sent = g->sent[i], receivers = (double)(end - begin);
    /* out_start[i] is overwritten here, so the old beginning travels in `begin`. */
    g->out_start[i] = at;
    g->sent[i] = 0;
    for (int64_t k = begin; k < end; k++) {
      int32_t j = g->to[k];
      double weight = g->out[k];
      if (!is_of_backbone(g->backbone, weight, sent, receivers) &&
          !is_of_backbone(g->backbone, weight, received[j], senders[j]))
        continue;
      g->to[at] = j;
      g->out[at++] = weight;
      g->sent[i] += weight;
    }
    g->total += g->sent[i];
    begin = end;
  }
  g->out_start[g->n] = g->n_links = at;
}

/* Counting sort by partner: rows are gone through in order, so `from` ascends within each. O(links
 * + n), and the sums of receivers run in the order of senders. */
static void transpose(sw_graph *g) {
  int64_t *next = g->spare_index;
  memset(g->in_start, 0, (size_t)(g->n + 1) * sizeof *g->in_start);
  for (int64_t k = 0; k < g->n_links; k++)
    g->in_start[g->to[k] + 1]++;
  for (int64_t i = 0; i < g->n; i++)
    g->in_start[i + 1] += g->in_start[i];
  memcpy(next, g->in_start, (size_t)g->n * sizeof *next);
  for (int64_t i = 0; i < g->n; i++)
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++) {
      int64_t at = next[g->to[k]]++;
      g->from[at] = (int32_t)i;
      g->in[at] = g->out[k];
    }
  for (int64_t i = 0; i < g->n; i++) {
    g->received[i] = 0;
    for (int64_t k = g->in_start[i]; k < g->in_start[i + 1]; k++)
      g->received[i] += g->in[k];
  }
}

/* A link and its way back are one tie for each of the two, so there are twice as many ties as links
 * at most. They are what is walked most. Two passes, as the number of ties is not known: count,
 * then fill. */
static sw_status join_rows(sw_error *err, sw_graph *g) {
  int64_t count = 0, at = 0;
  for (int64_t i = 0; i < g->n; i++) {
    sw_graph_walk walk = sw_graph_ties(g, i);
    g->tie_start[i] = count;
    for (sw_graph_tie tie; sw_graph_next(&walk, &tie);)
      count++;
  }
  g->tie_start[g->n] = count;
  /* Room for ties is made here and not by make_room, which knows links alone. */
  if (count > g->room_ties || !g->tie) {
    g->room_ties = 0;
    SW_TRY(replace(err, (size_t)count + 1, sizeof *g->tie_to, &g->tie_to));
    SW_TRY(replace(err, (size_t)count + 1, sizeof *g->tie, &g->tie));
    g->room_ties = count;
  }
  for (int64_t i = 0; i < g->n; i++) {
    sw_graph_walk walk = sw_graph_ties(g, i);
    for (sw_graph_tie tie; sw_graph_next(&walk, &tie); at++) {
      g->tie_to[at] = (int32_t)tie.j;
      g->tie[at] = tie.out + tie.in;
    }
  }
  return SW_OK;
}

/* Rows by sender alone, for figures that need neither receivers nor ties. */
sw_status sw_graph_rows(sw_error *err, sw_graph *g, const sw_links *links, int64_t wrong[2]) {
  SW_TRY(make_room(err, g, links->n, links->row_start[links->n]));
  number_vertices(g, links);
  SW_TRY(take_links(err, g, links, wrong));
  if (g->backbone > 0) take_backbone(g);
  return SW_OK;
}

/* All of the graph: O(n + links) time and memory. Up to here nothing but `backbone` is read from g;
 * everything else is overwritten. */
sw_status sw_graph_fill(sw_error *err, sw_graph *g, const sw_links *links, int64_t wrong[2]) {
  SW_TRY(sw_graph_rows(err, g, links, wrong));
  transpose(g);
  return join_rows(err, g);
}

/* From the end, in place: a vertex's unit does not stand before it. */
void sw_graph_spread(const sw_graph *g, int64_t n, double *value) {
  int64_t vertex = g->n - 1;
  for (int64_t i = n - 1; i >= 0; i--)
    value[i] = vertex >= 0 && g->unit[vertex] == i ? value[vertex--] : NAN;
}

/* ---- ties ------------------------------------------------------------------------------- */

/* Begins a walk over what unit i is tied to, in either direction; both lists are sorted, so it
 * merges them. */
sw_graph_walk sw_graph_ties(const sw_graph *g, int64_t i) {
  return (sw_graph_walk){.graph = g,
                         .out = g->out_start[i],
                         .out_end = g->out_start[i + 1],
                         .in = g->in_start[i],
                         .in_end = g->in_start[i + 1]};
}

/* Merges the two rows. Both rows ascend. INT64_MAX stands for a row's end. */
bool sw_graph_next(sw_graph_walk *w, sw_graph_tie *tie) {
  const sw_graph *g = w->graph;
  int64_t to = w->out < w->out_end ? g->to[w->out] : INT64_MAX;
  int64_t from = w->in < w->in_end ? g->from[w->in] : INT64_MAX;
  if (to == INT64_MAX && from == INT64_MAX) return false;
  tie->j = to < from ? to : from;
  tie->out = to == tie->j ? g->out[w->out++] : 0;
  tie->in = from == tie->j ? g->in[w->in++] : 0;
  return true;
}

int64_t sw_graph_rounds(const sw_graph *g) {
  /* 2e9 steps over links are some seconds on one core; small graphs get the most rounds, large ones
   * at least 100. */
  int64_t rounds = INT64_C(2000000000) / (g->n + g->n_links);
  return rounds > 20000 ? 20000 : rounds < 100 ? 100 : rounds;
}

/* PageRank, hubs and authorities by power iteration. Own code, as igraph stops at 1e-10 and starts
 * hubs from a vector of its own choice. A step is O(n + links). Both stop when the run is asked to
 * stop; their results are then not used.
 *
 * Called by measure/global/network.c, one graph and period at a time on one thread. Sums run by
 * rows in the order of links, so bits do not depend on threads. */
#include <math.h>

#include "base/stop.h"
#include "kernel/graph/graph.h"

/* Brin & Page 1998. The difference of two iterates falls by the factor `damping` at least, which
 * bounds their number: 15 digits and some more. A vertex that sends nothing gives its rank to all
 * alike. Normalised at the end, as rounding adds up over the steps. damping^k < 1e-15 after
 * log(1e-15)/log(damping) steps; 32 more leave room for the rounding of the last digits. With a
 * damping of 0 the first step is the answer. */
void sw_graph_pagerank(const sw_graph *g, double damping, double *rank) {
  double n = (double)g->n, *next = g->spare, *share = g->spare + g->n;
  int most = damping > 0 ? (int)(log(1e-15) / log(damping)) + 32 : 2;
  double apart = 1, sum = 0;
  for (int64_t i = 0; i < g->n; i++)
    rank[i] = 1 / n;
  for (int step = 0; step < most && apart > 1e-15 && !sw_stop_asked(); step++) {
    /* The rank of vertices that send nothing is summed once and shared out, rather than giving each
     * n links. */
    double idle = 0;
    for (int64_t i = 0; i < g->n; i++) {
      share[i] = g->sent[i] > 0 ? rank[i] / g->sent[i] : 0;
      if (!(g->sent[i] > 0)) idle += rank[i];
    }
    apart = 0;
    for (int64_t i = 0; i < g->n; i++) {
      double got = 0;
      for (int64_t k = g->in_start[i]; k < g->in_start[i + 1]; k++)
        got += g->in[k] * share[g->from[k]];
      next[i] = (1 - damping) / n + damping * (got + idle / n);
      apart += fabs(next[i] - rank[i]);
    }
    /* Copied and not swapped, as `rank` is the caller's array. */
    for (int64_t i = 0; i < g->n; i++)
      rank[i] = next[i];
  }
  for (int64_t i = 0; i < g->n; i++)
    sum += rank[i];
  for (int64_t i = 0; i < g->n; i++)
    rank[i] /= sum;
}

/* y = W x or W'x by rows, scaled to the maximum 1. Some link has a weight, so the maximum is
 * positive. Scaled in every step, else the iterates would overflow with the strength of the
 * network. */
static void multiply(int64_t n, const int64_t *start, const int32_t *partner, const double *weight,
                     const double *x, double *y) {
  double most = 0;
  for (int64_t i = 0; i < n; i++) {
    y[i] = 0;
    for (int64_t k = start[i]; k < start[i + 1]; k++)
      y[i] += weight[k] * x[partner[k]];
    if (y[i] > most) most = y[i];
  }
  for (int64_t i = 0; i < n; i++)
    y[i] /= most;
}

/* Kleinberg 1999. Two networks apart of nearly equal strength settle slowly, and are given up. Hubs
 * and authorities are the leading singular vectors of W; the error falls by the square of the
 * quotient of the second and first singular value in each round. A NaN is written rather than a
 * vector that has not settled. */
void sw_graph_hubs(const sw_graph *g, double *hub, double *authority) {
  double apart = 1, *before = g->spare;
  for (int64_t i = 0; i < g->n; i++)
    hub[i] = 1;
  int64_t left = g->n_links > 0 ? sw_graph_rounds(g) : 0;
  for (; left > 0 && apart > 1e-14 && !sw_stop_asked(); left--) {
    for (int64_t i = 0; i < g->n; i++)
      before[i] = hub[i];
    multiply(g->n, g->in_start, g->from, g->in, hub, authority);
    multiply(g->n, g->out_start, g->to, g->out, authority, hub);
    apart = 0;
    for (int64_t i = 0; i < g->n; i++)
      apart = fmax(apart, fabs(hub[i] - before[i]));
  }
  /* The authorities once more, from the hubs that are final. */
  if (apart <= 1e-14) multiply(g->n, g->in_start, g->from, g->in, hub, authority);
  for (int64_t i = 0; !(apart <= 1e-14) && i < g->n; i++)
    hub[i] = authority[i] = NAN;
}

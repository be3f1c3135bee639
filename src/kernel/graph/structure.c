/* Figures of a whole network: density, reciprocity, and how much of it changed between two periods.
 * Each is one pass over the rows, O(n + links).
 *
 * Called by measure/global/network.c. A network without links gives 0/0, NaN, where the index has
 * no value. */
#include <math.h>

#include "kernel/graph/graph.h"

/* Without loops: n (n - 1) links are possible. */
double sw_graph_density(const sw_graph *g) {
  return (double)g->n_links / ((double)g->n * (double)(g->n - 1));
}

/* The share of weight that is returned (Squartini, Picciolo, Ruzzenenti & Garlaschelli 2013). Each
 * pair is met from both ends, and min(w_ij, w_ji) is added twice, as the denominator holds both
 * weights. */
double sw_graph_reciprocity(const sw_graph *g) {
  double both = 0;
  for (int64_t i = 0; i < g->n; i++) {
    sw_graph_walk walk = sw_graph_ties(g, i);
    for (sw_graph_tie tie; sw_graph_next(&walk, &tie);)
      both += fmin(tie.out, tie.in);
  }
  return both / g->total;
}

/* The row of a unit, as far as it has been gone through. By value: a walk moves its own copy. */
typedef struct row {
  int64_t at, end;
} row;

/* The row of unit i; *vertex is the first vertex whose unit is not before i. */
static row row_of(const sw_graph *g, int64_t i, int64_t *vertex) {
  if (*vertex >= g->n || g->unit[*vertex] != i) return (row){0};
  int64_t v = (*vertex)++;
  return (row){g->out_start[v], g->out_start[v + 1]};
}

/* The end of a row is after every unit. */
static int32_t partner(const sw_graph *g, row r) {
  return r.at < r.end ? g->unit[g->to[r.at]] : INT32_MAX;
}

/* Over the rows of both at a time, by units: the two networks may have different vertices. Jaccard
 * counts links, the overlap weighs them. */
void sw_graph_change(const sw_graph *a, const sw_graph *b, double *jaccard, double *overlap) {
  int64_t both = 0, either = 0, of_a = 0, of_b = 0;
  double less = 0, more = 0;
  /* i runs over units, not vertices, until both graphs are used up. */
  for (int64_t i = 0; of_a < a->n || of_b < b->n; i++) {
    row p = row_of(a, i, &of_a), q = row_of(b, i, &of_b);
    while (p.at < p.end || q.at < q.end) {
      int32_t x = partner(a, p), y = partner(b, q);
      double u = x <= y ? a->out[p.at++] : 0, v = y <= x ? b->out[q.at++] : 0;
      both += u > 0 && v > 0;
      either++;
      less += fmin(u, v);
      more += fmax(u, v);
    }
  }
  *jaccard = (double)both / (double)either;
  *overlap = less / more;
}

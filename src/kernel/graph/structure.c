/* Figures of a whole network. */
#include <math.h>

#include "kernel/graph/graph.h"

double sw_graph_density(const sw_graph *g) {
  return (double)g->n_links / ((double)g->n * (double)(g->n - 1));
}

double sw_graph_reciprocity(const sw_graph *g) {
  double both = 0;
  for (int64_t i = 0; i < g->n; i++) {
    sw_graph_walk walk = sw_graph_ties(g, i);
    for (sw_graph_tie tie; sw_graph_next(&walk, &tie);)
      both += fmin(tie.out, tie.in);
  }
  return both / g->total;
}

/* The weight of place k as a graph has it: loops and what is not above 0 are no links. */
static double weight_at(const sw_links *links, int64_t i, int64_t k) {
  return links->to[k] != i && links->value[k] > 0 ? links->value[k] : 0;
}

/* Over the rows of both at a time. */
void sw_graph_change(const sw_links *a, const sw_links *b, double *jaccard, double *overlap) {
  int64_t both = 0, either = 0;
  double less = 0, more = 0;
  for (int64_t i = 0; i < a->n; i++) {
    int64_t p = a->row_start[i], q = b->row_start[i];
    while (p < a->row_start[i + 1] || q < b->row_start[i + 1]) {
      int32_t x = p < a->row_start[i + 1] ? a->to[p] : INT32_MAX;
      int32_t y = q < b->row_start[i + 1] ? b->to[q] : INT32_MAX;
      double u = x <= y ? weight_at(a, i, p++) : 0, v = y <= x ? weight_at(b, i, q++) : 0;
      both += u > 0 && v > 0;
      either += u > 0 || v > 0;
      less += fmin(u, v);
      more += fmax(u, v);
    }
  }
  *jaccard = (double)both / (double)either;
  *overlap = less / more;
}

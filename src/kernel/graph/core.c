/* Core and periphery (Borgatti & Everett 2000). Coreness c >= 0 minimises
 *
 *   sum_(i != j) (a_ij - c_i c_j)^2,  a = (w + w') / 2
 *
 * by c_i = max(0, sum_j a_ij c_j / sum_(j != i) c_j^2), vertex after vertex, from
 * a_i. / sqrt(a..), and, between two rounds, by the best scale of the centre against all others.
 * The core is made of the k of largest coreness whose pattern (pairs of the core 1, pairs of the
 * periphery 0, mixed pairs unused) correlates most with a.
 *
 * A round is O(n + links); rounds are bounded by sw_graph_rounds. Called by
 * measure/global/network.c for one period at a time, in the spare arrays of the graph, so by one
 * thread per graph. */
#include <math.h>
#include <stdlib.h>

#include "base/stop.h"
#include "kernel/graph/graph.h"

/* ---- coreness --------------------------------------------------------------------------- */

/* One round; returns the largest change of any c. The squares of all others are those of the new
 * values before the vertex and of the old ones behind it: to take its own from the sum of all would
 * lose the digits of a network that one vertex dominates. */
static double improve(const sw_graph *g, double *c) {
  double before = 0, most = 0, *behind = g->spare;
  /* behind[i]: the squares of all vertices after i as they were before this round. */
  behind[g->n - 1] = 0;
  for (int64_t i = g->n - 1; i > 0; i--)
    behind[i - 1] = behind[i] + c[i] * c[i];
  for (int64_t i = 0; i < g->n; i++) {
    double sum = 0, others = before + behind[i], old = c[i];
    for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++)
      sum += g->tie[k] / 2 * c[g->tie_to[k]];
    /* The least-squares solution for one c_i with all others fixed; below 0 the constraint c >= 0
     * holds it at 0. */
    c[i] = others > 0 && sum > 0 ? sum / others : 0;
    before += c[i] * c[i];
    double change = fabs(c[i] - old);
    most = change > most ? change : most;
  }
  return most;
}

static int64_t find_centre(int64_t n, const double *c) {
  int64_t centre = 0;
  for (int64_t i = 1; i < n; i++)
    if (c[i] > c[centre]) centre = i;
  return centre;
}

/* Divides the coreness of the centre by s and multiplies that of all others by it, which leaves
 * the products with the centre as they are: vertex after vertex this takes the more rounds the more
 * one outweighs the rest, thousands in a network with heavy tails. In e = s^2 the sum is quadratic:
 *
 *   e = sum a_ij c_i c_j / sum c_i^2 c_j^2 over pairs of others
 *
 * Where others have no links (a star), or none that counts, the smaller e the better, without end:
 * the norm of the others is kept at 2^-53 of the centre, beyond which only the scale would change.
 * Returns the largest change; *boundless: whether that was met. */
static double stretch(const sw_graph *g, double *c, bool *boundless) {
  int64_t centre = find_centre(g->n, c);
  double most = 0, links = 0, products = 0, squares = 0;
  /* u = c/most keeps fourth powers near 1 whatever the scale of the coreness. */
  for (int64_t i = 0; i < g->n; i++)
    most = i != centre && c[i] > most ? c[i] : most;
  *boundless = false;
  if (!(most > 0)) return 0;
  for (int64_t i = 0; i < g->n; i++) {
    double u = c[i] / most, sum = 0; /* scaled, as fourth powers leave the range of doubles */
    if (i == centre) continue;
    for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++)
      /* Ties of the centre are left out of `sum`: their products do not change with s. */
      if (g->tie_to[k] != centre) sum += g->tie[k] / 2 * c[g->tie_to[k]];
    links += u * (sum / most);
    products += 2 * (u * u) * squares; /* not as a difference, where one of the others dominates */
    squares += u * u;
  }
  /* s^2 below this makes c of the others vanish beside the centre in double precision. */
  double norm = most * sqrt(squares), least = 0x1p-53 * c[centre] / norm;
  /* Both sums are in units of `most`, squared and to the fourth: divided by it twice rather than by
   * its square. */
  double e = products > 0 ? links / most / most / products : 1, before = c[centre];
  *boundless = e <= least;
  double s = sqrt(*boundless ? least : e);
  for (int64_t i = 0; i < g->n; i++)
    c[i] = i == centre ? c[i] / s : c[i] * s;
  return fmax(fabs(c[centre] - before), fabs(most * s - most));
}

/* To 1e-14 of the largest. */
static sw_graph_core_kind settle(const sw_graph *g, double *c) {
  /* The start is the solution of a pattern without structure, c_i c_j in proportion to the
   * strengths. */
  for (int64_t i = 0; i < g->n; i++) /* a.. is the total: (w + w') / 2 has the same */
    c[i] = (g->sent[i] + g->received[i]) / 2 / sqrt(g->total);
  for (int64_t left = sw_graph_rounds(g); left > 0 && !sw_stop_asked(); left--) {
    bool boundless;
    double change = fmax(improve(g, c), stretch(g, c, &boundless));
    /* Relative to the centre, so the scale of weights does not matter. */
    if (change <= 1e-14 * c[find_centre(g->n, c)])
      return boundless ? SW_CORE_BOUNDLESS : SW_CORE_SETTLED;
  }
  return SW_CORE_UNSETTLED;
}

/* ---- the core --------------------------------------------------------------------------- */

typedef struct by_coreness {
  double c;
  int32_t i;
} by_coreness;

/* A total order, so that qsort of any library gives the same. */
static int compare(const void *a, const void *b) {
  const by_coreness *x = a, *y = b;
  if (x->c != y->c) return x->c < y->c ? 1 : -1;
  return (x->i > y->i) - (x->i < y->i);
}

/* order[0 .. n): by coreness from high to low, ties by number; place[i]: where i is. */
static void sort(const sw_graph *g, const double *c, int32_t *order, int64_t *place) {
  by_coreness *list = (by_coreness *)g->spare; /* 16 bytes each: 2n doubles */
  for (int64_t i = 0; i < g->n; i++)
    list[i] = (by_coreness){c[i], (int32_t)i};
  qsort(list, (size_t)g->n, sizeof *list, compare);
  for (int64_t r = 0; r < g->n; r++)
    order[r] = list[r].i;
  for (int64_t r = 0; r < g->n; r++)
    place[order[r]] = r;
}

/* Pearson's r of a with a pattern of `ones` pairs that are 1 and `zeros` that are 0. From counts
 * and sums alone, without a pass over pairs. Var of the pattern is p (1 - p); cov is sum1/n - p
 * mean. */
static double correlation(double ones, double sum1, double squares1, double zeros, double sum0,
                          double squares0) {
  double n = ones + zeros, p = ones / n, mean = (sum1 + sum0) / n;
  double variance = (squares1 + squares0) / n - mean * mean;
  /* Equal weights leave only rounding in the variance. */
  if (!(variance > 1e-14 * (squares1 + squares0) / n)) return NAN;
  return (sum1 / n - p * mean) / sqrt(p * (1 - p) * variance);
}

/* Sums of a and a^2 over the pairs of vertex i with those placed before it, or behind it. `before`
 * true: pairs with vertices that are in the core already; false: with the periphery behind it. */
static void add_vertex(const sw_graph *g, const int64_t *place, int64_t i, bool before, double *sum,
                       double *squares) {
  for (int64_t k = g->tie_start[i]; k < g->tie_start[i + 1]; k++) {
    if ((place[g->tie_to[k]] < place[i]) != before) continue;
    double a = g->tie[k] / 2;
    *sum += a;
    *squares += a * a;
  }
}

/* behind[k]: sums of the periphery when the first k are the core, added up from the last vertex: to
 * take vertices away one by one would lose digits. A larger core must be better by more than
 * rounding. O(links + n log n) after the coreness is known: each vertex's row is read twice. */
sw_graph_core_kind sw_graph_core(const sw_graph *g, double *coreness, int32_t *order, int64_t *size,
                                 double *r) {
  sw_graph_core_kind kind = SW_CORE_NONE;
  int64_t *place = g->spare_index, n = g->n;
  double sum = 0, squares = 0, *sum0 = g->spare, *squares0 = g->spare + n;
  *size = 0;
  *r = NAN;
  if (n >= 4 && g->n_links > 0) {
    kind = settle(g, coreness);
    sort(g, coreness, order, place);
    for (int64_t k = n - 1; k >= 0; k--) {
      add_vertex(g, place, order[k], false, &sum, &squares);
      sum0[k] = sum;
      squares0[k] = squares;
    }
    sum = squares = 0;
    /* A core of fewer than two, or a periphery of fewer than two, has no pairs of one kind. */
    for (int64_t k = 1; k <= n - 2; k++) {
      add_vertex(g, place, order[k - 1], true, &sum, &squares);
      if (k < 2) continue;
      double ones = (double)k * (double)(k - 1) / 2, left = (double)(n - k);
      double now = correlation(ones, sum, squares, left * (left - 1) / 2, sum0[k], squares0[k]);
      if (isnan(now) || (*size > 0 && !(now > *r + 1e-12))) continue;
      *size = k;
      *r = now;
    }
  }
  for (int64_t i = 0; *size == 0 && i < n; i++)
    coreness[i] = NAN;
  return *size > 0 ? kind : SW_CORE_NONE;
}

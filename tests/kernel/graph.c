/* Networks: the hand network of igraph and networkx (oracles/regions.md), and the edges. */
#include "kernel/graph/graph.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "kernel/graph/igraph.h"
#include "kernel/graph/paths.h"
#include "spillway/rng.h"

enum { MOST = 40 };

typedef struct fixture {
  int64_t row_start[MOST + 1];
  int32_t to[MOST * MOST];
  double value[MOST * MOST];
  sw_links links;
  sw_graph graph;
  sw_error err;
} fixture;

/* w: n x n, row-major; NaN: no link. */
static void links_of(fixture *net, int64_t n, const double *w) {
  int64_t at = 0;
  memset(net, 0, sizeof *net);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      if (isnan(w[i * n + j])) continue;
      net->to[at] = (int32_t)j;
      net->value[at++] = w[i * n + j];
    }
    net->row_start[i + 1] = at;
  }
  net->links = (sw_links){.n = n, .row_start = net->row_start, .to = net->to, .value = net->value};
}

static void fill(fixture *net, int64_t n, const double *w) {
  int64_t wrong[2];
  links_of(net, n, w);
  cr_assert_eq(sw_graph_fill(&net->err, &net->graph, &net->links, wrong), SW_OK);
}

static void near(const double *got, const double *want, int64_t n, const char *what) {
  for (int64_t i = 0; i < n; i++)
    cr_expect(fabs(got[i] - want[i]) < 6e-10, "%s[%d] = %.12g, not %.12g", what, (int)i, got[i],
              want[i]);
}

static const double hand[25] = {0, 4, 2, 0, 0, 1, 0, 3, 0, 0, 2, 0, 0,
                                5, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0};

Test(graph, hand_network) {
  static const double rank[] = {.160448167, .153306944, .269640519, .226096631, .190507740};
  static const double hubs[] = {.093832632, .136814744, 1, .024640299, 0};
  static const double authorities[] = {.427362949, .075066106, .124549959, 1, .009856120};
  static const double coreness[] = {.857547614, .721923377, 2.557808554, .996799190, .113368554};
  fixture net;
  double a[5], b[5], r;
  int32_t order[5];
  int64_t size;
  fill(&net, 5, hand);
  sw_graph_pagerank(&net.graph, .85, a);
  near(a, rank, 5, "PageRank");
  sw_graph_hubs(&net.graph, a, b);
  near(a, hubs, 5, "hub");
  near(b, authorities, 5, "authority");
  cr_expect_eq(sw_graph_density(&net.graph), .4);
  cr_expect(fabs(sw_graph_reciprocity(&net.graph) - .4) < 1e-15);
  cr_assert_eq(sw_graph_core(&net.graph, a, order, &size, &r), SW_CORE_SETTLED);
  near(a, coreness, 5, "coreness");
  cr_expect_eq(size, 2);
  cr_expect(order[0] == 2 && order[1] == 3);
  cr_expect(fabs(r - .676752968) < 6e-10);
  sw_graph_free(&net.graph);
}

/* A unit outside is no vertex: the others have what they have without it. */
Test(graph, outside) {
  enum { N = 7 };
  static const int unit[5] = {0, 2, 3, 4, 6};
  static const uint8_t outside[N] = {0, 1, 0, 0, 0, 1, 0};
  double w[N * N], plain[5], value[N];
  int64_t wrong[2] = {-1, -1};
  fixture net, small;
  for (int k = 0; k < N * N; k++)
    w[k] = NAN;
  for (int i = 0; i < 5; i++)
    for (int j = 0; j < 5; j++)
      w[unit[i] * N + unit[j]] = hand[i * 5 + j];
  fill(&small, 5, hand);
  links_of(&net, N, w);
  net.links.outside = outside;
  cr_assert_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_OK);
  cr_expect_eq(net.graph.n, 5);
  cr_expect_eq(net.graph.n_links, small.graph.n_links);
  sw_graph_pagerank(&small.graph, .85, plain);
  sw_graph_pagerank(&net.graph, .85, value);
  sw_graph_spread(&net.graph, N, value);
  for (int i = 0; i < 5; i++)
    cr_expect_eq(value[unit[i]], plain[i]);
  cr_expect(isnan(value[1]) && isnan(value[5]));
  cr_expect_eq(sw_graph_density(&net.graph), .4);
  /* A weight below 0 is that of the unit. */
  net.value[0] = -1;
  net.to[0] = 2;
  cr_expect_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_EINPUT);
  cr_expect(wrong[0] == 0 && wrong[1] == 2);
  sw_graph_free(&net.graph);
  sw_graph_free(&small.graph);
}

/* By parts of the sources: the sum is that of all. */
Test(graph, betweenness) {
  static const double want[] = {2, 0, 7, 3, 0};
  fixture net;
  sw_paths paths = {0};
  fill(&net, 5, hand);
  for (int64_t step = 1; step <= 5; step++) {
    double sum[5] = {0}, part[5];
    for (int64_t lo = 0; lo < 5; lo += step) {
      int64_t hi = lo + step < 5 ? lo + step : 5;
      cr_assert_eq(sw_graph_betweenness(&net.err, &net.graph, &paths, lo, hi, part), SW_OK);
      for (int i = 0; i < 5; i++)
        sum[i] += part[i];
    }
    near(sum, want, 5, "betweenness");
  }
  sw_paths_free(&paths);
  sw_graph_free(&net.graph);
}

/* A square grid: paths are as many as there are ways along it, lengths that differ by rounding
 * alone are equal, and a link of next to no weight is on no path. */
Test(graph, betweenness_ties) {
  enum { SIDE = 3, N = SIDE * SIDE };
  double w[N * N] = {0}, got[N];
  fixture net;
  sw_paths paths = {0};
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      if (abs(i / SIDE - j / SIDE) + abs(i % SIDE - j % SIDE) == 1)
        w[i * N + j] = 1 + ((i * 7 + j) % 3) * 1e-12;
  w[0 * N + 8] = 1e-300; /* no path: longer than all others */
  fill(&net, N, w);
  cr_assert_eq(sw_graph_betweenness(&net.err, &net.graph, &paths, 0, N, got), SW_OK);
  double middle = 0;
  cr_expect(got[4] > 0 && fabs(got[1] - got[3]) < 1e-9 && fabs(got[0] - got[8]) < 1e-9);
  for (int s = 0; s < N; s++)
    for (int t = 0; t < N; t++) {
      int dx = abs(s % 3 - t % 3), dy = abs(s / 3 - t / 3);
      int ax = abs(s % 3 - 1), ay = abs(s / 3 - 1), bx = abs(t % 3 - 1), by = abs(t / 3 - 1);
      static const double ways[3][3] = {{1, 1, 1}, {1, 2, 3}, {1, 3, 6}};
      if (s == 4 || t == 4 || s == t || ax + bx != dx || ay + by != dy) continue;
      middle += ways[ay][ax] * ways[by][bx] / ways[dy][dx];
    }
  cr_expect(fabs(got[4] - middle) < 1e-9, "%.12g, not %.12g", got[4], middle);
  sw_paths_free(&paths);
  sw_graph_free(&net.graph);
}

static const sw_graph_quality by_modularity = {.resolution = 1};

/* Four groups of ten, close within and far apart, and a vertex that is none's. */
Test(graph, planted_communities) {
  static double w[MOST * MOST];
  fixture net;
  int32_t group[MOST], again[MOST];
  for (int i = 0; i < MOST; i++)
    for (int j = 0; j < MOST; j++) {
      bool alone = i == 5 || j == 5;
      w[i * MOST + j] = alone || i == j ? NAN : i % 4 == j % 4 ? 10 + (i * 7 + j) % 5 : .5;
    }
  fill(&net, MOST, w);
  for (uint64_t seed = 1; seed < UINT64_C(10) << 40; seed += UINT64_C(1) << 40) {
    cr_assert_eq(sw_igraph_communities(&net.err, &net.graph, &by_modularity, seed, group), SW_OK);
    for (int i = 0; i < MOST; i++)
      cr_expect_eq(group[i], i == 5 ? -1 : i % 4, "%d is in %d", i, group[i]);
    cr_assert_eq(sw_igraph_communities(&net.err, &net.graph, &by_modularity, seed, again), SW_OK);
    cr_expect_eq(memcmp(group, again, sizeof group), 0, "a seed gives one result");
  }
  /* One group for all is worth 1 - resolution, and moves undo what is wrong. */
  memset(again, 0, sizeof again);
  again[5] = -1;
  cr_expect(fabs(sw_graph_modularity(&net.graph, 1, again)) < 1e-14);
  cr_expect(fabs(sw_graph_modularity(&net.graph, .25, again) - .75) < 1e-14);
  double best = sw_graph_modularity(&net.graph, 1, group);
  memcpy(again, group, sizeof again);
  again[0] = 1, again[7] = 2;
  cr_expect_lt(sw_graph_modularity(&net.graph, 1, again), best);
  sw_graph_move_vertices(&net.graph, &by_modularity, again);
  sw_graph_number_groups(&net.graph, again);
  cr_expect_eq(memcmp(group, again, sizeof group), 0);
  sw_graph_free(&net.graph);
}

/* A ring: every vertex is as central. Zeros and loops are no links. */
Test(graph, ring) {
  double w[16] = {7, 1, 0, 0, 0, NAN, 1, 0, NAN, NAN, 7, 1, 1, 0, 0, 0}, a[4], b[4], r;
  int32_t order[4] = {0, 1, 2, 3};
  int64_t size;
  fixture net;
  fill(&net, 4, w);
  cr_expect_eq(net.graph.n_links, 4);
  sw_graph_pagerank(&net.graph, .85, a);
  near(a, (double[]){.25, .25, .25, .25}, 4, "PageRank");
  sw_graph_hubs(&net.graph, a, b);
  near(a, (double[]){1, 1, 1, 1}, 4, "hub");
  near(b, (double[]){1, 1, 1, 1}, 4, "authority");
  sw_graph_pagerank(&net.graph, 0, a);
  near(a, (double[]){.25, .25, .25, .25}, 4, "PageRank");
  cr_expect_eq(sw_graph_reciprocity(&net.graph), 0);
  cr_expect((sw_graph_core(&net.graph, a, order, &size, &r) != SW_CORE_NONE) == !isnan(r));
  sw_graph_free(&net.graph);
}

Test(graph, no_links) {
  double w[9] = {NAN, 0, NAN, 0, NAN, 0, NAN, NAN, NAN}, a[3], b[3], r;
  int32_t order[3] = {0, 1, 2};
  int64_t size;
  fixture net;
  fill(&net, 3, w);
  sw_graph_pagerank(&net.graph, .85, a);
  near(a, (double[]){1. / 3, 1. / 3, 1. / 3}, 3, "PageRank");
  sw_graph_hubs(&net.graph, a, b);
  cr_expect(isnan(a[0]) && isnan(b[2]));
  cr_expect(isnan(sw_graph_reciprocity(&net.graph)));
  cr_expect_eq(sw_graph_density(&net.graph), 0);
  cr_expect_eq(sw_graph_core(&net.graph, a, order, &size, &r), SW_CORE_NONE);
  cr_expect(isnan(r) && isnan(a[1]) && size == 0);
  double jaccard, overlap;
  sw_graph_change(&net.graph, &net.graph, &jaccard, &overlap);
  cr_expect(isnan(jaccard) && isnan(overlap));
  sw_graph_free(&net.graph);
}

/* Nine vertices exchange most with each other, some with the others, which do not among themselves.
 */
Test(graph, planted_core) {
  static double w[MOST * MOST];
  double c[MOST], r;
  int32_t order[MOST];
  int64_t size;
  fixture net;
  for (int i = 0; i < MOST; i++)
    for (int j = 0; j < MOST; j++) {
      bool core = i % 4 == 1 && i < 36, other = j % 4 == 1 && j < 36;
      w[i * MOST + j] = i == j ? NAN : (core && other ? 9 : core || other ? 3 : .4) + (i + j) % 3;
    }
  fill(&net, MOST, w);
  cr_assert_eq(sw_graph_core(&net.graph, c, order, &size, &r), SW_CORE_SETTLED);
  cr_assert_eq(size, 9);
  cr_expect_gt(r, .9);
  for (int k = 0; k < 9; k++)
    cr_expect(order[k] % 4 == 1 && order[k] < 36, "%d", (int)order[k]);
  sw_graph_free(&net.graph);
}

/* A star: the coreness of its centre has no bound. Its products with the others are the links, and
 * the core is the strongest of these. */
Test(graph, star) {
  double w[36] = {0}, c[6], r;
  int32_t order[6] = {0, 1, 2, 3, 4, 5};
  int64_t size;
  fixture net;
  for (int i = 1; i < 6; i++)
    w[i] = w[6 * i] = i;
  fill(&net, 6, w);
  cr_assert_eq(sw_graph_core(&net.graph, c, order, &size, &r), SW_CORE_BOUNDLESS);
  for (int i = 1; i < 6; i++) {
    cr_expect(fabs(c[0] * c[i] - i) < 1e-12);
    cr_expect_eq(order[i], 6 - i);
  }
  cr_expect(size == 2 && order[0] == 0);
  cr_expect(fabs(r - 1) < 1e-12);
  sw_graph_free(&net.graph);
}

/* What is left of the weights once the centre's coreness is divided by s and all others are
 * multiplied by it. */
static double left_of(const double *w, const double *c, int centre, double s) {
  double sum = 0;
  for (int i = 0; i < MOST; i++)
    for (int j = 0; j < MOST; j++) {
      double a = (w[i * MOST + j] + w[j * MOST + i]) / 2;
      if (i != j && i != centre && j != centre) sum += pow(a - c[i] * s * c[j] * s, 2);
    }
  return sum;
}

/* Links over twelve orders of magnitude and more: coreness settles in all networks of 20, and is
 * the least both vertex by vertex and in the scale of the centre. */
Test(graph, heavy_tails) {
  static double w[MOST * MOST];
  double c[MOST], r;
  int32_t order[MOST];
  int64_t size;
  for (int seed = 0; seed < 20; seed++) {
    fixture net;
    sw_rng rng = sw_rng_make((uint64_t)seed, 1, 2);
    for (int k = 0; k < MOST * MOST; k++) {
      bool kept = sw_rng_uniform(&rng) < .3 && k % (MOST + 1);
      w[k] = exp(4 * sw_rng_normal(&rng)) * kept;
    }
    fill(&net, MOST, w);
    cr_assert_eq(sw_graph_core(&net.graph, c, order, &size, &r), SW_CORE_SETTLED, "%d", seed);
    cr_expect(size >= 2 && r > 0);
    for (int i = 0; i < MOST; i++) {
      double sum = 0, squares = 0;
      for (int j = 0; j < MOST; j++) {
        sum += (w[i * MOST + j] + w[j * MOST + i]) / 2 * (i == j ? 0 : c[j]);
        squares += i == j ? 0 : c[j] * c[j];
      }
      cr_expect(fabs(sum / squares - c[i]) <= 1e-13 * c[order[0]], "%d: %d", seed, i);
    }
    double least = left_of(w, c, order[0], 1);
    cr_expect(least <= left_of(w, c, order[0], .9) && least <= left_of(w, c, order[0], 1.1));
    sw_graph_free(&net.graph);
  }
}

Test(graph, change) {
  double u[9] = {5, 2, 0, 0, 0, 3, 1, 0, 0}, v[9] = {0, 1, 4, 0, 0, 3, 0, 0, 9}, jaccard, overlap;
  fixture a, b;
  fill(&a, 3, u);
  fill(&b, 3, v);
  sw_graph_change(&a.graph, &b.graph, &jaccard, &overlap);
  cr_expect_eq(jaccard, .5); /* 0-1 and 1-2 of these, 0-2 and 2-0 */
  cr_expect_eq(overlap, 4. / 10);
  sw_graph_free(&a.graph);
  sw_graph_free(&b.graph);
}

/* By hand: of the links 90, 5, 5 of vertex 0 the first has (1 - .9)^2 = .01 at its sender, the
 * others .9025; at their receivers 5 of 55 has 1 - 1/11, and 5, the only one, is kept. 50 from 1 to
 * 2 has 1 - 50/55 at its receiver, and is the only one of its sender. */
Test(graph, backbone) {
  double w[16] = {0, 90, 5, 5, 0, 0, 50, 0, 0, 0, 0, 0, 0, 10, 0, 0};
  fixture net;
  int64_t wrong[2];
  links_of(&net, 4, w);
  net.graph.backbone = .05;
  cr_assert_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_OK);
  const sw_graph *g = &net.graph;
  cr_assert_eq(g->all_links, 5);
  cr_expect_eq(g->all_weight, 160);
  cr_assert_eq(g->n_links, 4); /* 0-1, 0-3, 1-2, 3-1: without 0-2 */
  cr_expect_eq(g->total, 155);
  cr_expect(g->to[0] == 1 && g->to[1] == 3 && g->to[2] == 2 && g->to[3] == 1);
  cr_expect(g->received[2] == 50 && g->sent[0] == 95 && g->in_start[4] == 4);
  net.graph.backbone = .95; /* .9025 is below */
  cr_assert_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_OK);
  cr_expect_eq(g->n_links, 5);
  sw_graph_free(&net.graph);
}

/* Cliques in a ring of thirty, one link between neighbours: modularity joins them in pairs
 * (Fortunato & Barthelemy 2007), the constant Potts model finds each. */
Test(graph, ring_of_cliques) {
  enum { CLIQUES = 30, EACH = 5, ALL = CLIQUES * EACH };
  static int64_t start[ALL + 1];
  static int32_t to[ALL * EACH + 2 * CLIQUES], group[ALL];
  static double value[ALL * EACH + 2 * CLIQUES];
  int64_t at = 0, wrong[2];
  for (int i = 0; i < ALL; i++) {
    for (int j = 0; j < ALL; j++) {
      bool within = i / EACH == j / EACH && i != j;
      bool next = i % EACH == 0 && (j == (i + EACH) % ALL || i == (j + EACH) % ALL);
      if (!within && !next) continue;
      to[at] = j;
      value[at++] = 1;
    }
    start[i + 1] = at;
  }
  sw_links links = {.n = ALL, .row_start = start, .to = to, .value = value};
  sw_graph graph = {0};
  sw_error err = {0};
  cr_assert_eq(sw_graph_fill(&err, &graph, &links, wrong), SW_OK);
  const sw_graph_quality cpm = {.resolution = .5, .is_cpm = true};
  cr_assert_eq(sw_igraph_communities(&err, &graph, &cpm, 1, group), SW_OK);
  for (int i = 0; i < ALL; i++)
    cr_expect_eq(group[i], i / EACH, "%d is in %d", i, group[i]);
  /* Within: 30 times 20 ordered pairs, 1 - .5 each; over 660. */
  cr_expect(fabs(sw_graph_cpm(&graph, .5, group) - 300. / 660) < 1e-14);
  cr_assert_eq(sw_igraph_communities(&err, &graph, &by_modularity, 1, group), SW_OK);
  int most = 0;
  for (int i = 0; i < ALL; i++)
    most = group[i] > most ? group[i] : most;
  cr_expect_lt(most + 1, CLIQUES);
  sw_graph_free(&graph);
}

/* Three vertices that are best alone: by igraph's own rounds until none changes, this never ends.
 */
Test(graph, all_alone) {
  double w[9] = {0, 3, 0, 0, 0, 4, 0, 0, 0};
  fixture net;
  int32_t group[3];
  const sw_graph_quality alone = {.resolution = 20, .is_cpm = true};
  const sw_graph_quality apart = {.resolution = 100};
  fill(&net, 3, w);
  cr_assert_eq(sw_igraph_communities(&net.err, &net.graph, &alone, 7, group), SW_OK);
  cr_expect(group[0] == 0 && group[1] == 1 && group[2] == 2);
  cr_expect_eq(sw_graph_cpm(&net.graph, 20, group), 0);
  cr_assert_eq(sw_igraph_communities(&net.err, &net.graph, &apart, 7, group), SW_OK);
  cr_expect(group[0] == 0 && group[1] == 1 && group[2] == 2);
  sw_graph_free(&net.graph);
}

Test(graph, weights_too_large) {
  double w[4] = {0, INFINITY, 1, 0}, v[9] = {0, 6e306, 0, 0, 0, 6e306, 0, 0, 0};
  int64_t wrong[2] = {-1, -1};
  fixture net;
  links_of(&net, 2, w);
  cr_expect_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_EINPUT);
  cr_expect(wrong[0] == 0 && wrong[1] == 1 && isinf(net.graph.refused));
  sw_graph_free(&net.graph);
  links_of(&net, 3, v);
  cr_expect_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_EINPUT);
  cr_expect(wrong[0] == 1 && wrong[1] == -1);
  sw_graph_free(&net.graph);
}

Test(graph, negative_weight) {
  double w[4] = {-3, 1, -2, 0};
  int64_t wrong[2] = {-1, -1};
  fixture net;
  links_of(&net, 2, w);
  cr_expect_eq(sw_graph_fill(&net.err, &net.graph, &net.links, wrong), SW_EINPUT);
  cr_expect(wrong[0] == 0 && wrong[1] == 0);
  sw_graph_free(&net.graph);
}

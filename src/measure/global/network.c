/* A pair result as a network, by period (methods-regions.md 5b): how central each unit is, which
 * communities there are, which units are the core, and figures of the whole: density, reciprocity,
 * what has changed since the period before. A link is a kept pair with a value above 0; a negative
 * value is refused, a unit's pair with itself is left out. Units without links belong to the
 * network. A unit none of whose pairs is defined does not: nothing is known of it, n is without it,
 * and what is by unit is missing.
 *
 * Three passes over items see the links, and one over units fills what is by unit. The first is
 * arithmetic of kernel/graph, an item a period. Communities are the best of several starts, an item
 * each; betweenness sums over sources, up to 16 parts a period, an item each. These two call
 * igraph, which is not thread-safe.
 *
 * Sources: Brin & Page 1998; Kleinberg 1999; Traag, Waltman & van Eck 2019; Borgatti & Everett
 * 2000; Brandes 2001. */
#include <math.h>
#include <string.h>

#include "kernel/graph/graph.h"
#include "kernel/graph/igraph.h"
#include "measure/names.h"
#include "measure/share/series.h"
#include "spillway/measure.h"
#include "spillway/rng.h"

/* The outputs. */
enum {
  PAGERANK,
  HUB,
  AUTHORITY,
  CORENESS,
  CORE,
  COMMUNITY,
  BETWEENNESS,
  DENSITY,
  RECIPROCITY,
  MODULARITY,
  CORE_R,
  JACCARD,
  OVERLAP,
  BLOCK_SUM
};

/* The passes; without betweenness only three, as its place is then that of the last. */
enum { FIGURES, COMMUNITIES, PATHS };
/* By unit, in this order, in a record of the first pass: the outputs up to CORE. */
enum { BY_UNIT = 5 };
/* Parts of the sources of a period: enough for the threads of a node, each n numbers. */
enum { MOST_PARTS = 16 };

typedef struct network_state {
  double damping, resolution;
  int starts, parts;
  bool betweenness;
  const sw_grouping *grouping; /* NULL: no sums of blocks */
} network_state;

/* What a period leaves in the first pass; BY_UNIT * n numbers follow, then the sums of blocks, from
 * group to group. */
typedef struct figures {
  double density, reciprocity, core_r, jaccard, overlap;
  double wrong_value; /* of the first negative weight: units wrong[0] to wrong[1], -1: none */
  int64_t wrong[2];
} figures;

/* A start; n numbers of communities follow, -1 for units without links and outside. */
typedef struct start_found {
  double modularity;
  int32_t community[];
} start_found;

/* What a thread keeps from tile to tile. Starts of a period come one after the other, and most find
 * its graph made. */
typedef struct thread {
  sw_error *err;
  sw_graph graph;
  int period; /* of the graph; -1: none */
  int32_t order[];
} thread;

/* ---- a thread's objects ----------------------------------------------------------------- */

static size_t workspace_network(const sw_job *job) {
  return sizeof(thread) + (size_t)job->n * sizeof(int32_t);
}

static sw_status open_network(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass;
  *(thread *)workspace = (thread){.err = err, .period = -1};
  return SW_OK;
}

static void close_network(const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass;
  sw_graph_free(&((thread *)workspace)->graph);
}

/* ---- figures ---------------------------------------------------------------------------- */

/* Blocks: pairs of groups. */
static size_t count_blocks(const sw_job *job) {
  const network_state *state = job->state;
  size_t groups = state->grouping ? (size_t)state->grouping->n_groups : 0;
  return groups * groups;
}

static size_t figures_bytes(const sw_job *job) {
  return sizeof(figures) + (BY_UNIT * (size_t)job->n + count_blocks(job)) * sizeof(double);
}

static void sum_blocks(const sw_graph *g, const sw_grouping *grouping, double *sum) {
  for (int64_t i = 0; i < g->n; i++)
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++)
      sum[grouping->of[g->unit[i]] * grouping->n_groups + grouping->of[g->unit[g->to[k]]]] +=
          g->out[k];
}

/* The pattern of the core, 1 or 0 by unit; NaN without one. */
static void mark_core(const sw_graph *g, const int32_t *order, int64_t size, double *core) {
  for (int64_t i = 0; i < g->n; i++)
    core[order[i]] = i < size;
  for (int64_t i = 0; size == 0 && i < g->n; i++)
    core[i] = NAN;
}

/* A negative weight is left to `finish`, which says the first of the first period. */
static void tile_figures(const sw_job *job, int t, figures *out, thread *w) {
  const network_state *state = job->state;
  double *by_unit = (double *)(out + 1);
  sw_graph *g = &w->graph;
  sw_error said = {0};
  out->wrong[0] = -1;
  out->jaccard = out->overlap = NAN;
  sw_status status = sw_graph_fill(&said, g, &job->links[t], out->wrong);
  if (status == SW_EINPUT) return;
  if (status != SW_OK) {
    sw_fail(w->err, status, "%s", said.text);
    return;
  }
  sw_graph_pagerank(g, state->damping, by_unit + PAGERANK * job->n);
  sw_graph_hubs(g, by_unit + HUB * job->n, by_unit + AUTHORITY * job->n);
  int64_t size = 0;
  for (int64_t i = 0; i < g->n; i++)
    w->order[i] = (int32_t)i;
  sw_graph_core(g, by_unit + CORENESS * job->n, w->order, &size, &out->core_r);
  mark_core(g, w->order, size, by_unit + CORE * job->n);
  for (int q = 0; q < BY_UNIT; q++)
    sw_graph_spread(g, job->n, by_unit + q * job->n);
  out->density = sw_graph_density(g);
  out->reciprocity = sw_graph_reciprocity(g);
  if (state->grouping) sum_blocks(g, state->grouping, by_unit + BY_UNIT * job->n);
  if (t > 0) sw_graph_change(&job->links[t - 1], &job->links[t], &out->jaccard, &out->overlap);
}

static sw_status refuse(sw_error *err, const sw_job *job, int t, const figures *found) {
  return sw_job_fail(err, job, "result",
                     "%s: the pair %s to %s is below 0; a network has weights of 0 or more",
                     sw_job_period(job, t), sw_unit_code(job->units, found->wrong[0]),
                     sw_unit_code(job->units, found->wrong[1]));
}

static sw_status finish_figures(sw_error *err, sw_job *job, const char *all, void *result) {
  size_t bytes = figures_bytes(job), blocks = count_blocks(job);
  for (int t = 0; t < job->n_periods; t++) {
    const figures *found = (const figures *)(all + (size_t)t * bytes);
    if (found->wrong[0] >= 0) return refuse(err, job, t, found);
    job->result[DENSITY].row[0][t] = found->density;
    job->result[RECIPROCITY].row[0][t] = found->reciprocity;
    job->result[CORE_R].row[0][t] = found->core_r;
    if (!job->result[JACCARD].off) job->result[JACCARD].row[0][t] = found->jaccard;
    if (!job->result[OVERLAP].off) job->result[OVERLAP].row[0][t] = found->overlap;
    for (int q = DENSITY; q <= OVERLAP; q++)
      if (!(found->density > 0))
        sw_job_undefined(
            job, q, t, found->density == 0 ? "no links" : "no two units have a pair with a value");
    for (int q = JACCARD; q <= OVERLAP && t == 0; q++)
      sw_job_undefined(job, q, t, "there is no period before");
    if (blocks)
      memcpy(job->result[BLOCK_SUM].row[0] + (size_t)t * blocks,
             (const double *)(found + 1) + BY_UNIT * job->n, blocks * sizeof(double));
  }
  memcpy(result, all, (size_t)job->n_periods * bytes);
  return SW_OK;
}

/* ---- communities ------------------------------------------------------------------------ */

/* The graph of a period, which the first pass has found good. False: out of memory. */
static bool make_graph(const sw_job *job, int t, thread *w) {
  int64_t wrong[2];
  if (w->period == t) return true;
  w->period = -1;
  if (sw_graph_fill(w->err, &w->graph, &job->links[t], wrong) != SW_OK) return false;
  w->period = t;
  return true;
}

/* By the period's label (its FNV-1a hash), so that a panel with one period more has the same in the
 * others; each start has a draw of its own. */
static uint64_t seed_of(const sw_job *job, int t, int start) {
  const uint64_t stream = UINT64_C(0x6e6574776f726b); /* "network" */
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *at = sw_job_period(job, t); *at; at++)
    hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
  sw_rng rng = sw_rng_make(job->seed, stream, hash);
  rng.draw = (uint64_t)start;
  return sw_rng_u64(&rng);
}

static void tile_communities(const sw_job *job, int64_t item, start_found *out, thread *w) {
  const network_state *state = job->state;
  int t = (int)(item / state->starts), start = (int)(item % state->starts);
  if (!make_graph(job, t, w)) return;
  out->modularity = NAN;
  for (int64_t i = 0; i < job->n; i++)
    out->community[i] = -1;
  if (w->graph.n_links == 0) return;
  if (sw_igraph_communities(w->err, &w->graph, state->resolution, seed_of(job, t, start),
                            out->community) != SW_OK)
    return;
  out->modularity = sw_graph_modularity(&w->graph, state->resolution, out->community);
  int64_t vertex = w->graph.n - 1;
  for (int64_t i = job->n - 1; i >= 0; i--) /* as sw_graph_spread */
    out->community[i] = vertex >= 0 && w->graph.unit[vertex] == i ? out->community[vertex--] : -1;
}

/* A multiple of 8, as records stand one behind the other. */
static size_t start_bytes(const sw_job *job) {
  return sizeof(start_found) + ((size_t)job->n + 1) / 2 * 2 * sizeof(int32_t);
}

/* The best start of each period; of equal ones the first. */
static sw_status finish_communities(sw_job *job, const char *all, char *result) {
  const network_state *state = job->state;
  size_t bytes = start_bytes(job);
  for (int t = 0; t < job->n_periods; t++) {
    const start_found *best = NULL;
    for (int s = 0; s < state->starts; s++) {
      const start_found *found =
          (const start_found *)(all + bytes * (size_t)(t * state->starts + s));
      if (!best || found->modularity > best->modularity) best = found;
    }
    job->result[MODULARITY].row[0][t] = best->modularity;
    memcpy(result + bytes * (size_t)t, best, bytes);
  }
  return SW_OK;
}

/* ---- betweenness ------------------------------------------------------------------------ */

static void tile_paths(const sw_job *job, int64_t item, double *out, thread *w) {
  const network_state *state = job->state;
  int64_t part = item % state->parts;
  if (!make_graph(job, (int)(item / state->parts), w)) return;
  int64_t n = w->graph.n, lo = part * n / state->parts, hi = (part + 1) * n / state->parts;
  if (lo < hi && sw_igraph_betweenness(w->err, &w->graph, lo, hi, out) != SW_OK) return;
  sw_graph_spread(&w->graph, job->n, out);
}

static sw_status finish_paths(sw_job *job, const double *all, double *result) {
  const network_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++, result += job->n)
    for (int part = 0; part < state->parts; part++, all += job->n)
      for (int64_t i = 0; i < job->n; i++)
        result[i] += all[i];
  return SW_OK;
}

/* ---- by unit ---------------------------------------------------------------------------- */

static void fill_units(const sw_job *job, const sw_tile *at) {
  const network_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++) {
    const double *by_unit = (const double *)((const char *)job->folded[FIGURES] +
                                             (size_t)t * figures_bytes(job) + sizeof(figures));
    const start_found *best =
        (const void *)((const char *)job->folded[COMMUNITIES] + (size_t)t * start_bytes(job));
    for (int64_t i = at->lo; i < at->hi; i++) {
      for (int q = 0; q < BY_UNIT; q++)
        job->result[q].row[t][i - job->first] = by_unit[q * job->n + i];
      job->result[COMMUNITY].row[t][i - job->first] =
          best->community[i] < 0 ? NAN : best->community[i] + 1;
      if (state->betweenness)
        job->result[BETWEENNESS].row[t][i - job->first] =
            ((const double *)job->folded[PATHS])[t * job->n + i];
    }
  }
}

static void tile_network(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  if (job->pass[at->pass].domain == SW_UNITS)
    fill_units(job, at);
  else if (at->pass == FIGURES)
    tile_figures(job, (int)at->lo, out, workspace);
  else if (at->pass == COMMUNITIES)
    tile_communities(job, at->lo, out, workspace);
  else
    tile_paths(job, at->lo, out, workspace);
}

static sw_status finish_network(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  if (job->pass[pass].domain == SW_UNITS) return SW_OK;
  if (pass == FIGURES) return finish_figures(err, job, all, result);
  if (pass == COMMUNITIES) return finish_communities(job, all, result);
  return finish_paths(job, all, result);
}

/* ---- resolve ---------------------------------------------------------------------------- */

static void declare_passes(sw_job *job, const network_state *state) {
  size_t periods = (size_t)job->n_periods, row = (size_t)job->n * sizeof(double);
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = job->n_periods,
                             .record = figures_bytes(job),
                             .result = periods * figures_bytes(job),
                             .links = true});
  sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                             .items = (int64_t)job->n_periods * state->starts,
                             .record = start_bytes(job),
                             .result = periods * start_bytes(job),
                             .links = true,
                             .one_thread = true});
  if (state->betweenness)
    sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                               .items = (int64_t)job->n_periods * state->parts,
                               .record = row,
                               .result = periods * row,
                               .links = true,
                               .one_thread = true});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
}

/* One column of groups, and the axes of its sums; none: they are off. */
static sw_status resolve_groups(sw_error *err, sw_job *job, network_state *state) {
  const sw_arg *groups = sw_job_arg(job, "groups");
  job->result[BLOCK_SUM].off = groups->count == 0;
  if (groups->count == 0) return SW_OK;
  if (groups->count > 1)
    return sw_job_fail(err, job, "groups", "%d group columns; expected one", groups->count);
  state->grouping = sw_units_grouping(job->units, groups->texts[0]);
  return sw_job_group_axes(err, job, "from_group", "to_group", state->grouping);
}

/* What has changed since the period before, where it is known which one that is. */
static void resolve_change(sw_job *job) {
  bool known = job->n_periods < 2 || sw_series_is_known(job);
  job->result[JACCARD].off = job->result[OVERLAP].off = !known;
  if (!known)
    sw_note(job->notes,
            "%s: %s: without jaccard and overlap: the order of periods such as '%s' is "
            "unknown",
            job->where, job->name, sw_job_period(job, 0));
}

static sw_status resolve_network(sw_error *err, sw_job *job) {
  network_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  if (job->n < 2)
    return sw_job_fail(err, job, "result", "%lld unit; a network has two or more",
                       (long long)job->n);
  int64_t blocks = (job->n + SW_BLOCK - 1) / SW_BLOCK;
  *state = (network_state){.damping = sw_job_arg(job, "damping")->number,
                           .resolution = sw_job_arg(job, "resolution")->number,
                           .starts = (int)sw_job_arg(job, "starts")->number,
                           .parts = (int)(blocks < MOST_PARTS ? blocks : MOST_PARTS),
                           .betweenness = sw_job_arg(job, "betweenness")->number != 0};
  job->state = state;
  job->pooled = true; /* a period is compared with the one before */
  job->result[BETWEENNESS].off = !state->betweenness;
  resolve_change(job);
  SW_TRY(resolve_groups(err, job, state));
  declare_passes(job, state);
  return SW_OK;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "result", .type = SW_P_PAIRS, .help = "a pair result; what it keeps are the links"},
    {.name = "groups",
     .type = SW_P_GROUPINGS,
     .fallback = "",
     .help = "a group column: also the sums from group to group"},
    {.name = "damping",
     .type = SW_P_NUMBER,
     .fallback = "0.85",
     .lo = 0,
     .hi = 0.9999,
     .help = "of PageRank: the share that follows links"},
    {.name = "resolution",
     .type = SW_P_NUMBER,
     .fallback = "1",
     .lo = 1e-6,
     .hi = 1e6,
     .help = "of modularity; more: smaller communities"},
    {.name = "starts",
     .type = SW_P_INTEGER,
     .fallback = "10",
     .lo = 1,
     .hi = 10000,
     .help = "of the search for communities, of which the best counts"},
    {.name = "betweenness",
     .type = SW_P_BOOL,
     .fallback = "false",
     .help = "also betweenness: shortest paths between all units, links 1/value long"},
    {0}};

static const sw_output outputs[] = {
    {.name = "pagerank", .long_name = "PageRank", .units = "1", .shape = SW_UNIT},
    {.name = "hub", .long_name = "hub weight, maximum 1", .units = "1", .shape = SW_UNIT},
    {.name = "authority",
     .long_name = "authority weight, maximum 1",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "coreness", .long_name = "coreness", .units = "1", .shape = SW_UNIT},
    {.name = "core",
     .palette = SW_CATEGORIES,
     .long_name = "1 in the core, 0 in the periphery",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32},
    {.name = "community",
     .palette = SW_CATEGORIES,
     .long_name = "community, numbered by its first unit",
     .units = "1",
     .shape = SW_UNIT,
     .number = SW_INT32},
    {.name = "betweenness",
     .long_name = "shortest paths through the unit",
     .units = "1",
     .shape = SW_UNIT},
    {.name = "density", .long_name = "links over pairs", .units = "1", .shape = SW_GLOBAL},
    {.name = "reciprocity",
     .long_name = "weight that is returned",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "modularity",
     .long_name = "modularity of the communities",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "core_r",
     .long_name = "correlation with core and periphery",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "jaccard",
     .long_name = "links of this period and the one before, of those of either",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = "overlap",
     .long_name = "weights common with the period before",
     .units = "1",
     .shape = SW_GLOBAL},
    {.name = SW_NAME_BLOCK_SUM,
     .show = SW_SHOW_MATRIX,
     .log = true,
     .long_name = "sum of the links from group to group",
     .units = "1",
     .shape = SW_GLOBAL,
     .axis = {"from_group", "to_group"}},
    {0}};

const sw_measure sw_measure_network = {
    .name = "network",
    .title = "Centrality, communities and core of a pair result",
    .formula =
        "PageRank r = (1 - d)/n + d W'S^-1 r; hubs WW'h ~ h; communities by Leiden, "
        "modularity sum (u_ij - g k_i k_j/2m)/2m, u = w + w'; coreness min sum (a_ij - "
        "c_i c_j)^2, a = u/2; reciprocity sum min(w_ij, w_ji)/sum w; overlap sum min/sum max",
    .source = "Brin and Page 1998; Kleinberg 1999, Journal of the ACM 46:604-632; Traag, Waltman "
              "and van Eck 2019, Scientific Reports 9:5233; Borgatti and Everett 2000, Social "
              "Networks 21:375-395; Brandes 2001",
    .version = 2,
    .kind = SW_KIND_GLOBAL,
    .headline = "modularity",
    .param = params,
    .output = outputs,
    .resolve = resolve_network,
    .tile = tile_network,
    .finish = finish_network,
    .workspace = workspace_network,
    .open = open_network,
    .close = close_network,
};

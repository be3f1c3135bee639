/* A pair result as a network, by period (methods-regions.md 5b): how central each unit is, which
 * communities there are, which units are the core, and figures of the whole: density, reciprocity,
 * what has changed since the period before, how it goes together with another pair result. A link
 * is a kept pair with a value above 0; a negative value is refused, a unit's pair with itself is
 * left out. Units without links belong to the network. A unit none of whose pairs is defined does
 * not: nothing is known of it, n is without it, and what is by unit is missing.
 *
 * Passes over items see the links, and one over units fills what is by unit. The first is
 * arithmetic of kernel/graph, an item a period. Communities are the best of several starts, an item
 * each, by igraph, which is not thread-safe. Betweenness sums over sources, up to 16 parts a
 * period, and permutations are counted (network_qap.c), some of them an item.
 *
 * With `backbone` all of it but the comparison with another result is of the links that stand out
 * among those of one of their ends.
 *
 * Pairs of a whole series are one network: results have no time.
 *
 * Sources: Brin & Page 1998; Kleinberg 1999; Traag, Waltman & van Eck 2019; Borgatti & Everett
 * 2000; Brandes 2001; Hubert & Schultz 1976.
 *
 * Between passes: record t of the first pass has the figures of period t and the numbers of all
 * units, in the order of BY_UNIT. `finish` hands the records on as they are, and in the pass over
 * units each rank takes its own units out of them. Of the starts of a period `finish` hands on the
 * best.
 * A round of PageRank, hubs or coreness is O(links) of a period; betweenness O(n links + n^2 log
 * n). */
#include "measure/global/network.h"

#include <math.h>
#include <string.h>

#include "kernel/graph/graph.h"
#include "kernel/graph/igraph.h"
#include "kernel/graph/paths.h"
#include "measure/names.h"
#include "measure/share/series.h"
#include "spillway/rng.h"

/* By unit, in this order, in a record of the first pass: the outputs up to CORE. */
enum { BY_UNIT = 5 };
/* Parts of the sources of a period: enough for the threads of a node, each n numbers. */
enum { MOST_PARTS = 16 };

/* A start; n numbers of communities follow, -1 for units without links and outside. */
typedef struct start_found {
  double modularity, cpm; /* cpm: NaN unless it is the quality */
  int32_t community[];
} start_found;

/* What a thread keeps from tile to tile. Items of a period come one after the other, and most find
 * its graph made. */
typedef struct thread {
  sw_error *err;
  sw_graph graph;
  int period;      /* of the graph; -1: none */
  sw_graph before; /* rows of the period before */
  sw_paths paths;
  network_qap_thread qap;
  int32_t order[];
} thread;

/* ---- a thread's objects ----------------------------------------------------------------- */

/* `order` ends the structure: n numbers, which the search for a core alone uses. */
static size_t workspace_network(const sw_job *job) {
  return sizeof(thread) + (size_t)job->n * sizeof(int32_t);
}

/* Errors of a thread's tiles go to the pass: a tile has no status of its own. */
static sw_status open_network(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)pass;
  const network_state *state = job->state;
  *(thread *)workspace = (thread){.err = err,
                                  .graph.backbone = state->backbone,
                                  .before.backbone = state->backbone,
                                  .period = -1,
                                  .qap = {.err = err, .period = -1}};
  return SW_OK;
}

/* Graphs keep their arrays from one period to the next (graph.h); here they are freed. */
static void close_network(const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass;
  thread *w = workspace;
  sw_graph_free(&w->graph);
  sw_graph_free(&w->before);
  sw_paths_free(&w->paths);
  sw_qap_free(&w->qap.qap);
}

/* The result of an output, with time or without. */
static sw_result *result_of(const sw_job *job, int output) {
  const network_state *state = job->state;
  return &job->result[state->form + output];
}

/* ---- figures ---------------------------------------------------------------------------- */

/* Blocks: pairs of groups. */
static size_t count_blocks(const sw_job *job) {
  const network_state *state = job->state;
  size_t groups = state->grouping ? (size_t)state->grouping->n_groups : 0;
  return groups * groups;
}

/* All records are equally long, so period t is found by multiplication. Everything in them has 8
 * bytes. */
static size_t figures_bytes(const sw_job *job) {
  return sizeof(network_figures) +
         (BY_UNIT * (size_t)job->n + 2 * count_blocks(job)) * sizeof(double);
}

/* `mean` counts the units of groups in its first row before it is filled, from the last row up. Row
 * 0 comes last, and in it each count is read before its place is written. The pairs of a group with
 * itself are its units times one less. An empty group, and a group of one unit with itself: 0/0,
 * NaN. */
static void sum_blocks(const sw_graph *g, const sw_grouping *grouping, double *sum, double *mean) {
  int groups = grouping->n_groups;
  for (int64_t i = 0; i < g->n; i++) {
    int from = grouping->of[g->unit[i]];
    mean[from] += 1;
    for (int64_t k = g->out_start[i]; k < g->out_start[i + 1]; k++)
      sum[from * groups + grouping->of[g->unit[g->to[k]]]] += g->out[k];
  }
  for (int from = groups - 1; from >= 0; from--) {
    double own = mean[from];
    for (int to = groups - 1; to >= 0; to--)
      mean[from * groups + to] = sum[from * groups + to] / (own * (mean[to] - (from == to)));
  }
}

/* The pattern of the core, 1 or 0 by unit; NaN where none is defined, which sw_graph_core tells by
 * a size of 0. */
static void mark_core(const sw_graph *g, const int32_t *order, int64_t size, double *core) {
  for (int64_t i = 0; i < g->n; i++)
    core[order[i]] = i < size;
  for (int64_t i = 0; size == 0 && i < g->n; i++)
    core[i] = NAN;
}

/* What has changed since the period before. A weight that is refused there is that period's to say.
 * Its rows are made anew: the item of that period may have run on another thread or rank. */
static void compare(const sw_job *job, int t, network_figures *out, thread *w) {
  int64_t wrong[2];
  sw_error said = {0};
  if (t == 0) return;
  sw_status status = sw_graph_rows(&said, &w->before, &job->links[t - 1], wrong);
  if (status == SW_OK)
    sw_graph_change(&w->before, &w->graph, &out->jaccard, &out->overlap);
  else if (status != SW_EINPUT)
    sw_fail(w->err, status, "%s", said.text);
}

/* A weight that is refused is left to `finish`, which says the first of the first period. */
static void tile_figures(const sw_job *job, int t, network_figures *out, thread *w) {
  const network_state *state = job->state;
  double *by_unit = (double *)(out + 1);
  sw_graph *g = &w->graph;
  sw_error said = {0};
  out->wrong[0] = -1;
  out->jaccard = out->overlap = NAN;
  sw_status status = sw_graph_fill(&said, g, &job->links[t], out->wrong);
  out->refused = g->refused;
  if (status == SW_EINPUT) return;
  if (status != SW_OK) {
    sw_fail(w->err, status, "%s", said.text);
    return;
  }
  /* What these leave by vertex stands in the first places; spread moves it to the units. */
  sw_graph_pagerank(g, state->damping, by_unit + PAGERANK * job->n);
  sw_graph_hubs(g, by_unit + HUB * job->n, by_unit + AUTHORITY * job->n);
  int64_t size = 0;
  /* Equal coreness stays in the order of codes: the order begins as that. */
  for (int64_t i = 0; i < g->n; i++)
    w->order[i] = (int32_t)i;
  out->core = sw_graph_core(g, by_unit + CORENESS * job->n, w->order, &size, &out->core_r);
  mark_core(g, w->order, size, by_unit + CORE * job->n);
  for (int q = 0; q < BY_UNIT; q++)
    sw_graph_spread(g, job->n, by_unit + q * job->n);
  out->density = sw_graph_density(g);
  out->reciprocity = sw_graph_reciprocity(g);
  double *blocks = by_unit + BY_UNIT * job->n;
  if (state->grouping) sum_blocks(g, state->grouping, blocks, blocks + count_blocks(job));
  /* Without links 0/0: sw_network_say_why says why. */
  out->backbone_links = (double)g->n_links / (double)g->all_links;
  out->backbone_weight = g->total / g->all_weight;
  compare(job, t, out, w);
}

static void put(const sw_job *job, int output, int t, double value) {
  sw_result *result = result_of(job, output);
  if (!result->off) result->row[0][t] = value;
}

/* Figures of all periods, and the records for the passes that follow. */
static sw_status finish_figures(sw_error *err, sw_job *job, const char *all, void *result) {
  size_t bytes = figures_bytes(job), blocks = count_blocks(job);
  for (int t = 0; t < job->n_periods; t++) {
    const network_figures *found = (const network_figures *)(all + (size_t)t * bytes);
    const double *sum = (const double *)(found + 1) + BY_UNIT * job->n;
    /* The first period decides, whichever rank met a refused weight first. */
    if (found->wrong[0] >= 0) return sw_network_refuse(err, job, t, found);
    put(job, DENSITY, t, found->density);
    put(job, RECIPROCITY, t, found->reciprocity);
    put(job, CORE_R, t, found->core_r);
    put(job, JACCARD, t, found->jaccard);
    put(job, OVERLAP, t, found->overlap);
    put(job, BACKBONE_LINKS, t, found->backbone_links);
    put(job, BACKBONE_WEIGHT, t, found->backbone_weight);
    sw_network_say_why(job, t, found);
    for (size_t b = 0; b < blocks; b++) {
      result_of(job, BLOCK_SUM)->row[0][(size_t)t * blocks + b] = sum[b];
      result_of(job, BLOCK_MEAN)->row[0][(size_t)t * blocks + b] = sum[blocks + b];
    }
  }
  sw_network_note_core(job, all, bytes);
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
 * others; each start has a draw of its own. Without time there is no label. */
static uint64_t seed_of(const sw_job *job, int t, int start) {
  const uint64_t stream = UINT64_C(0x6e6574776f726b); /* "network" */
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *at = job->is_timeless ? "" : sw_job_period(job, t); *at; at++)
    hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
  sw_rng rng = sw_rng_make(job->seed, stream, hash);
  rng.draw = (uint64_t)start;
  return sw_rng_u64(&rng);
}

/* Each start is an item with a seed of its own: a period's starts may run on different ranks. */
static void tile_communities(const sw_job *job, int64_t item, start_found *out, thread *w) {
  const network_state *state = job->state;
  int t = (int)(item / state->starts), start = (int)(item % state->starts);
  if (!make_graph(job, t, w)) return;
  out->modularity = out->cpm = NAN;
  for (int64_t i = 0; i < job->n; i++)
    out->community[i] = -1;
  if (w->graph.n_links == 0) return;
  if (sw_igraph_communities(w->err, &w->graph, &state->quality, seed_of(job, t, start),
                            out->community) != SW_OK)
    return;
  const sw_graph_quality *quality = &state->quality;
  out->modularity =
      /* With cpm, modularity is told too, with a resolution of 1: it lets one compare partitions of
       * different resolutions. */
      sw_graph_modularity(&w->graph, quality->is_cpm ? 1 : quality->resolution, out->community);
  if (quality->is_cpm) out->cpm = sw_graph_cpm(&w->graph, quality->resolution, out->community);
  int64_t vertex = w->graph.n - 1;
  for (int64_t i = job->n - 1; i >= 0; i--) /* as sw_graph_spread */
    out->community[i] = vertex >= 0 && w->graph.unit[vertex] == i ? out->community[vertex--] : -1;
}

/* A multiple of 8, as records stand one behind the other. */
static size_t start_bytes(const sw_job *job) {
  return sizeof(start_found) + ((size_t)job->n + 1) / 2 * 2 * sizeof(int32_t);
}

static double quality_of(const network_state *state, const start_found *found) {
  return state->quality.is_cpm ? found->cpm : found->modularity;
}

/* The best start of each period; of equal ones the first. Without links all starts have NaN: no
 * comparison holds and the first is kept. */
static sw_status finish_communities(sw_job *job, const char *all, char *result) {
  const network_state *state = job->state;
  size_t bytes = start_bytes(job);
  for (int t = 0; t < job->n_periods; t++) {
    const start_found *best = NULL;
    for (int s = 0; s < state->starts; s++) {
      const start_found *found =
          (const start_found *)(all + bytes * (size_t)(t * state->starts + s));
      if (!best || quality_of(state, found) > quality_of(state, best)) best = found;
    }
    put(job, MODULARITY, t, best->modularity);
    put(job, CPM, t, best->cpm);
    memcpy(result + bytes * (size_t)t, best, bytes);
  }
  return SW_OK;
}

/* ---- betweenness ------------------------------------------------------------------------ */

/* Part p of the sources: [p n / parts, (p + 1) n / parts), by vertices of the network. */
static void tile_paths(const sw_job *job, int64_t item, double *out, thread *w) {
  const network_state *state = job->state;
  int64_t part = item % state->parts;
  if (!make_graph(job, (int)(item / state->parts), w)) return;
  int64_t n = w->graph.n, lo = part * n / state->parts, hi = (part + 1) * n / state->parts;
  if (sw_graph_betweenness(w->err, &w->graph, &w->paths, lo, hi, out) != SW_OK) return;
  sw_graph_spread(&w->graph, job->n, out);
}

/* In units of all ordered pairs of others where it is to be normalised. vertices: spread has left
 * NaN for units outside the network. Parts are added in their order, whichever rank had them. */
static sw_status finish_paths(sw_job *job, const double *all, double *result) {
  const network_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++, result += job->n) {
    double vertices = 0;
    for (int part = 0; part < state->parts; part++, all += job->n)
      for (int64_t i = 0; i < job->n; i++)
        result[i] += all[i];
    for (int64_t i = 0; i < job->n; i++)
      vertices += !isnan(result[i]);
    for (int64_t i = 0; i < job->n && state->is_normalised; i++)
      result[i] /= (vertices - 1) * (vertices - 2);
  }
  return SW_OK;
}

/* ---- by unit ---------------------------------------------------------------------------- */

/* Every rank fills its own units from what the passes over items have left on all ranks. Items have
 * no units, so this cannot be done where the numbers are made. */
static void fill_units(const sw_job *job, const sw_tile *at) {
  const network_state *state = job->state;
  for (int t = 0; t < job->n_periods; t++) {
    const double *by_unit =
        (const double *)((const char *)job->folded[FIGURES] + (size_t)t * figures_bytes(job) +
                         sizeof(network_figures));
    const start_found *best =
        (const void *)((const char *)job->folded[COMMUNITIES] + (size_t)t * start_bytes(job));
    for (int64_t i = at->lo; i < at->hi; i++) {
      for (int q = 0; q < BY_UNIT; q++)
        result_of(job, q)->row[t][i - job->first] = by_unit[q * job->n + i];
      result_of(job, COMMUNITY)->row[t][i - job->first] =
          best->community[i] < 0 ? NAN : best->community[i] + 1;
      if (state->paths)
        result_of(job, BETWEENNESS)->row[t][i - job->first] =
            ((const double *)job->folded[state->paths])[t * job->n + i];
    }
  }
}

/* By pass, as resolve declared them; optional passes have numbers of their own. */
static void tile_network(const sw_job *job, const sw_tile *at, void *out, void *workspace) {
  const network_state *state = job->state;
  thread *w = workspace;
  if (job->pass[at->pass].domain == SW_UNITS)
    fill_units(job, at);
  else if (at->pass == FIGURES)
    tile_figures(job, (int)at->lo, out, w);
  else if (at->pass == COMMUNITIES)
    tile_communities(job, at->lo, out, w);
  else if (at->pass == state->paths)
    tile_paths(job, at->lo, out, w);
  else
    sw_network_qap_tile(job, at->lo, out, &w->qap);
}

/* The passes that a network does not have (paths, draws) are never asked for. */
static sw_status finish_network(sw_error *err, sw_job *job, int pass, const void *all,
                                void *result) {
  const network_state *state = job->state;
  if (job->pass[pass].domain == SW_UNITS) return SW_OK;
  if (pass == FIGURES) return finish_figures(err, job, all, result);
  if (pass == COMMUNITIES) return finish_communities(job, all, result);
  if (pass == state->paths) return finish_paths(job, all, result);
  return sw_network_qap_finish(job, all);
}

/* ---- resolve ---------------------------------------------------------------------------- */

/* Figures and communities first, whose numbers are theirs; 0 is the number of no other pass. */
static void declare_passes(sw_job *job, network_state *state) {
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
  if (!result_of(job, BETWEENNESS)->off)
    state->paths = sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                                              .items = (int64_t)job->n_periods * state->parts,
                                              .record = row,
                                              .result = periods * row,
                                              .links = true});
  sw_network_qap_pass(job);
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
}

/* One column of groups, and the axes of its sums; none: they are off. */
static sw_status resolve_groups(sw_error *err, sw_job *job, network_state *state) {
  const sw_arg *groups = sw_job_arg(job, "groups");
  if (groups->count == 0) return SW_OK;
  if (groups->count > 1)
    return sw_job_fail(err, job, "groups", "%d group columns; expected one", groups->count);
  state->grouping = sw_units_grouping(job->units, groups->texts[0]);
  return sw_job_group_axes(err, job, "from_group", "to_group", state->grouping);
}

/* Whether what has changed since the period before is known, and which one that is. */
static bool knows_change(const sw_job *job) {
  if (job->is_timeless) return false;
  if (job->n_periods < 2 || sw_series_is_known(job)) return true;
  sw_note(job->notes,
          "%s: %s: without jaccard and overlap: the order of periods such as '%s' is unknown",
          job->where, job->name, sw_job_period(job, 0));
  return false;
}

/* Outputs of the other form, and those that nobody asks for. */
static void choose_outputs(sw_job *job, const network_state *state) {
  bool off[SW_NETWORK_OUTPUTS] = {0};
  bool paths = strcmp(sw_job_arg(job, "betweenness")->text, "false") != 0;
  off[BETWEENNESS] = !paths;
  off[BLOCK_SUM] = off[BLOCK_MEAN] = !state->grouping;
  off[JACCARD] = off[OVERLAP] = !knows_change(job);
  off[CPM] = !state->quality.is_cpm;
  off[BACKBONE_LINKS] = off[BACKBONE_WEIGHT] = !(state->backbone > 0);
  for (int q = QAP_R; q <= COMMON_PART; q++)
    off[q] = sw_job_arg(job, "qap.with")->count == 0;
  for (int q = 0; q < SW_NETWORK_OUTPUTS; q++) {
    /* The other form's outputs are off as a whole. */
    job->result[SW_NETWORK_OUTPUTS - state->form + q].off = true;
    result_of(job, q)->off = off[q];
  }
}

/* Outputs before passes: betweenness and draws are passes only if they are wanted. */
static sw_status resolve_network(sw_error *err, sw_job *job) {
  network_state *state = NULL;
  SW_NEW(err, job->arena, state, 1);
  if (job->n < 2)
    return sw_job_fail(err, job, "result", "%lld unit; a network has two or more",
                       (long long)job->n);
  /* A part has a block of sources at least: each part costs a record of n numbers. */
  int64_t blocks = (job->n + SW_BLOCK - 1) / SW_BLOCK;
  const sw_arg *backbone = sw_job_arg(job, "backbone");
  *state = (network_state){.form = job->is_timeless ? SW_NETWORK_OUTPUTS : 0,
                           .damping = sw_job_arg(job, "damping")->number,
                           .backbone = backbone->given ? backbone->number : 0,
                           .quality = {.resolution = sw_job_arg(job, "resolution")->number,
                                       .is_cpm = !strcmp(sw_job_arg(job, "quality")->text, "cpm")},
                           .starts = (int)sw_job_arg(job, "starts")->number,
                           .parts = (int)(blocks < MOST_PARTS ? blocks : MOST_PARTS),
                           .is_normalised =
                               strcmp(sw_job_arg(job, "betweenness")->text, "normalised") == 0};
  job->state = state;
  job->pooled = true; /* a period is compared with the one before */
  job->whole_series = job->is_timeless;
  SW_TRY(resolve_groups(err, job, state));
  SW_TRY(sw_network_qap_resolve(err, job, state));
  choose_outputs(job, state);
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
     .help = "of modularity; more: smaller communities. Of cpm: what the pairs within a community "
             "average at least, in the unit of the result"},
    {.name = "quality",
     .type = SW_P_CHOICE,
     .fallback = "modularity",
     .choices = "modularity|cpm",
     .help = "what communities are the best in; cpm, the constant Potts model, also finds small "
             "ones in large networks"},
    {.name = "backbone",
     .type = SW_P_NUMBER,
     .fallback = "",
     .lo = 1e-12,
     .hi = 1,
     .help = "a level of significance, as 0.05: figures of the links alone that stand out at it "
             "(disparity filter)"},
    {.name = "starts",
     .type = SW_P_INTEGER,
     .fallback = "10",
     .lo = 1,
     .hi = 10000,
     .help = "of the search for communities, of which the best counts"},
    {.name = "betweenness",
     .type = SW_P_CHOICE,
     .fallback = "false",
     .choices = "false|true|normalised",
     .help = "also betweenness: shortest paths between all units, links 1/value long"},
    {.name = "qap.with",
     .type = SW_P_PAIRS,
     .fallback = "",
     .help = "another pair result: its correlation with this one, and what both have in common"},
    {.name = "qap.permutations",
     .type = SW_P_INTEGER,
     .fallback = "999",
     .lo = 0,
     .hi = 10000000,
     .help = "of the other's units, for the p-value of the correlation"},
    {0}};

#define BY_UNIT_OUTPUT(id, ...) {.units = "1", .shape = SW_UNIT, __VA_ARGS__},
#define BY_PERIOD_OUTPUT(id, ...) {.units = "1", .shape = SW_GLOBAL, __VA_ARGS__},
#define TIMELESS_OUTPUT(id, ...) {.units = "1", .shape = SW_UNIT, .timeless = true, __VA_ARGS__},
#define TABLE_OUTPUT(id, ...) {.units = "1", .shape = SW_TABLE, __VA_ARGS__},

static const sw_output outputs[] = {SW_NETWORK(BY_UNIT_OUTPUT, BY_PERIOD_OUTPUT)
                                        SW_NETWORK(TIMELESS_OUTPUT, TABLE_OUTPUT){0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"betweenness", "true", "betweenness by shortest paths, links 1/w long"},
    {"betweenness", "normalised",
     "betweenness by shortest paths, links 1/w long, over (n - 1)(n - 2)"},
    {"quality", "cpm", "communities by cpm: sum_(i != j) (w_ij - resolution) within them / sum w"},
    {"backbone", "*",
     "backbone: links with (1 - w/s)^(k - 1) < level at their sender or receiver, s the sum of its "
     "k links that way; k = 1: all"},
    {"qap.with", "*",
     "qap_r: correlation over i != j; qap_p = (1 + #{|r*| >= |r|})/(permutations + 1); common_part "
     "2 sum min/(sum + sum)"},
    {0}};

const sw_measure sw_measure_network = {
    .name = "network",
    .title = "Centrality, communities and core of a pair result",
    .formula =
        "PageRank r = (1 - d)/n + d W'S^-1 r; hubs WW'h ~ h; communities by Leiden, "
        "modularity sum (u_ij - g k_i k_j/2m)/2m, u = w + w'; coreness min sum (a_ij - "
        "c_i c_j)^2, a = u/2; reciprocity sum min(w_ij, w_ji)/sum w; overlap sum min/sum max",
    .variant = variants,
    .source =
        "Brin and Page 1998; Kleinberg 1999, Journal of the ACM 46:604-632; Traag, Waltman "
        "and van Eck 2019, Scientific Reports 9:5233; Borgatti and Everett 2000, Social "
        "Networks 21:375-395; Brandes 2001; Traag, Van Dooren and Nesterov 2011, Physical Review E "
        "84:016114; Serrano, Boguna and Vespignani 2009, PNAS 106:6483-6488; Hubert and Schultz "
        "1976, British J. of "
        "Mathematical and Statistical Psychology 29:190-241",
    .version = 6,
    .kind = SW_KIND_GLOBAL,
    .headline = "modularity",
    .param = params,
    .output = outputs,
    .leaves_off = true,
    .resolve = resolve_network,
    .tile = tile_network,
    .finish = finish_network,
    .workspace = workspace_network,
    .open = open_network,
    .close = close_network,
};

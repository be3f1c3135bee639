/* The parts of the measure `network`: its outputs, what resolve leaves, and the comparison of two
 * pair results, which has passes of its own. */
#ifndef SW_MEASURE_GLOBAL_NETWORK_H
#define SW_MEASURE_GLOBAL_NETWORK_H

#include "kernel/graph/graph.h"
#include "kernel/graph/qap.h"
#include "measure/names.h"
#include "spillway/measure.h"

/* The outputs, each as what the descriptor says of it. U: by unit, W: of the whole. They are there
 * by period, and, behind all of these, without time, for pairs of a whole series. */
#define SW_NETWORK(U, W)                                                                           \
  U(PAGERANK, .name = "pagerank", .long_name = "PageRank")                                         \
  U(HUB, .name = "hub", .long_name = "hub weight, maximum 1")                                      \
  U(AUTHORITY, .name = "authority", .long_name = "authority weight, maximum 1")                    \
  U(CORENESS, .name = "coreness", .long_name = "coreness")                                         \
  U(CORE, .name = "core", .long_name = "1 in the core, 0 in the periphery", .number = SW_INT32,    \
    .palette = SW_CATEGORIES)                                                                      \
  U(COMMUNITY, .name = "community", .long_name = "community, numbered by its first unit",          \
    .number = SW_INT32, .palette = SW_CATEGORIES)                                                  \
  U(BETWEENNESS, .name = "betweenness", .long_name = "shortest paths through the unit")            \
  W(DENSITY, .name = "density", .long_name = "links over pairs")                                   \
  W(RECIPROCITY, .name = "reciprocity", .long_name = "weight that is returned")                    \
  W(MODULARITY, .name = "modularity", .long_name = "modularity of the communities")                \
  W(CPM, .name = "cpm", .long_name = "constant Potts quality of the communities")                  \
  W(CORE_R, .name = "core_r", .long_name = "correlation with core and periphery")                  \
  W(JACCARD, .name = "jaccard",                                                                    \
    .long_name = "links of this period and the one before, of those of either")                    \
  W(OVERLAP, .name = "overlap", .long_name = "weights common with the period before")              \
  W(BLOCK_SUM, .name = SW_NAME_BLOCK_SUM, .long_name = "sum of the links from group to group",     \
    .show = SW_SHOW_MATRIX, .log = true, .axis = {"from_group", "to_group"})                       \
  W(BLOCK_MEAN, .name = "block_mean", .long_name = "links from group to group, per pair of units", \
    .show = SW_SHOW_MATRIX, .log = true, .axis = {"from_group", "to_group"})                       \
  W(QAP_R, .name = "qap_r", .long_name = "correlation with the other pair result")                 \
  W(QAP_P, .name = "qap_p", .long_name = "p-value of that correlation, by permutation of units")   \
  W(QAP_SD, .name = "qap_sd",                                                                      \
    .long_name = "standard deviation of the correlation under permutation, exact")                 \
  W(COMMON_PART, .name = "common_part",                                                            \
    .long_name = "share of what both pair results have in common")                                 \
  W(BACKBONE_LINKS, .name = "backbone_links", .long_name = "links of the backbone, of all links")  \
  W(BACKBONE_WEIGHT, .name = "backbone_weight",                                                    \
    .long_name = "weight of the backbone, of all weight")

#define SW_NETWORK_IDENTIFIER(id, ...) id,
enum { SW_NETWORK(SW_NETWORK_IDENTIFIER, SW_NETWORK_IDENTIFIER) SW_NETWORK_OUTPUTS };

/* The first two passes; those of betweenness and of permutations are there when asked for. */
enum { FIGURES, COMMUNITIES };

typedef struct network_state {
  int form;                 /* of the results: 0, or SW_NETWORK_OUTPUTS without time */
  double damping, backbone; /* backbone 0: the figures are those of all links */
  sw_graph_quality quality;
  int starts, parts;
  int paths; /* the pass of betweenness; 0: it is off */
  bool is_normalised;
  const sw_grouping *grouping; /* NULL: no sums of blocks */
  int64_t permutations;        /* with another pair result */
} network_state;

/* What a period leaves in the first pass; numbers by unit follow, then the sums of blocks, from
 * group to group, and the same per pair of units. */
typedef struct network_figures {
  double density, reciprocity, core_r, jaccard, overlap;
  double backbone_links, backbone_weight;
  double refused;   /* the first weight that is: from unit wrong[0] to wrong[1] ... */
  int64_t wrong[2]; /* ... wrong[0] -1: none is; wrong[1] -1: it is the sum of all */
  int64_t core;     /* sw_graph_core_kind */
} network_figures;

/* ---- network_say.c ---------------------------------------------------------------------- */

sw_status sw_network_refuse(sw_error *err, const sw_job *job, int t, const network_figures *found);
/* Why what is undefined of period t is. */
void sw_network_say_why(sw_job *job, int t, const network_figures *found);
/* Of coreness, what was not found or has no least sum; records of periods lie `bytes` apart. */
void sw_network_note_core(sw_job *job, const char *all, size_t bytes);

/* ---- network_qap.c ---------------------------------------------------------------------- */

/* Of a thread: two networks of a period. */
typedef struct network_qap_thread {
  sw_error *err;
  sw_qap qap;
  int period; /* -1: none */
} network_qap_thread;

sw_status sw_network_qap_resolve(sw_error *err, sw_job *job, network_state *state);
/* The pass, where another pair result is given. */
void sw_network_qap_pass(sw_job *job);
void sw_network_qap_tile(const sw_job *job, int64_t item, void *out, network_qap_thread *thread);
sw_status sw_network_qap_finish(sw_job *job, const void *all);

#endif

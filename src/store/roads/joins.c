/* What joins the modes of a network, looked at once all edges are read: a mode without an edge, a
 * transfer that leads nowhere, modes that nothing joins. None of it is wrong, as an edge may come
 * with the next file; but distances then are those of another network than was meant, so each is
 * said in one line. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "store/roads/network.h"

/* A transfer edge as its file has it, to be named. Few edges are transfers, so lines are kept for
 * these alone. */
struct sw_network_transfer {
  int64_t edge, line;
  const char *file;
};

/* realloc at powers of two: no field for the room is needed. The edge is the one that was just
 * added. */
sw_status sw_network_add_transfer(sw_error *err, sw_network *network, const char *file,
                                  int64_t line) {
  int64_t n = network->n_transfers;
  if ((n & (n - 1)) == 0) { /* room for the next power of two */
    void *more = realloc(network->transfer, (n ? 2 * (size_t)n : 1) * sizeof *network->transfer);
    if (!more) return sw_fail(err, SW_ENOMEM, "out of memory: transfers of a network");
    network->transfer = more;
  }
  network->transfer[network->n_transfers++] =
      (struct sw_network_transfer){network->n_edges - 1, line, file};
  return SW_OK;
}

/* By node a bit for each mode whose edges meet it, in some period. There are at most 64 modes, as a
 * bit stands for each. */
static sw_status find_served(sw_error *err, const sw_network *network, uint64_t **served) {
  SW_TRY(sw_calloc(err, (size_t)network->n_nodes + 1, sizeof **served, (void **)served));
  for (int64_t e = 0; e < network->n_edges; e++) {
    const sw_roads_edge *edge = &network->edge[e];
    if (edge->mode == SW_ROADS_TRANSFER || edge->from == edge->to) continue;
    (*served)[edge->from] |= UINT64_C(1) << edge->mode;
    (*served)[edge->to] |= UINT64_C(1) << edge->mode;
  }
  return SW_OK;
}

/* More than one bit is set. */
static bool is_several(uint64_t modes) {
  return (modes & (modes - 1)) != 0;
}

/* Between two nodes any modes will do, from station to station; of one node two. A transfer from a
 * node to itself changes the mode there. */
static bool leads(const sw_roads_edge *edge, const uint64_t *served) {
  if (edge->from == edge->to) return is_several(served[edge->from]);
  return served[edge->from] && served[edge->to];
}

/* Linear, for a message. */
static const char *name_of(const sw_network *network, int32_t node) {
  for (int64_t k = 0; k < network->n_nodes; k++)
    if (network->rank[k] == node) return network->name[k];
  return "";
}

/* The first one is named, the others are counted. */
static void say_transfers(const sw_network *network, const uint64_t *served) {
  const struct sw_network_transfer *first = NULL;
  int64_t count = 0;
  for (int64_t k = 0; k < network->n_transfers; k++) {
    if (leads(&network->edge[network->transfer[k].edge], served)) continue;
    if (count++ == 0) first = &network->transfer[k];
  }
  if (count == 0) return;
  const sw_roads_edge *edge = &network->edge[first->edge];
  char more[64] = "";
  if (count > 1) snprintf(more, sizeof more, " (and %lld more)", (long long)count - 1);
  if (edge->from == edge->to)
    sw_log(SW_LOG_WARN,
           "%s:%lld: the transfer at '%s' leads nowhere: edges of fewer than two modes meet it%s",
           first->file, (long long)first->line, name_of(network, edge->from), more);
  else
    sw_log(SW_LOG_WARN,
           "%s:%lld: the transfer from '%s' to '%s' leads nowhere: no edge of a mode meets '%s'%s",
           first->file, (long long)first->line, name_of(network, edge->from),
           name_of(network, edge->to), name_of(network, served[edge->from] ? edge->to : edge->from),
           more);
}

/* Modes whose edges lie apart can be meant, where `transfer: none` says so. A mode without an edge
 * is likely a misspelt name. */
static void say_modes(const sw_network *network, const uint64_t *served) {
  const sw_network_spec *spec = network->spec;
  uint64_t all = 0;
  bool joined = false;
  for (int64_t i = 0; i < network->n_nodes; i++) {
    all |= served[i];
    joined = joined || is_several(served[i]);
  }
  for (int64_t k = 0; k < network->n_transfers; k++)
    joined = joined || leads(&network->edge[network->transfer[k].edge], served);
  for (int m = 0; m < spec->n_modes; m++)
    if (*spec->mode[m].name && !(all >> m & 1))
      sw_log(SW_LOG_WARN, "%s: network: mode '%s' has no edge in these periods", network->entry,
             spec->mode[m].name);
  if (is_several(all) && !joined && spec->transfer >= 0)
    sw_log(SW_LOG_WARN,
           "%s: network: no node is met by edges of two modes, and no edge of mode transfer joins "
           "nodes of two: there is no way from mode to mode",
           network->entry);
}

/* On rank 0 alone, as these are warnings. */
sw_status sw_network_say_joins(sw_error *err, const sw_network *network) {
  uint64_t *served = NULL;
  SW_TRY(find_served(err, network, &served));
  say_transfers(network, served);
  say_modes(network, served);
  sw_free(served);
  return SW_OK;
}

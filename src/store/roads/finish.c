/* A network as a plan for paths: its states, and where units reach it.
 *
 * Called by read.c once all files are read. What is made here lies in the network's arena and lasts
 * as long as the network. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/space/sphere.h"
#include "store/roads/network.h"

/* ---- states ----------------------------------------------------------------------------- */

/* A state begins with each period in which something opens and holds until the next: state_of[t] is
 * the number of openings up to t. Edges then hold states in place of periods. */
static sw_status find_states(sw_error *err, sw_network *network) {
  int n = network->periods->n;
  SW_NEW(err, network->arena, network->state_of, n);
  for (int64_t e = 0; e < network->n_edges; e++)
    if (network->edge[e].state > 0) network->state_of[network->edge[e].state] = 1;
  for (int t = 1; t < n; t++)
    network->state_of[t] += network->state_of[t - 1];
  network->n_states = network->state_of[n - 1] + 1;
  for (int64_t e = 0; e < network->n_edges; e++)
    network->edge[e].state = network->state_of[network->edge[e].state];
  return SW_OK;
}

/* ---- units ------------------------------------------------------------------------------ */

/* Each unit needs a place, as it reaches the network from there. */
static sw_status place_units(sw_error *err, sw_network *network) {
  const sw_units *units = network->units;
  int64_t n = units->n;
  if (!units->lon || !units->lat)
    return sw_node_fail(err, network->spec->node,
                        "network: units reach it from their coordinates: name the columns lon and "
                        "lat under `units`, or leave access_kmh out where units are nodes");
  for (int64_t i = 0; i < n; i++)
    if (isnan(units->lon[i]) || isnan(units->lat[i]))
      return sw_node_fail(err, network->spec->node,
                          "network: unit '%s' has no access: it has no coordinates; give it some, "
                          "or leave it out by `where`",
                          sw_unit_code(units, i));
  SW_NEW(err, network->arena, network->unit_vector, 3 * n);
  sw_sphere_vectors(n, units->lon, units->lat, network->unit_vector, network->unit_vector + n,
                    network->unit_vector + 2 * n);
  return SW_OK;
}

/* Where units are nodes themselves they are found by name; the way to them takes no time. */
static sw_status match_units(sw_error *err, sw_network *network) {
  const sw_units *units = network->units;
  SW_NEW(err, network->arena, network->unit_node, units->n);
  for (int64_t i = 0; i < units->n; i++) {
    const char *code = sw_unit_code(units, i);
    int64_t k = sw_map_find(network->node_of, code, strlen(code));
    if (k < 0)
      return sw_node_fail(err, network->spec->node,
                          "network: unit '%s' has no access: no node of %s has its code; add one, "
                          "or give access_kmh, the speed from units to their nearest nodes",
                          code, network->spec->nodes.file);
    network->unit_node[i] = network->rank[k];
  }
  return SW_OK;
}

/* ---- all -------------------------------------------------------------------------------- */

/* A negative transfer, or no limit, is SW_ROADS_NEVER. */
static sw_ticks ticks_or_never(double minutes, bool is_none) {
  return is_none ? SW_ROADS_NEVER : sw_roads_ticks(minutes);
}

/* The plan borrows all its arrays from the network. */
sw_status sw_network_finish(sw_error *err, sw_network *network) {
  const sw_network_spec *spec = network->spec;
  int64_t n = network->units->n;
  SW_TRY(find_states(err, network));
  SW_TRY(network->has_places ? place_units(err, network) : match_units(err, network));
  SW_NEW(err, network->arena, network->access_kmh, spec->n_modes);
  for (int m = 0; m < spec->n_modes; m++)
    network->access_kmh[m] = spec->mode[m].access_kmh;
  network->plan = (sw_roads_plan){.n_nodes = network->n_nodes,
                                  .n_edges = network->n_edges,
                                  .n_units = n,
                                  .n_modes = spec->n_modes,
                                  .directed = spec->directed,
                                  .edge = network->edge,
                                  .transfer = ticks_or_never(spec->transfer, spec->transfer < 0),
                                  .within = ticks_or_never(spec->within, !(spec->within > 0)),
                                  .access_kmh = network->access_kmh,
                                  .unit_node = network->unit_node,
                                  .direct_kmh = spec->access_kmh};
  for (int c = 0; network->has_places && c < 3; c++) {
    network->plan.node[c] = network->vector + c * network->n_nodes;
    network->plan.unit[c] = network->unit_vector + c * n;
  }
  return SW_OK;
}

/* Also after a failure: NULL is freed as nothing. */
void sw_network_close(sw_network *network) {
  sw_map_destroy(network->node_of);
  free(network->name);
  free(network->edge);
  free(network->transfer);
  sw_arena_destroy(network->arena);
}

/* `distance: {network: {...}}`: files to distances. All collective. What it will take is tried on a
 * sample of units before: a study that cannot fit is refused before it starts, and `check` does no
 * more where all of it would take long.
 *
 * Called by the study's reader of distances. Log lines are written by rank 0 alone. */
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/links/links.h"
#include "store/roads/network.h"

/* Units above which a limit is needed: 20,000 squared are 4 x 10^8 pairs, some 5 GB. WORTH: seconds
 * that `check` may take. */
enum { ALL_PAIRS = 20000, WORTH = 2 };

/* ---- reading ---------------------------------------------------------------------------- */

/* The same on every rank, as it depends on the study alone. */
static sw_status check_size(sw_error *err, const sw_network_spec *spec, const sw_units *units) {
  if (spec->within > 0 || units->n <= ALL_PAIRS) return SW_OK;
  return sw_node_fail(err, spec->node,
                      "network: 'within' is missing: %lld units have too many pairs; above %d give "
                      "the minutes beyond which a pair has no distance",
                      (long long)units->n, ALL_PAIRS);
}

/* What must be known before files are read. Coordinates of nodes are needed where units look for
 * the nearest; where edges have no length, its own message says so. */
static void look_at_spec(sw_network *network) {
  const sw_network_spec *spec = network->spec;
  network->has_places = spec->access_kmh > 0;
  for (int m = 0; m < spec->n_modes; m++)
    network->has_places |= spec->mode[m].access_kmh > 0;
  network->needs_place = network->has_places;
}

/* Files are read by rank 0 and sent to the others; each rank parses them. */
static sw_status read_nodes(sw_error *err, sw_team *team, sw_network *network) {
  const char *text = NULL;
  size_t length = 0;
  SW_TRY(sw_network_text(err, team, network, &network->spec->nodes, &text, &length));
  return sw_team_agree(team, err, sw_network_nodes(err, network, text, length), 0);
}

/* A mode without a file of its own has its edges in the common file. */
static sw_status read_edges(sw_error *err, sw_team *team, sw_network *network,
                            const sw_network_file *file, int mode) {
  const char *text = NULL;
  size_t length = 0;
  if (!file->file) return SW_OK;
  SW_TRY(sw_network_text(err, team, network, file, &text, &length));
  return sw_team_agree(team, err, sw_network_edges(err, network, file, mode, text, length), 0);
}

/* A network whose edges all open too late is as empty as one without edges. */
static sw_status read_all(sw_error *err, sw_team *team, sw_network *network) {
  const sw_network_spec *spec = network->spec;
  look_at_spec(network);
  SW_TRY(sw_team_agree(team, err, sw_arena_create(err, &network->arena), 0));
  SW_TRY(read_nodes(err, team, network));
  SW_TRY(read_edges(err, team, network, &spec->edges, -1));
  for (int m = 0; m < spec->n_modes; m++)
    SW_TRY(read_edges(err, team, network, &spec->mode[m].edges, m));
  if (network->late && team->rank == 0)
    sw_log(SW_LOG_WARN, "%s: edges of the network that open after the last period: %lld",
           network->entry, (long long)network->late);
  if (network->n_edges == 0)
    return sw_node_fail(err, spec->node, "network: %s",
                        network->late ? "all of its edges open after the last period of the panel"
                                      : "there is no edge; expected rows of from, to and minutes");
  sw_status status = sw_network_finish(err, network);
  if (status == SW_OK && team->rank == 0) status = sw_network_say_joins(err, network);
  return sw_team_agree(team, err, status, 0);
}

/* ---- how much --------------------------------------------------------------------------- */

/* By rank 0, for all: entries of all states, and seconds on all threads. The sample runs on one
 * thread; a run has `threads` of them. */
static sw_status estimate(sw_error *err, sw_team *team, const sw_network *network, int threads,
                          double *entries, double *seconds) {
  double found[2] = {0, 0};
  sw_status status = SW_OK;
  if (team->rank == 0) status = sw_network_sample(err, network, &found[0], &found[1]);
  SW_TRY(sw_team_agree(team, err, status, 0));
  found[1] /= threads; /* rank 0's for all: what follows from it must be the same on every rank */
  SW_TRY(team->broadcast(team, err, found, sizeof found, 0));
  double rows = (double)network->units->n * network->n_states;
  *entries = found[0] * rows;
  *seconds = found[1] * rows / team->size;
  return SW_OK;
}

/* 12 bytes a distance: the partner and the minutes. */
static sw_status refuse_size(sw_error *err, sw_team *team, const sw_network *network,
                             double entries) {
  double need = entries * (sizeof(int32_t) + sizeof(double));
  double room = (double)team->node_room(team);
  sw_status status = SW_OK;
  if (need > room)
    status = sw_node_fail(err, network->spec->node,
                          "network: %.3g distances in %d state%s need about %.1f GB of shared "
                          "memory per node, and %.1f GB are free; give a smaller `within`",
                          entries, network->n_states, network->n_states == 1 ? "" : "s", need / 1e9,
                          room / 1e9);
  return sw_team_agree(team, err, status, 0);
}

/* ---- distances -------------------------------------------------------------------------- */

/* Links that are none yet, in the place of those that are only planned. `check` needs links with
 * the right number of units, and no more. */
static sw_status stand_in(sw_error *err, sw_team *team, int64_t n, sw_links **links) {
  int64_t *row_start = NULL;
  int32_t *to = NULL;
  double *value = NULL;
  SW_TRY(sw_links_create(err, team, n, links, &row_start));
  SW_TRY(sw_links_take_entries(err, team, *links, 0, &to, &value));
  return sw_links_finish(err, team, *links);
}

/* What becomes of the units, by the state that has the most paths, the last. Pairs without a path
 * are a warning where no limit explains them. */
static void say(const sw_team *team, const sw_network *network, const sw_network_distances *out,
                double seconds) {
  const sw_links *last = out->links[out->n_states - 1];
  double pairs = (double)last->n * (double)(last->n - 1), found = (double)last->row_start[last->n];
  char within[64] = "";
  if (team->rank != 0) return;
  if (network->spec->within > 0)
    snprintf(within, sizeof within, " within %g minutes", network->spec->within);
  sw_log(SW_LOG_INFO,
         "%s: network, nodes %lld, edges %lld, %d state%s; %.0f of %.0f pairs of units have a "
         "path%s; %.1f s",
         network->entry, (long long)out->nodes, (long long)out->edges, out->n_states,
         out->n_states == 1 ? "" : "s", found, pairs, within, seconds);
  if (found < pairs && !(network->spec->within > 0))
    sw_log(SW_LOG_WARN, "%s: %.0f of %.0f pairs of units have no path on the network%s",
           network->entry, pairs - found, pairs,
           out->n_states == 1 ? "" : ", when all of it is open");
  if (last->islands)
    sw_log(SW_LOG_WARN, "%s: %lld of %lld units reach no other on the network%s", network->entry,
           (long long)last->islands, (long long)last->n, within);
}

/* Each state starts from the one before, from which untouched rows are copied. */
static sw_status make_states(sw_error *err, sw_team *team, const sw_network *network, bool planned,
                             sw_network_distances *out) {
  int64_t n = network->units->n;
  for (int k = 0; k < network->n_states; k++) {
    out->n_states = k + 1; /* what there is of it is released after a failure */
    SW_TRY(planned ? stand_in(err, team, n, &out->links[k])
                   : sw_network_paths(err, team, network, k, k ? out->links[k - 1] : NULL,
                                      &out->links[k]));
    out->has_gaps |= out->links[k]->row_start[n] < n * (n - 1);
  }
  return SW_OK;
}

/* out owns these; the network is closed after reading. */
static sw_status begin_states(sw_error *err, const sw_network *network, sw_network_distances *out) {
  int periods = network->periods->n;
  SW_TRY(sw_calloc(err, (size_t)network->n_states, sizeof(sw_links *), (void **)&out->links));
  SW_TRY(sw_alloc(err, (size_t)periods, sizeof *out->state_of, (void **)&out->state_of));
  memcpy(out->state_of, network->state_of, (size_t)periods * sizeof *out->state_of);
  out->symmetric = !network->spec->directed;
  out->nodes = network->n_nodes;
  out->edges = network->n_edges;
  return SW_OK;
}

/* `plans`: check. What takes longer than WORTH seconds is only estimated then. */
static sw_status make_all(sw_error *err, sw_team *team, sw_network *network, bool plans,
                          sw_network_distances *out) {
  double began = sw_clock(), entries = 0, seconds = 0;
  SW_TRY(read_all(err, team, network));
  SW_TRY(sw_team_agree(team, err, begin_states(err, network, out), 0));
  SW_TRY(estimate(err, team, network, omp_get_max_threads(), &entries, &seconds));
  SW_TRY(refuse_size(err, team, network, entries));
  bool planned = plans && seconds > WORTH;
  if (planned) out->entries = entries, out->seconds = seconds;
  SW_TRY(make_states(err, team, network, planned, out));
  if (!planned) say(team, network, out, sw_clock() - began);
  return SW_OK;
}

/* Everything that was read is released, as results keep what they need. */
static sw_status read_network(sw_error *err, sw_team *team, const char *name,
                              const sw_network_spec *spec, const sw_units *units,
                              const sw_periods *periods, bool plans, sw_network_distances *out) {
  sw_network network = {.spec = spec, .entry = name, .units = units, .periods = periods};
  *out = (sw_network_distances){0};
  SW_TRY(check_size(err, spec, units)); /* the same on every rank */
  sw_status status = make_all(err, team, &network, plans, out);
  sw_network_close(&network);
  return status;
}

/* For a run: all states are computed. */
sw_status sw_network_read(sw_error *err, sw_team *team, const char *name,
                          const sw_network_spec *spec, const sw_units *units,
                          const sw_periods *periods, sw_network_distances *network) {
  return read_network(err, team, name, spec, units, periods, false, network);
}

/* For `check`: see make_all. */
sw_status sw_network_try(sw_error *err, sw_team *team, const char *name,
                         const sw_network_spec *spec, const sw_units *units,
                         const sw_periods *periods, sw_network_distances *network) {
  return read_network(err, team, name, spec, units, periods, true, network);
}

/* Collective, as links are given back by all ranks. */
void sw_network_release(sw_team *team, sw_network_distances *network) {
  for (int k = 0; network->links && k < network->n_states; k++)
    sw_links_destroy(team, network->links[k]);
  sw_free(network->links);
  sw_free(network->state_of);
  *network = (sw_network_distances){0};
}

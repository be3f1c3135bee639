/* Named resources: weights matrices and distances, made once per node when an entry first asks for
 * them, and the gathering of columns. Const after, so that entries and threads share them without
 * locks. All functions are collective over the team: bind calls them for entries in the same order
 * on every rank, hence every rank finds the same resources made already. */
#include "plan/run/notes.h"
#include "plan/run/private.h"

#include "base/hash.h"
#include "kernel/space/geodesic.h"
#include "kernel/space/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A matrix that no entry names is never read, so its file need not exist. The order in which
 * entries ask is the same on every rank, which reading as a collective needs. Nothing is read twice
 * in a run. */
sw_status sw_run_weights(sw_error *err, sw_run *run, int index, const sw_links **links) {
  if (run->study->weights[index].later) return sw_run_later_view(err, run, index, links);
  sw_links **slot = &run->private->weights[index];
  if (!*slot)
    SW_TRY(run->reader->weights(err, run->team, run->study, &run->study->weights[index],
                                &run->panel->units, slot));
  *links = *slot;
  return SW_OK;
}

/* ---- points ----------------------------------------------------------------------------- */

struct points {
  const double *x, *y, *z;
};

/* The first two units at one point, by a table keyed with the bytes of the three coordinates: O(n),
 * where comparing pairs would be O(n^2). Units without a place are NaN and left out: their
 * distances are undefined, not zero. The first pair in the order of units is told. NaN in one
 * coordinate makes the sum NaN. */
static sw_status find_twins(sw_error *err, const sw_run *run, struct points p, sw_map *map,
                            double *place) {
  const sw_units *units = &run->panel->units;
  for (int64_t j = 0; j < units->n; j++) {
    if (isnan(p.x[j] + p.y[j] + p.z[j])) continue;
    double *at = place + 3 * j;
    at[0] = p.x[j] + 0.0, at[1] = p.y[j] + 0.0, at[2] = p.z[j] + 0.0; /* -0 is 0 */
    int64_t i = -1;
    SW_TRY(sw_map_put(err, map, (const char *)at, 3 * sizeof *at, j, &i));
    if (i >= 0)
      return sw_fail(err, SW_EINPUT,
                     "%s: units %s and %s have the same coordinates (lon %g, lat %g), so their "
                     "distance is 0; give each unit its own",
                     run->study->units.file, sw_unit_code(units, i), sw_unit_code(units, j),
                     units->lon[i], units->lat[i]);
  }
  return SW_OK;
}

/* A distance of zero between different units has no meaning for any measure (gravity would divide
 * by it), and is nearly always a slip in the units file: refused here, for all measures. Near ones
 * are the user's business. Rank 0 alone looks, as it has all units; 24n bytes and a table of n. */
static sw_status refuse_twins(sw_error *err, const sw_run *run, struct points p) {
  size_t n = (size_t)run->panel->units.n;
  double *place = NULL;
  sw_map *map = NULL;
  SW_TRY(sw_alloc(err, 3 * n, sizeof *place, (void **)&place));
  sw_status status = sw_map_create(err, n, &map);
  if (status == SW_OK) status = find_twins(err, run, p, map, place);
  sw_map_destroy(map);
  sw_free(place);
  return status;
}

/* True when some unit has no coordinates. Every rank leaves the same note, as sw_job wants it.
 * O(n), on every rank: the table of units is everywhere. */
static bool note_unplaced(sw_run *run) {
  const sw_units *units = &run->panel->units;
  int64_t without = 0;
  for (int64_t i = 0; i < units->n; i++)
    without += isnan(units->lon[i]) || isnan(units->lat[i]);
  /* Of the units, whichever entry asks first. */
  int entry = run->private->notes.of;
  sw_run_notes_are_of(run, SW_NOTES_OF_ALL);
  if (without)
    sw_note(&run->private->notes, "units without coordinates, whose distances are undefined: %lld",
            (long long)without);
  sw_run_notes_are_of(run, entry);
  return without > 0;
}

/* Unit vectors of all units in node-shared memory: on the sphere for great circles, on the
 * auxiliary sphere for geodesics. The first rank of each node fills them, the barrier publishes
 * them, and rank 0 reports twins for all. Memory: 24 bytes for each unit and node, shared by all
 * entries with such distances. x, y, z are aligned rows of one stride (sw_run_row_stride). */
static sw_status points_make(sw_error *err, sw_run *run, const sw_entry *entry,
                             sw_distance_use *use) {
  const sw_units *units = &run->panel->units;
  if (!units->lon || !units->lat)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: a distance needs coordinates: name the columns lon and lat under "
                   "`units`, or give distance: {file: ...}",
                   entry->where, entry->name);
  size_t stride = (size_t)sw_run_row_stride(units->n);
  sw_team *team = run->team;
  SW_TRY(team->node_alloc(team, err, 3 * stride * sizeof(double), &use->shared));
  double *x = use->shared;
  if (team->node_rank == 0)
    (use->distance.kind == SW_GEODESIC ? sw_geodesic_vectors : sw_sphere_vectors)(
        units->n, units->lon, units->lat, x, x + stride, x + 2 * stride);
  SW_TRY(team->node_barrier(team, err));
  struct points p = {x, x + stride, x + 2 * stride};
  /* All nodes hold the same points; one rank is enough, and the others learn its verdict. */
  sw_status status = team->rank == 0 ? refuse_twins(err, run, p) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  use->distance.has_gaps = note_unplaced(run);
  use->distance.units = "km";
  /* Geodesics read the degrees, too. */
  use->distance.x = p.x;
  use->distance.y = p.y;
  use->distance.z = p.z;
  use->distance.lon = units->lon;
  use->distance.lat = units->lat;
  use->distance.symmetric = true;
  return SW_OK;
}

static bool is_same_text(const char *a, const char *b) {
  return a == b || (a && b && strcmp(a, b) == 0);
}

/* Of two nodes of the study: order counts, as it is a matter of writing alone. By text, so 1 and
 * 1.0 differ: the network would be computed twice, which costs time alone. */
static bool is_same_node(const sw_node *a, const sw_node *b) {
  if (a->kind != b->kind || a->count != b->count) return false;
  if (a->kind == SW_NODE_SCALAR) return strcmp(a->text, b->text) == 0;
  for (int i = 0; i < a->count; i++)
    if ((a->kind == SW_NODE_MAP && strcmp(a->key[i], b->key[i]) != 0) ||
        !is_same_node(a->item[i], b->item[i]))
      return false;
  return true;
}

/* Files are told apart by path: two names of one file are read twice, which is only slower. Other
 * columns of one file are other distances. use->spec is set for networks alone. */
static bool is_same_distance(const sw_distance_use *use, const sw_distance_spec *spec) {
  if (use->distance.kind != spec->kind) return false;
  if (spec->kind != SW_GIVEN) return true;
  if (use->spec || spec->network)
    return use->spec && spec->network && is_same_node(use->spec->node, spec->network->node);
  return use->flow == spec->flow && strcmp(use->path, spec->path) == 0 &&
         is_same_text(use->columns.from, spec->columns.from) &&
         is_same_text(use->columns.to, spec->columns.to) &&
         is_same_text(use->columns.value, spec->columns.value);
}

/* A full table has n (n - 1) links. */
static bool lacks_pairs(const sw_links *links) {
  return links->row_start[links->n] < links->n * (links->n - 1);
}

/* Each state is a distance of its own. One that never changes is besides as if it came out of a
 * file. *use owns the network's links, which network_release gives back; states are views of
 * them. */
static sw_status network_make(sw_error *err, sw_run *run, const sw_entry *entry,
                              sw_distance_use *use) {
  sw_network_distances *network = &use->network;
  sw_distance *d = &use->distance, *state = NULL;
  SW_TRY(run->reader->network(err, run->team, entry->name, use->spec, &run->panel->units,
                              &run->panel->periods, network));
  d->symmetric = network->symmetric;
  d->has_gaps = network->has_gaps;
  d->units = "min";
  d->within = use->spec->within;
  d->access_kmh = use->spec->access_kmh;
  sw_status status =
      sw_arena_alloc(err, run->arena, (size_t)network->n_states, sizeof *state, (void **)&state);
  for (int k = 0; status == SW_OK && k < network->n_states; k++)
    state[k] = *d, state[k].links = network->links[k];
  d->n_states = network->n_states;
  d->state = state;
  d->state_of = network->state_of;
  if (network->n_states == 1) d->links = network->links[0];
  return sw_team_agree(run->team, err, status, 0);
}

/* The unit of distances in a file is not known to the program: "1". */
static sw_status file_read(sw_error *err, sw_run *run, const sw_entry *entry,
                           const sw_distance_spec *spec, sw_distance_use *use) {
  SW_TRY(run->reader->distance(err, run->team, run->study, entry->name, spec, &run->panel->units,
                               &use->links));
  use->distance.links = use->links;
  use->distance.symmetric = use->links->symmetric;
  /* A full table has n - 1 links in each row; the diagonal is not stored. Fewer: some pair has no
   * distance. */
  use->distance.has_gaps = lacks_pairs(use->links);
  use->distance.units = "1";
  return SW_OK;
}

/* Distances out of an observed flow, such as one of times, of all periods: its own links, as they
 * are. */
static sw_status take_flow(sw_error *err, sw_run *run, const sw_entry *entry,
                           const sw_distance_spec *spec, sw_distance_use *use) {
  const sw_flow *flow = &run->private->flow[spec->flow - 1];
  const sw_links *links = &flow->links[0];
  if (!flow->timeless)
    return sw_node_fail(err, spec->node,
                        "%s: %s has a time, and distances hold for all periods; leave one period "
                        "in its file, and `time` out",
                        entry->name, flow->name);
  use->distance.links = links;
  use->distance.symmetric = links->symmetric;
  use->distance.has_gaps = lacks_pairs(links);
  use->distance.units = "1";
  return SW_OK;
}

/* The distance that an argument names, shared with earlier ones that name the same. n_distances
 * grows before the resource is whole, so that what there is of it is released after a failure.
 * Linear in the distances of the study. The array has room for all (count_distances in bind.c). */
static sw_status find_distance(sw_error *err, sw_run *run, const sw_entry *entry,
                               const sw_distance_spec *spec, const sw_distance **distance) {
  struct sw_run_private *own = run->private;
  for (int i = 0; i < own->n_distances; i++)
    if (is_same_distance(&own->distance[i], spec)) {
      *distance = &own->distance[i].distance;
      return SW_OK;
    }
  sw_distance_use *use = &own->distance[own->n_distances++];
  use->distance.kind = spec->kind;
  use->path = spec->path;
  use->columns = spec->columns;
  use->flow = spec->flow;
  use->spec = spec->network;
  if (spec->network)
    SW_TRY(network_make(err, run, entry, use));
  else if (spec->flow)
    SW_TRY(take_flow(err, run, entry, spec, use));
  else if (spec->kind == SW_GIVEN)
    SW_TRY(file_read(err, run, entry, spec, use));
  else
    SW_TRY(points_make(err, run, entry, use));
  *distance = &use->distance;
  return SW_OK;
}

/* For the plan that `check` prints: bytes of distances a node will hold, and seconds to make
 * them. */
double sw_run_networks(const sw_run *run, double *seconds) {
  const struct sw_run_private *own = run->private;
  double entries = 0;
  *seconds = 0;
  for (int i = 0; i < own->n_distances; i++) {
    entries += own->distance[i].network.entries;
    *seconds += own->distance[i].network.seconds;
  }
  return entries * (sizeof(int32_t) + sizeof(double));
}

/* naming.distance has been read with the study. */
sw_status sw_run_distance(sw_error *err, sw_run *run, int e, int param,
                          const sw_distance **distance) {
  const sw_entry *entry = &run->study->entry[e];
  return find_distance(err, run, entry, &entry->naming[param].distance, distance);
}

/* For rings of an entry that names no distance. */
sw_status sw_run_great_circles(sw_error *err, sw_run *run, int e, const sw_distance **distance) {
  static const sw_distance_spec spec = {.kind = SW_GREAT_CIRCLE};
  return find_distance(err, run, &run->study->entry[e], &spec, distance);
}

/* ---- gathering -------------------------------------------------------------------------- */

/* Cache lines of 8 doubles. Rows a page apart, 512 doubles or a multiple, would fall into the same
 * few sets of the first cache and push each other out when a loop reads many rows side by side;
 * three lines more spread them. */
int64_t sw_run_row_stride(int64_t n) {
  int64_t stride = (n + 7) & ~(int64_t)7;
  return stride % 512 ? stride : stride + 24;
}

/* Where the units of each node, which are consecutive, begin in a row, in bytes; `start` has one
 * more, the end. */
static sw_status find_starts(sw_error *err, const sw_run *run, size_t *start) {
  sw_team *team = run->team;
  int64_t mine[2] = {team->node, run->panel->lo}, *first = NULL;
  size_t *counts = NULL;
  sw_status status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->all_gather(team, err, mine, sizeof mine, (void **)&first, counts);
  /* Ranks are ordered by node. Downwards, so that the first rank of each node writes last. */
  for (int k = team->size - 1; status == SW_OK && k >= 0; k--)
    start[first[2 * k]] = (size_t)first[2 * k + 1] * sizeof(double);
  start[team->nodes] = (size_t)run->panel->units.n * sizeof(double);
  sw_free(first);
  sw_free(counts);
  return status;
}

/* Only nodes exchange values, n * rows doubles into each. This is the one place where a pass that
 * sees whole columns pays for it. Collective. `shared` is the node's copy, of which its ranks have
 * written their own units. */
sw_status sw_run_share_rows(sw_error *err, sw_run *run, int rows, void *shared) {
  sw_team *team = run->team;
  int64_t n = run->panel->units.n, stride = sw_run_row_stride(n);
  double *all = shared;
  /* Kernels may load whole vectors; nothing else is read behind the units. */
  for (int r = 0; team->node_rank == 0 && r < rows; r++)
    for (int64_t k = n; k < stride; k++)
      all[r * stride + k] = 0;
  /* All ranks of the node have written their units: the copy may be sent. */
  SW_TRY(team->node_barrier(team, err));
  if (team->nodes == 1) return SW_OK;
  size_t *start = NULL;
  sw_status status = sw_alloc(err, (size_t)team->nodes + 1, sizeof *start, (void **)&start);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK) status = find_starts(err, run, start);
  for (int r = 0; status == SW_OK && r < rows; r++)
    status = team->share(team, err, all + r * stride, start);
  sw_free(start);
  return status;
}

/* The ranks of a node write their units straight into the shared copy. *shared is the caller's to
 * free, by node_free, on all ranks. */
sw_status sw_run_gather_rows(sw_error *err, sw_run *run, double *const *local, int rows,
                             void **shared) {
  sw_team *team = run->team;
  int64_t lo = run->panel->lo, own = run->panel->hi - lo;
  int64_t stride = sw_run_row_stride(run->panel->units.n);
  SW_TRY(team->node_alloc_bare(team, err, (size_t)stride * (size_t)rows * sizeof(double), shared));
  double *all = *shared;
  for (int r = 0; r < rows; r++)
    memcpy(all + r * stride + lo, local[r], (size_t)own * sizeof(double));
  return sw_run_share_rows(err, run, rows, all);
}

/* In the order in which they were made on every rank: node_free is collective. Blocks are this
 * rank's own and are freed without the others. */
void sw_run_resources_destroy(sw_run *run) {
  struct sw_run_private *own = run->private;
  sw_run_flows_destroy(run);
  for (int i = 0; own->weights && i < run->study->n_weights; i++)
    if (own->weights[i]) run->reader->links_destroy(run->team, own->weights[i]);
  for (int i = 0; i < own->n_distances; i++) {
    if (own->distance[i].links) run->reader->links_destroy(run->team, own->distance[i].links);
    if (own->distance[i].spec) run->reader->network_release(run->team, &own->distance[i].network);
    if (own->distance[i].shared) run->team->node_free(run->team, own->distance[i].shared);
  }
  for (int i = 0; i < own->n_blocks; i++)
    sw_free(own->block[i]);
  free(own->block);
}

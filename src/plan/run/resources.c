/* Named resources: weights matrices and distances, made once a node when first asked for, and
 * the gathering of columns. Const after. All functions are collective over the team. */
#include "plan/run/private.h"

#include "base/hash.h"
#include "kernel/space/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

sw_status sw_run_weights(sw_error *err, sw_run *run, int index, const sw_links **links) {
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
                     "%s: units %s and %s stand at one point (lon %g, lat %g): their distance is "
                     "0; give each its own place",
                     run->study->units.file, sw_unit_code(units, i), sw_unit_code(units, j),
                     units->lon[i], units->lat[i]);
  }
  return SW_OK;
}

/* A distance of zero between different units has no meaning for any measure: refuse it here. */
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

static bool note_unplaced(sw_run *run) {
  const sw_units *units = &run->panel->units;
  int64_t without = 0;
  for (int64_t i = 0; i < units->n; i++)
    without += isnan(units->lon[i]) || isnan(units->lat[i]);
  if (without)
    sw_note(&run->private->notes, "units without coordinates, whose distances are undefined: %lld",
            (long long)without);
  return without > 0;
}

static sw_status points_make(sw_error *err, sw_run *run, const sw_entry *entry,
                             sw_distance_use *use) {
  const sw_units *units = &run->panel->units;
  if (!units->lon || !units->lat)
    return sw_fail(err, SW_EINPUT,
                   "%s: %s: a distance needs coordinates: name the columns lon and lat under "
                   "`units`, or give distance: {file: ...}",
                   entry->where, entry->name);
  size_t n = (size_t)units->n;
  sw_team *team = run->team;
  SW_TRY(team->node_alloc(team, err, 3 * n * sizeof(double), &use->shared));
  double *x = use->shared;
  if (team->node_rank == 0)
    sw_sphere_vectors(units->n, units->lon, units->lat, x, x + n, x + 2 * n);
  SW_TRY(team->node_barrier(team, err));
  struct points p = {x, x + n, x + 2 * n};
  sw_status status = team->rank == 0 ? refuse_twins(err, run, p) : SW_OK;
  SW_TRY(sw_team_agree(team, err, status, 0));
  use->distance.has_gaps = note_unplaced(run);
  use->distance.x = p.x;
  use->distance.y = p.y;
  use->distance.z = p.z;
  use->distance.lon = units->lon;
  use->distance.lat = units->lat;
  use->distance.symmetric = true;
  return SW_OK;
}

static bool is_same_distance(const sw_distance_use *use, const sw_entry *entry) {
  if (use->distance.kind != entry->distance) return false;
  return entry->distance != SW_GIVEN || strcmp(use->path, entry->distance_path) == 0;
}

sw_status sw_run_distance(sw_error *err, sw_run *run, int entry_index,
                          const sw_distance **distance) {
  struct sw_run_private *own = run->private;
  const sw_entry *entry = &run->study->entry[entry_index];
  for (int i = 0; i < own->n_distances; i++)
    if (is_same_distance(&own->distance[i], entry)) {
      *distance = &own->distance[i].distance;
      return SW_OK;
    }
  sw_distance_use *use = &own->distance[own->n_distances];
  use->distance.kind = entry->distance;
  use->path = entry->distance_path;
  if (entry->distance == SW_GIVEN) {
    SW_TRY(
        run->reader->distance(err, run->team, run->study, entry, &run->panel->units, &use->links));
    use->distance.links = use->links;
    use->distance.symmetric = use->links->symmetric;
    use->distance.has_gaps =
        use->links->row_start[use->links->n] < use->links->n * (use->links->n - 1);
  } else {
    SW_TRY(points_make(err, run, entry, use));
  }
  own->n_distances++;
  *distance = &use->distance;
  return SW_OK;
}

/* ---- gathering -------------------------------------------------------------------------- */

sw_status sw_run_gather_rows(sw_error *err, sw_run *run, double *const *local, int rows,
                             void **shared) {
  sw_team *team = run->team;
  int64_t n = run->panel->units.n, lo = run->panel->lo, own = run->panel->hi - lo;
  size_t *start = NULL;
  sw_status status = sw_alloc(err, (size_t)team->nodes + 1, sizeof *start, (void **)&start);
  status = sw_team_agree(team, err, status, 0);
  if (status == SW_OK)
    status = team->node_alloc(team, err, (size_t)n * (size_t)rows * sizeof(double), shared);
  double *all = *shared;
  for (int r = 0; status == SW_OK && r < rows; r++)
    memcpy(all + (int64_t)r * n + lo, local[r], (size_t)own * sizeof(double));
  if (status == SW_OK) status = team->node_barrier(team, err);
  if (status == SW_OK && team->nodes > 1) {
    int64_t *first = NULL;
    size_t *counts = NULL;
    int64_t mine[2] = {team->node, lo};
    status = sw_alloc(err, (size_t)team->size, sizeof *counts, (void **)&counts);
    status = sw_team_agree(team, err, status, 0);
    if (status == SW_OK)
      status = team->all_gather(team, err, mine, sizeof mine, (void **)&first, counts);
    for (int r = 0; status == SW_OK && r < rows; r++) {
      /* Ranks are ordered by node, so a node's first rank says where its units begin. */
      for (int k = team->size - 1; k >= 0; k--)
        start[first[2 * k]] = (size_t)first[2 * k + 1] * sizeof(double);
      start[team->nodes] = (size_t)n * sizeof(double);
      status = team->share(team, err, all + (int64_t)r * n, start);
    }
    sw_free(first);
    sw_free(counts);
  }
  sw_free(start);
  return status;
}

void sw_run_resources_destroy(sw_run *run) {
  struct sw_run_private *own = run->private;
  for (int i = 0; own->weights && i < run->study->n_weights; i++)
    if (own->weights[i]) run->reader->links_destroy(run->team, own->weights[i]);
  for (int i = 0; i < own->n_distances; i++) {
    if (own->distance[i].links) run->reader->links_destroy(run->team, own->distance[i].links);
    if (own->distance[i].shared) run->team->node_free(run->team, own->distance[i].shared);
  }
  for (int i = 0; i < own->n_blocks; i++)
    sw_free(own->block[i]);
  free(own->block);
}

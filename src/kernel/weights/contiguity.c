/* Contiguity by features that units share: a feature is a vertex for queen, an edge (two vertices
 * that follow each other in a ring, in either order) for rook. Features become numbers, by hashing;
 * then each unit's features and each feature's units are listed, and the neighbours of a unit are
 * the units of its features, each once. O(points) where few units share a feature. */
#include "kernel/weights/contiguity.h"

#include "base/arena.h"
#include "kernel/weights/meeting.h"

#include <stdlib.h>
#include <string.h>

/* Features as they are met: feature[k] is one of unit[k]; several k may say the same. One entry for
 * every point, so `count` is the number of points. */
typedef struct incidence {
  int64_t n_units, n_features, count;
  int32_t *feature, *unit;
} incidence;

/* Numbers listed by a key in compressed form. */
typedef struct listing {
  int64_t *start; /* keys + 1 */
  int32_t *item;
} listing;

/* ---- features ---------------------------------------------------------------------------- */

/* Of a ring all vertices but the last, which is the first. in->count is left at the number of
 * entries. */
static void vertices_of(const sw_rings *rings, const int32_t *vertex, int64_t count,
                        incidence *in) {
  for (int64_t r = 0; r < rings->n_rings; r++)
    for (int64_t k = rings->start[r]; k + 1 < rings->start[r + 1]; k++) {
      in->feature[in->count] = vertex[k];
      in->unit[in->count++] = rings->unit[r];
    }
  in->n_features = count;
}

/* Spreads keys of neighbouring vertices over the table. Multiplication by the golden ratio's 64
 * bits. */
static uint64_t mix(uint64_t key) {
  key ^= key >> 31;
  key *= 0x9e3779b97f4a7c15u;
  return key ^ key >> 29;
}

/* The number of an edge, made where it is new. 0 is no key. Linear probing. The key is the pair of
 * vertices plus 1; the table is at most half full, so a free slot is always found. */
static int32_t edge_at(uint64_t *key, int32_t *number, uint64_t mask, int32_t a, int32_t b,
                       int64_t *count) {
  uint64_t lo = (uint64_t)(a < b ? a : b), hi = (uint64_t)(a < b ? b : a);
  uint64_t wanted = (lo << 32 | hi) + 1, slot = mix(wanted) & mask;
  while (key[slot] && key[slot] != wanted)
    slot = (slot + 1) & mask;
  if (!key[slot]) {
    key[slot] = wanted;
    number[slot] = (int32_t)(*count)++;
  }
  return number[slot];
}

/* An edge of which both ends are one vertex is one, too: simplified maps have borders of no length
 * left, as two equal points that follow each other in both polygons. Rook neighbours share an edge
 * of any length. */
static sw_status edges_of(sw_error *err, const sw_rings *rings, const int32_t *vertex,
                          incidence *in) {
  uint64_t slots = 64, *key = NULL;
  int32_t *number = NULL;
  while (slots < 2 * (uint64_t)rings->n_points)
    slots *= 2;
  sw_status status = sw_calloc(err, slots, sizeof *key, (void **)&key);
  if (status == SW_OK) status = sw_alloc(err, slots, sizeof *number, (void **)&number);
  for (int64_t r = 0; status == SW_OK && r < rings->n_rings; r++)
    for (int64_t k = rings->start[r]; k + 1 < rings->start[r + 1]; k++) {
      in->feature[in->count] =
          edge_at(key, number, slots - 1, vertex[k], vertex[k + 1], &in->n_features);
      in->unit[in->count++] = rings->unit[r];
    }
  sw_free(key);
  sw_free(number);
  return status;
}

/* ---- neighbours -------------------------------------------------------------------------- */

/* A unit's neighbours are found through its features: from unit to features to units. */

/* Items listed by key: a counting sort. The caller releases, also on failure. Entries keep their
 * order within a key. */
static sw_status list_by(sw_error *err, int64_t keys, int64_t count, const int32_t *key,
                         const int32_t *item, listing *list) {
  SW_TRY(sw_calloc(err, (size_t)keys + 2, sizeof *list->start, (void **)&list->start));
  SW_TRY(sw_alloc(err, (size_t)count, sizeof *list->item, (void **)&list->item));
  int64_t *at = list->start + 1; /* one place on, so that at[k] runs from the start to the end */
  for (int64_t k = 0; k < count; k++)
    at[key[k] + 1]++;
  for (int64_t k = 1; k <= keys; k++)
    at[k] += at[k - 1];
  for (int64_t k = 0; k < count; k++)
    list->item[at[key[k]]++] = item[k];
  return SW_OK;
}

static void release(listing *list) {
  sw_free(list->start);
  sw_free(list->item);
}

/* The neighbours of unit i, each once, into `to` unless NULL; how many. seen[j] == i: counted.
 * `seen` holds the last unit that met j, so nothing is cleared between rows. */
static int64_t neighbours_of(const listing *features, const listing *units, int32_t i,
                             int32_t *seen, int32_t *to) {
  int64_t count = 0;
  seen[i] = i;
  for (int64_t f = features->start[i]; f < features->start[i + 1]; f++) {
    int32_t feature = features->item[f];
    for (int64_t u = units->start[feature]; u < units->start[feature + 1]; u++) {
      int32_t j = units->item[u];
      if (seen[j] == i) continue;
      seen[j] = i;
      if (to) to[count] = j;
      count++;
    }
  }
  return count;
}

static int compare_units(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* Counted, then filled; `seen` begins anew for the second pass. Two passes, as the number of links
 * is not known before; rows are sorted, as bisection and merging need that. */
static sw_status fill_rows(sw_error *err, const listing *features, const listing *units,
                           int32_t *seen, sw_link_rows *rows) {
  int64_t n = rows->n;
  SW_TRY(sw_alloc(err, (size_t)n + 1, sizeof *rows->row_start, (void **)&rows->row_start));
  memset(seen, 0xff, (size_t)n * sizeof *seen);
  rows->row_start[0] = 0;
  for (int32_t i = 0; i < n; i++)
    rows->row_start[i + 1] = rows->row_start[i] + neighbours_of(features, units, i, seen, NULL);
  size_t count = (size_t)rows->row_start[n];
  SW_TRY(sw_alloc(err, count, sizeof *rows->to, (void **)&rows->to));
  SW_TRY(sw_alloc(err, count, sizeof *rows->value, (void **)&rows->value));
  memset(seen, 0xff, (size_t)n * sizeof *seen);
  for (int32_t i = 0; i < n; i++) {
    int32_t *to = rows->to + rows->row_start[i];
    int64_t length = neighbours_of(features, units, i, seen, to);
    qsort(to, (size_t)length, sizeof *to, compare_units);
  }
  for (size_t k = 0; k < count; k++)
    rows->value[k] = 1.0;
  return SW_OK;
}

/* Neighbours by shared vertices or edges: lists both ways, then each unit's features of features.
 * O(shared pairs). */
static sw_status rows_of(sw_error *err, const incidence *in, sw_link_rows *rows) {
  listing features = {0}, units = {0};
  int32_t *seen = NULL;
  *rows = (sw_link_rows){.n = in->n_units};
  sw_status status = list_by(err, in->n_units, in->count, in->unit, in->feature, &features);
  if (status == SW_OK)
    status = list_by(err, in->n_features, in->count, in->feature, in->unit, &units);
  if (status == SW_OK) status = sw_alloc(err, (size_t)in->n_units, sizeof *seen, (void **)&seen);
  if (status == SW_OK) status = fill_rows(err, &features, &units, seen, rows);
  release(&features);
  release(&units);
  sw_free(seen);
  if (status != SW_OK) sw_links_rows_destroy(rows);
  return status;
}

/* ---- all --------------------------------------------------------------------------------- */

static sw_status open_incidence(sw_error *err, int64_t n, int64_t points, incidence *in) {
  *in = (incidence){.n_units = n};
  SW_TRY(sw_alloc(err, (size_t)points, sizeof *in->feature, (void **)&in->feature));
  return sw_alloc(err, (size_t)points, sizeof *in->unit, (void **)&in->unit);
}

static void close_incidence(incidence *in) {
  sw_free(in->feature);
  sw_free(in->unit);
}

/* Each two places near each other, near[2p] and near[2p + 1], are a feature more, of the units of
 * both. */
static sw_status add_near(sw_error *err, const sw_vertices *v, const listing *units,
                          const incidence *at, incidence *in) {
  int64_t count = at->count;
  for (int64_t p = 0; p < 2 * v->n_near; p++)
    count += units->start[v->near[p] + 1] - units->start[v->near[p]];
  SW_TRY(open_incidence(err, at->n_units, count, in));
  memcpy(in->feature, at->feature, (size_t)at->count * sizeof *in->feature);
  memcpy(in->unit, at->unit, (size_t)at->count * sizeof *in->unit);
  in->count = at->count;
  in->n_features = at->n_features + v->n_near;
  for (int64_t p = 0; p < 2 * v->n_near; p++)
    for (int64_t u = units->start[v->near[p]]; u < units->start[v->near[p] + 1]; u++) {
      in->feature[in->count] = (int32_t)(at->n_features + p / 2);
      in->unit[in->count++] = units->item[u];
    }
  return SW_OK;
}

/* Queen by places: what lies within `snap` of each other is told by each two places, so that no
 * chain of them links what lies further apart. Under transitive snapping a chain of near places
 * along a border would join what is far apart. */
static sw_status by_places(sw_error *err, const sw_rings *rings, const sw_vertices *v,
                           sw_link_rows *rows) {
  incidence at = {0}, in = {0};
  listing units = {0};
  sw_status status = open_incidence(err, rings->n, rings->n_points, &at);
  if (status == SW_OK) vertices_of(rings, v->place, v->n_places, &at);
  if (status == SW_OK && v->n_near > 0) {
    status = list_by(err, at.n_features, at.count, at.feature, at.unit, &units);
    if (status == SW_OK) status = add_near(err, v, &units, &at, &in);
  }
  if (status == SW_OK) status = rows_of(err, v->n_near > 0 ? &in : &at, rows);
  release(&units);
  close_incidence(&at);
  close_incidence(&in);
  return status;
}

/* By vertices, of which edges are made, too. */
static sw_status by_vertices(sw_error *err, const sw_rings *rings, const int32_t *vertex,
                             int64_t count, sw_rule rule, sw_link_rows *rows) {
  incidence in = {0};
  sw_status status = open_incidence(err, rings->n, rings->n_points, &in);
  if (status == SW_OK && rule == SW_QUEEN) vertices_of(rings, vertex, count, &in);
  if (status == SW_OK && rule == SW_ROOK) status = edges_of(err, rings, vertex, &in);
  if (status == SW_OK) status = rows_of(err, &in, rows);
  close_incidence(&in);
  return status;
}

/* Queen without `meet` goes by places, so that snapping is not transitive; everything else needs
 * one number for a vertex. `meet`: vertices of one polygon that lie on an edge of another count as
 * shared. */
sw_status sw_contiguity_rows(sw_error *err, const sw_rings *rings, sw_rule rule, double snap,
                             bool meet, sw_link_rows *rows) {
  sw_vertices v;
  sw_meeting met = {0};
  *rows = (sw_link_rows){0};
  sw_status status = sw_vertices_find(err, rings, snap, &v);
  if (status == SW_OK && meet)
    status = sw_meeting_find(err, rings, snap, v.vertex, v.n_vertices, &met);
  if (status == SW_OK && rule == SW_QUEEN && !meet)
    status = by_places(err, rings, &v, rows);
  else if (status == SW_OK)
    status = by_vertices(err, meet ? &met.rings : rings, meet ? met.vertex : v.vertex, v.n_vertices,
                         rule, rows);
  sw_meeting_destroy(&met);
  sw_vertices_destroy(&v);
  return status;
}

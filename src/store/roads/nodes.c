/* Nodes of a network: names, each once, and places. They are numbered by name, so that the order of
 * the file has no effect, not even where two nodes are equally near to a unit.
 *
 * Called by read.c on every rank with the same text. n log n for the sort; about 60 bytes per
 * node. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernel/space/sphere.h"
#include "store/roads/network.h"

/* Beyond 10^8 nodes int32 positions of copies by mode could overflow. */
enum { MOST_NODES = 100000000 };

/* Columns of the file; -1: none. */
struct columns {
  int node, lon, lat;
};

/* While the file is read; arrays grow by doubling. Freed at the end: what stays is in the network
 * or in its arena. */
struct reading {
  sw_network *network;
  int64_t room;
  double *place; /* longitude, latitude */
  int64_t *line;
};

/* Finds the columns of the nodes file. Longitudes and latitudes must be there only where units look
 * for the nearest node. */
static sw_status find_columns(sw_error *err, const sw_network *network, const sw_csv *csv,
                              struct columns *c) {
  const sw_network_file *file = &network->spec->nodes;
  const char *lon = network->needs_place ? "of longitudes" : NULL;
  const char *lat = network->needs_place ? "of latitudes" : NULL;
  SW_TRY(sw_network_column(err, csv, file, 0, "node", "node|id|node_id|name|code|station|place",
                           "that names the nodes", &c->node));
  SW_TRY(sw_network_column(err, csv, file, 1, "lon", "lon|longitude|lng|long|x", lon, &c->lon));
  return sw_network_column(err, csv, file, 2, "lat", "lat|latitude|y", lat, &c->lat);
}

/* Doubles the arrays. Each is put back at once, so a failure of one leaks none of the others. */
static sw_status grow(sw_error *err, struct reading *r) {
  sw_network *network = r->network;
  if (network->n_nodes < r->room) return SW_OK;
  size_t room = r->room ? 2 * (size_t)r->room : 1024;
  void *name = realloc(network->name, room * sizeof *network->name);
  if (name) network->name = name;
  void *place = realloc(r->place, 2 * room * sizeof *r->place);
  if (place) r->place = place;
  void *line = realloc(r->line, room * sizeof *r->line);
  if (line) r->line = line;
  if (!name || !place || !line) return sw_fail(err, SW_ENOMEM, "out of memory: nodes of a network");
  r->room = (int64_t)room;
  return SW_OK;
}

/* Reads a coordinate of the record; NaN where there is none, or none is needed. `most`: 360 for
 * longitudes, as some files count so; 90 for latitudes. */
static sw_status read_degrees(sw_error *err, const sw_csv *csv, int column, double most,
                              bool needed, double *degrees) {
  *degrees = NAN;
  if (column < 0) return SW_OK;
  SW_TRY(sw_csv_number(err, csv, column, csv->column[column], degrees));
  if (needed && isnan(*degrees))
    return sw_csv_fail(err, csv, "%s is empty; expected degrees, by which units reach the network",
                       csv->column[column]);
  if (isnan(*degrees) || fabs(*degrees) <= most) return SW_OK;
  return sw_csv_fail(err, csv, "%s is %g; expected degrees of -%g to %g", csv->column[column],
                     *degrees, most, most);
}

/* Reads a node. One that comes twice would make edges ambiguous. */
static sw_status read_node(sw_error *err, const sw_csv *csv, const struct columns *c,
                           struct reading *r) {
  sw_network *network = r->network;
  int64_t twin = -1, k = network->n_nodes;
  sw_field field = csv->field[c->node];
  bool needed = network->needs_place;
  if (field.length == 0)
    return sw_csv_fail(err, csv, "the node has no name; expected one in column '%s'",
                       csv->column[c->node]);
  SW_TRY(grow(err, r));
  network->name[k] = sw_arena_textn(network->arena, field.text, field.length);
  if (!network->name[k]) return sw_fail(err, SW_ENOMEM, "out of memory: nodes of a network");
  SW_TRY(sw_map_put(err, network->node_of, network->name[k], field.length, k, &twin));
  if (twin >= 0)
    return sw_csv_fail(err, csv, "node '%s' is already on line %lld; give each node once",
                       network->name[k], (long long)r->line[twin]);
  SW_TRY(read_degrees(err, csv, c->lon, 360, needed, &r->place[2 * k]));
  SW_TRY(read_degrees(err, csv, c->lat, 90, needed, &r->place[2 * k + 1]));
  r->line[k] = csv->line;
  network->n_nodes++;
  return network->n_nodes <= MOST_NODES
             ? SW_OK
             : sw_csv_fail(err, csv, "more than %d nodes; expected fewer", MOST_NODES);
}

/* Bytes, no locale: the same order everywhere. */
static int compare_names(const void *a, const void *b, void *names) {
  const char *const *name = names;
  return strcmp(name[*(const int32_t *)a], name[*(const int32_t *)b]);
}

/* Orders the nodes by name: numbers, places, and these as vectors. rank[k]: the number by name of
 * the k-th node of the file. Nodes without a place have NaN vectors. */
static sw_status sort_nodes(sw_error *err, sw_network *network, const double *place) {
  size_t n = (size_t)network->n_nodes;
  int32_t *order = NULL;
  sw_arena *arena = network->arena;
  SW_NEW(err, arena, order, n);
  SW_NEW(err, arena, network->rank, n);
  SW_NEW(err, arena, network->lon, n);
  SW_NEW(err, arena, network->lat, n);
  SW_NEW(err, arena, network->vector, 3 * n);
  for (size_t k = 0; k < n; k++)
    order[k] = (int32_t)k;
  qsort_r(order, n, sizeof *order, compare_names, network->name);
  for (size_t k = 0; k < n; k++) {
    network->rank[order[k]] = (int32_t)k;
    network->lon[k] = place[2 * order[k]];
    network->lat[k] = place[2 * order[k] + 1];
  }
  sw_sphere_vectors((int64_t)n, network->lon, network->lat, network->vector, network->vector + n,
                    network->vector + 2 * n);
  return SW_OK;
}

/* Reads all nodes. A network without any is refused, as no unit could reach it. */
static sw_status read_all(sw_error *err, struct reading *r, sw_csv *csv) {
  struct columns c;
  SW_TRY(find_columns(err, r->network, csv, &c));
  for (;;) {
    bool more = false;
    SW_TRY(sw_csv_next(err, csv, &more));
    if (!more) break;
    SW_TRY(read_node(err, csv, &c, r));
  }
  if (r->network->n_nodes == 0)
    return sw_node_fail(err, r->network->spec->nodes.node, "network: %s has no node",
                        r->network->spec->nodes.file);
  return sort_nodes(err, r->network, r->place);
}

/* What remains in `network` after a failure is released with it. */
sw_status sw_network_nodes(sw_error *err, sw_network *network, const char *text, size_t length) {
  struct reading r = {.network = network};
  sw_csv *csv = NULL;
  sw_status status = sw_map_create(err, 1024, &network->node_of);
  if (status == SW_OK)
    status = sw_network_open(err, network, &network->spec->nodes, text, length, &csv);
  if (status == SW_OK) status = read_all(err, &r, csv);
  if (csv) sw_csv_destroy(csv);
  free(r.place);
  free(r.line);
  return status;
}

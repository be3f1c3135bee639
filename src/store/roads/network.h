/* A network while it is read and its paths are found; inside this room only.
 *
 * Every rank parses the same texts to the same network: it is small beside the distances that are
 * made of it, which stand once in a node's shared memory. */
#ifndef SW_STORE_ROADS_NETWORK_H
#define SW_STORE_ROADS_NETWORK_H

#include "base/arena.h"
#include "base/hash.h"
#include "kernel/roads/roads.h"
#include "plan/ports/reader.h"
#include "store/text/csv.h"

typedef struct sw_network {
  const sw_network_spec *spec;
  const char *entry; /* that asks, for the log */
  const sw_units *units;
  const sw_periods *periods;
  sw_arena *arena;
  bool has_places;  /* units reach the network by their coordinates; else they are nodes */
  bool needs_place; /* nodes must have coordinates, for access or for lengths */
  int64_t n_nodes;
  sw_map *node_of;   /* name -> place in the file */
  const char **name; /* by place in the file */
  int32_t *rank;     /* place in the file -> node, by name */
  double *lon, *lat; /* by node; NaN: none */
  double *vector;    /* by node, n each; x, then y, z */
  int64_t n_edges, room;
  sw_roads_edge *edge; /* `state` is the period from which on it is there, until states are known */
  int64_t late;        /* edges that open after the last period */
  int64_t n_transfers;
  struct sw_network_transfer *transfer; /* edges of mode transfer: joins.c */
  int n_states;
  int *state_of; /* by period */
  double *unit_vector;
  int32_t *unit_node;
  double *access_kmh;
  sw_roads_plan plan;
} sw_network;

/* table.c: the text of a file on every rank; a layer that is no CSV is read by rank 0. Collective.
 */
sw_status sw_network_text(sw_error *err, sw_team *team, const sw_network *network,
                          const sw_network_file *file, const char **text, size_t *length);
/* A text with its header read. */
sw_status sw_network_open(sw_error *err, const sw_network *network, const sw_network_file *file,
                          const char *text, size_t length, sw_csv **csv);
/* Column `which` of the file, by the key `key`: as the study names it, else by a usual name, of
 * "a|b|c". *index is -1 where there is none, which is refused where `what` is not NULL. */
sw_status sw_network_column(sw_error *err, const sw_csv *csv, const sw_network_file *file,
                            int which, const char *key, const char *usual, const char *what,
                            int *index);

/* nodes.c, edges.c: out of the texts. Local. */
sw_status sw_network_nodes(sw_error *err, sw_network *network, const char *text, size_t length);
/* Of all modes (mode -1), or of one. */
sw_status sw_network_edges(sw_error *err, sw_network *network, const sw_network_file *file,
                           int mode, const char *text, size_t length);
/* joins.c: the last edge is a transfer, of that line. Then, once all edges are read, a warning for
 * each thing that may not be meant; by rank 0. */
sw_status sw_network_add_transfer(sw_error *err, sw_network *network, const char *file,
                                  int64_t line);
sw_status sw_network_say_joins(sw_error *err, const sw_network *network);
/* Units, states and the plan, once all is read. */
sw_status sw_network_finish(sw_error *err, sw_network *network);
void sw_network_close(sw_network *network);

/* paths.c: all rows of one state; `before`: those of the state before, of which rows are taken that
 * stay as they are (NULL: the first). Collective. */
sw_status sw_network_paths(sw_error *err, sw_team *team, const sw_network *network, int state,
                           const sw_links *before, sw_links **links);
/* Of a sample of units in the last state: entries of a row, and seconds for it. Local. */
sw_status sw_network_sample(sw_error *err, const sw_network *network, double *entries,
                            double *seconds);

#endif

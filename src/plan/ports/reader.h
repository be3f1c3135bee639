/* What `plan` needs read. `store` implements it. All are collective over the team; file bytes are
 * read once per team or in disjoint ranges, never whole by every rank from disk. */
#ifndef SW_PLAN_PORTS_READER_H
#define SW_PLAN_PORTS_READER_H

#include "plan/ports/team.h"
#include "plan/study/study.h"

/* Read, check and align the panel and the units of the study: units file with `where`, panel files
 * in their layout, fill, aggregate, derive, missing, drop-units. The panel holds a column for each
 * indicator that an entry names (operands of derived ones are given back). Everything is owned by
 * `arena` and by the panel's own arrays, released by sw_panel_destroy. Memory: n*T*p/K doubles per
 * rank plus the rows in flight. */
sw_status sw_panel_read(sw_error *err, sw_team *team, const sw_study *study, sw_arena *arena,
                        sw_panel **panel);
void sw_panel_destroy(sw_panel *panel);
/* The labels of a panel that is long by a column, of all its files, without the total, in byte
 * order: for sw_study_parse_by. Its files are read for that alone. */
sw_status sw_panel_labels(sw_error *err, sw_team *team, const sw_study *study, sw_arena *arena,
                          int *n, const char *const **label);

/* A weights matrix of the study over the panel's units, in node-shared memory, styled. Units of
 * the file outside the panel: an error, unless the study itself takes units away (`where`,
 * `unmatched: drop`, `missing: drop-units`): then their links are left out and counted in a log
 * line. A duplicate link is an error. */
sw_status sw_links_read_weights(sw_error *err, sw_team *team, const sw_study *study,
                                const sw_weights_spec *spec, const sw_units *units,
                                sw_links **links);
/* Distances given in a file: a square table with codes, or from,to,distance. `name`: of the entry
 * that asks, for the log. */
sw_status sw_links_read_distance(sw_error *err, sw_team *team, const sw_study *study,
                                 const char *name, const sw_distance_spec *spec,
                                 const sw_units *units, sw_links **links);
void sw_links_destroy(sw_team *team, sw_links *links);

/* An observed flow of the study: its matrices, one for all periods or one for each of the panel. */
typedef struct sw_flow_table {
  int n;
  sw_links **matrix; /* NULL: the file has nothing of the period */
  double **own;      /* what stays within units, n of them, missing NaN; NULL where matrix is */
} sw_flow_table;

/* Flows of units and periods outside the panel are left out as links are, and counted in a log
 * line; a pair that stands twice is an error. *table is to be destroyed also after a failure. */
sw_status sw_links_read_flow(sw_error *err, sw_team *team, const sw_study *study,
                             const sw_flow_spec *spec, const sw_units *units,
                             const sw_periods *periods, sw_flow_table **table);
void sw_flow_table_destroy(sw_team *team, sw_flow_table *table);
/* Distances on a network, in minutes: of each of its states between the periods of the panel. */
typedef struct sw_network_distances {
  int n_states;
  sw_links **links; /* n_states; pairs without a path within the limit are absent */
  int *state_of;    /* by period of the panel */
  bool symmetric, has_gaps;
  int64_t nodes, edges;
  /* Where it is only planned: `links` are empty, and this is what a sample of units says. */
  double entries, seconds;
} sw_network_distances;

/* Reads the network and finds the shortest paths between all units. `name`: of the entry that asks,
 * for the log. *network is to be released also on failure. sw_network_try: where that would take
 * long, only a sample of units is tried. */
typedef sw_status sw_network_reader(sw_error *err, sw_team *team, const char *name,
                                    const sw_network_spec *spec, const sw_units *units,
                                    const sw_periods *periods, sw_network_distances *network);
sw_network_reader sw_network_read, sw_network_try;
void sw_network_release(sw_team *team, sw_network_distances *network);

/* A small table (.csv, or weights of a composite out of a results file), the same on every rank.
 * `entry_name`: the composite whose weights `from:` means. */
sw_status sw_table_read(sw_error *err, sw_team *team, sw_arena *arena, const sw_node *node,
                        const char *study_file, const char *entry_name, sw_table **table);

/* The bytes of a file, read by rank 0 and broadcast; zero-terminated, from the arena. */
sw_status sw_text_read(sw_error *err, sw_team *team, sw_arena *arena, const char *path,
                       const char **text, size_t *length);

/* What the engine calls of these, so that `plan` does not link upward; `store` provides the one
 * implementation (sw_store_reader), tests may give their own. */
typedef struct sw_reader {
  sw_status (*weights)(sw_error *, sw_team *, const sw_study *, const sw_weights_spec *,
                       const sw_units *, sw_links **);
  sw_status (*distance)(sw_error *, sw_team *, const sw_study *, const char *name,
                        const sw_distance_spec *, const sw_units *, sw_links **);
  sw_network_reader *network;
  void (*network_release)(sw_team *, sw_network_distances *);
  void (*links_destroy)(sw_team *, sw_links *);
  sw_status (*table)(sw_error *, sw_team *, sw_arena *, const sw_node *, const char *study_file,
                     const char *entry_name, sw_table **);
  sw_status (*flow)(sw_error *, sw_team *, const sw_study *, const sw_flow_spec *, const sw_units *,
                    const sw_periods *, sw_flow_table **);
  void (*flow_destroy)(sw_team *, sw_flow_table *);
} sw_reader;

extern const sw_reader sw_store_reader;
extern const sw_reader sw_store_planner; /* for `check`: what takes long is only planned */

#endif

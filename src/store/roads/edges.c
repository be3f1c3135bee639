/* Edges of a network: between which nodes, of which mode, how long, and from when on.
 *
 * Called by read.c for each file of edges, on every rank with the same text; so all ranks have the
 * same network. Memory: some 24 bytes an edge. Errors name file and line. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "kernel/space/neighbours.h"
#include "panel/time.h"
#include "store/roads/network.h"

/* Columns of the file; -1: none. */
struct columns {
  int from, to, mode, opens, km, time;
};

/* What is read now: a file of all modes (mode -1), or of one. Lives on the stack of
 * sw_network_edges. */
struct reading {
  sw_network *network;
  const sw_network_file *file;
  int mode;
  const sw_csv *csv;
  struct columns column;
};

/* A study that names no mode has one, without a name. */
static bool is_named(const sw_network *network) {
  return *network->spec->mode[0].name != '\0';
}

/* Without times and without a speed of its mode an edge could not have a time; with a speed the
 * column is optional. */
static sw_status find_time(sw_error *err, struct reading *r) {
  const sw_network_spec *spec = r->network->spec;
  const sw_csv *csv = r->csv;
  char hint[SW_HINT_ROOM];
  r->column.time = spec->time ? sw_csv_find(csv, spec->time) : -1;
  bool has_speed = r->mode >= 0 && spec->mode[r->mode].kmh > 0;
  if (!spec->time || r->column.time >= 0 || has_speed) return SW_OK;
  return sw_node_fail(
      err, r->file->node, "network: %s has no column '%s', of minutes%s", r->file->file, spec->time,
      sw_did_you_mean(spec->time, sw_nearest(spec->time, csv->column, csv->n_columns), hint));
}

/* The usual names are tried when the study names none. Only `from`, `to` and, in a file of several
 * modes, `mode` must be there. */
static sw_status find_columns(sw_error *err, struct reading *r) {
  const sw_csv *csv = r->csv;
  const sw_network_file *file = r->file;
  struct columns *c = &r->column;
  /* One mode has all edges of a file, whatever else that says of them. */
  bool by_mode = r->mode < 0 && r->network->spec->n_modes > 1;
  SW_TRY(sw_network_column(err, csv, file, 0, "from",
                           "from|source|node_from|from_node|origin|start|u|a",
                           "of where edges begin", &c->from));
  SW_TRY(sw_network_column(err, csv, file, 1, "to", "to|target|node_to|to_node|destination|end|v|b",
                           "of where edges end", &c->to));
  SW_TRY(sw_network_column(err, csv, file, 2, "mode", "mode|class|type|kind",
                           by_mode ? "of modes" : NULL, &c->mode));
  SW_TRY(sw_network_column(err, csv, file, 3, "from_period", "from_period|opens|opened|from_year",
                           NULL, &c->opens));
  SW_TRY(sw_network_column(err, csv, file, 4, "km", "km|length_km|length", NULL, &c->km));
  return find_time(err, r);
}

/* ---- one edge --------------------------------------------------------------------------- */

/* Fields are quoted in messages up to 80 characters. */
static sw_status read_end(sw_error *err, const struct reading *r, int column, int32_t *node) {
  sw_field field = r->csv->field[column];
  int64_t k = sw_map_find(r->network->node_of, field.text, field.length);
  if (k < 0)
    return sw_csv_fail(err, r->csv, "%s is '%.*s', which is no node of %s", r->csv->column[column],
                       (int)(field.length < 80 ? field.length : 80), field.text,
                       r->network->spec->nodes.file);
  *node = r->network->rank[k];
  return SW_OK;
}

/* "road, rail", for a message. The text is made only when it is needed, in the network's arena. */
static const char *mode_names(const struct reading *r) {
  const sw_network_spec *spec = r->network->spec;
  const char *text = "";
  for (int m = 0; text && m < spec->n_modes; m++)
    text = sw_arena_printf(r->network->arena, "%s%s%s", text, m ? ", " : "", spec->mode[m].name);
  return text ? text : "";
}

/* A network of one mode without a name takes all. "transfer" is a mode of its own: a change between
 * vehicles, not a ride. */
static sw_status read_mode(sw_error *err, const struct reading *r, int32_t *mode) {
  const sw_network_spec *spec = r->network->spec;
  *mode = r->mode < 0 ? 0 : r->mode;
  if (r->column.mode < 0 || r->mode >= 0 || !is_named(r->network)) return SW_OK;
  sw_field field = r->csv->field[r->column.mode];
  if (sw_csv_field_is(field, "transfer")) {
    *mode = SW_ROADS_TRANSFER;
    return SW_OK;
  }
  for (int m = 0; m < spec->n_modes; m++)
    if (sw_csv_field_is(field, spec->mode[m].name)) {
      *mode = m;
      return SW_OK;
    }
  return sw_csv_fail(err, r->csv, "%s is '%.*s'; expected one of %s, or transfer",
                     r->csv->column[r->column.mode], (int)(field.length < 80 ? field.length : 80),
                     field.text, mode_names(r));
}

/* Between the ends: the column's, else by great circle. km may be 0: two stations in one place. */
static sw_status read_km(sw_error *err, const struct reading *r, const sw_roads_edge *edge,
                         double *km) {
  const sw_network *n = r->network;
  *km = NAN;
  if (r->column.km >= 0)
    SW_TRY(sw_csv_number(err, r->csv, r->column.km, r->csv->column[r->column.km], km));
  if (*km < 0)
    return sw_csv_fail(err, r->csv, "%s is %g; expected 0 or more", r->csv->column[r->column.km],
                       *km);
  if (!isnan(*km)) return SW_OK;
  *km = sw_neighbours_km(sw_chord2(n->vector, n->vector + n->n_nodes, n->vector + 2 * n->n_nodes,
                                   edge->from, edge->to));
  if (!isnan(*km)) return SW_OK;
  return sw_csv_fail(err, r->csv,
                     "the edge has neither a time, nor a length, nor coordinates of "
                     "both its ends");
}

/* The edge's own minutes, else the network's time of transfer, else length over speed. Minutes
 * become whole ticks here, once. */
static sw_status read_time(sw_error *err, const struct reading *r, sw_roads_edge *edge) {
  const sw_network_spec *spec = r->network->spec;
  double minutes = NAN, km = 0;
  double kmh = edge->mode >= 0 ? spec->mode[edge->mode].kmh : 0;
  int column = r->column.time;
  if (column >= 0) SW_TRY(sw_csv_number(err, r->csv, column, r->csv->column[column], &minutes));
  if (minutes < 0)
    return sw_csv_fail(err, r->csv, "%s is %g; expected 0 or more minutes", r->csv->column[column],
                       minutes);
  if (minutes > SW_ROADS_MOST_MINUTES)
    return sw_csv_fail(err, r->csv, "%s is %g; expected minutes, %g at most",
                       r->csv->column[column], minutes, SW_ROADS_MOST_MINUTES);
  if (!isnan(minutes)) {
    edge->ticks = sw_roads_ticks(minutes);
    return SW_OK;
  }
  if (edge->mode == SW_ROADS_TRANSFER && spec->transfer >= 0) {
    edge->ticks = sw_roads_ticks(spec->transfer);
    return SW_OK;
  }
  if (edge->mode == SW_ROADS_TRANSFER)
    return sw_csv_fail(err, r->csv,
                       "%s is empty; expected minutes, or a time for all transfers: transfer: 15",
                       column >= 0 ? r->csv->column[column] : "the time");
  if (!(kmh > 0))
    return sw_csv_fail(err, r->csv, "%s is empty; expected minutes, or give the mode a speed: kmh",
                       column >= 0 ? r->csv->column[column] : "the time");
  SW_TRY(read_km(err, r, edge, &km));
  edge->ticks = sw_roads_travel(km, kmh);
  return SW_OK;
}

/* The first period of the panel that does not come before `value`; n: all do. Periods ascend; there
 * are some tens of them. */
static int first_from(const sw_periods *periods, int64_t value) {
  int t = 0;
  while (t < periods->n && periods->value[t] < value)
    t++;
  return t;
}

/* Whether a text is written as the panel's periods are, and which one it means. "2004-07" means a
 * month only if the panel has months. */
static bool reads_as_theirs(const sw_periods *periods, const char *text, int64_t *value) {
  sw_time_form form = sw_time_form_of(periods->n, periods->label, periods->format);
  return form != SW_FORM_TEXT && sw_time_read_as(form, text, periods->format, value);
}

/* The first period of the panel in which the edge is there. A period before the panel, in the form
 * of the panel's own, is as good as its first; one after its last is never reached. state -1: the
 * text is no period. Edges without an entry are there from the start. */
static sw_status read_opening(sw_error *err, const struct reading *r, sw_roads_edge *edge) {
  const sw_periods *periods = r->network->periods;
  if (r->column.opens < 0 || r->csv->field[r->column.opens].length == 0) return SW_OK;
  sw_field field = r->csv->field[r->column.opens];
  int64_t year = 0;
  char text[64];
  if (periods->cross_section)
    return sw_csv_fail(
        err, r->csv,
        "%s is '%.*s', and the panel is a cross-section; leave the edges out that are "
        "not there, and this column empty",
        r->csv->column[r->column.opens], (int)(field.length < 80 ? field.length : 80), field.text);
  if (periods->integer && sw_parse_integer(field.text, field.length, &year)) {
    edge->state = first_from(periods, year);
    return SW_OK;
  }
  edge->state = -1;
  if (field.length < sizeof text) {
    memcpy(text, field.text, field.length);
    text[field.length] = '\0';
    edge->state = sw_periods_find(periods, text);
    if (edge->state < 0 && periods->value && reads_as_theirs(periods, text, &year))
      edge->state = first_from(periods, year);
  }
  if (edge->state >= 0) return SW_OK;
  return sw_csv_fail(err, r->csv, "%s is '%.*s', which is no period of the panel; e.g. %s",
                     r->csv->column[r->column.opens], (int)(field.length < 80 ? field.length : 80),
                     field.text, periods->label[periods->n - 1]);
}

/* Room is doubled; realloc, as the number of edges is not known. */
static sw_status add(sw_error *err, sw_network *network, const sw_roads_edge *edge) {
  if (network->n_edges == network->room) {
    int64_t room = network->room ? 2 * network->room : 4096;
    void *more = realloc(network->edge, (size_t)room * sizeof *edge);
    if (!more) return sw_fail(err, SW_ENOMEM, "out of memory: edges of a network");
    network->edge = more;
    network->room = room;
  }
  network->edge[network->n_edges++] = *edge;
  return SW_OK;
}

/* A transfer is kept with its line, so that joins.c can name it. */
static sw_status read_edge(sw_error *err, const struct reading *r) {
  sw_roads_edge edge = {0};
  SW_TRY(read_end(err, r, r->column.from, &edge.from));
  SW_TRY(read_end(err, r, r->column.to, &edge.to));
  SW_TRY(read_mode(err, r, &edge.mode));
  SW_TRY(read_time(err, r, &edge));
  SW_TRY(read_opening(err, r, &edge));
  /* What never opens within the panel, or takes longer than any time may, is not there. `late`
   * counts them for one warning. */
  r->network->late += edge.state == r->network->periods->n;
  if (edge.state == r->network->periods->n || edge.ticks >= SW_ROADS_NEVER) return SW_OK;
  SW_TRY(add(err, r->network, &edge));
  if (edge.mode != SW_ROADS_TRANSFER) return SW_OK;
  return sw_network_add_transfer(err, r->network, r->file->file, r->csv->line);
}

/* mode -1: the file has all modes. The reader is destroyed here; texts that stay are in the
 * arena. */
sw_status sw_network_edges(sw_error *err, sw_network *network, const sw_network_file *file,
                           int mode, const char *text, size_t length) {
  struct reading r = {.network = network, .file = file, .mode = mode};
  sw_csv *csv = NULL;
  sw_status status = sw_network_open(err, network, file, text, length, &csv);
  r.csv = csv;
  if (status == SW_OK) status = find_columns(err, &r);
  for (bool more = true; status == SW_OK && more;) {
    status = sw_csv_next(err, csv, &more);
    if (status == SW_OK && more) status = read_edge(err, &r);
  }
  if (csv) sw_csv_destroy(csv);
  return status;
}

/* The synthetic national panel, between its files:
 *   verbs/synth.c    the verb: options, what is written where
 *   border.c         the border
 *   grid.c           points in cells, searched by distance
 *   country.c        hierarchy of centres, places of the units
 *   land.c           areas, contiguity, centrality, metropolitan regions
 *   panel.c          the indicators over time
 *   hinterlands.c    centres that are planted, and whose hinterland each unit is
 *   flows.c          flows between units
 *   network.c        roads and a railway
 *   study.c          a study file that puts the panel to use
 *   out.c            text output
 *
 * Everything is a pure function of the options: random numbers are keyed by (seed, use, item), so a
 * unit's numbers do not depend on how many periods or indicators are asked for. Positions are
 * kilometres east (x) and north (y) of the middle of the country.
 *
 * Rank 0 alone makes it, in one thread. Floating-point sums have a fixed order, and what is written
 * is rounded once to integers: the same options give the same files. */
#ifndef SW_CLI_SYNTH_SYNTH_H
#define SW_CLI_SYNTH_SYNTH_H

#include "base/arena.h"
#include "base/rng.h"
#include "spillway/status.h"

typedef struct sw_synth_options {
  const char *folder;
  int64_t units;
  int periods, indicators;
  uint64_t seed;
  double missing;  /* share of the panel's cells left empty */
  int64_t network; /* nodes of a network; 0: none */
  bool flows;
  bool force;
} sw_synth_options;

enum {
  SW_SYNTH_NAMED = 14,     /* indicators with a meaning, the least there can be */
  SW_SYNTH_MIN_UNITS = 12, /* two provinces of a few units each */
  SW_SYNTH_MAX_UNITS = 10000000,
  SW_SYNTH_MAX_FLOWS = 20000, /* units with flows: all pairs are drawn */
  SW_SYNTH_MAX_PERIODS = 1000,
  SW_SYNTH_MAX_INDICATORS = 1000,
  SW_SYNTH_HALF_WIDTH = 2200, /* km, before the border's waves */
  SW_SYNTH_HALF_HEIGHT = 1450,
  SW_SYNTH_HARMONICS = 5, /* waves of the border */
  SW_SYNTH_FIELDS = 3,    /* smooth fields: endowments, industrial legacy, environment */
  SW_SYNTH_WAVES = 24     /* of which each field is the sum */
};

/* Uses of random numbers: the `stream` of sw_rng_make. Indicators take one stream each. */
enum {
  SW_SYNTH_BORDER = 1,
  SW_SYNTH_SIZE,
  SW_SYNTH_CAPITAL,
  SW_SYNTH_SEAT,
  SW_SYNTH_PLACE,
  SW_SYNTH_RANK,
  SW_SYNTH_FIELD,
  SW_SYNTH_NATION,
  SW_SYNTH_PROVINCE,
  SW_SYNTH_PREFECTURE,
  SW_SYNTH_FIXED,
  SW_SYNTH_LOADING,
  SW_SYNTH_FLOW,
  SW_SYNTH_NODE,
  SW_SYNTH_NOISE = 10000,  /* + indicator */
  SW_SYNTH_MISSING = 20000 /* + indicator */
};

/* Masses of the seats are rank^-0.95 (Zipf). */
static const double sw_synth_rank_size = 0.95;

/* The seat of a prefecture; the first seat of a province is the provincial capital. */
typedef struct sw_synth_seat {
  double x, y;
  double mass;  /* rank-size */
  double reach; /* km over which its pull falls by e */
  int province;
} sw_synth_seat;

typedef struct sw_synth_country {
  uint64_t seed;
  int64_t n;
  double amplitude[SW_SYNTH_HARMONICS], phase[SW_SYNTH_HARMONICS]; /* of the border */
  double area;                                                     /* km2 within the border */
  double wave[SW_SYNTH_FIELDS][SW_SYNTH_WAVES][3];                 /* frequencies and phase */
  int n_provinces, n_seats;
  int capital;  /* the province whose capital is the nation's */
  int *seat_of; /* n_provinces + 1: first seat of each province, its capital */
  sw_synth_seat *seat;
  int64_t *unit_of;  /* n_seats + 1: first unit of each prefecture, which is its seat */
  int county_digits; /* of the unit's number within its prefecture, in its code */
  /* Units, in the order of their codes. */
  double *x, *y, *land; /* km, km2 */
  double *centrality;   /* log of the pull of the centres, standardised, -2.5 to 2.5 */
  int32_t *prefecture;
  int32_t *metro; /* 0 outside, else the number of the metropolitan region */
  /* Contiguity: both directions, ascending (from << 32 | to). */
  uint64_t *link;
  int64_t n_links;
} sw_synth_country;

/* Points in square cells, for searches by distance. head: the last point added to each cell, -1 for
 * none; next: the one added before it. */
typedef struct sw_synth_grid {
  const double *x, *y;
  double x0, y0, cell; /* lower left corner and side of a cell, in km */
  int64_t nx, ny;
  int32_t *head, *next;
} sw_synth_grid;

/* Draws the border of the country and computes its area. */
void sw_synth_draw_border(sw_synth_country *country);
bool sw_synth_inside(const sw_synth_country *country, double x, double y);
/* Half the sides of a rectangle around the border, in km. */
double sw_synth_half_width(void);
double sw_synth_half_height(void);

/* An empty grid for n points of the arrays x and y, which stay the caller's and may be filled in
 * later: a point is looked at from sw_synth_grid_add on. Cells cover the rectangle around the
 * border. */
sw_status sw_synth_grid_create(sw_error *err, const double *x, const double *y, int64_t n,
                               double cell, sw_synth_grid *grid);
void sw_synth_grid_destroy(sw_synth_grid *grid);
void sw_synth_grid_add(sw_synth_grid *grid, int64_t point);
/* The point nearest to (x, y) other than `except`; of equally near ones the lower index. `hint`:
 * a point that is likely to be near, or -1; it only shortens the search. -1 when there is no
 * point. */
int64_t sw_synth_grid_nearest(const sw_synth_grid *grid, double x, double y, int64_t hint,
                              int64_t except);
/* Whether no point lies nearer than `radius`, which may be a cell's side at most. (x, y) lies
 * within the rectangle around the border. */
bool sw_synth_grid_free(const sw_synth_grid *grid, double x, double y, double radius);

/* Border, provinces, prefectures, places. */
sw_status sw_synth_settle(sw_error *err, sw_synth_country *country);
/* Land, links, centrality, metropolitan regions. */
sw_status sw_synth_divide(sw_error *err, sw_synth_country *country);
void sw_synth_country_destroy(sw_synth_country *country);
/* A smooth random field of mean 0 and variance 1 at (x, y), alike over some hundred km. */
double sw_synth_field(const sw_synth_country *country, int field, double x, double y);

typedef struct sw_synth_edge {
  int32_t from, to;
  double km, minutes;
  bool rail;
} sw_synth_edge;

typedef struct sw_synth_network {
  int64_t n, n_edges;
  double *x, *y; /* of the nodes, km */
  sw_synth_edge *edge;
} sw_synth_network;

/* Of a country that is settled. To be destroyed also on failure. */
sw_status sw_synth_lay_network(sw_error *err, const sw_synth_country *country, int64_t nodes,
                               sw_synth_network *network);
void sw_synth_network_destroy(sw_synth_network *network);

/* ---- text ------------------------------------------------------------------------------- */

/* A file being written, through a buffer. */
typedef struct sw_synth_out {
  int file;
  const char *path;
  char *buffer;
  size_t used;
  sw_status status; /* the first failure; later calls do nothing */
  sw_error *err;
} sw_synth_out;

sw_status sw_synth_open(sw_error *err, const char *path, sw_synth_out *out);
sw_status sw_synth_close(sw_synth_out *out);
void sw_synth_text(sw_synth_out *out, const char *text);
void sw_synth_printf(sw_synth_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void sw_synth_char(sw_synth_out *out, char c);
/* Writes value / 10^decimals in decimal, exactly, with all its decimals (0 to 6). */
void sw_synth_decimal(sw_synth_out *out, int64_t value, int decimals);
/* Writes the unit's code: numbers of province, prefecture and county from 1, with leading zeros, so
 * that codes in byte order are units in order. */
void sw_synth_code(sw_synth_out *out, const sw_synth_country *country, int64_t unit);

/* ",LON,LAT" of a place in km. */
void sw_synth_place(sw_synth_out *out, double x, double y);

void sw_synth_write_units(sw_synth_out *out, const sw_synth_country *country);
/* code, mass, centre: masses of which the capitals' are known to be the largest, and for each unit
 * the capital with the strongest field, mass / arc^2. */
void sw_synth_write_hinterlands(sw_synth_out *out, const sw_synth_country *country);
void sw_synth_write_links(sw_synth_out *out, const sw_synth_country *country);
sw_status sw_synth_write_panel(sw_error *err, sw_synth_out *out, const sw_synth_country *country,
                               const sw_synth_options *options);
sw_status sw_synth_write_flows(sw_error *err, sw_synth_out *out, const sw_synth_country *country,
                               const sw_synth_options *options);
/* People of each unit in the last period, as written. Degrees of a place in km, times 1e6,
 * likewise. */
sw_status sw_synth_people(sw_error *err, const sw_synth_country *country,
                          const sw_synth_options *options, double *people);
int64_t sw_synth_lon(double x);
int64_t sw_synth_lat(double y);
void sw_synth_write_nodes(sw_synth_out *out, const sw_synth_network *network);
/* `opens`: the year from which on there is the railway. */
void sw_synth_write_network(sw_synth_out *out, const sw_synth_network *network, int opens);
void sw_synth_write_study(sw_synth_out *out, const sw_synth_options *options);
/* The label of the first period. Up to 25 periods begin with 2001; more end with 2025. */
int sw_synth_first_year(int periods);

#endif

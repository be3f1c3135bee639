/* Spillway: links between units, rows compressed: spatial weights matrices and given distances.
 * Row i holds the links of unit i, `to` ascending. Once a node, const after. */
#ifndef SPILLWAY_WEIGHTS_H
#define SPILLWAY_WEIGHTS_H

#include "spillway/status.h"

#pragma GCC visibility push(default)

typedef struct sw_links {
  int64_t n;
  const int64_t *row_start; /* n + 1 */
  const int32_t *to;        /* row_start[n] */
  const double *value;      /* row_start[n]; weights: by style; distances: in the file's own unit */
  const double *row_sum;    /* n: sums of value, in the order of `to`; 0 without a link */
  int64_t islands;          /* units without a link */
  bool symmetric;           /* value(i, j) = value(j, i) to the bit, for every pair */
  /* Kept pairs of another entry: 1 for a unit none of whose pairs is defined, which is no unit
   * without links but none of the network; n of them. NULL: there is none. Where only some pairs are
   * kept its strengths tell, as they are sums of all. */
  const uint8_t *outside;
  bool all_kept; /* kept pairs of another entry: it keeps all that are defined, so what is not here
                    is not 0 but unknown */
} sw_links;

/* An observed flow, by the panel's period: what goes from unit to unit. A zero that the table has is
 * a link; a pair that it lacks is none. */
typedef struct sw_flow {
  const char *name;
  const sw_links *links; /* one behind the other; n is 0 where the table has nothing of a period */
  const double *const *own; /* n each: what stays within the unit; NaN: the table does not say */
  bool timeless;            /* one matrix, the same in every period */
} sw_flow;

/* How rows of a weights matrix are scaled. */
typedef enum sw_style {
  SW_STYLE_ROW,    /* W: by the row's sum */
  SW_STYLE_BINARY, /* B: 1 */
  SW_STYLE_AS_IS,
  SW_STYLE_C,        /* by the sum of all; they then add up to the number of units with a link */
  SW_STYLE_U,        /* by the sum of all; they add up to 1 */
  SW_STYLE_S,        /* by the root of the row's sum of squares; then as C */
  SW_STYLE_SPECTRAL, /* by the greatest absolute eigenvalue */
  SW_STYLE_MINMAX    /* by the greatest row sum or the greatest column sum, the lesser of them */
} sw_style;

/* A distance between units, in km, in minutes on a network, or in the unit of the file it was
 * given in. */
typedef enum sw_distance_kind { SW_GREAT_CIRCLE, SW_GEODESIC, SW_GIVEN } sw_distance_kind;

typedef struct sw_distance sw_distance;
struct sw_distance {
  sw_distance_kind kind;
  const double *x, *y, *z;   /* unit vectors, n each; NaN without coordinates. great-circle: of the
                                sphere; geodesic: of the ellipsoid's auxiliary sphere */
  const double *lon, *lat;   /* geodesic: degrees */
  const sw_links *links;     /* given: pairs it lacks are NaN */
  bool symmetric;
  bool has_gaps;     /* some pair has no distance */
  const char *units; /* of its values: "km", "min" of a network, "1" of a file, which does not say */
  double within;     /* of a network: pairs farther apart have no distance; 0: no such limit */
  double access_kmh; /* of a network: the speed off it, by which a length is a time; 0: none */
  /* Given, of a network: its states, which are distances with links, and which of them a period of
   * the panel has (sw_job_distance_in). Where there are several, `links` is NULL, and all else holds
   * for each of them. NULL: of no network. */
  int n_states;
  const sw_distance *state;
  const int *state_of;
};

#pragma GCC visibility pop

#endif

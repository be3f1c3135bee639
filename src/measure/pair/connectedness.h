/* What the parts of `connectedness` share: the entry, its windows, and where series come from
 * (connectedness_series.c), the entry's reading (connectedness_entry.c), its pairs
 * (connectedness_pairs.c), and what is said of it (connectedness_say.c). */
#ifndef SW_MEASURE_PAIR_CONNECTEDNESS_H
#define SW_MEASURE_PAIR_CONNECTEDNESS_H

#include "kernel/causality/decomposition.h"
#include "measure/transform/transform.h"
#include "spillway/measure.h"

/* Rows of a fit, at least; ridges that are tried. */
enum { SW_CONNECT_LEAST = 3, SW_CONNECT_RIDGES = 13 };
/* Passes, in order. */
enum {
  SW_CONNECT_MEANS,
  SW_CONNECT_SERIES,
  SW_CONNECT_GRAMS,
  SW_CONNECT_MODEL,
  SW_CONNECT_TOTALS,
  SW_CONNECT_UNITS,
  SW_CONNECT_PAIRS
};
/* Outputs. Those of the second block have two forms: of the whole series, and behind it by period,
 * for windows. */
enum {
  SW_CONNECT_VALUE,
  SW_CONNECT_FROM,
  SW_CONNECT_TO = 3,
  SW_CONNECT_NET = 5,
  SW_CONNECT_TOTAL = 7,
  SW_CONNECT_BY_RIDGE = 9,
  SW_CONNECT_NULL = 11,
  SW_CONNECT_LAMBDA = 13,
  SW_CONNECT_DELTA = 15,
  SW_CONNECT_USED = 17,
  SW_CONNECT_LEAVE_OUT = 19,
  SW_CONNECT_OUTPUTS = 21
};

/* c: a ridge is c times the mean square of the lagged series, tr(ZZ')/T. */
extern const double sw_connect_ridge[SW_CONNECT_RIDGES];

typedef enum sw_connect_by { SW_CONNECT_AUTO, SW_CONNECT_EACH, SW_CONNECT_GIVEN } sw_connect_by;

/* A window of the series: places [first, end). Of these `used` have a value of some unit; rows are
 * those that follow the place before, at[row] an index into place. */
typedef struct sw_connect_window {
  int first, end;
  int used, *place;
  int rows, *at;
} sw_connect_window;

typedef struct sw_connectedness {
  sw_transform series;
  int horizon;
  sw_connect_by by;
  double lambda; /* GIVEN */
  double shrink; /* < 0: auto */
  bool rolls;    /* windows, else the whole series is the only one */
  int length, step, windows;
  int longest; /* rows of a window, at most */
  int64_t draws;
  /* Ready after prepare of the pass over Gram matrices. */
  sw_connect_window whole, *window;
  /* Ready after prepare of the pass over pairs: [window * longest + s]. */
  const double **receiver, **first, **second;
} sw_connectedness;

/* Vectors of a unit, each of `longest` numbers: operands of pairs. */
enum { SW_CONNECT_RECEIVER, SW_CONNECT_FIRST, SW_CONNECT_SECOND, SW_CONNECT_VECTORS };
/* Rows of operands are counted through, window by window. */
static inline int sw_connect_row(const sw_connectedness *c, int window, int vector, int s) {
  return (window * SW_CONNECT_VECTORS + vector) * c->longest + s;
}
static inline int sw_connect_unit_columns(const sw_job *job, const sw_connectedness *c) {
  return (sw_connect_row(c, c->windows, 0, 0) + job->n_periods - 1) / job->n_periods;
}

/* What fixes the ridge of a window, or of all: the fit of each ridge by leave-one-out. */
typedef struct sw_connect_ridges {
  double scale; /* tr(ZZ')/T */
  double leave_out[SW_CONNECT_RIDGES];
  double lambda;
  double rows, used;
  double choice; /* of the ridges; -1: given, or there is none */
} sw_connect_ridges;

/* A window's decomposition as bytes: the matrices follow. */
typedef struct sw_connect_model {
  double lambda, delta, total;
  double rows, used;
  double found; /* 0: there is none */
  double matrix[];
} sw_connect_model;

size_t sw_connect_model_bytes(const sw_connectedness *c);
const sw_connect_model *sw_connect_model_at(const sw_connectedness *c, const void *all, int window);
/* The same, ready for use. */
sw_decomposition sw_connect_decomposition(const sw_connectedness *c, const sw_connect_model *model);

/* Ridges are those of the whole series unless each window has its own. */
static inline int sw_connect_scopes(const sw_connectedness *c) {
  return c->by == SW_CONNECT_EACH ? c->windows : 1;
}
static inline int sw_connect_scope(const sw_connectedness *c, int window) {
  return c->by == SW_CONNECT_EACH ? window : 0;
}
/* The last value of a window among those of a series. Results have these periods and no others: a
 * window is a period of the job. */
static inline int sw_connect_end(const sw_connectedness *c, int window) {
  return window * c->step + c->length - 1;
}
/* An output in the form that is on, and its numbers of a window (GLOBAL and TABLE). */
static inline int sw_connect_form(const sw_connectedness *c, int output) {
  return output + c->rolls;
}
double *sw_connect_numbers(const sw_job *job, int output, int window);

/* ---- the entry (connectedness_entry.c), pairs (connectedness_pairs.c) ---------------------- */

sw_status sw_connect_resolve(sw_error *err, sw_job *job);

size_t sw_connect_pairs_bytes(const sw_connectedness *c);
/* In prepare: where operands lie. */
sw_status sw_connect_point(sw_error *err, sw_job *job, sw_connectedness *c);
void sw_connect_block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      double *const *out, int64_t stride, void *workspace);

/* ---- series (connectedness_series.c) ------------------------------------------------------ */

/* The pass that leaves the series as operands: their columns, bytes of its partial and its result;
 * the tile, and where there is a row of them. */
int sw_connect_columns(const sw_job *job, const sw_connectedness *c);
void sw_connect_place(const sw_job *job, const sw_tile *tile, double *count, double *room);
/* In prepare of later passes: windows, by the counts of units with a value. */
sw_status sw_connect_windows(sw_error *err, sw_job *job, sw_connectedness *c);

/* A source of a window's series. draw < 0: as they are, else each with its periods permuted.
 * `room`: 2 series. It lives as long as `reader`. */
typedef struct sw_connect_reader {
  const sw_job *job;
  const sw_connect_window *window;
  int64_t draw;
  double *room;
} sw_connect_reader;
sw_series_source sw_connect_source(const sw_connect_reader *reader);

/* ---- words (connectedness_say.c) ----------------------------------------------------------- */

void sw_connect_foresee(sw_job *job, const sw_connectedness *c);
/* In finish: of ridges, of models, of the totals of ridges and draws. */
void sw_connect_note_ridges(sw_job *job, const sw_connectedness *c, const sw_connect_ridges *of);
void sw_connect_say(sw_job *job, const sw_connectedness *c, const sw_connect_ridges *of);
void sw_connect_why(sw_job *job, const sw_connectedness *c, const void *models);

#endif

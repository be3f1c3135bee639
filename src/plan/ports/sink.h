/* Where stored pair results go while they are computed, and from where they are read again: by a
 * resumed run and by `verify`, which compare, and for entries that take them as input. `store`
 * implements it on the results file; sw_sink_memory keeps them for tests. One thread per rank calls
 * it. Calls are not collective: each writes what this rank has computed. */
#ifndef SW_PLAN_PORTS_SINK_H
#define SW_PLAN_PORTS_SINK_H

#include "spillway/status.h"

typedef enum sw_piece_kind {
  SW_PIECE_RECT,   /* rows [i0, i1) x columns [j0, j1) of the matrix of period t */
  SW_PIECE_TOP,    /* rows [i0, i1) of period t, k partners each: (i1 - i0) x k numbers */
  SW_PIECE_ENTRIES /* entries [at, at + count) of an `above` or `links` result */
} sw_piece_kind;

/* A part of a stored pair result; its numbers are row-major without gaps. */
typedef struct sw_piece {
  sw_piece_kind kind;
  int job, t;
  int64_t i0, i1, j0, j1;
  int64_t k;
  int64_t at, count;
} sw_piece;

enum { SW_PARTNERS = -1 };

typedef struct sw_sink sw_sink;
struct sw_sink {
  void *self;
  /* `quantity`: the place among the pair outputs that are not off; float or double as the study's
   * precision says, NaN beyond the last partner. SW_PARTNERS: int32, -1 beyond the last. `read`:
   * SW_EIO when the bytes cannot be read, which callers take for damage and not for a failure. */
  sw_status (*write)(sw_sink *, sw_error *, const sw_piece *, int quantity, const void *data);
  sw_status (*read)(sw_sink *, sw_error *, const sw_piece *, int quantity, void *data);
  /* What this rank has written can be read by every rank, also on other nodes, once all ranks have
   * called this. NULL: it can be at once. */
  sw_status (*settle)(sw_sink *, sw_error *);
};

/* Numbers in one quantity of a piece. */
int64_t sw_piece_count(const sw_piece *piece);

#endif

/* The generalised variance decomposition of a ridge VAR with one lag, of many series and few rows
 * (Diebold & Yilmaz 2012, 2014): which share theta_ij of the variance of i's forecasts H rows ahead
 * comes from shocks to j. All is of low rank: the largest matrix is T x T, T the number of rows.
 *
 *   Y, Z              T x n: the series, and the same one row before; centred
 *   M                 (ZZ' + lambda I)^-1;  Phi = Y'MZ;  E = Y - ZPhi' = lambda MY
 *   C                 MZY', so that Phi^h = Y' C^(h-1) M Z
 *   S                 delta diag + (1 - delta) E'E/T, with diagonal s
 *   theta_ij          s_j^-1 sum_{h < H} (Phi^h S)_ij^2, over its sum over j
 *
 * With u_j = e_j/sqrt(s_j) and w_j = (Z S)_j/sqrt(s_j) a term of the sum is
 *
 *   h = 0             (1 - delta)^2 (e_i'u_j)^2/T^2; i = j: s_i
 *   h >= 1            (y_i' C^(h-1) M w_j)^2
 *
 * so sums over j, and over i, are quadratic forms of T x T matrices: what all units receive and
 * send costs n T^2 H, and no pair is looked at.
 *
 * Series come in chunks of SW_DECOMPOSITION_CHUNK, and are asked for again instead of being kept.
 * One that is absent takes no part. Sums over units are added chunk by chunk, in the order of
 * units. */
#ifndef SW_KERNEL_CAUSALITY_DECOMPOSITION_H
#define SW_KERNEL_CAUSALITY_DECOMPOSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SW_DECOMPOSITION_CHUNK = 64 };

/* Where the series come from. */
typedef struct sw_series_source {
  int64_t n;
  int rows; /* T >= 2 */
  const void *context;
  /* Units first .. first + count - 1: row t of unit first + u goes to y[t * CHUNK + u], the row
   * before it to z; present[u]: takes part. The three are zeros before the call, and must be of
   * what is absent after it. */
  void (*load)(const void *context, int64_t first, int count, double *y, double *z, bool *present);
  bool (*stops)(const void *context); /* NULL: never */
} sw_series_source;

/* Bytes of `work`, 64-byte aligned, of the functions below. */
size_t sw_decomposition_workspace(int rows);

/* ---- Gram matrices, and the ridge ---------------------------------------------------------- */

/* T x T each, row by row; how many series take part. */
typedef struct sw_grams {
  int rows;
  int64_t used;
  double *zz, *zy, *yy; /* ZZ', ZY', YY' */
} sw_grams;

/* Pointing into an array of that many doubles. */
size_t sw_grams_doubles(int rows);
void sw_grams_place(sw_grams *grams, int rows, double *room);
void sw_grams_find(const sw_series_source *from, sw_grams *grams, void *work);

/* tr(ZZ')/T, by which a ridge is measured. */
double sw_grams_scale(const sw_grams *grams);
/* Mean square, over rows and series, of what a row is missed by when it is left out of the fit:
 * e_t/(1 - h_t). NaN: lambda is too small, or there is no series. */
double sw_grams_leave_out(const sw_grams *grams, double lambda, void *work);

/* ---- a decomposition ----------------------------------------------------------------------- */

typedef struct sw_decomposition {
  int rows, horizon;
  int64_t used;
  double lambda, delta;
  double total; /* mean over series of the share that comes from others */
  /* T x T, row by row, and as sw_decomposition_place puts them. */
  double *m, *c, *ct; /* ct: C' */
  double *gt;         /* EZ'/T */
  double *shock;      /* sum_j u_j u_j' */
  double *receive;    /* sum over h >= 1 of B_h (sum_j w_j w_j') B_h', B_h = C^(h-1) M */
  double *spread;     /* sum_i e_i e_i'/d_i, d_i the sum of row i */
  double *send;       /* sum over h >= 1 of B_h' (sum_i y_i y_i'/d_i) B_h */
} sw_decomposition;

size_t sw_decomposition_doubles(int rows);
void sw_decomposition_place(sw_decomposition *of, int rows, int horizon, double *room);

/* Of that ridge. `delta` < 0: the shrinkage that minimises the expected squared error of the
 * residuals' correlations (Schafer & Strimmer 2005). `sends`: the last two matrices, too; without
 * them there is the total. False: fewer than two series, or lambda is too small, and all is NaN. */
bool sw_decomposition_find(const sw_series_source *from, const sw_grams *grams, double lambda,
                           double delta, bool sends, sw_decomposition *out, void *work);

/* What there is of the units of a chunk: CHUNK numbers each, NaN of absent ones; then vectors of T
 * numbers, row by row as in a chunk, whose products are the terms of a pair:
 *
 *   (receiver_i' first_j)^2, (receiver_i' second_j)^2, (receiver_i' C second_j)^2, ... */
typedef struct sw_decomposition_units {
  double *own; /* theta_ii */
  double *to;  /* sum over i of theta_ij, but for the own one */
  double *receiver, *first, *second;
} sw_decomposition_units;

void sw_decomposition_chunk(const sw_series_source *from, const sw_decomposition *of, int64_t first,
                            int count, const sw_decomposition_units *out, void *work);

#endif

/* Pairs of connectedness: sums of squares of products of what one unit sends and another receives
 * (kernel/causality/squares.h). A sender has a vector for each term; two are operands, the others
 * are made of these for the few rows at hand, which costs T/512 of the pairs and saves n T H
 * numbers. */
#include "measure/pair/connectedness.h"

#include "kernel/causality/squares.h"
#include "kernel/pairs/block.h"

#include <math.h>
#include <string.h>

enum { ROWS = SW_SQUARES_ROWS };

/* In whole lines of the cache. */
static size_t whole(size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

/* Of pairs: vectors of the senders, pointers to their rows twice, and what products need. horizon
 * terms for ROWS senders, `longest` numbers each. */
static size_t terms_doubles(const sw_connectedness *c) {
  return (size_t)c->horizon * (size_t)c->longest * ROWS;
}

size_t sw_connect_pairs_bytes(const sw_connectedness *c) {
  return whole(terms_doubles(c) * sizeof(double)) +
         2 * whole((size_t)c->longest * sizeof(double *)) + sw_block_workspace(c->longest);
}

/* Pointers to the rows of a vector for all windows: the kernel takes a matrix as rows. */
static sw_status point_at(sw_error *err, sw_job *job, int vector, const double ***out) {
  const sw_connectedness *c = job->state;
  SW_NEW(err, job->arena, *out, (size_t)c->windows * (size_t)c->longest);
  for (int w = 0; w < c->windows; w++)
    for (int s = 0; s < c->longest; s++)
      /* Rows of an operand column hold all units: a pointer to unit 0 of each. */
      (*out)[w * c->longest + s] =
          job->operand[SW_CONNECT_UNITS].row[sw_connect_row(c, w, vector, s)];
  return SW_OK;
}

/* Again at each start of the pass, as the operands lie elsewhere then. */
sw_status sw_connect_point(sw_error *err, sw_job *job, sw_connectedness *c) {
  SW_TRY(point_at(err, job, SW_CONNECT_RECEIVER, &c->receiver));
  SW_TRY(point_at(err, job, SW_CONNECT_FIRST, &c->first));
  return point_at(err, job, SW_CONNECT_SECOND, &c->second);
}

/* The senders' vectors of all terms, by C from one to the next. q_h = C' q_(h-1): the block kernel
 * multiplies ROWS senders at a time. Terms 0 and 1 are operands. */
static void make_terms(const sw_connectedness *c, int w, const sw_decomposition *d, int64_t i0,
                       int rows, double *q, char *room) {
  size_t size = (size_t)d->rows * ROWS, pointers = whole((size_t)c->longest * sizeof(double *));
  const double **left = (const double **)(void *)room;
  const double **right = (const double **)(void *)(room + pointers);
  int given = c->horizon < 2 ? c->horizon : 2;
  /* Rows beyond the senders at hand stay zero and cost nothing extra in the kernel. */
  memset(q, 0, (size_t)given * size * sizeof *q);
  for (int s = 0; s < d->rows; s++) {
    memcpy(q + s * ROWS, c->first[w * c->longest + s] + i0, (size_t)rows * sizeof *q);
    if (given == 2)
      memcpy(q + size + s * ROWS, c->second[w * c->longest + s] + i0, (size_t)rows * sizeof *q);
    left[s] = d->ct + (size_t)s * (size_t)d->rows;
  }
  for (int h = 2; h < c->horizon; h++) {
    for (int s = 0; s < d->rows; s++)
      right[s] = q + (size_t)(h - 1) * size + s * ROWS;
    sw_block_products(d->rows, left, 0, d->rows, right, 0, ROWS, q + (size_t)h * size, ROWS,
                      room + 2 * pointers);
  }
}

/* theta of a block of pairs in window t: the products of receivers and senders, squared and summed
 * over the horizon. */
void sw_connect_block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      double *const *out, int64_t stride, void *workspace) {
  const sw_connectedness *c = job->state;
  int w = t, rows = (int)(i1 - i0); /* a period of the job is the end of a window */
  /* The window could not be fitted: all of its pairs are missing. */
  const sw_connect_model *model = sw_connect_model_at(c, job->folded[SW_CONNECT_MODEL], w);
  if (model->found == 0) {
    for (int r = 0; r < rows; r++)
      for (int64_t j = 0; j < j1 - j0; j++)
        out[0][r * stride + j] = NAN;
    return;
  }
  sw_decomposition d = sw_connect_decomposition(c, model);
  double *q = workspace;
  make_terms(c, w, &d, i0, rows, q, (char *)workspace + whole(terms_doubles(c) * sizeof(double)));
  /* theta_ij sums squares over the terms; the receiver's vector is the same for all of them. */
  sw_squares_block(c->horizon, d.rows, q, rows, c->receiver + w * c->longest, j0, j1, out[0],
                   stride);
}

/* Effects by order of neighbours (effects.h). The diagonal of W^q is where row i of W^a and column
 * i of W^b meet, a + b = q: half as many steps from a unit as the order says, so that what is
 * reached stays a few units even where W^q itself is full.
 *
 * Called once per model after a fit. With d links a unit the diagonals cost about n d^(orders/2)
 * steps; memory is W' and four vectors of n. */
#include "kernel/effects/effects.h"

#include "spillway/weights.h"

#include <string.h>

/* A vector of n of which few numbers are not zero; `unit`: where. `there` tells whether a unit is
 * in the list, as a value may be 0 by cancellation. */
typedef struct sparse {
  double *value;
  int32_t *unit;
  uint8_t *there;
  int64_t count;
} sparse;

/* Rows of W, or those of W'. */
typedef struct rows {
  const int64_t *start;
  const int32_t *to;
  const double *value;
} rows;

/* ---- memory ------------------------------------------------------------------------------ */

/* In whole lines of the cache. */
static size_t round_up(size_t bytes) {
  return (bytes + 63) & ~(size_t)63;
}

static void *take(unsigned char **at, size_t bytes) {
  void *taken = *at;
  *at += round_up(bytes);
  return taken;
}

enum { VECTORS = 4 }; /* of the row and of the column, the one under way and the next */

size_t sw_orders_workspace(const sw_links *w) {
  size_t n = (size_t)w->n, links = (size_t)w->row_start[n];
  size_t vector = round_up(n * sizeof(double)) + round_up(n * sizeof(int32_t)) + round_up(n);
  return round_up((n + 1) * sizeof(int64_t)) + round_up(links * sizeof(int32_t)) +
         round_up(links * sizeof(double)) + VECTORS * vector + 2 * round_up(n * sizeof(double));
}

/* Zeroed once: `clear` undoes only what a step has touched. */
static sparse take_sparse(unsigned char **at, int64_t n) {
  sparse v = {.value = take(at, (size_t)n * sizeof(double)),
              .unit = take(at, (size_t)n * sizeof(int32_t)),
              .there = take(at, (size_t)n)};
  memset(v.value, 0, (size_t)n * sizeof(double));
  memset(v.there, 0, (size_t)n);
  return v;
}

/* ---- rows and columns of powers ------------------------------------------------------------ */

/* W' by rows; within a row in the order of the units that link to it. Filled from the end, so that
 * starts come out at their places and order is kept. */
static rows transposed(const sw_links *w, unsigned char **at) {
  int64_t n = w->n, links = w->row_start[n];
  int64_t *start = take(at, (size_t)(n + 1) * sizeof *start);
  int32_t *to = take(at, (size_t)links * sizeof *to);
  double *value = take(at, (size_t)links * sizeof *value);
  memset(start, 0, (size_t)(n + 1) * sizeof *start);
  for (int64_t k = 0; k < links; k++)
    start[w->to[k]]++;
  for (int64_t i = 0, sum = 0; i <= n; i++) { /* the end of each row, from which it is filled */
    sum += i < n ? start[i] : 0;
    start[i] = sum;
  }
  for (int64_t i = n - 1; i >= 0; i--)
    for (int64_t k = w->row_start[i + 1] - 1; k >= w->row_start[i]; k--) {
      int64_t place = --start[w->to[k]];
      to[place] = (int32_t)i;
      value[place] = w->value[k];
    }
  return (rows){start, to, value};
}

/* The order in which units are first reached fixes the order of all sums. */
static void add(sparse *v, int32_t unit, double value) {
  if (!v->there[unit]) {
    v->there[unit] = 1;
    v->unit[v->count++] = unit;
  }
  v->value[unit] += value;
}

/* Only what is there is cleared: O(count), not O(n). */
static void clear(sparse *v) {
  for (int64_t k = 0; k < v->count; k++) {
    v->value[v->unit[k]] = 0;
    v->there[v->unit[k]] = 0;
  }
  v->count = 0;
}

/* v <- v' M, `next` is its room. Vectors change places by copying their heads. */
static void step(const rows *m, sparse *v, sparse *next) {
  for (int64_t k = 0; k < v->count; k++) {
    int32_t i = v->unit[k];
    for (int64_t l = m->start[i]; l < m->start[i + 1]; l++)
      add(next, m->to[l], v->value[i] * m->value[l]);
  }
  clear(v);
  sparse was = *v;
  *v = *next;
  *next = was;
}

/* One vector's list is walked; the other is looked up. */
static double product(const sparse *a, const sparse *b) {
  double sum = 0;
  for (int64_t k = 0; k < a->count; k++)
    sum += a->value[a->unit[k]] * b->value[a->unit[k]];
  return sum;
}

/* ---- traces and sums ----------------------------------------------------------------------- */

/* Adds (W^q)_ii to the traces: the row and the column step by turns, so that after q steps row i of
 * W^a meets column i of W^b with a + b = q. The shorter of the two is walked. (W^q)_ii = sum_k
 * (W^a)_ik (W^b)_ki. */
static void add_diagonal(const rows *w, const rows *t, int orders, int32_t i, sparse v[VECTORS],
                         double *trace) {
  add(&v[0], i, 1);
  add(&v[2], i, 1);
  for (int q = 1; q < orders; q++) {
    if (q % 2)
      step(w, &v[0], &v[1]);
    else
      step(t, &v[2], &v[3]);
    trace[q] += v[0].count < v[2].count ? product(&v[0], &v[2]) : product(&v[2], &v[0]);
  }
  clear(&v[0]);
  clear(&v[2]);
}

/* x <- W x. */
static void lag(const rows *w, int64_t n, double **x, double **room) {
  double *to = *room;
  for (int64_t i = 0; i < n; i++) {
    to[i] = 0;
    for (int64_t k = w->start[i]; k < w->start[i + 1]; k++)
      to[i] += w->value[k] * (*x)[w->to[k]];
  }
  *room = *x;
  *x = to;
}

static double mean(const double *x, int64_t n) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

/* trace[0] is 1, that of the identity; sums by repeated lags of a vector of ones, O(links) an
 * order. */
void sw_orders_of(const sw_links *w, int orders, void *work, double *trace, double *sum) {
  unsigned char *at = work;
  int64_t n = w->n;
  rows own = {w->row_start, w->to, w->value}, back = transposed(w, &at);
  sparse v[VECTORS];
  for (int k = 0; k < VECTORS; k++)
    v[k] = take_sparse(&at, n);
  double *x = take(&at, (size_t)n * sizeof *x), *room = take(&at, (size_t)n * sizeof *x);
  for (int q = 0; q < orders; q++)
    trace[q] = 0;
  for (int64_t i = 0; i < n; i++)
    add_diagonal(&own, &back, orders, (int32_t)i, v, trace);
  for (int64_t i = 0; i < n; i++)
    x[i] = 1;
  for (int q = 0; q < orders; q++) {
    if (q) lag(&own, n, &x, &room);
    sum[q] = mean(x, n);
    trace[q] = q ? trace[q] / (double)n : 1;
  }
}

/* ---- effects ----------------------------------------------------------------------------- */

/* 0 for a term that the model lacks. */
static double at_term(const sw_effects_model *model, int term) {
  return term < 0 ? 0 : model->coefficient[term];
}

/* Order q > 0 is W^q (rho^q b + rho^(q-1) t), of the series of (I - rho W)^-1 (b I + t W); `power`
 * is rho^(q-1). Order 0 is b. */
void sw_effects_by_order(const sw_effects_model *model, int orders, const double *trace,
                         const double *sum, double *direct, double *indirect) {
  double rho = at_term(model, model->rho);
  for (int r = 0; r < model->n_effects; r++) {
    double b = at_term(model, model->own[r]), t = at_term(model, model->lagged[r]);
    double power = 1; /* rho^(q-1) */
    for (int q = 0; q<orders; q++, power *= q> 1 ? rho : 1) {
      double by = q ? power * (rho * b + t) : b;
      direct[q * model->n_effects + r] = trace[q] * by;
      indirect[q * model->n_effects + r] = (sum[q] - trace[q]) * by;
    }
  }
}

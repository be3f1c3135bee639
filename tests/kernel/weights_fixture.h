/* Weights for tests of I - rho W: by hand, of data, of random places; and dense arithmetic. */
#ifndef TESTS_KERNEL_WEIGHTS_FIXTURE_H
#define TESTS_KERNEL_WEIGHTS_FIXTURE_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "kernel/spatial/filter.h"

/* ---- weights ------------------------------------------------------------------------------ */

typedef struct fixture {
  sw_error err;
  sw_links w;
  int64_t *row_start;
  int32_t *to;
  double *value;
  double *dense; /* W; n x n */
  sw_filter_plan *plan;
  sw_filter *filter;
  void *workspace;
} fixture;

static inline void *room(size_t count, size_t size) {
  void *out = NULL;
  sw_error err = {0};
  cr_assert_eq(sw_calloc(&err, count ? count : 1, size, &out), SW_OK);
  return out;
}

static inline void links_of(fixture *x, int64_t n, const double *dense) {
  int64_t count = 0;
  memset(x, 0, sizeof *x);
  x->row_start = room((size_t)n + 1, sizeof *x->row_start);
  x->to = room((size_t)(n * n), sizeof *x->to);
  x->value = room((size_t)(n * n), sizeof *x->value);
  x->dense = room((size_t)(n * n), sizeof *x->dense);
  memcpy(x->dense, dense, (size_t)(n * n) * sizeof *dense);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++)
      if (dense[i * n + j] != 0) {
        x->to[count] = (int32_t)j;
        x->value[count++] = dense[i * n + j];
      }
    x->row_start[i + 1] = count;
  }
  x->w = (sw_links){.n = n, .row_start = x->row_start, .to = x->to, .value = x->value};
}

static inline void start(fixture *x, sw_logdet logdet) {
  cr_assert_eq(sw_filter_plan_create(&x->err, &x->w, logdet, &x->plan), SW_OK, "%s", x->err.text);
  sw_free(x->workspace);
  x->workspace = room(x->plan->workspace, 1);
  memset(x->workspace, 0xff, x->plan->workspace); /* nothing is taken to be there */
  x->filter = sw_filter_at(x->plan, &x->w, NULL, x->workspace);
}

static inline void stop(fixture *x) {
  sw_filter_plan_destroy(x->plan);
  sw_free(x->workspace);
  sw_free(x->row_start);
  sw_free(x->to);
  sw_free(x->value);
  sw_free(x->dense);
}

static inline void standardise(int64_t n, double *dense) {
  for (int64_t i = 0; i < n; i++) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++)
      sum += dense[i * n + j];
    for (int64_t j = 0; j < n && sum > 0; j++)
      dense[i * n + j] /= sum;
  }
}

/* An edge list of shared/data with codes, in the order of their first place; returns n. */
enum { MOST_UNITS = 3200, MOST_EDGES = 30000 };
static inline int64_t read_edges(const char *name, int32_t (*edge)[2], int64_t *edges) {
  static char code[MOST_UNITS][8];
  char path[512], from[64], to[64], line[256];
  int64_t n = 0;
  snprintf(path, sizeof path, "%s/data/%s", SPILLWAY_SHARED, name);
  FILE *file = fopen(path, "r");
  if (!file) {
    fprintf(stderr, "SKIPPED: %s is missing\n", path);
    return 0;
  }
  cr_assert(fgets(line, sizeof line, file));
  for (*edges = 0; fgets(line, sizeof line, file); (*edges)++) {
    cr_assert_eq(sscanf(line, "%7[^,],%7[^,\r\n]", from, to), 2);
    for (int side = 0; side < 2; side++) {
      const char *word = side ? to : from;
      int64_t k = n - 1; /* edges come in the order of units: the last ones are looked at first */
      while (k >= 0 && strcmp(code[k], word) != 0)
        k--;
      if (k < 0) strcpy(code[k = n++], word);
      edge[*edges][side] = (int32_t)k;
    }
  }
  fclose(file);
  return n;
}

static int32_t edge[MOST_EDGES][2];

/* Row-standardised; `extra` units without a link. False: no data. */
static inline bool contiguity(fixture *x, const char *name, int64_t extra) {
  int64_t edges, n = read_edges(name, edge, &edges);
  if (n == 0) return false;
  n += extra;
  double *dense = room((size_t)(n * n), sizeof *dense);
  for (int64_t e = 0; e < edges; e++)
    dense[edge[e][0] * n + edge[e][1]] = 1;
  standardise(n, dense);
  links_of(x, n, dense);
  sw_free(dense);
  return true;
}

/* Random places: their k nearest, or (k = 0) all others by the reciprocal of distance. */
static inline void places(fixture *x, int64_t n, int k) {
  sw_rng rng = sw_rng_make(17, 1, 2);
  double *dense = room((size_t)(n * n), sizeof *dense), *p = room((size_t)(2 * n), sizeof *p);
  for (int64_t i = 0; i < 2 * n; i++)
    p[i] = sw_rng_uniform(&rng);
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      double d = hypot(p[2 * i] - p[2 * j], p[2 * i + 1] - p[2 * j + 1]);
      int before = 0;
      for (int64_t l = 0; l < n; l++)
        before += l != i && hypot(p[2 * i] - p[2 * l], p[2 * i + 1] - p[2 * l + 1]) < d;
      if (i != j && (k == 0 || before < k)) dense[i * n + j] = k ? 1 : 1 / d;
    }
  standardise(n, dense);
  links_of(x, n, dense);
  sw_free(dense);
  sw_free(p);
}

/* ---- dense arithmetic ------------------------------------------------------------------------ */

/* a becomes its inverse, by Gauss and Jordan with pivots of rows; returns ln|det|. */
static inline double invert(int64_t n, double *a) {
  double logdet = 0, *b = room((size_t)(n * n), sizeof *b);
  for (int64_t i = 0; i < n; i++)
    b[i * n + i] = 1;
  for (int64_t k = 0; k < n; k++) {
    int64_t best = k;
    for (int64_t i = k; i < n; i++)
      if (fabs(a[i * n + k]) > fabs(a[best * n + k])) best = i;
    for (int64_t j = 0; j < n; j++) {
      double held = a[k * n + j], other = b[k * n + j];
      a[k * n + j] = a[best * n + j], a[best * n + j] = held;
      b[k * n + j] = b[best * n + j], b[best * n + j] = other;
    }
    double d = a[k * n + k];
    logdet += log(fabs(d));
    for (int64_t j = 0; j < n; j++)
      a[k * n + j] /= d, b[k * n + j] /= d;
    for (int64_t i = 0; i < n; i++) {
      double m = a[i * n + k];
      if (i == k || m == 0) continue;
      for (int64_t j = 0; j < n; j++)
        a[i * n + j] -= m * a[k * n + j], b[i * n + j] -= m * b[k * n + j];
    }
  }
  memcpy(a, b, (size_t)(n * n) * sizeof *a);
  sw_free(b);
  return logdet;
}

static inline void multiply(int64_t n, const double *a, const double *b, double *c) {
  memset(c, 0, (size_t)(n * n) * sizeof *c);
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = 0; k < n; k++)
      for (int64_t j = 0; j < n && a[i * n + k] != 0; j++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}

typedef struct dense {
  double logdet, *z, *g, *gz, *gg; /* A^-1, W A^-1, G A^-1, GG */
} dense;

static inline dense dense_of(const fixture *x, double rho) {
  int64_t n = x->w.n;
  dense d = {.z = room((size_t)(n * n), 8), .g = room((size_t)(n * n), 8)};
  d.gz = room((size_t)(n * n), 8);
  d.gg = room((size_t)(n * n), 8);
  for (int64_t i = 0; i < n * n; i++)
    d.z[i] = (i % (n + 1) == 0) - rho * x->dense[i];
  d.logdet = invert(n, d.z);
  multiply(n, x->dense, d.z, d.g);
  multiply(n, d.g, d.z, d.gz);
  multiply(n, d.g, d.g, d.gg);
  return d;
}

static inline void dense_end(dense *d) {
  sw_free(d->z);
  sw_free(d->g);
  sw_free(d->gz);
  sw_free(d->gg);
}

static inline double trace(int64_t n, const double *a) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += a[i * n + i];
  return sum;
}

/* Relative to the size of what is compared. */
static inline void same(double got, double want, double scale, const char *what, double rho) {
  cr_expect(fabs(got - want) <= 1e-10 * scale, "%s at rho %g: %.16g, not %.16g", what, rho, got,
            want);
}

#endif

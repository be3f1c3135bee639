/* A = I - rho W against dense inverses, and against its own solves where n is large. */
#include "kernel/spatial/filter.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"

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

static void *room(size_t count, size_t size) {
  void *out = NULL;
  sw_error err = {0};
  cr_assert_eq(sw_calloc(&err, count ? count : 1, size, &out), SW_OK);
  return out;
}

static void links_of(fixture *x, int64_t n, const double *dense) {
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

static void start(fixture *x, sw_logdet logdet) {
  cr_assert_eq(sw_filter_plan_create(&x->err, &x->w, logdet, &x->plan), SW_OK, "%s", x->err.text);
  sw_free(x->workspace);
  x->workspace = room(x->plan->workspace, 1);
  memset(x->workspace, 0xff, x->plan->workspace); /* nothing is taken to be there */
  x->filter = sw_filter_at(x->plan, &x->w, NULL, x->workspace);
}

static void stop(fixture *x) {
  sw_filter_plan_destroy(x->plan);
  sw_free(x->workspace);
  sw_free(x->row_start);
  sw_free(x->to);
  sw_free(x->value);
  sw_free(x->dense);
}

static void standardise(int64_t n, double *dense) {
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
static int64_t read_edges(const char *name, int32_t (*edge)[2], int64_t *edges) {
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
static bool contiguity(fixture *x, const char *name, int64_t extra) {
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
static void places(fixture *x, int64_t n, int k) {
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
static double invert(int64_t n, double *a) {
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

static void multiply(int64_t n, const double *a, const double *b, double *c) {
  memset(c, 0, (size_t)(n * n) * sizeof *c);
  for (int64_t i = 0; i < n; i++)
    for (int64_t k = 0; k < n; k++)
      for (int64_t j = 0; j < n && a[i * n + k] != 0; j++)
        c[i * n + j] += a[i * n + k] * b[k * n + j];
}

typedef struct dense {
  double logdet, *z, *g, *gz, *gg; /* A^-1, W A^-1, G A^-1, GG */
} dense;

static dense dense_of(const fixture *x, double rho) {
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

static void dense_end(dense *d) {
  sw_free(d->z);
  sw_free(d->g);
  sw_free(d->gz);
  sw_free(d->gg);
}

static double trace(int64_t n, const double *a) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++)
    sum += a[i * n + i];
  return sum;
}

/* Relative to the size of what is compared. */
static void same(double got, double want, double scale, const char *what, double rho) {
  cr_expect(fabs(got - want) <= 1e-10 * scale, "%s at rho %g: %.16g, not %.16g", what, rho, got,
            want);
}

static void same_diagonal(int64_t n, const double *got, const double *a, const char *what,
                          double rho) {
  double scale = 0;
  for (int64_t i = 0; i < n; i++)
    scale = fmax(scale, fabs(a[i * n + i]));
  for (int64_t i = 0; i < n; i++)
    same(got[i], a[i * n + i], fmax(scale, 1e-2), what, rho);
}

/* ---- all of a filter against the dense inverse -------------------------------------------------
 */

static void expect_traces(fixture *x, const dense *d, double rho) {
  int64_t n = x->w.n;
  double square = 0;
  sw_filter_traces t;
  sw_filter_traces_of(x->filter, SW_TRACE_ALL, &t);
  for (int64_t i = 0; i < n * n; i++)
    square += d->g[i] * d->g[i];
  same(t.inverse, trace(n, d->z), fabs(trace(n, d->z)), "tr A^-1", rho);
  same(t.g, trace(n, d->g), fmax(fabs(trace(n, d->g)), 1), "tr G", rho);
  same(t.gg, trace(n, d->gg), fmax(fabs(trace(n, d->gg)), 1), "tr GG", rho);
  same(t.gtg, square, fmax(square, 1), "tr G'G", rho);
  cr_expect_eq(sw_filter_rho(x->filter), rho);
}

static void expect_diagonals(fixture *x, const dense *d, double rho) {
  int64_t n = x->w.n;
  double *out = room((size_t)(4 * n), sizeof *out);
  sw_filter_diagonals_of(x->filter, &(sw_filter_diagonals){out, out + n, out + 2 * n, out + 3 * n});
  same_diagonal(n, out, d->z, "A^-1", rho);
  same_diagonal(n, out + n, d->g, "G", rho);
  same_diagonal(n, out + 2 * n, d->gz, "G A^-1", rho);
  same_diagonal(n, out + 3 * n, d->gg, "GG", rho);
  sw_free(out);
}

/* Columns, rows, and solves of them: all n x n of both inverses. */
static void expect_solves(fixture *x, const dense *d, double rho) {
  int64_t n = x->w.n;
  double *block = room((size_t)(8 * n), sizeof *block),
         *many = room((size_t)(11 * n), sizeof *many);
  double scale = 0;
  for (int64_t i = 0; i < n * n; i++)
    scale = fmax(scale, fabs(d->z[i]));
  for (int64_t u0 = 0; u0 < n; u0 += 8) {
    int32_t unit[8];
    int count = n - u0 < 8 ? (int)(n - u0) : 8;
    for (int c = 0; c < count; c++)
      unit[c] = (int32_t)(u0 + c);
    sw_filter_columns_block(x->filter, count, unit, block);
    for (int64_t i = 0; i < n * count; i++)
      same(block[i / count * 8 + i % count], d->z[i / count * n + u0 + i % count], scale, "column",
           rho);
    sw_filter_rows_block(x->filter, count, unit, block);
    for (int64_t i = 0; i < n * count; i++)
      same(block[i / count * 8 + i % count], d->z[(u0 + i % count) * n + i / count], scale, "row",
           rho);
  }
  /* Right-hand sides W's columns (transposed): G, and W'A'^-1 likewise. Eleven: a part of a block.
   */
  for (int transposed = 0; transposed < 2; transposed++) {
    int count = n < 11 ? (int)n : 11;
    for (int64_t k = 0; k < count * n; k++)
      many[k] = transposed ? x->dense[k] : x->dense[k % n * n + k / n];
    if (transposed)
      sw_filter_solve_transposed(x->filter, count, many, many);
    else
      sw_filter_solve(x->filter, count, many, many);
    for (int64_t k = 0; k < count * n; k++)
      same(many[k], transposed ? d->g[k] : d->g[k % n * n + k / n], fmax(scale, 1), "solve", rho);
  }
  sw_free(block);
  sw_free(many);
}

static void expect_all(fixture *x, double rho) {
  dense d = dense_of(x, rho);
  cr_assert(sw_filter_set(x->filter, rho), "rho %g in (%g, %g)", rho, x->plan->least,
            x->plan->most);
  same(sw_filter_logdet(x->filter, rho), d.logdet, fmax(fabs(d.logdet), 1), "ln|A|", rho);
  expect_traces(x, &d, rho);
  expect_diagonals(x, &d, rho);
  expect_solves(x, &d, rho);
  dense_end(&d);
}

/* In the middle, near 0 and at it, and near both ends, where the inverse grows a thousandfold. */
static void expect_everywhere(fixture *x) {
  double low = isfinite(x->plan->least) ? x->plan->least : -2;
  double high = isfinite(x->plan->most) ? x->plan->most : 2;
  const double rho[] = {.5 * high,  0,        1e-9 * high, -1e-4 * high, .013 * high,
                        .03 * high, .8 * low, .999 * high, .999 * low,   .15 * high};
  for (size_t k = 0; k < sizeof rho / sizeof *rho; k++)
    expect_all(x, rho[k]);
}

/* ---- tests -------------------------------------------------------------------------------- */

Test(filter, columbus) {
  fixture x;
  if (!contiguity(&x, "columbus49_colnb_edges.csv", 0)) return;
  start(&x, SW_LOGDET_AUTO);
  cr_expect(x.plan->symmetric && x.plan->rows_sum_to_1 && x.plan->equal_rows);
  cr_expect_eq(x.plan->islands, 0);
  cr_expect_eq(x.plan->most, 1);
  cr_expect(fabs(sw_filter_logdet(x.filter, .5) + 1.62765977623) < 1e-11); /* oracles/README.md */
  expect_everywhere(&x);
  stop(&x);
  contiguity(&x, "columbus49_gal_edges.csv", 0);
  start(&x, SW_LOGDET_FACTOR);
  cr_expect(fabs(sw_filter_logdet(x.filter, .5) + 1.60202516) < 1e-8); /* oracles/README.md */
  expect_everywhere(&x);
  stop(&x);
}

/* ln|A| is what it is without them; A 1 is not a constant. */
Test(filter, islands) {
  fixture x;
  if (!contiguity(&x, "columbus49_gal_edges.csv", 3)) return;
  start(&x, SW_LOGDET_AUTO);
  cr_expect(x.plan->symmetric && x.plan->rows_sum_to_1 && !x.plan->equal_rows);
  cr_expect_eq(x.plan->islands, 3);
  cr_expect(fabs(sw_filter_logdet(x.filter, .5) + 1.60202516) < 1e-8);
  expect_everywhere(&x);
  stop(&x);
}

Test(filter, nearest) {
  fixture x;
  places(&x, 90, 5);
  start(&x, SW_LOGDET_AUTO);
  cr_expect(!x.plan->symmetric && x.plan->rows_sum_to_1 && x.plan->least_is_bound);
  cr_expect_eq(x.plan->most, 1);
  cr_expect_eq(x.plan->least, -1);
  expect_everywhere(&x);
  stop(&x);
}

Test(filter, dense_weights) {
  fixture x;
  places(&x, 70, 0);
  start(&x, SW_LOGDET_AUTO);
  cr_expect(x.plan->symmetric);
  expect_everywhere(&x);
  stop(&x);
}

/* Symmetric weights of both signs, some on the diagonal, rows that sum to anything. */
Test(filter, any_symmetric) {
  enum { N = 40 };
  static double w[N * N];
  sw_rng rng = sw_rng_make(5, 6, 7);
  for (int i = 0; i < N; i++)
    for (int j = 0; j <= i; j++)
      if (sw_rng_uniform(&rng) < .15) w[i * N + j] = w[j * N + i] = 3 * sw_rng_uniform(&rng) - 1;
  fixture x;
  links_of(&x, N, w);
  start(&x, SW_LOGDET_FACTOR);
  cr_expect(x.plan->symmetric && !x.plan->rows_sum_to_1);
  expect_everywhere(&x);
  /* The ends are where an eigenvalue's reciprocal is. */
  fixture y;
  links_of(&y, N, w);
  start(&y, SW_LOGDET_EIGEN);
  cr_expect(fabs(x.plan->least / y.plan->least - 1) < 1e-11);
  cr_expect(fabs(x.plan->most / y.plan->most - 1) < 1e-11);
  expect_everywhere(&y);
  cr_expect_not(sw_filter_set(x.filter, x.plan->most));
  cr_expect_not(sw_filter_set(x.filter, 1.01 * x.plan->least));
  cr_expect_eq(sw_filter_logdet(x.filter, 2 * x.plan->most), -INFINITY);
  stop(&x);
  stop(&y);
}

/* Positive weights without symmetry, rows that sum to anything: complex eigenvalues. */
Test(filter, any_matrix) {
  enum { N = 40 };
  static double w[N * N];
  sw_rng rng = sw_rng_make(8, 6, 7);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      if (i != j && sw_rng_uniform(&rng) < .15) w[i * N + j] = 3 * sw_rng_uniform(&rng);
  fixture x, y;
  links_of(&x, N, w);
  links_of(&y, N, w);
  start(&x, SW_LOGDET_FACTOR);
  start(&y, SW_LOGDET_EIGEN);
  cr_expect(!x.plan->symmetric && y.plan->has_eigenvalues && !y.plan->least_is_bound);
  cr_expect(fabs(x.plan->most / y.plan->most - 1) < 1e-11);
  cr_expect(y.plan->least <= x.plan->least);
  expect_everywhere(&x);
  for (double share = -.9; share < 1; share += .3)
    same(sw_filter_logdet(y.filter, share * x.plan->most),
         sw_filter_logdet(x.filter, share * x.plan->most), 1, "by eigenvalues", share);
  stop(&x);
  stop(&y);
}

/* No eigenvalue but 0: no ends. No link at all: A = I. */
Test(filter, without_ends) {
  static double w[9] = {0, 1, 2, 0, 0, 3, 0, 0, 0};
  fixture x;
  links_of(&x, 3, w);
  start(&x, SW_LOGDET_AUTO);
  cr_expect(isinf(x.plan->least) && isinf(x.plan->most));
  expect_everywhere(&x);
  stop(&x);
  memset(w, 0, sizeof w);
  links_of(&x, 3, w);
  start(&x, SW_LOGDET_EIGEN);
  cr_expect(isinf(x.plan->least) && isinf(x.plan->most));
  cr_expect_eq(x.plan->islands, 3);
  expect_everywhere(&x);
  stop(&x);
}

Test(filter, sums_of_weights) {
  static double w[9] = {0, .5, .5, 1, 0, 0, .25, .75, 0};
  fixture x;
  links_of(&x, 3, w);
  start(&x, SW_LOGDET_AUTO);
  cr_expect_eq(x.plan->trace_w, 0);
  cr_expect(fabs(x.plan->trace_ww - 2 * (.5 * 1 + .5 * .25)) < 1e-15);
  cr_expect(fabs(x.plan->trace_wtw - (.25 + .25 + 1 + .0625 + .5625)) < 1e-15);
  double v[3] = {1, 2, 4}, out[3],
         block[24] = {1, 0, 0, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 0, 0, 9, 4, 0, 0, 0, 0, 0, 0, 9},
         blocks[24];
  sw_filter_lag(x.filter, v, out);
  cr_expect(out[0] == 3 && out[1] == 1 && out[2] == 1.75);
  sw_filter_lag_block(x.filter, block, blocks);
  cr_expect(blocks[0] == 3 && blocks[8] == 1 && blocks[16] == 1.75 && blocks[23] == 9);
  sw_filter_lag_transposed(x.filter, v, out);
  cr_expect(out[0] == 3 && out[1] == 3.5 && out[2] == .5);
  sw_filter_lag_transposed_block(x.filter, block, blocks);
  cr_expect(blocks[0] == 3 && blocks[8] == 3.5 && blocks[16] == .5 && blocks[7] == 11.25);
  stop(&x);
}

/* A weight that is no number; more units than eigenvalues are computed of. */
Test(filter, refused) {
  static double w[4] = {0, NAN, 1, 0};
  fixture x;
  links_of(&x, 2, w);
  cr_expect_eq(sw_filter_plan_create(&x.err, &x.w, SW_LOGDET_AUTO, &x.plan), SW_EINPUT);
  cr_expect(strstr(x.err.text, "no finite number (row 1"), "%s", x.err.text);
  stop(&x);
  sw_error err = {0};
  int64_t *none = room(5002, sizeof *none);
  sw_links many = {.n = 5001, .row_start = none};
  sw_filter_plan *plan;
  cr_expect_eq(sw_filter_plan_create(&err, &many, SW_LOGDET_EIGEN, &plan), SW_EINPUT);
  cr_expect(strstr(err.text, "of 4000 units at most"), "%s", err.text);
  sw_free(none);
}

/* ---- the grid ----------------------------------------------------------------------------- */

static void expect_grid(fixture *x, double tolerance) {
  sw_filter_grid *grid = room(1, SW_FILTER_GRID_BYTES);
  cr_assert_eq(sw_filter_grid_fill(&x->err, x->plan, &x->w, grid), SW_OK);
  cr_assert_gt(grid->count, 0);
  void *workspace = room(x->plan->workspace, 1);
  sw_filter *on = sw_filter_at(x->plan, &x->w, grid, workspace);
  for (int k = 0; k <= 40; k++) {
    double rho = fmin(grid->from + (grid->to - grid->from) * k / 40, grid->to), slope, exact;
    double near = sw_filter_logdet_near(on, rho, &slope), want;
    cr_expect(isnan(sw_filter_rho(on)), "no factor");
    want = sw_filter_logdet_near(x->filter, rho, &exact);
    cr_expect(fabs(near - want) <= tolerance, "%.3g at rho %g of %d", near - want, rho,
              grid->count);
    cr_expect(fabs(slope - exact) <= 1e-8 * fmax(1, fabs(exact)), "slope %.10g not %.10g at %g",
              slope, exact, rho);
  }
  sw_filter_logdet_near(on, grid->to + .5 * (x->plan->most - grid->to), NULL);
  cr_expect_not(isnan(sw_filter_rho(on)), "beyond the grid it factors");
  sw_free(workspace);
  sw_free(grid);
}

Test(filter, grid) {
  fixture x;
  places(&x, 90, 5);
  start(&x, SW_LOGDET_AUTO);
  expect_grid(&x, 1e-11);
  stop(&x);
  places(&x, 70, 0);
  start(&x, SW_LOGDET_EIGEN);
  cr_expect(x.plan->has_eigenvalues);
  expect_grid(&x, 1e-11);
  stop(&x);
  if (!contiguity(&x, "columbus49_colnb_edges.csv", 1)) return;
  start(&x, SW_LOGDET_AUTO);
  expect_grid(&x, 1e-11);
  stop(&x);
}

/* ---- many units ----------------------------------------------------------------------------- */

static void expect_identities(fixture *x, double rho) {
  int64_t n = x->w.n;
  double *d = room((size_t)(4 * n), sizeof *d), *block = room((size_t)(8 * n), sizeof *block);
  sw_filter_traces t;
  cr_assert(sw_filter_set(x->filter, rho));
  sw_filter_traces_of(x->filter, SW_TRACE_ALL, &t);
  sw_filter_diagonals_of(x->filter, &(sw_filter_diagonals){d, d + n, d + 2 * n, d + 3 * n});
  double inverse = 0, g = 0, square = 0, most = 0;
  for (int64_t u0 = 0; u0 < n;
       u0 += 8) { /* all columns of A^-1: its trace, and G = (A^-1 - I)/rho */
    int count = n - u0 < 8 ? (int)(n - u0) : 8;
    sw_filter_columns_block(x->filter, count, sw_filter_order(x->filter) + u0, block);
    for (int c = 0; c < count; c++) {
      int32_t unit = sw_filter_order(x->filter)[u0 + c];
      most = fmax(most, fabs(block[unit * 8 + c] - d[unit]));
      inverse += block[unit * 8 + c];
      for (int64_t i = 0; i < n; i++) {
        double entry = (block[i * 8 + c] - (i == unit)) / rho;
        square += entry * entry;
        if (i == unit) g += entry;
      }
    }
  }
  cr_expect_leq(most, 1e-10 * fabs(inverse) / (double)n);
  same(t.inverse, inverse, inverse, "tr A^-1", rho);
  same(t.g, g, fabs(g), "tr G", rho);
  same(t.gtg, square, square, "tr G'G", rho);
  double sum[3] = {0};
  for (int64_t i = 0; i < n; i++)
    for (int k = 0; k < 3; k++)
      sum[k] += d[(k + 1) * n + i];
  same(sum[0], g, fabs(g), "tr G", rho);
  same(sum[2], t.gg, t.gg, "tr GG", rho);
  same(rho * sum[2], sum[1] - g, fabs(g), "tr G A^-1 = tr G + rho tr GG", rho);
  sw_free(d);
  sw_free(block);
}

Test(filter, counties) {
  fixture x;
  if (!contiguity(&x, "us_elect80_queen_edges.csv", 4)) return;
  cr_assert_eq(x.w.n, 3107);
  start(&x, SW_LOGDET_AUTO);
  cr_expect(x.plan->symmetric && x.plan->rows_sum_to_1);
  expect_identities(&x, .66);
  expect_identities(&x, -.9);
  expect_grid(&x, 1e-9);
  stop(&x);
}

/* ---- I + c A A' ------------------------------------------------------------------------------ */

static void expect_ridge(fixture *x, double rho, double c) {
  int64_t n = x->w.n;
  sw_ridge_plan *plan;
  cr_assert_eq(sw_ridge_plan_create(&x->err, &x->w, &plan), SW_OK);
  void *workspace = room(sw_ridge_workspace(plan), 1);
  sw_ridge *ridge = sw_ridge_at(plan, &x->w, workspace);
  double *a = room((size_t)(n * n), 8), *k = room((size_t)(n * n), 8),
         *b = room((size_t)(3 * n), 8);
  for (int64_t i = 0; i < n * n; i++)
    a[i] = (i % (n + 1) == 0) - rho * x->dense[i];
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < n; j++) {
      k[i * n + j] = i == j;
      for (int64_t l = 0; l < n; l++)
        k[i * n + j] += c * a[i * n + l] * a[j * n + l];
    }
  double logdet = invert(n, k);
  cr_assert(sw_ridge_set(ridge, rho, c));
  same(sw_ridge_logdet(ridge), logdet, fmax(1, fabs(logdet)), "ln|K|", rho);
  same(sw_ridge_trace_inverse(ridge), trace(n, k), trace(n, k), "tr K^-1", rho);
  b[0] = b[n + 1] = b[3 * n - 1] = 1;
  sw_ridge_solve(ridge, 3, b, b);
  for (int64_t i = 0; i < n; i++) {
    same(b[i], k[i * n], 1, "K^-1", rho);
    same(b[n + i], k[i * n + 1], 1, "K^-1", rho);
    same(b[2 * n + i], k[i * n + n - 1], 1, "K^-1", rho);
  }
  sw_free(a);
  sw_free(k);
  sw_free(b);
  sw_free(workspace);
  sw_ridge_plan_destroy(plan);
}

Test(filter, ridge) {
  fixture x;
  places(&x, 60, 4);
  expect_ridge(&x, .7, 3);
  expect_ridge(&x, -.4, .01);
  expect_ridge(&x, 1, 1000); /* A is singular, K is not */
  stop(&x);
  static double w[9] = {.25, .5, .25, 1, 0, 0, .25, .75, 0}; /* a link to itself */
  links_of(&x, 3, w);
  expect_ridge(&x, .5, 2);
  stop(&x);
}

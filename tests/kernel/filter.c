/* A = I - rho W against dense inverses, and against its own solves where n is large. */
#include "kernel/weights_fixture.h"

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
  const double rho[] = {.5 * high,     0,          1e-9 * high, -1e-4 * high, .0049 * high,
                        -.0051 * high, .03 * high, .8 * low,    .999 * high,  .999 * low,
                        .15 * high};
  for (size_t k = 0; k < sizeof rho / sizeof *rho; k++)
    expect_all(x, rho[k]);
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
  same(sum[2], t.gg, fabs(t.gg), "tr GG", rho);
  same(rho * sum[2], sum[1] - g, fabs(g), "tr G A^-1 = tr G + rho tr GG", rho);
  sw_free(d);
  sw_free(block);
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

/* Eigenvalues tell where the interval ends, whatever ln|A| is computed from: beyond -1 here. */
Test(filter, nearest) {
  fixture x, y;
  places(&x, 90, 5);
  places(&y, 90, 5);
  start(&x, SW_LOGDET_AUTO);
  start(&y, SW_LOGDET_FACTOR);
  cr_expect(!x.plan->symmetric && x.plan->rows_sum_to_1 && !x.plan->least_is_bound);
  cr_expect(x.plan->has_eigenvalues && !y.plan->has_eigenvalues);
  cr_expect_eq(x.plan->most, 1);
  cr_expect(x.plan->least < -1.2, "%g", x.plan->least);
  cr_expect_eq(x.plan->least, y.plan->least);
  expect_everywhere(&x);
  expect_everywhere(&y);
  stop(&x);
  stop(&y);
}

/* Each looks at the next of a circle and the last but one. Too many for eigenvalues that are
 * complex. */
Test(filter, many_asymmetric) {
  enum { N = SW_FILTER_COMPLEX_MOST + 1 };
  static int64_t row_start[N + 1];
  static int32_t to[2 * N];
  static double value[2 * N];
  for (int i = 0; i < N; i++) {
    int a = (i + 1) % N, b = (i + N - 2) % N;
    to[2 * i] = a < b ? a : b;
    to[2 * i + 1] = a < b ? b : a;
    value[2 * i] = value[2 * i + 1] = .5;
    row_start[i + 1] = 2 * i + 2;
  }
  fixture x = {.w = {.n = N, .row_start = row_start, .to = to, .value = value}};
  start(&x, SW_LOGDET_AUTO);
  cr_expect(!x.plan->symmetric && x.plan->least_is_bound && !x.plan->has_eigenvalues);
  cr_expect(x.plan->least == -1 && x.plan->most == 1);
  expect_identities(&x, -.97);
  sw_filter_plan_destroy(x.plan);
  sw_free(x.workspace);
}

Test(filter, dense_weights) {
  fixture x;
  places(&x, 70, 0);
  start(&x, SW_LOGDET_AUTO);
  cr_expect(x.plan->symmetric);
  expect_everywhere(&x);
  stop(&x);
}

/* A front of more rows than a panel of the factor has pivots, many times over. */
Test(filter, wide_front) {
  fixture x;
  places(&x, 171, 0);
  start(&x, SW_LOGDET_FACTOR);
  expect_all(&x, .6);
  expect_all(&x, .9 * x.plan->least);
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
  cr_expect(fabs(x.plan->most / y.plan->most - 1) < 1e-8);
  cr_expect_eq(y.plan->least, x.plan->least);
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
  cr_expect(strstr(err.text, "symmetric weights are computed of 4000 units at most"), "%s",
            err.text);
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
  cr_expect(x->plan->has_eigenvalues || !isnan(sw_filter_rho(on)), "beyond the grid it factors");
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

/* ---- counties ------------------------------------------------------------------------------- */

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

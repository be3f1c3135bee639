/* The pair engine against plain loops, in one process: every walk, odd sizes, gaps, threads. */
#include "plan/stage.h"

#include <criterion/criterion.h>

/* ---- two measures ----------------------------------------------------------------------- */

static bool woven; /* rows of several periods are left side by side */

static sw_status resolve(sw_error *err, sw_job *job) {
  (void)err;
  job->directed = strcmp(job->measure->name, "uneven") == 0;
  job->n_passes = 2;
  job->pass[0] = (sw_pass){.domain = SW_UNITS, .operand = 1};
  /* A grain that divides no side, strip or step. */
  job->pass[1] =
      (sw_pass){.domain = SW_PAIRS, .grain = job->measure->block ? 5 : 0, .woven = woven};
  return SW_OK;
}

static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out, (void)workspace;
  sw_view to = job->operand_local[0];
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t u = tile->lo; u < tile->hi; u++)
      to.row[t][u - to.first] = sw_view_at(job->input[0].view, t, u);
}

static bool all_zero; /* values are -0.0, and nobody sends to a unit with x over 1 */

/* Values of both signs; a unit without a value has none with anybody. */
static double even(double a, double b) {
  if (all_zero) return a + b > 1 ? NAN : -0.0 * fabs(a * b);
  return a * b - 0.3 * (a + b);
}

static double uneven(double a, double b) {
  if (all_zero) return b > 1 ? NAN : -0.0 * fabs(a * b);
  return a - 2.0 * b * b;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  (void)workspace;
  const double *x = job->operand[0].row[t];
  for (int64_t j = j0; j < j1; j++) {
    out[0][j - j0] = job->directed ? uneven(x[i], x[j]) : even(x[i], x[j]);
    if (out[1]) out[1][j - j0] = x[i] + 10.0 * x[j];
  }
}

/* The same row by row, in one call. */
static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  cr_assert(i1 > i0 && i1 - i0 <= 5);
  for (int64_t i = i0; i < i1; i++) {
    int64_t at = (i - i0) * stride;
    segment(job, t, i, j0, j1, (double *[]){out[0] + at, out[1] ? out[1] + at : NULL}, workspace);
  }
}

/* Sums as the header of fold says. */
static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  double value[512], other[512];
  cr_assert(!job->directed && j1 - j0 <= 512);
  for (int64_t i = i0; i < i1; i++) {
    segment(job, t, i, j0, j1, (double *[]){value, other}, workspace);
    for (int64_t c = 0; c < j1 - j0; c++) {
      sums->row[(i - i0) * 8 + c % 8] += value[c];
      sums->column[(i - i0) % 8 * sums->stride + c] += value[c];
      if (value[c] > sums->greatest) sums->greatest = value[c];
    }
  }
}

/* The same by whole rows, some periods at a time. States are so large that a strip's rows come in
 * several batches; they say whose they are. */
static size_t row_state(const sw_job *job) {
  return job->n > 40 ? 3 << 20 : 24;
}

static void row_prepare(const sw_job *job, int64_t i, void *state, void *workspace) {
  (void)job, (void)workspace;
  *(int64_t *)state = i;
}

static void row_periods(const sw_job *job, int t0, int t1, int64_t i, const void *state,
                        double *const *out, void *workspace) {
  cr_assert(t1 > t0 && t1 - t0 <= SW_ROW_PERIODS && t1 <= job->n_periods);
  cr_assert_eq(*(const int64_t *)state, i);
  for (int t = t0; t < t1; t++) {
    static _Thread_local double row[2][4096];
    bool weaves = woven && t1 - t0 > 1;
    double *apart[2] = {row[0], out[1] ? row[1] : NULL};
    segment(job, t, i, 0, job->n, weaves ? apart : out + (size_t)(t - t0) * 2, workspace);
    for (int q = 0; weaves && q < 2 && out[q]; q++)
      for (int64_t j = 0; j < job->n; j++)
        out[q][j * SW_ROW_PERIODS + t - t0] = row[q][j];
  }
}

static const sw_param params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "variable"}, {0}};
static const sw_output outputs[] = {
    {.name = "value", .long_name = "value", .units = "1", .shape = SW_PAIR},
    {.name = "other", .long_name = "other", .units = "1", .shape = SW_PAIR},
    {0}};
#define PAIR_MEASURE(id, ...)                                                                      \
  {                                                                                                \
    .name = id, .title = id, .formula = id, .source = "none", .version = 1, .kind = SW_KIND_PAIR,  \
    .param = params, .output = outputs, .resolve = resolve, .tile = tile, __VA_ARGS__              \
  }
static const sw_measure even_measure = PAIR_MEASURE("even", .segment = segment),
                        uneven_measure = PAIR_MEASURE("uneven", .segment = segment),
                        even_block = PAIR_MEASURE("even", .block = block, .fold = fold),
                        uneven_block = PAIR_MEASURE("uneven", .block = block),
                        even_rows =
                            PAIR_MEASURE("even", .row_state = row_state, .row_prepare = row_prepare,
                                         .row_periods = row_periods),
                        uneven_rows =
                            PAIR_MEASURE("uneven", .row_state = row_state,
                                         .row_prepare = row_prepare, .row_periods = row_periods);
static const sw_measure *const extra[] = {&even_measure, &uneven_measure};
static const sw_measure *const by_blocks[] = {&even_block, &uneven_block};
static const sw_measure *const by_rows[] = {&even_rows, &uneven_rows};

/* ---- a panel ------------------------------------------------------------------------------ */

static bool has_ties; /* few different values, so that codes decide */
static bool is_full;  /* no gaps: squares are added up in one pass, and folded */

static double x_of(int64_t i, int t) {
  if (!is_full && i % 17 == 5) return NAN;
  if (all_zero) return i % 13 == 4 || (i >= 64 && i < 130) ? 2 : 0;
  if (has_ties) return (double)((i * 7 + t) % 5);
  return sin(1.7 * (double)i + t) + 0.01 * (double)(i % 7);
}

static const char *const study_text = "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
                                      "measures:\n"
                                      "  - even: {of: x, keep: dense, as: even_dense}\n"
                                      "  - even: {of: x, keep: {top: 5}, as: even_top}\n"
                                      "  - even: {of: x, keep: {above: 0.5}, as: even_above}\n"
                                      "  - even: {of: x, keep: summary, as: even_summary}\n"
                                      "  - uneven: {of: x, keep: dense, as: uneven_dense}\n"
                                      "  - uneven: {of: x, keep: {top: 5}, as: uneven_top}\n"
                                      "  - uneven: {of: x, keep: {above: 0.5}, as: uneven_above}\n"
                                      "  - uneven: {of: x, keep: summary, as: uneven_summary}\n"
                                      "output: {file: o.h5, precision: float64}\n"
                                      "tile: %d\n";

enum { EVEN = 0, UNEVEN = 4 };

static double plain(const stage *s, int e, int t, int64_t i, int64_t j) {
  return e < UNEVEN ? even(s->x[t][i], s->x[t][j]) : uneven(s->x[t][i], s->x[t][j]);
}

/* ---- checks ----------------------------------------------------------------------------- */

static void check_dense(const stage *s, int e, int64_t n) {
  for (int t = 0; t < T; t++)
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) {
        double got = s->kept[e].value[0][(t * n + i) * n + j];
        double want = i == j ? NAN : plain(s, e, t, i, j);
        cr_assert(got == want || (isnan(got) && isnan(want)), "%d: %d %d %d: %g, not %g", e, t,
                  (int)i, (int)j, got, want);
      }
}

/* A sum of nothing is no number; one of values of -0.0 is 0. */
static void expect_strength(double got, double want, int64_t values, double scale) {
  cr_assert_eq(isnan(got), values == 0, "%g, over %d", got, (int)values);
  cr_assert(values == 0 || fabs(got - want) < 1e-13 * scale, "%g, not %g", got, want);
  cr_assert(got != 0 || !signbit(got), "-0.0");
}

static void check_summary(const stage *s, int e, int64_t n) {
  const sw_summary *got = &s->run->pair[e].summary;
  for (int t = 0; t < T; t++) {
    double total = 0, most = -INFINITY;
    int64_t pairs = 0;
    for (int64_t i = 0; i < n; i++) {
      double out = 0, in = 0, scale = 1;
      int64_t sent = 0, received = 0;
      for (int64_t j = 0; j < n; j++) {
        double v = plain(s, e, t, i, j), w = plain(s, e, t, j, i);
        if (i != j && !isnan(w)) in += w, scale += fabs(w), received++;
        if (i == j || isnan(v)) continue;
        out += v;
        scale += fabs(v);
        sent++;
        pairs++;
        if (v > most) most = v;
      }
      total += out;
      expect_strength(got->out_strength[t][i], out, sent, scale);
      expect_strength(got->in_strength[t][i], in, received, scale);
    }
    cr_assert_eq(got->pairs[t], pairs);
    cr_assert_eq(got->undefined[t], n * (n - 1) - pairs);
    expect_strength(got->total[t], total, pairs, 1e3 * (1 + fabs(total)));
    if (pairs) cr_assert_eq(got->max[t], most);
  }
}

static void check_same_summary(const stage *a, int e, const stage *b, int f, int64_t n) {
  const sw_summary *x = &a->run->pair[e].summary, *y = &b->run->pair[f].summary;
  size_t row = (size_t)n * sizeof(double);
  for (int t = 0; t < T; t++) {
    cr_assert_eq(memcmp(x->out_strength[t], y->out_strength[t], row), 0, "%d %d out", e, f);
    cr_assert_eq(memcmp(x->in_strength[t], y->in_strength[t], row), 0, "%d %d in", e, f);
    cr_assert_eq(memcmp(&x->total[t], &y->total[t], sizeof(double)), 0);
    cr_assert_eq(memcmp(&x->max[t], &y->max[t], sizeof(double)), 0);
    cr_assert_eq(x->pairs[t], y->pairs[t]);
  }
}

/* Partners in order: by value from high to low, ties by code. */
static int64_t next_partner(const stage *s, int e, int t, int64_t i, int64_t n, double last,
                            int64_t after) {
  int64_t best = -1;
  for (int64_t j = 0; j < n; j++) {
    double v = plain(s, e, t, i, j);
    if (i == j || isnan(v) || v > last || (v == last && j <= after)) continue;
    if (best < 0 || v > plain(s, e, t, i, best)) best = j;
  }
  return best;
}

static void check_top(const stage *s, int e, int64_t n) {
  const sw_memory_result *kept = &s->kept[e];
  for (int t = 0; t < T; t++)
    for (int64_t i = 0; i < n; i++) {
      double last = INFINITY;
      int64_t after = -1;
      for (int64_t r = 0; r < 5; r++) {
        int64_t at = (t * n + i) * 5 + r, want = next_partner(s, e, t, i, n, last, after);
        cr_assert_eq(kept->partner[at], want);
        if (want < 0) {
          cr_assert(isnan(kept->value[0][at]) && isnan(kept->value[1][at]));
          last = -INFINITY;
          continue;
        }
        last = plain(s, e, t, i, want);
        after = want;
        cr_assert_eq(kept->value[0][at], last);
        cr_assert_eq(kept->value[1][at], s->x[t][i] + 10.0 * s->x[t][want]);
      }
    }
}

static void check_above(const stage *s, int e, int64_t n) {
  const sw_pair_plan *plan = &s->run->pair[e];
  for (int t = 0; t < T; t++)
    for (int64_t i = 0; i < n; i++) {
      double last = INFINITY;
      int64_t after = -1, at = plan->row_start[t * n + i], end = plan->row_start[t * n + i + 1];
      for (;; at++) {
        int64_t want = next_partner(s, e, t, i, n, last, after);
        if (want < 0 || !(plain(s, e, t, i, want) > 0.5)) break;
        cr_assert_lt(at, end);
        cr_assert_eq(s->kept[e].partner[at], want);
        last = plain(s, e, t, i, want);
        after = want;
      }
      cr_assert_eq(at, end);
    }
}

static void check_size(int64_t n, int tile_side) {
  char text[2048];
  snprintf(text, sizeof text, study_text, tile_side);
  stage one, three, blocks, rows, rows_of_three, side_by_side;
  cr_assert(stage_run(&one, n, x_of, text, extra, 2, 1) == SW_OK, "%s", one.err.text);
  cr_assert(stage_run(&three, n, x_of, text, extra, 2, 3) == SW_OK, "%s", three.err.text);
  cr_assert(stage_run(&blocks, n, x_of, text, by_blocks, 2, 3) == SW_OK, "%s", blocks.err.text);
  cr_assert(stage_run(&rows, n, x_of, text, by_rows, 2, 1) == SW_OK, "%s", rows.err.text);
  cr_assert(stage_run(&rows_of_three, n, x_of, text, by_rows, 2, 3) == SW_OK, "%s",
            rows_of_three.err.text);
  woven = true;
  cr_assert(stage_run(&side_by_side, n, x_of, text, by_rows, 2, 3) == SW_OK, "%s",
            side_by_side.err.text);
  woven = false;
  for (int e = EVEN; e <= UNEVEN; e += UNEVEN) {
    check_dense(&rows, e, n);
    check_summary(&rows, e, n);
    check_top(&rows, e + 1, n);
    check_above(&rows, e + 2, n);
    check_dense(&rows_of_three, e, n);
    check_top(&rows_of_three, e + 1, n);
    check_above(&rows_of_three, e + 2, n);
    check_dense(&side_by_side, e, n);
    check_top(&side_by_side, e + 1, n);
    check_above(&side_by_side, e + 2, n);
    /* Rows of a directed matrix add their columns in an order of their own. */
    if (e == EVEN) check_same_summary(&one, e, &rows, e, n);
    check_dense(&one, e, n);
    check_summary(&one, e, n);
    check_top(&one, e + 1, n);
    check_above(&one, e + 2, n);
    check_dense(&three, e, n);
    check_top(&three, e + 1, n);
    check_above(&three, e + 2, n);
    check_dense(&blocks, e, n);
    check_top(&blocks, e + 1, n);
    check_above(&blocks, e + 2, n);
    for (int f = 0; f < 4; f++) {
      check_same_summary(&one, e, &blocks, e + f, n);
      check_same_summary(&one, e, &one, e + f, n);
      check_same_summary(&one, e, &three, e + f, n);
      check_same_summary(&rows, e, &rows, e + f, n);
      check_same_summary(&rows, e, &rows_of_three, e + f, n);
      check_same_summary(&rows, e, &side_by_side, e + f, n);
    }
  }
  stage_close(&one);
  stage_close(&three);
  stage_close(&blocks);
  stage_close(&rows);
  stage_close(&rows_of_three);
  stage_close(&side_by_side);
}

Test(pairs, two_units) {
  check_size(2, 16);
}

Test(pairs, smaller_than_a_tile) {
  check_size(37, 64);
}

Test(pairs, uneven_squares) {
  check_size(203, 32);
}

Test(pairs, without_gaps) {
  is_full = true;
  check_size(203, 32);
  check_size(260, 100);
}

/* Units that have no pair, that only send, and whole squares of them, among pairs of -0.0. */
Test(pairs, sums_of_nothing) {
  all_zero = true;
  check_size(1, 16);
  check_size(2, 16);
  check_size(37, 16);
  check_size(203, 32);
  check_size(260, 200);
  check_size(331, 400);
  check_size(150, 16);
}

Test(pairs, several_strips_a_square) {
  check_size(260, 200);
}

Test(pairs, one_square_of_many_strips) {
  check_size(331, 400);
}

/* Strips begin with their own square where they may: a partner of an equal value and an earlier
 * code is met later. */
Test(pairs, ties_go_by_code) {
  has_ties = true;
  check_size(260, 16);
  check_size(331, 130);
  check_size(260, 200);
}

/* Strips that hold several rows of squares: by hand, since it takes n over 64 tiles otherwise. */
Test(pairs, tiny_tiles) {
  check_size(150, 16);
}

/* ---- the strongest share ------------------------------------------------------------------ */

static const char *const share_text =
    "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
    "measures:\n"
    "  - even: {of: x, keep: {share: %g}, as: even_largest}\n"
    "  - even: {of: x, keep: {share: %g}, by: smallest, as: even_smallest}\n"
    "  - even: {of: x, keep: {share: %g}, by: absolute, as: even_absolute}\n"
    "  - uneven: {of: x, keep: {share: %g}, as: uneven_largest}\n"
    "  - uneven: {of: x, keep: summary, as: sums}\n"
    "output: {file: o.h5, precision: float64}\n"
    "tile: %d\n";

static const sw_by share_by[] = {SW_BY_LARGEST, SW_BY_SMALLEST, SW_BY_ABSOLUTE, SW_BY_LARGEST};

typedef struct ranked {
  double strength;
  int64_t i, j;
} ranked;

static int compare_ranked(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->strength != y->strength) return x->strength > y->strength ? -1 : 1;
  if (x->i != y->i) return x->i < y->i ? -1 : 1;
  return (x->j > y->j) - (x->j < y->j);
}

static double strength_of(sw_by by, double value);

/* All ordered pairs sorted: the kept ones are the first so many, in rows the same order. */
static void check_share(const stage *s, int e, int64_t n, double share) {
  ranked *all = malloc((size_t)(n * n) * sizeof *all);
  char *kept = malloc((size_t)(n * n));
  const sw_pair_plan *plan = &s->run->pair[e];
  for (int t = 0; t < T; t++) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) {
        double v = plain(s, e < 3 ? EVEN : UNEVEN, t, i, j);
        if (i != j && !isnan(v)) all[count++] = (ranked){strength_of(share_by[e], v), i, j};
      }
    qsort(all, (size_t)count, sizeof *all, compare_ranked);
    int64_t wanted = (int64_t)floor(share * (double)count + 0.5), found = 0;
    if (wanted < 1) wanted = count < 1 ? 0 : 1;
    memset(kept, 0, (size_t)(n * n));
    for (int64_t k = 0; k < wanted; k++)
      kept[all[k].i * n + all[k].j] = 1;
    for (int64_t i = 0; i < n; i++) {
      int64_t at = plan->row_start[t * n + i], end = plan->row_start[t * n + i + 1];
      found += end - at;
      for (double last = INFINITY; at < end; at++) {
        int64_t j = s->kept[e].partner[at];
        double v = plain(s, e < 3 ? EVEN : UNEVEN, t, i, j);
        cr_assert(kept[i * n + j], "%d: %d %d %d", e, t, (int)i, (int)j);
        kept[i * n + j] = 0;
        cr_assert_eq(s->kept[e].value[0][at], v);
        cr_assert(strength_of(share_by[e], v) <= last);
        last = strength_of(share_by[e], v);
      }
    }
    cr_assert_eq(found, wanted, "%d: %d: %d of %d", e, t, (int)found, (int)wanted);
  }
  free(all);
  free(kept);
}

static void check_shares(int64_t n, int tile_side, double share) {
  char text[2048];
  snprintf(text, sizeof text, share_text, share, share, share, share, tile_side);
  for (int k = 0; k < 4; k++) {
    stage s;
    const sw_measure *const *const of[] = {extra, by_rows, by_blocks, by_rows};
    cr_assert(stage_run(&s, n, x_of, text, of[k], 2, k > 1 ? 3 : 1) == SW_OK, "%s", s.err.text);
    for (int e = 0; e < 4; e++)
      check_share(&s, e, n, share);
    check_summary(&s, EVEN, n);
    stage_close(&s);
  }
}

Test(pairs, strongest_share) {
  check_shares(2, 16, 0.5);
  check_shares(37, 64, 0.1);
  check_shares(203, 32, 0.01);
  check_shares(150, 16, 1);
  check_shares(150, 16, 1e-9);
}

/* Few different values: the cut falls among ties, also between a pair and its way back. */
Test(pairs, strongest_share_of_ties) {
  has_ties = true;
  check_shares(37, 16, 0.3);
  check_shares(150, 40, 0.013);
  check_shares(150, 40, 0.77);
}

/* ---- the order of partners ---------------------------------------------------------------- */

static const char *const order_text =
    "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
    "measures:\n"
    "  - even: {of: x, keep: {top: 9}, by: smallest, as: top_smallest}\n"
    "  - even: {of: x, keep: {top: 9}, by: absolute, as: top_absolute}\n"
    "  - even: {of: x, keep: {top: 9}, by: largest, as: top_largest}\n"
    "  - even: {of: x, keep: {above: 0.5}, by: smallest, as: above_smallest}\n"
    "  - even: {of: x, keep: {above: 0.5}, by: absolute, as: above_absolute}\n"
    "  - even: {of: x, keep: summary, as: sums}\n"
    "output: {file: o.h5, precision: float64}\n"
    "tile: %d\n";

static const sw_by order_of[] = {SW_BY_SMALLEST, SW_BY_ABSOLUTE, SW_BY_LARGEST, SW_BY_SMALLEST,
                                 SW_BY_ABSOLUTE};

static double strength_of(sw_by by, double value) {
  return by == SW_BY_SMALLEST ? -value : by == SW_BY_ABSOLUTE ? fabs(value) : value;
}

/* The partner after the last one, of this strength and place. */
static int64_t next_by(const stage *s, sw_by by, int t, int64_t i, int64_t n, double last,
                       int64_t after) {
  int64_t best = -1;
  double most = 0;
  for (int64_t j = 0; j < n; j++) {
    double v = strength_of(by, plain(s, EVEN, t, i, j));
    if (i == j || isnan(v) || v > last || (v == last && j <= after)) continue;
    if (best < 0 || v > most) best = j, most = v;
  }
  return best;
}

/* Row i of entry e, whose partners stand at [at, end), of which all must be filled, unless fewer
 * have a value. */
static void check_order(const stage *s, int e, int t, int64_t i, int64_t n, int64_t at,
                        int64_t end) {
  double last = INFINITY;
  int64_t after = -1, want = 0;
  bool above = s->run->pair[e].keep.kind == SW_KEEP_ABOVE;
  for (;; at++) {
    want = next_by(s, order_of[e], t, i, n, last, after);
    double value = want < 0 ? NAN : plain(s, EVEN, t, i, want);
    last = want < 0 ? last : strength_of(order_of[e], value);
    after = want;
    if (above && want >= 0 && !((order_of[e] == SW_BY_ABSOLUTE ? fabs(value) : value) > 0.5)) {
      if (order_of[e] == SW_BY_ABSOLUTE) break;
      at--;
      continue;
    }
    if (want < 0 || at == end) break;
    cr_assert_lt(at, end);
    cr_assert_eq(s->kept[e].partner[at], want, "%d %d %d", e, t, (int)i);
    cr_assert_eq(s->kept[e].value[0][at], value);
    cr_assert_eq(s->kept[e].value[1][at], s->x[t][i] + 10.0 * s->x[t][want]);
  }
  for (; !above && at < end; at++)
    cr_assert(s->kept[e].partner[at] == -1 && isnan(s->kept[e].value[0][at]));
  cr_assert_eq(at, end);
}

static void check_orders(int64_t n, int tile_side) {
  char text[2048];
  snprintf(text, sizeof text, order_text, tile_side);
  stage s;
  cr_assert(stage_run(&s, n, x_of, text, by_blocks, 2, 2) == SW_OK, "%s", s.err.text);
  for (int e = 0; e < 5; e++) {
    check_same_summary(&s, e, &s, 5, n);
    for (int t = 0; t < T; t++)
      for (int64_t i = 0; i < n; i++) {
        const int64_t *start = s.run->pair[e].row_start;
        int64_t row = t * n + i, at = start ? start[row] : row * 9;
        check_order(&s, e, t, i, n, at, start ? start[row + 1] : at + 9);
      }
  }
  stage_close(&s);
}

Test(pairs, partners_by) {
  check_orders(6, 16);
  check_orders(203, 32);
  check_orders(260, 200);
}

Test(pairs, partners_by_with_ties) {
  has_ties = true;
  check_orders(203, 32);
  check_orders(331, 130);
}

Test(pairs, by_is_one_of_three) {
  stage s;
  const char *text = "panel: {file: p.csv, unit: u, time: y, missing: keep}\nmeasures:\n"
                     "  - even: {of: x, by: closest}\noutput: {file: o.h5}\n";
  cr_assert_eq(stage_run(&s, 6, x_of, text, extra, 2, 1), SW_EINPUT);
  cr_expect_str_eq(s.err.text, "study.yaml:3:23: unknown choice 'closest'; "
                               "expected one of largest|absolute|smallest");
  stage_close(&s);
}

Test(cut, covers_every_row_once) {
  const int64_t sizes[] = {1, 2, 63, 64, 65, 511, 513, 3080, 10000, 16384, 70001, 131072, 200001};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
    for (int64_t tile_side = 16; tile_side <= 1024; tile_side *= 4) {
      sw_cut cut = sw_cut_make(sizes[k], tile_side);
      int64_t next = 0, first = 0, end = 0;
      for (int64_t q = 0; q < cut.squares; q++) {
        sw_cut_square(&cut, q, &first, &end);
        cr_assert(first == next && end > first && end - first <= tile_side);
        next = end;
      }
      cr_assert_eq(next, sizes[k]);
      next = 0;
      for (int64_t s = 0; s < cut.strips; s++) {
        sw_cut_strip(&cut, s, &first, &end);
        cr_assert(first == next && end >= first && end - first <= cut.strip);
        next = end;
      }
      cr_assert_eq(next, sizes[k]);
      cr_assert_leq(cut.strips, 256 + cut.squares);
    }
}

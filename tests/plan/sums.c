/* Sums over all pairs by group, ring and centre: small cases by hand, links alone, one matrix over
 * all periods, whole rows and blocks of rows, and how tasks are cut. */
#include <criterion/criterion.h>

#include "plan/stage.h"

#include "base/arena.h"
#include "kernel/pairs/lanes.h"
#include "plan/sums/private.h"

/* ---- measures --------------------------------------------------------------------------- */

static double value(double a, double b) {
  return a + 10 * b; /* directed */
}

/* The column as an operand, as pair passes read columns whole. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out, (void)workspace;
  const sw_view *local = &job->operand_local[0];
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t i = tile->lo; i < tile->hi; i++)
      local->row[t][i - local->first] = sw_view_at(job->input[0].view, t, i);
}

static void passes(sw_job *job) {
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = 1});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS});
}

static sw_status resolve(sw_error *err, sw_job *job) {
  (void)err;
  job->directed = true;
  passes(job);
  return SW_OK;
}

static sw_status resolve_series(sw_error *err, sw_job *job) {
  job->whole_series = true;
  return resolve(err, job);
}

static sw_status resolve_even(sw_error *err, sw_job *job) {
  (void)err;
  job->defines_diagonal = true;
  passes(job);
  return SW_OK;
}

static void segment(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1, double *const *out,
                    void *workspace) {
  const double *x = job->operand[0].row[t];
  (void)workspace;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = value(x[i], x[j]);
}

static void segment_even(const sw_job *job, int t, int64_t i, int64_t j0, int64_t j1,
                         double *const *out, void *workspace) {
  const double *x = job->operand[0].row[t];
  (void)workspace;
  for (int64_t j = j0; j < j1; j++)
    out[0][j - j0] = x[i] * x[j];
}

static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  for (int64_t i = i0; i < i1; i++)
    segment(job, t, i, j0, j1, (double *[]){out[0] + (i - i0) * stride}, workspace);
}

static void whole_row(const sw_job *job, int t, int64_t i, double *const *out, void *workspace) {
  segment(job, t, i, 0, job->n, out, workspace);
}

/* The same, told of its rows in advance; `told` counts those that it was told of. */
typedef struct ahead {
  int count;
  int32_t unit[SW_ROWS_AHEAD];
} ahead;

static _Atomic int64_t told;

static size_t workspace_ahead(const sw_job *job) {
  (void)job;
  return sizeof(ahead);
}

static sw_status open_ahead(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)err, (void)job, (void)pass;
  ((ahead *)workspace)->count = 0;
  return SW_OK;
}

static void close_ahead(const sw_job *job, int pass, void *workspace) {
  (void)job, (void)pass, (void)workspace;
}

static void rows_ahead(const sw_job *job, int t, int count, const int32_t *unit, void *workspace) {
  ahead *a = workspace;
  (void)job, (void)t;
  cr_assert(count > 0 && count <= SW_ROWS_AHEAD);
  a->count = count;
  memcpy(a->unit, unit, (size_t)count * sizeof *unit);
}

static void row_ahead(const sw_job *job, int t, int64_t i, double *const *out, void *workspace) {
  const ahead *a = workspace;
  for (int k = 0; k < a->count; k++)
    told += a->unit[k] == i;
  segment(job, t, i, 0, job->n, out, workspace);
}

static const sw_param params[] = {{.name = "of", .type = SW_P_COLUMN, .help = "variable"}, {0}};
static const sw_output outputs[] = {
    {.name = "flow", .long_name = "flow", .units = "t", .shape = SW_PAIR}, {0}};

/* As segment_even, added up where it is made; by group alone where there are groups. */
static void fold_even(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      sw_fold *sums, void *workspace) {
  const sw_lane_groups *g = sums->groups;
  const double *x = job->operand[0].row[t];
  (void)workspace;
  for (int64_t r = 0; r < i1 - i0; r++)
    for (int64_t c = 0; c < j1 - j0; c++) {
      double value = x[i0 + r] * x[j0 + c];
      if (value > sums->greatest) sums->greatest = value;
      if (!g) {
        sums->row[r * SW_LANES + c % SW_LANES] += value;
        sums->column[r % SW_LANES * sums->stride + c] += value;
        continue;
      }
      g->row[(g->of_column[c] * g->high + r) * SW_LANES + c % SW_LANES] += value;
      g->column[(g->of_row[r] * SW_LANES + r % SW_LANES) * sums->stride + c] += value;
    }
}

static sw_status resolve_fold(sw_error *err, sw_job *job) {
  SW_TRY(resolve_even(err, job));
  job->defines_diagonal = false;
  job->pass[1].fold_groups = true;
  return SW_OK;
}

#define PAIRS(id, ...)                                                                             \
  {                                                                                                \
    .name = id, .title = id, .formula = id, .source = "none", .version = 1, .kind = SW_KIND_PAIR,  \
    .param = params, .output = outputs, .tile = tile, __VA_ARGS__                                  \
  }
static const sw_measure by_segment = PAIRS("by_segment", .resolve = resolve, .segment = segment),
                        by_block = PAIRS("by_block", .resolve = resolve, .block = block),
                        by_row = PAIRS("by_row", .resolve = resolve, .whole_row = whole_row),
                        by_row_ahead =
                            PAIRS("by_row_ahead", .resolve = resolve, .whole_row = row_ahead,
                                  .rows_ahead = rows_ahead, .workspace = workspace_ahead,
                                  .open = open_ahead, .close = close_ahead),
                        series = PAIRS("series", .resolve = resolve_series, .segment = segment),
                        even = PAIRS("even", .resolve = resolve_even, .segment = segment_even),
                        even_fold = PAIRS("even_fold", .resolve = resolve_fold,
                                          .segment = segment_even, .fold = fold_even);
static const sw_measure *const extra[] = {&by_segment, &by_block,     &by_row,   &series,
                                          &even,       &by_row_ahead, &even_fold};

/* ---- a panel of five units on the equator, 1 degree or 111.19 km apart -------------------- */

enum { N = 5, GROUPS = 2 };

static double x_of(int64_t i, int t) {
  static const double x[T][N] = {{1, 2, 3, 4, 5}, {1, 2, NAN, 4, 5}};
  return x[t][i % N];
}

static const char *const label[GROUPS] = {"east", "west"};
static int32_t group_of[4096]; /* by unit */
static double lon[4096], lat[4096];

/* Units and their places are known before the run is bound: stage_run makes the panel itself. */
static sw_status run_study(stage *s, int64_t n, const char *text, int threads) {
  static const sw_reader no_reader = {0};
  static sw_grouping grouping = {.name = "region", .n_groups = GROUPS, .label = label};
  memset(s, 0, sizeof *s);
  for (int64_t i = 0; i < n; i++) {
    group_of[i] = i % 5 < 2 ? 1 : 0; /* 0 and 1 are west, 2, 3, 4 east */
    lon[i] = (double)(i % 350);
    lat[i] = (double)(i / 350) * 10;
  }
  grouping.of = group_of;
  SW_TRY(sw_arena_create(&s->err, &s->arena));
  SW_TRY(sw_team_serial(&s->err, &s->team));
  if (threads > 1) s->team->window_bytes = 1;
  SW_TRY(sw_study_parse(&s->err, s->arena, "study.yaml", text, strlen(text), extra, 7, &s->study));
  SW_TRY(stage_panel(s, n, x_of));
  s->panel.units.lon = lon;
  s->panel.units.lat = lat;
  s->panel.units.n_groupings = 1;
  s->panel.units.grouping = &grouping;
  SW_TRY(
      sw_run_bind(&s->err, s->team, s->study, &no_reader, &s->panel, s->arena, threads, &s->run));
  SW_TRY(sw_run_first(&s->err, s->run));
  SW_TRY(sw_sink_memory(&s->err, s->run, &s->sink, &s->kept));
  return sw_run_rest(&s->err, s->run, s->sink);
}

static const char *const head =
    "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
    "units: {file: u.csv, unit: u, lon: lon, lat: lat, groups: [region]}\n"
    "measures:\n"
    "  - %s: {of: x, keep: summary, blocks: region, rings: [112, 223], centres: [\"000001\"], as: "
    "a}\n"
    "output: {file: o.h5}\n"
    "tile: 16\n";

static void run_one(stage *s, const char *measure, int64_t n, int threads) {
  char text[600];
  snprintf(text, sizeof text, head, measure);
  cr_assert_eq(run_study(s, n, text, threads), SW_OK, "%s", s->err.text);
}

static double *const *rows(const stage *s, const char *name) {
  const sw_result *result = sw_job_result(&s->run->job[0], name);
  cr_assert_not_null(result, "%s", name);
  return result->row;
}

#define SAME(got, want) cr_expect_eq(got, want, "%s is %g, not %g", #got, got, (double)(want))

/* ---- by hand ---------------------------------------------------------------------------- */

/* v_ij = x_i + 10 x_j, x = 1 2 | 3 4 5: west is 0 and 1, east 2, 3, 4; the second period lacks 2.
 */
static void check_by_hand(const char *measure) {
  stage s;
  run_one(&s, measure, N, 1);
  double *const *sent = rows(&s, "sent_to"), *const *received = rows(&s, "received_from");
  const double *block_sum = rows(&s, "block_sum")[0], *count = rows(&s, "block_count")[0];
  SAME(sent[0 * T][0], 3 * 1 + 10 * (3 + 4 + 5)); /* unit 0 to the east */
  SAME(sent[1 * T][0], 1 + 10 * 2);               /* to the west: to unit 1 alone */
  SAME(sent[0 * T][3], 2 * 4 + 10 * (3 + 5));
  SAME(sent[0 * T + 1][0], 2 * 1 + 10 * (4 + 5)); /* without unit 2 */
  cr_expect(isnan(sent[0 * T + 1][2]), "no value at all: as strengths");
  SAME(received[0 * T][0], (3 + 4 + 5) + 3 * 10 * 1);
  SAME(received[1 * T][1], 1 + 10 * 2);
  SAME(received[1 * T + 1][4], (1 + 2) + 2 * 10 * 5);
  SAME(block_sum[1 * GROUPS + 1], (1 + 10 * 2) + (2 + 10 * 1)); /* west to west */
  SAME(block_sum[1 * GROUPS + 0], 3 * (1 + 2) + 2 * 10 * (3 + 4 + 5));
  SAME(count[0], 6);
  SAME(count[1], 6);
  SAME(count[GROUPS * GROUPS + 0], 2); /* the second period: 3 and 4 */
  /* Rings to 112, to 223 km, beyond: neighbours, those two apart, the others. */
  double *const *out = rows(&s, "ring_out");
  const double *ring_sum = rows(&s, "ring_sum")[0], *ring_count = rows(&s, "ring_count")[0];
  SAME(out[0 * T][0], 1 + 10 * 2);
  SAME(out[1 * T][0], 1 + 10 * 3);
  SAME(out[2 * T][0], 2 * 1 + 10 * (4 + 5));
  SAME(out[0 * T + 1][1], 2 + 10 * 1); /* its other neighbour has no value */
  cr_expect(isnan(out[2 * T][2]) && isnan(out[0 * T + 1][2]), "nobody is beyond; no value");
  cr_expect(isnan(received[1 * T + 1][2]), "nothing is received");
  SAME(ring_count[0], 8);
  SAME(ring_count[1], 6);
  SAME(ring_count[2], 6);
  SAME(ring_count[3 + 0], 4);
  SAME(ring_sum[1], (1 + 30) + (3 + 10) + (2 + 40) + (4 + 20) + (3 + 50) + (5 + 30));
  double *const *from = rows(&s, "from_centre"), *const *to = rows(&s, "to_centre");
  SAME(from[0][3], 2 + 10 * 4);
  SAME(to[0][3], 4 + 10 * 2);
  cr_expect(isnan(from[0][1]) && isnan(to[0][1]), "self is no partner");
  cr_expect(isnan(from[1][2]) && isnan(to[1][2]), "no value");
  stage_close(&s);
}

Test(sums, by_hand) {
  check_by_hand("by_segment");
  check_by_hand("by_block");
  check_by_hand("by_row");
  check_by_hand("by_row_ahead");
}

/* One matrix over all periods (of the first one's values here): no axis of time. */
Test(sums, whole_series) {
  stage s;
  run_one(&s, "series", N, 1);
  const sw_result *sent = sw_job_result(&s.run->job[0], "sent_to");
  const sw_result *blocks = sw_job_result(&s.run->job[0], "block_sum");
  cr_expect(sent->output->timeless);
  cr_expect_eq(blocks->output->shape, SW_TABLE);
  SAME(sent->row[0][0], 3 * 1 + 10 * (3 + 4 + 5));
  SAME(blocks->row[0][1 * GROUPS + 1], (1 + 10 * 2) + (2 + 10 * 1));
  stage_close(&s);
}

/* A diagonal that is meant is no pair either; and what is undirected receives what it sends. */
Test(sums, undirected) {
  stage s;
  run_one(&s, "even", N, 1);
  double *const *sent = rows(&s, "sent_to"), *const *received = rows(&s, "received_from");
  SAME(sent[1 * T][0], 1 * 2);
  SAME(sent[0 * T][4], 5 * (3 + 4));
  for (int k = 0; k < GROUPS * T; k++)
    cr_expect_eq(memcmp(sent[k], received[k], N * sizeof(double)), 0);
  SAME(rows(&s, "block_sum")[0][0], 2 * (3 * 4 + 3 * 5 + 4 * 5));
  stage_close(&s);
}

/* ---- many ------------------------------------------------------------------------------- */

enum { MANY = 700 };

static void expect_same(const stage *a, const stage *b) {
  const sw_job *x = &a->run->job[0], *y = &b->run->job[0];
  for (int q = 0; x->measure->output[q].name; q++) {
    const sw_result *r = &x->result[q];
    bool unit = r->output->shape == SW_UNIT;
    if (r->output->shape == SW_PAIR) continue;
    int count = unit ? r->width * T : 1;
    size_t length = unit ? MANY : (size_t)r->width * T;
    for (int k = 0; k < count; k++)
      cr_expect_eq(memcmp(r->row[k], y->result[q].row[k], length * sizeof(double)), 0, "%s %d",
                   r->output->name, k);
  }
}

/* Threads, windows and ways to evaluate a row change no bit; parts sum up to the strengths. */
Test(sums, same_bits) {
  static const char *const measure[] = {"by_segment", "by_block", "by_row", "by_row_ahead"};
  stage first, more;
  run_one(&first, measure[0], MANY, 1);
  told = 0;
  for (int m = 0; m < 4; m++) {
    run_one(&more, measure[m], MANY, 1 + m);
    expect_same(&first, &more);
    stage_close(&more);
  }
  cr_expect_eq(told, 2 * MANY * T, "rows of the matrix and rows that are summed, each once");
  double *const *sent = rows(&first, "sent_to"), *const *received = rows(&first, "received_from");
  const sw_summary *summary = &first.run->pair[0].summary;
  for (int t = 0; t < T; t++)
    for (int64_t i = 0; i < MANY; i++) {
      double out = sent[t][i] + sent[T + t][i], in = received[t][i] + received[T + t][i];
      if (isnan(summary->out_strength[t][i])) {
        cr_assert(isnan(sent[t][i]) && isnan(sent[T + t][i]) && isnan(received[t][i]));
        continue;
      }
      cr_assert(fabs(out - summary->out_strength[t][i]) <= 1e-12 * out);
      cr_assert(fabs(in - summary->in_strength[t][i]) <= 1e-12 * in);
    }
  stage_close(&first);
}

/* Where sums by group come with the walk, strengths are made of them: the same bits by rows and by
 * fold, stored or not, and of other walks the same but for rounding. */
static void expect_strengths(const stage *a, const stage *b, bool bits) {
  const sw_summary *x = &a->run->pair[0].summary, *y = &b->run->pair[0].summary;
  for (int t = 0; t < T; t++)
    for (int64_t i = 0; i < MANY; i++) {
      double got = x->out_strength[t][i], want = y->out_strength[t][i];
      cr_assert_eq(memcmp(&got, &x->in_strength[t][i], sizeof got), 0);
      cr_assert_eq(isnan(got) != 0, isnan(want) != 0);
      cr_assert(isnan(got) || fabs(got - want) <= 1e-13 * want);
      if (bits)
        cr_assert_eq(memcmp(&got, &want, sizeof got), 0, "unit %d: %a, %a", (int)i, got, want);
    }
}

/* Of undirected pairs sums by group are made by the pair pass where it walks the triangle, by fold
 * or by row, with gaps (the second period) or without; and else, and with rings, out of whole rows:
 * to the same bit. Squares of several groups, and one square of all. */
Test(sums, blocks_alone) {
  static const char *const keep[] = {"summary", "dense", "{top: 3}", "summary, rings: [300]"};
  static const char *const measure[] = {"even", "even_fold"};
  static const int tile[] = {16, 100, 1000};
  for (int size = 0; size < 3; size++) {
    stage first, more;
    bool begun = false;
    for (int k = 0; k < 8; k++) {
      char text[600];
      snprintf(text, sizeof text,
               "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
               "units: {file: u.csv, unit: u, lon: lon, lat: lat, groups: [region]}\n"
               "measures:\n  - %s: {of: x, keep: %s, blocks: region, as: a}\n"
               "output: {file: o.h5}\ntile: %d\n",
               measure[k % 2], keep[k / 2], tile[size]);
      cr_assert_eq(run_study(begun ? &more : &first, MANY, text, 1 + k % 3), SW_OK, "%s",
                   (begun ? &more : &first)->err.text);
      if (begun) {
        for (int q = 0; q < 4; q++) {
          static const char *const name[] = {"sent_to", "received_from", "block_sum",
                                             "block_count"};
          const sw_result *x = sw_job_result(&first.run->job[0], name[q]);
          const sw_result *y = sw_job_result(&more.run->job[0], name[q]);
          size_t length = q < 2 ? MANY : (size_t)x->width * T;
          for (int row = 0; row < (q < 2 ? x->width * T : 1); row++)
            cr_expect_eq(memcmp(x->row[row], y->row[row], length * sizeof(double)), 0,
                         "%s of %s, keep %s, tile %d", name[q], measure[k % 2], keep[k / 2],
                         tile[size]);
        }
        expect_strengths(&first, &more, k < 4);
        stage_close(&more);
      }
      begun = true;
    }
    double *const *sent = rows(&first, "sent_to");
    const double *sum = rows(&first, "block_sum")[0], *count = rows(&first, "block_count")[0];
    for (int t = 0; t < T; t++)
      for (int g = 0; g < GROUPS; g++)
        for (int h = 0; h < GROUPS; h++) {
          double want = 0, values = 0;
          for (int64_t i = 0; i < MANY; i++) {
            double all = 0, some = 0;
            for (int64_t j = 0; j < MANY; j++) {
              double value = x_of(i, t) * x_of(j, t);
              if (j == i || group_of[j] != h || isnan(value)) continue;
              all += value, some++;
            }
            cr_assert(some ? fabs(sent[h * T + t][i] - all) <= 1e-12 * all
                           : isnan(sent[h * T + t][i]));
            if (group_of[i] == g) want += all, values += some;
          }
          int64_t at = (int64_t)t * GROUPS * GROUPS + g * GROUPS + h;
          cr_expect_eq(count[at], values);
          cr_expect(fabs(sum[at] - want) <= 1e-12 * want);
        }
    stage_close(&first);
  }
}

/* Every unit is a row of one task; a task has rows of one group, and not too many. */
Test(sums, tasks) {
  stage s;
  run_one(&s, "by_segment", MANY, 1);
  const sw_sums *sums = s.run->sums[0];
  static bool seen[MANY];
  cr_assert_eq(sums->task_at[0], 0);
  cr_assert_eq(sums->task_at[sums->tasks], MANY);
  for (int64_t task = 0; task < sums->tasks; task++) {
    cr_assert_lt(sums->task_at[task], sums->task_at[task + 1]);
    cr_assert_leq(sums->task_at[task + 1] - sums->task_at[task], 64);
    for (int64_t k = sums->task_at[task]; k < sums->task_at[task + 1]; k++) {
      cr_assert_eq(group_of[sums->unit[k]], sums->task_group[task]);
      cr_assert(!seen[sums->unit[k]]);
      seen[sums->unit[k]] = true;
    }
  }
  cr_expect_eq(sums->tasks, 7 + 5); /* 420 rows of the east, 280 of the west */
  stage_close(&s);
}

/* `top` by the last period, whose third unit of five has no value. */
Test(sums, top_centres) {
  stage s;
  char text[600];
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
           "measures:\n  - by_segment: {of: x, keep: summary, centres: {top: %d, by: x}}\n"
           "output: {file: o.h5}\n",
           3);
  cr_assert_eq(run_study(&s, N, text, 1), SW_OK, "%s", s.err.text);
  static const int64_t want[] = {4, 3, 1};
  for (int c = 0; c < 3; c++)
    cr_expect_eq(s.run->sums[0]->centre[c], want[c]);
  stage_close(&s);
  snprintf(text, sizeof text,
           "panel: {file: p.csv, unit: u, time: y, missing: keep}\n"
           "measures:\n  - by_segment: {of: x, keep: summary, centres: {top: %d, by: x}}\n"
           "output: {file: o.h5}\n",
           5);
  cr_expect_eq(run_study(&s, N, text, 1), SW_EINPUT);
  cr_expect_not_null(strstr(s.err.text, "top: 5, but 4 units have a value of x"), "%s", s.err.text);
  stage_close(&s);
}

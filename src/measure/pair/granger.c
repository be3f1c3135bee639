/* granger: does one unit's series help to predict another's, beyond that one's own past (methods.md
 * and methods-space.md, section 4).
 *
 *   F = [(RSS0 - RSS1)/p] / [RSS1/(T - 3p - 1)],
 *
 * RSS0 of the receiver's values on a constant and its own p lags, RSS1 with p lags of the sender's,
 * over periods p + 1 to T. The row is the sender. transfer_entropy = .5 ln(RSS0/RSS1), in nats, is
 * a function of F: no second test.
 *
 * A lag leads from one period of the entry to another without a break or a hole between. A pair
 * uses its complete rows: where all are there it goes through kernel/causality/granger.h, in
 * blocks; else through its own rows. Then degrees of freedom differ between pairs, and p orders
 * them.
 *
 * Passes: means of periods for each variable (measure/transform); operands; rounds that find what
 * is rejected (granger_tests.c); pairs. Rounds have nothing to do where each test stands by itself
 * and only sums are wanted: the pass over pairs then counts what is rejected. */
#include "measure/pair/granger.h"

#include "kernel/causality/granger_both.h"
#include "kernel/series/correlation.h"
#include "measure/share/series.h"

#include <math.h>
#include <string.h>

/* Columns of operands of a variable behind Q: e, pivots, the values of the series. */
enum { REST, PIVOT, VALUE, FURTHER };

/* Of a variable Q comes first, `lags` columns, then these. */
static int column_of(const sw_granger_job *g, int variable, int further) {
  return variable * (g->lags + FURTHER) + g->lags + further;
}

/* The size of what values of a unit are made of, where it is larger than theirs. NULL for levels,
 * whose values are their own size. */
static double made_from(const sw_granger_job *g, int side, int64_t unit) {
  const double *from = g->made_from[sw_granger_variable(g, side)];
  return from ? from[unit] : 0;
}

/* Of units with gaps, see find_states. */
static const double *values_of(const sw_granger_job *g, int side, int64_t unit) {
  int variable = sw_granger_variable(g, side);
  return g->value[variable] + unit * g->series[variable].length;
}

/* ---- operands ----------------------------------------------------------------------------- */

/* What a row needs of a series: of a sender its lags, l from 1; of a receiver also the value
 * itself. */
static bool is_there(const sw_granger_job *g, int side, int row, const double *v) {
  bool there = true;
  for (int l = side == SW_GRANGER_FROM; l <= g->lags; l++)
    there = there && !isnan(v[g->row[row] - l]);
  return there;
}

/* NOTHING: too few rows for a test; its pairs are undefined. */
static int state_of(const sw_granger_job *g, int side, const double *v) {
  int count = 0;
  for (int r = 0; r < g->rows; r++)
    count += is_there(g, side, r, v);
  if (count == g->rows) return SW_GRANGER_WHOLE;
  return sw_granger_df(g->lags, count) >= 1 ? SW_GRANGER_GAPS : SW_GRANGER_NOTHING;
}

/* `v`: the series, with Q, e and pivots behind it. Q by QR of [1, lags], e the residual of the
 * value on it: what every pair of the unit shares. */
static void place_variable(const sw_job *job, const sw_granger_job *g, int variable, int64_t unit,
                           double *v, double size, sw_granger_units *count) {
  const sw_transform *series = &g->series[variable];
  sw_view to = job->operand_local[g->operands];
  double *basis = v + series->length, *rest = basis + g->lags * g->rows, *pivot = rest + g->rows;
  int first = variable * (g->lags + FURTHER);
  sw_granger_unit(g->lags, g->rows, g->row, v, size, basis, rest, pivot);
  for (int l = 0; l < g->lags; l++)
    for (int r = 0; r < g->rows; r++)
      to.row[(first + l) * job->n_periods + r][unit - to.first] = basis[l * g->rows + r];
  /* Rows of the test, not periods: columns of operands are longer. */
  for (int r = 0; r < g->rows; r++)
    to.row[column_of(g, variable, REST) * job->n_periods + r][unit - to.first] = rest[r];
  for (int l = 0; l < g->lags; l++)
    to.row[column_of(g, variable, PIVOT) * job->n_periods + l][unit - to.first] = pivot[l];
  for (int s = 0; s < series->length; s++)
    to.row[column_of(g, variable, VALUE) * job->n_periods + s][unit - to.first] = v[s];
  if (series->kind != SW_LEVEL) /* behind the values, see made_from */
    to.row[column_of(g, variable, VALUE) * job->n_periods + series->length][unit - to.first] = size;
  /* A variable that is both sides counts once for each. */
  for (int side = SW_GRANGER_OF; side <= SW_GRANGER_FROM; side++)
    count->gaps +=
        sw_granger_variable(g, side) == variable && state_of(g, side, v) == SW_GRANGER_GAPS;
  if (series->kind != SW_LEVEL || state_of(g, SW_GRANGER_OF, v) != SW_GRANGER_WHOLE) return;
  count->tried++;
  count->walks += sw_transform_walks(g->rows, g->row, v);
}

/* A few units side by side, as they share the lines of their values. The workspace: these series,
 * and one more (sw_transform_units), then what place_variable works in. */
static void place_units(const sw_job *job, const sw_granger_job *g, int variable, int64_t unit,
                        int count, sw_granger_units *found, double *workspace) {
  int length = g->series[variable].length;
  double size[SW_SERIES], *v = workspace + (SW_SERIES + 1) * job->n_periods;
  sw_transform_units(job, &g->series[variable], unit, count, workspace, size);
  for (int k = 0; k < count; k++) {
    for (int s = 0; s < length; s++)
      v[s] = workspace[s * SW_SERIES + k];
    place_variable(job, g, variable, unit + k, v, size[k], found);
  }
}

/* Operands of a tile of units, by variable. */
static void operands_tile(const sw_job *job, const sw_tile *tile, sw_granger_units *found,
                          double *workspace) {
  const sw_granger_job *g = job->state;
  sw_view to = job->operand_local[g->operands];
  for (int r = 0; r < job->pass[g->operands].operand * job->n_periods; r++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++)
      to.row[r][unit - to.first] = NAN; /* behind the rows of the test */
  for (int64_t unit = tile->lo; unit < tile->hi; unit += SW_SERIES) {
    int count = tile->hi - unit < SW_SERIES ? (int)(tile->hi - unit) : SW_SERIES;
    for (int v = 0; v < g->variables; v++)
      place_units(job, g, v, unit, count, &found[v], workspace);
  }
}

/* Whole numbers: merged in any order alike. */
static void operands_merge(const sw_granger_job *g, sw_granger_units *all,
                           const sw_granger_units *part) {
  for (int v = 0; v < g->variables; v++) {
    all[v].gaps += part[v].gaps;
    all[v].walks += part[v].walks;
    all[v].tried += part[v].tried;
  }
}

/* Random walks find each other: with drift and 20 periods, independent ones reject in 15 percent
 * of tests at 5 percent. */
static void operands_finish(sw_job *job, const sw_granger_job *g, const sw_granger_units *all) {
  for (int v = 0; v < g->variables; v++)
    sw_transform_note_walks(job, &g->series[v], all[v].walks, all[v].tried,
                            "are significant far too often, also where nothing leads");
}

/* ---- passes over units -------------------------------------------------------------------- */

/* Partials of later rounds do not begin with zeros alone. */
static void start(const sw_job *job, int pass, void *all) {
  const sw_granger_job *g = job->state;
  if (pass >= g->rounds) sw_granger_tests_start(g, all);
}

/* Transforms first, then operands, then the rounds of the tests. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const sw_granger_job *g = job->state;
  if (tile->pass < g->operands)
    sw_transform_tile(job, &g->series[tile->pass], tile, out);
  else if (tile->pass == g->operands)
    operands_tile(job, tile, out, workspace);
  else
    sw_granger_tests_tile(job, g, tile, out, workspace);
}

/* Merges parts by pass, as `tile` makes them. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  const sw_granger_job *g = job->state;
  if (pass < g->operands)
    sw_transform_merge(&g->series[pass], all, part);
  else if (pass == g->operands)
    operands_merge(g, all, part);
  else
    sw_granger_tests_merge(g, all, part);
}

/* `pairs` is the pass that counts where nothing else is wanted. */
static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const sw_granger_job *g = job->state;
  if (pass < g->operands) return sw_transform_finish(err, job, &g->series[pass], all, result);
  if (pass == g->operands) {
    memcpy(result, all, (size_t)g->variables * sizeof(sw_granger_units));
    operands_finish(job, g, all);
    return SW_OK;
  }
  if (pass == g->pairs)
    sw_granger_tests_counted(job, g, all);
  else
    sw_granger_tests_finish(job, g, pass, all, result);
  return SW_OK;
}

/* ---- prepare ------------------------------------------------------------------------------ */

static const double *operand_row(const sw_job *job, const sw_granger_job *g, int column, int row) {
  return job->operand[g->operands].row[column * job->n_periods + row];
}

/* Q, e and pivots of both sides. The kernel reads rows of units through these pointers, unit 0
 * first. */
static sw_status point(sw_error *err, sw_job *job, sw_granger_job *g) {
  const double **sender = NULL, **receiver = NULL, **pivot = NULL;
  int from = sw_granger_variable(g, SW_GRANGER_FROM), first = from * (g->lags + FURTHER);
  SW_NEW(err, job->arena, sender, g->lags * g->rows);
  SW_NEW(err, job->arena, receiver, (g->lags + 1) * g->rows);
  SW_NEW(err, job->arena, pivot, g->lags);
  for (int l = 0; l <= g->lags; l++)
    for (int r = 0; r < g->rows; r++) {
      receiver[l * g->rows + r] = operand_row(job, g, l, r); /* e stands behind Q */
      if (l < g->lags) sender[l * g->rows + r] = operand_row(job, g, first + l, r);
    }
  for (int l = 0; l < g->lags; l++)
    pivot[l] = operand_row(job, g, column_of(g, from, PIVOT), l);
  g->kernel = (sw_granger){g->lags, g->rows, sender, receiver, pivot};
  return SW_OK;
}

/* Series of units with gaps are gone through pair by pair: each in one piece, and what is there of
 * it. Kept over restarts of a pass: their size is known. */
static sw_status find_states(sw_error *err, sw_job *job, sw_granger_job *g) {
  for (int v = 0; v < g->variables; v++) {
    int length = g->series[v].length;
    if (g->series[v].kind != SW_LEVEL)
      g->made_from[v] = operand_row(job, g, column_of(g, v, VALUE), length);
    if (!g->value[v]) SW_NEW(err, job->arena, g->value[v], job->n * length);
    for (int s = 0; s < length; s++) {
      const double *row = operand_row(job, g, column_of(g, v, VALUE), s);
      for (int64_t unit = 0; unit < job->n; unit++)
        g->value[v][unit * length + s] = row[unit];
    }
  }
  for (int side = SW_GRANGER_OF; side <= SW_GRANGER_FROM; side++) {
    if (!g->state[side]) SW_NEW(err, job->arena, g->state[side], job->n);
    for (int64_t unit = 0; unit < job->n; unit++)
      g->state[side][unit] = (unsigned char)state_of(g, side, values_of(g, side, unit));
  }
  return SW_OK;
}

/* Again at each start of a pass, as the operands may lie elsewhere then. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  sw_granger_job *g = job->state;
  if (pass <= g->operands) return SW_OK;
  const sw_granger_units *units = job->folded[g->operands];
  /* One unit with gaps makes degrees of freedom differ, and p order the tests. */
  g->has_gaps = units[0].gaps > 0 || (g->variables == 2 && units[1].gaps > 0);
  SW_TRY(point(err, job, g));
  if (g->has_gaps) SW_TRY(find_states(err, job, g));
  /* The fold serves whole series whose two orders share products. */
  job->pass[g->pairs].no_fold = g->has_gaps || !sw_granger_folds_both(&g->kernel);
  g->counts = job->counts && g->rule.rule == SW_UNCORRECTED && !g->has_gaps;
  return sw_granger_tests_prepare(err, job, g, pass);
}

/* ---- pairs -------------------------------------------------------------------------------- */

size_t sw_granger_room(const sw_granger_job *g) {
  return sw_granger_pair_room(g->lags, g->rows);
}

/* One pair over its own rows, with the law of its degrees of freedom. Its df indexes the laws made
 * for every df there may be (granger_tests.c). */
static void fill_pair(const sw_granger_job *g, int64_t i, int64_t j, double *f, double *p,
                      double *entropy, double *room) {
  int df = 0;
  *f = sw_granger_pair(g->lags, g->rows, g->row, values_of(g, SW_GRANGER_FROM, i),
                       made_from(g, SW_GRANGER_FROM, i), values_of(g, SW_GRANGER_OF, j),
                       made_from(g, SW_GRANGER_OF, j), room, &df);
  if (isnan(*f)) return;
  if (p) sw_f_tails(g->law[df], 1, f, p);
  if (entropy) sw_f_entropies(g->law[df], 1, f, entropy);
}

/* p of F from `from` on; of others, whose p nobody looks at, 1. Computing p is dearer than F: below
 * `from` nobody reads it. */
static void some_tails(const sw_f_law *law, int64_t count, const double *f, double from,
                       double *p) {
  double some[SW_GRANGER_CHUNK] = {0}, tail[SW_GRANGER_CHUNK];
  int at[SW_GRANGER_CHUNK], found = 0;
  for (int64_t c = 0; c < count; c++) {
    p[c] = f[c] == f[c] ? 1 : NAN;
    some[found] = f[c];
    at[found] = (int)c;
    found += f[c] >= from;
  }
  sw_f_tails(law, found, some, tail);
  for (int k = 0; k < found; k++)
    p[at[k]] = tail[k];
}

/* A pair with a unit that has no rows stays NaN. */
static bool pair_has_gaps(const sw_granger_job *g, int64_t i, int64_t j) {
  int from = g->state[SW_GRANGER_FROM][i], of = g->state[SW_GRANGER_OF][j];
  return from != SW_GRANGER_NOTHING && of != SW_GRANGER_NOTHING &&
         (from == SW_GRANGER_GAPS || of == SW_GRANGER_GAPS);
}

/* First by the shared law, then pairs with gaps over again by their own. */
void sw_granger_complete(const sw_granger_job *g, int64_t i, int64_t j0, int64_t count, double from,
                         double *f, double *p, double *entropy, double *room) {
  if (p) some_tails(g->rule.law, count, f, from, p);
  if (entropy) sw_f_entropies(g->rule.law, count, f, entropy);
  for (int64_t c = 0; g->has_gaps && c < count; c++)
    if (isnan(f[c]) && i != j0 + c && pair_has_gaps(g, i, j0 + c))
      fill_pair(g, i, j0 + c, &f[c], p ? p + c : NULL, entropy ? entropy + c : NULL, room);
}

/* The workspace: p of a part of a row, room for a pair, the kernel's. */
static size_t block_workspace(const sw_granger_job *g) {
  return (SW_GRANGER_CHUNK + sw_granger_room(g)) * sizeof(double) +
         sw_granger_workspace(g->lags, g->rows);
}

/* F of a block, and what follows from it: p, entropy, significance. With p of a part of a row at a
 * time, all of it stays in cache. */
static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  const sw_granger_job *g = job->state;
  double *chunk = workspace, *room = chunk + SW_GRANGER_CHUNK, *kernel = room + sw_granger_room(g);
  (void)t;
  sw_granger_block(&g->kernel, i0, i1, j0, j1, out[SW_GRANGER_F], stride, kernel);
  /* With gaps `significant` is decided by p. */
  bool wants_p = out[SW_GRANGER_P] || (out[SW_GRANGER_SIGNIFICANT] && g->has_gaps);
  double from = out[SW_GRANGER_P] ? 0 : g->from;
  for (int64_t i = i0; i < i1; i++)
    /* Chunks keep p of a part of a row in the first cache. */
    for (int64_t j = j0; j < j1; j += SW_GRANGER_CHUNK) {
      int64_t n = j1 - j < SW_GRANGER_CHUNK ? j1 - j : SW_GRANGER_CHUNK;
      int64_t at = (i - i0) * stride + j - j0;
      double *f = out[SW_GRANGER_F] + at, *p = NULL, *entropy = NULL;
      if (wants_p) p = out[SW_GRANGER_P] ? out[SW_GRANGER_P] + at : chunk;
      if (out[SW_GRANGER_ENTROPY]) entropy = out[SW_GRANGER_ENTROPY] + at;
      sw_granger_complete(g, i, j, n, from, f, p, entropy, room);
      if (out[SW_GRANGER_SIGNIFICANT])
        sw_granger_tests_mark(g, n, f, p, out[SW_GRANGER_SIGNIFICANT] + at);
    }
}

/* Sums without values, of a pair in both orders. */
static void fold_both(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      sw_fold_both *sums, void *workspace) {
  const sw_granger_job *g = job->state;
  (void)t;
  sw_granger_fold_both(&g->kernel, i0, i1, j0, j1, sums, workspace);
}

/* One workspace serves all passes of a thread. */
static size_t larger(size_t a, size_t b) {
  return a > b ? a : b;
}

/* The largest of all passes. */
static size_t workspace(const sw_job *job) {
  const sw_granger_job *g = job->state;
  size_t pairs = larger(block_workspace(g), sw_granger_both_workspace(g->lags, g->rows));
  size_t unit = (size_t)(g->lags * (g->rows + 1) + g->rows + job->n_periods);
  size_t units = (unit + (SW_SERIES + 1) * (size_t)job->n_periods) * sizeof(double);
  return larger(larger(sw_granger_tests_workspace(g), pairs), units);
}

/* ---- resolve ------------------------------------------------------------------------------ */

/* Places of the series with `lags` values before them that no break and no hole parts from it. run
 * counts periods that follow each other up to s. */
static sw_status find_rows(sw_error *err, sw_job *job, sw_granger_job *g) {
  const sw_transform *series = &g->series[0];
  int *row = NULL;
  SW_NEW(err, job->arena, row, series->length);
  for (int s = 0, run = 0; s < series->length; s++) {
    bool next = s > 0 && series->follows[series->at[s]] && series->at[s] == series->at[s - 1] + 1;
    run = next ? run + 1 : 0;
    if (run >= g->lags) row[g->rows++] = s;
  }
  g->row = row;
  g->df = sw_granger_df(g->lags, g->rows);
  if (g->df >= 1) return SW_OK;
  return sw_job_fail(err, job, "lags",
                     "%d row%s of a period and the %d before it without a hole or a break between; "
                     "expected %d or more: write fewer lags",
                     g->rows, g->rows == 1 ? "" : "s", g->lags, 2 * g->lags + 2);
}

/* RSS1 has T - 3p - 1 degrees of freedom, of T values of a series. Said with the number of lags
 * that would fit, where one does. */
static sw_status check_length(sw_error *err, const sw_job *job, int lags) {
  int change = strcmp(sw_job_arg(job, "transform")->text, "level") != 0;
  int needed = 3 * lags + 2 + change, fit = (job->n_periods - 2 - change) / 3;
  if (job->n_periods >= needed || fit < 1) return SW_OK;
  return sw_job_fail(err, job, "lags",
                     "%d lags need %d periods, and there are %d; expected at most %d", lags, needed,
                     job->n_periods, fit);
}

/* Passes: transforms, operands, the rounds of the false discovery rate, pairs. */
static sw_status resolve(sw_error *err, sw_job *job) {
  sw_granger_job *g = NULL;
  SW_NEW(err, job->arena, g, 1);
  job->state = g;
  g->lags = (int)sw_job_arg(job, "lags")->number;
  g->variables = 1 + (sw_job_inputs(job, "from").count > 0);
  SW_TRY(check_length(err, job, g->lags));
  SW_TRY(sw_transform_resolve(err, job, "of", 3 * g->lags + 2, &g->series[SW_GRANGER_OF]));
  if (g->variables == 2)
    SW_TRY(sw_transform_resolve(err, job, "from", 3 * g->lags + 2, &g->series[SW_GRANGER_FROM]));
  SW_TRY(find_rows(err, job, g));
  /* Two or one set of counts: by variable. */
  size_t units = (size_t)g->variables * sizeof(sw_granger_units);
  g->operands = sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                           .operand = g->variables * (g->lags + FURTHER),
                                           .partial = units,
                                           .result = units});
  /* Rounds that are not needed are passed over at once (`settled`). */
  for (int k = 0; k < SW_GRANGER_ROUNDS; k++)
    g->pairs = 1 + sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                                              .over_pairs = true,
                                              .partial = sizeof(sw_discovery_count),
                                              .result = sizeof(sw_discovery)});
  g->rounds = g->pairs - SW_GRANGER_ROUNDS;
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = SW_GRANGER_GRAIN});
  job->directed = true;
  job->whole_series = true;
  job->pooled = true;
  SW_TRY(sw_granger_tests_resolve(err, job, g));
  /* The pass must be declared as one that counts; prepare sets the bound or NaN. */
  if (g->rule.rule == SW_UNCORRECTED) job->pass[g->pairs].from = INFINITY; /* known in prepare */
  return SW_OK;
}

/* ---- descriptor --------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable that is predicted, of the column"},
    {.name = "from",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "the variable that predicts it, of the row's unit, the sender; of: the same"},
    {.name = "lags",
     .type = SW_P_INTEGER,
     .fallback = "1",
     .lo = 1,
     .hi = SW_GRANGER_LAGS,
     .help = "past values of each, in periods of the entry; T periods need 3 lags + 2"},
    SW_PARAM_TRANSFORM,
    {.name = "fdr",
     .type = SW_P_CHOICE,
     .fallback = "bh",
     .choices = "bh|by|none",
     .help =
         "what is significant, over all pairs: the false discovery rate of Benjamini and Hochberg; "
         "of Benjamini and Yekutieli, whatever hangs together; each test by itself"},
    {.name = "alpha",
     .type = SW_P_NUMBER,
     .fallback = "0.05",
     .lo = 1e-12,
     .hi = .999,
     .help = "the rate of false discoveries, or of each test"},
    {0}};

static const sw_output outputs[] = {
    {.name = "value",
     .long_name = "F: does the row's unit help to predict the column's",
     .units = "1",
     .shape = SW_PAIR,
     .log = true},
    {.name = "p_value", .long_name = "p-value of F", .units = "1", .shape = SW_PAIR, .log = true},
    {.name = "significant",
     .long_name = "significant over all pairs: 1; not: 0",
     .units = "1",
     .shape = SW_PAIR},
    {.name = "transfer_entropy",
     .long_name = "transfer entropy of Gaussian series, in nats",
     .units = "1",
     .shape = SW_PAIR},
    {.name = "threshold",
     .long_name = "F from which a pair without missing rows is significant",
     .units = "1",
     .shape = SW_TABLE},
    /* Not SW_INT32: from 46,342 units on there are more pairs than that holds. */
    {.name = "rejected",
     .long_name = "pairs that are significant",
     .units = "1",
     .shape = SW_TABLE},
    {.name = "n_tests", .long_name = "pairs with a value", .units = "1", .shape = SW_TABLE},
    {0}};

static const sw_variant variants[] = {
    {"fdr", "bh",
     "significant: F >= the least F with p <= alpha k/m, k of m pairs as strong or more"},
    {"fdr", "by",
     "significant: F >= the least F with p <= alpha k/(m sum_(l <= m) 1/l), k of m pairs as strong "
     "or "
     "more"},
    {"fdr", "none", "significant: p <= alpha"},
    SW_TRANSFORM_VARIANTS,
    {0}};

/* flops and bytes: of 20 periods and a lag. */
const sw_measure sw_measure_granger = {
    .name = "granger",
    .title = "Which unit's past helps to predict another's",
    .formula = "F = [(RSS0 - RSS1)/p]/[RSS1/(T - 3p - 1)], RSS0 of y_jt on 1 and y_j,t-1 .. "
               "y_j,t-p, RSS1 with x_i,t-1 .. x_i,t-p too, over the rows that both have; "
               "transfer_entropy = .5 ln(RSS0/RSS1)",
    .variant = variants,
    .source = "Granger 1969, Econometrica 37:424-438; Benjamini and Hochberg 1995, Journal of the "
              "Royal Statistical Society B 57:289-300; Benjamini and Yekutieli 2001, Annals of "
              "Statistics 29:1165-1188; Barnett, Barrett and Seth 2009, Physical Review Letters "
              "103:238701 (transfer entropy)",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 100,
    .bytes = 64,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .start = start,
    .merge = merge,
    .finish = finish,
    .block = block,
    .fold_both = fold_both,
    .workspace = workspace,
};

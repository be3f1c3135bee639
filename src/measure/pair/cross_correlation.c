/* cross_correlation: which of two series leads, and by how much (methods.md section 4).
 *
 *   r(l) of x_i(t) and x_j(t + l), |l| <= L, each of the rows that both have, about their own
 * means: value is the r of the largest |r|, lag its l; l > 0: i leads. Ties, to rounding, go to the
 * smaller |l|, then to the positive one.
 *
 * Not what R's ccf and statsmodels give, which use the mean of the whole series and the divisor T.
 * The largest of 2 L + 1 correlations has no p-value of its own.
 *
 * A lag leads from one period of the entry to another without a break or a hole between. For each l
 * >= 0 a unit with all values has two operands, the rows at the earlier end of the lag and those at
 * the later one, standardised; r(l) and r(-l) are products of them (kernel/comovement/lags.h).
 * Other pairs go through their rows.
 *
 * How lags lie is said of some units with all others, as no pass sees what all pairs have: of those
 * with the smallest keys, which depend on the code alone.
 *
 * Cost: 2 L + 1 products of T numbers for each pair, by the block kernel; pairs with holes go one
 * by one. Memory: operands of 2 (L + 1) + 1 columns per variable. */
#include "kernel/comovement/lags.h"
#include "kernel/series/correlation.h"
#include "measure/share/series.h"
#include "measure/transform/lacking.h"
#include "measure/transform/transform.h"
#include "spillway/measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 4 }; /* rows of a lag */
enum { MOST_LAGS = 100 };
enum { SAMPLE = SW_LAGS_ROWS }; /* units whose lags are told */
enum { CHUNK = 128 };           /* columns at a time there */
enum { LINE = 8 };              /* doubles of a line of the cache */
/* 64 MiB: packed columns are a copy of the operands, and each rank keeps its own. */
enum { PACKED = 64 << 20 }; /* bytes of columns that each rank packs once for all blocks */

/* The ends of a lag: whose values come earlier, whose later. */
typedef enum end { EARLIER, LATER, ENDS } end;

/* The rows of a lag l >= 0: places in the series, l periods apart. */
typedef struct lag_rows {
  int count;
  const int *at[ENDS];
} lag_rows;

/* The operands of one variable, ready after prepare. */
typedef struct operands {
  const double ***window[ENDS]; /* [l][row] */
  const double **value;         /* by place in the series */
  const double *from;           /* of changes: the size of what those of a unit are made of */
} operands;

/* Columns of operands: of `of`, then of `to`: for each lag both ends, then the values. */
typedef struct cross {
  int lags, variables;
  int operands, told,
      pairs; /* passes, after one for each variable that finds means; told -1: none */
  int64_t sampled;
  const int64_t *sample; /* units, ascending */
  sw_transform series[2];
  lag_rows *of_lag; /* 0 .. lags */
  operands of[2];
  sw_lags strongest, of_sample; /* rows of the latter: units of the sample, side by side */
  sw_lacking lacking[2];        /* of rows and of columns, ready after prepare */
} cross;

/* Both ends of each lag, and the values as they are. */
static int columns_of_variable(const cross *c) {
  return ENDS * (c->lags + 1) + 1;
}

static int column_of(const cross *c, int variable, int lag, end at) {
  return variable * columns_of_variable(c) + ENDS * lag + (int)at;
}

static int column_of_values(const cross *c, int variable) {
  return variable * columns_of_variable(c) + ENDS * (c->lags + 1);
}

/* ---- pass 1: operands -------------------------------------------------------------------- */

/* The workspace: a series in v, and behind it in `work` the rows of a lag. */
static void place_variable(const sw_job *job, int variable, int64_t unit, double *v) {
  const cross *c = job->state;
  const sw_transform *series = &c->series[variable];
  sw_view to = job->operand_local[c->operands];
  double *work = v + series->length, size = sw_transform_unit(job, series, unit, v);
  /* Only whole series are served by products: with a hole, mean and length differ from pair to
   * pair. */
  bool whole = true;
  for (int s = 0; s < series->length; s++) {
    to.row[column_of_values(c, variable) * job->n_periods + s][unit - to.first] = v[s];
    whole &= !isnan(v[s]);
  }
  if (series->kind != SW_LEVEL) /* behind them, see `from` */
    to.row[column_of_values(c, variable) * job->n_periods + series->length][unit - to.first] = size;
  for (int lag = 0; lag <= c->lags; lag++)
    for (end at = EARLIER; at < ENDS; at++) {
      const lag_rows *r = &c->of_lag[lag];
      for (int k = 0; k < r->count; k++)
        work[k] = whole ? v[r->at[at][k]] : NAN;
      /* Standardised over the rows of that lag alone, so that a product is r with its own
       * moments. */
      sw_correlation_standardise(work, r->count, size, false);
      for (int k = 0; k < r->count; k++)
        to.row[column_of(c, variable, lag, at) * job->n_periods + k][unit - to.first] = work[k];
    }
}

/* Operands of a tile: for each lag the earlier and the later end of the rows, standardised. */
static void place_tile(const sw_job *job, const sw_tile *tile, void *workspace) {
  const cross *c = job->state;
  sw_view to = job->operand_local[c->operands];
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    /* A lag has fewer rows than periods; columns are n_periods long. */
    for (int r = 0; r < job->pass[c->operands].operand * job->n_periods; r++)
      to.row[r][unit - to.first] = NAN; /* behind the rows of a lag */
    for (int v = 0; v < c->variables; v++)
      place_variable(job, v, unit, workspace);
  }
}

/* Passes below `variables` are those of the transforms, the only ones with partials. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  sw_transform_merge(&((const cross *)job->state)->series[pass], all, part);
}

/* ---- pairs ------------------------------------------------------------------------------- */

/* Rows of a column are contiguous over units: a pointer for each row. */
static sw_status point_at(sw_error *err, sw_job *job, int column, int count, const double ***row) {
  const cross *c = job->state;
  SW_NEW(err, job->arena, *row, count);
  for (int k = 0; k < count; k++)
    (*row)[k] = job->operand[c->operands].row[column * job->n_periods + k];
  return SW_OK;
}

/* Where the operands of a variable begin, by lag and end; called in prepare, when they are
 * there. */
static sw_status point_operands(sw_error *err, sw_job *job, int variable) {
  cross *c = job->state;
  operands *of = &c->of[variable];
  for (end at = EARLIER; at < ENDS; at++) {
    SW_NEW(err, job->arena, of->window[at], c->lags + 1);
    for (int lag = 0; lag <= c->lags; lag++)
      SW_TRY(point_at(err, job, column_of(c, variable, lag, at), c->of_lag[lag].count,
                      &of->window[at][lag]));
  }
  int values = column_of_values(c, variable), length = c->series[variable].length;
  if (c->series[variable].kind != SW_LEVEL)
    of->from = job->operand[c->operands].row[values * job->n_periods + length];
  return point_at(err, job, values, length, &of->value);
}

/* Operands of rows of the sample, so that they go through the kernel together. Units of the sample
 * lie far apart; side by side they are a block of the kernel. */
static sw_status gather(sw_error *err, sw_job *job, end at, const double *const *const **to) {
  const cross *c = job->state;
  const double ***window = NULL;
  SW_NEW(err, job->arena, window, c->lags + 1);
  for (int lag = 0; lag <= c->lags; lag++) {
    SW_NEW(err, job->arena, window[lag], c->of_lag[lag].count);
    for (int k = 0; k < c->of_lag[lag].count; k++) {
      double *row = NULL;
      SW_NEW(err, job->arena, row, c->sampled);
      for (int64_t u = 0; u < c->sampled; u++)
        row[u] = c->of[0].window[at][lag][k][c->sample[u]];
      window[lag][k] = row;
    }
  }
  *to = (const double *const *const *)window;
  return SW_OK;
}

/* Columns as the kernel reads them, which lets a block of rows go through them at the pace of its
 * arithmetic. They do not change from pass to pass. */
static sw_status pack_columns(sw_error *err, sw_job *job) {
  cross *c = job->state;
  size_t bytes = sw_lags_packed_bytes(&c->strongest, job->n);
  double *packed = NULL;
  /* Above PACKED bytes each block packs its own columns. */
  if (c->strongest.packed || bytes > PACKED) return SW_OK;
  SW_NEW(err, job->arena, packed, bytes / sizeof *packed + LINE);
  packed += -(uintptr_t)packed / sizeof *packed % LINE; /* on a line of the cache */
  sw_lags_pack(&c->strongest, job->n, packed);
  c->strongest.packed = packed;
  return SW_OK;
}

static sw_status gather_sample(sw_error *err, sw_job *job) {
  cross *c = job->state;
  c->of_sample = c->strongest;
  SW_TRY(gather(err, job, EARLIER, &c->of_sample.early));
  return gather(err, job, LATER, &c->of_sample.late);
}

/* Each operand of a unit is whole or missing: one that is missing makes the unit's pairs go through
 * `one_by_one`. */
static bool lacks_one(const sw_job *job, const void *of, int64_t unit) {
  const cross *c = job->state;
  const operands *o = of;
  bool lacks = false;
  for (int lag = 0; lag <= c->lags; lag++)
    for (end at = EARLIER; at < ENDS; at++)
      lacks = lacks || isnan(o->window[at][lag][0][unit]);
  return lacks;
}

/* Again at each start of a pass, as the operands lie elsewhere then. Arrays of an earlier start
 * stay in the arena; they are pointers only. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  cross *c = job->state;
  if (pass <= c->operands) return SW_OK;
  for (int v = 0; v < c->variables; v++)
    SW_TRY(point_operands(err, job, v));
  const operands *from = &c->of[0], *to = &c->of[c->variables - 1];
  c->strongest.early = (const double *const *const *)from->window[EARLIER];
  c->strongest.late = (const double *const *const *)from->window[LATER];
  c->strongest.to_early = (const double *const *const *)to->window[EARLIER];
  c->strongest.to_late = (const double *const *const *)to->window[LATER];
  SW_TRY(pack_columns(err, job));
  if (pass == c->told) SW_TRY(gather_sample(err, job));
  SW_TRY(sw_lacking_find(err, job, lacks_one, from, &c->lacking[0]));
  SW_TRY(sw_lacking_find(err, job, lacks_one, to, &c->lacking[1]));
  /* Sums alone are possible where every pair is a product and the two orders share theirs. */
  job->pass[c->pairs].no_fold = c->variables == 2 || c->lacking[0].next[0] < job->n;
  return SW_OK;
}

/* The size of what values of a unit are made of, where it is larger than theirs. Of levels there is
 * none: values are their own size. */
static double made_from(const cross *c, int variable, int64_t unit) {
  const double *from = c->of[variable].from;
  return from ? from[unit] : 0;
}

/* r of a lag over the rows that both have: of i at one end, of j at the other. `work`: two series.
 *
 * The moments are of the rows that both have. */
static double with_holes(const cross *c, int lag, end of_i, int64_t i, int64_t j, double *work) {
  const lag_rows *r = &c->of_lag[lag];
  const double *const *from = c->of[0].value, *const *to = c->of[c->variables - 1].value;
  double *x = work, *y = work + c->series[0].length;
  int count = 0;
  for (int k = 0; k < r->count; k++) {
    double a = from[r->at[of_i][k]][i], b = to[r->at[!of_i][k]][j];
    if (isnan(a) || isnan(b)) continue;
    x[count] = a;
    y[count++] = b;
  }
  return sw_correlation(x, made_from(c, 0, i), y, made_from(c, c->variables - 1, j), count, LEAST);
}

/* In the order of rows with fma: the kernel's bits. */
static double product_of(const cross *c, int lag, end of_i, int64_t i, int64_t j) {
  const double *const *x = c->of[0].window[of_i][lag];
  const double *const *y = c->of[c->variables - 1].window[!of_i][lag];
  double sum = 0;
  for (int k = 0; k < c->of_lag[lag].count; k++)
    sum = fma(x[k][i], y[k][j], sum);
  return sum;
}

/* Of a pair with a hole, or with a series that does not vary in the rows of some lag: lag by lag,
 * in the order 0, 1, -1, 2, -2, .. `lag` may be NULL. `work`: two series. */
static void one_by_one(const cross *c, int64_t i, int64_t j, double *value, double *lag,
                       double *work) {
  double best = NAN, at = NAN;
  /* Ascending |l|, the positive first: with SW_LAGS_LARGER a later lag must be larger by more than
   * rounding. */
  for (int step = 0; step <= 2 * c->lags; step++) {
    int size = (step + 1) / 2;
    end of_i = step % 2 || step == 0 ? EARLIER : LATER; /* l > 0: i earlier */
    double r = product_of(c, size, of_i, i, j);
    if (isnan(r)) r = with_holes(c, size, of_i, i, j, work);
    /* A first value that is there replaces NaN. */
    if (!(SW_LAGS_LARGER * fabs(r) > fabs(best)) && !(isnan(best) && !isnan(r))) continue;
    best = r;
    at = of_i == EARLIER ? size : -size;
  }
  *value = best;
  if (lag) *lag = at;
}

/* What the kernel needs, or two series. */
static size_t fill_bytes(const cross *c) {
  size_t strongest = sw_lags_workspace(&c->strongest);
  size_t series = 2 * (size_t)c->series[0].length * sizeof(double);
  return ((strongest > series ? strongest : series) + 63) / 64 * 64;
}

/* Behind the kernel's room two blocks, of values and of lags, for the sample. */
static size_t workspace(const sw_job *job) {
  return fill_bytes(job->state) + 2 * SAMPLE * CHUNK * sizeof(double);
}

/* All pairs by the kernel, then those again that it does not serve. Rows are units, or those of
 * `sample`. `lag` may be NULL. */
static void fill(const cross *c, const int64_t *sample, int64_t i0, int64_t i1, int64_t j0,
                 int64_t j1, double *value, double *lag, int64_t stride, void *workspace) {
  sw_lags_strongest(sample ? &c->of_sample : &c->strongest, i0, i1, j0, j1, value, lag, stride,
                    workspace);
  /* A row that lacks operands goes one by one against all columns; else only columns that lack. */
  for (int64_t i = i0; i < i1; i++) {
    const sw_lacking *columns = &c->lacking[1];
    int64_t unit = sample ? sample[i] : i;
    bool row = c->lacking[0].unit[unit];
    for (int64_t j = sw_lacking_next(columns, row, j0); j < j1;
         j = sw_lacking_next(columns, row, j + 1)) {
      int64_t at = (i - i0) * stride + j - j0;
      one_by_one(c, unit, j, &value[at], lag ? &lag[at] : NULL, workspace);
    }
  }
}

/* ---- what is told of lags ---------------------------------------------------------------- */

/* Of the sample with the nth chunk of all units how often each lag is, -lags .. lags. Behind the
 * workspace of `fill` are the pairs at hand. */
static void count_lags(const sw_job *job, int64_t nth, int64_t *count, char *workspace) {
  const cross *c = job->state;
  double *value = (double *)(void *)(workspace + fill_bytes(c)), *lag = value + SAMPLE * CHUNK;
  int64_t j0 = nth * CHUNK, j1 = j0 + CHUNK < job->n ? j0 + CHUNK : job->n;
  fill(c, c->sample, 0, c->sampled, j0, j1, value, lag, CHUNK, workspace);
  for (int64_t u = 0; u < c->sampled; u++)
    for (int64_t j = j0; j < j1; j++) {
      int64_t at = u * CHUNK + j - j0;
      /* The unit with itself is no pair. */
      if (j != c->sample[u] && !isnan(value[at])) count[c->lags + (int)lag[at]]++;
    }
}

/* The last chunk may be shorter. */
static int64_t chunks_of(const sw_job *job) {
  return (job->n + CHUNK - 1) / CHUNK;
}

/* Pairs whose lag is below 1. */
static int64_t sum_below(const cross *c, const int64_t *count) {
  int64_t sum = 0;
  for (int l = 0; l <= c->lags; l++)
    sum += count[l];
  return sum;
}

/* The lag that half of the pairs do not exceed; of one variable its size, as every pair is there
 * both ways. */
static void say_lags(sw_job *job, const int64_t *all) {
  const cross *c = job->state;
  int width = 2 * c->lags + 1, median = 0;
  int64_t count[2 * MOST_LAGS + 1] = {0}, pairs = 0, below = 0;
  bool sizes = c->variables == 1;
  /* For one variable r(l) of (i, j) is r(-l) of (j, i): sizes tell all. */
  for (int64_t k = 0; k < chunks_of(job); k++)
    for (int l = 0; l < width; l++) {
      int lag = l - c->lags;
      count[c->lags + (sizes && lag < 0 ? -lag : lag)] += all[k * width + l];
      pairs += all[k * width + l];
    }
  if (pairs == 0) return;
  for (int l = 0; l < width; l++) {
    median = l - c->lags;
    below += count[l];
    if (2 * below >= pairs) break;
  }
  sw_job_say(job, "strongest at lag 0 in %.1f%% of %lld ordered pairs%s%s; median %s %d period%s",
             100 * (double)count[c->lags] / (double)pairs, (long long)pairs,
             c->sampled < job->n
                 ? sw_arena_printf(job->arena, " of %lld units with all", (long long)c->sampled)
                 : "",
             sizes ? ""
                   : sw_arena_printf(job->arena, ", with the row first in %.1f%%",
                                     100 * (double)(pairs - sum_below(c, count)) / (double)pairs),
             sizes ? "|lag|" : "lag", median, abs(median) == 1 ? "" : "s");
}

/* ---- the descriptor's functions ---------------------------------------------------------- */

/* Transforms first, then operands, then the sample. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const cross *c = job->state;
  if (tile->pass < c->variables)
    sw_transform_tile(job, &c->series[tile->pass], tile, out);
  else if (tile->pass == c->operands)
    place_tile(job, tile, workspace);
  else
    count_lags(job, tile->lo, out, workspace);
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const cross *c = job->state;
  if (pass == c->told) say_lags(job, all);
  if (pass >= c->variables) return SW_OK;
  return sw_transform_finish(err, job, &c->series[pass], all, result);
}

static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  (void)t;
  fill(job->state, NULL, i0, i1, j0, j1, out[0], out[1], stride, workspace);
}

/* Sums without values, of a pair in both orders, for which its products are the same. */
static void fold_both(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                      sw_fold_both *sums, void *workspace) {
  const cross *c = job->state;
  (void)t;
  sw_lags_fold_both(&c->strongest, i0, i1, j0, j1, sums, workspace);
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* Rows of each lag: places s and s + l of the series that l periods without a break lead between.
 * `run`: how many places before s lead to it. Places s - l and s of the series. */
static sw_status find_rows(sw_error *err, sw_job *job, cross *c) {
  const sw_transform *series = &c->series[0];
  SW_NEW(err, job->arena, c->of_lag, c->lags + 1);
  for (int lag = 0; lag <= c->lags; lag++) {
    int *earlier = NULL, *later = NULL, count = 0;
    SW_NEW(err, job->arena, earlier, series->length);
    SW_NEW(err, job->arena, later, series->length);
    for (int s = 0, run = 0; s < series->length; s++) {
      bool next = s > 0 && series->follows[series->at[s]] && series->at[s] == series->at[s - 1] + 1;
      run = next ? run + 1 : 0;
      if (run < lag) continue;
      earlier[count] = s - lag;
      later[count++] = s;
    }
    c->of_lag[lag] = (lag_rows){count, {earlier, later}};
  }
  return SW_OK;
}

/* qsort compares int64 without a difference, which could overflow. */
static int by_number(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

typedef struct keyed {
  uint64_t key;
  int64_t unit;
} keyed;

static int by_key(const void *a, const void *b) {
  const keyed *x = a, *y = b;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->unit > y->unit) - (x->unit < y->unit);
}

/* By key, hence by code: the sample does not change when units are listed otherwise. */
static sw_status choose_sample(sw_error *err, sw_job *job, cross *c) {
  keyed *all = NULL;
  int64_t *unit = NULL;
  c->sampled = job->n < SAMPLE ? job->n : SAMPLE;
  SW_NEW(err, job->arena, all, job->n);
  SW_NEW(err, job->arena, unit, c->sampled);
  for (int64_t i = 0; i < job->n; i++)
    all[i] = (keyed){job->units->key[i], i};
  qsort(all, (size_t)job->n, sizeof *all, by_key);
  for (int64_t k = 0; k < c->sampled; k++)
    unit[k] = all[k].unit;
  qsort(unit, (size_t)c->sampled, sizeof *unit, by_number);
  c->sample = unit;
  return SW_OK;
}

/* Passes: transforms, operands, what is told of a sample, pairs. Refuses lags that leave too few
 * rows. */
static sw_status resolve(sw_error *err, sw_job *job) {
  cross *c = NULL;
  SW_NEW(err, job->arena, c, 1);
  job->state = c;
  c->lags = (int)sw_job_arg(job, "lags")->number;
  c->variables = 1 + (sw_job_inputs(job, "to").count > 0);
  /* Changes lose the first period. */
  int needed = LEAST + c->lags + (strcmp(sw_job_arg(job, "transform")->text, "level") != 0);
  if (job->n_periods < needed && job->n_periods > needed - c->lags)
    return sw_job_fail(err, job, "lags",
                       "lags of up to %d need %d periods, and there are %d; expected at most %d",
                       c->lags, needed, job->n_periods, c->lags - (needed - job->n_periods));
  SW_TRY(sw_transform_resolve(err, job, "of", LEAST + c->lags, &c->series[0]));
  if (c->variables == 2)
    SW_TRY(sw_transform_resolve(err, job, "to", LEAST + c->lags, &c->series[1]));
  SW_TRY(find_rows(err, job, c));
  if (c->of_lag[c->lags].count < LEAST)
    return sw_job_fail(err, job, "lags",
                       "%d row%s of a lag of %d without a hole or a break between; expected %d or "
                       "more: write fewer lags",
                       c->of_lag[c->lags].count, c->of_lag[c->lags].count == 1 ? "" : "s", c->lags,
                       LEAST);
  /* The longest lag has the fewest rows. */
  int *rows = NULL;
  SW_NEW(err, job->arena, rows, c->lags + 1);
  for (int lag = 0; lag <= c->lags; lag++)
    rows[lag] = c->of_lag[lag].count;
  c->strongest = (sw_lags){.lags = c->lags, .rows = rows};
  c->operands = sw_job_pass(
      job, (sw_pass){.domain = SW_UNITS, .operand = c->variables * columns_of_variable(c)});
  SW_TRY(choose_sample(err, job, c));
  c->told =
      c->lags == 0
          ? -1
          : sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                                       .items = chunks_of(job),
                                       .record = (2 * (size_t)c->lags + 1) * sizeof(int64_t)});
  c->pairs = sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = SW_LAGS_ROWS});
  /* A lag of 0 of one variable is symmetric. */
  job->directed = c->lags > 0 || c->variables == 2; /* backwards, r is the same and the lag not */
  job->whole_series = true;
  job->pooled = true;
  job->by = SW_BY_ABSOLUTE;
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable of the row's unit"},
    {.name = "to",
     .type = SW_P_COLUMN,
     .fallback = "",
     .help = "of the column's unit; of: the same"},
    SW_PARAM_TRANSFORM,
    {.name = "lags",
     .type = SW_P_INTEGER,
     .fallback = "5",
     .lo = 0,
     .hi = MOST_LAGS,
     .help = "periods of the entry that one may lead the other by, at most"},
    {0}};

static const sw_output outputs[] = {{.name = "value",
                                     .long_name = "correlation at the lag where it is strongest",
                                     .units = "1",
                                     .shape = SW_PAIR,
                                     .palette = SW_DIVERGING_0},
                                    {.name = "lag",
                                     .long_name = "periods by which the row's unit leads",
                                     .units = "1",
                                     .shape = SW_PAIR,
                                     .palette = SW_DIVERGING_0},
                                    {0}};

static const sw_variant variants[] = {SW_TRANSFORM_VARIANTS, {0}};

/* flops and bytes: of 20 periods and lags up to 5. */
const sw_measure sw_measure_cross_correlation = {
    .name = "cross_correlation",
    .title = "Cross-correlation of the series of two units, and which leads",
    .formula = "r(l) of x_i(t) and x_j(t + l) over the rows that both have, about their own means; "
               "value: r at the l, |l| <= lags, of the largest |r|; lag > 0: i leads",
    .variant = variants,
    .source =
        "Box, Jenkins and Reinsel 1994, Time Series Analysis, chapter 11; means and lengths of "
        "each lag's own rows",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 480,
    .bytes = 96,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .block = block,
    .fold_both = fold_both,
    .workspace = workspace,
};

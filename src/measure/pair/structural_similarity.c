/* structural_similarity: how alike the industries of two units are, s_ik = e_ik / sum_k e_ik.
 *
 *   cosine           sum_k s_ik s_jk / (|s_i| |s_j|), in [0,1] (UNIDO 1979)
 *   krugman          sum_k |s_ik - s_jk|, in [0,2]; 0: the same industries (Krugman 1991)
 *   complementarity  1 - sum_k |s_ik - d_jk| / 2, in [0,1], d the shares of j's demand: how far
 * what i supplies is what j wants (Michaely 1996, trade complementarity); directed
 *
 * Values need not be shares: each unit's are divided by their sum. A unit of which one is missing
 * or below zero, or which has nothing at all, has no structure, and its pairs are undefined.
 *
 * Pass 0 leaves what depends on one unit: shares, for cosine divided by their length. What is left
 * for pass 1 is a matrix product, or the same with distances in the place of products
 * (kernel/pairs/block.h).
 *
 * Cost: k multiplications a pair in register blocks; sums alone (`fold`) never store a value. Bits
 * of a pair do not depend on the block, and (i, j) has those of (j, i) in the symmetric forms. */
#include "kernel/hot.h"
#include "kernel/pairs/block.h"
#include "spillway/measure.h"

#include <math.h>

typedef enum form { COSINE, KRUGMAN, COMPLEMENTARITY } form; /* in the order of the choices */

/* The operands of a period, by industry: of rows, and of columns, which are the same unless demand
 * is given. */
typedef struct shares {
  const double **from, **to;
} shares;

/* Set by resolve, but for `of_period`. */
typedef struct structure {
  form form;
  int industries;
  shares *of_period; /* ready after prepare */
} structure;

/* ---- resolve ---------------------------------------------------------------------------- */

/* Columns are matched by their order, so both lists must be as long. */
static sw_status check_columns(sw_error *err, const sw_job *job, const structure *s) {
  int demand = sw_job_inputs(job, "demand").count;
  if (s->industries < 2)
    return sw_job_fail(err, job, "shares", "%d industry; expected at least two", s->industries);
  if (s->form != COMPLEMENTARITY && demand)
    return sw_job_fail(err, job, "demand",
                       "`demand` is only for form: complementarity; remove one of the two");
  if (s->form == COMPLEMENTARITY && !demand)
    return sw_job_fail(err, job, "form",
                       "complementarity needs `demand`: as many columns as `shares`, in the same "
                       "order");
  if (s->form == COMPLEMENTARITY && demand != s->industries)
    return sw_job_fail(err, job, "demand",
                       "%d given, and %d under `shares`; expected as many, in the same order",
                       demand, s->industries);
  return SW_OK;
}

/* Units with the same industries are near each other by Krugman's distance: the smallest first. */
static sw_status resolve(sw_error *err, sw_job *job) {
  structure *s = NULL;
  SW_NEW(err, job->arena, s, 1);
  s->form = (form)sw_job_arg(job, "form")->number;
  s->industries = sw_job_inputs(job, "shares").count;
  SW_TRY(check_columns(err, job, s));
  job->directed = s->form == COMPLEMENTARITY;
  if (s->form == KRUGMAN) job->by = SW_BY_SMALLEST;
  /* A column of operands for each input, in one pass. */
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = job->n_inputs});
  sw_job_pass(job, (sw_pass){.domain = SW_PAIRS, .grain = 2 * SW_BLOCK_ROWS});
  job->state = s;
  return SW_OK;
}

/* ---- pass 0: shares --------------------------------------------------------------------- */

/* Units side by side: none waits for another's quotients. */
enum { SIDE = 32 };

/* What values of `count` units are divided by; NaN where a unit has no structure. The length is
 * that of the shares, as squares of the values themselves might be out of range. sum > 0 also
 * refuses units that have nothing. */
SW_HOT static void find_divisors(const double *const *value, int inputs, int count, bool by_length,
                                 double *by) {
  double sum[SIDE] = {0}, squares[SIDE] = {0};
  for (int k = 0; k < inputs; k++)
    for (int u = 0; u < count; u++)
      sum[u] += value[k][u] >= 0 ? value[k][u] : NAN;
  for (int u = 0; u < count; u++)
    by[u] = sum[u] = sum[u] > 0 ? sum[u] : NAN;
  if (!by_length) return;
  for (int k = 0; k < inputs; k++)
    for (int u = 0; u < count; u++) {
      /* Squares of shares, which lie in [0, 1]. */
      double share = value[k][u] / sum[u];
      squares[u] += share * share;
    }
  for (int u = 0; u < count; u++)
    by[u] = sum[u] * sqrt(squares[u]);
}

SW_HOT static void divide(const double *value, const double *by, int count, double *out) {
  for (int u = 0; u < count; u++)
    out[u] = value[u] / by[u];
}

/* Operand columns stand as the inputs do: shares, then demand. value[]: pointers into the inputs,
 * SIDE units at a time. */
static void place(const sw_job *job, sw_inputs in, int t, int64_t unit, int count,
                  const double **value, bool by_length) {
  double by[SIDE];
  sw_view to = job->operand_local[0];
  for (int k = 0; k < in.count; k++) {
    sw_view from = job->input[in.first + k].view;
    value[k] = from.row[t] + (unit - from.first);
  }
  find_divisors(value, in.count, count, by_length, by);
  for (int k = 0; k < in.count; k++) {
    double *row = to.row[(in.first + k) * job->n_periods + t];
    divide(value[k], by, count, row + (unit - to.first));
  }
}

/* The workspace: columns of an input. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  (void)out;
  const structure *s = job->state;
  sw_inputs supply = sw_job_inputs(job, "shares"), demand = sw_job_inputs(job, "demand");
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit += SIDE) {
      int count = tile->hi - unit < SIDE ? (int)(tile->hi - unit) : SIDE;
      place(job, supply, t, unit, count, workspace, s->form == COSINE);
      place(job, demand, t, unit, count, workspace, false);
    }
}

/* ---- pass 1: pairs ---------------------------------------------------------------------- */

/* The k-th operand column of each input in a period. Pointers are per period, as operand rows are
 * period by period. */
static sw_status columns_of(sw_error *err, sw_job *job, sw_inputs in, int t,
                            const double ***column) {
  SW_NEW(err, job->arena, *column, in.count);
  for (int k = 0; k < in.count; k++)
    (*column)[k] = job->operand[0].row[(in.first + k) * job->n_periods + t];
  return SW_OK;
}

/* Once for all periods, and again at each start of the pass, as the operands lie elsewhere then. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  structure *s = job->state;
  sw_inputs supply = sw_job_inputs(job, "shares"), demand = sw_job_inputs(job, "demand");
  if (pass == 0) return SW_OK;
  SW_NEW(err, job->arena, s->of_period, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    shares *of = &s->of_period[t];
    SW_TRY(columns_of(err, job, supply, t, &of->from));
    of->to = of->from;
    /* `to` is `from` unless demand is given. */
    if (demand.count) SW_TRY(columns_of(err, job, demand, t, &of->to));
  }
  return SW_OK;
}

static size_t workspace(const sw_job *job) {
  const structure *s = job->state;
  return sw_block_fold_workspace(s->industries);
}

/* The workspace remembers which columns are packed: none yet. */
static sw_status open_rows(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)err, (void)pass;
  sw_block_fold_open(((const structure *)job->state)->industries, workspace);
  return SW_OK;
}

/* Similarities of a block, by the kernel of products or of distances. */
static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  const structure *s = job->state;
  const shares *of = &s->of_period[t];
  if (s->form == COSINE)
    sw_block_products(s->industries, of->from, i0, i1, of->to, j0, j1, out[0], stride, workspace);
  else
    sw_block_distances(s->industries, of->from, i0, i1, of->to, j0, j1, out[0], stride, workspace);
  /* 1 - half the distance: both sides' shares sum to 1, so the distance is at most 2. */
  if (s->form != COMPLEMENTARITY) return;
  for (int64_t i = i0; i < i1; i++) {
    double *row = out[0] + (i - i0) * stride;
    for (int64_t j = 0; j < j1 - j0; j++)
      row[j] = 1 - 0.5 * row[j];
  }
}

/* Sums alone, for undirected forms: the engine asks for them in no other case. The greatest value
 * goes in and out, as a call adds to what others have found. */
static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  const structure *s = job->state;
  const shares *of = &s->of_period[t];
  sw_lane_sums to = {sums->row, sums->column, sums->stride, sums->greatest, NULL};
  if (s->form == COSINE)
    sw_block_fold_products(s->industries, of->from, i0, i1, of->to, j0, j1, &to, workspace);
  else
    sw_block_fold_distances(s->industries, of->from, i0, i1, of->to, j0, j1, &to, workspace);
  sums->greatest = to.greatest;
}

/* ---- descriptor ------------------------------------------------------------------------- */

static const sw_param param[] = {
    {.name = "shares",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .help = "output or employment by industry, or shares of it: divided by their sum"},
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "cosine",
     .choices = "cosine|krugman|complementarity",
     .help = "cosine of the shares, sum of their absolute differences, or supply against demand"},
    {.name = "demand",
     .type = SW_P_COLUMNS,
     .distinct = true,
     .fallback = "",
     .help = "complementarity: what each unit buys, by industry in the order of `shares`"},
    {.name = NULL}};

static const sw_output output[] = {{.name = "value",
                                    .long_name = "structural similarity of two units",
                                    .units = "1",
                                    .shape = SW_PAIR},
                                   {.name = NULL}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "cosine", "sum_k s_ik s_jk / (|s_i| |s_j|)"},
    {"form", "krugman", "sum_k |s_ik - s_jk|"},
    {"form", "complementarity", "1 - sum_k |s_ik - d_jk| / 2, d the shares of demand"},
    {0}};

/* flops and bytes: of 20 industries. */
const sw_measure sw_measure_structural_similarity = {
    .name = "structural_similarity",
    .title = "Similarity of the industries of two units",
    .formula = "s_ik = e_ik / sum_k e_ik",
    .variant = variants,
    .source = "UNIDO 1979, World industry since 1960 (cosine); Krugman 1991, Geography and trade "
              "(krugman); Michaely 1996, World Bank Policy Research Working Paper 1583 "
              "(complementarity)",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = param,
    .output = output,
    .flops = 40,
    .bytes = 48,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .block = block,
    .fold = fold,
    .workspace = workspace,
    .open = open_rows,
};

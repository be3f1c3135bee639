/* synchronisation: how closely the series of two units move together (methods.md section 4).
 *
 *   pearson       r = sum_t z_it z_jt, z about the mean and over the length of the series
 *   concordance   C, the share of periods in which both are above zero, or neither (Harding & Pagan
 *                 2002)
 *   corrected     (C - E)/(1 - E), E = s_i s_j + (1 - s_i)(1 - s_j), s the share above zero: what
 *                 two independent series would have
 *   quasi         q_ijt = z_it z_jt, z of variance 1 over the series: a matrix for each period,
 *                 whose mean over the periods is r (Duval, Li, Saraf & Seneviratne 2016)
 *
 * A pair uses the periods in which both have a value. Where a unit has all of them, its
 * standardised series is an operand and a pair is a product (kernel/pairs/block.h); a pair with a
 * unit that has not goes through its periods. A series that does not vary, or of fewer than three
 * values for r, has no value.
 *
 * Pass 0 finds means of periods (measure/transform), pass 1 what products are made of, pass 2 the
 * values, where pairs with holes or counts want them, and the last one pairs.
 *
 * Cost: T multiplications a pair by block products; counts by products of signs. Bits of a pair
 * depend on its two series alone. */
#include "kernel/pairs/block.h"
#include "kernel/series/correlation.h"
#include "measure/transform/lacking.h"
#include "measure/transform/transform.h"
#include "spillway/measure.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

typedef enum form { PEARSON, CONCORDANCE, CORRECTED, QUASI } form; /* in the order of the choices */

/* Operands by period of the series, a column each: of a unit that has all values, what products are
 * made of, else NaN; and the values, where the first period, which has no change, holds the size of
 * what changes are made of. A quasi-correlation has no VALUES and no such pass: its pass over pairs
 * is one earlier. */
enum { MEANS, PRODUCTS, VALUES };

enum { LEAST = 3 }; /* values of a series: two are on a line */

typedef struct synchronisation {
  sw_transform series;
  form form;
  const double **product; /* ready after prepare: by place in the series */
  const double **value;   /* the same; not of a quasi-correlation */
  const double *from;     /* of changes: the size of what those of a unit are made of */
  sw_lacking lacking;     /* of products */
  double *above;          /* concordance: of each unit the number of values above zero */
} synchronisation;

/* ---- arithmetic -------------------------------------------------------------------------- */

/* Out of counts, which are whole numbers: of n periods `alike` in which both are above zero or
 * neither, and of those above zero. E = 1 is decided on whole numbers, as 1 - chance may be off by
 * rounding. */
static double concordance(double n, double alike, double above, double others, bool corrected) {
  double chance = (above * others + (n - above) * (n - others)) / (n * n);
  if (n == 0) return NAN;
  if (!corrected) return alike / n;
  return above * others + (n - above) * (n - others) == n * n ? NAN
                                                              : (alike / n - chance) / (1 - chance);
}

/* Zero counts as not above, as Harding & Pagan's states do. */
static double concordance_of(const double *x, const double *y, int n, bool corrected) {
  int alike = 0, above = 0, others = 0;
  for (int s = 0; s < n; s++) {
    alike += (x[s] > 0) == (y[s] > 0);
    above += x[s] > 0;
    others += y[s] > 0;
  }
  return concordance(n, alike, above, others, corrected);
}

/* ---- passes 1 and 2: operands ------------------------------------------------------------ */

/* z of the values there are; the others stay NaN. `work`: n. n of variance 1: the divisor is the
 * number of values there are. */
static void make_quasi(double *v, int n, double size, double *work) {
  int count = 0;
  for (int s = 0; s < n; s++)
    if (!isnan(v[s])) work[count++] = v[s];
  sw_correlation_standardise(work, count, size, true);
  for (int s = 0, k = 0; s < n; s++)
    if (!isnan(v[s])) v[s] = count < LEAST ? NAN : work[k++];
}

/* The same of series side by side. `work`: two series. SW_SERIES series side by side fill a
 * vector. */
static void make_all_quasi(double *v, int n, const double *size, double *work) {
  for (int k = 0; k < SW_SERIES; k++) {
    for (int s = 0; s < n; s++)
      work[s] = v[s * SW_SERIES + k];
    make_quasi(work, n, size[k], work + n);
    for (int s = 0; s < n; s++)
      v[s * SW_SERIES + k] = work[s];
  }
}

/* Above zero or not. +1 and -1: their product is 1 where both agree. */
static void make_signs(double *v, int count) {
  for (int s = 0; s < count; s++)
    v[s] = isnan(v[s]) ? NAN : v[s] > 0 ? 1 : -1;
}

/* Whether each of the series has all its values. */
static void find_whole(const double *v, int n, bool whole[SW_SERIES]) {
  for (int k = 0; k < SW_SERIES; k++)
    whole[k] = true;
  for (int s = 0; s < n; s++)
    for (int k = 0; k < SW_SERIES; k++)
      whole[k] &= !isnan(v[s * SW_SERIES + k]);
}

/* Series side by side into the rows of a pass; those that are not `kept` are missing. Rows of
 * periods that no series has a value in, as the first of changes, are missing throughout. */
static void place(const sw_job *job, int pass, int64_t unit, int count, const double *v,
                  const bool *kept) {
  const sw_transform *series = &((const synchronisation *)job->state)->series;
  sw_view to = job->operand_local[pass];
  for (int t = 0, s = 0; t < job->n_periods; t++) {
    double *row = to.row[t] + (unit - to.first);
    bool any = s < series->length && series->at[s] == t;
    __builtin_prefetch(row + SW_SERIES, 1); /* a line of its own each period, not foreseen */
    for (int k = 0; k < count; k++)
      row[k] = any && (!kept || kept[k]) ? v[s * SW_SERIES + k] : NAN;
    s += any;
  }
}

/* What products are made of; returns how many of the units lack it, for holes or as they do not
 * vary. The workspace: series side by side, and two more. The count tells the next pass whether
 * anybody needs values. */
static int place_products(const sw_job *job, int64_t unit, int count, double *v) {
  const synchronisation *sync = job->state;
  int n = sync->series.length, lacking = 0;
  double size[SW_SERIES];
  bool whole[SW_SERIES];
  sw_transform_units(job, &sync->series, unit, count, v, size);
  find_whole(v, n, whole);
  if (sync->form == PEARSON)
    sw_correlation_standardise_all(v, n, size);
  else if (sync->form == QUASI)
    make_all_quasi(v, n, size, v + n * SW_SERIES);
  else
    make_signs(v, n * SW_SERIES);
  place(job, PRODUCTS, unit, count, v, sync->form == QUASI ? NULL : whole);
  for (int k = 0; k < count; k++)
    lacking += !whole[k] || isnan(v[k]);
  return lacking;
}

static bool counts_above(const synchronisation *sync) {
  return sync->form == CONCORDANCE || sync->form == CORRECTED;
}

/* Where nothing reads values, none are written: their pages are not even touched. folded[PRODUCTS]:
 * how many units lack products, over all ranks. */
static bool wants_values(const sw_job *job) {
  return counts_above(job->state) || *(const double *)job->folded[PRODUCTS] > 0;
}

/* The first period of changes has no value: its row holds the size instead. */
static void place_values(const sw_job *job, int64_t unit, int count, double *v) {
  const synchronisation *sync = job->state;
  double size[SW_SERIES];
  sw_transform_units(job, &sync->series, unit, count, v, size);
  place(job, VALUES, unit, count, v, NULL);
  sw_view to = job->operand_local[VALUES];
  for (int k = 0; k < count && sync->series.kind != SW_LEVEL; k++)
    to.row[0][unit + k - to.first] = size[k];
}

/* The same of a unit, for pairs. */
static double made_from(const synchronisation *sync, int64_t unit) {
  return sync->from ? sync->from[unit] : 0;
}

/* Transforms, then values where they are wanted, then products by units. */
static void tile(const sw_job *job, const sw_tile *tile, void *out, void *workspace) {
  const synchronisation *sync = job->state;
  if (tile->pass == MEANS) {
    sw_transform_tile(job, &sync->series, tile, out);
    return;
  }
  if (tile->pass == VALUES && !wants_values(job)) return;
  for (int64_t unit = tile->lo; unit < tile->hi; unit += SW_SERIES) {
    int count = tile->hi - unit < SW_SERIES ? (int)(tile->hi - unit) : SW_SERIES;
    if (tile->pass == VALUES)
      place_values(job, unit, count, workspace);
    else
      *(double *)out += place_products(job, unit, count, workspace);
  }
}

/* Of products, how many units lack them. A count in a double; whole numbers merge exactly. */
static void merge(const sw_job *job, int pass, void *all, const void *part) {
  if (pass == PRODUCTS)
    *(double *)all += *(const double *)part;
  else
    sw_transform_merge(&((const synchronisation *)job->state)->series, all, part);
}

static sw_status finish(sw_error *err, sw_job *job, int pass, const void *all, void *result) {
  const synchronisation *sync = job->state;
  if (pass == MEANS) return sw_transform_finish(err, job, &sync->series, all, result);
  if (pass == PRODUCTS) *(double *)result = *(const double *)all;
  return SW_OK;
}

/* ---- the last pass: pairs ---------------------------------------------------------------- */

/* Rows in the order of places in the series. */
static sw_status rows_of(sw_error *err, sw_job *job, int pass, const double ***row) {
  const sw_transform *series = &((const synchronisation *)job->state)->series;
  SW_NEW(err, job->arena, *row, series->length);
  for (int s = 0; s < series->length; s++)
    (*row)[s] = job->operand[pass].row[series->at[s]];
  return SW_OK;
}

/* O(n T), on every rank. */
static void count_above(const sw_job *job, const synchronisation *sync) {
  for (int64_t unit = 0; unit < job->n; unit++) {
    sync->above[unit] = 0;
    for (int s = 0; s < sync->series.length; s++)
      sync->above[unit] += sync->value[s][unit] > 0;
  }
}

/* The product of a unit is whole or missing. */
static bool lacks_product(const sw_job *job, const void *of, int64_t unit) {
  (void)job;
  return isnan(((const synchronisation *)of)->product[0][unit]);
}

/* Again at each start of the pass, as the operands lie elsewhere then. */
static sw_status prepare(sw_error *err, sw_job *job, int pass) {
  synchronisation *sync = job->state;
  if (job->pass[pass].domain != SW_PAIRS) return SW_OK;
  SW_TRY(rows_of(err, job, PRODUCTS, &sync->product));
  if (sync->form != QUASI) SW_TRY(rows_of(err, job, VALUES, &sync->value));
  if (sync->form == PEARSON && sync->series.kind != SW_LEVEL)
    sync->from = job->operand[VALUES].row[0];
  SW_TRY(sw_lacking_find(err, job, lacks_product, sync, &sync->lacking));
  if (!counts_above(sync)) return SW_OK;
  SW_NEW(err, job->arena, sync->above, job->n);
  count_above(job, sync);
  return SW_OK;
}

/* Numbers of a unit that products are made of. A quasi-correlation is a product of one number per
 * unit. */
static int numbers_of(const synchronisation *sync) {
  return sync->form == QUASI ? 1 : sync->series.length;
}

static size_t workspace(const sw_job *job) {
  const synchronisation *sync = job->state;
  size_t product = sw_block_fold_workspace(numbers_of(sync));
  size_t series = (SW_SERIES + 2) * (size_t)sync->series.length * sizeof(double);
  return product > series ? product : series;
}

/* The workspace remembers which columns are packed: none yet. */
static sw_status open_rows(sw_error *err, const sw_job *job, int pass, void *workspace) {
  (void)err, (void)pass;
  sw_block_fold_open(numbers_of(job->state), workspace);
  return SW_OK;
}

/* Over the periods that both have. `work`: two series. */
static double pair_with_holes(const synchronisation *sync, int64_t i, int64_t j, double *work) {
  int count = 0, length = sync->series.length;
  double *x = work, *y = work + length;
  for (int s = 0; s < length; s++) {
    double a = sync->value[s][i], b = sync->value[s][j];
    if (isnan(a) || isnan(b)) continue;
    x[count] = a;
    y[count++] = b;
  }
  return sync->form == PEARSON
             ? sw_correlation(x, made_from(sync, i), y, made_from(sync, j), count, LEAST)
             : concordance_of(x, y, count, sync->form == CORRECTED);
}

/* Sums of products of +1 and -1 are whole numbers: periods alike less the n - alike others. */
static double from_product(const synchronisation *sync, int64_t i, int64_t j, double product) {
  double n = sync->series.length;
  if (sync->form == PEARSON) return product;
  return concordance(n, (n + product) / 2, sync->above[i], sync->above[j], sync->form == CORRECTED);
}

/* Only columns that lack something, or every one where counts must be turned into shares. */
static void whole_block(const sw_job *job, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                        double *out, int64_t stride, void *workspace) {
  const synchronisation *sync = job->state;
  sw_block_products(sync->series.length, sync->product, i0, i1, sync->product, j0, j1, out, stride,
                    workspace);
  for (int64_t i = i0; i < i1; i++) {
    bool all = sync->form != PEARSON || sync->lacking.unit[i];
    for (int64_t j = sw_lacking_next(&sync->lacking, all, j0); j < j1;
         j = sw_lacking_next(&sync->lacking, all, j + 1)) {
      double *v = &out[(i - i0) * stride + j - j0];
      *v = isnan(*v) ? pair_with_holes(sync, i, j, workspace) : from_product(sync, i, j, *v);
    }
  }
}

/* Products of two units' standardised changes, over the whole series or of one period. */
static void block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  const synchronisation *sync = job->state;
  if (sync->form != QUASI) {
    whole_block(job, i0, i1, j0, j1, out[0], stride, workspace);
    return;
  }
  const double *z = job->operand[PRODUCTS].row[t];
  sw_block_products(1, &z, i0, i1, &z, j0, j1, out[0], stride, workspace);
}

/* Where series have holes the sums of products are NaN, and the engine asks `block`. The result is
 * the same sum, of values never stored. */
static void fold(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                 sw_fold *sums, void *workspace) {
  const synchronisation *sync = job->state;
  sw_lane_sums to = {sums->row, sums->column, sums->stride, sums->greatest, NULL};
  const double *z = job->operand[PRODUCTS].row[t];
  bool quasi = sync->form == QUASI;
  sw_block_fold_products(numbers_of(sync), quasi ? &z : sync->product, i0, i1,
                         quasi ? &z : sync->product, j0, j1, &to, workspace);
  sums->greatest = to.greatest;
}

/* ---- resolve ----------------------------------------------------------------------------- */

/* |r| that differs from 0 with that two-sided p-value. t = r sqrt((T - 2)/(1 - r^2)), solved for
 * r. */
static double threshold(int values, double p) {
  double t = gsl_cdf_tdist_Qinv(p / 2, values - 2);
  return t / sqrt(t * t + values - 2);
}

/* What inference can see at all with so few values: the first of all pairs to be found by a false
 * discovery rate of 5% must have a p-value of .05 over their number. alpha/m: the bound of the
 * first rejection among m pairs. */
static void foresee(sw_job *job, const synchronisation *sync) {
  double pairs = 0.5 * (double)job->n * (double)(job->n - 1);
  if (sync->form != PEARSON || pairs < 1) return;
  sw_job_foresee(
      job,
      "%d values of a series: |r| of one pair differs from 0 at 5%% from %.3f on, of the "
      "strongest of %.0f pairs from %.3f on",
      sync->series.length, threshold(sync->series.length, .05), pairs,
      threshold(sync->series.length, .05 / pairs));
}

/* Passes by the form that is asked for. */
static sw_status resolve(sw_error *err, sw_job *job) {
  synchronisation *sync = NULL;
  SW_NEW(err, job->arena, sync, 1);
  sync->form = (form)(int)sw_job_arg(job, "form")->number;
  SW_TRY(sw_transform_resolve(err, job, "of", LEAST, &sync->series));
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS,
                             .operand = 1,
                             .partial = sizeof(double),
                             .result = sizeof(double)});
  if (sync->form != QUASI) sw_job_pass(job, (sw_pass){.domain = SW_UNITS, .operand = 1});
  sw_job_pass(job,
              /* Counts need `above` of both units: no fold. */
              (sw_pass){.domain = SW_PAIRS, .grain = SW_MAX_ROWS, .no_fold = counts_above(sync)});
  job->whole_series = sync->form != QUASI;
  job->pooled = true;
  job->state = sync;
  foresee(job, sync);
  return SW_OK;
}

/* ---- descriptor -------------------------------------------------------------------------- */

static const sw_param params[] = {
    {.name = "of", .type = SW_P_COLUMN, .help = "the variable whose series are compared"},
    SW_PARAM_TRANSFORM,
    {.name = "form",
     .type = SW_P_CHOICE,
     .fallback = "pearson",
     .choices = "pearson|concordance|corrected|quasi",
     .help = "correlation; share of periods above or not above 0 together; the same corrected for "
             "chance; a matrix for each period, whose mean is the correlation"},
    {0}};

static const sw_output outputs[] = {{.name = "value",
                                     .long_name = "synchronisation of two units",
                                     .units = "1",
                                     .shape = SW_PAIR,
                                     .palette = SW_DIVERGING_0},
                                    {0}};

/* The formula by its variants. */
static const sw_variant variants[] = {
    {"form", "pearson", "r = sum_t z_it z_jt, z = (x - mean)/length"},
    {"form", "concordance", "C = mean of S_it S_jt + (1 - S_it)(1 - S_jt), S = 1 where x > 0"},
    {"form", "corrected",
     "(C - E)/(1 - E), C = mean of S_it S_jt + (1 - S_it)(1 - S_jt), S = 1 where x > 0, E = s_i "
     "s_j "
     "+ (1 - s_i)(1 - s_j), s = mean S"},
    {"form", "quasi", "q_ijt = z_it z_jt, z = (x - mean)/sd, divisor T"},
    SW_TRANSFORM_VARIANTS,
    {0}};

/* flops and bytes: of 20 periods. */
const sw_measure sw_measure_synchronisation = {
    .name = "synchronisation",
    .title = "Synchronisation of the series of two units",
    .formula = "over the periods in which both units have a value",
    .variant = variants,
    .source =
        "Harding and Pagan 2002, Journal of Monetary Economics 49:365-381 (concordance); "
        "Duval, Li, Saraf and Seneviratne 2016, Journal of International Economics 99:S63-S78 "
        "(quasi-correlation)",
    .version = 1,
    .kind = SW_KIND_PAIR,
    .param = params,
    .output = outputs,
    .flops = 40,
    .bytes = 48,
    .resolve = resolve,
    .prepare = prepare,
    .tile = tile,
    .merge = merge,
    .finish = finish,
    .block = block,
    .fold = fold,
    .workspace = workspace,
    .open = open_rows,
};

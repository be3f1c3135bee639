/* Populations, draws and decisions of local statistics (lisa.h). `prepare` makes the tables on
 * every rank from gathered inputs: n x periods x variables doubles. Sums run in the order of units,
 * so they are the same everywhere.
 *
 * Who calls what: the measures local_moran, local_geary, local_join_count, lee, getis_ord and
 * lisa_markov call sw_lisa_resolve once, sw_lisa_prepare before each of its two passes,
 * sw_lisa_tile from any number of threads at once, and sw_lisa_finish on rank 0. After `prepare`
 * the sets are read only, so threads share them without a lock; what a thread writes is its
 * workspace, the rows of its tile's units and their operands.
 * A unit costs draws x neighbours x periods of a set; nothing is kept of the draws but counts and
 * sums. */
#include "measure/local/lisa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/series/stats.h"
#include "kernel/space/moran.h"
#include "measure/space/neighbours.h"

/* ---- resolve ---------------------------------------------------------------------------- */

/* A tile is some tens of milliseconds: what a kill loses, and what threads share out. It depends on
 * the parameters alone. */
static int64_t grain_of(const sw_job *job, const sw_lisa *lisa) {
  /* The cost of a unit is about (draws + 1) x neighbours; 4e5 of these for a tile. Halving keeps
   * the grain a divisor of SW_BLOCK, as the engine asks. */
  double links = (double)lisa->weights->row_start[job->n] / (double)job->n + 1;
  double work = (double)(lisa->permutations + 1) * links;
  int64_t grain = SW_BLOCK;
  while (grain > 1 && (double)grain * work > 4e5)
    grain /= 2;
  return grain;
}

static void note_islands(sw_job *job, const sw_links *weights) {
  if (weights->islands > 0)
    sw_note(job->notes, "%s: %s: %lld unit%s no neighbour and so no local statistic", job->where,
            job->name, (long long)weights->islands, weights->islands == 1 ? " has" : "s have");
}

/* What a false discovery rate can reject at all. Where values are missing there are fewer tests,
 * and in proportion fewer are needed. */
static void foresee(sw_job *job, const sw_lisa *lisa, double least) {
  /* Islands have no test. */
  int64_t n = job->n - lisa->weights->islands;
  if (!lisa->bh || lisa->permutations == 0) return;
  int64_t needs = sw_local_bh_needs(least, n, lisa->alpha);
  if (needs > 1)
    sw_job_foresee(job,
                   "%lld permutations give no p below %g: %lld units of %lld must have it, or none "
                   "is significant; fewer where values are missing",
                   (long long)lisa->permutations, least, (long long)needs, (long long)n);
}

/* Parameters that all local statistics have in common. */
static void read_params(const sw_job *job, sw_lisa *lisa) {
  lisa->standardised = sw_links_row_standardised(lisa->weights);
  lisa->permutations = (int64_t)sw_job_arg(job, "permutations")->number;
  lisa->alternative = (sw_alternative)(int)sw_job_arg(job, "alternative")->number;
  lisa->bh = sw_job_arg(job, "fdr")->number == 0;
  lisa->alpha = sw_job_arg(job, "alpha")->number;
  /* Columns are periods, padded to whole vectors: loops over columns have no remainder. */
  lisa->stride = (job->n_periods + SW_LOCAL_COLUMNS - 1) / SW_LOCAL_COLUMNS * SW_LOCAL_COLUMNS;
  /* The workspace of a thread has room for the longest row. */
  lisa->most_links = 0;
  for (int64_t i = 0; i < job->n; i++) {
    int64_t links = lisa->weights->row_start[i + 1] - lisa->weights->row_start[i];
    if (links > lisa->most_links) lisa->most_links = links;
  }
}

static double input_at(const sw_job *job, int variable, int t, int64_t unit) {
  return sw_view_at(job->input[variable].view, t, unit);
}

/* Two passes: statistics and p by unit; then, when all p of a period are known, which are
 * significant. */
sw_status sw_lisa_resolve(sw_error *err, sw_job *job, sw_lisa *lisa) {
  SW_TRY(sw_job_neighbours(err, job, &lisa->weights));
  read_params(job, lisa);
  if (!lisa->value) lisa->value = input_at;
  if (lisa->weights->row_start[job->n] == 0)
    return sw_job_fail(err, job, "weights",
                       "no unit has a neighbour; a local statistic needs links");
  double least = sw_local_least_p(lisa->alternative, lisa->permutations);
  if (lisa->permutations > 0 && least > lisa->alpha)
    return sw_job_fail(
        /* (R + 1)/(M + 1) has a least value above 0: with too few draws nothing could ever be
         * significant, and a run would be in vain. */
        err, job, "permutations",
        "%lld permutations give no p below %g, above alpha %g; expected %lld or more",
        (long long)lisa->permutations, least, lisa->alpha,
        (long long)ceil((least * (double)(lisa->permutations + 1)) / lisa->alpha) - 1);
  note_islands(job, lisa->weights);
  foresee(job, lisa, least);
  sw_job_pass(
      job,
      (sw_pass){.domain = SW_UNITS, .gathered = true, .operand = 1, .grain = grain_of(job, lisa)});
  sw_job_pass(job, (sw_pass){.domain = SW_UNITS});
  return SW_OK;
}

/* ---- populations ------------------------------------------------------------------------ */

/* A unit belongs to a period's population if it has every variable. */
static bool has_all(const sw_job *job, const sw_lisa *lisa, int t, int64_t unit) {
  for (int v = 0; v < lisa->n_variables; v++)
    if (!isfinite(lisa->value(job, v, t, unit))) return false;
  return true;
}

/* The set with just the units that have values in period t; NULL: none yet. Compared unit by unit,
 * as periods mostly have the same units and sets are few. O(n) per set, and periods rarely have
 * more than a few different sets. */
static sw_lisa_set *find_set(const sw_job *job, const sw_lisa *lisa, int t) {
  for (int s = 0; s < lisa->n_sets; s++) {
    int64_t i = 0;
    while (i < job->n && has_all(job, lisa, t, i) == (lisa->set[s].place[i] >= 0))
      i++;
    if (i == job->n) return &lisa->set[s];
  }
  return NULL;
}

/* Places are numbered in the order of units, so sums over a table run in that order. The arena
 * keeps tables of all sets till the end of the run: both passes read them. */
static sw_status add_set(sw_error *err, sw_job *job, sw_lisa *lisa, int t) {
  sw_lisa_set *set = &lisa->set[lisa->n_sets];
  SW_NEW(err, job->arena, set->period, job->n_periods);
  SW_NEW(err, job->arena, set->place, job->n);
  for (int64_t i = 0; i < job->n; i++)
    set->place[i] = has_all(job, lisa, t, i) ? (int32_t)set->table.count++ : -1;
  lisa->n_sets++;
  return SW_OK;
}

/* The mean, to the last digit: what the first quotient leaves is added. */
static double mean_of(const sw_job *job, const sw_lisa *lisa, const sw_lisa_set *set, int v, int t,
                      int exponent) {
  double mean = 0, n = (double)set->table.count;
  /* Two rounds: the second adds the mean of the residuals, whose sum is small, so little is
   * lost. */
  for (int time = 0; time < 2; time++) {
    double sum = 0;
    for (int64_t i = 0; i < job->n; i++)
      if (set->place[i] >= 0) sum += ldexp(lisa->value(job, v, t, i), exponent) - mean;
    mean += sum / n;
  }
  return mean;
}

/* To standard deviation 1, and its sums again. sd with n - 1, as spdep has it for local Geary. A
 * constant is left as it is: z 0. */
static void standardise(sw_lisa_set *set, int v, int c) {
  sw_lisa_column *column = &set->column[v * set->table.stride + c];
  double sd = sqrt(column->squares / (double)(set->table.count - 1)), *z = set->table.value[v] + c;
  if (!column->varies) return;
  *column = (sw_lisa_column){.varies = true};
  for (int64_t i = 0; i < set->table.count; i++) {
    double u = z[i * set->table.stride] /= sd;
    column->sum += u;
    column->squares += u * u;
    column->most = fmax(column->most, fabs(u));
  }
}

/* One column of a table. Values are brought near 1 by a power of two, which changes no digit, so
 * that their squares and fourth powers stay in the range of a double. */
static void fill_column(const sw_job *job, const sw_lisa *lisa, sw_lisa_set *set, int v, int c) {
  int t = set->period[c], exponent = 0;
  double lo = INFINITY, hi = -INFINITY;
  sw_lisa_column *column = &set->column[v * set->table.stride + c];
  for (int64_t i = 0; i < job->n; i++) {
    if (set->place[i] < 0) continue;
    double x = lisa->value(job, v, t, i);
    lo = x < lo ? x : lo;
    hi = x > hi ? x : hi;
  }
  if (set->table.count == 0) return;
  /* The exponent of the largest magnitude: values then lie in [-1, 1]. */
  frexp(fabs(lo) > fabs(hi) ? lo : hi, &exponent);
  exponent = lisa->as_they_are ? 0 : -exponent;
  column->varies = sw_stats_vary(lo, hi);
  column->mean = lisa->as_they_are ? 0 : mean_of(job, lisa, set, v, t, exponent);
  for (int64_t i = 0; i < job->n; i++) {
    if (set->place[i] < 0) continue;
    double z = ldexp(lisa->value(job, v, t, i), exponent) - column->mean;
    /* Of a constant, rounding must not leave a spread that is none. */
    if (!column->varies && !lisa->as_they_are) z = 0;
    set->table.value[v][set->place[i] * set->table.stride + c] = z;
    column->sum += z;
    column->squares += z * z;
    column->most = fabs(z) > column->most ? fabs(z) : column->most;
  }
}

/* A variable's values stand by unit, then by period (the columns of the set), in whole vectors: the
 * walk over neighbours reads all periods of a unit at once. One place more than needed, as an empty
 * population would ask for no memory at all. */
static sw_status fill_set(sw_error *err, sw_job *job, sw_lisa *lisa, sw_lisa_set *set) {
  sw_local_table *table = &set->table;
  double **value = NULL;
  table->n_variables = lisa->n_variables;
  table->stride = (set->n_periods + SW_LOCAL_COLUMNS - 1) / SW_LOCAL_COLUMNS * SW_LOCAL_COLUMNS;
  SW_NEW(err, job->arena, value, lisa->n_variables);
  SW_NEW(err, job->arena, set->column, lisa->n_variables * table->stride);
  table->value = value;
  for (int v = 0; v < lisa->n_variables; v++) {
    SW_NEW(err, job->arena, value[v], table->count * table->stride + 1);
    for (int c = 0; c < set->n_periods; c++) {
      fill_column(job, lisa, set, v, c);
      if (lisa->standardises) standardise(set, v, c);
    }
  }
  return SW_OK;
}

/* Periods of the same units share their draws, and the walk over neighbours. */
static sw_status make_sets(sw_error *err, sw_job *job, sw_lisa *lisa) {
  /* Called in prepare of the first pass, on every rank alike. */
  lisa->n_sets = 0;
  SW_NEW(err, job->arena, lisa->set, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    sw_lisa_set *set = find_set(job, lisa, t);
    if (!set) SW_TRY(add_set(err, job, lisa, t));
    if (!set) set = &lisa->set[lisa->n_sets - 1];
    set->period[set->n_periods++] = t;
  }
  for (int s = 0; s < lisa->n_sets; s++)
    SW_TRY(fill_set(err, job, lisa, &lisa->set[s]));
  return SW_OK;
}

/* ---- a unit ----------------------------------------------------------------------------- */

enum { ARRAYS = 6 }; /* of columns: observed, slack, counts, sums */

static size_t whole_lines(size_t bytes) {
  /* 64 bytes, a cache line: arrays of two rows never share one. */
  return (bytes + 63) / 64 * 64;
}

/* Bytes of a thread. */
size_t sw_lisa_workspace(const sw_job *job, const sw_lisa *lisa) {
  /* `stride`, the greatest of all sets, is set in resolve, so that one size serves every
   * population. */
  size_t k = (size_t)lisa->most_links;
  return whole_lines(ARRAYS * (size_t)lisa->stride * sizeof(double)) +
         whole_lines(k * sizeof(double)) + whole_lines(k * sizeof(int32_t)) +
         sw_local_workspace(job->n, lisa->most_links, lisa->stride);
}

/* Arrays by column, then the row's weights and places, then the room of the draws. */
static void carve(const sw_lisa *lisa, char *at, sw_lisa_row *row, double **weight, int32_t **place,
                  double **slack) {
  double *array = (double *)(void *)at;
  int64_t stride = lisa->stride;
  row->unit.observed = array;
  *slack = array + stride;
  row->unit.at_least = array + 2 * stride;
  row->unit.at_most = array + 3 * stride;
  row->unit.sum = array + 4 * stride;
  row->unit.squares = array + 5 * stride;
  at += whole_lines(ARRAYS * (size_t)stride * sizeof(double));
  *weight = (double *)(void *)at;
  at += whole_lines((size_t)lisa->most_links * sizeof(double));
  *place = (int32_t *)(void *)at;
  row->draws = at + whole_lines((size_t)lisa->most_links * sizeof(int32_t));
}

/* A row whose links are all in use was standardised when the matrix was made and is taken as it is;
 * one that has lost links is divided by what is left. A link of a unit to itself is no
 * neighbour. */
static bool row_of(const sw_lisa *lisa, const sw_lisa_set *set, int64_t unit, void *workspace,
                   sw_lisa_row *row) {
  const sw_links *links = lisa->weights;
  double *weight, *slack, sum = 0;
  int32_t *place;
  carve(lisa, workspace, row, &weight, &place, &slack);
  row->unit.self = set->place[unit];
  row->unit.place = place;
  row->unit.weight = weight;
  row->unit.slack = slack;
  row->unit.k = 0;
  for (int64_t e = links->row_start[unit]; e < links->row_start[unit + 1]; e++) {
    int32_t at = set->place[links->to[e]];
    if (at < 0 || links->to[e] == unit) continue;
    /* binary: joins are counted, whatever weights the matrix has. */
    place[row->unit.k] = at;
    weight[row->unit.k++] = lisa->binary ? 1 : links->value[e];
    sum += links->value[e];
  }
  bool whole = row->unit.k == links->row_start[unit + 1] - links->row_start[unit];
  double factor = whole || lisa->binary || !lisa->standardised ? 1 : 1 / sum;
  row->w = row->w2 = row->heaviest = 0;
  for (int64_t j = 0; j < row->unit.k; j++) {
    weight[j] *= factor;
    row->w += weight[j];
    row->w2 += weight[j] * weight[j];
    row->heaviest = fmax(row->heaviest, weight[j]);
  }
  return row->unit.k > 0;
}

/* Two statistics that differ by less count as equal, so that ties do not hang on rounding. Relative
 * to the largest statistic that there can be. */
static void set_slack(const sw_lisa_set *set, sw_local_form form, int variable,
                      const sw_lisa_row *row, double *slack) {
  double w = 0;
  const sw_lisa_column *column = set->column;
  int stride = set->table.stride;
  for (int64_t j = 0; j < row->unit.k; j++)
    w += fabs(row->unit.weight[j]);
  for (int c = 0; c < stride; c++) {
    double a = column[variable * stride + c].most, most = w * a;
    if (form == SW_LOCAL_PRODUCT) most *= w * column[(variable + 1) * stride + c].most;
    if (form == SW_LOCAL_SQUARES) {
      most = 0;
      for (int v = 0; v < set->table.n_variables; v++)
        most += 4 * w * column[v * stride + c].most * column[v * stride + c].most;
    }
    slack[c] = 1e-13 * most;
  }
}

/* `variable`: where the statistic's first variable stands; tables before it are not its own. */
static void compute(const sw_job *job, const sw_lisa *lisa, const sw_lisa_set *set,
                    sw_local_form form, int variable, int64_t unit, sw_lisa_row *row) {
  sw_local_table table = set->table;
  table.value += variable;
  table.n_variables -= variable;
  sw_local_observe(form, &table, &row->unit);
  if (lisa->permutations == 0) return;
  set_slack(set, form, variable, row, (double *)row->unit.slack);
  sw_local_permute(form, &table, &row->unit, job->seed, job->units->key[unit], lisa->permutations,
                   row->draws);
}

void sw_lisa_put(const sw_job *job, int output, int t, int64_t unit, double value) {
  job->result[output].row[t][unit - job->first] = value;
}

/* p also goes to the operand of the pass, which all ranks see in the next. */
void sw_lisa_put_p(const sw_job *job, int output, int t, int64_t unit, double p) {
  sw_view operand = job->operand_local[SW_LISA_STATISTICS];
  operand.row[t][unit - operand.first] = p;
  sw_lisa_put(job, output, t, unit, p);
}

/* NaN for a unit without a value or a neighbour. */
void sw_lisa_put_nothing(const sw_job *job, int from, int to, int t, int64_t unit) {
  for (int q = from; q <= to; q++)
    sw_lisa_put_p(job, q, t, unit, NAN);
}

/* One walk over units: of each, per population, one row of neighbours and one round of draws for
 * all its periods. */
void sw_lisa_tile(const sw_job *job, const sw_lisa *lisa, const sw_tile *tile, sw_local_form form,
                  int variable, sw_lisa_put_unit *put, int from, int to, void *workspace) {
  /* Units in the outer loop: the neighbours' places and the draws of a unit serve all its
   * periods. */
  for (int64_t unit = tile->lo; unit < tile->hi; unit++)
    for (int s = 0; s < lisa->n_sets; s++) {
      const sw_lisa_set *set = &lisa->set[s];
      sw_lisa_row row;
      bool any = set->place[unit] >= 0 && row_of(lisa, set, unit, workspace, &row);
      if (any) compute(job, lisa, set, form, variable, unit, &row);
      /* Sets do not overlap in periods, so each (unit, period) is put once. */
      for (int c = 0; c < set->n_periods; c++)
        if (any)
          put(job, set, c, unit, &row);
        else
          sw_lisa_put_nothing(job, from, to, set->period[c], unit);
    }
}

/* Of the others: the unit keeps its value, and neighbours are drawn from the rest. */
sw_local_moments sw_lisa_moments(const sw_lisa_set *set, int variable, int column,
                                 const sw_lisa_row *row) {
  const sw_lisa_column *all = &set->column[variable * set->table.stride + column];
  double own = sw_lisa_own(set, variable, column, row);
  return sw_local_lag_moments((double)(set->table.count - 1), all->sum - own,
                              /* The moments of the neighbours' weighted sum when they are drawn
                               * from the other n - 1 units without replacement: sums of these are
                               * those of all, less the unit's own. */
                              all->squares - own * own, row->w, row->w2);
}

/* Where the statistic falls as the neighbours' values rise, both counts change sides. */
double sw_lisa_p(const sw_lisa *lisa, const sw_lisa_row *row, int c, double sign, double z) {
  double least = row->unit.at_least[c], most = row->unit.at_most[c];
  if (lisa->permutations == 0) return sw_local_normal_p(lisa->alternative, z);
  /* sign 0: the unit lies at the mean, its statistic is 0 whatever is drawn, so every draw reaches
   * it. */
  if (sign == 0) least = most = (double)lisa->permutations; /* whatever is drawn: the same */
  return sign < 0 ? sw_local_p(lisa->alternative, most, least, lisa->permutations)
                  : sw_local_p(lisa->alternative, least, most, lisa->permutations);
}

/* ---- significant ------------------------------------------------------------------------ */

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Pass 0 is complete: all p-values of a period, ascending. O(n log n) per period, on every rank:
 * cheaper than sending the outcome. */
static sw_status decide(sw_error *err, sw_job *job, sw_lisa *lisa) {
  double *p = NULL;
  SW_NEW(err, job->arena, p, job->n);
  SW_NEW(err, job->arena, lisa->cut, job->n_periods);
  SW_NEW(err, job->arena, lisa->n_tests, job->n_periods);
  for (int t = 0; t < job->n_periods; t++) {
    int64_t n = 0;
    for (int64_t i = 0; i < job->n; i++)
      if (!isnan(job->operand[SW_LISA_STATISTICS].row[t][i]))
        p[n++] = job->operand[SW_LISA_STATISTICS].row[t][i];
    qsort(p, (size_t)n, sizeof *p, by_value);
    lisa->n_tests[t] = n;
    /* Without a false discovery rate the cut is alpha itself, which keeps one comparison for
     * both. */
    lisa->cut[t] = lisa->bh ? sw_local_bh_cut(p, n, lisa->alpha) : lisa->alpha;
  }
  return SW_OK;
}

/* On every rank, from gathered inputs: no communication of its own. */
sw_status sw_lisa_prepare(sw_error *err, sw_job *job, sw_lisa *lisa, int pass) {
  return pass == SW_LISA_STATISTICS ? make_sets(err, job, lisa) : decide(err, job, lisa);
}

/* A period without a cut (bh_cut below 0) has none that are significant. */
void sw_lisa_tile_significant(const sw_job *job, const sw_lisa *lisa, const sw_tile *tile,
                              int p_value, int significant) {
  for (int t = 0; t < job->n_periods; t++)
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      double p = job->result[p_value].row[t][unit - job->first];
      job->result[significant].row[t][unit - job->first] = isnan(p) ? NAN : p <= lisa->cut[t];
    }
}

/* ---- what is said ----------------------------------------------------------------------- */

/* p is NaN for units without a test, which compare as false. */
static void say_period(sw_job *job, const sw_lisa *lisa, int t) {
  const double *p = job->operand[SW_LISA_STATISTICS].row[t];
  const char *in = job->periods->cross_section ? "" : sw_job_period(job, t);
  long long count = 0, n = lisa->n_tests[t];
  for (int64_t i = 0; i < job->n; i++)
    count += p[i] <= lisa->cut[t];
  if (lisa->bh && lisa->cut[t] < 0)
    sw_job_say(job, "%s%snone of %lld units significant: false discovery rate %g", in,
               *in ? ": " : "", n, lisa->alpha);
  else if (lisa->bh)
    sw_job_say(job, "%s%s%lld of %lld units significant: false discovery rate %g, p <= %.6g", in,
               *in ? ": " : "", count, n, lisa->alpha, lisa->cut[t]);
  else
    sw_job_say(job, "%s%s%lld of %lld units significant: p <= %g", in, *in ? ": " : "", count, n,
               lisa->alpha);
}

/* The first period with tests and the last; then what so many draws can show at all. */
void sw_lisa_say(sw_job *job, const sw_lisa *lisa) {
  /* Periods without tests, as the first of a difference, say nothing. */
  int first = 0, last = job->n_periods - 1;
  while (first < last && lisa->n_tests[first] == 0)
    first++;
  while (last > first && lisa->n_tests[last] == 0)
    last--;
  if (lisa->n_tests[first] == 0) return;
  say_period(job, lisa, first);
  if (last > first) say_period(job, lisa, last);
  if (!lisa->bh || lisa->permutations == 0) return;
  double least = sw_local_least_p(lisa->alternative, lisa->permutations);
  long long needs = sw_local_bh_needs(least, lisa->n_tests[last], lisa->alpha);
  if (needs > 1)
    sw_job_say(job,
               "%lld permutations give no p below %g: %lld units of %lld must have it, or none is "
               "significant",
               (long long)lisa->permutations, least, needs, (long long)lisa->n_tests[last]);
}

/* The size of a population is that of each of its periods. */
void sw_lisa_put_used(sw_job *job, const sw_lisa *lisa, int output) {
  for (int s = 0; s < lisa->n_sets; s++)
    for (int c = 0; c < lisa->set[s].n_periods; c++)
      job->result[output].row[0][lisa->set[s].period[c]] = (double)lisa->set[s].table.count;
}

/* Whether two units of the set are linked. */
static bool has_links(const sw_lisa *lisa, const sw_lisa_set *set) {
  const sw_links *w = lisa->weights;
  for (int64_t i = 0; i < w->n; i++)
    for (int64_t l = w->row_start[i]; set->place[i] >= 0 && l < w->row_start[i + 1]; l++)
      if (set->place[w->to[l]] >= 0) return true;
  return false;
}

/* NULL: nothing keeps the whole period from being defined. */
static const char *why_undefined(const sw_lisa *lisa, const sw_lisa_set *set, int c) {
  if (lisa->n_tests[set->period[c]] > 0) return NULL;
  if (set->table.count < 3) return "fewer than 3 values";
  for (int v = 0; v < lisa->n_variables; v++)
    if (!set->column[v * set->table.stride + c].varies) return "constant";
  return has_links(lisa, set) ? NULL : "no links among the units with a value";
}

/* Gives the reason for each period in which nothing can be defined. */
void sw_lisa_say_why(sw_job *job, const sw_lisa *lisa, int from, int to) {
  /* Only what holds of a whole period is said; a unit without neighbours has its own NaN. */
  for (int s = 0; s < lisa->n_sets; s++) {
    const sw_lisa_set *set = &lisa->set[s];
    for (int c = 0; c < set->n_periods; c++) {
      const char *why = why_undefined(lisa, set, c);
      for (int q = from; why && q <= to; q++)
        sw_job_undefined(job, q, set->period[c], why);
    }
  }
}

void sw_lisa_finish(sw_job *job, const sw_lisa *lisa, int used, int from, int to) {
  sw_lisa_put_used(job, lisa, used);
  sw_lisa_say_why(job, lisa, from, to);
  sw_lisa_say(job, lisa);
}

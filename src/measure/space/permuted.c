/* Permutation inference by period; see permuted.h. An item is a block of draws of one matrix; its
 * record counts, by statistic and period, the draws not below and not above what is observed, in
 * whole numbers, so their sums depend on no order. Periods of the same units, by the same matrix,
 * share draws and the reading of links. */
#include "measure/space/permuted.h"

#include <math.h>
#include <string.h>

#include "kernel/space/centred.h"

enum { DRAWS = 32, BLOCKS = 1024 }; /* draws of an item at least; blocks at most */

/* Periods of one matrix with the same units, side by side: they share draws. */
struct sw_permuted_set {
  int weights, period[SW_PERMUTE_COLUMNS];
  const bool *used;
  sw_permute_set of;
};

/* ---- resolve ---------------------------------------------------------------------------- */

/* The last block may have fewer draws. */
static int64_t blocks_of(const sw_permuted *p) {
  return (p->permutations + p->chunk - 1) / p->chunk;
}

/* Two counts for each statistic and period. */
static size_t counts_of(const sw_job *job, const sw_permuted *p) {
  return 2 * (size_t)sw_permute_statistics(p->form) * (size_t)job->n_periods;
}

/* Items of at least DRAWS draws, and at most BLOCKS per matrix: their records are kept until
 * finish. The number of items depends on the parameters alone, so any run can resume another's. */
void sw_permuted_resolve(sw_job *job, sw_permuted *p) {
  p->permutations = (int64_t)sw_job_arg(job, "permutations")->number;
  /* chunk: at least DRAWS, more where BLOCKS of them would not do. */
  p->chunk = p->permutations / BLOCKS + 1;
  if (p->chunk < DRAWS) p->chunk = DRAWS;
  p->pass = -1;
  if (p->permutations == 0) return;
  p->pass = sw_job_pass(job, (sw_pass){.domain = SW_ITEMS,
                                       .items = p->n_weights * blocks_of(p),
                                       .record = counts_of(job, p) * sizeof(double)});
}

/* ---- prepare ---------------------------------------------------------------------------- */

/* Room while the populations are made. */
typedef struct making {
  double *x; /* n: the values of a period where both variables have one, else NaN */
  double *z; /* n */
  void *in_use;
} making;

/* Both variables must be there for a unit to take part. */
static const double *values(const sw_job *job, const sw_permuted *p, int t, making *m) {
  const double *x = p->of[t];
  if (!p->with) return x;
  const double *y = p->with[t];
  for (int64_t i = 0; i < job->n; i++)
    m->x[i] = isnan(y[i]) ? NAN : x[i];
  return m->x;
}

/* Whether anything can be permuted: two values that differ, of each variable. Centring needs two
 * values at least. */
static bool varies(const sw_job *job, const sw_permuted *p, int t, const sw_in_use *s, double *z) {
  if (s->count < 2) return false;
  if (!sw_centre(p->of[t], job->n, s->used, z).varies) return false;
  return !p->with || sw_centre(p->with[t], job->n, s->used, z).varies;
}

/* The set of these units with a column to spare; a new one. Compared by their units: n bytes for
 * each candidate. */
static sw_status find_set(sw_error *err, sw_job *job, sw_permuted *p, int weights, const bool *used,
                          struct sw_permuted_set **out) {
  size_t n = (size_t)job->n;
  for (int k = 0; k < p->n_sets; k++) {
    struct sw_permuted_set *set = &p->set[k];
    if (set->weights != weights || set->of.columns == SW_PERMUTE_COLUMNS) continue;
    if (memcmp(set->used, used, n * sizeof *used) != 0) continue;
    *out = set;
    return SW_OK;
  }
  bool *copy = NULL;
  SW_NEW(err, job->arena, copy, job->n);
  memcpy(copy, used, n * sizeof *used);
  *out = &p->set[p->n_sets++];
  **out = (struct sw_permuted_set){.weights = weights, .used = copy};
  return SW_OK;
}

/* Which periods share a population, by matrix. A period in which nothing varies is in none, and has
 * no p-value. O(n) per period and set. */
static sw_status share_out(sw_error *err, sw_job *job, sw_permuted *p, making *m) {
  p->n_sets = 0;
  SW_NEW(err, job->arena, p->set, (int64_t)p->n_weights * job->n_periods);
  for (int k = 0; k < p->n_weights; k++)
    for (int t = 0; t < job->n_periods; t++) {
      struct sw_permuted_set *set = NULL;
      const double *x = values(job, p, t, m);
      sw_in_use s = sw_in_use_of(&p->weights[k], p->standardised[k], p->islands, x, m->in_use);
      if (!varies(job, p, t, &s, m->z)) continue;
      SW_TRY(find_set(err, job, p, k, s.used, &set));
      set->period[set->of.columns++] = t;
    }
  return SW_OK;
}

/* Units of the population, by number and by place; `factor` scales a row to its links in use. */
static sw_status number_units(sw_error *err, sw_job *job, sw_permuted *p,
                              /* The population by place, in code order: draws permute places. */
                              struct sw_permuted_set *set, making *m) {
  sw_permute_set *of = &set->of;
  int32_t *unit = NULL, *place = NULL;
  double *factor = NULL;
  const double *x = values(job, p, set->period[0], m);
  sw_in_use s = sw_in_use_of(&p->weights[set->weights], p->standardised[set->weights], p->islands,
                             x, m->in_use);
  of->links = &p->weights[set->weights];
  of->stride = (of->columns + 3) / 4 * 4;
  SW_NEW(err, job->arena, unit, (int64_t)s.count);
  SW_NEW(err, job->arena, place, job->n);
  SW_NEW(err, job->arena, factor, (int64_t)s.count);
  for (int64_t i = 0; i < job->n; i++) {
    place[i] = -1;
    /* Row factors standardise anew where links drop out. */
    if (!set->used[i]) continue;
    unit[of->count] = (int32_t)i;
    factor[of->count] = s.factor[i];
    place[i] = (int32_t)of->count++;
  }
  of->unit = unit;
  of->place = place;
  of->factor = factor;
  return SW_OK;
}

/* The values of a variable, periods side by side: less their mean. Zeros and ones stay, as their
 * counts are whole numbers. */
static sw_status fill_table(sw_error *err, sw_job *job, const sw_permuted *p, double *const *row,
                            const struct sw_permuted_set *set, making *m, const double **out) {
  const sw_permute_set *of = &set->of;
  double *table = NULL;
  SW_NEW(err, job->arena, table, of->count * of->stride);
  for (int c = 0; c < of->columns; c++) {
    const double *x = row[set->period[c]], *from = x;
    if (p->form != SW_PERMUTE_JOINS) {
      sw_centre(x, job->n, set->used, m->z);
      from = m->z;
    }
    for (int64_t k = 0; k < of->count; k++)
      table[k * of->stride + c] = from[of->unit[k]];
  }
  *out = table;
  return SW_OK;
}

/* All that draws need of a set of periods: values in columns, the observed statistics. */
static sw_status fill_set(sw_error *err, sw_job *job, sw_permuted *p, struct sw_permuted_set *set,
                          making *m) {
  /* Observed statistics and their slack, before any draw. */
  int64_t numbers = (int64_t)SW_PERMUTE_STATISTICS * SW_PERMUTE_COLUMNS;
  SW_TRY(number_units(err, job, p, set, m));
  if (p->with) {
    SW_TRY(fill_table(err, job, p, p->of, set, m, &set->of.fixed));
    SW_TRY(fill_table(err, job, p, p->with, set, m, &set->of.moved));
  } else
    SW_TRY(fill_table(err, job, p, p->of, set, m, &set->of.moved));
  SW_NEW(err, job->arena, set->of.observed, numbers);
  SW_NEW(err, job->arena, set->of.slack, numbers);
  sw_permute_observe(p->form, &set->of);
  return SW_OK;
}

/* On every rank, from gathered columns. */
sw_status sw_permuted_prepare(sw_error *err, sw_job *job, sw_permuted *p) {
  making m = {0};
  char *in_use = NULL;
  SW_NEW(err, job->arena, m.x, job->n);
  SW_NEW(err, job->arena, m.z, job->n);
  SW_NEW(err, job->arena, in_use, (int64_t)sw_in_use_workspace(job->n));
  m.in_use = in_use;
  SW_TRY(share_out(err, job, p, &m));
  for (int k = 0; k < p->n_sets; k++)
    SW_TRY(fill_set(err, job, p, &p->set[k], &m));
  return SW_OK;
}

/* ---- tiles ------------------------------------------------------------------------------ */

/* One permuted population per thread. A permutation of n places per thread. */
size_t sw_permuted_workspace(const sw_job *job, const sw_permuted *p) {
  return p->permutations ? sw_permute_workspace(job->n) : 0;
}

/* Draws are numbered through: any block can be made by any rank, with the same outcome. */
void sw_permuted_tile(const sw_job *job, const sw_permuted *p, const sw_tile *tile, void *record,
                      void *workspace) {
  double *count = record;
  int statistics = sw_permute_statistics(p->form);
  int64_t first = tile->lo % blocks_of(p) * p->chunk, left = p->permutations - first;
  for (int k = 0; k < p->n_sets; k++) {
    const struct sw_permuted_set *set = &p->set[k];
    double least[SW_PERMUTE_STATISTICS * SW_PERMUTE_COLUMNS] = {0};
    double most[SW_PERMUTE_STATISTICS * SW_PERMUTE_COLUMNS] = {0};
    /* Sets of other matrices have tiles of their own. */
    if (set->weights != tile->lo / blocks_of(p)) continue;
    sw_permute_count(p->form, &set->of, job->seed, job->units->key, first,
                     left < p->chunk ? left : p->chunk, least, most, workspace);
    for (int q = 0; q < statistics; q++)
      for (int c = 0; c < set->of.columns; c++) {
        double *to = count + 2 * (q * job->n_periods + set->period[c]);
        to[0] = least[q * set->of.stride + c];
        to[1] = most[q * set->of.stride + c];
      }
  }
}

/* ---- finish ----------------------------------------------------------------------------- */

/* Adds up the blocks of a matrix: whole numbers, exact in any order. O(blocks), once per statistic
 * and period. */
double sw_permuted_p(const sw_job *job, const sw_permuted *p, const void *records, int weights,
                     int statistic, int t) {
  size_t stride = counts_of(job, p);
  const double *record = records;
  double least = 0, most = 0;
  record += (size_t)(weights * blocks_of(p)) * stride;
  for (int64_t b = 0; b < blocks_of(p); b++, record += stride) {
    const double *count = record + 2 * (statistic * job->n_periods + t);
    least += count[0];
    most += count[1];
  }
  /* Each draw counts on one side at least; nothing was drawn where nothing varies. */
  return least + most > 0 ? sw_permute_p(least, most, p->permutations) : NAN;
}

/* Tables of neighbours as operands. A row of operands is a number of all units, so a table lies
 * across rows: those of eight units, one after the other, share the lines that are read. Neighbours
 * are periods below 2^17, three to a number, which a double holds exactly. */
#include "measure/pair/cross_mapping.h"

#include <math.h>
#include <string.h>

#include "kernel/hot.h"
#include "kernel/pairs/correlation.h"

enum { MASK = (1 << SW_CCM_PERIOD_BITS) - 1 };
enum { LEAST_WALK = 5 }; /* rows of a test, below which it tells nothing */

int sw_ccm_slots(const sw_ccm *c) {
  return c->by_target ? c->last - c->first + 1 : 1;
}

int sw_ccm_width(const sw_ccm *c, int slot) {
  return c->by_target ? c->first + slot + 1 : c->last + 1;
}

static int columns_of(int width) {
  return width + (width + SW_CCM_PACKED - 1) / SW_CCM_PACKED;
}

/* The first column of a slot; of one behind the last, how many there are. */
static int first_column(const sw_ccm *c, int slot) {
  int column = SW_CCM_SLOTS;
  for (int s = 0; s < slot; s++)
    column += columns_of(sw_ccm_width(c, s));
  return column;
}

int sw_ccm_operands(const sw_ccm *c) {
  return first_column(c, sw_ccm_slots(c));
}

/* ---- packing ------------------------------------------------------------------------------ */

static double pack(const int32_t *near, int count) {
  int64_t all = 0;
  for (int c = count - 1; c >= 0; c--)
    all = (all << SW_CCM_PERIOD_BITS) | (near[c] / SW_MAPPING_LANES);
  return (double)all;
}

/* The first three neighbours; what is beyond `count` is left. */
SW_INLINE void unpack(double packed, int count, int32_t *near) {
  const int64_t mask = (int64_t)MASK * SW_MAPPING_LANES;
  int64_t all = (int64_t)packed * SW_MAPPING_LANES;
  near[0] = (int32_t)(all & mask);
  if (count > 1) near[1] = (int32_t)((all >> SW_CCM_PERIOD_BITS) & mask);
  if (count > 2) near[2] = (int32_t)((all >> 2 * SW_CCM_PERIOD_BITS) & mask);
}

/* Periods that are not predicted stay NaN. */
static void place_table(const sw_job *job, int slot, const sw_mapping *m, int64_t unit) {
  const sw_ccm *c = job->state;
  sw_view to = job->operand_local[c->tables];
  int width = sw_ccm_width(c, slot);
  double *const *row = to.row + first_column(c, slot) * job->n_periods;
  for (int r = 0; r < columns_of(width) * job->n_periods; r++)
    row[r][unit - to.first] = NAN;
  for (int q = 0; q < m->points; q++) {
    int t = m->at[q] / SW_MAPPING_LANES;
    const int32_t *near = m->near + q * m->k;
    for (int k = 0; k < m->k; k++)
      row[k * job->n_periods + t][unit - to.first] = m->weight[q * m->k + k];
    for (int k = 0; k < m->k; k += SW_CCM_PACKED)
      row[(width + k / SW_CCM_PACKED) * job->n_periods + t][unit - to.first] =
          pack(near + k, m->k - k < SW_CCM_PACKED ? m->k - k : SW_CCM_PACKED);
  }
}

/* Of a point, out of the rows of its period, `n` apart. With k a constant the loops are gone: as
 * many numbers are read for a table as a panel adds up. */
SW_INLINE void unpack_point(double *const *row, int n, int width, int k, int64_t unit,
                            double *weight, int32_t *near) {
  for (int c = 0; c < k; c++)
    weight[c] = row[c * n][unit];
  for (int c = 0; c < k; c += SW_CCM_PACKED)
    unpack(row[(width + c / SW_CCM_PACKED) * n][unit], k - c, near + c);
}

SW_INLINE void unpack_points(double *const *row, int n, int width, int k, int64_t unit,
                             sw_mapping *m) {
  for (int q = 0; q < m->points; q++)
    unpack_point(row + m->at[q] / SW_MAPPING_LANES, n, width, k, unit, m->weight + q * k,
                 m->near + q * k);
}

/* All points of `m`, which are known. */
static void unpack_table(double *const *row, int n, int width, int64_t unit, sw_mapping *m) {
  switch (m->k) {
  case 2:
    unpack_points(row, n, width, 2, unit, m);
    break;
  case 3:
    unpack_points(row, n, width, 3, unit, m);
    break;
  case 4:
    unpack_points(row, n, width, 4, unit, m);
    break;
  case 5:
    unpack_points(row, n, width, 5, unit, m);
    break;
  case 6:
    unpack_points(row, n, width, 6, unit, m);
    break;
  default:
    unpack_points(row, n, width, m->k, unit, m);
  }
}

/* Those of the points of a whole table that have a weight. */
static void find_points(double *const *row, int64_t unit, const sw_mapping *all, sw_mapping *m) {
  m->points = 0;
  for (int q = 0; q < all->points; q++)
    if (!isnan(row[all->at[q] / SW_MAPPING_LANES][unit])) m->at[m->points++] = all->at[q];
}

/* The lines that the next units' tables are read from, each in a page of its own. */
static void fetch_ahead(const sw_job *job, int dimension, int64_t j) {
  const sw_ccm *c = job->state;
  int d = c->by_target ? dimension : (int)sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, j);
  int slot = c->by_target ? d - c->first : 0, width = sw_ccm_width(c, slot), n = job->n_periods;
  double *const *row = job->operand[c->tables].row + first_column(c, slot) * n;
  for (int r = 0; r < (d + 1) * n; r++)
    __builtin_prefetch(row[r] + j);
  for (int r = width * n; d > 0 && r < columns_of(width) * n; r++)
    __builtin_prefetch(row[r] + j);
}

void sw_ccm_unpack(const sw_job *job, int dimension, int64_t j, int count, sw_mapping *out,
                   bool *whole) {
  const sw_ccm *c = job->state;
  for (int l = 0; l < count; l++, j++) {
    int d = c->by_target ? dimension : (int)sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, j);
    int points = d > 0 ? (int)sw_ccm_fact(job, d, j) : 0;
    int slot = c->by_target ? d - c->first : 0, width = sw_ccm_width(c, slot);
    double *const *row = job->operand[c->tables].row + first_column(c, slot) * job->n_periods;
    const sw_mapping *all = &c->whole[d];
    out[l].k = d + 1;
    whole[l] = points > 0 && points == all->points;
    if (points == 0)
      out[l].points = 0;
    else if (whole[l])
      memcpy(out[l].at, all->at, (size_t)points * sizeof *all->at);
    else
      find_points(row, j, all, &out[l]);
    if (whole[l]) out[l].points = points;
    unpack_table(row, job->n_periods, width, j, &out[l]);
  }
  if (count > 0 && j < job->n) fetch_ahead(job, dimension, j);
}

double sw_ccm_fact(const sw_job *job, int place, int64_t unit) {
  const sw_ccm *c = job->state;
  return job->operand[c->tables].row[SW_CCM_FACTS * job->n_periods + place][unit];
}

/* ---- a unit ------------------------------------------------------------------------------- */

/* By period of the job; where the series has no value, NaN. */
static double by_period(const sw_job *job, const sw_transform *series, int64_t unit, double *v,
                        double *work) {
  double size = sw_transform_unit(job, series, unit, work);
  for (int t = 0; t < job->n_periods; t++)
    v[t] = NAN;
  for (int s = 0; s < series->length; s++)
    v[series->at[s]] = work[s];
  return size;
}

/* About the mean of what values there are; false, and all NaN: they do not vary. */
static bool centre(double *v, int n, double size, double *work) {
  int count = 0;
  for (int t = 0; t < n; t++)
    if (!isnan(v[t])) work[count++] = v[t];
  if (count > 0) sw_correlation_standardise(work, count, size, false);
  for (int t = 0, k = 0; t < n; t++)
    if (!isnan(v[t])) v[t] = work[k++];
  return count > 0 && !isnan(work[0]);
}

bool sw_ccm_embed(const sw_job *job, const sw_transform *series, int64_t unit, double *v,
                  double *work, sw_embedding *e) {
  const sw_ccm *c = job->state;
  double size = by_period(job, series, unit, v, work);
  bool varies = centre(v, job->n_periods, size, work);
  by_period(job, series, unit, v, work); /* as it is: its ties are exact */
  *e = (sw_embedding){.v = v, .run = c->run, .length = job->n_periods, .lag = c->lag};
  return varies;
}

typedef struct bench {
  double *v, *work; /* two series each */
  void *sweep;
  sw_mapping table[SW_MOST_DIMENSION];
} bench;

static size_t lay_out(const sw_job *job, void *workspace, bench *b) {
  const sw_ccm *c = job->state;
  char *begin = workspace, *at = begin;
  size_t series = 2 * (size_t)job->n_periods * sizeof(double);
  b->v = sw_ccm_take(&at, series);
  b->work = sw_ccm_take(&at, series);
  b->sweep = sw_ccm_take(&at, sw_embedding_workspace(job->n_periods));
  for (int d = 1; d <= c->last; d++)
    b->table[d - 1] = sw_mapping_place(sw_ccm_take(&at, sw_mapping_bytes(job->n_periods, d + 1)),
                                       job->n_periods, d + 1);
  return (size_t)(at - begin);
}

size_t sw_ccm_tables_workspace(const sw_job *job) {
  static char nothing[64];
  bench b;
  return lay_out(job, nothing, &b);
}

/* 0: it has none. */
static int dimension_of(const sw_job *job, const sw_transform *series, int64_t unit, bench *b) {
  const sw_ccm *c = job->state;
  sw_embedding e;
  if (!sw_ccm_embed(job, series, unit, b->v, b->work, &e)) return 0;
  return c->first == c->last ? c->first
                             : sw_embedding_dimension(&e, c->last, b->table, b->work, b->sweep);
}

static void count_gaps(const sw_ccm *c, int dimension, const sw_mapping *m, sw_ccm_counts *counts) {
  int missing = c->whole[dimension].points - m->points;
  counts->with_gaps += missing > 0;
  counts->points_left_out += missing;
}

/* Tables of the unit's own series, in the dimensions that pairs ask for. */
static void place_tables(const sw_job *job, int64_t unit, int dimension, bench *b,
                         sw_ccm_counts *counts) {
  const sw_ccm *c = job->state;
  sw_view to = job->operand_local[c->tables];
  sw_mapping *table = b->table;
  sw_embedding e;
  bool varies = sw_ccm_embed(job, &c->of, unit, b->v, b->work, &e);
  int first = c->by_target ? c->first : dimension, last = c->by_target ? c->last : dimension;
  for (int slot = 0; slot < sw_ccm_slots(c); slot++)
    place_table(job, slot, &(sw_mapping){0}, unit);
  if (!varies || last == 0) return;
  sw_embedding_map(&e, first, last, c->horizon, false, NULL, table + first - 1, b->sweep);
  for (int d = first; d <= last; d++) {
    to.row[SW_CCM_FACTS * job->n_periods + d][unit - to.first] = table[d - 1].points;
    place_table(job, c->by_target ? d - c->first : 0, &table[d - 1], unit);
  }
  count_gaps(c, first, &table[first - 1], counts);
}

static void count_walks(const sw_job *job, int variable, int64_t unit, bench *b,
                        sw_ccm_counts *counts) {
  const sw_ccm *c = job->state;
  const sw_transform *series = variable == 0 ? &c->of : &c->from;
  if (series->kind != SW_LEVEL || c->rows < LEAST_WALK) return;
  by_period(job, series, unit, b->v, b->work);
  for (int t = 0; t < job->n_periods; t++)
    if (isnan(b->v[t])) return;
  counts->tried[variable]++;
  counts->walks[variable] += sw_transform_walks(c->rows, c->row, b->v);
}

void sw_ccm_make_tables(const sw_job *job, const sw_tile *tile, sw_ccm_counts *counts,
                        void *workspace) {
  const sw_ccm *c = job->state;
  sw_view to = job->operand_local[c->tables];
  const sw_transform *predicted = c->two ? &c->from : &c->of;
  bench b;
  lay_out(job, workspace, &b);
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    int dimension = dimension_of(job, c->by_target ? predicted : &c->of, unit, &b);
    for (int t = 0; t < job->n_periods; t++)
      to.row[SW_CCM_FACTS * job->n_periods + t][unit - to.first] = 0;
    to.row[SW_CCM_FACTS * job->n_periods + SW_CCM_DIMENSION_FACT][unit - to.first] = dimension;
    job->result[SW_CCM_DIMENSION].row[0][unit - job->first] = dimension > 0 ? dimension : NAN;
    counts->dimension[dimension]++;
    place_tables(job, unit, dimension, &b, counts);
    for (int variable = 0; variable <= c->two; variable++)
      count_walks(job, variable, unit, &b, counts);
    centre(b.v, job->n_periods, by_period(job, predicted, unit, b.v, b.work), b.work);
    for (int t = 0; t < job->n_periods; t++)
      to.row[SW_CCM_SERIES * job->n_periods + t][unit - to.first] = b.v[t];
  }
}

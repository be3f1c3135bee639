/* Tables of neighbours as operands. A row of operands is a number of all units. The units of a tile
 * have as many cells as their tables need, in each row next to each other; so in them a unit's
 * table is one run, of few pieces. Neighbours are periods below 2^17, three to a number, which a
 * double holds exactly.
 *
 * Why operands: pairs of any two units need the table of one of them, and operands are what the
 * engine gathers once per node. Tables differ in length, operand columns do not; so a tile of
 * `grain` units shares cells, and a unit's table starts where arithmetic says it does. */
#include "measure/pair/cross_mapping.h"

#include <math.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/hot.h"
#include "kernel/series/correlation.h"

enum { LEAST_WALK = 5 }; /* rows of a test, below which it tells nothing */
enum { LINE = 8 };       /* numbers of a line of the cache */

int sw_ccm_slots(const sw_ccm *c) {
  return c->by_target ? c->last - c->first + 1 : 1;
}

/* E + 1 neighbours; by target each slot is of one dimension. */
int sw_ccm_width(const sw_ccm *c, int slot) {
  return c->by_target ? c->first + slot + 1 : c->last + 1;
}

/* Weights, and words of packed neighbours. */
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

/* ---- cells --------------------------------------------------------------------------------- */

/* The cells of a slot that a unit has, from a place on, row by row of its tile's. */
typedef struct cells {
  double *const *row;
  int64_t first; /* of the tile's columns, in the view */
  int64_t width; /* of the tile; of the last one less than others */
  int64_t place; /* in the row */
} cells;

static int64_t cells_of_unit(const sw_job *job, int slot) {
  return (int64_t)columns_of(sw_ccm_width(job->state, slot)) * job->n_periods;
}

/* Cells of a unit begin in row begin / width of its tile at column begin % width. */
static cells cells_of(const sw_job *job, sw_view view, int slot, int64_t unit) {
  const sw_ccm *c = job->state;
  int64_t tile = unit / c->grain * c->grain, left = job->n - tile;
  int64_t width = left < c->grain ? left : c->grain;
  int64_t begin = (unit - tile) * cells_of_unit(job, slot);
  return (cells){.row = view.row + first_column(c, slot) * job->n_periods + begin / width,
                 .first = tile - view.first,
                 .width = width,
                 .place = begin % width};
}

/* The next cells that lie together: how many. A piece ends where the tile's columns end; the next
 * one is in the row below. */
static int64_t next_piece(cells *at, int64_t left, double **cell) {
  int64_t some = at->width - at->place < left ? at->width - at->place : left;
  *cell = *at->row + at->first + at->place;
  at->place += some;
  if (at->place < at->width) return some;
  at->place = 0;
  at->row++;
  return some;
}

/* Cells of an operand lie period by period; a table goes over them in pieces. */
static void read_cells(cells *at, int64_t count, double *number) {
  double *cell = NULL;
  for (int64_t left = count, some; left > 0; left -= some, number += some) {
    some = next_piece(at, left, &cell);
    memcpy(number, cell, (size_t)some * sizeof *number);
  }
}

/* The same, written. */
static void write_cells(cells *at, int64_t count, const double *number) {
  double *cell = NULL;
  for (int64_t left = count, some; left > 0; left -= some, number += some) {
    some = next_piece(at, left, &cell);
    memcpy(cell, number, (size_t)some * sizeof *number);
  }
}

/* The same, cleared. */
static void clear_cells(cells *at, int64_t count) {
  double *cell = NULL;
  for (int64_t left = count, some; left > 0; left -= some) {
    some = next_piece(at, left, &cell);
    memset(cell, 0, (size_t)some * sizeof *cell);
  }
}

/* Pieces may begin within a line, and end in one more. */
static int lines_of(cells at, int64_t count, const void **line, int most) {
  double *cell = NULL;
  int found = 0;
  for (int64_t left = count, some; left > 0; left -= some) {
    some = next_piece(&at, left, &cell);
    int lines = (int)((some + LINE - 2) / LINE); /* before that of the last number */
    lines = lines < most - found ? lines : most - found;
    for (int k = 0; k < lines; k++)
      line[found + k] = cell + (int64_t)k * LINE;
    found += lines;
    if (found < most) line[found++] = cell + some - 1;
  }
  return found;
}

/* ---- packing ------------------------------------------------------------------------------ */

enum { WORDS = 64 }; /* that are packed at a time */

/* SW_CCM_PACKED neighbours to a word. */
static int words_of(int numbers) {
  return (numbers + SW_CCM_PACKED - 1) / SW_CCM_PACKED;
}

/* Word w of `words` holds neighbours w, w + words and w + 2 words: so both are read in order. */
static double pack(const int32_t *near, int count, int words, int w) {
  int64_t all = 0;
  for (int k = w + (SW_CCM_PACKED - 1) * words; k >= 0; k -= words)
    all = (all << SW_CCM_PERIOD_BITS) | (k < count ? near[k] / SW_MAPPING_LANES : 0);
  return (double)all;
}

/* One part of the words. Above 2^52 the bits of a double count in ones. Adding 2^52 shifts a whole
 * number below 2^52 into the low bits of the mantissa, without a conversion. */
SW_HOT static void unpack(const double *word, int count, int part, int32_t *near) {
  for (int k = 0; k < count; k++) {
    uint64_t all = sw_bits(word[k] + 0x1p52) >> (part * SW_CCM_PERIOD_BITS);
    near[k] = (int32_t)(all & ((1 << SW_CCM_PERIOD_BITS) - 1)) * SW_MAPPING_LANES;
  }
}

/* Piece by piece, where the words lie. */
static void read_neighbours(cells *at, sw_mapping *m) {
  int count = m->points * m->k, words = words_of(count);
  double *word = NULL;
  for (int w = 0, some; w < words; w += some) {
    some = (int)next_piece(at, words - w, &word);
    for (int part = 0; part < SW_CCM_PACKED; part++) {
      int first = part * words + w, there = count - first < some ? count - first : some;
      unpack(word, there, part, m->near + first);
    }
  }
}

/* Neighbours go SW_CCM_PACKED to a cell, as operands are doubles and places are small. */
static void write_neighbours(cells *at, const sw_mapping *m) {
  int count = m->points * m->k, words = words_of(count);
  double word[WORDS];
  for (int w = 0, some; w < words; w += some) {
    some = words - w < WORDS ? words - w : WORDS;
    for (int k = 0; k < some; k++)
      word[k] = pack(m->near, count, words, w + k);
    write_cells(at, some, word);
  }
}

/* ---- tables as operands -------------------------------------------------------------------- */

/* To as many points as a whole table has: those that are missing have no weight. From behind, as it
 * is done in place. NaN marks a point without a weight, hence left out in gather_points. */
static void spread_points(const sw_mapping *all, sw_mapping *m) {
  size_t k = (size_t)m->k;
  int q = m->points - 1;
  if (m->points == all->points) return;
  for (int to = all->points - 1; to >= 0; to--) {
    double *weight = m->weight + (size_t)to * k;
    int32_t *near = m->near + (size_t)to * k;
    if (q >= 0 && m->at[q] == all->at[to]) {
      memmove(weight, m->weight + (size_t)q * k, k * sizeof *weight);
      memmove(near, m->near + (size_t)q * k, k * sizeof *near);
      q--;
    } else {
      for (size_t c = 0; c < k; c++)
        weight[c] = NAN;
      memset(near, 0, k * sizeof *near);
    }
  }
  m->points = all->points;
}

/* The reverse of spread_points, also in place, from the front. */
static void gather_points(const sw_mapping *all, sw_mapping *m) {
  size_t k = (size_t)m->k;
  int q = 0;
  for (int from = 0; from < all->points; from++) {
    if (isnan(m->weight[(size_t)from * k])) continue;
    memmove(m->weight + (size_t)q * k, m->weight + (size_t)from * k, k * sizeof *m->weight);
    memmove(m->near + (size_t)q * k, m->near + (size_t)from * k, k * sizeof *m->near);
    m->at[q++] = all->at[from];
  }
  m->points = q;
}

/* `m` NULL: the unit has none. What it leaves of its cells is zero. Cells of a unit without a table
 * must not keep what another start has left. */
static void place_table(const sw_job *job, int slot, sw_mapping *m, int64_t unit) {
  const sw_ccm *c = job->state;
  cells at = cells_of(job, job->operand_local[c->tables], slot, unit);
  int64_t left = cells_of_unit(job, slot);
  if (m && m->points > 0) {
    spread_points(&c->whole[m->k - 1], m);
    int count = m->points * m->k;
    write_cells(&at, count, m->weight);
    write_neighbours(&at, m);
    left -= count + words_of(count);
  }
  clear_cells(&at, left);
}

/* The dimension of the table of a unit that is asked for; 0: it has none. By target the caller asks
 * for a dimension; else each unit has its own. */
static int dimension_there(const sw_job *job, int dimension, int64_t unit) {
  const sw_ccm *c = job->state;
  int d = c->by_target ? dimension : (int)sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, unit);
  return d > 0 && sw_ccm_fact(job, d, unit) > 0 ? d : 0;
}

static cells cells_of_table(const sw_job *job, int d, int64_t unit) {
  const sw_ccm *c = job->state;
  return cells_of(job, job->operand[c->tables], c->by_target ? d - c->first : 0, unit);
}

int sw_ccm_lines(const sw_job *job, int dimension, int64_t unit, const void **line, int most) {
  const sw_ccm *c = job->state;
  int d = dimension_there(job, dimension, unit), count = c->whole[d].points * (d + 1);
  return d > 0 ? lines_of(cells_of_table(job, d, unit), count + words_of(count), line, most) : 0;
}

/* A unit that has every point takes the list of points that all such units share. */
static void read_table(const sw_job *job, int d, int64_t unit, sw_mapping *m, bool *whole) {
  const sw_ccm *c = job->state;
  const sw_mapping *all = &c->whole[d];
  cells at = cells_of_table(job, d, unit);
  m->k = d + 1;
  m->points = all->points;
  read_cells(&at, (int64_t)m->points * m->k, m->weight);
  read_neighbours(&at, m);
  *whole = all->points == (int)sw_ccm_fact(job, d, unit);
  if (*whole)
    memcpy(m->at, all->at, (size_t)all->points * sizeof *all->at);
  else
    gather_points(all, m);
}

/* Unpacks the tables of columns [j, j + count); points 0: the unit has none. */
void sw_ccm_unpack(const sw_job *job, int dimension, int64_t j, int count, sw_mapping *out,
                   bool *whole) {
  for (int l = 0; l < count; l++) {
    int d = dimension_there(job, dimension, j + l);
    out[l].points = 0;
    out[l].k = d + 1;
    whole[l] = false;
    if (d > 0) read_table(job, d, j + l, &out[l], &whole[l]);
  }
}

/* Facts are numbers of a unit by place: its dimension, and points by dimension. */
double sw_ccm_fact(const sw_job *job, int place, int64_t unit) {
  const sw_ccm *c = job->state;
  return job->operand[c->tables].row[SW_CCM_FACTS * job->n_periods + place][unit];
}

/* ---- a unit ------------------------------------------------------------------------------- */

/* What the transform made of the series, by period of the job; NaN where it has no value. */
static double by_period(const sw_job *job, const sw_transform *series, int64_t unit, double *v,
                        double *work) {
  double size = sw_transform_unit(job, series, unit, work);
  for (int t = 0; t < job->n_periods; t++)
    v[t] = NAN;
  for (int s = 0; s < series->length; s++)
    v[series->at[s]] = work[s];
  return size;
}

/* About the mean of what values there are; false, and all NaN: they do not vary. Correlations of
 * predictions are about the mean; embedding needs only differences. */
static bool centre(double *v, int n, double size, double *work) {
  int count = 0;
  for (int t = 0; t < n; t++)
    if (!isnan(v[t])) work[count++] = v[t];
  if (count > 0) sw_correlation_standardise(work, count, size, false);
  for (int t = 0, k = 0; t < n; t++)
    if (!isnan(v[t])) v[t] = work[k++];
  return count > 0 && !isnan(work[0]);
}

/* Embeds a unit's series; false: it does not vary, and so predicts nothing. */
bool sw_ccm_embed(const sw_job *job, const sw_transform *series, int64_t unit, double *v,
                  double *work, sw_embedding *e) {
  const sw_ccm *c = job->state;
  double size = by_period(job, series, unit, v, work);
  bool varies = centre(v, job->n_periods, size, work);
  /* Centring rounds, which could part two distances that are equal. */
  by_period(job, series, unit, v, work); /* as it is: its ties are exact */
  *e = (sw_embedding){.v = v, .run = c->run, .length = job->n_periods, .lag = c->lag};
  return varies;
}

/* The workspace of a thread. */
typedef struct bench {
  double *v, *work; /* two series each */
  void *sweep;
  sw_mapping table[SW_MOST_DIMENSION];
} bench;

/* Divides a thread's memory, and returns its size: one function for both. */
static size_t lay_out(const sw_job *job, void *workspace, bench *b) {
  const sw_ccm *c = job->state;
  char *begin = workspace, *at = begin;
  size_t series = 2 * (size_t)job->n_periods * sizeof(double);
  b->v = sw_ccm_take(&at, series);
  b->work = sw_ccm_take(&at, series);
  b->sweep = sw_ccm_take(&at, sw_embedding_workspace(job->n_periods, c->last - c->first + 1));
  for (int d = 1; d <= c->last; d++)
    b->table[d - 1] = sw_mapping_place(sw_ccm_take(&at, sw_mapping_bytes(job->n_periods, d + 1)),
                                       job->n_periods, d + 1);
  return (size_t)(at - begin);
}

/* Counted by the layout itself, at a place that nothing is written to. */
size_t sw_ccm_tables_workspace(const sw_job *job) {
  static char nothing[64];
  bench b;
  return lay_out(job, nothing, &b);
}

/* 0: it has none. The dimension by leave-one-out forecasts a step ahead. */
static int dimension_of(const sw_job *job, const sw_transform *series, int64_t unit, bench *b) {
  const sw_ccm *c = job->state;
  sw_embedding e;
  if (!sw_ccm_embed(job, series, unit, b->v, b->work, &e)) return 0;
  return c->first == c->last ? c->first
                             : sw_embedding_dimension(&e, c->last, b->table, b->work, b->sweep);
}

static void count_gaps(const sw_ccm *c, int dimension, int points, sw_ccm_counts *counts) {
  int missing = c->whole[dimension].points - points;
  counts->with_gaps += missing > 0;
  counts->points_left_out += missing;
}

/* Tables of the unit's own series, in the dimensions that pairs ask for. By target every dimension
 * may be asked for by some row. */
static void place_tables(const sw_job *job, int64_t unit, int dimension, bench *b,
                         sw_ccm_counts *counts) {
  const sw_ccm *c = job->state;
  sw_view to = job->operand_local[c->tables];
  sw_mapping *table = b->table;
  sw_embedding e;
  bool varies = sw_ccm_embed(job, &c->of, unit, b->v, b->work, &e);
  int first = c->by_target ? c->first : dimension, last = c->by_target ? c->last : dimension;
  if (!varies || last == 0) {
    for (int slot = 0; slot < sw_ccm_slots(c); slot++)
      place_table(job, slot, NULL, unit);
    return;
  }
  sw_embedding_map(&e, first, last, c->horizon, false, NULL, table + first - 1, b->sweep);
  count_gaps(c, first, table[first - 1].points, counts);
  for (int d = first; d <= last; d++) {
    to.row[SW_CCM_FACTS * job->n_periods + d][unit - to.first] = table[d - 1].points;
    place_table(job, c->by_target ? d - c->first : 0, &table[d - 1], unit);
  }
}

/* Only levels are examined for random walks. */
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

/* Tables of a tile of units, with what is counted of them. */
void sw_ccm_make_tables(const sw_job *job, const sw_tile *tile, sw_ccm_counts *counts,
                        void *workspace) {
  const sw_ccm *c = job->state;
  sw_view to = job->operand_local[c->tables];
  /* What is predicted: `from` where it is given. */
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
    /* The series of pairs is centred and of length 1, so that r is a product. */
    centre(b.v, job->n_periods, by_period(job, predicted, unit, b.v, b.work), b.work);
    for (int t = 0; t < job->n_periods; t++)
      to.row[SW_CCM_SERIES * job->n_periods + t][unit - to.first] = b.v[t];
  }
}

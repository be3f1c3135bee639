/* Cross mapping of many series with a few tables. Series go into panels of sixteen, a table is
 * unpacked once for all of them. By target a panel holds series of one dimension; the table of each
 * unit in that dimension serves it.
 *
 * Why panels: a table of neighbours is a list of indices, and gathering by index is the cost of the
 * inner loop. With sixteen series side by side an index leads to whole vectors. Tables
 * of the next columns are fetched while those of now are mapped, as they come from operands that
 * are larger than any cache. What is kept of a thread is its desk; nothing is shared but
 * operands. */
#include "measure/pair/cross_mapping.h"

#include <math.h>
#include <string.h>

#include "kernel/pairs/lanes.h"

enum { LANES = SW_MAPPING_LANES, TOGETHER = SW_MAPPING_TOGETHER * LANES };
/* Of the next table that are fetched, at most: one for each point of the panels of a call. */
enum { LINES_PER_PERIOD = SW_CCM_ROWS / TOGETHER };
enum { UNPACKED = 1 << 14 }; /* bytes of tables that are unpacked at a time */

/* Sixteen units' series, or fewer: the last stands for the others. */
typedef struct panel {
  int dimension; /* by target; else 0 */
  int count;
  int64_t unit[LANES];
  double *value;                          /* [period * LANES + lane] */
  sw_mapping_window *window;              /* of whole tables by dimension.. */
  bool has_window[SW_MOST_DIMENSION + 1]; /* ..that are ready */
} panel;

/* The workspace of a thread. */
typedef struct desk {
  panel panel[SW_CCM_ROWS / LANES + SW_MOST_DIMENSION];
  int panels;
  sw_mapping table[SW_CCM_COLUMNS];
  bool whole[SW_CCM_COLUMNS];
  double *work; /* two series */
  /* Of the table as many columns on: lines it is read from, how many, and how many are fetched. */
  const void **line[SW_CCM_COLUMNS];
  int lines[SW_CCM_COLUMNS], fetched[SW_CCM_COLUMNS];
  /* Of libraries. */
  double *v;
  uint8_t *in; /* the library, by period */
  int *depth, *order;
  void *sweep;
} desk;

/* With `out` NULL it counts bytes only: one layout for both. */
static size_t lay_out(const sw_job *job, int panels, bool libraries, void *workspace, desk **out) {
  const sw_ccm *c = job->state;
  size_t n = (size_t)job->n_periods;
  char *begin = workspace, *at = begin;
  desk *d = sw_ccm_take(&at, sizeof *d), measured;
  if (!out) d = &measured; /* only the size is asked for */
  for (int p = 0; p < panels; p++) {
    d->panel[p].value = sw_ccm_take(&at, n * LANES * sizeof(double));
    d->panel[p].window = sw_ccm_take(&at, (size_t)(c->last + 1) * sizeof(sw_mapping_window));
  }
  for (int l = 0; l < SW_CCM_COLUMNS; l++)
    d->table[l] = sw_mapping_place(sw_ccm_take(&at, sw_mapping_bytes(job->n_periods, c->last + 1)),
                                   job->n_periods, c->last + 1);
  /* Addresses to fetch: of as many columns as are unpacked at a time. */
  for (int l = 0; l < SW_CCM_COLUMNS; l++)
    d->line[l] = sw_ccm_take(&at, LINES_PER_PERIOD * n * sizeof(void *));
  d->work = sw_ccm_take(&at, 2 * n * sizeof(double));
  if (libraries) {
    d->v = sw_ccm_take(&at, n * sizeof(double));
    d->in = sw_ccm_take(&at, n);
    d->depth = sw_ccm_take(&at, n * sizeof(int));
    d->order = sw_ccm_take(&at, n * sizeof(int));
    d->sweep = sw_ccm_take(&at, sw_embedding_workspace(job->n_periods, 1));
  }
  if (out) *out = d;
  return (size_t)(at - begin);
}

/* By target the rows of a block may fall into as many open panels as there are dimensions. */
static int panels_of_block(const sw_ccm *c) {
  return SW_CCM_ROWS / LANES + (c->by_target ? c->last - c->first : 0);
}

/* Counted by the layout itself, at a place that nothing is written to. */
size_t sw_ccm_block_workspace(const sw_job *job) {
  static char nothing[64];
  return lay_out(job, panels_of_block(job->state), false, nothing, NULL);
}

size_t sw_ccm_libraries_workspace(const sw_job *job) {
  static char nothing[64];
  return lay_out(job, 1, true, nothing, NULL);
}

/* ---- panels ------------------------------------------------------------------------------- */

/* Copies the series of a panel's units side by side. */
static void fill(const sw_job *job, panel *p) {
  const sw_ccm *c = job->state;
  double *const *row = job->operand[c->tables].row + SW_CCM_SERIES * job->n_periods;
  /* Lanes without a unit repeat the last one: its results are not written. */
  for (int l = p->count; l < LANES; l++)
    p->unit[l] = p->unit[p->count - 1];
  /* Units in a row: sixteen numbers are copied at once. */
  bool together = p->unit[LANES - 1] - p->unit[0] == LANES - 1;
  for (int t = 0; t < job->n_periods; t++)
    if (together)
      memcpy(p->value + t * LANES, row[t] + p->unit[0], LANES * sizeof(double));
    else
      for (int l = 0; l < LANES; l++)
        p->value[t * LANES + l] = row[t][p->unit[l]];
  memset(p->has_window, 0, sizeof p->has_window);
}

/* Series without a dimension have no panel. A panel is closed when it is full; by target each
 * dimension has one open. */
static void cut_into_panels(const sw_job *job, int64_t i0, int64_t i1, desk *d) {
  const sw_ccm *c = job->state;
  int open[SW_MOST_DIMENSION + 1]; /* by dimension, the panel that is not full */
  memset(open, -1, sizeof open);
  d->panels = 0;
  for (int64_t i = i0; i < i1; i++) {
    int of = c->by_target ? (int)sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, i) : 0;
    if (c->by_target && of == 0) continue;
    if (open[of] < 0 || d->panel[open[of]].count == LANES) {
      open[of] = d->panels++;
      d->panel[open[of]].dimension = of;
      d->panel[open[of]].count = 0;
    }
    panel *p = &d->panel[open[of]];
    p->unit[p->count++] = i;
  }
  for (int k = 0; k < d->panels; k++)
    fill(job, &d->panel[k]);
}

/* The window of the points of a table; of whole ones it is kept. `own`: room for another. */
static const sw_mapping_window *window_of(panel *p, const sw_mapping *m, bool whole,
                                          sw_mapping_window *own) {
  /* k = E + 1 neighbours, so k - 1 is the dimension. */
  int of = m->k - 1;
  sw_mapping_window *window = whole ? &p->window[of] : own;
  if (!whole || !p->has_window[of]) sw_mapping_window_of(m, p->value, window);
  if (whole) p->has_window[of] = true;
  return window;
}

/* What a table is to map; false: it has no points, and r is NaN. `own`: room for its windows. */
static bool begin_target(sw_mapping_target *target, panel *const *p, int panels,
                         const sw_mapping *m, bool whole, double *r, sw_mapping_window *own) {
  /* r of a unit without a table is missing for every series. */
  for (int l = 0; m->points == 0 && l < panels * LANES; l++)
    r[l] = NAN;
  if (m->points == 0) return false;
  *target = (sw_mapping_target){.m = m, .panels = panels, .r = r};
  for (int b = 0; b < panels; b++) {
    target->panel[b] = p[b]->value;
    target->window[b] = window_of(p[b], m, whole, &own[b]);
  }
  return true;
}

/* ---- pairs -------------------------------------------------------------------------------- */

/* The next panels of a dimension (0: all) from *at on. SW_MAPPING_TOGETHER panels share a walk over
 * a table. */
static int next_panels(desk *d, int dimension, int *at, panel **found) {
  int count = 0;
  for (; *at < d->panels && count < SW_MAPPING_TOGETHER; ++*at)
    if (d->panel[*at].dimension == dimension) found[count++] = &d->panel[*at];
  return count;
}

/* The lines of the next tables, each to be fetched while a table of now is mapped. */
static void look_ahead(const sw_job *job, int dimension, int64_t j, int count, desk *d) {
  for (int l = 0; l < count; l++)
    /* Behind the last unit there is nothing to fetch. */
    d->lines[l] = j + l < job->n ? sw_ccm_lines(job, dimension, j + l, d->line[l],
                                                LINES_PER_PERIOD * job->n_periods)
                                 : 0;
}

/* A few panels with a table of now, while the one as many columns on is fetched. */
static void map_panels(panel *const *p, int panels, int l, double *r, desk *d) {
  sw_mapping_window own[SW_MAPPING_TOGETHER];
  sw_mapping_target target;
  if (!begin_target(&target, p, panels, &d->table[l], d->whole[l], r, own)) return;
  target.ahead = d->line[l] + d->fetched[l];
  target.n_ahead = d->lines[l] - d->fetched[l];
  int most = sw_mapping_fetches(target.m);
  d->fetched[l] += target.n_ahead < most ? target.n_ahead : most;
  sw_mapping_map(&target, 1, d->work);
}

/* All panels of a dimension with the tables of a few columns. */
static void map_columns(const sw_job *job, int dimension, int64_t i0, int64_t j, int count,
                        double *out, int64_t stride, desk *d) {
  double r[SW_CCM_COLUMNS][TOGETHER];
  panel *p[SW_MAPPING_TOGETHER];
  /* Without series of this dimension its tables need not be read. */
  int at = 0, panels = next_panels(d, dimension, &at, p);
  if (panels == 0) return;
  sw_ccm_unpack(job, dimension, j, count, d->table, d->whole);
  look_ahead(job, dimension, j + count, count, d);
  memset(d->fetched, 0, sizeof d->fetched);
  for (; panels > 0; panels = next_panels(d, dimension, &at, p)) {
    for (int l = 0; l < count; l++)
      map_panels(p, panels, l, r[l], d);
    for (int b = 0; b < panels; b++)
      for (int u = 0; u < p[b]->count; u++) {
        double *row = out + (p[b]->unit[u] - i0) * stride;
        for (int l = 0; l < count; l++)
          row[l] = r[l][b * LANES + u];
      }
  }
}

/* What is unpacked is read at once: as many tables as stay in the first cache. */
static int tables_at_once(const sw_job *job) {
  size_t bytes = sw_mapping_bytes(job->n_periods, ((const sw_ccm *)job->state)->last + 1);
  int count = SW_CCM_COLUMNS;
  while (count > 2 && (size_t)count * bytes > UNPACKED)
    count /= 2;
  return count;
}

/* Rows [i0, i1) against all columns: rows in panels, tables of the columns a few at a time. */
static void rows(const sw_job *job, int64_t i0, int64_t i1, int64_t j0, int64_t j1, double *out,
                 int64_t stride, desk *d) {
  const sw_ccm *c = job->state;
  /* By target a series without a dimension is in no panel, so its row must be NaN beforehand. */
  int tables = tables_at_once(job);
  cut_into_panels(job, i0, i1, d);
  for (int64_t i = i0; c->by_target && i < i1; i++)
    for (int64_t j = j0; j < j1; j++)
      out[(i - i0) * stride + j - j0] = NAN;
  for (int64_t j = j0; j < j1; j += tables) {
    int count = (int)(j1 - j < tables ? j1 - j : tables);
    if (!c->by_target) map_columns(job, 0, i0, j, count, out + j - j0, stride, d);
    for (int of = c->first; c->by_target && of <= c->last; of++)
      map_columns(job, of, i0, j, count, out + j - j0, stride, d);
  }
}

/* Skills of a block of pairs: row i is mapped by the table of column j. */
void sw_ccm_block(const sw_job *job, int t, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                  double *const *out, int64_t stride, void *workspace) {
  (void)t;
  desk *d = NULL;
  lay_out(job, panels_of_block(job->state), false, workspace, &d);
  /* SW_CCM_ROWS rows fill the panels of a desk. */
  for (int64_t i = i0; i < i1; i += SW_CCM_ROWS)
    rows(job, i, i + SW_CCM_ROWS < i1 ? i + SW_CCM_ROWS : i1, j0, j1, out[0] + (i - i0) * stride,
         stride, d);
}

/* ---- libraries of a size ------------------------------------------------------------------- */

/* Periods in an order of the unit's own, so that a library is part of each larger one. */
static void shuffle(const sw_job *job, int64_t unit, int *order) {
  const uint64_t stream = 0x63636d; /* ccm */
  sw_rng rng = sw_rng_make(job->seed, stream, job->units->key[unit]);
  /* Fisher-Yates from the front: order is filled as it is drawn. */
  for (int t = 0; t < job->n_periods; t++) {
    int at = (int)sw_rng_below(&rng, (uint64_t)t + 1);
    order[t] = order[at];
    order[at] = t;
  }
}

/* Without points where the unit has no such library. */
static void map_library(const sw_job *job, int64_t unit, int dimension, int64_t size,
                        sw_mapping *table, desk *d) {
  const sw_ccm *c = job->state;
  sw_embedding e;
  int64_t count = 0;
  table->points = 0;
  table->k = dimension + 1;
  if (dimension == 0 || !sw_ccm_embed(job, &c->of, unit, d->v, d->work, &e)) return;
  /* Points that the embedding has, in the drawn order, up to `size`. */
  sw_embedding_depth(&e, c->horizon, dimension, false, d->depth);
  shuffle(job, unit, d->order);
  memset(d->in, 0, (size_t)job->n_periods);
  for (int k = 0; k < job->n_periods && count < size; k++)
    if (d->depth[d->order[k]] == dimension) {
      d->in[d->order[k]] = 1;
      count++;
    }
  if (count == size)
    sw_embedding_map(&e, dimension, dimension, c->horizon, false, d->in, table, d->sweep);
}

/* The targets [u, u + count) of an order of units (NULL: their own), each with all tables. Each
 * target meets all tables of the tile; the mean over pairs is what is wanted. */
static void add_panel(const sw_job *job, const int32_t *order, int64_t u, int count, int64_t lo,
                      int tables, sw_ccm_sum *of, desk *d) {
  double r[LANES];
  sw_mapping_window own;
  sw_mapping_target target;
  panel *p = &d->panel[0];
  p->count = count;
  for (int l = 0; l < count; l++)
    p->unit[l] = order ? order[u + l] : u + l;
  fill(job, p);
  for (int k = 0; k < tables; k++) {
    if (begin_target(&target, &p, 1, &d->table[k], d->whole[k], r, &own))
      sw_mapping_map(&target, 1, d->work);
    for (int l = 0; l < count; l++)
      /* A unit's own series is no pair. */
      if (p->unit[l] != lo + k && !isnan(r[l])) {
        of->sum += r[l];
        of->count++;
      }
  }
}

/* Adds the skills of all targets by some libraries. */
static void add_targets(const sw_job *job, const int32_t *order, int64_t from, int64_t to,
                        int64_t lo, int tables, sw_ccm_sum *of, desk *d) {
  for (int k = 0; k < tables; k++)
    /* Only whole tables share their windows. */
    d->whole[k] =
        d->table[k].points > 0 &&
        d->table[k].points == ((const sw_ccm *)job->state)->whole[d->table[k].k - 1].points;
  for (int64_t u = from; u < to; u += LANES)
    add_panel(job, order, u, (int)(to - u < LANES ? to - u : LANES), lo, tables, of, d);
}

/* Skills by size of library, for a tile of columns: their tables are made anew from chosen
 * points. */
void sw_ccm_map_libraries(const sw_job *job, const sw_tile *tile, sw_ccm_sum *of, void *workspace) {
  const sw_ccm *c = job->state;
  int tables = (int)(tile->hi - tile->lo);
  desk *d = NULL;
  lay_out(job, 1, true, workspace, &d);
  /* Larger sizes contain the smaller libraries, as the order is drawn once per unit. */
  for (int s = 0; s < c->n_sizes; s++) {
    for (int k = 0; !c->by_target && k < tables; k++)
      map_library(job, tile->lo + k, (int)sw_ccm_fact(job, SW_CCM_DIMENSION_FACT, tile->lo + k),
                  c->size[s], &d->table[k], d);
    if (!c->by_target) add_targets(job, NULL, 0, job->n, tile->lo, tables, &of[s], d);
    for (int e = c->first; c->by_target && e <= c->last; e++) {
      if (c->start[e] == c->start[e + 1]) continue;
      for (int k = 0; k < tables; k++)
        map_library(job, tile->lo + k, e, c->size[s], &d->table[k], d);
      add_targets(job, c->unit, c->start[e], c->start[e + 1], tile->lo, tables, &of[s], d);
    }
  }
}

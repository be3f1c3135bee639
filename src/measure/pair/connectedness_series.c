/* Series, windows and rows of connectedness. Transformed series are operands, so any item reads
 * those of all units; a window standardises its own part of them, and draws permute it. */
#include "measure/pair/connectedness.h"

#include "kernel/series/correlation.h"
#include "spillway/rng.h"

#include <math.h>

enum { CHUNK = SW_DECOMPOSITION_CHUNK };

/* Names the use of random numbers: "connect". A stream of its own keeps these draws apart from
 * those of other measures with the same seed. */
#define STREAM UINT64_C(0x636f6e6e656374)
/* Numbers of a draw: those of one do not reach into the next. */
#define NUMBERS_OF_A_DRAW (UINT64_C(1) << 20)

/* ---- operands -------------------------------------------------------------------------------- */

/* A row for each place of the series, and one for the size of what it is made of. Rows are counted
 * through, as one matrix over all periods has no other use for those of a period. length places and
 * one number more, rounded up to whole columns of n_periods rows. */
int sw_connect_columns(const sw_job *job, const sw_connectedness *c) {
  return (c->series.length + job->n_periods) / job->n_periods;
}

/* Series of the units, as operands of the passes that fit. */
void sw_connect_place(const sw_job *job, const sw_tile *tile, double *count, double *room) {
  const sw_connectedness *c = job->state;
  sw_view to = job->operand_local[SW_CONNECT_SERIES];
  int length = c->series.length, rows = sw_connect_columns(job, c) * job->n_periods;
  for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
    /* The size of what changes are made of: a change that is small against it is rounding. */
    to.row[length][unit - to.first] = sw_transform_unit(job, &c->series, unit, room);
    for (int s = 0; s < length; s++) {
      to.row[s][unit - to.first] = room[s];
      count[s] += !isnan(room[s]);
    }
    /* Rows behind the last number exist as columns are whole. */
    for (int r = length + 1; r < rows; r++)
      to.row[r][unit - to.first] = NAN;
  }
}

/* ---- windows --------------------------------------------------------------------------------- */

/* Whether the place is one step after the one before, without a break between. */
static bool follows(const sw_transform *series, int place) {
  return series->at[place] == series->at[place - 1] + 1 && series->follows[series->at[place]];
}

/* place[]: the periods that any unit has a value of, `used` of them; at[]: those that follow the
 * one before, which make the `rows` of the regression. */
static sw_status find_window(sw_error *err, sw_job *job, const sw_connectedness *c, int first,
                             int end, sw_connect_window *out) {
  const double *count = job->folded[SW_CONNECT_SERIES];
  *out = (sw_connect_window){.first = first, .end = end};
  SW_NEW(err, job->arena, out->place, end - first);
  SW_NEW(err, job->arena, out->at, end - first);
  for (int s = first; s < end; s++) {
    if (count[s] == 0) continue;
    if (out->used > 0 && out->place[out->used - 1] == s - 1 && follows(&c->series, s))
      out->at[out->rows++] = out->used;
    out->place[out->used++] = s;
  }
  return SW_OK;
}

/* Once: `prepare` may run twice for a pass. The counts of the second pass are the same on all
 * ranks, so the windows are, too. */
sw_status sw_connect_windows(sw_error *err, sw_job *job, sw_connectedness *c) {
  if (c->window) return SW_OK;
  sw_connect_window *window = NULL;
  SW_TRY(find_window(err, job, c, 0, c->series.length, &c->whole));
  SW_NEW(err, job->arena, window, c->windows);
  for (int w = 0; w < c->windows; w++) {
    int first = c->rolls ? w * c->step : 0, end = c->rolls ? first + c->length : c->series.length;
    SW_TRY(find_window(err, job, c, first, end, &window[w]));
  }
  c->window = window;
  return SW_OK;
}

/* ---- the source of a fit --------------------------------------------------------------------- */

/* Fisher and Yates, by numbers of the unit's code and of the draw. The key is of the unit's code,
 * so a unit keeps its permutations when other units come or go. */
static void permute(const sw_connect_reader *reader, int64_t unit, double *v, int n) {
  sw_rng rng = sw_rng_make(reader->job->seed, STREAM, reader->job->units->key[unit]);
  rng.draw = (uint64_t)reader->draw * NUMBERS_OF_A_DRAW;
  for (int k = n - 1; k > 0; k--) {
    int other = (int)sw_rng_below(&rng, (uint64_t)k + 1);
    double swap = v[k];
    v[k] = v[other];
    v[other] = swap;
  }
}

/* One of the two sides of a row, about its mean over the rows. False: it does not vary. `before` 1:
 * the side of the lagged values. Each side is centred by itself, as Y and Z in methods-space.md
 * section 13. */
static bool place_side(const sw_connect_window *w, const double *v, int before, double *to) {
  double sum = 0, squares = 0;
  for (int r = 0; r < w->rows; r++)
    sum += v[w->at[r] - before];
  for (int r = 0; r < w->rows; r++) {
    double z = v[w->at[r] - before] - sum / w->rows;
    to[r * CHUNK] = z;
    squares += z * z;
  }
  /* A constant side leaves rounding, far below 1e-20 of a series of variance 1. */
  return squares > 1e-20;
}

/* A unit takes part that has every value of the window and varies in it. */
static bool load_unit(const sw_connect_reader *reader, int64_t unit, double *y, double *z) {
  const sw_connect_window *w = reader->window;
  const sw_connectedness *c = reader->job->state;
  double *const *row = reader->job->operand[SW_CONNECT_SERIES].row, *v = reader->room;
  for (int k = 0; k < w->used; k++)
    v[k] = row[w->place[k]][unit];
  if (reader->draw >= 0) permute(reader, unit, v, w->used);
  /* Standardised with the divisor T before it is cut into sides; NaN: a value is missing or the
   * series is constant. */
  sw_correlation_standardise(v, w->used, row[c->series.length][unit], true);
  if (isnan(v[0])) return false;
  bool varies = place_side(w, v, 0, y);
  place_side(w, v, 1, z);
  for (int r = 0; r < w->rows && !varies; r++)
    y[r * CHUNK] = z[r * CHUNK] = 0;
  return varies;
}

/* By chunks of units, one beside the other. load fills columns of CHUNK series, `present` says
 * which take part. */
static void load(const void *context, int64_t first, int count, double *y, double *z,
                 bool *present) {
  for (int u = 0; u < count; u++)
    present[u] = load_unit(context, first + u, y + u, z + u);
}

static bool stops(const void *context) {
  return sw_job_stops(((const sw_connect_reader *)context)->job);
}

/* The reader must outlive the source. */
sw_series_source sw_connect_source(const sw_connect_reader *reader) {
  return (sw_series_source){.n = reader->job->n,
                            .rows = reader->window->rows,
                            .context = reader,
                            .load = load,
                            .stops = stops};
}

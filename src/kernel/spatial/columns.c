/* See model.h: memory, the columns of a model, their triangle.
 *
 * Regressors, W X among them, are made first and demeaned then; lags of y and of errors are those
 * of demeaned columns. With effects of periods that is not the same as the other way round, and it
 * is what is printed for the plain fit (splm, Elhorst). Lee & Yu's transformed lags are demeaned
 * again; there rows of W sum to 1, and the order is no matter.
 *
 * Called by all fits of spatial models, on one thread per model; all memory is the caller's
 * (sw_spatial_room). Cost: lags O(links) a column and period, QR values x columns^2. */
#include "kernel/spatial/model.h"

#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

enum { LANES = 8, PIECE = SW_SPATIAL_PIECE };

/* What demeaning leaves of a column that the effects explain: rounding, about 1e-15 of it. */
static const double smallest = 1e-10;

/* Counts when there is no memory, so that one function both measures and divides the room. */
double *sw_spatial_take(sw_spatial_room *room, size_t doubles) {
  double *part = room->at ? (double *)(room->at + room->used) : NULL;
  room->used += (doubles * sizeof(double) + 63) / 64 * 64;
  return part;
}

static double **take_pointers(sw_spatial_room *room, int count) {
  return (double **)sw_spatial_take(room, (size_t)count * sizeof(double *) / sizeof(double) + 1);
}

/* ---- what a form has ----------------------------------------------------------------------- */

bool sw_spatial_has_units(const sw_spatial_spec *spec) {
  return spec->fixed == SW_SPATIAL_UNIT || spec->fixed == SW_SPATIAL_TWO_WAY;
}

bool sw_spatial_has_periods(const sw_spatial_spec *spec) {
  return spec->fixed == SW_SPATIAL_TIME || spec->fixed == SW_SPATIAL_TWO_WAY;
}

bool sw_spatial_has_rho(sw_spatial_form form) {
  return form == SW_SPATIAL_LAG || form == SW_SPATIAL_DURBIN || form == SW_SPATIAL_SAC;
}

bool sw_spatial_has_lambda(sw_spatial_form form) {
  return form == SW_SPATIAL_ERROR || form == SW_SPATIAL_DURBIN_ERROR || form == SW_SPATIAL_SAC;
}

/* Whether lags of x are among the terms: by the form, or because the study asks for them. */
bool sw_spatial_has_lags(const sw_spatial_spec *spec) {
  switch (spec->form) {
  case SW_SPATIAL_DURBIN:
  case SW_SPATIAL_DURBIN_ERROR:
  case SW_SPATIAL_SLX:
    return true;
  case SW_SPATIAL_SAC:
    return spec->lags_of_x;
  default:
    return false;
  }
}

/* Fixed effects take the constant up. */
static bool has_constant(const sw_spatial_spec *spec) {
  return spec->fixed == SW_SPATIAL_NONE || spec->fixed == SW_SPATIAL_RANDOM;
}

/* The order of terms in all vectors: constant, X, W 1, W X, y(-1), W y(-1); then rho and lambda,
 * which are no slopes. */
sw_spatial_terms sw_spatial_terms_of(const sw_spatial_spec *spec, int k, bool lag_of_constant) {
  bool constant = has_constant(spec), lags = sw_spatial_has_lags(spec);
  sw_spatial_terms t = {.k = k};
  t.constant = constant ? t.count++ : -1;
  t.x = t.count;
  t.count += k;
  t.lag_constant = constant && lags && lag_of_constant ? t.count++ : -1;
  t.lag_x = lags ? t.count : -1;
  t.count += lags ? k : 0;
  t.y_before = spec->dynamic != SW_SPATIAL_STATIC ? t.count++ : -1;
  t.lag_y_before = spec->dynamic == SW_SPATIAL_DYNAMIC_SPACE ? t.count++ : -1;
  t.slopes = t.count;
  t.rho = sw_spatial_has_rho(spec->form) ? t.count++ : -1;
  t.lambda = sw_spatial_has_lambda(spec->form) ? t.count++ : -1;
  return t;
}

/* Where all rows of W have one sum, W 1 is a multiple of the constant, and no term. */
bool sw_spatial_lags_constant(const sw_spatial_spec *spec, const sw_filter *w) {
  const sw_filter_plan *plan = sw_filter_plan_of(w);
  return has_constant(spec) && sw_spatial_has_lags(spec) && !plan->rows_sum_to_1 &&
         !plan->equal_rows;
}

/* ---- room --------------------------------------------------------------------------------- */

/* Columns of W Z and of lags of y exist only where a form needs them. */
static void room_for_columns(int64_t values, int slopes, sw_spatial_room *room,
                             sw_spatial_model *model) {
  size_t size = (size_t)values;
  model->z = take_pointers(room, slopes);
  model->wz = take_pointers(room, slopes);
  for (int j = 0; j < slopes; j++) {
    double *z = sw_spatial_take(room, size);
    double *wz = model->has_lambda ? sw_spatial_take(room, size) : NULL;
    if (!room->at) continue;
    model->z[j] = z;
    model->wz[j] = wz;
  }
  model->y = sw_spatial_take(room, size);
  model->wy = model->has_rho ? sw_spatial_take(room, size) : NULL;
  model->w2y = model->has_lambda ? sw_spatial_take(room, size) : NULL;
  model->w2wy = model->has_rho && model->has_lambda ? sw_spatial_take(room, size) : NULL;
  for (int j = 0; j < 3; j++)
    model->spare[j] = sw_spatial_take(room, size);
}

/* Places of the columns in the triangle. */
static void place_columns(sw_spatial_model *model) {
  int s = model->terms.slopes;
  model->at_wz = model->has_lambda ? s : -1;
  model->m = model->has_lambda ? 2 * s : s;
  model->at_y = model->m++;
  model->at_wy = model->has_rho ? model->m++ : -1;
  model->at_w2y = model->has_lambda ? model->m++ : -1;
  model->at_w2wy = model->has_rho && model->has_lambda ? model->m++ : -1;
}

/* Empty. Two tables: of W and of the matrix of errors. */
sw_spatial_table *sw_spatial_table_room(sw_spatial_room *room) {
  sw_spatial_table *table =
      (sw_spatial_table *)sw_spatial_take(room, 2 * sizeof(sw_spatial_table) / sizeof(double));
  for (int i = 0; room->at && i < 2; i++)
    table[i].plan = NULL;
  return table;
}

/* Called with no memory (room->at NULL) to count it, and again to take it: the order must be the
 * same. */
void sw_spatial_model_room(const sw_spatial_spec *spec, int64_t n, int periods, int k,
                           sw_spatial_room *room, sw_spatial_model *model) {
  *model = (sw_spatial_model){.spec = *spec, .n = n, .terms = sw_spatial_terms_of(spec, k, true)};
  model->has_rho = model->terms.rho >= 0;
  model->has_lambda = model->terms.lambda >= 0;
  place_columns(model);
  int s = model->terms.slopes, side = s + 2, m = model->m;
  room_for_columns(n * periods, s, room, model);
  model->mean = sw_spatial_take(room, (size_t)n);
  model->piece = sw_spatial_take(room, (size_t)PIECE * (size_t)m);
  model->r = sw_spatial_take(room, (size_t)m * (size_t)m);
  model->filtered = sw_spatial_take(room, (size_t)m * (size_t)side);
  model->triangle = sw_spatial_take(room, (size_t)(side * side));
  model->table = sw_spatial_table_room(room);
  model->small = sw_spatial_take(room, (size_t)m * (size_t)side);
}

/* ---- demeaning and lags ------------------------------------------------------------------- */

/* Eight lanes, joined in one order: the same bits for any length of vectors. */
static double sum_of(const double *x, int64_t n) {
  double lane[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int l = 0; l < LANES; l++)
      lane[l] += x[i + l];
  for (int l = 0; i < n; i++, l++)
    lane[l] += x[i];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* `mean`: n numbers of room. In the order of units and periods; n means at a time. */
static void less_units(int64_t n, int periods, double *x, double *mean) {
  memset(mean, 0, (size_t)n * sizeof *mean);
  for (int t = 0; t < periods; t++)
    for (int64_t i = 0; i < n; i++)
      mean[i] += x[t * n + i];
  for (int64_t i = 0; i < n; i++)
    mean[i] /= periods;
  for (int t = 0; t < periods; t++)
    for (int64_t i = 0; i < n; i++)
      x[t * n + i] -= mean[i];
}

/* Sums over units in lanes, as n is large. */
static void less_periods(int64_t n, int periods, double *x) {
  for (int t = 0; t < periods; t++) {
    double mean = sum_of(x + t * n, n) / (double)n;
    for (int64_t i = 0; i < n; i++)
      x[t * n + i] -= mean;
  }
}

/* Twice: the first means are off by the rounding of large values. */
void sw_spatial_demean(int64_t n, int periods, bool units, bool times, double *x, double *mean) {
  for (int round = 0; round < 2 && (units || times); round++) {
    if (units) less_units(n, periods, x, mean);
    if (times) less_periods(n, periods, x);
  }
}

/* `transformed`: Lee & Yu's; see above. Each period has the same W. */
void sw_spatial_lag_column(const sw_spatial_model *model, sw_filter *w, const double *x,
                           double *to) {
  for (int t = 0; t < model->periods; t++)
    sw_filter_lag(w, x + t * model->n, to + t * model->n);
  if (model->transformed) less_periods(model->n, model->periods, to);
}

/* ---- columns ------------------------------------------------------------------------------- */

/* Takes the effects out. False: nothing is left. Judged by length before and after; a column of
 * zeros is left to the test of dependence. */
static bool demean(const sw_spatial_model *model, double *x) {
  double before = sw_dot(x, x, model->values);
  sw_spatial_demean(model->n, model->periods, sw_spatial_has_units(&model->spec),
                    sw_spatial_has_periods(&model->spec), x, model->mean);
  return before == 0 || sw_dot(x, x, model->values) > smallest * smallest * before;
}

static void copy_periods(const sw_spatial_model *model, const double *x, int from, double *to) {
  memcpy(to, x + from * model->n, (size_t)model->values * sizeof *to);
}

/* A regressor, and its lag where that is a term, from period `from` on. Returns the one of both
 * that does not vary beyond the effects, or -1. X is demeaned after its lag has been made, as the
 * head comment says. */
static int put_regressor(const sw_spatial_model *model, const double *x, int from, int term,
                         int lag) {
  copy_periods(model, x, from, model->z[term]);
  for (int t = 0; lag >= 0 && t < model->periods; t++)
    sw_filter_lag(model->w, model->z[term] + t * model->n, model->z[lag] + t * model->n);
  if (!demean(model, model->z[term])) return term;
  return lag >= 0 && !demean(model, model->z[lag]) ? lag : -1;
}

/* Z; returns a term that is absorbed, or -1. y(-1) is y one period earlier, from the period before
 * the first. */
static int put_slopes(sw_spatial_model *model, const sw_spatial_data *data) {
  const sw_spatial_terms *t = &model->terms;
  int absorbed = -1;
  if (t->constant >= 0)
    for (int64_t i = 0; i < model->values; i++)
      model->z[t->constant][i] = 1;
  if (t->lag_constant >= 0)
    sw_spatial_lag_column(model, model->w, model->z[t->constant], model->z[t->lag_constant]);
  for (int j = 0; j < t->k && absorbed < 0; j++)
    absorbed =
        put_regressor(model, data->x[j], model->first, t->x + j, t->lag_x >= 0 ? t->lag_x + j : -1);
  if (absorbed < 0 && t->y_before >= 0)
    absorbed = put_regressor(model, data->y, model->first - 1, t->y_before, t->lag_y_before);
  return absorbed;
}

/* False: y does not vary beyond the effects. Lags of demeaned y. */
static bool put_rest(sw_spatial_model *model, const sw_spatial_data *data) {
  copy_periods(model, data->y, model->first, model->y);
  if (!demean(model, model->y)) return false;
  if (model->has_rho) sw_spatial_lag_column(model, model->w, model->y, model->wy);
  if (!model->has_lambda) return true;
  for (int j = 0; j < model->terms.slopes; j++)
    sw_spatial_lag_column(model, model->w2, model->z[j], model->wz[j]);
  sw_spatial_lag_column(model, model->w2, model->y, model->w2y);
  if (model->has_rho) sw_spatial_lag_column(model, model->w2, model->wy, model->w2wy);
  return true;
}

/* The order of columns is that of place_columns. */
int sw_spatial_columns(const sw_spatial_model *model, const double **column) {
  int s = model->terms.slopes, at = 0;
  for (int j = 0; j < s; j++)
    column[at++] = model->z[j];
  for (int j = 0; model->has_lambda && j < s; j++)
    column[at++] = model->wz[j];
  column[at++] = model->y;
  if (model->has_rho) column[at++] = model->wy;
  if (model->has_lambda) column[at++] = model->w2y;
  if (model->has_rho && model->has_lambda) column[at++] = model->w2wy;
  return at;
}

/* Rows in pieces, each factored while it is in cache. PIECE rows at a time; the bits depend on
 * PIECE. */
void sw_spatial_reduce(const double *const *column, int count, int64_t values, double *piece,
                       double *r) {
  memset(r, 0, (size_t)(count * count) * sizeof *r);
  for (int64_t from = 0; from < values; from += PIECE) {
    int64_t rows = values - from < PIECE ? values - from : PIECE;
    for (int j = 0; j < count; j++)
      memcpy(piece + j * rows, column[j] + from, (size_t)rows * sizeof(double));
    sw_qr_append(r, count, piece, rows);
  }
}

static void make_triangle(sw_spatial_model *model) {
  const double *column[SW_SPATIAL_COLUMNS];
  int count = sw_spatial_columns(model, column);
  sw_spatial_reduce(column, count, model->values, model->piece, model->r);
}

/* ---- the model ----------------------------------------------------------------------------- */

/* With islands W 1 is not 1. */
static bool sums_to_1(const sw_filter *w) {
  return sw_filter_plan_of(w)->rows_sum_to_1 && sw_filter_plan_of(w)->islands == 0;
}

/* Which dimensions the likelihood has; the same for all forms with these matrices, so that
 * likelihoods can be compared. A dynamic model's correction of bias is another than Lee & Yu's for
 * effects of units. With Lee and Yu's transformation n - 1 dimensions per period are left and, with
 * effects of units, T - 1 periods. */
static void count_dimensions(sw_spatial_model *model) {
  const sw_spatial_spec *spec = &model->spec;
  bool lee_yu = spec->correction == SW_SPATIAL_LEE_YU;
  bool units = lee_yu && sw_spatial_has_units(spec) && spec->dynamic == SW_SPATIAL_STATIC;
  bool periods = lee_yu && sw_spatial_has_periods(spec), sums = true;
  if (model->w) sums = sums_to_1(model->w) && sums_to_1(model->w2);
  model->transformed = periods && sums;
  if (periods && !sums) model->warnings |= SW_SPATIAL_NO_LEE_YU;
  model->times = model->periods - units;
  model->effective = model->times * (double)(model->n - periods);
  model->searched = model->times * (double)(model->n - model->transformed);
}

/* A dynamic model has lost its first period: `least` periods are left after it, so the message asks
 * for one more. */
static sw_spatial_wrong too_few(const sw_spatial_model *model) {
  int least = sw_spatial_has_units(&model->spec) || model->spec.fixed == SW_SPATIAL_RANDOM ? 2 : 1;
  if (model->periods < least)
    return (sw_spatial_wrong){SW_SPATIAL_FEW_PERIODS, least + model->first};
  if (model->n < 3) return (sw_spatial_wrong){SW_SPATIAL_FEW_UNITS, 3};
  if (model->effective <= model->terms.count)
    return (sw_spatial_wrong){SW_SPATIAL_FEW_VALUES, model->terms.count};
  return (sw_spatial_wrong){SW_SPATIAL_FITTED, 0};
}

/* Columns first, then their triangle, which tells whether they depend on each other. Codes rather
 * than messages: the measure knows the names of variables. */
sw_spatial_wrong sw_spatial_model_make(const sw_spatial_spec *spec, const sw_spatial_data *data,
                                       sw_spatial_model *model) {
  model->w = data->w ? data->w : data->w2;
  model->w2 = data->w2 ? data->w2 : data->w;
  bool lags = sw_spatial_has_lags(spec) && sw_spatial_lags_constant(spec, model->w);
  model->terms = sw_spatial_terms_of(spec, data->k, lags);
  model->first = spec->dynamic != SW_SPATIAL_STATIC;
  model->periods = data->periods - model->first;
  model->values = model->n * model->periods;
  model->lambda = NAN;
  place_columns(model);
  count_dimensions(model);
  sw_spatial_wrong wrong = too_few(model);
  if (wrong.code != SW_SPATIAL_FITTED) return wrong;
  int absorbed = put_slopes(model, data);
  if (absorbed >= 0) return (sw_spatial_wrong){SW_SPATIAL_ABSORBED, absorbed};
  if (!put_rest(model, data)) return (sw_spatial_wrong){SW_SPATIAL_EXACT, 0};
  make_triangle(model);
  if (model->has_rho && sw_filter_plan_of(model->w)->links == 0)
    return (sw_spatial_wrong){SW_SPATIAL_DEPENDENT, model->terms.rho};
  if (model->has_lambda && sw_filter_plan_of(model->w2)->links == 0)
    return (sw_spatial_wrong){SW_SPATIAL_DEPENDENT, model->terms.lambda};
  int dependent = sw_qr_dependent(model->r, model->m, model->terms.slopes);
  if (dependent >= 0) return (sw_spatial_wrong){SW_SPATIAL_DEPENDENT, dependent};
  return wrong;
}

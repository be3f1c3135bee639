/* The rounds as a pass over units: what a tile of rows adds up at the estimate of a period. Row by
 * row: ln d of all columns, once for all periods; expected flows; their sums. Flows themselves are
 * few, and are gone over only in the rounds that count, start and end.
 *
 * A round costs n^2 exponentials and is repeated until every period has converged (rounds.c
 * decides). A tile leaves sums alone, so no matrix is stored: 7 n numbers of workspace per thread.
 * Sums by column, which effects of both sides need, are n numbers of each tile's part. */
#include "measure/calibrate/calibrate.h"

#include <math.h>
#include <string.h>

/* A row as the loops see it: columns [0, n), or (`absent`) the `count` that the row's flows have,
 * as only pairs of the table count. */
typedef struct row {
  const sw_calibration *c;
  const sw_distance *distance;
  int t;
  int64_t i, n;
  const sw_links *flows;
  int64_t first, count; /* of its flows */
  const double *x, *open;
  double *l, *ok, *mu; /* workspace, as are these, of the row's flows alone: */
  double *gathered_x, *gathered_open, *gathered_z, *part;
} row;

/* Rounded up to whole vectors. */
static int64_t length_of(const sw_job *job) {
  return (job->n + 7) & ~(int64_t)7;
}

size_t sw_calibrate_workspace(const sw_job *job) {
  return 7 * (size_t)length_of(job) * sizeof(double);
}

/* Whole vectors: arrays begin at multiples of eight numbers. */
static row open_row(const sw_job *job, const sw_calibration *c, void *workspace) {
  int64_t length = length_of(job);
  row r = {.c = c, .l = workspace};
  r.ok = r.l + length;
  r.mu = r.ok + length;
  r.gathered_x = r.mu + length;
  r.gathered_open = r.gathered_x + length;
  r.gathered_z = r.gathered_open + length;
  r.part = r.gathered_z + length;
  return r;
}

/* Distances from unit i to all in period t. Periods mostly have the same ones, which are there
 * already. l becomes ln d^-2 with its scale; ok is 0 where there is no distance. */
static void see_unit(const sw_job *job, row *r, int64_t i, int t) {
  const sw_calibration *c = r->c;
  const sw_distance *d = sw_calibrate_distance(job, c, t, c->constraint == SW_DESTINATION);
  bool is_there = r->distance == d && r->i == i;
  r->i = i;
  r->n = job->n;
  r->distance = d;
  if (c->absent || is_there) return;
  sw_distances_inverse_squares(d, &c->points, i, 0, job->n, r->l);
  sw_row_logs(job->n, c->shift, r->l, r->ok);
  r->ok[i] = 0;
}

/* Its columns in period t. `x`: what stands for ln mass there. False: the row is not in use. In
 * use: a mass to speak of, or flow where the row has an effect. */
static bool see_period(const sw_job *job, row *r, int t, const double *x) {
  const sw_calibration *c = r->c;
  bool turned = c->constraint == SW_DESTINATION;
  r->t = t;
  r->flows = turned ? &c->turned[t] : &c->flow->links[job->period[t]];
  r->first = r->flows->row_start[r->i];
  r->count = r->flows->row_start[r->i + 1] - r->first;
  r->x = x;
  r->open = c->open[t];
  bool in_use = c->constraint == SW_FREE ? c->open[t][r->i] > 0 : c->row_total[t][r->i] > 0;
  if (!in_use || !c->absent) return in_use;
  /* Pairs that the table of flows does not have are left out and no zeros: its columns are
   * gathered. */
  for (int64_t k = 0; k < r->count; k++) {
    int64_t j = r->flows->to[r->first + k];
    sw_distances_inverse_squares(r->distance, &c->points, r->i, j, j + 1, &r->l[k]);
    r->gathered_x[k] = x[j];
    r->gathered_open[k] = c->open[t][j];
  }
  r->n = r->count;
  r->x = r->gathered_x;
  r->open = r->gathered_open;
  sw_row_logs(r->n, c->shift, r->l, r->ok);
  return true;
}

/* The place of the k-th flow among the row's columns; -1: the pair is not in use. ok * open: the
 * pair has a distance and an open column. */
static int64_t place_of(const row *r, int64_t k) {
  int64_t at = r->c->absent ? k : r->flows->to[r->first + k];
  return r->ok[at] * r->open[at] > 0 ? at : -1;
}

/* ---- sums of a row ----------------------------------------------------------------------- */

/* The lower triangle of sums of w x x', x = (1, a, x_j, l_j), out of the row's moments. Order of
 * the triangle: 11, a1, aa, x1, xa, xx, l1, la, lx, ll. */
static void add_gram(const double m[SW_ROW_SUMS], double a, double gram[10]) {
  const double sum[10] = {m[SW_ROW_1],     a * m[SW_ROW_1], a * a * m[SW_ROW_1], m[SW_ROW_X],
                          a * m[SW_ROW_X], m[SW_ROW_XX],    m[SW_ROW_L],         a * m[SW_ROW_L],
                          m[SW_ROW_XL],    m[SW_ROW_LL]};
  for (int q = 0; q < 10; q++)
    gram[q] += sum[q];
}

/* The lower triangle, row by row. */
static void add_outer(double w, const double x[SW_FIT_TERMS], double gram[10]) {
  for (int p = 0, q = 0; p < SW_FIT_TERMS; p++)
    for (int s = 0; s <= p; s++, q++)
      gram[q] += w * x[p] * x[s];
}

/* The score's part of each term: sums of w, a w, w x and w l. The sums are the score's side of mu
 * or, in COUNT, counts themselves. */
static void add_moments(const double m[SW_ROW_SUMS], double a, double sum[SW_FIT_TERMS]) {
  sum[SW_FIT_K] += m[SW_ROW_1];
  sum[SW_FIT_A] += a * m[SW_ROW_1];
  sum[SW_FIT_B] += m[SW_ROW_X];
  sum[SW_FIT_L] += m[SW_ROW_L];
}

/* COUNT: the pairs in use, their flows and regressors. Flows are few: a loop over them, beside
 * vector sums over all columns. */
static void count_row(row *r, double a, sw_fit_sums *sums) {
  double m[SW_ROW_SUMS];
  sw_row_mask(r->n, r->ok, r->open, r->mu);
  sw_row_moments(r->n, r->mu, r->x, r->l, m);
  sums->pairs += m[SW_ROW_1];
  add_gram(m, a, sums->gram);
  add_moments(m, a, sums->score);
  for (int64_t k = 0; k < r->count; k++) {
    double f = r->flows->value[r->first + k];
    int64_t at = place_of(r, k);
    if (at < 0 || f == 0) continue;
    const double x[SW_FIT_TERMS] = {1, a, r->x[at], r->l[at]};
    sums->flow += f;
    sums->flow_ln += f * log(f);
    sums->flow_square += f * f;
    for (int p = 0; p < SW_FIT_TERMS; p++)
      sums->flow_with[p] += f * x[p];
  }
  if (r->c->constraint == SW_FREE) return;
  double total = r->c->row_total[r->t][r->i];
  sums->ln_rows += total * log(total);
}

/* START: what flows change of the sums that all pairs have at mu = (mean F)/2. Differences to what
 * `count_row` has for all pairs. */
static void start_row(row *r, double a, double mean, sw_fit_sums *sums) {
  double zero = mean / 2 * (log(mean / 2) - 1);
  for (int64_t k = 0; k < r->count; k++) {
    double f = r->flows->value[r->first + k], mu = (f + mean) / 2;
    int64_t at = place_of(r, k);
    if (at < 0 || f == 0) continue;
    const double x[SW_FIT_TERMS] = {1, a, r->x[at], r->l[at]};
    add_outer(f / 2, x, sums->gram);
    for (int p = 0; p < SW_FIT_TERMS; p++)
      sums->score[p] += (mu * log(mu) + f - mu - zero) * x[p];
  }
}

/* Sums about the row's mu-weighted means of x and l: what is left of them beside the row's effect,
 * which is concentrated out. */
static void add_centred(const double m[SW_ROW_SUMS], double factor, double mean_x, double mean_l,
                        double gram[10]) {
  gram[5] += factor * (m[SW_ROW_XX] - 2 * mean_x * m[SW_ROW_X] + mean_x * mean_x * m[SW_ROW_1]);
  gram[8] += factor * (m[SW_ROW_XL] - mean_x * m[SW_ROW_L] - mean_l * m[SW_ROW_X] +
                       mean_x * mean_l * m[SW_ROW_1]);
  gram[9] += factor * (m[SW_ROW_LL] - 2 * mean_l * m[SW_ROW_L] + mean_l * mean_l * m[SW_ROW_1]);
}

/* STEP: sums of mu at the estimate. With a row's effect mu is made without its constant and scaled
 * to `total` over the row. */
static void step_row(row *r, const sw_fit *fit, double a, sw_fit_sums *sums, double *columns) {
  const sw_calibration *c = r->c;
  const double *term = fit->term;
  double m[SW_ROW_SUMS];
  if (c->constraint == SW_FREE) {
    sw_row_flows(r->n, term[SW_FIT_K] + term[SW_FIT_A] * a, term[SW_FIT_B], term[SW_FIT_L], r->x,
                 r->l, r->ok, r->open, r->mu);
    sw_row_moments(r->n, r->mu, r->x, r->l, m);
    add_gram(m, a, sums->gram);
    add_moments(m, a, sums->score);
    return;
  }
  double total = c->row_total[r->t][r->i];
  sw_row_flows(r->n, 0, term[SW_FIT_B], term[SW_FIT_L], r->x, r->l, r->ok, r->open, r->mu);
  sw_row_moments(r->n, r->mu, r->x, r->l, m);
  double factor = total / m[SW_ROW_1];
  sums->ln_rows += total * log(m[SW_ROW_1]);
  sums->score[SW_FIT_B] += factor * m[SW_ROW_X];
  sums->score[SW_FIT_L] += factor * m[SW_ROW_L];
  /* The row's effect is eliminated: regressors count about their means in the row, weighted by
   * mu. */
  add_centred(m, factor, m[SW_ROW_X] / m[SW_ROW_1], m[SW_ROW_L] / m[SW_ROW_1], sums->gram);
  if (columns) sw_row_add(r->n, factor, r->mu, columns);
}

/* Of a doubly constrained row in `absent`, sums of columns are by the place among its flows. Back
 * to columns of all units. */
static void scatter(const row *r, const double *part, double *columns) {
  for (int64_t k = 0; k < r->count; k++)
    columns[r->flows->to[r->first + k]] += part[k];
}

/* SOLVE, ASIDE, PART: the curvature along (z, y). sum over pairs of mu (z_j + y l - mean)^2 and its
 * column sums: a product with the second derivative. */
static void solve_row(row *r, const sw_fit *fit, const double *z, double y, sw_fit_sums *sums,
                      double *columns) {
  const sw_calibration *c = r->c;
  double m[SW_ROW_SUMS];
  sw_row_flows(r->n, 0, fit->term[SW_FIT_B], fit->term[SW_FIT_L], r->x, r->l, r->ok, r->open,
               r->mu);
  sw_row_moments(r->n, r->mu, z, r->l, m);
  double factor = c->row_total[r->t][r->i] / m[SW_ROW_1];
  double mean = (m[SW_ROW_X] + y * m[SW_ROW_L]) / m[SW_ROW_1];
  sums->turned_l += sw_row_turn(r->n, factor, mean, y, r->mu, z, r->l, columns);
}

/* ---- LAST -------------------------------------------------------------------------------- */

/* What flows change of the sums of squares of F - mu, and the fit. `x`: regressors, less what
 * effects explain of them. (F - mu)^2 = mu^2 + change: only pairs with flow change it. */
static void add_flow(double f, double mu, const double x[SW_FIT_TERMS], sw_fit_sums *sums) {
  sums->flow_mu += f * mu;
  sums->common += f < mu ? f : mu;
  add_outer((f - mu) * (f - mu) - mu * mu, x, sums->meat);
}

/* `part`: of doubly, what columns explain of l; else NULL. Fit, errors and correlation need three
 * sums of mu and those over flows. */
static void last_row(row *r, const sw_fit *fit, double a, const double *part, sw_fit_sums *sums) {
  const sw_calibration *c = r->c;
  const double *term = fit->term, *x = part ? part : r->x;
  bool is_free = c->constraint == SW_FREE;
  double m[SW_ROW_SUMS], mean_x = 0, mean_l = 0, factor = 1;
  sw_row_flows(r->n, is_free ? term[SW_FIT_K] + term[SW_FIT_A] * a : 0, term[SW_FIT_B],
               term[SW_FIT_L], r->x, r->l, r->ok, r->open, r->mu);
  sw_row_moments(r->n, r->mu, x, r->l, m);
  if (is_free) {
    add_gram(m, a, sums->gram);
  } else {
    factor = c->row_total[r->t][r->i] / m[SW_ROW_1];
    mean_x = m[SW_ROW_X] / m[SW_ROW_1];
    mean_l = m[SW_ROW_L] / m[SW_ROW_1];
    sums->ln_rows += c->row_total[r->t][r->i] * log(m[SW_ROW_1]);
    add_centred(m, factor, mean_x, mean_l, sums->gram);
  }
  sums->mu += factor * m[SW_ROW_1];
  for (int64_t k = 0; k < r->count; k++) {
    int64_t at = place_of(r, k);
    if (at < 0) continue;
    const double there[SW_FIT_TERMS] = {is_free, is_free ? a : 0, x[at] - mean_x,
                                        r->l[at] - mean_l};
    add_flow(r->flows->value[r->first + k], factor * r->mu[at], there, sums);
  }
  /* mu is squared in place; it is not needed as such any more. */
  sw_row_square(r->n, r->mu);
  sw_row_moments(r->n, r->mu, x, r->l, m);
  sums->mu_square += factor * factor * m[SW_ROW_1];
  if (is_free)
    add_gram(m, a, sums->meat);
  else
    add_centred(m, factor * factor, mean_x, mean_l, sums->meat);
}

/* ---- tiles ------------------------------------------------------------------------------- */

/* By column of the row: numbers that there are of all units. `of` NULL: nothing to see in this
 * phase. */
static const double *seen(const row *r, const double *of, double *gathered) {
  if (!r->c->absent || !of) return of;
  for (int64_t k = 0; k < r->count; k++)
    gathered[k] = of[r->flows->to[r->first + k]];
  return gathered;
}

/* A row in the phase of its period, one for all its rows, which the result of the last round names.
 * `columns`: sums by column (doubly); of all units, though the row may have its flows alone. */
static void see_row(row *r, const sw_fit *fit, const double *direction, sw_fit_sums *sums,
                    double *columns) {
  double a = r->c->constraint == SW_FREE ? r->c->x[r->t][r->i] : 0;
  /* In `absent` sums of columns are made by place, then scattered. */
  double *part = columns && r->c->absent ? r->part : columns;
  const double *z = seen(r, direction, r->gathered_z);
  if (part == r->part) memset(part, 0, (size_t)r->n * sizeof *part);
  switch (fit ? (sw_fit_phase)fit->phase : SW_FIT_COUNT) {
  case SW_FIT_COUNT:
    count_row(r, a, sums);
    return;
  case SW_FIT_START:
    start_row(r, a, fit->flow / fit->pairs, sums);
    return;
  case SW_FIT_STEP:
    step_row(r, fit, a, sums, part);
    break;
  case SW_FIT_SOLVE:
  case SW_FIT_ASIDE:
  case SW_FIT_PART:
    solve_row(r, fit, z, fit->direction, sums, part);
    break;
  case SW_FIT_LAST:
    last_row(r, fit, a, z, sums);
    return;
  case SW_FIT_DONE:
  case SW_FIT_FAILED:
    return;
  }
  if (part != columns) scatter(r, part, columns);
}

/* Unit by unit, then period by period: a row's logarithms are made once for all periods with the
 * same distances. */
void sw_calibrate_tile(const sw_job *job, const sw_calibration *c, const sw_tile *tile, void *out,
                       void *workspace) {
  row r = open_row(job, c, workspace);
  const void *result = job->folded[c->pass];
  sw_fit_room room = result ? sw_fit_room_of(job, c, result) : (sw_fit_room){0};
  bool doubly = c->constraint == SW_DOUBLY;
  for (int64_t i = tile->lo; i < tile->hi; i++) {
    for (int slot = 0; slot < sw_fit_slots(job, c); slot++) {
      sw_fit_sums *sums = (sw_fit_sums *)((char *)out + (size_t)slot * sw_fit_part_bytes(job, c));
      int t = sw_fit_period(job, c, slot);
      if (t < 0) continue;
      see_unit(job, &r, i, t);
      if (!see_period(job, &r, t, doubly && result ? room.effect + t * job->n : c->x[t])) continue;
      see_row(&r, result ? &room.fit[t] : NULL, doubly ? room.direction : NULL, sums,
              doubly ? (double *)(sums + 1) : NULL);
    }
  }
}

/* All numbers of a part are sums. Merged in block order: one order for any ranks. */
void sw_calibrate_merge(const sw_job *job, const sw_calibration *c, void *all, const void *part) {
  size_t count = (size_t)sw_fit_slots(job, c) * sw_fit_part_bytes(job, c) / sizeof(double);
  double *sum = all;
  const double *more = part;
  for (size_t k = 0; k < count; k++)
    sum[k] += more[k];
}

/* ---- afterwards -------------------------------------------------------------------------- */

/* Ready once rounds have ended. */
const sw_fit *sw_calibrate_fit(const sw_job *job, const sw_calibration *c, int t) {
  return &sw_fit_room_of(job, c, job->folded[c->pass]).fit[t];
}

/* B_j of the expected flows; 0: the unit is no column. exp(b x_j), or the column's own effect. */
double sw_calibrate_column(const sw_job *job, const sw_calibration *c, int t, int64_t unit) {
  sw_fit_room room = sw_fit_room_of(job, c, job->folded[c->pass]);
  const sw_fit *fit = &room.fit[t];
  double x = c->constraint == SW_DOUBLY ? room.effect[t * job->n + unit] : c->x[t][unit];
  if (fit->phase != SW_FIT_DONE) return NAN;
  return c->open[t][unit] > 0 ? exp(fit->term[SW_FIT_B] * x) : 0;
}

/* A_i. With an effect of the row it makes the row's flows add up to what is observed. total / sum
 * over j of B_j d^-c. */
double sw_calibrate_row(const sw_job *job, const sw_calibration *c, int t, int64_t unit,
                        void *workspace) {
  sw_fit_room room = sw_fit_room_of(job, c, job->folded[c->pass]);
  const sw_fit *fit = &room.fit[t];
  row r = open_row(job, c, workspace);
  double m[SW_ROW_SUMS];
  if (fit->phase != SW_FIT_DONE) return NAN;
  see_unit(job, &r, unit, t);
  if (!see_period(job, &r, t, c->constraint == SW_DOUBLY ? room.effect + t * job->n : c->x[t]))
    return 0;
  if (c->constraint == SW_FREE)
    return exp(fit->term[SW_FIT_K] + fit->term[SW_FIT_A] * c->x[t][unit]);
  sw_row_flows(r.n, 0, fit->term[SW_FIT_B], fit->term[SW_FIT_L], r.x, r.l, r.ok, r.open, r.mu);
  sw_row_moments(r.n, r.mu, r.x, r.l, m);
  return c->row_total[t][unit] / m[SW_ROW_1];
}

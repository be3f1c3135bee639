/* The fits of multiscale regression; see mgwr.h. Both passes walk through the same steps: the
 * start, then term by term and round by round the regression on one variable. The first does it to
 * y, and keeps the bandwidths it takes; the second does it to columns of the identity, so that what
 * each y does to each coefficient comes out, a few columns at a time.
 *
 * Cost of a step: n searches or weighings of n distances each. All loops run over observations in
 * order, and items share nothing, so bits depend on the data alone. sw_job_stops is asked once per
 * observation: a tile leaves off within n steps. */
#include "measure/model/mgwr.h"

#include "kernel/linear/cholesky.h"
#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

enum { FREEZE = 5 }; /* rounds with one bandwidth, after which it stays */

static const double enough = 1e-5; /* change of a round that ends the rounds */

/* ---- bench ------------------------------------------------------------------------------- */

/* What a thread has besides gwr's bench: rows of one term, weights and sums of SW_MGWR_SPREAD. */
typedef struct bench {
  sw_gwr_bench b;
  double *one, *trial, *square, *columns;
} bench;

/* R_j by term, what is left, the target: (k + 2) matrices of n x 256; then k x 256. */
static size_t column_doubles(const sw_mgwr_model *m) {
  return (size_t)m->n * (size_t)(m->k + 2) * SW_MGWR_COLUMNS + (size_t)m->k * SW_MGWR_COLUMNS;
}

static size_t extra_doubles(const sw_mgwr_model *m) {
  /* one: rows of 8 (x, target, zeros); trial: three sums per bandwidth; four small squares. */
  return 8 * (size_t)m->n + 3 * SW_GWR_LIST + 4 * (size_t)(m->k + 1) * (size_t)(m->k + 1) +
         column_doubles(m);
}

/* gwr's bench reads the model from the job. Copies the job with the GWR model as its state; the
 * copy lives on the stack, and nothing is written to it. */
static sw_job as_gwr(const sw_job *job) {
  sw_job other = *job;
  other.state = (void *)&((const sw_mgwr_model *)job->state)->all;
  return other;
}

size_t sw_mgwr_workspace(const sw_job *job) {
  sw_job other = as_gwr(job);
  return sw_gwr_bench_bytes(&other) + extra_doubles(job->state) * sizeof(double);
}

/* In the order of extra_doubles, behind gwr's bench. */
static bench bench_at(const sw_job *job, void *workspace) {
  const sw_mgwr_model *m = job->state;
  sw_job other = as_gwr(job);
  bench w = {.b = sw_gwr_bench_at(&other, workspace)};
  w.one = (double *)((char *)workspace + sw_gwr_bench_bytes(&other));
  w.trial = w.one + 8 * m->n;
  w.square = w.trial + 3 * SW_GWR_LIST;
  w.columns = w.square + 4 * (m->k + 1) * (m->k + 1);
  return w;
}

/* Standardised, y too; from then on no mean and no scale is to be put back. */
static void take_period(const sw_job *job, int t, bench *w, double *mean, double *scale) {
  sw_job other = as_gwr(job);
  sw_gwr_rows *rows = &w->b.rows;
  sw_gwr_pack(&other, t, &w->b);
  *mean = *scale = NAN;
  if (w->b.why) return;
  double squares = 0;
  /* The standard deviation of y with divisor n. x was divided by its own in sw_gwr_pack. */
  for (int64_t i = 0; i < rows->n; i++)
    squares += rows->row[i * rows->stride + rows->k] * rows->row[i * rows->stride + rows->k];
  *mean = rows->mean[rows->k];
  *scale = sqrt(squares / (double)rows->n);
  for (int64_t i = 0; i < rows->n; i++)
    rows->row[i * rows->stride + rows->k] /= *scale;
  /* Mean 0 and scale 1 from here on: fits give standardised coefficients. */
  for (int j = 0; j <= rows->k; j++)
    rows->mean[j] = 0, rows->scale[j] = 1;
}

/* Squared distances from observation i to all others. */
static void look_from(const sw_job *job, int64_t i, sw_gwr_bench *b) {
  sw_job other = as_gwr(job);
  sw_gwr_look(&other, b->unit[i], b);
  sw_gwr_look_at(&other, b->period[i], b);
}

/* ---- searches ---------------------------------------------------------------------------- */

/* The best bandwidth for the rows in the bench; NaN: none has a criterion. */
static double search(const sw_job *job, const sw_gwr_model *model, sw_gwr_bench *b, double *trial) {
  sw_gwr_choice c = sw_gwr_search_none();
  /* Bandwidths are searched as in gwr, but in one item: each step of backfitting needs its own
   * search. */
  int64_t count = sw_gwr_search_first(model, b->rows.n, b->list);
  while (count > 0) {
    memset(trial, 0, 3 * SW_GWR_LIST * sizeof *trial);
    for (int64_t i = 0; i < b->rows.n; i++) {
      /* NaN is taken for a failure by the caller, and the engine drops what was left when
       * stopped. */
      if (sw_job_stops(job)) return NAN;
      look_from(job, i, b);
      sw_gwr_search_try(model, b, i, count, trial);
    }
    sw_gwr_search_take(model, b->rows.n, trial, b->list, count, &c);
    count = c.count;
    memcpy(b->list, c.list, (size_t)count * sizeof *c.list);
  }
  return isinf(c.criterion) ? NAN : c.bandwidth;
}

/* Weights at observation i; false: so many are not there, or the run is to stop. */
static bool weigh(const sw_job *job, const sw_gwr_model *model, int64_t i, double bandwidth,
                  sw_gwr_bench *b) {
  if (sw_job_stops(job)) return false;
  look_from(job, i, b);
  double h2 = sw_gwr_reach(model, b, bandwidth);
  if (!(h2 > 0)) return false;
  sw_gwr_weights(model->kernel, b->rows.n, b->d2, h2, b->w);
  return true;
}

/* ---- backfitting ------------------------------------------------------------------------- */

static double at(const sw_gwr_rows *rows, int64_t i, int j) {
  /* Row i, column j of the standardised rows. */
  return rows->row[i * rows->stride + j];
}

/* The GWR to begin with. */
static bool begin(const sw_job *job, bench *w, sw_mgwr_fitted *f) {
  const sw_mgwr_model *m = job->state;
  sw_gwr_bench *b = &w->b;
  double bandwidth = search(job, &m->all, b, w->trial), *e = sw_mgwr_residuals(m, f);
  sw_mgwr_steps(m, f)[0] = bandwidth;
  if (isnan(bandwidth)) return false;
  for (int64_t i = 0; i < b->rows.n; i++) {
    if (!weigh(job, &m->all, i, bandwidth, b)) return false;
    /* A fit that is undefined at one place leaves the period undefined: residuals of all are
     * needed. */
    if (!sw_gwr_solve(&b->rows, b->w, i, b->work, &b->solved)) return false;
    memcpy(f->number + i * m->k, b->solved.b, (size_t)m->k * sizeof(double));
    e[i] = at(&b->rows, i, m->k) - b->solved.fitted;
  }
  return true;
}

/* Puts f_j + e beside x_j, as rows of one term. */
static sw_gwr_bench of_term(const sw_mgwr_model *m, bench *w, const sw_mgwr_fitted *f,
                            const double *e, int j) {
  sw_gwr_bench b = w->b;
  b.rows.k = 1;
  /* A stride of 8: one whole vector for x and the target. */
  b.rows.stride = 8;
  b.rows.row = w->one;
  memset(w->one, 0, 8 * (size_t)b.rows.n * sizeof *w->one);
  for (int64_t i = 0; i < b.rows.n; i++) {
    /* f_j + e: what term j and the residual have together, which is regressed on x_j anew. */
    double x = at(&w->b.rows, i, j);
    w->one[8 * i] = x;
    w->one[8 * i + 1] = f->number[i * m->k + j] * x + e[i];
  }
  return b;
}

/* b_ij of all observations, and e; adds the squares of what changed in f_j. */
static bool fit_term(const sw_job *job, sw_gwr_bench *b, int j, double bandwidth, sw_mgwr_fitted *f,
                     double *e, double *changed) {
  const sw_mgwr_model *m = job->state;
  for (int64_t i = 0; i < b->rows.n; i++) {
    if (!weigh(job, &m->one, i, bandwidth, b)) return false;
    /* sums[0] = sum w x^2, sums[1] = sum w x (f_j + e). */
    sw_gwr_sum(&b->rows, b->w, b->sums);
    double x = b->rows.row[8 * i], *coefficient = &f->number[i * m->k + j];
    /* All weight on places where x_j is 0: no slope there. */
    if (!(b->sums[0] > 1e-12)) return false;
    double change = (b->sums[1] / b->sums[0] - *coefficient) * x;
    *changed += change * change;
    *coefficient = b->sums[1] / b->sums[0];
    e[i] = b->rows.row[8 * i + 1] - *coefficient * x;
  }
  return true;
}

/* Of a term's bandwidth in this round: given, as before where it has been so for long, or sought.
 */
static double bandwidth_of(const sw_job *job, sw_gwr_bench *b, double *trial, const double *steps,
                           int round, int j) {
  const sw_mgwr_model *m = job->state;
  if (m->bandwidth) return m->bandwidth[j];
  /* Searching is the costly part; a bandwidth that was the same in FREEZE rounds is taken to stay
   * (mgwr's rule). */
  bool frozen = round >= FREEZE;
  for (int r = round - FREEZE; frozen && r < round; r++)
    frozen = steps[1 + r * m->k + j] == steps[1 + (round - 1) * m->k + j];
  return frozen ? steps[1 + (round - 1) * m->k + j] : search(job, &m->one, b, trial);
}

/* Sum of the squares of all fitted values. */
static double size_of(const sw_mgwr_model *m, const sw_gwr_rows *rows, const double *e) {
  double sum = 0;
  for (int64_t i = 0; i < rows->n; i++) {
    /* y - e: what all terms together fit. */
    double fit = at(rows, i, m->k) - e[i];
    sum += fit * fit;
  }
  return sum;
}

/* Change relative to the size of all fitted values (Fotheringham, Yang & Kang 2017); after
 * SW_MGWR_ROUNDS rounds it is left as it is, and place_period says so. */
static bool backfit(const sw_job *job, bench *w, sw_mgwr_fitted *f) {
  const sw_mgwr_model *m = job->state;
  double *steps = sw_mgwr_steps(m, f), *e = sw_mgwr_residuals(m, f), n = (double)w->b.rows.n;
  for (int round = 0; round < SW_MGWR_ROUNDS; round++) {
    double changed = 0;
    f->rounds = round + 1;
    for (int j = 0; j < m->k; j++) {
      sw_gwr_bench b = of_term(m, w, f, e, j);
      double bandwidth = bandwidth_of(job, &b, w->trial, steps, round, j);
      steps[1 + round * m->k + j] = bandwidth;
      if (isnan(bandwidth) || !fit_term(job, &b, j, bandwidth, f, e, &changed)) return false;
    }
    /* SOC-f of methods-space.md: n in the numerator only. */
    if (sqrt(changed / n / size_of(m, &w->b.rows, e)) < enough) return true;
  }
  return true;
}

/* Condition numbers of columns w_j x_j, each with its own weights, scaled to length 1. */
static void conditions(const sw_job *job, bench *w, sw_mgwr_fitted *f) {
  const sw_mgwr_model *m = job->state;
  int k = m->k;
  const double *last = sw_mgwr_steps(m, f) + 1 + ((int)f->rounds - 1) * k;
  double *column = w->columns, *gram = w->square;
  for (int64_t i = 0; i < w->b.rows.n; i++) {
    int64_t n = w->b.rows.n;
    for (int j = 0; j < k; j++) {
      if (!weigh(job, &m->one, i, last[j], &w->b)) return;
      /* Each column has weights of its own, so this is no property of one weighted matrix. */
      for (int64_t o = 0; o < n; o++)
        column[j * n + o] = w->b.w[o] * at(&w->b.rows, o, j);
    }
    memset(gram, 0, (size_t)(k * k) * sizeof *gram);
    /* The triangle of a QR has the singular values of the columns. */
    sw_qr_append(gram, k, column, n);
    sw_mgwr_conditions(m, f)[i] = sw_gwr_condition(gram, k);
  }
}

/* Any step that fails leaves the period without a fit: later steps would rest on it. */
void sw_mgwr_backfit(const sw_job *job, int t, sw_mgwr_fitted *f, void *workspace) {
  bench own = bench_at(job, workspace), *w = &own;
  const sw_mgwr_model *m = job->state;
  take_period(job, t, w, &f->mean, &f->scale);
  f->n = (double)w->b.rows.n;
  f->why = w->b.why;
  /* A given bandwidth beyond the number of observations. */
  for (int j = 0; m->bandwidth && !f->why && j < m->k; j++)
    if (m->bandwidth[j] > f->n) f->why = SW_GWR_WIDE;
  for (int64_t i = 0; i < w->b.rows.n; i++)
    sw_mgwr_units(m, f)[i] = w->b.unit[i];
  if (f->why) return;
  if (!begin(job, w, f) || !backfit(job, w, f)) {
    f->why = SW_MGWR_COLLINEAR;
    return;
  }
  for (int64_t i = 0; i < w->b.rows.n; i++)
    /* rss was zero: records come zeroed. */
    f->rss += sw_mgwr_residuals(m, f)[i] * sw_mgwr_residuals(m, f)[i];
  conditions(job, w, f);
}

/* ---- what each y does -------------------------------------------------------------------- */

/* By column of the hat matrices: R_j, term by term, then what is left, and a target. */
typedef struct spread {
  int64_t n, from, columns; /* observations from .. from + columns */
  double *term, *rest, *target;
} spread;

static double *row_of(const spread *s, double *matrix, int64_t i) {
  return matrix + i * s->columns;
}

/* The GWR to begin with: column c of row j of A_i is w_c times that of (X'WX)^-1 x_c. l: the
 * triangle of X'WX at i; v: one right-hand side. */
static void spread_start(const sw_job *job, bench *w, double bandwidth, spread *s) {
  const sw_mgwr_model *m = job->state;
  sw_gwr_rows *rows = &w->b.rows;
  double *l = w->square, *v = l + m->k * m->k;
  memset(s->rest, 0, (size_t)(s->n * s->columns) * sizeof *s->rest);
  /* Always true here: the first pass has found a bandwidth that all places have. */
  for (int64_t i = 0; i < s->n; i++) {
    weigh(job, &m->all, i, bandwidth, &w->b);
    sw_gwr_sum(rows, w->b.w, w->b.sums);
    for (int a = 0; a < m->k; a++)
      for (int b = a; b < m->k; b++)
        l[a * m->k + b] = w->b.sums[a * rows->stride + b];
    sw_cholesky_factor(l, m->k);
    double *rest = row_of(s, s->rest, i);
    /* The identity: y_c is 1 at observation c. rest = y - fit. */
    if (i >= s->from && i < s->from + s->columns) rest[i - s->from] = 1;
    for (int64_t c = 0; c < s->columns; c++) {
      for (int j = 0; j < m->k; j++)
        v[j] = at(rows, s->from + c, j) * w->b.w[s->from + c];
      sw_cholesky_solve(l, m->k, v);
      for (int j = 0; j < m->k; j++) {
        double *of = row_of(s, s->term + j * s->n * s->columns, i);
        /* f_j at i of column c: coefficient times x. */
        of[c] = v[j] * at(rows, i, j);
        rest[c] -= of[c];
      }
    }
  }
}

/* A step of the backfitting, of all columns; `squares`, of the last round, takes what they do to
 * each coefficient. */
static void spread_step(const sw_job *job, bench *w, int j, double bandwidth, spread *s,
                        double *squares) {
  const sw_mgwr_model *m = job->state;
  const sw_gwr_rows *rows = &w->b.rows;
  double *term = s->term + j * s->n * s->columns,
         *sums = w->columns + column_doubles(m) - SW_MGWR_COLUMNS;
  for (int64_t q = 0; q < s->n * s->columns; q++)
    /* f_j + e of all columns at once. */
    s->target[q] = term[q] + s->rest[q];
  for (int64_t i = 0; i < s->n; i++) {
    double *of = row_of(s, term, i), *rest = row_of(s, s->rest, i), x = at(rows, i, j), sum = 0;
    weigh(job, &m->one, i, bandwidth, &w->b);
    /* sum over o of w x_oj target_oc, and sum of w x^2: the same quotient as in fit_term. */
    double length = sw_gwr_combine(rows, w->b.w, j, s->target, s->columns, sums);
    for (int64_t c = 0; c < s->columns; c++) {
      double b = sums[c] / length;
      sum += b * b;
      of[c] = b * x;
      rest[c] = s->target[i * s->columns + c] - of[c];
    }
    /* Squares over columns of this chunk; finish adds the chunks. */
    if (squares) squares[i * m->k + j] = sum;
  }
}

/* The bandwidths of every step are those that the first pass took: nothing is searched for
 * again. */
void sw_mgwr_spread(const sw_job *job, int64_t item, double *out, void *workspace) {
  bench own = bench_at(job, workspace), *w = &own;
  const sw_mgwr_model *m = job->state;
  int t = (int)(item / m->chunks);
  const char *all = job->folded[SW_MGWR_BACKFIT];
  sw_mgwr_fitted *f = (sw_mgwr_fitted *)(all + (size_t)t * sw_mgwr_fitted_bytes(m));
  double mean, scale;
  spread s = {.from = item % m->chunks * SW_MGWR_COLUMNS};
  if (f->why != 0) return;
  take_period(job, t, w, &mean, &scale);
  s.n = w->b.rows.n;
  s.columns = s.n - s.from < SW_MGWR_COLUMNS ? s.n - s.from : SW_MGWR_COLUMNS;
  /* The last chunks of a period with missing units have no columns. */
  if (s.columns <= 0) return;
  s.term = w->columns;
  s.rest = s.term + m->k * s.n * s.columns;
  s.target = s.rest + s.n * s.columns;
  const double *steps = sw_mgwr_steps(m, f);
  /* Steps are replayed with the bandwidths of the first pass, so both see the same linear maps. */
  spread_start(job, w, steps[0], &s);
  for (int round = 0; round < (int)f->rounds; round++)
    for (int j = 0; j < m->k && !sw_job_stops(job); j++)
      spread_step(job, w, j, steps[1 + round * m->k + j], &s,
                  round == (int)f->rounds - 1 ? out : NULL);
  for (int j = 0; j < m->k; j++)
    for (int64_t c = 0; c < s.columns; c++)
      /* The diagonal of R_j within these columns: its trace, the effective parameters of term j. */
      out[m->n * m->k + j] += row_of(&s, s.term + j * s.n * s.columns, s.from + c)[c];
}

/* The search for a bandwidth; see gwr.h. Every number of neighbours up to 500 observations. Above,
 * and of distances, 32 spread evenly in their logarithms, then passes that look between those on
 * both sides of the best, as a golden-section search does, but at several at a time: those of one
 * pass share distances, and the passes of a job are few. A bisquare kernel gets all of its
 * bandwidths out of one walk over the neighbours (kernel/linear/gwr.h), so it may try hundreds.
 *
 * Fewer undefined fits go first, then the lower criterion, then the smaller bandwidth: a criterion
 * over fewer units is not comparable. Sums over units merge in block order, so the choice does not
 * depend on ranks or threads.
 *
 * A part has, set by set, `observations` and `why`, then three sums for each bandwidth tried; the
 * pass of the range has the least and the largest squared distance in the place of the first. */
#include "measure/model/gwr.h"

#include <math.h>
#include <string.h>

enum { N, WHY, SUMS, PART = SUMS + 3 * SW_GWR_LIST }; /* numbers of a set */
enum { SQUARES, TRACE, UNDEFINED };                   /* of a bandwidth */

/* ---- what is tried ----------------------------------------------------------------------- */

static int least_neighbours(const sw_gwr_model *m) {
  return m->k + 2; /* the last of them is at the edge of a bisquare kernel, without weight */
}

/* `count` of them, evenly in logarithms, ends included; whole numbers once each. In logarithms,
 * since a kernel changes by ratios of the bandwidth. */
static int64_t spread(double lo, double hi, int count, bool whole, double *list) {
  int64_t n = 0;
  for (int q = 0; q < count; q++) {
    double value = lo * pow(hi / lo, (double)q / (count - 1));
    if (whole) value = floor(value + .5);
    /* Rounded numbers may coincide: ascending ones only. */
    if (n == 0 || value > list[n - 1]) list[n++] = value;
  }
  return n;
}

/* All of them where a pass can take all; else a spread, which later passes refine. */
static int64_t first_neighbours(const sw_gwr_model *m, int64_t n, double *list) {
  int64_t count = 0;
  int least = least_neighbours(m);
  /* 500 bandwidths cost a bisquare pass little more than one (one walk serves all). */
  if (n > SW_GWR_LIST) return spread(least, (double)n, SW_GWR_FIRST, true, list);
  for (int64_t k = least; k <= n; k++)
    list[count++] = (double)k;
  return count;
}

/* What pass `pass` tries of a set of n observations. */
static int64_t tried(const sw_job *job, int pass, int set, int64_t n, double *list) {
  const sw_gwr_model *m = job->state;
  /* Each later pass reads its list from the result of the one before, on every rank the same. */
  if (m->range < 0 && pass == m->search) return first_neighbours(m, n, list);
  const sw_gwr_choice *before = (const sw_gwr_choice *)job->folded[pass - 1] + set;
  memcpy(list, before->list, (size_t)before->count * sizeof *list);
  return before->count;
}

/* ---- tiles ------------------------------------------------------------------------------- */

/* Leave-one-out needs no fit without the observation: e_i / (1 - s_ii). Where s_ii is 1 the fit
 * goes through the observation, and the quotient says nothing. */
static void add_trial(const sw_gwr_model *m, const sw_gwr_bench *b, const double *sums, int64_t i,
                      double *to) {
  double e = NAN, leverage = NAN;
  bool sound = sw_gwr_try(&b->rows, sums, i, b->work, &e, &leverage);
  if (m->by == SW_GWR_CV) {
    /* CV: mean of (e_i/(1 - s_ii))^2 (methods-space.md, local regressions). */
    sound = sound && 1 - leverage > 1e-10;
    e /= 1 - leverage;
  }
  if (!sound) {
    to[UNDEFINED]++;
    return;
  }
  to[SQUARES] += e * e;
  to[TRACE] += leverage;
}

/* The squared bandwidth of a kernel about one observation; NaN: it has fewer neighbours. */
static double squared(const sw_gwr_model *m, const sw_gwr_bench *b, int64_t there,
                      double bandwidth) {
  if (!m->adaptive) return bandwidth * bandwidth;
  if (bandwidth > (double)there) return NAN;
  /* As sw_gwr_reach, for a bandwidth among several: the order was made once for the largest. */
  return b->d2[b->order[(int64_t)bandwidth - 1]] * (SW_GWR_BEYOND * SW_GWR_BEYOND);
}

/* One walk outwards serves all bandwidths, which ascend. */
static void try_bisquare(const sw_gwr_model *m, sw_gwr_bench *b, int64_t i, int64_t there,
                         int64_t count, double *to) {
  size_t square = (size_t)(b->rows.k * b->rows.stride);
  /* Behind the sums three squares: products times 1, d^2 and d^4. */
  double *walked = b->sums + square;
  memset(walked, 0, 3 * square * sizeof *walked);
  for (int64_t c = 0, at = 0; c < count; c++) {
    double h2 = squared(m, b, there, b->list[c]);
    int64_t from = at;
    /* Observations enter in order of distance once; `at` never goes back, since bandwidths
     * ascend. */
    while (at < there && b->d2[b->order[at]] < h2)
      at++;
    if (at > from) sw_gwr_walk(&b->rows, b->order, from, at, b->d2, walked);
    if (!(h2 > 0)) {
      to[3 * c + UNDEFINED]++;
      continue;
    }
    /* (1 - d^2/h^2)^2 expanded: sums at any h out of the three squares. */
    sw_gwr_at(&b->rows, walked, h2, b->sums);
    add_trial(m, b, b->sums, i, to + 3 * c);
  }
}

/* A kernel that is not cut looks at every observation for each bandwidth. */
static void try_each(const sw_gwr_model *m, sw_gwr_bench *b, int64_t i, int64_t there,
                     int64_t count, double *to) {
  for (int64_t c = 0; c < count; c++) {
    double h2 = squared(m, b, there, b->list[c]);
    if (!(h2 > 0)) {
      to[3 * c + UNDEFINED]++;
      continue;
    }
    sw_gwr_weights(m->kernel, b->rows.n, b->d2, h2, b->w);
    /* O(n k^2) for each bandwidth, against O(k^2) of the bisquare. */
    sw_gwr_sum(&b->rows, b->w, b->sums);
    add_trial(m, b, b->sums, i, to + 3 * c);
  }
}

/* The distance by which every observation has neighbours enough, and the largest there is. */
static void add_range(const sw_gwr_model *m, const sw_gwr_bench *b, int64_t there, double *to) {
  int64_t least = least_neighbours(m);
  /* Fewer neighbours than a fit needs: this observation sets no bound. */
  if (there < least) return;
  to[0] = fmax(to[0], b->d2[b->order[least - 1]]);
  to[1] = fmax(to[1], b->d2[b->order[there - 1]]);
}

/* Tries some bandwidths on one observation, and adds their squared errors to `to`; count 0: only
 * looks how far observations lie. */
void sw_gwr_search_try(const sw_gwr_model *m, sw_gwr_bench *b, int64_t i, int64_t count,
                       double *to) {
  /* Ascending order up to the largest number of neighbours in the list suffices; a distance may
   * need all. */
  int64_t most = m->adaptive && count > 0 ? (int64_t)b->list[count - 1] : b->rows.n;
  int64_t there = sw_gwr_order(b->d2, b->rows.n, most, b->order, b->buckets);
  if (count == 0)
    add_range(m, b, there, to);
  else if (m->kernel == SW_GWR_BISQUARE)
    try_bisquare(m, b, i, there, count, to);
  else
    try_each(m, b, i, there, count, to);
}

/* Whether the pass has anything to try in any set; a late one may have nothing. Late passes of a
 * search that has ended early cost nothing but their declaration. */
static bool is_idle(const sw_job *job, int pass) {
  const sw_gwr_model *m = job->state;
  if (pass == m->range || (m->range < 0 && pass == m->search)) return false;
  const sw_gwr_choice *before = job->folded[pass - 1];
  for (int set = 0; set < m->sets; set++)
    if (before[set].count > 0) return false;
  return true;
}

/* A tile of units in one pass of the search. */
void sw_gwr_search_tile(const sw_job *job, const sw_tile *tile, double *out, sw_gwr_bench *b) {
  const sw_gwr_model *m = job->state;
  if (is_idle(job, tile->pass)) return;
  for (int set = 0; set < m->sets; set++) {
    double *to = out + (size_t)set * PART;
    /* Every tile packs the set itself (gwr_rows.c). */
    sw_gwr_pack(job, set, b);
    to[N] = (double)b->rows.n;
    to[WHY] = b->why;
    if (b->why) continue;
    int64_t count = 0;
    /* The range pass tries nothing: it only looks at distances. */
    if (tile->pass != m->range) count = tried(job, tile->pass, set, b->rows.n, b->list);
    if (tile->pass != m->range && count == 0) continue;
    for (int64_t unit = tile->lo; unit < tile->hi; unit++) {
      bool looked = false;
      for (int t = set * m->together; t < (set + 1) * m->together; t++) {
        int64_t i = sw_gwr_find(b, unit, t);
        if (i < 0) continue;
        if (!looked) sw_gwr_look(job, unit, b);
        looked = true;
        sw_gwr_look_at(job, t, b);
        sw_gwr_search_try(m, b, i, count, to + SUMS);
      }
    }
  }
}

/* Sums over tiles; ranges take the greatest. */
void sw_gwr_search_merge(const sw_job *job, int pass, double *all, const double *part) {
  const sw_gwr_model *m = job->state;
  for (int set = 0; set < m->sets; set++, all += PART, part += PART) {
    /* N and WHY are the same in all tiles that have seen the set. */
    for (int q = N; q <= WHY; q++)
      all[q] = fmax(all[q], part[q]);
    for (int q = SUMS; q < PART; q++)
      all[q] = pass == m->range ? fmax(all[q], part[q]) : all[q] + part[q];
  }
}

/* ---- what is found ----------------------------------------------------------------------- */

/* The criterion over the fits that are defined; INFINITY where there is none, or one has too many
 * parameters for it (NaN). */
static double criterion(const sw_gwr_model *m, double n, const double *sum) {
  double defined = n - sum[UNDEFINED];
  double value =
      m->by == SW_GWR_CV ? sum[SQUARES] / defined : sw_gwr_aicc(defined, sum[SQUARES], sum[TRACE]);
  return isnan(value) ? INFINITY : value;
}

/* In the order of the head of this file. */
static bool is_better(const sw_gwr_choice *than, double undefined, double value, double bandwidth) {
  if (isinf(value)) return false;
  if (isinf(than->criterion)) return true;
  if (undefined != than->undefined) return undefined < than->undefined;
  if (value != than->criterion) return value < than->criterion;
  return bandwidth < than->bandwidth;
}

/* The best of those tried and of the one before. What lies next to it on both sides, among these
 * and the ends of the stretch, bounds the stretch to look at next. lo and hi only come nearer: the
 * stretch shrinks from pass to pass. */
static void take_best(const sw_gwr_model *m, double n, const double *sums, const double *list,
                      int64_t count, sw_gwr_choice *c) {
  double old = c->bandwidth;
  for (int64_t q = 0; q < count; q++) {
    double value = criterion(m, n, sums + 3 * q);
    if (!is_better(c, sums[3 * q + UNDEFINED], value, list[q])) continue;
    c->bandwidth = list[q];
    c->undefined = sums[3 * q + UNDEFINED];
    c->criterion = value;
  }
  for (int64_t q = -1; q < count; q++) {
    double point = q < 0 ? old : list[q]; /* NaN is on neither side */
    if (point < c->bandwidth) c->lo = fmax(c->lo, point);
    if (point > c->bandwidth) c->hi = fmin(c->hi, point);
  }
}

/* Ascending, between the ends, and never what has been tried at the best itself. */
static void add_next(sw_gwr_choice *c, double value) {
  bool there = c->count > 0 && value <= c->list[c->count - 1];
  if (!there && value != c->bandwidth && value > c->lo && value < c->hi)
    c->list[c->count++] = value;
}

/* What the next pass tries: all whole numbers of the stretch, or as many points of it as a pass
 * takes. */
static void plan_next(const sw_gwr_model *m, sw_gwr_choice *c) {
  /* At an end of the range there is nothing beyond: the stretch ends at the best. */
  double lo = isinf(c->lo) ? c->bandwidth : c->lo, hi = isinf(c->hi) ? c->bandwidth : c->hi;
  c->count = 0;
  c->lo = lo;
  c->hi = hi;
  if (m->adaptive && hi - lo <= m->list) {
    for (double value = lo + 1; value < hi; value++)
      add_next(c, value);
    return;
  }
  for (int q = 1; q <= m->list; q++) {
    double share = (double)q / (m->list + 1);
    /* Distances evenly in logarithms, numbers of units evenly. */
    add_next(c, m->adaptive ? floor(lo + (hi - lo) * share + .5) : lo * pow(hi / lo, share));
  }
}

/* Twice the largest distance is as good as no weights at all. Kernels that are not cut tell places
 * apart well within the distance of the nearest few. */
static void plan_range(const sw_gwr_model *m, const double *sums, sw_gwr_choice *c) {
  double lo = sqrt(sums[0]) * SW_GWR_BEYOND, hi = 2 * sqrt(sums[1]);
  /* / 8: an uncut kernel of h weighs beyond h, so bandwidths well below the distance of the nearest
   * few still fit. */
  if (m->kernel != SW_GWR_BISQUARE) lo /= 8;
  if (lo > 0 && hi > lo) c->count = spread(lo, hi, SW_GWR_FIRST, false, c->list);
}

/* The search in one item (mgwr) uses the same steps without passes. */
int64_t sw_gwr_search_first(const sw_gwr_model *m, int64_t n, double *list) {
  return first_neighbours(m, n, list);
}

sw_gwr_choice sw_gwr_search_none(void) {
  return (sw_gwr_choice){NAN, 0, INFINITY, -INFINITY, INFINITY, 0, {0}};
}

void sw_gwr_search_take(const sw_gwr_model *m, int64_t n, const double *sums, const double *list,
                        int64_t count, sw_gwr_choice *c) {
  take_best(m, (double)n, sums, list, count, c);
  c->count = 0;
  if (!isinf(c->criterion)) plan_next(m, c);
}

/* After a pass: the choice of the next one, which is final in the last. */
void sw_gwr_search_finish(sw_job *job, int pass, const double *all, sw_gwr_choice *found) {
  const sw_gwr_model *m = job->state;
  bool first = pass == (m->range < 0 ? m->search : m->range);
  for (int set = 0; set < m->sets; set++, all += PART) {
    sw_gwr_choice *c = &found[set];
    double list[SW_GWR_LIST];
    if (first)
      *c = sw_gwr_search_none();
    else
      /* The choice of the pass before, for passes that are idle. */
      *c = ((const sw_gwr_choice *)job->folded[pass - 1])[set];
    /* An idle pass leaves no numbers, and what it found is what was found before. */
    if (all[WHY] != 0 || (!first && c->count == 0)) continue;
    if (pass == m->range) {
      plan_range(m, all + SUMS, c);
      continue;
    }
    int64_t count = tried(job, pass, set, (int64_t)all[N], list);
    sw_gwr_search_take(m, (int64_t)all[N], all + SUMS, list, count, c);
  }
}

/* What the last pass of the search has found; NaN: none had a criterion. */
double sw_gwr_bandwidth(const sw_job *job, int set) {
  const sw_gwr_model *m = job->state;
  if (m->by == SW_GWR_GIVEN) return m->bandwidth;
  const sw_gwr_choice *c = (const sw_gwr_choice *)job->folded[m->fit - 1] + set;
  return isinf(c->criterion) ? NAN : c->bandwidth;
}

/* ---- passes ------------------------------------------------------------------------------ */

/* A walk of the bisquare kernel tries hundreds for little more than one; of other kernels each
 * costs a look at all observations. At most eight passes: range, first, refining, the fit, local
 * R2. */
static int refining(const sw_gwr_model *m) {
  if (m->kernel == SW_GWR_BISQUARE) return 2;
  return m->adaptive ? 5 : 4;
}

/* Declares the passes of the search; a given bandwidth needs none. */
void sw_gwr_search_declare(sw_job *job, sw_gwr_model *m, int64_t grain) {
  /* Every pass of the search has the same partial, with room for SW_GWR_LIST bandwidths. */
  sw_pass pass = {.domain = SW_UNITS,
                  .grain = grain,
                  .gathered = true,
                  .partial = (size_t)m->sets * PART * sizeof(double),
                  .result = (size_t)m->sets * sizeof(sw_gwr_choice)};
  m->range = m->search = -1;
  if (m->by == SW_GWR_GIVEN) return;
  /* Bisquare: as many as fit. Others: few at a time, since each costs a pass over all rows; 7 where
   * numbers of units are below 10,000. */
  m->list = m->kernel == SW_GWR_BISQUARE ? SW_GWR_LIST : m->adaptive && m->most < 10000 ? 7 : 15;
  if (!m->adaptive) m->range = sw_job_pass(job, pass);
  m->search = sw_job_pass(job, pass);
  /* All numbers were tried in the first pass. */
  if (m->adaptive && m->most <= SW_GWR_LIST) return;
  for (int q = 0; q < refining(m); q++)
    sw_job_pass(job, pass);
}

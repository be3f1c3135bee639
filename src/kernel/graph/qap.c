/* A permutation is walked row by row: the row of the second network that is dealt to the place is
 * put where its partners stand now, and the links of the first are multiplied with what they find.
 * That is O(links of both) for each; without missing pairs the sums of each network are the same in
 * all permutations, and the products alone are added up. Sums run in the order of units, in four
 * lanes within a row.
 *
 * Permutations are independent: threads each have a sw_qap and a range of numbers, and counts are
 * whole numbers, so the p-value does not depend on how they were dealt. Called by
 * measure/global/network_qap.c. */
#include "kernel/graph/qap.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/stop.h"
#include "spillway/rng.h"

enum { LANES = 4 };

/* Names the use of random numbers: "qap". Keeps these draws apart from those of other procedures
 * under the same seed. */
#define STREAM UINT64_C(0x716170)

/* Permutations that only exchange equals have the same r but for rounding, and must count as `as
 * far`, or p would depend on rounding. */
static const double slack = 1e-11;

/* ---- memory ----------------------------------------------------------------------------- */

void sw_qap_free(sw_qap *q) {
  sw_free(q->a.row);
  sw_free(q->b.row);
  sw_free(q->unit);
  sw_free(q->place);
  sw_free(q->dealt);
  sw_free(q->stands);
  *q = (sw_qap){0};
}

/* Grows to the largest network and is kept between periods. */
static sw_status make_room(sw_error *err, sw_qap *q, int64_t n) {
  size_t units = (size_t)n + 1;
  if (q->stands && n <= q->room) return SW_OK;
  sw_qap_free(q);
  SW_TRY(sw_alloc(err, units, sizeof *q->a.row, (void **)&q->a.row));
  SW_TRY(sw_alloc(err, units, sizeof *q->b.row, (void **)&q->b.row));
  SW_TRY(sw_alloc(err, units, sizeof *q->unit, (void **)&q->unit));
  SW_TRY(sw_alloc(err, units, sizeof *q->place, (void **)&q->place));
  SW_TRY(sw_alloc(err, units, sizeof *q->dealt, (void **)&q->dealt));
  SW_TRY(sw_alloc(err, units, sizeof *q->stands, (void **)&q->stands));
  q->room = n;
  return SW_OK;
}

/* ---- one network ------------------------------------------------------------------------ */

/* The place of a link's partner; -1: it does not count. */
static int32_t partner(const sw_qap *q, const sw_qap_side *side, int64_t unit, int64_t link) {
  int32_t to = side->links->to[link];
  return to == unit ? -1 : q->place[to];
}

/* Standardised as it is read, so that links stay as they are. */
static double value_of(const sw_qap_side *side, int64_t link) {
  return (side->links->value[link] - side->shift) * side->factor;
}

/* The largest value and the sum of all, before shift and factor are known. Needed before scaling,
 * so rows are read twice. */
static void look_at(const sw_qap *q, sw_qap_side *side, double *most, double *sum) {
  const sw_links *links = side->links;
  *most = *sum = 0;
  side->count = 0;
  for (int64_t p = 0; p < q->n; p++)
    for (int64_t k = links->row_start[q->unit[p]]; k < links->row_start[q->unit[p] + 1]; k++) {
      if (partner(q, side, q->unit[p], k) < 0) continue;
      *sum += links->value[k];
      *most = fmax(*most, fabs(links->value[k]));
      side->count++;
    }
}

/* Where all pairs are kept their mean is taken off, so that what all have in common costs no
 * digits; of others most pairs are 0, and stay so. */
static void prepare_side(const sw_qap *q, const sw_links *links, sw_qap_side *side) {
  double most, sum;
  side->links = links;
  look_at(q, side, &most, &sum);
  side->shift = links->all_kept && side->count > 0 ? sum / (double)side->count : 0;
  side->factor = most > 0 ? 1 / most : 1;
  /* NaN as `absent` spreads through products, which is how missing pairs are found; it is used only
   * if a pair is missing at all. */
  side->absent = links->all_kept && side->count < q->n * (q->n - 1) ? NAN : 0;
  side->sum = side->squares = 0;
  /* Sums by rows, then over rows: the same grouping in every permutation. */
  for (int64_t p = 0; p < q->n; p++) {
    double row = 0, squares = 0;
    for (int64_t k = links->row_start[q->unit[p]]; k < links->row_start[q->unit[p] + 1]; k++) {
      if (partner(q, side, q->unit[p], k) < 0) continue;
      double u = value_of(side, k);
      row += u;
      squares += u * u;
    }
    side->sum += row;
    side->squares += squares;
    side->row[p] = side->absent;
  }
}

/* ---- correlation ------------------------------------------------------------------------ */

/* Sums over the pairs that both networks have. Six sums give r in one pass. */
typedef struct sums {
  double n, a, b, aa, bb, ab;
} sums;

/* Pearson's r. Values are 1 at most, so a variance of less than 1e-24 is rounding. Clamped, as
 * rounding may pass 1 where both are equal. */
static double correlation(const sums *s) {
  double aa = s->aa / s->n - s->a / s->n * (s->a / s->n);
  double bb = s->bb / s->n - s->b / s->n * (s->b / s->n);
  if (!(s->n >= 3) || !(aa > 1e-24) || !(bb > 1e-24)) return NAN;
  double r = (s->ab / s->n - s->a / s->n * (s->b / s->n)) / (sqrt(aa) * sqrt(bb));
  return fmax(-1, fmin(1, r));
}

/* Puts the row of the unit into the side's row, partner by partner at stands[place]; NULL: at its
 * place itself. `back`: puts back what was there. Restoring the same places is O(links of the row)
 * where clearing all would be O(n). */
static void lay_row(const sw_qap *q, const sw_qap_side *side, int64_t unit, const int32_t *stands,
                    bool back) {
  const int64_t *row_start = side->links->row_start;
  const int32_t *restrict to = side->links->to, *restrict place = q->place;
  const double *restrict value = side->links->value;
  double *restrict row = side->row, shift = side->shift, factor = side->factor;
  double absent = side->absent;
  for (int64_t k = row_start[unit], end = row_start[unit + 1]; k < end; k++) {
    int32_t at = to[k] == unit ? -1 : place[to[k]];
    if (at < 0) continue;
    row[stands ? stands[at] : at] = back ? absent : (value[k] - shift) * factor;
  }
}

/* The products of the first network's row with what is laid out of the second. Lanes by position in
 * the row, so their sums do not depend on the instruction set; partners without a pair in b meet
 * its `absent`, 0. */
static double multiply_row(const sw_qap *q, int64_t unit) {
  const int64_t *row_start = q->a.links->row_start;
  const int32_t *restrict to = q->a.links->to, *restrict place = q->place;
  const double *restrict value = q->a.links->value, *restrict row = q->b.row;
  double lane[LANES] = {0}, shift = q->a.shift, factor = q->a.factor;
  int64_t k = row_start[unit], end = row_start[unit + 1];
  for (; k < end; k += LANES)
    for (int l = 0; l < LANES && k + l < end; l++) {
      int32_t at = to[k + l] == unit ? -1 : place[to[k + l]];
      if (at >= 0) lane[l] += (value[k + l] - shift) * factor * row[at];
    }
  return lane[0] + lane[1] + (lane[2] + lane[3]);
}

/* What is missing in either network is left out, so that all sums change. O(n) per row. The
 * diagonal is k == place. */
static void add_row(const sw_qap *q, int64_t place, sums *s) {
  sums row = {0};
  for (int64_t k = 0; k < q->n; k++) {
    double a = q->a.row[k], b = q->b.row[k];
    if (k == place || isnan(a) || isnan(b)) continue;
    row.n += 1;
    row.a += a;
    row.b += b;
    row.aa += a * a;
    row.bb += b * b;
    row.ab += a * b;
  }
  s->n += row.n;
  s->a += row.a;
  s->b += row.b;
  s->aa += row.aa;
  s->bb += row.bb;
  s->ab += row.ab;
}

/* By rows of the second network as it is dealt. O(links of both) or, with missing pairs, O(n^2) for
 * a permutation. */
static double walk(const sw_qap *q) {
  double pairs = (double)q->n * (double)(q->n - 1);
  sums s = {0};
  for (int64_t p = 0; p < q->n; p++) {
    int32_t mine = q->unit[p], theirs = q->unit[q->dealt[p]];
    lay_row(q, &q->b, theirs, q->stands, false);
    if (q->has_missing) {
      lay_row(q, &q->a, mine, NULL, false);
      add_row(q, p, &s);
      lay_row(q, &q->a, mine, NULL, true);
    } else {
      s.ab += multiply_row(q, mine);
    }
    lay_row(q, &q->b, theirs, q->stands, true);
  }
  if (!q->has_missing) s = (sums){pairs, q->a.sum, q->b.sum, q->a.squares, q->b.squares, s.ab};
  return correlation(&s);
}

/* Whether nothing is known of the unit: of what is not kept nothing can be said, it counts as 0. */
static bool is_unknown(const sw_links *links, int64_t unit) {
  return links->all_kept && links->outside && links->outside[unit];
}

static int64_t count_without(const sw_qap *q, const sw_links *links) {
  int64_t count = 0;
  for (int64_t p = 0; links->outside && p < q->n; p++)
    count += links->outside[q->unit[p]];
  return count;
}

/* Without `outside` nothing is left out. */
sw_status sw_qap_fill(sw_error *err, sw_qap *q, const sw_links *a, const sw_links *b) {
  SW_TRY(make_room(err, q, a->n));
  q->n = 0;
  for (int64_t i = 0; i < a->n; i++) {
    bool unknown = is_unknown(a, i) || is_unknown(b, i);
    q->place[i] = unknown ? -1 : (int32_t)q->n;
    if (!unknown) q->unit[q->n++] = (int32_t)i;
  }
  prepare_side(q, a, &q->a);
  prepare_side(q, b, &q->b);
  q->a.without = count_without(q, a);
  q->b.without = count_without(q, b);
  q->has_missing = isnan(q->a.absent) || isnan(q->b.absent);
  for (int64_t p = 0; p < q->n; p++)
    q->dealt[p] = (int32_t)p;
  q->r = sw_qap_dealt(q);
  return SW_OK;
}

double sw_qap_dealt(sw_qap *q) {
  for (int64_t p = 0; p < q->n; p++)
    q->stands[q->dealt[p]] = (int32_t)p;
  return q->n < 3 ? NAN : walk(q);
}

/* ---- permutations ----------------------------------------------------------------------- */

/* Fisher & Yates from the front. A generator per place, keyed by the unit, makes the permutation
 * independent of who computes it and of the order of units in memory. */

/* Each place draws one of those left, with the key of its unit. */
static void deal(sw_qap *q, uint64_t seed, const uint64_t *key, uint64_t draw) {
  for (int64_t p = 0; p < q->n; p++)
    q->dealt[p] = (int32_t)p;
  for (int64_t p = 0; p + 1 < q->n; p++) {
    sw_rng rng = sw_rng_make(seed, STREAM, key[q->unit[p]]);
    rng.draw = draw;
    int64_t other = p + (int64_t)sw_rng_below(&rng, (uint64_t)(q->n - p));
    int32_t place = q->dealt[other];
    q->dealt[other] = q->dealt[p];
    q->dealt[p] = place;
  }
}

/* What has no r, because the pairs that are left do not vary, counts as far from 0. The comparison
 * is negated: NaN is not below. */
int64_t sw_qap_count(sw_qap *q, uint64_t seed, const uint64_t *key, int64_t first, int64_t count) {
  int64_t far = 0;
  for (int64_t k = first; k < first + count && !sw_stop_asked(); k++) {
    deal(q, seed, key, (uint64_t)k);
    far += !(fabs(sw_qap_dealt(q)) < fabs(q->r) - slack);
  }
  return far;
}

/* ---- the exact deviation ---------------------------------------------------------------- */

/* The link of that unit to `to`, -1: none; by bisection. O(log of the row) for the way back; rows
 * ascend. */
static int64_t find_link(const sw_links *links, int64_t unit, int32_t to) {
  int64_t low = links->row_start[unit], end = links->row_start[unit + 1], high = end;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if (links->to[middle] < to)
      low = middle + 1;
    else
      high = middle;
  }
  return low < end && links->to[low] == to ? low : -1;
}

/* Of off-diagonal values less their mean: sum a^2, sum a_ij a_ji, sum a_i.^2 - S2, sum a_.j^2 - S2,
 * sum a_i. a_.i - St, and what makes all of them 0. The five patterns in which two ordered pairs of
 * units may share members: the same, turned, same row, same column, row of one in the column of the
 * other; the rest share none. With deviations from the mean everything sums to 0, so the rest
 * follows. */
typedef struct moments {
  double squares, turned, rows, columns, crossed, rest;
} moments;

/* Column sums are gathered in the side's row, which is put back. */
static moments moments_of(const sw_qap *q, const sw_qap_side *side) {
  const sw_links *links = side->links;
  double pairs = (double)q->n * (double)(q->n - 1), mean = side->sum / pairs;
  double part = mean * (double)(q->n - 1), *column = side->row;
  moments m = {.squares = side->squares - pairs * mean * mean, .turned = -pairs * mean * mean};
  /* Missing links have value 0 - mean; their sum is taken from the totals rather than walked:
   * O(links log) and not n^2. */
  for (int64_t p = 0; p < q->n; p++)
    for (int64_t unit = q->unit[p], k = links->row_start[unit]; k < links->row_start[unit + 1];
         k++) {
      int32_t to = partner(q, side, unit, k);
      if (to < 0) continue;
      int64_t back = find_link(links, links->to[k], (int32_t)unit);
      column[to] += value_of(side, k);
      if (back >= 0) m.turned += value_of(side, k) * value_of(side, back);
    }
  for (int64_t p = 0; p < q->n; p++) {
    double row = -part, down = column[p] - part;
    for (int64_t unit = q->unit[p], k = links->row_start[unit]; k < links->row_start[unit + 1]; k++)
      if (partner(q, side, unit, k) >= 0) row += value_of(side, k);
    m.rows += row * row;
    m.columns += down * down;
    m.crossed += row * down;
    column[p] = side->absent;
  }
  m.rows -= m.squares;
  m.columns -= m.squares;
  m.crossed -= m.turned;
  m.rest = -m.squares - m.turned - m.rows - m.columns - 2 * m.crossed;
  return m;
}

/* Mantel 1967: E of the product over all permutations is a sum over these patterns, each divided by
 * the number of ordered tuples of 2, 3 or 4 units. r has mean 0, so the root of its mean square is
 * the deviation. */
double sw_qap_deviation(const sw_qap *q) {
  double n = (double)q->n;
  if (q->has_missing || q->n < 4 || isnan(q->r)) return NAN;
  moments a = moments_of(q, &q->a), b = moments_of(q, &q->b);
  double two = n * (n - 1), three = two * (n - 2), four = three * (n - 3);
  double sum = (a.squares * b.squares + a.turned * b.turned) / two +
               (a.rows * b.rows + a.columns * b.columns + 2 * a.crossed * b.crossed) / three +
               a.rest * b.rest / four;
  /* Rounding may make the variance of a nearly constant network negative. */
  return sqrt(fmax(0, sum / (a.squares * b.squares)));
}

/* ---- what both have --------------------------------------------------------------------- */

/* Whether link k of a row that ends at `end` leads there. */
static bool is_at(const sw_links *links, int64_t k, int64_t end, int32_t to) {
  return k < end && links->to[k] == to;
}

/* Merges the two rows of each unit; O(links of both). Czekanowski's (Bray & Curtis') similarity. */
double sw_qap_common(const sw_qap *q) {
  const sw_links *a = q->a.links, *b = q->b.links;
  double smaller = 0, both = 0;
  for (int64_t p = 0; p < q->n; p++) {
    int64_t i = q->unit[p], j = a->row_start[i], k = b->row_start[i];
    int64_t end = a->row_start[i + 1], other_end = b->row_start[i + 1];
    while (j < end || k < other_end) {
      int32_t to = j < end && (k >= other_end || a->to[j] < b->to[k]) ? a->to[j] : b->to[k];
      bool has = is_at(a, j, end, to), other = is_at(b, k, other_end, to);
      double u = has ? a->value[j++] : 0, v = other ? b->value[k++] : 0;
      bool missing = (!has && a->all_kept) || (!other && b->all_kept);
      if (to == i || q->place[to] < 0 || missing) continue;
      if (u < 0 || v < 0) return NAN;
      smaller += fmin(u, v);
      both += u + v;
    }
  }
  return both > 0 ? 2 * smaller / both : NAN;
}

/* See discovery.h. Called by `granger` (measure/pair/granger_tests.c), in its passes over all pairs
 * before pairs are kept. A state (sw_discovery) says what is in question; a count takes tests;
 * counts are joined and narrow the state. Strengths are handled by their bits, whose order is that
 * of positive doubles: a bin is a shift, and 4096 bins cover any range in a few passes. */
#include "kernel/causality/discovery.h"

#include "kernel/exp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the first pass leaves of a double: its upper 20 bits. Bits made of p span more powers of
 * two, and 18 fit into the bins. */
enum { F_SHIFT = 44, P_SHIFT = 46 };
/* Terms of a harmonic sum that are added one by one. */
enum { FULL_SUM = 1000000 };

#define INFINITE_BITS 0x7ff0000000000000u

/* ---- strengths ---------------------------------------------------------------------------- */

/* Bits of positive doubles are in the order of the doubles: those of infinity less those of p are
 * a double above 2 that falls with p, and none is lost. */
SW_HOT void sw_discovery_of_p(int64_t n, const double *p, double *strength) {
  for (int64_t c = 0; c < n; c++)
    strength[c] = p[c] == p[c] ? sw_from_bits(INFINITE_BITS - sw_bits(p[c])) : NAN;
}

/* Inverts sw_discovery_of_p, or evaluates the law: needed at edges of bins and for single values
 * only. */
double sw_discovery_p(const sw_discovery_law *law, double strength) {
  return law->by_p ? sw_from_bits(INFINITE_BITS - sw_bits(strength))
                   : sw_f_tail(law->law, strength);
}

/* ---- before a pass ------------------------------------------------------------------------ */

/* The least strength with a p of alpha: no test below is ever rejected. */
static double first_strength(const sw_discovery_law *law) {
  double strength = INFINITY;
  if (!law->by_p) return sw_f_reach(law->law, law->alpha);
  sw_discovery_of_p(1, &law->alpha, &strength);
  return strength;
}

/* Without correction the first pass counts from the least rejected strength itself. With it the
 * lower edge is rounded down to a whole bin. */
void sw_discovery_begin(const sw_discovery_law *law, sw_discovery *d) {
  uint64_t first = sw_bits(first_strength(law));
  int shift = law->by_p ? P_SHIFT : F_SHIFT;
  *d = (sw_discovery){.from = first, .to = INFINITE_BITS + 1, .shift = shift, .least = INFINITY};
  if (law->rule != SW_UNCORRECTED) d->from = first >> shift << shift;
}

static bool is_first(const sw_discovery *d) {
  return d->round == 0;
}

/* Clears what the coming pass uses of the union: counts alone in the first, extremes too later,
 * values where it gathers. */
void sw_discovery_clear(const sw_discovery *d, sw_discovery_count *count) {
  memset(count, 0, sizeof *count);
  for (int b = 0; !is_first(d) && !d->gathers && b < SW_DISCOVERY_BINS; b++) {
    count->of.bin.least[b] = INFINITY;
    count->of.bin.greatest[b] = -INFINITY;
  }
}

/* ---- a pass ------------------------------------------------------------------------------- */

/* All that lies beyond the last edge falls into the last bin: it is rare there. */
static int bin_of(const sw_discovery *d, uint64_t bits) {
  uint64_t b = (bits - d->from) >> d->shift;
  return b < SW_DISCOVERY_BINS ? (int)b : SW_DISCOVERY_BINS - 1;
}

enum { SEEK = 32 }; /* tests that are looked at together */

/* Whether one of SEEK tests is as strong as `from`. Masks as wide as the numbers: packing them to
 * int costs more than comparing. */
SW_INLINE bool one_reaches(const double *strength, double from) {
  int64_t hits = 0;
  for (int l = 0; l < SEEK; l++)
    hits |= strength[l] >= from ? -1 : 0;
  return hits != 0;
}

/* Few tests are in question as a rule: groups without one are skipped, and of the others they are
 * put together first, without a branch for each. `to`: NaN where there is no upper end. */
SW_HOT static int64_t in_question(double from, double to, int64_t n, const double *strength,
                                  double *out) {
  int64_t found = 0;
  for (int64_t c = 0, end; c < n; c = end) {
    end = c + SEEK < n ? c + SEEK : n;
    if (end - c == SEEK && !one_reaches(strength + c, from)) continue;
    for (; c < end; c++) {
      out[found] = strength[c];
      found += strength[c] >= from && !(strength[c] >= to);
    }
  }
  return found;
}

/* NaN is no test. Counted by mask, as comparing has no branch. */
SW_HOT static int64_t count_tests(int64_t n, const double *strength) {
  int64_t count = 0;
  for (int64_t c = 0; c < n; c++)
    count -= strength[c] == strength[c] ? -1 : 0;
  return count;
}

static void take_value(double v, int b, sw_discovery_count *count) {
  count->of.bin.count[b]++;
  if (v < count->of.bin.least[b]) count->of.bin.least[b] = v;
  if (v > count->of.bin.greatest[b]) count->of.bin.greatest[b] = v;
}

/* The hot path of a pass: two sweeps over the tests, then work for those in question alone. */
void sw_discovery_see(const sw_discovery *d, int64_t n, const double *strength, double *work,
                      sw_discovery_count *count) {
  /* Infinity itself is in question where `to` is behind it. */
  double to = d->to > INFINITE_BITS ? NAN : sw_from_bits(d->to);
  int64_t found = in_question(sw_from_bits(d->from), to, n, strength, work);
  if (is_first(d)) {
    count->tests += count_tests(n, strength);
    for (int64_t c = 0; c < found; c++)
      count->of.bin.count[bin_of(d, sw_bits(work[c]))]++;
  } else if (d->gathers) { /* no more than there is room for: they were counted */
    memcpy(count->of.value + count->gathered, work, (size_t)found * sizeof *work);
    count->gathered += found;
  } else {
    for (int64_t c = 0; c < found; c++)
      take_value(work[c], bin_of(d, sw_bits(work[c])), count);
  }
}

/* Which bin does not matter, as all are rejected. */
void sw_discovery_see_sure(int64_t tests, int64_t rejected, sw_discovery_count *count) {
  count->tests += tests;
  count->of.bin.count[0] += rejected;
}

/* Joins counts: addition, least and greatest, or values one behind the other. Integers and sorting
 * make the order of parts irrelevant. Room was checked by narrow_bins, which counted the values
 * before. */
void sw_discovery_join(const sw_discovery *d, sw_discovery_count *all,
                       const sw_discovery_count *part) {
  all->tests += part->tests;
  if (d->gathers) {
    memcpy(all->of.value + all->gathered, part->of.value,
           (size_t)part->gathered * sizeof *part->of.value);
    all->gathered += part->gathered;
    return;
  }
  for (int b = 0; b < SW_DISCOVERY_BINS; b++) {
    all->of.bin.count[b] += part->of.bin.count[b];
    if (is_first(d) || part->of.bin.count[b] == 0) continue;
    all->of.bin.least[b] = fmin(all->of.bin.least[b], part->of.bin.least[b]);
    all->of.bin.greatest[b] = fmax(all->of.bin.greatest[b], part->of.bin.greatest[b]);
  }
}

/* ---- after a pass ------------------------------------------------------------------------- */

/* 1 + 1/2 + ... + 1/m, smallest terms first. Of many by Euler's formula, whose next term, 1/(120
 * m^4), is below 1e-26 then. */
double sw_discovery_harmonic(int64_t m) {
  double sum = 0, n = (double)m;
  if (m > FULL_SUM) return log(n) + 0.57721566490153286061 + 1 / (2 * n) - 1 / (12 * n * n);
  for (int64_t k = m; k > 0; k--)
    sum += 1 / (double)k;
  return sum;
}

/* Whether a test of that strength passes, when `count` tests are as strong or stronger: p <= level
 * count/m. */
static bool passes(const sw_discovery_law *law, const sw_discovery *d, double strength,
                   int64_t count) {
  return sw_discovery_p(law, strength) <= d->level * (double)count / (double)d->tests;
}

/* Bits at which bin b begins. */
static uint64_t lower_edge(const sw_discovery *d, int b) {
  return d->from + ((uint64_t)b << d->shift);
}

/* The first bits behind the bin. */
static uint64_t upper_edge(const sw_discovery *d, int b) {
  uint64_t edge = lower_edge(d, b + 1);
  return b == SW_DISCOVERY_BINS - 1 || edge > d->to ? d->to : edge;
}

/* Ends the search. */
static void settle(sw_discovery *d, double least, int64_t rejected) {
  d->settled = true;
  d->least = least;
  d->rejected = rejected;
}

/* NO: no test of the bin passes. SURE: even the weakest does. PERHAPS: a finer look decides. */
typedef enum verdict { NO, PERHAPS, SURE } verdict;

/* Judges a bin with tests; `count`: tests in it and above. The range of its strengths is that of
 * its least and greatest where they are known, else its edges. Of known ones the least has its
 * answer, and the others count one less. */
static verdict judge(const sw_discovery_law *law, const sw_discovery *d,
                     const sw_discovery_count *all, int b, int64_t count) {
  bool known = !is_first(d);
  double least = known ? all->of.bin.least[b] : sw_from_bits(lower_edge(d, b));
  double most = known ? all->of.bin.greatest[b] : sw_from_bits(upper_edge(d, b) - 1);
  if (passes(law, d, least, count)) return SURE;
  if (known && (most == least || !passes(law, d, most, count - 1))) return NO;
  return passes(law, d, most, count) ? PERHAPS : NO;
}

static int64_t sum_of_bins(const sw_discovery_count *all) {
  int64_t sum = 0;
  for (int b = 0; b < SW_DISCOVERY_BINS; b++)
    sum += all->of.bin.count[b];
  return sum;
}

/* Narrows what is in question, going up from the first bin: from the first bin that may pass to the
 * first that is sure to. A sure bin whose least strength is known is the answer if nothing below it
 * may pass; else it is in question itself. O(bins), with a law's tail or two per bin with tests. */
static void narrow_bins(const sw_discovery_law *law, const sw_discovery_count *all,
                        sw_discovery *d) {
  int64_t count = d->above + sum_of_bins(all);
  int64_t first_count = 0, behind = 0; /* tests from the first bin on, and behind the last */
  uint64_t from = 0, to = 0;
  bool any = false, known = !is_first(d);
  for (int b = 0; b < SW_DISCOVERY_BINS; count -= all->of.bin.count[b++]) {
    if (all->of.bin.count[b] == 0) continue;
    verdict v = judge(law, d, all, b, count);
    if (v == SURE && known) {
      d->least = all->of.bin.least[b];
      d->rejected = count;
      if (!any) {
        settle(d, d->least, count);
        return;
      }
      break;
    }
    if (v == NO) continue;
    if (!any) first_count = count, from = lower_edge(d, b);
    any = true;
    to = upper_edge(d, b);
    behind = count - all->of.bin.count[b];
    if (v == SURE) break;
  }
  /* Nothing in question passes: the answer is what was known above it. */
  if (!any) {
    settle(d, d->least, d->rejected);
    return;
  }
  d->from = from;
  d->to = to;
  d->above = behind;
  d->gathers = first_count - behind <= SW_DISCOVERY_ROOM;
  /* Bins as fine as the range allows; at shift 0 each bin is one strength, so the search ends. */
  for (d->shift = 0; (d->to - d->from) >> d->shift >= SW_DISCOVERY_BINS;)
    d->shift++;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The exact answer out of the values themselves: the smallest that passes. Equal ones are as many
 * as the first of them says. */
static void settle_gathered(const sw_discovery_law *law, sw_discovery_count *all, sw_discovery *d) {
  double *value = all->of.value;
  int64_t n = all->gathered;
  qsort(value, (size_t)n, sizeof *value, ascending);
  for (int64_t k = 0; k < n; k++) {
    if (k > 0 && value[k] == value[k - 1]) continue;
    if (!passes(law, d, value[k], d->above + n - k)) continue;
    settle(d, value[k], d->above + n - k);
    return;
  }
  settle(d, d->least, d->rejected);
}

/* The answer where another count has been made already (granger_sieve.h). */
void sw_discovery_settle(int64_t tests, int64_t rejected, sw_discovery *d) {
  d->tests = tests;
  settle(d, sw_from_bits(d->from), rejected);
}

/* What is known once all tests are counted: their number, and the level that SW_BY derives from
 * it. */
static void count_all(const sw_discovery_law *law, const sw_discovery_count *all, sw_discovery *d) {
  d->tests = all->tests;
  d->level = law->rule == SW_BY ? law->alpha / sw_discovery_harmonic(d->tests) : law->alpha;
}

/* Between passes: makes the state of the next pass, or the answer. Every rank that calls it with
 * the same counts comes to the same state. */
void sw_discovery_narrow(const sw_discovery_law *law, sw_discovery_count *all, sw_discovery *d) {
  if (is_first(d)) count_all(law, all, d);
  if (law->rule == SW_UNCORRECTED)
    settle(d, sw_from_bits(d->from), sum_of_bins(all));
  else if (d->gathers)
    settle_gathered(law, all, d);
  else
    narrow_bins(law, all, d);
  d->round++;
}

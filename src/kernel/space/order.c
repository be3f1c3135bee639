/* Sorts a row of distances. Bits of doubles above zero are ordered as integers, so the span of a
 * row's bits is cut into 2^22 buckets of equal width, which is a relative width: near places are
 * told apart as finely as far ones. Two counting passes of 11 bits bring the buckets in order;
 * both are stable, so equal keys stay in the order of their indices. Few buckets hold two keys,
 * and those are put in order by insertion; where many share one (a cluster seen from far away),
 * the bucket is sorted again as a row of its own, with a finer width. Each round tells 22 more
 * bits apart, so there are three rounds at most. */
#include "kernel/space/order.h"

#include "kernel/space/geodesic.h"
#include "kernel/space/sphere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* 2^11 counters of four bytes are 8 KiB: both passes' counters fit the first-level cache. */
enum { DIGIT = 11, BINS = 1 << DIGIT, LANES = 8 };

/* The last bucket is for NaN; no key falls into it. */
static const uint64_t nowhere = (uint64_t)BINS * BINS - 1;

/* Up to here insertion costs less than the counters of another round. */
enum { SHORT_RUN = 48 };

/* ---- keys ------------------------------------------------------------------------------- */

/* The squared chord grows with the arc all the way to the antipode, and needs no root. Squares of
 * differences, as in arc.c: 1 - p.q would lose short distances. Any monotone function of distance
 * sorts alike; a root per pair would be the largest cost of a row. */
SW_HOT static void chords(const sw_distance *d, int64_t i, int64_t n, double *restrict key) {
  const double *restrict x = d->x, *restrict y = d->y, *restrict z = d->z;
  double px = x[i], py = y[i], pz = z[i];
  for (int64_t j = 0; j < n; j++) {
    double a = px - x[j], b = py - y[j], c = pz - z[j];
    key[j] = __builtin_fma(c, c, __builtin_fma(b, b, a * a));
  }
}

/* Pairs without a distance sort last, as NaN. */
static void given(const sw_links *links, int64_t i, int64_t n, double *key) {
  for (int64_t j = 0; j < n; j++)
    key[j] = NAN;
  for (int64_t k = links->row_start[i]; k < links->row_start[i + 1]; k++)
    key[links->to[k]] = links->value[k];
}

/* Keys by which the others are ordered: they grow with the distance, and need not be distances. */
void sw_order_keys(const sw_distance *d, int64_t i, int64_t n, double *key) {
  if (d->kind == SW_GREAT_CIRCLE) {
    chords(d, i, n, key);
  } else if (d->kind == SW_GEODESIC) {
    sw_geodesic_values(d, i, 0, n, key);
    for (int64_t j = 0; j < n; j++)
      key[j] = 1 / key[j];
  } else {
    given(d->links, i, n, key);
  }
  /* The unit itself has no place in its own order. */
  key[i] = NAN;
}

/* ---- buckets ---------------------------------------------------------------------------- */

/* An index with its bucket in the upper half, so that both move together. */
typedef uint64_t item;

/* Bits of doubles of 0 or more have the order of the numbers. */
static uint64_t bits_of(double key) {
  uint64_t bits;
  memcpy(&bits, &key, sizeof bits);
  return bits;
}

/* Least and greatest of the keys that are not NaN; INFINITY and -INFINITY when all are. */
SW_HOT static void find_range(const double *restrict key, int64_t n, double *least,
                              double *greatest) {
  double lo[LANES], hi[LANES];
  int64_t k = 0;
  for (int l = 0; l < LANES; l++)
    lo[l] = INFINITY, hi[l] = -INFINITY;
  for (; k + LANES <= n; k += LANES)
    for (int l = 0; l < LANES; l++) {
      lo[l] = key[k + l] < lo[l] ? key[k + l] : lo[l];
      hi[l] = key[k + l] > hi[l] ? key[k + l] : hi[l];
    }
  for (; k < n; k++) {
    lo[0] = key[k] < lo[0] ? key[k] : lo[0];
    hi[0] = key[k] > hi[0] ? key[k] : hi[0];
  }
  for (int l = 1; l < LANES; l++) {
    lo[0] = lo[l] < lo[0] ? lo[l] : lo[0];
    hi[0] = hi[l] > hi[0] ? hi[l] : hi[0];
  }
  *least = lo[0];
  *greatest = hi[0];
}

/* The width of buckets, as a shift, with which keys from `least` to `greatest` fall into all but
 * the last of them. At most 64 steps, once per row. */
static int width_of(uint64_t least, uint64_t greatest) {
  int shift = 0;
  while ((greatest - least) >> shift >= nowhere)
    shift++;
  return shift;
}

/* Without a branch: NaN go to the last bucket by selection. */
SW_HOT static void quantise(const double *restrict key, int64_t n, uint64_t least, int shift,
                            item *restrict out) {
  for (int64_t k = 0; k < n; k++) {
    uint64_t bits, bucket;
    memcpy(&bits, key + k, sizeof bits);
    bucket = key[k] == key[k] ? (bits - least) >> shift : nowhere;
    out[k] = bucket << 32 | (uint64_t)k;
  }
}

/* Counts become places. */
static void add_up(uint32_t *count) {
  uint32_t sum = 0;
  for (int b = 0; b < BINS; b++) {
    uint32_t here = count[b];
    count[b] = sum;
    sum += here;
  }
}

/* Sorts the items of `a` by bucket, stably: by the lower digit into b, by the upper one back. Least
 * significant digit first, so two stable passes sort 22 bits. */
static void sort_buckets(item *restrict a, item *restrict b, int64_t n) {
  uint32_t low[BINS] = {0}, high[BINS] = {0};
  for (int64_t k = 0; k < n; k++) {
    low[a[k] >> 32 & (BINS - 1)]++;
    high[a[k] >> (32 + DIGIT)]++;
  }
  add_up(low);
  add_up(high);
  for (int64_t k = 0; k < n; k++)
    b[low[a[k] >> 32 & (BINS - 1)]++] = a[k];
  for (int64_t k = 0; k < n; k++)
    a[high[b[k] >> (32 + DIGIT)]++] = b[k];
}

/* ---- within a bucket -------------------------------------------------------------------- */

/* Stable: equal keys stay as they are. */
static void insert(const double *key, item *a, int64_t n) {
  for (int64_t k = 1; k < n; k++) {
    item here = a[k];
    double value = key[(uint32_t)here];
    int64_t at = k;
    for (; at > 0 && value < key[(uint32_t)a[at - 1]]; at--)
      a[at] = a[at - 1];
    a[at] = here;
  }
}

static void settle(const double *key, item *a, item *b, int64_t n);

/* A bucket of many: sorted anew within the span of its own keys. Equal keys are in order. The upper
 * halves of the items are overwritten by the new buckets. */
static void sort_again(const double *key, item *a, item *b, int64_t n) {
  uint64_t least = UINT64_MAX, greatest = 0;
  for (int64_t k = 0; k < n; k++) {
    uint64_t bits = bits_of(key[(uint32_t)a[k]]);
    least = bits < least ? bits : least;
    greatest = bits > greatest ? bits : greatest;
  }
  if (least == greatest) return;
  int shift = width_of(least, greatest);
  for (int64_t k = 0; k < n; k++)
    a[k] = (bits_of(key[(uint32_t)a[k]]) - least) >> shift << 32 | (uint32_t)a[k];
  sort_buckets(a, b, n);
  settle(key, a, b, n);
}

/* Puts the items of each bucket in order by their keys. */
static void settle(const double *key, item *a, item *b, int64_t n) {
  for (int64_t k = 1, first = 0; k <= n; k++) {
    if (k < n && a[k] >> 32 == a[first] >> 32) continue;
    if (k - first > SHORT_RUN)
      sort_again(key, a + first, b + first, k - first);
    else if (k - first > 1)
      insert(key, a + first, k - first);
    first = k;
  }
}

/* ---- ties ------------------------------------------------------------------------------- */

/* The distance within which two partners count as equally far: rounding of coordinates, in radians
 * or km. */
double sw_order_same(const sw_distance *d) {
  return d->kind == SW_GREAT_CIRCLE ? SW_SPHERE_SAME : d->kind == SW_GEODESIC ? 1e-9 : 0;
}

static int by_index(const void *a, const void *b) {
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return (x > y) - (x < y);
}

/* Marks places whose key may be the same as the next one: those of one bucket or of two that touch,
 * unless a bucket is narrower than what is the same; that is widest, for its size, at the least
 * key. Nearly all keys have a bucket for themselves, and need not be looked up again. */
SW_HOT static void mark_near(const item *restrict a, int64_t count, bool all,
                             int32_t *restrict near) {
  for (int64_t k = 0; k + 1 < count; k++)
    near[k] = all || (a[k + 1] >> 32) - (a[k] >> 32) <= 1;
}

/* The key of a distance that is `same` farther. */
static double reach(double key, double same) {
  double root = sqrt(key) + same;
  return root * root;
}

enum { PLACE = INT32_MAX }; /* the sign of a place in the order is its mark */

/* The places of keys as near to that of the first are brought in the order of their indices. A run
 * is what is within reach of its first, so a chain of nearly equal ones does not grow on. */
static void join_ties(const double *key, int64_t count, double same, int32_t *order) {
  for (int64_t first = 0, end; first < count; first = end) {
    end = first + 1;
    if (order[first] >= 0) continue;
    double limit = reach(key[order[first] & PLACE], same);
    while (end < count && order[end - 1] < 0 && key[order[end] & PLACE] <= limit)
      end++;
    for (int64_t k = first; k < end; k++) {
      /* The last one's mark is of what comes after the run. */
      order[k] &= PLACE;
    }
    if (end - first > 1) qsort(order + first, (size_t)(end - first), sizeof *order, by_index);
  }
}

/* ---- a row ------------------------------------------------------------------------------ */

/* NaN are behind all others and keep the order of their indices. Returns how many have a distance.
 * `work` holds 2 n items. */
int64_t sw_order_sort(const double *key, int64_t n, double same, double *work, int32_t *order) {
  item *a = (item *)work, *b = a + n;
  double least, greatest;
  int64_t count = n;
  find_range(key, n, &least, &greatest);
  uint64_t from = least <= greatest ? bits_of(least) : 0;
  int shift = width_of(from, least <= greatest ? bits_of(greatest) : 0);
  quantise(key, n, from, shift, a);
  sort_buckets(a, b, n);
  while (count > 0 && a[count - 1] >> 32 == nowhere)
    count--;
  memset(order, 0, (size_t)n * sizeof *order);
  if (same > 0 && count > 0)
    mark_near(a, count, bits_of(reach(least, same)) - from > (uint64_t)1 << shift >> 1, order);
  settle(key, a, b, count);
  for (int64_t k = 0; k < n; k++)
    order[k] = (int32_t)((uint32_t)a[k] | (uint32_t)order[k] << 31);
  if (same > 0) join_ties(key, count, same, order);
  return count;
}

/* Loops over units; see fields.h. Called by `field_strength` and `huff`, and by the resource of
 * distances to centres (measure/space/centres.c). O(k n) each; w is read once, so memory bandwidth
 * is the limit. Sums over centres are made by the caller, centre by centre, so each unit's bits
 * depend on itself. */
#include "kernel/flows/fields.h"

#include "kernel/exp.h"
#include "kernel/pairs/lanes.h"

#include <string.h>

enum { LINE = 8 }; /* doubles of a cache line */

/* What sw_fields_strongest is asked. */
typedef struct fields {
  int64_t n;
  int k;
  const int *order;
  const double *z, *w;
  int64_t stride;
  double *const *field;
  bool fetched;
  double *first_of, *second_of;
} fields;

#define SW_VEC_FILE "kernel/flows/fields_set.h"
#include "kernel/vec_each.h"

/* One variant for each instruction set (kernel/vec_each.h); all give the same bits. */
static void (*const all_units[])(const fields *f) = SW_SETS(all_units);

/* Dispatches to the variant of this machine. */
void sw_fields_strongest(int64_t n, int k, const int *order, const double *z, const double *w,
                         int64_t stride, double *const *field, bool fetched, double *first_of,
                         double *second_of) {
  fields f = {n, k, order, z, w, stride, field, fetched, first_of, second_of};
  all_units[sw_set()](&f);
}

/* Weights wait for arithmetic and products for memory: fetching during the one serves the other. */
void sw_fields_fetch(int64_t n, const double *row) {
  for (int64_t u = 0; u < n; u += LINE)
    __builtin_prefetch(row + u, 0, 2);
}

/* d = 1 / sqrt(v scale). Where sw_exp may have cut its argument the field is 0. A gap (NaN) goes
 * through as it is. w comes in as v, where 1/d^2 = v scale, so distances need no array of their
 * own. */
SW_HOT void sw_fields_exponential(int64_t n, double rate, double scale, double *w) {
  /* v == v is false of a NaN alone. */
  for (int64_t u = 0; u < n; u++) {
    double v = w[u], x = sw_exp(-rate / __builtin_sqrt(v * scale));
    x = x <= SW_EXP_LEAST ? 0 : x;
    w[u] = v == v ? x : v;
  }
}

/* A gap counts as no field; NaN must not reach the sum. */
SW_HOT void sw_fields_add(int64_t n, double a, const double *restrict w, double *restrict sum) {
  for (int64_t u = 0; u < n; u++) {
    double x = a * w[u];
    sum[u] += x == x ? x : 0.0;
  }
}

/* NaN instead of a number that is not finite (0/0 of a unit that no centre reaches): x - x is 0 of
 * finite numbers only. */
SW_INLINE double held(double x) {
  return x - x == 0 ? x : __builtin_nan("");
}

/* A share of Huff's model: the attraction a w of one centre over the sum of all. */
SW_HOT void sw_fields_share(int64_t n, double a, const double *restrict w,
                            const double *restrict sum, double *restrict share) {
  for (int64_t u = 0; u < n; u++)
    share[u] = held(a * w[u] / sum[u]);
}

/* Lanes as in all sums over units, so that the bits do not depend on vectors. */
SW_HOT static void product(int64_t n, const double *restrict v, const double *restrict m,
                           double lane[restrict SW_LANES]) {
  int64_t u = 0;
  for (; u + SW_LANES <= n; u += SW_LANES)
    for (int l = 0; l < SW_LANES; l++) {
      double x = v[u + l] * m[u + l];
      lane[l] += x == x ? x : 0.0;
    }
  for (; u < n; u++) {
    double x = v[u] * m[u];
    lane[u % SW_LANES] += x == x ? x : 0.0;
  }
}

/* sum v m over units, gaps left out. */
double sw_fields_product(int64_t n, const double *v, const double *m) {
  double lane[SW_LANES] = {0};
  product(n, v, m, lane);
  return sw_lanes_join(lane);
}

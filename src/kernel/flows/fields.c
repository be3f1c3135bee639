/* Loops over units; see fields.h. Comparisons choose and do not branch: a unit's best changes with
 * nearly every centre at first. */
#include "kernel/flows/fields.h"

#include "kernel/exp.h"
#include "kernel/pairs/lanes.h"

enum { AT_ONCE = 16 }; /* units whose best stay in registers while centres go by */

/* By the bits, so that no branch and no conditional store is made of it. */
SW_INLINE double either(bool first, double a, double b) {
  uint64_t mask = -(uint64_t)first;
  return sw_from_bits((sw_bits(a) & mask) | (sw_bits(b) & ~mask));
}

/* So many units from u on; `lanes` is a constant in both calls. */
SW_INLINE void strongest(int lanes, int64_t u, int k, const int *order, const double *restrict z,
                         const double *restrict w, int64_t stride, double *const *field,
                         double *restrict first_of, double *restrict second_of) {
  double first[AT_ONCE], second[AT_ONCE], of_first[AT_ONCE], of_second[AT_ONCE], x[AT_ONCE];
  for (int l = 0; l < lanes; l++) {
    first[l] = second[l] = 0;
    of_first[l] = of_second[l] = __builtin_nan("");
  }
  for (int r = 0; r < k; r++) {
    int c = order[r];
    const double *restrict near = w + c * stride + u;
    double *restrict to = field[c] + u;
    double mass = z[c], of = c;
    for (int l = 0; l < lanes; l++) {
      double v = mass * near[l], f = first[l], s = second[l];
      double whose = of_first[l], next = either(v > s, of, of_second[l]);
      x[l] = v;
      of_second[l] = either(v > f, whose, next);
      of_first[l] = either(v > f, of, whose);
      s = v > s ? v : s;
      second[l] = f < s ? f : s;
      first[l] = v > f ? v : f;
    }
    for (int l = 0; l < lanes; l++)
      to[l] = x[l];
  }
  for (int l = 0; l < lanes; l++) {
    first_of[u + l] = of_first[l];
    second_of[u + l] = of_second[l];
  }
}

SW_HOT void sw_fields_strongest(int64_t n, int k, const int *order, const double *z,
                                const double *w, int64_t stride, double *const *field,
                                double *first_of, double *second_of) {
  int64_t u = 0;
  for (; u + AT_ONCE <= n; u += AT_ONCE)
    strongest(AT_ONCE, u, k, order, z, w, stride, field, first_of, second_of);
  for (; u < n; u++)
    strongest(1, u, k, order, z, w, stride, field, first_of, second_of);
}

/* d = 1 / sqrt(v scale). A gap goes through as it is. */
SW_HOT void sw_fields_exponential(int64_t n, double rate, double scale, double *w) {
  for (int64_t u = 0; u < n; u++) {
    double v = w[u], x = sw_exp(-rate / __builtin_sqrt(v * scale));
    x = x <= SW_EXP_LEAST ? 0 : x;
    w[u] = v == v ? x : v;
  }
}

SW_HOT void sw_fields_add(int64_t n, double a, const double *restrict w, double *restrict sum) {
  for (int64_t u = 0; u < n; u++) {
    double x = a * w[u];
    sum[u] += x == x ? x : 0.0;
  }
}

SW_INLINE double held(double x) {
  return x - x == 0 ? x : __builtin_nan("");
}

SW_HOT void sw_fields_share(int64_t n, double a, const double *restrict w,
                            const double *restrict sum, double *restrict share) {
  for (int64_t u = 0; u < n; u++)
    share[u] = held(a * w[u] / sum[u]);
}

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

double sw_fields_product(int64_t n, const double *v, const double *m) {
  double lane[SW_LANES] = {0};
  product(n, v, m, lane);
  return sw_lanes_join(lane);
}

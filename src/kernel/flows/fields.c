/* Loops over units; see fields.h. Comparisons choose and do not branch: a unit's best changes with
 * nearly every centre at first. */
#include "kernel/flows/fields.h"

#include "kernel/exp.h"
#include "kernel/pairs/lanes.h"

SW_HOT static void begin(int64_t n, double *restrict first, double *restrict first_of,
                         double *restrict second, double *restrict second_of) {
  for (int64_t u = 0; u < n; u++) {
    first[u] = second[u] = 0;
    first_of[u] = second_of[u] = __builtin_nan("");
  }
}

void sw_fields_begin(int64_t n, const sw_fields_best *best) {
  begin(n, best->first, best->first_of, best->second, best->second_of);
}

SW_INLINE double held(double x) {
  return x - x == 0 ? x : __builtin_nan("");
}

SW_HOT static void take(int64_t n, double z, const double *restrict w, double of,
                        double *restrict field, double *restrict first, double *restrict first_of,
                        double *restrict second, double *restrict second_of) {
  for (int64_t u = 0; u < n; u++) {
    double x = held(z * w[u]), f = first[u], s = second[u], f_of = first_of[u];
    double s_of = second_of[u];
    s_of = x > s ? of : s_of;
    s = x > s ? x : s;
    second[u] = x > f ? f : s;
    second_of[u] = x > f ? f_of : s_of;
    first[u] = x > f ? x : f;
    first_of[u] = x > f ? of : f_of;
    field[u] = x;
  }
}

void sw_fields_take(int64_t n, double z, const double *w, double of, double *field,
                    const sw_fields_best *best) {
  take(n, z, w, of, field, best->first, best->first_of, best->second, best->second_of);
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

/* Loops over a row segment that turn inverse squared distances into flows, for gravity
 * (pair/gravity.c). Called in this order: decay, masses, then share and group where the study
 * has them. Each works in place in one pass, and each pair's bits depend on the pair's numbers
 * alone. */
#include "kernel/pairs/power.h"

SW_HOT static void root_each(int64_t n, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = __builtin_sqrt(v[j]);
}

SW_HOT static void square_each(int64_t n, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = v[j] * v[j];
}

SW_HOT static void power_each(int64_t n, double p, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = sw_power(v[j], p);
}

/* Decays 1, 2 and 4 take one correctly rounded operation or none. For the others the exponent is
 * half the decay, as v is an inverse square. */
void sw_power_decay_each(int64_t n, double decay, double *v) {
  if (decay == 2) return;
  if (decay == 1)
    root_each(n, v);
  else if (decay == 4)
    square_each(n, v);
  else
    power_each(n, decay / 2, v);
}

/* sw_exp holds its argument at both ends; beyond them a flow is infinite, or 0. */
SW_HOT void sw_power_unlimit(int64_t n, double *v) {
  for (int64_t j = 0; j < n; j++) {
    double x = v[j];
    x = x >= SW_EXP_MOST ? __builtin_inf() : x;
    v[j] = x <= SW_EXP_LEAST ? 0 : x;
  }
}

SW_HOT void sw_power_scale(int64_t n, double factor, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] *= factor;
}

/* x - x is 0 of finite numbers only, so that no branch is needed. */
SW_HOT void sw_power_drop_infinite(int64_t n, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = v[j] - v[j] == 0 ? v[j] : __builtin_nan("");
}

SW_HOT void sw_power_scale_masses(int64_t n, double a, const double *restrict b,
                                  double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = (a * b[j]) * v[j];
}

/* Both shares zero give 0/0 = NaN: a missing flow, as it should be. */
SW_HOT void sw_power_scale_share(int64_t n, double x, const double *restrict y,
                                 double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] *= x / (x + y[j]);
}

/* Multiplies by 1 elsewhere, which changes no bit, rather than branch. */
SW_HOT void sw_power_scale_group(int64_t n, int32_t group, const int32_t *restrict of,
                                 double factor, double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] *= of[j] == group ? factor : 1.0;
}

SW_INLINE double present(double x) {
  return x == x ? x : 0.0;
}

SW_HOT void sw_power_fill_missing(int64_t n, double *v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = present(v[j]);
}

/* The lanes stay in registers; the rest goes into the lanes that it would have had in a longer
 * run. */
SW_HOT void sw_power_add_products(int64_t n, const double *restrict v, const double *restrict m,
                                  double sum[restrict 8]) {
  double lane[8];
  int64_t j = 0;
  for (int l = 0; l < 8; l++)
    lane[l] = sum[l];
  for (; j + 8 <= n; j += 8)
    for (int l = 0; l < 8; l++)
      lane[l] = __builtin_fma(v[j + l], present(m[j + l]), lane[l]);
  for (int l = 0; l < 8; l++)
    sum[l] = lane[l];
  for (; j < n; j++)
    sum[j % 8] = __builtin_fma(v[j], present(m[j]), sum[j % 8]);
}

/* Loops over a row segment that turn distances into flows. */
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

void sw_power_decay_each(int64_t n, double decay, double *v) {
  if (decay == 2) return;
  if (decay == 1)
    root_each(n, v);
  else if (decay == 4)
    square_each(n, v);
  else
    power_each(n, decay / 2, v);
}

SW_HOT void sw_power_scale_masses(int64_t n, double a, const double *restrict b,
                                  double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] = (a * b[j]) * v[j];
}

SW_HOT void sw_power_scale_share(int64_t n, double x, const double *restrict y,
                                 double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] *= x / (x + y[j]);
}

SW_HOT void sw_power_scale_group(int64_t n, int32_t group, const int32_t *restrict of,
                                 double factor, double *restrict v) {
  for (int64_t j = 0; j < n; j++)
    v[j] *= of[j] == group ? factor : 1.0;
}

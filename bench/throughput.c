/* Throughput loops: independent short chains (longer ones would not overlap enough to fill the
 * pipes) over a small array, best of many short runs, so that a busy
 * neighbour does not lower the bound. */
#include "throughput.h"

#include "base/clock.h"
#include "kernel/hot.h"

#include <stdint.h>

enum { LENGTH = 128, CHAIN = 8, REPEATS = 200, TRIES = 60 };

SW_HOT static void chain_fma(double *restrict v, double m, double c) {
  for (int j = 0; j < LENGTH; j++) {
    double x = v[j];
#pragma GCC unroll 8
    for (int k = 0; k < CHAIN; k++)
      x = __builtin_fma(x, m, c);
    v[j] = x;
  }
}

SW_HOT static void divide_each(double *restrict v, double c) {
  for (int j = 0; j < LENGTH; j++)
    v[j] = c / v[j];
}

SW_HOT static void root_each(double *restrict v) {
  for (int j = 0; j < LENGTH; j++)
    v[j] = __builtin_sqrt(v[j]);
}

static void repeat(int which, double *v) {
  for (int r = 0; r < REPEATS; r++) {
    if (which == 0) chain_fma(v, 0.999, 1e-3);
    if (which == 1) divide_each(v, 1.5);
    if (which == 2) root_each(v);
  }
}

static double fastest(int which, double operations) {
  double v[LENGTH], best = 0;
  for (int j = 0; j < LENGTH; j++)
    v[j] = 1 + 1.0 / (j + 2);
  for (int t = 0; t < TRIES; t++) {
    double began = sw_clock();
    repeat(which, v);
    double rate = REPEATS * operations / (sw_clock() - began);
    if (rate > best) best = rate;
  }
  return v[0] > 0 ? best : 0; /* the results are used */
}

throughput throughput_measure(void) {
  throughput t = {fastest(0, LENGTH * CHAIN), fastest(1, LENGTH), fastest(2, LENGTH)};
  return t;
}

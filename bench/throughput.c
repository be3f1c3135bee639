/* What the machine does at best: multiply-adds and mixes of operations in registers, divisions and
 * roots over a small array; best of many short runs, so that a busy neighbour does not lower the
 * bound. */
#include "throughput.h"

#include "base/clock.h"
#include "kernel/hot.h"

#include <stdint.h>
#include <stdlib.h>

enum { LENGTH = 128, REPEATS = 200, TRIES = 60 };

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
    if (which == 0) divide_each(v, 1.5);
    if (which == 1) root_each(v);
  }
}

static double fastest(int which) {
  double v[LENGTH], best = 0;
  for (int j = 0; j < LENGTH; j++)
    v[j] = 1 + 1.0 / (j + 2);
  for (int t = 0; t < TRIES; t++) {
    double began = sw_clock();
    repeat(which, v);
    double rate = REPEATS * (double)LENGTH / (sw_clock() - began);
    if (rate > best) best = rate;
  }
  return v[0] > 0 ? best : 0; /* the results are used */
}

/* ---- mixes ------------------------------------------------------------------------------- */

#define SW_VEC_FILE "mix_set.h"
#include "kernel/vec_each.h"

enum { SHARES = 4 }; /* none, one, two or all of each four quotients by steps */
typedef int64_t mix_of(int steps, int64_t turns, double *out);
static mix_of *const fma_alones[] = SW_SETS(fma_alone);
static mix_of *const gravity_mixes[] = SW_SETS(gravity_mix);
static mix_of *const coupling_mixes[] = SW_SETS(coupling_mix);
static mix_of *const product_mixes[] = SW_SETS(product_mix);
static mix_of *const long_product_mixes[] = SW_SETS(long_product_mix);

/* The best of as many shares of the quotients by steps: 1 is by the divider alone. */
static double fastest_mix(mix_of *mix, int shares) {
  double out[8], best = 0;
  for (int t = 0; t < TRIES; t++)
    for (int steps = 0; steps < shares; steps++) {
      double began = sw_clock();
      double rate = (double)mix(steps, LENGTH * REPEATS / 32, out) / (sw_clock() - began);
      if (rate > best) best = rate;
    }
  return best;
}

throughput throughput_measure(void) {
  return (throughput){fastest_mix(fma_alones[sw_set()], 1), fastest(0), fastest(1)};
}

double throughput_fma_now(void) {
  double out[8], began = sw_clock();
  return (double)fma_alones[sw_set()](0, 150000, out) / (sw_clock() - began);
}

mixes mixes_measure(void) {
  sw_set_of set = sw_set();
  return (mixes){.gravity = fastest_mix(gravity_mixes[set], SHARES),
                 .coupling = fastest_mix(coupling_mixes[set], SHARES),
                 .product = fastest_mix(product_mixes[set], 1),
                 .long_product = fastest_mix(long_product_mixes[set], 1),
                 .gravity_divided = fastest_mix(gravity_mixes[set], 1),
                 .coupling_divided = fastest_mix(coupling_mixes[set], 1)};
}

throughput throughput_of_threads(int threads) {
  double fma = 0, divide = 0, root = 0;
#pragma omp parallel num_threads(threads) reduction(+ : fma, divide, root)
  {
    throughput t = throughput_measure();
    fma += t.fma;
    divide += t.divide;
    root += t.root;
  }
  return (throughput){fma, divide, root};
}

/* ---- bytes ------------------------------------------------------------------------------- */

enum { CACHED = 1024, LARGE = 1 << 23, PASSES = 8 }; /* doubles an array: 8 KiB, 64 MiB */

SW_HOT static void triad(double *restrict a, const double *restrict b, const double *restrict c,
                         double s, int64_t n) {
  for (int64_t j = 0; j < n; j++)
    a[j] = b[j] + s * c[j];
}

static void fill(double *v, int64_t n) {
  for (int64_t j = 0; j < n; j++)
    v[j] = 1 + 1e-3 * (double)(j & 7);
}

static double cached_bytes(double *v) {
  double best = 0;
  for (int t = 0; t < TRIES; t++) {
    double began = sw_clock();
    for (int r = 0; r < REPEATS; r++)
      triad(v, v + CACHED, v + 2 * CACHED, 1e-3 * r, CACHED);
    double rate = 3.0 * CACHED * sizeof *v * REPEATS / (sw_clock() - began);
    if (rate > best) best = rate;
  }
  return best;
}

/* Each thread its own share of three large arrays, touched by itself first. */
traffic traffic_of_threads(int threads) {
  double cache = 0, memory = 0;
  int64_t n = LARGE / threads;
  double *room = aligned_alloc(64, 3 * (size_t)LARGE * sizeof *room);
  if (!room) return (traffic){0};
#pragma omp parallel num_threads(threads) reduction(+ : cache)
  {
    double v[3 * CACHED];
    fill(v, 3 * CACHED);
    cache += cached_bytes(v);
  }
  for (int t = 0; t <= PASSES; t++) { /* the first pass touches */
    double began = sw_clock();
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (int k = 0; k < threads; k++) {
      double *a = room + k * n, *b = a + LARGE, *c = b + LARGE;
      if (t == 0) {
        fill(a, n);
        fill(b, n);
        fill(c, n);
      } else {
        triad(a, b, c, 1e-3 * t, n);
      }
    }
    double rate = 3.0 * (double)(n * threads) * sizeof *room / (sw_clock() - began);
    if (t && rate > memory) memory = rate;
  }
  free(room);
  return (traffic){cache, memory};
}

/* Fields of centres as field_strength has them: blocks of units, weights of all centres once, then
 * the products, comparisons and stores of each period.
 *
 *   bench_fields UNITS CENTRES PERIODS REPEATS   one line a repeat:
 *      arcs first further store
 *
 * Seconds of the arcs alone, stored where the fields are, of the first period with them, of a
 * further one, and of filling as much memory as a period leaves, at a stretch. One thread; memory
 * has been touched. */
#include "kernel/flows/fields.h"
#include "base/arena.h"
#include "base/clock.h"
#include "kernel/space/arc.h"
#include "spillway/panel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = SW_BLOCK + 16 };

typedef struct bench {
  int64_t n;
  int centres, periods;
  double *px, *py, *pz, *z; /* places; masses of the centres */
  sw_arc_ball *ball;
  sw_arc_points points;
  int64_t *unit;
  double *w;     /* centres x ROOM */
  double *best;  /* 2 x ROOM */
  double *field; /* [(c * periods + t) * n + unit] */
  double **row;
  int *order;
} bench;

static void *take(size_t count, size_t size) {
  sw_error err = {0};
  void *memory = NULL;
  if (sw_alloc(&err, count, size, &memory) != SW_OK) {
    fprintf(stderr, "bench_fields: %s\n", err.text);
    exit(1);
  }
  memset(memory, 0, count * size);
  return memory;
}

/* Units in a country of some 30 degrees: nearly all pairs are near. */
static void open_bench(bench *b) {
  size_t n = (size_t)b->n, k = (size_t)b->centres;
  b->px = take(n, sizeof(double)), b->py = take(n, sizeof(double)), b->pz = take(n, sizeof(double));
  b->z = take(k, sizeof(double)), b->unit = take(k, sizeof *b->unit);
  b->row = take(k, sizeof *b->row), b->order = take(k, sizeof *b->order);
  b->ball = take((size_t)sw_arc_chunks(b->n), sizeof *b->ball);
  b->w = take(k * ROOM, sizeof(double)), b->best = take(2 * ROOM, sizeof(double));
  /* Arcs may fill a vector more. */
  b->field = take(k * (size_t)b->periods * n + 16, sizeof(double));
  for (int64_t i = 0; i < b->n; i++) {
    double lon = .5 * (double)i / (double)b->n, lat = .5 + .3 * fmod((double)i * .61803398875, 1);
    b->px[i] = cos(lat) * cos(lon), b->py[i] = cos(lat) * sin(lon), b->pz[i] = sin(lat);
  }
  for (int c = 0; c < b->centres; c++) {
    b->unit[c] = (b->n - 1) * c / b->centres;
    b->z[c] = 1 + (double)(c % 7);
    b->order[c] = c;
  }
  sw_arc_cover(b->n, b->px, b->py, b->pz, b->ball);
  b->points = (sw_arc_points){b->px, b->py, b->pz, b->ball, false};
}

static int64_t end_of(const bench *b, int64_t lo) {
  return lo + SW_BLOCK < b->n ? lo + SW_BLOCK : b->n;
}

static double *row_of(const bench *b, int c, int t) {
  return b->field + ((int64_t)c * b->periods + t) * b->n;
}

/* Of the first period. */
static void arcs(const bench *b, int64_t lo, int64_t hi) {
  for (int c = 0; c < b->centres; c++) {
    sw_fields_fetch(hi - lo, row_of(b, c, 0) + lo);
    sw_arc_values(&b->points, b->unit[c], lo, hi, b->w + (int64_t)c * ROOM);
  }
}

/* As field_strength does: by rows of the block. */
static void period(const bench *b, int t, int64_t lo, int64_t hi) {
  for (int c = 0; c < b->centres; c++)
    b->row[c] = row_of(b, c, t) + lo;
  sw_fields_strongest(hi - lo, b->centres, b->order, b->z, b->w, ROOM, b->row, t == 0, b->best,
                      b->best + ROOM);
}

static double time_arcs(const bench *b) {
  double began = sw_clock();
  for (int64_t lo = 0; lo < b->n; lo += SW_BLOCK)
    for (int c = 0; c < b->centres; c++)
      sw_arc_values(&b->points, b->unit[c], lo, end_of(b, lo), row_of(b, c, 0) + lo);
  return sw_clock() - began;
}

static double time_first(const bench *b) {
  double began = sw_clock();
  for (int64_t lo = 0; lo < b->n; lo += SW_BLOCK) {
    arcs(b, lo, end_of(b, lo));
    period(b, 0, lo, end_of(b, lo));
  }
  return sw_clock() - began;
}

/* Of one period, in the order of the measure: all periods of a block, then the next block. */
static double time_further(const bench *b) {
  double began = sw_clock();
  for (int64_t lo = 0; lo < b->n; lo += SW_BLOCK)
    for (int t = 1; t < b->periods; t++)
      period(b, t, lo, end_of(b, lo));
  return (sw_clock() - began) / (b->periods - 1);
}

static double time_store(const bench *b) {
  int64_t count = b->n * b->centres;
  double began = sw_clock();
  for (int t = 1; t < b->periods; t++)
    memset(b->field + t * count, t, (size_t)count * sizeof *b->field);
  return (sw_clock() - began) / (b->periods - 1);
}

int main(int argc, char **argv) {
  bench b = {0};
  int repeats = argc == 5 ? atoi(argv[4]) : 0;
  if (argc == 5) b.n = atoll(argv[1]), b.centres = atoi(argv[2]), b.periods = atoi(argv[3]);
  if (b.n < 1 || b.centres < 1 || b.periods < 2 || repeats < 1) {
    fprintf(stderr, "usage: bench_fields UNITS CENTRES PERIODS REPEATS\n");
    return 2;
  }
  open_bench(&b);
  for (int k = 0; k < repeats; k++) {
    double arc = time_arcs(&b), first = time_first(&b);
    double further = time_further(&b), stored = time_store(&b);
    printf("%.9f %.9f %.9f %.9f\n", arc, first, further, stored);
    fflush(stdout);
  }
  return 0;
}

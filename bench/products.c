/* The kernel of products with sums alone (kernel/pairs/block.h), as similarity and Pearson use it:
 * squares of a triangle off its diagonal, operands and sums prepared, memory touched.
 *
 *   bench_products UNITS K SIDE REPEATS   one line a repeat:
 *      pairs-a-second fma-a-second
 *
 * The clock of a core that multiplies on wide vectors moves, so the rate of multiply-adds in
 * registers is measured before and after each row of squares, and their mean is printed. One
 * thread. */
#include "base/clock.h"
#include "kernel/pairs/block.h"
#include "resident.h"
#include "throughput.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct bench {
  int64_t n, side;
  int k;
  double *number; /* k rows of n, and room for a vector */
  const double **row;
  double *lanes; /* of a square's rows, then of its columns */
  void *workspace;
} bench;

static int64_t stride_of(const bench *b) {
  return (b->side + 15) & ~(int64_t)7;
}

static void open_bench(bench *b) {
  int64_t long_row = (b->n + 15) & ~(int64_t)7;
  b->number = resident_room((size_t)(long_row * b->k), sizeof *b->number);
  b->row = resident_room((size_t)b->k, sizeof *b->row);
  b->lanes = resident_room((size_t)(2 * SW_LANES * stride_of(b)), sizeof *b->lanes);
  b->workspace = resident_room(sw_block_fold_workspace(b->k), 1);
  for (int s = 0; s < b->k; s++) {
    b->row[s] = b->number + s * long_row;
    for (int64_t i = 0; i < b->n; i++)
      b->number[s * long_row + i] = (double)((i * 2654435761 + s * 40503) % 1000) / 1000 - .5;
  }
}

/* A row of squares behind the one on the diagonal. Returns its pairs. */
static double squares(const bench *b, int64_t i0, sw_lane_sums *sums) {
  int64_t i1 = i0 + b->side;
  for (int64_t j0 = i1; j0 < b->n; j0 += b->side) {
    int64_t j1 = j0 + b->side < b->n ? j0 + b->side : b->n;
    sw_block_fold_products(b->k, b->row, i0, i1, b->row, j0, j1, sums, b->workspace);
  }
  return i1 < b->n ? (double)(b->side * (b->n - i1)) : 0;
}

static void repeat(const bench *b) {
  sw_lane_sums sums = {b->lanes, b->lanes + SW_LANES * stride_of(b), stride_of(b), 0, NULL};
  double pairs = 0, seconds = 0, rates = 0;
  sw_block_fold_open(b->k, b->workspace);
  for (int64_t i0 = 0; i0 + b->side < b->n; i0 += b->side) {
    double before = throughput_fma_now(), began = sw_clock();
    double done = squares(b, i0, &sums);
    seconds += sw_clock() - began;
    /* Longer rows weigh more in the mean. */
    rates += done * (before + throughput_fma_now()) / 2;
    pairs += done;
  }
  printf("%.9g %.9g\n", pairs / seconds, rates / pairs);
  fflush(stdout);
}

int main(int argc, char **argv) {
  bench b = {0};
  int repeats = argc == 5 ? atoi(argv[4]) : 0;
  if (argc == 5) b.n = atoll(argv[1]), b.k = atoi(argv[2]), b.side = atoll(argv[3]);
  if (b.k < 1 || b.side < 1 || b.n <= b.side || repeats < 1) {
    fprintf(stderr, "usage: bench_products UNITS K SIDE REPEATS, UNITS more than SIDE\n");
    return 2;
  }
  open_bench(&b);
  for (int k = 0; k < repeats; k++)
    repeat(&b);
  return 0;
}

/* What a core can do at most: multiplications and fused multiply-adds, divisions and square roots
 * a second, double precision, from the first-level cache, on the widest vectors it has. */
#ifndef BENCH_THROUGHPUT_H
#define BENCH_THROUGHPUT_H

typedef struct throughput {
  double fma, divide, root; /* elements a second */
} throughput;

throughput throughput_measure(void);

#endif

/* What the machine can do at most, double precision, on the widest vectors it has: multiplications
 * and fused multiply-adds, divisions and square roots a second, from the first-level cache; bytes a
 * second of a triad a = b + s c, in the first-level cache and in memory (three arrays counted). */
#ifndef BENCH_THROUGHPUT_H
#define BENCH_THROUGHPUT_H

typedef struct throughput {
  double fma, divide, root; /* elements a second */
} throughput;

typedef struct traffic {
  double cache, memory; /* bytes a second */
} traffic;

/* Of the calling thread. */
throughput throughput_measure(void);
/* Fused multiply-adds in registers, at the clock that the core has now: one run of a third of a
 * millisecond or so, not the best of many. */
double throughput_fma_now(void);
/* Pairs a second of the operations of a pair, in registers: multiplications, divisions and roots
 * share pipes, so the slower of them alone is not the bound. Products: of 20 numbers and of 240,
 * summed. */
typedef struct mixes {
  double gravity, coupling, product, long_product;
  double gravity_divided, coupling_divided; /* no quotient by steps */
} mixes;
mixes mixes_measure(void);
/* Of all threads together, each at work while the others are. */
throughput throughput_of_threads(int threads);
traffic traffic_of_threads(int threads);

#endif

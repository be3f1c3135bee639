/* Which of very many tests a false discovery rate rejects, exactly, in a few passes over the tests
 * and without keeping them (methods-space.md section 4):
 *
 *   bh    the least strength whose p is at most alpha k/m, k the number of tests as strong or
 *         stronger, m of all tests (Benjamini & Hochberg 1995)
 *   by    the same with alpha/(1 + 1/2 + ... + 1/m) (Benjamini & Yekutieli 2001)
 *   none  p at most alpha
 *
 * and with it all that are as strong: equal ones go together. The strength of a test is a number
 * above or equal to 0 that rises with the evidence: F where all tests have the same degrees of
 * freedom, so that p-values are needed at edges of bins alone; else made of p itself.
 *
 * The first pass counts by the upper 20 bits of strengths. From the smallest upward: a bin in which
 * even the weakest strength passes, given how many are in it and above, ends the search; bins below
 * in which the strongest might pass are in question too. Later passes look into those alone, in
 * finer bins, or, once they are few, collect them. Counts and collections are joined by addition
 * and sorting, so any cut into parts and any order of parts gives the same. */
#ifndef SW_KERNEL_CAUSALITY_DISCOVERY_H
#define SW_KERNEL_CAUSALITY_DISCOVERY_H

#include "kernel/causality/f_law.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum sw_discovery_rule { SW_BH, SW_BY, SW_UNCORRECTED } sw_discovery_rule;

enum { SW_DISCOVERY_BINS = 4096, SW_DISCOVERY_ROOM = 3 * SW_DISCOVERY_BINS };

/* What a pass leaves of some tests. */
typedef struct sw_discovery_count {
  int64_t tests;    /* all that have a strength; the first pass alone counts them */
  int64_t gathered; /* how many values there are */
  union {
    struct {
      int64_t count[SW_DISCOVERY_BINS];
      double least[SW_DISCOVERY_BINS], greatest[SW_DISCOVERY_BINS]; /* not of the first pass */
    } bin;
    double value[SW_DISCOVERY_ROOM];
  } of;
} sw_discovery_count;

/* What is known after a pass; plain bytes. */
typedef struct sw_discovery {
  int round;             /* passes that were made */
  bool settled, gathers; /* gathers: the next pass collects */
  uint64_t from, to;     /* bits of strengths in [from, to) are in question */
  int shift;             /* a bin has 2^shift of them; the last one all that are left */
  int64_t tests, above;  /* above: as strong as `to`, or stronger */
  double level;          /* alpha; of by, divided */
  /* The least strength that is rejected, and how many tests are: final when settled, until then of
   * those at `to` and above. INFINITY: none. */
  double least;
  int64_t rejected;
} sw_discovery;

typedef struct sw_discovery_law {
  sw_discovery_rule rule;
  double alpha;
  bool by_p;           /* strengths are made of p-values */
  const sw_f_law *law; /* else they are F of this law */
} sw_discovery_law;

/* Strengths of p-values. */
void sw_discovery_of_p(int64_t n, const double *p, double *strength);
/* The p-value of a strength. */
double sw_discovery_p(const sw_discovery_law *law, double strength);

/* 1 + 1/2 + ... + 1/m. */
double sw_discovery_harmonic(int64_t m);

/* Before the first pass. */
void sw_discovery_begin(const sw_discovery_law *law, sw_discovery *d);
void sw_discovery_clear(const sw_discovery *d, sw_discovery_count *count);
/* Counts some tests; NaN is none. `work`: n doubles. */
void sw_discovery_see(const sw_discovery *d, int64_t n, const double *strength, double *work,
                      sw_discovery_count *count);
/* In the first pass of SW_UNCORRECTED: so many tests, and how many of these are rejected, counted
 * elsewhere. */
void sw_discovery_see_sure(int64_t tests, int64_t rejected, sw_discovery_count *count);
/* SW_UNCORRECTED, of which all tests were counted elsewhere: instead of passes. */
void sw_discovery_settle(int64_t tests, int64_t rejected, sw_discovery *d);
void sw_discovery_join(const sw_discovery *d, sw_discovery_count *all,
                       const sw_discovery_count *part);
/* After a pass over all tests; sorts what was gathered. */
void sw_discovery_narrow(const sw_discovery_law *law, sw_discovery_count *all, sw_discovery *d);

#endif

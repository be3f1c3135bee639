/* Which pairs of Granger's test have an F in question, without computing F: of most pairs it is
 * known from products of floats, at half the cost of doubles and without a division, that F is less
 * than `from`, or not less than `to`. The others are left to the doubles of granger.h, so that
 * counts are exact.
 *
 * F >= f where g >= K = f/(df/p + f). With one lag that is c^2 + K b^2 >= K; with two, and A of
 * d1, t and a22, c'adj(A)c >= K det A. Vectors have length 1, so that by Cauchy and Schwarz a
 * product of n rows is off by (n + 4) 2^-24 at most, and these sums by less than 3 times that, and
 * 23 times with two lags, which is less than the margin that is kept. A pair whose A is near
 * singular is never sure. Of both sides the difference is taken with K between those of `from` and
 * `to`; as it falls with K by 1 at most, it says on which side of both a pair is where it is far
 * enough from 0. */
#ifndef SW_KERNEL_CAUSALITY_GRANGER_SIEVE_H
#define SW_KERNEL_CAUSALITY_GRANGER_SIEVE_H

#include "kernel/causality/granger.h"

enum { SW_SIEVE_ROWS = 256 }; /* senders of a call at most */

typedef struct sw_granger_sieve {
  const sw_granger *g;
  float share;          /* K */
  float centre, radius; /* a difference within is in question */
  float margin;
} sw_granger_sieve;

/* False where it does not serve: more than two lags, very long series, or a `from` that all reach.
 * `to`: at least `from`; INFINITY or NaN: none is at or above it. */
bool sw_granger_sieve_make(const sw_granger *g, double from, double to, sw_granger_sieve *sieve);

/* What is known of pairs that are sure. */
typedef struct sw_granger_sure {
  int64_t tests, above; /* with a value; of these, with an F of `to` or more */
} sw_granger_sure;

/* Sifts senders [i0, i1) against receivers [j0, j1), those of a unit with itself left out: adds to
 * *sure, and calls `see` for blocks, of 32 rows at most, in which some pair is not; their other
 * pairs are not in *sure either. `both`: the other order of each pair too, of units of which no two
 * are the same, which shares products where senders and receivers have the same Q. */
size_t sw_granger_sieve_workspace(int lags, int rows);
void sw_granger_sift(const sw_granger_sieve *sieve, int64_t i0, int64_t i1, int64_t j0, int64_t j1,
                     bool both,
                     void (*see)(void *to, int64_t i, int64_t rows, int64_t j, int64_t columns),
                     void *to, sw_granger_sure *sure, void *workspace);

#endif

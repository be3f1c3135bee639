/* The F law: p-values, and what must be reached for one. With whole p and df its upper tail is the
 * incomplete beta function I_x(df/2, p/2), x = df/(df + p F). It is summed as a continued fraction
 * of fixed depth, from its end, on the side of x where that converges fast; the depth is found once
 * for a law, where convergence is slowest. So many values go through the same steps at a time, and
 * the bits of one depend on it and the law alone, not on the instruction set nor on a library. */
#ifndef SW_KERNEL_CAUSALITY_F_LAW_H
#define SW_KERNEL_CAUSALITY_F_LAW_H

#include <stdint.h>

enum { SW_F_DEPTH = 128 }; /* some 100 are needed at most, whatever df, of p up to 20 */

typedef struct sw_f_law {
  double p, df, a, b; /* a = df/2, b = p/2 */
  double turn;        /* x from which 1 - I_(1-x)(b, a) is summed instead */
  int depth;
  double scale[2]; /* 1/(a B(a, b)), 1/(b B(a, b)) */
  double term[2][SW_F_DEPTH];
} sw_f_law;

/* p >= 1, df >= 1. */
void sw_f_law_make(int p, int df, sw_f_law *law);
/* The probability of f or more; NaN of NaN. Relative error some 1e-13; below 1e-307 it is 0. */
void sw_f_tails(const sw_f_law *law, int64_t n, const double *f, double *tail);
double sw_f_tail(const sw_f_law *law, double f);
/* The least f whose tail is at most p; INFINITY where there is none below 1e300. */
double sw_f_reach(const sw_f_law *law, double p);
/* out = .5 ln(1 + p f/df), the transfer entropy of Gaussian series in nats. */
void sw_f_entropies(const sw_f_law *law, int64_t n, const double *f, double *out);

#endif

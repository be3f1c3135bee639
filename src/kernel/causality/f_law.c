/* See f_law.h. The continued fraction of the incomplete beta function:
 *
 *   I_x(a, b) = x^a (1-x)^b / (a B(a, b)) / (1 + d1 x/(1 + d2 x/(1 + ...)))
 *   d(2m) = m (b-m)/((a+2m-1)(a+2m)),  d(2m+1) = -(a+m)(a+b+m)/((a+2m)(a+2m+1))
 *
 * converges fast for x < (a+1)/(a+b+2), and the same of I_(1-x)(b, a) = 1 - I_x(a, b) beyond. */
#include "kernel/causality/f_law.h"

#include "kernel/exp.h"

#include <math.h>
#include <stdbool.h>

enum { CHUNK = 64 };

/* What x and 1 - x are held above, so that they have a logarithm; and F below. */
#define LEAST 1e-300
#define MOST 1e300

/* ---- a law -------------------------------------------------------------------------------- */

/* d1, d2, ... of the fraction, which do not depend on x (Abramowitz & Stegun, 26.5.8). */
static void make_terms(double a, double b, double *term) {
  for (int k = 1; k <= SW_F_DEPTH; k++) {
    double m = k / 2;
    term[k - 1] = k % 2 ? -(a + m) * (a + b + m) / ((a + 2 * m) * (a + 2 * m + 1))
                        : m * (b - m) / ((a + 2 * m - 1) * (a + 2 * m));
  }
}

/* From the end: a fixed depth needs no test of convergence, so that many values go in step. */
static double fraction(const double *term, int depth, double x) {
  double v = 1;
  for (int k = depth - 1; k >= 0; k--)
    v = 1 + term[k] * x / v;
  return v;
}

/* B(a, b) of multiples of 1/2, from B(1/2, 1/2), B(1, 1/2) or B(1, 1) up: every factor is near 1,
 * so the error is that of some products, where differences of ln gamma would lose digits. */
static double beta(double a, double b) {
  bool whole_a = floor(a) == a, whole_b = floor(b) == b;
  double x = whole_a ? 1 : .5, y = whole_b ? 1 : .5;
  double value = whole_a && whole_b ? 1 : whole_a || whole_b ? 2 : 3.14159265358979323846;
  for (; y < b; y++)
    value *= y / (x + y);
  for (; x < a; x++)
    value *= x / (x + y);
  return value;
}

/* Whether a depth gives the full value to rounding. Tried at the turn, where both sides converge
 * slowest. */
static bool is_deep_enough(const sw_f_law *law, int depth) {
  for (int side = 0; side < 2; side++) {
    double x = side ? 1 - law->turn : law->turn, all = fraction(law->term[side], SW_F_DEPTH, x);
    if (fabs(fraction(law->term[side], depth, x) - all) > 1e-16 * fabs(all)) return false;
  }
  return true;
}

/* Once per law: some hundred evaluations of the fraction. */
void sw_f_law_make(int p, int df, sw_f_law *law) {
  double a = df / 2.0, b = p / 2.0, whole = beta(a, b);
  *law = (sw_f_law){.p = p, .df = df, .a = a, .b = b, .turn = (a + 1) / (a + b + 2)};
  law->scale[0] = 1 / (a * whole);
  law->scale[1] = 1 / (b * whole);
  make_terms(a, b, law->term[0]);
  make_terms(b, a, law->term[1]);
  law->depth = 4;
  while (law->depth < SW_F_DEPTH && !is_deep_enough(law, law->depth))
    law->depth += 2;
}

/* ---- tails -------------------------------------------------------------------------------- */

/* CHUNK at most, step by step, each step over all of them. */
SW_INLINE void tails(const sw_f_law *law, int64_t n, const double *f, double *tail) {
  double x[CHUNK], y[CHUNK], z[CHUNK], v[CHUNK];
  for (int64_t c = 0; c < n; c++) {
    double most = f[c] > MOST ? MOST : f[c], whole = law->df + law->p * most;
    x[c] = law->df / whole;
    y[c] = law->p * most / whole;
    z[c] = x[c] < law->turn ? x[c] : y[c];
    v[c] = 1;
  }
  /* Both sides at once, by selection: a branch per value would cost more than the unused term. */
  for (int k = law->depth - 1; k >= 0; k--) {
    double near = law->term[0][k], far = law->term[1][k];
    for (int64_t c = 0; c < n; c++)
      v[c] = 1 + (x[c] < law->turn ? near : far) * z[c] / v[c];
  }
  for (int64_t c = 0; c < n; c++) {
    bool near = x[c] < law->turn;
    double power =
        law->a * sw_ln(x[c] < LEAST ? LEAST : x[c]) + law->b * sw_ln(y[c] < LEAST ? LEAST : y[c]);
    double part = sw_exp(power) * (near ? law->scale[0] : law->scale[1]) / v[c];
    /* sw_exp holds its argument; below e^-708 the tail is 0 by definition. */
    part = power < -708 ? 0 : part;
    double p = near ? part : 1 - part;
    tail[c] = f[c] == f[c] ? p : NAN;
  }
}

SW_HOT void sw_f_tails(const sw_f_law *law, int64_t n, const double *f, double *tail) {
  for (int64_t at = 0; at < n; at += CHUNK)
    tails(law, n - at < CHUNK ? n - at : CHUNK, f + at, tail + at);
}

/* One value has the bits that it has among many. */
double sw_f_tail(const sw_f_law *law, double f) {
  double tail = 0;
  sw_f_tails(law, 1, &f, &tail);
  return tail;
}

/* The least f with a tail of at most p, by halving the bits, in whose order positive doubles are:
 * 63 evaluations, exact. The tail falls with f, up to rounding. */
double sw_f_reach(const sw_f_law *law, double p) {
  uint64_t low = 0, high = sw_bits(MOST);
  if (!(sw_f_tail(law, MOST) <= p)) return INFINITY;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (sw_f_tail(law, sw_from_bits(middle)) <= p)
      high = middle;
    else
      low = middle + 1;
  }
  return sw_from_bits(low);
}

/* Overflow is impossible: f is held at MOST. */
SW_HOT void sw_f_entropies(const sw_f_law *law, int64_t n, const double *f, double *out) {
  double by = law->p / law->df;
  for (int64_t c = 0; c < n; c++) {
    double one = 1 + by * (f[c] > MOST ? MOST : f[c]);
    out[c] = f[c] == f[c] ? 0.5 * sw_ln(one) : NAN;
  }
}

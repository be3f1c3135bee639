/* Segments of near pairs, in the registers of one instruction set; included by arc.c. A pair is a
 * chain of some sixty cycles, more than the machine looks ahead: so the chords of the next turn are
 * made beside the quotients of this one. */
#include "kernel/arc_vec.h"

/* Vectors of a turn: as many as the registers hold. */
#if SW_VEC_BITS == 512
enum { SW_SET(TURN) = 4 };
#else
enum { SW_SET(TURN) = 1 };
#endif

#define line SW_SET(line)

/* A row's point and weight, and the columns. */
typedef struct line {
  vec p[3], a;
  const double *x, *y, *z, *b; /* b NULL: values without weights */
} line;

SW_INLINE vec SW_SET(chords_at)(const line *w, int64_t j) {
  return SW_SET(chords)(w->p, w->x + j, w->y + j, w->z + j);
}

/* Columns j .. j + 7, of which u are the chords. */
SW_INLINE vec SW_SET(pairs)(const line *w, vec u, int64_t j, bool flows, int q, bool by_steps) {
  vec over, under;
  SW_SET(near_ratio)(u, &over, &under);
  if (flows) over = vec_mul(vec_mul(w->a, vec_load(w->b + j)), over);
  return SW_SET(quotient)(over, under, q, by_steps);
}

/* Whole vectors of columns alone; returns how many columns they are. */
SW_INLINE int64_t SW_SET(near_line)(const line *w, int64_t n, bool flows, bool by_steps,
                                    double *out) {
  enum { STEP = SW_SET(TURN) * EIGHT };
  const int64_t last = n - n % STEP - STEP;
  vec u[SW_SET(TURN)];
  int64_t j = 0;
  if (last >= 0) {
    _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) u[q] =
        SW_SET(chords_at)(w, q * EIGHT);
    for (; j < last; j += STEP)
      _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++) {
        int64_t at = j + q * EIGHT;
        vec flow = SW_SET(pairs)(w, u[q], at, flows, q, by_steps);
        u[q] = SW_SET(chords_at)(w, at + STEP);
        vec_store(out + at, flow);
      }
    _Pragma("GCC unroll 4") for (int q = 0; q < SW_SET(TURN); q++, j += EIGHT)
        vec_store(out + j, SW_SET(pairs)(w, u[q], j, flows, q, by_steps));
  }
  for (; j + EIGHT <= n; j += EIGHT)
    vec_store(out + j, SW_SET(pairs)(w, SW_SET(chords_at)(w, j), j, flows, 0, false));
  return j;
}

static int64_t SW_SET(near_row)(const struct row *p, int64_t n, const double *x, const double *y,
                                const double *z, const double *b, bool by_steps, double *out) {
  const line w = {
      {vec_spread(p->x), vec_spread(p->y), vec_spread(p->z)}, vec_spread(p->a), x, y, z, b};
  const bool steps = SW_VEC_BITS == 512 && by_steps;
  if (b)
    return steps ? SW_SET(near_line)(&w, n, true, true, out)
                 : SW_SET(near_line)(&w, n, true, false, out);
  return steps ? SW_SET(near_line)(&w, n, false, true, out)
               : SW_SET(near_line)(&w, n, false, false, out);
}

#undef line

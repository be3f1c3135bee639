/* The filter of Hodrick & Prescott 1997: the trend minimises sum (x - m)^2 + lambda sum (second
 * difference of m)^2, that is (I + lambda D'D) m = x (hp.h). The matrix is positive definite with
 * eigenvalues from 1 to 1 + 16 lambda, so that LDL' needs no pivots. Five diagonals: factor and
 * solve are O(n), and one factor serves all series of a length.
 *
 * Called by measure/model/convergence_clubs.c: one factor for the panel, then one solution per
 * unit, by any thread, as factors are only read. */
#include "kernel/linear/hp.h"

/* Three diagonals of n. */
size_t sw_hp_room(int n) {
  return 3 * (size_t)n;
}

/* The matrix, in the places of its factors: each row of D adds (1, -2, 1)'(1, -2, 1). Fewer than
 * three values have no row of D: the trend is the series itself. */
static void fill(const sw_hp *hp, double lambda) {
  for (int i = 0; i < hp->n; i++) {
    hp->d[i] = 1;
    hp->below[i] = hp->second[i] = 0;
  }
  for (int i = 0; i + 2 < hp->n; i++) {
    hp->d[i] += lambda;
    hp->d[i + 1] += 4 * lambda;
    hp->d[i + 2] += lambda;
    hp->below[i + 1] -= 2 * lambda;
    hp->below[i + 2] -= 2 * lambda;
    hp->second[i + 2] += lambda;
  }
}

/* Row i of L from the rows above it; the entry of the matrix is read before it is overwritten. No
 * pivot can be small: each stays at 1 or above, as the eigenvalues do. */
sw_hp sw_hp_factor(int n, double lambda, double *room) {
  sw_hp hp = {n, room, room + n, room + 2 * (size_t)n};
  fill(&hp, lambda);
  for (int i = 1; i < n; i++) {
    double second = i > 1 ? hp.second[i] / hp.d[i - 2] : 0;
    double below = hp.below[i];
    if (i > 1) below -= second * hp.d[i - 2] * hp.below[i - 1];
    below /= hp.d[i - 1];
    hp.d[i] -= below * below * hp.d[i - 1];
    if (i > 1) hp.d[i] -= second * second * hp.d[i - 2];
    hp.below[i] = below;
    hp.second[i] = second;
  }
  return hp;
}

/* Forward by L, backward by D and L'. In place: out[i] is written after x[i] was read, so both may
 * be one array. */
void sw_hp_trend(const sw_hp *hp, const double *x, double *out) {
  int n = hp->n;
  for (int i = 0; i < n; i++) {
    double value = x[i];
    if (i > 0) value -= hp->below[i] * out[i - 1];
    if (i > 1) value -= hp->second[i] * out[i - 2];
    out[i] = value;
  }
  for (int i = n - 1; i >= 0; i--) {
    double value = out[i] / hp->d[i];
    if (i + 1 < n) value -= hp->below[i + 1] * out[i + 1];
    if (i + 2 < n) value -= hp->second[i + 2] * out[i + 2];
    out[i] = value;
  }
}

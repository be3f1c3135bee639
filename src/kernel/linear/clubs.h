/* Convergence clubs of Phillips & Sul by log t tests (methods-regions.md section 9b): all units, or
 * a core of neighbours in the order of their last value, whom others join one by one; then again
 * with the rest. Clubs that follow each other are merged while their union converges. Arithmetic of
 * rows; the caller brings order and memory.
 *
 * Cost with k clubs of n units: up to 3 n tests a club, each O(T + m^2) of m points of the
 * regression, so O(k n (T + m^2)); k is at most n / 2. A unit's test as one that joins does not
 * depend on the threshold c, so that raising c repeats none of them.
 *
 * Sources: Phillips & Sul 2007, Econometrica 75:1771-1855; merging: 2009, J. Applied Econometrics
 * 24:1153-1185. */
#ifndef SW_KERNEL_LINEAR_CLUBS_H
#define SW_KERNEL_LINEAR_CLUBS_H

#include "kernel/linear/log_t.h"

/* A unit's row: its value in the first period, then in the plan's `points` behind the cut. */
typedef struct sw_clubs_units {
  int64_t n;
  const double *z;      /* n rows of points + 1 */
  const int32_t *order; /* the n rows by their last value, the largest first */
  const sw_log_t_plan *plan;
  double c; /* joins whose t is above it */
} sw_clubs_units;

typedef struct sw_club {
  double b, t; /* of its units together */
  int64_t size;
  int32_t first; /* its first row in order */
} sw_club;

/* Clubs and mergers of them, n / 2 of each at most. `of` and `merged_of`: n, by row, from 1; 0:
 * belongs to none. */
typedef struct sw_clubs {
  int64_t n_clubs, n_merged;
  sw_club *club, *merged;
  int32_t *of, *merged_of;
} sw_clubs;

/* Why no clubs were found: the mean of a set that was examined is not above 0. */
typedef struct sw_clubs_wrong {
  int place;     /* in a row: 0 the first period, else cut + place - 1; -1: nothing is wrong */
  int64_t size;  /* of the set */
  int32_t first; /* its first row in order */
} sw_clubs_wrong;

/* Bytes of scratch memory; 8-byte aligned. */
size_t sw_clubs_workspace(int64_t n, int points);
/* Fills `out`, whose arrays the caller brings. */
sw_clubs_wrong sw_clubs_find(const sw_clubs_units *units, void *workspace, sw_clubs *out);

#endif

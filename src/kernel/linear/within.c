/* See within.h. With D_i the periods of unit i, T_i their number, x' the values about the means of
 * units, the effects a of periods solve
 *
 *   (diag(n_t) - sum_i 1_Di 1_Di'/T_i) a = sum_i x'_i
 *
 * the matrix of a graph whose nodes are periods, joined where they share a unit. Each connected set
 * of periods leaves one effect open: that of its first period is zero. Units with all periods are
 * counted and enter the matrix at the end, so a balanced panel costs nothing there.
 *
 * Source: Wansbeek & Kapteyn 1989, J. Econometrics 41:341-361.
 *
 * Called by measure/model/panel_regression.c: parts of units are summed by any thread, each into
 * sums of its own, and merged in the order of parts. Cost: O(T_i) a unit and variable, T_i^2 for
 * one with gaps, and T^3 / 3 once for the effects of periods. */
#include "kernel/linear/within.h"

#include "kernel/linear/cholesky.h"
#include "kernel/linear/qr.h"

#include <math.h>
#include <string.h>

enum { UNITS, CELLS, SINGLE, WHOLE, COUNTED }; /* the sums begin with these counts */

/* Parts of the sums. Views into one array of doubles: a part can be sent to another rank and added
 * as it is. Counts are doubles too, exact to 2^53. */
typedef struct parts {
  double *number;      /* COUNTED */
  double *count;       /* by period: units */
  double *raw, *about; /* by variable: squares; squares about the means of units */
  double *sum;         /* by variable and period */
  double *shared;      /* by two periods: sum of 1/T_i over units that have both, and not all */
} parts;

static bool has_units(const sw_within *w) {
  return w->effects == SW_EFFECTS_TWO_WAY || w->effects == SW_EFFECTS_UNIT;
}

static bool has_periods(const sw_within *w) {
  return w->effects == SW_EFFECTS_TWO_WAY || w->effects == SW_EFFECTS_TIME;
}

size_t sw_within_sums(const sw_within *w) {
  size_t periods = (size_t)w->periods, variables = (size_t)w->variables;
  size_t shared = w->effects == SW_EFFECTS_TWO_WAY ? periods * periods : 0;
  return COUNTED + periods + 2 * variables + variables * periods + shared;
}

/* Parts of the sums: counts, squares, and sums by period. They are added over ranks as plain
 * doubles. */
static parts parts_of(const sw_within *w, double *sums) {
  parts p = {.number = sums, .count = sums + COUNTED};
  p.raw = p.count + w->periods;
  p.about = p.raw + w->variables;
  p.sum = p.about + w->variables;
  p.shared = p.sum + w->variables * w->periods;
  return p;
}

/* ---- sums ------------------------------------------------------------------------------- */

/* Less the mean, twice: the first mean is off by the rounding of large values. The second round
 * takes out the rounding of the first mean, so that a variable near 1e6 with deviations near 1
 * keeps its digits. */
static void centre(double *x, int count) {
  for (int round = 0; round < 2; round++) {
    double sum = 0;
    for (int i = 0; i < count; i++)
      sum += x[i];
    for (int i = 0; i < count; i++)
      x[i] -= sum / count;
  }
}

/* Only units with gaps touch the matrix. Those with all periods would all add the same 1/T, which
 * make_matrix subtracts once. */
static void add_shared(const sw_within *w, parts p, const int *t, int count) {
  if (w->effects != SW_EFFECTS_TWO_WAY) return;
  if (count == w->periods) {
    p.number[WHOLE] += 1;
    return;
  }
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++)
      p.shared[t[i] * w->periods + t[j]] += 1.0 / count;
}

/* Takes a unit's `count` observations, and takes its mean out of x in place. A unit with one
 * observation has no part with fixed effects. */
void sw_within_add(const sw_within *w, double *sums, const int *t, double *x, int count) {
  parts p = parts_of(w, sums);
  if (count == 0) return;
  if (!sw_within_uses(w, count)) {
    /* A single period is spent on the unit's effect. It is counted for the note and left out. */
    p.number[SINGLE] += 1;
    return;
  }
  p.number[UNITS] += 1;
  p.number[CELLS] += count;
  for (int i = 0; i < count; i++)
    p.count[t[i]] += 1;
  add_shared(w, p, t, count);
  for (int v = 0; v < w->variables; v++, x += count) {
    p.raw[v] += sw_dot(x, x, count);
    if (has_units(w)) centre(x, count);
    p.about[v] += sw_dot(x, x, count);
    for (int i = 0; i < count; i++)
      p.sum[v * w->periods + t[i]] += x[i];
  }
}

void sw_within_merge(const sw_within *w, double *sums, const double *part) {
  for (size_t i = 0; i < sw_within_sums(w); i++)
    sums[i] += part[i];
}

/* The length before anything is taken out, against which a variable is judged as absorbed by the
 * effects. */
double sw_within_size(const sw_within *w, const double *sums, int variable) {
  return sqrt(sums[COUNTED + w->periods + variable]);
}

double sw_within_about_units(const sw_within *w, const double *sums, int variable) {
  return sqrt(sums[COUNTED + w->periods + w->variables + variable]);
}

/* ---- effects of periods ------------------------------------------------------------------ */

/* Without effects of periods these functions do nothing. */

/* The matrix of the system: diagonal the units of a period, less what pairs of periods share. */
static void make_matrix(const sw_within *w, parts p, double *a) {
  int n = w->periods;
  for (int s = 0; s < n; s++)
    for (int t = 0; t < n; t++)
      a[s * n + t] = (s == t ? p.count[t] : 0) - p.shared[s * n + t] - p.number[WHOLE] / (double)n;
}

/* Marks all periods that are joined to `first`, over any number of steps, by `number`. Quadratic
 * per round and at most T rounds, for some tens of periods. */
static void mark_joined(const double *a, int n, int first, int number, double *mark) {
  bool again = true;
  mark[first] = number;
  while (again) {
    again = false;
    for (int s = 0; s < n; s++)
      for (int t = 0; mark[s] == number && t < n; t++)
        /* a_st is not 0 if and only if some unit has both periods. */
        if (mark[t] == 0 && a[s * n + t] != 0) {
          mark[t] = number;
          again = true;
        }
  }
}

/* Row and column of a period whose effect is zero. The right side is set to 0 as well by the
 * caller, so the effect comes out as exactly 0. */
static void pin(double *a, int n, int t) {
  for (int s = 0; s < n; s++)
    a[s * n + t] = a[t * n + s] = s == t;
}

/* Pins the first period of each connected set, and those that no unit has. Returns how many sets.
 * `mark`: which set each period is of, 0 for none yet. A set with k periods has k - 1 effects that
 * can be told apart from those of its units. */
static int pin_sets(parts p, double *a, int n, double *mark) {
  int sets = 0;
  for (int t = 0; t < n; t++)
    mark[t] = 0;
  for (int t = 0; t < n; t++)
    if (p.count[t] > 0 && mark[t] == 0) mark_joined(a, n, t, ++sets, mark);
  for (int t = 0, seen = 0; t < n; t++) {
    bool first = mark[t] > seen;
    /* Sets were numbered in the order of their first periods. */
    if (first) seen++;
    if (first || p.count[t] == 0) {
      pin(a, n, t);
      mark[t] = -1;
    }
  }
  return sets;
}

/* Of one variable after the other; `work`: the matrix, and the marks behind it. */
static bool solve_two_way(const sw_within *w, parts p, double *effect, int *sets, double *work) {
  int n = w->periods;
  double *mark = work + n * n;
  make_matrix(w, p, work);
  *sets = pin_sets(p, work, n, mark);
  /* False is rounding alone: in exact arithmetic the pinned matrix is positive definite. */
  if (!sw_cholesky_factor(work, n)) return false;
  for (int v = 0; v < w->variables; v++) {
    double *a = effect + v * n;
    for (int t = 0; t < n; t++)
      a[t] = mark[t] < 0 ? 0 : p.sum[v * n + t];
    sw_cholesky_solve(work, n, a);
  }
  return true;
}

/* Without effects of units the means of periods are the solution. */
static void average_periods(const sw_within *w, parts p, double *effect) {
  for (int v = 0; v < w->variables; v++)
    for (int t = 0; t < w->periods; t++)
      effect[v * w->periods + t] = p.count[t] > 0 ? p.sum[v * w->periods + t] / p.count[t] : 0;
}

size_t sw_within_work(const sw_within *w) {
  return w->effects == SW_EFFECTS_TWO_WAY ? (size_t)w->periods * ((size_t)w->periods + 1) : 0;
}

/* Solves for the effects of time out of the sums; false: not solvable, which rounding alone could
 * bring about. Degrees of freedom are counted here. */
bool sw_within_solve(const sw_within *w, const double *sums, double *effect,
                     sw_within_counts *counts, double *work) {
  /* The cast drops const for the views' sake; nothing is written through them here. */
  parts p = parts_of(w, (double *)sums);
  int sets = 0;
  *counts = (sw_within_counts){.units = (int64_t)p.number[UNITS],
                               .cells = (int64_t)p.number[CELLS],
                               .single = (int64_t)p.number[SINGLE]};
  for (int t = 0; t < w->periods; t++)
    counts->periods += p.count[t] > 0;
  if (w->effects == SW_EFFECTS_TWO_WAY && !solve_two_way(w, p, effect, &sets, work)) return false;
  if (w->effects == SW_EFFECTS_TIME) average_periods(w, p, effect);
  /* One effect per connected set is not counted: it cannot be told from those of units. */
  counts->time_effects = has_periods(w) ? counts->periods - sets : 0;
  counts->absorbed = counts->time_effects + (has_units(w) ? counts->units : 0);
  return true;
}

/* ---- what is left ------------------------------------------------------------------------ */

/* The same unit in the same order as when it was added, so means repeat to the bit. */
void sw_within_take(const sw_within *w, const double *effect, const int *t, double *x, int count) {
  for (int v = 0; v < w->variables; v++, x += count) {
    if (has_units(w)) centre(x, count);
    if (!has_periods(w)) continue;
    for (int i = 0; i < count; i++)
      x[i] -= effect[v * w->periods + t[i]];
    /* Effects of periods have a mean over the unit's own periods, too. */
    if (has_units(w)) centre(x, count);
  }
}

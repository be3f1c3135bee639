/* Effects of units and of periods taken out of the variables of a panel, balanced or not, by
 * streaming over units three times: sums, a solution for the effects of periods, what is left. The
 * effects of units are eliminated exactly, so those of periods solve a system of as many equations
 * as there are periods (Wansbeek & Kapteyn 1989): no iteration, and nothing of the size of the
 * panel is kept. Sums are flat doubles and merge in any fixed order. */
#ifndef SW_KERNEL_LINEAR_WITHIN_H
#define SW_KERNEL_LINEAR_WITHIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of the choices of `fixed`. */
typedef enum sw_effects {
  SW_EFFECTS_TWO_WAY,
  SW_EFFECTS_UNIT,
  SW_EFFECTS_TIME,
  SW_EFFECTS_NONE
} sw_effects;

typedef struct sw_within {
  sw_effects effects;
  int periods, variables;
} sw_within;

/* What is known of the panel besides the effects. */
typedef struct sw_within_counts {
  int64_t units, cells; /* that are used */
  int64_t single;       /* units left out, as they have one period and an effect of their own */
  int64_t absorbed;     /* effects that can be told apart */
  int periods;          /* that are used */
  int time_effects;     /* those of periods that can be told apart from effects of units */
} sw_within_counts;

/* Doubles of the sums of a part of the units; zeros to begin with. */
size_t sw_within_sums(const sw_within *w);
/* Whether a unit with that many periods is used; a single one is nothing but its own effect. */
static inline bool sw_within_uses(const sw_within *w, int count) {
  return count > (w->effects == SW_EFFECTS_TWO_WAY || w->effects == SW_EFFECTS_UNIT);
}
/* Adds a unit with values in `count` periods, t[i] ascending, x[v * count + i]; x is used up. */
void sw_within_add(const sw_within *w, double *sums, const int *t, double *x, int count);
void sw_within_merge(const sw_within *w, double *sums, const double *part);

/* Effects of periods effect[v * periods + t], of one period in each connected set of them zero (of
 * `time` alone their means). False: not solvable, which rounding alone could bring about. */
size_t sw_within_work(const sw_within *w); /* doubles of `work` */
bool sw_within_solve(const sw_within *w, const double *sums, double *effect,
                     sw_within_counts *counts, double *work);
/* Root sums of squares of a variable: as it is, and about the means of units where these have
 * effects. */
double sw_within_size(const sw_within *w, const double *sums, int variable);
double sw_within_about_units(const sw_within *w, const double *sums, int variable);

/* Takes the effects out of a unit's values, as they were added. */
void sw_within_take(const sw_within *w, const double *effect, const int *t, double *x, int count);

#endif

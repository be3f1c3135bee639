/* Effects of units and periods: what is left has no means by unit and by period, whatever is
 * missing; degrees of freedom of panels that fall apart; a single period. */
#include "kernel/linear/within.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR(actual, wanted, tolerance)                                                            \
  cr_expect(fabs((actual) - (wanted)) <= (tolerance), "%s = %.17g, wanted %.17g", #actual,         \
            (double)(actual), (double)(wanted))

enum { UNITS = 40, PERIODS = 7, VARIABLES = 2 };

typedef struct panel {
  double x[VARIABLES][UNITS][PERIODS]; /* NaN: missing */
} panel;

/* Large levels of units and periods, and a little besides. */
static panel make(bool gaps) {
  panel p;
  uint64_t state = 99;
  for (int v = 0; v < VARIABLES; v++)
    for (int i = 0; i < UNITS; i++)
      for (int t = 0; t < PERIODS; t++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double noise = (double)(state >> 40) / 0x1p24;
        p.x[v][i][t] = 1e6 * (i % 5) + 1e4 * t * t + (v ? 3 : 1) * noise;
      }
  for (int i = 0; gaps && i < UNITS; i++)
    for (int t = 0; t < PERIODS; t++)
      if ((i * 7 + t * 3) % 11 < 3)
        for (int v = 0; v < VARIABLES; v++)
          p.x[v][i][t] = NAN;
  return p;
}

static int gather(const panel *p, int unit, int *t, double *x) {
  int count = 0;
  for (int s = 0; s < PERIODS; s++)
    if (!isnan(p->x[0][unit][s])) t[count++] = s;
  for (int v = 0; v < VARIABLES; v++)
    for (int i = 0; i < count; i++)
      x[v * count + i] = p->x[v][unit][t[i]];
  return count;
}

static sw_within_counts solve(const sw_within *w, const panel *p, double *effect) {
  size_t size = sw_within_sums(w);
  double *sums = calloc(size, sizeof *sums), *half = calloc(size, sizeof *half);
  double x[VARIABLES * PERIODS], *work = malloc((sw_within_work(w) + 1) * sizeof *work);
  int t[PERIODS];
  for (int i = 0; i < UNITS; i++) {
    int count = gather(p, i, t, x);
    sw_within_add(w, i % 2 ? half : sums, t, x, count);
  }
  sw_within_merge(w, sums, half);
  sw_within_counts counts;
  cr_assert(sw_within_solve(w, sums, effect, &counts, work));
  free(sums);
  free(half);
  free(work);
  return counts;
}

static void expect_no_means(sw_effects effects, bool gaps) {
  panel p = make(gaps);
  sw_within w = {effects, PERIODS, VARIABLES};
  double effect[VARIABLES * PERIODS] = {0}, by_period[VARIABLES][PERIODS] = {{0}};
  sw_within_counts counts = solve(&w, &p, effect);
  cr_expect_eq(counts.units, UNITS);
  for (int i = 0; i < UNITS; i++) {
    int t[PERIODS];
    double x[VARIABLES * PERIODS];
    int count = gather(&p, i, t, x);
    sw_within_take(&w, effect, t, x, count);
    for (int v = 0; v < VARIABLES; v++) {
      double sum = 0;
      for (int k = 0; k < count; k++) {
        sum += x[v * count + k];
        by_period[v][t[k]] += x[v * count + k];
      }
      if (effects != SW_EFFECTS_TIME) NEAR(sum, 0, 1e-9);
    }
  }
  for (int v = 0; v < VARIABLES && effects != SW_EFFECTS_UNIT; v++)
    for (int t = 0; t < PERIODS; t++)
      NEAR(by_period[v][t], 0, 1e-7); /* values are near 1e6 */
}

Test(within, balanced) {
  expect_no_means(SW_EFFECTS_TWO_WAY, false);
  expect_no_means(SW_EFFECTS_UNIT, false);
  expect_no_means(SW_EFFECTS_TIME, false);
}

Test(within, gaps) {
  expect_no_means(SW_EFFECTS_TWO_WAY, true);
  expect_no_means(SW_EFFECTS_UNIT, true);
  expect_no_means(SW_EFFECTS_TIME, true);
}

/* The plain way for a balanced panel: less both means, plus the mean of all. */
Test(within, as_means) {
  panel p = make(false);
  sw_within w = {SW_EFFECTS_TWO_WAY, PERIODS, VARIABLES};
  double effect[VARIABLES * PERIODS], x[VARIABLES * PERIODS], unit = 0, period = 0, all = 0;
  int t[PERIODS];
  sw_within_counts counts = solve(&w, &p, effect);
  for (int s = 0; s < PERIODS; s++)
    unit += p.x[1][3][s] / PERIODS;
  for (int i = 0; i < UNITS; i++) {
    period += p.x[1][i][2] / UNITS;
    for (int s = 0; s < PERIODS; s++)
      all += p.x[1][i][s] / UNITS / PERIODS;
  }
  int count = gather(&p, 3, t, x);
  sw_within_take(&w, effect, t, x, count);
  NEAR(x[PERIODS + 2], p.x[1][3][2] - unit - period + all, 1e-8);
  cr_expect_eq(counts.cells, UNITS * PERIODS);
  cr_expect_eq(counts.time_effects, PERIODS - 1);
  cr_expect_eq(counts.absorbed, UNITS + PERIODS - 1);
}

/* Half of the units have the first three periods, half the rest but the last, which one unit has
 * alone: it is left out, and its period with it. Two sets: one effect less each. */
Test(within, falls_apart) {
  panel p = make(false);
  for (int v = 0; v < VARIABLES; v++)
    for (int i = 0; i < UNITS; i++)
      for (int t = 0; t < PERIODS; t++)
        if (i == 0 ? t < PERIODS - 1 : (i % 2 ? t >= 3 : t < 3 || t == PERIODS - 1))
          p.x[v][i][t] = NAN;
  sw_within w = {SW_EFFECTS_TWO_WAY, PERIODS, VARIABLES};
  double effect[VARIABLES * PERIODS];
  sw_within_counts counts = solve(&w, &p, effect);
  cr_expect_eq(counts.units, UNITS - 1);
  cr_expect_eq(counts.single, 1);
  cr_expect_eq(counts.periods, PERIODS - 1);
  cr_expect_eq(counts.time_effects, PERIODS - 1 - 2);
  cr_expect_eq(counts.absorbed, UNITS - 1 + PERIODS - 1 - 2);
}

/* Grey relational grades against plain loops, by every instruction set that this machine runs, and
 * the same bits by each of them. */
#include "kernel/comovement/grey.h"

#include "kernel/hot.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 40, T = 11, STRIDE = 48 };

static double number[T][UNITS], workspace[2 * T * 8];
static const double *image[T];

static void draw(double scale) {
  srand(5);
  for (int t = 0; t < T; t++) {
    image[t] = number[t];
    for (int i = 0; i < UNITS; i++)
      number[t][i] = scale * (1 + (rand() + 1.0) / (RAND_MAX + 1.0));
  }
}

static double wanted(const sw_grey *g, int i, int j) {
  double least = INFINITY, most = 0, sum = 0;
  for (int t = 0; t < g->periods; t++) {
    double d = fabs(number[t][i] - number[t][j]);
    least = fmin(least, d);
    most = fmax(most, d);
  }
  if (g->bounds) least = g->bounds[0], most = g->bounds[1];
  for (int t = 0; t < g->periods; t++)
    sum += (least + g->rho * most) / (fabs(number[t][i] - number[t][j]) + g->rho * most);
  return sum / g->periods;
}

static void expect(const sw_grey *g, double out[UNITS * STRIDE]) {
  cr_assert_leq(sw_grey_workspace(g->periods), sizeof workspace);
  for (int k = 0; k < UNITS * STRIDE; k++)
    out[k] = -7;
  for (int i = 0; i < UNITS; i += 5)
    sw_grey_grades(g, i, i + 5, 3, UNITS, out + i * STRIDE, STRIDE, workspace);
  for (int i = 0; i < UNITS; i++)
    for (int c = 0; c < STRIDE; c++) {
      double got = out[i * STRIDE + c];
      if (c + 3 >= UNITS)
        cr_assert_eq(got, -7);
      else if (i == c + 3 && !g->bounds)
        cr_assert(isnan(got));
      else
        cr_assert_float_eq(got, wanted(g, i, c + 3), 1e-14);
    }
}

Test(grey, sets) {
  static double plain[UNITS * STRIDE], out[UNITS * STRIDE];
  static const double bounds[] = {.001, .9};
  draw(1);
  for (int periods = 2; periods <= T; periods++)
    for (int all = 0; all < 2; all++) {
      const sw_grey g = {periods, image, .5, all ? bounds : NULL};
      sw_set_at_most(SW_SET_PLAIN);
      expect(&g, plain);
      for (sw_set_of set = SW_SET_V3; set < SW_SET_COUNT; set++) {
        if (!sw_set_runs(set)) continue;
        sw_set_at_most(set);
        expect(&g, out);
        cr_assert_eq(memcmp(plain, out, sizeof out), 0, "set %d, %d periods", (int)set, periods);
      }
      for (int i = 3; i < UNITS; i++)
        for (int j = 3; j < UNITS; j++)
          cr_assert(plain[i * STRIDE + j - 3] == plain[j * STRIDE + i - 3] || i == j);
    }
}

/* What is missing, and what would be out of range, is left to the caller. */
Test(grey, left_out) {
  double out[2 * STRIDE];
  const sw_grey g = {T, image, .5, NULL};
  draw(1);
  number[3][6] = NAN;
  sw_grey_grades(&g, 0, 2, 2, 20, out, STRIDE, workspace);
  for (int j = 2; j < 20; j++)
    cr_assert_eq(isnan(out[j - 2]) != 0, j == 6);
  for (int small = 0; small < 2; small++) {
    draw(small ? 1e-80 : 1e80);
    sw_grey_grades(&g, 0, 2, 2, 20, out, STRIDE, workspace);
    for (int j = 2; j < 20; j++)
      cr_assert(isnan(out[j - 2]));
  }
}

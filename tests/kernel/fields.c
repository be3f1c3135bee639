/* Loops over fields and what is reached, of every length, against plain ones. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "kernel/flows/fields.h"
#include "kernel/flows/reach.h"

enum { MOST = 67, CENTRES = 5 };

static double at(int k) {
  return fmod((double)(k + 1) * .6180339887498949, 1);
}

/* The first two of the fields of some centres, with ties and gaps, in an order of their own. */
Test(fields, strongest) {
  static const int order[CENTRES] = {3, 0, 4, 1, 2};
  for (int n = 0; n < MOST; n++) {
    double w[CENTRES][MOST], field[CENTRES][MOST], first_of[MOST], second_of[MOST];
    double *row[CENTRES];
    const double z[CENTRES] = {2, 1, 2, 1, 2};
    for (int c = 0; c < CENTRES; c++) {
      row[c] = field[c];
      for (int u = 0; u < n; u++) {
        int draw = (int)(7 * at(c * MOST + u));
        w[c][u] = draw == 6 ? NAN : draw;
      }
    }
    sw_fields_strongest(n, CENTRES, order, z, w[0], MOST, row, n % 2, first_of, second_of);
    for (int u = 0; u < n; u++) {
      int one = -1, two = -1;
      for (int r = 0; r < CENTRES; r++) {
        int c = order[r];
        cr_assert(isnan(w[c][u]) ? isnan(field[c][u]) : field[c][u] == z[c] * w[c][u]);
        if (field[c][u] > 0 && (one < 0 || field[c][u] > field[one][u])) one = c;
      }
      for (int r = 0; r < CENTRES; r++) {
        int c = order[r];
        if (c != one && field[c][u] > 0 && (two < 0 || field[c][u] > field[two][u])) two = c;
      }
      cr_assert(one < 0 ? isnan(first_of[u]) : first_of[u] == one, "first of %d", u);
      cr_assert(two < 0 ? isnan(second_of[u]) : second_of[u] == two, "second of %d", u);
    }
  }
}

Test(fields, exponential) {
  double w[MOST];
  for (int u = 0; u < MOST; u++)
    w[u] = u == 3 ? NAN : .25 / ((1 + u) * (1 + u)); /* distance 2 (1 + u), scale 1 */
  sw_fields_exponential(MOST, .1, 1, w);
  cr_expect(isnan(w[3]));
  for (int u = 4; u < MOST; u++)
    cr_expect(fabs(w[u] - exp(-.2 * (1 + u))) < 1e-14 * w[u] + 1e-16, "%d", u);
}

Test(fields, shares) {
  for (int n = 1; n < MOST; n++) {
    double w[2][MOST], sum[MOST] = {0}, share[2][MOST], market = 0;
    for (int c = 0; c < 2; c++)
      for (int u = 0; u < n; u++)
        w[c][u] = u % 9 == c + 4 ? NAN : 1 + at(c * MOST + u);
    for (int c = 0; c < 2; c++)
      sw_fields_add(n, c + 1, w[c], sum);
    for (int c = 0; c < 2; c++)
      sw_fields_share(n, c + 1, w[c], sum, share[c]);
    for (int u = 0; u < n; u++) {
      double total =
          (isnan(share[0][u]) ? 0 : share[0][u]) + (isnan(share[1][u]) ? 0 : share[1][u]);
      cr_assert(fabs(total - 1) < 1e-15);
      market += isnan(share[0][u]) || isnan(w[1][u]) ? 0 : share[0][u] * w[1][u];
    }
    cr_assert(fabs(sw_fields_product(n, share[0], w[1]) - market) < 1e-13 * (1 + market));
  }
}

Test(reach, sums) {
  for (int n = 0; n < MOST; n++) {
    double mass[2 * MOST], m[MOST], time[MOST], number = 0, all = 0, times = 0, over = 0;
    double within = 0, near = 0, found = 0, found_mass = 0;
    int32_t to[MOST];
    for (int j = 0; j < 2 * MOST; j++)
      mass[j] = j % 7 == 5 ? NAN : 1 + at(j);
    for (int k = 0; k < n; k++)
      to[k] = 2 * k, time[k] = 1 + k % 10;
    sw_reach_gather(n, to, mass, m);
    for (int k = 0; k < n; k++) {
      cr_assert(isnan(mass[2 * k]) ? isnan(m[k]) : m[k] == mass[2 * k]);
      if (isnan(m[k])) continue;
      number++, all += m[k], times += m[k] * time[k], over += m[k] / time[k];
      if (time[k] <= 5) within++, near += m[k];
    }
    sw_reach_sums sums = sw_reach_all(n, m, time);
    sw_reach_within(n, m, time, 5, &found, &found_mass);
    cr_assert(sums.number == number && found == within);
    cr_assert(fabs(sums.mass - all) <= 1e-13 * all && fabs(found_mass - near) <= 1e-13 * all);
    cr_assert(fabs(sums.mass_time - times) <= 1e-13 * times);
    cr_assert(fabs(sums.mass_over_time - over) <= 1e-13 * all);
  }
}

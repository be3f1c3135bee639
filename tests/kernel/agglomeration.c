/* Concentration and coagglomeration of one period: against plain loops, by bands of any length. */
#include "kernel/pairs/agglomeration.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 19, REGIONS = 3 * SW_AGGLOMERATION_CHUNK + 5 };

static double value[N][REGIONS], sum[N];
static const double *column[N];

/* Some regions lack an industry, some have none of any; `nowhere` is zero everywhere. */
static void draw(int nowhere) {
  srand(3);
  for (int k = 0; k < N; k++) {
    column[k] = value[k];
    for (int m = 0; m < REGIONS; m++)
      value[k][m] = k == nowhere || m % 50 == 7 ? 0 : rand() % 1000 / 8.0;
  }
  value[3][10] = NAN;
  value[5][REGIONS - 1] = -1;
  memset(sum, 0, sizeof sum);
  for (int k = 0; k < N; k++)
    for (int m = 0; m < REGIONS; m++)
      if (m != 10 && m != REGIONS - 1) sum[k] += value[k][m];
}

/* sum over m of (s_k - x)(s_l - x); l < 0: of x^2. */
static double plain(int k, int l, bool mean, bool squares) {
  double all = 0, out = 0;
  for (int j = 0; j < N; j++)
    all += sum[j];
  for (int m = 0; m < REGIONS; m++) {
    double x = 0, count = 0;
    if (m == 10 || m == REGIONS - 1) continue;
    for (int j = 0; j < N; j++) {
      if (mean && sum[j] == 0) continue;
      x += mean ? value[j][m] / sum[j] : value[j][m] / all;
      count++;
    }
    if (mean) x /= count;
    if (squares) {
      out += l < 0 ? x * x : pow(value[k][m] / sum[k], 2);
      continue;
    }
    out += (value[k][m] / sum[k] - x) * (value[l][m] / sum[l] - x);
  }
  return out;
}

#define NEAR(actual, wanted)                                                                       \
  cr_assert(fabs((actual) - (wanted)) <= 1e-15 || (isnan(actual) && isnan(wanted)),                \
            "%s = %.17g, wanted %.17g", #actual, (double)(actual), (double)(wanted))

static void check(int band, bool mean_of_g, bool mean_of_pairs, double *matrix) {
  const sw_agglomeration of = {.n = N,
                               .regions = REGIONS,
                               .value = column,
                               .sum = sum,
                               .mean_of_g = mean_of_g,
                               .mean_of_pairs = mean_of_pairs};
  double pairs[N * N], g[N], squares[N];
  void *workspace = malloc(sw_agglomeration_workspace(N, band));
  for (int k0 = 0; k0 < N; k0 += band) {
    int k1 = k0 + band < N ? k0 + band : N;
    sw_agglomeration_band out = {.pairs = pairs, .g = g, .squares = squares};
    sw_agglomeration_compute(&of, k0, k1, &out, workspace);
    NEAR(out.x_of_g, plain(0, -1, mean_of_g, true));
    NEAR(out.x_of_pairs, plain(0, -1, mean_of_pairs, true));
    for (int k = k0; k < k1; k++) {
      NEAR(g[k - k0], plain(k, k, mean_of_g, false));
      NEAR(squares[k - k0], plain(k, 0, false, true));
      for (int l = k0; l < N; l++) {
        NEAR(pairs[(k - k0) * N + l], plain(k, l, mean_of_pairs, false));
        matrix[k * N + l] = pairs[(k - k0) * N + l];
      }
    }
  }
  free(workspace);
}

Test(agglomeration, plainly) {
  double matrix[N * N];
  draw(-1);
  for (int mean = 0; mean < 2; mean++)
    for (int of_pairs = 0; of_pairs < 2; of_pairs++)
      check(N, mean, of_pairs, matrix);
  draw(4);
  check(N, true, true, matrix);
  check(N, false, false, matrix);
  cr_expect(isnan(matrix[4 * N + 4]) && isnan(matrix[3 * N + 4]), "an industry that is nowhere");
}

/* The bits do not depend on how industries are cut into bands, nor on which of a pair is first. */
Test(agglomeration, bits) {
  double whole[N * N], cut[N * N];
  draw(-1);
  check(N, false, true, whole);
  for (int band = 1; band < N; band += 3) {
    check(band, false, true, cut);
    for (int k = 0; k < N; k++)
      for (int l = k; l < N; l++)
        cr_assert_eq(whole[k * N + l], cut[k * N + l]);
  }
  for (int k = 0; k < N; k++) {
    double row = 0;
    for (int l = 0; l < N; l++) {
      row += whole[k * N + l];
      cr_assert_eq(whole[k * N + l], whole[l * N + k]);
    }
    cr_expect(fabs(row) < 1e-15, "rows sum to 0: %g", row);
  }
}

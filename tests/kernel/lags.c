/* The strongest of several lags against plain loops, to the bit, by every instruction set that this
 * machine runs. */
#include "kernel/comovement/lags.h"

#include "kernel/hot.h"
#include "kernel/pairs/lanes.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 90, T = 20, LAGS = 3, STRIDE = 96 };

#define BOTH_UNITS UNITS
#define BOTH_STRIDE STRIDE
#include "fold_both.h"

static double number[2][T][UNITS];
static const double *at[2][LAGS + 1][T];
static const double *const *window[2][LAGS + 1];
static int rows[LAGS + 1];

/* Windows overlap, as those of levels that need no mean taken from them would. `whole`: numbers of
 * which many products are of equal size. */
static sw_lags draw(bool whole, bool two) {
  srand(11);
  for (int v = 0; v < 2; v++)
    for (int t = 0; t < T; t++)
      for (int i = 0; i < UNITS; i++)
        number[v][t][i] = whole ? rand() % 3 - 1 : (rand() + 1.0) / (RAND_MAX + 1.0) - .5;
  for (int lag = 0; lag <= LAGS; lag++) {
    rows[lag] = T - lag;
    for (int end = 0; end < 2; end++)
      for (int s = 0; s < rows[lag]; s++)
        at[end][lag][s] = number[0][end ? s + lag : s];
    window[0][lag] = at[0][lag];
    window[1][lag] = at[1][lag];
  }
  static const double *to[2][LAGS + 1][T];
  static const double *const *to_window[2][LAGS + 1];
  for (int lag = 0; lag <= LAGS; lag++)
    for (int end = 0; end < 2; end++) {
      for (int s = 0; s < rows[lag]; s++)
        to[end][lag][s] = number[two][end ? s + lag : s];
      to_window[end][lag] = to[end][lag];
    }
  return (sw_lags){.lags = LAGS,
                   .rows = rows,
                   .early = window[0],
                   .late = window[1],
                   .to_early = to_window[0],
                   .to_late = to_window[1]};
}

static void wanted(int variable, int i, int j, double *value, double *lag) {
  static const int order[] = {0, 1, -1, 2, -2, 3, -3};
  for (int k = 0; k < 2 * LAGS + 1; k++) {
    int l = order[k], size = abs(l);
    double sum = 0;
    for (int s = 0; s < T - size; s++)
      sum = fma(number[0][s + (l < 0 ? size : 0)][i], number[variable][s + (l > 0 ? size : 0)][j],
                sum);
    if (k && !(fabs(sum) > fabs(*value))) continue;
    *value = sum;
    *lag = l;
  }
}

static void expect(const sw_lags *lags, bool two, int i0, int i1, int j0, int j1) {
  static double value[SW_LAGS_ROWS * STRIDE], lag[SW_LAGS_ROWS * STRIDE];
  static double alone[SW_LAGS_ROWS * STRIDE];
  void *workspace = malloc(sw_lags_workspace(lags));
  for (int k = 0; k < SW_LAGS_ROWS * STRIDE; k++)
    value[k] = lag[k] = alone[k] = -7;
  sw_lags_strongest(lags, i0, i1, j0, j1, value, lag, STRIDE, workspace);
  sw_lags_strongest(lags, i0, i1, j0, j1, alone, NULL, STRIDE, workspace);
  free(workspace);
  for (int r = 0; r < SW_LAGS_ROWS; r++)
    for (int c = 0; c < STRIDE; c++) {
      double want = -7, want_lag = -7;
      if (r < i1 - i0 && c < j1 - j0) wanted(two, i0 + r, j0 + c, &want, &want_lag);
      cr_assert_eq(value[r * STRIDE + c], want, "[%d][%d]", r, c);
      cr_assert_eq(lag[r * STRIDE + c], want_lag, "lag [%d][%d]", r, c);
      cr_assert_eq(alone[r * STRIDE + c], want, "alone [%d][%d]", r, c);
    }
}

Test(lags, sets) {
  for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs(set)) continue;
    sw_set_at_most(set);
    for (int kind = 0; kind < 4; kind++) {
      sw_lags lags = draw(kind & 1, kind & 2);
      double *packed = malloc(sw_lags_packed_bytes(&lags, UNITS));
      sw_lags_pack(&lags, UNITS, packed);
      for (int way = 0; way < 2; way++, lags.packed = packed) {
        for (int columns = 1; columns < 30; columns++)
          expect(&lags, kind & 2, 2, 3 + columns % 9, 5, 5 + columns);
        expect(&lags, kind & 2, 2, 3, UNITS - 1, UNITS);
        expect(&lags, kind & 2, 0, SW_LAGS_ROWS, 0, UNITS);
      }
      free(packed);
    }
  }
}

/* ---- sums of both orders ------------------------------------------------------------------ */

static const sw_lags *folded;
static void *workspace;

static void fold(int64_t i0, int64_t i1, int64_t j0, int64_t j1, sw_fold_both *sums) {
  sw_lags_fold_both(folded, i0, i1, j0, j1, sums, workspace);
}

/* Any place of segments, rows and columns; numbers whose products are often of equal size at a lag
 * and back, where the orders differ; units beside the call that have no numbers. */
static void expect_places(const double *v) {
  for (int k = 0; k < 26; k++) {
    expect_both(fold, v, NAN, 0, 5 + k, 31 + k, 58, 30, k, k);
    expect_both(fold, v, NAN, k, 26, 27, 89, 33 + k, 0, 0);
    expect_both(fold, v, NAN, 41, 42 + k, k / 2, 20 + k / 2, 25 + k, 3, 2);
  }
  expect_both(fold, v, NAN, 0, 70, 70, 89, 90, 0, 0);
}

Test(lags, both_orders) {
  static double v[UNITS * STRIDE];
  for (int whole = 0; whole < 2; whole++) {
    sw_lags lags = draw(whole, false);
    folded = &lags;
    workspace = malloc(sw_lags_workspace(&lags));
    double *packed = malloc(sw_lags_packed_bytes(&lags, UNITS));
    bool differ = false;
    for (int i = 0; i < UNITS; i += SW_LAGS_ROWS)
      sw_lags_strongest(&lags, i, i + SW_LAGS_ROWS < UNITS ? i + SW_LAGS_ROWS : UNITS, 0, UNITS,
                        v + i * STRIDE, NULL, STRIDE, workspace);
    for (int i = 0; i < UNITS; i++)
      for (int j = 0; j < i; j++)
        differ |= v[i * STRIDE + j] != v[j * STRIDE + i];
    cr_expect_eq(differ, whole == 1, "the orders differ");
    for (int t = 0; t < T; t++)
      number[0][t][UNITS - 1] = NAN;
    for (sw_set_of set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
      if (!sw_set_runs(set)) continue;
      sw_set_at_most(set);
      lags.packed = NULL;
      expect_places(v);
      sw_lags_pack(&lags, UNITS, packed);
      lags.packed = packed;
      expect_places(v);
    }
    sw_set_at_most(SW_SET_V4);
    free(packed);
    free(workspace);
  }
}

/* Sums of coupling coordination against its values, to the bit: every instruction set that this
 * machine runs, ragged edges. The plain set takes two rows at a time, as AVX-512 does. */
#include "kernel/pairs/meta_fold.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1300, STRIDE = 600, ROWS = 70 };

static double score[3][N], root[3][N], mate[3][N], half[N];

static sw_meta make(void) {
  sw_meta m = {
      .form = SW_COUPLING_PRODUCT, .p = 3, .meta = true, .half_from = half, .half_to = half};
  srand(13);
  for (int i = 0; i < N; i++) {
    half[i] = 0;
    for (int s = 0; s < 3; s++) {
      score[s][i] = (rand() + 1.0) / (RAND_MAX + 1.0);
      root[s][i] = sw_meta_root(m.form, 3, score[s][i]);
      half[i] += score[s][i] / 6;
    }
    for (int s = 0; s < 3; s++)
      mate[s][i] = root[(s + 1) % 3][i] * root[(s + 2) % 3][i];
  }
  for (int s = 0; s < 3; s++)
    m.score[s] = score[s], m.root[s] = root[s], m.mate[s] = mate[s];
  return m;
}

static double *new_room(void) {
  return aligned_alloc(64, (sw_meta_fold_workspace() + 63) / 64 * 64); /* whole lines */
}

static void expect(const sw_meta *m, int64_t i0, int64_t i1, int64_t j0, int64_t j1) {
  static double row[ROWS * SW_LANES], column[SW_LANES * STRIDE], want_column[SW_LANES * STRIDE];
  double *room = new_room(), most = -INFINITY;
  memset(row, 0, sizeof row);
  for (int k = 0; k < SW_LANES * STRIDE; k++)
    column[k] = want_column[k] = k % 11;
  sw_lane_sums sums = {row, column, STRIDE, -INFINITY, NULL};
  sw_meta_fold(m, i0, i1, j0, j1, &sums, room);
  for (int64_t i = i0; i < i1; i++) {
    double value[STRIDE], sum = 0, greatest = 0;
    sw_meta_segment(m, i, j0, j1, (double *[]){value, NULL, NULL});
    sw_lanes_row(value, j1 - j0, want_column + (i - i0) % SW_LANES * STRIDE, &sum, &greatest);
    most = greatest > most ? greatest : most;
    cr_assert_eq(sw_lanes_join(row + (i - i0) * SW_LANES), sum, "row %d, columns %d-%d", (int)i,
                 (int)j0, (int)j1);
  }
  cr_assert_eq(memcmp(column, want_column, sizeof column), 0, "columns %d-%d", (int)j0, (int)j1);
  cr_assert_eq(sums.greatest, most);
  free(room);
}

Test(meta_fold, bits) {
  sw_meta m = make();
  score[1][40] = 0, root[1][40] = 0, mate[0][40] = mate[2][40] = 0;
  cr_assert(sw_meta_folds(&m));
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    for (int64_t rows = 1; rows < 14; rows++)
      expect(&m, 33, 33 + rows, 100, 100 + 37 * rows % STRIDE);
    for (int64_t columns = 1; columns < 20; columns++)
      expect(&m, 5, 12, 700, 700 + columns);
    for (int64_t columns = 250; columns < 522; columns += columns == 267 ? 238 : 1)
      expect(&m, 1, 1 + ROWS, 777, 777 + columns);
  }
}

Test(meta_fold, missing) {
  static double row[ROWS * SW_LANES], column[SW_LANES * STRIDE];
  sw_meta m = make();
  double *room = new_room();
  score[2][3] = root[2][3] = mate[0][3] = mate[1][3] = half[3] = NAN;
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    if (!sw_set_runs((sw_set_of)set)) continue;
    sw_set_at_most((sw_set_of)set);
    memset(row, 0, sizeof row);
    sw_lane_sums sums = {row, column, STRIDE, -INFINITY, NULL};
    sw_meta_fold(&m, 0, 20, 500, 901, &sums, room);
    for (int i = 0; i < 20; i++)
      cr_expect_eq(isnan(sw_lanes_join(row + i * SW_LANES)) != 0, i == 3, "row %d", i);
    cr_expect(sums.greatest > 0 && sums.greatest <= 1);
  }
  free(room);
}

/* What the loop cannot take is said before. */
Test(meta_fold, refuses) {
  sw_meta m = make();
  m.has_tiny = true;
  cr_expect_not(sw_meta_folds(&m));
  m.has_tiny = false, m.p = 2;
  cr_expect_not(sw_meta_folds(&m));
  m.p = 3, m.form = SW_COUPLING_WANG2021;
  cr_expect_not(sw_meta_folds(&m));
  m.form = SW_COUPLING_PRODUCT, m.meta = false;
  cr_expect_not(sw_meta_folds(&m));
}

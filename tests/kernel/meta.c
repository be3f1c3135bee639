/* Coupling between units against the definition: mixed vectors one by one by
 * kernel/series/coupling.h. */
#include "kernel/pairs/meta.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 150 };

static double score[SW_META_SYSTEMS][N], root[SW_META_SYSTEMS][N], half[N], mate[3][N];

static sw_meta make(sw_coupling_form form, int p) {
  sw_meta m = {.form = form, .p = p, .meta = true, .half_from = half, .half_to = half};
  for (int s = 0; s < p; s++) {
    for (int i = 0; i < N; i++) {
      root[s][i] = sw_meta_root(form, p, score[s][i]);
      half[i] = (s ? half[i] : 0) + score[s][i] / (2 * p);
    }
    m.score[s] = score[s];
    m.root[s] = root[s];
  }
  for (int s = 0; s < 3; s++) {
    for (int i = 0; i < N; i++)
      mate[s][i] = root[(s + 1) % 3][i] * root[(s + 2) % 3][i];
    m.mate[s] = mate[s];
  }
  return m;
}

static void draw(void) {
  srand(11);
  for (int s = 0; s < SW_META_SYSTEMS; s++)
    for (int i = 0; i < N; i++)
      score[s][i] = (rand() + 1.0) / (RAND_MAX + 1.0);
}

static double mean_coupling(sw_coupling_form form, int p, int i, int j) {
  double sum = 0, v[SW_META_SYSTEMS];
  for (int mask = 1; mask < (1 << p) - 1; mask++) {
    for (int s = 0; s < p; s++)
      v[s] = score[s][mask >> s & 1 ? j : i];
    sum += sw_coupling(form, v, p);
  }
  return sum / ((1 << p) - 2);
}

static void compare(const sw_meta *m, double tolerance) {
  double d[N], c[N], t[N], only[N];
  for (int i = 0; i < N; i++) {
    sw_meta_segment(m, i, 0, N, (double *[]){d, c, t});
    sw_meta_segment(m, i, 0, N, (double *[]){only, NULL, NULL});
    cr_expect_eq(memcmp(only, d, sizeof d), 0, "D depends on what else is asked for");
    for (int j = 0; j < N; j++) {
      if (i == j) continue;
      double wanted = mean_coupling(m->form, m->p, i, j);
      cr_expect_lt(fabs(c[j] - wanted), tolerance, "%d %d: %.17g %.17g", i, j, c[j], wanted);
      cr_expect_lt(fabs(t[j] - (half[i] + half[j])), tolerance);
      cr_expect_lt(fabs(d[j] - sqrt(wanted * t[j])), tolerance);
    }
  }
}

static void compare_bits(const sw_meta *m) {
  double row[N], part[N], back[1];
  for (int i = 0; i < N; i += 7) {
    sw_meta_segment(m, i, 0, N, (double *[]){row, NULL, NULL});
    int j0 = i * 5 % N, j1 = j0 + (N - j0) * 2 / 3;
    sw_meta_segment(m, i, j0, j1, (double *[]){part, NULL, NULL});
    for (int j = j0; j < j1; j++)
      cr_expect(i == j || part[j - j0] == row[j]);
    for (int j = 0; j < N; j++) {
      sw_meta_segment(m, j, i, i + 1, (double *[]){back, NULL, NULL});
      cr_expect(i == j || back[0] == row[j], "%d %d", i, j);
    }
  }
}

Test(meta, forms_and_numbers_of_systems) {
  draw();
  for (int p = 2; p <= 5; p++)
    for (int form = 0; form < 3; form++) {
      sw_meta m = make((sw_coupling_form)form, p);
      compare(&m, 1e-13);
      compare_bits(&m);
    }
}

Test(meta, eight_systems) {
  draw();
  sw_meta m = make(SW_COUPLING_PRODUCT, 8);
  double d[3], wanted = mean_coupling(SW_COUPLING_PRODUCT, 8, 3, 5);
  sw_meta_segment(&m, 3, 4, 7, (double *[]){d, NULL, NULL});
  cr_expect_lt(fabs(d[1] - sqrt(wanted * (half[3] + half[5]))), 1e-13);
}

/* Zero scores: a vector of zeros has no coupling, other zeros give zero; NaN stays with its pairs.
 */
Test(meta, zeros_and_gaps) {
  draw();
  for (int s = 0; s < 3; s++)
    score[s][0] = 0;
  score[0][1] = score[1][1] = 0;
  score[2][2] = NAN;
  for (int p = 2; p <= 3; p++)
    for (int form = 0; form < 3; form++) {
      sw_meta m = make((sw_coupling_form)form, p);
      double d[N];
      sw_meta_segment(&m, 0, 0, N, (double *[]){d, NULL, NULL});
      cr_expect(isnan(d[1]), "a mixed vector is all zero");
      double wanted = mean_coupling(m.form, p, 0, 9);
      cr_expect_lt(fabs(d[9] - sqrt(wanted * half[9])), 1e-13);
      sw_meta_segment(&m, 2, 0, N, (double *[]){d, NULL, NULL});
      cr_expect(p == 2 || isnan(d[9]));
    }
}

/* Scores so small that the common denominator would leave the range of a double. */
Test(meta, tiny_scores_go_the_plain_way) {
  draw();
  for (int s = 0; s < 3; s++)
    score[s][4] = 1e-90 * (s + 1), score[s][9] = 3e-95 / (s + 1);
  for (int p = 2; p <= 3; p++) {
    sw_meta m = make(SW_COUPLING_PRODUCT, p);
    m.has_tiny = true;
    double d[N], c[N];
    sw_meta_segment(&m, 4, 0, N, (double *[]){d, c, NULL});
    /* Coupling does not feel the scale of scores. */
    double v[3], sum = 0;
    for (int mask = 1; mask < (1 << p) - 1; mask++) {
      for (int s = 0; s < p; s++)
        v[s] = score[s][mask >> s & 1 ? 9 : 4] * 1e90;
      sum += sw_coupling(SW_COUPLING_PRODUCT, v, p);
    }
    cr_expect_lt(fabs(c[9] / (sum / ((1 << p) - 2)) - 1), 1e-13);
    compare_bits(&m);
  }
}

/* Scores from the least that have products in range to 1, zeros and gaps: the bits of every
 * instruction set are those of the plain one, which divides. */
Test(meta, sets) {
  static const double odd[] = {0, SW_META_TINY, 1, NAN, 0x1p-52, 1 - 0x1p-53, 1e-20, 0};
  static double want[3][N], got[3][N];
  draw();
  for (int s = 0; s < 3; s++)
    for (int k = 0; k < 40; k++)
      score[s][(k * 7 + s * k) % N] = odd[(k + k / 8 * s) % 8];
  sw_meta m = make(SW_COUPLING_PRODUCT, 3);
  for (int i = 0; i < N; i++)
    for (int j1 = N - i % 17, j0 = i % 5; j0 < j1; j0 += 60) {
      sw_set_at_most(SW_SET_PLAIN);
      sw_meta_segment(&m, i, j0, j1, (double *[]){want[0], want[1], NULL});
      sw_meta_segment(&m, i, j0, j1, (double *[]){want[2], NULL, NULL});
      for (sw_set_of set = SW_SET_V3; set < SW_SET_COUNT; set++) {
        if (!sw_set_runs(set)) continue;
        sw_set_at_most(set);
        sw_meta_segment(&m, i, j0, j1, (double *[]){got[0], got[1], NULL});
        sw_meta_segment(&m, i, j0, j1, (double *[]){got[2], NULL, NULL});
        for (int k = 0; k < 3; k++)
          for (int j = 0; j < j1 - j0; j++)
            cr_assert(got[k][j] == want[k][j] || (isnan(got[k][j]) && isnan(want[k][j])),
                      "%d, %d: %a, not %a", i, j0 + j, got[k][j], want[k][j]);
      }
    }
}

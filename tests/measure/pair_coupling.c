/* pairwise_coupling through its passes, against the definition, and what it refuses. */
#include "pair_fixture.h"

#include "kernel/series/coupling.h"

enum { N = 280, T = 2, P = 4 };

extern const sw_measure sw_measure_pairwise_coupling;

static double score[P][N * T];

static harness *start(int systems) {
  static const char *const name[P] = {"economy", "ecology", "services", "people"};
  srand(5);
  harness *h = harness_new(&sw_measure_pairwise_coupling, N, T);
  for (int s = 0; s < P; s++)
    for (int k = 0; k < N * T; k++)
      score[s][k] = (double)rand() / RAND_MAX;
  score[0][6] = NAN;
  for (int s = 0; s < systems; s++)
    harness_column(h, "systems", name[s], score[s]);
  return h;
}

static double meta_value(sw_coupling_form form, const double *alpha, int p, int t, int i, int j) {
  double c = 0, development = 0, v[P];
  for (int mask = 1; mask < (1 << p) - 1; mask++) {
    for (int s = 0; s < p; s++)
      v[s] = score[s][t * N + (mask >> s & 1 ? j : i)];
    c += sw_coupling(form, v, p) / ((1 << p) - 2);
  }
  for (int s = 0; s < p; s++)
    development += alpha[s] * (score[s][t * N + i] + score[s][t * N + j]) / 2;
  return sqrt(c * development);
}

static void expect_near(harness *h, int t, int i, int j, double wanted) {
  double value = pair_value(h, t, i, j);
  cr_expect(isnan(wanted) ? isnan(value) : fabs(value - wanted) <= 1e-12, "%d %d: %.17g %.17g", i,
            j, value, wanted);
}

Test(coupling, meta) {
  const double equal[2][3] = {{0.5, 0.5}, {1 / 3.0, 1 / 3.0, 1 / 3.0}};
  for (int p = 2; p <= 3; p++) {
    harness *h = start(p);
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    cr_expect_not(h->job.directed);
    for (int t = 0; t < T; t++)
      for (int i = 0; i < N; i += 3)
        for (int j = 0; j < N; j++)
          if (i != j)
            expect_near(h, t, i, j, meta_value(SW_COUPLING_PRODUCT, equal[p - 2], p, t, i, j));
    pair_expect_bits(h, 1);
    harness_free(h);
  }
}

Test(coupling, meta_with_weights_and_other_forms) {
  const double alpha[] = {0.1, 0.2, 0.3, 0.4};
  for (int form = 0; form < 3; form++) {
    harness *h = start(4);
    harness_set(h, "form", (const char *[]){"product", "wang2021", "dispersion"}[form]);
    harness_set_node(h, "alpha", harness_list(h, 4, (const char *[]){"1", "2", "3", "4"}));
    cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
    for (int i = 0; i < N; i += 9)
      for (int j = 0; j < N; j++)
        if (i != j) expect_near(h, 0, i, j, meta_value((sw_coupling_form)form, alpha, 4, 0, i, j));
    pair_expect_bits(h, 0);
    harness_free(h);
  }
}

Test(coupling, cross_and_direct) {
  harness *h = start(2);
  harness_set(h, "pairing", "cross");
  harness_set(h, "form", "wang2021");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect(h->job.directed);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j += 5) {
      double v[2] = {score[0][i], score[1][j]};
      if (i != j)
        expect_near(h, 0, i, j, sqrt(sw_coupling(SW_COUPLING_WANG2021, v, 2) * (v[0] + v[1]) / 2));
    }
  harness_free(h);
  h = start(1);
  harness_set(h, "pairing", "direct");
  harness_set(h, "form", "dispersion");
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  cr_expect_not(h->job.directed);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j += 5) {
      double v[2] = {score[0][N + i], score[0][N + j]};
      if (i != j)
        expect_near(h, 1, i, j,
                    sqrt(sw_coupling(SW_COUPLING_DISPERSION, v, 2) * (v[0] + v[1]) / 2));
    }
  pair_expect_bits(h, 1);
  harness_free(h);
}

/* With unequal weights the product form says something about the pair. */
Test(coupling, cross_product_unequal) {
  harness *h = start(2);
  harness_set(h, "pairing", "cross");
  harness_set_node(h, "alpha", harness_list(h, 2, (const char *[]){"0.8", "0.2"}));
  cr_assert_eq(pair_start(h), SW_OK, "%s", h->err.text);
  for (int i = 0; i < N; i += 2)
    for (int j = 0; j < N; j += 3) {
      double v[2] = {score[0][i], score[1][j]};
      double c = 2 * sqrt(v[0] * v[1]) / (v[0] + v[1]);
      if (i != j) expect_near(h, 0, i, j, sqrt(c * (0.8 * v[0] + 0.2 * v[1])));
    }
  harness_free(h);
}

Test(coupling, rank_one_is_refused) {
  harness *h = start(2);
  harness_set(h, "pairing", "cross");
  PAIR_FAILS(h, "D_ij = (a_i b_j)^(1/4): a rank-one matrix that says nothing about the pair");
  harness_free(h);
  h = start(1);
  harness_set(h, "pairing", "direct");
  PAIR_FAILS(h, "D_ij = (U_i U_j)^(1/4): a rank-one matrix that says nothing about the pair");
  harness_free(h);
}

Test(coupling, numbers_of_systems) {
  harness *h = start(1);
  PAIR_FAILS(h, "meta mixes 2 to 8 systems; 1 given");
  harness_free(h);
  h = start(3);
  harness_set(h, "pairing", "cross");
  PAIR_FAILS(h, "cross takes two systems");
  harness_free(h);
}

Test(coupling, scores_outside_are_named) {
  harness *h = start(3);
  h->whole[1][1][270] = 1.25;
  h->whole[2][0][271] = -0.5;
  PAIR_FAILS(h, "a score must be in [0,1]: unit 00000270, period 2002: ecology is 1.25 (2 in all)");
  harness_free(h);
  h = start(3);
  h->input[2].unbounded = true;
  PAIR_FAILS(h, "z-scores");
  harness_free(h);
}

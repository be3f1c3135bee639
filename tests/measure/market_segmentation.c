/* Market segmentation: numbers by hand of three units and two goods, of links and of all pairs. */
#include "pair_fixture.h"

extern const sw_measure sw_measure_market_segmentation;

enum { N = 3, T = 3 };

/* oracles/space.md, "Segmentation by hand". */
static const double price[2][N * T] = {{100, 110, 105, 104, 111, 109, 108, 117, 110},
                                       {50, 48, 55, 51, 50, 54, 52, 51, 57}};

static harness *start(void) {
  harness *h = harness_new(&sw_measure_market_segmentation, N, T);
  harness_column(h, "prices", "rice", price[0]);
  harness_column(h, "prices", "salt", price[1]);
  return h;
}

Test(market_segmentation, by_hand) {
  static const double unit[2][N] = {{1.3748612646e-4, 1.1795556081e-4, 5.2592680017e-5},
                                    {2.7116630611e-5, 1.0661472379e-5, 1.9241686683e-5}};
  harness *h = start();
  cr_assert_eq(harness_resolve(h), SW_OK, "%s", h->err.text);
  harness_rows(h);
  for (int pass = 0; pass < h->job.n_passes - 1; pass++)
    cr_assert_eq(harness_pass(h, pass), SW_OK, "%s", h->err.text);
  NEAR(pair_value(h, 1, 0, 1), 2.02849e-4, 5e-10);
  NEAR(pair_value(h, 1, 0, 2), 7.21232e-5, 5e-11);
  NEAR(pair_value(h, 1, 1, 2), 3.30621e-5, 5e-11);
  cr_expect(isnan(pair_value(h, 0, 0, 1)), "no change before the first period");
  for (int t = 1; t < T; t++)
    for (int i = 0; i < N; i++) {
      double seg = harness_result(h, "segmentation", t)[i];
      NEAR(seg, unit[t - 1][i], 1e-13);
      NEAR(harness_result(h, "integration", t)[i], 1 / sqrt(seg), 1e-12);
    }
  NEAR(harness_result(h, "national", 0)[1], (unit[0][0] + unit[0][1] + unit[0][2]) / 3, 1e-13);
  cr_expect(isnan(harness_result(h, "national", 0)[0]));
  pair_expect_bits(h, 2);
  harness_free(h);
}

/* Prices that keep their ratio, which rounds anew in every period: no market is apart. */
Test(market_segmentation, rounding) {
  static const double ratio[N] = {1, .3, 1.7};
  double level[2][N * T];
  for (int k = 0; k < 2; k++)
    for (int t = 0; t < T; t++)
      for (int i = 0; i < N; i++)
        level[k][t * N + i] = price[k][t * N] * ratio[i];
  harness *h = harness_new(&sw_measure_market_segmentation, N, T);
  harness_column(h, "prices", "rice", level[0]);
  harness_column(h, "prices", "salt", level[1]);
  cr_assert_eq(harness_resolve(h), SW_OK, "%s", h->err.text);
  harness_rows(h);
  for (int pass = 0; pass < h->job.n_passes - 1; pass++)
    cr_assert_eq(harness_pass(h, pass), SW_OK, "%s", h->err.text);
  for (int t = 1; t < T; t++)
    for (int i = 0; i < N; i++) {
      cr_expect_eq(harness_result(h, "segmentation", t)[i], 0);
      cr_expect(isnan(harness_result(h, "integration", t)[i]));
    }
  harness_free(h);
}

Test(market_segmentation, refusals) {
  harness *h = harness_new(&sw_measure_market_segmentation, N, T);
  harness_column(h, "prices", "rice", price[0]);
  PAIR_FAILS(h, "prices: 1 good; the variance is over two or more");
  harness_free(h);
  h = harness_new(&sw_measure_market_segmentation, N, 1);
  harness_column(h, "prices", "rice", price[0]);
  harness_column(h, "prices", "salt", price[1]);
  PAIR_FAILS(h, "prices: 1 period; expected 2 or more");
  harness_free(h);
}

/* Random numbers: known answers, moments, independence of order. */
#include "base/rng.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

typedef struct answer {
  uint32_t counter[4], key[2], out[4];
} answer;

/* Random123 1.09, examples/kat_vectors: "philox4x32 10" with zeros, ones and digits of pi. */
Test(philox, known_answers) {
  static const answer known[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    uint32_t out[4];
    sw_philox(known[i].counter, known[i].key, out);
    cr_assert_arr_eq(out, known[i].out, sizeof out, "vector %zu", i);
  }
  sw_rng zero = {0, 0, 0};
  cr_assert_eq(sw_rng_u64(&zero), UINT64_C(0xe169c58d6627e8d5));
  cr_assert_eq(sw_rng_u64(&zero), UINT64_C(0x9b00dbd8bc57ac4c));
}

/* A draw depends on (seed, stream, item, number of the draw) and on nothing else. */
Test(rng, pure_function) {
  sw_rng first = sw_rng_make(20240101, 7, 42), again = sw_rng_make(20240101, 7, 42);
  for (int i = 0; i < 10; i++)
    (void)sw_rng_u64(&first);
  again.draw = 10;
  cr_assert_eq(sw_rng_u64(&first), sw_rng_u64(&again));
  sw_rng seed = sw_rng_make(20240102, 7, 42), stream = sw_rng_make(20240101, 8, 42),
         item = sw_rng_make(20240101, 7, 43);
  uint64_t base = sw_rng_u64(&(sw_rng){.key = again.key, .item = 42, .draw = 0});
  cr_assert_neq(sw_rng_u64(&seed), base);
  cr_assert_neq(sw_rng_u64(&stream), base);
  cr_assert_neq(sw_rng_u64(&item), base);
}

enum { DRAWS = 400000 };

/* Five standard errors around the moments of the uniform: 1/2, 1/12; over items, not draws, as
 * the measures use them. */
Test(rng, uniform_moments) {
  double sum = 0, square = 0, product = 0, before = 0.5, lowest = 1, highest = 0;
  for (int i = 0; i < DRAWS; i++) {
    sw_rng rng = sw_rng_make(1, 2, (uint64_t)i);
    double u = sw_rng_uniform(&rng);
    cr_assert(u > 0 && u < 1);
    sum += u;
    square += (u - 0.5) * (u - 0.5);
    product += (u - 0.5) * (before - 0.5);
    before = u;
    lowest = fmin(lowest, u);
    highest = fmax(highest, u);
  }
  double root = sqrt((double)DRAWS);
  cr_assert_float_eq(sum / DRAWS, 0.5, 5 * sqrt(1.0 / 12) / root);
  cr_assert_float_eq(square / DRAWS, 1.0 / 12, 5 * sqrt(1.0 / 180) / root);
  cr_assert_float_eq(product / DRAWS, 0, 5 * (1.0 / 12) / root);
  cr_assert(lowest < 1e-4 && highest > 1 - 1e-4);
}

Test(rng, normal_moments) {
  sw_rng rng = sw_rng_make(3, 1, 4);
  double moment[5] = {0}, inside = 0;
  for (int i = 0; i < DRAWS; i++) {
    double x = sw_rng_normal(&rng);
    cr_assert(isfinite(x));
    for (int k = 1; k <= 4; k++)
      moment[k] += pow(x, k) / DRAWS;
    inside += fabs(x) < 1;
  }
  double root = sqrt((double)DRAWS);
  cr_assert_float_eq(moment[1], 0, 5 / root);
  cr_assert_float_eq(moment[2], 1, 5 * sqrt(2.0) / root);
  cr_assert_float_eq(moment[3], 0, 5 * sqrt(15.0) / root);
  cr_assert_float_eq(moment[4], 3, 5 * sqrt(96.0) / root);
  double p = erf(sqrt(0.5));
  cr_assert_float_eq(inside / DRAWS, p, 5 * sqrt(p * (1 - p)) / root);
}

/* A normal takes two draws wherever it begins. */
Test(rng, normal_from_an_odd_draw) {
  sw_rng odd = sw_rng_make(3, 1, 4), uniforms = odd;
  odd.draw = uniforms.draw = 1;
  double x = sw_rng_normal(&odd), u = sw_rng_uniform(&uniforms), v = sw_rng_uniform(&uniforms);
  cr_assert_eq(x, sqrt(-2 * log(u)) * cos(2 * M_PI * v));
  cr_assert_eq(odd.draw, 3u);
}

Test(rng, below_is_unbiased) {
  sw_rng rng = sw_rng_make(9, 9, 9);
  enum { SIDES = 7 };
  int seen[SIDES] = {0};
  for (int i = 0; i < DRAWS; i++) {
    uint64_t side = sw_rng_below(&rng, SIDES);
    cr_assert(side < SIDES);
    seen[side]++;
  }
  double chi2 = 0, expected = (double)DRAWS / SIDES;
  for (int i = 0; i < SIDES; i++)
    chi2 += (seen[i] - expected) * (seen[i] - expected) / expected;
  cr_assert(chi2 < 27.86, "chi-square %.2f with 6 degrees of freedom, p < 0.0001", chi2);
  cr_assert_eq(sw_rng_below(&rng, 1), 0u);
  /* A bound over 2^63, where a plain remainder would favour the low half two to one. */
  uint64_t bound = UINT64_C(3) << 62;
  int low = 0;
  for (int i = 0; i < 30000; i++)
    low += sw_rng_below(&rng, bound) < bound / 2;
  cr_assert_float_eq(low / 30000.0, 0.5, 5 * 0.5 / sqrt(30000.0));
}

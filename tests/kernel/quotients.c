/* Quotients by steps against divisions, to the bit, in every instruction set that this machine
 * runs. Random numbers hardly ever meet a quotient that is close to the middle of two doubles; such
 * pairs are made here. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/pairs/lanes.h"

#define SW_VEC_FILE "kernel/quotients_set.h"
#include "kernel/vec_each.h"

typedef void quotients_of(const double *a, const double *b, double *out);
static quotients_of *const quotients[] = SW_SETS(quotients);

static const uint64_t ONE = (uint64_t)1 << 52, DIGITS = ((uint64_t)1 << 52) - 1;
static uint64_t state = 88172645463325252u;

static uint64_t draw(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

/* Of 53 binary digits, and a power of two that keeps quotients in range. */
static double number(uint64_t digits) {
  return ldexp((double)(digits | ONE), (int)(draw() % 800) - 400 - 52);
}

static void expect(const double a[SW_LANES], const double b[SW_LANES]) {
  for (int set = SW_SET_PLAIN; set < SW_SET_COUNT; set++) {
    double out[SW_LANES];
    if (!sw_set_runs((sw_set_of)set)) continue;
    quotients[set](a, b, out);
    for (int l = 0; l < SW_LANES; l++) {
      double want = a[l] / b[l];
      cr_assert(memcmp(&out[l], &want, sizeof want) == 0 || (isnan(want) && isnan(out[l])),
                "%a / %a = %a, not %a, set %d", a[l], b[l], want, out[l], set);
    }
  }
}

/* Digits at random, next to a power of two from both sides, short, and nearly those of the other.
 */
Test(quotients, of_many_kinds) {
  double a[SW_LANES], b[SW_LANES];
  for (int round = 0; round < 300000; round++) {
    for (int l = 0; l < SW_LANES; l++) {
      uint64_t x = draw() & DIGITS, y = draw() & DIGITS, few = draw() & 255;
      switch (round % 6) {
      case 1:
        y = DIGITS - few;
        break;
      case 2:
        y = DIGITS - few, x = draw() & 255;
        break;
      case 3:
        y = few;
        break;
      case 4:
        x = (y + few - 128) & DIGITS;
        break;
      case 5:
        x &= ~(ONE / 4096 - 1);
        break;
      }
      a[l] = number(x), b[l] = number(y);
    }
    expect(a, b);
  }
}

/* a and b with a 2^k = b q + rest, q odd of k binary digits, one more than a double has: the
 * quotient lies rest / b of the last place beside the middle of two numbers. q comes from the
 * inverse of b. */
Test(quotients, nearly_in_the_middle) {
  double a[SW_LANES], b[SW_LANES];
  int l = 0, met = 0;
  for (int round = 0; round < 2000000; round++) {
    uint64_t y = (draw() & DIGITS) | ONE | 1, inverse = y;
    if (round % 8 == 0) y = 2 * ONE - 1 - 2 * (draw() & 1023);
    if (round % 8 == 1) y = ONE + 1 + 2 * (draw() & 1023);
    int64_t rest = (int64_t)(draw() % 32 | 1) - 16;
    int k = 53 + (round >> 3 & 1);
    inverse = y;
    for (int step = 0; step < 6; step++)
      inverse *= 2 - y * inverse;
    uint64_t q = (uint64_t)-rest * inverse & (((uint64_t)1 << k) - 1);
    unsigned __int128 product = (unsigned __int128)y * q + (unsigned __int128)(__int128)rest;
    uint64_t x = (uint64_t)(product >> k);
    if (x == 0) continue;
    while (x < ONE)
      x *= 2;
    if (x >= 2 * ONE) continue;
    a[l] = number(x), b[l] = number(y);
    if (++l < SW_LANES) continue;
    expect(a, b);
    l = 0, met += SW_LANES;
  }
  cr_assert_gt(met, 1000000);
}

/* 1/b of a b whose digits are all ones is a hair above the middle of two numbers. */
Test(quotients, all_digits_ones) {
  double a[SW_LANES], b[SW_LANES];
  for (int round = 0; round < 20000; round++) {
    for (int l = 0; l < SW_LANES; l++)
      a[l] = number(l % 2 ? 0 : draw() & DIGITS), b[l] = number(DIGITS);
    expect(a, b);
  }
}

Test(quotients, ends_of_the_range) {
  const double a[SW_LANES] = {0, 0, NAN, 1, 1e-290, 1e290, 1e-290, NAN};
  const double b[SW_LANES] = {0, 3, 1, NAN, 3, 7, 0.7, 0};
  const double c[SW_LANES] = {1e-145, 1, 1e290, 3e100, 1e-200, 5, 1e200, -7};
  const double d[SW_LANES] = {3e144, 1e290, 1e290, -7e-180, 3e-290, 1e-289, 1e-89, 3};
  expect(a, b);
  expect(c, d);
}

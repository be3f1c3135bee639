/* Texts to numbers, to the last bit. strtod, in the C locale, is the oracle. */
#include "base/powers.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

/* With nothing behind the text that may be read, and with what must not matter. */
static bool parse(const char *text, double *value) {
  size_t length = strlen(text);
  char roomy[64] = "";
  double again = *value;
  bool ok = sw_parse_number(text, length, value);
  if (length > 40) return ok;
  memcpy(roomy, text, length);
  memcpy(roomy + length, length % 2 ? ",.7\n5" : "\n12.,-", 6);
  cr_assert_eq(sw_parse_number_within(roomy, length, sizeof roomy, &again), ok, "%s", text);
  cr_assert(memcmp(&again, value, sizeof again) == 0, "%s", text);
  return ok;
}

static bool same_bits(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0;
}

static void agrees_with_strtod(const char *text) {
  double value = -77, wanted = strtod(text, NULL);
  bool ok = parse(text, &value);
  cr_assert_eq(ok, !isinf(wanted), "%.60s: %s", text, ok ? "taken" : "refused");
  if (ok) cr_assert(same_bits(value, wanted), "%.60s: %a instead of %a", text, value, wanted);
}

Test(number, forms) {
  static const char *const good[] = {"0",
                                     "-0",
                                     "+0",
                                     "1",
                                     "-1",
                                     "+1",
                                     "1.",
                                     ".5",
                                     "-.5",
                                     "1.5e3",
                                     "1E3",
                                     "1e+3",
                                     "1e-3",
                                     "007",
                                     "0e99",
                                     "0.0e99999",
                                     "00000000000000000000000000001",
                                     "1e308",
                                     "1.7976931348623157e308",
                                     "4.9e-324",
                                     "2e-324",
                                     "1e-400",
                                     "1e-99999999999999999999",
                                     "0.1",
                                     "123456789012345678"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    double value = 0;
    cr_assert(parse(good[i], &value), "%s", good[i]);
    agrees_with_strtod(good[i]);
  }
  double zero = 1;
  cr_assert(parse("-0.0", &zero) && signbit(zero));
}

Test(number, refused) {
  static const char *const bad[] = {"",
                                    " ",
                                    " 1",
                                    "1 ",
                                    "1 2",
                                    "1e",
                                    "1e+",
                                    "e5",
                                    ".",
                                    "-",
                                    "+",
                                    "+-1",
                                    "--1",
                                    "1.2.3",
                                    "1,5",
                                    "1_0",
                                    "0x10",
                                    "0x1p3",
                                    "nan",
                                    "NaN",
                                    "-nan",
                                    "inf",
                                    "-Inf",
                                    "infinity",
                                    "1e400",
                                    "-1e400",
                                    "1e99999999999999999999",
                                    "1d5",
                                    "1f",
                                    "1e5.0",
                                    "1e 5",
                                    "\t1",
                                    "1\n",
                                    "(D)",
                                    "1.7976931348623159e308",
                                    "$1",
                                    "12%"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    double value = -77;
    cr_assert_not(parse(bad[i], &value), "'%s' was taken as %g", bad[i], value);
    cr_assert_eq(value, -77.0, "'%s' changed the value", bad[i]);
  }
  double value = 0;
  cr_assert_not(sw_parse_number("1\0", 2, &value), "a NUL is no digit");
}

Test(number, uses_only_its_length) {
  double value = 0;
  cr_assert(sw_parse_number("12345", 2, &value) && value == 12);
  cr_assert(sw_parse_number("1.5,9", 3, &value) && value == 1.5);
  cr_assert(sw_parse_number("12345678901234567890123456789", 25, &value));
  cr_assert_eq(value, 1234567890123456789012345.0);
}

/* 16 to 19 digits before 10^0 ... 10^-30, the ends of that range and middles of two doubles. */
Test(number, long_decimals_against_strtod) {
  sw_rng rng = sw_rng_make(4, 5, 6);
  char text[64];
  for (int i = 0; i < 300000; i++) {
    int exponent = (int)sw_rng_below(&rng, 31);
    uint64_t mantissa = sw_rng_u64(&rng) >> sw_rng_below(&rng, 12);
    /* Every third one is the middle of two doubles, or one unit beside it. */
    if (i % 3 == 0) {
      mantissa = (mantissa >> 10 << 11 | 1 << 10) - 1 + sw_rng_below(&rng, 3);
      exponent = 0;
    }
    snprintf(text, sizeof text, "%" PRIu64 "e-%d", mantissa % UINT64_C(10000000000000000000),
             exponent);
    agrees_with_strtod(text);
  }
  /* Near 10^-27 the quotient has few bits to spare: some look like middles, and are not. */
  for (int i = 0; i < 300000; i++) {
    snprintf(text, sizeof text, "%" PRIu64 "e-27",
             sw_rng_u64(&rng) % UINT64_C(10000000000000000000));
    agrees_with_strtod(text);
  }
  for (int k = 0; k <= 28; k++) {
    static const char *const digits[] = {"9999999999999999999", "1000000000000000001",
                                         "9007199254740993", "9223372036854775808"};
    for (int i = 0; i < 4; i++) {
      snprintf(text, sizeof text, "%se-%d", digits[i], k);
      agrees_with_strtod(text);
    }
  }
}

/* Points just beside the middle of two doubles: the 768th digit decides. */
Test(number, halfway) {
  char text[2048];
  snprintf(text, sizeof text, "%.1f", 9007199254740993.0); /* rounds to ...992 on the way in */
  agrees_with_strtod("9007199254740993");
  agrees_with_strtod("9007199254740993.00000000000000000000000000000000000000000000001");
  agrees_with_strtod("9007199254740992.99999999999999999999999999999999999999999999999");
  /* Half of the least number above zero, exactly, is written with 751 digits: ties to zero; with
   * one more digit, far out, it rounds up. */
  int length = snprintf(text, sizeof text, "%.1075f", 0x1p-1074);
  cr_assert(length > 1000);
  agrees_with_strtod(text);
  char half[1300];
  /* 2^-1075 = 5^1075 / 10^1075: long multiplication by five. */
  char digits[1100] = "1";
  int count = 1;
  for (int power = 0; power < 1075; power++) {
    int carry = 0;
    for (int i = count - 1; i >= 0; i--) {
      int product = (digits[i] - '0') * 5 + carry;
      digits[i] = (char)('0' + product % 10);
      carry = product / 10;
    }
    if (carry) {
      memmove(digits + 1, digits, (size_t)count++);
      digits[0] = (char)('0' + carry);
    }
  }
  snprintf(half, sizeof half, "%.*se-1075", count, digits);
  agrees_with_strtod(half);
  double value = 1;
  cr_assert(parse(half, &value) && value == 0, "a tie goes to even");
  snprintf(half, sizeof half, "%.*s%0100d1e-1176", count, digits, 0);
  agrees_with_strtod(half);
  cr_assert(parse(half, &value) && value == 0x1p-1074, "over the tie");
}

Test(number, many_zeros) {
  enum { ZEROS = 5000 };
  static char text[ZEROS + 64];
  memset(text, '0', sizeof text);
  text[1] = '.';
  snprintf(text + ZEROS, 64, "1234567e5003");
  double value = 0;
  cr_assert(parse(text, &value));
  cr_assert(same_bits(value, strtod(text, NULL)));
  memset(text, '0', sizeof text);
  text[0] = '7';
  snprintf(text + ZEROS, 64, "e-4990");
  cr_assert(parse(text, &value));
  cr_assert_eq(value, 7e9);
}

/* Doubles of every exponent written with 1 to 20 digits, and plain decimals as panels hold. */
Test(number, random_against_strtod) {
  sw_rng rng = sw_rng_make(1, 2, 3);
  char text[512];
  for (int i = 0; i < 100000; i++) {
    uint64_t bits = sw_rng_u64(&rng);
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!isfinite(value)) continue;
    snprintf(text, sizeof text, "%.*e", (int)sw_rng_below(&rng, 20), value);
    agrees_with_strtod(text);
    snprintf(text, sizeof text, "%.17g", value);
    double back = 0;
    cr_assert(parse(text, &back) && same_bits(back, value), "%s", text);
  }
  for (int i = 0; i < 100000; i++) {
    uint64_t whole = sw_rng_below(&rng, UINT64_C(1) << sw_rng_below(&rng, 63));
    snprintf(text, sizeof text, "%s%" PRIu64 ".%0*" PRIu64, i % 3 ? "" : "-", whole,
             (int)sw_rng_below(&rng, 9), sw_rng_below(&rng, 1000000));
    agrees_with_strtod(text);
  }
}

Test(number, integers) {
  int64_t value = 5;
  cr_assert(sw_parse_integer("9223372036854775807", 19, &value) && value == INT64_MAX);
  cr_assert(sw_parse_integer("-9223372036854775808", 20, &value) && value == INT64_MIN);
  cr_assert(sw_parse_integer("+0010", 5, &value) && value == 10);
  static const char *const bad[] = {"",
                                    "-",
                                    "+",
                                    "1.0",
                                    "1e3",
                                    " 1",
                                    "1 ",
                                    "0x1",
                                    "one",
                                    "9223372036854775808",
                                    "-9223372036854775809"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(sw_parse_integer(bad[i], strlen(bad[i]), &value), "'%s'", bad[i]);
}

/* ---- every path, many times -------------------------------------------------------------- */

/* One to 25 digits before every power of ten that the table has, and some beyond it: three million
 * texts in all, in the forms that files have them. */
Test(number, every_power_against_strtod) {
  sw_rng rng = sw_rng_make(7, 8, 9);
  char text[96], digits[32];
  for (int i = 0; i < 2000000; i++) {
    int count = 1 + (int)sw_rng_below(&rng, i % 8 ? 19 : 25);
    for (int k = 0; k < count; k++)
      digits[k] = (char)('0' + sw_rng_below(&rng, 10));
    digits[count] = '\0';
    int power = (int)sw_rng_below(&rng, 150) - 75, point = (int)sw_rng_below(&rng, 20);
    if (point > count) point = count;
    if (i % 3)
      snprintf(text, sizeof text, "%s%.*s.%se%d", i % 2 ? "-" : "", point, digits, digits + point,
               power);
    else
      snprintf(text, sizeof text, "%.*s.%s", point, digits, digits + point);
    agrees_with_strtod(text);
  }
}

/* All short forms: up to eight characters of a few kinds. */
Test(number, short_texts) {
  static const char kind[] = "0123456789.-+e,";
  sw_rng rng = sw_rng_make(16, 17, 18);
  for (int i = 0; i < 500000; i++) {
    char text[12], *end = NULL;
    int length = 1 + (int)sw_rng_below(&rng, 9);
    for (int k = 0; k < length; k++)
      text[k] = kind[sw_rng_below(&rng, i % 2 ? 12 : 15)];
    text[length] = '\0';
    double value = -77, wanted = strtod(text, &end);
    bool number = *end == '\0' && !isinf(wanted);
    cr_assert_eq(parse(text, &value), number, "'%s'", text);
    cr_assert(same_bits(value, number ? wanted : -77), "'%s': %a", text, value);
  }
}

/* Doubles as programs write them back: 15 to 17 digits, with and without an exponent. */
Test(number, written_doubles) {
  sw_rng rng = sw_rng_make(10, 11, 12);
  char text[96];
  for (int i = 0; i < 700000; i++) {
    double size = ldexp(1 + sw_rng_uniform(&rng), (int)sw_rng_below(&rng, 400) - 200);
    snprintf(text, sizeof text, "%.*g", 15 + i % 3, size);
    agrees_with_strtod(text);
    double value = 0;
    cr_assert(i % 3 != 2 || (parse(text, &value) && value == size), "%s comes back", text);
    snprintf(text, sizeof text, "%.*f", i % 22, ldexp(size, i % 7));
    if (size < 1e15 && size > 1e-6) agrees_with_strtod(text);
  }
}

/* The middle between two doubles, written out in full, and one digit more or less at its end. */
Test(number, middles_against_strtod) {
  sw_rng rng = sw_rng_make(13, 14, 15);
  char text[512];
  for (int i = 0; i < 200000; i++) {
    uint64_t odd = (sw_rng_u64(&rng) >> 11 | UINT64_C(1) << 52) * 2 + 1; /* 54 bits */
    int shift = (int)sw_rng_below(&rng, 60) - 56;
    long double middle = ldexpl((long double)odd, shift);
    int length = snprintf(text, sizeof text, "%.*Lf", shift < 0 ? -shift : 0, middle);
    agrees_with_strtod(text);
    if (shift >= 0) continue;
    snprintf(text + length, sizeof text - (size_t)length, "%d", i % 2);
    agrees_with_strtod(text);
    text[length - 1] = '4'; /* the last digit is a five */
    agrees_with_strtod(text);
  }
}

/* ---- the table --------------------------------------------------------------------------- */

enum { LIMBS = 20 }; /* of 32 bits, the lowest first */

static void times(uint32_t *number, uint32_t factor) {
  uint64_t carry = 0;
  for (int i = 0; i < LIMBS; i++) {
    carry += (uint64_t)number[i] * factor;
    number[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static int bits_of(const uint32_t *number) {
  int bits = 32 * LIMBS;
  while (bits > 0 && !(number[(bits - 1) / 32] >> (bits - 1) % 32 & 1))
    bits--;
  return bits;
}

/* a * b < 2^e, a of 128 bits, b any. */
static bool below_power(unsigned __int128 a, const uint32_t *b, int e) {
  uint32_t product[LIMBS] = {0};
  for (int i = 0; i < 4; i++) {
    uint32_t part[LIMBS] = {0};
    uint64_t carry = 0;
    memcpy(part + i, b, (LIMBS - 4) * sizeof *part);
    times(part, (uint32_t)(a >> 32 * i));
    for (int k = 0; k < LIMBS; k++) {
      carry += (uint64_t)product[k] + part[k];
      product[k] = (uint32_t)carry;
      carry >>= 32;
    }
  }
  return bits_of(product) <= e;
}

Test(number, table_of_powers) {
  uint32_t five[LIMBS] = {1};
  for (int k = 0; k <= SW_POWER_MOST; k++, times(five, 5)) {
    const uint64_t *up = sw_power[k - SW_POWER_LEAST], *down = sw_power[-k - SW_POWER_LEAST];
    int bits = bits_of(five);
    unsigned __int128 first = 0;
    for (int b = 1; b <= 128; b++)
      first = first << 1 | (b <= bits ? five[(bits - b) / 32] >> (bits - b) % 32 & 1 : 0);
    cr_assert(up[0] == (uint64_t)(first >> 64) && up[1] == (uint64_t)first, "10^%d", k);
    if (k == 0) continue;
    unsigned __int128 inverse = (unsigned __int128)down[0] << 64 | down[1];
    if (k <= 27) inverse--; /* was rounded up */
    cr_assert(down[0] >> 63, "10^-%d", k);
    cr_assert(below_power(inverse, five, 127 + bits), "10^-%d is too large", k);
    cr_assert_not(below_power(inverse + 1, five, 127 + bits), "10^-%d is too small", k);
  }
}

/* ---- in another form --------------------------------------------------------------------- */

static double as(const char *form, const char *text) {
  sw_number_form read = {.decimal = form[0], .percent = strchr(form, '%') != NULL};
  char thousands[8] = "";
  snprintf(thousands, sizeof thousands, "%.*s", (int)strcspn(form + 1, "%"), form + 1);
  if (*thousands) read.thousands = thousands;
  double value = NAN;
  return sw_parse_number_as(&read, text, strlen(text), &value) ? value : NAN;
}

Test(number, other_forms) {
  static const struct {
    const char *form, *text; /* decimal sign, then what parts thousands, then % */
    double value;            /* NAN: refused */
  } cases[] = {
      {",", "1,5", 1.5},
      {",", "-0,25", -0.25},
      {",", ",5", 0.5},
      {",", "5,", 5},
      {",", "1234567", 1234567},
      {",", "1,23E+05", 123000},
      {",", "1.5", NAN},
      {",", "1,2,3", NAN},
      {",", "1,5e2,0", NAN},
      {",", "1,5 ", NAN},
      {",", "", NAN},
      {",", ",", NAN},
      {",", "-", NAN},
      {".,", "1,234", 1234},
      {".,", "1,234,567.25", 1234567.25},
      {".,", "-12,345", -12345},
      {".,", "+123,456.5e-3", 123.4565},
      {".,", "1234567.5", 1234567.5},
      {".,", "1,23", NAN},
      {".,", "1234,567", NAN},
      {".,", "1,234567", NAN},
      {".,", "1,,234", NAN},
      {".,", ",234", NAN},
      {".,", "1,234,", NAN},
      {".,", "1,234.5,6", NAN},
      {".,", "1.234,567", NAN},
      {".,", "12,34,567", NAN},
      {",.", "1.234.567,5", 1234567.5},
      {",.", "1.234", 1234},
      {",.", "1.5", NAN},
      {",.", "-9999,0", -9999},
      {". ", "1 234 567.5", 1234567.5},
      {". ",
       "1\xC2\xA0"
       "234",
       1234},
      {". ",
       "1\xE2\x80\xAF"
       "234\xE2\x80\xAF"
       "567",
       1234567},
      {". ", "1  234", NAN},
      {". ", "1 23", NAN},
      {".'", "1'234", 1234},
      {".'",
       "1\xE2\x80\x99"
       "234.5",
       1234.5},
      {".%", "12.5%", 12.5},
      {".%", "12.5 %", 12.5},
      {",%", "-3,5\xC2\xA0%", -3.5},
      {".%", "12.5\xE2\x80\xAF%", 12.5},
      {".%", "12.5", 12.5},
      {".%", "%", NAN},
      {".%", " %", NAN},
      {".%", "12%%", NAN},
      {".%", "1%2", NAN},
      {".", "12%", NAN},
      {",.%", "1.234,5%", 1234.5},
      {",", "1e400", NAN},
      {",", "nan", NAN},
      {",", "0x10", NAN},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    double got = as(cases[k].form, cases[k].text);
    cr_assert(isnan(cases[k].value) ? isnan(got) : got == cases[k].value, "%s as %s: %g, not %g",
              cases[k].text, cases[k].form, got, cases[k].value);
  }
  char longer[2000];
  memset(longer, '1', sizeof longer);
  longer[sizeof longer - 1] = '\0';
  cr_assert(isnan(as(",", longer)));
}

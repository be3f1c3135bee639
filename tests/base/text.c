/* Numbers to the last bit, UTF-8, near words, paths. strtod, in the C locale, is the oracle. */
#include "base/text.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"

static bool parse(const char *text, double *value) {
  return sw_parse_number(text, strlen(text), value);
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

static bool utf8(const char *text) {
  return sw_is_utf8(text, strlen(text));
}

Test(utf8, takes_and_refuses) {
  cr_assert(utf8("") && utf8("plain ascii, more than eight bytes"));
  cr_assert(utf8("\xE5\x8C\x97\xE4\xBA\xAC\xE5\xB8\x82 Do\xC3\xB1"
                 "a Ana \xF0\x9F\x8C\x8D"));
  cr_assert(utf8("\xED\x9F\xBF") && utf8("\xEE\x80\x80") && utf8("\xF4\x8F\xBF\xBF"));
  static const char *const bad[] = {"Do\xF1"
                                    "a Ana, New Mexico", /* Latin-1 */
                                    "12345678\x80",      /* a tail after eight plain bytes */
                                    "\xC3",
                                    "abc\xE5\x8C",
                                    "\xF0\x9F\x8C", /* cut short */
                                    "\xC0\xAF",
                                    "\xC1\xBF",
                                    "\xE0\x9F\xBF",
                                    "\xF0\x8F\xBF\xBF", /* overlong */
                                    "\xED\xA0\x80",
                                    "\xED\xBF\xBF", /* surrogates */
                                    "\xF4\x90\x80\x80",
                                    "\xF5\x80\x80\x80",
                                    "\xFF",
                                    "\xFE\xFF", /* over U+10FFFF */
                                    "\xE5\x8C\x41",
                                    "\xF0\x9F\x41\x8D"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_not(utf8(bad[i]), "case %zu", i);
  cr_assert(sw_is_utf8("a\0b", 3), "NUL is a character; refusing it is the reader's business");
}

/* Every three-byte sequence with a lead of E0..EF against the definition. */
Test(utf8, all_three_byte_forms) {
  for (unsigned lead = 0xE0; lead <= 0xEF; lead++)
    for (unsigned a = 0; a < 256; a++)
      for (unsigned b = 0; b < 256; b += 5) {
        char text[3] = {(char)lead, (char)a, (char)b};
        unsigned code = (lead & 15) << 12 | (a & 63) << 6 | (b & 63);
        bool good = (a & 0xC0) == 0x80 && (b & 0xC0) == 0x80 && code >= 0x800 &&
                    !(code >= 0xD800 && code < 0xE000);
        cr_assert_eq(sw_is_utf8(text, 3), good, "%02x %02x %02x", lead, a, b);
      }
}

Test(nearest, words) {
  static const char *const keys[] = {"measures", "panel", "units", "unit", "weights", "composites"};
  cr_assert_str_eq(sw_nearest("mesures", keys, 6), "measures");
  cr_assert_str_eq(sw_nearest("untis", keys, 6), "units");
  cr_assert_str_eq(sw_nearest("UNIT", keys, 6), "unit");
  cr_assert_str_eq(sw_nearest("wieghts", keys, 6), "weights");
  cr_assert_str_eq(sw_nearest("composite", keys, 6), "composites");
  cr_assert_null(sw_nearest("frobnicate", keys, 6));
  cr_assert_null(sw_nearest("anything", keys, 0));
  char word[400];
  memset(word, 'x', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  cr_assert_null(sw_nearest(word, keys, 6));
  const char *const many[] = {word, "panel"};
  cr_assert_str_eq(sw_nearest("panl", many, 2), "panel");
}

/* The threshold: at most max(2, length / 2) edits; a swap of neighbours is one. */
Test(nearest, threshold) {
  static const char *const one[] = {"abcdefgh"};
  cr_assert_str_eq(sw_nearest("abcdWXYZ", one, 1), "abcdefgh");
  cr_assert_null(sw_nearest("abcVWXYZ", one, 1));
  static const char *const two[] = {"abc"};
  cr_assert_str_eq(sw_nearest("xyc", two, 1), "abc");
  cr_assert_null(sw_nearest("xyz", two, 1));
  /* With every letter changed a short word is near to nothing. */
  static const char *const letter[] = {"b", "cd"};
  cr_assert_null(sw_nearest("a", letter, 2));
  static const char *const swaps[] = {"abdd", "abdc"};
  cr_assert_str_eq(sw_nearest("abcd", swaps, 2), "abdd", "one replacement or one swap: the first");
  static const char *const long_swaps[] = {"badcfe"};
  cr_assert_str_eq(sw_nearest("abcdef", long_swaps, 1), "badcfe");
}

Test(path, beside) {
  sw_error err = {0};
  sw_arena *arena = NULL;
  cr_assert_eq(sw_arena_create(&err, &arena), SW_OK);
  cr_assert_str_eq(sw_path_beside(arena, "dir/sub/study.yaml", "panel.csv"), "dir/sub/panel.csv");
  cr_assert_str_eq(sw_path_beside(arena, "study.yaml", "panel.csv"), "panel.csv");
  cr_assert_str_eq(sw_path_beside(arena, "dir/study.yaml", "/data/panel.csv"), "/data/panel.csv");
  cr_assert_str_eq(sw_path_beside(arena, "/study.yaml", "a/b.csv"), "/a/b.csv");
  cr_assert_str_eq(sw_path_beside(arena, "d/study.yaml", "../b.csv"), "d/../b.csv");
  sw_arena_destroy(arena);
}

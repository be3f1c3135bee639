/* Texts to numbers, a double to the last bit as strtod has it. The locale has no say: characters
 * are checked by hand, and strtod, which the rarest numbers need, sees only digits and an exponent.
 *
 *  - at most 2^53 and a power of ten up to 10^22, both exact: one operation, one rounding (Clinger
 *    1990);
 *  - up to 19 digits and a power within the table: a product of 64 by 128 bits, of which the upper
 *    part decides (Eisel; Lemire, Number parsing at a gigabyte per second, 2021; that the truncated
 *    product suffices: Mushtak and Lemire 2023);
 *  - more digits: where the first 19 and the next larger number of 19 digits give one double, that;
 *  - all else: strtod.
 *
 * Reading a large panel is mostly this file, so its common cases come first and have no loops. */
#include "base/powers.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* No point halfway between two doubles has more than 767 significant digits (Goldberg; glibc
 * uses 768). Beyond 780 digits it only matters whether any of them is not zero. */
enum { KEPT = 780, EXACT = 19 /* decimal digits that 64 bits always hold */ };

/* mantissa * 10^exponent, and where its digits stand. */
typedef struct decimal {
  const char *first, *end; /* the digits, point and leading zeros included */
  uint64_t mantissa;       /* modulo 2^64: exact up to 19 digits */
  int64_t digits;          /* leading zeros included */
  int64_t exponent;
  bool negative;
} decimal;

static bool is_digit(char c) {
  return (unsigned char)(c - '0') < 10;
}

/* ---- the text ---------------------------------------------------------------------------- */

/* The word tricks below take the first character of a text for the lowest byte of a word. On a
 * big-endian machine they are compiled but never reached. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { IN_WORDS = 1 };
#else
enum { IN_WORDS = 0 };
#endif

/* By memcpy, as texts are not aligned; it becomes one load. */
static inline uint64_t word_at(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/* Eight digits at once (Lemire 2018, after Mula), the first in the lowest byte; false when any
 * byte is no digit.
 *
 * The test: adding 0x46 sets the high bit of a byte above '9', subtracting '0' that of a byte
 * below '0' or far above '9'. The value: neighbours are joined to pairs, then two
 * multiplications weigh the four pairs by 10^6, 10^4, 10^2 and 1 and add them in the upper half. */
static inline bool eight_digits(uint64_t word, uint64_t *value) {
  uint64_t low = word - UINT64_C(0x3030303030303030);
  if (((word + UINT64_C(0x4646464646464646)) | low) & UINT64_C(0x8080808080808080)) return false;
  low = low * 10 + (low >> 8);
  const uint64_t mask = UINT64_C(0x000000FF000000FF);
  *value = ((low & mask) * UINT64_C(0x000F424000000064) +
            ((low >> 16) & mask) * UINT64_C(0x0000271000000001)) >>
           32;
  return true;
}

/* The commonest number of all: one to eight digits with or without a point, without sign and
 * exponent, in a word that may be read whole (`text` has eight readable bytes; what follows the
 * number is ignored). No loop, so no branch depends on the length, which in a column of data no
 * branch predictor can guess. False: something else stands there, the general way must look.
 *
 * The value is *mantissa * 10^*exponent, *exponent from -7 to 0. */
static inline bool scan_word(const char *text, size_t length, uint64_t *mantissa, int *exponent) {
  const uint64_t ones = UINT64_C(0x0101010101010101), zeros = ones * '0';
  uint64_t word = word_at(text), differs = word ^ (ones * '.');
  uint64_t point = (differs - ones) & ~differs & (ones << 7); /* exact up to the first point */
  unsigned at = point ? (unsigned)__builtin_ctzll(point) / 8 : 8, digits = (unsigned)length;
  *exponent = 0;
  /* Take the point out: what follows moves down by a byte. A second point is no digit, and one
   * behind the number is not taken for its own. */
  if (at < length) {
    uint64_t before = (UINT64_C(1) << 8 * at) - 1;
    word = (word & before) | (word >> 8 & ~before);
    *exponent = (int)at - (int)--digits;
  }
  if (digits == 0) return false;
  /* Digits to the upper end, which drops what follows the number, and zeros in front. The zeros
   * are shifted in two steps, as a shift by 64 (for eight digits) is undefined. */
  word = word << 8 * (8 - digits) | zeros >> 8 * (digits - 1) >> 8;
  return eight_digits(word, mantissa);
}

/* Digits from `at` on, appended to *mantissa, which wraps beyond 19 of them; returns where they
 * end. */
static const char *scan_digits(const char *at, const char *end, uint64_t *mantissa) {
  uint64_t sum = *mantissa, eight = 0;
  while (IN_WORDS && end - at >= 8 && eight_digits(word_at(at), &eight)) {
    sum = sum * 100000000 + eight;
    at += 8;
  }
  for (; at < end && is_digit(*at); at++)
    sum = sum * 10 + (uint64_t)(*at - '0');
  *mantissa = sum;
  return at;
}

/* The exponent is added to *exponent, which holds minus the digits after the point. It stops
 * growing at 10^17, so that it stays below 10^18 and any length of text can be added to it
 * without overflow. NULL: no digit, or something behind the digits. */
static const char *scan_exponent(const char *at, const char *end, int64_t *exponent) {
  const int64_t limit = 100000000000000000;
  bool negative = false;
  if (at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  if (at == end) return NULL;
  int64_t value = 0;
  for (; at < end; at++) {
    if (!is_digit(*at)) return NULL;
    if (value < limit) value = value * 10 + (*at - '0');
  }
  *exponent += negative ? -value : value;
  return at;
}

/* The whole text as a decimal; false when it is no number. `digits` counts leading zeros too, so
 * it says at most how many digits are significant: convert_long looks closer. */
static bool scan(const char *text, size_t length, decimal *out) {
  const char *at = text, *end = text + length;
  out->negative = at < end && *at == '-';
  if (at < end && (*at == '+' || *at == '-')) at++;
  out->mantissa = 0;
  out->exponent = 0;
  out->first = at;
  at = scan_digits(at, end, &out->mantissa);
  out->digits = at - out->first;
  if (at < end && *at == '.') {
    const char *fraction = ++at;
    at = scan_digits(at, end, &out->mantissa);
    /* Digits behind the point lower the exponent: 1.25 is 125e-2. */
    out->exponent = fraction - at;
    out->digits += at - fraction;
  }
  out->end = at;
  if (!out->digits) return false;
  if (at == end) return true;
  return (*at == 'e' || *at == 'E') && scan_exponent(at + 1, end, &out->exponent) == end;
}

/* ---- the value --------------------------------------------------------------------------- */

/* mantissa * 10^k rounded once to the nearest double; false when the truncated product does not
 * tell. `mantissa` has at most 19 digits and is not 0, so with -64 <= k <= 64 everything is far
 * from overflow and underflow, which the general algorithm must treat. */
static bool multiply(uint64_t mantissa, int k, double *value) {
  const uint64_t *power = sw_power[k - SW_POWER_LEAST];
  int shift = __builtin_clzll(mantissa);
  /* Left-justified, the product has its first bit in one of two places. */
  mantissa <<= shift;
  unsigned __int128 product = (unsigned __int128)mantissa * power[0];
  /* Only where the bits below the rounding are all ones can the lower word carry into them. */
  if (((uint64_t)(product >> 64) & 0x1FF) == 0x1FF)
    product += (uint64_t)(((unsigned __int128)mantissa * power[1]) >> 64);
  uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
  /* What was cut off the power could still carry into `high`; for k in [-27, 55] it cannot. */
  if (low == UINT64_MAX && (k < -27 || k > 55)) return false;
  int top = (int)(high >> 63), cut = top + 9;
  uint64_t kept = high >> cut; /* 54 bits: the last one is for rounding */
  /* A tie goes to even; only for these k can a product be one. */
  bool tie = low <= 1 && k >= -4 && k <= 23 && (kept & 3) == 1 && kept << cut == high;
  /* Round to nearest: the last bit is added to itself and dropped. At a tie with an even
   * neighbour below, it is dropped only. */
  kept = (kept + (tie ? 0 : kept & 1)) >> 1;
  /* floor(k log2 10) + 63, right for every k of the table; >> of a negative number rounds down
   * with this compiler. Rounding can have made 2^53 of 53 bits, whose exponent is one more. The
   * bits are added rather than joined, so the leading bit of `kept` (hence -1) and such a carry
   * both land in the exponent. */
  int exponent = ((217706 * k) >> 16) + 63 + top - shift;
  uint64_t bits = ((uint64_t)(exponent + 1023 - 1) << 52) + kept;
  memcpy(value, &bits, sizeof bits);
  return true;
}

/* The powers of ten that are doubles exactly. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* mantissa * 10^exponent rounded once, the mantissa of at most 19 digits; false: not by these
 * means. In the first case both factors are exact, so the one operation rounds once. */
static bool convert_short(uint64_t mantissa, int64_t exponent, double *value) {
  *value = (double)mantissa;
  if (mantissa == 0) return true;
  if (mantissa <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
    *value = exponent < 0 ? *value / tens[-exponent] : *value * tens[exponent];
    return true;
  }
  return exponent >= SW_POWER_LEAST && exponent <= SW_POWER_MOST &&
         multiply(mantissa, (int)exponent, value);
}

/* By strtod, correctly rounded for any number. It gets the digits again without point and
 * leading zeros, so the locale's decimal point does not matter. Digits beyond KEPT are left out
 * and weigh in the exponent; if any of them is not zero a last digit 1 stands for all, which
 * keeps the number off a halfway point. */
static double convert_slowly(const decimal *number) {
  char buffer[KEPT + 32];
  int64_t kept = 0, cut = 0;
  bool sticky = false;
  for (const char *c = number->first; c < number->end; c++) {
    if (*c == '.' || (kept == 0 && *c == '0')) continue;
    if (kept < KEPT) {
      buffer[kept++] = *c;
    } else {
      sticky |= *c != '0';
      cut++;
    }
  }
  if (kept == 0) return 0;
  int64_t exponent = number->exponent + cut;
  if (sticky) {
    buffer[kept++] = '1';
    exponent--;
  }
  /* Past these the value is infinite or zero, whatever the at most 781 digits, and four digits
   * hold the exponent. */
  if (exponent > 400) exponent = 400;
  if (exponent < -2000) exponent = -2000;
  buffer[kept++] = 'e';
  if (exponent < 0) buffer[kept++] = '-';
  int64_t size = exponent < 0 ? -exponent : exponent;
  for (int64_t ten = 1000; ten > 0; ten /= 10)
    buffer[kept++] = (char)('0' + size / ten % 10);
  buffer[kept] = '\0';
  return strtod(buffer, NULL);
}

/* More than 19 digits. Leading zeros may be all that is too much. Else the number lies between
 * that of its first 19 significant digits and the next one of 19 digits: where both round to one
 * double, so does it. Only where they do not is strtod asked. */
static double convert_long(const decimal *number) {
  uint64_t mantissa = 0;
  int64_t taken = 0, left = 0;
  for (const char *c = number->first; c < number->end; c++) {
    if (*c == '.' || (taken == 0 && *c == '0')) continue;
    if (taken < EXACT) {
      mantissa = mantissa * 10 + (uint64_t)(*c - '0');
      taken++;
    } else {
      left++;
    }
  }
  double value = 0, above = 0;
  int64_t exponent = number->exponent + left;
  if (convert_short(mantissa, exponent, &value) &&
      (left == 0 || (convert_short(mantissa + 1, exponent, &above) && value == above)))
    return value;
  return convert_slowly(number);
}

/* `room` lets the reader of a CSV name the bytes that follow the field: most numbers are shorter
 * than a word, and reading one whole word needs the bytes to be there. The value is the same
 * with any room. */
bool sw_parse_number_within(const char *text, size_t length, size_t room, double *value) {
  decimal number;
  double size = 0;
  size_t sign = length > 0 && *text == '-';
  int exponent = 0;
  /* An empty text or a lone sign wraps to a large number here and goes the general way, which
   * refuses it. A leading + does so too. */
  if (IN_WORDS && length - sign - 1 < 8 && room >= 8 + sign &&
      scan_word(text + sign, length - sign, &number.mantissa, &exponent)) {
    /* Both exact, so the division rounds once. Signed, as that conversion is one instruction. */
    size = (double)(int64_t)number.mantissa / tens[-exponent];
    *value = sign ? -size : size;
    return true;
  }
  if (!scan(text, length, &number)) return false;
  if (number.digits > EXACT)
    size = convert_long(&number);
  else if (!convert_short(number.mantissa, number.exponent, &size))
    size = convert_slowly(&number);
  /* 1e400 is a slip of the user; a number too small becomes 0 or a subnormal, as it rounds. */
  if (isinf(size)) return false;
  *value = number.negative ? -size : size;
  return true;
}

bool sw_parse_number(const char *text, size_t length, double *value) {
  return sw_parse_number_within(text, length, length, value);
}

/* ---- in another form --------------------------------------------------------------------- */

/* The bytes at `at` that part thousands, 0: none. */
static size_t thousands_at(const sw_number_form *form, const char *at, const char *end) {
  static const char *const blanks[] = {" ", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89", NULL};
  static const char *const apostrophes[] = {"'", "\xE2\x80\x99", NULL};
  const char *one[] = {form->thousands, NULL};
  const char *const *any = one;
  if (!form->thousands) return 0;
  for (int k = 0; blanks[k]; k++)
    if (!strcmp(form->thousands, blanks[k])) any = blanks;
  for (int k = 0; apostrophes[k]; k++)
    if (!strcmp(form->thousands, apostrophes[k])) any = apostrophes;
  for (; *any; any++) {
    size_t length = strlen(*any);
    if ((size_t)(end - at) >= length && !memcmp(at, *any, length)) return length;
  }
  return 0;
}

static const char *digits_end(const char *at, const char *end) {
  while (at < end && is_digit(*at))
    at++;
  return at;
}

/* The whole part from *at on, written to `out` without what parts its thousands: one to three
 * digits, then three for each mark. False where marks stand elsewhere. */
static bool copy_whole(const sw_number_form *form, const char **at, const char *end, char **out) {
  const char *to = digits_end(*at, end);
  size_t mark = thousands_at(form, to, end);
  bool parted = mark > 0;
  if (parted && (to == *at || to - *at > 3)) return false;
  for (;; mark = thousands_at(form, to, end)) {
    memcpy(*out, *at, (size_t)(to - *at));
    *out += to - *at;
    *at = to;
    if (!mark) return true;
    *at += mark;
    to = digits_end(*at, end);
    if (to - *at != 3) return false;
  }
}

/* Without a per cent sign and the blank before it. */
static const char *before_percent(const sw_number_form *form, const char *text, const char *end) {
  static const sw_number_form blank = {.thousands = " "};
  if (!form->percent || end == text || end[-1] != '%') return end;
  end--;
  for (const char *at = end - 1; at > text && end - at <= 3; at--)
    if (thousands_at(&blank, at, end) == (size_t)(end - at)) return at;
  return end;
}

/* Written anew as this file reads numbers. Longer texts than the buffer are no data. */
bool sw_parse_number_as(const sw_number_form *form, const char *text, size_t length,
                        double *value) {
  char plain[1024], *out = plain;
  const char *at = text, *end = before_percent(form, text, text + length);
  if (length >= sizeof plain) return false;
  if (at < end && (*at == '+' || *at == '-')) *out++ = *at++;
  if (!copy_whole(form, &at, end, &out)) return false;
  if (at < end && *at == form->decimal) {
    const char *to = digits_end(at + 1, end);
    memcpy(out, at, (size_t)(to - at));
    *out = '.';
    out += to - at;
    at = to;
  }
  /* What is left is an exponent, or nothing that belongs to a number. */
  if (at < end && *at != 'e' && *at != 'E') return false;
  memcpy(out, at, (size_t)(end - at));
  out += end - at;
  return sw_parse_number(plain, (size_t)(out - plain), value);
}

/* Digits of a negative number are subtracted from the start, so that INT64_MIN is read too.
 * Blanks, points and exponents are refused. */
bool sw_parse_integer(const char *text, size_t length, int64_t *value) {
  const char *at = text, *end = text + length;
  bool negative = false;
  if (at < end && (*at == '+' || *at == '-')) negative = *at++ == '-';
  if (at == end) return false;
  int64_t sum = 0;
  for (; at < end; at++) {
    if (!is_digit(*at)) return false;
    int64_t digit = negative ? -(*at - '0') : *at - '0';
    if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digit, &sum))
      return false;
  }
  *value = sum;
  return true;
}

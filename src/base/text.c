/* Text: numbers, UTF-8, near words, paths. Nothing here looks at the locale: characters are
 * checked by hand, and strtod sees only digits and an exponent, which no locale spells otherwise.
 */
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* ---- numbers ---------------------------------------------------------------------------- */

/* No point halfway between two doubles has more significant digits than 767 (Goldberg; glibc
 * uses 768), so beyond 780 it only matters whether anything but zeros follows. */
enum { KEPT = 780 };

/* digits * 10^exponent; `digit` is without leading zeros, `sticky`: a nonzero digit was cut. */
typedef struct decimal {
  const char *first; /* of the digits, point included */
  const char *end;   /* past the last of them */
  uint64_t mantissa; /* exact when count <= 19 */
  int64_t count;     /* significant digits */
  int64_t exponent;
  bool negative;
} decimal;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* An exponent, held at +-10^17 so that it can be added to any length of text. */
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

static bool scan(const char *text, size_t length, decimal *out) {
  const char *at = text, *end = text + length;
  *out = (decimal){0};
  if (at < end && (*at == '+' || *at == '-')) out->negative = *at++ == '-';
  bool any = false, point = false;
  out->first = at;
  for (; at < end; at++) {
    if (*at == '.' && !point) {
      point = true;
      continue;
    }
    if (!is_digit(*at)) break;
    any = true;
    if (out->count > 0 || *at != '0') out->count++;
    if (out->count <= 19) out->mantissa = out->mantissa * 10 + (uint64_t)(*at - '0');
    out->exponent -= point;
  }
  out->end = at;
  if (!any) return false;
  if (at == end) return true;
  return (*at == 'e' || *at == 'E') && scan_exponent(at + 1, end, &out->exponent) == end;
}

/* The general case: the digits again, without point and leading zeros, for strtod. */
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
  int64_t exponent = number->exponent + cut;
  if (sticky) {
    buffer[kept++] = '1';
    exponent--;
  }
  /* Past these the value is infinite or zero, whatever the digits. */
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

/* mantissa / 10^k, 0 <= k <= 27, mantissa > 0, rounded once: an integer quotient of 64 bits or
 * more, whose remainder says what lies beyond. The panels that other programs write with 17
 * digits come here. */
static double divide_exactly(uint64_t mantissa, int k) {
  uint64_t five = 1;
  for (int i = 0; i < k; i++)
    five *= 5;
  int shift = __builtin_clzll(mantissa);
  unsigned __int128 dividend = (unsigned __int128)(mantissa << shift) << 64;
  unsigned __int128 quotient = dividend / five;
  bool remainder = quotient * five != dividend;
  int top = 127 - __builtin_clzll((uint64_t)(quotient >> 64));
  uint64_t kept = (uint64_t)(quotient >> (top - 52));
  unsigned __int128 half = (unsigned __int128)1 << (top - 53);
  unsigned __int128 rest = quotient & (2 * half - 1);
  if (rest > half || (rest == half && (remainder || kept % 2 == 1))) kept++;
  /* quotient = value * 2^(64 + shift + k); far from overflow and underflow. */
  uint64_t bits = (uint64_t)(top - 52 - 64 - shift - k + 1023) << 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return (double)kept * scale;
}

bool sw_parse_number(const char *text, size_t length, double *value) {
  static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  decimal number;
  if (!scan(text, length, &number)) return false;
  double size = 0;
  if (number.count == 0) {
    size = 0;
  } else if (number.count <= 19 && number.mantissa <= (UINT64_C(1) << 53) &&
             number.exponent >= -22 && number.exponent <= 22) {
    /* Both operands are exact, so the one rounding is the right one (Clinger 1990). */
    size = (double)number.mantissa;
    size = number.exponent < 0 ? size / power[-number.exponent] : size * power[number.exponent];
  } else if (number.count <= 19 && number.exponent >= -27 && number.exponent <= 0) {
    size = divide_exactly(number.mantissa, (int)-number.exponent);
  } else {
    size = convert_slowly(&number);
  }
  if (isinf(size)) return false;
  *value = number.negative ? -size : size;
  return true;
}

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

/* ---- UTF-8 ------------------------------------------------------------------------------ */

/* The bytes of the character at `at`, or 0: no overlong form, no surrogate, none over U+10FFFF. */
static size_t character_length(const unsigned char *at, size_t left) {
  unsigned char lead = at[0], lo = 0x80, hi = 0xBF;
  size_t size = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) size = 2;
  if (lead >= 0xE0 && lead <= 0xEF) size = 3;
  if (lead >= 0xF0 && lead <= 0xF4) size = 4;
  if (size == 0 || size > left) return 0;
  if (lead == 0xE0) lo = 0xA0;
  if (lead == 0xED) hi = 0x9F;
  if (lead == 0xF0) lo = 0x90;
  if (lead == 0xF4) hi = 0x8F;
  if (at[1] < lo || at[1] > hi) return 0;
  for (size_t i = 2; i < size; i++)
    if ((at[i] & 0xC0) != 0x80) return 0;
  return size;
}

bool sw_is_utf8(const char *text, size_t length) {
  const unsigned char *byte = (const unsigned char *)text;
  for (size_t i = 0; i < length;) {
    uint64_t word;
    /* Eight plain bytes at once: panels are nearly all ASCII. */
    if (length - i >= sizeof word) {
      memcpy(&word, byte + i, sizeof word);
      if (!(word & UINT64_C(0x8080808080808080))) {
        i += sizeof word;
        continue;
      }
    }
    size_t size = character_length(byte + i, length - i);
    if (size == 0) return false;
    i += size;
  }
  return true;
}

/* ---- near words ------------------------------------------------------------------------- */

enum { WORD = 128 }; /* longer words are near nothing */

static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int least(int a, int b) {
  return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b; case is no difference. */
static int distance(const char *a, int a_length, const char *b, int b_length) {
  int rows[3][WORD + 1];
  int *before = rows[0], *above = rows[1], *row = rows[2];
  for (int j = 0; j <= b_length; j++)
    above[j] = j;
  for (int i = 1; i <= a_length; i++) {
    row[0] = i;
    for (int j = 1; j <= b_length; j++) {
      int differs = lower(a[i - 1]) != lower(b[j - 1]);
      row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + differs);
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        row[j] = least(row[j], before[j - 2] + 1);
    }
    int *free_row = before;
    before = above;
    above = row;
    row = free_row;
  }
  return above[b_length];
}

const char *sw_nearest(const char *word, const char *const *candidates, int count) {
  size_t length = strlen(word);
  if (length > WORD) return NULL;
  int best = length / 2 > 2 ? (int)(length / 2) : 2;
  const char *found = NULL;
  for (int i = 0; i < count; i++) {
    size_t other = strlen(candidates[i]);
    if (other > WORD) continue;
    int edits = distance(word, (int)length, candidates[i], (int)other);
    /* With every letter changed a word is near to nothing. */
    if (edits > best || edits >= (int)length || (found && edits == best)) continue;
    best = edits;
    found = candidates[i];
  }
  return found;
}

/* ---- paths ------------------------------------------------------------------------------ */

char *sw_path_beside(sw_arena *arena, const char *base_file, const char *path) {
  const char *slash = base_file ? strrchr(base_file, '/') : NULL;
  if (path[0] == '/' || !slash) return sw_arena_text(arena, path);
  return sw_arena_printf(arena, "%.*s/%s", (int)(slash - base_file), base_file, path);
}

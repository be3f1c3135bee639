/* Text: UTF-8, numbers shown, names that look the same, near words, paths. Nothing here looks at
 * the locale. */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

/* ---- numbers ---------------------------------------------------------------------------- */

/* The program never sets a locale, so the point is a point. A NaN equals nothing: it is shown as
 * the first attempt has it. */
const char *sw_show_number(double value, char text[SW_NUMBER_ROOM]) {
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, SW_NUMBER_ROOM, "%.*g", digits, value);
    if (isnan(value) || strtod(text, NULL) == value) break;
  }
  return text;
}

/* ---- names of files --------------------------------------------------------------------- */

bool sw_ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), tail = strlen(ending);
  return length >= tail && strcasecmp(text + length - tail, ending) == 0;
}

/* ---- UTF-8 ------------------------------------------------------------------------------ */

/* The bytes of the character at `at`, or 0 when it is none: no overlong form, no surrogate, none
 * over U+10FFFF, as the standard demands (Unicode, table 3-7). Those rules are all about the
 * second byte, whose range [lo, hi] depends on the first. */
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

/* ---- names that look the same ----------------------------------------------------------- */

/* What of a character the eye sees: a letter without its accent, and that there is one. Accents are
 * one mark whichever they are, as a file may have them composed, apart, or half of each. */
typedef struct shape {
  uint32_t letter[3]; /* zero: no further one */
  bool accent;        /* behind them */
} shape;

/* The letter below the accents of U+00C0 .. U+024F and U+1E00 .. U+1EFF; '?': none, or no accent
 * (Unicode 15, canonical decompositions). */
static const char latin[] =
    "AAAAAA?CEEEEIIII?NOOOOO??UUUUY??aaaaaa?ceeeeiiii?nooooo??uuuuy?yAaAaAaCcCcCcCcDd"
    "??EeEeEeEeEeGgGgGgGgHh??IiIiIiIiI???JjKk?LlLlLl????NnNnNn???OoOoOo??RrRrRrSsSsSs"
    "SsTtTt??UuUuUuUuUuUuWwYyYZzZzZz?????????????????????????????????Oo?????????????U"
    "u????????????????????????????AaIiOoUuUuUuUuUu?AaAa????GgKkOoOo??j???Gg??NnAa????"
    "AaAaEeEeIiIiOoOoRrRrUuUuSsTt??Hh??????AaEeOoOoOoOoYy????????????????????????????";
static const char latin_more[] =
    "AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMmMmMmNnNnNnNnOoOo"
    "OoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVvWwWwWwWwWwXxXxYyZzZzZzhtwy??????"
    "AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEeEeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUu"
    "UuYyYyYyYy??????";
/* Greek and Cyrillic: the letter with an accent, the letter. */
static const uint16_t greek_cyrillic[][2] = {
    {0x386, 0x391}, {0x388, 0x395}, {0x389, 0x397}, {0x38A, 0x399}, {0x38C, 0x39F}, {0x38E, 0x3A5},
    {0x38F, 0x3A9}, {0x390, 0x3B9}, {0x3AA, 0x399}, {0x3AB, 0x3A5}, {0x3AC, 0x3B1}, {0x3AD, 0x3B5},
    {0x3AE, 0x3B7}, {0x3AF, 0x3B9}, {0x3B0, 0x3C5}, {0x3CA, 0x3B9}, {0x3CB, 0x3C5}, {0x3CC, 0x3BF},
    {0x3CD, 0x3C5}, {0x3CE, 0x3C9}, {0x400, 0x415}, {0x401, 0x415}, {0x403, 0x413}, {0x407, 0x406},
    {0x40C, 0x41A}, {0x40D, 0x418}, {0x40E, 0x423}, {0x419, 0x418}, {0x439, 0x438}, {0x450, 0x435},
    {0x451, 0x435}, {0x453, 0x433}, {0x457, 0x456}, {0x45C, 0x43A}, {0x45D, 0x438}, {0x45E, 0x443}};

static inline bool is_in(uint32_t c, uint32_t lo, uint32_t hi) {
  return c - lo <= hi - lo;
}

/* Nothing to see by itself: soft hyphen, joiners, marks of direction, byte order mark, variants. */
static bool is_invisible(uint32_t c) {
  return c == 0xAD || c == 0x34F || c == 0x61C || c == 0x180E || is_in(c, 0x200B, 0x200F) ||
         is_in(c, 0x202A, 0x202E) || is_in(c, 0x2060, 0x206F) || is_in(c, 0xFE00, 0xFE0F) ||
         c == 0xFEFF;
}

/* Accents, and the voicing marks of kana, that stand behind their letter. */
static bool is_accent(uint32_t c) {
  return is_in(c, 0x300, 0x36F) || is_in(c, 0x1AB0, 0x1AFF) || is_in(c, 0x1DC0, 0x1DFF) ||
         is_in(c, 0x20D0, 0x20FF) || is_in(c, 0xFE20, 0xFE2F) || c == 0x3099 || c == 0x309A;
}

/* The ASCII character that this one is taken for: blanks, dashes, apostrophes, full-width forms. */
static uint32_t plain_form(uint32_t c) {
  if (c == 0xA0 || is_in(c, 0x2000, 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000)
    return ' ';
  if (is_in(c, 0x2010, 0x2015) || c == 0x2212) return '-';
  if (c == 0x2018 || c == 0x2019 || c == 0x2BC) return '\'';
  return is_in(c, 0xFF01, 0xFF5E) ? c - 0xFEE0 : c;
}

/* The letter below the accent of a composed one, else 0. Kana: both alphabets alike, 0x60 apart;
 * the unvoiced letter stands before its voiced ones. */
static uint32_t below_accent(uint32_t c) {
  char letter = is_in(c, 0xC0, 0x24F)      ? latin[c - 0xC0]
                : is_in(c, 0x1E00, 0x1EFF) ? latin_more[c - 0x1E00]
                                           : '?';
  if (letter != '?') return (uint32_t)letter;
  for (size_t k = 0; k < sizeof greek_cyrillic / sizeof *greek_cyrillic; k++)
    if (greek_cyrillic[k][0] == c) return greek_cyrillic[k][1];
  uint32_t kana = is_in(c, 0x30A1, 0x30FE) ? c - 0x60 : c;
  if (is_in(kana, 0x304C, 0x3062) && kana % 2 == 0) return c - 1;
  if (kana == 0x3065 || kana == 0x3067 || kana == 0x3069) return c - 1;
  if (is_in(kana, 0x3070, 0x307D) && (kana - 0x306F) % 3) return c - (kana - 0x306F) % 3;
  return kana == 0x3094 ? c - 0x4E : 0;
}

/* Hangul syllables come apart into two or three letters (Unicode, 3.12). */
static shape shape_of(uint32_t c) {
  shape out = {{0}, false};
  if (is_invisible(c)) return out;
  if (is_in(c, 0xAC00, 0xD7A3)) {
    uint32_t at = c - 0xAC00;
    out.letter[0] = 0x1100 + at / 588;
    out.letter[1] = 0x1161 + at % 588 / 28;
    if (at % 28) out.letter[2] = 0x11A7 + at % 28;
    return out;
  }
  uint32_t letter = is_accent(c) ? 0 : below_accent(c);
  out.accent = letter || is_accent(c);
  if (!is_accent(c)) out.letter[0] = letter ? letter : plain_form(c);
  return out;
}

/* The character at *at, which moves behind it; a byte that begins none stands for itself. */
static uint32_t next_character(const char **at, const char *end) {
  const unsigned char *byte = (const unsigned char *)*at;
  size_t size = character_length(byte, (size_t)(end - *at));
  *at += size ? size : 1;
  if (size <= 1) return byte[0];
  uint32_t c = byte[0] & (0x7Fu >> size);
  for (size_t i = 1; i < size; i++)
    c = c << 6 | (byte[i] & 0x3F);
  return c;
}

static char *put_character(char *to, uint32_t c) {
  if (c >= 0x10000) {
    *to++ = (char)(0xF0 | c >> 18);
    *to++ = (char)(0x80 | (c >> 12 & 0x3F));
  } else if (c >= 0x800) {
    *to++ = (char)(0xE0 | c >> 12);
  }
  if (c >= 0x800)
    *to++ = (char)(0x80 | (c >> 6 & 0x3F));
  else if (c >= 0x80)
    *to++ = (char)(0xC0 | c >> 6);
  *to++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
  return to;
}

/* A letter takes at most the bytes that its character took, but for the three of a Hangul syllable,
 * which take three times as many. */
size_t sw_text_shape(const char *text, size_t length, char *out) {
  enum { ACCENT = 1 }; /* stands in no text that is shown */
  const char *at = text, *end = text + length;
  char *to = out;
  while (at < end) {
    shape seen = shape_of(next_character(&at, end));
    for (int k = 0; k < 3 && seen.letter[k]; k++)
      if (to > out || seen.letter[k] != ' ') to = put_character(to, seen.letter[k]);
    /* Two accents on one letter may be one composed and one apart: they are not counted. */
    if (seen.accent && (to == out || to[-1] != ACCENT)) *to++ = ACCENT;
  }
  while (to > out && to[-1] == ' ')
    to--;
  return (size_t)(to - out);
}

/* Where two texts differ first: in each a character with all that is seen with it, or nothing. */
typedef struct difference {
  const char *from[2], *to[2];
} difference;

/* Stands behind a letter, and is not looked for by the eye. */
static bool goes_along(const char *at, const char *end) {
  uint32_t c = at < end ? next_character(&at, end) : 'x';
  return is_accent(c) || is_invisible(c);
}

static difference first_difference(const char *a, const char *b) {
  const char *at[2] = {a, b}, *end[2] = {a + strlen(a), b + strlen(b)};
  for (const char *to[2] = {a, b}; at[0] < end[0] && at[1] < end[1];) {
    if (next_character(&to[0], end[0]) != next_character(&to[1], end[1])) break;
    at[0] = to[0], at[1] = to[1];
  }
  difference out = {{at[0], at[1]}, {at[0], at[1]}};
  bool along[2] = {goes_along(at[0], end[0]), goes_along(at[1], end[1])};
  for (int i = 0; i < 2; i++) {
    /* What one has between two letters the other lacks. */
    if (at[i] == end[i] || (along[!i] && !along[i])) continue;
    next_character(&out.to[i], end[i]);
    while (goes_along(out.to[i], end[i]))
      next_character(&out.to[i], end[i]);
  }
  return out;
}

/* The one character of a span, 0 where there are more or none. */
static uint32_t only_character(const char *from, const char *to) {
  uint32_t c = from < to ? next_character(&from, to) : 0;
  return from == to ? c : 0;
}

/* Accents have one shape: of two names that differ in which accents they have, told as text is
 * usually written, each may be right. */
static bool is_other_accent(const difference *found) {
  uint32_t a = only_character(found->from[0], found->to[0]);
  uint32_t b = only_character(found->from[1], found->to[1]);
  return (a && b && below_accent(a) && below_accent(b)) || (is_accent(a) && is_accent(b));
}

bool sw_looks_alike(const char *a, const char *b) {
  enum { NAME = 256 }; /* longer ones are no codes or names of columns */
  char left[3 * NAME], right[3 * NAME];
  size_t a_length = strlen(a), b_length = strlen(b);
  if (a_length > NAME || b_length > NAME || !strcmp(a, b)) return false;
  a_length = sw_text_shape(a, a_length, left);
  b_length = sw_text_shape(b, b_length, right);
  difference found = first_difference(a, b);
  return a_length == b_length && !memcmp(left, right, a_length) && !is_other_accent(&found);
}

/* "U+0065 U+0301", with the name of what cannot be seen; three characters at most. */
static size_t list_points(char *out, size_t size, const char *from, const char *to) {
  static const struct {
    uint32_t character;
    const char *name;
  } named[] = {{' ', " (a space)"},
               {0xA0, " (a no-break space)"},
               {0x202F, " (a no-break space)"},
               {0x3000, " (an ideographic space)"},
               {0xAD, " (a soft hyphen)"},
               {0x200B, " (a zero-width space)"},
               {0x200C, " (zero width)"},
               {0x200D, " (zero width)"},
               {0x200E, " (a mark of direction)"},
               {0x200F, " (a mark of direction)"},
               {0x2060, " (zero width)"},
               {0xFEFF, " (a byte order mark)"}};
  size_t used = 0;
  for (int n = 0; from < to && used < size; n++) {
    uint32_t c = next_character(&from, to);
    const char *name = is_in(c, 0xFF01, 0xFF5E) ? " (full width)" : "";
    for (size_t k = 0; k < sizeof named / sizeof *named; k++)
      if (named[k].character == c) name = named[k].name;
    if (n == 3) return used + (size_t)snprintf(out + used, size - used, " ...");
    used +=
        (size_t)snprintf(out + used, size - used, "%sU+%04X%s", n ? " " : "", (unsigned)c, name);
  }
  return used;
}

/* A difference within ASCII is seen: nothing is said of it. */
const char *sw_show_difference(const char *word, const char *other, char text[SW_DIFFERENCE_ROOM]) {
  char mine[100] = "", its[100] = "";
  difference found = first_difference(word, other);
  bool seen = true;
  for (int i = 0; i < 2; i++)
    for (const char *at = found.from[i]; at < found.to[i]; at++)
      seen &= !(*at & 0x80);
  list_points(mine, sizeof mine, found.from[0], found.to[0]);
  list_points(its, sizeof its, found.from[1], found.to[1]);
  text[0] = '\0';
  if (seen) return text;
  if (*mine && *its)
    snprintf(text, SW_DIFFERENCE_ROOM, "has %s in place of %s", its, mine);
  else
    snprintf(text, SW_DIFFERENCE_ROOM, "%s %s", *its ? "also has" : "lacks", *its ? its : mine);
  return text;
}

/* ---- near words ------------------------------------------------------------------------- */

enum { WORD = 128 }; /* longer words are near nothing */

/* ASCII alone: tolower would ask the locale. */
static char lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int least(int a, int b) {
  return a < b ? a : b;
}

/* Edits (insert, delete, replace, swap of neighbours) from a to b; case is no difference. Three
 * rows of the usual table are kept: a swap looks two rows back. Neither text is longer than
 * WORD. */
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

/* For the `did you mean` of messages. Of equally near candidates the first is taken, so that the
 * message does not depend on anything else. */
const char *sw_nearest(const char *word, const char *const *candidates, int count) {
  size_t length = strlen(word);
  if (length > WORD) return NULL;
  /* Full-width letters are many bytes away, and yet what was meant. */
  for (int i = 0; i < count; i++)
    if (sw_looks_alike(word, candidates[i])) return candidates[i];
  /* At most half of a long word may be wrong, or two edits of a short one. */
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

const char *sw_did_you_mean(const char *word, const char *near, char text[SW_HINT_ROOM]) {
  char unseen[SW_DIFFERENCE_ROOM];
  text[0] = '\0';
  if (!near) return text;
  sw_show_difference(word, near, unseen);
  snprintf(text, SW_HINT_ROOM, "; did you mean '%.200s'%s%s?", near, *unseen ? ", which " : "",
           unseen);
  return text;
}

/* ---- paths ------------------------------------------------------------------------------ */

/* A path in a study is meant relative to the study's folder, not to where the program was
 * started. NULL only when memory has run out. */
char *sw_path_beside(sw_arena *arena, const char *base_file, const char *path) {
  const char *slash = base_file ? strrchr(base_file, '/') : NULL;
  if (path[0] == '/' || !slash) return sw_arena_text(arena, path);
  return sw_arena_printf(arena, "%.*s/%s", (int)(slash - base_file), base_file, path);
}

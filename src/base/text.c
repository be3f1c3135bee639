/* Text: UTF-8, numbers shown, names that look the same, near words, paths. Nothing here looks at
 * the locale. */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

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

/* Whether a text is UTF-8 throughout. O(length), some bytes per cycle of plain text. */
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

/* Accents, and the voicing marks of kana, that stand behind their letter. */
static bool is_accent(int32_t c) {
  utf8proc_category_t category = utf8proc_category(c);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

/* Nothing to see by itself: soft hyphen, joiners, marks of direction, byte order mark. */
static bool is_invisible(int32_t c) {
  return utf8proc_get_property(c)->ignorable;
}

/* The character at *at, which moves behind it; a byte that begins none stands for itself. */
static int32_t next_character(const char **at, const char *end) {
  const utf8proc_uint8_t *byte = (const utf8proc_uint8_t *)*at;
  utf8proc_int32_t c = byte[0];
  utf8proc_ssize_t size = utf8proc_iterate(byte, end - *at, &c);
  *at += size > 0 ? size : 1;
  return size > 0 ? c : byte[0];
}

int sw_text_width(const char *text) {
  int width = 0;
  for (const char *end = text + strlen(text); text < end;)
    width += utf8proc_charwidth(next_character(&text, end));
  return width;
}

/* The Latin letter that a letter of another script is drawn as, in any usual type; else itself. */
static int32_t as_latin(int32_t c) {
  static const struct {
    int32_t letter;
    char latin;
  } drawn[] = {{0x391, 'A'}, {0x392, 'B'}, {0x395, 'E'}, {0x396, 'Z'}, {0x397, 'H'}, {0x399, 'I'},
               {0x39A, 'K'}, {0x39C, 'M'}, {0x39D, 'N'}, {0x39F, 'O'}, {0x3A1, 'P'}, {0x3A4, 'T'},
               {0x3A5, 'Y'}, {0x3A7, 'X'}, {0x3BF, 'o'}, {0x405, 'S'}, {0x406, 'I'}, {0x408, 'J'},
               {0x410, 'A'}, {0x412, 'B'}, {0x415, 'E'}, {0x41A, 'K'}, {0x41C, 'M'}, {0x41D, 'H'},
               {0x41E, 'O'}, {0x420, 'P'}, {0x421, 'C'}, {0x422, 'T'}, {0x425, 'X'}, {0x430, 'a'},
               {0x435, 'e'}, {0x43E, 'o'}, {0x440, 'p'}, {0x441, 'c'}, {0x443, 'y'}, {0x445, 'x'},
               {0x455, 's'}, {0x456, 'i'}, {0x458, 'j'}};
  if (c < 0x391 || c > 0x458) return c;
  for (size_t k = 0; k < sizeof drawn / sizeof *drawn; k++)
    if (drawn[k].letter == c) return drawn[k].latin;
  return c;
}

/* A canonical decomposition takes at most 3 times the bytes of its text (Unicode, annex 15), one of
 * compatibility up to 11 times: the few texts for which that is too much go without it. */
size_t sw_text_shape(const char *text, size_t length, char *out) {
  enum { TEXT = 256 }; /* longer texts are no codes or names of columns: their own shape */
  static const unsigned options[] = {
      UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE | UTF8PROC_LUMP | UTF8PROC_STABLE | UTF8PROC_COMPAT,
      UTF8PROC_DECOMPOSE | UTF8PROC_IGNORE | UTF8PROC_LUMP | UTF8PROC_STABLE};
  int32_t character[3 * TEXT];
  for (int k = 0; k < 2 && length <= TEXT; k++) {
    utf8proc_ssize_t n = utf8proc_decompose(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, character, 3 * TEXT, options[k]);
    if (n < 0 || n >= 3 * TEXT) continue; /* reencode ends with a zero */
    for (utf8proc_ssize_t i = 0; i < n; i++)
      character[i] = as_latin(character[i]);
    n = utf8proc_reencode(character, n, options[k]);
    if (n < 0 || (size_t)n > 3 * length) continue;
    const char *from = (const char *)character, *to = from + n;
    while (from < to && *from == ' ')
      from++;
    while (to > from && to[-1] == ' ')
      to--;
    memcpy(out, from, (size_t)(to - from));
    return (size_t)(to - from);
  }
  memcpy(out, text, length);
  return length;
}

/* Where two texts differ first: in each a character with all that is seen with it, or nothing. */
typedef struct difference {
  const char *from[2], *to[2];
} difference;

/* Stands behind a letter, and is not looked for by the eye. */
static bool goes_along(const char *at, const char *end) {
  int32_t c = at < end ? next_character(&at, end) : 'x';
  return is_accent(c) || is_invisible(c);
}

/* Where two texts begin to differ, and up to where: by characters, together with what goes along
 * with them, such as accents that combine. */
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

/* Whether two names look alike on a screen without being the same: letters of another alphabet,
 * other widths, unseen characters. */
bool sw_looks_alike(const char *a, const char *b) {
  enum { NAME = 256 }; /* longer ones are no codes or names of columns */
  char left[3 * NAME], right[3 * NAME];
  size_t a_length = strlen(a), b_length = strlen(b);
  if (a_length > NAME || b_length > NAME || !strcmp(a, b)) return false;
  a_length = sw_text_shape(a, a_length, left);
  b_length = sw_text_shape(b, b_length, right);
  return a_length == b_length && !memcmp(left, right, a_length);
}

/* "U+0065 U+0301", with the name of what cannot be seen; three characters at most. */
static size_t list_points(char *out, size_t size, const char *from, const char *to) {
  static const struct {
    int32_t character;
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
    int32_t c = next_character(&from, to);
    const char *name = c >= 0xFF01 && c <= 0xFF5E ? " (full width)"
                       : as_latin(c) == c         ? ""
                       : c < 0x400                ? " (Greek)"
                                                  : " (Cyrillic)";
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
      /* A swap of neighbours: both letters at once, from two rows back. */
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

/* "; did you mean 'NEAR'?", or "" where nothing is near. Says what differs where the eye cannot see
 * it. */
const char *sw_did_you_mean(const char *word, const char *near, char text[SW_HINT_ROOM]) {
  char unseen[SW_DIFFERENCE_ROOM];
  text[0] = '\0';
  if (!near) return text;
  if (strcmp(word, near) == 0) { /* of names in an HDF5 file: a group, a link, a damaged object */
    snprintf(text, SW_HINT_ROOM, "; what has that name cannot be read as one");
    return text;
  }
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

/* Text: UTF-8, numbers shown, near words, paths. Nothing here looks at the locale. */
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

/* ---- paths ------------------------------------------------------------------------------ */

/* A path in a study is meant relative to the study's folder, not to where the program was
 * started. NULL only when memory has run out. */
char *sw_path_beside(sw_arena *arena, const char *base_file, const char *path) {
  const char *slash = base_file ? strrchr(base_file, '/') : NULL;
  if (path[0] == '/' || !slash) return sw_arena_text(arena, path);
  return sw_arena_printf(arena, "%.*s/%s", (int)(slash - base_file), base_file, path);
}

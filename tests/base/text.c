/* UTF-8, near words, paths. */
#include "base/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

static bool utf8(const char *text) {
  return sw_is_utf8(text, strlen(text));
}

Test(utf8, takes_and_refuses) {
  cr_assert(utf8("") && utf8("plain ascii, more than eight bytes"));
  cr_assert(utf8("\xE5\x8C\x97\xE4\xBA\xAC\xE5\xB8\x82 Do\xC3\xB1"
                 "a Ana \xF0\x9F\x8C\x8D"));
  cr_assert(utf8("\xED\x9F\xBF") && utf8("\xEE\x80\x80") && utf8("\xF4\x8F\xBF\xBF"));
  static const char *const bad[] = {("Do\xF1"
                                     "a Ana, New Mexico"), /* Latin-1 */
                                    "12345678\x80",        /* a tail after eight plain bytes */
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

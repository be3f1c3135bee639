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

/* ---- names that look the same ------------------------------------------------------------ */

#define E_ACUTE "\xC3\xA9"
#define ACUTE "\xCC\x81"
#define GRAVE "\xCC\x80"

Test(shapes, names_that_look_the_same) {
  static const struct {
    const char *word, *other, *said;
  } pairs[] = {
      {"re" ACUTE "gion", "r" E_ACUTE "gion", "has U+00E9 in place of U+0065 U+0301"},
      {"r" E_ACUTE "gion", "re" ACUTE "gion", "has U+0065 U+0301 in place of U+00E9"},
      {"gdp pc", "gdp\xC2\xA0pc", "has U+00A0 (a no-break space) in place of U+0020 (a space)"},
      {"gdp", "gdp\xC2\xA0 ", "also has U+00A0 (a no-break space)"}, /* and a blank */
      {"gdp",
       "g\xEF\xBB\xBF"
       "dp",
       "also has U+FEFF (a byte order mark)"},
      {"g\xE2\x80\x8B"
       "dp",
       "gdp", "lacks U+200B (a zero-width space)"},
      {"gdp", "\xEF\xBD\x87\xEF\xBD\x84\xEF\xBD\x90", "has U+FF47 (full width) in place of U+0067"},
      {"a-b",
       "a\xE2\x88\x92"
       "b",
       "has U+2212 in place of U+002D"},
      {"\xED\x95\x9C", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", /* Hangul, composed and apart */
       "has U+1112 in place of U+D55C"},
      {"\xE3\x82\xAC", "\xE3\x82\xAB\xE3\x82\x99", /* katakana ga */
       "has U+30AB U+3099 in place of U+30AC"},
      {"\xD0\xB9", "\xD0\xB8\xCC\x86", "has U+0438 U+0306 in place of U+0439"},
      {"\xE1\xBA\xA5", "\xC3\xA2" ACUTE, /* two accents, one of them apart */
       "has U+00E2 U+0301 in place of U+1EA5"},
      {"A", "\xD0\x90", "has U+0410 (Cyrillic) in place of U+0041"},
      {"GDP", "GD\xD0\xA0", "has U+0420 (Cyrillic) in place of U+0050"},
      {"\xCE\x9F", "\xD0\x9E", "has U+041E (Cyrillic) in place of U+039F (Greek)"},
      {"\xC3\x85", "\xD0\x90\xCC\x8A", /* with its ring */
       "has U+0410 (Cyrillic) U+030A in place of U+00C5"},
      {"A", "\xD0\x91", NULL}, /* Be is no A */
      {"gdp", "gdp", NULL},
      {"gdp", "gdq", NULL},
      {"pr" E_ACUTE, "pr\xC3\xA8", NULL}, /* another accent */
      {"pre" ACUTE, "pre" GRAVE, NULL},
      {"pre", "pr" E_ACUTE, NULL}, /* none */
      {"", "\xC3\xA8", NULL},
  };
  char text[SW_DIFFERENCE_ROOM];
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    bool alike = sw_looks_alike(pairs[i].word, pairs[i].other);
    cr_assert_eq(alike, pairs[i].said != NULL, "pair %zu", i);
    cr_assert_eq(alike, sw_looks_alike(pairs[i].other, pairs[i].word), "pair %zu", i);
    if (alike)
      cr_assert_str_eq(sw_show_difference(pairs[i].word, pairs[i].other, text), pairs[i].said);
    if (alike) cr_assert_str_eq(sw_nearest(pairs[i].word, &pairs[i].other, 1), pairs[i].other);
  }
  /* Not alike, but near, and in what is not plain. */
  cr_assert_str_eq(sw_show_difference("resume", "r" E_ACUTE "sume", text),
                   "has U+00E9 in place of U+0065");
  cr_assert_str_eq(sw_show_difference("gdpp", "gdp", text), "");
}

/* Any bytes, none written beyond three times their number. */
Test(shapes, any_bytes) {
  static const char bytes[] = "\xED\x95\x9C\xF0\x9F\x8C\x8D\xC3\xFF" E_ACUTE "\xE5\x8C";
  char out[3 * sizeof bytes + 1];
  for (size_t from = 0; from < sizeof bytes; from++)
    for (size_t to = from; to < sizeof bytes; to++) {
      memset(out, 0x7E, sizeof out);
      size_t length = sw_text_shape(bytes + from, to - from, out);
      cr_assert_leq(length, 3 * (to - from));
      cr_assert_eq(out[length], 0x7E);
    }
}

/* Text helpers shared by every floor; the nearest word (sw_nearest) is public. */
#ifndef SW_BASE_TEXT_H
#define SW_BASE_TEXT_H

#include "spillway/node.h"

/* A decimal number filling all of text[0..length): digits, sign, point, exponent; no hex, no
 * nan, no inf, no blanks inside, no overflow (1e400 is refused; underflow gives the rounded value).
 */
bool sw_parse_number(const char *text, size_t length, double *value);
/* The same, faster: of the bytes from `text` on `room` may be read, length or more. */
bool sw_parse_number_within(const char *text, size_t length, size_t room, double *value);
/* How a file writes its numbers, where it does not write them as above. `thousands`: one character,
 * or NULL; a blank stands for every kind of blank, an apostrophe for the typographic one too. */
typedef struct sw_number_form {
  char decimal; /* '.' or ',' */
  const char *thousands;
  bool percent; /* a sign behind the number is passed over; its value stays as it is */
} sw_number_form;
/* The same in that form: what parts thousands stands before every three digits of the whole part or
 * nowhere, and what is the decimal sign of another form is refused. */
bool sw_parse_number_as(const sw_number_form *form, const char *text, size_t length, double *value);
/* A whole number filling all of text[0..length). */
bool sw_parse_integer(const char *text, size_t length, int64_t *value);
/* The number in the fewest digits that read back as the same, 15 to 17; returns `text`. */
enum { SW_NUMBER_ROOM = 32 };
const char *sw_show_number(double value, char text[SW_NUMBER_ROOM]);
/* True when `text` ends with `ending`, whatever the case: P.CSV is a .csv. The one test of the
 * ending of a file's name. */
bool sw_ends_with(const char *text, const char *ending);
/* Columns that the text takes on a terminal: two of a Chinese character, none of an accent that
 * stands behind its letter. */
int sw_text_width(const char *text);
/* True when the bytes are UTF-8. */
bool sw_is_utf8(const char *text, size_t length);
/* The shape of a UTF-8 text, the same for texts that look the same: decomposed with compatibility
 * (Unicode's NFKD; full-width letters become ASCII), without characters that cannot be seen, all
 * kinds of blanks, dashes and quotes as ASCII has them, Greek and Cyrillic letters that are drawn
 * as Latin ones as these, no blank at an end. `out` has room for 3 * length bytes; returns how many
 * it has. A text over 256 bytes is its own shape. */
size_t sw_text_shape(const char *text, size_t length, char *out);
/* Two different texts that a reader takes for one: their shapes are equal. */
bool sw_looks_alike(const char *a, const char *b);
/* "has U+00E9 in place of U+0065 U+0301": in what `other`, just named, differs from `word`;
 * "" where it can be seen. Returns `text`. */
enum { SW_DIFFERENCE_ROOM = 256 };
const char *sw_show_difference(const char *word, const char *other, char text[SW_DIFFERENCE_ROOM]);
/* "; did you mean 'near'?", with the difference where it cannot be seen; "" where near is NULL.
 * Where near is the word itself it is there, but not what is looked for, which the hint then says.
 * Returns `text`. */
enum { SW_HINT_ROOM = 512 };
const char *sw_did_you_mean(const char *word, const char *near, char text[SW_HINT_ROOM]);
/* `path` as it is when absolute, else joined to the folder of `base_file`; from the arena. */
struct sw_arena;
char *sw_path_beside(struct sw_arena *arena, const char *base_file, const char *path);

#endif

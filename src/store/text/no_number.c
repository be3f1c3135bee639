/* What is wrong with a text where a number is wanted. What people write besides digits has a word
 * of its own and what cures it: thousands, decimal commas, per cent and currency signs, digits of
 * full width. Of anything else what is left after the number it begins with is shown.
 *
 * Only for messages: the text has been refused, and nothing here gives it a value.
 *
 * Every look works on a copy, changes nothing that was read, and either writes the whole message or
 * leaves `out` alone. O(length) but for look_left, which is quadratic in at most 200 bytes. */
#include "store/text/no_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 200 }; /* of a text that is looked at closely */

/* A text on its way through the looks; zero-terminated. */
typedef struct look {
  char text[LONGEST + 1];
  const sw_number_wanted *wanted;
  char *out;
} look;

/* As the program reads numbers everywhere. */
static bool is_number(const char *text) {
  double value;
  return sw_parse_number(text, strlen(text), &value);
}

/* In one given form of writing. */
static bool is_number_as(char decimal, const char *thousands, const char *text) {
  double value;
  sw_number_form form = {.decimal = decimal, .thousands = thousands};
  return sw_parse_number_as(&form, text, strlen(text), &value);
}

/* Any of the forms that people write. Each decimal sign with each mark of thousands, but not one
 * sign for both. */
static bool is_some_number(const char *text) {
  static const char *const marks[] = {NULL, ",", ".", " ", "'"};
  for (int k = 0; k < 5; k++)
    if ((k != 2 && is_number_as('.', marks[k], text)) ||
        (k != 1 && is_number_as(',', marks[k], text)))
      return true;
  return false;
}

/* Always true, so a look can end with it. */
static bool say(look *in, const char *what) {
  snprintf(in->out, SW_NO_NUMBER_ROOM, "is not a number: %s", what);
  return true;
}

/* strtod takes more than sw_parse_number (nan, inf, hex, 1e400): where it reads the whole text and
 * gives an infinity the number is too large or was spelled out. */
static bool look_infinite(look *in) {
  char *end = NULL;
  double value = strtod(in->text, &end);
  if (!*in->text || *end || !isinf(value)) return false;
  bool digits = strpbrk(in->text, "0123456789") != NULL;
  snprintf(in->out, SW_NO_NUMBER_ROOM, "is %s; %s",
           digits ? "too large for a double" : "not finite", in->wanted->wanted);
  return true;
}

/* Digits of full width, blanks that are none, a minus sign of typesetting: a number to the eye. The
 * shape is what the eye reads (base/text.h); the difference is told by the code points. */
static bool look_unseen(look *in) {
  char shape[3 * LONGEST + 1], unseen[SW_DIFFERENCE_ROOM], text[SW_DIFFERENCE_ROOM + 32];
  shape[sw_text_shape(in->text, strlen(in->text), shape)] = '\0';
  if (!is_number(shape) || !*sw_show_difference(shape, in->text, unseen)) return false;
  snprintf(text, sizeof text, "it %s; write plain digits", unseen);
  return say(in, text);
}

/* The sign of a currency before or behind the number, or its three letters; a minus may stand
 * before it. One sign is cut off, in place, as more of the text may be wrong. */
static bool cut_currency(char *text) {
  static const char *const signs[] = {"$",   "\xE2\x82\xAC", "\xC2\xA3",     "\xC2\xA5",
                                      "US$", "\xE2\x82\xB9", "\xE2\x82\xA9", "\xE2\x82\xBD",
                                      "USD", "EUR",          "GBP",          "CNY",
                                      "JPY", "CHF",          "INR"};
  size_t length = strlen(text), minus = *text == '-';
  for (size_t k = 0; k < sizeof signs / sizeof *signs; k++) {
    size_t size = strlen(signs[k]);
    if (length <= size + minus) continue;
    char *before = text + minus, *behind = text + length - size;
    if (!strncmp(before, signs[k], size)) {
      before += size + strspn(before + size, " ");
      memmove(text + minus, before, strlen(before) + 1);
      return true;
    }
    if (strcmp(behind, signs[k])) continue;
    while (behind > text && behind[-1] == ' ')
      behind--;
    *behind = '\0';
    return true;
  }
  return false;
}

/* A currency sign and nothing else that is wrong: the rest is a number. Asked of a copy. */
static bool look_currency(look *in) {
  char text[LONGEST + 1];
  strcpy(text, in->text);
  return cut_currency(text) && is_some_number(text) &&
         say(in, "it has a currency sign; write the number alone");
}

/* As accountants write a negative number. -1 is meant; the program does not guess it. */
static bool look_parentheses(look *in) {
  char text[LONGEST + 1];
  size_t length = strlen(in->text);
  if (length < 3 || in->text[0] != '(' || in->text[length - 1] != ')') return false;
  snprintf(text, sizeof text, "%.*s", (int)length - 2, in->text + 1);
  cut_currency(text);
  return is_some_number(text) &&
         say(in, "it is in parentheses; write a negative number with '-' before it");
}

/* Where the study strips the sign, something else is wrong. `keys`: the message may name keys of
 * the panel; else the file is one that has none. */
static bool look_percent(look *in) {
  char text[LONGEST + 1];
  sw_number_form form = {.decimal = '.', .percent = true};
  double value;
  size_t length = strlen(in->text);
  if (length < 2 || in->text[length - 1] != '%') return false;
  if (in->wanted->form && in->wanted->form->percent) return false;
  snprintf(text, sizeof text, "%.*s", (int)length - 1, in->text);
  while (*text && text[strlen(text) - 1] == ' ')
    text[strlen(text) - 1] = '\0';
  if (!is_some_number(text) && !sw_parse_number_as(&form, in->text, length, &value)) return false;
  return say(in, in->wanted->keys ? "it has a per cent sign; write `percent: strip` under panel"
                                  : "it has a per cent sign; write the number alone");
}

/* Where the study already says how numbers are written, and this one is written otherwise. The mark
 * of thousands is there, and the text is no number for all that: it stands at the wrong place. */
static bool look_other_form(look *in) {
  char text[SW_DIFFERENCE_ROOM + 32];
  const sw_number_form *form = in->wanted->form;
  bool marks = form->thousands && strstr(in->text, form->thousands);
  if (!is_some_number(in->text) && !marks) return false;
  if (marks)
    snprintf(text, sizeof text,
             "what parts thousands ('%s') stands before every three digits or nowhere",
             form->thousands);
  else
    snprintf(text, sizeof text, "it is written in another way than `decimal: \"%c\"`%s says",
             form->decimal, form->thousands ? " with its `thousands`" : "");
  return say(in, text);
}

/* "1,234" is two numbers, so that only the user can tell. The order of the forms is from the most
 * to the least common; the first that fits is told. */
static bool look_marks(look *in) {
  static const struct {
    char decimal;
    const char *thousands, *what, *keys;
  } forms[] = {{'.', ",", "thousands separators", "`thousands: \",\"`"},
               {',', NULL, "a decimal comma", "`decimal: \",\"`"},
               {',', ".", "thousands separators", "`decimal: \",\"` and `thousands: \".\"`"},
               {'.', " ", "thousands separators", "`thousands: \" \"`"},
               {',', " ", "thousands separators", "`decimal: \",\"` and `thousands: \" \"`"},
               {'.', "'", "thousands separators", "`thousands: \"'\"`"},
               {',', "'", "thousands separators", "`decimal: \",\"` and `thousands: \"'\"`"}};
  char text[SW_DIFFERENCE_ROOM + 32];
  bool keys = in->wanted->keys;
  bool comma = is_number_as(',', NULL, in->text), parted = is_number_as('.', ",", in->text);
  if (comma && parted)
    return say(in, keys ? "it has a comma; write under panel `thousands: \",\"` where it parts "
                          "thousands, `decimal: \",\"` where it is the decimal sign"
                        : "it has a comma; write a point before decimals, and nothing between "
                          "thousands");
  for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
    if (!is_number_as(forms[k].decimal, forms[k].thousands, in->text)) continue;
    if (keys)
      snprintf(text, sizeof text, "it has %s; write %s under panel", forms[k].what, forms[k].keys);
    else
      snprintf(text, sizeof text, "it has %s; write %s", forms[k].what,
               forms[k].thousands ? "nothing between thousands, and a point before decimals"
                                  : "a point before decimals");
    return say(in, text);
  }
  return false;
}

/* The longest number that the text begins with, and what is left. Shown to 40 bytes each. */
static void look_left(look *in) {
  size_t length = strlen(in->text), taken = length;
  double value;
  while (taken > 0 && !sw_parse_number(in->text, taken, &value))
    taken--;
  size_t left = length - taken;
  if (taken > 0)
    snprintf(in->out, SW_NO_NUMBER_ROOM, "is not a number: '%.*s' is left after '%.*s'; %s",
             left < 40 ? (int)left : 40, in->text + taken, taken < 40 ? (int)taken : 40, in->text,
             in->wanted->wanted);
  else
    snprintf(in->out, SW_NO_NUMBER_ROOM, "is not a number; %s", in->wanted->wanted);
}

/* What people mean first, the plain remainder last; each look says all or nothing. How the study
 * writes numbers takes the place of guesses at marks. Returns `out`, which is always filled. */
const char *sw_no_number(const char *text, size_t length, const sw_number_wanted *wanted,
                         char out[SW_NO_NUMBER_ROOM]) {
  look in = {.wanted = wanted, .out = out};
  /* What is cut off could not be judged by what is left of it. */
  if (length > LONGEST) {
    snprintf(out, SW_NO_NUMBER_ROOM, "is not a number: it has %zu characters; %s", length,
             wanted->wanted);
    return out;
  }
  snprintf(in.text, sizeof in.text, "%.*s", (int)length, text);
  if (look_infinite(&in) || look_unseen(&in) || look_currency(&in) || look_parentheses(&in) ||
      look_percent(&in))
    return out;
  if (wanted->form ? look_other_form(&in) : look_marks(&in)) return out;
  look_left(&in);
  return out;
}

/* Codes of one unit that were written in two ways. A spreadsheet turns 01001 into 1001, a program
 * that reads codes as numbers writes 1001.0, text that is copied brings blanks that are none. Each
 * would be a unit of its own, or a unit that the other file lacks, without a word.
 *
 * A code has a form, which is the same for all writings of it. Equal forms are looked up in a
 * table; what they really differ in decides. Most codes are their own form, and cost one look at
 * their bytes.
 *
 * Called where codes of two files meet: units and panel, links, flows, polygons. One thread; tables
 * are const once made. */
#include "panel/same_code.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer codes are their own form: they are names, which lose nothing. FORM: room for a shape,
 * which may be longer than its text. */
enum { CODE = 128, FORM = 3 * CODE };

/* ---- the form of a code ------------------------------------------------------------------ */

/* Without ".0" behind digits. Returns the length that is left. "1001." and ".0" keep theirs. */
static size_t without_fraction(const char *text, size_t length) {
  size_t digits = 0, at;
  while (digits < length && text[digits] >= '0' && text[digits] <= '9')
    digits++;
  if (digits == 0 || digits + 1 >= length || text[digits] != '.') return length;
  for (at = digits + 1; at < length && text[at] == '0';)
    at++;
  return at == length ? digits : length;
}

/* Zeros before something else. The last character is kept, so that "000" has the form "0" and not
 * an empty one. */
static size_t leading_zeros(const char *text, size_t length) {
  size_t zeros = 0;
  while (zeros + 1 < length && text[zeros] == '0')
    zeros++;
  return zeros;
}

/* Its own form, seen without making it. A point makes one look closer. A single "0" is its own
 * form; "01" is not. */
static bool is_plain(const char *text, size_t length) {
  if (length > CODE || (length > 1 && text[0] == '0')) return length > CODE;
  for (size_t i = 0; i < length; i++)
    if ((text[i] & 0x80) || text[i] == '.') return false;
  return true;
}

typedef struct code_form {
  const char *text;
  size_t length;
  bool made; /* in the caller's room; else within the code */
} code_form;

/* Text in ASCII is its own shape, and most codes are. The form lies in `text` or in `room`, and is
 * valid as long as both. */
static code_form form_of(const char *text, size_t length, char room[FORM]) {
  code_form form = {text, length, false};
  if (is_plain(text, length)) return form;
  for (size_t i = 0; i < length; i++)
    form.made |= (text[i] & 0x80) != 0;
  if (form.made) {
    form.text = room;
    form.length = sw_text_shape(text, length, room);
  }
  form.length = without_fraction(form.text, form.length);
  size_t zeros = leading_zeros(form.text, form.length);
  form.text += zeros;
  form.length -= zeros;
  return form;
}

/* Of two codes of one form. Other accents have one shape: such codes are two. NULL: they are not
 * the same code after all, or equal to the byte. The words go after "'a' and 'b'"; those that are
 * made are in `room`. */
const char *sw_code_differs(const char *a, const char *b, char room[SW_CODE_WORDS]) {
  char left[FORM], right[FORM], unseen[SW_DIFFERENCE_ROOM];
  size_t a_length = strlen(a), b_length = strlen(b);
  if (!strcmp(a, b)) return NULL;
  code_form x = form_of(a, a_length, left), y = form_of(b, b_length, right);
  if (x.length != y.length || memcmp(x.text, y.text, x.length)) return NULL;
  if (sw_looks_alike(a, b)) {
    snprintf(room, SW_CODE_WORDS, "look the same, but the latter %s",
             sw_show_difference(a, b, unseen));
    return room;
  }
  size_t a_zeros = leading_zeros(a, a_length), b_zeros = leading_zeros(b, b_length);
  if (!strcmp(a + a_zeros, b + b_zeros)) return "differ by leading zeros alone";
  /* A shape differs from its text in more than zeros: one has both. */
  bool point = without_fraction(a, a_length) < a_length || without_fraction(b, b_length) < b_length;
  if (point) return "are one number, written in two ways";
  a_length = sw_text_shape(a, a_length, left);
  b_length = sw_text_shape(b, b_length, right);
  bool same = a_length == b_length && !memcmp(left, right, a_length);
  return same ? NULL : "differ by leading zeros, and by what cannot be seen";
}

/* ---- tables of forms --------------------------------------------------------------------- */

struct sw_code_forms {
  sw_arena *arena; /* forms that are not their code's own text */
  sw_map *map;     /* form to the index of its first code */
  const char *const *code;
};

/* NULL is allowed. */
void sw_code_forms_destroy(sw_code_forms *forms) {
  if (!forms) return;
  sw_map_destroy(forms->map);
  if (forms->arena) sw_arena_destroy(forms->arena);
  sw_free(forms);
}

/* The first pair in the order of the codes: of two pairs every rank must name the same. Codes of
 * one form that do not count as one (other accents) share the place of the first; such pairs are
 * too rare to keep them all. */
static sw_status add_all(sw_error *err, sw_code_forms *forms, int64_t n, int64_t twin[2]) {
  char room[FORM], words[SW_CODE_WORDS];
  for (int64_t i = 0; i < n; i++) {
    const char *code = forms->code[i];
    int64_t before = -1;
    code_form form = form_of(code, strlen(code), room);
    if (form.made) form.text = sw_arena_textn(forms->arena, form.text, form.length);
    if (!form.text) return sw_fail(err, SW_ENOMEM, "out of memory");
    SW_TRY(sw_map_put(err, forms->map, form.text, form.length, i, &before));
    if (before < 0 || twin[0] >= 0 || !sw_code_differs(code, forms->code[before], words)) continue;
    twin[0] = i;
    twin[1] = before;
  }
  return SW_OK;
}

/* O(all bytes of the codes). `code` is borrowed and must outlive the table. twin stays -1 where no
 * two codes are one. *out is NULL after a failure. */
sw_status sw_code_forms_create(sw_error *err, const char *const *code, int64_t n, int64_t twin[2],
                               sw_code_forms **out) {
  sw_code_forms *forms = NULL;
  *out = NULL;
  twin[0] = twin[1] = -1;
  SW_TRY(sw_calloc(err, 1, sizeof *forms, (void **)&forms));
  forms->code = code;
  sw_status status = sw_arena_create(err, &forms->arena);
  if (!status) status = sw_map_create(err, (size_t)n, &forms->map);
  if (!status) status = add_all(err, forms, n, twin);
  if (!status) *out = forms;
  if (status) sw_code_forms_destroy(forms);
  return status;
}

/* -1: no code in another writing. A code that is there as it stands is found too, but does not
 * differ from itself, and gives -1: callers look for it before. */
int64_t sw_code_forms_find(const sw_code_forms *forms, const char *text, size_t length) {
  char room[FORM], words[SW_CODE_WORDS], copy[CODE + 1];
  if (length > CODE) return -1;
  memcpy(copy, text, length);
  copy[length] = '\0';
  code_form form = form_of(copy, length, room);
  int64_t found = sw_map_find(forms->map, form.text, form.length);
  return found >= 0 && sw_code_differs(copy, forms->code[found], words) ? found : -1;
}

/* Where every code is its own form no two of them can have one. The first loop costs a look at each
 * byte and is all that most tables need. */
sw_status sw_code_twins(sw_error *err, const char *const *code, int64_t n, int64_t twin[2]) {
  sw_code_forms *forms = NULL;
  int64_t plain = 0;
  twin[0] = twin[1] = -1;
  while (plain < n && is_plain(code[plain], strlen(code[plain])))
    plain++;
  if (plain == n) return SW_OK;
  sw_status status = sw_code_forms_create(err, code, n, twin, &forms);
  sw_code_forms_destroy(forms);
  return status;
}

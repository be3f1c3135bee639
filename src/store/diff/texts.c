/* Compares attributes as texts and tells how they differ in as few words as will do. Long texts are
 * cut into pieces that have a key: lines of the study, input files by name, parameters by key; then
 * only pieces that differ are told: one line of the study, not two studies.
 *
 * Called for the root, for groups and for datasets, never with --values. */
#include "store/diff/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limits of what is told: attributes of an object, pieces of one text, bytes of a piece. */
enum { MOST_ATTRIBUTES = 256, LINES_TOLD = 12, SHOWN = 160 };

/* ---- pieces of a text ------------------------------------------------------------------- */

/* A piece of a text and its key, by which it is sought in the other text. The key is the piece
 * itself, or a part of it. Neither ends with a zero. */
typedef struct piece {
  const char *text, *key;
  int length, key_length;
} piece;

/* Cuts the next piece from *at and moves *at behind it; false at the end of the text. */
typedef bool (*cutter)(const char **at, piece *out);

/* A line is its own key: it is the same, or it was removed and another one added. */
static bool next_line(const char **at, piece *out) {
  if (**at == '\0') return false;
  int length = (int)strcspn(*at, "\n");
  *out = (piece){*at, *at, length, length};
  *at += length + ((*at)[length] == '\n');
  return true;
}

/* An input as "HASH  NAME", by its name: the hash tells only that the file has changed. */
static bool next_input(const char **at, piece *out) {
  if (!next_line(at, out)) return false;
  const char *blank = memchr(out->text, ' ', (size_t)out->length);
  if (!blank) return true;
  out->key = blank + strspn(blank, " ");
  out->key_length = (int)(out->text + out->length - out->key);
  return true;
}

/* Weights as "queen: {kind: file}", by what is before the colon. */
static bool next_weights(const char **at, piece *out) {
  if (!next_line(at, out)) return false;
  const char *colon = memchr(out->text, ':', (size_t)out->length);
  if (colon) out->key_length = (int)(colon - out->text);
  return true;
}

/* The next parameter of "{a: 1, b: [2, 3]}", by its key. A comma within brackets or quotes belongs
 * to the value. The closing brace ends the last one, and the next call finds nothing. */
static bool next_parameter(const char **at, piece *out) {
  const char *from = *at + strspn(*at, "{, ");
  int depth = 0;
  const char *end = from;
  for (bool quoted = false; *end; end++) {
    if (*end == '"') quoted = !quoted;
    if (quoted) continue;
    if (depth == 0 && (*end == ',' || *end == '}')) break;
    depth += (*end == '[' || *end == '{') - (*end == ']' || *end == '}');
  }
  *at = end;
  if (end == from) return false;
  const char *colon = memchr(from, ':', (size_t)(end - from));
  int length = (int)(end - from);
  *out = (piece){from, from, length, colon ? (int)(colon - from) : length};
  return true;
}

/* Looks for a piece with the wanted key from the beginning. Quadratic in the pieces, which are
 * lines of a study or fewer. */
static bool find_piece(const char *text, cutter cut, const piece *wanted, piece *found) {
  while (cut(&text, found))
    if (found->key_length == wanted->key_length &&
        memcmp(found->key, wanted->key, (size_t)found->key_length) == 0)
      return true;
  return false;
}

static bool same_piece(const piece *a, const piece *b) {
  return a->length == b->length && memcmp(a->text, b->text, (size_t)a->length) == 0;
}

static int shown(int length) {
  return length < SHOWN ? length : SHOWN;
}

/* Tells the pieces that only one text has, and those of one key that differ. The latter are met
 * from both sides and told from the old one. Beyond LINES_TOLD pieces are only counted. Nothing to
 * tell, though the texts differ: the same pieces in another order. */
static sw_status tell_pieces(sw_diff *diff, const char *where, cutter cut,
                             const char *const text[2]) {
  bool input = cut == next_input; /* what a hash is tells nobody anything */
  int count = 0;
  piece p, other;
  for (int s = 0; s < 2; s++)
    for (const char *at = text[s]; cut(&at, &p);) {
      /* In both and the same, or told already from the old side: nothing to tell. */
      bool there = find_piece(text[!s], cut, &p, &other);
      if (there && (s == SW_NEW || same_piece(&p, &other))) continue;
      if (++count > LINES_TOLD) continue;
      if (there && input)
        SW_TRY(sw_diff_note(diff, "%s: %.*s changed", where, shown(p.key_length), p.key));
      else if (there)
        SW_TRY(sw_diff_note(diff, "%s: %.*s -> %.*s", where, shown(p.length), p.text,
                            shown(other.length), other.text));
      else
        SW_TRY(sw_diff_note(diff, "%s: %s: %.*s", where, s == SW_OLD ? "removed" : "added",
                            shown(input ? p.key_length : p.length), input ? p.key : p.text));
    }
  if (count > LINES_TOLD)
    return sw_diff_note(diff, "%s: and %d more differences", where, count - LINES_TOLD);
  return count > 0 ? SW_OK : sw_diff_note(diff, "%s: in another order", where);
}

/* Lines, of which there may be none: then there may be no such attribute, or an empty one. */
static bool is_of_lines(const char *name) {
  return strcmp(name, SW_ATTR_SUMMARY) == 0 || strcmp(name, SW_ATTR_NOTES) == 0;
}

/* Tells one attribute: that only one file has it, by its first line; which pieces differ, when it
 * is made of pieces; else both texts. */
static sw_status tell_difference(sw_diff *diff, const char *where, const char *name,
                                 const char *const text[2]) {
  char full[512];
  snprintf(full, sizeof full, "%.250s%s%.250s", where, *where ? ": " : "", name);
  if (!text[SW_OLD] || !text[SW_NEW]) {
    const char *there = text[text[SW_OLD] ? SW_OLD : SW_NEW];
    return sw_diff_note(diff, "%s: %s: %.*s", full, text[SW_OLD] ? "removed" : "added",
                        (int)strcspn(there, "\n"), there);
  }
  if (strcmp(name, SW_ATTR_INPUTS) == 0) return tell_pieces(diff, full, next_input, text);
  if (strcmp(name, SW_ATTR_WEIGHTS) == 0) return tell_pieces(diff, full, next_weights, text);
  if (strcmp(name, SW_ATTR_PARAMETERS) == 0) return tell_pieces(diff, full, next_parameter, text);
  if (strchr(text[SW_OLD], '\n') || strchr(text[SW_NEW], '\n') || is_of_lines(name))
    return tell_pieces(diff, full, next_line, text);
  return sw_diff_note(diff, "%s: %.*s -> %.*s", full, 2 * SHOWN, text[SW_OLD], 2 * SHOWN,
                      text[SW_NEW]);
}

/* ---- the attributes of an object -------------------------------------------------------- */

/* The names of both objects' attributes, each once. */
typedef struct name_list {
  sw_arena *arena;
  int count;
  const char *name[MOST_ATTRIBUTES];
} name_list;

static bool has_name(const name_list *list, const char *name) {
  for (int i = 0; i < list->count; i++)
    if (strcmp(list->name[i], name) == 0) return true;
  return false;
}

/* Attributes that HDF5 and netCDF-4 keep for themselves (references to scales differ in every
 * file), hashes, and the state, which is `complete` in both. */
static bool is_told_elsewhere(const char *name) {
  return sw_layout_is_housekeeping(name) || sw_layout_is_hash(name) ||
         strcmp(name, SW_ATTR_STATE) == 0;
}

/* For H5Aiterate2: a return of 1 ends the iteration without a failure, so attributes beyond
 * MOST_ATTRIBUTES are not compared; -1 is a failure. */
static herr_t keep_name(hid_t object, const char *name, const H5A_info_t *info, void *into) {
  name_list *list = into;
  (void)object, (void)info;
  if (is_told_elsewhere(name) || has_name(list, name)) return 0;
  if (list->count == MOST_ATTRIBUTES) return 1;
  const char *copy = sw_arena_text(list->arena, name);
  if (copy) list->name[list->count++] = copy;
  return copy ? 0 : -1;
}

/* Whether both texts say the same. Of "3 of 57000 values" only the first number counts: how many
 * values there are follows from the axes, whose differences are told. */
static bool same_text(const char *name, const char *const text[2]) {
  if (!text[SW_OLD] || !text[SW_NEW]) return !text[SW_OLD] && !text[SW_NEW];
  if (strcmp(name, SW_ATTR_UNDEFINED) != 0) return strcmp(text[SW_OLD], text[SW_NEW]) == 0;
  size_t digits = strspn(text[SW_OLD], "0123456789");
  return digits == strspn(text[SW_NEW], "0123456789") &&
         strncmp(text[SW_OLD], text[SW_NEW], digits) == 0;
}

/* Lines that are not there are no lines: one of the files may have none. */
static const char *text_of(sw_arena *arena, hid_t object, const char *name) {
  if (is_of_lines(name) && H5Aexists(object, name) <= 0) return "";
  return sw_h5_attribute_text(arena, object, name);
}

/* Names in the order of HDF5's index by name, those of the new file alone last. */
sw_status sw_diff_attributes(sw_diff *diff, const char *where, const hid_t object[2]) {
  name_list list = {.arena = diff->arena};
  for (int s = 0; s < 2; s++) {
    hsize_t from = 0;
    if (H5Aiterate2(object[s], H5_INDEX_NAME, H5_ITER_INC, &from, keep_name, &list) < 0)
      return sw_h5_fail(diff->err, *where ? where : "the root", "read attributes");
  }
  bool dataset = H5Iget_type(object[SW_OLD]) == H5I_DATASET;
  for (int i = 0; i < list.count; i++) {
    const char *name = list.name[i];
    if (dataset && strcmp(name, SW_ATTR_UNDEFINED) == 0) continue; /* the values say it */
    const char *text[2] = {text_of(diff->arena, object[SW_OLD], name),
                           text_of(diff->arena, object[SW_NEW], name)};
    if (!same_text(name, text)) SW_TRY(tell_difference(diff, where, name, text));
  }
  return SW_OK;
}

/* Readings of nodes that every section of the study shares; each failure is one line with its
 * place, what was found and what is expected. sw_node_* (base/node.c) gives the typed values; here
 * stands what needs an arena or knows the habits of study files. Nothing is kept between calls. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "plan/study/parse.h"

/* `key:` with nothing after it, or null. "" in quotes is a text, if an empty one. */
bool sw_form_is_null(const sw_node *node) {
  return node->kind == SW_NODE_SCALAR && !node->quoted && node->text[0] == '\0';
}

/* The form that editors jump to. NULL: no memory. The text is the arena's. */
const char *sw_form_where(sw_arena *arena, const sw_node *node) {
  return sw_arena_printf(arena, "%s:%d:%d", node->file, node->line, node->column);
}

/* The place of a key, where a value is missing or is not to blame. */
const char *sw_form_key_where(sw_arena *arena, const sw_node *map, int index) {
  return sw_arena_printf(arena, "%s:%d:%d", map->file, map->key_line[index],
                         map->key_column[index]);
}

/* The place is that of the map, as a key that is missing has none. */
sw_status sw_form_missing(sw_error *err, const sw_node *map, const char *key, const char *hint) {
  return sw_node_fail(err, map, "'%s' is missing: %s", key, hint);
}

/* Numbers are texts here, too: a column may be called 2005. */
sw_status sw_form_scalar(sw_error *err, const sw_node *node, const char **text) {
  SW_TRY(sw_node_text(err, node, text));
  if (!**text) return sw_node_fail(err, node, "found an empty text; expected a text");
  return SW_OK;
}

/* *text keeps what the caller put there when the key is left out and may be: defaults are set
 * before. */
sw_status sw_form_text(sw_error *err, const sw_node *map, const char *key, const char *hint,
                       const char **text) {
  const sw_node *node = sw_node_get(map, key);
  if (node) return sw_form_scalar(err, node, text);
  return hint ? sw_form_missing(err, map, key, hint) : SW_OK;
}

/* A text without a language serves both languages; with a map the languages that it lacks stay
 * NULL. */
sw_status sw_form_words(sw_error *err, const sw_node *map, const char *key, sw_words *words) {
  static const char *const keys[] = {"en", "zh", NULL};
  const sw_node *node = sw_node_get(map, key);
  *words = (sw_words){{NULL}};
  if (!node) return SW_OK;
  if (node->kind != SW_NODE_MAP) return sw_form_scalar(err, node, &words->in[SW_PLAIN]);
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(sw_form_text(err, node, "en", NULL, &words->in[SW_ENGLISH]));
  SW_TRY(sw_form_text(err, node, "zh", NULL, &words->in[SW_CHINESE]));
  if (words->in[SW_ENGLISH] || words->in[SW_CHINESE]) return SW_OK;
  return sw_node_fail(err, node, "%s: found an empty map; expected a text, or {en: ..., zh: ...}",
                      key);
}

/* Quadratic in the list, which is typed by hand. A single text is a list of one. *count 0 and *text
 * NULL for no node; an empty list is the caller's to judge. */
sw_status sw_form_texts(sw_error *err, sw_arena *arena, const sw_node *node, int *count,
                        const char *const **text) {
  const char **list = NULL;
  *count = 0;
  *text = NULL;
  if (!node) return SW_OK;
  if (node->kind == SW_NODE_MAP)
    return sw_node_fail(err, node, "found a map; expected a text or a list of texts");
  bool one = node->kind == SW_NODE_SCALAR;
  int n = one ? 1 : node->count;
  SW_NEW(err, arena, list, n);
  for (int i = 0; i < n; i++) {
    const sw_node *item = one ? node : node->item[i];
    SW_TRY(sw_form_scalar(err, item, &list[i]));
    /* A name given twice is a slip that would count a column or a period twice. */
    for (int j = 0; j < i; j++)
      if (strcmp(list[i], list[j]) == 0)
        return sw_node_fail(err, item, "'%s' is listed twice", list[i]);
  }
  *count = n;
  *text = list;
  return SW_OK;
}

/* The list is cut at 400 bytes, since a message is one line of SW_ERROR_TEXT. What it returns is
 * appended to a message: "" where there is nothing to offer. NULL only without memory. */
const char *sw_form_hint(sw_arena *arena, const char *word, const char *const *known, int count) {
  const char *near = sw_nearest(word, known, count);
  char hint[SW_HINT_ROOM];
  if (near) return sw_arena_text(arena, sw_did_you_mean(word, near, hint));
  if (count == 0) return "";
  char list[400];
  size_t used = 0;
  for (int i = 0; i < count; i++) {
    size_t length = strlen(known[i]);
    /* 8: the separator before this name, and the five bytes that say it is cut. */
    if (used + length + 8 > sizeof list) {
      memcpy(list + used, ", ...", 5);
      used += 5;
      break;
    }
    if (i) {
      memcpy(list + used, ", ", 2);
      used += 2;
    }
    memcpy(list + used, known[i], length);
    used += length;
  }
  return sw_arena_printf(arena, "; known: %.*s", (int)used, list);
}

/* NULL stands behind the last, as sw_node_check_keys wants it. O(length of the text). Every part is
 * copied, as parts of a descriptor's text have no ends of their own. */
sw_status sw_form_split(sw_error *err, sw_arena *arena, const char *choices, int *count,
                        const char ***text) {
  *count = 1;
  for (const char *c = choices; *c; c++)
    *count += *c == '|';
  SW_NEW(err, arena, *text, *count + 1);
  for (int i = 0; i < *count; i++) {
    size_t length = strcspn(choices, "|");
    (*text)[i] = sw_arena_textn(arena, choices, length);
    if (!(*text)[i]) return sw_fail(err, SW_ENOMEM, "out of memory while reading the study");
    choices += length + 1;
  }
  return SW_OK;
}

/* *index is the place in `choices`, so callers cast it to an enumeration in the same order. Only
 * exact spelling is accepted, so that studies can be compared by eye. *index and *chosen are left
 * alone after a failure, so callers may put the default there. */
sw_status sw_form_choice(sw_error *err, sw_arena *arena, const sw_node *node, const char *choices,
                         int *index, const char **chosen) {
  const char *text = "";
  const char **known;
  int count;
  SW_TRY(sw_form_scalar(err, node, &text));
  SW_TRY(sw_form_split(err, arena, choices, &count, &known));
  for (int i = 0; i < count; i++) {
    if (strcmp(known[i], text) != 0) continue;
    *index = i;
    if (chosen) *chosen = known[i];
    return SW_OK;
  }
  /* One that is near is named; else all of them, as they are few. */
  char hint[SW_HINT_ROOM];
  const char *near = sw_nearest(text, known, count);
  if (near)
    return sw_node_fail(err, node, "unknown choice '%s'%s", text,
                        sw_did_you_mean(text, near, hint));
  return sw_node_fail(err, node, "unknown choice '%s'; expected one of %s", text, choices);
}

/* A bound of INT32_MAX or more stands for "no upper end" and is not quoted. Both ends belong to the
 * range. */
sw_status sw_form_integer(sw_error *err, const sw_node *node, int64_t lo, int64_t hi,
                          int64_t *value) {
  SW_TRY(sw_node_integer(err, node, value));
  if (*value >= lo && *value <= hi) return SW_OK;
  if (hi >= INT32_MAX)
    return sw_node_fail(err, node, "%" PRId64 " is out of range; expected at least %" PRId64,
                        *value, lo);
  return sw_node_fail(err, node, "%" PRId64 " is out of range; expected %" PRId64 " to %" PRId64,
                      *value, lo, hi);
}

/* Plain tables and not isalpha, which follows the locale; names become paths in the results file
 * and variables in readers' programs. strchr would find the terminating zero, hence the checks of
 * text[0] and *c first. Letters beyond ASCII are refused: names must work in every language that
 * reads the file. */
bool sw_form_is_identifier(const char *text) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  static const char digits[] = "0123456789";
  if (!text[0] || !strchr(letters, text[0])) return false;
  for (const char *c = text; *c; c++)
    if (!strchr(letters, *c) && !strchr(digits, *c)) return false;
  return true;
}

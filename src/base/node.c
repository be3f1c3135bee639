/* Typed readings of a configuration tree, the parsed study file. Every failure names the place in
 * the file, what was found and what is expected, so that a user can correct a study from the
 * message alone. The tree is const and nothing is allocated: all ranks read the same tree and fail
 * with the same line. */
#include "base/node.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Linear: a map of a study has a dozen keys. yaml.c has refused duplicate keys. */
const sw_node *sw_node_get(const sw_node *map, const char *key) {
  if (!map || map->kind != SW_NODE_MAP) return NULL;
  for (int i = 0; i < map->count; i++)
    if (strcmp(map->key[i], key) == 0) return map->item[i];
  return NULL;
}

/* Formats in two steps, as the message of sw_fail is one format and the caller's is another. */
static sw_status fail_at(sw_error *err, const char *file, int line, int column, const char *format,
                         va_list list) {
  char text[SW_ERROR_TEXT];
  vsnprintf(text, sizeof text, format, list);
  if (!file) return sw_fail(err, SW_EINPUT, "%s", text);
  return sw_fail(err, SW_EINPUT, "%s:%d:%d: %s", file, line, column, text);
}

/* Returns SW_EINPUT always, so that callers can return the call itself. */
sw_status sw_node_fail(sw_error *err, const sw_node *node, const char *format, ...) {
  va_list list;
  va_start(list, format);
  /* Without a node: what was asked for on the command line, and stands in no file. */
  sw_status status = fail_at(err, node ? node->file : NULL, node ? node->line : 0,
                             node ? node->column : 0, format, list);
  va_end(list);
  return status;
}

/* The same at the place of the map's key `index`, where the key and not its value is wrong. */
sw_status sw_node_key_fail(sw_error *err, const sw_node *map, int index, const char *format, ...) {
  va_list list;
  va_start(list, format);
  sw_status status =
      fail_at(err, map->file, map->key_line[index], map->key_column[index], format, list);
  va_end(list);
  return status;
}

/* A plain scalar without text: nothing was written, or null. */
static bool is_nothing(const sw_node *node) {
  return node->kind == SW_NODE_SCALAR && !node->quoted && node->text[0] == '\0';
}

/* A quoted scalar is shown in double quotes, as that is often the mistake: "3" is a text, 3 a
 * number. */
static sw_status wrong(sw_error *err, const sw_node *node, const char *wanted) {
  if (node->kind == SW_NODE_LIST) return sw_node_fail(err, node, "found a list; %s", wanted);
  if (node->kind == SW_NODE_MAP) return sw_node_fail(err, node, "found a map; %s", wanted);
  if (is_nothing(node)) return sw_node_fail(err, node, "found nothing; %s", wanted);
  const char *quote = node->quoted ? "\"" : "'";
  return sw_node_fail(err, node, "found %s%s%s; %s", quote, node->text, quote, wanted);
}

/* Quoted scalars are text, whatever they spell. */
static bool is_plain(const sw_node *node) {
  return node->kind == SW_NODE_SCALAR && !node->quoted;
}

/* Refuses what is in quotes, overflow, nan and inf: a parameter is a number one can compute
 * with. */
sw_status sw_node_number(sw_error *err, const sw_node *node, double *value) {
  if (is_plain(node) && sw_parse_number(node->text, strlen(node->text), value)) return SW_OK;
  return wrong(err, node, "expected a finite number without quotes");
}

/* A whole number that no 64 bits hold. */
static bool is_too_large(const char *text) {
  text += *text == '-' || *text == '+';
  return *text && strspn(text, "0123456789") == strlen(text);
}

/* An integer that overflows gets a message of its own; "expected a whole number" would be said of a
 * text that plainly is one. */
sw_status sw_node_integer(sw_error *err, const sw_node *node, int64_t *value) {
  if (is_plain(node) && sw_parse_integer(node->text, strlen(node->text), value)) return SW_OK;
  if (is_plain(node) && is_too_large(node->text))
    return sw_node_fail(err, node, "%.60s is too %s; expected a whole number %s %" PRId64,
                        node->text, *node->text == '-' ? "small" : "large",
                        *node->text == '-' ? "from" : "up to",
                        *node->text == '-' ? INT64_MIN : INT64_MAX);
  return wrong(err, node, "expected a whole number without quotes");
}

/* The words of YAML 1.1 except on and off. The even ones are false. Upper and lower case alike. */
sw_status sw_node_bool(sw_error *err, const sw_node *node, bool *value) {
  static const char *const words[] = {"false", "true", "no", "yes"};
  for (int i = 0; i < 4 && is_plain(node); i++) {
    if (strcasecmp(node->text, words[i]) != 0) continue;
    *value = i % 2 == 1;
    return SW_OK;
  }
  return wrong(err, node, "expected true or false");
}

/* An empty text in quotes is a text; nothing, null and ~ are not. */
sw_status sw_node_text(sw_error *err, const sw_node *node, const char **value) {
  if (node->kind != SW_NODE_SCALAR || is_nothing(node)) return wrong(err, node, "expected a text");
  *value = node->text;
  return SW_OK;
}

/* "a, b, c" into `out`. A list that is too long is cut: snprintf returns what it wanted to
 * write, which ends the loop. */
static void join(const char *const *word, char *out, size_t size) {
  size_t used = 0;
  out[0] = '\0';
  for (int i = 0; word[i] && used < size; i++) {
    int length = snprintf(out + used, size - used, "%s%s", i ? ", " : "", word[i]);
    used += length > 0 ? (size_t)length : 0;
  }
}

/* Names the nearest key that is allowed, or all of them when none is near. */
static sw_status unknown_key(sw_error *err, const sw_node *map, int index,
                             const char *const *allowed) {
  int count = 0;
  while (allowed[count])
    count++;
  char hint[SW_HINT_ROOM];
  const char *near = sw_nearest(map->key[index], allowed, count);
  if (near)
    return sw_node_key_fail(err, map, index, "unknown key '%s'%s", map->key[index],
                            sw_did_you_mean(map->key[index], near, hint));
  char known[SW_ERROR_TEXT / 2];
  join(allowed, known, sizeof known);
  return sw_node_key_fail(err, map, index, "unknown key '%s'; known keys: %s", map->key[index],
                          known);
}

/* `allowed` ends with NULL. The first unknown key is reported, in the order of the file. */
sw_status sw_node_check_keys(sw_error *err, const sw_node *map, const char *const *allowed) {
  if (map->kind != SW_NODE_MAP) return wrong(err, map, "expected a map of keys and values");
  for (int i = 0; i < map->count; i++) {
    int at = 0;
    while (allowed[at] && strcmp(allowed[at], map->key[i]) != 0)
      at++;
    if (!allowed[at]) return unknown_key(err, map, i, allowed);
  }
  return SW_OK;
}

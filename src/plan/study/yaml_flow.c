/* A tree on one line, in flow style, for attributes and messages. The line has a bound, and the
 * walk stops where it is reached: subtrees shared by aliases cannot make it long, nor the walk (a
 * tree of nested aliases has exponentially many leaves). */
#include "plan/study/yaml.h"

#include <string.h>

/* Once `cut` is set nothing more is written, so that the text ends at the first piece that does not
 * fit. */
typedef struct line_buffer {
  char text[4000];
  size_t used;
  bool cut;
} line_buffer;

/* Always leaves four bytes, for the "..." at the end. Bytes and not characters are counted, so that
 * a text may be cut within a character; the caller's line says that it is cut. */
static void put(line_buffer *line, const char *text) {
  size_t length = strlen(text);
  if (line->cut || line->used + length + 4 > sizeof line->text) {
    line->cut = true;
    return;
  }
  memcpy(line->text + line->used, text, length);
  line->used += length;
}

/* Quotes where the study had them, or where a plain text would read as something else in flow
 * style. Nothing written is `null`. */
static void put_scalar(line_buffer *line, const char *text, bool quoted) {
  /* The characters that part things in flow style, begin comments or need an escape. */
  if (!quoted && !text[strcspn(text, ",[]{}:#\"\\\n")]) {
    put(line, text[0] ? text : "null");
    return;
  }
  put(line, "\"");
  for (const char *c = text; *c && !line->cut; c++) {
    char one[3] = {*c, '\0', '\0'};
    if (*c == '"' || *c == '\\') {
      one[0] = '\\';
      one[1] = *c;
    }
    put(line, *c == '\n' ? "\\n" : one);
  }
  put(line, "\"");
}

/* Recursion is bounded by the depth that the reader allows (yaml.c). */
static void put_node(line_buffer *line, const sw_node *node) {
  if (node->kind == SW_NODE_SCALAR) {
    put_scalar(line, node->text, node->quoted);
    return;
  }
  bool map = node->kind == SW_NODE_MAP;
  put(line, map ? "{" : "[");
  for (int i = 0; i < node->count && !line->cut; i++) {
    if (i) put(line, ", ");
    if (map) {
      /* An empty key can only have been written in quotes. */
      put_scalar(line, node->key[i], node->key[i][0] == '\0');
      put(line, ": ");
    }
    put_node(line, node->item[i]);
  }
  put(line, map ? "}" : "]");
}

/* 4,000 bytes on the stack, then one copy. NULL: no memory. */
const char *sw_yaml_flow(sw_arena *arena, const sw_node *node) {
  line_buffer line = {.used = 0};
  put_node(&line, node);
  /* put has left room for it. */
  if (line.cut) {
    memcpy(line.text + line.used, "...", 3);
    line.used += 3;
  }
  return sw_arena_textn(arena, line.text, line.used);
}

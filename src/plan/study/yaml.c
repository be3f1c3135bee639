/* YAML to a tree of sw_node. The tree is built from libfyaml's events, not from its documents: an
 * alias then shares the subtree it names, so nested aliases cost no memory ("billion laughs"), and
 * duplicate keys get our own message with both places.
 *
 * Invariants: every node has a place >= 1:1; depth is bounded, so recursion is, here and in whoever
 * walks the tree; each event is freed on every path, failures too; the library prints nothing, its
 * complaints are collected and told through sw_error. The tree is in the arena and does not refer
 * to the library's memory. */
#include "plan/study/yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

/* Far beyond any study, and shallow enough for every recursive walk. */
enum { DEPTH = 64 };

/* `&name`: the value that `*name` means from here on. */
typedef struct anchor {
  struct anchor *next;
  const char *name;
  const sw_node *node;
} anchor;

typedef struct reader {
  sw_error *err;
  sw_arena *arena;
  const char *file;
  struct fy_diag *diag;
  struct fy_parser *parser;
  anchor *anchors; /* the latest first, as a name may be used again */
  int depth;
  int line, column; /* of the last token seen: the place of what has none itself */
} reader;

/* At the last token seen. */
static sw_status fail_here(reader *in, const char *what) {
  return sw_fail(in->err, SW_EINPUT, "%s:%d:%d: %s", in->file, in->line, in->column, what);
}

static sw_status no_memory(reader *in) {
  return sw_fail(in->err, SW_ENOMEM, "out of memory while reading %s", in->file);
}

/* Remembers where the reading is. The library counts lines and columns from 0, messages from 1. An
 * event without a token (an empty value) keeps the place of the last one seen. */
static void see(reader *in, struct fy_token *token) {
  const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
  if (!mark) return;
  in->line = mark->line + 1;
  in->column = mark->column + 1;
}

/* ---- events ----------------------------------------------------------------------------- */

/* What the library says of the text it refused, with its place: the first complaint, as those after
 * it are mostly its consequences. Some have no place of their own; then the last token's is
 * near. */
static sw_status syntax_error(reader *in) {
  void *at = NULL;
  for (struct fy_diag_error *said; (said = fy_diag_errors_iterate(in->diag, &at));) {
    if (said->type != FYET_ERROR || !said->msg) continue;
    int line = said->line > 0 ? said->line : in->line;
    int column = said->column > 0 ? said->column : in->column;
    return sw_fail(in->err, SW_EINPUT, "%s:%d:%d: not YAML: %s", in->file, line, column, said->msg);
  }
  return fail_here(in, "not YAML: the text after this place cannot be read");
}

/* The next event, which the caller frees: build does for all that it is given. At the end of the
 * stream comes an event, so NULL always means an error. */
static sw_status next(reader *in, struct fy_event **event) {
  *event = fy_parser_parse(in->parser);
  return *event ? SW_OK : syntax_error(in);
}

/* A copy in the arena, ended by zero; an empty text for no token. NULL: out of memory. *length may
 * exceed strlen when the text holds a NUL, which read_scalar refuses. */
static const char *copy_token(reader *in, struct fy_token *token, size_t *length) {
  const char *text = token ? fy_token_get_text(token, length) : "";
  if (!token || !text) *length = 0;
  return sw_arena_textn(in->arena, text ? text : "", *length);
}

/* Called once the node is whole. A name that is used again hides the earlier one for what follows,
 * as the latest stands first. */
static sw_status remember(reader *in, struct fy_token *token, const sw_node *node) {
  if (!token) return SW_OK;
  anchor *made;
  size_t length = 0;
  SW_NEW(in->err, in->arena, made, 1);
  made->name = copy_token(in, token, &length);
  if (!made->name) return no_memory(in);
  made->node = node;
  made->next = in->anchors;
  in->anchors = made;
  return SW_OK;
}

/* `text` is "" and not NULL for every kind, as callers look at text[0] of what may be a list. The
 * node's place is the token's, or that of the last one seen. */
static sw_status new_node(reader *in, sw_node_kind kind, struct fy_token *token, sw_node **node) {
  see(in, token);
  SW_NEW(in->err, in->arena, *node, 1);
  **node =
      (sw_node){.kind = kind, .file = in->file, .line = in->line, .column = in->column, .text = ""};
  return SW_OK;
}

/* ---- scalars and aliases ---------------------------------------------------------------- */

/* The spellings of YAML 1.2's core schema. No other word is turned into a value: `no` stays text
 * until a parameter asks for true or false (so Norway keeps its code). */
static bool is_null(const char *text) {
  static const char *const nulls[] = {"null", "Null", "NULL", "~"};
  for (int i = 0; i < 4; i++)
    if (strcmp(text, nulls[i]) == 0) return true;
  return false;
}

/* No types are given here: the text is kept, and whether it was quoted; who asks for a number reads
 * one. A null reads as "" unquoted (see sw_node). */
static sw_status read_scalar(reader *in, struct fy_token *token, sw_node **out) {
  sw_node *node;
  SW_TRY(new_node(in, SW_NODE_SCALAR, token, &node));
  *out = node;
  if (!token) return SW_OK;
  size_t length = 0;
  char *text = (char *)copy_token(in, token, &length);
  if (!text) return no_memory(in);
  /* Only by an escape in quotes; check_bytes has refused the raw byte. Texts of the tree end at
   * their zero, so the rest would be lost. */
  if (strlen(text) != length) return fail_here(in, "a text contains the character NUL");
  enum fy_scalar_style style = fy_token_scalar_style(token);
  /* A block scalar ("|", ">") counts as quoted: it is a text and never a number or null. */
  node->quoted = style != FYSS_PLAIN;
  /* A block scalar ends with a newline that nobody means. */
  if (style == FYSS_LITERAL || style == FYSS_FOLDED)
    while (length > 0 && text[length - 1] == '\n')
      text[--length] = '\0';
  node->text = !node->quoted && is_null(text) ? "" : text;
  return SW_OK;
}

/* A copy of the top node of what the alias names, at the alias's own place, so that messages point
 * to where it is used; its items are shared. Sharing is safe as the tree is const once built. An
 * alias cannot be changed by what is done with another: `move_to` of args.c works on trees that
 * were parsed from a default alone. */
static sw_status read_alias(reader *in, struct fy_token *token, sw_node **out) {
  size_t length = 0;
  see(in, token);
  if (in->column > 1) in->column--; /* the token begins after the star */
  const char *name = copy_token(in, token, &length);
  if (!name) return no_memory(in);
  const anchor *found = in->anchors;
  while (found && strcmp(found->name, name) != 0)
    found = found->next;
  if (!found)
    return sw_fail(in->err, SW_EINPUT,
                   "%s:%d:%d: unknown alias '*%s': no earlier value is named '&%s'", in->file,
                   in->line, in->column, name, name);
  SW_NEW(in->err, in->arena, *out, 1);
  **out = *found->node;
  (*out)->line = in->line;
  (*out)->column = in->column;
  return SW_OK;
}

/* ---- lists and maps --------------------------------------------------------------------- */

/* Room for one more in a list or map; a full one moves to arrays of twice the size. The old ones
 * stay in the arena, at most as much again. Amortised O(1) per item. */
static sw_status grow(reader *in, sw_node *node, int *capacity) {
  if (node->count < *capacity) return SW_OK;
  *capacity = *capacity ? *capacity * 2 : 8;
  sw_node **item;
  const char **key;
  int *line, *column;
  size_t count = (size_t)node->count;
  SW_NEW(in->err, in->arena, item, *capacity);
  if (count) memcpy(item, node->item, count * sizeof *item);
  node->item = item;
  /* Lists have no keys, nor places of keys. */
  if (node->kind != SW_NODE_MAP) return SW_OK;
  SW_NEW(in->err, in->arena, key, *capacity);
  SW_NEW(in->err, in->arena, line, *capacity);
  SW_NEW(in->err, in->arena, column, *capacity);
  if (count) {
    memcpy(key, node->key, count * sizeof *key);
    memcpy(line, node->key_line, count * sizeof *line);
    memcpy(column, node->key_column, count * sizeof *column);
  }
  node->key = key;
  node->key_line = line;
  node->key_column = column;
  return SW_OK;
}

static sw_status build(reader *in, struct fy_event *event, sw_node **out);

/* `capacity` is not kept in the node: lists do not grow once read. */
static sw_status read_list(reader *in, sw_node *list) {
  for (int capacity = 0;;) {
    struct fy_event *event;
    SW_TRY(next(in, &event));
    if (event->type == FYET_SEQUENCE_END) {
      fy_parser_event_free(in->parser, event);
      return SW_OK;
    }
    sw_node *item = NULL;
    SW_TRY(build(in, event, &item));
    SW_TRY(grow(in, list, &capacity));
    list->item[list->count++] = item;
  }
}

/* Two keys of one text: the second is refused, at its place. YAML forbids them; most readers take
 * the last silently, and a study would not be what it seems. `seen` maps a key to the place of its
 * first pair. */
static sw_status refuse_duplicates(reader *in, const sw_node *map, sw_map *seen) {
  for (int i = 0; i < map->count; i++) {
    int64_t first = -1;
    SW_TRY(sw_map_put(in->err, seen, map->key[i], strlen(map->key[i]), i, &first));
    if (first >= 0)
      return sw_node_key_fail(in->err, map, i, "duplicate key '%s': it is already on line %d",
                              map->key[i], map->key_line[first]);
  }
  return SW_OK;
}

/* By a table, as a map of names may have thousands of keys, and fuzzed input any number. */
static sw_status check_duplicates(reader *in, const sw_node *map) {
  sw_map *seen = NULL;
  if (map->count < 2) return SW_OK;
  SW_TRY(sw_map_create(in->err, (size_t)map->count, &seen));
  sw_status status = refuse_duplicates(in, map, seen);
  sw_map_destroy(seen);
  return status;
}

/* `<<: *base`: the pairs of `base` whose keys the map does not give itself; of several bases the
 * first wins. Merged pairs come after the map's own, and keep their place in the base. Recursion: a
 * list's items are maps, so one level. */
static sw_status merge(reader *in, sw_node *map, const sw_node *base, int *capacity) {
  if (base->kind == SW_NODE_LIST) {
    for (int i = 0; i < base->count; i++)
      if (base->item[i]->kind != SW_NODE_MAP)
        return sw_node_fail(in->err, base->item[i], "'<<' takes a map or a list of maps");
    for (int i = 0; i < base->count; i++)
      SW_TRY(merge(in, map, base->item[i], capacity));
    return SW_OK;
  }
  if (base->kind != SW_NODE_MAP)
    return sw_node_fail(in->err, base, "'<<' takes a map or a list of maps");
  for (int i = 0; i < base->count; i++) {
    if (sw_node_get(map, base->key[i])) continue;
    SW_TRY(grow(in, map, capacity));
    map->key[map->count] = base->key[i];
    map->key_line[map->count] = base->key_line[i];
    map->key_column[map->count] = base->key_column[i];
    map->item[map->count++] = base->item[i];
  }
  return SW_OK;
}

/* One key and its value; `event` is the key's. Keys are texts: a map of lists as keys has no
 * meaning here, and an alias or null as a key is a slip. `<<` is put aside (*merged) until the map
 * is read, because the map's own keys take precedence wherever they stand. *capacity is the room of
 * the map's arrays, kept by the caller. */
static sw_status read_pair(reader *in, struct fy_event *event, sw_node *map, int *capacity,
                           const sw_node **merged) {
  /* Asked first: build frees the event. */
  bool text = event->type == FYET_SCALAR;
  sw_node *key = NULL, *value = NULL;
  SW_TRY(build(in, event, &key));
  if (!text || (!key->quoted && key->text[0] == '\0'))
    return sw_node_fail(in->err, key, "a key must be a text");
  SW_TRY(next(in, &event));
  SW_TRY(build(in, event, &value));
  if (!key->quoted && strcmp(key->text, "<<") == 0) {
    /* Put aside and not in the map, so check_duplicates would not see a second one. */
    if (*merged) return sw_node_fail(in->err, key, "duplicate key '<<': give it a list of maps");
    *merged = value;
    return SW_OK;
  }
  SW_TRY(grow(in, map, capacity));
  map->key[map->count] = key->text;
  map->key_line[map->count] = key->line;
  map->key_column[map->count] = key->column;
  map->item[map->count++] = value;
  return SW_OK;
}

/* Pairs up to the end of the map, then the check for duplicates, then `<<`: in that order, as
 * merged keys may repeat those of the map and must not replace them. */
static sw_status read_map(reader *in, sw_node *map) {
  int capacity = 0;
  const sw_node *merged = NULL;
  for (;;) {
    struct fy_event *event;
    SW_TRY(next(in, &event));
    if (event->type == FYET_MAPPING_END) {
      fy_parser_event_free(in->parser, event);
      break;
    }
    SW_TRY(read_pair(in, event, map, &capacity, &merged));
  }
  SW_TRY(check_duplicates(in, map));
  /* After the check: a key that repeats one of the base overrides it and is no duplicate. */
  return merged ? merge(in, map, merged, &capacity) : SW_OK;
}

/* ---- any node --------------------------------------------------------------------------- */

/* Refuses a tag: the types of a study's values are known, quotes make a text. */
static sw_status check_tag(reader *in, struct fy_token *tag) {
  if (!tag) return SW_OK;
  see(in, tag);
  return fail_here(in, "YAML tags ('!...') are not supported; put a text in quotes");
}

/* Anchors are remembered after their node is complete: within itself a value is not known yet, so
 * *a inside &a is an unknown alias, and the tree has no cycles. */
static sw_status build_event(reader *in, struct fy_event *event, sw_node **out) {
  switch (event->type) {
  case FYET_SCALAR:
    SW_TRY(check_tag(in, event->scalar.tag));
    SW_TRY(read_scalar(in, event->scalar.value, out));
    return remember(in, event->scalar.anchor, *out);
  case FYET_ALIAS:
    return read_alias(in, event->alias.anchor, out);
  case FYET_SEQUENCE_START:
    SW_TRY(check_tag(in, event->sequence_start.tag));
    SW_TRY(new_node(in, SW_NODE_LIST, event->sequence_start.sequence_start, out));
    SW_TRY(read_list(in, *out));
    return remember(in, event->sequence_start.anchor, *out);
  case FYET_MAPPING_START:
    SW_TRY(check_tag(in, event->mapping_start.tag));
    SW_TRY(new_node(in, SW_NODE_MAP, event->mapping_start.mapping_start, out));
    SW_TRY(read_map(in, *out));
    return remember(in, event->mapping_start.anchor, *out);
  default:
    return fail_here(in, "not YAML: the value is incomplete");
  }
}

/* Takes the event over: it is freed whether the node is built or refused. The depth counts what is
 * open; build_event comes back here for each item, so this bounds the recursion. */
static sw_status build(reader *in, struct fy_event *event, sw_node **out) {
  sw_status status = SW_OK;
  if (++in->depth > DEPTH)
    status = fail_here(in, "lists and maps are nested deeper than 64 levels");
  else
    status = build_event(in, event, out);
  in->depth--;
  fy_parser_event_free(in->parser, event);
  return status;
}

/* ---- the document ----------------------------------------------------------------------- */

/* Stream and document events are skipped; of content there must be exactly one node. *root stays
 * NULL for a file of comments, which the caller refuses. */
static sw_status read_document(reader *in, const sw_node **root) {
  *root = NULL;
  for (;;) {
    struct fy_event *event;
    SW_TRY(next(in, &event));
    enum fy_event_type type = event->type;
    if (type == FYET_STREAM_START || type == FYET_DOCUMENT_START || type == FYET_DOCUMENT_END ||
        type == FYET_STREAM_END) {
      fy_parser_event_free(in->parser, event);
      if (type == FYET_STREAM_END) return SW_OK;
      continue;
    }
    sw_node *node = NULL;
    SW_TRY(build(in, event, &node));
    /* The place of the second document is that of its content. */
    if (*root)
      return sw_node_fail(in->err, node,
                          "a second YAML document begins here; a study is one document");
    *root = node;
  }
}

/* A line and no column: what cannot be decoded has no columns. Lines are counted only now: it is
 * the way of a failure. */
static sw_status fail_at_line(sw_error *err, const char *file, const char *text, size_t at,
                              const char *what) {
  int line = 1;
  for (size_t i = 0; i < at; i++)
    line += text[i] == '\n';
  return sw_fail(err, SW_EINPUT, "%s:%d: %s", file, line, what);
}

/* Before the library sees the text, so that the message is ours and has a line. The whole is
 * checked at once; only when that fails are the lines, for the number of the first. A newline byte
 * is never part of a longer character, so a bad text has a bad line. O(length), twice at most. */
static sw_status check_bytes(sw_error *err, const char *file, const char *text, size_t length) {
  const char *nul = memchr(text, '\0', length);
  if (nul)
    return fail_at_line(err, file, text, (size_t)(nul - text),
                        "the file contains the character NUL; a study is a text file in UTF-8");
  if (sw_is_utf8(text, length)) return SW_OK;
  for (size_t at = 0; at < length;) {
    const char *newline = memchr(text + at, '\n', length - at);
    size_t end = newline ? (size_t)(newline - text) : length;
    if (!sw_is_utf8(text + at, end - at))
      return fail_at_line(err, file, text, at, "bytes that are not UTF-8; save the file as UTF-8");
    at = end + 1;
  }
  return SW_OK;
}

/* Errors are collected instead of printed, and the text is YAML 1.2 and never JSON, whatever the
 * file's name. What was made before a failure is destroyed by the caller. */
static sw_status open_parser(reader *in, const char *text, size_t length) {
  struct fy_diag_cfg cfg;
  fy_diag_cfg_default(&cfg);
  cfg.fp = NULL;
  cfg.colorize = false;
  in->diag = fy_diag_create(&cfg);
  if (!in->diag) return no_memory(in);
  fy_diag_set_collect_errors(in->diag, true);
  struct fy_parse_cfg parse = {
      .search_path = "", .flags = FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE, .diag = in->diag};
  in->parser = fy_parser_create(&parse);
  if (!in->parser || fy_parser_set_string(in->parser, text, length) != 0) return no_memory(in);
  return SW_OK;
}

/* A byte order mark is stepped over. Parser and diagnostics are released on every path, the parser
 * first, as it uses the other. Arrays of the tree are at most twice what is needed. Safe from
 * several threads with arenas of their own. */
sw_status sw_yaml_parse(sw_error *err, sw_arena *arena, const char *file, const char *text,
                        size_t length, const sw_node **root) {
  *root = NULL;
  SW_TRY(check_bytes(err, file, text, length));
  if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
    text += 3;
    length -= 3;
  }
  reader in = {.err = err, .arena = arena, .file = file, .line = 1, .column = 1};
  sw_status status = length ? open_parser(&in, text, length) : SW_OK;
  if (status == SW_OK && length) status = read_document(&in, root);
  if (in.parser) fy_parser_destroy(in.parser);
  if (in.diag) fy_diag_destroy(in.diag);
  if (status == SW_OK && !*root) return sw_fail(err, SW_EINPUT, "%s:1:1: the file is empty", file);
  return status;
}

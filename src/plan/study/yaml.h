/* YAML to a tree of sw_node: the only file that knows libfyaml. Every value and key has its line
 * and column; aliases and merge keys are resolved; tags, keys that are not texts, duplicate keys,
 * a second document, NUL and bytes that are not UTF-8 are refused. The library prints nothing. */
#ifndef SW_PLAN_STUDY_YAML_H
#define SW_PLAN_STUDY_YAML_H

#include "base/arena.h"
#include "base/node.h"

/* `file` is for messages. An empty text is an error. The tree is const and may share subtrees. */
sw_status sw_yaml_parse(sw_error *err, sw_arena *arena, const char *file, const char *text,
                        size_t length, const sw_node **root);

/* The node on one line, in flow style: "{top: 20}", "[gdp, population]"; cut with "..." when it
 * is longer than 4,000 bytes. NULL only when memory has run out. */
const char *sw_yaml_flow(sw_arena *arena, const sw_node *node);

#endif

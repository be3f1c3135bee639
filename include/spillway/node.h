/* Spillway: what a study file says, as a tree with the place of every value for error messages;
 * free of the YAML library. Measures read it of parameters of type SW_P_NODE (arg->node). All of it
 * lives in the study's arena. */
#ifndef SPILLWAY_NODE_H
#define SPILLWAY_NODE_H

#include "spillway/status.h"

#pragma GCC visibility push(default)

typedef enum sw_node_kind { SW_NODE_SCALAR, SW_NODE_LIST, SW_NODE_MAP } sw_node_kind;

typedef struct sw_node sw_node;
struct sw_node {
  sw_node_kind kind;
  const char *file; /* as the user wrote it */
  int line, column; /* from 1 */
  const char
      *text;      /* scalar: its text, never NULL; plain `null` and `~` give "" and quoted false */
  bool quoted;    /* scalar: written in quotes, so that "1" stays text */
  int count;      /* list: items; map: pairs, in the order of the file */
  sw_node **item; /* list: items; map: values */
  const char **key; /* map */
  int *key_line, *key_column;
};

/* The value of `key` in a map, or NULL (also when node is NULL or no map). */
const sw_node *sw_node_get(const sw_node *map, const char *key);
/* Record "FILE:LINE:COLUMN: <message>" as SW_EINPUT. */
sw_status sw_node_fail(sw_error *err, const sw_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for the key `index` of a map. */
sw_status sw_node_key_fail(sw_error *err, const sw_node *map, int index, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Typed readings; each fails with the place, what was found and what is expected. */
sw_status sw_node_number(sw_error *err, const sw_node *node, double *value);
sw_status sw_node_integer(sw_error *err, const sw_node *node, int64_t *value);
sw_status sw_node_bool(sw_error *err, const sw_node *node, bool *value);
sw_status sw_node_text(sw_error *err, const sw_node *node, const char **value);
/* Every key of `map` must be one of the NULL-terminated `allowed`; else the nearest is named. */
sw_status sw_node_check_keys(sw_error *err, const sw_node *map, const char *const *allowed);
/* The candidate nearest to `word` by edit distance, or NULL when none is near (distance over
 * max(2, length / 2), or every letter changed). Case is no difference; a swap of neighbours is one.
 */
const char *sw_nearest(const char *word, const char *const *candidates, int count);

#pragma GCC visibility pop

#endif

/* A parsed configuration tree: what the study file says, free of the YAML library, with the
 * place of every value for error messages. All of it lives in an arena. */
#ifndef SW_BASE_NODE_H
#define SW_BASE_NODE_H

#include "spillway/status.h"

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

#endif

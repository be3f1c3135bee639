/* Links read from text, gathered as a list, made rows, and put into node-shared memory.
 *
 * Every node's first rank reads the same text to the same rows, so that a node shares one copy and
 * no rows travel. Inside `store` only. */
#ifndef SW_STORE_LINKS_LINKS_H
#define SW_STORE_LINKS_LINKS_H

#include "base/hash.h"
#include "kernel/space/links.h"
#include "panel/same_code.h"
#include "plan/ports/reader.h"
#include "store/text/csv.h"

/* ---- the list: what the readers of the formats add to ------------------------------------ */

/* Grows while a file is read, on the rank that reads. Units are numbers of the panel. */
typedef struct sw_links_list {
  const char *file; /* for messages */
  const sw_study *study;
  const sw_units *units;
  const sw_node *node;            /* of the study, that names the file; for messages */
  const sw_link_columns *columns; /* as the study names them; NULL: it does not */
  const char *order_file; /* the codes of the rows of a .mtx: where they stand, NULL: nowhere */
  const char *order;      /* the text of that file */
  size_t order_length;
  bool order_is_beside; /* it was found beside the matrix; the study names none */
  bool leave_out;       /* codes outside the panel: left out and counted, else refused */
  bool may_lack;        /* a table need not hold every unit of the panel */
  bool distance;        /* values are distances: the diagonal is ignored, zero refused */
  sw_map *unit_of;      /* code -> unit; the codes are borrowed from `units` */
  sw_code_forms *forms; /* of the codes, by which another writing of one is found */
  const char **code;    /* all of them, for `forms` */
  sw_link *link;        /* in the file's order */
  int64_t count, capacity;
  int64_t left_out;       /* links of codes outside the panel */
  int64_t lacking;        /* units of the panel that a table or .gal does not hold */
  int64_t own;            /* links of a unit with itself that a file is known to hold */
  bool value_is_distance; /* .gwt: GeoDa writes distances where PySAL reads weights */
} sw_links_list;

/* How the study treats codes that are not in the panel is taken from it. To be destroyed also on
 * failure. */
sw_status sw_links_list_create(sw_error *err, const char *file, const sw_study *study,
                               const sw_units *units, bool distance, sw_links_list *list);
void sw_links_list_destroy(sw_links_list *list);

/* "FILE:LINE: <message>". */
sw_status sw_links_list_fail(sw_error *err, const sw_links_list *list, int64_t line,
                             const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The unit called `code`; -1 when it is outside the panel and left out. */
sw_status sw_links_list_unit(sw_error *err, const sw_links_list *list, int64_t line, sw_field code,
                             int64_t *unit);
/* A weight or distance: finite, not negative. */
sw_status sw_links_list_value(sw_error *err, const sw_links_list *list, int64_t line, sw_field text,
                              double *value);
/* Add a link; units of -1 count as left out. Refuses a link of a unit with itself. */
sw_status sw_links_list_add(sw_error *err, sw_links_list *list, int64_t line, int64_t from,
                            int64_t to, double value);
/* ---- lines of words (text.c) ------------------------------------------------------------- */

/* The text, line by line. Fields point into it. */
typedef struct sw_links_lines {
  const sw_links_list *list;
  const char *at, *end;
  int64_t line;      /* of `rest`, from 1 */
  sw_field rest;     /* of the line, what no word was taken of yet */
  const char *begin; /* of the line */
} sw_links_lines;

sw_links_lines sw_links_lines_of(const sw_links_list *list, const char *text, size_t length);
/* The next line that is not empty, without blanks around it; *more is false at the end. */
sw_status sw_links_lines_next(sw_error *err, sw_links_lines *lines, bool *more);
/* Up to `capacity` words of the line; their number, capacity + 1 when there are more. */
int sw_links_lines_words(sw_links_lines *lines, int capacity, sw_field *word);
/* "; '5 x' is left from column 7 on" where the line has more than `count` words, else "". Returns
 * `room`. */
enum { SW_LINKS_LEFT = 128 };
const char *sw_links_lines_left(const sw_links_lines *lines, int count, char room[SW_LINKS_LEFT]);
/* A whole number from 0. */
bool sw_links_count_of(sw_field word, int64_t *count);

/* What the columns of a list are (columns.c), by number; -1: none. */
typedef struct sw_links_columns {
  int from, to, value; /* value -1: every link has weight 1 */
  int family;          /* of names, of columns.c's own use */
  bool named;          /* the study names the ends */
  bool is_header;      /* the record is no link */
  bool own_links;      /* a unit is among its own neighbours, which says nothing */
  bool repeats;        /* the first two cells are empty where they are those of the row above */
} sw_links_columns;

/* Out of the first record. Says what it took where that is not plain; refuses what is in doubt. */
sw_status sw_links_columns_find(sw_error *err, sw_arena *arena, const sw_links_list *list,
                                const sw_csv *csv, sw_links_columns *columns);
/* True when the record is a header whose names tell from and to, or the study names columns. */
bool sw_links_columns_known(sw_arena *arena, const sw_links_list *list, const sw_csv *csv);

/* Every unit of the panel must have been seen, or is counted as lacking. */
sw_status sw_links_list_check_seen(sw_error *err, sw_links_list *list, const bool *seen);

/* ---- the formats ------------------------------------------------------------------------- */

/* A format: reads the whole text into the list. Serial; borrows the text. */
typedef sw_status sw_link_parse(sw_error *err, sw_links_list *list, const char *text,
                                size_t length);

sw_link_parse sw_links_parse_csv;      /* from, to[, weight], with or without a header */
sw_link_parse sw_links_parse_table;    /* square, codes in the first row and column */
sw_link_parse sw_links_parse_distance; /* a square table, or from, to, distance */
sw_link_parse sw_links_parse_gal;      /* GeoDa, PySAL */
sw_link_parse sw_links_parse_gwt;      /* GeoDa, PySAL */
sw_link_parse sw_links_parse_mtx; /* MatrixMarket (market.c): the order of rows by other means */

/* ---- sharing ----------------------------------------------------------------------------- */

/* Node-shared links of n units without entries yet: row_start is zero and may be filled.
 * Collective, like all of these. */
sw_status sw_links_create(sw_error *err, sw_team *team, int64_t n, sw_links **links,
                          int64_t **row_start);
/* Memory for `count` entries, the same on every rank. */
sw_status sw_links_take_entries(sw_error *err, sw_team *team, sw_links *links, int64_t count,
                                int32_t **to, double **value);
/* After all ranks of the node have filled their part: makes it visible to all, adds up rows, counts
 * islands, looks whether it is symmetric. Const from here on. */
sw_status sw_links_finish(sw_error *err, sw_team *team, sw_links *links);

/* Links that rank 0 has made as rows, which the others pass empty; all of the above at once. */
sw_status sw_links_share_root(sw_error *err, sw_team *team, int64_t n, const sw_link_rows *rows,
                              sw_links **links);

/* contiguity.c: of the units' polygons. Collective. */
sw_status sw_links_from_polygons(sw_error *err, sw_team *team, const sw_study *study,
                                 const sw_weights_spec *spec, const sw_units *units,
                                 sw_links **links);
/* result.c: of pairs in an earlier results file. Collective. */
sw_status sw_links_from_result(sw_error *err, sw_team *team, const sw_study *study,
                               const sw_weights_spec *spec, const sw_units *units,
                               sw_links **links);
/* combine.c: of a column of the units; of other weights matrices. Collective. */
sw_status sw_links_from_groups(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                               const sw_units *units, sw_links **links);
sw_status sw_links_from_others(sw_error *err, sw_team *team, const sw_study *study,
                               const sw_weights_spec *spec, const sw_units *units,
                               sw_links **links);
/* Rows of rank 0 (empty elsewhere, and given back in any case) styled and shared; refuses rows
 * without a link. `status`: of making them, on rank 0. */
sw_status sw_links_share_made(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                              const sw_units *units, sw_status status, sw_link_rows *rows,
                              sw_links **links);
/* weights_place.c: knn, inverse-distance, distance-band, kernel. Collective. */
sw_status sw_links_from_places(sw_error *err, sw_team *team, const sw_weights_spec *spec,
                               const sw_units *units, sw_links **links);

#endif

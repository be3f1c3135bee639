/* The header of a list of links: its names understood (names.c), for columns.c. */
#ifndef SW_STORE_LINKS_HEADER_H
#define SW_STORE_LINKS_HEADER_H

#include "store/links/links.h"

/* SW_LINKS_CENSUS: the family of the Census county adjacency file. */
enum { SW_LINKS_NAME_ROOM = 64, SW_LINKS_CENSUS = 0 };

/* One column of the header, and what its name means. */
typedef struct sw_links_column {
  const char *name;
  char plain[SW_LINKS_NAME_ROOM];
  size_t length; /* of `plain` */
  int family;    /* -1: none */
  bool is_to;    /* of the family */
  bool is_unit;  /* the study's column of codes, by itself */
} sw_links_column;

typedef struct sw_links_header {
  const sw_links_list *list;
  const sw_csv *csv;
  int n;
  sw_links_column *column;
  char unit[2][SW_LINKS_NAME_ROOM]; /* the study's names of the column of codes, plain; "": none */
} sw_links_header;

/* Names that are known and do not make one pair: in which way, and which columns. The record may be
 * no header at all, so it is for the caller to refuse it. */
typedef struct sw_links_doubt {
  const char *what; /* NULL: none */
  int a, b;
} sw_links_doubt;

/* The record of header->csv, for header->list; the rest is filled in. */
sw_status sw_links_header_read(sw_error *err, sw_arena *arena, sw_links_header *header);
/* from and to by their names; found->from stays -1 where they do not tell. */
void sw_links_header_ends(const sw_links_header *header, sw_links_columns *found,
                          sw_links_doubt *doubt);
/* R and pandas write a first column of row numbers, which has no name, or `Unnamed: 0`. */
bool sw_links_column_is_row_number(const sw_links_column *column);
bool sw_links_column_is_value(const sw_links_column *column, bool distance);
/* The only column that is not taken yet and is of the kind (0, 1: names a weight, a distance; 2:
 * any); -1: none, -2: several, two of them in `several`. */
int sw_links_header_only(const sw_links_header *header, const sw_links_columns *found, int kind,
                         int several[2]);

#endif

/* A table of observed flows while it is read, whatever its format: text (flows.c) or HDF5
 * (flows_h5.c). On rank 0 alone. Inside `store/links` only. */
#ifndef SW_STORE_LINKS_FLOWS_H
#define SW_STORE_LINKS_FLOWS_H

#include "store/links/links.h"

typedef struct sw_flows_reading {
  const sw_study *study;
  const sw_flow_spec *spec;
  const sw_units *units;
  const sw_periods *periods;
  sw_arena *arena;
  sw_csv *csv;
  sw_links_list codes;       /* for its codes and messages; its links stay empty */
  int from, to, time, value; /* columns of text */
  int n_matrices;
  sw_links_list *of; /* n_matrices: the links of each, those within a unit too */
  char last[64];     /* the period's text of the row before, and which matrix it is */
  size_t last_length;
  int last_matrix;
  int64_t strangers; /* rows of periods that the panel lacks, and the first of these */
  char stranger[64];
  int64_t within;
} sw_flows_reading;

/* "FILE:LINE:COLUMN" of what the study says of `key`. From the arena; NULL: no memory. */
const char *sw_flows_place(const sw_flows_reading *r, const char *key);
/* The matrix of a period's text; -1, counted, where the panel lacks it. */
int sw_flows_matrix(sw_flows_reading *r, const char *text, size_t length);
/* A flow of 0 or more. Units or a matrix of -1 are left out, and units counted. */
sw_status sw_flows_add(sw_error *err, sw_flows_reading *r, int64_t line, int64_t from, int64_t to,
                       int matrix, double value);
/* All rows of spec->path, which is HDF5. `alone`: a run of one process, which may try in a child
 * what may crash the library. */
sw_status sw_flows_read_h5(sw_error *err, sw_flows_reading *r, bool alone);

#endif

/* Reading the small real files for tests: a table of text cells, found by column name; links from
 * an edge list. Nothing clever; quotes are honoured. */
#ifndef TESTS_MEASURE_REAL_H
#define TESTS_MEASURE_REAL_H

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/space/links.h"

typedef struct real_table {
  int columns;
  int64_t rows;
  char **name, **cell; /* cell[row * columns + column] */
} real_table;

static inline int real_split(char *line, char **out, int room) {
  int count = 0;
  char *to = line;
  bool quoted = false;
  out[count++] = to;
  for (char *c = line; *c && *c != '\n' && *c != '\r'; c++) {
    if (*c == '"')
      quoted = !quoted;
    else if (*c == ',' && !quoted && count < room) {
      *to++ = '\0';
      out[count++] = to;
    } else
      *to++ = *c;
  }
  *to = '\0';
  return count;
}

/* The file of shared data, or NULL, with a line that says the test is skipped. */
static inline real_table *real_open(const char *file) {
  static char nothing[1];
  char path[512], line[8192], *part[256];
  snprintf(path, sizeof path, "%s/data/%s", SPILLWAY_SHARED, file);
  FILE *in = fopen(path, "r");
  if (!in) return NULL;
  real_table *table = calloc(1, sizeof *table);
  cr_assert(fgets(line, sizeof line, in) != NULL);
  table->columns = real_split(line, part, 256);
  table->name = calloc((size_t)table->columns, sizeof *table->name);
  for (int c = 0; c < table->columns; c++)
    table->name[c] = strdup(part[c]);
  for (size_t room = 0; fgets(line, sizeof line, in); table->rows++) {
    size_t need = (size_t)(table->rows + 1) * (size_t)table->columns;
    if (need > room) {
      room = 2 * need;
      table->cell = realloc(table->cell, room * sizeof *table->cell);
    }
    for (int c = 0; c < table->columns; c++)
      part[c] = nothing;
    real_split(line, part, 256);
    for (int c = 0; c < table->columns; c++)
      table->cell[table->rows * table->columns + c] = strdup(part[c]);
  }
  fclose(in);
  return table;
}

#define REAL_OPEN(table, file)                                                                     \
  real_table *table = real_open(file);                                                             \
  if (!table) cr_skip("skipped: shared data is not here: %s", file)

static inline const char *real_text(const real_table *table, int64_t row, const char *column) {
  for (int c = 0; c < table->columns; c++)
    if (strcmp(table->name[c], column) == 0) return table->cell[row * table->columns + c];
  cr_assert_fail("no column %s", column);
  return NULL;
}

static inline double real_number(const real_table *table, int64_t row, const char *column) {
  const char *text = real_text(table, row, column);
  return *text ? strtod(text, NULL) : NAN;
}

/* Rows of the table in order of the codes in `column`. */
static const real_table *real_sorting;
static const char *real_key;
static inline int real_compare(const void *a, const void *b) {
  return strcmp(real_text(real_sorting, *(const int64_t *)a, real_key),
                real_text(real_sorting, *(const int64_t *)b, real_key));
}

static inline int64_t *real_order(const real_table *table, const char *column) {
  int64_t *order = calloc((size_t)table->rows, sizeof *order);
  for (int64_t i = 0; i < table->rows; i++)
    order[i] = i;
  real_sorting = table;
  real_key = column;
  qsort(order, (size_t)table->rows, sizeof *order, real_compare);
  return order;
}

static inline int64_t real_find(const char *const *code, int64_t n, const char *text) {
  int64_t lo = 0, hi = n;
  while (lo < hi) {
    int64_t middle = lo + (hi - lo) / 2;
    if (strcmp(code[middle], text) < 0)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo < n && strcmp(code[lo], text) == 0 ? lo : -1;
}

/* Units of a table in the order of their codes. */
typedef struct real_sample {
  int64_t n;
  const char **code;
  int64_t *order; /* their rows */
} real_sample;

static inline real_sample real_sample_of(const real_table *table, const char *code) {
  real_sample s = {table->rows, calloc((size_t)table->rows, sizeof(char *)),
                   real_order(table, code)};
  for (int64_t i = 0; i < s.n; i++)
    s.code[i] = real_text(table, s.order[i], code);
  return s;
}

static inline double *real_column(const real_table *table, const real_sample *s,
                                  const char *column) {
  double *x = calloc((size_t)s->n, sizeof *x);
  for (int64_t i = 0; i < s->n; i++)
    x[i] = real_number(table, s->order[i], column);
  return x;
}

/* Links among n units with ascending codes; links of other units are left out. `row`: to sum 1. */
static inline sw_links *real_links(const real_table *edges, const char *const *code, int64_t n,
                                   bool row) {
  int64_t *start = calloc((size_t)n + 1, sizeof *start), islands = 0;
  int32_t *to = calloc((size_t)edges->rows + 1, sizeof *to);
  double *value = calloc((size_t)edges->rows + 1, sizeof *value);
  char *seen = calloc((size_t)n, 1);
  /* By source, then by target: one sweep over the edges for each source would be n * edges; the
   * files are sorted by nothing, so targets are marked and read off in order. */
  int64_t *from_of = calloc((size_t)edges->rows + 1, sizeof *from_of);
  int64_t *to_of = calloc((size_t)edges->rows + 1, sizeof *to_of);
  for (int64_t e = 0; e < edges->rows; e++) {
    from_of[e] = real_find(code, n, edges->cell[e * edges->columns]);
    to_of[e] = real_find(code, n, edges->cell[e * edges->columns + 1]);
  }
  int64_t at = 0;
  for (int64_t i = 0; i < n; i++) {
    memset(seen, 0, (size_t)n);
    for (int64_t e = 0; e < edges->rows; e++)
      if (from_of[e] == i && to_of[e] >= 0) seen[to_of[e]] = 1;
    for (int64_t j = 0; j < n; j++)
      if (seen[j]) to[at++] = (int32_t)j;
    start[i + 1] = at;
    islands += start[i + 1] == start[i];
    for (int64_t e = start[i]; e < at; e++)
      value[e] = row ? 1.0 / (double)(at - start[i]) : 1;
  }
  free(seen);
  free(from_of);
  free(to_of);
  sw_links *links = calloc(1, sizeof *links);
  double *row_sum = malloc((size_t)n * sizeof *row_sum);
  *links = (sw_links){
      .n = n, .row_start = start, .to = to, .value = value, .row_sum = row_sum, .islands = islands};
  sw_links_row_sums(links, row_sum);
  return links;
}

#endif

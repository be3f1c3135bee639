/* Small tables given with a parameter: a base, weights of a composite; out of a .csv, or the
 * weights that an earlier results file holds. Tables are tens of rows: every rank has one of its
 * own, in the study's arena.
 *
 * A .csv is parsed by every rank from bytes that rank 0 has read, so all fail alike. A results file
 * is opened by rank 0 alone, and the table sent as bytes.
 *
 * Called by the binding of a parameter of type SW_P_TABLE, through the port of reading;
 * collective. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "plan/ports/reader.h"
#include "store/layout/tried.h"
#include "store/results/results.h"
#include "store/text/csv.h"
#include "store/text/no_number.h"

/* Texts that mean a missing number in published tables (BEA). A panel has its own list in the
 * study; a table knows none. */
static const char *const missing[] = {"(NA)", "(D)", "NA"};

/* An empty field is missing, too. */
static bool is_missing(sw_field field) {
  for (size_t k = 0; k < sizeof missing / sizeof *missing; k++)
    if (sw_csv_field_is(field, missing[k])) return true;
  return field.length == 0;
}

/* ---- a .csv ------------------------------------------------------------------------------ */

/* Rows gathered while their number is not known; both arrays have room for `capacity` rows. `value`
 * is row by row, [row][column]. */
struct rows {
  sw_arena *arena;
  sw_map *seen; /* labels so far; texts are borrowed from the arena */
  int count, capacity;
  const char **label;
  double *value;
};

/* Room for one more row. What was outgrown stays in the arena: together no more than the table. */
static sw_status grow(sw_error *err, struct rows *rows, int columns) {
  if (rows->count < rows->capacity) return SW_OK;
  int capacity = rows->capacity ? 2 * rows->capacity : 64;
  const char **label;
  double *value;
  SW_NEW(err, rows->arena, label, capacity);
  SW_NEW(err, rows->arena, value, (size_t)capacity * (size_t)columns);
  /* There is nothing to copy at first, and memcpy wants no NULL. */
  if (rows->count) {
    memcpy(label, rows->label, (size_t)rows->count * sizeof *label);
    memcpy(value, rows->value, (size_t)rows->count * (size_t)columns * sizeof *value);
  }
  rows->label = label;
  rows->value = value;
  rows->capacity = capacity;
  return SW_OK;
}

/* The first field of a row names it, once. O(1) by the map of labels seen so far. */
static sw_status take_label(sw_error *err, const sw_csv *csv, struct rows *rows) {
  sw_field field = csv->field[0];
  const char *label = sw_arena_textn(rows->arena, field.text, field.length);
  int64_t earlier = -1;
  if (!label) return sw_fail(err, SW_ENOMEM, "%s: out of memory", csv->file);
  if (!field.length) return sw_csv_fail(err, csv, "the first field is empty; it names the row");
  SW_TRY(sw_map_put(err, rows->seen, label, field.length, rows->count, &earlier));
  if (earlier >= 0)
    return sw_csv_fail(err, csv,
                       "row '%s' appears twice; the first column names the rows (of a base, the "
                       "period): give each once",
                       label);
  rows->label[rows->count] = label;
  return SW_OK;
}

/* A missing number is NaN; a text that is no number is refused, with what would be right. The
 * header's number of fields is the reader's to check. */
static sw_status take_row(sw_error *err, const sw_csv *csv, struct rows *rows) {
  int columns = csv->n_columns - 1;
  SW_TRY(grow(err, rows, columns));
  SW_TRY(take_label(err, csv, rows));
  double *value = rows->value + (size_t)rows->count * (size_t)columns;
  for (int c = 0; c < columns; c++) {
    sw_field field = csv->field[c + 1];
    value[c] = NAN;
    if (is_missing(field) || sw_parse_number(field.text, field.length, &value[c])) continue;
    char words[SW_NO_NUMBER_ROOM];
    sw_number_wanted wanted = {.wanted = "expected a number, or an empty field, NA, (NA) or (D) "
                                         "where it is missing"};
    return sw_csv_fail(err, csv, "column '%s': '%.*s' %s", csv->column[c + 1],
                       field.length > 60 ? 60 : (int)field.length, field.text,
                       sw_no_number(field.text, field.length, &wanted, words));
  }
  rows->count++;
  return SW_OK;
}

/* All records below the header, in the file's order. A table without rows or without numbers is
 * refused: nothing could be made of it. */
static sw_status read_rows(sw_error *err, sw_csv *csv, struct rows *rows) {
  SW_TRY(sw_csv_header(err, csv));
  if (csv->n_columns < 2)
    return sw_csv_fail(err, csv,
                       "one column; expected row labels and at least one column of numbers");
  for (;;) {
    bool more = false;
    SW_TRY(sw_csv_next(err, csv, &more));
    if (!more) break;
    SW_TRY(take_row(err, csv, rows));
  }
  if (rows->count) return SW_OK;
  return sw_fail(err, SW_EINPUT, "%s: no row follows the header", csv->file);
}

/* On failure *out is filled as far as it goes; nobody reads it then. `text` must stay only until
 * the return: labels are copied. */
static sw_status parse_table(sw_error *err, sw_arena *arena, const char *file, const char *text,
                             size_t length, sw_table **out) {
  struct rows rows = {.arena = arena};
  sw_csv *csv = NULL;
  sw_table *table;
  SW_NEW(err, arena, table, 1);
  SW_TRY(sw_csv_create(err, arena, file, &csv));
  sw_csv_text(csv, text, length, 1);
  sw_status status = sw_map_create(err, 64, &rows.seen);
  if (status == SW_OK) status = read_rows(err, csv, &rows);
  *table = (sw_table){.file = file, .n_rows = rows.count, .n_columns = csv->n_columns - 1};
  table->row = rows.label;
  table->column = csv->n_columns ? csv->column + 1 : NULL; /* the arena's, outlives `csv` */
  table->value = rows.value;
  sw_map_destroy(rows.seen);
  sw_csv_say_hollow(csv);
  sw_csv_destroy(csv);
  *out = table;
  return status;
}

/* Collective. Each rank's parsing is agreed on, as one may be out of memory. The bytes are the
 * arena's, so they live as long as the study; tables are small. */
static sw_status read_csv(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                          const char *path, sw_table **table) {
  const char *text = NULL;
  size_t length = 0;
  SW_TRY(sw_text_read(err, team, arena, path, &text, &length));
  return sw_team_agree(team, err, parse_table(err, arena, file, text, length, table), 0);
}

/* ---- weights out of a results file ------------------------------------------------------- */

/* A table on its way: sizes first, in a message of their own, then `bytes` bytes: values, labels of
 * rows, of columns. Lengths of labels are found by their terminating zeros. Ranks run one program
 * on one kind of machine, so bytes are sent as they lie in memory. */
typedef struct packed {
  uint64_t bytes;
  int64_t n_rows, n_columns;
} packed;

static size_t text_bytes(const char *const *text, int count) {
  size_t bytes = 0;
  for (int k = 0; k < count; k++)
    bytes += strlen(text[k]) + 1;
  return bytes;
}

/* Returns the place after the last one's zero. */
static char *put_texts(char *at, const char *const *text, int count) {
  for (int k = 0; k < count; k++)
    at = stpcpy(at, text[k]) + 1;
  return at;
}

/* The labels point into `at`, which must stay. */
static const char *get_texts(const char *at, const char **text, int count) {
  for (int k = 0; k < count; k++) {
    text[k] = at;
    at += strlen(at) + 1;
  }
  return at;
}

static size_t value_bytes(const packed *head) {
  return (size_t)head->n_rows * (size_t)head->n_columns * sizeof(double);
}

/* Rank 0's table into bytes of the arena. Values first, as the arena aligns the beginning and
 * labels have any length. head->bytes is exact. */
static sw_status pack(sw_error *err, sw_arena *arena, const sw_table *table, packed *head,
                      char **bytes) {
  *head = (packed){.n_rows = table->n_rows, .n_columns = table->n_columns};
  head->bytes = value_bytes(head) + text_bytes(table->row, table->n_rows) +
                text_bytes(table->column, table->n_columns);
  SW_NEW(err, arena, *bytes, head->bytes);
  memcpy(*bytes, table->value, value_bytes(head));
  char *end = put_texts(*bytes + value_bytes(head), table->row, table->n_rows);
  put_texts(end, table->column, table->n_columns);
  return SW_OK;
}

/* The table borrows `bytes`. Rank 0 unpacks too, so all have the same. row and column are arrays of
 * pointers into `bytes`; values are read in place. */
static sw_status unpack(sw_error *err, sw_arena *arena, const packed *head, const char *bytes,
                        sw_table *table) {
  const char **row, **column;
  SW_NEW(err, arena, row, head->n_rows);
  SW_NEW(err, arena, column, head->n_columns);
  get_texts(get_texts(bytes + value_bytes(head), row, (int)head->n_rows), column,
            (int)head->n_columns);
  table->n_rows = (int)head->n_rows;
  table->n_columns = (int)head->n_columns;
  table->row = row;
  table->column = column;
  table->value = (const double *)(const void *)bytes;
  return SW_OK;
}

/* Collective. Between two broadcasts every status is agreed on. A rank that fails to make room must
 * still come to the agreement, else the others would wait in the broadcast. */
static sw_status read_results(sw_error *err, sw_team *team, sw_arena *arena, const char *file,
                              const char *path, const char *composite, sw_table **out) {
  packed head = {0};
  char *bytes = NULL;
  sw_table *table = NULL;
  sw_status status = SW_OK;
  if (team->rank == 0) {
    if (team->size == 1) status = sw_tried_read(err, path);
    if (status == SW_OK) status = sw_results_composite_weights(err, arena, path, composite, &table);
    if (status == SW_OK) status = pack(err, arena, table, &head, &bytes);
  }
  SW_TRY(sw_team_agree(team, err, status, 0));
  /* The sizes first: the others need them to make room. */
  SW_TRY(team->broadcast(team, err, &head, sizeof head, 0));
  if (team->rank != 0) status = sw_arena_alloc(err, arena, head.bytes, 1, (void **)&bytes);
  SW_TRY(sw_team_agree(team, err, status, 0));
  SW_TRY(team->broadcast(team, err, bytes, head.bytes, 0));
  status = sw_arena_alloc(err, arena, 1, sizeof *table, (void **)&table);
  if (status == SW_OK) status = unpack(err, arena, &head, bytes, table);
  /* As the study names it, not where it was found. */
  if (status == SW_OK) table->file = file;
  *out = table;
  return sw_team_agree(team, err, status, 0);
}

/* ---- either ------------------------------------------------------------------------------ */

/* The study is the same on every rank, so what it says wrongly fails on all of them alike and needs
 * no agreement; memory may fail on one. *table is NULL after a failure of the study's text. The key
 * decides which of the two it is. */
sw_status sw_table_read(sw_error *err, sw_team *team, sw_arena *arena, const sw_node *node,
                        const char *study_file, const char *entry_name, sw_table **table) {
  static const char *const keys[] = {"file", "from", NULL};
  const char *name = NULL;
  *table = NULL;
  if (node->kind != SW_NODE_MAP || node->count != 1)
    return sw_node_fail(err, node, "expected a table: {file: table.csv} or {from: results.h5}");
  SW_TRY(sw_node_check_keys(err, node, keys));
  SW_TRY(sw_node_text(err, node->item[0], &name));
  const char *path = sw_path_beside(arena, study_file, name);
  sw_status status = path ? SW_OK : sw_fail(err, SW_ENOMEM, "%s: out of memory", name);
  SW_TRY(sw_team_agree(team, err, status, 0));
  if (strcmp(node->key[0], "file") == 0) return read_csv(err, team, arena, name, path, table);
  return read_results(err, team, arena, name, path, entry_name, table);
}

/* The rows a rank has read from one panel file, before they go to the ranks that own their units:
 * codes as numbers of a local dictionary, values as they are, the line for messages.
 *
 * A row is what stands in one line of the file:
 *   long layouts   values are indicators (`column` of each), the slot is the period
 *   long by        the same of one label: the slot is period * parts + part, and a part is a label
 *                  that the study needs or, the last one, all others; `column` has a row for each
 *   wide layouts   values are periods (`label` of each), the slot is the indicator
 *
 * Rows stand in blocks, one for each piece of the file, in its order. A row takes 8 bytes and 8
 * for each value, and 4 in blocks of which not every line is a row; no other copy of the file is
 * held. */
#ifndef SW_STORE_PANEL_ROWS_H
#define SW_STORE_PANEL_ROWS_H

#include "base/hash.h"
#include "plan/ports/team.h"
#include "plan/study/study.h"
#include "store/panel/plan.h"
#include "store/text/csv.h"

/* Texts numbered in the order of their first sight; for one thread. Files are sorted by unit or by
 * period, so the text asked for is most often the last one again, or the one first seen after it:
 * these two are compared before the table is asked. */
typedef struct sw_panel_codes {
  sw_arena *arena;
  sw_map *map;
  int64_t n, capacity;
  int64_t last; /* the number that was asked for last */
  const char **text;
  size_t *length;
  int64_t *count; /* how often it was asked for */
} sw_panel_codes;

sw_status sw_panel_codes_create(sw_error *err, sw_arena *arena, sw_panel_codes *codes);
void sw_panel_codes_destroy(sw_panel_codes *codes);
/* The number of a text, which is added (and copied) where it is new; counts it. */
sw_status sw_panel_codes_number(sw_error *err, sw_panel_codes *codes, const char *text,
                                size_t length, int64_t *number);
/* All texts of `other` with their counts; number[i] is what other's i became. */
sw_status sw_panel_codes_merge(sw_error *err, sw_panel_codes *codes, const sw_panel_codes *other,
                               int32_t *number);

/* Texts of all ranks, each once, in byte order, the same on every rank. Collective; no rank holds
 * more than its share times the ranks that have a text. */
sw_status sw_panel_codes_gather(sw_error *err, sw_team *team, sw_arena *arena,
                                const char *const *text, int64_t n, int64_t *n_all,
                                const char *const **all);

typedef struct sw_panel_block {
  int64_t n, capacity; /* rows; rows there is room for */
  int64_t first_line;  /* of the piece, 0 until it is placed; .h5: place of the first unit */
  int reader;          /* whose dictionaries the numbers are of, until they are joined */
  double *value; /* width of each row; unit and slot stand behind it, in the same allocation */
  int32_t *unit; /* number in `units` */
  int32_t *slot; /* long: number in `periods`, with its part; wide: file column */
  int32_t *line; /* from first_line; NULL: every line is a row */
} sw_panel_block;

static inline int64_t sw_panel_block_line(const sw_panel_block *block, int64_t i) {
  return block->first_line + (block->line ? block->line[i] : i);
}

typedef struct sw_panel_rows {
  const char *file, *path;
  bool wide;
  bool has_lines;    /* of text; rows of an .h5 file have none */
  int width;         /* values of a row */
  int parts;         /* long by: labels that are needed and 1; else 1 */
  const char **part; /* long by: these labels, parts - 1 of them */
  int64_t n_labels;  /* long by: all that the file has, in byte order */
  const char *const *all_labels;
  const int *column;  /* long: the file column (index into the plan's raw) of each value, by part;
                         -1: not needed */
  const char **label; /* wide: the period of each value */
  bool *has_column;   /* of the plan's raw columns: found in this file */
  int n_names;        /* indicators the file offers, for messages */
  const char *const *name;
  int64_t n_blocks, block_capacity;
  sw_panel_block *block;
  sw_panel_codes units; /* count: lines of the unit, also those that hold nothing the study needs */
  sw_panel_codes periods; /* long */
  int64_t read;           /* lines with data */
  int64_t notes;          /* lines equal to one of the footer */
  int64_t hollow;         /* lines of empty fields */
} sw_panel_rows;

sw_status sw_panel_rows_create(sw_error *err, sw_arena *arena, const char *file, const char *path,
                               int n_raw, sw_panel_rows *rows);
void sw_panel_rows_destroy(sw_panel_rows *rows);
/* Frees what is of size n; the dictionaries stay. */
void sw_panel_rows_clear(sw_panel_rows *rows);
/* `count` further blocks, empty. */
sw_status sw_panel_rows_extend(sw_error *err, sw_panel_rows *rows, int64_t count);
/* Room for so many rows in an empty block; what is too much can be given back when it is filled. */
sw_status sw_panel_block_make(sw_error *err, const sw_panel_rows *rows, int64_t capacity,
                              sw_panel_block *block);
sw_status sw_panel_block_fit(sw_error *err, const sw_panel_rows *rows, sw_panel_block *block);
/* Gives the rows line numbers of their own; until now row i stood in line first_line + i. */
sw_status sw_panel_block_number(sw_error *err, sw_panel_block *block);
/* The next row, which stands so many lines behind the first of the block. */
static inline sw_status sw_panel_block_add(sw_error *err, sw_panel_block *block, int64_t unit,
                                           int64_t slot, int64_t line) {
  int64_t at = block->n;
  if (line != at && !block->line) SW_TRY(sw_panel_block_number(err, block));
  block->unit[at] = (int32_t)unit;
  block->slot[at] = (int32_t)slot;
  if (block->line) block->line[at] = (int32_t)line;
  block->n++;
  return SW_OK;
}
void sw_panel_block_free(sw_panel_block *block);
/* Long: the period and the part of a slot, and whether its rows have values: those of other labels
 * only tell that there are the unit and the period. */
static inline int32_t sw_panel_rows_period(const sw_panel_rows *rows, int32_t slot) {
  return rows->parts == 1 ? slot : slot / rows->parts;
}
static inline int32_t sw_panel_rows_part(const sw_panel_rows *rows, int32_t slot) {
  return rows->parts == 1 ? 0 : slot % rows->parts;
}
static inline bool sw_panel_rows_counts(const sw_panel_rows *rows, int32_t slot) {
  return rows->parts == 1 || slot % rows->parts < rows->parts - 1;
}

/* Read a panel file into rows. Collective. Columns the file lacks are left out of has_column. */
sw_status sw_panel_csv_read(sw_error *err, sw_team *team, sw_arena *arena,
                            const sw_panel_spec *spec, const sw_panel_plan *plan,
                            sw_panel_rows *rows);
sw_status sw_panel_h5_read(sw_error *err, sw_team *team, sw_arena *arena, const sw_panel_spec *spec,
                           const sw_panel_plan *plan, sw_panel_rows *rows);

#endif

/* Rows on their way from a file to the cells: see rows.h. A block is filled by one thread and read
 * by many later; the array of blocks changes only outside parallel regions. Freed file by file, as
 * the rows of a file reach their owners (send.c), so that a study of many files does not hold all
 * rows and all cells. */
#include "store/panel/rows.h"

#include <stdlib.h>
#include <string.h>

/* Dictionaries live in the arena as texts, and outside it as tables: destroy frees these. `n_raw`
 * flags tell which columns the file has. */
sw_status sw_panel_rows_create(sw_error *err, sw_arena *arena, const char *file, const char *path,
                               int n_raw, sw_panel_rows *rows) {
  *rows = (sw_panel_rows){.file = file, .path = path, .parts = 1};
  SW_NEW(err, arena, rows->has_column, n_raw);
  SW_TRY(sw_panel_codes_create(err, arena, &rows->units));
  return sw_panel_codes_create(err, arena, &rows->periods);
}

/* Rows are what grows with the file. The dictionaries, of the size of the units, stay until the
 * walk ends. */
void sw_panel_rows_clear(sw_panel_rows *rows) {
  for (int64_t b = 0; b < rows->n_blocks; b++)
    sw_panel_block_free(&rows->block[b]);
  free(rows->block);
  rows->block = NULL;
  rows->n_blocks = rows->block_capacity = 0;
}

/* Also after a failure of create. */
void sw_panel_rows_destroy(sw_panel_rows *rows) {
  sw_panel_rows_clear(rows);
  sw_panel_codes_destroy(&rows->units);
  sw_panel_codes_destroy(&rows->periods);
}

/* Moves the array: no pointer to a block may be held across it. Half as much again, as a .gz asks
 * for a few blocks in every round. */
sw_status sw_panel_rows_extend(sw_error *err, sw_panel_rows *rows, int64_t count) {
  int64_t n = rows->n_blocks + count;
  if (n > rows->block_capacity) {
    int64_t capacity = n + n / 2;
    sw_panel_block *grown = realloc(rows->block, (size_t)capacity * sizeof *grown);
    if (!grown) return sw_fail(err, SW_ENOMEM, "%s: out of memory", rows->file);
    rows->block = grown;
    rows->block_capacity = capacity;
  }
  if (count) memset(rows->block + rows->n_blocks, 0, (size_t)count * sizeof *rows->block);
  rows->n_blocks = n;
  return SW_OK;
}

/* Values, units and slots in one allocation: a large one gets large pages. The doubles come first,
 * so that all three are aligned. Whatever was in the block is forgotten, not freed. width 0 is
 * possible: no indicator of the study is in this file, but its units count. */
sw_status sw_panel_block_make(sw_error *err, const sw_panel_rows *rows, int64_t capacity,
                              sw_panel_block *block) {
  size_t values = (size_t)rows->width * sizeof(double), row = values + 2 * sizeof(int32_t);
  SW_TRY(sw_alloc(err, (size_t)capacity, row, (void **)&block->value));
  block->unit = (int32_t *)(void *)(block->value + capacity * rows->width);
  block->slot = block->unit + capacity;
  block->line = NULL;
  block->n = 0;
  block->capacity = capacity;
  return SW_OK;
}

/* NULL is allowed. */
void sw_panel_block_free(sw_panel_block *block) {
  sw_free(block->value);
  sw_free(block->line);
  block->value = NULL;
  block->line = NULL;
}

/* Called at the first row whose line is not its number: behind a line that is skipped, or of an
 * indicator that is not needed. The rows so far are as many lines behind the first as their number
 * says. Most blocks of most files never need this, and save 4 bytes per row. */
sw_status sw_panel_block_number(sw_error *err, sw_panel_block *block) {
  SW_TRY(sw_alloc(err, (size_t)block->capacity, sizeof *block->line, (void **)&block->line));
  for (int64_t i = 0; i < block->n; i++)
    block->line[i] = (int32_t)i;
  return SW_OK;
}

/* Gives back what a block has too much, once it is full: where most lines were skipped (wide by
 * indicator, one indicator of many needed) room for all lines would be held until the end of
 * reading. Pages that were never touched cost nothing, so a quarter too many is not worth the copy.
 * The lines are kept as they are. */
sw_status sw_panel_block_fit(sw_error *err, const sw_panel_rows *rows, sw_panel_block *block) {
  sw_panel_block fitting = *block;
  size_t n = (size_t)block->n;
  if (block->n > block->capacity / 4 * 3) return SW_OK;
  SW_TRY(sw_panel_block_make(err, rows, block->n, &fitting));
  fitting.n = block->n;
  if (n) {
    memcpy(fitting.value, block->value, n * (size_t)rows->width * sizeof *fitting.value);
    memcpy(fitting.unit, block->unit, n * sizeof *fitting.unit);
    memcpy(fitting.slot, block->slot, n * sizeof *fitting.slot);
  }
  fitting.line = block->line;
  sw_free(block->value);
  *block = fitting;
  return SW_OK;
}

/* See rows.h. */
#include "store/panel/rows.h"

#include <stdlib.h>
#include <string.h>

sw_status sw_panel_rows_create(sw_error *err, sw_arena *arena, const char *file, const char *path,
                               int n_raw, sw_panel_rows *rows) {
  *rows = (sw_panel_rows){.file = file, .path = path};
  SW_NEW(err, arena, rows->has_column, n_raw);
  SW_TRY(sw_panel_codes_create(err, arena, &rows->units));
  return sw_panel_codes_create(err, arena, &rows->periods);
}

void sw_panel_rows_clear(sw_panel_rows *rows) {
  for (int64_t b = 0; b < rows->n_blocks; b++)
    sw_panel_block_free(&rows->block[b]);
  free(rows->block);
  rows->block = NULL;
  rows->n_blocks = rows->block_capacity = 0;
}

void sw_panel_rows_destroy(sw_panel_rows *rows) {
  sw_panel_rows_clear(rows);
  sw_panel_codes_destroy(&rows->units);
  sw_panel_codes_destroy(&rows->periods);
}

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

void sw_panel_block_free(sw_panel_block *block) {
  sw_free(block->value);
  sw_free(block->line);
  block->value = NULL;
  block->line = NULL;
}

/* Lines are told apart from rows where they first differ: at a line that is passed over. */
sw_status sw_panel_block_number(sw_error *err, sw_panel_block *block) {
  SW_TRY(sw_alloc(err, (size_t)block->capacity, sizeof *block->line, (void **)&block->line));
  for (int64_t i = 0; i < block->n; i++)
    block->line[i] = (int32_t)i;
  return SW_OK;
}

/* Pages that were never touched cost nothing, so a few rows too many do not matter. */
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

/* See panel_rows.h. */
#include "store/panel_rows.h"

#include <stdlib.h>
#include <string.h>

sw_status sw_panel_rows_create(sw_error *err, sw_arena *arena, const char *file, const char *path,
                               int n_raw, sw_panel_rows *rows) {
  *rows = (sw_panel_rows){.file = file, .path = path};
  SW_NEW(err, arena, rows->has_column, n_raw);
  SW_TRY(sw_codes_create(err, arena, &rows->units));
  return sw_codes_create(err, arena, &rows->periods);
}

void sw_panel_rows_clear(sw_panel_rows *rows) {
  free(rows->unit);
  free(rows->slot);
  free(rows->line);
  free(rows->value);
  rows->unit = rows->slot = NULL;
  rows->line = NULL;
  rows->value = NULL;
  rows->n = rows->capacity = 0;
}

void sw_panel_rows_destroy(sw_panel_rows *rows) {
  sw_panel_rows_clear(rows);
  sw_codes_destroy(&rows->units);
  sw_codes_destroy(&rows->periods);
}

static bool widen(void *array, int64_t count, size_t size) {
  void **place = array, *grown = realloc(*place, (size_t)count * size + 1);
  if (grown) *place = grown;
  return grown != NULL;
}

sw_status sw_panel_rows_add(sw_error *err, sw_panel_rows *rows, int64_t unit, int64_t slot,
                            int64_t line, double **value) {
  if (rows->n == rows->capacity) {
    /* By half, not doubled: at the last step half the rows' memory would stay unused. */
    int64_t capacity = rows->capacity + rows->capacity / 2 + 4096;
    if (!widen(&rows->unit, capacity, sizeof *rows->unit) ||
        !widen(&rows->slot, capacity, sizeof *rows->slot) ||
        !widen(&rows->line, capacity, sizeof *rows->line) ||
        !widen(&rows->value, capacity * rows->width, sizeof *rows->value))
      return sw_fail(err, SW_ENOMEM, "%s: out of memory with %lld rows", rows->file,
                     (long long)rows->n);
    rows->capacity = capacity;
  }
  int64_t at = rows->n++;
  rows->unit[at] = (int32_t)unit;
  rows->slot[at] = (int32_t)slot;
  rows->line[at] = line;
  *value = rows->value + at * rows->width;
  return SW_OK;
}

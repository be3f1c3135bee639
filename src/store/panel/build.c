/* What the steps of a panel share: cells, places in the study, texts for messages. */
#include "store/panel/build.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

sw_status sw_panel_cells_make(sw_error *err, sw_arena *arena, const char *name, int64_t n,
                              int n_periods, sw_panel_cells *cells) {
  double *block = NULL;
  size_t count = (size_t)n * (size_t)n_periods;
  cells->name = name;
  SW_NEW(err, arena, cells->row, n_periods + 1);
  SW_TRY(sw_alloc(err, count, sizeof *block, (void **)&block));
#pragma omp parallel for
  for (size_t i = 0; i < count; i++)
    block[i] = NAN;
  for (int t = 0; t <= n_periods; t++)
    cells->row[t] = block + t * n;
  return SW_OK;
}

void sw_panel_cells_free(sw_panel_cells *cells) {
  if (cells->row) sw_free(cells->row[0]);
  cells->row = NULL;
}

/* ---- for messages ------------------------------------------------------------------------ */

const char *sw_panel_place(const sw_panel_build *build, const char *key) {
  const sw_node *node = build->spec->node, *value = sw_node_get(node, key);
  const char *text = NULL;
  if (value) node = value;
  if (node) text = sw_arena_printf(build->arena, "%s:%d:%d", node->file, node->line, node->column);
  return text ? text : build->study->file;
}

enum { SHOWN = 5 };

void sw_panel_list_some(char *out, size_t size, const char *const *text, int64_t n) {
  size_t used = 0;
  out[0] = '\0';
  for (int64_t i = 0; i < n && i < SHOWN && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%.24s", i ? ", " : "", text[i]);
  if (n > SHOWN && used < size) snprintf(out + used, size - used, ", ...");
}

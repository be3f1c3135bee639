/* What the steps of a panel share: cells, places in the study, texts for messages. */
#include "store/panel/build.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* All periods in one allocation, period by period, the units of a period side by side, as columns
 * are walked. row[0] owns it; row[n_periods] points at its end, so that row[0] is there also
 * without a period. All threads write NaN: it is the first touch of all that memory, and takes as
 * long as the reading of a small file. Local, not collective; where it fails `cells` can be
 * freed. */
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

/* NULL rows are allowed; a second call does no harm. */
void sw_panel_cells_free(sw_panel_cells *cells) {
  if (cells->row) sw_free(cells->row[0]);
  cells->row = NULL;
}

/* ---- for messages ------------------------------------------------------------------------ */

/* Never NULL: without memory, or without a panel section, the study's file is named. */
const char *sw_panel_place(const sw_panel_build *build, const char *key) {
  const sw_node *node = build->spec->node, *value = sw_node_get(node, key);
  const char *text = NULL;
  if (value) node = value;
  if (node) text = sw_arena_printf(build->arena, "%s:%d:%d", node->file, node->line, node->column);
  return text ? text : build->study->file;
}

enum { SHOWN = 5 };

/* The first five, each cut to 24 bytes: a message is one line. snprintf may report more than fits,
 * so `used` can pass `size`; the loops then end. */
void sw_panel_list_some(char *out, size_t size, const char *const *text, int64_t n) {
  size_t used = 0;
  out[0] = '\0';
  for (int64_t i = 0; i < n && i < SHOWN && used < size; i++)
    used += (size_t)snprintf(out + used, size - used, "%s%.24s", i ? ", " : "", text[i]);
  if (n > SHOWN && used < size) snprintf(out + used, size - used, ", ...");
}

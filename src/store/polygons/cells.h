/* Cells about places, for a map of units that have no polygons: the ground nearest to each place,
 * within a hull about them all. */
#ifndef SW_STORE_POLYGONS_CELLS_H
#define SW_STORE_POLYGONS_CELLS_H

#include "spillway/status.h"

typedef struct sw_cells {
  int64_t n_rings, n_points;
  int64_t *start; /* n_rings + 1 */
  int32_t *unit;  /* n_rings */
  uint8_t *hole;  /* n_rings */
  double *x, *y;  /* n_points */
} sw_cells;

/* Adds the cells of places (x[k], y[k]) of unit[k], in a plane; ascending units. Of several units
 * in one place the first has the cell. Fewer than three places, or GEOS not installed: none are
 * added. `cells`: zeros, or cells to add to. To be destroyed also on failure. */
sw_status sw_cells_add(sw_error *err, int64_t count, const int32_t *unit, const double *x,
                       const double *y, sw_cells *cells);
void sw_cells_destroy(sw_cells *cells);

#endif

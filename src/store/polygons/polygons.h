/* Polygons of units, out of any file that GDAL's OGR reads. */
#ifndef SW_STORE_POLYGONS_POLYGONS_H
#define SW_STORE_POLYGONS_POLYGONS_H

#include "base/arena.h"
#include "plan/study/study.h"

typedef enum sw_polygon_state {
  SW_POLYGON_VALID,
  SW_POLYGON_EMPTY,  /* no geometry, or one without points: it has no rings */
  SW_POLYGON_INVALID /* rings that cross or touch themselves or each other, by GEOS */
} sw_polygon_state;

/* A layer whole, in the file's order. Rings are closed: where a file leaves the last point out, it
 * is added. */
typedef struct sw_polygons {
  int64_t n;        /* features */
  const char **key; /* n texts; from the arena */
  int64_t *id;      /* n: the feature as its file numbers it */
  uint8_t *state;   /* n: sw_polygon_state */
  int64_t n_rings, n_points;
  int64_t *start;   /* n_rings + 1 */
  int32_t *feature; /* n_rings */
  uint8_t *hole;    /* n_rings: not the first of its polygon */
  double *x, *y;    /* n_points; longitude and latitude, or in the map's own unit */
  bool degrees;     /* by its coordinate system; of a file without one, by its numbers */
  bool is_guess;    /* the file has none */
  double metres;    /* of the map's unit, where it is not degrees */
} sw_polygons;

/* By one rank. `validate`: looks whether polygons are valid. To be destroyed also on failure. */
sw_status sw_polygons_read(sw_error *err, sw_arena *arena, const sw_polygons_spec *spec,
                           bool validate, sw_polygons *polygons);
void sw_polygons_destroy(sw_polygons *polygons);

/* A layer of any geometry as CSV: its fields, and lon, lat where it is of points and has no fields
 * of these names. `node`: for messages. *text is released with free(). By one rank. */
sw_status sw_layer_text(sw_error *err, const sw_node *node, const char *file, const char *path,
                        const char *layer, char **text, size_t *length);

/* unit[f]: the unit of code[0..n) that feature f is of; -1: none. Several features may be of one.
 * SW_EINPUT: a key is a unit's code but for leading zeros and the like, or none is of any unit. */
sw_status sw_polygons_match(sw_error *err, const sw_polygons_spec *spec,
                            const sw_polygons *polygons, int64_t n, const char *const *code,
                            int32_t *unit);

#endif

/* Units with their numbers as a layer of features, in a format that GDAL writes. */
#ifndef SW_STORE_POLYGONS_WRITE_H
#define SW_STORE_POLYGONS_WRITE_H

#include <stdio.h>

#include "base/arena.h"
#include "plan/study/study.h"

/* A feature for each of n units: texts, then numbers, NaN where there is none. */
typedef struct sw_layer {
  const char *driver; /* of GDAL: "GPKG", "GeoJSON" */
  const char *path;   /* of a file that is not there; GeoJSON goes to `out` */
  FILE *out;          /* whose errors are the caller's to look at */
  const char *name;   /* of the layer */
  int64_t n;
  const int64_t *unit; /* of each feature: place among the codes */
  int n_texts, n_values;
  const char *const *text_name, *const *value_name;
  const bool *is_whole;    /* by number: a whole one */
  const char *const *text; /* [feature * n_texts + k] */
  const double *value;     /* [feature * n_values + k] */
  int64_t n_codes;         /* all units, of which polygons are matched */
  const char *const *code;
  const double *lon, *lat;          /* by unit, where there are no polygons: points */
  const sw_polygons_spec *polygons; /* NULL: points */
} sw_layer;

/* *without: features whose unit has no polygon, or no place. SW_EINPUT: the polygons cannot be read
 * or are of other units, or GDAL is not there. By one rank. */
sw_status sw_layer_write(sw_error *err, sw_arena *arena, const sw_layer *layer, int64_t *without);

#endif

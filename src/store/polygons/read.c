/* A layer of polygons read whole: keys, rings, and what its coordinates are. OGR's own messages are
 * kept silent; the last one goes into ours where it fails. Called on one rank, by contiguity and by
 * the report's map; 16 bytes per point, and the arrays belong to the caller.
 *
 * Ways to write a polygon that are one here: Polygon, MultiPolygon, collections of these, with or
 * without z and m, curves (as straight lines). Anything else is refused. */
#include "store/polygons/polygons.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/polygons/gdal.h"

/* While a layer is read; arrays grow by doubling. */
typedef struct reader {
  const sw_gdal *gdal;
  const sw_polygons_spec *spec;
  sw_arena *arena;
  GDALDatasetH data;
  OGRLayerH layer;
  int key;        /* the field; -1: the number of the feature itself */
  bool is_number; /* the field holds real numbers */
  bool validate;
  sw_polygons *out;
  int64_t room_n, room_rings, room_points;
} reader;

/* ---- the file, its layer, its key -------------------------------------------------------- */

/* One message per file and cause, as GDAL's would be several. */
static const char *reason(const reader *r) {
  const char *text = r->gdal->CPLGetLastErrorMsg();
  return text && *text ? text : "no reason is given";
}

/* GDAL's own reason is told, as it knows the format. */
static sw_status open_file(sw_error *err, reader *r) {
  r->gdal->CPLErrorReset();
  r->data = r->gdal->GDALOpenEx(
      r->spec->path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
  if (r->data) return SW_OK;
  return sw_node_fail(err, r->spec->node, "polygons: GDAL cannot read %s: %s", r->spec->file,
                      reason(r));
}

/* "a, b, c" of the names, for a message. For messages only. */
static const char *list_of(reader *r, int count, const char *(*name)(const reader *, int)) {
  const char *text = "";
  for (int k = 0; text && k < count; k++)
    text = sw_arena_printf(r->arena, "%s%s%s", text, k ? ", " : "", name(r, k));
  return text ? text : "";
}

static const char *layer_name(const reader *r, int k) {
  return r->gdal->OGR_L_GetName(r->gdal->GDALDatasetGetLayer(r->data, k));
}

/* The layer that is named, or the only one. */
static sw_status find_layer(sw_error *err, reader *r) {
  const sw_polygons_spec *spec = r->spec;
  int count = r->gdal->GDALDatasetGetLayerCount(r->data);
  if (spec->layer) {
    r->layer = r->gdal->GDALDatasetGetLayerByName(r->data, spec->layer);
    if (r->layer) return SW_OK;
    return sw_node_fail(err, spec->node, "polygons: %s has no layer '%s'; it has: %s", spec->file,
                        spec->layer, list_of(r, count, layer_name));
  }
  if (count == 0) return sw_node_fail(err, spec->node, "polygons: %s has no layer", spec->file);
  if (count > 1)
    return sw_node_fail(err, spec->node, "polygons: %s has several layers; name one by `layer`: %s",
                        spec->file, list_of(r, count, layer_name));
  r->layer = r->gdal->GDALDatasetGetLayer(r->data, 0);
  return SW_OK;
}

static const char *field_name(const reader *r, int k) {
  const sw_gdal *g = r->gdal;
  return g->OGR_Fld_GetNameRef(g->OGR_FD_GetFieldDefn(g->OGR_L_GetLayerDefn(r->layer), k));
}

/* By the exact name, else by the only one that is the same but for case: a .dbf may have changed
 * it. Two names that differ by case alone are refused, as neither is more likely. */
static sw_status find_key(sw_error *err, reader *r) {
  const sw_gdal *g = r->gdal;
  OGRFeatureDefnH definition = g->OGR_L_GetLayerDefn(r->layer);
  int count = g->OGR_FD_GetFieldCount(definition), alike = 0;
  r->key = -1;
  for (int k = 0; k < count; k++) {
    if (strcmp(field_name(r, k), r->spec->key) == 0) {
      r->key = k, alike = 1;
      break;
    }
    if (strcasecmp(field_name(r, k), r->spec->key) == 0) r->key = k, alike++;
  }
  if (alike != 1)
    return sw_node_fail(
        err, r->spec->node,
        "polygons: %s has no field '%s', which tells the units; name it by `key`: %s",
        r->spec->file, r->spec->key, list_of(r, count, field_name));
  r->is_number = g->OGR_Fld_GetType(g->OGR_FD_GetFieldDefn(definition, r->key)) == OFTReal;
  return SW_OK;
}

/* ---- room -------------------------------------------------------------------------------- */

/* realloc, as GDAL does not say how many points a layer has. */
static sw_status grow(sw_error *err, void **array, size_t size, int64_t room) {
  void *grown = realloc(*array, (size_t)room * size);
  if (!grown) return sw_fail(err, SW_ENOMEM, "out of memory while reading polygons");
  *array = grown;
  return SW_OK;
}

/* Room for one more feature, by doubling. */
static sw_status room_for_feature(sw_error *err, reader *r) {
  sw_polygons *p = r->out;
  if (p->n < r->room_n) return SW_OK;
  r->room_n = r->room_n ? 2 * r->room_n : 1024;
  SW_TRY(grow(err, (void **)&p->key, sizeof *p->key, r->room_n));
  SW_TRY(grow(err, (void **)&p->id, sizeof *p->id, r->room_n));
  return grow(err, (void **)&p->state, sizeof *p->state, r->room_n);
}

/* For a ring more, of so many points. */
static sw_status room_for_ring(sw_error *err, reader *r, int64_t points) {
  sw_polygons *p = r->out;
  if (p->n_rings + 1 >= r->room_rings) {
    r->room_rings = r->room_rings ? 2 * r->room_rings : 1024;
    SW_TRY(grow(err, (void **)&p->start, sizeof *p->start, r->room_rings));
    SW_TRY(grow(err, (void **)&p->feature, sizeof *p->feature, r->room_rings));
    SW_TRY(grow(err, (void **)&p->hole, sizeof *p->hole, r->room_rings));
  }
  if (p->n_points + points <= r->room_points) return SW_OK;
  r->room_points = 2 * (p->n_points + points);
  SW_TRY(grow(err, (void **)&p->x, sizeof *p->x, r->room_points));
  return grow(err, (void **)&p->y, sizeof *p->y, r->room_points);
}

/* ---- geometries -------------------------------------------------------------------------- */

static const char *key_of(const reader *r) {
  return r->out->key[r->out->n];
}

/* One ring, closed here where the file leaves it open, as the programs behind rely on it. Places
 * that are no numbers would be vertices of their own. */
static sw_status add_ring(sw_error *err, reader *r, OGRGeometryH ring, bool hole) {
  sw_polygons *p = r->out;
  int count = r->gdal->OGR_G_GetPointCount(ring);
  if (count <= 0) return SW_OK;
  SW_TRY(room_for_ring(err, r, count + 1));
  double *x = p->x + p->n_points, *y = p->y + p->n_points;
  r->gdal->OGR_G_GetPoints(ring, x, sizeof *x, y, sizeof *y, NULL, 0);
  for (int k = 0; k < count; k++)
    if (!isfinite(x[k]) || !isfinite(y[k]))
      return sw_node_fail(err, r->spec->node,
                          "polygons: %s: feature %lld ('%s') has a point that is no number",
                          r->spec->file, (long long)p->id[p->n], key_of(r));
  if (x[0] != x[count - 1] || y[0] != y[count - 1]) x[count] = x[0], y[count] = y[0], count++;
  p->start[p->n_rings] = p->n_points;
  p->hole[p->n_rings] = hole;
  p->feature[p->n_rings++] = (int32_t)p->n;
  p->n_points += count;
  p->start[p->n_rings] = p->n_points;
  return SW_OK;
}

/* The first ring is the outer one, as OGR has them. The even-odd rule is applied later
 * (kernel/topology/holes.c). */
static sw_status add_polygon(sw_error *err, reader *r, OGRGeometryH polygon) {
  int rings = r->gdal->OGR_G_GetGeometryCount(polygon);
  for (int k = 0; k < rings; k++)
    SW_TRY(add_ring(err, r, r->gdal->OGR_G_GetGeometryRef(polygon, k), k > 0));
  return SW_OK;
}

/* Polygons within collections within collections are met by a walk with a stack: files may nest
 * them as they like. 32 levels; deeper ones are made on purpose. */
static sw_status add_geometry(sw_error *err, reader *r, OGRGeometryH geometry) {
  enum { DEEPEST = 32 };
  const sw_gdal *g = r->gdal;
  OGRGeometryH level[DEEPEST] = {geometry};
  int next[DEEPEST] = {0}, depth = 0;
  while (depth >= 0) {
    OGRGeometryH at = level[depth];
    OGRwkbGeometryType type = g->OGR_GT_Flatten(g->OGR_G_GetGeometryType(at));
    if (type == wkbPolygon || type == wkbTriangle) {
      SW_TRY(add_polygon(err, r, at));
      depth--;
    } else if (type != wkbMultiPolygon && type != wkbGeometryCollection) {
      return sw_node_fail(
          err, r->spec->node, "polygons: %s: feature %lld ('%s') is a %s; expected polygons",
          r->spec->file, (long long)r->out->id[r->out->n], key_of(r), g->OGR_G_GetGeometryName(at));
    } else if (next[depth] == g->OGR_G_GetGeometryCount(at)) {
      depth--;
    } else if (depth + 1 == DEEPEST) {
      return sw_node_fail(err, r->spec->node,
                          "polygons: %s: collections lie in each other over %d "
                          "deep",
                          r->spec->file, DEEPEST);
    } else {
      level[depth + 1] = g->OGR_G_GetGeometryRef(at, next[depth]++);
      next[++depth] = 0;
    }
  }
  return SW_OK;
}

/* Curves as straight lines, with OGR's own number of steps. A curve that cannot be straightened is
 * refused by add_geometry. */
static sw_status take_geometry(sw_error *err, reader *r, OGRGeometryH geometry) {
  const sw_gdal *g = r->gdal;
  OGRGeometryH straight = g->OGR_G_HasCurveGeometry(geometry, FALSE)
                              ? g->OGR_G_GetLinearGeometry(geometry, 0, NULL)
                              : NULL;
  sw_status status = add_geometry(err, r, straight ? straight : geometry);
  if (straight) g->OGR_G_DestroyGeometry(straight);
  return status;
}

/* ---- features ---------------------------------------------------------------------------- */

/* A whole number that is stored as a real one is written without its point. 150121 stored as
 * 150121.0 must fit the unit 150121. */
static sw_status take_key(sw_error *err, reader *r, OGRFeatureH feature) {
  const sw_gdal *g = r->gdal;
  char text[SW_NUMBER_ROOM];
  const char *key = g->OGR_F_IsFieldSetAndNotNull(feature, r->key)
                        ? g->OGR_F_GetFieldAsString(feature, r->key)
                        : "";
  if (*key && r->is_number) key = sw_show_number(g->OGR_F_GetFieldAsDouble(feature, r->key), text);
  r->out->key[r->out->n] = sw_arena_text(r->arena, key);
  return key_of(r) ? SW_OK : sw_fail(err, SW_ENOMEM, "out of memory while reading polygons");
}

/* A feature without geometry keeps its key: its unit is there, and has no neighbours. `validate`
 * asks GEOS through OGR, which costs more than reading; only contiguity asks for it. */
static sw_status take_feature(sw_error *err, reader *r, OGRFeatureH feature) {
  sw_polygons *p = r->out;
  SW_TRY(room_for_feature(err, r));
  p->id[p->n] = (int64_t)r->gdal->OGR_F_GetFID(feature);
  SW_TRY(take_key(err, r, feature));
  if (!*key_of(r))
    return sw_node_fail(err, r->spec->node, "polygons: %s: feature %lld has no '%s'", r->spec->file,
                        (long long)p->id[p->n], r->spec->key);
  int64_t before = p->n_rings;
  OGRGeometryH geometry = r->gdal->OGR_F_GetGeometryRef(feature);
  if (geometry) SW_TRY(take_geometry(err, r, geometry));
  sw_polygon_state state = p->n_rings == before ? SW_POLYGON_EMPTY : SW_POLYGON_VALID;
  if (state == SW_POLYGON_VALID && r->validate && !r->gdal->OGR_G_IsValid(geometry))
    state = SW_POLYGON_INVALID;
  p->state[p->n++] = (uint8_t)state;
  return p->n < INT32_MAX ? SW_OK
                          : sw_node_fail(err, r->spec->node, "polygons: %s has over %d features",
                                         r->spec->file, INT32_MAX);
}

/* What GDAL says of a polygon that is not valid is no failure, so the word of failure is asked for
 * of reading alone. The errors of validation are reset with each feature. */
static sw_status read_features(sw_error *err, reader *r) {
  for (;;) {
    r->gdal->CPLErrorReset();
    OGRFeatureH feature = r->gdal->OGR_L_GetNextFeature(r->layer);
    if (!feature) break;
    sw_status status = take_feature(err, r, feature);
    r->gdal->OGR_F_Destroy(feature);
    SW_TRY(status);
  }
  if (r->gdal->CPLGetLastErrorType() < CE_Failure) return SW_OK;
  return sw_node_fail(err, r->spec->node, "polygons: %s cannot be read after feature %lld: %s",
                      r->spec->file, (long long)r->out->n, reason(r));
}

/* ---- coordinates ------------------------------------------------------------------------- */

/* The first point that is no longitude and latitude; -1: all are. Longitudes may count to 360. 1e-6
 * degrees beyond are rounding. */
static int64_t find_no_degree(const sw_polygons *p) {
  for (int64_t k = 0; k < p->n_points; k++)
    if (fabs(p->x[k]) > 360.0 + 1e-6 || fabs(p->y[k]) > 90.0 + 1e-6) return k;
  return -1;
}

/* A file that says it is in degrees and is not would have a snap far too small, and no more.
 * Without a word of the file, degrees are guessed if all points could be such; `is_guess` is told
 * to the user. */
static sw_status take_system(sw_error *err, reader *r) {
  sw_polygons *p = r->out;
  OGRSpatialReferenceH system = r->gdal->OGR_L_GetSpatialRef(r->layer);
  int64_t odd = find_no_degree(p);
  p->is_guess = system == NULL;
  p->degrees = system ? r->gdal->OSRIsGeographic(system) : odd < 0;
  p->metres = system && !p->degrees ? r->gdal->OSRGetLinearUnits(system, NULL) : 1.0;
  if (!(p->metres > 0)) p->metres = 1.0;
  if (!p->degrees || odd < 0) return SW_OK;
  return sw_node_fail(err, r->spec->node,
                      "polygons: %s says that its coordinates are degrees, and %g, %g are none; "
                      "give it the coordinate system it is in",
                      r->spec->file, p->x[odd], p->y[odd]);
}

/* ---- all --------------------------------------------------------------------------------- */

/* The system comes last: without a word of the file its points tell. */
static sw_status read_layer(sw_error *err, reader *r) {
  SW_TRY(open_file(err, r));
  SW_TRY(find_layer(err, r));
  SW_TRY(find_key(err, r));
  SW_TRY(room_for_ring(err, r, 1));
  r->out->start[0] = 0;
  SW_TRY(read_features(err, r));
  return take_system(err, r);
}

/* Also after a failure the caller destroys what was read; keys lie in the arena. */
sw_status sw_polygons_read(sw_error *err, sw_arena *arena, const sw_polygons_spec *spec,
                           bool validate, sw_polygons *polygons) {
  reader r = {.spec = spec, .arena = arena, .validate = validate, .out = polygons};
  *polygons = (sw_polygons){0};
  SW_TRY(sw_gdal_load(err, &r.gdal));
  r.gdal->CPLPushErrorHandler(r.gdal->CPLQuietErrorHandler);
  sw_status status = read_layer(err, &r);
  if (r.data) r.gdal->GDALClose(r.data);
  r.gdal->CPLPopErrorHandler();
  return status;
}

void sw_polygons_destroy(sw_polygons *polygons) {
  free(polygons->key);
  free(polygons->id);
  free(polygons->state);
  free(polygons->start);
  free(polygons->feature);
  free(polygons->hole);
  free(polygons->x);
  free(polygons->y);
  *polygons = (sw_polygons){0};
}

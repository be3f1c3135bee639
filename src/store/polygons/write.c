/* A layer of units written by GDAL: GeoPackage, GeoJSON. Polygons are those of a file, feature by
 * feature: what belongs to one unit becomes one multipolygon, in the file's coordinate system;
 * GeoJSON is in degrees on WGS84 by its standard (RFC 7946), and GDAL transforms it. Without
 * polygons units are points. Called by the command `export`, in a process of its own. */
#include "store/polygons/write.h"

#include <math.h>
#include <string.h>

#include "store/polygons/gdal.h"
#include "store/polygons/polygons.h"

/* The file that is written, and the shapes of the units for it. */
typedef struct writer {
  const sw_gdal *gdal;
  const sw_layer *layer;
  GDALDatasetH source, data;
  OGRLayerH out;
  OGRSpatialReferenceH system;
  bool owns_system, json;
  OGRGeometryH *shape; /* by unit; NULL: none */
} writer;

/* GDAL gives its reason in words, of its last error. */
static sw_status fail(sw_error *err, const writer *w, const char *what) {
  const char *text = w->gdal->CPLGetLastErrorMsg();
  return sw_fail(err, SW_EIO, "GDAL cannot %s: %s", what,
                 text && *text ? text : "no reason is given");
}

/* ---- shapes ------------------------------------------------------------------------------ */

/* Adds the parts of a geometry, flat, to those of its unit: a unit may be several features of the
 * file. */
static sw_status add_shape(sw_error *err, writer *w, int64_t unit, OGRGeometryH geometry) {
  const sw_gdal *g = w->gdal;
  OGRGeometryH parts = g->OGR_G_ForceToMultiPolygon(g->OGR_G_Clone(geometry));
  if (!parts) return fail(err, w, "take a polygon");
  g->OGR_G_FlattenTo2D(parts);
  if (!w->shape[unit]) {
    w->shape[unit] = parts;
    return SW_OK;
  }
  bool added = true;
  for (int k = 0; k < g->OGR_G_GetGeometryCount(parts); k++)
    added &= g->OGR_G_AddGeometry(w->shape[unit], g->OGR_G_GetGeometryRef(parts, k)) == OGRERR_NONE;
  g->OGR_G_DestroyGeometry(parts);
  return added ? SW_OK : fail(err, w, "take a polygon");
}

/* Reads the layer a second time, for geometries as GDAL has them: sw_polygons_read has made sure of
 * it, and has told which feature is of which unit. */
static sw_status take_shapes(sw_error *err, writer *w, const sw_polygons *p, const int32_t *unit) {
  const sw_gdal *g = w->gdal;
  const sw_polygons_spec *spec = w->layer->polygons;
  w->source = g->GDALOpenEx(spec->path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
  if (!w->source) return fail(err, w, "read the polygons again");
  OGRLayerH from = spec->layer ? g->GDALDatasetGetLayerByName(w->source, spec->layer)
                               : g->GDALDatasetGetLayer(w->source, 0);
  if (!from) return fail(err, w, "read the polygons again");
  w->system = g->OGR_L_GetSpatialRef(from);
  for (int64_t f = 0; f < p->n; f++) {
    /* Features come in the order of the first reading, by which unit[] is numbered. */
    OGRFeatureH feature = g->OGR_L_GetNextFeature(from);
    if (!feature) return fail(err, w, "read the polygons again");
    OGRGeometryH geometry = g->OGR_F_GetGeometryRef(feature);
    sw_status status = SW_OK;
    if (unit[f] >= 0 && geometry && !g->OGR_G_IsEmpty(geometry))
      status = add_shape(err, w, unit[f], geometry);
    g->OGR_F_Destroy(feature);
    SW_TRY(status);
  }
  return SW_OK;
}

/* Sets WGS84 in degrees, longitude first: for files in degrees that do not say so, and for the
 * places of units. */
static sw_status set_degrees(sw_error *err, writer *w) {
  w->system = w->gdal->OSRNewSpatialReference(NULL);
  w->owns_system = true;
  if (!w->system || w->gdal->OSRImportFromEPSG(w->system, 4326) != OGRERR_NONE)
    return fail(err, w, "make a coordinate system");
  w->gdal->OSRSetAxisMappingStrategy(w->system, OAMS_TRADITIONAL_GIS_ORDER);
  return SW_OK;
}

/* Shapes of the units out of the file. A .geojson needs degrees, and a file without a coordinate
 * system cannot be transformed. */
static sw_status polygon_shapes(sw_error *err, sw_arena *arena, writer *w) {
  sw_polygons p;
  int32_t *unit = NULL;
  sw_status status = sw_polygons_read(err, arena, w->layer->polygons, false, &p);
  bool degrees = p.degrees, guess = p.is_guess;
  if (status == SW_OK) status = sw_alloc(err, (size_t)p.n + 1, sizeof *unit, (void **)&unit);
  if (status == SW_OK)
    status =
        sw_polygons_match(err, w->layer->polygons, &p, w->layer->n_codes, w->layer->code, unit);
  if (status == SW_OK) status = take_shapes(err, w, &p, unit);
  sw_free(unit);
  sw_polygons_destroy(&p);
  SW_TRY(status);
  if (guess && !degrees && w->json)
    return sw_fail(err, SW_EINPUT,
                   "%s names no coordinate system, and a .geojson is in degrees; write a .gpkg",
                   w->layer->polygons->file);
  return guess && degrees ? set_degrees(err, w) : SW_OK;
}

/* Points at the places of units; units without a place have no shape. */
static sw_status point_shapes(sw_error *err, writer *w) {
  const sw_layer *l = w->layer;
  for (int64_t i = 0; i < l->n_codes; i++) {
    if (isnan(l->lon[i]) || isnan(l->lat[i])) continue;
    w->shape[i] = w->gdal->OGR_G_CreateGeometry(wkbPoint);
    if (!w->shape[i]) return fail(err, w, "make a point");
    w->gdal->OGR_G_SetPoint_2D(w->shape[i], 0, l->lon[i], l->lat[i]);
  }
  return set_degrees(err, w);
}

/* ---- the layer --------------------------------------------------------------------------- */

/* GDAL copies the definition, so it is released at once. */
static sw_status add_field(sw_error *err, writer *w, const char *name, OGRFieldType type) {
  const sw_gdal *g = w->gdal;
  OGRFieldDefnH field = g->OGR_Fld_Create(name, type);
  bool done = field && g->OGR_L_CreateField(w->out, field, FALSE) == OGRERR_NONE;
  if (field) g->OGR_Fld_Destroy(field);
  return done ? SW_OK : fail(err, w, "add a field");
}

/* Creates the file, its layer and fields. Dates of a GeoPackage are fixed, so that the same results
 * give the same file. Numbers of a GeoJSON have the digits that read back as the same, coordinates
 * 9 decimals, a tenth of a millimetre. */
static sw_status create(sw_error *err, writer *w) {
  const sw_gdal *g = w->gdal;
  const sw_layer *l = w->layer;
  static const char *const json[] = {"RFC7946=YES", "COORDINATE_PRECISION=9",
                                     "SIGNIFICANT_FIGURES=17", NULL};
  g->CPLSetThreadLocalConfigOption("OGR_CURRENT_DATE", "2000-01-01T00:00:00.000Z");
  GDALDriverH driver = g->GDALGetDriverByName(l->driver);
  if (!driver) return sw_fail(err, SW_EINPUT, "this GDAL writes no %s", l->driver);
  /* GDAL's writer of GeoJSON looks at no write: a full disk would leave a part of the file. */
  if (w->json) g->VSIStdoutSetRedirection((VSIWriteFunction)fwrite, l->out);
  w->data = g->GDALCreate(driver, w->json ? "/vsistdout/" : l->path, 0, 0, 0, GDT_Unknown, NULL);
  if (!w->data) return fail(err, w, "create the file");
  w->out = g->GDALDatasetCreateLayer(w->data, l->name, w->system,
                                     l->polygons ? wkbMultiPolygon : wkbPoint,
                                     w->json ? (char **)json : NULL);
  if (!w->out) return fail(err, w, "create the layer");
  for (int k = 0; k < l->n_texts; k++)
    SW_TRY(add_field(err, w, l->text_name[k], OFTString));
  for (int k = 0; k < l->n_values; k++)
    SW_TRY(add_field(err, w, l->value_name[k], l->is_whole[k] ? OFTInteger64 : OFTReal));
  return SW_OK;
}

/* Sets the fields of a feature. Missing values are null; JSON has no infinity, so it is null there
 * as well. */
static void set_fields(const writer *w, OGRFeatureH feature, int64_t f) {
  const sw_gdal *g = w->gdal;
  const sw_layer *l = w->layer;
  for (int k = 0; k < l->n_texts; k++)
    if (*l->text[f * l->n_texts + k])
      g->OGR_F_SetFieldString(feature, k, l->text[f * l->n_texts + k]);
  for (int k = 0; k < l->n_values; k++) {
    double value = l->value[f * l->n_values + k];
    if (isnan(value) || (w->json && isinf(value)))
      g->OGR_F_SetFieldNull(feature, l->n_texts + k);
    else if (l->is_whole[k])
      g->OGR_F_SetFieldInteger64(feature, l->n_texts + k, (GIntBig)value);
    else
      g->OGR_F_SetFieldDouble(feature, l->n_texts + k, value);
  }
}

/* A feature per row; those without a shape are written too, and counted. One transaction, where the
 * form has them, is much faster than one for each row. A full disk may show in its end alone, and
 * close_all looks at errors of closing only. */
static sw_status write_features(sw_error *err, writer *w, int64_t *without) {
  const sw_gdal *g = w->gdal;
  const sw_layer *l = w->layer;
  *without = 0;
  bool held = g->GDALDatasetStartTransaction(w->data, FALSE) == OGRERR_NONE;
  for (int64_t f = 0; f < l->n; f++) {
    OGRFeatureH feature = g->OGR_F_Create(g->OGR_L_GetLayerDefn(w->out));
    if (!feature) return fail(err, w, "make a feature");
    set_fields(w, feature, f);
    OGRGeometryH shape = w->shape[l->unit[f]];
    OGRErr code = shape ? g->OGR_F_SetGeometry(feature, shape) : OGRERR_NONE;
    *without += !shape;
    if (code == OGRERR_NONE) code = g->OGR_L_CreateFeature(w->out, feature);
    g->OGR_F_Destroy(feature);
    if (code != OGRERR_NONE) return fail(err, w, "write a feature");
  }
  if (held && g->GDALDatasetCommitTransaction(w->data) != OGRERR_NONE)
    return fail(err, w, "write all of the file");
  return SW_OK;
}

/* Shapes, then the file: a source that cannot be read leaves no file behind. */
static sw_status write_layer(sw_error *err, sw_arena *arena, writer *w, int64_t *without) {
  const sw_layer *l = w->layer;
  SW_TRY(sw_calloc(err, (size_t)l->n_codes + 1, sizeof *w->shape, (void **)&w->shape));
  SW_TRY(l->polygons ? polygon_shapes(err, arena, w) : point_shapes(err, w));
  SW_TRY(create(err, w));
  return write_features(err, w, without);
}

/* Releases everything, in any case. What is flushed at the end can fail, too, and GDAL tells it by
 * its last error alone. */
static sw_status close_all(sw_error *err, sw_status status, writer *w) {
  const sw_gdal *g = w->gdal;
  for (int64_t i = 0; w->shape && i < w->layer->n_codes; i++)
    if (w->shape[i]) g->OGR_G_DestroyGeometry(w->shape[i]);
  sw_free(w->shape);
  g->CPLErrorReset();
  if (w->data) g->GDALClose(w->data);
  if (status == SW_OK && g->CPLGetLastErrorType() >= CE_Failure)
    status = fail(err, w, "write all of the file");
  if (w->owns_system && w->system) g->OSRDestroySpatialReference(w->system);
  if (w->source) g->GDALClose(w->source);
  return status;
}

/* GDAL's own messages on standard error are switched off; its last error is told by `fail`. */
sw_status sw_layer_write(sw_error *err, sw_arena *arena, const sw_layer *layer, int64_t *without) {
  writer w = {.layer = layer, .json = strcmp(layer->driver, "GeoJSON") == 0};
  SW_TRY(sw_gdal_load(err, &w.gdal));
  w.gdal->CPLPushErrorHandler(w.gdal->CPLQuietErrorHandler);
  sw_status status = close_all(err, write_layer(err, arena, &w, without), &w);
  w.gdal->CPLPopErrorHandler();
  return status;
}

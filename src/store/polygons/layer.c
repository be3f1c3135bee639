/* A layer of nodes or edges as CSV text, so that one reader serves both kinds of files. Called by
 * the readers of networks (store/roads). GDAL is loaded on demand (gdal.c) and its messages are
 * silenced: they come back in our own line. The text belongs to the caller, who frees it.
 *
 * Memory is that of the text, some 20 to 100 bytes a feature. */
#include "store/polygons/polygons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "store/polygons/gdal.h"

/* A layer on its way to CSV, feature by feature. */
typedef struct writer {
  const sw_gdal *gdal;
  const sw_node *node;
  const char *file, *path, *name;
  GDALDatasetH data;
  OGRLayerH layer;
  int fields;
  bool places; /* lon and lat of points are columns of their own */
  FILE *out;
} writer;

/* GDAL's last message; it belongs to GDAL and holds until the next call. */
static const char *reason(const writer *w) {
  const char *text = w->gdal->CPLGetLastErrorMsg();
  return text && *text ? text : "no reason is given";
}

/* A layer by name, or the only one; of several none is guessed. w->data is closed by sw_layer_text
 * in all cases. */
static sw_status open_layer(sw_error *err, writer *w) {
  const sw_gdal *g = w->gdal;
  g->CPLErrorReset();
  w->data = g->GDALOpenEx(w->path, GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL,
                          NULL, NULL);
  if (!w->data) return sw_node_fail(err, w->node, "GDAL cannot read %s: %s", w->file, reason(w));
  int count = g->GDALDatasetGetLayerCount(w->data);
  if (w->name)
    w->layer = g->GDALDatasetGetLayerByName(w->data, w->name);
  else if (count == 1)
    w->layer = g->GDALDatasetGetLayer(w->data, 0);
  if (w->layer) return SW_OK;
  if (w->name) return sw_node_fail(err, w->node, "%s has no layer '%s'", w->file, w->name);
  return sw_node_fail(err, w->node, "%s has %d layers; name one: {file: %s, layer: NAME}", w->file,
                      count, w->file);
}

/* The definition belongs to the layer. */
static OGRFieldDefnH field_of(const writer *w, int k) {
  return w->gdal->OGR_FD_GetFieldDefn(w->gdal->OGR_L_GetLayerDefn(w->layer), k);
}

/* Quoted always; a line is a record, so a newline within becomes a blank. The reader takes a
 * doubled quote for a quote. */
static void put_quoted(const writer *w, const char *text) {
  fputc('"', w->out);
  for (; *text; text++) {
    if (*text == '"') fputc('"', w->out);
    fputc(*text == '\n' || *text == '\r' ? ' ' : *text, w->out);
  }
  fputc('"', w->out);
}

/* Points become columns lon and lat, unless fields of these names are there. wkbUnknown: GeoJSON
 * and others do not say the type of a layer. */
static void put_header(writer *w) {
  const sw_gdal *g = w->gdal;
  OGRwkbGeometryType type = g->OGR_GT_Flatten(g->OGR_L_GetGeomType(w->layer));
  w->places = type == wkbPoint || type == wkbUnknown;
  w->fields = g->OGR_FD_GetFieldCount(g->OGR_L_GetLayerDefn(w->layer));
  for (int k = 0; k < w->fields; k++) {
    const char *name = g->OGR_Fld_GetNameRef(field_of(w, k));
    w->places = w->places && strcasecmp(name, "lon") != 0 && strcasecmp(name, "lat") != 0;
    if (k) fputc(',', w->out);
    put_quoted(w, name);
  }
  if (w->places) fputs(w->fields ? ",lon,lat" : "lon,lat", w->out);
  fputc('\n', w->out);
}

/* Real numbers in the digits that read back as the same; whole ones without a point, as they may be
 * codes. A missing field is an empty one. */
static void put_field(const writer *w, OGRFeatureH feature, int k) {
  const sw_gdal *g = w->gdal;
  char text[SW_NUMBER_ROOM];
  if (!g->OGR_F_IsFieldSetAndNotNull(feature, k)) return;
  if (g->OGR_Fld_GetType(field_of(w, k)) == OFTReal)
    fputs(sw_show_number(g->OGR_F_GetFieldAsDouble(feature, k), text), w->out);
  else
    put_quoted(w, g->OGR_F_GetFieldAsString(feature, k));
}

/* Feature by feature: the layer is never in memory as a whole, its text is. A feature of another
 * type than a point has no place. */
static void put_feature(const writer *w, OGRFeatureH feature) {
  const sw_gdal *g = w->gdal;
  char x[SW_NUMBER_ROOM], y[SW_NUMBER_ROOM];
  OGRGeometryH geometry = g->OGR_F_GetGeometryRef(feature);
  for (int k = 0; k < w->fields; k++) {
    if (k) fputc(',', w->out);
    put_field(w, feature, k);
  }
  if (!w->places) {
    fputc('\n', w->out);
    return;
  }
  bool point = geometry && g->OGR_GT_Flatten(g->OGR_G_GetGeometryType(geometry)) == wkbPoint;
  fprintf(w->out, "%s%s,%s\n", w->fields ? "," : "",
          point ? sw_show_number(g->OGR_G_GetX(geometry, 0), x) : "",
          point ? sw_show_number(g->OGR_G_GetY(geometry, 0), y) : "");
}

/* Places are degrees or of no use: nothing here projects. Coordinates of a projection would be far
 * outside of degrees, or worse within. */
static sw_status check_system(sw_error *err, const writer *w) {
  OGRSpatialReferenceH system = w->gdal->OGR_L_GetSpatialRef(w->layer);
  if (!w->places || !system || w->gdal->OSRIsGeographic(system)) return SW_OK;
  return sw_node_fail(err, w->node,
                      "%s is in a projected coordinate system; expected degrees of longitude and "
                      "latitude (ogr2ogr -t_srs EPSG:4326)",
                      w->file);
}

/* GDAL's iteration ends alike at the end and at an error: its last error tells which. */
static sw_status write_layer(sw_error *err, writer *w) {
  SW_TRY(open_layer(err, w));
  put_header(w);
  SW_TRY(check_system(err, w));
  w->gdal->CPLErrorReset();
  for (OGRFeatureH feature; (feature = w->gdal->OGR_L_GetNextFeature(w->layer));) {
    put_feature(w, feature);
    w->gdal->OGR_F_Destroy(feature);
  }
  if (w->gdal->CPLGetLastErrorType() < CE_Failure) return SW_OK;
  return sw_node_fail(err, w->node, "%s cannot be read: %s", w->file, reason(w));
}

/* GDAL's handler of errors is silenced for this call alone, and set back in any case.
 * open_memstream gives the text when it is closed. */
sw_status sw_layer_text(sw_error *err, const sw_node *node, const char *file, const char *path,
                        const char *layer, char **text, size_t *length) {
  writer w = {.node = node, .file = file, .path = path, .name = layer};
  *text = NULL;
  SW_TRY(sw_gdal_load(err, &w.gdal));
  w.out = open_memstream(text, length);
  if (!w.out) return sw_fail(err, SW_ENOMEM, "out of memory while reading %s", file);
  w.gdal->CPLPushErrorHandler(w.gdal->CPLQuietErrorHandler);
  sw_status status = write_layer(err, &w);
  if (w.data) w.gdal->GDALClose(w.data);
  w.gdal->CPLPopErrorHandler();
  bool good = fclose(w.out) == 0 && *text;
  if (good || status != SW_OK) return status;
  return sw_fail(err, SW_ENOMEM, "out of memory while reading %s", file);
}

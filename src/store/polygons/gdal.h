/* GDAL, which reads and writes polygon files of all kinds. It is loaded when a polygon file is
 * first read and not before: with the libraries it needs itself it takes longer to start than the
 * whole program. Only this room includes its headers. */
#ifndef SW_STORE_POLYGONS_GDAL_H
#define SW_STORE_POLYGONS_GDAL_H

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

#include "spillway/status.h"

/* All functions that are called. */
#define SW_GDAL_FUNCTIONS(X)                                                                       \
  X(GDALAllRegister)                                                                               \
  X(GDALOpenEx)                                                                                    \
  X(GDALClose)                                                                                     \
  X(GDALDatasetGetLayerCount)                                                                      \
  X(GDALDatasetGetLayer)                                                                           \
  X(GDALDatasetGetLayerByName)                                                                     \
  X(OGR_L_GetName)                                                                                 \
  X(OGR_L_GetLayerDefn)                                                                            \
  X(OGR_L_GetGeomType)                                                                             \
  X(OGR_L_GetSpatialRef)                                                                           \
  X(OGR_L_GetNextFeature)                                                                          \
  X(OGR_FD_GetFieldCount)                                                                          \
  X(OGR_FD_GetFieldDefn)                                                                           \
  X(OGR_Fld_GetNameRef)                                                                            \
  X(OGR_Fld_GetType)                                                                               \
  X(OGR_F_Destroy)                                                                                 \
  X(OGR_F_GetFID)                                                                                  \
  X(OGR_F_IsFieldSetAndNotNull)                                                                    \
  X(OGR_F_GetFieldAsString)                                                                        \
  X(OGR_F_GetFieldAsDouble)                                                                        \
  X(OGR_F_GetGeometryRef)                                                                          \
  X(OGR_G_GetGeometryType)                                                                         \
  X(OGR_GT_Flatten)                                                                                \
  X(OGR_G_GetGeometryName)                                                                         \
  X(OGR_G_GetGeometryCount)                                                                        \
  X(OGR_G_GetGeometryRef)                                                                          \
  X(OGR_G_GetPointCount)                                                                           \
  X(OGR_G_GetX)                                                                                    \
  X(OGR_G_GetY)                                                                                    \
  X(OGR_G_GetPoints)                                                                               \
  X(OGR_G_IsValid)                                                                                 \
  X(OGR_G_HasCurveGeometry)                                                                        \
  X(OGR_G_GetLinearGeometry)                                                                       \
  X(OGR_G_DestroyGeometry)                                                                         \
  X(OSRIsGeographic)                                                                               \
  X(OSRGetLinearUnits)                                                                             \
  X(GDALGetDriverByName)                                                                           \
  X(GDALCreate)                                                                                    \
  X(GDALDatasetCreateLayer)                                                                        \
  X(GDALDatasetStartTransaction)                                                                   \
  X(GDALDatasetCommitTransaction)                                                                  \
  X(OGR_Fld_Create)                                                                                \
  X(OGR_Fld_Destroy)                                                                               \
  X(OGR_L_CreateField)                                                                             \
  X(OGR_L_CreateFeature)                                                                           \
  X(OGR_F_Create)                                                                                  \
  X(OGR_F_SetFieldString)                                                                          \
  X(OGR_F_SetFieldDouble)                                                                          \
  X(OGR_F_SetFieldInteger64)                                                                       \
  X(OGR_F_SetFieldNull)                                                                            \
  X(OGR_F_SetGeometry)                                                                             \
  X(OGR_G_Clone)                                                                                   \
  X(OGR_G_CreateGeometry)                                                                          \
  X(OGR_G_AddGeometry)                                                                             \
  X(OGR_G_SetPoint_2D)                                                                             \
  X(OGR_G_FlattenTo2D)                                                                             \
  X(OGR_G_ForceToMultiPolygon)                                                                     \
  X(OGR_G_IsEmpty)                                                                                 \
  X(OSRNewSpatialReference)                                                                        \
  X(OSRDestroySpatialReference)                                                                    \
  X(OSRImportFromEPSG)                                                                             \
  X(OSRSetAxisMappingStrategy)                                                                     \
  X(CPLSetThreadLocalConfigOption)                                                                 \
  X(VSIStdoutSetRedirection)                                                                       \
  X(CPLPushErrorHandler)                                                                           \
  X(CPLPopErrorHandler)                                                                            \
  X(CPLQuietErrorHandler)                                                                          \
  X(CPLErrorReset)                                                                                 \
  X(CPLGetLastErrorType)                                                                           \
  X(CPLGetLastErrorMsg)

typedef struct sw_gdal {
#define SW_GDAL_MEMBER(name) __typeof__(name) *name;
  SW_GDAL_FUNCTIONS(SW_GDAL_MEMBER)
#undef SW_GDAL_MEMBER
} sw_gdal;

/* Loads it once; by one thread. SW_EINPUT where it is not installed. */
sw_status sw_gdal_load(sw_error *err, const sw_gdal **gdal);

#endif
